/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * One page of an object, and its bytes.
 */

#ifndef _UVM_UVM_PAGE_H_
#define	_UVM_UVM_PAGE_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/rbtree.h>
#include <sys/mutex.h>

#include <uvm/uvm_extern.h>
#include <uvm/uvm_pglist.h>

/*
 * Locks: "o" the object's vmobjlock, "p" the page queue lock of uvm_page.c.
 */
struct vm_page {
	union {
		TAILQ_ENTRY(vm_page) queue;
		LIST_ENTRY(vm_page) list;
	} pageq;			/* o: for whoever collects pages */
	TAILQ_ENTRY(vm_page) pdqueue;	/* p: least recently used first */
	rb_node_t	rb_node;	/* o: uobject's tree */
	uint32_t	pqflags;	/* p: PQ_* */
	uint32_t	flags;		/* o: PG_* */
	uint32_t	loan_count;
	uint32_t	wire_count;	/* o: may not be reclaimed */
	paddr_t		phys_addr;	/* its bytes */
	struct vm_anon	*uanon;
	struct uvm_object *uobject;	/* o */
	voff_t		offset;		/* o: in uobject */
	uint16_t	waiters;	/* o: somebody waits for !PG_BUSY */
};

/* flags */
#define	PG_CLEAN	0x00000001	/* known clean */
#define	PG_DIRTY	0x00000002	/* known dirty */
#define	PG_BUSY		0x00000004	/* owned by somebody */
#define	PG_PAGEOUT	0x00000010	/* being written to be freed */
#define	PG_RELEASED	0x00000020	/* free it when not busy */
#define	PG_FAKE		0x00000040	/* holds nothing yet */
#define	PG_RDONLY	0x00000080	/* has no block: ask before writing */
#define	PG_TABLED	0x00000200	/* in the object's tree */
#define	PG_AOBJ		0x00000400	/* anonymous object's */
#define	PG_ANON		0x00000800
#define	PG_FILE		0x00001000	/* vnode's */
#define	PG_READAHEAD	0x00002000
#define	PG_FREE		0x00004000
#define	PG_MARKER	0x00008000
#define	PG_PAGER1	0x00010000	/* for the pager's use */
#define	PG_PGLCA	0x00020000
#define	PG_TAIL		0x00040000	/* an unfinished write ended in it */

#define	PG_STAT		(PG_ANON | PG_AOBJ | PG_FILE)
#define	PG_SWAPBACKED	(PG_ANON | PG_AOBJ)

/* Answers of uvm_pagegetdirty(). */
#define	UVM_PAGE_STATUS_DIRTY	0
#define	UVM_PAGE_STATUS_UNKNOWN	1
#define	UVM_PAGE_STATUS_CLEAN	2
#define	UVM_PAGE_NUM_STATUS	3

#ifdef _KERNEL

/* Where the bytes of pg are. */
#define	VM_PAGE_TO_PHYS(pg)	((pg)->phys_addr)
#define	uvm_vm_page_to_phys(pg)	((pg)->phys_addr)
#define	uvm_page_va(pg)		((uint8_t *)(uintptr_t)(pg)->phys_addr)

void	uvm_page_init(void);
void	uvm_pageactivate(struct vm_page *);
void	uvm_pagedeactivate(struct vm_page *);
void	uvm_pagedequeue(struct vm_page *);
void	uvm_pageenqueue(struct vm_page *);
void	uvm_pagelock(struct vm_page *);
void	uvm_pageunlock(struct vm_page *);
void	uvm_pagelock2(struct vm_page *, struct vm_page *);
void	uvm_pageunlock2(struct vm_page *, struct vm_page *);
void	uvm_pagecopy(struct vm_page *, struct vm_page *);
void	uvm_pagezero(struct vm_page *);
void	uvm_pagefree(struct vm_page *);
void	uvm_page_unbusy(struct vm_page **, int);
struct vm_page *uvm_pagelookup(struct uvm_object *, voff_t);
void	uvm_pagewire(struct vm_page *);
void	uvm_pageunwire(struct vm_page *);
void	uvm_pagewait(struct vm_page *, krwlock_t *, const char *);
void	uvm_pagewakeup(struct vm_page *);
bool	uvm_pagewanted_p(struct vm_page *);
void	uvm_pagemarkdirty(struct vm_page *, unsigned int);
unsigned int uvm_pagegetdirty(struct vm_page *);
bool	uvm_pagecheckdirty(struct vm_page *, bool);
bool	uvm_pagereadonly_p(struct vm_page *);

#endif /* _KERNEL */

#endif /* !_UVM_UVM_PAGE_H_ */
