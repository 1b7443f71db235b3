/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * callout(9).
 *
 * Pending callouts are in a pairing heap ordered by deadline, then by the
 * order they were scheduled in.  One thread sleeps until the first deadline;
 * no clock ticks when nothing is due.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>

#include "rump_private.h"

struct callout_impl {
	struct callout_impl *c_child;
	struct callout_impl *c_next;	/* sibling */
	struct callout_impl *c_prev;	/* sibling or, of the first, parent */
	void		(*c_func)(void *);
	void		*c_arg;
	int64_t		c_when;		/* uptime in nanoseconds */
	uint64_t	c_seq;
	u_int		c_flags;
	u_int		c_magic;
};
#define	CALLOUT_MAGIC	0x11deeba1
__CTASSERT(sizeof(struct callout_impl) <= sizeof(callout_t));

static struct {
	kmutex_t	lock;
	kcondvar_t	sleep_cv;	/* of the thread */
	kcondvar_t	halt_cv;	/* active changed */
	struct callout_impl *heap;
	struct callout_impl *active;	/* its function runs */
	struct lwp	*thread;
	uint64_t	seq;
	int64_t		sleep_until;	/* of the thread; 0: it runs */
	u_int		npending;
	u_int		nhalt;		/* waiters for halt_cv */
} cc;

static inline struct callout_impl *
impl(callout_t *cs)
{
	struct callout_impl *c = (struct callout_impl *)cs;

	KASSERT(c->c_magic == CALLOUT_MAGIC);
	return c;
}

/*
 * The heap.
 */

static bool
before(const struct callout_impl *a, const struct callout_impl *b)
{

	if (a->c_when != b->c_when)
		return a->c_when < b->c_when;
	return a->c_seq < b->c_seq;
}

static struct callout_impl *
meld(struct callout_impl *a, struct callout_impl *b)
{
	struct callout_impl *t;

	if (a == NULL)
		return b;
	if (b == NULL)
		return a;
	if (before(b, a)) {
		t = a;
		a = b;
		b = t;
	}
	b->c_prev = a;
	b->c_next = a->c_child;
	if (a->c_child != NULL)
		a->c_child->c_prev = b;
	a->c_child = b;
	return a;
}

/* Melds a list of siblings into one heap: in pairs, then from the right. */
static struct callout_impl *
meld_siblings(struct callout_impl *c)
{
	struct callout_impl *pairs = NULL, *a, *b, *next, *heap = NULL;

	while (c != NULL) {
		a = c;
		b = c->c_next;
		next = b != NULL ? b->c_next : NULL;
		a->c_next = a->c_prev = NULL;
		if (b != NULL)
			b->c_next = b->c_prev = NULL;
		a = meld(a, b);
		a->c_next = pairs;
		pairs = a;
		c = next;
	}
	while (pairs != NULL) {
		next = pairs->c_next;
		pairs->c_next = NULL;
		heap = meld(heap, pairs);
		pairs = next;
	}
	return heap;
}

static void
heap_insert(struct callout_impl *c)
{

	c->c_child = c->c_next = c->c_prev = NULL;
	cc.heap = meld(cc.heap, c);
	cc.npending++;
}

static void
heap_remove(struct callout_impl *c)
{
	struct callout_impl *sub;

	sub = meld_siblings(c->c_child);
	c->c_child = NULL;
	if (c == cc.heap)
		cc.heap = sub;
	else {
		if (c->c_prev->c_child == c)
			c->c_prev->c_child = c->c_next;
		else
			c->c_prev->c_next = c->c_next;
		if (c->c_next != NULL)
			c->c_next->c_prev = c->c_prev;
		cc.heap = meld(cc.heap, sub);
	}
	c->c_next = c->c_prev = NULL;
	cc.npending--;
}

/*
 * The thread.
 */
