/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on whole file systems: mount(2), unmount(2), sync(2),
 * statvfs(2), fstatvfs(2), getvfsstat(2).
 *
 * The arguments of a file system type are a structure of its own, copied in
 * here with the length that the caller gives, or the type's smallest if that
 * is 0; the file system checks what is in it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/statvfs.h>
#include <sys/syscallargs.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

/*
 * mount.
 */

/* The operations of the file system type; a reference to them is taken. */
static int
mount_get_vfsops(const char *fstype, enum uio_seg seg, struct vfsops **opsp)
{
	char name[MFSNAMELEN];
	int error;

	if (seg == UIO_USERSPACE) {
		error = copyinstr(fstype, name, sizeof(name), NULL);
		if (error != 0)
			return error;
	} else if (strlcpy(name, fstype, sizeof(name)) >= sizeof(name)) {
		return ENAMETOOLONG;
	}
	*opsp = vfs_getopsbyname(name);
	return *opsp == NULL ? ENODEV : 0;
}

/* MNT_GETARGS: the file system fills data in; *data_len becomes its size. */
static int
mount_getargs(struct lwp *l, struct vnode *vp, const char *path, int flags,
    void *data, size_t *data_len)
{
	struct mount *mp = vp->v_mount;
	int error;

	/* No other flag makes sense with it. */
	if (flags != MNT_GETARGS)
		return EINVAL;
	if (data == NULL)
		return EINVAL;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_GET, mp, data, NULL);
	if (error != 0)
		return error;
	if ((vp->v_vflag & VV_ROOT) == 0)
		return EINVAL;
	error = vfs_busy(mp);
	if (error != 0)
		return error;
	mutex_enter(mp->mnt_updating);
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	mp->mnt_flag |= MNT_GETARGS;
	error = VFS_MOUNT(mp, path, data, data_len);
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	mutex_exit(mp->mnt_updating);
	vfs_unbusy(mp);
	return error;
}

/* MNT_UPDATE: other flags or arguments for what is mounted already. */
static int
mount_update(struct lwp *l, struct vnode *vp, const char *path, int flags,
    void *data, size_t *data_len)
{
	struct mount *mp = vp->v_mount;
	unsigned int saved_flags;
	int error;

	if ((vp->v_vflag & VV_ROOT) == 0)
		return EINVAL;
	/* Reloading is for what nobody writes to. */
	if ((flags & MNT_RELOAD) && (mp->mnt_flag & MNT_RDONLY) == 0)
		return EOPNOTSUPP;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_UPDATE, mp, KAUTH_ARG(flags), data);
	if (error != 0)
		return error;
	error = vfs_busy(mp);
	if (error != 0)
		return error;
	mutex_enter(mp->mnt_updating);
	saved_flags = mp->mnt_flag;

	mp->mnt_flag &= ~MNT_OP_FLAGS;
	mp->mnt_flag |= flags & MNT_OP_FLAGS;
	mp->mnt_iflag &= ~(IMNT_WANTRDWR | IMNT_WANTRDONLY);
	if ((mp->mnt_flag & MNT_RDONLY) && (flags & MNT_RDONLY) == 0) {
		/* Still read only while the file system gets ready. */
		mp->mnt_iflag |= IMNT_WANTRDWR;
		flags |= MNT_RDONLY;
	} else if ((mp->mnt_flag & MNT_RDONLY) == 0 &&
	    (flags & MNT_RDONLY)) {
		if (mp->mnt_iflag & IMNT_CAN_RWTORO) {
			/* The file system looks at the flag itself. */
			mp->mnt_iflag |= IMNT_WANTRDONLY;
		} else {
			error = EOPNOTSUPP;
			goto out;
		}
	}
	mp->mnt_flag &= ~MNT_BASIC_FLAGS;
	mp->mnt_flag |= flags & MNT_BASIC_FLAGS;

	error = VFS_MOUNT(mp, path, data, data_len);
	if (error == 0 && (mp->mnt_iflag & IMNT_WANTRDWR))
		mp->mnt_flag &= ~MNT_RDONLY;
