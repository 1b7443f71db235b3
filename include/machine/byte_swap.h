/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Byte swaps that the compiler knows.
 */

#ifndef _MACHINE_BYTE_SWAP_H_
#define	_MACHINE_BYTE_SWAP_H_

#include <sys/types.h>

#define	__BYTE_SWAP_U64_VARIABLE	__byte_swap_u64_variable
#define	__BYTE_SWAP_U32_VARIABLE	__byte_swap_u32_variable
#define	__BYTE_SWAP_U16_VARIABLE	__byte_swap_u16_variable

static __inline uint64_t
__byte_swap_u64_variable(uint64_t x)
{

	return __builtin_bswap64(x);
}

static __inline uint32_t
__byte_swap_u32_variable(uint32_t x)
{

	return __builtin_bswap32(x);
}

static __inline uint16_t
__byte_swap_u16_variable(uint16_t x)
{

	return __builtin_bswap16(x);
}

#endif /* !_MACHINE_BYTE_SWAP_H_ */
