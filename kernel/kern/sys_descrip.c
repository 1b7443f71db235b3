/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on descriptors: dup(2), fcntl(2), close(2), fstat(2),
 * flock(2).
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/vnode.h>

#include "sys_private.h"

int
sys_dup(struct lwp *l, const struct sys_dup_args *uap, register_t *retval)
{
	int error, newfd, fd = SCARG(uap, fd);
	struct file *fp;

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	error = fd_dup(fp, 0, &newfd, false);
	fd_putfile((unsigned)fd);
	if (error == 0)
		*retval = newfd;
	return error;
}

/* A descriptor is its own duplicate; dup3() minds, dup2() doesn't. */
static int
dodup(int from, int to, int flags, register_t *retval)
{
	struct file *fp;
	int error = 0;

	fp = fd_getfile((unsigned)from);
	if (fp == NULL)
		return EBADF;
	if (to < 0)
		error = EBADF;
	else if (from == to) {
		if (flags & O_CLOEXEC)
			fd_set_exclose(curlwp, to, true);
		if (flags & O_NONBLOCK)
			atomic_or_uint((u_int *)&fp->f_flag, FNONBLOCK);
		if (flags & O_NOSIGPIPE)
			atomic_or_uint((u_int *)&fp->f_flag, FNOSIGPIPE);
	} else
		error = fd_dup2(fp, (unsigned)to, flags);
	fd_putfile((unsigned)from);
	if (error == 0)
		*retval = to;
	return error;
}

int
sys_dup2(struct lwp *l, const struct sys_dup2_args *uap, register_t *retval)
{

	return dodup(SCARG(uap, from), SCARG(uap, to), 0, retval);
}

int
sys_dup3(struct lwp *l, const struct sys_dup3_args *uap, register_t *retval)
{

	if (SCARG(uap, flags) & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE))
		return EINVAL;
	return dodup(SCARG(uap, from), SCARG(uap, to), SCARG(uap, flags),
	    retval);
}

int
sys_close(struct lwp *l, const struct sys_close_args *uap, register_t *retval)
{
	int error;

	if (fd_lookup(l->l_fd, (unsigned)SCARG(uap, fd)) == NULL)
		return EBADF;
	error = fd_close((unsigned)SCARG(uap, fd));
	/* The descriptor is gone; the call must not be made again. */
	return error == ERESTART ? EINTR : error;
}

int
sys___fstat50(struct lwp *l, const struct sys___fstat50_args *uap,
    register_t *retval)
{
	struct stat sb;
	int error;

	memset(&sb, 0, sizeof(sb));
	error = do_sys_fstat(SCARG(uap, fd), &sb);
	if (error == 0)
		error = copyout(&sb, SCARG(uap, sb), sizeof(sb));
	return error;
}

/*
 * fcntl(2).
 */

/* Record locks are the process's and the vnode's. */
static int
fcntl_lock(int fd, int cmd, struct flock *fl)
{
	struct proc *p = curproc;
	int error, flags = F_POSIX;
	struct vnode *vp;
	struct file *fp;

	error = fd_getvnode((unsigned)fd, &fp);
	if (error)
		return error;
	vp = fp->f_vnode;
	if (fl->l_whence == SEEK_CUR) {
		if (__builtin_add_overflow(fl->l_start, fp->f_offset,
		    &fl->l_start)) {
			error = EOVERFLOW;
			goto out;
		}
		fl->l_whence = SEEK_SET;
	}
	switch (cmd) {
	case F_SETLKW:
		flags |= F_WAIT;
		/* FALLTHROUGH */
	case F_SETLK:
		switch (fl->l_type) {
		case F_RDLCK:
			if ((fp->f_flag & FREAD) == 0) {
				error = EBADF;
				goto out;
			}
			break;
		case F_WRLCK:
			if ((fp->f_flag & FWRITE) == 0) {
				error = EBADF;
				goto out;
			}
			break;
		case F_UNLCK:
			error = (*vnode_hooks.vh_advlock)(vp, p, F_UNLCK, fl,
			    F_POSIX);
			goto out;
		default:
			error = EINVAL;
			goto out;
		}
		if ((p->p_flag & PK_ADVLOCK) == 0) {
			mutex_enter(p->p_lock);
			p->p_flag |= PK_ADVLOCK;
			mutex_exit(p->p_lock);
		}
		error = (*vnode_hooks.vh_advlock)(vp, p, F_SETLK, fl, flags);
		break;
	case F_GETLK:
		if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK &&
		    fl->l_type != F_UNLCK)
			error = EINVAL;
		else
			error = (*vnode_hooks.vh_advlock)(vp, p, F_GETLK, fl,
			    F_POSIX);
		break;
	}
 out:
	fd_putfile((unsigned)fd);
	return error;
}

