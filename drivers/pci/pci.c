/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The PCI bus: finds functions, attaches drivers to them, and keeps account
 * of both.  See pci(4), pci(9); PCI Local Bus 3.0 chapter 6.
 *
 * Configuration space is the device's word.  It is read once for each
 * decision, what it says is bounded, and a function that goes away or becomes
 * another one is noticed when the bus is scanned again: its driver is
 * detached, with DETACH_FORCE, before anything new attaches there.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/kmem.h>
#include <sys/module.h>

#include <dev/pci/pcidevs.h>

#include "locators.h"
#include "pci_impl.h"

/* Functions that are not what their header says. */
static const struct pci_quirkdata quirks[] = {
	{ PCI_VENDOR_INTEL, PCI_PRODUCT_INTEL_82371FB_ISA, PCI_QUIRK_MULTIFUNCTION },
	{ PCI_VENDOR_INTEL, PCI_PRODUCT_INTEL_82371SB_ISA, PCI_QUIRK_MULTIFUNCTION },
	{ PCI_VENDOR_INTEL, PCI_PRODUCT_INTEL_82371AB_ISA, PCI_QUIRK_MULTIFUNCTION },
};

const struct pci_quirkdata *
pci_lookup_quirkdata(pci_vendor_id_t vendor, pci_product_id_t product)
{
	unsigned i;

	for (i = 0; i < __arraycount(quirks); i++) {
		if (quirks[i].vendor == vendor && quirks[i].product == product)
			return &quirks[i];
	}
	return NULL;
}

/*
 * Printing.
 */

int
pcibusprint(void *aux, const char *pnp)
{
	struct pcibus_attach_args *pba = aux;

	if (pnp != NULL)
		aprint_normal("pci at %s", pnp);
	aprint_normal(" bus %d", pba->pba_bus);
	return UNCONF;
}

static int
pciprint(void *aux, const char *pnp)
{
	struct pci_attach_args *pa = aux;
	char devinfo[256];

	if (pnp != NULL) {
		pci_devinfo(pa->pa_id, pa->pa_class, 1, devinfo, sizeof(devinfo));
		aprint_normal("%s at %s", devinfo, pnp);
	}
	aprint_normal(" dev %d function %d", pa->pa_device, pa->pa_function);
	return UNCONF;
}

/*
 * Suspend and resume, on behalf of drivers.
 */

struct child_power {
	struct pci_softc *cp_bus;
	pcitag_t	cp_tag;
	int		cp_dev, cp_func;
};

static bool
pci_child_suspend(device_t dev, const pmf_qual_t *qual)
{
	struct child_power *cp = device_pmf_bus_private(dev);
	struct pci_child *c = &cp->cp_bus->PCI_SC_DEVICESC(cp->cp_dev, cp->cp_func);
	pcireg_t csr;

	pci_conf_capture(cp->cp_bus->sc_pc, cp->cp_tag, &c->c_conf);
	csr = c->c_conf.reg[PCI_COMMAND_STATUS_REG / 4];
	pci_conf_write(cp->cp_bus->sc_pc, cp->cp_tag, PCI_COMMAND_STATUS_REG,
	    csr & PCI_COMMAND_MASK & ~PCI_COMMAND_MASTER_ENABLE);
	/* A bridge in D3 would take what is behind it along, too early. */
	if (c->c_psok && !device_is_a(dev, "ppb") &&
	    pci_set_powerstate(cp->cp_bus->sc_pc, cp->cp_tag, PCI_PWR_D3) != 0) {
		aprint_error_dev(dev, "couldn't be put to D3\n");
		pci_conf_restore(cp->cp_bus->sc_pc, cp->cp_tag, &c->c_conf);
		return false;
	}
	return true;
}

static bool
pci_child_resume(device_t dev, const pmf_qual_t *qual)
{
	struct child_power *cp = device_pmf_bus_private(dev);
	struct pci_child *c = &cp->cp_bus->PCI_SC_DEVICESC(cp->cp_dev, cp->cp_func);

	if (c->c_psok && pci_set_powerstate(cp->cp_bus->sc_pc, cp->cp_tag, PCI_PWR_D0) != 0) {
		/* Its driver wakes up all the same, to fail what waits for it. */
		aprint_error_dev(dev, "couldn't be put to D0\n");
		if (pci_conf_read(cp->cp_bus->sc_pc, cp->cp_tag, PCI_ID_REG) == 0xffffffff)
			return true;
	}
	pci_conf_restore(cp->cp_bus->sc_pc, cp->cp_tag, &c->c_conf);
	pci_msi_restore(cp->cp_bus->sc_pc, cp->cp_tag);
	return true;
}

