/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on names and directories: link(2), symlink(2), readlink(2),
 * unlink(2), rmdir(2), rename(2), mkdir(2), mknod(2), mkfifo(2),
 * getdents(2), chdir(2), chroot(2), and their at-variants.
 *
 * A failed create or remove must give back what namei() returned: the parent
 * is locked, the leaf may be the parent itself ("."), which is then only one
 * lock with two references.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

/*
 * Looks up the parent for a new name.  On success ni_dvp is locked and the
 * name is free; EEXIST if it is taken.
 */
static int
nd_create(struct lwp *l, int fdat, struct nameidata *ndp, u_int flags,
    struct pathbuf *pb)
{
	int error;

	NDINIT(ndp, CREATE, LOCKPARENT | TRYEMULROOT | flags, pb);
	error = fd_nameiat(l, fdat, ndp);
	if (error != 0)
		return error;
	if (ndp->ni_vp != NULL) {
		VOP_ABORTOP(ndp->ni_dvp, &ndp->ni_cnd);
		vput(ndp->ni_dvp);
		vrele(ndp->ni_vp);
		return EEXIST;
	}
	return 0;
}

int
do_sys_linkat(struct lwp *l, int fdpath, const char *path, int fdlink,
    const char *link, int follow, register_t *retval)
{
	struct nameidata nd;
	struct pathbuf *linkpb;
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, fdpath, path, follow, &vp);
	if (error != 0)
		return error;
	error = pathbuf_copyin(link, &linkpb);
	if (error != 0)
		goto out;
	error = nd_create(l, fdlink, &nd, 0, linkpb);
	if (error != 0)
		goto out_pb;

	if (vp->v_type == VDIR || vp == nd.ni_dvp) {
		VOP_ABORTOP(nd.ni_dvp, &nd.ni_cnd);
		error = EPERM;
	} else if (nd.ni_dvp->v_mount != vp->v_mount) {
		VOP_ABORTOP(nd.ni_dvp, &nd.ni_cnd);
		error = EXDEV;
	} else {
		error = VOP_LINK(nd.ni_dvp, vp, &nd.ni_cnd);
	}
	vput(nd.ni_dvp);
out_pb:
	pathbuf_destroy(linkpb);
out:
	vrele(vp);
	return error;
}

int
sys_link(struct lwp *l, const struct sys_link_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(const char *) link;
	} */

	return do_sys_linkat(l, AT_FDCWD, SCARG(uap, path), AT_FDCWD,
	    SCARG(uap, link), FOLLOW, retval);
}

int
sys_linkat(struct lwp *l, const struct sys_linkat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd1;
		syscallarg(const char *) name1;
		syscallarg(int) fd2;
		syscallarg(const char *) name2;
		syscallarg(int) flags;
	} */
	const int flags = SCARG(uap, flags);

	if (flags & ~AT_SYMLINK_FOLLOW)
		return EINVAL;
	return do_sys_linkat(l, SCARG(uap, fd1), SCARG(uap, name1),
	    SCARG(uap, fd2), SCARG(uap, name2),
	    (flags & AT_SYMLINK_FOLLOW) ? FOLLOW : NOFOLLOW, retval);
}

/*
 * Makes the symbolic link `link`, relative to fdat, which holds `patharg`.
 * seg says where both strings are.
 */
int
do_sys_symlinkat(struct lwp *l, const char *patharg, int fdat,
    const char *link, enum uio_seg seg)
{
	struct nameidata nd;
	struct pathbuf *linkpb;
	struct vattr va;
	const char *target;
	char *buf = NULL;
	int error;

	if (seg == UIO_USERSPACE) {
		buf = PNBUF_GET();
		error = copyinstr(patharg, buf, MAXPATHLEN, NULL);
		if (error != 0)
			goto out;
		target = buf;
	} else {
		target = patharg;
	}
	error = pathbuf_maybe_copyin(link, seg, &linkpb);
	if (error != 0)
		goto out;
	error = nd_create(l, fdat, &nd, 0, linkpb);
	if (error != 0)
		goto out_pb;

	vattr_null(&va);
	va.va_type = VLNK;
	va.va_mode = ACCESSPERMS & ~l->l_proc->p_cwdi->cwdi_cmask;
	error = VOP_SYMLINK(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd, &va,
	    __UNCONST(target));
	if (error == 0)
		vrele(nd.ni_vp);
	vput(nd.ni_dvp);
out_pb:
	pathbuf_destroy(linkpb);
out:
	if (buf != NULL)
		PNBUF_PUT(buf);
	return error;
}

