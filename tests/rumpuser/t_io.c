/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Files, images, block I/O, console, randomness, faults, parameters.
 */

#include "hyper.h"

#include <rump/rumpuser_component.h>

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

static size_t done_len;
static int done_error = -1, done_calls;

static void
biodone(void *arg, size_t len, int error)
{

	done_calls++;
	done_len = len;
	done_error = error;
	ATF_CHECK_EQ(arg, (void *)&done_calls);
}

static void
bio(int fd, int op, void *buf, size_t len, int64_t off)
{

	done_error = -1;
	rumpuser_bio(fd, op, buf, len, off, biodone, &done_calls);
	while (__atomic_load_n(&done_error, __ATOMIC_ACQUIRE) == -1)
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000);
}

ATF_TC_WITHOUT_HEAD(hostfile);
ATF_TC_BODY(hostfile, tc)
{
	struct rumpuser_iovec iov[2];
	char buf[64], a[3], b[5];
	uint64_t size;
	size_t n;
	int fd, ft;

	hyper_init();
	unlink("file");
	ATF_CHECK_EQ(rumpuser_getfileinfo("file", &size, &ft), 2);
	ATF_CHECK_EQ(rumpuser_open("file", RUMPUSER_OPEN_RDWR, &fd), 2);
	ATF_CHECK_EQ(rumpuser_open("file", RUMPUSER_OPEN_ACCMODE, &fd), 22);
	ATF_REQUIRE_EQ(rumpuser_open("file", RUMPUSER_OPEN_RDWR |
	    RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &fd), 0);
	bio(fd, RUMPUSER_BIO_WRITE, (char *)(uintptr_t)"hello, world", 12, 4);
	ATF_CHECK_EQ(done_error, 0);
	ATF_CHECK_EQ(done_len, 12);
	ATF_REQUIRE_EQ(rumpuser_getfileinfo("file", &size, &ft), 0);
	ATF_CHECK_EQ(size, 16);
	ATF_CHECK_EQ(ft, RUMPUSER_FT_REG);
	ATF_CHECK_EQ(rumpuser_getfileinfo("/", NULL, &ft), 0);
	ATF_CHECK_EQ(ft, RUMPUSER_FT_DIR);
	/* A read over the end is short. */
	bio(fd, RUMPUSER_BIO_READ, buf, sizeof(buf), 4);
	ATF_CHECK_EQ(done_error, 0);
	ATF_CHECK_EQ(done_len, 12);
	ATF_CHECK(memcmp(buf, "hello, world", 12) == 0);
	bio(fd, RUMPUSER_BIO_READ, buf, 1, -5);
	ATF_CHECK_EQ(done_error, 22);
	iov[0].iov_base = a;
	iov[0].iov_len = 3;
	iov[1].iov_base = b;
	iov[1].iov_len = 5;
	ATF_CHECK_EQ(rumpuser_iovread(fd, iov, 2, 4, &n), 0);
	ATF_CHECK_EQ(n, 8);
	ATF_CHECK(memcmp(b, "lo, w", 5) == 0);
	ATF_CHECK_EQ(rumpuser_iovwrite(fd, iov, 2, RUMPUSER_IOV_NOSEEK, &n),
	    0);
	ATF_CHECK_EQ(n, 8);
	ATF_CHECK_EQ(rumpuser_iovread(fd, iov, 2, -2, &n), 22);
	ATF_CHECK_EQ(rumpuser_syncfd(fd, 0, 0, 0), 22);
	ATF_CHECK_EQ(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE |
	    RUMPUSER_SYNCFD_SYNC, 0, 0), 0);
	ATF_CHECK_EQ(rumpuser_close(fd), 0);
	ATF_CHECK_EQ(rumpuser_open("file", RUMPUSER_OPEN_RDWR |
	    RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &fd), 17);
	ATF_CHECK_EQ(hyper_held, 0);
	ATF_CHECK(hyper_gaveup > 0);
}

static char disk[1000];
static int reads, writes, syncs;

static int
disk_read(void *cookie, void *buf, size_t len, uint64_t off)
{

	reads++;
	ATF_CHECK(off + len <= sizeof(disk));
	if (off == 512)
		return 5;
	memcpy(buf, disk + off, len);
	return 0;
}

static int
disk_write(void *cookie, const void *buf, size_t len, uint64_t off)
{

	writes++;
	ATF_CHECK(off + len <= sizeof(disk));
	memcpy(disk + off, buf, len);
	return 0;
}

