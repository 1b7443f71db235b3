/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Device switches: from a device number to its driver.  See devsw(9).
 *
 * A driver is an entry with a name; two tables of bytes lead from a block or
 * character major to it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/poll.h>
#include <sys/stat.h>

#include <rump-sys/kern.h>

#define	MAXDEVSW	512		/* majors */
#define	NDEVSW		64		/* drivers */
#define	DEVSW_FIRSTFREE	200		/* majors that are given out */

struct devsw {
	const char	*d_name;	/* NULL: free */
	const struct bdevsw *d_bdev;
	const struct cdevsw *d_cdev;
	devmajor_t	d_bmajor;
	devmajor_t	d_cmajor;
};

static struct devsw devsw_tab[NDEVSW];
static uint8_t bdevsw_idx[MAXDEVSW];	/* entry + 1, 0 is none */
static uint8_t cdevsw_idx[MAXDEVSW];

kmutex_t device_lock;

/* biodone(9), where there is a buffer cache; nothing makes buffers before. */
void (*biodone_vfs)(struct buf *);

static device_t
no_acquire(struct cfdriver *cd, int unit)
{

	return NULL;
}

static void
no_release(device_t dev)
{

}

static void
no_commit(struct cfdriver *cd, int unit)
{

}

static void
no_mainbus(void)
{

}

static void
no_shutdown(int how)
{

}

/* Set by the device faction. */
void (*rump_dev_mainbus)(void) = no_mainbus;
void (*rump_dev_shutdown)(int) = no_shutdown;
device_t (*rump_dev_acquire)(struct cfdriver *, int) = no_acquire;
void (*rump_dev_release)(device_t) = no_release;
void (*rump_dev_commit)(struct cfdriver *, int) = no_commit;

const char devopn[] = "devopn";
const char devio[] = "devio";
const char devwait[] = "devwait";
const char devin[] = "devin";
const char devout[] = "devout";
const char devioc[] = "devioc";
const char devcls[] = "devcls";

/* Once, at boot. */
void
devsw_init(void)
{

	mutex_init(&device_lock, MUTEX_DEFAULT, IPL_NONE);
}

static int
devsw_pick(const uint8_t *idx, devmajor_t *majorp)
{
	devmajor_t m = *majorp;

	if (m < 0) {
		for (m = DEVSW_FIRSTFREE; m < MAXDEVSW && idx[m] != 0; m++)
			continue;
	}
	if (m >= MAXDEVSW)
		return ENOMEM;
	if (idx[m] != 0)
		return EEXIST;
	*majorp = m;
	return 0;
}

/*
 * Makes a driver known, at the majors given or, where those are NODEVMAJOR,
 * at free ones, which are returned.  Both switches are static; either may be
 * NULL.  EEXIST if a major or the name is taken, EINVAL, ENOMEM.
 */
int
devsw_attach(const char *devname, const struct bdevsw *bdev,
    devmajor_t *bmajor, const struct cdevsw *cdev, devmajor_t *cmajor)
{
	devmajor_t bm, cm;
	struct devsw *d = NULL;
	int i, error = 0;

	if (devname == NULL || (bdev == NULL && cdev == NULL))
		return EINVAL;
	mutex_enter(&device_lock);
	for (i = 0; i < NDEVSW; i++) {
		if (devsw_tab[i].d_name == NULL) {
			if (d == NULL)
				d = &devsw_tab[i];
		} else if (strcmp(devsw_tab[i].d_name, devname) == 0) {
			error = EEXIST;
			goto out;
		}
	}
	if (d == NULL) {
		error = ENOMEM;
		goto out;
	}
	bm = bdev != NULL && bmajor != NULL ? *bmajor : NODEVMAJOR;
	cm = cdev != NULL && cmajor != NULL ? *cmajor : NODEVMAJOR;
	if (bdev != NULL && (error = devsw_pick(bdevsw_idx, &bm)) != 0)
		goto out;
	if (cdev != NULL && (error = devsw_pick(cdevsw_idx, &cm)) != 0)
		goto out;
	d->d_name = devname;
	d->d_bdev = bdev;
	d->d_cdev = cdev;
	d->d_bmajor = bm;
	d->d_cmajor = cm;
	if (bdev != NULL) {
		bdevsw_idx[bm] = d - devsw_tab + 1;
		if (bmajor != NULL)
			*bmajor = bm;
	}
	if (cdev != NULL) {
		cdevsw_idx[cm] = d - devsw_tab + 1;
		if (cmajor != NULL)
			*cmajor = cm;
	}
out:
	mutex_exit(&device_lock);
	return error;
}

