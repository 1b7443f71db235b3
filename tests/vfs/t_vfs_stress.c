/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names, links, mounts and pipes by several threads at once.  Nothing is
 * expected of single calls but an answer; at the end everything can be
 * removed and nothing is left.
 */

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumperr.h>
#include <rump/rumpuser_fuzz.h>

#define	OK(x)		ATF_REQUIRE_MSG((x) != -1, "%s: %s", #x, rump_strerror(errno))

#define	NTHREADS	4
#define	NDIRS		3
#define	NNAMES		4
#define	ROUNDS		1500

static unsigned
rnd(uint64_t *s, unsigned n)
{

	*s = *s * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*s >> 33) % n;
}

static void
name(uint64_t *s, char *buf, size_t len)
{

	snprintf(buf, len, "/s/d%u/n%u", rnd(s, NDIRS), rnd(s, NNAMES));
}

static void
step(uint64_t *s)
{
	struct rump_stat sb;
	char a[32], b[32], buf[64];
	int fd;

	name(s, a, sizeof(a));
	name(s, b, sizeof(b));
	switch (rnd(s, 13)) {
	case 0:
		fd = rump_sys_open(a, RUMP_O_RDWR | RUMP_O_CREAT |
		    RUMP_O_NONBLOCK, 0644);
		if (fd == -1)
			break;
		(void)rump_sys_write(fd, a, sizeof(a));
		(void)rump_sys_pread(fd, buf, sizeof(buf), 0);
		(void)rump_sys_close(fd);
		break;
	case 1:
		(void)rump_sys_unlink(a);
		break;
	case 2:
		(void)rump_sys_mkdir(a, 0755);
		break;
	case 3:
		(void)rump_sys_rmdir(a);
		break;
	case 4:
	case 5:
		(void)rump_sys_rename(a, b);
		break;
	case 6:
		(void)rump_sys_link(a, b);
		break;
	case 7:
		(void)rump_sys_symlink(b, a);
		break;
	case 8:
		(void)rump_sys_stat(a, &sb);
		strcat(a, "/../n0");
		(void)rump_sys_stat(a, &sb);
		break;
	case 9:
		(void)rump_sys_mkfifo(a, 0600);
		fd = rump_sys_open(a, RUMP_O_RDWR | RUMP_O_NONBLOCK);
		if (fd != -1)
			(void)rump_sys_close(fd);
		break;
	case 10:
		fd = rump_sys_open(a, RUMP_O_RDONLY | RUMP_O_NONBLOCK);
		if (fd == -1)
			break;
		(void)rump_sys_getdents(fd, (char *)buf, sizeof(buf));
		if (rump_sys_fchdir(fd) == 0) {
			(void)rump_sys___getcwd(buf, sizeof(buf));
			(void)rump_sys_chdir("/");
		}
		(void)rump_sys_close(fd);
		break;
	case 11:
		(void)rump_sys_mount("rumpfs", a, 0, NULL, 0);
		break;
	case 12:
		(void)rump_sys_unmount(a, rnd(s, 2) ? RUMP_MNT_FORCE : 0);
		break;
	}
}

