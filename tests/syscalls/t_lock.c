/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Record locks, flock(2), and what descriptors do with files.
 */

#include "sys.h"

static struct rump_flock
range(int64_t start, int64_t len, int type)
{
	struct rump_flock fl;

	memset(&fl, 0, sizeof(fl));
	fl.l_start = start;
	fl.l_len = len;
	fl.l_type = (int16_t)type;
	return fl;
}

static int
lock(int fd, int64_t start, int64_t len, int type)
{
	struct rump_flock fl = range(start, len, type);

	return rump_sys_fcntl(fd, RUMP_F_SETLK, &fl);
}

static int fd;
static struct lwp *one, *two;

static void
setup(void)
{

	rump_init();
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	one = rump_pub_lwproc_curlwp();
	fd = OK(rump_sys_open("/file", RUMP_O_RDWR | RUMP_O_CREAT, 0644));
	if (lock(fd, 0, 1, RUMP_F_RDLCK) == -1 && errno == RUMP_EOPNOTSUPP)
		atf_tc_skip("the root file system has no locks");
	OK(lock(fd, 0, 1, RUMP_F_UNLCK));
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	two = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(one);
}

ATF_TC_WITHOUT_HEAD(ranges);
ATF_TC_BODY(ranges, tc)
{
	struct rump_flock fl;

	setup();
	OK(lock(fd, 10, 20, RUMP_F_WRLCK));
	OK(lock(fd, 15, 5, RUMP_F_UNLCK));
	rump_pub_lwproc_switch(two);
	FAILS(RUMP_EAGAIN, lock(fd, 10, 1, RUMP_F_RDLCK));
	OK(lock(fd, 15, 5, RUMP_F_WRLCK));
	FAILS(RUMP_EAGAIN, lock(fd, 15, 6, RUMP_F_WRLCK));
	OK(lock(fd, 30, 0, RUMP_F_WRLCK));
	fl = range(0, 0, RUMP_F_RDLCK);
	OK(rump_sys_fcntl(fd, RUMP_F_GETLK, &fl));
	ATF_CHECK_EQ(fl.l_type, RUMP_F_WRLCK);
	ATF_CHECK_EQ(fl.l_start, 10);
	ATF_CHECK_EQ(fl.l_len, 5);
	fl = range(0, 10, RUMP_F_RDLCK);
	OK(rump_sys_fcntl(fd, RUMP_F_GETLK, &fl));
	ATF_CHECK_EQ(fl.l_type, RUMP_F_UNLCK);
	FAILS(RUMP_EINVAL, lock(fd, -1, 1, RUMP_F_RDLCK));
	FAILS(RUMP_EINVAL, lock(fd, 0, 1, 77));
	FAILS(RUMP_EOVERFLOW, lock(fd, INT64_MAX, INT64_MAX, RUMP_F_RDLCK));
	/* Closing any descriptor of the file ends them all. */
	OK(rump_sys_close(OK(rump_sys_dup(fd))));
	rump_pub_lwproc_switch(one);
	OK(lock(fd, 0, 0, RUMP_F_WRLCK));
}

/* The end of a process ends its locks. */
ATF_TC_WITHOUT_HEAD(ends);
ATF_TC_BODY(ends, tc)
{

	setup();
	rump_pub_lwproc_switch(two);
	OK(lock(fd, 0, 0, RUMP_F_WRLCK));
	rump_pub_lwproc_switch(one);
	FAILS(RUMP_EAGAIN, lock(fd, 0, 1, RUMP_F_RDLCK));
	rump_pub_lwproc_switch(two);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(one);
	OK(lock(fd, 0, 1, RUMP_F_RDLCK));
}

static int result, error;

