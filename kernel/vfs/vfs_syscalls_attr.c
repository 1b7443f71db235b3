/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on attributes of a file that is named or open: stat(2),
 * access(2), chmod(2), chown(2), chflags(2), utimes(2), pathconf(2), and
 * their l-, f- and at-variants.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/unistd.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

/* FOLLOW or NOFOLLOW for the flag word of an at-call. */
static u_int
at_follow(int flags)
{

	return (flags & AT_SYMLINK_NOFOLLOW) ? NOFOLLOW : FOLLOW;
}

/*
 * stat.
 */

int
do_sys_statat(struct lwp *l, int fdat, const char *userpath,
    unsigned int nd_flag, struct stat *sb)
{
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, fdat, userpath,
	    nd_flag | LOCKLEAF | LOCKSHARED, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, sb);
	vput(vp);
	return error;
}

int
do_sys_stat(const char *userpath, unsigned int nd_flag, struct stat *sb)
{

	return do_sys_statat(curlwp, AT_FDCWD, userpath, nd_flag, sb);
}

static int
stat_to_user(struct lwp *l, int fdat, const char *path, u_int nd_flag,
    struct stat *ub)
{
	struct stat sb;
	int error;

	error = do_sys_statat(l, fdat, path, nd_flag, &sb);
	if (error != 0)
		return error;
	return copyout(&sb, ub, sizeof(sb));
}

int
sys___stat50(struct lwp *l, const struct sys___stat50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(struct stat *) ub;
	} */

	return stat_to_user(l, AT_FDCWD, SCARG(uap, path), FOLLOW,
	    SCARG(uap, ub));
}

int
sys___lstat50(struct lwp *l, const struct sys___lstat50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(struct stat *) ub;
	} */

	return stat_to_user(l, AT_FDCWD, SCARG(uap, path), NOFOLLOW,
	    SCARG(uap, ub));
}

int
sys_fstatat(struct lwp *l, const struct sys_fstatat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(struct stat *) buf;
		syscallarg(int) flag;
	} */

	if (SCARG(uap, flag) & ~AT_SYMLINK_NOFOLLOW)
		return EINVAL;
	return stat_to_user(l, SCARG(uap, fd), SCARG(uap, path),
	    at_follow(SCARG(uap, flag)), SCARG(uap, buf));
}

/*
 * access: may the real user (with AT_EACCESS the effective one) do this?
 */

static int
access_check(struct vnode *vp, int mode, kauth_cred_t cred)
{
	int error, vmode = 0;

	if (mode & R_OK)
		vmode |= VREAD;
	if (mode & W_OK)
		vmode |= VWRITE;
	if (mode & X_OK)
		vmode |= VEXEC;
	if (vmode == 0)
		return 0;	/* F_OK: that it was found is the answer */
	error = VOP_ACCESS(vp, vmode, cred);
	if (error == 0 && (mode & W_OK))
		error = vn_writechk(vp);
	return error;
}

int
do_sys_accessat(struct lwp *l, int fdat, const char *path, int mode,
    int flags)
{
	struct nameidata nd;
	struct pathbuf *pb;
	kauth_cred_t cred;
	int error;

	if (mode & ~(R_OK | W_OK | X_OK))
		return EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW))
		return EINVAL;

	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, LOOKUP, at_follow(flags) | LOCKLEAF | TRYEMULROOT, pb);

	/* The search of the path is done by the same user too. */
	cred = kauth_cred_dup(l->l_cred);
	if ((flags & AT_EACCESS) == 0) {
		kauth_cred_seteuid(cred, kauth_cred_getuid(l->l_cred));
		kauth_cred_setegid(cred, kauth_cred_getgid(l->l_cred));
	}
	nd.ni_cnd.cn_cred = cred;

	error = fd_nameiat(l, fdat, &nd);
	if (error == 0) {
		error = access_check(nd.ni_vp, mode, cred);
		vput(nd.ni_vp);
	}
	kauth_cred_free(cred);
	pathbuf_destroy(pb);
	return error;
}

