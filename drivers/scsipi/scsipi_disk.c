/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Disks on SCSI and ATAPI: what does not depend on whether it is an sd(4) or a
 * cd(4).  Between dk(9) above and the middle layer below.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_disk.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsipi_disk.h>
#include <dev/scsipi/scsiconf.h>

#include "scsipi_disk_impl.h"
#include "scsipi_impl.h"

/*
 * Attach and detach.
 */

void
scsipi_disk_init(device_t self, struct dk_softc *dksc, struct scsipi_periph *periph,
    const struct dkdriver *driver, const struct scsipi_periphsw *psw, callout_t *retry)
{

	dk_init(dksc, self, SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) ==
	    SCSIPI_BUSTYPE_ATAPI ? DKTYPE_ATAPI : DKTYPE_SCSI);
	disk_init(&dksc->sc_dkdev, dksc->sc_xname, driver);
	callout_init(retry, 0);

	periph->periph_dev = self;
	periph->periph_switch = psw;
	/* The adapter or the disk may lower this. */
	periph->periph_openings = MAX(1, SCSIPI_CHAN_MAX_PERIPH(periph->periph_channel));
	periph->periph_flags |= PERIPH_GROW_OPENINGS;

	aprint_naive("\n");
	aprint_normal("\n");
}

void
scsipi_disk_attach(device_t self, struct dk_softc *dksc,
    bool (*suspend)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int))
{

	disk_attach(&dksc->sc_dkdev);
	bufq_alloc(&dksc->sc_bufq, BUFQ_DISK_DEFAULT_STRAT, BUFQ_SORT_RAWBLOCK);
	dk_attach(dksc);
	if (!pmf_device_register1(self, suspend, NULL, shutdown))
		aprint_error_dev(self, "couldn't establish power handler\n");
}

/* Waits until nobody is in the close function of a disk that is revoked. */
static void
scsipi_disk_wait_closed(struct disk *dk)
{
	int n;

	/* vdevgone() does not wait for a close that had begun before. */
	mutex_enter(&dk->dk_openlock);
	for (n = 0; dk->dk_openmask != 0 && n < 10 * hz; n++) {
		mutex_exit(&dk->dk_openlock);
		(void)kpause("scsiclos", false, 1, NULL);
		mutex_enter(&dk->dk_openlock);
	}
	mutex_exit(&dk->dk_openlock);
	if (n == 10 * hz)
		printf("%s: partitions 0x%x stay open\n", dk->dk_name, dk->dk_openmask);
}

int
scsipi_disk_detach(device_t self, struct dk_softc *dksc, struct scsipi_periph *periph,
    callout_t *retry, const struct bdevsw *bdev, const struct cdevsw *cdev, int flags)
{
	int bmaj, cmaj, error, i, mn;

	error = disk_begindetach(&dksc->sc_dkdev, NULL, self, flags);
	if (error != 0)
		return error;

	/* No more retries, no more commands, no more waiting. */
	callout_halt(retry, NULL);
	scsipi_end_commands(periph);
	callout_halt(retry, NULL);
	dk_drain(dksc);

	dkwedge_delall(&dksc->sc_dkdev);
	bmaj = bdevsw_lookup_major(bdev);
	cmaj = cdevsw_lookup_major(cdev);
	for (i = 0; i < MAXPARTITIONS; i++) {
		mn = DISKMINOR(device_unit(self), i);
		vdevgone(bmaj, mn, mn, VBLK);
		vdevgone(cmaj, mn, mn, VCHR);
	}
	scsipi_disk_wait_closed(&dksc->sc_dkdev);
	dk_drain(dksc);

	pmf_device_deregister(self);
	dk_detach(dksc);
	bufq_free(dksc->sc_bufq);
	disk_detach(&dksc->sc_dkdev);
	disk_destroy(&dksc->sc_dkdev);
	callout_destroy(retry);
	return 0;
}

/*
 * Those who use it.
 */

int
scsipi_disk_openable(struct dk_softc *dksc, struct scsipi_periph *periph, dev_t dev, int fmt)
{

	if (!device_is_active(dksc->sc_dev) || scsipi_periph_gone(periph))
		return ENODEV;
	/* The medium of those who have it open has gone. */
	if (dksc->sc_dkdev.dk_openmask != 0 &&
	    (periph->periph_flags & PERIPH_MEDIA_LOADED) == 0 &&
	    (DISKPART(dev) != RAW_PART || fmt != S_IFCHR))
		return EIO;
	return 0;
}

bool
scsipi_disk_usable(struct scsipi_periph *periph, struct buf *bp)
{

	if (periph != NULL && (periph->periph_flags & PERIPH_MEDIA_LOADED) != 0 &&
	    device_is_active(periph->periph_dev))
		return true;
	bp->b_error = periph != NULL && (periph->periph_flags & PERIPH_OPEN) != 0 ? EIO : ENODEV;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
	return false;
}

void
scsipi_disk_iosize(device_t self, const struct bdevsw *bdev, void (*limit)(struct buf *),
    int *count)
{
	struct buf b;

	memset(&b, 0, sizeof(b));
	b.b_bcount = *count;
	b.b_dev = MAKEDISKDEV(bdevsw_lookup_major(bdev), device_unit(self), RAW_PART);
	(*limit)(&b);
	*count = b.b_bcount;
}

int
scsipi_disk_unlock(struct dk_softc *dksc, struct scsipi_periph *periph, int part)
{
	int pmask = __BIT(part);

	/* Not from under those who use it. */
	if (DK_BUSY(dksc, pmask))
		return EBUSY;
	return scsipi_prevent(periph, SPAMR_ALLOW,
	    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_ILLEGAL_REQUEST);
}

