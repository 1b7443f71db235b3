/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pipe(2).  Two ends, each with the ring that its own reader empties; they
 * share one lock.  NetBSD's pipes go both ways, of which pipe(2) uses one.
 *
 * A write of PIPE_BUF bytes or less goes into the ring at once or not at
 * all.  PIPE_LOCKFL on an end keeps its readers (and, on the ring it writes
 * to, writers) from each other while they copy without the lock.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pipe.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>

#include "sys_private.h"

static int	pipe_read(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	pipe_write(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	pipe_ioctl(struct file *, u_long, void *);
static int	pipe_poll(struct file *, int);
static int	pipe_stat(struct file *, struct stat *);
static int	pipe_close(struct file *);
static int	pipe_kqfilter(struct file *, struct knote *);
static void	pipe_restart(struct file *);

static const struct fileops pipeops = {
	.fo_name = "pipe",
	.fo_read = pipe_read,
	.fo_write = pipe_write,
	.fo_ioctl = pipe_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = pipe_poll,
	.fo_stat = pipe_stat,
	.fo_close = pipe_close,
	.fo_kqfilter = pipe_kqfilter,
	.fo_restart = pipe_restart,
};

static pool_cache_t	pipe_cache;
static uint64_t		pipe_lastino;

/* At boot; once is enough. */
void
pipe_init(void)
{

	if (pipe_cache != NULL)
		return;
	pipe_cache = pool_cache_init(sizeof(struct pipe), 0, 0, 0, "pipe",
	    NULL, IPL_NONE, NULL, NULL, NULL);
}

static struct pipe *
pipe_create(kmutex_t *lock, bool buffer)
{
	struct pipe *pipe;

	pipe = pool_cache_get(pipe_cache, PR_WAITOK);
	memset(pipe, 0, sizeof(*pipe));
	pipe->pipe_lock = lock;
	cv_init(&pipe->pipe_rcv, "pipe_rd");
	cv_init(&pipe->pipe_wcv, "pipe_wr");
	cv_init(&pipe->pipe_draincv, "pipe_drn");
	cv_init(&pipe->pipe_lkcv, "pipe_lk");
	selinit(&pipe->pipe_sel);
	if (buffer) {
		pipe->pipe_buffer.size = PIPE_SIZE;
		pipe->pipe_buffer.buffer = kmem_alloc(PIPE_SIZE, KM_SLEEP);
	}
	getnanotime(&pipe->pipe_btime);
	pipe->pipe_atime = pipe->pipe_mtime = pipe->pipe_btime;
	pipe->pipe_ino = __atomic_add_fetch(&pipe_lastino, 1,
	    __ATOMIC_RELAXED);
	return pipe;
}

/* Makes the two descriptors; fildes[0] reads. */
static int
pipe1(struct lwp *l, int *fildes, int flags)
{
	struct pipe *rpipe, *wpipe;
	struct file *rf, *wf;
	struct proc *p = l->l_proc;
	kmutex_t *lock;
	int error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE))
		return EINVAL;
	error = fd_allocfile(&rf, &fildes[0]);
	if (error)
		return error;
	error = fd_allocfile(&wf, &fildes[1]);
	if (error) {
		fd_abort(p, rf, (unsigned)fildes[0]);
		return error;
	}
	lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	mutex_obj_hold(lock);
	rpipe = pipe_create(lock, true);
	wpipe = pipe_create(lock, false);
	rpipe->pipe_peer = wpipe;
	wpipe->pipe_peer = rpipe;

	rf->f_type = wf->f_type = DTYPE_PIPE;
	rf->f_ops = wf->f_ops = &pipeops;
	rf->f_flag = FREAD | (flags & (FNONBLOCK | FNOSIGPIPE));
	wf->f_flag = FWRITE | (flags & (FNONBLOCK | FNOSIGPIPE));
	rf->f_pipe = rpipe;
	wf->f_pipe = wpipe;
	fd_set_exclose(l, fildes[0], (flags & O_CLOEXEC) != 0);
	fd_set_exclose(l, fildes[1], (flags & O_CLOEXEC) != 0);
	fd_affix(p, rf, (unsigned)fildes[0]);
	fd_affix(p, wf, (unsigned)fildes[1]);
	return 0;
}

