/* SPDX-License-Identifier: BSD-2-Clause */

/* A run as a C program; see cprog.h. */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cprog.h"
#include "fsinput.h"

#define ROW	16

FILE *cprog_file;

static char pending[4096];	/* a call that has not returned */
static long end;		/* where the next line goes */

static const char head[] =
"#include <sys/types.h>\n"
"#include <sys/uio.h>\n"
"#include <errno.h>\n"
"#include <stdarg.h>\n"
"#include <stdint.h>\n"
"#include <stdio.h>\n"
"#include <stdlib.h>\n"
"#include <string.h>\n"
"#include <unistd.h>\n"
"\n"
"#include <rump/rump.h>\n"
"#include <rump/rump_syscalls.h>\n"
"#include <rump/rumpdefs.h>\n"
"\n"
"/* Only rumpfuzz's rumpuser(3) makes allocations, copies and transfers fail. */\n"
"void rumpuser_fault_set(int, uint64_t, uint64_t, int) __attribute__((__weak__));\n"
"void\n"
"fail(int kind, uint64_t nth, int error)\n"
"{\n"
"	if (rumpuser_fault_set != NULL)\n"
"		rumpuser_fault_set(kind, nth, 0, error);\n"
"}\n"
"\n"
"static int fd[64];		/* by the numbers that they had */\n"
"static unsigned calls, others;\n"
"static void *made[16];		/* memory of this call */\n"
"static unsigned nmade;\n"
"\n"
"/* What a call returned then, and now. */\n"
"long long\n"
"is(int line, long long want, int error, int isfd, long long got)\n"
"{\n"
"	const int e = errno;\n"
"\n"
"	while (nmade != 0)\n"
"		free(made[--nmade]);\n"
"	calls++;\n"
"	if ((isfd ? (got == -1) != (want == -1) : got != want) || (got == -1 && e != error)) {\n"
"		printf(\"line %d: %lld, error %d; it was %lld, error %d\\n\", line, got,\n"
"		    got == -1 ? e : 0, want, error);\n"
"		others++;\n"
"	}\n"
"	return got;\n"
"}\n"
"#define IS(want, error, call)	(void)is(__LINE__, want, error, 0, call)\n"
"#define FD(n, call)		fd[n] = (int)is(__LINE__, n, 0, 1, call)\n"
"#define NOFD(error, call)	(void)is(__LINE__, -1, error, 1, call)\n"
"\n"
"/* Memory of just this size; what was written; structures, as NetBSD has them. */\n"
"void *\n"
"room(size_t len)\n"
"{\n"
"	void *p = calloc(1, len ? len : 1);\n"
"\n"
"	if (p == NULL || nmade == sizeof(made) / sizeof(made[0]))\n"
"		abort();\n"
"	return made[nmade++] = p;\n"
"}\n"
"void *\n"
"data(size_t len, unsigned char pattern)\n"
"{\n"
"	unsigned char *p = room(len);\n"
"	size_t i;\n"
"\n"
"	for (i = 0; i < len; i++)\n"
"		p[i] = (unsigned char)(pattern + i * 7);\n"
"	return p;\n"
"}\n"
"struct iovec *\n"
"vec(unsigned n, unsigned pattern, ...)\n"
"{\n"
"	struct iovec *v = room(n * sizeof(*v));\n"
"	unsigned i;\n"
"	va_list ap;\n"
"\n"
"	va_start(ap, pattern);\n"
"	for (i = 0; i < n; i++) {\n"
"		v[i].iov_len = va_arg(ap, unsigned);\n"
"		v[i].iov_base = data(v[i].iov_len, (unsigned char)(pattern + i));\n"
"	}\n"
"	va_end(ap);\n"
"	return v;\n"
"}\n"
"void *\n"
"lock(int64_t start, int64_t len, int16_t type, int16_t whence)\n"
"{\n"
"	const struct { int64_t start, len; int32_t pid; int16_t type, whence; } l =\n"
"	    { start, len, 0, type, whence };\n"
"\n"
"	return memcpy(room(sizeof(l)), &l, sizeof(l));\n"
"}\n"
"void *\n"
"times(int64_t atime, int64_t mtime, int64_t nsec)\n"
"{\n"
"	const int64_t t[4] = { atime, nsec, mtime, nsec };\n"
"\n"
"	return memcpy(room(sizeof(t)), t, sizeof(t));\n"
"}\n"
"\n"
"/* The image; what is not here is zero. */\n"
"static const struct {\n"
"	uint64_t off;\n"
"	char	 bytes[17];\n"
"} rows[] = {\n";

