/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viornd* at virtio?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <rump-sys/kern.h>

extern struct cfdriver viornd_cd;
CFDRIVER_DECL(viornd, DV_DULL, NULL);

extern struct cfattach viornd_ca;

static struct cfdriver *const cfdriver_ioconf_viornd[] = { &viornd_cd, NULL };

static struct cfattach *const viornd_cfattachinit[] = { &viornd_ca, NULL };
static const struct cfattachinit cfattach_ioconf_viornd[] = {
	{ "viornd", viornd_cfattachinit },
	{ NULL, NULL }
};

static const struct cfparent viornd_pspec = { "virtio", NULL, DVUNIT_ANY };

static struct cfdata cfdata_ioconf_viornd[] = {
	{ .cf_name = "viornd", .cf_atname = "viornd",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &viornd_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_viornd, cfattach_ioconf_viornd,
	    cfdata_ioconf_viornd);
}
