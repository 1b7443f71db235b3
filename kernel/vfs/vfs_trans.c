/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File system transactions and suspension, copy on write: fstrans(9).
 *
 * Each mount counts, for each lwp, how deep it is in transactions.  A mount
 * has few lwps at work at a time, so this is a short table; suspending stops
 * lwps that are not in it and waits until only the suspender is.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/fstrans.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"
#include "vfs_trans.h"

/* The file system at the bottom of a stack does it for all. */
static inline struct fstrans_mount_info *
fstrans_info(struct mount *mp)
{

	while (__predict_false(mp->mnt_lower != NULL))
		mp = mp->mnt_lower;
	return mp->mnt_transinfo;
}

void
fstrans_init(void)
{
}

/*
 * Transactions on a mount become possible; its memory has room for our part.
 */
int
fstrans_mount(struct mount *mp)
{
	struct fstrans_mount_info *fmi = mp->mnt_transinfo;

	mutex_init(&fmi->fmi_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&fmi->fmi_cv, "fstrans");
	fmi->fmi_state = FSTRANS_NORMAL;
	fmi->fmi_owner = NULL;
	fmi->fmi_more = NULL;
	SLIST_INIT(&fmi->fmi_cow);
	return 0;
}

/*
 * The mount's memory is about to be freed.
 */
void
fstrans_unmount(struct mount *mp)
{
	struct fstrans_mount_info *fmi = mp->mnt_transinfo;
	struct fstrans_lwp *fl;
	struct fscow_handler *h;

	while ((fl = fmi->fmi_more) != NULL) {
		fmi->fmi_more = fl->fl_next;
		kmem_free(fl, sizeof(*fl));
	}
	while ((h = SLIST_FIRST(&fmi->fmi_cow)) != NULL) {
		SLIST_REMOVE_HEAD(&fmi->fmi_cow, h_entry);
		kmem_free(h, sizeof(*h));
	}
	cv_destroy(&fmi->fmi_cv);
	mutex_destroy(&fmi->fmi_lock);
}

static struct fstrans_lwp *
fstrans_find(struct fstrans_mount_info *fmi, struct lwp *l)
{
	struct fstrans_lwp *fl;
	int i;

	for (i = 0; i < FSTRANS_INLINE; i++) {
		if (atomic_load_relaxed(&fmi->fmi_lwps[i].fl_lwp) == l)
			return &fmi->fmi_lwps[i];
	}
	if (__predict_true(!fmi->fmi_hasmore))
		return NULL;
	for (fl = atomic_load_acquire(&fmi->fmi_more); fl != NULL;
	    fl = fl->fl_next) {
		if (atomic_load_relaxed(&fl->fl_lwp) == l)
			return fl;
	}
	return NULL;
}

/* A free slot, now the lwp's. */
static struct fstrans_lwp *
fstrans_claim(struct fstrans_mount_info *fmi, struct lwp *l)
{
	struct fstrans_lwp *fl, *new;
	struct lwp *none;

	for (;;) {
		fl = fstrans_find(fmi, NULL);
		if (fl == NULL)
			break;
		none = NULL;
		if (__atomic_compare_exchange_n(&fl->fl_lwp, &none, l, 0,
		    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return fl;
	}
	new = kmem_zalloc(sizeof(*new), KM_SLEEP);
	new->fl_lwp = l;
	mutex_enter(&fmi->fmi_lock);
	new->fl_next = fmi->fmi_more;
	__atomic_store_n(&fmi->fmi_more, new, __ATOMIC_SEQ_CST);
	fmi->fmi_hasmore = true;
	mutex_exit(&fmi->fmi_lock);
	return new;
}

/*
 * No lock is taken where nobody suspends: the slot is claimed first and the
 * state looked at after it, the suspender sets the state first and looks at
 * the slots after it, so one of the two sees the other.
 */
static int
fstrans_enter(struct mount *mp, bool wait, bool lazy)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);
	struct fstrans_lwp *fl;
	struct lwp *l = curlwp;

	fl = fstrans_find(fmi, l);
	if (fl != NULL) {
		fl->fl_depth++;
		return 0;
	}
	for (;;) {
		fl = fstrans_claim(fmi, l);
		if (__predict_true(__atomic_load_n(&fmi->fmi_state,
		    __ATOMIC_SEQ_CST) == FSTRANS_NORMAL))
			break;

		/* Suspended: step back and wait. */
		mutex_enter(&fmi->fmi_lock);
		if (fmi->fmi_state == FSTRANS_NORMAL || fmi->fmi_owner == l ||
		    (lazy && fmi->fmi_suspending)) {
			mutex_exit(&fmi->fmi_lock);
			break;
		}
		atomic_store_release(&fl->fl_lwp, NULL);
		cv_broadcast(&fmi->fmi_cv);
		if (!wait) {
			mutex_exit(&fmi->fmi_lock);
			return EBUSY;
		}
		while (fmi->fmi_state != FSTRANS_NORMAL &&
		    fmi->fmi_owner != l && !(lazy && fmi->fmi_suspending))
			cv_wait(&fmi->fmi_cv, &fmi->fmi_lock);
		mutex_exit(&fmi->fmi_lock);
	}
	fl->fl_depth = 1;
	return 0;
}