static const char middle[] =
"};\n"
"\n"
"static void\n"
"image(const char *path, int f)\n"
"{\n"
"	size_t i;\n"
"\n"
"	if (f == -1 || ftruncate(f, SIZE) == -1) {\n"
"		perror(path);\n"
"		exit(2);\n"
"	}\n"
"	for (i = 0; i + 1 < sizeof(rows) / sizeof(rows[0]); i++) {\n"
"		if (pwrite(f, rows[i].bytes, 16, (off_t)rows[i].off) != 16) {\n"
"			perror(path);\n"
"			exit(2);\n"
"		}\n"
"	}\n"
"	close(f);\n"
"}\n"
"\n"
"int\n"
"main(void)\n"
"{\n"
"	char path[] = \"/tmp/imageXXXXXX\";\n"
"	static uint64_t args[64];\n"
"	size_t fhlen = 0;\n"
"	void *fh = NULL;\n"
"\n"
"	(void)fhlen, (void)fd;\n"
"	image(path, mkstemp(path));\n"
"	if (rump_init() != 0 || rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0 ||\n"
"	    rump_pub_etfs_register(DEV, path, RUMP_ETFS_BLK) != 0 ||\n"
"	    rump_sys_mkdir(\"/mnt\", 0777) != 0) {\n"
"		fprintf(stderr, \"the rump kernel does not boot\\n\");\n"
"		unlink(path);\n"
"		return 2;\n"
"	}\n"
"\n";

static const char foot[] =
"\n"
"	if (rump_pub_etfs_remove(DEV) != 0)\n"
"		printf(\"the device stays open\\n\");\n"
"	unlink(path);\n"
"	free(fh);\n"
"	printf(\"%u calls, %u of them returned something else\\n\", calls, others);\n"
"	return others != 0;\n"
"}\n";

/* Ends the program behind what it has; the next line takes the place of the end. */
static void
finish(void)
{

	end = ftell(cprog_file);
	fputs(foot, cprog_file);
	fflush(cprog_file);
	if (ftruncate(fileno(cprog_file), ftell(cprog_file)) == -1)
		cprog_file = NULL;
}

static void
row(const uint8_t *p, uint64_t off)
{
	unsigned i;

	fprintf(cprog_file, "\t{ 0x%llx, \"", (unsigned long long)off);
	for (i = 0; i < ROW; i++) {
		if (p[i] >= ' ' && p[i] < 0x7f && strchr("\"\\?", p[i]) == NULL)
			fputc(p[i], cprog_file);
		else
			fprintf(cprog_file, "\\%03o", p[i]);
	}
	fputs("\" },\n", cprog_file);
}

void
cprog_begin(const char *target, const char *type, const char *dev, struct fsdev *fd,
    const struct fsinput *fi)
{
	static const uint8_t zero[ROW];
	uint8_t buf[ROW];
	uint64_t off;
	unsigned i;

	if (cprog_file == NULL)
		return;
	fprintf(cprog_file,
	    "/*\n"
	    " * What %s did with an input, as a program on a rump kernel, rump(3):\n"
	    " *\n"
	    " *	cc FILE.c $(pkg-config --cflags --libs rump) -lrumpvfs -lrumpfs_%s\n"
	    " *\n"
	    " * It says which calls return something else than they did then.\n"
	    " */\n"
	    "#define DEV	\"%s\"\n"
	    "#define SIZE	%lluu\n\n%s", target, type, dev, (unsigned long long)fi->fi_size, head);
	/* Pieces that cover each other give a row more than once, each time the same. */
	for (i = 0; i < fi->fi_next; i++) {
		const struct fsinput_extent *fe = &fi->fi_ext[i];

		for (off = fe->fe_off; off < fe->fe_off + fe->fe_len; off += ROW) {
			if (fsdev_read(fd, buf, sizeof(buf), off) == 0 && memcmp(buf, zero, ROW) != 0)
				row(buf, off);
		}
	}
	fputs("\t{ 0, \"\" }\n", cprog_file);
	fputs(middle, cprog_file);
	pending[0] = '\0';
	finish();
}

void
cprog_line(const char *fmt, ...)
{
	va_list ap;

	if (cprog_file == NULL)
		return;
	fseek(cprog_file, end, SEEK_SET);
	va_start(ap, fmt);
	vfprintf(cprog_file, fmt, ap);
	va_end(ap);
	fputc('\n', cprog_file);
	finish();
}

void
cprog_call(const char *call)
{
	long at = end;

	if (cprog_file == NULL)
		return;
	snprintf(pending, sizeof(pending), "%s", call);
	cprog_line("\t/* This one did not return. */\n\tIS(0, 0, rump_sys_%s);", call);
	end = at;	/* what it returned takes the place of this */
}

void
cprog_result(long long rv, int error, int isfd)
{

	if (cprog_file == NULL)
		return;
	if (isfd && rv >= 0 && rv < 64)
		cprog_line("\tFD(%lld, rump_sys_%s);", rv, pending);
	else if (isfd && rv == -1)
		cprog_line("\tNOFD(%d, rump_sys_%s);", error, pending);
	else
		cprog_line("\tIS(%lld, %d, rump_sys_%s);", rv, rv == -1 ? error : 0, pending);
}
