/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * nvme*	at pci? dev ? function ?
 * ld*		at nvme? nsid ?
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <locators.h>
#include <rump-sys/dev.h>

#include "nvme_impl.h"

static const struct cfiattrdata nvmecf_iattrdata = {
	"nvme", NVMECF_NLOCS, {
		{ "nsid", "-1", NVMECF_NSID_DEFAULT },
	}
};
static const struct cfiattrdata * const nvme_attrs[] = {
	&nvmecf_iattrdata, NULL
};
CFDRIVER_DECL(nvme, DV_DULL, nvme_attrs);

static struct cfdriver * const cfdriver_ioconf_nvme[] = { &nvme_cd, NULL };

extern struct cfattach nvme_pci_ca, ld_nvme_ca;
static struct cfattach * const nvme_cfattachinit[] = { &nvme_pci_ca, NULL };
static struct cfattach * const ld_cfattachinit[] = { &ld_nvme_ca, NULL };
static const struct cfattachinit cfattach_ioconf_nvme[] = {
	{ "nvme", nvme_cfattachinit },
	{ "ld", ld_cfattachinit },
	{ NULL, NULL }
};

static int pci_loc[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static int nvme_loc[] = { NVMECF_NSID_DEFAULT };
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };
static const struct cfparent nvme_parent = { "nvme", "nvme", DVUNIT_ANY };
static struct cfdata cfdata_ioconf_nvme[] = {
	{ "nvme", "nvme_pci", 0, FSTATE_STAR, pci_loc, 0, &pci_parent },
	{ "ld", "ld_nvme", 0, FSTATE_STAR, nvme_loc, 0, &nvme_parent },
	{ NULL, NULL, 0, 0, NULL, 0, NULL }
};

#define	NVME_NODES	4		/* units with nodes */
#define	NVME_NS_NODES	2		/* namespaces of each */

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{
	char suffix[8];
	int error, i;

	error = nvme_component_init();
	if (error == 0)
		error = config_init_component(cfdriver_ioconf_nvme,
		    cfattach_ioconf_nvme, cfdata_ioconf_nvme);
	if (error) {
		printf("nvme: not configured, error %d\n", error);
		return;
	}
	rump_dev_char("nvme", &nvme_cdevsw, "", "", NVME_NODES, 0, 0x10000);
	for (i = 1; i <= NVME_NS_NODES; i++) {
		snprintf(suffix, sizeof(suffix), "ns%d", i);
		rump_dev_char("nvme", &nvme_cdevsw, "", suffix, NVME_NODES, i,
		    0x10000);
	}
}
