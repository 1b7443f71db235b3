/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names, vnodes and mounts, on the root file system: what POSIX says of
 * rename, links and directories, what a mount does to path names, what is
 * left of a file when its file system is taken away, and that nothing stays
 * behind.
 */

#include <errno.h>
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

#define	OK(x)		ATF_REQUIRE_MSG((x) != -1, "%s: %s", #x, rump_strerror(errno))
#define	FAILS(e, x)	ATF_CHECK_ERRNO(RUMP_##e, (x) == -1)

#define	RDWR		(RUMP_O_RDWR | RUMP_O_CREAT)

static void
boot(void)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	OK(rump_pub_lwproc_rfork(RUMP_RFCFDG));
	OK(rump_sys_mkdir("/d", 0755));
	OK(rump_sys_chdir("/d"));
}

static void
make(const char *path, const char *text)
{
	int fd;

	OK(fd = rump_sys_open(path, RDWR | RUMP_O_TRUNC, 0644));
	ATF_REQUIRE_EQ(rump_sys_write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	OK(rump_sys_close(fd));
}

static struct rump_stat
status(const char *path)
{
	struct rump_stat sb;

	OK(rump_sys_lstat(path, &sb));
	return sb;
}

#define	nlink(path)	(status(path).st_nlink)
#define	exists(path)	(rump_sys_access(path, 0) == 0)

/* The names of a directory, read through a buffer of this size, in order. */
static const char *
names(const char *path, size_t bufsize)
{
	static char all[65536];
	struct rump_dirent *dp;
	char buf[4096];
	int fd, n, off;

	ATF_REQUIRE(bufsize <= sizeof(buf));
	all[0] = '\0';
	OK(fd = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY));
	while ((n = rump_sys_getdents(fd, buf, bufsize)) > 0) {
		for (off = 0; off < n; off += dp->d_reclen) {
			dp = (struct rump_dirent *)(buf + off);
			ATF_REQUIRE(dp->d_reclen > 0 && off + dp->d_reclen <= n);
			ATF_REQUIRE_EQ(strlen(dp->d_name), dp->d_namlen);
			strcat(all, dp->d_name);
			strcat(all, " ");
		}
	}
	OK(n);
	OK(rump_sys_close(fd));
	return all;
}

ATF_TC_WITHOUT_HEAD(rename_dirs);
ATF_TC_BODY(rename_dirs, tc)
{

	boot();
	OK(rump_sys_mkdir("a", 0755));
	OK(rump_sys_mkdir("b", 0755));
	OK(rump_sys_mkdir("a/sub", 0755));
	make("a/sub/f", "x");
	ATF_CHECK_EQ(nlink("."), 4);
	ATF_CHECK_EQ(nlink("a"), 3);

	/* Into itself, at any depth. */
	FAILS(EINVAL, rump_sys_rename("a", "a/x"));
	FAILS(EINVAL, rump_sys_rename("a", "a/sub/x"));
	/* Over what has the source in it. */
	FAILS(ENOTEMPTY, rump_sys_rename("a/sub", "a"));
	FAILS(ENOTEMPTY, rump_sys_rename("b", "a"));
	/* To another directory: ".." and the link counts follow. */
	OK(rump_sys_rename("a/sub", "b/moved"));
	ATF_CHECK_EQ(nlink("a"), 2);
	ATF_CHECK_EQ(nlink("b"), 3);
	ATF_CHECK(status("b/moved/..").st_ino == status("b").st_ino);
	ATF_CHECK(exists("b/moved/f"));
	ATF_CHECK(!exists("a/sub"));
	/* Upwards, and over an empty directory. */
	OK(rump_sys_rename("b/moved", "a"));
	ATF_CHECK(exists("a/f"));
	ATF_CHECK_EQ(nlink("."), 4);
	ATF_CHECK_EQ(nlink("b"), 2);
	/* A trailing slash is all right for directories. */
	OK(rump_sys_rename("a/", "c/"));
	OK(rump_sys_rename("c", "a"));
	FAILS(EBUSY, rump_sys_rename("/", "/x"));
	FAILS(EINVAL, rump_sys_rename("a/.", "x"));
	FAILS(EINVAL, rump_sys_rename("a/..", "x"));
	ATF_CHECK_STREQ(names(".", 512), ". .. b a ");
}

