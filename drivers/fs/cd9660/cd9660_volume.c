/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The volume descriptors of an ISO 9660 session (ECMA-119 6.7, 8) and the
 * choice among them.
 *
 * The first primary descriptor counts.  If its root directory has Rock
 * Ridge, that is used; else, if there is a Joliet descriptor, its tree; else
 * plain names.  Mount flags take the first two away.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/disk.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

/* Descriptors that are looked at before the terminator must have come. */
#define	MAX_DESCRIPTORS		84

/* What the search keeps of a descriptor. */
struct voldesc {
	bool		vd_found;
	int		vd_joliet;	/* level, 0: not Joliet */
	uint32_t	vd_space;
	unsigned	vd_blksize;
	unsigned char	vd_root[ISO_DIRECTORY_RECORD_SIZE + 1];
};

/* The Joliet level that the escape sequences of a descriptor stand for. */
static int
joliet_level(const struct iso_supplementary_descriptor *sd)
{

	/* Bit 0 says that an unregistered sequence is among them. */
	if ((sd->flags[0] & 1) != 0 || sd->escape[0] != '%' ||
	    sd->escape[1] != '/')
		return 0;
	switch (sd->escape[2]) {
	case '@':
		return 1;
	case 'C':
		return 2;
	case 'E':
		return 3;
	default:
		return 0;
	}
}

static void
voldesc_take(struct iso_mnt *imp, const struct iso_primary_descriptor *pd,
    struct voldesc *vd)
{

	vd->vd_found = true;
	vd->vd_space = cd9660_733(imp, pd->volume_space_size,
	    "volume space size");
	vd->vd_blksize = isonum_723(pd->logical_block_size);
	if (!isonum_723_ok(pd->logical_block_size))
		cd9660_complain(imp, ISO_BAD_ENDIAN, "logical block size",
		    vd->vd_blksize, isonum_722(pd->logical_block_size + 2));
	memcpy(vd->vd_root, pd->root_directory_record, sizeof(vd->vd_root));
}

/*
 * Reads the descriptors of the session.  EINVAL without a primary one, EIO.
 */
static int
voldesc_search(struct iso_mnt *imp, struct voldesc *pri, struct voldesc *jol)
{
	const struct iso_primary_descriptor *pd;
	struct buf *bp;
	unsigned i;
	int error, level, type;

	CTASSERT(sizeof(*pd) == ISO_DEFAULT_BLOCK_SIZE);
	for (i = 0; i < MAX_DESCRIPTORS; i++) {
		const daddr_t sector = (daddr_t)imp->im_session +
		    ISO_FIRST_DESCRIPTOR + i;

		error = bread(imp->im_devvp,
		    sector << (ISO_DEFAULT_BLOCK_SHIFT - DEV_BSHIFT),
		    ISO_DEFAULT_BLOCK_SIZE, 0, &bp);
		if (error != 0) {
			/* A volume that ends here has no terminator. */
			return pri->vd_found ? 0 : error;
		}
		pd = (const struct iso_primary_descriptor *)bp->b_data;
		if (memcmp(pd->id, ISO_STANDARD_ID, sizeof(pd->id)) != 0) {
			brelse(bp, 0);
			break;
		}
		type = isonum_711(pd->type);
		if (type == ISO_VD_PRIMARY && !pri->vd_found) {
			voldesc_take(imp, pd, pri);
		} else if (type == ISO_VD_SUPPLEMENTARY) {
			level = joliet_level(pd);
			if (level > jol->vd_joliet) {
				voldesc_take(imp, pd, jol);
				jol->vd_joliet = level;
			}
		}
		brelse(bp, 0);
		if (type == ISO_VD_END)
			break;
	}
	return pri->vd_found ? 0 : EINVAL;
}

/* Sets block size and limits; EINVAL if the volume can't have them. */
static int
volume_geometry(struct iso_mnt *imp, const struct voldesc *vd)
{
	uint64_t numsecs;
	unsigned secsize;

	imp->logical_block_size = vd->vd_blksize;
	switch (imp->logical_block_size) {
	case 512:
		imp->im_bshift = 9;
		break;
	case 1024:
		imp->im_bshift = 10;
		break;
	case 2048:
		imp->im_bshift = 11;
		break;
	default:
		cd9660_complain(imp, ISO_BAD_BLOCKSIZE, "logical block size",
		    imp->logical_block_size, ISO_DEFAULT_BLOCK_SIZE);
		return EINVAL;
	}
	imp->im_bmask = imp->logical_block_size - 1;
	imp->volume_space_size = vd->vd_space;

	/*
	 * The device limits what can be read, not the volume: its size is
	 * wrong on many discs, and each block is checked anyway.
	 */
	imp->im_limit = imp->volume_space_size;
	if (getdisksize(imp->im_devvp, &numsecs, &secsize) == 0 &&
	    numsecs != 0 && secsize != 0) {
		uint64_t blocks;

		/* Both come from a driver; the product is below 2^63. */
		blocks = numsecs <= (UINT64_MAX >> 1) / secsize ?
		    numsecs * secsize >> imp->im_bshift : UINT32_MAX;
		imp->im_limit = (uint32_t)MIN(blocks, UINT32_MAX);
		if (imp->volume_space_size > imp->im_limit)
			cd9660_complain(imp, ISO_BAD_VOLSIZE,
			    "volume space size", imp->volume_space_size,
			    imp->im_limit);
	}
	return 0;
}

