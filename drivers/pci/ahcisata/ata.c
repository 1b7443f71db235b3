/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATA channels: their queues, slots, time, and the thread that does for them
 * what an interrupt can't.  See ata(4).
 *
 * One thread works for all channels.  It is asked by flags in ch_flags
 * (ATACH_TH_*) and finds them under the channel's lock; the channel is frozen
 * from the question to the end of the answer.  Another one looks for drives:
 * that takes commands, which may need the first.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/pool.h>
#include <sys/proc.h>

#include "ata_impl.h"

static struct workqueue *ata_wq;
static struct workqueue *ata_rescan_wq;
static struct pool ata_xfer_pool;

#define	ATA_TH_FLAGS	(ATACH_TH_RESET | ATACH_TH_DRIVE_RESET |	\
			    ATACH_TH_RECOVERY | ATACH_TH_RESCAN)

/* Looks for drives with less than so many seconds between them, until that is over. */
#define	ATA_RESCAN_MAX	32
#define	ATA_RESCAN_QUIET	60

static void	ata_work(struct work *, void *);
static void	ata_rescan(struct work *, void *);

int
ata_component_init(void)
{
	int error;

	pool_init(&ata_xfer_pool, sizeof(struct ata_xfer), 0, 0, 0, "ataspl",
	    NULL, IPL_BIO);
	error = workqueue_create(&ata_wq, "atath", ata_work, NULL, PRI_BIO,
	    IPL_BIO, WQ_MPSAFE);
	if (error)
		return error;
	return workqueue_create(&ata_rescan_wq, "atascan", ata_rescan, NULL,
	    PRI_BIO, IPL_BIO, WQ_MPSAFE);
}

/*
 * Locks.
 */

void
ata_channel_lock(struct ata_channel *chp)
{

	mutex_enter(&chp->ch_lock);
}

void
ata_channel_unlock(struct ata_channel *chp)
{

	mutex_exit(&chp->ch_lock);
}

void
ata_channel_lock_owned(struct ata_channel *chp)
{

	KASSERT(mutex_owned(&chp->ch_lock));
}

/*
 * Queues.
 */

/* A queue with that many slots, at most ATA_MAX_OPENINGS.  Sleeps. */
struct ata_queue *
ata_queue_alloc(uint8_t openings)
{
	struct ata_queue *chq;

	if (openings == 0)
		openings = 1;
	if (openings > ATA_MAX_OPENINGS)
		openings = ATA_MAX_OPENINGS;
	chq = kmem_zalloc(sizeof(*chq), KM_SLEEP);
	chq->queue_openings = openings;
	chq->queue_xfers_avail = (uint32_t)((1ULL << openings) - 1);
	SIMPLEQ_INIT(&chq->queue_xfer);
	TAILQ_INIT(&chq->active_xfers);
	cv_init(&chq->queue_drain, "atadrain");
	cv_init(&chq->queue_idle, "ataidle");
	cv_init(&chq->c_active, "ataact");
	cv_init(&chq->c_cmd_finish, "atafin");
	return chq;
}

void
ata_queue_free(struct ata_queue *chq)
{

	KASSERT(chq->queue_active == 0 && SIMPLEQ_EMPTY(&chq->queue_xfer));
	cv_destroy(&chq->queue_drain);
	cv_destroy(&chq->queue_idle);
	cv_destroy(&chq->c_active);
	cv_destroy(&chq->c_cmd_finish);
	kmem_free(chq, sizeof(*chq));
}

uint8_t
ata_queue_openings(struct ata_channel *chp)
{

	return chp->ch_queue->queue_openings;
}

/* Mask of the slots that are taken. */
uint32_t
ata_queue_active(struct ata_channel *chp)
{

	return chp->ch_queue->active_xfers_used;
}

/* Takes a free slot below maxslots; false: there is none.  Locked. */
bool
ata_queue_alloc_slot(struct ata_channel *chp, uint8_t *slotp, uint8_t maxslots)
{
	struct ata_queue *chq = chp->ch_queue;
	uint32_t avail = chq->queue_xfers_avail & ~chq->active_xfers_used;
	int slot;

	ata_channel_lock_owned(chp);
	slot = ffs((int)avail) - 1;
	if (slot < 0 || slot >= maxslots)
		return false;
	chq->active_xfers_used |= 1U << slot;
	*slotp = (uint8_t)slot;
	return true;
}

