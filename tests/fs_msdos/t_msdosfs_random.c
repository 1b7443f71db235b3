/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Random operations on a volume, next to a model of it in memory.  After each
 * round the volume is unmounted, fsck.fat finds nothing to mend, and all
 * files of the model, and no others, are there with the right bytes.
 */

#include "fat.h"

#define NFILES	40
#define NDIRS	6
#define MAXSIZE	40000

static struct file {
	int	used;
	int	dir;		/* 0: the root */
	int	name;		/* number in the name */
	size_t	size;
	uint8_t	data[MAXSIZE];
} files[NFILES];
static int dirs[NDIRS + 1];	/* parent + 1, 0: not there; [0] is the root */
static uint32_t seed;
static int newname;

static uint32_t
rnd(uint32_t n)
{

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void
dirpath(char *buf, size_t len, int d)
{
	char up[200];

	if (d == 0) {
		snprintf(buf, len, MNT);
		return;
	}
	dirpath(up, sizeof(up), dirs[d] - 1);
	snprintf(buf, len, "%s/Dir %d", up, d);
}

static void
path(char *buf, size_t len, int dir, int name)
{
	char up[200];

	dirpath(up, sizeof(up), dir);
	if (name % 3 == 0)
		snprintf(buf, len, "%s/F%d.TXT", up, name);
	else if (name % 3 == 1)
		snprintf(buf, len, "%s/a rather long name, number %d.data", up, name);
	else
		snprintf(buf, len, "%s/lower%d", up, name);
}

static int
anydir(void)
{
	int d;

	do
		d = rnd(NDIRS + 1);
	while (d != 0 && dirs[d] == 0);
	return d;
}

static void
check(const struct file *f)
{
	char p[300];
	uint8_t *got;
	size_t n, i;

	path(p, sizeof(p), f->dir, f->name);
	got = readfile(p, &n);
	ATF_REQUIRE_MSG(got != NULL, "%s: %s", p, strerror(oserr()));
	ATF_REQUIRE_EQ_MSG(n, f->size, "%s: %zu bytes, want %zu", p, n, f->size);
	for (i = 0; i < n && got[i] == f->data[i]; i++)
		continue;
	ATF_REQUIRE_MSG(i == n, "%s: %zu bytes, byte %zu is %u, want %u", p, n, i, got[i], f->data[i]);
	free(got);
}

static void
step(void)
{
	struct file *f = &files[rnd(NFILES)];
	char p[300], q[300];
	size_t off, len;
	uint8_t buf[9000];
	int fd, d, i, e;
	ssize_t n;

	if (!f->used) {
		f->dir = anydir();
		f->name = newname++;
		path(p, sizeof(p), f->dir, f->name);
		fd = rump_sys_open(p, RUMP_O_CREAT | RUMP_O_EXCL | RUMP_O_RDWR, 0644);
		if (fd == -1) {
			ATF_REQUIRE_EQ_MSG(oserr(), ENOSPC, "create %s: %s", p, strerror(oserr()));
			return;
		}
		rump_sys_close(fd);
		f->used = 1;
		f->size = 0;
	}
	path(p, sizeof(p), f->dir, f->name);
	switch (rnd(12)) {
	case 0: case 1: case 2: case 3:
		off = rnd(3) == 0 ? f->size : rnd(f->size + 2000);
		len = rnd(sizeof(buf)) + 1;
		if (off + len > MAXSIZE)
			break;
		pattern(buf, len, seed);
		fd = rump_sys_open(p, RUMP_O_RDWR);
		ATF_REQUIRE_MSG(fd != -1, "%s: %s", p, strerror(oserr()));
		n = rump_sys_pwrite(fd, buf, len, off);
		if (n == -1) {
			ATF_REQUIRE_EQ_MSG(oserr(), ENOSPC, "write %s: %s", p, strerror(oserr()));
			n = 0;
		}
		if (n > 0) {
			if (off > f->size)
				memset(f->data + f->size, 0, off - f->size);
			memcpy(f->data + off, buf, n);
			if (off + n > f->size)
				f->size = off + n;
		}
		if (rnd(8) == 0)
			ATF_REQUIRE_EQ(rump_sys_fsync(fd), 0);
		rump_sys_close(fd);
		break;
	case 4:
		len = rnd(f->size + 3000);
		if (len > MAXSIZE)
			break;
		if (rump_sys_truncate(p, len) == -1) {
			ATF_REQUIRE_EQ(oserr(), ENOSPC);
			break;
		}
		if (len > f->size)
			memset(f->data + f->size, 0, len - f->size);
		f->size = len;
		break;
	case 5:
		if (rump_sys_unlink(p) == -1)
			atf_tc_fail("unlink %s: %s", p, strerror(oserr()));
		f->used = 0;
		break;
	case 6: case 7:
		d = anydir();
		i = newname++;
		path(q, sizeof(q), d, i);
		if (rump_sys_rename(p, q) == -1) {
			ATF_REQUIRE_EQ_MSG(oserr(), ENOSPC, "rename %s %s: %s", p, q, strerror(oserr()));
			break;
		}
		f->dir = d;
		f->name = i;
		break;
	case 8: {
		struct file *g = &files[rnd(NFILES)];

		if (!g->used || g == f)
			break;
		path(q, sizeof(q), g->dir, g->name);
		if (rump_sys_rename(p, q) == -1)
			atf_tc_fail("rename %s over %s: %s", p, q, strerror(oserr()));
		memcpy(g->data, f->data, f->size);
		g->size = f->size;
		f->used = 0;
		check(g);
		return;
	}
	case 9:
		d = 1 + rnd(NDIRS);
		if (dirs[d] == 0) {
			int up = anydir();

			dirs[d] = up + 1;
			dirpath(q, sizeof(q), d);
			if (rump_sys_mkdir(q, 0755) == -1) {
				ATF_REQUIRE_EQ_MSG(oserr(), ENOSPC, "mkdir %s: %s", q, strerror(oserr()));
				dirs[d] = 0;
			}
			break;
		}
		dirpath(q, sizeof(q), d);
		e = 0;
		for (i = 0; i < NFILES; i++)
			e |= files[i].used && files[i].dir == d;
		for (i = 1; i <= NDIRS; i++)
			e |= dirs[i] == d + 1;
		if (rump_sys_rmdir(q) == -1)
			ATF_REQUIRE(e);
		else {
			ATF_REQUIRE(!e);
			dirs[d] = 0;
		}
		break;
	case 10: {
		int up = anydir(), a;

		d = 1 + rnd(NDIRS);
		if (dirs[d] == 0)
			break;
		for (a = up; a != 0 && a != d; a = dirs[a] - 1)
			continue;
		dirpath(p, sizeof(p), d);
		dirpath(q, sizeof(q), up);
		snprintf(q + strlen(q), sizeof(q) - strlen(q), "/Dir %d", d);
		e = rump_sys_rename(p, q) == -1 ? oserr() : 0;
		if (a == d)
			ATF_REQUIRE_EQ_MSG(e, EINVAL, "rename %s %s", p, q);
		else if (e == 0)
			dirs[d] = up + 1;
		else
			ATF_REQUIRE_EQ_MSG(e, ENOSPC, "rename %s %s: %s", p, q, strerror(e));
		return;
	}
	default:
		check(f);
	}
	if (f->used && rnd(4) == 0)
		check(f);
}

/* How many names the model has in a directory, and how many there are. */
static int
count(int d)
{
	int n = 0, i;

	for (i = 0; i < NFILES; i++)
		n += files[i].used && files[i].dir == d;
	for (i = 1; i <= NDIRS; i++)
		n += dirs[i] == d + 1;
	return n;
}

static int
entries(int d)
{
	char p[300], buf[4096] __attribute__((__aligned__(8)));
	int fd, n = 0;
	ssize_t got, off;

	dirpath(p, sizeof(p), d);
	fd = rump_sys_open(p, RUMP_O_RDONLY);
	ATF_REQUIRE_MSG(fd != -1, "%s: %s", p, strerror(oserr()));
	while ((got = rump_sys_getdents(fd, buf, sizeof(buf))) > 0)
		for (off = 0; off < got; off += ((struct rump_dirent *)(void *)(buf + off))->d_reclen)
			n++;
	ATF_REQUIRE_EQ(got, 0);
	rump_sys_close(fd);
	return n - 2;
}

static void
rounds(unsigned kib, const char *options, int mntflags, int nrounds, int nsteps)
{
	int r, s, i;

	seed = kib + nsteps;
	memset(dirs, 0, sizeof(dirs));
	dirs[0] = 1;
	mkfs(kib, options);
	boot();
	for (r = 0; r < nrounds; r++) {
		mounted(mntflags, LONGNAMES);
		for (i = 0; i < NFILES; i++)
			if (files[i].used)
				check(&files[i]);
		for (i = 0; i <= NDIRS; i++)
			if (dirs[i] != 0)
				ATF_REQUIRE_EQ(entries(i), count(i));
		for (s = 0; s < nsteps; s++)
			step();
		unmounted();
		sound();
	}
}

#define ROUNDS(name, kib, options, flags, n, steps)	\
ATF_TC_WITHOUT_HEAD(name);				\
ATF_TC_BODY(name, tc)					\
{							\
	rounds(kib, options, flags, n, steps);		\
}
ROUNDS(fat12, 1440, "", 0, 10, 400)
ROUNDS(fat12_full, 200, "-F 12 -s 1", 0, 10, 400)
ROUNDS(fat16, 8192, "-F 16 -s 1", 0, 10, 400)
ROUNDS(fat16_sync, 8192, "-F 16 -s 1", RUMP_MNT_SYNCHRONOUS, 5, 200)
ROUNDS(fat16_async, 8192, "-F 16 -s 2", RUMP_MNT_ASYNC, 5, 400)
ROUNDS(fat32, 40000, "-F 32 -s 1", 0, 10, 400)
ROUNDS(cluster32k, 65536, "-F 12 -s 64", 0, 5, 400)
ROUNDS(sector4096, 4096, "-F 12 -S 4096 -s 1", 0, 5, 400)

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fat12);
	ATF_TP_ADD_TC(tp, fat12_full);
	ATF_TP_ADD_TC(tp, fat16);
	ATF_TP_ADD_TC(tp, fat16_sync);
	ATF_TP_ADD_TC(tp, fat16_async);
	ATF_TP_ADD_TC(tp, fat32);
	ATF_TP_ADD_TC(tp, cluster32k);
	ATF_TP_ADD_TC(tp, sector4096);
	return atf_no_error();
}