int
do_sys_symlink(const char *patharg, const char *link, enum uio_seg seg)
{

	return do_sys_symlinkat(curlwp, patharg, AT_FDCWD, link, seg);
}

int
sys_symlink(struct lwp *l, const struct sys_symlink_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(const char *) link;
	} */

	return do_sys_symlinkat(l, SCARG(uap, path), AT_FDCWD,
	    SCARG(uap, link), UIO_USERSPACE);
}

int
sys_symlinkat(struct lwp *l, const struct sys_symlinkat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path1;
		syscallarg(int) fd;
		syscallarg(const char *) path2;
	} */

	return do_sys_symlinkat(l, SCARG(uap, path1), SCARG(uap, fd),
	    SCARG(uap, path2), UIO_USERSPACE);
}

static int
readlink_at(struct lwp *l, int fdat, const char *path, char *buf,
    size_t count, register_t *retval)
{
	struct vnode *vp;
	struct iovec iov;
	struct uio uio;
	int error;

	if (count > SSIZE_MAX)
		return EINVAL;
	error = vfs_lookupat_user(l, fdat, path,
	    NOFOLLOW | LOCKLEAF | LOCKSHARED, &vp);
	if (error != 0)
		return error;
	if (vp->v_type != VLNK) {
		error = EINVAL;
	} else if ((vp->v_mount->mnt_flag & MNT_SYMPERM) == 0 ||
	    (error = VOP_ACCESS(vp, VREAD, l->l_cred)) == 0) {
		iov.iov_base = buf;
		iov.iov_len = count;
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_offset = 0;
		uio.uio_rw = UIO_READ;
		uio.uio_resid = count;
		uio.uio_vmspace = l->l_proc->p_vmspace;
		error = VOP_READLINK(vp, &uio, l->l_cred);
		if (error == 0)
			*retval = count - uio.uio_resid;
	}
	vput(vp);
	return error;
}

int
sys_readlink(struct lwp *l, const struct sys_readlink_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(char *) buf;
		syscallarg(size_t) count;
	} */

	return readlink_at(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, buf),
	    SCARG(uap, count), retval);
}

int
sys_readlinkat(struct lwp *l, const struct sys_readlinkat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(char *) buf;
		syscallarg(size_t) bufsize;
	} */

	return readlink_at(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, buf), SCARG(uap, bufsize), retval);
}

/* Gives back a locked parent and a locked leaf that may be the same. */
static void
put_both(struct vnode *dvp, struct vnode *vp)
{

	if (dvp == vp)
		vrele(dvp);
	else
		vput(dvp);
	vput(vp);
}

/*
 * Removes a name; a directory's if flags has AT_REMOVEDIR.
 */
int
do_sys_unlinkat(struct lwp *l, int fdat, const char *arg, int flags,
    enum uio_seg seg)
{
	const bool isrmdir = (flags & AT_REMOVEDIR) != 0;
	struct nameidata nd;
	struct pathbuf *pb;
	struct vnode *dvp, *vp;
	int error;

	error = pathbuf_maybe_copyin(arg, seg, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, DELETE, LOCKPARENT | LOCKLEAF | TRYEMULROOT, pb);
	error = fd_nameiat(l, fdat, &nd);
	if (error != 0)
		goto out;
	dvp = nd.ni_dvp;
	vp = nd.ni_vp;

