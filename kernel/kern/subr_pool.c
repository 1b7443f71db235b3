/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Objects of one size: pool(9), and constructed ones: pool_cache(9).
 *
 * In sanitized builds each item is a red-zoned object of its own, made at
 * each get and destroyed at each put, constructor and destructor included,
 * so that a use of a returned item is seen.
 *
 * In others items of up to POOL_SMALL bytes are cut from slabs, which are
 * aligned to their size so that an item's slab is found by masking; larger
 * ones are allocated singly and kept on a list.  A pool with an allocator of
 * its caller's has slabs of that allocator, found by searching.  A cache
 * keeps constructed items for each CPU, which needs no lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/pool.h>
#include <sys/lwp.h>
#include <sys/rump_audit.h>
#include <sys/syslog.h>
#include <sys/atomic.h>

#include <uvm/uvm_km.h>

#include "kern_lib.h"

struct pool_slab {
	LIST_ENTRY(pool_slab) ps_entry;
	void		*ps_free;	/* free items, linked by themselves */
	char		*ps_items;
	unsigned	ps_nfree;
};

#define	POOL_SMALL	2048
#define	POOL_CPUITEMS	64

struct pool_cache_cpu {
	unsigned	pcc_count;
	void		*pcc_item[POOL_CPUITEMS];
};

struct pool_allocator pool_allocator_kmem = { NULL, NULL, 0 };
struct pool_allocator pool_allocator_nointr = { NULL, NULL, 0 };

static TAILQ_HEAD(, pool) pool_head = TAILQ_HEAD_INITIALIZER(pool_head);
static kmutex_t pool_head_lock;
static bool pool_ready;

/* See klib_solo: nothing under these two makes a hypercall. */
static inline void
pool_enter(struct pool *pp)
{

	if (!klib_solo)
		mutex_enter(&pp->pr_lock);
}

static inline void
pool_exit(struct pool *pp)
{

	if (!klib_solo)
		mutex_exit(&pp->pr_lock);
}

static int64_t
pool_audit(void *arg)
{
	const struct pool_cache *pc;
	const unsigned ncpus = MIN((unsigned)ncpu, __arraycount(pc->pc_cpus));
	const struct pool *pp;
	int64_t n = 0;
	unsigned i;

	TAILQ_FOREACH(pp, &pool_head, pr_poollist) {
		/* The classes of kmem(9) keep items in lists of their own. */
		if ((pp->pr_flags & PR_NOTOUCH) != 0)
			continue;
		n += pp->pr_nout;
		if ((pc = pp->pr_cache) == NULL)
			continue;
		for (i = 0; i < ncpus; i++)
			if (pc->pc_cpus[i] != NULL)
				n -= pc->pc_cpus[i]->pcc_count;
	}
	return n;
}
RUMP_AUDIT(pool_audit_entry, "pool items", pool_audit, NULL)

static bool
pool_drain_all(void *arg)
{
	struct pool *pp;
	bool freed = false;

	TAILQ_FOREACH(pp, &pool_head, pr_poollist) {
		if (pp->pr_cache != NULL) {
			if (pool_cache_reclaim(pp->pr_cache))
				freed = true;
		} else if (pool_reclaim(pp))
			freed = true;
	}
	return freed;
}

static struct rump_drain pool_drain_entry = {
	.rd_name = "pool", .rd_prio = RUMP_DRAIN_POOL,
	.rd_func = pool_drain_all,
};

/* Makes the list of pools; pools can be made before it. */
void
pool_subsystem_init(void)
{

	mutex_init(&pool_head_lock, MUTEX_DEFAULT, IPL_NONE);
	pool_ready = true;
	rump_drain_register(&pool_drain_entry);
}

static void
pool_list_lock(void)
{

	if (pool_ready)
		mutex_enter(&pool_head_lock);
}

static void
pool_list_unlock(void)
{

	if (pool_ready)
		mutex_exit(&pool_head_lock);
}

/*
 * Prepares a pool of items of size bytes; nothing is allocated.  align is a
 * power of two or 0, ipl the highest level that uses the pool.  allocp is
 * NULL or one of ours, or the caller's way to get slabs.
 */
