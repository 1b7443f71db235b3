/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system faction: its boot, and its public functions
 * (rump/rumpvfs_if_pub.h).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirhash.h>
#include <sys/filedesc.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/specfs/specdev.h>

#include <rump-sys/kern.h>
#include <rump-sys/vfs.h>
#include <rump/rump.h>
#include <rump/rumpuser.h>
#include <rump/rumpvfs_if_pub.h>

#include "vfs_impl.h"

/*
 * Boot.
 */

/* RUMP_NVNODES: how many vnodes are kept. */
static void
get_nvnodes(void)
{
	char buf[32];
	u_int n = 0;
	int i;

	if (rumpuser_getparam("RUMP_NVNODES", buf, sizeof(buf)) != 0)
		return;
	for (i = 0; buf[i] >= '0' && buf[i] <= '9' && n < 1 << 20; i++)
		n = n * 10 + buf[i] - '0';
	if (buf[i] != '\0' || n < 16 || n > 1 << 20) {
		printf("RUMP_NVNODES: \"%s\" is not a number from 16 to %d\n",
		    buf, 1 << 20);
		return;
	}
	desiredvnodes = n;
}

static void
vfs_sync_everything(void)
{

	(void)vfs_sync_all(curlwp);
}

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{
	int error;

	get_nvnodes();
	vfs_mount_sysinit();
	vfs_vnode_sysinit();
	fstrans_init();
	nchinit();
	vfs_lookup_init();
	vfs_hooks_init();
	spec_init();
	vfsinit();
	dead_init();
	dirhash_init();
	vfs_syncer_init();

	mountroot = rumpfs_mountroot;
	error = vfs_mountroot();
	if (error != 0)
		panic("no root file system: error %d", error);
	rump_vfs_sync = vfs_sync_everything;
}

/* Now that process 0 has a current directory. */
RUMP_COMPONENT(RUMP_COMPONENT_KERN_VFS)
{

	(void)do_sys_mkdir("/dev", 0755, UIO_SYSSPACE);
	rump_mem_init_dev();
}

/*
 * Nodes.
 */

int
rump_vfs_makeonedevnode(dev_t devtype, const char *path, devmajor_t maj,
    devminor_t min)
{
	struct cwdinfo *cwdi = curproc->p_cwdi;
	u_short cmask = cwdi->cwdi_cmask;
	int error;

	/* For everybody, whatever the process at boot thinks. */
	cwdi->cwdi_cmask = 0;
	error = do_sys_mknod(curlwp, path, 0666 | devtype, makedev(maj, min),
	    UIO_SYSSPACE);
	cwdi->cwdi_cmask = cmask;
	return error;
}

int
rump_vfs_makedevnodes(dev_t devtype, const char *base, char minchar,
    devmajor_t maj, devminor_t minnum, int nnodes)
{
	char path[64];
	int i, error;

	for (i = 0; i < nnodes; i++) {
		if (minchar != 0)
			error = snprintf(path, sizeof(path), "%s%d%c", base,
			    i / 16, minchar + i % 16);
		else
			error = snprintf(path, sizeof(path), "%s%d", base, i);
		if (error >= (int)sizeof(path))
			return ENAMETOOLONG;
		error = rump_vfs_makeonedevnode(devtype, path, maj,
		    minnum + i);
		if (error != 0 && error != EEXIST)
			return error;
	}
	return 0;
}

int
rump_vfs_makedevunits(dev_t devtype, const char *prefix, const char *suffix, int nunits,
    int nparts, devmajor_t maj, devminor_t minor0, devminor_t step)
{
	struct vnode *dvp;
	int error;

	error = namei_simple_kernel("/dev", NSM_FOLLOW_NOEMULROOT, &dvp);
	if (error)
		return error;
	vn_lock(dvp, LK_EXCLUSIVE | LK_RETRY);
	error = rumpfs_devunits(dvp, prefix, suffix, (devtype & S_IFMT) == S_IFBLK ? VBLK : VCHR,
	    nunits, nparts, maj, minor0, step);
	vput(dvp);
	return error;
}

int
rump_vfs_makesymlink(const char *target, const char *path)
{

	return do_sys_symlink(target, path, UIO_SYSSPACE);
}

/*
 * Vnodes.
 */

void
rump_pub_getvninfo(struct vnode *vp, enum rump_vtype *vtype, int64_t *vsize,
    uint64_t *vdev)
{

	rump_schedule();
	*vtype = (enum rump_vtype)vp->v_type;
	*vsize = vp->v_size;
	*vdev = vp->v_type == VBLK || vp->v_type == VCHR ? vp->v_rdev : 0;
	rump_unschedule();
}

