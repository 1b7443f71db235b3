/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Descriptors: allocation, duplicates, flags, limits, close under use.
 */

#include "sys.h"

ATF_TC_WITHOUT_HEAD(lowest);
ATF_TC_BODY(lowest, tc)
{
	int p[2], q[2];

	rump_init();
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(p[0], 0);
	ATF_CHECK_EQ(p[1], 1);
	OK(rump_sys_pipe(q));
	ATF_CHECK_EQ(q[0], 2);
	OK(rump_sys_close(p[0]));
	ATF_CHECK_EQ(OK(rump_sys_dup(q[1])), 0);
	ATF_CHECK_EQ(OK(rump_sys_dup(q[1])), 4);
	FAILS(RUMP_EBADF, rump_sys_dup(17));
	FAILS(RUMP_EBADF, rump_sys_close(17));
	FAILS(RUMP_EBADF, rump_sys_close(-1));
	FAILS(RUMP_EBADF, rump_sys_read(-1, p, 1));
	FAILS(RUMP_EBADF, rump_sys_write(1 << 30, p, 1));
}

ATF_TC_WITHOUT_HEAD(dup2);
ATF_TC_BODY(dup2, tc)
{
	int p[2];

	rump_init();
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(OK(rump_sys_dup2(p[0], p[0])), p[0]);
	ATF_CHECK_EQ(OK(rump_sys_dup2(p[0], 77)), 77);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(0, RUMP_F_MAXFD)), 77);
	/* Onto an open one: that is closed, the pipe loses its writer. */
	ATF_CHECK_EQ(OK(rump_sys_dup2(p[0], p[1])), p[1]);
	char c;
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], &c, 1)), 0);
	FAILS(RUMP_EBADF, rump_sys_dup2(p[0], -1));
	FAILS(RUMP_EBADF, rump_sys_dup2(p[0], 1 << 20));
	FAILS(RUMP_EBADF, rump_sys_dup2(50, 51));
	FAILS(RUMP_EINVAL, rump_sys_dup3(p[0], 20, RUMP_O_APPEND));
	OK(rump_sys_dup3(p[0], 20, RUMP_O_CLOEXEC));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(20, RUMP_F_GETFD)), RUMP_FD_CLOEXEC);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(77, RUMP_F_GETFD)), 0);
}

ATF_TC_WITHOUT_HEAD(fcntl);
ATF_TC_BODY(fcntl, tc)
{
	int p[2], on = 1;

	rump_init();
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_DUPFD, 30)), 30);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_DUPFD, 30)), 31);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_DUPFD_CLOEXEC, 30)), 32);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(32, RUMP_F_GETFD)), RUMP_FD_CLOEXEC);
	FAILS(RUMP_EINVAL, rump_sys_fcntl(p[0], RUMP_F_DUPFD, -1));
	FAILS(RUMP_EINVAL, rump_sys_fcntl(p[0], RUMP_F_DUPFD, 1 << 20));
	FAILS(RUMP_EINVAL, rump_sys_fcntl(p[0], 9999));
	FAILS(RUMP_EBADF, rump_sys_fcntl(99, RUMP_F_GETFD));

	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_GETFL)), RUMP_O_RDONLY);
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[1], RUMP_F_GETFL)), RUMP_O_WRONLY);
	OK(rump_sys_fcntl(p[0], RUMP_F_SETFL, RUMP_O_NONBLOCK));
	FAILS(RUMP_EAGAIN, rump_sys_read(p[0], &on, 1));
	/* The flag is the file's. */
	ATF_CHECK_EQ(OK(rump_sys_fcntl(30, RUMP_F_GETFL)),
	    RUMP_O_RDONLY | RUMP_O_NONBLOCK);
	on = 0;
	OK(rump_sys_ioctl(p[0], RUMP_FIONBIO, &on));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(30, RUMP_F_GETFL)), RUMP_O_RDONLY);

	OK(rump_sys_ioctl(p[0], RUMP_FIOCLEX));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_GETFD)),
	    RUMP_FD_CLOEXEC);
	OK(rump_sys_fcntl(p[0], RUMP_F_SETFD, 0));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(p[0], RUMP_F_GETFD)), 0);
	FAILS(RUMP_ENOTTY, rump_sys_ioctl(p[0], RUMP_IO('x', 99)));

	OK(rump_sys_fcntl(2, RUMP_F_CLOSEM));
	ATF_CHECK_EQ(OK(rump_sys_fcntl(0, RUMP_F_MAXFD)), 1);
}

ATF_TC_WITHOUT_HEAD(limit);
ATF_TC_BODY(limit, tc)
{
	struct rump_rlimit rl;
	int fd, n = 0, p[2];

	rump_init();
	OK(rump_sys_pipe(p));
	OK(rump_sys_getrlimit(RUMP_RLIMIT_NOFILE, &rl));
	rl.rlim_cur = 100;
	OK(rump_sys_setrlimit(RUMP_RLIMIT_NOFILE, &rl));
	while ((fd = rump_sys_dup(p[0])) != -1)
		n++;
	ATF_CHECK_EQ(errno, RUMP_EMFILE);
	ATF_CHECK_EQ(n, 98);
	FAILS(RUMP_EMFILE, rump_sys_pipe(p));
	OK(rump_sys_close(50));
	FAILS(RUMP_EMFILE, rump_sys_pipe(p));
	ATF_CHECK_EQ(OK(rump_sys_dup(0)), 50);
	rl.rlim_cur = 101;
	rl.rlim_max = 100;
	FAILS(RUMP_EINVAL, rump_sys_setrlimit(RUMP_RLIMIT_NOFILE, &rl));
	FAILS(RUMP_EINVAL, rump_sys_setrlimit(99, &rl));
}

