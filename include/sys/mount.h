/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounted file systems and the operations that a file system type offers;
 * see vfsops(9) and vfssubr(9).
 */
#ifndef _SYS_MOUNT_H_
#define _SYS_MOUNT_H_

#include <sys/param.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/stat.h>
#include <sys/fstypes.h>
#include <sys/queue.h>
#include <sys/statvfs.h>
#include <sys/ucred.h>
#ifdef _KERNEL
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/condvar.h>
#include <sys/specificdata.h>
#endif

#define MFSNAMELEN	_VFS_NAMELEN
#define MNAMELEN	90

#define MOUNT_FFS	"ffs"
#define MOUNT_UFS	MOUNT_FFS
#define MOUNT_NFS	"nfs"
#define MOUNT_MFS	"mfs"
#define MOUNT_MSDOS	"msdos"
#define MOUNT_LFS	"lfs"
#define MOUNT_FDESC	"fdesc"
#define MOUNT_NULL	"null"
#define MOUNT_OVERLAY	"overlay"
#define MOUNT_UMAP	"umap"
#define MOUNT_KERNFS	"kernfs"
#define MOUNT_PROCFS	"procfs"
#define MOUNT_AFS	"afs"
#define MOUNT_CD9660	"cd9660"
#define MOUNT_UNION	"union"
#define MOUNT_ADOSFS	"adosfs"
#define MOUNT_EXT2FS	"ext2fs"
#define MOUNT_CFS	"coda"
#define MOUNT_CODA	MOUNT_CFS
#define MOUNT_FILECORE	"filecore"
#define MOUNT_NTFS	"ntfs"
#define MOUNT_SMBFS	"smbfs"
#define MOUNT_PTYFS	"ptyfs"
#define MOUNT_TMPFS	"tmpfs"
#define MOUNT_UDF	"udf"
#define MOUNT_SYSVBFS	"sysvbfs"
#define MOUNT_PUFFS	"puffs"
#define MOUNT_HFS	"hfs"
#define MOUNT_EFS	"efs"
#define MOUNT_ZFS	"zfs"
#define MOUNT_NILFS	"nilfs"
#define MOUNT_RUMPFS	"rumpfs"
#define MOUNT_V7FS	"v7fs"
#define MOUNT_AUTOFS	"autofs"

/* Export arguments inside other arguments; kept for their size. */
struct export_args30 {
	int		ex_flags;
	uid_t		ex_root;
	struct uucred	ex_anon;
	struct sockaddr	*ex_addr;
	int		ex_addrlen;
	struct sockaddr	*ex_mask;
	int		ex_masklen;
	char		*ex_indexfile;
};

struct mnt_export_args30 {
	const char	*fspec;
	struct export_args30 eargs;
};

#define VFS_GENERIC	0
#define VFS_MAXTYPENUM	1
#define VFS_CONF	2
#define VFS_USERMOUNT	3
#define VFS_MAGICLINKS	4
#define VFS_TIMESTAMP_PRECISION	5
#define VFSGEN_MAXID	5
#define VFS_MAXID	20

#ifdef _KERNEL

struct buf;
struct fstrans_mount_info;
struct kauth_cred;
struct lwp;
struct nameidata;
struct quotactl_args;
struct vattr;
struct vnode;
struct vnode_impl;
struct vnodeopv_desc;
struct wapbl;
struct wapbl_ops;
struct wapbl_replay;

/*
 * A mounted file system.  Locks: "l" mountlist_lock; "v" mnt_vnodelock;
 * "u" mnt_updating; ":" stable while busy.
 */
