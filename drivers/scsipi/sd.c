/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * sd(4): disks on SCSI and ATAPI.  SBC-3.
 *
 * What a disk says of itself (sector size, number of sectors, mode pages) is
 * checked before it is used; a disk whose answers make no sense is offline.
 * A transfer that the disk calls good but that moved less than asked is an
 * error.  The parameters are read at the first open after each change of the
 * medium (PERIPH_MEDIA_LOADED), never while the disk is in use.
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
#include <dev/scsipi/scsipi_disk.h>
#include <dev/scsipi/scsiconf.h>
#include <dev/scsipi/sdvar.h>

#include "scsipi_disk_impl.h"
#include "scsipi_impl.h"

#define	SDUNIT(dev)		DISKUNIT(dev)
#define	SDPART(dev)		DISKPART(dev)

#define	SD_DEFAULT_BLKSIZE	512
#define	SD_UNMAP_MAX		(1U << 22)	/* sectors of one UNMAP */
#define	SD_UNMAP_MIN		8192		/* a disk that takes less is not asked */

/* UNMAP: the CDB, its list's header and one descriptor. */
#define	SCSI_UNMAP	0x42
struct sd_unmap {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t reserved[4];
	u_int8_t group;
	u_int8_t length[2];
	u_int8_t control;
} __packed;
struct sd_unmap_data {
	u_int8_t length[2];		/* bytes after these two */
	u_int8_t desclen[2];
	u_int8_t reserved[4];
	u_int8_t addr[8];
	u_int8_t nblks[4];
	u_int8_t reserved2[4];
} __packed;
#define	SRC16D_LBPME	0x80		/* byte 14 of READ CAPACITY (16) */

/* Pages of vital product data: block limits, logical block provisioning. */
struct sd_vpd_limits {
	struct scsipi_inquiry_evpd_header hdr;
	u_int8_t transfer[16];
	u_int8_t unmap_nblks[4];	/* at most in a command */
	u_int8_t unmap_ndescs[4];	/* and in its list */
	u_int8_t unmap_align[8];
};
struct sd_vpd_prov {
	struct scsipi_inquiry_evpd_header hdr;
	u_int8_t exponent;
	u_int8_t flags;
#define	SVPD_LBPU	0x80		/* it has UNMAP */
	u_int8_t reserved[2];
};

static int	sdmatch(device_t, cfdata_t, void *);
static void	sdattach(device_t, device_t, void *);
static int	sddetach(device_t, int);

CFATTACH_DECL3_NEW(sd, sizeof(struct sd_softc), sdmatch, sdattach, sddetach, NULL, NULL, NULL,
    DVF_DETACH_SHUTDOWN);

extern struct cfdriver sd_cd;

static int	sd_diskstart(device_t, struct buf *);
static int	sd_dumpblocks(device_t, void *, daddr_t, int);
static int	sd_firstopen(device_t, dev_t, int, int);
static int	sd_lastclose(device_t);
static int	sd_discard(device_t, off_t, off_t);
static void	sd_iosize(device_t, int *);
static void	sd_label(device_t, struct disklabel *);
static void	sdminphys(struct buf *);
static bool	sd_suspend(device_t, const pmf_qual_t *);
static bool	sd_shutdown(device_t, int);
static int	sd_interpret_sense(struct scsipi_xfer *);
static int	sd_flush(struct sd_softc *, int);
static int	sd_get_parms(struct sd_softc *, struct disk_parms *, int);
static void	sd_set_geometry(struct sd_softc *);
static int	sd_getcache(struct sd_softc *, int *);
static int	sd_setcache(struct sd_softc *, int);

static dev_type_open(sdopen);
static dev_type_close(sdclose);
static dev_type_read(sdread);
static dev_type_write(sdwrite);
static dev_type_ioctl(sdioctl);
static dev_type_strategy(sdstrategy);
static dev_type_dump(sddump);
static dev_type_size(sdsize);
static dev_type_discard(sddiscard);

