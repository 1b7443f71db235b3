/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * scsihost(4): a SCSI or ATAPI adapter of the program that the kernel runs
 * in, see <rump/rumpuser_scsi.h>.
 *
 * A command is handed to the device by a hypercall and is in one of these
 * states: given (in the hypercall), kept (the device answers later), delayed
 * (answered, the answer is not due yet).  Whoever takes it out of its state,
 * under sc_lock, completes it: the hypercall's return, the interrupt that
 * says that answers are there, the timeout, a reset, detach.  Answers are
 * the device's word: host status, SCSI status, residual and sense length are
 * checked, and what is not possible fails the command.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/scsiio.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_message.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsiconf.h>
#include <dev/scsipi/atapiconf.h>

#include <rump-sys/dev.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_scsi.h>

#include "locators.h"
#include "scsipi_impl.h"

#define	SCSIHOST_NCHAN		4
#define	SCSIHOST_MAXOPENINGS	256
#define	SCSIHOST_BURST		32	/* events in a row handled at full speed */
#define	SCSIHOST_FLOOD		64	/* ... after which none is taken */
#define	SCSIHOST_MANY		1024	/* events handled at full speed */
#define	SCSIHOST_QUIET		20	/* seconds until these are forgotten */

enum hc_state { HC_FREE, HC_GIVEN, HC_ANSWERED, HC_KEPT, HC_DELAYED, HC_ENDING };

struct scsihost_cmd {
	struct rumpuser_scsi_cmd hc_cmd;
	struct scsihost_softc *hc_sc;
	struct scsipi_xfer *hc_xs;		/* while not HC_FREE */
	enum hc_state hc_state;			/* sc_lock */
	callout_t hc_callout;			/* its time, or its answer's */
	TAILQ_ENTRY(scsihost_cmd) hc_link;	/* sc_free or sc_busy */
};
TAILQ_HEAD(scsihost_cmds, scsihost_cmd);

struct scsihost_softc {
	device_t sc_dev;
	unsigned sc_id;			/* slot of the hypercalls */
	struct rumpuser_scsi_setup sc_su;
	struct atapi_adapter sc_atapi;	/* the adapter, with ATAPI's half */
	struct scsipi_channel sc_chan[SCSIHOST_NCHAN];
	device_t sc_bus[SCSIHOST_NCHAN];

	unsigned sc_irq;
	bool	sc_irqok;
	void	*sc_ih;

	kmutex_t sc_lock;		/* what follows */
	struct scsihost_cmds sc_free, sc_busy;
	unsigned sc_ncmds;
	bool	sc_open;
	bool	sc_dying;		/* no command starts any more */
	bool	sc_quiet;		/* one line about wrong answers is enough */
	kcondvar_t sc_evcv;
	bool	sc_evstop, sc_evpending;
	struct lwp *sc_evthread;
};
#define	sc_adapt	sc_atapi._generic

static int	scsihost_match(device_t, cfdata_t, void *);
static void	scsihost_attach(device_t, device_t, void *);
static int	scsihost_detach(device_t, int);
static void	scsihost_childdet(device_t, device_t);

CFATTACH_DECL3_NEW(scsihost, sizeof(struct scsihost_softc), scsihost_match, scsihost_attach,
    scsihost_detach, NULL, NULL, scsihost_childdet, DVF_DETACH_SHUTDOWN);

extern struct cfdriver scsihost_cd;

static void	scsihost_request(struct scsipi_channel *, scsipi_adapter_req_t, void *);
static void	scsihost_minphys(struct buf *);
static int	scsihost_ioctl(struct scsipi_channel *, u_long, void *, int, struct proc *);
static void	scsihost_probe_drive(struct atapibus_softc *, int);
static int	scsihost_intr(void *);
static void	scsihost_timeout(void *);
static void	scsihost_evthread(void *);

/* The slot of an adapter that has no device yet; -1 for none. */
static int
scsihost_find(struct rumpuser_scsi_setup *su)
{
	struct scsihost_softc *sc;
	unsigned id;
	int unit;

	for (id = 0; id < RUMPUSER_SCSI_NADAPTER; id++) {
		if (rumpuser_scsi_probe(id, su) != 0)
			continue;
		for (unit = 0; unit < scsihost_cd.cd_ndevs; unit++) {
			sc = device_lookup_private(&scsihost_cd, unit);
			if (sc != NULL && sc->sc_open && sc->sc_id == id)
				break;
		}
		if (unit == scsihost_cd.cd_ndevs)
			return (int)id;
	}
	return -1;
}

