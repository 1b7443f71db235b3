/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vnodes: one per file that the kernel has at hand, whatever file system it
 * is on.  See vnode(9), vnsubr(9), vfssubr(9) and vnodeops(9).
 *
 * Life cycle: vcache_get() or vcache_new() make a vnode known by the pair
 * (mount, key); vref()/vrele() count its users; the last vrele() calls
 * VOP_INACTIVE; a vnode without users stays cached until vrecycle(), vgone(),
 * an unmount or the limit on vnodes reclaims it.
 */
#ifndef _SYS_VNODE_H_
#define _SYS_VNODE_H_

#include <sys/types.h>
#include <sys/time.h>
#include <sys/queue.h>
#include <sys/event.h>
#include <sys/acl.h>
#if defined(_KERNEL) || defined(_KMEMUSER)
#include <sys/condvar.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/uio.h>
#include <uvm/uvm_param.h>
#include <uvm/uvm_pglist.h>
#include <uvm/uvm_object.h>
#include <uvm/uvm_extern.h>
#endif

enum vtype {
	VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD
};

#define VNODE_TYPES \
    "VNON", "VREG", "VDIR", "VBLK", "VCHR", "VLNK", "VSOCK", "VFIFO", "VBAD"

/* What kind of file system a vnode's v_data is; for tools, never tested. */
enum vtagtype {
	VT_NON, VT_UFS, VT_NFS, VT_MFS, VT_MSDOSFS, VT_LFS, VT_LOFS, VT_FDESC,
	VT_PORTAL, VT_NULL, VT_UMAP, VT_KERNFS, VT_PROCFS, VT_AFS, VT_ISOFS,
	VT_UNION, VT_ADOSFS, VT_EXT2FS, VT_CODA, VT_FILECORE, VT_NTFS, VT_VFS,
	VT_OVERLAY, VT_SMBFS, VT_PTYFS, VT_TMPFS, VT_UDF, VT_SYSVBFS, VT_PUFFS,
	VT_HFS, VT_EFS, VT_ZFS, VT_RUMP, VT_NILFS, VT_V7FS, VT_CHFS, VT_AUTOFS
};

#define VNODE_TAGS \
    "VT_NON", "VT_UFS", "VT_NFS", "VT_MFS", "VT_MSDOSFS", "VT_LFS", \
    "VT_LOFS", "VT_FDESC", "VT_PORTAL", "VT_NULL", "VT_UMAP", "VT_KERNFS", \
    "VT_PROCFS", "VT_AFS", "VT_ISOFS", "VT_UNION", "VT_ADOSFS", \
    "VT_EXT2FS", "VT_CODA", "VT_FILECORE", "VT_NTFS", "VT_VFS", \
    "VT_OVERLAY", "VT_SMBFS", "VT_PTYFS", "VT_TMPFS", "VT_UDF", \
    "VT_SYSVBFS", "VT_PUFFS", "VT_HFS", "VT_EFS", "VT_ZFS", "VT_RUMP", \
    "VT_NILFS", "VT_V7FS", "VT_CHFS", "VT_AUTOFS"

struct buf;
struct dkwedge_info;
struct fifoinfo;
struct file;
struct knote;
struct lwp;
struct mount;
struct pathbuf;
struct socket;
struct specnode;
struct stat;
struct uio;
struct uvm_ractx;
struct vnode;

#if defined(_KERNEL) || defined(_KMEMUSER)

LIST_HEAD(buflists, buf);

struct vnode_klist {
	struct klist	vk_klist;
	long		vk_interest;	/* NOTE_* some knote waits for */
};

/*
 * Locks: "i" v_interlock; "v" the vnode lock (VOP_LOCK); "b" bufcache_lock;
 * ":" stable while referenced; "u" the page lock v_uobj.vmobjlock.
 */
