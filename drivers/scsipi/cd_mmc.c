/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Discs that can be written, as struct mmc_discinfo and mmc_trackinfo of
 * <sys/cdio.h> describe them, and what can be done to them.  MMC-5 sections
 * 6.6 (GET CONFIGURATION), 6.22 (READ DISC INFORMATION), 6.27 (READ TRACK
 * INFORMATION), 6.3 (CLOSE TRACK SESSION).
 *
 * Drives that know none of these commands have read-only discs, whose facts
 * come from the table of contents.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cdio.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include <dev/scsipi/scsi_disk.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsipi_cd.h>
#include <dev/scsipi/cdvar.h>

#include "cd_impl.h"
#include "scsipi_impl.h"

#define	MMC_CONF_LEN		1024	/* room for feature descriptors */
#define	MMC_TIMEOUT		30000
#define	MMC_TIMEOUT_LONG	(20 * 60 * 1000)

/* What kind of disc a profile is of. */
static uint16_t
mmc_class(uint16_t profile)
{

	switch (profile) {
	case 0x01: case 0x02:
		return MMC_CLASS_DISC;
	case 0x03: case 0x04: case 0x05:
		return MMC_CLASS_MO;
	case 0x08: case 0x09: case 0x0a:
	case 0x20: case 0x21: case 0x22:
		return MMC_CLASS_CD;
	default:
		if (profile >= 0x10 && profile <= 0x2b)
			return MMC_CLASS_DVD;
		if (profile >= 0x40 && profile <= 0x43)
			return MMC_CLASS_BD;
		return MMC_CLASS_UNKN;
	}
}

/* MMC_CAP_* of a feature; its dependent bytes follow the descriptor. */
static uint64_t
mmc_feature_caps(uint16_t code, const uint8_t *dep, size_t len)
{

	switch (code) {
	case 0x0020:			/* random writable */
		return MMC_CAP_RECORDABLE | MMC_CAP_REWRITABLE;
	case 0x0021:			/* incremental streaming */
		return MMC_CAP_SEQUENTIAL | MMC_CAP_RECORDABLE | MMC_CAP_PACKET;
	case 0x0022:			/* sector erasable */
		return MMC_CAP_ERASABLE;
	case 0x0023:			/* formattable */
		return MMC_CAP_FORMATTABLE;
	case 0x0024:			/* hardware defect management */
		return MMC_CAP_HW_DEFECTFREE;
	case 0x0025:			/* write once */
		return MMC_CAP_RECORDABLE;
	case 0x0026:			/* restricted overwrite */
	case 0x002c:			/* rigid restricted overwrite */
		return MMC_CAP_RECORDABLE | MMC_CAP_REWRITABLE | MMC_CAP_STRICTOVERWRITE;
	case 0x0027:			/* CD-RW CAV */
	case 0x0037:			/* CD-RW media write support */
		return MMC_CAP_REWRITABLE | MMC_CAP_BLANKABLE;
	case 0x0028:			/* Mount Rainier */
		return MMC_CAP_MRW | MMC_CAP_REWRITABLE;
	case 0x002a:			/* DVD+RW */
	case 0x002b:			/* DVD+R */
		return len >= 1 && (dep[0] & 0x01) != 0 ? MMC_CAP_RECORDABLE : 0;
	case 0x002d:			/* CD track at once */
	case 0x002e:			/* CD mastering */
	case 0x002f:			/* DVD-R/-RW write */
		return MMC_CAP_SEQUENTIAL | MMC_CAP_RECORDABLE |
		    (len >= 1 && (dep[0] & 0x40) != 0 ? MMC_CAP_ZEROLINKBLK : 0);
	case 0x0038:			/* BD-R pseudo overwrite */
		return MMC_CAP_PSEUDOOVERWRITE | MMC_CAP_RECORDABLE;
	default:
		return 0;
	}
}

/*
 * Profile and features.  A drive without the command has none of them.
 */
