/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * wd* at atabus?: an ATA disk.  ATA8-ACS, sections 7.16 (IDENTIFY DEVICE) and
 * 7.24 to 7.63 (the commands).
 *
 * What the disk says of itself is checked when it attaches: it has sectors,
 * of a size that can be used, no more than can be addressed.  A transfer that
 * fails is tried again WDIORETRIES times, then it is an error, once.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/ataio.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/callout.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/pmf.h>
#include <sys/reboot.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "ata_impl.h"

#include <dev/ata/wdvar.h>

#include <rump-sys/dev.h>

#define	WDIORETRIES	3
#define	RECOVERYTIME	(hz / 2)
#define	WD_FLUSH_TIMEOUT 30000	/* milliseconds */
#define	WD_CMD_TIMEOUT	3000
#define	WD_DUMP_WAIT	10000	/* for what is active */

static void	wddone(device_t, struct ata_xfer *);
static void	wdrestart(void *);
static int	wd_command(struct wd_softc *, uint8_t, uint8_t, uint16_t, int,
		    int);
static int	wd_flushcache(struct wd_softc *, int);
static int	wd_lastclose(device_t);
static int	wd_diskstart(device_t, struct buf *);
static int	wd_dumpblocks(device_t, void *, daddr_t, int);
static void	wd_iosize(device_t, int *);
static dev_type_open(wdopen);
static dev_type_close(wdclose);
static dev_type_read(wdread);
static dev_type_write(wdwrite);
static dev_type_ioctl(wdioctl);
static dev_type_strategy(wdstrategy);
static dev_type_dump(wddump);
static dev_type_size(wdsize);

