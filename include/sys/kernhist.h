/* SPDX-License-Identifier: BSD-2-Clause */

/* Histories of kernel events: kernhist(9).  None are kept. */

#ifndef _SYS_KERNHIST_H_
#define	_SYS_KERNHIST_H_

#include <sys/types.h>

#define	KERNHIST_DECL(name)			struct __kernhist_nothing
#define	KERNHIST_DEFINE(name)			struct __kernhist_nothing
#define	KERNHIST_INIT(name, n)			do { } while (0)
#define	KERNHIST_INIT_STATIC(name, buf)		do { } while (0)
#define	KERNHIST_LINK_STATIC(name)		do { } while (0)
#define	KERNHIST_LOG(name, fmt, i, j, k, l)	do { } while (0)
#define	KERNHIST_CALLARGS(name, fmt, i, j, k, l)	do { } while (0)
#define	KERNHIST_CALLED(name)			do { } while (0)
#define	KERNHIST_FUNC(fname)			struct __kernhist_nothing

#endif /* !_SYS_KERNHIST_H_ */
