/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The system calls on files, directories and mounts, on the root file
 * system.  What that does not offer (hard links, renaming, extended
 * attributes) is checked to answer so.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumperr.h>

#define	OK(x)		ATF_REQUIRE_MSG((x) != -1, "%s: %s", #x, rump_strerror(errno))
#define	FAILS(e, x)	ATF_CHECK_ERRNO(RUMP_##e, (x) == -1)

#define	AT_FDCWD	RUMP_AT_FDCWD
#define	RDWR		(RUMP_O_RDWR | RUMP_O_CREAT)

static void
boot(void)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	OK(rump_sys_mkdir("/d", 0755));
	OK(rump_sys_chdir("/d"));
}

static void
make(const char *path, const char *text)
{
	int fd;

	OK(fd = rump_sys_open(path, RDWR | RUMP_O_TRUNC, 0644));
	ATF_REQUIRE_EQ(rump_sys_write(fd, text, strlen(text)), (ssize_t)strlen(text));
	OK(rump_sys_close(fd));
}

static uint32_t
mode(const char *path)
{
	struct rump_stat sb;

	OK(rump_sys_lstat(path, &sb));
	return sb.st_mode;
}

ATF_TC_WITHOUT_HEAD(open_flags);
ATF_TC_BODY(open_flags, tc)
{
	char buf[16];
	int fd, fd2;

	boot();
	make("f", "hello");
	FAILS(EEXIST, rump_sys_open("f", RDWR | RUMP_O_EXCL, 0644));
	FAILS(ENOENT, rump_sys_open("no", RUMP_O_RDONLY));
	FAILS(ENOENT, rump_sys_open("no/x", RDWR, 0644));
	FAILS(ENOTDIR, rump_sys_open("f/x", RUMP_O_RDONLY));
	FAILS(ENOTDIR, rump_sys_open("f", RUMP_O_RDONLY | RUMP_O_DIRECTORY));
	FAILS(EISDIR, rump_sys_open("/d", RUMP_O_RDWR));
	FAILS(EINVAL, rump_sys_open("f", RUMP_O_ACCMODE));
	FAILS(EINVAL, rump_sys_open("x", RUMP_O_CREAT | RUMP_O_DIRECTORY, 0755));
	FAILS(EINVAL, rump_sys_open("f", RUMP_O_SHLOCK | RUMP_O_EXLOCK));
	FAILS(EFAULT, rump_sys_open(NULL, RUMP_O_RDONLY));
	FAILS(ENOENT, rump_sys_open("", RUMP_O_RDONLY));

	OK(rump_sys_symlink("f", "link"));
	FAILS(EFTYPE, rump_sys_open("link", RUMP_O_RDONLY | RUMP_O_NOFOLLOW));
	OK(fd = rump_sys_open("link", RUMP_O_RDONLY | RUMP_O_REGULAR));
	FAILS(EBADF, rump_sys_write(fd, "x", 1));
	OK(rump_sys_close(fd));
	FAILS(EFTYPE, rump_sys_open("/d", RUMP_O_RDONLY | RUMP_O_REGULAR));
	OK(rump_sys_symlink("loop", "loop"));
	FAILS(ELOOP, rump_sys_open("loop", RUMP_O_RDONLY));

	OK(fd = rump_sys_open("f", RUMP_O_WRONLY | RUMP_O_APPEND));
	ATF_CHECK_EQ(rump_sys_write(fd, "!", 1), 1);
	FAILS(EBADF, rump_sys_read(fd, buf, 1));
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 6);
	ATF_CHECK(memcmp(buf, "hello!", 6) == 0);
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("f", RUMP_O_RDWR | RUMP_O_TRUNC | RUMP_O_CLOEXEC));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(rump_sys_fcntl(fd, 1 /* F_GETFD */), 1);
	OK(rump_sys_close(fd));

	OK(fd = rump_sys_open("f", RUMP_O_RDWR | RUMP_O_EXLOCK));
	FAILS(EAGAIN, rump_sys_open("f", RUMP_O_RDWR | RUMP_O_SHLOCK | RUMP_O_NONBLOCK));
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("f", RUMP_O_RDWR | RUMP_O_SHLOCK));
	OK(fd2 = rump_sys_open("f", RUMP_O_RDWR | RUMP_O_SHLOCK | RUMP_O_NONBLOCK));
	OK(rump_sys_close(fd));
	OK(rump_sys_close(fd2));
	/* Nothing that failed has kept a descriptor. */
	ATF_CHECK_EQ(rump_sys_open("f", RUMP_O_RDONLY), fd);
}

