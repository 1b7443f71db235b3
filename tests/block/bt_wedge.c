/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Labels and wedges, and partition tables that lie.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bswap.h>
#include <sys/buf.h>
#include <sys/bootblock.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/disklabel_gpt.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/stat.h>
#include <sys/uuid.h>
#include <sys/vnode.h>

#include "kerntest.h"
#include "tdk.h"

#define	SEC	512
#define	NSEC	2048

static int
nwedges(struct tdk_softc *sc)
{

	return sc->sc_dksc.sc_dkdev.dk_nwedges;
}

static int
discover(struct tdk_softc *sc)
{

	dkwedge_discover(&sc->sc_dksc.sc_dkdev);
	return nwedges(sc);
}

static int
add(struct tdk_softc *sc, const char *name, daddr_t off, uint64_t size,
    char *devname)
{
	struct dkwedge_info dkw;
	int error;

	memset(&dkw, 0, sizeof(dkw));
	strlcpy((char *)dkw.dkw_wname, name, sizeof(dkw.dkw_wname));
	strlcpy(dkw.dkw_parent, sc->sc_dksc.sc_xname, sizeof(dkw.dkw_parent));
	dkw.dkw_offset = off;
	dkw.dkw_size = size;
	error = dkwedge_add(&dkw);
	if (devname != NULL)
		strlcpy(devname, dkw.dkw_devname, sizeof(dkw.dkw_devname));
	return error;
}

KERNTEST(wedge_add_io)
{
	struct tdk_softc *sc;
	struct dkwedge_info dkw;
	struct dkwedge_list list;
	struct vnode *vp;
	struct buf *bp;
	char devname[16];
	uint64_t nsec;
	unsigned secsize;
	device_t dev;
	size_t i = 0;

	sc = tdk_create(NSEC, SEC);
	memset(sc->sc_mem + 100 * SEC, 0x11, SEC);
	memset(sc->sc_mem + 199 * SEC, 0x22, SEC);
	CHECK_EQ(add(sc, "data", 100, 100, devname), 0);
	CHECK_EQ(strncmp(devname, "dk", 2), 0);
	CHECK_EQ(add(sc, "over", 199, 10, NULL), EINVAL);
	CHECK_EQ(add(sc, "over", 50, 51, NULL), EINVAL);
	CHECK_EQ(add(sc, "data", 300, 10, NULL), EEXIST);
	CHECK_EQ(add(sc, "big", 300, NSEC, NULL), EINVAL);
	CHECK_EQ(add(sc, "big", 300, UINT64_MAX, NULL), EINVAL);
	CHECK_EQ(add(sc, "neg", -1, 5, NULL), EINVAL);
	CHECK_EQ(add(sc, "zero", 300, 0, NULL), EINVAL);
	CHECK_EQ(add(sc, "last", NSEC - 1, 1, NULL), 0);
	CHECK_EQ(nwedges(sc), 2);
	dev = dkwedge_find_by_wname("data");
	CHECK(dev != NULL);
	CHECK(dkwedge_find_by_wname("none") == NULL);
	CHECK(dkwedge_find_partition(sc->sc_dksc.sc_dev, 100, 100) == dev);
	CHECK(dkwedge_find_by_parent(sc->sc_dksc.sc_xname, &i) == dev);
	vp = opendisk(dev);
	CHECK(vp != NULL);
	CHECK_EQ(VOP_CLOSE(vp, FREAD, NOCRED), 0);
	vput(vp);
	vp = opendisk(sc->sc_dksc.sc_dev);
	CHECK(vp != NULL);
	CHECK(opendisk(sc->sc_dksc.sc_dev) == NULL);	/* one at a time */
	CHECK_EQ(VOP_CLOSE(vp, FREAD, NOCRED), 0);
	vput(vp);

	CHECK_EQ(vn_bdev_open(makedev(devsw_name2blk("dk", NULL, 0),
	    device_unit(dev)), &vp, curlwp), 0);
	CHECK_EQ(getdisksize(vp, &nsec, &secsize), 0);
	CHECK_EQ(nsec, 100);
	CHECK_EQ(secsize, SEC);
	CHECK_EQ(getdiskinfo(vp, &dkw), 0);
	CHECK_EQ(strcmp((char *)dkw.dkw_wname, "data"), 0);
	CHECK_EQ(dkw.dkw_offset, 100);
	CHECK_EQ(bread(vp, 0, SEC, 0, &bp), 0);
	CHECK_EQ(*(uint8_t *)bp->b_data, 0x11);
	brelse(bp, 0);
	CHECK_EQ(bread(vp, 99, SEC, 0, &bp), 0);
	CHECK_EQ(*(uint8_t *)bp->b_data, 0x22);
	brelse(bp, 0);
	CHECK_EQ(bread(vp, 100, SEC, 0, &bp), 0);
	CHECK_EQ(bp->b_resid, SEC);
	brelse(bp, 0);
	CHECK_EQ(bread(vp, 101, SEC, 0, &bp), EINVAL);
	bp = getblk(vp, 5, SEC, 0, 0);
	memset(bp->b_data, 0x33, SEC);
	CHECK_EQ(bwrite(bp), 0);
	CHECK_EQ(sc->sc_mem[105 * SEC], 0x33);
	sc->sc_fail = EIO;
	CHECK_EQ(bread(vp, 7, SEC, 0, &bp), EIO);
	sc->sc_fail = 0;

	/* In use: stays. */
	memset(&dkw, 0, sizeof(dkw));
	strlcpy(dkw.dkw_devname, devname, sizeof(dkw.dkw_devname));
	strlcpy(dkw.dkw_parent, "tdk1", sizeof(dkw.dkw_parent));
	CHECK_EQ(dkwedge_del(&dkw), ESRCH);	/* of another disk */
	strlcpy(dkw.dkw_parent, sc->sc_dksc.sc_xname, sizeof(dkw.dkw_parent));
	CHECK_EQ(dkwedge_del(&dkw), EBUSY);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	CHECK_EQ(nwedges(sc), 1);
	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
	memset(&list, 0, sizeof(list));
	CHECK_EQ(dkwedge_list(&sc->sc_dksc.sc_dkdev, &list, curlwp), 0);
	CHECK_EQ(list.dkwl_nwedges, 1);
	CHECK_EQ(list.dkwl_ncopied, 0);
	CHECK_EQ(dkwedge_del(&dkw), 0);
	CHECK_EQ(dkwedge_del(&dkw), ESRCH);
	CHECK_EQ(nwedges(sc), 0);
	tdk_destroy(sc);
	return 0;
}