static int
scsihost_match(device_t parent, cfdata_t cf, void *aux)
{
	struct mainbus_attach_args *maa = aux;
	struct rumpuser_scsi_setup su;

	return maa->maa_name[0] == '\0' && scsihost_find(&su) >= 0;
}

/* Adds n commands; sc_lock is not held. */
static void
scsihost_alloc(struct scsihost_softc *sc, unsigned n)
{
	struct scsihost_cmd *hc;

	while (n-- > 0) {
		hc = kmem_zalloc(sizeof(*hc), KM_SLEEP);
		hc->hc_sc = sc;
		hc->hc_state = HC_FREE;
		callout_init(&hc->hc_callout, CALLOUT_MPSAFE);
		mutex_enter(&sc->sc_lock);
		TAILQ_INSERT_HEAD(&sc->sc_free, hc, hc_link);
		sc->sc_ncmds++;
		mutex_exit(&sc->sc_lock);
	}
}

static void
scsihost_attach(device_t parent, device_t self, void *aux)
{
	struct scsihost_softc *sc = device_private(self);
	struct rumpuser_scsi_setup *su = &sc->sc_su;
	struct scsipi_adapter *adapt = &sc->sc_adapt;
	struct scsipi_channel *chan;
	int locs[SCSICF_NLOCS];
	unsigned i;
	int id, error;

	sc->sc_dev = self;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&sc->sc_evcv, "scsihost");
	TAILQ_INIT(&sc->sc_free);
	TAILQ_INIT(&sc->sc_busy);

	id = scsihost_find(su);
	if (id < 0) {
		aprint_error(": adapter has gone\n");
		return;
	}
	sc->sc_id = (unsigned)id;
	aprint_naive("\n");
	aprint_normal(": %s, %u channel%s\n", su->su_name != NULL ? su->su_name : "SCSI adapter",
	    su->su_nchannels, su->su_nchannels == 1 ? "" : "s");

	error = rumpuser_intr_alloc(&sc->sc_irq);
	if (error == 0) {
		sc->sc_irqok = true;
		sc->sc_ih = rump_intr_establish(sc->sc_irq, IPL_BIO, RUMP_INTR_MPSAFE,
		    scsihost_intr, sc, device_xname(self));
	}
	if (sc->sc_ih == NULL)
		aprint_error_dev(self, "no interrupt: commands that end later are lost\n");
	error = rumpuser_scsi_open(sc->sc_id, sc->sc_ih != NULL ? (int)sc->sc_irq : -1);
	if (error != 0) {
		aprint_error_dev(self, "can't open adapter %u, error %d\n", sc->sc_id, error);
		return;
	}
	sc->sc_open = true;
	scsihost_alloc(sc, su->su_openings);

	adapt->adapt_dev = self;
	adapt->adapt_nchannels = (int)su->su_nchannels;
	adapt->adapt_openings = (int)su->su_openings;
	adapt->adapt_max_periph = (int)su->su_perperiph;
	adapt->adapt_flags = SCSIPI_ADAPT_MPSAFE;
	adapt->adapt_request = scsihost_request;
	adapt->adapt_minphys = scsihost_minphys;
	adapt->adapt_ioctl = scsihost_ioctl;
	sc->sc_atapi.atapi_probe_device = scsihost_probe_drive;

	if (kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, NULL, scsihost_evthread, sc,
	    &sc->sc_evthread, "%s", device_xname(self)) != 0) {
		aprint_error_dev(self, "unable to create event thread\n");
		sc->sc_evthread = NULL;
	}

	for (i = 0; i < su->su_nchannels; i++) {
		chan = &sc->sc_chan[i];
		chan->chan_adapter = adapt;
		chan->chan_bustype = su->su_bustype == RUMPUSER_SCSI_ATAPI ? &atapi_bustype :
		    &scsi_sas_bustype;
		chan->chan_channel = (int)i;
		chan->chan_flags = SCSIPI_CHAN_NOSETTLE;
		if (su->su_flags & RUMPUSER_SCSI_CANGROW)
			chan->chan_flags |= SCSIPI_CHAN_CANGROW;
		chan->chan_ntargets = (int)su->su_ntargets;
		chan->chan_nluns = su->su_bustype == RUMPUSER_SCSI_ATAPI ? 1 : (int)su->su_nluns;
		chan->chan_id = su->su_id;
		locs[SCSICF_CHANNEL] = (int)i;
		sc->sc_bus[i] = config_found(self, chan, scsiprint,
		    CFARGS(.iattr = su->su_bustype == RUMPUSER_SCSI_ATAPI ? "atapi" : "scsi",
		    .locators = locs));
	}
}