	if (vp->v_vflag & VV_ROOT)
		error = EBUSY;
	else if (isrmdir && vp->v_type != VDIR)
		error = ENOTDIR;
	else if (isrmdir && dvp == vp)
		error = EINVAL;		/* "." */
	else if (isrmdir && vp->v_mountedhere != NULL)
		error = EBUSY;
	else if (!isrmdir && dvp == vp)
		error = EPERM;		/* "." is a directory */
	if (error != 0) {
		VOP_ABORTOP(dvp, &nd.ni_cnd);
		put_both(dvp, vp);
		goto out;
	}

	/* Both operations give the leaf back and leave the parent alone. */
	if (isrmdir)
		error = VOP_RMDIR(dvp, vp, &nd.ni_cnd);
	else
		error = VOP_REMOVE(dvp, vp, &nd.ni_cnd);
	vput(dvp);
out:
	pathbuf_destroy(pb);
	return error;
}

int
do_sys_unlink(const char *arg, enum uio_seg seg)
{

	return do_sys_unlinkat(curlwp, AT_FDCWD, arg, 0, seg);
}

int
sys_unlink(struct lwp *l, const struct sys_unlink_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
	} */

	return do_sys_unlinkat(l, AT_FDCWD, SCARG(uap, path), 0,
	    UIO_USERSPACE);
}

int
sys_unlinkat(struct lwp *l, const struct sys_unlinkat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(int) flag;
	} */

	if (SCARG(uap, flag) & ~AT_REMOVEDIR)
		return EINVAL;
	return do_sys_unlinkat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, flag), UIO_USERSPACE);
}

int
sys_rmdir(struct lwp *l, const struct sys_rmdir_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
	} */

	return do_sys_unlinkat(l, AT_FDCWD, SCARG(uap, path), AT_REMOVEDIR,
	    UIO_USERSPACE);
}

static bool
is_dot(const struct componentname *cnp)
{

	return cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.';
}

static bool
is_dotdot(const struct componentname *cnp)
{

	return cnp->cn_namelen == 2 && cnp->cn_nameptr[0] == '.' &&
	    cnp->cn_nameptr[1] == '.';
}

/* What rename refuses whatever the file system is. */
static int
rename_check(const struct nameidata *fnd, const struct nameidata *tnd,
    const struct vnode *fdvp, const struct vnode *fvp,
    const struct vnode *tdvp, const struct vnode *tvp)
{

	if (is_dot(&fnd->ni_cnd) || is_dotdot(&fnd->ni_cnd))
		return EINVAL;
	if (is_dot(&tnd->ni_cnd))
		return EISDIR;
	if (is_dotdot(&tnd->ni_cnd))
		return EINVAL;
	if (fvp->v_mount != tdvp->v_mount || fvp->v_mount != fdvp->v_mount)
		return EXDEV;
	if (tvp != NULL && tvp->v_mount != tdvp->v_mount)
		return EXDEV;
	if (fvp->v_vflag & VV_ROOT)
		return EBUSY;
	if (tvp != NULL) {
		if (tvp->v_vflag & VV_ROOT)
			return EBUSY;
		if (fvp->v_type == VDIR && tvp->v_type != VDIR)
			return ENOTDIR;
		if (fvp->v_type != VDIR && tvp->v_type == VDIR)
			return EISDIR;
		if (tvp->v_type == VDIR && tvp->v_mountedhere != NULL)
			return EBUSY;
	}
	if (fvp == tdvp)
		return EINVAL;
	return 0;
}

/*
 * Renames.  retain says what happens when both names are links to one file:
 * it keeps both (POSIX), else the first goes (BSD).
 *
 * The two lookups are not atomic; the file system's rename looks again under
 * the mount's rename lock, which is taken here.
 */
