/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What config(1) would make of
 *	edu*	at pci? dev ? function ?
 * and how the component enters it at boot.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <rump-sys/dev.h>

extern struct cfattach edu_ca;
extern struct cfdriver edu_cd;
extern const struct cdevsw edu_cdevsw;

CFDRIVER_DECL(edu, DV_DULL, NULL);

static struct cfdriver * const cfdriver_ioconf_edu[] = { &edu_cd, NULL };
static struct cfattach * const edu_cfattach[] = { &edu_ca, NULL };
static const struct cfattachinit cfattach_ioconf_edu[] = {
	{ "edu", edu_cfattach }, { NULL, NULL }
};
static const struct cfparent pci_parent = { "pci", "pci", DVUNIT_ANY };
static int any[] = { -1, -1 };
static struct cfdata cfdata_ioconf_edu[] = {
	{ "edu", "edu", 0, FSTATE_STAR, any, 0, &pci_parent },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_ioconf_edu, cfattach_ioconf_edu,
	    cfdata_ioconf_edu) != 0)
		panic("edu: tables");
	/* /dev/edu0 to /dev/edu3 */
	rump_dev_char("edu", &edu_cdevsw, "", "", 4, 0, 1);
}
