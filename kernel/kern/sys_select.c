/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * select(2), poll(2), and selrecord(9).
 *
 * Whoever waits keeps a struct selcluster on its stack.  selrecord() puts a
 * selinfo on the list of its first waiter; for a second one it only notes
 * the collision, and selnotify() then wakes everybody.  Waiters poll again
 * after each wakeup, so one too many does no harm.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/time.h>

#include "sys_private.h"

struct selcluster {
	kcondvar_t	sc_cv;
	SLIST_HEAD(, selinfo) sc_recorded;
	LIST_ENTRY(selcluster) sc_entry;
	bool		sc_notified;
};

/* Guards all of this file's state; drivers call with their locks held. */
static kmutex_t select_lock;
static LIST_HEAD(, selcluster) waiters = LIST_HEAD_INITIALIZER(waiters);
static int nrecorded;

/* Once, at boot; there is nothing for each CPU. */
void
selsysinit(struct cpu_info *ci)
{
	static bool done;

	if (done)
		return;
	done = true;
	mutex_init(&select_lock, MUTEX_DEFAULT, IPL_SCHED);
}

static int64_t
audit_waiters(void *arg)
{

	return nrecorded;
}
RUMP_AUDIT(waiters_audit, "selinfo waiters", audit_waiters, NULL)

/*
 * The drivers' side.
 */

void
selinit(struct selinfo *sip)
{

	memset(sip, 0, sizeof(*sip));
	klist_init(&sip->sel_klist);
}

static void
sel_wake(struct selcluster *sc)
{

	sc->sc_notified = true;
	cv_broadcast(&sc->sc_cv);
}

static void
sel_wakeall(void)
{
	struct selcluster *sc;

	LIST_FOREACH(sc, &waiters, sc_entry)
		sel_wake(sc);
}

void
seldestroy(struct selinfo *sip)
{
	struct selcluster *sc;

	mutex_spin_enter(&select_lock);
	sc = sip->sel_cluster;
	if (sc != NULL) {
		SLIST_REMOVE(&sc->sc_recorded, sip, selinfo, sel_chain);
		sip->sel_cluster = NULL;
		nrecorded--;
		sel_wake(sc);
	}
	if (sip->sel_collision)
		sel_wakeall();
	mutex_spin_exit(&select_lock);
	klist_fini(&sip->sel_klist);
}

void
selrecord(struct lwp *l, struct selinfo *sip)
{
	struct selcluster *sc = l->l_selcluster;

	/* Polled by one who won't wait. */
	if (sc == NULL)
		return;
	mutex_spin_enter(&select_lock);
	if (sip->sel_cluster == NULL) {
		__atomic_store_n(&sip->sel_cluster, sc, __ATOMIC_RELAXED);
		SLIST_INSERT_HEAD(&sc->sc_recorded, sip, sel_chain);
		nrecorded++;
	} else if (sip->sel_cluster != sc)
		__atomic_store_n(&sip->sel_collision, true, __ATOMIC_RELAXED);
	mutex_spin_exit(&select_lock);
}

void
selnotify(struct selinfo *sip, int events, long knhint)
{

	KNOTE(&sip->sel_klist, knhint);
	selnotify_waiters(sip);
}

/* selnotify() without the knotes. */
void
selnotify_waiters(struct selinfo *sip)
{

	/* The owner's lock orders this with selrecord(). */
	if (__atomic_load_n(&sip->sel_cluster, __ATOMIC_RELAXED) == NULL &&
	    !__atomic_load_n(&sip->sel_collision, __ATOMIC_RELAXED))
		return;
	mutex_spin_enter(&select_lock);
	if (sip->sel_collision) {
		__atomic_store_n(&sip->sel_collision, false,
		    __ATOMIC_RELAXED);
		sel_wakeall();
	} else if (sip->sel_cluster != NULL)
		sel_wake(sip->sel_cluster);
	mutex_spin_exit(&select_lock);
}

void
selrecord_knote(struct selinfo *sip, struct knote *kn)
{

	klist_insert(&sip->sel_klist, kn);
}

bool
selremove_knote(struct selinfo *sip, struct knote *kn)
{

	return klist_remove(&sip->sel_klist, kn);
}

