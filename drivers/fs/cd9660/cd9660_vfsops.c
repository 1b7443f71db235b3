/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The cd9660 file system: ISO 9660 levels 1 to 3 with Rock Ridge or Joliet,
 * read only.  ECMA-119 3rd edition, SUSP 1.12, RRIP 1.12, Joliet 1995-05-22.
 *
 * Nothing on the disk is trusted: each structure is checked when it is read,
 * each block number before it is used, and what is wrong is an error of the
 * call that met it, with a line on the console.  Mounting reads the volume
 * descriptors and the first block of the root directory, no more.
 *
 * Directories are a tree whatever their records say: a file's identity is the
 * way to it from the root (struct cd9660_key), and a directory is refused
 * below itself.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cdio.h>
#include <sys/conf.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/statvfs.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

MODULE(MODULE_CLASS_VFS, cd9660, NULL);

static const struct vnodeopv_desc *const cd9660_vnodeopv_descs[] = {
	&cd9660_vnodeop_opv_desc,
	&cd9660_specop_opv_desc,
	&cd9660_fifoop_opv_desc,
	NULL,
};

static struct vfsops cd9660_vfsops = {
	.vfs_name = MOUNT_CD9660,
	.vfs_min_mount_data = sizeof(struct iso_args),
	.vfs_mount = cd9660_mount,
	.vfs_start = cd9660_start,
	.vfs_unmount = cd9660_unmount,
	.vfs_root = cd9660_root,
	.vfs_quotactl = (void *)eopnotsupp,
	.vfs_statvfs = cd9660_statvfs,
	.vfs_sync = cd9660_sync,
	.vfs_vget = (void *)eopnotsupp,
	.vfs_loadvnode = cd9660_loadvnode,
	.vfs_fhtovp = cd9660_fhtovp,
	.vfs_vptofh = cd9660_vptofh,
	.vfs_init = cd9660_init,
	.vfs_reinit = cd9660_reinit,
	.vfs_done = cd9660_done,
	.vfs_snapshot = (void *)eopnotsupp,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = (void *)eopnotsupp,
	.vfs_opv_descs = cd9660_vnodeopv_descs,
};

static int
cd9660_modcmd(modcmd_t cmd, void *arg)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&cd9660_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&cd9660_vfsops);
	default:
		return ENOTTY;
	}
}

void
cd9660_init(void)
{

	cd9660_node_init();
}

void
cd9660_reinit(void)
{
}

void
cd9660_done(void)
{

	cd9660_node_fini();
}

/* First sector of the last session of the medium; 0 if it doesn't know. */
static uint32_t
device_session(struct vnode *devvp)
{
	int sess = 0;

	if (VOP_IOCTL(devvp, CDIOREADMSADDR, &sess, 0, FSCRED) != 0 ||
	    sess < 0)
		return 0;
	return (uint32_t)sess;
}

/*
 * Makes the volume on devvp, which is open, mp's.  The error of reading it.
 */
static int
iso_mountfs(struct vnode *devvp, struct mount *mp, struct lwp *l,
    const struct iso_args *args)
{
	struct iso_mnt *imp;
	int error;

	/* What the cache knows of the device may be older than the medium. */
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = vinvalbuf(devvp, V_SAVE, l->l_cred, l, 0, 0);
	VOP_UNLOCK(devvp);
	if (error != 0)
		return error;

	imp = kmem_zalloc(sizeof(*imp), KM_SLEEP);
	imp->im_mountp = mp;
	imp->im_devvp = devvp;
	imp->im_dev = devvp->v_rdev;
	imp->im_flags = args->flags & (ISOFSMNT_NORRIP | ISOFSMNT_GENS |
	    ISOFSMNT_EXTATT | ISOFSMNT_NOJOLIET | ISOFSMNT_NOCASETRANS |
	    ISOFSMNT_RRCASEINS);
	imp->im_session = device_session(devvp);
	error = cd9660_volume_read(imp);
	if (error != 0) {
		kmem_free(imp, sizeof(*imp));
		return error;
	}

	mp->mnt_data = imp;
	mp->mnt_stat.f_fsidx.__fsid_val[0] = (int32_t)imp->im_dev;
	mp->mnt_stat.f_fsidx.__fsid_val[1] = makefstype(MOUNT_CD9660);
	mp->mnt_stat.f_fsid = mp->mnt_stat.f_fsidx.__fsid_val[0];
	mp->mnt_stat.f_namemax = ISO_MAXNAMLEN;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_DTYPE;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_fs_bshift = imp->im_bshift;

	/* A volume without a good root could not even be unmounted. */
	error = cd9660_getroot(mp, &imp->im_root);
	if (error != 0) {
		mp->mnt_data = NULL;
		mp->mnt_flag &= ~MNT_LOCAL;
		kmem_free(imp, sizeof(*imp));
		return error;
	}
	spec_node_setmountedfs(devvp, mp);
	return 0;
}

