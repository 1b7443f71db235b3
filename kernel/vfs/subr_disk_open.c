/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a file system asks of the disk it is on: its size.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/vnode.h>

/*
 * The number of sectors of an open disk and their size, or sector size 512
 * where the driver does not say.
 */
int
getdisksize(struct vnode *vp, uint64_t *numsecp, unsigned int *secsizep)
{
	struct dkwedge_info dkw;
	struct partinfo pi;
	unsigned int secsize;
	off_t mediasize;
	int error;

	if (VOP_IOCTL(vp, DIOCGPARTINFO, &pi, FREAD, NOCRED) == 0) {
		*numsecp = pi.pi_size;
		*secsizep = pi.pi_secsize;
		return 0;
	}
	if (VOP_IOCTL(vp, DIOCGWEDGEINFO, &dkw, FREAD, NOCRED) == 0) {
		if (VOP_IOCTL(vp, DIOCGSECTORSIZE, &secsize, FREAD,
		    NOCRED) != 0)
			secsize = DEV_BSIZE;
		*numsecp = dkw.dkw_size;
		*secsizep = secsize;
		return 0;
	}
	error = VOP_IOCTL(vp, DIOCGMEDIASIZE, &mediasize, FREAD, NOCRED);
	if (error == 0)
		error = VOP_IOCTL(vp, DIOCGSECTORSIZE, &secsize, FREAD,
		    NOCRED);
	if (error)
		return error;
	if (secsize == 0 || mediasize < 0)
		return EINVAL;
	*numsecp = mediasize / secsize;
	*secsizep = secsize;
	return 0;
}

/* The wedge type that stands for a partition type of a disk label. */
const char *
getfstypename(int fstype)
{

	switch (fstype) {
	case FS_UNUSED:
		return DKW_PTYPE_UNUSED;
	case FS_SWAP:
		return DKW_PTYPE_SWAP;
	case FS_BSDFFS:
		return DKW_PTYPE_FFS;
	case FS_MSDOS:
		return DKW_PTYPE_FAT;
	case FS_BSDLFS:
		return DKW_PTYPE_LFS;
	case FS_ISO9660:
		return DKW_PTYPE_ISO9660;
	case FS_ADOS:
		return DKW_PTYPE_AMIGADOS;
	case FS_HFS:
		return DKW_PTYPE_APPLEHFS;
	case FS_FILECORE:
		return DKW_PTYPE_FILECORE;
	case FS_EX2FS:
		return DKW_PTYPE_EXT2FS;
	case FS_NTFS:
		return DKW_PTYPE_NTFS;
	case FS_RAID:
		return DKW_PTYPE_RAIDFRAME;
	case FS_CCD:
		return DKW_PTYPE_CCD;
	case FS_APPLEUFS:
		return DKW_PTYPE_APPLEUFS;
	case FS_UDF:
		return DKW_PTYPE_UDF;
	case FS_SYSVBFS:
		return DKW_PTYPE_SYSVBFS;
	case FS_EFS:
		return DKW_PTYPE_EFS;
	case FS_NILFS:
		return DKW_PTYPE_NILFS;
	case FS_CGD:
		return DKW_PTYPE_CGD;
	case FS_VMFS:
		return DKW_PTYPE_VMFS;
	case FS_ZFS:
		return DKW_PTYPE_ZFS;
	default:
		return DKW_PTYPE_UNKNOWN;
	}
}