ATF_TC_WITHOUT_HEAD(rename_files);
ATF_TC_BODY(rename_files, tc)
{
	char buf[8];
	int fd;

	boot();
	make("f", "f");
	make("g", "g");
	OK(fd = rump_sys_open("g", RUMP_O_RDONLY));
	OK(rump_sys_rename("f", "g"));
	ATF_CHECK(!exists("f"));
	/* What was replaced lives on for who has it open. */
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 1);
	ATF_CHECK_EQ(buf[0], 'g');
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("g", RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 1);
	ATF_CHECK_EQ(buf[0], 'f');
	OK(rump_sys_close(fd));

	/* Two links to one file: rename removes one, posix_rename none. */
	OK(rump_sys_link("g", "h"));
	OK(rump_sys___posix_rename("g", "h"));
	ATF_CHECK_EQ(nlink("g"), 2);
	OK(rump_sys_rename("g", "h"));
	ATF_CHECK(!exists("g"));
	ATF_CHECK_EQ(nlink("h"), 1);

	OK(rump_sys_symlink("h", "ln"));
	OK(rump_sys_rename("ln", "ln2"));
	ATF_CHECK_EQ(rump_sys_readlink("ln2", buf, sizeof(buf)), 1);
	OK(rump_sys_symlink("nowhere", "dangling"));
	OK(rump_sys_rename("h", "dangling"));
	ATF_CHECK_EQ(status("dangling").st_size, 1);
	FAILS(ENOTDIR, rump_sys_rename("dangling/", "x"));
}

ATF_TC_WITHOUT_HEAD(links);
ATF_TC_BODY(links, tc)
{
	struct rump_stat sb;
	int fd, fd2;

	boot();
	make("f", "hello");
	OK(rump_sys_mkdir("dir", 0755));
	OK(rump_sys_link("f", "dir/g"));
	ATF_CHECK_EQ(nlink("f"), 2);
	ATF_CHECK(status("f").st_ino == status("dir/g").st_ino);
	OK(rump_sys_unlink("f"));
	ATF_CHECK_EQ(nlink("dir/g"), 1);
	OK(fd = rump_sys_open("dir/g", RUMP_O_RDWR));
	OK(rump_sys_unlink("dir/g"));
	OK(rump_sys_fstat(fd, &sb));
	ATF_CHECK_EQ(sb.st_nlink, 0);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, "more", 4, 5), 4);
	OK(rump_sys_fstat(fd, &sb));
	ATF_CHECK_EQ(sb.st_size, 9);

	/* A removed directory is empty for ever. */
	OK(fd2 = rump_sys_open("dir", RUMP_O_RDONLY));
	OK(rump_sys_chdir("dir"));
	OK(rump_sys_rmdir("/d/dir"));
	FAILS(ENOENT, rump_sys_open("new", RDWR, 0644));
	FAILS(ENOENT, rump_sys_mkdir("new", 0755));
	FAILS(ENOENT, rump_sys_openat(fd2, "x", RUMP_O_RDONLY));
	FAILS(ENOENT, rump_sys_chdir(".."));
	OK(rump_sys_chdir("/d"));
	OK(rump_sys_close(fd));
	OK(rump_sys_close(fd2));
	FAILS(EBUSY, rump_sys_rmdir("/d/.."));
	FAILS(EINVAL, rump_sys_rmdir("."));
	FAILS(EPERM, rump_sys_unlink("/d"));
}

