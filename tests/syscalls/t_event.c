/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * kqueue(2).
 */

#include "sys.h"

static int kq, p[2];
static const struct timespec now;

static struct rump_kevent
kev(uintptr_t ident, uint32_t filter, uint32_t flags)
{
	struct rump_kevent ev;

	memset(&ev, 0, sizeof(ev));
	ev.ident = ident;
	ev.filter = filter;
	ev.flags = flags;
	return ev;
}

static int
change(struct rump_kevent ev)
{

	return rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL);
}

static int
get(struct rump_kevent *ev, size_t n)
{

	return OK(rump_sys_kevent(kq, NULL, 0, ev, n, &now));
}

ATF_TC_WITHOUT_HEAD(readwrite);
ATF_TC_BODY(readwrite, tc)
{
	struct rump_kevent ev[4];
	char c;

	rump_init();
	kq = OK(rump_sys_kqueue());
	OK(rump_sys_pipe(p));
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD)));
	ATF_CHECK_EQ(get(ev, 4), 0);
	OK(rump_sys_write(p[1], "xy", 2));
	ATF_CHECK_EQ(get(ev, 4), 1);
	ATF_CHECK_EQ(ev[0].ident, (uintptr_t)p[0]);
	ATF_CHECK_EQ(ev[0].filter, RUMP_EVFILT_READ);
	ATF_CHECK_EQ(ev[0].data, 2);
	/* It stays until it is read. */
	ATF_CHECK_EQ(get(ev, 4), 1);
	OK(rump_sys_read(p[0], &c, 1));
	ATF_CHECK_EQ(get(ev, 4), 1);
	ATF_CHECK_EQ(ev[0].data, 1);
	OK(rump_sys_read(p[0], &c, 1));
	ATF_CHECK_EQ(get(ev, 4), 0);
	OK(change(kev(p[1], RUMP_EVFILT_WRITE, RUMP_EV_ADD)));
	ATF_CHECK_EQ(get(ev, 4), 1);
	ATF_CHECK_EQ(ev[0].filter, RUMP_EVFILT_WRITE);
	OK(rump_sys_close(p[1]));
	ATF_CHECK_EQ(get(ev, 4), 1);
	ATF_CHECK_EQ(ev[0].filter, RUMP_EVFILT_READ);
	ATF_CHECK(ev[0].flags & RUMP_EV_EOF);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_DELETE)));
	FAILS(RUMP_ENOENT, change(kev(p[0], RUMP_EVFILT_READ,
	    RUMP_EV_DELETE)));
	ATF_CHECK_EQ(get(ev, 4), 0);
}

ATF_TC_WITHOUT_HEAD(flags);
ATF_TC_BODY(flags, tc)
{
	struct rump_kevent ev[2];

	rump_init();
	kq = OK(rump_sys_kqueue1(RUMP_O_CLOEXEC));
	OK(rump_sys_pipe(p));
	OK(rump_sys_write(p[1], "x", 1));
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD |
	    RUMP_EV_DISABLE)));
	ATF_CHECK_EQ(get(ev, 2), 0);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ENABLE)));
	ATF_CHECK_EQ(get(ev, 2), 1);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_DISABLE)));
	ATF_CHECK_EQ(get(ev, 2), 0);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_DELETE)));

	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD |
	    RUMP_EV_ONESHOT)));
	ATF_CHECK_EQ(get(ev, 2), 1);
	ATF_CHECK_EQ(get(ev, 2), 0);
	FAILS(RUMP_ENOENT, change(kev(p[0], RUMP_EVFILT_READ,
	    RUMP_EV_DELETE)));

	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD | RUMP_EV_CLEAR)));
	ATF_CHECK_EQ(get(ev, 2), 1);
	ATF_CHECK_EQ(get(ev, 2), 0);
	OK(rump_sys_write(p[1], "x", 1));
	ATF_CHECK_EQ(get(ev, 2), 1);
	ATF_CHECK_EQ(ev[0].data, 2);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_DELETE)));

	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD |
	    RUMP_EV_DISPATCH)));
	ATF_CHECK_EQ(get(ev, 2), 1);
	ATF_CHECK_EQ(get(ev, 2), 0);
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ENABLE)));
	ATF_CHECK_EQ(get(ev, 2), 1);
}

