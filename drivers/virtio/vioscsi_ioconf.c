/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * vioscsi* at virtio?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <rump-sys/kern.h>

static const struct cfiattrdata scsi_iattr = {
	"scsi", 1, { { "channel", "-1", -1 } }
};
static const struct cfiattrdata *const vioscsi_attrs[] = { &scsi_iattr, NULL };

extern struct cfdriver vioscsi_cd;
CFDRIVER_DECL(vioscsi, DV_DULL, vioscsi_attrs);

extern struct cfattach vioscsi_ca;

static struct cfdriver *const cfdriver_ioconf_vioscsi[] = { &vioscsi_cd, NULL };

static struct cfattach *const vioscsi_cfattachinit[] = { &vioscsi_ca, NULL };
static const struct cfattachinit cfattach_ioconf_vioscsi[] = {
	{ "vioscsi", vioscsi_cfattachinit },
	{ NULL, NULL }
};

static const struct cfparent vioscsi_pspec = { "virtio", NULL, DVUNIT_ANY };

static struct cfdata cfdata_ioconf_vioscsi[] = {
	{ .cf_name = "vioscsi", .cf_atname = "vioscsi",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &vioscsi_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_vioscsi, cfattach_ioconf_vioscsi,
	    cfdata_ioconf_vioscsi);
}
