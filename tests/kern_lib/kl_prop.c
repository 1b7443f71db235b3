/* SPDX-License-Identifier: BSD-2-Clause */

/* proplib(3). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>

#include <prop/proplib.h>

#include "kerntest.h"

KERNTEST(prop_values)
{
	prop_number_t n, m;
	prop_string_t s, t;
	prop_data_t d;
	prop_bool_t b;
	intmax_t v;
	uintmax_t u;
	char *c, buf[4];

	n = prop_number_create_signed(-129);
	CHECK_EQ(prop_number_size(n), 16);
	CHECK(!prop_number_unsigned(n));
	CHECK(prop_number_equals_signed(n, -129));
	CHECK(!prop_number_unsigned_value_bounded(n, 0, UINTMAX_MAX, &u));
	CHECK(!prop_number_signed_value_bounded(n, -128, 127, &v));
	m = prop_number_create_unsigned((uintmax_t)-129);
	CHECK(!prop_number_equals(n, m));
	CHECK_EQ(prop_number_size(m), 64);
	prop_object_release(m);
	m = prop_number_copy(n);
	CHECK(m == n);
	prop_object_release(m);
	prop_object_release(n);

	s = prop_string_create_format("%s-%d", "a", 7);
	CHECK(prop_string_equals_string(s, "a-7"));
	CHECK(!prop_string_append_cstring(s, "x"));
	t = prop_string_copy_mutable(s);
	CHECK(prop_string_append(t, s));
	CHECK(strcmp(prop_string_value(t), "a-7a-7") == 0);
	CHECK_EQ(prop_string_size(t), 6);
	CHECK_EQ(prop_string_copy_value(t, buf, sizeof(buf)), 6);
	CHECK(strcmp(buf, "a-7") == 0);
	c = prop_string_cstring(t);
	CHECK(strcmp(c, "a-7a-7") == 0);
	free(c, M_TEMP);
	prop_object_release(s);
	prop_object_release(t);

	d = prop_data_create_copy("\1\0\2", 3);
	CHECK(prop_data_equals_data(d, "\1\0\2", 3));
	CHECK(!prop_data_copy_value(d, buf, 2));
	CHECK(prop_data_copy_value(d, buf, 4));
	prop_object_release(d);
	d = prop_data_create_copy(NULL, 0);
	CHECK_EQ(prop_data_size(d), 0);
	prop_object_release(d);
	b = prop_bool_create(true);
	CHECK(prop_bool_true(b) && prop_object_type(b) == PROP_TYPE_BOOL);
	CHECK(prop_string_value(b) == NULL);
	prop_object_release(b);
	return 0;
}

KERNTEST(prop_containers)
{
	static const char *const keys[] = { "mike", "alpha", "zulu", "bravo",
	    "x1", "x2", "x3", "x4", "x5", "x6" };
	prop_dictionary_t d, e, sub;
	prop_object_iterator_t it;
	prop_object_t k;
	prop_array_t a;
	const char *last = "", *s;
	const void *p;
	size_t len;
	uint8_t u8;
	int16_t i16;
	unsigned i;
	bool b;

	d = prop_dictionary_create();
	for (i = 0; i < __arraycount(keys); i++)
		CHECK(prop_dictionary_set_uint16(d, keys[i], i * 100));
	CHECK_EQ(prop_dictionary_count(d), __arraycount(keys));
	CHECK(prop_dictionary_get_uint8(d, "zulu", &u8) && u8 == 200);
	CHECK(!prop_dictionary_get_uint8(d, "bravo", &u8));
	CHECK(prop_dictionary_get_int16(d, "bravo", &i16) && i16 == 300);
	CHECK(!prop_dictionary_get_bool(d, "bravo", &b));
	CHECK(!prop_dictionary_get_string(d, "bravo", &s));
	CHECK(prop_dictionary_get(d, "charlie") == NULL);
	it = prop_dictionary_iterator(d);
	i = 0;
	while ((k = prop_object_iterator_next(it)) != NULL) {
		CHECK(strcmp(last, prop_dictionary_keysym_value(k)) < 0);
		last = prop_dictionary_keysym_value(k);
		CHECK(prop_dictionary_get_keysym(d, k) != NULL);
		i++;
	}
	CHECK_EQ(i, __arraycount(keys));
	prop_object_iterator_reset(it);
	CHECK(prop_object_iterator_next(it) != NULL);
	prop_dictionary_remove(d, "alpha");
	CHECK(prop_object_iterator_next(it) == NULL);
	prop_object_iterator_release(it);

	CHECK(prop_dictionary_set_string(d, "name", "ld0"));
	CHECK(prop_dictionary_set_data(d, "mac", "\1\2\3\4\5\6", 6));
	CHECK(prop_dictionary_get_data(d, "mac", &p, &len) && len == 6);
	CHECK(prop_dictionary_get_string(d, "name", &s));
	CHECK(strcmp(s, "ld0") == 0);
	CHECK(prop_dictionary_set_bool(d, "name", false));
	CHECK(prop_dictionary_get_bool(d, "name", &b) && !b);

	e = prop_dictionary_copy(d);
	CHECK(prop_dictionary_equals(d, e));
	CHECK(prop_dictionary_set_and_rel(e, "sub",
	    prop_dictionary_create()));
	CHECK(!prop_dictionary_equals(d, e));
	CHECK(prop_dictionary_get_dict(e, "sub", &sub));
	prop_dictionary_make_immutable(e);
	CHECK(!prop_dictionary_set_bool(e, "more", true));

	a = prop_array_create();
	for (i = 0; i < 20; i++)
		CHECK(prop_array_add_int32(a, (int)i - 10));
	CHECK(prop_array_add_and_rel(a, prop_dictionary_all_keys(d)));
	CHECK(prop_array_set_string(a, 0, "first"));
	CHECK(!prop_array_set_bool(a, 30, true));
	CHECK(prop_array_get_string(a, 0, &s) && strcmp(s, "first") == 0);
	prop_array_remove(a, 0);
	CHECK_EQ(prop_array_count(a), 20);
	CHECK(prop_array_get_int16(a, 0, &i16) && i16 == -9);
	CHECK(!prop_array_get_uint8(a, 0, &u8));
	CHECK(prop_array_equals(a, a));
	prop_object_release(a);
	prop_object_release(e);
	prop_object_release(d);
	return 0;
}
