/* SPDX-License-Identifier: BSD-2-Clause */

/* Descriptor sets of select(2). */

#ifndef _SYS_FD_SET_H_
#define	_SYS_FD_SET_H_

#include <sys/stdint.h>

typedef uint32_t	__fd_mask;
#define	__NFDBITS	32
#define	__NFDSHIFT	5
#define	__NFDMASK	(__NFDBITS - 1)
#define	__NFD_LEN(a)	(((a) + __NFDMASK) / __NFDBITS)
#define	__NFD_SIZE	__NFD_LEN(FD_SETSIZE)
#define	__NFD_BYTES(a)	(__NFD_LEN(a) * sizeof(__fd_mask))
#ifndef FD_SETSIZE
#define	FD_SETSIZE	256
#endif

typedef struct fd_set {
	__fd_mask	fds_bits[__NFD_SIZE];
} fd_set;

#define	FD_SET(n, p)							\
	((p)->fds_bits[(unsigned)(n) >> __NFDSHIFT] |= (1U << ((n) & __NFDMASK)))
#define	FD_CLR(n, p)							\
	((p)->fds_bits[(unsigned)(n) >> __NFDSHIFT] &= ~(1U << ((n) & __NFDMASK)))
#define	FD_ISSET(n, p)							\
	((p)->fds_bits[(unsigned)(n) >> __NFDSHIFT] & (1U << ((n) & __NFDMASK)))
#define	FD_ZERO(p)	__builtin_memset((p), 0, sizeof(*(p)))
#define	FD_COPY(f, t)	__builtin_memcpy((t), (f), sizeof(*(f)))
#define	NFDBITS		__NFDBITS
#define	fd_mask		__fd_mask

#endif /* !_SYS_FD_SET_H_ */
