/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * callout(9), and time.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/time.h>
#include <sys/timetc.h>

#include "kerntest.h"

static callout_t ch;
static volatile unsigned fired;
static volatile int fired_at, running, go, stopped;
static kmutex_t lock;
static kcondvar_t cv;

static void
fire(void *arg)
{

	atomic_store_relaxed(&fired_at, getticks());
	callout_ack(&ch);
	atomic_inc_uint(&fired);
}

KERNTEST(callout_basic)
{
	int t;

	fired = 0;
	callout_init(&ch, CALLOUT_MPSAFE);
	callout_setfunc(&ch, fire, NULL);
	CHECK(!callout_pending(&ch));
	t = getticks();
	callout_schedule(&ch, 3);
	CHECK(callout_pending(&ch));
	CHECK(callout_active(&ch));
	CHECK(!callout_expired(&ch));
	(void)kpause("kerntest", false, 6, NULL);
	CHECK_EQ(atomic_load_relaxed(&fired), 1);
	CHECK(atomic_load_relaxed(&fired_at) - t >= 3);
	CHECK(!callout_pending(&ch));
	CHECK(callout_expired(&ch));
	CHECK(!callout_invoking(&ch));
	CHECK(callout_stop(&ch));

	/* Stopped in time; moved; never. */
	callout_reset(&ch, 2, fire, NULL);
	CHECK(!callout_stop(&ch));
	(void)kpause("kerntest", false, 4, NULL);
	CHECK_EQ(atomic_load_relaxed(&fired), 1);
	callout_schedule(&ch, 2);
	callout_schedule(&ch, 1000000);
	(void)kpause("kerntest", false, 4, NULL);
	CHECK_EQ(atomic_load_relaxed(&fired), 1);
	CHECK(!callout_halt(&ch, NULL));
	callout_destroy(&ch);
	return 0;
}

/* The function is stuck until it is told to go on. */
static void
stay(void)
{

	mutex_enter(&lock);
	atomic_store_relaxed(&running, 1);
	while (!go)
		cv_wait(&cv, &lock);
	atomic_store_relaxed(&running, 0);
	mutex_exit(&lock);
}

static void
stuck(void *arg)
{

	stay();
	/* Undone by callout_halt(). */
	callout_schedule(&ch, 1);
}

/* Takes back what it scheduled; for its own end it does not wait. */
static void
stops_itself(void *arg)
{

	callout_schedule(&ch, 1);
	atomic_store_relaxed(&stopped, callout_stop(&ch) ? 1 : 2);
	(void)callout_halt(&ch, NULL);
	atomic_inc_uint(&fired);
	stay();
}

static void
release_thread(void *arg)
{

	mutex_enter(&lock);
	go = 1;
	cv_broadcast(&cv);
	mutex_exit(&lock);
	kthread_exit(0);
}

KERNTEST(callout_halt_running)
{
	struct lwp *l;
	kmutex_t interlock;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&interlock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	running = go = 0;
	callout_init(&ch, CALLOUT_MPSAFE);
	callout_reset(&ch, 1, stuck, NULL);
	while (!atomic_load_relaxed(&running))
		kt_settle();
	l = kt_thread(release_thread, NULL);
	mutex_enter(&interlock);
	(void)callout_halt(&ch, &interlock);
	CHECK(mutex_owned(&interlock));
	mutex_exit(&interlock);
	CHECK_EQ(atomic_load_relaxed(&running), 0);
	CHECK(!callout_pending(&ch));
	callout_destroy(&ch);
	kt_join(l);
	mutex_destroy(&interlock);
	mutex_destroy(&lock);
	cv_destroy(&cv);
	return 0;
}

/*
 * A callout that stopped itself and still runs: nobody can stop it any more,
 * and who halts it waits.
 */
KERNTEST(callout_stops_itself)
{
	struct lwp *l;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	running = go = stopped = 0;
	fired = 0;
	callout_init(&ch, CALLOUT_MPSAFE);
	callout_reset(&ch, 1, stops_itself, NULL);
	while (!atomic_load_relaxed(&running))
		kt_settle();
	CHECK_EQ(atomic_load_relaxed(&stopped), 2);
	CHECK(!callout_active(&ch));
	CHECK(!callout_stop(&ch));
	CHECK(atomic_load_relaxed(&running));
	l = kt_thread(release_thread, NULL);
	CHECK(!callout_halt(&ch, NULL));
	CHECK_EQ(atomic_load_relaxed(&running), 0);
	(void)kpause("kerntest", false, 4, NULL);
	CHECK_EQ(atomic_load_relaxed(&fired), 1);
	callout_destroy(&ch);
	kt_join(l);
	mutex_destroy(&lock);
	cv_destroy(&cv);
	return 0;
}

#define	NMANY	200
static callout_t many[NMANY];
static int when[NMANY], seen[NMANY];
static volatile unsigned nseen;

