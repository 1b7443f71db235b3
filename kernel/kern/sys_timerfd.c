/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * timerfd_create(2): a read waits for the timer and takes the number of its
 * expiries.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

#include "sys_private.h"

/* All under tfd_lock, which the callout takes too. */
struct timerfd {
	kmutex_t	tfd_lock;
	kcondvar_t	tfd_readwait;
	struct selinfo	tfd_readsel;
	callout_t	tfd_callout;
	clockid_t	tfd_clock;
	struct timespec	tfd_next;	/* on tfd_clock; zero: not set */
	struct timespec	tfd_interval;
	uint64_t	tfd_ticks;	/* expiries not read yet */
	bool		tfd_restart;
	u_int		tfd_waiters;
	struct timespec	tfd_btime;
	struct timespec	tfd_mtime;
	struct timespec	tfd_atime;
};

static void
timerfd_schedule(struct timerfd *tfd)
{
	struct timespec now, left;
	int ticks;

	(void)clock_gettime1(tfd->tfd_clock, &now);
	if (timespeccmp(&tfd->tfd_next, &now, <=))
		ticks = 1;
	else {
		timespecsub(&tfd->tfd_next, &now, &left);
		/* A far timeout comes in pieces. */
		ticks = left.tv_sec > INT_MAX / hz - 1 ?
		    INT_MAX - 1 : tstohz(&left);
	}
	callout_schedule(&tfd->tfd_callout, MAX(ticks, 1));
}

static void
timerfd_expire(void *arg)
{
	struct timerfd *tfd = arg;
	struct timespec now, late;
	uint64_t period, n = 1;

	mutex_enter(&tfd->tfd_lock);
	if (!timespecisset(&tfd->tfd_next))
		goto out;
	(void)clock_gettime1(tfd->tfd_clock, &now);
	if (timespeccmp(&now, &tfd->tfd_next, <)) {
		timerfd_schedule(tfd);
		goto out;
	}
	if (timespecisset(&tfd->tfd_interval)) {
		timespecsub(&now, &tfd->tfd_next, &late);
		period = timespec2ns(&tfd->tfd_interval);
		n = timespec2ns(&late) / period + 1;
		period *= n;
		late.tv_sec = (time_t)(period / 1000000000);
		late.tv_nsec = (long)(period % 1000000000);
		timespecadd(&tfd->tfd_next, &late, &tfd->tfd_next);
		timerfd_schedule(tfd);
	} else
		timespecclear(&tfd->tfd_next);
	tfd->tfd_ticks += n;
	cv_broadcast(&tfd->tfd_readwait);
	selnotify(&tfd->tfd_readsel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
 out:
	mutex_exit(&tfd->tfd_lock);
}

static int
timerfd_read(struct file *fp, off_t *offset, struct uio *uio,
    kauth_cred_t cred, int flags)
{
	struct timerfd *tfd = fp->f_timerfd;
	uint64_t value;
	int error = 0;

	if (uio->uio_resid < sizeof(value))
		return EINVAL;
	mutex_enter(&tfd->tfd_lock);
	while (tfd->tfd_ticks == 0 && error == 0) {
		if (fp->f_flag & FNONBLOCK)
			error = EAGAIN;
		else if (tfd->tfd_restart)
			error = ERESTART;
		else {
			tfd->tfd_waiters++;
			error = cv_wait_sig(&tfd->tfd_readwait,
			    &tfd->tfd_lock);
			if (error == 0 && tfd->tfd_restart)
				error = ERESTART;
			if (--tfd->tfd_waiters == 0)
				tfd->tfd_restart = false;
		}
	}
	value = tfd->tfd_ticks;
	if (error == 0) {
		tfd->tfd_ticks = 0;
		getnanotime(&tfd->tfd_atime);
	}
	mutex_exit(&tfd->tfd_lock);
	return error ? error : uiomove(&value, sizeof(value), uio);
}

static int
timerfd_ioctl(struct file *fp, u_long cmd, void *data)
{
	struct timerfd *tfd = fp->f_timerfd;

	switch (cmd) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	case FIONREAD:
		mutex_enter(&tfd->tfd_lock);
		*(int *)data = tfd->tfd_ticks != 0 ? sizeof(uint64_t) : 0;
		mutex_exit(&tfd->tfd_lock);
		return 0;
	case TFD_IOC_SET_TICKS:
		mutex_enter(&tfd->tfd_lock);
		tfd->tfd_ticks = *(uint64_t *)data;
		if (tfd->tfd_ticks != 0) {
			cv_broadcast(&tfd->tfd_readwait);
			selnotify(&tfd->tfd_readsel, POLLIN | POLLRDNORM,
			    NOTE_SUBMIT);
		}
		mutex_exit(&tfd->tfd_lock);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

static int
timerfd_poll(struct file *fp, int events)
{
	struct timerfd *tfd = fp->f_timerfd;
	int revents = 0;

	if ((events & (POLLIN | POLLRDNORM)) == 0)
		return 0;
	mutex_enter(&tfd->tfd_lock);
	if (tfd->tfd_ticks != 0)
		revents = events & (POLLIN | POLLRDNORM);
	else
		selrecord(curlwp, &tfd->tfd_readsel);
	mutex_exit(&tfd->tfd_lock);
	return revents;
}

static int
timerfd_stat(struct file *fp, struct stat *st)
{
	struct timerfd *tfd = fp->f_timerfd;

	memset(st, 0, sizeof(*st));
	mutex_enter(&tfd->tfd_lock);
	st->st_size = (off_t)tfd->tfd_ticks;
	st->st_blksize = sizeof(uint64_t);
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	st->st_blocks = 1;
	st->st_birthtimespec = st->st_ctimespec = tfd->tfd_btime;
	st->st_atimespec = tfd->tfd_atime;
	st->st_mtimespec = tfd->tfd_mtime;
	st->st_uid = kauth_cred_geteuid(fp->f_cred);
	st->st_gid = kauth_cred_getegid(fp->f_cred);
	mutex_exit(&tfd->tfd_lock);
	return 0;
}

static void
timerfd_restart(struct file *fp)
{
	struct timerfd *tfd = fp->f_timerfd;

	mutex_enter(&tfd->tfd_lock);
	if (tfd->tfd_waiters > 0) {
		tfd->tfd_restart = true;
		cv_broadcast(&tfd->tfd_readwait);
	}
	mutex_exit(&tfd->tfd_lock);
}

static void
timerfd_destroy(struct timerfd *tfd)
{

	mutex_enter(&tfd->tfd_lock);
	timespecclear(&tfd->tfd_next);
	callout_halt(&tfd->tfd_callout, &tfd->tfd_lock);
	mutex_exit(&tfd->tfd_lock);
	callout_destroy(&tfd->tfd_callout);
	seldestroy(&tfd->tfd_readsel);
	cv_destroy(&tfd->tfd_readwait);
	mutex_destroy(&tfd->tfd_lock);
	kmem_free(tfd, sizeof(*tfd));
}

static int
timerfd_close(struct file *fp)
{
	struct timerfd *tfd = fp->f_timerfd;

	fp->f_timerfd = NULL;
	timerfd_destroy(tfd);
	return 0;
}

static void
filt_timerfd_detach(struct knote *kn)
{
	struct timerfd *tfd = kn->kn_hook;

	mutex_enter(&tfd->tfd_lock);
	selremove_knote(&tfd->tfd_readsel, kn);
	mutex_exit(&tfd->tfd_lock);
}

static int
filt_timerfd(struct knote *kn, long hint)
{
	struct timerfd *tfd = kn->kn_hook;
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&tfd->tfd_lock);
	kn->kn_data = (int64_t)tfd->tfd_ticks;
	rv = tfd->tfd_ticks != 0;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&tfd->tfd_lock);
	return rv;
}