static void
scsihost_childdet(device_t self, device_t child)
{
	struct scsihost_softc *sc = device_private(self);
	unsigned i;

	for (i = 0; i < SCSIHOST_NCHAN; i++) {
		if (sc->sc_bus[i] == child)
			sc->sc_bus[i] = NULL;
	}
}

/* Ends the command with this result; it has been taken out of its state. */
static void
scsihost_end(struct scsihost_cmd *hc, scsipi_xfer_result_t result)
{
	struct scsihost_softc *sc = hc->hc_sc;
	struct scsipi_xfer *xs = hc->hc_xs;

	xs->error = result;
	mutex_enter(&sc->sc_lock);
	KASSERT(hc->hc_state == HC_ENDING);
	hc->hc_state = HC_FREE;
	hc->hc_xs = NULL;
	TAILQ_REMOVE(&sc->sc_busy, hc, hc_link);
	TAILQ_INSERT_HEAD(&sc->sc_free, hc, hc_link);
	mutex_exit(&sc->sc_lock);
	scsipi_done(xs);
}

/* Says once what an answer has that cannot be. */
static scsipi_xfer_result_t
scsihost_wrong(struct scsihost_softc *sc, const char *what, size_t val, size_t limit)
{

	if (!sc->sc_quiet) {
		sc->sc_quiet = true;
		aprint_error_dev(sc->sc_dev, "%s %zu, limit %zu\n", what, val, limit);
	}
	return XS_DRIVER_STUFFUP;
}

/* Reads an answer. */
static scsipi_xfer_result_t
scsihost_result(struct scsihost_cmd *hc)
{
	struct rumpuser_scsi_cmd *c = &hc->hc_cmd;
	struct scsihost_softc *sc = hc->hc_sc;
	struct scsipi_xfer *xs = hc->hc_xs;
	size_t len;

	xs->resid = (int)c->sc_datalen;
	xs->status = SCSI_OK;
	switch (c->sc_host) {
	case RUMPUSER_SCSI_OK:
		break;
	case RUMPUSER_SCSI_NODEV:
		return XS_SELTIMEOUT;
	case RUMPUSER_SCSI_TIMEOUT:
		return XS_TIMEOUT;
	case RUMPUSER_SCSI_BUSY:
		return XS_RESOURCE_SHORTAGE;
	case RUMPUSER_SCSI_RESET:
		return XS_RESET;
	case RUMPUSER_SCSI_REQUEUE:
		return XS_REQUEUE;
	case RUMPUSER_SCSI_ERROR:
		return XS_DRIVER_STUFFUP;
	default:
		return scsihost_wrong(sc, "host status", (size_t)c->sc_host, RUMPUSER_SCSI_ERROR);
	}
	if (c->sc_resid > c->sc_datalen)
		return scsihost_wrong(sc, "residual", c->sc_resid, c->sc_datalen);
	if (c->sc_senselen > RUMPUSER_SCSI_SENSELEN)
		return scsihost_wrong(sc, "sense length", c->sc_senselen, RUMPUSER_SCSI_SENSELEN);
	xs->resid = (int)c->sc_resid;
	xs->status = c->sc_status;

	switch (c->sc_status) {
	case SCSI_OK:
	case 0x04:			/* condition met */
	case SCSI_INTERM:
	case 0x14:			/* intermediate, condition met */
		xs->status = SCSI_OK;
		return XS_NOERROR;
	case SCSI_CHECK:
	case SCSI_TERMINATED:
		xs->status = SCSI_CHECK;
		if (sc->sc_su.su_bustype == RUMPUSER_SCSI_ATAPI &&
		    (sc->sc_su.su_flags & RUMPUSER_SCSI_NOSENSE) != 0) {
			/* What the error register of a drive says. */
			xs->sense.atapi_sense = c->sc_senselen < 3 ? 0 :
			    (u_int32_t)(c->sc_sense[2] & 0x0f) << 4;
			return XS_SHORTSENSE;
		}
		if ((sc->sc_su.su_flags & RUMPUSER_SCSI_NOSENSE) != 0 || c->sc_senselen == 0) {
			/* The middle layer asks for it, unless this asked. */
			return XS_BUSY;
		}
		len = MIN(c->sc_senselen, sizeof(xs->sense.scsi_sense));
		memset(&xs->sense, 0, sizeof(xs->sense));
		memcpy(&xs->sense.scsi_sense, c->sc_sense, len);
		return XS_SENSE;
	case SCSI_BUSY:
	case SCSI_RESV_CONFLICT:
	case SCSI_QUEUE_FULL:
	case SCSI_ACA_ACTIVE:
		return XS_BUSY;
	case 0x40:			/* task aborted */
		return XS_RESET;
	default:
		return scsihost_wrong(sc, "SCSI status", c->sc_status, 0x40);
	}
}