/* The block device at a user's path, referenced. */
static int
device_lookup(const char *fspec, struct vnode **devvpp)
{
	struct vnode *devvp;
	int error;

	error = namei_simple_user(fspec, NSM_FOLLOW_NOEMULROOT, &devvp);
	if (error != 0)
		return error;
	if (devvp->v_type != VBLK)
		error = ENOTBLK;
	else if (bdevsw_lookup(devvp->v_rdev) == NULL)
		error = ENXIO;
	if (error != 0) {
		vrele(devvp);
		return error;
	}
	*devvpp = devvp;
	return 0;
}

/*
 * vfsops(9).  The arguments are struct iso_args; the mount must be read
 * only.
 */
int
cd9660_mount(struct mount *mp, const char *path, void *data,
    size_t *data_len)
{
	struct lwp *l = curlwp;
	struct iso_args *args = data;
	struct iso_mnt *imp = VFSTOISOFS(mp);
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;

	if (mp->mnt_flag & MNT_GETARGS) {
		if (imp == NULL)
			return EIO;
		memset(args, 0, sizeof(*args));
		args->flags = imp->im_flags;
		*data_len = sizeof(*args);
		return 0;
	}

	if ((mp->mnt_flag & MNT_RDONLY) == 0 ||
	    (mp->mnt_iflag & IMNT_WANTRDWR) != 0)
		return EROFS;
	if ((mp->mnt_flag & MNT_UPDATE) != 0 && args->fspec == NULL)
		return EINVAL;

	error = device_lookup(args->fspec, &devvp);
	if (error != 0)
		return error;
	if (mp->mnt_flag & MNT_UPDATE) {
		if (devvp != imp->im_devvp && devvp->v_rdev != imp->im_dev)
			error = EINVAL;
		vrele(devvp);
		if (error != 0)
			return error;
	} else {
		vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
		error = kauth_authorize_system(l->l_cred,
		    KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_DEVICE, mp,
		    devvp, KAUTH_ARG(VREAD));
		if (error == 0)
			error = VOP_OPEN(devvp, FREAD, FSCRED);
		VOP_UNLOCK(devvp);
		if (error != 0) {
			vrele(devvp);
			return error;
		}
		error = iso_mountfs(devvp, mp, l, args);
		if (error != 0) {
			vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
			(void)VOP_CLOSE(devvp, FREAD, NOCRED);
			VOP_UNLOCK(devvp);
			vrele(devvp);
			return error;
		}
	}
	error = set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, l);
	if (error != 0 && (mp->mnt_flag & MNT_UPDATE) == 0)
		(void)cd9660_unmount(mp, MNT_FORCE);
	return error;
}

int
cd9660_start(struct mount *mp, int flags)
{

	return 0;
}

int
cd9660_unmount(struct mount *mp, int mntflags)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);
	struct vnode *devvp = imp->im_devvp;
	const bool force = (mntflags & MNT_FORCE) != 0;
	int error;

	error = vflush(mp, imp->im_root, force ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (vrefcnt(imp->im_root) > 1 && !force)
		return EBUSY;
	vgone(imp->im_root);
	if (devvp->v_type != VBAD)
		spec_node_setmountedfs(devvp, NULL);
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_CLOSE(devvp, FREAD, NOCRED);
	vput(devvp);
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	kmem_free(imp, sizeof(*imp));
	return 0;
}