static const struct filterops timerfd_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_timerfd_detach,
	.f_event = filt_timerfd,
};

static int
timerfd_kqfilter(struct file *fp, struct knote *kn)
{
	struct timerfd *tfd = fp->f_timerfd;

	if (kn->kn_filter != EVFILT_READ)
		return EINVAL;
	kn->kn_fop = &timerfd_filtops;
	kn->kn_hook = tfd;
	mutex_enter(&tfd->tfd_lock);
	selrecord_knote(&tfd->tfd_readsel, kn);
	mutex_exit(&tfd->tfd_lock);
	return 0;
}

static const struct fileops timerfd_fileops = {
	.fo_name = "timerfd",
	.fo_read = timerfd_read,
	.fo_write = fbadop_write,
	.fo_ioctl = timerfd_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = timerfd_poll,
	.fo_stat = timerfd_stat,
	.fo_close = timerfd_close,
	.fo_kqfilter = timerfd_kqfilter,
	.fo_restart = timerfd_restart,
};

int
do_timerfd_create(struct lwp *l, clockid_t clock, int flags,
    register_t *retval)
{
	struct timerfd *tfd;
	int fd;

	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return EINVAL;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	tfd = kmem_zalloc(sizeof(*tfd), KM_SLEEP);
	mutex_init(&tfd->tfd_lock, MUTEX_DEFAULT, IPL_SOFTCLOCK);
	cv_init(&tfd->tfd_readwait, "tfdread");
	selinit(&tfd->tfd_readsel);
	callout_init(&tfd->tfd_callout, CALLOUT_MPSAFE);
	callout_setfunc(&tfd->tfd_callout, timerfd_expire, tfd);
	tfd->tfd_clock = clock;
	getnanotime(&tfd->tfd_btime);
	tfd->tfd_atime = tfd->tfd_mtime = tfd->tfd_btime;
	fd = fd_install(DTYPE_TIMERFD, &timerfd_fileops, tfd, flags,
	    FREAD | FWRITE);
	if (fd < 0) {
		timerfd_destroy(tfd);
		return -fd;
	}
	*retval = fd;
	return 0;
}

