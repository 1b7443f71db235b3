/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * AHCI host bus adapters: the adapter, its ports, interrupts, recovery.
 * Serial ATA AHCI 1.3, sections 3 (registers), 5 (ports), 6 (errors), 10
 * (initialization, resets).
 *
 * A port has one command at a time, or, with drives that can (NCQ), as many
 * reads and writes as it has slots; of those only the drive knows which has
 * failed, and tells in page 10h of its log.  A transfer that is with the
 * hardware has its bit in ahcic_active; whoever takes the bit away under the
 * channel's lock ends the transfer, so it ends once.  Errors, lost time and
 * lost drives are for the channel's thread: it stops the port, sees what
 * became of the command, resets the link where that is needed, and goes on.
 * Who stops, resets or starts a port has it for himself meanwhile
 * (ATACH_RECOVERING); what interrupts say then is kept in ahcic_missed.
 *
 * Trusted: nothing.  Ports outside of the registers, bytes that moved, task
 * files and links are looked at; a wait has its end; a port that does not
 * stop is not used any more.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/kernel.h>
#include <sys/kmem.h>

#include "ahci_impl.h"

#include <dev/ata/satareg.h>
#include <dev/ata/satavar.h>

#define	AHCI_STORM	50	/* recoveries of a port ... */
#define	AHCI_STORM_TIME	10	/*  within so many seconds: it is broken */

#define	AHCI_P_IX_FATAL	(AHCI_P_IX_TFES | AHCI_P_IX_HBFS |	\
			    AHCI_P_IX_HBDS | AHCI_P_IX_IFS | AHCI_P_IX_OFS)
#define	AHCI_P_IX_LINK	(AHCI_P_IX_PRCS | AHCI_P_IX_PCS)
#define	AHCI_P_IX_USED	(AHCI_P_IX_FATAL | AHCI_P_IX_LINK |	\
			    AHCI_P_IX_SDBS | AHCI_P_IX_DSS |		\
			    AHCI_P_IX_PSS | AHCI_P_IX_DHRS)

static void	ahci_setup_channel(struct ata_channel *);
static void	ahci_probe_drive(struct ata_channel *);

/* Whether somebody has seen the adapter answer no more. */
static bool
ahci_gone(struct ahci_softc *sc)
{

	return atomic_load_relaxed(&sc->sc_gone) != 0;
}

/* Whether the adapter still answers. */
static bool
ahci_alive(struct ahci_softc *sc)
{

	if (!ahci_gone(sc) && AHCI_READ(sc, AHCI_GHC) == 0xffffffff &&
	    AHCI_READ(sc, AHCI_CAP) == 0xffffffff &&
	    atomic_swap_uint(&sc->sc_gone, 1) == 0)
		aprint_error_dev(sc->sc_atac.atac_dev, "adapter is gone\n");
	return !ahci_gone(sc);
}

/*
 * Ports.  The channel is locked; waits let it go if flags have AT_WAIT.
 */

/*
 * Gets the port for oneself: to stop, reset and start it.  Waits for who has
 * it, by sleep with AT_WAIT; one who polls may be the only one who runs.
 */
static void
ahci_port_take(struct ata_channel *chp, int flags)
{
	int i;

	for (i = 0; (chp->ch_flags & ATACH_RECOVERING) != 0; i++) {
		if ((flags & AT_WAIT) != 0) {
			cv_wait(&chp->ch_queue->queue_idle, &chp->ch_lock);
			continue;
		}
		if ((flags & AT_RST_EMERG) != 0 || i >= 30000)
			break;
		ata_channel_unlock(chp);
		delay(1000);
		ata_channel_lock(chp);
	}
	chp->ch_flags |= ATACH_RECOVERING;
}

/* Gives it back; the thread sees to what happened meanwhile. */
static void
ahci_port_give(struct ata_channel *chp)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);
	uint32_t missed = achp->ahcic_missed;

	chp->ch_flags &= ~ATACH_RECOVERING;
	achp->ahcic_missed = 0;
	if ((missed & (AHCI_P_IX_FATAL | AHCI_P_IX_LINK)) != 0 &&
	    !achp->ahcic_broken)
		ata_thread_run(chp, 0, ATACH_TH_RECOVERY, 0);
	cv_broadcast(&chp->ch_queue->queue_idle);
}

/* Waits until bits of a port's command register have gone. */
static int
ahci_port_wait(struct ahci_softc *sc, struct ata_channel *chp, uint32_t bits,
    int flags)
{
	int i;

	for (i = 0; (AHCI_READ(sc, AHCI_P_CMD(chp->ch_channel)) & bits) != 0;
	    i++) {
		if (i >= 60 || ahci_gone(sc))
			return ETIMEDOUT;
		ata_delay(chp, 10, "ahcistop", flags);
	}
	return 0;
}

/* No more commands, and with all of it no more frames. */
static int
ahci_port_stop(struct ahci_softc *sc, struct ata_channel *chp, bool all,
    int flags)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int error, p = chp->ch_channel;
	uint32_t cmd;

	if (sc->sc_channel_stop != NULL)
		(*sc->sc_channel_stop)(sc, chp);
	achp->ahcic_running = false;
	cmd = AHCI_READ(sc, AHCI_P_CMD(p));
	if (cmd == 0xffffffff)
		return ENXIO;
	AHCI_WRITE(sc, AHCI_P_CMD(p), cmd & ~AHCI_P_CMD_ST);
	error = ahci_port_wait(sc, chp, AHCI_P_CMD_CR, flags);
	if (error == 0 && all) {
		cmd = AHCI_READ(sc, AHCI_P_CMD(p));
		AHCI_WRITE(sc, AHCI_P_CMD(p), cmd & ~AHCI_P_CMD_FRE);
		error = ahci_port_wait(sc, chp, AHCI_P_CMD_FR, flags);
	}
	if (error && !achp->ahcic_broken) {
		achp->ahcic_broken = true;
		aprint_error_dev(sc->sc_atac.atac_dev, "port %d does not stop, "
		    "command %#x; broken\n", p, AHCI_READ(sc, AHCI_P_CMD(p)));
	}
	return error;
}

/* Interrupts and errors of the past are forgotten. */
static void
ahci_port_clear(struct ahci_softc *sc, int p)
{

	sc->sc_channels[p].ahcic_missed = 0;
	AHCI_WRITE(sc, AHCI_P_SERR(p), AHCI_READ(sc, AHCI_P_SERR(p)));
	AHCI_WRITE(sc, AHCI_P_IS(p), AHCI_READ(sc, AHCI_P_IS(p)));
	AHCI_WRITE(sc, AHCI_IS, 1U << p);
}

