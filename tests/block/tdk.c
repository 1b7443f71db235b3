/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The test disk's driver.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device_impl.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/uio.h>

#include <rump-sys/kern.h>

#include "tdk.h"

static CFDRIVER_DECL(tdk, DV_DISK, NULL);

static devmajor_t tdk_bmajor = NODEVMAJOR, tdk_cmajor = NODEVMAJOR;

#define	SC(dev)	((struct tdk_softc *)device_lookup_private(&tdk_cd, \
    DISKUNIT(dev)))

static int
tdkopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct tdk_softc *sc = SC(dev);

	return sc == NULL ? ENXIO : dk_open(&sc->sc_dksc, dev, flags, fmt, l);
}

static int
tdkclose(dev_t dev, int flags, int fmt, struct lwp *l)
{

	return dk_close(&SC(dev)->sc_dksc, dev, flags, fmt, l);
}

static void
tdkstrategy(struct buf *bp)
{

	dk_strategy(&SC(bp->b_dev)->sc_dksc, bp);
}

static int
tdkioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return dk_ioctl(&SC(dev)->sc_dksc, dev, cmd, data, flag, l);
}

static int
tdkread(dev_t dev, struct uio *uio, int flags)
{

	return physio(tdkstrategy, NULL, dev, B_READ, minphys, uio);
}

static int
tdkwrite(dev_t dev, struct uio *uio, int flags)
{

	return physio(tdkstrategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
tdksize(dev_t dev)
{

	return dk_size(&SC(dev)->sc_dksc, dev);
}

static int
tdkdump(dev_t dev, daddr_t blkno, void *va, size_t size)
{
	struct tdk_softc *sc = SC(dev);

	return sc == NULL ? ENXIO : dk_dump(&sc->sc_dksc, dev, blkno, va, size, 0);
}

static const struct bdevsw tdk_bdevsw = {
	.d_open = tdkopen,
	.d_close = tdkclose,
	.d_strategy = tdkstrategy,
	.d_ioctl = tdkioctl,
	.d_dump = tdkdump,
	.d_psize = tdksize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE
};

static const struct cdevsw tdk_cdevsw = {
	.d_open = tdkopen,
	.d_close = tdkclose,
	.d_read = tdkread,
	.d_write = tdkwrite,
	.d_ioctl = tdkioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE
};

static int
tdk_diskstart(device_t dev, struct buf *bp)
{
	struct tdk_softc *sc = device_private(dev);
	uint8_t *p = sc->sc_mem + bp->b_rawblkno * sc->sc_secsize;

	/* The CPU that it came from, which a driver picks a queue by. */
	KASSERT(bp->b_ci != NULL && cpu_index(bp->b_ci) < ncpu);
	if (sc->sc_again > 0) {
		sc->sc_again--;
		return EAGAIN;
	}
	sc->sc_starts++;
	if (sc->sc_fail != 0)
		return sc->sc_fail;
	if (sc->sc_maxxfer != 0 && bp->b_bcount > (int)sc->sc_maxxfer)
		return EINVAL;
	if (BUF_ISREAD(bp))
		memcpy(bp->b_data, p, bp->b_bcount);
	else
		memcpy(p, bp->b_data, bp->b_bcount);
	bp->b_resid = 0;
	dk_done(&sc->sc_dksc, bp);
	return 0;
}

static void
tdkminphys(struct buf *bp)
{
	struct tdk_softc *sc = SC(bp->b_dev);

	if (sc->sc_maxxfer != 0 && bp->b_bcount > (int)sc->sc_maxxfer)
		bp->b_bcount = sc->sc_maxxfer;
	minphys(bp);
}

static void
tdk_iosize(device_t dev, int *count)
{
	struct tdk_softc *sc = device_private(dev);

	if (sc->sc_maxxfer != 0 && *count > (int)sc->sc_maxxfer)
		*count = sc->sc_maxxfer;
}

static int
tdk_dumpblocks(device_t dev, void *va, daddr_t blkno, int nblk)
{
	struct tdk_softc *sc = device_private(dev);

	sc->sc_dumps++;
	if (sc->sc_dumpagain)
		sc->sc_dumperror = bdev_dump(tdk_dev(sc, 1), 0, va, 0);
	if (sc->sc_dumperror != 0)
		return sc->sc_dumperror;
	memcpy(sc->sc_mem + (size_t)blkno * sc->sc_secsize, va, (size_t)nblk * sc->sc_secsize);
	return 0;
}

static const struct dkdriver tdk_dkdriver = {
	.d_strategy = tdkstrategy,
	.d_minphys = tdkminphys,
	.d_diskstart = tdk_diskstart,
	.d_iosize = tdk_iosize,
	.d_dumpblocks = tdk_dumpblocks
};

struct tdk_softc *
tdk_create(uint64_t nsec, uint32_t secsize)
{
	struct tdk_softc *sc;
	struct disk *dk;
	device_t dev;

	if (tdk_bmajor == NODEVMAJOR && devsw_attach("tdk", &tdk_bdevsw,
	    &tdk_bmajor, &tdk_cdevsw, &tdk_cmajor) != 0)
		panic("tdk: no major");
	dev = device_create(&tdk_cd, NULL, sizeof(*sc));
	sc = device_private(dev);
	dk_init(&sc->sc_dksc, dev, DKTYPE_MD);
	sc->sc_size = nsec * secsize;
	sc->sc_secsize = secsize;
	sc->sc_mem = kmem_zalloc(sc->sc_size, KM_SLEEP);
	dk = &sc->sc_dksc.sc_dkdev;
	disk_init(dk, sc->sc_dksc.sc_xname, &tdk_dkdriver);
	dk->dk_geom.dg_secperunit = nsec;
	dk->dk_geom.dg_secsize = secsize;
	disk_attach(dk);
	disk_set_info(dev, dk, "tdk");
	bufq_alloc(&sc->sc_dksc.sc_bufq, BUFQ_DISK_DEFAULT_STRAT, BUFQ_SORT_RAWBLOCK);
	dk_attach(&sc->sc_dksc);
	return sc;
}

void
tdk_destroy(struct tdk_softc *sc)
{
	struct dk_softc *dksc = &sc->sc_dksc;

	dkwedge_delall(&dksc->sc_dkdev);
	dk_drain(dksc);
	dk_detach(dksc);
	bufq_free(dksc->sc_bufq);
	disk_detach(&dksc->sc_dkdev);
	disk_destroy(&dksc->sc_dkdev);
	kmem_free(sc->sc_mem, sc->sc_size);
	device_destroy(dksc->sc_dev);
}

dev_t
tdk_dev(struct tdk_softc *sc, int part)
{

	return MAKEDISKDEV(tdk_bmajor, device_unit(sc->sc_dksc.sc_dev), part);
}
