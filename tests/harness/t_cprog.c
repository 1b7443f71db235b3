/* SPDX-License-Identifier: BSD-2-Clause */

/* A run as a C program: whole after each call, and what is in it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include "cprog.h"
#include "fsinput.h"

static struct fsinput fi;
static char text[65536];

static const char *
program(void)
{
	FILE *f = fopen("p.c", "r");
	size_t n;

	ATF_REQUIRE(f != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* The end is there, once, and nothing follows it. */
static void
whole(void)
{
	static const char last[] = "\treturn others != 0;\n}\n";
	const char *p = strstr(program(), last);

	ATF_REQUIRE(p != NULL);
	ATF_CHECK_STREQ(p, last);
}

static void
begin(const uint8_t *image, size_t len)
{
	struct fsdev *dev = fsdev_create();

	ATF_REQUIRE((cprog_file = fopen("p.c", "w")) != NULL);
	fsinput_parse(&fi, image, len);
	fsdev_load(dev, &fi);
	cprog_begin("fuzz_x", "x", "/dev/x", dev, &fi);
	fsdev_destroy(dev);
	whole();
}

ATF_TC_WITHOUT_HEAD(calls);
ATF_TC_BODY(calls, tc)
{
	static const uint8_t image[512] = { 'a', '"', '?', '\\', 1, [511] = 0xff };

	begin(image, sizeof(image));
	ATF_CHECK(strstr(text, "{ 0x0, \"a\\042\\077\\134\\001\\000") != NULL);
	ATF_CHECK(strstr(text, "\\377\" },\n\t{ 0, \"\" }\n") != NULL);
	ATF_CHECK(strstr(text, "{ 0x10,") == NULL);
	ATF_CHECK(strstr(text, "#define SIZE\t512u") != NULL);

	cprog_call("open(\"/mnt/a rather long name, so that what follows is shorter\", 0)");
	whole();
	ATF_CHECK(strstr(text, "did not return. */\n\tIS(0, 0, rump_sys_open(") != NULL);
	cprog_result(-1, 2, 1);
	whole();
	ATF_CHECK(strstr(text, "did not return") == NULL);
	ATF_CHECK(strstr(text, "\n\tNOFD(2, rump_sys_open(") != NULL);
	cprog_line("\tx = 1;");
	cprog_call("dup(1)");
	cprog_result(3, 0, 1);
	cprog_call("read(fd[3], room(1), 1)");
	cprog_result(-1, 5, 0);
	whole();
	ATF_CHECK(strstr(text, "\n\tx = 1;\n\tFD(3, rump_sys_dup(1));\n"
	    "\tIS(-1, 5, rump_sys_read(fd[3], room(1), 1));\n\n") != NULL);
	fclose(cprog_file);
}

/* Later pieces cover earlier ones, zeroes too. */
ATF_TC_WITHOUT_HEAD(pieces);
ATF_TC_BODY(pieces, tc)
{
	uint8_t in[8 + 32 + 8 + 16 + FSINPUT_TRAILER] = { 0 };

	in[4] = 32;
	memset(in + 8, 'x', 32);
	in[8 + 32 + 4] = 16;
	fsinput_trailer(in + sizeof(in) - FSINPUT_TRAILER, 0, FSINPUT_SPARSE, 4);
	begin(in, sizeof(in));
	ATF_CHECK(strstr(text, "{ 0x0,") == NULL);
	ATF_CHECK(strstr(text, "{ 0x10, \"xxxxxxxxxxxxxxxx\" }") != NULL);
	ATF_CHECK(strstr(text, "#define SIZE\t2048u") != NULL);
	fclose(cprog_file);
}

ATF_TC_WITHOUT_HEAD(off);
ATF_TC_BODY(off, tc)
{

	cprog_begin("fuzz_x", "x", "/dev/x", NULL, NULL);
	cprog_call("sync()");
	cprog_result(0, 0, 0);
	cprog_line("x");
	ATF_CHECK(fopen("p.c", "r") == NULL);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, calls);
	ATF_TP_ADD_TC(tp, pieces);
	ATF_TP_ADD_TC(tp, off);
	return atf_no_error();
}
