/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Partition tables, changed by what their fields mean: MBR with its chain of
 * extended partitions, GUID partition tables (UEFI 5.3) at both ends of the
 * disk, BSD disk labels of either byte order.  Checksums are put right again,
 * nearly always.
 */

#include <string.h>

#include "mutate.h"

#define LABEL_MAGIC	0x82564557u
#define LABEL_PARTS	148

static uint64_t
le64(struct fsmut *fm, uint64_t off)
{

	return mut_le(fm, off, 4) | (uint64_t)mut_le(fm, off + 4, 4) << 32;
}

static void
put64(struct fsmut *fm, uint64_t off, uint64_t v)
{

	mut_put_le(fm, off, 4, (uint32_t)v);
	mut_put_le(fm, off + 4, 4, (uint32_t)(v >> 32));
}

/* A sector number: near a limit mostly, sometimes with its high half set. */
static void
field64(struct fsmut *fm, uint64_t off, uint64_t limit)
{
	uint64_t v = mut_value(fm, (uint32_t)le64(fm, off), (uint32_t)limit, 4);

	if (mut_rand(fm, 6) == 0)
		v |= (uint64_t)mut_value(fm, 0, 0x7fffffff, 4) << 32;
	put64(fm, off, v);
}

static uint32_t
crc32(struct fsmut *fm, uint64_t off, uint64_t len, uint64_t hole)
{
	static uint32_t table[16];
	uint8_t buf[512];
	uint32_t crc = 0xffffffff;
	size_t n, i;
	unsigned b;

	for (i = 0; i < 16; i++) {
		for (table[i] = i, b = 0; b < 4; b++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
	}
	for (; len > 0; off += n, len -= n) {
		n = len < sizeof(buf) ? len : sizeof(buf);
		mut_peek(fm, off, buf, n);
		for (i = 0; i < n; i++) {
			/* Four bytes which count as zero. */
			crc ^= off + i >= hole && off + i < hole + 4 ? 0 : buf[i];
			crc = crc >> 4 ^ table[crc & 15];
			crc = crc >> 4 ^ table[crc & 15];
		}
	}
	return ~crc;
}

/*
 * GPT.
 */

/* A header's place and the sector size it implies; false without one. */
static int
gpt_find(struct fsmut *fm, uint64_t *hdr, uint32_t *sec)
{
	static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };
	const uint64_t size = fm->fm_fi->fi_size;
	unsigned i, last = mut_rand(fm, 3) == 0;
	uint8_t sig[8];
	unsigned k;

	for (k = 0; k < 2; k++, last = !last) {
		for (i = 0; i < 4; i++) {
			*hdr = last ? (size < sizes[i] ? 0 : size - sizes[i]) : sizes[i];
			*sec = sizes[i];
			mut_peek(fm, *hdr, sig, sizeof(sig));
			if (memcmp(sig, "EFI PART", sizeof(sig)) == 0)
				return 1;
		}
	}
	return 0;
}

static void
gpt_repair(struct fsmut *fm, uint64_t hdr, uint32_t sec)
{
	const uint64_t table = le64(fm, hdr + 72) * sec;
	uint64_t bytes = (uint64_t)mut_le(fm, hdr + 80, 4) * mut_le(fm, hdr + 84, 4);
	uint32_t size = mut_le(fm, hdr + 12, 4);

	if (bytes <= 256 << 10)
		mut_put_le(fm, hdr + 88, 4, crc32(fm, table, bytes, UINT64_MAX - 8));
	if (size <= sec)
		mut_put_le(fm, hdr + 16, 4, crc32(fm, hdr, size, hdr + 16));
}

