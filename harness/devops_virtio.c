/* SPDX-License-Identifier: BSD-2-Clause */

/* Targets of virtio drivers; see devops_virtio.h. */

#include <errno.h>
#include <string.h>

#include <rump/rumpuser_fuzz.h>

#include "devops_virtio.h"

#define SLOT	3			/* the device's place on the bus */

/* Identity, command and status, BARs, capabilities' head, INTx, the capabilities. */
static const uint16_t conf[] = {
	0x00, 0x02, 0x04, 0x06, 0x08, 0x0c, 0x0e, 0x10, 0x14, 0x18, 0x20, 0x24, 0x2c, 0x34, 0x3c, 0x3d, 0x40,
	0x42, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64, 0x68, 0x6c, 0x70, 0x74, 0x78, 0x7c, 0x80,
	0x84, 0x88, 0x8c, 0x90, 0x94, 0x98, 0x9c, 0xa0,
	/* Offsets and lengths of the structures, once more and again. */
	0x54, 0x58, 0x64, 0x68, 0x74, 0x78, 0x84, 0x88, 0x54, 0x74, 0x84, 0x8c, HOSTILE_ANY
};

/* Common configuration, ISR, device configuration; legacy; mmio (also at 0x100). */
static const uint16_t regs[] = {
	0x04, 0x12, 0x14, 0x15, 0x16, 0x18, 0x1a, 0x1c, 0x1e, 0x80, 0x00, 0x08, 0x0c, 0x10, 0x34, 0x44, 0x60,
	0x70, 0xfc, 0x100, 0x104, 0x108, 0x10c, 0x110, 0x112, 0x113, 0x114, 0x118, 0x119, 0x11a, 0x11c, 0x120,
	0x122, 0x124, 0x128, 0x12c, 0x130, 0x134, 0x138, HOSTILE_ANY
};

#define QUEUE(q)								\
	VIRTIOM_TAG(q, VIRTIOM_F_USED_IDX), VIRTIOM_TAG(q, VIRTIOM_F_USED_ID),	\
	VIRTIOM_TAG(q, VIRTIOM_F_USED_LEN), VIRTIOM_TAG(q, VIRTIOM_F_AVAIL_EVENT), \
	VIRTIOM_TAG(q, VIRTIOM_F_AVAIL_IDX), VIRTIOM_TAG(q, VIRTIOM_F_AVAIL_RING), \
	VIRTIOM_TAG(q, VIRTIOM_F_DESC), VIRTIOM_TAG(q, VIRTIOM_F_OUT),		\
	VIRTIOM_TAG(q, VIRTIOM_F_IN), VIRTIOM_TAG(q, VIRTIOM_F_STATUS)
static const uint16_t tags[] = { QUEUE(0), QUEUE(1), QUEUE(2), QUEUE(3), HOSTILE_ANY };

#define REGIONS(q)								\
	VIRTIOM_REGION(q, VIRTIOM_R_DESC), VIRTIOM_REGION(q, VIRTIOM_R_DESC),	\
	VIRTIOM_REGION(q, VIRTIOM_R_AVAIL), VIRTIOM_REGION(q, VIRTIOM_R_USED)
static const uint16_t regions[] = { REGIONS(0), REGIONS(1), REGIONS(2), HOSTILE_ANY };

/* Sizes of queues and their neighbours; descriptor flags and next fields. */
static const uint64_t values[] = {
	1, 2, 3, 15, 16, 17, 31, 32, 64, 255, 256, 1024, 1025, 32768, 0xffff, 0x10000, 0x00010000, 0xffff0001,
	0x40, 0x80, 512, 513, 0x7fffffff, 0xffffffff, 0x100000000,
	/* About the end of a BAR and of 32 bits. */
	0xff0, 0xffc, 0x1000, 0x3ff0, 0x4000, 0xffffff80, 0xffffffc0, 0xfffffff0, 0
};

static void
mutate_knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{

	switch (rnd(arg, 6)) {
	case 0:
		k[0] = rnd(arg, VIRTIOM_NTRANSPORT);
		break;
	case 1:
		k[1] = rnd(arg, 2) ? rnd(arg, 11) : 0;
		break;
	case 2:
		k[2] ^= 1 << rnd(arg, 3);
		break;
	case 3:
		k[3 + rnd(arg, 5)] ^= 1 << rnd(arg, 8);
		break;
	default:
		k[9 + rnd(arg, DEVOPS_KNOBS - 9)] = rnd(arg, 2) ? rnd(arg, 8) : rnd(arg, 256);
	}
}

/*
 * Where one capability says that its structure is: about the end of the BAR,
 * or of 32 bits, and how long; or which capability is the next one.
 */