int
cd9660_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	struct vnode *vp = VFSTOISOFS(mp)->im_root;
	int error;

	vref(vp);
	*vpp = vp;
	error = vn_lock(vp, lktype);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

int
cd9660_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);

	sbp->f_bsize = imp->logical_block_size;
	sbp->f_frsize = imp->logical_block_size;
	sbp->f_iosize = imp->logical_block_size;
	sbp->f_blocks = imp->volume_space_size;
	sbp->f_bfree = 0;
	sbp->f_bavail = 0;
	sbp->f_bresvd = 0;
	sbp->f_files = 0;
	sbp->f_ffree = 0;
	sbp->f_favail = 0;
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

/* There is nothing to write. */
int
cd9660_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{

	return 0;
}

/*
 * Is the key, which a user may have made up, one that a lookup could have
 * led to as far as it can be told without searching?  ESTALE, EIO.
 */
static int
handle_check(struct iso_mnt *imp, const struct cd9660_key *key)
{
	struct iso_scan *sc;
	uint64_t size;
	uint32_t i, j;
	int error = 0;

	if (key->ck_isdir > 1 || (key->ck_depth == 0) != (key->ck_isdir &&
	    key->ck_ino == lblktosize(imp, imp->root_extent)))
		return ESTALE;
	for (i = 0; i < key->ck_depth; i++) {
		if (key->ck_chain[i] >= imp->im_limit ||
		    (i == 0) != (key->ck_chain[i] == imp->root_extent) ||
		    (key->ck_isdir &&
		    key->ck_chain[i] == key->ck_ino >> imp->im_bshift))
			return ESTALE;
		for (j = 0; j < i; j++)
			if (key->ck_chain[i] == key->ck_chain[j])
				return ESTALE;
	}
	sc = kmem_alloc(sizeof(*sc), KM_SLEEP);
	for (i = 0; i < key->ck_depth && error == 0; i++) {
		error = cd9660_dir_head(imp, key->ck_chain[i], sc, &size);
		cd9660_scan_done(sc);
	}
	kmem_free(sc, sizeof(*sc));
	return error == 0 || error == EIO ? error : ESTALE;
}

/* The locked vnode of a handle. */
int
cd9660_fhtovp(struct mount *mp, struct fid *fhp, int lktype,
    struct vnode **vpp)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);
	struct cd9660_key *key;
	size_t len = fhp->fid_len;
	int error;

	if (len < sizeof(struct ifid) + CD9660_KEYLEN(0) ||
	    len > sizeof(struct ifid) + CD9660_KEYLEN(ISO_MAXDEPTH))
		return EINVAL;
	len -= sizeof(struct ifid);
	key = kmem_alloc(len, KM_SLEEP);
	memcpy(key, (const char *)fhp + sizeof(struct ifid), len);
	error = EINVAL;
	if (key->ck_depth <= ISO_MAXDEPTH &&
	    len == CD9660_KEYLEN(key->ck_depth))
		error = handle_check(imp, key);
	if (error == 0)
		error = vcache_get(mp, key, len, vpp);
	kmem_free(key, len);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, lktype);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

int
cd9660_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	const struct cd9660_key *key = VTOI(vp)->i_key;
	const size_t keylen = CD9660_KEYLEN(key->ck_depth);
	const size_t size = sizeof(struct ifid) + keylen;
	struct ifid ifid;

	if (*fh_size < size) {
		*fh_size = size;
		return E2BIG;
	}
	*fh_size = size;
	memset(&ifid, 0, sizeof(ifid));
	ifid.ifid_len = (uint16_t)size;
	memcpy(fhp, &ifid, sizeof(ifid));
	memcpy((char *)fhp + sizeof(ifid), key, keylen);
	return 0;
}
