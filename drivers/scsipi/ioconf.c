/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * scsihost*  at mainbus?
 * scsibus*   at scsi? channel ?
 * atapibus*  at atapi? channel ?
 * uk*        at scsibus? target ? lun ?
 * uk*        at atapibus? drive ?
 */

#include <sys/param.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <rump-sys/dev.h>

#include "scsipi_impl.h"

static const struct cfiattrdata scsi_iattr = {
	"scsi", 1, { { "channel", "-1", -1 } }
};
static const struct cfiattrdata atapi_iattr = {
	"atapi", 1, { { "channel", "-1", -1 } }
};
static const struct cfiattrdata scsibus_iattr = {
	"scsibus", 2, { { "target", "-1", -1 }, { "lun", "-1", -1 } }
};
static const struct cfiattrdata atapibus_iattr = {
	"atapibus", 1, { { "drive", "-1", -1 } }
};
static const struct cfiattrdata *const scsihost_attrs[] = { &scsi_iattr, &atapi_iattr, NULL };
static const struct cfiattrdata *const scsibus_attrs[] = { &scsibus_iattr, NULL };
static const struct cfiattrdata *const atapibus_attrs[] = { &atapibus_iattr, NULL };

extern struct cfdriver scsihost_cd, scsibus_cd, atapibus_cd, uk_cd;
CFDRIVER_DECL(scsihost, DV_DULL, scsihost_attrs);
CFDRIVER_DECL(scsibus, DV_DULL, scsibus_attrs);
CFDRIVER_DECL(atapibus, DV_DULL, atapibus_attrs);
CFDRIVER_DECL(uk, DV_DULL, NULL);

extern struct cfattach scsihost_ca, scsibus_ca, atapibus_ca, uk_ca;
extern const struct cdevsw scsibus_cdevsw, uk_cdevsw;

static struct cfdriver *const cfdriver_ioconf_scsipi[] = {
	&scsihost_cd,
	&scsibus_cd,
	&atapibus_cd,
	&uk_cd,
	NULL
};

static struct cfattach *const scsihost_cfattachinit[] = { &scsihost_ca, NULL };
static struct cfattach *const scsibus_cfattachinit[] = { &scsibus_ca, NULL };
static struct cfattach *const atapibus_cfattachinit[] = { &atapibus_ca, NULL };
static struct cfattach *const uk_cfattachinit[] = { &uk_ca, NULL };
static const struct cfattachinit cfattach_ioconf_scsipi[] = {
	{ "scsihost", scsihost_cfattachinit },
	{ "scsibus", scsibus_cfattachinit },
	{ "atapibus", atapibus_cfattachinit },
	{ "uk", uk_cfattachinit },
	{ NULL, NULL }
};

static int channel_loc[] = { -1 };
static int scsibus_loc[] = { -1, -1 };
static int atapibus_loc[] = { -1 };

static const struct cfparent pspec_mainbus = { "mainbus", "mainbus", DVUNIT_ANY };
static const struct cfparent pspec_scsi = { "scsi", NULL, DVUNIT_ANY };
static const struct cfparent pspec_atapi = { "atapi", NULL, DVUNIT_ANY };
static const struct cfparent pspec_scsibus = { "scsibus", "scsibus", DVUNIT_ANY };
static const struct cfparent pspec_atapibus = { "atapibus", "atapibus", DVUNIT_ANY };

#define	STAR(name, at, loc, pspec)					\
	{ .cf_name = name, .cf_atname = at, .cf_fstate = FSTATE_STAR,	\
	  .cf_loc = loc, .cf_pspec = &pspec }

static struct cfdata cfdata_ioconf_scsipi[] = {
	STAR("scsihost", "scsihost", NULL, pspec_mainbus),
	STAR("scsibus", "scsibus", channel_loc, pspec_scsi),
	STAR("atapibus", "atapibus", channel_loc, pspec_atapi),
	STAR("uk", "uk", scsibus_loc, pspec_scsibus),
	STAR("uk", "uk", atapibus_loc, pspec_atapibus),
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	scsipi_init();
	config_init_component(cfdriver_ioconf_scsipi, cfattach_ioconf_scsipi,
	    cfdata_ioconf_scsipi);
	rump_dev_char("scsibus", &scsibus_cdevsw, "", "", 4, 0, 1);
	rump_dev_char("uk", &uk_cdevsw, "", "", 4, 0, 1);
}
