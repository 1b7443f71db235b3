/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Autoconfiguration: the bodies of ac_*.c, each in a kernel of its own with
 * nothing left when it is done; and devices from the outside.
 */

#include <sys/wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#include "../kern/kerntest.h"

static void
audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (strcmp(name, "devices") != 0 && strcmp(name, "interrupt handlers") != 0 &&
	    strcmp(name, "held locks") != 0)
		return;
	if (baseline != now) {
		printf("%s: %lld at first, %lld now\n", name, (long long)baseline,
		    (long long)now);
		*(int *)arg = 1;
	}
}

static void
run(const char *name)
{
	int bad = 0;

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	if (strcmp(name, "search_best") == 0)	/* one that can't go */
		return;
	(void)rump_pub_audit(audit, &bad);
	ATF_CHECK_EQ(bad, 0);
}

#define	BODY(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run(#name);							\
}

#define	BODIES(x)							\
	x(acquire)							\
	x(activity_handlers)						\
	x(boot_tree)							\
	x(close_under_open)						\
	x(compatible)							\
	x(component)							\
	x(defer)							\
	x(detach_all)							\
	x(detach_order)							\
	x(detach_twice)							\
	x(gone_waits)							\
	x(handles)							\
	x(intr_disestablish_inside)					\
	x(intr_disestablish_waits)					\
	x(intr_levels)							\
	x(intr_mask)							\
	x(intr_names)							\
	x(intr_storm)							\
	x(intr_unclaimed)						\
	x(iterate)							\
	x(late)								\
	x(open_holds)							\
	x(pending)							\
	x(pmf_events)							\
	x(pmf_levels)							\
	x(pmf_suspensors)						\
	x(pmf_trees)							\
	x(properties)							\
	x(rescan_detach)						\
	x(search_best)							\
	x(search_function)						\
	x(units)

BODIES(BODY)

/* Those with threads and interrupts, under schedules that preempt. */
ATF_TC_WITHOUT_HEAD(schedules);
ATF_TC_BODY(schedules, tc)
{
	static const char *const bodies[] = { "acquire", "close_under_open",
	    "detach_twice", "gone_waits", "intr_disestablish_inside", "intr_disestablish_waits", "intr_levels", "intr_mask",
	    "open_holds", "pending", "rescan_detach" };
	unsigned i, seed;

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("schedules are the fiber backend's");
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (seed = 1; seed <= 20; seed++) {
		for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0),
			    0);
			ATF_CHECK_EQ_MSG(rump_kerntest_run(bodies[i]), 0,
			    "%s under schedule %u", bodies[i], seed);
			ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		}
	}
}

/* Runs a body that must be reported, as that kind of thing. */
static void
report(const char *body, const char *kind)
{
	char buf[4096], want[64];
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
		alarm(20);
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
	snprintf(want, sizeof(want), "rumpfuzz: %s: ", kind);
	ATF_CHECK_MSG(strstr(buf, want) != NULL, "not as %s: %s", kind, buf);
}

ATF_TC_WITHOUT_HEAD(report_intr_sleep);
ATF_TC_BODY(report_intr_sleep, tc)
{

	report("intr_sleep", "sleep-at-ipl");
}

ATF_TC_WITHOUT_HEAD(report_intr_adaptive);
ATF_TC_BODY(report_intr_adaptive, tc)
{

	report("intr_adaptive", "sleep-at-ipl");
}

static int
list(const struct rump_devinfo *di, void *arg)
{
	char line[64];

	snprintf(line, sizeof(line), "%s at %s %d%s\n", di->di_name, di->di_parent, di->di_depth,
	    di->di_active ? "" : " asleep");
	strcat(arg, line);
	return 0;
}

static const char *
devices(void)
{
	static char buf[1024];

	buf[0] = '\0';
	(void)rump_pub_dev_list(list, buf);
	return buf;
}

