/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtio over PCI (4.1): vendor capabilities that point to the common, ISR,
 * device and notify structures, the window in configuration space, and the
 * I/O BAR of version 0.9.5 (4.1.4.8).
 */

#include <errno.h>
#include <stdint.h>

#include "pci.h"
#include "virtio_impl.h"

#define VENDOR		0x1af4
#define BAR_LEGACY	0
#define BAR_MSIX	1
#define BAR_MODERN	4

enum { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_DEVICE, CAP_WINDOW };

/* Offsets in the modern BAR, close together or as QEMU has them. */
struct layout {
	uint32_t l_common, l_isr, l_device, l_notify, l_size;
};
static const struct layout layouts[2] = {
	{ 0x000, 0x080, 0x100, 0x200, 0x1000 },
	{ 0x0000, 0x1000, 0x2000, 0x3000, 0x4000 },
};
#define COMMON_SIZE	64u
#define NOTIFY_STEP	4u

static const struct layout *
layout(const struct virtiom *vm)
{

	return &layouts[vm->vm_p.vp_qemu != 0];
}

/* The structure of common configuration: registers by offset and width. */
static uint64_t
common_read(struct virtiom *vm, unsigned off, unsigned width)
{
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;

	switch (off << 4 | width) {
	case 0x00 << 4 | 4:
		return vm->vm_devsel;
	case 0x04 << 4 | 4:
		return vm_feature_read(vm, vm->vm_devsel);
	case 0x08 << 4 | 4:
		return vm->vm_drvsel;
	case 0x0c << 4 | 4:
		return vm->vm_drvsel < 2 ? vm->vm_accepted >> (32 * vm->vm_drvsel) & 0xffffffff : 0;
	case 0x10 << 4 | 2:
		return vm->vm_cfgvector;
	case 0x12 << 4 | 2:
		return vm->vm_nq;
	case 0x14 << 4 | 1:
		return vm->vm_status;
	case 0x15 << 4 | 1:
		return vm->vm_generation;
	case 0x16 << 4 | 2:
		return vm->vm_qsel;
	}
	if (vq == NULL)
		return 0;	/* a queue that is not there has size 0 */
	switch (off << 4 | width) {
	case 0x18 << 4 | 2:
		return vq->vq_num;
	case 0x1a << 4 | 2:
		return vq->vq_vector;
	case 0x1c << 4 | 2:
		return vq->vq_enabled;
	case 0x1e << 4 | 2:
		return vm->vm_qsel;
	case 0x20 << 4 | 4:
		return vq->vq_desc & 0xffffffff;
	case 0x24 << 4 | 4:
		return vq->vq_desc >> 32;
	case 0x28 << 4 | 4:
		return vq->vq_avail & 0xffffffff;
	case 0x2c << 4 | 4:
		return vq->vq_avail >> 32;
	case 0x30 << 4 | 4:
		return vq->vq_used & 0xffffffff;
	case 0x34 << 4 | 4:
		return vq->vq_used >> 32;
	}
	vm_violation(vm, "common configuration read at 0x%x with width %u: no such field", off, width);
	return 0;
}

static void
half(uint64_t *v, int high, uint32_t val)
{

	*v = high ? (*v & 0xffffffff) | (uint64_t)val << 32 : (*v & ~0xffffffffull) | val;
}

static uint16_t
vector(struct virtiom *vm, uint16_t val)
{

	if (val == NO_VECTOR || vm->vm_p.vp_nomsix || val > vm->vm_nq)
		return NO_VECTOR;
	return val;
}

