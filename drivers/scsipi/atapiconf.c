/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * atapibus(4): the drives of an ATAPI channel.  Looking for a drive and
 * identifying it is the adapter's (atapi_probe_device in struct
 * atapi_adapter); it calls atapi_probe_device() with what it found.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/proc.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/atapiconf.h>

#include "locators.h"
#include "scsipi_impl.h"

static int	atapibusmatch(device_t, cfdata_t, void *);
static void	atapibusattach(device_t, device_t, void *);
static int	atapibusdetach(device_t, int);
static int	atapibusrescan(device_t, const char *, const int *);
static void	atapibuschilddet(device_t, device_t);

CFATTACH_DECL3_NEW(atapibus, sizeof(struct atapibus_softc), atapibusmatch, atapibusattach,
    atapibusdetach, NULL, atapibusrescan, atapibuschilddet, DVF_DETACH_SHUTDOWN);

/* While a drive is looked for; nothing is to be done about its errors. */
const struct scsipi_periphsw atapi_probe_periphsw = { NULL, NULL, NULL, NULL };

static const struct scsi_quirk_inquiry_pattern atapi_quirk_patterns[] = {
	{{T_CDROM, T_REMOV, "ALPS ELECTRIC CO.,LTD. DC544C", "", "SW03D"}, PQUIRK_NOTUR},
	{{T_CDROM, T_REMOV, "CR-2801TE", "", "1.07"}, PQUIRK_NOSENSE},
	{{T_CDROM, T_REMOV, "CREATIVECD3630E", "", "AC101"}, PQUIRK_NOSENSE},
	{{T_CDROM, T_REMOV, "GCD-R580B", "", "1.00"}, PQUIRK_LITTLETOC},
	{{T_CDROM, T_REMOV, "NEC                 CD-ROM DRIVE:273", "", "4.21"}, PQUIRK_NOTUR},
};

/* For config_found() of a channel. */
int
atapiprint(void *aux, const char *pnp)
{

	if (pnp != NULL)
		aprint_normal("atapibus at %s", pnp);
	return UNCONF;
}

static int
atapibusprint(void *aux, const char *pnp)
{
	struct scsipibus_attach_args *sa = aux;
	char vendor[65], product[65], revision[33];

	if (pnp != NULL)
		aprint_normal("%s", pnp);
	scsipi_strvis(vendor, sizeof(vendor), sa->sa_inqbuf.vendor, strlen(sa->sa_inqbuf.vendor));
	scsipi_strvis(product, sizeof(product), sa->sa_inqbuf.product,
	    strlen(sa->sa_inqbuf.product));
	scsipi_strvis(revision, sizeof(revision), sa->sa_inqbuf.revision,
	    strlen(sa->sa_inqbuf.revision));
	aprint_normal(" drive %d: <%s, %s, %s> %s %s", sa->sa_periph->periph_target, vendor, product,
	    revision, scsipi_dtype(sa->sa_inqbuf.type),
	    sa->sa_inqbuf.removable ? "removable" : "fixed");
	return UNCONF;
}

static int
atapibusmatch(device_t parent, cfdata_t cf, void *aux)
{
	struct scsipi_channel *chan = aux;

	return chan != NULL &&
	    SCSIPI_BUSTYPE_TYPE(chan->chan_bustype->bustype_type) == SCSIPI_BUSTYPE_ATAPI;
}

/* Drive of target -1: all. */
static int
atapi_probe_bus(struct atapibus_softc *sc, int target)
{
	struct scsipi_channel *chan = sc->sc_channel;
	struct atapi_adapter *atapi = (struct atapi_adapter *)chan->chan_adapter;
	int maxtarget, mintarget, error, began;

	if (target == -1) {
		mintarget = 0;
		maxtarget = chan->chan_ntargets - 1;
	} else {
		if (target < 0 || target >= chan->chan_ntargets)
			return ENXIO;
		mintarget = maxtarget = target;
	}
	error = scsipi_probe_enter(chan);
	if (error != 0)
		return error;
	began = getticks();
	for (target = mintarget; target <= maxtarget && !scsipi_probe_over(chan, began); target++)
		(*atapi->atapi_probe_device)(sc, target);
	scsipi_probe_leave(chan);
	return 0;
}

static void
atapibus_discover_thread(void *arg)
{
	struct atapibus_softc *sc = arg;

	(void)atapi_probe_bus(sc, -1);
	config_pending_decr(sc->sc_dev);
	kthread_exit(0);
}

static void
atapibusattach(device_t parent, device_t self, void *aux)
{
	struct atapibus_softc *sc = device_private(self);
	struct scsipi_channel *chan = aux;

	sc->sc_dev = self;
	chan->chan_name = device_xname(self);
	aprint_naive("\n");
	aprint_normal(": %d target%s\n", chan->chan_ntargets, chan->chan_ntargets == 1 ? "" : "s");
	/* One unit in each drive. */
	chan->chan_nluns = 1;
	if (scsipi_channel_init(chan) != 0)
		return;
	sc->sc_channel = chan;
	scsipi_bus_discover(self, chan, atapibus_discover_thread, sc);
}

static int
atapibusdetach(device_t self, int flags)
{
	struct atapibus_softc *sc = device_private(self);
	struct scsipi_channel *chan = sc->sc_channel;
	int error;

	if (chan == NULL)
		return 0;
	error = scsipi_bus_detach(chan, flags);
	if (error != 0)
		return error;
	pmf_device_deregister(self);
	scsipi_channel_shutdown(chan);
	sc->sc_channel = NULL;
	return 0;
}

static int
atapibusrescan(device_t self, const char *ifattr, const int *locators)
{
	struct atapibus_softc *sc = device_private(self);

	if (sc->sc_channel == NULL)
		return ENXIO;
	return atapi_probe_bus(sc, locators[ATAPIBUSCF_DRIVE]);
}

static void
atapibuschilddet(device_t self, device_t child)
{
	struct atapibus_softc *sc = device_private(self);

	scsipi_bus_childdet(sc->sc_channel, child);
}

/*
 * The adapter has found a drive: attaches its driver.  The periph, with
 * channel, target, type and capabilities set, is ours from here on.  Returns
 * the device, or NULL.
 */
void *
atapi_probe_device(struct atapibus_softc *sc, int target, struct scsipi_periph *periph,
    struct scsipibus_attach_args *sa)
{
	struct scsipi_channel *chan = sc->sc_channel;
	const struct scsi_quirk_inquiry_pattern *finger;
	int locs[ATAPIBUSCF_NLOCS];
	device_t dev;
	int priority, quirks;

	quirks = chan->chan_defquirks;
	finger = scsipi_inqmatch(&sa->sa_inqbuf, atapi_quirk_patterns,
	    __arraycount(atapi_quirk_patterns), sizeof(atapi_quirk_patterns[0]), &priority);
	if (priority != 0)
		quirks |= finger->quirks;
	periph->periph_quirks |= quirks;

	locs[ATAPIBUSCF_DRIVE] = target;
	dev = scsipi_bus_attach_unit(sc->sc_dev, sa, locs, atapibusprint);
	if (dev == NULL)
		scsipi_free_periph(periph);
	return dev;
}
