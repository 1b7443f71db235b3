/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2) requests of every SCSI and ATAPI device: commands of the user's
 * (SCIOCCOMMAND), where it is, tracing, reset.
 *
 * A user's command has its data in a buffer of the kernel's for as long as
 * it runs, at most MAXPHYS bytes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/scsiio.h>
#include <sys/uio.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsiconf.h>

#include "scsipi_impl.h"

/* A user's command on its way; xs->bp points to si_bp. */
struct scsi_ioctl {
	struct buf si_bp;
	scsireq_t si_screq;
};

/* There is nothing to be prepared. */
void
scsipi_ioctl_init(void)
{

}

/*
 * A user's command has ended: fills in the request.
 */
void
scsipi_user_done(struct scsipi_xfer *xs)
{
	struct scsi_ioctl *si;
	scsireq_t *screq;
	size_t len;

	if (xs->bp == NULL)
		return;
	si = container_of(xs->bp, struct scsi_ioctl, si_bp);
	screq = &si->si_screq;
	screq->retsts = 0;
	screq->status = xs->status;
	switch (xs->error) {
	case XS_NOERROR:
		screq->datalen_used = (u_long)(xs->datalen - xs->resid);
		screq->retsts = SCCMD_OK;
		break;
	case XS_SENSE:
		len = MIN(screq->senselen, sizeof(xs->sense.scsi_sense));
		len = MIN(len, sizeof(screq->sense));
		screq->senselen_used = (u_char)len;
		memcpy(screq->sense, &xs->sense.scsi_sense, len);
		screq->datalen_used = (u_long)(xs->datalen - xs->resid);
		screq->retsts = SCCMD_SENSE;
		break;
	case XS_SHORTSENSE:
		len = MIN(screq->senselen, sizeof(xs->sense.atapi_sense));
		screq->senselen_used = (u_char)len;
		memcpy(screq->sense, &xs->sense.atapi_sense, len);
		screq->retsts = SCCMD_UNKNOWN;
		break;
	case XS_BUSY:
	case XS_RESOURCE_SHORTAGE:
		screq->retsts = SCCMD_BUSY;
		break;
	case XS_TIMEOUT:
	case XS_SELTIMEOUT:
		screq->retsts = SCCMD_TIMEOUT;
		break;
	default:
		screq->retsts = SCCMD_UNKNOWN;
		break;
	}
}

static int
scsipi_user_command(struct scsipi_periph *periph, scsireq_t *screq)
{
	struct scsi_ioctl *si;
	struct scsipi_generic cdb;
	void *data = NULL;
	size_t len;
	int error = 0, flags;

	if (screq->cmdlen < 1 || screq->cmdlen > sizeof(screq->cmd))
		return EINVAL;
	if (screq->flags & (SCCMD_IOV | SCCMD_TARGET))
		return EINVAL;
	if ((screq->flags & (SCCMD_READ | SCCMD_WRITE)) == (SCCMD_READ | SCCMD_WRITE))
		return EINVAL;
	if (screq->datalen > MAXPHYS)
		return EINVAL;
	len = screq->datalen;
	if (len > 0 && (screq->flags & (SCCMD_READ | SCCMD_WRITE)) == 0)
		return EINVAL;

	si = kmem_zalloc(sizeof(*si), KM_SLEEP);
	buf_init(&si->si_bp);
	si->si_screq = *screq;
	si->si_bp.b_bcount = (int)len;
	si->si_bp.b_flags = screq->flags & SCCMD_READ ? B_READ : B_WRITE;
	if (len > 0) {
		/* No more than the adapter moves at a time. */
		scsipi_adapter_minphys(periph->periph_channel, &si->si_bp);
		if (si->si_bp.b_bcount != (int)len) {
			error = EINVAL;
			goto done;
		}
		data = kmem_zalloc(len, KM_SLEEP);
		if (screq->flags & SCCMD_WRITE) {
			error = copyin(screq->databuf, data, len);
			if (error)
				goto done;
		}
	}
	si->si_screq.retsts = SCCMD_UNKNOWN;
	si->si_screq.status = 0;
	si->si_screq.senselen_used = 0;
	si->si_screq.datalen_used = 0;
	si->si_screq.error = 0;

	flags = XS_CTL_USERCMD | XS_CTL_SILENT;
	if (len > 0)
		flags |= screq->flags & SCCMD_READ ? XS_CTL_DATA_IN : XS_CTL_DATA_OUT;
	if (screq->flags & SCCMD_ESCAPE)
		flags |= XS_CTL_ESCAPE;
	memset(&cdb, 0, sizeof(cdb));
	memcpy(&cdb, screq->cmd, screq->cmdlen);
	error = scsipi_command(periph, &cdb, screq->cmdlen, data, (int)len, 0,
	    (int)MIN(screq->timeout, 24 * 3600 * 1000), &si->si_bp, flags);

	/* The result of the command is in the request, not in errno. */
	if (error == ENXIO || error == ENOMEM)
		goto done;
	si->si_screq.error = error;
	error = 0;
	if ((screq->flags & SCCMD_READ) != 0 && si->si_screq.datalen_used > 0) {
		error = copyout(data, screq->databuf, MIN(si->si_screq.datalen_used, len));
		if (error)
			goto done;
	}
	*screq = si->si_screq;
done:
	if (data != NULL)
		kmem_free(data, len);
	buf_destroy(&si->si_bp);
	kmem_free(si, sizeof(*si));
	return error;
}

