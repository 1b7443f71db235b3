/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Threads, locks, sleep and time, on both backends.
 */

#include "hyper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

static struct rumpuser_mtx *mtx;
static struct rumpuser_cv *cv;
static struct rumpuser_rw *rw;
static int turns, stage;

static bool
fiber(void)
{

	return strcmp(rumpuser_backend(), "fiber") == 0;
}

static void *
count_thread(void *arg)
{
	int i;

	for (i = 0; i < 100; i++) {
		rumpuser_mutex_enter(mtx);
		turns++;
		rumpuser_mutex_exit(mtx);
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000);
	}
	return NULL;
}

ATF_TC_WITHOUT_HEAD(threads);
ATF_TC_BODY(threads, tc)
{
	void *cookie[20];
	int i;

	hyper_init();
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	for (i = 0; i < 20; i++)
		ATF_REQUIRE_EQ(rumpuser_thread_create(count_thread, NULL,
		    "count", 1, -1, -1, &cookie[i]), 0);
	for (i = 0; i < 20; i++)
		ATF_REQUIRE_EQ(rumpuser_thread_join(cookie[i]), 0);
	ATF_CHECK_EQ(turns, 2000);
	ATF_CHECK_EQ(hyper_held, 0);
	rumpuser_mutex_destroy(mtx);
}

static void *
ping_thread(void *arg)
{

	rumpuser_mutex_enter(mtx);
	while (turns < 1000) {
		while (turns % 2 == 0 && turns < 1000)
			rumpuser_cv_wait(cv, mtx);
		turns++;
		rumpuser_cv_signal(cv);
	}
	rumpuser_mutex_exit(mtx);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(pingpong);
ATF_TC_BODY(pingpong, tc)
{
	void *cookie;
	int has;

	hyper_init();
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX | RUMPUSER_MTX_SPIN);
	ATF_CHECK(rumpuser_mutex_spin_p(mtx));
	rumpuser_cv_init(&cv);
	ATF_REQUIRE_EQ(rumpuser_thread_create(ping_thread, NULL, "ping", 1,
	    -1, -1, &cookie), 0);
	rumpuser_mutex_enter(mtx);
	while (turns < 1000) {
		while (turns % 2 == 1 && turns < 1000)
			rumpuser_cv_wait(cv, mtx);
		turns++;
		rumpuser_cv_signal(cv);
	}
	rumpuser_mutex_exit(mtx);
	ATF_REQUIRE_EQ(rumpuser_thread_join(cookie), 0);
	ATF_CHECK(turns >= 1000);
	rumpuser_cv_has_waiters(cv, &has);
	ATF_CHECK_EQ(has, 0);
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(mtx);
	ATF_CHECK_EQ(hyper_held, 0);
}

ATF_TC_WITHOUT_HEAD(timedwait);
ATF_TC_BODY(timedwait, tc)
{
	int64_t s0, s1;
	long n0, n1;
	int64_t ns;

	hyper_init();
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_mutex_enter(mtx);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s0, &n0);
	ATF_CHECK_EQ(rumpuser_cv_timedwait(cv, mtx, 0, 50000000), 60);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s1, &n1);
	ns = (s1 - s0) * 1000000000 + n1 - n0;
	ATF_CHECK(ns >= 50000000);
	if (fiber())
		ATF_CHECK_EQ(ns, 50001000);
	rumpuser_mutex_exit(mtx);
	/* A sleep for ever and a day must not overflow. */
	if (fiber())
		ATF_CHECK_EQ(rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL,
		    INT64_MAX, 0), 0);
}

static void *
reader_thread(void *arg)
{

	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	__atomic_fetch_add(&stage, 1, __ATOMIC_SEQ_CST);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000000);
	rumpuser_rw_exit(rw);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(rwlock);
