/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ld(4): disks behind controllers that take reads and writes of blocks.  The
 * interface to the controller's part is in <dev/ldvar.h>; the other side is
 * dksubr.
 *
 * A transfer is counted in sc_queuecnt from sc_start on until lddone().  At
 * most sc_maxqueuecnt are out; 0 means that the unit goes away and everything
 * that comes is ENXIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/module.h>
#include <sys/pmf.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <dev/ldvar.h>

/* Ticks that a suspend waits for transfers. */
#define	LD_DRAIN_TIMEOUT	(10 * hz)

extern struct cfdriver ld_cd;

extern const struct bdevsw ld_bdevsw;
extern const struct cdevsw ld_cdevsw;

static dev_type_open(ldopen);
static dev_type_close(ldclose);
static dev_type_read(ldread);
static dev_type_write(ldwrite);
static dev_type_ioctl(ldioctl);
static dev_type_strategy(ldstrategy);
static dev_type_dump(lddump);
static dev_type_size(ldsize);
static dev_type_discard(lddiscard);

const struct bdevsw ld_bdevsw = {
	.d_open = ldopen,
	.d_close = ldclose,
	.d_strategy = ldstrategy,
	.d_ioctl = ldioctl,
	.d_dump = lddump,
	.d_psize = ldsize,
	.d_discard = lddiscard,
	.d_cfdriver = &ld_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK | D_MPSAFE
};

const struct cdevsw ld_cdevsw = {
	.d_open = ldopen,
	.d_close = ldclose,
	.d_read = ldread,
	.d_write = ldwrite,
	.d_ioctl = ldioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = lddiscard,
	.d_cfdriver = &ld_cd,
	.d_devtounit = disklabel_dev_unit,
	.d_flag = D_DISK | D_MPSAFE
};

static void	ldminphys(struct buf *);
static int	ld_lastclose(device_t);
static int	ld_discard(device_t, off_t, off_t);
static int	ld_diskstart(device_t, struct buf *);
static int	ld_dumpblocks(device_t, void *, daddr_t, int);
static void	ld_iosize(device_t, int *);

static const struct dkdriver lddkdriver = {
	.d_open = ldopen,
	.d_close = ldclose,
	.d_strategy = ldstrategy,
	.d_minphys = ldminphys,
	.d_iosize = ld_iosize,
	.d_diskstart = ld_diskstart,
	.d_dumpblocks = ld_dumpblocks,
	.d_lastclose = ld_lastclose,
	.d_discard = ld_discard
};

/* The controller's part is entered with the big lock unless it can do without. */
static inline void
ld_enter(struct ld_softc *sc)
{

	if ((sc->sc_flags & LDF_MPSAFE) == 0)
		KERNEL_LOCK(1, curlwp);
}

static inline void
ld_leave(struct ld_softc *sc)
{

	if ((sc->sc_flags & LDF_MPSAFE) == 0)
		KERNEL_UNLOCK_ONE(curlwp);
}

/*
 * Power.
 */

/*
 * Writes out the device's cache.  EPASSTHROUGH from a controller that has
 * none is no error.
 */
static int
ld_flush(struct ld_softc *sc, bool poll)
{
	int error = 0;

	if (sc->sc_ioctl != NULL) {
		ld_enter(sc);
		error = (*sc->sc_ioctl)(sc, DIOCCACHESYNC, NULL, 0, poll);
		ld_leave(sc);
		if (error == EPASSTHROUGH)
			error = 0;
	}
	if (error != 0 && error != ENXIO)
		device_printf(sc->sc_dv, "unable to flush the cache: error "
		    "%d\n", error);
	return error;
}

