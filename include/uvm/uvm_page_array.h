/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Walking the pages of an object in order of their offsets.
 */

#ifndef _UVM_UVM_PAGE_ARRAY_H_
#define	_UVM_UVM_PAGE_ARRAY_H_

#include <sys/types.h>
#include <uvm/uvm_param.h>

struct uvm_object;
struct vm_page;

/* Flags of uvm_page_array_init(). */
#define	UVM_PAGE_ARRAY_FILL_DIRTY	1	/* dirty pages only */
#define	UVM_PAGE_ARRAY_FILL_WRITEBACK	2	/* (all pages are looked at) */
#define	UVM_PAGE_ARRAY_FILL_DENSE	4	/* stop at a hole */
#define	UVM_PAGE_ARRAY_FILL_BACKWARD	8	/* towards lower offsets */

struct uvm_page_array {
	struct uvm_object *ar_uobj;
	unsigned int	ar_flags;
	unsigned int	ar_npages;	/* in ar_pages */
	unsigned int	ar_idx;		/* next of them */
	struct vm_page	*ar_pages[16];
};

#ifdef _KERNEL
void	uvm_page_array_init(struct uvm_page_array *, struct uvm_object *,
	    unsigned int);
void	uvm_page_array_fini(struct uvm_page_array *);
void	uvm_page_array_clear(struct uvm_page_array *);
struct vm_page *uvm_page_array_peek(struct uvm_page_array *);
void	uvm_page_array_advance(struct uvm_page_array *);
int	uvm_page_array_fill(struct uvm_page_array *, voff_t, unsigned int);
struct vm_page *uvm_page_array_fill_and_peek(struct uvm_page_array *,
	    voff_t, unsigned int);
#endif

#endif /* !_UVM_UVM_PAGE_ARRAY_H_ */
