/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The half of a disk driver that is the same in all: opening with label and
 * wedges, bounds, the queue, ioctls.
 *
 * A driver's d_diskstart gets one buffer at a time under no lock: 0 means it
 * took it and will call dk_done(), EAGAIN that it has no room now (dk_start()
 * is called again when it has), anything else is the buffer's error.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <dev/dkvar.h>

#include "disk_impl.h"

/* sc_flags: open without its label having been read. */
#define	DKF_UNREAD	0x02000000

/*
 * Makes the common part of a unit; dtype is DKTYPE_*.
 */
void
dk_init(struct dk_softc *dksc, device_t dev, int dtype)
{

	memset(dksc, 0, sizeof(*dksc));
	dksc->sc_dtype = dtype;
	dksc->sc_dev = dev;
	strlcpy(dksc->sc_xname, device_xname(dev), DK_XNAME_SIZE);
	dksc->sc_dkdev.dk_name = dksc->sc_xname;
}

/*
 * The unit can be opened from now on.  sc_bufq is the driver's: it allocates
 * the queue before the first transfer and frees it once nothing can come, and
 * everything is drained.
 */
void
dk_attach(struct dk_softc *dksc)
{

	mutex_init(&dksc->sc_iolock, MUTEX_DEFAULT, IPL_VM);
	if ((dksc->sc_flags & DKF_NO_RND) == 0)
		rnd_attach_source(&dksc->sc_rnd_source, dksc->sc_xname,
		    RND_TYPE_DISK, RND_FLAG_DEFAULT);
	dksc->sc_flags |= DKF_INITED | DKF_TAKEDUMP;
}

/*
 * The reverse: nothing is open and nothing is queued.
 */
void
dk_detach(struct dk_softc *dksc)
{

	if ((dksc->sc_flags & DKF_INITED) == 0)
		return;
	dksc->sc_flags &= ~(DKF_INITED | DKF_TAKEDUMP);
	if ((dksc->sc_flags & DKF_NO_RND) == 0)
		rnd_detach_source(&dksc->sc_rnd_source);
	mutex_destroy(&dksc->sc_iolock);
}

int
dk_open(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *dk = &dksc->sc_dkdev;
	struct disklabel *lp = dk->dk_label;
	const int part = DISKPART(dev);
	const int pmask = 1 << part;
	int ret = 0;

	mutex_enter(&dk->dk_openlock);
	if (!DK_ATTACHED(dksc)) {
		ret = ENXIO;
		goto done;
	}
	/* Wedges own the disk; the whole of it may still be looked at. */
	if (dk->dk_nwedges != 0 && part != RAW_PART) {
		ret = EBUSY;
		goto done;
	}
	if (dk->dk_openmask == 0) {
		if (dk->dk_driver->d_firstopen != NULL) {
			ret = (*dk->dk_driver->d_firstopen)(dksc->sc_dev, dev,
			    flags, fmt);
			if (ret)
				goto done;
		}
		if ((dksc->sc_flags & DKF_VLABEL) == 0) {
			dksc->sc_flags |= DKF_UNREAD;
			/* Who looks for wedges has no use for a label. */
			if (part == RAW_PART && dkwedge_scanning(dk))
				dk_getdefaultlabel(dksc, lp);
			else
				dk_getdisklabel(dksc, dev);
		}
	} else if ((dksc->sc_flags & DKF_UNREAD) != 0)
		dk_getdisklabel(dksc, dev);
	if (part != RAW_PART && (part >= lp->d_npartitions ||
	    lp->d_partitions[part].p_size == 0)) {
		ret = ENXIO;
		if (dk->dk_openmask == 0) {
			if (dk->dk_driver->d_lastclose != NULL)
				(void)(*dk->dk_driver->d_lastclose)(
				    dksc->sc_dev);
			if ((dksc->sc_flags & DKF_KLABEL) == 0)
				dksc->sc_flags &= ~DKF_VLABEL;
		}
		goto done;
	}
	switch (fmt) {
	case S_IFCHR:
		dk->dk_copenmask |= pmask;
		break;
	case S_IFBLK:
		dk->dk_bopenmask |= pmask;
		break;
	}
	dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
done:
	mutex_exit(&dk->dk_openlock);
	return ret;
}