static int
disk_sync(void *cookie)
{

	syncs++;
	return 0;
}

ATF_TC_WITHOUT_HEAD(image);
ATF_TC_BODY(image, tc)
{
	static const struct rumpuser_image_ops ops = {
		disk_read, disk_write, disk_sync
	};
	static char mem[300] = "contents";
	char buf[2000];
	uint64_t size;
	size_t n;
	int fd, fd2, ft;

	hyper_init();
	ATF_REQUIRE_EQ(rumpuser_image_add("/dev/img", sizeof(disk),
	    RUMPUSER_IMAGE_BLK, &ops, NULL), 0);
	ATF_CHECK_EQ(rumpuser_image_add("/dev/img", 1, 0, &ops, NULL), 17);
	ATF_CHECK_EQ(rumpuser_getfileinfo("/dev/img", &size, &ft), 0);
	ATF_CHECK_EQ(size, sizeof(disk));
	ATF_CHECK_EQ(ft, RUMPUSER_FT_BLK);
	ATF_REQUIRE_EQ(rumpuser_open("/dev/img", RUMPUSER_OPEN_RDWR |
	    RUMPUSER_OPEN_BIO, &fd), 0);
	bio(fd, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC,
	    (char *)(uintptr_t)"sector", 6, 100);
	ATF_CHECK_EQ(done_error, 0);
	ATF_CHECK_EQ(syncs, 1);
	bio(fd, RUMPUSER_BIO_READ, buf, sizeof(buf), 100);
	ATF_CHECK_EQ(done_error, 0);
	ATF_CHECK_EQ(done_len, 900);
	ATF_CHECK(memcmp(buf, "sector", 6) == 0);
	bio(fd, RUMPUSER_BIO_READ, buf, 512, 512);
	ATF_CHECK_EQ(done_error, 5);
	ATF_CHECK_EQ(done_len, 0);
	bio(fd, RUMPUSER_BIO_WRITE, buf, 1, sizeof(disk));
	ATF_CHECK_EQ(done_error, 28);
	bio(fd, RUMPUSER_BIO_READ, buf, 1, INT64_MAX);
	ATF_CHECK_EQ(done_error, 0);
	ATF_CHECK_EQ(done_len, 0);
	ATF_CHECK_EQ(rumpuser_image_remove("/dev/img"), 16);
	ATF_CHECK_EQ(rumpuser_close(fd), 0);
	ATF_CHECK_EQ(rumpuser_close(fd), 9);
	ATF_CHECK_EQ(rumpuser_image_remove("/dev/img"), 0);
	ATF_CHECK_EQ(rumpuser_image_remove("/dev/img"), 2);

	ATF_REQUIRE_EQ(rumpuser_image_add_mem("ro", mem, sizeof(mem), 0), 0);
	ATF_CHECK_EQ(rumpuser_open("ro", RUMPUSER_OPEN_RDWR, &fd), 30);
	ATF_REQUIRE_EQ(rumpuser_open("ro", RUMPUSER_OPEN_RDONLY, &fd), 0);
	ATF_REQUIRE_EQ(rumpuser_open("ro", RUMPUSER_OPEN_RDONLY, &fd2), 0);
	ATF_CHECK(fd != fd2);
	bio(fd, RUMPUSER_BIO_READ, buf, 8, 0);
	ATF_CHECK(memcmp(buf, "contents", 8) == 0);
	bio(fd, RUMPUSER_BIO_WRITE, buf, 8, 0);
	ATF_CHECK_EQ(done_error, 9);
	struct rumpuser_iovec iov = { buf, 3 };
	ATF_CHECK_EQ(rumpuser_iovread(fd2, &iov, 1, RUMPUSER_IOV_NOSEEK, &n),
	    0);
	ATF_CHECK_EQ(rumpuser_iovread(fd2, &iov, 1, RUMPUSER_IOV_NOSEEK, &n),
	    0);
	ATF_CHECK(memcmp(buf, "ten", 3) == 0);
}

static char seen[2000];

static void
collect(const char *buf, size_t len, void *arg)
{

	strncat(seen, buf, len);
}