out:
	if (error != 0)
		mp->mnt_flag = saved_flags;
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	mp->mnt_iflag &= ~(IMNT_WANTRDWR | IMNT_WANTRDONLY);
	if (error == 0) {
		if ((mp->mnt_flag & (MNT_RDONLY | MNT_ASYNC)) == 0) {
			if ((mp->mnt_iflag & IMNT_ONWORKLIST) == 0)
				vfs_syncer_add_to_worklist(mp);
		} else if (mp->mnt_iflag & IMNT_ONWORKLIST) {
			vfs_syncer_remove_from_worklist(mp);
		}
	}
	mutex_exit(mp->mnt_updating);
	vfs_unbusy(mp);
	return error;
}

/*
 * Copies the arguments of a file system type in.  *lenp is the length that
 * was given and becomes that of the copy, which the caller frees.
 */
static int
mount_copyin_data(const struct vfsops *ops, const void *udata, size_t *lenp,
    void **datap)
{
	size_t len = *lenp;
	void *data;
	int error;

	if (len == 0) {
		/* The old system call has no length. */
		len = ops->vfs_min_mount_data;
		if (len == 0)
			return EINVAL;
	}
	if (len > VFS_MAX_MOUNT_DATA)
		return EINVAL;
	data = kmem_alloc(len, KM_SLEEP);
	error = copyin(udata, data, len);
	if (error != 0) {
		kmem_free(data, len);
		return error;
	}
	*lenp = len;
	*datap = data;
	return 0;
}

/*
 * Mounts, updates a mount, or answers its arguments.  type may be NULL for
 * the last two.  path is a user's string.
 */
int
do_sys_mount(struct lwp *l, const char *type, enum uio_seg type_seg,
    const char *path, int flags, void *data, enum uio_seg data_seg,
    size_t data_len, register_t *retval)
{
	struct vfsops *ops = NULL;
	struct vnode *vp = NULL;
	void *data_buf = data;
	size_t alloc_len = 0;
	bool opsref = false;
	int error;

	error = vfs_lookupat_user(l, AT_FDCWD, path, FOLLOW, &vp);
	if (error != 0)
		return error;

	if (type != NULL) {
		error = mount_get_vfsops(type, type_seg, &ops);
		if (error != 0)
			goto out;
		opsref = true;
	} else if (flags & (MNT_GETARGS | MNT_UPDATE)) {
		ops = vp->v_mount->mnt_op;
	} else {
		error = EINVAL;
		goto out;
	}

	if (data != NULL && data_seg == UIO_USERSPACE) {
		error = mount_copyin_data(ops, data, &data_len, &data_buf);
		if (error != 0)
			goto out;
		alloc_len = data_len;
	}

	if (flags & MNT_GETARGS) {
		error = mount_getargs(l, vp, path, flags, data_buf,
		    &data_len);
		if (error == 0 && data_seg == UIO_USERSPACE) {
			/* No more than was read of it. */
			error = copyout(data_buf, data,
			    MIN(data_len, alloc_len));
		}
		if (error == 0)
			*retval = data_len;
	} else if (flags & MNT_UPDATE) {
		error = mount_update(l, vp, path, flags, data_buf,
		    &data_len);
	} else {
		/* The reference to ops is the new mount's now. */
		opsref = false;
		error = mount_domount(l, &vp, ops, path, flags, data_buf,
		    &data_len);
	}
out:
	if (opsref)
		vfs_delref(ops);
	if (vp != NULL)
		vrele(vp);
	if (alloc_len != 0)
		kmem_free(data_buf, alloc_len);
	return error;
}

int
sys___mount50(struct lwp *l, const struct sys___mount50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) type;
		syscallarg(const char *) path;
		syscallarg(int) flags;
		syscallarg(void *) data;
		syscallarg(size_t) data_len;
	} */

	return do_sys_mount(l, SCARG(uap, type), UIO_USERSPACE,
	    SCARG(uap, path), SCARG(uap, flags), SCARG(uap, data),
	    UIO_USERSPACE, SCARG(uap, data_len), retval);
}

