/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpuser_component(3): what the host half of a component (rumpcomp_*)
 * may call.  Kernel code never includes this.
 */

#ifndef _RUMP_RUMPUSER_COMPONENT_H_
#define _RUMP_RUMPUSER_COMPONENT_H_

#ifdef __cplusplus
extern "C" {
#endif

struct lwp;

/*
 * Give the virtual CPU up before a host call that may block, and take it
 * back after; the cookie goes from one to the other.
 */
void	*rumpuser_component_unschedule(void);
void	rumpuser_component_schedule(void *);

/* Gives the calling host thread an lwp of the kernel's process, so that it
 * can enter the kernel; kthread_release ends that. */
void	rumpuser_component_kthread(void);
void	rumpuser_component_kthread_release(void);

/* The calling thread's lwp; and to run as another one from now. */
struct lwp *rumpuser_component_curlwp(void);
void	rumpuser_component_switchlwp(struct lwp *);

/* NetBSD's errno for one of the host. */
int	rumpuser_component_errtrans(int);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_COMPONENT_H_ */
