/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What cd9660 shows of good images, one odd corner at a time.  The images
 * are seeds of the fuzz target, see corpus/make-seeds-cd9660.sh.
 */

#include "isotest.h"

#define	ROOT_RR	". .. more.txt nothing one sub"

ATF_TC_WITHOUT_HEAD(plain_names);
ATF_TC_BODY(plain_names, tc)
{

	iso_seed("plain", 0);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ROOT_RR);
	ATF_CHECK_STREQ(iso_names(MNT "/sub", 4096), ". .. block deeper");
	iso_says(MNT "/more.txt", "more", 5000);
	/* Any case, and the version if one likes. */
	iso_says(MNT "/MORE.TXT", "more", 5000);
	iso_says(MNT "/more.txt;1", "more", 5000);
	iso_says(MNT "/One", "one", 100);
	iso_says(MNT "/sub/Block", "block", 2048);
	FAILS(ENOENT, rump_sys_open(MNT "/more.txt;2", RUMP_O_RDONLY));
	FAILS(ENOENT, rump_sys_open(MNT "/more.tx", RUMP_O_RDONLY));
	ATF_CHECK_EQ(iso_stat(MNT "/one").st_mode, RUMP_S_IFREG | 0555);
	ATF_CHECK_EQ(iso_stat(MNT "/sub").st_mode, RUMP_S_IFDIR | 0555);
	ATF_CHECK_EQ(iso_stat(MNT "/nothing").st_size, 0);

	iso_remount(RUMP_ISOFSMNT_NOCASETRANS);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ". .. MORE.TXT NOTHING ONE SUB");
	FAILS(ENOENT, rump_sys_open(MNT "/one", RUMP_O_RDONLY));

	iso_remount(RUMP_ISOFSMNT_GENS);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ". .. MORE.TXT;1 NOTHING.;1 ONE.;1 SUB");
	iso_says(MNT "/ONE.;1", "one", 100);
	FAILS(ENOENT, rump_sys_open(MNT "/ONE", RUMP_O_RDONLY));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(versions);
ATF_TC_BODY(versions, tc)
{

	iso_seed("versions", 0);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ROOT_RR);
	ATF_CHECK_STREQ(iso_names(MNT, 64), ROOT_RR);
	iso_says(MNT "/more.txt", "more", 5000);
	iso_says(MNT "/more.txt;2", "more", 5000);
	iso_remount(RUMP_ISOFSMNT_GENS);
	ATF_CHECK_STREQ(iso_names(MNT, 4096),
	    ". .. MORE.TXT;1 MORE.TXT;2 MORE.TXT;3 NOTHING.;1 ONE.;1 SUB");
	iso_done();
}

ATF_TC_WITHOUT_HEAD(associated);
ATF_TC_BODY(associated, tc)
{

	iso_seed("associated", 0);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ROOT_RR);
	iso_remount(RUMP_ISOFSMNT_GENS);
	ATF_CHECK_STREQ(iso_names(MNT, 4096),
	    ". .. =MORE.TXT;1 MORE.TXT;1 NOTHING.;1 ONE.;1 SUB");
	iso_done();
}

static void
same_files(const char *seed)
{

	iso_seed(seed, 0);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ROOT_RR);
	iso_says(MNT "/one", "one", 100);
	iso_says(MNT "/more.txt", "more", 5000);
	iso_says(MNT "/sub/deeper/x", "x", 1);
	iso_done();
}

#define	SAME_FILES(name, seed)						\
	ATF_TC_WITHOUT_HEAD(name);					\
	ATF_TC_BODY(name, tc)						\
	{								\
									\
		same_files(seed);					\
	}
SAME_FILES(blocks_512, "blocks-512")
SAME_FILES(blocks_1024, "blocks-1024")
SAME_FILES(level2, "level2")
SAME_FILES(interleaved, "interleaved")
SAME_FILES(multiextent, "multiextent")
SAME_FILES(rr, "rr")
SAME_FILES(rr_and_joliet, "both")
SAME_FILES(genisoimage, "both-genisoimage")
SAME_FILES(no_er, "no-er")
SAME_FILES(xa_offset, "xa-offset")
SAME_FILES(continuation, "ce-elsewhere")
SAME_FILES(extension_selector, "es")