ATF_TC_BODY(rwlock, tc)
{
	void *cookie[3];
	int i, held;

	hyper_init();
	rumpuser_curlwpop(RUMPUSER_LWP_SET, (struct lwp *)&rw);
	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	ATF_CHECK_EQ(held, 1);
	ATF_CHECK_EQ(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw), 16);
	for (i = 0; i < 3; i++)
		rumpuser_thread_create(reader_thread, NULL, "reader", 1, -1,
		    -1, &cookie[i]);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000000);
	ATF_CHECK_EQ(stage, 0);
	rumpuser_rw_downgrade(rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &held);
	ATF_CHECK_EQ(held, 1);
	for (i = 0; i < 3; i++)
		rumpuser_thread_join(cookie[i]);
	ATF_CHECK_EQ(stage, 3);
	ATF_CHECK_EQ(rumpuser_rw_tryupgrade(rw), 0);
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	ATF_CHECK_EQ(held, 1);
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
}

ATF_TC_WITHOUT_HEAD(curlwp);
ATF_TC_BODY(curlwp, tc)
{
	struct rumpuser_mtx *m;
	struct lwp *l = (struct lwp *)&stage, *owner;

	hyper_init();
	ATF_CHECK(rumpuser_curlwp() == NULL);
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	ATF_CHECK(rumpuser_curlwp() == l);
	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(m);
	rumpuser_mutex_owner(m, &owner);
	ATF_CHECK(owner == l);
	ATF_CHECK_EQ(rumpuser_mutex_tryenter(m), 16);
	rumpuser_mutex_exit(m);
	rumpuser_mutex_owner(m, &owner);
	ATF_CHECK(owner == NULL);
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	ATF_CHECK(rumpuser_curlwp() == NULL);
}

/*
 * What the schedule is made of.
 */

static char trace[256];

static void *
trace_thread(void *arg)
{
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(trace + strlen(trace), 3, "%s", (char *)arg);
		rumpuser_sched_point();
	}
	return NULL;
}

static void
run_traced(void)
{
	static const char *const names[] = { "a", "b", "c" };
	void *cookie[3];
	int i;

	trace[0] = '\0';
	for (i = 0; i < 3; i++)
		rumpuser_thread_create(trace_thread, (void *)(uintptr_t)
		    names[i], names[i], 1, -1, -1, &cookie[i]);
	for (i = 0; i < 3; i++)
		rumpuser_thread_join(cookie[i]);
}

ATF_TC_WITHOUT_HEAD(policies);
ATF_TC_BODY(policies, tc)
{
	static const uint8_t bytes[] = { 0, 1, 2, 1, 0, 2, 1, 1, 2 };
	char first[256];
	unsigned seed, differ = 0;

	if (!fiber())
		atf_tc_skip("schedules are the fiber backend's");
	hyper_init();
	run_traced();
	ATF_CHECK_STREQ(trace, "aaaabbbbcccc");

	ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_BYTES, 0, bytes,
	    sizeof(bytes)), 0);
	run_traced();
	strcpy(first, trace);
	ATF_CHECK(strcmp(trace, "aaaabbbbcccc") != 0);
	rumpuser_sched_set(RUMPUSER_SCHED_BYTES, 0, bytes, sizeof(bytes));
	run_traced();
	ATF_CHECK_STREQ(trace, first);
	/* No bytes are the default schedule. */
	rumpuser_sched_set(RUMPUSER_SCHED_BYTES, 0, NULL, 0);
	run_traced();
	ATF_CHECK_STREQ(trace, "aaaabbbbcccc");

	for (seed = 0; seed < 50; seed++) {
		rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0);
		run_traced();
		strcpy(first, trace);
		differ += strcmp(trace, "aaaabbbbcccc") != 0;
		rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0);
		run_traced();
		ATF_CHECK_STREQ(trace, first);
	}
	ATF_CHECK(differ > 10);
}

static void *
stuck_thread(void *arg)
{

	rumpuser_mutex_enter(mtx);
	rumpuser_cv_wait(cv, mtx);
	return NULL;
}

static void
deadlock(void)
{

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_thread_create(stuck_thread, NULL, "sleeper", 0, -1, -1,
	    NULL);
	rumpuser_mutex_enter(mtx);
	rumpuser_cv_wait(cv, mtx);
}

static void
recurse(void)
{

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(mtx);
	rumpuser_mutex_enter(mtx);
}