typedef struct vnode {
	struct uvm_object v_uobj;	/* u: pages of the file */
	voff_t		v_size;		/* i+v: size of the file */
	voff_t		v_writesize;	/* i+v: size after pending writes */
	kcondvar_t	v_cv;		/* i: state and output waiters */
	int		v_numoutput;	/* i: writes in flight */
	int		v_writecount;	/* i: open for writing */
	int		v_holdcnt;	/* i: buffer and name cache holds */
	unsigned int	v_usecount;	/* i: references */
	int		v_iflag;	/* i: VI_* flags */
	int		v_vflag;	/* v: VV_* flags */
	int		v_uflag;	/* fs: VU_* flags */
	struct buflists	v_cleanblkhd;	/* b: clean buffers */
	struct buflists	v_dirtyblkhd;	/* b: dirty buffers */
	struct mount	*v_mount;	/* : file system */
	int		(**v_op)(void *); /* : operation vector */
	enum vtype	v_type;		/* : type */
	enum vtagtype	v_tag;		/* : kind of v_data */
	void		*v_data;	/* : file system's part */
	union {
		struct mount	*vu_mountedhere; /* VDIR: mounted on it */
		struct socket	*vu_socket;	/* VSOCK */
		struct specnode	*vu_specnode;	/* VBLK, VCHR */
		struct fifoinfo	*vu_fifoinfo;	/* VFIFO */
		struct uvm_ractx *vu_ractx;	/* VREG: read ahead */
	} v_un;
	struct vnode_klist *v_klist;	/* i: knotes */
	void		*v_segvguard;	/* unused, for source compatibility */
	kmutex_t	*v_interlock;	/* guards the members marked i */
} vnode_t;

#define v_mountedhere	v_un.vu_mountedhere
#define v_socket	v_un.vu_socket
#define v_specnode	v_un.vu_specnode
#define v_fifoinfo	v_un.vu_fifoinfo
#define v_ractx		v_un.vu_ractx

#endif

/* v_vflag */
#define VV_ROOT		0x00000001	/* root of its file system */
#define VV_SYSTEM	0x00000002	/* used by the kernel itself */
#define VV_ISTTY	0x00000004	/* represents a terminal */
#define VV_MAPPED	0x00000008	/* may have user mappings */
#define VV_MPSAFE	0x00000010	/* file system needs no big lock */

/* v_iflag */
#define VI_TEXT		0x00000100	/* pure text prototype */
#define VI_EXECMAP	0x00000200	/* has executable mappings */
#define VI_WRMAP	0x00000400	/* may have writable mappings */
#define VI_PAGES	0x00000800	/* has pages */
#define VI_ONWORKLST	0x00004000	/* on the syncer's work list */
#define VI_DEADCHECK	0x00008000	/* being deadlock checked at revoke */

/* v_uflag */
#define VU_DIROP	0x01000000	/* part of a directory operation */

#define VNODE_FLAGBITS \
    "\20\1ROOT\2SYSTEM\3ISTTY\4MAPPED\5MPSAFE\11TEXT\12EXECMAP" \
    "\13WRMAP\14PAGES\17ONWORKLST\20DEADCHECK\31DIROP"

#define VSIZENOTSET	((voff_t)-1)

/*
 * Attributes of a file.  VNOVAL means unknown (VOP_GETATTR) or leave alone
 * (VOP_SETATTR).
 */
struct vattr {
	enum vtype	va_type;
	mode_t		va_mode;
	nlink_t		va_nlink;
	uid_t		va_uid;
	gid_t		va_gid;
	dev_t		va_fsid;
	ino_t		va_fileid;
	u_quad_t	va_size;
	long		va_blocksize;
	struct timespec	va_atime;
	struct timespec	va_mtime;
	struct timespec	va_ctime;
	struct timespec	va_birthtime;
	u_long		va_gen;
	u_long		va_flags;
	dev_t		va_rdev;
	u_quad_t	va_bytes;
	u_quad_t	va_filerev;
	unsigned int	va_vaflags;
	long		va_spare;
};

/* va_vaflags */
#define VA_UTIMES_NULL	0x01		/* times are "now", not given */
#define VA_EXCLUSIVE	0x02		/* exclusive create */

#define VNOVAL		(-1)
#define VNOVALSIZE	((u_quad_t)-1)
#define VNOVALFLAGS	((u_long)-1)

