/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounting FAT volumes, see mount_msdos(8) and vfsops(9).
 *
 * A mount reads the boot sector, and entry 1 of the FAT if it is for writing
 * (and the root directory if the caller leaves it to us whether there are
 * long names).  Everything else waits until it is needed.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vnode.h>

#include <uvm/uvm_extern.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/denode.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

MODULE(MODULE_CLASS_VFS, msdos, NULL);

static struct pool msdosfs_denode_pool;

void
msdosfs_init(void)
{

	pool_init(&msdosfs_denode_pool, sizeof(struct denode), 0, 0, 0,
	    "msdosnopl", NULL, IPL_NONE);
}

void
msdosfs_reinit(void)
{
}

void
msdosfs_done(void)
{

	pool_destroy(&msdosfs_denode_pool);
}

/* Gives back the memory of a denode that has no vnode any more. */
void
msdosfs_defree(struct denode *dep)
{

	pool_put(&msdosfs_denode_pool, dep);
}

static void
setargs(struct msdosfsmount *pmp, const struct msdosfs_args *args)
{

	pmp->pm_uid = args->uid;
	pmp->pm_gid = args->gid;
	pmp->pm_mask = args->mask & ALLPERMS;
	pmp->pm_dirmask = pmp->pm_mask;
	pmp->pm_gmtoff = 0;
	if (args->flags & MSDOSFSMNT_VERSIONED) {
		if (args->version >= 2)
			pmp->pm_dirmask = args->dirmask & ALLPERMS;
		if (args->version >= 3)
			pmp->pm_gmtoff = args->gmtoff;
	}
}

static void
getargs(const struct msdosfsmount *pmp, struct msdosfs_args *args)
{

	memset(args, 0, sizeof(*args));
	args->uid = pmp->pm_uid;
	args->gid = pmp->pm_gid;
	args->mask = pmp->pm_mask;
	args->flags = (pmp->pm_flags & MSDOSFSMNT_MNTOPT) |
	    MSDOSFSMNT_VERSIONED;
	args->version = MSDOSFSMNT_VERSION;
	args->dirmask = pmp->pm_dirmask;
	args->gmtoff = pmp->pm_gmtoff;
}

static int
mayuse(struct mount *mp, struct vnode *devvp, struct lwp *l, accmode_t mode)
{
	int error;

	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_DEVICE, mp, devvp, KAUTH_ARG(mode));
	VOP_UNLOCK(devvp);
	return error;
}

static int
flushdev(struct vnode *devvp)
{
	int error;

	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(devvp, FSCRED, FSYNC_WAIT, 0, 0);
	VOP_UNLOCK(devvp);
	return error;
}

static int
writechanges(struct msdosfsmount *pmp)
{
	int error, e;

	if (!(pmp->pm_flags & MSDOSFS_DIRTIED))
		return 0;
	error = msdosfs_fatflush(pmp);
	e = msdosfs_fsinfo_write(pmp, true);
	if (error == 0)
		error = e;
	e = msdosfs_ioerror(pmp, flushdev(pmp->pm_devvp));
	if (error == 0)
		error = e;
	if (error != 0)
		return error;
	if ((error = msdosfs_markclean(pmp)) != 0 || msdosfs_ordered(pmp))
		return error;
	return msdosfs_ioerror(pmp, flushdev(pmp->pm_devvp));
}

/* Everything that a volume in use has in memory goes to the device. */
static int
writeall(struct msdosfsmount *pmp)
{
	int error;

	error = writechanges(pmp);
	msdosfs_markbad(pmp);
	return error;
}

/*
 * The device was opened for reading only and is to be written now.  Both
 * happens under its lock, so nobody comes in between.
 */
