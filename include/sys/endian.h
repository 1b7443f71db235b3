/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Byte order: bswap(3), byteorder(3) and the decoders and encoders of
 * le16dec(3)'s family, which take unaligned addresses.  The machine is
 * little-endian.
 */

#ifndef _SYS_ENDIAN_H_
#define	_SYS_ENDIAN_H_

#include <sys/cdefs.h>
#include <sys/stdint.h>
#include <sys/bswap.h>

#define	_LITTLE_ENDIAN	1234
#define	_BIG_ENDIAN	4321
#define	_PDP_ENDIAN	3412
#define	_BYTE_ORDER	_LITTLE_ENDIAN
#define	_QUAD_HIGHWORD	1
#define	_QUAD_LOWWORD	0

#define	LITTLE_ENDIAN	_LITTLE_ENDIAN
#define	BIG_ENDIAN	_BIG_ENDIAN
#define	PDP_ENDIAN	_PDP_ENDIAN
#define	BYTE_ORDER	_BYTE_ORDER

#define	htonl(x)	bswap32((uint32_t)(x))
#define	htons(x)	bswap16((uint16_t)(x))
#define	ntohl(x)	bswap32((uint32_t)(x))
#define	ntohs(x)	bswap16((uint16_t)(x))
#define	NTOHL(x)	((x) = ntohl((uint32_t)(x)))
#define	NTOHS(x)	((x) = ntohs((uint16_t)(x)))
#define	HTONL(x)	((x) = htonl((uint32_t)(x)))
#define	HTONS(x)	((x) = htons((uint16_t)(x)))

#define	htobe16(x)	bswap16((uint16_t)(x))
#define	htole16(x)	((uint16_t)(x))
#define	be16toh(x)	htobe16(x)
#define	le16toh(x)	htole16(x)
#define	htobe32(x)	bswap32((uint32_t)(x))
#define	htole32(x)	((uint32_t)(x))
#define	be32toh(x)	htobe32(x)
#define	le32toh(x)	htole32(x)
#define	htobe64(x)	bswap64((uint64_t)(x))
#define	htole64(x)	((uint64_t)(x))
#define	be64toh(x)	htobe64(x)
#define	le64toh(x)	htole64(x)
#define	HTOBE16(x)	((x) = htobe16(x))
#define	BE16TOH(x)	((x) = be16toh(x))
#define	HTOLE16(x)	((x) = htole16(x))
#define	LE16TOH(x)	((x) = le16toh(x))
#define	HTOBE32(x)	((x) = htobe32(x))
#define	BE32TOH(x)	((x) = be32toh(x))
#define	HTOLE32(x)	((x) = htole32(x))
#define	LE32TOH(x)	((x) = le32toh(x))
#define	HTOBE64(x)	((x) = htobe64(x))
#define	BE64TOH(x)	((x) = be64toh(x))
#define	HTOLE64(x)	((x) = htole64(x))
#define	LE64TOH(x)	((x) = le64toh(x))

static __inline void __unused
be16enc(void *p, uint16_t v)
{

	v = htobe16(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint16_t __unused
be16dec(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static __inline void __unused
le16enc(void *p, uint16_t v)
{

	v = htole16(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint16_t __unused
le16dec(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static __inline void __unused
be32enc(void *p, uint32_t v)
{

	v = htobe32(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint32_t __unused
be32dec(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static __inline void __unused
le32enc(void *p, uint32_t v)
{

	v = htole32(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint32_t __unused
le32dec(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static __inline void __unused
be64enc(void *p, uint64_t v)
{

	v = htobe64(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint64_t __unused
be64dec(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

static __inline void __unused
le64enc(void *p, uint64_t v)
{

	v = htole64(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static __inline uint64_t __unused
le64dec(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

#endif /* !_SYS_ENDIAN_H_ */
