/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: medium changers (SMC-3).  Pickers have addresses
 * from 1, drives from 0x100, portals from 0x200, slots from 0x1000.  All
 * slots but the last hold a volume at first.  A volume that is put into
 * drive i is the medium of the unit i + 1 after the changer.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define PICKER		1
#define SLOT		2
#define PORTAL		3
#define DRIVE		4

static const uint16_t base[5] = { 0, 0x0001, 0x1000, 0x0200, 0x0100 };

static struct element *
element(struct scsim_lun *sl, unsigned addr)
{
	struct changer *ch = sl->u.ch;
	unsigned i;

	/* Zero is the default picker. */
	if (addr == 0)
		addr = base[PICKER];
	for (i = 0; i < ch->ch_n; i++)
		if (ch->ch_e[i].e_addr == addr)
			return &ch->ch_e[i];
	return NULL;
}

/* A drive's unit learns that its medium came or went. */
static void
drive_changed(struct scsim_lun *sl, const struct element *e)
{
	struct scsim_lun *drive;

	if (e->e_type != DRIVE)
		return;
	drive = scsim_lun(sl->sl_target, sl->sl_no + 1 + e->e_addr - base[DRIVE]);
	if (drive == NULL || !(drive->sl_cf.sm_flags & SCSIM_REMOVABLE))
		return;
	if (e->e_full)
		scsim_insert(drive);
	else
		scsim_eject(drive);
}

static void
transfer(struct scsim_lun *sl, struct element *from, struct element *to, int invert)
{

	to->e_full = 1;
	to->e_inverted = from->e_inverted ^ (invert != 0);
	to->e_from = from->e_type == SLOT ? from->e_addr : from->e_from;
	memcpy(to->e_tag, from->e_tag, sizeof(to->e_tag));
	from->e_full = from->e_inverted = 0;
	from->e_from = 0;
	memset(from->e_tag, ' ', sizeof(from->e_tag));
	drive_changed(sl, from);
	drive_changed(sl, to);
}

/* A drive whose unit holds its medium does not let go of it. */
static int
held(struct scsim_lun *sl, const struct element *e)
{
	struct scsim_lun *drive;

	if (e->e_type != DRIVE)
		return 0;
	drive = scsim_lun(sl->sl_target, sl->sl_no + 1 + e->e_addr - base[DRIVE]);
	return drive != NULL && drive->sl_prevent;
}

static void
bad_element(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x01);
}

static void
op_move(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct element *t = element(sl, be16(sc->sc_cdb + 2));
	struct element *from = element(sl, be16(sc->sc_cdb + 4));
	struct element *to = element(sl, be16(sc->sc_cdb + 6));

	if (t == NULL || t->e_type != PICKER || from == NULL || to == NULL)
		bad_element(sl, sc);
	else if (!from->e_full)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x3b, 0x0e);
	else if (to->e_full && to != from)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x3b, 0x0d);
	else if (held(sl, from))
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x53, 0x02);
	else if (to != from)
		transfer(sl, from, to, sc->sc_cdb[10] & 0x01);
}

static void
op_exchange(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct element *t = element(sl, be16(sc->sc_cdb + 2));
	struct element *src = element(sl, be16(sc->sc_cdb + 4));
	struct element *first = element(sl, be16(sc->sc_cdb + 6));
	struct element *second = element(sl, be16(sc->sc_cdb + 8));
	struct element hand = { 0 };

	if (t == NULL || t->e_type != PICKER || src == NULL || first == NULL || second == NULL)
		bad_element(sl, sc);
	else if (src == first || first == second || !src->e_full || !first->e_full)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x3b, 0x0e);
	else if (second->e_full && second != src)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x3b, 0x0d);
	else if (held(sl, src) || held(sl, first))
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x53, 0x02);
	else {
		transfer(sl, first, &hand, sc->sc_cdb[10] & 0x02);
		transfer(sl, src, first, sc->sc_cdb[10] & 0x01);
		transfer(sl, &hand, second, 0);
	}
}

