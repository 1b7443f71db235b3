/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ISO 9660 images: volume descriptors, directory records and their system
 * use entries, changed by what they mean (ECMA-119, SUSP 1.12, RRIP 1.12).
 * A number recorded in both byte orders is mostly kept so.
 */

#include <string.h>

#include "mutate.h"

#define BLK	2048u

static void
put_both(struct fsmut *fm, uint64_t off, unsigned width, uint32_t v)
{
	uint8_t b[8];
	unsigned i;

	for (i = 0; i < width; i++) {
		b[i] = v >> (8 * i);
		b[2 * width - 1 - i] = v >> (8 * i);
	}
	/* Now and then only one of the two. */
	switch (mut_rand(fm, 10)) {
	case 0:
		mut_poke(fm, off, b, width);
		break;
	case 1:
		mut_poke(fm, off + width, b + width, width);
		break;
	default:
		mut_poke(fm, off, b, 2 * width);
	}
}

static void
field_both(struct fsmut *fm, uint64_t off, unsigned width, uint32_t limit)
{

	put_both(fm, off, width, mut_value(fm, mut_le(fm, off, width), limit, width));
}

/* One of the volume descriptors, by its place. */
static void
descriptor(struct fsmut *fm, uint32_t blocks)
{
	static const struct { uint8_t off, width, both; } fields[] = {
		{ 80, 4, 1 }, { 120, 2, 1 }, { 124, 2, 1 }, { 128, 2, 1 }, { 132, 4, 1 }, { 140, 4, 0 },
		{ 0, 1, 0 }, { 6, 1, 0 }, { 7, 1, 0 }, { 88, 3, 0 }, { 1, 4, 0 },
		{ 156, 1, 0 }, { 157, 1, 0 }, { 158, 4, 1 }, { 166, 4, 1 }, { 181, 1, 0 }, { 184, 2, 1 },
		{ 188, 1, 0 },
	};
	uint64_t vd = (uint64_t)(16 + mut_rand(fm, 4)) * BLK;
	unsigned i = mut_rand(fm, sizeof(fields) / sizeof(fields[0]));
	uint64_t at = vd + fields[i].off;

	if (fields[i].both)
		field_both(fm, at, fields[i].width, blocks);
	else
		mut_put_le(fm, at, fields[i].width,
		    mut_value(fm, mut_le(fm, at, fields[i].width), 255, fields[i].width));
}

/* A directory record somewhere below a root, or 0. */
static uint64_t
some_record(struct fsmut *fm, uint32_t blocks)
{
	uint64_t root = (uint64_t)(16 + (mut_rand(fm, 3) == 0)) * BLK + 156, rec = root;
	unsigned depth;

	for (depth = 1 + mut_rand(fm, 4); depth > 0; depth--) {
		uint32_t ext = mut_le(fm, rec + 2, 4), len = mut_le(fm, rec + 10, 4), n = 0, pick;
		uint64_t dir = (uint64_t)ext * BLK, p, recs[64];

		if (ext == 0 || ext >= blocks || (depth > 1 && rec != root &&
		    (mut_le(fm, rec + 25, 1) & 2) == 0))
			break;
		if (len > 16 * BLK)
			len = 16 * BLK;
		for (p = dir; p < dir + len && n < 64;) {
			uint32_t rl = mut_le(fm, p, 1);

			if (rl < 34) {
				p = (p / BLK + 1) * BLK;
				continue;
			}
			recs[n++] = p;
			p += rl;
		}
		if (n == 0)
			break;
		/* On the way down a directory is wanted; at the end, anything. */
		pick = mut_rand(fm, n);
		rec = recs[pick];
		if (depth > 1) {
			unsigned i;

			for (i = 0; i < n; i++) {
				uint64_t r = recs[(pick + i) % n];

				if ((mut_le(fm, r + 25, 1) & 2) != 0 && (pick + i) % n > 1) {
					rec = r;
					break;
				}
			}
		}
	}
	return rec == root ? 0 : rec;
}

static void
record(struct fsmut *fm, uint64_t rec, uint32_t blocks)
{

