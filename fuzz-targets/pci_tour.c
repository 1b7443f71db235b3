/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pcitour* at pci?: a driver that asks of a function whatever pci(9) can be
 * asked, and believes nothing of the answers.  What it drives is the
 * function of harness/devops_pci.h; its subsystem ID says how far to go.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>

#include <dev/pci/pcivar.h>

#include <rump-sys/dev.h>

#define	TOUR_NBAR	6
#define	TOUR_NVEC	4

#define	TOUR_PRINT	0x40
#define	TOUR_POWER	0x80

struct tour_softc {
	device_t	sc_dev;
	struct pci_attach_args sc_pa;
	struct {
		bus_space_tag_t	tag;
		bus_space_handle_t h;
		bus_size_t	size;	/* 0: not mapped */
	}		sc_bar[TOUR_NBAR];
	pci_intr_handle_t *sc_pihp;
	int		sc_nvec;
	void		*sc_ih[TOUR_NVEC];
	unsigned	sc_count;	/* interrupts */
};

static int
tour_match(device_t parent, cfdata_t cf, void *aux)
{
	struct pci_attach_args *pa = aux;

	return PCI_CLASS(pa->pa_class) == PCI_CLASS_UNDEFINED;
}

static int
tour_intr(void *arg)
{
	struct tour_softc *sc = arg;

	sc->sc_count++;
	if (sc->sc_bar[0].size >= 4)
		bus_space_write_4(sc->sc_bar[0].tag, sc->sc_bar[0].h, 0, 0);
	return 1;
}

static void
tour_bars(struct tour_softc *sc)
{
	struct pci_attach_args *pa = &sc->sc_pa;
	bus_space_handle_t h;
	bus_size_t romsize;
	pcireg_t type;
	int i;

	for (i = 0; i < TOUR_NBAR; i++) {
		if (pci_mapreg_probe(pa->pa_pc, pa->pa_tag, PCI_BAR(i), &type) == 0 ||
		    pci_mapreg_map(pa, PCI_BAR(i), type, 0, &sc->sc_bar[i].tag, &sc->sc_bar[i].h,
		    NULL, &sc->sc_bar[i].size) != 0) {
			sc->sc_bar[i].size = 0;
			continue;
		}
		(void)bus_space_read_1(sc->sc_bar[i].tag, sc->sc_bar[i].h,
		    sc->sc_bar[i].size - 1);
		if (i != 0 && PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_MEM)
			(void)pci_find_rom(pa, sc->sc_bar[i].tag, sc->sc_bar[i].h,
			    sc->sc_bar[i].size, PCI_ROM_CODE_TYPE_X86, &h, &romsize);
	}
}

static void
tour_intrs(struct tour_softc *sc)
{
	int counts[PCI_INTR_TYPE_SIZE] = { 1, TOUR_NVEC, TOUR_NVEC }, i;
	char buf[PCI_INTRSTR_LEN];

	if (pci_intr_alloc(&sc->sc_pa, &sc->sc_pihp, counts, PCI_INTR_TYPE_MSIX) != 0)
		return;
	sc->sc_nvec = counts[pci_intr_type(sc->sc_pa.pa_pc, sc->sc_pihp[0])];
	KASSERT(sc->sc_nvec >= 1 && sc->sc_nvec <= TOUR_NVEC);
	for (i = 0; i < sc->sc_nvec; i++) {
		sc->sc_ih[i] = pci_intr_establish_xname(sc->sc_pa.pa_pc, sc->sc_pihp[i], IPL_BIO,
		    tour_intr, sc, device_xname(sc->sc_dev));
		aprint_verbose_dev(sc->sc_dev, "%s\n",
		    pci_intr_string(sc->sc_pa.pa_pc, sc->sc_pihp[i], buf, sizeof(buf)));
		if (sc->sc_ih[i] != NULL && sc->sc_bar[0].size >= 4)
			bus_space_write_4(sc->sc_bar[0].tag, sc->sc_bar[0].h, 0, i + 1);
	}
}

static void
tour_power(struct tour_softc *sc)
{
	pci_chipset_tag_t pc = sc->sc_pa.pa_pc;
	pcitag_t tag = sc->sc_pa.pa_tag;
	struct pci_conf_state state;
	pcireg_t data[2];

	pci_conf_capture(pc, tag, &state);
	(void)pci_set_powerstate(pc, tag, PCI_PWR_D3);
	(void)pci_activate(pc, tag, sc->sc_dev, pci_activate_null);
	pci_conf_restore(pc, tag, &state);
	if (pci_vpd_read(pc, tag, 0, 2, data) == 0)
		(void)pci_vpd_write(pc, tag, 0, 2, data);
}

static void
tour_attach(device_t parent, device_t self, void *aux)
{
	struct tour_softc *sc = device_private(self);
	struct pci_attach_args *pa = aux;
	pcireg_t csr, sub, val;
	unsigned i;
	int off;

	pci_aprint_devinfo(pa, NULL);
	sc->sc_dev = self;
	sc->sc_pa = *pa;
	sub = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_SUBSYS_ID_REG);
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_MASTER_ENABLE);
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	if (PCI_SUBSYS_ID(sub) & TOUR_POWER)
		tour_power(sc);
	for (i = 0; i <= PCI_CAP_FPB; i += 3)
		(void)pci_get_capability(pa->pa_pc, pa->pa_tag, i, &off, &val);
	(void)pci_get_ext_capability(pa->pa_pc, pa->pa_tag, PCI_EXTCAP_LTR, &off, &val);
	(void)pci_get_ht_capability(pa->pa_pc, pa->pa_tag, PCI_HT_CAP_MSIMAP, &off, &val);
	tour_bars(sc);
	tour_intrs(sc);
	if (PCI_SUBSYS_ID(sub) & TOUR_PRINT)
		pci_conf_print(pa->pa_pc, pa->pa_tag, NULL);
}

static int
tour_detach(device_t self, int flags)
{
	struct tour_softc *sc = device_private(self);
	int i;

	for (i = 0; i < TOUR_NVEC; i++) {
		if (sc->sc_ih[i] != NULL)
			pci_intr_disestablish(sc->sc_pa.pa_pc, sc->sc_ih[i]);
	}
	if (sc->sc_pihp != NULL)
		pci_intr_release(sc->sc_pa.pa_pc, sc->sc_pihp, sc->sc_nvec);
	for (i = 0; i < TOUR_NBAR; i++) {
		if (sc->sc_bar[i].size != 0)
			bus_space_unmap(sc->sc_bar[i].tag, sc->sc_bar[i].h, sc->sc_bar[i].size);
	}
	pmf_device_deregister(self);
	return 0;
}

static CFDRIVER_DECL(pcitour, DV_DULL, NULL);
static CFATTACH_DECL_NEW(pcitour, sizeof(struct tour_softc), tour_match, tour_attach,
    tour_detach, NULL);

static struct cfdriver * const cfdriver_ioconf_pcitour[] = { &pcitour_cd, NULL };
static struct cfattach * const pcitour_cfattach[] = { &pcitour_ca, NULL };
static const struct cfattachinit cfattach_ioconf_pcitour[] = {
	{ "pcitour", pcitour_cfattach }, { NULL, NULL }
};
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };
static int any[] = { -1, -1 };
static struct cfdata cfdata_ioconf_pcitour[] = {
	{ "pcitour", "pcitour", 0, FSTATE_STAR, any, 0, &pci_parent },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_ioconf_pcitour, cfattach_ioconf_pcitour,
	    cfdata_ioconf_pcitour) != 0)
		panic("pcitour: tables");
}
