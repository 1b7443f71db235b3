/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpblk: a block device on a host file, host device or registered image,
 * or on a window of one.  See rump_etfs(3).
 *
 * It takes any transfer that starts at a multiple of DEV_BSIZE.  The window
 * bounds all I/O; the host never sees an offset outside of it.  Reading at
 * the end gives nothing, reading past it is EINVAL.  A write that does not
 * fit fails, except that raw I/O may end at the end.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/stat.h>

#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

#include "rump_etfs.h"

#define	RUMPBLK_SIZE	128		/* minors */

/* Locks: "r" rumpblk_lock; the rest does not change while registered. */
struct rblkdev {
	uint64_t	rblk_size;	/* r: bytes of the window */
	uint64_t	rblk_hostoff;	/* where it starts in the host's file */
	int		rblk_fd;	/* r: -1 while closed */
	bool		rblk_toend;	/* the window ends with the file */
	bool		rblk_rw;	/* r: rblk_fd may be written */
	unsigned	rblk_opens;	/* r: bit for each of block, char */
	size_t		rblk_len;	/* bytes of this, with the path */
	char		rblk_path[];
};

#define	BLKFAIL_MAX	10000

static unsigned blkfail;	/* of so many transfers fail */
static unsigned blkfail_rand;	/* r: chance of its own, to be repeatable */
static int blksectshift = DEV_BSHIFT;

static struct rblkdev *minors[RUMPBLK_SIZE];
static kmutex_t rumpblk_lock;

static dev_type_open(rumpblk_open);
static dev_type_close(rumpblk_close);
static dev_type_read(rumpblk_read);
static dev_type_write(rumpblk_write);
static dev_type_ioctl(rumpblk_ioctl);
static dev_type_strategy(rumpblk_strategy);
static dev_type_size(rumpblk_psize);

static const struct bdevsw rumpblk_bdevsw = {
	.d_open = rumpblk_open,
	.d_close = rumpblk_close,
	.d_strategy = rumpblk_strategy,
	.d_ioctl = rumpblk_ioctl,
	.d_dump = nodump,
	.d_psize = rumpblk_psize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE
};

static const struct cdevsw rumpblk_cdevsw = {
	.d_open = rumpblk_open,
	.d_close = rumpblk_close,
	.d_read = rumpblk_read,
	.d_write = rumpblk_write,
	.d_ioctl = rumpblk_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE
};

/* A number from the environment, or what it is without. */
static unsigned
rumpblk_param(const char *name, unsigned value)
{
	char buf[64];

	if (rumpuser_getparam(name, buf, sizeof(buf)) != 0)
		return value;
	return strtoul(buf, NULL, 10);
}

/*
 * Once, at boot.  RUMP_BLKFAIL of 10000 transfers fail, chosen by
 * RUMP_BLKFAIL_SEED; sectors have 1 << RUMP_BLKSECTSHIFT bytes.
 */
void
rumpblk_init(void)
{
	devmajor_t bmaj = RUMPBLK_DEVMAJOR, cmaj = RUMPBLK_DEVMAJOR;
	unsigned n;
	int error;

	blkfail = MIN(rumpblk_param("RUMP_BLKFAIL", 0), BLKFAIL_MAX);
	if (blkfail != 0) {
		blkfail_rand = rumpblk_param("RUMP_BLKFAIL_SEED", 1);
		printf("rumpblk: %u of %u transfers will fail, seed %u\n",
		    blkfail, BLKFAIL_MAX, blkfail_rand);
	}
	n = rumpblk_param("RUMP_BLKSECTSHIFT", DEV_BSHIFT);
	if (n < DEV_BSHIFT || (1U << n) > MAXPHYS)
		printf("rumpblk: sector shift %u, not from %u to 16\n", n,
		    DEV_BSHIFT);
	else
		blksectshift = n;

	mutex_init(&rumpblk_lock, MUTEX_DEFAULT, IPL_NONE);
	error = devsw_attach("rumpblk", &rumpblk_bdevsw, &bmaj,
	    &rumpblk_cdevsw, &cmaj);
	if (error)
		panic("rumpblk: cannot attach, error %d", error);
}

