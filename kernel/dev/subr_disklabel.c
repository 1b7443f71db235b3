/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Disk labels: finding one on a disk, checking it, writing it.  See
 * disklabel(5), disklabel(9).
 *
 * On amd64 the label lies in the second sector of the NetBSD partition of the
 * MBR, or of the disk when there is no MBR.  Bytes on the disk are not
 * trusted: sizes are clipped to the disk that the driver described.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bootblock.h>
#include <sys/bswap.h>
#include <sys/buf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "disk_impl.h"

/* Links of a chain of extended partitions that are followed. */
#define	MBR_CHAIN_MAX	64

u_int
dkcksum(struct disklabel *lp)
{

	return dkcksum_sized(lp, MIN(lp->d_npartitions, MAXPARTITIONS));
}

/* The xor of a label's words with npartitions partitions; 0 if it is right. */
u_int
dkcksum_sized(struct disklabel *lp, size_t npartitions)
{
	const uint8_t *p = (const uint8_t *)lp;
	const uint8_t *end = (const uint8_t *)&lp->d_partitions[npartitions];
	uint16_t sum = 0, w;

	for (; p < end; p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		sum ^= w;
	}
	return sum;
}

/* A label in the other byte order, in place. */
void
disklabel_swap(struct disklabel *lp)
{
	struct partition *p;
	int i;

#define	SWAP16(x)	(x) = bswap16(x)
#define	SWAP32(x)	(x) = bswap32(x)
	SWAP32(lp->d_magic);
	SWAP16(lp->d_type);
	SWAP16(lp->d_subtype);
	SWAP32(lp->d_secsize);
	SWAP32(lp->d_nsectors);
	SWAP32(lp->d_ntracks);
	SWAP32(lp->d_ncylinders);
	SWAP32(lp->d_secpercyl);
	SWAP32(lp->d_secperunit);
	SWAP16(lp->d_sparespertrack);
	SWAP16(lp->d_sparespercyl);
	SWAP32(lp->d_acylinders);
	SWAP16(lp->d_rpm);
	SWAP16(lp->d_interleave);
	SWAP16(lp->d_trackskew);
	SWAP16(lp->d_cylskew);
	SWAP32(lp->d_headswitch);
	SWAP32(lp->d_trkseek);
	SWAP32(lp->d_flags);
	for (i = 0; i < NDDATA; i++)
		SWAP32(lp->d_drivedata[i]);
	for (i = 0; i < NSPARE; i++)
		SWAP32(lp->d_spare[i]);
	SWAP32(lp->d_magic2);
	SWAP16(lp->d_checksum);
	SWAP16(lp->d_npartitions);
	SWAP32(lp->d_bbsize);
	SWAP32(lp->d_sbsize);
	for (i = 0; i < MAXPARTITIONS; i++) {
		p = &lp->d_partitions[i];
		SWAP32(p->p_size);
		SWAP32(p->p_offset);
		SWAP32(p->p_fsize);
		SWAP16(p->p_cpg);
	}
#undef SWAP16
#undef SWAP32
}

/*
 * Looks for a label of either byte order in len bytes, at any multiple of 4.
 * A copy that passes its checksum is returned in host order.  0, or ENOENT,
 * or EINVAL when there was only a bad one.
 */
int
disklabel_scan(const void *buf, size_t len, struct disklabel *lp)
{
	const uint8_t *b = buf;
	size_t off, need, n;
	uint32_t magic;
	bool swap;
	int error = ENOENT;

	for (off = 0; off + offsetof(struct disklabel, d_partitions) <= len;
	    off += 4) {
		memcpy(&magic, b + off, sizeof(magic));
		if (magic != DISKMAGIC && magic != DISKMAGIC_REV)
			continue;
		swap = magic == DISKMAGIC_REV;
		memset(lp, 0, sizeof(*lp));
		n = MIN(len - off, sizeof(*lp));
		memcpy(lp, b + off, n);
		need = swap ? bswap16(lp->d_npartitions) : lp->d_npartitions;
		if ((lp->d_magic2 != magic) || need > MAXPARTITIONS ||
		    offsetof(struct disklabel, d_partitions) +
		    need * sizeof(struct partition) > n ||
		    dkcksum_sized(lp, need) != 0) {
			error = EINVAL;
			continue;
		}
		if (swap) {
			disklabel_swap(lp);
			/* Right in this order too. */
			lp->d_checksum = 0;
			lp->d_checksum = dkcksum(lp);
		}
		return 0;
	}
	return error;
}

