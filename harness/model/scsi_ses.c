/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: enclosures (SES-2), and processors that speak for
 * an enclosure in the way of SAF-TE (READ BUFFER and WRITE BUFFER, mode 1).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define OK_STATUS	0x01

static void
put_page(struct scsim_cmd *sc, uint8_t *buf, unsigned n)
{

	put16(buf + 2, n - 4);
	scsi_in(sc, buf, n, be16(sc->sc_cdb + 3));
}

/* Page 1: the enclosure, its types of elements, and their names. */
static unsigned
configuration(const struct scsim_lun *sl, uint8_t *p)
{
	const struct enclosure *en = sl->u.en;
	static const char name[] = "element";
	unsigned n = 8, i;

	put32(p + 4, en->en_gen);
	p[n] = 0x11;			/* process 1 of 1 */
	p[n + 2] = en->en_ntypes;
	p[n + 3] = 36;
	put64(p + n + 4, 0x3000000052460000ull | sl->sl_no);
	memcpy(p + n + 12, sl->sl_vendor, 8);
	memcpy(p + n + 20, sl->sl_product, 16);
	memcpy(p + n + 36, sl->sl_revision, 4);
	n += 40;
	for (i = 0; i < en->en_ntypes; i++, n += 4) {
		p[n] = en->en_types[i];
		p[n + 1] = en->en_count[i];
		p[n + 3] = sizeof(name) - 1;
	}
	for (i = 0; i < en->en_ntypes; i++, n += sizeof(name) - 1)
		memcpy(p + n, name, sizeof(name) - 1);
	return n;
}

static void
op_receive_diag(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	static const uint8_t pages[] = { 0x00, 0x01, 0x02, 0x04, 0x05, 0x07, 0x08 };
	const struct enclosure *en = sl->u.en;
	uint8_t buf[8 + 4 * (MAXELEM + 16) + 256] = { 0 };
	unsigned page = sc->sc_cdb[1] & 0x01 ? sc->sc_cdb[2] : 0x02, n = 8;

	buf[0] = page;
	switch (page) {
	case 0x00:
		memcpy(buf + 4, pages, sizeof(pages));
		n = 4 + sizeof(pages);
		break;
	case 0x01:
		n = configuration(sl, buf);
		break;
	case 0x02:
		buf[1] = en->en_over;
		put32(buf + 4, en->en_gen);
		memcpy(buf + 8, en->en_status, 4 * en->en_n);
		n += 4 * en->en_n;
		break;
	case 0x04:
		memcpy(buf + 4, en->en_text, sizeof(en->en_text));
		n = 4 + sizeof(en->en_text);
		break;
	case 0x05:
		put32(buf + 4, en->en_gen);
		n += 4 * en->en_n;
		break;
	case 0x07:
		put32(buf + 4, en->en_gen);
		n += 4 * en->en_n;
		break;
	case 0x08:
		buf[1] = en->en_over;
		n = 4;
		break;
	default:
		scsi_badcdb(sl, sc, 2);
		return;
	}
	put_page(sc, buf, n);
}

/* Page 2 from the initiator: what each selected element is to do. */
static void
control(struct scsim_lun *sl, struct scsim_cmd *sc, const uint8_t *p, unsigned len)
{
	struct enclosure *en = sl->u.en;
	unsigned i;

	if (len < 8 || be32(p + 4) != en->en_gen) {
		scsi_badparam(sl, sc, 4);
		return;
	}
	en->en_over = p[1] & 0x0f;
	for (i = 0; i < en->en_n && 8 + 4 * i + 4 <= len; i++) {
		const uint8_t *c = p + 8 + 4 * i;

		if (!(c[0] & 0x80))
			continue;
		en->en_status[i][0] = (c[0] & 0x60) | (en->en_status[i][0] & 0x0f);
		memcpy(&en->en_status[i][1], c + 1, 3);
	}
}

static void
op_send_diag(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	unsigned len = be16(sc->sc_cdb + 3), n;
	const uint8_t *p;

	if (len == 0)			/* the self test, passed */
		return;
	if (!(sc->sc_cdb[1] & 0x10)) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if ((p = scsi_out(sl, sc, len)) == NULL)
		return;
	if (len < 4 || be16(p + 2) > len - 4u) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	n = 4 + be16(p + 2);
	switch (p[0]) {
	case 0x02:
		control(sl, sc, p, n);
		break;
	case 0x04:
		memcpy(sl->u.en->en_text, p + 4, n - 4 < sizeof(sl->u.en->en_text) ? n - 4 :
		    sizeof(sl->u.en->en_text));
		break;
	case 0x05:
		break;
	default:
		scsi_badparam(sl, sc, 0);
	}
}

/*
 * SAF-TE: two fans, one supply, slots, a lock, three thermometers, an alarm.
 */

#define SAFTE_FANS	2
#define SAFTE_POWER	1
#define SAFTE_SLOTS	4
#define SAFTE_TEMPS	3

