/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The middle layer: channels, peripherals, the life of a command.
 *
 * A command (struct scsipi_xfer) takes one of its peripheral's openings in
 * scsipi_get_xs(), waits on chan_queue, is handed to the adapter when
 * peripheral and channel have room and are not frozen, and comes back by
 * scsipi_done().  What went well ends right there; what did not goes to the
 * channel's thread (or to the sleeper that waits for it), which may sleep,
 * reads sense data if the adapter could not, and decides: done, failed, or
 * once more.  Each command ends exactly once, by scsipi_complete().
 *
 * After an error the peripheral's queue is frozen until it has been dealt
 * with, so that commands do not overtake each other.
 *
 * All state is under chan_mtx(), a spin lock at IPL_BIO; functions of the
 * adapter and of the peripheral's driver are called without it, psw_start
 * excepted, and those of the bus bustype_cmd and bustype_kill_pending with
 * it.  Times of retries are bounded whatever a device answers.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/once.h>
#include <sys/pool.h>
#include <sys/proc.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_message.h>
#include <dev/scsipi/scsipiconf.h>
#include <dev/scsipi/scsipi_base.h>

#include <rump/rumpuser_fuzz.h>

#include "scsipi_impl.h"

static struct pool scsipi_xfer_pool;

int	(*scsipi_print_sense)(struct scsipi_xfer *, int) = scsipi_print_sense_stub;
void	(*scsipi_print_sense_data)(struct scsi_sense_data *, int) = scsipi_print_sense_data_stub;
int	scsi_verbose_loaded;

static int	scsipi_complete(struct scsipi_xfer *);
static int	scsipi_enqueue(struct scsipi_xfer *);
static void	scsipi_run_queue(struct scsipi_channel *);
static void	scsipi_request_sense(struct scsipi_xfer *);
static void	scsipi_completion_thread(void *);
static void	scsipi_set_xfer_modes(struct scsipi_channel *);

static int
scsipi_init_once(void)
{

	pool_init(&scsipi_xfer_pool, sizeof(struct scsipi_xfer), 0, 0, 0, "scxspl", NULL,
	    IPL_BIO);
	pool_prime(&scsipi_xfer_pool, 1);
	scsipi_load_verbose();
	scsipi_ioctl_init();
	return 0;
}

/*
 * Makes the layer ready; scsipi_channel_init() does it by itself.
 */
void
scsipi_init(void)
{
	static ONCE_DECL(control);

	(void)RUN_ONCE(&control, scsipi_init_once);
}

/*
 * Takes the texts of scsipi_verbose.c into use.
 */
void
scsipi_load_verbose(void)
{

	scsipi_print_sense = scsipi_print_sense_real;
	scsipi_print_sense_data = scsipi_print_sense_data_real;
	scsi_verbose_loaded = 1;
}

int
scsipi_print_sense_stub(struct scsipi_xfer *xs, int verbosity)
{

	return 0;
}

void
scsipi_print_sense_data_stub(struct scsi_sense_data *sense, int verbosity)
{

}

#ifdef DIAGNOSTIC
/*
 * Tells of a command that did not end exactly once, and in sanitized builds of
 * where it began (and ended); does not return.
 */
static void
scsipi_xs_report(const struct scsipi_xfer *xs, const char *what)
{
	const struct scsipi_periph *periph = xs->xs_periph;

#ifdef RUMP_SANITIZE
	rumpuser_obj_describe(xs);
#endif
	rumpuser_report("scsi-xfer", "command 0x%02x of %s target %d lun %d, %d ms, which began "
	    "%d ms ago: %s", xs->cmd != NULL ? xs->cmd->opcode : 0, periph->periph_channel->chan_name,
	    periph->periph_target, periph->periph_lun, xs->timeout,
	    (int)((int64_t)(getticks() - xs->xs_began) * 1000 / hz), what);
}

/*
 * What a peripheral that goes away waits for must come: adapters bound the
 * time of what they have.  Ticks until all of it is late.
 */
static int
scsipi_drain_time(const struct scsipi_periph *periph)
{
	const struct scsipi_xfer *xs;
	int ms = 0;

	TAILQ_FOREACH(xs, &periph->periph_xferq, device_q)
		ms = MAX(ms, xs->timeout);
	return (ms / 1000 + SCSIPI_DRAIN_GRACE) * hz;
}
#else
#define	scsipi_xs_report(xs, what)	((void)(what))
#endif

/*
 * Channels.
 */

/*
 * Prepares a channel that its adapter's driver has filled in, and starts its
 * thread.  An adapter's first channel makes adapt_mtx.  Sleeps.
 */
int
scsipi_channel_init(struct scsipi_channel *chan)
{
	int error, i;

	scsipi_init();
	TAILQ_INIT(&chan->chan_queue);
	TAILQ_INIT(&chan->chan_complete);
	TAILQ_INIT(&chan->chan_reap);
	chan->chan_users = 0;
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++)
		LIST_INIT(&chan->chan_periphtab[i]);
	chan->chan_flags &= ~(SCSIPI_CHAN_TACTIVE | SCSIPI_CHAN_RUNNING | SCSIPI_CHAN_RERUN |
	    SCSIPI_CHAN_PROBING | SCSIPI_CHAN_DYING);
	chan->chan_tflags = 0;
	chan->chan_qfreeze = 0;
	if (atomic_inc_uint_nv((volatile u_int *)&chan_running(chan)) == 1)
		mutex_init(chan_mtx(chan), MUTEX_DEFAULT, IPL_BIO);
	cv_init(&chan->chan_cv_thr, "scshut");
	cv_init(&chan->chan_cv_comp, "sccomp");
	cv_init(&chan->chan_cv_xs, "xscmd");

	chan->chan_flags |= SCSIPI_CHAN_TACTIVE;
	error = kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, NULL, scsipi_completion_thread, chan,
	    &chan->chan_thread, "%s", chan->chan_name);
	if (error != 0) {
		aprint_error_dev(chan->chan_adapter->adapt_dev,
		    "unable to create completion thread for channel %d\n", chan->chan_channel);
		chan->chan_flags &= ~SCSIPI_CHAN_TACTIVE;
		chan->chan_thread = NULL;
		scsipi_channel_shutdown(chan);
	}
	return error;
}

/*
 * Ends a channel: no peripherals, no commands.  Accepts one whose thread
 * could not be made.  Sleeps.
 */
void
scsipi_channel_shutdown(struct scsipi_channel *chan)
{

	mutex_enter(chan_mtx(chan));
	KASSERT(TAILQ_EMPTY(&chan->chan_queue));
	chan->chan_tflags |= SCSIPI_CHANT_SHUTDOWN;
	cv_broadcast(chan_cv_complete(chan));
	mutex_exit(chan_mtx(chan));
	if (chan->chan_thread != NULL) {
		(void)kthread_join(chan->chan_thread);
		chan->chan_thread = NULL;
	}
	/* Whoever ended the last command may be on its way out. */
	mutex_enter(chan_mtx(chan));
	while (chan->chan_users != 0)
		cv_wait(chan_cv_thread(chan), chan_mtx(chan));
	mutex_exit(chan_mtx(chan));

	cv_destroy(&chan->chan_cv_xs);
	cv_destroy(&chan->chan_cv_comp);
	cv_destroy(&chan->chan_cv_thr);
	if (atomic_dec_uint_nv((volatile u_int *)&chan_running(chan)) == 0)
		mutex_destroy(chan_mtx(chan));
}

/*
 * From here to scsipi_chan_leave() the channel stays, though all commands
 * end meanwhile.  The channel's lock is held.
 */
static void
scsipi_chan_enter(struct scsipi_channel *chan)
{

	chan->chan_users++;
}

static void
scsipi_chan_leave(struct scsipi_channel *chan)
{

	mutex_enter(chan_mtx(chan));
	if (--chan->chan_users == 0)
		cv_broadcast(chan_cv_thread(chan));
	mutex_exit(chan_mtx(chan));
}

int
scsipi_probe_enter(struct scsipi_channel *chan)
{
	int error;

	error = scsipi_adapter_addref(chan->chan_adapter);
	if (error != 0)
		return error;
	mutex_enter(chan_mtx(chan));
	scsipi_chan_enter(chan);
	while ((chan->chan_flags & (SCSIPI_CHAN_PROBING | SCSIPI_CHAN_DYING)) ==
	    SCSIPI_CHAN_PROBING)
		cv_wait(chan_cv_thread(chan), chan_mtx(chan));
	if (chan->chan_flags & SCSIPI_CHAN_DYING)
		error = ENXIO;
	else
		chan->chan_flags |= SCSIPI_CHAN_PROBING;
	mutex_exit(chan_mtx(chan));
	if (error != 0) {
		scsipi_adapter_delref(chan->chan_adapter);
		scsipi_chan_leave(chan);
	}
	return error;
}

void
scsipi_probe_leave(struct scsipi_channel *chan)
{

	mutex_enter(chan_mtx(chan));
	chan->chan_flags &= ~SCSIPI_CHAN_PROBING;
	cv_broadcast(chan_cv_thread(chan));
	mutex_exit(chan_mtx(chan));
	scsipi_adapter_delref(chan->chan_adapter);
	scsipi_chan_leave(chan);
}

void
scsipi_bus_discover(device_t self, struct scsipi_channel *chan, void (*thread)(void *), void *arg)
{

	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
	config_pending_incr(self);
	if (kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, NULL, thread, arg, &chan->chan_dthread,
	    "%s-d", chan->chan_name) != 0) {
		aprint_error_dev(self, "unable to create discovery thread\n");
		chan->chan_dthread = NULL;
		config_pending_decr(self);
	}
}

int
scsipi_bus_detach(struct scsipi_channel *chan, int flags)
{
	int error;

	mutex_enter(chan_mtx(chan));
	if (chan->chan_flags & SCSIPI_CHAN_DYING) {
		mutex_exit(chan_mtx(chan));
		return EBUSY;
	}
	chan->chan_flags |= SCSIPI_CHAN_DYING;
	cv_broadcast(chan_cv_thread(chan));
	mutex_exit(chan_mtx(chan));
	/* What is being looked at must be here before it can go. */
	if (chan->chan_dthread != NULL) {
		(void)kthread_join(chan->chan_dthread);
		chan->chan_dthread = NULL;
	}
	mutex_enter(chan_mtx(chan));
	while (chan->chan_flags & SCSIPI_CHAN_PROBING)
		cv_wait(chan_cv_thread(chan), chan_mtx(chan));
	mutex_exit(chan_mtx(chan));

	error = scsipi_target_detach(chan, -1, -1, flags);
	if (error != 0) {
		/* Not, after all. */
		mutex_enter(chan_mtx(chan));
		chan->chan_flags &= ~SCSIPI_CHAN_DYING;
		mutex_exit(chan_mtx(chan));
	}
	return error;
}

