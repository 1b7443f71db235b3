/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI of this machine: tags, configuration space, INTx, and the root bus at
 * mainbus.  See pci(9), pci_intr(9), and <rump/rumpuser_dev.h> for what is
 * below.
 *
 * Pins are wired as on a board: a pin of a device goes to one of four lines,
 * turned by the device's number, so that functions share lines.  A line is
 * allocated when its first handler comes and bound to every function that has
 * a handler on it.
 *
 * There is one root bus, number 0.  It is found when a backend is attached,
 * be it at boot or at a rescan of mainbus.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include <rump/rumpuser_dev.h>
#include <rump-sys/dev.h>

#include <machine/bus_private.h>

#include "locators.h"
#include "pci_impl.h"

struct pciconf_resources *pci_resources;

static struct pci_chipset_tag rump_chipset;

/*
 * Tags and configuration space.
 */

/* The chipset that answers idx for pc: the nearest that overrides it, or NULL for ourselves. */
static pci_chipset_tag_t
overrider(pci_chipset_tag_t pc, uint64_t idx)
{

	for (; pc != NULL; pc = pc->pc_super) {
		if ((pc->pc_present & idx) != 0)
			return pc;
	}
	return NULL;
}

pcitag_t
pci_make_tag(pci_chipset_tag_t pc, int bus, int device, int function)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_MAKE_TAG);

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_make_tag)(ipc->pc_ctx, pc, bus, device, function);
	return (pcitag_t){ .pt_bdf = RUMPUSER_BDF(bus & 0xff, device & 0x1f, function & 7) };
}

void
pci_decompose_tag(pci_chipset_tag_t pc, pcitag_t tag, int *bp, int *dp, int *fp)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_DECOMPOSE_TAG);

	if (ipc != NULL) {
		(*ipc->pc_ov->ov_decompose_tag)(ipc->pc_ctx, pc, tag, bp, dp, fp);
		return;
	}
	if (bp != NULL)
		*bp = tag.pt_bdf >> 8 & 0xff;
	if (dp != NULL)
		*dp = tag.pt_bdf >> 3 & 0x1f;
	if (fp != NULL)
		*fp = tag.pt_bdf & 7;
}

pcireg_t
pci_conf_read(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_CONF_READ);

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_conf_read)(ipc->pc_ctx, pc, tag, reg);
	if (reg < 0 || reg >= PCI_EXTCONF_SIZE || (reg & 3) != 0)
		return PCI_NOTHERE;
	return rumpuser_pci_confread(tag.pt_bdf, reg, 4);
}

void
pci_conf_write(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t val)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_CONF_WRITE);

	if (ipc != NULL) {
		(*ipc->pc_ov->ov_conf_write)(ipc->pc_ctx, pc, tag, reg, val);
		return;
	}
	if (reg < 0 || reg >= PCI_EXTCONF_SIZE || (reg & 3) != 0)
		return;
	rumpuser_pci_confwrite(tag.pt_bdf, reg, 4, val);
}

int
pci_bus_maxdevs(pci_chipset_tag_t pc, int bus)
{

	return 32;
}

void
pci_attach_hook(device_t parent, device_t self, struct pcibus_attach_args *pba)
{

}

int
pci_chipset_tag_create(pci_chipset_tag_t opc, uint64_t present, const struct pci_overrides *ov,
    void *ctx, pci_chipset_tag_t *pcp)
{
	const struct {
		uint64_t idx;
		bool there;
	} need[] = {
		{ PCI_OVERRIDE_CONF_READ, ov->ov_conf_read != NULL },
		{ PCI_OVERRIDE_CONF_WRITE, ov->ov_conf_write != NULL },
		{ PCI_OVERRIDE_INTR_MAP, ov->ov_intr_map != NULL },
		{ PCI_OVERRIDE_INTR_STRING, ov->ov_intr_string != NULL },
		{ PCI_OVERRIDE_INTR_EVCNT, ov->ov_intr_evcnt != NULL },
		{ PCI_OVERRIDE_INTR_ESTABLISH, ov->ov_intr_establish != NULL },
		{ PCI_OVERRIDE_INTR_DISESTABLISH, ov->ov_intr_disestablish != NULL },
		{ PCI_OVERRIDE_MAKE_TAG, ov->ov_make_tag != NULL },
		{ PCI_OVERRIDE_DECOMPOSE_TAG, ov->ov_decompose_tag != NULL },
	};
	pci_chipset_tag_t pc;
	unsigned i;

	for (i = 0; i < __arraycount(need); i++) {
		if ((present & need[i].idx) != 0 && !need[i].there)
			return EINVAL;
	}
	pc = kmem_zalloc(sizeof(*pc), KM_SLEEP);
	pc->pc_super = opc;
	pc->pc_present = present;
	pc->pc_ov = ov;
	pc->pc_ctx = ctx;
	*pcp = pc;
	return 0;
}