static unsigned
capability_lies(struct hostile_record *hr, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	static const uint32_t ends[] = { 0x1000, 0x4000, 0, 0x80 };
	/* The first one's place in configuration space, with MSI-X and without. */
	uint16_t cap = (rnd(arg, 4) ? 0x4c : 0x40) + 0x10 * rnd(arg, 4);
	uint32_t short_of = rnd(arg, 4) ? 4 * rnd(arg, 17) : rnd(arg, 256);
	uint32_t len = rnd(arg, 2) ? short_of : 4 * rnd(arg, 32);
	unsigned i, n = 2;

	if (rnd(arg, 5) == 0) {
		hr[0].hr_where = cap;
		hr[0].hr_val = 9 | rnd(arg, 5) << 24 | (rnd(arg, 4) ? 16 : rnd(arg, 32)) << 16 |
		    (rnd(arg, 4) ? 0x40 + 4 * rnd(arg, 16) : rnd(arg, 256)) << 8;
		n = 1;
		goto done;
	}
	hr[0].hr_where = cap + 8;
	hr[0].hr_val = ends[rnd(arg, 4)] - short_of;
	hr[1].hr_where = cap + 12;
	hr[1].hr_val = rnd(arg, 4) ? len : ends[rnd(arg, 4)] - len;
	hr[2].hr_where = cap + 4;		/* the BAR */
	hr[2].hr_val = rnd(arg, 8);
	if (rnd(arg, 4) == 0)
		n = rnd(arg, 2) ? 1 : 3;
done:
	for (i = 0; i < n; i++) {
		hr[i].hr_kind = HOSTILE_CONF;
		hr[i].hr_how = HOSTILE_SET;
		hr[i].hr_count = 255;
		hr[i].hr_val &= 0xffffffff;
	}
	return n;
}

/* A lie in several places, or in one where any other value would be noticed. */
static unsigned
group(struct hostile_record *hr, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	/* The size of a queue: modern, legacy, in register space. */
	static const uint16_t sizes[] = { 0x18, 0x18, 0x0c, 0x34 };

	if (rnd(arg, 3))
		return capability_lies(hr, rnd, arg);
	hr->hr_kind = HOSTILE_REG;
	hr->hr_how = HOSTILE_SET;
	hr->hr_where = sizes[rnd(arg, 4)];
	hr->hr_nth = rnd(arg, 3);
	hr->hr_count = rnd(arg, 2) ? 255 : 0;
	hr->hr_val = 1u << rnd(arg, 17);
	if (rnd(arg, 4) == 0)
		hr->hr_val += rnd(arg, 3) - 1u;
	return 1;
}

const struct devmut_hints devops_virtio_hints = {
	.mh_conf = conf,
	.mh_regs = regs,
	.mh_tags = tags,
	.mh_regions = regions,
	.mh_values = values,
	.mh_group = group,
	.mh_knobs = mutate_knobs,
};

void
devops_virtio_params(struct devops *d, struct virtiom_params *vp)
{
	uint8_t n, bits;

	memset(vp, 0, sizeof(*vp));
	vp->vp_transport = input_u8(&d->dv_knobs) % VIRTIOM_NTRANSPORT;
	n = input_u8(&d->dv_knobs) % 11;
	/* A request of any disk has three descriptors. */
	vp->vp_qsize = n == 0 ? 0 : n == 1 ? 4 : 1u << n;
	bits = input_u8(&d->dv_knobs);
	vp->vp_nomsix = (bits & DEVOPS_VIRTIO_NOMSIX) != 0;
	vp->vp_reorder = (bits & DEVOPS_VIRTIO_REORDER) != 0;
	vp->vp_qemu = (bits & DEVOPS_VIRTIO_QEMU) != 0;
	vp->vp_without = input_u32(&d->dv_knobs);
	vp->vp_without |= (uint64_t)input_u8(&d->dv_knobs) << 32;
	input_u8(&d->dv_knobs);
	vp->vp_delay = d->dv_delay;
	/* Without VERSION_1 a device of today is none that a driver must take. */
	vp->vp_without &= ~(1ull << 32);
}

int
devops_virtio_attach(struct devops *d, const struct virtiom_params *vp, struct virtiom *vm)
{

	if (vm == NULL)
		return ENOMEM;
	d->dv_model = vm;
	if (vp->vp_transport == VIRTIOM_MMIO || vp->vp_transport == VIRTIOM_MMIO_LEGACY) {
		d->dv_bus = "mainbus0";
		d->dv_attr = "mainbus";
	}
	return virtiom_plug(vm, d->dv_pci, SLOT);
}

void
devops_virtio_unplug(struct devops *d)
{

	virtiom_unplug(d->dv_model);
}

int
devops_virtio_plug(struct devops *d)
{

	return virtiom_plug(d->dv_model, d->dv_pci, SLOT);
}

void
devops_virtio_destroy(struct devops *d)
{

	if (devops_clean(d) && virtiom_running(d->dv_model))
		rumpuser_report("device-protocol", "the driver is detached and the device was not "
		    "reset");
}