bool
scsipi_probe_over(struct scsipi_channel *chan, int began)
{
	const int sec = (getticks() - began) / hz;
	struct scsipi_periph *periph;
	int i, n = 0;
	bool over;

	mutex_enter(chan_mtx(chan));
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++)
		LIST_FOREACH(periph, &chan->chan_periphtab[i], periph_hash)
			n++;
	over = (chan->chan_flags & SCSIPI_CHAN_DYING) != 0;
	mutex_exit(chan_mtx(chan));
	if (!over && (sec >= SCSIPI_PROBE_MAXTIME || n >= SCSIPI_MAXUNITS)) {
		aprint_error("%s: not all was looked at: %d seconds, limit %d, %d units, limit %d\n",
		    chan->chan_name, sec, SCSIPI_PROBE_MAXTIME, n, SCSIPI_MAXUNITS);
		over = true;
	}
	return over;
}

device_t
scsipi_bus_attach_unit(device_t self, struct scsipibus_attach_args *sa, int *locs, cfprint_t print)
{
	struct scsipi_periph *periph = sa->sa_periph;
	struct scsipi_channel *chan = periph->periph_channel;
	device_t dev = NULL;
	cfdata_t cf;

	KERNEL_LOCK(1, NULL);
	cf = config_search(self, sa, CFARGS(.submatch = config_stdsubmatch, .locators = locs));
	if (cf != NULL) {
		scsipi_insert_periph(chan, periph);
		dev = config_attach(self, cf, sa, print, CFARGS(.locators = locs));
		if (dev == NULL) {
			mutex_enter(chan_mtx(chan));
			scsipi_remove_periph(chan, periph);
			mutex_exit(chan_mtx(chan));
		}
	} else {
		(void)(*print)(sa, device_xname(self));
		aprint_normal(" not configured\n");
	}
	KERNEL_UNLOCK_ONE(NULL);
	return dev;
}

void
scsipi_bus_childdet(struct scsipi_channel *chan, device_t child)
{
	struct scsipi_periph *periph;
	int i;

	mutex_enter(chan_mtx(chan));
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++) {
		LIST_FOREACH(periph, &chan->chan_periphtab[i], periph_hash) {
			if (periph->periph_dev == child)
				goto found;
		}
	}
	mutex_exit(chan_mtx(chan));
	return;
found:
	scsipi_remove_periph(chan, periph);
	mutex_exit(chan_mtx(chan));
	scsipi_free_periph(periph);
}

/*
 * For drivers that make the thread themselves: it runs as of
 * scsipi_channel_init(), there is nothing left to do.
 */
void
scsipi_create_completion_thread(void *arg)
{
	struct scsipi_channel *chan = arg;

	KASSERT(chan->chan_thread != NULL);
}

/*
 * Does one of the things that are asked of the channel's thread, commands
 * apart.  False: there is none.  The channel's lock is held, and let go.
 */
static bool
scsipi_thread_chore(struct scsipi_channel *chan)
{
	void (*callback)(struct scsipi_channel *, void *);
	struct scsipi_xfer *xs;
	void *cbarg;

	if ((xs = TAILQ_FIRST(&chan->chan_reap)) != NULL) {
		TAILQ_REMOVE(&chan->chan_reap, xs, channel_q);
		mutex_exit(chan_mtx(chan));
		(void)callout_halt(&xs->xs_callout, NULL);
		callout_destroy(&xs->xs_callout);
		pool_put(&scsipi_xfer_pool, xs);
	} else if (chan->chan_tflags & SCSIPI_CHANT_CALLBACK) {
		chan->chan_tflags &= ~SCSIPI_CHANT_CALLBACK;
		callback = chan->chan_callback;
		cbarg = chan->chan_callback_arg;
		mutex_exit(chan_mtx(chan));
		(*callback)(chan, cbarg);
	} else if (chan->chan_tflags & SCSIPI_CHANT_MODES) {
		chan->chan_tflags &= ~SCSIPI_CHANT_MODES;
		mutex_exit(chan_mtx(chan));
		scsipi_set_xfer_modes(chan);
	} else if (chan->chan_tflags & SCSIPI_CHANT_GROWRES) {
		chan->chan_tflags &= ~(SCSIPI_CHANT_GROWRES | SCSIPI_CHANT_KICK);
		mutex_exit(chan_mtx(chan));
		scsipi_adapter_request(chan, ADAPTER_REQ_GROW_RESOURCES, NULL);
		scsipi_channel_thaw(chan, 1);
	} else if (chan->chan_tflags & SCSIPI_CHANT_KICK) {
		chan->chan_tflags &= ~SCSIPI_CHANT_KICK;
		mutex_exit(chan_mtx(chan));
		scsipi_run_queue(chan);
	} else
		return false;
	mutex_enter(chan_mtx(chan));
	return true;
}

/*
 * Waits for a command or an opening.  Where the channel's thread does, for a
 * command that deals with the error of another one, the queue that it waits
 * for may need what only this thread does.
 */
static void
scsipi_wait(struct scsipi_channel *chan, kcondvar_t *cv)
{

	if (curlwp != chan->chan_thread)
		cv_wait(cv, chan_mtx(chan));
	else if (!scsipi_thread_chore(chan))
		(void)cv_timedwait(cv, chan_mtx(chan), MAX(hz / 10, 1));
}

static void
scsipi_completion_thread(void *arg)
{
	struct scsipi_channel *chan = arg;
	struct scsipi_xfer *xs;

	if (chan->chan_init_cb != NULL)
		(*chan->chan_init_cb)(chan, chan->chan_init_cb_arg);

	mutex_enter(chan_mtx(chan));
	for (;;) {
		if (scsipi_thread_chore(chan))
			continue;
		if ((xs = TAILQ_FIRST(&chan->chan_complete)) != NULL) {
			TAILQ_REMOVE(&chan->chan_complete, xs, channel_q);
			mutex_exit(chan_mtx(chan));
			(void)scsipi_complete(xs);
			scsipi_run_queue(chan);
			mutex_enter(chan_mtx(chan));
			continue;
		}
		if (chan->chan_tflags & SCSIPI_CHANT_SHUTDOWN)
			break;
		cv_wait(chan_cv_complete(chan), chan_mtx(chan));
	}
	chan->chan_flags &= ~SCSIPI_CHAN_TACTIVE;
	mutex_exit(chan_mtx(chan));
	kthread_exit(0);
}

/*
 * Freezes the channel and has its thread call the function, which thaws it.
 * EBUSY: one is waiting to be called already.
 */
int
scsipi_thread_call_callback(struct scsipi_channel *chan,
    void (*callback)(struct scsipi_channel *, void *), void *arg)
{

	mutex_enter(chan_mtx(chan));
	if ((chan->chan_flags & SCSIPI_CHAN_TACTIVE) == 0) {
		/* At boot, before the thread. */
		mutex_exit(chan_mtx(chan));
		return 0;
	}
	if (chan->chan_tflags & SCSIPI_CHANT_CALLBACK) {
		mutex_exit(chan_mtx(chan));
		return EBUSY;
	}
	chan->chan_qfreeze++;
	chan->chan_callback = callback;
	chan->chan_callback_arg = arg;
	chan->chan_tflags |= SCSIPI_CHANT_CALLBACK;
	cv_broadcast(chan_cv_complete(chan));
	mutex_exit(chan_mtx(chan));
	return 0;
}

/*
 * Calls of the adapter.  One that is not MPSAFE is called with the kernel
 * lock.
 */
#define	ADAPT_LOCK(adapt)						\
	if (((adapt)->adapt_flags & SCSIPI_ADAPT_MPSAFE) == 0)		\
		KERNEL_LOCK(1, NULL)
#define	ADAPT_UNLOCK(adapt)						\
	if (((adapt)->adapt_flags & SCSIPI_ADAPT_MPSAFE) == 0)		\
		KERNEL_UNLOCK_ONE(NULL)

void
scsipi_adapter_minphys(struct scsipi_channel *chan, struct buf *bp)
{
	struct scsipi_adapter *adapt = chan->chan_adapter;

	ADAPT_LOCK(adapt);
	(*adapt->adapt_minphys)(bp);
	ADAPT_UNLOCK(adapt);
}

void
scsipi_adapter_request(struct scsipi_channel *chan, scsipi_adapter_req_t req, void *arg)
{
	struct scsipi_adapter *adapt = chan->chan_adapter;

	ADAPT_LOCK(adapt);
	(*adapt->adapt_request)(chan, req, arg);
	ADAPT_UNLOCK(adapt);
}

int
scsipi_adapter_ioctl(struct scsipi_channel *chan, u_long cmd, void *data, int flag,
    struct proc *p)
{
	struct scsipi_adapter *adapt = chan->chan_adapter;
	int error;

	if (adapt->adapt_ioctl == NULL)
		return ENOTTY;
	ADAPT_LOCK(adapt);
	error = (*adapt->adapt_ioctl)(chan, cmd, data, flag, p);
	ADAPT_UNLOCK(adapt);
	return error;
}

int
scsipi_adapter_enable(struct scsipi_adapter *adapt, int enable)
{
	int error;

	ADAPT_LOCK(adapt);
	error = (*adapt->adapt_enable)(adapt->adapt_dev, enable);
	ADAPT_UNLOCK(adapt);
	return error;
}

/*
 * Counts a user of the adapter; the first one turns it on.
 */
int
scsipi_adapter_addref(struct scsipi_adapter *adapt)
{
	int error = 0;

	if (atomic_inc_uint_nv((volatile u_int *)&adapt->adapt_refcnt) == 1 &&
	    adapt->adapt_enable != NULL) {
		error = scsipi_adapter_enable(adapt, 1);
		if (error != 0)
			atomic_dec_uint((volatile u_int *)&adapt->adapt_refcnt);
	}
	return error;
}

/* The last one turns it off. */
void
scsipi_adapter_delref(struct scsipi_adapter *adapt)
{

	KASSERT(adapt->adapt_refcnt > 0);
	if (atomic_dec_uint_nv((volatile u_int *)&adapt->adapt_refcnt) == 0 &&
	    adapt->adapt_enable != NULL)
		(void)scsipi_adapter_enable(adapt, 0);
}

int
scsipi_unit_open(struct scsipi_periph *periph)
{
	struct scsipi_adapter *adapt = periph->periph_channel->chan_adapter;
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	bool busy;
	int error;

	error = scsipi_adapter_addref(adapt);
	if (error != 0)
		return error;
	mutex_enter(lock);
	busy = (periph->periph_flags & PERIPH_OPEN) != 0;
	periph->periph_flags |= PERIPH_OPEN;
	mutex_exit(lock);
	if (busy)
		scsipi_adapter_delref(adapt);
	return busy ? EBUSY : 0;
}

void
scsipi_unit_close(struct scsipi_periph *periph)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	bool open;

	mutex_enter(lock);
	open = (periph->periph_flags & PERIPH_OPEN) != 0;
	periph->periph_flags &= ~PERIPH_OPEN;
	mutex_exit(lock);
	if (open)
		scsipi_adapter_delref(periph->periph_channel->chan_adapter);
}

/*
 * Peripherals.
 */

static inline unsigned
scsipi_hash(int target, int lun)
{

	return ((unsigned)target * 7 + (unsigned)lun) & SCSIPI_CHAN_PERIPH_HASHMASK;
}

/*
 * A peripheral that is on no channel yet, or NULL without memory.
 */