/* What a harness does: list, rescan, detach, suspend, resume. */
ATF_TC_WITHOUT_HEAD(rump_api);
ATF_TC_BODY(rump_api, tc)
{
	static const int slot4[] = { 4 };

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	ATF_CHECK_EQ(rump_pub_dev_list(NULL, NULL), 2);
	ATF_CHECK_EQ(rump_pub_dev_rescan("tbus1", NULL, NULL), RUMP_ENXIO);
	ATF_CHECK_EQ(rump_pub_dev_rescan(NULL, NULL, NULL), RUMP_ENXIO);
	ATF_CHECK_EQ(rump_pub_dev_rescan("tbus0", "pci", NULL), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_dev_rescan("tbus0", "tbus", slot4), 0);
	ATF_CHECK_EQ(rump_pub_dev_rescan("tbus0", NULL, NULL), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("tbus0", 0), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\n");
	ATF_CHECK_EQ(rump_pub_dev_detach("tbus0", 0), RUMP_ENXIO);
	ATF_CHECK_EQ(rump_pub_dev_rescan("mainbus0", "pcibus", NULL), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\n");
	ATF_CHECK_EQ(rump_pub_dev_rescan("mainbus0", "mainbus", NULL), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	ATF_CHECK_EQ(rump_pub_dev_suspend("nobody0"), RUMP_ENXIO);
	ATF_CHECK_EQ(rump_pub_dev_suspend("tbus0"), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1 asleep\n");
	ATF_CHECK_EQ(rump_pub_dev_resume("tbus0", 1), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	ATF_CHECK_EQ(rump_pub_dev_suspend(NULL), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume(NULL, 0), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	rump_pub_dev_settle();
	ATF_CHECK_EQ(rump_pub_dev_intrcount(1), 0);
	ATF_CHECK_EQ(rump_pub_dev_intrcount(100000), 0);
}

/* <sys/drvctlio.h> of NetBSD on amd64. */
#define	IOC(inout, n, size)	((unsigned long)(inout) | (size) << 16 | 'D' << 8 | (n))
#define	IOC_W	0x80000000UL
#define	IOC_WR	0xc0000000UL
struct devlistargs {
	char	l_devname[16];
	char	(*l_childname)[16];
	size_t	l_children;
};
struct devpmargs {
	char	devname[16];
	uint32_t flags;
};
struct devrescanargs {
	char	busname[16];
	char	ifattr[16];
	unsigned numlocators;
	int	*locators;
};
#define	DRVDETACHDEV	IOC(IOC_W, 123, 16UL)
#define	DRVRESCANBUS	IOC(IOC_W, 124, sizeof(struct devrescanargs))
#define	DRVRESUMEDEV	IOC(IOC_W, 126, sizeof(struct devpmargs))
#define	DRVLISTDEV	IOC(IOC_WR, 127, sizeof(struct devlistargs))
#define	DRVSUSPENDDEV	IOC(IOC_W, 129, sizeof(struct devpmargs))

#define	FAILS(e, call)	ATF_CHECK_ERRNO(e, (call) == -1)

/* drvctl(4): the same through /dev/drvctl. */
ATF_TC_WITHOUT_HEAD(drvctl);
ATF_TC_BODY(drvctl, tc)
{
	struct devlistargs l;
	struct devrescanargs r;
	struct devpmargs pm;
	char names[2][16], name[16] = "tbus0";
	int fd, rd, locs[] = { 2, 3 };

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/drvctl", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE((rd = rump_sys_open("/dev/drvctl", RUMP_O_RDONLY)) >= 0);

	memset(&l, 0, sizeof(l));
	ATF_CHECK_EQ(rump_sys_ioctl(rd, DRVLISTDEV, &l), 0);
	ATF_CHECK_EQ(l.l_children, 1);
	l.l_childname = names;
	ATF_CHECK_EQ(rump_sys_ioctl(rd, DRVLISTDEV, &l), 0);
	ATF_CHECK_STREQ(names[0], "mainbus0");
	strcpy(l.l_devname, "mainbus0");
	l.l_children = 2;
	ATF_CHECK_EQ(rump_sys_ioctl(rd, DRVLISTDEV, &l), 0);
	ATF_CHECK_EQ(l.l_children, 1);
	ATF_CHECK_STREQ(names[0], "tbus0");
	memset(l.l_devname, 'x', sizeof(l.l_devname));
	FAILS(RUMP_ENXIO, rump_sys_ioctl(rd, DRVLISTDEV, &l));
	strcpy(l.l_devname, "mainbus0");
	l.l_children = 1;
	l.l_childname = NULL;
	ATF_CHECK_EQ(rump_sys_ioctl(rd, DRVLISTDEV, &l), 0);

	FAILS(RUMP_EBADF, rump_sys_ioctl(rd, DRVDETACHDEV, name));
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVDETACHDEV, name), 0);
	FAILS(RUMP_ENXIO, rump_sys_ioctl(fd, DRVDETACHDEV, name));

	memset(&r, 0, sizeof(r));
	strcpy(r.busname, "mainbus0");
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVRESCANBUS, &r), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	strcpy(r.busname, "tbus0");
	strcpy(r.ifattr, "tbus");
	r.numlocators = 1;
	r.locators = locs;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVRESCANBUS, &r), 0);
	r.numlocators = 2;
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, DRVRESCANBUS, &r));
	r.numlocators = 0x40000001;
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, DRVRESCANBUS, &r));
	r.numlocators = 1;
	r.locators = NULL;
	FAILS(RUMP_EFAULT, rump_sys_ioctl(fd, DRVRESCANBUS, &r));
	memset(r.ifattr, 'y', sizeof(r.ifattr));
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, DRVRESCANBUS, &r));

	memset(&pm, 0, sizeof(pm));
	strcpy(pm.devname, "tbus0");
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVSUSPENDDEV, &pm), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1 asleep\n");
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVRESUMEDEV, &pm), 0);
	pm.flags = 1;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DRVRESUMEDEV, &pm), 0);
	ATF_CHECK_STREQ(devices(), "mainbus0 at  0\ntbus0 at mainbus0 1\n");
	FAILS(RUMP_ENOTTY, rump_sys_ioctl(fd, IOC(IOC_W, 200, 4UL), &pm));
}

#define	ADD(name)	ATF_TP_ADD_TC(tp, name);

ATF_TP_ADD_TCS(tp)
{

	BODIES(ADD)
	ATF_TP_ADD_TC(tp, drvctl);
	ATF_TP_ADD_TC(tp, report_intr_adaptive);
	ATF_TP_ADD_TC(tp, report_intr_sleep);
	ATF_TP_ADD_TC(tp, rump_api);
	ATF_TP_ADD_TC(tp, schedules);
	return atf_no_error();
}