/* The little-endian half counts, and each lie is said once. */
ATF_TC_WITHOUT_HEAD(little_endian_only);
ATF_TC_BODY(little_endian_only, tc)
{

	same_files("little-endian-only");
	ATF_CHECK_EQ(iso_logged("cd9660: "), 1);
}

ATF_TC_WITHOUT_HEAD(volume_too_big);
ATF_TC_BODY(volume_too_big, tc)
{

	same_files("volume-too-big");
	ATF_CHECK_EQ(iso_logged("volume space size is 0x7fffffff"), 1);
}

ATF_TC_WITHOUT_HEAD(attribute_record);
ATF_TC_BODY(attribute_record, tc)
{
	struct rump_stat sb;

	iso_seed("xar", RUMP_ISOFSMNT_EXTATT);
	iso_says(MNT "/more.txt", "more", 5000);
	sb = iso_stat(MNT "/more.txt");
	ATF_CHECK_EQ(sb.st_uid, 1000);
	ATF_CHECK_EQ(sb.st_gid, 100);
	ATF_CHECK_EQ(sb.st_mode, RUMP_S_IFREG | 0551);
	/* 2005-04-03 12:34:56.78 an hour east */
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 1112528096);
	ATF_CHECK_EQ(sb.rst_mtim.tv_nsec, 780000000);
	ATF_CHECK_EQ(iso_stat(MNT "/one").st_uid, 0);
	iso_remount(0);
	ATF_CHECK_EQ(iso_stat(MNT "/more.txt").st_uid, 0);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(time_stamps);
