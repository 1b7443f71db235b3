/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a volume looks like if the machine stops between two writes: no two
 * files have a cluster in common, none has a free one, and files that nobody
 * touched are whole.  Clusters that belong to nobody, and two names for one
 * file in the middle of a rename, are all that may be amiss.
 */

#include "fat.h"

#include <rump/rumpuser_fuzz.h>

#define MAXWRITES 4096
#define IMAGE	"crash.img"

static struct write {
	uint64_t off;
	size_t	len;
	uint8_t *data;
} writes[MAXWRITES];
static unsigned nwrites;
static uint8_t *disk, *first;
static uint64_t disksize;

static int
disk_read(void *cookie, void *buf, size_t len, uint64_t off)
{

	memcpy(buf, disk + off, len);
	return 0;
}

static int
disk_write(void *cookie, const void *buf, size_t len, uint64_t off)
{
	struct write *w = &writes[nwrites++];

	ATF_REQUIRE(nwrites < MAXWRITES);
	w->off = off;
	w->len = len;
	w->data = malloc(len);
	memcpy(w->data, buf, len);
	memcpy(disk + off, buf, len);
	return 0;
}

static const struct rumpuser_image_ops ops = { .io_read = disk_read, .io_write = disk_write };

static void
load(void)
{
	FILE *f = fopen(IMG, "rb");

	ATF_REQUIRE(f != NULL);
	fseek(f, 0, SEEK_END);
	disksize = ftell(f);
	rewind(f);
	disk = malloc(disksize);
	first = malloc(disksize);
	ATF_REQUIRE_EQ(fread(first, 1, disksize, f), disksize);
	memcpy(disk, first, disksize);
	fclose(f);
}

/* The volume with the first n writes, in IMG and on the device. */
static void
stopped(unsigned n)
{
	FILE *f = fopen(IMG, "wb");
	unsigned i;

	memcpy(disk, first, disksize);
	for (i = 0; i < n; i++)
		memcpy(disk + writes[i].off, writes[i].data, writes[i].len);
	ATF_REQUIRE_EQ(fwrite(disk, 1, disksize, f), disksize);
	fclose(f);
}

static void
check(unsigned n, int renames)
{
	unsigned w = nwrites;

	stopped(n);
	sh("fsck.fat -n -v " IMG " >fsck.out 2>&1");
	if (sh("grep -q -e 'clusters beyond' -e 'free cluster' -e 'Bad' -e 'start cluster' -e 'circular' "
	    "-e 'Contains a free' fsck.out") == 0 ||
	    (!renames && sh("grep -q 'share' fsck.out") == 0)) {
		sh("cat fsck.out");
		atf_tc_fail("after write %u of %u", n, w);
	}
	mounted(RUMP_MNT_RDONLY, LONGNAMES);
	samefile(MNT "/keep.bin", 5000, 1);
	samefile(MNT "/dir/keep too, with a longer name", 3000, 2);
	unmounted();
	ATF_REQUIRE_EQ(nwrites, w);
}

static void
crash(unsigned kib, const char *options, void (*body)(void), int renames)
{
	unsigned n, i;

	mkfs(kib, options);
	ATF_REQUIRE_EQ(rump_init(), 0);
	load();
	ATF_REQUIRE_EQ(rumpuser_image_add(IMAGE, disksize, 0, &ops, NULL), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register(DEV, IMAGE, RUMP_ETFS_BLK), 0);
	WORKS(rump_sys_mkdir(MNT, 0777));
	mounted(0, LONGNAMES);
	ATF_REQUIRE_EQ(writefile(MNT "/keep.bin", 5000, 1), 0);
	WORKS(rump_sys_mkdir(MNT "/dir", 0755));
	ATF_REQUIRE_EQ(writefile(MNT "/dir/keep too, with a longer name", 3000, 2), 0);
	unmounted();
	memcpy(first, disk, disksize);
	nwrites = 0;

	mounted(0, LONGNAMES);
	body();
	unmounted();
	n = nwrites;
	ATF_REQUIRE(n > 10);
	for (i = 0; i <= n; i++)
		check(i, renames);
	sound();
}

static void
makeremove(void)
{
	char p[64];
	int i, r;

	for (r = 0; r < 4; r++) {
		for (i = 0; i < 6; i++) {
			snprintf(p, sizeof(p), MNT "/file %d", i);
			ATF_REQUIRE_EQ(writefile(p, 700 * (i + r) + 1, i), 0);
		}
		if (r == 1)
			rump_sys_sync();
		for (i = 0; i < 6; i += 2) {
			snprintf(p, sizeof(p), MNT "/file %d", i);
			WORKS(rump_sys_unlink(p));
		}
		snprintf(p, sizeof(p), MNT "/dir/sub%d", r);
		WORKS(rump_sys_mkdir(p, 0755));
		strcat(p, "/in it");
		ATF_REQUIRE_EQ(writefile(p, 1500, r), 0);
		if (r == 2) {
			WORKS(rump_sys_unlink(p));
			*strrchr(p, '/') = '\0';
			WORKS(rump_sys_rmdir(p));
		}
		snprintf(p, sizeof(p), MNT "/file %d", 1);
		WORKS(rump_sys_truncate(p, 100));
		WORKS(rump_sys_truncate(p, 4000));
	}
}

static void
renames(void)
{
	char p[64], q[64];
	int i;

	for (i = 0; i < 12; i++) {
		snprintf(p, sizeof(p), MNT "/a file to move %d", i);
		ATF_REQUIRE_EQ(writefile(p, 300 * i, i), 0);
	}
	rump_sys_sync();
	for (i = 0; i < 12; i++) {
		snprintf(p, sizeof(p), MNT "/a file to move %d", i);
		snprintf(q, sizeof(q), i % 3 == 0 ? MNT "/dir/moved %d" : i % 3 == 1 ?
		    MNT "/moved %d" : MNT "/A FILE TO MOVE %d", i);
		WORKS(rump_sys_rename(p, q));
	}
	WORKS(rump_sys_rename(MNT "/moved 1", MNT "/dir/moved 3"));
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	rump_sys_sync();
	WORKS(rump_sys_rename(MNT "/d", MNT "/dir/d"));
}

ATF_TC_WITHOUT_HEAD(fat12);
ATF_TC_BODY(fat12, tc)
{
	crash(256, "-F 12 -s 1 -f 2", makeremove, 0);
}
ATF_TC_WITHOUT_HEAD(fat16);
ATF_TC_BODY(fat16, tc)
{
	crash(4096, "-F 16 -s 1 -f 1 -R 1", makeremove, 0);
}
ATF_TC_WITHOUT_HEAD(rename);
ATF_TC_BODY(rename, tc)
{
	crash(256, "-F 12 -s 1 -f 2", renames, 1);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fat12);
	ATF_TP_ADD_TC(tp, fat16);
	ATF_TP_ADD_TC(tp, rename);
	return atf_no_error();
}