static int
mmc_get_configuration(struct cd_softc *cd, struct mmc_discinfo *di)
{
	struct scsipi_get_configuration cmd;
	uint8_t *buf, *f;
	uint64_t caps;
	size_t have, off, len;
	int error;

	buf = kmem_zalloc(MMC_CONF_LEN, KM_SLEEP);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = GET_CONFIGURATION;
	_lto2b(MMC_CONF_LEN, cmd.data_len);
	error = cd_cmd(cd, &cmd, sizeof(cmd), buf, MMC_CONF_LEN,
	    XS_CTL_DATA_IN | XS_CTL_SILENT, MMC_TIMEOUT);
	if (error != 0)
		goto done;
	di->mmc_profile = (uint16_t)_2btol(&buf[6]);
	have = MIN((size_t)MMC_CONF_LEN, 4 + (size_t)MIN(_4btol(buf), MMC_CONF_LEN));
	for (off = GET_CONF_NO_FEATURES_LEN; off + 4 <= have; off += 4 + len) {
		f = &buf[off];
		len = f[3];
		if (len > have - off - 4)
			break;
		caps = mmc_feature_caps((uint16_t)_2btol(f), f + 4, len);
		di->mmc_cap |= caps;
		if (f[2] & FEATUREFLAG_CURRENT)
			di->mmc_cur |= caps;
	}
done:
	kmem_free(buf, MMC_CONF_LEN);
	return error;
}

/* What a read-only disc has to say, from its table of contents. */
static int
mmc_discinfo_toc(struct cd_softc *cd, struct mmc_discinfo *di)
{
	struct cd_toc toc;
	unsigned n, i;
	int error;

	error = cd_read_toc(cd, 0, CD_LBA_FORMAT, 0, &toc, sizeof(toc), &n, XS_CTL_SILENT);
	if (error != 0)
		return error;
	di->disc_state = MMC_STATE_FULL;
	di->last_session_state = MMC_STATE_FULL;
	di->bg_format_state = MMC_BGFSTATE_COMPLETED;
	di->link_block_penalty = 7;
	di->num_sessions = 1;
	di->first_track = toc.header.first;
	di->first_track_last_session = toc.header.last;
	di->last_track_last_session = toc.header.last;
	di->num_tracks = toc.header.last >= toc.header.first ?
	    (uint16_t)(toc.header.last - toc.header.first + 1) : 0;
	for (i = 0; i < n; i++) {
		if (toc.entries[i].track == 0xaa)
			di->last_possible_lba = be32toh(toc.entries[i].addr.lba);
	}
	/* The last session, if the drive knows of more than one. */
	if (cd_read_toc(cd, 1, CD_LBA_FORMAT, 0, &toc,
	    sizeof(toc.header) + sizeof(toc.entries[0]), &n, XS_CTL_SILENT) == 0 && n > 0) {
		di->num_sessions = MAX(1, toc.header.last);
		di->first_track_last_session = toc.entries[0].track;
	}
	return 0;
}