/* A table of n entries, both headers; entries from 34 on, 100 sectors each. */
static void
mkgpt(struct tdk_softc *sc, unsigned n)
{
	static const struct uuid ffs = GPT_ENT_TYPE_NETBSD_FFS;
	const uint64_t total = sc->sc_size / sc->sc_secsize;
	const uint32_t ss = sc->sc_secsize;
	struct gpt_hdr h;
	struct gpt_ent e;
	uint32_t crc;
	unsigned i, k;

	for (i = 0; i < n; i++) {
		memset(&e, 0, sizeof(e));
		uuid_enc_le(e.ent_type, &ffs);
		e.ent_guid[0] = i + 1;
		e.ent_lba_start = htole64(34 + i * 100);
		e.ent_lba_end = htole64(34 + i * 100 + 99);
		e.ent_name[0] = htole16('p');
		e.ent_name[1] = htole16('0' + i);
		memcpy(sc->sc_mem + 2 * ss + i * sizeof(e), &e, sizeof(e));
	}
	memcpy(sc->sc_mem + (total - 33) * ss, sc->sc_mem + 2 * ss,
	    128 * sizeof(e));
	crc = crc32(0, sc->sc_mem + 2 * ss, 128 * sizeof(e));
	for (k = 0; k < 2; k++) {
		memset(&h, 0, sizeof(h));
		memcpy(h.hdr_sig, GPT_HDR_SIG, 8);
		h.hdr_revision = htole32(GPT_HDR_REVISION);
		h.hdr_size = htole32(GPT_HDR_SIZE);
		h.hdr_lba_self = htole64(k == 0 ? 1 : total - 1);
		h.hdr_lba_alt = htole64(k == 0 ? total - 1 : 1);
		h.hdr_lba_start = htole64(34);
		h.hdr_lba_end = htole64(total - 34);
		h.hdr_lba_table = htole64(k == 0 ? 2 : total - 33);
		h.hdr_entries = htole32(128);
		h.hdr_entsz = htole32(sizeof(e));
		h.hdr_crc_table = htole32(crc);
		h.hdr_crc_self = htole32(crc32(0, &h, GPT_HDR_SIZE));
		memcpy(sc->sc_mem + (k == 0 ? 1 : total - 1) * ss, &h,
		    sizeof(h));
	}
}