const struct bdevsw sd_bdevsw = {
	.d_open = sdopen,
	.d_close = sdclose,
	.d_strategy = sdstrategy,
	.d_ioctl = sdioctl,
	.d_dump = sddump,
	.d_psize = sdsize,
	.d_discard = sddiscard,
	.d_cfdriver = &sd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

const struct cdevsw sd_cdevsw = {
	.d_open = sdopen,
	.d_close = sdclose,
	.d_read = sdread,
	.d_write = sdwrite,
	.d_ioctl = sdioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = sddiscard,
	.d_cfdriver = &sd_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK
};

static const struct dkdriver sddkdriver = {
	.d_open = sdopen,
	.d_close = sdclose,
	.d_strategy = sdstrategy,
	.d_minphys = sdminphys,
	.d_diskstart = sd_diskstart,
	.d_dumpblocks = sd_dumpblocks,
	.d_iosize = sd_iosize,
	.d_firstopen = sd_firstopen,
	.d_lastclose = sd_lastclose,
	.d_label = sd_label,
	.d_discard = sd_discard,
};

static const struct scsipi_periphsw sd_switch = {
	.psw_error = sd_interpret_sense,
	.psw_start = scsipi_disk_start,
	.psw_async = NULL,
	.psw_done = scsipi_disk_done,
};

static const struct scsipi_inquiry_pattern sd_patterns[] = {
	{ T_DIRECT, T_FIXED, "", "", "" },
	{ T_DIRECT, T_REMOV, "", "", "" },
	{ T_OPTICAL, T_FIXED, "", "", "" },
	{ T_OPTICAL, T_REMOV, "", "", "" },
	{ T_SIMPLE_DIRECT, T_FIXED, "", "", "" },
	{ T_SIMPLE_DIRECT, T_REMOV, "", "", "" },
};

static int
sdmatch(device_t parent, cfdata_t match, void *aux)
{
	struct scsipibus_attach_args *sa = aux;
	int priority;

	(void)scsipi_inqmatch(&sa->sa_inqbuf, sd_patterns, __arraycount(sd_patterns),
	    sizeof(sd_patterns[0]), &priority);
	return priority;
}

static void
sdattach(device_t parent, device_t self, void *aux)
{
	struct sd_softc *sd = device_private(self);
	struct dk_softc *dksc = &sd->sc_dksc;
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;
	struct disk_parms *dp = &sd->params;
	char pbuf[9];
	int result;

	sd->type = sa->sa_inqbuf.type;
	scsipi_strvis(sd->name, sizeof(sd->name), sa->sa_inqbuf.product,
	    strlen(sa->sa_inqbuf.product));
	strlcpy(sd->typename, sd->type == T_OPTICAL ? "optical" : "SCSI disk",
	    sizeof(sd->typename));
	if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI &&
	    periph->periph_version == 0)
		sd->flags |= SDF_ANCIENT;
	if (sd->type == T_SIMPLE_DIRECT)
		periph->periph_quirks |= PQUIRK_ONLYBIG | PQUIRK_NOBIGMODESENSE;

	sd->sc_periph = periph;
	scsipi_disk_init(self, dksc, periph, &sddkdriver, &sd_switch, &sd->sc_callout);

	/* A disk that is not ready is attached all the same. */
	if (periph->periph_quirks & PQUIRK_START)
		(void)scsipi_start(periph, SSS_START, XS_CTL_SILENT);
	(void)scsipi_test_unit_ready(periph, XS_CTL_DISCOVERY | XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT_NODEV | XS_CTL_SILENT);
	result = sd_get_parms(sd, dp, XS_CTL_DISCOVERY);
	aprint_normal("%s: ", device_xname(self));
	switch (result) {
	case SDGP_RESULT_OK:
		format_bytes(pbuf, sizeof(pbuf), dp->disksize * dp->blksize);
		aprint_normal("%s, %ld cyl, %ld head, %ld sec, %ld bytes/sect x %llu sectors", pbuf,
		    dp->cyls, dp->heads, dp->sectors, dp->blksize,
		    (unsigned long long)dp->disksize);
		break;
	case SDGP_RESULT_UNFORMATTED:
		aprint_normal("unformatted media");
		break;
	default:
		aprint_normal("drive offline");
		break;
	}
	aprint_normal("\n");
	sd_set_geometry(sd);

	scsipi_disk_attach(self, dksc, sd_suspend, sd_shutdown);
	if (result == SDGP_RESULT_OK)
		dkwedge_discover(&dksc->sc_dkdev);
}

static int
sddetach(device_t self, int flags)
{
	struct sd_softc *sd = device_private(self);

	return scsipi_disk_detach(self, &sd->sc_dksc, sd->sc_periph, &sd->sc_callout,
	    &sd_bdevsw, &sd_cdevsw, flags);
}

/*
 * Opening and closing.
 */

/* A removable disk's door. */
static void
sd_door(struct scsipi_periph *periph, int how)
{

	if (periph->periph_flags & PERIPH_REMOVABLE)
		(void)scsipi_prevent(periph, how, XS_CTL_IGNORE_ILLEGAL_REQUEST |
		    XS_CTL_IGNORE_NOT_READY | XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
}

/*
 * The first open: turns the adapter on, has the disk turn, locks it in and
 * reads its parameters.  The whole disk's character device opens without a
 * medium, too, so that it can be told to take one.
 */
static int
sd_firstopen(device_t self, dev_t dev, int flag, int fmt)
{
	struct sd_softc *sd = device_private(self);
	struct scsipi_periph *periph = sd->sc_periph;
	struct scsipi_adapter *adapt = periph->periph_channel->chan_adapter;
	const bool raw = SDPART(dev) == RAW_PART && fmt == S_IFCHR;
	const int silent = raw ? XS_CTL_SILENT : 0;
	int error;

	error = scsipi_adapter_addref(adapt);
	if (error != 0)
		return error;

	error = scsipi_test_unit_ready(periph, XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT_NODEV | silent);
	if (error == EIO) {
		error = scsipi_start(periph, SSS_START, silent);
		if (error == EINVAL)
			error = EIO;
	}
	if (error == 0) {
		sd_door(periph, SPAMR_PREVENT_DT);
		if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0) {
			switch (sd_get_parms(sd, &sd->params, 0)) {
			case SDGP_RESULT_OK:
			case SDGP_RESULT_UNFORMATTED:
				periph->periph_flags |= PERIPH_MEDIA_LOADED;
				sd->sc_dksc.sc_flags &= ~DKF_VLABEL;
				break;
			default:
				error = ENXIO;
				break;
			}
			sd_set_geometry(sd);
		}
	}
	if (error != 0) {
		periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
		if (!raw || scsipi_periph_gone(periph)) {
			sd_door(periph, SPAMR_ALLOW);
			scsipi_adapter_delref(adapt);
			return error;
		}
	}
	periph->periph_flags |= PERIPH_OPEN;
	return 0;
}

