/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * workqueue(9): deferred work in threads.
 */

#ifndef _SYS_WORKQUEUE_H_
#define	_SYS_WORKQUEUE_H_

#include <sys/types.h>

#ifdef _KERNEL
struct cpu_info;
struct workqueue;

struct work {
	void	*wk_dummy[2];
};

#define	WQ_MPSAFE	0x01
#define	WQ_PERCPU	0x02
#define	WQ_FPU		0x04

int	workqueue_create(struct workqueue **, const char *,
	    void (*)(struct work *, void *), void *, pri_t, int, int);
void	workqueue_destroy(struct workqueue *);
void	workqueue_wait(struct workqueue *, struct work *);
void	workqueue_enqueue(struct workqueue *, struct work *,
	    struct cpu_info *);
#endif

#endif /* !_SYS_WORKQUEUE_H_ */
