/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATA commands that every drive gets: who it is, what it can, which mode it
 * is in; and what went wrong with queued ones.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bitops.h>
#include <sys/kmem.h>

#include "ata_impl.h"

#define	ATA_IDENTIFY_TIMEOUT	3000	/* milliseconds */

/* The result of a command as CMD_OK or CMD_ERR. */
static int
ata_result(const struct ata_xfer *xfer)
{

	return (xfer->c_ata_c.flags & (AT_ERROR | AT_TIMEOU | AT_DF |
	    AT_RESET | AT_GONE)) != 0 ? CMD_ERR : CMD_OK;
}

/* Strings have the two bytes of each word swapped, and end in spaces. */
static void
ata_swap_string(uint8_t *p, size_t n)
{
	size_t i;
	uint8_t c;

	for (i = 0; i + 1 < n; i += 2) {
		c = p[i];
		p[i] = p[i + 1];
		p[i + 1] = c;
	}
}

/* Numbers in the host's order, strings readable.  Nothing is checked here. */
static void
ata_params_host(struct ataparams *prms)
{
	uint16_t *w = (uint16_t *)prms;
	u_int i;

	ata_swap_string(prms->atap_serial, sizeof(prms->atap_serial));
	ata_swap_string(prms->atap_revision, sizeof(prms->atap_revision));
	ata_swap_string(prms->atap_model, sizeof(prms->atap_model));
	for (i = 0; i < sizeof(*prms) / sizeof(*w); i++) {
		/* words 10 to 19, 23 to 46, 176 to 205 are strings */
		if ((i >= 10 && i < 20) || (i >= 23 && i < 47) ||
		    (i >= 176 && i < 206))
			continue;
		w[i] = le16toh(w[i]);
	}
}

int
ata_get_params(struct ata_drive_datas *drvp, uint8_t flags,
    struct ataparams *prms)
{
	struct ata_channel *chp = drvp->chnl_softc;
	struct atac_softc *atac = chp->ch_atac;
	struct ata_xfer *xfer;
	uint8_t *page;
	int rv;

	if (drvp->drive_type == ATA_DRIVET_NONE)
		return CMD_ERR;
	xfer = ata_get_xfer(chp, (flags & AT_WAIT) != 0);
	if (xfer == NULL)
		return CMD_AGAIN;
	page = kmem_zalloc(sizeof(*prms), KM_SLEEP);
	xfer->c_ata_c.r_command = drvp->drive_type == ATA_DRIVET_ATAPI ?
	    ATAPI_IDENTIFY_DEVICE : WDCC_IDENTIFY;
	xfer->c_ata_c.r_st_bmask =
	    drvp->drive_type == ATA_DRIVET_ATAPI ? 0 : WDCS_DRDY;
	xfer->c_ata_c.r_st_pmask = WDCS_DRQ;
	xfer->c_ata_c.timeout = ATA_IDENTIFY_TIMEOUT;
	xfer->c_ata_c.flags = AT_READ | flags;
	xfer->c_ata_c.data = page;
	xfer->c_ata_c.bcount = sizeof(*prms);
	(*atac->atac_bustype_ata->ata_exec_command)(drvp, xfer);
	ata_wait_cmd(chp, xfer);
	rv = ata_result(xfer);
	if (rv == CMD_OK && (xfer->c_ata_c.flags & AT_XFDONE) == 0)
		rv = CMD_ERR;
	if (rv == CMD_OK) {
		memcpy(prms, page, sizeof(*prms));
		ata_params_host(prms);
	}
	ata_free_xfer(chp, xfer);
	kmem_free(page, sizeof(*prms));
	return rv;
}

int
ata_set_mode(struct ata_drive_datas *drvp, uint8_t mode, uint8_t flags)
{
	struct ata_channel *chp = drvp->chnl_softc;
	struct ata_xfer *xfer;
	int rv;

	xfer = ata_get_xfer(chp, (flags & AT_WAIT) != 0);
	if (xfer == NULL)
		return CMD_AGAIN;
	xfer->c_ata_c.r_command = SET_FEATURES;
	xfer->c_ata_c.r_features = WDSF_SET_MODE;
	xfer->c_ata_c.r_count = mode;
	xfer->c_ata_c.flags = flags;
	xfer->c_ata_c.timeout = 1000;
	(*chp->ch_atac->atac_bustype_ata->ata_exec_command)(drvp, xfer);
	ata_wait_cmd(chp, xfer);
	rv = ata_result(xfer);
	ata_free_xfer(chp, xfer);
	return rv;
}