/* The device has shown its registers and is not busy: commands may come. */
static void
ahci_port_start(struct ahci_softc *sc, struct ata_channel *chp)
{
	int p = chp->ch_channel;

	ahci_port_clear(sc, p);
	AHCI_WRITE(sc, AHCI_P_CMD(p), AHCI_P_CMD_ICC_AC | AHCI_P_CMD_POD |
	    AHCI_P_CMD_SUD | AHCI_P_CMD_FRE | AHCI_P_CMD_ST);
	AHCI_WRITE(sc, AHCI_P_IE(p), AHCI_P_IX_USED);
	AHCI_ACHP(chp)->ahcic_running = true;
	if (sc->sc_channel_start != NULL)
		(*sc->sc_channel_start)(sc, chp);
}

/*
 * Resets the link of a stopped port and waits for the device: 0, ENXIO
 * without one, ETIMEDOUT when it stays busy.
 */
static int
ahci_port_reset(struct ahci_softc *sc, struct ata_channel *chp, int flags)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int i, p = chp->ch_channel;
	uint32_t det, tfd;

	AHCI_WRITE(sc, AHCI_P_IE(p), 0);
	/* Frames first: the one with the signature comes by itself. */
	AHCI_WRITE(sc, AHCI_P_CMD(p), AHCI_P_CMD_ICC_AC | AHCI_P_CMD_POD |
	    AHCI_P_CMD_SUD | AHCI_P_CMD_FRE);
	det = sata_reset_interface(chp, sc->sc_ahcit, achp->ahcic_scontrol,
	    achp->ahcic_sstatus, flags);
	if (det != SStatus_DET_DEV)
		return ENXIO;
	AHCI_WRITE(sc, AHCI_P_SERR(p), AHCI_READ(sc, AHCI_P_SERR(p)));
	for (i = 0;; i++) {
		tfd = AHCI_READ(sc, AHCI_P_TFD(p));
		if (tfd == 0xffffffff)
			return ENXIO;
		if ((AHCI_TFD_ST(tfd) & (WDCS_BSY | WDCS_DRQ)) == 0)
			break;
		if (i >= 1000) {
			aprint_error_dev(sc->sc_atac.atac_dev, "port %d stays "
			    "busy, task file %#x\n", p, tfd);
			return ETIMEDOUT;
		}
		ata_delay(chp, 10, "ahcirst", flags);
	}
	if ((sc->sc_ahci_quirks & AHCI_QUIRK_EXTRA_DELAY) != 0)
		ata_delay(chp, 500, "ahciext", flags);
	return 0;
}

/* atac_probe: resets the port; what is there tells by its signature. */
static void
ahci_probe_drive(struct ata_channel *chp)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int error, p = chp->ch_channel;
	uint32_t sig = 0;

	ata_channel_lock(chp);
	(void)atabus_alloc_drives(chp, 1);
	chp->ch_drive[0].drive_type = ATA_DRIVET_NONE;
	ahci_port_take(chp, AT_WAIT);
	if (achp->ahcic_broken || !ahci_alive(sc)) {
		ahci_port_give(chp);
		ata_channel_unlock(chp);
		return;
	}
	AHCI_WRITE(sc, AHCI_P_IE(p), 0);
	error = ahci_port_stop(sc, chp, false, AT_WAIT);
	if (error == 0)
		error = ahci_port_reset(sc, chp, AT_WAIT);
	if (error == 0) {
		sig = AHCI_READ(sc, AHCI_P_SIG(p));
		ahci_port_start(sc, chp);
	} else {
		/* Whoever is plugged in later makes himself heard. */
		ahci_port_clear(sc, p);
		AHCI_WRITE(sc, AHCI_P_IE(p),
		    achp->ahcic_broken ? 0 : AHCI_P_IX_LINK);
	}
	ahci_port_give(chp);
	if (error == 0) {
		aprint_normal_dev(sc->sc_atac.atac_dev, "port %d: device at %s\n",
		    p, sata_speed(AHCI_READ(sc, AHCI_P_SSTS(p))));
		sata_interpret_sig(chp, 0, sig);
	}
	ata_channel_unlock(chp);
}

static void
ahci_setup_channel(struct ata_channel *chp)
{

	/* Serial links have no modes. */
}

/*
 * Commands.
 */

/* The command frame of a slot, to be filled in before ahci_issue(). */
uint8_t *
ahci_cfis(struct ata_channel *chp, int slot)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);

	AHCI_CMDTBL_SYNC(sc, achp, slot, BUS_DMASYNC_POSTWRITE);
	memset(achp->ahcic_cmd_tbl[slot]->cmdt_acmd, 0,
	    sizeof(achp->ahcic_cmd_tbl[slot]->cmdt_acmd));
	return achp->ahcic_cmd_tbl[slot]->cmdt_cfis;
}

/* Copies the register frame that came last. */
void
ahci_read_rfis(struct ata_channel *chp, uint8_t *fis)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);

	AHCI_RFIS_SYNC(sc, achp, BUS_DMASYNC_POSTREAD);
	memcpy(fis, achp->ahcic_rfis->rfis_rfis,
	    sizeof(achp->ahcic_rfis->rfis_rfis));
	AHCI_RFIS_SYNC(sc, achp, BUS_DMASYNC_PREREAD);
}

static void
ahci_dma_undo(struct ahci_channel *achp, int slot)
{

	if (achp->ahcic_bounce[slot] != NULL)
		kmem_intr_free(achp->ahcic_bounce[slot],
		    achp->ahcic_bounce_size[slot]);
	achp->ahcic_bounce[slot] = NULL;
}

/*
 * Loads the data of a slot and writes their pieces into its table; *nprdp is
 * how many.  Pieces have even addresses and lengths: what is odd goes through
 * a buffer.
 */
static int
ahci_dma_load(struct ata_channel *chp, int slot, void *data, size_t len,
    int op, int *nprdp)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	bus_dmamap_t map = achp->ahcic_datad[slot];
	struct ahci_dma_prd *prd = achp->ahcic_cmd_tbl[slot]->cmdt_prd;
	int error, i;

	*nprdp = 0;
	if (len == 0)
		return 0;
	if (((uintptr_t)data & 1) != 0 || (len & 1) != 0) {
		achp->ahcic_bounce_size[slot] = roundup2(len, 2);
		achp->ahcic_bounce[slot] = kmem_intr_zalloc(
		    achp->ahcic_bounce_size[slot], KM_NOSLEEP);
		if (achp->ahcic_bounce[slot] == NULL)
			return ENOMEM;
		if (op == BUS_DMA_WRITE)
			memcpy(achp->ahcic_bounce[slot], data, len);
		data = achp->ahcic_bounce[slot];
		len = achp->ahcic_bounce_size[slot];
	}
	error = bus_dmamap_load(sc->sc_dmat, map, data, len, NULL,
	    BUS_DMA_NOWAIT | BUS_DMA_STREAMING | op);
	if (error) {
		ahci_dma_undo(achp, slot);
		return error;
	}
	for (i = 0; i < map->dm_nsegs; i++) {
		if (((map->dm_segs[i].ds_addr | map->dm_segs[i].ds_len) & 1) !=
		    0) {
			bus_dmamap_unload(sc->sc_dmat, map);
			ahci_dma_undo(achp, slot);
			return EINVAL;
		}
		prd[i].prd_dba = htole64(map->dm_segs[i].ds_addr);
		prd[i].prd_res = 0;
		prd[i].prd_dbc = htole32(map->dm_segs[i].ds_len - 1);
	}
	*nprdp = map->dm_nsegs;
	bus_dmamap_sync(sc->sc_dmat, map, 0, map->dm_mapsize,
	    op == BUS_DMA_READ ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
	achp->ahcic_loaded |= 1U << slot;
	/* The header says so, too, but the device may write there. */
	if (op == BUS_DMA_WRITE)
		achp->ahcic_writes |= 1U << slot;
	else
		achp->ahcic_writes &= ~(1U << slot);
	return 0;
}

