/* SPDX-License-Identifier: BSD-2-Clause */

/* msdosfs: volumes, names, sizes, times, errors, one thing at a time. */

#include "fat.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Volumes of each kind: what mtools wrote is read, what we write it reads. */
static void
bothways(unsigned kib, const char *options)
{

	mkfs(kib, options);
	SH("i=0; while [ $i -lt 900 ]; do echo line $i; i=$((i+1)); done >host.txt");
	SH("mmd -i " IMG " ::/dir ::/dir/sub");
	SH("mcopy -i " IMG " host.txt '::/dir/sub/A long name indeed.text'");
	SH("mcopy -i " IMG " host.txt ::/SHORT.TXT");
	boot();
	mounted(0, LONGNAMES);
	size_t n;
	uint8_t *got = readfile(MNT "/dir/sub/a LONG name indeed.text", &n);
	ATF_REQUIRE_MSG(got != NULL, "%s", strerror(oserr()));
	FILE *f = fopen("got.txt", "wb");
	fwrite(got, 1, n, f);
	fclose(f);
	free(got);
	SH("cmp got.txt host.txt");
	ATF_REQUIRE_EQ(writefile(MNT "/dir/made here.bin", 10000, 1), 0);
	ATF_REQUIRE_EQ(writefile(MNT "/SHORT.TXT", 100, 2), 0);
	WORKS(rump_sys_mkdir(MNT "/dir/New Directory", 0755));
	ATF_REQUIRE_EQ(writefile(MNT "/dir/New Directory/x", 1, 3), 0);
	unmounted();
	sound();
	uint8_t want[10000];
	pattern(want, sizeof(want), 1);
	f = fopen("want.bin", "wb");
	fwrite(want, 1, sizeof(want), f);
	fclose(f);
	SH("mcopy -n -i " IMG " '::/dir/made here.bin' got.bin && cmp got.bin want.bin");
	SH("test $(mtype -i " IMG " ::/SHORT.TXT | wc -c) = 100");
	SH("mcopy -n -i " IMG " '::/dir/New Directory/x' x");
	mounted(RUMP_MNT_RDONLY, LONGNAMES);
	samefile(MNT "/dir/made here.bin", 10000, 1);
	samefile(MNT "/SHORT.TXT", 100, 2);
	unmounted();
}

#define BOTHWAYS(name, kib, options)		\
ATF_TC_WITHOUT_HEAD(name);			\
ATF_TC_BODY(name, tc)				\
{						\
	bothways(kib, options);			\
}
BOTHWAYS(fat12, 256, "-F 12 -s 1 -f 2 -r 112")
BOTHWAYS(fat12_floppy, 1440, "")
BOTHWAYS(fat16, 8192, "-F 16 -s 1 -f 2 -r 512")
BOTHWAYS(fat16_bigcluster, 131072, "-F 16 -s 32 -f 2 -r 512")
BOTHWAYS(fat32, 40000, "-F 32 -s 1 -f 2")
BOTHWAYS(sector1024, 1024, "-F 12 -S 1024 -s 2 -f 1 -r 64")
BOTHWAYS(sector2048, 2048, "-F 12 -S 2048 -s 1 -f 1 -r 64")
BOTHWAYS(sector4096, 40000, "-F 12 -S 4096 -s 4 -f 2 -r 128")
BOTHWAYS(cluster64k, 65536, "-F 12 -s 128 -f 2 -r 512")
BOTHWAYS(cluster256k, 65536, "-F 12 -S 4096 -s 64 -f 2 -r 128")

/* On FAT32 with mirroring off, only the active FAT is used. */
ATF_TC_WITHOUT_HEAD(active_fat);
ATF_TC_BODY(active_fat, tc)
{

	mkfs(40000, "-F 32 -s 1 -f 2 -R 32");
	poke(40, "\x81", 1);
	boot();
	mounted(0, LONGNAMES);
	ATF_REQUIRE_EQ(writefile(MNT "/file", 3000, 1), 0);
	unmounted();
	unsigned fatsz = peek(36) | peek(37) << 8;
	ATF_CHECK_EQ(peek(32 * 512 + 3 * 4), 0);
	ATF_CHECK(peek((32 + fatsz) * 512 + 3 * 4) != 0);
	mounted(RUMP_MNT_RDONLY, LONGNAMES);
	samefile(MNT "/file", 3000, 1);
	unmounted();
}

/* The clean bit is cleared by the first change and set by unmount. */
static void
cleanbit(unsigned kib, const char *options, long at, int bit)
{

	mkfs(kib, options);
	boot();
	mounted(0, LONGNAMES);
	ATF_CHECK((peek(at) & bit) != 0);
	ATF_REQUIRE_EQ(writefile(MNT "/a", 1, 1), 0);
	ATF_CHECK((peek(at) & bit) == 0);
	rump_sys_sync();
	ATF_CHECK((peek(at) & bit) == 0);
	unmounted();
	ATF_CHECK((peek(at) & bit) != 0);
	sound();
	/* One that was dirty stays so. */
	char c = peek(at) & ~bit;
	poke(at, &c, 1);
	mounted(0, LONGNAMES);
	ATF_REQUIRE_EQ(writefile(MNT "/b", 1, 1), 0);
	unmounted();
	ATF_CHECK((peek(at) & bit) == 0);
}
ATF_TC_WITHOUT_HEAD(clean16);
ATF_TC_BODY(clean16, tc)
{
	cleanbit(8192, "-F 16 -s 1 -f 1 -R 1", 515, 0x80);
}
ATF_TC_WITHOUT_HEAD(clean32);
ATF_TC_BODY(clean32, tc)
{
	cleanbit(40000, "-F 32 -s 1 -f 1 -R 32", 32 * 512 + 7, 0x08);
}