/*
 * Forgets a driver; nothing of it is open.
 */
void
devsw_detach(const struct bdevsw *bdev, const struct cdevsw *cdev)
{
	struct devsw *d;
	int i;

	mutex_enter(&device_lock);
	for (i = 0; i < NDEVSW; i++) {
		d = &devsw_tab[i];
		if (d->d_name == NULL || d->d_bdev != bdev ||
		    d->d_cdev != cdev)
			continue;
		if (bdev != NULL)
			bdevsw_idx[d->d_bmajor] = 0;
		if (cdev != NULL)
			cdevsw_idx[d->d_cmajor] = 0;
		memset(d, 0, sizeof(*d));
	}
	mutex_exit(&device_lock);
}

static inline struct devsw *
devsw_lookup(const uint8_t *idx, dev_t dev)
{
	devmajor_t m;

	if (dev == NODEV)
		return NULL;
	m = major(dev);
	if (m < 0 || m >= MAXDEVSW || idx[m] == 0)
		return NULL;
	return &devsw_tab[idx[m] - 1];
}

/* The block switch of a device number, or NULL. */
const struct bdevsw *
bdevsw_lookup(dev_t dev)
{
	struct devsw *d = devsw_lookup(bdevsw_idx, dev);

	return d != NULL ? d->d_bdev : NULL;
}

/* The character switch of a device number, or NULL. */
const struct cdevsw *
cdevsw_lookup(dev_t dev)
{
	struct devsw *d = devsw_lookup(cdevsw_idx, dev);

	return d != NULL ? d->d_cdev : NULL;
}

devmajor_t
bdevsw_lookup_major(const struct bdevsw *bdev)
{
	int i;

	for (i = 0; i < NDEVSW; i++) {
		if (devsw_tab[i].d_name != NULL && devsw_tab[i].d_bdev == bdev)
			return devsw_tab[i].d_bmajor;
	}
	return NODEVMAJOR;
}

devmajor_t
cdevsw_lookup_major(const struct cdevsw *cdev)
{
	int i;

	for (i = 0; i < NDEVSW; i++) {
		if (devsw_tab[i].d_name != NULL && devsw_tab[i].d_cdev == cdev)
			return devsw_tab[i].d_cmajor;
	}
	return NODEVMAJOR;
}

static const struct devsw *
devsw_bymajor(const uint8_t *idx, devmajor_t m)
{

	if (m < 0 || m >= MAXDEVSW || idx[m] == 0)
		return NULL;
	return &devsw_tab[idx[m] - 1];
}

const char *
devsw_blk2name(devmajor_t bmajor)
{

	return bdevsw_getname(bmajor);
}

const char *
bdevsw_getname(devmajor_t bmajor)
{
	const struct devsw *d = devsw_bymajor(bdevsw_idx, bmajor);

	return d != NULL ? d->d_name : NULL;
}

const char *
cdevsw_getname(devmajor_t cmajor)
{
	const struct devsw *d = devsw_bymajor(cdevsw_idx, cmajor);

	return d != NULL ? d->d_name : NULL;
}

/*
 * The driver that a name like "sd0a" starts with; what follows its own name
 * must start with a digit or be nothing.
 */
static const struct devsw *
devsw_byname(const char *name, char *devname, size_t devnamelen, bool block)
{
	const struct devsw *d, *best = NULL;
	size_t len, bestlen = 0;
	int i;

	if (name == NULL)
		return NULL;
	for (i = 0; i < NDEVSW; i++) {
		d = &devsw_tab[i];
		if (d->d_name == NULL ||
		    (block ? d->d_bdev == NULL : d->d_cdev == NULL))
			continue;
		len = strlen(d->d_name);
		if (strncmp(d->d_name, name, len) != 0 || len <= bestlen)
			continue;
		if (name[len] != '\0' && (name[len] < '0' || name[len] > '9'))
			continue;
		best = d;
		bestlen = len;
	}
	if (best != NULL && devname != NULL)
		strlcpy(devname, best->d_name, devnamelen);
	return best;
}