static void
common_write(struct virtiom *vm, unsigned off, unsigned width, uint32_t val)
{
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;

	switch (off << 4 | width) {
	case 0x00 << 4 | 4:
		vm->vm_devsel = val;
		return;
	case 0x08 << 4 | 4:
		vm->vm_drvsel = val;
		return;
	case 0x0c << 4 | 4:
		vm_feature_write(vm, vm->vm_drvsel, val);
		return;
	case 0x10 << 4 | 2:
		vm->vm_cfgvector = vector(vm, val);
		return;
	case 0x14 << 4 | 1:
		vm_status_write(vm, val);
		return;
	case 0x16 << 4 | 2:
		vm->vm_qsel = val;
		return;
	}
	if (vq == NULL) {
		vm_violation(vm, "queue %u set up, there are %u", vm->vm_qsel, vm->vm_nq);
		return;
	}
	if (vq->vq_enabled && off != 0x1a && off != 0x1c) {
		vm_violation(vm, "common configuration written at 0x%x while queue %u is enabled", off,
		    vm->vm_qsel);
		return;
	}
	switch (off << 4 | width) {
	case 0x18 << 4 | 2:
		vq->vq_num = val;
		return;
	case 0x1a << 4 | 2:
		vq->vq_vector = vector(vm, val);
		return;
	case 0x1c << 4 | 2:
		if (val == 1)
			vm_queue_enable(vm, vm->vm_qsel);
		else
			vm_violation(vm, "queue %u: enable is written as %u", vm->vm_qsel, val);
		return;
	case 0x20 << 4 | 4:
	case 0x24 << 4 | 4:
		half(&vq->vq_desc, off == 0x24, val);
		return;
	case 0x28 << 4 | 4:
	case 0x2c << 4 | 4:
		half(&vq->vq_avail, off == 0x2c, val);
		return;
	case 0x30 << 4 | 4:
	case 0x34 << 4 | 4:
		half(&vq->vq_used, off == 0x34, val);
		return;
	}
	vm_violation(vm, "common configuration written at 0x%x with width %u: no such field", off, width);
}

static uint64_t
modern_read(struct virtiom *vm, uint64_t off, unsigned width)
{
	const struct layout *l = layout(vm);

	if (off - l->l_common < COMMON_SIZE) {
		/* The 64-bit fields are read as two halves, too. */
		if (width == 8)
			return common_read(vm, off - l->l_common, 4) |
			    common_read(vm, off - l->l_common + 4, 4) << 32;
		return common_read(vm, off - l->l_common, width);
	}
	if (off == l->l_isr)
		return vm_isr_read(vm);
	if (off - l->l_device < VIRTIOM_MAXCFG)
		return vm_config_read(vm, off - l->l_device, width);
	return 0;
}

static void
modern_write(struct virtiom *vm, uint64_t off, unsigned width, uint64_t val)
{
	const struct layout *l = layout(vm);

	if (off - l->l_common < COMMON_SIZE) {
		if (width == 8) {
			common_write(vm, off - l->l_common, 4, val);
			common_write(vm, off - l->l_common + 4, 4, val >> 32);
		} else
			common_write(vm, off - l->l_common, width, val);
	} else if (off - l->l_device < VIRTIOM_MAXCFG)
		vm_config_write(vm, off - l->l_device, width, val);
	else if (off >= l->l_notify && off - l->l_notify < vm->vm_nq * NOTIFY_STEP) {
		if ((off - l->l_notify) % NOTIFY_STEP != 0 || val != (off - l->l_notify) / NOTIFY_STEP)
			vm_violation(vm, "notification of queue %u at the place of %u", (unsigned)val,
			    (unsigned)((off - l->l_notify) / NOTIFY_STEP));
		else
			vm_notify(vm, val);
	} else
		vm_violation(vm, "BAR written at 0x%x: nothing is there", (unsigned)off);
}

/* Device configuration follows two vector fields while MSI-X is on. */
static unsigned
legacy_config(struct virtiom *vm)
{

	return pcim_intr_mode(vm->vm_pci) == PCIM_INTR_MSIX ? 24 : 20;
}

static uint32_t
legacy_read(struct virtiom *vm, unsigned off, unsigned width)
{
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;
	unsigned config = legacy_config(vm);

	if (off >= config)
		return vm_config_read(vm, off - config, width);
	switch (off << 4 | width) {
	case 0 << 4 | 4:
		return vm_feature_read(vm, 0);
	case 4 << 4 | 4:
		return vm->vm_accepted;
	case 8 << 4 | 4:
		return vq != NULL && vq->vq_enabled ? vq->vq_desc >> 12 : 0;
	case 12 << 4 | 2:
		return vq != NULL ? vq->vq_num : 0;
	case 14 << 4 | 2:
		return vm->vm_qsel;
	case 18 << 4 | 1:
		return vm->vm_status;
	case 19 << 4 | 1:
		return vm_isr_read(vm);
	case 20 << 4 | 2:
		return vm->vm_cfgvector;
	case 22 << 4 | 2:
		return vq != NULL ? vq->vq_vector : NO_VECTOR;
	}
	vm_violation(vm, "legacy register read at %u with width %u: no such field", off, width);
	return 0;
}

