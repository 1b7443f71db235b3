/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Pages.  A page belongs to one object, at one offset, for all its life; its
 * bytes are an allocation of their own, with red zones in sanitized builds.
 * Who has PG_BUSY owns the bytes.
 *
 * A list of all pages serves the memory limit: the oldest clean page of a
 * file that nobody uses goes first, with a second chance when it was touched.
 *
 * Locks: the object's vmobjlock, then page_queue_lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/rump_audit.h>
#include <sys/rwlock.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <uvm/uvm.h>

#include <rump/rumpuser_fuzz.h>

#include "rump_vfsblk.h"

#define	PQ_REFERENCED	0x1	/* touched since the list was looked at */
#define	PQ_QUEUED	0x2

static kmutex_t page_queue_lock;
static TAILQ_HEAD(, vm_page) page_queue =
    TAILQ_HEAD_INITIALIZER(page_queue);
static unsigned page_count;		/* atomic */
static unsigned page_busy_count;	/* atomic */

/* One place to wait for pages: contention for one page is rare. */
static kmutex_t page_wait_lock;
static kcondvar_t page_wait_cv;

static pool_cache_t page_cache;
#ifndef RUMP_SANITIZE
static pool_cache_t page_data_cache;
#endif

static int64_t
page_audit_busy(void *arg)
{

	return page_busy_count;
}

RUMP_AUDIT(page_audit, "busy pages", page_audit_busy, NULL)

/*
 * Once, before any page is allocated.
 */
void
uvm_page_init(void)
{

	mutex_init(&page_queue_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&page_wait_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&page_wait_cv, "pagewait");
	page_cache = pool_cache_init(sizeof(struct vm_page), 0, 0, 0,
	    "vmpgpl", NULL, IPL_NONE, NULL, NULL, NULL);
#ifndef RUMP_SANITIZE
	page_data_cache = pool_cache_init(PAGE_SIZE, 64, 0, 0,
	    "vmpgdata", NULL, IPL_NONE, NULL, NULL, NULL);
#endif
}

static void *
page_data_alloc(void)
{
#ifdef RUMP_SANITIZE
	void *p;

	if (!rump_mem_charge(PAGE_SIZE, false))
		return NULL;
	if (rumpuser_obj_alloc(PAGE_SIZE, 64, RUMPUSER_OBJ_PAGE, "page",
	    &p) != 0) {
		rump_mem_uncharge(PAGE_SIZE);
		return NULL;
	}
	return p;
#else
	return pool_cache_get(page_data_cache, PR_NOWAIT);
#endif
}

static void
page_data_free(void *p)
{

#ifdef RUMP_SANITIZE
	rumpuser_obj_free(p, PAGE_SIZE, RUMPUSER_OBJ_PAGE);
	rump_mem_uncharge(PAGE_SIZE);
#else
	pool_cache_put(page_data_cache, p);
#endif
}

/* Pages that may still be had, for statistics. */
int
uvm_availmem(bool cached)
{
	uint64_t limit = rump_mem_limit();
	uint64_t used = rump_mem_used();

	if (limit == UINT64_MAX)
		return INT_MAX;
	return limit > used ? MIN((limit - used) >> PAGE_SHIFT, INT_MAX) : 0;
}

int
uvm_free(void)
{

	return uvm_availmem(false);
}

/*
 * A new page of the object, busy, PG_FAKE and clean; zeroed for UVM_PGA_ZERO.
 * The object is write-locked.  NULL when there is no memory.
 */
struct vm_page *
uvm_pagealloc_strat(struct uvm_object *obj, voff_t off, struct vm_anon *anon,
    int flags, int strat, int free_list)
{
	struct vm_page *pg;
	void *data;

	KASSERT(obj != NULL && anon == NULL);
	KASSERT((off & PAGE_MASK) == 0);
	KASSERT(rw_write_held(obj->vmobjlock));

	pg = pool_cache_get(page_cache, PR_NOWAIT);
	if (pg == NULL)
		return NULL;
	data = page_data_alloc();
	if (data == NULL) {
		pool_cache_put(page_cache, pg);
		return NULL;
	}
	if (flags & UVM_PGA_ZERO)
		memset(data, 0, PAGE_SIZE);
	memset(pg, 0, sizeof(*pg));
	pg->phys_addr = (paddr_t)(uintptr_t)data;
	pg->uobject = obj;
	pg->offset = off;
	pg->flags = PG_BUSY | PG_CLEAN | PG_FAKE | PG_TABLED |
	    (UVM_OBJ_IS_VNODE(obj) ? PG_FILE : PG_AOBJ);
	if (rb_tree_insert_node(&obj->uo_pages, pg) != pg)
		panic("uvm_pagealloc: offset %" PRId64 " has a page", off);
	obj->uo_npages++;
	__atomic_fetch_add(&page_count, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&page_busy_count, 1, __ATOMIC_RELAXED);
	return pg;
}

