/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * condvar(9): condition variables.
 */

#ifndef _SYS_CONDVAR_H_
#define	_SYS_CONDVAR_H_

#include <sys/types.h>
#include <sys/mutex.h>

typedef struct kcondvar {
	struct sleepq	cv_sleepq;
	const char	*cv_wmesg;
} kcondvar_t;

#ifdef _KERNEL
struct bintime;
struct timespec;

void	cv_init(kcondvar_t *, const char *);
void	cv_destroy(kcondvar_t *);
void	cv_wait(kcondvar_t *, kmutex_t *);
int	cv_wait_sig(kcondvar_t *, kmutex_t *);
int	cv_timedwait(kcondvar_t *, kmutex_t *, int);
int	cv_timedwait_sig(kcondvar_t *, kmutex_t *, int);
int	cv_timedwaitbt(kcondvar_t *, kmutex_t *, struct bintime *,
	    const struct bintime *);
int	cv_timedwaitbt_sig(kcondvar_t *, kmutex_t *, struct bintime *,
	    const struct bintime *);
void	cv_signal(kcondvar_t *);
void	cv_broadcast(kcondvar_t *);
bool	cv_has_waiters(kcondvar_t *);
bool	cv_is_valid(kcondvar_t *);

#endif

#endif /* !_SYS_CONDVAR_H_ */