int
sys_pipe(struct lwp *l, const void *uap, register_t *retval)
{
	int error, fd[2];

	error = pipe1(l, fd, 0);
	if (error == 0) {
		retval[0] = fd[0];
		retval[1] = fd[1];
	}
	return error;
}

int
sys_pipe2(struct lwp *l, const struct sys_pipe2_args *uap, register_t *retval)
{
	int error, fd[2];

	error = pipe1(l, fd, SCARG(uap, flags));
	if (error)
		return error;
	error = copyout(fd, SCARG(uap, fildes), sizeof(fd));
	if (error) {
		if (fd_getfile((unsigned)fd[0]) != NULL)
			(void)fd_close((unsigned)fd[0]);
		if (fd_getfile((unsigned)fd[1]) != NULL)
			(void)fd_close((unsigned)fd[1]);
	}
	return error;
}

/*
 * One transfer at a time at an end: readers of its ring, writers to its
 * peer's.
 */
static int
pipelock(struct pipe *pipe, bool catch)
{
	int error;

	KASSERT(mutex_owned(pipe->pipe_lock));
	while (pipe->pipe_state & PIPE_LOCKFL) {
		if (catch) {
			error = cv_wait_sig(&pipe->pipe_lkcv,
			    pipe->pipe_lock);
			if (error)
				return error;
			if (pipe->pipe_state & PIPE_RESTART)
				return ERESTART;
		} else
			cv_wait(&pipe->pipe_lkcv, pipe->pipe_lock);
	}
	pipe->pipe_state |= PIPE_LOCKFL;
	return 0;
}

static void
pipeunlock(struct pipe *pipe)
{

	KASSERT(pipe->pipe_state & PIPE_LOCKFL);
	pipe->pipe_state &= ~PIPE_LOCKFL;
	cv_signal(&pipe->pipe_lkcv);
}

/* Tells those who wait at an end, with select or for a signal. */
static void
pipe_notify(struct pipe *pipe)
{

	selnotify(&pipe->pipe_sel, 0, NOTE_SUBMIT);
	if (pipe->pipe_state & PIPE_ASYNC)
		fownsignal(pipe->pipe_pgid, SIGIO, 0, 0, NULL);
}

/* Leaves an end; the close that waits for the last to go may go on. */
static void
pipe_leave(struct pipe *pipe)
{

	KASSERT(pipe->pipe_busy > 0);
	if (--pipe->pipe_busy == 0) {
		pipe->pipe_state &= ~PIPE_RESTART;
		cv_broadcast(&pipe->pipe_draincv);
	}
}

static int
pipe_read(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct pipe *rpipe = fp->f_pipe;
	struct pipebuf *bp = &rpipe->pipe_buffer;
	kmutex_t *lock = rpipe->pipe_lock;
	size_t size, nread = 0;
	int error;

	mutex_enter(lock);
	rpipe->pipe_busy++;
	error = pipelock(rpipe, true);
	if (error)
		goto out;
	while (uio->uio_resid > 0) {
		if (bp->cnt > 0) {
			size = MIN(bp->size - bp->out, bp->cnt);
			size = MIN(size, uio->uio_resid);
			mutex_exit(lock);
			error = uiomove((char *)bp->buffer + bp->out, size,
			    uio);
			mutex_enter(lock);
			if (error)
				break;
			bp->out += size;
			if (bp->out >= bp->size)
				bp->out = 0;
			bp->cnt -= size;
			nread += size;
			/* Keeps transfers in one piece where possible. */
			if (bp->cnt == 0)
				bp->in = bp->out = 0;
			cv_broadcast(&rpipe->pipe_wcv);
			continue;
		}
		if (nread > 0 || (rpipe->pipe_state & PIPE_EOF))
			break;
		if (fp->f_flag & FNONBLOCK) {
			error = EAGAIN;
			break;
		}
		if (rpipe->pipe_state & PIPE_RESTART) {
			error = ERESTART;
			break;
		}
		/* Others may read meanwhile; the data may be theirs. */
		pipeunlock(rpipe);
		error = cv_wait_sig(&rpipe->pipe_rcv, lock);
		if (error == 0 && (rpipe->pipe_state & PIPE_RESTART))
			error = ERESTART;
		if (error)
			goto out;
		error = pipelock(rpipe, true);
		if (error)
			goto out;
	}
	if (error == 0)
		getnanotime(&rpipe->pipe_atime);
	pipeunlock(rpipe);
 out:
	if (nread > 0) {
		cv_broadcast(&rpipe->pipe_wcv);
		if (rpipe->pipe_peer != NULL &&
		    bp->size - bp->cnt >= PIPE_BUF)
			pipe_notify(rpipe->pipe_peer);
	}
	pipe_leave(rpipe);
	mutex_exit(lock);
	return error;
}

