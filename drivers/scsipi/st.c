/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Tape drives (SSC), see st(4), mtio(4).  What differs between SCSI and ATAPI
 * is behind the attachment's ops (st_scsi.c).
 *
 * A unit has 16 minor devices: four densities of four ways to open it,
 * rewinding at close, not rewinding, ejecting, and control, which opens a
 * drive without a tape.  A tape is "mounted" from the first open after it was
 * loaded until it is rewound at a close; while it is, block size and density
 * stay as they were chosen.
 *
 * Transfers are run one at a time and in order.  What a drive says at the end
 * of one, file marks, blank tape, the end of the tape, blocks of another
 * length, is not an error by itself: it makes a transfer short, and if some
 * data came the next one finds what it was (ST_PER_ACTION).
 *
 * Nothing that a drive answers is trusted: residuals are held within the
 * transfer, sizes within limits.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/iostat.h>
#include <sys/kernel.h>
#include <sys/mtio.h>
#include <sys/proc.h>
#include <sys/rndsource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsi_tape.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsipiconf.h>
#include <dev/scsipi/stvar.h>

#include "scsipi_impl.h"

#define	STUNIT(dev)	(minor(dev) >> 4)
#define	STDSTY(dev)	((minor(dev) >> 2) & 0x03)
#define	STMODE(dev)	(minor(dev) & 0x03)

#define	NORMAL_MODE	0
#define	NOREW_MODE	1
#define	EJECT_MODE	2
#define	CTRL_MODE	3

#define	ST_MINORS	16

/* st_unmount() */
#define	NOEJECT		0
#define	EJECT		1

#define	ST_DEFAULT_BLK	512
#define	ST_MAXBLK	0xffffff	/* what a CDB can say */

static dev_type_open(stopen);
static dev_type_close(stclose);
static dev_type_read(stread);
static dev_type_write(stwrite);
static dev_type_ioctl(stioctl);
static dev_type_strategy(ststrategy);

static int
st_devtounit(dev_t dev)
{

	return STUNIT(dev);
}

const struct bdevsw st_bdevsw = {
	.d_open = stopen,
	.d_close = stclose,
	.d_strategy = ststrategy,
	.d_ioctl = stioctl,
	.d_dump = nodump,
	.d_psize = nosize,
	.d_discard = nodiscard,
	.d_cfdriver = &st_cd,
	.d_devtounit = st_devtounit,
	.d_flag = D_TAPE,
};

const struct cdevsw st_cdevsw = {
	.d_open = stopen,
	.d_close = stclose,
	.d_read = stread,
	.d_write = stwrite,
	.d_ioctl = stioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &st_cd,
	.d_devtounit = st_devtounit,
	.d_flag = D_TAPE,
};

static int	st_interpret_sense(struct scsipi_xfer *);
static void	st_start(struct scsipi_periph *);
static void	st_restart(void *);
static void	st_done(struct scsipi_xfer *, int);

static const struct scsipi_periphsw st_switch = {
	.psw_error = st_interpret_sense,
	.psw_start = st_start,
	.psw_async = NULL,
	.psw_done = st_done,
};

/* Drives that need to be told, not asked. */
static const struct st_quirk_inquiry_pattern st_quirk_patterns[] = {
	{ { T_SEQUENTIAL, T_REMOV, "EXABYTE ", "EXB-8200        ", "" },
	  { 0, 5, { { 0, 0, 0 } } } },
	{ { T_SEQUENTIAL, T_REMOV, "ARCHIVE ", "VIPER 150", "" },
	  { ST_Q_FORCE_BLKSIZE, 0, { { 0, 512, 0 }, { 0, 512, QIC_150 },
	    { 0, 512, QIC_120 }, { 0, 512, QIC_24 } } } },
	{ { T_SEQUENTIAL, T_REMOV, "TANDBERG", " TDC 3600", "" },
	  { ST_Q_NOPREVENT, 0, { { 0, 0, 0 } } } },
	{ { T_SEQUENTIAL, T_REMOV, "WANGTEK ", "5150ES SCSI", "" },
	  { ST_Q_FORCE_BLKSIZE | ST_Q_SENSE_HELP, 0, { { 0, 512, 0 }, { 0, 512, QIC_150 },
	    { 0, 512, QIC_120 }, { 0, 512, QIC_24 } } } },
};

#define	ST_LOCK(sc)	mutex_enter(chan_mtx((sc)->sc_periph->periph_channel))
#define	ST_UNLOCK(sc)	mutex_exit(chan_mtx((sc)->sc_periph->periph_channel))

static void
st_setflags(struct st_softc *sc, int set, int clear)
{

	ST_LOCK(sc);
	sc->flags = (sc->flags & ~clear) | set;
	ST_UNLOCK(sc);
}

/* Fixed blocks of so many bytes, or with 0 variable ones. */
static void
st_set_blksize(struct st_softc *sc, int size)
{

	ST_LOCK(sc);
	sc->blksize = size;
	if (size != 0)
		sc->flags |= ST_FIXEDBLOCKS;
	else
		sc->flags &= ~ST_FIXEDBLOCKS;
	ST_UNLOCK(sc);
}

/*
 * Attach and detach.
 */

static void
st_identify_drive(struct st_softc *sc, struct scsipi_inquiry_pattern *inqbuf)
{
	const struct st_quirk_inquiry_pattern *finger;
	int priority, i;

	finger = scsipi_inqmatch(inqbuf, st_quirk_patterns,
	    sizeof(st_quirk_patterns) / sizeof(st_quirk_patterns[0]),
	    sizeof(st_quirk_patterns[0]), &priority);
	if (priority == 0)
		return;
	sc->quirkdata = &finger->quirkdata;
	sc->drive_quirks = finger->quirkdata.quirks;
	sc->quirks = finger->quirkdata.quirks;
	sc->page_0_size = MIN(finger->quirkdata.page_0_size, MAX_PAGE_0_SIZE);
	for (i = 0; i < 4; i++) {
		sc->modes[i] = finger->quirkdata.modes[i];
		if (sc->modes[i].density != 0)
			sc->modeflags[i] |= DENSITY_SET_BY_QUIRK;
		if (finger->quirkdata.quirks & ST_Q_FORCE_BLKSIZE)
			sc->modeflags[i] |= BLKSIZE_SET_BY_QUIRK;
	}
}