void
ata_queue_free_slot(struct ata_channel *chp, uint8_t slot)
{

	ata_channel_lock_owned(chp);
	KASSERT((chp->ch_queue->active_xfers_used & (1U << slot)) != 0);
	chp->ch_queue->active_xfers_used &= ~(1U << slot);
}

/* Sets the slots aside that are taken, so that a recovery has some. */
void
ata_queue_hold(struct ata_channel *chp)
{
	struct ata_queue *chq = chp->ch_queue;

	ata_channel_lock_owned(chp);
	chq->queue_hold |= chq->active_xfers_used;
	chq->active_xfers_used = 0;
}

void
ata_queue_unhold(struct ata_channel *chp)
{
	struct ata_queue *chq = chp->ch_queue;

	ata_channel_lock_owned(chp);
	chq->active_xfers_used |= chq->queue_hold;
	chq->queue_hold = 0;
}

/* Who is active in a slot, or NULL.  Any state of the lock. */
struct ata_xfer *
ata_queue_hwslot_to_xfer(struct ata_channel *chp, int slot)
{
	struct ata_xfer *xfer;
	bool owned = mutex_owned(&chp->ch_lock);

	if (!owned)
		ata_channel_lock(chp);
	TAILQ_FOREACH(xfer, &chp->ch_queue->active_xfers, c_activechain) {
		if (xfer->c_slot == slot)
			break;
	}
	if (!owned)
		ata_channel_unlock(chp);
	return xfer;
}

/* The one that has been active longest. */
struct ata_xfer *
ata_queue_get_active_xfer_locked(struct ata_channel *chp)
{

	ata_channel_lock_owned(chp);
	return TAILQ_FIRST(&chp->ch_queue->active_xfers);
}

struct ata_xfer *
ata_queue_get_active_xfer(struct ata_channel *chp)
{
	struct ata_xfer *xfer;

	ata_channel_lock(chp);
	xfer = ata_queue_get_active_xfer_locked(chp);
	ata_channel_unlock(chp);
	return xfer;
}

struct ata_xfer *
ata_queue_drive_active_xfer(struct ata_channel *chp, int drive)
{
	struct ata_xfer *xfer;

	ata_channel_lock(chp);
	TAILQ_FOREACH(xfer, &chp->ch_queue->active_xfers, c_activechain) {
		if (xfer->c_drive == drive)
			break;
	}
	ata_channel_unlock(chp);
	return xfer;
}

static void
ata_channel_freeze_locked(struct ata_channel *chp)
{

	chp->ch_queue->queue_freeze++;
}

/* Nothing starts until as many thaws. */
void
ata_channel_freeze(struct ata_channel *chp)
{

	ata_channel_lock(chp);
	ata_channel_freeze_locked(chp);
	ata_channel_unlock(chp);
}

void
ata_channel_thaw_locked(struct ata_channel *chp)
{

	ata_channel_lock_owned(chp);
	KASSERT(chp->ch_queue->queue_freeze > 0);
	chp->ch_queue->queue_freeze--;
}

/*
 * Channels.
 */

void
ata_channel_init(struct ata_channel *chp)
{

	mutex_init(&chp->ch_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&chp->ch_thr_idle, "atath");
	chp->ch_queue->queue_chp = chp;
	callout_init(&chp->c_timo_callout, CALLOUT_MPSAFE);
	callout_setfunc(&chp->c_timo_callout, ata_timeout, chp);
}

/* Frees the queue, too.  The channel's bus has gone. */
void
ata_channel_destroy(struct ata_channel *chp)
{

	callout_halt(&chp->c_timo_callout, NULL);
	callout_destroy(&chp->c_timo_callout);
	if (chp->ch_queue != NULL) {
		/* What was asked for before the bus went is over, too. */
		ata_rescan_wait(chp);
		ata_queue_free(chp->ch_queue);
		chp->ch_queue = NULL;
	}
	cv_destroy(&chp->ch_thr_idle);
	mutex_destroy(&chp->ch_lock);
}