/* Whether the port takes commands.  Locked. */
bool
ahci_usable(struct ata_channel *chp)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);

	ata_channel_lock_owned(chp);
	return !ahci_gone(AHCI_CH2SC(chp)) && !achp->ahcic_broken &&
	    achp->ahcic_running;
}

/*
 * Issues the command that is in the slot's table, with len bytes of data
 * (op BUS_DMA_READ or BUS_DMA_WRITE), to be done within ms.  Locked.  0, or
 * an errno: the hardware has heard nothing.
 */
int
ahci_issue(struct ata_channel *chp, struct ata_xfer *xfer, void *data,
    size_t len, int op, uint16_t flags, int ms)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	struct ahci_cmd_header *cmdh;
	int error, nprd, slot = xfer->c_slot;

	if (!ahci_usable(chp))
		return ENXIO;
	error = ahci_dma_load(chp, slot, data, len, op, &nprd);
	if (error)
		return error;
	AHCI_CMDTBL_SYNC(sc, achp, slot, BUS_DMASYNC_PREWRITE);
	cmdh = &achp->ahcic_cmdh[slot];
	AHCI_CMDH_SYNC(sc, achp, slot,
	    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	cmdh->cmdh_flags = htole16(flags |
	    (len != 0 && op == BUS_DMA_WRITE ? AHCI_CMDH_F_WR : 0) |
	    20 / 4 << AHCI_CMDH_F_CFL_SHIFT);
	cmdh->cmdh_prdtl = htole16(nprd);
	cmdh->cmdh_prdbc = 0;
	cmdh->cmdh_cmdtba = htole64(achp->ahcic_bus_cmd_tbl[slot]);
	AHCI_CMDH_SYNC(sc, achp, slot,
	    BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	achp->ahcic_active |= 1U << slot;
	xfer->c_bcount = (int)len;
	xfer->c_flags &= ~C_TIMEOU;
	if ((xfer->c_flags & C_POLL) == 0)
		ata_deadline(xfer, ms);
	else
		achp->ahcic_polled = slot;
	/* From here on the command is the adapter's. */
	if ((xfer->c_flags & C_NCQ) != 0)
		AHCI_WRITE(sc, AHCI_P_SACT(chp->ch_channel), 1U << slot);
	AHCI_WRITE(sc, AHCI_P_CI(chp->ch_channel), 1U << slot);
	return 0;
}

/* Whether xfer, which may be anything by now, is active.  Locked. */
bool
ahci_active(struct ata_channel *chp, const struct ata_xfer *xfer)
{
	const struct ata_xfer *x;

	ata_channel_lock_owned(chp);
	TAILQ_FOREACH(x, &chp->ch_queue->active_xfers, c_activechain) {
		if (x == xfer)
			return true;
	}
	return false;
}

/* Takes a slot away from the hardware: whose it was, for one caller.  Locked. */
struct ata_xfer *
ahci_claim(struct ata_channel *chp, int slot)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);

	ata_channel_lock_owned(chp);
	if (slot < 0 || (achp->ahcic_active & (1U << slot)) == 0)
		return NULL;
	achp->ahcic_active &= ~(1U << slot);
	return ata_queue_hwslot_to_xfer(chp, slot);
}

/*
 * The claimed slot's data are the kernel's again, the slot is free.  Returns
 * how many bytes the adapter says it moved, at most one more than it was asked
 * for, which is a lie.
 */
size_t
ahci_retire(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	const size_t len = (size_t)xfer->c_bcount;
	bus_dmamap_t map;
	int slot = xfer->c_slot;
	bool loaded, write;
	size_t moved;

	AHCI_CMDH_SYNC(sc, achp, slot,
	    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	moved = le32toh(achp->ahcic_cmdh[slot].cmdh_prdbc);
	/* Nobody counts the bytes of queued commands. */
	if ((xfer->c_flags & C_NCQ) != 0)
		moved = len;
	ata_channel_lock(chp);
	write = (achp->ahcic_writes & (1U << slot)) != 0;
	loaded = (achp->ahcic_loaded & (1U << slot)) != 0;
	achp->ahcic_loaded &= ~(1U << slot);
	ata_channel_unlock(chp);
	if (loaded) {
		map = achp->ahcic_datad[slot];
		if (achp->ahcic_bounce[slot] != NULL && moved == len + 1)
			moved = len;
		bus_dmamap_sync(sc->sc_dmat, map, 0, map->dm_mapsize,
		    write ? BUS_DMASYNC_POSTWRITE : BUS_DMASYNC_POSTREAD);
		bus_dmamap_unload(sc->sc_dmat, map);
		if (achp->ahcic_bounce[slot] != NULL && !write)
			memcpy(xfer->c_databuf, achp->ahcic_bounce[slot],
			    MIN(moved, len));
		ahci_dma_undo(achp, slot);
	}
	ata_deactivate_xfer(chp, xfer);
	return MIN(moved, len + 1);
}

/* The reason of c_kill_xfer(). */
enum ahci_end
ahci_reason(int reason)
{

	switch (reason) {
	case KILL_RESET:
		return AHCI_END_RESET;
	case KILL_REQUEUE:
		return AHCI_END_REQUEUE;
	default:
		return AHCI_END_GONE;
	}
}

/*
 * Interrupts.
 */

/* The slots that the hardware or the device still has. */
static uint32_t
ahci_port_busy(struct ahci_softc *sc, struct ata_channel *chp)
{
	uint32_t busy = AHCI_READ(sc, AHCI_P_CI(chp->ch_channel));

	if ((chp->ch_flags & ATACH_NCQ) != 0)
		busy |= AHCI_READ(sc, AHCI_P_SACT(chp->ch_channel));
	return busy;
}

/*
 * What became of the port's commands: ends those that the hardware has.  is are
 * the port's interrupts, which have been acknowledged.
 */
static void
ahci_port_work(struct ahci_softc *sc, struct ata_channel *chp, uint32_t is,
    int flags)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);
	struct ata_xfer *xfers[AHCI_MAX_CMDS];
	int i, n = 0, p = chp->ch_channel;
	uint32_t done, tfd;

	ata_channel_lock(chp);
	/* Nothing is active there, and nothing is to be recovered. */
	if (achp->ahcic_broken) {
		ata_channel_unlock(chp);
		return;
	}
	if ((chp->ch_flags & (ATACH_RECOVERING | ATACH_TH_RECOVERY)) != 0) {
		/* The thread will see. */
		achp->ahcic_missed |= is;
		ata_channel_unlock(chp);
		return;
	}
	tfd = AHCI_READ(sc, AHCI_P_TFD(p));
	if ((is & (AHCI_P_IX_FATAL | AHCI_P_IX_LINK)) != 0) {
		ata_thread_run(chp, flags, ATACH_TH_RECOVERY,
		    ATACH_ERR_ST(AHCI_TFD_ERR(tfd), AHCI_TFD_ST(tfd)));
		ata_channel_unlock(chp);
		return;
	}
	done = achp->ahcic_active & ~ahci_port_busy(sc, chp);
	/* The task file may be that of the next queued command. */
	if ((chp->ch_flags & ATACH_NCQ) != 0)
		tfd = WDCS_DRDY;
	/* All at once: a slot is somebody else's as soon as the lock is let go. */
	for (; done != 0; done &= done - 1) {
		xfers[n] = ahci_claim(chp, ffs((int)done) - 1);
		if (xfers[n] != NULL)
			n++;
	}
	ata_channel_unlock(chp);
	for (i = 0; i < n; i++)
		ahci_xfer_finish(chp, xfers[i], AHCI_END_TFD,
		    ATACH_ERR_ST(AHCI_TFD_ERR(tfd), AHCI_TFD_ST(tfd)));
}