int
do_sys_renameat(struct lwp *l, int fromfd, const char *from, int tofd,
    const char *to, enum uio_seg seg, int retain)
{
	struct nameidata fnd, tnd;
	struct pathbuf *fpb, *tpb;
	struct vnode *fdvp, *fvp, *tdvp, *tvp;
	struct mount *mp;
	int error;

	error = pathbuf_maybe_copyin(from, seg, &fpb);
	if (error != 0)
		return error;
	error = pathbuf_maybe_copyin(to, seg, &tpb);
	if (error != 0)
		goto out_fpb;

	NDINIT(&fnd, DELETE, LOCKPARENT | TRYEMULROOT, fpb);
	error = fd_nameiat(l, fromfd, &fnd);
	if (error != 0)
		goto out_tpb;
	fdvp = fnd.ni_dvp;
	fvp = fnd.ni_vp;
	/* With "." both are the same vnode, which is locked once. */
	VOP_UNLOCK(fdvp);

	NDINIT(&tnd, RENAME, LOCKPARENT | NOCACHE | TRYEMULROOT |
	    (fvp->v_type == VDIR ? CREATEDIR : 0), tpb);
	error = fd_nameiat(l, tofd, &tnd);
	if (error != 0)
		goto out_from;
	tdvp = tnd.ni_dvp;
	tvp = tnd.ni_vp;
	VOP_UNLOCK(tdvp);

	error = rename_check(&fnd, &tnd, fdvp, fvp, tdvp, tvp);
	if (error != 0)
		goto abort;
	if (fvp == tvp) {
		/*
		 * The same file: nothing to do if both links are kept, or if
		 * both names are one.
		 */
		if (retain || (fdvp == tdvp &&
		    fnd.ni_cnd.cn_namelen == tnd.ni_cnd.cn_namelen &&
		    memcmp(fnd.ni_cnd.cn_nameptr, tnd.ni_cnd.cn_nameptr,
		    fnd.ni_cnd.cn_namelen) == 0))
			goto abort;
	}

	mp = fdvp->v_mount;
	error = VFS_RENAMELOCK_ENTER(mp);
	if (error != 0)
		goto abort;
	vn_lock(tdvp, LK_EXCLUSIVE | LK_RETRY);
	if (tvp != NULL && tvp != tdvp)
		vn_lock(tvp, LK_EXCLUSIVE | LK_RETRY);

	/* This gives back all four vnodes, whatever it answers. */
	error = VOP_RENAME(fdvp, fvp, &fnd.ni_cnd, tdvp, tvp, &tnd.ni_cnd);
	VFS_RENAMELOCK_EXIT(mp);
	goto out_tpb;

abort:
	VOP_ABORTOP(tdvp, &tnd.ni_cnd);
	vrele(tdvp);
	if (tvp != NULL)
		vrele(tvp);
out_from:
	VOP_ABORTOP(fdvp, &fnd.ni_cnd);
	vrele(fdvp);
	vrele(fvp);
out_tpb:
	pathbuf_destroy(tpb);
out_fpb:
	pathbuf_destroy(fpb);
	return error;
}

int
do_sys_rename(const char *from, const char *to, enum uio_seg seg, int retain)
{

	return do_sys_renameat(curlwp, AT_FDCWD, from, AT_FDCWD, to, seg,
	    retain);
}

int
sys_rename(struct lwp *l, const struct sys_rename_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) from;
		syscallarg(const char *) to;
	} */

	return do_sys_renameat(l, AT_FDCWD, SCARG(uap, from), AT_FDCWD,
	    SCARG(uap, to), UIO_USERSPACE, 0);
}

int
sys_renameat(struct lwp *l, const struct sys_renameat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fromfd;
		syscallarg(const char *) from;
		syscallarg(int) tofd;
		syscallarg(const char *) to;
	} */

	return do_sys_renameat(l, SCARG(uap, fromfd), SCARG(uap, from),
	    SCARG(uap, tofd), SCARG(uap, to), UIO_USERSPACE, 0);
}

int
sys___posix_rename(struct lwp *l, const struct sys___posix_rename_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) from;
		syscallarg(const char *) to;
	} */

	return do_sys_renameat(l, AT_FDCWD, SCARG(uap, from), AT_FDCWD,
	    SCARG(uap, to), UIO_USERSPACE, 1);
}