ATF_TC_WITHOUT_HEAD(at_calls);
ATF_TC_BODY(at_calls, tc)
{
	struct rump_stat sb;
	char buf[32];
	int dfd, ffd, fd;

	boot();
	OK(dfd = rump_sys_open("/d", RUMP_O_RDONLY | RUMP_O_DIRECTORY));
	OK(rump_sys_chdir("/"));
	OK(fd = rump_sys_openat(dfd, "f", RDWR, 0600));
	OK(rump_sys_close(fd));
	OK(rump_sys_mkdirat(dfd, "sub", 0700));
	OK(rump_sys_symlinkat("f", dfd, "ln"));
	ATF_CHECK_EQ(rump_sys_readlinkat(dfd, "ln", buf, sizeof(buf)), 1);
	OK(rump_sys_fstatat(dfd, "ln", &sb, 0));
	ATF_CHECK(RUMP_S_ISREG(sb.st_mode));
	OK(rump_sys_fstatat(dfd, "ln", &sb, RUMP_AT_SYMLINK_NOFOLLOW));
	ATF_CHECK(RUMP_S_ISLNK(sb.st_mode));
	FAILS(EINVAL, rump_sys_fstatat(dfd, "ln", &sb, 1));
	OK(rump_sys_fchmodat(dfd, "f", 0640, 0));
	ATF_CHECK_EQ(mode("/d/f"), RUMP_S_IFREG | 0640);
	OK(rump_sys_faccessat(dfd, "f", 4, 0));
	OK(rump_sys_mkfifoat(dfd, "fifo", 0600));
	OK(rump_sys_mknodat(dfd, "dev", RUMP_S_IFCHR | 0600, RUMP_MAKEDEV(2, 3)));
	OK(rump_sys_fstatat(dfd, "dev", &sb, 0));
	ATF_CHECK_EQ(sb.st_rdev, RUMP_MAKEDEV(2, 3));
	OK(rump_sys_fstatat(AT_FDCWD, "d/f", &sb, 0));
	/* An absolute path needs no directory. */
	OK(rump_sys_fstatat(-5, "/d/f", &sb, 0));
	FAILS(EBADF, rump_sys_fstatat(-5, "d/f", &sb, 0));
	FAILS(EBADF, rump_sys_openat(999, "f", RUMP_O_RDONLY));
	OK(ffd = rump_sys_open("/d/f", RUMP_O_RDONLY));
	FAILS(ENOTDIR, rump_sys_openat(ffd, "f", RUMP_O_RDONLY));
	FAILS(ENOTDIR, rump_sys_fchdir(ffd));
	FAILS(EINVAL, rump_sys_unlinkat(dfd, "f", 1));
	FAILS(ENOTDIR, rump_sys_unlinkat(dfd, "f", RUMP_AT_REMOVEDIR));
	OK(rump_sys_unlinkat(dfd, "sub", RUMP_AT_REMOVEDIR));
	OK(rump_sys_unlinkat(dfd, "f", 0));
	FAILS(ENOENT, rump_sys_unlinkat(dfd, "f", 0));
	OK(rump_sys_fchdir(dfd));
	OK(rump_sys_access("ln", 0) == -1 ? 0 : -1);
}