static void
legacy_write(struct virtiom *vm, unsigned off, unsigned width, uint32_t val)
{
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;
	unsigned config = legacy_config(vm);

	if (off >= config) {
		vm_config_write(vm, off - config, width, val);
		return;
	}
	switch (off << 4 | width) {
	case 4 << 4 | 4:
		vm_feature_write(vm, 0, val);
		return;
	case 8 << 4 | 4:
		if (vq != NULL)
			vm_queue_legacy(vm, vm->vm_qsel, (uint64_t)val << 12, 4096);
		else if (val != 0)
			vm_violation(vm, "queue %u placed, there are %u", vm->vm_qsel, vm->vm_nq);
		return;
	case 14 << 4 | 2:
		vm->vm_qsel = val;
		return;
	case 16 << 4 | 2:
		vm_notify(vm, val);
		return;
	case 18 << 4 | 1:
		vm_status_write(vm, val);
		return;
	case 20 << 4 | 2:
		vm->vm_cfgvector = vector(vm, val);
		return;
	case 22 << 4 | 2:
		if (vq != NULL)
			vq->vq_vector = vector(vm, val);
		return;
	}
	vm_violation(vm, "legacy register written at %u with width %u: no such field", off, width);
}

static uint64_t
pci_read(struct pcim_dev *pd, unsigned bar, uint64_t off, unsigned width)
{
	struct virtiom *vm = pcim_softc(pd);

	if (bar == BAR_MODERN)
		return modern_read(vm, off, width);
	return bar == BAR_LEGACY ? legacy_read(vm, off, width) : 0;
}

static void
pci_write(struct pcim_dev *pd, unsigned bar, uint64_t off, unsigned width, uint64_t val)
{
	struct virtiom *vm = pcim_softc(pd);

	if (bar == BAR_MODERN)
		modern_write(vm, off, width, val);
	else if (bar == BAR_LEGACY)
		legacy_write(vm, off, width, val);
}

/* The window (4.1.4.9): its last four bytes are those of a BAR. */
static int
window(struct virtiom *vm, unsigned reg, unsigned *width, uint32_t *off)
{
	unsigned cap = vm->vm_cfgcap[3];

	if (cap == 0 || reg < cap + 16 || reg >= cap + 20)
		return 0;
	*off = pcim_conf_get(vm->vm_pci, cap + 8, 4);
	*width = pcim_conf_get(vm->vm_pci, cap + 12, 4);
	if ((*width != 1 && *width != 2 && *width != 4) || *off % *width != 0 ||
	    pcim_conf_get(vm->vm_pci, cap + 4, 1) != BAR_MODERN || *off >= layout(vm)->l_size) {
		vm_violation(vm, "configuration window of %u bytes at 0x%x", *width, *off);
		return 0;
	}
	return 1;
}

static uint32_t
pci_confread(struct pcim_dev *pd, unsigned reg, unsigned width, uint32_t val)
{
	struct virtiom *vm = pcim_softc(pd);
	unsigned w;
	uint32_t off;

	return window(vm, reg, &w, &off) ? modern_read(vm, off, w) : val;
}

static void
pci_confwrite(struct pcim_dev *pd, unsigned reg, unsigned width, uint32_t val)
{
	struct virtiom *vm = pcim_softc(pd);
	unsigned w;
	uint32_t off;

	if (window(vm, reg, &w, &off))
		modern_write(vm, off, w, val);
}

static void
pci_reset(struct pcim_dev *pd)
{

	vm_reset(pcim_softc(pd));
}

static uint64_t
pci_next(struct pcim_dev *pd)
{

	return vm_next(pcim_softc(pd));
}