/*
 * Moves a page to another place.  Both objects are write-locked.
 */
int
uvm_pagerealloc(struct vm_page *pg, struct uvm_object *newobj, voff_t newoff)
{

	if (newobj != NULL && uvm_pagelookup(newobj, newoff) != NULL)
		return EEXIST;
	if (pg->uobject != NULL) {
		rb_tree_remove_node(&pg->uobject->uo_pages, pg);
		pg->uobject->uo_npages--;
		if ((pg->flags & PG_CLEAN) == 0)
			pg->uobject->uo_ndirty--;
		pg->flags &= ~PG_TABLED;
	}
	pg->uobject = newobj;
	pg->offset = newoff;
	if (newobj != NULL) {
		rb_tree_insert_node(&newobj->uo_pages, pg);
		newobj->uo_npages++;
		if ((pg->flags & PG_CLEAN) == 0)
			newobj->uo_ndirty++;
		pg->flags |= PG_TABLED;
	}
	return 0;
}

/*
 * Puts newpg, which has no object, in oldpg's place.
 */
void
uvm_pagereplace(struct vm_page *oldpg, struct vm_page *newpg)
{
	struct uvm_object *uobj = oldpg->uobject;
	voff_t off = oldpg->offset;

	KASSERT(newpg->uobject == NULL);
	(void)uvm_pagerealloc(oldpg, NULL, 0);
	(void)uvm_pagerealloc(newpg, uobj, off);
}

/*
 * Frees a page, busy or not, with what is in it.  Its object is
 * write-locked.
 */
void
uvm_pagefree(struct vm_page *pg)
{
	struct uvm_object *obj = pg->uobject;

	if (pg->wire_count > 0) {
		/* Goes when it is unwired. */
		pg->flags |= PG_RELEASED;
		return;
	}
	if (obj != NULL) {
		KASSERT(rw_write_held(obj->vmobjlock));
		rb_tree_remove_node(&obj->uo_pages, pg);
		obj->uo_npages--;
		if ((pg->flags & PG_CLEAN) == 0)
			obj->uo_ndirty--;
	}
	if ((pg->flags & PG_BUSY) != 0) {
		__atomic_fetch_sub(&page_busy_count, 1, __ATOMIC_RELAXED);
		uvm_pagewakeup(pg);
	}
	uvm_pagedequeue(pg);
	__atomic_fetch_sub(&page_count, 1, __ATOMIC_RELAXED);
	page_data_free((void *)(uintptr_t)pg->phys_addr);
	pool_cache_put(page_cache, pg);
}

/*
 * The object's page at an offset, if it is resident.
 */
struct vm_page *
uvm_pagelookup(struct uvm_object *obj, voff_t off)
{

	KASSERT(rw_lock_held(obj->vmobjlock));
	if (obj->uo_npages == 0)
		return NULL;
	return rb_tree_find_node(&obj->uo_pages, &off);
}

/* Makes a page busy; it is not.  The object is write-locked. */
void
vfsblk_page_busy(struct vm_page *pg)
{

	KASSERT((pg->flags & PG_BUSY) == 0);
	pg->flags |= PG_BUSY;
	__atomic_fetch_add(&page_busy_count, 1, __ATOMIC_RELAXED);
}

/*
 * Gives busy pages up; NULL and PGO_DONTCARE are skipped, PG_RELEASED ones
 * are freed.  Their object is write-locked.
 */
void
uvm_page_unbusy(struct vm_page **pgs, int npgs)
{
	struct vm_page *pg;
	int i;

	for (i = 0; i < npgs; i++) {
		pg = pgs[i];
		if (pg == NULL || pg == PGO_DONTCARE)
			continue;
		KASSERT((pg->flags & PG_BUSY) != 0);
		if ((pg->flags & PG_RELEASED) != 0 && pg->wire_count == 0) {
			pg->flags &= ~PG_RELEASED;
			uvm_pagefree(pg);
			continue;
		}
		pg->flags &= ~PG_BUSY;
		__atomic_fetch_sub(&page_busy_count, 1, __ATOMIC_RELAXED);
		if (pg->waiters)
			uvm_pagewakeup(pg);
	}
}