/*
 * Enter a transaction; waits while the file system is suspended.  They nest.
 */
void
fstrans_start(struct mount *mp)
{

	(void)fstrans_enter(mp, true, false);
}

int
fstrans_start_nowait(struct mount *mp)
{

	return fstrans_enter(mp, false, false);
}

/*
 * For what must go on until the suspension is complete: paging.
 */
void
fstrans_start_lazy(struct mount *mp)
{

	(void)fstrans_enter(mp, true, true);
}

/*
 * Leave a transaction.
 */
void
fstrans_done(struct mount *mp)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);
	struct fstrans_lwp *fl;

	fl = fstrans_find(fmi, curlwp);
	KASSERTMSG(fl != NULL && fl->fl_depth > 0,
	    "file system transaction ended that was not begun");
	if (--fl->fl_depth > 0)
		return;
	(void)__atomic_exchange_n(&fl->fl_lwp, NULL, __ATOMIC_SEQ_CST);
	if (__predict_false(__atomic_load_n(&fmi->fmi_state,
	    __ATOMIC_SEQ_CST) != FSTRANS_NORMAL)) {
		mutex_enter(&fmi->fmi_lock);
		cv_broadcast(&fmi->fmi_cv);
		mutex_exit(&fmi->fmi_lock);
	}
}

/*
 * Is the current lwp in a transaction of the mount?
 */
int
fstrans_held(struct mount *mp)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);

	return fstrans_find(fmi, curlwp) != NULL || fmi->fmi_owner == curlwp;
}

/*
 * Has the current lwp suspended the mount?
 */
int
fstrans_is_owner(struct mount *mp)
{

	return fstrans_info(mp)->fmi_owner == curlwp;
}

/*
 * The lwp's slots are empty when it leaves the kernel: nothing hangs on it.
 */
void
fstrans_lwp_dtor(struct lwp *l)
{
}

static bool
fstrans_others(struct fstrans_mount_info *fmi, struct lwp *l)
{
	struct fstrans_lwp *fl;
	struct lwp *who;
	int i;

	for (i = 0; i < FSTRANS_INLINE; i++) {
		who = __atomic_load_n(&fmi->fmi_lwps[i].fl_lwp,
		    __ATOMIC_SEQ_CST);
		if (who != NULL && who != l)
			return true;
	}
	for (fl = __atomic_load_n(&fmi->fmi_more, __ATOMIC_SEQ_CST);
	    fl != NULL; fl = fl->fl_next) {
		who = __atomic_load_n(&fl->fl_lwp, __ATOMIC_SEQ_CST);
		if (who != NULL && who != l)
			return true;
	}
	return false;
}

/*
 * Suspend or resume.  Suspending waits for the transactions of others; a
 * signal ends the wait with EINTR.  Called with mnt_updating or suspendlock
 * held, so one at a time.
 */
int
fstrans_setstate(struct mount *mp, enum fstrans_state new_state)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);
	int error = 0;

	mutex_enter(&fmi->fmi_lock);
	if (new_state == FSTRANS_SUSPENDED) {
		while (fmi->fmi_owner != NULL && fmi->fmi_owner != curlwp) {
			error = cv_wait_sig(&fmi->fmi_cv, &fmi->fmi_lock);
			if (error != 0)
				break;
		}
		if (error == 0) {
			fmi->fmi_owner = curlwp;
			fmi->fmi_suspending = true;
			__atomic_store_n(&fmi->fmi_state, FSTRANS_SUSPENDED,
			    __ATOMIC_SEQ_CST);
			while (fstrans_others(fmi, curlwp)) {
				error = cv_wait_sig(&fmi->fmi_cv,
				    &fmi->fmi_lock);
				if (error != 0)
					break;
			}
			fmi->fmi_suspending = false;
			if (error != 0)
				new_state = FSTRANS_NORMAL;
		} else {
			mutex_exit(&fmi->fmi_lock);
			return error;
		}
	}
	if (new_state == FSTRANS_NORMAL) {
		atomic_store_release(&fmi->fmi_state, FSTRANS_NORMAL);
		fmi->fmi_owner = NULL;
		cv_broadcast(&fmi->fmi_cv);
	}
	mutex_exit(&fmi->fmi_lock);
	return error;
}

