/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Snapshot and restore: what an input changed is as before, what it left
 * behind is gone, and the next input sees the same addresses and choices.
 */

#include "hyper.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <atf-c.h>

#define	NEED_FIBER()	do {						\
	if (strcmp(rumpuser_backend(), "fiber") != 0)			\
		atf_tc_skip("snapshots are the fiber backend's");	\
} while (0)

static struct {
	int	g_work;			/* asked of the worker */
	int	g_done;			/* done by it */
	int	g_depth;
	char	g_pad[300];
} g;

static struct rumpuser_mtx *mtx;
static struct rumpuser_cv *cv;
static volatile char *vp;
static volatile int sink;

/* Sleeps deeper and deeper in its stack, with poisoned arrays on it. */
static int __attribute__((__noinline__))
dig(int depth)
{
	volatile char room[100];
	int i, sum = 0;

	for (i = 0; i < 100; i++)
		room[i] = depth + i;
	if (depth > 0)
		sum = dig(depth - 1);
	else {
		g.g_done++;
		rumpuser_cv_signal(cv);
		rumpuser_cv_wait(cv, mtx);
	}
	for (i = 0; i < 100; i++)
		sum += room[i] == (char)(depth + i);
	return sum;
}

static void *
worker(void *arg)
{
	int done = 0;

	rumpuser_mutex_enter(mtx);
	for (;;) {
		while (g.g_work == done)
			rumpuser_cv_wait(cv, mtx);
		done++;
		if (dig(g.g_depth) != 100 * (g.g_depth + 1))
			abort();
	}
	return NULL;
}

static void
boot(void)
{

	hyper_init();
	rumpuser_region_add(&g, sizeof(g), "test");
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_thread_create(worker, NULL, "worker", 0, -1, -1, NULL);
	rumpuser_thread_create(worker, NULL, "worker2", 0, -1, -1, NULL);
}

static void
work(int depth)
{

	rumpuser_mutex_enter(mtx);
	g.g_depth = depth;
	g.g_work++;
	rumpuser_cv_broadcast(cv);
	while (g.g_done == 0)
		rumpuser_cv_wait(cv, mtx);
	rumpuser_mutex_exit(mtx);
}

static void *
stray(void *arg)
{

	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 1000, 0);
	return NULL;
}

/* A thing that input number n does; what it saw, as a number. */
static uint64_t
input(int n)
{
	uint64_t h = 0;
	uint8_t rnd[8];
	int64_t sec;
	size_t got, i;
	long nsec;
	void *p;

	for (i = 0; i < 30; i++) {
		if (rumpuser_malloc(10 + i * 37, 0, &p) != 0)
			abort();
		memset(p, 0x11, 10 + i * 37);
		h = h * 31 + (uintptr_t)p;
		if (i % 3 == 0)
			rumpuser_free(p, 10 + i * 37);
	}
	if (rumpuser_obj_alloc(5000, 8, RUMPUSER_OBJ_BUF, "buffer", &p) != 0)
		abort();
	memset(p, 1, 5000);
	h = h * 31 + (uintptr_t)p;
	rumpuser_getrandom(rnd, sizeof(rnd), 0, &got);
	for (i = 0; i < sizeof(rnd); i++)
		h = h * 31 + rnd[i];
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	h = h * 31 + sec * 1000000000 + nsec;
	rumpuser_thread_create(stray, NULL, "stray", 0, -1, -1, NULL);
	work(n % 50);
	memset(g.g_pad, n, sizeof(g.g_pad));
	return h;
}