/* A device that failed is told of by the other bit, and only then. */
static void
errorbit(unsigned kib, const char *options, long at, int bit)
{
	char buf[512];
	int fd;

	mkfs(kib, options);
	boot();
	mounted(0, LONGNAMES);
	ATF_REQUIRE_EQ(writefile(MNT "/a", 3000, 1), 0);
	unmounted();
	ATF_CHECK((peek(at) & bit) != 0);
	mounted(0, LONGNAMES);
	ATF_REQUIRE((fd = rump_sys_open(MNT "/a", RUMP_O_RDONLY)) >= 0);
	rumpuser_fault_set(RUMPUSER_FAULT_BIO, 1, 0, RUMP_EIO);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	unmounted();
	ATF_CHECK((peek(at) & bit) == 0);
	/* Nobody but a checker of volumes sets it again. */
	mounted(0, LONGNAMES);
	samefile(MNT "/a", 3000, 1);
	unmounted();
	ATF_CHECK((peek(at) & bit) == 0);
}
ATF_TC_WITHOUT_HEAD(error16);
ATF_TC_BODY(error16, tc)
{
	errorbit(8192, "-F 16 -s 1 -f 1 -R 1", 515, 0x40);
}
ATF_TC_WITHOUT_HEAD(error32);
ATF_TC_BODY(error32, tc)
{
	errorbit(40000, "-F 32 -s 1 -f 1 -R 32", 32 * 512 + 7, 0x04);
}

/* The label: that of the root directory, else that of the boot sector. */
ATF_TC_WITHOUT_HEAD(label);
ATF_TC_BODY(label, tc)
{
	struct rump_statvfs sv;

	mkfs(128, "-F 12 -s 1 -f 1 -r 16 -R 1 -n MYLABEL");
	boot();
	mounted(RUMP_MNT_RDONLY, LONGNAMES);
	WORKS(rump_sys_statvfs1(MNT, &sv, RUMP_MNT_WAIT));
	ATF_CHECK_STREQ(sv.f_mntfromlabel, "MYLABEL");
	ATF_CHECK_STREQ(names(MNT), "");
	unmounted();
	poke(2 * 512, "OTHER  ", 7);
	mounted(RUMP_MNT_RDONLY, 0);
	WORKS(rump_sys_statvfs1(MNT, &sv, RUMP_MNT_WAIT));
	ATF_CHECK_STREQ(sv.f_mntfromlabel, "OTHER");
	unmounted();
	poke(2 * 512, "\xe5", 1);
	mounted(RUMP_MNT_RDONLY, 0);
	WORKS(rump_sys_statvfs1(MNT, &sv, RUMP_MNT_WAIT));
	ATF_CHECK_STREQ(sv.f_mntfromlabel, "MYLABEL");
	unmounted();
}

/* Nothing is written to a volume that was only looked at. */
ATF_TC_WITHOUT_HEAD(untouched);
ATF_TC_BODY(untouched, tc)
{

	mkfs(8192, "-F 16 -s 1");
	SH("echo x | mcopy -i " IMG " - ::/x");
	SH("cp " IMG " before");
	boot();
	mounted(RUMP_MNT_NOATIME, LONGNAMES);
	names(MNT);
	size_t n;
	free(readfile(MNT "/x", &n));
	unmounted();
	SH("cmp before " IMG);
}

ATF_TC_WITHOUT_HEAD(longnames);
ATF_TC_BODY(longnames, tc)
{
	char name[300];

	mkfs(1024, "-F 12 -s 1 -r 512");
	boot();
	mounted(0, LONGNAMES);
	memset(name, 'n', sizeof(name));
	memcpy(name, MNT "/", sizeof(MNT));
	name[sizeof(MNT) + 255] = '\0';
	ATF_REQUIRE_EQ(writefile(name, 1, 1), 0);
	WORKS(rump_sys_unlink(name));
	name[sizeof(MNT) + 255] = 'n';
	name[sizeof(MNT) + 256] = '\0';
	ATF_CHECK_EQ(writefile(name, 1, 1), ENAMETOOLONG);

	ATF_REQUIRE_EQ(writefile(MNT "/Mixed Case.Name", 10, 1), 0);
	EXISTS(MNT "/mixed case.name");
	EXISTS(MNT "/MIXEDC~1.NAM");
	FAILS(EEXIST, rump_sys_open(MNT "/MIXED CASE.NAME", RUMP_O_CREAT | RUMP_O_EXCL | RUMP_O_RDWR, 0644));
	ATF_CHECK_STREQ(names(MNT), "Mixed Case.Name ");
	/* Dots and blanks at the end don't count. */
	EXISTS(MNT "/Mixed Case.Name. .");
	/* Letters, and a character beyond 16 bits. */
	ATF_REQUIRE_EQ(writefile(MNT "/\xc3\xa4\xc3\xb6\xc3\xbc \xce\xb1\xce\xb2 \xf0\x9d\x84\x9e", 5, 2), 0);
	EXISTS(MNT "/\xc3\x84\xc3\x96\xc3\x9c \xce\x91\xce\x92 \xf0\x9d\x84\x9e");
	ATF_CHECK_EQ(writefile(MNT "/bad\xff", 1, 1), EINVAL);
	ATF_CHECK_EQ(writefile(MNT "/que?stion", 1, 1), EINVAL);
	ATF_CHECK_EQ(writefile(MNT "/co:lon", 1, 1), EINVAL);
	FAILS(ENOENT, rump_sys_access(MNT "/co:lon", 0));
	unmounted();
	sound();
	SH("mdir -b -i " IMG " | grep -q 'Mixed Case.Name'");
	SH("mdir -b -i " IMG " | grep -q '\xc3\xa4\xc3\xb6\xc3\xbc'");
}

