/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ahcisata*	at pci? dev ? function ?
 * atabus*	at ahcisata? channel ?
 * wd*		at atabus? drive ?
 * atapibus*	at atapi?
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <locators.h>
#include <rump-sys/dev.h>

#include "ata_impl.h"

static const struct cfiattrdata atacf_iattrdata = {
	"ata", ATACF_NLOCS, { { "channel", "-1", ATACF_CHANNEL_DEFAULT } }
};
static const struct cfiattrdata ata_hlcf_iattrdata = {
	"ata_hl", ATA_HLCF_NLOCS, { { "drive", "-1", ATA_HLCF_DRIVE_DEFAULT } }
};
static const struct cfiattrdata atapicf_iattrdata = {
	"atapi", ATAPICF_NLOCS, { { "channel", "-1", ATAPICF_CHANNEL_DEFAULT } }
};
static const struct cfiattrdata * const ahcisata_attrs[] = {
	&atacf_iattrdata, NULL
};
static const struct cfiattrdata * const atabus_attrs[] = {
	&ata_hlcf_iattrdata, &atapicf_iattrdata, NULL
};
CFDRIVER_DECL(ahcisata, DV_DISK, ahcisata_attrs);
CFDRIVER_DECL(atabus, DV_DULL, atabus_attrs);
CFDRIVER_DECL(wd, DV_DISK, NULL);

static struct cfdriver * const cfdriver_ioconf_ahcisata[] = {
	&ahcisata_cd, &atabus_cd, &wd_cd, NULL
};

extern struct cfattach ahcisata_pci_ca, atabus_ca, wd_ca;
static struct cfattach * const ahcisata_ca[] = { &ahcisata_pci_ca, NULL };
static struct cfattach * const atabus_cas[] = { &atabus_ca, NULL };
static struct cfattach * const wd_cas[] = { &wd_ca, NULL };
static const struct cfattachinit cfattach_ioconf_ahcisata[] = {
	{ "ahcisata", ahcisata_ca },
	{ "atabus", atabus_cas },
	{ "wd", wd_cas },
	{ NULL, NULL }
};

static int pci_loc[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static int ata_loc[] = { ATACF_CHANNEL_DEFAULT };
static int ata_hl_loc[] = { ATA_HLCF_DRIVE_DEFAULT };
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };
static const struct cfparent ata_parent = { "ata", "ahcisata", DVUNIT_ANY };
static const struct cfparent ata_hl_parent = { "ata_hl", "atabus", DVUNIT_ANY };
static struct cfdata cfdata_ioconf_ahcisata[] = {
	{ "ahcisata", "ahcisata_pci", 0, FSTATE_STAR, pci_loc, 0, &pci_parent },
	{ "atabus", "atabus", 0, FSTATE_STAR, ata_loc, 0, &ata_parent },
	{ "wd", "wd", 0, FSTATE_STAR, ata_hl_loc, 0, &ata_hl_parent },
	{ NULL, NULL, 0, 0, NULL, 0, NULL }
};

#define	WD_NUNITS	4		/* with nodes in /dev */
#define	WD_NPARTS	8

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{
	int error;

	error = ata_component_init();
	if (error == 0)
		error = config_init_component(cfdriver_ioconf_ahcisata,
		    cfattach_ioconf_ahcisata, cfdata_ioconf_ahcisata);
	if (error) {
		printf("ahcisata: not configured, error %d\n", error);
		return;
	}
	rump_dev_disk("wd", &wd_bdevsw, &wd_cdevsw, WD_NUNITS, WD_NPARTS);
}