void
pool_init(struct pool *pp, size_t size, u_int align, u_int ioff, int flags,
    const char *wchan, struct pool_allocator *allocp, int ipl)
{

	KASSERT(size > 0);
	memset(pp, 0, sizeof(*pp));
	if (align == 0)
		align = ALIGNBYTES + 1;
	KASSERTMSG(powerof2(align), "pool %s: align %u", wchan, align);
	if (allocp != NULL && allocp->pa_alloc == NULL)
		allocp = NULL;
	pp->pr_alloc = allocp;
	pp->pr_wchan = wchan;
	pp->pr_reqsize = size;
	pp->pr_align = align;
	pp->pr_size = roundup2(MAX(size, sizeof(void *)), (size_t)align);
	pp->pr_ipl = ipl;
	pp->pr_flags = flags;
	pp->pr_hardlimit = UINT_MAX;
	pp->pr_maxidle = UINT_MAX;
	mutex_init(&pp->pr_lock, MUTEX_DEFAULT, ipl);
	cv_init(&pp->pr_cv, wchan);
	LIST_INIT(&pp->pr_fullslabs);
	LIST_INIT(&pp->pr_partslabs);
	LIST_INIT(&pp->pr_emptyslabs);

	if (allocp != NULL) {
		pp->pr_slabsize = allocp->pa_pagesz != 0 ?
		    allocp->pa_pagesz : PAGE_SIZE;
		pp->pr_slabitems = (unsigned)(pp->pr_slabsize / pp->pr_size);
		KASSERTMSG(pp->pr_slabitems > 0, "pool %s: page too small",
		    wchan);
	} else if (pp->pr_size <= POOL_SMALL) {
		const size_t hdr = roundup2(sizeof(struct pool_slab),
		    (size_t)align);

		pp->pr_slabsize = pp->pr_size <= POOL_SMALL / 8 ?
		    PAGE_SIZE : 4 * PAGE_SIZE;
		pp->pr_slabitems =
		    (unsigned)((pp->pr_slabsize - hdr) / pp->pr_size);
	}

	pool_list_lock();
	TAILQ_INSERT_TAIL(&pool_head, pp, pr_poollist);
	pool_list_unlock();
}

/*
 * Frees the pool's memory.  All items must have come back.
 */
void
pool_destroy(struct pool *pp)
{

	pool_list_lock();
	TAILQ_REMOVE(&pool_head, pp, pr_poollist);
	pool_list_unlock();

	(void)pool_reclaim(pp);
	if (pp->pr_nout != 0)
		panic("pool_destroy: %s: %u items are out", pp->pr_wchan,
		    pp->pr_nout);
	mutex_destroy(&pp->pr_lock);
	cv_destroy(&pp->pr_cv);
}

#ifndef RUMP_SANITIZE
/* A new slab, or NULL.  Called without the lock. */
static struct pool_slab *
pool_slab_alloc(struct pool *pp, int flags)
{
	const bool wait = (flags & PR_WAITOK) != 0;
	struct pool_slab *ps;
	char *p;
	unsigned i;

	if (pp->pr_alloc != NULL) {
		ps = mem_host_alloc(sizeof(*ps), 16, wait);
		if (ps == NULL)
			return NULL;
		p = (*pp->pr_alloc->pa_alloc)(pp, flags);
		if (p == NULL) {
			mem_host_free(ps, sizeof(*ps));
			return NULL;
		}
		ps->ps_items = p;
	} else {
		p = mem_host_alloc(pp->pr_slabsize, pp->pr_slabsize, wait);
		if (p == NULL)
			return NULL;
		ps = (void *)p;
		ps->ps_items = p + roundup2(sizeof(*ps), (size_t)pp->pr_align);
	}
	ps->ps_free = NULL;
	ps->ps_nfree = pp->pr_slabitems;
	/* The first item is given out first. */
	for (i = pp->pr_slabitems; i-- != 0;) {
		void *item = ps->ps_items + i * pp->pr_size;

		*(void **)item = ps->ps_free;
		ps->ps_free = item;
	}
	return ps;
}

static void
pool_slab_free(struct pool *pp, struct pool_slab *ps)
{

	if (pp->pr_alloc != NULL) {
		(*pp->pr_alloc->pa_free)(pp, ps->ps_items);
		mem_host_free(ps, sizeof(*ps));
	} else
		mem_host_free(ps, pp->pr_slabsize);
}

