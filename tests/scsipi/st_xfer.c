/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands between the middle layer and an adapter that does it wrong: the
 * adapter is scsihost0, its function for commands is the test's.  There is a
 * unit that no driver wants, uk0.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/kernel.h>
#include <sys/proc.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsiconf.h>

#include "kerntest.h"

static struct scsipi_channel *chan;
static struct scsipi_periph *periph;
static void (*real_request)(struct scsipi_channel *, scsipi_adapter_req_t, void *);
static struct scsipi_xfer *last;
static int ncalled;

static int
take(void (*request)(struct scsipi_channel *, scsipi_adapter_req_t, void *))
{
	struct scsibus_softc *sc = device_private(device_find_by_xname("scsibus0"));

	chan = sc->sc_channel;
	periph = scsipi_lookup_periph(chan, 0, 0);
	real_request = chan->chan_adapter->adapt_request;
	chan->chan_adapter->adapt_request = request;
	return periph == NULL;
}

static int
give_back(void)
{

	chan->chan_adapter->adapt_request = real_request;
	return 0;
}

static int
ready(int flags)
{
	struct scsipi_generic cmd = { .opcode = SCSI_TEST_UNIT_READY };

	return scsipi_command(periph, &cmd, 6, NULL, 0, 0, 10000, NULL, flags);
}

static void
twice(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	(*real_request)(ch, req, arg);
	if (req == ADAPTER_REQ_RUN_XFER)
		scsipi_done(arg);
}

KERNTEST(xfer_twice)
{

	CHECK_EQ(take(twice), 0);
	CHECK_EQ(ready(0), 0);
	return give_back();
}

static void
keep_pointer(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	if (req == ADAPTER_REQ_RUN_XFER)
		last = arg;
	(*real_request)(ch, req, arg);
}

KERNTEST(xfer_late)
{

	CHECK_EQ(take(keep_pointer), 0);
	CHECK_EQ(ready(0), 0);
	scsipi_done(last);
	return give_back();
}

static void
lose(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	if (req != ADAPTER_REQ_RUN_XFER)
		(*real_request)(ch, req, arg);
}

KERNTEST(xfer_never)
{

	CHECK_EQ(take(lose), 0);
	CHECK_EQ(ready(XS_CTL_ASYNC), 0);
	CHECK_EQ(config_detach(periph->periph_dev, DETACH_FORCE), 0);
	return give_back();
}

/*
 * The channel's thread asks for sense, and the adapter, which has something
 * else for the thread to do, puts that off.
 */
static void
thaw(struct scsipi_channel *ch, void *arg)
{

	mutex_enter(chan_mtx(ch));
	ncalled++;
	mutex_exit(chan_mtx(ch));
	scsipi_channel_thaw(ch, 1);
}

