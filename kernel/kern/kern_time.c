/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What time it is, time_second(9) and nanotime(9), and conversions.
 *
 * The monotonic clock is the host's (virtual on the fiber backend) since
 * boot; it starts at one second, so that an uptime of 0 never means now.
 * The wall clock is the host's plus what the kernel was told to step by.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/time.h>
#include <sys/timetc.h>
#include <machine/cpu_counter.h>

#include "rump_private.h"

#include <rump/rumpuser_dev.h>

int hz = 100;
int stathz = 100;
int profhz = 100;
int tick = 10000;
int rtc_offset;

static int64_t boot_mono_ns;	/* host's monotonic clock at boot, less 1 s */
static int64_t step_ns;		/* wall clock: kernel's less host's; atomic */

#define	NS	1000000000LL

static int64_t
host_ns(int clock)
{
	int64_t sec = 0;
	long nsec = 0;

	(void)rumpuser_clock_gettime(clock, &sec, &nsec);
	return sec * NS + nsec;
}

void
rump_time_init(void)
{

	boot_mono_ns = host_ns(RUMPUSER_CLOCK_ABSMONO) - NS;
}

/* Nanoseconds since boot. */
int64_t
rump_uptime_ns(void)
{

	return host_ns(RUMPUSER_CLOCK_ABSMONO) - boot_mono_ns;
}

static int64_t
wall_ns(void)
{

	return host_ns(RUMPUSER_CLOCK_RELWALL) +
	    __atomic_load_n(&step_ns, __ATOMIC_RELAXED);
}

static void
ns2ts(int64_t ns, struct timespec *ts)
{

	ts->tv_sec = ns / NS;
	ts->tv_nsec = ns % NS;
	if (ts->tv_nsec < 0) {
		ts->tv_sec--;
		ts->tv_nsec += NS;
	}
}

static void
ns2tv(int64_t ns, struct timeval *tv)
{
	struct timespec ts;

	ns2ts(ns, &ts);
	TIMESPEC_TO_TIMEVAL(tv, &ts);
}

static void
ns2bt(int64_t ns, struct bintime *bt)
{
	struct timespec ts;

	ns2ts(ns, &ts);
	timespec2bintime(&ts, bt);
}

void
binuptime(struct bintime *bt)
{

	ns2bt(rump_uptime_ns(), bt);
}

void
nanouptime(struct timespec *ts)
{

	ns2ts(rump_uptime_ns(), ts);
}

void
microuptime(struct timeval *tv)
{

	ns2tv(rump_uptime_ns(), tv);
}

void
bintime(struct bintime *bt)
{

	ns2bt(wall_ns(), bt);
}

void
nanotime(struct timespec *ts)
{

	ns2ts(wall_ns(), ts);
}

void
microtime(struct timeval *tv)
{

	ns2tv(wall_ns(), tv);
}

/* Reading the clock is cheap: the coarse ones are the same. */
void
getbinuptime(struct bintime *bt)
{

	binuptime(bt);
}

void
getnanouptime(struct timespec *ts)
{

	nanouptime(ts);
}

void
getmicrouptime(struct timeval *tv)
{

	microuptime(tv);
}

void
getbintime(struct bintime *bt)
{

	bintime(bt);
}

void
getnanotime(struct timespec *ts)
{

	nanotime(ts);
}

void
getmicrotime(struct timeval *tv)
{

	microtime(tv);
}

void
getbinboottime(struct bintime *bt)
{

	ns2bt(wall_ns() - rump_uptime_ns(), bt);
}

void
getnanoboottime(struct timespec *ts)
{

	ns2ts(wall_ns() - rump_uptime_ns(), ts);
}

void
getmicroboottime(struct timeval *tv)
{

	ns2tv(wall_ns() - rump_uptime_ns(), tv);
}

time_t
getrealtime(void)
{
	struct timespec ts;

	nanotime(&ts);
	return ts.tv_sec;
}

time_t
getuptime(void)
{

	return rump_uptime_ns() / NS;
}

uint32_t
getuptime32(void)
{

	return (uint32_t)getuptime();
}

time_t
getboottime(void)
{

	return getrealtime() - getuptime();
}

