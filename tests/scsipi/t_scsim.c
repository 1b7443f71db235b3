/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model by itself: what no driver here asks of it, and what
 * it does with commands that make no sense.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include "../../harness/model/scsi.h"

static uint8_t data[1 << 20];
static struct scsim_cmd sc;

/* Runs a CDB given in its bytes; the status. */
static int
run(struct scsim_target *t, unsigned lun, const uint8_t *cdb, unsigned cdblen, size_t len, int out)
{

	memset(&sc, 0, sizeof(sc));
	sc.sc_lun = lun;
	sc.sc_cdb = cdb;
	sc.sc_cdblen = cdblen;
	sc.sc_data = data;
	sc.sc_datalen = len;
	sc.sc_out = out;
	scsim_execute(t, &sc);
	return sc.sc_status;
}
#define	CDB(...)	(const uint8_t[16]){ __VA_ARGS__ }
#define	IN(t, lun, n, len, ...)		run(t, lun, CDB(__VA_ARGS__), n, len, 0)
#define	OUT(t, lun, n, len, ...)	run(t, lun, CDB(__VA_ARGS__), n, len, 1)
#define	SENSE(key, asc, ascq) do {						\
	ATF_CHECK_EQ(sc.sc_status, SCSIM_CHECK);				\
	ATF_CHECK_EQ(sc.sc_sense[2] & 0xf, key);				\
	ATF_CHECK_EQ(sc.sc_sense[12], asc);					\
	ATF_CHECK_EQ(sc.sc_sense[13], ascq);					\
} while (0)

static struct scsim_target *
target(const struct scsim_config *cf)
{
	struct scsim_target *t = scsim_create();

	ATF_REQUIRE(t != NULL);
	ATF_REQUIRE_EQ(scsim_add(t, 0, cf), 0);
	return t;
}

ATF_TC_WITHOUT_HEAD(attention);
ATF_TC_BODY(attention, tc)
{
	struct scsim_config cf = { .sm_type = SCSIM_DISK };
	struct scsim_target *t = target(&cf);

	/* INQUIRY does not mind, everything else hears of the reset first. */
	ATF_CHECK_EQ(IN(t, 0, 6, 36, 0x12, 0, 0, 0, 36), SCSIM_GOOD);
	IN(t, 0, 6, 0, 0x00);
	SENSE(SCSIM_UNIT_ATTENTION, 0x29, 0x01);
	ATF_CHECK_EQ(IN(t, 0, 6, 0, 0x00), SCSIM_GOOD);
	/* A new unit is told to the others, until they look. */
	ATF_REQUIRE_EQ(scsim_add(t, 3, &cf), 0);
	ATF_CHECK_EQ(IN(t, 0, 12, 64, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 64), SCSIM_GOOD);
	ATF_CHECK_EQ(data[3], 16);
	ATF_CHECK_EQ(data[8 + 8 + 1], 3);
	ATF_CHECK_EQ(IN(t, 0, 6, 0, 0x00), SCSIM_GOOD);
	ATF_REQUIRE_EQ(scsim_remove(t, 3), 0);
	IN(t, 0, 6, 0, 0x00);
	SENSE(SCSIM_UNIT_ATTENTION, 0x3f, 0x0e);
	IN(t, 3, 6, 0, 0x00);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x25, 0x00);
	ATF_CHECK_EQ(IN(t, 3, 6, 36, 0x12, 0, 0, 0, 36), SCSIM_GOOD);
	ATF_CHECK_EQ(data[0], 0x7f);
	scsim_destroy(t);
}

