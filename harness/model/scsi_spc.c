/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: commands that all types of units have (SPC-4), and
 * START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define BUFFER_SIZE	4096u		/* of READ BUFFER and WRITE BUFFER */

void
scsi_op_good(struct scsim_lun *sl, struct scsim_cmd *sc)
{

}

/*
 * INQUIRY and vital product data.
 */

static int
vpd(struct scsim_lun *sl, unsigned page, uint8_t *p)
{
	static const uint8_t common[] = { 0x00, 0x80, 0x83, 0x86 };
	static const uint8_t special[] = { 0xb0, 0xb1, 0xb2 };
	uint8_t scratch[256];
	unsigned i, n = 0;

	switch (page) {
	case 0x00:
		for (i = 0; i < sizeof(common); i++)
			p[4 + n++] = common[i];
		for (i = 0; sl->sl_unit->su_vpd != NULL && i < sizeof(special); i++)
			if (sl->sl_unit->su_vpd(sl, special[i], scratch) >= 0)
				p[4 + n++] = special[i];
		return n;
	case 0x80:
		memcpy(p + 4, sl->sl_serial, sizeof(sl->sl_serial));
		return sizeof(sl->sl_serial);
	case 0x83:
		/* T10 vendor id with the serial; then a locally made NAA name. */
		p[4] = 0x02;
		p[5] = 0x01;
		p[7] = 8 + sizeof(sl->sl_serial);
		memcpy(p + 8, sl->sl_vendor, 8);
		memcpy(p + 16, sl->sl_serial, sizeof(sl->sl_serial));
		n = 4 + p[7];
		p[4 + n] = 0x01;
		p[4 + n + 1] = 0x03;
		p[4 + n + 3] = 8;
		put64(p + 4 + n + 4, 0x3000000052460000ull | sl->sl_no);
		return n + 12;
	case 0x86:
		p[5] = 0x07;		/* HEADSUP, ORDSUP, SIMPSUP */
		return 60;
	}
	return sl->sl_unit->su_vpd != NULL ? sl->sl_unit->su_vpd(sl, page, p) : -1;
}

static void
op_inquiry(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	unsigned flags = sl->sl_cf.sm_flags, alloc = be16(sc->sc_cdb + 3);
	uint8_t buf[260] = { 0 };
	int n;

	if (sc->sc_cdb[1] & 0x01) {
		if (flags & (SCSIM_OLD | SCSIM_ATAPI) || (n = vpd(sl, sc->sc_cdb[2], buf)) < 0) {
			scsi_badcdb(sl, sc, flags & SCSIM_OLD ? 1 : 2);
			return;
		}
		buf[0] = sl->sl_cf.sm_type;
		buf[1] = sc->sc_cdb[2];
		put16(buf + 2, n);
		scsi_in(sc, buf, n + 4, alloc);
		return;
	}
	if (sc->sc_cdb[2] != 0) {
		scsi_badcdb(sl, sc, 2);
		return;
	}
	buf[0] = sl->sl_cf.sm_type;
	if (flags & SCSIM_REMOVABLE)
		buf[1] = 0x80;
	buf[2] = flags & SCSIM_ATAPI ? 0 : flags & SCSIM_OLD ? 2 : 5;
	buf[3] = flags & SCSIM_ATAPI ? 0x32 : flags & SCSIM_OLD ? 0x02 : 0x12;
	n = flags & (SCSIM_OLD | SCSIM_ATAPI) ? 36 : 66;
	buf[4] = n - 5;
	if (sl->sl_cf.sm_type != SCSIM_ENCLOSURE && sl->sl_cf.sm_type != SCSIM_PROCESSOR)
		buf[7] = 0x02;		/* CMDQUE */
	memcpy(buf + 8, sl->sl_vendor, 8);
	memcpy(buf + 16, sl->sl_product, 16);
	memcpy(buf + 32, sl->sl_revision, 4);
	if (n > 58) {
		put16(buf + 58, 0x00a0);	/* SAM-5 */
		put16(buf + 60, 0x0460);	/* SPC-4 */
	}
	if (sl->sl_cf.sm_flags & SCSIM_SAFTE) {
		memcpy(buf + 44, "SAF-TE1.00", 10);
		n = 66;
		buf[4] = n - 5;
	}
	scsi_in(sc, buf, n, alloc);
}

