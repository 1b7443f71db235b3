/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * cd(4): CD and DVD drives on SCSI and ATAPI, as block devices.  MMC-5.
 *
 * The medium comes and goes: its size is read at the first open after each
 * change.  Sizes that make no sense are those of a CD.  A read that is not of
 * whole sectors goes through a buffer of whole ones.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/cdio.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/scsiio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_disk.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsipi_cd.h>
#include <dev/scsipi/scsipi_disk.h>
#include <dev/scsipi/scsiconf.h>
#include <dev/scsipi/cdvar.h>

#include "cd_impl.h"
#include "scsipi_disk_impl.h"
#include "scsipi_impl.h"

#define	CDUNIT(z)		DISKUNIT(z)
#define	CDPART(z)		DISKPART(z)

#define	CD_DEFAULT_BLKSIZE	2048
#define	CD_DEFAULT_SIZE		400000	/* sectors of a disc that does not say */
#define	CD_IO_TIMEOUT		30000

static int	cdmatch(device_t, cfdata_t, void *);
static void	cdattach(device_t, device_t, void *);
static int	cddetach(device_t, int);

CFATTACH_DECL3_NEW(cd, sizeof(struct cd_softc), cdmatch, cdattach, cddetach, NULL, NULL, NULL,
    DVF_DETACH_SHUTDOWN);

extern struct cfdriver cd_cd;

static int	cd_diskstart(device_t, struct buf *);
static int	cd_dumpblocks(device_t, void *, daddr_t, int);
static int	cd_firstopen(device_t, dev_t, int, int);
static int	cd_lastclose(device_t);
static void	cd_iosize(device_t, int *);
static void	cd_label(device_t, struct disklabel *);
static void	cdminphys(struct buf *);
static bool	cd_shutdown(device_t, int);
static bool	cd_suspend(device_t, const pmf_qual_t *);
static int	cd_interpret_sense(struct scsipi_xfer *);
static int	cd_get_parms(struct cd_softc *, int);
static void	cd_set_geometry(struct cd_softc *);

static dev_type_open(cdopen);
static dev_type_close(cdclose);
static dev_type_read(cdread);
static dev_type_write(cdwrite);
static dev_type_ioctl(cdioctl);
static dev_type_strategy(cdstrategy);
static dev_type_dump(cddump);
static dev_type_size(cdsize);