int
do_sys_mkdirat(struct lwp *l, int fdat, const char *path, mode_t mode,
    enum uio_seg seg)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vattr va;
	int error;

	error = pathbuf_maybe_copyin(path, seg, &pb);
	if (error != 0)
		return error;
	error = nd_create(l, fdat, &nd, CREATEDIR, pb);
	if (error == 0) {
		vattr_null(&va);
		va.va_type = VDIR;
		va.va_mode = (mode & ACCESSPERMS) &
		    ~l->l_proc->p_cwdi->cwdi_cmask;
		error = VOP_MKDIR(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd, &va);
		if (error == 0)
			vrele(nd.ni_vp);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
do_sys_mkdir(const char *path, mode_t mode, enum uio_seg seg)
{

	return do_sys_mkdirat(curlwp, AT_FDCWD, path, mode, seg);
}

int
sys_mkdir(struct lwp *l, const struct sys_mkdir_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_mkdirat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode),
	    UIO_USERSPACE);
}

int
sys_mkdirat(struct lwp *l, const struct sys_mkdirat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_mkdirat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode), UIO_USERSPACE);
}

/* Makes a node that VOP_MKNOD (or VOP_CREATE, for VREG) knows to make. */
static int
make_node(struct lwp *l, int fdat, const char *path, const struct vattr *vap,
    enum uio_seg seg)
{
	struct vattr va = *vap;
	struct nameidata nd;
	struct pathbuf *pb;
	int error;

	error = pathbuf_maybe_copyin(path, seg, &pb);
	if (error != 0)
		return error;
	error = nd_create(l, fdat, &nd, 0, pb);
	if (error == 0) {
		if (va.va_type == VREG)
			error = VOP_CREATE(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd,
			    &va);
		else
			error = VOP_MKNOD(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd,
			    &va);
		if (error == 0)
			vrele(nd.ni_vp);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

static int
do_sys_mkfifoat(struct lwp *l, int fdat, const char *path, mode_t mode,
    enum uio_seg seg)
{
	struct vattr va;

	vattr_null(&va);
	va.va_type = VFIFO;
	va.va_mode = (mode & ALLPERMS) & ~l->l_proc->p_cwdi->cwdi_cmask;
	return make_node(l, fdat, path, &va, seg);
}

/* Makes a device node, fifo or regular file by the type bits of mode. */
int
do_sys_mknodat(struct lwp *l, int fdat, const char *path, mode_t mode,
    dev_t dev, enum uio_seg seg)
{
	struct vattr va;
	int error;

	if ((mode & S_IFMT) == S_IFIFO) {
		if (dev != 0)
			return EINVAL;
		return do_sys_mkfifoat(l, fdat, path, mode, seg);
	}
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MKNOD, 0,
	    NULL, NULL, NULL);
	if (error != 0)
		return error;

	vattr_null(&va);
	va.va_mode = (mode & ALLPERMS) & ~l->l_proc->p_cwdi->cwdi_cmask;
	va.va_rdev = dev;
	switch (mode & S_IFMT) {
	case S_IFCHR:
		va.va_type = VCHR;
		break;
	case S_IFBLK:
		va.va_type = VBLK;
		break;
	case S_IFREG:
		va.va_type = VREG;
		va.va_rdev = VNOVAL;
		break;
	default:
		return EINVAL;
	}
	if (va.va_type != VREG && dev == (dev_t)VNOVAL)
		return EINVAL;
	return make_node(l, fdat, path, &va, seg);
}

int
do_sys_mknod(struct lwp *l, const char *path, mode_t mode, dev_t dev,
    enum uio_seg seg)
{

	return do_sys_mknodat(l, AT_FDCWD, path, mode, dev, seg);
}

int
sys___mknod50(struct lwp *l, const struct sys___mknod50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
		syscallarg(dev_t) dev;
	} */

	return do_sys_mknodat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode),
	    SCARG(uap, dev), UIO_USERSPACE);
}

int
sys_mknodat(struct lwp *l, const struct sys_mknodat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
		syscallarg(int) PAD;
		syscallarg(dev_t) dev;
	} */

	return do_sys_mknodat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode), SCARG(uap, dev), UIO_USERSPACE);
}

