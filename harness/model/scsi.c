/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: units, sense, faults and the way of a command.  What
 * all types of units have in common is in scsi_spc.c; see scsi.h.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

static const struct scsi_unit *
unit_of(enum scsim_type type)
{

	switch (type) {
	case SCSIM_DISK:
		return &scsi_disk_unit;
	case SCSIM_TAPE:
		return &scsi_tape_unit;
	case SCSIM_PROCESSOR:
		return &scsi_processor_unit;
	case SCSIM_CDROM:
		return &scsi_cd_unit;
	case SCSIM_CHANGER:
		return &scsi_changer_unit;
	case SCSIM_ENCLOSURE:
		return &scsi_ses_unit;
	}
	return NULL;
}

struct scsim_target *
scsim_create(void)
{

	return calloc(1, sizeof(struct scsim_target));
}

static void
lun_free(struct scsim_lun *sl)
{

	if (sl->sl_unit->su_fini != NULL)
		sl->sl_unit->su_fini(sl);
	scsi_store_free(sl);
	free(sl->sl_buf);
	free(sl);
}

void
scsim_destroy(struct scsim_target *st)
{
	unsigned i;

	if (st == NULL)
		return;
	for (i = 0; st->st_nluns != 0 && i < SCSIM_NLUNS; i++)
		if (st->st_lun[i] != NULL) {
			lun_free(st->st_lun[i]);
			st->st_nluns--;
		}
	free(st);
}

/* Characters of s, padded with blanks, no NUL. */
static void
pad(char *to, size_t n, const char *s)
{
	size_t len = strlen(s);

	memset(to, ' ', n);
	memcpy(to, s, len < n ? len : n);
}

static void
event(struct scsim_target *st, unsigned lun, enum scsim_event ev, unsigned asc, unsigned ascq)
{

	if (st->st_listen != NULL)
		st->st_listen(st->st_listenarg, lun, ev, asc, ascq);
}

/* Power-on values of everything but the medium's contents. */
static void
lun_reset(struct scsim_lun *sl)
{

	sl->sl_nua = 0;
	sl->sl_desc = (sl->sl_cf.sm_flags & SCSIM_DESC_SENSE) != 0;
	sl->sl_stopped = (sl->sl_cf.sm_flags & SCSIM_STOPPED) != 0;
	sl->sl_prevent = 0;
	sl->sl_resv = 0;
	sl->sl_senselen = 0;
	if (sl->sl_unit->su_reset != NULL)
		sl->sl_unit->su_reset(sl);
	sl->sl_modelen = sl->sl_unit->su_modes != NULL ?
	    sl->sl_unit->su_modes(sl, sl->sl_mode, sl->sl_mask) : 0;
	memcpy(sl->sl_default, sl->sl_mode, sl->sl_modelen);
}