/*
 * Page 10h of the log: byte 0 the tag of the failed command and whether it
 * was a queued one, 2 its status, 3 its error.  ATA8-ACS, A.13.
 */
int
ata_read_log_ext_ncq(struct ata_drive_datas *drvp, uint8_t flags,
    uint8_t *slot, uint8_t *status, uint8_t *err)
{
	struct ata_channel *chp = drvp->chnl_softc;
	struct ata_xfer *xfer = &chp->recovery_xfer;
	const uint8_t *tb = chp->recovery_blk;
	uint8_t sum = 0;
	u_int i;

	memset(xfer, 0, sizeof(*xfer));
	memset(chp->recovery_blk, 0, sizeof(chp->recovery_blk));
	xfer->c_slot = -1;
	xfer->c_flags = C_SKIP_QUEUE | C_PRIVATE_ALLOC;
	xfer->c_ata_c.r_command = WDCC_READ_LOG_EXT;
	xfer->c_ata_c.r_lba = WDCC_LOG_PAGE_NCQ;
	xfer->c_ata_c.r_count = 1;
	xfer->c_ata_c.r_device = WDSD_LBA;
	xfer->c_ata_c.flags = AT_READ | AT_LBA | AT_LBA48 | flags;
	xfer->c_ata_c.timeout = 1000;
	xfer->c_ata_c.data = chp->recovery_blk;
	xfer->c_ata_c.bcount = sizeof(chp->recovery_blk);
	(*chp->ch_atac->atac_bustype_ata->ata_exec_command)(drvp, xfer);
	ata_wait_cmd(chp, xfer);
	if (ata_result(xfer) != CMD_OK ||
	    (xfer->c_ata_c.flags & AT_XFDONE) == 0)
		return EIO;
	for (i = 0; i < sizeof(chp->recovery_blk); i++)
		sum += tb[i];
	if (sum != 0 || (tb[0] & WDCC_LOG_NQ) != 0)
		return EINVAL;
	*slot = tb[0] & 0x1f;
	*status = tb[2];
	*err = tb[3];
	/* An error that is none would be tried again for ever. */
	if ((*status & WDCS_ERR) == 0)
		*err = WDCE_ABRT;
	*status |= WDCS_ERR;
	return 0;
}

/* In force and possible, from a mask of the modes that the drive has. */
static bool
ata_best_mode(u_int mask, int limit, uint8_t *mode, uint8_t *cap)
{

	if (mask == 0)
		return false;
	*mode = *cap = (uint8_t)MIN(fls32(mask) - 1, limit);
	return true;
}

/*
 * What the drive can: drive_flags, modes, openings, from its own words within
 * what the controller does.  Its driver may have it work meanwhile, one
 * command at a time.  Sleeps.
 */