enum fstrans_state
fstrans_getstate(struct mount *mp)
{

	return fstrans_info(mp)->fmi_state;
}

/*
 * Suspend a file system: nobody else has a transaction in it and its data is
 * on the device.  With `nowait' EWOULDBLOCK if another suspends it.
 */
int
vfs_suspend(struct mount *mp, int nowait)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);
	int error;

	if (mp == dead_rootmount)
		return EOPNOTSUPP;
	mutex_enter(&fmi->fmi_lock);
	if (fmi->fmi_owner == curlwp) {
		fmi->fmi_nest++;
		mutex_exit(&fmi->fmi_lock);
		return 0;
	}
	if (nowait && fmi->fmi_owner != NULL) {
		mutex_exit(&fmi->fmi_lock);
		return EWOULDBLOCK;
	}
	mutex_exit(&fmi->fmi_lock);
	while (mp->mnt_lower != NULL)
		mp = mp->mnt_lower;
	error = VFS_SUSPENDCTL(mp, SUSPEND_SUSPEND);
	return error;
}

void
vfs_resume(struct mount *mp)
{
	struct fstrans_mount_info *fmi = fstrans_info(mp);

	while (mp->mnt_lower != NULL)
		mp = mp->mnt_lower;
	KASSERT(fmi->fmi_owner == curlwp);
	if (fmi->fmi_nest > 0) {
		fmi->fmi_nest--;
		return;
	}
	(void)VFS_SUSPENDCTL(mp, SUSPEND_RESUME);
}

/*
 * Copy on write: handlers that see each buffer before it is overwritten.
 */

int
fscow_establish(struct mount *mp, int (*func)(void *, struct buf *, bool),
    void *arg)
{
	struct fstrans_mount_info *fmi = mp->mnt_transinfo;
	struct fscow_handler *h;

	h = kmem_alloc(sizeof(*h), KM_SLEEP);
	h->h_func = func;
	h->h_arg = arg;
	mutex_enter(&fmi->fmi_lock);
	SLIST_INSERT_HEAD(&fmi->fmi_cow, h, h_entry);
	mutex_exit(&fmi->fmi_lock);
	return 0;
}

int
fscow_disestablish(struct mount *mp, int (*func)(void *, struct buf *, bool),
    void *arg)
{
	struct fstrans_mount_info *fmi = mp->mnt_transinfo;
	struct fscow_handler *h;

	mutex_enter(&fmi->fmi_lock);
	/* Not under the feet of those who run them. */
	while (fmi->fmi_cowrunning > 0)
		cv_wait(&fmi->fmi_cv, &fmi->fmi_lock);
	SLIST_FOREACH(h, &fmi->fmi_cow, h_entry) {
		if (h->h_func == func && h->h_arg == arg)
			break;
	}
	if (h != NULL) {
		SLIST_REMOVE(&fmi->fmi_cow, h, fscow_handler, h_entry);
		kmem_free(h, sizeof(*h));
	}
	mutex_exit(&fmi->fmi_lock);
	return h != NULL ? 0 : EINVAL;
}

/*
 * Run the handlers for a buffer that is about to be written.
 */
int
fscow_run(struct buf *bp, bool data_valid)
{
	struct fstrans_mount_info *fmi;
	struct fscow_handler *h;
	struct mount *mp;
	int error = 0;

	if (bp->b_vp == NULL) {
		bp->b_flags |= B_COWDONE;
		return 0;
	}
	if (bp->b_vp->v_type == VBLK)
		mp = spec_node_getmountedfs(bp->b_vp);
	else
		mp = bp->b_vp->v_mount;
	if (mp == NULL || mp->mnt_transinfo == NULL) {
		bp->b_flags |= B_COWDONE;
		return 0;
	}
	fmi = mp->mnt_transinfo;
	if (__predict_true(SLIST_EMPTY(&fmi->fmi_cow))) {
		bp->b_flags |= B_COWDONE;
		return 0;
	}
	mutex_enter(&fmi->fmi_lock);
	fmi->fmi_cowrunning++;
	mutex_exit(&fmi->fmi_lock);
	SLIST_FOREACH(h, &fmi->fmi_cow, h_entry) {
		error = (*h->h_func)(h->h_arg, bp, data_valid);
		if (error != 0)
			break;
	}
	if (error == 0)
		bp->b_flags |= B_COWDONE;
	mutex_enter(&fmi->fmi_lock);
	if (--fmi->fmi_cowrunning == 0)
		cv_broadcast(&fmi->fmi_cv);
	mutex_exit(&fmi->fmi_lock);
	return error;
}