struct scsipi_periph *
scsipi_alloc_periph(int malloc_flag)
{
	struct scsipi_periph *periph;
	unsigned i;

	periph = kmem_zalloc(sizeof(*periph), KM_SLEEP);
	periph->periph_dev = NULL;
	periph->periph_opcs = NULL;
	/* One command at a time until more is known. */
	periph->periph_openings = 1;
	for (i = 0; i < PERIPH_NTAGWORDS; i++)
		periph->periph_freetags[i] = 0xffffffff;
	TAILQ_INIT(&periph->periph_xferq);
	callout_init(&periph->periph_callout, 0);
	cv_init(&periph->periph_cv, "scsiper");
	return periph;
}

/*
 * Frees one that is on no channel any more and has no commands.  Sleeps.
 */
void
scsipi_free_periph(struct scsipi_periph *periph)
{
	const struct scsipi_xfer *xs;

	if ((xs = TAILQ_FIRST(&periph->periph_xferq)) != NULL)
		scsipi_xs_report(xs, "not ended when its unit was freed");
	callout_halt(&periph->periph_callout, NULL);
	scsipi_free_opcodeinfo(periph);
	cv_destroy(&periph->periph_cv);
	callout_destroy(&periph->periph_callout);
	kmem_free(periph, sizeof(*periph));
}

/*
 * Puts a peripheral on its channel, where it can be looked up.
 */
void
scsipi_insert_periph(struct scsipi_channel *chan, struct scsipi_periph *periph)
{

	mutex_enter(chan_mtx(chan));
	LIST_INSERT_HEAD(&chan->chan_periphtab[scsipi_hash(periph->periph_target,
	    periph->periph_lun)], periph, periph_hash);
	mutex_exit(chan_mtx(chan));
}

/*
 * Takes it off; the channel's lock is held.
 */
void
scsipi_remove_periph(struct scsipi_channel *chan, struct scsipi_periph *periph)
{

	KASSERT(mutex_owned(chan_mtx(chan)));
	LIST_REMOVE(periph, periph_hash);
}

/* The peripheral there, or NULL.  With the channel's lock. */
struct scsipi_periph *
scsipi_lookup_periph_locked(struct scsipi_channel *chan, int target, int lun)
{
	struct scsipi_periph *periph;

	KASSERT(mutex_owned(chan_mtx(chan)));
	if (target < 0 || target >= chan->chan_ntargets || lun < 0 || lun >= chan->chan_nluns)
		return NULL;
	LIST_FOREACH(periph, &chan->chan_periphtab[scsipi_hash(target, lun)], periph_hash) {
		if (periph->periph_target == target && periph->periph_lun == lun)
			break;
	}
	return periph;
}

struct scsipi_periph *
scsipi_lookup_periph(struct scsipi_channel *chan, int target, int lun)
{
	struct scsipi_periph *periph;

	mutex_enter(chan_mtx(chan));
	periph = scsipi_lookup_periph_locked(chan, target, lun);
	mutex_exit(chan_mtx(chan));
	return periph;
}

/*
 * The first peripheral of target and unit (-1: of any) after these two, by
 * target and unit; NULL after the last.  There may be far more numbers than
 * peripherals.  The channel's lock is held.
 */
static struct scsipi_periph *
scsipi_next_periph(struct scsipi_channel *chan, int target, int lun, int aftertarget, int afterlun)
{
	struct scsipi_periph *periph, *next = NULL;
	int i;

	KASSERT(mutex_owned(chan_mtx(chan)));
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++) {
		LIST_FOREACH(periph, &chan->chan_periphtab[i], periph_hash) {
			if ((target >= 0 && periph->periph_target != target) ||
			    (lun >= 0 && periph->periph_lun != lun) ||
			    periph->periph_target < aftertarget ||
			    (periph->periph_target == aftertarget && periph->periph_lun <= afterlun))
				continue;
			if (next == NULL || periph->periph_target < next->periph_target ||
			    (periph->periph_target == next->periph_target &&
			    periph->periph_lun < next->periph_lun))
				next = periph;
		}
	}
	return next;
}

/*
 * Detaches the device of a target and unit, or with -1 of all of them; the
 * bus's childdet frees the peripheral.  EBUSY or a driver's error: that one
 * and those after it stay.
 */
int
scsipi_target_detach(struct scsipi_channel *chan, int target, int lun, int flags)
{
	struct scsipi_periph *periph;
	device_t tdev;
	int ctarget = -1, clun = -1, error = 0;

	if (target >= 0 && (target == chan->chan_id || target >= chan->chan_ntargets))
		return EINVAL;
	if (lun >= chan->chan_nluns)
		return EINVAL;

	/* Those there are, one after the other: each may take long. */
	mutex_enter(chan_mtx(chan));
	scsipi_chan_enter(chan);
	while (error == 0 &&
	    (periph = scsipi_next_periph(chan, target, lun, ctarget, clun)) != NULL) {
		ctarget = periph->periph_target;
		clun = periph->periph_lun;
		if ((tdev = periph->periph_dev) == NULL)
			continue;
		mutex_exit(chan_mtx(chan));
		error = config_detach(tdev, flags);
		mutex_enter(chan_mtx(chan));
	}
	mutex_exit(chan_mtx(chan));
	scsipi_chan_leave(chan);
	return error;
}

/*
 * Openings of channel or adapter.
 */

static int *
scsipi_openings(struct scsipi_channel *chan)
{

	return chan->chan_flags & SCSIPI_CHAN_OPENINGS ? &chan->chan_openings :
	    &chan->chan_adapter->adapt_openings;
}

static bool
scsipi_get_resource(struct scsipi_channel *chan)
{
	int *op = scsipi_openings(chan);

	if (*op <= 0)
		return false;
	(*op)--;
	return true;
}

static void
scsipi_put_resource(struct scsipi_channel *chan)
{

	(*scsipi_openings(chan))++;
}

/*
 * Asks the channel's thread to have the adapter grow.  True: it was asked.
 */
static bool
scsipi_grow_resources(struct scsipi_channel *chan)
{

	if ((chan->chan_flags & SCSIPI_CHAN_CANGROW) == 0 ||
	    (chan->chan_flags & SCSIPI_CHAN_TACTIVE) == 0 ||
	    (chan->chan_tflags & SCSIPI_CHANT_GROWRES) != 0)
		return false;
	chan->chan_qfreeze++;
	chan->chan_tflags |= SCSIPI_CHANT_GROWRES;
	cv_broadcast(chan_cv_complete(chan));
	return true;
}

/*
 * Tags: a bit is set for each that is free.
 */

static bool
scsipi_get_tag(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	unsigned word, bit;

	for (word = 0; word < PERIPH_NTAGWORDS; word++) {
		bit = (unsigned)ffs((int)periph->periph_freetags[word]);
		if (bit == 0)
			continue;
		bit--;
		periph->periph_freetags[word] &= ~(1U << bit);
		xs->xs_tag_id = (u_int8_t)(word << 5 | bit);
		return true;
	}
	return false;
}

static void
scsipi_put_tag(struct scsipi_xfer *xs)
{

	xs->xs_periph->periph_freetags[xs->xs_tag_id >> 5] |= 1U << (xs->xs_tag_id & 0x1f);
}

/*
 * Commands.
 */

/* Gives back what scsipi_get_xs() has taken for a command with these flags. */
static void
scsipi_put_opening(struct scsipi_periph *periph, int flags)
{

	if (flags & XS_CTL_REQSENSE)
		return;
	if (flags & XS_CTL_URGENT)
		periph->periph_flags &= ~PERIPH_RECOVERY_ACTIVE;
	else {
		KASSERT(periph->periph_active > 0);
		periph->periph_active--;
	}
}

/*
 * Takes one of the periph's openings and makes a command of it.  An URGENT
 * one is over and above the openings, one at a time; that for the sense of
 * another one, URGENT or not, is part of that.  NULL: none is free (or no
 * memory) and NOSLEEP, or the peripheral goes away.  The channel's lock is
 * held, and let go while it sleeps.
 */
struct scsipi_xfer *
scsipi_get_xs(struct scsipi_periph *periph, int flags)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	struct scsipi_xfer *xs;

	KASSERT(mutex_owned(lock));
	for (;;) {
		if (scsipi_periph_gone(periph))
			return NULL;
		if (flags & XS_CTL_REQSENSE)
			break;
		if (flags & XS_CTL_URGENT) {
			if ((periph->periph_flags & PERIPH_RECOVERY_ACTIVE) == 0) {
				periph->periph_flags |= PERIPH_RECOVERY_ACTIVE;
				break;
			}
		} else if ((periph->periph_flags & PERIPH_RECOVERING) == 0 &&
		    periph->periph_active < periph->periph_openings) {
			periph->periph_active++;
			break;
		}
		if (flags & XS_CTL_NOSLEEP)
			return NULL;
		periph->periph_flags |= PERIPH_WAITING;
		periph->periph_waiters++;
		scsipi_wait(periph->periph_channel, periph_cv_periph(periph));
		/* That somebody waits is said as long as somebody does. */
		if (--periph->periph_waiters == 0)
			periph->periph_flags &= ~PERIPH_WAITING;
		if (scsipi_periph_gone(periph)) {
			/* scsipi_kill_pending() waits for this one, and then frees. */
			cv_broadcast(periph_cv_periph(periph));
			return NULL;
		}
	}

	mutex_exit(lock);
	xs = pool_get(&scsipi_xfer_pool, (flags & XS_CTL_NOSLEEP) != 0 ? PR_NOWAIT : PR_WAITOK);
	mutex_enter(lock);
	if (xs == NULL) {
		scsipi_put_opening(periph, flags);
		if (periph->periph_flags & (PERIPH_WAITING | PERIPH_WAITDRAIN))
			cv_broadcast(periph_cv_periph(periph));
		return NULL;
	}
	memset(xs, 0, sizeof(*xs));
	callout_init(&xs->xs_callout, 0);
	xs->xs_periph = periph;
	xs->xs_control = flags;
	xs->xs_began = getticks();
	TAILQ_INSERT_TAIL(&periph->periph_xferq, xs, device_q);
	return xs;
}

/*
 * Frees a command and its opening, and lets somebody else have it: a
 * sleeper, or the driver by psw_start, also if that was suspended with
 * something in its queue.  The channel's lock is held, and let
 * go for a moment.
 */
