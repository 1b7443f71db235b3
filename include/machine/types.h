/* SPDX-License-Identifier: BSD-2-Clause */

/* amd64: types of addresses, sizes and registers. */

#ifndef _MACHINE_TYPES_H_
#define	_MACHINE_TYPES_H_

#include <sys/cdefs.h>
#include <sys/stdint.h>

typedef long		register_t;
typedef int		register32_t;
typedef long		__register_t;

typedef unsigned long	paddr_t;
typedef unsigned long	psize_t;
typedef unsigned long	vaddr_t;
typedef unsigned long	vsize_t;
typedef int		pmc_evid_t;
typedef uint64_t	pmc_ctr_t;
typedef struct label_t {
	register_t	val[8];
} label_t;

#define	PRIxPADDR	"lx"
#define	PRIxPSIZE	"lx"
#define	PRIuPSIZE	"lu"
#define	PRIxVADDR	"lx"
#define	PRIxVSIZE	"lx"
#define	PRIuVSIZE	"lu"
#define	PRIxREGISTER	"lx"
#define	PRIdREGISTER	"ld"
#define	PRIuREGISTER	"lu"
#define	PRIxREGISTER32	"x"

typedef unsigned char	__cpu_simple_lock_nv_t;
#define	__SIMPLELOCK_LOCKED	1
#define	__SIMPLELOCK_UNLOCKED	0

#define	__HAVE_DEVICE_REGISTER
#define	__HAVE_CPU_COUNTER
#define	__HAVE_CPU_DATA_FIRST
#define	__HAVE_ATOMIC64_LOADSTORE
#define	__HAVE_ATOMIC64_OPS
#define	__HAVE_ATOMIC_AS_MEMBAR
#define	__HAVE_FAST_SOFTINTS
#define	__HAVE_MD_CPU_OFFLINE

#endif /* !_MACHINE_TYPES_H_ */