ATF_TC_WITHOUT_HEAD(paths);
ATF_TC_BODY(paths, tc)
{
	char longname[300], path[2000];
	int i;

	boot();
	make("f", "x");
	OK(rump_sys_mkdir("dir", 0755));
	ATF_CHECK(exists("//d///f"));
	ATF_CHECK(exists("dir/../f"));
	ATF_CHECK(exists("/../../d/f"));
	ATF_CHECK(exists("dir/"));
	ATF_CHECK(exists("./dir/."));
	FAILS(ENOTDIR, rump_sys_access("f/", 0));
	FAILS(ENOTDIR, rump_sys_access("f/.", 0));
	FAILS(ENOTDIR, rump_sys_access("f/..", 0));
	FAILS(ENOENT, rump_sys_open("no/", RDWR, 0644));
	OK(rump_sys_mkdir("slash/", 0755));
	FAILS(EISDIR, rump_sys_open("dir/", RDWR, 0644));

	memset(longname, 'n', sizeof(longname));
	longname[255] = '\0';
	make(longname, "x");
	ATF_CHECK(exists(longname));
	longname[255] = 'n';
	longname[256] = '\0';
	FAILS(ENAMETOOLONG, rump_sys_access(longname, 0));
	for (i = 0; i < 1100; i += 2)
		memcpy(path + i, "./", 3);
	FAILS(ENAMETOOLONG, rump_sys_access(path, 0));
	strcpy(path + 1020, "f");
	ATF_CHECK(exists(path));

	/* Symbolic links: relative, absolute, to nothing, in a ring. */
	OK(rump_sys_symlink("dir", "ln"));
	OK(rump_sys_symlink("../f", "dir/up"));
	OK(rump_sys_symlink("/d/f", "abs"));
	OK(rump_sys_symlink("ring2", "ring1"));
	OK(rump_sys_symlink("ring1", "ring2"));
	OK(rump_sys_symlink("/", "root"));
	OK(rump_sys_symlink("newfile", "tonew"));
	OK(rump_sys_symlink("dir/", "slashed"));
	ATF_CHECK(exists("ln/up"));
	ATF_CHECK(exists("abs"));
	ATF_CHECK(exists("root/d/f"));
	ATF_CHECK(exists("root/"));
	ATF_CHECK(exists("slashed/up"));
	ATF_CHECK(exists("slashed"));
	FAILS(ELOOP, rump_sys_access("ring1", 0));
	FAILS(ELOOP, rump_sys_access("ring1/x", 0));
	FAILS(ENOTDIR, rump_sys_access("abs/", 0));
	FAILS(ENOTDIR, rump_sys_rmdir("ln"));
	make("tonew", "through a link");
	ATF_CHECK_EQ(status("newfile").st_size, 14);
	FAILS(EEXIST, rump_sys_open("tonew", RDWR | RUMP_O_EXCL, 0644));
	/* A link's target may not make the path too long. */
	memset(path, 'x', 1000);
	path[1000] = '\0';
	OK(rump_sys_symlink(path, "far"));
	memset(longname, 'y', 30);
	memcpy(longname, "far/", 4);
	longname[30] = '\0';
	FAILS(ENAMETOOLONG, rump_sys_access(longname, 0));
}

ATF_TC_WITHOUT_HEAD(negative_names);
ATF_TC_BODY(negative_names, tc)
{

	/* A name known not to exist comes into being in every way. */
	boot();
	FAILS(ENOENT, rump_sys_access("a", 0));
	FAILS(ENOENT, rump_sys_access("a", 0));
	make("a", "x");
	ATF_CHECK(exists("a"));
	FAILS(ENOENT, rump_sys_access("b", 0));
	OK(rump_sys_rename("a", "b"));
	ATF_CHECK(exists("b"));
	ATF_CHECK(!exists("a"));
	OK(rump_sys_link("b", "a"));
	ATF_CHECK(exists("a"));
	OK(rump_sys_unlink("a"));
	ATF_CHECK(!exists("a"));
	OK(rump_sys_mkdir("a", 0755));
	ATF_CHECK(exists("a"));
	OK(rump_sys_rmdir("a"));
	ATF_CHECK(!exists("a"));
	OK(rump_sys_symlink("b", "a"));
	ATF_CHECK(exists("a"));
	OK(rump_sys_unlink("b"));
	ATF_CHECK(!exists("a"));
	OK(rump_sys_mkfifo("b", 0600));
	ATF_CHECK(exists("a"));
}

ATF_TC_WITHOUT_HEAD(readdir);
ATF_TC_BODY(readdir, tc)
{
	struct rump_dirent *dp;
	char name[16], buf[512];
	int fd, i, n, off, seen = 0, removed = 0;

	boot();
	OK(rump_sys_mkdir("dir", 0755));
	ATF_CHECK_STREQ(names("dir", 512), ". .. ");
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "dir/f%03d", i);
		make(name, "");
	}
	ATF_CHECK_EQ(strlen(names("dir", 512)), 2 + 3 + 200 * 5);
	ATF_CHECK_EQ(strlen(names("dir", 4096)), 2 + 3 + 200 * 5);

	/* Removing while reading misses nothing that stays. */
	OK(fd = rump_sys_open("dir", RUMP_O_RDONLY));
	while ((n = rump_sys_getdents(fd, buf, sizeof(buf))) > 0) {
		for (off = 0; off < n; off += dp->d_reclen) {
			dp = (struct rump_dirent *)(buf + off);
			if (dp->d_name[0] != 'f')
				continue;
			seen++;
			snprintf(name, sizeof(name), "dir/%s", dp->d_name);
			OK(rump_sys_unlink(name));
			removed++;
		}
	}
	OK(n);
	ATF_CHECK_EQ(seen, 200);
	ATF_CHECK_EQ(removed, 200);
	ATF_CHECK_EQ(rump_sys_getdents(fd, buf, sizeof(buf)), 0);
	/* Offsets that nobody has got. */
	ATF_CHECK_EQ(rump_sys_lseek(fd, INT64_MAX, 0), INT64_MAX);
	ATF_CHECK_EQ(rump_sys_getdents(fd, buf, sizeof(buf)), 0);
	OK(rump_sys_lseek(fd, 0, 0));
	FAILS(EINVAL, rump_sys_lseek(fd, -1, 0));
	/* Too small for one entry: nothing, and not for ever. */
	ATF_CHECK(rump_sys_getdents(fd, buf, 8) <= 0);
	OK(rump_sys_close(fd));
	OK(rump_sys_rmdir("dir"));
}

