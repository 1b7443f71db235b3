/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls that open files and act on open ones: open(2), lseek(2),
 * truncate(2), fsync(2), fdatasync(2), posix_fadvise(2), posix_fallocate(2),
 * fdiscard(2), revoke(2), umask(2).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
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
#include <sys/unistd.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

#define	OFF_MAX		__type_max(off_t)

/*
 * Fills the file fp with the locked vnode that vn_open() opened, and takes
 * the lock that O_EXLOCK or O_SHLOCK asks for.  On error the vnode is closed
 * and the descriptor is given back; else the vnode is locked still, and the
 * descriptor waits for fd_affix().
 */
int
open_setfp(struct lwp *l, file_t *fp, struct vnode *vp, int indx, int flags)
{
	struct flock lf;
	int error, type;

	fp->f_flag = flags & FMASK;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = &vnops;
	fp->f_vnode = vp;

	if (flags & (O_EXLOCK | O_SHLOCK)) {
		memset(&lf, 0, sizeof(lf));
		lf.l_whence = SEEK_SET;
		lf.l_start = 0;
		lf.l_len = 0;
		lf.l_type = (flags & O_EXLOCK) ? F_WRLCK : F_RDLCK;
		type = F_FLOCK;
		if ((flags & FNONBLOCK) == 0)
			type |= F_WAIT;
		VOP_UNLOCK(vp);
		error = VOP_ADVLOCK(vp, fp, F_SETLK, &lf, type);
		if (error != 0) {
			(void)vn_close(vp, fp->f_flag, fp->f_cred);
			fp->f_vnode = NULL;
			fd_abort(l->l_proc, fp, indx);
			return error;
		}
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		atomic_or_uint((unsigned int *)&fp->f_flag, FHASLOCK);
	}
	if (flags & O_CLOEXEC)
		fd_set_exclose(l, indx, true);
	return 0;
}

/*
 * Opens what pb names, relative to dvp unless that is NULL, and returns its
 * descriptor.  pb stays the caller's.
 */
int
do_open(struct lwp *l, struct vnode *dvp, struct pathbuf *pb, int open_flags,
    int open_mode, int *fd)
{
	struct proc *p = l->l_proc;
	struct cwdinfo *cwdi = p->p_cwdi;
	struct vnode *vp;
	file_t *fp;
	bool dupfd_move;
	int cmode, dupfd, error, flags, indx;

	open_flags &= ~(int)O_SEARCH;
	flags = FFLAGS(open_flags);
	if ((flags & (FREAD | FWRITE)) == 0)
		return EINVAL;
	if ((flags & (O_EXLOCK | O_SHLOCK)) == (O_EXLOCK | O_SHLOCK))
		return EINVAL;

	error = fd_allocfile(&fp, &indx);
	if (error != 0)
		return error;

	cmode = ((open_mode & ~cwdi->cwdi_cmask) & ALLPERMS) & ~S_ISTXT;
	error = vn_open(dvp, pb, TRYEMULROOT, flags, cmode, &vp, &dupfd_move,
	    &dupfd);
	if (error != 0) {
		fd_abort(p, fp, indx);
		return error;
	}
	if (vp == NULL) {
		/* A cloning device or /dev/fd made the descriptor itself. */
		fd_abort(p, fp, indx);
		error = fd_dupopen(dupfd, dupfd_move, flags, &indx);
		if (error == 0)
			*fd = indx;
		return error;
	}
	error = open_setfp(l, fp, vp, indx, flags);
	if (error != 0)
		return error;
	VOP_UNLOCK(vp);
	*fd = indx;
	fd_affix(p, fp, indx);
	return 0;
}

static int
open_at(struct lwp *l, int fdat, const char *upath, int flags, int mode,
    int *fd)
{
	struct vnode *dvp = NULL;
	struct pathbuf *pb;
	char first[2];
	int error;

	error = pathbuf_copyin(upath, &pb);
	if (error != 0)
		return error;
	if (fdat != AT_FDCWD) {
		pathbuf_copystring(pb, first, sizeof(first));
		if (first[0] != '/') {
			error = vfs_fdat_dir(fdat, &dvp);
			if (error != 0)
				goto out;
		}
	}
	error = do_open(l, dvp, pb, flags, mode, fd);
	if (dvp != NULL)
		vrele(dvp);
out:
	pathbuf_destroy(pb);
	return error;
}