/*
 * What attachments have in common: sc->ops is set, the rest is zero.
 */
void
stattach(device_t parent, device_t self, void *aux)
{
	struct st_softc *sc = device_private(self);
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;

	sc->sc_dev = self;
	sc->sc_periph = periph;
	periph->periph_dev = self;
	periph->periph_switch = &st_switch;
	sc->flags = 0;
	sc->blkmin = 1;
	sc->blkmax = ST_MAXBLK;
	sc->fileno = sc->blkno = -1;
	callout_init(&sc->sc_callout, 0);
	bufq_alloc(&sc->buf_queue, "fcfs", 0);
	sc->stats = iostat_alloc(IOSTAT_TAPE, periph, device_xname(self));
	st_identify_drive(sc, &sa->sa_inqbuf);

	aprint_naive("\n");
	aprint_normal("\n");
	aprint_normal_dev(self, "%s", sc->quirkdata != NULL ? "quirks apply, " : "");
	if (scsipi_test_unit_ready(periph, XS_CTL_DISCOVERY | XS_CTL_SILENT |
	    XS_CTL_IGNORE_MEDIA_CHANGE) != 0 ||
	    (*sc->ops)(sc, ST_OPS_MODESENSE, XS_CTL_DISCOVERY | XS_CTL_SILENT |
	    XS_CTL_IGNORE_MEDIA_CHANGE) != 0)
		aprint_normal("drive empty\n");
	else {
		aprint_normal("density code %d, ", sc->media_density);
		if (sc->media_blksize > 0)
			aprint_normal("%d-byte", sc->media_blksize);
		else
			aprint_normal("variable");
		aprint_normal(" blocks, write-%s\n",
		    sc->flags & ST_READONLY ? "protected" : "enabled");
	}
	rnd_attach_source(&sc->rnd_source, device_xname(self), RND_TYPE_TAPE,
	    RND_FLAG_DEFAULT);
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
}

/* Fails what is queued.  The channel's lock is not held. */
static void
st_fail_queue(struct st_softc *sc, int error)
{
	struct buf *bp;

	for (;;) {
		ST_LOCK(sc);
		bp = bufq_get(sc->buf_queue);
		ST_UNLOCK(sc);
		if (bp == NULL)
			return;
		bp->b_error = error;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
	}
}

/*
 * Detach at any time.  Accepts a unit whose attach did not get far.
 */
int
stdetach(device_t self, int flags)
{
	struct st_softc *sc = device_private(self);
	int bmaj, cmaj, mn;

	if (sc->buf_queue == NULL)
		return 0;
	bmaj = bdevsw_lookup_major(&st_bdevsw);
	cmaj = cdevsw_lookup_major(&st_cdevsw);

	callout_halt(&sc->sc_callout, NULL);
	scsipi_end_commands(sc->sc_periph);
	st_fail_queue(sc, EIO);

	mn = device_unit(self) * ST_MINORS;
	vdevgone(bmaj, mn, mn + ST_MINORS - 1, VBLK);
	vdevgone(cmaj, mn, mn + ST_MINORS - 1, VCHR);

	st_fail_queue(sc, EIO);
	callout_halt(&sc->sc_callout, NULL);
	callout_destroy(&sc->sc_callout);
	bufq_free(sc->buf_queue);
	sc->buf_queue = NULL;
	iostat_free(sc->stats);
	rnd_detach_source(&sc->rnd_source);
	pmf_device_deregister(self);
	return 0;
}

/*
 * Commands that move the tape or its marks.
 */

/* Runs a command without data; what it left undone is in last_ctl_resid. */
static int
st_command(struct st_softc *sc, void *cmd, size_t len, int timeout, int flags)
{
	int error;

	sc->last_ctl_resid = 0;
	error = scsipi_command(sc->sc_periph, cmd, (int)len, NULL, 0, 0, timeout, NULL, flags);
	if (error == 0)
		return 0;
	/* Where the tape stands now only the drive knows. */
	ST_LOCK(sc);
	if ((sc->flags & ST_POSUPDATED) == 0)
		sc->fileno = sc->blkno = -1;
	sc->flags &= ~ST_POSUPDATED;
	ST_UNLOCK(sc);
	return error;
}

static int
st_rewind(struct st_softc *sc, u_int immediate, int flags)
{
	struct scsi_rewind cmd = { .opcode = REWIND, .byte2 = immediate ? SR_IMMED : 0 };
	int error;

	st_setflags(sc, 0, ST_PER_ACTION);
	error = st_command(sc, &cmd, sizeof(cmd), immediate ? ST_CTL_TIME : ST_SPC_TIME, flags);
	if (error != 0)
		return error;
	ST_LOCK(sc);
	sc->fileno = sc->blkno = 0;
	ST_UNLOCK(sc);
	return 0;
}

static int
st_load(struct st_softc *sc, u_int type, int flags)
{
	struct scsi_load cmd = { .opcode = LOAD, .how = type };
	int error;

	if (type != LD_LOAD)
		st_setflags(sc, 0, ST_PER_ACTION);
	else if (sc->quirks & ST_Q_IGNORE_LOADS)
		return 0;
	error = st_command(sc, &cmd, sizeof(cmd), ST_SPC_TIME, flags);
	if (error != 0)
		printf("%s: error %d in st_load (op %d)\n", device_xname(sc->sc_dev), error, type);
	ST_LOCK(sc);
	sc->fileno = sc->blkno = error == 0 && type != LD_UNLOAD ? 0 : -1;
	ST_UNLOCK(sc);
	return error;
}

static int
st_erase(struct st_softc *sc, bool full, int flags)
{
	struct scsi_erase cmd = { .opcode = ERASE };

	if (full)
		cmd.byte2 = SE_LONG;
	if ((sc->quirks & ST_Q_ERASE_NOIMM) == 0)
		cmd.byte2 |= SE_IMMED;
	st_setflags(sc, 0, ST_PER_ACTION | ST_WRITTEN | ST_FM_WRITTEN);
	return st_command(sc, &cmd, sizeof(cmd), full ? ST_SPC_TIME : ST_IO_TIME, flags);
}