static int
sd_lastclose(device_t self)
{
	struct sd_softc *sd = device_private(self);
	struct scsipi_periph *periph = sd->sc_periph;

	/* A revoked unit may be closed once more. */
	if ((periph->periph_flags & PERIPH_OPEN) == 0)
		return 0;
	/* What is in the disk's cache goes to the medium. */
	if (sd->flags & SDF_DIRTY) {
		if (sd_flush(sd, 0) != 0)
			aprint_error_dev(self, "cache synchronization failed\n");
		sd->flags &= ~SDF_DIRTY;
	}
	scsipi_wait_drain(periph);
	if (periph->periph_flags & PERIPH_REMOVABLE) {
		sd_door(periph, SPAMR_ALLOW);
		/* It may be another one at the next open. */
		if ((periph->periph_flags & PERIPH_KEEP_LABEL) == 0)
			periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
	}
	periph->periph_flags &= ~PERIPH_OPEN;
	scsipi_adapter_delref(periph->periph_channel->chan_adapter);
	return 0;
}

static int
sdopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));
	int error;

	if (sd == NULL || sd->sc_periph == NULL)
		return ENXIO;
	error = scsipi_disk_openable(&sd->sc_dksc, sd->sc_periph, dev, fmt);
	return error != 0 ? error : dk_open(&sd->sc_dksc, dev, flag, fmt, l);
}

static int
sdclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));

	if (sd == NULL)
		return ENXIO;
	return dk_close(&sd->sc_dksc, dev, flag, fmt, l);
}

/*
 * Transfers.
 */

static void
sdstrategy(struct buf *bp)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(bp->b_dev));
	struct scsipi_periph *periph = sd != NULL ? sd->sc_periph : NULL;

	if (!scsipi_disk_usable(periph, bp))
		return;
	dk_strategy(&sd->sc_dksc, bp);
}

static int
sd_rw_cdb(struct sd_softc *sd, struct scsipi_generic *cmd, bool read, uint64_t blkno,
    uint32_t nblks, int bflags)
{
	const int quirks = sd->sc_periph->periph_quirks;
	u_int8_t byte2 = 0;

	if ((bflags & B_MEDIA_FUA) != 0 && (quirks & PQUIRK_NOFUA) == 0)
		byte2 |= SRWB_FUA;
	if (bflags & B_MEDIA_DPO)
		byte2 |= SRWB_DPO;
	return scsipi_disk_rw_cdb(cmd, read, blkno, nblks, byte2, (quirks & PQUIRK_ONLYBIG) == 0);
}

/*
 * d_diskstart: makes a command of the buffer, if there is room for one.
 */
static int
sd_diskstart(device_t dev, struct buf *bp)
{
	struct sd_softc *sd = device_private(dev);
	struct scsipi_periph *periph = sd->sc_periph;
	struct scsipi_generic cmd;
	int cmdlen, error;

	error = scsipi_disk_begin(periph);
	if (error != 0)
		return error;
	if (BUF_ISWRITE(bp))
		sd->flags |= SDF_DIRTY;
	cmdlen = sd_rw_cdb(sd, &cmd, BUF_ISREAD(bp), (uint64_t)bp->b_rawblkno,
	    (uint32_t)bp->b_bcount / (uint32_t)sd->params.blksize, (int)bp->b_flags);
	return scsipi_disk_send(&sd->sc_dksc, periph, &sd->sc_callout, bp, &cmd, cmdlen, SDRETRIES,
	    SD_IO_TIMEOUT);
}

static void
sdminphys(struct buf *bp)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(bp->b_dev));
	long xmax;

	if (sd == NULL || sd->sc_periph == NULL) {
		minphys(bp);
		return;
	}
	/* CDBs of 6 bytes move 255 blocks. */
	if ((sd->flags & SDF_ANCIENT) != 0 &&
	    (sd->sc_periph->periph_quirks & PQUIRK_ONLYBIG) == 0 && sd->params.blksize != 0) {
		xmax = (long)sd->params.blksize * 0xff;
		if (bp->b_bcount > xmax)
			bp->b_bcount = (int)xmax;
	}
	scsipi_adapter_minphys(sd->sc_periph->periph_channel, bp);
}