/* ioflag of VOP_READ and VOP_WRITE; the low bits carry the advice. */
#define IO_ADV_MASK	0x00003
#define IO_ADV_SHIFT	0
#define IO_ADV_ENCODE(a) (((a) << IO_ADV_SHIFT) & IO_ADV_MASK)
#define IO_ADV_DECODE(f) (((f) & IO_ADV_MASK) >> IO_ADV_SHIFT)
#define IO_UNIT		0x00010		/* all or nothing */
#define IO_APPEND	0x00020		/* write at the end */
#define IO_SYNC		(0x40 | IO_DSYNC) /* file integrity completion */
#define IO_NODELOCKED	0x00080		/* caller holds the vnode lock */
#define IO_NDELAY	0x00100		/* FNDELAY is set */
#define IO_DSYNC	0x00200		/* data integrity completion */
#define IO_ALTSEMANTICS	0x00400		/* file system's own meaning */
#define IO_NORMAL	0x00800		/* regular data */
#define IO_EXT		0x01000		/* extended attribute data */
#define IO_DIRECT	0x02000		/* past the cache where possible */
#define IO_JOURNALLOCKED 0x04000	/* journal is already locked */

/* Access modes for VOP_ACCESS and VOP_ACCESSX. */
typedef int accmode_t;
#define VEXEC			000000000100
#define VWRITE			000000000200
#define VREAD			000000000400
#define VADMIN			000000010000
#define VAPPEND			000000040000
#define VEXPLICIT_DENY		000000100000
#define VREAD_NAMED_ATTRS	000000200000
#define VWRITE_NAMED_ATTRS	000000400000
#define VDELETE_CHILD		000001000000
#define VREAD_ATTRIBUTES	000002000000
#define VWRITE_ATTRIBUTES	000004000000
#define VDELETE			000010000000
#define VREAD_ACL		000020000000
#define VWRITE_ACL		000040000000
#define VWRITE_OWNER		000100000000
#define VSYNCHRONIZE		000200000000
#define VCREAT			000400000000
#define VVERIFY			001000000000

#define VADMIN_PERMS	(VADMIN | VWRITE_ATTRIBUTES | VWRITE_ACL | VWRITE_OWNER)
#define VMODIFY_PERMS	(VWRITE | VAPPEND | VADMIN_PERMS | VDELETE_CHILD | \
    VDELETE)
#define VSTAT_PERMS	(VREAD_ATTRIBUTES | VREAD_ACL)
#define VUNIX_PERMS	(VEXEC | VWRITE | VREAD | VADMIN | VAPPEND)

#ifdef _KERNEL

extern const enum vtype	iftovt_tab[];
extern const int	vttoif_tab[];
#define IFTOVT(mode)	(iftovt_tab[((mode) & S_IFMT) >> 12])
#define VTTOIF(indx)	(vttoif_tab[(int)(indx)])
#define MAKEIMODE(indx, mode) (int)(VTTOIF(indx) | (mode))

/* Flags of vflush(), vclean and vinvalbuf(). */
#define SKIPSYSTEM	0x0001		/* leave VV_SYSTEM vnodes */
#define FORCECLOSE	0x0002		/* also those in use */
#define WRITECLOSE	0x0004		/* only files open for writing */
#define V_SAVE		0x0001		/* write out first */

/* Flags of vnode operations. */
#define REVOKEALL	0x0001		/* all aliases */
#define FSYNC_WAIT	0x0001		/* wait for completion */
#define FSYNC_DATAONLY	0x0002		/* data is enough */
#define FSYNC_RECLAIM	0x0004		/* vnode is being reclaimed */
#define FSYNC_LAZY	0x0008		/* no hurry */
#define FSYNC_NOLOG	0x0010		/* not through the journal */
#define FSYNC_CACHE	0x0100		/* flush the device's cache too */
#define FSYNC_REVOKE	0x0200		/* from vinvalbuf at revoke */
#define UPDATE_WAIT	0x0001
#define UPDATE_DIROP	0x0002
#define UPDATE_CLOSE	0x0004

/* VOP_LOCK(), vn_lock(); VOP_ISLOCKED() answers with one of the first. */
#define LK_NONE		0x00000000
#define LK_SHARED	0x00000001
#define LK_EXCLUSIVE	0x00000002
#define LK_UPGRADE	0x00000010	/* shared to exclusive, or EBUSY */
#define LK_DOWNGRADE	0x00000020
#define LK_NOWAIT	0x00000100	/* EBUSY instead of waiting */
#define LK_RETRY	0x00000200	/* also if the vnode is dead */

