/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _PROPLIB_PROP_NUMBER_H_
#define	_PROPLIB_PROP_NUMBER_H_

#include <prop/prop_object.h>

__BEGIN_DECLS
prop_number_t prop_number_create_signed(intmax_t);
prop_number_t prop_number_create_unsigned(uintmax_t);
prop_number_t prop_number_create_integer(int64_t);
prop_number_t prop_number_create_unsigned_integer(uint64_t);
prop_number_t prop_number_copy(prop_number_t);
int	prop_number_size(prop_number_t);
bool	prop_number_unsigned(prop_number_t);
intmax_t prop_number_signed_value(prop_number_t);
uintmax_t prop_number_unsigned_value(prop_number_t);
int64_t	prop_number_integer_value(prop_number_t);
uint64_t prop_number_unsigned_integer_value(prop_number_t);
bool	prop_number_signed_value_bounded(prop_number_t, intmax_t, intmax_t,
	    intmax_t *);
bool	prop_number_unsigned_value_bounded(prop_number_t, uintmax_t,
	    uintmax_t, uintmax_t *);
bool	prop_number_equals(prop_number_t, prop_number_t);
bool	prop_number_equals_signed(prop_number_t, intmax_t);
bool	prop_number_equals_unsigned(prop_number_t, uintmax_t);
bool	prop_number_equals_integer(prop_number_t, int64_t);
bool	prop_number_equals_unsigned_integer(prop_number_t, uint64_t);
__END_DECLS

#endif
