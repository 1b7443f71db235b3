/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * NVMe controllers on PCI: registers in BAR 0, a message of MSI-X for each
 * queue if there are enough, else one interrupt.  See nvme(4).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/pmf.h>
#include <sys/vnode.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "nvme_impl.h"

#define	NVME_PCI_BAR	0x10

struct nvme_pci_softc {
	struct nvme_softc psc_nvme;	/* first */
	pci_chipset_tag_t psc_pc;
	pci_intr_handle_t *psc_intrs;	/* vectors, psc_nintrs of them */
	int		psc_nintrs;
	u_int		psc_nih;	/* room in sc_ih and sc_softih */
	bool		psc_mapped;
};

static int
nvme_pci_match(device_t parent, cfdata_t match, void *aux)
{
	struct pci_attach_args *pa = aux;

	return PCI_CLASS(pa->pa_class) == PCI_CLASS_MASS_STORAGE &&
	    PCI_SUBCLASS(pa->pa_class) == PCI_SUBCLASS_MASS_STORAGE_NVM &&
	    PCI_INTERFACE(pa->pa_class) == PCI_INTERFACE_NVM_NVME;
}

/* sc_intr_establish: of a queue, or with one vector of the controller. */
static int
nvme_pci_intr_establish(struct nvme_softc *sc, uint16_t qid,
    struct nvme_queue *q)
{
	struct nvme_pci_softc *psc = container_of(sc, struct nvme_pci_softc,
	    psc_nvme);
	char xname[DEVICE_XNAME_SIZE + 8], buf[PCI_INTRSTR_LEN];
	void (*soft)(void *);
	int (*hard)(void *);
	void *arg;

	KASSERT(qid < psc->psc_nih && sc->sc_ih[qid] == NULL);
	if (sc->sc_use_mq) {
		hard = nvme_intr_msi;
		soft = nvme_softintr_msi;
		arg = q;
	} else {
		hard = nvme_intr;
		soft = nvme_softintr_intx;
		arg = sc;
	}
	snprintf(xname, sizeof(xname), "%s q%u", device_xname(sc->sc_dev), qid);
	sc->sc_softih[qid] = softint_establish(SOFTINT_BIO | SOFTINT_MPSAFE,
	    soft, arg);
	if (sc->sc_softih[qid] == NULL) {
		aprint_error_dev(sc->sc_dev, "no soft interrupt for queue %u\n",
		    qid);
		return ENOMEM;
	}
	(void)pci_intr_setattr(psc->psc_pc, &psc->psc_intrs[qid],
	    PCI_INTR_MPSAFE, true);
	sc->sc_ih[qid] = pci_intr_establish_xname(psc->psc_pc,
	    psc->psc_intrs[qid], IPL_BIO, hard, arg, xname);
	if (sc->sc_ih[qid] == NULL) {
		aprint_error_dev(sc->sc_dev, "no interrupt for queue %u\n",
		    qid);
		softint_disestablish(sc->sc_softih[qid]);
		sc->sc_softih[qid] = NULL;
		return ENOMEM;
	}
	aprint_verbose_dev(sc->sc_dev, "queue %u interrupts at %s\n", qid,
	    pci_intr_string(psc->psc_pc, psc->psc_intrs[qid], buf,
	    sizeof(buf)));
	return 0;
}

/* sc_intr_disestablish: accepts a queue that has none. */
static int
nvme_pci_intr_disestablish(struct nvme_softc *sc, uint16_t qid)
{
	struct nvme_pci_softc *psc = container_of(sc, struct nvme_pci_softc,
	    psc_nvme);

	if (qid >= psc->psc_nih)
		return ENOENT;
	if (sc->sc_ih[qid] != NULL) {
		pci_intr_disestablish(psc->psc_pc, sc->sc_ih[qid]);
		sc->sc_ih[qid] = NULL;
	}
	if (sc->sc_softih[qid] != NULL) {
		softint_disestablish(sc->sc_softih[qid]);
		sc->sc_softih[qid] = NULL;
	}
	return 0;
}

/* Vectors: one for the admin queue and one for each CPU, or just one. */
static int
nvme_pci_setup_intr(struct pci_attach_args *pa, struct nvme_pci_softc *psc)
{
	struct nvme_softc *sc = &psc->psc_nvme;
	int counts[PCI_INTR_TYPE_SIZE] = { 0 };
	pci_intr_type_t type;

	counts[PCI_INTR_TYPE_INTX] = 1;
	if ((sc->sc_quirks & NVME_QUIRK_NOMSI) == 0) {
		counts[PCI_INTR_TYPE_MSI] = 1;
		counts[PCI_INTR_TYPE_MSIX] = ncpu + 1;
	}
	if (pci_intr_alloc(pa, &psc->psc_intrs, counts, PCI_INTR_TYPE_MSIX) !=
	    0) {
		aprint_error_dev(sc->sc_dev, "no interrupt\n");
		return ENXIO;
	}
	type = pci_intr_type(pa->pa_pc, psc->psc_intrs[0]);
	psc->psc_nintrs = counts[type];
	sc->sc_use_mq = type == PCI_INTR_TYPE_MSIX && psc->psc_nintrs > 1;
	sc->sc_nq = sc->sc_use_mq ? psc->psc_nintrs - 1 : 1;
	if (type == PCI_INTR_TYPE_MSIX)
		sc->sc_flags |= NVME_F_NOMASK;
	psc->psc_nih = psc->psc_nintrs;
	sc->sc_ih = kmem_zalloc(psc->psc_nih * sizeof(*sc->sc_ih), KM_SLEEP);
	sc->sc_softih = kmem_zalloc(psc->psc_nih * sizeof(*sc->sc_softih),
	    KM_SLEEP);
	return 0;
}