void
pci_chipset_tag_destroy(pci_chipset_tag_t pc)
{

	kmem_free(pc, sizeof(*pc));
}

int
pci_conf_hook(pci_chipset_tag_t pc, int bus, int dev, int func, pcireg_t id)
{

	/* Drivers turn bus mastering on themselves, and should be seen not to. */
	return PCI_CONF_DEFAULT & ~(PCI_CONF_ENABLE_BM | PCI_CONF_MAP_ROM);
}

void
pci_conf_interrupt(pci_chipset_tag_t pc, int bus, int dev, int pin, int swiz, int *iline)
{

	/* The line register is for firmware; 255 says that nobody has set it. */
	*iline = 0xff;
}

/*
 * INTx.
 */

#define	NSHARED		4

struct pin {
	LIST_ENTRY(pin)	pin_list;
	uint32_t	pin_bdf;
	unsigned	pin_no;
	unsigned	pin_users;	/* handlers */
};

/* Big lock. */
static struct {
	unsigned	irq;
	LIST_HEAD(, pin) pins;		/* empty: irq is not allocated */
} shared[NSHARED];

int
pci_intr_map(const struct pci_attach_args *pa, pci_intr_handle_t *ihp)
{
	pci_chipset_tag_t ipc = overrider(pa->pa_pc, PCI_OVERRIDE_INTR_MAP);
	int dev;

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_intr_map)(ipc->pc_ctx, pa, ihp);
	if (pa->pa_intrpin == PCI_INTERRUPT_PIN_NONE || pa->pa_intrpin > PCI_INTERRUPT_PIN_MAX ||
	    pa->pa_rawintrpin == PCI_INTERRUPT_PIN_NONE ||
	    pa->pa_rawintrpin > PCI_INTERRUPT_PIN_MAX)
		return 1;
	pci_decompose_tag(pa->pa_pc, pa->pa_intrtag, NULL, &dev, NULL);
	*ihp = __SHIFTIN((uint64_t)PCI_INTR_TYPE_INTX, PIH_TYPE) |
	    __SHIFTIN((uint64_t)(dev + pa->pa_intrpin - 1) % NSHARED, PIH_LINE) |
	    __SHIFTIN((uint64_t)pa->pa_rawintrpin, PIH_PIN) |
	    __SHIFTIN((uint64_t)pa->pa_tag.pt_bdf, PIH_BDF);
	return 0;
}

pci_intr_type_t
pci_intr_type(pci_chipset_tag_t pc, pci_intr_handle_t pih)
{

	return (pci_intr_type_t)__SHIFTOUT(pih, PIH_TYPE);
}

const char *
pci_intr_string(pci_chipset_tag_t pc, pci_intr_handle_t pih, char *buf, size_t len)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_INTR_STRING);
	unsigned bdf = __SHIFTOUT(pih, PIH_BDF);

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_intr_string)(ipc->pc_ctx, pc, pih, buf, len);
	if (pci_intr_type(pc, pih) == PCI_INTR_TYPE_INTX)
		snprintf(buf, len, "int%c line %u", 'A' - 1 + (int)__SHIFTOUT(pih, PIH_PIN),
		    (unsigned)__SHIFTOUT(pih, PIH_LINE));
	else
		snprintf(buf, len, "%s %u:%u:%u vec %u",
		    pci_intr_type(pc, pih) == PCI_INTR_TYPE_MSI ? "msi" : "msix", bdf >> 8,
		    bdf >> 3 & 0x1f, bdf & 7, (unsigned)__SHIFTOUT(pih, PIH_INDEX));
	return buf;
}

const struct evcnt *
pci_intr_evcnt(pci_chipset_tag_t pc, pci_intr_handle_t pih)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_INTR_EVCNT);

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_intr_evcnt)(ipc->pc_ctx, pc, pih);
	/* A line counts from its first handler on; a handle is not there yet. */
	return NULL;
}

int
pci_intr_setattr(pci_chipset_tag_t pc, pci_intr_handle_t *ihp, int attr, uint64_t data)
{

	switch (attr) {
	case PCI_INTR_MPSAFE:
		if (data)
			*ihp |= PIH_MPSAFE;
		else
			*ihp &= ~PIH_MPSAFE;
		return 0;
	default:
		return ENODEV;
	}
}

