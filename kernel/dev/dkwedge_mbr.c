/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Wedges from a Master Boot Record and its chain of extended partitions,
 * named by disk and letter: "sd0e", "sd0f", ...
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "disk_impl.h"

struct mbr_args {
	struct mbr_reader ma_rd;
	struct disk	*ma_pdk;
	struct vnode	*ma_vp;
	uint8_t		*ma_sector;
	uint32_t	ma_secsize;
	unsigned	ma_found;
	unsigned	ma_bad;		/* those without a wedge */
};

static const char *
mbr_ptype(uint8_t type)
{

	switch (type) {
	case MBR_PTYPE_FAT12:
	case MBR_PTYPE_FAT16S:
	case MBR_PTYPE_FAT16B:
	case MBR_PTYPE_FAT32:
	case MBR_PTYPE_FAT32L:
	case MBR_PTYPE_FAT16L:
	case MBR_PTYPE_EFI:
		return DKW_PTYPE_FAT;
	case MBR_PTYPE_LNXSWAP:
		return DKW_PTYPE_SWAP;
	case MBR_PTYPE_LNXEXT2:
		return DKW_PTYPE_EXT2FS;
	case MBR_PTYPE_NTFS:
		return DKW_PTYPE_NTFS;
	case MBR_PTYPE_APPLE_HFS:
		return DKW_PTYPE_APPLEHFS;
	case MBR_PTYPE_APPLE_UFS:
		return DKW_PTYPE_APPLEUFS;
	default:
		return DKW_PTYPE_UNKNOWN;
	}
}

static int
mbr_read(struct mbr_reader *rd, uint64_t sector, struct mbr_sector *mbr)
{
	struct mbr_args *a = container_of(rd, struct mbr_args, ma_rd);
	int error;

	if (sector > INT64_MAX)
		return EINVAL;
	error = dkwedge_read(a->ma_pdk, a->ma_vp, sector, a->ma_sector,
	    a->ma_secsize);
	if (error == 0)
		memcpy(mbr, a->ma_sector, sizeof(*mbr));
	return error;
}

static int
mbr_wedge(void *arg, const struct mbr_partition *mp, uint64_t start,
    uint64_t size, unsigned index)
{
	struct mbr_args *a = arg;
	struct dkwedge_info dkw;
	int error;

	/* Only guards a GPT, which somebody else reads. */
	if (mp->mbrp_type == MBR_PTYPE_PMBR)
		return 0;
	memset(&dkw, 0, sizeof(dkw));
	strlcpy(dkw.dkw_parent, a->ma_pdk->dk_name, sizeof(dkw.dkw_parent));
	snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname), "%s%c",
	    a->ma_pdk->dk_name, (int)('e' + MIN(index, 'z' - 'e')));
	dkw.dkw_offset = start;
	dkw.dkw_size = size;
	strlcpy(dkw.dkw_ptype, mbr_ptype(mp->mbrp_type),
	    sizeof(dkw.dkw_ptype));
	a->ma_found++;
	error = dkwedge_add(&dkw);
	if (error == EEXIST) {
		snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname),
		    "%s/%" PRIu64, a->ma_pdk->dk_name, start);
		error = dkwedge_add(&dkw);
	}
	if (error && a->ma_bad++ == 0)
		printf("%s: MBR partition %u: sectors %" PRIu64 " + %" PRIu64
		    " of %" PRId64 ", error %d\n", a->ma_pdk->dk_name, index,
		    start, size, a->ma_pdk->dk_geom.dg_secperunit, error);
	return 0;
}

static int
dkwedge_discover_mbr(struct disk *pdk, struct vnode *vp)
{
	struct mbr_args a;
	int error;

	memset(&a, 0, sizeof(a));
	a.ma_rd.rd_read = mbr_read;
	a.ma_pdk = pdk;
	a.ma_vp = vp;
	a.ma_secsize = DEV_BSIZE << pdk->dk_blkshift;
	a.ma_sector = kmem_alloc(a.ma_secsize, KM_SLEEP);
	error = mbr_walk(&a.ma_rd, mbr_wedge, &a);
	kmem_free(a.ma_sector, a.ma_secsize);
	if (a.ma_bad > 1)
		printf("%s: MBR: %u partitions without a wedge\n", pdk->dk_name,
		    a.ma_bad);
	if (error == ENOENT || (error == 0 && a.ma_found == 0))
		return ESRCH;
	return error;
}

DKWEDGE_DISCOVERY_METHOD_DECL(MBR, 10, dkwedge_discover_mbr);