void
scsipi_put_xs(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_channel *chan = periph->periph_channel;
	const int flags = xs->xs_control;
	bool fired;

	KASSERT(mutex_owned(chan_mtx(chan)));
	KASSERT((xs->xs_status & (XS_STS_QUEUED | XS_STS_SENT)) == 0);
	TAILQ_REMOVE(&periph->periph_xferq, xs, device_q);
	xs->xs_status = XS_STS_FREE;
	fired = callout_stop(&xs->xs_callout) || callout_invoking(&xs->xs_callout);
	if (fired && (chan->chan_flags & SCSIPI_CHAN_TACTIVE) != 0) {
		/* The adapter's timeout, which may have stopped itself, may be on its way out. */
		TAILQ_INSERT_TAIL(&chan->chan_reap, xs, channel_q);
		cv_broadcast(chan_cv_complete(chan));
	} else {
		callout_destroy(&xs->xs_callout);
		pool_put(&scsipi_xfer_pool, xs);
	}

	scsipi_put_opening(periph, flags);
	if (periph->periph_active == 0 && (periph->periph_flags & PERIPH_WAITDRAIN) != 0)
		cv_broadcast(periph_cv_active(periph));
	if (periph->periph_flags & PERIPH_WAITING) {
		periph->periph_flags &= ~PERIPH_WAITING;
		cv_broadcast(periph_cv_periph(periph));
	} else if (periph->periph_switch != NULL && periph->periph_switch->psw_start != NULL &&
	    periph->periph_dev != NULL && device_is_enabled(periph->periph_dev) &&
	    !scsipi_periph_gone(periph)) {
		/* The driver stays until this is over. */
		periph->periph_starting++;
		(*periph->periph_switch->psw_start)(periph);
		if (--periph->periph_starting == 0 && scsipi_periph_gone(periph))
			cv_broadcast(periph_cv_periph(periph));
	}
}

/*
 * Freezing: nothing is started while the count is not 0.
 */

void
scsipi_channel_freeze(struct scsipi_channel *chan, int count)
{

	mutex_enter(chan_mtx(chan));
	chan->chan_qfreeze += count;
	mutex_exit(chan_mtx(chan));
}

/* Takes count off again; at 0 the queue runs in the channel's thread. */
void
scsipi_channel_thaw(struct scsipi_channel *chan, int count)
{

	mutex_enter(chan_mtx(chan));
	chan->chan_qfreeze -= count;
	if (chan->chan_qfreeze < 0) {
		KASSERTMSG(false, "%s: thawed too often", chan->chan_name);
		chan->chan_qfreeze = 0;
	}
	if (chan->chan_qfreeze == 0) {
		chan->chan_tflags |= SCSIPI_CHANT_KICK;
		cv_broadcast(chan_cv_complete(chan));
	}
	mutex_exit(chan_mtx(chan));
}

/* For callouts: thaws the channel by one. */
void
scsipi_channel_timed_thaw(void *arg)
{

	scsipi_channel_thaw(arg, 1);
}

void
scsipi_periph_freeze_locked(struct scsipi_periph *periph, int count)
{

	periph->periph_qfreeze += count;
}

void
scsipi_periph_thaw_locked(struct scsipi_periph *periph, int count)
{

	periph->periph_qfreeze -= count;
	if (periph->periph_qfreeze < 0) {
		KASSERTMSG(false, "target %d lun %d thawed too often", periph->periph_target,
		    periph->periph_lun);
		periph->periph_qfreeze = 0;
	}
	if (periph->periph_qfreeze == 0 && (periph->periph_flags & PERIPH_WAITING) != 0)
		cv_broadcast(periph_cv_periph(periph));
}

void
scsipi_periph_freeze(struct scsipi_periph *periph, int count)
{

	mutex_enter(chan_mtx(periph->periph_channel));
	scsipi_periph_freeze_locked(periph, count);
	mutex_exit(chan_mtx(periph->periph_channel));
}

void
scsipi_periph_thaw(struct scsipi_periph *periph, int count)
{

	mutex_enter(chan_mtx(periph->periph_channel));
	scsipi_periph_thaw_locked(periph, count);
	mutex_exit(chan_mtx(periph->periph_channel));
}

/* For callouts: thaws the peripheral by one and has its queue run. */
void
scsipi_periph_timed_thaw(void *arg)
{
	struct scsipi_periph *periph = arg;
	struct scsipi_channel *chan = periph->periph_channel;

	mutex_enter(chan_mtx(chan));
	scsipi_periph_thaw_locked(periph, 1);
	chan->chan_tflags |= SCSIPI_CHANT_KICK;
	cv_broadcast(chan_cv_complete(chan));
	mutex_exit(chan_mtx(chan));
}

static void
scsipi_wait_drain_locked(struct scsipi_periph *periph)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
#ifdef DIAGNOSTIC
	const int began = getticks(), limit = scsipi_drain_time(periph);
	const struct scsipi_xfer *xs;
#endif

	while (periph->periph_active != 0) {
		periph->periph_flags |= PERIPH_WAITDRAIN;
#ifdef DIAGNOSTIC
		/* Those that may start meanwhile have no limit. */
		if (scsipi_periph_gone(periph)) {
			(void)cv_timedwait(periph_cv_active(periph), lock, limit);
			if (periph->periph_active == 0 || getticks() - began < limit)
				continue;
			TAILQ_FOREACH(xs, &periph->periph_xferq, device_q) {
				if (xs->xs_status & XS_STS_SENT)
					scsipi_xs_report(xs, "not ended by the adapter, though the "
					    "unit goes away");
			}
		}
#endif
		cv_wait(periph_cv_active(periph), lock);
	}
	periph->periph_flags &= ~PERIPH_WAITDRAIN;
}

/*
 * Waits until the peripheral has no commands.
 */
void
scsipi_wait_drain(struct scsipi_periph *periph)
{

	mutex_enter(chan_mtx(periph->periph_channel));
	scsipi_wait_drain_locked(periph);
	mutex_exit(chan_mtx(periph->periph_channel));
}

/*
 * Ends what the peripheral has to do, for its driver's detach: commands that
 * the adapter has not got fail, those that it has are waited for (adapters
 * bound their time), sleepers go away, and no new ones start.  The channel's
 * lock is held, and let go while it sleeps.
 */
void
scsipi_kill_pending(struct scsipi_periph *periph)
{
	struct scsipi_channel *chan = periph->periph_channel;

	KASSERT(mutex_owned(chan_mtx(chan)));
	periph->periph_flags |= PERIPH_GONE;
	cv_broadcast(periph_cv_periph(periph));

	(*chan->chan_bustype->bustype_kill_pending)(periph);
	scsipi_wait_drain_locked(periph);

	while (periph->periph_waiters != 0 || periph->periph_starting != 0 ||
	    (periph->periph_flags & PERIPH_RECOVERY_ACTIVE) != 0) {
		periph->periph_flags |= PERIPH_WAITING;
		cv_wait(periph_cv_periph(periph), chan_mtx(chan));
	}
}

/* The same for those who don't have the lock. */
void
scsipi_end_commands(struct scsipi_periph *periph)
{

	mutex_enter(chan_mtx(periph->periph_channel));
	scsipi_kill_pending(periph);
	mutex_exit(chan_mtx(periph->periph_channel));
}

/*
 * Fails what waits on the channel's queue for this peripheral: what
 * bustype_kill_pending is on any bus.  The channel's lock is held, and let go
 * for a moment.
 */
void
scsipi_fail_queued(struct scsipi_periph *periph)
{
	struct scsipi_channel *chan = periph->periph_channel;
	struct scsipi_xfer *xs;

	for (;;) {
		TAILQ_FOREACH(xs, &chan->chan_queue, channel_q) {
			if (xs->xs_periph == periph)
				break;
		}
		if (xs == NULL)
			break;
		TAILQ_REMOVE(&chan->chan_queue, xs, channel_q);
		xs->xs_status &= ~XS_STS_QUEUED;
		xs->xs_status |= XS_STS_DONE;
		xs->error = XS_DRIVER_STUFFUP;
		xs->resid = xs->datalen;
		if ((xs->xs_control & XS_CTL_ASYNC) == 0) {
			cv_broadcast(xs_cv(xs));
			continue;
		}
		mutex_exit(chan_mtx(chan));
		(void)scsipi_complete(xs);
		mutex_enter(chan_mtx(chan));
	}
}

/*
 * Queues a command; an URGENT one before those that are not.  The channel's
 * lock is held.
 */
static int
scsipi_enqueue(struct scsipi_xfer *xs)
{
	struct scsipi_channel *chan = xs->xs_periph->periph_channel;
	struct scsipi_xfer *qxs;

	KASSERT(mutex_owned(chan_mtx(chan)));
	if (scsipi_periph_gone(xs->xs_periph)) {
		xs->error = XS_DRIVER_STUFFUP;
		return ENXIO;
	}
	xs->xs_status |= XS_STS_QUEUED;
	if (xs->xs_control & XS_CTL_URGENT) {
		TAILQ_FOREACH(qxs, &chan->chan_queue, channel_q) {
			if ((qxs->xs_control & XS_CTL_URGENT) == 0)
				break;
		}
		if (qxs != NULL)
			TAILQ_INSERT_BEFORE(qxs, xs, channel_q);
		else
			TAILQ_INSERT_TAIL(&chan->chan_queue, xs, channel_q);
	} else if (xs->xs_requeuecnt != 0) {
		/* It was there before: after those which were, too. */
		TAILQ_FOREACH(qxs, &chan->chan_queue, channel_q) {
			if ((qxs->xs_control & XS_CTL_URGENT) == 0 &&
			    qxs->xs_requeuecnt < xs->xs_requeuecnt)
				break;
		}
		if (qxs != NULL)
			TAILQ_INSERT_BEFORE(qxs, xs, channel_q);
		else
			TAILQ_INSERT_TAIL(&chan->chan_queue, xs, channel_q);
	} else
		TAILQ_INSERT_TAIL(&chan->chan_queue, xs, channel_q);
	if (xs->xs_control & XS_CTL_THAW_PERIPH) {
		xs->xs_control &= ~XS_CTL_THAW_PERIPH;
		scsipi_periph_thaw_locked(xs->xs_periph, 1);
	}
	return 0;
}

/* Whether a queued command may start now. */
static bool
scsipi_may_run(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;

	if (xs->xs_control & XS_CTL_URGENT)
		return true;
	return periph->periph_sent < periph->periph_openings && periph->periph_qfreeze == 0 &&
	    (periph->periph_flags & (PERIPH_UNTAG | PERIPH_RECOVERING | PERIPH_SENSE)) == 0;
}

/*
 * Hands the adapter what it can take.  One thread at a time does that; when
 * others (or a command that ends at once) come, it looks once more.
 */
static void
scsipi_run_queue(struct scsipi_channel *chan)
{
	struct scsipi_periph *periph;
	struct scsipi_xfer *xs;

	mutex_enter(chan_mtx(chan));
	if (chan->chan_flags & SCSIPI_CHAN_RUNNING) {
		chan->chan_flags |= SCSIPI_CHAN_RERUN;
		mutex_exit(chan_mtx(chan));
		return;
	}
	chan->chan_flags |= SCSIPI_CHAN_RUNNING;
	for (;;) {
		chan->chan_flags &= ~SCSIPI_CHAN_RERUN;
		if (chan->chan_qfreeze != 0)
			break;
		TAILQ_FOREACH(xs, &chan->chan_queue, channel_q) {
			if (scsipi_may_run(xs))
				break;
		}
		if (xs == NULL)
			break;
		periph = xs->xs_periph;
		if (!scsipi_get_resource(chan)) {
			(void)scsipi_grow_resources(chan);
			break;
		}
		if (XS_CTL_TAGTYPE(xs) != 0) {
			if (!scsipi_get_tag(xs)) {
				scsipi_put_resource(chan);
				break;
			}
		} else
			periph->periph_flags |= PERIPH_UNTAG;
		TAILQ_REMOVE(&chan->chan_queue, xs, channel_q);
		xs->xs_status &= ~XS_STS_QUEUED;
		xs->xs_status |= XS_STS_SENT;
		periph->periph_sent++;
		if (xs->xs_requeuecnt == 0)
			xs->xs_began = getticks();
		if (periph->periph_late >= SCSIPI_MAXLATE && (xs->xs_control & XS_CTL_USERCMD) == 0) {
			/* Hardly anybody there: asked once, and not for long. */
			xs->xs_retries = 0;
			xs->timeout = MIN(xs->timeout, SCSIPI_LATE_TIMEOUT);
		} else if (periph->periph_slow && (xs->xs_control & XS_CTL_USERCMD) == 0)
			xs->timeout = MIN(xs->timeout, SCSIPI_LONG_TIMEOUT);
		mutex_exit(chan_mtx(chan));
		scsipi_adapter_request(chan, ADAPTER_REQ_RUN_XFER, xs);
		mutex_enter(chan_mtx(chan));
	}
	chan->chan_flags &= ~SCSIPI_CHAN_RUNNING;
	mutex_exit(chan_mtx(chan));
}