ATF_TC_WITHOUT_HEAD(restore);
ATF_TC_BODY(restore, tc)
{
	struct rumpuser_reset_stats rs;
	char *kept, *freed;
	uint64_t h, first = 0;
	void *p;
	int i;

	NEED_FIBER();
	boot();
	ATF_CHECK_EQ(rumpuser_restore(), 22);
	ATF_REQUIRE_EQ(rumpuser_malloc(1000, 0, &p), 0);
	kept = p;
	strcpy(kept, "kept");
	ATF_REQUIRE_EQ(rumpuser_malloc(2000, 0, &p), 0);
	freed = p;
	rumpuser_free(freed, 2000);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 500; i++) {
		h = input(i);
		if (i == 0)
			first = h;
		ATF_REQUIRE_EQ(h, first);
		strcpy(kept, "changed");
		rumpuser_free(kept, 1000);
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		ATF_REQUIRE_STREQ(kept, "kept");
		ATF_REQUIRE_EQ(g.g_work, 0);
		ATF_REQUIRE_EQ(g.g_pad[7], 0);
	}
	rumpuser_reset_stats(&rs);
	ATF_CHECK_EQ(rs.rs_restores, 500);
	ATF_CHECK_EQ(rs.rs_threads, 3);
	ATF_CHECK_EQ(rs.rs_regions, 1);
	ATF_CHECK(rs.rs_saved_bytes < 1 << 20);
	printf("saved %ju copied %ju rewound %ju shadow %ju\n",
	    (uintmax_t)rs.rs_saved_bytes, (uintmax_t)rs.rs_copied_bytes,
	    (uintmax_t)rs.rs_rewound_bytes,
	    (uintmax_t)rs.rs_unpoisoned_bytes);
}

ATF_TC_WITHOUT_HEAD(again);
ATF_TC_BODY(again, tc)
{
	int i;

	NEED_FIBER();
	boot();
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 10; i++) {
		input(i);
		rumpuser_restore();
	}
	g.g_pad[0] = 5;
	input(3);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 10; i++) {
		g.g_pad[0] = 6;
		rumpuser_thread_create(stray, NULL, "stray", 0, -1, -1, NULL);
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		ATF_REQUIRE_EQ(g.g_pad[0], 3);
	}
}

/* Memory of an earlier input is poisoned for the next one. */
static void
stale(void)
{

	sink = *vp;
}

ATF_TC_WITHOUT_HEAD(rewound);
ATF_TC_BODY(rewound, tc)
{
	void *p;

	NEED_FIBER();
#ifndef HAVE_ASAN
	atf_tc_skip("accesses are checked by ASan");
#endif
	boot();
	rumpuser_snapshot();
	ATF_REQUIRE_EQ(rumpuser_obj_alloc(64, 8, RUMPUSER_OBJ_KMEM, "kmem",
	    &p), 0);
	vp = p;
	rumpuser_restore();
	hyper_dies(stale, "AddressSanitizer: ", NULL);
}

/* fork() after the snapshot: both sides go on and agree. */
ATF_TC_WITHOUT_HEAD(forks);
ATF_TC_BODY(forks, tc)
{
	uint64_t mine, theirs = 0;
	int fd[2], i, status;
	pid_t pid;

	NEED_FIBER();
#ifdef HAVE_TSAN
	atf_tc_skip("TSan with fibers can't fork");
#endif
	boot();
	rumpuser_snapshot();
	mine = input(1);
	rumpuser_restore();
	for (i = 0; i < 5; i++) {
		ATF_REQUIRE(pipe(fd) == 0);
		pid = fork();
		ATF_REQUIRE(pid != -1);
		if (pid == 0) {
			theirs = input(1);
			_exit(write(fd[1], &theirs, sizeof(theirs)) !=
			    sizeof(theirs));
		}
		ATF_REQUIRE_EQ(waitpid(pid, &status, 0), pid);
		ATF_REQUIRE_EQ(status, 0);
		ATF_REQUIRE_EQ(read(fd[0], &theirs, sizeof(theirs)),
		    (ssize_t)sizeof(theirs));
		ATF_CHECK_EQ(mine, theirs);
		close(fd[0]);
		close(fd[1]);
	}
}

/* One input that takes a lot leaves the process small again. */
ATF_TC_WITHOUT_HEAD(big);
ATF_TC_BODY(big, tc)
{
	void *p;
	int i, j;

	NEED_FIBER();
	boot();
	rumpuser_snapshot();
	for (i = 0; i < 3; i++) {
		for (j = 0; j < 200; j++) {
			ATF_REQUIRE_EQ(rumpuser_malloc(1 << 20, 0, &p), 0);
			memset(p, j, 1 << 20);
		}
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		/* Zeroed pages are zero although others wrote there. */
		for (j = 0; j < 100; j++) {
			ATF_REQUIRE_EQ(rumpuser_anonmmap(NULL, 1 << 20, 0, 0,
			    &p), 0);
			ATF_REQUIRE_EQ(((char *)p)[0], 0);
			ATF_REQUIRE_EQ(((char *)p)[(1 << 20) - 1], 0);
		}
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
	}
}

