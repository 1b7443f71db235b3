/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The driver ld for the configuration, with its device switch and nodes.
 * Its attachments come with the controllers.
 */

#include <sys/param.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>

#include <rump-sys/dev.h>

#define	LD_NUNITS	4		/* with nodes in /dev */
#define	LD_NPARTS	8

extern const struct bdevsw ld_bdevsw;
extern const struct cdevsw ld_cdevsw;

extern struct cfdriver ld_cd;
CFDRIVER_DECL(ld, DV_DISK, NULL);

static struct cfdriver *const cfdriver_ioconf_ld[] = { &ld_cd, NULL };
static const struct cfattachinit cfattach_ioconf_ld[] = { { NULL, NULL } };
static struct cfdata cfdata_ioconf_ld[] = { { .cf_name = NULL } };

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_ld, cfattach_ioconf_ld,
	    cfdata_ioconf_ld);
	rump_dev_disk("ld", &ld_bdevsw, &ld_cdevsw, LD_NUNITS, LD_NPARTS);
}
