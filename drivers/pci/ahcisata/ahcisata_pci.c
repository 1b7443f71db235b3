/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * AHCI adapters on PCI: registers in BAR 5, one interrupt.  See ahcisata(4).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/pmf.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "ahci_impl.h"

struct ahci_pci_softc {
	struct ahci_softc ah_sc;	/* first */
	pci_chipset_tag_t sc_pc;
	pcitag_t	sc_pcitag;
	pci_intr_handle_t *sc_pihp;
	int		sc_nintr;
	void		*sc_ih;
	bool		sc_mapped;
};

static int
ahci_pci_match(device_t parent, cfdata_t match, void *aux)
{
	struct pci_attach_args *pa = aux;

	return PCI_CLASS(pa->pa_class) == PCI_CLASS_MASS_STORAGE &&
	    PCI_SUBCLASS(pa->pa_class) == PCI_SUBCLASS_MASS_STORAGE_SATA &&
	    PCI_INTERFACE(pa->pa_class) == PCI_INTERFACE_SATA_AHCI ? 3 : 0;
}

/* sc_intr_quiesce */
static void
ahci_pci_intr_quiesce(struct ahci_softc *sc)
{
	struct ahci_pci_softc *psc = container_of(sc, struct ahci_pci_softc,
	    ah_sc);

	if (psc->sc_ih != NULL)
		pci_intr_disestablish(psc->sc_pc, psc->sc_ih);
	psc->sc_ih = NULL;
}

/* Undoes any prefix of ahci_pci_attach(), after ahci_detach(). */
static void
ahci_pci_release(struct ahci_pci_softc *psc)
{
	struct ahci_softc *sc = &psc->ah_sc;

	ahci_pci_intr_quiesce(sc);
	if (psc->sc_pihp != NULL)
		pci_intr_release(psc->sc_pc, psc->sc_pihp, psc->sc_nintr);
	psc->sc_pihp = NULL;
	if (psc->sc_mapped)
		bus_space_unmap(sc->sc_ahcit, sc->sc_ahcih, sc->sc_ahcis);
	psc->sc_mapped = false;
}

static bool
ahci_pci_resume(device_t self, const pmf_qual_t *qual)
{
	struct ahci_pci_softc *psc = device_private(self);

	ahci_resume(&psc->ah_sc);
	return true;
}

static void
ahci_pci_attach(device_t parent, device_t self, void *aux)
{
	struct ahci_pci_softc *psc = device_private(self);
	struct ahci_softc *sc = &psc->ah_sc;
	struct pci_attach_args *pa = aux;
	int counts[PCI_INTR_TYPE_SIZE] = { 0 };
	pcireg_t csr, memtype;

	sc->sc_atac.atac_dev = self;
	sc->sc_intr_quiesce = ahci_pci_intr_quiesce;
	psc->sc_pc = pa->pa_pc;
	psc->sc_pcitag = pa->pa_tag;
	pci_aprint_devinfo(pa, "AHCI disk controller");

	memtype = pci_mapreg_type(pa->pa_pc, pa->pa_tag, AHCI_PCI_ABAR);
	if (PCI_MAPREG_TYPE(memtype) != PCI_MAPREG_TYPE_MEM) {
		aprint_error_dev(self, "BAR 5 is no memory, type %#x\n",
		    memtype);
		return;
	}
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_MASTER_ENABLE | PCI_COMMAND_MEM_ENABLE);
	if (pci_mapreg_map(pa, AHCI_PCI_ABAR, memtype, 0, &sc->sc_ahcit,
	    &sc->sc_ahcih, NULL, &sc->sc_ahcis) != 0) {
		aprint_error_dev(self, "can't map registers\n");
		return;
	}
	psc->sc_mapped = true;
	if (sc->sc_ahcis < AHCI_P_CLB(1)) {
		aprint_error_dev(self, "%ju bytes of registers, want %u\n",
		    (uintmax_t)sc->sc_ahcis, AHCI_P_CLB(1));
		goto fail;
	}
	sc->sc_dmat = pa->pa_dmat;
	if (pci_dma64_available(pa) &&
	    (sc->sc_ahci_quirks & AHCI_PCI_QUIRK_BAD64) == 0 &&
	    (AHCI_READ(sc, AHCI_CAP) & AHCI_CAP_64BIT) != 0)
		sc->sc_dmat = pa->pa_dmat64;

	counts[PCI_INTR_TYPE_INTX] = 1;
	counts[PCI_INTR_TYPE_MSI] = 1;
	counts[PCI_INTR_TYPE_MSIX] = 1;
	if (pci_intr_alloc(pa, &psc->sc_pihp, counts, PCI_INTR_TYPE_MSIX) !=
	    0) {
		aprint_error_dev(self, "no interrupt\n");
		psc->sc_pihp = NULL;
		goto fail;
	}
	psc->sc_nintr = 1;
	(void)pci_intr_setattr(pa->pa_pc, &psc->sc_pihp[0], PCI_INTR_MPSAFE,
	    true);
	psc->sc_ih = pci_intr_establish_xname(pa->pa_pc, psc->sc_pihp[0],
	    IPL_BIO, ahci_intr, sc, device_xname(self));
	if (psc->sc_ih == NULL) {
		aprint_error_dev(self, "no interrupt\n");
		goto fail;
	}
	if (!pmf_device_register(self, NULL, ahci_pci_resume))
		aprint_error_dev(self, "no power management\n");
	ahci_attach(sc);
	return;
fail:
	ahci_pci_release(psc);
}

static int
ahci_pci_detach(device_t self, int flags)
{
	struct ahci_pci_softc *psc = device_private(self);
	int error;

	error = ahci_detach(&psc->ah_sc, flags);
	if (error)
		return error;
	pmf_device_deregister(self);
	ahci_pci_release(psc);
	return 0;
}

static void
ahci_pci_childdet(device_t self, device_t child)
{
	struct ahci_pci_softc *psc = device_private(self);

	ahci_childdetached(&psc->ah_sc, child);
}

CFATTACH_DECL3_NEW(ahcisata_pci, sizeof(struct ahci_pci_softc),
    ahci_pci_match, ahci_pci_attach, ahci_pci_detach, NULL, NULL,
    ahci_pci_childdet, DVF_DETACH_SHUTDOWN);