/* Initialises the channel and attaches its bus. */
void
ata_channel_attach(struct ata_channel *chp)
{

	KASSERT(chp->ch_queue != NULL);
	if ((chp->ch_flags & ATACH_DISABLED) != 0)
		return;
	ata_channel_init(chp);
	chp->ch_flags &= ~ATACH_DETACHED;
	atomic_store_release(&chp->ch_attached, 1);
	chp->atabus = config_found(chp->ch_atac->atac_dev, chp, atabusprint,
	    CFARGS(.iattr = "ata"));
}

void
ata_channel_detach(struct ata_channel *chp)
{

	if ((chp->ch_flags & (ATACH_DISABLED | ATACH_DETACHED)) != 0)
		return;
	atomic_store_relaxed(&chp->ch_attached, 0);
	ata_channel_destroy(chp);
	chp->ch_flags |= ATACH_DETACHED;
}

/*
 * Room for n drives, which replaces what was there.  Locked; lets the lock go
 * and sleeps.  0.
 */
int
atabus_alloc_drives(struct ata_channel *chp, int n)
{
	struct ata_drive_datas *drives;
	int i;

	ata_channel_lock_owned(chp);
	if (chp->ch_ndrives != n)
		atabus_free_drives(chp);
	if (chp->ch_drive == NULL) {
		ata_channel_unlock(chp);
		drives = kmem_zalloc(n * sizeof(*drives), KM_SLEEP);
		ata_channel_lock(chp);
		/* Somebody else's are not of another number. */
		if (chp->ch_drive != NULL) {
			ata_channel_unlock(chp);
			kmem_free(drives, n * sizeof(*drives));
			ata_channel_lock(chp);
			return 0;
		}
		chp->ch_drive = drives;
	}
	for (i = 0; i < n; i++) {
		chp->ch_drive[i].chnl_softc = chp;
		chp->ch_drive[i].drive = i;
	}
	chp->ch_ndrives = n;
	return 0;
}

/* With the lock or without. */
void
atabus_free_drives(struct ata_channel *chp)
{
	struct ata_drive_datas *drives;
	bool owned = mutex_owned(&chp->ch_lock);
	int n;

	if (!owned)
		ata_channel_lock(chp);
	drives = chp->ch_drive;
	n = chp->ch_ndrives;
	chp->ch_drive = NULL;
	chp->ch_ndrives = 0;
	ata_channel_unlock(chp);
	if (drives != NULL)
		kmem_free(drives, n * sizeof(*drives));
	if (owned)
		ata_channel_lock(chp);
}

/* ATAPI and ATA drivers hold the controller; those with power switches care. */
int
ata_addref(struct ata_channel *chp)
{
	struct atac_softc *atac = chp->ch_atac;
	struct scsipi_adapter *adapt = &atac->atac_atapi_adapter._generic;

	if (adapt->adapt_enable == NULL)
		return 0;
	if (adapt->adapt_refcnt++ == 0)
		return (*adapt->adapt_enable)(atac->atac_dev, 1);
	return 0;
}

void
ata_delref(struct ata_channel *chp)
{
	struct atac_softc *atac = chp->ch_atac;
	struct scsipi_adapter *adapt = &atac->atac_atapi_adapter._generic;

	if (adapt->adapt_enable == NULL)
		return;
	if (--adapt->adapt_refcnt == 0)
		(void)(*adapt->adapt_enable)(atac->atac_dev, 0);
}

/*
 * Transfers.
 */

/* A transfer of zeroes; NULL if the caller won't wait and memory is short. */
struct ata_xfer *
ata_get_xfer(struct ata_channel *chp, bool waitok)
{
	struct ata_xfer *xfer;

	xfer = pool_get(&ata_xfer_pool, waitok ? PR_WAITOK : PR_NOWAIT);
	if (xfer != NULL) {
		memset(xfer, 0, sizeof(*xfer));
		xfer->c_slot = -1;
	}
	return xfer;
}

void
ata_free_xfer(struct ata_channel *chp, struct ata_xfer *xfer)
{

	KASSERT(xfer->c_slot == -1);
	if ((xfer->c_flags & C_PRIVATE_ALLOC) == 0)
		pool_put(&ata_xfer_pool, xfer);
}