static int
reopen(struct msdosfsmount *pmp)
{
	struct vnode *devvp = pmp->pm_devvp;
	int error;

	if (pmp->pm_devmode & FWRITE)
		return 0;
	if (pmp->pm_devmode == 0)
		return ENXIO;	/* an earlier try has lost it */
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_CLOSE(devvp, FREAD, NOCRED);
	error = VOP_OPEN(devvp, FREAD | FWRITE, FSCRED);
	if (error == 0)
		pmp->pm_devmode = FREAD | FWRITE;
	else if (VOP_OPEN(devvp, FREAD, FSCRED) != 0)
		pmp->pm_devmode = 0;	/* it is gone: all I/O fails */
	VOP_UNLOCK(devvp);
	return error;
}

static int
update_mount(struct mount *mp, const struct msdosfs_args *args, struct lwp *l)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct vnode *devvp;
	int error, flags;

	if (mp->mnt_flag & MNT_RELOAD)
		return EOPNOTSUPP;
	if (!(pmp->pm_flags & MSDOSFSMNT_RONLY) &&
	    (mp->mnt_iflag & IMNT_WANTRDONLY)) {
		flags = WRITECLOSE;
		if (mp->mnt_flag & MNT_FORCE)
			flags |= FORCECLOSE;
		if ((error = vflush(mp, NULLVP, flags)) != 0)
			return error;
		if ((error = msdosfs_sync(mp, MNT_WAIT, l->l_cred)) != 0 ||
		    (error = writeall(pmp)) != 0)
			return error;
		atomic_or_uint(&pmp->pm_flags, MSDOSFSMNT_RONLY);
	}
	if ((pmp->pm_flags & MSDOSFSMNT_RONLY) &&
	    (mp->mnt_iflag & IMNT_WANTRDWR)) {
		error = mayuse(mp, pmp->pm_devvp, l, VREAD | VWRITE);
		if (error != 0 || (error = reopen(pmp)) != 0)
			return error;
		atomic_and_uint(&pmp->pm_flags, ~MSDOSFS_CLEANBIT);
		if ((error = msdosfs_fatstate(pmp)) != 0)
			return error;
		atomic_and_uint(&pmp->pm_flags, ~MSDOSFSMNT_RONLY);
	}
	if (mp->mnt_flag & (MNT_SYNCHRONOUS))
		atomic_or_uint(&pmp->pm_flags, MSDOSFSMNT_WAITONFAT);
	else
		atomic_and_uint(&pmp->pm_flags, ~MSDOSFSMNT_WAITONFAT);
	if (args->fspec == NULL)
		return 0;
	/* It must be the same device; owner and permissions may change. */
	error = namei_simple_user(args->fspec, NSM_FOLLOW_NOEMULROOT, &devvp);
	if (error != 0)
		return error;
	error = devvp->v_type == VBLK && devvp->v_rdev == pmp->pm_dev ? 0 :
	    EINVAL;
	vrele(devvp);
	if (error == 0)
		setargs(pmp, args);
	return error;
}

/* Reads and checks the boot sector. */
static int
readboot(struct msdosfsmount *pmp)
{
	struct buf *bp;
	uint64_t nsecs;
	u_int secsize;
	int error;

	if ((error = getdisksize(pmp->pm_devvp, &nsecs, &secsize)) != 0)
		return error;
	if (secsize < DEV_BSIZE || secsize > 4096 ||
	    nsecs > UINT64_MAX / secsize) {
		printf("msdosfs: device has sectors of %u bytes, must be 512 "
		    "to 4096\n", secsize);
		return EINVAL;
	}
	if (nsecs == 0)
		return EINVAL;
	error = bread(pmp->pm_devvp, 0, (int)secsize, 0, &bp);
	if (error != 0)
		return error;
	error = msdosfs_bpb_check(pmp, bp->b_data, secsize, nsecs * secsize);
	brelse(bp, 0);
	if (error == 0 && (1u << pmp->pm_secshift) < secsize) {
		printf("msdosfs: boot sector: bytes per sector is %u, must be "
		    "at least the device's %u\n", 1u << pmp->pm_secshift,
		    secsize);
		error = EINVAL;
	}
	return error;
}