/*
 * Makes the directory of a descriptor the root.  EINVAL if it can't be one.
 */
static int
volume_root(struct iso_mnt *imp, const struct voldesc *vd)
{
	const struct iso_directory_record *rec =
	    (const struct iso_directory_record *)vd->vd_root;

	if ((rec->flags[0] & ISO_FLAG_DIRECTORY) == 0) {
		cd9660_complain(imp, ISO_BAD_ROOT,
		    "flags of the root directory", rec->flags[0],
		    ISO_FLAG_DIRECTORY);
		return EINVAL;
	}
	imp->root_extent = cd9660_rec_start(imp, rec);
	if (imp->root_extent >= imp->im_limit) {
		cd9660_complain(imp, ISO_BAD_ROOT,
		    "block of the root directory", imp->root_extent,
		    imp->im_limit);
		return EINVAL;
	}
	return 0;
}

/* Looks for Rock Ridge in the root directory. */
static int
volume_rockridge(struct iso_mnt *imp)
{
	struct iso_scan sc;
	uint64_t size;
	int error;

	error = cd9660_dir_head(imp, imp->root_extent, &sc, &size);
	if (error == 0)
		cd9660_rrip_probe(imp, &sc);
	cd9660_scan_done(&sc);
	return error;
}

/*
 * Finds out all about the volume on im_devvp, whose session starts at
 * im_session; the flags are im_flags.  EINVAL if it is not ISO 9660 or is
 * broken, EIO.
 */
int
cd9660_volume_read(struct iso_mnt *imp)
{
	struct voldesc pri, jol;
	int error;

	memset(&pri, 0, sizeof(pri));
	memset(&jol, 0, sizeof(jol));
	imp->rr_id = -1;
	imp->iso_ftype = (imp->im_flags & ISOFSMNT_GENS) != 0 ?
	    ISO_FTYPE_9660 : ISO_FTYPE_DEFAULT;

	error = voldesc_search(imp, &pri, &jol);
	if (error == 0)
		error = volume_geometry(imp, &pri);
	if (error != 0)
		return error;
	if (imp->logical_block_size != ISO_DEFAULT_BLOCK_SIZE) {
		/* The descriptors' buffers have another size. */
		vn_lock(imp->im_devvp, LK_EXCLUSIVE | LK_RETRY);
		error = vinvalbuf(imp->im_devvp, 0, NOCRED, curlwp, 0, 0);
		VOP_UNLOCK(imp->im_devvp);
		if (error != 0)
			return error;
	}

	error = volume_root(imp, &pri);
	if (error == 0)
		error = volume_rockridge(imp);
	if (imp->im_flags & ISOFSMNT_NORRIP)
		imp->iso_ftype = (imp->im_flags & ISOFSMNT_GENS) != 0 ?
		    ISO_FTYPE_9660 : ISO_FTYPE_DEFAULT;

	if (jol.vd_found && (imp->im_flags & ISOFSMNT_NOJOLIET) == 0 &&
	    imp->iso_ftype != ISO_FTYPE_RRIP &&
	    jol.vd_blksize == pri.vd_blksize) {
		const enum ISO_FTYPE plain = imp->iso_ftype;
		const uint32_t plainroot = imp->root_extent;
		const int plainerror = error;
		struct iso_scan sc;
		uint64_t size;

		/* A bad Joliet tree leaves the plain one. */
		imp->iso_ftype = ISO_FTYPE_JOLIET;
		imp->im_joliet_level = jol.vd_joliet;
		error = volume_root(imp, &jol);
		if (error == 0) {
			error = cd9660_dir_head(imp, imp->root_extent, &sc,
			    &size);
			cd9660_scan_done(&sc);
		}
		if (error != 0 && plainerror == 0) {
			imp->iso_ftype = plain;
			imp->im_joliet_level = 0;
			imp->root_extent = plainroot;
			error = 0;
		}
	}
	return error;
}
