/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio transports and their queues, under a driver that calls
 * everything they offer (virtio_tour.c) on a device that may lie.
 *
 * Input: a device with its choices, operations on /dev/vtour0, and what the
 * hostile layer changes (harness/devops.h, harness/devops_virtio.h).  Own
 * byte of the header: bytes the device gives at a time.
 * Oracles: those of all device targets; the driver's own list of what is
 * out, which must come back once each and no longer than it was posted.
 * Blind: to devices with more than one queue.
 */

#include <stdint.h>
#include <string.h>

#include "devops_virtio.h"
#include "virtio_tour.h"

static void
fill(const struct devop *op, void *arg)
{
	struct vtour_op vo = { op->mode, op->off, op->len, op->buf };

	memcpy(arg, &vo, sizeof(vo));
}

#define	IOCTL(n)	{ VTOUR_##n, "VTOUR_" #n, fill, 0 }
static const struct devops_ioctl ioctls[] = {
	IOCTL(POST), IOCTL(POST), IOCTL(POST), IOCTL(ABORT), IOCTL(NOTIFY), IOCTL(REAP), IOCTL(INTR),
	IOCTL(REINIT), IOCTL(CONFIG), IOCTL(BREAK), IOCTL(WAIT), { 0, NULL, NULL, 0 }
};

static const struct devops_node nodes[] = { { "/dev/vtour0", DEVOPS_NOREAD }, { NULL, 0 } };

static int
create(struct devops *d)
{
	struct virtiom_params vp;

	devops_virtio_params(d, &vp);
	return devops_virtio_attach(d, &vp, virtiom_rng_create(&vp, input_u8(&d->dv_knobs)));
}

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_hints = &devops_virtio_hints, .dd_nodes = nodes,
	.dd_ioctls = ioctls, .dd_create = create, .dd_unplug = devops_virtio_unplug,
	.dd_plug = devops_virtio_plug, .dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_virtio_transport, dev);