/* Mounts the volume on devvp, which is open and referenced. */
static int
mountfs(struct vnode *devvp, int mode, struct mount *mp,
    const struct msdosfs_args *args, struct lwp *l)
{
	const bool ronly = (mp->mnt_flag & MNT_RDONLY) != 0;
	struct msdosfsmount *pmp;
	int error;

	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = vinvalbuf(devvp, V_SAVE, l->l_cred, l, 0, 0);
	VOP_UNLOCK(devvp);
	if (error != 0)
		return error;

	pmp = kmem_zalloc(sizeof(*pmp), KM_SLEEP);
	pmp->pm_mountp = mp;
	pmp->pm_devvp = devvp;
	pmp->pm_dev = devvp->v_rdev;
	pmp->pm_devmode = mode;
	pmp->pm_flags = args->flags & MSDOSFSMNT_MNTOPT;
	setargs(pmp, args);
	msdosfs_fatinit(pmp);
	if ((error = readboot(pmp)) != 0)
		goto fail;
	if (ronly)
		pmp->pm_flags |= MSDOSFSMNT_RONLY;
	else if ((error = msdosfs_fatstate(pmp)) != 0)
		goto fail;
	if (mp->mnt_flag & MNT_SYNCHRONOUS)
		pmp->pm_flags |= MSDOSFSMNT_WAITONFAT;
	if ((error = msdosfs_rootmeasure(pmp)) != 0 ||
	    (error = msdosfs_rootscan(pmp)) != 0)
		goto fail;

	mp->mnt_data = pmp;
	mp->mnt_stat.f_fsidx.__fsid_val[0] = (long)pmp->pm_dev;
	mp->mnt_stat.f_fsidx.__fsid_val[1] = makefstype(MOUNT_MSDOS);
	mp->mnt_stat.f_fsid = mp->mnt_stat.f_fsidx.__fsid_val[0];
	mp->mnt_stat.f_namemax = pmp->pm_flags & MSDOSFSMNT_SHORTNAME ? 12 :
	    WIN_MAXLEN;
	if (mp->mnt_stat.f_mntfromlabel[0] == '\0')
		strlcpy(mp->mnt_stat.f_mntfromlabel, pmp->pm_label,
		    sizeof(mp->mnt_stat.f_mntfromlabel));
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_SHRLOOKUP | IMNT_DTYPE |
	    IMNT_CAN_RWTORO;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_fs_bshift = pmp->pm_bshift;
	spec_node_setmountedfs(devvp, mp);
	return 0;
fail:
	msdosfs_fatfini(pmp);
	kmem_free(pmp, sizeof(*pmp));
	return error;
}

int
msdosfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct lwp *l = curlwp;
	struct msdosfs_args *args = data;
	struct vnode *devvp;
	accmode_t accmode = VREAD;
	int error, mode = FREAD;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if (mp->mnt_flag & MNT_GETARGS) {
		if (mp->mnt_data == NULL)
			return EIO;
		getargs(VFSTOMSDOSFS(mp), args);
		*data_len = sizeof(*args);
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return update_mount(mp, args, l);
	if (args->fspec == NULL)
		return EINVAL;
	error = namei_simple_user(args->fspec, NSM_FOLLOW_NOEMULROOT, &devvp);
	if (error != 0)
		return error;
	if (devvp->v_type != VBLK) {
		error = ENOTBLK;
		goto fail;
	}
	if (bdevsw_lookup(devvp->v_rdev) == NULL) {
		error = ENXIO;
		goto fail;
	}
	if (!(mp->mnt_flag & MNT_RDONLY)) {
		mode |= FWRITE;
		accmode |= VWRITE;
	}
	if ((error = mayuse(mp, devvp, l, accmode)) != 0)
		goto fail;
	if (spec_node_getmountedfs(devvp) != NULL) {
		error = EBUSY;
		goto fail;
	}
	error = set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, l);
	if (error != 0)
		goto fail;
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_OPEN(devvp, mode, FSCRED);
	VOP_UNLOCK(devvp);
	if (error != 0)
		goto fail;
	if ((error = mountfs(devvp, mode, mp, args, l)) == 0)
		return 0;
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_CLOSE(devvp, mode, NOCRED);
	VOP_UNLOCK(devvp);
fail:
	vrele(devvp);
	return error;
}