void
scsi_report_luns(struct scsim_target *st, struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t alloc = be32(sc->sc_cdb + 6);
	uint8_t buf[8 + 8 * SCSIM_NLUNS] = { 0 };
	unsigned i, n = 8;

	if (alloc < 16 || sc->sc_cdb[2] > 2) {
		scsi_badcdb(sl, sc, alloc < 16 ? 6 : 2);
		return;
	}
	for (i = 0; i < SCSIM_NLUNS && sc->sc_cdb[2] != 1; i++)
		if (st->st_lun[i] != NULL) {
			buf[n + 1] = i;
			n += 8;
		}
	put32(buf, n - 8);
	if (sl != NULL) {
		/* The list is news no more. */
		for (i = 0; i < sl->sl_nua;) {
			if (sl->sl_ua[i] == 0x3f0e) {
				memmove(sl->sl_ua + i, sl->sl_ua + i + 1,
				    (sl->sl_nua - i - 1) * sizeof(sl->sl_ua[0]));
				sl->sl_nua--;
			} else
				i++;
		}
	}
	scsi_in(sc, buf, n, alloc);
}

static void
op_report_luns(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	scsi_report_luns(sl->sl_target, sl, sc);
}

static void
op_request_sense(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t sense[SCSIM_SENSE_MAX];
	unsigned len;

	if (sl->sl_nua != 0 && sl->sl_senselen == 0) {
		uint16_t ua = sl->sl_ua[0];

		memmove(sl->sl_ua, sl->sl_ua + 1, sizeof(sl->sl_ua[0]) * --sl->sl_nua);
		scsim_sense(sl, sc, SCSIM_UNIT_ATTENTION, ua >> 8, ua & 0xff);
	} else if (sl->sl_senselen != 0 && sl->sl_cf.sm_flags & SCSIM_ATAPI) {
		memcpy(sc->sc_sense, sl->sl_sense, sizeof(sc->sc_sense));
		sc->sc_senselen = sl->sl_senselen;
	} else
		scsim_sense(sl, sc, SCSIM_NO_SENSE, 0, 0);
	sl->sl_senselen = 0;
	len = sc->sc_senselen;
	memcpy(sense, sc->sc_sense, sizeof(sense));
	sc->sc_status = SCSIM_GOOD;
	sc->sc_senselen = 0;
	scsi_in(sc, sense, len, sc->sc_cdb[4]);
}

static void
op_ready(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	/* C_MEDIUM has said what there is to say; a unit without media is ready. */
}

/*
 * Mode pages.  A unit keeps them as they go over the wire, one behind the
 * other: code, length, bytes.
 */

unsigned
scsi_page(uint8_t *cur, uint8_t *mask, unsigned at, const uint8_t *page, const uint8_t *pmask,
    unsigned len)
{

	if (at + len > MODEBYTES)
		return at;
	memcpy(cur + at, page, len);
	if (pmask != NULL)
		memcpy(mask + at, pmask, len);
	else
		memset(mask + at, 0, len);
	mask[at] = page[0];
	mask[at + 1] = page[1];
	return at + len;
}

uint8_t *
scsi_modepage(struct scsim_lun *sl, unsigned code)
{
	unsigned at;

	for (at = 0; at + 2 <= sl->sl_modelen; at += 2 + sl->sl_mode[at + 1])
		if ((sl->sl_mode[at] & 0x3f) == code)
			return sl->sl_mode + at;
	return NULL;
}