static bool
pci_child_shutdown(device_t dev, int how)
{
	struct child_power *cp = device_pmf_bus_private(dev);
	pcireg_t csr = pci_conf_read(cp->cp_bus->sc_pc, cp->cp_tag, PCI_COMMAND_STATUS_REG);

	/* No DMA into whatever comes after us. */
	pci_conf_write(cp->cp_bus->sc_pc, cp->cp_tag, PCI_COMMAND_STATUS_REG,
	    csr & PCI_COMMAND_MASK & ~PCI_COMMAND_MASTER_ENABLE);
	return true;
}

static void
pci_child_deregister(device_t dev)
{
	struct child_power *cp = device_pmf_bus_private(dev);

	kmem_free(cp, sizeof(*cp));
}

static bool
pci_child_register(device_t child)
{
	struct pci_softc *sc = device_private(device_parent(child));
	struct child_power *cp = kmem_zalloc(sizeof(*cp), KM_SLEEP);

	cp->cp_bus = sc;
	cp->cp_dev = device_locator(child, PCICF_DEV);
	cp->cp_func = device_locator(child, PCICF_FUNCTION);
	cp->cp_tag = pci_make_tag(sc->sc_pc, sc->sc_bus, cp->cp_dev, cp->cp_func);
	device_pmf_bus_register(child, cp, pci_child_suspend, pci_child_resume,
	    pci_child_shutdown, pci_child_deregister);
	return true;
}

/*
 * Finding functions.
 */

/* A bus that has this number already. */
static bool
bus_taken(pci_chipset_tag_t pc, int bus)
{
	struct pci_softc *sc;
	int i;

	for (i = 0; i < pci_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&pci_cd, i);
		if (sc != NULL && sc->sc_pc != NULL && sc->sc_pc == pc && sc->sc_bus == bus)
			return true;
	}
	return false;
}

int
pci_probe_device(struct pci_softc *sc, pcitag_t tag,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap)
{
	pci_chipset_tag_t pc = sc->sc_pc;
	int locs[PCICF_NLOCS], bus, device, function;
	struct pci_attach_args pa;
	struct pci_child *c;
	pcireg_t id, csr, bhlc, intr, state;
	device_t dev;

	pci_decompose_tag(pc, tag, &bus, &device, &function);
	c = &sc->PCI_SC_DEVICESC(device, function);
	if (match == NULL && c->c_dev != NULL)
		return 0;

	id = pci_conf_read(pc, tag, PCI_ID_REG);
	bhlc = pci_conf_read(pc, tag, PCI_BHLC_REG);
	if (!pci_id_valid(id) || bhlc == PCI_NOTHERE)
		return 0;
	if (PCI_HDRTYPE_TYPE(bhlc) > PCI_HDRTYPE_PCB) {
		pci_complain(tag, "header type %u, at most %u", PCI_HDRTYPE_TYPE(bhlc),
		    PCI_HDRTYPE_PCB);
		return 0;
	}
	csr = pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG);
	intr = pci_conf_read(pc, tag, PCI_INTERRUPT_REG);

	memset(&pa, 0, sizeof(pa));
	pa.pa_iot = sc->sc_iot;
	pa.pa_memt = sc->sc_memt;
	pa.pa_dmat = sc->sc_dmat;
	pa.pa_dmat64 = sc->sc_dmat64;
	pa.pa_pc = pc;
	pa.pa_bus = bus;
	pa.pa_device = device;
	pa.pa_function = function;
	pa.pa_tag = tag;
	pa.pa_id = id;
	pa.pa_class = pci_conf_read(pc, tag, PCI_CLASS_REG);
	pa.pa_flags = sc->sc_flags;
	if ((csr & PCI_COMMAND_IO_ENABLE) == 0)
		pa.pa_flags &= ~PCI_FLAGS_IO_OKAY;
	if ((csr & PCI_COMMAND_MEM_ENABLE) == 0)
		pa.pa_flags &= ~PCI_FLAGS_MEM_OKAY;
	if (sc->sc_bridgetag == NULL)
		pa.pa_intrtag = tag;
	else {
		pa.pa_intrswiz = sc->sc_intrswiz + device;
		pa.pa_intrtag = sc->sc_intrtag;
	}
	pa.pa_rawintrpin = PCI_INTERRUPT_PIN(intr);
	pa.pa_intrline = PCI_INTERRUPT_LINE(intr);
	if (pa.pa_rawintrpin > PCI_INTERRUPT_PIN_MAX) {
		pci_complain(tag, "interrupt pin %u, at most %u", pa.pa_rawintrpin,
		    PCI_INTERRUPT_PIN_MAX);
		pa.pa_rawintrpin = PCI_INTERRUPT_PIN_NONE;
	}
	if (pa.pa_rawintrpin != PCI_INTERRUPT_PIN_NONE)
		pa.pa_intrpin = (pa.pa_rawintrpin - 1 + pa.pa_intrswiz) % 4 + 1;

	if (match != NULL) {
		if (pap != NULL)
			*pap = pa;
		return (*match)(&pa);
	}

	/* Whoever attaches finds it accounted for. */
	c->c_id = id;
	c->c_psok = pci_get_powerstate(pc, tag, &state) == 0;
	c->c_powerstate = c->c_psok ? state : PCI_PWR_D0;
	locs[PCICF_DEV] = device;
	locs[PCICF_FUNCTION] = function;
	dev = config_found(sc->sc_dev, &pa, pciprint,
	    CFARGS(.submatch = config_stdsubmatch, .locators = locs));
	if (dev == NULL) {
		memset(c, 0, sizeof(*c));
		return 0;
	}
	c->c_dev = dev;
	sc->sc_driven |= (uint32_t)1 << device;
	pci_conf_capture(pc, tag, &c->c_conf);
	return 0;
}

