/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: CD and DVD drives (MMC-5).  Tracks share the disc
 * evenly; sessions share the tracks.  Audio sectors are 2352 bytes of which
 * the medium's 2048 are the first.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define CD_BLOCK	2048u
#define CD_RAW		2352u
#define LEADOUT		0xaa

static unsigned
ntracks(const struct scsim_lun *sl)
{

	return sl->sl_cf.sm_tracks;
}

/* First block of track t (1 ... n), or of the lead-out (n + 1). */
static uint32_t
track_start(const struct scsim_lun *sl, unsigned t)
{

	return sl->sl_cf.sm_nblocks * (t - 1) / ntracks(sl);
}

static unsigned
track_of(const struct scsim_lun *sl, uint32_t lba)
{
	unsigned t;

	for (t = ntracks(sl); t > 1 && track_start(sl, t) > lba; t--)
		continue;
	return t;
}

static int
is_audio(const struct scsim_lun *sl, unsigned t)
{

	return t + sl->sl_cf.sm_audio > ntracks(sl);
}

/* First track of session s (1 ... n). */
static unsigned
session_track(const struct scsim_lun *sl, unsigned s)
{

	return 1 + (s - 1) * ntracks(sl) / sl->sl_cf.sm_sessions;
}

static unsigned
session_of(const struct scsim_lun *sl, unsigned t)
{
	unsigned s;

	for (s = sl->sl_cf.sm_sessions; s > 1 && session_track(sl, s) > t; s--)
		continue;
	return s;
}

/* An address in four bytes: block number, or minute, second, frame. */
static void
put_addr(uint8_t *p, uint32_t lba, int msf)
{

	if (!msf) {
		put32(p, lba);
		return;
	}
	lba += 150;
	p[0] = 0;
	p[1] = lba / 75 / 60;
	p[2] = lba / 75 % 60;
	p[3] = lba % 75;
}

/* Blocks from a minute, second, frame address; -1 before 00:02:00. */
static int64_t
from_msf(const uint8_t *p)
{

	return (p[0] * 60 + p[1]) * 75 + p[2] - 150;
}

static void
op_read_toc(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *cdb = sc->sc_cdb;
	int msf = (cdb[1] & 0x02) != 0;
	unsigned format = cdb[2] & 0x0f, first = cdb[6], n = 4, t, s;
	uint8_t buf[4 + 11 * 400] = { 0 };

	/* SFF-8020 drives have the format in the last byte. */
	if (format == 0)
		format = cdb[9] >> 6;
	switch (format) {
	case 0:
		if (first > ntracks(sl) && first != LEADOUT) {
			scsi_badcdb(sl, sc, 6);
			return;
		}
		buf[2] = 1;
		buf[3] = ntracks(sl);
		for (t = first == 0 ? 1 : first; t <= ntracks(sl); t++, n += 8) {
			buf[n + 1] = is_audio(sl, t) ? 0x10 : 0x14;
			buf[n + 2] = t;
			put_addr(buf + n + 4, track_start(sl, t), msf);
		}
		buf[n + 1] = is_audio(sl, ntracks(sl)) ? 0x10 : 0x14;
		buf[n + 2] = LEADOUT;
		put_addr(buf + n + 4, sl->sl_cf.sm_nblocks, msf);
		n += 8;
		break;
	case 1:
		buf[2] = 1;
		buf[3] = sl->sl_cf.sm_sessions;
		t = session_track(sl, sl->sl_cf.sm_sessions);
		buf[n + 1] = is_audio(sl, t) ? 0x10 : 0x14;
		buf[n + 2] = t;
		put_addr(buf + n + 4, track_start(sl, t), msf);
		n += 8;
		break;
	case 2:
		buf[2] = 1;
		buf[3] = sl->sl_cf.sm_sessions;
		for (s = 1; s <= sl->sl_cf.sm_sessions; s++) {
			unsigned lo = session_track(sl, s);
			unsigned hi = s == sl->sl_cf.sm_sessions ? ntracks(sl) :
			    session_track(sl, s + 1) - 1;
			uint8_t point[3] = { 0xa0, 0xa1, 0xa2 };
			unsigned i;

			for (i = 0; i < 3 + hi - lo + 1; i++, n += 11) {
				t = i < 3 ? lo : lo + i - 3;
				buf[n] = s;
				buf[n + 1] = is_audio(sl, t) ? 0x10 : 0x14;
				buf[n + 3] = i < 3 ? point[i] : t;
				if (i == 0)
					buf[n + 8] = lo;
				else if (i == 1)
					buf[n + 8] = hi;
				else
					put_addr(buf + n + 7, i == 2 ? track_start(sl, hi + 1) :
					    track_start(sl, t), 1);
			}
		}
		break;
	default:
		scsi_badcdb(sl, sc, 2);
		return;
	}
	put16(buf, n - 2);
	scsi_in(sc, buf, n, be16(cdb + 7));
}