struct mount {
	TAILQ_ENTRY(mount) mnt_list;		/* l: in order of mounting */
	TAILQ_HEAD(, vnode_impl) mnt_vnodelist;	/* v: its vnodes */
	kmutex_t	*mnt_vnodelock;		/* guards the above */
	kmutex_t	*mnt_renamelock;	/* one directory rename at once */
	kmutex_t	*mnt_updating;		/* mount, update, unmount */
	struct vfsops	*mnt_op;		/* : */
	struct vnode	*mnt_vnodecovered;	/* l: what it is mounted on */
	struct mount	*mnt_lower;		/* : file system below a layer */
	void		*mnt_transinfo;		/* fstrans(9) */
	void		*mnt_data;		/* : the file system's part */
	unsigned int	mnt_flag;		/* u: MNT_* */
	unsigned int	mnt_iflag;		/* l: IMNT_* */
	int		mnt_fs_bshift;		/* : log2 of a block */
	int		mnt_dev_bshift;		/* : log2 of a device block */
	unsigned int	mnt_refcnt;		/* references to this memory */
	int		mnt_synclist_slot;	/* syncer */
	uint64_t	mnt_gen;		/* orders the mounts in time */
	uint32_t	mnt_vcachesalt;		/* : of its vnodes' hash */
	TAILQ_ENTRY(mount) mnt_synclist;	/* syncer */
	specificdata_reference mnt_specdataref;	/* mount_setspecific */
	const struct wapbl_ops *mnt_wapbl_op;	/* journal */
	struct wapbl	*mnt_wapbl;
	struct wapbl_replay *mnt_wapbl_replay;
	kmutex_t	mnt_vnodelock_store;
	kmutex_t	mnt_renamelock_store;
	kmutex_t	mnt_updating_store;
	struct statvfs	mnt_stat;		/* : cached answer of statvfs */
};

/*
 * The operations of a file system type, given to vfs_attach().  One that a
 * type does not have points to the vfs_std* or genfs function for it, or to
 * eopnotsupp where vfsops(9) says so.
 */
struct vfsops {
	const char	*vfs_name;
	size_t		vfs_min_mount_data;
	int	(*vfs_mount)(struct mount *, const char *, void *, size_t *);
	int	(*vfs_start)(struct mount *, int);
	int	(*vfs_unmount)(struct mount *, int);
	int	(*vfs_root)(struct mount *, int, struct vnode **);
	int	(*vfs_quotactl)(struct mount *, struct quotactl_args *);
	int	(*vfs_statvfs)(struct mount *, struct statvfs *);
	int	(*vfs_sync)(struct mount *, int, struct kauth_cred *);
	int	(*vfs_vget)(struct mount *, ino_t, int, struct vnode **);
	int	(*vfs_loadvnode)(struct mount *, struct vnode *,
		    const void *, size_t, const void **);
	int	(*vfs_newvnode)(struct mount *, struct vnode *, struct vnode *,
		    struct vattr *, struct kauth_cred *, void *, size_t *,
		    const void **);
	int	(*vfs_fhtovp)(struct mount *, struct fid *, int,
		    struct vnode **);
	int	(*vfs_vptofh)(struct vnode *, struct fid *, size_t *);
	void	(*vfs_init)(void);
	void	(*vfs_reinit)(void);
	void	(*vfs_done)(void);
	int	(*vfs_mountroot)(void);
	int	(*vfs_snapshot)(struct mount *, struct vnode *,
		    struct timespec *);
	int	(*vfs_extattrctl)(struct mount *, int, struct vnode *, int,
		    const char *);
	int	(*vfs_suspendctl)(struct mount *, int);
	int	(*vfs_renamelock_enter)(struct mount *);
	void	(*vfs_renamelock_exit)(struct mount *);
	int	(*vfs_fsync)(struct vnode *, int);
	const struct vnodeopv_desc * const *vfs_opv_descs;
	int		vfs_refcount;
	LIST_ENTRY(vfsops) vfs_list;
};

int	VFS_MOUNT(struct mount *, const char *, void *, size_t *);
int	VFS_START(struct mount *, int);
int	VFS_UNMOUNT(struct mount *, int);
int	VFS_ROOT(struct mount *, int, struct vnode **);
int	VFS_QUOTACTL(struct mount *, struct quotactl_args *);
int	VFS_STATVFS(struct mount *, struct statvfs *);
int	VFS_SYNC(struct mount *, int, struct kauth_cred *);
int	VFS_FHTOVP(struct mount *, struct fid *, int, struct vnode **);
int	VFS_VPTOFH(struct vnode *, struct fid *, size_t *);
int	VFS_SNAPSHOT(struct mount *, struct vnode *, struct timespec *);
int	VFS_EXTATTRCTL(struct mount *, int, struct vnode *, int,
	    const char *);
