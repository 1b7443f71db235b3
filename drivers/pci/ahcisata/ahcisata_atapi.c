/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATAPI devices on an AHCI port: SCSI commands in packets, for atapibus(4).
 * ATA8-ACS, section 7.41 (PACKET).
 *
 * A device that refuses says so in four bits of its error register; the
 * middle layer is told of a CHECK CONDITION and asks for the sense itself.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bus.h>
#include <sys/malloc.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/atapiconf.h>

#include "ahci_impl.h"

#include <dev/ata/satafisvar.h>

#include <rump-sys/dev.h>

static void	ahci_atapi_request(struct scsipi_channel *,
		    scsipi_adapter_req_t, void *);
static void	ahci_atapi_probe_device(struct atapibus_softc *, int);

static void
ahci_atapi_end(struct ata_channel *chp, struct ata_xfer *xfer,
    enum ahci_end how, int tfd, size_t moved)
{
	struct scsipi_xfer *xs = xfer->c_scsipi;

	xs->resid = xs->datalen;
	switch (how) {
	case AHCI_END_TIMEOUT:
		xs->error = XS_TIMEOUT;
		break;
	case AHCI_END_GONE:
	case AHCI_END_DMA:
		xs->error = XS_DRIVER_STUFFUP;
		break;
	case AHCI_END_RESET:
		xs->error = XS_RESET;
		break;
	case AHCI_END_REQUEUE:
		xs->error = XS_REQUEUE;
		break;
	case AHCI_END_TFD:
		if ((ATACH_ST(tfd) & (WDCS_BSY | WDCS_DRQ)) != 0 ||
		    moved > (size_t)xs->datalen) {
			xs->error = XS_DRIVER_STUFFUP;
			break;
		}
		xs->resid = xs->datalen - (int)moved;
		if ((ATACH_ST(tfd) & (WDCS_ERR | WDCS_DWF)) == 0) {
			xs->error = XS_NOERROR;
		} else if ((xs->xs_control & XS_CTL_REQSENSE) != 0 ||
		    (xs->xs_periph->periph_quirks & PQUIRK_NOSENSE) != 0) {
			xs->error = XS_SHORTSENSE;
			xs->sense.atapi_sense = ATACH_ERR(tfd);
		} else {
			xs->error = XS_BUSY;
			xs->status = SCSI_CHECK;
		}
		break;
	}
	ata_free_xfer(chp, xfer);
	scsipi_done(xs);
	atastart(chp);
}

static int
ahci_atapi_start(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct scsipi_xfer *xs = xfer->c_scsipi;
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int slot = xfer->c_slot;

	if (xs->cmdlen > 16 || xs->datalen < 0 ||
	    (xs->xs_control & XS_CTL_DATA_UIO) != 0)
		return ATASTART_ABORT;
	satafis_rhd_construct_atapi(xfer, ahci_cfis(chp, slot));
	memcpy(achp->ahcic_cmd_tbl[slot]->cmdt_acmd, xs->cmd, xs->cmdlen);
	if (ahci_issue(chp, xfer, xs->data, xs->datalen,
	    (xs->xs_control & XS_CTL_DATA_IN) != 0 ? BUS_DMA_READ :
	    BUS_DMA_WRITE, AHCI_CMDH_F_A, xs->timeout) != 0)
		return ATASTART_ABORT;
	return (xfer->c_flags & C_POLL) != 0 ? ATASTART_POLL :
	    ATASTART_STARTED;
}

static const struct ahci_xfer_ops ahci_atapi_ops = {
	.xo_ops = AHCI_XFER_OPS(ahci_atapi_start),
	.xo_end = ahci_atapi_end,
};

/*
 * The adapter of the middle layer.
 */

static void
ahci_atapi_minphys(struct buf *bp)
{

	minphys(bp);
}

static void
ahci_atapi_kill_pending(struct scsipi_periph *periph)
{
	struct ata_channel *chp = container_of(periph->periph_channel,
	    struct ata_channel, ch_atapi_channel);

	if (periph->periph_target >= chp->ch_ndrives)
		return;
	/* Commands end under the lock. */
	mutex_exit(chan_mtx(periph->periph_channel));
	ata_kill_pending(&chp->ch_drive[periph->periph_target]);
	mutex_enter(chan_mtx(periph->periph_channel));
}

static const struct scsipi_bustype ahci_atapi_bustype = {
	SCSIPI_BUSTYPE_ATAPI,
	atapi_scsipi_cmd,
	atapi_interpret_sense,
	atapi_print_addr,
	ahci_atapi_kill_pending,
	NULL,
};

