/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Where the blocks of a file are (ECMA-119 6.4): a file is one or more
 * sections, each an extent of consecutive blocks, or of units with gaps
 * between them if it is interleaved.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>

/* The section with block lbn of the file, or NULL. */
static const struct iso_section *
section_find(const struct iso_node *ip, uint64_t lbn)
{
	unsigned lo = 0, hi = ip->i_nsect;

	/* The last one that starts at or before lbn. */
	while (hi - lo > 1) {
		const unsigned mid = lo + (hi - lo) / 2;

		if (ip->i_sect[mid].is_first <= lbn)
			lo = mid;
		else
			hi = mid;
	}
	return ip->i_nsect == 0 ? NULL : &ip->i_sect[lo];
}

/*
 * The logical block of the volume that has block lbn of the file, and how
 * many blocks of the file follow right behind it.  EIO if the volume has no
 * such block, or if the file has none.
 */
int
cd9660_block(struct iso_node *ip, uint64_t lbn, uint64_t *blkp,
    uint32_t *runp)
{
	struct iso_mnt *imp = ip->i_mnt;
	const struct iso_section *is = section_find(ip, lbn);
	uint64_t nblk, in, blk, run;

	if (is == NULL)
		return EIO;
	nblk = ((uint64_t)is->is_size + imp->im_bmask) >> imp->im_bshift;
	in = lbn - is->is_first;
	if (in >= nblk)
		return EIO;
	run = nblk - in - 1;
	if (is->is_unit == 0) {
		blk = (uint64_t)is->is_start + in;
	} else {
		const uint64_t unit = in / is->is_unit;
		const uint64_t off = in % is->is_unit;

		blk = is->is_start +
		    unit * ((uint64_t)is->is_unit + is->is_gap) + off;
		run = MIN(run, is->is_unit - off - 1);
	}
	if (blk >= imp->im_limit) {
		cd9660_complain(imp, ISO_BAD_BLOCK, "block number", blk,
		    imp->im_limit);
		return EIO;
	}
	*blkp = blk;
	*runp = (uint32_t)MIN(run, imp->im_limit - blk - 1);
	return 0;
}

/* vnodeops(9): file block to device block (in DEV_BSIZE units). */
int
cd9660_bmap(void *v)
{
	struct vop_bmap_args /* {
		struct vnode *a_vp;
		daddr_t a_bn;
		struct vnode **a_vpp;
		daddr_t *a_bnp;
		int *a_runp;
	} */ *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);
	struct iso_mnt *imp = ip->i_mnt;
	uint64_t blk;
	uint32_t run;
	int error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = imp->im_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0)
		return EIO;
	if (ip->i_sparse)
		return EOPNOTSUPP;
	error = cd9660_block(ip, ap->a_bn, &blk, &run);
	if (error != 0)
		return error;
	*ap->a_bnp = (daddr_t)(blk << (imp->im_bshift - DEV_BSHIFT));
	if (ap->a_runp != NULL) {
		/* No longer than one transfer may be. */
		*ap->a_runp = (int)MIN(run,
		    (uint32_t)(MAXBSIZE >> imp->im_bshift) - 1);
	}
	return 0;
}
