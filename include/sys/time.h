/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Time values, their arithmetic, and clocks.
 */

#ifndef _SYS_TIME_H_
#define	_SYS_TIME_H_

#include <sys/featuretest.h>
#include <sys/types.h>

struct timeval {
	time_t		tv_sec;
	suseconds_t	tv_usec;
};

struct timespec {
	time_t	tv_sec;
	long	tv_nsec;
};

struct timezone {
	int	tz_minuteswest;
	int	tz_dsttime;
};

#define	DST_NONE	0
#define	DST_USA		1
#define	DST_AUST	2
#define	DST_WET		3
#define	DST_MET		4
#define	DST_EET		5
#define	DST_CAN		6

/* Seconds and a 64 bit fraction. */
struct bintime {
	time_t		sec;
	uint64_t	frac;
};

struct itimerval {
	struct timeval	it_interval;
	struct timeval	it_value;
};

struct itimerspec {
	struct timespec	it_interval;
	struct timespec	it_value;
};

#define	TIMEVAL_TO_TIMESPEC(tv, ts)					\
do {									\
	(ts)->tv_sec = (tv)->tv_sec;					\
	(ts)->tv_nsec = (tv)->tv_usec * 1000;				\
} while (/* CONSTCOND */ 0)
#define	TIMESPEC_TO_TIMEVAL(tv, ts)					\
do {									\
	(tv)->tv_sec = (ts)->tv_sec;					\
	(tv)->tv_usec = (suseconds_t)((ts)->tv_nsec / 1000);		\
} while (/* CONSTCOND */ 0)

#define	timerclear(tvp)		((tvp)->tv_sec = (tvp)->tv_usec = 0L)
#define	timerisset(tvp)		((tvp)->tv_sec || (tvp)->tv_usec)
#define	timercmp(tvp, uvp, cmp)						\
	(((tvp)->tv_sec == (uvp)->tv_sec) ?				\
	    ((tvp)->tv_usec cmp (uvp)->tv_usec) :			\
	    ((tvp)->tv_sec cmp (uvp)->tv_sec))
#define	timeradd(tvp, uvp, vvp)						\
do {									\
	(vvp)->tv_sec = (tvp)->tv_sec + (uvp)->tv_sec;			\
	(vvp)->tv_usec = (tvp)->tv_usec + (uvp)->tv_usec;		\
	if ((vvp)->tv_usec >= 1000000) {				\
		(vvp)->tv_sec++;					\
		(vvp)->tv_usec -= 1000000;				\
	}								\
} while (/* CONSTCOND */ 0)
#define	timersub(tvp, uvp, vvp)						\
do {									\
	(vvp)->tv_sec = (tvp)->tv_sec - (uvp)->tv_sec;			\
	(vvp)->tv_usec = (tvp)->tv_usec - (uvp)->tv_usec;		\
	if ((vvp)->tv_usec < 0) {					\
		(vvp)->tv_sec--;					\
		(vvp)->tv_usec += 1000000;				\
	}								\
} while (/* CONSTCOND */ 0)

#define	timespecclear(tsp)	((tsp)->tv_sec = (time_t)((tsp)->tv_nsec = 0L))
#define	timespecisset(tsp)	((tsp)->tv_sec || (tsp)->tv_nsec)
#define	timespeccmp(tsp, usp, cmp)					\
	(((tsp)->tv_sec == (usp)->tv_sec) ?				\
	    ((tsp)->tv_nsec cmp (usp)->tv_nsec) :			\
	    ((tsp)->tv_sec cmp (usp)->tv_sec))
#define	timespecadd(tsp, usp, vsp)					\
do {									\
	(vsp)->tv_sec = (tsp)->tv_sec + (usp)->tv_sec;			\
	(vsp)->tv_nsec = (tsp)->tv_nsec + (usp)->tv_nsec;		\
	if ((vsp)->tv_nsec >= 1000000000L) {				\
		(vsp)->tv_sec++;					\
		(vsp)->tv_nsec -= 1000000000L;				\
	}								\
} while (/* CONSTCOND */ 0)
#define	timespecsub(tsp, usp, vsp)					\
do {									\
	(vsp)->tv_sec = (tsp)->tv_sec - (usp)->tv_sec;			\
	(vsp)->tv_nsec = (tsp)->tv_nsec - (usp)->tv_nsec;		\
	if ((vsp)->tv_nsec < 0) {					\
		(vsp)->tv_sec--;					\
		(vsp)->tv_nsec += 1000000000L;				\
	}								\
} while (/* CONSTCOND */ 0)
#define	timespec2ns(x)							\
	(((uint64_t)(x)->tv_sec) * 1000000000L + (x)->tv_nsec)

