/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI-to-PCI bridges: a bus behind a function.  See ppb(4), and PCI-to-PCI
 * Bridge 1.2.
 *
 * Bus numbers and windows were set by pci_configure_bus(9).  What the bridge
 * says of its numbers is checked here: the bus behind it has a higher number
 * than the one it sits on, so that buses form a tree.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "locators.h"

struct ppb_softc {
	device_t	sc_dev;
	pci_chipset_tag_t sc_pc;
	pcitag_t	sc_tag;		/* the bus keeps a pointer to it */
	struct pci_attach_args sc_pa;	/* what it told us, for a later bus */
	device_t	sc_bus;		/* big lock: the bus behind, or NULL */
};

static int
ppbmatch(device_t parent, cfdata_t cf, void *aux)
{
	struct pci_attach_args *pa = aux;
	pcireg_t bhlc = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_BHLC_REG);

	return PCI_CLASS(pa->pa_class) == PCI_CLASS_BRIDGE &&
	    PCI_SUBCLASS(pa->pa_class) == PCI_SUBCLASS_BRIDGE_PCI &&
	    PCI_HDRTYPE_TYPE(bhlc) == PCI_HDRTYPE_PPB;
}

static void
ppb_print_express(struct ppb_softc *sc)
{
	static const char *const types[16] = {
		[PCIE_XCAP_TYPE_RP] = "root port", [PCIE_XCAP_TYPE_UP] = "upstream port",
		[PCIE_XCAP_TYPE_DOWN] = "downstream port",
		[PCIE_XCAP_TYPE_PCIE2PCI] = "bridge to PCI",
		[PCIE_XCAP_TYPE_PCI2PCIE] = "bridge from PCI",
	};
	pcireg_t reg;

	if (pci_get_capability(sc->sc_pc, sc->sc_tag, PCI_CAP_PCIEXPRESS, NULL, &reg) != 0 &&
	    types[PCIE_XCAP_TYPE(reg)] != NULL)
		aprint_normal_dev(sc->sc_dev, "PCI Express %s\n", types[PCIE_XCAP_TYPE(reg)]);
}

/* Attaches the bus behind, if the bridge has been given one. */
static void
ppb_found(struct ppb_softc *sc)
{
	const struct pci_attach_args *pa = &sc->sc_pa;
	pcireg_t busdata = pci_conf_read(sc->sc_pc, sc->sc_tag, PCI_BRIDGE_BUS_REG);
	u_int sec = PCI_BRIDGE_BUS_NUM_SECONDARY(busdata);
	u_int sub = PCI_BRIDGE_BUS_NUM_SUBORDINATE(busdata);
	struct pcibus_attach_args pba;
	int locs[PCIBUSCF_NLOCS];

	if (sec == 0)
		return;
	if (sec <= pa->pa_bus || sub < sec) {
		aprint_error_dev(sc->sc_dev, "buses %u to %u are behind it, on bus %u\n", sec, sub,
		    pa->pa_bus);
		return;
	}
	memset(&pba, 0, sizeof(pba));
	pba.pba_iot = pa->pa_iot;
	pba.pba_memt = pa->pa_memt;
	pba.pba_dmat = pa->pa_dmat;
	pba.pba_dmat64 = pa->pa_dmat64;
	pba.pba_pc = pa->pa_pc;
	/* A function's own enables are not those of what is behind it. */
	pba.pba_flags = (pa->pa_flags | PCI_FLAGS_IO_OKAY | PCI_FLAGS_MEM_OKAY) &
	    ~PCI_FLAGS_MRM_OKAY;
	pba.pba_bus = sec;
	pba.pba_sub = sub;
	pba.pba_bridgetag = &sc->sc_tag;
	pba.pba_intrswiz = pa->pa_intrswiz;
	pba.pba_intrtag = pa->pa_intrtag;
	locs[PCIBUSCF_BUS] = sec;
	sc->sc_bus = config_found(sc->sc_dev, &pba, pcibusprint,
	    CFARGS(.iattr = "pcibus", .locators = locs));
}

static void
ppbattach(device_t parent, device_t self, void *aux)
{
	struct ppb_softc *sc = device_private(self);
	struct pci_attach_args *pa = aux;

	pci_aprint_devinfo(pa, NULL);
	sc->sc_dev = self;
	sc->sc_pc = pa->pa_pc;
	sc->sc_tag = pa->pa_tag;
	sc->sc_pa = *pa;
	ppb_print_express(sc);
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	ppb_found(sc);
}

static int
ppbdetach(device_t self, int flags)
{
	int error;

	if ((error = config_detach_children(self, flags)) != 0)
		return error;
	pmf_device_deregister(self);
	return 0;
}

static int
ppbrescan(device_t self, const char *ifattr, const int *locs)
{
	struct ppb_softc *sc = device_private(self);

	if (sc->sc_bus != NULL)
		return pcirescan(sc->sc_bus, "pci", NULL);
	ppb_found(sc);
	return 0;
}

static void
ppbchilddetached(device_t self, device_t child)
{
	struct ppb_softc *sc = device_private(self);

	if (sc->sc_bus == child)
		sc->sc_bus = NULL;
}

extern struct cfattach ppb_ca;
CFATTACH_DECL3_NEW(ppb, sizeof(struct ppb_softc), ppbmatch, ppbattach, ppbdetach, NULL,
    ppbrescan, ppbchilddetached, DVF_DETACH_SHUTDOWN);
