/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts: their list, references, the vnodes on them, mounting and
 * unmounting; see vfssubr(9) and vfsops(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/filedesc.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/syslog.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"
#include "vfs_trans.h"

kmutex_t mountlist_lock;
static TAILQ_HEAD(mountlist_head, mount) mountlist;	/* ordered by mnt_gen */
static u_int mountlist_count;
static uint64_t mountgen;

kmutex_t vfs_list_lock;
struct vfs_list_head vfs_list = LIST_HEAD_INITIALIZER(vfs_list);

struct vnode *rootvnode;
int (*mountroot)(void);

void
vfs_mount_sysinit(void)
{

	mutex_init(&mountlist_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&vfs_list_lock, MUTEX_DEFAULT, IPL_NONE);
	TAILQ_INIT(&mountlist);
}

/*
 * A mount of the type `ops', whose reference it takes over, on `vp'.  It is
 * on no list yet; vfs_rele() frees it.
 */
struct mount *
vfs_mountalloc(struct vfsops *ops, struct vnode *vp)
{
	struct mount_impl *mi;
	struct mount *mp;

	mi = kmem_zalloc(sizeof(*mi), KM_SLEEP);
	mp = &mi->mi_mount;
	mp->mnt_op = ops;
	mp->mnt_refcnt = 1;
	mp->mnt_vnodecovered = vp;
	TAILQ_INIT(&mp->mnt_vnodelist);
	mp->mnt_vnodelock = &mp->mnt_vnodelock_store;
	mp->mnt_renamelock = &mp->mnt_renamelock_store;
	mp->mnt_updating = &mp->mnt_updating_store;
	mutex_init(mp->mnt_vnodelock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(mp->mnt_renamelock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(mp->mnt_updating, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&mountlist_lock);
	mp->mnt_gen = ++mountgen;
	mp->mnt_vcachesalt = (uint32_t)mp->mnt_gen;
	mutex_exit(&mountlist_lock);
	mp->mnt_transinfo = &mi->mi_trans;
	fstrans_mount(mp);
	mount_initspecific(mp);
	return mp;
}

/*
 * For the root file system: a mount of the type with this name.
 */
int
vfs_rootmountalloc(const char *fstypename, const char *devname,
    struct mount **mpp)
{
	struct vfsops *ops;
	struct mount *mp;

	ops = vfs_getopsbyname(fstypename);
	if (ops == NULL)
		return ENODEV;
	mp = vfs_mountalloc(ops, NULL);
	mp->mnt_flag = MNT_RDONLY;
	strlcpy(mp->mnt_stat.f_fstypename, ops->vfs_name,
	    sizeof(mp->mnt_stat.f_fstypename));
	strlcpy(mp->mnt_stat.f_mntonname, "/",
	    sizeof(mp->mnt_stat.f_mntonname));
	strlcpy(mp->mnt_stat.f_mntfromname, devname,
	    sizeof(mp->mnt_stat.f_mntfromname));
	*mpp = mp;
	return 0;
}

/*
 * References keep the memory of a mount.
 */
void
vfs_ref(struct mount *mp)
{

	KASSERT(atomic_load_relaxed(&mp->mnt_refcnt) > 0);
	atomic_inc_uint(&mp->mnt_refcnt);
}

void
vfs_rele(struct mount *mp)
{

	KASSERTMSG(atomic_load_relaxed(&mp->mnt_refcnt) > 0,
	    "mount reference released twice");
	if (__predict_true(__atomic_sub_fetch(&mp->mnt_refcnt, 1,
	    __ATOMIC_ACQ_REL) > 0))
		return;
	KASSERT(TAILQ_EMPTY(&mp->mnt_vnodelist));
	fstrans_unmount(mp);
	mount_finispecific(mp);
	mutex_destroy(mp->mnt_updating);
	mutex_destroy(mp->mnt_renamelock);
	mutex_destroy(mp->mnt_vnodelock);
	if (mp->mnt_op != NULL)
		vfs_delref(mp->mnt_op);
	kmem_free(mp, sizeof(struct mount_impl));
}

/*
 * Keep a mount from being unmounted.  ENOENT if that has happened.
 */
int
vfs_busy(struct mount *mp)
{

	fstrans_start(mp);
	if (__predict_false((mp->mnt_iflag & IMNT_GONE) != 0)) {
		fstrans_done(mp);
		return ENOENT;
	}
	vfs_ref(mp);
	return 0;
}

/*
 * The same, EBUSY instead of waiting.
 */
int
vfs_trybusy(struct mount *mp)
{

	if (fstrans_start_nowait(mp) != 0)
		return EBUSY;
	if (__predict_false((mp->mnt_iflag & IMNT_GONE) != 0)) {
		fstrans_done(mp);
		return ENOENT;
	}
	vfs_ref(mp);
	return 0;
}

void
vfs_unbusy(struct mount *mp)
{

	fstrans_done(mp);
	vfs_rele(mp);
}

/*
 * Let a layer's transactions be those of the file system below it.
 */
int
vfs_set_lowermount(struct mount *mp, struct mount *lower)
{
	struct mount *old;

	if (lower == mp->mnt_lower)
		return 0;
	if (lower != NULL) {
		if (lower->mnt_iflag & IMNT_GONE)
			return ENOENT;
		vfs_ref(lower);
	}
	old = mp->mnt_lower;
	mp->mnt_lower = lower;
	if (old != NULL)
		vfs_rele(old);
	return 0;
}

/*
 * The list of mounts.
 */

void
mountlist_append(struct mount *mp)
{

	mutex_enter(&mountlist_lock);
	/* Others may have become visible since this one got its number. */
	mp->mnt_gen = ++mountgen;
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mountlist_count++;
	mutex_exit(&mountlist_lock);
}

void
mountlist_remove(struct mount *mp)
{

	mutex_enter(&mountlist_lock);
	TAILQ_REMOVE(&mountlist, mp, mnt_list);
	mountlist_count--;
	mutex_exit(&mountlist_lock);
}

void
mountlist_iterator_init(mount_iterator_t **mip)
{

	*mip = kmem_zalloc(sizeof(**mip), KM_SLEEP);
}

void
mountlist_iterator_destroy(mount_iterator_t *mi)
{

	if (mi->mi_mount != NULL)
		vfs_unbusy(mi->mi_mount);
	kmem_free(mi, sizeof(*mi));
}

static struct mount *
mountlist_iterator_step(mount_iterator_t *mi, bool wait)
{
	struct mount *mp;

	if (mi->mi_mount != NULL) {
		vfs_unbusy(mi->mi_mount);
		mi->mi_mount = NULL;
	}
	for (;;) {
		mutex_enter(&mountlist_lock);
		TAILQ_FOREACH(mp, &mountlist, mnt_list) {
			if (mp->mnt_gen > mi->mi_gen)
				break;
		}
		if (mp == NULL) {
			mutex_exit(&mountlist_lock);
			return NULL;
		}
		mi->mi_gen = mp->mnt_gen;
		vfs_ref(mp);
		mutex_exit(&mountlist_lock);
		if ((wait ? vfs_busy(mp) : vfs_trybusy(mp)) == 0) {
			vfs_rele(mp);
			mi->mi_mount = mp;
			return mp;
		}
		vfs_rele(mp);
	}
}

/*
 * The next mount, busy until the next call, or NULL at the end.
 */
struct mount *
mountlist_iterator_next(mount_iterator_t *mi)
{

	return mountlist_iterator_step(mi, true);
}

struct mount *
mountlist_iterator_trynext(mount_iterator_t *mi)
{

	return mountlist_iterator_step(mi, false);
}

/*
 * Without locks or references, for the debugger and the shutdown.
 */
struct mount *
_mountlist_next(struct mount *mp)
{

	return mp == NULL ? TAILQ_FIRST(&mountlist) : TAILQ_NEXT(mp, mnt_list);
}

/*
 * The mount with this id, referenced, or NULL.
 */
struct mount *
vfs_getvfs(fsid_t *fsid)
{
	struct mount *mp;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH(mp, &mountlist, mnt_list) {
		if (mp->mnt_stat.f_fsidx.__fsid_val[0] ==
		    fsid->__fsid_val[0] &&
		    mp->mnt_stat.f_fsidx.__fsid_val[1] ==
		    fsid->__fsid_val[1]) {
			vfs_ref(mp);
			break;
		}
	}
	mutex_exit(&mountlist_lock);
	return mp;
}

/*
 * Give a mount without a device an id of its own.
 */
void
vfs_getnewfsid(struct mount *mp)
{
	static uint16_t xxxfs_mntid;
	struct mount *other;
	fsid_t tfsid;
	int mtype;

	mtype = makefstype(mp->mnt_op->vfs_name);
	tfsid.__fsid_val[1] = mtype;
	for (;;) {
		mutex_enter(&mountlist_lock);
		if (++xxxfs_mntid == 0)
			++xxxfs_mntid;
		tfsid.__fsid_val[0] = makedev(mtype & 0xff, xxxfs_mntid);
		mutex_exit(&mountlist_lock);
		other = vfs_getvfs(&tfsid);
		if (other == NULL)
			break;
		vfs_rele(other);
	}
	mp->mnt_stat.f_fsidx = tfsid;
	mp->mnt_stat.f_fsid = mp->mnt_stat.f_fsidx.__fsid_val[0];
}

/*
 * The vnodes of a mount.
 */

/*
 * Move a vnode to the list of a mount, or to none.
 *
 * A vnode that dies keeps its reference to the mount that it was on until it
 * is freed: somebody with a reference to the vnode may just be waiting to
 * enter a transaction there.
 */
void
vfs_insmntque(struct vnode *vp, struct mount *mp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	struct mount *omp = vp->v_mount;

	if (omp != NULL) {
		mutex_enter(omp->mnt_vnodelock);
		TAILQ_REMOVE(&omp->mnt_vnodelist, vip, vi_mntvnodes);
		mutex_exit(omp->mnt_vnodelock);
	}
	if (mp != NULL) {
		vfs_ref(mp);
		mutex_enter(mp->mnt_vnodelock);
		TAILQ_INSERT_TAIL(&mp->mnt_vnodelist, vip, vi_mntvnodes);
		mutex_exit(mp->mnt_vnodelock);
	}
	atomic_store_relaxed(&vp->v_mount, mp);
	if (mp == dead_rootmount && omp != NULL) {
		KASSERT(vip->vi_oldmount == NULL);
		vip->vi_oldmount = omp;
	} else if (omp != NULL) {
		vfs_rele(omp);
	}
	if (mp == NULL && vip->vi_oldmount != NULL) {
		vfs_rele(vip->vi_oldmount);
		vip->vi_oldmount = NULL;
	}
}

/*
 * Walk over the vnodes of a mount: a marker keeps the place, so the list may
 * change between two steps.
 */
void
vfs_vnode_iterator_init(struct mount *mp, struct vnode_iterator **vnip)
{
	vnode_t *marker = vnalloc_marker(mp);

	mutex_enter(mp->mnt_vnodelock);
	TAILQ_INSERT_HEAD(&mp->mnt_vnodelist, VNODE_TO_VIMPL(marker),
	    vi_mntvnodes);
	mutex_exit(mp->mnt_vnodelock);
	*vnip = (struct vnode_iterator *)marker;
}

void
vfs_vnode_iterator_destroy(struct vnode_iterator *vni)
{
	vnode_t *marker = (vnode_t *)vni;
	struct mount *mp = marker->v_mount;

	mutex_enter(mp->mnt_vnodelock);
	TAILQ_REMOVE(&mp->mnt_vnodelist, VNODE_TO_VIMPL(marker),
	    vi_mntvnodes);
	mutex_exit(mp->mnt_vnodelock);
	vnfree_marker(marker);
}

/*
 * The next vnode for which `f' (called with v_interlock; NULL: all) says yes,
 * referenced.  NULL at the end.
 */
struct vnode *
vfs_vnode_iterator_next(struct vnode_iterator *vni,
    bool (*f)(void *, struct vnode *), void *cl)
{
	vnode_t *marker = (vnode_t *)vni, *vp;
	vnode_impl_t *mvip = VNODE_TO_VIMPL(marker), *vip;
	struct mount *mp = marker->v_mount;

	for (;;) {
		mutex_enter(mp->mnt_vnodelock);
		for (vip = TAILQ_NEXT(mvip, vi_mntvnodes); vip != NULL;
		    vip = TAILQ_NEXT(vip, vi_mntvnodes)) {
			vp = VIMPL_TO_VNODE(vip);
			if (vnis_marker(vp))
				continue;
			mutex_enter(vp->v_interlock);
			if (vip->vi_state != VS_RECLAIMED &&
			    (f == NULL || (*f)(cl, vp)))
				break;
			mutex_exit(vp->v_interlock);
		}
		TAILQ_REMOVE(&mp->mnt_vnodelist, mvip, vi_mntvnodes);
		if (vip == NULL) {
			TAILQ_INSERT_TAIL(&mp->mnt_vnodelist, mvip,
			    vi_mntvnodes);
			mutex_exit(mp->mnt_vnodelock);
			return NULL;
		}
		TAILQ_INSERT_AFTER(&mp->mnt_vnodelist, vip, mvip,
		    vi_mntvnodes);
		mutex_exit(mp->mnt_vnodelock);
		if (vcache_vget(vp) == 0)
			return vp;
	}
}

/*
 * Reclaim all vnodes of a mount but `skipvp'.  EBUSY if some are in use,
 * unless FORCECLOSE says to take them away.
 */
int
vflush(struct mount *mp, vnode_t *skipvp, int flags)
{
	struct vnode_iterator *iter;
	struct vattr vattr;
	vnode_t *vp;
	int busy, pass;

	busy = 0;
	for (pass = 0; pass < 2; pass++) {
		busy = 0;
		vrele_flush(mp);
		if (TAILQ_EMPTY(&mp->mnt_vnodelist))
			return 0;
		vfs_vnode_iterator_init(mp, &iter);
		while ((vp = vfs_vnode_iterator_next(iter, NULL, NULL)) !=
		    NULL) {
			if (vp == skipvp ||
			    ((flags & SKIPSYSTEM) &&
			    (vp->v_vflag & VV_SYSTEM))) {
				vrele(vp);
				continue;
			}
			/* Files open for writing, and those without a name. */
			if (flags & WRITECLOSE) {
				(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
				if (VOP_FSYNC(vp, curlwp->l_cred,
				    FSYNC_WAIT | FSYNC_RECLAIM, 0, 0) == 0 &&
				    vp->v_type != VNON &&
				    VOP_GETATTR(vp, &vattr,
				    curlwp->l_cred) == 0 &&
				    vattr.va_nlink > 0 &&
				    (vp->v_writecount == 0 ||
				    vp->v_type != VREG)) {
					vput(vp);
					continue;
				}
				VOP_UNLOCK(vp);
			}
			if (vrecycle(vp))
				continue;
			if (flags & FORCECLOSE) {
				if (vrefcnt(vp) > 1 &&
				    (vp->v_type == VBLK || vp->v_type == VCHR))
					vcache_make_anon(vp);
				else {
					vgone(vp);
					continue;
				}
			} else {
				busy++;
			}
			vrele(vp);
		}
		vfs_vnode_iterator_destroy(iter);
		if (busy == 0)
			return 0;
	}
	return EBUSY;
}

/*
 * Processes whose current or root directory is the one just mounted on see
 * the new root.
 */
static void
mount_checkdirs(vnode_t *olddp)
{
	struct cwdinfo *cwdi;
	struct proc *p;
	vnode_t *newdp, *rele1, *rele2;
	bool retry, found;

	if (vrefcnt(olddp) == 1)
		return;
	if (VFS_ROOT(olddp->v_mountedhere, LK_NONE, &newdp) != 0)
		return;
	do {
		retry = false;
		mutex_enter(&proc_lock);
		PROCLIST_FOREACH(p, &allproc) {
			cwdi = p->p_cwdi;
			if (cwdi == NULL)
				continue;
			rw_enter(&cwdi->cwdi_lock, RW_READER);
			found = cwdi->cwdi_cdir == olddp ||
			    cwdi->cwdi_rdir == olddp;
			rw_exit(&cwdi->cwdi_lock);
			if (!found)
				continue;
			retry = true;
			rele1 = rele2 = NULL;
			atomic_inc_uint(&cwdi->cwdi_refcnt);
			mutex_exit(&proc_lock);
			rw_enter(&cwdi->cwdi_lock, RW_WRITER);
			if (cwdi->cwdi_cdir == olddp) {
				rele1 = cwdi->cwdi_cdir;
				vref(newdp);
				cwdi->cwdi_cdir = newdp;
			}
			if (cwdi->cwdi_rdir == olddp) {
				rele2 = cwdi->cwdi_rdir;
				vref(newdp);
				cwdi->cwdi_rdir = newdp;
			}
			rw_exit(&cwdi->cwdi_lock);
			cwdfree(cwdi);
			if (rele1 != NULL)
				vrele(rele1);
			if (rele2 != NULL)
				vrele(rele2);
			mutex_enter(&proc_lock);
			break;
		}
		mutex_exit(&proc_lock);
	} while (retry);
	if (rootvnode == olddp) {
		vref(newdp);
		rootvnode = newdp;
		vrele(olddp);
	}
	vrele(newdp);
}

/*
 * Lock the mount point if `path' still leads to it, else EINVAL.
 */
static int
mount_relookup(const char *path, vnode_t *vp)
{
	struct pathbuf *pb;
	struct nameidata nd;
	int error;

	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, LOOKUP, FOLLOW | LOCKLEAF | TRYEMULROOT, pb);
	error = namei(&nd);
	pathbuf_destroy(pb);
	if (error != 0)
		return error;
	if (nd.ni_vp != vp) {
		vput(nd.ni_vp);
		return EINVAL;
	}
	/* The caller has a reference of its own. */
	vrele(nd.ni_vp);
	return 0;
}

/*
 * Mount a file system of the type `vfsops', whose reference is taken over, on
 * *vpp; on success the reference to that is taken over too.
 */
int
mount_domount(struct lwp *l, vnode_t **vpp, struct vfsops *vfsops,
    const char *path, int flags, void *data, size_t *data_len)
{
	vnode_t *vp = *vpp;
	struct mount *mp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, vp, KAUTH_ARG(flags), data);
	if (error == 0 && vp->v_type != VDIR)
		error = ENOTDIR;
	if (error == 0 && (flags & MNT_EXPORTED))
		error = EINVAL;
	if (error != 0) {
		vfs_delref(vfsops);
		return error;
	}
	mp = vfs_mountalloc(vfsops, vp);
	mp->mnt_stat.f_owner = kauth_cred_geteuid(l->l_cred);

	mutex_enter(mp->mnt_updating);
	mp->mnt_flag = flags & (MNT_BASIC_FLAGS | MNT_FORCE | MNT_IGNORE);
	error = VFS_MOUNT(mp, path, data, data_len);
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	if (error != 0) {
		mutex_exit(mp->mnt_updating);
		vfs_rele(mp);
		return error;
	}

	/* The directory may have been moved or removed meanwhile. */
	error = mount_relookup(path, vp);
	if (error == 0) {
		if (vp->v_type != VDIR)
			error = ENOTDIR;
		else if (vp->v_mountedhere != NULL)
			error = EBUSY;
		else
			error = vinvalbuf(vp, V_SAVE, l->l_cred, l, false, 0);
		if (error != 0)
			VOP_UNLOCK(vp);
	}
	if (error != 0) {
		(void)VFS_UNMOUNT(mp, MNT_FORCE);
		mp->mnt_iflag |= IMNT_GONE;
		mutex_exit(mp->mnt_updating);
		vfs_set_lowermount(mp, NULL);
		vfs_rele(mp);
		return error;
	}

	cache_purge(vp);
	mp->mnt_iflag &= ~IMNT_WANTRDWR;
	if ((mp->mnt_flag & (MNT_RDONLY | MNT_ASYNC)) == 0)
		vfs_syncer_add_to_worklist(mp);
	/* An unmount suspends first and locks then: no lock beyond here. */
	mutex_exit(mp->mnt_updating);
	error = vfs_busy(mp);
	KASSERT(error == 0);

	/* From here on it is seen. */
	mountlist_append(mp);
	mutex_enter(&mountlist_lock);
	atomic_store_relaxed(&vp->v_mountedhere, mp);
	mutex_exit(&mountlist_lock);
	VOP_UNLOCK(vp);
	mount_checkdirs(vp);
	(void)VFS_STATVFS(mp, &mp->mnt_stat);
	error = VFS_START(mp, 0);
	*vpp = NULL;
	if (error != 0) {
		vfs_ref(mp);
		vfs_unbusy(mp);
		(void)dounmount(mp, MNT_FORCE, l);
		vfs_rele(mp);
		return error;
	}
	vfs_unbusy(mp);
	return 0;
}

/* A mount on a directory of this one, referenced, or NULL. */
static struct mount *
mount_child(struct mount *mp)
{
	struct mount *child;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH(child, &mountlist, mnt_list) {
		if (child->mnt_vnodecovered != NULL &&
		    child->mnt_vnodecovered->v_mount == mp) {
			vfs_ref(child);
			break;
		}
	}
	mutex_exit(&mountlist_lock);
	return child;
}

/* Unmount one file system; EBUSY with *childp if another is mounted on it. */
static int
unmount_one(struct mount *mp, int flags, struct lwp *l, bool *childp)
{
	struct mount *child;
	vnode_t *coveredvp;
	bool used_syncer, suspended;
	u_int async;
	int error;

	*childp = false;
	do {
		error = vfs_suspend(mp, 0);
	} while (error == EINTR || error == ERESTART);
	suspended = error == 0;
	mutex_enter(mp->mnt_updating);
	error = (mp->mnt_iflag & IMNT_GONE) ? ENOENT : 0;
	/* None can come any more: it takes a lock in here to mount on. */
	child = error == 0 ? mount_child(mp) : NULL;
	if (child != NULL)
		error = EBUSY;
	if (error != 0) {
		mutex_exit(mp->mnt_updating);
		if (suspended)
			vfs_resume(mp);
		if (child != NULL) {
			*childp = true;
			vfs_rele(child);
		}
		return error;
	}

	used_syncer = (mp->mnt_iflag & IMNT_ONWORKLIST) != 0;
	if (used_syncer)
		vfs_syncer_remove_from_worklist(mp);
	mp->mnt_iflag |= IMNT_UNMOUNT;
	async = mp->mnt_flag & MNT_ASYNC;
	mp->mnt_flag &= ~MNT_ASYNC;
	cache_purgevfs(mp);
	vrele_flush(mp);
	error = 0;
	if ((mp->mnt_flag & MNT_RDONLY) == 0)
		error = VFS_SYNC(mp, MNT_WAIT, l->l_cred);
	if (error == 0 || (flags & MNT_FORCE))
		error = VFS_UNMOUNT(mp, flags);
	if (error != 0) {
		mp->mnt_iflag &= ~IMNT_UNMOUNT;
		mp->mnt_flag |= async;
		if (used_syncer)
			vfs_syncer_add_to_worklist(mp);
		mutex_exit(mp->mnt_updating);
		if (suspended)
			vfs_resume(mp);
		return error;
	}

	mp->mnt_iflag |= IMNT_GONE;
	mp->mnt_iflag &= ~IMNT_UNMOUNT;
	coveredvp = mp->mnt_vnodecovered;
	if (coveredvp != NULL) {
		mutex_enter(&mountlist_lock);
		atomic_store_relaxed(&coveredvp->v_mountedhere, NULL);
		mutex_exit(&mountlist_lock);
	}
	mountlist_remove(mp);
	mp->mnt_vnodecovered = NULL;
	KASSERTMSG(TAILQ_EMPTY(&mp->mnt_vnodelist),
	    "unmounted %s has vnodes", mp->mnt_stat.f_mntonname);
	vfs_hooks_unmount(mp);
	mutex_exit(mp->mnt_updating);
	if (suspended)
		vfs_resume(mp);
	vfs_set_lowermount(mp, NULL);
	vfs_rele(mp);
	if (coveredvp != NULL)
		vrele(coveredvp);
	return 0;
}

/*
 * Unmount.  The caller has a reference, which stays.  MNT_FORCE in `flags'
 * takes files away that are in use, and what is mounted on the file system.
 */
int
dounmount(struct mount *mp, int flags, struct lwp *l)
{
	struct mount *leaf, *child;
	bool haschild, done;
	int error;

	if ((flags & MNT_FORCE) == 0)
		return unmount_one(mp, flags, l, &haschild);
	do {
		leaf = mp;
		vfs_ref(leaf);
		while ((child = mount_child(leaf)) != NULL) {
			vfs_rele(leaf);
			leaf = child;
		}
		error = unmount_one(leaf, flags, l, &haschild);
		done = leaf == mp;
		vfs_rele(leaf);
		/* Others mount and unmount meanwhile: look again. */
		if (haschild || (error == ENOENT && !done)) {
			error = 0;
			done = false;
		}
	} while (error == 0 && !done);
	return error;
}

/*
 * Is a block device in use by a mount?
 */
int
vfs_mountedon(vnode_t *vp)
{
	vnode_t *vq;
	int error = 0;

	if (vp->v_type != VBLK)
		return ENOTBLK;
	if (spec_node_getmountedfs(vp) != NULL)
		return EBUSY;
	if (spec_node_lookup_by_dev(vp->v_type, vp->v_rdev, VDEAD_NOWAIT,
	    &vq) == 0) {
		if (spec_node_getmountedfs(vq) != NULL)
			error = EBUSY;
		vrele(vq);
	}
	return error;
}

/*
 * Is one of the block devices mounted whose raw device is `vp'?  *bvpp is
 * that vnode then, referenced.
 */
int
rawdev_mounted(vnode_t *vp, vnode_t **bvpp)
{
	vnode_t *bvp;
	dev_t dev;
	int error;

	if (bvpp != NULL)
		*bvpp = NULL;
	switch (vp->v_type) {
	case VCHR:
		dev = devsw_chr2blk(vp->v_rdev);
		if (dev == NODEV)
			return 0;
		break;
	case VBLK:
		dev = vp->v_rdev;
		break;
	default:
		return 0;
	}
	if (spec_node_lookup_by_dev(VBLK, dev, VDEAD_NOWAIT, &bvp) != 0)
		return 0;
	error = vfs_mountedon(bvp);
	if (error != 0 && bvpp != NULL)
		*bvpp = bvp;
	else
		vrele(bvp);
	return error;
}

/*
 * Mount the root file system and give process 0 its directories.
 */
int
vfs_mountroot(void)
{
	int error;

	if (mountroot == NULL)
		return ENODEV;
	error = (*mountroot)();
	if (error != 0)
		return error;
	mutex_enter(&mountlist_lock);
	TAILQ_FIRST(&mountlist)->mnt_flag |= MNT_ROOTFS;
	mutex_exit(&mountlist_lock);
	error = VFS_ROOT(TAILQ_FIRST(&mountlist), LK_NONE, &rootvnode);
	return error;
}

struct vnode *
vfs_rootvnode(void)
{

	vref(rootvnode);
	return rootvnode;
}

/*
 * Unmount everything, the last mount first; with `force' also what is busy.
 * true if something was unmounted.
 */
bool
vfs_unmountall1(struct lwp *l, bool force, bool verbose)
{
	struct mount *mp, *prev;
	uint64_t below = UINT64_MAX;
	bool progress = false;
	int error;

	for (;;) {
		prev = NULL;
		mutex_enter(&mountlist_lock);
		TAILQ_FOREACH(mp, &mountlist, mnt_list) {
			if (mp->mnt_gen < below)
				prev = mp;
		}
		if (prev == NULL || (prev->mnt_flag & MNT_ROOTFS)) {
			mutex_exit(&mountlist_lock);
			break;
		}
		mp = prev;
		below = mp->mnt_gen;
		vfs_ref(mp);
		mutex_exit(&mountlist_lock);
		error = dounmount(mp, force ? MNT_FORCE : 0, l);
		if (error == 0)
			progress = true;
		else if (verbose)
			printf("unmount of %s failed: error %d\n",
			    mp->mnt_stat.f_mntonname, error);
		vfs_rele(mp);
	}
	return progress;
}

bool
vfs_unmountall(struct lwp *l)
{

	return vfs_unmountall1(l, false, true);
}

/*
 * Forcibly unmount the mount that was made last.
 */
bool
vfs_unmount_forceone(struct lwp *l)
{
	struct mount *mp;
	int error;

	mutex_enter(&mountlist_lock);
	mp = TAILQ_LAST(&mountlist, mountlist_head);
	if (mp == NULL || (mp->mnt_flag & MNT_ROOTFS)) {
		mutex_exit(&mountlist_lock);
		return false;
	}
	vfs_ref(mp);
	mutex_exit(&mountlist_lock);
	error = dounmount(mp, MNT_FORCE, l);
	if (error != 0)
		printf("forced unmount of %s failed: error %d\n",
		    mp->mnt_stat.f_mntonname, error);
	vfs_rele(mp);
	return error == 0;
}

/*
 * Start writing everything out.
 */
int
vfs_sync_all(struct lwp *l)
{
	mount_iterator_t *iter;
	struct mount *mp;

	mountlist_iterator_init(&iter);
	while ((mp = mountlist_iterator_next(iter)) != NULL) {
		if ((mp->mnt_flag & MNT_RDONLY) == 0)
			(void)VFS_SYNC(mp, MNT_WAIT, l->l_cred);
	}
	mountlist_iterator_destroy(iter);
	return 0;
}

/*
 * The kernel goes: write and unmount.
 */
void
vfs_shutdown(void)
{
	struct lwp *l = curlwp;

	(void)vfs_sync_all(l);
	(void)vfs_unmountall1(l, false, false);
	(void)vfs_unmountall1(l, true, true);
}

/*
 * Data that others hang on mounts.
 */

#define MOUNT_SPECIFIC_MAX 8

static struct {
	bool	used;
	specificdata_dtor_t dtor;
} mount_specific_keys[MOUNT_SPECIFIC_MAX];

void
mount_initspecific(struct mount *mp)
{

	mp->mnt_specdataref.specdataref_container = NULL;
}

void
mount_finispecific(struct mount *mp)
{
	void **data = (void **)mp->mnt_specdataref.specdataref_container;
	int i;

	if (data == NULL)
		return;
	for (i = 0; i < MOUNT_SPECIFIC_MAX; i++) {
		if (data[i] != NULL && mount_specific_keys[i].dtor != NULL)
			(*mount_specific_keys[i].dtor)(data[i]);
	}
	kmem_free(data, MOUNT_SPECIFIC_MAX * sizeof(*data));
	mp->mnt_specdataref.specdataref_container = NULL;
}

int
mount_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{
	u_int i;

	mutex_enter(&mountlist_lock);
	for (i = 0; i < MOUNT_SPECIFIC_MAX; i++) {
		if (!mount_specific_keys[i].used)
			break;
	}
	if (i < MOUNT_SPECIFIC_MAX) {
		mount_specific_keys[i].used = true;
		mount_specific_keys[i].dtor = dtor;
		*keyp = i;
	}
	mutex_exit(&mountlist_lock);
	return i < MOUNT_SPECIFIC_MAX ? 0 : ENOMEM;
}

void
mount_specific_key_delete(specificdata_key_t key)
{
	struct mount *mp;
	void **data;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH(mp, &mountlist, mnt_list) {
		data = (void **)mp->mnt_specdataref.specdataref_container;
		if (data == NULL || data[key] == NULL)
			continue;
		if (mount_specific_keys[key].dtor != NULL)
			(*mount_specific_keys[key].dtor)(data[key]);
		data[key] = NULL;
	}
	mount_specific_keys[key].used = false;
	mutex_exit(&mountlist_lock);
}

void *
mount_getspecific(struct mount *mp, specificdata_key_t key)
{
	void **data = (void **)mp->mnt_specdataref.specdataref_container;

	return data == NULL ? NULL : data[key];
}

void
mount_setspecific(struct mount *mp, specificdata_key_t key, void *value)
{
	void **data = (void **)mp->mnt_specdataref.specdataref_container;

	if (data == NULL) {
		data = kmem_zalloc(MOUNT_SPECIFIC_MAX * sizeof(*data),
		    KM_SLEEP);
		mp->mnt_specdataref.specdataref_container = (void *)data;
	}
	data[key] = value;
}

static int64_t
mount_audit(void *arg)
{

	return mountlist_count;
}

RUMP_AUDIT(mounts, "mounts", mount_audit, NULL)