static int
timerfd_get(int fd, struct timerfd **tfdp)
{
	struct file *fp;

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	if (fp->f_ops != &timerfd_fileops) {
		fd_putfile((unsigned)fd);
		return EINVAL;
	}
	*tfdp = fp->f_timerfd;
	return 0;
}

/* What remains, and the interval. */
static void
timerfd_remaining(struct timerfd *tfd, struct itimerspec *it)
{
	struct timespec now;

	it->it_interval = tfd->tfd_interval;
	timespecclear(&it->it_value);
	if (!timespecisset(&tfd->tfd_next))
		return;
	(void)clock_gettime1(tfd->tfd_clock, &now);
	if (timespeccmp(&tfd->tfd_next, &now, >))
		timespecsub(&tfd->tfd_next, &now, &it->it_value);
	else
		it->it_value.tv_nsec = 1;
}

int
do_timerfd_gettime(struct lwp *l, int fd, struct itimerspec *curr,
    register_t *retval)
{
	struct timerfd *tfd;
	int error;

	error = timerfd_get(fd, &tfd);
	if (error)
		return error;
	mutex_enter(&tfd->tfd_lock);
	timerfd_remaining(tfd, curr);
	mutex_exit(&tfd->tfd_lock);
	fd_putfile((unsigned)fd);
	return 0;
}

static bool
timespec_bad(const struct timespec *ts)
{

	/* So far that nanoseconds still fit 63 bits. */
	return ts->tv_sec < 0 || ts->tv_sec > INT64_MAX / 2000000000 ||
	    ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000;
}

int
do_timerfd_settime(struct lwp *l, int fd, int flags,
    const struct itimerspec *new, struct itimerspec *old, register_t *retval)
{
	struct timerfd *tfd;
	struct timespec now;
	int error;

	if (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		return EINVAL;
	if (timespec_bad(&new->it_value) || timespec_bad(&new->it_interval))
		return EINVAL;
	error = timerfd_get(fd, &tfd);
	if (error)
		return error;
	mutex_enter(&tfd->tfd_lock);
	if (old != NULL)
		timerfd_remaining(tfd, old);
	/* Cleared, so that an expiry under way does nothing. */
	timespecclear(&tfd->tfd_next);
	callout_halt(&tfd->tfd_callout, &tfd->tfd_lock);
	tfd->tfd_ticks = 0;
	tfd->tfd_next = new->it_value;
	tfd->tfd_interval = new->it_interval;
	if (timespecisset(&tfd->tfd_next)) {
		if ((flags & TFD_TIMER_ABSTIME) == 0) {
			(void)clock_gettime1(tfd->tfd_clock, &now);
			timespecadd(&tfd->tfd_next, &now, &tfd->tfd_next);
		}
		timerfd_schedule(tfd);
	}
	getnanotime(&tfd->tfd_mtime);
	mutex_exit(&tfd->tfd_lock);
	fd_putfile((unsigned)fd);
	return 0;
}

int
sys_timerfd_create(struct lwp *l, const struct sys_timerfd_create_args *uap,
    register_t *retval)
{

	return do_timerfd_create(l, SCARG(uap, clock_id), SCARG(uap, flags),
	    retval);
}

int
sys_timerfd_settime(struct lwp *l, const struct sys_timerfd_settime_args *uap,
    register_t *retval)
{
	struct itimerspec new, old, *oldp;
	int error;

	error = copyin(SCARG(uap, new_value), &new, sizeof(new));
	if (error)
		return error;
	oldp = SCARG(uap, old_value) != NULL ? &old : NULL;
	error = do_timerfd_settime(l, SCARG(uap, fd), SCARG(uap, flags), &new,
	    oldp, retval);
	if (error == 0 && oldp != NULL)
		error = copyout(oldp, SCARG(uap, old_value), sizeof(*oldp));
	return error;
}

int
sys_timerfd_gettime(struct lwp *l, const struct sys_timerfd_gettime_args *uap,
    register_t *retval)
{
	struct itimerspec it;
	int error;

	error = do_timerfd_gettime(l, SCARG(uap, fd), &it, retval);
	if (error == 0)
		error = copyout(&it, SCARG(uap, curr_value), sizeof(it));
	return error;
}