/* The block major of a driver or device name, NODEVMAJOR if unknown. */
devmajor_t
devsw_name2blk(const char *name, char *devname, size_t devnamelen)
{
	const struct devsw *d = devsw_byname(name, devname, devnamelen, true);

	return d != NULL ? d->d_bmajor : NODEVMAJOR;
}

/* The character major of a driver or device name, NODEVMAJOR if unknown. */
devmajor_t
devsw_name2chr(const char *name, char *devname, size_t devnamelen)
{
	const struct devsw *d = devsw_byname(name, devname, devnamelen, false);

	return d != NULL ? d->d_cmajor : NODEVMAJOR;
}

/* The block device of a character device, NODEV if it has none. */
dev_t
devsw_chr2blk(dev_t cdev)
{
	struct devsw *d = devsw_lookup(cdevsw_idx, cdev);

	if (d == NULL || d->d_bdev == NULL)
		return NODEV;
	return makedev(d->d_bmajor, minor(cdev));
}

/* The character device of a block device, NODEV if it has none. */
dev_t
devsw_blk2chr(dev_t bdev)
{
	struct devsw *d = devsw_lookup(bdevsw_idx, bdev);

	if (d == NULL || d->d_cdev == NULL)
		return NODEV;
	return makedev(d->d_cmajor, minor(bdev));
}

/* A driver whose units are its minors. */
int
dev_minor_unit(dev_t dev)
{

	return minor(dev);
}

/*
 * Calls of a driver.  One that is not D_MPSAFE gets the kernel lock.
 */

#define	DEV_CALL(d, call)	do {					\
	const bool _lock = ((d)->d_flag & D_MPSAFE) == 0;		\
									\
	if (_lock)							\
		KERNEL_LOCK(1, NULL);					\
	call;								\
	if (_lock)							\
		KERNEL_UNLOCK_ONE(NULL);				\
} while (0)

/* While the driver opens a unit it has a reference: it does not go. */
static int
dev_hold(dev_t dev, int (*devtounit)(dev_t), struct cfdriver *cd, device_t *dvp)
{
	int unit;

	if (devtounit == NULL)
		return 0;
	if ((unit = (*devtounit)(dev)) < 0)
		return ENXIO;
	*dvp = (*rump_dev_acquire)(cd, unit);
	return *dvp == NULL ? ENXIO : 0;
}

/* The unit's detach is sure: who waits to open it stops. */
static void
dev_detached(dev_t dev, int (*devtounit)(dev_t), struct cfdriver *cd)
{
	int unit;

	if (devtounit != NULL && (unit = (*devtounit)(dev)) >= 0)
		(*rump_dev_commit)(cd, unit);
}

int
bdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	device_t dv = NULL;
	int rv;

	if (d == NULL)
		return ENXIO;
	rv = dev_hold(dev, d->d_devtounit, d->d_cfdriver, &dv);
	if (rv == 0)
		DEV_CALL(d, rv = (*d->d_open)(dev, flag, devtype, l));
	if (dv != NULL)
		(*rump_dev_release)(dv);
	return rv;
}

int
bdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	int rv = d == NULL ? ENXIO : ENODEV;

	if (d != NULL && d->d_cancel != NULL)
		DEV_CALL(d, rv = (*d->d_cancel)(dev, flag, devtype, l));
	return rv;
}

int
bdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_close)(dev, flag, devtype, l));
	return rv;
}

/* Starts a transfer; without a driver it fails with ENXIO. */
void
bdev_strategy(struct buf *bp)
{
	const struct bdevsw *d = bdevsw_lookup(bp->b_dev);

	if (d == NULL) {
		bp->b_error = ENXIO;
		bp->b_resid = bp->b_bcount;
		(*biodone_vfs)(bp);
		return;
	}
	DEV_CALL(d, (*d->d_strategy)(bp));
}

int
bdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_ioctl)(dev, cmd, data, flag, l));
	return rv;
}

