/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The thread of virtio drivers: see virtio_task.h.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/intr.h>
#include <sys/workqueue.h>

#include <rump-sys/kern.h>

#include "virtio_task.h"

static struct workqueue *virtio_wq;

static void
virtio_task_run(struct work *wk, void *arg)
{
	struct virtio_task *vt = container_of(wk, struct virtio_task, vt_work);

	/* Scheduled from now on means once more. */
	atomic_store_release(&vt->vt_pending, 0);
	(*vt->vt_func)(vt->vt_arg);
}

void
virtio_task_init(struct virtio_task *vt, void (*func)(void *), void *arg)
{

	vt->vt_func = func;
	vt->vt_arg = arg;
	vt->vt_pending = 0;
}

void
virtio_task_schedule(struct virtio_task *vt)
{

	if (atomic_cas_uint(&vt->vt_pending, 0, 1) == 0)
		workqueue_enqueue(virtio_wq, &vt->vt_work, NULL);
}

void
virtio_task_drain(struct virtio_task *vt)
{

	if (vt->vt_func != NULL)
		workqueue_wait(virtio_wq, &vt->vt_work);
}

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (workqueue_create(&virtio_wq, "virtio", virtio_task_run, NULL,
	    PRI_NONE, IPL_VM, WQ_MPSAFE) != 0)
		panic("virtio: no thread");
}