static int
mmc_getdiscinfo(struct cd_softc *cd, struct mmc_discinfo *di)
{
	struct scsipi_read_discinfo_data data;
	struct scsipi_read_discinfo cmd;
	int error;

	memset(di, 0, sizeof(*di));
	di->mmc_profile = 0x08;
	di->sector_size = cd->params.blksize;
	error = mmc_get_configuration(cd, di);
	if (error != 0 && error != EINVAL)
		return error;
	di->mmc_class = mmc_class(di->mmc_profile);

	memset(&cmd, 0, sizeof(cmd));
	memset(&data, 0, sizeof(data));
	cmd.opcode = READ_DISCINFO;
	_lto2b(READ_DISCINFO_BIGSIZE, cmd.data_len);
	error = cd_cmd(cd, &cmd, sizeof(cmd), &data, READ_DISCINFO_BIGSIZE,
	    XS_CTL_DATA_IN | XS_CTL_SILENT, MMC_TIMEOUT);
	if (error == EINVAL)
		return mmc_discinfo_toc(cd, di);
	if (error != 0)
		return error;

	di->disc_state = data.disc_state & 3;
	di->last_session_state = data.disc_state >> 2 & 3;
	if (data.disc_state & 16)
		di->mmc_cur |= MMC_CAP_BLANKABLE | MMC_CAP_ERASABLE;
	di->bg_format_state = data.disc_state2 & 3;
	di->num_sessions = (uint16_t)(data.num_sessions_msb << 8 | data.num_sessions_lsb);
	di->first_track = data.first_track;
	di->first_track_last_session = (uint16_t)(data.first_track_last_session_msb << 8 |
	    data.first_track_last_session_lsb);
	di->last_track_last_session = (uint16_t)(data.last_track_last_session_msb << 8 |
	    data.last_track_last_session_lsb);
	di->num_tracks = di->last_track_last_session >= di->first_track ?
	    (uint16_t)(di->last_track_last_session - di->first_track + 1) : 0;
	di->last_possible_lba = _4btol(data.last_possible_start_leadout_hmsf);
	if (di->mmc_class == MMC_CLASS_CD) {
		const uint8_t *h = data.last_possible_start_leadout_hmsf;
		uint32_t lba = ((h[0] * 60u + h[1]) * 60u + h[2]) * 75u + h[3];

		di->last_possible_lba = lba >= 150 ? lba - 150 : 0;
	}
	if (data.disc_state2 & 128) {
		di->disc_id = _4btol(data.discid);
		di->disc_flags |= MMC_DFLAGS_DISCIDVALID;
	}
	if (data.disc_state2 & 64) {
		di->disc_barcode = _8btol(data.disc_bar_code);
		di->disc_flags |= MMC_DFLAGS_BARCODEVALID;
	}
	if (data.disc_state2 & 32)
		di->disc_flags |= MMC_DFLAGS_UNRESTRICTED;
	if (data.disc_state2 & 16) {
		di->application_code = data.application_code;
		di->disc_flags |= MMC_DFLAGS_APPCODEVALID;
	}
	return 0;
}

/* A track of a read-only disc. */
static int
mmc_trackinfo_toc(struct cd_softc *cd, struct mmc_trackinfo *ti)
{
	const uint16_t nr = ti->tracknr;
	struct cd_toc toc;
	unsigned n, i;
	uint32_t next;
	int error;

	error = cd_read_toc(cd, 0, CD_LBA_FORMAT, 0, &toc, sizeof(toc), &n, XS_CTL_SILENT);
	if (error != 0)
		return error;
	memset(ti, 0, sizeof(*ti));
	ti->tracknr = nr;
	ti->sessionnr = 1;
	for (i = 0; i + 1 < n; i++) {
		if (toc.entries[i].track != nr)
			continue;
		ti->track_mode = toc.entries[i].control;
		ti->data_mode = 1;
		ti->track_start = be32toh(toc.entries[i].addr.lba);
		next = be32toh(toc.entries[i + 1].addr.lba);
		ti->track_size = next > ti->track_start ? next - ti->track_start : 0;
		ti->flags = ti->track_mode & 4 ? MMC_TRACKINFO_DATA : MMC_TRACKINFO_AUDIO;
		return 0;
	}
	return EINVAL;
}

