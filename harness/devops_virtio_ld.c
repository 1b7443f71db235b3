/* SPDX-License-Identifier: BSD-2-Clause */

/* A virtio block device for targets; see devops_virtio_ld.h. */

#include "devops_virtio_ld.h"

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
	if (bp.bp_seg_max == 1)
		bp.bp_seg_max = 2;	/* a page that is not aligned is two segments */
	bp.bp_size_max = input_u8(&d->dv_knobs) * 4096u;
	return devops_virtio_attach(d, &vp, virtiom_blk_create(&vp, &bp));
}

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
	{ "/dev/rld0d", DEVOPS_RAWDISK }, { "/dev/ld0d", DEVOPS_BLOCK }, { "/dev/rld0a", 0 }, { NULL, 0 },
};

const struct devops_dev devops_virtio_ld = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_disk_ioctls,
	.dd_hints = &devops_virtio_hints, .dd_create = create, .dd_unplug = devops_virtio_unplug,
	.dd_plug = devops_virtio_plug, .dd_event = event, .dd_destroy = devops_virtio_destroy,
};
