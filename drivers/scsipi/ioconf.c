/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * scsihost*  at mainbus?
 * scsibus*   at scsi? channel ?
 * atapibus*  at atapi? channel ?
 * cd*        at scsibus? target ? lun ?
 * cd*        at atapibus? drive ?
 * sd*        at scsibus? target ? lun ?
 * sd*        at atapibus? drive ?
 * st*        at scsibus? target ? lun ?
 * ses*       at scsibus? target ? lun ?
 * ch*        at scsibus? target ? lun ?
 * uk*        at scsibus? target ? lun ?
 * uk*        at atapibus? drive ?
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/stat.h>

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

extern struct cfdriver cd_cd, sd_cd;
CFDRIVER_DECL(cd, DV_DISK, NULL);
CFDRIVER_DECL(sd, DV_DISK, NULL);
extern struct cfattach cd_ca, sd_ca;
extern const struct bdevsw cd_bdevsw, sd_bdevsw;
extern const struct cdevsw cd_cdevsw, sd_cdevsw;

extern struct cfdriver st_cd, ses_cd, ch_cd;
CFDRIVER_DECL(st, DV_TAPE, NULL);
CFDRIVER_DECL(ses, DV_DULL, NULL);
CFDRIVER_DECL(ch, DV_DULL, NULL);
extern struct cfattach st_scsibus_ca, ses_ca, ch_ca;
extern const struct bdevsw st_bdevsw;
extern const struct cdevsw st_cdevsw, ses_cdevsw, ch_cdevsw;

static struct cfdriver *const cfdriver_ioconf_scsipi[] = {
	&cd_cd,
	&sd_cd,
	&st_cd,
	&ses_cd,
	&ch_cd,
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
static struct cfattach *const cd_cfattachinit[] = { &cd_ca, NULL };
static struct cfattach *const sd_cfattachinit[] = { &sd_ca, NULL };
static struct cfattach *const st_cfattachinit[] = { &st_scsibus_ca, NULL };
static struct cfattach *const ses_cfattachinit[] = { &ses_ca, NULL };
static struct cfattach *const ch_cfattachinit[] = { &ch_ca, NULL };
static const struct cfattachinit cfattach_ioconf_scsipi[] = {
	{ "cd", cd_cfattachinit },
	{ "sd", sd_cfattachinit },
	{ "st", st_cfattachinit },
	{ "ses", ses_cfattachinit },
	{ "ch", ch_cfattachinit },
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
	STAR("cd", "cd", scsibus_loc, pspec_scsibus),
	STAR("cd", "cd", atapibus_loc, pspec_atapibus),
	STAR("sd", "sd", scsibus_loc, pspec_scsibus),
	STAR("sd", "sd", atapibus_loc, pspec_atapibus),
	STAR("st", "st_scsibus", scsibus_loc, pspec_scsibus),
	STAR("ses", "ses", scsibus_loc, pspec_scsibus),
	STAR("ch", "ch", scsibus_loc, pspec_scsibus),
	STAR("uk", "uk", scsibus_loc, pspec_scsibus),
	STAR("uk", "uk", atapibus_loc, pspec_atapibus),
	{ .cf_name = NULL }
};

/* st0, nst0, est0 and enst0, and the raw ones, for four units. */
static void
st_nodes(void)
{
	static const char *const block[] = { "st", "nst", "est", "enst" };
	static const char *const raw[] = { "rst", "nrst", "erst", "enrst" };
	devmajor_t bmaj = NODEVMAJOR, cmaj = NODEVMAJOR;
	int i;

	if (devsw_attach("st", &st_bdevsw, &bmaj, &st_cdevsw, &cmaj) != 0)
		panic("st: no major number");
	for (i = 0; i < 4; i++) {
		if (rump_vfs_makedevunits(S_IFBLK, block[i], "", 4, 0, bmaj, i, 16) != 0 ||
		    rump_vfs_makedevunits(S_IFCHR, raw[i], "", 4, 0, cmaj, i, 16) != 0)
			panic("st: no device nodes");
	}
}

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	scsipi_init();
	config_init_component(cfdriver_ioconf_scsipi, cfattach_ioconf_scsipi,
	    cfdata_ioconf_scsipi);
	rump_dev_char("scsibus", &scsibus_cdevsw, "", "", 4, 0, 1);
	rump_dev_disk("cd", &cd_bdevsw, &cd_cdevsw, 2, 8);
	rump_dev_disk("sd", &sd_bdevsw, &sd_cdevsw, 4, 8);
	st_nodes();
	rump_dev_char("ses", &ses_cdevsw, "", "", 4, 0, 1);
	rump_dev_char("ch", &ch_cdevsw, "", "", 4, 0, 1);
	rump_dev_char("uk", &uk_cdevsw, "", "", 4, 0, 1);
}