ATF_TC_WITHOUT_HEAD(blocks);
ATF_TC_BODY(blocks, tc)
{
	struct scsim_config cf = {
		.sm_type = SCSIM_DISK, .sm_flags = SCSIM_THIN | SCSIM_NO_UA, .sm_nblocks = 0x200000000,
	};
	struct scsim_target *t = target(&cf);
	uint8_t was[512];
	unsigned i;

	/* Past what 32 bits can say. */
	ATF_CHECK_EQ(IN(t, 0, 10, 8, 0x25), SCSIM_GOOD);
	ATF_CHECK_EQ(memcmp(data, "\xff\xff\xff\xff\0\0\2\0", 8), 0);
	ATF_CHECK_EQ(IN(t, 0, 16, 32, 0x9e, 0x10, [13] = 32), SCSIM_GOOD);
	ATF_CHECK_EQ(memcmp(data, "\0\0\0\1\xff\xff\xff\xff", 8), 0);
	memset(data, 0x5a, 1024);
	ATF_CHECK_EQ(OUT(t, 0, 16, 1024, 0x8a, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 2), SCSIM_GOOD);
	ATF_CHECK_EQ(sc.sc_done, 1024);
	ATF_REQUIRE_EQ(scsim_peek(scsim_lun(t, 0), 0x100000005 * 512, was, 512), 0);
	for (i = 0; i < 512; i++)
		ATF_REQUIRE_EQ(was[i], 0x5a);
	/* COMPARE AND WRITE of what is not there. */
	memset(data, 0, 1024);
	OUT(t, 0, 16, 1024, 0x89, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 1);
	SENSE(SCSIM_MISCOMPARE, 0x1d, 0x00);
	/* UNMAP: the first of them reads as zeroes. */
	memset(data, 0, 24);
	data[1] = 22;
	data[3] = 16;
	data[8 + 3] = 1;
	data[8 + 7] = 5;
	data[8 + 11] = 1;
	ATF_CHECK_EQ(OUT(t, 0, 10, 24, 0x42, 0, 0, 0, 0, 0, 0, 0, 24), SCSIM_GOOD);
	ATF_REQUIRE_EQ(scsim_peek(scsim_lun(t, 0), 0x100000005 * 512, was, 512), 0);
	ATF_CHECK_EQ(was[0], 0);
	ATF_REQUIRE_EQ(scsim_peek(scsim_lun(t, 0), 0x100000006 * 512, was, 512), 0);
	ATF_CHECK_EQ(was[0], 0x5a);
	/* WRITE SAME of eight blocks, and past the end. */
	memset(data, 0x77, 512);
	ATF_CHECK_EQ(OUT(t, 0, 10, 512, 0x41, 0, 0, 0, 0, 9, 0, 0, 8), SCSIM_GOOD);
	ATF_REQUIRE_EQ(scsim_peek(scsim_lun(t, 0), 16 * 512, was, 512), 0);
	ATF_CHECK_EQ(was[511], 0x77);
	IN(t, 0, 16, 512, 0x88, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
	IN(t, 0, 16, 512, 0x88, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
	scsim_destroy(t);
}

ATF_TC_WITHOUT_HEAD(parameters);
ATF_TC_BODY(parameters, tc)
{
	struct scsim_config cf = { .sm_type = SCSIM_DISK, .sm_flags = SCSIM_NO_UA };
	struct scsim_target *t = target(&cf);

	/* The cache off, by a page as it was sensed. */
	ATF_CHECK_EQ(IN(t, 0, 6, 64, 0x1a, 0x08, 0x08, 0, 64), SCSIM_GOOD);
	ATF_CHECK_EQ(data[4 + 2], 0x04);
	data[0] = 0;
	data[4 + 2] = 0;
	ATF_CHECK_EQ(OUT(t, 0, 6, 24, 0x15, 0x10, 0, 0, 24), SCSIM_GOOD);
	ATF_CHECK_EQ(IN(t, 0, 6, 64, 0x1a, 0x08, 0x08, 0, 64), SCSIM_GOOD);
	ATF_CHECK_EQ(data[4 + 2], 0);
	/* A bit that can't be changed, a page too long, a list too short. */
	data[0] = 0;
	data[4 + 3] = 1;
	OUT(t, 0, 6, 24, 0x15, 0x10, 0, 0, 24);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x26, 0x00);
	data[4 + 1] = 200;
	OUT(t, 0, 6, 24, 0x15, 0x10, 0, 0, 24);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
	OUT(t, 0, 6, 10, 0x15, 0x10, 0, 0, 24);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
	IN(t, 0, 6, 64, 0x1a, 0x08, 0x3e, 0, 64);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x24, 0x00);
	ATF_CHECK_EQ(sc.sc_sense[15], 0xc0);
	ATF_CHECK_EQ(sc.sc_sense[17], 2);
	scsim_destroy(t);
}

