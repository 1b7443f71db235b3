/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The machine-independent part of a cpu_info.
 */

#ifndef _SYS_CPU_DATA_H_
#define	_SYS_CPU_DATA_H_

#include <sys/types.h>
#include <sys/sched.h>

#ifdef _KERNEL
struct lwp;

struct cpu_data {
	struct schedstate_percpu cpu_schedstate;
	u_int		cpu_index;
	u_int		cpu_biglock_count;
	volatile u_int	cpu_psz_read_depth;
	u_int		cpu_nintr;
	uint64_t	cpu_nsyscall;
	uint64_t	cpu_nsoft;
	uint64_t	cpu_ntrap;
	void		*cpu_softcpu;
	char		cpu_name[8];
};

#define	ci_schedstate		ci_data.cpu_schedstate
#define	ci_index		ci_data.cpu_index
#define	ci_biglock_count	ci_data.cpu_biglock_count
#define	ci_psz_read_depth	ci_data.cpu_psz_read_depth
#define	cpu_index(ci)		((ci)->ci_index)
#define	cpu_name(ci)		((ci)->ci_data.cpu_name)
#endif

#endif /* !_SYS_CPU_DATA_H_ */