int
scsim_add(struct scsim_target *st, unsigned lun, const struct scsim_config *cf)
{
	const struct scsi_unit *su = unit_of(cf->sm_type);
	struct scsim_lun *sl;
	char serial[20] = "RF00000000";
	unsigned i;
	int error;

	if (lun >= SCSIM_NLUNS || su == NULL || cf->sm_blksize > 65536)
		return EINVAL;
	if (st->st_lun[lun] != NULL)
		return EEXIST;
	if ((sl = calloc(1, sizeof(*sl))) == NULL)
		return ENOMEM;
	sl->sl_target = st;
	sl->sl_no = lun;
	sl->sl_unit = su;
	sl->sl_cf = *cf;
	serial[8] = '0' + lun / 16 % 10;
	serial[9] = "0123456789ABCDEF"[lun % 16];
	pad(sl->sl_vendor, sizeof(sl->sl_vendor), cf->sm_vendor ? cf->sm_vendor : "RUMPFUZZ");
	pad(sl->sl_product, sizeof(sl->sl_product), cf->sm_product ? cf->sm_product :
	    su->su_product);
	pad(sl->sl_revision, sizeof(sl->sl_revision), cf->sm_revision ? cf->sm_revision : "1.0");
	pad(sl->sl_serial, sizeof(sl->sl_serial), cf->sm_serial ? cf->sm_serial : serial);
	sl->sl_cf.sm_vendor = sl->sl_cf.sm_product = sl->sl_cf.sm_revision = NULL;
	sl->sl_cf.sm_serial = NULL;
	sl->sl_medium = (cf->sm_flags & SCSIM_NOMEDIUM) == 0;
	sl->sl_wp = (cf->sm_flags & SCSIM_READONLY) != 0;
	if (su->su_init != NULL && (error = su->su_init(sl)) != 0) {
		lun_free(sl);
		return error;
	}
	lun_reset(sl);
	st->st_lun[lun] = sl;
	for (i = 0; st->st_nluns != 0 && i < SCSIM_NLUNS; i++)
		if (i != lun && st->st_lun[i] != NULL)
			scsim_attention(st->st_lun[i], 0x3f, 0x0e);
	st->st_nluns++;
	if ((cf->sm_flags & SCSIM_NO_UA) == 0)
		scsim_attention(sl, 0x29, 0x01);
	event(st, lun, SCSIM_EV_ATTACH, 0x3f, 0x0e);
	return 0;
}

int
scsim_remove(struct scsim_target *st, unsigned lun)
{
	unsigned i;

	if (lun >= SCSIM_NLUNS || st->st_lun[lun] == NULL)
		return ENXIO;
	lun_free(st->st_lun[lun]);
	st->st_lun[lun] = NULL;
	st->st_nluns--;
	for (i = 0; st->st_nluns != 0 && i < SCSIM_NLUNS; i++)
		if (st->st_lun[i] != NULL)
			scsim_attention(st->st_lun[i], 0x3f, 0x0e);
	event(st, lun, SCSIM_EV_DETACH, 0x3f, 0x0e);
	return 0;
}

struct scsim_lun *
scsim_lun(struct scsim_target *st, unsigned lun)
{

	return lun < SCSIM_NLUNS ? st->st_lun[lun] : NULL;
}

enum scsim_type
scsim_lun_type(const struct scsim_lun *sl)
{

	return sl->sl_cf.sm_type;
}

const struct scsim_stats *
scsim_stats(const struct scsim_lun *sl)
{

	return &sl->sl_stats;
}

void
scsim_listen(struct scsim_target *st, void (*fn)(void *, unsigned, enum scsim_event, unsigned,
    unsigned), void *arg)
{

	st->st_listen = fn;
	st->st_listenarg = arg;
}

void
scsim_filter(struct scsim_target *st, scsim_filter_fn fn, void *arg)
{

	st->st_filter = fn;
	st->st_filterarg = arg;
}

void
scsim_attention(struct scsim_lun *sl, unsigned asc, unsigned ascq)
{

	if (sl->sl_nua == NUA) {
		memmove(sl->sl_ua, sl->sl_ua + 1, sizeof(sl->sl_ua[0]) * (NUA - 1));
		sl->sl_nua--;
	}
	sl->sl_ua[sl->sl_nua++] = asc << 8 | ascq;
}

void
scsim_reset(struct scsim_target *st, int lun)
{
	int i;

	for (i = 0; i < (int)SCSIM_NLUNS; i++) {
		struct scsim_lun *sl = st->st_lun[i];

		if (sl == NULL || (lun >= 0 && lun != i))
			continue;
		lun_reset(sl);
		scsim_attention(sl, 0x29, lun < 0 ? 0x02 : 0x03);
		event(st, i, SCSIM_EV_RESET, 0x29, lun < 0 ? 0x02 : 0x03);
	}
}

void
scsim_nexus_loss(struct scsim_target *st, unsigned initiator)
{
	unsigned i;

	for (i = 0; i < SCSIM_NLUNS; i++) {
		struct scsim_lun *sl = st->st_lun[i];

		if (sl == NULL)
			continue;
		if (sl->sl_resv == (int)initiator + 1)
			sl->sl_resv = 0;
		scsim_attention(sl, 0x29, 0x07);
	}
}

