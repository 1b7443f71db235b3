/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Host files and images at paths of the kernel: rump_etfs(3).
 */

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#define	SIZE	(64 * 1024 + 100)

static uint8_t image[SIZE];

static void
boot(void)
{
	size_t i;

	for (i = 0; i < SIZE; i++)
		image[i] = i / 512;
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_image_add_mem("image", image, SIZE, 1), 0);
}

ATF_TC_WITHOUT_HEAD(keys);
ATF_TC_BODY(keys, tc)
{

	boot();
	ATF_CHECK_EQ(rump_pub_etfs_register("/dev/a", "image",
	    RUMP_ETFS_BLK), 0);
	ATF_CHECK_EQ(rump_pub_etfs_register("//dev/a", "image",
	    RUMP_ETFS_BLK), RUMP_EEXIST);
	ATF_CHECK_EQ(rump_pub_etfs_register("dev/a", "image",
	    RUMP_ETFS_BLK), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_register("/", "image", RUMP_ETFS_BLK),
	    RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_register("/b", "no such file",
	    RUMP_ETFS_BLK), RUMP_ENOENT);
	ATF_CHECK_EQ(rump_pub_etfs_register("/b", "image", RUMP_ETFS_DIR),
	    RUMP_ENOTDIR);
	ATF_CHECK_EQ(rump_pub_etfs_register("/b", ".", RUMP_ETFS_REG),
	    RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_register_withsize("/b", ".",
	    RUMP_ETFS_DIR, 0, 512), RUMP_EISDIR);
	ATF_CHECK_EQ(rump_pub_etfs_register_withsize("/b", "image",
	    RUMP_ETFS_BLK, SIZE + 1, RUMP_ETFS_SIZE_ENDOFF), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_register_withsize("/b", "image",
	    RUMP_ETFS_BLK, 1, SIZE), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_register_withsize("/b", "image",
	    RUMP_ETFS_BLK, UINT64_MAX - 1, 4), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/b"), RUMP_ENOENT);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/dev/a"), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/dev/a"), RUMP_ENOENT);
	ATF_CHECK_EQ(rump_pub_etfs_register("/dev/a", "image",
	    RUMP_ETFS_BLK), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/dev/a"), 0);
}

/* Character and block side of a whole image; its end is no multiple of 512. */
ATF_TC_WITHOUT_HEAD(whole);
ATF_TC_BODY(whole, tc)
{
	uint8_t buf[4096];
	int fd, i;
	static const enum rump_etfs_type types[] =
	    { RUMP_ETFS_BLK, RUMP_ETFS_CHR };

	boot();
	for (i = 0; i < 2; i++) {
		ATF_REQUIRE_EQ(rump_pub_etfs_register("/disk", "image",
		    types[i]), 0);
		fd = rump_sys_open("/disk", RUMP_O_RDWR);
		ATF_REQUIRE(fd >= 0);
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, 4096, 512 * 8), 4096);
		ATF_CHECK_EQ(buf[0], 8);
		ATF_CHECK_EQ(buf[4095], 15);
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 64 * 1024), 100);
		ATF_CHECK_EQ(buf[99], 128);
		memset(buf, 0x99, sizeof(buf));
		ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 1024, 512 * 4), 1024);
		ATF_CHECK_EQ(rump_sys_fsync(fd), 0);
		ATF_CHECK_EQ(image[512 * 4], 0x99);
		ATF_CHECK_EQ(image[512 * 6 - 1], 0x99);
		ATF_CHECK_EQ(image[512 * 6], 6);
		ATF_CHECK_EQ(rump_pub_etfs_remove("/disk"), RUMP_EBUSY);
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
		ATF_CHECK_EQ(rump_pub_etfs_remove("/disk"), 0);
	}
}

