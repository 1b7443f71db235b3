/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands between the middle layer and an adapter that does it wrong: the
 * adapter is scsihost0, its function for commands is the test's.  There is a
 * unit that no driver wants, uk0.  Then what the layer does for drivers.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
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

/*
 * What is frozen starts nothing: a unit, until its count is 0 and the queue
 * is looked at, a channel, until a callout thaws it.
 */
static void
count_runs(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{

	if (req == ADAPTER_REQ_RUN_XFER)
		nruns++;
	(*real_request)(ch, req, arg);
}

KERNTEST(xfer_frozen)
{
	static callout_t later;

	CHECK_EQ(take(count_runs), 0);
	scsipi_periph_freeze(periph, 2);
	CHECK_EQ(ready(XS_CTL_ASYNC), 0);
	scsipi_periph_thaw(periph, 1);
	CHECK_EQ(periph->periph_qfreeze, 1);
	scsipi_channel_freeze(chan, 1);
	scsipi_channel_thaw(chan, 1);
	kt_settle();
	CHECK_EQ(nruns, 0);
	scsipi_periph_thaw(periph, 1);
	CHECK_EQ(periph->periph_qfreeze, 0);
	scsipi_channel_freeze(chan, 2);
	kt_settle();
	CHECK_EQ(nruns, 0);

	callout_init(&later, CALLOUT_MPSAFE);
	callout_reset(&later, 1, scsipi_channel_timed_thaw, chan);
	(void)kpause("xfer", false, hz, NULL);
	CHECK_EQ(chan->chan_qfreeze, 1);
	CHECK_EQ(nruns, 0);
	callout_reset(&later, 1, scsipi_channel_timed_thaw, chan);
	(void)kpause("xfer", false, hz, NULL);
	CHECK_EQ(chan->chan_qfreeze, 0);
	CHECK_EQ(nruns, 1);
	CHECK_EQ(periph->periph_active, 0);
	(void)callout_halt(&later, NULL);
	callout_destroy(&later);
	return give_back();
}

/*
 * An adapter that is turned on by its first user, off by its last, and may
 * refuse to.
 */
static int power, npower, power_error;

static int
set_power(device_t dev, int on)
{

	npower++;
	if (dev != chan->chan_adapter->adapt_dev)
		return ENXIO;
	if (power_error == 0)
		power = on;
	return power_error;
}

KERNTEST(xfer_power)
{
	struct scsipi_adapter *adapt;

	CHECK_EQ(take(keep_pointer), 0);
	adapt = chan->chan_adapter;
	CHECK_EQ(adapt->adapt_refcnt, 0);
	adapt->adapt_enable = set_power;
	power_error = EIO;
	CHECK_EQ(scsipi_adapter_addref(adapt), EIO);
	CHECK_EQ(adapt->adapt_refcnt, 0);
	power_error = 0;
	CHECK_EQ(scsipi_adapter_addref(adapt), 0);
	CHECK_EQ(power, 1);
	CHECK_EQ(npower, 2);
	CHECK_EQ(scsipi_adapter_addref(adapt), 0);
	scsipi_adapter_delref(adapt);
	CHECK_EQ(npower, 2);
	scsipi_adapter_delref(adapt);
	CHECK_EQ(power, 0);
	CHECK_EQ(npower, 3);
	CHECK_EQ(adapt->adapt_refcnt, 0);
	adapt->adapt_enable = NULL;
	return give_back();
}

/*
 * CHANGE DEFINITION to SCSI-2, as SCSI-2 has it in section 8.2.1.
 */
static uint8_t changedef[10];
static int changedeflen;

static void
see_changedef(struct scsipi_channel *ch, scsipi_adapter_req_t req, void *arg)
{
	struct scsipi_xfer *xs = arg;

	if (req == ADAPTER_REQ_RUN_XFER) {
		changedeflen = xs->cmdlen;
		memcpy(changedef, xs->cmd, MIN(sizeof(changedef), (size_t)xs->cmdlen));
	}
	(*real_request)(ch, req, arg);
}

KERNTEST(xfer_changedef)
{
	static const uint8_t expected[10] = { 0x40, 0, 0, 0x03 };

	CHECK_EQ(take(see_changedef), 0);
	CHECK_EQ(scsi_change_def(periph, 0), 0);
	CHECK_EQ(changedeflen, 10);
	CHECK_EQ(memcmp(changedef, expected, sizeof(expected)), 0);
	return give_back();
}

/*
 * Transfer period factors of parallel SCSI (SPI-4): those of fast transfers one by
 * one, from 0x0d on four times as many nanoseconds.
 */
KERNTEST(xfer_sync_factors)
{
	static const struct {
		int	factor, period, freq;	/* 10 ps, kHz */
	} t[] = {
		{ 0x08, 625, 160000 }, { 0x09, 1250, 80000 }, { 0x0a, 2500, 40000 },
		{ 0x0b, 3030, 33003 }, { 0x0c, 5000, 20000 }, { 0x0d, 5200, 19230 },
		{ 0x19, 10000, 10000 }, { 0x32, 20000, 5000 }, { 0xff, 102000, 980 },
	};
	size_t i;

	for (i = 0; i < __arraycount(t); i++) {
		CHECK_EQ(scsipi_sync_factor_to_period(t[i].factor), t[i].period);
		CHECK_EQ(scsipi_sync_factor_to_freq(t[i].factor), t[i].freq);
		CHECK_EQ(scsipi_sync_period_to_factor(t[i].period), t[i].factor);
	}
	/* In between it is not slower than was asked for; there are limits. */
	CHECK_EQ(scsipi_sync_period_to_factor(1), 0x08);
	CHECK_EQ(scsipi_sync_period_to_factor(626), 0x09);
	CHECK_EQ(scsipi_sync_period_to_factor(2501), 0x0b);
	CHECK_EQ(scsipi_sync_period_to_factor(1000000), 0xff);
	CHECK_EQ(scsipi_sync_factor_to_freq(0), 0);
	return 0;
}

/*
 * What t_xfer's device says of its commands.
 */
static long
limit_of(int opcode)
{
	const struct scsipi_opcodes *opcs = periph->periph_opcs;

	if (opcs == NULL)
		return -2;
	if ((opcs->opcode_info[opcode].ti_flags & SCSIPI_TI_VALID) == 0)
		return -1;
	return opcs->opcode_info[opcode].ti_timeout;
}

KERNTEST(xfer_opcodes)
{

	CHECK_EQ(take(count_runs), 0);
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(nruns, 1);
	CHECK_EQ(limit_of(0x00), 0);
	CHECK_EQ(limit_of(0x28), 90);
	CHECK_EQ(limit_of(0x2a), 24 * 3600);
	CHECK_EQ(limit_of(0x12), -1);
	/* The longest of those with the same opcode. */
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(limit_of(0x9e), 50);
	CHECK_EQ(limit_of(0x28), -1);
	/* What comes after a descriptor of a wrong length is not looked at. */
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(limit_of(0x28), 0);
	CHECK_EQ(limit_of(0x2a), -1);
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(limit_of(0x28), 0);
	/* No such command; one that is not even asked. */
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(limit_of(0x28), -2);
	CHECK_EQ(nruns, 5);
	periph->periph_quirks |= PQUIRK_NOREPSUPPOPC;
	scsipi_get_opcodeinfo(periph);
	CHECK_EQ(nruns, 5);
	return give_back();
}

KERNTEST(xfer_cd_size)
{
	const devmajor_t major = devsw_name2blk("cd", NULL, 0);

	CHECK(major != NODEVMAJOR);
	CHECK_EQ(bdev_size(MAKEDISKDEV(major, 0, RAW_PART)), -1);
	return 0;
}