ATF_TC_WITHOUT_HEAD(sparse);
ATF_TC_BODY(sparse, tc)
{
	char buf[16384];
	int fd, i;

	boot();
	OK(fd = rump_sys_open("f", RDWR, 0644));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, "end", 3, 10000), 3);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 10003);
	for (i = 0; i < 10000; i++)
		ATF_REQUIRE_EQ(buf[i], 0);
	ATF_CHECK(memcmp(buf + 10000, "end", 3) == 0);
	ATF_CHECK(status("f").st_blocks * 512 < 10000);
	/* What was cut off is gone when the file grows again. */
	OK(rump_sys_ftruncate(fd, 10001));
	OK(rump_sys_ftruncate(fd, 10010));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 20, 10000), 10);
	ATF_CHECK(memcmp(buf, "e\0\0\0\0\0\0\0\0\0", 10) == 0);
	OK(rump_sys_ftruncate(fd, 0));
	ATF_CHECK_EQ(status("f").st_blocks, 0);
	FAILS(EINVAL, rump_sys_ftruncate(fd, -1));
	FAILS(EFBIG, rump_sys_ftruncate(fd, INT64_MAX));
	FAILS(EFBIG, rump_sys_pwrite(fd, "x", 1, INT64_MAX - 1));
	FAILS(EINVAL, rump_sys_pread(fd, buf, 1, -1));
	OK(rump_sys_close(fd));
}

ATF_TC_WITHOUT_HEAD(sticky);
ATF_TC_BODY(sticky, tc)
{

	boot();
	OK(rump_sys_mkdir("tmp", 0777));
	OK(rump_sys_chmod("tmp", 01777));
	OK(rump_sys_mkdir("open", 0777));
	OK(rump_sys_chmod("open", 0777));
	make("tmp/root", "x");
	make("open/root", "x");
	OK(rump_sys_seteuid(1000));
	make("tmp/mine", "x");
	FAILS(EPERM, rump_sys_unlink("tmp/root"));
	FAILS(EPERM, rump_sys_rename("tmp/root", "tmp/x"));
	FAILS(EPERM, rump_sys_rename("tmp/mine", "tmp/root"));
	OK(rump_sys_rename("tmp/mine", "tmp/mine2"));
	OK(rump_sys_unlink("tmp/mine2"));
	OK(rump_sys_unlink("open/root"));
	make("tmp/his", "x");
	OK(rump_sys_seteuid(0));
	OK(rump_sys_seteuid(1001));
	FAILS(EPERM, rump_sys_unlink("tmp/his"));
	OK(rump_sys_seteuid(0));
	OK(rump_sys_unlink("tmp/his"));
}

ATF_TC_WITHOUT_HEAD(fifo);
ATF_TC_BODY(fifo, tc)
{
	static char big[32768];
	char buf[16];
	int rd, wr;

	boot();
	OK(rump_sys_mkfifo("p", 0600));
	FAILS(ENXIO, rump_sys_open("p", RUMP_O_WRONLY | RUMP_O_NONBLOCK));
	OK(rd = rump_sys_open("p", RUMP_O_RDONLY | RUMP_O_NONBLOCK));
	ATF_CHECK_EQ(rump_sys_read(rd, buf, sizeof(buf)), 0);
	OK(wr = rump_sys_open("p", RUMP_O_WRONLY | RUMP_O_NONBLOCK));
	FAILS(EAGAIN, rump_sys_read(rd, buf, sizeof(buf)));
	ATF_CHECK_EQ(rump_sys_write(wr, "hello", 5), 5);
	ATF_CHECK_EQ(rump_sys_read(rd, buf, 2), 2);
	ATF_CHECK_EQ(rump_sys_read(rd, buf, sizeof(buf)), 3);
	ATF_CHECK(memcmp(buf, "llo", 3) == 0);
	FAILS(ESPIPE, rump_sys_lseek(rd, 0, 0));
	/* Full: what fits, then nothing; small writes are whole. */
	ATF_CHECK_EQ(rump_sys_write(wr, big, sizeof(big)), 16384);
	FAILS(EAGAIN, rump_sys_write(wr, big, 100));
	ATF_CHECK_EQ(rump_sys_read(rd, big, 50), 50);
	FAILS(EAGAIN, rump_sys_write(wr, big, 100));
	ATF_CHECK_EQ(rump_sys_write(wr, big, 50), 50);
	OK(rump_sys_close(wr));
	ATF_CHECK_EQ(rump_sys_read(rd, big, sizeof(big)), 16384);
	ATF_CHECK_EQ(rump_sys_read(rd, big, sizeof(big)), 0);
	OK(wr = rump_sys_open("p", RUMP_O_WRONLY));
	OK(rump_sys_close(rd));
	FAILS(EPIPE, rump_sys_write(wr, "x", 1));
	OK(rump_sys_close(wr));
	/* Nothing is kept from one use to the next. */
	OK(rd = rump_sys_open("p", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_write(rd, "x", 1), 1);
	OK(rump_sys_close(rd));
	OK(rd = rump_sys_open("p", RUMP_O_RDONLY | RUMP_O_NONBLOCK));
	ATF_CHECK_EQ(rump_sys_read(rd, buf, sizeof(buf)), 0);
	OK(rump_sys_close(rd));
	OK(rump_sys_unlink("p"));
}

ATF_TC_WITHOUT_HEAD(times);
ATF_TC_BODY(times, tc)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	struct rump_stat a, b;
	char buf[4];
	int fd;

#define	LATER(x, y)	((x).tv_sec > (y).tv_sec ||			\
	((x).tv_sec == (y).tv_sec && (x).tv_nsec > (y).tv_nsec))