static void
mode_sense(struct scsim_lun *sl, struct scsim_cmd *sc, unsigned head, uint64_t alloc)
{
	const uint8_t *cdb = sc->sc_cdb;
	unsigned pc = cdb[2] >> 6, code = cdb[2] & 0x3f, sub = cdb[3];
	uint8_t buf[8 + 16 + MODEBYTES] = { 0 }, *from;
	unsigned n = head, desc = 0, at, found = 0;

	if (pc == 3) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x39, 0x00);
		return;
	}
	if (sub != 0 && !(sub == 0xff && code == 0x3f)) {
		scsi_badcdb(sl, sc, 3);
		return;
	}
	if (!(cdb[1] & 0x08) && sl->sl_unit->su_blkdesc != NULL && (sl->sl_medium || pc != 0)) {
		int longlba = head == 8 && (cdb[1] & 0x10) != 0;

		desc = sl->sl_unit->su_blkdesc(sl, buf + n, longlba);
		if (head == 8 && desc == 16)
			buf[4] = 0x01;
		n += desc;
	}
	from = pc == 1 ? sl->sl_mask : pc == 2 ? sl->sl_default : sl->sl_mode;
	for (at = 0; at + 2 <= sl->sl_modelen; at += 2 + sl->sl_mode[at + 1]) {
		unsigned len = 2 + sl->sl_mode[at + 1];

		if (code != 0x3f && code != (sl->sl_mode[at] & 0x3f))
			continue;
		memcpy(buf + n, from + at, len);
		n += len;
		found = 1;
	}
	if (!found && code != 0x3f && code != 0x00) {
		scsi_badcdb(sl, sc, 2);
		return;
	}
	if (head == 4) {
		buf[0] = n - 1 > 255 ? 255 : n - 1;
		buf[2] = sl->sl_unit->su_devspec != NULL ? sl->sl_unit->su_devspec(sl) : 0;
		buf[3] = desc;
	} else {
		put16(buf, n - 2);
		buf[3] = sl->sl_unit->su_devspec != NULL ? sl->sl_unit->su_devspec(sl) : 0;
		put16(buf + 6, desc);
	}
	scsi_in(sc, buf, n, alloc);
}

static void
op_mode_sense6(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	mode_sense(sl, sc, 4, sc->sc_cdb[4]);
}

static void
op_mode_sense10(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	mode_sense(sl, sc, 8, be16(sc->sc_cdb + 7));
}

/* Checks (apply 0) or takes (apply 1) the pages of a parameter list. */
static int
mode_pages(struct scsim_lun *sl, struct scsim_cmd *sc, const uint8_t *list, unsigned at,
    unsigned len, int apply)
{

	while (at < len) {
		uint8_t *page, *mask;
		unsigned i, n;

		if (len - at < 2 || len - at < 2 + (unsigned)list[at + 1]) {
			scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
			return -1;
		}
		page = scsi_modepage(sl, list[at] & 0x3f);
		if (page == NULL || page[1] != list[at + 1] || list[at] & 0x40) {
			scsi_badparam(sl, sc, at);
			return -1;
		}
		mask = sl->sl_mask + (page - sl->sl_mode);
		n = 2 + page[1];
		for (i = 2; i < n; i++) {
			if (!apply && (page[i] ^ list[at + i]) & ~mask[i]) {
				scsi_badparam(sl, sc, at + i);
				return -1;
			}
			if (apply)
				page[i] = list[at + i];
		}
		at += n;
	}
	return 0;
}

static void
mode_select(struct scsim_lun *sl, struct scsim_cmd *sc, unsigned head, unsigned len)
{
	const uint8_t *list = scsi_out(sl, sc, len), *ctl;
	unsigned desc;

	if (list == NULL || len == 0)
		return;
	if (len < head) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	desc = head == 4 ? list[3] : be16(list + 6);
	if (desc > len - head || desc % 8 != 0) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	if (mode_pages(sl, sc, list, head + desc, len, 0) != 0)
		return;
	if (desc != 0 && (sl->sl_unit->su_setdesc == NULL ||
	    sl->sl_unit->su_setdesc(sl, list + head, desc) != 0)) {
		scsi_badparam(sl, sc, head);
		return;
	}
	if (sl->sl_cf.sm_type == SCSIM_TAPE) {
		unsigned mode = (head == 4 ? list[2] : list[3]) >> 4 & 7;

		if (mode <= 2)
			sl->u.tape.t_bufmode = mode;
	}
	mode_pages(sl, sc, list, head + desc, len, 1);
	if ((ctl = scsi_modepage(sl, 0x0a)) != NULL)
		sl->sl_desc = (ctl[2] & 0x04) != 0;
}

