/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ld* at virtio?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <rump-sys/kern.h>

extern struct cfattach ld_virtio_ca;

static struct cfdriver *const cfdriver_ioconf_ld_virtio[] = { NULL };

static struct cfattach *const ld_cfattachinit[] = { &ld_virtio_ca, NULL };
static const struct cfattachinit cfattach_ioconf_ld_virtio[] = {
	{ "ld", ld_cfattachinit },
	{ NULL, NULL }
};

static const struct cfparent ld_pspec = { "virtio", NULL, DVUNIT_ANY };

static struct cfdata cfdata_ioconf_ld_virtio[] = {
	{ .cf_name = "ld", .cf_atname = "ld_virtio",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &ld_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_ld_virtio,
	    cfattach_ioconf_ld_virtio, cfdata_ioconf_ld_virtio);
}