static struct gpt_hdr *
gpthdr(struct tdk_softc *sc, int which)
{

	return (void *)(sc->sc_mem + (which == 0 ? SEC :
	    sc->sc_size - SEC));
}

/* Makes both headers' checksums right again. */
static void
gptfix(struct tdk_softc *sc)
{
	struct gpt_hdr *h;
	uint64_t lba;
	uint32_t len;
	int i;

	for (i = 0; i < 2; i++) {
		h = gpthdr(sc, i);
		lba = le64toh(h->hdr_lba_table);
		len = le32toh(h->hdr_entries) * le32toh(h->hdr_entsz);
		if (lba < NSEC && len <= (NSEC - lba) * SEC)
			h->hdr_crc_table = htole32(crc32(0,
			    sc->sc_mem + lba * SEC, len));
		h->hdr_crc_self = 0;
		h->hdr_crc_self = htole32(crc32(0, h, GPT_HDR_SIZE));
	}
}

/* The disk goes while a wedge of it is open: the wedge goes, too. */
KERNTEST(wedge_forced)
{
	struct tdk_softc *sc;
	struct vnode *vp, *cvp;
	struct buf *bp;
	char devname[16];
	device_t dev;

	sc = tdk_create(NSEC, SEC);
	CHECK_EQ(add(sc, "data", 100, 100, devname), 0);
	CHECK_EQ(add(sc, "more", 200, 100, NULL), 0);
	dev = dkwedge_find_by_wname("data");
	CHECK_EQ(vn_bdev_open(makedev(devsw_name2blk("dk", NULL, 0),
	    device_unit(dev)), &vp, curlwp), 0);
	CHECK_EQ(cdevvp(makedev(devsw_name2chr("dk", NULL, 0),
	    device_unit(dev)), &cvp), 0);
	CHECK_EQ(vn_lock(cvp, LK_EXCLUSIVE), 0);
	CHECK_EQ(VOP_OPEN(cvp, FREAD, curlwp->l_cred), 0);
	VOP_UNLOCK(cvp);
	CHECK_EQ(bread(vp, 0, SEC, 0, &bp), 0);
	brelse(bp, 0);
	bp = getblk(vp, 5, SEC, 0, 0);
	memset(bp->b_data, 0x33, SEC);
	bdwrite(bp);
	dkwedge_delall(&sc->sc_dksc.sc_dkdev);
	CHECK_EQ(nwedges(sc), 0);
	CHECK(dkwedge_find_by_wname("data") == NULL);
	CHECK(sc->sc_dksc.sc_dkdev.dk_rawvp == NULL);
	CHECK(bread(vp, 1, SEC, 0, &bp) != 0);
	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
	CHECK_EQ(vn_close(cvp, FREAD, curlwp->l_cred), 0);
	tdk_destroy(sc);
	return 0;
}

KERNTEST(gpt_good)
{
	struct tdk_softc *sc;

	sc = tdk_create(NSEC, SEC);
	mkgpt(sc, 3);
	CHECK_EQ(discover(sc), 3);
	CHECK(dkwedge_find_by_wname("p0") != NULL);
	CHECK(dkwedge_find_partition(sc->sc_dksc.sc_dev, 234, 100) ==
	    dkwedge_find_by_wname("p2"));
	/* Again: they are there already. */
	CHECK_EQ(discover(sc), 3);
	tdk_destroy(sc);

	/* Sectors of 4 KiB; a name that is taken becomes the GUID. */
	sc = tdk_create(NSEC, 4096);
	mkgpt(sc, 2);
	CHECK_EQ(discover(sc), 2);
	tdk_destroy(sc);

	/* Through a driver that does not take the table at once. */
	sc = tdk_create(NSEC, SEC);
	sc->sc_maxxfer = 4096;
	mkgpt(sc, 2);
	CHECK_EQ(discover(sc), 2);
	tdk_destroy(sc);
	return 0;
}

KERNTEST(gpt_backup)
{
	struct tdk_softc *sc;

	sc = tdk_create(NSEC, SEC);
	mkgpt(sc, 2);
	sc->sc_mem[SEC + 40] ^= 1;
	CHECK_EQ(discover(sc), 2);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	mkgpt(sc, 2);
	sc->sc_mem[2 * SEC + 200] ^= 1;		/* an entry */
	CHECK_EQ(discover(sc), 2);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	sc->sc_mem[sc->sc_size - SEC] ^= 1;
	CHECK_EQ(discover(sc), 0);
	tdk_destroy(sc);
	return 0;
}

