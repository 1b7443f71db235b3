/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * FAT images: boot sector fields, FAT entries, directory entries and long
 * names, FSInfo, changed by what they mean.  Layout after "Microsoft FAT32
 * File System Specification" 1.03.
 */

#include <string.h>

#include "mutate.h"

struct fat {
	uint32_t bps, spc, res, nfats, rootent, fatsz, total, rootclus;
	uint64_t fat, root, data;	/* byte offsets */
	uint32_t clusters;
	unsigned bits;			/* of a FAT entry */
};

static int
geometry(struct fsmut *fm, struct fat *f)
{
	uint32_t rootsecs, sectors;

	f->bps = mut_le(fm, 11, 2);
	f->spc = mut_le(fm, 13, 1);
	f->res = mut_le(fm, 14, 2);
	f->nfats = mut_le(fm, 16, 1);
	f->rootent = mut_le(fm, 17, 2);
	f->total = mut_le(fm, 19, 2);
	if (f->total == 0)
		f->total = mut_le(fm, 32, 4);
	f->fatsz = mut_le(fm, 22, 2);
	if (f->fatsz == 0)
		f->fatsz = mut_le(fm, 36, 4);
	if (f->bps < 512 || f->bps > 4096 || f->spc == 0 || f->nfats == 0 || f->nfats > 4 ||
	    f->fatsz == 0)
		return 0;
	f->fat = (uint64_t)f->res * f->bps;
	f->root = f->fat + (uint64_t)f->nfats * f->fatsz * f->bps;
	rootsecs = (f->rootent * 32 + f->bps - 1) / f->bps;
	f->data = f->root + (uint64_t)rootsecs * f->bps;
	sectors = f->data / f->bps;
	f->clusters = f->total > sectors ? (f->total - sectors) / f->spc : 0;
	f->bits = f->clusters < 4085 ? 12 : f->clusters < 65525 ? 16 : 32;
	if (f->rootent == 0) {
		f->bits = 32;
		f->rootclus = mut_le(fm, 44, 4);
	}
	return 1;
}

static uint64_t
cluster_off(const struct fat *f, uint32_t c)
{

	return f->data + (uint64_t)(c - 2) * f->spc * f->bps;
}

static uint32_t
fat_get(struct fsmut *fm, const struct fat *f, unsigned copy, uint32_t c)
{
	uint64_t base = f->fat + (uint64_t)copy * f->fatsz * f->bps;

	if (f->bits == 12) {
		uint32_t v = mut_le(fm, base + c + c / 2, 2);

		return c & 1 ? v >> 4 : v & 0xfff;
	}
	return mut_le(fm, base + (uint64_t)c * (f->bits / 8), f->bits / 8);
}

static void
fat_put(struct fsmut *fm, const struct fat *f, unsigned copy, uint32_t c, uint32_t v)
{
	uint64_t base = f->fat + (uint64_t)copy * f->fatsz * f->bps;

	if (f->bits == 12) {
		uint32_t old = mut_le(fm, base + c + c / 2, 2);

		v = c & 1 ? (old & 0xf) | v << 4 : (old & 0xf000) | (v & 0xfff);
		mut_put_le(fm, base + c + c / 2, 2, v);
		return;
	}
	mut_put_le(fm, base + (uint64_t)c * (f->bits / 8), f->bits / 8, v);
}

static void
boot_field(struct fsmut *fm, const struct fat *f)
{
	static const struct { uint16_t off; uint8_t width; } fields[] = {
		{ 11, 2 }, { 13, 1 }, { 14, 2 }, { 16, 1 }, { 17, 2 }, { 19, 2 }, { 21, 1 }, { 22, 2 },
		{ 24, 2 }, { 26, 2 }, { 28, 4 }, { 32, 4 }, { 36, 4 }, { 40, 2 }, { 42, 2 }, { 44, 4 },
		{ 48, 2 }, { 50, 2 }, { 37, 1 }, { 38, 1 }, { 65, 1 }, { 66, 1 }, { 0, 1 }, { 510, 2 },
	};
	unsigned i = mut_rand(fm, sizeof(fields) / sizeof(fields[0]));
	uint32_t now = mut_le(fm, fields[i].off, fields[i].width);

	mut_put_le(fm, fields[i].off, fields[i].width,
	    mut_value(fm, now, mut_rand(fm, 2) ? f->total : f->clusters, fields[i].width));
}

static void
fat_entry(struct fsmut *fm, const struct fat *f)
{
	uint32_t mask = f->bits == 32 ? 0x0fffffff : (1u << f->bits) - 1, c, v;

	if (f->clusters == 0)
		return;
	/* Low clusters are the ones in use in a small image. */
	c = mut_rand(fm, 3) ? mut_rand(fm, f->clusters < 64 ? f->clusters + 2 : 64) :
	    mut_rand(fm, f->clusters + 2);
	switch (mut_rand(fm, 12)) {
	case 0:
		v = 0;
		break;
	case 1:
		v = 1;
		break;
	case 2:
		v = c;			/* a cycle of one */
		break;
	case 3:
		v = mask;		/* end */
		break;
	case 4:
		v = mask - 8;		/* bad */
		break;
	case 5:
		v = mask - 15 + mut_rand(fm, 16);
		break;
	case 6:
		v = f->clusters + 1;	/* the last there is */
		break;
	case 7:
		v = f->clusters + 2;	/* one too many */
		break;
	case 8:
		v = 2 + mut_rand(fm, c > 2 ? c - 1 : 1);	/* back */
		break;
	case 9:
		v = fat_get(fm, f, 0, 2 + mut_rand(fm, f->clusters < 32 ? f->clusters : 32));
		break;			/* a cross-link */
	case 10:
		v = c + 1;
		break;
	default:
		v = mut_rand(fm, mask);
	}
	fat_put(fm, f, mut_rand(fm, 4) ? 0 : mut_rand(fm, f->nfats), c, v);
}

