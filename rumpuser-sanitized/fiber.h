/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Fibers, between fiber.c (threads, the scheduler) and fiber_lock.c.
 */

#ifndef FIBER_H
#define FIBER_H

struct ru_fiber;

struct ru_waitq {
	struct ru_fiber *wq_head;
	struct ru_fiber *wq_tail;
};

enum ru_fstate { RU_RUN, RU_READY, RU_SLEEP, RU_DEAD };

struct ru_fiber {
	void	*f_sp;			/* while not running */
	char	*f_stklo;
	char	*f_stkhi;
	void	*f_fake;		/* ASan's fake stack */
	struct lwp *f_lwp;
	enum ru_fstate f_state;
	bool	f_timedout;
	bool	f_joinable;
	int	f_rwkind;		/* what a waiter for an rw wants */
	int	f_slot;			/* of its stack, -1: the host's */
	unsigned f_id;
	uint64_t f_prio;		/* PCT; higher runs first */
	int64_t	f_wake;			/* INT64_MAX: no timeout */
	int64_t	f_since;		/* when it went to sleep */
	const char *f_wmesg;
	struct ru_waitq *f_wq;		/* queue it sleeps on */
	struct ru_fiber *f_next, *f_prev;	/* run queue or f_wq */
	struct ru_fiber *f_tnext, *f_tprev;	/* by f_wake */
	struct ru_fiber *f_anext, *f_aprev;	/* all */
	struct ru_waitq f_join;
	void	*(*f_fn)(void *);
	void	*f_arg;
	char	f_name[32];
};

#pragma GCC visibility push(hidden)

extern struct ru_fiber *ru_cur;
#define	ru_curlwp	rumpuser_lwp		/* what ru_cur->f_lwp will be */
extern int ru_sched_policy;

/*
 * Puts the running fiber to sleep on wq (or none) until it is woken or the
 * monotonic clock reads until; true if it was the clock.
 */
bool	ru_block(struct ru_waitq *, int64_t until, const char *wmesg);
void	ru_wake(struct ru_fiber *);	/* takes it off its queue */

#pragma GCC visibility pop

#endif /* FIBER_H */