/* Ends what has a slot, if anything has. */
static void
ahci_end_slot(struct ata_channel *chp, int slot, enum ahci_end how, int tfd)
{
	struct ata_xfer *xfer;

	ata_channel_lock(chp);
	xfer = ahci_claim(chp, slot);
	ata_channel_unlock(chp);
	if (xfer != NULL)
		ahci_xfer_finish(chp, xfer, how, tfd);
}

int
ahci_intr_port(void *v)
{
	struct ahci_channel *achp = v;
	struct ata_channel *chp = &achp->ata_channel;
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	int p = chp->ch_channel;
	uint32_t is;

	is = AHCI_READ(sc, AHCI_P_IS(p));
	if (is == 0)
		return 0;
	if (is == 0xffffffff && !ahci_alive(sc))
		return 1;
	/* The link's bits fall with their causes. */
	if ((is & AHCI_P_IX_LINK) != 0)
		AHCI_WRITE(sc, AHCI_P_SERR(p), AHCI_READ(sc, AHCI_P_SERR(p)));
	AHCI_WRITE(sc, AHCI_P_IS(p), is);
	ahci_port_work(sc, chp, is, 0);
	return 1;
}

int
ahci_intr(void *v)
{
	struct ahci_softc *sc = v;
	struct ahci_channel *achp;
	uint32_t is, ports;
	bool broken;
	int i, rv = 0;

	if (ahci_gone(sc))
		return 0;
	is = AHCI_READ(sc, AHCI_IS);
	if (is == 0)
		return 0;
	if (is == 0xffffffff && !ahci_alive(sc))
		return 1;
	/* Of a broken port nobody wants to hear any more. */
	ports = is & sc->sc_ahci_ports;
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		achp = &sc->sc_channels[i];
		if ((ports & (1U << i)) == 0 ||
		    !atomic_load_acquire(&achp->ata_channel.ch_attached))
			continue;
		ata_channel_lock(&achp->ata_channel);
		broken = achp->ahcic_broken;
		ata_channel_unlock(&achp->ata_channel);
		if (!broken)
			rv |= ahci_intr_port(achp);
	}
	AHCI_WRITE(sc, AHCI_IS, is);
	return rv;
}

/*
 * c_poll of the log page that tells a recovery what has failed.  The port is
 * stopped if this fails, too.
 */
static int
ahci_poll_log(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	int i, p = chp->ch_channel, slot = xfer->c_slot;
	uint32_t ci, is = 0, tfd;

	for (i = 0; i < 1000 && ahci_alive(sc); i++) {
		is = AHCI_READ(sc, AHCI_P_IS(p));
		ci = AHCI_READ(sc, AHCI_P_CI(p));
		tfd = AHCI_READ(sc, AHCI_P_TFD(p));
		if ((is & (AHCI_P_IX_FATAL | AHCI_P_IX_LINK)) != 0)
			break;
		if ((ci & (1U << slot)) == 0) {
			AHCI_WRITE(sc, AHCI_P_IS(p), is);
			ahci_end_slot(chp, slot, AHCI_END_TFD, ATACH_ERR_ST(
			    AHCI_TFD_ERR(tfd), AHCI_TFD_ST(tfd)));
			return ATAPOLL_DONE;
		}
		delay(1000);
	}
	ata_channel_lock(chp);
	(void)ahci_port_stop(sc, chp, false, AT_POLL);
	ata_channel_unlock(chp);
	ahci_end_slot(chp, slot, AHCI_END_RESET, 0);
	return ATAPOLL_DONE;
}

/* c_poll of any transfer: looks until it is over. */
int
ahci_poll(struct ata_channel *chp, struct ata_xfer *xfer)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int i, p = chp->ch_channel, slot = achp->ahcic_polled;
	uint32_t is, active;

	if (xfer == &chp->recovery_xfer)
		return ahci_poll_log(chp, xfer);
	/* The transfer is over, and may be anything, once it is not active. */
	for (i = 0; i < 10000; i++) {
		is = AHCI_READ(sc, AHCI_P_IS(p));
		if (is == 0xffffffff && !ahci_alive(sc))
			break;
		AHCI_WRITE(sc, AHCI_P_IS(p), is);
		ahci_port_work(sc, chp, is, AT_POLL);
		ata_channel_lock(chp);
		active = achp->ahcic_active;
		ata_channel_unlock(chp);
		if ((active & (1U << slot)) == 0)
			return ATAPOLL_DONE;
		delay(i < 100 ? 100 : 1000);
	}
	ata_channel_lock(chp);
	if (ahci_active(chp, xfer) && xfer->c_slot == slot) {
		xfer->c_flags |= C_TIMEOU;
		ata_thread_run(chp, AT_POLL, ATACH_TH_RECOVERY, 0);
	}
	ata_channel_unlock(chp);
	return ATAPOLL_DONE;
}

