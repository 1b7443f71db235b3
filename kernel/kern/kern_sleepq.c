/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Sleeping: queues of lwps, parking, and the old sleep calls, tsleep(9) and
 * kpause(9).
 *
 * Each object that can be waited for has a queue of its own in it; the lock
 * of a queue comes from a table, so that whoever takes the last waiter off
 * touches nothing of the object afterwards, and the object may be gone.
 * Waking is first in, first out.  An lwp that was taken off its queue is
 * always woken by who took it off, exactly once; an lwp that takes itself off
 * (timeout, signal) is not.  So no wakeup is lost and none is left over.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/cpu.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/kernel.h>

#include "rump_private.h"

#define	NWQLOCK		64

static struct {
	volatile unsigned char lock;
} __aligned(64) wq_locks[NWQLOCK];

struct syncobj sleep_syncobj = { "sleep" };
struct syncobj mutex_syncobj = { "mutex" };
struct syncobj rw_syncobj = { "rwlock" };
struct syncobj cv_syncobj = { "condvar" };
struct syncobj kpause_syncobj = { "kpause" };

/* Queues of tsleep(), by identifier. */
#define	NSLEEPQ		32
static struct sleepq sleepqs[NSLEEPQ];

/*
 * The table index only decides which lock guards a queue, never an order.
 */
wqlock_t
wq_lock(wchan_t wchan)
{
	uintptr_t h = (uintptr_t)wchan;
	wqlock_t lp;

	h ^= h >> 12;
	lp = &wq_locks[(h >> 4) % NWQLOCK].lock;
	while (__predict_false(__atomic_exchange_n(lp, 1, __ATOMIC_ACQUIRE))) {
		while (__atomic_load_n(lp, __ATOMIC_RELAXED))
			cpu_relax();
	}
	return lp;
}

void
wq_unlock(wqlock_t lp)
{

	__atomic_store_n(lp, 0, __ATOMIC_RELEASE);
}

void
wq_insert(struct sleepq *sq, struct lwp *l, wchan_t wchan,
    struct syncobj *sobj, const char *wmesg, bool sig)
{

	l->l_wqnext = NULL;
	l->l_wqprev = sq->sq_last;
	if (sq->sq_last != NULL)
		sq->sq_last->l_wqnext = l;
	else
		__atomic_store_n(&sq->sq_first, l, __ATOMIC_RELAXED);
	sq->sq_last = l;
	l->l_sleepq = sq;
	l->l_wakerr = 0;
	l->l_wmesg = wmesg;
	l->l_syncobj = sobj;
	l->l_stat = LSSLEEP;
	__atomic_store_n(&l->l_sleepsig, sig, __ATOMIC_RELAXED);
	__atomic_store_n(&l->l_wchan, wchan, __ATOMIC_SEQ_CST);
}

void
wq_remove(struct lwp *l)
{
	struct sleepq *sq = l->l_sleepq;

	KASSERT(sq != NULL);
	if (l->l_wqprev != NULL)
		l->l_wqprev->l_wqnext = l->l_wqnext;
	else
		__atomic_store_n(&sq->sq_first, l->l_wqnext,
		    __ATOMIC_RELAXED);
	if (l->l_wqnext != NULL)
		l->l_wqnext->l_wqprev = l->l_wqprev;
	else
		sq->sq_last = l->l_wqprev;
	l->l_wqnext = l->l_wqprev = NULL;
	l->l_sleepq = NULL;
	l->l_stat = LSRUN;
	__atomic_store_n(&l->l_sleepsig, false, __ATOMIC_RELAXED);
	__atomic_store_n(&l->l_wchan, NULL, __ATOMIC_RELAXED);
}

/* Takes the first waiter off; the caller wakes it after unlocking. */
struct lwp *
wq_wakefirst(struct sleepq *sq, int error)
{
	struct lwp *l = sq->sq_first;

	if (l != NULL) {
		wq_remove(l);
		l->l_wakerr = error;
	}
	return l;
}

