/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio entropy device that may lie, under viornd(4).
 *
 * Input: a device with its choices, operations, and what the hostile layer
 * changes (harness/devops.h, harness/devops_virtio.h).  Own byte of the
 * header: bytes the device gives at a time (0: all that are asked for).
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; DMA through two views; a
 * bound on steps.
 * Blind: to how random the bytes are.
 */

#include "devops_virtio.h"

static int
create(struct devops *d)
{
	struct virtiom_params vp;

	devops_virtio_params(d, &vp);
	return devops_virtio_attach(d, &vp, virtiom_rng_create(&vp, input_u8(&d->dv_knobs)));
}

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_hints = &devops_virtio_hints, .dd_create = create,
	.dd_unplug = devops_virtio_unplug, .dd_plug = devops_virtio_plug,
	.dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_viornd, dev);
