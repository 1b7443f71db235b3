/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files of the kernel's library: memory, messages, copies.
 */

#ifndef _KERN_KERN_LIB_H_
#define	_KERN_KERN_LIB_H_

#include <sys/param.h>
#include <sys/cpu.h>
#include <sys/lwp.h>
#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

/* Most virtual CPUs that caches are kept for. */
#define	KLIB_MAXCPU	32

/*
 * Set when threads switch in hypercalls only (fibers): code without one
 * needs no lock and no atomic instruction, and one cache serves all CPUs.
 */
extern bool klib_solo;

/* Index of the CPU we run on; 0 before there are any. */
static inline unsigned
klib_cpu(void)
{
	const struct lwp *l;

	if (klib_solo)
		return 0;
	l = curlwp;
	return l == NULL || l->l_cpu == NULL ? 0 : cpu_index(l->l_cpu);
}

/* Counters: the value after adding. */
static inline uint64_t
klib_add64(volatile uint64_t *p, int64_t n)
{

	if (klib_solo)
		return *p += (uint64_t)n;
	return __atomic_add_fetch(p, (uint64_t)n, __ATOMIC_SEQ_CST);
}

static inline unsigned
klib_add(volatile unsigned *p, int n)
{

	if (klib_solo)
		return *p += (unsigned)n;
	return __atomic_add_fetch(p, (unsigned)n, __ATOMIC_SEQ_CST);
}

/*
 * Memory from the host, charged to RUMP_MEMLIMIT.  With wait the call does
 * not fail; it panics for what can never be had.
 */
void	*mem_host_alloc(size_t, size_t align, bool wait);
void	mem_host_free(void *, size_t);
/* The same as one red-zoned object. */
void	*mem_obj_alloc(size_t, size_t align, enum rumpuser_objkind,
	    const char *, bool wait);
void	mem_obj_free(void *, size_t, enum rumpuser_objkind);

/* size rounded to pages; what can't be rounded is too large for anybody. */
static inline size_t
mem_pages(size_t size)
{

	return size > SIZE_MAX - PAGE_SIZE ? SIZE_MAX : round_page(size);
}

/* Whether an allocation that may fail shall fail now. */
bool	mem_fault(void);

/*
 * An address space: of the kernel, of the host program, or of a remote
 * client, which the hypercall layer knows by vm_remote.
 */
struct vmspace {
	void	*vm_remote;
	int	 vm_refcnt;
};
extern struct vmspace rump_vmspace_local;

#endif /* !_KERN_KERN_LIB_H_ */