void
lwp_wake(struct lwp *l)
{

	park_wake(l);
	SCHED_POINT();
}

static bool
sig_wanted(struct lwp *l)
{

	return (__atomic_load_n(&l->l_flag, __ATOMIC_SEQ_CST) &
	    (LW_PENDSIG | LW_WEXIT | LW_RUMP_QEXIT)) != 0;
}

void
lwp_interrupt(struct lwp *l, int error)
{
	wchan_t wchan;
	wqlock_t lp;
	bool wake = false;

	wchan = __atomic_load_n(&l->l_wchan, __ATOMIC_SEQ_CST);
	if (wchan == NULL)
		return;
	lp = wq_lock(wchan);
	if (l->l_sleepq != NULL && l->l_wchan == wchan && l->l_sleepsig) {
		wq_remove(l);
		l->l_wakerr = error;
		wake = true;
	}
	wq_unlock(lp);
	if (wake)
		lwp_wake(l);
}

/* Takes the caller off its queue unless someone else already has. */
static bool
wq_giveup(struct lwp *l, wchan_t wchan, int error)
{
	wqlock_t lp;
	bool mine;

	lp = wq_lock(wchan);
	mine = l->l_sleepq != NULL;
	if (mine) {
		wq_remove(l);
		l->l_wakerr = error;
	}
	wq_unlock(lp);
	return mine;
}

int
wq_block(struct lwp *l, int64_t ns)
{
	wchan_t wchan = __atomic_load_n(&l->l_wchan, __ATOMIC_RELAXED);
	bool sig = __atomic_load_n(&l->l_sleepsig, __ATOMIC_RELAXED);
	int nlocks = 0;

	/*
	 * wchan may be NULL: we are off the queue already, and the wakeup
	 * is on its way.
	 */
	rumpuser_step(1);
	if (sig && wchan != NULL && sig_wanted(l) &&
	    wq_giveup(l, wchan, EINTR)) {
		l->l_stat = LSONPROC;
		return EINTR;
	}
	l->l_ncsw++;
	if (l->l_blcnt != 0)
		_kernel_unlock(0, &nlocks);
	rump_unschedule_cpu(l);
	if (park_wait(l, ns) != 0) {
		if (wchan == NULL || !wq_giveup(l, wchan, EWOULDBLOCK))
			(void)park_wait(l, -1);
	}
	rump_schedule_cpu(l);
	if (nlocks != 0)
		_kernel_lock(nlocks);
	l->l_stat = LSONPROC;
	return l->l_wakerr;
}

/*
 * Parking: one token for each lwp.  park_wait() consumes it or, with
 * ns >= 0, answers EWOULDBLOCK after that long.  No CPU is held.
 */
void
park_init(struct lwp *l)
{

	rumpuser_mutex_init(&l->l_parkmtx, RUMPUSER_MTX_SPIN);
	rumpuser_cv_init(&l->l_parkcv);
	l->l_parktoken = 0;
}

void
park_fini(struct lwp *l)
{

	rumpuser_cv_destroy(l->l_parkcv);
	rumpuser_mutex_destroy(l->l_parkmtx);
}

int
park_wait(struct lwp *l, int64_t ns)
{
	int64_t end = 0, left;
	int error = 0;

	rumpuser_mutex_enter_nowrap(l->l_parkmtx);
	if (ns >= 0 && !l->l_parktoken)
		end = rump_uptime_ns() + ns;
	while (!l->l_parktoken) {
		if (ns < 0) {
			rumpuser_cv_wait_nowrap(l->l_parkcv, l->l_parkmtx);
			continue;
		}
		left = end - rump_uptime_ns();
		if (left <= 0) {
			error = EWOULDBLOCK;
			break;
		}
		(void)rumpuser_cv_timedwait(l->l_parkcv, l->l_parkmtx,
		    left / 1000000000, left % 1000000000);
	}
	if (error == 0)
		l->l_parktoken = 0;
	rumpuser_mutex_exit(l->l_parkmtx);
	return error;
}

