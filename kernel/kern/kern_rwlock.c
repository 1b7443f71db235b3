/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rwlock(9).
 *
 * rw_owner: bit 0, others wait; bit 1, held by a writer, the lwp in the rest;
 * else the rest counts readers in units of 4.  While others wait, readers
 * queue behind them.  Who leaves last hands the lock to the first waiter, or
 * to all readers that head the queue.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rwlock.h>
#include <sys/rwlock_obj.h>
#include <sys/lwp.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/atomic.h>

#include "rump_private.h"

#undef rw_init
#undef rw_enter
#undef rw_tryenter
#undef rw_obj_alloc

#define	BIT_WAITERS	((uintptr_t)1)
#define	BIT_WRITE	((uintptr_t)2)
#define	READER		((uintptr_t)4)
#define	WRITER(l)	((uintptr_t)(l) | BIT_WRITE)
#define	THREAD(v)	((struct lwp *)((v) & ~(BIT_WAITERS | BIT_WRITE)))

#define	RW_SPINS	32

/* rw_state */
#define	RW_ALIVE	0xa0
#define	RW_DEAD		0x50

void
rw_init_at(krwlock_t *rw, struct lock_class *class)
{

	__atomic_store_n(&rw->rw_owner, 0, __ATOMIC_RELAXED);
	wq_init(&rw->rw_waiters);
	rw->rw_class = class;
	rw->rw_state = RW_ALIVE;
}

/* Makes a lock.  Never fails, allocates nothing. */
void
rw_init(krwlock_t *rw)
{

	rw_init_at(rw, NULL);
}

/* Ends a lock, which nobody holds. */
void
rw_destroy(krwlock_t *rw)
{

#ifdef LOCKDEBUG
	if (rw->rw_state != RW_ALIVE)
		lockdebug_abort("lock-dead", rw, rw->rw_class, NULL,
		    "destroyed twice, or never initialised");
	if (__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) != 0)
		lockdebug_abort("lock-held", rw, rw->rw_class, NULL,
		    "destroyed while held");
#else
	KASSERT(__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) == 0);
#endif
	rw->rw_state = RW_DEAD;
}

static inline bool
rw_try(krwlock_t *rw, const krw_t op, struct lwp *l)
{
	uintptr_t v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);

	if (op == RW_WRITER) {
		return v == 0 && lock_cas(&rw->rw_owner, 0, WRITER(l),
		    __ATOMIC_ACQUIRE);
	}
	while ((v & (BIT_WAITERS | BIT_WRITE)) == 0) {
		if (lock_cas(&rw->rw_owner, v, v + READER, __ATOMIC_ACQUIRE))
			return true;
		v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
	}
	return false;
}

static __noinline void
rw_enter_slow(krwlock_t *rw, const krw_t op, struct lwp *l)
{
	uintptr_t v;
	wqlock_t lp;
	int n;

	v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
	if ((v & BIT_WRITE) && THREAD(v) == l) {
#ifdef LOCKDEBUG
		lockdebug_abort("deadlock", rw, rw->rw_class, NULL,
		    "entered by its owner");
#else
		panic("rwlock: entered by its owner");
#endif
	}
	for (n = 0; n < RW_SPINS && ncpu > 1; n++) {
		if (rw_try(rw, op, l))
			return;
		if (__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) &
		    BIT_WAITERS)
			break;
		cpu_relax();
	}
	lp = wq_lock(rw);
	for (;;) {
		if (rw_try(rw, op, l)) {
			wq_unlock(lp);
			return;
		}
		v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
		if (v & BIT_WAITERS)
			break;
		if (v == 0 || (op == RW_READER && (v & BIT_WRITE) == 0))
			continue;
		if (__atomic_compare_exchange_n(&rw->rw_owner, &v,
		    v | BIT_WAITERS, false, __ATOMIC_RELAXED,
		    __ATOMIC_RELAXED))
			break;
	}
	l->l_wqkind = op;
	wq_insert(&rw->rw_waiters, l, rw, &rw_syncobj, "rwlock", false);
	wq_unlock(lp);
	(void)wq_block(l, -1);
}

