/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * kthread(9), workqueue(9), softint(9), xcall(9), signals.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/workqueue.h>
#include <sys/xcall.h>
#include <sys/pserialize.h>

#include "kerntest.h"

static volatile unsigned count;
static volatile int state;

static void
inc_thread(void *arg)
{

	atomic_inc_uint(&count);
	kthread_exit(0);
}

KERNTEST(kthread_many)
{
	struct lwp *l[20];
	int i, error;

	count = 0;
	for (i = 0; i < 20; i++)
		l[i] = kt_thread(inc_thread, NULL);
	for (i = 0; i < 20; i++)
		kt_join(l[i]);
	CHECK_EQ(count, 20);
	/* Nobody waits for these. */
	for (i = 0; i < 20; i++) {
		error = kthread_create(PRI_NONE, KTHREAD_MPSAFE, NULL,
		    inc_thread, NULL, NULL, "loner/%d", i);
		CHECK_EQ(error, 0);
	}
	while (atomic_load_relaxed(&count) < 40)
		kt_settle();
	return 0;
}

static void
bound_thread(void *arg)
{
	struct cpu_info *ci = arg;
	int i;

	for (i = 0; i < 50; i++) {
		if (curcpu() != ci)
			state = 1;
		(void)kpause("bound", false, 1, NULL);
	}
	kthread_exit(0);
}

KERNTEST(kthread_bound)
{
	struct lwp *l[8];
	int i, error;

	state = 0;
	for (i = 0; i < 8; i++) {
		error = kthread_create(PRI_NONE, KTHREAD_MPSAFE |
		    KTHREAD_MUSTJOIN, cpu_lookup(i % ncpu), bound_thread,
		    cpu_lookup(i % ncpu), &l[i], "bound");
		CHECK_EQ(error, 0);
	}
	for (i = 0; i < 8; i++)
		kt_join(l[i]);
	CHECK_EQ(state, 0);
	CHECK(cpu_lookup(ncpu) == NULL);
	return 0;
}

/*
 * workqueue(9).
 */
#define	NWORK	30
static struct {
	struct work w;
	int	n;
} works[NWORK];
static int done[NWORK], ndone;
static bool slow;

static void
do_work(struct work *wk, void *arg)
{

	if (slow)
		(void)kpause("slow", false, 1, NULL);
	done[ndone] = ((typeof(works[0]) *)wk)->n;
	atomic_store_relaxed(&ndone, ndone + 1);
}

KERNTEST(workqueue_order)
{
	struct workqueue *wq;
	int i;

	ndone = 0;
	slow = true;
	CHECK_EQ(workqueue_create(&wq, "kerntest", do_work, NULL, PRI_NONE,
	    IPL_NONE, WQ_MPSAFE), 0);
	for (i = 0; i < NWORK; i++) {
		works[i].n = i;
		workqueue_enqueue(wq, &works[i].w, NULL);
	}
	workqueue_wait(wq, &works[5].w);
	CHECK(atomic_load_relaxed(&ndone) >= 6);
	workqueue_wait(wq, &works[5].w);
	workqueue_destroy(wq);
	CHECK_EQ(ndone, NWORK);
	for (i = 0; i < NWORK; i++)
		CHECK_EQ(done[i], i);
	return 0;
}

static void
do_percpu(struct work *wk, void *arg)
{

	if (cpu_number() != ((typeof(works[0]) *)wk)->n)
		state = 1;
	atomic_inc_uint(&count);
}

KERNTEST(workqueue_percpu)
{
	struct workqueue *wq;
	int i;

	state = count = 0;
	CHECK_EQ(workqueue_create(&wq, "kerntest", do_percpu, NULL, PRI_NONE,
	    IPL_VM, WQ_MPSAFE | WQ_PERCPU), 0);
	for (i = 0; i < NWORK; i++) {
		works[i].n = i % ncpu;
		workqueue_enqueue(wq, &works[i].w, cpu_lookup(i % ncpu));
	}
	for (i = 0; i < NWORK; i++)
		workqueue_wait(wq, &works[i].w);
	CHECK_EQ(count, NWORK);
	CHECK_EQ(state, 0);
	workqueue_destroy(wq);
	return 0;
}

/* Without WQ_MPSAFE the function has the big lock. */
static void
do_biglock(struct work *wk, void *arg)
{

	state = KERNEL_LOCKED_P() ? 1 : 2;
}

KERNTEST(workqueue_biglock)
{
	struct workqueue *wq;

	state = 0;
	CHECK_EQ(workqueue_create(&wq, "kerntest", do_biglock, NULL, PRI_NONE,
	    IPL_NONE, 0), 0);
	workqueue_enqueue(wq, &works[0].w, NULL);
	workqueue_destroy(wq);
	CHECK_EQ(state, 1);
	return 0;
}

/*
 * softint(9).
 */
static void
soft(void *arg)
{

	if (!cpu_softintr_p() || KERNEL_LOCKED_P() != (arg != NULL))
		state = 1;
	atomic_inc_uint(&count);
}

