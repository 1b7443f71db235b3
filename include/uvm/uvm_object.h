/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Something that has pages: a file or anonymous memory.
 */

#ifndef _UVM_UVM_OBJECT_H_
#define	_UVM_UVM_OBJECT_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/rbtree.h>
#include <sys/rwlock.h>

struct uvm_pagerops;
struct vm_page;

struct uvm_object {
	krwlock_t	*vmobjlock;	/* this object and its pages */
	const struct uvm_pagerops *pgops;
	int		uo_npages;
	unsigned	uo_refs;	/* (kept by the pager) */
	unsigned	uo_ndirty;	/* pages that are not PG_CLEAN */
	rb_tree_t	uo_pages;	/* by offset */
	LIST_ENTRY(uvm_object) uo_list;	/* objects that have pages */
};

#define	UVM_OBJ_KERN		(-2)

#ifdef _KERNEL

extern const struct uvm_pagerops uvm_vnodeops;
extern const struct uvm_pagerops aobj_pager;

#define	UVM_OBJ_IS_VNODE(uobj)	((uobj)->pgops == &uvm_vnodeops)
#define	UVM_OBJ_IS_AOBJ(uobj)	((uobj)->pgops == &aobj_pager)
#define	UVM_OBJ_IS_INTRSAFE_OBJECT(uobj)	((uobj)->uo_refs == UVM_OBJ_KERN)
#define	UVM_OBJ_IS_KERN_OBJECT(uobj)	UVM_OBJ_IS_INTRSAFE_OBJECT(uobj)
#define	UVM_OBJ_IS_VTEXT(uobj)	\
	(UVM_OBJ_IS_VNODE(uobj) && uvn_text_p(uobj))
#define	UVM_OBJ_NEEDS_WRITEFAULT(uobj)	\
	(UVM_OBJ_IS_VNODE(uobj) && uvn_needs_writefault_p(uobj))

#endif /* _KERNEL */

#endif /* !_UVM_UVM_OBJECT_H_ */
