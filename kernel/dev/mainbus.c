/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * mainbus(4): the root of all devices.  Its children are the platform's own
 * devices, drivers that stand on no hardware, and buses that components find
 * by themselves; see <rump-sys/dev.h>.
 *
 * What the platform says is believed as far as it is consistent; a child
 * looks at its registers itself.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include <rump/rumpuser_dev.h>
#include <rump-sys/dev.h>

#include "autoconf_impl.h"

/* A platform has no more devices than that, nor a driver instances here. */
#define	MAINBUS_NPLAT	64
#define	MAINBUS_NSTAR	64

struct mainbus_softc {
	device_t	sc_dev;
	device_t	sc_plat[MAINBUS_NPLAT];	/* big lock: platform devices */
};

static int	mainbus_match(device_t, cfdata_t, void *);
static void	mainbus_attach1(device_t, device_t, void *);
static int	mainbus_detach(device_t, int);
static int	mainbus_rescan(device_t, const char *, const int *);
static void	mainbus_childdetached(device_t, device_t);

static const struct cfiattrdata mainbuscf_iattrdata = {
	"mainbus", 0, { { NULL, NULL, 0 } }
};
static const struct cfiattrdata pcibuscf_iattrdata = {
	"pcibus", 1, { { "bus", "-1", -1 } }
};
static const struct cfiattrdata * const mainbus_attrs[] = {
	&mainbuscf_iattrdata, &pcibuscf_iattrdata, NULL
};

static CFDRIVER_DECL(mainbus, DV_DULL, mainbus_attrs);
static CFATTACH_DECL3_NEW(mainbus, sizeof(struct mainbus_softc), mainbus_match,
    mainbus_attach1, mainbus_detach, NULL, mainbus_rescan, mainbus_childdetached, 0);

static struct cfdriver * const cfdriver_mainbus[] = { &mainbus_cd, NULL };
static struct cfattach * const cfattachlist_mainbus[] = { &mainbus_ca, NULL };
static const struct cfattachinit cfattach_mainbus[] = {
	{ "mainbus", cfattachlist_mainbus }, { NULL, NULL }
};
static struct cfdata cfdata_mainbus[] = {
	{ "mainbus", "mainbus", 0, FSTATE_NOTFOUND, NULL, 0, NULL },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

static struct mainbus_scanner *scanners, **scanners_tail = &scanners;

/* A component will look for children of mainbus. */
void
rump_mainbus_register(struct mainbus_scanner *mb)
{

	mb->mb_next = NULL;
	*scanners_tail = mb;
	scanners_tail = &mb->mb_next;
}

static int
mainbus_match(device_t parent, cfdata_t cf, void *aux)
{

	return 1;
}

static int
mainbus_print(void *aux, const char *pnp)
{
	struct mainbus_attach_args *maa = aux;

	if (pnp != NULL)
		aprint_normal("%s at %s", maa->maa_name, pnp);
	if (maa->maa_size != 0)
		aprint_normal(" addr 0x%llx-0x%llx irq %u", (unsigned long long)maa->maa_addr,
		    (unsigned long long)(maa->maa_addr + maa->maa_size - 1), maa->maa_irq);
	return UNCONF;
}

/* Devices that the platform names. */
static void
mainbus_platform(struct mainbus_softc *sc)
{
	struct mainbus_attach_args maa;
	struct rumpuser_platdev pd;
	unsigned i;

	for (i = 0; i < MAINBUS_NPLAT && rumpuser_platdev(i, &pd) == 0; i++) {
		if (sc->sc_plat[i] != NULL)
			continue;
		if (pd.pd_kind == NULL || pd.pd_irq >= RUMPUSER_NIRQ || pd.pd_len == 0 ||
		    pd.pd_addr + pd.pd_len < pd.pd_addr) {
			aprint_error_dev(sc->sc_dev, "platform device %u: %llu bytes at 0x%llx, "
			    "irq %u make no sense\n", i, (unsigned long long)pd.pd_len,
			    (unsigned long long)pd.pd_addr, pd.pd_irq);
			continue;
		}
		memset(&maa, 0, sizeof(maa));
		maa.maa_name = pd.pd_kind;
		maa.maa_unit = i;
		maa.maa_addr = pd.pd_addr;
		maa.maa_size = pd.pd_len;
		maa.maa_irq = pd.pd_irq;
		sc->sc_plat[i] = config_found(sc->sc_dev, &maa, mainbus_print,
		    CFARGS(.iattr = "mainbus"));
	}
}

/* Drivers that know by themselves whether there is one more of theirs. */
static int
mainbus_search(device_t self, cfdata_t cf, const int *locs, void *aux)
{
	struct mainbus_attach_args maa;
	int i;

	for (i = 0; i < MAINBUS_NSTAR; i++) {
		memset(&maa, 0, sizeof(maa));
		maa.maa_name = "";
		maa.maa_unit = i;
		if (config_probe(self, cf, &maa) == 0 ||
		    config_attach(self, cf, &maa, mainbus_print, CFARGS_NONE) == NULL ||
		    cf->cf_fstate != FSTATE_STAR)
			break;
	}
	return 0;
}

static int
mainbus_rescan(device_t self, const char *ifattr, const int *locs)
{
	static const int any[] = { -1 };
	struct mainbus_softc *sc = device_private(self);
	struct mainbus_scanner *mb;

	if (ifattr_match(ifattr, "mainbus")) {
		mainbus_platform(sc);
		(void)config_search(self, NULL,
		    CFARGS(.search = mainbus_search, .iattr = "mainbus"));
	}
	for (mb = scanners; mb != NULL; mb = mb->mb_next) {
		if (ifattr_match(ifattr, mb->mb_iattr))
			(*mb->mb_scan)(self, locs != NULL ? locs : any);
	}
	return 0;
}

static void
mainbus_attach1(device_t parent, device_t self, void *aux)
{
	struct mainbus_softc *sc = device_private(self);

	sc->sc_dev = self;
	aprint_naive("\n");
	aprint_normal("\n");
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	(void)mainbus_rescan(self, NULL, NULL);
}

static int
mainbus_detach(device_t self, int flags)
{
	int error;

	if ((error = config_detach_children(self, flags)) != 0)
		return error;
	pmf_device_deregister(self);
	return 0;
}

static void
mainbus_childdetached(device_t self, device_t child)
{
	struct mainbus_softc *sc = device_private(self);
	unsigned i;

	for (i = 0; i < MAINBUS_NPLAT; i++) {
		if (sc->sc_plat[i] == child)
			sc->sc_plat[i] = NULL;
	}
}

/* Boot, when all components have entered their tables. */
void
mainbus_attach(void)
{

	if (config_init_component(cfdriver_mainbus, cfattach_mainbus, cfdata_mainbus) != 0)
		panic("no mainbus");
	(void)config_rootfound("mainbus", NULL);
}