/* Copies size bytes, for which there is room, to the ring; LOCKFL is ours. */
static int
pipe_fill(struct pipe *wpipe, struct uio *uio, size_t size)
{
	struct pipebuf *bp = &wpipe->pipe_buffer;
	size_t in = bp->in, segsize;
	int error;

	segsize = MIN(bp->size - in, size);
	bp->in = (in + size) % bp->size;
	mutex_exit(wpipe->pipe_lock);
	error = uiomove((char *)bp->buffer + in, segsize, uio);
	if (error == 0 && segsize < size)
		error = uiomove(bp->buffer, size - segsize, uio);
	mutex_enter(wpipe->pipe_lock);
	return error;
}

static int
pipe_write(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct pipe *epipe = fp->f_pipe, *wpipe;
	kmutex_t *lock = epipe->pipe_lock;
	struct pipebuf *bp;
	size_t todo = uio->uio_resid, space, size, in;
	int error;

	mutex_enter(lock);
	wpipe = epipe->pipe_peer;
	if (wpipe == NULL || (wpipe->pipe_state & PIPE_EOF)) {
		mutex_exit(lock);
		return EPIPE;
	}
	/* Busy there as well: its close must wait for us. */
	epipe->pipe_busy++;
	wpipe->pipe_busy++;
	bp = &wpipe->pipe_buffer;
	error = pipelock(epipe, true);
	if (error)
		goto out;
	while (uio->uio_resid > 0) {
		if (wpipe->pipe_state & PIPE_EOF) {
			error = EPIPE;
			break;
		}
		/* Reading and writing share the ring under LOCKFL of both. */
		error = pipelock(wpipe, true);
		if (error)
			break;
		space = bp->size - bp->cnt;
		if (space < uio->uio_resid && todo <= PIPE_BUF)
			space = 0;
		if (space > 0) {
			size = MIN(space, uio->uio_resid);
			in = bp->in;
			error = pipe_fill(wpipe, uio, size);
			if (error)
				bp->in = in;
			else
				bp->cnt += size;
			pipeunlock(wpipe);
			if (error)
				break;
			cv_broadcast(&wpipe->pipe_rcv);
			continue;
		}
		pipeunlock(wpipe);
		/* Full: let readers know, and wait for room. */
		pipe_notify(wpipe);
		if (fp->f_flag & FNONBLOCK) {
			error = EAGAIN;
			break;
		}
		if (epipe->pipe_state & PIPE_RESTART) {
			error = ERESTART;
			break;
		}
		error = cv_wait_sig(&wpipe->pipe_wcv, lock);
		if (error == 0 && (epipe->pipe_state & PIPE_RESTART))
			error = ERESTART;
		if (error)
			break;
	}
	pipeunlock(epipe);
	/* What got into the ring before it was full counts as written. */
	if (error == EAGAIN && uio->uio_resid != todo)
		error = 0;
	if (error == 0) {
		getnanotime(&epipe->pipe_mtime);
		wpipe->pipe_mtime = epipe->pipe_mtime;
	}
	if (bp->cnt > 0)
		pipe_notify(wpipe);
 out:
	pipe_leave(wpipe);
	pipe_leave(epipe);
	mutex_exit(lock);
	return error;
}