/*
 * Makes a label from the disk fit the disk: geometry as the driver knows it
 * and partitions inside of it.
 */
static void
disklabel_fit(struct disklabel *lp, const struct disklabel *drv)
{
	const uint32_t total = drv->d_secperunit;
	struct partition *p;
	int i;

	lp->d_secsize = drv->d_secsize;
	lp->d_secperunit = total;
	if (lp->d_nsectors == 0)
		lp->d_nsectors = MAX(1, drv->d_nsectors);
	if (lp->d_ntracks == 0)
		lp->d_ntracks = MAX(1, drv->d_ntracks);
	if (lp->d_secpercyl == 0)
		lp->d_secpercyl = MAX(1, drv->d_secpercyl);
	for (i = 0; i < lp->d_npartitions; i++) {
		p = &lp->d_partitions[i];
		if (p->p_size == 0)
			continue;
		if (p->p_offset >= total) {
			printf("disklabel: partition %c starts at %u of %u "
			    "sectors\n", 'a' + i, p->p_offset, total);
			p->p_size = 0;
		} else if (p->p_size > total - p->p_offset)
			p->p_size = total - p->p_offset;
	}
	if (lp->d_npartitions <= RAW_PART)
		lp->d_npartitions = RAW_PART + 1;
	memset(&lp->d_partitions[RAW_PART], 0, sizeof(struct partition));
	lp->d_partitions[RAW_PART].p_size = total;
	lp->d_checksum = 0;
	lp->d_checksum = dkcksum(lp);
}

/* The partition type of a label for one of an MBR. */
static int
mbr_fstype(uint8_t type)
{

	switch (type) {
	case MBR_PTYPE_FAT12:
	case MBR_PTYPE_FAT16S:
	case MBR_PTYPE_FAT16B:
	case MBR_PTYPE_FAT32:
	case MBR_PTYPE_FAT32L:
	case MBR_PTYPE_FAT16L:
	case MBR_PTYPE_EFI:
		return FS_MSDOS;
	case MBR_PTYPE_NTFS:
		return FS_NTFS;
	case MBR_PTYPE_LNXSWAP:
		return FS_SWAP;
	case MBR_PTYPE_LNXEXT2:
		return FS_EX2FS;
	case MBR_PTYPE_APPLE_UFS:
		return FS_APPLEUFS;
	case MBR_PTYPE_APPLE_HFS:
		return FS_HFS;
	default:
		return FS_OTHER;
	}
}

/*
 * Walks the partitions of an MBR, those in the chain of extended ones too;
 * fn is called for each until it returns non-zero, which is returned.  0 at
 * the end, ENOENT without an MBR, or what reading says.
 */
int
mbr_walk(struct mbr_reader *rd,
    int (*fn)(void *, const struct mbr_partition *, uint64_t start,
	uint64_t size, unsigned index),
    void *arg)
{
	struct mbr_sector mbr;
	struct mbr_partition *mp;
	uint64_t base = 0, ext = 0, next, start, size;
	unsigned link, i, index = 0;
	int error;

	for (link = 0; link < MBR_CHAIN_MAX; link++) {
		error = (*rd->rd_read)(rd, base, &mbr);
		if (error)
			return link == 0 ? error : 0;
		if (le16toh(mbr.mbr_magic) != MBR_MAGIC)
			return link == 0 ? ENOENT : 0;
		next = 0;
		for (i = 0; i < MBR_PART_COUNT; i++) {
			mp = &mbr.mbr_parts[i];
			size = le32toh(mp->mbrp_size);
			if (mp->mbrp_type == MBR_PTYPE_UNUSED || size == 0)
				continue;
			if (MBR_IS_EXTENDED(mp->mbrp_type)) {
				/* Relative to the first extended one. */
				if (next == 0)
					next = ext + le32toh(mp->mbrp_start);
				continue;
			}
			start = base + le32toh(mp->mbrp_start);
			error = (*fn)(arg, mp, start, size, index++);
			if (error)
				return error;
		}
		/* A chain that leads back is not followed. */
		if (next == 0 || next <= base)
			return 0;
		if (ext == 0)
			ext = next;
		base = next;
	}
	printf("mbr: chain of more than %d extended partitions\n",
	    MBR_CHAIN_MAX);
	return 0;
}