ATF_TC_BODY(time_stamps, tc)
{
	struct rump_stat sb;

	iso_seed("tf-long", 0);
	sb = iso_stat(MNT "/one");
	/* 1999-12-31 23:59:59.50 two hours east; there was no 2010-02-29 */
	ATF_CHECK_EQ(sb.rst_atim.tv_sec, 946677599);
	ATF_CHECK_EQ(sb.rst_atim.tv_nsec, 500000000);
	ATF_CHECK_EQ(sb.rst_birthtim.tv_sec, 946677599);
	ATF_CHECK_EQ(iso_stat(MNT "/more.txt").rst_mtim.tv_sec, 1000000000);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(flags_choose);
ATF_TC_BODY(flags_choose, tc)
{

	iso_seed("both", RUMP_ISOFSMNT_NORRIP);
	/* Joliet keeps the case of names. */
	ATF_CHECK_STREQ(iso_names(MNT "/sub", 4096), ". .. BLOCK deeper");
	FAILS(ENOENT, rump_sys_open(MNT "/sub/block", RUMP_O_RDONLY));
	iso_remount(RUMP_ISOFSMNT_NORRIP | RUMP_ISOFSMNT_NOJOLIET);
	ATF_CHECK_STREQ(iso_names(MNT "/sub", 4096), ". .. block deeper");
	iso_remount(RUMP_ISOFSMNT_RRCASEINS);
	ATF_CHECK_STREQ(iso_names(MNT "/sub", 4096), ". .. BLOCK deeper");
	iso_says(MNT "/SUB/block", "block", 2048);
	iso_remount(0);
	FAILS(ENOENT, rump_sys_open(MNT "/sub/block", RUMP_O_RDONLY));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(unicode);
ATF_TC_BODY(unicode, tc)
{

	iso_seed("unicode", 0);
	OK(rump_sys_access(MNT "/gr\xc3\xbc\xc3\x9f" "e.txt", 0));
	OK(rump_sys_access(MNT "/\xf0\x9f\x98\x80", 0));
	OK(rump_sys_access(MNT "/UPPER lower;x", 0));
	iso_remount(RUMP_ISOFSMNT_NORRIP);
	OK(rump_sys_access(MNT "/gr\xc3\xbc\xc3\x9f" "e.txt", 0));
	OK(rump_sys_access(MNT "/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 0));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(special_files);
ATF_TC_BODY(special_files, tc)
{
	struct rump_stat sb;

	iso_seed("special", 0);
	sb = iso_stat(MNT "/null");
	ATF_CHECK_EQ(sb.st_mode, RUMP_S_IFCHR | 04755);
	ATF_CHECK_EQ(RUMP_MAJOR(sb.st_rdev), 1);
	ATF_CHECK_EQ(RUMP_MINOR(sb.st_rdev), 3);
	sb = iso_stat(MNT "/disk");
	ATF_CHECK_EQ(sb.st_mode & 0170000, RUMP_S_IFBLK);
	ATF_CHECK_EQ(RUMP_MAJOR(sb.st_rdev), 8);
	ATF_CHECK_EQ(RUMP_MINOR(sb.st_rdev), 1);
	ATF_CHECK_EQ(iso_stat(MNT "/fifo").st_mode & 0170000, RUMP_S_IFIFO);
	ATF_CHECK_EQ(iso_stat(MNT "/hard1").st_uid, 1000);
	ATF_CHECK_EQ(iso_stat(MNT "/hard1").st_nlink, 2);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(symlinks);
ATF_TC_BODY(symlinks, tc)
{
	char buf[2048], name[256], want[2048];
	ssize_t n;

	iso_seed("names-long", 0);
	memset(name, 'n', 120);
	for (n = 0; n < 240; n++)
		name[n] = 'n';
	name[120] = '\0';	/* "n\n" 120 times without the newlines */

	OK(n = rump_sys_readlink(MNT "/link-absolute", buf, sizeof(buf)));
	ATF_CHECK(n == 11 && memcmp(buf, "/etc/passwd", n) == 0);
	OK(n = rump_sys_readlink(MNT "/link-dots", buf, sizeof(buf)));
	buf[n] = '\0';
	ATF_CHECK_STREQ(buf, "../../.");
	OK(n = rump_sys_readlink(MNT "/link-long", buf, sizeof(buf)));
	buf[n] = '\0';
	snprintf(want, sizeof(want), "%s/%s/../%s", name, name, name);
	ATF_CHECK_STREQ(buf, want);
	OK(n = rump_sys_readlink(MNT "/link-many", buf, sizeof(buf)));
	ATF_CHECK(n > 890);
	ATF_CHECK(memcmp(buf, "abcdefghi/abcdefghi/", 20) == 0);
	ATF_CHECK_EQ(iso_stat(MNT "/link-many").st_size, n);
	/* A short buffer takes what fits. */
	OK(n = rump_sys_readlink(MNT "/link-dots", buf, 3));
	ATF_CHECK_EQ(n, 3);
	FAILS(EINVAL, rump_sys_readlink(MNT "/.", buf, 3));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(relocated);
ATF_TC_BODY(relocated, tc)
{
	char cwd[1024];

	iso_seed("relocated", 0);
	iso_says(MNT "/1/2/3/4/5/6/7/8/9/10/file", "deep", 30);
	ATF_CHECK_STREQ(iso_names(MNT "/1/2/3/4/5/6/7", 4096), ". .. 8");
	/* It hangs where it was, not where it was moved to. */
	OK(rump_sys_chdir(MNT "/1/2/3/4/5/6/7/8/9"));
	OK(rump_sys___getcwd(cwd, sizeof(cwd)));
	ATF_CHECK_STREQ(cwd, MNT "/1/2/3/4/5/6/7/8/9");
	OK(rump_sys_chdir("../../../../../../../../.."));
	OK(rump_sys___getcwd(cwd, sizeof(cwd)));
	ATF_CHECK_STREQ(cwd, MNT);
	OK(rump_sys_chdir("/"));
	iso_done();
}

/* Any buffer and any place to go on show the same names once. */
ATF_TC_WITHOUT_HEAD(readdir);
ATF_TC_BODY(readdir, tc)
{
	char *all, buf[4096], one[4096];
	ssize_t n;
	int fd;

	iso_seed("sector-ends", 0);
	all = strdup(iso_names(MNT, 16384));
	ATF_CHECK(strlen(all) > 40 * 28);
	ATF_CHECK_STREQ(iso_names(MNT, 64), all);
	ATF_CHECK_STREQ(iso_names(MNT, 512), all);

	OK(fd = rump_sys_open(MNT, RUMP_O_RDONLY));
	FAILS(EINVAL, rump_sys_getdents(fd, buf, 8));
	OK(n = rump_sys_getdents(fd, buf, 200));
	ATF_CHECK(n > 0);
	OK(rump_sys_lseek(fd, 0, 0));
	ATF_CHECK_EQ(rump_sys_getdents(fd, one, 200), n);
	ATF_CHECK(memcmp(buf, one, n) == 0);
	/* Between two records: the next one. */
	OK(rump_sys_lseek(fd, 35, 0));
	OK(rump_sys_getdents(fd, buf, 64));
	ATF_CHECK_STREQ(((struct rump_dirent *)buf)->d_name, "..");
	OK(rump_sys_lseek(fd, 1 << 30, 0));
	ATF_CHECK_EQ(rump_sys_getdents(fd, buf, 200), 0);
	FAILS(EISDIR, rump_sys_read(fd, buf, 10));
	OK(rump_sys_close(fd));
	free(all);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(read_only);
ATF_TC_BODY(read_only, tc)
{
	const char *f = MNT "/one", *n = MNT "/new";
	struct rump_iso_args a;
	int fd;

	iso_seed("rr", 0);
	FAILS(EROFS, rump_sys_open(f, RUMP_O_RDWR));
	FAILS(EROFS, rump_sys_open(f, RUMP_O_WRONLY | RUMP_O_TRUNC));
	FAILS(EROFS, rump_sys_open(n, RUMP_O_RDWR | RUMP_O_CREAT, 0644));
	FAILS(EEXIST, rump_sys_open(f, RUMP_O_CREAT | RUMP_O_EXCL, 0644));
	OK(fd = rump_sys_open(f, RUMP_O_CREAT, 0644));
	FAILS(EINVAL, rump_sys_ftruncate(fd, 0));
	FAILS(EROFS, rump_sys_fchmod(fd, 0));
	OK(rump_sys_close(fd));
	FAILS(EROFS, rump_sys_truncate(f, 0));
	FAILS(EROFS, rump_sys_mkdir(n, 0755));
	FAILS(EROFS, rump_sys_mkfifo(n, 0644));
	FAILS(EROFS, rump_sys_mknod(n, RUMP_S_IFCHR | 0644, 0));
	FAILS(EROFS, rump_sys_symlink("x", n));
	FAILS(EROFS, rump_sys_link(f, n));
	FAILS(EROFS, rump_sys_unlink(f));
	FAILS(EROFS, rump_sys_rmdir(MNT "/sub"));
	FAILS(EROFS, rump_sys_rename(f, n));
	FAILS(EROFS, rump_sys_chmod(f, 0600));
	FAILS(EROFS, rump_sys_chown(f, 1, 1));
	FAILS(EROFS, rump_sys_utimes(f, NULL));
	FAILS(EROFS, rump_sys_chflags(f, 1));
	FAILS(EROFS, rump_sys_access(f, 2));
	OK(rump_sys_access(f, 4));
	OK(rump_sys_unmount(MNT, 0));

	memset(&a, 0, sizeof(a));
	a.fspec = DEV;
	FAILS(EROFS, rump_sys_mount("cd9660", MNT, 0, &a, sizeof(a)));
	FAILS(EINVAL, rump_sys_mount("cd9660", MNT, RUMP_MNT_RDONLY, &a, 8));
	a.fspec = "/dev/no";
	FAILS(ENOENT, rump_sys_mount("cd9660", MNT, RUMP_MNT_RDONLY, &a, sizeof(a)));
	a.fspec = MNT;
	FAILS(ENOTBLK, rump_sys_mount("cd9660", MNT, RUMP_MNT_RDONLY, &a, sizeof(a)));
}

ATF_TC_WITHOUT_HEAD(mount_arguments);
ATF_TC_BODY(mount_arguments, tc)
{
	struct rump_iso_args a;
	struct rump_statvfs sv;

	iso_seed("both", RUMP_ISOFSMNT_NORRIP);
	memset(&a, 0xff, sizeof(a));
	OK(rump_sys_mount("cd9660", MNT, RUMP_MNT_GETARGS, &a, sizeof(a)));
	ATF_CHECK_EQ(a.flags, RUMP_ISOFSMNT_NORRIP);
	ATF_CHECK(a.fspec == NULL);
	OK(rump_sys_statvfs1(MNT, &sv, 1 /* ST_WAIT */));
	ATF_CHECK_EQ(sv.f_frsize, 2048);
	ATF_CHECK(sv.f_blocks > 30 && sv.f_blocks < 50);
	ATF_CHECK_EQ(sv.f_bfree, 0);
	ATF_CHECK_EQ(sv.f_namemax, 255);
	ATF_CHECK_STREQ(sv.f_fstypename, "cd9660");
	ATF_CHECK_STREQ(sv.f_mntonname, MNT);
	ATF_CHECK_STREQ(sv.f_mntfromname, DEV);
	ATF_CHECK(sv.f_flag & RUMP_MNT_RDONLY);
	ATF_CHECK(sv.f_flag & RUMP_MNT_LOCAL);
	ATF_CHECK_EQ(rump_sys_pathconf(MNT, 4 /* _PC_NAME_MAX */), 255);
	iso_remount(RUMP_ISOFSMNT_NORRIP | RUMP_ISOFSMNT_NOJOLIET);
	ATF_CHECK_EQ(rump_sys_pathconf(MNT, 4 /* _PC_NAME_MAX */), 37);
	/* The device can't be mounted twice. */
	OK(rump_sys_mkdir("/mnt2", 0755));
	memset(&a, 0, sizeof(a));
	a.fspec = DEV;
	FAILS(EBUSY, rump_sys_mount("cd9660", "/mnt2", RUMP_MNT_RDONLY, &a, sizeof(a)));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(file_handles);
ATF_TC_BODY(file_handles, tc)
{
	uint64_t fh[16], save[16];
	struct rump_stat sb, sb2;
	size_t size = sizeof(fh);
	char buf[8];
	unsigned i, j;
	int fd;

	iso_seed("rr", 0);
	OK(rump_sys_getfh(MNT "/sub/deeper/x", fh, &size));
	OK(fd = rump_sys_fhopen(fh, size, RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 1);
	ATF_CHECK_EQ(buf[0], 'x');
	OK(rump_sys_close(fd));
	sb = iso_stat(MNT "/sub/deeper/x");
	OK(rump_sys_fhstat(fh, size, &sb2));
	ATF_CHECK_EQ(sb.st_ino, sb2.st_ino);
	FAILS(EROFS, rump_sys_fhopen(fh, size, RUMP_O_RDWR));

	/* One that was made up is refused, whatever is in it. */
	memcpy(save, fh, sizeof(fh));
	for (i = 0; i < size; i++) {
		for (j = 0; j < 256; j += 17) {
			memcpy(fh, save, sizeof(fh));
			((uint8_t *)fh)[i] ^= j;
			fd = rump_sys_fhopen(fh, size, RUMP_O_RDONLY);
			if (fd != -1)
				OK(rump_sys_close(fd));
		}
	}
	FAILS(EINVAL, rump_sys_fhopen(save, size - 1, RUMP_O_RDONLY));
	iso_done();
}

ATF_TC_WITHOUT_HEAD(inode_numbers);
ATF_TC_BODY(inode_numbers, tc)
{
	char buf[4096];
	ssize_t got, off;
	int fd;

	iso_seed("rr", 0);
	OK(fd = rump_sys_open(MNT, RUMP_O_RDONLY));
	OK(got = rump_sys_getdents(fd, buf, sizeof(buf)));
	for (off = 0; off < got;) {
		const struct rump_dirent *d = (const void *)(buf + off);
		char path[300];
		struct rump_stat sb;

		off += d->d_reclen;
		snprintf(path, sizeof(path), MNT "/%s", d->d_name);
		if (strcmp(d->d_name, "..") == 0)
			continue;
		sb = iso_stat(path);
		ATF_CHECK_EQ_MSG(sb.st_ino, d->d_fileno, "%s", path);
		ATF_CHECK_EQ(sb.st_mode >> 12, d->d_type);
	}
	OK(rump_sys_close(fd));
	iso_done();
}

/* Reads at any offset and of any length see the file. */
ATF_TC_WITHOUT_HEAD(read_offsets);
ATF_TC_BODY(read_offsets, tc)
{
	static const char *const seeds[] = { "rr", "interleaved", "multiextent", "blocks-512" };
	char whole[5000], part[5100];
	unsigned i, off, len;
	int fd;

	iso_boot();
	for (i = 0; i < 4; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s%s", SEEDS, seeds[i]);
		iso_device(path);
		OK(iso_mount(0));
		OK(fd = rump_sys_open(MNT "/more.txt", RUMP_O_RDONLY));
		for (off = 0; off < 5000; off++)
			whole[off] = "more\n"[off % 5];
		for (off = 0; off < 5010; off += 331) {
			for (len = 1; len < 5100; len = len * 3 + 1) {
				const ssize_t want = off >= 5000 ? 0 :
				    off + len > 5000 ? 5000 - off : len;

				ATF_CHECK_EQ(rump_sys_pread(fd, part, len, off), want);
				ATF_CHECK(want == 0 || memcmp(part, whole + off, want) == 0);
			}
		}
		FAILS(EINVAL, rump_sys_pread(fd, part, 1, -1));
		OK(rump_sys_close(fd));
		iso_done();
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, plain_names);
	ATF_TP_ADD_TC(tp, versions);
	ATF_TP_ADD_TC(tp, associated);
	ATF_TP_ADD_TC(tp, blocks_512);
	ATF_TP_ADD_TC(tp, blocks_1024);
	ATF_TP_ADD_TC(tp, level2);
	ATF_TP_ADD_TC(tp, interleaved);
	ATF_TP_ADD_TC(tp, multiextent);
	ATF_TP_ADD_TC(tp, rr);
	ATF_TP_ADD_TC(tp, rr_and_joliet);
	ATF_TP_ADD_TC(tp, genisoimage);
	ATF_TP_ADD_TC(tp, no_er);
	ATF_TP_ADD_TC(tp, xa_offset);
	ATF_TP_ADD_TC(tp, continuation);
	ATF_TP_ADD_TC(tp, extension_selector);
	ATF_TP_ADD_TC(tp, little_endian_only);
	ATF_TP_ADD_TC(tp, volume_too_big);
	ATF_TP_ADD_TC(tp, attribute_record);
	ATF_TP_ADD_TC(tp, time_stamps);
	ATF_TP_ADD_TC(tp, flags_choose);
	ATF_TP_ADD_TC(tp, unicode);
	ATF_TP_ADD_TC(tp, special_files);
	ATF_TP_ADD_TC(tp, symlinks);
	ATF_TP_ADD_TC(tp, relocated);
	ATF_TP_ADD_TC(tp, readdir);
	ATF_TP_ADD_TC(tp, read_only);
	ATF_TP_ADD_TC(tp, mount_arguments);
	ATF_TP_ADD_TC(tp, file_handles);
	ATF_TP_ADD_TC(tp, inode_numbers);
	ATF_TP_ADD_TC(tp, read_offsets);
	return atf_no_error();
}
