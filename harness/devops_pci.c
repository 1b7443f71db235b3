/* SPDX-License-Identifier: BSD-2-Clause */

/* PCI topologies; see devops_pci.h. */

#include <errno.h>
#include <string.h>

#include "devops_pci.h"

#define NFUNC	6

/* The functions of an input, in order of creation; set anew for each. */
static struct topology {
	unsigned n;
	struct {
		struct pcim_dev *dev, *parent;
		unsigned slot, fn;
	}	f[NFUNC];
} topology;

static uint64_t
reg_read(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width)
{

	return (bar << 4 ^ off) * 0x0101010101010101ULL;
}

static void
reg_write(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width, uint64_t val)
{

	if (off != 0)
		return;
	if (pcim_intr_mode(d) == PCIM_INTR_INTX)
		pcim_intx(d, val != 0);
	else if (val != 0)
		(void)pcim_message(d, (unsigned)val - 1);
}

static const struct pcim_ops ops = {
	.po_name = "function", .po_read = reg_read, .po_write = reg_write,
};

static struct pcim_dev *
make_device(struct pcim_bus *b, unsigned flags)
{
	static const uint8_t vpd[6], vendor[14] = { 16, 1 }, serial[8] = { 1 }, aer[0x34];
	struct pcim_id id = { .pi_vendor = 0x1234, .pi_device = 0xcafe, .pi_class = 0xff,
	    .pi_intpin = 1, .pi_subvendor = 0x1234, .pi_subdevice = flags };
	struct pcim_dev *d = pcim_dev_create(b, &ops, NULL, &id);
	unsigned off;

	if (d == NULL)
		return NULL;
	pcim_bar(d, 0, 0x2000, 0);
	if ((flags & DEVOPS_PCI_IO) != 0)
		pcim_bar(d, 1, 0x40, PCIM_BAR_IO);
	if ((flags & DEVOPS_PCI_WIDE) != 0)
		pcim_bar(d, 2, 0x10000, PCIM_BAR_64 | PCIM_BAR_PREFETCH);
	if ((flags & DEVOPS_PCI_HUGE) != 0)
		pcim_bar(d, 4, 0x10000000, 0);
	pcim_pm(d);
	if ((flags & DEVOPS_PCI_MSI) != 0)
		pcim_msi(d, 4, PCIM_MSI_64 | PCIM_MSI_MASK);
	if ((flags & DEVOPS_PCI_MSIX) != 0)
		pcim_msix(d, 5, 0, 0x1000, 0x1800);
	if ((off = pcim_cap(d, 0x03, vpd, sizeof(vpd))) != 0)
		pcim_conf_mask(d, off + 2, 2, 0xffff, 0);
	pcim_cap(d, 0x09, vendor, sizeof(vendor));
	if ((flags & DEVOPS_PCI_EXPRESS) != 0) {
		pcim_pcie(d, 0, 1);
		pcim_extcap(d, 3, 1, serial, sizeof(serial));
		pcim_extcap(d, 1, 2, aer, sizeof(aer));
	}
	return d;
}

int
devops_pci_create(struct devops *d)
{
	struct pcim_dev *bridges[NFUNC + 1] = { NULL }, *dev;
	unsigned i, kind, nbridges = 0, parent, slot, flags, fn;
	struct topology *t = &topology;

	memset(t, 0, sizeof(*t));
	d->dv_model = t;
	/* Operations write configuration space behind the driver's back. */
	pcim_bus_trust(d->dv_pci, 0);
	for (i = 0; i < NFUNC; i++) {
		kind = input_u8(&d->dv_knobs);
		parent = input_u8(&d->dv_knobs) % (nbridges + 1);
		slot = (input_u8(&d->dv_knobs) + 3 + i) % 32;
		flags = input_u8(&d->dv_knobs);
		fn = kind >> 4 & 7;
		kind &= 3;
		if (kind == 0 && i != 0)
			continue;
		dev = kind < 2 ? make_device(d->dv_pci, flags) :
		    pcim_bridge_create(d->dv_pci, kind == 3);
		if (dev == NULL)
			return ENOMEM;
		t->f[t->n].dev = dev;
		t->f[t->n].parent = bridges[parent];
		t->f[t->n].slot = slot;
		t->f[t->n++].fn = fn;
		if (kind >= 2)
			bridges[++nbridges] = dev;
	}
	return devops_pci_plug(d);
}

/* In order, so that bridges come first; a place that is taken stays so. */
int
devops_pci_plug(struct devops *d)
{
	struct topology *t = d->dv_model;
	unsigned i;

	for (i = 0; i < t->n; i++) {
		if (!pcim_plugged(t->f[i].dev) &&
		    (t->f[i].parent == NULL || pcim_plugged(t->f[i].parent)))
			(void)pcim_plug(t->f[i].dev, t->f[i].parent, t->f[i].slot, t->f[i].fn);
	}
	return 0;
}