static void
gpt_entry(struct fsmut *fm, uint64_t hdr, uint32_t sec)
{
	/* EFI system, NetBSD swap and FFS, Linux data, none, anything. */
	static const uint8_t types[][4] = { { 0x28, 0x73, 0x2a, 0xc1 }, { 0x32, 0x8d, 0xf4, 0x49 },
		{ 0x5a, 0x8d, 0xf4, 0x49 }, { 0xaf, 0x3d, 0xc6, 0x0f }, { 0, 0, 0, 0 }, { 1, 2, 3, 4 } };
	static const uint8_t uni[][2] = { { 0, 0 }, { 'a', 0 }, { 0x3d, 0xd8 }, { 0x00, 0xde },
		{ 0xac, 0x20 }, { 0xff, 0xff }, { 0xe9, 0 }, { '/', 0 } };
	uint32_t entsz = mut_le(fm, hdr + 84, 4), n = mut_le(fm, hdr + 80, 4), i;
	uint64_t e, other;

	if (entsz < 128 || entsz > 4096 || n == 0)
		return;
	e = le64(fm, hdr + 72) * sec + (uint64_t)mut_rand(fm, n < 8 ? n : 8) * entsz;
	other = le64(fm, hdr + 72) * sec + (uint64_t)mut_rand(fm, n < 8 ? n : 8) * entsz;
	switch (mut_rand(fm, 8)) {
	case 0:
		mut_poke(fm, e, types[mut_rand(fm, 6)], 4);
		break;
	case 1:
		field64(fm, e + 32, le64(fm, e + 40));
		break;
	case 2:
		field64(fm, e + 40, le64(fm, hdr + 48));
		break;
	case 3:				/* the sectors of another, or its neighbour */
		put64(fm, e + 32, le64(fm, other + 40) + mut_rand(fm, 2));
		break;
	case 4:
		mut_poke(fm, e + 56 + 2 * mut_rand(fm, 36), uni[mut_rand(fm, 8)], 2);
		break;
	case 5:				/* a name without an end */
		for (i = 0; i < 36; i++)
			mut_poke(fm, e + 56 + 2 * i, uni[1 + mut_rand(fm, 7)], 2);
		break;
	case 6:				/* the name and GUID of another */
		for (i = 0; i < 36; i++)
			mut_put_le(fm, e + 56 + 2 * i, 2, mut_le(fm, other + 56 + 2 * i, 2));
		for (i = 0; i < 4 && mut_rand(fm, 2); i++)
			mut_put_le(fm, e + 16 + 4 * i, 4, mut_le(fm, other + 16 + 4 * i, 4));
		break;
	default:
		mut_put_le(fm, e + mut_rand(fm, 128), 1, mut_rand(fm, 256));
	}
}

static int
mutate_gpt(struct fsmut *fm)
{
	static const struct { uint8_t off, width; } fields[] = {
		{ 8, 4 }, { 12, 4 }, { 24, 8 }, { 32, 8 }, { 40, 8 }, { 48, 8 }, { 72, 8 }, { 80, 4 },
		{ 84, 4 }, { 16, 4 }, { 88, 4 },
	};
	uint64_t hdr, total;
	uint32_t sec, limit, i;

	if (!gpt_find(fm, &hdr, &sec))
		return 0;
	total = fm->fm_fi->fi_size / sec;
	if (mut_rand(fm, 3) == 0) {
		i = mut_rand(fm, 11);
		limit = fields[i].off == 80 ? 2048 : fields[i].off == 84 ? 128 :
		    fields[i].off == 12 ? 92 : (uint32_t)total;
		if (fields[i].width == 8)
			field64(fm, hdr + fields[i].off, limit);
		else
			mut_put_le(fm, hdr + fields[i].off, 4,
			    mut_value(fm, mut_le(fm, hdr + fields[i].off, 4), limit, 4));
		/* Now and then a checksum that is meant to be wrong. */
		if (fields[i].off == 16 || fields[i].off == 88)
			return 1;
	} else
		gpt_entry(fm, hdr, sec);
	if (mut_rand(fm, 16) != 0)
		gpt_repair(fm, hdr, sec);
	if (mut_rand(fm, 20) == 0)	/* the backup's turn */
		mut_put_le(fm, hdr, 1, 0);
	return 1;
}

/*
 * MBR.
 */

static int
mutate_mbr(struct fsmut *fm)
{
	static const uint8_t types[] = { 0, 5, 0x0f, 0x85, 0xa9, 0xa5, 0xa6, 0x0c, 0x82, 0x83, 0xee,
		0xef, 7 };
	const uint32_t total = (uint32_t)(fm->fm_fi->fi_size / 512);
	uint64_t mbr = 0, first = 0;
	unsigned depth, i;
	uint32_t t;

	if (mut_le(fm, 510, 2) != 0xaa55)
		return 0;
	/* Down the chain, as far as chance wants. */
	for (depth = mut_rand(fm, 6); depth > 0; depth--) {
		for (i = 0; i < 4; i++) {
			t = mut_le(fm, mbr + 446 + 16 * i + 4, 1);
			if (t == 5 || t == 0x0f || t == 0x85)
				break;
		}
		if (i == 4)
			break;
		mbr = (first + mut_le(fm, mbr + 446 + 16 * i + 8, 4)) * 512;
		if (first == 0)
			first = mbr / 512;
	}
	i = mbr + 446 + 16 * mut_rand(fm, 4);
	switch (mut_rand(fm, 7)) {
	case 0:
		mut_put_le(fm, i + 4, 1, types[mut_rand(fm, sizeof(types))]);
		break;
	case 1:
	case 2:
		mut_put_le(fm, i + 8, 4, mut_value(fm, mut_le(fm, i + 8, 4), total, 4));
		break;
	case 3:
		mut_put_le(fm, i + 12, 4, mut_value(fm, mut_le(fm, i + 12, 4), total, 4));
		break;
	case 4:				/* the chain bites itself */
		mut_put_le(fm, i + 4, 1, 5);
		mut_put_le(fm, i + 8, 4, mut_rand(fm, 4));
		break;
	case 5:
		mut_put_le(fm, mbr + 510, 2, mut_rand(fm, 8) ? 0xaa55 : mut_rand(fm, 65536));
		break;
	default:
		mut_put_le(fm, i + mut_rand(fm, 16), 1, mut_rand(fm, 256));
	}
	return 1;
}