int
dk_close(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *dk = &dksc->sc_dkdev;
	const int pmask = 1 << DISKPART(dev);

	mutex_enter(&dk->dk_openlock);
	switch (fmt) {
	case S_IFCHR:
		dk->dk_copenmask &= ~pmask;
		break;
	case S_IFBLK:
		dk->dk_bopenmask &= ~pmask;
		break;
	}
	dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
	if (dk->dk_openmask == 0) {
		if (dk->dk_driver->d_lastclose != NULL)
			(void)(*dk->dk_driver->d_lastclose)(dksc->sc_dev);
		if ((dksc->sc_flags & DKF_KLABEL) == 0)
			dksc->sc_flags &= ~DKF_VLABEL;
	}
	mutex_exit(&dk->dk_openlock);
	return 0;
}

/*
 * Turns a buffer of a partition into one of the disk.  False: it is done.
 */
static bool
dk_translate(struct dk_softc *dksc, struct buf *bp)
{
	struct disk *dk = &dksc->sc_dkdev;
	const struct disklabel *lp = dk->dk_label;
	const int part = DISKPART(bp->b_dev);
	const bool wlabel =
	    (dksc->sc_flags & (DKF_WLABEL | DKF_LABELLING)) != 0;
	const uint32_t secsize = dk->dk_geom.dg_secsize;
	uint64_t numsecs;
	int per;

	bp->b_error = 0;
	if (!DK_ATTACHED(dksc)) {
		bp->b_error = ENXIO;
		goto done;
	}
	if (bp->b_bcount < 0 || bp->b_bcount % secsize != 0 ||
	    bp->b_blkno < 0) {
		bp->b_error = EINVAL;
		goto done;
	}
	if (bp->b_bcount == 0)
		goto done;
	per = secsize / DEV_BSIZE;
	if (bp->b_blkno % per != 0) {
		bp->b_error = EINVAL;
		goto done;
	}
	/* The size may change while the disk is in use. */
	numsecs = atomic_load_relaxed(&dk->dk_geom.dg_secperunit);
	if (part == RAW_PART) {
		if (!bounds_check_with_mediasize(bp, DEV_BSIZE,
		    numsecs * per))
			goto done;
		bp->b_rawblkno = bp->b_blkno / per;
	} else {
		if (!bounds_check_with_label(dk, bp, wlabel))
			goto done;
		bp->b_rawblkno = bp->b_blkno / per +
		    lp->d_partitions[part].p_offset;
		/* A label set by ioctl cannot lead past the medium either. */
		if (bp->b_rawblkno + bp->b_bcount / secsize > numsecs) {
			bp->b_error = EINVAL;
			goto done;
		}
	}
	return true;
done:
	bp->b_resid = bp->b_bcount;
	biodone(bp);
	return false;
}

/*
 * d_strategy of a driver.
 */
void
dk_strategy(struct dk_softc *dksc, struct buf *bp)
{

	if (dk_translate(dksc, bp))
		dk_start(dksc, bp);
}

/*
 * The same without starting it: for drivers that start in a thread of theirs.
 * 0, or EIO when the buffer is done already.
 */
int
dk_strategy_defer(struct dk_softc *dksc, struct buf *bp)
{

	if (!dk_translate(dksc, bp))
		return EIO;
	mutex_enter(&dksc->sc_iolock);
	bp->b_ci = curcpu();
	disk_wait(&dksc->sc_dkdev);
	bufq_put(dksc->sc_bufq, bp);
	mutex_exit(&dksc->sc_iolock);
	return 0;
}