/* Errors of changes come as events when there is room for them. */
ATF_TC_WITHOUT_HEAD(errors);
ATF_TC_BODY(errors, tc)
{
	struct rump_kevent in[3], out[3];

	rump_init();
	kq = OK(rump_sys_kqueue());
	FAILS(RUMP_EBADF, rump_sys_kevent(99, NULL, 0, out, 1, &now));
	FAILS(RUMP_EBADF, change(kev(99, RUMP_EVFILT_READ, RUMP_EV_ADD)));
	FAILS(RUMP_EBADF, change(kev((uintptr_t)-1, RUMP_EVFILT_READ,
	    RUMP_EV_ADD)));
	FAILS(RUMP_EINVAL, change(kev(0, 77, RUMP_EV_ADD)));
	FAILS(RUMP_EINVAL, change(kev(0, (uint32_t)-1, RUMP_EV_ADD)));
	in[0] = kev(99, RUMP_EVFILT_READ, RUMP_EV_ADD);
	in[1] = kev(1, RUMP_EVFILT_USER, RUMP_EV_ADD | RUMP_EV_RECEIPT);
	in[2] = kev(0, 77, RUMP_EV_ADD);
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, in, 3, out, 3, &now)), 3);
	ATF_CHECK_EQ(out[0].flags, RUMP_EV_ERROR);
	ATF_CHECK_EQ(out[0].data, RUMP_EBADF);
	ATF_CHECK_EQ(out[1].data, 0);
	ATF_CHECK_EQ(out[2].data, RUMP_EINVAL);
	OK(rump_sys_pipe(p));
	FAILS(RUMP_EBADF, rump_sys_kevent(p[0], NULL, 0, out, 1, &now));
}

ATF_TC_WITHOUT_HEAD(user);
ATF_TC_BODY(user, tc)
{
	struct rump_kevent ev, out[2];

	rump_init();
	kq = OK(rump_sys_kqueue());
	ev = kev(7, RUMP_EVFILT_USER, RUMP_EV_ADD | RUMP_EV_CLEAR);
	ev.udata = &ev;
	OK(change(ev));
	ATF_CHECK_EQ(get(out, 2), 0);
	ev = kev(7, RUMP_EVFILT_USER, 0);
	ev.fflags = RUMP_NOTE_TRIGGER | RUMP_NOTE_FFOR | 0x5;
	ev.data = 33;
	OK(change(ev));
	ATF_CHECK_EQ(get(out, 2), 1);
	ATF_CHECK_EQ(out[0].ident, 7);
	ATF_CHECK_EQ(out[0].fflags, 5);
	ATF_CHECK_EQ(out[0].data, 33);
	ATF_CHECK_EQ(get(out, 2), 0);
}

ATF_TC_WITHOUT_HEAD(timer);
ATF_TC_BODY(timer, tc)
{
	struct timespec sec = { 2, 0 };
	struct rump_kevent ev, out[2];

	rump_init();
	kq = OK(rump_sys_kqueue());
	ev = kev(1, RUMP_EVFILT_TIMER, RUMP_EV_ADD);
	ev.data = 30;
	OK(change(ev));
	ATF_CHECK_EQ(get(out, 2), 0);
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, out, 2, &sec)), 1);
	ATF_CHECK(out[0].data >= 1);
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, out, 2, &sec)), 1);
	/* Anew, another period. */
	ev.data = 40000;
	ev.fflags = RUMP_NOTE_USECONDS;
	OK(change(ev));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, out, 2, NULL)), 1);
	ev.data = -1;
	FAILS(RUMP_EINVAL, change(ev));
	ev.data = INT64_MAX;
	ev.fflags = RUMP_NOTE_SECONDS;
	FAILS(RUMP_EINVAL, change(ev));
	OK(change(kev(1, RUMP_EVFILT_TIMER, RUMP_EV_DELETE)));
}

/* A descriptor takes its knotes along; a kqueue all of its own. */
ATF_TC_WITHOUT_HEAD(gone);
ATF_TC_BODY(gone, tc)
{
	struct rump_kevent ev[4];
	int fd;

	rump_init();
	kq = OK(rump_sys_kqueue());
	OK(rump_sys_pipe(p));
	OK(rump_sys_write(p[1], "x", 1));
	fd = OK(rump_sys_dup(p[0]));
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD)));
	OK(change(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD)));
	ATF_CHECK_EQ(get(ev, 4), 2);
	OK(rump_sys_close(p[0]));
	ATF_CHECK_EQ(get(ev, 4), 1);
	OK(rump_sys_close(kq));
	OK(rump_sys_close(fd));
	FAILS(RUMP_EBADF, change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD)));
}

