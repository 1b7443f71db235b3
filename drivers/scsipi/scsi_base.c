/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is SCSI's own in the middle layer: addresses, the LUN in old CDBs,
 * transfer modes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsiconf.h>

#include "scsipi_impl.h"

const struct scsipi_bustype scsi_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_BUSTYPE(SCSIPI_BUSTYPE_SCSI, SCSIPI_BUSTYPE_SCSI_PSCSI),
	.bustype_cmd = scsi_scsipi_cmd,
	.bustype_interpret_sense = scsipi_interpret_sense,
	.bustype_printaddr = scsi_print_addr,
	.bustype_kill_pending = scsi_kill_pending,
	.bustype_async_event_xfer_mode = scsi_async_event_xfer_mode,
};

const struct scsipi_bustype scsi_fc_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_BUSTYPE(SCSIPI_BUSTYPE_SCSI, SCSIPI_BUSTYPE_SCSI_FC),
	.bustype_cmd = scsi_scsipi_cmd,
	.bustype_interpret_sense = scsipi_interpret_sense,
	.bustype_printaddr = scsi_print_addr,
	.bustype_kill_pending = scsi_kill_pending,
	.bustype_async_event_xfer_mode = scsi_fc_sas_async_event_xfer_mode,
};

const struct scsipi_bustype scsi_sas_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_BUSTYPE(SCSIPI_BUSTYPE_SCSI, SCSIPI_BUSTYPE_SCSI_SAS),
	.bustype_cmd = scsi_scsipi_cmd,
	.bustype_interpret_sense = scsipi_interpret_sense,
	.bustype_printaddr = scsi_print_addr,
	.bustype_kill_pending = scsi_kill_pending,
	.bustype_async_event_xfer_mode = scsi_fc_sas_async_event_xfer_mode,
};

const struct scsipi_bustype scsi_usb_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_BUSTYPE(SCSIPI_BUSTYPE_SCSI, SCSIPI_BUSTYPE_SCSI_USB),
	.bustype_cmd = scsi_scsipi_cmd,
	.bustype_interpret_sense = scsipi_interpret_sense,
	.bustype_printaddr = scsi_print_addr,
	.bustype_kill_pending = scsi_kill_pending,
	.bustype_async_event_xfer_mode = NULL,
};

/*
 * Asks a device of SCSI-2's time to behave as this version, CHANGE
 * DEFINITION.
 */
int
scsi_change_def(struct scsipi_periph *periph, int flags)
{
	struct scsi_changedef cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_CHANGE_DEFINITION;
	cmd.how = SC_SCSI_2;
	return scsipi_command(periph, (void *)&cmd, sizeof(cmd), NULL, 0, SCSIPIRETRIES, 100000,
	    NULL, flags);
}

void
scsi_kill_pending(struct scsipi_periph *periph)
{

	scsipi_fail_queued(periph);
}

/*
 * Puts the LUN where devices up to SCSI-2 look for it.
 */
void
scsi_scsipi_cmd(struct scsipi_xfer *xs)
{
	struct scsipi_periph *periph = xs->xs_periph;

	if (periph->periph_version <= 2 && xs->cmdlen > 1 &&
	    SCSIPI_BUSTYPE_SUBTYPE(scsipi_periph_bustype(periph)) == SCSIPI_BUSTYPE_SCSI_PSCSI) {
		xs->cmd->bytes[0] &= (u_int8_t)~SCSI_CMD_LUN_MASK;
		xs->cmd->bytes[0] |= (u_int8_t)((periph->periph_lun << SCSI_CMD_LUN_SHIFT) &
		    SCSI_CMD_LUN_MASK);
	}
}

/*
 * Prints the beginning of a line about the device: its name, or channel,
 * target and unit while it has none, and where it is.
 */
void
scsi_print_addr(struct scsipi_periph *periph)
{
	struct scsipi_channel *chan = periph->periph_channel;
	struct scsipi_adapter *adapt = chan->chan_adapter;

	printf("%s(%s:%d:%d:%d): ", periph->periph_dev != NULL ?
	    device_xname(periph->periph_dev) : "probe", device_xname(adapt->adapt_dev),
	    chan->chan_channel, periph->periph_target, periph->periph_lun);
}

/* Tells how a target transfers from now on. */
static void
scsi_print_xfer_mode(struct scsipi_periph *periph)
{
	const int mode = periph->periph_mode;
	int freq, speed;

	if (periph->periph_dev == NULL || !device_is_active(periph->periph_dev))
		return;
	aprint_verbose("%s: ", device_xname(periph->periph_dev));
	if (mode & (PERIPH_CAP_SYNC | PERIPH_CAP_DT)) {
		freq = scsipi_sync_factor_to_freq(periph->periph_period);
		aprint_verbose("%d.%03d MHz, offset %d", freq / 1000, freq % 1000,
		    periph->periph_offset);
	} else
		aprint_verbose("asynchronous");
	speed = mode & PERIPH_CAP_WIDE32 ? 32 : mode & (PERIPH_CAP_WIDE16 | PERIPH_CAP_DT) ? 16 : 8;
	aprint_verbose(", %d-bit%s transfers%s\n", speed, mode & PERIPH_CAP_DT ? " DT" : "",
	    mode & PERIPH_CAP_TQING ? ", tagged queueing" : "");
}

static void
scsi_set_mode(struct scsipi_channel *chan, struct scsipi_xfer_mode *xm, bool parallel)
{
	struct scsipi_periph *periph;
	int i, mode, changed;

	/* By hand over the table: there may be many LUN numbers. */
	for (i = 0; i < SCSIPI_CHAN_PERIPH_BUCKETS; i++) {
		mutex_enter(chan_mtx(chan));
		LIST_FOREACH(periph, &chan->chan_periphtab[i], periph_hash) {
			if (periph->periph_target != xm->xm_target)
				continue;
			mode = xm->xm_mode & periph->periph_cap;
			if (periph->periph_quirks & PQUIRK_NOTAG)
				mode &= ~PERIPH_CAP_TQING;
			changed = (periph->periph_flags & PERIPH_MODE_VALID) == 0 ||
			    periph->periph_mode != mode ||
			    periph->periph_period != xm->xm_period ||
			    periph->periph_offset != xm->xm_offset;
			periph->periph_mode = mode;
			periph->periph_period = xm->xm_period;
			periph->periph_offset = xm->xm_offset;
			periph->periph_flags |= PERIPH_MODE_VALID;
			if (changed && parallel)
				scsi_print_xfer_mode(periph);
			else if (changed && (mode & PERIPH_CAP_TQING) != 0 &&
			    periph->periph_dev != NULL)
				aprint_verbose_dev(periph->periph_dev, "tagged queueing\n");
		}
		mutex_exit(chan_mtx(chan));
	}
}

/*
 * The adapter and a target have agreed; parallel SCSI.
 */
void
scsi_async_event_xfer_mode(struct scsipi_channel *chan, void *arg)
{

	scsi_set_mode(chan, arg, true);
}

/*
 * The same for transports where only tagged commands are to be agreed on.
 */
void
scsi_fc_sas_async_event_xfer_mode(struct scsipi_channel *chan, void *arg)
{

	scsi_set_mode(chan, arg, false);
}