/* A directory: the root, or one found in it. */
static uint64_t
some_dir(struct fsmut *fm, const struct fat *f, uint32_t *entries)
{
	uint64_t dir = f->bits == 32 ? cluster_off(f, f->rootclus) : f->root;
	unsigned depth, i;

	*entries = f->bits == 32 ? f->spc * f->bps / 32 : f->rootent;
	for (depth = mut_rand(fm, 4); depth > 0; depth--) {
		uint32_t n = *entries < 64 ? *entries : 64, start = n ? mut_rand(fm, n) : 0;

		for (i = 0; i < n; i++) {
			uint64_t e = dir + 32 * ((start + i) % n);
			uint32_t attr = mut_le(fm, e + 11, 1), c;

			if ((attr & 0x3f) == 0x0f || (attr & 0x10) == 0 || mut_le(fm, e, 1) == '.')
				continue;
			c = mut_le(fm, e + 26, 2);
			if (c < 2 || c > f->clusters + 1)
				continue;
			dir = cluster_off(f, c);
			*entries = f->spc * f->bps / 32;
			break;
		}
		if (i == n)
			break;
	}
	return dir;
}

/* The checksum that ties long name entries to their short one. */
static uint8_t
short_sum(const uint8_t *name)
{
	uint8_t sum = 0;
	unsigned i;

	for (i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

static void
dir_entry(struct fsmut *fm, const struct fat *f)
{
	uint32_t n, k;
	uint64_t dir = some_dir(fm, f, &n), e;
	uint8_t raw[32], other[32];

	if (n == 0)
		return;
	k = mut_rand(fm, n < 24 ? n : 24);
	e = dir + 32 * k;
	mut_peek(fm, e, raw, 32);
	switch (mut_rand(fm, 12)) {
	case 0:			/* attributes */
		raw[11] = mut_rand(fm, 3) ? raw[11] ^ 1u << mut_rand(fm, 8) : mut_rand(fm, 64);
		break;
	case 1:			/* first cluster */
	case 2: {
		uint32_t v = mut_value(fm, raw[26] | raw[27] << 8, f->clusters + 2, 2);

		raw[26] = v;
		raw[27] = v >> 8;
		if (f->bits == 32 && mut_rand(fm, 3) == 0)
			raw[20 + mut_rand(fm, 2)] = mut_rand(fm, 256);
		break;
	}
	case 3: {		/* size */
		uint32_t now = raw[28] | raw[29] << 8 | raw[30] << 16 | (uint32_t)raw[31] << 24;
		uint32_t v = mut_value(fm, now, f->clusters * f->spc * f->bps, 4);

		raw[28] = v;
		raw[29] = v >> 8;
		raw[30] = v >> 16;
		raw[31] = v >> 24;
		break;
	}
	case 4:			/* first byte: end, deleted, kanji, dot, a sequence number */
		raw[0] = "\x00\xe5\x05.A\x01\x41\x54\x7f\x80 /"[mut_rand(fm, 12)];
		break;
	case 5:			/* a name byte */
		raw[mut_rand(fm, 11)] = mut_rand(fm, 256);
		break;
	case 6:			/* becomes a long name entry, or stops being one */
		raw[11] = raw[11] == 0x0f ? 0x20 : 0x0f;
		break;
	case 7:			/* long name: order, checksum right for the next entry or not */
		raw[0] = (mut_rand(fm, 2) ? 0x40 : 0) | mut_rand(fm, 22);
		raw[11] = 0x0f;
		raw[12] = 0;
		mut_peek(fm, e + 32, other, 32);
		raw[13] = mut_rand(fm, 3) ? short_sum(other) : mut_rand(fm, 256);
		break;
	case 8:			/* long name: characters */
		raw[1 + 2 * mut_rand(fm, 5) + mut_rand(fm, 2)] = mut_rand(fm, 2) ? 0xd8 : mut_rand(fm, 256);
		raw[14 + 2 * mut_rand(fm, 6) + mut_rand(fm, 2)] = mut_rand(fm, 2) ? 0xff : mut_rand(fm, 256);
		break;
	case 9:			/* a copy of another */
		mut_peek(fm, dir + 32 * mut_rand(fm, n < 24 ? n : 24), raw, 32);
		break;
	case 10:		/* dates and times */
		raw[13 + mut_rand(fm, 6)] = mut_rand(fm, 256);
		raw[22 + mut_rand(fm, 4)] = mut_rand(fm, 256);
		break;
	case 11:		/* NT flags */
		raw[12] = mut_rand(fm, 256);
		break;
	}
	mut_poke(fm, e, raw, 32);
}

static void
fsinfo(struct fsmut *fm, const struct fat *f)
{
	uint64_t at = (uint64_t)mut_le(fm, 48, 2) * f->bps;
	static const uint16_t fields[] = { 488, 492, 0, 484, 508 };
	unsigned i = mut_rand(fm, 5);

	mut_put_le(fm, at + fields[i], 4, mut_value(fm, mut_le(fm, at + fields[i], 4),
	    f->clusters + 2, 4));
}

void
mutate_fat(struct fsmut *fm)
{
	struct fat f;

	if (!geometry(fm, &f)) {
		boot_field(fm, &f);
		return;
	}
	switch (mut_rand(fm, 10)) {
	case 0:
		boot_field(fm, &f);
		break;
	case 1:
		if (f.bits == 32) {
			fsinfo(fm, &f);
			break;
		}
		/* FALLTHROUGH */
	case 2:
	case 3:
	case 4:
		fat_entry(fm, &f);
		break;
	default:
		dir_entry(fm, &f);
	}
}
