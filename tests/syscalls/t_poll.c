/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * poll(2) and select(2), eventfd(2), timerfd_create(2).
 */

#include "sys.h"

static int p[2];

ATF_TC_WITHOUT_HEAD(ready);
ATF_TC_BODY(ready, tc)
{
	struct pollfd fds[4];
	char c;

	rump_init();
	OK(rump_sys_pipe(p));
	fds[0] = (struct pollfd){ .fd = p[0], .events = RUMP_POLLIN };
	fds[1] = (struct pollfd){ .fd = p[1], .events = RUMP_POLLOUT };
	fds[2] = (struct pollfd){ .fd = -1, .events = RUMP_POLLIN };
	fds[3] = (struct pollfd){ .fd = 99, .events = RUMP_POLLIN };
	ATF_CHECK_EQ(OK(rump_sys_poll(fds, 4, -1)), 2);
	ATF_CHECK_EQ(fds[0].revents, 0);
	ATF_CHECK_EQ(fds[1].revents, RUMP_POLLOUT);
	ATF_CHECK_EQ(fds[2].revents, 0);
	ATF_CHECK_EQ(fds[3].revents, RUMP_POLLNVAL);
	ATF_CHECK_EQ(OK(rump_sys_poll(fds, 1, 0)), 0);
	ATF_CHECK_EQ(OK(rump_sys_poll(fds, 1, 30)), 0);
	OK(rump_sys_write(p[1], "x", 1));
	ATF_CHECK_EQ(OK(rump_sys_poll(fds, 1, 0)), 1);
	ATF_CHECK_EQ(fds[0].revents, RUMP_POLLIN);
	OK(rump_sys_read(p[0], &c, 1));
	OK(rump_sys_close(p[1]));
	ATF_CHECK_EQ(OK(rump_sys_poll(fds, 1, -1)), 1);
	ATF_CHECK_EQ(fds[0].revents, RUMP_POLLIN | RUMP_POLLHUP);
	FAILS(RUMP_EINVAL, rump_sys_poll(fds, 1 << 20, 0));
	FAILS(RUMP_EINVAL, rump_sys_poll(fds, 1, -2));
	ATF_CHECK_EQ(OK(rump_sys_poll(NULL, 0, 10)), 0);
}

ATF_TC_WITHOUT_HEAD(select);
ATF_TC_BODY(select, tc)
{
	struct rump_timeval tv = { 0, 20000 };
	fd_set in, out;

	rump_init();
	OK(rump_sys_pipe(p));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(p[0], &in);
	FD_SET(p[1], &out);
	ATF_CHECK_EQ(OK(rump_sys_select(p[1] + 1, &in, &out, NULL, NULL)), 1);
	ATF_CHECK(!FD_ISSET(p[0], &in));
	ATF_CHECK(FD_ISSET(p[1], &out));
	FD_SET(p[0], &in);
	ATF_CHECK_EQ(OK(rump_sys_select(p[1] + 1, &in, NULL, NULL, &tv)), 0);
	ATF_CHECK(!FD_ISSET(p[0], &in));
	OK(rump_sys_write(p[1], "x", 1));
	FD_SET(p[0], &in);
	ATF_CHECK_EQ(OK(rump_sys_select(p[1] + 1, &in, NULL, NULL, NULL)), 1);
	FD_SET(15, &in);
	FAILS(RUMP_EBADF, rump_sys_select(16, &in, NULL, NULL, &tv));
	FAILS(RUMP_EINVAL, rump_sys_select(-1, &in, NULL, NULL, &tv));
	tv.tv_usec = 1000000;
	FAILS(RUMP_EINVAL, rump_sys_select(0, NULL, NULL, NULL, &tv));
}

static int nready;

static void *
poller(void *arg)
{
	struct pollfd fds = { .fd = p[0], .events = RUMP_POLLIN };

	if (rump_sys_poll(&fds, 1, -1) == 1 && fds.revents == RUMP_POLLIN)
		__atomic_add_fetch(&nready, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Two who wait for the same: both wake up. */
ATF_TC_WITHOUT_HEAD(wakeup);
ATF_TC_BODY(wakeup, tc)
{
	void *t1, *t2;

	rump_init();
	OK(rump_sys_pipe(p));
	t1 = thread_start(poller, NULL);
	t2 = thread_start(poller, NULL);
	settle();
	ATF_CHECK_EQ(__atomic_load_n(&nready, __ATOMIC_RELAXED), 0);
	OK(rump_sys_write(p[1], "x", 1));
	thread_join(t1);
	thread_join(t2);
	ATF_CHECK_EQ(nready, 2);
}

/* The time that a timeout takes is that of the kernel's clock. */
ATF_TC_WITHOUT_HEAD(timeout);
ATF_TC_BODY(timeout, tc)
{
	struct pollfd fds = { .events = RUMP_POLLIN };
	struct timespec t0, t1;
	double s;

	rump_init();
	OK(rump_sys_pipe(p));
	fds.fd = p[0];
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &t0));
	ATF_CHECK_EQ(OK(rump_sys_poll(&fds, 1, 100)), 0);
	OK(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &t1));
	s = (double)(t1.tv_sec - t0.tv_sec) + 1e-9 *
	    (double)(t1.tv_nsec - t0.tv_nsec);
	ATF_CHECK_MSG(s >= 0.09 && s < 1, "%f s", s);
}