/* Puts a transfer into the queue; it may be over when this returns. */
void
ata_exec_xfer(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_queue *chq = chp->ch_queue;

	xfer->c_chp = chp;
	xfer->c_slot = -1;
	ata_channel_lock(chp);
	if ((xfer->c_flags & C_SKIP_QUEUE) != 0)
		SIMPLEQ_INSERT_HEAD(&chq->queue_xfer, xfer, c_xferchain);
	else
		SIMPLEQ_INSERT_TAIL(&chq->queue_xfer, xfer, c_xferchain);
	ata_channel_unlock(chp);
	atastart(chp);
}

/* Whether the first in the queue may become active. */
static bool
ata_may_start(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_queue *chq = chp->ch_queue;
	struct ata_xfer *axfer;

	if (chq->queue_freeze != 0 && (xfer->c_flags & C_SKIP_QUEUE) == 0)
		return false;
	if (chq->queue_active >= chq->queue_openings)
		return false;
	axfer = TAILQ_FIRST(&chq->active_xfers);
	if (axfer == NULL || (xfer->c_flags & C_SKIP_QUEUE) != 0)
		return true;
	/* Only queued commands of one drive live with each other. */
	return (axfer->c_flags & xfer->c_flags & C_NCQ) != 0 &&
	    axfer->c_drive == xfer->c_drive;
}

/* Starts what may start. */
void
atastart(struct ata_channel *chp)
{
	struct ata_queue *chq = chp->ch_queue;
	struct atac_softc *atac = chp->ch_atac;
	struct ata_xfer *xfer;
	uint8_t slot;

	ata_channel_lock(chp);
	while ((xfer = SIMPLEQ_FIRST(&chq->queue_xfer)) != NULL &&
	    ata_may_start(chp, xfer)) {
		if (atac->atac_claim_hw != NULL &&
		    !(*atac->atac_claim_hw)(chp, 0))
			break;
		if (!ata_queue_alloc_slot(chp, &slot, chq->queue_openings))
			break;
		SIMPLEQ_REMOVE_HEAD(&chq->queue_xfer, c_xferchain);
		xfer->c_slot = (int8_t)slot;
		TAILQ_INSERT_TAIL(&chq->active_xfers, xfer, c_activechain);
		chq->queue_active++;
		if ((xfer->c_flags & C_NCQ) != 0)
			chp->ch_flags |= ATACH_NCQ;
		else
			chp->ch_flags &= ~ATACH_NCQ;
		(void)ata_xfer_start(xfer);
	}
	ata_channel_unlock(chp);
}

/* Gives an active transfer to the hardware.  Locked; lets go meanwhile. */
int
ata_xfer_start(struct ata_xfer *xfer)
{
	struct ata_channel *chp = xfer->c_chp;
	int rv;

	ata_channel_lock_owned(chp);
	rv = (*xfer->ops->c_start)(chp, xfer);
	switch (rv) {
	case ATASTART_STARTED:
		break;
	case ATASTART_TH:
		/* The thread finds it active and starts it again. */
		ata_thread_run(chp, 0, ATACH_TH_DRIVE_RESET, xfer->c_drive);
		break;
	case ATASTART_POLL:
		ata_channel_unlock(chp);
		while ((*xfer->ops->c_poll)(chp, xfer) == ATAPOLL_AGAIN)
			continue;
		ata_channel_lock(chp);
		break;
	case ATASTART_ABORT:
		ata_channel_unlock(chp);
		(*xfer->ops->c_abort)(chp, xfer);
		ata_channel_lock(chp);
		break;
	default:
		panic("%s: c_start returns %d", __func__, rv);
	}
	return rv;
}

/* An active transfer is over; its slot is free.  Unlocked. */
void
ata_deactivate_xfer(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_queue *chq = chp->ch_queue;

	ata_channel_lock(chp);
	KASSERT(chq->queue_active > 0 && xfer->c_slot >= 0);
	TAILQ_REMOVE(&chq->active_xfers, xfer, c_activechain);
	chq->queue_active--;
	ata_queue_free_slot(chp, (uint8_t)xfer->c_slot);
	xfer->c_slot = -1;
	xfer->c_deadline = 0;
	if (chq->queue_active == 0)
		callout_stop(&chp->c_timo_callout);
	cv_broadcast(&chq->queue_idle);
	/* It is done, for who waits for a command. */
	if ((xfer->c_flags & C_WAIT) != 0)
		cv_broadcast(&chq->c_cmd_finish);
	if (chp->ch_atac->atac_free_hw != NULL)
		(*chp->ch_atac->atac_free_hw)(chp);
	ata_channel_unlock(chp);
}

