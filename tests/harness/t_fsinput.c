/* SPDX-License-Identifier: BSD-2-Clause */

/* Inputs: what is an image, what are operations, and what mutation may do to them. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include "fsinput.h"
#include "fsops.h"
#include "mutate.h"

static struct fsinput fi;

ATF_TC_WITHOUT_HEAD(plain_image);
ATF_TC_BODY(plain_image, tc)
{
	uint8_t data[1000], buf[1024];

	memset(data, 0xa5, sizeof(data));
	fsinput_parse(&fi, data, sizeof(data));
	ATF_CHECK_EQ(fi.fi_size, 1024);		/* whole blocks */
	ATF_CHECK_EQ(fi.fi_nops, 0);

	struct fsdev *dev = fsdev_create();
	fsdev_load(dev, &fi);
	ATF_REQUIRE_EQ(fsdev_read(dev, buf, 1024, 0), 0);
	ATF_CHECK_EQ(buf[999], 0xa5);
	ATF_CHECK_EQ(buf[1000], 0);		/* past the file: zero */
	fsdev_destroy(dev);
}

ATF_TC_WITHOUT_HEAD(empty);
ATF_TC_BODY(empty, tc)
{

	fsinput_parse(&fi, (const uint8_t *)"", 0);
	ATF_CHECK_EQ(fi.fi_size, 0);
	ATF_CHECK_EQ(fi.fi_nops, 0);
}

ATF_TC_WITHOUT_HEAD(operations);
ATF_TC_BODY(operations, tc)
{
	uint8_t data[512 + 2 * FSOP_SIZE + FSINPUT_TRAILER];
	struct fsop op = { .op = FSOP_PWRITE, .flags = 1, .path = 2, .path2 = 3, .fd = 4, .buf = 5,
		.mode = 0x1234, .off = 0x89abcdef, .len = 0x01020304 }, got;

	memset(data, 0, sizeof(data));
	fsop_encode(&op, data + 512 + FSOP_SIZE);
	fsinput_trailer(data + 512 + 2 * FSOP_SIZE, 2 * FSOP_SIZE, 0, 0);
	fsinput_parse(&fi, data, sizeof(data));
	ATF_CHECK_EQ(fi.fi_size, 512);
	ATF_REQUIRE_EQ(fi.fi_nops, 2);
	fsinput_op(&fi, 0, &got);
	ATF_CHECK_EQ(got.op, 0);
	fsinput_op(&fi, 1, &got);
	ATF_CHECK_EQ(memcmp(&op, &got, sizeof(op)), 0);
}

/* A trailer that promises more than there is gets what there is. */
ATF_TC_WITHOUT_HEAD(lying_trailer);
ATF_TC_BODY(lying_trailer, tc)
{
	uint8_t data[64];

	memset(data, 0, sizeof(data));
	fsinput_trailer(data + 48, 0xffffffff, 0, 0);
	fsinput_parse(&fi, data, sizeof(data));
	ATF_CHECK_EQ(fi.fi_imagelen, 0);
	ATF_CHECK_EQ(fi.fi_nops, 3);
	fsinput_trailer(data + 48, 7, FSINPUT_SPARSE, 0xffffffff);
	memset(data, 0xff, 41);
	fsinput_parse(&fi, data, sizeof(data));
	ATF_CHECK_EQ(fi.fi_nops, 0);
	ATF_CHECK_EQ(fi.fi_next, 0);	/* the extent starts past the end */
}

ATF_TC_WITHOUT_HEAD(sparse);
ATF_TC_BODY(sparse, tc)
{
	uint8_t data[8 + 512 + 8 + 4 + FSINPUT_TRAILER] = { 0 }, buf[512];
	struct fsdev *dev = fsdev_create();

	data[0] = 0xe8;			/* block 1000 */
	data[1] = 0x03;
	data[5] = 2;			/* 512 bytes */
	memset(data + 8, 0x11, 512);
	data[520] = 0xe8;		/* block 1000 again: 4 bytes over it */
	data[521] = 0x03;
	data[524] = 4;
	memset(data + 528, 0x22, 4);
	fsinput_trailer(data + 532, 0, FSINPUT_SPARSE, 1 << 21);	/* 1 GiB */
	fsinput_parse(&fi, data, sizeof(data));
	ATF_CHECK_EQ(fi.fi_size, 1 << 30);
	fsdev_load(dev, &fi);
	fsdev_read(dev, buf, 512, 1000 * 512);
	ATF_CHECK_EQ(buf[0], 0x22);
	ATF_CHECK_EQ(buf[4], 0x11);
	fsdev_read(dev, buf, 512, 999 * 512);
	ATF_CHECK_EQ(buf[511], 0);
	fsdev_destroy(dev);
}

