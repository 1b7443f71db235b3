/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel events: kqueue(2), kfilter_register(9), knote(9).
 *
 * One spin lock guards all kqueues and the lists that knotes are on, but an
 * object's own.  A thread that calls a filter from this side marks the knote
 * KN_BUSY and calls without the lock; the object's side calls with the
 * object's lock held and takes ours inside.  A knote goes away by its
 * filter's detach, after which the object can't reach it any more.
 *
 * A kqueue may be watched by kqueues that are not watched themselves, so that
 * an activation goes at most two steps.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/eventvar.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/once.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/time.h>

#include "sys_private.h"

static int	kqueue_ioctl(struct file *, u_long, void *);
static int	kqueue_fcntl(struct file *, u_int, void *);
static int	kqueue_poll(struct file *, int);
static int	kqueue_kqfilter(struct file *, struct knote *);
static int	kqueue_stat(struct file *, struct stat *);
static int	kqueue_close(struct file *);
static void	kqueue_restart(struct file *);

static int
kqueue_rw(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{

	return ENXIO;
}

static const struct fileops kqueueops = {
	.fo_name = "kqueue",
	.fo_read = kqueue_rw,
	.fo_write = kqueue_rw,
	.fo_ioctl = kqueue_ioctl,
	.fo_fcntl = kqueue_fcntl,
	.fo_poll = kqueue_poll,
	.fo_stat = kqueue_stat,
	.fo_close = kqueue_close,
	.fo_kqfilter = kqueue_kqfilter,
	.fo_restart = kqueue_restart,
};

static kmutex_t		kq_lock;
static kcondvar_t	kq_busycv;	/* kq_lock: KN_BUSY was cleared */
static pool_cache_t	kqueue_cache;
static pool_cache_t	knote_cache;
static u_int		nknotes;	/* kq_lock */
static u_int		ntimers;	/* kq_lock */

/* Once, at boot. */
void
kqueue_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	mutex_init(&kq_lock, MUTEX_DEFAULT, IPL_SCHED);
	cv_init(&kq_busycv, "kqbusy");
	kqueue_cache = pool_cache_init(sizeof(struct kqueue), 0, 0, 0,
	    "kqueue", NULL, IPL_NONE, NULL, NULL, NULL);
	knote_cache = pool_cache_init(sizeof(struct knote), 0, 0, 0,
	    "knote", NULL, IPL_NONE, NULL, NULL, NULL);
}

static int64_t
audit_knotes(void *arg)
{

	return nknotes;
}
RUMP_AUDIT(knotes_audit, "knotes", audit_knotes, NULL)

/*
 * Filters.
 */

static int	filt_fileattach(struct knote *);
static int	filt_timerattach(struct knote *);
static void	filt_timerdetach(struct knote *);
static int	filt_timer(struct knote *, long);
static int	filt_timertouch(struct knote *, struct kevent *, long);
static int	filt_userattach(struct knote *);
static void	filt_userdetach(struct knote *);
static int	filt_user(struct knote *, long);
static int	filt_usertouch(struct knote *, struct kevent *, long);

static const struct filterops file_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_attach = filt_fileattach,
};

static const struct filterops timer_filtops = {
	.f_flags = FILTEROP_MPSAFE,
	.f_attach = filt_timerattach,
	.f_detach = filt_timerdetach,
	.f_event = filt_timer,
	.f_touch = filt_timertouch,
};

static const struct filterops user_filtops = {
	.f_flags = FILTEROP_MPSAFE,
	.f_attach = filt_userattach,
	.f_detach = filt_userdetach,
	.f_event = filt_user,
	.f_touch = filt_usertouch,
};

struct kfilter {
	const char	*name;
	const struct filterops *fops;
};

/* By number; a filter whose component is not there has no operations. */
static const struct kfilter sys_kfilters[EVFILT_SYSCOUNT] = {
	[EVFILT_READ] = { "EVFILT_READ", &file_filtops },
	[EVFILT_WRITE] = { "EVFILT_WRITE", &file_filtops },
	[EVFILT_AIO] = { "EVFILT_AIO", NULL },
	[EVFILT_VNODE] = { "EVFILT_VNODE", &file_filtops },
	[EVFILT_PROC] = { "EVFILT_PROC", NULL },
	[EVFILT_SIGNAL] = { "EVFILT_SIGNAL", NULL },
	[EVFILT_TIMER] = { "EVFILT_TIMER", &timer_filtops },
	[EVFILT_FS] = { "EVFILT_FS", NULL },
	[EVFILT_USER] = { "EVFILT_USER", &user_filtops },
	[EVFILT_EMPTY] = { "EVFILT_EMPTY", &file_filtops },
};

#define	NUSERFILTERS	16
static struct kfilter	user_kfilters[NUSERFILTERS];	/* kq_lock */