static __inline void
bintime_addx(struct bintime *bt, const uint64_t x)
{

	if (__builtin_add_overflow(bt->frac, x, &bt->frac))
		bt->sec++;
}

static __inline void
bintime_add(struct bintime *bt, const struct bintime *bt2)
{

	bintime_addx(bt, bt2->frac);
	bt->sec += bt2->sec;
}

static __inline void
bintime_sub(struct bintime *bt, const struct bintime *bt2)
{

	if (__builtin_sub_overflow(bt->frac, bt2->frac, &bt->frac))
		bt->sec--;
	bt->sec -= bt2->sec;
}

#define	bintimecmp(bta, btb, cmp)					\
	(((bta)->sec == (btb)->sec) ?					\
	    ((bta)->frac cmp (btb)->frac) :				\
	    ((bta)->sec cmp (btb)->sec))

static __inline void
bintime2timespec(const struct bintime *bt, struct timespec *ts)
{

	ts->tv_sec = bt->sec;
	ts->tv_nsec = (long)(((uint64_t)1000000000 *
	    (uint32_t)(bt->frac >> 32)) >> 32);
}

static __inline void
timespec2bintime(const struct timespec *ts, struct bintime *bt)
{

	bt->sec = ts->tv_sec;
	/* 18446744073 is 2^64 / 10^9, rounded down. */
	bt->frac = (uint64_t)ts->tv_nsec * (uint64_t)18446744073LL;
}

static __inline void
bintime2timeval(const struct bintime *bt, struct timeval *tv)
{

	tv->tv_sec = bt->sec;
	tv->tv_usec = (suseconds_t)(((uint64_t)1000000 *
	    (uint32_t)(bt->frac >> 32)) >> 32);
}

static __inline void
timeval2bintime(const struct timeval *tv, struct bintime *bt)
{

	bt->sec = tv->tv_sec;
	/* 18446744073709 is 2^64 / 10^6, rounded down. */
	bt->frac = (uint64_t)tv->tv_usec * (uint64_t)18446744073709LL;
}

static __inline struct bintime
ms2bintime(uint64_t ms)
{

	return (struct bintime) {
		.sec = (time_t)(ms / 1000U),
		.frac = (ms % 1000U) * 18446744073709551ULL,
	};
}

static __inline struct bintime
us2bintime(uint64_t us)
{

	return (struct bintime) {
		.sec = (time_t)(us / 1000000U),
		.frac = (us % 1000000U) * 18446744073709ULL,
	};
}

static __inline struct bintime
ns2bintime(uint64_t ns)
{

	return (struct bintime) {
		.sec = (time_t)(ns / 1000000000U),
		.frac = (ns % 1000000000U) * 18446744073ULL,
	};
}

static __inline uint64_t
bintime2ns(const struct bintime *bt)
{

	return (uint64_t)bt->sec * 1000000000U +
	    (((uint64_t)1000000000 * (uint32_t)(bt->frac >> 32)) >> 32);
}

#define	ITIMER_REAL		0
#define	ITIMER_VIRTUAL		1
#define	ITIMER_PROF		2
#define	ITIMER_MONOTONIC	3

#define	CLOCK_REALTIME		0
#define	CLOCK_VIRTUAL		1
#define	CLOCK_PROF		2
#define	CLOCK_MONOTONIC		3
#define	CLOCK_THREAD_CPUTIME_ID		0x20000000
#define	CLOCK_PROCESS_CPUTIME_ID	0x40000000

#define	TIMER_RELTIME		0x0
#define	TIMER_ABSTIME		0x1

#ifdef _KERNEL
/* How late a timed wait may be when the caller does not care: 1 ms. */
#define	DEFAULT_TIMEOUT_EPSILON						\
	(&(const struct bintime) {					\
		.sec = 0,						\
		.frac = 18446744073709551ULL,				\
	})

#include <sys/timevar.h>
#endif

/* kern.clockrate */
struct clockinfo {
	int32_t	hz;		/* clock frequency */
	int32_t	tick;		/* microseconds per tick */
	int32_t	tickadj;	/* clock skew rate for adjtime */
	int32_t	stathz;		/* statistics clock frequency */
	int32_t	profhz;		/* profiling clock frequency */
};

#endif /* !_SYS_TIME_H_ */