/* All files of the system: ENFILE, and nothing is lost on the way. */
ATF_TC_WITHOUT_HEAD(enfile);
ATF_TC_BODY(enfile, tc)
{
	struct rump_rlimit rl;
	int i, n = 0, p[2];

	rump_init();
	OK(rump_sys_getrlimit(RUMP_RLIMIT_NOFILE, &rl));
	rl.rlim_cur = rl.rlim_max;
	OK(rump_sys_setrlimit(RUMP_RLIMIT_NOFILE, &rl));
	for (i = 0; i < 5000; i++) {
		if (rump_sys_pipe(p) == -1)
			break;
		n = p[1];
	}
	ATF_CHECK_MSG(i < 5000, "no end of files");
	for (i = 0; i <= n; i++)
		OK(rump_sys_close(i));
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(p[0], 0);
}

ATF_TC_WITHOUT_HEAD(vectors);
ATF_TC_BODY(vectors, tc)
{
	char a[4], b[8];
	struct iovec iov[2] = { { "abc", 3 }, { "defgh", 5 } };
	struct iovec out[2] = { { a, 4 }, { b, 8 } };
	struct iovec many[20];
	int i, p[2];

	rump_init();
	OK(rump_sys_pipe(p));
	ATF_CHECK_EQ(OK(rump_sys_writev(p[1], iov, 2)), 8);
	ATF_CHECK_EQ(OK(rump_sys_readv(p[0], out, 2)), 8);
	ATF_CHECK_EQ(memcmp(a, "abcd", 4), 0);
	ATF_CHECK_EQ(memcmp(b, "efgh", 4), 0);
	FAILS(RUMP_EINVAL, rump_sys_writev(p[1], iov, 0));
	FAILS(RUMP_EINVAL, rump_sys_writev(p[1], iov, -1));
	FAILS(RUMP_EINVAL, rump_sys_writev(p[1], iov, 1025));
	iov[1].iov_len = (size_t)SSIZE_MAX;
	FAILS(RUMP_EINVAL, rump_sys_writev(p[1], iov, 2));
	FAILS(RUMP_EINVAL, rump_sys_read(p[0], a, (size_t)-1));
	for (i = 0; i < 20; i++)
		many[i] = (struct iovec){ "x", 1 };
	ATF_CHECK_EQ(OK(rump_sys_writev(p[1], many, 20)), 20);
	FAILS(RUMP_ESPIPE, rump_sys_pread(p[0], a, 1, 0));
	FAILS(RUMP_ESPIPE, rump_sys_pwrite(p[1], a, 1, 0));
	FAILS(RUMP_EBADF, rump_sys_write(p[0], a, 1));
	FAILS(RUMP_EBADF, rump_sys_read(p[1], a, 1));
}

static int pfd[2], result, error;

static void *
reader(void *arg)
{
	char c;

	result = (int)rump_sys_read(pfd[0], &c, 1);
	error = errno;
	return NULL;
}

/* close(2) sends a thread home that sleeps in the descriptor. */
ATF_TC_WITHOUT_HEAD(close_under_use);
ATF_TC_BODY(close_under_use, tc)
{
	void *t;

	rump_init();
	OK(rump_sys_pipe(pfd));
	result = 42;
	t = thread_start(reader, NULL);
	settle();
	ATF_CHECK_EQ(result, 42);
	OK(rump_sys_close(pfd[0]));
	thread_join(t);
	ATF_CHECK_EQ(result, -1);
	ATF_CHECK_EQ(error, RUMP_EINTR);
	FAILS(RUMP_EPIPE, rump_sys_write(pfd[1], "x", 1));
}

/* Processes: a copy of the table, an empty one, a shared one. */
ATF_TC_WITHOUT_HEAD(tables);
ATF_TC_BODY(tables, tc)
{
	struct lwp *parent;
	int p[2];
	char c;

	rump_init();
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	parent = rump_pub_lwproc_curlwp();
	OK(rump_sys_pipe(p));

	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	OK(rump_sys_close(p[1]));
	FAILS(RUMP_EBADF, rump_sys_write(p[1], "x", 1));
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(parent);
	ATF_CHECK_EQ(OK(rump_sys_write(p[1], "x", 1)), 1);

	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	FAILS(RUMP_EBADF, rump_sys_read(p[0], &c, 1));
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(parent);

	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFFD_SHARE), 0);
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], &c, 1)), 1);
	OK(rump_sys_close(p[1]));
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(parent);
	FAILS(RUMP_EBADF, rump_sys_write(p[1], "x", 1));
	ATF_CHECK_EQ(OK(rump_sys_read(p[0], &c, 1)), 0);
	rump_pub_lwproc_releaselwp();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, lowest);
	ATF_TP_ADD_TC(tp, dup2);
	ATF_TP_ADD_TC(tp, fcntl);
	ATF_TP_ADD_TC(tp, limit);
	ATF_TP_ADD_TC(tp, enfile);
	ATF_TP_ADD_TC(tp, vectors);
	ATF_TP_ADD_TC(tp, close_under_use);
	ATF_TP_ADD_TC(tp, tables);
	return atf_no_error();
}
