/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The educational device, which may lie, under edu(4).
 *
 * Input: operations on /dev/edu0 and what the hostile layer changes
 * (harness/devops.h).  Own byte of the header: 1, INTx alone.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the model as checker of the driver; DMA through two views.
 * Blind: to wrong results.
 */

#include "devops.h"
#include "model/edu.h"

static int
plug(struct devops *d)
{

	return pcim_plug(d->dv_model, NULL, 3, 0);
}

static void
unplug(struct devops *d)
{

	pcim_unplug(d->dv_model);
}

static int
create(struct devops *d)
{

	d->dv_model = edu_create(d->dv_pci, d->dv_delay * 1000ull, input_u8(&d->dv_knobs) & 1);
	return plug(d);
}

static const struct devops_node nodes[] = { { "/dev/edu0", DEVOPS_NOREAD }, { NULL, 0 } };
static const struct devops_ioctl ioctls[] = {
	{ 0xc0044501, "EDU_FACTORIAL", NULL, 0, 0 }, { 0, NULL, NULL, 0, 0 }
};
static const uint16_t conf[] = { 0x00, 0x04, 0x10, 0x34, 0x3c, 0x40, 0x44, HOSTILE_ANY };
static const uint16_t regs[] = { 0x00, 0x08, 0x20, 0x24, HOSTILE_ANY };
static const uint16_t tags[] = { EDU_TAG_IN, EDU_TAG_OUT, HOSTILE_ANY };
static const uint16_t none[] = { HOSTILE_ANY };
static const uint64_t values[] = { 1, 0x80, 0x100, 0x101, 0xffffffff, 0 };
static const struct devmut_hints hints = {
	.mh_conf = conf, .mh_regs = regs, .mh_tags = tags, .mh_regions = none, .mh_values = values,
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = ioctls,
	.dd_hints = &hints, .dd_create = create, .dd_unplug = unplug, .dd_plug = plug,
};

DEVOPS_TARGET(fuzz_edu, dev);