ATF_TC_WITHOUT_HEAD(directories);
ATF_TC_BODY(directories, tc)
{
	char cwd[256], one[2];

	boot();
	OK(rump_sys_mkdir("a", 0777));
	OK(rump_sys_mkdir("a/b/", 0777));
	FAILS(EEXIST, rump_sys_mkdir("a", 0777));
	FAILS(EEXIST, rump_sys_mkdir(".", 0777));
	FAILS(EEXIST, rump_sys_mkdir("/", 0777));
	FAILS(ENOENT, rump_sys_mkdir("no/b", 0777));
	FAILS(ENOTEMPTY, rump_sys_rmdir("a"));
	FAILS(EINVAL, rump_sys_rmdir("a/."));
	ATF_CHECK_EQ(rump_sys_rmdir("a/b/.."), -1);
	ATF_CHECK_EQ(rump_sys_unlink("a"), -1);
	OK(rump_sys_chdir("a/b"));
	OK(rump_sys___getcwd(cwd, sizeof(cwd)));
	ATF_CHECK_STREQ(cwd, "/d/a/b");
	FAILS(ERANGE, rump_sys___getcwd(one, 1));
	FAILS(ERANGE, rump_sys___getcwd(cwd, 4));
	OK(rump_sys_chdir("../.."));
	OK(rump_sys_rmdir("a/b"));
	OK(rump_sys_rmdir("a"));
	FAILS(ENOENT, rump_sys_rmdir("a"));
	FAILS(ENOENT, rump_sys_chdir("a"));
	make("f", "");
	FAILS(ENOTDIR, rump_sys_chdir("f"));
	FAILS(ENOTDIR, rump_sys_rmdir("f"));
	ATF_CHECK_EQ(rump_sys_rmdir("/"), -1);

	ATF_CHECK_EQ(rump_sys_umask(027), 022);
	OK(rump_sys_mkdir("m", 0777));
	ATF_CHECK_EQ(mode("m"), RUMP_S_IFDIR | 0750);
	ATF_CHECK_EQ(rump_sys_umask(0), 027);
}

ATF_TC_WITHOUT_HEAD(seek);
ATF_TC_BODY(seek, tc)
{
	int fd, fds[2];

	boot();
	make("f", "0123456789");
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_lseek(fd, 4, 0), 4);
	ATF_CHECK_EQ(rump_sys_lseek(fd, -1, 1), 3);
	ATF_CHECK_EQ(rump_sys_lseek(fd, -2, 2), 8);
	ATF_CHECK_EQ(rump_sys_lseek(fd, 100, 2), 110);
	FAILS(EINVAL, rump_sys_lseek(fd, -1, 0));
	FAILS(EINVAL, rump_sys_lseek(fd, -11, 2));
	FAILS(EINVAL, rump_sys_lseek(fd, 0, 3));
	ATF_CHECK_EQ(rump_sys_lseek(fd, 0, 1), 110);
	ATF_CHECK_EQ(rump_sys_lseek(fd, INT64_MAX, 1), -1);
	FAILS(EBADF, rump_sys_lseek(77, 0, 0));
	OK(rump_sys_pipe(fds));
	FAILS(ESPIPE, rump_sys_lseek(fds[0], 0, 1));
	ATF_CHECK_EQ(rump_sys_fpathconf(fds[0], 6 /* _PC_PIPE_BUF */), 512);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(fds[0], 0, 0, 0), RUMP_ESPIPE);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(fd, 0, 0, 3), 0);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(fd, 0, 0, 4), 0);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(fd, 0, 0, 99), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(fd, -1, 0, 0), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_posix_fadvise(78, 0, 0, 0), RUMP_EBADF);
	ATF_CHECK_EQ(rump_sys_posix_fallocate(fd, -1, 5), RUMP_EINVAL);
	FAILS(EINVAL, rump_sys_fdiscard(fd, INT64_MAX, 2));
	OK(rump_sys_fsync(fd));
	OK(rump_sys_fdatasync(fd));
	OK(rump_sys_fsync_range(fd, 0x10, 0, 0));
	FAILS(EINVAL, rump_sys_fsync_range(fd, 0, 0, 0));
	FAILS(EINVAL, rump_sys_fsync_range(fd, 0x30, 0, 0));
	FAILS(EINVAL, rump_sys_fsync_range(fd, 0x10, INT64_MAX, 5));
	rump_sys_sync();
}

ATF_TC_WITHOUT_HEAD(truncate);
ATF_TC_BODY(truncate, tc)
{
	struct rump_stat sb;
	char buf[8];
	int fd;

	boot();
	make("f", "0123456789");
	OK(rump_sys_truncate("f", 3));
	OK(rump_sys_stat("f", &sb));
	ATF_CHECK_EQ(sb.st_size, 3);
	FAILS(EINVAL, rump_sys_truncate("f", -1));
	FAILS(EISDIR, rump_sys_truncate("/d", 0));
	FAILS(ENOENT, rump_sys_truncate("no", 0));
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	OK(rump_sys_ftruncate(fd, 6));
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 8), 6);
	ATF_CHECK(memcmp(buf, "012\0\0\0", 6) == 0);
	FAILS(EINVAL, rump_sys_ftruncate(fd, -1));
	OK(rump_sys_close(fd));
	OK(fd = rump_sys_open("f", RUMP_O_RDONLY));
	FAILS(EINVAL, rump_sys_ftruncate(fd, 0));
}

