/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The test bus and its drivers.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/proc.h>

#include <rump-sys/dev.h>

#include "ac_bus.h"

int tbus_slot[TBUS_NSLOT];
char tlog[1024];
bool tdev_go = true, tdev_waiting, tdev_slow_detach, tdev_slow_close, tdev_fail_open;
int tdev_closes;

struct tbus_softc {
	device_t	sc_dev;
	device_t	sc_child[TBUS_NSLOT];
};

void
tlogf(const char *fmt, ...)
{
	const size_t len = strlen(tlog);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(tlog + len, sizeof(tlog) - len, fmt, ap);
	va_end(ap);
	(void)strlcat(tlog, "\n", sizeof(tlog));
}

/*
 * tbus.
 */

static const struct cfiattrdata tbus_iattr = { "tbus", 1, { { "slot", "-1", -1 } } };
static const struct cfiattrdata * const tbus_attrs[] = { &tbus_iattr, NULL };

CFDRIVER_DECL(tbus, DV_BUS, tbus_attrs);

static int
tbus_match(device_t parent, cfdata_t cf, void *aux)
{
	struct mainbus_attach_args *maa = aux;

	return maa->maa_name[0] == '\0' && device_lookup(&tbus_cd, 0) == NULL;
}

static int
tbus_print(void *aux, const char *pnp)
{
	struct tbus_attach_args *ta = aux;

	if (pnp != NULL)
		tlogf("no driver at %s slot %d", pnp, ta->ta_slot);
	return UNCONF;
}

static int
tbus_rescan(device_t self, const char *ifattr, const int *locs)
{
	struct tbus_softc *sc = device_private(self);
	struct tbus_attach_args ta;
	int i;

	for (i = 0; i < TBUS_NSLOT; i++) {
		if (locs[0] != -1 && locs[0] != i)
			continue;
		if (sc->sc_child[i] != NULL || tbus_slot[i] == 0)
			continue;
		ta.ta_slot = i;
		ta.ta_kind = tbus_slot[i];
		sc->sc_child[i] = config_found(self, &ta, tbus_print,
		    CFARGS(.submatch = config_stdsubmatch, .iattr = "tbus", .locators = &i));
	}
	return 0;
}

static void
tbus_attach(device_t parent, device_t self, void *aux)
{
	static const int any[] = { -1 };
	struct tbus_softc *sc = device_private(self);

	sc->sc_dev = self;
	(void)pmf_device_register(self, NULL, NULL);
	(void)tbus_rescan(self, "tbus", any);
}

static int
tbus_detach(device_t self, int flags)
{
	int error = config_detach_children(self, flags);

	if (error == 0)
		pmf_device_deregister(self);
	return error;
}

static void
tbus_childdetached(device_t self, device_t child)
{
	struct tbus_softc *sc = device_private(self);
	int i;

	tlogf("%s lost %s", device_xname(self), device_xname(child));
	for (i = 0; i < TBUS_NSLOT; i++) {
		if (sc->sc_child[i] == child)
			sc->sc_child[i] = NULL;
	}
}

static CFATTACH_DECL2_NEW(tbus, sizeof(struct tbus_softc), tbus_match, tbus_attach,
    tbus_detach, NULL, tbus_rescan, tbus_childdetached);

/*
 * tdev, and tsub below it.
 */

static const struct cfiattrdata tdev_iattr = { "tdev", 0, { { NULL, NULL, 0 } } };
static const struct cfiattrdata * const tdev_attrs[] = { &tdev_iattr, NULL };

CFDRIVER_DECL(tdev, DV_DULL, tdev_attrs);
CFDRIVER_DECL(tsub, DV_DULL, NULL);

static int
tdev_match(device_t parent, cfdata_t cf, void *aux)
{
	struct tbus_attach_args *ta = aux;

	if (ta->ta_kind == TKIND_PAUSE)
		(void)kpause("tdev", false, 10, NULL);
	return ta->ta_kind != TKIND_NODRIVER;
}

static void
tdev_wait(void)
{

	tdev_waiting = true;
	while (!tdev_go)
		(void)kpause("tdev", false, 1, NULL);
	tdev_waiting = false;
}

static void
tdev_deferred(device_t self)
{

	tlogf("deferred %s", device_xname(self));
}

static void
tdev_attach(device_t parent, device_t self, void *aux)
{
	struct tdev_softc *sc = device_private(self);
	struct tbus_attach_args *ta = aux;

	sc->sc_dev = self;
	sc->sc_kind = ta->ta_kind;
	switch (ta->ta_kind) {
	case TKIND_SLOW:
		tdev_wait();
		break;
	case TKIND_DEFER:
		config_defer(self, tdev_deferred);
		break;
	case TKIND_PARENT:
		if (config_found(self, ta, NULL, CFARGS(.iattr = "tdev")) != NULL)
			sc->sc_children++;
		break;
	}
	tlogf("attach %s at %s", device_xname(self), device_xname(parent));
}

static int
tdev_detach(device_t self, int flags)
{
	struct tdev_softc *sc = device_private(self);
	int error;

	if (sc->sc_busy && (flags & DETACH_FORCE) == 0)
		return EBUSY;
	if (tdev_slow_detach)
		tdev_wait();
	if ((error = config_detach_children(self, flags)) != 0)
		return error;
	tlogf("detach %s %x", device_xname(self), flags);
	return 0;
}

static int
tdev_activate(device_t self, devact_t act)
{
	struct tdev_softc *sc = device_private(self);

	if (sc->sc_busy)
		return EBUSY;
	tlogf("deactivate %s", device_xname(self));
	return act == DVACT_DEACTIVATE ? 0 : EOPNOTSUPP;
}