/* Short names made from long ones are all different. */
ATF_TC_WITHOUT_HEAD(tails);
ATF_TC_BODY(tails, tc)
{
	char path[64];
	int i;

	mkfs(1440, "-F 12 -s 1 -r 512");
	boot();
	mounted(0, LONGNAMES);
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	ATF_REQUIRE_EQ(writefile(MNT "/d/LONGNA~3.TXT", 0, 0), 0);
	for (i = 0; i < 600; i++) {
		snprintf(path, sizeof(path), MNT "/d/long name number %d.txt", i);
		ATF_REQUIRE_EQ(writefile(path, 0, 0), 0);
	}
	EXISTS(MNT "/d/LONGNA~1.TXT");
	EXISTS(MNT "/d/LONGN~10.TXT");
	EXISTS(MNT "/d/LONG~601.TXT");
	FAILS(ENOENT, rump_sys_access(MNT "/d/LONG~602.TXT", 0));
	for (i = 0; i < 600; i += 2) {
		snprintf(path, sizeof(path), MNT "/d/LONG NAME number %d.txt", i);
		WORKS(rump_sys_unlink(path));
	}
	unmounted();
	sound();
	mounted(0, LONGNAMES);
	for (i = 0; i < 600; i++) {
		snprintf(path, sizeof(path), MNT "/d/long name number %d.txt", i);
		ATF_CHECK_EQ(rump_sys_access(path, 0), i % 2 ? 0 : -1);
	}
	unmounted();
}

/* -s: short names in lower case; without a flag the root directory decides. */
ATF_TC_WITHOUT_HEAD(shortnames);
ATF_TC_BODY(shortnames, tc)
{

	mkfs(256, "-F 12");
	SH("echo x | mcopy -i " IMG " - ::/README.TXT");
	boot();
	mounted(0, RUMP_MSDOSFSMNT_SHORTNAME);
	ATF_CHECK_STREQ(names(MNT), "readme.txt ");
	ATF_REQUIRE_EQ(writefile(MNT "/new.c", 1, 1), 0);
	ATF_CHECK_EQ(writefile(MNT "/far too long.text", 1, 1), EINVAL);
	unmounted();
	mounted(0, 0);
	ATF_CHECK_STREQ(names(MNT), "readme.txt new.c ");
	unmounted();
	mounted(0, RUMP_MSDOSFSMNT_LONGNAME);
	ATF_CHECK_STREQ(names(MNT), "README.TXT NEW.C ");
	ATF_REQUIRE_EQ(writefile(MNT "/A Long One", 1, 1), 0);
	unmounted();
	mounted(0, 0);
	ATF_CHECK_STREQ(names(MNT), "README.TXT NEW.C A Long One ");
	unmounted();
	/* -s sees its short name, and removes the long one with it. */
	mounted(0, RUMP_MSDOSFSMNT_SHORTNAME);
	ATF_CHECK_STREQ(names(MNT), "readme.txt new.c alongo~1 ");
	WORKS(rump_sys_unlink(MNT "/alongo~1"));
	unmounted();
	sound();
}

/* -9: slots of long names stay as they are. */
ATF_TC_WITHOUT_HEAD(nowin95);
ATF_TC_BODY(nowin95, tc)
{

	mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
	SH("echo x | mcopy -i " IMG " - '::/Long name of two'");
	boot();
	mounted(0, RUMP_MSDOSFSMNT_NOWIN95);
	ATF_CHECK_STREQ(names(MNT), "longna~1 ");
	WORKS(rump_sys_unlink(MNT "/longna~1"));
	ATF_REQUIRE_EQ(writefile(MNT "/b.c", 1, 1), 0);
	unmounted();
	ATF_CHECK_EQ(peek(1024), 0x42);
	ATF_CHECK_EQ(peek(1024 + 32), 0x01);
	ATF_CHECK_EQ(peek(1024 + 64), 'B');
	ATF_CHECK_EQ(peek(1024 + 64 + 16), 0);	/* no date of creation */
}

/* A file handle finds its file, and not the next one at its place. */
ATF_TC_WITHOUT_HEAD(handles);
ATF_TC_BODY(handles, tc)
{
	char fh[64];
	size_t len = 0;
	int fd;

	mkfs(128, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	ATF_REQUIRE_EQ(writefile(MNT "/d/f", 10, 1), 0);
	FAILS(E2BIG, rump_sys_getfh(MNT "/d/f", fh, &len));
	ATF_REQUIRE(len <= sizeof(fh));
	WORKS(rump_sys_getfh(MNT "/d/f", fh, &len));
	WORKS(fd = rump_sys_fhopen(fh, len, RUMP_O_RDONLY));
	rump_sys_close(fd);
	unmounted();
	mounted(0, LONGNAMES);
	WORKS(fd = rump_sys_fhopen(fh, len, RUMP_O_RDONLY));
	rump_sys_close(fd);
	WORKS(rump_sys_unlink(MNT "/d/f"));
	FAILS(ESTALE, rump_sys_fhopen(fh, len, RUMP_O_RDONLY));
	WORKS(rump_sys_mkdir(MNT "/d/f", 0755));
	FAILS(ESTALE, rump_sys_fhopen(fh, len, RUMP_O_RDONLY));
	WORKS(rump_sys_getfh(MNT "/d/f", fh, &len));
	WORKS(fd = rump_sys_fhopen(fh, len, RUMP_O_RDONLY));
	rump_sys_close(fd);
	unmounted();
}

/* The names that DOS and NT write specially. */
ATF_TC_WITHOUT_HEAD(oddnames);
ATF_TC_BODY(oddnames, tc)
{
	long root = 2 * 512;

	mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
	SH("echo x | mcopy -i " IMG " - ::/E5NAME.TXT; echo x | mcopy -i " IMG " - ::/LOWER.TXT");
	SH("echo x | mcopy -i " IMG " - ::/SLASH.TXT; echo x | mcopy -i " IMG " - ::/BLANK.TXT");
	poke(root, "\x05", 1);		/* stands for 0xe5, O with tilde */
	poke(root + 32 + 12, "\x08", 1);
	poke(root + 64 + 2, "/", 1);
	poke(root + 96, " ", 1);
	boot();
	mounted(0, LONGNAMES);
	ATF_CHECK_STREQ(names(MNT), "\xc3\x95" "5NAME.TXT lower.TXT SL_SH.TXT ");
	EXISTS(MNT "/\xc3\xb5" "5name.txt");
	EXISTS(MNT "/SL_SH.TXT");
	WORKS(rump_sys_unlink(MNT "/SL_SH.TXT"));
	WORKS(rump_sys_unlink(MNT "/\xc3\xb5" "5name.txt"));
	ATF_CHECK_STREQ(names(MNT), "lower.TXT ");
	unmounted();
}

/* A long name that is not sound is passed over; the file has its short one. */
ATF_TC_WITHOUT_HEAD(badlongnames);
ATF_TC_BODY(badlongnames, tc)
{
	static const struct {
		long off;
		const char *bytes;
		size_t len;
	} bad[] = {
		{ 0, "\xe5", 1 }, { 0, "\x43", 1 }, { 0, "\x40", 1 }, { 0, "\x7f", 1 },
		{ 13, "\x00", 1 }, { 1, "/", 2 }, { 32 + 1, "\0", 2 }, { 32, "\x02", 1 },
		{ 32 + 11, "\x08", 1 }, { 1, "\x00\xd8", 2 },
	};
	unsigned i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
		SH("echo x | mcopy -i " IMG " - '::/Long name of two'");
		poke(2 * 512 + bad[i].off, bad[i].bytes, bad[i].len);
		if (i == 0)
			boot();
		mounted(0, LONGNAMES);
		ATF_CHECK_STREQ(names(MNT), "LONGNA~1 ");
		EXISTS(MNT "/longna~1");
		FAILS(ENOENT, rump_sys_access(MNT "/Long name of two", 0));
		unmounted();
	}
}

