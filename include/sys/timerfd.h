/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * timerfd_create(2): a timer behind a descriptor.
 */

#ifndef _SYS_TIMERFD_H_
#define _SYS_TIMERFD_H_

#include <sys/fcntl.h>
#include <sys/ioccom.h>
#include <sys/time.h>

#define	TFD_CLOEXEC		O_CLOEXEC
#define	TFD_NONBLOCK		O_NONBLOCK
#define	TFD_TIMER_ABSTIME	O_WRONLY
#define	TFD_TIMER_CANCEL_ON_SET	O_RDWR

#define	TFD_IOC_SET_TICKS	_IOW('T', 0, uint64_t)

#ifdef _KERNEL
struct lwp;
struct itimerspec;
int	do_timerfd_create(struct lwp *, clockid_t, int, register_t *);
int	do_timerfd_gettime(struct lwp *, int, struct itimerspec *,
	    register_t *);
int	do_timerfd_settime(struct lwp *, int, int, const struct itimerspec *,
	    struct itimerspec *, register_t *);
#endif

#endif /* _SYS_TIMERFD_H_ */