/* Nothing is started any more; waits for what is out. */
static bool
ld_suspend(device_t self, const pmf_qual_t *qual)
{
	struct ld_softc *sc = device_private(self);
	int error = 0;

	mutex_enter(&sc->sc_mutex);
	sc->sc_flags |= LDF_SUSPEND;
	while (sc->sc_queuecnt > 0 && error == 0)
		error = cv_timedwait(&sc->sc_drain, &sc->sc_mutex,
		    LD_DRAIN_TIMEOUT);
	if (error)
		sc->sc_flags &= ~LDF_SUSPEND;
	mutex_exit(&sc->sc_mutex);
	if (error == 0 && ld_flush(sc, false) != 0) {
		mutex_enter(&sc->sc_mutex);
		sc->sc_flags &= ~LDF_SUSPEND;
		mutex_exit(&sc->sc_mutex);
		error = EIO;
	}
	if (error)
		dk_start(&sc->sc_dksc, NULL);
	return error == 0;
}

static bool
ld_resume(device_t self, const pmf_qual_t *qual)
{
	struct ld_softc *sc = device_private(self);

	mutex_enter(&sc->sc_mutex);
	sc->sc_flags &= ~LDF_SUSPEND;
	mutex_exit(&sc->sc_mutex);
	dk_start(&sc->sc_dksc, NULL);
	return true;
}

static bool
ld_shutdown(device_t self, int how)
{
	struct ld_softc *sc = device_private(self);

	return (sc->sc_flags & LDF_ENABLED) == 0 || ld_flush(sc, true) == 0;
}

/*
 * Attachment.
 */

static void
ld_set_geometry(struct ld_softc *sc)
{
	struct dk_softc *dksc = &sc->sc_dksc;
	struct disk_geom *dg = &dksc->sc_dkdev.dk_geom;

	memset(dg, 0, sizeof(*dg));
	dg->dg_secperunit = MIN(sc->sc_secperunit, (uint64_t)INT64_MAX);
	dg->dg_secsize = sc->sc_secsize;
	dg->dg_nsectors = sc->sc_nsectors;
	dg->dg_ntracks = sc->sc_nheads;
	dg->dg_ncylinders = sc->sc_ncylinders;
	disk_set_info(sc->sc_dv, &dksc->sc_dkdev, sc->sc_typename);
}

/* A geometry that looks like one, where the controller gave none. */
static void
ld_fake_geometry(struct ld_softc *sc)
{
	const uint64_t blocks = sc->sc_secperunit;
	uint64_t ncyl;

	if (sc->sc_nheads != 0 && sc->sc_nsectors != 0)
		goto cylinders;
	if (blocks <= 528 * 2048)
		sc->sc_nheads = 16;
	else if (blocks <= 1024 * 2048)
		sc->sc_nheads = 32;
	else if (blocks <= 21504 * 2048ULL)
		sc->sc_nheads = 64;
	else if (blocks <= 43008 * 2048ULL)
		sc->sc_nheads = 128;
	else
		sc->sc_nheads = 255;
	sc->sc_nsectors = 63;
cylinders:
	if (sc->sc_ncylinders == 0) {
		ncyl = blocks / ((uint64_t)sc->sc_nheads * sc->sc_nsectors);
		sc->sc_ncylinders = MIN(ncyl, INT_MAX);
	}
}

static void
ld_config_interrupts(device_t self)
{
	struct ld_softc *sc = device_private(self);

	dkwedge_discover(&sc->sc_dksc.sc_dkdev);
}

/*
 * Attaches a unit that the controller's part has described.  Sleeps.
 */