/* present: a bit for each device that is worth looking at. */
static int
enumerate(struct pci_softc *sc, const int *locs, uint32_t present,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap)
{
	pci_chipset_tag_t pc = sc->sc_pc;
	const struct pci_quirkdata *qd;
	int device, error, function, nfuncs;
	pcireg_t bhlc, id;
	pcitag_t tag;

	for (device = 0; device < sc->sc_maxndevs; device++) {
		if ((locs[PCICF_DEV] != PCICF_DEV_DEFAULT && locs[PCICF_DEV] != device) ||
		    (present >> device & 1) == 0)
			continue;
		tag = pci_make_tag(pc, sc->sc_bus, device, 0);
		id = pci_conf_read(pc, tag, PCI_ID_REG);
		if (!pci_id_valid(id))
			continue;
		bhlc = pci_conf_read(pc, tag, PCI_BHLC_REG);
		qd = pci_lookup_quirkdata(PCI_VENDOR(id), PCI_PRODUCT(id));
		if (qd != NULL && (qd->quirks & PCI_QUIRK_MULTIFUNCTION) != 0)
			nfuncs = 8;
		else if (qd != NULL && (qd->quirks & PCI_QUIRK_MONOFUNCTION) != 0)
			nfuncs = 1;
		else
			nfuncs = PCI_HDRTYPE_MULTIFN(bhlc) ? 8 : 1;
		for (function = 0; function < nfuncs; function++) {
			if ((locs[PCICF_FUNCTION] != PCICF_FUNCTION_DEFAULT &&
			    locs[PCICF_FUNCTION] != function) ||
			    (qd != NULL && (qd->quirks & PCI_QUIRK_SKIP_FUNC(function)) != 0))
				continue;
			tag = pci_make_tag(pc, sc->sc_bus, device, function);
			error = pci_probe_device(sc, tag, match, pap);
			if (match != NULL && error != 0)
				return error;
		}
	}
	return 0;
}

int
pci_enumerate_bus(struct pci_softc *sc, const int *locs,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap)
{

	return enumerate(sc, locs, UINT32_MAX, match, pap);
}

int
pci_find_device(struct pci_attach_args *pa, int (*match)(const struct pci_attach_args *))
{
	static const int any[PCICF_NLOCS] = {
		[PCICF_DEV] = PCICF_DEV_DEFAULT, [PCICF_FUNCTION] = PCICF_FUNCTION_DEFAULT
	};
	struct pci_softc *sc;
	int i;

	for (i = 0; i < pci_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&pci_cd, i);
		if (sc != NULL && sc->sc_pc != NULL && pci_enumerate_bus(sc, any, match, pa) != 0)
			return 1;
	}
	return 0;
}

/*
 * Tables of compatible functions.
 */

const struct device_compatible_entry *
pci_compatible_lookup(const struct pci_attach_args *pa, const struct device_compatible_entry *dce)
{

	return device_compatible_lookup_id(pa->pa_id, PCI_COMPAT_EOL_VALUE, dce);
}

