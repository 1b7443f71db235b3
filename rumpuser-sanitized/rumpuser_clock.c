/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Clocks.  The virtual one starts at boot, advances a microsecond each time
 * it is read, so that loops which wait for time to pass end, and jumps when
 * all threads sleep.  The host's is read from the host.  The pthread backend
 * has only the latter.
 */

#include "rumpuser_int.h"

#include <errno.h>
#include <time.h>

#define	CLOCK_READ_NS	1000
#define	CLOCK_START_NS	RU_NSEC			/* uptime is never 0 */
#define	CLOCK_BASE_SEC	1700000000		/* 2023-11-14 22:13:20 */

static int64_t clk_now RU_STATE = CLOCK_START_NS;
static int64_t clk_base RU_STATE = CLOCK_BASE_SEC;
static int clk_mode RU_STATE = RUMPUSER_CLOCK_VIRTUAL;
static int64_t clk_host_zero RU_STATE = 0;	/* host's time at our 0 */
int64_t ru_clock_limit RU_STATE = INT64_MAX;

static int64_t
host_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * RU_NSEC + ts.tv_nsec;
}

bool
ru_clock_virtual(void)
{

	return ru_deterministic && clk_mode == RUMPUSER_CLOCK_VIRTUAL;
}

/* The monotonic clock in nanoseconds, without advancing it. */
RU_NOSAN int64_t
ru_clock_mono(void)
{

	if (__predict_true(ru_clock_virtual()))
		return clk_now;
	return host_ns(CLOCK_MONOTONIC) - clk_host_zero;
}

void
ru_clock_advance(int64_t to)
{

	if (to > clk_now)
		clk_now = to;
}

/* Really sleeps until our monotonic clock reads until. */
void
ru_clock_host_sleep(int64_t until)
{
	struct timespec ts;
	int64_t t;

	/* Who polls a device asks with the time that it is. */
	if (until <= ru_clock_mono())
		return;
	if (__builtin_add_overflow(until, clk_host_zero, &t))
		t = INT64_MAX;
	ts.tv_sec = t / RU_NSEC;
	ts.tv_nsec = t % RU_NSEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	    EINTR)
		;
}

RU_NOSAN int
rumpuser_clock_gettime(int which, int64_t *sec, long *nsec)
{
	int64_t ns;

	if (ru_clock_virtual()) {
		clk_now += CLOCK_READ_NS;
		ns = clk_now;
		if (which == RUMPUSER_CLOCK_RELWALL) {
			*sec = clk_base + ns / RU_NSEC;
			*nsec = ns % RU_NSEC;
			return 0;
		}
	} else if (which == RUMPUSER_CLOCK_RELWALL)
		ns = host_ns(CLOCK_REALTIME);
	else
		ns = ru_clock_mono();
	if (which != RUMPUSER_CLOCK_RELWALL &&
	    which != RUMPUSER_CLOCK_ABSMONO)
		return NB_EINVAL;
	*sec = ns / RU_NSEC;
	*nsec = ns % RU_NSEC;
	return 0;
}

int
rumpuser_clock_sleep(int which, int64_t sec, long nsec)
{
	int64_t t;
	int nlocks;

	if (which != RUMPUSER_CLOCK_RELWALL &&
	    which != RUMPUSER_CLOCK_ABSMONO)
		return NB_EINVAL;
	if (sec < 0 || nsec < 0)
		sec = nsec = 0;
	if (__builtin_mul_overflow(sec, RU_NSEC, &t) ||
	    __builtin_add_overflow(t, nsec, &t))
		t = INT64_MAX - 1;
	if (which == RUMPUSER_CLOCK_RELWALL &&
	    __builtin_add_overflow(t, ru_clock_mono(), &t))
		t = INT64_MAX - 1;
	ru_unsched(&nlocks, NULL);
	ru_sleep_until(t);
	ru_sched(nlocks, NULL);
	return 0;
}

void
rumpuser_clock_base(int64_t sec)
{

	clk_base = sec - CLOCK_START_NS / RU_NSEC;
}

/* Switches clocks; the monotonic one goes on from where it is. */
void
rumpuser_clock_mode(int mode)
{
	int64_t now = ru_clock_mono();

	if (mode == RUMPUSER_CLOCK_HOST)
		clk_host_zero = host_ns(CLOCK_MONOTONIC) - now;
	else
		clk_now = now;
	clk_mode = mode;
}

/* Counts from now on. */
void
rumpuser_clock_limit(int64_t sec)
{
	int64_t t;

	if (sec <= 0 || __builtin_mul_overflow(sec, RU_NSEC, &t) ||
	    __builtin_add_overflow(t, ru_clock_mono(), &t))
		t = INT64_MAX;
	ru_clock_limit = t;
}