int
seltrue(dev_t dev, int events, struct lwp *l)
{

	return events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

/*
 * The waiters' side.
 */

/* Takes sc off everything it was recorded with. */
static void
selclear(struct selcluster *sc)
{
	struct selinfo *sip;

	mutex_spin_enter(&select_lock);
	while ((sip = SLIST_FIRST(&sc->sc_recorded)) != NULL) {
		SLIST_REMOVE_HEAD(&sc->sc_recorded, sel_chain);
		__atomic_store_n(&sip->sel_cluster, NULL, __ATOMIC_RELAXED);
		nrecorded--;
	}
	sc->sc_notified = false;
	mutex_spin_exit(&select_lock);
}

/*
 * Runs scan, which returns an error or the number of ready descriptors in
 * *retval, until it finds some, the time ts (NULL: no bound) is over, or a
 * signal comes.
 */
static int
sel_wait(int (*scan)(void *, register_t *), void *arg, register_t *retval,
    struct timespec *ts, const sigset_t *mask)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	struct timespec sleepts;
	struct selcluster sc;
	sigset_t omask;
	bool nowait;
	int error, timo = 0;

	if (ts != NULL && inittimeleft(ts, &sleepts) != 0)
		return EINVAL;
	nowait = ts != NULL && !timespecisset(ts);
	if (mask != NULL) {
		mutex_enter(p->p_lock);
		(void)sigprocmask1(l, SIG_SETMASK, mask, &omask);
		mutex_exit(p->p_lock);
	}

	SLIST_INIT(&sc.sc_recorded);
	sc.sc_notified = false;
	if (nowait)
		l->l_selcluster = NULL;
	else {
		cv_init(&sc.sc_cv, "select");
		mutex_spin_enter(&select_lock);
		LIST_INSERT_HEAD(&waiters, &sc, sc_entry);
		mutex_spin_exit(&select_lock);
	}
	for (;;) {
		if (!nowait)
			l->l_selcluster = &sc;
		error = (*scan)(arg, retval);
		l->l_selcluster = NULL;
		if (error || *retval || nowait)
			break;
		if (ts != NULL && (timo = gettimeleft(ts, &sleepts)) <= 0)
			break;
		mutex_spin_enter(&select_lock);
		if (!sc.sc_notified)
			error = cv_timedwait_sig(&sc.sc_cv, &select_lock,
			    timo);
		mutex_spin_exit(&select_lock);
		selclear(&sc);
		if (error == EWOULDBLOCK)
			error = 0;
		if (error)
			break;
	}
	if (!nowait) {
		selclear(&sc);
		mutex_spin_enter(&select_lock);
		LIST_REMOVE(&sc, sc_entry);
		mutex_spin_exit(&select_lock);
		cv_destroy(&sc.sc_cv);
	}
	if (mask != NULL) {
		mutex_enter(p->p_lock);
		(void)sigprocmask1(l, SIG_SETMASK, &omask, NULL);
		mutex_exit(p->p_lock);
	}
	return error == ERESTART ? EINTR : error;
}

/*
 * select(2).
 */

struct selscan {
	fd_mask		*ss_in[3];
	fd_mask		*ss_out[3];
	int		ss_nd;
};

static int
selscan(void *arg, register_t *retval)
{
	static const int interest[3] = {
		POLLRDNORM | POLLHUP | POLLERR,
		POLLWRNORM | POLLHUP | POLLERR,
		POLLRDBAND
	};
	struct selscan *ss = arg;
	struct file *fp;
	fd_mask bits;
	int fd, i, n = 0, set;

	for (set = 0; set < 3; set++) {
		for (i = 0; i < (int)howmany(ss->ss_nd, NFDBITS); i++) {
			bits = ss->ss_in[set][i];
			ss->ss_out[set][i] = 0;
			while (bits != 0) {
				fd = i * NFDBITS + __builtin_ctz(bits);
				bits &= bits - 1;
				if (fd >= ss->ss_nd)
					break;
				fp = fd_getfile((unsigned)fd);
				if (fp == NULL)
					return EBADF;
				if ((*fp->f_ops->fo_poll)(fp, interest[set])) {
					ss->ss_out[set][i] |=
					    (fd_mask)1 << (fd % NFDBITS);
					n++;
					curlwp->l_selcluster = NULL;
				}
				fd_putfile((unsigned)fd);
			}
		}
	}
	*retval = n;
	return 0;
}

int
selcommon(register_t *retval, int nd, fd_set *in, fd_set *ou, fd_set *ex,
    struct timespec *ts, sigset_t *mask)
{
	fd_set *user[3] = { in, ou, ex };
	fd_mask small[6 * 8], *bits = small;
	struct selscan ss;
	size_t ni, nwords;
	int error = 0, i;

	if (nd < 0)
		return EINVAL;
	/* Descriptors above are not open, and not asked for in practice. */
	if ((u_int)nd > curlwp->l_fd->fd_dt->dt_nfiles)
		nd = (int)curlwp->l_fd->fd_dt->dt_nfiles;
	nwords = howmany((size_t)nd, NFDBITS);
	ni = nwords * sizeof(fd_mask);
	if (6 * ni > sizeof(small))
		bits = kmem_alloc(6 * ni, KM_SLEEP);
	ss.ss_nd = nd;
	for (i = 0; i < 3 && error == 0; i++) {
		ss.ss_in[i] = bits + (size_t)i * nwords;
		ss.ss_out[i] = bits + (size_t)(3 + i) * nwords;
		memset(ss.ss_in[i], 0, ni);
		if (user[i] != NULL && ni != 0)
			error = copyin(user[i], ss.ss_in[i], ni);
	}
	if (error == 0)
		error = sel_wait(selscan, &ss, retval, ts, mask);
	for (i = 0; i < 3 && error == 0; i++)
		if (user[i] != NULL && ni != 0)
			error = copyout(ss.ss_out[i], user[i], ni);
	if (bits != small)
		kmem_free(bits, 6 * ni);
	return error;
}