ATF_TC_WITHOUT_HEAD(console);
ATF_TC_BODY(console, tc)
{
	const char *p;

	hyper_init();
	rumpuser_console_sink(collect, NULL);
	for (p = "one\ntw"; *p != '\0'; p++)
		rumpuser_putchar(*p);
	ATF_CHECK_STREQ(seen, "one\n");
	/* What is half said comes before the next. */
	rumpuser_dprintf("%s %d\n", "three", 3);
	ATF_CHECK_STREQ(seen, "one\ntwthree 3\n");
	rumpuser_console_sink(NULL, NULL);
}

ATF_TC_WITHOUT_HEAD(random);
ATF_TC_BODY(random, tc)
{
	char a[100], b[100];
	size_t n;

	hyper_init();
	rumpuser_random_seed(5);
	ATF_CHECK_EQ(rumpuser_getrandom(a, sizeof(a), 0, &n), 0);
	ATF_CHECK_EQ(n, sizeof(a));
	rumpuser_random_seed(5);
	rumpuser_getrandom(b, sizeof(b), RUMPUSER_RANDOM_HARD, &n);
	ATF_CHECK(memcmp(a, b, sizeof(a)) == 0);
	rumpuser_random_seed(6);
	rumpuser_getrandom(b, sizeof(b), 0, &n);
	ATF_CHECK(memcmp(a, b, sizeof(a)) != 0);
}

static uint64_t hooked;

static int
hook(enum rumpuser_faultkind kind, uint64_t n)
{

	hooked = n;
	return kind == RUMPUSER_FAULT_COPY ? 14 : 0;
}

ATF_TC_WITHOUT_HEAD(faults);
ATF_TC_BODY(faults, tc)
{
	char got[32] = "";
	uint64_t n0;
	int i;

	hyper_init();
	for (i = 0; i < 5; i++)
		ATF_CHECK_EQ(rumpuser_fault(RUMPUSER_FAULT_ALLOC), 0);
	n0 = rumpuser_fault_count(RUMPUSER_FAULT_ALLOC);
	ATF_CHECK_EQ(n0, 5);
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 3, 0, 12);
	for (i = 0; i < 10; i++)
		strcat(got, rumpuser_fault(RUMPUSER_FAULT_ALLOC) ? "x" : ".");
	ATF_CHECK_STREQ(got, "..x.......");
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 1, 2, 12);
	got[0] = '\0';
	for (i = 0; i < 10; i++)
		strcat(got, rumpuser_fault(RUMPUSER_FAULT_ALLOC) == 12 ?
		    "x" : ".");
	ATF_CHECK_STREQ(got, "x.x.x.x.x.");
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 0, 0, 0);
	ATF_CHECK_EQ(rumpuser_fault(RUMPUSER_FAULT_ALLOC), 0);
	ATF_CHECK_EQ(rumpuser_fault(RUMPUSER_FAULT_BIO), 0);
	rumpuser_fault_hook(hook);
	ATF_CHECK_EQ(rumpuser_fault(RUMPUSER_FAULT_COPY), 14);
	ATF_CHECK_EQ(hooked, 1);
	ATF_CHECK_EQ(rumpuser_fault(RUMPUSER_FAULT_BIO), 0);
	ATF_CHECK_EQ(hooked, 2);
}

ATF_TC_WITHOUT_HEAD(params);
ATF_TC_BODY(params, tc)
{
	char buf[300];

	hyper_init();
	unsetenv("RUMP_NCPU");
	ATF_CHECK_EQ(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, 300), 0);
	ATF_CHECK_STREQ(buf, "2");
	setenv("RUMP_NCPU", "5", 1);
	ATF_CHECK_EQ(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, 300), 0);
	ATF_CHECK_STREQ(buf, "5");
	setenv("RUMP_NCPU", "host", 1);
	ATF_CHECK_EQ(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, 300), 0);
	ATF_CHECK(atoi(buf) > 0);
	ATF_CHECK_EQ(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, 1), 7);
	ATF_CHECK_EQ(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, 300), 0);
	ATF_CHECK(strncmp(buf, "rump", 4) == 0);
	ATF_CHECK_EQ(rumpuser_getparam("_NOSUCH", buf, 300), 22);
	ATF_CHECK_EQ(rumpuser_getparam("RUMP_NOSUCH", buf, 300), 2);
	setenv("RUMP_X", "y", 1);
	ATF_CHECK_EQ(rumpuser_getparam("RUMP_X", buf, 2), 0);
	ATF_CHECK_STREQ(buf, "y");
	ATF_CHECK_EQ(rumpuser_getparam("RUMP_X", buf, 1), 7);
	rumpuser_seterrno(77);
	ATF_CHECK_EQ(errno, 77);
}