/*
 * Recovery, by the channel's thread or by who polls; locked.
 */

/*
 * Ends the command of a stopped port; done: the hardware had finished it.  Of
 * queued ones the culprit, if there is one, gets the blame.
 */
static void
ahci_recover_slot(struct ata_channel *chp, int slot, bool queued, int culprit,
    bool done, uint32_t tfd, bool gone)
{
	const bool failed = queued ? slot == culprit :
	    (ATACH_ST(tfd) & (WDCS_ERR | WDCS_DWF)) != 0;
	struct ata_xfer *xfer = ahci_claim(chp, slot);
	enum ahci_end how;

	if (xfer == NULL)
		return;
	if (done || (!gone && failed))
		how = AHCI_END_TFD;
	else if (gone)
		how = AHCI_END_GONE;
	else if ((xfer->c_flags & C_TIMEOU) != 0)
		how = AHCI_END_TIMEOUT;
	else
		how = culprit != -1 ? AHCI_END_REQUEUE : AHCI_END_RESET;
	ata_channel_unlock(chp);
	ahci_xfer_finish(chp, xfer, how,
	    queued && !failed ? WDCS_DRDY : (int)tfd);
	ata_channel_lock(chp);
}

/* Ends what waits for a drive that is not there. */
static void
ahci_kill_waiting(struct ata_channel *chp)
{
	struct ata_queue *chq = chp->ch_queue;
	struct ata_xfer *xfer;

	while ((xfer = SIMPLEQ_FIRST(&chq->queue_xfer)) != NULL) {
		SIMPLEQ_REMOVE_HEAD(&chq->queue_xfer, c_xferchain);
		ata_channel_unlock(chp);
		(*xfer->ops->c_kill_xfer)(chp, xfer, KILL_GONE_INACTIVE);
		ata_channel_lock(chp);
	}
}

/* A port that is hurt again and again is given up. */
static void
ahci_storm(struct ahci_softc *sc, struct ata_channel *chp)
{
	struct ahci_channel *achp = AHCI_ACHP(chp);
	u_int now = (u_int)getticks();

	if (now - (u_int)achp->ahcic_storm_start >
	    (u_int)(AHCI_STORM_TIME * hz)) {
		achp->ahcic_storm_start = (int)now;
		achp->ahcic_storm = 0;
	}
	if (++achp->ahcic_storm < AHCI_STORM || achp->ahcic_broken)
		return;
	achp->ahcic_broken = true;
	aprint_error_dev(sc->sc_atac.atac_dev, "port %d: %d recoveries within "
	    "%d seconds; broken\n", chp->ch_channel, AHCI_STORM,
	    AHCI_STORM_TIME);
}

/*
 * A queued command has failed; the port is started.  Its slot and, in *tfdp,
 * its end as the drive tells it; -1 when that makes no sense, and the port has
 * to be reset.  Locked; lets go meanwhile.
 */
static int
ahci_failed_slot(struct ata_channel *chp, uint32_t failed, uint32_t *tfdp)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	uint8_t slot, status, err;
	int error;

	/* They are nobody's while the log page has the port. */
	achp->ahcic_active &= ~failed;
	ata_channel_unlock(chp);
	error = ata_read_log_ext_ncq(&chp->ch_drive[0], AT_POLL, &slot, &status,
	    &err);
	ata_channel_lock(chp);
	achp->ahcic_active |= failed;
	if (error == 0 && (failed & (1U << slot)) != 0) {
		*tfdp = (uint32_t)ATACH_ERR_ST(err, status);
		return slot;
	}
	aprint_error_dev(sc->sc_atac.atac_dev, "port %d: of slots %#x the "
	    "drive does not say which has failed, error %d, slot %u\n",
	    chp->ch_channel, failed, error, error == 0 ? slot : 0);
	return -1;
}

static void
ahci_recover(struct ata_channel *chp, int flags, uint32_t tfd, bool reset)
{
	struct ahci_softc *sc = AHCI_CH2SC(chp);
	struct ahci_channel *achp = AHCI_ACHP(chp);
	int culprit = -1, error, p = chp->ch_channel, slot;
	uint32_t active, busy, now, ssts;
	bool gone, hadlink = achp->ahcic_running;
	bool queued = (chp->ch_flags & ATACH_NCQ) != 0;

	AHCI_WRITE(sc, AHCI_P_IE(p), 0);
	ahci_storm(sc, chp);
	active = achp->ahcic_active;
	busy = ahci_port_busy(sc, chp);
	now = AHCI_READ(sc, AHCI_P_TFD(p));
	ssts = AHCI_READ(sc, AHCI_P_SSTS(p));
	gone = !ahci_alive(sc) ||
	    (ssts & SStatus_DET_mask) != SStatus_DET_DEV;
	if (tfd == 0)
		tfd = (uint32_t)ATACH_ERR_ST(AHCI_TFD_ERR(now),
		    AHCI_TFD_ST(now));
	if (active == 0 && hadlink && !gone && !reset && !achp->ahcic_broken &&
	    (AHCI_TFD_ST(now) & (WDCS_BSY | WDCS_DRQ)) == 0) {
		/* Nothing was hurt. */
		ahci_port_clear(sc, p);
		AHCI_WRITE(sc, AHCI_P_IE(p), AHCI_P_IX_USED);
		return;
	}
	error = ahci_port_stop(sc, chp, false, flags);
	if (error == ENXIO)
		gone = true;
	if (error == 0 && !gone && hadlink &&
	    (reset || (AHCI_TFD_ST(now) & (WDCS_BSY | WDCS_DRQ)) != 0)) {
		error = ahci_port_reset(sc, chp, flags);
		if (error == ENXIO)
			gone = true;
		else if (error)
			achp->ahcic_broken = true;
	}
	if (error == 0 && !gone && hadlink && !achp->ahcic_broken)
		ahci_port_start(sc, chp);
	/* Of queued commands one has failed; that and no other is at fault. */
	if (queued && !reset && (active & busy) != 0 && achp->ahcic_running &&
	    (ATACH_ST(tfd) & WDCS_ERR) != 0 &&
	    (AHCI_TFD_ST(now) & (WDCS_BSY | WDCS_DRQ)) == 0) {
		culprit = ahci_failed_slot(chp, active & busy, &tfd);
		if (culprit == -1) {
			error = ahci_port_stop(sc, chp, false, flags);
			if (error == 0)
				error = ahci_port_reset(sc, chp, flags);
			if (error == 0)
				ahci_port_start(sc, chp);
			else if (error == ENXIO)
				gone = true;
			else
				achp->ahcic_broken = true;
		}
	}
	/* The port does not touch memory now, or never will again. */
	for (slot = 0; slot < sc->sc_ncmds; slot++) {
		if ((active & (1U << slot)) != 0)
			ahci_recover_slot(chp, slot, queued, culprit,
			    (busy & (1U << slot)) == 0 && !gone, tfd,
			    gone || achp->ahcic_broken);
	}
	if (gone || achp->ahcic_broken) {
		if (chp->ch_ndrives != 0)
			chp->ch_drive[0].drive_type = ATA_DRIVET_NONE;
		ahci_kill_waiting(chp);
		/* A link that comes back is heard of; a broken port is not. */
		if (!ahci_gone(sc) && !achp->ahcic_broken) {
			ahci_port_clear(sc, p);
			AHCI_WRITE(sc, AHCI_P_IE(p), AHCI_P_IX_LINK);
		}
		ata_thread_run(chp, 0, ATACH_TH_RESCAN, 0);
	} else if (!hadlink) {
		/* Somebody is new. */
		ahci_port_clear(sc, p);
		ata_thread_run(chp, 0, ATACH_TH_RESCAN, 0);
	}
}