/* Binds the pin of a handle to its line; the line in *irqp. */
static int
intx_bind(pci_intr_handle_t pih, unsigned *irqp)
{
	unsigned l = __SHIFTOUT(pih, PIH_LINE), no = __SHIFTOUT(pih, PIH_PIN);
	uint32_t bdf = __SHIFTOUT(pih, PIH_BDF);
	bool fresh = LIST_EMPTY(&shared[l].pins);
	struct pin *pin;
	int error;

	LIST_FOREACH(pin, &shared[l].pins, pin_list) {
		if (pin->pin_bdf == bdf && pin->pin_no == no) {
			pin->pin_users++;
			*irqp = shared[l].irq;
			return 0;
		}
	}
	if (fresh && (error = rumpuser_intr_alloc(&shared[l].irq)) != 0)
		return error;
	if ((error = rumpuser_intr_bind_intx(bdf, no, shared[l].irq)) != 0) {
		if (fresh)
			rumpuser_intr_free(shared[l].irq);
		return error;
	}
	pin = kmem_zalloc(sizeof(*pin), KM_SLEEP);
	pin->pin_bdf = bdf;
	pin->pin_no = no;
	pin->pin_users = 1;
	LIST_INSERT_HEAD(&shared[l].pins, pin, pin_list);
	*irqp = shared[l].irq;
	return 0;
}

static void
intx_unbind(pci_intr_handle_t pih)
{
	unsigned l = __SHIFTOUT(pih, PIH_LINE), no = __SHIFTOUT(pih, PIH_PIN);
	uint32_t bdf = __SHIFTOUT(pih, PIH_BDF);
	struct pin *pin;

	LIST_FOREACH(pin, &shared[l].pins, pin_list) {
		if (pin->pin_bdf == bdf && pin->pin_no == no)
			break;
	}
	KASSERT(pin != NULL);
	if (--pin->pin_users != 0)
		return;
	LIST_REMOVE(pin, pin_list);
	kmem_free(pin, sizeof(*pin));
	rumpuser_intr_unbind(shared[l].irq);
	if (LIST_EMPTY(&shared[l].pins)) {
		rumpuser_intr_free(shared[l].irq);
		return;
	}
	/* Unbinding is for the whole line: the others come back, with their levels. */
	LIST_FOREACH(pin, &shared[l].pins, pin_list)
		(void)rumpuser_intr_bind_intx(pin->pin_bdf, pin->pin_no, shared[l].irq);
}

void *
pci_intr_establish_xname(pci_chipset_tag_t pc, pci_intr_handle_t pih, int ipl,
    int (*func)(void *), void *arg, const char *xname)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_INTR_ESTABLISH);
	struct pci_intrhand *ph;
	int error;

	if (ipc != NULL)
		return (*ipc->pc_ov->ov_intr_establish)(ipc->pc_ctx, pc, pih, ipl, func, arg);
	KERNEL_LOCK(1, NULL);
	ph = kmem_zalloc(sizeof(*ph), KM_SLEEP);
	ph->ph_pih = pih;
	if (pci_intr_type(pc, pih) == PCI_INTR_TYPE_INTX)
		error = intx_bind(pih, &ph->ph_irq);
	else
		error = rumpuser_intr_alloc(&ph->ph_irq);
	if (error != 0)
		goto fail_free;
	/* The handler is there before the first message can come. */
	ph->ph_ih = rump_intr_establish(ph->ph_irq, ipl,
	    (pih & PIH_MPSAFE) != 0 ? RUMP_INTR_MPSAFE : 0, func, arg, xname);
	if (ph->ph_ih == NULL)
		goto fail_line;
	if (pci_intr_type(pc, pih) != PCI_INTR_TYPE_INTX && pci_msi_intr_enable(pc, ph) != 0)
		goto fail_handler;
	KERNEL_UNLOCK_ONE(NULL);
	return ph;

 fail_handler:
	rump_intr_disestablish(ph->ph_ih);
 fail_line:
	if (pci_intr_type(pc, pih) == PCI_INTR_TYPE_INTX)
		intx_unbind(pih);
	else
		rumpuser_intr_free(ph->ph_irq);
 fail_free:
	kmem_free(ph, sizeof(*ph));
	KERNEL_UNLOCK_ONE(NULL);
	return NULL;
}

void *
pci_intr_establish(pci_chipset_tag_t pc, pci_intr_handle_t pih, int ipl, int (*func)(void *),
    void *arg)
{

	return pci_intr_establish_xname(pc, pih, ipl, func, arg, NULL);
}