int
sys_access(struct lwp *l, const struct sys_access_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) flags;
	} */

	return do_sys_accessat(l, AT_FDCWD, SCARG(uap, path),
	    SCARG(uap, flags), 0);
}

int
sys_faccessat(struct lwp *l, const struct sys_faccessat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(int) amode;
		syscallarg(int) flag;
	} */

	return do_sys_accessat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, amode), SCARG(uap, flag));
}

/*
 * chflags, chmod, chown: some attributes of what is found or open are set.
 */

/* Whose rules for the set-id bits go with them. */
enum ids { IDS_STAY, IDS_BSD, IDS_POSIX };

/*
 * POSIX semantics clear the set-id bits whenever the caller is not privileged;
 * BSD semantics clear the bit whose id changes.
 */
static int
clear_setid(struct vnode *vp, struct vattr *va, enum ids ids, struct lwp *l)
{
	struct vattr old;
	mode_t mode;
	int error;

	error = VOP_GETATTR(vp, &old, l->l_cred);
	if (error != 0)
		return error;
	mode = old.va_mode;
	if (ids == IDS_POSIX) {
		if (kauth_authorize_generic(l->l_cred, KAUTH_GENERIC_ISSUSER,
		    NULL) != 0)
			mode &= ~(S_ISUID | S_ISGID);
	} else {
		if (va->va_uid != (uid_t)VNOVAL)
			mode &= ~S_ISUID;
		if (va->va_gid != (gid_t)VNOVAL)
			mode &= ~S_ISGID;
	}
	if (mode != old.va_mode)
		va->va_mode = mode;
	return 0;
}

static int
set_attr(struct lwp *l, struct vnode *vp, struct vattr *va, enum ids ids)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = ids != IDS_STAY ? clear_setid(vp, va, ids, l) : 0;
	if (error == 0)
		error = VOP_SETATTR(vp, va, l->l_cred);
	VOP_UNLOCK(vp);
	return error;
}

static int
set_attr_path(struct lwp *l, int fdat, const char *path, int flags,
    struct vattr *va, enum ids ids)
{
	struct vnode *vp;
	int error;

	if (flags & ~AT_SYMLINK_NOFOLLOW)
		return EINVAL;
	error = vfs_lookupat_user(l, fdat, path, at_follow(flags), &vp);
	if (error != 0)
		return error;
	error = set_attr(l, vp, va, ids);
	vrele(vp);
	return error;
}

static int
set_attr_fd(struct lwp *l, int fd, struct vattr *va, enum ids ids)
{
	file_t *fp;
	int error;

	error = fd_getvnode(fd, &fp);
	if (error != 0)
		return error;
	error = set_attr(l, fp->f_vnode, va, ids);
	fd_putfile(fd);
	return error;
}

/*
 * chflags.  Who may set which flag is the file system's business.
 */

static struct vattr *
flags_attr(struct vattr *va, u_long flags)
{

	vattr_null(va);
	va->va_flags = flags;
	return va;
}

int
sys_chflags(struct lwp *l, const struct sys_chflags_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(u_long) flags;
	} */
	struct vattr va;

	return set_attr_path(l, AT_FDCWD, SCARG(uap, path), 0,
	    flags_attr(&va, SCARG(uap, flags)), IDS_STAY);
}

int
sys_lchflags(struct lwp *l, const struct sys_lchflags_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(u_long) flags;
	} */
	struct vattr va;

	return set_attr_path(l, AT_FDCWD, SCARG(uap, path),
	    AT_SYMLINK_NOFOLLOW, flags_attr(&va, SCARG(uap, flags)), IDS_STAY);
}

int
sys_fchflags(struct lwp *l, const struct sys_fchflags_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(u_long) flags;
	} */
	struct vattr va;

	return set_attr_fd(l, SCARG(uap, fd),
	    flags_attr(&va, SCARG(uap, flags)), IDS_STAY);
}

/*
 * chmod.
 */

static struct vattr *
mode_attr(struct vattr *va, mode_t mode)
{

	vattr_null(va);
	va->va_mode = mode & ALLPERMS;
	return va;
}