void
ahci_recovery(struct ata_channel *chp, int flags, uint32_t tfd)
{

	ata_channel_lock_owned(chp);
	ahci_port_take(chp, flags);
	ahci_recover(chp, flags, tfd, false);
	ahci_port_give(chp);
}

void
ahci_reset_channel(struct ata_channel *chp, int flags)
{

	ata_channel_lock_owned(chp);
	ahci_port_take(chp, flags);
	ahci_recover(chp, flags, 0, true);
	ahci_port_give(chp);
}

void
ahci_reset_drive(struct ata_drive_datas *drvp, int flags, uint32_t *sigp)
{
	struct ata_channel *chp = drvp->chnl_softc;

	ahci_reset_channel(chp, flags);
	if (sigp != NULL)
		*sigp = AHCI_READ(AHCI_CH2SC(chp), AHCI_P_SIG(chp->ch_channel));
}

/*
 * Attach.
 */

/* Resets the adapter and makes it speak AHCI. */
static int
ahci_reset(struct ahci_softc *sc)
{
	int i;

	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE);
	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE | AHCI_GHC_HR);
	for (i = 0; (AHCI_READ(sc, AHCI_GHC) & AHCI_GHC_HR) != 0; i++) {
		if (i >= 1000 || !ahci_alive(sc)) {
			aprint_error_dev(sc->sc_atac.atac_dev,
			    "reset does not end\n");
			return EIO;
		}
		delay(1000);
	}
	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE);
	return 0;
}

/* Undoes any prefix of ahci_port_attach(); the port is stopped. */
static void
ahci_port_free(struct ahci_softc *sc, struct ahci_channel *achp)
{
	int i;

	for (i = 0; i < sc->sc_ncmds; i++) {
		if (achp->ahcic_datad[i] != NULL)
			bus_dmamap_destroy(sc->sc_dmat, achp->ahcic_datad[i]);
		achp->ahcic_datad[i] = NULL;
	}
	if (achp->ahcic_cmd_tbld != NULL) {
		if (achp->ahcic_cmd_tbld->dm_nsegs != 0)
			bus_dmamap_unload(sc->sc_dmat, achp->ahcic_cmd_tbld);
		bus_dmamap_destroy(sc->sc_dmat, achp->ahcic_cmd_tbld);
	}
	achp->ahcic_cmd_tbld = NULL;
	if (achp->ahcic_tbl_kva != NULL)
		bus_dmamem_unmap(sc->sc_dmat, achp->ahcic_tbl_kva,
		    AHCI_CMDTBL_SIZE * sc->sc_ncmds);
	achp->ahcic_tbl_kva = NULL;
	if (achp->ahcic_cmd_tbl_nseg != 0)
		bus_dmamem_free(sc->sc_dmat, &achp->ahcic_cmd_tbl_seg,
		    achp->ahcic_cmd_tbl_nseg);
	achp->ahcic_cmd_tbl_nseg = 0;
	if (achp->ata_channel.ch_queue != NULL)
		ata_queue_free(achp->ata_channel.ch_queue);
	achp->ata_channel.ch_queue = NULL;
}

/* Memory of a port, and where it is: the index'th that there is. */
static int
ahci_port_attach(struct ahci_softc *sc, int p, int index, int nports)
{
	struct ahci_channel *achp = &sc->sc_channels[p];
	struct ata_channel *chp = &achp->ata_channel;
	const size_t size = AHCI_CMDTBL_SIZE * sc->sc_ncmds;
	bus_addr_t base = sc->sc_cmd_hdrd->dm_segs[0].ds_addr;
	int i;

	chp->ch_channel = p;
	chp->ch_atac = &sc->sc_atac;
	chp->ch_flags = ATACH_DETACHED;
	chp->ch_queue = ata_queue_alloc(sc->sc_ncmds);
	if (bus_space_subregion(sc->sc_ahcit, sc->sc_ahcih, AHCI_P_SCTL(p), 4,
	    &achp->ahcic_scontrol) != 0 ||
	    bus_space_subregion(sc->sc_ahcit, sc->sc_ahcih, AHCI_P_SSTS(p), 4,
	    &achp->ahcic_sstatus) != 0 ||
	    bus_space_subregion(sc->sc_ahcit, sc->sc_ahcih, AHCI_P_SERR(p), 4,
	    &achp->ahcic_serror) != 0)
		goto fail;
	achp->ahcic_cmdh = (struct ahci_cmd_header *)
	    ((char *)sc->sc_cmd_hdr + AHCI_CMDH_SIZE * index);
	achp->ahcic_bus_cmdh = base + AHCI_CMDH_SIZE * index;
	achp->ahcic_rfis = (struct ahci_r_fis *)((char *)sc->sc_cmd_hdr +
	    AHCI_CMDH_SIZE * nports + AHCI_RFIS_SIZE * index);
	achp->ahcic_bus_rfis = base + AHCI_CMDH_SIZE * nports +
	    AHCI_RFIS_SIZE * index;

	if (bus_dmamem_alloc(sc->sc_dmat, size, AHCI_CMDTBL_ALIGN + 1, 0,
	    &achp->ahcic_cmd_tbl_seg, 1, &achp->ahcic_cmd_tbl_nseg,
	    BUS_DMA_WAITOK) != 0) {
		achp->ahcic_cmd_tbl_nseg = 0;
		goto fail;
	}
	if (bus_dmamem_map(sc->sc_dmat, &achp->ahcic_cmd_tbl_seg, 1, size,
	    &achp->ahcic_tbl_kva, BUS_DMA_WAITOK | BUS_DMA_COHERENT) != 0) {
		achp->ahcic_tbl_kva = NULL;
		goto fail;
	}
	memset(achp->ahcic_tbl_kva, 0, size);
	if (bus_dmamap_create(sc->sc_dmat, size, 1, size, 0, BUS_DMA_WAITOK,
	    &achp->ahcic_cmd_tbld) != 0) {
		achp->ahcic_cmd_tbld = NULL;
		goto fail;
	}
	if (bus_dmamap_load(sc->sc_dmat, achp->ahcic_cmd_tbld,
	    achp->ahcic_tbl_kva, size, NULL, BUS_DMA_WAITOK) != 0)
		goto fail;
	for (i = 0; i < sc->sc_ncmds; i++) {
		achp->ahcic_cmd_tbl[i] = (struct ahci_cmd_tbl *)
		    ((char *)achp->ahcic_tbl_kva + AHCI_CMDTBL_SIZE * i);
		achp->ahcic_bus_cmd_tbl[i] =
		    achp->ahcic_cmd_tbld->dm_segs[0].ds_addr +
		    AHCI_CMDTBL_SIZE * i;
		AHCI_CMDTBL_SYNC(sc, achp, i, BUS_DMASYNC_PREWRITE);
		if (bus_dmamap_create(sc->sc_dmat, MAXPHYS, AHCI_NPRD, 0x400000,
		    0, BUS_DMA_WAITOK | BUS_DMA_ALLOCNOW,
		    &achp->ahcic_datad[i]) != 0) {
			achp->ahcic_datad[i] = NULL;
			goto fail;
		}
	}
	AHCI_WRITE(sc, AHCI_P_IE(p), 0);
	AHCI_WRITE(sc, AHCI_P_CLB(p), (uint32_t)achp->ahcic_bus_cmdh);
	AHCI_WRITE(sc, AHCI_P_CLBU(p),
	    (uint32_t)((uint64_t)achp->ahcic_bus_cmdh >> 32));
	AHCI_WRITE(sc, AHCI_P_FB(p), (uint32_t)achp->ahcic_bus_rfis);
	AHCI_WRITE(sc, AHCI_P_FBU(p),
	    (uint32_t)((uint64_t)achp->ahcic_bus_rfis >> 32));
	return 0;
fail:
	aprint_error_dev(sc->sc_atac.atac_dev, "no memory for port %d\n", p);
	ahci_port_free(sc, achp);
	return ENOMEM;
}