/* A window of an image, at any byte. */
ATF_TC_WITHOUT_HEAD(window);
ATF_TC_BODY(window, tc)
{
	uint8_t buf[2048];
	int fd;

	boot();
	ATF_REQUIRE_EQ(rump_pub_etfs_register_withsize("/disk", "image",
	    RUMP_ETFS_CHR, 512 * 10 + 5, 1024), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDWR);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 2048, 0), 1024);
	ATF_CHECK_EQ(memcmp(buf, image + 512 * 10 + 5, 1024), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 1024), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 1536), -1);
	memset(buf, 0xee, sizeof(buf));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 1024, 512), 512);
	ATF_CHECK_EQ(image[512 * 10 + 5 + 511], 10 + 1);
	ATF_CHECK_EQ(image[512 * 10 + 5 + 512], 0xee);
	ATF_CHECK_EQ(image[512 * 10 + 5 + 1023], 0xee);
	ATF_CHECK_EQ(image[512 * 10 + 5 + 1024], 12);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/disk"), 0);
}

/* A file that has another size at the next open. */
ATF_TC_WITHOUT_HEAD(resized);
ATF_TC_BODY(resized, tc)
{
	uint8_t buf[512];
	int fd;

	boot();
	ATF_REQUIRE_EQ(system("head -c 4096 /dev/zero >img"), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/disk", "img",
	    RUMP_ETFS_CHR), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 4096), 0);
	ATF_REQUIRE_EQ(system("head -c 8192 /dev/zero >img"), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 4096), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 4096), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

ATF_TC_WITHOUT_HEAD(readonly);
ATF_TC_BODY(readonly, tc)
{
	static const uint8_t ro[4096];
	uint8_t buf[512];
	int fd;

	boot();
	ATF_REQUIRE_EQ(rumpuser_image_add_mem("ro", (void *)(uintptr_t)ro,
	    sizeof(ro), 0), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/ro", "ro", RUMP_ETFS_BLK), 0);
	ATF_CHECK_EQ(rump_sys_open("/ro", RUMP_O_RDWR), -1);
	fd = rump_sys_open("/ro", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/ro"), 0);
}

/* An injected error reaches the reader, and only that one. */
ATF_TC_WITHOUT_HEAD(faults);
ATF_TC_BODY(faults, tc)
{
	uint8_t buf[512];
	int fd;

	boot();
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/disk", "image",
	    RUMP_ETFS_CHR), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	rumpuser_fault_set(RUMPUSER_FAULT_BIO, 2, 0, RUMP_EIO);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 512), -1);
	ATF_CHECK_EQ(errno, EIO);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 512), 512);
	ATF_CHECK_EQ(buf[0], 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

/* Every allocation that may fail does: errors, and an end. */
ATF_TC_WITHOUT_HEAD(nomemory);
ATF_TC_BODY(nomemory, tc)
{
	uint8_t buf[4096];
	int fd, i;

	boot();
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/disk", "image",
	    RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDWR);
	ATF_REQUIRE(fd >= 0);
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 1, 1, RUMP_ENOMEM);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 4096, 0), -1);
	ATF_CHECK_EQ(errno, ENOMEM);
	for (i = 1; i < 12; i++) {
		rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, i, 0, RUMP_ENOMEM);
		if (rump_sys_pread(fd, buf, 4096, i * 4096) == 4096)
			ATF_CHECK_EQ(buf[0], i * 8);
		(void)rump_sys_pwrite(fd, buf, 100, i * 4096 + 50);
	}
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 0, 0, 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 4096, 0), 4096);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