static struct pool_slab *
pool_slab_of(struct pool *pp, void *item)
{
	struct pool_slab *ps;
	const char *p = item;

	if (pp->pr_alloc == NULL)
		return (void *)((uintptr_t)item & ~(pp->pr_slabsize - 1));
	LIST_FOREACH(ps, &pp->pr_fullslabs, ps_entry)
		if (p >= ps->ps_items && p < ps->ps_items + pp->pr_slabsize)
			return ps;
	LIST_FOREACH(ps, &pp->pr_partslabs, ps_entry)
		if (p >= ps->ps_items && p < ps->ps_items + pp->pr_slabsize)
			return ps;
	panic("pool_put: %s: not an item of this pool", pp->pr_wchan);
}

static void *
pool_take_single(struct pool *pp, int flags)
{
	void *item;

	if ((item = pp->pr_free) != NULL) {
		pp->pr_free = *(void **)item;
		pp->pr_nitems--;
		return item;
	}
	pool_exit(pp);
	item = mem_host_alloc(pp->pr_size,
	    MAX(pp->pr_align, pp->pr_size >= PAGE_SIZE ? PAGE_SIZE : 16),
	    (flags & PR_WAITOK) != 0);
	pool_enter(pp);
	return item;
}

/* An item, or NULL; the lock is held, and may be dropped meanwhile. */
static void *
pool_take(struct pool *pp, int flags)
{
	struct pool_slab *ps;
	void *item;

	if (pp->pr_slabsize == 0)
		return pool_take_single(pp, flags);
	if ((ps = LIST_FIRST(&pp->pr_partslabs)) == NULL) {
		if ((ps = LIST_FIRST(&pp->pr_emptyslabs)) != NULL)
			LIST_REMOVE(ps, ps_entry);
		else {
			pool_exit(pp);
			ps = pool_slab_alloc(pp, flags);
			pool_enter(pp);
			if (ps == NULL)
				return NULL;
			pp->pr_npages++;
			pp->pr_nitems += ps->ps_nfree;
		}
		LIST_INSERT_HEAD(&pp->pr_partslabs, ps, ps_entry);
	}
	item = ps->ps_free;
	ps->ps_free = *(void **)item;
	pp->pr_nitems--;
	if (--ps->ps_nfree == 0) {
		LIST_REMOVE(ps, ps_entry);
		LIST_INSERT_HEAD(&pp->pr_fullslabs, ps, ps_entry);
	}
	return item;
}

static void
pool_give(struct pool *pp, void *item)
{
	struct pool_slab *ps;

	if (pp->pr_slabsize == 0) {
		*(void **)item = pp->pr_free;
		pp->pr_free = item;
		pp->pr_nitems++;
		return;
	}
	ps = pool_slab_of(pp, item);
	if (ps->ps_nfree == 0) {
		LIST_REMOVE(ps, ps_entry);
		LIST_INSERT_HEAD(&pp->pr_partslabs, ps, ps_entry);
	}
	*(void **)item = ps->ps_free;
	ps->ps_free = item;
	pp->pr_nitems++;
	if (++ps->ps_nfree == pp->pr_slabitems) {
		LIST_REMOVE(ps, ps_entry);
		LIST_INSERT_HEAD(&pp->pr_emptyslabs, ps, ps_entry);
	}
}
#endif /* !RUMP_SANITIZE */

/* At the hard limit: false if the caller has to go without. */
static bool
pool_limit(struct pool *pp, int flags)
{
	bool hooked = false;

	while (pp->pr_nout >= pp->pr_hardlimit) {
		if (pp->pr_drain_hook != NULL && !hooked) {
			hooked = true;
			pool_exit(pp);
			(*pp->pr_drain_hook)(pp->pr_drain_hook_arg, flags);
			pool_enter(pp);
			continue;
		}
		if ((flags & PR_WAITOK) != 0 && (flags & PR_LIMITFAIL) == 0) {
			pp->pr_waiters++;
			if (klib_solo)
				mutex_enter(&pp->pr_lock);
			if (pp->pr_nout >= pp->pr_hardlimit)
				cv_wait(&pp->pr_cv, &pp->pr_lock);
			if (klib_solo)
				mutex_exit(&pp->pr_lock);
			pp->pr_waiters--;
			continue;
		}
		if (pp->pr_hardlimit_warning != NULL &&
		    (pp->pr_hardlimit_last == 0 ||
		    time_uptime - pp->pr_hardlimit_last >=
		    pp->pr_hardlimit_ratecap)) {
			pp->pr_hardlimit_last = time_uptime;
			log(LOG_ERR, "%s\n", pp->pr_hardlimit_warning);
		}
		return false;
	}
	return true;
}

