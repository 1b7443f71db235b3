/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Bit operations: bitops(3), ilog2(3), fast_divide32(3), and bit sets.
 */

#ifndef _SYS_BITOPS_H_
#define	_SYS_BITOPS_H_

#include <sys/types.h>

/* Number (from 1) of the least significant bit set, 0 for none. */
static __inline int __unused
ffs32(uint32_t n)
{

	return n == 0 ? 0 : __builtin_ctz(n) + 1;
}

static __inline int __unused
ffs64(uint64_t n)
{

	return n == 0 ? 0 : __builtin_ctzl(n) + 1;
}

/* Number (from 1) of the most significant bit set, 0 for none. */
static __inline int __unused
fls32(uint32_t n)
{

	return n == 0 ? 0 : 32 - __builtin_clz(n);
}

static __inline int __unused
fls64(uint64_t n)
{

	return n == 0 ? 0 : 64 - __builtin_clzl(n);
}

/* Floor of the binary logarithm; -1 for 0.  Constant for a constant. */
#define	__ilog2_const(x)						\
	((x) == 0 ? -1 : sizeof(x) > 4 ?				\
	    63 - __builtin_clzll((uint64_t)(x)) :			\
	    31 - __builtin_clz((uint32_t)(x)))
#define	__ilog2_var(x)							\
	((sizeof(x) > 4 ? fls64((uint64_t)(x)) : fls32((uint32_t)(x))) - 1)
#define	ilog2(x)							\
	__builtin_choose_expr(__builtin_constant_p(x),			\
	    __ilog2_const(x), __ilog2_var(x))

#ifndef powerof2
#define	powerof2(x)	((((x) - 1) & (x)) == 0)
#endif

/*
 * Division by an invariant number through multiplication.  For divisor d:
 * l = ceil(log2 d), m = floor(2^32 * (2^l - d) / d) + 1, and then
 * n / d = (mulhi(m, n) + ((n - mulhi(m, n)) >> s1)) >> s2.
 */
static __inline void __unused
fast_divide32_prepare(uint32_t d, uint32_t *__restrict mp,
    uint8_t *__restrict s1p, uint8_t *__restrict s2p)
{
	const int l = fls32(d - 1);

	*mp = (uint32_t)(((((uint64_t)1 << l) - d) << 32) / d + 1);
	*s1p = l > 1 ? 1 : l;
	*s2p = l == 0 ? 0 : l - 1;
}

static __inline uint32_t __unused
fast_divide32(uint32_t n, uint32_t d, uint32_t m, uint8_t s1, uint8_t s2)
{
	const uint32_t t = (uint32_t)(((uint64_t)n * m) >> 32);

	return (t + ((n - t) >> s1)) >> s2;
}

static __inline uint32_t __unused
fast_remainder32(uint32_t n, uint32_t d, uint32_t m, uint8_t s1, uint8_t s2)
{

	return n - fast_divide32(n, d, m, s1, s2) * d;
}

/* Bit sets of n bits: struct with an array b of type t. */
#define	__BITMAP_TYPE(s, t, n)						\
	struct s { t _b[((n) + sizeof(t) * 8 - 1) / (sizeof(t) * 8)]; }
#define	__BITMAP_BITS(v)	(sizeof((v)->_b[0]) * 8)
#define	__BITMAP_BIT(n, v)						\
	((__typeof__((v)->_b[0]))1 << ((n) & (__BITMAP_BITS(v) - 1)))
#define	__BITMAP_WORD(n, v)	((v)->_b[(size_t)(n) / __BITMAP_BITS(v)])
#define	__BITMAP_SET(n, v)	(__BITMAP_WORD(n, v) |= __BITMAP_BIT(n, v))
#define	__BITMAP_CLR(n, v)	(__BITMAP_WORD(n, v) &= ~__BITMAP_BIT(n, v))
#define	__BITMAP_ISSET(n, v)	(__BITMAP_WORD(n, v) & __BITMAP_BIT(n, v))
#define	__BITMAP_ZERO(v)						\
	((void)__builtin_memset((v)->_b, 0, sizeof((v)->_b)))
#define	__BITMAP_SIZE(t, n)						\
	(((n) + sizeof(t) * 8 - 1) / (sizeof(t) * 8))
#define	__BITMAP_COUNT(v)						\
	__extension__({							\
		unsigned __n = 0;					\
		size_t __i;						\
		for (__i = 0; __i < __arraycount((v)->_b); __i++)	\
			__n += __builtin_popcountll((v)->_b[__i]);	\
		__n;							\
	})

#endif /* !_SYS_BITOPS_H_ */