const struct bdevsw wd_bdevsw = {
	.d_open = wdopen,
	.d_close = wdclose,
	.d_strategy = wdstrategy,
	.d_ioctl = wdioctl,
	.d_dump = wddump,
	.d_psize = wdsize,
	.d_discard = nodiscard,
	.d_cfdriver = &wd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

const struct cdevsw wd_cdevsw = {
	.d_open = wdopen,
	.d_close = wdclose,
	.d_read = wdread,
	.d_write = wdwrite,
	.d_ioctl = wdioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &wd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

static void
wdminphys(struct buf *bp)
{

	minphys(bp);
}

static const struct dkdriver wddkdriver = {
	.d_open = wdopen,
	.d_close = wdclose,
	.d_strategy = wdstrategy,
	.d_minphys = wdminphys,
	.d_diskstart = wd_diskstart,
	.d_dumpblocks = wd_dumpblocks,
	.d_iosize = wd_iosize,
	.d_lastclose = wd_lastclose,
};

/*
 * Attach.
 */

static int
wd_match(device_t parent, cfdata_t match, void *aux)
{
	struct ata_device *adev = aux;

	if (adev->adev_bustype->bustype_type != SCSIPI_BUSTYPE_ATA)
		return 0;
	return match->cf_loc[0] == -1 ||
	    match->cf_loc[0] == adev->adev_drv_data->drive;
}

/* Size and addressing, from IDENTIFY; false for nothing usable. */
static bool
wd_capacity(struct wd_softc *wd)
{
	const struct ataparams *p = &wd->sc_params;
	device_t self = wd->sc_dksc.sc_dev;
	uint64_t max;

	wd->sc_blksize = 512;
	if ((p->atap_secsz & ATA_SECSZ_VALID_MASK) == ATA_SECSZ_VALID &&
	    (p->atap_secsz & ATA_SECSZ_LLS) != 0) {
		max = 2 * ((uint64_t)p->atap_lls_secsz[1] << 16 |
		    p->atap_lls_secsz[0]);
		if (max < 512 || max > MAXPHYS || (max & (max - 1)) != 0) {
			aprint_error_dev(self, "sectors of %ju bytes\n",
			    (uintmax_t)max);
			return false;
		}
		wd->sc_blksize = (uint32_t)max;
	}
	if ((p->atap_capabilities1 & WDC_CAP_LBA) == 0 ||
	    (p->atap_capabilities1 & WDC_CAP_DMA) == 0) {
		aprint_error_dev(self, "capabilities %#x without LBA or DMA\n",
		    p->atap_capabilities1);
		return false;
	}
	wd->sc_flags |= WDF_LBA;
	wd->sc_capacity28 = (uint32_t)p->atap_capacity[1] << 16 |
	    p->atap_capacity[0];
	wd->sc_capacity28 = MIN(wd->sc_capacity28, 0x0fffffff);
	wd->sc_capacity = wd->sc_capacity28;
	if ((p->atap_cmd2_en & ATA_CMD2_LBA48) != 0) {
		wd->sc_flags |= WDF_LBA48;
		wd->sc_capacity = (uint64_t)p->atap_max_lba[3] << 48 |
		    (uint64_t)p->atap_max_lba[2] << 32 |
		    (uint64_t)p->atap_max_lba[1] << 16 | p->atap_max_lba[0];
	}
	max = (1ULL << 48) - 1;
	if (wd->sc_capacity == 0 || wd->sc_capacity > max ||
	    wd->sc_capacity > (uint64_t)INT64_MAX / wd->sc_blksize) {
		aprint_error_dev(self, "%ju sectors of %u bytes\n",
		    (uintmax_t)wd->sc_capacity, wd->sc_blksize);
		return false;
	}
	wd->sc_capacity512 = wd->sc_capacity * (wd->sc_blksize / DEV_BSIZE);
	return true;
}

/* What the cache has is on the disk, which stands still if it is to. */
static void
wd_rest(struct wd_softc *wd, bool standby)
{

	if (!DK_ATTACHED(&wd->sc_dksc))
		return;
	(void)wd_flushcache(wd, AT_WAIT);
	if (standby)
		(void)wd_command(wd, WDCC_STANDBY_IMMED, 0, 0, AT_WAIT,
		    WD_FLUSH_TIMEOUT);
}

static bool
wd_suspend(device_t self, const pmf_qual_t *qual)
{

	wd_rest(device_private(self), true);
	return true;
}

static bool
wd_shutdown(device_t self, int how)
{

	wd_rest(device_private(self), (how & RB_POWERDOWN) == RB_POWERDOWN);
	return true;
}

static void
wd_attach(device_t parent, device_t self, void *aux)
{
	struct wd_softc *wd = device_private(self);
	struct dk_softc *dksc = &wd->sc_dksc;
	struct ata_device *adev = aux;
	struct disk *dk = &dksc->sc_dkdev;
	char model[41];

	dksc->sc_dev = self;
	wd->drvp = adev->adev_drv_data;
	wd->atabus = adev->adev_bustype;
	mutex_init(&wd->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&wd->sc_idle, "wdidle");
	callout_init(&wd->sc_retry_callout, CALLOUT_MPSAFE);
	callout_setfunc(&wd->sc_retry_callout, wdrestart, wd);
	SLIST_INIT(&wd->sc_retry_list);
	wd->drv_max_tags = ATA_MAX_OPENINGS;
	wd->drv_ncq = true;
	/* One command at a time until the bus has asked what the drive can. */
	wd->drvp->drv_openings = 1;
	wd->drvp->drv_done = wddone;
	wd->drvp->drv_softc = self;
	aprint_naive("\n");
	aprint_normal("\n");
	/* One without power management would keep what is beside it asleep. */
	if (!pmf_device_register1(self, wd_suspend, NULL, wd_shutdown))
		aprint_error_dev(self, "no power management\n");

	if ((*wd->atabus->ata_get_params)(wd->drvp, AT_WAIT,
	    &wd->sc_params) != CMD_OK) {
		aprint_error_dev(self, "no identity\n");
		return;
	}
	rump_dev_ascii(model, sizeof(model), wd->sc_params.atap_model,
	    sizeof(wd->sc_params.atap_model));
	if (!wd_capacity(wd))
		return;
	aprint_normal_dev(self, "<%s>, %ju sectors of %u bytes%s\n", model,
	    (uintmax_t)wd->sc_capacity, wd->sc_blksize,
	    (wd->sc_flags & WDF_LBA48) != 0 ? ", LBA48" : "");

	dk_init(dksc, self, DKTYPE_ESDI);
	disk_init(dk, dksc->sc_xname, &wddkdriver);
	dk->dk_geom.dg_secperunit = wd->sc_capacity;
	dk->dk_geom.dg_secsize = wd->sc_blksize;
	dk->dk_geom.dg_nsectors = wd->sc_params.atap_sectors;
	dk->dk_geom.dg_ntracks = wd->sc_params.atap_heads;
	dk->dk_geom.dg_ncylinders = wd->sc_params.atap_cylinders;
	bufq_alloc(&dksc->sc_bufq, BUFQ_DISK_DEFAULT_STRAT, BUFQ_SORT_RAWBLOCK);
	dk_attach(dksc);
	disk_attach(dk);
	disk_set_info(self, dk, "ESDI");
	wd->sc_flags |= WDF_LOADED;
	dkwedge_discover(dk);
}

/* Undoes any prefix of wd_attach(). */
static int
wd_detach(device_t self, int flags)
{
	struct wd_softc *wd = device_private(self);
	struct dk_softc *dksc = &wd->sc_dksc;
	int bmaj, cmaj, error, i, mn;

	if (DK_ATTACHED(dksc)) {
		error = disk_begindetach(&dksc->sc_dkdev, wd_lastclose, self,
		    flags);
		if (error)
			return error;
		mutex_enter(&wd->sc_lock);
		wd->sc_gone = true;
		mutex_exit(&wd->sc_lock);
		dk_drain(dksc);
	}
	/* Retries that wait end now; what is at the bus ends by itself. */
	callout_halt(&wd->sc_retry_callout, NULL);
	wd->sc_gone = true;
	wdrestart(wd);
	if (wd->drvp->chnl_softc != NULL)
		(*wd->atabus->ata_killpending)(wd->drvp);
	mutex_enter(&wd->sc_lock);
	while (wd->sc_inflight != 0 || wd->sc_ending != 0)
		cv_wait(&wd->sc_idle, &wd->sc_lock);
	mutex_exit(&wd->sc_lock);
	if (DK_ATTACHED(dksc)) {
		bmaj = bdevsw_lookup_major(&wd_bdevsw);
		cmaj = cdevsw_lookup_major(&wd_cdevsw);
		for (i = 0; i < MAXPARTITIONS; i++) {
			mn = DISKMINOR(device_unit(self), i);
			vdevgone(bmaj, mn, mn, VBLK);
			vdevgone(cmaj, mn, mn, VCHR);
		}
		dkwedge_delall(&dksc->sc_dkdev);
		dk_drain(dksc);
		dk_detach(dksc);
		bufq_free(dksc->sc_bufq);
		/* A close that was on its way is over when it has let go. */
		mutex_enter(&dksc->sc_dkdev.dk_openlock);
		mutex_exit(&dksc->sc_dkdev.dk_openlock);
		disk_detach(&dksc->sc_dkdev);
		disk_destroy(&dksc->sc_dkdev);
	}
	pmf_device_deregister(self);
	callout_destroy(&wd->sc_retry_callout);
	cv_destroy(&wd->sc_idle);
	mutex_destroy(&wd->sc_lock);
	wd->drvp->drv_softc = NULL;
	return 0;
}

CFATTACH_DECL3_NEW(wd, sizeof(struct wd_softc), wd_match, wd_attach, wd_detach,
    NULL, NULL, NULL, DVF_DETACH_SHUTDOWN);

/*
 * Transfers.
 */

/* Hands a transfer to the bus; its end is wddone(). */
static void
wd_start1(struct wd_softc *wd, struct buf *bp, struct ata_xfer *xfer)
{
	struct ata_bio *bio = &xfer->c_bio;
	uint16_t retries = xfer->c_retries;
	uint64_t end;

	memset(bio, 0, sizeof(*bio));
	xfer->c_retries = retries;
	bio->bp = bp;
	bio->blkno = bp->b_rawblkno;
	bio->bcount = bp->b_bcount;
	bio->nblks = bp->b_bcount / wd->sc_blksize;
	bio->databuf = bp->b_data;
	bio->flags = ATA_LBA;
	end = (uint64_t)bio->blkno + bio->nblks;
	if ((wd->sc_flags & WDF_LBA48) != 0 &&
	    (end > wd->sc_capacity28 || bio->nblks > 256 ||
	    (bp->b_flags & B_MEDIA_FUA) != 0))
		bio->flags |= ATA_LBA48;
	if (BUF_ISREAD(bp))
		bio->flags |= ATA_READ;
	else if ((bp->b_flags & B_MEDIA_FUA) != 0 &&
	    (atomic_load_relaxed(&wd->drvp->drive_flags) &
	    ATA_DRIVE_WFUA) != 0)
		bio->flags |= ATA_FUA;
	if (WD_USE_NCQ(wd)) {
		xfer->c_flags |= C_NCQ;
		if (WD_USE_NCQ_PRIO(wd) &&
		    BIO_GETPRIO(bp) == BPRIO_TIMECRITICAL)
			bio->flags |= ATA_PRIO_HIGH;
	}
	(*wd->atabus->ata_bio)(wd->drvp, xfer);
}

static int
wd_diskstart(device_t dev, struct buf *bp)
{
	struct wd_softc *wd = device_private(dev);
	struct ata_xfer *xfer;

	mutex_enter(&wd->sc_lock);
	if (wd->sc_gone) {
		mutex_exit(&wd->sc_lock);
		return ENXIO;
	}
	if (wd->sc_inflight >= WD_MAX_OPENINGS(wd)) {
		mutex_exit(&wd->sc_lock);
		return EAGAIN;
	}
	xfer = ata_get_xfer(wd->drvp->chnl_softc, false);
	if (xfer == NULL) {
		/* Perhaps nothing is on its way that would ask again. */
		wd->sc_starved = true;
		if (!callout_pending(&wd->sc_retry_callout))
			callout_schedule(&wd->sc_retry_callout, RECOVERYTIME);
		mutex_exit(&wd->sc_lock);
		return EAGAIN;
	}
	wd->sc_inflight++;
	mutex_exit(&wd->sc_lock);
	wd_start1(wd, bp, xfer);
	return 0;
}

/* The last of a buffer. */
static void
wd_end(struct wd_softc *wd, struct buf *bp, struct ata_xfer *xfer)
{
	struct dk_softc *dksc = &wd->sc_dksc;

	ata_free_xfer(wd->drvp->chnl_softc, xfer);
	mutex_enter(&wd->sc_lock);
	wd->sc_inflight--;
	wd->sc_ending++;
	mutex_exit(&wd->sc_lock);
	dk_done(dksc, bp);
	dk_start(dksc, NULL);
	mutex_enter(&wd->sc_lock);
	if (--wd->sc_ending == 0 && wd->sc_inflight == 0)
		cv_broadcast(&wd->sc_idle);
	mutex_exit(&wd->sc_lock);
}

static void
wddone(device_t self, struct ata_xfer *xfer)
{
	struct wd_softc *wd = device_private(self);
	struct buf *bp = xfer->c_bio.bp;
	const char *why;
	bool again = true, counts = true;

	bp->b_resid = xfer->c_bio.bcount;
	switch (xfer->c_bio.error) {
	case NOERROR:
		if ((xfer->c_bio.flags & ATA_CORR) != 0)
			aprint_normal_dev(self, "corrected error at block "
			    "%jd\n", (intmax_t)bp->b_rawblkno);
		bp->b_error = 0;
		wd_end(wd, bp, xfer);
		return;
	case ERR_NODEV:
		why = "device is gone";
		again = false;
		break;
	case ERR_DMA:
		why = "DMA error";
		ata_channel_lock(wd->drvp->chnl_softc);
		ata_dmaerr(wd->drvp, 0);
		ata_channel_unlock(wd->drvp->chnl_softc);
		break;
	case ERR_DF:
		why = "device fault";
		break;
	case TIMEOUT:
		why = "device is late";
		break;
	case REQUEUE:
		/* Another one's fault, and that one is not tried for ever. */
		counts = false;
		why = "another command failed";
		break;
	case ERR_RESET:
		why = "channel was reset";
		break;
	default:
		why = "device error";
		/* Addresses and media don't get better. */
		if ((xfer->c_bio.r_error & (WDCE_ABRT | WDCE_IDNF)) != 0)
			again = false;
		break;
	}
	mutex_enter(&wd->sc_lock);
	if (again && !wd->sc_gone && xfer->c_retries < WDIORETRIES) {
		if (counts)
			xfer->c_retries++;
		SLIST_INSERT_HEAD(&wd->sc_retry_list, xfer, c_retrychain);
		if (!callout_pending(&wd->sc_retry_callout))
			callout_schedule(&wd->sc_retry_callout, RECOVERYTIME);
		mutex_exit(&wd->sc_lock);
		return;
	}
	mutex_exit(&wd->sc_lock);
	aprint_error_dev(self, "%s, %s block %jd, error %#x\n", why,
	    BUF_ISREAD(bp) ? "reading" : "writing", (intmax_t)bp->b_rawblkno,
	    xfer->c_bio.r_error);
	bp->b_error = xfer->c_bio.error == ERR_NODEV ? ENXIO : EIO;
	bp->b_resid = bp->b_bcount;
	wd_end(wd, bp, xfer);
}

/* The retries, or, when the disk goes, their end; and what had no memory. */
static void
wdrestart(void *v)
{
	struct wd_softc *wd = v;
	struct ata_xfer *xfer;
	struct buf *bp;
	bool gone, starved;

	mutex_enter(&wd->sc_lock);
	while ((xfer = SLIST_FIRST(&wd->sc_retry_list)) != NULL) {
		SLIST_REMOVE_HEAD(&wd->sc_retry_list, c_retrychain);
		gone = wd->sc_gone;
		mutex_exit(&wd->sc_lock);
		bp = xfer->c_bio.bp;
		xfer->c_flags = 0;
		if (gone) {
			bp->b_error = ENXIO;
			bp->b_resid = bp->b_bcount;
			wd_end(wd, bp, xfer);
		} else {
			wd_start1(wd, bp, xfer);
		}
		mutex_enter(&wd->sc_lock);
	}
	starved = wd->sc_starved;
	wd->sc_starved = false;
	mutex_exit(&wd->sc_lock);
	if (starved)
		dk_start(&wd->sc_dksc, NULL);
}

/* One command without data; 0 or EIO, ENODEV when there is no such command. */
static int
wd_command(struct wd_softc *wd, uint8_t cmd, uint8_t feature, uint16_t count,
    int flags, int ms)
{
	struct ata_channel *chp = wd->drvp->chnl_softc;
	struct ata_xfer *xfer;
	int error = 0;

	xfer = ata_get_xfer(chp, (flags & AT_WAIT) != 0);
	if (xfer == NULL)
		return EAGAIN;
	xfer->c_ata_c.r_command = cmd;
	xfer->c_ata_c.r_features = feature;
	xfer->c_ata_c.r_count = count;
	xfer->c_ata_c.r_device = WDSD_LBA;
	xfer->c_ata_c.flags = flags;
	xfer->c_ata_c.timeout = ms;
	(*wd->atabus->ata_exec_command)(wd->drvp, xfer);
	ata_wait_cmd(chp, xfer);
	if ((xfer->c_ata_c.flags & AT_GONE) != 0)
		error = ENXIO;
	else if ((xfer->c_ata_c.flags & AT_ERROR) != 0)
		error = xfer->c_ata_c.r_error == WDCE_ABRT ? ENODEV : EIO;
	else if ((xfer->c_ata_c.flags & (AT_TIMEOU | AT_DF | AT_RESET)) != 0)
		error = EIO;
	ata_free_xfer(chp, xfer);
	return error;
}

static int
wd_flushcache(struct wd_softc *wd, int flags)
{
	int error;

	if ((wd->sc_params.atap_cmd1_en & WDC_CMD1_CACHE) == 0)
		return 0;
	error = wd_command(wd, (wd->sc_flags & WDF_LBA48) != 0 &&
	    (wd->sc_params.atap_cmd2_en & ATA_CMD2_FCE) != 0 ?
	    WDCC_FLUSHCACHE_EXT : WDCC_FLUSHCACHE, 0, 0, flags,
	    WD_FLUSH_TIMEOUT);
	return error == ENODEV ? 0 : error;
}

static int
wd_getcache(struct wd_softc *wd, int *bits)
{
	struct ataparams params;

	if ((*wd->atabus->ata_get_params)(wd->drvp, AT_WAIT, &params) !=
	    CMD_OK)
		return EIO;
	*bits = 0;
	if ((params.atap_cmd_set1 & WDC_CMD1_CACHE) != 0)
		*bits |= DKCACHE_WCHANGE;
	if ((params.atap_cmd1_en & WDC_CMD1_CACHE) != 0)
		*bits |= DKCACHE_WRITE;
	if ((atomic_load_relaxed(&wd->drvp->drive_flags) &
	    ATA_DRIVE_WFUA) != 0)
		*bits |= DKCACHE_FUA;
	return 0;
}

static int
wd_setcache(struct wd_softc *wd, int bits)
{

	if ((wd->sc_params.atap_cmd_set1 & WDC_CMD1_CACHE) == 0 ||
	    (bits & DKCACHE_SAVE) != 0)
		return EOPNOTSUPP;
	return wd_command(wd, SET_FEATURES, (bits & DKCACHE_WRITE) != 0 ?
	    WDSF_WRITE_CACHE_EN : WDSF_WRITE_CACHE_DS, 0, AT_WAIT,
	    WD_CMD_TIMEOUT);
}

/*
 * ATAIOCCOMMAND: any command, with data of whole sectors.  What became of it
 * is in retsts; an errno for what was not even tried, or ended with the disk.
 */

/* Bytes of what a command's data are made of. */
static uint32_t
wd_atareq_unit(struct wd_softc *wd, u_char cmd)
{

	switch (cmd) {
	case WDCC_READ:
	case WDCC_WRITE:
	case WDCC_READMULTI:
	case WDCC_WRITEMULTI:
	case WDCC_READDMA:
	case WDCC_WRITEDMA:
		return wd->sc_blksize;
	default:
		return DEV_BSIZE;
	}
}

/* The end of a command, as the request says it; EIO for data that are missing. */
static int
wd_atareq_result(const struct ata_command *c, atareq_t *req)
{

	if ((c->flags & AT_GONE) != 0)
		return ENXIO;
	if ((c->flags & AT_ERROR) != 0) {
		req->retsts = ATACMD_ERROR;
		req->error = c->r_error;
		return 0;
	}
	if ((c->flags & AT_DF) != 0) {
		req->retsts = ATACMD_DF;
		return 0;
	}
	if ((c->flags & (AT_TIMEOU | AT_RESET)) != 0) {
		req->retsts = ATACMD_TIMEOUT;
		return 0;
	}
	if ((c->flags & (AT_READ | AT_WRITE)) != 0 && (c->flags & AT_XFDONE) == 0)
		return EIO;
	req->retsts = ATACMD_OK;
	if ((c->flags & AT_READREG) != 0) {
		req->command = c->r_status;
		req->features = req->error = c->r_error;
		req->sec_count = (u_char)c->r_count;
		req->sec_num = (u_char)c->r_lba;
		req->head = (c->r_device & 0xf0) | ((c->r_lba >> 24) & 0x0f);
		req->cylinder = (u_short)(c->r_lba >> 8);
	}
	return 0;
}

static int
wd_atareq(struct wd_softc *wd, atareq_t *req)
{
	struct ata_channel *chp = wd->drvp->chnl_softc;
	const uint32_t unit = wd_atareq_unit(wd, req->command);
	const int how = (req->flags & ATACMD_READ) != 0 ? AT_READ :
	    (req->flags & ATACMD_WRITE) != 0 ? AT_WRITE : 0;
	const size_t len = how != 0 ? req->datalen : 0;
	struct ata_command *c;
	struct ata_xfer *xfer;
	size_t room = len;
	void *data = NULL;
	int error = 0;

	/* Of an identity the first bytes may be wanted alone. */
	if (req->command == WDCC_IDENTIFY && len != 0 && len < DEV_BSIZE)
		room = DEV_BSIZE;
	if (req->timeout <= 0 || room % unit != 0 || room / unit > UINT8_MAX)
		return EINVAL;
	if (room > MAXPHYS)
		return EIO;
	if (room != 0)
		data = kmem_zalloc(room, KM_SLEEP);
	if (room != 0 && how == AT_WRITE)
		error = copyin(req->databuf, data, len);
	if (error)
		goto out;

	xfer = ata_get_xfer(chp, true);
	c = &xfer->c_ata_c;
	c->r_command = req->command;
	c->r_features = req->features;
	c->r_count = req->sec_count;
	c->r_lba = (uint64_t)(req->head & 0x0f) << 24 |
	    (uint64_t)req->cylinder << 8 | req->sec_num;
	c->r_device = (req->flags & ATACMD_LBA) != 0 ? WDSD_LBA : 0;
	c->flags = AT_WAIT | (room != 0 ? how : 0) |
	    ((req->flags & ATACMD_READREG) != 0 ? AT_READREG : 0) | AT_LBA;
	c->timeout = req->timeout;
	c->data = data;
	c->bcount = (int)room;
	(*wd->atabus->ata_exec_command)(wd->drvp, xfer);
	ata_wait_cmd(chp, xfer);
	error = wd_atareq_result(c, req);
	ata_free_xfer(chp, xfer);
	if (error == 0 && how == AT_READ && len != 0 && req->retsts == ATACMD_OK)
		error = copyout(data, req->databuf, len);
out:
	if (data != NULL)
		kmem_free(data, room);
	return error;
}

/*
 * The switch.
 */

static struct wd_softc *
wd_lookup(dev_t dev)
{
	struct wd_softc *wd = device_lookup_private(&wd_cd, DISKUNIT(dev));

	return wd != NULL && DK_ATTACHED(&wd->sc_dksc) ? wd : NULL;
}

static int
wdopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct wd_softc *wd = wd_lookup(dev);

	if (wd == NULL || !device_is_active(wd->sc_dksc.sc_dev) ||
	    wd->sc_gone)
		return ENXIO;
	return dk_open(&wd->sc_dksc, dev, flag, fmt, l);
}

/* A disk that is lost can't flush, and closes all the same. */
static int
wd_lastclose(device_t self)
{
	struct wd_softc *wd = device_private(self);

	(void)wd_flushcache(wd, AT_WAIT);
	return 0;
}

static int
wdclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct wd_softc *wd = wd_lookup(dev);

	return wd == NULL ? ENXIO : dk_close(&wd->sc_dksc, dev, flag, fmt, l);
}

