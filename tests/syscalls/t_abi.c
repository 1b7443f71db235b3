/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The interface itself: entry points by NetBSD's names, calls of components
 * that are not linked, names and arguments for tracers.
 */

#include "sys.h"

/* What a program built against NetBSD's headers refers to. */
#define	SYM(name)	void rump___sysimpl_##name(void);
SYM(open) SYM(openat) SYM(read) SYM(pread) SYM(stat50) SYM(fstat50)
SYM(lstat50) SYM(fstatat) SYM(getdents30) SYM(statvfs190) SYM(fstatvfs190)
SYM(getvfsstat90) SYM(fhstatvfs190) SYM(mount50) SYM(mknod50) SYM(utimes50)
SYM(lutimes50) SYM(futimes50) SYM(socket30) SYM(getfh30) SYM(fhopen40)
SYM(fhstat50) SYM(select50) SYM(pselect50) SYM(pollts50) SYM(kevent50)
SYM(clock_gettime50) SYM(clock_settime50) SYM(nanosleep50) SYM(gettimeofday50)
SYM(settimeofday50) SYM(adjtime50) SYM(posix_fadvise50) SYM(__sysctl)
SYM(__getcwd) SYM(clock_nanosleep) SYM(getrusage50) SYM(pipe2) SYM(dup3)
SYM(getpid) SYM(getuid) SYM(getgid)
SYM(ktrace) SYM(utrace) SYM(timer_create) SYM(timer_settime50) SYM(setitimer50)
SYM(getitimer50) SYM(_ksem_init) SYM(_ksem_timedwait) SYM(aio_read)
SYM(aio_suspend50) SYM(lio_listio)
#undef SYM

ATF_TC_WITHOUT_HEAD(symbols);
ATF_TC_BODY(symbols, tc)
{
#define	SYM(name)	ATF_CHECK(rump___sysimpl_##name != NULL);
	SYM(open) SYM(openat) SYM(read) SYM(pread) SYM(stat50) SYM(fstat50)
	SYM(lstat50) SYM(fstatat) SYM(getdents30) SYM(statvfs190)
	SYM(fstatvfs190) SYM(getvfsstat90) SYM(fhstatvfs190) SYM(mount50)
	SYM(mknod50) SYM(utimes50) SYM(lutimes50) SYM(futimes50)
	SYM(socket30) SYM(getfh30) SYM(fhopen40) SYM(fhstat50) SYM(select50)
	SYM(pselect50) SYM(pollts50) SYM(kevent50) SYM(clock_gettime50)
	SYM(clock_settime50) SYM(nanosleep50) SYM(gettimeofday50)
	SYM(settimeofday50) SYM(adjtime50) SYM(posix_fadvise50)
	SYM(__sysctl) SYM(__getcwd) SYM(clock_nanosleep) SYM(getrusage50)
	SYM(pipe2) SYM(dup3) SYM(getpid) SYM(getuid) SYM(getgid)
	SYM(ktrace) SYM(utrace) SYM(timer_create) SYM(timer_settime50)
	SYM(setitimer50) SYM(getitimer50) SYM(_ksem_init)
	SYM(_ksem_timedwait) SYM(aio_read) SYM(aio_suspend50)
	SYM(lio_listio)
}

/* This program has no file systems and no network. */
ATF_TC_WITHOUT_HEAD(absent);
ATF_TC_BODY(absent, tc)
{
	struct rump_stat st;

	rump_init();
	FAILS(RUMP_ENOSYS, rump_sys_open("/x", RUMP_O_RDONLY));
	FAILS(RUMP_ENOSYS, rump_sys_stat("/x", &st));
	FAILS(RUMP_ENOSYS, rump_sys_mount("ffs", "/x", 0, NULL, 0));
	FAILS(RUMP_ENOSYS, rump_sys_socket(RUMP_PF_INET, RUMP_SOCK_STREAM,
	    0));
	FAILS(RUMP_ENOSYS, rump_sys_aio_return(NULL));
	FAILS(RUMP_ENOSYS, rump_sys__ksem_destroy(0));
	rump_sys_sync();
}

int	rump_syscall(int, void *, size_t, long *);

ATF_TC_WITHOUT_HEAD(bynumber);
ATF_TC_BODY(bynumber, tc)
{
	long retval[2], arg = 99;

	rump_init();
	ATF_CHECK_EQ(rump_syscall(20, NULL, 0, retval), 0);
	ATF_CHECK_EQ(retval[0], 1);
	ATF_CHECK_EQ(rump_syscall(6, &arg, sizeof(arg), retval), RUMP_EBADF);
	ATF_CHECK_EQ(rump_syscall(6, &arg, 4, retval), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_syscall(-1, NULL, 0, retval), RUMP_ENOSYS);
	ATF_CHECK_EQ(rump_syscall(2, NULL, 0, retval), RUMP_ENOSYS);
	ATF_CHECK_EQ(rump_syscall(512, NULL, 0, retval), RUMP_ENOSYS);
	ATF_CHECK_EQ(rump_syscall(1 << 30, NULL, 0, retval), RUMP_ENOSYS);
}

static int traced, tracederror;
static long tracedfd;

static void
hook(int num, const long *args, int error, long retval, void *arg)
{

	traced = num;
	tracederror = error;
	tracedfd = args[0];
}

ATF_TC_WITHOUT_HEAD(trace);
ATF_TC_BODY(trace, tc)
{

	rump_init();
	ATF_CHECK_STREQ(rump_pub_syscall_name(440), "fstat50");
	ATF_CHECK_STREQ(rump_pub_syscall_args(440), "dp");
	ATF_CHECK_STREQ(rump_pub_syscall_args(173), "dpd_q");
	ATF_CHECK_EQ(rump_pub_syscall_name(2), NULL);
	ATF_CHECK_EQ(rump_pub_syscall_name(-1), NULL);
	ATF_CHECK_EQ(rump_pub_syscall_name(512), NULL);
	rump_pub_syscall_trace(hook, NULL);
	FAILS(RUMP_EBADF, rump_sys_close(-7));
	rump_pub_syscall_trace(NULL, NULL);
	ATF_CHECK_EQ(traced, 6);
	ATF_CHECK_EQ(tracederror, RUMP_EBADF);
	ATF_CHECK_EQ(tracedfd, -7);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, symbols);
	ATF_TP_ADD_TC(tp, absent);
	ATF_TP_ADD_TC(tp, bynumber);
	ATF_TP_ADD_TC(tp, trace);
	return atf_no_error();
}
