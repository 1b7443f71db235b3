/* SPDX-License-Identifier: BSD-2-Clause */

/* Hashes of bytes: hash32_buf (FNV-like multiply by 33), murmurhash2. */

#ifndef _SYS_HASH_H_
#define	_SYS_HASH_H_

#include <sys/types.h>

#define	HASH32_BUF_INIT	5381
#define	HASH32_STR_INIT	5381

/* hash = hash * 33 + byte, over len bytes. */
static __inline uint32_t __unused
hash32_buf(const void *bf, size_t len, uint32_t hash)
{
	const uint8_t *s = bf;

	while (len-- != 0)
		hash = hash * 33 + *s++;
	return hash;
}

/* The same over a string's characters. */
static __inline uint32_t __unused
hash32_str(const void *bf, uint32_t hash)
{
	const uint8_t *s = bf;

	while (*s != 0)
		hash = hash * 33 + *s++;
	return hash;
}

/* And over at most len characters of a string. */
static __inline uint32_t __unused
hash32_strn(const void *bf, size_t len, uint32_t hash)
{
	const uint8_t *s = bf;

	while (len-- != 0 && *s != 0)
		hash = hash * 33 + *s++;
	return hash;
}

/* FNV-1 and FNV-1a. */
#define	FNV1_32_INIT	0x811c9dc5U
#define	FNV1_64_INIT	0xcbf29ce484222325ULL
uint32_t fnv_32_buf(const void *, size_t, uint32_t);
uint64_t fnv_64_buf(const void *, size_t, uint64_t);

uint32_t murmurhash2(const void *, size_t, uint32_t);

#endif /* !_SYS_HASH_H_ */
