/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * iic* at i2cbus?
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>

#include <rump-sys/dev.h>

static const struct cfiattrdata iic_iattr = {
	"iic", 2, { { "addr", "-1", -1 }, { "size", "-1", -1 } }
};
static const struct cfiattrdata *const iic_attrs[] = { &iic_iattr, NULL };

extern struct cfdriver iic_cd;
extern struct cfattach iic_ca;
extern const struct cdevsw iic_cdevsw;
CFDRIVER_DECL(iic, DV_DULL, iic_attrs);

static struct cfdriver *const cfdriver_ioconf_i2c[] = { &iic_cd, NULL };
static struct cfattach *const iic_cfattach[] = { &iic_ca, NULL };
static const struct cfattachinit cfattach_ioconf_i2c[] = {
	{ "iic", iic_cfattach }, { NULL, NULL }
};
static const struct cfparent i2cbus_parent = { "i2cbus", NULL, DVUNIT_ANY };
static int any[] = { -1 };
static struct cfdata cfdata_ioconf_i2c[] = {
	{ "iic", "iic", 0, FSTATE_STAR, any, 0, &i2cbus_parent },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_ioconf_i2c, cfattach_ioconf_i2c,
	    cfdata_ioconf_i2c) != 0)
		panic("iic: tables");
	rump_dev_char("iic", &iic_cdevsw, "", "", 4, 0, 1);
}