/*
 * Makes a minor for a host file of flen bytes, from byte offset on and of
 * size bytes (negative: to the end, which is looked for again at each first
 * open).  A path that is registered already with the same window gets the
 * minor it has.  EINVAL for a window outside of the file, EBUSY without a
 * free minor.
 */
int
rumpblk_register(const char *path, uint64_t flen, devminor_t *dmin,
    off_t offset, off_t size)
{
	const bool toend = size < 0;
	struct rblkdev *rblk;
	size_t len;
	int error = 0, i, slot = -1;

	if (flen > INT64_MAX)
		flen = INT64_MAX;
	if (offset < 0 || (uint64_t)offset > flen)
		return EINVAL;
	if (toend)
		size = flen - offset;
	else if ((uint64_t)size > flen - offset)
		return EINVAL;

	len = strlen(path) + 1;
	rblk = kmem_zalloc(sizeof(*rblk) + len, KM_SLEEP);
	memcpy(rblk->rblk_path, path, len);
	rblk->rblk_len = sizeof(*rblk) + len;
	rblk->rblk_size = size;
	rblk->rblk_hostoff = offset;
	rblk->rblk_toend = toend;
	rblk->rblk_fd = -1;

	mutex_enter(&rumpblk_lock);
	for (i = 0; i < RUMPBLK_SIZE; i++) {
		if (minors[i] == NULL) {
			if (slot < 0)
				slot = i;
		} else if (strcmp(minors[i]->rblk_path, path) == 0 &&
		    minors[i]->rblk_hostoff == (uint64_t)offset &&
		    minors[i]->rblk_toend == toend &&
		    (toend || minors[i]->rblk_size == (uint64_t)size)) {
			error = EEXIST;
			break;
		}
	}
	if (error == EEXIST)
		*dmin = i;
	else if (slot < 0)
		error = EBUSY;
	else {
		minors[slot] = rblk;
		*dmin = slot;
	}
	mutex_exit(&rumpblk_lock);
	if (error) {
		kmem_free(rblk, rblk->rblk_len);
		if (error == EEXIST)
			error = 0;
	}
	return error;
}

/*
 * Ends a minor.  EBUSY while it is open, ENOENT.
 */
int
rumpblk_deregister(devminor_t dmin)
{
	struct rblkdev *rblk = NULL;
	int error = 0;

	mutex_enter(&rumpblk_lock);
	if (dmin < 0 || dmin >= RUMPBLK_SIZE || minors[dmin] == NULL)
		error = ENOENT;
	else if (minors[dmin]->rblk_opens != 0)
		error = EBUSY;
	else {
		rblk = minors[dmin];
		minors[dmin] = NULL;
	}
	mutex_exit(&rumpblk_lock);
	if (rblk != NULL) {
		kmem_free(rblk, rblk->rblk_len);
	}
	return error;
}

static inline struct rblkdev *
rblk_lookup(dev_t dev)
{
	devminor_t m = minor(dev);

	return m >= 0 && m < RUMPBLK_SIZE ? minors[m] : NULL;
}

static unsigned
rblk_fmtbit(int fmt)
{

	return fmt == S_IFCHR ? 2 : 1;
}

/* Files grow and shrink while nobody looks.  rumpblk_lock is held. */
static void
rumpblk_resize(struct rblkdev *rblk)
{
	uint64_t flen;

	if (!rblk->rblk_toend ||
	    rumpuser_getfileinfo(rblk->rblk_path, &flen, NULL) != 0)
		return;
	flen = MIN(flen, INT64_MAX);
	rblk->rblk_size = flen > rblk->rblk_hostoff ?
	    flen - rblk->rblk_hostoff : 0;
}

