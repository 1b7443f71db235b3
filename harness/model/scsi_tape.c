/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: sequential access devices (SSC-3).  The tape is a
 * list of records, each a block of its own length or a file mark; its end is
 * where the last write ended.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define MAXBLOCK	(1u << 20)	/* longest block */
#define MARKSIZE	64u		/* tape that a file mark takes */
#define DENSITY		0x46		/* LTO-4 */

static uint64_t
capacity(const struct scsim_lun *sl)
{

	return sl->sl_cf.sm_nblocks * 1024;
}

static uint64_t
used(const struct tape *t)
{

	return t->t_pos == 0 ? 0 : t->t_recs[t->t_pos - 1].tr_end;
}

/* Past 7/8 of the tape it warns. */
static int
early(const struct scsim_lun *sl)
{

	return used(&sl->u.tape) > capacity(sl) / 8 * 7;
}

static void
truncate_here(struct tape *t)
{

	while (t->t_nrecs > t->t_pos)
		free(t->t_recs[--t->t_nrecs].tr_data);
}

/* Writes one record at the position; ENOSPC at the end of the tape. */
static int
append(struct scsim_lun *sl, const uint8_t *data, uint32_t len)
{
	struct tape *t = &sl->u.tape;
	struct tape_rec *tr;
	uint64_t end = used(t) + (data != NULL ? len : MARKSIZE);

	truncate_here(t);
	if (end > capacity(sl) || t->t_nrecs == TAPE_MAXRECS)
		return ENOSPC;
	if (t->t_nrecs == t->t_room) {
		uint32_t room = t->t_room ? t->t_room * 2 : 32;

		if ((tr = realloc(t->t_recs, room * sizeof(*tr))) == NULL)
			return ENOSPC;
		t->t_recs = tr;
		t->t_room = room;
	}
	tr = &t->t_recs[t->t_nrecs];
	tr->tr_data = NULL;
	if (data != NULL) {
		if ((tr->tr_data = malloc(len)) == NULL)
			return ENOSPC;
		memcpy(tr->tr_data, data, len);
	}
	tr->tr_len = len;
	tr->tr_end = end;
	t->t_pos = ++t->t_nrecs;
	return 0;
}

int
scsim_tape_append(struct scsim_lun *sl, const void *data, size_t len)
{
	uint32_t pos = sl->u.tape.t_pos;
	int error;

	if (data != NULL && (len == 0 || len > MAXBLOCK))
		return EINVAL;
	sl->u.tape.t_pos = sl->u.tape.t_nrecs;
	error = append(sl, data, len);
	sl->u.tape.t_pos = pos;
	return error;
}

/*
 * Looks at the record to read; -1 after a sense at a file mark or the end,
 * with left as the residual.
 */
static int
readable(struct scsim_lun *sl, struct scsim_cmd *sc, uint64_t left)
{
	struct tape *t = &sl->u.tape;

	if (t->t_pos == t->t_nrecs) {
		scsi_sense_full(sl, sc, SCSIM_BLANK_CHECK, 0x00, 0x05, S_INFO, left);
		return -1;
	}
	if (t->t_recs[t->t_pos].tr_data == NULL) {
		t->t_pos++;
		scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x01, S_INFO | S_FILEMARK, left);
		return -1;
	}
	return 0;
}