/*
 * Waits until a page is not busy, or gone.  The object's lock is held, and
 * is released by this.
 */
void
uvm_pagewait(struct vm_page *pg, krwlock_t *lock, const char *wmesg)
{

	mutex_enter(&page_wait_lock);
	pg->waiters = 1;
	rw_exit(lock);
	cv_wait(&page_wait_cv, &page_wait_lock);
	mutex_exit(&page_wait_lock);
}

/* Wakes who waits for a page.  The object is write-locked. */
void
uvm_pagewakeup(struct vm_page *pg)
{

	if (pg->waiters == 0)
		return;
	mutex_enter(&page_wait_lock);
	pg->waiters = 0;
	cv_broadcast(&page_wait_cv);
	mutex_exit(&page_wait_lock);
}

bool
uvm_pagewanted_p(struct vm_page *pg)
{

	return pg->waiters != 0;
}

/*
 * Sets what is known of a page's dirtiness: UVM_PAGE_STATUS_*.  The object
 * is write-locked.  Nothing maps pages, so unknown means dirty.
 */
void
uvm_pagemarkdirty(struct vm_page *pg, unsigned int status)
{
	struct uvm_object *uobj = pg->uobject;
	bool dirty = status != UVM_PAGE_STATUS_CLEAN;
	bool was = (pg->flags & PG_CLEAN) == 0;

	pg->flags &= ~(PG_CLEAN | PG_DIRTY);
	pg->flags |= dirty ? PG_DIRTY : PG_CLEAN;
	if (dirty == was || uobj == NULL)
		return;
	if (!dirty) {
		uobj->uo_ndirty--;
		return;
	}
	if (uobj->uo_ndirty++ == 0 && uobj->pgops->pgo_markdirty != NULL)
		(*uobj->pgops->pgo_markdirty)(uobj);
}

unsigned int
uvm_pagegetdirty(struct vm_page *pg)
{

	return (pg->flags & PG_CLEAN) != 0 ?
	    UVM_PAGE_STATUS_CLEAN : UVM_PAGE_STATUS_DIRTY;
}

/* Whether a page is dirty; it is marked clean by this. */
bool
uvm_pagecheckdirty(struct vm_page *pg, bool pgprotected)
{
	bool dirty = (pg->flags & PG_CLEAN) == 0;

	if (dirty)
		uvm_pagemarkdirty(pg, UVM_PAGE_STATUS_CLEAN);
	return dirty;
}

bool
uvm_pagereadonly_p(struct vm_page *pg)
{

	return (pg->flags & PG_RDONLY) != 0;
}

void
uvm_pagezero(struct vm_page *pg)
{

	memset(uvm_page_va(pg), 0, PAGE_SIZE);
	uvm_pagemarkdirty(pg, UVM_PAGE_STATUS_DIRTY);
}

void
uvm_pagecopy(struct vm_page *src, struct vm_page *dst)
{

	memcpy(uvm_page_va(dst), uvm_page_va(src), PAGE_SIZE);
	uvm_pagemarkdirty(dst, UVM_PAGE_STATUS_DIRTY);
}

void
uvm_pagewire(struct vm_page *pg)
{

	pg->wire_count++;
}

void
uvm_pageunwire(struct vm_page *pg)
{

	KASSERT(pg->wire_count > 0);
	if (--pg->wire_count == 0 && (pg->flags & PG_RELEASED) != 0 &&
	    (pg->flags & PG_BUSY) == 0) {
		pg->flags &= ~PG_RELEASED;
		uvm_pagefree(pg);
	}
}

/*
 * The list for the memory limit.  Activating a page notes that it is used.
 */

void
uvm_pagelock(struct vm_page *pg)
{

	mutex_enter(&page_queue_lock);
}

void
uvm_pageunlock(struct vm_page *pg)
{

	mutex_exit(&page_queue_lock);
}

void
uvm_pagelock2(struct vm_page *pg1, struct vm_page *pg2)
{

	mutex_enter(&page_queue_lock);
}

void
uvm_pageunlock2(struct vm_page *pg1, struct vm_page *pg2)
{

	mutex_exit(&page_queue_lock);
}

