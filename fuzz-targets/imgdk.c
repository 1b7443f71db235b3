/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * imgdk: a disk whose medium is an image of the hypercall layer by the name
 * "imgdk.512", "imgdk.1024", "imgdk.2048" or "imgdk.4096", which is also its
 * sector size.  It is at mainbus when that image is there.  A disk with as
 * little of its own as there can be, for what stands on all disks: labels,
 * partitions, wedges.
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
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/dkvar.h>

#include <rump/rumpuser.h>
#include <rump-sys/dev.h>

struct imgdk_softc {
	struct dk_softc	sc_dksc;	/* first */
	int		sc_fd;
	bool		sc_attached;
};

static const unsigned imgdk_secsizes[] = { 512, 1024, 2048, 4096 };

CFDRIVER_DECL(imgdk, DV_DISK, NULL);

#define	SC(dev)	((struct imgdk_softc *)device_lookup_private(&imgdk_cd, DISKUNIT(dev)))

static int
imgdkopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct imgdk_softc *sc = SC(dev);

	return sc == NULL ? ENXIO : dk_open(&sc->sc_dksc, dev, flags, fmt, l);
}

static int
imgdkclose(dev_t dev, int flags, int fmt, struct lwp *l)
{

	return dk_close(&SC(dev)->sc_dksc, dev, flags, fmt, l);
}

static void
imgdkstrategy(struct buf *bp)
{

	dk_strategy(&SC(bp->b_dev)->sc_dksc, bp);
}

static int
imgdkioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return dk_ioctl(&SC(dev)->sc_dksc, dev, cmd, data, flag, l);
}

static int
imgdkread(dev_t dev, struct uio *uio, int flags)
{

	return physio(imgdkstrategy, NULL, dev, B_READ, minphys, uio);
}