void
ldattach(struct ld_softc *sc, const char *default_strategy)
{
	device_t self = sc->sc_dv;
	struct dk_softc *dksc = &sc->sc_dksc;

	mutex_init(&sc->sc_mutex, MUTEX_DEFAULT, IPL_VM);
	cv_init(&sc->sc_drain, "lddrain");
	if ((sc->sc_flags & LDF_ENABLED) == 0)
		return;
	KASSERT(sc->sc_maxqueuecnt > 0 && sc->sc_maxxfer > 0);
	KASSERT(DK_DEV_BSIZE_OK(sc->sc_secsize));

	dk_init(dksc, self, DKTYPE_LD);
	disk_init(&dksc->sc_dkdev, dksc->sc_xname, &lddkdriver);
	if (sc->sc_maxxfer > MAXPHYS)
		sc->sc_maxxfer = MAXPHYS;
	ld_fake_geometry(sc);
	sc->sc_disksize512 = sc->sc_secperunit * (sc->sc_secsize / DEV_BSIZE);

	if (sc->sc_discard == NULL)
		aprint_debug_dev(self, "no discard\n");
	aprint_normal_dev(self, "%" PRIu64 " MB, %d cyl, %d head, %d sec, "
	    "%d bytes/sect x %" PRIu64 " sectors\n",
	    sc->sc_disksize512 / (1048576 / DEV_BSIZE), sc->sc_ncylinders,
	    sc->sc_nheads, sc->sc_nsectors, sc->sc_secsize, sc->sc_secperunit);

	disk_attach(&dksc->sc_dkdev);
	ld_set_geometry(sc);
	/* One that is not there is replaced by the default. */
	(void)bufq_alloc(&dksc->sc_bufq, default_strategy, BUFQ_SORT_RAWBLOCK);
	if ((sc->sc_flags & LDF_NO_RND) != 0)
		dksc->sc_flags |= DKF_NO_RND;
	if (!pmf_device_register1(self, ld_suspend, ld_resume, ld_shutdown))
		aprint_error_dev(self, "couldn't establish power handler\n");
	dk_attach(dksc);
	/* Wedges need transfers, and those need interrupts. */
	config_interrupts(self, ld_config_interrupts);
}

/*
 * Changes how many transfers the controller takes at once.
 */
int
ldadjqparam(struct ld_softc *sc, int xmax)
{

	mutex_enter(&sc->sc_mutex);
	sc->sc_maxqueuecnt = xmax;
	mutex_exit(&sc->sc_mutex);
	return 0;
}

/*
 * The first half of a detach: nothing new is started, and nothing is out when
 * this returns.  EBUSY while the unit is open, unless DETACH_FORCE.  Sleeps;
 * a controller that is gone gives its transfers back before.
 */
int
ldbegindetach(struct ld_softc *sc, int flags)
{
	struct dk_softc *dksc = &sc->sc_dksc;
	int error;

	if ((sc->sc_flags & LDF_ENABLED) == 0)
		return 0;
	error = disk_begindetach(&dksc->sc_dkdev, ld_lastclose, sc->sc_dv,
	    flags);
	if (error)
		return error;
	mutex_enter(&sc->sc_mutex);
	sc->sc_maxqueuecnt = 0;
	cv_broadcast(&sc->sc_drain);
	while (sc->sc_queuecnt > 0 || sc->sc_starters > 0)
		cv_wait(&sc->sc_drain, &sc->sc_mutex);
	mutex_exit(&sc->sc_mutex);
	return 0;
}

/*
 * The second half: takes the unit away from all who have it open.  Accepts
 * one that ldattach() never saw.  Sleeps.
 */
void
ldenddetach(struct ld_softc *sc)
{
	struct dk_softc *dksc = &sc->sc_dksc;
	const int unit = device_unit(sc->sc_dv);
	int bmaj, cmaj, part;

	if ((sc->sc_flags & LDF_ENABLED) == 0)
		return;
	/* What waits for the controller fails now, before it is waited for. */
	dk_drain(dksc);
	bmaj = bdevsw_lookup_major(&ld_bdevsw);
	cmaj = cdevsw_lookup_major(&ld_cdevsw);
	for (part = 0; part < MAXPARTITIONS; part++) {
		vdevgone(bmaj, DISKMINOR(unit, part), DISKMINOR(unit, part),
		    VBLK);
		vdevgone(cmaj, DISKMINOR(unit, part), DISKMINOR(unit, part),
		    VCHR);
	}
	dkwedge_delall(&dksc->sc_dkdev);
	/* A last close that had begun before has come to its end. */
	mutex_enter(&dksc->sc_dkdev.dk_openlock);
	mutex_exit(&dksc->sc_dkdev.dk_openlock);
	dk_drain(dksc);
	dk_detach(dksc);
	disk_detach(&dksc->sc_dkdev);
	disk_destroy(&dksc->sc_dkdev);
	bufq_free(dksc->sc_bufq);
	pmf_device_deregister(sc->sc_dv);
	sc->sc_flags &= ~LDF_ENABLED;
	cv_destroy(&sc->sc_drain);
	mutex_destroy(&sc->sc_mutex);
}

