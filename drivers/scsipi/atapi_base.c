/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is ATAPI's own in the middle layer: the short sense of the error
 * register, CDBs of one length, addresses.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/errno.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/atapiconf.h>

#include "scsipi_impl.h"

/* Bits of the error register besides the sense key. */
#define	ATAPI_SENSE_KEY(s)	((s) >> 4 & 0x0f)

const struct scsipi_bustype atapi_bustype = {
	.bustype_type = SCSIPI_BUSTYPE_BUSTYPE(SCSIPI_BUSTYPE_ATAPI, 0),
	.bustype_cmd = atapi_scsipi_cmd,
	.bustype_interpret_sense = atapi_interpret_sense,
	.bustype_printaddr = atapi_print_addr,
	.bustype_kill_pending = atapi_kill_pending,
	.bustype_async_event_xfer_mode = NULL,
};

void
atapi_kill_pending(struct scsipi_periph *periph)
{

	scsipi_fail_queued(periph);
}

/*
 * As scsipi_interpret_sense(); the error register alone says less.
 */
int
atapi_interpret_sense(struct scsipi_xfer *xs)
{
	static const char *const names[] = {
		"no sense", "recovered error", "not ready", "medium error", "hardware failure",
		"illegal request", "unit attention", "data protect", "blank check", "vendor specific",
		"copy aborted", "aborted command", "equal", "volume overflow", "miscompare", "reserved"
	};
	struct scsipi_periph *periph = xs->xs_periph;
	const u_int32_t sense = xs->sense.atapi_sense;
	int error, key;

	if (xs->error == XS_SENSE)
		return scsipi_interpret_sense(xs);

	if (periph->periph_switch != NULL && periph->periph_switch->psw_error != NULL) {
		error = (*periph->periph_switch->psw_error)(xs);
		if (error != EJUSTRETURN)
			return error;
	}
	key = ATAPI_SENSE_KEY(sense);
	switch (key) {
	case SKEY_NO_SENSE:
	case SKEY_RECOVERED_ERROR:
		error = 0;
		break;
	case SKEY_NOT_READY:
		if ((periph->periph_flags & PERIPH_REMOVABLE) != 0)
			periph->periph_flags &= ~PERIPH_MEDIA_LOADED;
		if ((xs->xs_control & XS_CTL_IGNORE_NOT_READY) != 0)
			return 0;
		if ((xs->xs_control & XS_CTL_SILENT) != 0)
			return EIO;
		error = EIO;
		break;
	case SKEY_ILLEGAL_REQUEST:
		if ((xs->xs_control & XS_CTL_IGNORE_ILLEGAL_REQUEST) != 0)
			return 0;
		error = EINVAL;
		break;
	case SKEY_UNIT_ATTENTION:
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
	case SKEY_ABORTED_COMMAND:
		if (xs->xs_retries > 0) {
			xs->xs_retries--;
			return ERESTART;
		}
		error = EIO;
		break;
	default:
		error = EIO;
		break;
	}
	if ((xs->xs_control & XS_CTL_SILENT) == 0 && key != SKEY_NO_SENSE) {
		scsipi_printaddr(periph);
		printf("%s, error register 0x%02x\n", names[key], sense & 0xff);
	}
	return error;
}

/* "cd0(ahcisata0:1:0): ", as in scsi_print_addr(). */
void
atapi_print_addr(struct scsipi_periph *periph)
{
	struct scsipi_channel *chan = periph->periph_channel;

	printf("%s(%s:%d:%d): ", periph->periph_dev != NULL ? device_xname(periph->periph_dev) :
	    "probe", device_xname(chan->chan_adapter->adapt_dev), chan->chan_channel,
	    periph->periph_target);
}

/*
 * ATAPI packets are of 12 or 16 bytes: what is missing is 0.
 */
void
atapi_scsipi_cmd(struct scsipi_xfer *xs)
{
	const int len = xs->xs_periph->periph_cap & PERIPH_CAP_CMD16 ? 16 : 12;

	/* cmdstore was zeroed with the xfer. */
	if (xs->cmdlen < len)
		xs->cmdlen = len;
}
