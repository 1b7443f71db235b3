/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Denode: what msdosfs knows of a file or directory in use.
 *
 * FAT has no inodes.  A file is known by the place of its directory entry, a
 * directory by its start cluster; see struct denode_key.  A directory is
 * entered only from the one directory that its ".." names, so the tree is a
 * tree whatever the volume says.
 */
#ifndef _MSDOSFS_DENODE_H_
#define _MSDOSFS_DENODE_H_

#include <sys/types.h>

#ifdef _KERNEL

#include <sys/mount.h>
#include <sys/vnode.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>

/* dk_diroffset of a directory; dk_dirclust is its start cluster then. */
#define MSDOSFSROOT_OFS	0x1fffffff

/* Key in the vnode cache: all bytes count, so there is no padding. */
struct denode_key {
	uint32_t dk_dirclust;	/* cluster that the entry is in */
	uint32_t dk_diroffset;	/* byte in that cluster (or fixed root) */
	uint32_t dk_dirgen;	/* not 0: removed, still open */
};

#define DE_NEXTENTS	6

struct de_extent {
	uint32_t ex_fcn;	/* cluster of the file */
	uint32_t ex_cn;		/* cluster of the volume */
	uint32_t ex_len;	/* clusters in a row; 0: unused */
};

/*
 * Locks: "v" the vnode lock, exclusive to change; "x" pm_extlock;
 * ":" set once.
 */
struct denode {
	struct genfs_node de_gnode;	/* first, see genfs_node.h */
	struct vnode	*de_vnode;	/* : */
	struct msdosfsmount *de_pmp;	/* : */
	struct lockf	*de_lockf;	/* advisory locks */
	struct denode_key de_key;	/* v */
	u_int		de_flag;	/* v: DE_*; times also under none */
	bool		de_removed;	/* v: no directory entry any more */
	uint32_t	de_parent;	/* v: directory: start of its parent */
	uint8_t		de_Name[11];	/* v: 8.3 name */
	uint8_t		de_Attributes;
	uint8_t		de_LCase;
	uint8_t		de_CHun;
	uint16_t	de_CTime;
	uint16_t	de_CDate;
	uint16_t	de_ADate;
	uint16_t	de_MTime;
	uint16_t	de_MDate;
	uint32_t	de_StartCluster; /* v: 0: none */
	uint32_t	de_FileSize;	/* v: bytes; directory: of its chain */
	uint32_t	de_modrev;	/* v: changes since it was loaded */
	/* x: where the clusters are, as far as is known */
	struct de_extent de_ext[DE_NEXTENTS];
	u_int		de_exthand;	/* next to replace */
	uint32_t	de_cycfcn;	/* cluster remembered to find cycles */
	uint32_t	de_cyccn;	/* 0: none */
};

/* de_flag */
#define DE_UPDATE	0x0001	/* modification time is due */
#define DE_CREATE	0x0002	/* creation time is due */
#define DE_ACCESS	0x0004	/* access date is due */
#define DE_MODIFIED	0x0008	/* differs from its directory entry */

#define VTODE(vp)	((struct denode *)(vp)->v_data)
#define DETOV(dep)	((dep)->de_vnode)

#define MSDOSFS_FILESIZE_MAX	0xffffffffLL

/* File handle. */
struct defid {
	uint16_t defid_len;
	uint16_t defid_pad;
	uint32_t defid_dirclust;
	uint32_t defid_dirofs;
	uint32_t defid_gen;	/* from the time of creation */
};

/*
 * Walks the slots of a directory.  The block that ds_bp holds stays busy
 * until dirscan_done() or the next call that needs another.
 */
struct dirscan {
	struct denode	*ds_dep;
	struct buf	*ds_bp;
	uint32_t	ds_base;	/* offset of ds_bp in the directory */
	uint32_t	ds_cn;		/* cluster of ds_bp, 0: fixed root */
	bool		ds_dirty;	/* ds_bp was changed */
	bool		ds_sync;	/* write it at once */
	/* dirnext() looks for free slots in passing: */
	u_int		ds_want;	/* how many in a row, 0: don't */
	uint32_t	ds_free;	/* where the last such row begins */
	u_int		ds_nfree;	/* its length */
	bool		ds_end;		/* it reaches the end mark or beyond */
};

void	dirscan_init(struct dirscan *, struct denode *);
int	dirscan_slot(struct dirscan *, uint32_t, struct direntry **);
int	dirscan_done(struct dirscan *, int);