/*
 * An item.  PR_WAITOK waits for memory, PR_NOWAIT returns NULL without, and
 * PR_LIMITFAIL does so at the hard limit.  PR_ZERO: zeroed.
 */
void *
pool_get(struct pool *pp, int flags)
{
	void *item;

	KASSERT((flags & (PR_WAITOK | PR_NOWAIT)) != 0);
	if ((flags & PR_NOWAIT) != 0 && (pp->pr_flags & PR_NOTOUCH) == 0 &&
	    mem_fault()) {
		pp->pr_nfail++;
		return NULL;
	}
	pool_enter(pp);
	if (__predict_false(pp->pr_nout >= pp->pr_hardlimit) &&
	    !pool_limit(pp, flags)) {
		pp->pr_nfail++;
		pool_exit(pp);
		return NULL;
	}
	pp->pr_nout++;
#ifdef RUMP_SANITIZE
	pool_exit(pp);
	item = mem_obj_alloc(pp->pr_reqsize,
	    MAX(pp->pr_align, pp->pr_reqsize >= PAGE_SIZE ? PAGE_SIZE : 8),
	    RUMPUSER_OBJ_POOL, pp->pr_wchan, (flags & PR_WAITOK) != 0);
	pool_enter(pp);
#else
	item = pool_take(pp, flags);
#endif
	if (__predict_false(item == NULL)) {
		pp->pr_nout--;
		pp->pr_nfail++;
		pool_exit(pp);
		return NULL;
	}
	pp->pr_nget++;
	pool_exit(pp);
	if ((flags & PR_ZERO) != 0)
		memset(item, 0, pp->pr_reqsize);
	return item;
}

/* Takes an item back. */
void
pool_put(struct pool *pp, void *item)
{
#ifndef RUMP_SANITIZE
	struct pool_slab *ps = NULL;
#endif
	void *single = NULL;

	pool_enter(pp);
	KASSERTMSG(pp->pr_nout > 0, "pool_put: %s: no item is out",
	    pp->pr_wchan);
	pp->pr_nout--;
	pp->pr_nput++;
#ifdef RUMP_SANITIZE
	single = item;
#else
	pool_give(pp, item);
	/* Above the high water mark, give memory back. */
	if (__predict_false(pp->pr_nitems > pp->pr_maxidle)) {
		if (pp->pr_slabsize == 0) {
			single = pp->pr_free;
			pp->pr_free = *(void **)single;
			pp->pr_nitems--;
		} else if ((ps = LIST_FIRST(&pp->pr_emptyslabs)) != NULL) {
			LIST_REMOVE(ps, ps_entry);
			pp->pr_npages--;
			pp->pr_nitems -= ps->ps_nfree;
		}
	}
#endif
	if (__predict_false(pp->pr_waiters != 0))
		cv_signal(&pp->pr_cv);
	pool_exit(pp);
#ifdef RUMP_SANITIZE
	mem_obj_free(single, pp->pr_reqsize, RUMPUSER_OBJ_POOL);
#else
	if (single != NULL)
		mem_host_free(single, pp->pr_size);
	if (ps != NULL)
		pool_slab_free(pp, ps);
#endif
}

/*
 * Gives back memory without items in use.  Nonzero if there was any.
 */