static void
op_read(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct tape *t = &sl->u.tape;
	int fixed = sc->sc_cdb[1] & 0x01, sili = sc->sc_cdb[1] & 0x02;
	uint32_t count = be24(sc->sc_cdb + 2), i;
	size_t room = sc->sc_out ? 0 : sc->sc_datalen, n;

	if ((fixed && (t->t_blksize == 0 || sili)) ||
	    (fixed && count > SCSIM_XFER_MAX / t->t_blksize)) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if (!fixed) {
		const struct tape_rec *tr;

		if (count == 0 || readable(sl, sc, count) != 0)
			return;
		tr = &t->t_recs[t->t_pos++];
		n = tr->tr_len < count ? tr->tr_len : count;
		sc->sc_want = n;
		n = n < room ? n : room;
		memcpy(sc->sc_data, tr->tr_data, n);
		sc->sc_done = n;
		sl->sl_stats.ss_read += n;
		if (tr->tr_len != count && !(sili && (tr->tr_len < count || t->t_blksize == 0)))
			scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x00, S_INFO | S_ILI,
			    (int64_t)count - tr->tr_len);
		return;
	}
	sc->sc_want = (uint64_t)count * t->t_blksize;
	for (i = 0; i < count; i++) {
		const struct tape_rec *tr;

		if (readable(sl, sc, count - i) != 0)
			return;
		tr = &t->t_recs[t->t_pos++];
		if (tr->tr_len != t->t_blksize) {
			scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x00, S_INFO | S_ILI, count - i);
			return;
		}
		n = tr->tr_len < room ? tr->tr_len : room;
		memcpy(sc->sc_data + sc->sc_done, tr->tr_data, n);
		sc->sc_done += n;
		room -= n;
		sl->sl_stats.ss_read += n;
	}
}

/* The end of the tape: what was left, and that it is the end. */
static void
overflow(struct scsim_lun *sl, struct scsim_cmd *sc, uint64_t left)
{

	scsi_sense_full(sl, sc, SCSIM_VOLUME_OVERFLOW, 0x00, 0x02, S_INFO | S_EOM, left);
}

static void
op_write(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct tape *t = &sl->u.tape;
	int fixed = sc->sc_cdb[1] & 0x01;
	uint32_t count = be24(sc->sc_cdb + 2), i, size = fixed ? t->t_blksize : count;
	const uint8_t *data;

	if ((fixed && size == 0) || size > MAXBLOCK || (fixed && count > SCSIM_XFER_MAX / size)) {
		scsi_badcdb(sl, sc, fixed && size == 0 ? 1 : 2);
		return;
	}
	if (count == 0)
		return;
	if (!fixed)
		count = 1;
	if ((data = scsi_out(sl, sc, (size_t)count * size)) == NULL)
		return;
	for (i = 0; i < count; i++, data += size)
		if (append(sl, data, size) != 0) {
			sc->sc_done = (size_t)i * size;
			overflow(sl, sc, fixed ? count - i : size);
			return;
		}
	sl->sl_stats.ss_written += sc->sc_done;
	if (early(sl))
		scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x02, S_INFO | S_EOM, 0);
}

static void
op_write_marks(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t count = be24(sc->sc_cdb + 2), i;

	if (sc->sc_cdb[1] & 0x02) {	/* set marks */
		scsi_badcdb(sl, sc, 1);
		return;
	}
	sl->sl_stats.ss_syncs++;
	for (i = 0; i < count; i++)
		if (append(sl, NULL, 0) != 0) {
			overflow(sl, sc, count - i);
			return;
		}
	if (count != 0 && early(sl))
		scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x02, S_INFO | S_EOM, 0);
}

/* Moves over count blocks or file marks; the rest is the residual. */
static void
space(struct scsim_lun *sl, struct scsim_cmd *sc, int marks, int64_t count)
{
	struct tape *t = &sl->u.tape;

	while (count > 0) {
		int mark;

		if (t->t_pos == t->t_nrecs) {
			scsi_sense_full(sl, sc, SCSIM_BLANK_CHECK, 0x00, 0x05, S_INFO, count);
			return;
		}
		mark = t->t_recs[t->t_pos++].tr_data == NULL;
		if (mark && !marks) {
			scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x01, S_INFO | S_FILEMARK, count);
			return;
		}
		count -= mark == marks;
	}
	while (count < 0) {
		int mark;

		if (t->t_pos == 0) {
			scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x04, S_INFO | S_EOM,
			    0 - (uint64_t)count);
			return;
		}
		mark = t->t_recs[--t->t_pos].tr_data == NULL;
		if (mark && !marks) {
			scsi_sense_full(sl, sc, SCSIM_NO_SENSE, 0x00, 0x01, S_INFO | S_FILEMARK,
			    0 - (uint64_t)count);
			return;
		}
		count += mark == marks;
	}
}

