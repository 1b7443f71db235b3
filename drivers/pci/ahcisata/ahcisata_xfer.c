/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATA commands and block transfers on an AHCI port.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>

#include "ahci_impl.h"

#include <dev/ata/satafisreg.h>
#include <dev/ata/satafisvar.h>

#define	AHCI_BIO_TIMEOUT	10000	/* milliseconds */

/*
 * What all kinds have in common.
 */

static void
ahci_xfer_end(struct ata_channel *chp, struct ata_xfer *xfer, enum ahci_end how, int tfd,
    size_t moved)
{
	const struct ahci_xfer_ops *ops = (const struct ahci_xfer_ops *)xfer->ops;

	(*ops->xo_end)(chp, xfer, how, tfd, moved);
}

/* Ends a claimed transfer. */
void
ahci_xfer_finish(struct ata_channel *chp, struct ata_xfer *xfer, enum ahci_end how, int tfd)
{
	size_t moved = ahci_retire(chp, xfer);

	ahci_xfer_end(chp, xfer, how, tfd, moved);
}

/* Its data could not be loaded, or nobody is there to hear of it. */
void
ahci_xfer_abort(struct ata_channel *chp, struct ata_xfer *xfer)
{
	bool usable;

	ata_channel_lock(chp);
	usable = ahci_usable(chp);
	ata_channel_unlock(chp);
	ata_deactivate_xfer(chp, xfer);
	ahci_xfer_end(chp, xfer, usable ? AHCI_END_DMA : AHCI_END_GONE, 0, 0);
}

/*
 * Its time is over; the thread sees to it.  The transfer may have come to its
 * end, and be another one, while the lock was let go: then it is not late.
 */
int
ahci_xfer_intr(struct ata_channel *chp, struct ata_xfer *xfer, int tfd)
{

	ata_channel_lock(chp);
	if (ahci_active(chp, xfer) && (xfer->c_flags & C_TIMEOU) != 0 &&
	    (chp->ch_flags & ATACH_RECOVERING) == 0)
		ata_thread_run(chp, 0, ATACH_TH_RECOVERY, 0);
	ata_channel_unlock(chp);
	return 1;
}

void
ahci_xfer_kill(struct ata_channel *chp, struct ata_xfer *xfer, int reason)
{
	bool mine;

	if (reason == KILL_GONE_INACTIVE) {
		ahci_xfer_end(chp, xfer, AHCI_END_GONE, 0, 0);
		return;
	}
	ata_channel_lock(chp);
	mine = ahci_active(chp, xfer) && ahci_claim(chp, xfer->c_slot) != NULL;
	ata_channel_unlock(chp);
	if (mine)
		ahci_xfer_finish(chp, xfer, ahci_reason(reason), 0);
}

/* No drive any more: commands end before they wait for anything. */
static bool
ahci_lost(struct ata_drive_datas *drvp)
{
	bool lost;

	ata_channel_lock(drvp->chnl_softc);
	lost = drvp->drive_type == ATA_DRIVET_NONE;
	ata_channel_unlock(drvp->chnl_softc);
	return lost;
}

/*
 * Commands.
 */

/* Says how a command ended, and wakes who waits; then the transfer is his. */
static void
ahci_cmd_end(struct ata_channel *chp, struct ata_xfer *xfer,
    enum ahci_end how, int tfd, size_t moved)
{
	struct ata_command *c = &xfer->c_ata_c;
	int flags = AT_DONE;
	uint8_t fis[24];

	switch (how) {
	case AHCI_END_TIMEOUT:
		flags |= AT_TIMEOU;
		break;
	case AHCI_END_GONE:
		flags |= AT_GONE;
		break;
	case AHCI_END_RESET:
	case AHCI_END_REQUEUE:
		flags |= AT_RESET;
		break;
	case AHCI_END_DMA:
		flags |= AT_DF;
		break;
	case AHCI_END_TFD:
		if ((ATACH_ST(tfd) & (WDCS_DWF | WDCS_BSY | WDCS_DRQ)) != 0) {
			flags |= AT_DF;
		} else if ((ATACH_ST(tfd) & WDCS_ERR) != 0) {
			flags |= AT_ERROR;
			c->r_error = (uint8_t)ATACH_ERR(tfd);
		} else if ((c->flags & (AT_READ | AT_WRITE)) != 0) {
			if (moved > (size_t)c->bcount)
				flags |= AT_DF;
			else if (moved == (size_t)c->bcount)
				flags |= AT_XFDONE;
		}
		c->bcount = (int)MIN(moved, (size_t)c->bcount);
		if ((c->flags & AT_READREG) != 0) {
			ahci_read_rfis(chp, fis);
			if (fis[fis_type] == RDH_FISTYPE)
				satafis_rdh_cmd_readreg(c, fis);
			else
				flags |= AT_DF;
		}
		break;
	}
	ata_channel_lock(chp);
	c->flags |= flags;
	cv_broadcast(&chp->ch_queue->c_cmd_finish);
	ata_channel_unlock(chp);
	atastart(chp);
}