int
pool_reclaim(struct pool *pp)
{
	int freed = 0;

	if (pp->pr_drain_hook != NULL)
		(*pp->pr_drain_hook)(pp->pr_drain_hook_arg, PR_NOWAIT);
#ifndef RUMP_SANITIZE
	struct pool_slab *ps;
	void *item;

	pool_enter(pp);
	while ((ps = LIST_FIRST(&pp->pr_emptyslabs)) != NULL) {
		if (pp->pr_nitems - ps->ps_nfree < pp->pr_minitems)
			break;
		LIST_REMOVE(ps, ps_entry);
		pp->pr_npages--;
		pp->pr_nitems -= ps->ps_nfree;
		pool_exit(pp);
		pool_slab_free(pp, ps);
		freed = 1;
		pool_enter(pp);
	}
	while (pp->pr_slabsize == 0 && (item = pp->pr_free) != NULL &&
	    pp->pr_nitems > pp->pr_minitems) {
		pp->pr_free = *(void **)item;
		pp->pr_nitems--;
		pool_exit(pp);
		mem_host_free(item, pp->pr_size);
		freed = 1;
		pool_enter(pp);
	}
	pool_exit(pp);
#endif
	return freed;
}

/* Makes sure that n items can be had without allocating. */
void
pool_prime(struct pool *pp, int n)
{
#ifndef RUMP_SANITIZE
	struct pool_slab *ps;
	void *item;

	pool_enter(pp);
	while (pp->pr_nitems < (unsigned)n) {
		pool_exit(pp);
		if (pp->pr_slabsize == 0) {
			item = mem_host_alloc(pp->pr_size, MAX(pp->pr_align,
			    pp->pr_size >= PAGE_SIZE ? PAGE_SIZE : 16), true);
			pool_enter(pp);
			pool_give(pp, item);
		} else {
			ps = pool_slab_alloc(pp, PR_WAITOK);
			pool_enter(pp);
			pp->pr_npages++;
			pp->pr_nitems += ps->ps_nfree;
			LIST_INSERT_HEAD(&pp->pr_emptyslabs, ps, ps_entry);
		}
	}
	pool_exit(pp);
#endif
}

/* Below n free items memory is not given back. */
void
pool_setlowat(struct pool *pp, int n)
{

	pp->pr_minitems = n;
	if (!cold)
		pool_prime(pp, n);
}

/* Above n free items memory is given back at once. */
void
pool_sethiwat(struct pool *pp, int n)
{

	pp->pr_maxidle = n;
}

/*
 * At most n items are out.  warnmess, if any, is logged when somebody goes
 * without, at most every ratecap seconds.
 */
void
pool_sethardlimit(struct pool *pp, int n, const char *warnmess, int ratecap)
{

	pool_enter(pp);
	pp->pr_hardlimit = n;
	pp->pr_hardlimit_warning = warnmess;
	pp->pr_hardlimit_ratecap = ratecap;
	pp->pr_hardlimit_last = 0;
	if (pp->pr_waiters != 0)
		cv_broadcast(&pp->pr_cv);
	pool_exit(pp);
}

void
pool_set_drain_hook(struct pool *pp, void (*fn)(void *, int), void *arg)
{

	pp->pr_drain_hook = fn;
	pp->pr_drain_hook_arg = arg;
}

/* Drains one pool after the other; *ppp becomes the one drained. */
bool
pool_drain(struct pool **ppp)
{
	static struct pool *next;
	struct pool *pp;

	pool_list_lock();
	TAILQ_FOREACH(pp, &pool_head, pr_poollist)
		if (pp == next)
			break;
	if (pp == NULL)
		pp = TAILQ_FIRST(&pool_head);
	next = pp == NULL ? NULL : TAILQ_NEXT(pp, pr_poollist);
	pool_list_unlock();
	if (ppp != NULL)
		*ppp = pp;
	if (pp == NULL)
		return false;
	if (pp->pr_cache != NULL)
		return pool_cache_reclaim(pp->pr_cache);
	return pool_reclaim(pp) != 0;
}

int
pool_totalpages(void)
{
	struct pool *pp;
	size_t bytes = 0;

	pool_list_lock();
	TAILQ_FOREACH(pp, &pool_head, pr_poollist) {
		if (pp->pr_slabsize != 0)
			bytes += pp->pr_npages * pp->pr_slabsize;
		else
			bytes += (pp->pr_nout + pp->pr_nitems) * pp->pr_size;
	}
	pool_list_unlock();
	return (int)btoc(bytes);
}