int
sys_mkfifo(struct lwp *l, const struct sys_mkfifo_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_mkfifoat(l, AT_FDCWD, SCARG(uap, path),
	    SCARG(uap, mode), UIO_USERSPACE);
}

int
sys_mkfifoat(struct lwp *l, const struct sys_mkfifoat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_mkfifoat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode), UIO_USERSPACE);
}

int
sys___getdents30(struct lwp *l, const struct sys___getdents30_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(char *) buf;
		syscallarg(size_t) count;
	} */
	file_t *fp;
	int done, error;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	if ((fp->f_flag & FREAD) == 0)
		error = EBADF;
	else if (SCARG(uap, count) > INT_MAX)
		error = EINVAL;
	else
		error = vn_readdir(fp, SCARG(uap, buf), UIO_USERSPACE,
		    SCARG(uap, count), &done, l, NULL, NULL);
	if (error == 0)
		*retval = done;
	fd_putfile(SCARG(uap, fd));
	return error;
}

/* A directory that may be searched; the vnode comes and stays locked. */
static int
chdir_check(struct vnode *vp, struct lwp *l)
{

	if (vp->v_type != VDIR)
		return ENOTDIR;
	return VOP_ACCESS(vp, VEXEC, l->l_cred);
}

int
chdir_lookup(const char *path, int where, struct vnode **vpp, struct lwp *l)
{
	struct nameidata nd;
	struct pathbuf *pb;
	int error;

	error = pathbuf_maybe_copyin(path, where, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, LOOKUP, FOLLOW | LOCKLEAF | TRYEMULROOT, pb);
	error = namei(&nd);
	pathbuf_destroy(pb);
	if (error != 0)
		return error;
	error = chdir_check(nd.ni_vp, l);
	if (error != 0) {
		vput(nd.ni_vp);
		return error;
	}
	VOP_UNLOCK(nd.ni_vp);
	*vpp = nd.ni_vp;
	return 0;
}

/* Makes vp the current directory; takes over the caller's reference. */
static void
change_dir(struct lwp *l, struct vnode *vp)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	struct vnode *old;

	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	old = cwdi->cwdi_cdir;
	cwdi->cwdi_cdir = vp;
	rw_exit(&cwdi->cwdi_lock);
	vrele(old);
}

int
sys_chdir(struct lwp *l, const struct sys_chdir_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
	} */
	struct vnode *vp;
	int error;

	error = chdir_lookup(SCARG(uap, path), UIO_USERSPACE, &vp, l);
	if (error == 0)
		change_dir(l, vp);
	return error;
}

/* The directory open as fd, checked for chdir or chroot, referenced. */
static int
chdir_fd(struct lwp *l, int fd, struct vnode **vpp)
{
	struct vnode *vp;
	file_t *fp;
	int error;

	error = fd_getvnode(fd, &fp);
	if (error != 0)
		return error;
	vp = fp->f_vnode;
	vref(vp);
	fd_putfile(fd);

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = chdir_check(vp, l);
	if (error != 0) {
		vput(vp);
		return error;
	}
	VOP_UNLOCK(vp);
	*vpp = vp;
	return 0;
}

/*
 * Replaces vp, a referenced directory, by the root of what is mounted on it.
 */
static int
cross_mounts(struct vnode **vpp)
{
	struct vnode *vp = *vpp, *root;
	struct mount *mp;
	int error;

	while ((mp = vp->v_mountedhere) != NULL) {
		error = vfs_busy(mp);
		vrele(vp);
		if (error != 0)
			return error;
		error = VFS_ROOT(mp, LK_EXCLUSIVE, &root);
		vfs_unbusy(mp);
		if (error != 0)
			return error;
		VOP_UNLOCK(root);
		vp = root;
	}
	*vpp = vp;
	return 0;
}

int
sys_fchdir(struct lwp *l, const struct sys_fchdir_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
	} */
	struct vnode *vp;
	int error;

	error = chdir_fd(l, SCARG(uap, fd), &vp);
	if (error != 0)
		return error;
	error = cross_mounts(&vp);
	if (error == 0)
		change_dir(l, vp);
	return error;
}

