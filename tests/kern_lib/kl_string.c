/* SPDX-License-Identifier: BSD-2-Clause */

/* The kernel's strings, numbers, sorting and hashes. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bitops.h>
#include <sys/endian.h>
#include <sys/hash.h>
#include <sys/optstr.h>
#include <sys/uuid.h>

#include <lib/libkern/crc16.h>

#include "kerntest.h"

KERNTEST(string_basic)
{
	char b[16], *s, *p;

	CHECK_EQ(strlcpy(b, "abc", sizeof(b)), 3);
	CHECK_EQ(strlcat(b, "defghijklmnopqrst", sizeof(b)), 20);
	CHECK(strcmp(b, "abcdefghijklmno") == 0);
	CHECK_EQ(strlcpy(b, "longer than it fits", 5), 19);
	CHECK(strcmp(b, "long") == 0);
	CHECK_EQ(strlcpy(b, "x", 0), 1);
	memset(b, 'x', sizeof(b));
	strncpy(b, "ab", 5);
	CHECK(memcmp(b, "ab\0\0\0x", 6) == 0);
	strcpy(b, "ab");
	strncat(b, "cdef", 2);
	CHECK(strcmp(b, "abcd") == 0);
	CHECK(strchr(b, 'c') == b + 2 && strchr(b, '\0') == b + 4);
	CHECK(strchr(b, 'z') == NULL);
	strcpy(b, "a/b/c");
	CHECK(strrchr(b, '/') == b + 3);
	CHECK(strstr(b, "b/") == b + 2 && strstr(b, "bb") == NULL);
	CHECK(strstr(b, "") == b);
	s = b;
	p = strsep(&s, "/");
	CHECK(strcmp(p, "a") == 0);
	p = strsep(&s, "/");
	CHECK(strcmp(p, "b") == 0);
	p = strsep(&s, "/");
	CHECK(strcmp(p, "c") == 0 && s == NULL);
	CHECK(strsep(&s, "/") == NULL);
	CHECK_EQ(strnlen("abcdef", 3), 3);
	CHECK_EQ(strcspn("hello world", " "), 5);
	CHECK_EQ(strspn("aabbc", "ab"), 4);
	CHECK(strpbrk("xyz", "ab") == NULL);
	CHECK(strcasecmp("HeLLo", "hEllO") == 0);
	CHECK(strncasecmp("abcX", "ABCy", 3) == 0);
	CHECK(strcasecmp("a", "b") < 0);
	CHECK(memchr("abc\xff", 0xff, 4) != NULL);
	CHECK(strverscmp("a9", "a10") < 0 && strverscmp("a010", "a10") == 0);
	CHECK(consttime_memequal("abc", "abc", 3) == 1);
	CHECK(consttime_memequal("abc", "abd", 3) == 0);
	CHECK_EQ(skpc(' ', 4, (u_char *)__UNCONST("  ab")), 2);
	return 0;
}

/* Fields of devices: fillers, what is not printable, whole escapes only. */
KERNTEST(string_vis)
{
	char b[16];

	CHECK_EQ(strnvisx(b, sizeof(b), "  QEMU\0\377 ", 9, VIS_TRIM | VIS_SAFE | VIS_OCTAL), 4);
	CHECK(strcmp(b, "QEMU") == 0);
	CHECK_EQ(strnvisx(b, sizeof(b), " a\001\\\200 ", 6, VIS_SAFE | VIS_OCTAL), 13);
	CHECK(strcmp(b, " a\\001\\\\\\200 ") == 0);
	CHECK_EQ(strnvisx(b, 5, "ab\177c", 4, VIS_OCTAL), 2);
	CHECK(strcmp(b, "ab") == 0);
	CHECK_EQ(strnvisx(b, 7, "ab\177c", 4, VIS_OCTAL), 6);
	CHECK(strcmp(b, "ab\\177") == 0);
	CHECK_EQ(strnvisx(b, sizeof(b), "  \0 ", 4, VIS_TRIM), 0);
	CHECK(b[0] == '\0');
	memset(b, 'x', sizeof(b));
	CHECK_EQ(strnvisx(b, 0, "abc", 3, 0), 0);
	CHECK(b[0] == 'x');
	return 0;
}

