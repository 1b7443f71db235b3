/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Who a process is: ids, groups, sessions, limits, signals.
 */

#include "sys.h"

ATF_TC_WITHOUT_HEAD(pids);
ATF_TC_BODY(pids, tc)
{
	pid_t pid, child;

	rump_init();
	pid = rump_sys_getpid();
	ATF_CHECK_EQ(pid, 1);
	ATF_CHECK_EQ(rump_sys_getppid(), 0);
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	child = rump_sys_getpid();
	ATF_CHECK(child > 1);
	ATF_CHECK_EQ(rump_sys_getppid(), 1);
	ATF_CHECK_EQ(OK(rump_sys_setsid()), child);
	ATF_CHECK_EQ(OK(rump_sys_getsid(0)), child);
	ATF_CHECK_EQ(rump_sys_getpgrp(), child);
	ATF_CHECK_EQ(OK(rump_sys_getpgid(child)), child);
	FAILS(RUMP_EPERM, rump_sys_setsid());
	FAILS(RUMP_ESRCH, rump_sys_getpgid(9999));
	FAILS(RUMP_EINVAL, rump_sys_setpgid(0, -1));
	FAILS(RUMP_ESRCH, rump_sys_kill(9999, 0));
	FAILS(RUMP_EINVAL, rump_sys_kill(child, 999));
	OK(rump_sys_kill(child, 0));
	rump_pub_lwproc_releaselwp();
	ATF_CHECK_EQ(rump_sys_getpid(), pid);
}

ATF_TC_WITHOUT_HEAD(uids);
ATF_TC_BODY(uids, tc)
{

	rump_init();
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ATF_CHECK_EQ(rump_sys_getuid(), 0);
	ATF_CHECK_EQ(rump_sys_issetugid(), 0);
	OK(rump_sys_setegid(5));
	ATF_CHECK_EQ(rump_sys_getegid(), 5);
	ATF_CHECK_EQ(rump_sys_getgid(), 0);
	OK(rump_sys_seteuid(100));
	ATF_CHECK_EQ(rump_sys_geteuid(), 100);
	ATF_CHECK_EQ(rump_sys_getuid(), 0);
	ATF_CHECK_EQ(rump_sys_issetugid(), 1);
	FAILS(RUMP_EPERM, rump_sys_setuid(200));
	OK(rump_sys_seteuid(0));
	OK(rump_sys_setgid(7));
	OK(rump_sys_setuid(100));
	FAILS(RUMP_EPERM, rump_sys_setuid(0));
	FAILS(RUMP_EPERM, rump_sys_seteuid(0));
	FAILS(RUMP_EPERM, rump_sys_setgid(0));
	FAILS(RUMP_EPERM, rump_sys_setreuid((uid_t)-1, 0));
	FAILS(RUMP_EPERM, rump_sys_reboot(0, NULL));
	OK(rump_sys_setreuid(100, 100));
	ATF_CHECK_EQ(rump_sys_getuid(), 100);
	ATF_CHECK_EQ(rump_sys_getgid(), 7);
	rump_pub_lwproc_releaselwp();
	ATF_CHECK_EQ(rump_sys_getuid(), 0);
}

ATF_TC_WITHOUT_HEAD(groups);
ATF_TC_BODY(groups, tc)
{
	gid_t set[17] = { 3, 1, 4, 1, 5 }, out[16];

	rump_init();
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	OK(rump_sys_setgroups(5, set));
	ATF_CHECK_EQ(OK(rump_sys_getgroups(0, NULL)), 5);
	ATF_CHECK_EQ(OK(rump_sys_getgroups(16, out)), 5);
	ATF_CHECK_EQ(memcmp(out, set, 5 * sizeof(gid_t)), 0);
	FAILS(RUMP_EINVAL, rump_sys_getgroups(4, out));
	FAILS(RUMP_EINVAL, rump_sys_setgroups(17, set));
	FAILS(RUMP_EINVAL, rump_sys_setgroups(-1, set));
	OK(rump_sys_seteuid(1));
	FAILS(RUMP_EPERM, rump_sys_setgroups(1, set));
	rump_pub_lwproc_releaselwp();
}