/* Command lists and frames of n ports. */
static int
ahci_alloc_lists(struct ahci_softc *sc, int n)
{
	const size_t size = (AHCI_CMDH_SIZE + AHCI_RFIS_SIZE) * n;

	if (bus_dmamem_alloc(sc->sc_dmat, size, PAGE_SIZE, 0,
	    &sc->sc_cmd_hdr_seg, 1, &sc->sc_cmd_hdr_nseg, BUS_DMA_WAITOK) !=
	    0) {
		sc->sc_cmd_hdr_nseg = 0;
		return ENOMEM;
	}
	if (bus_dmamem_map(sc->sc_dmat, &sc->sc_cmd_hdr_seg, 1, size,
	    &sc->sc_cmd_hdr, BUS_DMA_WAITOK | BUS_DMA_COHERENT) != 0) {
		sc->sc_cmd_hdr = NULL;
		return ENOMEM;
	}
	memset(sc->sc_cmd_hdr, 0, size);
	if (bus_dmamap_create(sc->sc_dmat, size, 1, size, 0, BUS_DMA_WAITOK,
	    &sc->sc_cmd_hdrd) != 0) {
		sc->sc_cmd_hdrd = NULL;
		return ENOMEM;
	}
	if (bus_dmamap_load(sc->sc_dmat, sc->sc_cmd_hdrd, sc->sc_cmd_hdr, size,
	    NULL, BUS_DMA_WAITOK) != 0)
		return ENOMEM;
	bus_dmamap_sync(sc->sc_dmat, sc->sc_cmd_hdrd, 0, size,
	    BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	return 0;
}

static void
ahci_free_lists(struct ahci_softc *sc)
{
	const size_t size = sc->sc_cmd_hdr_nseg != 0 ?
	    (AHCI_CMDH_SIZE + AHCI_RFIS_SIZE) * sc->sc_atac.atac_nchannels : 0;

	if (sc->sc_cmd_hdrd != NULL) {
		if (sc->sc_cmd_hdrd->dm_nsegs != 0) {
			bus_dmamap_sync(sc->sc_dmat, sc->sc_cmd_hdrd, 0, size,
			    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
			bus_dmamap_unload(sc->sc_dmat, sc->sc_cmd_hdrd);
		}
		bus_dmamap_destroy(sc->sc_dmat, sc->sc_cmd_hdrd);
	}
	sc->sc_cmd_hdrd = NULL;
	if (sc->sc_cmd_hdr != NULL)
		bus_dmamem_unmap(sc->sc_dmat, sc->sc_cmd_hdr, size);
	sc->sc_cmd_hdr = NULL;
	if (sc->sc_cmd_hdr_nseg != 0)
		bus_dmamem_free(sc->sc_dmat, &sc->sc_cmd_hdr_seg, 1);
	sc->sc_cmd_hdr_nseg = 0;
}

void
ahci_attach(struct ahci_softc *sc)
{
	device_t self = sc->sc_atac.atac_dev;
	uint32_t ports, vs;
	int i, n;

	sc->sc_ahci_cap = AHCI_READ(sc, AHCI_CAP);
	ports = AHCI_READ(sc, AHCI_PI);
	vs = AHCI_READ(sc, AHCI_VS);
	if (sc->sc_save_init_data) {
		sc->sc_init_data.cap = sc->sc_ahci_cap;
		sc->sc_init_data.ports = ports;
	}
	if (sc->sc_ahci_cap == 0xffffffff && vs == 0xffffffff) {
		aprint_error_dev(self, "no registers\n");
		sc->sc_gone = 1;
		return;
	}
	if (ahci_reset(sc) != 0)
		return;
	/* No port outside of the registers. */
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		if ((ports & (1U << i)) != 0 &&
		    sc->sc_ahcis < AHCI_P_CLB(i + 1)) {
			aprint_error_dev(self, "port %d in %ju bytes of "
			    "registers\n", i, (uintmax_t)sc->sc_ahcis);
			ports &= ~(1U << i);
		}
	}
	n = popcount32(ports);
	if (n == 0) {
		aprint_error_dev(self, "no ports\n");
		return;
	}
	aprint_normal_dev(self, "AHCI %u.%u, %d ports, capabilities %#x\n",
	    AHCI_VS_MJR(vs), AHCI_VS_MNR(vs), n, sc->sc_ahci_cap);

	sc->sc_ncmds = 1;
	sc->sc_atac.atac_cap = ATAC_CAP_DATA16 | ATAC_CAP_DMA |
	    ATAC_CAP_UDMA | sc->sc_atac_capflags;
	if ((sc->sc_ahci_cap & AHCI_CAP_NCQ) != 0 &&
	    (sc->sc_ahci_quirks & AHCI_QUIRK_BADNCQ) == 0 &&
	    (sc->sc_ahci_cap & AHCI_CAP_NCS) != 0) {
		sc->sc_ncmds = (int)__SHIFTOUT(sc->sc_ahci_cap, AHCI_CAP_NCS) + 1;
		sc->sc_atac.atac_cap |= ATAC_CAP_NCQ;
	}
	sc->sc_atac.atac_pio_cap = 4;
	sc->sc_atac.atac_dma_cap = 2;
	sc->sc_atac.atac_udma_cap = 6;
	sc->sc_atac.atac_channels = sc->sc_chanarray;
	sc->sc_atac.atac_nchannels = n;
	sc->sc_atac.atac_probe = ahci_probe_drive;
	sc->sc_atac.atac_bustype_ata = &ahci_ata_bustype;
	sc->sc_atac.atac_set_modes = ahci_setup_channel;
	sc->sc_atac.atac_atapibus_attach = ahci_atapibus_attach;

	sc->sc_attached = true;
	if (ahci_alloc_lists(sc, n) != 0) {
		aprint_error_dev(self, "no memory for command lists\n");
		return;
	}
	for (i = n = 0; i < AHCI_MAX_PORTS; i++) {
		if ((ports & (1U << i)) == 0)
			continue;
		if (ahci_port_attach(sc, i, n,
		    sc->sc_atac.atac_nchannels) != 0)
			continue;
		sc->sc_chanarray[n++] = &sc->sc_channels[i].ata_channel;
		sc->sc_ahci_ports |= 1U << i;
	}
	AHCI_WRITE(sc, AHCI_IS, AHCI_READ(sc, AHCI_IS));
	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE | AHCI_GHC_IE);
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		if ((sc->sc_ahci_ports & (1U << i)) == 0)
			continue;
		if (sc->sc_intr_establish != NULL &&
		    (*sc->sc_intr_establish)(sc, i) != 0)
			continue;
		ata_channel_attach(&sc->sc_channels[i].ata_channel);
	}
}