void
rump_pub_vp_incref(struct vnode *vp)
{

	rump_schedule();
	vref(vp);
	rump_unschedule();
}

int
rump_pub_vp_getref(struct vnode *vp)
{
	int n;

	rump_schedule();
	n = vrefcnt(vp);
	rump_unschedule();
	return n;
}

void
rump_pub_vp_rele(struct vnode *vp)
{

	rump_schedule();
	vrele(vp);
	rump_unschedule();
}

void
rump_pub_vp_interlock(struct vnode *vp)
{

	rump_schedule();
	mutex_enter(vp->v_interlock);
	rump_unschedule();
}

struct vattr *
rump_pub_vattr_init(void)
{
	struct vattr *vap;

	rump_schedule();
	vap = kmem_alloc(sizeof(*vap), KM_SLEEP);
	vattr_null(vap);
	rump_unschedule();
	return vap;
}

void
rump_pub_vattr_settype(struct vattr *vap, enum rump_vtype vt)
{

	vap->va_type = (enum vtype)vt;
}

void
rump_pub_vattr_setmode(struct vattr *vap, uint32_t mode)
{

	vap->va_mode = mode;
}

void
rump_pub_vattr_setrdev(struct vattr *vap, uint64_t dev)
{

	vap->va_rdev = dev;
}

void
rump_pub_vattr_free(struct vattr *vap)
{

	rump_schedule();
	kmem_free(vap, sizeof(*vap));
	rump_unschedule();
}

/*
 * Names.
 */

struct componentname *
rump_pub_makecn(unsigned long nameiop, unsigned long flags, const char *name,
    size_t namelen, struct kauth_cred *creds, struct lwp *l)
{
	struct componentname *cnp;
	char *copy;

	rump_schedule();
	cnp = kmem_zalloc(sizeof(*cnp), KM_SLEEP);
	copy = PNBUF_GET();
	namelen = MIN(namelen, MAXPATHLEN - 1);
	memcpy(copy, name, namelen);
	copy[namelen] = '\0';
	cnp->cn_nameiop = nameiop;
	cnp->cn_flags = flags;
	cnp->cn_nameptr = copy;
	cnp->cn_namelen = namelen;
	cnp->cn_cred = creds;
	kauth_cred_hold(creds);
	rump_unschedule();
	return cnp;
}

void
rump_pub_freecn(struct componentname *cnp, int flags)
{

	rump_schedule();
	if (flags & RUMPCN_FREECRED)
		kauth_cred_free(cnp->cn_cred);
	PNBUF_PUT(__UNCONST(cnp->cn_nameptr));
	kmem_free(cnp, sizeof(*cnp));
	rump_unschedule();
}

int
rump_pub_namei(uint32_t op, uint32_t flags, const char *namep,
    struct vnode **dvpp, struct vnode **vpp, struct componentname **cnpp)
{
	struct componentname *cnp;
	struct pathbuf *pb;
	struct nameidata nd;
	char *copy;
	int error;

	rump_schedule();
	pb = pathbuf_create(namep);
	if (pb == NULL) {
		error = ENAMETOOLONG;
		goto out;
	}
	NDINIT(&nd, op, flags, pb);
	error = namei(&nd);
	if (error != 0) {
		pathbuf_destroy(pb);
		goto out;
	}
	if (dvpp != NULL) {
		KASSERT(flags & LOCKPARENT);
		*dvpp = nd.ni_dvp;
	} else if (nd.ni_dvp != NULL) {
		if (nd.ni_dvp == nd.ni_vp)
			vrele(nd.ni_dvp);
		else
			vput(nd.ni_dvp);
	}
	if (vpp != NULL) {
		*vpp = nd.ni_vp;
	} else if (nd.ni_vp != NULL) {
		if (flags & LOCKLEAF)
			vput(nd.ni_vp);
		else
			vrele(nd.ni_vp);
	}
	if (cnpp != NULL) {
		cnp = kmem_alloc(sizeof(*cnp), KM_SLEEP);
		*cnp = nd.ni_cnd;
		copy = PNBUF_GET();
		memcpy(copy, cnp->cn_nameptr, cnp->cn_namelen);
		copy[cnp->cn_namelen] = '\0';
		cnp->cn_nameptr = copy;
		kauth_cred_hold(cnp->cn_cred);
		*cnpp = cnp;
	}
	pathbuf_destroy(pb);
out:
	rump_unschedule();
	return error;
}

/*
 * Directories of the process.
 */

