/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files of the base: the scheduler, sleeping, boot.
 */

#ifndef _KERN_RUMP_PRIVATE_H_
#define _KERN_RUMP_PRIVATE_H_

#include <rump-sys/kern.h>
#include <sys/sleepq.h>
#include <sys/syncobj.h>
#include <sys/lockdebug.h>

#ifndef RUMP__CURLWP_PRIVATE
#define	RUMP__CURLWP_PRIVATE
#endif
#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

/*
 * scheduler.c
 */
#define	RUMP_MAXCPU	32

void	rump_cpus_bootstrap(int);
void	rump_sched_handover(struct lwp *, struct lwp *);
void	rump_run_on_cpu(struct cpu_info *, void (*)(void *, void *), void *,
	    void *);
void	rump_backend_unschedule(int, int *, void *);
void	rump_backend_schedule(int, void *);

/*
 * lwproc.c
 */
void	rump_lwproc_init(void);
struct lwp *rump_lwp_alloc(void);
void	rump_lwp_attach(struct lwp *, struct proc *);
void	rump_lwp_release(struct lwp *);
struct lwp *rump_implicit_get(void);
void	rump_implicit_put(struct lwp *);
int	rump_hyp_rfork(void *, int, const char *);
void	rump_hyp_lwpexit(void);

/* kern_proc.c: with proc_lock held. */
void	proc_link(struct proc *, struct proc *);
void	proc_unlink(struct proc *);

/*
 * Set when threads switch in hypercalls only (fibers): then no instruction
 * need be atomic.
 */
extern bool klib_solo;

/* *p becomes new if it is old. */
static inline bool
lock_cas(volatile uintptr_t *p, uintptr_t old, uintptr_t new, int order)
{

	if (klib_solo) {
		if (*p != old)
			return false;
		*p = new;
		return true;
	}
	return __atomic_compare_exchange_n(p, &old, new, false, order,
	    __ATOMIC_RELAXED);
}

/*
 * kern_sleepq.c: queues and parking.
 */

/* A lock of the table that guards sleep queues; spins, held briefly. */
typedef volatile unsigned char *wqlock_t;
wqlock_t wq_lock(wchan_t);
void	wq_unlock(wqlock_t);

static inline void
wq_init(struct sleepq *sq)
{

	sq->sq_first = sq->sq_last = NULL;
}

/* These four need the lock of the queue. */
void	wq_insert(struct sleepq *, struct lwp *, wchan_t, struct syncobj *,
	    const char *, bool);
void	wq_remove(struct lwp *);
struct lwp *wq_wakefirst(struct sleepq *, int);
static inline bool
wq_empty(const struct sleepq *sq)
{

	return sq->sq_first == NULL;
}

/*
 * Sleeps until taken off the queue that wq_insert() put the caller on (its
 * lock released since), for at most ns nanoseconds unless negative.  Gives
 * up CPU and big lock meanwhile.  The error that the waker gave,
 * EWOULDBLOCK, or EINTR.
 */
int	wq_block(struct lwp *, int64_t);

/* Lets an lwp that was taken off its queue run; holds no queue lock. */
void	lwp_wake(struct lwp *);
/* Ends the sleep of an lwp if a signal may. */
void	lwp_interrupt(struct lwp *, int);

void	park_init(struct lwp *);
void	park_fini(struct lwp *);
int	park_wait(struct lwp *, int64_t);
void	park_wake(struct lwp *);

/*
 * kern_lockdebug.c
 */
#ifdef LOCKDEBUG
void	lockdebug_want(struct lwp *, struct lock_class *, int, const char *);
void	lockdebug_entered(struct lwp *, const volatile void *,
	    struct lock_class *, int, const char *, bool, bool);
void	lockdebug_got(struct lwp *, const volatile void *,
	    struct lock_class *, int, const char *, bool);
void	lockdebug_released(struct lwp *, const volatile void *, int);
void	lockdebug_downgraded(const volatile void *, bool);
bool	lockdebug_holds(const volatile void *);
void	lockdebug_abort(const char *, const volatile void *,
	    struct lock_class *, const char *, const char *) __dead;
extern _Atomic bool lockdebug_on;
#endif

/* A place where the schedule may change; costs nothing in release. */
#ifdef LOCKDEBUG
#define	SCHED_POINT()	rumpuser_sched_point()
#else
#define	SCHED_POINT()	((void)0)
#endif

/*
 * Boot.
 */
void	rump_time_init(void);
void	softint_init(struct cpu_info *);
void	signal_proc_init(struct proc *);
void	signal_proc_fini(struct proc *);
void	rump_resource_proc_init(struct proc *, struct proc *);
void	rump_resource_proc_fini(struct proc *);
void	lwp_finispecific(struct lwp *);
void	proc_finispecific(struct proc *);
int64_t	rump_uptime_ns(void);
int64_t	callouts_pending(void);
int64_t	works_pending(void);
extern enum rump_sigmodel rump_sigmodel;
extern int rump_inited;

#endif /* !_KERN_RUMP_PRIVATE_H_ */
