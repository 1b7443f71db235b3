/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Mutexes, reader-writer locks and condition variables on fibers.
 *
 * There is one host thread, so taking a free lock is a store.  A lock that
 * is let go of goes to its first waiter directly.
 */

#include "rumpuser_int.h"
#include "fiber.h"

#include <string.h>

static void *
lock_alloc(size_t len)
{
	void *p;

	p = ru_alloc(len, 16);
	if (p == NULL)
		ru_die("no memory for a lock");
	memset(p, 0, len);
	return p;
}

/*
 * Mutexes.
 */

struct rumpuser_mtx {
	struct ru_fiber *m_holder;
	struct lwp *m_owner;
	int	m_flags;
	struct ru_waitq m_wq;
};

void
rumpuser_mutex_init(struct rumpuser_mtx **mtxp, int flags)
{
	struct rumpuser_mtx *m = lock_alloc(sizeof(*m));

	m->m_flags = flags;
	*mtxp = m;
}

void
rumpuser_mutex_destroy(struct rumpuser_mtx *m)
{

	if (m->m_holder != NULL || m->m_wq.wq_head != NULL)
		rumpuser_report("lock", "mutex destroyed while held");
	ru_free(m);
}

int
rumpuser_mutex_spin_p(struct rumpuser_mtx *m)
{

	return (m->m_flags & RUMPUSER_MTX_SPIN) != 0;
}

RU_INLINE void
mutex_take(struct rumpuser_mtx *m)
{

	m->m_holder = ru_cur;
	if (m->m_flags & RUMPUSER_MTX_KMUTEX)
		m->m_owner = ru_curlwp;
}

static __noinline void
mutex_wait(struct rumpuser_mtx *m)
{

	if (m->m_holder == ru_cur)
		rumpuser_report("deadlock",
		    "thread \"%s\" enters a mutex that it holds",
		    ru_cur->f_name);
	/* Whoever lets go makes us the holder. */
	ru_block(&m->m_wq, INT64_MAX, "mutex");
}

RU_NOSAN void
rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *m)
{

	if (__predict_true(m->m_holder == NULL))
		mutex_take(m);
	else
		mutex_wait(m);
}

static __noinline void
mutex_enter_slow(struct rumpuser_mtx *m)
{
	int nlocks;

	if (m->m_flags & RUMPUSER_MTX_SPIN) {
		rumpuser_mutex_enter_nowrap(m);
		return;
	}
	rumpuser_sched_point();
	if (m->m_holder == NULL) {
		mutex_take(m);
		return;
	}
	if (m->m_holder == ru_cur)
		mutex_wait(m);
	ru_unsched(&nlocks, NULL);
	rumpuser_mutex_enter_nowrap(m);
	ru_sched(nlocks, NULL);
}

RU_NOSAN void
rumpuser_mutex_enter(struct rumpuser_mtx *m)
{

	if (__predict_true(m->m_holder == NULL &&
	    ru_sched_policy == RUMPUSER_SCHED_RUN))
		mutex_take(m);
	else
		mutex_enter_slow(m);
}

RU_NOSAN int
rumpuser_mutex_tryenter(struct rumpuser_mtx *m)
{

	if (m->m_holder != NULL)
		return NB_EBUSY;
	mutex_take(m);
	return 0;
}

RU_NOSAN void
rumpuser_mutex_exit(struct rumpuser_mtx *m)
{
	struct ru_fiber *f;

	if (__predict_false(m->m_holder != ru_cur))
		rumpuser_report("lock",
		    "thread \"%s\" exits a mutex that it does not hold",
		    ru_cur->f_name);
	f = m->m_wq.wq_head;
	m->m_holder = f;
	m->m_owner = NULL;
	if (__predict_false(f != NULL)) {
		if (m->m_flags & RUMPUSER_MTX_KMUTEX)
			m->m_owner = f->f_lwp;
		ru_wake(f);
	}
}

void
rumpuser_mutex_owner(struct rumpuser_mtx *m, struct lwp **lp)
{

	*lp = m->m_owner;
}

/*
 * Reader-writer locks.
 */

struct rumpuser_rw {
	unsigned rw_readers;
	struct ru_fiber *rw_writer;
	struct lwp *rw_owner;
	struct ru_waitq rw_wq;
};

void
rumpuser_rw_init(struct rumpuser_rw **rwp)
{

	*rwp = lock_alloc(sizeof(**rwp));
}

void
rumpuser_rw_destroy(struct rumpuser_rw *rw)
{

	if (rw->rw_readers != 0 || rw->rw_writer != NULL ||
	    rw->rw_wq.wq_head != NULL)
		rumpuser_report("lock", "rwlock destroyed while held");
	ru_free(rw);
}

/* Readers stay behind whoever waits already, so that writers get a turn. */
int
rumpuser_rw_tryenter(int kind, struct rumpuser_rw *rw)
{

	if (kind == RUMPUSER_RW_WRITER) {
		if (rw->rw_writer != NULL || rw->rw_readers != 0)
			return NB_EBUSY;
		rw->rw_writer = ru_cur;
		rw->rw_owner = ru_curlwp;
	} else {
		if (rw->rw_writer != NULL || rw->rw_wq.wq_head != NULL)
			return NB_EBUSY;
		rw->rw_readers++;
	}
	return 0;
}

