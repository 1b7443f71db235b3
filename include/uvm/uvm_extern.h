/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the rest of the kernel sees of virtual memory.  There are no user
 * mappings here: pages exist to cache files, see ubc(9), and to hold
 * anonymous objects.  See uvm(9).
 */

#ifndef _UVM_UVM_EXTERN_H_
#define	_UVM_UVM_EXTERN_H_

#include <sys/types.h>

/* Protections, inheritance and advice of mappings. */
#define	UVM_PROT_MASK	0x07
#define	UVM_PROT_NONE	0x00
#define	UVM_PROT_ALL	0x07
#define	UVM_PROT_READ	0x01
#define	UVM_PROT_WRITE	0x02
#define	UVM_PROT_EXEC	0x04
#define	UVM_PROT_R	0x01
#define	UVM_PROT_W	0x02
#define	UVM_PROT_RW	0x03
#define	UVM_PROT_X	0x04
#define	UVM_PROT_RX	0x05
#define	UVM_PROT_WX	0x06
#define	UVM_PROT_RWX	0x07

#define	UVM_INH_MASK	0x30
#define	UVM_INH_SHARE	0x00
#define	UVM_INH_COPY	0x10
#define	UVM_INH_NONE	0x20
#define	UVM_INH_DONATE	0x30

#define	UVM_ADV_NORMAL	0x0
#define	UVM_ADV_RANDOM	0x1
#define	UVM_ADV_SEQUENTIAL 0x2
#define	UVM_ADV_WILLNEED 0x3
#define	UVM_ADV_DONTNEED 0x4
#define	UVM_ADV_NOREUSE	0x5
#define	UVM_ADV_MASK	0x7

#define	UVM_FLAG_FIXED		0x00010000
#define	UVM_FLAG_OVERLAY	0x00020000
#define	UVM_FLAG_NOMERGE	0x00040000
#define	UVM_FLAG_COPYONW	0x00080000
#define	UVM_FLAG_AMAPPAD	0x00100000
#define	UVM_FLAG_TRYLOCK	0x00200000
#define	UVM_FLAG_NOWAIT		0x00400000
#define	UVM_FLAG_WAITVA		0x00800000
#define	UVM_FLAG_VAONLY		0x02000000
#define	UVM_FLAG_COLORMATCH	0x04000000
#define	UVM_FLAG_UNMAP		0x08000000

#define	UVM_PROTECTION(X)	((X) & UVM_PROT_MASK)
#define	UVM_INHERIT(X)		(((X) & UVM_INH_MASK) >> 4)
#define	UVM_MAXPROTECTION(X)	(((X) >> 8) & UVM_PROT_MASK)
#define	UVM_ADVICE(X)		(((X) >> 12) & UVM_ADV_MASK)
#define	UVM_MAPFLAG(PROT, MAXPROT, INH, ADVICE, FLAGS) \
	(((MAXPROT) << 8) | (PROT) | (INH) | ((ADVICE) << 12) | (FLAGS))

#define	UVM_UNKNOWN_OFFSET	((voff_t)-1)

/* Flags of uvm_km_alloc() and uvm_km_free(). */
#define	UVM_KMF_WIRED		0x1
#define	UVM_KMF_PAGEABLE	0x2
#define	UVM_KMF_VAONLY		0x4
#define	UVM_KMF_TYPEMASK	(UVM_KMF_VAONLY | UVM_KMF_PAGEABLE | UVM_KMF_WIRED)
#define	UVM_KMF_CANFAIL		0x8
#define	UVM_KMF_ZERO		0x10
#define	UVM_KMF_EXEC		0x20
#define	UVM_KMF_TRYLOCK		UVM_FLAG_TRYLOCK
#define	UVM_KMF_NOWAIT		UVM_FLAG_NOWAIT
#define	UVM_KMF_WAITVA		UVM_FLAG_WAITVA
#define	UVM_KMF_COLORMATCH	UVM_FLAG_COLORMATCH

/* Flags of uvm_pagealloc(). */
#define	UVM_PGA_STRAT_NORMAL	0
#define	UVM_PGA_STRAT_ONLY	1
#define	UVM_PGA_STRAT_FALLBACK	2
#define	UVM_PGA_STRAT_NUMA	3
#define	UVM_PGA_USERESERVE	0x0001	/* ignore the memory limit */
#define	UVM_PGA_ZERO		0x0002	/* zero it */

/* Flags of ubc_uiomove(). */
#define	UBC_READ	0x001
#define	UBC_WRITE	0x002
#define	UBC_FAULTBUSY	0x004		/* the caller extends the file */
#define	UBC_ISMAPPED	0x008
#define	UBC_UNMAP	0x010
#define	UBC_PARTIALOK	0x100		/* otherwise zero what failed */

/* Flags of uvn_findpages(). */
#define	UFP_ALL		0x00
#define	UFP_NOWAIT	0x01
#define	UFP_NOALLOC	0x02
#define	UFP_NOCACHE	0x04
#define	UFP_NORDONLY	0x08
#define	UFP_DIRTYONLY	0x10
#define	UFP_BACKWARD	0x20
#define	UFP_NOBUSY	0x40

#define	UBC_MAX_PAGES	8

typedef unsigned int uvm_flag_t;

struct buf;
struct kauth_cred;
struct mount;
struct pglist;
struct proc;
struct uio;
struct uvm_object;
struct uvm_page_array;
struct uvm_pagerops;
struct vm_anon;
struct vm_map;
struct vm_page;
struct vmspace;
struct vnode;
struct work;