static void
pci_run(struct pcim_dev *pd, uint64_t now)
{

	vm_run(pcim_softc(pd), now);
}

static void
pci_unplug(struct pcim_dev *pd)
{
	struct virtiom *vm = pcim_softc(pd);

	vm->vm_gone = 1;
	vm->vm_npend = 0;
}

static void
pci_free(struct pcim_dev *pd)
{

	virtiom_destroy(pcim_softc(pd));
}

static const struct pcim_ops ops = {
	.po_name = "virtio",
	.po_read = pci_read,
	.po_write = pci_write,
	.po_confread = pci_confread,
	.po_confwrite = pci_confwrite,
	.po_reset = pci_reset,
	.po_next = pci_next,
	.po_run = pci_run,
	.po_unplug = pci_unplug,
	.po_free = pci_free,
};

static unsigned
structure(struct pcim_dev *pd, unsigned type, uint32_t off, uint32_t len, uint32_t step)
{
	uint8_t b[18] = { 16, type, BAR_MODERN };
	unsigned extra = type == CAP_NOTIFY || type == CAP_WINDOW ? 4 : 0;

	b[0] += extra;
	put_le(b + 6, 4, off);
	put_le(b + 10, 4, len);
	put_le(b + 14, 4, step);
	return pcim_cap(pd, 0x09, b, 14 + extra);
}

static void
describe_modern(struct virtiom *vm)
{
	const struct layout *l = layout(vm);
	struct pcim_dev *pd = vm->vm_pci;
	unsigned cap;

	pcim_bar(pd, BAR_MODERN, l->l_size, PCIM_BAR_64 | PCIM_BAR_PREFETCH);
	structure(pd, CAP_COMMON, l->l_common, COMMON_SIZE, 0);
	structure(pd, CAP_ISR, l->l_isr, 1, 0);
	if (vm->vm_cfglen != 0)
		structure(pd, CAP_DEVICE, l->l_device, vm->vm_cfglen, 0);
	structure(pd, CAP_NOTIFY, l->l_notify, vm->vm_nq * NOTIFY_STEP, NOTIFY_STEP);
	if ((cap = structure(pd, CAP_WINDOW, 0, 0, 0)) != 0) {
		pcim_conf_mask(pd, cap + 4, 1, 0xff, 0);
		pcim_conf_mask(pd, cap + 8, 4, 0xffffffff, 0);
		pcim_conf_mask(pd, cap + 12, 4, 0xffffffff, 0);
		pcim_conf_mask(pd, cap + 16, 4, 0xffffffff, 0);
		vm->vm_cfgcap[3] = cap;
	}
}

int
vm_pci_plug(struct virtiom *vm, struct pcim_bus *bus, unsigned dev)
{
	const struct vm_class *vc = vm->vm_class;
	int legacy = vm->vm_p.vp_transport != VIRTIOM_MODERN;
	struct pcim_id id = {
		.pi_vendor = VENDOR, .pi_device = legacy ? vc->vc_legacy : 0x1040 + vc->vc_id,
		.pi_class = vc->vc_pciclass, .pi_subclass = vc->vc_pcisubclass,
		.pi_rev = legacy ? 0 : 1, .pi_subvendor = VENDOR,
		.pi_subdevice = legacy ? vc->vc_id : 0x1100, .pi_intpin = 1,
	};

	if ((vm->vm_pci = pcim_dev_create(bus, &ops, vm, &id)) == NULL) {
		virtiom_destroy(vm);
		return ENOMEM;
	}
	if (legacy)
		pcim_bar(vm->vm_pci, BAR_LEGACY, 128, PCIM_BAR_IO);
	if (!vm->vm_p.vp_nomsix) {
		pcim_bar(vm->vm_pci, BAR_MSIX, 4096, 0);
		pcim_msix(vm->vm_pci, vm->vm_nq + 1, BAR_MSIX, 0, 0x800);
	}
	if (vm->vm_p.vp_transport != VIRTIOM_LEGACY)
		describe_modern(vm);
	return pcim_plug(vm->vm_pci, vm->vm_p.vp_bridge, dev, 0);
}