/* Commands for the file system: size and direction are in the number. */
static int
fcntl_fs(struct file *fp, int cmd, void *arg)
{
	uint64_t stkbuf[16];
	void *data = stkbuf;
	size_t size;
	int error = 0;

	if ((fp->f_flag & (FREAD | FWRITE)) == 0)
		return EBADF;
	size = (size_t)F_PARAM_LEN((u_int)cmd);
	if (size > F_PARAM_MAX)
		return EINVAL;
	if (size > sizeof(stkbuf))
		data = kmem_alloc(size, KM_SLEEP);
	if ((cmd & F_FSIN) && size)
		error = copyin(arg, data, size);
	else if ((cmd & F_FSOUT) && size)
		memset(data, 0, size);
	else if (size == 0)
		*(void **)data = arg;
	if (error == 0)
		error = (*fp->f_ops->fo_fcntl)(fp, (u_int)cmd, data);
	if (error == 0 && (cmd & F_FSOUT) && size)
		error = copyout(data, arg, size);
	if (data != stkbuf)
		kmem_free(data, size);
	return error;
}

static int
fcntl_closem(int fd)
{
	filedesc_t *fdp = curlwp->l_fd;
	int error = 0, i;

	if (fd < 0)
		return EBADF;
	while ((i = fdp->fd_lastfile) >= fd) {
		if (fd_getfile((unsigned)i) == NULL) {
			/* Another thread opens or closes it. */
			error = EBUSY;
			break;
		}
		error = fd_close((unsigned)i);
		if (error)
			break;
	}
	return error;
}

static int
fcntl_setflags(struct file *fp, long arg)
{
	int flags, change, on, error;

	flags = FFLAGS((int)arg) & FCNTLFLAGS;
	error = (*fp->f_ops->fo_fcntl)(fp, F_SETFL, &flags);
	if (error)
		return error;
	change = flags ^ fp->f_flag;
	if (change & FNONBLOCK) {
		on = (flags & FNONBLOCK) != 0;
		error = (*fp->f_ops->fo_ioctl)(fp, FIONBIO, &on);
		if (error)
			return error;
	}
	if (change & FASYNC) {
		on = (flags & FASYNC) != 0;
		error = (*fp->f_ops->fo_ioctl)(fp, FIOASYNC, &on);
		if (error)
			return error;
	}
	/* The other bits may change meanwhile. */
	mutex_enter(&fp->f_lock);
	atomic_and_uint((u_int *)&fp->f_flag, ~(u_int)(FCNTLFLAGS & ~flags));
	atomic_or_uint((u_int *)&fp->f_flag, (u_int)flags);
	mutex_exit(&fp->f_lock);
	return 0;
}

static int
fcntl_getpath(struct lwp *l, struct file *fp, void *arg)
{
	char *path;
	int error;

	if (fp->f_type != DTYPE_VNODE)
		return EOPNOTSUPP;
	path = kmem_zalloc(MAXPATHLEN, KM_SLEEP);
	error = (*vnode_hooks.vh_getpath)(path, MAXPATHLEN, fp->f_vnode, l);
	if (error == 0)
		error = copyout(path, arg, MAXPATHLEN);
	kmem_free(path, MAXPATHLEN);
	return error;
}

/* A descriptor's lower bound: EINVAL beyond the limit, as dup(2) would. */
static int
fcntl_dupfd(struct lwp *l, struct file *fp, int minfd, bool exclose,
    register_t *retval)
{
	int error, newfd;

	if (minfd < 0 || (rlim_t)minfd >=
	    l->l_proc->p_rlimit[RLIMIT_NOFILE].rlim_cur ||
	    (u_int)minfd >= maxfiles)
		return EINVAL;
	error = fd_dup(fp, minfd, &newfd, exclose);
	if (error == 0)
		*retval = newfd;
	return error;
}

