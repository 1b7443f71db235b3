/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * eventfd(2): a 64-bit counter.  A write adds to it, a read takes it (or,
 * with EFD_SEMAPHORE, one off it), and each waits until it can.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "sys_private.h"

#define	EVENTFD_MAXVAL	(UINT64_MAX - 1)

/* All under efd_lock. */
struct eventfd {
	kmutex_t	efd_lock;
	kcondvar_t	efd_readwait;
	kcondvar_t	efd_writewait;
	struct selinfo	efd_readsel;
	struct selinfo	efd_writesel;
	eventfd_t	efd_val;
	bool		efd_semaphore;
	bool		efd_restart;
	u_int		efd_waiters;
	struct timespec	efd_btime;
	struct timespec	efd_mtime;
	struct timespec	efd_atime;
};

/* Waits on cv unless the file must not; the lock is held. */
static int
eventfd_wait(struct file *fp, struct eventfd *efd, kcondvar_t *cv)
{
	int error;

	if (fp->f_flag & FNONBLOCK)
		return EAGAIN;
	if (efd->efd_restart)
		return ERESTART;
	efd->efd_waiters++;
	error = cv_wait_sig(cv, &efd->efd_lock);
	if (error == 0 && efd->efd_restart)
		error = ERESTART;
	if (--efd->efd_waiters == 0)
		efd->efd_restart = false;
	return error;
}

static int
eventfd_read(struct file *fp, off_t *offset, struct uio *uio,
    kauth_cred_t cred, int flags)
{
	struct eventfd *efd = fp->f_eventfd;
	eventfd_t value;
	int error = 0;

	if (uio->uio_resid < sizeof(value))
		return EINVAL;
	mutex_enter(&efd->efd_lock);
	while (efd->efd_val == 0) {
		error = eventfd_wait(fp, efd, &efd->efd_readwait);
		if (error) {
			mutex_exit(&efd->efd_lock);
			return error;
		}
	}
	value = efd->efd_semaphore ? 1 : efd->efd_val;
	efd->efd_val -= value;
	getnanotime(&efd->efd_atime);
	cv_broadcast(&efd->efd_writewait);
	selnotify(&efd->efd_writesel, POLLOUT | POLLWRNORM, NOTE_SUBMIT);
	mutex_exit(&efd->efd_lock);
	return uiomove(&value, sizeof(value), uio);
}

static int
eventfd_write(struct file *fp, off_t *offset, struct uio *uio,
    kauth_cred_t cred, int flags)
{
	struct eventfd *efd = fp->f_eventfd;
	eventfd_t value;
	int error;

	if (uio->uio_resid < sizeof(value))
		return EINVAL;
	error = uiomove(&value, sizeof(value), uio);
	if (error)
		return error;
	if (value > EVENTFD_MAXVAL)
		return EINVAL;
	mutex_enter(&efd->efd_lock);
	while (value > EVENTFD_MAXVAL - efd->efd_val) {
		error = eventfd_wait(fp, efd, &efd->efd_writewait);
		if (error) {
			mutex_exit(&efd->efd_lock);
			uio->uio_resid += sizeof(value);
			return error;
		}
	}
	efd->efd_val += value;
	getnanotime(&efd->efd_mtime);
	if (efd->efd_val != 0) {
		cv_broadcast(&efd->efd_readwait);
		selnotify(&efd->efd_readsel, POLLIN | POLLRDNORM,
		    NOTE_SUBMIT);
	}
	mutex_exit(&efd->efd_lock);
	return 0;
}