int
do_sys_chmodat(struct lwp *l, int fdat, const char *path, int mode,
    int flags)
{
	struct vattr va;

	return set_attr_path(l, fdat, path, flags, mode_attr(&va, mode), IDS_STAY);
}

int
sys_chmod(struct lwp *l, const struct sys_chmod_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path),
	    SCARG(uap, mode), 0);
}

int
sys_lchmod(struct lwp *l, const struct sys_lchmod_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
	} */

	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path),
	    SCARG(uap, mode), AT_SYMLINK_NOFOLLOW);
}

int
sys_fchmodat(struct lwp *l, const struct sys_fchmodat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(mode_t) mode;
		syscallarg(int) flag;
	} */

	return do_sys_chmodat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode), SCARG(uap, flag));
}

int
sys_fchmod(struct lwp *l, const struct sys_fchmod_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(mode_t) mode;
	} */
	struct vattr va;

	return set_attr_fd(l, SCARG(uap, fd), mode_attr(&va, SCARG(uap, mode)),
	    IDS_STAY);
}

/*
 * chown.
 */

static int
chown_path(struct lwp *l, int fdat, const char *path, uid_t uid, gid_t gid,
    int flags, enum ids ids)
{
	struct vattr va;

	vattr_null(&va);
	va.va_uid = uid;
	va.va_gid = gid;
	return set_attr_path(l, fdat, path, flags, &va, ids);
}

static int
chown_fd(struct lwp *l, int fd, uid_t uid, gid_t gid, enum ids ids)
{
	struct vattr va;

	vattr_null(&va);
	va.va_uid = uid;
	va.va_gid = gid;
	return set_attr_fd(l, fd, &va, ids);
}

int
do_sys_chownat(struct lwp *l, int fdat, const char *path, uid_t uid,
    gid_t gid, int flags)
{

	return chown_path(l, fdat, path, uid, gid, flags, IDS_BSD);
}

int
sys_chown(struct lwp *l, const struct sys_chown_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_path(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), 0, IDS_BSD);
}

int
sys___posix_chown(struct lwp *l, const struct sys___posix_chown_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_path(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), 0, IDS_POSIX);
}

int
sys_lchown(struct lwp *l, const struct sys_lchown_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_path(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), AT_SYMLINK_NOFOLLOW, IDS_BSD);
}

int
sys___posix_lchown(struct lwp *l, const struct sys___posix_lchown_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_path(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), AT_SYMLINK_NOFOLLOW, IDS_POSIX);
}

int
sys_fchownat(struct lwp *l, const struct sys_fchownat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(uid_t) owner;
		syscallarg(gid_t) group;
		syscallarg(int) flag;
	} */

	return chown_path(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, owner), SCARG(uap, group), SCARG(uap, flag), IDS_BSD);
}

int
sys_fchown(struct lwp *l, const struct sys_fchown_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_fd(l, SCARG(uap, fd), SCARG(uap, uid), SCARG(uap, gid),
	    IDS_BSD);
}

int
sys___posix_fchown(struct lwp *l, const struct sys___posix_fchown_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(uid_t) uid;
		syscallarg(gid_t) gid;
	} */

	return chown_fd(l, SCARG(uap, fd), SCARG(uap, uid), SCARG(uap, gid),
	    IDS_POSIX);
}

/*
 * utimes.
 */

/*
 * Checks the two time stamps (access, modification) at tptr and resolves
 * UTIME_NOW; *omit is set if nothing is to change.
 */
static int
get_times(const struct timespec *tptr, enum uio_seg seg,
    struct timespec ts[2], bool *isnow, bool *omit)
{
	struct timespec now;
	int error;

	*omit = false;
	*isnow = tptr == NULL;
	nanotime(&now);
	if (tptr == NULL) {
		ts[0] = ts[1] = now;
		return 0;
	}
	if (seg == UIO_SYSSPACE) {
		ts[0] = tptr[0];
		ts[1] = tptr[1];
	} else {
		error = copyin(tptr, ts, 2 * sizeof(*ts));
		if (error != 0)
			return error;
	}
	*isnow = ts[0].tv_nsec == UTIME_NOW && ts[1].tv_nsec == UTIME_NOW;
	*omit = ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT;
	for (int i = 0; i < 2; i++) {
		if (ts[i].tv_nsec == UTIME_NOW)
			ts[i] = now;
		else if (ts[i].tv_nsec == UTIME_OMIT)
			ts[i].tv_sec = VNOVAL;
		else if (ts[i].tv_nsec < 0 || ts[i].tv_nsec >= 1000000000L)
			return EINVAL;
	}
	return 0;
}