/*
 * Transfers.
 */

int
scsipi_disk_rw_cdb(struct scsipi_generic *cmd, bool read, uint64_t blkno, uint32_t nblks,
    u_int8_t byte2, bool small)
{
	struct scsipi_rw_10 *cmd10 = (void *)cmd;
	struct scsipi_rw_12 *cmd12 = (void *)cmd;
	struct scsipi_rw_16 *cmd16 = (void *)cmd;
	struct scsi_rw_6 *cmd6 = (void *)cmd;

	memset(cmd, 0, sizeof(*cmd));
	if (small && blkno + nblks <= 0x200000 && nblks <= 0xff && byte2 == 0) {
		cmd6->opcode = read ? SCSI_READ_6_COMMAND : SCSI_WRITE_6_COMMAND;
		_lto3b((uint32_t)blkno, cmd6->addr);
		cmd6->length = (u_int8_t)nblks;
		return sizeof(*cmd6);
	}
	if (blkno + nblks <= (uint64_t)1 << 32) {
		if (nblks <= 0xffff) {
			cmd10->opcode = read ? READ_10 : WRITE_10;
			cmd10->byte2 = byte2;
			_lto4b((uint32_t)blkno, cmd10->addr);
			_lto2b(nblks, cmd10->length);
			return sizeof(*cmd10);
		}
		cmd12->opcode = read ? READ_12 : WRITE_12;
		cmd12->byte2 = byte2;
		_lto4b((uint32_t)blkno, cmd12->addr);
		_lto4b(nblks, cmd12->length);
		return sizeof(*cmd12);
	}
	cmd16->opcode = read ? READ_16 : WRITE_16;
	cmd16->byte2 = byte2;
	_lto8b(blkno, cmd16->addr);
	_lto4b(nblks, cmd16->length);
	return sizeof(*cmd16);
}

int
scsipi_disk_begin(struct scsipi_periph *periph)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	int error = 0;

	if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0)
		return EIO;
	mutex_enter(lock);
	if (scsipi_periph_gone(periph))
		error = ENXIO;
	else if (periph->periph_active >= periph->periph_openings)
		error = EAGAIN;
	else if (periph->periph_flags & PERIPH_WAITING) {
		/* Somebody with a command of its own has waited longer. */
		periph->periph_flags &= ~PERIPH_WAITING;
		cv_broadcast(periph_cv_periph(periph));
		error = EAGAIN;
	}
	if (error != 0)
		mutex_exit(lock);
	return error;
}

static void
scsipi_disk_restart(void *dksc)
{

	dk_start(dksc, NULL);
}

int
scsipi_disk_send(struct dk_softc *dksc, struct scsipi_periph *periph, callout_t *retry,
    struct buf *bp, struct scsipi_generic *cmd, int cdblen, int retries, int timeout)
{
	struct scsipi_xfer *xs;
	int error = 0;

	xs = scsipi_make_xs_locked(periph, cmd, cdblen, bp->b_data, bp->b_bcount, retries, timeout,
	    bp, XS_CTL_NOSLEEP | XS_CTL_ASYNC | XS_CTL_SIMPLE_TAG |
	    (BUF_ISREAD(bp) ? XS_CTL_DATA_IN : XS_CTL_DATA_OUT));
	if (xs == NULL) {
		/* No memory: later. */
		error = scsipi_periph_gone(periph) ? ENXIO : EAGAIN;
		if (error == EAGAIN)
			callout_reset(retry, hz / 2, scsipi_disk_restart, dksc);
	} else {
		/* It ends through scsipi_disk_done() in any case. */
		(void)scsipi_execute_xs(xs);
	}
	mutex_exit(chan_mtx(periph->periph_channel));
	return error;
}

/* The middle layer has openings again. */
void
scsipi_disk_start(struct scsipi_periph *periph)
{
	struct dk_softc *dksc = device_private(periph->periph_dev);
	kmutex_t *lock = chan_mtx(periph->periph_channel);

	/* Commands of attach itself. */
	if (!DK_ATTACHED(dksc))
		return;
	mutex_exit(lock);
	dk_start(dksc, NULL);
	mutex_enter(lock);
}

/* A command has ended. */
void
scsipi_disk_done(struct scsipi_xfer *xs, int error)
{
	struct dk_softc *dksc = device_private(xs->xs_periph->periph_dev);
	struct buf *bp = xs->bp;

	if (bp == NULL)
		return;
	/* A file system takes EBUSY for something of its own. */
	bp->b_error = error == EBUSY ? EIO : error;
	bp->b_resid = xs->resid;
	if (error == 0 && xs->resid != 0) {
		aprint_error_dev(dksc->sc_dev, "%d of %d bytes moved, block %lld\n",
		    bp->b_bcount - xs->resid, bp->b_bcount, (long long)bp->b_rawblkno);
		bp->b_error = EIO;
	}
	if (bp->b_error != 0)
		bp->b_resid = bp->b_bcount;
	dk_done(dksc, bp);
}

int
scsipi_disk_wait_ready(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	kmutex_t *lock = chan_mtx(periph->periph_channel);

	/* The retries bound how often. */
	xs->xs_retries--;
	if (xs->xs_control & XS_CTL_POLL) {
		delay(5000000);
		return ERESTART;
	}
	mutex_enter(lock);
	if (!callout_pending(&periph->periph_callout)) {
		scsipi_periph_freeze_locked(periph, 1);
		callout_reset(&periph->periph_callout, 5 * hz, scsipi_periph_timed_thaw, periph);
	}
	mutex_exit(lock);
	return ERESTART;
}
