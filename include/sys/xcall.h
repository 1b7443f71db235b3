/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * xcall(9): calls on other CPUs.
 */

#ifndef _SYS_XCALL_H_
#define	_SYS_XCALL_H_

#include <sys/types.h>

#ifdef _KERNEL
struct cpu_info;
typedef void (*xcfunc_t)(void *, void *);

#define	XC_HIGHPRI		0x01
#define	XC_IPL_MASK		0xff00
#define	XC_HIGHPRI_IPL(ipl)	(XC_HIGHPRI | ((ipl) << 8))

uint64_t xc_broadcast(u_int, xcfunc_t, void *, void *);
uint64_t xc_unicast(u_int, xcfunc_t, void *, void *, struct cpu_info *);
void	xc_wait(uint64_t);
void	xc_barrier(u_int);
unsigned int xc_encode_ipl(int);
#endif

#endif /* !_SYS_XCALL_H_ */