/*
 * The adapter gives a command back: error, status, resid and sense are set.
 * Callable from interrupt handlers, without the channel's lock.
 */
void
scsipi_done(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_channel *chan = periph->periph_channel;

	mutex_enter(chan_mtx(chan));
	if ((xs->xs_status & XS_STS_SENT) == 0) {
		/* A driver's dump polls with a command that never was in the queue. */
		if ((xs->xs_control & XS_CTL_POLL) != 0 &&
		    (xs->xs_status & (XS_STS_QUEUED | XS_STS_DONE | XS_STS_FREE)) == 0) {
			xs->xs_status |= XS_STS_DONE;
			mutex_exit(chan_mtx(chan));
			return;
		}
		scsipi_xs_report(xs, xs->xs_status & XS_STS_FREE ?
		    "ended by the adapter after it was given back" :
		    xs->xs_status & XS_STS_DONE ? "ended by the adapter, once more" :
		    "ended by an adapter that does not have it");
		mutex_exit(chan_mtx(chan));
		return;
	}
	scsipi_chan_enter(chan);
	xs->xs_status &= ~XS_STS_SENT;
	scsipi_put_resource(chan);
	periph->periph_sent--;
	if (XS_CTL_TAGTYPE(xs) != 0)
		scsipi_put_tag(xs);
	else
		periph->periph_flags &= ~PERIPH_UNTAG;

	if (xs->error == XS_TIMEOUT) {
		periph->periph_late = MIN(periph->periph_late + 1, SCSIPI_MAXLATE);
		if (xs->timeout > SCSIPI_LONG_TIMEOUT)
			periph->periph_slow = true;
	} else if (xs->error == XS_NOERROR || xs->error == XS_SENSE ||
	    xs->error == XS_SHORTSENSE || xs->error == XS_BUSY) {
		periph->periph_late = 0;
		/* One that took its time, and came. */
		if (getticks() - xs->xs_began >= 60 * hz)
			periph->periph_slow = false;
	}

	/* What an adapter may have got wrong. */
	if (xs->resid < 0 || xs->resid > xs->datalen)
		xs->resid = xs->resid < 0 ? 0 : xs->datalen;

	xs->xs_status |= XS_STS_DONE;
	if (xs->xs_status & XS_STS_LOST) {
		/* Its owner has given it up. */
		scsipi_put_xs(xs);
		mutex_exit(chan_mtx(chan));
		scsipi_run_queue(chan);
		scsipi_chan_leave(chan);
		return;
	}
	if (xs->error != XS_NOERROR || (xs->xs_control & XS_CTL_FREEZE_PERIPH) != 0) {
		scsipi_periph_freeze_locked(periph, 1);
		if (xs->error != XS_NOERROR && (xs->xs_control & XS_CTL_FREEZE_PERIPH) == 0)
			xs->xs_status |= XS_STS_FROZE;
	}

	if ((xs->xs_control & XS_CTL_ASYNC) == 0) {
		/* Its sleeper, or poller, goes on with it. */
		if ((xs->xs_control & XS_CTL_POLL) == 0)
			cv_broadcast(xs_cv(xs));
		mutex_exit(chan_mtx(chan));
	} else if (xs->error == XS_NOERROR) {
		mutex_exit(chan_mtx(chan));
		(void)scsipi_complete(xs);
	} else {
		TAILQ_INSERT_TAIL(&chan->chan_complete, xs, channel_q);
		cv_broadcast(chan_cv_complete(chan));
		mutex_exit(chan_mtx(chan));
	}
	scsipi_run_queue(chan);
	scsipi_chan_leave(chan);
}

/*
 * Restarts a command after a second (busy devices), or now.  Returns
 * ERESTART, or the error if it may not be tried any more.
 */
static int
scsipi_again(struct scsipi_xfer *xs, int error, bool later)
{
	struct scsipi_periph *periph = xs->xs_periph;

	if (xs->xs_retries <= 0)
		return error;
	xs->xs_retries--;
	if (!later)
		return ERESTART;
	if ((xs->xs_control & XS_CTL_POLL) != 0 || cold) {
		delay(1000000);
		return ERESTART;
	}
	mutex_enter(chan_mtx(periph->periph_channel));
	if (!callout_pending(&periph->periph_callout) && !scsipi_periph_gone(periph)) {
		scsipi_periph_freeze_locked(periph, 1);
		callout_reset(&periph->periph_callout, hz, scsipi_periph_timed_thaw, periph);
	}
	mutex_exit(chan_mtx(periph->periph_channel));
	return ERESTART;
}

/* The device's queue is full: it takes no more than it has. */
static int
scsipi_queue_full(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_max_openings mo;

	if (periph->periph_sent == 0)
		return scsipi_again(xs, EBUSY, true);
	mo.mo_target = periph->periph_target;
	mo.mo_lun = periph->periph_lun;
	mutex_enter(chan_mtx(periph->periph_channel));
	mo.mo_openings = MAX(1, periph->periph_sent);
	mutex_exit(chan_mtx(periph->periph_channel));
	if (mo.mo_openings < periph->periph_openings)
		scsipi_async_event(periph->periph_channel, ASYNC_EVENT_MAX_OPENINGS, &mo);
	return ERESTART;
}

/* What has become of a command whose sense, if any, is there. */
static int
scsipi_verdict(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;

	switch (xs->error) {
	case XS_NOERROR:
		return 0;

	case XS_SENSE:
	case XS_SHORTSENSE:
		if (xs->xs_control & XS_CTL_USERCMD)
			return EIO;
		return (*periph->periph_channel->chan_bustype->bustype_interpret_sense)(xs);

	case XS_RESOURCE_SHORTAGE:
		scsipi_printaddr(periph);
		printf("adapter resource shortage\n");
		return scsipi_again(xs, EBUSY, true);

	case XS_BUSY:
		switch (xs->status) {
		case SCSI_QUEUE_FULL:
			return scsipi_queue_full(xs);
		case SCSI_RESV_CONFLICT:
			if ((xs->xs_control & XS_CTL_SILENT) == 0) {
				scsipi_printaddr(periph);
				printf("reservation conflict\n");
			}
			return EIO;
		case SCSI_CHECK:
			/* The device had no sense to give. */
			return EIO;
		}
		return scsipi_again(xs, EBUSY, true);

	case XS_REQUEUE:
		return ERESTART;

	case XS_SELTIMEOUT:
	case XS_TIMEOUT:
		/* Nobody there is no reason to be loud while looking. */
		if (xs->error == XS_SELTIMEOUT && (xs->xs_control & XS_CTL_DISCOVERY) != 0)
			return EIO;
		return scsipi_again(xs, EIO, false);

	case XS_RESET:
		if (xs->xs_control & XS_CTL_USERCMD)
			return EIO;
		return scsipi_again(xs, EIO, true);

	case XS_DRIVER_STUFFUP:
		if ((xs->xs_control & XS_CTL_SILENT) == 0 && !scsipi_periph_gone(periph)) {
			scsipi_printaddr(periph);
			printf("generic HBA error\n");
		}
		return EIO;
	}
	scsipi_printaddr(periph);
	printf("invalid return code from adapter: %d\n", xs->error);
	return EIO;
}

/*
 * A command has come back.  Reads its sense data if that is still with the
 * device, and ends it or queues it again.  An asynchronous one is freed here
 * when it has ended, another by whoever waits.  ERESTART: it is on its way
 * again; else its errno.
 */
static int
scsipi_complete(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_channel *chan = periph->periph_channel;
	bool froze;
	int error;

	KASSERT((xs->xs_status & (XS_STS_SENT | XS_STS_QUEUED)) == 0);

	if ((xs->xs_control & XS_CTL_REQSENSE) == 0 && xs->error == XS_BUSY &&
	    xs->status == SCSI_CHECK)
		scsipi_request_sense(xs);

	error = scsipi_verdict(xs);
	if (error == ERESTART) {
		if (xs->xs_requeuecnt >= SCSIPI_MAXREQUEUE) {
			scsipi_printaddr(periph);
			printf("command 0x%02x tried %d times, limit %d\n", xs->cmd->opcode,
			    xs->xs_requeuecnt, SCSIPI_MAXREQUEUE);
			error = EIO;
		} else if (getticks() - xs->xs_began >= SCSIPI_MAXTIME * hz) {
			scsipi_printaddr(periph);
			printf("command 0x%02x tried for %d s, limit %d s\n", xs->cmd->opcode,
			    (getticks() - xs->xs_began) / hz, SCSIPI_MAXTIME);
			error = EIO;
		} else if (scsipi_periph_gone(periph))
			error = EIO;
	}

	mutex_enter(chan_mtx(chan));
	froze = (xs->xs_status & XS_STS_FROZE) != 0;
	xs->xs_status &= ~XS_STS_FROZE;
	if (error == ERESTART) {
		xs->error = XS_NOERROR;
		xs->status = SCSI_OK;
		xs->xs_status &= ~XS_STS_DONE;
		xs->resid = xs->datalen;
		xs->xs_requeuecnt++;
		if (scsipi_enqueue(xs) == 0) {
			if (froze)
				scsipi_periph_thaw_locked(periph, 1);
			mutex_exit(chan_mtx(chan));
			scsipi_run_queue(chan);
			return ERESTART;
		}
		xs->xs_status |= XS_STS_DONE;
		error = EIO;
	}
	if (froze)
		scsipi_periph_thaw_locked(periph, 1);
	mutex_exit(chan_mtx(chan));

	if (error != 0 && xs->resid == 0 && xs->bp != NULL &&
	    (xs->xs_control & XS_CTL_USERCMD) == 0)
		xs->resid = xs->datalen;
	if (xs->xs_control & XS_CTL_USERCMD)
		scsipi_user_done(xs);
	else if (periph->periph_switch != NULL && periph->periph_switch->psw_done != NULL)
		(*periph->periph_switch->psw_done)(xs, error);

	if (xs->xs_control & XS_CTL_ASYNC) {
		mutex_enter(chan_mtx(chan));
		scsipi_put_xs(xs);
		mutex_exit(chan_mtx(chan));
	}
	return error;
}