ATF_TC_WITHOUT_HEAD(sizes);
ATF_TC_BODY(sizes, tc)
{
	struct rump_stat sb;
	uint8_t buf[6000];
	size_t i, n;
	int fd;

	mkfs(256, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	/* Old bytes must not come back when a file grows again. */
	ATF_REQUIRE_EQ(writefile(MNT "/f", 5000, 1), 0);
	WORKS(rump_sys_truncate(MNT "/f", 700));
	WORKS(rump_sys_truncate(MNT "/f", 6000));
	uint8_t *got = readfile(MNT "/f", &n);
	pattern(buf, sizeof(buf), 1);
	ATF_REQUIRE_EQ(n, 6000);
	ATF_CHECK_EQ(memcmp(got, buf, 700), 0);
	for (i = 700; i < n; i++)
		ATF_REQUIRE_EQ_MSG(got[i], 0, "byte %zu", i);
	free(got);
	/* A write behind the end fills the gap. */
	WORKS(rump_sys_truncate(MNT "/f", 100));
	fd = rump_sys_open(MNT "/f", RUMP_O_RDWR);
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, "end", 3, 9000), 3);
	WORKS(rump_sys_fstat(fd, &sb));
	ATF_CHECK_EQ(sb.st_size, 9003);
	ATF_CHECK_EQ(sb.st_blocks, 18);
	got = readfile(MNT "/f", &n);
	ATF_REQUIRE_EQ(n, 9003);
	for (i = 100; i < 9000; i++)
		ATF_REQUIRE_EQ_MSG(got[i], 0, "byte %zu", i);
	free(got);
	WORKS(rump_sys_ftruncate(fd, 0));
	WORKS(rump_sys_fsync(fd));
	rump_sys_close(fd);
	unmounted();
	sound();
	SH("mdir -i " IMG " | grep -q 'F  *0 \\|f  *0 '");
	/* More than 32 bits can hold, and more than the volume. */
	mounted(0, LONGNAMES);
	FAILS(EFBIG, rump_sys_truncate(MNT "/f", 0x100000000LL));
	FAILS(ENOSPC, rump_sys_truncate(MNT "/f", 0xffffffffLL));
	FAILS(ENOSPC, rump_sys_truncate(MNT "/f", 300000));
	fd = rump_sys_open(MNT "/f", RUMP_O_RDWR);
	FAILS(EFBIG, rump_sys_pwrite(fd, "x", 1, 0xffffffffLL));
	FAILS(ENOSPC, rump_sys_pwrite(fd, "x", 1, 0xfffffffeLL));
	rump_sys_close(fd);
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.st_size, 0);
	unmounted();
	sound();
}

static uint64_t
nfree(void)
{
	struct rump_statvfs sv;

	WORKS(rump_sys_statvfs1(MNT, &sv, RUMP_MNT_WAIT));
	return sv.f_bfree;
}

/* A full volume: nothing is lost, all comes back. */
ATF_TC_WITHOUT_HEAD(full);
ATF_TC_BODY(full, tc)
{
	static uint8_t buf[200000];
	uint64_t before, n;
	int fd, i;

	mkfs(128, "-F 12 -s 2 -r 16");
	boot();
	mounted(0, LONGNAMES);
	before = nfree();
	ATF_REQUIRE(before > 100);
	fd = rump_sys_open(MNT "/big", RUMP_O_CREAT | RUMP_O_RDWR, 0644);
	/* All or nothing, as for each write(2). */
	FAILS(ENOSPC, rump_sys_write(fd, buf, sizeof(buf)));
	ATF_CHECK_EQ(nfree(), before);
	for (n = 0; rump_sys_write(fd, buf, 1024) == 1024; n++)
		continue;
	ATF_CHECK_EQ(oserr(), ENOSPC);
	ATF_CHECK_EQ(n, before);
	ATF_CHECK_EQ(nfree(), 0);
	FAILS(ENOSPC, rump_sys_write(fd, buf, 1));
	FAILS(ENOSPC, rump_sys_mkdir(MNT "/dir", 0755));
	FAILS(ENOENT, rump_sys_access(MNT "/dir", 0));
	rump_sys_close(fd);
	/* A file without clusters still fits, until the root is full. */
	for (i = 0; i < 20; i++) {
		char path[32];

		snprintf(path, sizeof(path), MNT "/F%d", i);
		fd = rump_sys_open(path, RUMP_O_CREAT | RUMP_O_RDWR, 0644);
		if (fd == -1)
			break;
		rump_sys_close(fd);
	}
	ATF_CHECK_EQ(oserr(), ENOSPC);
	ATF_CHECK_EQ(i, 14);		/* "big" has two of 16 slots */
	unmounted();
	sound();
	mounted(0, LONGNAMES);
	WORKS(rump_sys_unlink(MNT "/big"));
	ATF_CHECK_EQ(nfree(), before);
	unmounted();
	sound();
}

