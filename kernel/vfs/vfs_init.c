/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File system types and operation vectors: vfs_attach() makes the vectors of
 * a type from its vnodeopv_desc tables; VFS_*() call a mount's operations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"

extern const struct vnodeopv_desc spec_vnodeop_opv_desc;

/* Tables that belong to no file system type. */
static const struct vnodeopv_desc *const vfs_special_vnodeopv_descs[] = {
	&dead_vnodeop_opv_desc,
	&fifo_vnodeop_opv_desc,
	&spec_vnodeop_opv_desc,
	NULL,
};

static bool vfs_initialized;

/*
 * Entries come in any order and a later one for the same operation wins; what
 * is missing gets the default, which every table has.
 */
static void
vfs_opv_init_one(const struct vnodeopv_desc *opv)
{
	const struct vnodeopv_entry_desc *e;
	int (*deflt)(void *) = vn_default_error;
	int (**v)(void *);
	int i;

	v = kmem_zalloc(VNODE_OPS_COUNT * sizeof(*v), KM_SLEEP);
	for (e = opv->opv_desc_ops; e->opve_op != NULL; e++) {
		KASSERT(e->opve_op->vdesc_offset < VNODE_OPS_COUNT);
		if (e->opve_op == &vop_default_desc)
			deflt = e->opve_impl;
		v[e->opve_op->vdesc_offset] = e->opve_impl;
	}
	for (i = 0; i < VNODE_OPS_COUNT; i++) {
		if (v[i] != NULL)
			continue;
		/* How to cut a path up is the same nearly everywhere. */
		v[i] = i == VOP_PARSEPATH_DESCOFFSET ? genfs_parsepath : deflt;
	}
	*opv->opv_desc_vector_p = v;
}

void
vfs_opv_init(const struct vnodeopv_desc *const *vopvdpp)
{

	for (; *vopvdpp != NULL; vopvdpp++)
		vfs_opv_init_one(*vopvdpp);
}

void
vfs_opv_free(const struct vnodeopv_desc *const *vopvdpp)
{

	for (; *vopvdpp != NULL; vopvdpp++) {
		kmem_free(*(*vopvdpp)->opv_desc_vector_p,
		    VNODE_OPS_COUNT * sizeof(int (*)(void *)));
		*(*vopvdpp)->opv_desc_vector_p = NULL;
	}
}

/*
 * Answer of an operation that a table does not have.
 */
int
vn_default_error(void *v)
{

	return EOPNOTSUPP;
}

/*
 * Boot: before any file system type is attached.
 */
void
vfsinit(void)
{

	vfs_opv_init(vfs_special_vnodeopv_descs);
	vfs_initialized = true;
}

/*
 * Make a file system type known.  EEXIST if its name is taken.
 */
int
vfs_attach(struct vfsops *vfs)
{
	struct vfsops *v;
	int error = 0;

	KASSERT(vfs_initialized);
	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (strcmp(v->vfs_name, vfs->vfs_name) == 0) {
			error = EEXIST;
			goto out;
		}
	}
	vfs_opv_init(vfs->vfs_opv_descs);
	(*vfs->vfs_init)();
	vfs->vfs_refcount = 0;
	LIST_INSERT_HEAD(&vfs_list, vfs, vfs_list);
out:
	mutex_exit(&vfs_list_lock);
	return error;
}

/*
 * Forget a file system type.  EBUSY while it is mounted or being mounted.
 */
int
vfs_detach(struct vfsops *vfs)
{
	struct vfsops *v;
	int error = 0;

	mutex_enter(&vfs_list_lock);
	if (vfs->vfs_refcount != 0) {
		error = EBUSY;
		goto out;
	}
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (v == vfs)
			break;
	}
	if (v == NULL) {
		error = ESRCH;
		goto out;
	}
	LIST_REMOVE(v, vfs_list);
	(*vfs->vfs_done)();
	vfs_opv_free(vfs->vfs_opv_descs);
out:
	mutex_exit(&vfs_list_lock);
	return error;
}

void
vfs_reinit(void)
{
	struct vfsops *vfs;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(vfs, &vfs_list, vfs_list) {
		if (vfs->vfs_reinit == NULL)
			continue;
		vfs->vfs_refcount++;
		mutex_exit(&vfs_list_lock);
		(*vfs->vfs_reinit)();
		mutex_enter(&vfs_list_lock);
		vfs->vfs_refcount--;
	}
	mutex_exit(&vfs_list_lock);
}

/*
 * The type of this name or NULL.  vfs_delref() gives the reference back.
 */
struct vfsops *
vfs_getopsbyname(const char *name)
{
	struct vfsops *v;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (strcmp(v->vfs_name, name) == 0)
			break;
	}
	if (v != NULL)
		v->vfs_refcount++;
	mutex_exit(&vfs_list_lock);
	return v;
}