int
sys_fcntl(struct lwp *l, const struct sys_fcntl_args *uap, register_t *retval)
{
	int fd = SCARG(uap, fd), cmd = SCARG(uap, cmd), error = 0, tmp;
	void *arg = SCARG(uap, arg);
	long iarg = (int)(intptr_t)arg;
	filedesc_t *fdp = l->l_fd;
	struct flock fl;
	struct file *fp;
	fdfile_t *ff;

	switch (cmd) {
	case F_CLOSEM:
		return fcntl_closem(fd);
	case F_MAXFD:
		*retval = fdp->fd_lastfile;
		return 0;
	case F_SETLKW:
	case F_SETLK:
	case F_GETLK:
		error = copyin(arg, &fl, sizeof(fl));
		if (error == 0)
			error = fcntl_lock(fd, cmd, &fl);
		if (error == 0 && cmd == F_GETLK)
			error = copyout(&fl, arg, sizeof(fl));
		return error;
	}

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	ff = fdp->fd_dt->dt_ff[fd];

	if (cmd & F_FSCTL) {
		error = fcntl_fs(fp, cmd, arg);
		goto out;
	}
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		error = fcntl_dupfd(l, fp, (int)iarg, cmd == F_DUPFD_CLOEXEC,
		    retval);
		break;
	case F_GETFD:
		*retval = ff->ff_exclose ? FD_CLOEXEC : 0;
		break;
	case F_SETFD:
		fd_set_exclose(l, fd, (iarg & FD_CLOEXEC) != 0);
		break;
	case F_GETNOSIGPIPE:
		*retval = (fp->f_flag & FNOSIGPIPE) != 0;
		break;
	case F_SETNOSIGPIPE:
		if (iarg)
			atomic_or_uint((u_int *)&fp->f_flag, FNOSIGPIPE);
		else
			atomic_and_uint((u_int *)&fp->f_flag, ~FNOSIGPIPE);
		break;
	case F_GETFL:
		*retval = OFLAGS(fp->f_flag);
		break;
	case F_SETFL:
		error = fcntl_setflags(fp, iarg);
		break;
	case F_GETOWN:
		error = (*fp->f_ops->fo_ioctl)(fp, FIOGETOWN, &tmp);
		if (error == 0)
			*retval = tmp;
		break;
	case F_SETOWN:
		tmp = (int)iarg;
		error = (*fp->f_ops->fo_ioctl)(fp, FIOSETOWN, &tmp);
		break;
	case F_GETPATH:
		error = fcntl_getpath(l, fp, arg);
		break;
	default:
		error = EINVAL;
		break;
	}
	if (error == EPASSTHROUGH)
		error = ENOTTY;
 out:
	fd_putfile((unsigned)fd);
	return error;
}

/* flock(2): the lock belongs to the open file, all its descriptors share. */
int
sys_flock(struct lwp *l, const struct sys_flock_args *uap, register_t *retval)
{
	int error, how = SCARG(uap, how), fd = SCARG(uap, fd);
	struct file *fp;
	struct flock lf;

	error = fd_getvnode((unsigned)fd, &fp);
	if (error)
		return error == EINVAL ? EOPNOTSUPP : error;
	memset(&lf, 0, sizeof(lf));
	lf.l_whence = SEEK_SET;

	switch (how & ~LOCK_NB) {
	case LOCK_UN:
		lf.l_type = F_UNLCK;
		atomic_and_uint((u_int *)&fp->f_flag, ~FHASLOCK);
		error = (*vnode_hooks.vh_advlock)(fp->f_vnode, fp, F_UNLCK,
		    &lf, F_FLOCK);
		goto out;
	case LOCK_EX:
		lf.l_type = F_WRLCK;
		break;
	case LOCK_SH:
		lf.l_type = F_RDLCK;
		break;
	default:
		error = EINVAL;
		goto out;
	}
	atomic_or_uint((u_int *)&fp->f_flag, FHASLOCK);
	error = (*vnode_hooks.vh_advlock)(fp->f_vnode, fp, F_SETLK, &lf,
	    (how & LOCK_NB) ? F_FLOCK : F_FLOCK | F_WAIT);
 out:
	fd_putfile((unsigned)fd);
	return error;
}