/* A removed file lives until it is closed. */
ATF_TC_WITHOUT_HEAD(removed);
ATF_TC_BODY(removed, tc)
{
	struct rump_stat sb;
	char buf[8];
	uint64_t before;
	int fd;

	mkfs(128, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	before = nfree();
	ATF_REQUIRE_EQ(writefile(MNT "/f", 3000, 1), 0);
	fd = rump_sys_open(MNT "/f", RUMP_O_RDWR);
	WORKS(rump_sys_unlink(MNT "/f"));
	FAILS(ENOENT, rump_sys_access(MNT "/f", 0));
	/* Its slot has a new owner. */
	ATF_REQUIRE_EQ(writefile(MNT "/f", 100, 2), 0);
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, "still", 5, 5000), 5);
	ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, 5, 5000), 5);
	ATF_CHECK_EQ(memcmp(buf, "still", 5), 0);
	WORKS(rump_sys_fstat(fd, &sb));
	ATF_CHECK_EQ(sb.st_size, 5005);
	ATF_CHECK_EQ(sb.st_nlink, 0);
	rump_sys_close(fd);
	samefile(MNT "/f", 100, 2);
	ATF_CHECK_EQ(nfree(), before - 1);
	/* The same with a directory. */
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	WORKS(rump_sys_chdir(MNT "/d"));
	WORKS(rump_sys_rmdir(MNT "/d"));
	FAILS(ENOENT, rump_sys_open("x", RUMP_O_CREAT | RUMP_O_RDWR, 0644));
	WORKS(rump_sys_chdir("/"));
	unmounted();
	sound();
}

ATF_TC_WITHOUT_HEAD(renames);
ATF_TC_BODY(renames, tc)
{
	uint64_t before;

	mkfs(256, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	before = nfree();
	ATF_REQUIRE_EQ(writefile(MNT "/a", 1000, 1), 0);
	WORKS(rump_sys_rename(MNT "/a", MNT "/A longer name of it"));
	samefile(MNT "/A longer name of it", 1000, 1);
	FAILS(ENOENT, rump_sys_access(MNT "/a", 0));
	/* Only the letters' case. */
	WORKS(rump_sys_rename(MNT "/A longer name of it", MNT "/a LONGER name of it"));
	ATF_CHECK_STREQ(names(MNT), "a LONGER name of it ");
	/* Over another file. */
	ATF_REQUIRE_EQ(writefile(MNT "/b", 5000, 2), 0);
	WORKS(rump_sys_rename(MNT "/a longer name of it", MNT "/b"));
	samefile(MNT "/b", 1000, 1);
	ATF_CHECK_STREQ(names(MNT), "b ");
	ATF_CHECK_EQ(nfree(), before - 2);
	/* Directories: into each other, over empty ones, not into themselves. */
	WORKS(rump_sys_mkdir(MNT "/d1", 0755));
	WORKS(rump_sys_mkdir(MNT "/d2", 0755));
	WORKS(rump_sys_mkdir(MNT "/d1/sub", 0755));
	ATF_REQUIRE_EQ(writefile(MNT "/d1/sub/f", 600, 3), 0);
	FAILS(EINVAL, rump_sys_rename(MNT "/d1", MNT "/d1/sub/x"));
	FAILS(EINVAL, rump_sys_rename(MNT "/d1", MNT "/d1/x"));
	FAILS(ENOTEMPTY, rump_sys_rename(MNT "/d2", MNT "/d1"));
	FAILS(EISDIR, rump_sys_rename(MNT "/b", MNT "/d2"));
	FAILS(ENOTDIR, rump_sys_rename(MNT "/d2", MNT "/b"));
	WORKS(rump_sys_rename(MNT "/d1/sub", MNT "/d2/moved"));
	samefile(MNT "/d2/moved/f", 600, 3);
	samefile(MNT "/d2/moved/../moved/f", 600, 3);
	WORKS(rump_sys_rename(MNT "/d2/moved/f", MNT "/d1/g"));
	WORKS(rump_sys_rename(MNT "/d2/moved", MNT "/top"));
	WORKS(rump_sys_rename(MNT "/top", MNT "/d2"));
	FAILS(ENOTEMPTY, rump_sys_rmdir(MNT "/d1"));
	WORKS(rump_sys_unlink(MNT "/d1/g"));
	WORKS(rump_sys_rmdir(MNT "/d1"));
	WORKS(rump_sys_rmdir(MNT "/d2"));
	WORKS(rump_sys_unlink(MNT "/b"));
	ATF_CHECK_STREQ(names(MNT), "");
	ATF_CHECK_EQ(nfree(), before);
	unmounted();
	sound();
}

ATF_TC_WITHOUT_HEAD(attributes);
ATF_TC_BODY(attributes, tc)
{
	struct rump_stat sb;
	struct rump_timeval tv[2] = { { 1000000000, 0 }, { 1234567891, 0 } };

	mkfs(128, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	ATF_REQUIRE_EQ(writefile(MNT "/f", 1, 1), 0);
	WORKS(rump_sys_utimes(MNT "/f", tv));
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 1234567890);	/* steps of two seconds */
	ATF_CHECK_EQ(sb.rst_atim.tv_sec, 1000000000 / 86400 * 86400);
	ATF_CHECK_EQ(sb.st_mode & 0777, 0755);
	WORKS(rump_sys_chmod(MNT "/f", 0444));
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.st_mode & 0777, 0555);
	unmounted();
	SH("mattrib -i " IMG " ::/f | grep -q R");
	mounted(0, LONGNAMES);
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.st_mode & 0777, 0555);
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 1234567890);
	WORKS(rump_sys_chmod(MNT "/f", 0644));
	/* Out of what FAT can say: the nearest. */
	tv[1].tv_sec = 1;
	WORKS(rump_sys_utimes(MNT "/f", tv));
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 315532800);
	FAILS(EOPNOTSUPP, rump_sys_link(MNT "/f", MNT "/g"));
	FAILS(EOPNOTSUPP, rump_sys_symlink("f", MNT "/g"));
	unmounted();
	sound();
}

