/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viomb* at virtio?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <rump-sys/kern.h>

extern struct cfdriver viomb_cd;
CFDRIVER_DECL(viomb, DV_DULL, NULL);

extern struct cfattach viomb_ca;

static struct cfdriver *const cfdriver_ioconf_viomb[] = { &viomb_cd, NULL };

static struct cfattach *const viomb_cfattachinit[] = { &viomb_ca, NULL };
static const struct cfattachinit cfattach_ioconf_viomb[] = {
	{ "viomb", viomb_cfattachinit },
	{ NULL, NULL }
};

static const struct cfparent viomb_pspec = { "virtio", NULL, DVUNIT_ANY };

static struct cfdata cfdata_ioconf_viomb[] = {
	{ .cf_name = "viomb", .cf_atname = "viomb",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &viomb_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_viomb, cfattach_ioconf_viomb,
	    cfdata_ioconf_viomb);
}