static int
st_write_filemarks(struct st_softc *sc, int number, int flags)
{
	struct scsi_write_filemarks cmd = { .opcode = WRITE_FILEMARKS };
	int error;

	if (number < 0 || number > ST_MAXBLK)
		return EINVAL;
	if (sc->quirks & ST_Q_NOFILEMARKS)
		number = 0;
	if (number != 0)
		st_setflags(sc, 0, ST_PER_ACTION | ST_WRITTEN);
	_lto3b((u_int32_t)number, cmd.number);
	/* None at all flushes the drive's buffer. */
	error = st_command(sc, &cmd, sizeof(cmd), ST_IO_TIME, flags);
	if (error != 0 || number == 0)
		return error;
	ST_LOCK(sc);
	sc->flags |= ST_FM_WRITTEN;
	if (sc->fileno != -1) {
		sc->fileno += number;
		sc->blkno = 0;
	}
	ST_UNLOCK(sc);
	return 0;
}

static int	st_space(struct st_softc *, int, u_int, int);

/*
 * Ends a tape that was written: with the one or two file marks that tell
 * where it ends.  With position the tape is left before them.
 */
static int
st_check_eod(struct st_softc *sc, bool position, int *nmarks, int flags)
{
	int error, n;

	switch (sc->flags & (ST_WRITTEN | ST_FM_WRITTEN | ST_2FM_AT_EOD)) {
	case ST_WRITTEN:
	case ST_WRITTEN | ST_FM_WRITTEN:
		n = 1;
		break;
	case ST_WRITTEN | ST_2FM_AT_EOD:
	case ST_WRITTEN | ST_FM_WRITTEN | ST_2FM_AT_EOD:
		n = 2;
		break;
	case ST_FM_WRITTEN | ST_2FM_AT_EOD:
		n = 1;
		break;
	default:
		n = 0;
		break;
	}
	*nmarks = n;
	if (n == 0)
		return 0;
	error = st_write_filemarks(sc, n, flags);
	if (position && error == 0)
		error = st_space(sc, -n, SP_FILEMARKS, flags);
	return error;
}

/*
 * Moves over number (backwards if negative) blocks or file marks, or to the
 * end of what is recorded.
 */
static int
st_space(struct st_softc *sc, int number, u_int what, int flags)
{
	struct scsi_space cmd = { .opcode = SPACE, .byte2 = what };
	int error, moved, nmarks;

	switch (what) {
	case SP_BLKS:
		if (sc->flags & ST_PER_ACTION) {
			if (number > 0) {
				st_setflags(sc, 0, ST_PER_ACTION);
				return EIO;
			}
			if (number < 0 && (sc->flags & ST_AT_FILEMARK) != 0) {
				/* The mark that was read counts. */
				error = st_space(sc, 0, SP_FILEMARKS, flags);
				if (error != 0)
					return error;
			}
		}
		break;
	case SP_FILEMARKS:
		if (sc->flags & ST_EIO_PENDING) {
			if (number > 0) {
				st_setflags(sc, 0, ST_EIO_PENDING);
				return EIO;
			}
			st_setflags(sc, 0, ST_EIO_PENDING);
		}
		if (sc->flags & ST_AT_FILEMARK) {
			/* The tape is behind the mark, its reader before it. */
			st_setflags(sc, 0, ST_AT_FILEMARK);
			number--;
		}
		if ((sc->flags & ST_BLANK_READ) != 0 && number < 0) {
			st_setflags(sc, 0, ST_BLANK_READ);
			number++;
		}
		break;
	case SP_EOM:
		if (sc->flags & ST_EOM_PENDING) {
			st_setflags(sc, 0, ST_EOM_PENDING);
			return 0;
		}
		if (sc->flags & ST_EIO_PENDING) {
			st_setflags(sc, 0, ST_EIO_PENDING);
			return EIO;
		}
		break;
	}
	if (number == 0 && what != SP_EOM)
		return 0;
	if (number < -ST_MAXBLK / 2 || number > ST_MAXBLK / 2)
		return EINVAL;
	if (number < 0 && (sc->flags & ST_WRITTEN) != 0) {
		/* Going back over what was written: end it first. */
		error = st_check_eod(sc, true, &nmarks, flags);
		if (error != 0)
			return error;
	}

	_lto3b((u_int32_t)number, cmd.number);
	st_setflags(sc, 0, ST_POSUPDATED | ST_WRITTEN | ST_FM_WRITTEN);
	error = st_command(sc, &cmd, sizeof(cmd), ST_SPC_TIME, flags);
	if (error != 0)
		return error;

	ST_LOCK(sc);
	if (sc->flags & ST_POSUPDATED)
		sc->flags &= ~ST_POSUPDATED;
	else {
		moved = number > 0 ? number - sc->last_ctl_resid : number + sc->last_ctl_resid;
		switch (what) {
		case SP_BLKS:
			if (sc->blkno != -1 && (sc->blkno += moved) < 0)
				sc->blkno = -1;
			break;
		case SP_FILEMARKS:
			if (sc->fileno != -1) {
				sc->fileno = MAX(sc->fileno + moved, 0);
				/* Backwards it stops before a mark, at the end of a file. */
				sc->blkno = moved > 0 ? 0 : -1;
			}
			break;
		default:
			sc->fileno = sc->blkno = -1;
			break;
		}
	}
	ST_UNLOCK(sc);
	return 0;
}

/* READ POSITION into *where; hard: what the hardware calls it. */
static int
st_rdpos(struct st_softc *sc, bool hard, u_int32_t *where)
{
	struct scsi_tape_read_position cmd = { .opcode = READ_POSITION };
	struct scsi_tape_position pos;
	int error;

	/* The drive's buffer is part of the position. */
	if (hard && (error = st_write_filemarks(sc, 0, 0)) != 0)
		return error;
	memset(&pos, 0, sizeof(pos));
	if (hard)
		cmd.byte1 = 1;
	error = scsipi_command(sc->sc_periph, (void *)&cmd, sizeof(cmd), (void *)&pos,
	    sizeof(pos), ST_RETRIES, ST_CTL_TIME, NULL, XS_CTL_DATA_IN);
	if (error != 0)
		return error;
	if (pos.flags & SRP_BPU)
		return EINVAL;
	*where = _4btol(pos.first_block);
	return 0;
}