/*
 * The current directory moves too, so that ".." can't climb out of the new
 * root.
 */
void
change_root(struct vnode *vp)
{
	struct cwdinfo *cwdi = curlwp->l_proc->p_cwdi;
	struct vnode *oldroot, *olddir;

	vref(vp);
	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	oldroot = cwdi->cwdi_rdir;
	olddir = cwdi->cwdi_cdir;
	cwdi->cwdi_rdir = vp;
	cwdi->cwdi_cdir = vp;
	rw_exit(&cwdi->cwdi_lock);
	if (oldroot != NULL)
		vrele(oldroot);
	vrele(olddir);
}

int
sys_chroot(struct lwp *l, const struct sys_chroot_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
	} */
	struct vnode *vp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    KAUTH_REQ_SYSTEM_CHROOT_CHROOT, NULL, NULL, NULL);
	if (error != 0)
		return error;
	error = chdir_lookup(SCARG(uap, path), UIO_USERSPACE, &vp, l);
	if (error == 0)
		change_root(vp);
	return error;
}

int
sys_fchroot(struct lwp *l, const struct sys_fchroot_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
	} */
	struct vnode *vp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    KAUTH_REQ_SYSTEM_CHROOT_FCHROOT, NULL, NULL, NULL);
	if (error != 0)
		return error;
	error = chdir_fd(l, SCARG(uap, fd), &vp);
	if (error == 0)
		change_root(vp);
	return error;
}

/*
 * The path of the current directory, with its NUL; ERANGE if it is longer
 * than the buffer.
 */
int
sys___getcwd(struct lwp *l, const struct sys___getcwd_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(char *) bufp;
		syscallarg(size_t) length;
	} */
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	struct vnode *cdir, *rdir;
	size_t len = SCARG(uap, length), used;
	char *path, *bp;
	int error;

	if (len > MAXPATHLEN * 4)
		len = MAXPATHLEN * 4;
	else if (len < 2)
		return ERANGE;

	rw_enter(&cwdi->cwdi_lock, RW_READER);
	cdir = cwdi->cwdi_cdir;
	vref(cdir);
	rdir = cwdi->cwdi_rdir;
	if (rdir != NULL)
		vref(rdir);
	rw_exit(&cwdi->cwdi_lock);

	/* The path is built from its end. */
	path = kmem_alloc(len, KM_SLEEP);
	bp = path + len;
	*--bp = '\0';
	error = getcwd_common(cdir, rdir != NULL ? rdir : rootvnode, &bp,
	    path, len / 2, GETCWD_CHECK_ACCESS, l);
	if (error == 0) {
		used = path + len - bp;
		*retval = used;
		error = copyout(bp, SCARG(uap, bufp), used);
	}
	kmem_free(path, len);
	vrele(cdir);
	if (rdir != NULL)
		vrele(rdir);
	return error;
}

const struct syscall_package vfs_syscalls_dir[] = {
	VFS_SYSCALL(link),
	VFS_SYSCALL(linkat),
	VFS_SYSCALL(symlink),
	VFS_SYSCALL(symlinkat),
	VFS_SYSCALL(readlink),
	VFS_SYSCALL(readlinkat),
	VFS_SYSCALL(unlink),
	VFS_SYSCALL(unlinkat),
	VFS_SYSCALL(rmdir),
	VFS_SYSCALL(rename),
	VFS_SYSCALL(renameat),
	VFS_SYSCALL(__posix_rename),
	VFS_SYSCALL(mkdir),
	VFS_SYSCALL(mkdirat),
	VFS_SYSCALL(__mknod50),
	VFS_SYSCALL(mknodat),
	VFS_SYSCALL(mkfifo),
	VFS_SYSCALL(mkfifoat),
	VFS_SYSCALL(__getdents30),
	VFS_SYSCALL(__getcwd),
	VFS_SYSCALL(chdir),
	VFS_SYSCALL(fchdir),
	VFS_SYSCALL(chroot),
	VFS_SYSCALL(fchroot),
	VFS_SYSCALL_END
};