ATF_TC_WITHOUT_HEAD(deadlocks);
ATF_TC_BODY(deadlocks, tc)
{

	if (!fiber())
		atf_tc_skip("deadlocks are the fiber backend's");
	hyper_init();
	hyper_dies(deadlock, "ERROR: rumpfuzz: deadlock: ",
	    "thread \"main\" sleeps in cv", "thread \"sleeper\" sleeps in cv",
	    HAVE_SYMBOLS("stuck_thread"), "SUMMARY: rumpfuzz: deadlock",
	    NULL);
	hyper_dies(recurse, "ERROR: rumpfuzz: deadlock: ", NULL);
}

static void *
nap_thread(void *arg)
{

	stage++;
	for (;;)
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 1, 0);
	return NULL;
}

static void
hang(void)
{

	rumpuser_thread_create(nap_thread, NULL, "napper", 0, -1, -1, NULL);
	rumpuser_step_limit(1000);
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_mutex_enter(mtx);
	rumpuser_cv_wait(cv, mtx);
}

static void *
wait_thread(void *arg)
{

	rumpuser_mutex_enter(mtx);
	rumpuser_cv_wait(cv, mtx);
	return NULL;
}

/* Main waits without a timeout, beside others that have waited for longer. */
static void
stuck_main(void)
{

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_thread_create(nap_thread, NULL, "napper", 0, -1, -1, NULL);
	rumpuser_thread_create(wait_thread, NULL, "waiter", 0, -1, -1, NULL);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 100, 0);
	rumpuser_clock_limit(3600);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 600, 0);
	rumpuser_mutex_enter(mtx);
	rumpuser_cv_wait(cv, mtx);
	rumpuser_mutex_exit(mtx);
}

/* Main asks again and again whether another has come back. */
static void
asks(void)
{

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_thread_create(wait_thread, NULL, "waiter", 0, -1, -1, NULL);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 100, 0);
	rumpuser_clock_limit(3600);
	for (;;)
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 1, 0);
}

static void
spin(void)
{

	rumpuser_step_limit(1000);
	for (;;)
		rumpuser_step(3);
}

ATF_TC_WITHOUT_HEAD(steps);
ATF_TC_BODY(steps, tc)
{
	uint64_t before;

	hyper_init();
	before = rumpuser_steps();
	rumpuser_step(5);
	ATF_CHECK_EQ(rumpuser_steps(), before + 5);
	hyper_dies(spin, "ERROR: rumpfuzz: hang: more than ", NULL);
	/* Others' periodic naps must not hide that main never goes on. */
	if (fiber())
		hyper_dies(hang, "ERROR: rumpfuzz: hang: ", NULL);
}

ATF_TC_WITHOUT_HEAD(clock_limit);
ATF_TC_BODY(clock_limit, tc)
{

	if (!fiber())
		atf_tc_skip("the virtual clock is the fiber backend's");
	hyper_init();
	hyper_dies(stuck_main, "ERROR: rumpfuzz: hang: ",
	    "thread \"main\" has slept in cv for 3000 s, without",
	    "thread \"napper\" sleeps in sleep", "thread \"waiter\" sleeps in cv",
	    HAVE_SYMBOLS("stuck_main"), "SUMMARY: rumpfuzz: hang", NULL);
	hyper_dies(asks, "ERROR: rumpfuzz: hang: ",
	    "thread \"main\" has slept in sleep for 0 s, with a timeout",
	    "thread \"waiter\" sleeps in cv", NULL);
	/* A day without a bound, and a bound that is taken away. */
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 86400, 0);
	rumpuser_clock_limit(3600);
	rumpuser_clock_limit(0);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 86400, 0);
}