/* vdead_check() */
#define VDEAD_NOWAIT	0x0001

void	holdrelel(struct vnode *);
void	holdrele(struct vnode *);
void	vholdl(struct vnode *);
void	vhold(struct vnode *);
void	vref(struct vnode *);

#define VHOLD(vp)	vhold(vp)
#define HOLDRELE(vp)	holdrele(vp)
#define VREF(vp)	vref(vp)
#define VATTR_NULL(vap)	vattr_null(vap)
#define NULLVP		((struct vnode *)NULL)

extern struct vnode	*rootvnode;
extern int		desiredvnodes;
extern u_int		numvnodes;
extern int		prtactive;	/* say when a vnode in use is reclaimed */

/* Bits of vnodeop_desc.vdesc_flags: what a call does to its vnodes. */
#define VDESC_MAX_VPS		8
#define VDESC_VP0_WILLRELE	0x00000001
#define VDESC_VP1_WILLRELE	0x00000002
#define VDESC_VP2_WILLRELE	0x00000004
#define VDESC_VP3_WILLRELE	0x00000008
#define VDESC_VP0_WILLPUT	0x00000101
#define VDESC_VP1_WILLPUT	0x00000202
#define VDESC_VP2_WILLPUT	0x00000404
#define VDESC_VP3_WILLPUT	0x00000808

#define VDESC_NO_OFFSET		-1

/* Describes an operation so that a layer can pass it on unseen. */
struct vnodeop_desc {
	int		vdesc_offset;	/* index in the operation vector */
	const char	*vdesc_name;
	int		vdesc_flags;	/* VDESC_* */
	const int	*vdesc_vp_offsets; /* ends with VDESC_NO_OFFSET */
	int		vdesc_vpp_offset; /* where the result goes */
	int		vdesc_cred_offset;
	int		vdesc_componentname_offset;
};

extern const struct vnodeop_desc *const vfs_op_descs[];

/* unionfs: the directory below one that has been read to its end. */
extern int (*vn_union_readdir_hook)(struct vnode **, struct file *,
	    struct lwp *);

#define VOPARG_OFFSET(p_type, field) \
	((int)(((char *)(&(((p_type)NULL)->field))) - ((char *)NULL)))
#define VOPARG_OFFSETOF(s_type, field) \
	((int)__builtin_offsetof(s_type, field))
#define VOPARG_OFFSETTO(S_TYPE, S_OFFSET, STRUCT_P) \
	((S_TYPE)(((char *)(STRUCT_P)) + (S_OFFSET)))

struct vnodeopv_entry_desc {
	const struct vnodeop_desc *opve_op;
	int (*opve_impl)(void *);
};

/* A file system's table; vfs_opv_init() makes the vector from it. */
struct vnodeopv_desc {
	int (***opv_desc_vector_p)(void *);
	const struct vnodeopv_entry_desc *opv_desc_ops;
};

struct vop_generic_args {
	struct vnodeop_desc *a_desc;
};

#define VOCALL(OPSV, OFF, AP) ((*((OPSV)[(OFF)]))(AP))
#define VCALL(VP, OFF, AP) VOCALL((VP)->v_op, (OFF), (AP))
#define VDESC(OP) (&(OP##_desc))
#define VOFFSET(OP) (VDESC(OP)->vdesc_offset)

int	vn_default_error(void *);

