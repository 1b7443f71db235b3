/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio balloon that may lie, under viomb(4).
 *
 * Input: a device with its choices, operations, and what the hostile layer
 * changes (harness/devops.h, harness/devops_virtio.h).  Own bytes of the
 * header: le16 pages that the balloon is to hold at first (below 1024).  An event is
 * another number of pages.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver (no page given up twice,
 * none taken back that was not); DMA through two views; a bound on steps.
 * Blind: to a shortage of memory.
 */

#include "devops_virtio.h"

static int
create(struct devops *d)
{
	struct virtiom_params vp;

	devops_virtio_params(d, &vp);
	return devops_virtio_attach(d, &vp, virtiom_balloon_create(&vp,
	    input_u16(&d->dv_knobs) % 1024));
}

static void
event(struct devops *d, const struct devop *op)
{

	virtiom_balloon_target(d->dv_model, op->flags & 0x80 ? op->off : op->off % 1024);
}

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_hints = &devops_virtio_hints, .dd_create = create,
	.dd_unplug = devops_virtio_unplug, .dd_plug = devops_virtio_plug, .dd_event = event,
	.dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_viomb, dev);