static void
op_mode_select6(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	mode_select(sl, sc, 4, sc->sc_cdb[4]);
}

static void
op_mode_select10(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	mode_select(sl, sc, 8, be16(sc->sc_cdb + 7));
}

static void
op_log_sense(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	static const uint8_t pages[] = { 0x00, 0, 0, 3, 0x00, 0x0d, 0x2f };
	static const uint8_t temperature[] = { 0x0d, 0, 0, 12, 0, 0, 3, 2, 0, 35, 0, 1, 3, 2, 0, 65 };
	static const uint8_t exceptions[] = { 0x2f, 0, 0, 8, 0, 0, 3, 4, 0, 0, 35, 0 };
	unsigned alloc = be16(sc->sc_cdb + 7);

	switch (sc->sc_cdb[2] & 0x3f) {
	case 0x00:
		scsi_in(sc, pages, sizeof(pages), alloc);
		break;
	case 0x0d:
		scsi_in(sc, temperature, sizeof(temperature), alloc);
		break;
	case 0x2f:
		scsi_in(sc, exceptions, sizeof(exceptions), alloc);
		break;
	default:
		scsi_badcdb(sl, sc, 2);
	}
}

static void
op_log_select(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	if (be16(sc->sc_cdb + 7) != 0)
		scsi_badcdb(sl, sc, 7);
}

/*
 * Reservations.
 */

static void
op_reserve(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	int me = sc->sc_initiator + 1;

	if (sc->sc_cdb[1] & 0x11)
		scsi_badcdb(sl, sc, 1);
	else if (sl->sl_resv != 0 && sl->sl_resv != me)
		sc->sc_status = SCSIM_CONFLICT;
	else
		sl->sl_resv = me;
}

static void
op_release(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	if (sl->sl_resv == sc->sc_initiator + 1)
		sl->sl_resv = 0;
}

static void
op_pr_in(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8 + 8 * NKEYS] = { 0 };
	unsigned i, n = 8;

	put32(buf, sl->sl_prgen);
	switch (sc->sc_cdb[1] & 0x1f) {
	case 0:			/* READ KEYS */
		for (i = 0; i < NKEYS; i++)
			if (sl->sl_key[i] != 0) {
				put64(buf + n, sl->sl_key[i]);
				n += 8;
			}
		break;
	case 1:			/* READ RESERVATION */
		if (sl->sl_prholder != 0) {
			put64(buf + n, sl->sl_key[(sl->sl_prholder - 1) % NKEYS]);
			buf[n + 13] = sl->sl_prtype;
			n += 16;
		}
		break;
	case 2:			/* REPORT CAPABILITIES */
		put16(buf, 8);
		buf[2] = 0x00;
		buf[3] = 0x80;
		buf[4] = 0xea;
		buf[5] = 0x01;
		scsi_in(sc, buf, 8, be16(sc->sc_cdb + 7));
		return;
	default:
		scsi_badcdb(sl, sc, 1);
		return;
	}
	put32(buf + 4, n - 8);
	scsi_in(sc, buf, n, be16(sc->sc_cdb + 7));
}