void
rump_pub_rcvp_set(struct vnode *rvp, struct vnode *cvp)
{
	struct cwdinfo *cwdi;

	rump_schedule();
	cwdi = curproc->p_cwdi;
	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	if (cwdi->cwdi_rdir != NULL)
		vrele(cwdi->cwdi_rdir);
	if (rvp != NULL)
		vref(rvp);
	cwdi->cwdi_rdir = rvp;
	vref(cvp);
	vrele(cwdi->cwdi_cdir);
	cwdi->cwdi_cdir = cvp;
	rw_exit(&cwdi->cwdi_lock);
	rump_unschedule();
}

struct vnode *
rump_pub_cdir_get(void)
{
	struct cwdinfo *cwdi;
	struct vnode *vp;

	rump_schedule();
	cwdi = curproc->p_cwdi;
	rw_enter(&cwdi->cwdi_lock, RW_READER);
	vp = cwdi->cwdi_cdir;
	vref(vp);
	rw_exit(&cwdi->cwdi_lock);
	rump_unschedule();
	return vp;
}

/*
 * Types and mounts.
 */

struct vfsops *
rump_pub_vfslist_iterate(struct vfsops *ops)
{

	rump_schedule();
	mutex_enter(&vfs_list_lock);
	ops = ops == NULL ? LIST_FIRST(&vfs_list) : LIST_NEXT(ops, vfs_list);
	mutex_exit(&vfs_list_lock);
	rump_unschedule();
	return ops;
}

struct vfsops *
rump_pub_vfs_getopsbyname(const char *name)
{
	struct vfsops *ops;

	rump_schedule();
	ops = vfs_getopsbyname(name);
	rump_unschedule();
	return ops;
}

int
rump_pub_vfs_getmp(const char *path, struct mount **mpp)
{
	struct vnode *vp;
	int error;

	rump_schedule();
	error = namei_simple_kernel(path, NSM_FOLLOW_TRYEMULROOT, &vp);
	if (error == 0) {
		*mpp = vp->v_mount;
		vrele(vp);
	}
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_unmount(struct mount *mp, int mntflags)
{
	int error;

	rump_schedule();
	error = VFS_UNMOUNT(mp, mntflags);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_root(struct mount *mp, struct vnode **vpp, int lock)
{
	int error;

	rump_schedule();
	error = VFS_ROOT(mp, lock ? LK_EXCLUSIVE : LK_NONE, vpp);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	int error;

	rump_schedule();
	error = VFS_STATVFS(mp, sbp);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_sync(struct mount *mp, int wait, struct kauth_cred *cred)
{
	int error;

	rump_schedule();
	error = VFS_SYNC(mp, wait ? MNT_WAIT : MNT_NOWAIT,
	    cred != NULL ? cred : curlwp->l_cred);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_fhtovp(struct mount *mp, struct fid *fid, struct vnode **vpp)
{
	int error;

	rump_schedule();
	error = VFS_FHTOVP(mp, fid, LK_EXCLUSIVE, vpp);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_vptofh(struct vnode *vp, struct fid *fid, size_t *fidsize)
{
	int error;

	rump_schedule();
	error = VFS_VPTOFH(vp, fid, fidsize);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_extattrctl(struct mount *mp, int cmd, struct vnode *vp,
    int attrnamespace, const char *attrname)
{
	int error;

	rump_schedule();
	error = VFS_EXTATTRCTL(mp, cmd, vp, attrnamespace, attrname);
	rump_unschedule();
	return error;
}

void
rump_pub_vfs_syncwait(struct mount *mp)
{
	int n;

	rump_schedule();
	(void)VFS_SYNC(mp, MNT_WAIT, curlwp->l_cred);
	n = buf_syncwait();
	if (n != 0)
		printf("%d buffers still busy\n", n);
	rump_unschedule();
}

void
rump_pub_vfs_mount_print(const char *path, int full)
{
	struct vnode_iterator *iter;
	struct vnode *mvp, *vp;
	struct mount *mp;
	int error;

	rump_schedule();
	error = namei_simple_user(path, NSM_FOLLOW_NOEMULROOT, &mvp);
	if (error != 0) {
		rump_unschedule();
		return;
	}
	mp = mvp->v_mount;
	printf("%s on %s, type %s, %u references\n",
	    mp->mnt_stat.f_mntfromname, mp->mnt_stat.f_mntonname,
	    mp->mnt_stat.f_fstypename, mp->mnt_refcnt);
	if (full) {
		vfs_vnode_iterator_init(mp, &iter);
		while ((vp = vfs_vnode_iterator_next(iter, NULL, NULL)) !=
		    NULL) {
			vprint(NULL, vp);
			vrele(vp);
		}
		vfs_vnode_iterator_destroy(iter);
	}
	vrele(mvp);
	rump_unschedule();
}
