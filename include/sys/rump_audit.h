/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Audits: what a component has handed out and not got back.
 */

#ifndef _SYS_RUMP_AUDIT_H_
#define	_SYS_RUMP_AUDIT_H_

#include <sys/types.h>

#ifdef _KERNEL
/*
 * A component counts something that should be the same after an input as
 * before it: open files, mounts, held locks.
 */
struct rump_audit {
	const char	*ra_name;	/* stays the caller's */
	int64_t		(*ra_count)(void *);
	void		*ra_arg;
	int64_t		ra_baseline;	/* at the last mark */
	struct rump_audit *ra_next;
};

/*
 * Adds an audit, which must live for ever.  ra_count is called with a CPU
 * held and no locks.
 */
void	rump_audit_register(struct rump_audit *);

/* An audit of one counter. */
#define	RUMP_AUDIT(sym, name, fn, arg)					\
	static struct rump_audit sym = {				\
		.ra_name = (name), .ra_count = (fn), .ra_arg = (arg),	\
	};								\
	static void __attribute__((__constructor__))			\
	sym##_register(void)						\
	{								\
									\
		rump_audit_register(&sym);				\
	}
#endif

#endif /* !_SYS_RUMP_AUDIT_H_ */