ATF_TC_WITHOUT_HEAD(reservations);
ATF_TC_BODY(reservations, tc)
{
	struct scsim_config cf = { .sm_type = SCSIM_DISK, .sm_flags = SCSIM_NO_UA };
	struct scsim_target *t = target(&cf);

	ATF_CHECK_EQ(IN(t, 0, 6, 0, 0x16), SCSIM_GOOD);
	scsim_steal(scsim_lun(t, 0), 1, 1);
	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1), SCSIM_CONFLICT);
	ATF_CHECK_EQ(IN(t, 0, 6, 36, 0x12, 0, 0, 0, 36), SCSIM_GOOD);
	scsim_steal(scsim_lun(t, 0), 1, 0);
	/* A key, a reservation with it, and what it says. */
	memset(data, 0, 24);
	data[15] = 7;
	ATF_CHECK_EQ(OUT(t, 0, 10, 24, 0x5f, 0, 0, 0, 0, 0, 0, 0, 24), SCSIM_GOOD);
	memset(data, 0, 24);
	data[7] = 7;
	ATF_CHECK_EQ(OUT(t, 0, 10, 24, 0x5f, 1, 3, 0, 0, 0, 0, 0, 24), SCSIM_GOOD);
	ATF_CHECK_EQ(IN(t, 0, 10, 64, 0x5e, 1, 0, 0, 0, 0, 0, 0, 64), SCSIM_GOOD);
	ATF_CHECK_EQ(data[7], 16);
	ATF_CHECK_EQ(data[8 + 7], 7);
	ATF_CHECK_EQ(data[8 + 13], 3);
	data[7] = 8;
	ATF_CHECK_EQ(OUT(t, 0, 10, 24, 0x5f, 2, 3, 0, 0, 0, 0, 0, 24), SCSIM_CONFLICT);
	scsim_destroy(t);
}

ATF_TC_WITHOUT_HEAD(faults);
ATF_TC_BODY(faults, tc)
{
	struct scsim_config cf = { .sm_type = SCSIM_DISK, .sm_flags = SCSIM_NO_UA | SCSIM_DESC_SENSE };
	struct scsim_target *t = target(&cf);
	struct scsim_fault sf = {
		.sf_opcode = SCSIM_MEDIUM, .sf_instead = 1, .sf_status = SCSIM_CHECK,
		.sf_key = SCSIM_MEDIUM_ERROR, .sf_asc = 0x11, .sf_info_valid = 1, .sf_info = 100,
		.sf_lba = 100, .sf_nblks = 1, .sf_times = 2,
	};

	ATF_REQUIRE_EQ(scsim_fault(scsim_lun(t, 0), &sf), 0);
	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x28, 0, 0, 0, 0, 99, 0, 0, 1), SCSIM_GOOD);
	ATF_CHECK_EQ(IN(t, 0, 10, 1024, 0x28, 0, 0, 0, 0, 99, 0, 0, 2), SCSIM_CHECK);
	/* In descriptor format. */
	ATF_CHECK_EQ(sc.sc_sense[0], 0x72);
	ATF_CHECK_EQ(sc.sc_sense[1], SCSIM_MEDIUM_ERROR);
	ATF_CHECK_EQ(sc.sc_sense[2], 0x11);
	ATF_CHECK_EQ(sc.sc_sense[8 + 11], 100);
	ATF_CHECK_EQ(sc.sc_senselen, 20);
	ATF_CHECK_EQ(IN(t, 0, 10, 1024, 0x28, 0, 0, 0, 0, 99, 0, 0, 2), SCSIM_CHECK);
	ATF_CHECK_EQ(IN(t, 0, 10, 1024, 0x28, 0, 0, 0, 0, 99, 0, 0, 2), SCSIM_GOOD);
	sf = (struct scsim_fault){ .sf_opcode = 0x28, .sf_short = 100, .sf_nth = 2, .sf_times = 1,
	    .sf_delay = SCSIM_NEVER };
	ATF_REQUIRE_EQ(scsim_fault(scsim_lun(t, 0), &sf), 0);
	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1), SCSIM_GOOD);
	ATF_CHECK_EQ(sc.sc_done, 512);
	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 1), SCSIM_GOOD);
	ATF_CHECK_EQ(sc.sc_done, 412);
	ATF_CHECK_EQ(sc.sc_delay, SCSIM_NEVER);
	scsim_destroy(t);
}