/*
 * Device switch.
 */

static int
ldopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL)
		return ENXIO;
	if ((sc->sc_flags & LDF_ENABLED) == 0)
		return ENODEV;
	return dk_open(&sc->sc_dksc, dev, flags, fmt, l);
}

static int
ld_lastclose(device_t self)
{
	struct ld_softc *sc = device_private(self);

	/* A device that is lost can't flush, and goes all the same. */
	(void)ld_flush(sc, false);
	return 0;
}

static int
ldclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL)
		return ENXIO;
	return dk_close(&sc->sc_dksc, dev, flags, fmt, l);
}

static int
ldread(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(ldstrategy, NULL, dev, B_READ, ldminphys, uio);
}

static int
ldwrite(dev_t dev, struct uio *uio, int ioflag)
{

	return physio(ldstrategy, NULL, dev, B_WRITE, ldminphys, uio);
}

static int
ldioctl(dev_t dev, u_long cmd, void *addr, int flag, struct lwp *l)
{
	struct ld_softc *sc;
	struct disk_sectoralign *dsa;
	uint32_t per;
	int error;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL)
		return ENXIO;
	error = dk_ioctl(&sc->sc_dksc, dev, cmd, addr, flag, l);
	if (error != ENOTTY && error != EPASSTHROUGH)
		return error;

	if (cmd == DIOCGSECTORALIGN) {
		dsa = addr;
		per = 1;
		if (sc->sc_physsecsize > sc->sc_secsize)
			per = sc->sc_physsecsize / sc->sc_secsize;
		dsa->dsa_alignment = per;
		dsa->dsa_firstaligned = sc->sc_alignedsec;
		/* Of this partition. */
		if (DISKPART(dev) != RAW_PART) {
			const struct partition *p = &sc->sc_dksc.sc_dkdev.
			    dk_label->d_partitions[DISKPART(dev)];

			dsa->dsa_firstaligned = (sc->sc_alignedsec + per -
			    p->p_offset % per) % per;
		}
		return 0;
	}
	error = ENOTTY;
	if (sc->sc_ioctl != NULL) {
		ld_enter(sc);
		error = (*sc->sc_ioctl)(sc, cmd, addr, flag, false);
		ld_leave(sc);
		if (error == EPASSTHROUGH)
			error = ENOTTY;
	}
	return error;
}

static void
ldstrategy(struct buf *bp)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(bp->b_dev));
	if (sc == NULL) {
		bp->b_error = ENXIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	dk_strategy(&sc->sc_dksc, bp);
}

/* One transfer goes to the controller, if it has room. */
static int
ld_diskstart(device_t self, struct buf *bp)
{
	struct ld_softc *sc = device_private(self);
	int error;

	ld_enter(sc);
	mutex_enter(&sc->sc_mutex);
	if (sc->sc_maxqueuecnt <= 0)
		error = ENXIO;
	else if ((sc->sc_flags & LDF_SUSPEND) != 0 ||
	    sc->sc_queuecnt >= sc->sc_maxqueuecnt)
		error = EAGAIN;
	else {
		error = (*sc->sc_start)(sc, bp);
		if (error == 0)
			sc->sc_queuecnt++;
	}
	mutex_exit(&sc->sc_mutex);
	ld_leave(sc);
	return error;
}

/*
 * One of those that are out has come back; then there is room for another.
 * The unit may go as soon as both counts are 0.
 */
