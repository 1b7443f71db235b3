/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * CPUs.
 */

#ifndef _SYS_CPU_H_
#define	_SYS_CPU_H_

#include <sys/types.h>

#ifdef _KERNEL
#include <machine/cpu.h>
#include <sys/lwp.h>

struct cpu_info *cpu_lookup(u_int);
bool	cpu_intr_p(void);
bool	cpu_softintr_p(void);
bool	curcpu_stable(void);
int	cpu_setmodel(const char *, ...) __printflike(1, 2);
const char *cpu_getmodel(void);
extern kmutex_t cpu_lock;
extern u_int maxcpus;
#endif

/* States that CPU time is counted in. */
#define	CP_USER		0
#define	CP_NICE		1
#define	CP_SYS		2
#define	CP_INTR		3
#define	CP_IDLE		4
#define	CPUSTATES	5

#endif /* !_SYS_CPU_H_ */