static void
sd_iosize(device_t dev, int *count)
{

	scsipi_disk_iosize(dev, &sd_bdevsw, sdminphys, count);
}

static int
sdread(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(sdstrategy, NULL, dev, B_READ, sdminphys, uio);
}

static int
sdwrite(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(sdstrategy, NULL, dev, B_WRITE, sdminphys, uio);
}

static int
sdsize(dev_t dev)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));

	if (sd == NULL || !device_is_active(sd->sc_dksc.sc_dev))
		return -1;
	return dk_size(&sd->sc_dksc, dev);
}

static int
sddump(dev_t dev, daddr_t blkno, void *va, size_t size)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));

	if (sd == NULL || !device_is_active(sd->sc_dksc.sc_dev))
		return ENXIO;
	if ((sd->sc_periph->periph_flags & PERIPH_MEDIA_LOADED) == 0)
		return ENXIO;
	return dk_dump(&sd->sc_dksc, dev, blkno, va, size, 0);
}

/* d_dumpblocks: without sleeping or interrupts. */
static int
sd_dumpblocks(device_t dev, void *va, daddr_t blkno, int nblk)
{
	struct sd_softc *sd = device_private(dev);
	struct scsipi_generic cmd;
	int cmdlen;

	cmdlen = sd_rw_cdb(sd, &cmd, false, (uint64_t)blkno, (uint32_t)nblk, 0);
	/* Those who have the openings may never give them back. */
	return scsipi_command(sd->sc_periph, &cmd, cmdlen, va, nblk * (int)sd->params.blksize,
	    SDRETRIES, SD_IO_TIMEOUT, NULL,
	    XS_CTL_NOSLEEP | XS_CTL_POLL | XS_CTL_URGENT | XS_CTL_DATA_OUT);
}

static int
sddiscard(dev_t dev, off_t pos, off_t len)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));

	if (sd == NULL || sd->sc_periph == NULL)
		return ENXIO;
	if ((sd->sc_periph->periph_flags & PERIPH_MEDIA_LOADED) == 0)
		return EIO;
	return dk_discard(&sd->sc_dksc, dev, pos, len);
}

/* d_discard of dk: bytes of the disk; EOPNOTSUPP if it has no UNMAP. */
static int
sd_discard(device_t dev, off_t pos, off_t len)
{
	struct sd_softc *sd = device_private(dev);
	struct sd_unmap_data data;
	struct sd_unmap cmd;
	uint64_t blkno = (uint64_t)pos / sd->params.blksize;
	uint64_t nblks = (uint64_t)len / sd->params.blksize;
	uint32_t n;
	int error = 0;

	if ((sd->flags & SDF_UNMAP) == 0)
		return EOPNOTSUPP;
	while (nblks > 0 && error == 0) {
		n = (uint32_t)MIN(nblks, sd->unmap_max);
		memset(&cmd, 0, sizeof(cmd));
		cmd.opcode = SCSI_UNMAP;
		_lto2b(sizeof(data), cmd.length);
		memset(&data, 0, sizeof(data));
		_lto2b(sizeof(data) - 2, data.length);
		_lto2b(16, data.desclen);
		_lto8b(blkno, data.addr);
		_lto4b(n, data.nblks);
		error = scsipi_command(sd->sc_periph, (void *)&cmd, sizeof(cmd), (void *)&data,
		    sizeof(data), SDRETRIES, SD_IO_TIMEOUT, NULL,
		    XS_CTL_DATA_OUT | XS_CTL_SILENT);
		sd->flags |= SDF_DIRTY;
		blkno += n;
		nblks -= n;
	}
	return error;
}

/*
 * psw_error: what only disks say.
 */
static int
sd_interpret_sense(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsi_sense_data *sense = &xs->sense.scsi_sense;
	struct sd_softc *sd = device_private(periph->periph_dev);
	int error;

	/* While it is being looked for, it may be as it likes. */
	if (!device_is_active(sd->sc_dksc.sc_dev) || xs->error != XS_SENSE ||
	    SSD_RCODE(sense->response_code) != SSD_RCODE_CURRENT)
		return EJUSTRETURN;

	/* Devices without a door do not lock it. */
	if (xs->cmd->opcode == SCSI_PREVENT_ALLOW_MEDIUM_REMOVAL &&
	    SSD_SENSE_KEY(sense->flags) == SKEY_ILLEGAL_REQUEST &&
	    sense->asc == 0x24 && sense->ascq == 0x00)
		return 0;

	if ((periph->periph_flags & PERIPH_OPEN) == 0 || xs->xs_retries <= 0)
		return EJUSTRETURN;
	if (SSD_SENSE_KEY(sense->flags) != SKEY_NOT_READY || sense->asc != 0x04)
		return EJUSTRETURN;

	switch (sense->ascq) {
	case 0x01:
		/* It is spinning up: everything waits. */
		return scsipi_disk_wait_ready(xs);
	case 0x02:
		/* It wants to be told. */
		if (xs->xs_control & (XS_CTL_POLL | XS_CTL_URGENT))
			return EJUSTRETURN;
		xs->xs_retries--;
		aprint_normal_dev(sd->sc_dksc.sc_dev, "pack is stopped, restarting...\n");
		error = scsipi_start(periph, SSS_START, XS_CTL_URGENT | XS_CTL_HEAD_TAG);
		if (error != 0) {
			aprint_error_dev(sd->sc_dksc.sc_dev, "unable to restart pack\n");
			return error;
		}
		return ERESTART;
	}
	return EJUSTRETURN;
}