/* With kq_lock held. */
static const struct kfilter *
kfilter_bynumber(uint32_t filter)
{
	const struct kfilter *kf = NULL;

	if (filter < EVFILT_SYSCOUNT)
		kf = &sys_kfilters[filter];
	else if (filter - EVFILT_SYSCOUNT < NUSERFILTERS)
		kf = &user_kfilters[filter - EVFILT_SYSCOUNT];
	return kf != NULL && kf->fops != NULL ? kf : NULL;
}

static const struct kfilter *
kfilter_byname(const char *name, uint32_t *filter)
{
	const struct kfilter *kf;
	uint32_t i;

	for (i = 0; i < EVFILT_SYSCOUNT + NUSERFILTERS; i++) {
		kf = kfilter_bynumber(i);
		if (kf != NULL && strcmp(kf->name, name) == 0) {
			*filter = i;
			return kf;
		}
	}
	return NULL;
}

/*
 * Adds a filter; its number goes to *retfilter.  EINVAL: a name that is
 * empty or too long; EEXIST; ENOMEM: too many.
 */
int
kfilter_register(const char *name, const struct filterops *filtops,
    int *retfilter)
{
	uint32_t other;
	int error = 0, i;
	char *copy;

	if (name == NULL || name[0] == '\0' || strlen(name) > 64 ||
	    filtops == NULL)
		return EINVAL;
	copy = kmem_strdup(name, KM_SLEEP);
	mutex_spin_enter(&kq_lock);
	if (kfilter_byname(name, &other) != NULL)
		error = EEXIST;
	else {
		for (i = 0; i < NUSERFILTERS; i++)
			if (user_kfilters[i].fops == NULL)
				break;
		if (i == NUSERFILTERS)
			error = ENOMEM;
		else {
			user_kfilters[i].name = copy;
			user_kfilters[i].fops = filtops;
			if (retfilter != NULL)
				*retfilter = (int)EVFILT_SYSCOUNT + i;
		}
	}
	mutex_spin_exit(&kq_lock);
	if (error)
		kmem_strfree(copy);
	return error;
}

/* EINVAL: one of the system's; ENOENT; EBUSY: in use, which is not waited. */
int
kfilter_unregister(const char *name)
{
	const struct kfilter *kf;
	const char *copy = NULL;
	uint32_t filter;
	int error = 0;

	mutex_spin_enter(&kq_lock);
	kf = kfilter_byname(name, &filter);
	if (kf == NULL)
		error = ENOENT;
	else if (filter < EVFILT_SYSCOUNT)
		error = EINVAL;
	else if (nknotes != 0)
		error = EBUSY;
	else {
		copy = kf->name;
		memset(&user_kfilters[filter - EVFILT_SYSCOUNT], 0,
		    sizeof(user_kfilters[0]));
	}
	mutex_spin_exit(&kq_lock);
	if (copy != NULL)
		kmem_strfree(__UNCONST(copy));
	return error;
}

/* Calls of a filter; the big lock is for those that want it. */

