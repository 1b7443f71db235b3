/* SPDX-License-Identifier: BSD-2-Clause */

/* printf(9) and its relatives. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/reboot.h>
#include <sys/syslog.h>

#include "kerntest.h"

static char buf[256];
static int result;
static volatile uintptr_t zero;	/* a null pointer that compilers do not see */

static void __attribute__((__format__(__printf__, 1, 2)))
fmt(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	result = vsnprintf(buf, sizeof(buf), f, ap);
	va_end(ap);
}

#define	IS(want, ...)							\
do {									\
	fmt(__VA_ARGS__);						\
	if (strcmp(buf, (want)) != 0 || result != (int)strlen(want)) {	\
		printf("\"%s\" (%d), not \"%s\"\n", buf, result, want);	\
		return 1;						\
	}								\
} while (0)

KERNTEST(printf_formats)
{
	char small[4];

	IS("plain", "plain");
	IS("-5 5 +5  5", "%d %d %+d % d", -5, 5, 5, 5);
	IS("00042|42   |   42", "%05d|%-5d|%5d", 42, 42, 42);
	IS("ff FF 0xff 0377 0", "%x %X %#x %#o %#x", 255, 255, 255, 255, 0);
	IS("-9223372036854775808", "%jd", INT64_MIN);
	IS("18446744073709551615", "%" PRIu64, UINT64_MAX);
	IS("0000beef", "%08x", 0xbeef);
	IS("  0x00be", "%#8.4x", 0xbe);
	IS("4294967295", "%u", -1U);
	IS("255 65535", "%hhu %hu", (unsigned char)255,
	    (unsigned short)65535);
	IS("-1", "%hhd", (signed char)-1);
	IS("abc  |  abc|ab", "%-5s|%5s|%.2s", "abc", "abc", "abc");
	IS("(null)", "%s", (char *)(uintptr_t)zero);
	IS("x%y", "%c%%%c", 'x', 'y');
	IS("   7", "%*d", 4, 7);
	IS("7   |", "%*d|", -4, 7);
	IS("003", "%.*d", 3, 3);
	IS("", "%.0d", 0);
	IS("12 34", "%zu %td", (size_t)12, (ptrdiff_t)34);
	IS("0x1234", "%p", (void *)0x1234);
	IS("    -0007", "%9.4d", -7);
	IS("-00000007", "%09d", -7);

	CHECK_EQ(snprintf(small, sizeof(small), "%d", 123456), 6);
	CHECK(strcmp(small, "123") == 0);
	CHECK_EQ(snprintf(NULL, 0, "%s", "four"), 4);
	return 0;
}

KERNTEST(printf_bits)
{

	snprintb(buf, sizeof(buf), "\020\001ONE\002TWO\010EIGHT", 0x83);
	CHECK(strcmp(buf, "0x83<ONE,TWO,EIGHT>") == 0);
	snprintb(buf, sizeof(buf), "\020\001ONE", 0);
	CHECK(strcmp(buf, "0") == 0 || strcmp(buf, "0x0") == 0);
	snprintb(buf, sizeof(buf), "\177\020b\0ZERO\0b\004FOUR\0"
	    "f\010\004NIB\0=\002two\0", 0x211);
	CHECK(strcmp(buf, "0x211<ZERO,FOUR,NIB=0x2=two>") == 0);
	CHECK_EQ(snprintb(buf, 4, "\020\001ONE", 1), 8);
	CHECK(strcmp(buf, "0x1") == 0);
	return 0;
}

KERNTEST(printf_humans)
{

	CHECK(format_bytes(buf, 9, 0) > 0);
	CHECK(strcmp(buf, "0 B") == 0);
	format_bytes(buf, 9, 65536);
	CHECK(strcmp(buf, "65536 B") == 0);
	format_bytes(buf, 9, 512UL << 20);
	CHECK(strcmp(buf, "512 MB") == 0);
	humanize_number(buf, 8, 123456789, "B", 1000);
	CHECK(strcmp(buf, "123 MB") == 0 || strcmp(buf, "123456 kB") == 0);
	CHECK_EQ(humanize_number(buf, 2, 1, "B", 1000), -1);
	return 0;
}

KERNTEST(printf_messages)
{
	const int howto = boothowto;

	(void)aprint_get_error_count();
	boothowto = AB_SILENT;
	aprint_normal("not seen\n");
	aprint_error("error not seen\n");
	boothowto = AB_NORMAL;
	aprint_normal("normal seen\n");
	aprint_verbose("verbose not seen\n");
	boothowto = AB_VERBOSE;
	aprint_verbose("verbose seen\n");
	aprint_naive("naive not seen\n");
	boothowto = AB_QUIET;
	aprint_naive("naive seen\n");
	boothowto = howto;
	CHECK_EQ(aprint_get_error_count(), 1);
	CHECK_EQ(aprint_get_error_count(), 0);
	log(LOG_WARNING, "log seen\n");
	return 0;
}