ATF_TC_WITHOUT_HEAD(attributes);
ATF_TC_BODY(attributes, tc)
{
	struct rump_timeval tv[2] = { { 100, 5 }, { 200, 6 } };
	struct rump_stat sb, sb2;
	int fd;

	boot();
	make("f", "x");
	OK(rump_sys_symlink("f", "ln"));
	OK(rump_sys_chmod("ln", 04711));
	ATF_CHECK_EQ(mode("f"), RUMP_S_IFREG | 04711);
	OK(rump_sys_chown("f", 5, (gid_t)-1));
	OK(rump_sys_stat("f", &sb));
	ATF_CHECK_EQ(sb.st_uid, 5);
	ATF_CHECK_EQ(sb.st_gid, 0);
	/* BSD semantics: the owner's bit goes with the owner. */
	ATF_CHECK_EQ(sb.st_mode & 07777, 0711);
	OK(fd = rump_sys_open("f", RUMP_O_RDWR));
	OK(rump_sys_fchmod(fd, 02600));
	OK(rump_sys___posix_fchown(fd, 6, 7));
	OK(rump_sys_fstat(fd, &sb));
	ATF_CHECK_EQ(sb.st_uid, 6);
	ATF_CHECK_EQ(sb.st_gid, 7);
	ATF_CHECK_EQ(sb.st_mode & 07777, 02600);	/* by root: kept */

	OK(rump_sys_utimes("f", tv));
	OK(rump_sys_stat("f", &sb));
	ATF_CHECK_EQ(sb.rst_atim.tv_sec, 100);
	ATF_CHECK_EQ(sb.rst_mtim.tv_sec, 200);
	ATF_CHECK_EQ(sb.rst_mtim.tv_nsec, 6000);
	tv[0].tv_usec = 1000000;
	FAILS(EINVAL, rump_sys_futimes(fd, tv));
	OK(rump_sys_futimes(fd, NULL));
	OK(rump_sys_stat("f", &sb2));
	ATF_CHECK(sb2.rst_mtim.tv_sec > 1000000);

	FAILS(EINVAL, rump_sys_access("f", 8));
	OK(rump_sys_access("f", 0));
	OK(rump_sys_access("f", 6));
	FAILS(ENOENT, rump_sys_access("no", 0));
	FAILS(EINVAL, rump_sys_faccessat(AT_FDCWD, "f", 0, 1));
	FAILS(EFAULT, rump_sys_stat("f", NULL));
	FAILS(ENOENT, rump_sys_stat("no", &sb));
	FAILS(EINVAL, rump_sys_fchmodat(AT_FDCWD, "f", 0, 1));
	FAILS(EBADF, rump_sys_fchmod(99, 0));
	FAILS(EBADF, rump_sys_fchown(99, 0, 0));
	ATF_CHECK(rump_sys_pathconf("/", 4) >= 255);
	FAILS(EINVAL, rump_sys_pathconf("/", 12345));
	FAILS(EBADF, rump_sys_fpathconf(99, 4));
}

ATF_TC_WITHOUT_HEAD(links);
ATF_TC_BODY(links, tc)
{
	char buf[16];

	boot();
	make("f", "x");
	OK(rump_sys_symlink("target", "ln"));
	FAILS(EEXIST, rump_sys_symlink("x", "ln"));
	FAILS(EEXIST, rump_sys_symlink("x", "f"));
	ATF_CHECK_EQ(rump_sys_readlink("ln", buf, sizeof(buf)), 6);
	ATF_CHECK_EQ(rump_sys_readlink("ln", buf, 3), 3);
	FAILS(EINVAL, rump_sys_readlink("f", buf, sizeof(buf)));
	FAILS(EPERM, rump_sys_link("/d", "dir"));
	FAILS(ENOENT, rump_sys_link("no", "g"));
	FAILS(EEXIST, rump_sys_link("f", "ln"));
	FAILS(EINVAL, rump_sys_linkat(AT_FDCWD, "f", AT_FDCWD, "g", 1));
	if (rump_sys_link("f", "g") == 0) {
		OK(rump_sys_unlink("f"));
		OK(rump_sys_access("g", 0));
	} else
		ATF_CHECK_MSG(errno == RUMP_EOPNOTSUPP || errno == RUMP_EROFS, "%s", rump_strerror(errno));
	OK(rump_sys_unlink("ln"));
	FAILS(ENOENT, rump_sys_unlink("ln"));
	FAILS(EBUSY, rump_sys_unlink("/"));
}

