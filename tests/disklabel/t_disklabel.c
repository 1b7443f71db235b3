/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Partition tables: what the seeds of fuzz_disklabel hold is found, and its
 * mutator leaves checksums right nearly always.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#include "fsops.h"
#include "mutate.h"

static struct fsinput fi;
static uint8_t data[65536];
static size_t len;

static void
load(const char *seed)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), TOP "/corpus/fuzz_disklabel/seed-%s", seed);
	ATF_REQUIRE_MSG((f = fopen(path, "r")) != NULL, "%s", path);
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	fsinput_parse(&fi, data, len);
}

struct wedge {
	char	w_dev[16];
	char	w_name[128];
	char	w_parent[16];
	int64_t	w_off;
	uint64_t w_size;
	char	w_type[32];
};

struct wedges {
	void	*ws_buf;
	size_t	ws_bufsize;
	unsigned ws_n, ws_copied;
};

#define	DIOCLWEDGES	(0xc0000000UL | sizeof(struct wedges) << 16 | 'd' << 8 | 124)

/* The wedges of a seed's disk, one a line. */
static const char *
wedges(const char *seed, unsigned secsize)
{
	static char text[4096];
	struct wedge w[16];
	struct wedges ws = { w, sizeof(w), 0, 0 };
	struct fsdev *dev = fsdev_create();
	char image[16];
	unsigned i;
	int fd;

	load(seed);
	fsdev_load(dev, &fi);
	snprintf(image, sizeof(image), "imgdk.%u", secsize);
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_image_add(image, fi.fi_size, 0, &fsdev_ops, dev), 0);
	ATF_REQUIRE_EQ(rump_pub_dev_rescan("mainbus0", "mainbus", NULL), 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rimgdk0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCLWEDGES, &ws), 0);
	text[0] = '\0';
	for (i = 0; i < ws.ws_copied; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %s %lld+%llu %s\n",
		    w[i].w_dev, w[i].w_name, (long long)w[i].w_off,
		    (unsigned long long)w[i].w_size, w[i].w_type);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("imgdk0", 0), 0);
	ATF_CHECK_EQ(rumpuser_image_remove(image), 0);
	return text;
}

#define	WEDGES(tc, seed, secsize, expected)				\
ATF_TC_WITHOUT_HEAD(tc);						\
ATF_TC_BODY(tc, t)							\
{									\
									\
	ATF_CHECK_STREQ(wedges(seed, secsize), expected);		\
}

WEDGES(mbr, "mbr", 512,
    "dk0 imgdk0e 64+256 msdos\ndk1 imgdk0f 320+128 ext2fs\ndk2 imgdk0g 512+512 \n"
    "dk3 imgdk0h 1024+64 swap\n")
WEDGES(mbr_chain, "mbr-chain", 512,
    "dk0 imgdk0e 64+128 msdos\ndk1 imgdk0f 272+64 ext2fs\ndk2 imgdk0g 400+64 ntfs\n"
    "dk3 imgdk0h 528+64 \n")
WEDGES(gpt, "gpt", 512,
    "dk0 part0 40+64 msdos\ndk1 part1 104+512 ffs\ndk2 part2 616+64 swap\n"
    "dk3 part3 700+1301 ext2fs\n")
WEDGES(gpt_backup, "gpt-backup", 512, "dk0 part0 40+64 msdos\ndk1 part1 104+1097 ext2fs\n")
WEDGES(gpt_4k, "gpt-4k", 4096, "dk0 part0 10+31 msdos\ndk1 part1 41+260 ffs\n")
WEDGES(gpt_names, "gpt-names", 512,
    "dk0 same 40+10 ffs\ndk1 02020202-0202-0202-0202-020202020202 50+10 ffs\n"
    "dk2 \xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9 60+10 ffs\n")
WEDGES(bsd, "bsd", 512,
    "dk0 imgdk0a 64+256 ffs\ndk1 imgdk0b 320+64 swap\ndk2 imgdk0e 512+1024 ext2fs\n")