/* Whether buffers wait to be started. */
int
dk_strategy_pending(struct dk_softc *dksc)
{
	int pending;

	if (!DK_ATTACHED(dksc))
		return 0;
	mutex_enter(&dksc->sc_iolock);
	pending = dksc->sc_deferred != NULL ||
	    bufq_peek(dksc->sc_bufq) != NULL;
	mutex_exit(&dksc->sc_iolock);
	return pending;
}

/*
 * Queues bp, if not NULL, and gives the driver what it takes.  One thread at
 * a time does that; others only queue.
 */
void
dk_start(struct dk_softc *dksc, struct buf *bp)
{
	const struct dkdriver *dkd = dksc->sc_dkdev.dk_driver;
	int error;

	mutex_enter(&dksc->sc_iolock);
	if (bp != NULL) {
		bp->b_ci = curcpu();
		disk_wait(&dksc->sc_dkdev);
		bufq_put(dksc->sc_bufq, bp);
	}
	if (dksc->sc_busy) {
		dksc->sc_kicked = true;
		goto done;
	}
	dksc->sc_busy = true;
	for (;;) {
		dksc->sc_kicked = false;
		bp = dksc->sc_deferred;
		dksc->sc_deferred = NULL;
		if (bp == NULL) {
			bp = bufq_get(dksc->sc_bufq);
			if (bp == NULL)
				break;
			disk_busy(&dksc->sc_dkdev);
		}
		mutex_exit(&dksc->sc_iolock);
		error = (*dkd->d_diskstart)(dksc->sc_dev, bp);
		mutex_enter(&dksc->sc_iolock);
		if (error == EAGAIN) {
			/* First again when there is room; that may be now. */
			dksc->sc_deferred = bp;
			if (dksc->sc_kicked)
				continue;
			break;
		}
		if (error != 0) {
			bp->b_error = error;
			bp->b_resid = bp->b_bcount;
			mutex_exit(&dksc->sc_iolock);
			dk_done(dksc, bp);
			mutex_enter(&dksc->sc_iolock);
		}
	}
	dksc->sc_busy = false;
done:
	mutex_exit(&dksc->sc_iolock);
}

/*
 * The driver has completed a buffer: b_error and b_resid are set.
 */
void
dk_done(struct dk_softc *dksc, struct buf *bp)
{
	struct disk *dk = &dksc->sc_dkdev;

	/* Of a disk that is gone or broken the log has been told already. */
	if (bp->b_error != 0 && bp->b_error != ENXIO)
		diskerr(bp, device_cfdriver(dksc->sc_dev)->cd_name, "error", 0,
		    0, dk->dk_label);
	mutex_enter(&dksc->sc_iolock);
	disk_unbusy(dk, bp->b_bcount - bp->b_resid, bp->b_flags & B_READ);
	mutex_exit(&dksc->sc_iolock);
	if ((dksc->sc_flags & DKF_NO_RND) == 0)
		rnd_add_uint32(&dksc->sc_rnd_source, (uint32_t)bp->b_rawblkno);
	biodone(bp);
}

/*
 * Fails everything that has not been started.
 */
void
dk_drain(struct dk_softc *dksc)
{
	struct buf *bp;

	mutex_enter(&dksc->sc_iolock);
	bp = dksc->sc_deferred;
	dksc->sc_deferred = NULL;
	mutex_exit(&dksc->sc_iolock);
	if (bp != NULL) {
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
		dk_done(dksc, bp);
	}
	for (;;) {
		mutex_enter(&dksc->sc_iolock);
		bp = bufq_get(dksc->sc_bufq);
		if (bp != NULL)
			disk_busy(&dksc->sc_dkdev);
		mutex_exit(&dksc->sc_iolock);
		if (bp == NULL)
			break;
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
		dk_done(dksc, bp);
	}
}

/*
 * d_discard: a range of a partition in bytes, in pieces the driver can take.
 */