int
sys_open(struct lwp *l, const struct sys_open_args *uap, register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) flags;
		syscallarg(int) mode;
	} */
	int error, fd;

	error = open_at(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, flags),
	    SCARG(uap, mode), &fd);
	if (error == 0)
		*retval = fd;
	return error;
}

int
sys_openat(struct lwp *l, const struct sys_openat_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(const char *) path;
		syscallarg(int) oflags;
		syscallarg(int) mode;
	} */
	int error, fd;

	error = open_at(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, oflags), SCARG(uap, mode), &fd);
	if (error == 0)
		*retval = fd;
	return error;
}

/*
 * The type of file does it: vn_seek() for vnodes.  What has no position
 * answers ESPIPE.
 */
int
sys_lseek(struct lwp *l, const struct sys_lseek_args *uap, register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) PAD;
		syscallarg(off_t) offset;
		syscallarg(int) whence;
	} */
	const int fd = SCARG(uap, fd);
	file_t *fp;
	off_t newoff;
	int error;

	fp = fd_getfile(fd);
	if (fp == NULL)
		return EBADF;
	if (fp->f_ops->fo_seek == NULL) {
		error = ESPIPE;
	} else {
		error = (*fp->f_ops->fo_seek)(fp, SCARG(uap, offset),
		    SCARG(uap, whence), &newoff, FOF_UPDATE_OFFSET);
		if (error == 0)
			*(off_t *)retval = newoff;
	}
	fd_putfile(fd);
	return error;
}

/* Sets the size of a regular file; the vnode comes and stays locked. */
static int
truncate_locked(struct vnode *vp, off_t length, kauth_cred_t cred)
{
	struct vattr va;
	int error;

	if (vp->v_type == VDIR)
		return EISDIR;
	error = vn_writechk(vp);
	if (error != 0)
		return error;
	vattr_null(&va);
	va.va_size = length;
	return VOP_SETATTR(vp, &va, cred);
}

int
sys_truncate(struct lwp *l, const struct sys_truncate_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) PAD;
		syscallarg(off_t) length;
	} */
	struct vnode *vp;
	int error;

	if (SCARG(uap, length) < 0)
		return EINVAL;
	error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, path),
	    FOLLOW | LOCKLEAF, &vp);
	if (error != 0)
		return error;
	if (vp->v_type == VDIR)
		error = EISDIR;
	else
		error = VOP_ACCESS(vp, VWRITE, l->l_cred);
	if (error == 0)
		error = truncate_locked(vp, SCARG(uap, length), l->l_cred);
	vput(vp);
	return error;
}

int
sys_ftruncate(struct lwp *l, const struct sys_ftruncate_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) PAD;
		syscallarg(off_t) length;
	} */
	struct vnode *vp;
	file_t *fp;
	int error;

	if (SCARG(uap, length) < 0)
		return EINVAL;
	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	if ((fp->f_flag & FWRITE) == 0) {
		error = EINVAL;
	} else {
		vp = fp->f_vnode;
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		error = truncate_locked(vp, SCARG(uap, length), fp->f_cred);
		VOP_UNLOCK(vp);
	}
	fd_putfile(SCARG(uap, fd));
	return error;
}

int
sys_fsync(struct lwp *l, const struct sys_fsync_args *uap, register_t *retval)
{
	/* {
		syscallarg(int) fd;
	} */
	struct vnode *vp;
	file_t *fp;
	int error;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(vp, fp->f_cred, FSYNC_WAIT, 0, 0);
	VOP_UNLOCK(vp);
	fd_putfile(SCARG(uap, fd));
	return error;
}