ATF_TC_WITHOUT_HEAD(rename);
ATF_TC_BODY(rename, tc)
{

	boot();
	make("f", "x");
	OK(rump_sys_mkdir("a", 0755));
	FAILS(ENOENT, rump_sys_rename("no", "x"));
	FAILS(ENOENT, rump_sys_rename("f", "no/x"));
	FAILS(EINVAL, rump_sys_rename(".", "x"));
	FAILS(EINVAL, rump_sys_rename("a/.", "x"));
	FAILS(EINVAL, rump_sys_rename("a", ".."));
	FAILS(EISDIR, rump_sys_rename("a", "a/."));
	FAILS(EISDIR, rump_sys_rename("f", "a"));
	FAILS(ENOTDIR, rump_sys_rename("a", "f"));
	OK(rump_sys_rename("f", "f"));
	OK(rump_sys___posix_rename("f", "f"));
	if (rump_sys_rename("f", "g") == 0) {
		FAILS(ENOENT, rump_sys_access("f", 0));
		OK(rump_sys_access("g", 0));
		OK(rump_sys_rename("g", "a/h"));
		FAILS(EINVAL, rump_sys_rename("a", "a/b"));
		OK(rump_sys_renameat(AT_FDCWD, "a/h", AT_FDCWD, "f"));
	} else
		ATF_CHECK_EQ_MSG(errno, RUMP_EOPNOTSUPP, "%s", rump_strerror(errno));
	OK(rump_sys_unlink("f"));
	OK(rump_sys_rmdir("a"));
}

ATF_TC_WITHOUT_HEAD(nodes);
ATF_TC_BODY(nodes, tc)
{

	boot();
	OK(rump_sys_mkfifo("fifo", 0600));
	ATF_CHECK_EQ(mode("fifo"), RUMP_S_IFIFO | 0600);
	FAILS(EEXIST, rump_sys_mkfifo("fifo", 0600));
	OK(rump_sys_mknod("b", RUMP_S_IFBLK | 0600, RUMP_MAKEDEV(300, 70000)));
	FAILS(EINVAL, rump_sys_mknod("x", RUMP_S_IFDIR | 0600, 0));
	FAILS(EINVAL, rump_sys_mknod("x", RUMP_S_IFIFO | 0600, 1));
	OK(rump_sys_mknod("r", RUMP_S_IFREG | 0600, 0));
	ATF_CHECK_EQ(mode("r"), RUMP_S_IFREG | 0600);
	FAILS(ENXIO, rump_sys_open("b", RUMP_O_RDONLY));
}

ATF_TC_WITHOUT_HEAD(chroot);
ATF_TC_BODY(chroot, tc)
{
	struct rump_statvfs sv;
	char cwd[64];
	int fd;

	boot();
	make("f", "x");
	OK(rump_sys_mkdir("root", 0755));
	OK(rump_sys_mkdir("root/in", 0755));
	OK(fd = rump_sys_open("/", RUMP_O_RDONLY));
	FAILS(ENOTDIR, rump_sys_chroot("f"));
	OK(rump_sys_chroot("root"));
	FAILS(ENOENT, rump_sys_access("/d/f", 0));
	FAILS(ENOENT, rump_sys_access("../../d/f", 0));
	OK(rump_sys_access("/in", 0));
	OK(rump_sys_chdir("/in"));
	OK(rump_sys___getcwd(cwd, sizeof(cwd)));
	ATF_CHECK_STREQ(cwd, "/in");
	OK(rump_sys_statvfs1("/in", &sv, 1));
	ATF_CHECK_STREQ(sv.f_mntonname, "/");
	ATF_CHECK_EQ(rump_sys_getvfsstat(&sv, sizeof(sv), 2), 0);
	OK(rump_sys_fchroot(fd));
	OK(rump_sys_access("/d/f", 0));
}

