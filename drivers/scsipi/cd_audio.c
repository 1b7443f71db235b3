/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is on a disc, and playing it: requests of cd(4).  MMC-5 sections 6.26
 * (READ TOC), 6.29 (READ SUB-CHANNEL), MMC-2 (audio).
 *
 * Tables of contents come from the disc: the number of entries is what fits
 * into the answer, not what first and last track say.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cdio.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/errno.h>

#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsipi_cd.h>
#include <dev/scsipi/cdvar.h>

#include "cd_impl.h"
#include "scsipi_impl.h"

CTASSERT(sizeof(struct cd_toc_entry) == 8);

int
cd_read_toc(struct cd_softc *cd, int form, int address_format, int start, struct cd_toc *toc,
    size_t len, unsigned *nentries, int flags)
{
	const bool little = (cd->sc_periph->periph_quirks & PQUIRK_LITTLETOC) != 0;
	struct scsipi_read_toc cmd;
	size_t have;
	int error;

	len = MIN(len, sizeof(*toc));
	memset(toc, 0, sizeof(*toc));
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = READ_TOC;
	if (address_format == CD_MSF_FORMAT)
		cmd.addr_mode = CD_MSF;
	cmd.resp_format = (u_int8_t)form;
	cmd.from_track = (u_int8_t)start;
	_lto2b((u_int32_t)len, cmd.data_len);
	error = cd_cmd(cd, &cmd, sizeof(cmd), toc, (int)len, flags | XS_CTL_DATA_IN, 30000);
	if (error != 0)
		return error;
	have = 2 + (size_t)(little ? _2ltol(toc->header.length) : _2btol(toc->header.length));
	have = MIN(have, len);
	*nentries = have <= sizeof(toc->header) ? 0 :
	    (unsigned)((have - sizeof(toc->header)) / sizeof(toc->entries[0]));
	return 0;
}

/* A block address of an entry, in our order. */
static uint32_t
cd_entry_lba(struct cd_softc *cd, const struct cd_toc_entry *e)
{

	return cd->sc_periph->periph_quirks & PQUIRK_LITTLETOC ? le32toh(e->addr.lba) :
	    be32toh(e->addr.lba);
}

int
cd_read_msaddr(struct cd_softc *cd, int *addr)
{
	struct cd_toc toc;
	unsigned n;
	int error;

	/* Other sessions than the last are not told. */
	if (*addr != 0)
		return EINVAL;
	error = cd_read_toc(cd, 1, CD_LBA_FORMAT, 0, &toc,
	    sizeof(toc.header) + sizeof(toc.entries[0]), &n, 0);
	if (error != 0)
		return error;
	*addr = n >= 1 && toc.entries[0].track > 1 ? (int)cd_entry_lba(cd, &toc.entries[0]) : 0;
	return 0;
}

static int
cd_toc_header(struct cd_softc *cd, struct ioc_toc_header *th)
{
	struct cd_toc toc;
	unsigned n;
	int error;

	error = cd_read_toc(cd, 0, CD_LBA_FORMAT, 0, &toc, sizeof(toc.header), &n, 0);
	if (error != 0)
		return error;
	th->len = (u_short)(cd->sc_periph->periph_quirks & PQUIRK_LITTLETOC ?
	    _2ltol(toc.header.length) : _2btol(toc.header.length));
	th->starting_track = toc.header.first;
	th->ending_track = toc.header.last;
	return 0;
}

/* Entries from a track on, in toc; *lenp is how many bytes of them came. */
static int
cd_toc_entries(struct cd_softc *cd, const struct ioc_read_toc_entry *te, struct cd_toc *toc,
    size_t *lenp)
{
	size_t len = te->data_len;
	unsigned n, i;
	int error;

	if (len > sizeof(toc->entries) || len < sizeof(toc->entries[0]))
		return EINVAL;
	error = cd_read_toc(cd, 0, te->address_format, te->starting_track, toc,
	    sizeof(toc->header) + len, &n, 0);
	if (error != 0)
		return error;
	for (i = 0; i < n && te->address_format == CD_LBA_FORMAT; i++) {
		toc->entries[i].addr.lba = cd_entry_lba(cd, &toc->entries[i]);
		toc->entries[i].addr_type = CD_LBA_FORMAT;
	}
	*lenp = n * sizeof(toc->entries[0]);
	return 0;
}

