/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The base of the kernel: boot, processes, CPUs, and the bodies of kt_*.c,
 * each in a kernel of its own.
 */

#include <sys/wait.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#include "kerntest.h"

static bool
fiber(void)
{

	return strcmp(rumpuser_backend(), "fiber") == 0;
}

static void
audit_print(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (baseline != now)
		printf("%s: %lld at first, %lld now\n", name,
		    (long long)baseline, (long long)now);
}

/* Runs a body and looks for what it left behind. */
static void
run(const char *name)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	(void)rump_pub_audit(audit_print, NULL);
}

#define	BODY(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run(#name);							\
}

BODY(always_ready)
BODY(atomic_all)
BODY(biglock)
BODY(callout_basic)
BODY(callout_halt_running)
BODY(callout_order)
BODY(callout_periodic)
BODY(callout_stops_itself)
BODY(condvar_fifo)
BODY(condvar_pingpong)
BODY(condvar_race)
BODY(condvar_timeout)
BODY(kpause_time)
BODY(kthread_bound)
BODY(kthread_many)
BODY(localcount_drains)
BODY(mutex_basic)
BODY(mutex_contended)
BODY(mutex_fifo)
BODY(mutex_spin_contended)
BODY(once_only)
BODY(percpu_each)
BODY(pserialize_readers)
BODY(psref_drain)
BODY(rwlock_basic)
BODY(rwlock_contended)
BODY(signal_wakes)
BODY(softint_levels)
BODY(specific_data)
BODY(time_clocks)
BODY(time_conversion)
BODY(tsleep_wakeup)
BODY(workqueue_biglock)
BODY(workqueue_order)
BODY(workqueue_percpu)
BODY(xcall_visit)

