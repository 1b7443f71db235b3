/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * mutex(9).
 *
 * mtx_owner is the owning lwp, with bit 0 set while others wait; 0 is free.
 * Without contention a mutex is one compare-and-swap each way and costs no
 * memory besides itself.  With contention the owner hands it to the first
 * waiter: nobody overtakes, nobody starves.
 *
 * A spin mutex differs in what may be done while it is held (nothing that
 * sleeps), and that is checked in LOCKDEBUG kernels.  Who waits for one gives
 * the CPU up as well: its owner may be waiting for a CPU of the host.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/lwp.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/atomic.h>

#include "rump_private.h"

#undef mutex_init
#undef mutex_enter
#undef mutex_exit
#undef mutex_tryenter
#undef mutex_spin_enter
#undef mutex_obj_alloc

#define	BIT_WAITERS	((uintptr_t)1)
#define	OWNER(v)	((struct lwp *)((v) & ~BIT_WAITERS))

#define	MTX_SPIN	0x01
#define	MTX_NODEBUG	0x02
#define	MTX_ALIVE	0xa0
#define	MTX_DEAD	0x50
#define	MTX_STATE	0xf0

/* Looks at a busy mutex before the caller sleeps. */
#define	MTX_SPINS	32

#ifdef LOCKDEBUG
static inline int
lockkind(const kmutex_t *mtx)
{

	return (mtx->mtx_flags & MTX_SPIN) ? LOCK_KIND_SPIN : LOCK_KIND_MUTEX;
}
#endif

void
mutex_init_at(kmutex_t *mtx, kmutex_type_t type, int ipl,
    struct lock_class *class)
{

	__atomic_store_n(&mtx->mtx_owner, 0, __ATOMIC_RELAXED);
	wq_init(&mtx->mtx_waiters);
	mtx->mtx_class = class;
	mtx->mtx_ipl = 0;
	mtx->mtx_flags = MTX_ALIVE;
	switch (type) {
	case MUTEX_ADAPTIVE:
		break;
	case MUTEX_SPIN:
		mtx->mtx_flags |= MTX_SPIN;
		mtx->mtx_ipl = ipl;
		break;
	case MUTEX_NODEBUG:
		mtx->mtx_flags |= MTX_NODEBUG;
		/* FALLTHROUGH */
	default:
		if (ipl >= IPL_VM) {
			mtx->mtx_flags |= MTX_SPIN;
			mtx->mtx_ipl = ipl;
		}
		break;
	}
}

/*
 * Makes a mutex.  With an IPL of NONE or a soft one it sleeps, with a higher
 * one it spins.  Never fails, allocates nothing.
 */
void
mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl)
{

	mutex_init_at(mtx, type, ipl, NULL);
}

/* Ends a mutex, which nobody holds. */
void
mutex_destroy(kmutex_t *mtx)
{

#ifdef LOCKDEBUG
	if ((mtx->mtx_flags & MTX_STATE) != MTX_ALIVE)
		lockdebug_abort("lock-dead", mtx, mtx->mtx_class, NULL,
		    "destroyed twice, or never initialised");
	if (__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED) != 0)
		lockdebug_abort("lock-held", mtx, mtx->mtx_class, NULL,
		    "destroyed while held");
#else
	KASSERT(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED) == 0);
#endif
	mtx->mtx_flags = MTX_DEAD;
}

static inline bool
mtx_try(kmutex_t *mtx, struct lwp *l)
{

	return lock_cas(&mtx->mtx_owner, 0, (uintptr_t)l, __ATOMIC_ACQUIRE);
}

