/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _PROPLIB_PROP_BOOL_H_
#define	_PROPLIB_PROP_BOOL_H_

#include <prop/prop_object.h>

__BEGIN_DECLS
prop_bool_t prop_bool_create(bool);
prop_bool_t prop_bool_copy(prop_bool_t);
bool	prop_bool_true(prop_bool_t);
bool	prop_bool_value(prop_bool_t);
__END_DECLS

#endif
