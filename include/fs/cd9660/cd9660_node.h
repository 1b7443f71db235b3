/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A file of an ISO 9660 file system in memory.
 *
 * A file is known by its place in the tree: the directories from the root
 * down to it and the byte address of its (first) directory record, or of its
 * extent if it is a directory.  So ".." needs no help from the disk, and
 * directories are a tree even if the disk has them in a knot.  Everything but
 * i_lockf and i_diroff is constant once the node is loaded; those two are
 * guarded by the vnode lock.
 */

#ifndef _ISOFS_CD9660_CD9660_NODE_H_
#define _ISOFS_CD9660_CD9660_NODE_H_

#include <sys/types.h>
#include <sys/time.h>
#include <miscfs/genfs/genfs_node.h>

struct lockf;

#define	ISO_MAXDEPTH	200	/* directories above a file */

/* The key in the vnode cache. */
struct cd9660_key {
	uint64_t	ck_ino;		/* byte address of record or extent */
	uint32_t	ck_isdir;	/* 1: an extent */
	uint32_t	ck_depth;	/* directories above it */
	uint32_t	ck_chain[];	/* their blocks, the root's first */
};
#define	CD9660_KEYLEN(depth)	\
	(sizeof(struct cd9660_key) + (depth) * sizeof(uint32_t))
#define	CD9660_KEYINLINE	8	/* depth of most files */

/* Room for the key of a file that is not too deep. */
union cd9660_keybuf {
	struct cd9660_key kb_key;
	uint64_t	kb_room[(CD9660_KEYLEN(CD9660_KEYINLINE) + 7) / 8];
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
	struct cd9660_key *i_key;	/* &i_keybuf.kb_key or allocated */
	uint64_t	i_number;	/* st_ino */
	uint64_t	i_size;		/* bytes */
	struct iso_section i_sect0;	/* the only section of most files */
	struct iso_section *i_sect;	/* &i_sect0 or an array */
	unsigned	i_nsect;
	bool		i_sparse;	/* Rock Ridge SF: can't be read */
	char		*i_target;	/* symbolic link: where to */
	size_t		i_targetlen;
	ISO_RRIP_INODE	inode;
	off_t		i_diroff;	/* where the last lookup ended */
	struct lockf	*i_lockf;
	union cd9660_keybuf i_keybuf;	/* last, as it is of variable size */
};

#define	VTOI(vp)	((struct iso_node *)(vp)->v_data)
#define	ITOV(ip)	((ip)->i_vnode)

/* The file system's part of a file handle. */
struct ifid {
	uint16_t	ifid_len;
	uint16_t	ifid_pad;
	uint32_t	ifid_pad2;
	uint64_t	ifid_key[];	/* struct cd9660_key */
};

#endif /* _ISOFS_CD9660_CD9660_NODE_H_ */