KERNTEST(gpt_hostile)
{
	struct tdk_softc *sc;
	struct gpt_hdr *h;
	struct gpt_ent *e;
	int i, k;

	sc = tdk_create(NSEC, SEC);
	for (i = 0; i < 10; i++) {
		memset(sc->sc_mem, 0, sc->sc_size);
		mkgpt(sc, 2);
		for (k = 0; k < 2; k++) {
			h = gpthdr(sc, k);
			switch (i) {
			case 0:
				h->hdr_entries = htole32(UINT32_MAX);
				break;
			case 1:
				h->hdr_entsz = htole32(0);
				break;
			case 2:
				h->hdr_entsz = htole32(UINT32_MAX & ~7);
				break;
			case 3:
				h->hdr_entsz = htole32(127);
				break;
			case 4:
				h->hdr_lba_table = htole64(UINT64_MAX);
				break;
			case 5:
				h->hdr_lba_table = htole64(NSEC - 1);
				break;
			case 6:
				h->hdr_size = htole32(UINT32_MAX);
				break;
			case 7:
				h->hdr_lba_end = htole64(UINT64_MAX);
				break;
			case 8:
				h->hdr_lba_self = htole64(7);
				break;
			case 9:
				h->hdr_entries = 0;
				break;
			}
		}
		gptfix(sc);
		CHECK_EQ(discover(sc), 0);
	}
	/* Entries outside, reversed, overlapping: the others still count. */
	memset(sc->sc_mem, 0, sc->sc_size);
	mkgpt(sc, 5);
	e = (void *)(sc->sc_mem + 2 * SEC);
	e[0].ent_lba_end = htole64(UINT64_MAX);
	e[1].ent_lba_start = htole64(1);
	e[2].ent_lba_start = htole64(500);
	e[2].ent_lba_end = htole64(499);
	e[3].ent_lba_start = e[4].ent_lba_start;
	memcpy(sc->sc_mem + (NSEC - 33) * SEC, e, 128 * sizeof(*e));
	gptfix(sc);
	CHECK_EQ(discover(sc), 1);
	tdk_destroy(sc);
	return 0;
}

static void
mbrset(struct tdk_softc *sc, uint64_t sector, int i, uint8_t type,
    uint32_t start, uint32_t size)
{
	struct mbr_sector *m = (void *)(sc->sc_mem + sector * SEC);

	m->mbr_parts[i].mbrp_type = type;
	m->mbr_parts[i].mbrp_start = htole32(start);
	m->mbr_parts[i].mbrp_size = htole32(size);
	m->mbr_magic = htole16(MBR_MAGIC);
}

KERNTEST(mbr_wedges)
{
	struct tdk_softc *sc;
	int i;

	sc = tdk_create(NSEC, SEC);
	CHECK_EQ(discover(sc), 0);
	mbrset(sc, 0, 0, MBR_PTYPE_FAT16B, 10, 100);
	mbrset(sc, 0, 1, MBR_PTYPE_LNXEXT2, 200, 100);
	mbrset(sc, 0, 2, MBR_PTYPE_EXT, 400, 1000);
	/* Two logical ones; links count from the first extended one. */
	mbrset(sc, 400, 0, MBR_PTYPE_FAT12, 1, 50);
	mbrset(sc, 400, 1, MBR_PTYPE_EXT, 100, 100);
	mbrset(sc, 500, 0, MBR_PTYPE_NTFS, 2, 50);
	CHECK_EQ(discover(sc), 4);
	CHECK(dkwedge_find_partition(sc->sc_dksc.sc_dev, 401, 50) != NULL);
	CHECK(dkwedge_find_partition(sc->sc_dksc.sc_dev, 502, 50) != NULL);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);

	/* A chain that bites its tail, and one outside of the disk. */
	mbrset(sc, 500, 1, MBR_PTYPE_EXT, 0, 100);
	CHECK_EQ(discover(sc), 4);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	mbrset(sc, 500, 1, MBR_PTYPE_EXT, UINT32_MAX, UINT32_MAX);
	CHECK_EQ(discover(sc), 4);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	/* A long one ends at the bound. */
	for (i = 0; i < 1500; i++) {
		mbrset(sc, 400 + i, 0, MBR_PTYPE_UNUSED, 0, 0);
		mbrset(sc, 400 + i, 1, MBR_PTYPE_EXT, i + 1, 1);
	}
	CHECK_EQ(discover(sc), 2);
	dkwedge_delidle(&sc->sc_dksc.sc_dkdev);
	memset(sc->sc_mem, 0, sc->sc_size);
	mbrset(sc, 0, 0, MBR_PTYPE_FAT16B, UINT32_MAX, UINT32_MAX);
	mbrset(sc, 0, 1, MBR_PTYPE_FAT16B, 5, UINT32_MAX);
	mbrset(sc, 0, 2, MBR_PTYPE_PMBR, 1, 100);
	CHECK_EQ(discover(sc), 0);
	tdk_destroy(sc);
	return 0;
}