/*
 * unmount: the path may be any name of the root of the file system.
 */
int
sys_unmount(struct lwp *l, const struct sys_unmount_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) flags;
	} */
	struct mount *mp;
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, path),
	    FOLLOW | LOCKLEAF, &vp);
	if (error != 0)
		return error;
	mp = vp->v_mount;
	vfs_ref(mp);

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT, mp, NULL, NULL);
	if (error == 0 && (mp->mnt_flag & MNT_ROOTFS))
		error = EINVAL;
	if (error == 0 && (vp->v_vflag & VV_ROOT) == 0)
		error = EINVAL;
	/* The lookup's own reference would make the file system busy. */
	vput(vp);
	if (error == 0)
		error = dounmount(mp, SCARG(uap, flags), l);
	vfs_rele(mp);
	return error;
}

/*
 * sync: starts writing what is dirty, everywhere.
 */
void
do_sys_sync(struct lwp *l)
{
	mount_iterator_t *iter;
	struct mount *mp;

	mountlist_iterator_init(&iter);
	while ((mp = mountlist_iterator_next(iter)) != NULL) {
		mutex_enter(mp->mnt_updating);
		if ((mp->mnt_flag & MNT_RDONLY) == 0) {
			unsigned int async = mp->mnt_flag & MNT_ASYNC;

			mp->mnt_flag &= ~MNT_ASYNC;
			(void)VFS_SYNC(mp, MNT_NOWAIT, l->l_cred);
			mp->mnt_flag |= async;
		}
		mutex_exit(mp->mnt_updating);
	}
	mountlist_iterator_destroy(iter);
}

int
sys_sync(struct lwp *l, const void *v, register_t *retval)
{

	do_sys_sync(l);
	return 0;
}

/*
 * statvfs.
 */

/*
 * Makes f_mntonname what a process sees whose root directory is rdir.
 * EPERM if the mount point is outside of it, unless root says that the
 * file system as such was reached from inside: then it is "/".
 */
static int
statvfs_chroot(struct statvfs *sp, struct vnode *rdir, struct lwp *l,
    int root)
{
	char *path, *bp;
	size_t len;
	int error;

	path = PNBUF_GET();
	bp = path + MAXPATHLEN;
	*--bp = '\0';
	error = getcwd_common(rdir, rootvnode, &bp, path, MAXPATHLEN / 2, 0,
	    l);
	if (error != 0) {
		PNBUF_PUT(path);
		return error;
	}
	len = strlen(bp);
	if (len == 1)		/* "/": nothing is hidden */
		len = 0;
	if (len == 0) {
		error = 0;
	} else if (strncmp(bp, sp->f_mntonname, len) == 0 &&
	    (sp->f_mntonname[len] == '/' || sp->f_mntonname[len] == '\0')) {
		memmove(sp->f_mntonname, sp->f_mntonname + len,
		    strlen(sp->f_mntonname + len) + 1);
		if (sp->f_mntonname[0] == '\0')
			strlcpy(sp->f_mntonname, "/",
			    sizeof(sp->f_mntonname));
		error = 0;
	} else if (root) {
		strlcpy(sp->f_mntonname, "/", sizeof(sp->f_mntonname));
		error = 0;
	} else {
		error = EPERM;
	}
	PNBUF_PUT(path);
	return error;
}

/*
 * Fills *sp for mp, which the caller keeps from going away.  MNT_NOWAIT and
 * MNT_LAZY take what is known instead of asking the file system.  root as
 * for statvfs_chroot().
 */