static __noinline void
mtx_enter_slow(kmutex_t *mtx, struct lwp *l)
{
	uintptr_t v;
	wqlock_t lp;
	int n;

	v = __atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED);
	if (OWNER(v) == l) {
#ifdef LOCKDEBUG
		lockdebug_abort("deadlock", mtx, mtx->mtx_class, NULL,
		    "entered by its owner");
#else
		panic("mutex: entered by its owner");
#endif
	}
	/* The owner may be about to leave, on another host processor. */
	for (n = 0; n < MTX_SPINS && ncpu > 1; n++) {
		if (v == 0 && mtx_try(mtx, l))
			return;
		if (v & BIT_WAITERS)
			break;
		cpu_relax();
		v = __atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED);
	}
	lp = wq_lock(mtx);
	v = __atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED);
	for (;;) {
		if (v == 0) {
			if (mtx_try(mtx, l)) {
				wq_unlock(lp);
				return;
			}
			v = __atomic_load_n(&mtx->mtx_owner,
			    __ATOMIC_RELAXED);
			continue;
		}
		if ((v & BIT_WAITERS) ||
		    __atomic_compare_exchange_n(&mtx->mtx_owner, &v,
		    v | BIT_WAITERS, false, __ATOMIC_RELAXED,
		    __ATOMIC_RELAXED))
			break;
	}
	wq_insert(&mtx->mtx_waiters, l, mtx, &mutex_syncobj, "mutex", false);
	wq_unlock(lp);
	/* The owner makes us the owner, then wakes us. */
	(void)wq_block(l, -1);
	KASSERT(OWNER(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_ACQUIRE)) ==
	    l);
}

static __noinline void
mtx_exit_slow(kmutex_t *mtx)
{
	struct lwp *w;
	wqlock_t lp;

	lp = wq_lock(mtx);
	w = wq_wakefirst(&mtx->mtx_waiters, 0);
	KASSERT(w != NULL);
	/* From here on the mutex is the waiter's, and may be gone. */
	__atomic_store_n(&mtx->mtx_owner, (uintptr_t)w |
	    (wq_empty(&mtx->mtx_waiters) ? 0 : BIT_WAITERS),
	    __ATOMIC_RELEASE);
	wq_unlock(lp);
	lwp_wake(w);
}

#ifdef LOCKDEBUG
static void
mtx_alive(kmutex_t *mtx, const char *site)
{

	if (__predict_false((mtx->mtx_flags & MTX_STATE) != MTX_ALIVE))
		lockdebug_abort("lock-dead", mtx, mtx->mtx_class, site,
		    "used after its end, or before its start");
}
#endif

/*
 * Enters a mutex; sleeps while another lwp has it.
 */
void
mutex_enter_at(kmutex_t *mtx, const char *site)
{
	struct lwp *l = curlwp;
#ifdef LOCKDEBUG
	bool atonce;

	SCHED_POINT();
	mtx_alive(mtx, site);
	atonce = mtx_try(mtx, l);
	if (__predict_false(!atonce)) {
		if (lockdebug_on)
			lockdebug_want(l, mtx->mtx_class, lockkind(mtx), site);
		mtx_enter_slow(mtx, l);
	}
	if (lockdebug_on)
		lockdebug_entered(l, mtx, mtx->mtx_class, lockkind(mtx), site,
		    false, !atonce);
#else
	if (__predict_false(!mtx_try(mtx, l)))
		mtx_enter_slow(mtx, l);
#endif
}

void
mutex_enter(kmutex_t *mtx)
{

#ifdef LOCKDEBUG
	mutex_enter_at(mtx, NULL);
#else
	struct lwp *l = curlwp;

	if (__predict_false(!mtx_try(mtx, l)))
		mtx_enter_slow(mtx, l);
#endif
}

void
mutex_spin_enter(kmutex_t *mtx)
{

	mutex_enter_at(mtx, NULL);
}

/* Enters a mutex if it is free: 1, else 0. */
int
mutex_tryenter_at(kmutex_t *mtx, const char *site)
{
	struct lwp *l = curlwp;

#ifdef LOCKDEBUG
	mtx_alive(mtx, site);
#endif
	if (!mtx_try(mtx, l))
		return 0;
#ifdef LOCKDEBUG
	if (lockdebug_on)
		lockdebug_got(l, mtx, mtx->mtx_class, lockkind(mtx), site, false);
#endif
	return 1;
}

int
mutex_tryenter(kmutex_t *mtx)
{

	return mutex_tryenter_at(mtx, NULL);
}

/* Leaves a mutex, which the caller has. */
void
mutex_exit(kmutex_t *mtx)
{
	struct lwp *l;

#ifdef LOCKDEBUG
	l = curlwp;
	mtx_alive(mtx, NULL);
	if (OWNER(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED)) != l)
		lockdebug_abort("not-owner", mtx, mtx->mtx_class, NULL,
		    "left by an lwp that does not have it");
	if (lockdebug_on)
		lockdebug_released(l, mtx, lockkind(mtx));
#else
	/* The word says who the owner is: us. */
	l = OWNER(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED));
	KASSERT(l == curlwp);