ATF_TC_WITHOUT_HEAD(login);
ATF_TC_BODY(login, tc)
{
	char name[20];

	rump_init();
	OK(rump_sys___setlogin("fuzzer"));
	memset(name, 'x', sizeof(name));
	OK(rump_sys___getlogin(name, 16));
	ATF_CHECK_STREQ(name, "fuzzer");
	FAILS(RUMP_EINVAL, rump_sys___setlogin("far-too-long-a-name"));
}

ATF_TC_WITHOUT_HEAD(signals);
ATF_TC_BODY(signals, tc)
{
	rump_sigset_t set, old;

	rump_init();
	memset(&set, 0, sizeof(set));
	set.__bits[0] = 1u << (RUMP_SIGPIPE - 1);
	OK(rump_sys_sigprocmask(RUMP_SIG_BLOCK, &set, NULL));
	OK(rump_sys_sigprocmask(0, NULL, &old));
	ATF_CHECK_EQ(old.__bits[0], set.__bits[0]);
	FAILS(RUMP_EINVAL, rump_sys_sigprocmask(9, &set, NULL));
}

ATF_TC_WITHOUT_HEAD(usage);
ATF_TC_BODY(usage, tc)
{
	struct rump_rusage ru;

	rump_init();
	OK(rump_sys_getrusage(0, &ru));
	OK(rump_sys_getrusage(-1, &ru));
	FAILS(RUMP_EINVAL, rump_sys_getrusage(5, &ru));
	OK(rump_sys_sched_yield());
	ATF_CHECK(rump_sys__lwp_self() > 0);
}

ATF_TC_WITHOUT_HEAD(sysctl);
ATF_TC_BODY(sysctl, tc)
{
	int mib[2] = { RUMP_CTL_KERN, RUMP_KERN_OSTYPE };
	char name[32];
	size_t len = sizeof(name);

	rump_init();
	OK(rump_sys___sysctl(mib, 2, name, &len, NULL, 0));
	ATF_CHECK_STREQ(name, "NetBSD");
	ATF_CHECK_EQ(len, 7);
	len = 3;
	FAILS(RUMP_ENOMEM, rump_sys___sysctl(mib, 2, name, &len, NULL, 0));
	FAILS(RUMP_EPERM, rump_sys___sysctl(mib, 2, NULL, NULL, "x", 2));
	mib[1] = 31337;
	len = sizeof(name);
	FAILS(RUMP_ENOENT, rump_sys___sysctl(mib, 2, name, &len, NULL, 0));
}

ATF_TC_WITHOUT_HEAD(random);
ATF_TC_BODY(random, tc)
{
	char a[600], b[600];

	rump_init();
	memset(a, 0, sizeof(a));
	ATF_CHECK_EQ(OK(rump_sys_getrandom(a, sizeof(a), 0)), 600);
	ATF_CHECK_EQ(OK(rump_sys_getrandom(b, sizeof(b), 0)), 600);
	ATF_CHECK(memcmp(a, b, sizeof(a)) != 0);
	FAILS(RUMP_EINVAL, rump_sys_getrandom(a, 1, 8));
	FAILS(RUMP_EINVAL, rump_sys_getrandom(a, 1, RUMP_GRND_RANDOM |
	    RUMP_GRND_INSECURE));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, pids);
	ATF_TP_ADD_TC(tp, uids);
	ATF_TP_ADD_TC(tp, groups);
	ATF_TP_ADD_TC(tp, login);
	ATF_TP_ADD_TC(tp, signals);
	ATF_TP_ADD_TC(tp, usage);
	ATF_TP_ADD_TC(tp, sysctl);
	ATF_TP_ADD_TC(tp, random);
	return atf_no_error();
}
