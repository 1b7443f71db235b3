/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz-bench [--fat IMAGE] [--iso IMAGE] [NAME...]: what an iteration
 * costs, on one core; see bench_util.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpuser_fuzz.h>

#include "bench_util.h"
#include "fsinput.h"

static struct fsdev *dev;
static struct fsinput fi;

static void
quiet(const char *buf, size_t len, void *arg)
{

}

/* rump_init() in fresh processes: nothing is booted here yet. */
static void
cold(void)
{
	double best = 1e9, t;
	struct rusage ru;
	int i, p[2], status;
	pid_t pid;

	for (i = 0; i < 15; i++) {
		must(pipe(p) == 0, "pipe");
		fflush(NULL);
		if ((pid = fork()) == 0) {
			t = now();
			if (rump_init() != 0)
				_exit(1);
			t = now() - t;
			if (write(p[1], &t, sizeof(t)) != sizeof(t))
				_exit(1);
			_exit(0);
		}
		must(pid != -1, "fork");
		close(p[1]);
		must(read(p[0], &t, sizeof(t)) == sizeof(t), "the child did not boot");
		close(p[0]);
		wait4(pid, &status, 0, &ru);
		if (t < best)
			best = t;
	}
	print("cold-start", best * 1e3, "ms", SANITIZED ? 0 : 2.0, 0);
	print("resident-after-boot", ru.ru_maxrss / 1024.0, "MiB", SANITIZED ? 0 : 3.0, 0);
}

static void
do_getpid(unsigned n)
{

	while (n-- > 0)
		rump_sys_getpid();
}

static void
do_open(unsigned n)
{
	int fd;

	while (n-- > 0) {
		fd = rump_sys_open("/file", RUMP_O_RDONLY);
		rump_sys_close(fd);
	}
}

static int benchfd;

static void
do_pread(unsigned n)
{
	/* As allocators and stacks align it: an odd address costs the copy half as much again. */
	static char buf[4096] __attribute__((__aligned__(64)));

	while (n-- > 0)
		must(rump_sys_pread(benchfd, buf, sizeof(buf), 0) == sizeof(buf), "pread");
}

static void
tree(char *path)
{
	static char data[65536];
	char buf[4096];
	size_t len = strlen(path);
	ssize_t n, off;
	int dir = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY), fd;

	must(dir != -1, path);
	while ((n = rump_sys_getdents(dir, buf, sizeof(buf))) > 0) {
		for (off = 0; off < n;) {
			const struct rump_dirent *d = (const void *)(buf + off);

			off += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			path[len] = '/';
			strcpy(path + len + 1, d->d_name);
			if (d->d_type == RUMP_DT_DIR)
				tree(path);
			else if (d->d_type == RUMP_DT_REG) {
				must((fd = rump_sys_open(path, RUMP_O_RDONLY)) != -1, path);
				while (rump_sys_read(fd, data, sizeof(data)) > 0)
					continue;
				rump_sys_close(fd);
			}
			path[len] = '\0';
		}
	}
	rump_sys_close(dir);
}

static const char *fstype;
static int restoring;

static void
cycle(void)
{
	char path[4096] = "/mnt";
	struct rump_msdosfs_args ma = { .fspec = "/dev/bench", .version = 3, .flags = RUMP_MSDOSFSMNT_VERSIONED | RUMP_MSDOSFSMNT_LONGNAME,
		.mask = 0777, .dirmask = 0777 };
	struct rump_iso_args ia = { .fspec = "/dev/bench" };
	int iso = strcmp(fstype, "cd9660") == 0;

	fsdev_load(dev, &fi);
	must(rumpuser_image_add("bench.image", fi.fi_size, 0, &fsdev_ops, dev) == 0, "image");
	must(rump_pub_etfs_register("/dev/bench", "bench.image", RUMP_ETFS_BLK) == 0, "etfs");
	must(rump_sys_mount(fstype, "/mnt", 1, iso ? (void *)&ia : (void *)&ma,
	    iso ? sizeof(ia) : sizeof(ma)) == 0, "mount");
	tree(path);
	must(rump_sys_unmount("/mnt", 0) == 0, "unmount");
	must(rump_pub_etfs_remove("/dev/bench") == 0, "etfs remove");
	must(rumpuser_image_remove("bench.image") == 0, "image remove");
	if (restoring)
		must(rumpuser_restore() == 0, "restore");
}

static void
do_cycle(unsigned n)
{

	while (n-- > 0)
		cycle();
}

