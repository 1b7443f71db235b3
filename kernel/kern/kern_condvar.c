/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * condvar(9).  The queue is in the condition variable; a waiter is on it
 * before it leaves the interlock, so that no wakeup gets lost.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/cpu.h>
#include <sys/time.h>

#include "rump_private.h"

/* cv_wmesg of an ended one. */
static const char cv_dead[] = "dead";

/* wmesg, a short name, must live as long as the condition variable. */
void
cv_init(kcondvar_t *cv, const char *wmesg)
{

	wq_init(&cv->cv_sleepq);
	cv->cv_wmesg = wmesg;
}

/* Ends a condition variable that nobody waits on. */
void
cv_destroy(kcondvar_t *cv)
{

	KASSERTMSG(cv_is_valid(cv), "condition variable destroyed twice, or "
	    "never initialised");
	KASSERTMSG(!cv_has_waiters(cv), "condition variable %s destroyed "
	    "while it has waiters", cv->cv_wmesg);
	cv->cv_wmesg = cv_dead;
}

static int
cv_sleep(kcondvar_t *cv, kmutex_t *mtx, int64_t ns, bool sig)
{
	struct lwp *l = curlwp;
	wqlock_t lp;
	int error;

	KASSERT(mutex_owned(mtx));
	KASSERTMSG(cv_is_valid(cv), "condition variable used after its end, "
	    "or before its start");
	lp = wq_lock(cv);
	wq_insert(&cv->cv_sleepq, l, cv, &cv_syncobj, cv->cv_wmesg, sig);
	wq_unlock(lp);
	mutex_exit(mtx);
#ifdef LOCKDEBUG
	lockdebug_check_sleep("cv_wait");
#endif
	error = wq_block(l, ns);
	mutex_enter(mtx);
	return error;
}

/* Waits; the interlock is left meanwhile. */
void
cv_wait(kcondvar_t *cv, kmutex_t *mtx)
{

	(void)cv_sleep(cv, mtx, -1, false);
}

/* Waits; EINTR if a signal came. */
int
cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx)
{

	return cv_sleep(cv, mtx, -1, true);
}

static int64_t
ticks_ns(int timo)
{

	return timo <= 0 ? -1 : (int64_t)timo * (1000000000 / hz);
}

/* Waits for at most timo ticks, unless that is 0: EWOULDBLOCK. */
int
cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int timo)
{

	return cv_sleep(cv, mtx, ticks_ns(timo), false);
}

int
cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int timo)
{

	return cv_sleep(cv, mtx, ticks_ns(timo), true);
}

static int
cv_timedwaitbt1(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, bool sig)
{
	struct bintime start, now;
	int64_t ns;
	int error;

	if (bt->sec < 0)
		return EWOULDBLOCK;
	/* A wait of 100 years is one without end. */
	ns = bt->sec > 3153600000LL ? -1 : (int64_t)bintime2ns(bt);
	binuptime(&start);
	error = cv_sleep(cv, mtx, ns, sig);
	binuptime(&now);
	/* What is left of the time. */
	bintime_sub(&now, &start);
	if (bintimecmp(&now, bt, >=)) {
		bt->sec = 0;
		bt->frac = 0;
	} else
		bintime_sub(bt, &now);
	return error;
}

/* Waits for at most *bt, of which the time spent is subtracted. */
int
cv_timedwaitbt(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt,
    const struct bintime *epsilon)
{

	return cv_timedwaitbt1(cv, mtx, bt, false);
}

int
cv_timedwaitbt_sig(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt,
    const struct bintime *epsilon)
{

	return cv_timedwaitbt1(cv, mtx, bt, true);
}

/* Wakes who has waited longest. */
void
cv_signal(kcondvar_t *cv)
{
	struct lwp *l;
	wqlock_t lp;

	if (!cv_has_waiters(cv))
		return;
	lp = wq_lock(cv);
	l = wq_wakefirst(&cv->cv_sleepq, 0);
	wq_unlock(lp);
	if (l != NULL)
		lwp_wake(l);
}

/* Wakes all that wait. */
void
cv_broadcast(kcondvar_t *cv)
{
	struct lwp *l, *first = NULL, **tail = &first;
	wqlock_t lp;

	if (!cv_has_waiters(cv))
		return;
	lp = wq_lock(cv);
	while ((l = wq_wakefirst(&cv->cv_sleepq, 0)) != NULL) {
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

/* Whether anyone waits; a hint unless the interlock is held. */
bool
cv_has_waiters(kcondvar_t *cv)
{

	return __atomic_load_n(&cv->cv_sleepq.sq_first, __ATOMIC_RELAXED) !=
	    NULL;
}

bool
cv_is_valid(kcondvar_t *cv)
{

	return cv->cv_wmesg != NULL && cv->cv_wmesg != cv_dead;
}