ATF_TC_WITHOUT_HEAD(clock);
ATF_TC_BODY(clock, tc)
{
	int64_t s0, s1, t0, t1;
	long n0, n1;

	rumpuser_clock_base(1000000000);
	hyper_init();
	ATF_CHECK_EQ(rumpuser_clock_gettime(17, &s0, &n0), 22);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s0, &n0);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s1, &n1);
	t0 = s0 * 1000000000 + n0;
	t1 = s1 * 1000000000 + n1;
	ATF_CHECK(t1 >= t0);
	if (!fiber())
		return;
	ATF_CHECK_EQ(t1 - t0, 1000);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_RELWALL, &s1, &n1);
	ATF_CHECK_EQ(s1, 1000000000);
	/* A day passes at once; on the host's clock 20 ms take their time. */
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 86400, 0);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s1, &n1);
	ATF_CHECK_EQ(s1 - s0, 86400);
	rumpuser_clock_mode(RUMPUSER_CLOCK_HOST);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s0, &n0);
	ATF_CHECK(s0 >= s1 && s0 < s1 + 5);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 20000000);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s1, &n1);
	ATF_CHECK((s1 - s0) * 1000000000 + n1 - n0 >= 20000000);
}

static void *
churn_thread(void *arg)
{
	volatile char pad[2048];

	pad[0] = 1;
	pad[sizeof(pad) - 1] = pad[0];
	turns += pad[sizeof(pad) - 1];
	return NULL;
}

/* Stacks are used again and again, with frames left by exits on them. */
ATF_TC_WITHOUT_HEAD(churn);
ATF_TC_BODY(churn, tc)
{
	void *cookie[50];
	int i, j;

	hyper_init();
	for (i = 0; i < 100; i++) {
		for (j = 0; j < 50; j++)
			ATF_REQUIRE_EQ(rumpuser_thread_create(churn_thread,
			    NULL, "churn", 1, -1, -1, &cookie[j]), 0);
		for (j = 0; j < 50; j++)
			ATF_REQUIRE_EQ(rumpuser_thread_join(cookie[j]), 0);
	}
	if (fiber())
		ATF_CHECK_EQ(turns, 5000);
}

/*
 * Bugs on the stack of a thread.
 */

static volatile int zero;

static int __attribute__((__noinline__))
endless(int n)
{
	volatile char room[2000];

	room[n % 2000] = n;
	return n < 0 ? 0 : endless(n + 1 + zero) + room[n % 2000];
}

static void *
endless_thread(void *arg)
{

	turns = endless(0);
	return NULL;
}

static void *
smash_thread(void *arg)
{
	volatile char room[32], *p = room;

	__asm__ volatile("" : "+r" (p));	/* only ASan shall see it */
	p[32 + zero] = 1;
	return (void *)(uintptr_t)p[zero];
}

static void
run_endless(void)
{
	void *cookie;

	rumpuser_thread_create(endless_thread, NULL, "deep", 1, -1, -1,
	    &cookie);
	rumpuser_thread_join(cookie);
}

static void __attribute__((__unused__))
run_smash(void)
{
	void *cookie;

	rumpuser_thread_create(smash_thread, NULL, "smash", 1, -1, -1,
	    &cookie);
	rumpuser_thread_join(cookie);
}

ATF_TC_WITHOUT_HEAD(stacks);
ATF_TC_BODY(stacks, tc)
{

	hyper_init();
#ifdef HAVE_ASAN
	hyper_dies(run_endless, "AddressSanitizer: stack-overflow",
	    " in endless ", NULL);
	hyper_dies(run_smash, "AddressSanitizer: stack-buffer-overflow",
	    " in smash_thread ", NULL);
	if (fiber())
		hyper_dies(run_smash, "thread \"smash\"", NULL);
#else
	hyper_dies(run_endless, NULL);
#endif
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, threads);
	ATF_TP_ADD_TC(tp, pingpong);
	ATF_TP_ADD_TC(tp, timedwait);
	ATF_TP_ADD_TC(tp, rwlock);
	ATF_TP_ADD_TC(tp, curlwp);
	ATF_TP_ADD_TC(tp, policies);
	ATF_TP_ADD_TC(tp, deadlocks);
	ATF_TP_ADD_TC(tp, steps);
	ATF_TP_ADD_TC(tp, clock);
	ATF_TP_ADD_TC(tp, clock_limit);
	ATF_TP_ADD_TC(tp, churn);
	ATF_TP_ADD_TC(tp, stacks);
	return atf_no_error();
}