/* Files and directories of the host. */
ATF_TC_WITHOUT_HEAD(hostfiles);
ATF_TC_BODY(hostfiles, tc)
{
	char buf[64];
	int fd;
	FILE *f;

	boot();
	ATF_REQUIRE_EQ(mkdir("dir", 0755), 0);
	f = fopen("dir/file", "w");
	ATF_REQUIRE(f != NULL);
	fputs("hello, kernel", f);
	fclose(f);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/f", "dir/file",
	    RUMP_ETFS_REG), 0);
	fd = rump_sys_open("/f", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 13);
	ATF_CHECK_EQ(memcmp(buf, "hello, kernel", 13), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/f"), 0);

	ATF_REQUIRE_EQ(rump_pub_etfs_register("/host", "dir",
	    RUMP_ETFS_DIR_SUBDIRS), 0);
	fd = rump_sys_open("/host/file", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 6, 7), 6);
	ATF_CHECK_EQ(memcmp(buf, "kernel", 6), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_sys_open("/host/none", RUMP_O_RDONLY), -1);
	ATF_CHECK_EQ(errno, ENOENT);
}

/* A file grows as it is written; a window of it does not. */
ATF_TC_WITHOUT_HEAD(growing);
ATF_TC_BODY(growing, tc)
{
	struct rump_stat st;
	char buf[64];
	int fd;

	boot();
	ATF_REQUIRE_EQ(system("printf 12345 >file"), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/f", "file",
	    RUMP_ETFS_REG), 0);
	fd = rump_sys_open("/f", RUMP_O_RDWR);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, "abcdef", 6, 3), 6);
	ATF_CHECK_EQ(rump_sys_fstat(fd, &st), 0);
	ATF_CHECK_EQ(st.st_size, 9);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 9);
	ATF_CHECK_EQ(memcmp(buf, "123abcdef", 9), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/f"), 0);
	ATF_CHECK_EQ(system("test \"$(cat file)\" = 123abcdef"), 0);

	ATF_REQUIRE_EQ(rump_pub_etfs_register_withsize("/f", "file",
	    RUMP_ETFS_REG, 2, 4), 0);
	fd = rump_sys_open("/f", RUMP_O_RDWR);
	ATF_REQUIRE(fd >= 0);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, "xyz", 3, 2), -1);
	ATF_CHECK_EQ(errno, RUMP_ENOSPC);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, "xyz", 3, 4), -1);
	ATF_CHECK_EQ(errno, RUMP_ENOSPC);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(system("test \"$(cat file)\" = 123axydef"), 0);
}

/* The key of a file is no directory; what is below it is another name. */
ATF_TC_WITHOUT_HEAD(prefix);
ATF_TC_BODY(prefix, tc)
{

	boot();
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/k", "image",
	    RUMP_ETFS_REG), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/k//with/slashes", "image",
	    RUMP_ETFS_REG), 0);
	ATF_CHECK(rump_sys_open("/k", RUMP_O_RDONLY) >= 0);
	ATF_CHECK(rump_sys_open("//k//with/slashes", RUMP_O_RDONLY) >= 0);
	ATF_CHECK_EQ(rump_sys_open("/k/with/slashes", RUMP_O_RDONLY), -1);
	ATF_CHECK_EQ(errno, RUMP_ENOENT);
}

/* Asked for before boot. */
ATF_TC_WITHOUT_HEAD(atboot);
ATF_TC_BODY(atboot, tc)
{
	static struct rump_boot_etfs eb[3] = {
		{ .eb_key = "/a", .eb_hostpath = "f", .eb_type = RUMP_ETFS_REG,
		    .eb_size = RUMP_ETFS_SIZE_ENDOFF },
		{ .eb_key = "/b", .eb_hostpath = "f", .eb_type = RUMP_ETFS_CHR,
		    .eb_begin = 1, .eb_size = 2 },
		{ .eb_key = "/c", .eb_hostpath = "none",
		    .eb_type = RUMP_ETFS_REG },
	};
	char buf[8];
	int fd, i;

	ATF_REQUIRE_EQ(system("printf 12345 >f"), 0);
	for (i = 0; i < 3; i++) {
		rump_boot_etfs_register(&eb[i]);
		ATF_CHECK_EQ(eb[i].eb_status, -1);
	}
	boot();
	ATF_CHECK_EQ(eb[0].eb_status, 0);
	ATF_CHECK_EQ(eb[1].eb_status, 0);
	ATF_CHECK_EQ(eb[2].eb_status, RUMP_ENOENT);
	fd = rump_sys_open("/a", RUMP_O_RDONLY);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 5);
	fd = rump_sys_open("/b", RUMP_O_RDONLY);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 2);
	ATF_CHECK_EQ(memcmp(buf, "23", 2), 0);
}