static void
put_off(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{
	struct scsipi_xfer *xs = arg;

	if (req != ADAPTER_REQ_RUN_XFER) {
		(*real_request)(ch, req, arg);
		return;
	}
	if (xs->cmd->opcode != SCSI_REQUEST_SENSE) {
		xs->error = XS_BUSY;
		xs->status = SCSI_CHECK;
	} else if (ncalled == 0) {
		(void)scsipi_thread_call_callback(ch, thaw, NULL);
		xs->error = XS_REQUEUE;
	} else
		memset(xs->data, 0, (size_t)xs->datalen);
	xs->resid = 0;
	scsipi_done(xs);
}

KERNTEST(xfer_put_off)
{
	int called, active, flags;

	CHECK_EQ(take(put_off), 0);
	CHECK_EQ(ready(XS_CTL_ASYNC), 0);
	(void)kpause("xfer", false, hz, NULL);
	mutex_enter(chan_mtx(chan));
	called = ncalled;
	active = periph->periph_active;
	flags = periph->periph_flags;
	mutex_exit(chan_mtx(chan));
	CHECK_EQ(called, 1);
	CHECK_EQ(active, 0);
	CHECK_EQ(flags & PERIPH_SENSE, 0);
	return give_back();
}

/*
 * An adapter that has a lock of its own, and tells of a reset while it holds it.
 */
static kmutex_t adapter_lock;
static int nmodes;

static void
with_lock(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	mutex_enter(&adapter_lock);
	if (req == ADAPTER_REQ_SET_XFER_MODE)
		nmodes++;
	mutex_exit(&adapter_lock);
	(*real_request)(ch, req, arg);
}

KERNTEST(xfer_reset_locked)
{

	mutex_init(&adapter_lock, MUTEX_DEFAULT, IPL_BIO);
	CHECK_EQ(take(with_lock), 0);
	mutex_enter(&adapter_lock);
	scsipi_async_event(chan, ASYNC_EVENT_RESET, NULL);
	mutex_exit(&adapter_lock);
	/* The target is asked anew, by the channel's thread. */
	kt_settle();
	CHECK_EQ(nmodes, 1);
	CHECK_EQ(ready(0), 0);
	return give_back();
}

/*
 * An adapter that has room for nothing until it is asked for more.
 */
static int ngrown;

static void
grows(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	if (req == ADAPTER_REQ_GROW_RESOURCES) {
		mutex_enter(chan_mtx(ch));
		ch->chan_adapter->adapt_openings += 2;
		ngrown++;
		mutex_exit(chan_mtx(ch));
	} else
		(*real_request)(ch, req, arg);
}

KERNTEST(xfer_grows)
{
	int flags, openings;

	CHECK_EQ(take(grows), 0);
	mutex_enter(chan_mtx(chan));
	flags = chan->chan_flags;
	openings = chan->chan_adapter->adapt_openings;
	chan->chan_flags = (flags & ~SCSIPI_CHAN_OPENINGS) | SCSIPI_CHAN_CANGROW;
	chan->chan_adapter->adapt_openings = 0;
	mutex_exit(chan_mtx(chan));
	CHECK_EQ(ready(0), 0);
	CHECK_EQ(ready(0), 0);
	kt_settle();
	CHECK_EQ(ngrown, 1);
	CHECK_EQ(chan->chan_adapter->adapt_openings, 2);
	CHECK_EQ(chan->chan_qfreeze, 0);
	mutex_enter(chan_mtx(chan));
	chan->chan_flags = flags;
	chan->chan_adapter->adapt_openings = openings;
	mutex_exit(chan_mtx(chan));
	return give_back();
}

/*
 * An adapter that has no slot for a command, gives it back, and lets the
 * channel rest until there is one.
 */
static int nruns;

static void
no_slot(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{
	struct scsipi_xfer *xs = arg;

	if (req == ADAPTER_REQ_RUN_XFER && nruns++ == 0) {
		scsipi_channel_freeze(ch, 1);
		xs->error = XS_REQUEUE;
		scsipi_done(xs);
	} else
		(*real_request)(ch, req, arg);
}

KERNTEST(xfer_no_slot)
{

	CHECK_EQ(take(no_slot), 0);
	CHECK_EQ(ready(XS_CTL_ASYNC), 0);
	kt_settle();
	CHECK_EQ(nruns, 1);
	CHECK_EQ(periph->periph_active, 1);
	scsipi_channel_thaw(chan, 1);
	kt_settle();
	CHECK_EQ(nruns, 2);
	CHECK_EQ(periph->periph_active, 0);
	CHECK_EQ(chan->chan_qfreeze, 0);
	return give_back();
}

/*
 * An adapter that tells of what it does before it attaches its channel.
 */
KERNTEST(xfer_event_early)
{
	static struct scsipi_adapter adapter = { .adapt_nchannels = 1 };
	static struct scsipi_channel early = { .chan_adapter = &adapter, .chan_ntargets = 8,
	    .chan_nluns = 8, .chan_bustype = &scsi_bustype };
	struct scsipi_max_openings mo = { .mo_target = 0, .mo_lun = -1, .mo_openings = 1 };
	struct scsipi_xfer_mode xm = { .xm_target = 0 };

	scsipi_async_event(&early, ASYNC_EVENT_XFER_MODE, &xm);
	scsipi_async_event(&early, ASYNC_EVENT_RESET, NULL);
	scsipi_async_event(&early, ASYNC_EVENT_MAX_OPENINGS, &mo);
	CHECK_EQ(early.chan_tflags, 0);
	return 0;
}
