/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * atabus* at ata?: a channel, where drives are found and lost.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/intr.h>
#include <sys/pmf.h>

#include <locators.h>

#include "ata_impl.h"

int
atabusprint(void *aux, const char *pnp)
{
	struct ata_channel *chp = aux;

	if (pnp != NULL)
		aprint_normal("atabus at %s", pnp);
	aprint_normal(" channel %d", chp->ch_channel);
	return UNCONF;
}

int
ataprint(void *aux, const char *pnp)
{
	struct ata_device *adev = aux;

	if (pnp != NULL)
		aprint_normal("wd at %s", pnp);
	aprint_normal(" drive %d", adev->adev_drv_data->drive);
	return UNCONF;
}

/* Whether a driver sits on one of the channel's drives. */
static bool
atabus_used(struct ata_channel *chp)
{
	int i;

	if (chp->atapibus != NULL)
		return true;
	for (i = 0; i < chp->ch_ndrives; i++) {
		if (chp->ch_drive[i].drv_softc != NULL)
			return true;
	}
	return false;
}

/* Whether the drives have gone, or all but the drivers. */
static bool
atabus_lost(struct ata_channel *chp)
{
	int i;

	for (i = 0; i < chp->ch_ndrives; i++) {
		if (chp->ch_drive[i].drive_type != ATA_DRIVET_NONE)
			return false;
	}
	return true;
}

/*
 * Only one looks for drives at a time: the big lock is let go meanwhile, and
 * two would attach two drivers to one drive.  False: the bus goes away, or
 * sleeps, and looks when it resumes.
 */
static bool
atabus_probe_enter(struct atabus_softc *sc)
{
	struct ata_channel *chp = sc->sc_chan;
	bool mine;

	ata_channel_lock(chp);
	sc->sc_probers++;
	while ((chp->ch_flags & ATACH_SHUTDOWN) == 0 &&
	    (sc->sc_flags & ATABUSCF_SUSPENDED) == 0 && sc->sc_probing)
		cv_wait(&chp->ch_thr_idle, &chp->ch_lock);
	mine = (chp->ch_flags & (ATACH_SHUTDOWN | ATACH_DISABLED)) == 0;
	if (mine && (sc->sc_flags & ATABUSCF_SUSPENDED) != 0) {
		sc->sc_flags |= ATABUSCF_RESCAN;
		mine = false;
	}
	if (mine) {
		sc->sc_probing = true;
	} else {
		sc->sc_probers--;
		cv_broadcast(&chp->ch_thr_idle);
	}
	ata_channel_unlock(chp);
	return mine;
}

static void
atabus_probe_exit(struct atabus_softc *sc)
{
	struct ata_channel *chp = sc->sc_chan;

	ata_channel_lock(chp);
	sc->sc_probing = false;
	sc->sc_probers--;
	cv_broadcast(&chp->ch_thr_idle);
	ata_channel_unlock(chp);
}

static void
atabus_probe1(struct atabus_softc *sc)
{
	struct ata_channel *chp = sc->sc_chan;
	struct atac_softc *atac = chp->ch_atac;
	struct ata_drive_datas *drvp;
	struct ata_device adev;
	int locs[ATA_HLCF_NLOCS], i;
	bool atapi = false;

	if (atabus_used(chp) && atabus_lost(chp))
		(void)config_detach_children(sc->sc_dev, DETACH_FORCE);
	if (atabus_used(chp))
		return;
	/* What the last drives could says nothing about the next. */
	atabus_free_drives(chp);
	(*atac->atac_probe)(chp);
	for (i = 0; i < chp->ch_ndrives; i++) {
		drvp = &chp->ch_drive[i];
		switch (drvp->drive_type) {
		case ATA_DRIVET_ATAPI:
			ata_probe_caps(drvp);
			atapi = true;
			break;
		case ATA_DRIVET_ATA:
			memset(&adev, 0, sizeof(adev));
			adev.adev_bustype = atac->atac_bustype_ata;
			adev.adev_channel = chp->ch_channel;
			adev.adev_drv_data = drvp;
			locs[ATA_HLCF_DRIVE] = i;
			drvp->drv_softc = config_found(sc->sc_dev, &adev,
			    ataprint, CFARGS(.submatch = config_stdsubmatch,
			    .iattr = "ata_hl", .locators = locs));
			/* A driver may set its drive's openings to one first. */
			if (drvp->drv_softc != NULL)
				ata_probe_caps(drvp);
			break;
		default:
			break;
		}
	}
	if (atapi && atac->atac_atapibus_attach != NULL)
		(*atac->atac_atapibus_attach)(sc);
	if (atac->atac_set_modes != NULL && chp->ch_ndrives != 0)
		(*atac->atac_set_modes)(chp);
	ata_print_modes(chp);
}

/*
 * Takes the drivers of drives that have gone away.  Looks for drives, unless
 * some are there already, and attaches their drivers.  Waits for who does so
 * already.  Big lock; sleeps.
 */
void
atabus_probe(struct atabus_softc *sc)
{

	if (!atabus_probe_enter(sc))
		return;
	atabus_probe1(sc);
	atabus_probe_exit(sc);
}

static void
atabus_config(device_t self)
{

	atabus_probe(device_private(self));
}

