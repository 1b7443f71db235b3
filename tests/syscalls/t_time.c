/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Clocks and sleep.
 */

#include "sys.h"

static double
seconds(const struct timespec *a, const struct timespec *b)
{

	return (double)(b->tv_sec - a->tv_sec) +
	    1e-9 * (double)(b->tv_nsec - a->tv_nsec);
}

ATF_TC_WITHOUT_HEAD(clocks);
ATF_TC_BODY(clocks, tc)
{
	struct timespec a, b;
	struct rump_timeval tv;

	rump_init();
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &a));
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &b));
	ATF_CHECK(seconds(&a, &b) >= 0);
	OK(rump_sys_clock_gettime(RUMP_CLOCK_REALTIME, &a));
	OK(rump_sys_gettimeofday(&tv, NULL));
	ATF_CHECK(tv.tv_sec - a.tv_sec <= 1);
	ATF_CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	OK(rump_sys_clock_getres(RUMP_CLOCK_REALTIME, &b));
	ATF_CHECK(b.tv_sec == 0 && b.tv_nsec > 0);
	FAILS(RUMP_EINVAL, rump_sys_clock_gettime(77, &a));
	FAILS(RUMP_EINVAL, rump_sys_clock_settime(RUMP_CLOCK_MONOTONIC, &a));
}

ATF_TC_WITHOUT_HEAD(set);
ATF_TC_BODY(set, tc)
{
	struct timespec ts = { 1000000000, 5 };
	struct rump_timeval tv = { 2000000000, 0 }, delta = { -10, 0 };

	rump_init();
	OK(rump_sys_clock_settime(RUMP_CLOCK_REALTIME, &ts));
	OK(rump_sys_clock_gettime(RUMP_CLOCK_REALTIME, &ts));
	ATF_CHECK(ts.tv_sec >= 1000000000 && ts.tv_sec < 1000000010);
	OK(rump_sys_settimeofday(&tv, NULL));
	OK(rump_sys_clock_gettime(RUMP_CLOCK_REALTIME, &ts));
	ATF_CHECK(ts.tv_sec >= 2000000000 && ts.tv_sec < 2000000010);
	OK(rump_sys_adjtime(&delta, NULL));
	OK(rump_sys_clock_gettime(RUMP_CLOCK_REALTIME, &ts));
	ATF_CHECK(ts.tv_sec >= 1999999990 && ts.tv_sec < 2000000000);
	tv.tv_usec = 1000000;
	FAILS(RUMP_EINVAL, rump_sys_settimeofday(&tv, NULL));
	ts.tv_nsec = -1;
	FAILS(RUMP_EINVAL, rump_sys_clock_settime(RUMP_CLOCK_REALTIME, &ts));
}

ATF_TC_WITHOUT_HEAD(sleep);
ATF_TC_BODY(sleep, tc)
{
	struct timespec ts = { 0, 50000000 }, a, b, rem;

	rump_init();
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &a));
	OK(rump_sys_nanosleep(&ts, &rem));
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &b));
	ATF_CHECK_MSG(seconds(&a, &b) >= 0.05, "%f", seconds(&a, &b));
	ATF_CHECK(rem.tv_sec == 0 && rem.tv_nsec == 0);
	b.tv_sec += 1;
	ATF_CHECK_EQ(rump_sys_clock_nanosleep(RUMP_CLOCK_MONOTONIC,
	    RUMP_TIMER_ABSTIME, &b, NULL), 0);
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &a));
	ATF_CHECK(seconds(&b, &a) >= 0);
	/* In the past already. */
	ATF_CHECK_EQ(rump_sys_clock_nanosleep(RUMP_CLOCK_MONOTONIC,
	    RUMP_TIMER_ABSTIME, &b, NULL), 0);
	ts.tv_nsec = 1000000000;
	FAILS(RUMP_EINVAL, rump_sys_nanosleep(&ts, NULL));
	ATF_CHECK_EQ(rump_sys_clock_nanosleep(RUMP_CLOCK_MONOTONIC, 0, &ts,
	    NULL), RUMP_EINVAL);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, clocks);
	ATF_TP_ADD_TC(tp, set);
	ATF_TP_ADD_TC(tp, sleep);
	return atf_no_error();
}