static void
callout_thread(void *arg)
{
	struct callout_impl *c;
	void (*func)(void *);
	void *farg;
	int64_t now;
	bool mpsafe;

	mutex_enter(&cc.lock);
	for (;;) {
		if ((c = cc.heap) == NULL) {
			cc.sleep_until = INT64_MAX;
			cv_wait(&cc.sleep_cv, &cc.lock);
			cc.sleep_until = 0;
			continue;
		}
		now = rump_uptime_ns();
		if (c->c_when > now) {
			struct bintime bt = ns2bintime(c->c_when - now);

			/* Not before the deadline. */
			bintime_addx(&bt, (uint64_t)1 << 34);
			cc.sleep_until = c->c_when;
			(void)cv_timedwaitbt(&cc.sleep_cv, &cc.lock, &bt,
			    &bt);
			cc.sleep_until = 0;
			continue;
		}
		heap_remove(c);
		c->c_flags = (c->c_flags & ~CALLOUT_PENDING) |
		    CALLOUT_FIRED | CALLOUT_INVOKING;
		func = c->c_func;
		farg = c->c_arg;
		mpsafe = (c->c_flags & CALLOUT_MPSAFE) != 0;
		cc.active = c;
		mutex_exit(&cc.lock);
		if (!mpsafe)
			KERNEL_LOCK(1, NULL);
		(*func)(farg);
		if (!mpsafe)
			KERNEL_UNLOCK_ONE(NULL);
		lockdebug_check_user_return();
		mutex_enter(&cc.lock);
		/* The callout may be gone: only who waits may look. */
		cc.active = NULL;
		if (cc.nhalt != 0)
			cv_broadcast(&cc.halt_cv);
	}
}

/* Boot. */
void
callout_startup(void)
{

	mutex_init(&cc.lock, MUTEX_SPIN, IPL_SCHED);
	cv_init(&cc.sleep_cv, "callout");
	cv_init(&cc.halt_cv, "callhalt");
	if (kthread_create(PRI_SOFTCLOCK, KTHREAD_MPSAFE | KTHREAD_INTR, NULL,
	    callout_thread, NULL, &cc.thread, "callout") != 0)
		panic("no thread for callouts");
}

int64_t
callouts_pending(void)
{
	int64_t n;

	mutex_enter(&cc.lock);
	n = cc.npending;
	mutex_exit(&cc.lock);
	return n;
}

/* Makes a callout.  Without CALLOUT_MPSAFE it runs with the big lock. */
void
callout_init(callout_t *cs, u_int flags)
{
	struct callout_impl *c = (struct callout_impl *)cs;

	KASSERT((flags & ~CALLOUT_FLAGMASK) == 0);
	memset(cs, 0, sizeof(*cs));
	c->c_flags = flags;
	c->c_magic = CALLOUT_MAGIC;
}

/* Ends a callout, which is neither pending nor running. */
void
callout_destroy(callout_t *cs)
{
	struct callout_impl *c = impl(cs);

	mutex_enter(&cc.lock);
	if (c->c_flags & CALLOUT_PENDING)
		panic("callout: destroyed while pending");
	if (cc.active == c && cc.thread != curlwp)
		panic("callout: destroyed while running");
	mutex_exit(&cc.lock);
	c->c_magic = 0;
}

static void
callout_schedule_locked(struct callout_impl *c, int to_ticks)
{
	int64_t when;

	KASSERT(c->c_func != NULL);
	if (to_ticks < 0)
		to_ticks = 0;
	/* On the ticks of a clock, one at least. */
	when = rump_uptime_ns() / ((int64_t)tick * 1000) +
	    (to_ticks > 0 ? to_ticks : 1);
	when *= (int64_t)tick * 1000;
	c->c_flags &= ~(CALLOUT_FIRED | CALLOUT_INVOKING);
	if (c->c_flags & CALLOUT_PENDING)
		heap_remove(c);
	c->c_flags |= CALLOUT_PENDING;
	c->c_when = when;
	c->c_seq = ++cc.seq;
	heap_insert(c);
	if (cc.sleep_until > when)
		cv_signal(&cc.sleep_cv);
}

