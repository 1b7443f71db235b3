/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Values of C types straight from and into containers:
 * prop_dictionary_util(3), prop_array_util(3).
 */

#include <sys/param.h>
#include <sys/systm.h>

#include <prop/proplib.h>

bool
prop_dictionary_get_dict(prop_dictionary_t dict, const char *key,
    prop_dictionary_t *dp)
{
	prop_object_t po = prop_dictionary_get(dict, key);

	if (prop_object_type(po) != PROP_TYPE_DICTIONARY)
		return false;
	*dp = po;
	return true;
}

#define	PLACE_UTIL(cont, ctype, place)					\
bool									\
prop_##cont##_get_bool(ctype c, place where, bool *vp)			\
{									\
	prop_object_t po = prop_##cont##_get(c, where);			\
									\
	if (prop_object_type(po) != PROP_TYPE_BOOL)			\
		return false;						\
	*vp = prop_bool_true(po);					\
	return true;							\
}									\
									\
bool									\
prop_##cont##_set_bool(ctype c, place where, bool v)			\
{									\
									\
	return set_##cont(c, where, prop_bool_create(v));		\
}									\
									\
bool									\
prop_##cont##_get_string(ctype c, place where, const char **vp)		\
{									\
	const char *s = prop_string_value(prop_##cont##_get(c, where));	\
									\
	if (s == NULL)							\
		return false;						\
	*vp = s;							\
	return true;							\
}									\
									\
bool									\
prop_##cont##_set_string(ctype c, place where, const char *s)		\
{									\
									\
	return set_##cont(c, where, prop_string_create_copy(s));	\
}									\
									\
bool									\
prop_##cont##_get_data(ctype c, place where, const void **vp,		\
    size_t *lenp)							\
{									\
	prop_object_t po = prop_##cont##_get(c, where);			\
									\
	if (prop_object_type(po) != PROP_TYPE_DATA)			\
		return false;						\
	*vp = prop_data_value(po);					\
	if (lenp != NULL)						\
		*lenp = prop_data_size(po);				\
	return true;							\
}									\
									\
bool									\
prop_##cont##_set_data(ctype c, place where, const void *p, size_t len)	\
{									\
									\
	return set_##cont(c, where, prop_data_create_copy(p, len));	\
}

#define	NUMBER_UTIL(cont, ctype, place, name, type, sign, wide)		\
bool									\
prop_##cont##_get_##name(ctype c, place where, type *vp)		\
{									\
	wide v;								\
									\
	if (!prop_number_##sign##_value_bounded(			\
	    prop_##cont##_get(c, where), __type_min(type),		\
	    __type_max(type), &v))					\
		return false;						\
	*vp = (type)v;							\
	return true;							\
}									\
									\
bool									\
prop_##cont##_set_##name(ctype c, place where, type v)			\
{									\
									\
	return set_##cont(c, where, prop_number_create_##sign(v));	\
}

#define	ARRAY_ADD(name, type, make)					\
bool									\
prop_array_add_##name(prop_array_t c, type v)				\
{									\
									\
	return prop_array_add_and_rel(c, make(v));			\
}

static bool
set_dictionary(prop_dictionary_t c, const char *key, prop_object_t po)
{

	return prop_dictionary_set_and_rel(c, key, po);
}

static bool
set_array(prop_array_t c, unsigned int i, prop_object_t po)
{
	const bool ok = prop_array_set(c, i, po);

	prop_object_release(po);
	return ok;
}

PLACE_UTIL(dictionary, prop_dictionary_t, const char *)
PLACE_UTIL(array, prop_array_t, unsigned int)

bool
prop_dictionary_set_string_nocopy(prop_dictionary_t c, const char *key,
    const char *s)
{

	return set_dictionary(c, key, prop_string_create_nocopy(s));
}

bool
prop_dictionary_set_data_nocopy(prop_dictionary_t c, const char *key,
    const void *p, size_t len)
{

	return set_dictionary(c, key, prop_data_create_nocopy(p, len));
}

bool
prop_dictionary_get_cstring_nocopy(prop_dictionary_t c, const char *key,
    const char **vp)
{

	return prop_dictionary_get_string(c, key, vp);
}

bool
prop_dictionary_set_cstring(prop_dictionary_t c, const char *key,
    const char *s)
{

	return prop_dictionary_set_string(c, key, s);
}

bool
prop_dictionary_set_cstring_nocopy(prop_dictionary_t c, const char *key,
    const char *s)
{

	return prop_dictionary_set_string_nocopy(c, key, s);
}

ARRAY_ADD(bool, bool, prop_bool_create)
ARRAY_ADD(string, const char *, prop_string_create_copy)

bool
prop_array_add_data(prop_array_t c, const void *p, size_t len)
{

	return prop_array_add_and_rel(c, prop_data_create_copy(p, len));
}

NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, int8, int8_t,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uint8, uint8_t,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, int16, int16_t,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uint16, uint16_t,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, int32, int32_t,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uint32, uint32_t,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, int64, int64_t,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uint64, uint64_t,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, schar, signed char,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uchar, unsigned char,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, short, short,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, ushort, unsigned short,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, int, int,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uint, unsigned int,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, long, long,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, ulong, unsigned long,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, longlong, long long,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, ulonglong, unsigned long long,
    unsigned, uintmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, intptr, intptr_t,
    signed, intmax_t)
NUMBER_UTIL(dictionary, prop_dictionary_t, const char *, uintptr, uintptr_t,
    unsigned, uintmax_t)

NUMBER_UTIL(array, prop_array_t, unsigned int, int8, int8_t, signed,
    intmax_t)
ARRAY_ADD(int8, int8_t, prop_number_create_signed)
NUMBER_UTIL(array, prop_array_t, unsigned int, uint8, uint8_t, unsigned,
    uintmax_t)
ARRAY_ADD(uint8, uint8_t, prop_number_create_unsigned)
NUMBER_UTIL(array, prop_array_t, unsigned int, int16, int16_t, signed,
    intmax_t)
ARRAY_ADD(int16, int16_t, prop_number_create_signed)
NUMBER_UTIL(array, prop_array_t, unsigned int, uint16, uint16_t, unsigned,
    uintmax_t)
ARRAY_ADD(uint16, uint16_t, prop_number_create_unsigned)
NUMBER_UTIL(array, prop_array_t, unsigned int, int32, int32_t, signed,
    intmax_t)
ARRAY_ADD(int32, int32_t, prop_number_create_signed)
NUMBER_UTIL(array, prop_array_t, unsigned int, uint32, uint32_t, unsigned,
    uintmax_t)
ARRAY_ADD(uint32, uint32_t, prop_number_create_unsigned)
NUMBER_UTIL(array, prop_array_t, unsigned int, int64, int64_t, signed,
    intmax_t)
ARRAY_ADD(int64, int64_t, prop_number_create_signed)
NUMBER_UTIL(array, prop_array_t, unsigned int, uint64, uint64_t, unsigned,
    uintmax_t)
ARRAY_ADD(uint64, uint64_t, prop_number_create_unsigned)