void
devops_pci_unplug(struct devops *d)
{
	struct topology *t = d->dv_model;
	unsigned i;

	for (i = 0; i < t->n; i++)
		pcim_unplug(t->f[i].dev);
}

/* One function comes or goes, or its interrupt does. */
void
devops_pci_event(struct devops *d, const struct devop *op)
{
	struct topology *t = d->dv_model;
	unsigned i = op->buf % t->n;

	d->dv_tampered = 1;
	switch (op->idx % 3) {
	case 0:
		if (pcim_plugged(t->f[i].dev)) {
			pcim_unplug(t->f[i].dev);
			break;
		}
		if (t->f[i].parent == NULL || pcim_plugged(t->f[i].parent))
			(void)pcim_plug(t->f[i].dev, t->f[i].parent, t->f[i].slot, t->f[i].fn);
		break;
	case 1:
		if (pcim_plugged(t->f[i].dev))
			pcim_intx(t->f[i].dev, op->flags & 1);
		break;
	case 2:
		if (pcim_plugged(t->f[i].dev))
			(void)pcim_message(t->f[i].dev, op->off % 64);
		break;
	}
}

const struct devops_node devops_pci_nodes[] = {
	{ "/dev/pci0", DEVOPS_NOREAD }, { "/dev/pci1", DEVOPS_NOREAD }, { NULL, 0 }
};

/* bus, device, function, register, value: three of them small. */
static void
fill_bdf(const struct devop *op, void *arg)
{
	uint32_t v[5] = { op->buf % 4, op->flags % 33, op->mode % 9, op->off % 0x1010, op->len };

	memcpy(arg, v, sizeof(v));
}

const struct devops_ioctl devops_pci_ioctls[] = {
	{ 0xc0145002, "PCI_IOC_BDF_CFGREAD", fill_bdf, 0, 0 },
	{ 0x80145003, "PCI_IOC_BDF_CFGWRITE", fill_bdf, 0, 0 },
	{ 0x40085004, "PCI_IOC_BUSINFO", NULL, 0, 0 },
	{ 0xc0185005, "PCI_IOC_DRVNAME", NULL, 0, 0 },
	{ 0xc01c5006, "PCI_IOC_DRVNAMEONBUS", NULL, 0, 0 },
	{ 0, NULL, NULL, 0, 0 },
};

/* The header, BARs, a bridge's numbers and windows, capabilities, extended ones. */
static const uint16_t conf[] = {
	0x00, 0x04, 0x06, 0x08, 0x0c, 0x0e, 0x10, 0x14, 0x18, 0x19, 0x1a, 0x1c, 0x20, 0x24, 0x28, 0x2c, 0x2e,
	0x30, 0x34, 0x3c, 0x3d, 0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64, 0x68, 0x6c, 0x70,
	0x74, 0x78, 0x7c, 0x80, 0x84, 0x88, 0x8c, 0x90, 0x94, 0x98, 0x9c, 0xa0, 0x100, 0x10c, HOSTILE_ANY
};
static const uint16_t regs[] = { 0x000, 0x018, 0x01a, 0x400, HOSTILE_ANY };
static const uint16_t none[] = { HOSTILE_ANY };

/* Links of lists, sizes of tables, header types, addresses at their ends. */
static const uint64_t values[] = {
	0x3c, 0x40, 0x4011, 0x4005, 0xfc11, 0x07ff0011, 0x87ff4011, 0x00ff0000, 0x00010100, 0x00ff0100,
	0x00810000, 0x00020000, 0x10010003, 0xffc10001, 0xfffffff0, 0xfffffff8, 0xffffffff, 0x80000000,
	0x80000004, 0x8000000c, 0xe0000000, 0xf0000000, 0x1001, 7, 6, 0x3f8, 0xffff, 0xaa55, 0
};

static void
mutate_knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	uint8_t *f = k + 4 * rnd(arg, NFUNC);

	switch (rnd(arg, 5)) {
	case 0:
		f[0] = rnd(arg, 4);
		break;
	case 1:
		f[0] = (f[0] & 0xf) | rnd(arg, 8) << 4;
		break;
	case 2:
		f[1] = rnd(arg, 4);
		break;
	case 3:
		f[2] = rnd(arg, 3) == 0 ? rnd(arg, 32) : 0;
		break;
	default:
		f[3] ^= 1 << rnd(arg, 8);
		break;
	}
}

const struct devmut_hints devops_pci_hints = {
	.mh_conf = conf, .mh_regs = regs, .mh_tags = none, .mh_regions = none,
	.mh_values = values, .mh_knobs = mutate_knobs,
};