/* LOCATE. */
static int
st_setpos(struct st_softc *sc, bool hard, const u_int32_t *where)
{
	struct scsi_tape_locate cmd = { .opcode = LOCATE };
	int error, nmarks;

	error = st_check_eod(sc, false, &nmarks, 0);
	if (error != 0)
		return error;
	if (hard)
		cmd.byte2 = 1 << 2;
	_lto4b(*where, cmd.blkaddr);
	st_setflags(sc, 0, ST_PER_ACTION | ST_WRITTEN | ST_FM_WRITTEN);
	error = st_command(sc, &cmd, sizeof(cmd), ST_SPC_TIME, 0);
	ST_LOCK(sc);
	sc->fileno = sc->blkno = -1;
	ST_UNLOCK(sc);
	return error;
}

/*
 * Mounting.
 */

/*
 * Block size and density for this open: the user's or the quirk's for this
 * minor device, else what the drive says of the tape, else what is usual.
 */
static int
st_decide_mode(struct st_softc *sc)
{
	u_int dsty = sc->last_dsty;
	int size;

	sc->quirks = sc->drive_quirks | sc->modes[dsty].quirks;
	sc->density = sc->modeflags[dsty] & (DENSITY_SET_BY_USER | DENSITY_SET_BY_QUIRK) ?
	    sc->modes[dsty].density : sc->media_density;

	if (sc->modeflags[dsty] & (BLKSIZE_SET_BY_USER | BLKSIZE_SET_BY_QUIRK))
		size = sc->modes[dsty].blksize;
	else if (sc->blkmin != 0 && sc->blkmin == sc->blkmax)
		size = sc->blkmin;
	else {
		switch (sc->density) {
		case HALFINCH_800:
		case HALFINCH_1600:
		case HALFINCH_6250:
		case DDS:
			size = 0;
			break;
		case QIC_11:
		case QIC_24:
		case QIC_120:
		case QIC_150:
		case QIC_525:
		case QIC_1320:
			size = sc->media_blksize > 0 ? sc->media_blksize : ST_DEFAULT_BLK;
			break;
		default:
			size = sc->media_blksize;
			break;
		}
	}
	if (size < 0 || size > ST_MAXBLK) {
		printf("%s: block size of %d bytes, limit %d\n", device_xname(sc->sc_dev), size,
		    ST_MAXBLK);
		return EINVAL;
	}
	st_set_blksize(sc, size);
	/* Half inch tapes have two marks at their end. */
	switch (sc->density) {
	case HALFINCH_800:
	case HALFINCH_1600:
	case HALFINCH_6250:
		st_setflags(sc, ST_2FM_AT_EOD, 0);
		break;
	default:
		st_setflags(sc, 0, ST_2FM_AT_EOD);
		break;
	}
	return 0;
}

/* A tape is there: learns of it, tells the drive how it will be used. */
static int
st_mount_tape(struct st_softc *sc, dev_t dev, int flags)
{
	struct scsipi_periph *periph = sc->sc_periph;
	int error;

	if (sc->flags & ST_MOUNTED)
		return 0;
	st_setflags(sc, ST_NEW_MOUNT, ST_PER_MOUNT);
	sc->last_dsty = STDSTY(dev);
	sc->fileno = sc->blkno = -1;

	/* Loading twice does no harm, and not all drives load by themselves. */
	error = st_load(sc, LD_LOAD, XS_CTL_SILENT);
	if (error != 0)
		return error;
	if ((error = (*sc->ops)(sc, ST_OPS_RBL, 0)) != 0)
		return error;
	if ((error = (*sc->ops)(sc, ST_OPS_MODESENSE, 0)) != 0)
		return error;
	if ((error = st_decide_mode(sc)) != 0)
		return error;
	if ((error = (*sc->ops)(sc, ST_OPS_MODESELECT, 0)) != 0) {
		printf("%s: cannot set selected mode\n", device_xname(sc->sc_dev));
		return error;
	}
	if ((sc->quirks & ST_Q_NOPREVENT) == 0)
		(void)scsipi_prevent(periph, SPAMR_PREVENT_DT,
		    XS_CTL_IGNORE_ILLEGAL_REQUEST | XS_CTL_IGNORE_NOT_READY);
	st_setflags(sc, ST_MOUNTED, ST_NEW_MOUNT);
	ST_LOCK(sc);
	periph->periph_flags |= PERIPH_MEDIA_LOADED;
	ST_UNLOCK(sc);
	return 0;
}

/* The tape goes: rewound, and ejected with EJECT. */
static void
st_unmount(struct st_softc *sc, int eject)
{
	struct scsipi_periph *periph = sc->sc_periph;
	int nmarks;

	if ((sc->flags & ST_MOUNTED) == 0)
		return;
	(void)st_check_eod(sc, false, &nmarks, XS_CTL_IGNORE_NOT_READY);
	(void)st_rewind(sc, 0, XS_CTL_IGNORE_NOT_READY);
	if ((sc->quirks & ST_Q_NOPREVENT) == 0)
		(void)scsipi_prevent(periph, SPAMR_ALLOW,
		    XS_CTL_IGNORE_ILLEGAL_REQUEST | XS_CTL_IGNORE_NOT_READY);
	if (eject == EJECT)
		(void)st_load(sc, LD_UNLOAD, XS_CTL_IGNORE_NOT_READY);
	ST_LOCK(sc);
	sc->flags &= ~(ST_MOUNTED | ST_NEW_MOUNT | ST_PER_MOUNT);
	periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
	ST_UNLOCK(sc);
}

/*
 * Open and close.
 */

/*
 * Opens a minor device; one of a unit at a time.  ENXIO; EBUSY; EIO without a
 * tape, except for the control device; EROFS.
 */