/*
 * Requests.
 */

static int
sdioctl(dev_t dev, u_long cmd, void *addr, int flag, struct lwp *l)
{
	struct sd_softc *sd = device_lookup_private(&sd_cd, SDUNIT(dev));
	const int part = SDPART(dev);
	struct scsipi_periph *periph;
	struct dk_softc *dksc;
	int error;

	if (sd == NULL || (periph = sd->sc_periph) == NULL)
		return ENXIO;
	dksc = &sd->sc_dksc;

	/* Without its medium only the whole disk has something to say. */
	if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0) {
		switch (cmd) {
		case DIOCLOCK:
		case DIOCEJECT:
		case ODIOCEJECT:
		case DIOCGCACHE:
		case DIOCSCACHE:
		case DIOCGSTRATEGY:
		case DIOCSSTRATEGY:
		case SCIOCIDENTIFY:
		case OSCIOCIDENTIFY:
		case SCIOCCOMMAND:
		case SCIOCDEBUG:
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
	case DIOCLOCK:
		if (periph->periph_flags & PERIPH_REMOVABLE)
			return scsipi_prevent(periph, *(int *)addr ? SPAMR_PREVENT_DT : SPAMR_ALLOW,
			    0);
		return ENOTTY;
	case DIOCEJECT:
		if ((periph->periph_flags & PERIPH_REMOVABLE) == 0)
			return ENOTTY;
		if (*(int *)addr == 0) {
			error = scsipi_disk_unlock(dksc, periph, part);
			if (error != 0)
				return error;
		}
		/* FALLTHROUGH */
	case ODIOCEJECT:
		if ((periph->periph_flags & PERIPH_REMOVABLE) == 0)
			return ENOTTY;
		return scsipi_start(periph, SSS_STOP | SSS_LOEJ, 0);
	case DIOCGCACHE:
		return sd_getcache(sd, addr);
	case DIOCSCACHE:
		return sd_setcache(sd, *(int *)addr);
	case DIOCCACHESYNC:
		/* By force or when it is needed. */
		if ((sd->flags & SDF_DIRTY) == 0 && *(int *)addr == 0)
			return 0;
		error = sd_flush(sd, 0);
		if (error == 0)
			sd->flags &= ~SDF_DIRTY;
		return error;
	case DIOCTUR:
		*(int *)addr = scsipi_test_unit_ready(periph, XS_CTL_SILENT) == 0;
		return 0;
	default:
		if (part != RAW_PART)
			return ENOTTY;
		return scsipi_do_ioctl(periph, dev, cmd, addr, flag, l);
	}
}

static void
sd_label(device_t self, struct disklabel *lp)
{
	struct sd_softc *sd = device_private(self);
	struct scsipi_periph *periph = sd->sc_periph;

	strlcpy(lp->d_typename, sd->typename, sizeof(lp->d_typename));
	strlcpy(lp->d_packname, sd->name[0] != '\0' ? sd->name : "fictitious",
	    sizeof(lp->d_packname));
	lp->d_rpm = (uint16_t)MIN(sd->params.rot_rate, UINT16_MAX);
	if (periph->periph_flags & PERIPH_REMOVABLE)
		lp->d_flags |= D_REMOVABLE;
}

/*
 * The disk's cache to the medium.
 */
static int
sd_flush(struct sd_softc *sd, int flags)
{
	struct scsipi_periph *periph = sd->sc_periph;
	struct scsi_synchronize_cache_10 cmd;
	int error;

	/* SCSI-2 is where it begins. */
	if ((periph->periph_quirks & PQUIRK_NOSYNCCACHE) != 0 ||
	    (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI &&
	    periph->periph_version < 2))
		return 0;
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_SYNCHRONIZE_CACHE_10;
	error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), NULL, 0, SDRETRIES, 100000, NULL,
	    flags | XS_CTL_SILENT);
	if (error == EINVAL) {
		/* It has none. */
		periph->periph_quirks |= PQUIRK_NOSYNCCACHE;
		error = 0;
	}
	return error;
}

static bool
sd_shutdown(device_t self, int how)
{
	struct sd_softc *sd = device_private(self);

	if ((sd->flags & SDF_DIRTY) != 0) {
		if (sd_flush(sd, XS_CTL_NOSLEEP | XS_CTL_POLL) != 0)
			aprint_error_dev(self, "cache synchronization failed\n");
		else
			sd->flags &= ~SDF_DIRTY;
	}
	return true;
}

static bool
sd_suspend(device_t self, const pmf_qual_t *qual)
{

	return sd_shutdown(self, 0);
}

/*
 * Mode pages.
 */

