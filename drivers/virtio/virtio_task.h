/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Work that a virtio driver cannot do in an interrupt: one thread for all of
 * them, made at boot.
 */

#ifndef _VIRTIO_TASK_H_
#define	_VIRTIO_TASK_H_

#include <sys/types.h>
#include <sys/workqueue.h>

struct virtio_task {
	struct work	vt_work;
	void		(*vt_func)(void *);
	void		*vt_arg;
	volatile u_int	vt_pending;	/* queued and not begun */
};

void	virtio_task_init(struct virtio_task *, void (*)(void *), void *);
/* Runs the function soon, once for any number of calls meanwhile.  Any context. */
void	virtio_task_schedule(struct virtio_task *);
/*
 * Returns when the function does not run and will not, unless it is scheduled
 * again.  Sleeps.  Accepts a zeroed one.
 */
void	virtio_task_drain(struct virtio_task *);

#endif /* !_VIRTIO_TASK_H_ */
