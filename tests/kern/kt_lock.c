/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * mutex(9), rwlock(9), condvar(9), tsleep(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/kernel.h>
#include <sys/time.h>

#include "kerntest.h"

#define	NTHREAD	4
#define	NROUND	500

static kmutex_t lock, lock2;
static kcondvar_t cv;
static krwlock_t rw;
static int counter, order[16], norder, inside;
static volatile int failed;

KERNTEST(mutex_basic)
{
	kmutex_t *mo;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	CHECK(!mutex_owned(&lock));
	mutex_enter(&lock);
	CHECK(mutex_owned(&lock));
	CHECK(mutex_owner(&lock) == curlwp);
	mutex_exit(&lock);
	CHECK(mutex_tryenter(&lock));
	CHECK(!mutex_tryenter(&lock));
	mutex_exit(&lock);
	mutex_destroy(&lock);

	mutex_init(&lock, MUTEX_DEFAULT, IPL_VM);
	mutex_spin_enter(&lock);
	CHECK(mutex_owned(&lock));
	mutex_spin_exit(&lock);
	mutex_destroy(&lock);

	mo = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	mutex_obj_hold(mo);
	CHECK_EQ(mutex_obj_refcnt(mo), 2);
	CHECK(!mutex_obj_free(mo));
	CHECK(mutex_obj_free(mo));
	return 0;
}

static void
count_thread(void *arg)
{
	int i, v;

	for (i = 0; i < NROUND; i++) {
		mutex_enter(&lock);
		v = counter;
		if (inside++ != 0)
			failed = 1;
		if (i % 16 == 0)
			(void)kpause("inside", false, 1, NULL);
		else if (i % 4 == 0)
			yield();
		inside--;
		counter = v + 1;
		mutex_exit(&lock);
	}
	kthread_exit(0);
}

KERNTEST(mutex_contended)
{
	struct lwp *l[NTHREAD];
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	counter = inside = failed = 0;
	for (i = 0; i < NTHREAD; i++)
		l[i] = kt_thread(count_thread, NULL);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	CHECK_EQ(counter, NTHREAD * NROUND);
	CHECK_EQ(failed, 0);
	mutex_destroy(&lock);
	return 0;
}

static void
spin_thread(void *arg)
{
	int i;

	for (i = 0; i < 20000; i++) {
		mutex_spin_enter(&lock);
		counter++;
		mutex_spin_exit(&lock);
	}
	kthread_exit(0);
}

KERNTEST(mutex_spin_contended)
{
	struct lwp *l[NTHREAD];
	int i;

	mutex_init(&lock, MUTEX_SPIN, IPL_SCHED);
	counter = 0;
	for (i = 0; i < NTHREAD; i++)
		l[i] = kt_thread(spin_thread, NULL);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	CHECK_EQ(counter, NTHREAD * 20000);
	mutex_destroy(&lock);
	return 0;
}

static void
order_thread(void *arg)
{

	mutex_enter(&lock);
	order[norder++] = (int)(intptr_t)arg;
	mutex_exit(&lock);
	kthread_exit(0);
}

/* Waiters get a mutex in the order in which they came. */
KERNTEST(mutex_fifo)
{
	struct lwp *l[NTHREAD];
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	norder = 0;
	mutex_enter(&lock);
	for (i = 0; i < NTHREAD; i++) {
		l[i] = kt_thread(order_thread, (void *)(intptr_t)i);
		kt_settle();
	}
	mutex_exit(&lock);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	for (i = 0; i < NTHREAD; i++)
		CHECK_EQ(order[i], i);
	mutex_destroy(&lock);
	return 0;
}

KERNTEST(rwlock_basic)
{

	rw_init(&rw);
	rw_enter(&rw, RW_READER);
	CHECK(rw_read_held(&rw));
	CHECK(!rw_write_held(&rw));
	CHECK(rw_tryenter(&rw, RW_READER));
	CHECK(!rw_tryenter(&rw, RW_WRITER));
	CHECK(!rw_tryupgrade(&rw));
	rw_exit(&rw);
	CHECK(rw_tryupgrade(&rw));
	CHECK(rw_write_held(&rw));
	CHECK(rw_lock_held(&rw));
	CHECK_EQ(rw_lock_op(&rw), RW_WRITER);
	CHECK(!rw_tryenter(&rw, RW_READER));
	rw_downgrade(&rw);
	CHECK(rw_read_held(&rw));
	CHECK(rw_tryenter(&rw, RW_READER));
	rw_exit(&rw);
	rw_exit(&rw);
	CHECK(!rw_lock_held(&rw));
	rw_destroy(&rw);
	return 0;
}

static volatile int readers, writers;

static void
rw_thread(void *arg)
{
	int i, n = (int)(intptr_t)arg;

	for (i = 0; i < NROUND; i++) {
		if ((i + n) % 5 == 0) {
			rw_enter(&rw, RW_WRITER);
			if (atomic_load_relaxed(&readers) != 0 ||
			    writers != 0)
				failed = 1;
			writers++;
			if (i % 20 == 0)
				(void)kpause("write", false, 1, NULL);
			counter++;
			writers--;
			if (i % 3 == 0)
				rw_downgrade(&rw);
		} else {
			rw_enter(&rw, RW_READER);
			atomic_inc_uint((volatile u_int *)&readers);
			if (writers != 0)
				failed = 2;
			if (i % 7 == 0)
				yield();
			atomic_dec_uint((volatile u_int *)&readers);
		}
		rw_exit(&rw);
	}
	kthread_exit(0);
}

KERNTEST(rwlock_contended)
{
	struct lwp *l[NTHREAD];
	int i;

	rw_init(&rw);
	counter = readers = writers = failed = 0;
	for (i = 0; i < NTHREAD; i++)
		l[i] = kt_thread(rw_thread, (void *)(intptr_t)i);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	CHECK_EQ(failed, 0);
	CHECK_EQ(counter, NTHREAD * NROUND / 5);
	rw_destroy(&rw);
	return 0;
}

static void
cv_thread(void *arg)
{

	mutex_enter(&lock);
	cv_wait(&cv, &lock);
	order[norder++] = (int)(intptr_t)arg;
	mutex_exit(&lock);
	kthread_exit(0);
}

KERNTEST(condvar_fifo)
{
	struct lwp *l[NTHREAD];
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	norder = 0;
	CHECK(!cv_has_waiters(&cv));
	for (i = 0; i < NTHREAD; i++) {
		l[i] = kt_thread(cv_thread, (void *)(intptr_t)i);
		kt_settle();
	}
	mutex_enter(&lock);
	CHECK(cv_has_waiters(&cv));
	cv_signal(&cv);
	mutex_exit(&lock);
	kt_settle();
	mutex_enter(&lock);
	CHECK_EQ(norder, 1);
	cv_signal(&cv);
	mutex_exit(&lock);
	kt_settle();
	mutex_enter(&lock);
	CHECK_EQ(norder, 2);
	cv_broadcast(&cv);
	mutex_exit(&lock);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	CHECK_EQ(norder, NTHREAD);
	CHECK_EQ(order[0], 0);
	CHECK_EQ(order[1], 1);
	CHECK(!cv_has_waiters(&cv));
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}

KERNTEST(condvar_timeout)
{
	struct timespec t0, t1;
	struct bintime bt;
	int ticks;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	mutex_enter(&lock);
	ticks = getticks();
	CHECK_EQ(cv_timedwait(&cv, &lock, 3), EWOULDBLOCK);
	CHECK(getticks() - ticks >= 2);
	CHECK(mutex_owned(&lock));
	CHECK_EQ(cv_timedwait_sig(&cv, &lock, 1), EWOULDBLOCK);
	nanouptime(&t0);
	bt = ms2bintime(5);
	CHECK_EQ(cv_timedwaitbt(&cv, &lock, &bt, DEFAULT_TIMEOUT_EPSILON),
	    EWOULDBLOCK);
	nanouptime(&t1);
	timespecsub(&t1, &t0, &t1);
	CHECK(t1.tv_sec > 0 || t1.tv_nsec >= 4990000);
	CHECK(bt.sec == 0 && bt.frac == 0);
	mutex_exit(&lock);
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}

/* Two threads that pass a ball: each wakeup counts. */
static int ball;

static void
pingpong_thread(void *arg)
{
	int me = (int)(intptr_t)arg, i;

	for (i = 0; i < 2000; i++) {
		mutex_enter(&lock);
		while (ball != me)
			cv_wait(&cv, &lock);
		ball = !me;
		cv_signal(&cv);
		mutex_exit(&lock);
	}
	kthread_exit(0);
}

KERNTEST(condvar_pingpong)
{
	struct lwp *a, *b;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	ball = 0;
	a = kt_thread(pingpong_thread, (void *)0);
	b = kt_thread(pingpong_thread, (void *)1);
	kt_join(a);
	kt_join(b);
	CHECK_EQ(ball, 0);
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}

/* Wakeups and timeouts that meet: no waiter hangs, none is woken twice. */
static volatile unsigned wakes, timeouts;
static volatile int stop;

static void
race_thread(void *arg)
{
	int i, error;

	for (i = 0; i < 300; i++) {
		mutex_enter(&lock);
		error = cv_timedwait(&cv, &lock, 1);
		if (error == 0)
			wakes++;
		else if (error == EWOULDBLOCK)
			timeouts++;
		else
			failed = error;
		mutex_exit(&lock);
	}
	kthread_exit(0);
}

static void
race_waker(void *arg)
{

	while (!atomic_load_relaxed(&stop)) {
		mutex_enter(&lock);
		cv_signal(&cv);
		mutex_exit(&lock);
		(void)kpause("waker", false, 1, NULL);
	}
	kthread_exit(0);
}

KERNTEST(condvar_race)
{
	struct lwp *l[NTHREAD], *w;
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	wakes = timeouts = failed = stop = 0;
	w = kt_thread(race_waker, NULL);
	for (i = 0; i < NTHREAD; i++)
		l[i] = kt_thread(race_thread, NULL);
	for (i = 0; i < NTHREAD; i++)
		kt_join(l[i]);
	atomic_store_relaxed(&stop, 1);
	kt_join(w);
	CHECK_EQ(failed, 0);
	CHECK_EQ(wakes + timeouts, NTHREAD * 300);
	CHECK(!cv_has_waiters(&cv));
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}

static char ident1, ident2;

static void
tsleep_thread(void *arg)
{
	intptr_t n = (intptr_t)arg;
	int error;

	error = tsleep(n < 8 ? &ident1 : &ident2, PZERO, "kerntest", 0);
	mutex_enter(&lock);
	order[norder++] = error == 0 ? (int)n : -1;
	mutex_exit(&lock);
	kthread_exit(0);
}

KERNTEST(tsleep_wakeup)
{
	struct lwp *l[5];
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	norder = 0;
	for (i = 0; i < 4; i++) {
		l[i] = kt_thread(tsleep_thread, (void *)(intptr_t)i);
		kt_settle();
	}
	l[4] = kt_thread(tsleep_thread, (void *)(intptr_t)8);
	kt_settle();
	wakeup_one(&ident1);
	kt_settle();
	mutex_enter(&lock);
	CHECK_EQ(norder, 1);
	CHECK_EQ(order[0], 0);
	mutex_exit(&lock);
	wakeup(&ident1);
	kt_settle();
	mutex_enter(&lock);
	CHECK_EQ(norder, 4);
	mutex_exit(&lock);
	wakeup(&ident2);
	for (i = 0; i < 5; i++)
		kt_join(l[i]);
	CHECK_EQ(order[4], 8);
	CHECK_EQ(tsleep(&ident1, PZERO | PCATCH, "kerntest", 2),
	    EWOULDBLOCK);
	mutex_enter(&lock);
	CHECK_EQ(mtsleep(&ident1, PZERO, "kerntest", 1, &lock), EWOULDBLOCK);
	CHECK(mutex_owned(&lock));
	CHECK_EQ(mtsleep(&ident1, PZERO | PNORELOCK, "kerntest", 1, &lock),
	    EWOULDBLOCK);
	CHECK(!mutex_owned(&lock));
	mutex_destroy(&lock);
	return 0;
}

KERNTEST(kpause_time)
{
	int t = getticks();

	CHECK_EQ(kpause("kerntest", false, 5, NULL), EWOULDBLOCK);
	CHECK(getticks() - t >= 4);
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	CHECK_EQ(kpause("kerntest", true, 1, &lock), EWOULDBLOCK);
	CHECK(mutex_owned(&lock));
	mutex_exit(&lock);
	mutex_destroy(&lock);
	return 0;
}

static void
biglock_thread(void *arg)
{

	KERNEL_LOCK(1, NULL);
	if (inside++ != 0)
		failed = 1;
	counter++;
	inside--;
	KERNEL_UNLOCK_ONE(NULL);
	kthread_exit(0);
}

/* Who sleeps gives the big lock up and has it again after. */
KERNTEST(biglock)
{
	struct lwp *l;
	int n;

	counter = inside = failed = 0;
	KERNEL_LOCK(1, NULL);
	KERNEL_LOCK(2, NULL);
	CHECK(KERNEL_LOCKED_P());
	l = kt_thread(biglock_thread, NULL);
	inside++;
	yield();
	inside--;
	CHECK_EQ(counter, 0);
	kt_join(l);
	CHECK_EQ(counter, 1);
	CHECK(KERNEL_LOCKED_P());
	KERNEL_UNLOCK_ALL(NULL, &n);
	CHECK_EQ(n, 3);
	CHECK(!KERNEL_LOCKED_P());
	KERNEL_LOCK(1, NULL);
	KERNEL_UNLOCK_LAST(NULL);
	CHECK_EQ(failed, 0);
	return 0;
}

/*
 * What must be reported; these do not return in a LOCKDEBUG kernel.
 */
KERNTEST(report_lock_order)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&lock2, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	mutex_enter(&lock2);
	mutex_exit(&lock2);
	mutex_exit(&lock);
	mutex_enter(&lock2);
	mutex_enter(&lock);
	return 1;
}

KERNTEST(report_lock_held)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	return 1;
}

KERNTEST(report_sleep_at_ipl)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_VM);
	mutex_enter(&lock);
	(void)kpause("kerntest", false, 1, NULL);
	return 1;
}

KERNTEST(report_sleep_lock_at_ipl)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_VM);
	mutex_init(&lock2, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	mutex_enter(&lock2);
	return 1;
}

KERNTEST(report_not_owner)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_exit(&lock);
	return 1;
}

KERNTEST(report_deadlock)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	mutex_enter(&lock);
	return 1;
}

KERNTEST(report_lock_dead)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_destroy(&lock);
	mutex_enter(&lock);
	return 1;
}