int
dk_discard(struct dk_softc *dksc, dev_t dev, off_t pos, off_t len)
{
	const struct dkdriver *dkd = dksc->sc_dkdev.dk_driver;
	const uint32_t secsize = dksc->sc_dkdev.dk_geom.dg_secsize;
	const off_t maxsz = INT_MAX / 2 & ~(off_t)(secsize - 1);
	struct buf vbuf;
	off_t amount;
	int error = 0;

	if (!DK_ATTACHED(dksc))
		return ENXIO;
	if (dkd->d_discard == NULL)
		return ENODEV;
	if (pos < 0 || len < 0 || len > INT64_MAX - pos ||
	    pos % secsize != 0 || len % secsize != 0)
		return EINVAL;
	while (error == 0 && len > 0) {
		amount = MIN(len, maxsz);
		buf_init(&vbuf);
		vbuf.b_cflags = BC_BUSY;
		vbuf.b_dev = dev;
		vbuf.b_flags = B_WRITE;
		vbuf.b_bcount = amount;
		vbuf.b_blkno = pos >> DEV_BSHIFT;
		if (!dk_translate(dksc, &vbuf)) {
			error = vbuf.b_error;
			buf_destroy(&vbuf);
			break;
		}
		error = (*dkd->d_discard)(dksc->sc_dev,
		    (off_t)vbuf.b_rawblkno * secsize, vbuf.b_bcount);
		buf_destroy(&vbuf);
		pos += amount;
		len -= amount;
	}
	return error;
}

/*
 * d_psize: the size of a swap partition in DEV_BSIZE blocks, else -1.
 */
int
dk_size(struct dk_softc *dksc, dev_t dev)
{
	struct disklabel *lp = dksc->sc_dkdev.dk_label;
	const int part = DISKPART(dev);
	bool is_open;
	int size = -1;

	if (!DK_ATTACHED(dksc))
		return -1;
	is_open = (dksc->sc_dkdev.dk_openmask & (1 << part)) != 0;
	if (!is_open && dk_open(dksc, dev, 0, S_IFBLK, curlwp) != 0)
		return -1;
	if (part < lp->d_npartitions &&
	    lp->d_partitions[part].p_fstype == FS_SWAP)
		size = MIN((uint64_t)lp->d_partitions[part].p_size <<
		    dksc->sc_dkdev.dk_blkshift, INT_MAX);
	if (!is_open)
		(void)dk_close(dksc, dev, 0, S_IFBLK, curlwp);
	return size;
}

static int
dk_setlabel(struct dk_softc *dksc, dev_t dev, u_long cmd,
    struct disklabel *lp)
{
	struct disk *dk = &dksc->sc_dkdev;
	int error;

	mutex_enter(&dk->dk_openlock);
	dksc->sc_flags |= DKF_LABELLING;
	error = setdisklabel(dk->dk_label, lp, dk->dk_openmask,
	    dk->dk_cpulabel);
	if (error == 0 && cmd == DIOCWDINFO)
		error = writedisklabel(dev, dk->dk_driver->d_strategy,
		    dk->dk_label, dk->dk_cpulabel);
	dksc->sc_flags &= ~DKF_LABELLING;
	mutex_exit(&dk->dk_openlock);
	return error;
}

/*
 * d_ioctl: ENOTTY for what the driver has to do itself.
 */
int
dk_ioctl(struct dk_softc *dksc, dev_t dev, u_long cmd, void *data, int flag,
    struct lwp *l)
{
	struct disk *dk = &dksc->sc_dkdev;
	struct bufq_state *new, *old;
	struct disk_strategy *dks;
	struct disklabel *lp;
	int error;

	switch (cmd) {
	case DIOCKLABEL:
	case DIOCWLABEL:
	case DIOCSDINFO:
	case DIOCWDINFO:
	case DIOCSSTRATEGY:
	case DIOCCACHESYNC:
	case DIOCSCACHE:
		if ((flag & FWRITE) == 0)
			return EBADF;
		break;
	}
	if (!DK_ATTACHED(dksc))
		return ENXIO;