static void
op_position(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct element *t = element(sl, be16(sc->sc_cdb + 2));

	if (t == NULL || t->e_type != PICKER || element(sl, be16(sc->sc_cdb + 4)) == NULL)
		bad_element(sl, sc);
}

/* One element's descriptor; returns its length. */
static unsigned
descriptor(struct scsim_lun *sl, const struct element *e, int tags, uint8_t *p)
{

	put16(p, e->e_addr);
	p[2] = e->e_full ? 0x01 : 0;
	if (e->e_type != PICKER)
		p[2] |= 0x08;
	if (e->e_type == PORTAL)
		p[2] |= 0x30;
	if (e->e_type == DRIVE) {
		p[6] = 0x30 | ((sl->sl_no + 1 + e->e_addr - base[DRIVE]) & 7);
		p[7] = 0;
	}
	if (e->e_from != 0) {
		p[9] = 0x80 | (e->e_inverted ? 0x40 : 0);
		put16(p + 10, e->e_from);
	}
	if (!tags)
		return 16;
	memcpy(p + 12, e->e_tag, sizeof(e->e_tag));
	return 52;
}

static void
op_read_status(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *cdb = sc->sc_cdb;
	struct changer *ch = sl->u.ch;
	int tags = (cdb[1] & 0x10) != 0;
	unsigned type = cdb[1] & 0x0f, start = be16(cdb + 2), max = be16(cdb + 4);
	unsigned n = 8, count = 0, i, head = 0, last = 0;
	uint8_t *buf;

	if (type > DRIVE) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if ((buf = calloc(1, 8 + 4 * 8 + MAXELEM * 52)) == NULL) {
		scsim_sense(sl, sc, SCSIM_HARDWARE_ERROR, 0x44, 0x00);
		return;
	}
	for (i = 0; i < ch->ch_n && count < max; i++) {
		const struct element *e = &ch->ch_e[i];

		if (e->e_addr < start || (type != 0 && e->e_type != type))
			continue;
		if (count == 0)
			put16(buf, e->e_addr);
		if (e->e_type != last) {	/* a new page */
			last = e->e_type;
			head = n;
			buf[n] = last;
			buf[n + 1] = tags ? 0x80 : 0;
			put16(buf + n + 2, tags ? 52 : 16);
			n += 8;
		}
		n += descriptor(sl, e, tags, buf + n);
		put24(buf + head + 5, n - head - 8);
		count++;
	}
	put16(buf + 2, count);
	put24(buf + 5, n - 8);
	scsi_in(sc, buf, n, be24(cdb + 7));
	free(buf);
}

/* SEND VOLUME TAG: assert, replace and undefine of primary tags. */
static void
op_send_tag(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct element *e = element(sl, be16(sc->sc_cdb + 2));
	unsigned sac = sc->sc_cdb[5] & 0x1f, len = be16(sc->sc_cdb + 8);
	const uint8_t *p = NULL;

	if (e == NULL) {
		bad_element(sl, sc);
		return;
	}
	if (sac != 0x08 && sac != 0x0a && sac != 0x0c) {
		scsi_badcdb(sl, sc, 5);
		return;
	}
	if (sac != 0x0c && ((p = scsi_out(sl, sc, len)) == NULL || len < 32)) {
		if (p != NULL)
			scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	if (sac == 0x08 && e->e_tag[0] != ' ') {
		scsi_badparam(sl, sc, 0);
		return;
	}
	if (p != NULL)
		memcpy(e->e_tag, p, sizeof(e->e_tag));
	else
		memset(e->e_tag, ' ', sizeof(e->e_tag));
}

static void
op_request_address(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8] = { 0 };

	scsi_in(sc, buf, sizeof(buf), be24(sc->sc_cdb + 7));
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }

static const struct scsi_op changer_ops[256] = {
	OP(0x07, "INITIALIZE ELEMENT STATUS", scsi_op_good, 0),
	OP(0x1e, "PREVENT ALLOW MEDIUM REMOVAL", scsi_op_prevent, C_NORESV),
	OP(0x2b, "POSITION TO ELEMENT", op_position, 0),
	OP(0x37, "INITIALIZE ELEMENT STATUS WITH RANGE", scsi_op_good, 0),
	OP(0xa5, "MOVE MEDIUM", op_move, 0),
	OP(0xa6, "EXCHANGE MEDIUM", op_exchange, 0),
	OP(0xb5, "REQUEST VOLUME ELEMENT ADDRESS", op_request_address, 0),
	OP(0xb6, "SEND VOLUME TAG", op_send_tag, 0),
	OP(0xb8, "READ ELEMENT STATUS", op_read_status, 0),
};

/* Volume tags: RF0001L1, RF0002L1, ... */
static void
name_volume(struct element *e, unsigned n)
{

	memset(e->e_tag, ' ', sizeof(e->e_tag));
	memcpy(e->e_tag, "RF0000L1", 8);
	e->e_tag[3] = '0' + n / 100 % 10;
	e->e_tag[4] = '0' + n / 10 % 10;
	e->e_tag[5] = '0' + n % 10;
}

static int
changer_init(struct scsim_lun *sl)
{
	struct scsim_config *cf = &sl->sl_cf;
	uint16_t *const counts[5] = { NULL, &cf->sm_pickers, &cf->sm_slots, &cf->sm_portals,
		&cf->sm_drives };
	static const uint8_t order[4] = { PICKER, DRIVE, PORTAL, SLOT };
	struct changer *ch;
	unsigned i, k;

	if (cf->sm_pickers == 0 && cf->sm_slots == 0 && cf->sm_drives == 0) {
		cf->sm_pickers = cf->sm_portals = 1;
		cf->sm_slots = 4;
		cf->sm_drives = 1;
	}
	if (cf->sm_pickers + cf->sm_slots + cf->sm_portals + cf->sm_drives > (int)MAXELEM)
		return EINVAL;
	if ((ch = sl->u.ch = calloc(1, sizeof(*ch))) == NULL)
		return ENOMEM;
	for (k = 0; k < 4; k++)
		for (i = 0; i < *counts[order[k]]; i++) {
			struct element *e = &ch->ch_e[ch->ch_n++];

			e->e_type = order[k];
			e->e_addr = base[order[k]] + i;
			memset(e->e_tag, ' ', sizeof(e->e_tag));
			if (order[k] == SLOT && i + 1 < cf->sm_slots) {
				e->e_full = 1;
				name_volume(e, i + 1);
			}
		}
	return 0;
}

static void
changer_fini(struct scsim_lun *sl)
{

	free(sl->u.ch);
}

static unsigned
changer_modes(struct scsim_lun *sl, uint8_t *cur, uint8_t *mask)
{
	const struct scsim_config *cf = &sl->sl_cf;
	static const uint8_t capabilities[20] = { 0x1f, 18, 0x0e, 0, 0x0e, 0x0e, 0x0e, 0x0e, 0, 0, 0,
		0, 0x0e, 0x0e, 0x0e, 0x0e };
	static const uint8_t geometry[4] = { 0x1e, 2, 0x01, 0 };
	uint8_t assign[20] = { 0x1d, 18 };
	unsigned at = 0;

	put16(assign + 2, base[PICKER]);
	put16(assign + 4, cf->sm_pickers);
	put16(assign + 6, base[SLOT]);
	put16(assign + 8, cf->sm_slots);
	put16(assign + 10, base[PORTAL]);
	put16(assign + 12, cf->sm_portals);
	put16(assign + 14, base[DRIVE]);
	put16(assign + 16, cf->sm_drives);
	at = scsi_page(cur, mask, at, assign, NULL, 20);
	at = scsi_page(cur, mask, at, geometry, NULL, 4);
	return scsi_page(cur, mask, at, capabilities, NULL, 20);
}

const struct scsi_unit scsi_changer_unit = {
	.su_ops = changer_ops, .su_product = "CHANGER", .su_init = changer_init,
	.su_fini = changer_fini, .su_modes = changer_modes,
};
