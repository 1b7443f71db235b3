/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pipe(2).
 */

#include "sys.h"

static int p[2];

ATF_TC_WITHOUT_HEAD(flags);
ATF_TC_BODY(flags, tc)
{
	char c;

	rump_init();
	OK(rump_sys_pipe2(p, RUMP_O_CLOEXEC | RUMP_O_NONBLOCK));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_GETFD)),
	    RUMP_FD_CLOEXEC);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[1], RUMP_F_GETFD)),
	    RUMP_FD_CLOEXEC);
	FAILS(RUMP_EAGAIN, rump_sys_read(p[0], &c, 1));
	FAILS(RUMP_EINVAL, rump_sys_pipe2(p, RUMP_O_CREAT));
}

/* Bytes come out as they went in, whatever the sizes. */
ATF_TC_WITHOUT_HEAD(stream);
ATF_TC_BODY(stream, tc)
{
	static unsigned char in[30000], out[30000];
	size_t i, w = 0, r = 0, n;
	unsigned step = 0;
	ssize_t rv;

	rump_init();
	for (i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 7 + i / 251);
	OK(rump_sys_pipe2(p, RUMP_O_NONBLOCK));
	while (r < sizeof(in)) {
		step = step * 5 + 3;
		n = step % 5000 + 1;
		if (n > sizeof(in) - w)
			n = sizeof(in) - w;
		if (n > 0 && (rv = rump_sys_write(p[1], in + w, n)) != -1)
			w += (size_t)rv;
		step = step * 5 + 3;
		n = step % 3000 + 1;
		if (n > sizeof(out) - r)
			n = sizeof(out) - r;
		if ((rv = rump_sys_read(p[0], out + r, n)) != -1)
			r += (size_t)rv;
	}
	ATF_CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
}

/* Up to PIPE_BUF (512) bytes go in whole or not at all. */
ATF_TC_WITHOUT_HEAD(atomic);
ATF_TC_BODY(atomic, tc)
{
	static char buf[65536];
	ssize_t n;
	int space;

	rump_init();
	OK(rump_sys_pipe2(p, RUMP_O_NONBLOCK));
	n = OK(rump_sys_write(p[1], buf, sizeof(buf)));
	ATF_CHECK(n > 0 && n < (ssize_t)sizeof(buf));
	FAILS(RUMP_EAGAIN, rump_sys_write(p[1], buf, 1));
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], buf, 100)), 100);
	FAILS(RUMP_EAGAIN, rump_sys_write(p[1], buf, 101));
	OK(rump_sys_ioctl(p[1], RUMP_FIONSPACE, &space));
	ATF_CHECK_EQ(space, 100);
	OK(rump_sys_ioctl(p[0], RUMP_FIONREAD, &space));
	ATF_CHECK_EQ(space, (int)n - 100);
	ATF_CHECK_EQ(OK(rump_sys_write(p[1], buf, 100)), 100);
	/* A longer one may be cut. */
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], buf, 100)), 100);
	ATF_CHECK_EQ(OK(rump_sys_write(p[1], buf, 600)), 100);
}

ATF_TC_WITHOUT_HEAD(ends);
ATF_TC_BODY(ends, tc)
{
	struct rump_stat st;
	char buf[10];

	rump_init();
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(OK(rump_sys_write(p[1], "last", 4)), 4);
	OK(rump_sys_fstat(p[0], &st));
	ATF_CHECK(RUMP_S_ISFIFO(st.st_mode));
	ATF_CHECK_EQ(st.st_size, 4);
	OK(rump_sys_close(p[1]));
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], buf, 10)), 4);
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], buf, 10)), 0);
	OK(rump_sys_close(p[0]));

	OK(rump_sys_pipe(p));
	OK(rump_sys_close(p[0]));
	OK(rump_sys_fcntl(p[1], RUMP_F_SETNOSIGPIPE, 1));
	FAILS(RUMP_EPIPE, rump_sys_write(p[1], "x", 1));
	FAILS(RUMP_EPIPE, rump_sys_write(p[1], "x", 0));
}

static ssize_t wrote;
static int werrno;
static char big[100000];

static void *
writer(void *arg)
{

	wrote = rump_sys_write(p[1], big, sizeof(big));
	werrno = errno;
	return NULL;
}

ATF_TC_WITHOUT_HEAD(blocking);
ATF_TC_BODY(blocking, tc)
{
	static char buf[100000];
	size_t done = 0;
	void *t;

	rump_init();
	OK(rump_sys_pipe(p));
	memset(big, 'b', sizeof(big));
	t = thread_start(writer, NULL);
	while (done < sizeof(buf))
		done += (size_t)OK(rump_sys_read(p[0], buf + done, 777));
	thread_join(t);
	ATF_CHECK_EQ(wrote, (ssize_t)sizeof(big));
	ATF_CHECK_EQ(memcmp(buf, big, done), 0);
}

/* The reader goes while a writer waits for room. */
ATF_TC_WITHOUT_HEAD(reader_goes);
ATF_TC_BODY(reader_goes, tc)
{
	void *t;

	rump_init();
	OK(rump_sys_pipe(p));
	OK(rump_sys_fcntl(p[1], RUMP_F_SETNOSIGPIPE, 1));
	t = thread_start(writer, NULL);
	settle();
	OK(rump_sys_close(p[0]));
	thread_join(t);
	ATF_CHECK_EQ(wrote, -1);
	ATF_CHECK_EQ(werrno, RUMP_EPIPE);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, flags);
	ATF_TP_ADD_TC(tp, stream);
	ATF_TP_ADD_TC(tp, atomic);
	ATF_TP_ADD_TC(tp, ends);
	ATF_TP_ADD_TC(tp, blocking);
	ATF_TP_ADD_TC(tp, reader_goes);
	return atf_no_error();
}
