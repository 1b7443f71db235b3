/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * LOCKDEBUG: each lwp keeps a list of the locks it holds, with the place of
 * each acquisition; lock classes (all locks that one call of an init function
 * made) form a graph of "was held when that one was waited for".  A cycle in
 * it is a deadlock that some schedule has, and is reported though this one
 * has not had it.  Locks of one class are not ordered among themselves.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/lock.h>
#include <sys/lockdebug.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>

#include <rump/rump_fuzz.h>

#include "rump_private.h"

#ifdef LOCKDEBUG

/* Classes beyond this many are not ordered. */
#define	NCLASS		256

/* Off: locks are not noted and not ordered; off for good after a report. */
_Atomic bool lockdebug_on = true;

static struct {
	volatile unsigned char lock;
	u_int		nclass;
	struct lock_class *class[NCLASS];
	/* after[a] has bit b: b was waited for with a held. */
	uint64_t	after[NCLASS][NCLASS / 64];
	/* Where that was seen. */
	const char	*site[NCLASS];
} order;

static void
order_lock(void)
{

	while (__atomic_exchange_n(&order.lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void
order_unlock(void)
{

	__atomic_store_n(&order.lock, 0, __ATOMIC_RELEASE);
}

static const char *
class_site(const struct lock_class *class)
{

	return class != NULL ? class->lc_site : "?";
}

static const char *
class_func(const struct lock_class *class)
{

	return class != NULL ? class->lc_func : "?";
}

static const char *
site_name(const char *site)
{

	return site != NULL ? site : "?";
}

/*
 * These run for each lock and touch nothing but the lwp and the graph, so
 * they go without the sanitizers' checks.  The lock itself is looked at by
 * code that has them.
 */
#define	LOCKDEBUG_FAST	__noasan __noubsan

static __noinline u_int
class_number(struct lock_class *class)
{
	u_int i;

	order_lock();
	if ((i = class->lc_index) == 0 && order.nclass + 1 < NCLASS) {
		i = ++order.nclass;
		order.class[i] = class;
		__atomic_store_n(&class->lc_index, i, __ATOMIC_RELAXED);
	}
	order_unlock();
	return i;
}

/* The number of a class; 0 for none, and for those too many. */
static inline LOCKDEBUG_FAST u_int
class_index(struct lock_class *class)
{
	u_int i;

	if (class == NULL)
		return 0;
	i = __atomic_load_n(&class->lc_index, __ATOMIC_RELAXED);
	return __predict_true(i != 0) ? i : class_number(class);
}

static inline LOCKDEBUG_FAST bool
after_p(u_int a, u_int b)
{

	return (__atomic_load_n(&order.after[a][b / 64], __ATOMIC_RELAXED) &
	    ((uint64_t)1 << (b % 64))) != 0;
}

/* Whether b can be reached from a; order lock held. */
static LOCKDEBUG_FAST bool
order_reaches(u_int a, u_int b, u_int *via)
{
	static u_int stack[NCLASS];
	static uint64_t seen[NCLASS / 64];
	u_int n = 0, c, w;
	uint64_t new;

	for (w = 0; w < NCLASS / 64; w++)
		seen[w] = 0;
	stack[n++] = a;
	seen[a / 64] |= (uint64_t)1 << (a % 64);
	while (n > 0) {
		c = stack[--n];
		if (after_p(c, b)) {
			*via = c;
			return true;
		}
		for (w = 0; w < NCLASS / 64; w++) {
			new = order.after[c][w] & ~seen[w];
			seen[w] |= new;
			for (; new != 0; new &= new - 1)
				stack[n++] = w * 64 + __builtin_ctzll(new);
		}
	}
	return false;
}

/* The class numbered b is wanted while another is held, for the first time. */
static __noinline void
order_add(struct lock_held *held, struct lock_class *want, u_int b,
    const char *site)
{
	u_int a = held->lh_index, via = 0;
	bool cycle;

	order_lock();
	cycle = order_reaches(b, a, &via);
	if (!cycle) {
		__atomic_fetch_or(&order.after[a][b / 64],
		    (uint64_t)1 << (b % 64), __ATOMIC_RELAXED);
		order.site[a] = site;
	}
	order_unlock();
	if (!cycle)
		return;
	lockdebug_on = false;
	rumpuser_report("lock-order",
	    "lock made at %s (%s) is wanted at %s while lock made at %s (%s) "
	    "is held since %s; the other order was seen (last at %s, via lock "
	    "made at %s)",
	    class_site(want), class_func(want), site_name(site),
	    class_site(held->lh_class), class_func(held->lh_class),
	    site_name(held->lh_site), site_name(order.site[via]),
	    class_site(order.class[via]));
}

static __noinline void
spin_check(struct lwp *l, struct lock_class *class, const char *site)
{
	struct lock_held *h;
	u_int i;

	for (i = 0; i < l->l_nheld; i++) {
		h = &l->l_held[i];
		if (h->lh_kind != LOCK_KIND_SPIN)
			continue;
		lockdebug_on = false;
		rumpuser_report("sleep-at-ipl",
		    "lock made at %s (%s), which may sleep, is wanted at %s "
		    "while spin mutex made at %s is held since %s",
		    class_site(class), class_func(class), site_name(site),
		    class_site(h->lh_class), site_name(h->lh_site));
	}
}

/* Whether the calling lwp may take a lock of this class, as things are. */
static inline LOCKDEBUG_FAST void
order_check(struct lwp *l, struct lock_class *class, int kind,
    const char *site)
{
	struct lock_held *h;
	u_int i, a, b;

	if (__predict_true(l->l_nheld == 0) || panicstr != NULL)
		return;
	if (__predict_false(l->l_spinlocks != 0) && kind != LOCK_KIND_SPIN)
		spin_check(l, class, site);
	if ((b = class_index(class)) == 0)
		return;
	for (i = 0; i < l->l_nheld; i++) {
		h = &l->l_held[i];
		a = h->lh_index;
		if (a != b && a != 0 && __predict_false(!after_p(a, b)))
			order_add(h, class, b, site);
	}
}

/* Only the lwp itself writes it; the audit reads it. */
static inline LOCKDEBUG_FAST void
nheld_set(struct lwp *l, u_int n)
{

	__atomic_store_n(&l->l_nheld, n, __ATOMIC_RELAXED);
}

static inline LOCKDEBUG_FAST void
held_add(struct lwp *l, const volatile void *lock, struct lock_class *class,
    int kind, const char *site, bool shared)
{
	struct lock_held *h;

	if (shared)
		l->l_shlocks++;
	else
		l->l_exlocks++;
	if (kind == LOCK_KIND_SPIN)
		l->l_spinlocks++;
	if (l->l_nheld == LOCK_MAXHELD)
		return;
	h = &l->l_held[l->l_nheld];
	nheld_set(l, l->l_nheld + 1);
	h->lh_lock = lock;
	h->lh_class = class;
	h->lh_index = class_index(class);
	h->lh_site = site;
	h->lh_kind = kind;
	h->lh_shared = shared;
}

/*
 * The calling lwp is about to sleep for a lock.
 */
void
lockdebug_want(struct lwp *l, struct lock_class *class, int kind,
    const char *site)
{

	order_check(l, class, kind, site);
}

/*
 * It has a lock that it was free to sleep for: it did (waited), or found it
 * free, and then its order is looked at only now.
 */
LOCKDEBUG_FAST void
lockdebug_entered(struct lwp *l, const volatile void *lock,
    struct lock_class *class, int kind, const char *site, bool shared,
    bool waited)
{

	if (__predict_true(!waited))
		order_check(l, class, kind, site);
	held_add(l, lock, class, kind, site, shared);
}

/* It has a lock that it just tried for. */
LOCKDEBUG_FAST void
lockdebug_got(struct lwp *l, const volatile void *lock,
    struct lock_class *class, int kind, const char *site, bool shared)
{

	held_add(l, lock, class, kind, site, shared);
}

/*
 * It is about to leave it.  A lock that was taken by another lwp, or beyond
 * the length of the list, is not on it.
 */
LOCKDEBUG_FAST void
lockdebug_released(struct lwp *l, const volatile void *lock, int kind)
{
	u_int i;

	if (kind == LOCK_KIND_SPIN && l->l_spinlocks > 0)
		l->l_spinlocks--;
	for (i = l->l_nheld; i > 0; i--) {
		if (l->l_held[i - 1].lh_lock != lock)
			continue;
		if (l->l_held[i - 1].lh_shared)
			l->l_shlocks--;
		else
			l->l_exlocks--;
		nheld_set(l, l->l_nheld - 1);
		for (; i <= l->l_nheld; i++)
			l->l_held[i - 1] = l->l_held[i];
		return;
	}
}

void
lockdebug_downgraded(const volatile void *lock, bool shared)
{
	struct lwp *l = curlwp;
	u_int i;

	for (i = l->l_nheld; i > 0; i--) {
		if (l->l_held[i - 1].lh_lock != lock)
			continue;
		if (l->l_held[i - 1].lh_shared != shared) {
			l->l_held[i - 1].lh_shared = shared;
			if (shared) {
				l->l_exlocks--;
				l->l_shlocks++;
			} else {
				l->l_exlocks++;
				l->l_shlocks--;
			}
		}
		return;
	}
}

bool
lockdebug_holds(const volatile void *lock)
{
	struct lwp *l = curlwp;
	u_int i;

	for (i = 0; i < l->l_nheld; i++) {
		if (l->l_held[i].lh_lock == lock)
			return true;
	}
	return false;
}

void
lockdebug_abort(const char *kind, const volatile void *lock,
    struct lock_class *class, const char *site, const char *msg)
{
	struct lwp *l = curlwp;
	u_int i;

	for (i = 0; i < l->l_nheld; i++) {
		if (l->l_held[i].lh_lock == lock && site == NULL)
			site = l->l_held[i].lh_site;
	}
	lockdebug_on = false;
	rumpuser_report(kind, "lock made at %s (%s): %s (at or since %s)",
	    class_site(class), class_func(class), msg, site_name(site));
}

void
lockdebug_check_user_return(void)
{
	struct lwp *l = curlwp;
	struct lock_held *h;

	if (__predict_true((l->l_nheld | l->l_blcnt | l->l_nopreempt |
	    l->l_ipl) == 0) || !lockdebug_on || panicstr != NULL)
		return;
	lockdebug_on = false;
	if (l->l_nheld != 0) {
		h = &l->l_held[l->l_nheld - 1];
		rumpuser_report("lock-held",
		    "lock made at %s (%s), taken at %s, is held on the way "
		    "out of the kernel (%u in all)", class_site(h->lh_class),
		    class_func(h->lh_class), site_name(h->lh_site),
		    l->l_nheld);
	}
	if (l->l_blcnt != 0)
		rumpuser_report("lock-held", "the big lock is held %u times "
		    "on the way out of the kernel", l->l_blcnt);
	if (l->l_ipl != 0)
		rumpuser_report("lock-held", "IPL is %u on the way out of "
		    "the kernel", l->l_ipl);
	rumpuser_report("lock-held", "preemption is off on the way out of "
	    "the kernel");
}

/* The calling lwp is about to sleep, or may. */
void
lockdebug_check_sleep(const char *what)
{
	struct lwp *l = curlwp;
	u_int i;

	if (__predict_true((l->l_spinlocks | l->l_ipl | l->l_nopreempt) ==
	    0) || !lockdebug_on || panicstr != NULL)
		return;
	for (i = 0; i < l->l_nheld; i++) {
		if (l->l_held[i].lh_kind != LOCK_KIND_SPIN)
			continue;
		lockdebug_on = false;
		rumpuser_report("sleep-at-ipl",
		    "%s while spin mutex made at %s is held since %s", what,
		    class_site(l->l_held[i].lh_class),
		    site_name(l->l_held[i].lh_site));
	}
	/* tsleep() may be called at a level, which it drops meanwhile. */
	if (l->l_ipl != 0 && strcmp(what, "tsleep") != 0) {
		lockdebug_on = false;
		rumpuser_report("sleep-at-ipl", "%s at IPL %u", what,
		    l->l_ipl);
	}
	if (l->l_nopreempt != 0) {
		lockdebug_on = false;
		rumpuser_report("sleep-at-ipl",
		    "%s while preemption is off", what);
	}
}

void
lockdebug_mem_check(const char *func, const char *site, void *base,
    size_t size)
{
	struct lwp *l = curlwp;
	struct lock_held *h;
	u_int i;

	if (l == NULL)
		return;
	for (i = 0; i < l->l_nheld; i++) {
		h = &l->l_held[i];
		if ((uintptr_t)h->lh_lock < (uintptr_t)base ||
		    (uintptr_t)h->lh_lock >= (uintptr_t)base + size)
			continue;
		lockdebug_on = false;
		rumpuser_report("lock-held",
		    "memory freed in %s at %s has in it a held lock, made at "
		    "%s, taken at %s", func, site, class_site(h->lh_class),
		    site_name(h->lh_site));
	}
}
#endif /* LOCKDEBUG */

void
lockdebug_show_held(void (*pr)(const char *, ...))
{
#ifdef LOCKDEBUG
	struct lwp *l = curlwp;
	u_int i;

	for (i = 0; i < l->l_nheld; i++) {
		(*pr)("%s lock made at %s (%s), taken at %s\n",
		    l->l_held[i].lh_shared ? "shared" : "exclusive",
		    class_site(l->l_held[i].lh_class),
		    class_func(l->l_held[i].lh_class),
		    site_name(l->l_held[i].lh_site));
	}
#endif
}

/* For a harness; see <rump/rump_fuzz.h>. */
void
rump_pub_lockdebug(int on)
{

#ifdef LOCKDEBUG
	lockdebug_on = on != 0;
#endif
}

/* Reports a caller that may not sleep; see ASSERT_SLEEPABLE(). */
void
assert_sleepable(void)
{

#ifdef LOCKDEBUG
	if (!cold)
		lockdebug_check_sleep("code that may sleep runs");
#endif
}

/*
 * Locks that other lwps hold.  On host threads, kernel threads go on while
 * this counts, and what they hold just now is no leak.
 */
static int64_t
count_held(void *arg)
{
	int64_t n = 0;
#ifdef LOCKDEBUG
	struct lwp *l;

	mutex_enter(&proc_lock);
	LIST_FOREACH(l, &alllwp, l_list) {
		if (l == curlwp || (!klib_solo && (l->l_flag & LW_SYSTEM) != 0))
			continue;
		n += __atomic_load_n(&l->l_nheld, __ATOMIC_RELAXED);
	}
	mutex_exit(&proc_lock);
#endif
	return n;
}

RUMP_AUDIT(audit_held, "held locks", count_held, NULL)
