/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * read(2), write(2) and their kind, ioctl(2).
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>

#include "sys_private.h"

/* What was transferred before the call was interrupted counts. */
static int
partial(int error, size_t todo, size_t resid)
{

	if (resid != todo && (error == ERESTART || error == EINTR ||
	    error == EWOULDBLOCK))
		return 0;
	return error;
}

static void
sigpipe(struct proc *p, const struct file *fp)
{

	if (fp->f_flag & FNOSIGPIPE)
		return;
	mutex_enter(&proc_lock);
	psignal(p, SIGPIPE);
	mutex_exit(&proc_lock);
}

/* The transfer; todo bytes, which fit a ssize_t. */
static inline int
fileio(struct lwp *l, struct file *fp, struct iovec *iov, int iovcnt,
    size_t todo, off_t *offset, enum uio_rw rw, int flags, register_t *retval)
{
	struct proc *p = l->l_proc;
	struct uio uio;
	int error;

	uio.uio_iov = iov;
	uio.uio_iovcnt = iovcnt;
	uio.uio_resid = todo;
	uio.uio_rw = rw;
	uio.uio_vmspace = p->p_vmspace;
	uio.uio_offset = 0;
	if (rw == UIO_READ)
		error = (*fp->f_ops->fo_read)(fp, offset, &uio, fp->f_cred,
		    flags);
	else
		error = (*fp->f_ops->fo_write)(fp, offset, &uio, fp->f_cred,
		    flags);
	if (__predict_false(error)) {
		error = partial(error, todo, uio.uio_resid);
		if (error == EPIPE && rw == UIO_WRITE)
			sigpipe(p, fp);
	}
	*retval = (register_t)(todo - uio.uio_resid);
	return error;
}

/* One buffer; releases the descriptor. */
static inline int
rw1(struct lwp *l, int fd, struct file *fp, void *buf, size_t nbyte,
    off_t *offset, enum uio_rw rw, int flags, register_t *retval)
{
	struct iovec iov = { .iov_base = buf, .iov_len = nbyte };
	int error;

	if (__predict_false(nbyte > SSIZE_MAX))
		error = EINVAL;
	else
		error = fileio(l, fp, &iov, 1, nbyte, offset, rw, flags,
		    retval);
	fd_release(l->l_fd, (unsigned)fd);
	return error;
}

int
dofileread(int fd, struct file *fp, void *buf, size_t nbyte, off_t *offset,
    int flags, register_t *retval)
{

	return rw1(curlwp, fd, fp, buf, nbyte, offset, UIO_READ, flags,
	    retval);
}

int
dofilewrite(int fd, struct file *fp, const void *buf, size_t nbyte,
    off_t *offset, int flags, register_t *retval)
{

	return rw1(curlwp, fd, fp, __UNCONST(buf), nbyte, offset, UIO_WRITE,
	    flags, retval);
}

int
iov_copyin(struct iovec **iovp, struct iovec *small, const struct iovec *uiov,
    int n, size_t *lenp)
{
	struct iovec *iov = small;
	size_t sum = 0;
	int error, i;

	if (n <= 0 || n > IOV_MAX)
		return EINVAL;
	if (n > UIO_SMALLIOV)
		iov = kmem_alloc((size_t)n * sizeof(*iov), KM_SLEEP);
	error = copyin(uiov, iov, (size_t)n * sizeof(*iov));
	for (i = 0; error == 0 && i < n; i++) {
		if (iov[i].iov_len > SSIZE_MAX - sum)
			error = EINVAL;
		else
			sum += iov[i].iov_len;
	}
	if (error) {
		iov_free(iov, small, n);
		return error;
	}
	*iovp = iov;
	*lenp = sum;
	return 0;
}

void
iov_free(struct iovec *iov, struct iovec *small, int n)
{

	if (iov != small)
		kmem_free(iov, (size_t)n * sizeof(*iov));
}

/*
 * The file of fd if it is open for what flag says, and, when offset is given,
 * can be read from anywhere and there.
 */
static inline int
io_getfile(struct lwp *l, int fd, int flag, const off_t *offset,
    struct file **fpp)
{
	struct file *fp;
	int error = 0;

	fp = fd_lookup(l->l_fd, (unsigned)fd);
	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false((fp->f_flag & flag) == 0))
		error = EBADF;
	else if (offset != NULL) {
		if (fp->f_ops->fo_seek == NULL)
			error = ESPIPE;
		else
			error = (*fp->f_ops->fo_seek)(fp, *offset, SEEK_SET,
			    &(off_t){ 0 }, 0);
	}
	if (__predict_false(error)) {
		fd_release(l->l_fd, (unsigned)fd);
		return error;
	}
	*fpp = fp;
	return 0;
}

static int
filev(int fd, const struct iovec *uiov, int n, off_t *offset, int flags,
    enum uio_rw rw, register_t *retval)
{
	struct iovec small[UIO_SMALLIOV], *iov;
	struct lwp *l = curlwp;
	struct file *fp;
	size_t len;
	int error;

	error = io_getfile(l, fd, rw == UIO_READ ? FREAD : FWRITE, offset, &fp);
	if (error)
		return error;
	if (offset == NULL)
		offset = &fp->f_offset;
	error = iov_copyin(&iov, small, uiov, n, &len);
	if (error == 0) {
		/* uiomove() advances the array, but doesn't move it. */
		error = fileio(l, fp, iov, n, len, offset, rw, flags, retval);
		iov_free(iov, small, n);
	}
	fd_release(l->l_fd, (unsigned)fd);
	return error;
}