static int
mmc_gettrackinfo(struct cd_softc *cd, struct mmc_trackinfo *ti)
{
	struct scsipi_read_trackinfo_data data;
	struct scsipi_read_trackinfo cmd;
	int error;

	memset(&cmd, 0, sizeof(cmd));
	memset(&data, 0, sizeof(data));
	cmd.opcode = READ_TRACKINFO;
	cmd.addr_type = READ_TRACKINFO_ADDR_TRACK;
	_lto4b(ti->tracknr, cmd.address);
	_lto2b(READ_TRACKINFO_RETURNSIZE, cmd.data_len);
	error = cd_cmd(cd, &cmd, sizeof(cmd), &data, READ_TRACKINFO_RETURNSIZE,
	    XS_CTL_DATA_IN | XS_CTL_SILENT, MMC_TIMEOUT);
	if (error == EINVAL)
		return mmc_trackinfo_toc(cd, ti);
	if (error != 0)
		return error;

	memset(ti, 0, sizeof(*ti));
	ti->tracknr = (uint16_t)(data.track_msb << 8 | data.track_lsb);
	ti->sessionnr = (uint16_t)(data.session_msb << 8 | data.session_lsb);
	ti->track_mode = data.track_info_1 & 0xf;
	ti->data_mode = data.track_info_2 & 0xf;
	if (data.track_info_1 & 0x10)
		ti->flags |= MMC_TRACKINFO_COPY;
	if (data.track_info_1 & 0x20)
		ti->flags |= MMC_TRACKINFO_DAMAGED;
	if (data.track_info_2 & 0x10)
		ti->flags |= MMC_TRACKINFO_FIXED_PACKET;
	if (data.track_info_2 & 0x20)
		ti->flags |= MMC_TRACKINFO_INCREMENTAL;
	if (data.track_info_2 & 0x40)
		ti->flags |= MMC_TRACKINFO_BLANK;
	if (data.track_info_2 & 0x80)
		ti->flags |= MMC_TRACKINFO_RESERVED;
	if (data.data_valid & 0x01)
		ti->flags |= MMC_TRACKINFO_NWA_VALID;
	if (data.data_valid & 0x02)
		ti->flags |= MMC_TRACKINFO_LRA_VALID;
	if ((ti->track_mode & (3 << 2)) == 4)
		ti->flags |= MMC_TRACKINFO_DATA;
	if ((ti->track_mode & (1 << 2)) == 0) {
		ti->flags |= MMC_TRACKINFO_AUDIO;
		if (ti->track_mode & (1 << 3))
			ti->flags |= MMC_TRACKINFO_AUDIO_4CHAN;
	}
	if (ti->track_mode & 1)
		ti->flags |= MMC_TRACKINFO_PRE_EMPH;
	ti->track_start = _4btol(data.track_start);
	ti->next_writable = _4btol(data.next_writable);
	ti->free_blocks = _4btol(data.free_blocks);
	ti->packet_size = _4btol(data.packet_size);
	ti->track_size = _4btol(data.track_size);
	ti->last_recorded = _4btol(data.last_recorded);
	return 0;
}

static int
mmc_close(struct cd_softc *cd, int function, uint16_t nr)
{
	struct scsipi_close_tracksession cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = CLOSE_TRACKSESSION;
	cmd.function = (uint8_t)function;
	_lto2b(nr, cmd.tracksessionnr);
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, MMC_TIMEOUT_LONG);
}

static int
mmc_reserve(struct cd_softc *cd, uint32_t size)
{
	struct scsipi_reserve_track cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = RESERVE_TRACK;
	_lto4b(size, cmd.reservation_size);
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, MMC_TIMEOUT);
}

static int
mmc_doop(struct cd_softc *cd, struct mmc_op *op)
{
	struct scsi_synchronize_cache_10 sync;
	struct scsipi_repair_track repair;
	struct mmc_trackinfo ti;
	struct mmc_discinfo di;
	int error;

	/* Orders to discs that can't be written are mistakes. */
	error = mmc_getdiscinfo(cd, &di);
	if (error != 0)
		return error;
	switch (op->operation) {
	case MMC_OP_SYNCHRONISECACHE:
		memset(&sync, 0, sizeof(sync));
		sync.opcode = SCSI_SYNCHRONIZE_CACHE_10;
		return cd_cmd(cd, &sync, sizeof(sync), NULL, 0, 0, MMC_TIMEOUT);
	case MMC_OP_CLOSETRACK:
		return mmc_close(cd, 1, op->tracknr);
	case MMC_OP_CLOSESESSION:
		return mmc_close(cd, 2, op->sessionnr);
	case MMC_OP_FINALISEDISC:
		return mmc_close(cd, 3, 0);
	case MMC_OP_RESERVETRACK:
		return mmc_reserve(cd, op->extent);
	case MMC_OP_RESERVETRACK_NWA:
		/* Up to that address, from where the next byte would go. */
		memset(&ti, 0, sizeof(ti));
		ti.tracknr = di.last_track_last_session;
		error = mmc_gettrackinfo(cd, &ti);
		if (error != 0)
			return error;
		if ((ti.flags & MMC_TRACKINFO_NWA_VALID) == 0 || op->extent <= ti.next_writable)
			return EINVAL;
		return mmc_reserve(cd, op->extent - ti.next_writable);
	case MMC_OP_UNRESERVETRACK:
		return mmc_close(cd, 1, op->tracknr);
	case MMC_OP_REPAIRTRACK:
		memset(&repair, 0, sizeof(repair));
		repair.opcode = REPAIR_TRACK;
		_lto2b(op->tracknr, repair.tracknr);
		return cd_cmd(cd, &repair, sizeof(repair), NULL, 0, 0, MMC_TIMEOUT_LONG);
	case MMC_OP_UNCLOSELASTSESSION:
		return mmc_close(cd, 4, 0);
	default:
		return EINVAL;
	}
}