static int
filter_attach(struct knote *kn)
{
	int error;

	if (kn->kn_fop->f_flags & FILTEROP_MPSAFE)
		return (*kn->kn_fop->f_attach)(kn);
	KERNEL_LOCK(1, NULL);
	error = (*kn->kn_fop->f_attach)(kn);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

static void
filter_detach(struct knote *kn)
{

	if (kn->kn_fop->f_flags & FILTEROP_MPSAFE)
		(*kn->kn_fop->f_detach)(kn);
	else {
		KERNEL_LOCK(1, NULL);
		(*kn->kn_fop->f_detach)(kn);
		KERNEL_UNLOCK_ONE(NULL);
	}
}

static int
filter_event(struct knote *kn, long hint)
{
	int rv;

	if (kn->kn_fop->f_flags & FILTEROP_MPSAFE)
		return (*kn->kn_fop->f_event)(kn, hint);
	KERNEL_LOCK(1, NULL);
	rv = (*kn->kn_fop->f_event)(kn, hint);
	KERNEL_UNLOCK_ONE(NULL);
	return rv;
}

/*
 * Knotes.
 */

/* With kq_lock held. */
static void
knote_enqueue(struct knote *kn)
{
	struct kqueue *kq = kn->kn_kq;
	struct knote *outer;

	KASSERT(mutex_owned(&kq_lock));
	if ((kn->kn_status & (KN_QUEUED | KN_DISABLED | KN_WILLDETACH)) != 0)
		return;
	TAILQ_INSERT_TAIL(&kq->kq_head, kn, kn_tqe);
	kn->kn_status |= KN_QUEUED;
	kq->kq_count++;
	cv_broadcast(&kq->kq_cv);
	/* Those that watch this kqueue are watched by none. */
	SLIST_FOREACH(outer, &kq->kq_sel.sel_klist, kn_selnext) {
		outer->kn_data = kq->kq_count;
		outer->kn_status |= KN_ACTIVE;
		knote_enqueue(outer);
	}
	selnotify_waiters(&kq->kq_sel);
}

static void
knote_dequeue(struct knote *kn)
{
	struct kqueue *kq = kn->kn_kq;

	KASSERT(mutex_owned(&kq_lock));
	if (kn->kn_status & KN_QUEUED) {
		TAILQ_REMOVE(&kq->kq_head, kn, kn_tqe);
		kn->kn_status &= ~KN_QUEUED;
		kq->kq_count--;
	}
}

static void
knote_activate(struct knote *kn)
{

	mutex_spin_enter(&kq_lock);
	kn->kn_status |= KN_ACTIVE;
	knote_enqueue(kn);
	mutex_spin_exit(&kq_lock);
}

/*
 * Takes a knote for this thread.  If it is busy, waits and returns false:
 * it may be gone, look again.
 */
static bool
knote_take(struct knote *kn)
{

	KASSERT(mutex_owned(&kq_lock));
	if (kn->kn_status & KN_BUSY) {
		cv_wait(&kq_busycv, &kq_lock);
		return false;
	}
	kn->kn_status |= KN_BUSY;
	return true;
}

static void
knote_give(struct knote *kn)
{

	KASSERT(kn->kn_status & KN_BUSY);
	kn->kn_status &= ~KN_BUSY;
	cv_broadcast(&kq_busycv);
}

/* Unlinks and frees a taken knote, which the object does not know. */
static void
knote_free(struct knote *kn)
{
	struct kqueue *kq = kn->kn_kq;

	KASSERT(mutex_owned(&kq_lock));
	knote_dequeue(kn);
	if (kn->kn_ff != NULL)
		SLIST_REMOVE(&kn->kn_ff->ff_knlist, kn, knote, kn_link);
	LIST_REMOVE(kn, kn_kqlink);
	kq->kq_nnotes--;
	nknotes--;
	cv_broadcast(&kq_busycv);
	mutex_spin_exit(&kq_lock);
	pool_cache_put(knote_cache, kn);
	mutex_spin_enter(&kq_lock);
}

/* Removes a taken knote.  kq_lock is given up meanwhile. */
static void
knote_detach(struct knote *kn)
{

	KASSERT(mutex_owned(&kq_lock));
	KASSERT(kn->kn_status & KN_BUSY);
	kn->kn_status |= KN_WILLDETACH;
	mutex_spin_exit(&kq_lock);
	filter_detach(kn);
	mutex_spin_enter(&kq_lock);
	knote_free(kn);
}

void
knote(struct klist *list, long hint)
{
	struct knote *kn, *tmp;

	SLIST_FOREACH_SAFE(kn, list, kn_selnext, tmp)
		if (filter_event(kn, hint))
			knote_activate(kn);
}

/*
 * EV_EOF is part of what the user sees; f_event may set it at any time.
 */
void
knote_set_eof(struct knote *kn, uint32_t flags)
{

	mutex_spin_enter(&kq_lock);
	kn->kn_flags |= EV_EOF | flags;
	mutex_spin_exit(&kq_lock);
}

void
knote_clear_eof(struct knote *kn)
{

	mutex_spin_enter(&kq_lock);
	kn->kn_flags &= ~EV_EOF;
	mutex_spin_exit(&kq_lock);
}

void
klist_init(struct klist *list)
{

	SLIST_INIT(list);
}

static void
filt_gone_detach(struct knote *kn)
{
}

static int
filt_gone(struct knote *kn, long hint)
{

	return 1;
}

static const struct filterops gone_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_gone_detach,
	.f_event = filt_gone,
};

/* The object goes away under its knotes: they report EOF from now on. */
void
klist_fini(struct klist *list)
{
	struct knote *kn;

	while ((kn = SLIST_FIRST(list)) != NULL) {
		SLIST_REMOVE_HEAD(list, kn_selnext);
		mutex_spin_enter(&kq_lock);
		kn->kn_fop = &gone_filtops;
		kn->kn_flags |= EV_EOF;
		kn->kn_status |= KN_ACTIVE;
		knote_enqueue(kn);
		mutex_spin_exit(&kq_lock);
	}
}

void
klist_insert(struct klist *list, struct knote *kn)
{

	SLIST_INSERT_HEAD(list, kn, kn_selnext);
}

bool
klist_remove(struct klist *list, struct knote *kn)
{

	SLIST_REMOVE(list, kn, knote, kn_selnext);
	return SLIST_EMPTY(list);
}

/* The knotes of a descriptor that is being closed. */
void
knote_fdclose(int fd)
{
	fdfile_t *ff = curlwp->l_fd->fd_dt->dt_ff[fd];
	struct knote *kn;

	mutex_spin_enter(&kq_lock);
	while ((kn = SLIST_FIRST(&ff->ff_knlist)) != NULL)
		if (knote_take(kn))
			knote_detach(kn);
	mutex_spin_exit(&kq_lock);
}

/*
 * EVFILT_READ and others of descriptors: the file knows.
 */
static int
filt_fileattach(struct knote *kn)
{
	struct file *fp = kn->kn_obj;

	return (*fp->f_ops->fo_kqfilter)(fp, kn);
}

/*
 * The filter of devices that are always ready.
 */

static void
filt_seltruedetach(struct knote *kn)
{
}