static void
mklabel(struct disklabel *lp)
{

	memset(lp, 0, sizeof(*lp));
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	lp->d_type = DKTYPE_MD;
	lp->d_secsize = SEC;
	lp->d_nsectors = 32;
	lp->d_ntracks = 1;
	lp->d_secpercyl = 32;
	lp->d_ncylinders = NSEC / 32;
	lp->d_secperunit = NSEC;
	lp->d_npartitions = 8;
	lp->d_partitions[0].p_offset = 64;
	lp->d_partitions[0].p_size = 100;
	lp->d_partitions[0].p_fstype = FS_BSDFFS;
	lp->d_partitions[RAW_PART].p_size = NSEC;
	lp->d_partitions[4].p_offset = 200;
	lp->d_partitions[4].p_size = 300;
	lp->d_partitions[4].p_fstype = FS_MSDOS;
	lp->d_checksum = dkcksum(lp);
}

static void
swaplabel(struct disklabel *lp)
{
	uint32_t *w = (uint32_t *)lp;
	struct disklabel s = *lp;
	size_t i;

	/* Words first, then mend what is not 32 bits wide. */
	for (i = 0; i < sizeof(*lp) / 4; i++)
		w[i] = bswap32(w[i]);
	lp->d_type = bswap16(s.d_type);
	lp->d_subtype = bswap16(s.d_subtype);
	memcpy(lp->d_typename, s.d_typename, sizeof(s.d_typename));
	memcpy(lp->d_packname, s.d_packname, sizeof(s.d_packname));
	lp->d_sparespertrack = bswap16(s.d_sparespertrack);
	lp->d_sparespercyl = bswap16(s.d_sparespercyl);
	lp->d_rpm = bswap16(s.d_rpm);
	lp->d_interleave = bswap16(s.d_interleave);
	lp->d_trackskew = bswap16(s.d_trackskew);
	lp->d_cylskew = bswap16(s.d_cylskew);
	lp->d_checksum = bswap16(s.d_checksum);
	lp->d_npartitions = bswap16(s.d_npartitions);
	for (i = 0; i < MAXPARTITIONS; i++) {
		lp->d_partitions[i].p_fstype = s.d_partitions[i].p_fstype;
		lp->d_partitions[i].p_frag = s.d_partitions[i].p_frag;
		lp->d_partitions[i].p_cpg = bswap16(s.d_partitions[i].p_cpg);
	}
	lp->d_checksum = 0;
	lp->d_checksum = dkcksum_sized(lp, s.d_npartitions);
}

/* A label read at open decides which partitions there are. */
KERNTEST(label_partitions)
{
	struct tdk_softc *sc;
	struct disklabel lab;
	struct vnode *vp;
	struct buf *bp;
	uint64_t nsec;
	unsigned ss;
	int i;

	sc = tdk_create(NSEC, SEC);
	for (i = 0; i < 3; i++) {
		memset(sc->sc_mem, 0, sc->sc_size);
		memset(sc->sc_mem + 64 * SEC, 0x41, SEC);
		mklabel(&lab);
		if (i == 1)
			swaplabel(&lab);
		if (i == 2) {
			/* Inside of the NetBSD partition of an MBR. */
			mbrset(sc, 0, 2, MBR_PTYPE_NETBSD, 32, 1000);
			memcpy(sc->sc_mem + 33 * SEC, &lab, sizeof(lab));
		} else
			memcpy(sc->sc_mem + SEC, &lab, sizeof(lab));
		CHECK_EQ(vn_bdev_open(tdk_dev(sc, 0), &vp, curlwp), 0);
		CHECK_EQ(getdisksize(vp, &nsec, &ss), 0);
		CHECK_EQ(nsec, 100);
		CHECK_EQ(bread(vp, 0, SEC, 0, &bp), 0);
		CHECK_EQ(*(uint8_t *)bp->b_data, 0x41);
		brelse(bp, 0);
		CHECK_EQ(bread(vp, 101, SEC, 0, &bp), EINVAL);
		CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
		CHECK_EQ(vn_bdev_open(tdk_dev(sc, 1), &vp, curlwp), ENXIO);
		CHECK_EQ(vn_bdev_open(tdk_dev(sc, 12), &vp, curlwp), ENXIO);
	}
	tdk_destroy(sc);
	return 0;
}

