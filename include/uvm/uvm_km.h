/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel memory in pages, and the account of all memory: RUMP_MEMLIMIT,
 * and the hooks that give memory back when the limit is near.
 */

#ifndef _UVM_UVM_KM_H_
#define	_UVM_UVM_KM_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <uvm/uvm_param.h>
#include <uvm/uvm_extern.h>

typedef unsigned int	uvm_flag_t;

/*
 * Allocates size bytes in whole pages; align is a power of two or 0.
 * Returns 0 without memory if flags allow failing.  map is kernel_map.
 */
vaddr_t	uvm_km_alloc(struct vm_map *, vsize_t, vsize_t, uvm_flag_t);
void	uvm_km_free(struct vm_map *, vaddr_t, vsize_t, uvm_flag_t);
struct vm_map *uvm_km_suballoc(struct vm_map *, vaddr_t *, vaddr_t *,
	    vsize_t, int, bool, struct vm_map *);
bool	uvm_km_va_starved_p(void);

/*
 * The account.  rump_mem_charge() takes len bytes from the limit; at the
 * limit it runs the drain hooks, then fails with false, or if sleep is set
 * waits until memory comes back.  Every allocator of the kernel charges.
 */
bool	rump_mem_charge(size_t len, bool sleep);
void	rump_mem_uncharge(size_t len);
uint64_t rump_mem_limit(void);		/* bytes, UINT64_MAX: none */
uint64_t rump_mem_used(void);
void	rump_mem_init(void);

/*
 * A hook that gives back unused memory; it may lock but not sleep for
 * memory.  Lower priorities run first.  It returns true if it freed some.
 */
struct rump_drain {
	const char	*rd_name;
	int		rd_prio;
	bool		(*rd_func)(void *);
	void		*rd_arg;
	TAILQ_ENTRY(rump_drain) rd_entry;
};
#define	RUMP_DRAIN_POOL		10	/* constructed and empty objects */
#define	RUMP_DRAIN_NAMECACHE	20
#define	RUMP_DRAIN_BUF		30
#define	RUMP_DRAIN_PAGE		40
#define	RUMP_DRAIN_VNODE	50	/* from here on only when no lock is held */
void	rump_drain_register(struct rump_drain *);
bool	rump_drain_run(void);
void	rump_drain_all(void);

#endif /* !_UVM_UVM_KM_H_ */