/* A device larger than the memory that the kernel may use. */
ATF_TC_WITHOUT_HEAD(memlimit);
ATF_TC_BODY(memlimit, tc)
{
	static uint8_t big[16 << 20], buf[65536];
	size_t off;
	int fd;

	setenv("RUMP_MEMLIMIT", "6m", 1);
	boot();
	for (off = 0; off < sizeof(big); off++)
		big[off] = off >> 12;
	ATF_REQUIRE_EQ(rumpuser_image_add_mem("big", big, sizeof(big), 1), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register("/big", "big", RUMP_ETFS_BLK),
	    0);
	fd = rump_sys_open("/big", RUMP_O_RDWR);
	ATF_REQUIRE(fd >= 0);
	for (off = 0; off < sizeof(big); off += sizeof(buf)) {
		ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, sizeof(buf), off),
		    (ssize_t)sizeof(buf));
		ATF_REQUIRE_EQ(memcmp(buf, big + off, sizeof(buf)), 0);
	}
	for (off = 0; off < sizeof(big); off += sizeof(buf)) {
		memset(buf, off >> 16, sizeof(buf));
		ATF_REQUIRE_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), off),
		    (ssize_t)sizeof(buf));
	}
	ATF_CHECK_EQ(rump_sys_fsync(fd), 0);
	for (off = 0; off < sizeof(big); off++)
		ATF_REQUIRE_EQ(big[off], (uint8_t)(off >> 16));
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

/* RUMP_BLKFAIL: the same transfers fail each time. */
static void
blkfail_run(char *result)
{
	uint8_t buf[512];
	int fd, i;

	ATF_REQUIRE_EQ(rump_pub_etfs_register("/disk", "image",
	    RUMP_ETFS_CHR), 0);
	fd = rump_sys_open("/disk", RUMP_O_RDONLY);
	ATF_REQUIRE(fd >= 0);
	for (i = 0; i < 64; i++)
		result[i] = rump_sys_pread(fd, buf, 512, i * 512) == 512 ?
		    '.' : 'F';
	result[64] = '\0';
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_etfs_remove("/disk"), 0);
}

ATF_TC_WITHOUT_HEAD(blkfail);
ATF_TC_BODY(blkfail, tc)
{
	char a[65], b[65];

	setenv("RUMP_BLKFAIL", "3000", 1);
	setenv("RUMP_BLKFAIL_SEED", "7", 1);
	boot();
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	blkfail_run(a);
	ATF_REQUIRE_EQ(rumpuser_restore(), 0);
	blkfail_run(b);
	ATF_CHECK_STREQ(a, b);
	ATF_CHECK(strchr(a, 'F') != NULL);
	ATF_CHECK(strchr(a, '.') != NULL);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, atboot);
	ATF_TP_ADD_TC(tp, blkfail);
	ATF_TP_ADD_TC(tp, faults);
	ATF_TP_ADD_TC(tp, growing);
	ATF_TP_ADD_TC(tp, hostfiles);
	ATF_TP_ADD_TC(tp, keys);
	ATF_TP_ADD_TC(tp, memlimit);
	ATF_TP_ADD_TC(tp, nomemory);
	ATF_TP_ADD_TC(tp, prefix);
	ATF_TP_ADD_TC(tp, readonly);
	ATF_TP_ADD_TC(tp, resized);
	ATF_TP_ADD_TC(tp, whole);
	ATF_TP_ADD_TC(tp, window);
	return atf_no_error();
}
