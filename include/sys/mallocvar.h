/* SPDX-License-Identifier: BSD-2-Clause */

/* Types of malloc(9) memory: a name for readers, nothing at run time. */

#ifndef _SYS_MALLOCVAR_H_
#define	_SYS_MALLOCVAR_H_

#define	M_CACHE
#define	M_DEVBUF
#define	M_DMAMAP
#define	M_FREE
#define	M_PCB
#define	M_SOFTINTR
#define	M_TEMP
#define	M_SONAME
#define	M_RTABLE
#define	M_FTABLE
#define	M_UFSMNT
#define	M_NETADDR
#define	M_IPMOPTS
#define	M_IPMADDR
#define	M_MRTABLE
#define	M_BWMETER
#define	M_MBUF

#define	MALLOC_DECLARE(type)	extern struct malloc_type type[1]
#define	MALLOC_DEFINE(type, s, l)					\
	struct malloc_type type[1] __attribute__((__unused__)) = { { (s) } }
#define	MALLOC_JUSTDEFINE(type, s, l)	MALLOC_DEFINE(type, s, l)
#define	MALLOC_DEFINE_LIMIT(type, s, l, x)	MALLOC_DEFINE(type, s, l)
#define	MALLOC_JUSTDEFINE_LIMIT(type, s, l, x)	MALLOC_DEFINE(type, s, l)

struct malloc_type {
	const char	*ks_shortdesc;
};

#endif /* !_SYS_MALLOCVAR_H_ */