/*
 * Sets the times of vp, or if that is NULL of the path, looked up from fdat.
 * flag is FOLLOW or NOFOLLOW.
 */
int
do_sys_utimensat(struct lwp *l, int fdat, struct vnode *vp, const char *path,
    int flag, const struct timespec *tptr, enum uio_seg seg)
{
	struct timespec ts[2];
	struct vattr va;
	bool isnow, omit, release = false;
	int error;

	error = get_times(tptr, seg, ts, &isnow, &omit);
	if (error != 0)
		return error;
	if (vp == NULL) {
		error = vfs_lookupat_user(l, fdat, path, flag, &vp);
		if (error != 0)
			return error;
		release = true;
	}
	if (omit)
		goto out;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_GETATTR(vp, &va, l->l_cred);
	if (error == 0) {
		/* A file is never younger than its last modification. */
		bool setbirth = ts[1].tv_nsec != UTIME_OMIT &&
		    timespeccmp(&ts[1], &va.va_birthtime, <);

		vattr_null(&va);
		if (ts[0].tv_nsec != UTIME_OMIT)
			va.va_atime = ts[0];
		if (ts[1].tv_nsec != UTIME_OMIT) {
			va.va_mtime = ts[1];
			if (setbirth)
				va.va_birthtime = ts[1];
		}
		if (isnow)
			va.va_vaflags |= VA_UTIMES_NULL;
		error = VOP_SETATTR(vp, &va, l->l_cred);
	}
	VOP_UNLOCK(vp);
out:
	if (release)
		vrele(vp);
	return error;
}

int
do_sys_utimens(struct lwp *l, struct vnode *vp, const char *path, int flag,
    const struct timespec *tptr, enum uio_seg seg)
{

	return do_sys_utimensat(l, AT_FDCWD, vp, path, flag, tptr, seg);
}

int
do_sys_utimes(struct lwp *l, struct vnode *vp, const char *path, int flag,
    const struct timeval *tptr, enum uio_seg seg)
{
	struct timeval tv[2];
	struct timespec ts[2], *tsp = NULL;
	int error;

	if (tptr != NULL) {
		if (seg == UIO_SYSSPACE) {
			tv[0] = tptr[0];
			tv[1] = tptr[1];
		} else {
			error = copyin(tptr, tv, sizeof(tv));
			if (error != 0)
				return error;
		}
		for (int i = 0; i < 2; i++) {
			/* Microseconds can't say "now" or "leave it". */
			if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
				return EINVAL;
			TIMEVAL_TO_TIMESPEC(&tv[i], &ts[i]);
		}
		tsp = ts;
	}
	return do_sys_utimensat(l, AT_FDCWD, vp, path, flag, tsp,
	    UIO_SYSSPACE);
}

int
sys___utimes50(struct lwp *l, const struct sys___utimes50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(const struct timeval *) tptr;
	} */

	return do_sys_utimes(l, NULL, SCARG(uap, path), FOLLOW,
	    SCARG(uap, tptr), UIO_USERSPACE);
}

int
sys___lutimes50(struct lwp *l, const struct sys___lutimes50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(const struct timeval *) tptr;
	} */

	return do_sys_utimes(l, NULL, SCARG(uap, path), NOFOLLOW,
	    SCARG(uap, tptr), UIO_USERSPACE);
}

int
sys___futimes50(struct lwp *l, const struct sys___futimes50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const struct timeval *) tptr;
	} */
	file_t *fp;
	int error;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	error = do_sys_utimes(l, fp->f_vnode, NULL, 0, SCARG(uap, tptr),
	    UIO_USERSPACE);
	fd_putfile(SCARG(uap, fd));
	return error;
}