int
getticks(void)
{

	return (int)(rump_uptime_ns() / (NS / hz));
}

uint64_t
cpu_counter(void)
{

	return (uint64_t)rump_uptime_ns();
}

uint32_t
cpu_counter32(void)
{

	return (uint32_t)rump_uptime_ns();
}

uint64_t
cpu_frequency(struct cpu_info *ci)
{

	return NS;
}

uint64_t
tc_getfrequency(void)
{

	return NS;
}

/* Steps the wall clock. */
void
tc_setclock(const struct timespec *ts)
{

	__atomic_store_n(&step_ns, (int64_t)timespec2ns(ts) -
	    host_ns(RUMPUSER_CLOCK_RELWALL), __ATOMIC_RELAXED);
}

/* The same on behalf of a process; EINVAL for a time that is none. */
int
settime(struct proc *p, struct timespec *ts)
{

	if (ts->tv_nsec < 0 || ts->tv_nsec >= NS || ts->tv_sec < 0 ||
	    ts->tv_sec > INT64_MAX / NS - 1)
		return EINVAL;
	tc_setclock(ts);
	return 0;
}

/* Waits that many microseconds, busy: devices and interrupts go on. */
void
delay(unsigned int us)
{

	if (us != 0)
		rumpuser_dev_delay((uint64_t)us * 1000);
}

/*
 * Ticks for a time: rounded up, plus the rest of the current tick; at least
 * 1, at most INT_MAX.
 */
int
tvtohz(const struct timeval *tv)
{
	struct timespec ts;

	TIMEVAL_TO_TIMESPEC(tv, &ts);
	return tstohz(&ts);
}

int
tstohz(const struct timespec *ts)
{
	int64_t ticks;

	if (ts->tv_sec < 0 || (ts->tv_sec == 0 && ts->tv_nsec <= 0))
		return 0;
	if (ts->tv_sec >= INT_MAX / hz - 1)
		return INT_MAX;
	ticks = ts->tv_sec * hz +
	    (ts->tv_nsec + (NS / hz) - 1) / (NS / hz) + 1;
	return ticks > INT_MAX ? INT_MAX : (int)ticks;
}

/* Ticks until the wall clock shows tv. */
int
hzto(const struct timeval *tv)
{
	struct timeval now, left;

	getmicrotime(&now);
	timersub(tv, &now, &left);
	return tvtohz(&left);
}

/* EINVAL for an interval that is none; rounds one up to a tick. */
int
itimerfix(struct timeval *tv)
{

	if (tv->tv_usec < 0 || tv->tv_usec >= 1000000 || tv->tv_sec < 0)
		return EINVAL;
	if (tv->tv_sec == 0 && tv->tv_usec != 0 && tv->tv_usec < tick)
		tv->tv_usec = tick;
	return 0;
}

int
itimespecfix(struct timespec *ts)
{

	if (ts->tv_nsec < 0 || ts->tv_nsec >= NS || ts->tv_sec < 0)
		return EINVAL;
	if (ts->tv_sec == 0 && ts->tv_nsec != 0 && ts->tv_nsec < tick * 1000)
		ts->tv_nsec = tick * 1000;
	return 0;
}

/*
 * ratecheck(9): 1 if mininterval has passed since *lasttime, which is then
 * set to now.
 */
int
ratecheck(struct timeval *lasttime, const struct timeval *mininterval)
{
	struct timeval now, delta;

	getmicrouptime(&now);
	timersub(&now, lasttime, &delta);
	if (timercmp(&delta, mininterval, >=) ||
	    (lasttime->tv_sec == 0 && lasttime->tv_usec == 0)) {
		*lasttime = now;
		return 1;
	}
	return 0;
}

/* ppsratecheck(9): 1 while there were no more than maxpps this second. */
int
ppsratecheck(struct timeval *lasttime, int *curpps, int maxpps)
{
	struct timeval now, delta;
	int ok;

	getmicrouptime(&now);
	timersub(&now, lasttime, &delta);
	if ((lasttime->tv_sec == 0 && lasttime->tv_usec == 0) ||
	    delta.tv_sec >= 1) {
		*lasttime = now;
		*curpps = 0;
	}
	if (maxpps < 0)
		ok = 1;
	else
		ok = *curpps < maxpps;
	if (*curpps < INT_MAX)
		(*curpps)++;
	return ok;
}