int
pci_compatible_match(const struct pci_attach_args *pa, const struct device_compatible_entry *dce)
{

	return pci_compatible_lookup(pa, dce) != NULL;
}

const struct device_compatible_entry *
pci_compatible_lookup_subsys(const struct pci_attach_args *pa,
    const struct device_compatible_entry *dce)
{
	pcireg_t id = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_SUBSYS_ID_REG);

	return device_compatible_lookup_id(id, PCI_COMPAT_EOL_VALUE, dce);
}

int
pci_compatible_match_subsys(const struct pci_attach_args *pa,
    const struct device_compatible_entry *dce)
{

	return pci_compatible_lookup_subsys(pa, dce) != NULL;
}

/*
 * The device.
 */

int
pcimatch(device_t parent, cfdata_t cf, void *aux)
{
	struct pcibus_attach_args *pba = aux;
	device_t dev;
	int depth = 0;

	if (pba->pba_bus < 0 || pba->pba_bus > 255)
		return 0;
	/* A bridge may say any number; the same bus twice would be without end. */
	if (bus_taken(pba->pba_pc, pba->pba_bus)) {
		aprint_error_dev(parent, "bus %d is there already\n", pba->pba_bus);
		return 0;
	}
	for (dev = parent; dev != NULL; dev = device_parent(dev)) {
		if (device_is_a(dev, "pci") && ++depth > PCI_MAXDEPTH) {
			aprint_error_dev(parent, "bus %d is more than %d bridges away\n",
			    pba->pba_bus, PCI_MAXDEPTH);
			return 0;
		}
	}
	return 1;
}

void
pciattach(device_t parent, device_t self, void *aux)
{
	struct pcibus_attach_args *pba = aux;
	struct pci_softc *sc = device_private(self);

	pci_attach_hook(parent, self, pba);
	aprint_naive("\n");
	aprint_normal("\n");

	sc->sc_dev = self;
	sc->sc_iot = pba->pba_iot;
	sc->sc_memt = pba->pba_memt;
	sc->sc_dmat = pba->pba_dmat;
	sc->sc_dmat64 = pba->pba_dmat64;
	sc->sc_pc = pba->pba_pc;
	sc->sc_bus = pba->pba_bus;
	sc->sc_maxndevs = MIN(pci_bus_maxdevs(pba->pba_pc, pba->pba_bus), 32);
	sc->sc_bridgetag = pba->pba_bridgetag;
	sc->sc_intrswiz = pba->pba_intrswiz;
	sc->sc_intrtag = pba->pba_intrtag;
	sc->sc_flags = pba->pba_flags;

	device_pmf_driver_set_child_register(self, pci_child_register);
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	(void)pcirescan(self, "pci", NULL);
}

int
pcidetach(device_t self, int flags)
{
	int error;

	if ((error = config_detach_children(self, flags)) != 0)
		return error;
	pmf_device_deregister(self);
	return 0;
}

void
pcidevdetached(device_t self, device_t child)
{
	struct pci_softc *sc = device_private(self);
	int d = device_locator(child, PCICF_DEV), f = device_locator(child, PCICF_FUNCTION);

	KASSERT(d >= 0 && d < 32 && f >= 0 && f < 8);
	pci_complain_reset(pci_make_tag(sc->sc_pc, sc->sc_bus, d, f));
	memset(&sc->PCI_SC_DEVICESC(d, f), 0, sizeof(sc->sc_devices[0]));
}

/* The first function from place i on that has a driver, or -1. */
static int
pci_driven(const struct pci_softc *sc, int i)
{

	for (; i < (int)__arraycount(sc->sc_devices); i++) {
		if (sc->sc_driven >> i / 8 == 0)
			break;
		if ((sc->sc_driven >> i / 8 & 1) == 0)
			i |= 7;
		else if (sc->sc_devices[i].c_dev != NULL)
			return i;
	}
	return -1;
}

