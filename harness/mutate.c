/* SPDX-License-Identifier: BSD-2-Clause */

/* Mutation of images and operation lists; see mutate.h. */

#include <stdlib.h>
#include <string.h>

#include "fsops.h"
#include "mutate.h"

static struct fsinput mfi;

uint32_t
mut_rand(struct fsmut *fm, uint32_t n)
{
	uint64_t x = fm->fm_rand;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	fm->fm_rand = x;
	return (uint32_t)(x >> 32) % n;
}

/* The bytes of the input behind [off, off + len) of the image, or NULL. */
static uint8_t *
behind(struct fsmut *fm, uint64_t off, size_t len)
{
	unsigned i;

	for (i = fm->fm_fi->fi_next; i-- > 0;) {
		const struct fsinput_extent *fe = &fm->fm_fi->fi_ext[i];

		if (off >= fe->fe_off && off - fe->fe_off <= fe->fe_len &&
		    len <= fe->fe_len - (off - fe->fe_off))
			return fm->fm_data + (fe->fe_data - fm->fm_data) + (off - fe->fe_off);
	}
	return NULL;
}

void
mut_peek(struct fsmut *fm, uint64_t off, void *buf, size_t len)
{
	const uint8_t *p = behind(fm, off, len);

	if (p != NULL)
		memcpy(buf, p, len);
	else
		memset(buf, 0, len);
}

int
mut_poke(struct fsmut *fm, uint64_t off, const void *buf, size_t len)
{
	uint8_t *p = behind(fm, off, len);

	if (p != NULL)
		memcpy(p, buf, len);
	return p != NULL;
}

