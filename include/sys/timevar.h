/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What time it is: time_second(9), nanotime(9); and conversions.
 */

#ifndef _SYS_TIMEVAR_H_
#define	_SYS_TIMEVAR_H_

#include <sys/types.h>
#include <sys/time.h>
#include <sys/mutex.h>

void	binuptime(struct bintime *);
void	nanouptime(struct timespec *);
void	microuptime(struct timeval *);
void	bintime(struct bintime *);
void	nanotime(struct timespec *);
void	microtime(struct timeval *);
void	getbinuptime(struct bintime *);
void	getnanouptime(struct timespec *);
void	getmicrouptime(struct timeval *);
void	getbintime(struct bintime *);
void	getnanotime(struct timespec *);
void	getmicrotime(struct timeval *);
void	getbinboottime(struct bintime *);
void	getnanoboottime(struct timespec *);
void	getmicroboottime(struct timeval *);

time_t	getrealtime(void);
time_t	getuptime(void);
time_t	getboottime(void);
uint32_t getuptime32(void);
#define	time_second	getrealtime()
#define	time_uptime	getuptime()
#define	time_uptime32	getuptime32()

int	tvtohz(const struct timeval *);
int	tstohz(const struct timespec *);
int	hzto(const struct timeval *);
int	itimerfix(struct timeval *);
int	itimespecfix(struct timespec *);
int	ppsratecheck(struct timeval *, int *, int);
int	ratecheck(struct timeval *, const struct timeval *);
int	inittimeleft(struct timespec *, struct timespec *);
int	gettimeleft(struct timespec *, struct timespec *);

/* Steps the wall clock. */
int	settime(struct proc *, struct timespec *);
int	settimeofday1(const struct timeval *, bool, const void *,
	    struct lwp *, bool);
int	clock_settime1(struct proc *, clockid_t, const struct timespec *, bool);
int	clock_gettime1(clockid_t, struct timespec *);
int	clock_getres1(clockid_t, struct timespec *);
int	nanosleep1(struct lwp *, clockid_t, int, struct timespec *,
	    struct timespec *);


#endif /* !_SYS_TIMEVAR_H_ */
