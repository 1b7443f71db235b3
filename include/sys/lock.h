/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Spinning on a busy lock.
 */

#ifndef _SYS_LOCK_H_
#define	_SYS_LOCK_H_

#include <sys/types.h>
#include <machine/lock.h>

#ifdef _KERNEL
/*
 * The big lock, held by code that is not marked MP safe; recursive, given up
 * by who sleeps.
 */
#define	KERNEL_LOCK(count, lwp)						\
do {									\
	if ((count) != 0)						\
		_kernel_lock((count));					\
} while (/* CONSTCOND */ 0)
#define	KERNEL_UNLOCK(all, lwp, p)	_kernel_unlock((all), (p))
#define	KERNEL_LOCKED_P()		_kernel_locked_p()
#define	KERNEL_UNLOCK_LAST(l)		KERNEL_UNLOCK(-1, (l), NULL)
#define	KERNEL_UNLOCK_ALL(l, p)		KERNEL_UNLOCK(0, (l), (p))
#define	KERNEL_UNLOCK_ONE(l)		KERNEL_UNLOCK(1, (l), NULL)

void	kernel_lock_init(void);
void	_kernel_lock(int);
void	_kernel_unlock(int, int *);
bool	_kernel_locked_p(void);

#define	SPINLOCK_BACKOFF_MIN	4
#define	SPINLOCK_BACKOFF_MAX	128
#define	SPINLOCK_BACKOFF(count)						\
do {									\
	int _spin;							\
	for (_spin = (count); _spin != 0; _spin--)			\
		SPINLOCK_BACKOFF_HOOK;					\
	if ((count) < SPINLOCK_BACKOFF_MAX)				\
		(count) += (count);					\
} while (/* CONSTCOND */ 0)
#endif

#endif /* !_SYS_LOCK_H_ */