/* A mount that is not for writing, and changes between the two. */
ATF_TC_WITHOUT_HEAD(readonly);
ATF_TC_BODY(readonly, tc)
{
	struct rump_msdosfs_args a = { .fspec = (char *)(uintptr_t)DEV, .mask = 0755,
		.flags = RUMP_MSDOSFSMNT_VERSIONED | LONGNAMES, .version = 3, .dirmask = 0755 };
	int fd;

	mkfs(8192, "-F 16 -s 1");
	SH("echo x | mcopy -i " IMG " - ::/x && cp " IMG " before");
	boot();
	mounted(RUMP_MNT_RDONLY, LONGNAMES);
	FAILS(EROFS, rump_sys_open(MNT "/x", RUMP_O_RDWR));
	FAILS(EROFS, rump_sys_open(MNT "/y", RUMP_O_RDWR | RUMP_O_CREAT, 0644));
	FAILS(EROFS, rump_sys_unlink(MNT "/x"));
	FAILS(EROFS, rump_sys_mkdir(MNT "/d", 0755));
	FAILS(EROFS, rump_sys_rename(MNT "/x", MNT "/y"));
	FAILS(EROFS, rump_sys_truncate(MNT "/x", 0));
	FAILS(EROFS, rump_sys_chmod(MNT "/x", 0444));
	SH("cmp before " IMG);
	WORKS(rump_sys_mount("msdos", MNT, RUMP_MNT_UPDATE, &a, sizeof(a)));
	ATF_REQUIRE_EQ(writefile(MNT "/y", 100, 1), 0);
	fd = rump_sys_open(MNT "/y", RUMP_O_RDWR);
	FAILS(EBUSY, rump_sys_mount("msdos", MNT, RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, &a, sizeof(a)));
	rump_sys_close(fd);
	WORKS(rump_sys_mount("msdos", MNT, RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, &a, sizeof(a)));
	sound();
	FAILS(EROFS, rump_sys_unlink(MNT "/y"));
	unmounted();
	sound();
}