/* Calls func(arg) in that many ticks, instead of what was scheduled. */
void
callout_reset(callout_t *cs, int to_ticks, void (*func)(void *), void *arg)
{
	struct callout_impl *c = impl(cs);

	mutex_enter(&cc.lock);
	c->c_func = func;
	c->c_arg = arg;
	callout_schedule_locked(c, to_ticks);
	mutex_exit(&cc.lock);
}

/* The same with the function that is set. */
void
callout_schedule(callout_t *cs, int to_ticks)
{
	struct callout_impl *c = impl(cs);

	mutex_enter(&cc.lock);
	callout_schedule_locked(c, to_ticks);
	mutex_exit(&cc.lock);
}

void
callout_setfunc(callout_t *cs, void (*func)(void *), void *arg)
{
	struct callout_impl *c = impl(cs);

	mutex_enter(&cc.lock);
	c->c_func = func;
	c->c_arg = arg;
	mutex_exit(&cc.lock);
}

static bool
callout_stop_locked(struct callout_impl *c)
{
	bool fired = (c->c_flags & CALLOUT_FIRED) != 0;

	if (c->c_flags & CALLOUT_PENDING) {
		heap_remove(c);
		fired = false;
	}
	c->c_flags &= ~(CALLOUT_PENDING | CALLOUT_FIRED);
	return fired;
}

/* Not scheduled any more, though it may be running; whether it has fired. */
bool
callout_stop(callout_t *cs)
{
	struct callout_impl *c = impl(cs);
	bool fired;

	mutex_enter(&cc.lock);
	fired = callout_stop_locked(c);
	mutex_exit(&cc.lock);
	return fired;
}

/*
 * The same, and waits until it is not running, with the interlock (a mutex
 * or NULL) left meanwhile.  The function may schedule the callout again
 * while we wait, which is undone too.
 */
bool
callout_halt(callout_t *cs, void *interlock)
{
	struct callout_impl *c = impl(cs);
	kmutex_t *mtx = interlock;
	bool fired, relock = false;

	mutex_enter(&cc.lock);
	fired = callout_stop_locked(c);
	while (cc.active == c && cc.thread != curlwp) {
		if (mtx != NULL && !relock) {
			/* Out of order, but who holds it can go on. */
			relock = true;
			mutex_exit(mtx);
			continue;
		}
		cc.nhalt++;
		cv_wait(&cc.halt_cv, &cc.lock);
		cc.nhalt--;
		(void)callout_stop_locked(c);
	}
	mutex_exit(&cc.lock);
	if (relock)
		mutex_enter(mtx);
	return fired;
}

static u_int
callout_flags(callout_t *cs)
{
	struct callout_impl *c = impl(cs);
	u_int flags;

	mutex_enter(&cc.lock);
	flags = c->c_flags;
	mutex_exit(&cc.lock);
	return flags;
}

bool
callout_pending(callout_t *cs)
{

	return (callout_flags(cs) & CALLOUT_PENDING) != 0;
}

bool
callout_expired(callout_t *cs)
{

	return (callout_flags(cs) & CALLOUT_FIRED) != 0;
}

bool
callout_active(callout_t *cs)
{

	return (callout_flags(cs) & (CALLOUT_PENDING | CALLOUT_FIRED)) != 0;
}

bool
callout_invoking(callout_t *cs)
{

	return (callout_flags(cs) & CALLOUT_INVOKING) != 0;
}

/* The function says that it runs, and forgets that it was invoked. */
void
callout_ack(callout_t *cs)
{
	struct callout_impl *c = impl(cs);

	mutex_enter(&cc.lock);
	c->c_flags &= ~CALLOUT_INVOKING;
	mutex_exit(&cc.lock);
}

/* Callouts run in one thread, on whichever CPU: nothing to bind. */
void
callout_bind(callout_t *cs, struct cpu_info *ci)
{

	KASSERT(ci != NULL);
	(void)impl(cs);
}