/*
 * Time left of a timeout: ts is the timeout, sleepts when it began; the
 * answer is in ticks, -1 if it is over.
 */
int
inittimeleft(struct timespec *ts, struct timespec *sleepts)
{

	if (itimespecfix(ts) != 0)
		return -1;
	getnanouptime(sleepts);
	return 0;
}

int
gettimeleft(struct timespec *ts, struct timespec *sleepts)
{
	struct timespec now, spent;

	getnanouptime(&now);
	timespecsub(&now, sleepts, &spent);
	timespecsub(ts, &spent, ts);
	*sleepts = now;
	return tstohz(ts);
}

/*
 * Bodies of the clock system calls.
 */
int
clock_gettime1(clockid_t id, struct timespec *ts)
{

	switch (id) {
	case CLOCK_REALTIME:
		nanotime(ts);
		return 0;
	case CLOCK_MONOTONIC:
		nanouptime(ts);
		return 0;
	case CLOCK_VIRTUAL:
	case CLOCK_PROF:
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		/* Time in the kernel is not accounted: all of it counts. */
		nanouptime(ts);
		return 0;
	default:
		return EINVAL;
	}
}

int
clock_getres1(clockid_t id, struct timespec *ts)
{

	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_VIRTUAL:
	case CLOCK_PROF:
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		ts->tv_sec = 0;
		ts->tv_nsec = 1;
		return 0;
	default:
		return EINVAL;
	}
}

int
clock_settime1(struct proc *p, clockid_t id, const struct timespec *tp,
    bool check_kauth)
{
	struct timespec ts = *tp;

	if (id != CLOCK_REALTIME)
		return EINVAL;
	if (check_kauth && kauth_authorize_system(kauth_cred_get(),
	    KAUTH_SYSTEM_TIME, KAUTH_REQ_SYSTEM_TIME_SYSTEM, &ts, NULL,
	    KAUTH_ARG(false)) != 0)
		return EPERM;
	return settime(p, &ts);
}

int
settimeofday1(const struct timeval *utv, bool userspace, const void *tzp,
    struct lwp *l, bool check_kauth)
{
	struct timeval tv;
	struct timespec ts;
	int error;

	if (utv == NULL)
		return 0;
	if (userspace) {
		if ((error = copyin(utv, &tv, sizeof(tv))) != 0)
			return error;
	} else
		tv = *utv;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return EINVAL;
	TIMEVAL_TO_TIMESPEC(&tv, &ts);
	return clock_settime1(l->l_proc, CLOCK_REALTIME, &ts, check_kauth);
}

/*
 * Sleeps for, or with TIMER_ABSTIME until, rqt; rmt gets what is left when a
 * signal ends it.  EINTR, EINVAL.
 */
int
nanosleep1(struct lwp *l, clockid_t id, int flags, struct timespec *rqt,
    struct timespec *rmt)
{
	struct timespec now, end, left;
	int error;

	if (rqt->tv_nsec < 0 || rqt->tv_nsec >= NS || rqt->tv_sec < 0)
		return EINVAL;
	if ((error = clock_gettime1(id, &now)) != 0)
		return error;
	if (flags & TIMER_ABSTIME)
		end = *rqt;
	else {
		if (rqt->tv_sec > INT64_MAX - now.tv_sec - 1)
			return EINVAL;
		timespecadd(&now, rqt, &end);
	}
	for (;;) {
		if (timespeccmp(&now, &end, >=)) {
			error = 0;
			break;
		}
		timespecsub(&end, &now, &left);
		error = kpause("nanoslp", true, tstohz(&left), NULL);
		(void)clock_gettime1(id, &now);
		if (error != 0 && error != EWOULDBLOCK)
			break;
	}
	if (rmt != NULL) {
		timespecclear(rmt);
		if (timespeccmp(&now, &end, <))
			timespecsub(&end, &now, rmt);
	}
	return error;
}