/* A child has gone: atabus of a port. */
void
ahci_childdetached(struct ahci_softc *sc, device_t child)
{
	int i;

	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		if (sc->sc_channels[i].ata_channel.atabus == child)
			sc->sc_channels[i].ata_channel.atabus = NULL;
	}
}

/* Ends all that a port has and will get. */
static void
ahci_port_kill(struct ahci_softc *sc, struct ata_channel *chp)
{

	ata_channel_lock(chp);
	ahci_port_take(chp, AT_WAIT);
	AHCI_WRITE(sc, AHCI_P_IE(chp->ch_channel), 0);
	(void)ahci_port_stop(sc, chp, false, AT_WAIT);
	AHCI_ACHP(chp)->ahcic_broken = true;
	ata_kill_active(chp, KILL_GONE, AT_WAIT);
	ahci_kill_waiting(chp);
	ahci_port_give(chp);
	ata_channel_unlock(chp);
}

int
ahci_detach(struct ahci_softc *sc, int flags)
{
	struct ata_channel *chp;
	bool force, stuck = false;
	int error, i;

	if (!sc->sc_attached)
		return 0;
	force = (flags & DETACH_FORCE) != 0 || !ahci_alive(sc);
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		chp = &sc->sc_channels[i].ata_channel;
		if ((sc->sc_ahci_ports & (1U << i)) == 0 ||
		    (chp->ch_flags & ATACH_DETACHED) != 0)
			continue;
		if (force)
			ahci_port_kill(sc, chp);
		if (chp->atabus != NULL) {
			error = config_detach(chp->atabus, flags);
			if (error)
				return error;
		}
	}
	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE);
	/* A handler may still be on its way out of a channel. */
	if (sc->sc_intr_quiesce != NULL)
		(*sc->sc_intr_quiesce)(sc);
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		chp = &sc->sc_channels[i].ata_channel;
		if ((sc->sc_ahci_ports & (1U << i)) == 0)
			continue;
		if ((chp->ch_flags & ATACH_DETACHED) == 0) {
			AHCI_WRITE(sc, AHCI_P_IE(i), 0);
			/* What is asked of the thread might start the port. */
			ata_rescan_wait(chp);
			ata_channel_lock(chp);
			error = ahci_port_stop(sc, chp, true, AT_WAIT);
			ata_channel_unlock(chp);
			stuck |= error != 0 && error != ENXIO;
			ata_channel_detach(chp);
		}
	}
	/* What does not stop would write to what is freed now. */
	if (stuck)
		(void)ahci_reset(sc);
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		if ((sc->sc_ahci_ports & (1U << i)) != 0)
			ahci_port_free(sc, &sc->sc_channels[i]);
	}
	sc->sc_ahci_ports = 0;
	ahci_free_lists(sc);
	sc->sc_attached = false;
	return 0;
}

/* After a sleep: registers are as after power on. */
void
ahci_resume(struct ahci_softc *sc)
{
	struct ahci_channel *achp;
	struct ata_channel *chp;
	int error, i;

	if (!sc->sc_attached)
		return;
	/* Registers that were read in its sleep said nothing. */
	atomic_store_relaxed(&sc->sc_gone, 0);
	error = ahci_reset(sc);
	for (i = 0; i < AHCI_MAX_PORTS; i++) {
		achp = &sc->sc_channels[i];
		chp = &achp->ata_channel;
		if ((sc->sc_ahci_ports & (1U << i)) == 0 ||
		    (chp->ch_flags & ATACH_DETACHED) != 0)
			continue;
		AHCI_WRITE(sc, AHCI_P_CLB(i), (uint32_t)achp->ahcic_bus_cmdh);
		AHCI_WRITE(sc, AHCI_P_CLBU(i),
		    (uint32_t)((uint64_t)achp->ahcic_bus_cmdh >> 32));
		AHCI_WRITE(sc, AHCI_P_FB(i), (uint32_t)achp->ahcic_bus_rfis);
		AHCI_WRITE(sc, AHCI_P_FBU(i),
		    (uint32_t)((uint64_t)achp->ahcic_bus_rfis >> 32));
		ata_channel_lock(chp);
		/* Without the adapter what waits fails. */
		if (error)
			achp->ahcic_broken = true;
		ahci_reset_channel(chp, AT_WAIT);
		ata_channel_unlock(chp);
	}
	if (error)
		return;
	AHCI_WRITE(sc, AHCI_IS, AHCI_READ(sc, AHCI_IS));
	AHCI_WRITE(sc, AHCI_GHC, AHCI_GHC_AE | AHCI_GHC_IE);
}