/*
 * Hands the lock, which has waiters and no holder but the caller, on.
 * "keep" is the number of readers that go on holding it (a downgrade).
 */
static __noinline void
rw_handover(krwlock_t *rw, unsigned keep)
{
	struct lwp *w, *first = NULL, **tail = &first;
	uintptr_t v;
	wqlock_t lp;

	lp = wq_lock(rw);
	/* What readers did who left before us is to be seen by the next. */
	(void)__atomic_load_n(&rw->rw_owner, __ATOMIC_ACQUIRE);
	w = rw->rw_waiters.sq_first;
	KASSERT(w != NULL);
	if (keep == 0 && w->l_wqkind == RW_WRITER) {
		wq_remove(w);
		v = WRITER(w);
		*tail = w;
		tail = &w->l_wqnext;
	} else {
		v = keep * READER;
		while ((w = rw->rw_waiters.sq_first) != NULL &&
		    w->l_wqkind == RW_READER) {
			wq_remove(w);
			v += READER;
			*tail = w;
			tail = &w->l_wqnext;
		}
	}
	*tail = NULL;
	if (!wq_empty(&rw->rw_waiters))
		v |= BIT_WAITERS;
	/* From here on the lock is the waiters', and may be gone. */
	__atomic_store_n(&rw->rw_owner, v, __ATOMIC_RELEASE);
	wq_unlock(lp);
	while ((w = first) != NULL) {
		first = w->l_wqnext;
		lwp_wake(w);
	}
}

#ifdef LOCKDEBUG
static void
rw_alive(krwlock_t *rw, const char *site)
{

	if (__predict_false(rw->rw_state != RW_ALIVE))
		lockdebug_abort("lock-dead", rw, rw->rw_class, site,
		    "used after its end, or before its start");
}
#endif

/* Enters for reading or writing; sleeps while that is not possible. */
void
rw_enter_at(krwlock_t *rw, const krw_t op, const char *site)
{
	struct lwp *l = curlwp;
#ifdef LOCKDEBUG
	bool atonce;

	SCHED_POINT();
	rw_alive(rw, site);
	atonce = rw_try(rw, op, l);
	if (__predict_false(!atonce)) {
		if (lockdebug_on)
			lockdebug_want(l, rw->rw_class, LOCK_KIND_RW, site);
		rw_enter_slow(rw, op, l);
	}
	if (lockdebug_on)
		lockdebug_entered(l, rw, rw->rw_class, LOCK_KIND_RW, site,
		    op == RW_READER, !atonce);
#else
	if (__predict_false(!rw_try(rw, op, l)))
		rw_enter_slow(rw, op, l);
#endif
}

void
rw_enter(krwlock_t *rw, const krw_t op)
{

	rw_enter_at(rw, op, NULL);
}

/* Enters if that is possible at once: 1, else 0. */
int
rw_tryenter_at(krwlock_t *rw, const krw_t op, const char *site)
{
	struct lwp *l = curlwp;

#ifdef LOCKDEBUG
	rw_alive(rw, site);
#endif
	if (!rw_try(rw, op, l))
		return 0;
#ifdef LOCKDEBUG
	if (lockdebug_on)
		lockdebug_got(l, rw, rw->rw_class, LOCK_KIND_RW, site,
		    op == RW_READER);
#endif
	return 1;
}

int
rw_tryenter(krwlock_t *rw, const krw_t op)
{

	return rw_tryenter_at(rw, op, NULL);
}

/* Leaves; the caller holds it. */
void
rw_exit(krwlock_t *rw)
{
	uintptr_t v, new;

	v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
#ifdef LOCKDEBUG
	rw_alive(rw, NULL);
	if ((v & BIT_WRITE) ? THREAD(v) != curlwp : v < READER)
		lockdebug_abort("not-owner", rw, rw->rw_class, NULL,
		    "left by an lwp that does not have it");
	if (lockdebug_on)
		lockdebug_released(curlwp, rw, LOCK_KIND_RW);
#else
	KASSERT((v & BIT_WRITE) ? THREAD(v) == curlwp : v >= READER);
#endif
	for (;;) {
		if (v & BIT_WRITE)
			new = 0;
		else
			new = v - READER;
		if ((v & BIT_WAITERS) && (new & ~BIT_WAITERS) == 0) {
			/*
			 * Nobody else can change the word now but a waiter
			 * that adds itself, under the queue's lock.
			 */
			rw_handover(rw, 0);
			break;
		}
		if (lock_cas(&rw->rw_owner, v, new, __ATOMIC_ACQ_REL))
			break;
		v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
	}
	SCHED_POINT();
}