static void
tdev_childdetached(device_t self, device_t child)
{
	struct tdev_softc *sc = device_private(self);

	tlogf("%s lost %s", device_xname(self), device_xname(child));
	sc->sc_children--;
}

static CFATTACH_DECL3_NEW(tdev, sizeof(struct tdev_softc), tdev_match, tdev_attach, tdev_detach,
    tdev_activate, NULL, tdev_childdetached, DVF_DETACH_SHUTDOWN);

static int
tsub_match(device_t parent, cfdata_t cf, void *aux)
{

	return 1;
}

static void
tsub_attach(device_t parent, device_t self, void *aux)
{

	tlogf("attach %s at %s", device_xname(self), device_xname(parent));
}

static int
tsub_detach(device_t self, int flags)
{

	tlogf("detach %s %x", device_xname(self), flags);
	return 0;
}

static CFATTACH_DECL3_NEW(tsub, 0, tsub_match, tsub_attach, tsub_detach, NULL, NULL, NULL,
    DVF_DETACH_SHUTDOWN);

/*
 * tspec has no detach; tbetter is better than tdev.
 */

CFDRIVER_DECL(tspec, DV_DULL, NULL);
CFDRIVER_DECL(tbetter, DV_DULL, NULL);

static int
tkind2_match(device_t parent, cfdata_t cf, void *aux)
{
	struct tbus_attach_args *ta = aux;

	if (ta->ta_kind != 2)
		return 0;
	return strcmp(cf->cf_name, "tspec") == 0 ? 20 : 10;
}

static CFATTACH_DECL_NEW(tspec, sizeof(struct tdev_softc), tkind2_match, tsub_attach, NULL,
    NULL);
static CFATTACH_DECL_NEW(tbetter, sizeof(struct tdev_softc), tkind2_match, tsub_attach,
    tsub_detach, NULL);

/*
 * The configuration.
 */

static struct cfdriver * const cfdriver_test[] = {
	&tbus_cd, &tdev_cd, &tspec_cd, &tbetter_cd, &tsub_cd, NULL
};
static struct cfattach * const list_tbus[] = { &tbus_ca, NULL };
static struct cfattach * const list_tdev[] = { &tdev_ca, NULL };
static struct cfattach * const list_tspec[] = { &tspec_ca, NULL };
static struct cfattach * const list_tbetter[] = { &tbetter_ca, NULL };
static struct cfattach * const list_tsub[] = { &tsub_ca, NULL };
static const struct cfattachinit cfattach_test[] = {
	{ "tbus", list_tbus }, { "tdev", list_tdev }, { "tspec", list_tspec },
	{ "tbetter", list_tbetter }, { "tsub", list_tsub }, { NULL, NULL }
};
static const struct cfparent at_mainbus = { "mainbus", "mainbus", DVUNIT_ANY };
static const struct cfparent at_tbus = { "tbus", NULL, DVUNIT_ANY };
static const struct cfparent at_tdev = { "tdev", "tdev", DVUNIT_ANY };
static int loc_any[] = { -1 };
static int loc_3[] = { 3 };
static struct cfdata cfdata_test[] = {
	{ "tbus", "tbus", 0, FSTATE_NOTFOUND, NULL, 0, &at_mainbus },
	{ "tdev", "tdev", 0, FSTATE_STAR, loc_any, 0, &at_tbus },
	{ "tspec", "tspec", 0, FSTATE_NOTFOUND, loc_3, 0, &at_tbus },
	{ "tbetter", "tbetter", 0, FSTATE_STAR, loc_any, 0, &at_tbus },
	{ "tsub", "tsub", 0, FSTATE_STAR, NULL, 0, &at_tdev },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

/*
 * /dev/tdev0: its open tells of the reference it holds.
 */

static int
tdevopen(dev_t dev, int flag, int fmt, struct lwp *l)
{

	if (device_lookup(&tdev_cd, minor(dev)) == NULL)
		return ENXIO;
	tdev_wait();
	return tdev_fail_open || device_lookup(&tdev_cd, minor(dev)) == NULL ? EIO : 0;
}

static int
tdevclose(dev_t dev, int flag, int fmt, struct lwp *l)
{

	if (tdev_slow_close)
		tdev_wait();
	tdev_closes++;
	return 0;
}

static const struct cdevsw tdev_cdevsw = {
	.d_open = tdevopen, .d_close = tdevclose, .d_read = noread, .d_write = nowrite,
	.d_ioctl = noioctl, .d_stop = nostop, .d_tty = notty, .d_poll = nopoll,
	.d_mmap = nommap, .d_kqfilter = nokqfilter, .d_discard = nodiscard,
	.d_cfdriver = &tdev_cd, .d_devtounit = dev_minor_unit, .d_flag = D_OTHER | D_MPSAFE
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_test, cfattach_test, cfdata_test) != 0)
		panic("no test bus");
	rump_dev_char("tdev", &tdev_cdevsw, "", "", 2, 0, 1);
}

device_t
tbus_device(void)
{

	return device_find_by_xname("tbus0");
}

int
tbus_scan(void)
{
	static const int any[] = { -1 };
	int error;

	KERNEL_LOCK(1, NULL);
	error = tbus_rescan(tbus_device(), "tbus", any);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

void
tbus_clean(void)
{
	struct tbus_softc *sc = device_private(tbus_device());
	int i;

	tdev_go = true;
	tdev_slow_detach = tdev_slow_close = tdev_fail_open = false;
	for (i = 0; i < TBUS_NSLOT; i++) {
		tbus_slot[i] = 0;
		if (sc->sc_child[i] != NULL && !device_is_a(sc->sc_child[i], "tspec"))
			(void)config_detach(sc->sc_child[i], DETACH_FORCE);
	}
	tlog[0] = '\0';
}