/* Kqueues that watch kqueues, one step deep. */
ATF_TC_WITHOUT_HEAD(nested);
ATF_TC_BODY(nested, tc)
{
	struct rump_kevent ev[4];
	struct pollfd fds;
	int inner;

	rump_init();
	inner = OK(rump_sys_kqueue());
	kq = inner;
	OK(rump_sys_pipe(p));
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD)));
	kq = OK(rump_sys_kqueue());
	OK(change(kev(inner, RUMP_EVFILT_READ, RUMP_EV_ADD)));
	ATF_CHECK_EQ(get(ev, 4), 0);
	OK(rump_sys_write(p[1], "x", 1));
	ATF_CHECK_EQ(get(ev, 4), 1);
	ATF_CHECK_EQ(ev[0].ident, (uintptr_t)inner);
	ATF_CHECK_EQ(ev[0].data, 1);
	fds = (struct pollfd){ .fd = kq, .events = RUMP_POLLIN };
	ATF_CHECK_EQ(OK(rump_sys_poll(&fds, 1, 0)), 1);
	FAILS(RUMP_ELOOP, change(kev(kq, RUMP_EVFILT_READ, RUMP_EV_ADD)));
	{
		struct rump_kevent e = kev(kq, RUMP_EVFILT_READ, RUMP_EV_ADD);
		FAILS(RUMP_ELOOP, rump_sys_kevent(inner, &e, 1, NULL, 0,
		    NULL));
	}
	OK(rump_sys_close(inner));
	ATF_CHECK_EQ(get(ev, 4), 0);
}

static int got;

static void *
waiter(void *arg)
{
	struct rump_kevent ev;

	got = rump_sys_kevent(kq, NULL, 0, &ev, 1, NULL);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(wakeup);
ATF_TC_BODY(wakeup, tc)
{
	void *t;

	rump_init();
	kq = OK(rump_sys_kqueue());
	OK(rump_sys_pipe(p));
	OK(change(kev(p[0], RUMP_EVFILT_READ, RUMP_EV_ADD)));
	t = thread_start(waiter, NULL);
	settle();
	ATF_CHECK_EQ(got, 0);
	OK(rump_sys_write(p[1], "x", 1));
	thread_join(t);
	ATF_CHECK_EQ(got, 1);
	/* And home when the kqueue is closed under it. */
	char c;
	OK(rump_sys_read(p[0], &c, 1));
	got = 0;
	t = thread_start(waiter, NULL);
	settle();
	OK(rump_sys_close(kq));
	thread_join(t);
	ATF_CHECK_EQ(got, -1);
}

ATF_TC_WITHOUT_HEAD(many);
ATF_TC_BODY(many, tc)
{
	static struct rump_kevent ev[100], out[100];
	int i, n;

	rump_init();
	kq = OK(rump_sys_kqueue());
	for (i = 0; i < 100; i++) {
		ev[i] = kev(i, RUMP_EVFILT_USER, RUMP_EV_ADD);
		ev[i].fflags = RUMP_NOTE_TRIGGER;
	}
	OK(rump_sys_kevent(kq, ev, 100, NULL, 0, NULL));
	n = get(out, 100);
	ATF_CHECK_EQ(n, 100);
	for (i = 0; i < n; i++)
		ATF_CHECK_EQ(out[i].ident, (uintptr_t)i);
	ATF_CHECK_EQ(get(out, 7), 7);
	/* There is an end of them. */
	for (i = 100; i < 10000; i++)
		if (change(kev(i, RUMP_EVFILT_USER, RUMP_EV_ADD)) == -1)
			break;
	ATF_CHECK_EQ(errno, RUMP_ENOMEM);
	OK(rump_sys_close(kq));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, readwrite);
	ATF_TP_ADD_TC(tp, flags);
	ATF_TP_ADD_TC(tp, errors);
	ATF_TP_ADD_TC(tp, user);
	ATF_TP_ADD_TC(tp, timer);
	ATF_TP_ADD_TC(tp, gone);
	ATF_TP_ADD_TC(tp, nested);
	ATF_TP_ADD_TC(tp, wakeup);
	ATF_TP_ADD_TC(tp, many);
	return atf_no_error();
}