/* From reader to writer if there is no other reader: 1, else 0. */
int
rw_tryupgrade(krwlock_t *rw)
{
	struct lwp *l = curlwp;
	uintptr_t v;

	v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);
	while ((v & ~BIT_WAITERS) == READER) {
		if (__atomic_compare_exchange_n(&rw->rw_owner, &v,
		    WRITER(l) | (v & BIT_WAITERS), false, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED)) {
#ifdef LOCKDEBUG
			lockdebug_downgraded(rw, false);
#endif
			return 1;
		}
	}
	return 0;
}

/* From writer to reader. */
void
rw_downgrade(krwlock_t *rw)
{
	struct lwp *l = curlwp;
	uintptr_t v = WRITER(l);

#ifdef LOCKDEBUG
	if ((__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) &
	    ~BIT_WAITERS) != WRITER(l))
		lockdebug_abort("not-owner", rw, rw->rw_class, NULL,
		    "downgraded by an lwp that does not write");
	lockdebug_downgraded(rw, true);
#endif
	if (!__atomic_compare_exchange_n(&rw->rw_owner, &v, READER, false,
	    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		rw_handover(rw, 1);
}

/* Whether it is held for reading, by whomever. */
int
rw_read_held(krwlock_t *rw)
{
	uintptr_t v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);

	return (v & BIT_WRITE) == 0 && v >= READER;
}

/* Whether the caller holds it for writing. */
int
rw_write_held(krwlock_t *rw)
{
	uintptr_t v = __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED);

	return (v & BIT_WRITE) != 0 && THREAD(v) == curlwp;
}

int
rw_lock_held(krwlock_t *rw)
{

	return rw_read_held(rw) || rw_write_held(rw);
}

/* How it is held; only asked while it is. */
krw_t
rw_lock_op(krwlock_t *rw)
{

	return (__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) &
	    BIT_WRITE) ? RW_WRITER : RW_READER;
}

/*
 * rw_obj(9): locks with reference counts.
 */
krwlock_t *
rw_obj_alloc_at(struct lock_class *class)
{
	struct krwobj *ro;

	ro = kmem_alloc(sizeof(*ro), KM_SLEEP);
	rw_init_at(&ro->ro_lock, class);
	ro->ro_refcnt = 1;
	ro->ro_gone = NULL;
	return &ro->ro_lock;
}

krwlock_t *
rw_obj_alloc(void)
{

	return rw_obj_alloc_at(NULL);
}

krwlock_t *
rw_obj_tryalloc(void)
{
	struct krwobj *ro;

	ro = kmem_alloc(sizeof(*ro), KM_NOSLEEP);
	if (ro == NULL)
		return NULL;
	rw_init_at(&ro->ro_lock, NULL);
	ro->ro_refcnt = 1;
	ro->ro_gone = NULL;
	return &ro->ro_lock;
}

void
rw_obj_hold(krwlock_t *lock)
{
	struct krwobj *ro = (struct krwobj *)lock;

	atomic_inc_uint(&ro->ro_refcnt);
}

/* Drops a reference; true if it was the last and the lock is gone. */
bool
rw_obj_free(krwlock_t *lock)
{
	struct krwobj *ro = (struct krwobj *)lock;

	if (__atomic_sub_fetch(&ro->ro_refcnt, 1, __ATOMIC_ACQ_REL) > 0)
		return false;
	rw_destroy(&ro->ro_lock);
	if (ro->ro_gone != NULL)
		(*ro->ro_gone)(ro);
	else
		kmem_free(ro, sizeof(*ro));
	return true;
}

u_int
rw_obj_refcnt(krwlock_t *lock)
{
	struct krwobj *ro = (struct krwobj *)lock;

	return atomic_load_relaxed(&ro->ro_refcnt);
}