/* Sleeps until a command that was executed with AT_WAIT is done. */
void
ata_wait_cmd(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_queue *chq = chp->ch_queue;

	ata_channel_lock(chp);
	while ((xfer->c_ata_c.flags & AT_DONE) == 0)
		cv_wait(&chq->c_cmd_finish, &chp->ch_lock);
	ata_channel_unlock(chp);
}

/* The drive's queue is being drained: whether this transfer went with it. */
bool
ata_waitdrain_xfer_check(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ata_queue *chq = chp->ch_queue;
	bool draining = false;

	ata_channel_lock(chp);
	if (xfer->c_drive < chp->ch_ndrives &&
	    (chp->ch_drive[xfer->c_drive].drive_flags &
	    ATA_DRIVE_WAITDRAIN) != 0) {
		draining = true;
		cv_broadcast(&chq->queue_drain);
	}
	ata_channel_unlock(chp);
	if (draining)
		(*xfer->ops->c_kill_xfer)(chp, xfer, KILL_GONE);
	return draining;
}

/*
 * Ends all active transfers.  Locked; lets go meanwhile.  One that somebody
 * else ends already is waited for with AT_WAIT.
 */
void
ata_kill_active(struct ata_channel *chp, int reason, int flags)
{
	struct ata_queue *chq = chp->ch_queue;
	const struct ata_xfer_ops *ops;
	struct ata_xfer *xfer;

	ata_channel_lock_owned(chp);
	while ((xfer = TAILQ_FIRST(&chq->active_xfers)) != NULL) {
		ops = xfer->ops;
		ata_channel_unlock(chp);
		(*ops->c_kill_xfer)(chp, xfer, reason);
		ata_channel_lock(chp);
		if (TAILQ_FIRST(&chq->active_xfers) == xfer &&
		    (flags & AT_WAIT) != 0)
			cv_wait(&chq->queue_idle, &chp->ch_lock);
	}
}

/* Ends what waits for a drive, and waits for what is active.  Sleeps. */
void
ata_kill_pending(struct ata_drive_datas *drvp)
{
	struct ata_channel *chp = drvp->chnl_softc;
	struct ata_queue *chq = chp->ch_queue;
	struct ata_xfer *xfer;

	ata_channel_lock(chp);
	drvp->drive_flags |= ATA_DRIVE_WAITDRAIN;
again:
	SIMPLEQ_FOREACH(xfer, &chq->queue_xfer, c_xferchain) {
		if (xfer->c_drive != drvp->drive)
			continue;
		SIMPLEQ_REMOVE(&chq->queue_xfer, xfer, ata_xfer, c_xferchain);
		ata_channel_unlock(chp);
		(*xfer->ops->c_kill_xfer)(chp, xfer, KILL_GONE_INACTIVE);
		ata_channel_lock(chp);
		cv_broadcast(&chq->c_cmd_finish);
		goto again;
	}
	TAILQ_FOREACH(xfer, &chq->active_xfers, c_activechain) {
		if (xfer->c_drive == drvp->drive) {
			cv_wait(&chq->queue_idle, &chp->ch_lock);
			goto again;
		}
	}
	drvp->drive_flags &= ~ATA_DRIVE_WAITDRAIN;
	cv_broadcast(&chq->queue_drain);
	ata_channel_unlock(chp);
}

/*
 * Time.
 */

/* Marks an active transfer as late; false: it is over meanwhile.  Locked. */
bool
ata_timo_xfer_check(struct ata_xfer *xfer)
{

	ata_channel_lock_owned(xfer->c_chp);
	if (xfer->c_slot < 0)
		return false;
	xfer->c_flags |= C_TIMEOU;
	return true;
}

