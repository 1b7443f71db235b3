/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Files larger than the memory that the kernel may use: pages and buffers are
 * given back and written as they are needed, and nothing is lost.
 */

#include <sys/uio.h>

#include "../fs_msdos/fat.h"

#define	FILESIZE	(24U << 20)
#define	CHUNK		(128U << 10)

static uint8_t
at(size_t off)
{

	return off * 31 + (off >> 12);
}

ATF_TC_WITHOUT_HEAD(file);
ATF_TC_BODY(file, tc)
{
	static uint8_t buf[CHUNK];
	size_t off, i;
	int fd, round;

	setenv("RUMP_MEMLIMIT", "6m", 1);
	mkfs(32768, "-F 16 -s 8");
	boot();
	mounted(0, 0);
	fd = rump_sys_open(MNT "/BIG", RUMP_O_CREAT | RUMP_O_RDWR, 0644);
	ATF_REQUIRE(fd != -1);
	for (off = 0; off < FILESIZE; off += CHUNK) {
		for (i = 0; i < CHUNK; i++)
			buf[i] = at(off + i);
		ATF_REQUIRE_EQ(rump_sys_write(fd, buf, CHUNK), (ssize_t)CHUNK);
	}
	for (round = 0; round < 2; round++) {
		for (off = 0; off < FILESIZE; off += CHUNK) {
			ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, CHUNK, off),
			    (ssize_t)CHUNK);
			for (i = 0; i < CHUNK; i++)
				ATF_REQUIRE_EQ(buf[i], at(off + i));
		}
	}
	/* Many small changes far apart. */
	for (off = 0; off < FILESIZE; off += 4096)
		ATF_REQUIRE_EQ(rump_sys_pwrite(fd, "xyz", 3, off + 7), 3);
	ATF_REQUIRE_EQ(rump_sys_fsync(fd), 0);
	for (off = 0; off < FILESIZE; off += 4096) {
		ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, 12, off), 12);
		ATF_REQUIRE_EQ(buf[6], at(off + 6));
		ATF_REQUIRE_EQ(memcmp(buf + 7, "xyz", 3), 0);
		ATF_REQUIRE_EQ(buf[10], at(off + 10));
	}
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);
	unmounted();
	sound();
}

/* One write of more than there is, and one of many pieces that end anywhere. */
ATF_TC_WITHOUT_HEAD(writes);
ATF_TC_BODY(writes, tc)
{
	static uint8_t big[16U << 20];
	static struct iovec iov[1000];
	size_t i, off;
	int fd;

	setenv("RUMP_MEMLIMIT", "6m", 1);
	mkfs(40960, "-F 16 -s 4");
	boot();
	mounted(0, 0);
	for (i = 0; i < sizeof(big); i++)
		big[i] = at(i);
	fd = rump_sys_open(MNT "/ONE", RUMP_O_CREAT | RUMP_O_RDWR, 0644);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(rump_sys_write(fd, big, sizeof(big)),
	    (ssize_t)sizeof(big));
	memset(big, 0, sizeof(big));
	ATF_REQUIRE_EQ(rump_sys_pread(fd, big, sizeof(big), 0),
	    (ssize_t)sizeof(big));
	for (i = 0; i < sizeof(big); i++)
		ATF_REQUIRE_EQ(big[i], at(i));
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);

	fd = rump_sys_open(MNT "/TWO", RUMP_O_CREAT | RUMP_O_RDWR, 0644);
	ATF_REQUIRE(fd != -1);
	for (off = i = 0; i < 1000; i++) {
		iov[i].iov_base = big + off;
		iov[i].iov_len = 12345 + i % 7;
		off += iov[i].iov_len;
	}
	ATF_REQUIRE_EQ(rump_sys_writev(fd, iov, 1000), (ssize_t)off);
	memset(big, 0, sizeof(big));
	ATF_REQUIRE_EQ(rump_sys_pread(fd, big, off, 0), (ssize_t)off);
	for (i = 0; i < off; i++)
		ATF_REQUIRE_EQ(big[i], at(i));
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);
	unmounted();
	sound();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, file);
	ATF_TP_ADD_TC(tp, writes);
	return atf_no_error();
}