int	VFS_SUSPENDCTL(struct mount *, int);
int	VFS_LOADVNODE(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	VFS_NEWVNODE(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, struct kauth_cred *, void *, size_t *,
	    const void **);
int	VFS_VGET(struct mount *, ino_t, int, struct vnode **);
int	VFS_RENAMELOCK_ENTER(struct mount *);
void	VFS_RENAMELOCK_EXIT(struct mount *);
/* The file system's part of fsync, for file systems that have one. */
#define VFS_FSYNC(mp, vp, flags)	(*(mp)->mnt_op->vfs_fsync)((vp), (flags))

#define VFS_MAX_MOUNT_DATA	8192

#define VFS_PROTOS(fsname)						\
int	fsname##_mount(struct mount *, const char *, void *, size_t *);	\
int	fsname##_start(struct mount *, int);				\
int	fsname##_unmount(struct mount *, int);				\
int	fsname##_root(struct mount *, int, struct vnode **);		\
int	fsname##_quotactl(struct mount *, struct quotactl_args *);	\
int	fsname##_statvfs(struct mount *, struct statvfs *);		\
int	fsname##_sync(struct mount *, int, struct kauth_cred *);	\
int	fsname##_vget(struct mount *, ino_t, int, struct vnode **);	\
int	fsname##_loadvnode(struct mount *, struct vnode *,		\
	    const void *, size_t, const void **);			\
int	fsname##_newvnode(struct mount *, struct vnode *,		\
	    struct vnode *, struct vattr *, struct kauth_cred *,	\
	    void *, size_t *, const void **);				\
int	fsname##_fhtovp(struct mount *, struct fid *, int,		\
	    struct vnode **);						\
int	fsname##_vptofh(struct vnode *, struct fid *, size_t *);	\
void	fsname##_init(void);						\
void	fsname##_reinit(void);						\
void	fsname##_done(void);						\
int	fsname##_mountroot(void);					\
int	fsname##_snapshot(struct mount *, struct vnode *,		\
	    struct timespec *);						\
int	fsname##_extattrctl(struct mount *, int, struct vnode *, int,	\
	    const char *);						\
int	fsname##_suspendctl(struct mount *, int)

/* Called with each file system unmounted, see vfs_hooks(9). */
struct vfs_hooks {
	LIST_ENTRY(vfs_hooks) vfs_hooks_list;
	void	(*vh_unmount)(struct mount *);
	int	(*vh_reexport)(struct mount *, const char *, void *);
	void	(*vh_future_expansion_1)(void);
	void	(*vh_future_expansion_2)(void);
	void	(*vh_future_expansion_3)(void);
	void	(*vh_future_expansion_4)(void);
	void	(*vh_future_expansion_5)(void);
};

void	vfs_hooks_init(void);
int	vfs_hooks_attach(struct vfs_hooks *);
int	vfs_hooks_detach(struct vfs_hooks *);
void	vfs_hooks_unmount(struct mount *);
int	vfs_hooks_reexport(struct mount *, const char *, void *);

/* Walks over all mounts; the current one is busy, see vfssubr(9). */
typedef struct mount_iterator {
	struct mount	*mi_mount;
	uint64_t	mi_gen;
} mount_iterator_t;
void	mountlist_iterator_init(mount_iterator_t **);
void	mountlist_iterator_destroy(mount_iterator_t *);
struct mount *
	mountlist_iterator_next(mount_iterator_t *);
struct mount *
	mountlist_iterator_trynext(mount_iterator_t *);
struct mount *
	_mountlist_next(struct mount *);

/* Walks over the vnodes of a mount. */
struct vnode_iterator;
void	vfs_vnode_iterator_init(struct mount *, struct vnode_iterator **);
void	vfs_vnode_iterator_destroy(struct vnode_iterator *);
struct vnode *
	vfs_vnode_iterator_next(struct vnode_iterator *,
	    bool (*)(void *, struct vnode *), void *);

