/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What all disk drivers share: the list of disks, counters, bounds checks,
 * the ioctls that need no hardware.  See disk(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "disk_impl.h"

static TAILQ_HEAD(, disk) disklist = TAILQ_HEAD_INITIALIZER(disklist);
static kmutex_t disklist_lock;
int disk_count;

/* Once, at boot. */
void
disk_sysinit(void)
{

	mutex_init(&disklist_lock, MUTEX_DEFAULT, IPL_NONE);
}

/*
 * Makes the part of a driver's unit that is the same in all.  name stays the
 * caller's.
 */
void
disk_init(struct disk *diskp, const char *name, const struct dkdriver *driver)
{

	LIST_INIT(&diskp->dk_wedges);
	mutex_init(&diskp->dk_rawlock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&diskp->dk_rawcv, "dkraw");
	mutex_init(&diskp->dk_openlock, MUTEX_DEFAULT, IPL_NONE);
	diskp->dk_blkshift = DK_BSIZE2BLKSHIFT(DEV_BSIZE);
	diskp->dk_byteshift = DK_BSIZE2BYTESHIFT(DEV_BSIZE);
	diskp->dk_name = name;
	diskp->dk_driver = driver;
}

void
disk_destroy(struct disk *diskp)
{

	mutex_destroy(&diskp->dk_openlock);
	cv_destroy(&diskp->dk_rawcv);
	mutex_destroy(&diskp->dk_rawlock);
}

void
disk_rename(struct disk *diskp, const char *name)
{

	diskp->dk_name = name;
	iostat_rename(diskp->dk_stats, name);
}

/*
 * Puts a disk on the list, with counters and room for a label.  Sleeps.
 */
void
disk_attach(struct disk *diskp)
{

	diskp->dk_label = kmem_zalloc(sizeof(struct disklabel), KM_SLEEP);
	diskp->dk_cpulabel = kmem_zalloc(sizeof(struct cpu_disklabel),
	    KM_SLEEP);
	diskp->dk_state = DK_CLOSED;
	diskp->dk_stats = iostat_alloc(IOSTAT_DISK, diskp, diskp->dk_name);
	mutex_enter(&disklist_lock);
	TAILQ_INSERT_TAIL(&disklist, diskp, dk_link);
	disk_count++;
	mutex_exit(&disklist_lock);
}

/*
 * May the disk go?  EBUSY while it is open, unless DETACH_FORCE; then
 * lastclose is called.
 */
int
disk_begindetach(struct disk *diskp, int (*lastclose)(device_t),
    device_t self, int flags)
{
	int rc = 0;

	mutex_enter(&diskp->dk_openlock);
	if (diskp->dk_openmask == 0)
		;
	else if ((flags & DETACH_FORCE) == 0)
		rc = EBUSY;
	else if (lastclose != NULL)
		rc = (*lastclose)(self);
	mutex_exit(&diskp->dk_openlock);
	return rc;
}

void
disk_detach(struct disk *diskp)
{

	mutex_enter(&disklist_lock);
	TAILQ_REMOVE(&disklist, diskp, dk_link);
	disk_count--;
	mutex_exit(&disklist_lock);
	iostat_free(diskp->dk_stats);
	kmem_free(diskp->dk_label, sizeof(struct disklabel));
	kmem_free(diskp->dk_cpulabel, sizeof(struct cpu_disklabel));
	diskp->dk_stats = NULL;
	diskp->dk_label = NULL;
	diskp->dk_cpulabel = NULL;
}

struct disk *
disk_find(const char *name)
{
	struct disk *diskp;

	mutex_enter(&disklist_lock);
	TAILQ_FOREACH(diskp, &disklist, dk_link) {
		if (strcmp(diskp->dk_name, name) == 0)
			break;
	}
	mutex_exit(&disklist_lock);
	return diskp;
}

void
disk_wait(struct disk *diskp)
{

	iostat_wait(diskp->dk_stats);
}

void
disk_busy(struct disk *diskp)
{

	iostat_busy(diskp->dk_stats);
}

void
disk_unbusy(struct disk *diskp, long bcount, int read)
{

	iostat_unbusy(diskp->dk_stats, bcount, read);
}

bool
disk_isbusy(struct disk *diskp)
{

	return iostat_isbusy(diskp->dk_stats);
}

/*
 * The driver has set dk_geom: derives what follows from it.  A sector size
 * that no disk has becomes DEV_BSIZE.
 */
void
disk_set_info(device_t dev, struct disk *dk, const char *type)
{
	struct disk_geom *dg = &dk->dk_geom;

	if (!DK_DEV_BSIZE_OK(dg->dg_secsize)) {
		if (dg->dg_secsize != 0)
			printf("%s: sector size %u, not a power of two from "
			    "%d to %d\n", dk->dk_name, dg->dg_secsize,
			    DEV_BSIZE, MAXPHYS);
		dg->dg_secsize = DEV_BSIZE;
	}
	dk->dk_blkshift = DK_BSIZE2BLKSHIFT(dg->dg_secsize);
	dk->dk_byteshift = DK_BSIZE2BYTESHIFT(dg->dg_secsize);
	if (dg->dg_secpercyl == 0)
		dg->dg_secpercyl = MAX(1, dg->dg_nsectors) *
		    MAX(1, dg->dg_ntracks);
	if (dg->dg_secperunit < 0)
		dg->dg_secperunit = 0;
	if (dg->dg_secperunit == 0)
		dg->dg_secperunit = (int64_t)dg->dg_secpercyl *
		    dg->dg_ncylinders;
	if (dg->dg_secperunit > INT64_MAX >> dk->dk_byteshift)
		dg->dg_secperunit = INT64_MAX >> dk->dk_byteshift;
	if (dg->dg_ncylinders == 0)
		dg->dg_ncylinders = MIN(dg->dg_secperunit / dg->dg_secpercyl,
		    UINT32_MAX);
}

/*
 * ioctls every disk answers alike; EPASSTHROUGH for others.
 */
int
disk_ioctl(struct disk *dk, dev_t dev, u_long cmd, void *data, int flag,
    struct lwp *l)
{
	struct disk_geom *dg = &dk->dk_geom;
	struct dkwedge_info *dkw;
	struct partinfo *pi;
	struct partition *pp;

	switch (cmd) {
	case DIOCGDINFO:
		if (dk->dk_label == NULL)
			return EPASSTHROUGH;
		memcpy(data, dk->dk_label, sizeof(struct disklabel));
		return 0;
	case DIOCGPARTINFO:
		pi = data;
		memset(pi, 0, sizeof(*pi));
		pi->pi_secsize = dg->dg_secsize;
		pi->pi_bsize = MAX(BLKDEV_IOSIZE, dg->dg_secsize);
		if (DISKPART(dev) == RAW_PART) {
			pi->pi_size = dg->dg_secperunit;
			return 0;
		}
		if (dk->dk_label == NULL ||
		    DISKPART(dev) >= dk->dk_label->d_npartitions)
			return EPASSTHROUGH;
		pp = &dk->dk_label->d_partitions[DISKPART(dev)];
		pi->pi_offset = pp->p_offset;
		pi->pi_size = pp->p_size;
		pi->pi_fstype = pp->p_fstype;
		pi->pi_frag = pp->p_frag;
		pi->pi_fsize = pp->p_fsize;
		pi->pi_cpg = pp->p_cpg;
		return 0;
	case DIOCGSECTORSIZE:
		*(u_int *)data = dg->dg_secsize;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = dg->dg_secperunit << dk->dk_byteshift;
		return 0;
	case DIOCAWEDGE:
		if ((flag & FWRITE) == 0)
			return EBADF;
		dkw = data;
		/* Its parent is this disk, whatever the caller says. */
		strlcpy(dkw->dkw_parent, dk->dk_name, sizeof(dkw->dkw_parent));
		return dkwedge_add(dkw);
	case DIOCDWEDGE:
		if ((flag & FWRITE) == 0)
			return EBADF;
		dkw = data;
		strlcpy(dkw->dkw_parent, dk->dk_name, sizeof(dkw->dkw_parent));
		return dkwedge_del(dkw);
	case DIOCLWEDGES:
		return dkwedge_list(dk, data, l);
	case DIOCMWEDGES:
		if ((flag & FWRITE) == 0)
			return EBADF;
		dkwedge_discover(dk);
		return 0;
	case DIOCRMWEDGES:
		if ((flag & FWRITE) == 0)
			return EBADF;
		dkwedge_delidle(dk);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

/*
 * Limits a transfer to a medium of mediasize sectors of secsize bytes, in
 * which b_blkno counts too.  True if there is something to do; else the
 * buffer has its answer: nothing at the end, EINVAL past it.
 */
int
bounds_check_with_mediasize(struct buf *bp, int secsize, uint64_t mediasize)
{
	uint64_t sz, left;

	bp->b_resid = bp->b_bcount;
	if (bp->b_blkno < 0 || bp->b_bcount < 0 ||
	    (uint64_t)bp->b_blkno > mediasize) {
		bp->b_error = EINVAL;
		return 0;
	}
	sz = howmany((uint64_t)bp->b_bcount, secsize);
	left = mediasize - bp->b_blkno;
	if (sz > left) {
		if (left == 0)
			return 0;
		bp->b_bcount = left * secsize;
	}
	bp->b_resid = 0;
	return 1;
}

/*
 * The same for the partition that b_dev says, with b_blkno in DEV_BSIZE
 * units; also EROFS for writes to the label unless wlabel.
 */
int
bounds_check_with_label(struct disk *dk, struct buf *bp, int wlabel)
{
	const struct disklabel *lp = dk->dk_label;
	const struct partition *p;
	uint64_t p_size, p_offset, labelsector, first, end;

	if (DISKPART(bp->b_dev) >= lp->d_npartitions) {
		bp->b_error = EINVAL;
		bp->b_resid = bp->b_bcount;
		return 0;
	}
	p = &lp->d_partitions[DISKPART(bp->b_dev)];
	p_size = (uint64_t)p->p_size << dk->dk_blkshift;
	p_offset = (uint64_t)p->p_offset << dk->dk_blkshift;
	labelsector = ((uint64_t)lp->d_partitions[RAW_PART].p_offset +
	    LABELSECTOR) << dk->dk_blkshift;

	if (!bounds_check_with_mediasize(bp, DEV_BSIZE, p_size))
		return 0;
	first = bp->b_blkno + p_offset;
	end = first + howmany((uint64_t)bp->b_bcount, DEV_BSIZE);
	if (!BUF_ISREAD(bp) && !wlabel && first <= labelsector &&
	    end > labelsector) {
		bp->b_error = EROFS;
		bp->b_resid = bp->b_bcount;
		return 0;
	}
	return 1;
}

/*
 * Reads sectors of a disk into bp, which the caller made large enough.
 */
int
disk_read_sectors(void (*strat)(struct buf *), const struct disklabel *lp,
    struct buf *bp, unsigned int sector, int count)
{

	if ((uint64_t)count * lp->d_secsize > (uint64_t)bp->b_bufsize)
		return EINVAL;
	bp->b_blkno = (daddr_t)sector * (lp->d_secsize / DEV_BSIZE);
	bp->b_bcount = count * lp->d_secsize;
	bp->b_resid = 0;
	bp->b_error = 0;
	bp->b_flags = (bp->b_flags & ~B_WRITE) | B_READ;
	bp->b_oflags &= ~BO_DONE;
	(*strat)(bp);
	return biowait(bp);
}

/*
 * Says what went wrong where: "sd0a: error reading fsbn 12 of 8-15 (...)".
 */
void
diskerr(const struct buf *bp, const char *dname, const char *what, int pri,
    int blkdone, const struct disklabel *lp)
{
	const daddr_t sn = bp->b_blkno;
	char where[64], done[24] = "";

	if (bp->b_bcount <= DEV_BSIZE)
		snprintf(where, sizeof(where), "%" PRId64, sn);
	else {
		if (blkdone >= 0)
			snprintf(done, sizeof(done), "%" PRId64 " of ", sn + blkdone);
		snprintf(where, sizeof(where), "%s%" PRId64 "-%" PRId64, done, sn,
		    sn + (bp->b_bcount - 1) / DEV_BSIZE);
	}
	printf("%s%d%c: %s %sing fsbn %s\n", dname, (int)DISKUNIT(bp->b_dev),
	    'a' + (int)DISKPART(bp->b_dev), what, BUF_ISREAD(bp) ? "read" : "writ", where);
}

/*
 * Opens the block device of a disk, or of a wedge, for reading: its vnode,
 * locked and referenced; the caller closes it with VOP_CLOSE and vput.  NULL:
 * it has none, or can't be opened.  Sleeps.
 */
struct vnode *
opendisk(device_t dev)
{
	const devmajor_t maj = devsw_name2blk(device_xname(dev), NULL, 0);
	const int unit = device_unit(dev);
	struct vnode *vp;
	int error;

	if (maj == NODEVMAJOR || bdevvp(device_is_a(dev, "dk") ? makedev(maj, unit) :
	    MAKEDISKDEV(maj, unit, RAW_PART), &vp) != 0)
		return NULL;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if ((error = VOP_OPEN(vp, FREAD, NOCRED)) == 0)
		return vp;
	/* No medium, or gone: nothing to talk about. */
	if (error != ENXIO && error != ENODEV)
		aprint_error_dev(dev, "can't be opened as a disk, error %d\n", error);
	vput(vp);
	return NULL;
}