void
scsim_steal(struct scsim_lun *sl, unsigned initiator, int on)
{

	sl->sl_resv = on ? (int)initiator + 1 : 0;
}

void
scsim_eject(struct scsim_lun *sl)
{

	if (!sl->sl_medium)
		return;
	sl->sl_medium = 0;
	sl->sl_prevent = 0;
	if (sl->sl_unit->su_medium != NULL)
		sl->sl_unit->su_medium(sl, 0);
	event(sl->sl_target, sl->sl_no, SCSIM_EV_CHANGE, 0x3a, 0x00);
}

void
scsim_insert(struct scsim_lun *sl)
{

	if (sl->sl_medium)
		return;
	sl->sl_medium = 1;
	sl->sl_stopped = 0;
	if (sl->sl_unit->su_medium != NULL)
		sl->sl_unit->su_medium(sl, 1);
	scsim_attention(sl, 0x28, 0x00);
	event(sl->sl_target, sl->sl_no, SCSIM_EV_CHANGE, 0x28, 0x00);
}

void
scsim_resize(struct scsim_lun *sl, uint64_t nblocks)
{

	sl->sl_cf.sm_nblocks = nblocks;
	scsim_attention(sl, 0x2a, 0x09);
	event(sl->sl_target, sl->sl_no, SCSIM_EV_CHANGE, 0x2a, 0x09);
}

int
scsim_peek(struct scsim_lun *sl, uint64_t off, void *buf, size_t len)
{

	return scsi_store_read(sl, off, buf, len);
}

int
scsim_poke(struct scsim_lun *sl, uint64_t off, const void *buf, size_t len)
{

	return scsi_store_write(sl, off, buf, len);
}

/*
 * Sense.
 */

/* The deferred flag and the format a unit uses, as a response code. */
void
scsi_sense_full(const struct scsim_lun *sl, struct scsim_cmd *sc, unsigned key, unsigned asc,
    unsigned ascq, unsigned flags, uint64_t info)
{
	unsigned code = (flags & S_DEFERRED) != 0;
	uint8_t *s = sc->sc_sense;
	unsigned bits = flags & (S_FILEMARK | S_EOM | S_ILI);

	memset(s, 0, sizeof(sc->sc_sense));
	sc->sc_status = SCSIM_CHECK;
	if (sl == NULL || !sl->sl_desc) {
		s[0] = 0x70 | code;
		s[2] = bits | key;
		if (flags & S_INFO && (info <= UINT32_MAX || (int64_t)info >= INT32_MIN)) {
			/* Tapes count backwards, too. */
			s[0] |= 0x80;
			put32(s + 3, info);
		}
		s[7] = 10;
		s[12] = asc;
		s[13] = ascq;
		sc->sc_senselen = 18;
		return;
	}
	s[0] = 0x72 | code;
	s[1] = key;
	s[2] = asc;
	s[3] = ascq;
	sc->sc_senselen = 8;
	if (flags & S_INFO) {
		s[8] = 0x00;
		s[9] = 0x0a;
		s[10] = 0x80;
		put64(s + 12, info);
		sc->sc_senselen = 20;
	}
	if (bits != 0) {
		uint8_t *d = s + sc->sc_senselen;

		d[0] = 0x04;		/* stream commands */
		d[1] = 0x02;
		d[3] = bits;
		sc->sc_senselen += 4;
	}
	s[7] = sc->sc_senselen - 8;
}

void
scsim_sense(const struct scsim_lun *sl, struct scsim_cmd *sc, unsigned key, unsigned asc,
    unsigned ascq)
{

	scsi_sense_full(sl, sc, key, asc, ascq, 0, 0);
}