/* Completes what the device has given back. */
static void
scsihost_reap(struct scsihost_softc *sc)
{
	struct rumpuser_scsi_cmd *c;
	struct scsihost_cmd *hc;
	bool mine;

	while ((c = rumpuser_scsi_take(sc->sc_id)) != NULL) {
		hc = c->sc_kernel;
		mutex_enter(&sc->sc_lock);
		mine = hc->hc_state == HC_KEPT;
		if (mine)
			hc->hc_state = HC_ENDING;
		else if (hc->hc_state == HC_GIVEN)
			hc->hc_state = HC_ANSWERED;	/* its giver is coming back */
		mutex_exit(&sc->sc_lock);
		if (mine) {
			callout_stop(&hc->hc_callout);
			scsihost_end(hc, scsihost_result(hc));
		}
	}
}

/*
 * The time of a command is over, or its answer is due.
 */
static void
scsihost_timeout(void *arg)
{
	struct scsihost_cmd *hc = arg;
	struct scsihost_softc *sc = hc->hc_sc;
	enum hc_state was;

	mutex_enter(&sc->sc_lock);
	was = hc->hc_state;
	/* Late: the command has ended, and another one has been started. */
	if (callout_pending(&hc->hc_callout))
		was = HC_FREE;
	if (was == HC_KEPT || was == HC_DELAYED)
		hc->hc_state = HC_ENDING;
	mutex_exit(&sc->sc_lock);
	if (was == HC_DELAYED)
		scsihost_end(hc, scsihost_result(hc));
	else if (was == HC_KEPT) {
		scsipi_printaddr(hc->hc_xs->xs_periph);
		printf("command 0x%02x timed out after %u ms\n", hc->hc_cmd.sc_cdb[0],
		    hc->hc_cmd.sc_timeout);
		(void)rumpuser_scsi_tmf(sc->sc_id, RUMPUSER_SCSI_ABORT, hc->hc_cmd.sc_channel,
		    hc->hc_cmd.sc_target, hc->hc_cmd.sc_lun, &hc->hc_cmd);
		hc->hc_xs->resid = (int)hc->hc_cmd.sc_datalen;
		scsihost_end(hc, XS_TIMEOUT);
	}
}

static int
scsihost_ms(unsigned ms)
{

	return MAX(1, mstohz(MIN(ms, 1000000)));
}

/* Polls for a command that the device has kept; no interrupts now. */
static void
scsihost_poll(struct scsihost_softc *sc, struct scsihost_cmd *hc)
{
	const struct scsipi_xfer *xs = hc->hc_xs;
	unsigned us = 0, limit = MIN(hc->hc_cmd.sc_timeout, 1000000) * 1000, step;

	/* What was not answered for long is looked after less often. */
	while (hc->hc_state == HC_KEPT && hc->hc_xs == xs && us < limit) {
		step = MAX(100, us / 8);
		delay(step);
		us += step;
		scsihost_reap(sc);
	}
	if (hc->hc_xs == xs)
		scsihost_timeout(hc);
}