/* The write parameters page for packets of a track (CD and sequential DVD). */
static int
mmc_setup_writeparams(struct cd_softc *cd, struct mmc_writeparams *wp)
{
	static const size_t pglen = 2 + 0x32;
	struct {
		struct scsi_mode_parameter_header_10 hdr;
		uint8_t page[2 + 0x32];
	} __packed m;
	struct mmc_trackinfo ti;
	int error;

	/* Other discs are written as they are. */
	if (wp->mmc_class != MMC_CLASS_CD && (wp->mmc_cur & MMC_CAP_SEQUENTIAL) == 0)
		return 0;
	memset(&m, 0, sizeof(m));
	error = scsipi_mode_sense_big(cd->sc_periph, SMS_DBD, 0x05, &m.hdr, sizeof(m),
	    XS_CTL_SILENT, CDRETRIES, MMC_TIMEOUT);
	if (error != 0)
		return error;
	if (_2btol(m.hdr.blk_desc_len) != 0 || (m.page[0] & PGCODE_MASK) != 0x05 ||
	    m.page[1] < 0x10)
		return EIO;
	memset(&ti, 0, sizeof(ti));
	ti.tracknr = wp->tracknr;
	if (wp->tracknr != 0) {
		error = mmc_gettrackinfo(cd, &ti);
		if (error != 0)
			return error;
	} else {
		ti.track_mode = wp->track_mode;
		ti.data_mode = wp->data_mode;
		ti.packet_size = wp->blockingnr;
	}
	memset(m.hdr.data_length, 0, sizeof(m.hdr.data_length));
	m.page[0] &= PGCODE_MASK;
	m.page[2] = 0;				/* packets */
	m.page[3] = (uint8_t)((m.page[3] & 0xc0) | (ti.track_mode & 0xf));
	if ((wp->mmc_cur & MMC_CAP_STRICTOVERWRITE) != 0)
		m.page[3] |= 0x20;		/* of fixed size */
	m.page[4] = (uint8_t)((m.page[4] & 0xf0) | (ti.data_mode == MMC_DATAMODE_DEFAULT ? 10 : 8));
	m.page[8] = ti.data_mode == MMC_DATAMODE_DEFAULT ? 0x20 : 0;
	_lto4b(ti.packet_size, &m.page[10]);
	return scsipi_mode_select_big(cd->sc_periph, SMS_PF, &m.hdr,
	    (int)(sizeof(m.hdr) + MIN(pglen, 2 + (size_t)m.page[1])), 0, CDRETRIES, MMC_TIMEOUT);
}

int
cd_mmc_ioctl(struct cd_softc *cd, u_long cmd, void *addr)
{

	switch (cmd) {
	case MMCGETDISCINFO:
		return mmc_getdiscinfo(cd, addr);
	case MMCGETTRACKINFO:
		return mmc_gettrackinfo(cd, addr);
	case MMCOP:
		return mmc_doop(cd, addr);
	case MMCSETUPWRITEPARAMS:
		return mmc_setup_writeparams(cd, addr);
	default:
		return ENOTTY;
	}
}
