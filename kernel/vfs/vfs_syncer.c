/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The syncer: dirty vnodes and writable mounts wait in slots of one second
 * each and are written when their slot is due.
 *
 * One thread, which sleeps until the next slot that has something in it is
 * due, and without limit while there is nothing.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/fstrans.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/time.h>
#include <sys/vnode_impl.h>

#include "vfs_impl.h"

#define SYNCER_SLOTS	32
#define SYNCER_MAXDELAY	(SYNCER_SLOTS - 2)

time_t syncdelay = 30;
time_t filedelay = 30;
time_t dirdelay = 15;
time_t metadelay = 10;

/* Seconds of the clock that the slots go by; all under this lock. */
static kmutex_t syncer_data_lock;
static kcondvar_t syncer_cv;
static struct {
	vnodelst_t		vnodes;
	TAILQ_HEAD(, mount)	mounts;
} syncer_slots[SYNCER_SLOTS];
static u_int syncer_count;		/* entries in all slots */
static time_t syncer_next;		/* first slot not yet done */
static bool syncer_idle;		/* asleep without limit */

static void	sched_sync(void *);

void
vfs_syncer_init(void)
{
	int i, error;

	mutex_init(&syncer_data_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&syncer_cv, "syncer");
	for (i = 0; i < SYNCER_SLOTS; i++) {
		TAILQ_INIT(&syncer_slots[i].vnodes);
		TAILQ_INIT(&syncer_slots[i].mounts);
	}
	error = kthread_create(PRI_IOFLUSH, KTHREAD_MPSAFE, NULL, sched_sync,
	    NULL, NULL, "ioflush");
	if (error != 0)
		panic("no syncer: error %d", error);
}

static int
syncer_slot(time_t delay)
{

	if (delay > SYNCER_MAXDELAY)
		delay = SYNCER_MAXDELAY;
	if (delay < 1)
		delay = 1;
	return (time_uptime + delay) & (SYNCER_SLOTS - 1);
}

/* Something was added: the thread must know when it is due. */
static void
syncer_added(void)
{

	if (syncer_count++ == 0)
		syncer_next = time_uptime;
	if (syncer_idle) {
		syncer_idle = false;
		cv_signal(&syncer_cv);
	}
}

/*
 * Write the vnode's data in `delayx' seconds.  Called with v_interlock.
 */
void
vn_syncer_add_to_worklist(struct vnode *vp, int delayx)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	int slot;

	KASSERT(mutex_owned(vp->v_interlock));
	mutex_enter(&syncer_data_lock);
	slot = syncer_slot(delayx);
	if (vp->v_iflag & VI_ONWORKLST) {
		TAILQ_REMOVE(&syncer_slots[vip->vi_synclist_slot].vnodes, vip,
		    vi_synclist);
	} else {
		vp->v_iflag |= VI_ONWORKLST;
		syncer_added();
	}
	vip->vi_synclist_slot = slot;
	TAILQ_INSERT_TAIL(&syncer_slots[slot].vnodes, vip, vi_synclist);
	mutex_exit(&syncer_data_lock);
}

/*
 * The vnode is clean.  Called with v_interlock.
 */
void
vn_syncer_remove_from_worklist(struct vnode *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	KASSERT(mutex_owned(vp->v_interlock));
	if ((vp->v_iflag & VI_ONWORKLST) == 0)
		return;
	mutex_enter(&syncer_data_lock);
	vp->v_iflag &= ~VI_ONWORKLST;
	TAILQ_REMOVE(&syncer_slots[vip->vi_synclist_slot].vnodes, vip,
	    vi_synclist);
	syncer_count--;
	mutex_exit(&syncer_data_lock);
}

/*
 * Let the file system write its own data now and then.
 */
void
vfs_syncer_add_to_worklist(struct mount *mp)
{
	static int start, incr, next;
	int vdelay;

	KASSERT(mutex_owned(mp->mnt_updating));
	KASSERT((mp->mnt_iflag & IMNT_ONWORKLIST) == 0);

	/* Spread the mounts over the slots. */
	mutex_enter(&syncer_data_lock);
	next += incr;
	if (next == 0 || next > SYNCER_MAXDELAY) {
		start /= 2;
		incr /= 2;
		if (start == 0) {
			start = SYNCER_MAXDELAY / 2;
			incr = SYNCER_MAXDELAY;
		}
		next = start;
	}
	vdelay = syncdelay > 0 ? next % syncdelay : 0;
	mp->mnt_synclist_slot = syncer_slot(vdelay);
	TAILQ_INSERT_TAIL(&syncer_slots[mp->mnt_synclist_slot].mounts, mp,
	    mnt_synclist);
	mp->mnt_iflag |= IMNT_ONWORKLIST;
	syncer_added();
	mutex_exit(&syncer_data_lock);
}

void
vfs_syncer_remove_from_worklist(struct mount *mp)
{

	KASSERT(mutex_owned(mp->mnt_updating));
	KASSERT((mp->mnt_iflag & IMNT_ONWORKLIST) != 0);
	mutex_enter(&syncer_data_lock);
	mp->mnt_iflag &= ~IMNT_ONWORKLIST;
	TAILQ_REMOVE(&syncer_slots[mp->mnt_synclist_slot].mounts, mp,
	    mnt_synclist);
	syncer_count--;
	mutex_exit(&syncer_data_lock);
}