static void
page_enqueue(struct vm_page *pg, uint32_t set)
{
	bool owned;

	if ((pg->pqflags & PQ_QUEUED) != 0) {
		pg->pqflags |= set;
		return;
	}
	owned = mutex_owned(&page_queue_lock);
	if (!owned)
		mutex_enter(&page_queue_lock);
	pg->pqflags |= PQ_QUEUED | set;
	TAILQ_INSERT_TAIL(&page_queue, pg, pdqueue);
	if (!owned)
		mutex_exit(&page_queue_lock);
}

void
uvm_pageenqueue(struct vm_page *pg)
{

	page_enqueue(pg, 0);
}

void
uvm_pageactivate(struct vm_page *pg)
{

	page_enqueue(pg, PQ_REFERENCED);
}

void
uvm_pagedeactivate(struct vm_page *pg)
{

	page_enqueue(pg, 0);
	pg->pqflags &= ~PQ_REFERENCED;
}

void
uvm_pagedequeue(struct vm_page *pg)
{
	bool owned;

	if ((pg->pqflags & PQ_QUEUED) == 0)
		return;
	owned = mutex_owned(&page_queue_lock);
	if (!owned)
		mutex_enter(&page_queue_lock);
	TAILQ_REMOVE(&page_queue, pg, pdqueue);
	pg->pqflags = 0;
	if (!owned)
		mutex_exit(&page_queue_lock);
}

/*
 * Whether a page may be forgotten: not one that a write which makes the file
 * longer has filled in part.  The file's end does not cover it yet, so what
 * is in it would be read as zeroes when the rest comes.
 */
static bool
page_forgettable(struct vm_page *pg)
{
	struct vnode *vp;

	if ((pg->flags & (PG_BUSY | PG_CLEAN | PG_FILE)) !=
	    (PG_CLEAN | PG_FILE) || pg->wire_count != 0)
		return false;
	vp = container_of(pg->uobject, struct vnode, v_uobj);
	return (pg->flags & PG_TAIL) == 0 || vp->v_writesize <= vp->v_size;
}

/*
 * Frees up to n clean pages of files that nobody uses, all of them for 0.
 * Never sleeps: what is locked is left alone.  Returns how many.
 */
unsigned
uvm_page_drain(unsigned n)
{
	struct vm_page *pg, *next;
	krwlock_t *lock;
	unsigned freed = 0, left;

	if (mutex_owned(&page_queue_lock) ||
	    !mutex_tryenter(&page_queue_lock))
		return 0;
	left = page_count;
	for (pg = TAILQ_FIRST(&page_queue);
	    pg != NULL && left-- > 0 && (n == 0 || freed < n); pg = next) {
		next = TAILQ_NEXT(pg, pdqueue);
		lock = pg->uobject->vmobjlock;
		if (rw_write_held(lock) || !rw_tryenter(lock, RW_WRITER))
			continue;
		if (page_forgettable(pg)) {
			if (n != 0 && (pg->pqflags & PQ_REFERENCED) != 0) {
				pg->pqflags &= ~PQ_REFERENCED;
				TAILQ_REMOVE(&page_queue, pg, pdqueue);
				TAILQ_INSERT_TAIL(&page_queue, pg, pdqueue);
			} else {
				uvm_pagefree(pg);
				freed++;
			}
		}
		rw_exit(lock);
	}
	mutex_exit(&page_queue_lock);
	uvmexp.pdfreed += freed;
	return freed;
}

/*
 * Makes memory for pages: frees clean ones, else writes the dirty pages of
 * one file.  False when nothing helped.  No locks of objects are held.
 */
bool
vfsblk_page_wait(void)
{
	struct uvm_object *uobj;
	struct vm_page *pg;
	struct vnode *vp = NULL;
	krwlock_t *lock;

	/* The first round may only note which pages are not used. */
	if (uvm_page_drain(16) != 0 || buf_drain(16 * PAGE_SIZE) != 0 ||
	    uvm_page_drain(16) != 0)
		return true;

	mutex_enter(&page_queue_lock);
	TAILQ_FOREACH(pg, &page_queue, pdqueue) {
		if ((pg->flags & (PG_BUSY | PG_CLEAN | PG_FILE)) != PG_FILE)
			continue;
		uobj = pg->uobject;
		lock = uobj->vmobjlock;
		if (!rw_tryenter(lock, RW_WRITER))
			continue;
		vp = container_of(uobj, struct vnode, v_uobj);
		mutex_enter(vp->v_interlock);
		rw_exit(lock);
		break;
	}
	mutex_exit(&page_queue_lock);
	if (vp == NULL)
		return false;
	if (vcache_tryvget(vp) != 0)	/* releases v_interlock */
		return false;
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	(void)VOP_PUTPAGES(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO |
	    PGO_BUSYFAIL);
	vrele_async(vp);
	return uvm_page_drain(0) != 0;
}