static void
scsihost_run(struct scsihost_softc *sc, struct scsipi_channel *chan, struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;
	struct rumpuser_scsi_cmd *c;
	struct scsihost_cmd *hc;
	bool answered, poll = (xs->xs_control & XS_CTL_POLL) != 0;
	int error;

	mutex_enter(&sc->sc_lock);
	hc = sc->sc_dying ? NULL : TAILQ_FIRST(&sc->sc_free);
	if (hc == NULL) {
		error = sc->sc_dying ? XS_SELTIMEOUT : XS_RESOURCE_SHORTAGE;
		mutex_exit(&sc->sc_lock);
		xs->error = (scsipi_xfer_result_t)error;
		scsipi_done(xs);
		return;
	}
	TAILQ_REMOVE(&sc->sc_free, hc, hc_link);
	TAILQ_INSERT_TAIL(&sc->sc_busy, hc, hc_link);
	hc->hc_state = HC_GIVEN;
	hc->hc_xs = xs;
	mutex_exit(&sc->sc_lock);

	c = &hc->hc_cmd;
	c->sc_adapter = sc->sc_id;
	c->sc_channel = (unsigned)chan->chan_channel;
	c->sc_target = (unsigned)periph->periph_target;
	c->sc_lun = (uint64_t)periph->periph_lun;
	memcpy(c->sc_cdb, xs->cmd, MIN((size_t)xs->cmdlen, sizeof(c->sc_cdb)));
	c->sc_cdblen = (unsigned)xs->cmdlen;
	c->sc_dir = xs->xs_control & XS_CTL_DATA_IN ? RUMPUSER_SCSI_IN :
	    xs->xs_control & XS_CTL_DATA_OUT ? RUMPUSER_SCSI_OUT : RUMPUSER_SCSI_NONE;
	c->sc_data = xs->data;
	c->sc_datalen = c->sc_dir == RUMPUSER_SCSI_NONE ? 0 : (size_t)xs->datalen;
	c->sc_timeout = xs->timeout > 0 ? (unsigned)xs->timeout : 1000;
	c->sc_tagtype = xs->xs_tag_type;
	c->sc_tag = xs->xs_tag_id;
	c->sc_kernel = hc;

	if (xs->xs_control & XS_CTL_RESET) {
		error = rumpuser_scsi_tmf(sc->sc_id, RUMPUSER_SCSI_LURESET, c->sc_channel,
		    c->sc_target, c->sc_lun, NULL);
		hc->hc_state = HC_ENDING;
		xs->resid = 0;
		scsihost_end(hc, error == 0 ? XS_NOERROR : XS_DRIVER_STUFFUP);
		return;
	}

	error = rumpuser_scsi_submit(c);

	mutex_enter(&sc->sc_lock);
	answered = error == 0 || hc->hc_state == HC_ANSWERED;
	if (answered && (c->sc_delay == 0 || sc->sc_dying))
		hc->hc_state = HC_ENDING;
	else if (answered && c->sc_delay / 1000000 < c->sc_timeout) {
		hc->hc_state = HC_DELAYED;
		if (!poll)
			callout_reset(&hc->hc_callout, MAX(1,
			    mstohz((unsigned)(c->sc_delay / 1000000))), scsihost_timeout, hc);
	} else {
		/* An answer later than the command's time is none. */
		hc->hc_state = HC_KEPT;
		if (!poll)
			callout_reset(&hc->hc_callout, scsihost_ms(c->sc_timeout),
			    scsihost_timeout, hc);
	}
	answered = hc->hc_state == HC_ENDING;
	mutex_exit(&sc->sc_lock);

	if (answered)
		scsihost_end(hc, scsihost_result(hc));
	else if (poll && hc->hc_state == HC_DELAYED) {
		delay((unsigned)MIN(c->sc_delay / 1000, 1000000000));
		scsihost_timeout(hc);
	} else if (poll)
		scsihost_poll(sc, hc);
	/* What this submission has set free. */
	scsihost_reap(sc);
}

static void
scsihost_request(struct scsipi_channel *chan, scsipi_adapter_req_t req, void *arg)
{
	struct scsihost_softc *sc = device_private(chan->chan_adapter->adapt_dev);
	struct scsipi_xfer_mode *xm;
	unsigned n;

	switch (req) {
	case ADAPTER_REQ_RUN_XFER:
		scsihost_run(sc, chan, arg);
		break;
	case ADAPTER_REQ_GROW_RESOURCES:
		n = rumpuser_scsi_grow(sc->sc_id);
		n = MIN(n, SCSIHOST_MAXOPENINGS - MIN(sc->sc_ncmds, SCSIHOST_MAXOPENINGS));
		scsihost_alloc(sc, n);
		mutex_enter(chan_mtx(chan));
		chan->chan_adapter->adapt_openings += (int)n;
		if (n == 0)
			chan->chan_flags &= ~SCSIPI_CHAN_CANGROW;
		mutex_exit(chan_mtx(chan));
		break;
	case ADAPTER_REQ_SET_XFER_MODE:
		xm = arg;
		xm->xm_mode &= sc->sc_su.su_flags & RUMPUSER_SCSI_TAGS ? PERIPH_CAP_TQING : 0;
		xm->xm_period = 0;
		xm->xm_offset = 0;
		scsipi_async_event(chan, ASYNC_EVENT_XFER_MODE, xm);
		break;
	}
}