uint32_t
mut_le(struct fsmut *fm, uint64_t off, unsigned width)
{
	uint8_t b[4] = { 0 };

	mut_peek(fm, off, b, width);
	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

void
mut_put_le(struct fsmut *fm, uint64_t off, unsigned width, uint32_t v)
{
	uint8_t b[4] = { v, v >> 8, v >> 16, v >> 24 };

	mut_poke(fm, off, b, width);
}

uint32_t
mut_value(struct fsmut *fm, uint32_t now, uint32_t limit, unsigned width)
{

	switch (mut_rand(fm, 14)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return limit;
	case 3:
		return limit - 1;
	case 4:
		return limit + 1;
	case 5:
		return now + 1;
	case 6:
		return now - 1;
	case 7:
		return 0xffffffffu >> (8 * (4 - width));
	case 8:
		return 1u << (8 * width - 1);
	case 9:
		return (1u << (8 * width - 1)) - 1;
	case 10:
		return 1u << mut_rand(fm, 8 * width);
	case 11:
		return now ^ 1u << mut_rand(fm, 8 * width);
	case 12:
		return limit != 0 ? mut_rand(fm, limit) : 0;
	default:
		return mut_rand(fm, 0xffffffffu);
	}
}

static void
random_op(struct fsmut *fm, uint8_t *p)
{
	static const uint32_t lens[] = { 0, 1, 511, 512, 513, 2048, 4095, 4096, 4097, 16384, 65535,
		65536, 100000, 1048576 };
	struct fsop op = {
		.op = mut_rand(fm, FSOP_N),
		.flags = mut_rand(fm, 4) ? mut_rand(fm, 8) : mut_rand(fm, 256),
		.path = mut_rand(fm, 2) ? mut_rand(fm, 12) : mut_rand(fm, 256),
		.path2 = mut_rand(fm, 3) ? 0x80 | mut_rand(fm, 128) : mut_rand(fm, 256),
		.fd = mut_rand(fm, 4),
		.buf = mut_rand(fm, 256),
		.mode = mut_rand(fm, 2) ? 0777 : mut_rand(fm, 65536),
		.off = mut_rand(fm, 3) ? lens[mut_rand(fm, sizeof(lens) / sizeof(lens[0]))] :
		    mut_rand(fm, 0xffffffff),
		.len = mut_rand(fm, 3) ? lens[mut_rand(fm, sizeof(lens) / sizeof(lens[0]))] :
		    mut_rand(fm, 0xffffffff),
	};

	fsop_encode(&op, p);
}

/*
 * One change to the list of operations, which lies at the end of the image
 * part.  Inputs without a trailer get one here, with the image as it is.
 */
static size_t
mutate_ops(struct fsmut *fm, uint8_t *data, size_t len, size_t max)
{
	uint32_t flags = 0, blocks = 0;
	size_t opslen = 0, image = len, n, at, k;
	uint8_t *ops, tmp[FSOP_SIZE];

	if (mfi.fi_trailer) {
		image = mfi.fi_imagelen;
		opslen = len - FSINPUT_TRAILER - image;
		opslen -= opslen % FSOP_SIZE;
		memcpy(&flags, data + len - 12, 4);	/* x86-64 is little-endian */
		memcpy(&blocks, data + len - 8, 4);
	}
	if (image + FSINPUT_TRAILER + FSOP_SIZE > max)
		return len;
	ops = data + image;
	n = opslen / FSOP_SIZE;
	at = n ? mut_rand(fm, n) : 0;
	switch (n == 0 ? 0 : mut_rand(fm, 8)) {
	case 0:
	case 1:			/* insert */
	case 2:
		if (n >= FSINPUT_MAXOPS || image + opslen + FSOP_SIZE + FSINPUT_TRAILER > max)
			break;
		at = mut_rand(fm, n + 1);
		memmove(ops + (at + 1) * FSOP_SIZE, ops + at * FSOP_SIZE, (n - at) * FSOP_SIZE);
		random_op(fm, ops + at * FSOP_SIZE);
		opslen += FSOP_SIZE;
		break;
	case 3:			/* delete some */
		k = 1 + mut_rand(fm, n - at < 4 ? n - at : 4);
		if (k > n - at)
			k = n - at;
		memmove(ops + at * FSOP_SIZE, ops + (at + k) * FSOP_SIZE, (n - at - k) * FSOP_SIZE);
		opslen -= k * FSOP_SIZE;
		break;
	case 4:			/* swap two */
		k = mut_rand(fm, n);
		memcpy(tmp, ops + at * FSOP_SIZE, FSOP_SIZE);
		memcpy(ops + at * FSOP_SIZE, ops + k * FSOP_SIZE, FSOP_SIZE);
		memcpy(ops + k * FSOP_SIZE, tmp, FSOP_SIZE);
		break;
	case 5:			/* one field */
		ops[at * FSOP_SIZE + mut_rand(fm, FSOP_SIZE)] = mut_rand(fm, 256);
		break;
	case 6:			/* replace */
		random_op(fm, ops + at * FSOP_SIZE);
		break;
	case 7:			/* mount flags */
		flags ^= mut_rand(fm, 3) ? 0x10000u << mut_rand(fm, 8) : FSINPUT_RDONLY;
		break;
	}
	fsinput_trailer(data + image + opslen, opslen, flags, blocks);
	return image + opslen + FSINPUT_TRAILER;
}

/* The engine's own mutation, on a window of the image that keeps its length. */
static void
mutate_bytes(struct fsmut *fm, rig_mutate_fn base)
{
	const struct fsinput_extent *fe;
	uint8_t window[256], *p;
	size_t n, off;

	if (mfi.fi_next == 0)
		return;
	fe = &mfi.fi_ext[mut_rand(fm, mfi.fi_next)];
	if (fe->fe_len == 0)
		return;
	off = mut_rand(fm, fe->fe_len);
	n = 1 + mut_rand(fm, 64);
	if (n > fe->fe_len - off)
		n = fe->fe_len - off;
	p = fm->fm_data + (fe->fe_data - fm->fm_data) + off;
	memcpy(window, p, n);
	/* A shorter result leaves the old tail in place. */
	base(window, n, n);
	memcpy(p, window, n);
}

size_t
fsmut_mutate(const struct fsops_fs *fs, uint8_t *data, size_t len, size_t max, unsigned seed,
    rig_mutate_fn base)
{
	struct fsmut fm = { .fm_data = data, .fm_fi = &mfi,
		.fm_rand = (seed + 1) * 0x9e3779b97f4a7c15ull };
	unsigned k, rounds;

	mut_rand(&fm, 2);
	fsinput_parse(&mfi, data, len);
	rounds = 1 + mut_rand(&fm, 4);
	for (k = 0; k < rounds; k++) {
		switch (mut_rand(&fm, 10)) {
		case 0:
		case 1:
		case 2:
		case 3:
			len = mutate_ops(&fm, data, len, max);
			fsinput_parse(&mfi, data, len);
			break;
		case 4:
			mutate_bytes(&fm, base);
			break;
		case 5:
			if (mut_rand(&fm, 8) == 0 && !mfi.fi_trailer && len > 512) {
				len -= mut_rand(&fm, len / 2);	/* a truncated image */
				fsinput_parse(&mfi, data, len);
				break;
			}
			/* FALLTHROUGH */
		default:
			if (fs->fs_mutate != NULL)
				fs->fs_mutate(&fm);
		}
	}
	return len;
}

/* The image of one input with operations of both. */
size_t
fsmut_cross(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out, size_t max,
    unsigned seed)
{
	static struct fsinput fa, fb;
	struct fsmut fm = { .fm_rand = (seed + 1) * 0x9e3779b97f4a7c15ull };
	size_t na, nb, n, len, opslen;
	uint32_t flags = 0, blocks = 0;

	fsinput_parse(&fa, a, alen);
	fsinput_parse(&fb, b, blen);
	if (fa.fi_trailer) {
		memcpy(&flags, a + alen - 12, 4);
		memcpy(&blocks, a + alen - 8, 4);
	}
	na = fa.fi_nops ? mut_rand(&fm, fa.fi_nops + 1) : 0;
	nb = fb.fi_nops ? mut_rand(&fm, fb.fi_nops + 1) : 0;
	n = fb.fi_nops - nb;
	if (na + n > FSINPUT_MAXOPS)
		n = FSINPUT_MAXOPS - na;
	opslen = (na + n) * FSOP_SIZE;
	len = fa.fi_imagelen + opslen + FSINPUT_TRAILER;
	if (len > max)
		return 0;
	memcpy(out, a, fa.fi_imagelen);
	memcpy(out + fa.fi_imagelen, fa.fi_ops, na * FSOP_SIZE);
	memcpy(out + fa.fi_imagelen + na * FSOP_SIZE, fb.fi_ops + nb * FSOP_SIZE, n * FSOP_SIZE);
	fsinput_trailer(out + fa.fi_imagelen + opslen, opslen, flags, blocks);
	return len;
}
