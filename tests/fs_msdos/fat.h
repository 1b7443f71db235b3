/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the tests of msdosfs have in common.  Volumes are made by mkfs.fat and
 * filled by mtools; fsck.fat judges what the driver leaves behind.
 */

#ifndef TESTS_FS_MSDOS_FAT_H
#define TESTS_FS_MSDOS_FAT_H

#include <sys/types.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumperrno2host.h>
#include <rump/rumpuser_fuzz.h>

#define IMG	"fat.img"
#define DEV	"/dev/fat"
#define MNT	"/mnt"
#define LONGNAMES (RUMP_MSDOSFSMNT_LONGNAME | RUMP_MSDOSFSMNT_UTF8)

/* Why the last system call of the rump kernel failed, in the host's numbers. */
static inline int
oserr(void)
{

	return rump_errno2host(errno);
}

/* Runs a command of the host; its exit status. */
static inline int
sh(const char *fmt, ...)
{
	char cmd[4096];
	va_list ap;
	int st;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	setenv("MTOOLS_SKIP_CHECK", "1", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	fflush(stdout);
	st = system(cmd);
	return WIFEXITED(st) ? WEXITSTATUS(st) : 99;
}

#define SH(...)	ATF_REQUIRE_EQ(sh(__VA_ARGS__), 0)

static inline void
mkfs(unsigned kib, const char *options)
{

	SH("rm -f " IMG " && mkfs.fat -a -i 12345678 %s -C " IMG " %u >mkfs.out 2>&1", options, kib);
}

static inline void
boot(void)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rump_pub_etfs_register(DEV, IMG, RUMP_ETFS_BLK), 0);
	ATF_REQUIRE(rump_sys_mkdir(MNT, 0777) == 0);
}

/* Mounts with these flags of mount(2) and of msdosfs; 0 or an errno. */
static inline int
fat_mount(int mntflags, int flags)
{
	struct rump_msdosfs_args a = {
		.fspec = (char *)(uintptr_t)DEV, .mask = 0755, .dirmask = 0755,
		.flags = RUMP_MSDOSFSMNT_VERSIONED | flags, .version = RUMP_MSDOSFSMNT_VERSION,
	};

	return rump_sys_mount("msdos", MNT, mntflags, &a, sizeof(a)) == 0 ? 0 : oserr();
}

static inline void
mounted(int mntflags, int flags)
{

	ATF_REQUIRE_EQ(fat_mount(mntflags, flags), 0);
}

static inline void
unmounted(void)
{

	ATF_REQUIRE_EQ_MSG(rump_sys_unmount(MNT, 0), 0, "unmount: %s", strerror(oserr()));
}

/* fsck.fat finds nothing to mend. */
static inline void
sound(void)
{

	if (sh("fsck.fat -n -v " IMG " >fsck.out 2>&1") != 0) {
		sh("cat fsck.out");
		atf_tc_fail("fsck.fat is not content");
	}
}

/* Writes a file whose bytes follow from seed; 0 or an errno. */
static inline void
pattern(uint8_t *buf, size_t len, unsigned seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)(seed * 31 + i * 7 + (i >> 8));
}

static inline int
writefile(const char *path, size_t len, unsigned seed)
{
	uint8_t *buf = malloc(len + 1);
	int fd, rc = 0;

	pattern(buf, len, seed);
	fd = rump_sys_open(path, RUMP_O_CREAT | RUMP_O_TRUNC | RUMP_O_WRONLY, 0644);
	if (fd == -1)
		rc = oserr();
	else {
		ssize_t n = len == 0 ? 0 : rump_sys_write(fd, buf, len);

		if (n == -1)
			rc = oserr();
		else if ((size_t)n != len)
			rc = ENOSPC;
		rump_sys_close(fd);
	}
	free(buf);
	return rc;
}

/* A file's bytes, or NULL with errno set; *lenp is their number. */
static inline uint8_t *
readfile(const char *path, size_t *lenp)
{
	struct rump_stat sb;
	uint8_t *buf;
	ssize_t n;
	int fd;

	if ((fd = rump_sys_open(path, RUMP_O_RDONLY)) == -1)
		return NULL;
	ATF_REQUIRE_EQ(rump_sys_fstat(fd, &sb), 0);
	buf = malloc(sb.st_size + 1);
	n = rump_sys_read(fd, buf, sb.st_size + 1);
	rump_sys_close(fd);
	if (n == -1) {
		free(buf);
		return NULL;
	}
	*lenp = (size_t)n;
	return buf;
}

static inline void
samefile(const char *path, size_t len, unsigned seed)
{
	uint8_t *want = malloc(len + 1), *got;
	size_t n;

	pattern(want, len, seed);
	got = readfile(path, &n);
	ATF_REQUIRE_MSG(got != NULL, "%s: %s", path, strerror(oserr()));
	ATF_REQUIRE_EQ_MSG(n, len, "%s: %zu bytes, want %zu", path, n, len);
	ATF_REQUIRE_MSG(memcmp(got, want, len) == 0, "%s: wrong bytes", path);
	free(want);
	free(got);
}

/* Names in a directory, in its order, each with a blank behind it. */
static inline const char *
names(const char *path)
{
	static char list[65536];
	char buf[4096] __attribute__((__aligned__(8)));
	int fd = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY);
	ssize_t n, off;

	list[0] = '\0';
	ATF_REQUIRE_MSG(fd != -1, "%s: %s", path, strerror(oserr()));
	while ((n = rump_sys_getdents(fd, buf, sizeof(buf))) > 0)
		for (off = 0; off < n; off += ((struct rump_dirent *)(buf + off))->d_reclen) {
			const struct rump_dirent *d = (void *)(buf + off);

			if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
				strncat(list, d->d_name, sizeof(list) - strlen(list) - 2);
				strcat(list, " ");
			}
		}
	ATF_REQUIRE_EQ(n, 0);
	rump_sys_close(fd);
	return list;
}

/* Byte of the image at this offset. */
static inline int
peek(long off)
{
	FILE *f = fopen(IMG, "rb");
	int c;

	ATF_REQUIRE(f != NULL);
	fseek(f, off, SEEK_SET);
	c = fgetc(f);
	fclose(f);
	return c;
}

static inline void
poke(long off, const char *bytes, size_t n)
{
	FILE *f = fopen(IMG, "r+b");

	ATF_REQUIRE(f != NULL);
	fseek(f, off, SEEK_SET);
	fwrite(bytes, 1, n, f);
	fclose(f);
}

#define EXISTS(path)	ATF_CHECK_EQ_MSG(rump_sys_access(path, 0), 0, "%s: %s", path, strerror(oserr()))
#define FAILS(err, call) do {								\
	errno = 0;									\
	ATF_CHECK_MSG((call) == -1 && oserr() == (err), "%s: %s", #call, strerror(oserr()));\
} while (0)
#define WORKS(call)	ATF_REQUIRE_MSG((call) != -1, "%s: %s", #call, strerror(oserr()))

#endif