static void
op_read_subchannel(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	int msf = (sc->sc_cdb[1] & 0x02) != 0;
	uint8_t buf[24] = { 0 };
	uint32_t pos = sl->u.cd.c_pos;
	unsigned t = track_of(sl, pos), n = 4;

	buf[1] = sl->u.cd.c_audio ? sl->u.cd.c_audio : 0x15;
	if (sc->sc_cdb[2] & 0x40) {
		buf[4] = sc->sc_cdb[3];
		switch (sc->sc_cdb[3]) {
		case 1:
			buf[5] = is_audio(sl, t) ? 0x10 : 0x14;
			buf[6] = t;
			buf[7] = 1;
			put_addr(buf + 8, pos, msf);
			put_addr(buf + 12, pos - track_start(sl, t), msf);
			n = 16;
			break;
		case 2:
		case 3:
			if (sc->sc_cdb[3] == 3) {
				buf[5] = is_audio(sl, t) ? 0x10 : 0x14;
				buf[6] = t;
			}
			n = 24;
			break;
		default:
			scsi_badcdb(sl, sc, 3);
			return;
		}
	}
	put16(buf + 2, n - 4);
	scsi_in(sc, buf, n, be16(sc->sc_cdb + 7));
}

static void
op_read_header(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t lba = be32(sc->sc_cdb + 2);
	uint8_t buf[8] = { 1 };

	if (lba >= sl->sl_cf.sm_nblocks) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
		return;
	}
	put_addr(buf + 4, lba, (sc->sc_cdb[1] & 0x02) != 0);
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 7));
}

/* READ of data blocks: not from audio tracks. */
static void
op_read(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint64_t lba, n;

	if (scsi_cdb_range(sc, &lba, &n) == 0 && n != 0 && lba < sl->sl_cf.sm_nblocks &&
	    is_audio(sl, track_of(sl, lba))) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x64, 0x00);
		return;
	}
	scsi_op_read(sl, sc);
}

/* READ CD and READ CD MSF: user data, or whole sectors of 2352 bytes. */
static void
op_read_cd(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *cdb = sc->sc_cdb;
	uint8_t sector[CD_RAW];
	uint32_t size = 0, type = cdb[1] >> 2 & 7;
	uint64_t lba, n, i;
	int error;

	if (cdb[0] == 0xb9) {
		int64_t lo = from_msf(cdb + 3), hi = from_msf(cdb + 6);

		if (lo < 0 || hi < lo) {
			scsi_badcdb(sl, sc, 3);
			return;
		}
		lba = lo;
		n = hi - lo;
	} else {
		lba = be32(cdb + 2);
		n = be24(cdb + 6);
	}
	if (lba > sl->sl_cf.sm_nblocks || n > sl->sl_cf.sm_nblocks - lba) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
		return;
	}
	if (cdb[9] & 0xf8)
		size = (cdb[9] & 0xe8) == 0 && cdb[9] & 0x10 && !(n != 0 &&
		    is_audio(sl, track_of(sl, lba))) ? CD_BLOCK : CD_RAW;
	if (type > 5 || (type > 1 && n != 0 && is_audio(sl, track_of(sl, lba)))) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x64, 0x00);
		return;
	}
	if (size != 0 && n > SCSIM_XFER_MAX / size) {
		scsi_badcdb(sl, sc, 6);
		return;
	}
	sc->sc_want = n * size;
	for (i = 0; size != 0 && i < n && !sc->sc_out; i++) {
		uint8_t *user = size == CD_RAW && !is_audio(sl, track_of(sl, lba + i)) ?
		    sector + 16 : sector;
		size_t room = sc->sc_datalen - sc->sc_done;

		memset(sector, 0, sizeof(sector));
		if ((error = scsi_store_read(sl, (lba + i) * CD_BLOCK, user, CD_BLOCK)) != 0) {
			scsi_sense_full(sl, sc, SCSIM_MEDIUM_ERROR, 0x11, 0x05, S_INFO, lba + i);
			return;
		}
		if (user != sector) {
			memset(sector + 1, 0xff, 10);
			put_addr(sector + 11, lba + i, 1);
			sector[11] = 0;
			sector[15] = 1;
		}
		room = room < size ? room : size;
		memcpy(sc->sc_data + sc->sc_done, sector, room);
		sc->sc_done += room;
		if (room < size)
			break;
	}
}