/*
 * The device has sense data that the adapter did not fetch: asks for it, with
 * the periph closed to all other commands.
 */
static void
scsipi_request_sense(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_channel *chan = periph->periph_channel;
	struct scsi_request_sense cmd;
	int error, flags;

	mutex_enter(chan_mtx(chan));
	periph->periph_sensing++;
	periph->periph_flags |= PERIPH_SENSE;
	periph->periph_xscheck = xs;
	mutex_exit(chan_mtx(chan));

	flags = (xs->xs_control & (XS_CTL_NOSLEEP | XS_CTL_POLL)) | XS_CTL_REQSENSE |
	    XS_CTL_URGENT | XS_CTL_DATA_IN | XS_CTL_SILENT;
	memset(&cmd, 0, sizeof(cmd));
	memset(&xs->sense, 0, sizeof(xs->sense));
	cmd.opcode = SCSI_REQUEST_SENSE;
	cmd.length = sizeof(struct scsi_sense_data);
	error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)&xs->sense.scsi_sense,
	    sizeof(struct scsi_sense_data), 0, 1000, NULL, flags);

	mutex_enter(chan_mtx(chan));
	if (--periph->periph_sensing == 0)
		periph->periph_flags &= ~PERIPH_SENSE;
	if (periph->periph_xscheck == xs)
		periph->periph_xscheck = NULL;
	mutex_exit(chan_mtx(chan));
	switch (error) {
	case 0:
		xs->error = XS_SENSE;
		break;
	case EINTR:
		/* Reset while asking. */
		xs->error = XS_RESET;
		break;
	case EIO:
	case ENXIO:
		/* Nothing to ask for, or nobody. */
		xs->error = XS_DRIVER_STUFFUP;
		break;
	default:
		xs->error = XS_DRIVER_STUFFUP;
		scsipi_printaddr(periph);
		printf("request sense failed with error %d\n", error);
		break;
	}
}

/* Chooses the tag of a command as periph and bus have agreed. */
static void
scsipi_choose_tag(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;

	if ((PERIPH_XFER_MODE(periph) & PERIPH_CAP_TQING) != 0 &&
	    (xs->xs_control & XS_CTL_REQSENSE) == 0) {
		if (XS_CTL_TAGTYPE(xs) == 0)
			xs->xs_control |= XS_CTL_SIMPLE_TAG;
	} else
		xs->xs_control &= ~XS_CTL_TAGMASK;
	switch (XS_CTL_TAGTYPE(xs)) {
	case XS_CTL_ORDERED_TAG:
		xs->xs_tag_type = MSG_ORDERED_Q_TAG;
		break;
	case XS_CTL_SIMPLE_TAG:
		xs->xs_tag_type = MSG_SIMPLE_Q_TAG;
		break;
	case XS_CTL_HEAD_TAG:
		xs->xs_tag_type = MSG_HEAD_OF_Q_TAG;
		break;
	case 0:
		xs->xs_tag_type = 0;
		break;
	default:
		/* More than one kind: the strictest. */
		xs->xs_control &= ~XS_CTL_TAGMASK;
		xs->xs_control |= XS_CTL_ORDERED_TAG;
		xs->xs_tag_type = MSG_ORDERED_Q_TAG;
		break;
	}
}

/*
 * Polls for the end of a command.  The adapter does its work in the request
 * itself; a queue that is frozen meanwhile is waited for.
 */
static void
scsipi_poll(struct scsipi_xfer *xs)
{
	struct scsipi_channel *chan = xs->xs_periph->periph_channel;
	const int limit = MIN(MAX(xs->timeout, 0), INT_MAX / 2) + 10000;
	int ms, step;

	/* What has waited for long is looked after less often. */
	for (ms = 0; (xs->xs_status & XS_STS_DONE) == 0 && ms < limit; ms += step) {
		step = MIN(MAX(1, ms / 8), 1000);
		scsipi_run_queue(chan);
		if ((xs->xs_status & XS_STS_DONE) == 0)
			delay((unsigned)step * 1000);
	}
	mutex_enter(chan_mtx(chan));
	if ((xs->xs_status & (XS_STS_DONE | XS_STS_QUEUED)) == XS_STS_QUEUED) {
		TAILQ_REMOVE(&chan->chan_queue, xs, channel_q);
		xs->xs_status &= ~XS_STS_QUEUED;
		xs->xs_status |= XS_STS_DONE;
		xs->error = XS_DRIVER_STUFFUP;
	}
	mutex_exit(chan_mtx(chan));
}

/*
 * Runs a command that scsipi_make_xs_*() made.  With ASYNC it returns once
 * the command is queued and psw_done tells of its end; else when it has
 * ended, with its errno.  The command is freed in any case.  Without NOSLEEP
 * it may sleep.  The channel's lock is held, and let go in between.
 */
int
scsipi_execute_xs(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct scsipi_channel *chan = periph->periph_channel;
	int error;

	KASSERT(mutex_owned(chan_mtx(chan)));
	(*chan->chan_bustype->bustype_cmd)(xs);

	xs->xs_status &= ~XS_STS_DONE;
	xs->error = XS_NOERROR;
	xs->resid = xs->datalen;
	xs->status = SCSI_OK;
	xs->xs_requeuecnt = 0;
	if (xs->xs_control & XS_CTL_POLL)
		xs->xs_control &= ~XS_CTL_ASYNC;
	scsipi_choose_tag(xs);

	error = scsipi_enqueue(xs);
	if (error != 0) {
		/* It ends here, like one that was sent and came back. */
		const bool async = (xs->xs_control & XS_CTL_ASYNC) != 0;

		xs->xs_status |= XS_STS_DONE;
		mutex_exit(chan_mtx(chan));
		error = scsipi_complete(xs);
		if (!async)
			goto free;
		mutex_enter(chan_mtx(chan));
		return 0;
	}
	if (xs->xs_control & XS_CTL_ASYNC) {
		scsipi_chan_enter(chan);
		mutex_exit(chan_mtx(chan));
		scsipi_run_queue(chan);
		scsipi_chan_leave(chan);
		mutex_enter(chan_mtx(chan));
		return 0;
	}
	mutex_exit(chan_mtx(chan));

	for (;;) {
		if (xs->xs_control & XS_CTL_POLL)
			scsipi_poll(xs);
		else {
			scsipi_run_queue(chan);
			mutex_enter(chan_mtx(chan));
			while ((xs->xs_status & XS_STS_DONE) == 0)
				scsipi_wait(chan, xs_cv(xs));
			mutex_exit(chan_mtx(chan));
		}
		mutex_enter(chan_mtx(chan));
		if ((xs->xs_status & XS_STS_DONE) == 0) {
			const u_int8_t opcode = xs->cmd->opcode;
			const int ms = xs->timeout;

			/* Polled in vain; the adapter may still touch it, and end it. */
			xs->xs_status |= XS_STS_LOST;
			mutex_exit(chan_mtx(chan));
			scsipi_printaddr(periph);
			printf("polled command 0x%02x did not end in %d ms\n", opcode, ms);
			mutex_enter(chan_mtx(chan));
			return EIO;
		}
		mutex_exit(chan_mtx(chan));
		error = scsipi_complete(xs);
		if (error != ERESTART)
			break;
	}
free:
	mutex_enter(chan_mtx(chan));
	scsipi_chan_enter(chan);
	scsipi_put_xs(xs);
	mutex_exit(chan_mtx(chan));
	scsipi_run_queue(chan);
	scsipi_chan_leave(chan);
	mutex_enter(chan_mtx(chan));
	return error;
}

/*
 * Runs a CDB and returns its errno, as scsipi_execute_xs().  The data are
 * read or written in place.
 */
int
scsipi_command(struct scsipi_periph *periph, struct scsipi_generic *cmd, int cmdlen,
    u_char *data, int datalen, int retries, int timeout, struct buf *bp, int flags)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	struct scsipi_xfer *xs;
	int error;

	if (cmdlen < 1 || cmdlen > (int)sizeof(struct scsipi_generic) || datalen < 0)
		return EINVAL;
	mutex_enter(lock);
	xs = scsipi_make_xs_locked(periph, cmd, cmdlen, data, datalen, retries, timeout, bp, flags);
	if (xs != NULL)
		error = scsipi_execute_xs(xs);
	else
		error = scsipi_periph_gone(periph) ? ENXIO : ENOMEM;
	mutex_exit(lock);
	return error;
}

/*
 * Sense data.
 */

/*
 * Sense data in the fixed format: from the descriptor format what there is a
 * place for; other response codes give "no sense", with what SCSI-1 had.
 */
void
scsipi_sense_fixed(const struct scsi_sense_data *from, struct scsi_sense_data *to)
{
	const u_int8_t *p = (const u_int8_t *)from;
	struct scsi_sense_data s;
	size_t off, end, dlen;

	switch (SSD_RCODE(from->response_code)) {
	case 0x70:
	case 0x71:
		if (from != to)
			*to = *from;
		return;
	case 0x72:
	case 0x73:
		break;
	default:
		memset(&s, 0, sizeof(s));
		s.response_code = from->response_code;
		if (SSD_RCODE(from->response_code) < 0x70)
			memcpy(&s.info[1], ((const struct scsi_sense_data_unextended *)
			    (const void *)from)->block, 3);
		*to = s;
		return;
	}

	memset(&s, 0, sizeof(s));
	s.response_code = SSD_RCODE(from->response_code) == 0x72 ? SSD_RCODE_CURRENT :
	    SSD_RCODE_DEFERRED;
	s.flags = p[1] & 0x0f;
	s.asc = p[2];
	s.ascq = p[3];
	s.extra_len = 10;
	end = MIN(sizeof(*from), 8 + (size_t)p[7]);
	for (off = 8; off + 2 <= end; off += dlen) {
		dlen = 2 + (size_t)p[off + 1];
		if (dlen > end - off)
			break;
		switch (p[off]) {
		case 0x00:		/* information */
			if (dlen >= 12) {
				if ((p[off + 2] & 0x80) != 0 && _4btol(&p[off + 4]) == 0)
					s.response_code |= SSD_RCODE_VALID;
				memcpy(s.info, &p[off + 8], 4);
			}
			break;
		case 0x01:		/* command specific */
			if (dlen >= 12)
				memcpy(s.csi, &p[off + 8], 4);
			break;
		case 0x02:		/* sense key specific */
			if (dlen >= 8)
				memcpy(s.sks.sks_bytes, &p[off + 4], 3);
			break;
		case 0x03:		/* field replaceable unit */
			if (dlen >= 4)
				s.fru = p[off + 3];
			break;
		case 0x04:		/* stream commands: mark, end, length */
			if (dlen >= 4)
				s.flags |= p[off + 3] & 0xe0;
			break;
		case 0x05:		/* block commands: length */
			if (dlen >= 4)
				s.flags |= p[off + 3] & SSD_ILI;
			break;
		}
	}
	*to = s;
}

/*
 * What sense data mean for a command: 0, an errno, or ERESTART.  The driver
 * is asked first.  Prints what is worth it, unless told to be silent.
 */