static int
rumpblk_open(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct rblkdev *rblk;
	bool rw = (flag & FWRITE) != 0;
	int error = 0, fd, ofd = -1;

	mutex_enter(&rumpblk_lock);
	rblk = rblk_lookup(dev);
	if (rblk == NULL)
		error = ENXIO;
	else if (rblk->rblk_fd == -1 || (rw && !rblk->rblk_rw)) {
		error = rumpuser_open(rblk->rblk_path, RUMPUSER_OPEN_BIO |
		    (rw ? RUMPUSER_OPEN_RDWR : RUMPUSER_OPEN_RDONLY), &fd);
		if (error == 0) {
			ofd = rblk->rblk_fd;
			if (ofd == -1)
				rumpblk_resize(rblk);
			rblk->rblk_fd = fd;
			rblk->rblk_rw = rw;
		}
	}
	if (error == 0)
		rblk->rblk_opens |= rblk_fmtbit(fmt);
	mutex_exit(&rumpblk_lock);
	if (ofd != -1)
		rumpuser_close(ofd);
	return error;
}

static int
rumpblk_close(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct rblkdev *rblk;
	int fd = -1;

	mutex_enter(&rumpblk_lock);
	rblk = rblk_lookup(dev);
	if (rblk != NULL) {
		rblk->rblk_opens &= ~rblk_fmtbit(fmt);
		if (rblk->rblk_opens == 0) {
			fd = rblk->rblk_fd;
			rblk->rblk_fd = -1;
			rblk->rblk_rw = false;
		}
	}
	mutex_exit(&rumpblk_lock);
	if (fd != -1)
		rumpuser_close(fd);
	return 0;
}

/*
 * A label with one partition, the whole device.
 */
static void
rumpblk_makelabel(struct rblkdev *rblk, struct disklabel *lp)
{
	uint64_t nsec = rblk->rblk_size >> blksectshift;

	memset(lp, 0, sizeof(*lp));
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	lp->d_type = DKTYPE_RUMPD;
	strlcpy(lp->d_typename, "rumpd", sizeof(lp->d_typename));
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_secsize = 1U << blksectshift;
	lp->d_nsectors = 1;
	lp->d_ntracks = 1;
	lp->d_secpercyl = 1;
	lp->d_secperunit = MIN(nsec, UINT32_MAX);
	lp->d_ncylinders = lp->d_secperunit;
	lp->d_rpm = 3600;
	lp->d_interleave = 1;
	lp->d_npartitions = RAW_PART + 1;
	lp->d_partitions[RAW_PART].p_size = lp->d_secperunit;
	lp->d_partitions[RAW_PART].p_fstype = FS_UNUSED;
	lp->d_partitions[0] = lp->d_partitions[RAW_PART];
	lp->d_partitions[0].p_fstype = FS_OTHER;
}

static int
rumpblk_ioctl(dev_t dev, u_long xfer, void *addr, int flag, struct lwp *l)
{
	struct rblkdev *rblk = rblk_lookup(dev);
	struct dkwedge_info *dkw;
	struct partinfo *pi;

	if (rblk == NULL)
		return ENXIO;
	switch (xfer) {
	case DIOCGDINFO:
	case DIOCGDEFLABEL:
		rumpblk_makelabel(rblk, addr);
		return 0;
	case DIOCGPARTINFO:
		pi = addr;
		memset(pi, 0, sizeof(*pi));
		pi->pi_size = rblk->rblk_size >> blksectshift;
		pi->pi_secsize = 1U << blksectshift;
		pi->pi_bsize = MAX(BLKDEV_IOSIZE, 1U << blksectshift);
		pi->pi_fstype = FS_OTHER;
		return 0;
	case DIOCGWEDGEINFO:
		dkw = addr;
		memset(dkw, 0, sizeof(*dkw));
		snprintf(dkw->dkw_devname, sizeof(dkw->dkw_devname),
		    "rumpblk%d", (int)minor(dev));
		strlcpy((char *)dkw->dkw_wname, dkw->dkw_devname,
		    sizeof(dkw->dkw_wname));
		strlcpy(dkw->dkw_parent, dkw->dkw_devname,
		    sizeof(dkw->dkw_parent));
		dkw->dkw_size = rblk->rblk_size >> blksectshift;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)addr = rblk->rblk_size;
		return 0;
	case DIOCGSECTORSIZE:
		*(u_int *)addr = 1U << blksectshift;
		return 0;
	case DIOCCACHESYNC:
		if (rblk->rblk_fd == -1 || !rblk->rblk_rw)
			return 0;
		return rumpuser_syncfd(rblk->rblk_fd, RUMPUSER_SYNCFD_BOTH |
		    RUMPUSER_SYNCFD_SYNC, rblk->rblk_hostoff,
		    rblk->rblk_size);
	default:
		return ENOTTY;
	}
}

