/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the vnode code keeps beside each vnode.  For kernel/vfs and layered
 * file systems' life cycle code only; see vnode(9).
 */
#ifndef _SYS_VNODE_IMPL_H_
#define _SYS_VNODE_IMPL_H_

#include <sys/vnode.h>
#include <sys/container_of.h>
#include <sys/rbtree.h>
#include <sys/rwlock_obj.h>

struct namecache;

enum vnode_state {
	VS_ACTIVE,	/* in assertions: loaded and referenced */
	VS_MARKER,	/* never changes: a place in a list */
	VS_LOADING,	/* file system node is being made */
	VS_LOADED,	/* file system node attached */
	VS_BLOCKED,	/* no new references for the moment */
	VS_RECLAIMING,	/* file system node is being detached */
	VS_RECLAIMED	/* no file system node */
};

TAILQ_HEAD(vnodelst, vnode_impl);
typedef struct vnodelst vnodelst_t;

struct vcache_key {
	struct mount	*vk_mount;
	const void	*vk_key;	/* usually in the file system's node */
	size_t		vk_key_len;
};

/*
 * Locks: "i" v_interlock; "c" vcache_lock; "d" vdrain_lock; "m" the mount's
 * mnt_vnodelock; "n" namecache_lock; "s" syncer_data_lock.
 */
struct vnode_impl {
	struct vnode	vi_vnode;
	enum vnode_state vi_state;		/* i+c */
	krwlock_t	vi_lock;		/* the vnode lock */
	struct krwobj	vi_uobjlock;		/* v_uobj.vmobjlock unless set */
	bool		vi_uobjlock_memref;	/* its references keep memory */
	kmutex_t	vi_ilock;		/* v_interlock unless shared */
	struct vnode_impl *vi_ilock_owner;	/* whose vi_ilock is used */
	unsigned int	vi_memrefs;		/* c: users of this memory */
	struct vnode_klist vi_klist;		/* v_klist unless shared */
	struct vcache_key vi_key;		/* c */
	struct mount	*vi_oldmount;		/* : of a dead vnode, held */
	uint32_t	vi_hashval;		/* c */
	uint32_t	vi_serial;		/* : names the vnode in hashes */
	LIST_ENTRY(vnode_impl) vi_hash;		/* c */
	struct vnodelst	*vi_lrulisthd;		/* d: list it is on */
	TAILQ_ENTRY(vnode_impl) vi_lrulist;	/* d */
	TAILQ_ENTRY(vnode_impl) vi_mntvnodes;	/* m */
	TAILQ_ENTRY(vnode_impl) vi_synclist;	/* s */
	int		vi_synclist_slot;	/* s */
	TAILQ_HEAD(, namecache) vi_nclist;	/* n: names of this vnode */
	TAILQ_HEAD(, namecache) vi_ncchildren;	/* n: names in this one */
	struct {
		bool	nid_valid;
		mode_t	nid_mode;
		uid_t	nid_uid;
		gid_t	nid_gid;
	} vi_ncid;				/* n: for access checks */
};
typedef struct vnode_impl vnode_impl_t;

#define VIMPL_TO_VNODE(vip)	(&(vip)->vi_vnode)
#define VNODE_TO_VIMPL(vp)	container_of((vp), struct vnode_impl, vi_vnode)

void	_vstate_assert(vnode_t *, enum vnode_state, const char *, int, bool);

#ifdef DIAGNOSTIC
#define VSTATE_ASSERT(vp, state) \
	_vstate_assert((vp), (state), __func__, __LINE__, true)
#define VSTATE_ASSERT_UNLOCKED(vp, state) \
	_vstate_assert((vp), (state), __func__, __LINE__, false)
#else
#define VSTATE_ASSERT(vp, state)	((void)0)
#define VSTATE_ASSERT_UNLOCKED(vp, state) ((void)0)
#endif

const char *vstate_name(enum vnode_state);
vnode_t	*vnalloc_marker(struct mount *);
void	vnfree_marker(vnode_t *);
bool	vnis_marker(vnode_t *);
void	vcache_make_anon(vnode_t *);
int	vcache_vget(vnode_t *);
int	vcache_tryvget(vnode_t *);
int	vfs_drainvnodes(void);

#endif
