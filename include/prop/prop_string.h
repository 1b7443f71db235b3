/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _PROPLIB_PROP_STRING_H_
#define	_PROPLIB_PROP_STRING_H_

#include <prop/prop_object.h>

__BEGIN_DECLS
prop_string_t prop_string_create_copy(const char *);
prop_string_t prop_string_create_nocopy(const char *);
prop_string_t prop_string_create_format(const char *, ...)
	    __printflike(1, 2);
prop_string_t prop_string_copy(prop_string_t);
size_t	prop_string_size(prop_string_t);
const char *prop_string_value(prop_string_t);
int	prop_string_copy_value(prop_string_t, void *, size_t);
bool	prop_string_equals(prop_string_t, prop_string_t);
bool	prop_string_equals_string(prop_string_t, const char *);
int	prop_string_compare(prop_string_t, prop_string_t);
int	prop_string_compare_string(prop_string_t, const char *);

/* The older names. */
prop_string_t prop_string_create(void);
prop_string_t prop_string_create_cstring(const char *);
prop_string_t prop_string_create_cstring_nocopy(const char *);
prop_string_t prop_string_copy_mutable(prop_string_t);
bool	prop_string_mutable(prop_string_t);
char	*prop_string_cstring(prop_string_t);
const char *prop_string_cstring_nocopy(prop_string_t);
bool	prop_string_append(prop_string_t, prop_string_t);
bool	prop_string_append_cstring(prop_string_t, const char *);
bool	prop_string_equals_cstring(prop_string_t, const char *);
__END_DECLS

#endif