static void
do_restore(unsigned n)
{

	while (n-- > 0)
		must(rumpuser_restore() == 0, "restore");
}

/* The image in fi; its bytes stay. */
static int
load(const char *path, uint64_t grown)
{
	struct stat sb;
	uint8_t *data;
	int fd = open(path, O_RDONLY);

	if (fd == -1 || fstat(fd, &sb) == -1 || (data = malloc(sb.st_size + 1)) == NULL ||
	    read(fd, data, sb.st_size) != sb.st_size) {
		fprintf(stderr, "rumpfuzz bench: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	close(fd);
	fsinput_parse(&fi, data, sb.st_size);
	if (grown != 0)
		fi.fi_size = grown;
	return 0;
}

static double
best_of(double a, double b)
{

	return a > b ? a : b;
}

/*
 * A sanitized kernel reuses no memory until it is restored, so there the
 * cycle with the restore is the one that counts.
 */
static void
mounts(const char *name, const char *type, const char *path)
{
	char label[64];
	double r, big;
	int i;

	fstype = type;
	load(path, 0);
	restoring = 0;
	snprintf(label, sizeof(label), "%s-cycle", name);
	if (wanted(label))
		print(label, rate(do_cycle, 20), "per s", SANITIZED ? 0 : 15000, 1);
	restoring = 1;
	snprintf(label, sizeof(label), "%s-cycle+restore", name);
	if (wanted(label))
		print(label, rate(do_cycle, 20), "per s", SANITIZED ? 8000 : 0, 1);
	snprintf(label, sizeof(label), "%s-sparse", name);
	if (wanted(label)) {
		/* In turn, since the machine's speed drifts. */
		r = big = 0;
		for (i = 0; i < ROUNDS; i++) {
			load(path, 1 << 20);
			r = best_of(r, rate(do_cycle, 20));
			load(path, 1 << 30);
			big = best_of(big, rate(do_cycle, 20));
		}
		print(label, r / big, "x (1 GiB)", 1.2, 0);
	}
}

int
main(int argc, char **argv)
{
	const char *fat = NULL, *iso = NULL;
	struct rumpuser_reset_stats rs;
	double r;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--fat") == 0 && i + 1 < argc)
			fat = argv[++i];
		else if (strcmp(argv[i], "--iso") == 0 && i + 1 < argc)
			iso = argv[++i];
		else {
			fprintf(stderr, "usage: %s [--fat IMAGE] [--iso IMAGE] [NAME...]\n", argv[0]);
			return 2;
		}
	}
	only = argv + i;
	nonly = argc - i;
	bench_pin();
	printf("%s build, backend %s\n", SANITIZED ? "ASan" : "plain", rumpuser_backend());

	rumpuser_console_sink(quiet, NULL);
	if (wanted("cold-start"))
		cold();
	must(rump_init() == 0, "rump_init");
	must(rump_pub_lwproc_rfork(RUMP_RFCFDG) == 0, "process");
	must((dev = fsdev_create()) != NULL, "memory");
	must(rump_sys_mkdir("/mnt", 0777) == 0, "mkdir");
	must((i = rump_sys_open("/file", RUMP_O_RDWR | RUMP_O_CREAT, 0644)) != -1, "open");
	must(rump_sys_write(i, (char[4096]){ 1 }, 4096) == 4096, "write");
	rump_sys_close(i);

	/* The snapshot of a kernel that has just booted, as a target takes it. */
	must((i = rumpuser_snapshot()) == 0, "snapshot");
	if (wanted("restore")) {
		r = rate(do_restore, 100);
		rumpuser_reset_stats(&rs);
		print("restore", 1e6 / r, "us", 0, 0);
		print("restore-copied", rs.rs_copied_bytes / 1024.0, "KiB", 0, 0);
	}
	if (fat != NULL)
		mounts("fat", "msdos", fat);
	if (iso != NULL)
		mounts("iso", "cd9660", iso);
	if (wanted("getpid"))
		print("getpid", rate(do_getpid, 10000) / 1e6, "M per s", SANITIZED ? 0 : 48, 1);
	if (wanted("open-close"))
		print("open-close", rate(do_open, 1000) / 1e6, "M per s", SANITIZED ? 0 : 2, 1);
	if (wanted("pread-4k")) {
		must((benchfd = rump_sys_open("/file", RUMP_O_RDONLY)) != -1, "open");
		print("pread-4k", rate(do_pread, 1000) / 1e6, "M per s", SANITIZED ? 0 : 6, 1);
		rump_sys_close(benchfd);
	}
	return 0;
}