WEDGES(bsd_swapped, "bsd-swapped", 512,
    "dk0 imgdk0a 64+256 ffs\ndk1 imgdk0b 320+64 swap\ndk2 imgdk0e 512+1024 ext2fs\n")
WEDGES(bsd_in_mbr, "bsd-in-mbr", 512, "dk0 imgdk0a 128+256 ffs\ndk1 imgdk0b 384+64 swap\n")
WEDGES(bsd_lies, "bsd-lies", 512, "")
WEDGES(empty, "empty", 512, "")

static uint32_t
le32(size_t off)
{
	uint8_t b[4] = { 0 };
	struct fsmut fm = { .fm_data = data, .fm_fi = &fi };

	mut_peek(&fm, off, b, 4);
	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The header's checksum as it should be: bit by bit, from the definition. */
static uint32_t
header_crc(void)
{
	struct fsmut fm = { .fm_data = data, .fm_fi = &fi };
	uint32_t crc = 0xffffffff, n = le32(512 + 12), i;
	uint8_t b[512];
	unsigned k;

	if (n > 512)
		n = 512;
	mut_peek(&fm, 512, b, sizeof(b));
	memset(b + 16, 0, 4);
	for (i = 0; i < n; i++) {
		crc ^= b[i];
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Of a thousand mutations of a GPT most change it and leave it believable. */
ATF_TC_WITHOUT_HEAD(repair_gpt);
ATF_TC_BODY(repair_gpt, t)
{
	unsigned seed, changed = 0, right = 0;
	uint8_t before[sizeof(data)];
	struct fsmut fm;

	for (seed = 1; seed <= 1000; seed++) {
		load("gpt-ops");
		memcpy(before, data, len);
		fm = (struct fsmut){ .fm_data = data, .fm_fi = &fi,
			.fm_rand = seed * 0x9e3779b97f4a7c15ull };
		mutate_label(&fm);
		changed += memcmp(before, data, len) != 0;
		right += le32(512 + 16) == header_crc();
	}
	ATF_CHECK_MSG(changed > 500, "%u changed", changed);
	ATF_CHECK_MSG(right > 900 && right < 1000, "%u have the right checksum", right);
}

ATF_TC_WITHOUT_HEAD(repair_bsd);
ATF_TC_BODY(repair_bsd, t)
{
	unsigned seed, changed = 0, right = 0, i, n;
	uint8_t before[sizeof(data)];
	struct fsmut fm;
	uint16_t sum;

	for (seed = 1; seed <= 1000; seed++) {
		load("bsd");
		memcpy(before, data, len);
		fm = (struct fsmut){ .fm_data = data, .fm_fi = &fi,
			.fm_rand = seed * 0x9e3779b97f4a7c15ull };
		mutate_label(&fm);
		changed += memcmp(before, data, len) != 0;
		n = le32(512 + 136) >> 16;
		for (sum = 0, i = 0; i < 148 + 16 * (n > 22 ? 22 : n); i += 2)
			sum ^= le32(512 + i);
		right += sum == 0;
	}
	ATF_CHECK_MSG(changed > 700, "%u changed", changed);
	ATF_CHECK_MSG(right > 850 && right < 1000, "%u have the right checksum", right);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, bsd);
	ATF_TP_ADD_TC(tp, bsd_in_mbr);
	ATF_TP_ADD_TC(tp, bsd_lies);
	ATF_TP_ADD_TC(tp, bsd_swapped);
	ATF_TP_ADD_TC(tp, empty);
	ATF_TP_ADD_TC(tp, gpt);
	ATF_TP_ADD_TC(tp, gpt_4k);
	ATF_TP_ADD_TC(tp, gpt_backup);
	ATF_TP_ADD_TC(tp, gpt_names);
	ATF_TP_ADD_TC(tp, mbr);
	ATF_TP_ADD_TC(tp, mbr_chain);
	ATF_TP_ADD_TC(tp, repair_bsd);
	ATF_TP_ADD_TC(tp, repair_gpt);
	return atf_no_error();
}