static void
op_pr_out(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	unsigned me = sc->sc_initiator % NKEYS, type = sc->sc_cdb[2] & 0x0f, i;
	const uint8_t *list;
	uint64_t key, newkey;

	if (be32(sc->sc_cdb + 5) != 24) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	if ((list = scsi_out(sl, sc, 24)) == NULL)
		return;
	key = be64(list);
	newkey = be64(list + 8);
	/* All but REGISTER AND IGNORE EXISTING KEY need the right key. */
	if ((sc->sc_cdb[1] & 0x1f) != 6 && key != sl->sl_key[me]) {
		sc->sc_status = SCSIM_CONFLICT;
		return;
	}
	switch (sc->sc_cdb[1] & 0x1f) {
	case 0:
	case 6:
		sl->sl_key[me] = newkey;
		if (newkey == 0 && sl->sl_prholder == sc->sc_initiator + 1)
			sl->sl_prholder = 0;
		sl->sl_prgen++;
		break;
	case 1:			/* RESERVE */
		if (type != 1 && type != 3 && (type < 5 || type > 8))
			scsi_badcdb(sl, sc, 2);
		else if (key == 0 || (sl->sl_prholder != 0 && (sl->sl_prholder !=
		    sc->sc_initiator + 1 || sl->sl_prtype != type)))
			sc->sc_status = SCSIM_CONFLICT;
		else {
			sl->sl_prholder = sc->sc_initiator + 1;
			sl->sl_prtype = type;
		}
		break;
	case 2:			/* RELEASE */
		if (sl->sl_prholder == sc->sc_initiator + 1) {
			if (sl->sl_prtype != type)
				scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x26, 0x04);
			else
				sl->sl_prholder = 0;
		}
		break;
	case 3:			/* CLEAR */
		memset(sl->sl_key, 0, sizeof(sl->sl_key));
		sl->sl_prholder = 0;
		sl->sl_prgen++;
		break;
	case 4:			/* PREEMPT */
	case 5:
		for (i = 0; i < NKEYS; i++)
			if (i != me && sl->sl_key[i] == newkey)
				sl->sl_key[i] = 0;
		sl->sl_prholder = sc->sc_initiator + 1;
		sl->sl_prtype = type;
		sl->sl_prgen++;
		break;
	default:
		scsi_badcdb(sl, sc, 1);
	}
}

/*
 * Diagnostics and the buffer.
 */

static void
op_send_diag(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	if (be16(sc->sc_cdb + 3) != 0)
		scsi_badcdb(sl, sc, 3);
}

static void
op_read_buffer(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t off = be24(sc->sc_cdb + 3), alloc = be24(sc->sc_cdb + 6);
	uint8_t head[4] = { 0 };

	switch (sc->sc_cdb[1] & 0x1f) {
	case 0x02:
		if (off > BUFFER_SIZE || sc->sc_cdb[2] != 0) {
			scsi_badcdb(sl, sc, off > BUFFER_SIZE ? 3 : 2);
			return;
		}
		if (sl->sl_buf == NULL && (sl->sl_buf = calloc(1, BUFFER_SIZE)) == NULL) {
			scsim_sense(sl, sc, SCSIM_HARDWARE_ERROR, 0x44, 0x00);
			return;
		}
		scsi_in(sc, sl->sl_buf + off, BUFFER_SIZE - off, alloc);
		break;
	case 0x03:
		put24(head + 1, BUFFER_SIZE);
		scsi_in(sc, head, 4, alloc);
		break;
	default:
		scsi_badcdb(sl, sc, 1);
	}
}

static void
op_write_buffer(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t off = be24(sc->sc_cdb + 3), len = be24(sc->sc_cdb + 6);
	const uint8_t *p;

	if ((sc->sc_cdb[1] & 0x1f) != 0x02 || sc->sc_cdb[2] != 0 || off > BUFFER_SIZE ||
	    len > BUFFER_SIZE - off) {
		scsi_badcdb(sl, sc, (sc->sc_cdb[1] & 0x1f) != 0x02 ? 1 : 3);
		return;
	}
	if ((p = scsi_out(sl, sc, len)) == NULL)
		return;
	if (sl->sl_buf == NULL && (sl->sl_buf = calloc(1, BUFFER_SIZE)) == NULL)
		scsim_sense(sl, sc, SCSIM_HARDWARE_ERROR, 0x44, 0x00);
	else
		memcpy(sl->sl_buf + off, p, len);
}