int
filt_seltrue(struct knote *kn, long hint)
{

	kn->kn_data = 0;
	return 1;
}

const struct filterops seltrue_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_seltruedetach,
	.f_event = filt_seltrue,
};

int
seltrue_kqfilter(dev_t dev, struct knote *kn)
{

	switch (kn->kn_filter) {
	case EVFILT_READ:
	case EVFILT_WRITE:
		kn->kn_fop = &seltrue_filtops;
		return 0;
	default:
		return EINVAL;
	}
}

/*
 * EVFILT_TIMER.  kn_hook is a struct evtimer, kn_data counts expiries.
 */

struct evtimer {
	callout_t	et_callout;
	int		et_ticks;	/* period; 0: once */
	bool		et_once;
	bool		et_stop;	/* kq_lock: don't start again */
};

/* From the units of the user to ticks; EINVAL. */
static int
evtimer_ticks(const struct knote *kn, int *ticksp)
{
	int64_t data = kn->kn_sdata, unit;
	struct timespec ts, now;

	switch (kn->kn_sfflags & 0x3) {
	case NOTE_SECONDS:
		unit = 1;
		break;
	case NOTE_USECONDS:
		unit = 1000000;
		break;
	case NOTE_NSECONDS:
		unit = 1000000000;
		break;
	default:
		unit = 1000;
		break;
	}
	if (data < 0 || (kn->kn_sfflags & ~(0x3U | NOTE_ABSTIME)) != 0)
		return EINVAL;
	ts.tv_sec = data / unit;
	ts.tv_nsec = (long)(data % unit * (1000000000 / unit));
	if (kn->kn_sfflags & NOTE_ABSTIME) {
		nanotime(&now);
		if (timespeccmp(&ts, &now, <=)) {
			*ticksp = 1;
			return 0;
		}
		timespecsub(&ts, &now, &ts);
	}
	if (ts.tv_sec > INT_MAX / hz - 1)
		return EINVAL;
	*ticksp = tstohz(&ts);
	if (*ticksp == 0)
		*ticksp = 1;
	return 0;
}

static void
filt_timerexpire(void *arg)
{
	struct knote *kn = arg;
	struct evtimer *et = kn->kn_hook;

	mutex_spin_enter(&kq_lock);
	kn->kn_data++;
	kn->kn_status |= KN_ACTIVE;
	knote_enqueue(kn);
	if (!et->et_once && !et->et_stop)
		callout_schedule(&et->et_callout, et->et_ticks);
	mutex_spin_exit(&kq_lock);
}

static void
evtimer_start(struct knote *kn, int ticks)
{
	struct evtimer *et = kn->kn_hook;

	et->et_stop = false;
	et->et_once = (kn->kn_flags & EV_ONESHOT) != 0 ||
	    (kn->kn_sfflags & NOTE_ABSTIME) != 0;
	et->et_ticks = ticks;
	callout_reset(&et->et_callout, ticks, filt_timerexpire, kn);
}

static void
evtimer_stop(struct evtimer *et)
{

	mutex_spin_enter(&kq_lock);
	et->et_stop = true;
	mutex_spin_exit(&kq_lock);
	callout_halt(&et->et_callout, NULL);
}

static int
filt_timerattach(struct knote *kn)
{
	struct evtimer *et;
	int error, ticks;

	error = evtimer_ticks(kn, &ticks);
	if (error)
		return error;
	mutex_spin_enter(&kq_lock);
	if (ntimers >= KQ_MAXTIMERS) {
		mutex_spin_exit(&kq_lock);
		return ENOMEM;
	}
	ntimers++;
	mutex_spin_exit(&kq_lock);
	et = kmem_zalloc(sizeof(*et), KM_SLEEP);
	callout_init(&et->et_callout, CALLOUT_MPSAFE);
	kn->kn_hook = et;
	kn->kn_flags |= EV_CLEAR;
	evtimer_start(kn, ticks);
	return 0;
}

static void
filt_timerdetach(struct knote *kn)
{
	struct evtimer *et = kn->kn_hook;

	evtimer_stop(et);
	callout_destroy(&et->et_callout);
	kmem_free(et, sizeof(*et));
	mutex_spin_enter(&kq_lock);
	ntimers--;
	mutex_spin_exit(&kq_lock);
}

static int
filt_timer(struct knote *kn, long hint)
{
	int rv;

	mutex_spin_enter(&kq_lock);
	rv = kn->kn_data != 0;
	mutex_spin_exit(&kq_lock);
	return rv;
}

/* Registered again: starts anew with the new period. */
static int
filt_timertouch(struct knote *kn, struct kevent *kev, long type)
{
	struct evtimer *et = kn->kn_hook;
	uint32_t offlags = kn->kn_sfflags;
	int64_t odata = kn->kn_sdata;
	int error, ticks;

	KASSERT(type == EVENT_REGISTER);
	kn->kn_sfflags = kev->fflags;
	kn->kn_sdata = kev->data;
	error = evtimer_ticks(kn, &ticks);
	if (error) {
		kn->kn_sfflags = offlags;
		kn->kn_sdata = odata;
		return error;
	}
	evtimer_stop(et);
	mutex_spin_enter(&kq_lock);
	kn->kn_data = 0;
	knote_dequeue(kn);
	kn->kn_status &= ~KN_ACTIVE;
	mutex_spin_exit(&kq_lock);
	evtimer_start(kn, ticks);
	return 0;
}