#endif
	if (__predict_false(!lock_cas(&mtx->mtx_owner, (uintptr_t)l, 0,
	    __ATOMIC_RELEASE)))
		mtx_exit_slow(mtx);
	SCHED_POINT();
}

void
mutex_spin_exit(kmutex_t *mtx)
{

	mutex_exit(mtx);
}

/* Whether the caller has the mutex.  For assertions. */
int
mutex_owned(const kmutex_t *mtx)
{

	return OWNER(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED)) ==
	    curlwp;
}

/* Whether the caller could enter the mutex.  For assertions. */
int
mutex_ownable(const kmutex_t *mtx)
{

	return !mutex_owned(mtx);
}

/* The lwp that has the mutex. */
lwp_t *
mutex_owner(const kmutex_t *mtx)
{

	return OWNER(__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED));
}

/*
 * mutex_obj(9): mutexes with reference counts.
 */
struct kmutexobj {
	kmutex_t	mo_lock;
	u_int		mo_refcnt;
};

kmutex_t *
mutex_obj_alloc_at(kmutex_type_t type, int ipl, struct lock_class *class)
{
	struct kmutexobj *mo;

	mo = kmem_alloc(sizeof(*mo), KM_SLEEP);
	mutex_init_at(&mo->mo_lock, type, ipl, class);
	mo->mo_refcnt = 1;
	return &mo->mo_lock;
}

kmutex_t *
mutex_obj_alloc(kmutex_type_t type, int ipl)
{

	return mutex_obj_alloc_at(type, ipl, NULL);
}

kmutex_t *
mutex_obj_tryalloc(kmutex_type_t type, int ipl)
{
	struct kmutexobj *mo;

	mo = kmem_alloc(sizeof(*mo), KM_NOSLEEP);
	if (mo == NULL)
		return NULL;
	mutex_init_at(&mo->mo_lock, type, ipl, NULL);
	mo->mo_refcnt = 1;
	return &mo->mo_lock;
}

void
mutex_obj_hold(kmutex_t *lock)
{
	struct kmutexobj *mo = (struct kmutexobj *)lock;

	atomic_inc_uint(&mo->mo_refcnt);
}

/* Drops a reference; true if it was the last and the mutex is gone. */
bool
mutex_obj_free(kmutex_t *lock)
{
	struct kmutexobj *mo = (struct kmutexobj *)lock;

	if (__atomic_sub_fetch(&mo->mo_refcnt, 1, __ATOMIC_ACQ_REL) > 0)
		return false;
	mutex_destroy(&mo->mo_lock);
	kmem_free(mo, sizeof(*mo));
	return true;
}

u_int
mutex_obj_refcnt(kmutex_t *lock)
{
	struct kmutexobj *mo = (struct kmutexobj *)lock;

	return atomic_load_relaxed(&mo->mo_refcnt);
}

/*
 * The big lock.  Recursive; given up by whoever sleeps.
 */
static kmutex_t kernel_mutex;

void
kernel_lock_init(void)
{

	mutex_init_at(&kernel_mutex, MUTEX_NODEBUG, IPL_NONE, NULL);
}

void
_kernel_lock(int count)
{
	struct lwp *l = curlwp;

	if (l->l_blcnt == 0 && !mtx_try(&kernel_mutex, l))
		mtx_enter_slow(&kernel_mutex, l);
	l->l_blcnt += count;
}

/*
 * Drops the big lock: all of it if count is 0, one if it is 1, the one that
 * must be the last if it is -1.  *countp, if any, gets the number dropped.
 */
void
_kernel_unlock(int count, int *countp)
{
	struct lwp *l = curlwp;
	int held = l->l_blcnt, n;

	if (countp != NULL)
		*countp = 0;
	if (held == 0) {
		KASSERT(count == 0);
		return;
	}
	KASSERT(count != -1 || held == 1);
	n = count == 0 ? held : (count == -1 ? 1 : count);
	KASSERT(n <= held);
	l->l_blcnt = held - n;
	if (countp != NULL)
		*countp = n;
	if (l->l_blcnt == 0 && !lock_cas(&kernel_mutex.mtx_owner,
	    (uintptr_t)l, 0, __ATOMIC_RELEASE))
		mtx_exit_slow(&kernel_mutex);
}

bool
_kernel_locked_p(void)
{

	return curlwp->l_blcnt != 0;
}