KERNTEST(string_match)
{
	const char *e;

	CHECK_EQ(pmatch("sd0a", "sd*", &e), 2);
	CHECK_EQ(pmatch("sd0a", "sd", &e), 1);
	CHECK_EQ(pmatch("wd0a", "sd*", &e), 0);
	CHECK_EQ(pmatch("wd0a", "?d[0-9]a", &e), 2);
	CHECK_EQ(pmatch("wdxa", "?d[^0-9]a", &e), 2);
	CHECK_EQ(pmatch("aaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*b", &e), 2);
	CHECK_EQ(pmatch("x", "[", &e), 0);
	return 0;
}

KERNTEST(number_parse)
{
	char *end, b[16];
	int st;
	unsigned long v;

	CHECK_EQ(strtoul("0x1fz", &end, 0), 0x1f);
	CHECK(*end == 'z');
	CHECK_EQ(strtoul("  077", NULL, 0), 077);
	CHECK_EQ(strtol("-42", NULL, 10), -42);
	CHECK_EQ(strtoll("-9223372036854775808", NULL, 10), INT64_MIN);
	CHECK_EQ(strtoll("-9223372036854775809", NULL, 10), INT64_MIN);
	CHECK_EQ(strtoll("9223372036854775808", NULL, 10), INT64_MAX);
	CHECK(strtoull("18446744073709551616", NULL, 10) == UINT64_MAX);
	CHECK_EQ(strtoul("zz", &end, 36), 35 * 36 + 35);
	CHECK_EQ(strtoul("", &end, 10), 0);
	CHECK(*end == '\0');
	CHECK_EQ(strtoul("0x", &end, 16), 0);
	CHECK(*end == 'x');
	CHECK_EQ(strtoi("12 ", NULL, 10, 0, 10, &st), 10);
	CHECK_EQ(st, ERANGE);
	CHECK_EQ(strtoi("x", NULL, 10, -5, 5, &st), 0);
	CHECK_EQ(st, ECANCELED);
	CHECK_EQ(strtou("7q", NULL, 10, 0, 100, &st), 7);
	CHECK_EQ(st, ENOTSUP);
	CHECK(optstr_get("a=1 bb=two c=3", "bb", b, sizeof(b)));
	CHECK(strcmp(b, "two") == 0);
	CHECK(!optstr_get("a=1 bb=two", "b", b, sizeof(b)));
	CHECK(!optstr_get("a=12345", "a", b, 5));
	CHECK(optstr_get_number("n=17 m=2", "n", &v) && v == 17);
	CHECK(optstr_get_number_hex("n=ff", "n", &v) && v == 255);
	CHECK(!optstr_get_number("n=17x", "n", &v));
	return 0;
}