static void
wdstrategy(struct buf *bp)
{
	struct wd_softc *wd = wd_lookup(bp->b_dev);

	if (wd == NULL) {
		bp->b_error = ENXIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	dk_strategy(&wd->sc_dksc, bp);
}

static int
wdread(dev_t dev, struct uio *uio, int flags)
{

	return physio(wdstrategy, NULL, dev, B_READ, wdminphys, uio);
}

static int
wdwrite(dev_t dev, struct uio *uio, int flags)
{

	return physio(wdstrategy, NULL, dev, B_WRITE, wdminphys, uio);
}

static void
wd_iosize(device_t dev, int *count)
{
	struct wd_softc *wd = device_private(dev);

	/* Without LBA48 the count is a byte. */
	if ((wd->sc_flags & WDF_LBA48) == 0)
		*count = (int)MIN((uint32_t)*count, 128 * wd->sc_blksize);
}

static int
wdioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct wd_softc *wd = wd_lookup(dev);

	if (wd == NULL)
		return ENXIO;
	switch (cmd) {
	case DIOCGCACHE:
		return wd_getcache(wd, data);
	case DIOCSCACHE:
		return (flag & FWRITE) == 0 ? EBADF :
		    wd_setcache(wd, *(int *)data);
	case DIOCCACHESYNC:
		return (flag & FWRITE) == 0 ? EBADF :
		    wd_flushcache(wd, AT_WAIT);
	case ATAIOCCOMMAND:
		/* What only reads needs no more than the right to read. */
		if ((((atareq_t *)data)->flags & ATACMD_READ) == 0 &&
		    (flag & FWRITE) == 0)
			return EBADF;
		return wd_atareq(wd, data);
	default:
		return dk_ioctl(&wd->sc_dksc, dev, cmd, data, flag, l);
	}
}