/*
 * Nothing is active and nobody resets the channel or looks for drives when
 * this returns, and nothing starts before the resume.
 */
static bool
atabus_suspend(device_t self, const pmf_qual_t *qual)
{
	struct atabus_softc *sc = device_private(self);
	struct ata_channel *chp = sc->sc_chan;

	ata_channel_lock(chp);
	if ((sc->sc_flags & ATABUSCF_SUSPENDED) != 0) {
		ata_channel_unlock(chp);
		return true;
	}
	sc->sc_flags |= ATABUSCF_SUSPENDED;
	cv_broadcast(&chp->ch_thr_idle);
	/* Who looks for drives needs commands to come to an end. */
	while ((sc->sc_flags & ATABUSCF_SUSPENDED) != 0 && sc->sc_probing)
		cv_wait(&chp->ch_thr_idle, &chp->ch_lock);
	/* A detach may have called it off. */
	if ((sc->sc_flags & ATABUSCF_SUSPENDED) != 0) {
		sc->sc_flags |= ATABUSCF_FROZEN;
		chp->ch_queue->queue_freeze++;
	}
	while ((sc->sc_flags & ATABUSCF_SUSPENDED) != 0 &&
	    (chp->ch_queue->queue_active != 0 ||
	    chp->ch_queue->queue_work_on))
		cv_wait(&chp->ch_queue->queue_idle, &chp->ch_lock);
	ata_channel_unlock(chp);
	return true;
}

static bool
atabus_resume(device_t self, const pmf_qual_t *qual)
{
	struct atabus_softc *sc = device_private(self);
	struct ata_channel *chp = sc->sc_chan;

	ata_channel_lock(chp);
	if ((sc->sc_flags & ATABUSCF_SUSPENDED) == 0) {
		ata_channel_unlock(chp);
		return true;
	}
	if ((sc->sc_flags & ATABUSCF_FROZEN) != 0)
		ata_channel_thaw_locked(chp);
	if ((sc->sc_flags & ATABUSCF_RESCAN) != 0)
		ata_thread_run(chp, 0, ATACH_TH_RESCAN, 0);
	sc->sc_flags &= ~(ATABUSCF_SUSPENDED | ATABUSCF_FROZEN |
	    ATABUSCF_RESCAN);
	cv_broadcast(&chp->ch_thr_idle);
	cv_broadcast(&chp->ch_queue->queue_idle);
	ata_channel_unlock(chp);
	atastart(chp);
	return true;
}

static int
atabus_match(device_t parent, cfdata_t cf, void *aux)
{
	struct ata_channel *chp = aux;

	return chp == NULL ? 0 : cf->cf_loc[ATACF_CHANNEL] == chp->ch_channel ||
	    cf->cf_loc[ATACF_CHANNEL] == ATACF_CHANNEL_DEFAULT;
}

static void
atabus_attach(device_t parent, device_t self, void *aux)
{
	struct atabus_softc *sc = device_private(self);
	struct ata_channel *chp = aux;

	sc->sc_dev = self;
	sc->sc_chan = chp;
	chp->atabus = self;
	aprint_normal("\n");
	aprint_naive("\n");
	/* Commands want interrupts; after boot this is at once. */
	config_interrupts(self, atabus_config);
	if (!pmf_device_register(self, atabus_suspend, atabus_resume))
		aprint_error_dev(self, "no power management\n");
}

static int
atabus_detach(device_t self, int flags)
{
	struct atabus_softc *sc = device_private(self);
	struct ata_channel *chp = sc->sc_chan;
	int error;

	ata_channel_lock(chp);
	chp->ch_flags |= ATACH_SHUTDOWN;
	cv_broadcast(&chp->ch_thr_idle);
	ata_channel_unlock(chp);
	/* What waits in a sleeping channel has to end now. */
	(void)atabus_resume(self, NULL);
	ata_rescan_wait(chp);
	ata_channel_lock(chp);
	while (sc->sc_probers != 0)
		cv_wait(&chp->ch_thr_idle, &chp->ch_lock);
	ata_channel_unlock(chp);
	error = config_detach_children(self, flags);
	if (error) {
		ata_channel_lock(chp);
		chp->ch_flags &= ~ATACH_SHUTDOWN;
		ata_channel_unlock(chp);
		return error;
	}
	pmf_device_deregister(self);
	atabus_free_drives(chp);
	chp->atabus = NULL;
	return 0;
}

static int
atabus_rescan(device_t self, const char *ifattr, const int *locs)
{

	atabus_probe(device_private(self));
	return 0;
}

static void
atabus_childdet(device_t self, device_t child)
{
	struct atabus_softc *sc = device_private(self);
	struct ata_channel *chp = sc->sc_chan;
	int i;

	if (chp->atapibus == child)
		chp->atapibus = NULL;
	for (i = 0; i < chp->ch_ndrives; i++) {
		if (chp->ch_drive[i].drv_softc == child) {
			chp->ch_drive[i].drv_softc = NULL;
			chp->ch_drive[i].state = RESET;
		}
	}
}

CFATTACH_DECL3_NEW(atabus, sizeof(struct atabus_softc), atabus_match,
    atabus_attach, atabus_detach, NULL, atabus_rescan, atabus_childdet,
    DVF_DETACH_SHUTDOWN);