void
park_wake(struct lwp *l)
{

	rumpuser_mutex_enter_nowrap(l->l_parkmtx);
	l->l_parktoken = 1;
	rumpuser_cv_signal(l->l_parkcv);
	rumpuser_mutex_exit(l->l_parkmtx);
}

/*
 * tsleep(9).
 */

static struct sleepq *
ident_queue(wchan_t ident)
{
	uintptr_t h = (uintptr_t)ident;

	return &sleepqs[((h >> 4) ^ (h >> 12)) % NSLEEPQ];
}

static int64_t
ticks_ns(int timo)
{

	if (timo <= 0)
		return -1;
	return (int64_t)timo * (1000000000 / hz);
}

/*
 * Sleeps until wakeup(ident), for at most timo ticks unless 0; with PCATCH
 * in the priority a signal ends the sleep.  0, EWOULDBLOCK, EINTR.
 */
int
tsleep(wchan_t ident, pri_t priority, const char *wmesg, int timo)
{

	return mtsleep(ident, priority, wmesg, timo, NULL);
}

/* The same; drops mtx while asleep and takes it back unless PNORELOCK. */
int
mtsleep(wchan_t ident, pri_t priority, const char *wmesg, int timo,
    kmutex_t *mtx)
{
	struct sleepq *sq = ident_queue(ident);
	struct lwp *l = curlwp;
	wqlock_t lp;
	int error;

#ifdef LOCKDEBUG
	if (mtx == NULL)
		lockdebug_check_sleep("tsleep");
#endif
	lp = wq_lock(sq);
	l->l_ident = __UNVOLATILE(ident);
	wq_insert(sq, l, sq, &sleep_syncobj, wmesg, (priority & PCATCH) != 0);
	wq_unlock(lp);
	if (mtx != NULL)
		mutex_exit(mtx);
	error = wq_block(l, ticks_ns(timo));
	if (mtx != NULL && (priority & PNORELOCK) == 0)
		mutex_enter(mtx);
	return error;
}

static void
wakeup_n(wchan_t ident, unsigned n)
{
	struct sleepq *sq = ident_queue(ident);
	struct lwp *l, *next, *first = NULL, **tail = &first;
	wqlock_t lp;

	lp = wq_lock(sq);
	for (l = sq->sq_first; l != NULL && n > 0; l = next) {
		next = l->l_wqnext;
		if (l->l_ident != ident)
			continue;
		wq_remove(l);
		n--;
		*tail = l;
		tail = &l->l_wqnext;
	}
	*tail = NULL;
	wq_unlock(lp);
	while ((l = first) != NULL) {
		first = l->l_wqnext;
		lwp_wake(l);
	}
}

/* Wakes all that sleep on ident in tsleep(). */
void
wakeup(wchan_t ident)
{

	wakeup_n(ident, UINT_MAX);
}

/* Wakes the one that has slept longest. */
void
wakeup_one(wchan_t ident)
{

	wakeup_n(ident, 1);
}

/*
 * Sleeps for timo ticks (0: until a signal); drops and retakes mtx, if any.
 * EWOULDBLOCK when the time is over, EINTR.
 */
int
kpause(const char *wmesg, bool intr, int timo, kmutex_t *mtx)
{
	struct sleepq sq;
	struct lwp *l = curlwp;
	wqlock_t lp;
	int error;

	KASSERT(timo != 0 || intr);
#ifdef LOCKDEBUG
	if (mtx == NULL)
		lockdebug_check_sleep("kpause");
#endif
	wq_init(&sq);
	lp = wq_lock(&sq);
	wq_insert(&sq, l, &sq, &kpause_syncobj, wmesg, intr);
	wq_unlock(lp);
	if (mtx != NULL)
		mutex_exit(mtx);
	error = wq_block(l, ticks_ns(timo));
	if (mtx != NULL)
		mutex_enter(mtx);
	return error;
}