/*
 * EVFILT_USER.  kn_hookid says whether it was triggered.
 */

static int
filt_userattach(struct knote *kn)
{

	kn->kn_hookid = (kn->kn_sfflags & NOTE_TRIGGER) != 0;
	kn->kn_fflags = kn->kn_sfflags & NOTE_FFLAGSMASK;
	kn->kn_data = kn->kn_sdata;
	return 0;
}

static void
filt_userdetach(struct knote *kn)
{
}

static int
filt_user(struct knote *kn, long hint)
{

	return kn->kn_hookid;
}

static int
filt_usertouch(struct knote *kn, struct kevent *kev, long type)
{
	uint32_t ff = kev->fflags & NOTE_FFLAGSMASK;

	KASSERT(type == EVENT_REGISTER);
	switch (kev->fflags & NOTE_FFCTRLMASK) {
	case NOTE_FFAND:
		kn->kn_fflags &= ff;
		break;
	case NOTE_FFOR:
		kn->kn_fflags |= ff;
		break;
	case NOTE_FFCOPY:
		kn->kn_fflags = ff;
		break;
	default:
		break;
	}
	kn->kn_data = kev->data;
	if (kev->fflags & NOTE_TRIGGER)
		kn->kn_hookid = 1;
	if (kev->flags & EV_CLEAR) {
		kn->kn_hookid = (kev->fflags & NOTE_TRIGGER) != 0;
		kn->kn_data = 0;
		kn->kn_fflags = 0;
	}
	return 0;
}

/*
 * Registration.
 */

static struct knote *
kqueue_find(struct kqueue *kq, fdfile_t *ff, const struct kevent *kev)
{
	struct knote *kn;

	KASSERT(mutex_owned(&kq_lock));
	if (ff != NULL) {
		SLIST_FOREACH(kn, &ff->ff_knlist, kn_link)
			if (kn->kn_kq == kq && kn->kn_filter == kev->filter &&
			    kn->kn_id == kev->ident)
				return kn;
	} else {
		LIST_FOREACH(kn, &kq->kq_knotes, kn_kqlink)
			if (kn->kn_id == kev->ident &&
			    kn->kn_filter == kev->filter && kn->kn_ff == NULL)
				return kn;
	}
	return NULL;
}

/* A new knote for kev, taken; kq_lock is held before and after. */
static int
kqueue_add(struct kqueue *kq, const struct kevent *kev,
    const struct filterops *fops, struct file *fp, fdfile_t *ff,
    struct knote *kn)
{
	int error;

	memset(kn, 0, sizeof(*kn));
	kn->kn_kq = kq;
	kn->kn_ff = ff;
	kn->kn_obj = fp;
	kn->kn_fop = fops;
	kn->kn_kevent = *kev;
	kn->kn_flags &= ~(EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE |
	    EV_RECEIPT);
	kn->kn_sfflags = kev->fflags;
	kn->kn_sdata = kev->data;
	kn->kn_fflags = 0;
	kn->kn_data = 0;
	kn->kn_status = KN_BUSY | ((kev->flags & EV_DISABLE) ?
	    KN_DISABLED : 0);
	if (ff != NULL)
		SLIST_INSERT_HEAD(&ff->ff_knlist, kn, kn_link);
	LIST_INSERT_HEAD(&kq->kq_knotes, kn, kn_kqlink);
	kq->kq_nnotes++;
	nknotes++;
	mutex_spin_exit(&kq_lock);
	error = filter_attach(kn);
	mutex_spin_enter(&kq_lock);
	if (error)
		knote_free(kn);
	return error;
}

static int
kqueue_change(struct knote *kn, struct kevent *kev)
{
	int error = 0;

	mutex_spin_exit(&kq_lock);
	kn->kn_kevent.udata = kev->udata;
	if (kn->kn_fop->f_touch != NULL)
		error = (*kn->kn_fop->f_touch)(kn, kev, EVENT_REGISTER);
	else {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = kev->data;
	}
	mutex_spin_enter(&kq_lock);
	return error;
}