/*
 * BSD label.
 */

static uint32_t
get(struct fsmut *fm, uint64_t off, unsigned width, int swap)
{
	uint32_t v = mut_le(fm, off, width);

	if (swap)
		v = width == 2 ? (v >> 8 | v << 8) & 0xffff : __builtin_bswap32(v);
	return v;
}

static void
put(struct fsmut *fm, uint64_t off, unsigned width, uint32_t v, int swap)
{

	if (swap)
		v = width == 2 ? (v >> 8 | v << 8) & 0xffff : __builtin_bswap32(v);
	mut_put_le(fm, off, width, v);
}

static void
label_repair(struct fsmut *fm, uint64_t at, int swap)
{
	unsigned n = get(fm, at + 138, 2, swap), i;
	uint32_t sum = 0;

	if (n > 22)			/* what a sector holds */
		n = 22;
	put(fm, at + 136, 2, 0, swap);
	for (i = 0; i < LABEL_PARTS + 16 * n; i += 2)
		sum ^= get(fm, at + i, 2, swap);
	put(fm, at + 136, 2, sum, swap);
}

static int
mutate_bsd(struct fsmut *fm)
{
	static const struct { uint8_t off, width; } fields[] = {
		{ 40, 4 }, { 44, 4 }, { 48, 4 }, { 52, 4 }, { 56, 4 }, { 60, 4 }, { 138, 2 }, { 132, 4 },
		{ 0, 4 }, { 4, 2 }, { 140, 4 }, { 144, 4 },
	};
	const uint32_t total = (uint32_t)(fm->fm_fi->fi_size / 512);
	uint64_t at = 0, start = mut_le(fm, 446 + 8, 4);
	uint64_t places[] = { 512, 0, start * 512 + 512, start * 512, 1024, 4096 };
	unsigned i, n, swap = 0;
	uint64_t f;

	for (i = 0; i < 6; i++) {
		at = places[i];
		if ((swap = get(fm, at, 4, 1) == LABEL_MAGIC) || get(fm, at, 4, 0) == LABEL_MAGIC)
			break;
	}
	if (i == 6)
		return 0;
	if (mut_rand(fm, 4) == 0) {
		i = mut_rand(fm, 12);
		f = at + fields[i].off;
		put(fm, f, fields[i].width, mut_value(fm, get(fm, f, fields[i].width, swap),
		    fields[i].off == 138 ? 16 : fields[i].off == 40 ? 512 : total, fields[i].width),
		    swap);
	} else {
		n = get(fm, at + 138, 2, swap);
		f = at + LABEL_PARTS + 16 * mut_rand(fm, n < 16 ? n + 1 : 16);
		i = mut_rand(fm, 5);
		if (i < 4)
			f += i & 1 ? 4 : 0;
		if (i < 4)
			put(fm, f, 4, mut_value(fm, get(fm, f, 4, swap), total, 4), swap);
		else
			mut_put_le(fm, f + 12 + mut_rand(fm, 4), 1, mut_rand(fm, 25));
	}
	if (mut_rand(fm, 12) != 0)
		label_repair(fm, at, swap);
	return 1;
}

void
mutate_label(struct fsmut *fm)
{
	unsigned which = mut_rand(fm, 3), i;

	/* What the image has, one kind after the other. */
	for (i = 0; i < 3; i++, which = (which + 1) % 3) {
		if (which == 0 ? mutate_gpt(fm) : which == 1 ? mutate_mbr(fm) : mutate_bsd(fm))
			return;
	}
}
