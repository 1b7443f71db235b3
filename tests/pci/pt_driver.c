/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A driver for the test device, as drivers are written: pt* at pci?.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/device.h>

#include <rump-sys/dev.h>

#include "pt_var.h"

unsigned pt_attached, pt_detached, pt_forced;

struct pt_softc *
pt_find(unsigned serial)
{
	struct pt_softc *sc;
	int i;

	for (i = 0; i < pt_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&pt_cd, i);
		if (sc != NULL && sc->sc_serial == serial)
			return sc;
	}
	return NULL;
}

static int
ptmatch(device_t parent, cfdata_t cf, void *aux)
{
	struct pci_attach_args *pa = aux;

	return PCI_VENDOR(pa->pa_id) == PT_VENDOR && PCI_PRODUCT(pa->pa_id) == PT_PRODUCT;
}

static int
pt_intr(void *arg)
{
	struct pt_vec *pv = arg;
	struct pt_softc *sc = pv->pv_sc;
	uint32_t status;

	if (sc->sc_type == PCI_INTR_TYPE_INTX) {
		status = bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_STATUS);
		if (status == 0 || status == 0xffffffff)
			return 0;
		bus_space_write_4(sc->sc_memt, sc->sc_memh, PT_STATUS, status);
	}
	atomic_inc_uint(&pv->pv_count);
	return 1;
}

void
pt_intr_give(struct pt_softc *sc)
{
	int i;

	for (i = 0; i < PT_MAXVEC; i++) {
		if (sc->sc_vec[i].pv_ih != NULL)
			pci_intr_disestablish(sc->sc_pa.pa_pc, sc->sc_vec[i].pv_ih);
		sc->sc_vec[i].pv_ih = NULL;
	}
	if (sc->sc_pihp != NULL)
		pci_intr_release(sc->sc_pa.pa_pc, sc->sc_pihp, sc->sc_nvec);
	sc->sc_pihp = NULL;
}

int
pt_intr_take(struct pt_softc *sc)
{
	int counts[PCI_INTR_TYPE_SIZE] = { 0 }, error, i;
	uint32_t want = bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_WANT);
	char buf[PCI_INTRSTR_LEN];

	if (want == PT_NONE)
		return 0;
	counts[PCI_INTR_TYPE_INTX] = 1;
	if (want == PT_MSI || want == PT_MSIX)
		counts[want == PT_MSI ? PCI_INTR_TYPE_MSI : PCI_INTR_TYPE_MSIX] =
		    MIN(bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_NVEC), PT_MAXVEC);
	error = pci_intr_alloc(&sc->sc_pa, &sc->sc_pihp, counts, PCI_INTR_TYPE_MSIX);
	if (error != 0)
		return error;
	sc->sc_type = pci_intr_type(sc->sc_pa.pa_pc, sc->sc_pihp[0]);
	sc->sc_nvec = counts[sc->sc_type];
	for (i = 0; i < sc->sc_nvec; i++) {
		sc->sc_vec[i].pv_sc = sc;
		sc->sc_vec[i].pv_no = i;
		pci_intr_setattr(sc->sc_pa.pa_pc, &sc->sc_pihp[i], PCI_INTR_MPSAFE, true);
		sc->sc_vec[i].pv_ih = pci_intr_establish_xname(sc->sc_pa.pa_pc, sc->sc_pihp[i],
		    IPL_BIO, pt_intr, &sc->sc_vec[i], device_xname(sc->sc_dev));
		if (sc->sc_vec[i].pv_ih == NULL) {
			pt_intr_give(sc);
			return ENOMEM;
		}
	}
	aprint_normal_dev(sc->sc_dev, "interrupting at %s\n",
	    pci_intr_string(sc->sc_pa.pa_pc, sc->sc_pihp[0], buf, sizeof(buf)));
	return 0;
}

static int
ptdetach(device_t self, int flags)
{
	struct pt_softc *sc = device_private(self);

	pt_intr_give(sc);
	if (sc->sc_memsize != 0)
		bus_space_unmap(sc->sc_memt, sc->sc_memh, sc->sc_memsize);
	if (sc->sc_iosize != 0)
		bus_space_unmap(sc->sc_iot, sc->sc_ioh, sc->sc_iosize);
	if (sc->sc_prefsize != 0)
		bus_space_unmap(sc->sc_preft, sc->sc_prefh, sc->sc_prefsize);
	pmf_device_deregister(self);
	pt_detached++;
	if ((flags & DETACH_FORCE) != 0)
		pt_forced++;
	return 0;
}

static void
ptattach(device_t parent, device_t self, void *aux)
{
	struct pt_softc *sc = device_private(self);
	struct pci_attach_args *pa = aux;
	pcireg_t csr;

	pci_aprint_devinfo(pa, "test device");
	sc->sc_dev = self;
	sc->sc_pa = *pa;
	pt_attached++;
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_MASTER_ENABLE);
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	if (pci_mapreg_map(pa, PCI_BAR0, PCI_MAPREG_TYPE_MEM, 0, &sc->sc_memt, &sc->sc_memh,
	    &sc->sc_memaddr, &sc->sc_memsize) != 0) {
		aprint_error_dev(self, "can't map registers\n");
		return;
	}
	if (pci_mapreg_map(pa, PCI_BAR1, PCI_MAPREG_TYPE_IO, 0, &sc->sc_iot, &sc->sc_ioh,
	    &sc->sc_ioaddr, &sc->sc_iosize) != 0)
		aprint_error_dev(self, "can't map ports\n");
	if (pci_mapreg_map(pa, PCI_BAR2,
	    PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE_64BIT, BUS_SPACE_MAP_LINEAR, &sc->sc_preft,
	    &sc->sc_prefh, &sc->sc_prefaddr, &sc->sc_prefsize) != 0 &&
	    pci_mapreg_map(pa, PCI_BAR2, PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE_64BIT, 0,
	    &sc->sc_preft, &sc->sc_prefh, &sc->sc_prefaddr, &sc->sc_prefsize) != 0)
		aprint_error_dev(self, "can't map memory\n");
	sc->sc_serial = bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_SERIAL);
	if (pt_intr_take(sc) != 0)
		aprint_error_dev(self, "no interrupt\n");
}

CFDRIVER_DECL(pt, DV_DULL, NULL);
static CFATTACH_DECL3_NEW(pt, sizeof(struct pt_softc), ptmatch, ptattach, ptdetach, NULL, NULL,
    NULL, 0);

static struct cfdriver * const cfdriver_ioconf_pt[] = { &pt_cd, NULL };
static struct cfattach * const pt_cfattach[] = { &pt_ca, NULL };
static const struct cfattachinit cfattach_ioconf_pt[] = {
	{ "pt", pt_cfattach }, { NULL, NULL }
};
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };
static int any[] = { -1, -1 };
static struct cfdata cfdata_ioconf_pt[] = {
	{ "pt", "pt", 0, FSTATE_STAR, any, 0, &pci_parent },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_ioconf_pt, cfattach_ioconf_pt, cfdata_ioconf_pt) != 0)
		panic("pt: tables");
}