#define	STEP()		OK(rump_sys_nanosleep(&pause, NULL))
	boot();
	make("f", "abc");
	a = status("f");
	STEP();
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 1), 1);
	b = status("f");
	ATF_CHECK(LATER(b.rst_atim, a.rst_atim));
	ATF_CHECK(!LATER(b.rst_mtim, a.rst_mtim));
	STEP();
	ATF_CHECK_EQ(rump_sys_write(fd, "x", 1), 1);
	a = status("f");
	ATF_CHECK(LATER(a.rst_mtim, b.rst_mtim));
	ATF_CHECK(LATER(a.rst_ctim, b.rst_ctim));
	STEP();
	OK(rump_sys_chmod("f", 0600));
	b = status("f");
	ATF_CHECK(!LATER(b.rst_mtim, a.rst_mtim));
	ATF_CHECK(LATER(b.rst_ctim, a.rst_ctim));
	STEP();
	OK(rump_sys_link("f", "g"));
	a = status("f");
	ATF_CHECK(LATER(a.rst_ctim, b.rst_ctim));
	ATF_CHECK(LATER(status(".").rst_mtim, b.rst_ctim));
	OK(rump_sys_close(fd));
}

ATF_TC_WITHOUT_HEAD(mounts);
ATF_TC_BODY(mounts, tc)
{
	struct rump_statvfs sv;
	char cwd[64];
	int fd;

	boot();
	OK(rump_sys_mkdir("m", 0755));
	make("m/below", "x");
	OK(rump_sys_mount("rumpfs", "/d/m", 0, NULL, 0));
	ATF_CHECK(!exists("m/below"));
	make("m/above", "x");
	OK(rump_sys_statvfs1("m", &sv, 1));
	ATF_CHECK_STREQ(sv.f_mntonname, "/d/m");
	/* ".." of its root is where it is mounted. */
	OK(rump_sys_chdir("m"));
	ATF_CHECK(exists("../m/above"));
	ATF_CHECK(exists("../../d"));
	OK(rump_sys_mkdir("x", 0755));
	OK(rump_sys_chdir("x"));
	OK(rump_sys___getcwd(cwd, sizeof(cwd)));
	ATF_CHECK_STREQ(cwd, "/d/m/x");
	/* Not across file systems, not the mount point. */
	FAILS(EXDEV, rump_sys_rename("../above", "/d/y"));
	FAILS(EXDEV, rump_sys_link("../above", "/d/y"));
	FAILS(EXDEV, rump_sys_rename("/d/m", "/d/y"));
	FAILS(EBUSY, rump_sys_rmdir("/d/m"));
	/* Busy: a current directory, an open file. */
	FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
	OK(rump_sys_chdir("/d"));
	OK(fd = rump_sys_open("m/above", RUMP_O_RDONLY));
	FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
	OK(rump_sys_close(fd));
	/* On top of each other. */
	OK(rump_sys_mount("rumpfs", "/d/m", 0, NULL, 0));
	ATF_CHECK(!exists("m/above"));
	OK(rump_sys_mkdir("m/deep", 0755));
	OK(rump_sys_mount("rumpfs", "/d/m/deep", 0, NULL, 0));
	FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
	OK(rump_sys_unmount("/d/m/deep", 0));
	OK(rump_sys_unmount("/d/m", 0));
	ATF_CHECK(exists("m/above"));
	OK(rump_sys_unmount("/d/m", 0));
	ATF_CHECK(exists("m/below"));
	FAILS(EINVAL, rump_sys_unmount("/d/m", 0));
	FAILS(ENOTDIR, rump_sys_mount("rumpfs", "/d/m/below", 0, NULL, 0));
}

