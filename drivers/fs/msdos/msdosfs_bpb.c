/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot sector of a FAT volume: every field is checked here, once, before
 * anything is computed with it.  After that the members of struct
 * msdosfsmount marked as geometry hold, and the rest of the driver relies on:
 *
 *	FATs, root directory and clusters follow each other without overlap
 *	and lie within the device; each cluster in 2..pm_maxcluster has an
 *	entry in the FAT and all its sectors in the volume.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/mount.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

#define MAXFATS		16
#define MAXCNSHIFT	18		/* clusters of 256 KiB */
#define FATBLKSIZE	4096		/* bytes of FAT16 and FAT32 per block */

static int
bpb_bad(const char *field, uint64_t value, const char *limit)
{

	printf("msdosfs: boot sector: %s is %llu, must be %s\n", field,
	    (unsigned long long)value, limit);
	return EINVAL;
}

/* log2 of a power of two in [min, max], or -1. */
static int
log2of(uint32_t v, uint32_t min, uint32_t max)
{
	int n;

	if (v < min || v > max || (v & (v - 1)) != 0)
		return -1;
	for (n = 0; v > 1; n++)
		v >>= 1;
	return n;
}

static void
bpb_label(struct msdosfsmount *pmp, const struct extboot *ext)
{

	if (ext->exBootSignature == EXBOOTSIG &&
	    memcmp(ext->exVolumeLabel, "NO NAME    ", 11) != 0)
		msdosfs_setlabel(pmp, ext->exVolumeLabel);
}

/* The fields that FAT32 alone has. */
static int
bpb_fat32(struct msdosfsmount *pmp, const struct byte_bpb710 *b, uint32_t res)
{
	u_int flags = le16dec(b->bpbExtFlags);
	uint32_t fsinfo = le16dec(b->bpbFSInfo);

	if (le16dec(b->bpbFSVers) != FSVERS)
		return bpb_bad("version", le16dec(b->bpbFSVers), "0");
	if (flags & FATMIRROR) {
		pmp->pm_curfat = flags & FATNUM;
		if (pmp->pm_curfat >= pmp->pm_nfats)
			return bpb_bad("active FAT", pmp->pm_curfat,
			    "less than the number of FATs");
		pmp->pm_flags &= ~MSDOSFS_FATMIRROR;
	}
	/* FSInfo is only a hint, so a wrong place just means none. */
	if (fsinfo > 0 && fsinfo < res)
		pmp->pm_fsinfo = fsinfo;
	return 0;
}

/* What kind of volume these fields say it is. */
static int
bpb_type(struct msdosfsmount *pmp, const struct byte_bpb50 *b, uint64_t ncl)
{

	if (pmp->pm_fattype == 32)
		return 0;
	if (pmp->pm_flags & MSDOSFSMNT_GEMDOSFS) {
		/* The Atari decides by the medium: disks are FAT16. */
		pmp->pm_fattype = ncl >= FAT16_MINCLUST ||
		    b->bpbMedia == 0xf8 ? 16 : 12;
	} else
		pmp->pm_fattype = ncl >= FAT16_MINCLUST ? 16 : 12;
	if (pmp->pm_fattype == 16 && ncl >= FAT32_MINCLUST)
		return bpb_bad("number of clusters", ncl,
		    "less than 65525 with a FAT of 16 bits");
	return 0;
}

/* Fits the FAT to the clusters. */
static int
bpb_fat(struct msdosfsmount *pmp, uint64_t ncl)
{
	uint64_t bytes = (uint64_t)pmp->pm_fatsecs << pmp->pm_secshift, ents;
	u_int secsize = 1u << pmp->pm_secshift;

	switch (pmp->pm_fattype) {
	case 12:
		pmp->pm_fatmask = FAT12_MASK;
		pmp->pm_fatblksecs = 3;
		pmp->pm_entsperblk = 2 * secsize;
		ents = bytes * 2 / 3;
		break;
	case 16:
		pmp->pm_fatmask = FAT16_MASK;
		pmp->pm_fatblksecs = FATBLKSIZE / secsize;
		pmp->pm_entsperblk = FATBLKSIZE / 2;
		ents = bytes / 2;
		break;
	default:
		pmp->pm_fatmask = FAT32_MASK;
		pmp->pm_fatblksecs = FATBLKSIZE / secsize;
		pmp->pm_entsperblk = FATBLKSIZE / 4;
		ents = bytes / 4;
		break;
	}
	pmp->pm_entshift = log2of(pmp->pm_entsperblk, 1, UINT32_MAX);
	ents = MIN(ents, CLUST_RSRVD & pmp->pm_fatmask);
	if (ents <= CLUST_FIRST)
		return bpb_bad("sectors per FAT", pmp->pm_fatsecs, "more");
	if (ncl > ents - CLUST_FIRST) {
		printf("msdosfs: %llu clusters but a FAT for %llu, "
		    "the rest can't be used\n", (unsigned long long)ncl,
		    (unsigned long long)ents - CLUST_FIRST);
		ncl = ents - CLUST_FIRST;
	}
	pmp->pm_nclusters = (uint32_t)ncl;
	pmp->pm_maxcluster = (uint32_t)ncl + CLUST_FIRST - 1;
	pmp->pm_fatblks = pmp->pm_maxcluster / pmp->pm_entsperblk + 1;
	return 0;
}