static volatile sig_atomic_t caught;

static void
catch(int sig)
{

	caught = sig;
}

static void
panic(void)
{

	rumpuser_exit(RUMPUSER_PANIC);
}

static void
hooked_report(void *arg)
{
	static const char text[] = "the hook has run\n";

	if (write(2, text, sizeof(text) - 1) < 0)
		abort();
}

static void
report(void)
{

	rumpuser_report_hook(hooked_report, NULL);
	rumpuser_report("lock-order", "lock %d before lock %d", 1, 2);
}

ATF_TC_WITHOUT_HEAD(misc);
ATF_TC_BODY(misc, tc)
{
	struct lwp *l = (struct lwp *)&caught;
	void *cookie;

	ATF_CHECK_EQ(rumpuser_init(16, NULL), 22);
	hyper_init();
	/* SIGUSR1 is 30 there. */
	signal(SIGUSR1, catch);
	ATF_CHECK_EQ(rumpuser_kill(RUMPUSER_PID_SELF, 30), 0);
	ATF_CHECK_EQ(caught, SIGUSR1);
	ATF_CHECK_EQ(rumpuser_kill(RUMPUSER_PID_SELF, 99), 22);
	ATF_CHECK_EQ(rumpuser_component_errtrans(EAGAIN), 35);
	ATF_CHECK_EQ(rumpuser_component_errtrans(ETIMEDOUT), 60);
	ATF_CHECK_EQ(rumpuser_component_errtrans(ENOENT), 2);
	ATF_CHECK_EQ(rumpuser_component_errtrans(0), 0);
	cookie = rumpuser_component_unschedule();
	ATF_CHECK_EQ(hyper_held, -1);
	rumpuser_component_schedule(cookie);
	ATF_CHECK_EQ(hyper_held, 0);
	rumpuser_component_switchlwp(l);
	ATF_CHECK(rumpuser_component_curlwp() == l);
	ATF_CHECK_EQ(rumpuser_sp_init("unix://x", "NetBSD", "10.0", "amd64"),
	    45);
	hyper_dies(panic, "ERROR: rumpfuzz: kernel-panic: ", NULL);
	hyper_dies(report, "ERROR: rumpfuzz: lock-order: lock 1 before lock "
	    "2\n", "SUMMARY: rumpfuzz: lock-order", "the hook has run", NULL);
}

static unsigned nsym;

static int
symload(void *sym, uint64_t symsize, char *str, uint64_t strsize)
{

	nsym = symsize / 24;
	ATF_CHECK_EQ(symsize % 24, 0);
	ATF_CHECK_EQ(str[strsize - 1], '\0');
	return 0;
}

static unsigned ncomp;
static int comp1, comp2;

static void
compload(const struct rump_component *c)
{

	ncomp++;
	ATF_CHECK((const int *)c == &comp1 || (const int *)c == &comp2);
}

__attribute__((__section__("link_set_rump_components"), __used__))
static const void *const set1 = &comp1;
__attribute__((__section__("link_set_rump_components"), __used__))
static const void *const set2 = &comp2;

ATF_TC_WITHOUT_HEAD(components);
ATF_TC_BODY(components, tc)
{

	hyper_init();
	rumpuser_dl_bootstrap(NULL, symload, compload, NULL);
	ATF_CHECK_EQ(ncomp, 2);
}

ATF_TC_WITHOUT_HEAD(daemonize);
ATF_TC_BODY(daemonize, tc)
{
	pid_t pid;
	int status;

	hyper_init();
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		if (rumpuser_daemonize_begin() != 0)
			_exit(9);
		rumpuser_daemonize_done(22);
		_exit(0);
	}
	ATF_REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	ATF_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	pid = fork();
	if (pid == 0) {
		if (rumpuser_daemonize_begin() != 0)
			_exit(9);
		rumpuser_daemonize_done(0);
		_exit(0);
	}
	ATF_REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	ATF_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, hostfile);
	ATF_TP_ADD_TC(tp, image);
	ATF_TP_ADD_TC(tp, console);
	ATF_TP_ADD_TC(tp, random);
	ATF_TP_ADD_TC(tp, faults);
	ATF_TP_ADD_TC(tp, params);
	ATF_TP_ADD_TC(tp, misc);
	ATF_TP_ADD_TC(tp, components);
	ATF_TP_ADD_TC(tp, daemonize);
	return atf_no_error();
}