int
sys_futimens(struct lwp *l, const struct sys_futimens_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const struct timespec *) tptr;
	} */
	file_t *fp;
	int error;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	error = do_sys_utimensat(l, AT_FDCWD, fp->f_vnode, NULL, 0,
	    SCARG(uap, tptr), UIO_USERSPACE);
	fd_putfile(SCARG(uap, fd));
	return error;
}

int
sys_utimensat(struct lwp *l, const struct sys_utimensat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(const struct timespec *) tptr;
		syscallarg(int) flag;
	} */

	if (SCARG(uap, flag) & ~AT_SYMLINK_NOFOLLOW)
		return EINVAL;
	return do_sys_utimensat(l, SCARG(uap, fd), NULL, SCARG(uap, path),
	    at_follow(SCARG(uap, flag)), SCARG(uap, tptr), UIO_USERSPACE);
}

/*
 * pathconf.
 */

static int
pathconf_path(struct lwp *l, const char *path, u_int follow, int name,
    register_t *retval)
{
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, AT_FDCWD, path, follow | LOCKLEAF, &vp);
	if (error != 0)
		return error;
	error = VOP_PATHCONF(vp, name, retval);
	vput(vp);
	return error;
}

int
sys_pathconf(struct lwp *l, const struct sys_pathconf_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) name;
	} */

	return pathconf_path(l, SCARG(uap, path), FOLLOW, SCARG(uap, name),
	    retval);
}

int
sys_lpathconf(struct lwp *l, const struct sys_lpathconf_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) name;
	} */

	return pathconf_path(l, SCARG(uap, path), NOFOLLOW, SCARG(uap, name),
	    retval);
}

int
sys_fpathconf(struct lwp *l, const struct sys_fpathconf_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) name;
	} */
	const int fd = SCARG(uap, fd);
	struct vnode *vp;
	file_t *fp;
	int error;

	fp = fd_getfile(fd);
	if (fp == NULL)
		return EBADF;
	switch (fp->f_type) {
	case DTYPE_VNODE:
		vp = fp->f_vnode;
		vn_lock(vp, LK_SHARED | LK_RETRY);
		error = VOP_PATHCONF(vp, SCARG(uap, name), retval);
		VOP_UNLOCK(vp);
		break;
	case DTYPE_SOCKET:
	case DTYPE_PIPE:
		if (SCARG(uap, name) == _PC_PIPE_BUF) {
			*retval = PIPE_BUF;
			error = 0;
		} else {
			error = EINVAL;
		}
		break;
	case DTYPE_KQUEUE:
		error = EINVAL;
		break;
	default:
		error = EOPNOTSUPP;
		break;
	}
	fd_putfile(fd);
	return error;
}

const struct syscall_package vfs_syscalls_attr[] = {
	VFS_SYSCALL(__stat50),
	VFS_SYSCALL(__lstat50),
	VFS_SYSCALL(fstatat),
	VFS_SYSCALL(access),
	VFS_SYSCALL(faccessat),
	VFS_SYSCALL(chflags),
	VFS_SYSCALL(lchflags),
	VFS_SYSCALL(fchflags),
	VFS_SYSCALL(chmod),
	VFS_SYSCALL(lchmod),
	VFS_SYSCALL(fchmod),
	VFS_SYSCALL(fchmodat),
	VFS_SYSCALL(chown),
	VFS_SYSCALL(__posix_chown),
	VFS_SYSCALL(lchown),
	VFS_SYSCALL(__posix_lchown),
	VFS_SYSCALL(fchown),
	VFS_SYSCALL(__posix_fchown),
	VFS_SYSCALL(fchownat),
	VFS_SYSCALL(__utimes50),
	VFS_SYSCALL(__lutimes50),
	VFS_SYSCALL(__futimes50),
	VFS_SYSCALL(futimens),
	VFS_SYSCALL(utimensat),
	VFS_SYSCALL(pathconf),
	VFS_SYSCALL(lpathconf),
	VFS_SYSCALL(fpathconf),
	VFS_SYSCALL_END
};