/* offset NULL: at the file's, which flags may update. */
int
do_filereadv(int fd, const struct iovec *iov, int n, off_t *offset,
    int flags, register_t *retval)
{

	return filev(fd, iov, n, offset, flags, UIO_READ, retval);
}

int
do_filewritev(int fd, const struct iovec *iov, int n, off_t *offset,
    int flags, register_t *retval)
{

	return filev(fd, iov, n, offset, flags, UIO_WRITE, retval);
}

int
sys_read(struct lwp *l, const struct sys_read_args *uap, register_t *retval)
{
	struct file *fp;
	int error;

	error = io_getfile(l, SCARG(uap, fd), FREAD, NULL, &fp);
	if (error)
		return error;
	return rw1(l, SCARG(uap, fd), fp, SCARG(uap, buf),
	    SCARG(uap, nbyte), &fp->f_offset, UIO_READ, FOF_UPDATE_OFFSET, retval);
}

int
sys_write(struct lwp *l, const struct sys_write_args *uap, register_t *retval)
{
	struct file *fp;
	int error;

	error = io_getfile(l, SCARG(uap, fd), FWRITE, NULL, &fp);
	if (error)
		return error;
	return rw1(l, SCARG(uap, fd), fp, __UNCONST(SCARG(uap, buf)),
	    SCARG(uap, nbyte), &fp->f_offset, UIO_WRITE, FOF_UPDATE_OFFSET, retval);
}

int
sys_pread(struct lwp *l, const struct sys_pread_args *uap, register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = io_getfile(l, SCARG(uap, fd), FREAD, &offset, &fp);
	if (error)
		return error;
	return rw1(l, SCARG(uap, fd), fp, SCARG(uap, buf),
	    SCARG(uap, nbyte), &offset, UIO_READ, 0, retval);
}

int
sys_pwrite(struct lwp *l, const struct sys_pwrite_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = io_getfile(l, SCARG(uap, fd), FWRITE, &offset, &fp);
	if (error)
		return error;
	return rw1(l, SCARG(uap, fd), fp, __UNCONST(SCARG(uap, buf)),
	    SCARG(uap, nbyte), &offset, UIO_WRITE, 0, retval);
}

int
sys_readv(struct lwp *l, const struct sys_readv_args *uap, register_t *retval)
{

	return do_filereadv(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

int
sys_writev(struct lwp *l, const struct sys_writev_args *uap,
    register_t *retval)
{

	return do_filewritev(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

int
sys_preadv(struct lwp *l, const struct sys_preadv_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	return do_filereadv(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), &offset, 0, retval);
}

int
sys_pwritev(struct lwp *l, const struct sys_pwritev_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	return do_filewritev(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), &offset, 0, retval);
}

/* FIONBIO and FIOASYNC: the flag is the file's, the type hears of it. */
static int
ioctl_flag(struct file *fp, u_long com, void *data, int flag)
{
	int value = *(int *)data != 0;

	if (value)
		atomic_or_uint((u_int *)&fp->f_flag, (u_int)flag);
	else
		atomic_and_uint((u_int *)&fp->f_flag, ~(u_int)flag);
	return (*fp->f_ops->fo_ioctl)(fp, com, &value);
}

int
sys_ioctl(struct lwp *l, const struct sys_ioctl_args *uap, register_t *retval)
{
	u_long com = SCARG(uap, com);
	size_t size = IOCPARM_LEN(com);
	int fd = SCARG(uap, fd);
	uint64_t stkbuf[16];
	void *data = stkbuf;
	struct file *fp;
	int error = 0;

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	if ((fp->f_flag & (FREAD | FWRITE)) == 0) {
		error = EBADF;
		goto out;
	}
	switch (com) {
	case FIOCLEX:
	case FIONCLEX:
		fd_set_exclose(l, fd, com == FIOCLEX);
		goto out;
	}

	/* The command says how much to copy in, out, or both. */
	if (size > IOCPARM_MAX) {
		error = ENOTTY;
		goto out;
	}
	if (size > sizeof(stkbuf))
		data = kmem_alloc(size, KM_SLEEP);
	if ((com & IOC_IN) != 0 && size != 0)
		error = copyin(SCARG(uap, data), data, size);
	else if ((com & IOC_OUT) != 0 && size != 0)
		memset(data, 0, size);
	else
		*(void **)data = SCARG(uap, data);

	if (error == 0) {
		switch (com) {
		case FIONBIO:
			error = ioctl_flag(fp, com, data, FNONBLOCK);
			break;
		case FIOASYNC:
			error = ioctl_flag(fp, com, data, FASYNC);
			break;
		default:
			error = (*fp->f_ops->fo_ioctl)(fp, com, data);
			if (error == 0 && (com & IOC_OUT) != 0 && size != 0)
				error = copyout(data, SCARG(uap, data), size);
			break;
		}
		if (error == EPASSTHROUGH)
			error = ENOTTY;
	}
	if (data != stkbuf)
		kmem_free(data, size);
 out:
	fd_putfile((unsigned)fd);
	return error;
}