const struct bdevsw cd_bdevsw = {
	.d_open = cdopen,
	.d_close = cdclose,
	.d_strategy = cdstrategy,
	.d_ioctl = cdioctl,
	.d_dump = cddump,
	.d_psize = cdsize,
	.d_discard = nodiscard,
	.d_cfdriver = &cd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

const struct cdevsw cd_cdevsw = {
	.d_open = cdopen,
	.d_close = cdclose,
	.d_read = cdread,
	.d_write = cdwrite,
	.d_ioctl = cdioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &cd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

static const struct dkdriver cddkdriver = {
	.d_open = cdopen,
	.d_close = cdclose,
	.d_strategy = cdstrategy,
	.d_minphys = cdminphys,
	.d_diskstart = cd_diskstart,
	.d_dumpblocks = cd_dumpblocks,
	.d_iosize = cd_iosize,
	.d_firstopen = cd_firstopen,
	.d_lastclose = cd_lastclose,
	.d_label = cd_label,
};

static const struct scsipi_periphsw cd_switch = {
	.psw_error = cd_interpret_sense,
	.psw_start = scsipi_disk_start,
	.psw_async = NULL,
	.psw_done = scsipi_disk_done,
};

static const struct scsipi_inquiry_pattern cd_patterns[] = {
	{ T_CDROM, T_REMOV, "", "", "" },
	{ T_WORM, T_REMOV, "", "", "" },
	{ T_CDROM, T_FIXED, "", "", "" },
	{ T_DIRECT, T_REMOV, "NEC                 CD-ROM DRIVE:260", "", "" },
};

static int
cdmatch(device_t parent, cfdata_t match, void *aux)
{
	struct scsipibus_attach_args *sa = aux;
	int priority;

	(void)scsipi_inqmatch(&sa->sa_inqbuf, cd_patterns, __arraycount(cd_patterns),
	    sizeof(cd_patterns[0]), &priority);
	return priority;
}

static void
cdattach(device_t parent, device_t self, void *aux)
{
	struct cd_softc *cd = device_private(self);
	struct dk_softc *dksc = &cd->sc_dksc;
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;

	if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI &&
	    periph->periph_version == 0)
		cd->flags |= CDF_ANCIENT;

	cd->sc_periph = periph;
	scsipi_disk_init(self, dksc, periph, &cddkdriver, &cd_switch, &cd->sc_callout);
	cd->params.blksize = CD_DEFAULT_BLKSIZE;
	cd_set_geometry(cd);

	scsipi_disk_attach(self, dksc, cd_suspend, cd_shutdown);
}

static int
cddetach(device_t self, int flags)
{
	struct cd_softc *cd = device_private(self);

	return scsipi_disk_detach(self, &cd->sc_dksc, cd->sc_periph, &cd->sc_callout,
	    &cd_bdevsw, &cd_cdevsw, flags);
}

int
cd_cmd(struct cd_softc *cd, void *cdb, int cdblen, void *data, int len, int flags, int timeout)
{

	return scsipi_command(cd->sc_periph, cdb, cdblen, data, len, CDRETRIES, timeout, NULL,
	    flags);
}

/*
 * Opening and closing.
 */

static int
cd_firstopen(device_t self, dev_t dev, int flag, int fmt)
{
	struct cd_softc *cd = device_private(self);
	struct scsipi_periph *periph = cd->sc_periph;
	struct scsipi_adapter *adapt = periph->periph_channel->chan_adapter;
	const bool raw = CDPART(dev) == RAW_PART && fmt == S_IFCHR;
	int error;

	error = scsipi_adapter_addref(adapt);
	if (error != 0)
		return error;

	error = scsipi_test_unit_ready(periph, XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
	if (error == EIO) {
		/* A tray that is open closes only when it is asked to. */
		error = scsipi_start(periph, SSS_START, XS_CTL_IGNORE_ILLEGAL_REQUEST |
		    XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
	}
	if (error == 0) {
		(void)scsipi_prevent(periph, SPAMR_PREVENT_DT, XS_CTL_IGNORE_ILLEGAL_REQUEST |
		    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
		if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0) {
			if (cd_get_parms(cd, 0) == CDGP_RESULT_OK) {
				periph->periph_flags |= PERIPH_MEDIA_LOADED;
				cd->sc_dksc.sc_flags &= ~DKF_VLABEL;
			} else
				error = ENXIO;
			cd_set_geometry(cd);
		}
		cd->flags &= ~CDF_EJECTED;
	}
	if (error != 0) {
		periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
		if (!raw || scsipi_periph_gone(periph)) {
			(void)scsipi_prevent(periph, SPAMR_ALLOW, XS_CTL_IGNORE_ILLEGAL_REQUEST |
			    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
			scsipi_adapter_delref(adapt);
			return error;
		}
	}
	periph->periph_flags |= PERIPH_OPEN;
	return 0;
}

/* What was written goes to the disc. */
static int
cd_flush(struct cd_softc *cd, int flags)
{
	struct scsi_synchronize_cache_10 cmd;

	if ((cd->flags & CDF_DIRTY) == 0)
		return 0;
	cd->flags &= ~CDF_DIRTY;
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_SYNCHRONIZE_CACHE_10;
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0,
	    flags | XS_CTL_IGNORE_ILLEGAL_REQUEST | XS_CTL_SILENT, CD_IO_TIMEOUT);
}

static int
cd_lastclose(device_t self)
{
	struct cd_softc *cd = device_private(self);
	struct scsipi_periph *periph = cd->sc_periph;
	const bool silent = (cd->flags & CDF_EJECTED) != 0;

	/* A revoked unit may be closed once more. */
	if ((periph->periph_flags & PERIPH_OPEN) == 0)
		return 0;
	if (cd_flush(cd, silent ? XS_CTL_SILENT : 0) != 0 && !silent)
		aprint_error_dev(self, "cache synchronization failed\n");
	scsipi_wait_drain(periph);
	(void)scsipi_prevent(periph, SPAMR_ALLOW, XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
	if ((periph->periph_flags & PERIPH_KEEP_LABEL) == 0)
		periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
	periph->periph_flags &= ~PERIPH_OPEN;
	scsipi_adapter_delref(periph->periph_channel->chan_adapter);
	return 0;
}

static int
cdopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct cd_softc *cd = device_lookup_private(&cd_cd, CDUNIT(dev));
	int error;

	if (cd == NULL || cd->sc_periph == NULL)
		return ENXIO;
	error = scsipi_disk_openable(&cd->sc_dksc, cd->sc_periph, dev, fmt);
	return error != 0 ? error : dk_open(&cd->sc_dksc, dev, flag, fmt, l);
}

static int
cdclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct cd_softc *cd = device_lookup_private(&cd_cd, CDUNIT(dev));

	if (cd == NULL)
		return ENXIO;
	return dk_close(&cd->sc_dksc, dev, flag, fmt, l);
}

/*
 * Transfers.
 */

/* The read of whole sectors has ended: the part that was wanted. */
static void
cd_bounce_done(struct buf *nbp)
{
	struct buf *bp = nbp->b_private;
	const size_t off = (size_t)bp->b_blkno * DEV_BSIZE - (size_t)nbp->b_blkno * DEV_BSIZE;

	if (nbp->b_error != 0 || nbp->b_resid != 0) {
		bp->b_error = nbp->b_error != 0 ? nbp->b_error : EIO;
		bp->b_resid = bp->b_bcount;
	} else {
		memcpy(bp->b_data, (char *)nbp->b_data + off, (size_t)bp->b_bcount);
		bp->b_resid = 0;
	}
	kmem_intr_free(nbp->b_data, (size_t)nbp->b_bufsize);
	putiobuf(nbp);
	biodone(bp);
}

/* A read of parts of sectors.  False: it is an error, or its end. */
static bool
cd_bounce(struct cd_softc *cd, struct buf *bp)
{
	const uint64_t secsize = cd->params.blksize;
	const uint64_t size = cd->params.disksize512 * (uint64_t)DEV_BSIZE;
	uint64_t start, end, pos;
	struct buf *nbp;
	void *data;

	if (!BUF_ISREAD(bp) || CDPART(bp->b_dev) != RAW_PART || bp->b_blkno < 0 ||
	    bp->b_bcount < 0) {
		bp->b_error = EINVAL;
		return false;
	}
	pos = (uint64_t)bp->b_blkno * DEV_BSIZE;
	if (pos >= size || (uint64_t)bp->b_blkno > size / DEV_BSIZE) {
		if (pos > size)
			bp->b_error = EINVAL;
		return false;
	}
	if ((uint64_t)bp->b_bcount > size - pos)
		bp->b_bcount = (int)(size - pos);
	start = pos / secsize * secsize;
	end = roundup(pos + (uint64_t)bp->b_bcount, secsize);
	if (end - start > MAXPHYS || end > size) {
		bp->b_error = EINVAL;
		return false;
	}
	data = kmem_intr_zalloc((size_t)(end - start), KM_NOSLEEP);
	nbp = data != NULL ? getiobuf(NULL, false) : NULL;
	if (nbp == NULL) {
		if (data != NULL)
			kmem_intr_free(data, (size_t)(end - start));
		bp->b_error = ENOMEM;
		return false;
	}
	nbp->b_flags = B_READ | B_ASYNC;
	nbp->b_cflags = BC_BUSY;
	nbp->b_dev = bp->b_dev;
	nbp->b_data = data;
	nbp->b_bufsize = nbp->b_bcount = (int)(end - start);
	nbp->b_blkno = (daddr_t)(start / DEV_BSIZE);
	nbp->b_private = bp;
	nbp->b_iodone = cd_bounce_done;
	BIO_COPYPRIO(nbp, bp);
	dk_strategy(&cd->sc_dksc, nbp);
	return true;
}

static void
cdstrategy(struct buf *bp)
{
	struct cd_softc *cd = device_lookup_private(&cd_cd, CDUNIT(bp->b_dev));
	struct scsipi_periph *periph = cd != NULL ? cd->sc_periph : NULL;
	const daddr_t per = cd != NULL ? (daddr_t)(cd->params.blksize / DEV_BSIZE) : 1;

	if (!scsipi_disk_usable(periph, bp))
		return;
	if (bp->b_bcount % (int)cd->params.blksize != 0 || bp->b_blkno % per != 0) {
		bp->b_error = 0;
		if (!cd_bounce(cd, bp)) {
			bp->b_resid = bp->b_bcount;
			biodone(bp);
		}
		return;
	}
	dk_strategy(&cd->sc_dksc, bp);
}

static int
cd_rw_cdb(struct cd_softc *cd, struct scsipi_generic *cmd, bool read, uint64_t blkno, uint32_t nblks)
{

	return scsipi_disk_rw_cdb(cmd, read, blkno, nblks, 0, (cd->flags & CDF_ANCIENT) != 0 &&
	    (cd->sc_periph->periph_quirks & PQUIRK_ONLYBIG) == 0);
}

static int
cd_diskstart(device_t dev, struct buf *bp)
{
	struct cd_softc *cd = device_private(dev);
	struct scsipi_periph *periph = cd->sc_periph;
	struct scsipi_generic cmd;
	int cmdlen, error;

	error = scsipi_disk_begin(periph);
	if (error != 0)
		return error;
	if (BUF_ISWRITE(bp))
		cd->flags |= CDF_DIRTY;
	cmdlen = cd_rw_cdb(cd, &cmd, BUF_ISREAD(bp), (uint64_t)bp->b_rawblkno,
	    (uint32_t)bp->b_bcount / cd->params.blksize);
	return scsipi_disk_send(&cd->sc_dksc, periph, &cd->sc_callout, bp, &cmd, cmdlen, CDRETRIES,
	    CD_IO_TIMEOUT);
}

static void
cdminphys(struct buf *bp)
{
	struct cd_softc *cd = device_lookup_private(&cd_cd, CDUNIT(bp->b_dev));
	long xmax;

	if (cd == NULL || cd->sc_periph == NULL) {
		minphys(bp);
		return;
	}
	if (cd->flags & CDF_ANCIENT) {
		xmax = (long)cd->params.blksize * 0xff;
		if (bp->b_bcount > xmax)
			bp->b_bcount = (int)xmax;
	}
	scsipi_adapter_minphys(cd->sc_periph->periph_channel, bp);
	/* Room for the sectors around parts of them. */
	if (bp->b_bcount % (int)cd->params.blksize != 0 &&
	    bp->b_bcount > MAXPHYS - 2 * (int)cd->params.blksize && MAXPHYS > 4 * (int)cd->params.blksize)
		bp->b_bcount = MAXPHYS - 2 * (int)cd->params.blksize;
}

static void
cd_iosize(device_t dev, int *count)
{

	scsipi_disk_iosize(dev, &cd_bdevsw, cdminphys, count);
}

static int
cdread(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(cdstrategy, NULL, dev, B_READ, cdminphys, uio);
}

static int
cdwrite(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(cdstrategy, NULL, dev, B_WRITE, cdminphys, uio);
}

static int
cdsize(dev_t dev)
{

	/* Nobody swaps to a CD. */
	return -1;
}

static int
cddump(dev_t dev, daddr_t blkno, void *va, size_t size)
{

	return ENXIO;
}

static int
cd_dumpblocks(device_t dev, void *va, daddr_t blkno, int nblk)
{
	struct cd_softc *cd = device_private(dev);
	struct scsipi_generic cmd;
	int cmdlen;

	cmdlen = cd_rw_cdb(cd, &cmd, false, (uint64_t)blkno, (uint32_t)nblk);
	return cd_cmd(cd, &cmd, cmdlen, va, nblk * (int)cd->params.blksize,
	    XS_CTL_NOSLEEP | XS_CTL_POLL | XS_CTL_DATA_OUT, CD_IO_TIMEOUT);
}

/*
 * psw_error: what only drives of discs say.
 */
static int
cd_interpret_sense(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsi_sense_data *sense = &xs->sense.scsi_sense;

	if (!device_is_active(periph->periph_dev) || xs->error != XS_SENSE ||
	    SSD_RCODE(sense->response_code) != SSD_RCODE_CURRENT)
		return EJUSTRETURN;

	/*
	 * It reads the lead-in, or formats, or writes what it was given: all
	 * wait.  The number of times is bounded by the retries.
	 */
	if (SSD_SENSE_KEY(sense->flags) == SKEY_NOT_READY && sense->asc == 0x04 &&
	    (sense->ascq == 0x01 || sense->ascq == 0x04 || sense->ascq == 0x07 ||
	    sense->ascq == 0x08) && xs->xs_retries > 0 &&
	    (xs->xs_control & XS_CTL_IGNORE_NOT_READY) == 0) {
		return scsipi_disk_wait_ready(xs);
	}
	return EJUSTRETURN;
}

/*
 * Requests.
 */

/* SSS_LOEJ | SSS_START loads, | SSS_STOP ejects. */
static int
cd_eject(struct cd_softc *cd)
{
	struct scsipi_periph *periph = cd->sc_periph;
	int error;

	error = scsipi_start(periph, SSS_STOP | SSS_LOEJ, 0);
	if (error == 0) {
		cd->flags |= CDF_EJECTED;
		periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
	}
	return error;
}

static int
cdioctl(dev_t dev, u_long cmd, void *addr, int flag, struct lwp *l)
{
	struct cd_softc *cd = device_lookup_private(&cd_cd, CDUNIT(dev));
	const int part = CDPART(dev);
	struct scsipi_periph *periph;
	struct dk_softc *dksc;
	int error;

	if (cd == NULL || (periph = cd->sc_periph) == NULL)
		return ENXIO;
	dksc = &cd->sc_dksc;

	/* Without a disc only the drive has something to say. */
	if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0) {
		switch (cmd) {
		case DIOCLOCK:
		case DIOCEJECT:
		case ODIOCEJECT:
		case DIOCGSTRATEGY:
		case DIOCSSTRATEGY:
		case DIOCTUR:
		case SCIOCIDENTIFY:
		case OSCIOCIDENTIFY:
		case SCIOCCOMMAND:
		case SCIOCDEBUG:
		case CDIOCLOADUNLOAD:
		case CDIOCGETVOL:
		case CDIOCSETVOL:
		case CDIOCSETMONO:
		case CDIOCSETSTEREO:
		case CDIOCSETMUTE:
		case CDIOCSETLEFT:
		case CDIOCSETRIGHT:
		case CDIOCEJECT:
		case CDIOCCLOSE:
		case CDIOCALLOW:
		case CDIOCPREVENT:
		case CDIOCSETDEBUG:
		case CDIOCCLRDEBUG:
		case CDIOCRESET:
		case MMCGETDISCINFO:
			if (part == RAW_PART)
				break;
			/* FALLTHROUGH */
		default:
			return (periph->periph_flags & PERIPH_OPEN) == 0 ? ENODEV : EIO;
		}
	}

	error = dk_ioctl(dksc, dev, cmd, addr, flag, l);
	if (error != ENOTTY && error != EPASSTHROUGH)
		return error;

	switch (cmd) {
	case CDIOCSTART:
		return scsipi_start(periph, SSS_START, 0);
	case CDIOCSTOP:
		return scsipi_start(periph, SSS_STOP, 0);
	case CDIOCCLOSE:
		return scsipi_start(periph, SSS_START | SSS_LOEJ,
		    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_MEDIA_CHANGE);
	case DIOCEJECT:
		if (*(int *)addr == 0) {
			error = scsipi_disk_unlock(dksc, periph, part);
			if (error != 0)
				return error;
		}
		return cd_eject(cd);
	case CDIOCEJECT:
	case ODIOCEJECT:
		error = scsipi_prevent(periph, SPAMR_ALLOW,
		    XS_CTL_IGNORE_ILLEGAL_REQUEST | XS_CTL_IGNORE_NOT_READY);
		return error != 0 ? error : cd_eject(cd);
	case DIOCCACHESYNC:
		return cd_flush(cd, 0);
	case DIOCTUR:
		*(int *)addr = scsipi_test_unit_ready(periph, XS_CTL_SILENT) == 0;
		return 0;
	case CDIOCALLOW:
		return scsipi_prevent(periph, SPAMR_ALLOW, 0);
	case CDIOCPREVENT:
		return scsipi_prevent(periph, SPAMR_PREVENT_DT, 0);
	case DIOCLOCK:
		return scsipi_prevent(periph, *(int *)addr ? SPAMR_PREVENT_DT : SPAMR_ALLOW, 0);
	case CDIOCSETDEBUG:
		cd->sc_periph->periph_dbflags |= SCSIPI_DB1 | SCSIPI_DB2;
		return 0;
	case CDIOCCLRDEBUG:
		cd->sc_periph->periph_dbflags &= ~(SCSIPI_DB1 | SCSIPI_DB2);
		return 0;
	case CDIOCRESET:
		return scsipi_do_ioctl(periph, dev, SCIOCRESET, NULL, flag | FWRITE, l);
	}
	error = cd_audio_ioctl(cd, cmd, addr);
	if (error == ENOTTY)
		error = cd_mmc_ioctl(cd, cmd, addr);
	if (error != ENOTTY)
		return error;
	if (part != RAW_PART)
		return ENOTTY;
	return scsipi_do_ioctl(periph, dev, cmd, addr, flag, l);
}

/* The whole disc is a partition, for all that look for a file system. */
static void
cd_label(device_t self, struct disklabel *lp)
{

	strlcpy(lp->d_typename, "optical media", sizeof(lp->d_typename));
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_rpm = 300;
	lp->d_flags = D_REMOVABLE | D_SCSI_MMC;
	lp->d_partitions[0].p_offset = 0;
	lp->d_partitions[0].p_size = lp->d_secperunit;
	lp->d_partitions[0].p_fstype = FS_ISO9660;
	lp->d_partitions[RAW_PART].p_fstype = FS_ISO9660;
}

static bool
cd_shutdown(device_t self, int how)
{
	struct cd_softc *cd = device_private(self);

	if (cd_flush(cd, XS_CTL_NOSLEEP | XS_CTL_POLL) != 0)
		aprint_error_dev(self, "cache synchronization failed\n");
	return true;
}

static bool
cd_suspend(device_t self, const pmf_qual_t *qual)
{

	return cd_shutdown(self, 0);
}

/*
 * The size of what is in the drive; CDGP_RESULT_*.
 */
static int
cd_get_parms(struct cd_softc *cd, int flags)
{
	struct scsipi_read_cd_capacity cmd;
	struct scsipi_read_cd_cap_data data;
	uint64_t size;
	u_int blksize;

	cd->params.blksize = CD_DEFAULT_BLKSIZE;
	cd->params.disksize = CD_DEFAULT_SIZE;
	if ((cd->sc_periph->periph_quirks & PQUIRK_NOCAPACITY) == 0) {
		memset(&cmd, 0, sizeof(cmd));
		memset(&data, 0, sizeof(data));
		cmd.opcode = READ_CD_CAPACITY;
		if (cd_cmd(cd, &cmd, sizeof(cmd), &data, sizeof(data),
		    flags | XS_CTL_DATA_IN | XS_CTL_SILENT, CD_IO_TIMEOUT) != 0) {
			cd->params.disksize = 0;
			cd->params.disksize512 = 0;
			return CDGP_RESULT_OFFLINE;
		}
		/* 2352 and the like: the user data of a sector are 2048. */
		blksize = _4btol(data.length);
		if (blksize >= DEV_BSIZE && blksize <= MAXPHYS / 4 && DK_DEV_BSIZE_OK((int)blksize))
			cd->params.blksize = blksize;
		else if (blksize != 0 && blksize != 2352 && blksize != 2340 && blksize != 2336)
			aprint_error_dev(cd->sc_dksc.sc_dev, "sectors of %u bytes, taken as %u\n",
			    blksize, cd->params.blksize);
		size = (uint64_t)_4btol(data.addr) + 1;
		/* An empty or blank disc: as large as one can be. */
		cd->params.disksize = size == 1 ? CD_DEFAULT_SIZE : (u_long)size;
	}
	cd->params.disksize512 = cd->params.disksize * (cd->params.blksize / DEV_BSIZE);
	return CDGP_RESULT_OK;
}

static void
cd_set_geometry(struct cd_softc *cd)
{
	struct dk_softc *dksc = &cd->sc_dksc;
	struct disk_geom *dg = &dksc->sc_dkdev.dk_geom;

	memset(dg, 0, sizeof(*dg));
	dg->dg_secperunit = (int64_t)cd->params.disksize;
	dg->dg_secsize = cd->params.blksize;
	dg->dg_nsectors = 100;
	dg->dg_ntracks = 1;
	dg->dg_ncylinders = (uint32_t)(cd->params.disksize / 100 + 1);
	disk_set_info(dksc->sc_dev, &dksc->sc_dkdev, "CD-ROM");
}
