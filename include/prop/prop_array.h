/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _PROPLIB_PROP_ARRAY_H_
#define	_PROPLIB_PROP_ARRAY_H_

#include <prop/prop_object.h>

__BEGIN_DECLS
prop_array_t prop_array_create(void);
prop_array_t prop_array_create_with_capacity(unsigned int);
prop_array_t prop_array_copy(prop_array_t);
prop_array_t prop_array_copy_mutable(prop_array_t);
unsigned int prop_array_capacity(prop_array_t);
unsigned int prop_array_count(prop_array_t);
bool	prop_array_ensure_capacity(prop_array_t, unsigned int);
void	prop_array_make_immutable(prop_array_t);
bool	prop_array_mutable(prop_array_t);
prop_object_iterator_t prop_array_iterator(prop_array_t);
prop_object_t prop_array_get(prop_array_t, unsigned int);
bool	prop_array_set(prop_array_t, unsigned int, prop_object_t);
bool	prop_array_add(prop_array_t, prop_object_t);
bool	prop_array_add_and_rel(prop_array_t, prop_object_t);
void	prop_array_remove(prop_array_t, unsigned int);
bool	prop_array_equals(prop_array_t, prop_array_t);

bool	prop_array_get_bool(prop_array_t, unsigned int, bool *);
bool	prop_array_set_bool(prop_array_t, unsigned int, bool);
bool	prop_array_add_bool(prop_array_t, bool);
bool	prop_array_get_string(prop_array_t, unsigned int, const char **);
bool	prop_array_set_string(prop_array_t, unsigned int, const char *);
bool	prop_array_add_string(prop_array_t, const char *);
bool	prop_array_get_data(prop_array_t, unsigned int, const void **,
	    size_t *);
bool	prop_array_set_data(prop_array_t, unsigned int, const void *, size_t);
bool	prop_array_add_data(prop_array_t, const void *, size_t);
bool	prop_array_get_int8(prop_array_t, unsigned int, int8_t *);
bool	prop_array_set_int8(prop_array_t, unsigned int, int8_t);
bool	prop_array_add_int8(prop_array_t, int8_t);
bool	prop_array_get_uint8(prop_array_t, unsigned int, uint8_t *);
bool	prop_array_set_uint8(prop_array_t, unsigned int, uint8_t);
bool	prop_array_add_uint8(prop_array_t, uint8_t);
bool	prop_array_get_int16(prop_array_t, unsigned int, int16_t *);
bool	prop_array_set_int16(prop_array_t, unsigned int, int16_t);
bool	prop_array_add_int16(prop_array_t, int16_t);
bool	prop_array_get_uint16(prop_array_t, unsigned int, uint16_t *);
bool	prop_array_set_uint16(prop_array_t, unsigned int, uint16_t);
bool	prop_array_add_uint16(prop_array_t, uint16_t);
bool	prop_array_get_int32(prop_array_t, unsigned int, int32_t *);
bool	prop_array_set_int32(prop_array_t, unsigned int, int32_t);
bool	prop_array_add_int32(prop_array_t, int32_t);
bool	prop_array_get_uint32(prop_array_t, unsigned int, uint32_t *);
bool	prop_array_set_uint32(prop_array_t, unsigned int, uint32_t);
bool	prop_array_add_uint32(prop_array_t, uint32_t);
bool	prop_array_get_int64(prop_array_t, unsigned int, int64_t *);
bool	prop_array_set_int64(prop_array_t, unsigned int, int64_t);
bool	prop_array_add_int64(prop_array_t, int64_t);
bool	prop_array_get_uint64(prop_array_t, unsigned int, uint64_t *);
bool	prop_array_set_uint64(prop_array_t, unsigned int, uint64_t);
bool	prop_array_add_uint64(prop_array_t, uint64_t);
__END_DECLS

#endif