int
sys_fsync_range(struct lwp *l, const struct sys_fsync_range_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) flags;
		syscallarg(off_t) start;
		syscallarg(off_t) length;
	} */
	const int flags = SCARG(uap, flags);
	struct vnode *vp;
	file_t *fp;
	off_t start, end;
	int error, nflags;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	if ((fp->f_flag & FWRITE) == 0) {
		error = EBADF;
		goto out;
	}
	if ((flags & (FDATASYNC | FFILESYNC)) ==
	    (FDATASYNC | FFILESYNC) ||
	    (flags & (FDATASYNC | FFILESYNC)) == 0) {
		error = EINVAL;
		goto out;
	}
	start = SCARG(uap, start);
	end = 0;
	if (SCARG(uap, length) != 0) {
		if (start < 0 || SCARG(uap, length) < 0 ||
		    start > OFF_MAX - SCARG(uap, length)) {
			error = EINVAL;
			goto out;
		}
		end = start + SCARG(uap, length);
	} else {
		start = 0;
	}
	nflags = FSYNC_WAIT;
	if (flags & FDATASYNC)
		nflags |= FSYNC_DATAONLY;
	if (flags & FDISKSYNC)
		nflags |= FSYNC_CACHE;

	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(vp, fp->f_cred, nflags, start, end);
	VOP_UNLOCK(vp);
out:
	fd_putfile(SCARG(uap, fd));
	return error;
}

int
sys_fdatasync(struct lwp *l, const struct sys_fdatasync_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
	} */
	struct vnode *vp;
	file_t *fp;
	int error;

	error = fd_getvnode(SCARG(uap, fd), &fp);
	if (error != 0)
		return error;
	if ((fp->f_flag & FWRITE) == 0) {
		fd_putfile(SCARG(uap, fd));
		return EBADF;
	}
	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(vp, fp->f_cred, FSYNC_WAIT | FSYNC_DATAONLY, 0, 0);
	VOP_UNLOCK(vp);
	fd_putfile(SCARG(uap, fd));
	return error;
}

/*
 * Notes how a range of an open file will be used.  len 0 means to the end.
 */
int
do_posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
	struct vnode *vp;
	file_t *fp;
	off_t end;
	int error = 0;

	if (offset < 0 || len < 0)
		return EINVAL;
	if (len == 0 || len > OFF_MAX - offset)
		end = OFF_MAX;
	else
		end = offset + len;

	fp = fd_getfile(fd);
	if (fp == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_VNODE) {
		error = (fp->f_type == DTYPE_PIPE ||
		    fp->f_type == DTYPE_SOCKET) ? ESPIPE : EOPNOTSUPP;
		goto out;
	}
	vp = fp->f_vnode;
	if (vp->v_type == VFIFO) {
		error = ESPIPE;
		goto out;
	}

	switch (advice) {
	case POSIX_FADV_NORMAL:
	case POSIX_FADV_RANDOM:
	case POSIX_FADV_SEQUENTIAL:
		fp->f_advice = advice;
		break;
	case POSIX_FADV_WILLNEED:
	case POSIX_FADV_NOREUSE:
		/* Pages come in when they are read and leave by age. */
		break;
	case POSIX_FADV_DONTNEED:
		if (vp->v_type == VREG) {
			off_t first = offset == 0 ? 0 :
			    (off_t)(((uint64_t)offset + PAGE_MASK) &
			    ~(uint64_t)PAGE_MASK);
			off_t last = end == OFF_MAX ? 0 :
			    (off_t)((uint64_t)end & ~(uint64_t)PAGE_MASK);

			if (last != 0 && first >= last)
				break;
			rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
			error = VOP_PUTPAGES(vp, first, last,
			    PGO_DEACTIVATE | PGO_CLEANIT |
			    (last == 0 ? PGO_ALLPAGES : 0));
		}
		break;
	default:
		error = EINVAL;
		break;
	}
out:
	fd_putfile(fd);
	return error;
}

int
sys___posix_fadvise50(struct lwp *l,
    const struct sys___posix_fadvise50_args *uap, register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) PAD;
		syscallarg(off_t) offset;
		syscallarg(off_t) len;
		syscallarg(int) advice;
	} */

	/* posix_fadvise() returns its error, errno is left alone. */
	*retval = do_posix_fadvise(SCARG(uap, fd), SCARG(uap, offset),
	    SCARG(uap, len), SCARG(uap, advice));
	return 0;
}

