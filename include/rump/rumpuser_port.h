/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What host code around a rump kernel (the hypercall layer, rumpcomp_*
 * files) may count on whatever the host's C library is.
 */

#ifndef _RUMP_RUMPUSER_PORT_H_
#define _RUMP_RUMPUSER_PORT_H_

#ifndef _GNU_SOURCE
#define	_GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef __dead
#define	__dead		__attribute__((__noreturn__))
#endif
#ifndef __printflike
#define	__printflike(a, b) __attribute__((__format__(__printf__, a, b)))
#endif
#ifndef __noinline
#define	__noinline	__attribute__((__noinline__))
#endif
#ifndef __predict_true
#define	__predict_true(e)	__builtin_expect((e) != 0, 1)
#define	__predict_false(e)	__builtin_expect((e) != 0, 0)
#endif
#ifndef __UNCONST
#define	__UNCONST(a)	((void *)(uintptr_t)(const void *)(a))
#endif
#ifndef __arraycount
#define	__arraycount(a)	(sizeof(a) / sizeof((a)[0]))
#endif
#ifndef __RCSID
#define	__RCSID(s)
#endif

#endif /* _RUMP_RUMPUSER_PORT_H_ */