static int
eventfd_ioctl(struct file *fp, u_long cmd, void *data)
{
	struct eventfd *efd = fp->f_eventfd;

	switch (cmd) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	case FIONREAD:
		mutex_enter(&efd->efd_lock);
		*(int *)data = efd->efd_val != 0 ? sizeof(eventfd_t) : 0;
		mutex_exit(&efd->efd_lock);
		return 0;
	case FIONWRITE:
		*(int *)data = 0;
		return 0;
	case FIONSPACE:
		mutex_enter(&efd->efd_lock);
		*(int *)data = efd->efd_val < EVENTFD_MAXVAL ?
		    sizeof(eventfd_t) : 0;
		mutex_exit(&efd->efd_lock);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

static int
eventfd_poll(struct file *fp, int events)
{
	struct eventfd *efd = fp->f_eventfd;
	int revents = 0;

	mutex_enter(&efd->efd_lock);
	if (efd->efd_val != 0)
		revents |= events & (POLLIN | POLLRDNORM);
	if (efd->efd_val < EVENTFD_MAXVAL)
		revents |= events & (POLLOUT | POLLWRNORM);
	if (revents == 0) {
		if (events & (POLLIN | POLLRDNORM))
			selrecord(curlwp, &efd->efd_readsel);
		if (events & (POLLOUT | POLLWRNORM))
			selrecord(curlwp, &efd->efd_writesel);
	}
	mutex_exit(&efd->efd_lock);
	return revents;
}

static int
eventfd_stat(struct file *fp, struct stat *st)
{
	struct eventfd *efd = fp->f_eventfd;

	memset(st, 0, sizeof(*st));
	mutex_enter(&efd->efd_lock);
	st->st_size = (off_t)efd->efd_val;
	st->st_blksize = sizeof(eventfd_t);
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	st->st_blocks = 1;
	st->st_birthtimespec = st->st_ctimespec = efd->efd_btime;
	st->st_atimespec = efd->efd_atime;
	st->st_mtimespec = efd->efd_mtime;
	st->st_uid = kauth_cred_geteuid(fp->f_cred);
	st->st_gid = kauth_cred_getegid(fp->f_cred);
	mutex_exit(&efd->efd_lock);
	return 0;
}

static void
eventfd_restart(struct file *fp)
{
	struct eventfd *efd = fp->f_eventfd;

	mutex_enter(&efd->efd_lock);
	if (efd->efd_waiters > 0) {
		efd->efd_restart = true;
		cv_broadcast(&efd->efd_readwait);
		cv_broadcast(&efd->efd_writewait);
	}
	mutex_exit(&efd->efd_lock);
}

static void
eventfd_destroy(struct eventfd *efd)
{

	seldestroy(&efd->efd_readsel);
	seldestroy(&efd->efd_writesel);
	cv_destroy(&efd->efd_readwait);
	cv_destroy(&efd->efd_writewait);
	mutex_destroy(&efd->efd_lock);
	kmem_free(efd, sizeof(*efd));
}

static int
eventfd_close(struct file *fp)
{
	struct eventfd *efd = fp->f_eventfd;

	fp->f_eventfd = NULL;
	eventfd_destroy(efd);
	return 0;
}

static void
filt_eventfd_rdetach(struct knote *kn)
{
	struct eventfd *efd = kn->kn_hook;

	mutex_enter(&efd->efd_lock);
	selremove_knote(&efd->efd_readsel, kn);
	mutex_exit(&efd->efd_lock);
}

static void
filt_eventfd_wdetach(struct knote *kn)
{
	struct eventfd *efd = kn->kn_hook;

	mutex_enter(&efd->efd_lock);
	selremove_knote(&efd->efd_writesel, kn);
	mutex_exit(&efd->efd_lock);
}

static int
filt_eventfd_read(struct knote *kn, long hint)
{
	struct eventfd *efd = kn->kn_hook;
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&efd->efd_lock);
	kn->kn_data = (int64_t)efd->efd_val;
	rv = efd->efd_val != 0;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&efd->efd_lock);
	return rv;
}

static int
filt_eventfd_write(struct knote *kn, long hint)
{
	struct eventfd *efd = kn->kn_hook;
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&efd->efd_lock);
	kn->kn_data = (int64_t)(EVENTFD_MAXVAL - efd->efd_val);
	rv = efd->efd_val < EVENTFD_MAXVAL;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&efd->efd_lock);
	return rv;
}

static const struct filterops eventfd_rfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_eventfd_rdetach,
	.f_event = filt_eventfd_read,
};

static const struct filterops eventfd_wfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_eventfd_wdetach,
	.f_event = filt_eventfd_write,
};

static int
eventfd_kqfilter(struct file *fp, struct knote *kn)
{
	struct eventfd *efd = fp->f_eventfd;
	struct selinfo *sip;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &eventfd_rfiltops;
		sip = &efd->efd_readsel;
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &eventfd_wfiltops;
		sip = &efd->efd_writesel;
		break;
	default:
		return EINVAL;
	}
	kn->kn_hook = efd;
	mutex_enter(&efd->efd_lock);
	selrecord_knote(sip, kn);
	mutex_exit(&efd->efd_lock);
	return 0;
}

static const struct fileops eventfd_fileops = {
	.fo_name = "eventfd",
	.fo_read = eventfd_read,
	.fo_write = eventfd_write,
	.fo_ioctl = eventfd_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = eventfd_poll,
	.fo_stat = eventfd_stat,
	.fo_close = eventfd_close,
	.fo_kqfilter = eventfd_kqfilter,
	.fo_restart = eventfd_restart,
};

int
do_eventfd(struct lwp *l, unsigned int val, int flags, register_t *retval)
{
	struct eventfd *efd;
	int fd;

	if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
		return EINVAL;
	efd = kmem_zalloc(sizeof(*efd), KM_SLEEP);
	mutex_init(&efd->efd_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&efd->efd_readwait, "efdread");
	cv_init(&efd->efd_writewait, "efdwrite");
	selinit(&efd->efd_readsel);
	selinit(&efd->efd_writesel);
	efd->efd_val = val;
	efd->efd_semaphore = (flags & EFD_SEMAPHORE) != 0;
	getnanotime(&efd->efd_btime);
	efd->efd_atime = efd->efd_mtime = efd->efd_btime;
	fd = fd_install(DTYPE_EVENTFD, &eventfd_fileops, efd,
	    flags & (O_CLOEXEC | O_NONBLOCK), FREAD | FWRITE);
	if (fd < 0) {
		eventfd_destroy(efd);
		return -fd;
	}
	*retval = fd;
	return 0;
}

int
sys_eventfd(struct lwp *l, const struct sys_eventfd_args *uap,
    register_t *retval)
{

	return do_eventfd(l, SCARG(uap, val), SCARG(uap, flags), retval);
}