int
bdev_dump(dev_t dev, daddr_t addr, void *data, size_t sz)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	if (d == NULL)
		return ENXIO;
	return (*d->d_dump)(dev, addr, data, sz);
}

int
bdev_flags(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d != NULL ? d->d_flag & ~D_TYPEMASK : 0;
}

int
bdev_type(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d != NULL ? d->d_flag & D_TYPEMASK : D_OTHER;
}

int
bdev_size(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	int rv = -1;

	if (d != NULL && d->d_psize != NULL)
		DEV_CALL(d, rv = (*d->d_psize)(dev));
	return rv;
}

int
bdev_discard(dev_t dev, off_t pos, off_t len)
{
	const struct bdevsw *d = bdevsw_lookup(dev);
	int rv = d == NULL ? ENXIO : ENODEV;

	if (d != NULL && d->d_discard != NULL)
		DEV_CALL(d, rv = (*d->d_discard)(dev, pos, len));
	return rv;
}

void
bdev_detached(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	if (d != NULL)
		dev_detached(dev, d->d_devtounit, d->d_cfdriver);
}

int
cdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	device_t dv = NULL;
	int rv;

	if (d == NULL)
		return ENXIO;
	rv = dev_hold(dev, d->d_devtounit, d->d_cfdriver, &dv);
	if (rv == 0)
		DEV_CALL(d, rv = (*d->d_open)(dev, flag, devtype, l));
	if (dv != NULL)
		(*rump_dev_release)(dv);
	return rv;
}

int
cdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = d == NULL ? ENXIO : ENODEV;

	if (d != NULL && d->d_cancel != NULL)
		DEV_CALL(d, rv = (*d->d_cancel)(dev, flag, devtype, l));
	return rv;
}

int
cdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_close)(dev, flag, devtype, l));
	return rv;
}

int
cdev_read(dev_t dev, struct uio *uio, int flag)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_read)(dev, uio, flag));
	return rv;
}

int
cdev_write(dev_t dev, struct uio *uio, int flag)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_write)(dev, uio, flag));
	return rv;
}

int
cdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_ioctl)(dev, cmd, data, flag, l));
	return rv;
}

void
cdev_stop(struct tty *tp, int flag)
{

	/* No terminals: whoever has one brings its own switch. */
}

struct tty *
cdev_tty(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL || d->d_tty == NULL ? NULL : (*d->d_tty)(dev);
}

int
cdev_poll(dev_t dev, int flag, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = POLLERR;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_poll)(dev, flag, l));
	return rv;
}

paddr_t
cdev_mmap(dev_t dev, off_t off, int flag)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	paddr_t rv = (paddr_t)-1LL;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_mmap)(dev, off, flag));
	return rv;
}

int
cdev_kqfilter(dev_t dev, struct knote *kn)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = ENXIO;

	if (d != NULL)
		DEV_CALL(d, rv = (*d->d_kqfilter)(dev, kn));
	return rv;
}

int
cdev_discard(dev_t dev, off_t pos, off_t len)
{
	const struct cdevsw *d = cdevsw_lookup(dev);
	int rv = d == NULL ? ENXIO : ENODEV;

	if (d != NULL && d->d_discard != NULL)
		DEV_CALL(d, rv = (*d->d_discard)(dev, pos, len));
	return rv;
}

int
cdev_flags(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d != NULL ? d->d_flag & ~D_TYPEMASK : 0;
}

int
cdev_type(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d != NULL ? d->d_flag & D_TYPEMASK : D_OTHER;
}

void
cdev_detached(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	if (d != NULL)
		dev_detached(dev, d->d_devtounit, d->d_cfdriver);
}

/*
 * What a switch has in the places of functions a driver lacks.
 */

int
devenodev(dev_t dev, ...)
{

	return ENODEV;
}

int
deveopnotsupp(dev_t dev, ...)
{

	return EOPNOTSUPP;
}

int
devnullop(dev_t dev, ...)
{

	return 0;
}

int
ttyenodev(struct tty *tp, ...)
{

	return ENODEV;
}

void
ttyvenodev(struct tty *tp, ...)
{

}

void
ttyvnullop(struct tty *tp, ...)
{

}

paddr_t
nommap(dev_t dev, off_t off, int prot)
{

	return (paddr_t)-1;
}