/* fsync(2) and O_SYNC: file, name and clusters are on the device at return. */
ATF_TC_WITHOUT_HEAD(synced);
ATF_TC_BODY(synced, tc)
{
	uint8_t buf[3000];
	int fd;

	mkfs(256, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	pattern(buf, sizeof(buf), 1);
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	rump_sys_sync();
	WORKS(fd = rump_sys_open(MNT "/d/a long name here", RUMP_O_CREAT | RUMP_O_RDWR, 0644));
	ATF_REQUIRE_EQ(rump_sys_write(fd, buf, sizeof(buf)), 3000);
	WORKS(rump_sys_fsync(fd));
	SH("test $(mtype -i " IMG " '::/d/a long name here' | wc -c) = 3000");
	rump_sys_close(fd);
	WORKS(fd = rump_sys_open(MNT "/s", RUMP_O_CREAT | RUMP_O_RDWR | RUMP_O_SYNC, 0644));
	ATF_REQUIRE_EQ(rump_sys_write(fd, buf, 1000), 1000);
	SH("test $(mtype -i " IMG " ::/s | wc -c) = 1000");
	ATF_REQUIRE_EQ(rump_sys_write(fd, buf, 1000), 1000);
	SH("test $(mtype -i " IMG " ::/s | wc -c) = 2000");
	rump_sys_close(fd);
	WORKS(fd = rump_sys_open(MNT "/d", RUMP_O_RDONLY));
	WORKS(rump_sys_unlink(MNT "/d/a long name here"));
	WORKS(rump_sys_fsync(fd));
	ATF_CHECK(sh("mtype -i " IMG " '::/d/a long name here' >out 2>&1") != 0);
	rump_sys_close(fd);
	unmounted();
	sound();
}

/* What a mount tells of itself. */
ATF_TC_WITHOUT_HEAD(facts);
ATF_TC_BODY(facts, tc)
{
	struct rump_msdosfs_args a = {
		.fspec = (char *)(uintptr_t)DEV, .uid = 12, .gid = 34, .mask = 0640, .dirmask = 0750,
		.gmtoff = -3600, .flags = RUMP_MSDOSFSMNT_VERSIONED | LONGNAMES, .version = 3,
	}, b;
	struct rump_timeval tv[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct rump_statvfs sv;
	struct rump_stat sb;

	mkfs(256, "-F 12 -s 4 -f 1 -r 16 -R 1");
	boot();
	WORKS(rump_sys_mount("msdos", MNT, 0, &a, sizeof(a)));
	ATF_CHECK_EQ(rump_sys_mount("msdos", MNT, RUMP_MNT_GETARGS, &b, sizeof(b)), (int)sizeof(b));
	ATF_CHECK_EQ(b.uid, 12);
	ATF_CHECK_EQ(b.gid, 34);
	ATF_CHECK_EQ(b.mask, 0640);
	ATF_CHECK_EQ(b.dirmask, 0750);
	ATF_CHECK_EQ(b.gmtoff, -3600);
	ATF_REQUIRE_EQ(writefile(MNT "/f", 5000, 1), 0);
	WORKS(rump_sys_mkdir(MNT "/d", 0777));
	WORKS(rump_sys_utimes(MNT "/f", tv));
	WORKS(rump_sys_stat(MNT "/f", &sb));
	ATF_CHECK_EQ(sb.st_uid, 12);
	ATF_CHECK_EQ(sb.st_gid, 34);
	ATF_CHECK_EQ(sb.st_mode & 07777, 0640);
	ATF_CHECK_EQ(sb.st_size, 5000);
	ATF_CHECK_EQ(sb.st_blksize, 2048);
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 1000000000);
	WORKS(rump_sys_stat(MNT "/d", &sb));
	ATF_CHECK_EQ(sb.st_mode & 07777, 0750);
	ATF_CHECK_EQ(sb.st_size, 2048);
	WORKS(rump_sys_statvfs1(MNT, &sv, RUMP_MNT_WAIT));
	ATF_CHECK_EQ(sv.f_bsize, 2048);
	ATF_CHECK_EQ(sv.f_blocks, (512 - 3) / 4);
	ATF_CHECK_EQ(sv.f_bfree, sv.f_blocks - 4);
	ATF_CHECK_STREQ(sv.f_fstypename, "msdos");
	ATF_CHECK_EQ(rump_sys_pathconf(MNT "/f", RUMP_PC_NAME_MAX), 255);
	ATF_CHECK_EQ(rump_sys_pathconf(MNT "/f", RUMP_PC_LINK_MAX), 1);
	unmounted();
	/* The clock of the volume is an hour behind: 0:46:40. */
	ATF_CHECK_EQ(peek(2 * 512 + 32 + 22) | peek(2 * 512 + 32 + 23) << 8, 46 << 5 | 40 / 2);
	sound();
}

/* Reading a directory in small steps, and again from a place in it. */
ATF_TC_WITHOUT_HEAD(readdir);
ATF_TC_BODY(readdir, tc)
{
	char path[32], seen[100] = "";
	char buf[1024] __attribute__((__aligned__(8)));
	int i, fd, total = 0;
	ssize_t n;

	mkfs(256, "-F 12 -s 1");
	boot();
	mounted(0, LONGNAMES);
	WORKS(rump_sys_mkdir(MNT "/d", 0755));
	for (i = 0; i < 80; i++) {
		snprintf(path, sizeof(path), MNT "/d/file %d", i);
		ATF_REQUIRE_EQ(writefile(path, 0, 0), 0);
	}
	fd = rump_sys_open(MNT "/d", RUMP_O_RDONLY);
	FAILS(EINVAL, rump_sys_getdents(fd, buf, 10));
	while ((n = rump_sys_getdents(fd, buf, 128)) > 0) {
		ssize_t off;

		for (off = 0; off < n;) {
			struct rump_dirent *d = (void *)(buf + off);

			total++;
			if (sscanf(d->d_name, "file %d", &i) == 1)
				seen[i]++;
			off += d->d_reclen;
		}
	}
	ATF_CHECK_EQ(n, 0);
	ATF_CHECK_EQ(total, 82);
	for (i = 0; i < 80; i++)
		ATF_CHECK_EQ_MSG(seen[i], 1, "file %d: %d times", i, seen[i]);
	ATF_CHECK_EQ(rump_sys_lseek(fd, 64, SEEK_SET), 64);
	n = rump_sys_getdents(fd, buf, 128);
	ATF_CHECK(n > 0);
	ATF_CHECK_STREQ(((struct rump_dirent *)(void *)buf)->d_name, "file 0");
	ATF_CHECK_EQ(rump_sys_lseek(fd, 1 << 30, SEEK_SET), 1 << 30);
	ATF_CHECK_EQ(rump_sys_getdents(fd, buf, 128), 0);
	ATF_CHECK_EQ(rump_sys_lseek(fd, 33, SEEK_SET), 33);
	FAILS(EINVAL, rump_sys_getdents(fd, buf, 128));
	rump_sys_close(fd);
	unmounted();
}

/* Damage: each seed's corner by hand, with the answer that is due. */
static void
fat12(unsigned cn, unsigned v)
{
	long o = 512 + cn * 3 / 2;
	int a = peek(o), b = peek(o + 1);
	char c[2];

	if (cn & 1) {
		c[0] = (a & 15) | (v & 15) << 4;
		c[1] = v >> 4;
	} else {
		c[0] = v & 255;
		c[1] = (b & 0xf0) | v >> 8;
	}
	poke(o, c, 2);
}

static int
readerr(const char *path)
{
	static uint8_t buf[16384];
	int fd = rump_sys_open(path, RUMP_O_RDONLY), e = 0;
	ssize_t n;

	if (fd == -1)
		return oserr();
	while ((n = rump_sys_read(fd, buf, sizeof(buf))) > 0)
		continue;
	if (n == -1)
		e = oserr();
	rump_sys_close(fd);
	return e;
}

ATF_TC_WITHOUT_HEAD(chains);
ATF_TC_BODY(chains, tc)
{
	static const unsigned bad[] = { 2, 4, 0, 1, 0xff7, 0xff6, 0x7d0, 0xfff };
	unsigned i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
		SH("head -c 6000 /dev/zero | mcopy -i " IMG " - ::/A");
		SH("head -c 600 /dev/zero | mcopy -i " IMG " - ::/B");
		fat12(4, bad[i]);
		if (i == 0)
			boot();
		mounted(0, LONGNAMES);
		ATF_CHECK_EQ_MSG(readerr(MNT "/A"), EIO, "entry %#x", bad[i]);
		ATF_CHECK_EQ(readerr(MNT "/B"), 0);
		/* It can be got rid of, and the volume works on. */
		WORKS(rump_sys_unlink(MNT "/A"));
		ATF_CHECK_EQ(writefile(MNT "/C", 2000, 1), 0);
		samefile(MNT "/C", 2000, 1);
		unmounted();
	}
}