/* Points sense-key specific bytes at a field. */
static void
field_pointer(struct scsim_cmd *sc, unsigned cd, unsigned byte)
{
	uint8_t *s = sc->sc_sense, *d = s + 15;

	if ((s[0] & 0x7e) == 0x72) {
		d = s + sc->sc_senselen;
		d[0] = 0x02;
		d[1] = 0x06;
		d += 4;
		sc->sc_senselen += 8;
		s[7] = sc->sc_senselen - 8;
	}
	d[0] = 0x80 | cd;
	put16(d + 1, byte);
}

void
scsi_badcdb(const struct scsim_lun *sl, struct scsim_cmd *sc, unsigned byte)
{

	scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x24, 0x00);
	field_pointer(sc, 0x40, byte);
}

void
scsi_badparam(const struct scsim_lun *sl, struct scsim_cmd *sc, unsigned byte)
{

	scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x26, 0x00);
	field_pointer(sc, 0, byte);
}

void
scsi_in(struct scsim_cmd *sc, const void *buf, size_t len, uint64_t alloc)
{
	size_t n = len < alloc ? len : alloc;

	sc->sc_want = n;
	if (sc->sc_out)
		return;
	if (n > sc->sc_datalen)
		n = sc->sc_datalen;
	if (n > 0)
		memcpy(sc->sc_data, buf, n);
	sc->sc_done = n;
}

const uint8_t *
scsi_out(struct scsim_lun *sl, struct scsim_cmd *sc, size_t want)
{

	sc->sc_want = want;
	if (want == 0)
		return (const uint8_t *)"";
	if (!sc->sc_out || sc->sc_datalen < want) {
		sc->sc_done = sc->sc_out ? sc->sc_datalen : 0;
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return NULL;
	}
	sc->sc_done = want;
	return sc->sc_data;
}

/*
 * Faults.
 */

int
scsim_fault(struct scsim_lun *sl, const struct scsim_fault *sf)
{

	if (sl->sl_nfaults == SCSIM_NFAULTS)
		return ENOSPC;
	sl->sl_fault[sl->sl_nfaults] = *sf;
	if (sf->sf_nth == 0)
		sl->sl_fault[sl->sl_nfaults].sf_nth = 1;
	sl->sl_nfaults++;
	return 0;
}

void
scsim_fault_clear(struct scsim_lun *sl)
{

	sl->sl_nfaults = 0;
}

/* Whether a fault is about this command, its range included. */
static int
fault_matches(const struct scsim_fault *sf, const struct scsim_cmd *sc)
{
	uint64_t lba, n;
	int range = scsi_cdb_range(sc, &lba, &n) == 0;

	if (sf->sf_opcode == SCSIM_MEDIUM ? !range :
	    sf->sf_opcode != SCSIM_ANY && sf->sf_opcode != sc->sc_cdb[0])
		return 0;
	if (sf->sf_nblks == 0)
		return 1;
	return range && lba < sf->sf_lba + sf->sf_nblks && sf->sf_lba < lba + n;
}

/* The fault that acts on this command, a copy of it; consumes its turns. */
static int
fault_take(struct scsim_lun *sl, const struct scsim_cmd *sc, struct scsim_fault *out)
{
	unsigned i;

	for (i = 0; i < sl->sl_nfaults; i++) {
		struct scsim_fault *sf = &sl->sl_fault[i];

		if (!fault_matches(sf, sc))
			continue;
		if (sf->sf_nth > 1) {
			sf->sf_nth--;
			continue;
		}
		*out = *sf;
		if (sf->sf_times == 1) {
			memmove(sf, sf + 1, (sl->sl_nfaults - i - 1) * sizeof(*sf));
			sl->sl_nfaults--;
		} else if (sf->sf_times > 1)
			sf->sf_times--;
		return 1;
	}
	return 0;
}

