/* SPDX-License-Identifier: BSD-2-Clause */

/* Targets of the NVMe driver; see devops_nvme.h. */

#include <errno.h>
#include <string.h>

#include <rump/rumpuser_fuzz.h>

#include "devops_nvme.h"

#define SLOT	3			/* the device's place on the bus */

static const uint16_t conf[] = {
	0x00, 0x02, 0x04, 0x06, 0x08, 0x0a, 0x0e, 0x10, 0x14, 0x34, 0x3d, 0x40, 0x44, 0x48, 0x4c,
	0x50, 0x54, 0x58, 0x5c, 0x60, 0x64, 0x68, 0x6c, 0x70, HOSTILE_ANY
};

/* Capabilities, version, CC, CSTS. */
static const uint16_t regs[] = { 0x00, 0x04, 0x08, 0x14, 0x1c, 0x1c, 0x1c, HOSTILE_ANY };

static const uint16_t tags[] = {
	NVMEM_TAG_CQE, NVMEM_TAG_CQE, NVMEM_TAG_CQE, NVMEM_TAG_SQE, NVMEM_TAG_IDCTRL, NVMEM_TAG_IDNS,
	NVMEM_TAG_DATA, NVMEM_TAG_PRPLIST, NVMEM_TAG_LOG, HOSTILE_ANY
};

/* The rings of the admin queue and of the first two others. */
static const uint16_t regions[] = { 0, 1, 1, 2, 3, 3, 4, 5, HOSTILE_ANY };

/* Queue sizes, phases with status, capabilities at their ends, block counts. */
static const uint64_t values[] = {
	1, 2, 3, 15, 16, 17, 62, 63, 64, 65, 0xff, 0x100, 0xffff, 0x10000, 0x20000, 0x00010000, 0x0200,
	0x0101, 0x8103, 0x60000000, 0x0f0000000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x7fffffffffffffff, 0
};

static void
mutate_knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	static const uint8_t limits[] = { 16, 18, 18, 13, 8, 4, 12, 3, 8, 2 };
	uint32_t i = rnd(arg, sizeof(limits));

	k[i] = (uint8_t)rnd(arg, limits[i]);
}

const struct devmut_hints devops_nvme_hints = {
	.mh_conf = conf,
	.mh_regs = regs,
	.mh_tags = tags,
	.mh_regions = regions,
	.mh_values = values,
	.mh_knobs = mutate_knobs,
};

/* struct nvme_pt_command: 64 bytes of command, 16 of completion, then these. */
#define PT_SIZE		104
#define PT_BUF		80
#define PT_LEN		88
#define PT_READ		92

static void
fill_passthrough(const struct devop *op, void *arg)
{
	static const uint8_t opcodes[] = {
		0x06, 0x02, 0x0a, 0x09, 0x08, 0x00, 0x01, 0x02, 0x05, 0x08, 0x09, 0x0c, 0x10, 0x80
	};
	static uint8_t room[65536];
	uint8_t *p = arg, *buf = room;
	uint32_t v;

	memset(p, 0, PT_SIZE);
	memset(room, op->buf, sizeof(room));
	p[0] = opcodes[op->idx % sizeof(opcodes)];
	if (op->flags & 1)
		p[0] = op->buf;
	v = 1 + op->off % 3;
	memcpy(p + 4, &v, 4);
	v = p[0] == 0x06 || p[0] == 0x0a || p[0] == 0x09 ? op->off % 16 : op->off;
	memcpy(p + 40, &v, 4);
	v = op->len % 64;
	memcpy(p + 48, &v, 4);
	memcpy(p + PT_BUF, &buf, sizeof(buf));
	v = op->flags & 2 ? op->mode : 4096;
	if ((p[0] & 3) == 0)
		v = 0;
	memcpy(p + PT_LEN, &v, 4);
	v = (p[0] & 3) == 2;
	memcpy(p + PT_READ, &v, 4);
}

const struct devops_ioctl devops_nvme_ioctls[] = {
	{ 0xc0686e00, "NVME_PASSTHROUGH_CMD", fill_passthrough, 0 },
	{ 0x80046476, "DIOCCACHESYNC", NULL, 0 },
	{ 0x40046474, "DIOCGCACHE", NULL, 0 },
	{ 0x80046475, "DIOCSCACHE", NULL, 0 },
	{ 0x40086484, "DIOCGMEDIASIZE", NULL, 0 },
	{ 0x41986465, "DIOCGDINFO", NULL, 0 },
	{ 0x8004646d, "DIOCWLABEL", NULL, 0 },
	{ 0x40046483, "DIOCMWEDGES", NULL, 0 },
	{ 0, NULL, NULL, 0 },
};

int
devops_nvme_create(struct devops *d)
{
	struct nvmem_config nc;
	struct pcim_dev *dev;
	unsigned n, i, ready;

	memset(&nc, 0, sizeof(nc));
	nc.nc_flags = input_u8(&d->dv_knobs) & 0xf;
	nc.nc_nioq = input_u8(&d->dv_knobs);
	nc.nc_nvec = input_u8(&d->dv_knobs);
	nc.nc_mdts = input_u8(&d->dv_knobs) % 12;
	nc.nc_dstrd = input_u8(&d->dv_knobs) % 8;
	nc.nc_ns[0].nn_lbads = 9 + input_u8(&d->dv_knobs) % 4;
	n = input_u8(&d->dv_knobs) % 13;
	nc.nc_mqes = n != 0 ? 1u << n : 0;
	n = input_u8(&d->dv_knobs) % 3;
	ready = input_u16(&d->dv_knobs);
	nc.nc_ready = (uint64_t)(ready % 1000) * 1000000;
	nc.nc_delay = (uint64_t)d->dv_delay * 1000;
	nc.nc_ns[0].nn_ops = d->dv_ops;
	nc.nc_ns[0].nn_cookie = d->dv_cookie;
	nc.nc_ns[0].nn_size = d->dv_size;
	d->dv_blksize = 1u << nc.nc_ns[0].nn_lbads;
	for (i = 1; i <= n; i++)
		nc.nc_ns[i].nn_size = 64 << 10;
	dev = nvmem_create(d->dv_pci, &nc);
	if (dev == NULL)
		return ENOMEM;
	d->dv_model = dev;
	return devops_nvme_plug(d);
}

int
devops_nvme_plug(struct devops *d)
{

	return pcim_plug(d->dv_model, NULL, SLOT, 0);
}

void
devops_nvme_unplug(struct devops *d)
{

	pcim_unplug(d->dv_model);
}

void
devops_nvme_event(struct devops *d, const struct devop *op)
{

	d->dv_tampered = 1;
	if (op->flags & 2)
		(void)nvmem_event(d->dv_model, op->off, op->buf, op->len);
	else
		nvmem_fault(d->dv_model, op->idx % NVMEM_NFAULT, op->flags & 1 ? op->buf : NVMEM_ANY,
		    1 + op->off % 8, op->len % 4, op->mode);
}

void
devops_nvme_destroy(struct devops *d)
{

	if (devops_clean(d) && pcim_plugged(d->dv_model) && !nvmem_idle(d->dv_model))
		rumpuser_report("device-protocol", "the driver is detached and the controller is "
		    "still on");
}
