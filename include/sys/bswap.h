/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _SYS_BSWAP_H_
#define	_SYS_BSWAP_H_
#include <sys/stdint.h>
#define	bswap16(x)	((uint16_t)__builtin_bswap16((uint16_t)(x)))
#define	bswap32(x)	((uint32_t)__builtin_bswap32((uint32_t)(x)))
#define	bswap64(x)	((uint64_t)__builtin_bswap64((uint64_t)(x)))
#endif