static int efd;

static void *
adder(void *arg)
{
	uint64_t v = 5;

	settle();
	rump_sys_write(efd, &v, sizeof(v));
	return NULL;
}

ATF_TC_WITHOUT_HEAD(eventfd);
ATF_TC_BODY(eventfd, tc)
{
	struct pollfd fds;
	uint64_t v;
	void *t;

	rump_init();
	efd = OK(rump_sys_eventfd(3, RUMP_EFD_NONBLOCK));
	ATF_CHECK_EQ(OK(rump_sys_read(efd, &v, sizeof(v))), 8);
	ATF_CHECK_EQ(v, 3);
	FAILS(RUMP_EAGAIN, rump_sys_read(efd, &v, sizeof(v)));
	FAILS(RUMP_EINVAL, rump_sys_read(efd, &v, 7));
	v = UINT64_MAX;
	FAILS(RUMP_EINVAL, rump_sys_write(efd, &v, sizeof(v)));
	v = UINT64_MAX - 1;
	OK(rump_sys_write(efd, &v, sizeof(v)));
	v = 1;
	FAILS(RUMP_EAGAIN, rump_sys_write(efd, &v, sizeof(v)));
	OK(rump_sys_close(efd));

	efd = OK(rump_sys_eventfd(2, RUMP_EFD_SEMAPHORE));
	OK(rump_sys_read(efd, &v, sizeof(v)));
	ATF_CHECK_EQ(v, 1);
	OK(rump_sys_read(efd, &v, sizeof(v)));
	t = thread_start(adder, NULL);
	fds = (struct pollfd){ .fd = efd, .events = RUMP_POLLIN };
	ATF_CHECK_EQ(OK(rump_sys_poll(&fds, 1, -1)), 1);
	OK(rump_sys_read(efd, &v, sizeof(v)));
	ATF_CHECK_EQ(v, 1);
	thread_join(t);
	FAILS(RUMP_EINVAL, rump_sys_eventfd(0, RUMP_O_CREAT));
}

ATF_TC_WITHOUT_HEAD(timerfd);
ATF_TC_BODY(timerfd, tc)
{
	struct itimerspec it = { { 0, 20000000 }, { 0, 50000000 } }, cur;
	struct pollfd fds;
	uint64_t v;
	int fd;

	rump_init();
	fd = OK(rump_sys_timerfd_create(RUMP_CLOCK_MONOTONIC,
	    RUMP_TFD_NONBLOCK));
	FAILS(RUMP_EAGAIN, rump_sys_read(fd, &v, sizeof(v)));
	OK(rump_sys_timerfd_settime(fd, 0, &it, NULL));
	OK(rump_sys_timerfd_gettime(fd, &cur));
	ATF_CHECK(cur.it_value.tv_nsec > 0 &&
	    cur.it_value.tv_nsec <= 50000000);
	ATF_CHECK_EQ(cur.it_interval.tv_nsec, 20000000);
	fds = (struct pollfd){ .fd = fd, .events = RUMP_POLLIN };
	ATF_CHECK_EQ(OK(rump_sys_poll(&fds, 1, 5000)), 1);
	OK(rump_sys_read(fd, &v, sizeof(v)));
	ATF_CHECK(v >= 1);
	it.it_value.tv_nsec = 1000000000;
	FAILS(RUMP_EINVAL, rump_sys_timerfd_settime(fd, 0, &it, NULL));
	it.it_value.tv_nsec = 0;
	OK(rump_sys_timerfd_settime(fd, 0, &it, &cur));
	FAILS(RUMP_EAGAIN, rump_sys_read(fd, &v, sizeof(v)));
	FAILS(RUMP_EINVAL, rump_sys_timerfd_create(99, 0));
	OK(rump_sys_pipe(p));
	FAILS(RUMP_EINVAL, rump_sys_timerfd_gettime(p[0], &cur));
	FAILS(RUMP_EBADF, rump_sys_timerfd_gettime(77, &cur));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, ready);
	ATF_TP_ADD_TC(tp, select);
	ATF_TP_ADD_TC(tp, wakeup);
	ATF_TP_ADD_TC(tp, timeout);
	ATF_TP_ADD_TC(tp, eventfd);
	ATF_TP_ADD_TC(tp, timerfd);
	return atf_no_error();
}