	switch (mut_rand(fm, 11)) {
	case 0:
		mut_put_le(fm, rec, 1, mut_value(fm, mut_le(fm, rec, 1), 34 + mut_le(fm, rec + 32, 1), 1));
		break;
	case 1:
		mut_put_le(fm, rec + 1, 1, mut_value(fm, mut_le(fm, rec + 1, 1), 2, 1));
		break;
	case 2:
	case 3:
		field_both(fm, rec + 2, 4, blocks);
		break;
	case 4:
		field_both(fm, rec + 10, 4, blocks * BLK);
		break;
	case 5:
		mut_put_le(fm, rec + 25, 1, mut_le(fm, rec + 25, 1) ^ 1u << mut_rand(fm, 8));
		break;
	case 6:
		mut_put_le(fm, rec + 26 + mut_rand(fm, 2), 1, mut_rand(fm, 4));
		break;
	case 7:
		field_both(fm, rec + 28, 2, 1);
		break;
	case 8:
		mut_put_le(fm, rec + 32, 1, mut_value(fm, mut_le(fm, rec + 32, 1),
		    mut_le(fm, rec, 1) - 33, 1));
		break;
	case 9:
		mut_put_le(fm, rec + 33 + mut_rand(fm, 16), 1, mut_rand(fm, 3) ?
		    (uint8_t)"\x00\x01;./~A1\xff"[mut_rand(fm, 9)] : mut_rand(fm, 256));
		break;
	case 10:
		mut_put_le(fm, rec + 18 + mut_rand(fm, 7), 1, mut_rand(fm, 256));
		break;
	}
}

/* One entry of a record's system use area. */
static void
system_use(struct fsmut *fm, uint64_t rec, uint32_t blocks)
{
	static const char sigs[][3] = { "SP", "CE", "PX", "PN", "SL", "NM", "CL", "PL", "RE", "TF", "SF",
		"ER", "ES", "ST", "PD", "RR" };
	uint32_t namelen = mut_le(fm, rec + 32, 1), rl = mut_le(fm, rec, 1);
	uint64_t p = rec + 33 + namelen + !(namelen & 1), end = rec + rl, at[16];
	unsigned n = 0;
	uint8_t sig[2];

	while (p + 4 <= end && n < 16) {
		uint32_t l = mut_le(fm, p + 2, 1);

		at[n++] = p;
		mut_peek(fm, p, sig, 2);
		/* Follow one continuation, so that its entries are changed, too. */
		if (memcmp(sig, "CE", 2) == 0 && mut_rand(fm, 2)) {
			p = (uint64_t)mut_le(fm, p + 4, 4) * BLK + mut_le(fm, p + 12, 4);
			end = p + mut_le(fm, at[n - 1] + 20, 4);
			continue;
		}
		if (l < 4)
			break;
		p += l;
	}
	if (n == 0)
		return;
	p = at[mut_rand(fm, n)];
	mut_peek(fm, p, sig, 2);
	switch (mut_rand(fm, 8)) {
	case 0:
		mut_poke(fm, p, sigs[mut_rand(fm, sizeof(sigs) / sizeof(sigs[0]))], 2);
		break;
	case 1:
		mut_put_le(fm, p + 2, 1, mut_value(fm, mut_le(fm, p + 2, 1), end - p, 1));
		break;
	case 2:
		mut_put_le(fm, p + 3, 1, mut_rand(fm, 256));
		break;
	case 3:
		mut_put_le(fm, p + 4, 1, mut_rand(fm, 2) ? 1u << mut_rand(fm, 8) : mut_rand(fm, 256));
		break;
	case 4:
		mut_put_le(fm, p + 5, 1, mut_value(fm, mut_le(fm, p + 5, 1), mut_le(fm, p + 2, 1), 1));
		break;
	default:
		if (memcmp(sig, "CE", 2) == 0 || memcmp(sig, "CL", 2) == 0 || memcmp(sig, "PL", 2) == 0) {
			unsigned i = sig[0] == 'C' && sig[1] == 'E' ? mut_rand(fm, 3) : 0;

			field_both(fm, p + 4 + 8 * i, 4, i == 0 ? blocks : BLK);
			/* A continuation that continues in itself. */
			if (i == 0 && mut_rand(fm, 3) == 0)
				put_both(fm, p + 4, 4, p / BLK);
		} else if (memcmp(sig, "PX", 2) == 0)
			field_both(fm, p + 4 + 8 * mut_rand(fm, 5), 4, 0170000);
		else
			mut_put_le(fm, p + 4 + mut_rand(fm, 12), 1, mut_rand(fm, 256));
	}
}

void
mutate_iso(struct fsmut *fm)
{
	uint32_t blocks = fm->fm_fi->fi_size / BLK;
	uint64_t rec;

	if (mut_rand(fm, 6) == 0 || (rec = some_record(fm, blocks)) == 0) {
		descriptor(fm, blocks);
		return;
	}
	if (mut_rand(fm, 2))
		system_use(fm, rec, blocks);
	else
		record(fm, rec, blocks);
}