static int
by_int(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

KERNTEST(sort_all)
{
	int v[257], key, *p;
	unsigned n, i;

	for (n = 0; n < __arraycount(v); n++) {
		srandom(n);
		for (i = 0; i < n; i++)
			v[i] = (int)random() % 100;
		qsort(v, n, sizeof(v[0]), by_int);
		for (i = 1; i < n; i++)
			CHECK(v[i - 1] <= v[i]);
	}
	key = v[100];
	p = bsearch(&key, v, n - 1, sizeof(v[0]), by_int);
	CHECK(p != NULL && *p == key);
	key = 1000;
	CHECK(bsearch(&key, v, n - 1, sizeof(v[0]), by_int) == NULL);
	return 0;
}

/* Check values from the definitions of the algorithms. */
KERNTEST(hash_values)
{

	CHECK_EQ(crc16(0xffff, (const uint8_t *)"123456789", 9), 0x4b37);
	CHECK_EQ(crc16_byte(crc16(0, (const uint8_t *)"12345678", 8), '9'),
	    0xbb3d);
	CHECK_EQ(crc32(0, "123456789", 9), 0xcbf43926);
	CHECK_EQ(~crc32c(~0U, "123456789", 9), (uint32_t)0xe3069283);
	CHECK_EQ(hash32_str("a", 0), 'a');
	CHECK_EQ(hash32_buf("ab", 2, HASH32_BUF_INIT),
	    (uint32_t)(HASH32_BUF_INIT * 33 * 33 + 'a' * 33 + 'b'));
	CHECK_EQ(fnv_32_buf("", 0, FNV1_32_INIT), 0x811c9dc5);
	CHECK_EQ(fnv_32_buf("a", 1, FNV1_32_INIT), 0x050c5d7e);
	return 0;
}

KERNTEST(bits_all)
{
	uint32_t n, d, m;
	uint8_t s1, s2;
	static const uint32_t ds[] = { 1, 2, 3, 5, 7, 10, 641, 0x7fffffff,
	    0x80000000, 0xffffffff };
	unsigned i, j;
	static const char c8 = ilog2(256);

	CHECK_EQ(c8, 8);
	CHECK_EQ(ilog2(0x80000000U), 31);
	CHECK_EQ(ilog2(1UL << 40), 40);
	CHECK_EQ(ffs32(0), 0);
	CHECK_EQ(fls64(1UL << 63), 64);
	CHECK(powerof2(64) && !powerof2(65));
	CHECK_EQ(__BITS(7, 4), 0xf0);
	CHECK_EQ(__BITS(4, 7), 0xf0);
	CHECK(__BITS(63, 0) == UINT64_MAX);
	CHECK_EQ(__SHIFTOUT(0x1234, __BITS(11, 8)), 2);
	CHECK_EQ(__SHIFTIN(5, __BITS(6, 4)), 0x50);
	CHECK_EQ(popcount32(0xf0f0), 8);
	for (i = 0; i < __arraycount(ds); i++) {
		d = ds[i];
		fast_divide32_prepare(d, &m, &s1, &s2);
		for (j = 0; j < 2000; j++) {
			n = j < 1000 ? j * 4294967 : UINT32_MAX - (j - 1000);
			CHECK_EQ(fast_divide32(n, d, m, s1, s2), n / d);
			CHECK_EQ(fast_remainder32(n, d, m, s1, s2), n % d);
		}
	}
	CHECK_EQ(le32dec("\x01\x02\x03\x04"), 0x04030201);
	CHECK_EQ(be16dec("\x01\x02"), 0x0102);
	CHECK_EQ(minor(makedev(5, 0x12345)), 0x12345);
	CHECK_EQ(major(makedev(0xabc, 1)), 0xabc);
	CHECK_EQ(roundup2(13, 8), 16);
	CHECK_EQ(howmany(13, 4), 4);
	return 0;
}

KERNTEST(uuid_codec)
{
	static const uint8_t raw[16] = {
		0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde,
		1, 2, 3, 4, 5, 6, 7, 8
	};
	char buf[UUID_STR_LEN];
	uint8_t out[16];
	struct uuid u;

	uuid_dec_le(raw, &u);
	uuid_snprintf(buf, sizeof(buf), &u);
	CHECK(strcmp(buf, "12345678-9abc-def0-0102-030405060708") == 0);
	uuid_enc_le(out, &u);
	CHECK(memcmp(out, raw, 16) == 0);
	uuid_enc_be(out, &u);
	CHECK(out[0] == 0x12 && out[3] == 0x78);
	CHECK_EQ(uuidgen(&u, 1), 0);
	CHECK_EQ(u.time_hi_and_version >> 12, 4);
	return 0;
}