static bool
page_drain_hook(void *arg)
{

	return uvm_page_drain(0) != 0;
}

static bool
buf_drain_hook(void *arg)
{

	return buf_drain(0) != 0;
}

static struct rump_drain drain_pages = {
	.rd_name = "pages",
	.rd_prio = RUMP_DRAIN_PAGE,
	.rd_func = page_drain_hook,
};
static struct rump_drain drain_bufs = {
	.rd_name = "buffers",
	.rd_prio = RUMP_DRAIN_BUF,
	.rd_func = buf_drain_hook,
};

/* Registers what this half of the component gives back. */
void
vfsblk_drain_init(void)
{

	rump_drain_register(&drain_bufs);
	rump_drain_register(&drain_pages);
}

/*
 * Walking an object's pages.
 */

void
uvm_page_array_init(struct uvm_page_array *ar, struct uvm_object *uobj,
    unsigned int flags)
{

	ar->ar_uobj = uobj;
	ar->ar_flags = flags;
	ar->ar_idx = 0;
	ar->ar_npages = 0;
}

void
uvm_page_array_fini(struct uvm_page_array *ar)
{

	uvm_page_array_clear(ar);
}

/* Forgets what was found; after the object was unlocked. */
void
uvm_page_array_clear(struct uvm_page_array *ar)
{

	ar->ar_idx = 0;
	ar->ar_npages = 0;
}

struct vm_page *
uvm_page_array_peek(struct uvm_page_array *ar)
{

	return ar->ar_idx < ar->ar_npages ? ar->ar_pages[ar->ar_idx] : NULL;
}

void
uvm_page_array_advance(struct uvm_page_array *ar)
{

	KASSERT(ar->ar_idx < ar->ar_npages);
	ar->ar_idx++;
}

/*
 * Collects pages from off on, at most nwant (0: as many as fit).  ENOENT when
 * there is none.  The object is locked.
 */
int
uvm_page_array_fill(struct uvm_page_array *ar, voff_t off, unsigned int nwant)
{
	struct uvm_object *uobj = ar->ar_uobj;
	struct vm_page *pg;
	const bool backward = (ar->ar_flags & UVM_PAGE_ARRAY_FILL_BACKWARD);
	voff_t expect = off;
	unsigned n = 0;

	if (nwant == 0 || nwant > __arraycount(ar->ar_pages))
		nwant = __arraycount(ar->ar_pages);
	pg = backward ? rb_tree_find_node_leq(&uobj->uo_pages, &off) :
	    rb_tree_find_node_geq(&uobj->uo_pages, &off);
	for (; pg != NULL && n < nwant; pg = rb_tree_iterate(&uobj->uo_pages,
	    pg, backward ? RB_DIR_LEFT : RB_DIR_RIGHT)) {
		if ((ar->ar_flags & UVM_PAGE_ARRAY_FILL_DENSE) != 0 &&
		    pg->offset != expect)
			break;
		expect = pg->offset + (backward ? -PAGE_SIZE : PAGE_SIZE);
		if ((ar->ar_flags & UVM_PAGE_ARRAY_FILL_DIRTY) != 0 &&
		    (pg->flags & PG_CLEAN) != 0) {
			if (ar->ar_flags & UVM_PAGE_ARRAY_FILL_DENSE)
				break;
			continue;
		}
		ar->ar_pages[n++] = pg;
	}
	ar->ar_npages = n;
	ar->ar_idx = 0;
	return n == 0 ? ENOENT : 0;
}

struct vm_page *
uvm_page_array_fill_and_peek(struct uvm_page_array *ar, voff_t off,
    unsigned int nwant)
{

	if (uvm_page_array_peek(ar) == NULL &&
	    uvm_page_array_fill(ar, off, nwant) != 0)
		return NULL;
	return uvm_page_array_peek(ar);
}
