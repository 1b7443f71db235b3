/* SPDX-License-Identifier: BSD-2-Clause */

/* Virtio over MMIO (4.2), version 2 and the legacy version 1 (4.2.4). */

#include <errno.h>
#include <stdint.h>

#include "pci.h"
#include "virtio_impl.h"

#define MAGIC	0x74726976u		/* "virt" */
#define VENDOR	0x5a465a52u
#define CONFIG	0x100u

static int
version(const struct virtiom *vm)
{

	return vm->vm_p.vp_transport == VIRTIOM_MMIO ? 2 : 1;
}

static uint64_t
mmio_read(struct pcim_plat *pp, uint64_t off, unsigned width)
{
	struct virtiom *vm = pcim_plat_softc(pp);
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;

	if (off >= CONFIG)
		return vm_config_read(vm, off - CONFIG, width);
	if (width != 4) {
		vm_violation(vm, "register 0x%x read with width %u", (unsigned)off, width);
		return 0;
	}
	switch (off) {
	case 0x00:
		return MAGIC;
	case 0x04:
		return version(vm);
	case 0x08:
		return vm->vm_class->vc_id;
	case 0x0c:
		return VENDOR;
	case 0x10:
		return vm_feature_read(vm, vm->vm_devsel);
	case 0x34:
		return vq != NULL ? vq->vq_max : 0;
	case 0x40:
		if (version(vm) == 1)
			return vq != NULL && vq->vq_enabled ? vq->vq_desc / vm->vm_pagesize : 0;
		break;
	case 0x44:
		if (version(vm) == 2)
			return vq != NULL && vq->vq_enabled;
		break;
	case 0x60:
		return vm->vm_isr;
	case 0x70:
		return vm->vm_status;
	case 0xfc:
		if (version(vm) == 2)
			return vm->vm_generation;
		break;
	}
	vm_violation(vm, "register 0x%x read: there is none", (unsigned)off);
	return 0;
}

static void
half(uint64_t *v, int high, uint32_t val)
{

	*v = high ? (*v & 0xffffffff) | (uint64_t)val << 32 : (*v & ~0xffffffffull) | val;
}

/* Registers of the selected queue; 0: there is no such register. */
static int
queue_write(struct virtiom *vm, unsigned off, uint32_t val)
{
	struct vm_queue *vq = vm->vm_qsel < vm->vm_nq ? &vm->vm_q[vm->vm_qsel] : NULL;
	int modern = version(vm) == 2;

	if (off != 0x38 && !(modern ? off == 0x44 || (off >= 0x80 && off <= 0xa4) :
	    off == 0x3c || off == 0x40))
		return 0;
	if (vq == NULL) {
		if (val != 0)
			vm_violation(vm, "queue %u set up, there are %u", vm->vm_qsel, vm->vm_nq);
		return 1;
	}
	if (vq->vq_enabled && off != 0x44 && off != 0x40) {
		vm_violation(vm, "register 0x%x written while queue %u is in use", off, vm->vm_qsel);
		return 1;
	}
	switch (off) {
	case 0x38:
		if (val > vq->vq_max)
			vm_violation(vm, "queue %u: size %u, limit %u", vm->vm_qsel, val, vq->vq_max);
		else
			vq->vq_num = val;
		break;
	case 0x3c:
		vm->vm_align = val;
		break;
	case 0x40:
		vm_queue_legacy(vm, vm->vm_qsel, (uint64_t)val * vm->vm_pagesize, vm->vm_align);
		break;
	case 0x44:
		if (val == 1)
			vm_queue_enable(vm, vm->vm_qsel);
		else
			vq->vq_enabled = 0;
		break;
	case 0x80:
	case 0x84:
		half(&vq->vq_desc, off & 4, val);
		break;
	case 0x90:
	case 0x94:
		half(&vq->vq_avail, off & 4, val);
		break;
	case 0xa0:
	case 0xa4:
		half(&vq->vq_used, off & 4, val);
		break;
	default:
		return 0;
	}
	return 1;
}

static void
mmio_write(struct pcim_plat *pp, uint64_t off, unsigned width, uint64_t val)
{
	struct virtiom *vm = pcim_plat_softc(pp);

	if (off >= CONFIG) {
		vm_config_write(vm, off - CONFIG, width, val);
		return;
	}
	if (width != 4) {
		vm_violation(vm, "register 0x%x written with width %u", (unsigned)off, width);
		return;
	}
	switch (off) {
	case 0x14:
		vm->vm_devsel = val;
		return;
	case 0x20:
		vm_feature_write(vm, vm->vm_drvsel, val);
		return;
	case 0x24:
		vm->vm_drvsel = val;
		return;
	case 0x28:
		if (version(vm) == 1 && val != 0 && (val & (val - 1)) == 0) {
			vm->vm_pagesize = val;
			return;
		}
		break;
	case 0x30:
		vm->vm_qsel = val;
		return;
	case 0x50:
		vm_notify(vm, val);
		return;
	case 0x64:
		vm_isr_ack(vm, val);
		return;
	case 0x70:
		vm_status_write(vm, val);
		return;
	default:
		if (queue_write(vm, off, val))
			return;
	}
	vm_violation(vm, "register 0x%x written with 0x%x: there is none", (unsigned)off, (unsigned)val);
}

static uint64_t
mmio_next(struct pcim_plat *pp)
{

	return vm_next(pcim_plat_softc(pp));
}

static void
mmio_run(struct pcim_plat *pp, uint64_t now)
{

	vm_run(pcim_plat_softc(pp), now);
}

static void
mmio_unplug(struct pcim_plat *pp)
{
	struct virtiom *vm = pcim_plat_softc(pp);

	vm->vm_gone = 1;
	vm->vm_npend = 0;
}

static void
mmio_free(struct pcim_plat *pp)
{

	virtiom_destroy(pcim_plat_softc(pp));
}

static const struct pcim_plat_ops ops = {
	.pp_kind = "virtio_mmio",
	.pp_read = mmio_read,
	.pp_write = mmio_write,
	.pp_next = mmio_next,
	.pp_run = mmio_run,
	.pp_unplug = mmio_unplug,
	.pp_free = mmio_free,
};

int
vm_mmio_plug(struct virtiom *vm, struct pcim_bus *bus)
{

	/* Soldered to the board: what was pulled off does not come back. */
	if (vm->vm_plat != NULL)
		return EOPNOTSUPP;
	if ((vm->vm_plat = pcim_plat_create(bus, &ops, vm, CONFIG + VIRTIOM_MAXCFG)) == NULL) {
		virtiom_destroy(vm);
		return ENOMEM;
	}
	return 0;
}