/* The same with one CPU and with many. */
ATF_TC_WITHOUT_HEAD(one_cpu);
ATF_TC_BODY(one_cpu, tc)
{

	setenv("RUMP_NCPU", "1", 1);
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_kerntest_run("mutex_contended"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("condvar_pingpong"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("rwlock_contended"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("workqueue_percpu"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("xcall_visit"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("psref_drain"), 0);
}

ATF_TC_WITHOUT_HEAD(eight_cpus);
ATF_TC_BODY(eight_cpus, tc)
{

	setenv("RUMP_NCPU", "8", 1);
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_kerntest_run("mutex_contended"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("condvar_pingpong"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("kthread_bound"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("xcall_visit"), 0);
	ATF_CHECK_EQ(rump_kerntest_run("softint_levels"), 0);
}

ATF_TC_WITHOUT_HEAD(ncpu_bad);
ATF_TC_BODY(ncpu_bad, tc)
{
	static const char *const bad[] = { "", "0", "-1", "two", "1x", "33",
	    "99999999999999999999" };
	unsigned i;
	int status;
	pid_t pid;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if ((pid = fork()) == 0) {
			setenv("RUMP_NCPU", bad[i], 1);
			_exit(rump_init() == 0 ? 1 : 0);
		}
		ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
		ATF_CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "RUMP_NCPU=\"%s\" was taken", bad[i]);
	}
	setenv("RUMP_NCPU", "host", 1);
	ATF_CHECK_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_init(), 0);
}

ATF_TC_WITHOUT_HEAD(lwproc);
ATF_TC_BODY(lwproc, tc)
{
	struct lwp *l1, *l2, *l3;
	pid_t pid1, pid2;

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_sys_getpid(), 1);
	ATF_CHECK(rump_pub_lwproc_curlwp() == NULL);

	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	l1 = rump_pub_lwproc_curlwp();
	pid1 = rump_sys_getpid();
	ATF_CHECK(l1 != NULL);
	ATF_CHECK(pid1 != 1);

	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	l2 = rump_pub_lwproc_curlwp();
	pid2 = rump_sys_getpid();
	ATF_CHECK(l2 != l1);
	ATF_CHECK(pid2 != pid1);
	ATF_CHECK_EQ(rump_sys_getppid(), pid1);

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(pid1), 0);
	l3 = rump_pub_lwproc_curlwp();
	ATF_CHECK(l3 != l1);
	ATF_CHECK_EQ(rump_sys_getpid(), pid1);

	rump_pub_lwproc_switch(l1);
	ATF_CHECK_EQ(rump_sys_getpid(), pid1);
	rump_pub_lwproc_switch(NULL);
	ATF_CHECK_EQ(rump_sys_getpid(), 1);
	rump_pub_lwproc_switch(l2);
	ATF_CHECK_EQ(rump_sys_getpid(), pid2);

	ATF_CHECK_EQ(rump_pub_lwproc_newlwp(29999), 3);
	ATF_CHECK(rump_pub_lwproc_rfork(RUMP_RFFDG | RUMP_RFCFDG) != 0);
	ATF_CHECK(rump_pub_lwproc_rfork(0x1000) != 0);
	ATF_CHECK_EQ(rump_sys_getpid(), pid2);

	/* The parent goes first: its child is process 1's then. */
	rump_pub_lwproc_switch(l1);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(l3);
	rump_pub_lwproc_releaselwp();
	ATF_CHECK(rump_pub_lwproc_curlwp() == NULL);
	rump_pub_lwproc_switch(l2);
	ATF_CHECK_EQ(rump_sys_getppid(), 1);
	ATF_CHECK_EQ(rump_pub_lwproc_newlwp(pid1), 3);
	rump_pub_lwproc_releaselwp();
	ATF_CHECK_EQ(rump_pub_audit(audit_print, NULL), 0);
}

ATF_TC_WITHOUT_HEAD(processes);
ATF_TC_BODY(processes, tc)
{
	int i;

	ATF_REQUIRE_EQ(rump_init(), 0);
	for (i = 0; i < 100; i++) {
		ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
		if (i % 2 == 0) {
			ATF_CHECK(rump_sys_getpid() > 1);
			rump_pub_lwproc_releaselwp();
		}
	}
	while (rump_pub_lwproc_curlwp() != NULL)
		rump_pub_lwproc_releaselwp();
	/* Those that were left without a thread are still there. */
	ATF_CHECK(rump_pub_audit(audit_print, NULL) > 0);
}

/* How the child ends: its signal, or 0. */
static int
child_signal(void (*body)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		(*body)();
		_exit(0);
	}
	ATF_REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
release_nothing(void)
{

	(void)rump_init();
	rump_pub_lwproc_releaselwp();
}

static void
model_panic(void)
{

	rump_boot_setsigmodel(RUMP_SIGMODEL_PANIC);
	(void)rump_init();
	(void)rump_sys_kill(rump_sys_getpid(), 12);	/* SIGSYS: may be */
	(void)rump_sys_kill(rump_sys_getpid(), 19);	/* SIGCONT */
}

static void
model_raise(void)
{

	rump_boot_setsigmodel(RUMP_SIGMODEL_RAISE);
	(void)rump_init();
	(void)rump_sys_kill(rump_sys_getpid(), 31);	/* SIGUSR2 */
}

static void
model_ignore(void)
{

	rump_boot_setsigmodel(RUMP_SIGMODEL_IGNORE);
	(void)rump_init();
	(void)rump_sys_kill(rump_sys_getpid(), 9);
}

ATF_TC_WITHOUT_HEAD(ends);
ATF_TC_BODY(ends, tc)
{

	ATF_CHECK_EQ(child_signal(release_nothing), SIGABRT);
	ATF_CHECK_EQ(child_signal(model_panic), SIGABRT);
	ATF_CHECK_EQ(child_signal(model_raise), SIGUSR2);
	ATF_CHECK_EQ(child_signal(model_ignore), 0);
}

static bool called, called_early;

static void
callback(void)
{

	called = true;
	called_early = rump_pub_lwproc_curlwp() != NULL;
}

ATF_TC_WITHOUT_HEAD(init_callback);
ATF_TC_BODY(init_callback, tc)
{

	ATF_REQUIRE_EQ(rump_init_callback(callback), 0);
	ATF_CHECK(called && called_early);
	called = false;
	ATF_CHECK_EQ(rump_init_callback(callback), 0);
	ATF_CHECK(!called);
	ATF_CHECK_EQ(rump_getversion() / 100000000, 10);
	ATF_CHECK_EQ(rump_getversion(), rump_pub_getversion());
}

static void *
host_thread(void *arg)
{
	long i, bad = 0;

	if (arg != NULL && rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		return (void *)1;
	for (i = 0; i < 20000; i++) {
		if ((rump_sys_getpid() == 1) != (arg == NULL))
			bad++;
	}
	if (arg != NULL)
		rump_pub_lwproc_releaselwp();
	return (void *)bad;
}

/* More threads of the host than there are CPUs. */
ATF_TC_WITHOUT_HEAD(host_threads);
ATF_TC_BODY(host_threads, tc)
{
	pthread_t pt[6];
	void *bad;
	int i;

	if (fiber())
		atf_tc_skip("one host thread on the fiber backend");
	ATF_REQUIRE_EQ(rump_init(), 0);
	for (i = 0; i < 6; i++)
		ATF_REQUIRE_EQ(pthread_create(&pt[i], NULL, host_thread,
		    i % 2 == 0 ? NULL : &pt[i]), 0);
	for (i = 0; i < 6; i++) {
		ATF_REQUIRE_EQ(pthread_join(pt[i], &bad), 0);
		ATF_CHECK(bad == NULL);
	}
	ATF_CHECK_EQ(rump_pub_audit(audit_print, NULL), 0);
}

static pid_t sleeper_pid;
static volatile int sleeper_ready;

static void *
sleeper_thread(void *arg)
{
	struct rump_timespec ts = { 100, 0 };
	int rv;

	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		return (void *)1;
	sleeper_pid = rump_sys_getpid();
	__atomic_store_n(&sleeper_ready, 1, __ATOMIC_RELEASE);
	rv = rump_sys_nanosleep((struct timespec *)&ts, NULL);
	rump_pub_lwproc_releaselwp();
	return rv == -1 ? NULL : (void *)2;
}

/* A signal ends a system call that sleeps. */
ATF_TC_WITHOUT_HEAD(kill_wakes);
ATF_TC_BODY(kill_wakes, tc)
{
	pthread_t pt;
	void *bad;

	if (fiber())
		atf_tc_skip("one host thread on the fiber backend");
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(pthread_create(&pt, NULL, sleeper_thread, NULL), 0);
	while (!__atomic_load_n(&sleeper_ready, __ATOMIC_ACQUIRE))
		usleep(1000);
	usleep(20000);
	ATF_CHECK_EQ(rump_sys_kill(sleeper_pid, 15), 0);
	ATF_REQUIRE_EQ(pthread_join(pt, &bad), 0);
	ATF_CHECK(bad == NULL);
	ATF_CHECK_EQ(rump_sys_kill(sleeper_pid, 15), -1);
	ATF_CHECK_EQ(rump_pub_audit(audit_print, NULL), 0);
}

ATF_TC_WITHOUT_HEAD(uio_cred);
ATF_TC_BODY(uio_cred, tc)
{
	struct kauth_cred *cred;
	struct uio *uio;
	gid_t groups[] = { 5, 6 };
	char buf[10];

	ATF_REQUIRE_EQ(rump_init(), 0);
	uio = rump_pub_uio_setup(buf, sizeof(buf), 3, RUMPUIO_READ);
	ATF_CHECK_EQ(rump_pub_uio_getresid(uio), sizeof(buf));
	ATF_CHECK_EQ(rump_pub_uio_getoff(uio), 3);
	ATF_CHECK_EQ(rump_pub_uio_free(uio), sizeof(buf));
	cred = rump_pub_cred_create(1000, 100, 2, groups);
	ATF_CHECK(cred != NULL);
	rump_pub_cred_put(cred);
	ATF_CHECK(rump_pub_getversion() > 0);
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ATF_CHECK_EQ(rump_sys_getuid(), 0);
	rump_pub_lwproc_releaselwp();
	ATF_CHECK_EQ(rump_pub_audit(audit_print, NULL), 0);
}

ATF_TC_WITHOUT_HEAD(restore);
ATF_TC_BODY(restore, tc)
{
	int i;

	if (!fiber())
		atf_tc_skip("snapshots are the fiber backend's");
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 20; i++) {
		ATF_CHECK_EQ(rump_kerntest_run("grow"), 0);
		ATF_CHECK_EQ(rump_kerntest_run("grown_1"), 0);
		ATF_CHECK_EQ(rumpuser_restore(), 0);
	}
	/* With a thread on its way and a callout pending in the snapshot. */
	ATF_CHECK_EQ(rump_kerntest_run("grow"), 0);
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 20; i++) {
		ATF_CHECK(rump_sys_getpid() > 1);
		rump_pub_lwproc_releaselwp();
		ATF_CHECK_EQ(rump_sys_getpid(), 1);
		ATF_CHECK_EQ(rumpuser_restore(), 0);
	}
}