/* What is written is read back, to the byte, and is gone with the next load. */
ATF_TC_WITHOUT_HEAD(written);
ATF_TC_BODY(written, tc)
{
	static uint8_t image[64 * 1024], model[64 * 1024], buf[20000];
	struct fsdev *dev = fsdev_create();
	unsigned i, k, off, n;

	srand(7);
	for (i = 0; i < sizeof(image); i++)
		model[i] = image[i] = rand();
	fsinput_parse(&fi, image, sizeof(image));
	fsdev_load(dev, &fi);
	for (k = 0; k < 300; k++) {
		off = rand() % sizeof(image);
		n = rand() % (sizeof(image) - off < sizeof(buf) ? sizeof(image) - off : sizeof(buf));
		if (k % 2 == 0) {
			for (i = 0; i < n; i++)
				buf[i] = model[off + i] = rand();
			ATF_REQUIRE_EQ(fsdev_write(dev, buf, n, off), 0);
		} else {
			fsdev_read(dev, buf, n, off);
			ATF_REQUIRE_EQ(memcmp(buf, model + off, n), 0);
		}
	}
	ATF_CHECK(fsdev_dirty(dev) > 0);
	fsdev_load(dev, &fi);
	fsdev_read(dev, buf, sizeof(buf), 0);
	ATF_CHECK_EQ(memcmp(buf, image, sizeof(buf)), 0);
	fsdev_destroy(dev);
}

static size_t
flip(uint8_t *p, size_t len, size_t max)
{

	if (len != 0)
		p[0] ^= 1;
	return len;
}

/*
 * Whatever the bytes, a mutator stays within its room (the allocation is
 * exact, so ASan would see), and the result is an input again.
 */
ATF_TC_WITHOUT_HEAD(mutators_stay_inside);
ATF_TC_BODY(mutators_stay_inside, tc)
{
	static const struct fsops_fs formats[] = { { .fs_mutate = mutate_fat },
		{ .fs_mutate = mutate_iso }, { .fs_mutate = NULL } };
	unsigned seed, changed = 0;

	srand(11);
	for (seed = 0; seed < 6000; seed++) {
		size_t len = rand() % 3 ? rand() % 6000 : rand() % 40, max = len + rand() % 100, n, i;
		uint8_t *data = malloc(max ? max : 1), *old = malloc(max ? max : 1);

		for (i = 0; i < len; i++)
			data[i] = rand() % 4 ? 0 : rand();
		if (seed % 3 == 0 && len > 100) {
			/* Looks like FAT. */
			static const uint8_t bpb[] = { 0, 2, 1, 1, 0, 2, 16, 0, 8, 0, 0xf8, 1 };

			memcpy(data + 11, bpb, sizeof(bpb));
		}
		if (seed % 2 == 0 && len >= FSINPUT_TRAILER)
			fsinput_trailer(data + len - FSINPUT_TRAILER, rand() % 200, rand() % 2, rand() % 100);
		memcpy(old, data, len);
		n = fsmut_mutate(&formats[seed % 3], data, len, max, seed, flip);
		ATF_REQUIRE(n <= max);
		fsinput_parse(&fi, data, n);
		changed += n != len || memcmp(old, data, len) != 0;
		free(data);
		free(old);
	}
	ATF_CHECK(changed > 3000);
}

ATF_TC_WITHOUT_HEAD(cross_keeps_image);
ATF_TC_BODY(cross_keeps_image, tc)
{
	uint8_t a[512 + 4 * FSOP_SIZE + FSINPUT_TRAILER], b[sizeof(a)], out[2 * sizeof(a)];
	unsigned seed;

	memset(a, 0xaa, sizeof(a));
	memset(b, 0xbb, sizeof(b));
	fsinput_trailer(a + sizeof(a) - FSINPUT_TRAILER, 4 * FSOP_SIZE, 0, 0);
	fsinput_trailer(b + sizeof(b) - FSINPUT_TRAILER, 4 * FSOP_SIZE, 0, 0);
	for (seed = 0; seed < 100; seed++) {
		size_t n = fsmut_cross(a, sizeof(a), b, sizeof(b), out, sizeof(out), seed);

		ATF_REQUIRE(n >= 512 + FSINPUT_TRAILER && n <= sizeof(out));
		ATF_REQUIRE_EQ(memcmp(out, a, 512), 0);
		fsinput_parse(&fi, out, n);
		ATF_REQUIRE(fi.fi_nops <= 8);
	}
	ATF_CHECK_EQ(fsmut_cross(a, sizeof(a), b, sizeof(b), out, 500, 1), 0);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, plain_image);
	ATF_TP_ADD_TC(tp, empty);
	ATF_TP_ADD_TC(tp, operations);
	ATF_TP_ADD_TC(tp, lying_trailer);
	ATF_TP_ADD_TC(tp, sparse);
	ATF_TP_ADD_TC(tp, written);
	ATF_TP_ADD_TC(tp, mutators_stay_inside);
	ATF_TP_ADD_TC(tp, cross_keeps_image);
	return atf_no_error();
}