static void *
blocked(void *arg)
{
	struct rump_flock fl = range(0, 1, RUMP_F_WRLCK);

	rump_pub_lwproc_switch(two);
	result = rump_sys_fcntl(fd, RUMP_F_SETLKW, &fl);
	error = errno;
	rump_pub_lwproc_switch(NULL);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(wait);
ATF_TC_BODY(wait, tc)
{
	void *t;

	setup();
	OK(lock(fd, 0, 1, RUMP_F_WRLCK));
	result = 42;
	t = thread_start(blocked, NULL);
	settle();
	ATF_CHECK_EQ(result, 42);
	OK(lock(fd, 0, 1, RUMP_F_UNLCK));
	thread_join(t);
	ATF_CHECK_EQ(result, 0);
	FAILS(RUMP_EAGAIN, lock(fd, 0, 1, RUMP_F_RDLCK));
}

/* one holds 0 and wants 1, two holds 1 and wants 0. */
ATF_TC_WITHOUT_HEAD(deadlock);
ATF_TC_BODY(deadlock, tc)
{
	struct rump_flock fl = range(1, 1, RUMP_F_WRLCK);
	void *t;

	setup();
	OK(lock(fd, 0, 1, RUMP_F_WRLCK));
	rump_pub_lwproc_switch(two);
	OK(lock(fd, 1, 1, RUMP_F_WRLCK));
	rump_pub_lwproc_switch(one);
	t = thread_start(blocked, NULL);
	settle();
	FAILS(RUMP_EDEADLK, rump_sys_fcntl(fd, RUMP_F_SETLKW, &fl));
	OK(lock(fd, 0, 1, RUMP_F_UNLCK));
	thread_join(t);
	ATF_CHECK_EQ(result, 0);
}

/* flock(2) is between open files. */
ATF_TC_WITHOUT_HEAD(flock);
ATF_TC_BODY(flock, tc)
{
	int fd2, p[2];

	setup();
	fd2 = OK(rump_sys_open("/file", RUMP_O_RDONLY));
	OK(rump_sys_flock(fd, RUMP_LOCK_SH));
	OK(rump_sys_flock(fd2, RUMP_LOCK_SH | RUMP_LOCK_NB));
	FAILS(RUMP_EAGAIN, rump_sys_flock(fd2, RUMP_LOCK_EX | RUMP_LOCK_NB));
	OK(rump_sys_flock(fd, RUMP_LOCK_UN));
	OK(rump_sys_flock(fd2, RUMP_LOCK_EX | RUMP_LOCK_NB));
	FAILS(RUMP_EAGAIN, rump_sys_flock(fd, RUMP_LOCK_SH | RUMP_LOCK_NB));
	OK(rump_sys_close(fd2));
	OK(rump_sys_flock(fd, RUMP_LOCK_EX | RUMP_LOCK_NB));
	FAILS(RUMP_EINVAL, rump_sys_flock(fd, 99));
	OK(rump_sys_pipe(p));
	FAILS(RUMP_EOPNOTSUPP, rump_sys_flock(p[0], RUMP_LOCK_SH));
}

ATF_TC_WITHOUT_HEAD(getpath);
ATF_TC_BODY(getpath, tc)
{
	char path[1024];
	int p[2];

	rump_init();
	OK(rump_sys_mkdir("/d", 0755));
	fd = OK(rump_sys_open("/d", RUMP_O_RDONLY));
	OK(rump_sys_fcntl(fd, RUMP_F_GETPATH, path));
	ATF_CHECK_STREQ(path, "/d");
	OK(rump_sys_pipe(p));
	FAILS(RUMP_EOPNOTSUPP, rump_sys_fcntl(p[0], RUMP_F_GETPATH, path));
	ATF_CHECK_EQ(rump_sys_umask(077), 022);
	ATF_CHECK_EQ(rump_sys_umask(022), 077);
}

/* EVFILT_VNODE and EVFILT_READ of files. */
ATF_TC_WITHOUT_HEAD(events);
ATF_TC_BODY(events, tc)
{
	static const struct timespec now;
	struct rump_kevent ev;
	int kq;

	rump_init();
	kq = OK(rump_sys_kqueue());
	fd = OK(rump_sys_open("/file", RUMP_O_RDWR | RUMP_O_CREAT, 0644));
	memset(&ev, 0, sizeof(ev));
	ev.ident = (uintptr_t)fd;
	ev.filter = RUMP_EVFILT_VNODE;
	ev.flags = RUMP_EV_ADD | RUMP_EV_CLEAR;
	ev.fflags = RUMP_NOTE_WRITE | RUMP_NOTE_EXTEND | RUMP_NOTE_DELETE;
	OK(rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 0);
	OK(rump_sys_write(fd, "hello", 5));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 1);
	ATF_CHECK_EQ(ev.ident, (uintptr_t)fd);
	ATF_CHECK(ev.fflags & RUMP_NOTE_WRITE);
	OK(rump_sys_unlink("/file"));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 1);
	ATF_CHECK(ev.fflags & RUMP_NOTE_DELETE);
	OK(rump_sys_close(fd));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 0);

	fd = OK(rump_sys_open("/file", RUMP_O_RDWR | RUMP_O_CREAT, 0644));
	OK(rump_sys_write(fd, "hello", 5));
	memset(&ev, 0, sizeof(ev));
	ev.ident = (uintptr_t)fd;
	ev.filter = RUMP_EVFILT_READ;
	ev.flags = RUMP_EV_ADD;
	OK(rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 0);
	OK(rump_sys_pwrite(fd, "world", 5, 5));
	ATF_CHECK_EQ(OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &now)), 1);
	ATF_CHECK_EQ(ev.data, 5);
	/* The kqueue goes first. */
	OK(rump_sys_close(kq));
	OK(rump_sys_close(fd));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, events);
	ATF_TP_ADD_TC(tp, ranges);
	ATF_TP_ADD_TC(tp, ends);
	ATF_TP_ADD_TC(tp, wait);
	ATF_TP_ADD_TC(tp, deadlock);
	ATF_TP_ADD_TC(tp, flock);
	ATF_TP_ADD_TC(tp, getpath);
	return atf_no_error();
}
