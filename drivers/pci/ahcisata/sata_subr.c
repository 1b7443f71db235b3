/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Serial ATA: interfaces and frame information structures.  Serial ATA 3.0,
 * sections 10.3 and 14.1.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disklabel.h>
#include <sys/bus.h>

#include "ata_impl.h"

#include <dev/ata/satafisreg.h>
#include <dev/ata/satafisvar.h>
#include <dev/ata/satareg.h>
#include <dev/ata/satavar.h>

const char *
sata_speed(uint32_t sstatus)
{
	static const char *const speeds[] = {
		"no speed", "1.5Gb/s", "3.0Gb/s", "6.0Gb/s"
	};
	uint32_t spd = (sstatus & SStatus_SPD_mask) >> SStatus_SPD_shift;

	return spd < __arraycount(speeds) ? speeds[spd] : "unknown speed";
}

uint32_t
sata_reset_interface(struct ata_channel *chp, bus_space_tag_t t,
    bus_space_handle_t scontrol, bus_space_handle_t sstatus, int flags)
{
	uint32_t st;
	int i;

	ata_channel_lock_owned(chp);
	bus_space_write_4(t, scontrol, 0, SControl_IPM_NONE |
	    SControl_SPD_ANY | SControl_DET_INIT);
	/* The reset lasts as long as it is asked for, a millisecond at least. */
	ata_delay(chp, 2, "sataup", flags);
	bus_space_write_4(t, scontrol, 0, SControl_IPM_NONE |
	    SControl_SPD_ANY | SControl_DET_NONE);
	for (i = 0;; i++) {
		st = bus_space_read_4(t, sstatus, 0);
		if (st == 0xffffffff ||
		    (st & SStatus_DET_mask) == SStatus_DET_DEV)
			break;
		/* Nothing answers within 10 ms, or a device within a second. */
		if (i >= 10 && (st & SStatus_DET_mask) != SStatus_DET_DEV_NE)
			break;
		if (i >= 110)
			break;
		ata_delay(chp, i < 10 ? 1 : 10, "sataup", flags);
	}
	return st & SStatus_DET_mask;
}

/* ATA8-ACS, table 206: what devices leave in their registers. */
void
sata_interpret_sig(struct ata_channel *chp, int port, uint32_t sig)
{
	struct ata_drive_datas *drvp;

	ata_channel_lock_owned(chp);
	if (chp->ch_drive == NULL && atabus_alloc_drives(chp, 1) != 0)
		return;
	if (port >= chp->ch_ndrives)
		return;
	drvp = &chp->ch_drive[port];
	switch (sig & 0xffff0000) {
	case 0x00000000:
		drvp->drive_type = ATA_DRIVET_ATA;
		break;
	case 0xeb140000:
		drvp->drive_type = ATA_DRIVET_ATAPI;
		break;
	default:
		drvp->drive_type = ATA_DRIVET_NONE;
		aprint_normal_dev(chp->atabus, "port %d: signature %#x is no "
		    "disk and no ATAPI device\n", port, sig);
		break;
	}
}

/*
 * Frames.
 */

static void
satafis_rhd_lba(uint8_t *fis, uint64_t lba)
{

	fis[rhd_lba0] = (uint8_t)lba;
	fis[rhd_lba1] = (uint8_t)(lba >> 8);
	fis[rhd_lba2] = (uint8_t)(lba >> 16);
}

static void
satafis_rhd_lba48(uint8_t *fis, uint64_t lba)
{

	satafis_rhd_lba(fis, lba);
	fis[rhd_lba3] = (uint8_t)(lba >> 24);
	fis[rhd_lba4] = (uint8_t)(lba >> 32);
	fis[rhd_lba5] = (uint8_t)(lba >> 40);
}

void
satafis_rhd_construct_cmd(struct ata_command *cmd, uint8_t *fis)
{

	memset(fis, 0, RHD_FISLEN);
	fis[fis_type] = RHD_FISTYPE;
	fis[rhd_cdpmp] = 0x80;
	fis[rhd_command] = cmd->r_command;
	fis[rhd_features] = (uint8_t)cmd->r_features;
	if ((cmd->flags & AT_LBA48) != 0) {
		satafis_rhd_lba48(fis, cmd->r_lba);
		fis[rhd_dh] = cmd->r_device;
		fis[rhd_features_exp] = (uint8_t)(cmd->r_features >> 8);
		fis[rhd_count1] = (uint8_t)(cmd->r_count >> 8);
	} else {
		satafis_rhd_lba(fis, cmd->r_lba);
		fis[rhd_dh] = cmd->r_device | ((cmd->flags & AT_LBA) != 0 ?
		    (cmd->r_lba >> 24) & 0x0f : 0);
	}
	fis[rhd_count0] = (uint8_t)cmd->r_count;
}