static int
ahci_cmd_start(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_command *c = &xfer->c_ata_c;
	size_t len = (c->flags & (AT_READ | AT_WRITE)) != 0 ? c->bcount : 0;

	xfer->c_databuf = c->data;
	if ((c->flags & AT_POLL) != 0)
		xfer->c_flags |= C_POLL;
	satafis_rhd_construct_cmd(c, ahci_cfis(chp, xfer->c_slot));
	if (ahci_issue(chp, xfer, c->data, len, (c->flags & AT_READ) != 0 ?
	    BUS_DMA_READ : BUS_DMA_WRITE, 0, c->timeout) != 0)
		return ATASTART_ABORT;
	return (c->flags & AT_POLL) != 0 ? ATASTART_POLL : ATASTART_STARTED;
}

static const struct ahci_xfer_ops ahci_cmd_ops = {
	.xo_ops = AHCI_XFER_OPS(ahci_cmd_start),
	.xo_end = ahci_cmd_end,
};

static void
ahci_exec_command(struct ata_drive_datas *drvp, struct ata_xfer *xfer)
{

	if ((xfer->c_ata_c.flags & AT_POLL) != 0)
		xfer->c_flags |= C_POLL;
	if ((xfer->c_ata_c.flags & AT_WAIT) != 0)
		xfer->c_flags |= C_WAIT;
	xfer->c_drive = drvp->drive;
	xfer->ops = &ahci_cmd_ops.xo_ops;
	if (ahci_lost(drvp))
		ahci_cmd_end(drvp->chnl_softc, xfer, AHCI_END_GONE, 0, 0);
	else
		ata_exec_xfer(drvp->chnl_softc, xfer);
}

/*
 * Reads and writes.
 */

static void
ahci_bio_end(struct ata_channel *chp, struct ata_xfer *xfer,
    enum ahci_end how, int tfd, size_t moved)
{
	struct ata_drive_datas *drvp = &chp->ch_drive[xfer->c_drive];
	struct ata_bio *bio = &xfer->c_bio;

	switch (how) {
	case AHCI_END_TIMEOUT:
		bio->error = TIMEOUT;
		break;
	case AHCI_END_GONE:
		bio->error = ERR_NODEV;
		break;
	case AHCI_END_RESET:
		bio->error = ERR_RESET;
		break;
	case AHCI_END_REQUEUE:
		bio->error = REQUEUE;
		break;
	case AHCI_END_DMA:
		bio->error = ERR_DMA;
		break;
	case AHCI_END_TFD:
		if ((ATACH_ST(tfd) & (WDCS_DWF | WDCS_BSY | WDCS_DRQ)) != 0) {
			bio->error = ERR_DF;
		} else if ((ATACH_ST(tfd) & WDCS_ERR) != 0) {
			bio->error = ERROR;
			bio->r_error = (uint8_t)ATACH_ERR(tfd);
		} else if (moved != (size_t)bio->nbytes) {
			/* Good, and yet not all of it: don't believe it. */
			bio->error = ERR_DMA;
		} else {
			bio->error = NOERROR;
			bio->bcount -= moved;
			if ((ATACH_ST(tfd) & WDCS_CORR) != 0)
				bio->flags |= ATA_CORR;
		}
		break;
	}
	bio->flags |= ATA_ITSDONE;
	(*drvp->drv_done)(drvp->drv_softc, xfer);
	atastart(chp);
}

static int
ahci_bio_start(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_bio *bio = &xfer->c_bio;

	chp->ch_drive[xfer->c_drive].n_xfers++;
	bio->nbytes = (int)bio->bcount;
	xfer->c_databuf = bio->databuf;
	satafis_rhd_construct_bio(xfer, ahci_cfis(chp, xfer->c_slot));
	if (ahci_issue(chp, xfer, bio->databuf, bio->bcount,
	    (bio->flags & ATA_READ) != 0 ? BUS_DMA_READ : BUS_DMA_WRITE, 0,
	    AHCI_BIO_TIMEOUT) != 0)
		return ATASTART_ABORT;
	return (xfer->c_flags & C_POLL) != 0 ? ATASTART_POLL :
	    ATASTART_STARTED;
}

static const struct ahci_xfer_ops ahci_bio_ops = {
	.xo_ops = AHCI_XFER_OPS(ahci_bio_start),
	.xo_end = ahci_bio_end,
};

static void
ahci_ata_bio(struct ata_drive_datas *drvp, struct ata_xfer *xfer)
{

	if ((xfer->c_bio.flags & ATA_POLL) != 0)
		xfer->c_flags |= C_POLL;
	xfer->c_drive = drvp->drive;
	xfer->ops = &ahci_bio_ops.xo_ops;
	if (ahci_lost(drvp))
		ahci_bio_end(drvp->chnl_softc, xfer, AHCI_END_GONE, 0, 0);
	else
		ata_exec_xfer(drvp->chnl_softc, xfer);
}

static int
ahci_ata_addref(struct ata_drive_datas *drvp)
{

	return 0;
}

static void
ahci_ata_delref(struct ata_drive_datas *drvp)
{

}

static void
ahci_killpending(struct ata_drive_datas *drvp)
{

	ata_kill_pending(drvp);
}

const struct ata_bustype ahci_ata_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_ATA,
	.ata_bio = ahci_ata_bio,
	.ata_reset_drive = ahci_reset_drive,
	.ata_reset_channel = ahci_reset_channel,
	.ata_exec_command = ahci_exec_command,
	.ata_get_params = ata_get_params,
	.ata_addref = ahci_ata_addref,
	.ata_delref = ahci_ata_delref,
	.ata_killpending = ahci_killpending,
	.ata_recovery = ahci_recovery,
};