/* Room for header, descriptors and one page. */
struct sd_mode {
	union {
		struct scsi_mode_parameter_header_6 h6;
		struct scsi_mode_parameter_header_10 h10;
		u_int8_t bytes[128];
	} sm;
	bool	sm_big;			/* the header is h10 */
	size_t	sm_len;			/* bytes the disk says are there */
	size_t	sm_page;		/* offset of the page */
	u_int8_t sm_dev_spec;
};

/*
 * Reads one page of at least minlen bytes, header of the page included.
 * EIO when what came is not that page.
 */
static int
sd_mode_sense(struct sd_softc *sd, struct sd_mode *m, int byte2, int page, size_t minlen, int flags)
{
	struct scsipi_periph *periph = sd->sc_periph;
	size_t desc;
	int error;

	memset(m, 0, sizeof(*m));
	if (periph->periph_quirks & PQUIRK_NOMODESENSE)
		return EOPNOTSUPP;
	m->sm_big = (periph->periph_quirks & PQUIRK_ONLYBIG) != 0 &&
	    (periph->periph_quirks & PQUIRK_NOBIGMODESENSE) == 0;
	if (m->sm_big) {
		error = scsipi_mode_sense_big(periph, byte2, page, &m->sm.h10, sizeof(m->sm),
		    flags | XS_CTL_SILENT, SDRETRIES, 6000);
		m->sm_len = 2 + (size_t)_2btol(m->sm.h10.data_length);
		desc = _2btol(m->sm.h10.blk_desc_len);
		m->sm_page = sizeof(m->sm.h10) + desc;
		m->sm_dev_spec = m->sm.h10.dev_spec;
	} else {
		error = scsipi_mode_sense(periph, byte2, page, &m->sm.h6, sizeof(m->sm),
		    flags | XS_CTL_SILENT, SDRETRIES, 6000);
		m->sm_len = 1 + (size_t)m->sm.h6.data_length;
		desc = m->sm.h6.blk_desc_len;
		m->sm_page = sizeof(m->sm.h6) + desc;
		m->sm_dev_spec = m->sm.h6.dev_spec;
	}
	if (error != 0)
		return error;
	m->sm_len = MIN(m->sm_len, sizeof(m->sm));
	if (page == 0)
		return 0;
	if (m->sm_page > m->sm_len || m->sm_len - m->sm_page < minlen ||
	    (m->sm.bytes[m->sm_page] & PGCODE_MASK) != (page & PGCODE_MASK) ||
	    (size_t)m->sm.bytes[m->sm_page + 1] + 2 < minlen)
		return EIO;
	return 0;
}

/*
 * The write cache and the read cache; the page's changeable bits say what
 * DIOCSCACHE can do.
 */
static int
sd_getcache(struct sd_softc *sd, int *bitsp)
{
	struct scsipi_periph *periph = sd->sc_periph;
	union scsi_disk_pages *pages;
	struct sd_mode m;
	int bits = 0, error;

	/* SCSI-2 is where the page begins. */
	if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI &&
	    periph->periph_version < 2)
		return EOPNOTSUPP;
	error = sd_mode_sense(sd, &m, SMS_DBD, 8, 4, 0);
	if (error != 0)
		return error;
	pages = (void *)&m.sm.bytes[m.sm_page];
	if ((pages->caching_params.flags & CACHING_RCD) == 0)
		bits |= DKCACHE_READ;
	if (pages->caching_params.flags & CACHING_WCE)
		bits |= DKCACHE_WRITE;
	if (pages->caching_params.pg_code & PGCODE_PS)
		bits |= DKCACHE_SAVE;
	/* DPOFUA of the device specific byte. */
	if (m.sm_dev_spec & 0x10)
		bits |= DKCACHE_FUA | DKCACHE_DPO;

	error = sd_mode_sense(sd, &m, SMS_DBD, SMS_PCTRL_CHANGEABLE | 8, 4, 0);
	if (error == 0) {
		pages = (void *)&m.sm.bytes[m.sm_page];
		if (pages->caching_params.flags & CACHING_RCD)
			bits |= DKCACHE_RCHANGE;
		if (pages->caching_params.flags & CACHING_WCE)
			bits |= DKCACHE_WCHANGE;
	}
	*bitsp = bits;
	return 0;
}

