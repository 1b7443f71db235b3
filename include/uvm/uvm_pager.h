/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How an object gets and puts its pages.
 */

#ifndef _UVM_UVM_PAGER_H_
#define	_UVM_UVM_PAGER_H_

#include <sys/types.h>
#include <uvm/uvm_param.h>
#include <uvm/uvm_prot.h>

struct uvm_faultinfo;
struct uvm_object;
struct vm_page;

struct uvm_pagerops {
	void	(*pgo_init)(void);
	void	(*pgo_reference)(struct uvm_object *);
	void	(*pgo_detach)(struct uvm_object *);
	int	(*pgo_fault)(struct uvm_faultinfo *, vaddr_t,
		    struct vm_page **, int, int, vm_prot_t, int);
	/* Called with vmobjlock write-held; the pager releases it. */
	int	(*pgo_get)(struct uvm_object *, voff_t, struct vm_page **,
		    int *, int, vm_prot_t, int, int);
	int	(*pgo_put)(struct uvm_object *, voff_t, voff_t, int);
	void	(*pgo_markdirty)(struct uvm_object *);
};

/* Flags of pgo_get and pgo_put. */
#define	PGO_CLEANIT		0x001	/* write dirty pages */
#define	PGO_SYNCIO		0x002	/* and wait for it */
#define	PGO_DEACTIVATE		0x004
#define	PGO_FREE		0x008	/* free the pages */
#define	PGO_ALLPAGES		0x010	/* the whole object */
#define	PGO_JOURNALLOCKED	0x020
#define	PGO_LOCKED		0x040	/* get: only what is resident */
#define	PGO_BUSYFAIL		0x080	/* put: EDEADLK if a page is busy */
#define	PGO_NOBUSY		0x100	/* get: do not mark the pages busy */
#define	PGO_OVERWRITE		0x200	/* will be overwritten whole */
#define	PGO_PASTEOF		0x400	/* allow pages past the end */
#define	PGO_NOBLOCKALLOC	0x800	/* blocks are allocated already */
#define	PGO_NOTIMESTAMP		0x1000	/* do not mark as accessed */
#define	PGO_RECLAIM		0x2000	/* the object goes away */
#define	PGO_GLOCKHELD		0x4000	/* genfs_node lock is held */
#define	PGO_LAZY		0x8000	/* MNT_LAZY, FSYNC_LAZY */
#define	PGO_NOCACHE		0x10000	/* do not keep them */

/* In an array of pages: not wanted. */
#define	PGO_DONTCARE	((struct vm_page *)-1L)

#ifdef _KERNEL

/* Flags of uvm_pagermapin(). */
#define	UVMPAGER_MAPIN_WAITOK	0x01
#define	UVMPAGER_MAPIN_READ	0x02	/* the device writes to it */
#define	UVMPAGER_MAPIN_WRITE	0x00	/* the device reads it */

#define	PAGER_MAP_DEFAULT_SIZE	(16 * 1024 * 1024)

void	uvm_pager_init(void);
struct vm_page *uvm_pageratop(vaddr_t);
vaddr_t	uvm_pagermapin(struct vm_page **, int, int);
void	uvm_pagermapout(vaddr_t, int);

#endif /* _KERNEL */

#endif /* !_UVM_UVM_PAGER_H_ */