static void
ahci_atapi_request(struct scsipi_channel *chan, scsipi_adapter_req_t req,
    void *arg)
{
	struct ata_channel *chp = container_of(chan, struct ata_channel,
	    ch_atapi_channel);
	struct scsipi_xfer *xs = arg;
	struct ata_xfer *xfer;

	if (req != ADAPTER_REQ_RUN_XFER)
		return;
	xfer = ata_get_xfer(chp, false);
	if (xfer == NULL) {
		xs->error = XS_RESOURCE_SHORTAGE;
		scsipi_done(xs);
		return;
	}
	xfer->c_flags = C_ATAPI | (xs->datalen != 0 ? C_DMA : 0) |
	    ((xs->xs_control & XS_CTL_POLL) != 0 ? C_POLL : 0);
	xfer->c_drive = xs->xs_periph->periph_target;
	xfer->c_databuf = xs->data;
	xfer->c_scsipi = xs;
	xfer->ops = &ahci_atapi_ops.xo_ops;
	ata_exec_xfer(chp, xfer);
}

void
ahci_atapibus_attach(struct atabus_softc *ata_sc)
{
	struct ata_channel *chp = ata_sc->sc_chan;
	struct atac_softc *atac = chp->ch_atac;
	struct scsipi_adapter *adapt = &atac->atac_atapi_adapter._generic;
	struct scsipi_channel *chan = &chp->ch_atapi_channel;

	adapt->adapt_dev = atac->atac_dev;
	adapt->adapt_nchannels = atac->atac_nchannels;
	adapt->adapt_request = ahci_atapi_request;
	adapt->adapt_minphys = ahci_atapi_minphys;
	adapt->adapt_flags = SCSIPI_ADAPT_MPSAFE;
	atac->atac_atapi_adapter.atapi_probe_device = ahci_atapi_probe_device;

	memset(chan, 0, sizeof(*chan));
	chan->chan_adapter = adapt;
	chan->chan_bustype = &ahci_atapi_bustype;
	chan->chan_channel = chp->ch_channel;
	chan->chan_flags = SCSIPI_CHAN_OPENINGS;
	chan->chan_openings = 1;
	chan->chan_max_periph = 1;
	chan->chan_ntargets = 1;
	chan->chan_nluns = 1;
	chan->chan_id = -1;		/* the adapter is none of them */
	chp->atapibus = config_found(ata_sc->sc_dev, chan, atapiprint,
	    CFARGS(.iattr = "atapi"));
}

static void
ahci_atapi_probe_device(struct atapibus_softc *sc, int target)
{
	struct scsipi_channel *chan = sc->sc_channel;
	struct ata_channel *chp = container_of(chan, struct ata_channel,
	    ch_atapi_channel);
	char model[41], serial[21], revision[9];
	struct scsipibus_attach_args sa;
	struct ata_drive_datas *drvp;
	struct scsipi_periph *periph;
	struct ataparams id;

	if (target >= chp->ch_ndrives)
		return;
	drvp = &chp->ch_drive[target];
	if (drvp->drive_type != ATA_DRIVET_ATAPI ||
	    scsipi_lookup_periph(chan, target, 0) != NULL)
		return;
	if (ata_get_params(drvp, AT_WAIT, &id) != CMD_OK) {
		aprint_error_dev(sc->sc_dev, "drive %d: no identity\n", target);
		return;
	}
	periph = scsipi_alloc_periph(M_WAITOK);
	if (periph == NULL)
		return;
	periph->periph_dev = NULL;
	periph->periph_channel = chan;
	periph->periph_switch = &atapi_probe_periphsw;
	periph->periph_target = target;
	periph->periph_lun = 0;
	periph->periph_quirks = PQUIRK_ONLYBIG;
	periph->periph_type = ATAPI_CFG_TYPE(id.atap_config);
	if ((id.atap_config & ATAPI_CFG_REMOV) != 0)
		periph->periph_flags |= PERIPH_REMOVABLE;
	if ((id.atap_config & ATAPI_CFG_CMD_MASK) == ATAPI_CFG_CMD_16)
		periph->periph_cap |= PERIPH_CAP_CMD16;
	periph->periph_cap |= (id.atap_config & ATAPI_CFG_DRQ_MASK);

	memset(&sa, 0, sizeof(sa));
	sa.sa_periph = periph;
	sa.sa_inqbuf.type = ATAPI_CFG_TYPE(id.atap_config);
	sa.sa_inqbuf.removable = (id.atap_config & ATAPI_CFG_REMOV) != 0 ?
	    T_REMOV : T_FIXED;
	rump_dev_ascii(model, sizeof(model), id.atap_model, sizeof(id.atap_model));
	rump_dev_ascii(serial, sizeof(serial), id.atap_serial, sizeof(id.atap_serial));
	rump_dev_ascii(revision, sizeof(revision), id.atap_revision, sizeof(id.atap_revision));
	sa.sa_inqbuf.vendor = model;
	sa.sa_inqbuf.product = serial;
	sa.sa_inqbuf.revision = revision;
	(void)atapi_probe_device(sc, target, periph, &sa);
}