void
vfs_delref(struct vfsops *vfs)
{

	mutex_enter(&vfs_list_lock);
	KASSERT(vfs->vfs_refcount > 0);
	vfs->vfs_refcount--;
	mutex_exit(&vfs_list_lock);
}

/*
 * The operations of a mount.
 */

/* A file system that is not safe on several CPUs gets the big lock. */
static inline bool
vfs_biglock(const struct mount *mp)
{

	if (__predict_true((mp->mnt_iflag & IMNT_MPSAFE) != 0))
		return false;
	KERNEL_LOCK(1, NULL);
	return true;
}

static inline void
vfs_bigunlock(bool locked)
{

	if (__predict_false(locked))
		KERNEL_UNLOCK_ONE(NULL);
}

#define VFS_CALL(mp, op, args) do {					\
	bool vfs_locked = vfs_biglock(mp);				\
	error = (*(mp)->mnt_op->op) args;				\
	vfs_bigunlock(vfs_locked);					\
} while (0)

int
VFS_MOUNT(struct mount *mp, const char *path, void *data, size_t *len)
{
	bool locked;
	int error;

	/* It says itself, while it mounts, that it is safe without. */
	KERNEL_LOCK(1, NULL);
	locked = true;
	error = (*mp->mnt_op->vfs_mount)(mp, path, data, len);
	vfs_bigunlock(locked);
	return error;
}

int
VFS_START(struct mount *mp, int flags)
{
	int error;

	VFS_CALL(mp, vfs_start, (mp, flags));
	return error;
}

int
VFS_UNMOUNT(struct mount *mp, int flags)
{
	int error;

	KERNEL_LOCK(1, NULL);
	error = (*mp->mnt_op->vfs_unmount)(mp, flags);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

int
VFS_ROOT(struct mount *mp, int lktype, struct vnode **vpp)
{
	int error;

	VFS_CALL(mp, vfs_root, (mp, lktype, vpp));
	return error;
}

int
VFS_QUOTACTL(struct mount *mp, struct quotactl_args *args)
{
	int error;

	VFS_CALL(mp, vfs_quotactl, (mp, args));
	return error;
}

int
VFS_STATVFS(struct mount *mp, struct statvfs *sbp)
{
	int error;

	VFS_CALL(mp, vfs_statvfs, (mp, sbp));
	return error;
}

int
VFS_SYNC(struct mount *mp, int waitfor, struct kauth_cred *cred)
{
	int error;

	VFS_CALL(mp, vfs_sync, (mp, waitfor, cred));
	return error;
}

int
VFS_VGET(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{
	int error;

	VFS_CALL(mp, vfs_vget, (mp, ino, lktype, vpp));
	return error;
}

int
VFS_LOADVNODE(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	int error;

	VFS_CALL(mp, vfs_loadvnode, (mp, vp, key, key_len, new_key));
	return error;
}

int
VFS_NEWVNODE(struct mount *mp, struct vnode *dvp, struct vnode *vp,
    struct vattr *vap, struct kauth_cred *cred, void *extra, size_t *key_len,
    const void **key)
{
	int error;

	VFS_CALL(mp, vfs_newvnode,
	    (mp, dvp, vp, vap, cred, extra, key_len, key));
	return error;
}

int
VFS_FHTOVP(struct mount *mp, struct fid *fidp, int lktype,
    struct vnode **vpp)
{
	int error;

	VFS_CALL(mp, vfs_fhtovp, (mp, fidp, lktype, vpp));
	return error;
}

int
VFS_VPTOFH(struct vnode *vp, struct fid *fidp, size_t *fhsize)
{
	struct mount *mp = vp->v_mount;
	int error;

	VFS_CALL(mp, vfs_vptofh, (vp, fidp, fhsize));
	return error;
}

int
VFS_SNAPSHOT(struct mount *mp, struct vnode *vp, struct timespec *ts)
{
	int error;

	VFS_CALL(mp, vfs_snapshot, (mp, vp, ts));
	return error;
}

int
VFS_EXTATTRCTL(struct mount *mp, int cmd, struct vnode *vp, int ns,
    const char *attrname)
{
	int error;

	KERNEL_LOCK(1, NULL);
	error = (*mp->mnt_op->vfs_extattrctl)(mp, cmd, vp, ns, attrname);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

int
VFS_SUSPENDCTL(struct mount *mp, int cmd)
{

	/* One without it can't be suspended. */
	if (mp->mnt_op->vfs_suspendctl == NULL)
		return EOPNOTSUPP;
	return (*mp->mnt_op->vfs_suspendctl)(mp, cmd);
}

int
VFS_RENAMELOCK_ENTER(struct mount *mp)
{

	return (*mp->mnt_op->vfs_renamelock_enter)(mp);
}

void
VFS_RENAMELOCK_EXIT(struct mount *mp)
{

	(*mp->mnt_op->vfs_renamelock_exit)(mp);
}