/* The callout comes when the first of the active transfers is late. */
static void
ata_deadlines(struct ata_channel *chp)
{
	const u_int now = (u_int)getticks();
	struct ata_xfer *xfer;
	int left, next = INT_MAX;

	TAILQ_FOREACH(xfer, &chp->ch_queue->active_xfers, c_activechain) {
		if (xfer->c_deadline == 0)
			continue;
		left = (int)((u_int)xfer->c_deadline - now);
		next = MIN(next, MAX(left, 1));
	}
	if (next != INT_MAX)
		callout_reset(&chp->c_timo_callout, next, ata_timeout, chp);
}

void
ata_deadline(struct ata_xfer *xfer, int ms)
{
	struct ata_channel *chp = xfer->c_chp;

	ata_channel_lock_owned(chp);
	xfer->c_deadline = (int)((u_int)getticks() + (u_int)mstohz(ms));
	if (xfer->c_deadline == 0)
		xfer->c_deadline = 1;
	ata_deadlines(chp);
}

/* The time of a channel's active transfers, or some of them, is over. */
void
ata_timeout(void *v)
{
	struct ata_channel *chp = v;
	struct ata_queue *chq = chp->ch_queue;
	const struct ata_xfer_ops *ops;
	struct ata_xfer *xfer;
	int slot;

	callout_ack(&chp->c_timo_callout);
	ata_channel_lock(chp);
	/* Who recovers looks at the time himself. */
	if ((chp->ch_flags & (ATACH_RECOVERING | ATACH_TH_RECOVERY |
	    ATACH_TH_RESET)) != 0) {
		ata_channel_unlock(chp);
		return;
	}
	for (slot = 0; slot < chq->queue_openings; slot++) {
		TAILQ_FOREACH(xfer, &chq->active_xfers, c_activechain) {
			if (xfer->c_slot == slot)
				break;
		}
		/* Who polls looks at the time himself, too. */
		if (xfer == NULL || (xfer->c_flags & C_POLL) != 0 ||
		    (xfer->c_deadline != 0 && (int)((u_int)getticks() -
		    (u_int)xfer->c_deadline) < 0) || !ata_timo_xfer_check(xfer))
			continue;
		/* Without the lock it may be over at any time. */
		ops = xfer->ops;
		ata_channel_unlock(chp);
		(void)(*ops->c_intr)(chp, xfer, 0);
		ata_channel_lock(chp);
	}
	if ((chp->ch_flags & ATACH_TH_RECOVERY) == 0)
		ata_deadlines(chp);
	ata_channel_unlock(chp);
}

void
ata_delay(struct ata_channel *chp, int ms, const char *msg, int flags)
{
	int i;

	if ((flags & AT_WAIT) == 0 || cpu_intr_p() || cpu_softintr_p()) {
		for (i = 0; i < ms; i++)
			delay(1000);
	} else {
		ata_channel_lock_owned(chp);
		(void)kpause(msg, false, mstohz(ms), &chp->ch_lock);
	}
}

/*
 * The thread.
 */

/* The channel's thread is the one that runs. */
bool
ata_is_thread_run(struct ata_channel *chp)
{

	ata_channel_lock_owned(chp);
	return chp->ch_thread == curlwp;
}

static void
ata_thread_do(struct ata_channel *chp, int type, int arg, int flags)
{
	const struct ata_bustype *bus = chp->ch_atac->atac_bustype_ata;
	int i;

	ata_channel_lock_owned(chp);
	switch (type) {
	case ATACH_TH_RESET:
		(*bus->ata_reset_channel)(chp, flags);
		for (i = 0; i < chp->ch_ndrives; i++)
			chp->ch_drive[i].state = RESET;
		break;
	case ATACH_TH_DRIVE_RESET:
		for (i = 0; i < chp->ch_ndrives; i++) {
			if ((chp->ch_drive[i].drive_flags &
			    ATA_DRIVE_TH_RESET) == 0)
				continue;
			chp->ch_drive[i].drive_flags &= ~ATA_DRIVE_TH_RESET;
			(*bus->ata_reset_drive)(&chp->ch_drive[i], flags,
			    NULL);
			if (i < chp->ch_ndrives)
				chp->ch_drive[i].state = RESET;
		}
		break;
	case ATACH_TH_RECOVERY:
		(*bus->ata_recovery)(chp, flags, chp->recovery_tfd);
		break;
	}
}