static int
kqueue_register(struct kqueue *kq, struct kevent *kev)
{
	const struct kfilter *kf;
	struct file *fp = NULL;
	struct knote *kn, *newkn = NULL;
	fdfile_t *ff = NULL;
	bool isfd, active;
	int error = 0;

	mutex_spin_enter(&kq_lock);
	kf = kfilter_bynumber(kev->filter);
	isfd = kf != NULL && (kf->fops->f_flags & FILTEROP_ISFD) != 0;
	mutex_spin_exit(&kq_lock);
	if (kf == NULL)
		return EINVAL;
	if (isfd) {
		/* The reference keeps the slot and its knotes from closing. */
		if (kev->ident > INT_MAX ||
		    (fp = fd_getfile((unsigned)kev->ident)) == NULL)
			return EBADF;
		ff = curlwp->l_fd->fd_dt->dt_ff[kev->ident];
	}
	if (kev->flags & EV_ADD)
		newkn = pool_cache_get(knote_cache, PR_WAITOK);

	mutex_spin_enter(&kq_lock);
	do {
		kn = kqueue_find(kq, ff, kev);
	} while (kn != NULL && !knote_take(kn));

	if (kev->flags & EV_DELETE) {
		if (kn == NULL)
			error = ENOENT;
		else
			knote_detach(kn);
		goto out;
	}
	if (kn == NULL) {
		if ((kev->flags & EV_ADD) == 0) {
			error = ENOENT;
			goto out;
		}
		if (kq->kq_nnotes >= KQ_MAXNOTES) {
			error = ENOMEM;
			goto out;
		}
		kn = newkn;
		newkn = NULL;
		error = kqueue_add(kq, kev, kf->fops, fp, ff, kn);
	} else {
		if (kev->flags & EV_DISABLE)
			kn->kn_status |= KN_DISABLED;
		if (kev->flags & EV_ENABLE)
			kn->kn_status &= ~KN_DISABLED;
		if (kev->flags & (EV_ADD | EV_ENABLE) ||
		    kn->kn_fop->f_touch != NULL)
			error = (kev->flags & EV_ADD) ||
			    kev->filter == EVFILT_USER ?
			    kqueue_change(kn, kev) : 0;
		if (error)
			knote_give(kn);
	}
	if (error)
		goto out;

	/* What it waits for may be there already. */
	mutex_spin_exit(&kq_lock);
	active = filter_event(kn, 0) != 0;
	mutex_spin_enter(&kq_lock);
	if (active)
		kn->kn_status |= KN_ACTIVE;
	if (kn->kn_status & KN_DISABLED)
		knote_dequeue(kn);
	else if (kn->kn_status & KN_ACTIVE)
		knote_enqueue(kn);
	knote_give(kn);
 out:
	mutex_spin_exit(&kq_lock);
	if (newkn != NULL)
		pool_cache_put(knote_cache, newkn);
	if (fp != NULL)
		fd_putfile((unsigned)kev->ident);
	return error;
}

/*
 * Scanning.
 */

/*
 * Takes the next event off the queue and into *kev.  False: there was none
 * after all.
 */
static bool
kqueue_next(struct kqueue *kq, struct kevent *kev)
{
	struct knote *kn = TAILQ_FIRST(&kq->kq_head);
	bool active;

	if (!knote_take(kn))
		return false;
	knote_dequeue(kn);
	if (kn->kn_status & KN_DISABLED) {
		knote_give(kn);
		return false;
	}
	if ((kn->kn_flags & EV_ONESHOT) == 0) {
		mutex_spin_exit(&kq_lock);
		active = filter_event(kn, 0) != 0;
		mutex_spin_enter(&kq_lock);
		if (!active) {
			if ((kn->kn_status & KN_QUEUED) == 0)
				kn->kn_status &= ~KN_ACTIVE;
			knote_give(kn);
			return false;
		}
	}
	*kev = kn->kn_kevent;
	if (kn->kn_flags & EV_ONESHOT) {
		knote_detach(kn);
		return true;
	}
	if (kn->kn_flags & EV_CLEAR) {
		kn->kn_data = 0;
		kn->kn_fflags = 0;
		if (kn->kn_filter == EVFILT_USER)
			kn->kn_hookid = 0;
		knote_dequeue(kn);
		kn->kn_status &= ~KN_ACTIVE;
	} else if (kn->kn_flags & EV_DISPATCH) {
		knote_dequeue(kn);
		kn->kn_status |= KN_DISABLED;
		kn->kn_status &= ~KN_ACTIVE;
	} else
		knote_enqueue(kn);
	knote_give(kn);
	return true;
}

