/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtual CPUs.
 *
 * A host thread is in the kernel while it holds a virtual CPU.  An lwp comes
 * back to the CPU it had last, which is free nearly always: taking it is one
 * atomic exchange, giving it back a store.  When all CPUs are busy the lwp
 * queues, and whoever gives a CPU up hands it to the first that may have it.
 *
 * The store that frees a CPU and the load that looks for waiters are not
 * ordered against each other, which is what makes the fast path fast.  A
 * waiter may therefore, rarely, go unseen by a host thread which leaves at
 * the same moment; so waiters look again by themselves after a moment.  (Not
 * on fibers, where nothing happens at the same moment.)
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lwp.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/intr.h>

#include "rump_private.h"

struct cpu_info cpu_info_list[RUMP_MAXCPU];
int ncpu, ncpuonline;
u_int maxcpus = RUMP_MAXCPU;
kmutex_t cpu_lock;
char cpu_model[128];

/* Lwps that wait for a CPU; the lock is that of the queue, see wq_lock(). */
static struct {
	volatile int count;
	struct lwp *first, *last;
	volatile unsigned char lock;
} __aligned(64) waiters;

/* How long a waiter trusts that it was seen, in nanoseconds. */
#define	RECHECK_NS	1000000

void
rump_cpus_bootstrap(int n)
{
	struct cpu_info *ci;
	int i;

	for (i = 0; i < n; i++) {
		ci = &cpu_info_list[i];
		ci->ci_index = i;
		ci->ci_cpuid = i;
		snprintf(ci->ci_data.cpu_name, sizeof(ci->ci_data.cpu_name),
		    "cpu%d", i);
		snprintf(ci->ci_name, sizeof(ci->ci_name), "cpu%d", i);
	}
	ncpu = ncpuonline = n;
	snprintf(cpu_model, sizeof(cpu_model), "rumpcore (virtual)");
}

struct cpu_info *
rump_curcpu(void)
{

	return curlwp->l_cpu;
}

/* The CPU with that index, or NULL. */
struct cpu_info *
cpu_lookup(u_int idx)
{

	return idx < (u_int)ncpu ? &cpu_info_list[idx] : NULL;
}

const char *
cpu_getmodel(void)
{

	return cpu_model;
}

int
cpu_setmodel(const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(cpu_model, sizeof(cpu_model), fmt, ap);
	va_end(ap);
	return len;
}

static inline bool
cpu_try(struct cpu_info *ci)
{

	if (klib_solo) {
		if (ci->ci_busy)
			return false;
		ci->ci_busy = 1;
		return true;
	}
	return __atomic_load_n(&ci->ci_busy, __ATOMIC_RELAXED) == 0 &&
	    __atomic_exchange_n(&ci->ci_busy, 1, __ATOMIC_ACQUIRE) == 0;
}

static void
waiters_lock(void)
{

	while (__atomic_exchange_n(&waiters.lock, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&waiters.lock, __ATOMIC_RELAXED))
			cpu_relax();
	}
}

static void
waiters_unlock(void)
{

	__atomic_store_n(&waiters.lock, 0, __ATOMIC_RELEASE);
}

static void
waiters_remove(struct lwp *l)
{

	if (l->l_wqprev != NULL)
		l->l_wqprev->l_wqnext = l->l_wqnext;
	else
		waiters.first = l->l_wqnext;
	if (l->l_wqnext != NULL)
		l->l_wqnext->l_wqprev = l->l_wqprev;
	else
		waiters.last = l->l_wqprev;
	l->l_wqnext = l->l_wqprev = NULL;
	l->l_wqkind = 0;
	__atomic_fetch_sub(&waiters.count, 1, __ATOMIC_SEQ_CST);
}

/* Some free CPU that l may run on; its last one first. */
static struct cpu_info *
cpu_find(struct lwp *l)
{
	struct cpu_info *ci = l->l_cpu;
	int i;

	if (cpu_try(ci))
		return ci;
	if (l->l_pflag & LP_BOUND)
		return NULL;
	for (i = 0; i < ncpu; i++) {
		if (cpu_try(&cpu_info_list[i]))
			return &cpu_info_list[i];
	}
	return NULL;
}