/* The same bodies under other schedules, each from the booted state. */
ATF_TC_WITHOUT_HEAD(schedules);
ATF_TC_BODY(schedules, tc)
{
	static const char *const bodies[] = { "callout_halt_running",
	    "condvar_pingpong", "condvar_race", "localcount_drains",
	    "mutex_contended", "mutex_spin_contended", "once_only",
	    "pserialize_readers", "psref_drain", "rwlock_contended",
	    "workqueue_order", "workqueue_percpu", "xcall_visit" };
	unsigned i, seed;

	if (!fiber())
		atf_tc_skip("schedules are the fiber backend's");
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (seed = 1; seed <= 8; seed++) {
		for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_PCT,
			    seed, NULL, 0), 0);
			ATF_CHECK_EQ_MSG(rump_kerntest_run(bodies[i]), 0,
			    "%s under schedule %u", bodies[i], seed);
			ATF_CHECK_EQ(rumpuser_restore(), 0);
		}
	}
}

/* Runs a body that must be reported, as that kind of thing. */
static void
report(const char *body, const char *kind)
{
	char buf[4096], line[80];
	int fd[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (!rump_kerntest_lockdebug())
		atf_tc_skip("the kernel is without LOCKDEBUG");
	ATF_REQUIRE_EQ(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		close(fd[0]);
		close(fd[1]);
		if (rump_init() != 0)
			_exit(0);
		(void)rump_kerntest_run(body);
		_exit(0);
	}
	close(fd[1]);
	while ((n = read(fd[0], buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	buf[len] = '\0';
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		atf_tc_fail("not reported: %s", buf);
	snprintf(line, sizeof(line), "rumpfuzz: %s: ", kind);
	ATF_CHECK_MSG(strstr(buf, line) != NULL, "not as %s: %s", kind, buf);
	ATF_CHECK_MSG(strstr(buf, "kt_lock.c:") != NULL, "without a place: %s",
	    buf);
}

#define	REPORT(body, kind)						\
ATF_TC_WITHOUT_HEAD(body);						\
ATF_TC_BODY(body, tc)							\
{									\
									\
	report(#body, kind);						\
}

REPORT(report_deadlock, "deadlock")
REPORT(report_lock_dead, "lock-dead")
REPORT(report_lock_held, "lock-held")
REPORT(report_lock_order, "lock-order")
REPORT(report_not_owner, "not-owner")
REPORT(report_sleep_at_ipl, "sleep-at-ipl")
REPORT(report_sleep_lock_at_ipl, "sleep-at-ipl")

/* A reboot ends the process, after all is written. */
ATF_TC_WITHOUT_HEAD(reboot);
ATF_TC_BODY(reboot, tc)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (rump_init() != 0)
			_exit(3);
		rump_sys_reboot(0, NULL);
		_exit(4);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK(WIFEXITED(status));
	ATF_CHECK_EQ(WEXITSTATUS(status), 0);
}

ATF_TP_ADD_TCS(tp)
{

#define	ADD(name)	ATF_TP_ADD_TC(tp, name)
	ADD(always_ready);
	ADD(atomic_all);
	ADD(biglock);
	ADD(callout_basic);
	ADD(callout_halt_running);
	ADD(callout_order);
	ADD(callout_periodic);
	ADD(callout_stops_itself);
	ADD(condvar_fifo);
	ADD(condvar_pingpong);
	ADD(condvar_race);
	ADD(condvar_timeout);
	ADD(eight_cpus);
	ADD(host_threads);
	ADD(kill_wakes);
	ADD(kpause_time);
	ADD(kthread_bound);
	ADD(kthread_many);
	ADD(localcount_drains);
	ADD(lwproc);
	ADD(mutex_basic);
	ADD(mutex_contended);
	ADD(mutex_fifo);
	ADD(mutex_spin_contended);
	ADD(ncpu_bad);
	ADD(once_only);
	ADD(one_cpu);
	ADD(percpu_each);
	ADD(processes);
	ADD(pserialize_readers);
	ADD(psref_drain);
	ADD(reboot);
	ADD(report_deadlock);
	ADD(report_lock_dead);
	ADD(report_lock_held);
	ADD(report_lock_order);
	ADD(report_not_owner);
	ADD(report_sleep_at_ipl);
	ADD(report_sleep_lock_at_ipl);
	ADD(restore);
	ADD(rwlock_basic);
	ADD(rwlock_contended);
	ADD(schedules);
	ADD(signal_wakes);
	ADD(ends);
	ADD(init_callback);
	ADD(softint_levels);
	ADD(specific_data);
	ADD(time_clocks);
	ADD(time_conversion);
	ADD(tsleep_wakeup);
	ADD(uio_cred);
	ADD(workqueue_biglock);
	ADD(workqueue_order);
	ADD(workqueue_percpu);
	ADD(xcall_visit);
	return atf_no_error();
}