int
sys___select50(struct lwp *l, const struct sys___select50_args *uap,
    register_t *retval)
{
	struct timespec ats, *ts = NULL;
	struct timeval atv;
	int error;

	if (SCARG(uap, tv) != NULL) {
		error = copyin(SCARG(uap, tv), &atv, sizeof(atv));
		if (error)
			return error;
		if (atv.tv_usec < 0 || atv.tv_usec >= 1000000)
			return EINVAL;
		TIMEVAL_TO_TIMESPEC(&atv, &ats);
		ts = &ats;
	}
	return selcommon(retval, SCARG(uap, nd), SCARG(uap, in),
	    SCARG(uap, ou), SCARG(uap, ex), ts, NULL);
}

int
sys___pselect50(struct lwp *l, const struct sys___pselect50_args *uap,
    register_t *retval)
{
	struct timespec ats, *ts = NULL;
	sigset_t amask, *mask = NULL;
	int error;

	if (SCARG(uap, ts) != NULL) {
		error = copyin(SCARG(uap, ts), &ats, sizeof(ats));
		if (error)
			return error;
		ts = &ats;
	}
	if (SCARG(uap, mask) != NULL) {
		error = copyin(SCARG(uap, mask), &amask, sizeof(amask));
		if (error)
			return error;
		mask = &amask;
	}
	return selcommon(retval, SCARG(uap, nd), SCARG(uap, in),
	    SCARG(uap, ou), SCARG(uap, ex), ts, mask);
}

/*
 * poll(2).
 */

struct pollscan {
	struct pollfd	*ps_fds;
	u_int		ps_nfds;
};

static int
pollscan(void *arg, register_t *retval)
{
	struct pollscan *ps = arg;
	struct pollfd *fds;
	struct file *fp;
	int n = 0;
	u_int i;

	for (i = 0; i < ps->ps_nfds; i++) {
		fds = &ps->ps_fds[i];
		if (fds->fd < 0)
			fds->revents = 0;
		else if ((fp = fd_getfile((unsigned)fds->fd)) == NULL)
			fds->revents = POLLNVAL;
		else {
			fds->revents = (short)(*fp->f_ops->fo_poll)(fp,
			    fds->events | POLLERR | POLLHUP);
			fd_putfile((unsigned)fds->fd);
		}
		if (fds->revents != 0) {
			n++;
			curlwp->l_selcluster = NULL;
		}
	}
	*retval = n;
	return 0;
}

int
pollcommon(register_t *retval, struct pollfd *ufds, u_int nfds,
    struct timespec *ts, sigset_t *mask)
{
	struct pollfd small[32], *fds = small;
	struct pollscan ps;
	size_t ni;
	int error = 0;

	/* More entries than descriptors make sense, but not many more. */
	if (nfds > curlwp->l_fd->fd_dt->dt_nfiles + 1000)
		return EINVAL;
	ni = nfds * sizeof(*fds);
	if (ni > sizeof(small))
		fds = kmem_alloc(ni, KM_SLEEP);
	if (ni != 0)
		error = copyin(ufds, fds, ni);
	ps.ps_fds = fds;
	ps.ps_nfds = nfds;
	if (error == 0)
		error = sel_wait(pollscan, &ps, retval, ts, mask);
	if (error == 0 && ni != 0)
		error = copyout(fds, ufds, ni);
	if (fds != small)
		kmem_free(fds, ni);
	return error;
}

int
sys_poll(struct lwp *l, const struct sys_poll_args *uap, register_t *retval)
{
	struct timespec ats, *ts = NULL;
	int timeout = SCARG(uap, timeout);

	if (timeout != INFTIM) {
		if (timeout < 0)
			return EINVAL;
		ats.tv_sec = timeout / 1000;
		ats.tv_nsec = (timeout % 1000) * 1000000L;
		ts = &ats;
	}
	return pollcommon(retval, SCARG(uap, fds), SCARG(uap, nfds), ts,
	    NULL);
}

int
sys___pollts50(struct lwp *l, const struct sys___pollts50_args *uap,
    register_t *retval)
{
	struct timespec ats, *ts = NULL;
	sigset_t amask, *mask = NULL;
	int error;

	if (SCARG(uap, ts) != NULL) {
		error = copyin(SCARG(uap, ts), &ats, sizeof(ats));
		if (error)
			return error;
		ts = &ats;
	}
	if (SCARG(uap, mask) != NULL) {
		error = copyin(SCARG(uap, mask), &amask, sizeof(amask));
		if (error)
			return error;
		mask = &amask;
	}
	return pollcommon(retval, SCARG(uap, fds), SCARG(uap, nfds), ts,
	    mask);
}