/*
 * Has a reset or a recovery done (type, with a drive or a task file as arg):
 * by the thread, or, if flags allow to wait or to poll, here and now.
 * Locked; lets go meanwhile.
 */
void
ata_thread_run(struct ata_channel *chp, int flags, int type, int arg)
{
	struct ata_queue *chq = chp->ch_queue;

	ata_channel_lock_owned(chp);
	if (type == ATACH_TH_RECOVERY)
		chp->recovery_tfd = (uint32_t)arg;
	if (type == ATACH_TH_DRIVE_RESET && arg < chp->ch_ndrives)
		chp->ch_drive[arg].drive_flags |= ATA_DRIVE_TH_RESET;
	if ((flags & (AT_POLL | AT_WAIT)) != 0) {
		ata_channel_freeze_locked(chp);
		ata_thread_do(chp, type, arg, flags);
		ata_channel_thaw_locked(chp);
		ata_channel_unlock(chp);
		atastart(chp);
		ata_channel_lock(chp);
		return;
	}
	if ((chp->ch_flags & type) != 0)
		return;
	chp->ch_flags |= type;
	ata_channel_freeze_locked(chp);
	if (!chq->queue_work_on) {
		chq->queue_work_on = true;
		workqueue_enqueue(ata_wq, &chq->queue_work, NULL);
	}
}

static void
ata_work(struct work *wk, void *arg)
{
	struct ata_queue *chq = container_of(wk, struct ata_queue, queue_work);
	struct ata_channel *chp = chq->queue_chp;
	static const int types[] = {
		ATACH_TH_RECOVERY, ATACH_TH_RESET, ATACH_TH_DRIVE_RESET
	};
	int i;

	ata_channel_lock(chp);
	chp->ch_thread = curlwp;
	for (i = 0; i < (int)__arraycount(types); i++) {
		if ((chp->ch_flags & types[i]) == 0)
			continue;
		/* From now on it may be asked for once more. */
		chp->ch_flags &= ~types[i];
		ata_thread_do(chp, types[i], 0, AT_WAIT);
		ata_channel_thaw_locked(chp);
	}
	if ((chp->ch_flags & ATACH_TH_RESCAN) != 0) {
		chp->ch_flags &= ~ATACH_TH_RESCAN;
		ata_channel_thaw_locked(chp);
		if ((chp->ch_flags & ATACH_SHUTDOWN) == 0 &&
		    !chq->queue_rescan_on) {
			chq->queue_rescan_on = true;
			workqueue_enqueue(ata_rescan_wq, &chq->queue_rescan,
			    NULL);
		}
	}
	chp->ch_thread = NULL;
	chq->queue_work_on = false;
	/* Asked again in the meantime: once more round. */
	if ((chp->ch_flags & ATA_TH_FLAGS) != 0) {
		chq->queue_work_on = true;
		workqueue_enqueue(ata_wq, &chq->queue_work, NULL);
	}
	cv_broadcast(&chq->queue_idle);
	ata_channel_unlock(chp);
	atastart(chp);
}

static void
ata_rescan(struct work *wk, void *arg)
{
	struct ata_queue *chq = container_of(wk, struct ata_queue,
	    queue_rescan);
	struct ata_channel *chp = chq->queue_chp;
	u_int n;

	/* A link may come and go because it is looked at. */
	ata_channel_lock(chp);
	chq->queue_rescan_on = false;
	if ((u_int)getticks() - (u_int)chq->queue_rescanned >=
	    (u_int)(ATA_RESCAN_QUIET * hz))
		chq->queue_rescans = 0;
	chq->queue_rescanned = getticks();
	n = chq->queue_rescans;
	if (n <= ATA_RESCAN_MAX)
		chq->queue_rescans++;
	ata_channel_unlock(chp);
	if (n > ATA_RESCAN_MAX)
		return;

	/* Buses come and go under the big lock. */
	KERNEL_LOCK(1, NULL);
	if (chp->atabus != NULL && n == ATA_RESCAN_MAX)
		aprint_error_dev(chp->atabus, "%u changes in a row, limit %u: "
		    "drives are not looked for until there are none for %d "
		    "seconds\n", n, ATA_RESCAN_MAX, ATA_RESCAN_QUIET);
	else if (chp->atabus != NULL)
		atabus_probe(device_private(chp->atabus));
	KERNEL_UNLOCK_ONE(NULL);
	ata_channel_lock(chp);
	chq->queue_rescanned = getticks();
	ata_channel_unlock(chp);
}