/* The size in DEV_BSIZE blocks. */
static int
rumpblk_psize(dev_t dev)
{
	struct rblkdev *rblk = rblk_lookup(dev);

	if (rblk == NULL)
		return -1;
	return MIN(rblk->rblk_size >> DEV_BSHIFT, INT_MAX);
}

/*
 * The host has moved count bytes.
 */
static void
rumpblk_biodone(void *arg, size_t count, int error)
{
	struct buf *bp = arg;

	KASSERT(count <= (size_t)bp->b_bcount);
	bp->b_error = error;
	bp->b_resid = bp->b_bcount - count;
	/* What did not come is not what was in memory before. */
	if (error == 0 && bp->b_resid != 0 && BUF_ISREAD(bp))
		memset((char *)bp->b_data + count, 0, bp->b_resid);
	biodone(bp);
}

/* Whether this transfer is one of those that RUMP_BLKFAIL wants. */
static bool
rumpblk_chance(void)
{
	unsigned r;

	mutex_enter(&rumpblk_lock);
	r = blkfail_rand = blkfail_rand * 1103515245 + 12345;
	mutex_exit(&rumpblk_lock);
	return (r >> 8) % BLKFAIL_MAX < blkfail;
}

static void
rumpblk_strategy(struct buf *bp)
{
	struct rblkdev *rblk = rblk_lookup(bp->b_dev);
	const bool rd = BUF_ISREAD(bp);
	uint64_t off, n;
	int error, op;

	bp->b_resid = bp->b_bcount;
	if (rblk == NULL || rblk->rblk_fd == -1) {
		error = ENXIO;
		goto fail;
	}
	error = rumpuser_fault(RUMPUSER_FAULT_BIO);
	if (error)
		goto fail;
	if (__predict_false(blkfail != 0) && rumpblk_chance()) {
		error = EIO;
		goto fail;
	}
	error = EINVAL;
	if (bp->b_blkno < 0 || bp->b_bcount < 0 ||
	    (uint64_t)bp->b_blkno > rblk->rblk_size >> DEV_BSHIFT)
		goto fail;
	off = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	if (off > rblk->rblk_size)
		goto fail;
	n = bp->b_bcount;
	if (n > rblk->rblk_size - off) {
		/* A cached block cannot be written in part. */
		if (!rd && (bp->b_flags & B_RAW) == 0) {
			error = ENOSPC;
			goto fail;
		}
		n = rblk->rblk_size - off;
		if (n == 0) {
			rumpblk_biodone(bp, 0, 0);
			return;
		}
	}
	if (!rd && !rblk->rblk_rw) {
		error = EROFS;
		goto fail;
	}
	op = rd ? RUMPUSER_BIO_READ : RUMPUSER_BIO_WRITE;
	if (!rd && (bp->b_flags & B_ASYNC) == 0)
		op |= RUMPUSER_BIO_SYNC;
	rumpuser_bio(rblk->rblk_fd, op, bp->b_data, n,
	    rblk->rblk_hostoff + off, rumpblk_biodone, bp);
	return;
fail:
	bp->b_error = error;
	biodone(bp);
}

static int
rumpblk_read(dev_t dev, struct uio *uio, int flags)
{

	return physio(rumpblk_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
rumpblk_write(dev_t dev, struct uio *uio, int flags)
{

	return physio(rumpblk_strategy, NULL, dev, B_WRITE, minphys, uio);
}