static void
many_fire(void *arg)
{

	mutex_enter(&lock);
	seen[nseen++] = (int)(intptr_t)arg;
	mutex_exit(&lock);
}

/* Deadlines in order; of equal ones, the order they were scheduled in. */
KERNTEST(callout_order)
{
	unsigned i, x = 12345, live = 0;
	int a, b;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	nseen = 0;
	for (i = 0; i < NMANY; i++) {
		x = x * 1103515245 + 12345;
		callout_init(&many[i], CALLOUT_MPSAFE);
		when[i] = 20 + (x >> 16) % 15;
		callout_reset(&many[i], when[i], many_fire,
		    (void *)(intptr_t)i);
	}
	for (i = 0; i < NMANY; i += 7)
		(void)callout_stop(&many[i]);
	for (i = 0; i < NMANY; i++)
		live += callout_pending(&many[i]);
	(void)kpause("kerntest", false, 60, NULL);
	mutex_enter(&lock);
	CHECK_EQ(nseen, live);
	mutex_exit(&lock);
	for (i = 1; i < nseen; i++) {
		a = seen[i - 1];
		b = seen[i];
		/* A tick may pass while they are scheduled. */
		CHECK(when[a] + 1 >= when[b] || when[a] <= when[b]);
		if (when[a] == when[b] && a > b)
			CHECK(a < b);
	}
	for (i = 0; i < NMANY; i++) {
		(void)callout_halt(&many[i], NULL);
		callout_destroy(&many[i]);
	}
	mutex_destroy(&lock);
	return 0;
}

/* A function that schedules itself, stopped at some point. */
static void
again(void *arg)
{

	atomic_inc_uint(&fired);
	callout_schedule(&ch, 1);
}

KERNTEST(callout_periodic)
{
	unsigned n;

	fired = 0;
	callout_init(&ch, 0);
	callout_reset(&ch, 1, again, NULL);
	(void)kpause("kerntest", false, 10, NULL);
	(void)callout_halt(&ch, NULL);
	n = atomic_load_relaxed(&fired);
	CHECK(n >= 3);
	(void)kpause("kerntest", false, 5, NULL);
	CHECK_EQ(atomic_load_relaxed(&fired), n);
	callout_destroy(&ch);
	return 0;
}

KERNTEST(time_conversion)
{
	struct timeval tv;
	struct timespec ts;
	struct bintime bt;

	tv = (struct timeval){ 0, 0 };
	CHECK_EQ(tvtohz(&tv), 0);
	tv = (struct timeval){ 0, 1 };
	CHECK_EQ(tvtohz(&tv), 2);
	tv = (struct timeval){ 1, 0 };
	CHECK_EQ(tvtohz(&tv), 101);
	tv = (struct timeval){ -1, 0 };
	CHECK_EQ(tvtohz(&tv), 0);
	tv = (struct timeval){ INT64_MAX, 0 };
	CHECK_EQ(tvtohz(&tv), INT_MAX);
	ts = (struct timespec){ 0, 10000000 };
	CHECK_EQ(tstohz(&ts), 2);
	CHECK_EQ(mstohz(1), 1);
	CHECK_EQ(mstohz(1000), 100);
	CHECK_EQ(hztoms(100), 1000);
	tv = (struct timeval){ 0, 1000000 };
	CHECK_EQ(itimerfix(&tv), EINVAL);
	tv = (struct timeval){ 0, 1 };
	CHECK_EQ(itimerfix(&tv), 0);
	CHECK_EQ(tv.tv_usec, tick);
	bt = ms2bintime(1500);
	CHECK_EQ(bt.sec, 1);
	CHECK_EQ(bt.frac >> 32, 0x7fffffff);
	CHECK_EQ(bintime2ns(&bt) / 1000000, 1499);
	return 0;
}

KERNTEST(time_clocks)
{
	struct timespec a, b, wall;
	struct timeval last = { 0, 0 }, min = { 0, 20000 };
	int pps = 0, i;

	nanouptime(&a);
	nanouptime(&b);
	CHECK(timespeccmp(&a, &b, <=));
	CHECK(time_uptime >= 1);
	wall = (struct timespec){ 1000000000, 5 };
	tc_setclock(&wall);
	CHECK(time_second >= 1000000000 && time_second <= 1000000002);
	getnanotime(&b);
	CHECK(timespeccmp(&wall, &b, <=));
	CHECK(ratecheck(&last, &min));
	CHECK(!ratecheck(&last, &min));
	(void)kpause("kerntest", false, 4, NULL);
	CHECK(ratecheck(&last, &min));
	last = (struct timeval){ 0, 0 };
	for (i = 0; i < 5; i++)
		CHECK_EQ(ppsratecheck(&last, &pps, 3), i < 3);
	delay(10);
	return 0;
}