int
dostatvfs(struct mount *mp, struct statvfs *sp, struct lwp *l, int flags,
    int root)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	struct vnode *rdir;
	int error;

	memset(sp, 0, sizeof(*sp));
	if (flags == MNT_NOWAIT || flags == MNT_LAZY) {
		memcpy(sp, &mp->mnt_stat, sizeof(*sp));
	} else {
		copy_statvfs_info(sp, mp);
		error = VFS_STATVFS(mp, sp);
		if (error != 0)
			return error;
	}
	sp->f_flag = mp->mnt_flag & MNT_VISFLAGMASK;

	rw_enter(&cwdi->cwdi_lock, RW_READER);
	rdir = cwdi->cwdi_rdir;
	if (rdir != NULL)
		vref(rdir);
	rw_exit(&cwdi->cwdi_lock);
	if (rdir == NULL)
		return 0;
	error = statvfs_chroot(sp, rdir, l, root);
	vrele(rdir);
	return error;
}

int
do_sys_pstatvfs(struct lwp *l, const char *path, int flags,
    struct statvfs *sb)
{
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, AT_FDCWD, path, FOLLOW, &vp);
	if (error != 0)
		return error;
	error = dostatvfs(vp->v_mount, sb, l, flags, 1);
	vrele(vp);
	return error;
}

int
sys___statvfs190(struct lwp *l, const struct sys___statvfs190_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(struct statvfs *) buf;
		syscallarg(int) flags;
	} */
	struct statvfs *sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	int error;

	error = do_sys_pstatvfs(l, SCARG(uap, path), SCARG(uap, flags), sb);
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}

int
do_sys_fstatvfs(struct lwp *l, int fd, int flags, struct statvfs *sb)
{
	file_t *fp;
	int error;

	error = fd_getvnode(fd, &fp);
	if (error != 0)
		return error;
	error = dostatvfs(fp->f_vnode->v_mount, sb, l, flags, 1);
	fd_putfile(fd);
	return error;
}

int
sys___fstatvfs190(struct lwp *l, const struct sys___fstatvfs190_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(struct statvfs *) buf;
		syscallarg(int) flags;
	} */
	struct statvfs *sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	int error;

	error = do_sys_fstatvfs(l, SCARG(uap, fd), SCARG(uap, flags), sb);
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}

/*
 * Gives copyfn one entry after the other, entry_sz bytes apart, as long as
 * they fit in bufsize bytes at sfsp; *retval is how many there are (with a
 * NULL buffer) or were given.
 */
int
do_sys_getvfsstat(struct lwp *l, void *sfsp, size_t bufsize, int flags,
    int (*copyfn)(const void *, void *, size_t), size_t entry_sz,
    register_t *retval)
{
	const size_t maxcount = bufsize / entry_sz;
	struct statvfs *sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	mount_iterator_t *iter;
	struct mount *mp;
	char *dst = sfsp;
	size_t count = 0;
	int error = 0;

	mountlist_iterator_init(&iter);
	while ((mp = mountlist_iterator_next(iter)) != NULL) {
		if (dst == NULL) {
			count++;
			continue;
		}
		if (count >= maxcount)
			break;
		/* What can't be asked, or not be seen, is left out. */
		if (dostatvfs(mp, sb, l, flags, 0) != 0)
			continue;
		error = copyfn(sb, dst, entry_sz);
		if (error != 0)
			break;
		dst += entry_sz;
		count++;
	}
	mountlist_iterator_destroy(iter);
	kmem_free(sb, sizeof(*sb));
	if (error == 0)
		*retval = count;
	return error;
}

int
sys___getvfsstat90(struct lwp *l, const struct sys___getvfsstat90_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(struct statvfs *) buf;
		syscallarg(size_t) bufsize;
		syscallarg(int) flags;
	} */

	return do_sys_getvfsstat(l, SCARG(uap, buf), SCARG(uap, bufsize),
	    SCARG(uap, flags), copyout, sizeof(struct statvfs), retval);
}

const struct syscall_package vfs_syscalls_mount[] = {
	VFS_SYSCALL(__mount50),
	VFS_SYSCALL(unmount),
	VFS_SYSCALL(sync),
	VFS_SYSCALL(__statvfs190),
	VFS_SYSCALL(__fstatvfs190),
	VFS_SYSCALL(__getvfsstat90),
	VFS_SYSCALL_END
};