/* Takes drivers away from functions that are not there any more. */
static void
pci_detach_gone(struct pci_softc *sc, const int *locs)
{
	device_t dev;
	pcireg_t id;
	pcitag_t tag;
	int i, d, f;

	for (i = pci_driven(sc, 0); i != -1; i = pci_driven(sc, i + 1)) {
		dev = sc->sc_devices[i].c_dev;
		d = i / 8;
		f = i % 8;
		if ((locs[PCICF_DEV] != PCICF_DEV_DEFAULT && locs[PCICF_DEV] != d) ||
		    (locs[PCICF_FUNCTION] != PCICF_FUNCTION_DEFAULT && locs[PCICF_FUNCTION] != f))
			continue;
		tag = pci_make_tag(sc->sc_pc, sc->sc_bus, d, f);
		id = pci_conf_read(sc->sc_pc, tag, PCI_ID_REG);
		if (id == sc->sc_devices[i].c_id &&
		    !pciconf_changed(sc->sc_pc, pci_resources, tag))
			continue;
		aprint_normal_dev(dev, "%s\n", pci_id_valid(id) ?
		    "replaced by another device" : "device is gone");
		(void)config_detach(dev, DETACH_FORCE);
	}
}

/*
 * Looks at the bus again: drivers go with their functions, new functions get
 * addresses and drivers, and bridges are asked to do the same behind them.
 */
int
pcirescan(device_t self, const char *ifattr, const int *locators)
{
	static const int any[PCICF_NLOCS] = {
		[PCICF_DEV] = PCICF_DEV_DEFAULT, [PCICF_FUNCTION] = PCICF_FUNCTION_DEFAULT
	};
	struct pci_softc *sc = device_private(self);
	const int *locs = locators != NULL ? locators : any;
	uint32_t present = UINT32_MAX;
	device_t dev;
	int i;

	pci_detach_gone(sc, locs);
	if (pci_resources != NULL)
		present = pciconf_update(sc->sc_pc, pci_resources, sc->sc_bus);
	for (i = pci_driven(sc, 0); i != -1; i = pci_driven(sc, i + 1)) {
		dev = sc->sc_devices[i].c_dev;
		if (device_is_a(dev, "ppb"))
			(void)(*device_cfattach(dev)->ca_rescan)(dev, "pcibus", NULL);
	}
	(void)enumerate(sc, locs, present, NULL, NULL);
	return 0;
}

/*
 * Power states.  See PCI Bus Power Management 1.2, chapter 3.
 */

int
pci_get_powerstate(pci_chipset_tag_t pc, pcitag_t tag, pcireg_t *statep)
{
	pcireg_t val;
	int off;

	if (pci_get_capability(pc, tag, PCI_CAP_PWRMGMT, &off, NULL) == 0)
		return EOPNOTSUPP;
	val = pci_conf_read(pc, tag, off + PCI_PMCSR);
	if (val == PCI_NOTHERE)
		return EIO;
	*statep = val & PCI_PMCSR_STATE_MASK;
	return 0;
}

int
pci_set_powerstate(pci_chipset_tag_t pc, pcitag_t tag, pcireg_t state)
{
	pcireg_t cap, val, now;
	int off;

	if (state > PCI_PWR_D3)
		return EINVAL;
	if (pci_get_capability(pc, tag, PCI_CAP_PWRMGMT, &off, &cap) == 0)
		return EOPNOTSUPP;
	val = pci_conf_read(pc, tag, off + PCI_PMCSR);
	if (val == PCI_NOTHERE)
		return EIO;
	now = val & PCI_PMCSR_STATE_MASK;
	if (now == state)
		return 0;
	cap >>= PCI_PMCR_SHIFT;
	if ((state == PCI_PWR_D1 && (cap & PCI_PMCR_D1SUPP) == 0) ||
	    (state == PCI_PWR_D2 && (cap & PCI_PMCR_D2SUPP) == 0))
		return EOPNOTSUPP;
	/* Down any way, but up only to D0. */
	if (state < now && state != PCI_PWR_D0)
		return EINVAL;
	val &= ~(PCI_PMCSR_STATE_MASK | PCI_PMCSR_PME_STS);
	pci_conf_write(pc, tag, off + PCI_PMCSR, val | state);
	if (state == PCI_PWR_D3 || now == PCI_PWR_D3)
		DELAY(10000);
	else if (state == PCI_PWR_D2 || now == PCI_PWR_D2)
		DELAY(200);
	return 0;
}

int
pci_activate(pci_chipset_tag_t pc, pcitag_t tag, device_t dev,
    int (*wakeup)(pci_chipset_tag_t, pcitag_t, device_t, pcireg_t))
{
	pcireg_t state;
	int error;

	if ((error = pci_get_powerstate(pc, tag, &state)) != 0)
		return error;
	if (state == PCI_PWR_D0)
		return 0;
	if (wakeup != NULL) {
		if ((error = (*wakeup)(pc, tag, dev, state)) != 0)
			return error;
	} else if (state == PCI_PWR_D3) {
		aprint_error_dev(dev, "in D3, and its driver can't wake it up\n");
		return EOPNOTSUPP;
	}
	return pci_set_powerstate(pc, tag, PCI_PWR_D0);
}

