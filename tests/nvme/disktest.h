/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What tests of disk controllers share: a medium of SIZE bytes, a bus, and
 * what may be left when a driver has gone.
 */

#ifndef TESTS_NVME_DISKTEST_H
#define TESTS_NVME_DISKTEST_H

#include <sys/wait.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#define	LIBRUMPUSER	/* threads come from the layer below */
#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

#include "model/pci.h"
#include "../block/dumptest.h"
#include "../pci/devlock.h"

#define	SIZE	(1u << 20)

#define	WORKS(e)	ATF_REQUIRE_MSG((e) >= 0, "%s: errno %d", #e, errno)
#define	FAILS(err, e) do {							\
	errno = 0;								\
	ATF_CHECK_MSG((e) == -1, "%s succeeded", #e);				\
	ATF_CHECK_EQ(errno, err);						\
} while (0)

static struct pcim_bus *bus;
static struct pcim_dev *dev;
static uint8_t *medium;

static int
medium_read(void *cookie, void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(buf, medium + off, len);
	return 0;
}

static int
medium_write(void *cookie, const void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(medium + off, buf, len);
	return 0;
}

static const struct rumpuser_image_ops medium_ops = { medium_read, medium_write, NULL };

static inline void
pattern(uint8_t *p, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = x >> 24;
	}
}

static inline void
rescan(void)
{

	ATF_REQUIRE_EQ(rump_pub_dev_rescan("pci0", "pci", NULL), 0);
	rump_pub_dev_settle();
}

static int
one(const struct rump_devinfo *di, void *arg)
{

	return strcmp(di->di_name, arg) == 0 ? ((char *)arg)[0] = '\0', 1 : 0;
}

static inline int
has(const char *name)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%s", name);
	(void)rump_pub_dev_list(one, buf);
	return buf[0] == '\0';
}

/* What is there when nothing is: values after a first controller went. */
static int64_t before[64];
static unsigned naudit;

static inline void
note(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (naudit < 64)
		before[naudit++] = now;
}

/* Caches keep things; all else has to be as before. */
static void
compare(const char *name, int64_t baseline, int64_t now, void *arg)
{
	static const char *const exact[] = {
		"bus space regions", "devices", "dma maps", "dma memory", "I/O buffers",
		"interrupt handlers", "kthreads", "loaded dma maps", "lwps", "mbufs",
		"pending callouts", "queued works",
	};
	unsigned i = naudit++;

	for (unsigned j = 0; j < sizeof(exact) / sizeof(exact[0]); j++) {
		if (strcmp(name, exact[j]) == 0 && now != before[i]) {
			printf("%s: %lld before, %lld now\n", name, (long long)before[i],
			    (long long)now);
			*(int *)arg = 1;
		}
	}
}

static inline int
leaks(void)
{
	int bad = 0;

	naudit = 0;
	(void)rump_pub_audit(compare, &bad);
	return bad;
}

/* Random reads and writes of any length, compared with a copy. */
static inline void
exercise(const char *path, unsigned sector, int rounds)
{
	uint8_t *copy = malloc(SIZE), *buf = malloc(1 << 17);
	uint32_t x = 1;
	int fd;

	memcpy(copy, medium, SIZE);
	WORKS(fd = rump_sys_open(path, RUMP_O_RDWR));
	for (int i = 0; i < rounds; i++) {
		size_t n, off;

		x = x * 1664525 + 1013904223;
		n = (1 + (x >> 8) % (131072 / sector - 1)) * sector;
		off = (x >> 16) % (SIZE / sector) * sector;
		if (off + n > SIZE)
			n = SIZE - off;
		if (i & 1) {
			pattern(buf, n, x);
			ATF_REQUIRE_EQ(rump_sys_pwrite(fd, buf, n, off), (ssize_t)n);
			memcpy(copy + off, buf, n);
		} else {
			ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, n, off), (ssize_t)n);
			ATF_REQUIRE(memcmp(buf, copy + off, n) == 0);
		}
	}
	WORKS(rump_sys_close(fd));
	ATF_CHECK(memcmp(copy, medium, SIZE) == 0);
	free(copy);
	free(buf);
}

/* What reboots() returns of a controller, added up. */
#define	REBOOT_FLUSHED	10	/* since the last write */
#define	REBOOT_LEFT	1	/* the driver is detached, and it is off */
#define	REBOOT_NODMA	2	/* if not, it is no more a bus master */

static uint64_t (*end_flushes)(void), end_before;
static int (*end_idle)(struct pcim_dev *);

static void
end_of_process(void)
{
	int rv = (*end_flushes)() > end_before ? REBOOT_FLUSHED : 0;

	if ((*end_idle)(dev))
		rv += REBOOT_LEFT;
	else if ((pcim_conf_get(dev, 4, 2) & 4) == 0)
		rv += REBOOT_NODMA;
	_exit(rv);
}

/*
 * A process that writes to the disk and reboots, with the disk open or not,
 * and asleep if that is named; what its controller was like at the end.
 */
static inline int
reboots(void (*begin)(void), uint64_t (*flushes)(void), int (*idle)(struct pcim_dev *),
    const char *path, int open, const char *asleep)
{
	uint8_t buf[512] = { 0 };
	int fd, status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		(*begin)();
		fd = rump_sys_open(path, RUMP_O_RDWR);
		if (rump_sys_pwrite(fd, buf, 512, 0) != 512)
			_exit(30);
		end_flushes = flushes;
		end_idle = idle;
		end_before = (*flushes)();
		if (!open)
			(void)rump_sys_close(fd);
		if (asleep != NULL && rump_pub_dev_suspend(asleep) != 0)
			_exit(32);
		atexit(end_of_process);
		(void)rump_sys_reboot(0, NULL);
		_exit(31);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * A crash dump, which goes where it should while writes are under way that it
 * does not lose, and leaves a disk that works.  The blocks of this disk are
 * named by path.
 */
static inline void
crash_dump(const char *disk, const char *path, unsigned sector)
{
	static uint8_t buf[100 << 10], other[256 << 10];
	const size_t at = DUMPTEST_OFFSET * sector + 4096;
	int fd;

	WORKS(fd = rump_sys_open(path, RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 3);
	ATF_CHECK_EQ(rump_dumptest_run(disk, 8, buf, sizeof(buf)), 0);
	ATF_CHECK(memcmp(medium + at, buf, sizeof(buf)) == 0);

	pattern(other, sizeof(other), 4);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, other, sizeof(other), 512 << 10),
	    (ssize_t)sizeof(other));
	pattern(buf, sizeof(buf), 5);
	ATF_CHECK_EQ(rump_dumptest_silently(disk, 8, buf, sizeof(buf)), 0);
	ATF_CHECK(memcmp(medium + at, buf, sizeof(buf)) == 0);
	WORKS(rump_sys_fsync(fd));
	ATF_CHECK(memcmp(medium + (512 << 10), other, sizeof(other)) == 0);

	ATF_CHECK_EQ(rump_dumptest_run(disk, SIZE / 512 - DUMPTEST_OFFSET * (sector / 512) - 8,
	    buf, 4096), 0);
	ATF_CHECK(memcmp(medium + SIZE - 4096, buf, 4096) == 0);
	ATF_CHECK_EQ(rump_dumptest_run(disk, SIZE / 512 - DUMPTEST_OFFSET * (sector / 512), buf,
	    4096), RUMP_EINVAL);
	WORKS(rump_sys_close(fd));
}

#endif /* TESTS_NVME_DISKTEST_H */