void
ata_rescan_wait(struct ata_channel *chp)
{
	struct ata_queue *chq = chp->ch_queue;

	/* The thread may ask itself to come back. */
	ata_channel_lock(chp);
	while (chq->queue_work_on)
		cv_wait(&chq->queue_idle, &chp->ch_lock);
	ata_channel_unlock(chp);
	workqueue_wait(ata_wq, &chp->ch_queue->queue_work);
	workqueue_wait(ata_rescan_wq, &chp->ch_queue->queue_rescan);
}

/*
 * The log that tells which queued command failed, with nothing active
 * meanwhile: they are with the drive no more.  Locked; lets go meanwhile.
 */
static int
ata_recovery_log(struct ata_channel *chp, struct ata_drive_datas *drvp, uint8_t *slot,
    int *tfd)
{
	struct ata_queue *chq = chp->ch_queue;
	TAILQ_HEAD(, ata_xfer) held = TAILQ_HEAD_INITIALIZER(held);
	uint8_t status, err;
	uint32_t avail;
	int error, active;

	TAILQ_CONCAT(&held, &chq->active_xfers, c_activechain);
	active = chq->queue_active;
	chq->queue_active = 0;
	ata_queue_hold(chp);
	/* An error of this command is none that somebody is to recover from. */
	chp->ch_flags |= ATACH_RECOVERING;
	/* A slot whose map is free, if there is one. */
	avail = chq->queue_xfers_avail;
	if ((avail & ~chq->queue_hold) != 0)
		chq->queue_xfers_avail &= ~chq->queue_hold;
	ata_channel_unlock(chp);
	error = ata_read_log_ext_ncq(drvp, AT_POLL, slot, &status, &err);
	ata_channel_lock(chp);
	chp->ch_flags &= ~ATACH_RECOVERING;
	TAILQ_CONCAT(&chq->active_xfers, &held, c_activechain);
	chq->queue_active += active;
	chq->queue_xfers_avail = avail;
	ata_queue_unhold(chp);
	if (error == 0)
		*tfd = ATACH_ERR_ST(err, status);
	return error;
}

/*
 * Ends a recovery of a drive whose port runs again: what failed, with the task
 * file that the log has, or with tfd when nothing was queued; all others try
 * again, or, when it can't be told, the drive is reset.  Locked; lets go
 * meanwhile.
 */
void
ata_recovery_resume(struct ata_channel *chp, int drive, int tfd, int flags)
{
	struct ata_queue *chq = chp->ch_queue;
	struct ata_drive_datas *drvp;
	struct ata_xfer *xfer;
	uint8_t slot = 0;
	bool queued = false;
	int error = 0, n;

	ata_channel_lock_owned(chp);
	if (drive >= chp->ch_ndrives)
		return;
	drvp = &chp->ch_drive[drive];
	TAILQ_FOREACH(xfer, &chq->active_xfers, c_activechain) {
		if ((xfer->c_flags & C_NCQ) != 0)
			queued = true;
	}
	if (queued)
		error = ata_recovery_log(chp, drvp, &slot, &tfd);
	if (error != 0)
		(*chp->ch_atac->atac_bustype_ata->ata_reset_drive)(drvp, flags, NULL);
	for (n = 0; n < ATA_MAX_OPENINGS; n++) {
		TAILQ_FOREACH(xfer, &chq->active_xfers, c_activechain) {
			if (xfer->c_drive == drive)
				break;
		}
		if (xfer == NULL)
			break;
		if (error == 0 && (!queued || xfer->c_slot == slot)) {
			xfer->c_flags |= C_RECOVERED;
			ata_channel_unlock(chp);
			(void)(*xfer->ops->c_intr)(chp, xfer, tfd);
		} else {
			ata_channel_unlock(chp);
			(*xfer->ops->c_kill_xfer)(chp, xfer,
			    error == 0 ? KILL_REQUEUE : KILL_RESET);
		}
		ata_channel_lock(chp);
	}
}