static void
play(struct scsim_lun *sl, struct scsim_cmd *sc, int64_t from, int64_t to)
{

	if (from < 0 || to < from || (uint64_t)to > sl->sl_cf.sm_nblocks) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
		return;
	}
	if (from < to && !is_audio(sl, track_of(sl, from))) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x64, 0x00);
		return;
	}
	sl->u.cd.c_pos = from;
	sl->u.cd.c_end = to;
	sl->u.cd.c_audio = from < to ? 0x11 : 0x13;
}

static void
op_play(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *cdb = sc->sc_cdb;
	unsigned t, last;

	switch (cdb[0]) {
	case 0x45:
		play(sl, sc, be32(cdb + 2), (int64_t)be32(cdb + 2) + be16(cdb + 7));
		break;
	case 0xa5:
		play(sl, sc, be32(cdb + 2), (int64_t)be32(cdb + 2) + be32(cdb + 6));
		break;
	case 0x47:
		play(sl, sc, from_msf(cdb + 3), from_msf(cdb + 6));
		break;
	case 0x48:
		t = cdb[4];
		last = cdb[7] < ntracks(sl) ? cdb[7] : ntracks(sl);
		if (t == 0 || t > last) {
			scsi_badcdb(sl, sc, 4);
			break;
		}
		play(sl, sc, track_start(sl, t), track_start(sl, last + 1));
		break;
	}
}

static void
op_pause(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	int resume = sc->sc_cdb[8] & 0x01;

	if (sl->u.cd.c_audio != 0x11 && sl->u.cd.c_audio != 0x12)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x2c, 0x00);
	else
		sl->u.cd.c_audio = resume ? 0x11 : 0x12;
}

static void
op_stop_play(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	sl->u.cd.c_audio = 0;
}

static void
op_event_status(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8] = { 0, 6, 0x04, 0x10 };

	if (!(sc->sc_cdb[1] & 0x01)) {	/* only polled operation */
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if (!(sc->sc_cdb[4] & 0x10)) {
		buf[1] = 2;
		buf[2] = 0x80;
		scsi_in(sc, buf, 4, be16(sc->sc_cdb + 7));
		return;
	}
	buf[4] = sl->u.cd.c_event;
	buf[5] = (sl->u.cd.c_open ? 1 : 0) | (sl->sl_medium ? 2 : 0);
	sl->u.cd.c_event = 0;
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 7));
}

static void
op_get_configuration(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	/* Profile list (CD-ROM, DVD-ROM), core, morphing, removable, random read. */
	static const uint8_t features[] = {
		0x00, 0x00, 0x03, 8, 0x00, 0x10, 0, 0, 0x00, 0x08, 0, 0,
		0x00, 0x01, 0x0b, 8, 0, 0, 0, 1, 0, 0, 0, 0,
		0x00, 0x02, 0x07, 4, 0, 0, 0, 0,
		0x00, 0x03, 0x03, 4, 0x29, 0, 0, 0,
		0x00, 0x10, 0x01, 8, 0, 0, 8, 0, 0, 1, 0, 0,
		0x00, 0x1e, 0x09, 4, 0, 0, 0, 0,
	};
	unsigned from = be16(sc->sc_cdb + 2), rt = sc->sc_cdb[1] & 3, at, n = 8;
	uint8_t buf[8 + sizeof(features)] = { 0 };

	if (rt == 3) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	if (sl->sl_medium)
		put16(buf + 6, 0x0008);
	for (at = 0; at < sizeof(features); at += 4 + features[at + 3]) {
		unsigned code = be16(features + at), len = 4 + features[at + 3];

		if (rt == 2 ? code != from : code < from)
			continue;
		memcpy(buf + n, features + at, len);
		if (code == 0 && sl->sl_medium)
			buf[n + 10] = 1;
		n += len;
	}
	put32(buf, n - 4);
	scsi_in(sc, buf, n, be16(sc->sc_cdb + 7));
}

static void
op_disc_info(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[34] = { 0, 32, 0x0e, 1 };

	if (sc->sc_cdb[1] & 7) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	buf[4] = sl->sl_cf.sm_sessions;
	buf[5] = session_track(sl, sl->sl_cf.sm_sessions);
	buf[6] = ntracks(sl);
	buf[7] = 0x20;
	memset(buf + 16, 0xff, 8);
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 7));
}