int
scsipi_interpret_sense(struct scsipi_xfer *xs)
{
	struct scsi_sense_data *sense = &xs->sense.scsi_sense;
	struct scsipi_periph *periph = xs->xs_periph;
	const bool silent = (xs->xs_control & XS_CTL_SILENT) != 0;
	int error, key;

	scsipi_sense_fixed(sense, sense);

	if (periph->periph_switch != NULL && periph->periph_switch->psw_error != NULL) {
		error = (*periph->periph_switch->psw_error)(xs);
		if (error != EJUSTRETURN)
			return error;
	}

	if (SSD_RCODE(sense->response_code) != SSD_RCODE_CURRENT &&
	    SSD_RCODE(sense->response_code) != SSD_RCODE_DEFERRED) {
		/* Not that there was no error: nobody knows which. */
		if (!silent) {
			scsipi_printaddr(periph);
			printf("Sense Error Code 0x%x\n", SSD_RCODE(sense->response_code));
		}
		return EIO;
	}
	if (SSD_RCODE(sense->response_code) == SSD_RCODE_DEFERRED) {
		/* An earlier command failed; this one was not run. */
		if (!silent) {
			scsipi_printaddr(periph);
			printf("deferred error:\n");
			(*scsipi_print_sense)(xs, 0);
		}
		return scsipi_again(xs, EIO, false);
	}

	key = SSD_SENSE_KEY(sense->flags);
	switch (key) {
	case SKEY_NO_SENSE:
		/* Nothing moved though something should have: no success. */
		if (xs->datalen != 0 && xs->resid == xs->datalen)
			return scsipi_again(xs, EIO, false);
		return 0;
	case SKEY_RECOVERED_ERROR:
		error = 0;
		break;
	case SKEY_EQUAL:
		error = 0;
		break;
	case SKEY_NOT_READY:
		if ((periph->periph_flags & PERIPH_REMOVABLE) != 0)
			periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
		if ((xs->xs_control & XS_CTL_IGNORE_NOT_READY) != 0)
			return 0;
		if (sense->asc == 0x3a) {
			error = ENODEV;		/* no medium */
			if (xs->xs_control & XS_CTL_SILENT_NODEV)
				return error;
		} else if (sense->asc == 0x04 && sense->ascq == 0x01 && xs->xs_retries > 0 &&
		    (xs->xs_control & XS_CTL_DISCOVERY) == 0) {
			/* Becoming ready. */
			return scsipi_again(xs, EIO, true);
		} else
			error = EIO;
		break;
	case SKEY_ILLEGAL_REQUEST:
		if ((xs->xs_control & XS_CTL_IGNORE_ILLEGAL_REQUEST) != 0)
			return 0;
		/* A unit that is not there any more. */
		error = sense->asc == 0x25 ? ENXIO : EINVAL;
		break;
	case SKEY_UNIT_ATTENTION:
		/* Power on, resets; parameters; what else there is on the target. */
		if (sense->asc == 0x29 || sense->asc == 0x3f ||
		    (sense->asc == 0x2a && sense->ascq != 0x09))
			return ERESTART;
		if ((periph->periph_flags & PERIPH_REMOVABLE) != 0)
			periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
		if ((xs->xs_control & XS_CTL_IGNORE_MEDIA_CHANGE) != 0 ||
		    (periph->periph_flags & PERIPH_REMOVABLE) == 0)
			return ERESTART;
		error = EIO;
		break;
	case SKEY_DATA_PROTECT:
		error = EROFS;
		break;
	case SKEY_BLANK_CHECK:
		error = 0;
		break;
	case SKEY_ABORTED_COMMAND:
		if (xs->xs_retries > 0)
			return scsipi_again(xs, EIO, false);
		error = EIO;
		break;
	case SKEY_VOLUME_OVERFLOW:
		error = ENOSPC;
		break;
	case SKEY_MEDIUM_ERROR:
	case SKEY_HARDWARE_ERROR:
		if (xs->xs_retries > 0 && (xs->xs_control & XS_CTL_DISCOVERY) == 0)
			return scsipi_again(xs, EIO, false);
		error = EIO;
		break;
	default:
		error = EIO;
		break;
	}

	if (!silent)
		(*scsipi_print_sense)(xs, 0);
	return error;
}

/*
 * Commands of every device.
 */

/*
 * Whether the device is ready; an errno if not.
 */
int
scsipi_test_unit_ready(struct scsipi_periph *periph, int flags)
{
	struct scsi_test_unit_ready cmd;
	int retries;

	if (periph->periph_quirks & PQUIRK_NOTUR)
		return 0;
	retries = flags & XS_CTL_DISCOVERY ? 0 : SCSIPIRETRIES;
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_TEST_UNIT_READY;
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), NULL, 0, retries, 10000, NULL,
	    flags);
}

/*
 * INQUIRY: what the device is.  A short answer leaves zeros, and blanks in
 * the strings.
 */
int
scsipi_inquire(struct scsipi_periph *periph, struct scsipi_inquiry_data *inqbuf, int flags)
{
	struct scsipi_inquiry cmd;
	size_t len;
	int error, retries;

	retries = flags & XS_CTL_DISCOVERY ? 0 : SCSIPIRETRIES;
	/* The first 36 bytes are safe with all devices; then what is said. */
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = INQUIRY;
	cmd.length = SCSIPI_INQUIRY_LENGTH_SCSI2;
	memset(inqbuf, 0, sizeof(*inqbuf));
	memset(inqbuf->vendor, ' ', sizeof(inqbuf->vendor) + sizeof(inqbuf->product) +
	    sizeof(inqbuf->revision));
	error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)inqbuf,
	    SCSIPI_INQUIRY_LENGTH_SCSI2, retries, 10000, NULL, flags | XS_CTL_DATA_IN);
	if (error != 0)
		return error;
	len = 5 + (size_t)inqbuf->additional_length;
	if (len > SCSIPI_INQUIRY_LENGTH_SCSI2 && (inqbuf->device & SID_TYPE) != T_NODEVICE &&
	    (inqbuf->version & SID_ANSII) >= 2) {
		struct scsipi_inquiry_data more;

		memset(&more, 0, sizeof(more));
		cmd.length = (u_int8_t)MIN(len, sizeof(more));
		if (cmd.length > SCSIPI_INQUIRY_LENGTH_SCSI3)
			cmd.length = SCSIPI_INQUIRY_LENGTH_SCSI3;
		error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)&more, cmd.length,
		    retries, 10000, NULL, flags | XS_CTL_DATA_IN);
		/* The device is the one it said it was before, or nothing new. */
		if (error == 0 && memcmp(&more, inqbuf, SCSIPI_INQUIRY_LENGTH_SCSI2) == 0)
			*inqbuf = more;
	}
	return 0;
}

int
scsipi_inquire_vpd(struct scsipi_periph *periph, u_int8_t page,
    struct scsipi_inquiry_evpd_header *data, size_t size, int flags)
{
	struct scsipi_inquiry cmd;
	size_t len;
	int error;

	KASSERT(size >= sizeof(*data) && size <= UINT8_MAX);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = INQUIRY;
	cmd.byte2 = SINQ_EVPD;
	cmd.unused[0] = page;
	cmd.length = (u_int8_t)size;
	memset(data, 0, size);
	error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)data, (int)size,
	    SCSIPIRETRIES, 10000, NULL, flags | XS_CTL_DATA_IN | XS_CTL_SILENT);
	if (error != 0)
		return error == EINVAL ? ENXIO : error;
	/* Those that do not know of pages answer with plain data. */
	if (data->pagecode != page)
		return ENXIO;
	len = sizeof(*data) + _2btol(data->length);
	if (len < size)
		memset((u_int8_t *)data + len, 0, size - len);
	return 0;
}

/*
 * Locks the medium in, or lets it go: type is SPAMR_*.
 */
int
scsipi_prevent(struct scsipi_periph *periph, int type, int flags)
{
	struct scsi_prevent_allow_medium_removal cmd;

	if (periph->periph_quirks & PQUIRK_NODOORLOCK)
		return 0;
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_PREVENT_ALLOW_MEDIUM_REMOVAL;
	cmd.how = (u_int8_t)type;
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), NULL, 0, SCSIPIRETRIES, 5000,
	    NULL, flags);
}

/*
 * Starts, stops, loads or ejects: type is SSS_*.
 */
int
scsipi_start(struct scsipi_periph *periph, int type, int flags)
{
	struct scsipi_start_stop cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = START_STOP;
	cmd.byte2 = 0;
	cmd.how = (u_int8_t)type;
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), NULL, 0, SCSIPIRETRIES,
	    type & SSS_START ? 60000 : 10000, NULL, flags);
}

/*
 * Mode parameters; byte2 and page are those of the CDB.  The answer may be
 * shorter than len: what is missing keeps its bytes.
 */
int
scsipi_mode_sense(struct scsipi_periph *periph, int byte2, int page,
    struct scsi_mode_parameter_header_6 *data, int len, int flags, int retries, int timeout)
{
	struct scsi_mode_sense_6 cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_MODE_SENSE_6;
	cmd.byte2 = (u_int8_t)byte2;
	cmd.page = (u_int8_t)page;
	cmd.length = (u_int8_t)MIN(len, 0xff);
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)data, cmd.length, retries,
	    timeout, NULL, flags | XS_CTL_DATA_IN);
}

int
scsipi_mode_sense_big(struct scsipi_periph *periph, int byte2, int page,
    struct scsi_mode_parameter_header_10 *data, int len, int flags, int retries, int timeout)
{
	struct scsi_mode_sense_10 cmd;

	len = MIN(len, 0xffff);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_MODE_SENSE_10;
	cmd.byte2 = (u_int8_t)byte2;
	cmd.page = (u_int8_t)page;
	_lto2b((u_int32_t)len, cmd.length);
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)data, len, retries,
	    timeout, NULL, flags | XS_CTL_DATA_IN);
}

int
scsipi_mode_select(struct scsipi_periph *periph, int byte2,
    struct scsi_mode_parameter_header_6 *data, int len, int flags, int retries, int timeout)
{
	struct scsi_mode_select_6 cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_MODE_SELECT_6;
	cmd.byte2 = (u_int8_t)byte2;
	cmd.length = (u_int8_t)MIN(len, 0xff);
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)data, cmd.length, retries,
	    timeout, NULL, flags | XS_CTL_DATA_OUT);
}

int
scsipi_mode_select_big(struct scsipi_periph *periph, int byte2,
    struct scsi_mode_parameter_header_10 *data, int len, int flags, int retries, int timeout)
{
	struct scsi_mode_select_10 cmd;

	len = MIN(len, 0xffff);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_MODE_SELECT_10;
	cmd.byte2 = (u_int8_t)byte2;
	_lto2b((u_int32_t)len, cmd.length);
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)data, len, retries,
	    timeout, NULL, flags | XS_CTL_DATA_OUT);
}

/*
 * Which commands the device knows and how long they take (REPORT SUPPORTED
 * OPERATION CODES), for devices of SPC-3 and later that have no quirk about
 * it.  No answer is no error.
 */