static int
sd_setcache(struct sd_softc *sd, int bits)
{
	struct scsipi_periph *periph = sd->sc_periph;
	union scsi_disk_pages *pages;
	struct sd_mode m;
	u_int8_t oflags;
	size_t len;
	int error, byte2 = SMS_PF;

	if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI &&
	    periph->periph_version < 2)
		return EOPNOTSUPP;
	error = sd_mode_sense(sd, &m, SMS_DBD, 8, 4, 0);
	if (error != 0)
		return error;
	pages = (void *)&m.sm.bytes[m.sm_page];
	len = m.sm_page + 2 + pages->caching_params.pg_length;
	if (len > sizeof(m.sm))
		return EIO;
	oflags = pages->caching_params.flags;
	if (bits & DKCACHE_READ)
		pages->caching_params.flags &= (u_int8_t)~CACHING_RCD;
	else
		pages->caching_params.flags |= CACHING_RCD;
	if (bits & DKCACHE_WRITE)
		pages->caching_params.flags |= CACHING_WCE;
	else
		pages->caching_params.flags &= (u_int8_t)~CACHING_WCE;
	if (oflags == pages->caching_params.flags)
		return 0;
	if ((bits & DKCACHE_SAVE) != 0 && (pages->caching_params.pg_code & PGCODE_PS) != 0)
		byte2 |= SMS_SP;
	pages->caching_params.pg_code &= PGCODE_MASK;

	if (m.sm_big) {
		memset(m.sm.h10.data_length, 0, sizeof(m.sm.h10.data_length));
		m.sm.h10.dev_spec = 0;
		return scsipi_mode_select_big(periph, byte2, &m.sm.h10, (int)len, 0, SDRETRIES,
		    10000);
	}
	m.sm.h6.data_length = 0;
	m.sm.h6.dev_spec = 0;
	return scsipi_mode_select(periph, byte2, &m.sm.h6, (int)len, 0, SDRETRIES, 10000);
}

/*
 * Parameters.
 */

/*
 * Whether a disk whose sectors may be given back has UNMAP for that, and for
 * how many at a time.  One that does not say has it, without a limit.
 */
static bool
sd_has_unmap(struct sd_softc *sd, int flags)
{
	struct sd_vpd_limits limits;
	struct sd_vpd_prov prov;
	uint32_t max;

	sd->unmap_max = SD_UNMAP_MAX;
	if (scsipi_inquire_vpd(sd->sc_periph, SINQ_VPD_LOGICAL_PROV, &prov.hdr, sizeof(prov),
	    flags) == 0 && (prov.flags & SVPD_LBPU) == 0)
		return false;
	if (scsipi_inquire_vpd(sd->sc_periph, SINQ_VPD_BLOCK_LIMITS, &limits.hdr, sizeof(limits),
	    flags) != 0 || _2btol(limits.hdr.length) < sizeof(limits) - sizeof(limits.hdr))
		return true;
	max = _4btol(limits.unmap_nblks);
	if (max == 0 || _4btol(limits.unmap_ndescs) == 0)
		return false;
	if (max < SD_UNMAP_MIN) {
		aprint_error_dev(sd->sc_dksc.sc_dev, "UNMAP of %u sectors at most, at least %u are "
		    "worth it: not used\n", max, SD_UNMAP_MIN);
		return false;
	}
	sd->unmap_max = MIN(max, SD_UNMAP_MAX);
	return true;
}

/*
 * READ CAPACITY, with 16 bytes where 10 are not enough or the disk may have
 * more to say.  Sectors, or 0; *blksize is the sector's size as the disk
 * says it.
 */
static uint64_t
sd_read_capacity(struct sd_softc *sd, u_long *blksize, int flags)
{
	struct scsipi_periph *periph = sd->sc_periph;
	union {
		struct scsipi_read_capacity_10 cmd;
		struct scsipi_read_capacity_16 cmd16;
	} cmd;
	union {
		struct scsipi_read_capacity_10_data data;
		struct scsipi_read_capacity_16_data data16;
	} data;
	uint64_t last;

	memset(&cmd, 0, sizeof(cmd));
	memset(&data, 0, sizeof(data));
	cmd.cmd.opcode = READ_CAPACITY_10;
	if (scsipi_command(periph, (void *)&cmd.cmd, sizeof(cmd.cmd), (void *)&data.data,
	    sizeof(data.data), SCSIPIRETRIES, 20000, NULL,
	    flags | XS_CTL_DATA_IN | XS_CTL_SILENT) != 0)
		return 0;
	last = _4btol(data.data.addr);
	*blksize = _4btol(data.data.length);
	sd->flags &= ~SDF_UNMAP;
	if (last != 0xffffffff && periph->periph_version < 5)
		return last + 1;

	memset(&cmd, 0, sizeof(cmd));
	memset(&data, 0, sizeof(data));
	cmd.cmd16.opcode = READ_CAPACITY_16;
	cmd.cmd16.byte2 = SRC16_SERVICE_ACTION;
	_lto4b(sizeof(data.data16), cmd.cmd16.len);
	if (scsipi_command(periph, (void *)&cmd.cmd16, sizeof(cmd.cmd16), (void *)&data.data16,
	    sizeof(data.data16), SCSIPIRETRIES, 20000, NULL,
	    flags | XS_CTL_DATA_IN | XS_CTL_SILENT) != 0)
		return last != 0xffffffff ? last + 1 : 0;
	if (last != 0xffffffff && (last != _8btol(data.data16.addr) ||
	    *blksize != _4btol(data.data16.length))) {
		aprint_error_dev(sd->sc_dksc.sc_dev, "two capacities, last block %llu and %llu\n",
		    (unsigned long long)last, (unsigned long long)_8btol(data.data16.addr));
		return last + 1;
	}
	last = _8btol(data.data16.addr);
	*blksize = _4btol(data.data16.length);
	if ((data.data16.reserved[1] & SRC16D_LBPME) != 0 && sd_has_unmap(sd, flags))
		sd->flags |= SDF_UNMAP;
	return last + 1;		/* 0: nobody has so many */
}