/*
 * Nearly all that is looked at are a sector and the next one, so two are read
 * at a time.
 */
#define	LABEL_WINDOW	2

struct label_search {
	struct buf	*ls_bp;
	void		(*ls_strat)(struct buf *);
	struct disklabel *ls_drv;	/* as the driver made it */
	struct disklabel ls_found;	/* scratch */
	uint64_t	ls_first;	/* sectors that are in ls_bp */
	unsigned	ls_count;
	bool		ls_gone;	/* the disk is */
	struct partition ls_parts[MAXPARTITIONS];
	int		ls_nparts;
	bool		ls_ok;
	bool		ls_bad;
	char		ls_data[] __aligned(8);	/* of ls_bp */
};

static int
label_fill(struct label_search *ls, uint64_t sector, unsigned n)
{
	int error = disk_read_sectors(ls->ls_strat, ls->ls_drv, ls->ls_bp, sector, n);

	return error == 0 && ls->ls_bp->b_resid != 0 ? EIO : error;
}

/* A sector of the disk, in *datap until the next call. */
static int
label_read(struct label_search *ls, uint64_t sector, const void **datap)
{
	const struct disklabel *drv = ls->ls_drv;
	unsigned n;
	int error = 0;

	if (sector > UINT32_MAX || sector >= drv->d_secperunit)
		return EINVAL;
	if (ls->ls_gone)
		return ENXIO;
	if (sector < ls->ls_first || sector - ls->ls_first >= ls->ls_count) {
		n = MIN(LABEL_WINDOW, drv->d_secperunit - sector);
		ls->ls_count = 0;
		error = label_fill(ls, sector, n);
		if (error == ENXIO)
			ls->ls_gone = true;
		else if (error != 0 && n > 1)
			/* The second may be bad. */
			error = label_fill(ls, sector, n = 1);
		if (error)
			return error;
		ls->ls_first = sector;
		ls->ls_count = n;
	}
	*datap = (const char *)ls->ls_bp->b_data + (sector - ls->ls_first) * drv->d_secsize;
	return 0;
}

struct label_reader {
	struct mbr_reader lr_rd;
	struct label_search *lr_ls;
};

static int
label_mbrread(struct mbr_reader *rd, uint64_t sector, struct mbr_sector *mbr)
{
	struct label_reader *lr = container_of(rd, struct label_reader, lr_rd);
	const void *data;
	int error;

	error = label_read(lr->lr_ls, sector, &data);
	if (error == 0)
		memcpy(mbr, data, sizeof(*mbr));
	return error;
}

/* Looks for the label of a disk or NetBSD partition that starts at sector. */
static void
label_try(struct label_search *ls, uint64_t sector)
{
	const void *data;
	int i, error;

	for (i = 0; i < 2 && !ls->ls_ok; i++) {
		if (label_read(ls, sector + (i == 0 ? LABELSECTOR : 0), &data))
			continue;
		error = disklabel_scan(data, ls->ls_drv->d_secsize, &ls->ls_found);
		if (error == 0)
			ls->ls_ok = true;
		else if (error == EINVAL)
			ls->ls_bad = true;
	}
}