static void
op_track_info(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t which = be32(sc->sc_cdb + 2), t;
	uint8_t buf[36] = { 0, 34 };

	switch (sc->sc_cdb[1] & 3) {
	case 0:
		t = which < sl->sl_cf.sm_nblocks ? track_of(sl, which) : 0;
		break;
	case 1:
		t = which == 0 ? 1 : which;
		break;
	default:
		t = which >= 1 && which <= sl->sl_cf.sm_sessions ? session_track(sl, which) : 0;
	}
	if (t == 0 || t > ntracks(sl)) {
		scsi_badcdb(sl, sc, 2);
		return;
	}
	buf[2] = t;
	buf[3] = session_of(sl, t);
	buf[5] = is_audio(sl, t) ? 0 : 4;
	buf[6] = 1;
	put32(buf + 8, track_start(sl, t));
	put32(buf + 24, track_start(sl, t + 1) - track_start(sl, t));
	put32(buf + 28, track_start(sl, t + 1) - 1);
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 7));
}

static void
op_mechanism(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8] = { 0 };

	if (sl->u.cd.c_open)
		buf[1] = 0x10;
	put24(buf + 2, sl->u.cd.c_pos);
	scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 8));
}

static void
op_dvd_structure(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[20] = { 0, 18, 0, 0, 0x01, 0x02, 0x01 };

	switch (sc->sc_cdb[7]) {
	case 0x00:
		put24(buf + 9, 0x030000);
		put24(buf + 13, 0x030000 + sl->sl_cf.sm_nblocks - 1);
		scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 8));
		break;
	case 0x01:
		memset(buf + 4, 0, 4);
		buf[1] = 6;
		scsi_in(sc, buf, 8, be16(sc->sc_cdb + 8));
		break;
	default:
		scsi_badcdb(sl, sc, 7);
	}
}

static void
op_report_key(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8] = { 0, 6 };

	if (sc->sc_cdb[7] == 0 && (sc->sc_cdb[10] & 0x3f) == 0x08) {	/* region playback */
		buf[4] = 0x25;
		buf[5] = 0xff;
		buf[6] = 0x01;
		scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 8));
	} else
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x6f, 0x00);
}

static void
op_performance(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[24] = { 0 };

	if (sc->sc_cdb[10] != 0) {
		scsi_badcdb(sl, sc, 10);
		return;
	}
	put32(buf, 20);
	put32(buf + 12, 11080);
	put32(buf + 16, sl->sl_cf.sm_nblocks - 1);
	put32(buf + 20, 11080);
	scsi_in(sc, buf, be16(sc->sc_cdb + 8) == 0 ? 8 : 24, sizeof(buf));
}

static void
op_startstop(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	scsi_op_startstop(sl, sc);
	if (sc->sc_status == SCSIM_GOOD && sc->sc_cdb[4] & 0x02)
		sl->u.cd.c_open = !(sc->sc_cdb[4] & 0x01);
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }
#define R	C_MEDIUM

static const struct scsi_op cd_ops[256] = {
	OP(0x08, "READ(6)", op_read, R | C_NOATAPI),
	OP(0x1b, "START STOP UNIT", op_startstop, 0),
	OP(0x1e, "PREVENT ALLOW MEDIUM REMOVAL", scsi_op_prevent, C_NORESV),
	OP(0x25, "READ CAPACITY", scsi_op_readcap, R),
	OP(0x28, "READ(10)", op_read, R),
	OP(0x2b, "SEEK(10)", scsi_op_seek, R),
	OP(0x35, "SYNCHRONIZE CACHE(10)", scsi_op_synccache, R),
	OP(0x42, "READ SUB-CHANNEL", op_read_subchannel, R),
	OP(0x43, "READ TOC/PMA/ATIP", op_read_toc, R),
	OP(0x44, "READ HEADER", op_read_header, R),
	OP(0x45, "PLAY AUDIO(10)", op_play, R),
	OP(0x46, "GET CONFIGURATION", op_get_configuration, C_NOUA),
	OP(0x47, "PLAY AUDIO MSF", op_play, R),
	OP(0x48, "PLAY AUDIO TRACK INDEX", op_play, R),
	OP(0x4a, "GET EVENT STATUS NOTIFICATION", op_event_status, C_NOUA),
	OP(0x4b, "PAUSE/RESUME", op_pause, R),
	OP(0x4e, "STOP PLAY/SCAN", op_stop_play, R),
	OP(0x51, "READ DISC INFORMATION", op_disc_info, R),
	OP(0x52, "READ TRACK INFORMATION", op_track_info, R),
	OP(0xa4, "REPORT KEY", op_report_key, R),
	OP(0xa5, "PLAY AUDIO(12)", op_play, R),
	OP(0xa8, "READ(12)", op_read, R),
	OP(0xac, "GET PERFORMANCE", op_performance, R),
	OP(0xad, "READ DVD STRUCTURE", op_dvd_structure, R),
	OP(0xb6, "SET STREAMING", scsi_op_good, 0),
	OP(0xb9, "READ CD MSF", op_read_cd, R),
	OP(0xbb, "SET CD SPEED", scsi_op_good, 0),
	OP(0xbd, "MECHANISM STATUS", op_mechanism, C_NOUA),
	OP(0xbe, "READ CD", op_read_cd, R),
};

