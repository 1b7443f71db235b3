/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Configuration:
 *	pci*	at pcibus? bus ?
 *	ppb*	at pci? dev ? function ?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <dev/pci/pcivar.h>

extern struct cfattach pci_ca;
extern struct cfattach ppb_ca;
extern struct cfdriver * const cfdriver_ioconf_pci[];
extern const struct cfattachinit cfattach_ioconf_pci[];
extern struct cfdata cfdata_ioconf_pci[];
extern struct cfdriver ppb_cd;

static const struct cfiattrdata pcicf_iattrdata = {
	"pci", 2, { { "dev", "-1", -1 }, { "function", "-1", -1 } }
};
static const struct cfiattrdata pcibuscf_iattrdata = {
	"pcibus", 1, { { "bus", "-1", -1 } }
};

static const struct cfiattrdata * const pci_attrs[] = { &pcicf_iattrdata, NULL };
static const struct cfiattrdata * const ppb_attrs[] = { &pcibuscf_iattrdata, NULL };

CFDRIVER_DECL(pci, DV_BUS, pci_attrs);
CFDRIVER_DECL(ppb, DV_BUS, ppb_attrs);

struct cfdriver * const cfdriver_ioconf_pci[] = { &pci_cd, &ppb_cd, NULL };

CFATTACH_DECL3_NEW(pci, sizeof(struct pci_softc), pcimatch, pciattach, pcidetach, NULL,
    pcirescan, pcidevdetached, DVF_DETACH_SHUTDOWN);

static struct cfattach * const pci_cfattach[] = { &pci_ca, NULL };
static struct cfattach * const ppb_cfattach[] = { &ppb_ca, NULL };

const struct cfattachinit cfattach_ioconf_pci[] = {
	{ "pci", pci_cfattach },
	{ "ppb", ppb_cfattach },
	{ NULL, NULL }
};

static const struct cfparent pcibus_parent = { "pcibus", NULL, DVUNIT_ANY };
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };

static int any_bus[] = { -1 };
static int any_function[] = { -1, -1 };

struct cfdata cfdata_ioconf_pci[] = {
	{ "pci", "pci", 0, FSTATE_STAR, any_bus, 0, &pcibus_parent },
	{ "ppb", "ppb", 0, FSTATE_STAR, any_function, 0, &pci_parent },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};