static int
stopen(dev_t dev, int flags, int mode, struct lwp *l)
{
	struct st_softc *sc = device_lookup_private(&st_cd, STUNIT(dev));
	struct scsipi_periph *periph;
	u_int stmode = STMODE(dev);
	int error;

	if (sc == NULL)
		return ENXIO;
	if (!device_is_active(sc->sc_dev))
		return ENODEV;
	periph = sc->sc_periph;
	if ((error = scsipi_unit_open(periph)) != 0)
		return error;

	ST_LOCK(sc);
	sc->mt_key = sc->asc = sc->ascq = 0;
	ST_UNLOCK(sc);

	/* A tape that was changed is told of by a unit attention here. */
	error = scsipi_test_unit_ready(periph, XS_CTL_IGNORE_MEDIA_CHANGE |
	    (stmode == CTRL_MODE ? XS_CTL_SILENT : 0));
	if (error == 0 && (periph->periph_flags & PERIPH_MEDIA_LOADED) == 0 &&
	    (sc->flags & ST_MOUNTED) != 0)
		st_setflags(sc, 0, ST_MOUNTED | ST_NEW_MOUNT | ST_PER_MOUNT);
	if (stmode == CTRL_MODE)
		return 0;
	if (error != 0)
		goto fail;
	/* Another density, or no longer the first file: begin anew. */
	if ((sc->flags & ST_MOUNTED) != 0 && sc->last_dsty != STDSTY(dev))
		st_unmount(sc, NOEJECT);
	if ((error = st_mount_tape(sc, dev, flags)) != 0)
		goto fail;
	if ((flags & FWRITE) != 0 && (sc->flags & ST_READONLY) != 0) {
		error = EROFS;
		goto fail;
	}
	return 0;

fail:
	st_unmount(sc, NOEJECT);
	scsipi_unit_close(periph);
	return error;
}

/*
 * Last close: what was written gets its file mark, and the tape goes where
 * the minor device says.
 */
static int
stclose(dev_t dev, int flags, int mode, struct lwp *l)
{
	struct st_softc *sc = device_lookup_private(&st_cd, STUNIT(dev));
	struct scsipi_periph *periph;
	int stxx, error = 0, nmarks;

	if (sc == NULL)
		return ENXIO;
	periph = sc->sc_periph;

	stxx = sc->flags & (ST_WRITTEN | ST_FM_WRITTEN);
	if ((flags & FWRITE) != 0 && stxx == ST_WRITTEN && STMODE(dev) != CTRL_MODE)
		error = st_check_eod(sc, false, &nmarks, 0);
	else
		nmarks = 0;

	switch (STMODE(dev)) {
	case NORMAL_MODE:
		st_unmount(sc, NOEJECT);
		break;
	case NOREW_MODE:
		/* Of two marks at the end the second gives way to what follows. */
		if (error == 0 && (sc->flags & ST_2FM_AT_EOD) != 0 && nmarks == 2)
			error = st_space(sc, -1, SP_FILEMARKS, 0);
		if ((periph->periph_flags & PERIPH_MEDIA_LOADED) == 0)
			st_unmount(sc, NOEJECT);
		break;
	case EJECT_MODE:
		st_unmount(sc, EJECT);
		break;
	case CTRL_MODE:
		break;
	}

	scsipi_wait_drain(periph);
	scsipi_unit_close(periph);
	return error;
}

/*
 * Transfers.
 */

/*
 * Queues a transfer, or fails it: EIO for a length that is not of whole
 * blocks or out of the drive's limits.
 */
static void
ststrategy(struct buf *bp)
{
	struct st_softc *sc = device_lookup_private(&st_cd, STUNIT(bp->b_dev));
	struct scsipi_periph *periph;

	if (sc == NULL || !device_is_active(sc->sc_dev)) {
		bp->b_error = ENXIO;
		goto done;
	}
	periph = sc->sc_periph;
	if (bp->b_bcount == 0)
		goto done;
	/* With no tape chosen (the control device) there is no block size. */
	if ((sc->flags & ST_MOUNTED) == 0) {
		bp->b_error = EIO;
		goto done;
	}
	if (sc->flags & ST_FIXEDBLOCKS) {
		if (bp->b_bcount % sc->blksize != 0) {
			printf("%s: bad request, must be multiple of %d\n",
			    device_xname(sc->sc_dev), sc->blksize);
			bp->b_error = EIO;
			goto done;
		}
	} else if (bp->b_bcount < sc->blkmin ||
	    (sc->blkmax != 0 && bp->b_bcount > sc->blkmax)) {
		printf("%s: bad request of %d bytes, must be between %d and %d\n",
		    device_xname(sc->sc_dev), bp->b_bcount, sc->blkmin, sc->blkmax);
		bp->b_error = EIO;
		goto done;
	}

	ST_LOCK(sc);
	if (scsipi_periph_gone(periph)) {
		ST_UNLOCK(sc);
		bp->b_error = ENXIO;
		goto done;
	}
	bufq_put(sc->buf_queue, bp);
	iostat_wait(sc->stats);
	st_start(periph);
	ST_UNLOCK(sc);
	return;
done:
	bp->b_resid = bp->b_bcount;
	biodone(bp);
}

/* What an earlier transfer left to say; true: bp ends with it. */
static bool
st_pending(struct st_softc *sc, struct buf *bp)
{

	if ((sc->sc_periph->periph_flags & PERIPH_MEDIA_LOADED) == 0) {
		/* The tape was changed under its user. */
		bp->b_error = EIO;
		return true;
	}
	if (sc->flags & ST_EIO_PENDING) {
		sc->flags &= ~ST_EIO_PENDING;
		bp->b_error = EIO;
		return true;
	}
	if (sc->flags & ST_EOM_PENDING && (bp->b_flags & B_READ) == 0) {
		sc->flags &= ~ST_EOM_PENDING;
		bp->b_error = ENOSPC;
		return true;
	}
	if (sc->flags & ST_AT_FILEMARK) {
		if (bp->b_flags & B_READ) {
			sc->flags &= ~ST_AT_FILEMARK;
			return true;
		}
		sc->flags &= ~ST_AT_FILEMARK;
	}
	return false;
}