ATF_TC_WITHOUT_HEAD(mounts);
ATF_TC_BODY(mounts, tc)
{
	struct rump_statvfs sv[4];
	int fd, n;

	boot();
	make("f", "x");
	OK(n = rump_sys_getvfsstat(NULL, 0, 2));
	ATF_CHECK(n >= 1);
	ATF_CHECK_EQ(rump_sys_getvfsstat(sv, sizeof(sv), 1), n);
	ATF_CHECK_STREQ(sv[0].f_mntonname, "/");
	ATF_CHECK_EQ(rump_sys_getvfsstat(sv, 10, 1), 0);
	OK(fd = rump_sys_open("f", RUMP_O_RDONLY));
	OK(rump_sys_fstatvfs1(fd, &sv[1], 2));
	ATF_CHECK_STREQ(sv[1].f_fstypename, sv[0].f_fstypename);
	FAILS(EBADF, rump_sys_fstatvfs1(99, &sv[1], 2));
	FAILS(ENOENT, rump_sys_statvfs1("no", &sv[1], 2));

	FAILS(ENODEV, rump_sys_mount("nosuchfs", "/d", 0, NULL, 0));
	FAILS(ENOENT, rump_sys_mount("rumpfs", "/no", 0, NULL, 0));
	FAILS(EINVAL, rump_sys_mount(NULL, "/d", 0, NULL, 0));
	FAILS(ENAMETOOLONG, rump_sys_mount("a name that is longer than any file system's",
	    "/d", 0, NULL, 0));
	FAILS(EFAULT, rump_sys_mount("rumpfs", "/d", 0, (void *)1, 100));
	FAILS(EINVAL, rump_sys_unmount("/", 0));
	FAILS(EINVAL, rump_sys_unmount("/d", 0));
	FAILS(ENOENT, rump_sys_unmount("/no", 0));
	FAILS(EOPNOTSUPP, rump_sys_setxattr("f", "user.a", "v", 1, 0));
	FAILS(EOPNOTSUPP, rump_sys_setxattr("f", "nospace", "v", 1, 0));
	FAILS(EOPNOTSUPP, rump_sys_extattr_get_file("f", 1, "a", NULL, 0));
	FAILS(EOPNOTSUPP, rump_sys_extattr_list_fd(fd, 1, NULL, 0));
}

/* Someone who is not the superuser. */
ATF_TC_WITHOUT_HEAD(unprivileged);
ATF_TC_BODY(unprivileged, tc)
{
	size_t size = 64;
	char fh[64];

	boot();
	make("f", "x");
	OK(rump_sys_chmod("f", 0600));
	OK(rump_sys_mkdir("p", 0700));
	OK(rump_sys_seteuid(1000));
	FAILS(EACCES, rump_sys_open("f", RUMP_O_RDONLY));
	FAILS(EACCES, rump_sys_open("p/x", RUMP_O_RDONLY));
	FAILS(EACCES, rump_sys_open("new", RDWR, 0644));
	FAILS(EACCES, rump_sys_mkdir("new", 0755));
	FAILS(EACCES, rump_sys_unlink("f"));
	FAILS(EACCES, rump_sys_chdir("p"));
	FAILS(EPERM, rump_sys_chmod("f", 0666));
	FAILS(EPERM, rump_sys_chown("f", 1000, 1000));
	FAILS(EPERM, rump_sys_chroot("/d"));
	FAILS(EPERM, rump_sys_mknod("x", RUMP_S_IFCHR, 0));
	FAILS(EPERM, rump_sys_getfh("f", fh, &size));
	FAILS(EPERM, rump_sys_revoke("f"));
	FAILS(EPERM, rump_sys_unmount("/", 0));
	ATF_CHECK_EQ(rump_sys_mount("rumpfs", "/d", 0, NULL, 0), -1);
	/* access() asks for the real user. */
	OK(rump_sys_access("f", 4));
	FAILS(EACCES, rump_sys_faccessat(AT_FDCWD, "f", 4, RUMP_AT_EACCESS));
	OK(rump_sys_seteuid(0));
	OK(rump_sys_open("f", RUMP_O_RDONLY));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, open_flags);
	ATF_TP_ADD_TC(tp, at_calls);
	ATF_TP_ADD_TC(tp, directories);
	ATF_TP_ADD_TC(tp, seek);
	ATF_TP_ADD_TC(tp, truncate);
	ATF_TP_ADD_TC(tp, attributes);
	ATF_TP_ADD_TC(tp, links);
	ATF_TP_ADD_TC(tp, rename);
	ATF_TP_ADD_TC(tp, nodes);
	ATF_TP_ADD_TC(tp, chroot);
	ATF_TP_ADD_TC(tp, mounts);
	ATF_TP_ADD_TC(tp, unprivileged);
	return atf_no_error();
}