static void
ld_retire(struct ld_softc *sc)
{

	mutex_enter(&sc->sc_mutex);
	KASSERT(sc->sc_queuecnt > 0);
	sc->sc_queuecnt--;
	if (sc->sc_maxqueuecnt > 0) {
		sc->sc_starters++;
		mutex_exit(&sc->sc_mutex);
		dk_start(&sc->sc_dksc, NULL);
		mutex_enter(&sc->sc_mutex);
		sc->sc_starters--;
	}
	cv_broadcast(&sc->sc_drain);
	mutex_exit(&sc->sc_mutex);
}

/*
 * The controller has done a transfer: b_error and b_resid say how.  Called
 * once for each; at any level up to IPL_VM, without locks of ld.
 */
void
lddone(struct ld_softc *sc, struct buf *bp)
{

	dk_done(&sc->sc_dksc, bp);
	ld_retire(sc);
}

static int
ldsize(dev_t dev)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL || (sc->sc_flags & LDF_ENABLED) == 0)
		return -1;
	return dk_size(&sc->sc_dksc, dev);
}

static int
lddump(dev_t dev, daddr_t blkno, void *va, size_t size)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL || (sc->sc_flags & LDF_ENABLED) == 0)
		return ENXIO;
	return dk_dump(&sc->sc_dksc, dev, blkno, va, size, 0);
}

static int
ld_dumpblocks(device_t self, void *va, daddr_t blkno, int nblk)
{
	struct ld_softc *sc = device_private(self);

	if (sc->sc_dump == NULL)
		return ENODEV;
	if (blkno < 0 || blkno > INT_MAX)
		return EIO;
	return (*sc->sc_dump)(sc, va, blkno, nblk);
}

static void
ldminphys(struct buf *bp)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(bp->b_dev));
	if (sc != NULL && bp->b_bcount > sc->sc_maxxfer)
		bp->b_bcount = sc->sc_maxxfer;
	minphys(bp);
}

static void
ld_iosize(device_t self, int *countp)
{
	struct ld_softc *sc = device_private(self);

	if (*countp > sc->sc_maxxfer)
		*countp = sc->sc_maxxfer;
}

static int
lddiscard(dev_t dev, off_t pos, off_t len)
{
	struct ld_softc *sc;

	sc = device_lookup_private(&ld_cd, DISKUNIT(dev));
	if (sc == NULL)
		return ENXIO;
	if (sc->sc_discard == NULL)
		return ENODEV;
	return dk_discard(&sc->sc_dksc, dev, pos, len);
}

/*
 * Discards a range of the disk, in bytes.  Waits for room, and for the end.
 */
static int
ld_discard(device_t self, off_t pos, off_t len)
{
	struct ld_softc *sc = device_private(self);
	struct buf dbuf, *bp = &dbuf;
	int error;

	KASSERT(len <= INT_MAX);
	buf_init(bp);
	bp->b_vp = NULL;
	bp->b_data = NULL;
	bp->b_bufsize = 0;
	bp->b_rawblkno = pos / sc->sc_secsize;
	bp->b_bcount = len;
	bp->b_flags = B_WRITE;
	bp->b_cflags = BC_BUSY;

	mutex_enter(&sc->sc_mutex);
	while (sc->sc_maxqueuecnt > 0 && sc->sc_queuecnt >= sc->sc_maxqueuecnt)
		cv_wait(&sc->sc_drain, &sc->sc_mutex);
	if (sc->sc_maxqueuecnt <= 0) {
		mutex_exit(&sc->sc_mutex);
		buf_destroy(bp);
		return ENXIO;
	}
	sc->sc_queuecnt++;
	mutex_exit(&sc->sc_mutex);

	ld_enter(sc);
	error = (*sc->sc_discard)(sc, bp);
	ld_leave(sc);
	if (error == 0)
		error = biowait(bp);
	else
		ld_retire(sc);
	buf_destroy(bp);
	return error;
}

/*
 * The controller has done a discard that sc_discard accepted.
 */
void
lddiscardend(struct ld_softc *sc, struct buf *bp)
{

	if (bp->b_error != 0)
		bp->b_resid = bp->b_bcount;
	biodone(bp);
	ld_retire(sc);
}

MODULE(MODULE_CLASS_DRIVER, ld, "dk_subr");

static int
ld_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