/* The mount is complete: from now on a free count may take its time. */
int
msdosfs_start(struct mount *mp, int flags)
{

	atomic_or_uint(&VFSTOMSDOSFS(mp)->pm_flags, MSDOSFS_STARTED);
	return 0;
}

int
msdosfs_unmount(struct mount *mp, int mntflags)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct vnode *devvp = pmp->pm_devvp;
	const bool ronly = (pmp->pm_flags & MSDOSFSMNT_RONLY) != 0;
	int error, flags = mntflags & MNT_FORCE ? FORCECLOSE : 0;

	if ((error = vflush(mp, NULLVP, flags)) != 0)
		return error;
	if (!ronly && (error = writeall(pmp)) != 0 && !(mntflags & MNT_FORCE))
		return error;
	spec_node_setmountedfs(devvp, NULL);
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	if (pmp->pm_devmode != 0)
		(void)VOP_CLOSE(devvp, pmp->pm_devmode, NOCRED);
	vput(devvp);
	msdosfs_fatfini(pmp);
	kmem_free(pmp, sizeof(*pmp));
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}

int
msdosfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	int error;

	error = msdosfs_deget(VFSTOMSDOSFS(mp), MSDOSFSROOT, MSDOSFSROOT_OFS,
	    vpp);
	if (error == 0 && lktype != LK_NONE &&
	    (error = vn_lock(*vpp, lktype)) != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

int
msdosfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	uint32_t nfree = 0;
	int error;

	/* The question that the mount itself asks must be cheap. */
	if ((pmp->pm_flags & (MSDOSFS_STARTED | MSDOSFS_FREEKNOWN)) != 0 ||
	    pmp->pm_fatblks == 1) {
		if ((error = msdosfs_countfree(pmp, &nfree)) != 0)
			return error;
	}
	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = pmp->pm_bpcluster;
	sbp->f_blocks = pmp->pm_nclusters;
	sbp->f_bfree = sbp->f_bavail = nfree;
	sbp->f_bresvd = 0;
	sbp->f_files = sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

/* Is there something of this vnode to write? */
static bool
syncable(void *arg, struct vnode *vp)
{
	struct denode *dep;

	if (vp->v_type == VNON || vp->v_type == VBAD)
		return false;
	dep = VTODE(vp);
	return dep != NULL && (dep->de_flag != 0 ||
	    !LIST_EMPTY(&vp->v_dirtyblkhd) || (vp->v_iflag & VI_ONWORKLST));
}

int
msdosfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct vnode_iterator *marker;
	struct vnode *vp;
	int error, allerror = 0;

	if (pmp->pm_flags & MSDOSFSMNT_RONLY)
		return 0;
	vfs_vnode_iterator_init(mp, &marker);
	while ((vp = vfs_vnode_iterator_next(marker, syncable, NULL)) != NULL) {
		if (vn_lock(vp, LK_EXCLUSIVE) != 0) {
			vrele(vp);
			continue;
		}
		error = VOP_FSYNC(vp, cred,
		    waitfor == MNT_WAIT ? FSYNC_WAIT : 0, 0, 0);
		if (error != 0)
			allerror = error;
		vput(vp);
	}
	vfs_vnode_iterator_destroy(marker);
	if (waitfor == MNT_LAZY)
		return allerror;
	if ((error = msdosfs_fatflush(pmp)) != 0 ||
	    (error = msdosfs_fsinfo_write(pmp, waitfor == MNT_WAIT)) != 0)
		allerror = error;
	vn_lock(pmp->pm_devvp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(pmp->pm_devvp, cred,
	    waitfor == MNT_WAIT ? FSYNC_WAIT : 0, 0, 0);
	VOP_UNLOCK(pmp->pm_devvp);
	return error != 0 ? error : allerror;
}

int
msdosfs_vget(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{

	return EOPNOTSUPP;
}

int
msdosfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct denode_key k;
	struct denode *dep;
	int error;

	KASSERT(keylen == sizeof(k));
	memcpy(&k, key, sizeof(k));
	dep = pool_get(&msdosfs_denode_pool, PR_WAITOK);
	memset(dep, 0, sizeof(*dep));
	dep->de_vnode = vp;
	dep->de_pmp = pmp;
	if ((error = msdosfs_deload(dep, &k)) != 0) {
		msdosfs_defree(dep);
		return error;
	}
	vp->v_tag = VT_MSDOSFS;
	vp->v_op = msdosfs_vnodeop_p;
	vp->v_data = dep;
	vp->v_type = dep->de_Attributes & ATTR_DIRECTORY ? VDIR : VREG;
	if (k.dk_diroffset == MSDOSFSROOT_OFS && k.dk_dirclust == MSDOSFSROOT)
		vp->v_vflag |= VV_ROOT;
	genfs_node_init(vp, &msdosfs_genfsops);
	uvm_vnp_setsize(vp, dep->de_FileSize);
	*newkey = &dep->de_key;
	return 0;
}

/* What tells a file from a later one at the same place. */
static uint32_t
generation(const struct denode *dep)
{

	return (uint32_t)dep->de_CDate << 16 ^ dep->de_CTime ^
	    (uint32_t)dep->de_CHun << 8;
}

int
msdosfs_fhtovp(struct mount *mp, struct fid *fhp, int lktype,
    struct vnode **vpp)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct defid fid;
	struct vnode *vp;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(fid))
		return EINVAL;
	memcpy(&fid, fhp, sizeof(fid));
	error = msdosfs_deget(pmp, fid.defid_dirclust, fid.defid_dirofs, &vp);
	if (error != 0)
		return error;
	if ((error = vn_lock(vp, lktype)) != 0) {
		vrele(vp);
		return error;
	}
	if (VTODE(vp)->de_removed || generation(VTODE(vp)) != fid.defid_gen) {
		vput(vp);
		return ESTALE;
	}
	*vpp = vp;
	return 0;
}