KERNTEST(label_hostile)
{
	struct tdk_softc *sc;
	struct disklabel lab;
	struct vnode *vp;

	sc = tdk_create(NSEC, SEC);
	/* A wrong checksum, a number of partitions past the sector. */
	mklabel(&lab);
	lab.d_checksum ^= 1;
	memcpy(sc->sc_mem + SEC, &lab, sizeof(lab));
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, 0), &vp, curlwp), ENXIO);
	mklabel(&lab);
	lab.d_npartitions = 0xffff;
	memcpy(sc->sc_mem + SEC, &lab, sizeof(lab));
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, 0), &vp, curlwp), ENXIO);
	/* At the very end of a sector. */
	memset(sc->sc_mem, 0, sc->sc_size);
	mklabel(&lab);
	memcpy(sc->sc_mem + 2 * SEC - 200, &lab, 200);
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, 0), &vp, curlwp), ENXIO);
	/* Sizes past the disk are cut, a start past it is no partition. */
	memset(sc->sc_mem, 0, sc->sc_size);
	mklabel(&lab);
	lab.d_secsize = 0;
	lab.d_secpercyl = 0;
	lab.d_partitions[0].p_size = UINT32_MAX;
	lab.d_partitions[1].p_offset = UINT32_MAX;
	lab.d_partitions[1].p_size = UINT32_MAX;
	lab.d_checksum = 0;
	lab.d_checksum = dkcksum(&lab);
	memcpy(sc->sc_mem + SEC, &lab, sizeof(lab));
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, 1), &vp, curlwp), ENXIO);
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, 0), &vp, curlwp), 0);
	CHECK_EQ(sc->sc_dksc.sc_dkdev.dk_label->d_partitions[0].p_size,
	    NSEC - 64);
	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
	tdk_destroy(sc);
	return 0;
}

KERNTEST(label_ioctl)
{
	struct tdk_softc *sc;
	struct disklabel lab, back;
	struct vnode *vp;
	dev_t raw;

	sc = tdk_create(NSEC, SEC);
	raw = tdk_dev(sc, RAW_PART);
	CHECK_EQ(vn_bdev_open(raw, &vp, curlwp), 0);
	mklabel(&lab);
	CHECK_EQ(bdev_ioctl(raw, DIOCSDINFO, &lab, FREAD, curlwp), EBADF);
	lab.d_checksum ^= 2;
	CHECK_EQ(bdev_ioctl(raw, DIOCSDINFO, &lab, FWRITE, curlwp), EINVAL);
	mklabel(&lab);
	CHECK_EQ(bdev_ioctl(raw, DIOCWDINFO, &lab, FWRITE, curlwp), 0);
	CHECK_EQ(bdev_ioctl(raw, DIOCGDINFO, &back, FREAD, curlwp), 0);
	CHECK_EQ(back.d_partitions[4].p_size, 300);
	memcpy(&back, sc->sc_mem + SEC, sizeof(back));
	CHECK_EQ(back.d_magic, DISKMAGIC);
	CHECK_EQ(back.d_partitions[4].p_size, 300);
	/* The label is protected. */
	CHECK_EQ(bdev_open(tdk_dev(sc, 0), FREAD, S_IFBLK, curlwp), 0);
	mklabel(&lab);
	lab.d_partitions[0].p_size = 10;
	lab.d_checksum = 0;
	lab.d_checksum = dkcksum(&lab);
	CHECK_EQ(bdev_ioctl(raw, DIOCSDINFO, &lab, FWRITE, curlwp), EBUSY);
	CHECK_EQ(bdev_close(tdk_dev(sc, 0), FREAD, S_IFBLK, curlwp), 0);
	CHECK_EQ(bdev_ioctl(raw, DIOCSDINFO, &lab, FWRITE, curlwp), 0);
	CHECK_EQ(bdev_ioctl(raw, 0x12345678, &lab, FWRITE, curlwp), ENOTTY);
	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);

	/* And wedges from the label. */
	CHECK_EQ(discover(sc), 2);
	tdk_destroy(sc);
	return 0;
}