static int
label_part(void *arg, const struct mbr_partition *mp, uint64_t start,
    uint64_t size, unsigned index)
{
	struct label_search *ls = arg;
	struct partition *p;

	if (mp->mbrp_type == MBR_PTYPE_NETBSD) {
		label_try(ls, start);
		if (ls->ls_ok)
			return EEXIST;
	}
	/* Without a label these are partitions 'e' and on. */
	if (ls->ls_nparts < MAXPARTITIONS - (RAW_PART + 1) &&
	    start <= UINT32_MAX) {
		p = &ls->ls_parts[ls->ls_nparts++];
		p->p_offset = start;
		p->p_size = size;
		p->p_fstype = mbr_fstype(mp->mbrp_type);
	}
	return 0;
}

/*
 * Reads the label of a disk through its driver's strategy.  lp describes the
 * disk (sector size and number) and is what stays when there is no label;
 * then partitions are made from the MBR.  NULL, or what is the matter.
 */
const char *
readdisklabel(dev_t dev, void (*strat)(struct buf *), struct disklabel *lp,
    struct cpu_disklabel *osdep)
{
	struct label_search *ls;
	struct label_reader lr;
	const char *msg = NULL;
	struct buf *bp;
	size_t size;
	int i;

	if (!DK_DEV_BSIZE_OK(lp->d_secsize))
		lp->d_secsize = DEV_BSIZE;
	if (lp->d_secpercyl == 0)
		lp->d_secpercyl = 1;
	if (lp->d_secperunit == 0)
		lp->d_secperunit = UINT32_MAX;
	lp->d_npartitions = MAX(lp->d_npartitions, RAW_PART + 1);
	if (lp->d_npartitions > MAXPARTITIONS)
		lp->d_npartitions = MAXPARTITIONS;
	if (lp->d_partitions[RAW_PART].p_size == 0)
		lp->d_partitions[RAW_PART].p_size = lp->d_secperunit;
	lp->d_partitions[RAW_PART].p_offset = 0;

	size = LABEL_WINDOW * lp->d_secsize;
	ls = kmem_alloc(sizeof(*ls) + size, KM_SLEEP);
	memset(ls, 0, sizeof(*ls));
	bp = getiobuf(NULL, true);
	bp->b_dev = MAKEDISKDEV(major(dev), DISKUNIT(dev), RAW_PART);
	bp->b_data = ls->ls_data;
	bp->b_bufsize = size;
	ls->ls_bp = bp;
	ls->ls_strat = strat;
	ls->ls_drv = lp;
	lr.lr_rd.rd_read = label_mbrread;
	lr.lr_ls = ls;

	(void)mbr_walk(&lr.lr_rd, label_part, ls);
	if (!ls->ls_ok)
		label_try(ls, 0);
	if (ls->ls_ok) {
		disklabel_fit(&ls->ls_found, lp);
		*lp = ls->ls_found;
	} else {
		msg = ls->ls_bad ? "disk label corrupted" : "no disk label";
		for (i = 0; i < ls->ls_nparts; i++)
			lp->d_partitions[RAW_PART + 1 + i] = ls->ls_parts[i];
		if (ls->ls_nparts != 0)
			lp->d_npartitions = RAW_PART + 1 + ls->ls_nparts;
		disklabel_fit(lp, lp);
	}

	putiobuf(bp);
	kmem_free(ls, sizeof(*ls) + size);
	return msg;
}

/*
 * Takes a label from a caller of ioctl for a disk: EINVAL for one that is not
 * sane, EBUSY when it would change a partition that is open (openmask).
 */
int
setdisklabel(struct disklabel *olp, struct disklabel *nlp, u_long openmask,
    struct cpu_disklabel *osdep)
{
	struct partition *opp, *npp;
	int i;