/*
 * Write one vnode if that can be had without waiting for its users.  All of it
 * is one transaction: who unmounts never meets a reference that is ours.
 */
static void
syncer_vnode(struct vnode *vp)
{
	struct mount *mp = vp->v_mount;

	KASSERT(mutex_owned(vp->v_interlock));
	if (vfs_trybusy(mp) != 0) {
		mutex_exit(vp->v_interlock);
		return;
	}
	/* Takes v_interlock over. */
	if (vcache_tryvget(vp) == 0) {
		if (vn_lock(vp, LK_EXCLUSIVE | LK_NOWAIT) == 0) {
			(void)VOP_FSYNC(vp, curlwp->l_cred, FSYNC_LAZY, 0, 0);
			vput(vp);
		} else {
			vrele(vp);
		}
	}
	vfs_unbusy(mp);
}

/* All that is in one slot; syncer_data_lock is dropped and taken again. */
static void
syncer_do_slot(int slot)
{
	vnode_impl_t *vip;
	struct vnode *vp;
	struct mount *mp, *next;
	int tries, later;

	/* Mounts. */
	for (mp = TAILQ_FIRST(&syncer_slots[slot].mounts); mp != NULL;
	    mp = next) {
		next = TAILQ_NEXT(mp, mnt_synclist);
		/* Due again after a full delay. */
		TAILQ_REMOVE(&syncer_slots[slot].mounts, mp, mnt_synclist);
		mp->mnt_synclist_slot = syncer_slot(syncdelay);
		/* We are late: that may be this very slot. */
		if (mp->mnt_synclist_slot == slot)
			mp->mnt_synclist_slot = (slot - 1) & (SYNCER_SLOTS - 1);
		TAILQ_INSERT_TAIL(
		    &syncer_slots[mp->mnt_synclist_slot].mounts, mp,
		    mnt_synclist);
		if (vfs_trybusy(mp) != 0)
			continue;
		mutex_exit(&syncer_data_lock);
		if (mutex_tryenter(mp->mnt_updating)) {
			if ((mp->mnt_flag & MNT_ASYNC) == 0 &&
			    (mp->mnt_iflag & IMNT_ONWORKLIST) != 0)
				(void)VFS_SYNC(mp, MNT_LAZY, curlwp->l_cred);
			mutex_exit(mp->mnt_updating);
		}
		vfs_unbusy(mp);
		mutex_enter(&syncer_data_lock);
		next = TAILQ_FIRST(&syncer_slots[slot].mounts);
	}

	/* Vnodes: one that stays dirty moves to a later slot. */
	later = syncer_slot(1);
	for (tries = syncer_count; tries > 0; tries--) {
		vip = TAILQ_FIRST(&syncer_slots[slot].vnodes);
		if (vip == NULL)
			break;
		TAILQ_REMOVE(&syncer_slots[slot].vnodes, vip, vi_synclist);
		vip->vi_synclist_slot = later != slot ? later :
		    (slot + 1) & (SYNCER_SLOTS - 1);
		TAILQ_INSERT_TAIL(
		    &syncer_slots[vip->vi_synclist_slot].vnodes, vip,
		    vi_synclist);
		vp = VIMPL_TO_VNODE(vip);
		/* v_interlock comes first: only try. */
		if (!mutex_tryenter(vp->v_interlock))
			continue;
		mutex_exit(&syncer_data_lock);
		syncer_vnode(vp);
		mutex_enter(&syncer_data_lock);
	}
}

/* Ticks until the next slot with something in it is due; 0: nothing at all. */
static int
syncer_wait(void)
{
	int i, slot;

	if (syncer_count == 0)
		return 0;
	for (i = 1; i < SYNCER_SLOTS; i++) {
		slot = (time_uptime + i) & (SYNCER_SLOTS - 1);
		if (!TAILQ_EMPTY(&syncer_slots[slot].vnodes) ||
		    !TAILQ_EMPTY(&syncer_slots[slot].mounts))
			break;
	}
	return i * hz;
}

static void
sched_sync(void *arg)
{
	time_t now;
	int ticks;

	mutex_enter(&syncer_data_lock);
	for (;;) {
		now = time_uptime;
		if (now - syncer_next > SYNCER_SLOTS)
			syncer_next = now - SYNCER_SLOTS;
		while (syncer_count > 0 && syncer_next <= now) {
			syncer_do_slot(syncer_next & (SYNCER_SLOTS - 1));
			syncer_next++;
		}
		ticks = syncer_wait();
		if (ticks == 0) {
			syncer_idle = true;
			cv_wait(&syncer_cv, &syncer_data_lock);
			syncer_idle = false;
		} else {
			cv_timedwait(&syncer_cv, &syncer_data_lock, ticks);
		}
	}
}

/*
 * Write sooner.  true if there was something to do.
 */
int
speedup_syncer(void)
{
	int busy;

	mutex_enter(&syncer_data_lock);
	busy = syncer_count > 0;
	if (busy)
		cv_signal(&syncer_cv);
	mutex_exit(&syncer_data_lock);
	return busy;
}