static int
pipe_ioctl(struct file *fp, u_long cmd, void *data)
{
	struct pipe *pipe = fp->f_pipe;
	kmutex_t *lock = pipe->pipe_lock;

	switch (cmd) {
	case FIONBIO:
		return 0;
	case FIOASYNC:
		mutex_enter(lock);
		if (*(int *)data)
			pipe->pipe_state |= PIPE_ASYNC;
		else
			pipe->pipe_state &= ~PIPE_ASYNC;
		mutex_exit(lock);
		return 0;
	case FIONREAD:
		mutex_enter(lock);
		*(int *)data = (int)pipe->pipe_buffer.cnt;
		mutex_exit(lock);
		return 0;
	case FIONWRITE:
		mutex_enter(lock);
		*(int *)data = pipe->pipe_peer == NULL ? 0 :
		    (int)pipe->pipe_peer->pipe_buffer.cnt;
		mutex_exit(lock);
		return 0;
	case FIONSPACE:
		mutex_enter(lock);
		*(int *)data = pipe->pipe_peer == NULL ? 0 :
		    (int)(pipe->pipe_peer->pipe_buffer.size -
		    pipe->pipe_peer->pipe_buffer.cnt);
		mutex_exit(lock);
		return 0;
	case TIOCSPGRP:
	case FIOSETOWN:
		return fsetown(&pipe->pipe_pgid, cmd, data);
	case TIOCGPGRP:
	case FIOGETOWN:
		return fgetown(pipe->pipe_pgid, cmd, data);
	}
	return EPASSTHROUGH;
}

static bool
pipe_writable(const struct pipe *wpipe)
{

	return wpipe == NULL || (wpipe->pipe_state & PIPE_EOF) ||
	    wpipe->pipe_buffer.size - wpipe->pipe_buffer.cnt >= PIPE_BUF;
}

static int
pipe_poll(struct file *fp, int events)
{
	struct pipe *pipe = fp->f_pipe;
	int revents = 0;

	mutex_enter(pipe->pipe_lock);
	if ((fp->f_flag & FREAD) && (events & (POLLIN | POLLRDNORM)) &&
	    (pipe->pipe_buffer.cnt > 0 || (pipe->pipe_state & PIPE_EOF)))
		revents |= events & (POLLIN | POLLRDNORM);
	if ((fp->f_flag & FWRITE) && (events & (POLLOUT | POLLWRNORM)) &&
	    pipe_writable(pipe->pipe_peer))
		revents |= events & (POLLOUT | POLLWRNORM);
	if ((pipe->pipe_state & PIPE_EOF) || pipe->pipe_peer == NULL)
		revents |= POLLHUP;
	if (revents == 0)
		selrecord(curlwp, &pipe->pipe_sel);
	mutex_exit(pipe->pipe_lock);
	return revents;
}

static int
pipe_stat(struct file *fp, struct stat *st)
{
	struct pipe *pipe = fp->f_pipe;

	memset(st, 0, sizeof(*st));
	mutex_enter(pipe->pipe_lock);
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	st->st_blksize = PIPE_SIZE;
	st->st_size = (off_t)pipe->pipe_buffer.cnt;
	if (st->st_size == 0 && pipe->pipe_peer != NULL)
		st->st_size = (off_t)pipe->pipe_peer->pipe_buffer.cnt;
	st->st_blocks = st->st_size != 0;
	st->st_atimespec = pipe->pipe_atime;
	st->st_mtimespec = pipe->pipe_mtime;
	st->st_ctimespec = st->st_birthtimespec = pipe->pipe_btime;
	st->st_uid = kauth_cred_geteuid(fp->f_cred);
	st->st_gid = kauth_cred_getegid(fp->f_cred);
	st->st_ino = pipe->pipe_ino;
	st->st_nlink = 1;
	mutex_exit(pipe->pipe_lock);
	return 0;
}

/* Sends those home who sleep in this end: its descriptor is being closed. */
static void
pipe_restart(struct file *fp)
{
	struct pipe *pipe = fp->f_pipe;

	mutex_enter(pipe->pipe_lock);
	if (pipe->pipe_busy > 0) {
		pipe->pipe_state |= PIPE_RESTART;
		cv_broadcast(&pipe->pipe_rcv);
		cv_broadcast(&pipe->pipe_lkcv);
		if (pipe->pipe_peer != NULL)
			cv_broadcast(&pipe->pipe_peer->pipe_wcv);
	}
	mutex_exit(pipe->pipe_lock);
}

