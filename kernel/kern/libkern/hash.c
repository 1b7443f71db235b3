/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Checksums and hashes: crc16, crc32, crc32c, FNV, murmurhash2.
 */

#include <sys/param.h>
#include <sys/endian.h>
#include <sys/hash.h>
#include <lib/libkern/crc16.h>
#include <lib/libkern/libkern.h>

/* Tables for four bits at a time of the reflected polynomials. */
static const uint32_t crc32_table[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static const uint16_t crc16_table[16] = {
	0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
	0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
};

static uint32_t crc32c_table[256];
static volatile int crc32c_ready;

/* See lib/libkern/crc16.h. */
uint16_t
crc16(uint16_t crc, const uint8_t *p, size_t len)
{

	while (len-- != 0) {
		crc ^= *p++;
		crc = (crc >> 4) ^ crc16_table[crc & 15];
		crc = (crc >> 4) ^ crc16_table[crc & 15];
	}
	return crc;
}

/* The CRC of gzip, ISO 3309; 0 to begin with, and then the last result. */
uint32_t
crc32(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	crc = ~crc;
	while (len-- != 0) {
		crc ^= *p++;
		crc = (crc >> 4) ^ crc32_table[crc & 15];
		crc = (crc >> 4) ^ crc32_table[crc & 15];
	}
	return ~crc;
}

/* Castagnoli's polynomial (iSCSI, ext4); not inverted at either end. */
uint32_t
crc32c(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	unsigned i, j;
	uint32_t v;

	if (__predict_false(!crc32c_ready)) {
		/* The same values from whoever comes first. */
		for (i = 0; i < 256; i++) {
			v = i;
			for (j = 0; j < 8; j++)
				v = (v >> 1) ^ ((v & 1) != 0 ? 0x82f63b78 : 0);
			crc32c_table[i] = v;
		}
		__atomic_store_n(&crc32c_ready, 1, __ATOMIC_RELEASE);
	}
	while (len-- != 0)
		crc = (crc >> 8) ^ crc32c_table[(crc ^ *p++) & 0xff];
	return crc;
}

uint32_t
fnv_32_buf(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *p = buf;

	while (len-- != 0)
		hash = (hash * 0x01000193) ^ *p++;
	return hash;
}

uint64_t
fnv_64_buf(const void *buf, size_t len, uint64_t hash)
{
	const uint8_t *p = buf;

	while (len-- != 0)
		hash = (hash * 0x100000001b3ULL) ^ *p++;
	return hash;
}

uint32_t
murmurhash2(const void *key, size_t len, uint32_t seed)
{
	const uint32_t m = 0x5bd1e995;
	const uint8_t *p = key;
	uint32_t h = seed ^ (uint32_t)len, k;

	for (; len >= 4; len -= 4, p += 4) {
		k = le32dec(p) * m;
		k = (k ^ (k >> 24)) * m;
		h = (h * m) ^ k;
	}
	switch (len) {
	case 3:
		h ^= (uint32_t)p[2] << 16;
		__fallthrough;
	case 2:
		h ^= (uint32_t)p[1] << 8;
		__fallthrough;
	case 1:
		h = (h ^ p[0]) * m;
	}
	h = (h ^ (h >> 13)) * m;
	return h ^ (h >> 15);
}
