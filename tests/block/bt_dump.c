/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Crash dumps: where they may go, and in which pieces.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/vnode.h>

#include "kerntest.h"
#include "tdk.h"

/* A disk, open, with a swap partition b and a partition e for files. */
static int
start(struct tdk_softc **scp, struct vnode **vpp, uint32_t secsize)
{
	struct tdk_softc *sc = tdk_create(256, secsize);
	struct disklabel *lp = sc->sc_dksc.sc_dkdev.dk_label;

	CHECK_EQ(vn_bdev_open(tdk_dev(sc, RAW_PART), vpp, curlwp), 0);
	lp->d_npartitions = 5;
	lp->d_partitions[1] = (struct partition){
		.p_offset = 100, .p_size = 50, .p_fstype = FS_SWAP
	};
	lp->d_partitions[4] = (struct partition){
		.p_offset = 10, .p_size = 50, .p_fstype = FS_BSDFFS
	};
	*scp = sc;
	return 0;
}

static int
end(struct tdk_softc *sc, struct vnode *vp)
{

	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
	tdk_destroy(sc);
	return 0;
}

/* Whether the sectors from and before to are of this byte, and no other is. */
static int
holds(struct tdk_softc *sc, unsigned from, unsigned to, uint8_t byte)
{
	size_t i;

	for (i = 0; i < sc->sc_size; i++) {
		const unsigned sec = i / sc->sc_secsize;

		if ((sc->sc_mem[i] == byte) != (sec >= from && sec < to))
			return 0;
	}
	return 1;
}

KERNTEST(dump_partitions)
{
	static char data[20480];
	struct tdk_softc *sc;
	struct vnode *vp;
	uint32_t secsize;

	memset(data, 0x5a, sizeof(data));
	for (secsize = 512; secsize <= 4096; secsize *= 8) {
		const unsigned b = secsize / DEV_BSIZE;

		CHECK_EQ(start(&sc, &vp, secsize), 0);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 2 * b, data, 5 * secsize), 0);
		CHECK_EQ(sc->sc_dumps, 1);
		CHECK(holds(sc, 102, 107, 0x5a));
		/* In pieces; one that isn't of whole sectors is shorter. */
		memset(sc->sc_mem, 0, sc->sc_size);
		sc->sc_maxxfer = 2 * secsize + 100;
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 45 * b, data, 5 * secsize), 0);
		CHECK_EQ(sc->sc_dumps, 4);
		CHECK(holds(sc, 145, 150, 0x5a));
		/* At least one sector at once, whatever the driver says. */
		sc->sc_maxxfer = 100;
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 0, data, 2 * secsize), 0);
		CHECK_EQ(sc->sc_dumps, 6);

		memset(sc->sc_mem, 0, sc->sc_size);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 46 * b, data, 5 * secsize), EINVAL);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 51 * b, data, 0), EINVAL);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), -1, data, secsize), EINVAL);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), INT64_MAX & ~7, data, secsize), EINVAL);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 0, data, 100), EINVAL);
		if (b > 1)
			CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 1, data, secsize), EINVAL);
		CHECK_EQ(bdev_size(tdk_dev(sc, 1)), 50 * b);
		CHECK_EQ(bdev_size(tdk_dev(sc, 4)), -1);
		/* No swap, not there, the whole disk. */
		CHECK_EQ(bdev_dump(tdk_dev(sc, 4), 0, data, secsize), ENXIO);
		CHECK_EQ(bdev_dump(tdk_dev(sc, 6), 0, data, secsize), ENXIO);
		CHECK_EQ(bdev_dump(tdk_dev(sc, RAW_PART), 0, data, secsize), ENXIO);
		CHECK_EQ(sc->sc_dumps, 6);
		CHECK(holds(sc, 0, 0, 0x5a));
		CHECK_EQ(end(sc, vp), 0);
	}
	return 0;
}

/* What went wrong is said, and the next dump goes well. */
KERNTEST(dump_errors)
{
	char data[1024];
	struct tdk_softc *sc;
	struct vnode *vp;

	CHECK_EQ(start(&sc, &vp, 512), 0);
	sc->sc_maxxfer = 512;
	sc->sc_dumperror = EIO;
	CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 0, data, 1024), EIO);
	CHECK_EQ(sc->sc_dumps, 1);
	/* A panic while it dumps. */
	sc->sc_dumpagain = true;
	CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 0, data, 1024), EFAULT);
	CHECK_EQ(sc->sc_dumps, 2);
	sc->sc_dumpagain = false;
	sc->sc_dumperror = 0;
	CHECK_EQ(bdev_dump(tdk_dev(sc, 1), 0, data, 1024), 0);
	return end(sc, vp);
}

KERNTEST(dump_wedges)
{
	static char data[8192];
	struct dkwedge_info dkw;
	struct tdk_softc *sc;
	dev_t dev[2];
	int i;

	memset(data, 0x5a, sizeof(data));
	sc = tdk_create(256, 4096);
	for (i = 0; i < 2; i++) {
		memset(&dkw, 0, sizeof(dkw));
		strlcpy((char *)dkw.dkw_wname, i == 0 ? "swap" : "files", sizeof(dkw.dkw_wname));
		strlcpy(dkw.dkw_ptype, i == 0 ? DKW_PTYPE_SWAP : DKW_PTYPE_FAT,
		    sizeof(dkw.dkw_ptype));
		strlcpy(dkw.dkw_parent, sc->sc_dksc.sc_xname, sizeof(dkw.dkw_parent));
		dkw.dkw_offset = 10 + 100 * i;
		dkw.dkw_size = 20;
		CHECK_EQ(dkwedge_add(&dkw), 0);
		dev[i] = makedev(devsw_name2blk("dk", NULL, 0),
		    device_unit(dkwedge_find_by_wname((char *)dkw.dkw_wname)));
	}
	CHECK_EQ(bdev_dump(dev[0], 18 * 8, data, 8192), 0);
	CHECK(holds(sc, 28, 30, 0x5a));
	CHECK_EQ(bdev_dump(dev[0], 19 * 8, data, 8192), EINVAL);
	CHECK_EQ(bdev_dump(dev[0], 21 * 8, data, 0), EINVAL);
	CHECK_EQ(bdev_dump(dev[0], -8, data, 4096), EINVAL);
	CHECK_EQ(bdev_dump(dev[0], 0, data, 512), EINVAL);
	CHECK_EQ(bdev_dump(dev[1], 0, data, 4096), ENXIO);
	CHECK_EQ(bdev_size(dev[0]), 20 * 8);
	CHECK_EQ(bdev_size(dev[1]), -1);
	CHECK_EQ(sc->sc_dumps, 1);
	tdk_destroy(sc);
	return 0;
}
