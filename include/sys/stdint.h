/* SPDX-License-Identifier: BSD-2-Clause */

/* Integer types of stated width, their limits and constants (LP64). */

#ifndef _SYS_STDINT_H_
#define	_SYS_STDINT_H_

typedef signed char	int8_t;
typedef unsigned char	uint8_t;
typedef short		int16_t;
typedef unsigned short	uint16_t;
typedef int		int32_t;
typedef unsigned int	uint32_t;
typedef long		int64_t;
typedef unsigned long	uint64_t;

typedef signed char	int_least8_t;
typedef unsigned char	uint_least8_t;
typedef short		int_least16_t;
typedef unsigned short	uint_least16_t;
typedef int		int_least32_t;
typedef unsigned int	uint_least32_t;
typedef long		int_least64_t;
typedef unsigned long	uint_least64_t;

typedef int		int_fast8_t;
typedef unsigned int	uint_fast8_t;
typedef int		int_fast16_t;
typedef unsigned int	uint_fast16_t;
typedef int		int_fast32_t;
typedef unsigned int	uint_fast32_t;
typedef long		int_fast64_t;
typedef unsigned long	uint_fast64_t;

typedef long		intptr_t;
typedef unsigned long	uintptr_t;
typedef long		intmax_t;
typedef unsigned long	uintmax_t;

/* The spellings of headers which must not pollute. */
typedef int8_t		__int8_t;
typedef uint8_t		__uint8_t;
typedef int16_t		__int16_t;
typedef uint16_t	__uint16_t;
typedef int32_t		__int32_t;
typedef uint32_t	__uint32_t;
typedef int64_t		__int64_t;
typedef uint64_t	__uint64_t;
typedef intptr_t	__intptr_t;
typedef uintptr_t	__uintptr_t;

#include <sys/int_limits.h>
#include <sys/int_const.h>

#endif /* !_SYS_STDINT_H_ */
