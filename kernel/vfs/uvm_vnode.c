/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The pager of vnodes: VOP_GETPAGES and VOP_PUTPAGES.  See uvm(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/container_of.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/vnode.h>

#include <uvm/uvm.h>

#include "rump_vfsblk.h"

#define	UOBJ_TO_VNODE(uobj)	container_of((uobj), struct vnode, v_uobj)

static void
uvn_reference(struct uvm_object *uobj)
{

	vref(UOBJ_TO_VNODE(uobj));
}

static void
uvn_detach(struct uvm_object *uobj)
{

	vrele(UOBJ_TO_VNODE(uobj));
}

static int
uvn_get(struct uvm_object *uobj, voff_t offset, struct vm_page **pps,
    int *npagesp, int centeridx, vm_prot_t access_type, int advice, int flags)
{

	return VOP_GETPAGES(UOBJ_TO_VNODE(uobj), offset, pps, npagesp,
	    centeridx, access_type, advice, flags);
}

static int
uvn_put(struct uvm_object *uobj, voff_t offlo, voff_t offhi, int flags)
{

	return VOP_PUTPAGES(UOBJ_TO_VNODE(uobj), offlo, offhi, flags);
}

static void
uvn_markdirty(struct uvm_object *uobj)
{
	struct vnode *vp = UOBJ_TO_VNODE(uobj);

	mutex_enter(vp->v_interlock);
	if ((vp->v_iflag & VI_ONWORKLST) == 0)
		vn_syncer_add_to_worklist(vp, filedelay);
	mutex_exit(vp->v_interlock);
}

const struct uvm_pagerops uvm_vnodeops = {
	.pgo_reference = uvn_reference,
	.pgo_detach = uvn_detach,
	.pgo_get = uvn_get,
	.pgo_put = uvn_put,
	.pgo_markdirty = uvn_markdirty,
};

/*
 * The size of a file has changed: pages past the new end are freed.  The
 * vnode is locked, its pages are not.
 */
void
uvm_vnp_setsize(struct vnode *vp, voff_t newsize)
{
	struct uvm_object *uobj = &vp->v_uobj;
	voff_t oldsize, pgend;

	/* In the last page that there can be nothing ends. */
	pgend = newsize > INT64_MAX - PAGE_MASK ? INT64_MAX : round_page(newsize);
	rw_enter(uobj->vmobjlock, RW_WRITER);
	oldsize = vp->v_writesize;
	if (oldsize != VSIZENOTSET && vp->v_size > oldsize)
		oldsize = vp->v_size;
	if (oldsize != VSIZENOTSET && oldsize > pgend) {
		(void)uvn_put(uobj, pgend, 0, PGO_FREE | PGO_SYNCIO);
		rw_enter(uobj->vmobjlock, RW_WRITER);
	}
	mutex_enter(vp->v_interlock);
	vp->v_size = vp->v_writesize = newsize;
	mutex_exit(vp->v_interlock);
	rw_exit(uobj->vmobjlock);
}

/*
 * A write that makes the file longer is about to start.
 */
void
uvm_vnp_setwritesize(struct vnode *vp, voff_t newsize)
{

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	mutex_enter(vp->v_interlock);
	vp->v_writesize = newsize;
	mutex_exit(vp->v_interlock);
	rw_exit(vp->v_uobj.vmobjlock);
}

/*
 * Zeroes a part of a file in its pages.
 */
void
uvm_vnp_zerorange(struct vnode *vp, off_t off, size_t len)
{

	ubc_zerorange(&vp->v_uobj, off, len, UBC_VNODE_FLAGS(vp));
}

/*
 * One page for uvn_findpages(): busy in *pgp; false when it is not to be had.
 */
static bool
uvn_findpage(struct uvm_object *uobj, voff_t offset, struct vm_page **pgp,
    unsigned int flags)
{
	struct vm_page *pg;

	for (;;) {
		pg = uvm_pagelookup(uobj, offset);
		if (pg == NULL) {
			if (flags & UFP_NOALLOC)
				return false;
			pg = uvm_pagealloc(uobj, offset, NULL, 0);
			if (pg == NULL) {
				if (flags & UFP_NOWAIT)
					return false;
				rw_exit(uobj->vmobjlock);
				if (!vfsblk_page_wait()) {
					rw_enter(uobj->vmobjlock, RW_WRITER);
					return false;
				}
				rw_enter(uobj->vmobjlock, RW_WRITER);
				continue;
			}
			*pgp = pg;
			return true;
		}
		if (flags & UFP_NOCACHE)
			return false;
		if ((pg->flags & PG_BUSY) != 0) {
			if (flags & UFP_NOWAIT)
				return false;
			uvm_pagewait(pg, uobj->vmobjlock, "uvnfp");
			rw_enter(uobj->vmobjlock, RW_WRITER);
			continue;
		}
		if ((flags & UFP_NORDONLY) && (pg->flags & PG_RDONLY))
			return false;
		if ((flags & UFP_DIRTYONLY) && (pg->flags & PG_CLEAN))
			return false;
		if ((flags & UFP_NOBUSY) == 0)
			vfsblk_page_busy(pg);
		*pgp = pg;
		return true;
	}
}

/*
 * Finds or allocates *npagesp pages from offset on, and makes them busy
 * unless UFP_NOBUSY; slots of pps that are not NULL are skipped.  UFP_* say
 * what to leave out; the first page that cannot be had ends it.  Returns
 * their number, also in *npagesp.  The object is write-locked, and may be
 * unlocked in between.
 */
int
uvn_findpages(struct uvm_object *uobj, voff_t offset, unsigned int *npagesp,
    struct vm_page **pps, struct uvm_page_array *a, unsigned int flags)
{
	unsigned int i, found = 0, npages = *npagesp;

	KASSERT(rw_write_held(uobj->vmobjlock));
	for (i = 0; i < npages; i++) {
		unsigned int slot = (flags & UFP_BACKWARD) ?
		    npages - 1 - i : i;
		voff_t off = (flags & UFP_BACKWARD) ?
		    offset - ((voff_t)i << PAGE_SHIFT) :
		    offset + ((voff_t)i << PAGE_SHIFT);

		if (pps[slot] != NULL)
			continue;
		if (uvn_findpage(uobj, off, &pps[slot], flags)) {
			found++;
			continue;
		}
		if (flags & (UFP_NOCACHE | UFP_NOALLOC | UFP_DIRTYONLY |
		    UFP_NOWAIT))
			continue;
		break;
	}
	*npagesp = found;
	return found;
}

/* The vnode's pages are program text. */
bool
uvn_text_p(struct uvm_object *uobj)
{

	return (UOBJ_TO_VNODE(uobj)->v_iflag & VI_EXECMAP) != 0;
}

/* Nothing maps files here. */
bool
uvn_needs_writefault_p(struct uvm_object *uobj)
{

	return false;
}