static int
kqueue_scan(struct kqueue *kq, size_t maxevents, struct kevent *ulist,
    const struct timespec *tsp, register_t *retval,
    const struct kevent_ops *keops, struct kevent *buf, size_t bufcnt)
{
	struct timespec ats, sleepts;
	size_t done = 0, inbuf = 0;
	int error = 0, timo = 0;
	u_int n;

	if (tsp != NULL) {
		ats = *tsp;
		if (inittimeleft(&ats, &sleepts) != 0)
			return EINVAL;
	}
	mutex_spin_enter(&kq_lock);
	while (done == 0 && error == 0) {
		if (kq->kq_restart) {
			error = ERESTART;
			break;
		}
		if (kq->kq_count == 0 || kq->kq_scanning) {
			if (tsp != NULL) {
				if (!timespecisset(tsp))
					break;
				timo = gettimeleft(&ats, &sleepts);
				if (timo <= 0)
					break;
			}
			error = cv_timedwait_sig(&kq->kq_cv, &kq_lock, timo);
			continue;
		}
		kq->kq_scanning = true;
		for (n = kq->kq_count; n > 0 && done < maxevents &&
		    kq->kq_count > 0 && error == 0; n--) {
			if (!kqueue_next(kq, &buf[inbuf]))
				continue;
			inbuf++;
			done++;
			if (inbuf == bufcnt) {
				mutex_spin_exit(&kq_lock);
				error = (*keops->keo_put_events)(
				    keops->keo_private, buf, ulist, done - inbuf,
				    (int)inbuf);
				inbuf = 0;
				mutex_spin_enter(&kq_lock);
			}
		}
		kq->kq_scanning = false;
		cv_broadcast(&kq->kq_cv);
	}
	mutex_spin_exit(&kq_lock);
	if (error == 0 && inbuf > 0)
		error = (*keops->keo_put_events)(keops->keo_private, buf,
		    ulist, done - inbuf, (int)inbuf);
	if (error == EWOULDBLOCK)
		error = 0;
	else if (error == ERESTART)
		error = EINTR;
	if (error == 0)
		*retval = (register_t)done;
	return error;
}

int
kevent_fetch_changes(void *ctx, const struct kevent *changelist,
    struct kevent *changes, size_t index, int n)
{

	return copyin(changelist + index, changes,
	    (size_t)n * sizeof(*changes));
}

int
kevent_put_events(void *ctx, struct kevent *events, struct kevent *eventlist,
    size_t index, int n)
{

	return copyout(events, eventlist + index,
	    (size_t)n * sizeof(*events));
}

static const struct kevent_ops kevent_native_ops = {
	.keo_private = NULL,
	.keo_fetch_timeout = copyin,
	.keo_fetch_changes = kevent_fetch_changes,
	.keo_put_events = kevent_put_events,
};

int
kevent1(register_t *retval, int fd, const struct kevent *changelist,
    size_t nchanges, struct kevent *eventlist, size_t nevents,
    const struct timespec *timeout, const struct kevent_ops *keops)
{
	struct kevent buf[KQ_NEVENTS], *kevp;
	struct timespec ts, *tsp = NULL;
	struct kqueue *kq;
	struct file *fp;
	size_t done = 0, nerrors = 0;
	int error = 0, i, n;

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_KQUEUE) {
		error = EBADF;
		goto out;
	}
	kq = fp->f_kqueue;
	if (timeout != NULL) {
		error = (*keops->keo_fetch_timeout)(timeout, &ts, sizeof(ts));
		if (error)
			goto out;
		tsp = &ts;
	}
	while (done < nchanges) {
		n = (int)MIN(nchanges - done, (size_t)KQ_NEVENTS);
		error = (*keops->keo_fetch_changes)(keops->keo_private,
		    changelist, buf, done, n);
		if (error)
			goto out;
		for (i = 0; i < n; i++) {
			kevp = &buf[i];
			kevp->flags &= ~EV_SYSFLAGS;
			error = kqueue_register(kq, kevp);
			if (error == 0 && (kevp->flags & EV_RECEIPT) == 0)
				continue;
			if (nevents == 0) {
				if (error)
					goto out;
				continue;
			}
			kevp->flags = EV_ERROR;
			kevp->data = error;
			error = (*keops->keo_put_events)(keops->keo_private,
			    kevp, eventlist, nerrors, 1);
			if (error)
				goto out;
			nevents--;
			nerrors++;
		}
		done += (size_t)n;
	}
	if (nerrors > 0) {
		*retval = (register_t)nerrors;
		goto out;
	}
	if (nevents == 0) {
		*retval = 0;
		goto out;
	}
	error = kqueue_scan(kq, nevents, eventlist, tsp, retval, keops, buf,
	    KQ_NEVENTS);
 out:
	fd_putfile((unsigned)fd);
	return error;
}

int
sys___kevent50(struct lwp *l, const struct sys___kevent50_args *uap,
    register_t *retval)
{

	return kevent1(retval, SCARG(uap, fd), SCARG(uap, changelist),
	    SCARG(uap, nchanges), SCARG(uap, eventlist), SCARG(uap, nevents),
	    SCARG(uap, timeout), &kevent_native_ops);
}

/*
 * A kqueue as a file.
 */

static int
kqueue1(int flags, register_t *retval)
{
	struct kqueue *kq;
	int fd;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE))
		return EINVAL;
	kq = pool_cache_get(kqueue_cache, PR_WAITOK);
	memset(kq, 0, sizeof(*kq));
	TAILQ_INIT(&kq->kq_head);
	LIST_INIT(&kq->kq_knotes);
	cv_init(&kq->kq_cv, "kqueue");
	selinit(&kq->kq_sel);
	fd = fd_install(DTYPE_KQUEUE, &kqueueops, kq, flags, FREAD | FWRITE);
	if (fd < 0) {
		seldestroy(&kq->kq_sel);
		cv_destroy(&kq->kq_cv);
		pool_cache_put(kqueue_cache, kq);
		return -fd;
	}
	*retval = fd;
	return 0;
}

