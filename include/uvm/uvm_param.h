/* SPDX-License-Identifier: BSD-2-Clause */

/* Parameters of virtual memory: pages and the arguments of vm sysctls. */

#ifndef _UVM_UVM_PARAM_H_
#define	_UVM_UVM_PARAM_H_

#include <sys/types.h>

#include <machine/vmparam.h>

#define	MIN_PAGE_SIZE	PAGE_SIZE
#define	MAX_PAGE_SIZE	PAGE_SIZE

#define	VM_METER	1
#define	VM_LOADAVG	2
#define	VM_UVMEXP	3
#define	VM_NKMEMPAGES	4
#define	VM_UVMEXP2	5
#define	VM_ANONMIN	6
#define	VM_EXECMIN	7
#define	VM_FILEMIN	8
#define	VM_MAXSLP	9
#define	VM_USPACE	10
#define	VM_ANONMAX	11
#define	VM_EXECMAX	12
#define	VM_FILEMAX	13
#define	VM_MINADDRESS	14
#define	VM_MAXADDRESS	15
#define	VM_PROC		16
#define	VM_GUARD_SIZE	17
#define	VM_THREAD_GUARD_SIZE	18

#define	atop(x)	(((paddr_t)(x)) >> PAGE_SHIFT)
#define	ptoa(x)	(((paddr_t)(x)) << PAGE_SHIFT)

typedef off_t		voff_t;
typedef off_t		pgoff_t;
typedef int		vm_prot_t;
typedef int		vm_inherit_t;
typedef struct vm_map	*vm_map_t;

#ifndef round_page
#define	round_page(x)	(((x) + PAGE_MASK) & ~(PAGE_MASK + 0UL))
#define	trunc_page(x)	((x) & ~(PAGE_MASK + 0UL))
#endif

#endif /* !_UVM_UVM_PARAM_H_ */