void
pci_intr_disestablish(pci_chipset_tag_t pc, void *cookie)
{
	pci_chipset_tag_t ipc = overrider(pc, PCI_OVERRIDE_INTR_DISESTABLISH);
	struct pci_intrhand *ph = cookie;

	if (ipc != NULL) {
		(*ipc->pc_ov->ov_intr_disestablish)(ipc->pc_ctx, pc, cookie);
		return;
	}
	if (ph == NULL)
		return;
	KERNEL_LOCK(1, NULL);
	if (pci_intr_type(pc, ph->ph_pih) != PCI_INTR_TYPE_INTX)
		pci_msi_intr_disable(pc, ph);
	rump_intr_disestablish(ph->ph_ih);
	if (pci_intr_type(pc, ph->ph_pih) == PCI_INTR_TYPE_INTX)
		intx_unbind(ph->ph_pih);
	else {
		rumpuser_intr_unbind(ph->ph_irq);
		rumpuser_intr_free(ph->ph_irq);
	}
	kmem_free(ph, sizeof(*ph));
	KERNEL_UNLOCK_ONE(NULL);
}

/*
 * The root bus.
 */

static void
root_ranges(struct pciconf_resources *pr)
{
	static const struct {
		int type, space, prefetch64;
	} kinds[] = {
		{ PCICONF_RESOURCE_IO, RUMPUSER_SPACE_IO, 0 },
		{ PCICONF_RESOURCE_MEM, RUMPUSER_SPACE_MEM, 0 },
		{ PCICONF_RESOURCE_PREFETCHABLE_MEM, RUMPUSER_SPACE_MEM, 1 },
	};
	uint64_t start, len;
	unsigned i;

	for (i = 0; i < __arraycount(kinds); i++) {
		if (rumpuser_pci_window(kinds[i].space, kinds[i].prefetch64, &start, &len) == 0 &&
		    len != 0 && pciconf_resource_add(pr, kinds[i].type, start, len) != 0)
			aprint_error("pci: a window of 0x%llx bytes at 0x%llx makes no sense\n",
			    (unsigned long long)len, (unsigned long long)start);
	}
}

static void
root_scan(device_t mainbus, const int *locs)
{
	static const int zero[PCIBUSCF_NLOCS] = { [PCIBUSCF_BUS] = 0 };
	struct pcibus_attach_args pba;
	device_t dev;
	int i;

	if (locs[PCIBUSCF_BUS] != PCIBUSCF_BUS_DEFAULT && locs[PCIBUSCF_BUS] != 0)
		return;
	for (i = 0; i < pci_cd.cd_ndevs; i++) {
		dev = device_lookup(&pci_cd, i);
		if (dev != NULL && device_parent(dev) == mainbus) {
			/* It is there; perhaps with something new on it. */
			(void)pcirescan(dev, "pci", NULL);
			return;
		}
	}
	if (rumpuser_dev_backend_name() == NULL)
		return;

	if (pci_resources != NULL)
		pciconf_resource_fini(pci_resources);
	pci_resources = pciconf_resource_init();
	root_ranges(pci_resources);
	(void)pci_configure_bus(&rump_chipset, pci_resources, 0, 64);

	memset(&pba, 0, sizeof(pba));
	pba.pba_iot = x86_bus_space_io;
	pba.pba_memt = x86_bus_space_mem;
	pba.pba_dmat = &pci_bus_dma_tag;
	pba.pba_dmat64 = &pci_bus_dma64_tag;
	pba.pba_pc = &rump_chipset;
	pba.pba_flags = PCI_FLAGS_IO_OKAY | PCI_FLAGS_MEM_OKAY | PCI_FLAGS_MRL_OKAY |
	    PCI_FLAGS_MRM_OKAY | PCI_FLAGS_MWI_OKAY | PCI_FLAGS_MSI_OKAY | PCI_FLAGS_MSIX_OKAY;
	pba.pba_bus = 0;
	pba.pba_sub = 255;
	(void)config_found(mainbus, &pba, pcibusprint,
	    CFARGS(.iattr = "pcibus", .locators = zero));
}

static struct mainbus_scanner root_scanner = { .mb_iattr = "pcibus", .mb_scan = root_scan };

extern struct cfdriver * const cfdriver_ioconf_pci[];
extern const struct cfattachinit cfattach_ioconf_pci[];
extern struct cfdata cfdata_ioconf_pci[];

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_ioconf_pci, cfattach_ioconf_pci,
	    cfdata_ioconf_pci) != 0)
		panic("pci: tables");
	rump_dev_char("pci", &pci_cdevsw, "", "", 4, 0, 1);
	rump_mainbus_register(&root_scanner);
}