static int
cd_init(struct scsim_lun *sl)
{
	struct scsim_config *cf = &sl->sl_cf;

	if (cf->sm_blksize != 0 && cf->sm_blksize != CD_BLOCK)
		return EINVAL;
	cf->sm_blksize = CD_BLOCK;
	cf->sm_flags |= SCSIM_REMOVABLE;
	if (cf->sm_nblocks == 0)
		cf->sm_nblocks = 4096;
	if (cf->sm_nblocks > UINT32_MAX / 2)
		return EINVAL;
	if (cf->sm_tracks == 0)
		cf->sm_tracks = 1;
	if (cf->sm_tracks > 99)
		cf->sm_tracks = 99;
	if (cf->sm_sessions == 0)
		cf->sm_sessions = 1;
	if (cf->sm_sessions > cf->sm_tracks)
		cf->sm_sessions = cf->sm_tracks;
	sl->sl_wp = 1;
	return 0;
}

static void
cd_reset(struct scsim_lun *sl)
{

	sl->u.cd.c_audio = 0;
	sl->u.cd.c_pos = sl->u.cd.c_end = 0;
}

static void
cd_medium(struct scsim_lun *sl, int there)
{

	cd_reset(sl);
	sl->u.cd.c_event = there ? 2 : 3;
}

static unsigned
cd_modes(struct scsim_lun *sl, uint8_t *cur, uint8_t *mask)
{
	static const uint8_t recovery[12] = { 0x01, 10, 0, 8 };
	static const uint8_t recovery_mask[12] = { 0, 0, 0xff, 0xff };
	static const uint8_t cdparams[8] = { 0x0d, 6, 0, 0x0d, 0, 60, 0, 75 };
	static const uint8_t audio[16] = { 0x0e, 14, 0x04, 0, 0, 0, 0, 75, 1, 0xff, 2, 0xff };
	static const uint8_t audio_mask[16] = { 0, 0, 0x06, 0, 0, 0, 0, 0, 0x0f, 0xff, 0x0f, 0xff,
		0x0f, 0xff, 0x0f, 0xff };
	static const uint8_t caps[22] = { 0x2a, 20, 0x3f, 0, 0x71, 0x03, 0x29, 0x23, 0x16, 0x00,
		1, 0, 0x02, 0x00, 0x16, 0x00 };
	unsigned at = 0;

	at = scsi_page(cur, mask, at, recovery, recovery_mask, 12);
	at = scsi_page(cur, mask, at, cdparams, NULL, 8);
	at = scsi_page(cur, mask, at, audio, audio_mask, 16);
	return scsi_page(cur, mask, at, caps, NULL, 22);
}

static unsigned
cd_blkdesc(struct scsim_lun *sl, uint8_t *p, int longlba)
{

	if (sl->sl_cf.sm_flags & SCSIM_ATAPI)
		return 0;
	put24(p + 1, sl->sl_cf.sm_nblocks);
	put24(p + 5, CD_BLOCK);
	return 8;
}

static int
cd_setdesc(struct scsim_lun *sl, const uint8_t *p, unsigned len)
{

	return be24(p + 5) == 0 || be24(p + 5) == CD_BLOCK ? 0 : -1;
}

const struct scsi_unit scsi_cd_unit = {
	.su_ops = cd_ops, .su_product = "CD-ROM", .su_init = cd_init, .su_reset = cd_reset,
	.su_modes = cd_modes, .su_blkdesc = cd_blkdesc, .su_setdesc = cd_setdesc,
	.su_medium = cd_medium,
};
