/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Wedges from a BSD disk label of either byte order, in the second sector of
 * the disk or of its NetBSD MBR partition.  The first 64 KiB or so of a disk
 * may hold one: old systems had it elsewhere.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "disk_impl.h"

struct label_args {
	struct mbr_reader la_rd;
	struct disk	*la_pdk;
	struct vnode	*la_vp;
	uint8_t		*la_sector;
	uint32_t	la_secsize;
	struct disklabel *la_label;
	bool		la_bad;
};

static int
label_read(struct mbr_reader *rd, uint64_t sector, struct mbr_sector *mbr)
{
	struct label_args *a = container_of(rd, struct label_args, la_rd);
	int error;

	if (sector > INT64_MAX)
		return EINVAL;
	error = dkwedge_read(a->la_pdk, a->la_vp, sector, a->la_sector,
	    a->la_secsize);
	if (error == 0)
		memcpy(mbr, a->la_sector, sizeof(*mbr));
	return error;
}

static int
label_try(struct label_args *a, uint64_t base)
{
	int error, i;

	for (i = 1; i >= 0; i--) {
		if (base > INT64_MAX - 1 || dkwedge_read(a->la_pdk, a->la_vp,
		    base + i, a->la_sector, a->la_secsize) != 0)
			continue;
		error = disklabel_scan(a->la_sector, a->la_secsize,
		    a->la_label);
		if (error == 0)
			return EEXIST;
		if (error == EINVAL)
			a->la_bad = true;
	}
	return 0;
}

static int
label_part(void *arg, const struct mbr_partition *mp, uint64_t start,
    uint64_t size, unsigned index)
{

	if (mp->mbrp_type != MBR_PTYPE_NETBSD &&
	    mp->mbrp_type != MBR_PTYPE_386BSD &&
	    mp->mbrp_type != MBR_PTYPE_OPENBSD)
		return 0;
	return label_try(arg, start);
}

static void
label_addwedges(struct label_args *a)
{
	struct disk *pdk = a->la_pdk;
	struct disklabel *lp = a->la_label;
	struct dkwedge_info dkw;
	struct partition *p;
	int error, i;

	for (i = 0; i < lp->d_npartitions; i++) {
		p = &lp->d_partitions[i];
		if (p->p_fstype == FS_UNUSED || p->p_size == 0 ||
		    i == RAW_PART)
			continue;
		memset(&dkw, 0, sizeof(dkw));
		strlcpy(dkw.dkw_parent, pdk->dk_name, sizeof(dkw.dkw_parent));
		snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname),
		    "%s%c", pdk->dk_name, 'a' + i);
		dkw.dkw_offset = p->p_offset;
		dkw.dkw_size = p->p_size;
		strlcpy(dkw.dkw_ptype, getfstypename(p->p_fstype),
		    sizeof(dkw.dkw_ptype));
		error = dkwedge_add(&dkw);
		if (error)
			printf("%s: label partition %c: sectors %u + %u of "
			    "%" PRId64 ", error %d\n", pdk->dk_name, 'a' + i,
			    p->p_offset, p->p_size,
			    pdk->dk_geom.dg_secperunit, error);
	}
}

static int
dkwedge_discover_bsdlabel(struct disk *pdk, struct vnode *vp)
{
	struct label_args a;
	int error;

	memset(&a, 0, sizeof(a));
	a.la_rd.rd_read = label_read;
	a.la_pdk = pdk;
	a.la_vp = vp;
	a.la_secsize = DEV_BSIZE << pdk->dk_blkshift;
	a.la_sector = kmem_alloc(a.la_secsize, KM_SLEEP);
	a.la_label = kmem_alloc(sizeof(*a.la_label), KM_SLEEP);
	error = mbr_walk(&a.la_rd, label_part, &a);
	if (error != EEXIST)
		error = label_try(&a, 0);
	if (error == EEXIST) {
		label_addwedges(&a);
		error = 0;
	} else {
		if (a.la_bad)
			printf("%s: disk label with a bad checksum or size\n",
			    pdk->dk_name);
		error = ESRCH;
	}
	kmem_free(a.la_label, sizeof(*a.la_label));
	kmem_free(a.la_sector, a.la_secsize);
	return error;
}

DKWEDGE_DISCOVERY_METHOD_DECL(BSD44, 5, dkwedge_discover_bsdlabel);
