/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Anonymous objects: memory by the page, zero until written, for file
 * systems that live in memory.  There is no swap.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/rwlock.h>

#include <uvm/uvm.h>

#include "rump_vfsblk.h"

struct uvm_aobj {
	struct uvm_object u_obj;
	voff_t	u_size;		/* as created; pages past it may exist */
};

static void
uao_pgo_reference(struct uvm_object *uobj)
{

	__atomic_fetch_add(&uobj->uo_refs, 1, __ATOMIC_RELAXED);
}

static void
uao_pgo_detach(struct uvm_object *uobj)
{
	struct vm_page *pg;

	if (__atomic_sub_fetch(&uobj->uo_refs, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	rw_enter(uobj->vmobjlock, RW_WRITER);
	while ((pg = RB_TREE_MIN(&uobj->uo_pages)) != NULL) {
		if ((pg->flags & PG_BUSY) != 0) {
			uvm_pagewait(pg, uobj->vmobjlock, "uao_det");
			rw_enter(uobj->vmobjlock, RW_WRITER);
			continue;
		}
		pg->wire_count = 0;
		uvm_pagefree(pg);
	}
	rw_exit(uobj->vmobjlock);
	uvm_obj_destroy(uobj, true);
	kmem_free(container_of(uobj, struct uvm_aobj, u_obj),
	    sizeof(struct uvm_aobj));
}

static int
uao_get(struct uvm_object *uobj, voff_t offset, struct vm_page **pps,
    int *npagesp, int centeridx, vm_prot_t access_type, int advice, int flags)
{
	struct vm_page *pg;
	int i, npages = *npagesp, found = 0;
	voff_t off;

	if (flags & PGO_LOCKED) {
		for (i = 0; i < npages; i++) {
			if (pps[i] != NULL)
				continue;
			pg = uvm_pagelookup(uobj,
			    offset + ((voff_t)i << PAGE_SHIFT));
			if (pg == NULL || (pg->flags & PG_BUSY) != 0)
				continue;
			vfsblk_page_busy(pg);
			pps[i] = pg;
			found++;
		}
		*npagesp = found;
		return found == npages ? 0 : EBUSY;
	}
	for (i = 0; i < npages; i++) {
		off = offset + ((voff_t)i << PAGE_SHIFT);
again:
		if (pps[i] != NULL)
			continue;
		pg = uvm_pagelookup(uobj, off);
		if (pg != NULL && (pg->flags & PG_BUSY) != 0) {
			uvm_pagewait(pg, uobj->vmobjlock, "uao_get");
			rw_enter(uobj->vmobjlock, RW_WRITER);
			goto again;
		}
		if (pg != NULL) {
			vfsblk_page_busy(pg);
		} else {
			pg = uvm_pagealloc(uobj, off, NULL, UVM_PGA_ZERO);
			if (pg == NULL) {
				rw_exit(uobj->vmobjlock);
				if (!vfsblk_page_wait()) {
					rw_enter(uobj->vmobjlock, RW_WRITER);
					uvm_page_unbusy(pps, i);
					rw_exit(uobj->vmobjlock);
					return ENOMEM;
				}
				rw_enter(uobj->vmobjlock, RW_WRITER);
				goto again;
			}
			pg->flags &= ~PG_FAKE;
			uvm_pagemarkdirty(pg, UVM_PAGE_STATUS_DIRTY);
		}
		pps[i] = pg;
	}
	rw_exit(uobj->vmobjlock);
	return 0;
}

static int
uao_put(struct uvm_object *uobj, voff_t start, voff_t stop, int flags)
{
	struct vm_page *pg;
	voff_t off;

	if ((flags & PGO_FREE) == 0) {
		rw_exit(uobj->vmobjlock);
		return 0;
	}
	if (flags & PGO_ALLPAGES) {
		start = 0;
		stop = 0;
	}
	off = start;
	while ((pg = rb_tree_find_node_geq(&uobj->uo_pages, &off)) != NULL &&
	    (stop == 0 || pg->offset < stop)) {
		if ((pg->flags & PG_BUSY) != 0) {
			if (flags & PGO_BUSYFAIL) {
				rw_exit(uobj->vmobjlock);
				return EDEADLK;
			}
			uvm_pagewait(pg, uobj->vmobjlock, "uao_put");
			rw_enter(uobj->vmobjlock, RW_WRITER);
			continue;
		}
		off = pg->offset + PAGE_SIZE;
		uvm_pagefree(pg);
	}
	rw_exit(uobj->vmobjlock);
	return 0;
}

const struct uvm_pagerops aobj_pager = {
	.pgo_reference = uao_pgo_reference,
	.pgo_detach = uao_pgo_detach,
	.pgo_get = uao_get,
	.pgo_put = uao_put,
};

/*
 * A new object with one reference.  Sleeps for memory.
 */
struct uvm_object *
uao_create(voff_t size, int flags)
{
	struct uvm_aobj *aobj;

	aobj = kmem_zalloc(sizeof(*aobj), KM_SLEEP);
	aobj->u_size = size;
	uvm_obj_init(&aobj->u_obj, &aobj_pager, true, 1);
	return &aobj->u_obj;
}

void
uao_reference(struct uvm_object *uobj)
{

	uao_pgo_reference(uobj);
}

/* Gives a reference up; the last one frees the object and its pages. */
void
uao_detach(struct uvm_object *uobj)
{

	uao_pgo_detach(uobj);
}