ATF_TC_WITHOUT_HEAD(toc);
ATF_TC_BODY(toc, tc)
{
	struct scsim_config cf = {
		.sm_type = SCSIM_CDROM, .sm_flags = SCSIM_NO_UA | SCSIM_ATAPI, .sm_nblocks = 3000,
		.sm_tracks = 3, .sm_audio = 1, .sm_sessions = 2,
	};
	struct scsim_target *t = target(&cf);

	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x43, 0, 0, 0, 0, 0, 0, 2, 0), SCSIM_GOOD);
	ATF_CHECK_EQ(sc.sc_done, 4 + 4 * 8);
	ATF_CHECK_EQ(data[2], 1);
	ATF_CHECK_EQ(data[3], 3);
	ATF_CHECK_EQ(data[4 + 8 + 2], 2);
	ATF_CHECK_EQ(data[4 + 8 + 6] << 8 | data[4 + 8 + 7], 1000);
	ATF_CHECK_EQ(data[4 + 16 + 1], 0x10);
	ATF_CHECK_EQ(data[4 + 24 + 2], 0xaa);
	/* 00:41:50 is block 3000. */
	ATF_CHECK_EQ(IN(t, 0, 10, 512, 0x43, 2, 0, 0, 0, 0, 0xaa, 2, 0), SCSIM_GOOD);
	ATF_CHECK_EQ(data[4 + 5], 0);
	ATF_CHECK_EQ(data[4 + 6], 42);
	ATF_CHECK_EQ(data[4 + 7], 0);
	/* Data from an audio track; REQUEST SENSE knows what was wrong. */
	IN(t, 0, 10, 2048, 0x28, 0, 0, 0, 0x08, 0, 0, 0, 1);
	SENSE(SCSIM_ILLEGAL_REQUEST, 0x64, 0x00);
	ATF_CHECK_EQ(IN(t, 0, 6, 18, 0x03, 0, 0, 0, 18), SCSIM_GOOD);
	ATF_CHECK_EQ(data[2], SCSIM_ILLEGAL_REQUEST);
	ATF_CHECK_EQ(data[12], 0x64);
	ATF_CHECK_EQ(IN(t, 0, 6, 18, 0x03, 0, 0, 0, 18), SCSIM_GOOD);
	ATF_CHECK_EQ(data[2], 0);
	scsim_destroy(t);
}

/* Any bytes as a CDB, of any length, on any unit: it returns. */
ATF_TC_WITHOUT_HEAD(any_bytes);
ATF_TC_BODY(any_bytes, tc)
{
	static const enum scsim_type types[] = {
		SCSIM_DISK, SCSIM_CDROM, SCSIM_TAPE, SCSIM_PROCESSOR, SCSIM_CHANGER, SCSIM_ENCLOSURE,
	};
	struct scsim_target *t = scsim_create();
	uint64_t x = 88172645463325252ull;
	uint8_t cdb[32];
	unsigned i, k;

	for (i = 0; i < 6; i++)
		ATF_REQUIRE_EQ(scsim_add(t, i, &(struct scsim_config){ .sm_type = types[i] }), 0);
	ATF_REQUIRE_EQ(scsim_add(t, 6, &(struct scsim_config){ .sm_type = SCSIM_PROCESSOR,
	    .sm_flags = SCSIM_SAFTE }), 0);
	for (i = 0; i < 200000; i++) {
		for (k = 0; k < sizeof(cdb); k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			cdb[k] = x >> 60 > 4 ? 0 : x >> 24;
		}
		if (i % 2)
			cdb[0] = i;
		run(t, x % 8, cdb, x >> 8 & 31, (x >> 16 & 3) ? x >> 20 & 0xfff : 0, x >> 40 & 1);
		ATF_REQUIRE(sc.sc_done <= sc.sc_datalen);
		ATF_REQUIRE(sc.sc_senselen <= SCSIM_SENSE_MAX);
		if (i % 4096 == 0)
			scsim_reset(t, -1);
	}
	scsim_destroy(t);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, attention);
	ATF_TP_ADD_TC(tp, blocks);
	ATF_TP_ADD_TC(tp, parameters);
	ATF_TP_ADD_TC(tp, reservations);
	ATF_TP_ADD_TC(tp, faults);
	ATF_TP_ADD_TC(tp, toc);
	ATF_TP_ADD_TC(tp, any_bytes);
	return atf_no_error();
}