KERNTEST(softint_levels)
{
	void *si[SOFTINT_COUNT];
	int i;

	state = count = 0;
	for (i = 0; i < SOFTINT_COUNT; i++) {
		si[i] = softint_establish(i | SOFTINT_MPSAFE, soft, NULL);
		CHECK(si[i] != NULL);
	}
	for (i = 0; i < SOFTINT_COUNT; i++)
		softint_schedule(si[i]);
	kt_settle();
	CHECK_EQ(atomic_load_relaxed(&count), SOFTINT_COUNT);
	for (i = 0; i < ncpu; i++)
		softint_schedule_cpu(si[SOFTINT_NET], cpu_lookup(i));
	kt_settle();
	CHECK_EQ(atomic_load_relaxed(&count), SOFTINT_COUNT + ncpu);
	for (i = 0; i < SOFTINT_COUNT; i++)
		softint_disestablish(si[i]);
	si[0] = softint_establish(SOFTINT_CLOCK, soft,
	    __UNVOLATILE(&state));
	softint_schedule(si[0]);
	kt_settle();
	softint_schedule(si[0]);
	softint_disestablish(si[0]);
	CHECK_EQ(state, 0);
	return 0;
}

/*
 * xcall(9).
 */
static unsigned visited;

static void
visit(void *a1, void *a2)
{

	if (a1 != &visited || a2 != &state)
		state = 1;
	visited |= 1U << cpu_number();
}

KERNTEST(xcall_visit)
{
	struct cpu_info *ci;
	int cii;

	visited = state = 0;
	xc_wait(xc_broadcast(0, visit, &visited, __UNVOLATILE(&state)));
	CHECK_EQ(visited, (1U << ncpu) - 1);
	for (CPU_INFO_FOREACH(cii, ci)) {
		visited = 0;
		xc_wait(xc_unicast(XC_HIGHPRI, visit, &visited,
		    __UNVOLATILE(&state), ci));
		CHECK_EQ(visited, 1U << cpu_index(ci));
	}
	xc_barrier(0);
	CHECK_EQ(state, 0);
	return 0;
}

/* Readers never see what was taken away before perform() returned. */
static int *shared;
static int cells[2];

static void
reader_thread(void *arg)
{
	int i, s, *p;

	for (i = 0; i < 3000; i++) {
		s = pserialize_read_enter();
		p = atomic_load_consume(&shared);
		if (atomic_load_relaxed(p) != 1)
			state = 1;
		pserialize_read_exit(s);
		if (i % 64 == 0)
			yield();
	}
	kthread_exit(0);
}

KERNTEST(pserialize_readers)
{
	pserialize_t psz = pserialize_create();
	struct lwp *l[3];
	int i, *old;

	state = 0;
	cells[0] = 1;
	cells[1] = 0;
	shared = &cells[0];
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(reader_thread, NULL);
	for (i = 0; i < 50; i++) {
		old = shared;
		atomic_store_relaxed(&cells[old == &cells[0]], 1);
		atomic_store_release(&shared, &cells[old == &cells[0]]);
		pserialize_perform(psz);
		atomic_store_relaxed(old, 0);
	}
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	CHECK_EQ(state, 0);
	CHECK(pserialize_not_in_read_section());
	pserialize_destroy(psz);
	return 0;
}

/*
 * Signals: for process 1, as whose lwp a test body runs.
 */
static kmutex_t lock;
static kcondvar_t cv;
static struct proc *victim;

static void
kill_thread(void *arg)
{

	kt_settle();
	mutex_enter(&proc_lock);
	psignal(victim, (int)(intptr_t)arg);
	mutex_exit(&proc_lock);
	kthread_exit(0);
}

KERNTEST(signal_wakes)
{
	struct lwp *l, *self = curlwp;
	sigset_t set;
	int sig;

	victim = curproc;
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");

	mutex_enter(&lock);
	l = kt_thread(kill_thread, (void *)SIGTERM);
	CHECK_EQ(cv_wait_sig(&cv, &lock), EINTR);
	kt_join(l);
	/* It still waits: the next interruptible sleep ends at once. */
	CHECK_EQ(sigispending(self, 0), EINTR);
	CHECK_EQ(cv_wait_sig(&cv, &lock), EINTR);
	/* Not one that signals don't end. */
	CHECK_EQ(cv_timedwait(&cv, &lock, 2), EWOULDBLOCK);
	CHECK_EQ(kpause("kerntest", true, 100, NULL), EINTR);
	CHECK_EQ(tsleep(&lock, PZERO | PCATCH, "kerntest", 100), EINTR);
	CHECK_EQ(tsleep(&lock, PZERO, "kerntest", 1), EWOULDBLOCK);
	mutex_enter(victim->p_lock);
	sig = issignal(self);
	mutex_exit(victim->p_lock);
	CHECK_EQ(sig, SIGTERM);
	CHECK_EQ(sigispending(self, 0), 0);

	/* Masked, and ignored by default. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	mutex_enter(victim->p_lock);
	CHECK_EQ(sigprocmask1(self, SIG_BLOCK, &set, NULL), 0);
	mutex_exit(victim->p_lock);
	l = kt_thread(kill_thread, (void *)SIGUSR1);
	CHECK_EQ(cv_timedwait_sig(&cv, &lock, 10), EWOULDBLOCK);
	kt_join(l);
	sigpending1(self, &set);
	CHECK(sigismember(&set, SIGUSR1));
	l = kt_thread(kill_thread, (void *)SIGWINCH);
	CHECK_EQ(cv_timedwait_sig(&cv, &lock, 10), EWOULDBLOCK);
	kt_join(l);
	mutex_enter(victim->p_lock);
	CHECK_EQ(sigprocmask1(self, SIG_UNBLOCK, &set, NULL), 0);
	CHECK_EQ(issignal(self), SIGUSR1);
	CHECK_EQ(issignal(self), 0);
	/* Posted with the process's lock alone, as rump kernels may. */
	psignal(victim, SIGUSR2);
	CHECK_EQ(issignal(self), SIGUSR2);
	mutex_exit(victim->p_lock);
	mutex_exit(&lock);
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}