static __noinline void
schedule_slow(struct lwp *l)
{
	struct cpu_info *ci;
	bool granted;

	if ((ci = cpu_find(l)) != NULL) {
		l->l_cpu = ci;
		return;
	}
	waiters_lock();
	l->l_wqkind = 1;
	l->l_wqnext = NULL;
	l->l_wqprev = waiters.last;
	if (waiters.last != NULL)
		waiters.last->l_wqnext = l;
	else
		waiters.first = l;
	waiters.last = l;
	__atomic_fetch_add(&waiters.count, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		/* A CPU may have come free before we were seen. */
		if ((ci = cpu_find(l)) != NULL) {
			waiters_remove(l);
			waiters_unlock();
			l->l_cpu = ci;
			return;
		}
		waiters_unlock();
		granted = park_wait(l, klib_solo ? -1 : RECHECK_NS) == 0;
		if (granted)
			return;
		waiters_lock();
		if (l->l_wqkind == 0) {
			/* Granted after all; the token is on its way. */
			waiters_unlock();
			(void)park_wait(l, -1);
			return;
		}
	}
}

/* Gives ci, which the caller holds, to the first waiter that may have it. */
static __noinline void
unschedule_slow(struct cpu_info *ci)
{
	struct lwp *w;

	waiters_lock();
	for (w = waiters.first; w != NULL; w = w->l_wqnext) {
		if ((w->l_pflag & LP_BOUND) == 0 || w->l_cpu == ci)
			break;
	}
	if (w != NULL) {
		waiters_remove(w);
		w->l_cpu = ci;
		waiters_unlock();
		park_wake(w);
		return;
	}
	__atomic_store_n(&ci->ci_busy, 0, __ATOMIC_RELEASE);
	waiters_unlock();
}

/*
 * Takes a CPU for l, the calling lwp; may wait.
 */
void
rump_schedule_cpu(struct lwp *l)
{

	if (__predict_false(klib_solo ? !cpu_try(l->l_cpu) :
	    __atomic_exchange_n(&l->l_cpu->ci_busy, 1, __ATOMIC_ACQUIRE) !=
	    0))
		schedule_slow(l);
	l->l_oncpu = true;
	l->l_cpu->ci_curlwp = l;
}

static inline void
cpu_release(struct cpu_info *ci)
{

	if (__predict_false(__atomic_load_n(&waiters.count,
	    __ATOMIC_RELAXED) != 0)) {
		unschedule_slow(ci);
		return;
	}
	__atomic_store_n(&ci->ci_busy, 0, __ATOMIC_RELEASE);
	__insn_barrier();
	if (__predict_false(__atomic_load_n(&waiters.count,
	    __ATOMIC_RELAXED) != 0)) {
		/* Take it again to hand it over, unless another has. */
		if (cpu_try(ci))
			unschedule_slow(ci);
	}
}

/*
 * Gives the CPU of l, the calling lwp, up.
 */
void
rump_unschedule_cpu(struct lwp *l)
{

	l->l_oncpu = false;
	cpu_release(l->l_cpu);
}

/*
 * Enters the kernel on a host thread without an lwp: as the one that is kept
 * with a free CPU, or else one from the pool.
 */
static __noinline void
schedule_implicit(void)
{
	struct cpu_info *ci;
	struct lwp *l;
	int i;

	for (i = 0; i < ncpu; i++) {
		ci = &cpu_info_list[i];
		if (!cpu_try(ci))
			continue;
		if ((l = ci->ci_implicit) == NULL) {
			cpu_release(ci);
			break;
		}
		ci->ci_implicit = NULL;
		ci->ci_curlwp = l;
		l->l_cpu = ci;
		l->l_oncpu = true;
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
		return;
	}
	l = rump_implicit_get();
	rump_schedule_cpu(l);
}

static __noinline void
unschedule_implicit(struct lwp *l)
{
	struct cpu_info *ci = l->l_cpu;

	if (ci->ci_implicit == NULL) {
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
		l->l_oncpu = false;
		ci->ci_implicit = l;
		cpu_release(ci);
		return;
	}
	rump_unschedule_cpu(l);
	rump_implicit_put(l);
}

/*
 * Enters the kernel.  A host thread without an lwp gets one of process 1
 * until it leaves again.
 */
void
rump_schedule(void)
{
	struct lwp *l = curlwp;

	if (__predict_true(l != NULL))
		rump_schedule_cpu(l);
	else
		schedule_implicit();
}

/* Leaves the kernel. */
void
rump_unschedule(void)
{
	struct lwp *l = curlwp;

	lockdebug_check_user_return();
	if (__predict_true(!l->l_implicit))
		rump_unschedule_cpu(l);
	else
		unschedule_implicit(l);
}

/* The calling thread, which holds from's CPU, goes on with it as to. */
void
rump_sched_handover(struct lwp *from, struct lwp *to)
{

	to->l_cpu = from->l_cpu;
	from->l_oncpu = false;
	to->l_oncpu = true;
	to->l_cpu->ci_curlwp = to;
}

