/* SPDX-License-Identifier: BSD-2-Clause */

/* Targets of the AHCI driver; see devops_ahci.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumpuser_fuzz.h>

#include "devops_ahci.h"

#define SLOT	3			/* the device's place on the bus */
/* A driver gives a transfer 10 s, and of 32 queued ones the last waits for all. */
#define QUEUED_SLOW	300000		/* microseconds */

/* What dv_model is. */
struct adapter {
	struct pcim_dev *dev;
	struct scsim_target *cd;
};

static const uint16_t conf[] = {
	0x00, 0x02, 0x04, 0x06, 0x08, 0x0a, 0x0e, 0x24, 0x34, 0x3d, 0x40, 0x44, 0x48, 0x4c, 0x50,
	0x54, HOSTILE_ANY
};

/* Capabilities, control, interrupts, ports; of the first two ports what is read. */
static const uint16_t regs[] = {
	0x00, 0x04, 0x08, 0x0c, 0x10, 0x110, 0x118, 0x120, 0x124, 0x128, 0x130, 0x134, 0x138, 0x138,
	0x190, 0x198, 0x1a0, 0x1a4, 0x1a8, 0x1b0, 0x1b8, HOSTILE_ANY
};

static const uint16_t tags[] = {
	AHCIM_TAG_PRDBC, AHCIM_TAG_PRDBC, AHCIM_TAG_RFIS, AHCIM_TAG_IDENTIFY, AHCIM_TAG_IDENTIFY,
	AHCIM_TAG_DATA, AHCIM_TAG_ATAPI, AHCIM_TAG_HEADER, AHCIM_TAG_TABLE, AHCIM_TAG_PRD, HOSTILE_ANY
};

static const uint16_t regions[] = { 0, 0, 1, 2, 3, HOSTILE_ANY };

/* Task files, SStatus, signatures, interrupts, counts, words of IDENTIFY. */
static const uint64_t values[] = {
	0x01, 0x03, 0x50, 0x51, 0x7f, 0x80, 0xd0, 0x4051, 0x0451, 0x1051, 0x113, 0x123, 0x133, 0x101,
	0xeb140101, 0x96690101, 0xc33c0101, 0x40000000, 0x20000000, 0x08000000, 0x00400040, 0x8000, 0xc000,
	0x1ff, 0x200, 0x201, 0x400, 0x1000, 0x10000, 0x7000, 0x5000, 0xffff, 0x7fffffff, 0xffffffff,
	0xffffffffffff, 0
};

static void
mutate_knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	static const uint8_t limits[] = { 4, 16, 4, 7, 8, 2 };
	uint32_t i = rnd(arg, sizeof(limits));

	k[i] = (uint8_t)rnd(arg, limits[i]);
}

const struct devmut_hints devops_ahci_hints = {
	.mh_conf = conf,
	.mh_regs = regs,
	.mh_tags = tags,
	.mh_regions = regions,
	.mh_values = values,
	.mh_knobs = mutate_knobs,
};

int
devops_ahci_create(struct devops *d)
{
	static const struct scsim_config cd = {
		.sm_type = SCSIM_CDROM, .sm_flags = SCSIM_ATAPI | SCSIM_REMOVABLE, .sm_nblocks = 64,
	};
	struct ahcim_config ac;
	struct adapter *a;
	unsigned bits;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return ENOMEM;
	memset(&ac, 0, sizeof(ac));
	ac.ac_flags = input_u8(&d->dv_knobs) & 3;
	ac.ac_port[0].ap_flags = input_u8(&d->dv_knobs) & 15;
	bits = input_u8(&d->dv_knobs);
	ac.ac_nports = input_u8(&d->dv_knobs) % (AHCIM_NPORTS + 1);
	if (ac.ac_nports == 0)
		ac.ac_nports = 2;
	ac.ac_ready = (uint64_t)(input_u16(&d->dv_knobs) % 12000) * 1000000;
	ac.ac_delay = (uint64_t)d->dv_delay * 1000;
	ac.ac_port[0].ap_kind = AHCIM_DISK;
	ac.ac_port[0].ap_ops = d->dv_ops;
	ac.ac_port[0].ap_cookie = d->dv_cookie;
	ac.ac_port[0].ap_size = d->dv_size;
	if (bits & 1) {
		a->cd = scsim_create();
		if (a->cd == NULL || scsim_add(a->cd, 0, &cd) != 0)
			goto fail;
		ac.ac_port[1].ap_kind = AHCIM_ATAPI;
		ac.ac_port[1].ap_target = a->cd;
	} else if (bits & 2) {
		ac.ac_port[1].ap_kind = AHCIM_DISK;
		ac.ac_port[1].ap_size = 65536;
	}
	/* A device that is not ready in ten seconds is none. */
	if (ac.ac_ready > 9000000000ull)
		d->dv_tampered = 1;
	if ((ac.ac_port[0].ap_flags & AHCIM_NCQ) != 0 && d->dv_delay >= QUEUED_SLOW)
		d->dv_tampered = 1;
	a->dev = ahcim_create(d->dv_pci, &ac);
	if (a->dev == NULL)
		goto fail;
	d->dv_model = a;
	return devops_ahci_plug(d);
fail:
	scsim_destroy(a->cd);
	free(a);
	return ENOMEM;
}

int
devops_ahci_plug(struct devops *d)
{
	struct adapter *a = d->dv_model;

	return pcim_plug(a->dev, NULL, SLOT, 0);
}

void
devops_ahci_unplug(struct devops *d)
{
	struct adapter *a = d->dv_model;

	if (a != NULL)
		pcim_unplug(a->dev);
}

void
devops_ahci_event(struct devops *d, const struct devop *op)
{
	struct adapter *a = d->dv_model;

	d->dv_tampered = 1;
	if (op->flags & 2)
		ahcim_link(a->dev, op->off % 2, op->idx & 1);
	else
		ahcim_fault(a->dev, op->idx % AHCIM_NFAULT, op->flags & 1 ? op->buf : AHCIM_ANY,
		    1 + op->off % 8, op->len % 4, op->mode);
}

void
devops_ahci_destroy(struct devops *d)
{
	struct adapter *a = d->dv_model;

	if (devops_clean(d) && pcim_plugged(a->dev) && !ahcim_idle(a->dev))
		rumpuser_report("device-protocol", "the driver is detached and a port still runs");
	pcim_dev_destroy(a->dev);
	scsim_destroy(a->cd);
	free(a);
	d->dv_model = NULL;
}