ATF_TC_WITHOUT_HEAD(union_mount);
ATF_TC_BODY(union_mount, tc)
{

	boot();
	OK(rump_sys_mkdir("m", 0755));
	make("m/below", "x");
	OK(rump_sys_mount("rumpfs", "/d/m", RUMP_MNT_UNION, NULL, 0));
	make("m/above", "x");
	ATF_CHECK(exists("m/below"));
	ATF_CHECK(exists("m/above"));
	OK(rump_sys_unmount("/d/m", 0));
	ATF_CHECK(exists("m/below"));
	ATF_CHECK(!exists("m/above"));
}

ATF_TC_WITHOUT_HEAD(forced);
ATF_TC_BODY(forced, tc)
{
	struct rump_stat sb;
	char buf[4];
	int fd, dfd, pfd, i;

	boot();
	OK(rump_sys_mkdir("m", 0755));
	/* What is mounted on it goes, too, and is not lost. */
	OK(rump_sys_mount("rumpfs", "/d/m", 0, NULL, 0));
	OK(rump_sys_mkdir("m/a", 0755));
	OK(rump_sys_mount("rumpfs", "/d/m/a", 0, NULL, 0));
	OK(rump_sys_mkdir("m/a/b", 0755));
	OK(rump_sys_mount("rumpfs", "/d/m/a/b", 0, NULL, 0));
	FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
	OK(rump_sys_unmount("/d/m", RUMP_MNT_FORCE));
	ATF_CHECK_EQ(rump_sys_getvfsstat(NULL, 0, 2), 1);
	/* Again and again, so that what stays behind adds up. */
	for (i = 0; i < 3; i++) {
		OK(rump_sys_mount("rumpfs", "/d/m", 0, NULL, 0));
		make("m/f", "abc");
		OK(rump_sys_mkfifo("m/p", 0600));
		OK(fd = rump_sys_open("m/f", RUMP_O_RDWR));
		OK(dfd = rump_sys_open("m", RUMP_O_RDONLY));
		OK(pfd = rump_sys_open("m/p", RUMP_O_RDWR));
		OK(rump_sys_chdir("m"));
		FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
		OK(rump_sys_unmount("/d/m", RUMP_MNT_FORCE));
		FAILS(EIO, rump_sys_read(fd, buf, sizeof(buf)));
		FAILS(EIO, rump_sys_write(fd, "x", 1));
		FAILS(EBADF, rump_sys_fstat(fd, &sb));
		ATF_CHECK_EQ(rump_sys_openat(dfd, "f", RUMP_O_RDONLY), -1);
		ATF_CHECK_EQ(rump_sys_open("f", RUMP_O_RDONLY), -1);
		ATF_CHECK_EQ(rump_sys_open("..", RUMP_O_RDONLY), -1);
		OK(rump_sys_close(fd));
		OK(rump_sys_close(dfd));
		OK(rump_sys_close(pfd));
		OK(rump_sys_chdir("/d"));
	}
	OK(rump_sys_rmdir("m"));
}

ATF_TC_WITHOUT_HEAD(events);
ATF_TC_BODY(events, tc)
{
	struct rump_kevent ev;
	struct timespec zero = { 0 };
	int fd, kq;

	boot();
	make("f", "x");
	OK(kq = rump_sys_kqueue());
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	memset(&ev, 0, sizeof(ev));
	ev.ident = fd;
	ev.filter = RUMP_EVFILT_VNODE;
	ev.flags = RUMP_EV_ADD | RUMP_EV_CLEAR;
	ev.fflags = 0x7f;	/* RUMP_NOTE_DELETE to RUMP_NOTE_REVOKE */
	OK(rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL));
#define	EVENTS(want) do {						\
	memset(&ev, 0, sizeof(ev));					\
	OK(rump_sys_kevent(kq, NULL, 0, &ev, 1, &zero));		\
	ATF_CHECK_EQ_MSG(ev.fflags, (want), "%#x", ev.fflags);		\
} while (0)
	EVENTS(0);
	ATF_CHECK_EQ(rump_sys_write(fd, "y", 1), 1);
	EVENTS(0x2);
	ATF_CHECK_EQ(rump_sys_write(fd, "longer", 6), 6);
	EVENTS(0x6);
	OK(rump_sys_chmod("f", 0600));
	EVENTS(0x8);
	OK(rump_sys_link("f", "g"));
	EVENTS(0x10);
	OK(rump_sys_rename("f", "h"));
	EVENTS(0x20);
	OK(rump_sys_unlink("g"));
	EVENTS(0x10);
	OK(rump_sys_unlink("h"));
	EVENTS(0x1);
	OK(rump_sys_close(fd));
	OK(rump_sys_close(kq));
}

