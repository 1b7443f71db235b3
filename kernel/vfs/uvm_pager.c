/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Pages as one contiguous piece of memory, for file systems that make a
 * buffer of several.  Pages lie apart, so it is a copy: taken when the device
 * will read it, put back when the device has written it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rwlock.h>

#include <uvm/uvm.h>

struct pagermap {
	LIST_ENTRY(pagermap) pm_link;
	vaddr_t	pm_va;
	int	pm_npages;
	int	pm_flags;
	struct vm_page *pm_pgs[];
};

static LIST_HEAD(, pagermap) pagermaps = LIST_HEAD_INITIALIZER(pagermaps);
static kmutex_t pagermap_lock;

/* Once, at boot. */
void
uvm_pager_init(void)
{

	mutex_init(&pagermap_lock, MUTEX_DEFAULT, IPL_NONE);
}

/*
 * Memory with the contents of busy pages; 0 without UVMPAGER_MAPIN_WAITOK if
 * there is none.
 */
vaddr_t
uvm_pagermapin(struct vm_page **pps, int npages, int flags)
{
	const km_flag_t kmf = (flags & UVMPAGER_MAPIN_WAITOK) ?
	    KM_SLEEP : KM_NOSLEEP;
	struct pagermap *pm;
	void *va;
	int i;

	pm = kmem_alloc(sizeof(*pm) + npages * sizeof(pm->pm_pgs[0]), kmf);
	if (pm == NULL)
		return 0;
	va = kmem_alloc((size_t)npages << PAGE_SHIFT, kmf);
	if (va == NULL) {
		kmem_free(pm, sizeof(*pm) + npages * sizeof(pm->pm_pgs[0]));
		return 0;
	}
	pm->pm_va = (vaddr_t)(uintptr_t)va;
	pm->pm_npages = npages;
	pm->pm_flags = flags;
	for (i = 0; i < npages; i++) {
		pm->pm_pgs[i] = pps[i];
		memcpy((uint8_t *)va + ((size_t)i << PAGE_SHIFT),
		    uvm_page_va(pps[i]), PAGE_SIZE);
	}
	mutex_enter(&pagermap_lock);
	LIST_INSERT_HEAD(&pagermaps, pm, pm_link);
	mutex_exit(&pagermap_lock);
	return pm->pm_va;
}

static struct pagermap *
pagermap_find(vaddr_t va)
{
	struct pagermap *pm;

	KASSERT(mutex_owned(&pagermap_lock));
	LIST_FOREACH(pm, &pagermaps, pm_link) {
		if (va >= pm->pm_va && va - pm->pm_va <
		    ((vaddr_t)pm->pm_npages << PAGE_SHIFT))
			break;
	}
	return pm;
}

/*
 * Ends a piece of memory from uvm_pagermapin(), and copies it to the pages,
 * still busy, if the device wrote to it.
 */
void
uvm_pagermapout(vaddr_t kva, int npages)
{
	struct pagermap *pm;
	int i;

	mutex_enter(&pagermap_lock);
	pm = pagermap_find(kva);
	if (pm != NULL)
		LIST_REMOVE(pm, pm_link);
	mutex_exit(&pagermap_lock);
	if (pm == NULL || pm->pm_va != kva || pm->pm_npages != npages)
		panic("uvm_pagermapout: not a mapping of %d pages", npages);
	if ((pm->pm_flags & UVMPAGER_MAPIN_READ) != 0) {
		for (i = 0; i < npages; i++)
			memcpy(uvm_page_va(pm->pm_pgs[i]),
			    (void *)(uintptr_t)(kva + ptoa(i)), PAGE_SIZE);
	}
	kmem_free((void *)(uintptr_t)kva, (size_t)npages << PAGE_SHIFT);
	kmem_free(pm, sizeof(*pm) + npages * sizeof(pm->pm_pgs[0]));
}

/*
 * The page an address from uvm_pagermapin() stands for, or NULL.
 */
struct vm_page *
uvm_pageratop(vaddr_t kva)
{
	struct pagermap *pm;
	struct vm_page *pg = NULL;

	mutex_enter(&pagermap_lock);
	pm = pagermap_find(kva);
	if (pm != NULL)
		pg = pm->pm_pgs[(kva - pm->pm_va) >> PAGE_SHIFT];
	mutex_exit(&pagermap_lock);
	return pg;
}

/*
 * I/O on busy pages is done: they are released, or freed when what was to be
 * read is not there.
 */
void
uvm_aio_aiodone_pages(struct vm_page **pgs, int npages, bool write, int error)
{
	struct uvm_object *uobj = NULL;
	int i;

	for (i = 0; i < npages; i++) {
		if (pgs[i] == NULL || pgs[i] == PGO_DONTCARE)
			continue;
		if (uobj == NULL) {
			uobj = pgs[i]->uobject;
			rw_enter(uobj->vmobjlock, RW_WRITER);
		}
		if (error == 0) {
			pgs[i]->flags &= ~PG_FAKE;
		} else if (!write) {
			if (pgs[i]->flags & PG_FAKE)
				pgs[i]->flags |= PG_RELEASED;
		} else if (error == ENOMEM) {
			/* To be tried again. */
			pgs[i]->flags &= ~(PG_PAGEOUT | PG_RELEASED);
			uvm_pagemarkdirty(pgs[i], UVM_PAGE_STATUS_DIRTY);
		}
		pgs[i]->flags &= ~PG_PAGEOUT;
		uvm_pageactivate(pgs[i]);
		uvm_page_unbusy(&pgs[i], 1);
	}
	if (uobj != NULL)
		rw_exit(uobj->vmobjlock);
}

/*
 * b_iodone of a buffer over memory from uvm_pagermapin().
 */
void
uvm_aio_aiodone(struct buf *bp)
{
	const int npages = bp->b_bufsize >> PAGE_SHIFT;
	const bool write = (bp->b_flags & B_READ) == 0;
	const vaddr_t va = (vaddr_t)(uintptr_t)bp->b_data;
	struct vm_page **pgs;
	int error = bp->b_error, i;

	pgs = kmem_alloc(npages * sizeof(*pgs), KM_SLEEP);
	for (i = 0; i < npages; i++)
		pgs[i] = uvm_pageratop(va + ptoa(i));
	uvm_pagermapout(va, npages);
	uvm_aio_aiodone_pages(pgs, npages, write, error);
	kmem_free(pgs, npages * sizeof(*pgs));
	putiobuf(bp);
}