ATF_TC_WITHOUT_HEAD(directories);
ATF_TC_BODY(directories, tc)
{
	static const struct {
		long off;
		const char *bytes;
		size_t len;
		const char *path;
		int err;
	} bad[] = {
		{ 1024 + 26, "\xff\x0f", 2, MNT "/A/B", EIO },		/* start out of range */
		{ 1024 + 26, "\x00\x00", 2, MNT "/A/B", EIO },		/* the root itself */
		{ 1024 + 26, "\x03\x00", 2, MNT "/A/B", EIO },		/* B as A */
		{ 1536 + 26, "\x05\x00", 2, MNT "/A/B", EIO },		/* "." is another */
		{ 1536, "X", 1, MNT "/A/B", EIO },			/* no "." */
		{ 1536 + 32 + 26, "\x05\x00", 2, MNT "/A/B", EIO },	/* ".." is another */
		{ 1536 + 64 + 26, "\x02\x00", 2, MNT "/A/B", EIO },	/* a ring */
		{ 2048 + 64 + 11, "\x10", 1, MNT "/A/B/C/D", EIO },	/* a file as directory */
		{ 1536 + 64 + 11, "\x20", 1, MNT "/A/B/C", ENOTDIR },	/* the other way */
	};
	struct rump_stat sb;
	unsigned i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
		SH("mmd -i " IMG " ::/A ::/A/B && echo x | mcopy -i " IMG " - ::/A/B/C");
		poke(bad[i].off, bad[i].bytes, bad[i].len);
		if (i == 0)
			boot();
		mounted(0, LONGNAMES);
		errno = 0;
		ATF_CHECK_EQ_MSG(rump_sys_stat(bad[i].path, &sb), -1, "number %u", i);
		ATF_CHECK_EQ_MSG(oserr(), bad[i].err, "number %u: %s", i, strerror(oserr()));
		names(MNT);
		unmounted();
	}
	/* A directory whose chain is a ring. */
	mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
	SH("mmd -i " IMG " ::/A");
	fat12(2, 2);
	mounted(0, LONGNAMES);
	FAILS(EIO, rump_sys_stat(MNT "/A", &sb));
	unmounted();
}

/* A root directory that can't be had: no mount, since no unmount could be. */
ATF_TC_WITHOUT_HEAD(rootring);
ATF_TC_BODY(rootring, tc)
{

	mkfs(40000, "-F 32 -s 1 -f 1 -R 32");
	poke(32 * 512 + 8, "\2\0\0\0", 4);
	boot();
	ATF_CHECK_EQ(fat_mount(0, LONGNAMES), EIO);
}

/* What lies behind the end mark of a directory stays hidden. */
ATF_TC_WITHOUT_HEAD(endmark);
ATF_TC_BODY(endmark, tc)
{

	mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
	SH("for i in A B C; do echo $i | mcopy -i " IMG " - ::/$i; done");
	poke(1024, "\0", 1);
	boot();
	mounted(0, LONGNAMES);
	ATF_CHECK_STREQ(names(MNT), "");
	ATF_REQUIRE_EQ(writefile(MNT "/NEW", 10, 1), 0);
	ATF_CHECK_STREQ(names(MNT), "NEW ");
	unmounted();
}

/* Boot sectors that can't be: each is refused. */
ATF_TC_WITHOUT_HEAD(bootsector);
ATF_TC_BODY(bootsector, tc)
{
	static const struct {
		long off;
		const char *bytes;
		size_t len;
	} bad[] = {
		{ 510, "\0", 1 }, { 11, "\0\0", 2 }, { 11, "\0\1", 2 }, { 11, "\1\2", 2 },
		{ 11, "\0\x20", 2 }, { 13, "\0", 1 }, { 13, "\3", 1 }, { 14, "\0\0", 2 },
		{ 14, "\xff\xff", 2 }, { 16, "\0", 1 }, { 16, "\xff", 1 }, { 17, "\0\0", 2 },
		{ 17, "\xff\xff", 2 }, { 19, "\0\0", 2 }, { 19, "\x81\0", 2 }, { 19, "\x03\0", 2 },
		{ 21, "\0", 1 }, { 22, "\0\0", 2 }, { 22, "\xff\xff", 2 },
	};
	unsigned i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mkfs(64, "-F 12 -s 1 -f 1 -r 16 -R 1");
		poke(bad[i].off, bad[i].bytes, bad[i].len);
		if (i == 0)
			boot();
		ATF_CHECK_EQ_MSG(fat_mount(0, LONGNAMES), EINVAL, "number %u", i);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fat12);
	ATF_TP_ADD_TC(tp, fat12_floppy);
	ATF_TP_ADD_TC(tp, fat16);
	ATF_TP_ADD_TC(tp, fat16_bigcluster);
	ATF_TP_ADD_TC(tp, fat32);
	ATF_TP_ADD_TC(tp, sector1024);
	ATF_TP_ADD_TC(tp, sector2048);
	ATF_TP_ADD_TC(tp, sector4096);
	ATF_TP_ADD_TC(tp, cluster64k);
	ATF_TP_ADD_TC(tp, cluster256k);
	ATF_TP_ADD_TC(tp, active_fat);
	ATF_TP_ADD_TC(tp, clean16);
	ATF_TP_ADD_TC(tp, clean32);
	ATF_TP_ADD_TC(tp, error16);
	ATF_TP_ADD_TC(tp, error32);
	ATF_TP_ADD_TC(tp, label);
	ATF_TP_ADD_TC(tp, untouched);
	ATF_TP_ADD_TC(tp, longnames);
	ATF_TP_ADD_TC(tp, tails);
	ATF_TP_ADD_TC(tp, shortnames);
	ATF_TP_ADD_TC(tp, nowin95);
	ATF_TP_ADD_TC(tp, handles);
	ATF_TP_ADD_TC(tp, oddnames);
	ATF_TP_ADD_TC(tp, badlongnames);
	ATF_TP_ADD_TC(tp, sizes);
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, removed);
	ATF_TP_ADD_TC(tp, renames);
	ATF_TP_ADD_TC(tp, attributes);
	ATF_TP_ADD_TC(tp, readonly);
	ATF_TP_ADD_TC(tp, synced);
	ATF_TP_ADD_TC(tp, facts);
	ATF_TP_ADD_TC(tp, readdir);
	ATF_TP_ADD_TC(tp, chains);
	ATF_TP_ADD_TC(tp, directories);
	ATF_TP_ADD_TC(tp, rootring);
	ATF_TP_ADD_TC(tp, endmark);
	ATF_TP_ADD_TC(tp, bootsector);
	return atf_no_error();
}