/* kernel/vfs/vfs_vnode.c: life cycle */
void	vfs_vnode_sysinit(void);
int	bdevvp(dev_t, struct vnode **);
int	cdevvp(dev_t, struct vnode **);
void	vattr_null(struct vattr *);
void	vdevgone(int, int, int, enum vtype);
int	vfinddev(dev_t, enum vtype, struct vnode **);
int	vflush(struct mount *, struct vnode *, int);
int	vflushbuf(struct vnode *, int);
void	vgone(struct vnode *);
int	vinvalbuf(struct vnode *, int, kauth_cred_t, struct lwp *, bool, int);
void	vprint(const char *, struct vnode *);
void	vput(struct vnode *);
bool	vrecycle(struct vnode *);
void	vrele(struct vnode *);
void	vrele_async(struct vnode *);
void	vrele_flush(struct mount *);
int	vtruncbuf(struct vnode *, daddr_t, bool, int);
void	vwakeup(struct buf *);
int	vdead_check(struct vnode *, int);
void	vrevoke(struct vnode *);
void	vshareilock(struct vnode *, struct vnode *);
void	vshareklist(struct vnode *, struct vnode *);
int	vrefcnt(struct vnode *);
int	vcache_get(struct mount *, const void *, size_t, struct vnode **);
int	vcache_new(struct mount *, struct vnode *, struct vattr *, kauth_cred_t,
	    void *, struct vnode **);
int	vcache_rekey_enter(struct mount *, struct vnode *,
	    const void *, size_t, const void *, size_t);
void	vcache_rekey_exit(struct mount *, struct vnode *,
	    const void *, size_t, const void *, size_t);

/* kernel/vfs/vfs_vnops.c: what descriptors and system calls use */
int	vn_bwrite(void *);
int	vn_close(struct vnode *, int, kauth_cred_t);
int	vn_isunder(struct vnode *, struct vnode *, struct lwp *);
int	vn_lock(struct vnode *, int);
void	vn_markexec(struct vnode *);
int	vn_marktext(struct vnode *);
int	vn_open(struct vnode *, struct pathbuf *, int, int, int,
	    struct vnode **, bool *, int *);
int	vn_rdwr(enum uio_rw, struct vnode *, void *, int, off_t, enum uio_seg,
	    int, kauth_cred_t, size_t *, struct lwp *);
int	vn_readdir(struct file *, char *, int, unsigned int, int *,
	    struct lwp *, off_t **, int *);
int	vn_stat(struct vnode *, struct stat *);
int	vn_kqfilter(struct file *, struct knote *);
int	vn_writechk(struct vnode *);
int	vn_openchk(struct vnode *, kauth_cred_t, int);
int	vn_extattr_get(struct vnode *, int, int, const char *, size_t *,
	    void *, struct lwp *);
int	vn_extattr_set(struct vnode *, int, int, const char *, size_t,
	    const void *, struct lwp *);
int	vn_extattr_rm(struct vnode *, int, int, const char *, struct lwp *);
int	vn_fifo_bypass(void *);
int	vn_bdev_open(dev_t, struct vnode **, struct lwp *);
int	vn_bdev_openpath(struct pathbuf *, struct vnode **, struct lwp *);
void	vn_knote_attach(struct vnode *, struct knote *);
void	vn_knote_detach(struct vnode *, struct knote *);
void	vn_syncer_add_to_worklist(struct vnode *, int);
void	vn_syncer_remove_from_worklist(struct vnode *);

/* kernel/vfs/vfs_subr.c */
int	dorevoke(struct vnode *, kauth_cred_t);
int	getdiskinfo(struct vnode *, struct dkwedge_info *);
int	rawdev_mounted(struct vnode *, struct vnode **);
uint8_t	vtype2dt(enum vtype);
int	speedup_syncer(void);
void	vfs_timestamp(struct timespec *);
struct vnode *
	vfs_rootvnode(void);
void	vattr_dump(const struct vattr *);
int	usermount_common_policy(struct mount *, u_long);
int	vfs_unixify_accmode(accmode_t *);

/*
 * Does some knote of `vp' wait for one of the events in `hint'?
 */
static __inline bool
VN_KEVENT_INTEREST(struct vnode *vp, long hint)
{

	return vp->v_klist != NULL && (vp->v_klist->vk_interest & hint) != 0;
}

void	vn_knote(struct vnode *, long);

/*
 * Tell the knotes of `vp' about the events in `hint'.  Called without
 * v_interlock.
 */
static __inline void
VN_KNOTE(struct vnode *vp, long hint)
{

	if (__predict_false(VN_KEVENT_INTEREST(vp, hint)))
		vn_knote(vp, hint);
}

/* File systems find these here. */
#include <sys/dkio.h>
#include <sys/kmem.h>
#include <sys/mount.h>

#include <sys/vnode_if.h>

#endif /* _KERNEL */
#endif