static void
op_read_buffer(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const struct enclosure *en = sl->u.en;
	uint8_t buf[64] = { 0 };
	uint32_t alloc = be24(sc->sc_cdb + 6);
	unsigned n = 0, i;

	if (!(sl->sl_cf.sm_flags & SCSIM_SAFTE)) {
		scsi_common_ops[0x3c].op_fn(sl, sc);
		return;
	}
	if ((sc->sc_cdb[1] & 0x1f) != 1) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	switch (sc->sc_cdb[2]) {
	case 0x00:			/* configuration */
		buf[0] = SAFTE_FANS;
		buf[1] = SAFTE_POWER;
		buf[2] = SAFTE_SLOTS;
		buf[3] = 1;
		buf[4] = SAFTE_TEMPS;
		buf[5] = 1;
		n = 64;
		break;
	case 0x01:			/* enclosure status */
		n += SAFTE_FANS + SAFTE_POWER;
		for (i = 0; i < SAFTE_SLOTS; i++)
			buf[n++] = i;
		buf[n++] = 0x80;	/* unlocked */
		buf[n++] = en->en_text[0];
		for (i = 0; i < SAFTE_TEMPS; i++)
			buf[n++] = 35;
		n += 2;
		break;
	case 0x02:			/* usage statistics */
	case 0x03:			/* device insertions */
		n = 16;
		break;
	case 0x04:			/* slot status */
		for (i = 0; i < SAFTE_SLOTS; i++, n += 4) {
			buf[n] = en->en_status[i][0];
			buf[n + 3] = 0x03;
		}
		break;
	case 0x05:			/* global flags */
		memcpy(buf, en->en_status[SAFTE_SLOTS], 3);
		n = 16;
		break;
	default:
		scsi_badcdb(sl, sc, 2);
		return;
	}
	scsi_in(sc, buf, n, alloc);
}

static void
op_write_buffer(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct enclosure *en = sl->u.en;
	uint32_t len = be24(sc->sc_cdb + 6);
	const uint8_t *p;
	unsigned i;

	if (!(sl->sl_cf.sm_flags & SCSIM_SAFTE)) {
		scsi_common_ops[0x3b].op_fn(sl, sc);
		return;
	}
	if ((sc->sc_cdb[1] & 0x1f) != 1 || len == 0 || len > 4096) {
		scsi_badcdb(sl, sc, (sc->sc_cdb[1] & 0x1f) != 1 ? 1 : 6);
		return;
	}
	if ((p = scsi_out(sl, sc, len)) == NULL)
		return;
	switch (p[0]) {
	case 0x10:			/* device slot status */
		for (i = 0; i < SAFTE_SLOTS && 1 + 3 * i < len; i++)
			en->en_status[i][0] = p[1 + 3 * i];
		break;
	case 0x12:			/* slot operation */
	case 0x13:			/* fan speed */
	case 0x14:			/* supplies */
		break;
	case 0x15:			/* global flags */
		for (i = 0; i < 3 && i + 1 < len; i++)
			en->en_status[SAFTE_SLOTS][i] = p[i + 1];
		break;
	default:
		scsi_badparam(sl, sc, 0);
	}
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }

static const struct scsi_op ses_ops[256] = {
	OP(0x1c, "RECEIVE DIAGNOSTIC RESULTS", op_receive_diag, 0),
	OP(0x1d, "SEND DIAGNOSTIC", op_send_diag, 0),
};

static const struct scsi_op processor_ops[256] = {
	OP(0x3b, "WRITE BUFFER", op_write_buffer, 0),
	OP(0x3c, "READ BUFFER", op_read_buffer, 0),
};

static int
ses_init(struct scsim_lun *sl)
{
	static const uint8_t defaults[16] = { [1] = 4, [2] = 2, [3] = 2, [4] = 1, [5] = 1, [6] = 1 };
	const uint8_t *want = sl->sl_cf.sm_elements;
	struct enclosure *en;
	unsigned i, k, n = 0;

	if ((en = sl->u.en = calloc(1, sizeof(*en))) == NULL)
		return ENOMEM;
	for (i = 0, k = 0; i < 16; i++)
		k += want[i];
	if (k == 0)
		want = defaults;
	for (i = 0; i < 16; i++) {
		if (want[i] == 0 || n + 1 + want[i] > MAXELEM)
			continue;
		en->en_types[en->en_ntypes] = i;
		en->en_count[en->en_ntypes++] = want[i];
		for (k = 0; k <= want[i]; k++)
			en->en_status[n++][0] = OK_STATUS;
	}
	en->en_n = n;
	memcpy(en->en_text, "rumpfuzz", 8);
	return 0;
}

static void
ses_fini(struct scsim_lun *sl)
{

	free(sl->u.en);
}

const struct scsi_unit scsi_ses_unit = {
	.su_ops = ses_ops, .su_product = "ENCLOSURE", .su_init = ses_init, .su_fini = ses_fini,
};

const struct scsi_unit scsi_processor_unit = {
	.su_ops = processor_ops, .su_product = "PROCESSOR", .su_init = ses_init,
	.su_fini = ses_fini,
};