/* REPORT SUPPORTED OPERATION CODES: one command, or all. */
static void
op_maintenance_in(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	static const uint8_t size[8] = { 6, 10, 10, 6, 16, 12, 6, 6 };
	uint8_t buf[4 + 8 * 256] = { 0 };
	unsigned i, n = 4;

	if ((sc->sc_cdb[1] & 0x1f) != 0x0c || (sc->sc_cdb[2] & 7) > 1) {
		scsi_badcdb(sl, sc, (sc->sc_cdb[1] & 0x1f) != 0x0c ? 1 : 2);
		return;
	}
	if ((sc->sc_cdb[2] & 7) == 1) {
		i = sc->sc_cdb[3];
		buf[1] = 0x01;
		if (sl->sl_unit->su_ops[i].op_fn != NULL || scsi_common_ops[i].op_fn != NULL) {
			buf[1] = 0x03;
			buf[3] = size[i >> 5];
			buf[4] = i;
			memset(buf + 5, 0xff, buf[3] - 1);
			n += buf[3];
		}
		scsi_in(sc, buf, n, be32(sc->sc_cdb + 6));
		return;
	}
	for (i = 0; i < 256; i++)
		if (sl->sl_unit->su_ops[i].op_fn != NULL || scsi_common_ops[i].op_fn != NULL) {
			buf[n] = i;
			buf[n + 7] = size[i >> 5];
			n += 8;
		}
	put32(buf, n - 4);
	scsi_in(sc, buf, n, be32(sc->sc_cdb + 6));
}

void
scsi_op_prevent(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	sl->sl_prevent = sc->sc_cdb[4] & 0x03;
}

void
scsi_op_startstop(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	int start = sc->sc_cdb[4] & 0x01, loej = sc->sc_cdb[4] & 0x02;

	if (sc->sc_cdb[4] & 0xf0) {	/* a power condition */
		sl->sl_stopped = (sc->sc_cdb[4] >> 4) == 3;
		return;
	}
	if (loej && !(sl->sl_cf.sm_flags & SCSIM_REMOVABLE)) {
		scsi_badcdb(sl, sc, 4);
		return;
	}
	if (loej && !start && sl->sl_prevent) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x53, 0x02);
		return;
	}
	if (start && !loej && !sl->sl_medium) {
		scsim_sense(sl, sc, SCSIM_NOT_READY, 0x3a, 0x00);
		return;
	}
	sl->sl_stopped = !start;
	if (loej && !start)
		scsim_eject(sl);
	else if (loej && start)
		scsim_insert(sl);
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }

const struct scsi_op scsi_common_ops[256] = {
	OP(0x00, "TEST UNIT READY", op_ready, C_MEDIUM),
	OP(0x03, "REQUEST SENSE", op_request_sense, C_NOUA | C_NORESV),
	OP(0x12, "INQUIRY", op_inquiry, C_NOUA | C_NORESV),
	OP(0x15, "MODE SELECT(6)", op_mode_select6, C_NOATAPI),
	OP(0x16, "RESERVE(6)", op_reserve, C_NORESV | C_NOATAPI),
	OP(0x17, "RELEASE(6)", op_release, C_NORESV | C_NOATAPI),
	OP(0x1a, "MODE SENSE(6)", op_mode_sense6, C_NOATAPI),
	OP(0x1d, "SEND DIAGNOSTIC", op_send_diag, 0),
	OP(0x3b, "WRITE BUFFER", op_write_buffer, 0),
	OP(0x3c, "READ BUFFER", op_read_buffer, 0),
	OP(0x4c, "LOG SELECT", op_log_select, C_MODERN),
	OP(0x4d, "LOG SENSE", op_log_sense, C_NORESV | C_MODERN),
	OP(0x55, "MODE SELECT(10)", op_mode_select10, 0),
	OP(0x56, "RESERVE(10)", op_reserve, C_NORESV | C_MODERN),
	OP(0x57, "RELEASE(10)", op_release, C_NORESV | C_MODERN),
	OP(0x5a, "MODE SENSE(10)", op_mode_sense10, 0),
	OP(0x5e, "PERSISTENT RESERVE IN", op_pr_in, C_NORESV | C_MODERN),
	OP(0x5f, "PERSISTENT RESERVE OUT", op_pr_out, C_NORESV | C_MODERN),
	OP(0xa0, "REPORT LUNS", op_report_luns, C_NOUA | C_NORESV | C_MODERN),
	OP(0xa3, "MAINTENANCE IN", op_maintenance_in, C_MODERN),
};
