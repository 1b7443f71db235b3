/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * For the tests of cd9660: a booted kernel, an image mounted in it.
 */

#ifndef TESTS_FS_CD9660_ISOTEST_H
#define TESTS_FS_CD9660_ISOTEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumperr.h>
#include <rump/rumpuser_fuzz.h>

#define	MNT	"/mnt"
#define	DEV	"/dev/iso"
#define	SEEDS	TOP "/corpus/fuzz_cd9660/seed-"

#define	OK(x)		ATF_REQUIRE_MSG((x) != -1, "%s: %s", #x, rump_strerror(errno))
#define	FAILS(e, x)	ATF_CHECK_ERRNO(RUMP_##e, (x) == -1)

/* What the kernel printed since boot. */
static char klog[65536];
static size_t kloglen;

static inline void
iso_console(const char *buf, size_t len, void *arg)
{

	if (len > sizeof(klog) - 1 - kloglen)
		len = sizeof(klog) - 1 - kloglen;
	memcpy(klog + kloglen, buf, len);
	kloglen += len;
}

static inline unsigned
iso_logged(const char *what)
{
	unsigned n = 0;
	const char *p;

	for (p = klog; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static inline void
iso_boot(void)
{

	rumpuser_console_sink(iso_console, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
	OK(rump_sys_mkdir(MNT, 0755));
}

/* Mounts the image that DEV is; 0, or -1 and errno. */
static inline int
iso_mount(int flags)
{
	struct rump_iso_args a;

	memset(&a, 0, sizeof(a));
	a.fspec = DEV;
	a.flags = flags;
	return rump_sys_mount("cd9660", MNT, RUMP_MNT_RDONLY, &a, sizeof(a));
}

static inline void
iso_device(const char *host)
{

	ATF_REQUIRE_EQ_MSG(rump_pub_etfs_register(DEV, host, RUMP_ETFS_BLK), 0, "%s", host);
}

/* Boots and mounts a seed. */
static inline void
iso_seed(const char *name, int flags)
{
	char path[512];

	iso_boot();
	snprintf(path, sizeof(path), "%s%s", SEEDS, name);
	iso_device(path);
	OK(iso_mount(flags));
}

static inline void
iso_remount(int flags)
{

	OK(rump_sys_unmount(MNT, 0));
	OK(iso_mount(flags));
}

static inline void
iso_done(void)
{

	OK(rump_sys_unmount(MNT, 0));
	ATF_REQUIRE_EQ(rump_pub_etfs_remove(DEV), 0);
}

static int
iso_cmp(const void *a, const void *b)
{

	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Names in a directory, sorted, with a space between; reads bufsize bytes
 * at a time.
 */
static inline const char *
iso_names(const char *path, size_t bufsize)
{
	static char out[65536];
	char *v[4096], *buf = malloc(bufsize);
	unsigned n = 0, i;
	ssize_t got, off;
	int fd;

	OK(fd = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY));
	while ((got = rump_sys_getdents(fd, buf, bufsize)) > 0) {
		for (off = 0; off < got;) {
			const struct rump_dirent *d = (const void *)(buf + off);

			ATF_REQUIRE(d->d_reclen != 0 && d->d_reclen <= got - off);
			ATF_REQUIRE_EQ(strlen(d->d_name), d->d_namlen);
			off += d->d_reclen;
			ATF_REQUIRE(n < 4096);
			v[n++] = strdup(d->d_name);
		}
	}
	ATF_REQUIRE_MSG(got == 0, "getdents %s: %s", path, rump_strerror(errno));
	OK(rump_sys_close(fd));
	qsort(v, n, sizeof(v[0]), iso_cmp);
	out[0] = '\0';
	for (i = 0; i < n; i++) {
		if (i != 0)
			strcat(out, " ");
		strcat(out, v[i]);
		free(v[i]);
	}
	free(buf);
	return out;
}

/* Does the file have size bytes of the word and a newline again and again? */
static inline void
iso_says(const char *path, const char *word, size_t size)
{
	char *want = malloc(size + 64), *have = malloc(size + 64);
	size_t n = 0;
	ssize_t got;
	int fd;

	while (n < size)
		n += sprintf(want + n, "%s\n", word);
	ATF_REQUIRE_MSG((fd = rump_sys_open(path, RUMP_O_RDONLY)) != -1, "%s: %s", path,
	    rump_strerror(errno));
	got = rump_sys_read(fd, have, size + 64);
	ATF_CHECK_EQ_MSG(got, (ssize_t)size, "%s: read %zd", path, got);
	if (got == (ssize_t)size)
		ATF_CHECK_MSG(memcmp(want, have, size) == 0, "%s has something else", path);
	OK(rump_sys_close(fd));
	free(want);
	free(have);
}

static inline struct rump_stat
iso_stat(const char *path)
{
	struct rump_stat sb;

	memset(&sb, 0, sizeof(sb));
	ATF_CHECK_MSG(rump_sys_lstat(path, &sb) == 0, "%s: %s", path, rump_strerror(errno));
	return sb;
}

#endif /* TESTS_FS_CD9660_ISOTEST_H */