int
sys_kqueue(struct lwp *l, const void *uap, register_t *retval)
{

	return kqueue1(0, retval);
}

int
sys_kqueue1(struct lwp *l, const struct sys_kqueue1_args *uap,
    register_t *retval)
{

	return kqueue1(SCARG(uap, flags), retval);
}

static int
kqueue_ioctl(struct file *fp, u_long com, void *data)
{
	struct kfilter_mapping *km = data;
	const struct kfilter *kf;
	char name[80];
	int error;

	switch (com) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	case KFILTER_BYFILTER:
		name[0] = '\0';
		mutex_spin_enter(&kq_lock);
		kf = kfilter_bynumber(km->filter);
		if (kf != NULL)
			strlcpy(name, kf->name, sizeof(name));
		mutex_spin_exit(&kq_lock);
		if (kf == NULL)
			return ENOENT;
		return copyoutstr(name, km->name, km->len, NULL);
	case KFILTER_BYNAME:
		error = copyinstr(km->name, name, sizeof(name), NULL);
		if (error)
			return error;
		mutex_spin_enter(&kq_lock);
		kf = kfilter_byname(name, &km->filter);
		mutex_spin_exit(&kq_lock);
		return kf == NULL ? ENOENT : 0;
	default:
		return ENOTTY;
	}
}

static int
kqueue_fcntl(struct file *fp, u_int com, void *data)
{

	return com == F_SETFL ? 0 : ENOTTY;
}

static int
kqueue_poll(struct file *fp, int events)
{
	struct kqueue *kq = fp->f_kqueue;
	int revents = 0;

	if ((events & (POLLIN | POLLRDNORM)) == 0)
		return 0;
	mutex_spin_enter(&kq_lock);
	if (kq->kq_count != 0)
		revents = events & (POLLIN | POLLRDNORM);
	else
		selrecord(curlwp, &kq->kq_sel);
	mutex_spin_exit(&kq_lock);
	return revents;
}

static int
kqueue_stat(struct file *fp, struct stat *st)
{
	struct kqueue *kq = fp->f_kqueue;

	memset(st, 0, sizeof(*st));
	st->st_size = (off_t)kq->kq_count;
	st->st_blksize = sizeof(struct kevent);
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	st->st_blocks = 1;
	st->st_uid = kauth_cred_geteuid(fp->f_cred);
	st->st_gid = kauth_cred_getegid(fp->f_cred);
	return 0;
}

static void
kqueue_restart(struct file *fp)
{
	struct kqueue *kq = fp->f_kqueue;

	mutex_spin_enter(&kq_lock);
	kq->kq_restart = true;
	cv_broadcast(&kq->kq_cv);
	mutex_spin_exit(&kq_lock);
}

static int
kqueue_close(struct file *fp)
{
	struct kqueue *kq = fp->f_kqueue;
	struct knote *kn;

	fp->f_kqueue = NULL;
	mutex_spin_enter(&kq_lock);
	while ((kn = LIST_FIRST(&kq->kq_knotes)) != NULL)
		if (knote_take(kn))
			knote_detach(kn);
	mutex_spin_exit(&kq_lock);
	KASSERT(kq->kq_nwatched == 0);
	seldestroy(&kq->kq_sel);
	cv_destroy(&kq->kq_cv);
	pool_cache_put(kqueue_cache, kq);
	return 0;
}

/* EVFILT_READ of a kqueue: it has events.  kn_hook is the kqueue. */

static void
filt_kqdetach(struct knote *kn)
{
	struct kqueue *kq = kn->kn_hook;

	mutex_spin_enter(&kq_lock);
	selremove_knote(&kq->kq_sel, kn);
	kq->kq_nwatched--;
	kn->kn_kq->kq_nwatches--;
	mutex_spin_exit(&kq_lock);
}

static int
filt_kqueue(struct knote *kn, long hint)
{
	struct kqueue *kq = kn->kn_hook;
	int rv;

	mutex_spin_enter(&kq_lock);
	kn->kn_data = kq->kq_count;
	rv = kq->kq_count != 0;
	mutex_spin_exit(&kq_lock);
	return rv;
}

static const struct filterops kqread_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_kqdetach,
	.f_event = filt_kqueue,
};

static int
kqueue_kqfilter(struct file *fp, struct knote *kn)
{
	struct kqueue *kq = fp->f_kqueue;
	int error = 0;

	if (kn->kn_filter != EVFILT_READ)
		return EINVAL;
	mutex_spin_enter(&kq_lock);
	if (kn->kn_kq == kq || kq->kq_nwatches != 0 ||
	    kn->kn_kq->kq_nwatched != 0)
		error = ELOOP;
	else {
		kn->kn_fop = &kqread_filtops;
		kn->kn_hook = kq;
		kq->kq_nwatched++;
		kn->kn_kq->kq_nwatches++;
		selrecord_knote(&kq->kq_sel, kn);
	}
	mutex_spin_exit(&kq_lock);
	return error;
}