ATF_TC_WITHOUT_HEAD(files);
ATF_TC_BODY(files, tc)
{
	int fd, i, top = 0;

	NEED_FIBER();
	boot();
	rumpuser_snapshot();
	for (i = 0; i < 3000; i++) {
		ATF_REQUIRE_EQ(rumpuser_open("/dev/null",
		    RUMPUSER_OPEN_RDONLY, &fd), 0);
		if (fd > top)
			top = fd;
		rumpuser_restore();
	}
	ATF_CHECK(top < 20);
}

static void
on_segv(int sig)
{
	static const char text[] = "the program's own handler\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0)
		_exit(1);
}

static void
far_away(void)
{

	*vp = 1;
}

/* Pages that no input has written are not copied, until one does. */
ATF_TC_WITHOUT_HEAD(cold);
ATF_TC_BODY(cold, tc)
{
	const size_t len = 16 * 4096;
	struct rumpuser_reset_stats rs;
	struct rumpuser_iovec iov;
	char *p, *page;
	size_t got;
	void *mem;
	int fd, i;

	NEED_FIBER();
	ATF_REQUIRE(signal(SIGSEGV, on_segv) != SIG_ERR);
	boot();
	ATF_REQUIRE_EQ(rumpuser_malloc(len, 0, &mem), 0);
	p = mem;
	memset(p, 1, len);
	page = p + 8 * 4096;
	ATF_REQUIRE_EQ(rumpuser_open("/dev/zero", RUMPUSER_OPEN_RDONLY, &fd), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 200; i++)
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
	rumpuser_reset_stats(&rs);
	ATF_CHECK_MSG(rs.rs_copied_bytes + len <= rs.rs_saved_bytes, "%zu of %zu bytes copied",
	    (size_t)rs.rs_copied_bytes, (size_t)rs.rs_saved_bytes);
	for (i = 0; i < 3; i++) {
		*page = 2;
		p[len - 1] = 3;
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		ATF_CHECK_EQ(*page, 1);
		ATF_CHECK_EQ(p[len - 1], 1);
	}
	/* The host writes there, too. */
	iov = (struct rumpuser_iovec){ .iov_base = p + 4096 - 10, .iov_len = 8192 };
	ATF_CHECK_EQ(rumpuser_iovread(fd, &iov, 1, RUMPUSER_IOV_NOSEEK, &got), 0);
	ATF_CHECK_EQ(got, 8192);
	ATF_CHECK_EQ(p[4096], 0);
	ATF_REQUIRE_EQ(rumpuser_restore(), 0);
	ATF_CHECK_EQ(p[4096], 1);
	ATF_CHECK_EQ(p[3 * 4096 - 11], 1);
	vp = (volatile char *)16;
	hyper_dies(far_away, "the program's own handler", NULL);
	/* Another snapshot begins anew. */
	p[5 * 4096] = 7;
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	memset(p, 8, len);
	ATF_REQUIRE_EQ(rumpuser_restore(), 0);
	ATF_CHECK_EQ(p[5 * 4096], 7);
	ATF_CHECK_EQ(p[6 * 4096], 1);
}

ATF_TC_WITHOUT_HEAD(pthread);
ATF_TC_BODY(pthread, tc)
{

	if (strcmp(rumpuser_backend(), "fiber") == 0)
		atf_tc_skip("for the other backend");
	hyper_init();
	ATF_CHECK_EQ(rumpuser_snapshot(), 45);
	ATF_CHECK_EQ(rumpuser_restore(), 45);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, restore);
	ATF_TP_ADD_TC(tp, again);
	ATF_TP_ADD_TC(tp, rewound);
	ATF_TP_ADD_TC(tp, forks);
	ATF_TP_ADD_TC(tp, big);
	ATF_TP_ADD_TC(tp, files);
	ATF_TP_ADD_TC(tp, cold);
	ATF_TP_ADD_TC(tp, pthread);
	return atf_no_error();
}