static int
cd_subchannel(struct cd_softc *cd, const struct ioc_read_subchannel *req,
    struct cd_sub_channel_info *info)
{
	struct scsipi_read_subchannel cmd;

	if (req->data_len < (int)sizeof(struct cd_sub_channel_header) ||
	    req->data_len > (int)sizeof(*info))
		return EINVAL;
	memset(info, 0, sizeof(*info));
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = READ_SUBCHANNEL;
	if (req->address_format == CD_MSF_FORMAT)
		cmd.byte2 |= CD_MSF;
	cmd.byte3 = SRS_SUBQ;
	cmd.subchan_format = req->data_format;
	cmd.track = req->track;
	_lto2b((u_int32_t)req->data_len, cmd.data_len);
	return cd_cmd(cd, &cmd, sizeof(cmd), info, req->data_len, XS_CTL_DATA_IN | XS_CTL_SILENT,
	    5000);
}

static int
cd_play(struct cd_softc *cd, uint32_t blkno, uint32_t nblks)
{
	struct scsipi_play cmd;

	if (nblks > 0xffff)
		return EINVAL;
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = PLAY;
	_lto4b(blkno, cmd.blk_addr);
	_lto2b(nblks, cmd.xfer_len);
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, 30000);
}

static int
cd_play_msf(struct cd_softc *cd, const struct ioc_play_msf *m)
{
	struct scsipi_play_msf cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = PLAY_MSF;
	cmd.start_m = m->start_m;
	cmd.start_s = m->start_s;
	cmd.start_f = m->start_f;
	cmd.end_m = m->end_m;
	cmd.end_s = m->end_s;
	cmd.end_f = m->end_f;
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, 30000);
}

/* The entry of a track, or of the lead-out after the last one. */
static const struct cd_toc_entry *
cd_find_track(const struct cd_toc *toc, unsigned n, unsigned track)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (toc->entries[i].track == track)
			return &toc->entries[i];
	}
	return NULL;
}

/* Plays from the start of one track to the end of another. */
static int
cd_play_tracks(struct cd_softc *cd, const struct ioc_play_track *t)
{
	const struct cd_toc_entry *from, *to;
	struct ioc_play_msf msf;
	struct cd_toc toc;
	unsigned n;
	int error;

	if (t->end_track == 0 || t->start_track > t->end_track)
		return EINVAL;
	error = cd_read_toc(cd, 0, CD_MSF_FORMAT, 0, &toc, sizeof(toc), &n, 0);
	if (error != 0)
		return error;
	from = cd_find_track(&toc, n, t->start_track);
	if (t->end_track >= toc.header.last || (to = cd_find_track(&toc, n, t->end_track + 1u)) == NULL)
		to = cd_find_track(&toc, n, 0xaa);
	if (from == NULL || to == NULL)
		return EIO;
	msf.start_m = from->addr.msf.minute;
	msf.start_s = from->addr.msf.second;
	msf.start_f = from->addr.msf.frame;
	msf.end_m = to->addr.msf.minute;
	msf.end_s = to->addr.msf.second;
	msf.end_f = to->addr.msf.frame;
	return cd_play_msf(cd, &msf);
}

static int
cd_pause(struct cd_softc *cd, int go)
{
	struct scsipi_pause cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = PAUSE;
	cmd.resume = (u_int8_t)go;
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, 2000);
}

static int
cd_load_unload(struct cd_softc *cd, const struct ioc_load_unload *args)
{
	struct scsipi_load_unload cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = LOAD_UNLOAD;
	cmd.options = args->options;
	cmd.slot = args->slot;
	return cd_cmd(cd, &cmd, sizeof(cmd), NULL, 0, 0, 200000);
}

/*
 * The audio page, with header and descriptors as they came.
 */
struct cd_mode {
	union {
		struct scsi_mode_parameter_header_6 h6;
		struct scsi_mode_parameter_header_10 h10;
		u_int8_t bytes[96];
	} cm;
	bool	cm_big;
	size_t	cm_page;
};