unsigned int
pool_nget(struct pool *pp)
{

	return pp->pr_nget;
}

unsigned int
pool_nput(struct pool *pp)
{

	return pp->pr_nput;
}

/*
 * pool_cache(9)
 */

static void	pool_cache_empty(pool_cache_t, bool);

static int
pool_noctor(void *arg, void *obj, int flags)
{

	return 0;
}

static void
pool_nodtor(void *arg, void *obj)
{
}

/*
 * Prepares a cache in the caller's memory.  A constructor returns 0 or an
 * errno, and is called without locks.
 */
void
pool_cache_bootstrap(pool_cache_t pc, size_t size, u_int align,
    u_int align_offset, u_int flags, const char *wchan,
    struct pool_allocator *palloc, int ipl,
    int (*ctor)(void *, void *, int), void (*dtor)(void *, void *), void *arg)
{

	memset(pc, 0, sizeof(*pc));
	pool_init(&pc->pc_pool, size, align, align_offset, flags, wchan,
	    palloc, ipl);
	pc->pc_pool.pr_cache = pc;
	pc->pc_ctor = ctor == NULL || (void *)ctor == (void *)nullop ?
	    pool_noctor : ctor;
	pc->pc_dtor = dtor == NULL || (void *)dtor == (void *)nullop ?
	    pool_nodtor : dtor;
	pc->pc_arg = arg;
}

/* The same in memory of its own; pool_cache_destroy() takes it back. */
pool_cache_t
pool_cache_init(size_t size, u_int align, u_int align_offset, u_int flags,
    const char *wchan, struct pool_allocator *palloc, int ipl,
    int (*ctor)(void *, void *, int), void (*dtor)(void *, void *), void *arg)
{
	pool_cache_t pc = mem_host_alloc(sizeof(*pc), 64, true);

	pool_cache_bootstrap(pc, size, align, align_offset, flags, wchan,
	    palloc, ipl, ctor, dtor, arg);
	return pc;
}

void
pool_cache_bootstrap_destroy(pool_cache_t pc)
{
	unsigned i;

	pool_cache_empty(pc, true);
	for (i = 0; i < __arraycount(pc->pc_cpus); i++) {
		if (pc->pc_cpus[i] != NULL)
			mem_host_free(pc->pc_cpus[i], sizeof(*pc->pc_cpus[i]));
		pc->pc_cpus[i] = NULL;
	}
	pool_destroy(&pc->pc_pool);
}

void
pool_cache_destroy(pool_cache_t pc)
{

	pool_cache_bootstrap_destroy(pc);
	mem_host_free(pc, sizeof(*pc));
}

static void *
pool_cache_get_slow(pool_cache_t pc, int flags)
{
	void *obj = pool_get(&pc->pc_pool, flags & ~PR_ZERO);

	if (obj == NULL)
		return NULL;
	if ((*pc->pc_ctor)(pc->pc_arg, obj, flags) != 0) {
		pool_put(&pc->pc_pool, obj);
		return NULL;
	}
	if ((flags & PR_ZERO) != 0)
		memset(obj, 0, pc->pc_pool.pr_reqsize);
	return obj;
}

/*
 * A constructed item, in the state that its last user left it.  Addresses
 * of memory are virtual ones here, *pap too.
 */
void *
pool_cache_get_paddr(pool_cache_t pc, int flags, paddr_t *pap)
{
	void *obj;

#ifndef RUMP_SANITIZE
	struct pool_cache_cpu *pcc = pc->pc_cpus[klib_cpu()];

	if (__predict_true(pcc != NULL && pcc->pcc_count != 0) &&
	    __predict_true(pc->pc_pool.pr_hardlimit == UINT_MAX)) {
		if ((flags & PR_NOWAIT) != 0 && mem_fault())
			return NULL;
		/* The hypercall may have moved us to another CPU. */
		pcc = pc->pc_cpus[klib_cpu()];
		if (pcc != NULL && pcc->pcc_count != 0) {
			obj = pcc->pcc_item[--pcc->pcc_count];
			if ((flags & PR_ZERO) != 0)
				memset(obj, 0, pc->pc_pool.pr_reqsize);
			goto out;
		}
	}
#endif
	obj = pool_cache_get_slow(pc, flags);
	if (obj == NULL)
		return NULL;
#ifndef RUMP_SANITIZE
out:
#endif
	if (pap != NULL)
		*pap = (paddr_t)obj;
	return obj;
}