void
rumpuser_rw_enter(int kind, struct rumpuser_rw *rw)
{
	int nlocks;

	rumpuser_sched_point();
	if (rumpuser_rw_tryenter(kind, rw) == 0)
		return;
	if (rw->rw_writer == ru_cur)
		rumpuser_report("deadlock",
		    "thread \"%s\" enters an rwlock that it holds",
		    ru_cur->f_name);
	ru_unsched(&nlocks, NULL);
	/* Giving the CPU up may have let others run. */
	if (rumpuser_rw_tryenter(kind, rw) != 0) {
		ru_cur->f_rwkind = kind;
		ru_block(&rw->rw_wq, INT64_MAX, "rwlock");
	}
	ru_sched(nlocks, NULL);
}

/* Gives a lock that became free, or is held by readers, to waiters. */
static void
rw_pass(struct rumpuser_rw *rw)
{
	struct ru_fiber *f;

	while ((f = rw->rw_wq.wq_head) != NULL && rw->rw_writer == NULL) {
		if (f->f_rwkind == RUMPUSER_RW_WRITER) {
			if (rw->rw_readers != 0)
				return;
			rw->rw_writer = f;
			rw->rw_owner = f->f_lwp;
		} else
			rw->rw_readers++;
		ru_wake(f);
	}
}

void
rumpuser_rw_exit(struct rumpuser_rw *rw)
{

	if (rw->rw_writer != NULL) {
		if (rw->rw_writer != ru_cur)
			rumpuser_report("lock",
			    "thread \"%s\" exits another's rwlock",
			    ru_cur->f_name);
		rw->rw_writer = NULL;
		rw->rw_owner = NULL;
	} else if (rw->rw_readers != 0)
		rw->rw_readers--;
	else
		rumpuser_report("lock", "exit of a free rwlock");
	if (rw->rw_wq.wq_head != NULL)
		rw_pass(rw);
}

int
rumpuser_rw_tryupgrade(struct rumpuser_rw *rw)
{

	if (rw->rw_writer != NULL || rw->rw_readers != 1)
		return NB_EBUSY;
	rw->rw_readers = 0;
	rw->rw_writer = ru_cur;
	rw->rw_owner = ru_curlwp;
	return 0;
}

void
rumpuser_rw_downgrade(struct rumpuser_rw *rw)
{

	if (rw->rw_writer != ru_cur)
		rumpuser_report("lock", "downgrade of an rwlock not held");
	rw->rw_writer = NULL;
	rw->rw_owner = NULL;
	rw->rw_readers = 1;
	rw_pass(rw);
}

void
rumpuser_rw_held(int kind, struct rumpuser_rw *rw, int *rvp)
{

	if (kind == RUMPUSER_RW_WRITER)
		*rvp = rw->rw_writer != NULL && rw->rw_owner == ru_curlwp;
	else
		*rvp = rw->rw_readers > 0;
}

/*
 * Condition variables.
 */

struct rumpuser_cv {
	struct ru_waitq cv_wq;
};

void
rumpuser_cv_init(struct rumpuser_cv **cvp)
{

	*cvp = lock_alloc(sizeof(**cvp));
}

void
rumpuser_cv_destroy(struct rumpuser_cv *cv)
{

	if (cv->cv_wq.wq_head != NULL)
		rumpuser_report("lock", "condition variable destroyed with "
		    "a waiter");
	ru_free(cv);
}

void
rumpuser_cv_wait_nowrap(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{

	rumpuser_mutex_exit(m);
	ru_block(&cv->cv_wq, INT64_MAX, "cv");
	rumpuser_mutex_enter_nowrap(m);
}

/* Waits with the CPU given up; true on timeout. */
static bool
cv_sleep(struct rumpuser_cv *cv, struct rumpuser_mtx *m, int64_t until)
{
	bool timedout;
	int nlocks;

	ru_unsched(&nlocks, m);
	rumpuser_mutex_exit(m);
	timedout = ru_block(&cv->cv_wq, until, "cv");
	/*
	 * Who holds a CPU may want the kernel's spin mutex, so those are
	 * taken after the CPU; the others before, as everywhere.
	 */
	if ((m->m_flags & (RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX)) ==
	    (RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX)) {
		ru_sched(nlocks, m);
		rumpuser_mutex_enter_nowrap(m);
	} else {
		rumpuser_mutex_enter_nowrap(m);
		ru_sched(nlocks, m);
	}
	return timedout;
}

void
rumpuser_cv_wait(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{

	cv_sleep(cv, m, INT64_MAX);
}

int
rumpuser_cv_timedwait(struct rumpuser_cv *cv, struct rumpuser_mtx *m,
    int64_t sec, int64_t nsec)
{
	int64_t now = ru_clock_mono(), rel;

	if (sec < 0 || nsec < 0)
		sec = nsec = 0;
	if (__builtin_mul_overflow(sec, RU_NSEC, &rel) ||
	    __builtin_add_overflow(rel, nsec, &rel) ||
	    __builtin_add_overflow(rel, now, &rel))
		rel = INT64_MAX;
	return cv_sleep(cv, m, rel) ? NB_ETIMEDOUT : 0;
}

RU_NOSAN void
rumpuser_cv_signal(struct rumpuser_cv *cv)
{

	if (cv->cv_wq.wq_head != NULL)
		ru_wake(cv->cv_wq.wq_head);
}

void
rumpuser_cv_broadcast(struct rumpuser_cv *cv)
{

	while (cv->cv_wq.wq_head != NULL)
		ru_wake(cv->cv_wq.wq_head);
}

void
rumpuser_cv_has_waiters(struct rumpuser_cv *cv, int *rvp)
{

	*rvp = cv->cv_wq.wq_head != NULL;
}