/* Sectors of a transfer: what it says, or those of its bytes. */
static uint16_t
satafis_sectors(struct ata_xfer *xfer)
{
	const struct disklabel *lp = xfer->c_chp->ch_drive[xfer->c_drive].lp;

	if (xfer->c_bio.nblks != 0)
		return (uint16_t)xfer->c_bio.nblks;
	return (uint16_t)(xfer->c_bio.bcount /
	    (lp != NULL && lp->d_secsize != 0 ? lp->d_secsize : ATA_BSIZE));
}

void
satafis_rhd_construct_bio(struct ata_xfer *xfer, uint8_t *fis)
{
	struct ata_bio *bio = &xfer->c_bio;
	bool read = (bio->flags & ATA_READ) != 0;
	uint16_t count = satafis_sectors(xfer), features = 0;
	uint8_t cmd, dev = WDSD_LBA;

	memset(fis, 0, RHD_FISLEN);
	fis[fis_type] = RHD_FISTYPE;
	fis[rhd_cdpmp] = 0x80;
	if ((bio->flags & ATA_LBA48) != 0 || (xfer->c_flags & C_NCQ) != 0) {
		cmd = read ? WDCC_READDMA_EXT :
		    (bio->flags & ATA_FUA) != 0 ? WDCC_WRITEDMA_FUA_EXT :
		    WDCC_WRITEDMA_EXT;
		satafis_rhd_lba48(fis, bio->blkno);
		atacmd_toncq(xfer, &cmd, &count, &features, &dev);
		fis[rhd_features_exp] = (uint8_t)(features >> 8);
		fis[rhd_count1] = (uint8_t)(count >> 8);
	} else {
		cmd = read ? WDCC_READDMA : WDCC_WRITEDMA;
		satafis_rhd_lba(fis, bio->blkno);
		dev |= (bio->blkno >> 24) & 0x0f;
	}
	fis[rhd_command] = cmd;
	fis[rhd_features] = (uint8_t)features;
	fis[rhd_count0] = (uint8_t)count;
	fis[rhd_dh] = dev;
}

void
satafis_rhd_construct_atapi(struct ata_xfer *xfer, uint8_t *fis)
{

	memset(fis, 0, RHD_FISLEN);
	fis[fis_type] = RHD_FISTYPE;
	fis[rhd_cdpmp] = 0x80;
	fis[rhd_command] = ATAPI_PKT_CMD;
	fis[rhd_features] = (xfer->c_flags & C_DMA) != 0 ?
	    ATAPI_PKT_CMD_FTRE_DMA : 0;
	/* The byte count limit of PIO; with DMA nobody looks at it. */
	fis[rhd_lba1] = 0xfe;
	fis[rhd_lba2] = 0xff;
}

int
satafis_rdh_parse(struct ata_channel *chp, const uint8_t *fis)
{

	return ATACH_ERR_ST(fis[rdh_error], fis[rdh_status]);
}

void
satafis_rdh_cmd_readreg(struct ata_command *cmd, const uint8_t *fis)
{

	cmd->r_lba = fis[rdh_lba0] | (uint64_t)fis[rdh_lba1] << 8 |
	    (uint64_t)fis[rdh_lba2] << 16;
	cmd->r_count = fis[rdh_count0];
	if ((cmd->flags & AT_LBA48) != 0) {
		cmd->r_lba |= (uint64_t)fis[rdh_lba3] << 24 |
		    (uint64_t)fis[rdh_lba4] << 32 |
		    (uint64_t)fis[rdh_lba5] << 40;
		cmd->r_count |= (uint16_t)(fis[rdh_count1] << 8);
	} else {
		cmd->r_lba |= (uint64_t)(fis[rdh_dh] & 0x0f) << 24;
	}
	cmd->r_device = fis[rdh_dh];
	cmd->r_error = fis[rdh_error];
	cmd->r_status = fis[rdh_status];
}