/* Whether a removable disk without a capacity has an unformatted medium. */
static bool
sd_unformatted(struct sd_softc *sd, int flags)
{
	struct scsipi_read_format_capacities cmd;
	struct {
		struct scsipi_capacity_list_header header;
		struct scsipi_capacity_descriptor desc;
	} __packed data;

	memset(&cmd, 0, sizeof(cmd));
	memset(&data, 0, sizeof(data));
	cmd.opcode = READ_FORMAT_CAPACITIES;
	_lto2b(sizeof(data), cmd.length);
	if (scsipi_command(sd->sc_periph, (void *)&cmd, sizeof(cmd), (void *)&data, sizeof(data),
	    SDRETRIES, 20000, NULL, flags | XS_CTL_DATA_IN | XS_CTL_SILENT) != 0)
		return false;
	return data.header.length >= sizeof(data.desc) &&
	    (data.desc.byte5 & SCSIPI_CAP_DESC_CODE_MASK) == SCSIPI_CAP_DESC_CODE_UNFORMATTED;
}

/* Heads, cylinders and turns from page 4, where it makes sense. */
static bool
sd_get_geometry(struct sd_softc *sd, struct disk_parms *dp, int flags)
{
	struct page_rigid_geometry *pg;
	struct sd_mode m;
	uint64_t percyl;

	if (sd_mode_sense(sd, &m, SMS_DBD, 4, 22, flags) != 0)
		return false;
	pg = (void *)&m.sm.bytes[m.sm_page];
	dp->cyls = _3btol(pg->ncyl);
	dp->heads = pg->nheads;
	dp->rot_rate = _2btol(pg->rpm);
	if (dp->cyls == 0 || dp->heads == 0)
		return false;
	percyl = dp->disksize / dp->cyls;
	dp->sectors = (u_long)(percyl / dp->heads);
	return dp->sectors > 0 && dp->sectors <= INT_MAX;
}

/*
 * Reads the medium's size and geometry; SDGP_RESULT_*.
 */
static int
sd_get_parms(struct sd_softc *sd, struct disk_parms *dp, int flags)
{
	struct scsipi_periph *periph = sd->sc_periph;
	uint64_t sectors;
	u_long blksize = 0;

	memset(dp, 0, sizeof(*dp));
	dp->blksize = SD_DEFAULT_BLKSIZE;
	sectors = sd_read_capacity(sd, &blksize, flags);
	if (sectors == 0) {
		if ((periph->periph_flags & PERIPH_REMOVABLE) != 0 &&
		    !scsipi_periph_gone(periph) && sd_unformatted(sd, flags))
			return SDGP_RESULT_UNFORMATTED;
		return SDGP_RESULT_OFFLINE;
	}
	if (blksize == 0)
		blksize = SD_DEFAULT_BLKSIZE;
	if (!DK_DEV_BSIZE_OK((int)MIN(blksize, INT_MAX))) {
		aprint_error_dev(sd->sc_dksc.sc_dev,
		    "sectors of %lu bytes, limits %d and %d, a power of two\n", blksize, DEV_BSIZE,
		    MAXPHYS);
		return SDGP_RESULT_OFFLINE;
	}
	if (sectors > INT64_MAX / blksize) {
		aprint_error_dev(sd->sc_dksc.sc_dev, "%llu sectors of %lu bytes, limit %llu\n",
		    (unsigned long long)sectors, blksize,
		    (unsigned long long)(INT64_MAX / blksize));
		return SDGP_RESULT_OFFLINE;
	}
	dp->blksize = blksize;
	dp->disksize = sectors;
	dp->disksize512 = sectors * blksize / DEV_BSIZE;

	if (sd->type == T_SIMPLE_DIRECT || (flags & XS_CTL_DISCOVERY) != 0 ||
	    !sd_get_geometry(sd, dp, flags)) {
		dp->rot_rate = 3600;
		dp->heads = 64;
		dp->sectors = 32;
		dp->cyls = (u_long)MIN(sectors / (64 * 32), INT_MAX);
	}
	return SDGP_RESULT_OK;
}

/* Tells the disk layer. */
static void
sd_set_geometry(struct sd_softc *sd)
{
	struct dk_softc *dksc = &sd->sc_dksc;
	struct disk_geom *dg = &dksc->sc_dkdev.dk_geom;
	struct disk_parms *dp = &sd->params;

	memset(dg, 0, sizeof(*dg));
	dg->dg_secperunit = (int64_t)dp->disksize;
	dg->dg_secsize = (uint32_t)dp->blksize;
	dg->dg_nsectors = (uint32_t)dp->sectors;
	dg->dg_ntracks = (uint32_t)dp->heads;
	dg->dg_ncylinders = (uint32_t)dp->cyls;
	disk_set_info(dksc->sc_dev, &dksc->sc_dkdev, sd->typename);
}