static void
fault_apply(const struct scsim_lun *sl, struct scsim_cmd *sc, const struct scsim_fault *sf)
{

	if (sf->sf_short != 0) {
		size_t cut = sf->sf_short < sc->sc_done ? sf->sf_short : sc->sc_done;

		sc->sc_done -= cut;
	}
	if (sf->sf_status == SCSIM_CHECK)
		scsi_sense_full(sl, sc, sf->sf_key, sf->sf_asc, sf->sf_ascq,
		    (sf->sf_info_valid ? S_INFO : 0) | (sf->sf_deferred ? S_DEFERRED : 0),
		    sf->sf_info);
	else if (sf->sf_status != 0)
		sc->sc_status = sf->sf_status;
	if (sf->sf_delay == SCSIM_NEVER || sc->sc_delay > SCSIM_NEVER - sf->sf_delay)
		sc->sc_delay = SCSIM_NEVER;
	else
		sc->sc_delay += sf->sf_delay;
}

/*
 * The way of a command.
 */

static unsigned
cdb_length(unsigned op)
{
	static const uint8_t len[8] = { 6, 10, 10, 6, 16, 12, 6, 6 };

	return len[op >> 5];
}

static const struct scsi_op *
find_op(const struct scsim_lun *sl, unsigned op)
{
	const struct scsi_op *o = &sl->sl_unit->su_ops[op];
	unsigned flags = sl->sl_cf.sm_flags;

	if (o->op_fn == NULL)
		o = &scsi_common_ops[op];
	if (o->op_fn == NULL || (o->op_flags & C_MODERN && flags & SCSIM_OLD) ||
	    (o->op_flags & C_THIN && !(flags & SCSIM_THIN)) ||
	    (o->op_flags & C_CACHE && flags & SCSIM_NOCACHE) ||
	    (o->op_flags & C_NOATAPI && flags & SCSIM_ATAPI))
		return NULL;
	return o;
}

const char *
scsim_opname(enum scsim_type type, unsigned op)
{
	const struct scsi_unit *su = unit_of(type);

	if (su == NULL || op > 0xff)
		return NULL;
	return su->su_ops[op].op_name != NULL ? su->su_ops[op].op_name :
	    scsi_common_ops[op].op_name;
}

/* INQUIRY, REPORT LUNS and REQUEST SENSE where there is no unit. */
static void
no_lun(struct scsim_target *st, struct scsim_cmd *sc)
{
	uint8_t buf[36] = { 0x7f, 0, 5, 2, 31 };

	switch (sc->sc_cdb[0]) {
	case 0x12:
		memset(buf + 8, ' ', 28);
		scsi_in(sc, buf, sizeof(buf), be16(sc->sc_cdb + 3));
		break;
	case 0x03:
		scsim_sense(NULL, sc, SCSIM_ILLEGAL_REQUEST, 0x25, 0x00);
		memcpy(buf, sc->sc_sense, 18);
		sc->sc_status = SCSIM_GOOD;
		sc->sc_senselen = 0;
		scsi_in(sc, buf, 18, sc->sc_cdb[4]);
		break;
	default:
		scsim_sense(NULL, sc, SCSIM_ILLEGAL_REQUEST, 0x25, 0x00);
	}
}

static int
reserved_elsewhere(const struct scsim_lun *sl, const struct scsim_cmd *sc, const struct scsi_op *op)
{
	int me = sc->sc_initiator + 1;

	if (op->op_flags & C_NORESV)
		return 0;
	if (sl->sl_resv != 0)
		return sl->sl_resv != me;
	if (sl->sl_prholder == 0 || sl->sl_prholder == me)
		return 0;
	switch (sl->sl_prtype) {
	case 1:			/* write exclusive */
		return (op->op_flags & C_WRITE) != 0;
	case 5:			/* the same, registrants only */
	case 7:
		return (op->op_flags & C_WRITE) != 0 && sl->sl_key[sc->sc_initiator % NKEYS] == 0;
	case 6:			/* exclusive access, registrants only */
	case 8:
		return (op->op_flags & C_MEDIUM) != 0 && sl->sl_key[sc->sc_initiator % NKEYS] == 0;
	default:
		return (op->op_flags & C_MEDIUM) != 0;
	}
}

