/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Scheduling classes, priorities, and giving way.
 */

#ifndef _SYS_SCHED_H_
#define	_SYS_SCHED_H_

#include <sys/featuretest.h>
#include <sys/types.h>

struct sched_param {
	int	sched_priority;
};
#define	SCHED_NONE	-1
#define	SCHED_OTHER	0
#define	SCHED_FIFO	1
#define	SCHED_RR	2

#ifdef _KERNEL
#include <sys/time.h>

/* What the scheduler of each CPU shows. */
struct schedstate_percpu {
	volatile int	spc_flags;
	struct bintime	spc_runtime;
	uint64_t	spc_nswitch;
};
#define	SPCF_OFFLINE	0x0004

void	yield(void);
void	preempt(void);
bool	preempt_needed(void);
void	preempt_point(void);
bool	kpreempt_disabled(void);
void	kpreempt_disable(void);
void	kpreempt_enable(void);
#endif

#endif /* !_SYS_SCHED_H_ */