/*
 * A descriptor for posix_fallocate or fdiscard: a regular file that is open
 * for writing, and a range that off_t can express.
 */
static int
space_check(int fd, off_t pos, off_t len, file_t **fpp)
{
	file_t *fp;
	int error;

	if (pos < 0 || len < 0 || len > OFF_MAX - pos)
		return EINVAL;
	error = fd_getvnode(fd, &fp);
	if (error != 0)
		return error == EINVAL ? ESPIPE : error;
	if ((fp->f_flag & FWRITE) == 0)
		error = EBADF;
	else if (fp->f_vnode->v_type == VFIFO)
		error = ESPIPE;
	else if (fp->f_vnode->v_type == VDIR)
		error = EISDIR;
	if (error != 0) {
		fd_putfile(fd);
		return error;
	}
	*fpp = fp;
	return 0;
}

int
sys_posix_fallocate(struct lwp *l, const struct sys_posix_fallocate_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) PAD;
		syscallarg(off_t) pos;
		syscallarg(off_t) len;
	} */
	struct vnode *vp;
	file_t *fp;
	int error;

	error = space_check(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len),
	    &fp);
	if (error == 0) {
		vp = fp->f_vnode;
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		error = VOP_FALLOCATE(vp, SCARG(uap, pos), SCARG(uap, len));
		VOP_UNLOCK(vp);
		fd_putfile(SCARG(uap, fd));
	}
	/* posix_fallocate() returns its error, errno is left alone. */
	*retval = error;
	return 0;
}

int
sys_fdiscard(struct lwp *l, const struct sys_fdiscard_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(int) fd;
		syscallarg(int) PAD;
		syscallarg(off_t) pos;
		syscallarg(off_t) len;
	} */
	struct vnode *vp;
	file_t *fp;
	int error;

	error = space_check(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len),
	    &fp);
	if (error != 0)
		return error;
	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FDISCARD(vp, SCARG(uap, pos), SCARG(uap, len));
	VOP_UNLOCK(vp);
	fd_putfile(SCARG(uap, fd));
	return error;
}

/* Revokes a vnode for its owner or the superuser. */
int
dorevoke(struct vnode *vp, kauth_cred_t cred)
{
	struct vattr va;
	int error;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(vp, &va, cred);
	VOP_UNLOCK(vp);
	if (error != 0)
		return error;
	if (kauth_cred_geteuid(cred) != va.va_uid) {
		error = kauth_authorize_generic(cred, KAUTH_GENERIC_ISSUSER,
		    NULL);
		if (error != 0)
			return error;
	}
	VOP_REVOKE(vp, REVOKEALL);
	return 0;
}

int
sys_revoke(struct lwp *l, const struct sys_revoke_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
	} */
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, path), FOLLOW, &vp);
	if (error != 0)
		return error;
	error = dorevoke(vp, l->l_cred);
	vrele(vp);
	return error;
}

int
sys_umask(struct lwp *l, const struct sys_umask_args *uap, register_t *retval)
{
	/* {
		syscallarg(mode_t) newmask;
	} */
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;

	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	*retval = cwdi->cwdi_cmask;
	cwdi->cwdi_cmask = SCARG(uap, newmask) & ALLPERMS;
	rw_exit(&cwdi->cwdi_lock);
	return 0;
}

const struct syscall_package vfs_syscalls_file[] = {
	VFS_SYSCALL(open),
	VFS_SYSCALL(openat),
	VFS_SYSCALL(lseek),
	VFS_SYSCALL(truncate),
	VFS_SYSCALL(ftruncate),
	VFS_SYSCALL(fsync),
	VFS_SYSCALL(fsync_range),
	VFS_SYSCALL(fdatasync),
	VFS_SYSCALL(__posix_fadvise50),
	VFS_SYSCALL(posix_fallocate),
	VFS_SYSCALL(fdiscard),
	VFS_SYSCALL(revoke),
	VFS_SYSCALL(umask),
	VFS_SYSCALL_END
};
