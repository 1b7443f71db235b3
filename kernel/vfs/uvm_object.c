/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Objects that have pages: a tree of pages by offset under a lock that
 * several objects may share.  See uvm(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rbtree.h>
#include <sys/rwlock.h>

#include <uvm/uvm.h>

static int
page_compare_nodes(void *ctx, const void *n1, const void *n2)
{
	const struct vm_page *a = n1, *b = n2;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int
page_compare_key(void *ctx, const void *n, const void *key)
{
	const struct vm_page *a = n;
	const voff_t off = *(const voff_t *)key;

	return a->offset < off ? -1 : a->offset > off;
}

static const rb_tree_ops_t page_tree_ops = {
	.rbto_compare_nodes = page_compare_nodes,
	.rbto_compare_key = page_compare_key,
	.rbto_node_offset = offsetof(struct vm_page, rb_node),
	.rbto_context = NULL,
};

/*
 * Makes an object without pages, with a lock of its own for alock, else one
 * that uvm_obj_setlock() gives it.
 */
void
uvm_obj_init(struct uvm_object *uo, const struct uvm_pagerops *ops,
    bool alock, u_int refs)
{

	uo->vmobjlock = alock ? rw_obj_alloc() : NULL;
	uo->pgops = ops;
	uo->uo_npages = 0;
	uo->uo_refs = refs;
	uo->uo_ndirty = 0;
	rb_tree_init(&uo->uo_pages, &page_tree_ops);
}

/*
 * Changes the lock of an object that nobody uses; NULL makes a new one.  The
 * reference to lockptr becomes the object's.
 */
void
uvm_obj_setlock(struct uvm_object *uo, krwlock_t *lockptr)
{
	krwlock_t *olock = uo->vmobjlock;

	if (olock != NULL) {
		KASSERT(!rw_write_held(olock));
		rw_obj_free(olock);
	}
	uo->vmobjlock = lockptr != NULL ? lockptr : rw_obj_alloc();
}

/*
 * Ends an object without pages, and its lock with dlock.
 */
void
uvm_obj_destroy(struct uvm_object *uo, bool dlock)
{

	KASSERTMSG(uo->uo_npages == 0, "%d pages left", uo->uo_npages);
	if (dlock)
		rw_obj_free(uo->vmobjlock);
	uo->vmobjlock = NULL;
}

/*
 * Makes the pages of [start, end) resident and wires them; they are put on
 * list when that is not NULL.
 */
int
uvm_obj_wirepages(struct uvm_object *uobj, off_t start, off_t end,
    struct pglist *list)
{
	struct vm_page *pgs[16];
	off_t off, left;
	int error, i, npages;

	KASSERT((start & PAGE_MASK) == 0 && (end & PAGE_MASK) == 0);
	for (off = start; off < end; off += (off_t)npages << PAGE_SHIFT) {
		left = end - off;
		npages = MIN(left >> PAGE_SHIFT, 16);
		memset(pgs, 0, sizeof(pgs));
		rw_enter(uobj->vmobjlock, RW_WRITER);
		error = (*uobj->pgops->pgo_get)(uobj, off, pgs, &npages, 0,
		    VM_PROT_READ | VM_PROT_WRITE, UVM_ADV_SEQUENTIAL,
		    PGO_SYNCIO);
		if (error == 0 && npages == 0)
			error = EIO;
		if (error) {
			uvm_obj_unwirepages(uobj, start, off);
			return error;
		}
		rw_enter(uobj->vmobjlock, RW_WRITER);
		for (i = 0; i < npages; i++) {
			uvm_pagewire(pgs[i]);
			if (list != NULL)
				TAILQ_INSERT_TAIL(list, pgs[i], pageq.queue);
		}
		uvm_page_unbusy(pgs, npages);
		rw_exit(uobj->vmobjlock);
	}
	return 0;
}

/*
 * The reverse of uvm_obj_wirepages().
 */
void
uvm_obj_unwirepages(struct uvm_object *uobj, off_t start, off_t end)
{
	struct vm_page *pg;
	off_t off;

	rw_enter(uobj->vmobjlock, RW_WRITER);
	for (off = start; off < end; off += PAGE_SIZE) {
		pg = uvm_pagelookup(uobj, off);
		if (pg != NULL)
			uvm_pageunwire(pg);
	}
	rw_exit(uobj->vmobjlock);
}

/* No page is dirty.  The object is locked. */
bool
uvm_obj_clean_p(struct uvm_object *uobj)
{

	return uobj->uo_ndirty == 0;
}

/* No page is being written: pages are busy while they are. */
bool
uvm_obj_nowriteback_p(struct uvm_object *uobj)
{

	return true;
}

/* The page is dirty. */
bool
uvm_obj_page_dirty_p(struct vm_page *pg)
{

	return (pg->flags & PG_CLEAN) == 0;
}
