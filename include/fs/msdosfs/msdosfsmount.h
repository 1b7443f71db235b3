/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounting a FAT file system, see mount_msdos(8): the arguments of mount(2),
 * and the kernel's record of a mounted volume.
 */
#ifndef _MSDOSFS_MSDOSFSMOUNT_H_
#define _MSDOSFS_MSDOSFSMOUNT_H_

#include <sys/types.h>
#include <sys/mount.h>

struct msdosfs_args {
	char	*fspec;		/* block device */
	struct export_args30 _pad1;
	uid_t	uid;		/* owner of all files */
	gid_t	gid;
	mode_t	mask;		/* permissions that files may have */
	int	flags;		/* MSDOSFSMNT_* */

	/* With MSDOSFSMNT_VERSIONED only: */
	int	version;	/* MSDOSFSMNT_VERSION */
	mode_t	dirmask;	/* 2: the same for directories */
	int	gmtoff;		/* 3: volume's clock minus UTC, seconds */
};
#define MSDOSFSMNT_VERSION	3

#define MSDOSFSMNT_SHORTNAME	1	/* 8.3 names only, in lower case */
#define MSDOSFSMNT_LONGNAME	2	/* long names */
#define MSDOSFSMNT_NOWIN95	4	/* leave long name slots alone */
#define MSDOSFSMNT_GEMDOSFS	8	/* volume of an Atari ST */
#define MSDOSFSMNT_VERSIONED	16	/* version and what follows count */
#define MSDOSFSMNT_UTF8		32	/* names are UTF-8, not ISO 8859-1 */

#define MSDOSFSMNT_MNTOPT \
	(MSDOSFSMNT_SHORTNAME | MSDOSFSMNT_LONGNAME | MSDOSFSMNT_NOWIN95 | \
	MSDOSFSMNT_GEMDOSFS | MSDOSFSMNT_VERSIONED | MSDOSFSMNT_UTF8)

/* In pm_flags only. */
#define MSDOSFSMNT_RONLY	0x80000000	/* mounted read-only */
#define MSDOSFSMNT_WAITONFAT	0x40000000	/* mounted synchronous */
#define MSDOSFS_FATMIRROR	0x20000000	/* FATs are kept alike */
#define MSDOSFS_CLEANBIT	0x10000000	/* clean bit was set at mount */
#define MSDOSFS_DIRTIED		0x08000000	/* clean bit was cleared by us */
#define MSDOSFS_FREEKNOWN	0x04000000	/* pm_freecount counts */
#define MSDOSFS_FSIMOD		0x02000000	/* FSInfo is to be written */
#define MSDOSFS_CORRUPT		0x01000000	/* damage was met */
#define MSDOSFS_FREEEXACT	0x00800000	/* and it was counted, too */
#define MSDOSFS_FSIREAD		0x00400000	/* FSInfo was looked at */
#define MSDOSFS_STARTED		0x00200000	/* the mount is complete */
#define MSDOSFS_IOERR		0x00100000	/* a transfer failed */
#define MSDOSFS_IOERRSAID	0x00080000	/* and the volume says so */

#define MSDOSFSMNT_BITS "\177\20" \
    "b\00shortname\0b\01longname\0b\02nowin95\0b\03gemdosfs\0" \
    "b\04mntversioned\0b\05utf8\0b\037ronly\0b\036waitonfat\0" \
    "b\035fatmirror\0"

#ifdef _KERNEL

#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/vnode.h>

#define MSDOSFS_NDIRTYFAT	8

/* Locks: ":" set at mount; "f" pm_fatlock, as writer; "x" pm_extlock. */
struct msdosfsmount {
	struct mount	*pm_mountp;	/* : */
	struct vnode	*pm_devvp;	/* : the device */
	dev_t		pm_dev;		/* : its number */
	int		pm_devmode;	/* how it is open: FREAD, FWRITE */
	uid_t		pm_uid;		/* : owner of all files */
	gid_t		pm_gid;
	mode_t		pm_mask;	/* : permissions of files */
	mode_t		pm_dirmask;	/* : permissions of directories */
	int		pm_gmtoff;	/* : volume's clock minus UTC */
	u_int		pm_flags;	/* f after the mount */