/* Destroys an item instead of keeping it. */
void
pool_cache_destruct_object(pool_cache_t pc, void *obj)
{

	(*pc->pc_dtor)(pc->pc_arg, obj);
	pool_put(&pc->pc_pool, obj);
}

void
pool_cache_put_paddr(pool_cache_t pc, void *obj, paddr_t pa)
{
#ifdef RUMP_SANITIZE
	pool_cache_destruct_object(pc, obj);
#else
	struct pool_cache_cpu *pcc;

	if (__predict_false(pc->pc_pool.pr_hardlimit != UINT_MAX ||
	    pc->pc_pool.pr_maxidle != UINT_MAX)) {
		pool_cache_destruct_object(pc, obj);
		return;
	}
	pcc = pc->pc_cpus[klib_cpu()];
	if (__predict_false(pcc == NULL)) {
		pcc = mem_host_alloc(sizeof(*pcc), 64, false);
		if (pcc == NULL) {
			pool_cache_destruct_object(pc, obj);
			return;
		}
		pcc->pcc_count = 0;
		if (pc->pc_cpus[klib_cpu()] != NULL) {
			mem_host_free(pcc, sizeof(*pcc));
			pcc = pc->pc_cpus[klib_cpu()];
		} else
			pc->pc_cpus[klib_cpu()] = pcc;
	}
	if (__predict_false(pcc->pcc_count == POOL_CPUITEMS)) {
		pool_cache_destruct_object(pc, obj);
		return;
	}
	pcc->pcc_item[pcc->pcc_count++] = obj;
#endif
}

/* Destroys free items: those of our CPU, or of all when nobody uses pc. */
static void
pool_cache_empty(pool_cache_t pc, bool all)
{
	struct pool_cache_cpu *pcc;
	unsigned i;

	/* A destructor may sleep, and wake up on another CPU. */
	while ((pcc = pc->pc_cpus[klib_cpu()]) != NULL && pcc->pcc_count != 0)
		pool_cache_destruct_object(pc,
		    pcc->pcc_item[--pcc->pcc_count]);
	for (i = 0; all && i < __arraycount(pc->pc_cpus); i++) {
		while ((pcc = pc->pc_cpus[i]) != NULL && pcc->pcc_count != 0)
			pool_cache_destruct_object(pc,
			    pcc->pcc_item[--pcc->pcc_count]);
	}
}

/* Destroys the free items of the CPU we are on. */
void
pool_cache_invalidate(pool_cache_t pc)
{

	pool_cache_empty(pc, false);
}

bool
pool_cache_reclaim(pool_cache_t pc)
{

	if (pc->pc_pool.pr_drain_hook != NULL)
		(*pc->pc_pool.pr_drain_hook)(pc->pc_pool.pr_drain_hook_arg,
		    PR_NOWAIT);
	pool_cache_invalidate(pc);
	return pool_reclaim(&pc->pc_pool) != 0;
}

void
pool_cache_set_drain_hook(pool_cache_t pc, void (*fn)(void *, int), void *arg)
{

	pool_set_drain_hook(&pc->pc_pool, fn, arg);
}

void
pool_cache_setlowat(pool_cache_t pc, int n)
{

	pool_setlowat(&pc->pc_pool, n);
}

void
pool_cache_sethiwat(pool_cache_t pc, int n)
{

	pool_sethiwat(&pc->pc_pool, n);
}

void
pool_cache_sethardlimit(pool_cache_t pc, int n, const char *warnmess,
    int ratecap)
{

	pool_sethardlimit(&pc->pc_pool, n, warnmess, ratecap);
}

void
pool_cache_prime(pool_cache_t pc, int n)
{

	pool_prime(&pc->pc_pool, n);
}

unsigned int
pool_cache_nget(pool_cache_t pc)
{

	return pc->pc_pool.pr_nget;
}

unsigned int
pool_cache_nput(pool_cache_t pc)
{

	return pc->pc_pool.pr_nput;
}