int
pci_activate_null(pci_chipset_tag_t pc, pcitag_t tag, device_t dev, pcireg_t state)
{

	return 0;
}

void
pci_conf_capture(pci_chipset_tag_t pc, pcitag_t tag, struct pci_conf_state *state)
{
	unsigned i;

	for (i = 0; i < __arraycount(state->reg); i++)
		state->reg[i] = pci_conf_read(pc, tag, i * 4);
}

void
pci_conf_restore(pci_chipset_tag_t pc, pcitag_t tag, struct pci_conf_state *state)
{
	unsigned i;

	/* Addresses first: the command register lets them be decoded. */
	for (i = __arraycount(state->reg); i-- > 0;) {
		if (i == PCI_COMMAND_STATUS_REG / 4 || i == PCI_ID_REG / 4 ||
		    i == PCI_CLASS_REG / 4 ||
		    pci_conf_read(pc, tag, i * 4) == state->reg[i])
			continue;
		pci_conf_write(pc, tag, i * 4, state->reg[i]);
	}
	pci_conf_write(pc, tag, PCI_COMMAND_STATUS_REG,
	    state->reg[PCI_COMMAND_STATUS_REG / 4] & PCI_COMMAND_MASK);
}

int
pci_dma64_available(const struct pci_attach_args *pa)
{

	return pa->pa_dmat64 != NULL && pa->pa_dmat64 != pa->pa_dmat;
}

/*
 * Vital product data: an address is written, and a flag turns over when the
 * data is there.
 */

#define	VPD_TRIES	100
#define	VPD_WAIT	1000		/* microseconds */

static int
pci_vpd_wait(pci_chipset_tag_t pc, pcitag_t tag, int off, pcireg_t flag)
{
	pcireg_t reg;
	int i;

	for (i = 0; i < VPD_TRIES; i++) {
		reg = pci_conf_read(pc, tag, off);
		if (reg == PCI_NOTHERE)
			break;
		if ((reg & PCI_VPD_OPFLAG) == flag)
			return 0;
		DELAY(VPD_WAIT);
	}
	return EIO;
}

int
pci_vpd_read(pci_chipset_tag_t pc, pcitag_t tag, int offset, int count, pcireg_t *data)
{
	pcireg_t reg;
	int error, i, off;

	if (offset < 0 || (offset & 3) != 0 || count < 0 ||
	    count > (PCI_VPD_ADDRESS_MASK + 1 - offset) / 4)
		return EINVAL;
	if (pci_get_capability(pc, tag, PCI_CAP_VPD, &off, &reg) == 0)
		return ENXIO;
	for (i = 0; i < count; i++) {
		reg = (reg & 0xffff) | PCI_VPD_ADDRESS(offset + 4 * i);
		pci_conf_write(pc, tag, off, reg);
		if ((error = pci_vpd_wait(pc, tag, off, PCI_VPD_OPFLAG)) != 0)
			return error;
		data[i] = pci_conf_read(pc, tag, PCI_VPD_DATAREG(off));
	}
	return 0;
}

int
pci_vpd_write(pci_chipset_tag_t pc, pcitag_t tag, int offset, int count, pcireg_t *data)
{
	pcireg_t reg;
	int error, i, off;

	if (offset < 0 || (offset & 3) != 0 || count < 0 ||
	    count > (PCI_VPD_ADDRESS_MASK + 1 - offset) / 4)
		return EINVAL;
	if (pci_get_capability(pc, tag, PCI_CAP_VPD, &off, &reg) == 0)
		return ENXIO;
	for (i = 0; i < count; i++) {
		pci_conf_write(pc, tag, PCI_VPD_DATAREG(off), data[i]);
		reg = (reg & 0xffff) | PCI_VPD_ADDRESS(offset + 4 * i) | PCI_VPD_OPFLAG;
		pci_conf_write(pc, tag, off, reg);
		if ((error = pci_vpd_wait(pc, tag, off, 0)) != 0)
			return error;
	}
	return 0;
}

/* For modules that require "pci". */
MODULE(MODULE_CLASS_DRIVER, pci, NULL);

static int
pci_modcmd(modcmd_t cmd, void *arg)
{

	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