void
ata_probe_caps(struct ata_drive_datas *drvp)
{
	struct ata_channel *chp = drvp->chnl_softc;
	struct atac_softc *atac = chp->ch_atac;
	struct ataparams params;
	uint16_t flags = 0;
	uint8_t openings = 1;

	if (ata_get_params(drvp, AT_WAIT, &params) != CMD_OK)
		return;
	if ((atac->atac_cap & ATAC_CAP_DATA32) != 0)
		flags |= ATA_DRIVE_CAP32;
	ata_channel_lock(chp);
	drvp->PIO_mode = drvp->PIO_cap = 0;
	if ((params.atap_extensions & WDC_EXT_MODES) != 0) {
		drvp->PIO_mode = drvp->PIO_cap =
		    MIN((params.atap_piomode_supp & 2) != 0 ? 4 : 3,
		    atac->atac_pio_cap);
		if (ata_best_mode(params.atap_dmamode_supp & 0x07,
		    atac->atac_dma_cap, &drvp->DMA_mode, &drvp->DMA_cap))
			flags |= ATA_DRIVE_DMA | ATA_DRIVE_MODE;
	}
	if ((params.atap_extensions & WDC_EXT_UDMA_MODES) != 0 &&
	    (atac->atac_cap & ATAC_CAP_UDMA) != 0 &&
	    ata_best_mode(params.atap_udmamode_supp & 0x7f,
	    atac->atac_udma_cap, &drvp->UDMA_mode, &drvp->UDMA_cap))
		flags |= ATA_DRIVE_UDMA | ATA_DRIVE_MODE;
	if (drvp->drive_type == ATA_DRIVET_ATA) {
		if ((params.atap_cmd2_en & ATA_CMD2_LBA48) != 0 &&
		    (params.atap_cmd_def & ATA_CMDE_WFE) != 0)
			flags |= ATA_DRIVE_WFUA;
		if ((params.atap_sata_caps & SATA_NATIVE_CMDQ) != 0 &&
		    params.atap_sata_caps != 0xffff &&
		    (atac->atac_cap & ATAC_CAP_NCQ) != 0) {
			flags |= ATA_DRIVE_NCQ;
			/* A slot stays free for the page of what failed. */
			openings = ATA_REAL_OPENINGS(MIN((params.atap_queuedepth &
			    WDC_QUEUE_DEPTH_MASK) + 1, ata_queue_openings(chp)));
			if ((params.atap_sata_caps & SATA_NCQ_PRIO) != 0)
				flags |= ATA_DRIVE_NCQ_PRIO;
		}
	}
	/* Its driver looks at these without the lock. */
	atomic_store_relaxed(&drvp->drv_openings, openings);
	atomic_store_relaxed(&drvp->drive_flags, drvp->drive_flags | flags);
	ata_channel_unlock(chp);
}

/* One line for each drive: how it moves data. */
void
ata_print_modes(struct ata_channel *chp)
{
	struct ata_drive_datas *drvp;
	int i;

	for (i = 0; i < chp->ch_ndrives; i++) {
		drvp = &chp->ch_drive[i];
		if (drvp->drive_type == ATA_DRIVET_NONE ||
		    drvp->drv_softc == NULL)
			continue;
		aprint_verbose("%s(%s:%d:%d): PIO mode %d%s%s%s\n",
		    device_xname(drvp->drv_softc),
		    device_xname(chp->ch_atac->atac_dev), chp->ch_channel,
		    drvp->drive, drvp->PIO_mode,
		    (drvp->drive_flags & ATA_DRIVE_DMA) != 0 ? ", DMA" : "",
		    (drvp->drive_flags & ATA_DRIVE_UDMA) != 0 ? ", Ultra-DMA" :
		    "", (drvp->drive_flags & ATA_DRIVE_NCQ) != 0 ? ", NCQ" : "");
	}
}

/*
 * A DMA error: NERRS_MAX of them within NXFER transfers, and queued commands
 * are given up.  Locked.
 */
void
ata_dmaerr(struct ata_drive_datas *drvp, int flags)
{

	ata_channel_lock_owned(drvp->chnl_softc);
	if (drvp->n_xfers > NXFER)
		drvp->n_dmaerrs = drvp->n_xfers = 0;
	if (++drvp->n_dmaerrs < NERRS_MAX)
		return;
	drvp->n_dmaerrs = NERRS_MAX - 1;
	drvp->n_xfers = 0;
	if ((drvp->drive_flags & ATA_DRIVE_NCQ) != 0) {
		atomic_store_relaxed(&drvp->drive_flags,
		    drvp->drive_flags & ~ATA_DRIVE_NCQ);
		aprint_error_dev(drvp->drv_softc,
		    "too many DMA errors; no queued commands any more\n");
	}
}

void
atacmd_toncq(struct ata_xfer *xfer, uint8_t *cmd, uint16_t *count,
    uint16_t *features, uint8_t *device)
{

	if ((xfer->c_flags & C_NCQ) == 0)
		return;
	*cmd = (xfer->c_bio.flags & ATA_READ) != 0 ? WDCC_READ_FPDMA_QUEUED :
	    WDCC_WRITE_FPDMA_QUEUED;
	/* The count goes where features were, the tag where the count was. */
	*features = *count;
	*count = (uint16_t)(xfer->c_slot << 3);
	if ((xfer->c_bio.flags & ATA_PRIO_HIGH) != 0)
		*count |= (uint16_t)WDSC_PRIO_HIGH << 8;
	if ((xfer->c_bio.flags & ATA_FUA) != 0)
		*device |= WDSC_FUA;
}