static int
cd_mode_sense(struct cd_softc *cd, struct cd_mode *m)
{
	struct scsipi_periph *periph = cd->sc_periph;
	size_t len;
	int error;

	memset(m, 0, sizeof(*m));
	m->cm_big = (periph->periph_quirks & (PQUIRK_ONLYBIG | PQUIRK_NOBIGMODESENSE)) ==
	    PQUIRK_ONLYBIG;
	if (m->cm_big) {
		error = scsipi_mode_sense_big(periph, SMS_DBD, AUDIO_PAGE, &m->cm.h10, sizeof(m->cm),
		    0, CDRETRIES, 20000);
		len = 2 + (size_t)_2btol(m->cm.h10.data_length);
		m->cm_page = sizeof(m->cm.h10) + _2btol(m->cm.h10.blk_desc_len);
	} else {
		error = scsipi_mode_sense(periph, SMS_DBD, AUDIO_PAGE, &m->cm.h6, sizeof(m->cm), 0,
		    CDRETRIES, 20000);
		len = 1 + (size_t)m->cm.h6.data_length;
		m->cm_page = sizeof(m->cm.h6) + m->cm.h6.blk_desc_len;
	}
	if (error != 0)
		return error;
	len = MIN(len, sizeof(m->cm));
	if (m->cm_page > len || len - m->cm_page < sizeof(struct cd_audio_page) ||
	    (m->cm.bytes[m->cm_page] & PGCODE_MASK) != AUDIO_PAGE)
		return EIO;
	return 0;
}

static struct cd_audio_page *
cd_audio_page(struct cd_mode *m)
{

	return (void *)&m->cm.bytes[m->cm_page];
}

static int
cd_mode_select(struct cd_softc *cd, struct cd_mode *m)
{
	struct scsipi_periph *periph = cd->sc_periph;
	struct cd_audio_page *page = cd_audio_page(m);
	const int len = (int)(m->cm_page + sizeof(*page));

	page->pg_code &= PGCODE_MASK;
	page->pg_length = sizeof(*page) - 2;
	if (m->cm_big) {
		memset(m->cm.h10.data_length, 0, sizeof(m->cm.h10.data_length));
		return scsipi_mode_select_big(periph, SMS_PF, &m->cm.h10, len, 0, CDRETRIES, 20000);
	}
	m->cm.h6.data_length = 0;
	return scsipi_mode_select(periph, SMS_PF, &m->cm.h6, len, 0, CDRETRIES, 20000);
}

/* Playing goes on over tracks and returns at once, as cd(4) has it. */
static int
cd_set_pa_immed(struct cd_softc *cd)
{
	struct cd_audio_page *page;
	struct cd_mode m;
	int error;
	u_int8_t oflags;

	error = cd_mode_sense(cd, &m);
	if (error != 0)
		return error;
	page = cd_audio_page(&m);
	oflags = page->flags;
	page->flags &= (u_int8_t)~CD_PA_SOTC;
	page->flags |= CD_PA_IMMED;
	return oflags == page->flags ? 0 : cd_mode_select(cd, &m);
}

/* Which channels come out of the first two ports. */
static int
cd_setchan(struct cd_softc *cd, int p0, int p1)
{
	struct cd_audio_page *page;
	struct cd_mode m;
	int error;

	error = cd_mode_sense(cd, &m);
	if (error != 0)
		return error;
	page = cd_audio_page(&m);
	page->port[LEFT_PORT].channels = (u_int8_t)p0;
	page->port[RIGHT_PORT].channels = (u_int8_t)p1;
	page->port[2].channels = 0;
	page->port[3].channels = 0;
	return cd_mode_select(cd, &m);
}

static int
cd_getvol(struct cd_softc *cd, struct ioc_vol *arg)
{
	struct cd_mode m;
	int error, i;

	error = cd_mode_sense(cd, &m);
	for (i = 0; error == 0 && i < 4; i++)
		arg->vol[i] = cd_audio_page(&m)->port[i].volume;
	return error;
}

