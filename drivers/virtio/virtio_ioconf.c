/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * virtio* at pci? dev ? function ?
 * virtio* at mainbus?
 */

#include <sys/param.h>
#include <sys/device.h>

#include <rump-sys/kern.h>

static const struct cfiattrdata virtioiattrdata = {
	.ci_name = "virtio", .ci_loclen = 0,
};
static const struct cfiattrdata *const virtio_attrs[] = {
	&virtioiattrdata, NULL
};

extern struct cfdriver virtio_cd;
CFDRIVER_DECL(virtio, DV_DULL, virtio_attrs);

extern struct cfattach virtio_pci_ca, virtio_mmio_mainbus_ca;

static struct cfdriver *const cfdriver_ioconf_virtio[] = { &virtio_cd, NULL };

static struct cfattach *const virtio_cfattachinit[] = {
	&virtio_pci_ca, &virtio_mmio_mainbus_ca, NULL
};
static const struct cfattachinit cfattach_ioconf_virtio[] = {
	{ "virtio", virtio_cfattachinit },
	{ NULL, NULL }
};

static int virtio_pci_loc[] = { -1, -1 };

static const struct cfparent virtio_pspec_pci = { "pci", "pci", DVUNIT_ANY };
static const struct cfparent virtio_pspec_mainbus = {
	"mainbus", "mainbus", DVUNIT_ANY
};

static struct cfdata cfdata_ioconf_virtio[] = {
	{ .cf_name = "virtio", .cf_atname = "virtio_pci",
	  .cf_fstate = FSTATE_STAR, .cf_loc = virtio_pci_loc,
	  .cf_pspec = &virtio_pspec_pci },
	{ .cf_name = "virtio", .cf_atname = "virtio_mmio_mainbus",
	  .cf_fstate = FSTATE_STAR, .cf_pspec = &virtio_pspec_mainbus },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_virtio, cfattach_ioconf_virtio,
	    cfdata_ioconf_virtio);
}