/*
 * Starts the next transfer if none is running.  The channel's lock is held,
 * and let go for a while.
 */
static void
st_start(struct scsipi_periph *periph)
{
	struct st_softc *sc = device_private(periph->periph_dev);
	struct scsi_rw_tape cmd;
	struct scsipi_xfer *xs;
	struct buf *bp, *nbp;
	int flags, error;

	while (sc->buf_queue != NULL && periph->periph_active == 0) {
		if (periph->periph_flags & PERIPH_WAITING) {
			/* Somebody waits to run a command of another kind. */
			periph->periph_flags &= ~PERIPH_WAITING;
			cv_broadcast(periph_cv_periph(periph));
			return;
		}
		if ((bp = bufq_peek(sc->buf_queue)) == NULL)
			return;
		if (st_pending(sc, bp)) {
			bufq_get(sc->buf_queue);
			iostat_busy(sc->stats);
			iostat_unbusy(sc->stats, 0, bp->b_flags & B_READ);
			bp->b_resid = bp->b_bcount;
			ST_UNLOCK(sc);
			biodone(bp);
			ST_LOCK(sc);
			continue;
		}

		memset(&cmd, 0, sizeof(cmd));
		flags = XS_CTL_NOSLEEP | XS_CTL_ASYNC;
		if (bp->b_flags & B_READ) {
			cmd.opcode = READ;
			flags |= XS_CTL_DATA_IN;
		} else {
			cmd.opcode = WRITE;
			flags |= XS_CTL_DATA_OUT;
			sc->flags = (sc->flags & ~ST_FM_WRITTEN) | ST_WRITTEN;
		}
		if (sc->flags & ST_FIXEDBLOCKS && sc->blksize > 0) {
			cmd.byte2 |= SRW_FIXED;
			_lto3b((u_int32_t)(bp->b_bcount / sc->blksize), cmd.len);
		} else
			_lto3b((u_int32_t)bp->b_bcount, cmd.len);
		sc->flags &= ~ST_POSUPDATED;

		xs = scsipi_make_xs_locked(periph, (struct scsipi_generic *)&cmd, sizeof(cmd),
		    bp->b_data, bp->b_bcount, 0, ST_IO_TIME, bp, flags);
		if (xs == NULL) {
			/* No memory: a little later. */
			if (!scsipi_periph_gone(periph))
				callout_reset(&sc->sc_callout, MAX(hz / 2, 1), st_restart, periph);
			return;
		}
		/* Detach may have taken it meanwhile. */
		nbp = bufq_peek(sc->buf_queue);
		if (nbp != bp) {
			scsipi_put_xs(xs);
			return;
		}
		bufq_get(sc->buf_queue);
		iostat_busy(sc->stats);
		error = scsipi_execute_xs(xs);
		KASSERT(error == 0 || scsipi_periph_gone(periph));
	}
}

static void
st_restart(void *arg)
{
	struct scsipi_periph *periph = arg;
	struct st_softc *sc = device_private(periph->periph_dev);

	ST_LOCK(sc);
	st_start(periph);
	ST_UNLOCK(sc);
}

/* A command has ended; with a transfer its buf, and the position moves. */
static void
st_done(struct scsipi_xfer *xs, int error)
{
	struct st_softc *sc = device_private(xs->xs_periph->periph_dev);
	struct buf *bp = xs->bp;
	long moved;

	if (bp == NULL)
		return;
	bp->b_error = error;
	bp->b_resid = MIN((u_int)MAX(xs->resid, 0), (u_int)bp->b_bcount);
	if (error != 0)
		bp->b_resid = bp->b_bcount;
	moved = bp->b_bcount - bp->b_resid;

	ST_LOCK(sc);
	sc->last_io_resid = bp->b_resid;
	sc->mt_resid = (short)MIN(bp->b_resid, 32767);
	if (sc->flags & ST_POSUPDATED)
		sc->flags &= ~ST_POSUPDATED;
	else if (error != 0)
		sc->fileno = sc->blkno = -1;
	else if (sc->blkno != -1)
		sc->blkno += sc->flags & ST_FIXEDBLOCKS && sc->blksize > 0 ? moved / sc->blksize :
		    moved != 0;
	iostat_unbusy(sc->stats, moved, bp->b_flags & B_READ);
	ST_UNLOCK(sc);
	rnd_add_uint32(&sc->rnd_source, bp->b_blkno);
	biodone(bp);
}

static void
stminphys(struct buf *bp)
{
	struct st_softc *sc = device_lookup_private(&st_cd, STUNIT(bp->b_dev));
	int whole;

	if (sc == NULL)
		return;
	scsipi_adapter_minphys(sc->sc_periph->periph_channel, bp);
	/* A transfer that is cut is cut between blocks. */
	if ((sc->flags & ST_FIXEDBLOCKS) != 0 && sc->blksize > 0 && bp->b_bcount > sc->blksize) {
		whole = bp->b_bcount - bp->b_bcount % sc->blksize;
		if (bp->b_bcount != bp->b_bufsize && whole != 0)
			bp->b_bcount = whole;
	}
}

/* A tape has no offsets: physio() gets one that it accepts. */
static int
st_physio(dev_t dev, struct uio *uio, int rw)
{
	off_t off = uio->uio_offset;
	size_t resid = uio->uio_resid;
	int error;

	uio->uio_offset = 0;
	error = physio(ststrategy, NULL, dev, rw, stminphys, uio);
	uio->uio_offset = off < 0 || off > INT64_MAX - (off_t)(resid - uio->uio_resid) ? 0 :
	    off + (off_t)(resid - uio->uio_resid);
	return error;
}

static int
stread(dev_t dev, struct uio *uio, int iomode)
{

	return st_physio(dev, uio, B_READ);
}

static int
stwrite(dev_t dev, struct uio *uio, int iomode)
{

	return st_physio(dev, uio, B_WRITE);
}

/*
 * Control.
 */