/*
 * Only the buffer is known here, not whose it is: the least that any adapter
 * takes.
 */
static void
scsihost_minphys(struct buf *bp)
{
	struct scsihost_softc *sc;
	size_t maxxfer = MAXPHYS;
	int unit;

	for (unit = 0; unit < scsihost_cd.cd_ndevs; unit++) {
		sc = device_lookup_private(&scsihost_cd, unit);
		if (sc != NULL && sc->sc_open)
			maxxfer = MIN(maxxfer, sc->sc_su.su_maxxfer);
	}
	if (bp->b_bcount > (int)maxxfer)
		bp->b_bcount = (int)maxxfer;
	minphys(bp);
}

/* Lets go of every command of the channel (-1: of all) with this result. */
static void
scsihost_flush(struct scsihost_softc *sc, int channel, scsipi_xfer_result_t result)
{
	struct scsihost_cmd *hc;

	for (;;) {
		mutex_enter(&sc->sc_lock);
		TAILQ_FOREACH(hc, &sc->sc_busy, hc_link) {
			if ((channel == -1 || hc->hc_cmd.sc_channel == (unsigned)channel) &&
			    (hc->hc_state == HC_KEPT || hc->hc_state == HC_DELAYED))
				break;
		}
		if (hc == NULL) {
			mutex_exit(&sc->sc_lock);
			return;
		}
		hc->hc_state = HC_ENDING;
		mutex_exit(&sc->sc_lock);
		callout_stop(&hc->hc_callout);
		(void)rumpuser_scsi_tmf(sc->sc_id, RUMPUSER_SCSI_ABORT, hc->hc_cmd.sc_channel,
		    hc->hc_cmd.sc_target, hc->hc_cmd.sc_lun, &hc->hc_cmd);
		hc->hc_xs->resid = (int)hc->hc_cmd.sc_datalen;
		scsihost_end(hc, result);
	}
}

static int
scsihost_ioctl(struct scsipi_channel *chan, u_long cmd, void *data, int flag, struct proc *p)
{
	struct scsihost_softc *sc = device_private(chan->chan_adapter->adapt_dev);

	switch (cmd) {
	case SCBUSIORESET:
		(void)rumpuser_scsi_tmf(sc->sc_id, RUMPUSER_SCSI_BUSRESET,
		    (unsigned)chan->chan_channel, 0, 0, NULL);
		scsihost_flush(sc, chan->chan_channel, XS_RESET);
		scsipi_async_event(chan, ASYNC_EVENT_RESET, NULL);
		return 0;
	default:
		return ENOTTY;
	}
}

/*
 * Answers or events are there.
 */
static int
scsihost_intr(void *arg)
{
	struct scsihost_softc *sc = arg;

	scsihost_reap(sc);
	mutex_enter(&sc->sc_lock);
	if (!sc->sc_evpending) {
		sc->sc_evpending = true;
		cv_signal(&sc->sc_evcv);
	}
	mutex_exit(&sc->sc_lock);
	return 1;
}