ATF_TC_WITHOUT_HEAD(devices);
ATF_TC_BODY(devices, tc)
{
	char buf[5000];
	int fd, i;

	boot();
	OK(fd = rump_sys_open("/dev/null", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_write(fd, buf, sizeof(buf)), sizeof(buf));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 0);
	OK(rump_sys_close(fd));
	memset(buf, 1, sizeof(buf));
	OK(fd = rump_sys_open("/dev/zero", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), sizeof(buf));
	for (i = 0; i < (int)sizeof(buf); i++)
		ATF_REQUIRE_EQ(buf[i], 0);
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("/dev/full", RUMP_O_RDWR));
	FAILS(ENOSPC, rump_sys_write(fd, buf, 1));
	/* A revoked file is gone for those who have it, not for others. */
	OK(rump_sys_revoke("/dev/full"));
	FAILS(EIO, rump_sys_write(fd, buf, 1));
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("/dev/full", RUMP_O_RDWR));
	FAILS(ENOSPC, rump_sys_write(fd, buf, 1));
	OK(rump_sys_close(fd));

	/* Nobody has this one; and not from here. */
	OK(rump_sys_mknod("none", RUMP_S_IFCHR | 0666, RUMP_MAKEDEV(77, 0)));
	FAILS(ENXIO, rump_sys_open("none", RUMP_O_RDWR));
	OK(rump_sys_mkdir("m", 0755));
	OK(rump_sys_mount("rumpfs", "/d/m", RUMP_MNT_NODEV, NULL, 0));
	OK(rump_sys_mknod("m/null", RUMP_S_IFCHR | 0666,
	    status("/dev/null").st_rdev));
	FAILS(ENXIO, rump_sys_open("m/null", RUMP_O_RDWR));
	OK(rump_sys_unmount("/d/m", 0));
}

static void
differs(const char *name, int64_t before, int64_t now, void *arg)
{

	if (before != now)
		printf("%s: %lld, now %lld\n", name, (long long)before,
		    (long long)now);
}

/* Nodes of drivers are there only while somebody looks, and nobody can tell. */
ATF_TC_WITHOUT_HEAD(device_nodes);
ATF_TC_BODY(device_nodes, tc)
{
	static char once[65536];
	struct rump_stat sb;
	const char *all;

	boot();
	strcpy(once, names("/dev", 4096));
	ATF_CHECK(strstr(once, " dk0 dk1 dk2 dk3 dk4 dk5 dk6 dk7 ") != NULL);
	ATF_CHECK(strstr(once, " rdk0 rdk1 ") != NULL);
	ATF_CHECK_STREQ(names("/dev", 64), once);
	rump_pub_drain();
	rump_pub_audit_mark();
	sb = status("/dev/rdk3");
	ATF_CHECK_EQ(sb.st_mode, RUMP_S_IFCHR | 0666);
	ATF_CHECK_EQ(sb.st_nlink, 1);
	ATF_CHECK_EQ(RUMP_MINOR(sb.st_rdev), 3);
	ATF_CHECK_EQ(status("/dev/dk3").st_mode, RUMP_S_IFBLK | 0666);
	ATF_CHECK_EQ(status("/dev/rdk3").st_ino, sb.st_ino);
	rump_pub_drain();
	ATF_CHECK_EQ(rump_pub_audit(differs, NULL), 0);
	ATF_CHECK_EQ(status("/dev/rdk3").st_ino, sb.st_ino);
	ATF_CHECK(!exists("/dev/dk8"));
	ATF_CHECK(!exists("/dev/dk"));
	ATF_CHECK(!exists("/dev/dk03"));
	ATF_CHECK(!exists("/dev/dk3a"));
	ATF_CHECK(!exists("/dev/dk99999999999999999999"));
	FAILS(EEXIST, rump_sys_mknod("/dev/dk1", RUMP_S_IFCHR | 0666, 1));
	FAILS(ENOTEMPTY, rump_sys_rmdir("/dev"));

	/* What is changed stays so, with its vnode and without. */
	OK(rump_sys_chmod("/dev/dk1", 0600));
	OK(rump_sys_link("/dev/dk2", "/dev/also"));
	OK(rump_sys_unlink("/dev/dk3"));
	OK(rump_sys_rename("/dev/dk4", "/dev/other"));
	OK(rump_sys_rename("/dev/null", "/dev/dk5"));
	OK(rump_sys_symlink("gone", "/dev/dk3"));
	rump_pub_drain();
	ATF_CHECK_EQ(status("/dev/dk1").st_mode, RUMP_S_IFBLK | 0600);
	ATF_CHECK_EQ(nlink("/dev/dk2"), 2);
	ATF_CHECK_EQ(status("/dev/also").st_ino, status("/dev/dk2").st_ino);
	ATF_CHECK(RUMP_S_ISLNK(status("/dev/dk3").st_mode));
	FAILS(ENOENT, rump_sys_lstat("/dev/dk4", &sb));
	ATF_CHECK_EQ(RUMP_MINOR(status("/dev/other").st_rdev), 4);
	ATF_CHECK(RUMP_S_ISCHR(status("/dev/dk5").st_mode));
	all = names("/dev", 4096);
	ATF_CHECK(strstr(all, " dk0 dk1 dk2 dk6 dk7 ") != NULL);
	ATF_CHECK(strstr(all, " also ") != NULL && strstr(all, " other ") != NULL);
	ATF_CHECK(strstr(strstr(all, " dk5 ") + 1, " dk5 ") == NULL);
	ATF_CHECK(strstr(strstr(all, " dk3 ") + 1, " dk3 ") == NULL);
	OK(rump_sys_unlink("/dev/dk2"));
	ATF_CHECK_EQ(nlink("/dev/also"), 1);
	ATF_CHECK(!exists("/dev/dk2"));
}