void
scsipi_get_opcodeinfo(struct scsipi_periph *periph)
{
	struct scsi_repsupopcode_all_commands_descriptor *acd;
	struct scsi_repsupopcode_timeouts_descriptor *td;
	struct scsi_repsuppopcode cmd;
	struct scsipi_opcodes *tot;
	u_int8_t *data;
	size_t len, off, dlen, tdlen;
	u_int32_t sec;
	int error;

	scsipi_free_opcodeinfo(periph);
	if ((periph->periph_quirks & PQUIRK_NOREPSUPPOPC) != 0 || periph->periph_version < 5)
		return;

	len = 32 * 1024;
	data = kmem_zalloc(len, KM_SLEEP);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_MAINTENANCE_IN;
	cmd.svcaction = RSOC_REPORT_SUPPORTED_OPCODES;
	cmd.repoption = RSOC_RCTD | RSOC_ALL;
	_lto4b((u_int32_t)len, cmd.alloclen);
	error = scsipi_command(periph, (void *)&cmd, sizeof(cmd), data, (int)len, 0, 60000, NULL,
	    XS_CTL_DATA_IN | XS_CTL_SILENT);
	if (error != 0) {
		kmem_free(data, len);
		return;
	}
	tot = kmem_zalloc(sizeof(*tot), KM_SLEEP);
	dlen = MIN(len - 4, _4btol(data));
	for (off = 0; off + sizeof(*acd) <= dlen; ) {
		acd = (void *)(data + 4 + off);
		off += sizeof(*acd);
		tot->opcode_info[acd->opcode].ti_flags = SCSIPI_TI_VALID;
		if ((acd->flags & RSOC_ACD_CTDP) == 0)
			continue;
		if (off + sizeof(*td) > dlen)
			break;
		td = (void *)(data + 4 + off);
		tdlen = 2 + (size_t)_2btol(td->descriptor_length);
		if (tdlen < sizeof(*td)) {
			scsipi_printaddr(periph);
			printf("timeouts descriptor of %zu bytes, least is %zu\n", tdlen, sizeof(*td));
			break;
		}
		sec = MAX(_4btol(td->nom_process_timeout), _4btol(td->cmd_process_timeout));
		/* A day is enough; the largest of several service actions. */
		sec = MIN(sec, 24 * 3600);
		if ((long)sec > tot->opcode_info[acd->opcode].ti_timeout)
			tot->opcode_info[acd->opcode].ti_timeout = (long)sec;
		off += tdlen;
	}
	kmem_free(data, len);
	periph->periph_opcs = tot;
}

void
scsipi_free_opcodeinfo(struct scsipi_periph *periph)
{

	if (periph->periph_opcs != NULL) {
		kmem_free(periph->periph_opcs, sizeof(*periph->periph_opcs));
		periph->periph_opcs = NULL;
	}
}

/*
 * Events.
 */

/* The peripheral takes this many commands, not more. */
static void
scsipi_async_event_max_openings(struct scsipi_channel *chan, struct scsipi_max_openings *mo)
{
	struct scsipi_periph *periph;
	int lun = -1;

	if (mo->mo_target < 0 || mo->mo_openings < 1)
		return;
	mutex_enter(chan_mtx(chan));
	while ((periph = scsipi_next_periph(chan, mo->mo_target, mo->mo_lun, mo->mo_target,
	    lun)) != NULL) {
		lun = periph->periph_lun;
		if (mo->mo_openings < periph->periph_openings)
			periph->periph_openings = mo->mo_openings;
		else if (mo->mo_openings > periph->periph_openings &&
		    (periph->periph_flags & PERIPH_GROW_OPENINGS) != 0)
			periph->periph_openings = MIN(mo->mo_openings,
			    SCSIPI_CHAN_MAX_PERIPH(chan));
	}
	mutex_exit(chan_mtx(chan));
}

/* The channel was reset: sense data, modes and reservations are gone. */
static void
scsipi_async_event_channel_reset(struct scsipi_channel *chan)
{
	struct scsipi_xfer *xs;
	struct scsipi_periph *periph;
	int i;

	mutex_enter(chan_mtx(chan));
	TAILQ_FOREACH(xs, &chan->chan_queue, channel_q) {
		/* The sense it would have read is no more. */
		if ((xs->xs_control & XS_CTL_REQSENSE) != 0)
			break;
	}
	if (xs != NULL) {
		TAILQ_REMOVE(&chan->chan_queue, xs, channel_q);
		xs->xs_status &= ~XS_STS_QUEUED;
		xs->xs_status |= XS_STS_DONE;
		xs->error = XS_RESET;
		cv_broadcast(xs_cv(xs));
	}
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++) {
		LIST_FOREACH(periph, &chan->chan_periphtab[i], periph_hash) {
			if (periph->periph_xscheck != NULL)
				periph->periph_xscheck->error = XS_RESET;
		}
	}
	/* Not here: the adapter may hold locks of its own. */
	chan->chan_tflags |= SCSIPI_CHANT_MODES;
	cv_broadcast(chan_cv_complete(chan));
	mutex_exit(chan_mtx(chan));
}

/*
 * An adapter tells of something; arg as scsipi_async_event_t says.  It may
 * hold its own lock: nothing of it is called from here.
 */
void
scsipi_async_event(struct scsipi_channel *chan, scsipi_async_event_t event, void *arg)
{

	/* Adapters reset their bus before it attaches: there is nobody to tell. */
	if (chan_running(chan) == 0)
		return;
	switch (event) {
	case ASYNC_EVENT_MAX_OPENINGS:
		scsipi_async_event_max_openings(chan, arg);
		break;
	case ASYNC_EVENT_XFER_MODE:
		if (chan->chan_bustype->bustype_async_event_xfer_mode != NULL)
			(*chan->chan_bustype->bustype_async_event_xfer_mode)(chan, arg);
		break;
	case ASYNC_EVENT_RESET:
		scsipi_async_event_channel_reset(chan);
		break;
	}
}

/*
 * Has the adapter agree with a target on what both can do.  With immed it
 * finds out at once, by a command that fails or not.
 */
void
scsipi_set_xfer_mode(struct scsipi_channel *chan, int target, int immed)
{
	struct scsipi_periph *itperiph;
	struct scsipi_xfer_mode xm;

	memset(&xm, 0, sizeof(xm));
	xm.xm_target = target;
	mutex_enter(chan_mtx(chan));
	itperiph = scsipi_next_periph(chan, target, -1, target, -1);
	if (itperiph == NULL || scsipi_periph_gone(itperiph)) {
		mutex_exit(chan_mtx(chan));
		return;
	}
	xm.xm_mode = itperiph->periph_cap;
	/* It stays until this is over. */
	itperiph->periph_starting++;
	mutex_exit(chan_mtx(chan));
	scsipi_adapter_request(chan, ADAPTER_REQ_SET_XFER_MODE, &xm);
	if (immed)
		(void)scsipi_test_unit_ready(itperiph, XS_CTL_DISCOVERY |
		    XS_CTL_IGNORE_ILLEGAL_REQUEST | XS_CTL_IGNORE_NOT_READY |
		    XS_CTL_IGNORE_MEDIA_CHANGE | XS_CTL_SILENT);
	mutex_enter(chan_mtx(chan));
	if (--itperiph->periph_starting == 0 && scsipi_periph_gone(itperiph))
		cv_broadcast(periph_cv_periph(itperiph));
	mutex_exit(chan_mtx(chan));
}

/*
 * Has the adapter agree with all targets anew, after a reset.
 */
static void
scsipi_set_xfer_modes(struct scsipi_channel *chan)
{
	struct scsipi_periph *periph;
	int target = -1;

	mutex_enter(chan_mtx(chan));
	while ((periph = scsipi_next_periph(chan, -1, -1, target, INT_MAX)) != NULL) {
		target = periph->periph_target;
		mutex_exit(chan_mtx(chan));
		scsipi_set_xfer_mode(chan, target, 0);
		mutex_enter(chan_mtx(chan));
	}
	mutex_exit(chan_mtx(chan));
}

/*
 * Synchronous transfers of parallel SCSI: period factor, period in units of
 * 10 ps, kHz.  SPI-4, table of transfer period factors.
 */
static const struct scsipi_syncparam {
	int	ss_factor;
	int	ss_period;
} scsipi_syncparams[] = {
	{ 0x08, 625 },		/* FAST-160 */
	{ 0x09, 1250 },		/* FAST-80 */
	{ 0x0a, 2500 },		/* FAST-40 at 40 MHz */
	{ 0x0b, 3030 },		/* FAST-40 at 33 MHz */
	{ 0x0c, 5000 },		/* FAST-20 */
};

/* Factor for a period of 10 ps units; one past 255 gives 255. */
int
scsipi_sync_period_to_factor(int period)
{
	size_t i;

	for (i = 0; i < __arraycount(scsipi_syncparams); i++) {
		if (period <= scsipi_syncparams[i].ss_period)
			return scsipi_syncparams[i].ss_factor;
	}
	return MIN(period / 100 / 4, 0xff);
}

int
scsipi_sync_factor_to_period(int factor)
{
	size_t i;

	for (i = 0; i < __arraycount(scsipi_syncparams); i++) {
		if (factor == scsipi_syncparams[i].ss_factor)
			return scsipi_syncparams[i].ss_period;
	}
	return factor * 4 * 100;
}

/* kHz; 0 for a factor that is none. */
int
scsipi_sync_factor_to_freq(int factor)
{
	const int period = scsipi_sync_factor_to_period(factor);

	return period > 0 ? 100000000 / period : 0;
}

/*
 * Tracing.
 */

void
scsipi_print_cdb(struct scsipi_generic *cmd)
{
	static const int len[8] = { CDB_GROUP0, CDB_GROUP1, CDB_GROUP2, 16, CDB_GROUP4, CDB_GROUP5,
	    10, 10 };
	int i;

	printf("0x%02x", cmd->opcode);
	for (i = 0; i < len[CDB_GROUPID(cmd->opcode)] - 1; i++)
		printf(" %02x", cmd->bytes[i]);
}

void
show_scsipi_cmd(struct scsipi_xfer *xs)
{
	const u_char *b = (const u_char *)xs->cmd;
	int i;

	scsipi_printaddr(xs->xs_periph);
	printf("command: ");
	if (xs->xs_control & XS_CTL_RESET) {
		printf("reset\n");
		return;
	}
	for (i = 0; i < xs->cmdlen; i++)
		printf("%s%x", i == 0 ? "" : ",", b[i]);
	printf(" [%d bytes]\n", xs->datalen);
	if (xs->datalen > 0 && xs->data != NULL)
		show_mem(xs->data, MIN(64, xs->datalen));
}

void
show_scsipi_xs(struct scsipi_xfer *xs)
{

	printf("xs: control 0x%08x status 0x%08x retries %d timeout %d cmdlen %d datalen %d "
	    "resid %d error %d\n", xs->xs_control, xs->xs_status, xs->xs_retries, xs->timeout,
	    xs->cmdlen, xs->datalen, xs->resid, xs->error);
	show_scsipi_cmd(xs);
}

void
show_mem(u_char *address, int num)
{
	int i;

	printf("------------------------------\n");
	for (i = 0; i < num; i++)
		printf("%02x%s", address[i], i % 16 == 15 || i == num - 1 ? "\n" : " ");
	printf("------------------------------\n");
}