static void
op_space(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	int long_cdb = sc->sc_cdb[0] == 0x91;
	int64_t count = long_cdb ? (int64_t)be64(sc->sc_cdb + 4) : (int32_t)(be24(sc->sc_cdb + 2) << 8) >> 8;

	switch (sc->sc_cdb[1] & 0x07) {
	case 0:
		space(sl, sc, 0, count);
		break;
	case 1:
		space(sl, sc, 1, count);
		break;
	case 3:
		sl->u.tape.t_pos = sl->u.tape.t_nrecs;
		break;
	default:
		scsi_badcdb(sl, sc, 1);
	}
}

static void
op_locate(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct tape *t = &sl->u.tape;
	uint64_t to = sc->sc_cdb[0] == 0x92 ? be64(sc->sc_cdb + 4) : be32(sc->sc_cdb + 3);

	if (sc->sc_cdb[1] & 0x02) {	/* another partition */
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if (to > t->t_nrecs) {
		t->t_pos = t->t_nrecs;
		scsim_sense(sl, sc, SCSIM_BLANK_CHECK, 0x00, 0x05);
	} else
		t->t_pos = to;
}

static void
op_read_position(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	struct tape *t = &sl->u.tape;
	uint8_t buf[32] = { 0 };
	uint32_t i, marks = 0;

	if (t->t_pos == 0)
		buf[0] |= 0x80;
	if (early(sl))
		buf[0] |= 0x40;
	switch (sc->sc_cdb[1] & 0x1f) {
	case 0x00:
	case 0x01:
		put32(buf + 4, t->t_pos);
		put32(buf + 8, t->t_pos);
		scsi_in(sc, buf, 20, 20);
		break;
	case 0x06:
		for (i = 0; i < t->t_pos; i++)
			marks += t->t_recs[i].tr_data == NULL;
		put64(buf + 8, t->t_pos);
		put64(buf + 16, marks);
		scsi_in(sc, buf, 32, 32);
		break;
	default:
		scsi_badcdb(sl, sc, 1);
	}
}

static void
op_rewind(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	sl->u.tape.t_pos = 0;
}

static void
op_erase(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	truncate_here(&sl->u.tape);
}

static void
op_load(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	if (sc->sc_cdb[4] & 0x01) {
		sl->u.tape.t_pos = 0;
		scsim_insert(sl);
	} else if (sl->sl_prevent)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x53, 0x02);
	else
		scsim_eject(sl);
}

static void
op_block_limits(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[6] = { 0 };

	put24(buf + 1, MAXBLOCK);
	put16(buf + 4, 1);
	scsi_in(sc, buf, sizeof(buf), sizeof(buf));
}

static void
op_density(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[4 + 52] = { 0, 54 };

	buf[4] = buf[5] = DENSITY;
	buf[6] = 0xa0;			/* writable, default */
	memcpy(buf + 20, "RUMPFUZZ", 8);
	memcpy(buf + 28, "U-416   ", 8);
	memcpy(buf + 36, "Tape                ", 20);
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 7));
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }
#define R	C_MEDIUM
#define W	(C_MEDIUM | C_WRITE)

static const struct scsi_op tape_ops[256] = {
	OP(0x01, "REWIND", op_rewind, R),
	OP(0x05, "READ BLOCK LIMITS", op_block_limits, 0),
	OP(0x08, "READ(6)", op_read, R),
	OP(0x0a, "WRITE(6)", op_write, W),
	OP(0x10, "WRITE FILEMARKS(6)", op_write_marks, W),
	OP(0x11, "SPACE(6)", op_space, R),
	OP(0x19, "ERASE(6)", op_erase, W),
	OP(0x1b, "LOAD UNLOAD", op_load, 0),
	OP(0x1e, "PREVENT ALLOW MEDIUM REMOVAL", scsi_op_prevent, C_NORESV),
	OP(0x2b, "LOCATE(10)", op_locate, R),
	OP(0x34, "READ POSITION", op_read_position, R),
	OP(0x44, "REPORT DENSITY SUPPORT", op_density, R),
	OP(0x91, "SPACE(16)", op_space, R | C_MODERN),
	OP(0x92, "LOCATE(16)", op_locate, R | C_MODERN),
};