int
msdosfs_vptofh(struct vnode *vp, struct fid *fhp, size_t *sizep)
{
	struct denode *dep = VTODE(vp);
	struct defid fid;

	if (*sizep < sizeof(fid)) {
		*sizep = sizeof(fid);
		return E2BIG;
	}
	*sizep = sizeof(fid);
	memset(&fid, 0, sizeof(fid));
	fid.defid_len = sizeof(fid);
	fid.defid_dirclust = dep->de_key.dk_dirclust;
	fid.defid_dirofs = dep->de_key.dk_diroffset;
	fid.defid_gen = generation(dep);
	memcpy(fhp, &fid, sizeof(fid));
	return 0;
}

static const struct vnodeopv_desc * const msdosfs_vnodeopv_descs[] = {
	&msdosfs_vnodeop_opv_desc,
	NULL
};

static struct vfsops msdosfs_vfsops = {
	.vfs_name = MOUNT_MSDOS,
	.vfs_min_mount_data = sizeof(struct msdosfs_args),
	.vfs_mount = msdosfs_mount,
	.vfs_start = msdosfs_start,
	.vfs_unmount = msdosfs_unmount,
	.vfs_root = msdosfs_root,
	.vfs_quotactl = (void *)eopnotsupp,
	.vfs_statvfs = msdosfs_statvfs,
	.vfs_sync = msdosfs_sync,
	.vfs_vget = msdosfs_vget,
	.vfs_loadvnode = msdosfs_loadvnode,
	.vfs_newvnode = (void *)eopnotsupp,
	.vfs_fhtovp = msdosfs_fhtovp,
	.vfs_vptofh = msdosfs_vptofh,
	.vfs_init = msdosfs_init,
	.vfs_reinit = msdosfs_reinit,
	.vfs_done = msdosfs_done,
	.vfs_snapshot = (void *)eopnotsupp,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = (void *)eopnotsupp,
	.vfs_opv_descs = msdosfs_vnodeopv_descs,
};

static int
msdos_modcmd(modcmd_t cmd, void *arg)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&msdosfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&msdosfs_vfsops);
	default:
		return ENOTTY;
	}
}
