/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A file of an ISO 9660 file system in memory.
 *
 * A directory is known by the byte address of its extent, another file by
 * the byte address of its (first) directory record and the directory that
 * this is in.  Everything but i_lockf and i_diroff is constant once the node
 * is loaded; those two are guarded by the vnode lock.
 */

#ifndef _ISOFS_CD9660_CD9660_NODE_H_
#define _ISOFS_CD9660_CD9660_NODE_H_

#include <sys/types.h>
#include <sys/time.h>
#include <miscfs/genfs/genfs_node.h>

struct lockf;

/* The key in the vnode cache; ck_dir equals ck_ino for a directory. */
struct cd9660_key {
	uint64_t	ck_ino;		/* byte address of record or extent */
	uint64_t	ck_dir;		/* byte address of directory's extent */
};

/* A file section: where a part of a file is. */
struct iso_section {
	uint64_t	is_first;	/* first block of the file in it */
	uint32_t	is_start;	/* first logical block on the disk */
	uint32_t	is_size;	/* bytes */
	uint8_t		is_unit;	/* interleaved: blocks in a unit */
	uint8_t		is_gap;		/* interleaved: blocks between units */
};

typedef struct {
	struct timespec	iso_atime;
	struct timespec	iso_mtime;
	struct timespec	iso_ctime;
	struct timespec	iso_btime;
	uint16_t	iso_mode;	/* with the type */
	uid_t		iso_uid;
	gid_t		iso_gid;
	uint32_t	iso_links;
	dev_t		iso_rdev;
} ISO_RRIP_INODE;

struct iso_node {
	struct genfs_node i_gnode;	/* first, for genfs */
	struct vnode	*i_vnode;
	struct iso_mnt	*i_mnt;
	struct cd9660_key i_key;
	uint64_t	i_number;	/* st_ino */
	uint64_t	i_size;		/* bytes */
	struct iso_section i_sect0;	/* the only section of most files */
	struct iso_section *i_sect;	/* &i_sect0 or an array */
	unsigned	i_nsect;
	bool		i_sparse;	/* Rock Ridge SF: can't be read */
	uint32_t	i_parent;	/* directory: block of ".." */
	char		*i_target;	/* symbolic link: where to */
	size_t		i_targetlen;
	ISO_RRIP_INODE	inode;
	off_t		i_diroff;	/* where the last lookup ended */
	struct lockf	*i_lockf;
};

#define	VTOI(vp)	((struct iso_node *)(vp)->v_data)
#define	ITOV(ip)	((ip)->i_vnode)

/* The file system's part of a file handle. */
struct ifid {
	uint16_t	ifid_len;
	uint16_t	ifid_pad;
	uint32_t	ifid_zero;
	uint64_t	ifid_ino;
	uint64_t	ifid_dir;
};

#endif /* _ISOFS_CD9660_CD9660_NODE_H_ */