/*
 * Checks the boot sector, of which len (at least 512) bytes are at hand, of
 * a device with devbytes bytes, and sets the geometry in pmp.  EINVAL, with
 * a line on the log, if the driver could not rely on it.
 */
int
msdosfs_bpb_check(struct msdosfsmount *pmp, const uint8_t *sec, size_t len,
    uint64_t devbytes)
{
	const struct byte_bpb710 *b7 = (const void *)(sec + BPB_OFFSET);
	const struct byte_bpb50 *b = &b7->bpb50;
	const bool gemdos = (pmp->pm_flags & MSDOSFSMNT_GEMDOSFS) != 0;
	uint32_t secsize, res, rootents, rootsecs;
	uint64_t root, data, total, ncl;
	int n, error;

	KASSERT(len >= 512);
	if (!gemdos && (sec[BOOTSIG_OFFSET] != BOOTSIG0 ||
	    sec[BOOTSIG_OFFSET + 1] != BOOTSIG1))
		return bpb_bad("signature", le16dec(sec + BOOTSIG_OFFSET),
		    "43605 (0xaa55)");

	secsize = le16dec(b->bpbBytesPerSec);
	if ((n = log2of(secsize, 512, 4096)) == -1)
		return bpb_bad("bytes per sector", secsize,
		    "512, 1024, 2048 or 4096");
	pmp->pm_secshift = n;
	if ((n = log2of(b->bpbSecPerClust, 1, 128)) == -1)
		return bpb_bad("sectors per cluster", b->bpbSecPerClust,
		    "a power of two");
	pmp->pm_cnshift = pmp->pm_secshift + n;
	if (pmp->pm_cnshift > MAXCNSHIFT)
		return bpb_bad("cluster size", 1u << pmp->pm_cnshift,
		    "262144 or less");
	pmp->pm_bpcluster = 1u << pmp->pm_cnshift;
	pmp->pm_bshift = MIN(pmp->pm_cnshift, 12);

	res = le16dec(b->bpbResSectors);
	if (res == 0)
		return bpb_bad("number of reserved sectors", res, "1 or more");
	pmp->pm_nfats = b->bpbFATs;
	if (pmp->pm_nfats == 0 || pmp->pm_nfats > MAXFATS)
		return bpb_bad("number of FATs", pmp->pm_nfats, "1 to 16");
	pmp->pm_media = b->bpbMedia;
	if (!gemdos && pmp->pm_media != 0xf0 && pmp->pm_media < 0xf8)
		return bpb_bad("media descriptor", pmp->pm_media,
		    "240 or at least 248");

	rootents = le16dec(b->bpbRootDirEnts);
	pmp->pm_fatsecs = le16dec(b->bpbFATsecs);
	pmp->pm_flags |= MSDOSFS_FATMIRROR;
	if (rootents == 0 && pmp->pm_fatsecs == 0) {
		pmp->pm_fattype = 32;
		pmp->pm_fatsecs = le32dec(b7->bpbBigFATsecs);
		if ((error = bpb_fat32(pmp, b7, res)) != 0)
			return error;
		bpb_label(pmp, (const void *)(sec + EXT710_OFFSET));
	} else {
		pmp->pm_fattype = 0;
		if (rootents == 0)
			return bpb_bad("number of root directory entries",
			    rootents, "1 or more with a FAT of 16 bits");
		bpb_label(pmp, (const void *)(sec + EXT50_OFFSET));
	}
	if (pmp->pm_fatsecs == 0)
		return bpb_bad("sectors per FAT", 0, "1 or more");

	total = le16dec(b->bpbSectors);
	if (total == 0)
		total = le32dec(b->bpbHugeSectors);
	if (total == 0)
		return bpb_bad("number of sectors", 0, "1 or more");
	if (total > devbytes >> pmp->pm_secshift)
		return bpb_bad("number of sectors", total,
		    "no more than the device has");
	pmp->pm_sectors = (uint32_t)total;

	/* At most 2^16 + 2^4 * 2^32 + 2^12: no overflow in 64 bits. */
	pmp->pm_fatsec = res;
	root = (uint64_t)res + (uint64_t)pmp->pm_nfats * pmp->pm_fatsecs;
	rootsecs = (rootents * DOS_SLOTSIZE + secsize - 1) >> pmp->pm_secshift;
	data = root + rootsecs;
	if (data >= total)
		return bpb_bad("first sector of the clusters", data,
		    "less than the number of sectors");
	ncl = (total - data) >> (pmp->pm_cnshift - pmp->pm_secshift);
	if (ncl == 0)
		return bpb_bad("number of clusters", 0, "1 or more");
	pmp->pm_rootsec = (uint32_t)root;
	pmp->pm_rootsize = rootents * DOS_SLOTSIZE;
	pmp->pm_datasec = (uint32_t)data;

	if ((error = bpb_type(pmp, b, ncl)) != 0 ||
	    (error = bpb_fat(pmp, ncl)) != 0)
		return error;
	if (pmp->pm_fattype == 32) {
		pmp->pm_rootclust = le32dec(b7->bpbRootClust);
		if (!msdosfs_validcn(pmp, pmp->pm_rootclust))
			return bpb_bad("root directory's cluster",
			    pmp->pm_rootclust, "a cluster of the volume");
	}
	return 0;
}