/* MTSETBSIZ, MTSETDNSTY: for this minor device, and at once. */
static int
st_set_mode(struct st_softc *sc, u_int dsty, int op, int number)
{
	int error, oldsize = sc->flags & ST_FIXEDBLOCKS ? sc->blksize : 0;
	uint8_t olddensity = sc->density;

	if (op == MTSETBSIZ) {
		if (number != 0 && (number < 0 || number > ST_MAXBLK || number < sc->blkmin ||
		    (sc->blkmax != 0 && number > sc->blkmax)))
			return EINVAL;
		st_set_blksize(sc, number);
	} else {
		if (number < 0 || number > UINT8_MAX)
			return EINVAL;
		sc->density = number == 0 ? sc->media_density : number;
	}
	if (sc->flags & ST_MOUNTED && (error = (*sc->ops)(sc, ST_OPS_MODESELECT, 0)) != 0) {
		st_set_blksize(sc, oldsize);
		sc->density = olddensity;
		return error;
	}
	st_setflags(sc, ST_BLOCK_SET, 0);
	if (op == MTSETBSIZ) {
		sc->modes[dsty].blksize = number;
		sc->modeflags[dsty] |= BLKSIZE_SET_BY_USER;
	} else {
		sc->modes[dsty].density = number;
		if (number == 0)
			sc->modeflags[dsty] &= ~DENSITY_SET_BY_USER;
		else
			sc->modeflags[dsty] |= DENSITY_SET_BY_USER;
	}
	return 0;
}

/* To the start of the file, number file marks back. */
static int
st_start_of_file(struct st_softc *sc, int number)
{
	int error;

	if (number < 0 || number >= ST_MAXBLK / 2)
		return EINVAL;
	error = st_space(sc, -number, SP_FILEMARKS, 0);
	if (error == 0)
		error = st_space(sc, 1, SP_FILEMARKS, 0);
	return error;
}

static int
st_mtop(struct st_softc *sc, dev_t dev, const struct mtop *mt)
{
	int number = mt->mt_count, error, nmarks;

	/* What does not fit into a CDB is not tried in part. */
	if (mt->mt_op <= MTBSR && (number > ST_MAXBLK / 2 || number < -ST_MAXBLK / 2))
		return EINVAL;
	switch (mt->mt_op) {
	case MTWEOF:
		return st_write_filemarks(sc, number, 0);
	case MTBSF:
		number = -number;
		/* FALLTHROUGH */
	case MTFSF:
		error = st_check_eod(sc, false, &nmarks, 0);
		if (error == 0)
			error = st_space(sc, number - (number < 0 ? nmarks : 0), SP_FILEMARKS, 0);
		return error;
	case MTNBSF:
		return st_start_of_file(sc, number);
	case MTBSR:
		number = -number;
		/* FALLTHROUGH */
	case MTFSR:
		error = st_check_eod(sc, true, &nmarks, 0);
		if (error == 0)
			error = st_space(sc, number, SP_BLKS, 0);
		return error;
	case MTREW:
		error = st_check_eod(sc, false, &nmarks, 0);
		return error != 0 ? error : st_rewind(sc, 0, 0);
	case MTOFFL:
		st_unmount(sc, EJECT);
		return 0;
	case MTNOP:
		return 0;
	case MTRETEN:
		error = st_check_eod(sc, false, &nmarks, 0);
		if (error == 0)
			error = st_load(sc, LD_LOAD | LD_RETENSION, 0);
		return error;
	case MTERASE:
		return st_erase(sc, true, 0);
	case MTEOM:
		error = st_check_eod(sc, false, &nmarks, 0);
		return error != 0 ? error : st_space(sc, 0, SP_EOM, 0);
	case MTCACHE:
		st_setflags(sc, 0, ST_DONTBUFFER);
		return (*sc->ops)(sc, ST_OPS_MODESELECT, 0);
	case MTNOCACHE:
		st_setflags(sc, ST_DONTBUFFER, 0);
		return (*sc->ops)(sc, ST_OPS_MODESELECT, 0);
	case MTSETBSIZ:
	case MTSETDNSTY:
		return st_set_mode(sc, STDSTY(dev), mt->mt_op, number);
	case MTCMPRESS:
		return (*sc->ops)(sc, number != 0 ? ST_OPS_CMPRSS_ON : ST_OPS_CMPRSS_OFF, 0);
	case MTEWARN:
		st_setflags(sc, number != 0 ? ST_EARLYWARN : 0, ST_EARLYWARN);
		return 0;
	}
	return EINVAL;
}

static void
st_get_status(struct st_softc *sc, struct mtget *g)
{
	int i;

	memset(g, 0, sizeof(*g));
	g->mt_type = MT_ISAR;
	g->mt_blksiz = sc->blksize;
	g->mt_density = sc->density;
	for (i = 0; i < 4; i++) {
		g->mt_mblksiz[i] = sc->modes[i].blksize;
		g->mt_mdensity[i] = sc->modes[i].density;
	}
	ST_LOCK(sc);
	g->mt_fileno = (int32_t)sc->fileno;
	g->mt_blkno = (int32_t)sc->blkno;
	if (sc->flags & ST_READONLY)
		g->mt_dsreg |= MT_DS_RDONLY;
	if (sc->flags & ST_MOUNTED)
		g->mt_dsreg |= MT_DS_MOUNTED;
	g->mt_resid = sc->mt_resid;
	g->mt_erreg = sc->mt_erreg;
	sc->mt_resid = 0;
	sc->mt_erreg = 0;
	ST_UNLOCK(sc);
}

/*
 * mtio(4); what it does not know goes to scsi(4)'s own.
 */
static int
stioctl(dev_t dev, u_long cmd, void *arg, int flag, struct lwp *l)
{
	struct st_softc *sc = device_lookup_private(&st_cd, STUNIT(dev));

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case MTIOCGET:
		/* Someone who waits for a tape with the control device asks here. */
		if ((sc->flags & ST_MOUNTED) == 0)
			(void)scsipi_test_unit_ready(sc->sc_periph, XS_CTL_SILENT |
			    XS_CTL_IGNORE_MEDIA_CHANGE);
		st_get_status(sc, arg);
		return 0;
	case MTIOCTOP:
		return st_mtop(sc, dev, arg);
	case MTIOCIEOT:
	case MTIOCEEOT:
		return 0;
	case MTIOCRDSPOS:
		return st_rdpos(sc, false, arg);
	case MTIOCRDHPOS:
		return st_rdpos(sc, true, arg);
	case MTIOCSLOCATE:
		return st_setpos(sc, false, arg);
	case MTIOCHLOCATE:
		return st_setpos(sc, true, arg);
	}
	return scsipi_do_ioctl(sc->sc_periph, dev, cmd, arg, flag, l);
}

