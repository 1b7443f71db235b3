/* SPDX-License-Identifier: BSD-2-Clause */

/* Static tracing probes: they cost nothing and do nothing. */

#ifndef _SYS_SDT_H_
#define	_SYS_SDT_H_

#include <sys/cdefs.h>
#include <sys/types.h>

#define	SDT_PROVIDER_DEFINE(prov)		struct __sdt_nothing
#define	SDT_PROVIDER_DECLARE(prov)		struct __sdt_nothing
#define	SDT_PROBE_DEFINE(prov, mod, func, name, sname)			\
	struct __sdt_nothing
#define	SDT_PROBE_DECLARE(prov, mod, func, name)	struct __sdt_nothing
#define	SDT_PROBE_ARGTYPE(prov, mod, func, name, num, type, xtype)	\
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE0(prov, mod, func, name)	struct __sdt_nothing
#define	SDT_PROBE_DEFINE1(prov, mod, func, name, a0)	struct __sdt_nothing
#define	SDT_PROBE_DEFINE2(prov, mod, func, name, a0, a1)		\
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE3(prov, mod, func, name, a0, a1, a2)		\
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE4(prov, mod, func, name, a0, a1, a2, a3)	\
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE5(prov, mod, func, name, a0, a1, a2, a3, a4)	\
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE6(prov, mod, func, name, a0, a1, a2, a3, a4, a5) \
	struct __sdt_nothing
#define	SDT_PROBE_DEFINE7(prov, mod, func, name, a0, a1, a2, a3, a4, a5, a6) \
	struct __sdt_nothing

/* The arguments are looked at by the compiler only. */
#define	__SDT_USE(a)	((void)sizeof((uintptr_t)(a)))
#define	SDT_PROBE(prov, mod, func, name, a0, a1, a2, a3, a4)		\
	do {								\
		__SDT_USE(a0);						\
		__SDT_USE(a1);						\
		__SDT_USE(a2);						\
		__SDT_USE(a3);						\
		__SDT_USE(a4);						\
	} while (0)
#define	SDT_PROBE0(prov, mod, func, name)				\
	SDT_PROBE(prov, mod, func, name, 0, 0, 0, 0, 0)
#define	SDT_PROBE1(prov, mod, func, name, a0)				\
	SDT_PROBE(prov, mod, func, name, a0, 0, 0, 0, 0)
#define	SDT_PROBE2(prov, mod, func, name, a0, a1)			\
	SDT_PROBE(prov, mod, func, name, a0, a1, 0, 0, 0)
#define	SDT_PROBE3(prov, mod, func, name, a0, a1, a2)			\
	SDT_PROBE(prov, mod, func, name, a0, a1, a2, 0, 0)
#define	SDT_PROBE4(prov, mod, func, name, a0, a1, a2, a3)		\
	SDT_PROBE(prov, mod, func, name, a0, a1, a2, a3, 0)
#define	SDT_PROBE5(prov, mod, func, name, a0, a1, a2, a3, a4)		\
	SDT_PROBE(prov, mod, func, name, a0, a1, a2, a3, a4)
#define	SDT_PROBE6(prov, mod, func, name, a0, a1, a2, a3, a4, a5)	\
	do {								\
		SDT_PROBE(prov, mod, func, name, a0, a1, a2, a3, a4);	\
		__SDT_USE(a5);						\
	} while (0)
#define	SDT_PROBE7(prov, mod, func, name, a0, a1, a2, a3, a4, a5, a6)	\
	do {								\
		SDT_PROBE6(prov, mod, func, name, a0, a1, a2, a3, a4, a5); \
		__SDT_USE(a6);						\
	} while (0)

/* The error given to a caller, where functions report it to a probe. */
#define	SET_ERROR(err)	(err)

#endif /* !_SYS_SDT_H_ */