	/* : geometry; a sector is the volume's, a block is DEV_BSIZE */
	u_int		pm_fattype;	/* 12, 16 or 32 */
	uint32_t	pm_fatmask;	/* FATxx_MASK */
	u_int		pm_secshift;	/* log2 of the bytes in a sector */
	u_int		pm_cnshift;	/* log2 of the bytes in a cluster */
	u_int		pm_bshift;	/* log2 of the bytes in a transfer */
	uint32_t	pm_bpcluster;	/* bytes in a cluster */
	uint32_t	pm_sectors;	/* all sectors */
	u_int		pm_nfats;
	u_int		pm_curfat;	/* the FAT that is read */
	uint32_t	pm_fatsec;	/* first sector of FAT 0 */
	uint32_t	pm_fatsecs;	/* sectors in a FAT */
	uint32_t	pm_fatblksecs;	/* sectors in a FAT block */
	uint32_t	pm_fatblks;	/* FAT blocks that have clusters */
	uint32_t	pm_entsperblk;	/* FAT entries in a FAT block */
	u_int		pm_entshift;	/* log2 of that */
	uint32_t	pm_rootsec;	/* fixed root: first sector */
	uint32_t	pm_rootsize;	/* fixed root: bytes */
	uint32_t	pm_rootclust;	/* FAT32: start cluster of the root */
	uint32_t	pm_rootlen;	/* v of the root: its bytes, either kind */
	uint32_t	pm_datasec;	/* sector of cluster 2 */
	uint32_t	pm_nclusters;	/* clusters that can be used */
	uint32_t	pm_maxcluster;	/* the last of them */
	uint32_t	pm_fsinfo;	/* sector of FSInfo, 0: none */
	uint8_t		pm_media;	/* media descriptor */
	char		pm_label[12];	/* volume label */

	krwlock_t	pm_fatlock;	/* allocation; taken before buffers */
	uint32_t	pm_freecount;	/* f: if MSDOSFS_FREEKNOWN */
	uint32_t	pm_nxtfree;	/* f: where to look next */
	uint8_t		*pm_fatfull;	/* f: bit for each FAT block: is full */
	uint32_t	pm_dirtyfat[MSDOSFS_NDIRTYFAT]; /* f: changed, in cache */
	u_int		pm_ndirtyfat;	/* f */
	uint32_t	pm_serial;	/* f: for dk_dirgen */
	kmutex_t	pm_extlock;	/* extents of all denodes */
	u_int		pm_complaints;	/* log lines so far */
};

#define VFSTOMSDOSFS(mp)	((struct msdosfsmount *)(mp)->mnt_data)

/* Sector to block of the device. */
#define de_bn2kb(pmp, bn) \
	((daddr_t)(bn) << ((pmp)->pm_secshift - DEV_BSHIFT))

/* First block of cluster cn, which must be in range. */
#define de_cn2kb(pmp, cn) \
	(de_bn2kb((pmp), (pmp)->pm_datasec) + \
	((daddr_t)((cn) - CLUST_FIRST) << ((pmp)->pm_cnshift - DEV_BSHIFT)))

/* Clusters that size bytes need. */
#define de_clcount(pmp, size) \
	((uint32_t)(((uint64_t)(size) + (pmp)->pm_bpcluster - 1) >> \
	(pmp)->pm_cnshift))

#define msdosfs_validcn(pmp, cn) \
	((cn) >= CLUST_FIRST && (cn) <= (pmp)->pm_maxcluster)

#define msdosfs_ordered(pmp) \
	(((pmp)->pm_mountp->mnt_flag & MNT_ASYNC) == 0)

struct buf;

int	msdosfs_bpb_check(struct msdosfsmount *, const uint8_t *, size_t,
	    uint64_t);
void	msdosfs_setlabel(struct msdosfsmount *, const uint8_t *);
int	msdosfs_ioerror(struct msdosfsmount *, int);
int	msdosfs_corrupt(struct msdosfsmount *, const char *, ...)
	    __printflike(2, 3);

VFS_PROTOS(msdosfs);

#endif
#endif