/* Everything that ends a command before its own function; 1 if it is over. */
static int
preflight(struct scsim_lun *sl, struct scsim_cmd *sc, const struct scsi_op *op)
{

	if (sl->sl_nua != 0 && (op == NULL || !(op->op_flags & C_NOUA))) {
		uint16_t ua = sl->sl_ua[0];

		memmove(sl->sl_ua, sl->sl_ua + 1, sizeof(sl->sl_ua[0]) * --sl->sl_nua);
		scsim_sense(sl, sc, SCSIM_UNIT_ATTENTION, ua >> 8, ua & 0xff);
		return 1;
	}
	if (op == NULL) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x20, 0x00);
		return 1;
	}
	if (reserved_elsewhere(sl, sc, op)) {
		sc->sc_status = SCSIM_CONFLICT;
		return 1;
	}
	if (op->op_flags & C_MEDIUM) {
		if (!sl->sl_medium) {
			scsim_sense(sl, sc, SCSIM_NOT_READY, 0x3a, 0x00);
			return 1;
		}
		if (sl->sl_stopped) {
			scsim_sense(sl, sc, SCSIM_NOT_READY, 0x04, 0x02);
			return 1;
		}
	}
	if (op->op_flags & C_WRITE && sl->sl_wp) {
		scsim_sense(sl, sc, SCSIM_DATA_PROTECT, 0x27, 0x00);
		return 1;
	}
	return 0;
}

static void
lun_execute(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const struct scsi_op *op = find_op(sl, sc->sc_cdb[0]);
	struct scsim_fault sf;
	int fault = 0;

	sl->sl_stats.ss_commands++;
	sl->sl_stats.ss_byop[sc->sc_cdb[0]]++;
	sl->sl_stats.ss_lastop = sc->sc_cdb[0];
	if (sl->sl_nfaults != 0)
		fault = fault_take(sl, sc, &sf);
	if (!fault || !sf.sf_instead) {
		if (!preflight(sl, sc, op))
			op->op_fn(sl, sc);
	}
	if (fault)
		fault_apply(sl, sc, &sf);
	if (sc->sc_status == SCSIM_CHECK) {
		sl->sl_stats.ss_checks++;
		memcpy(sl->sl_sense, sc->sc_sense, sizeof(sl->sl_sense));
		sl->sl_senselen = sc->sc_senselen;
	} else if (sc->sc_cdb[0] != 0x03)
		sl->sl_senselen = 0;
}

void
scsim_execute(struct scsim_target *st, struct scsim_cmd *sc)
{
	uint8_t cdb[32] = { 0 };
	const uint8_t *given = sc->sc_cdb;
	struct scsim_lun *sl;
	unsigned len = sc->sc_cdblen < sizeof(cdb) ? sc->sc_cdblen : sizeof(cdb);

	sc->sc_status = SCSIM_GOOD;
	sc->sc_senselen = 0;
	sc->sc_done = 0;
	sc->sc_want = 0;
	sc->sc_delay = 0;
	if (st->st_filter != NULL && st->st_filter(st->st_filterarg, sc, 0)) {
		st->st_filter(st->st_filterarg, sc, 1);
		return;
	}
	/* Not before: the filter may have taken it away. */
	sl = sc->sc_lun < SCSIM_NLUNS ? st->st_lun[sc->sc_lun] : NULL;
	/* The functions may read any byte of a CDB. */
	memcpy(cdb, given, len);
	sc->sc_cdb = cdb;
	if (len < cdb_length(cdb[0]))
		scsi_badcdb(sl, sc, 0);
	else if (sl == NULL && cdb[0] == 0xa0 && st->st_nluns != 0)
		scsi_report_luns(st, NULL, sc);
	else if (sl == NULL)
		no_lun(st, sc);
	else
		lun_execute(sl, sc);
	sc->sc_cdb = given;
	if (st->st_filter != NULL)
		st->st_filter(st->st_filterarg, sc, 1);
}