/*
 * Sense.
 */

/* The residual of a transfer in bytes, as the sense data says. */
static int
st_resid(struct st_softc *sc, struct scsipi_xfer *xs, const struct scsi_sense_data *s)
{
	int32_t info = (int32_t)_4btol(s->info), unit;

	if ((s->response_code & SSD_RCODE_VALID) == 0)
		return MIN(MAX(xs->resid, 0), xs->datalen);
	unit = sc->flags & ST_FIXEDBLOCKS && sc->blksize > 0 ? sc->blksize : 1;
	if (info < 0)
		return 0;
	if (info > xs->datalen / unit) {
		printf("%s: residual of %d in a transfer of %d\n", device_xname(sc->sc_dev), info,
		    xs->datalen / unit);
		return xs->datalen;
	}
	return info * unit;
}

/*
 * A transfer ended with something to say.  0: it is as long as xs->resid
 * says, and flags tell what the next one finds; or its errno.  The channel's
 * lock is held.
 */
static int
st_data_sense(struct st_softc *sc, struct scsipi_xfer *xs, const struct scsi_sense_data *s, int key)
{
	bool fixed = (sc->flags & ST_FIXEDBLOCKS) != 0;
	bool write = (xs->xs_control & XS_CTL_DATA_OUT) != 0;
	bool none;

	xs->resid = st_resid(sc, xs, s);
	none = xs->resid == xs->datalen;

	if (key == SKEY_BLANK_CHECK) {
		if (write)
			return EIO;
		/* Once it is the end of the file, then it is an error. */
		if (none && (sc->flags & ST_BLANK_READ) != 0)
			return EIO;
		sc->flags |= ST_BLANK_READ;
		sc->fileno = sc->fileno < 0 ? -1 : sc->fileno;
		return 0;
	}
	if (s->flags & SSD_FILEMARK) {
		if (sc->fileno != -1) {
			sc->fileno++;
			sc->blkno = 0;
			sc->flags |= ST_POSUPDATED;
		}
		if (!none)
			sc->flags |= ST_AT_FILEMARK;
		return 0;
	}
	if (s->flags & SSD_EOM || key == SKEY_VOLUME_OVERFLOW) {
		if (write && none)
			return ENOSPC;
		if (write && (xs->resid != 0 || (sc->flags & ST_EARLYWARN) != 0))
			sc->flags |= ST_EOM_PENDING;
		if (!write && none)
			return EIO;
		return 0;
	}
	if (s->flags & SSD_ILI) {
		if (fixed) {
			/* A block of another size ends what came before it. */
			if (none)
				return EIO;
			sc->flags |= ST_EIO_PENDING;
			return 0;
		}
		if ((s->response_code & SSD_RCODE_VALID) != 0 && (int32_t)_4btol(s->info) < 0) {
			printf("%s: %u-byte tape record bigger than the buffer of %d\n",
			    device_xname(sc->sc_dev),
			    (u_int)xs->datalen - _4btol(s->info), xs->datalen);
			return EIO;
		}
		return 0;
	}
	return 0;
}

/* The same for a command that moves the tape, or asks. */
static int
st_control_sense(struct st_softc *sc, struct scsipi_xfer *xs, const struct scsi_sense_data *s,
    int key)
{
	const struct scsi_space *space = (const void *)xs->cmd;
	int32_t info = (int32_t)_4btol(s->info);

	if (s->response_code & SSD_RCODE_VALID)
		sc->last_ctl_resid = MIN(MAX(info, 0), ST_MAXBLK);
	if (key == SKEY_BLANK_CHECK)
		return space->opcode == SPACE && (space->byte2 & SS_CODE) == SP_EOM ? 0 : EIO;
	if (key == SKEY_VOLUME_OVERFLOW)
		return ENOSPC;
	if (s->flags & SSD_FILEMARK) {
		/* Blocks were spaced over; where the mark was is known. */
		if (sc->fileno != -1 && space->opcode == SPACE) {
			if (space->number[0] & 0x80) {
				sc->fileno = MAX(sc->fileno - 1, 0);
				sc->blkno = -1;
			} else {
				sc->fileno++;
				sc->blkno = 0;
			}
			sc->flags |= ST_POSUPDATED;
		}
		return EIO;
	}
	if (s->flags & SSD_EOM) {
		/* The early warning: it was written. */
		if (xs->cmd->opcode == WRITE_FILEMARKS)
			return 0;
		if (space->opcode == SPACE) {
			sc->fileno = sc->blkno = 0;
			sc->flags |= ST_POSUPDATED;
		}
		return EIO;
	}
	return s->flags & SSD_ILI ? EIO : 0;
}

/*
 * Sense data: the errno, 0 if it was none, EJUSTRETURN for what any device
 * may say.
 */
static int
st_interpret_sense(struct scsipi_xfer *xs)
{
	struct st_softc *sc = device_private(xs->xs_periph->periph_dev);
	struct scsi_sense_data s;
	int key, error = EJUSTRETURN;

	scsipi_sense_fixed(&xs->sense.scsi_sense, &s);
	if (SSD_RCODE(s.response_code) != SSD_RCODE_CURRENT)
		return EJUSTRETURN;
	key = SSD_SENSE_KEY(s.flags);

	ST_LOCK(sc);
	sc->mt_key = key;
	sc->asc = s.asc;
	sc->ascq = s.ascq;
	switch (key) {
	case SKEY_NO_SENSE:
	case SKEY_RECOVERED_ERROR:
	case SKEY_BLANK_CHECK:
	case SKEY_VOLUME_OVERFLOW:
		if (xs->bp != NULL)
			error = st_data_sense(sc, xs, &s, key);
		else
			error = st_control_sense(sc, xs, &s, key);
		break;
	}
	ST_UNLOCK(sc);
	return error;
}