static int
wdsize(dev_t dev)
{
	struct wd_softc *wd = wd_lookup(dev);

	return wd == NULL ? -1 : dk_size(&wd->sc_dksc, dev);
}

static int
wddump(dev_t dev, daddr_t blkno, void *va, size_t size)
{
	struct wd_softc *wd = wd_lookup(dev);

	return wd == NULL ? ENXIO :
	    dk_dump(&wd->sc_dksc, dev, blkno, va, size, 0);
}

/* The end of a transfer while somebody dumps, who has the polled one. */
static void
wd_dumpdone(device_t self, struct ata_xfer *xfer)
{

	if ((xfer->c_bio.flags & ATA_POLL) == 0)
		wddone(self, xfer);
}

/*
 * d_dumpblocks: without sleep or interrupts, of which nobody may be left to
 * take any.  What is active ends first, by its own end or by a reset, and
 * nothing else starts meanwhile.
 */
static int
wd_dumpblocks(device_t self, void *va, daddr_t blkno, int nblk)
{
	struct wd_softc *wd = device_private(self);
	struct ata_channel *chp = wd->drvp->chnl_softc;
	struct ata_xfer *xfer, *axfer;
	int error, i;

	if (blkno < 0 || nblk < 0 || (uint64_t)blkno + nblk > wd->sc_capacity)
		return EINVAL;
	xfer = ata_get_xfer(chp, false);
	if (xfer == NULL)
		return EAGAIN;
	wd->drvp->drv_done = wd_dumpdone;
	ata_channel_freeze(chp);
	ata_channel_lock(chp);
	for (i = 0; i < WD_DUMP_WAIT &&
	    (axfer = ata_queue_get_active_xfer_locked(chp)) != NULL; i++) {
		ata_channel_unlock(chp);
		(void)(*axfer->ops->c_poll)(chp, axfer);
		delay(1000);
		ata_channel_lock(chp);
	}
	if (ata_queue_get_active_xfer_locked(chp) != NULL)
		(*wd->atabus->ata_reset_channel)(chp, AT_POLL | AT_RST_EMERG);
	ata_channel_unlock(chp);
	xfer->c_flags = C_SKIP_QUEUE;
	xfer->c_bio.blkno = blkno;
	xfer->c_bio.nblks = nblk;
	xfer->c_bio.bcount = (long)nblk * wd->sc_blksize;
	xfer->c_bio.databuf = va;
	xfer->c_bio.flags = ATA_POLL | ATA_LBA |
	    ((wd->sc_flags & WDF_LBA48) != 0 ? ATA_LBA48 : 0);
	(*wd->atabus->ata_bio)(wd->drvp, xfer);
	error = (xfer->c_bio.flags & ATA_ITSDONE) == 0 ||
	    xfer->c_bio.error != NOERROR ? EIO : 0;
	ata_free_xfer(chp, xfer);
	wd->drvp->drv_done = wddone;
	ata_channel_lock(chp);
	ata_channel_thaw_locked(chp);
	ata_channel_unlock(chp);
	atastart(chp);
	return error;
}