/*
 * Runs fn on ci: the caller goes there and comes back.  May sleep; the
 * caller is not bound to a CPU.
 */
void
rump_run_on_cpu(struct cpu_info *ci, void (*fn)(void *, void *), void *a1,
    void *a2)
{
	struct lwp *l = curlwp;
	struct cpu_info *home = l->l_cpu;
	int pflag = l->l_pflag & LP_BOUND, nlocks = 0;

	if (ci == home) {
		if (fn != NULL)
			(*fn)(a1, a2);
		return;
	}
	if (l->l_blcnt != 0)
		_kernel_unlock(0, &nlocks);
	rump_unschedule_cpu(l);
	l->l_cpu = ci;
	l->l_pflag |= LP_BOUND;
	rump_schedule_cpu(l);
	if (fn != NULL)
		(*fn)(a1, a2);
	rump_unschedule_cpu(l);
	l->l_cpu = home;
	if (pflag == 0)
		l->l_pflag &= ~LP_BOUND;
	rump_schedule_cpu(l);
	if (nlocks != 0)
		_kernel_lock(nlocks);
}

/*
 * The hypercall layer is about to block, and is done.  *countp carries the
 * number of big locks to take back; -1 if no CPU was held.
 */
void
rump_backend_unschedule(int nlocks, int *countp, void *interlock)
{
	struct lwp *l = curlwp;

	if (l == NULL || !l->l_oncpu) {
		*countp = -1;
		return;
	}
	*countp = 0;
	l->l_ncsw++;
	if (l->l_blcnt != 0)
		_kernel_unlock(0, countp);
	rump_unschedule_cpu(l);
}

void
rump_backend_schedule(int nlocks, void *interlock)
{

	if (nlocks < 0)
		return;
	rump_schedule_cpu(curlwp);
	if (nlocks > 0)
		_kernel_lock(nlocks);
}

/*
 * Giving way: lets waiters for a CPU run.
 */
void
yield(void)
{
	struct lwp *l = curlwp;
	int nlocks = 0;

	if (__atomic_load_n(&waiters.count, __ATOMIC_RELAXED) == 0) {
		rumpuser_sched_point();
		return;
	}
	if (l->l_blcnt != 0)
		_kernel_unlock(0, &nlocks);
	rump_unschedule_cpu(l);
	rump_schedule_cpu(l);
	if (nlocks != 0)
		_kernel_lock(nlocks);
}

void
preempt(void)
{

	yield();
}

bool
preempt_needed(void)
{

	return __atomic_load_n(&waiters.count, __ATOMIC_RELAXED) != 0 &&
	    curlwp->l_nopreempt == 0;
}

void
preempt_point(void)
{

	if (__predict_false(preempt_needed()))
		preempt();
}

/*
 * A CPU is only ever given up by who sleeps, so that these need do no more
 * than count.
 */
void
kpreempt_disable(void)
{

	curlwp->l_nopreempt++;
}

void
kpreempt_enable(void)
{

	KASSERT(curlwp->l_nopreempt > 0);
	curlwp->l_nopreempt--;
}

bool
kpreempt_disabled(void)
{
	struct lwp *l = curlwp;

	return l->l_nopreempt != 0 || l->l_ipl != IPL_NONE;
}

/*
 * spl(9).  The level is the lwp's: handlers are threads, and what protects
 * data from them is mutexes or the big lock.  It is there to be checked.
 */
int
splraise(int ipl)
{
	struct lwp *l = curlwp;
	int old = l->l_ipl;

	if (ipl > old)
		l->l_ipl = ipl;
	return old;
}

int
spllower(int ipl)
{
	struct lwp *l = curlwp;
	int old = l->l_ipl;

	l->l_ipl = ipl;
	return old;
}

void
splx(int ipl)
{

	(void)spllower(ipl);
}

int
splhigh(void)
{

	return splraise(IPL_HIGH);
}

void
spl0(void)
{

	(void)spllower(IPL_NONE);
}

bool
cpu_intr_p(void)
{

	return (curlwp->l_pflag & LP_HARDINTR) != 0;
}

bool
cpu_softintr_p(void)
{

	return (curlwp->l_pflag & LP_INTR) != 0;
}

/* Whether the caller stays on its CPU. */
bool
curcpu_stable(void)
{
	struct lwp *l = curlwp;

	return (l->l_pflag & (LP_BOUND | LP_INTR)) != 0 ||
	    kpreempt_disabled();
}
