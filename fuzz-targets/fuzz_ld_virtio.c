/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio block device that may lie, under ld(4).
 *
 * Input: a device with its choices, operations on its nodes, and what the
 * hostile layer changes (harness/devops.h, harness/devops_virtio.h).  Own
 * bytes of the header: u8 bits (1: read-only, 2: blocks of 4 KiB), u8
 * segments at most, u8 pages in a segment at most.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; the right data from a
 * device that was left alone; DMA through two views; a bound on steps.
 * Blind: to other drivers on the same bus, and to two processes at once.
 */

#include "devops_virtio.h"

static int
create(struct devops *d)
{
	struct virtiom_params vp;
	struct virtiom_blk_params bp = {
		.bp_sectors = d->dv_size / 512, .bp_ops = d->dv_ops, .bp_cookie = d->dv_cookie,
	};
	uint8_t bits;

	devops_virtio_params(d, &vp);
	bits = input_u8(&d->dv_knobs);
	d->dv_readonly = bp.bp_readonly = bits & 1;
	d->dv_blksize = bp.bp_blksize = bits & 2 ? 4096 : 512;
	bp.bp_seg_max = input_u8(&d->dv_knobs);
	bp.bp_size_max = input_u8(&d->dv_knobs) * 4096u;
	return devops_virtio_attach(d, &vp, virtiom_blk_create(&vp, &bp));
}

/* Grows and shrinks, fails a request. */
static void
event(struct devops *d, const struct devop *op)
{

	d->dv_tampered = 1;
	if (op->idx & 1)
		virtiom_blk_fail(d->dv_model, 1 + op->off % 16, 1 + op->mode % 3);
	else
		virtiom_blk_resize(d->dv_model, op->off % 2048);
}

static const struct devops_node nodes[] = {
	{ "/dev/rld0d", DEVOPS_RAWDISK }, { "/dev/ld0d", DEVOPS_BLOCK }, { "/dev/rld0a", 0 },
	{ NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_disk_ioctls,
	.dd_hints = &devops_virtio_hints, .dd_create = create, .dd_unplug = devops_virtio_unplug,
	.dd_plug = devops_virtio_plug, .dd_event = event, .dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_ld_virtio, dev);