	if (nlp->d_secpercyl == 0 || !DK_DEV_BSIZE_OK(nlp->d_secsize) ||
	    nlp->d_secsize != olp->d_secsize)
		return EINVAL;
	if (nlp->d_magic != DISKMAGIC || nlp->d_magic2 != DISKMAGIC ||
	    nlp->d_npartitions > MAXPARTITIONS ||
	    nlp->d_npartitions <= RAW_PART || dkcksum(nlp) != 0)
		return EINVAL;
	for (i = 0; i < MAXPARTITIONS; i++) {
		if ((openmask & (1UL << i)) == 0 || i == RAW_PART)
			continue;
		if (nlp->d_npartitions <= i)
			return EBUSY;
		opp = &olp->d_partitions[i];
		npp = &nlp->d_partitions[i];
		if (npp->p_offset != opp->p_offset ||
		    npp->p_size < opp->p_size)
			return EBUSY;
	}
	disklabel_fit(nlp, olp);
	*olp = *nlp;
	return 0;
}

static int
label_netbsd(void *arg, const struct mbr_partition *mp, uint64_t start,
    uint64_t size, unsigned index)
{
	uint64_t *where = arg;

	if (mp->mbrp_type != MBR_PTYPE_NETBSD)
		return 0;
	*where = start;
	return EEXIST;
}

/*
 * Writes the label to where it belongs on the disk.
 */
int
writedisklabel(dev_t dev, void (*strat)(struct buf *), struct disklabel *lp,
    struct cpu_disklabel *osdep)
{
	const size_t size = LABEL_WINDOW * lp->d_secsize;
	struct label_search *ls;
	struct label_reader lr;
	uint64_t where = 0;
	struct buf *bp;
	int error;

	ls = kmem_zalloc(sizeof(*ls) + size, KM_SLEEP);
	bp = getiobuf(NULL, true);
	bp->b_dev = MAKEDISKDEV(major(dev), DISKUNIT(dev), RAW_PART);
	bp->b_data = ls->ls_data;
	bp->b_bufsize = size;
	ls->ls_bp = bp;
	ls->ls_strat = strat;
	ls->ls_drv = lp;
	lr.lr_rd.rd_read = label_mbrread;
	lr.lr_ls = ls;
	(void)mbr_walk(&lr.lr_rd, label_netbsd, &where);

	error = EINVAL;
	if (where + LABELSECTOR < lp->d_secperunit)
		error = disk_read_sectors(strat, lp, bp, where + LABELSECTOR, 1);
	if (error == 0) {
		memcpy(ls->ls_data + LABELOFFSET, lp, sizeof(*lp));
		bp->b_flags = B_WRITE;
		bp->b_oflags &= ~BO_DONE;
		bp->b_bcount = lp->d_secsize;
		bp->b_error = 0;
		(*strat)(bp);
		error = biowait(bp);
	}
	putiobuf(bp);
	kmem_free(ls, sizeof(*ls) + size);
	return error;
}

/*
 * Looks for a label in a buffer that the caller has read, for drivers that
 * read it their own way.  NULL, or what is the matter.
 */
const char *
convertdisklabel(struct disklabel *lp, void (*strat)(struct buf *),
    struct buf *bp, uint32_t secperunit)
{
	struct disklabel drv = *lp, *found;
	const char *msg = NULL;

	if (secperunit != 0)
		drv.d_secperunit = secperunit;
	found = kmem_zalloc(sizeof(*found), KM_SLEEP);
	if (disklabel_scan(bp->b_data, bp->b_bcount, found) == 0) {
		disklabel_fit(found, &drv);
		*lp = *found;
	} else
		msg = "no disk label";
	kmem_free(found, sizeof(*found));
	return msg;
}

/* The unit of a device number. */
int
disklabel_dev_unit(dev_t dev)
{

	return DISKUNIT(dev);
}

/*
 * Whether a sector is in a bad144 table: its index, or -1.
 */
int
isbad(struct dkbad *bt, int cyl, int trk, int sec)
{
	int64_t blk, bblk;
	int i;

	blk = ((int64_t)cyl << 16) + (trk << 8) + sec;
	for (i = 0; i < NBT_BAD; i++) {
		bblk = ((int64_t)bt->bt_bad[i].bt_cyl << 16) +
		    bt->bt_bad[i].bt_trksec;
		if (blk == bblk)
			return i;
		if (blk < bblk || bblk < 0)
			break;
	}
	return -1;
}