static int
imgdkwrite(dev_t dev, struct uio *uio, int flags)
{

	return physio(imgdkstrategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
imgdksize(dev_t dev)
{

	return dk_size(&SC(dev)->sc_dksc, dev);
}

static const struct bdevsw imgdk_bdevsw = {
	.d_open = imgdkopen, .d_close = imgdkclose, .d_strategy = imgdkstrategy,
	.d_ioctl = imgdkioctl, .d_dump = nodump, .d_psize = imgdksize, .d_discard = nodiscard,
	.d_cfdriver = &imgdk_cd, .d_devtounit = disklabel_dev_unit, .d_flag = D_DISK | D_MPSAFE
};

static const struct cdevsw imgdk_cdevsw = {
	.d_open = imgdkopen, .d_close = imgdkclose, .d_read = imgdkread, .d_write = imgdkwrite,
	.d_ioctl = imgdkioctl, .d_stop = nostop, .d_tty = notty, .d_poll = nopoll,
	.d_mmap = nommap, .d_kqfilter = nokqfilter, .d_discard = nodiscard,
	.d_cfdriver = &imgdk_cd, .d_devtounit = disklabel_dev_unit, .d_flag = D_DISK | D_MPSAFE
};

static int
imgdk_diskstart(device_t dev, struct buf *bp)
{
	struct imgdk_softc *sc = device_private(dev);
	struct rumpuser_iovec iov = { bp->b_data, bp->b_bcount };
	const int64_t off = (int64_t)bp->b_rawblkno * sc->sc_dksc.sc_dkdev.dk_geom.dg_secsize;
	size_t n = 0;
	int error;

	error = BUF_ISREAD(bp) ? rumpuser_iovread(sc->sc_fd, &iov, 1, off, &n) :
	    rumpuser_iovwrite(sc->sc_fd, &iov, 1, off, &n);
	bp->b_error = error;
	bp->b_resid = error ? bp->b_bcount : bp->b_bcount - n;
	dk_done(&sc->sc_dksc, bp);
	return 0;
}

static const struct dkdriver imgdk_dkdriver = {
	.d_strategy = imgdkstrategy, .d_minphys = minphys, .d_diskstart = imgdk_diskstart
};

/* The image there is: its name, size and sector size. */
static bool
imgdk_image(char *name, size_t size, uint64_t *bytesp, unsigned *secsizep)
{
	unsigned i;
	int ft;

	for (i = 0; i < __arraycount(imgdk_secsizes); i++) {
		snprintf(name, size, "imgdk.%u", imgdk_secsizes[i]);
		if (rumpuser_getfileinfo(name, bytesp, &ft) == 0) {
			*secsizep = imgdk_secsizes[i];
			return true;
		}
	}
	return false;
}

static int
imgdk_match(device_t parent, cfdata_t cf, void *aux)
{
	struct mainbus_attach_args *maa = aux;
	uint64_t bytes;
	unsigned secsize;
	char name[16];

	return maa->maa_name[0] == '\0' && device_lookup(&imgdk_cd, 0) == NULL &&
	    imgdk_image(name, sizeof(name), &bytes, &secsize);
}

static void
imgdk_attach(device_t parent, device_t self, void *aux)
{
	struct imgdk_softc *sc = device_private(self);
	struct disk *dk = &sc->sc_dksc.sc_dkdev;
	uint64_t bytes;
	unsigned secsize;
	char name[16];

	aprint_naive("\n");
	aprint_normal("\n");
	if (!imgdk_image(name, sizeof(name), &bytes, &secsize) || rumpuser_open(name,
	    RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &sc->sc_fd) != 0) {
		aprint_error_dev(self, "no image\n");
		return;
	}
	dk_init(&sc->sc_dksc, self, DKTYPE_MD);
	disk_init(dk, sc->sc_dksc.sc_xname, &imgdk_dkdriver);
	dk->dk_geom.dg_secperunit = bytes / secsize;
	dk->dk_geom.dg_secsize = secsize;
	disk_attach(dk);
	disk_set_info(self, dk, "imgdk");
	bufq_alloc(&sc->sc_dksc.sc_bufq, BUFQ_DISK_DEFAULT_STRAT, BUFQ_SORT_RAWBLOCK);
	dk_attach(&sc->sc_dksc);
	sc->sc_attached = true;
	dkwedge_discover(dk);
}

static int
imgdk_detach(device_t self, int flags)
{
	struct imgdk_softc *sc = device_private(self);
	const int bmaj = bdevsw_lookup_major(&imgdk_bdevsw);
	const int cmaj = cdevsw_lookup_major(&imgdk_cdevsw);
	const int min = device_unit(self) * MAXPARTITIONS;
	struct dk_softc *dksc = &sc->sc_dksc;
	int error;

	if (!sc->sc_attached)
		return 0;
	if ((error = disk_begindetach(&dksc->sc_dkdev, NULL, self, flags)) != 0)
		return error;
	dkwedge_delall(&dksc->sc_dkdev);
	vdevgone(bmaj, min, min + MAXPARTITIONS - 1, VBLK);
	vdevgone(cmaj, min, min + MAXPARTITIONS - 1, VCHR);
	dk_drain(dksc);
	dk_detach(dksc);
	bufq_free(dksc->sc_bufq);
	disk_detach(&dksc->sc_dkdev);
	disk_destroy(&dksc->sc_dkdev);
	(void)rumpuser_close(sc->sc_fd);
	return 0;
}

static CFATTACH_DECL_NEW(imgdk, sizeof(struct imgdk_softc), imgdk_match, imgdk_attach,
    imgdk_detach, NULL);

static struct cfdriver * const cfdriver_imgdk[] = { &imgdk_cd, NULL };
static struct cfattach * const list_imgdk[] = { &imgdk_ca, NULL };
static const struct cfattachinit cfattach_imgdk[] = { { "imgdk", list_imgdk }, { NULL, NULL } };
static const struct cfparent at_mainbus = { "mainbus", "mainbus", DVUNIT_ANY };
static struct cfdata cfdata_imgdk[] = {
	{ "imgdk", "imgdk", 0, FSTATE_STAR, NULL, 0, &at_mainbus },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(cfdriver_imgdk, cfattach_imgdk, cfdata_imgdk) != 0)
		panic("no imgdk");
	rump_dev_disk("imgdk", &imgdk_bdevsw, &imgdk_cdevsw, 1, MAXPARTITIONS);
}
