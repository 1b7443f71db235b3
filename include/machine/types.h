/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Machine types of amd64, and what this machine provides (__HAVE_*).
 */

#ifndef _MACHINE_TYPES_H_
#define	_MACHINE_TYPES_H_

#include <sys/cdefs.h>
#include <sys/featuretest.h>

typedef __INT64_TYPE__	register_t;
typedef __INT32_TYPE__	register32_t;
typedef __INT64_TYPE__	__register_t;
typedef __INT32_TYPE__	__register32_t;
typedef unsigned char	__cpu_simple_lock_nv_t;

typedef unsigned long	paddr_t;
typedef unsigned long	psize_t;
typedef unsigned long	vaddr_t;
typedef unsigned long	vsize_t;
typedef unsigned long	pmsize_t;
typedef unsigned long	pmaddr_t;
typedef unsigned int	tlb_asid_t;
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

typedef struct label_t {
	long	val[8];
} label_t;

#define	__SIMPLELOCK_LOCKED	1
#define	__SIMPLELOCK_UNLOCKED	0

#define	__HAVE_CPU_COUNTER
#define	__HAVE_ATOMIC64_LOADSTORE
#define	__HAVE_ATOMIC_OPERATIONS
#define	__HAVE_ATOMIC64_OPS
#define	__HAVE_TIMECOUNTER
#define	__HAVE_MINIMAL_EMUL
#define	__HAVE_NEW_STYLE_BUS_H
#define	__HAVE_CPU_DATA_FIRST
#define	__HAVE_MEMBAR_OPS

#endif /* !_MACHINE_TYPES_H_ */