/* Counters; those that mean something here move. */
struct uvmexp {
	int	pagesize;
	int	pagemask;
	int	pageshift;
	int	npages;			/* pages the memory limit allows */
	int	free;
	int	paging;			/* being written to be freed */
	int	wired;
	int	ncolors;
	int	colormask;
	int	zeropages;
	int	reserve_pagedaemon;
	int	reserve_kernel;
	unsigned anonpages;
	unsigned filepages;
	unsigned execpages;
	int	freemin;
	int	freetarg;
	int	wiredmax;
	int	nswapdev;
	int	swpages;
	int	swpgavail;
	int	swpginuse;
	int	swpgonly;
	int	nswget;
	int	faults;
	int	traps;
	int	intrs;
	int	swtch;
	int	softs;
	int	syscalls;
	int	pageins;
	int	pgswapin;
	int	pgswapout;
	int	forks;
	int	forks_ppwait;
	int	forks_sharevm;
	int	pga_zerohit;
	int	pga_zeromiss;
	int	pdwoke;
	int	pdrevs;
	int	pdfreed;
	int	pdscans;
	int	pdanscan;
	int	pdobscan;
	int	pdreact;
	int	pdbusy;
	int	pdpageouts;
	int	pdpending;
	int	pddeact;
	int	bootpages;
};

#ifdef _KERNEL
extern struct uvmexp uvmexp;
extern struct vm_map *kernel_map;
extern struct vm_map *phys_map;
#endif

#include <sys/vmmeter.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/rwlock.h>
#ifdef _KERNEL
#include <sys/vmem.h>
#endif
#include <uvm/uvm_param.h>
#include <uvm/uvm_prot.h>
#include <uvm/uvm_pmap.h>
#include <uvm/uvm_pager.h>
#ifdef _KERNEL
#include <uvm/uvm_map.h>
#include <uvm/uvm_km.h>
#endif

#define	UBC_VNODE_FLAGS(vp) \
    (((vp)->v_vflag & VV_MAPPED) != 0 ? UBC_ISMAPPED : 0)

#ifdef _KERNEL

/* uvm_aobj.c */
struct uvm_object *uao_create(voff_t, int);
void	uao_detach(struct uvm_object *);
void	uao_reference(struct uvm_object *);

/* uvm_bio.c */
void	ubc_init(void);
int	ubc_uiomove(struct uvm_object *, struct uio *, vsize_t, int, int);
void	ubc_zerorange(struct uvm_object *, off_t, size_t, int);
void	ubc_purge(struct uvm_object *);

/* uvm_object.c */
void	uvm_obj_init(struct uvm_object *, const struct uvm_pagerops *, bool,
	    u_int);
void	uvm_obj_setlock(struct uvm_object *, krwlock_t *);
void	uvm_obj_destroy(struct uvm_object *, bool);
int	uvm_obj_wirepages(struct uvm_object *, off_t, off_t, struct pglist *);
void	uvm_obj_unwirepages(struct uvm_object *, off_t, off_t);
bool	uvm_obj_clean_p(struct uvm_object *);
bool	uvm_obj_nowriteback_p(struct uvm_object *);
bool	uvm_obj_page_dirty_p(struct vm_page *);

/* uvm_page.c */
int	uvm_availmem(bool);
int	uvm_free(void);
struct vm_page *uvm_pagealloc_strat(struct uvm_object *, voff_t,
	    struct vm_anon *, int, int, int);
#define	uvm_pagealloc(obj, off, anon, flags)				\
	uvm_pagealloc_strat((obj), (off), (anon), (flags),		\
	    UVM_PGA_STRAT_NORMAL, 0)
void	uvm_pagereplace(struct vm_page *, struct vm_page *);
int	uvm_pagerealloc(struct vm_page *, struct uvm_object *, voff_t);

/*
 * uvm_pglist.c: pages by their address, for who hands them to a device.
 *
 * uvm_pglistalloc() puts howmany(size, PAGE_SIZE) pages between low and high
 * (the last byte) on *rlist, by pageq.queue, in at most nsegs runs, each
 * aligned and inside of its boundary (0: none).  phys_addr is what the device
 * sees; the kernel has no view of them.  ENOMEM; EINVAL for an alignment or a
 * boundary that is no power of 2.  uvm_pglistfree() empties a list, which may
 * hold pages of several calls.
 */
int	uvm_pglistalloc(psize_t size, paddr_t low, paddr_t high, paddr_t alignment,
	    paddr_t boundary, struct pglist *rlist, int nsegs, int waitok);
void	uvm_pglistfree(struct pglist *);

/* uvm_pager.c */
void	uvm_aio_aiodone(struct buf *);
void	uvm_aio_aiodone_pages(struct vm_page **, int, bool, int);

/* uvm_vnode.c */
void	uvm_vnp_setsize(struct vnode *, voff_t);
void	uvm_vnp_setwritesize(struct vnode *, voff_t);
void	uvm_vnp_zerorange(struct vnode *, off_t, size_t);
int	uvn_findpages(struct uvm_object *, voff_t, unsigned int *,
	    struct vm_page **, struct uvm_page_array *, unsigned int);
bool	uvn_text_p(struct uvm_object *);
bool	uvn_needs_writefault_p(struct uvm_object *);

#endif /* _KERNEL */

#endif /* !_UVM_UVM_EXTERN_H_ */
