/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtual CPUs: cpu_info, curcpu(), curlwp.
 */

#ifndef _MACHINE_CPU_H_
#define	_MACHINE_CPU_H_

#ifdef _KERNEL
#include <sys/types.h>
#include <sys/cpu_data.h>
#include <machine/intr.h>
#include <machine/cpufunc.h>

struct lwp;

/*
 * One virtual CPU.  Fields are NetBSD's and the scheduler's.
 */
struct cpu_info {
	struct cpu_data	ci_data;	/* must be first */
	cpuid_t		ci_cpuid;
	struct lwp	*ci_curlwp;	/* who runs here, or did last */
	struct lwp	*ci_onproc;
	int		ci_want_resched;
	int		ci_mtx_count;
	int		ci_mtx_oldspl;
	volatile unsigned ci_idepth;
	int		ci_ilevel;
	device_t	ci_dev;
	char		ci_name[16];
	volatile unsigned char ci_busy;	/* an lwp has it; scheduler.c */
	struct lwp	*ci_implicit;	/* idle lwp for host threads */
} __aligned(64);

extern struct cpu_info cpu_info_list[];
extern int ncpu, ncpuonline;

/* The calling lwp, NULL on a host thread outside of the kernel. */
struct cpu_info *rump_curcpu(void);
struct lwp *rumpuser_curlwp(void);
extern struct lwp *rumpuser_lwp;	/* on fibers */
extern bool klib_solo;			/* we are on fibers */

static __inline struct lwp *
rump_curlwp(void)
{

	return klib_solo ? rumpuser_lwp : rumpuser_curlwp();
}
#define	curlwp		rump_curlwp()
#define	curcpu()	rump_curcpu()
#define	cpu_number()	cpu_index(curcpu())

#define	CPU_INFO_ITERATOR		int
#define	CPU_INFO_FOREACH(cii, ci)					\
	(cii) = 0, (ci) = &cpu_info_list[0];				\
	(cii) < ncpu;							\
	(cii)++, (ci) = &cpu_info_list[(cii)]
#define	CPU_IS_PRIMARY(ci)	((ci) == &cpu_info_list[0])

#define	cpu_relax()		x86_pause()
#define	cpu_idle()		((void)0)
#define	cpu_need_resched(ci, l, f)	((void)0)
#define	cpu_need_proftick(l)	((void)0)
#define	cpu_signotify(l)	((void)0)
#define	cpu_proc_fork(p1, p2)	((void)0)

extern char cpu_model[];
#endif /* _KERNEL */

/* Nodes of machdep in sysctl. */
#define	CPU_CONSDEV	1
#define	CPU_DISKINFO	6

#endif /* !_MACHINE_CPU_H_ */