static int
tape_init(struct scsim_lun *sl)
{

	if (sl->sl_cf.sm_blksize > MAXBLOCK)
		return EINVAL;
	sl->sl_cf.sm_flags |= SCSIM_REMOVABLE;
	if (sl->sl_cf.sm_nblocks == 0)
		sl->sl_cf.sm_nblocks = 4096;	/* 4 MiB */
	if (sl->sl_cf.sm_nblocks > 65536)
		return EINVAL;
	return 0;
}

static void
tape_fini(struct scsim_lun *sl)
{

	sl->u.tape.t_pos = 0;
	truncate_here(&sl->u.tape);
	free(sl->u.tape.t_recs);
}

static void
tape_reset(struct scsim_lun *sl)
{

	sl->u.tape.t_blksize = sl->sl_cf.sm_blksize;
	sl->u.tape.t_density = DENSITY;
	sl->u.tape.t_bufmode = 1;
	sl->u.tape.t_pos = 0;
}

static void
tape_medium(struct scsim_lun *sl, int there)
{

	sl->u.tape.t_pos = 0;
}

static unsigned
tape_modes(struct scsim_lun *sl, uint8_t *cur, uint8_t *mask)
{
	static const uint8_t recovery[12] = { 0x01, 10, 0, 8 };
	static const uint8_t recovery_mask[12] = { 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0xff };
	static const uint8_t control[12] = { 0x0a, 10, 0, 0x10 };
	static const uint8_t control_mask[12] = { 0, 0, 0x04, 0xf0 };
	static const uint8_t compression[16] = { 0x0f, 14, 0xc0, 0x80 };
	static const uint8_t compression_mask[16] = { 0, 0, 0x80, 0x80 };
	static const uint8_t config[16] = { 0x10, 14, 0, 0, 0, 0, 0, 100, 0x40, 0, 0x18, 0, 0, 0, 1 };
	static const uint8_t config_mask[16] = { [7] = 0xff, [14] = 0xff };
	unsigned at = 0;

	at = scsi_page(cur, mask, at, recovery, recovery_mask, 12);
	at = scsi_page(cur, mask, at, control, control_mask, 12);
	at = scsi_page(cur, mask, at, compression, compression_mask, 16);
	return scsi_page(cur, mask, at, config, config_mask, 16);
}

static uint8_t
tape_devspec(struct scsim_lun *sl)
{

	return (sl->sl_wp ? 0x80 : 0) | sl->u.tape.t_bufmode << 4;
}

static unsigned
tape_blkdesc(struct scsim_lun *sl, uint8_t *p, int longlba)
{

	p[0] = sl->u.tape.t_density;
	put24(p + 5, sl->u.tape.t_blksize);
	return 8;
}

static int
tape_setdesc(struct scsim_lun *sl, const uint8_t *p, unsigned len)
{

	if (len != 8 || be24(p + 5) > MAXBLOCK)
		return -1;
	sl->u.tape.t_blksize = be24(p + 5);
	if (p[0] != 0 && p[0] != 0x7f)
		sl->u.tape.t_density = p[0];
	return 0;
}

const struct scsi_unit scsi_tape_unit = {
	.su_ops = tape_ops, .su_product = "TAPE", .su_init = tape_init, .su_fini = tape_fini,
	.su_reset = tape_reset, .su_modes = tape_modes, .su_devspec = tape_devspec,
	.su_blkdesc = tape_blkdesc, .su_setdesc = tape_setdesc, .su_medium = tape_medium,
};