static int
cd_setvol(struct cd_softc *cd, const struct ioc_vol *arg)
{
	struct cd_audio_page *page;
	struct cd_mode m;
	int error, i;

	error = cd_mode_sense(cd, &m);
	if (error != 0)
		return error;
	page = cd_audio_page(&m);
	page->port[LEFT_PORT].channels = CHANNEL_0;
	page->port[RIGHT_PORT].channels = CHANNEL_1;
	for (i = 0; i < 4; i++)
		page->port[i].volume = arg->vol[i];
	return cd_mode_select(cd, &m);
}

int
cd_audio_ioctl(struct cd_softc *cd, u_long cmd, void *addr)
{
	struct ioc_read_subchannel_buf *subb;
	struct ioc_read_toc_entry_buf *teb;
	struct ioc_read_subchannel *sub;
	struct ioc_read_toc_entry *te;
	struct cd_sub_channel_info info;
	struct ioc_play_blocks *blocks;
	struct cd_toc toc;
	size_t len;
	int error;

	switch (cmd) {
	case CDIOCPLAYTRACKS:
		error = cd_set_pa_immed(cd);
		return error != 0 ? error : cd_play_tracks(cd, addr);
	case CDIOCPLAYMSF:
		error = cd_set_pa_immed(cd);
		return error != 0 ? error : cd_play_msf(cd, addr);
	case CDIOCPLAYBLOCKS:
		blocks = addr;
		if (blocks->blk < 0 || blocks->len < 0)
			return EINVAL;
		error = cd_set_pa_immed(cd);
		return error != 0 ? error : cd_play(cd, (uint32_t)blocks->blk,
		    (uint32_t)blocks->len);
	case CDIOCREADSUBCHANNEL:
		sub = addr;
		error = cd_subchannel(cd, sub, &info);
		if (error != 0)
			return error;
		len = MIN((size_t)sub->data_len, sizeof(info.header) + _2btol(info.header.data_len));
		return copyout(&info, sub->data, len);
	case CDIOCREADSUBCHANNEL_BUF:
		subb = addr;
		return cd_subchannel(cd, &subb->req, &subb->info);
	case CDIOREADTOCHEADER:
		return cd_toc_header(cd, addr);
	case CDIOREADTOCENTRIES:
		te = addr;
		error = cd_toc_entries(cd, te, &toc, &len);
		return error != 0 ? error : copyout(toc.entries, te->data, MIN(len, te->data_len));
	case CDIOREADTOCENTRIES_BUF:
		teb = addr;
		error = cd_toc_entries(cd, &teb->req, &toc, &len);
		if (error == 0)
			memcpy(teb->entry, toc.entries, MIN(len, sizeof(teb->entry)));
		return error;
	case CDIOREADMSADDR:
		return cd_read_msaddr(cd, addr);
	case CDIOCSETPATCH:
		return cd_setchan(cd, ((struct ioc_patch *)addr)->patch[0],
		    ((struct ioc_patch *)addr)->patch[1]);
	case CDIOCGETVOL:
		return cd_getvol(cd, addr);
	case CDIOCSETVOL:
		return cd_setvol(cd, addr);
	case CDIOCSETMONO:
		return cd_setchan(cd, BOTH_CHANNEL, BOTH_CHANNEL);
	case CDIOCSETSTEREO:
		return cd_setchan(cd, LEFT_CHANNEL, RIGHT_CHANNEL);
	case CDIOCSETMUTE:
		return cd_setchan(cd, MUTE_CHANNEL, MUTE_CHANNEL);
	case CDIOCSETLEFT:
		return cd_setchan(cd, LEFT_CHANNEL, LEFT_CHANNEL);
	case CDIOCSETRIGHT:
		return cd_setchan(cd, RIGHT_CHANNEL, RIGHT_CHANNEL);
	case CDIOCRESUME:
		return cd_pause(cd, PA_RESUME);
	case CDIOCPAUSE:
		return cd_pause(cd, PA_PAUSE);
	case CDIOCLOADUNLOAD:
		return cd_load_unload(cd, addr);
	default:
		return ENOTTY;
	}
}