/* One event, in a thread that may sleep. */
static void
scsihost_event(struct scsihost_softc *sc, const struct rumpuser_scsi_event *ev)
{
	struct scsipi_max_openings mo;
	struct scsipi_channel *chan;
	device_t bus;
	int target, lun;
	int locs[2];

	if (ev->ev_channel >= sc->sc_su.su_nchannels) {
		(void)scsihost_wrong(sc, "event of channel", ev->ev_channel,
		    sc->sc_su.su_nchannels);
		return;
	}
	chan = &sc->sc_chan[ev->ev_channel];
	bus = sc->sc_bus[ev->ev_channel];
	if (bus == NULL)
		return;
	if (ev->ev_type != RUMPUSER_SCSI_EV_RESET && (ev->ev_target >= sc->sc_su.su_ntargets ||
	    (ev->ev_lun != ~(uint64_t)0 && ev->ev_lun >= sc->sc_su.su_nluns))) {
		(void)scsihost_wrong(sc, "event of target", ev->ev_target, sc->sc_su.su_ntargets);
		return;
	}
	target = (int)ev->ev_target;
	lun = ev->ev_lun == ~(uint64_t)0 ? -1 : (int)ev->ev_lun;

	switch (ev->ev_type) {
	case RUMPUSER_SCSI_EV_RESET:
		scsihost_flush(sc, (int)ev->ev_channel, XS_RESET);
		scsipi_async_event(chan, ASYNC_EVENT_RESET, NULL);
		break;
	case RUMPUSER_SCSI_EV_OPENINGS:
		if (ev->ev_arg - 1 >= SCSIHOST_MAXOPENINGS) {
			(void)scsihost_wrong(sc, "openings", ev->ev_arg, SCSIHOST_MAXOPENINGS);
			break;
		}
		mo.mo_target = target;
		mo.mo_lun = lun;
		mo.mo_openings = (int)ev->ev_arg;
		scsipi_async_event(chan, ASYNC_EVENT_MAX_OPENINGS, &mo);
		break;
	case RUMPUSER_SCSI_EV_PLUG:
		locs[0] = target;
		locs[1] = lun;
		(void)(*device_cfattach(bus)->ca_rescan)(bus,
		    sc->sc_su.su_bustype == RUMPUSER_SCSI_ATAPI ? "atapibus" : "scsibus", locs);
		break;
	case RUMPUSER_SCSI_EV_UNPLUG:
		(void)scsipi_target_detach(chan, target, lun, DETACH_FORCE);
		break;
	default:
		(void)scsihost_wrong(sc, "event type", (size_t)ev->ev_type,
		    RUMPUSER_SCSI_EV_UNPLUG);
		break;
	}
}

/* Waits that many ticks, or until the event thread is to end; sc_lock is held. */
static void
scsihost_evpause(struct scsihost_softc *sc, int ticks)
{
	const int began = getticks();
	int left;

	while (!sc->sc_evstop && (left = ticks - (getticks() - began)) > 0)
		(void)cv_timedwait(&sc->sc_evcv, &sc->sc_lock, left);
}

/*
 * The event thread.  A device may answer each look with the next event:
 * after some of them it has to wait, longer and longer, until it is quiet.
 * One that always has the next one ready is not listened to any more.
 */
static void
scsihost_evthread(void *arg)
{
	struct scsihost_softc *sc = arg;
	struct rumpuser_scsi_event ev;
	time_t last = time_uptime;
	unsigned n = 0, nrow = 0;

	mutex_enter(&sc->sc_lock);
	while (!sc->sc_evstop) {
		if (!sc->sc_evpending) {
			cv_wait(&sc->sc_evcv, &sc->sc_lock);
			continue;
		}
		sc->sc_evpending = false;
		mutex_exit(&sc->sc_lock);
		if (rumpuser_scsi_take_event(sc->sc_id, &ev) != 0) {
			nrow = 0;
			mutex_enter(&sc->sc_lock);
			continue;
		}
		if (time_uptime - last > SCSIHOST_QUIET)
			n = 0;
		n++;
		if (++nrow == SCSIHOST_FLOOD) {
			aprint_error_dev(sc->sc_dev, "%u events in a row, limit %u: no more are taken\n",
			    nrow, SCSIHOST_FLOOD);
			mutex_enter(&sc->sc_lock);
			while (!sc->sc_evstop)
				cv_wait(&sc->sc_evcv, &sc->sc_lock);
			break;
		}
		if (nrow == SCSIHOST_BURST + 1)
			aprint_error_dev(sc->sc_dev, "%u events without a pause, limit %u\n", nrow,
			    SCSIHOST_BURST);
		if (nrow > SCSIHOST_BURST || n > SCSIHOST_MANY) {
			mutex_enter(&sc->sc_lock);
			scsihost_evpause(sc, n > SCSIHOST_MANY ? SCSIHOST_QUIET * hz / 2 :
			    MIN(1 << MIN(nrow - SCSIHOST_BURST, 20), SCSIHOST_QUIET * hz / 2));
			mutex_exit(&sc->sc_lock);
		}
		scsihost_event(sc, &ev);
		last = time_uptime;
		mutex_enter(&sc->sc_lock);
		sc->sc_evpending = true;
	}
	mutex_exit(&sc->sc_lock);
	kthread_exit(0);
}

/*
 * Detach: by force means that the adapter is gone, and with it all that it
 * was to answer.  Accepts an attach that came to its end early.
 */