	error = disk_ioctl(dk, dev, cmd, data, flag, l);
	if (error != EPASSTHROUGH)
		return error;

	switch (cmd) {
	case DIOCSDINFO:
	case DIOCWDINFO:
		lp = kmem_alloc(sizeof(*lp), KM_SLEEP);
		memcpy(lp, data, sizeof(*lp));
		error = dk_setlabel(dksc, dev, cmd, lp);
		kmem_free(lp, sizeof(*lp));
		return error;
	case DIOCKLABEL:
		if (*(int *)data != 0)
			dksc->sc_flags |= DKF_KLABEL;
		else
			dksc->sc_flags &= ~DKF_KLABEL;
		return 0;
	case DIOCWLABEL:
		if (*(int *)data != 0)
			dksc->sc_flags |= DKF_WLABEL;
		else
			dksc->sc_flags &= ~DKF_WLABEL;
		return 0;
	case DIOCGDEFLABEL:
		dk_getdefaultlabel(dksc, data);
		return 0;
	case DIOCGSTRATEGY:
		dks = data;
		memset(dks, 0, sizeof(*dks));
		mutex_enter(&dksc->sc_iolock);
		strlcpy(dks->dks_name, bufq_getstrategyname(dksc->sc_bufq),
		    sizeof(dks->dks_name));
		mutex_exit(&dksc->sc_iolock);
		return 0;
	case DIOCSSTRATEGY:
		dks = data;
		if (dks->dks_param != NULL)
			return EINVAL;
		dks->dks_name[sizeof(dks->dks_name) - 1] = '\0';
		error = bufq_alloc(&new, dks->dks_name,
		    BUFQ_EXACT | BUFQ_SORT_RAWBLOCK);
		if (error)
			return error;
		mutex_enter(&dksc->sc_iolock);
		old = dksc->sc_bufq;
		bufq_move(new, old);
		dksc->sc_bufq = new;
		mutex_exit(&dksc->sc_iolock);
		bufq_free(old);
		return 0;
	default:
		return ENOTTY;
	}
}

static volatile int dk_dumping;

/*
 * d_dump: writes size bytes of memory at a DEV_BSIZE block of a swap
 * partition, or of the whole disk for one of its wedges, which has looked at
 * its own type and size.  ENXIO for what holds no swap, EFAULT for a second
 * dump at once unless DK_DUMP_RECURSIVE, EINVAL outside of the partition and
 * for parts of sectors.  The unit is open; sleeps only if the driver does.
 */
int
dk_dump(struct dk_softc *dksc, dev_t dev, daddr_t blkno, void *vav,
    size_t size, int flags)
{
	struct disk *dk = &dksc->sc_dkdev;
	const struct dkdriver *dkd = dk->dk_driver;
	const struct partition *p;
	const uint32_t secsize = dk->dk_geom.dg_secsize;
	const int part = DISKPART(dev);
	const bool recursive = (flags & DK_DUMP_RECURSIVE) != 0;
	uint64_t base, end, sec, nsec;
	char *va = vav;
	int maxblk, maxxfer = MAXPHYS, nblk, rv = 0;

	if ((dksc->sc_flags & (DKF_INITED | DKF_TAKEDUMP)) !=
	    (DKF_INITED | DKF_TAKEDUMP) || dkd->d_dumpblocks == NULL)
		return ENXIO;
	if (dk_dumping && !recursive)
		return EFAULT;
	if (part == RAW_PART) {
		if (dk->dk_nwedges == 0)
			return ENXIO;
		base = 0;
		end = dk->dk_geom.dg_secperunit;
	} else {
		p = &dk->dk_label->d_partitions[part];
		if (part >= dk->dk_label->d_npartitions ||
		    p->p_fstype != FS_SWAP)
			return ENXIO;
		base = p->p_offset;
		end = base + p->p_size;
	}
	if (blkno < 0 || size % secsize != 0 ||
	    blkno % (secsize / DEV_BSIZE) != 0)
		return EINVAL;
	sec = base + blkno / (secsize / DEV_BSIZE);
	nsec = size / secsize;
	if (sec > end || nsec > end - sec)
		return EINVAL;
	if (dkd->d_iosize != NULL)
		(*dkd->d_iosize)(dksc->sc_dev, &maxxfer);
	maxblk = MAX(1, maxxfer / (int)secsize);
	if (!recursive)
		dk_dumping = 1;
	while (nsec > 0 && rv == 0) {
		nblk = MIN(nsec, (uint64_t)maxblk);
		rv = (*dkd->d_dumpblocks)(dksc->sc_dev, va, sec, nblk);
		nsec -= nblk;
		sec += nblk;
		va += (size_t)nblk * secsize;
	}
	if (!recursive)
		dk_dumping = 0;
	return rv;
}