/* Undoes any prefix of nvme_pci_attach(). */
static void
nvme_pci_release(struct nvme_pci_softc *psc)
{
	struct nvme_softc *sc = &psc->psc_nvme;

	if (sc->sc_ih != NULL)
		kmem_free(sc->sc_ih, psc->psc_nih * sizeof(*sc->sc_ih));
	if (sc->sc_softih != NULL)
		kmem_free(sc->sc_softih,
		    psc->psc_nih * sizeof(*sc->sc_softih));
	sc->sc_ih = sc->sc_softih = NULL;
	psc->psc_nih = 0;
	if (psc->psc_intrs != NULL)
		pci_intr_release(psc->psc_pc, psc->psc_intrs, psc->psc_nintrs);
	psc->psc_intrs = NULL;
	if (psc->psc_mapped)
		bus_space_unmap(sc->sc_iot, sc->sc_ioh, sc->sc_ios);
	psc->psc_mapped = false;
}

static bool
nvme_pci_suspend(device_t self, const pmf_qual_t *qual)
{

	return nvme_suspend(device_private(self)) == 0;
}

static bool
nvme_pci_resume(device_t self, const pmf_qual_t *qual)
{

	/*
	 * One that does not come back is dead, not asleep: its disks wake up
	 * and fail what waits for them.
	 */
	(void)nvme_resume(device_private(self));
	return true;
}

static void
nvme_pci_attach(device_t parent, device_t self, void *aux)
{
	struct nvme_pci_softc *psc = device_private(self);
	struct nvme_softc *sc = &psc->psc_nvme;
	struct pci_attach_args *pa = aux;
	pcireg_t csr, memtype;

	sc->sc_dev = self;
	psc->psc_pc = pa->pa_pc;
	sc->sc_dmat = pci_dma64_available(pa) ? pa->pa_dmat64 : pa->pa_dmat;
	sc->sc_intr_establish = nvme_pci_intr_establish;
	sc->sc_intr_disestablish = nvme_pci_intr_disestablish;
	pci_aprint_devinfo(pa, NULL);

	memtype = pci_mapreg_type(pa->pa_pc, pa->pa_tag, NVME_PCI_BAR);
	if (PCI_MAPREG_TYPE(memtype) != PCI_MAPREG_TYPE_MEM) {
		aprint_error_dev(self, "BAR 0 is no memory, type %#x\n",
		    memtype);
		goto fail;
	}
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_MASTER_ENABLE | PCI_COMMAND_MEM_ENABLE);
	if (pci_mapreg_map(pa, NVME_PCI_BAR, memtype, 0, &sc->sc_iot,
	    &sc->sc_ioh, NULL, &sc->sc_ios) != 0) {
		aprint_error_dev(self, "can't map registers\n");
		goto fail;
	}
	psc->psc_mapped = true;
	if (sc->sc_ios < NVME_SQTDBL(1, 4)) {
		aprint_error_dev(self, "%ju bytes of registers, want %u\n",
		    (uintmax_t)sc->sc_ios, NVME_SQTDBL(1, 4));
		goto fail;
	}
	if (nvme_pci_setup_intr(pa, psc) != 0)
		goto fail;
	if (nvme_attach(sc) == 0)
		goto out;
fail:
	nvme_pci_release(psc);
out:
	/* What does not work can sleep, too, or its bus could not. */
	if (!pmf_device_register(self, nvme_pci_suspend, nvme_pci_resume))
		aprint_error_dev(self, "no power management\n");
}

static int
nvme_pci_detach(device_t self, int flags)
{
	struct nvme_pci_softc *psc = device_private(self);
	struct nvme_softc *sc = &psc->psc_nvme;
	devmajor_t maj;
	int error, minor;

	error = nvme_detach(sc, flags);
	if (error)
		return error;
	maj = cdevsw_lookup_major(&nvme_cdevsw);
	minor = device_unit(self) * 0x10000;
	vdevgone(maj, minor, minor + NVME_MAX_NS, VCHR);
	pmf_device_deregister(self);
	nvme_pci_release(psc);
	return 0;
}

CFATTACH_DECL3_NEW(nvme_pci, sizeof(struct nvme_pci_softc), nvme_pci_match,
    nvme_pci_attach, nvme_pci_detach, NULL, nvme_rescan, nvme_childdet,
    DVF_DETACH_SHUTDOWN);
