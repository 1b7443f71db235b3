/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * vfio_disk [overflow] {DISK FILE}...: runs in a guest, on devices that were
 * passed through.  Writes each file to its disk, flushes, reads it back, and
 * says whether interrupts came for that.  With overflow, a driver's mistake that
 * a sanitizer sees comes last.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>

#define	CHUNK	65536
#define	DIOCCACHESYNC	0x80046476ul	/* _IOW('d', 118, int) */

void	rump_planted_overflow(void);

static void __attribute__((__noreturn__))
bad(const char *what, const char *name)
{

	printf("vfio_disk: %s %s: errno %d\n", what, name, errno);
	exit(1);
}

static uint64_t
interrupts(void)
{
	uint64_t n = 0;

	for (unsigned irq = 0; irq < 256; irq++)
		n += rump_pub_dev_intrcount(irq);
	return n;
}

/* Whether interrupts came. */
static int
one(const char *disk, const char *file)
{
	static uint8_t data[CHUNK], back[CHUNK];
	int fd = open(file, O_RDONLY), rfd = rump_sys_open(disk, RUMP_O_RDWR), on = 1;
	uint64_t before = interrupts();
	ssize_t n;
	off_t off;
	int came;

	if (fd == -1)
		bad("open", file);
	if (rfd == -1)
		bad("open", disk);
	for (off = 0; (n = pread(fd, data, CHUNK, off)) > 0; off += n)
		if (rump_sys_pwrite(rfd, data, n, off) != n)
			bad("write", disk);
	if (rump_sys_ioctl(rfd, DIOCCACHESYNC, &on) == -1)
		bad("flush", disk);
	for (off = 0; (n = pread(fd, data, CHUNK, off)) > 0; off += n)
		if (rump_sys_pread(rfd, back, n, off) != n || memcmp(data, back, n) != 0)
			bad("read back", disk);
	if (off == 0)
		bad("nothing in", file);
	rump_sys_close(rfd);
	close(fd);
	came = interrupts() > before;
	printf("vfio_disk: %s: %lld bytes written and read back, %s\n", disk, (long long)off,
	    came ? "interrupts came" : "no interrupt came");
	return came;
}

int
main(int argc, char **argv)
{
	int all = 1, i = 1, overflow = argc > 1 && strcmp(argv[1], "overflow") == 0;

	i += overflow;
	if (rump_init() != 0)
		bad("rump_init", "");
	rump_pub_dev_settle();
	for (; i + 1 < argc; i += 2)
		all &= one(argv[i], argv[i + 1]);
	fflush(stdout);
	if (overflow) {
		rump_schedule();
		rump_planted_overflow();
		rump_unschedule();
	}
	return !all;
}