/* One file of a directory, with its long name if that is sound. */
struct dirname {
	uint32_t	dn_off;		/* offset of its 8.3 slot */
	u_int		dn_nslots;	/* slots, 8.3 and long name parts */
	size_t		dn_len;		/* units of dn_name, 0: none */
	uint16_t	dn_name[WIN_MAXSUBENTRIES * WIN_CHARS];
	struct direntry	dn_entry;
	uint32_t	dn_cn;		/* cluster of the 8.3 slot */
};

#define DIR_NOSKIP	UINT32_MAX	/* no offset in a directory */

/* What msdosfs_dirfind() finds. */
struct dirfind {
	bool		df_found;
	struct dirname	df_name;	/* if found */
	uint32_t	df_free;	/* offset of room for a new name */
	u_int		df_nfree;	/* slots there; too few: at the end */
	bool		df_end;		/* that room has the end mark in it */
};

/* Where msdosfs_direnter() put a name. */
struct dirplace {
	struct denode_key dp_key;	/* of the file */
	struct denode_key dp_slot;	/* of the slot, also for a directory */
	uint8_t		dp_name[11];	/* 8.3 name that it got */
};

int	msdosfs_dirnext(struct dirscan *, uint32_t *, struct dirname *);
int	msdosfs_dirfind(struct denode *, const char *, size_t, u_int,
	    uint32_t, struct dirfind *);
int	msdosfs_direnter(struct denode *, const struct direntry *,
	    const char *, size_t, uint32_t, struct dirplace *);
int	msdosfs_dirremove(struct denode *, uint32_t, u_int, bool);
int	msdosfs_dirempty(struct denode *);
void	msdosfs_dirdrop(struct denode *);
void	msdosfs_dirfree1(struct msdosfsmount *, uint32_t);
int	msdosfs_dirsetparent(struct denode *, uint32_t);
int	msdosfs_dirinit(struct msdosfsmount *, uint32_t,
	    const struct direntry *, uint32_t);
void	msdosfs_entname(struct msdosfsmount *, const struct dirname *, char *,
	    size_t, size_t *);
int	msdosfs_rootscan(struct msdosfsmount *);
ino_t	msdosfs_fileno(struct msdosfsmount *, uint32_t, uint32_t);
void	msdosfs_slotkey(struct msdosfsmount *, const struct dirname *,
	    struct denode_key *);
void	msdosfs_entkey(struct msdosfsmount *, const struct dirname *,
	    struct denode_key *);
uint32_t msdosfs_entstart(struct msdosfsmount *, const struct direntry *);
void	msdosfs_entsetstart(struct direntry *, uint32_t);

int	msdosfs_deget(struct msdosfsmount *, uint32_t, uint32_t,
	    struct vnode **);
int	msdosfs_degetent(struct denode *, const struct dirname *,
	    struct vnode **);
int	msdosfs_rootmeasure(struct msdosfsmount *);
int	msdosfs_deload(struct denode *, const struct denode_key *);
void	msdosfs_de_to(const struct denode *, struct direntry *);
int	msdosfs_deupdat(struct denode *, bool);
int	msdosfs_writeslot(struct msdosfsmount *, const struct denode_key *);
bool	msdosfs_sameblock(struct msdosfsmount *, const struct denode_key *,
	    const struct denode_key *);
int	msdosfs_deextend(struct denode *, uint32_t);
int	msdosfs_desetsize(struct denode *, uint32_t);
int	msdosfs_zerofill(struct vnode *, off_t, off_t);
void	msdosfs_droptail(struct denode *);
int	msdosfs_deremoved(struct denode *);
void	msdosfs_detimes(struct denode *);

void	msdosfs_defree(struct denode *);

extern const struct genfs_ops msdosfs_genfsops;
extern int (**msdosfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc msdosfs_vnodeop_opv_desc;

int	msdosfs_lookup(void *);
int	msdosfs_create(void *);
int	msdosfs_mkdir(void *);
int	msdosfs_remove(void *);
int	msdosfs_rmdir(void *);
int	msdosfs_rename(void *);
int	msdosfs_access(void *);
int	msdosfs_getattr(void *);
int	msdosfs_setattr(void *);
int	msdosfs_close(void *);
int	msdosfs_read(void *);
int	msdosfs_write(void *);
int	msdosfs_fsync(void *);
int	msdosfs_readdir(void *);
int	msdosfs_inactive(void *);
int	msdosfs_reclaim(void *);
int	msdosfs_bmap(void *);
int	msdosfs_strategy(void *);
int	msdosfs_print(void *);
int	msdosfs_pathconf(void *);
int	msdosfs_advlock(void *);

#endif
#endif