static int
scsihost_detach(device_t self, int flags)
{
	struct scsihost_softc *sc = device_private(self);
	struct scsihost_cmd *hc;
	int error;

	if (flags & DETACH_FORCE) {
		/* What the event thread waits for ends now. */
		mutex_enter(&sc->sc_lock);
		sc->sc_dying = true;
		mutex_exit(&sc->sc_lock);
		scsihost_flush(sc, -1, XS_DRIVER_STUFFUP);
	}
	/* No more units come or go by themselves. */
	if (sc->sc_evthread != NULL) {
		mutex_enter(&sc->sc_lock);
		sc->sc_evstop = true;
		cv_signal(&sc->sc_evcv);
		mutex_exit(&sc->sc_lock);
		(void)kthread_join(sc->sc_evthread);
		sc->sc_evthread = NULL;
		sc->sc_evstop = false;
	}
	error = config_detach_children(self, flags);
	if (error != 0) {
		sc->sc_dying = false;
		if (kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, NULL, scsihost_evthread, sc,
		    &sc->sc_evthread, "%s", device_xname(self)) != 0)
			sc->sc_evthread = NULL;
		return error;
	}
	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	mutex_exit(&sc->sc_lock);
	scsihost_flush(sc, -1, XS_DRIVER_STUFFUP);

	if (sc->sc_open)
		rumpuser_scsi_close(sc->sc_id);
	sc->sc_open = false;
	if (sc->sc_ih != NULL)
		rump_intr_disestablish(sc->sc_ih);
	if (sc->sc_irqok)
		rumpuser_intr_free(sc->sc_irq);
	KASSERT(TAILQ_EMPTY(&sc->sc_busy));
	while ((hc = TAILQ_FIRST(&sc->sc_free)) != NULL) {
		TAILQ_REMOVE(&sc->sc_free, hc, hc_link);
		(void)callout_halt(&hc->hc_callout, NULL);
		callout_destroy(&hc->hc_callout);
		kmem_free(hc, sizeof(*hc));
	}
	cv_destroy(&sc->sc_evcv);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

/*
 * Looks for an ATAPI drive: whoever answers INQUIRY is one.
 */
static void
scsihost_probe_drive(struct atapibus_softc *asc, int target)
{
	struct scsipi_channel *chan = asc->sc_channel;
	struct scsipibus_attach_args sa;
	struct scsipi_inquiry_data inq;
	struct scsipi_periph *periph;
	char vendor[sizeof(inq.vendor) + 1], product[sizeof(inq.product) + 1];
	char revision[sizeof(inq.revision) + 1];

	if (scsipi_lookup_periph(chan, target, 0) != NULL)
		return;
	periph = scsipi_alloc_periph(M_WAITOK);
	periph->periph_channel = chan;
	periph->periph_switch = &atapi_probe_periphsw;
	periph->periph_target = target;
	periph->periph_lun = 0;
	periph->periph_quirks = PQUIRK_ONLYBIG;
	periph->periph_cap = PERIPH_CAP_CMD16;
	if (scsipi_inquire(periph, &inq, XS_CTL_DISCOVERY | XS_CTL_SILENT) != 0 ||
	    (inq.device & SID_QUAL) == SID_QUAL_LU_NOT_SUPP ||
	    (inq.device & SID_TYPE) == T_NODEVICE) {
		scsipi_free_periph(periph);
		return;
	}
	periph->periph_type = inq.device & SID_TYPE;
	if (inq.dev_qual2 & SID_REMOVABLE)
		periph->periph_flags |= PERIPH_REMOVABLE;

	memcpy(vendor, inq.vendor, sizeof(inq.vendor));
	vendor[sizeof(inq.vendor)] = '\0';
	memcpy(product, inq.product, sizeof(inq.product));
	product[sizeof(inq.product)] = '\0';
	memcpy(revision, inq.revision, sizeof(inq.revision));
	revision[sizeof(inq.revision)] = '\0';
	memset(&sa, 0, sizeof(sa));
	sa.sa_periph = periph;
	sa.sa_inqptr = &inq;
	sa.sa_inqbuf.type = periph->periph_type;
	sa.sa_inqbuf.removable = inq.dev_qual2 & SID_REMOVABLE ? T_REMOV : T_FIXED;
	sa.sa_inqbuf.vendor = vendor;
	sa.sa_inqbuf.product = product;
	sa.sa_inqbuf.revision = revision;
	(void)atapi_probe_device(asc, target, periph, &sa);
}