int	vfs_busy(struct mount *);
int	vfs_trybusy(struct mount *);
void	vfs_unbusy(struct mount *);
int	vfs_set_lowermount(struct mount *, struct mount *);
void	vfs_ref(struct mount *);
void	vfs_rele(struct mount *);
int	vfs_attach(struct vfsops *);
int	vfs_detach(struct vfsops *);
void	vfs_reinit(void);
struct vfsops *
	vfs_getopsbyname(const char *);
void	vfs_delref(struct vfsops *);
struct mount *
	vfs_getvfs(fsid_t *);
int	vfs_mountedon(struct vnode *);
int	vfs_mountroot(void);
void	vfs_getnewfsid(struct mount *);
void	vfs_insmntque(struct vnode *, struct mount *);
int	vfs_suspend(struct mount *, int);
void	vfs_resume(struct mount *);
struct mount *
	vfs_mountalloc(struct vfsops *, struct vnode *);
int	vfs_rootmountalloc(const char *, const char *, struct mount **);
int	vfs_stdextattrctl(struct mount *, int, struct vnode *, int,
	    const char *);
void	mountlist_append(struct mount *);
void	mountlist_remove(struct mount *);
void	vfs_opv_init(const struct vnodeopv_desc * const *);
void	vfs_opv_free(const struct vnodeopv_desc * const *);
int	vfs_sync_all(struct lwp *);
void	vfs_shutdown(void);
bool	vfs_unmountall(struct lwp *);
bool	vfs_unmountall1(struct lwp *, bool, bool);
bool	vfs_unmount_forceone(struct lwp *);
void	vfs_syncer_add_to_worklist(struct mount *);
void	vfs_syncer_remove_from_worklist(struct mount *);
int	vfs_composefh(struct vnode *, fhandle_t *, size_t *);
int	vfs_composefh_alloc(struct vnode *, fhandle_t **);
void	vfs_composefh_free(fhandle_t *);
int	vfs_fhtovp(fhandle_t *, struct vnode **);
int	vfs_copyinfh_alloc(const void *, size_t, fhandle_t **);
void	vfs_copyinfh_free(fhandle_t *);
int	mount_domount(struct lwp *, struct vnode **, struct vfsops *,
	    const char *, int, void *, size_t *);
int	dounmount(struct mount *, int, struct lwp *);
int	do_sys_mount(struct lwp *, const char *, enum uio_seg, const char *,
	    int, void *, enum uio_seg, size_t, register_t *);
void	do_sys_sync(struct lwp *);
int	set_statvfs_info(const char *, int, const char *, int, const char *,
	    struct mount *, struct lwp *);
void	copy_statvfs_info(struct statvfs *, const struct mount *);
int	dostatvfs(struct mount *, struct statvfs *, struct lwp *, int, int);
void	mount_initspecific(struct mount *);
void	mount_finispecific(struct mount *);
int	mount_specific_key_create(specificdata_key_t *, specificdata_dtor_t);
void	mount_specific_key_delete(specificdata_key_t);
void *	mount_getspecific(struct mount *, specificdata_key_t);
void	mount_setspecific(struct mount *, specificdata_key_t, void *);
int	eopnotsupp(void);
int	makefstype(const char *);

extern int (*mountroot)(void);
extern kmutex_t	vfs_list_lock;
extern kmutex_t	mountlist_lock;

LIST_HEAD(vfs_list_head, vfsops);
extern struct vfs_list_head vfs_list;

extern int dovfsusermount;	/* users other than root may mount */
extern int doforce;		/* unmount by force is allowed */
extern int vfs_timestamp_precision; /* of vfs_timestamp(): see there */

extern time_t	syncdelay;	/* seconds until dirty data are written */
extern time_t	filedelay;
extern time_t	dirdelay;
extern time_t	metadelay;

#endif /* _KERNEL */

#ifndef _KERNEL
int	getvfsstat(struct statvfs *, size_t, int);
int	mount(const char *, const char *, int, void *, size_t);
int	unmount(const char *, int);
#endif

#endif
