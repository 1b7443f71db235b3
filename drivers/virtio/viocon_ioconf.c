/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viocon* at virtio?
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <rump-sys/dev.h>

#include "viocon_var.h"

#define	VIOCON_NUNITS	2		/* with nodes in /dev */
#define	VIOCON_NPORTS	4

extern const struct cdevsw viocon_cdevsw;

extern struct cfdriver viocon_cd;
CFDRIVER_DECL(viocon, DV_TTY, NULL);

extern struct cfattach viocon_ca;

static struct cfdriver *const cfdriver_ioconf_viocon[] = { &viocon_cd, NULL };

static struct cfattach *const viocon_cfattachinit[] = { &viocon_ca, NULL };
static const struct cfattachinit cfattach_ioconf_viocon[] = {
	{ "viocon", viocon_cfattachinit },
	{ NULL, NULL }
};

static const struct cfparent viocon_pspec = { "virtio", NULL, DVUNIT_ANY };

static struct cfdata cfdata_ioconf_viocon[] = {
	{ .cf_name = "viocon", .cf_atname = "viocon",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &viocon_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	char port[4];
	int i;

	config_init_component(cfdriver_ioconf_viocon, cfattach_ioconf_viocon,
	    cfdata_ioconf_viocon);
	for (i = 0; i < VIOCON_NPORTS; i++) {
		snprintf(port, sizeof(port), "%d", i);
		rump_dev_char("ttyVI", &viocon_cdevsw, "", port,
		    VIOCON_NUNITS, VIOCON_MINOR(0, i), VIOCON_MAXPORTS);
	}
}