ATF_TC_WITHOUT_HEAD(nothing_stays);
ATF_TC_BODY(nothing_stays, tc)
{
	char name[32];
	int fd, i;

	boot();
	OK(rump_sys_mkdir("m", 0755));
	make("gone", "x");	/* descriptors keep their slots */
	OK(rump_sys_unlink("gone"));
	rump_pub_drain();
	rump_pub_audit_mark();
	for (i = 0; i < 20; i++) {
		OK(rump_sys_mount("rumpfs", "/d/m", 0, NULL, 0));
		OK(rump_sys_mkdir("m/a", 0755));
		snprintf(name, sizeof(name), "m/a/f%d", i);
		make(name, "x");
		OK(fd = rump_sys_open(name, RUMP_O_RDWR));
		FAILS(EBUSY, rump_sys_unmount("/d/m", 0));
		if (i % 2)
			OK(rump_sys_close(fd));
		OK(rump_sys_unmount("/d/m", i % 2 ? 0 : RUMP_MNT_FORCE));
		if (i % 2 == 0)
			OK(rump_sys_close(fd));
		make("gone", "x");
		OK(rump_sys_unlink("gone"));
		FAILS(ENOENT, rump_sys_access("missing", 0));
	}
	rump_pub_drain();
	ATF_CHECK_EQ(rump_pub_audit(differs, NULL), 0);
}

ATF_TC_WITHOUT_HEAD(vnode_limit);
ATF_TC_BODY(vnode_limit, tc)
{
	char name[32];
	int pass, i;

	/* Many more files than vnodes. */
	ATF_REQUIRE_EQ(setenv("RUMP_NVNODES", "32", 1), 0);
	boot();
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		make(name, name);
	}
	for (pass = 0; pass < 3; pass++) {
		for (i = 0; i < 500; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			ATF_REQUIRE_EQ(status(name).st_size,
			    (int64_t)strlen(name));
		}
	}
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		OK(rump_sys_unlink(name));
	}
	ATF_CHECK_STREQ(names(".", 512), ". .. ");
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, rename_dirs);
	ATF_TP_ADD_TC(tp, rename_files);
	ATF_TP_ADD_TC(tp, links);
	ATF_TP_ADD_TC(tp, paths);
	ATF_TP_ADD_TC(tp, negative_names);
	ATF_TP_ADD_TC(tp, readdir);
	ATF_TP_ADD_TC(tp, sparse);
	ATF_TP_ADD_TC(tp, sticky);
	ATF_TP_ADD_TC(tp, fifo);
	ATF_TP_ADD_TC(tp, times);
	ATF_TP_ADD_TC(tp, mounts);
	ATF_TP_ADD_TC(tp, union_mount);
	ATF_TP_ADD_TC(tp, forced);
	ATF_TP_ADD_TC(tp, events);
	ATF_TP_ADD_TC(tp, devices);
	ATF_TP_ADD_TC(tp, device_nodes);
	ATF_TP_ADD_TC(tp, nothing_stays);
	ATF_TP_ADD_TC(tp, vnode_limit);

	return atf_no_error();
}