static int
pipe_close(struct file *fp)
{
	struct pipe *pipe = fp->f_pipe, *peer;
	kmutex_t *lock = pipe->pipe_lock;

	fp->f_pipe = NULL;
	mutex_enter(lock);
	/* Nobody uses this descriptor; writers of the peer may be inside. */
	pipe->pipe_state |= PIPE_EOF;
	pipe_notify(pipe);
	while (pipe->pipe_busy > 0) {
		cv_broadcast(&pipe->pipe_rcv);
		cv_broadcast(&pipe->pipe_wcv);
		cv_broadcast(&pipe->pipe_lkcv);
		cv_wait(&pipe->pipe_draincv, lock);
	}
	peer = pipe->pipe_peer;
	if (peer != NULL) {
		pipe->pipe_peer = NULL;
		peer->pipe_peer = NULL;
		peer->pipe_state |= PIPE_EOF;
		cv_broadcast(&peer->pipe_rcv);
		cv_broadcast(&peer->pipe_wcv);
		pipe_notify(peer);
	}
	mutex_exit(lock);

	seldestroy(&pipe->pipe_sel);
	cv_destroy(&pipe->pipe_rcv);
	cv_destroy(&pipe->pipe_wcv);
	cv_destroy(&pipe->pipe_draincv);
	cv_destroy(&pipe->pipe_lkcv);
	if (pipe->pipe_buffer.buffer != NULL)
		kmem_free(pipe->pipe_buffer.buffer, pipe->pipe_buffer.size);
	pool_cache_put(pipe_cache, pipe);
	mutex_obj_free(lock);
	return 0;
}

/*
 * Events: EVFILT_READ, EVFILT_WRITE.  kn_hook is the end.
 */

static void
filt_pipedetach(struct knote *kn)
{
	struct pipe *pipe = kn->kn_hook;

	mutex_enter(pipe->pipe_lock);
	selremove_knote(&pipe->pipe_sel, kn);
	mutex_exit(pipe->pipe_lock);
}

static int
filt_piperead(struct knote *kn, long hint)
{
	struct pipe *pipe = kn->kn_hook;
	int ready;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(pipe->pipe_lock);
	kn->kn_data = (int64_t)pipe->pipe_buffer.cnt;
	if (pipe->pipe_state & PIPE_EOF) {
		knote_set_eof(kn, 0);
		ready = 1;
	} else if (kn->kn_sfflags & NOTE_LOWAT)
		ready = kn->kn_data >= kn->kn_sdata;
	else
		ready = kn->kn_data > 0;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(pipe->pipe_lock);
	return ready;
}

static int
filt_pipewrite(struct knote *kn, long hint)
{
	struct pipe *pipe = kn->kn_hook, *wpipe;
	int64_t lowat = PIPE_BUF;
	int ready;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(pipe->pipe_lock);
	wpipe = pipe->pipe_peer;
	if (wpipe == NULL || (pipe->pipe_state & PIPE_EOF)) {
		kn->kn_data = 0;
		knote_set_eof(kn, 0);
		ready = 1;
	} else {
		kn->kn_data = (int64_t)(wpipe->pipe_buffer.size -
		    wpipe->pipe_buffer.cnt);
		if (kn->kn_sfflags & NOTE_LOWAT)
			lowat = kn->kn_sdata;
		ready = kn->kn_data >= lowat;
	}
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(pipe->pipe_lock);
	return ready;
}

static const struct filterops pipe_rfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_pipedetach,
	.f_event = filt_piperead,
};

static const struct filterops pipe_wfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_pipedetach,
	.f_event = filt_pipewrite,
};

static int
pipe_kqfilter(struct file *fp, struct knote *kn)
{
	struct pipe *pipe = fp->f_pipe;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &pipe_rfiltops;
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &pipe_wfiltops;
		break;
	default:
		return EINVAL;
	}
	kn->kn_hook = pipe;
	mutex_enter(pipe->pipe_lock);
	selrecord_knote(&pipe->pipe_sel, kn);
	mutex_exit(pipe->pipe_lock);
	return 0;
}