static void *
worker(void *arg)
{
	uint64_t s = (uintptr_t)arg;
	int i;

	rump_pub_lwproc_rfork(RUMP_RFCFDG);
	for (i = 0; i < ROUNDS; i++)
		step(&s);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

/* Everything below a path, mounts included. */
static void
clear(const char *path, int depth)
{
	struct rump_dirent *dp;
	char buf[4096], sub[1024];
	int fd, n, off;

	ATF_REQUIRE_MSG(depth < 50, "%s", path);
	while (rump_sys_unmount(path, RUMP_MNT_FORCE) == 0)
		continue;
	for (;;) {
		OK(fd = rump_sys_open(path, RUMP_O_RDONLY));
		n = rump_sys_getdents(fd, buf, sizeof(buf));
		OK(n);
		OK(rump_sys_close(fd));
		for (off = 0; off < n; off += dp->d_reclen) {
			dp = (struct rump_dirent *)(buf + off);
			if (strcmp(dp->d_name, ".") != 0 &&
			    strcmp(dp->d_name, "..") != 0)
				break;
		}
		if (off >= n)
			break;
		snprintf(sub, sizeof(sub), "%s/%s", path, dp->d_name);
		if (dp->d_type == 4) {
			clear(sub, depth + 1);
			OK(rump_sys_rmdir(sub));
		} else {
			OK(rump_sys_unlink(sub));
		}
	}
}

static void
differs(const char *what, int64_t before, int64_t now, void *arg)
{

	if (before != now)
		printf("%s: %lld, now %lld\n", what, (long long)before,
		    (long long)now);
}

ATF_TC(names);
ATF_TC_HEAD(names, tc)
{

	atf_tc_set_md_var(tc, "timeout", "300");
}
ATF_TC_BODY(names, tc)
{
	pthread_t threads[NTHREADS];
	char dir[16];
	uint64_t s = 42;
	int i, n;

	ATF_REQUIRE_EQ(rump_init(), 0);
	OK(rump_pub_lwproc_rfork(RUMP_RFCFDG));
	OK(rump_sys_mkdir("/s", 0755));
	clear("/s", 0);		/* descriptors keep their slots */
	rump_pub_drain();
	rump_pub_audit_mark();
	for (i = 0; i < NDIRS; i++) {
		snprintf(dir, sizeof(dir), "/s/d%d", i);
		OK(rump_sys_mkdir(dir, 0755));
	}
	if (strcmp(rumpuser_backend(), "pthread") == 0) {
		for (i = 0; i < NTHREADS; i++)
			ATF_REQUIRE_EQ(pthread_create(&threads[i], NULL, worker,
			    (void *)(uintptr_t)(i + 1)), 0);
		for (i = 0; i < NTHREADS; i++)
			ATF_REQUIRE_EQ(pthread_join(threads[i], NULL), 0);
	} else {
		for (n = 0; n < 4 * ROUNDS; n++)
			step(&s);
	}
	OK(rump_sys_chdir("/"));
	clear("/s", 0);
	rump_pub_drain();
	ATF_CHECK_EQ(rump_pub_audit(differs, NULL), 0);
}

/* One thing in forty that may fail does. */
static uint64_t faultseed = 7;
static int faults;

static int
fault(enum rumpuser_faultkind kind, uint64_t n)
{

	if (!faults || rnd(&faultseed, 40) != 0)
		return 0;
	return kind == RUMPUSER_FAULT_ALLOC ? RUMP_ENOMEM :
	    kind == RUMPUSER_FAULT_COPY ? RUMP_EFAULT : RUMP_EIO;
}

ATF_TC_WITHOUT_HEAD(faults);
ATF_TC_BODY(faults, tc)
{
	char dir[16];
	uint64_t s = 43;
	int i;

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("one thread is enough for this");
	ATF_REQUIRE_EQ(setenv("RUMP_NVNODES", "16", 1), 0);
	ATF_REQUIRE_EQ(rump_init(), 0);
	OK(rump_pub_lwproc_rfork(RUMP_RFCFDG));
	OK(rump_sys_mkdir("/s", 0755));
	clear("/s", 0);
	rump_pub_drain();
	rump_pub_audit_mark();
	for (i = 0; i < NDIRS; i++) {
		snprintf(dir, sizeof(dir), "/s/d%d", i);
		OK(rump_sys_mkdir(dir, 0755));
	}
	rumpuser_fault_hook(fault);
	faults = 1;
	for (i = 0; i < 5 * ROUNDS; i++)
		step(&s);
	faults = 0;
	OK(rump_sys_chdir("/"));
	clear("/s", 0);
	rump_pub_drain();
	ATF_CHECK_EQ(rump_pub_audit(differs, NULL), 0);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, names);
	ATF_TP_ADD_TC(tp, faults);

	return atf_no_error();
}