/*
 * The requests that are the same for all devices; ENOTTY for others.
 */
int
scsipi_do_ioctl(struct scsipi_periph *periph, dev_t dev, u_long cmd, void *addr, int flag,
    struct lwp *l)
{
	struct scsi_addr *sca;
	int error, level;

	/* These reach past file permissions to the device as a whole. */
	switch (cmd) {
	case SCIOCCOMMAND:
	case SCIOCDEBUG:
		error = l != NULL ? kauth_authorize_device_passthru(l->l_cred, dev,
		    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_ALL, addr) : 0;
		if (error)
			return error;
		break;
	case SCIOCIDENTIFY:
	case OSCIOCIDENTIFY:
		break;
	case SCIOCRECONFIG:
	case SCIOCDECONFIG:
	case SCIOCRESET:
		if ((flag & FWRITE) == 0)
			return EBADF;
		break;
	}

	switch (cmd) {
	case SCIOCIDENTIFY:
		sca = addr;
		memset(sca, 0, sizeof(*sca));
		switch (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph))) {
		case SCSIPI_BUSTYPE_SCSI:
			sca->type = TYPE_SCSI;
			sca->addr.scsi.scbus = device_unit(device_parent(periph->periph_dev));
			sca->addr.scsi.target = periph->periph_target;
			sca->addr.scsi.lun = periph->periph_lun;
			return 0;
		case SCSIPI_BUSTYPE_ATAPI:
			sca->type = TYPE_ATAPI;
			sca->addr.atapi.atbus = device_unit(device_parent(periph->periph_dev));
			sca->addr.atapi.drive = periph->periph_target;
			return 0;
		}
		return ENXIO;
	case OSCIOCIDENTIFY: {
		struct oscsi_addr *osca = addr;

		if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(periph)) != SCSIPI_BUSTYPE_SCSI)
			return ENODEV;
		osca->scbus = device_unit(device_parent(periph->periph_dev));
		osca->target = periph->periph_target;
		osca->lun = periph->periph_lun;
		return 0;
	}
	case SCIOCCOMMAND:
		return scsipi_user_command(periph, addr);
	case SCIOCDEBUG:
		level = *(int *)addr;
		periph->periph_dbflags = 0;
		if (level & SC_DB_CMDS)
			periph->periph_dbflags |= SCSIPI_DB1;
		if (level & SC_DB_FLOW)
			periph->periph_dbflags |= SCSIPI_DB2;
		if (level & SC_DB_FLOW2)
			periph->periph_dbflags |= SCSIPI_DB3;
		if (level & SC_DB_DMA)
			periph->periph_dbflags |= SCSIPI_DB4;
		return 0;
	case SCIOCRECONFIG:
	case SCIOCDECONFIG:
		return EINVAL;
	case SCIOCRESET:
		return scsipi_command(periph, &(struct scsipi_generic){ 0 }, 6, NULL, 0, 0, 20000,
		    NULL, XS_CTL_RESET);
	default:
		return ENOTTY;
	}
}
