/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * localcount(9): references counted on each CPU.
 */

#ifndef _SYS_LOCALCOUNT_H_
#define	_SYS_LOCALCOUNT_H_

#include <sys/types.h>

#ifdef _KERNEL
struct kcondvar;
struct kmutex;
struct percpu;

struct localcount {
	int64_t		*lc_totalp;
	struct percpu	*lc_percpu;
};

void	localcount_init(struct localcount *);
void	localcount_drain(struct localcount *, struct kcondvar *,
	    struct kmutex *);
void	localcount_fini(struct localcount *);
void	localcount_acquire(struct localcount *);
void	localcount_release(struct localcount *, struct kcondvar *,
	    struct kmutex *);
#endif

#endif /* !_SYS_LOCALCOUNT_H_ */