/*
 * A label that says nothing but the disk's size.
 */
void
dk_getdefaultlabel(struct dk_softc *dksc, struct disklabel *lp)
{
	struct disk_geom *dg = &dksc->sc_dkdev.dk_geom;

	memset(lp, 0, sizeof(*lp));
	lp->d_secperunit = MIN(dg->dg_secperunit, UINT32_MAX);
	lp->d_secsize = dg->dg_secsize;
	lp->d_nsectors = MAX(1, dg->dg_nsectors);
	lp->d_ntracks = MAX(1, dg->dg_ntracks);
	lp->d_ncylinders = dg->dg_ncylinders;
	lp->d_secpercyl = MAX(1, dg->dg_secpercyl);
	strlcpy(lp->d_typename, dksc->sc_xname, sizeof(lp->d_typename));
	lp->d_type = dksc->sc_dtype;
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_rpm = 3600;
	lp->d_interleave = 1;
	lp->d_partitions[RAW_PART].p_size = lp->d_secperunit;
	lp->d_partitions[RAW_PART].p_fstype = FS_UNUSED;
	lp->d_npartitions = RAW_PART + 1;
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	if (dksc->sc_dkdev.dk_driver->d_label != NULL)
		(*dksc->sc_dkdev.dk_driver->d_label)(dksc->sc_dev, lp);
	lp->d_checksum = 0;
	lp->d_checksum = dkcksum(lp);
}

/*
 * Reads the label of the unit; dk_openlock is held.
 */
void
dk_getdisklabel(struct dk_softc *dksc, dev_t dev)
{
	struct disk *dk = &dksc->sc_dkdev;
	const char *errstring;

	memset(dk->dk_cpulabel, 0, sizeof(*dk->dk_cpulabel));
	dk_getdefaultlabel(dksc, dk->dk_label);
	errstring = readdisklabel(dev, dk->dk_driver->d_strategy,
	    dk->dk_label, dk->dk_cpulabel);
	dksc->sc_flags |= DKF_VLABEL;
	dksc->sc_flags &= ~DKF_UNREAD;
	if (errstring != NULL && (dksc->sc_flags & DKF_WARNLABEL) != 0)
		printf("%s: %s\n", dksc->sc_xname, errstring);
}

/*
 * Opens the block device that a path leads to, for a pseudo disk on top of
 * it.  The vnode is referenced and not locked.
 */
int
dk_lookup(struct pathbuf *pb, struct lwp *l, struct vnode **vpp)
{
	struct vnode *vp;
	int error;

	error = vn_bdev_openpath(pb, &vp, l);
	if (error)
		return error;
	if (vp->v_type != VBLK) {
		vn_close(vp, FREAD | FWRITE, l->l_cred);
		return ENOTBLK;
	}
	*vpp = vp;
	return 0;
}

/* What drivers require by this name. */
MODULE(MODULE_CLASS_MISC, dk_subr, NULL);

static int
dk_subr_modcmd(modcmd_t cmd, void *arg)
{

	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
