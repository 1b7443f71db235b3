/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz-fs IMAGE COMMAND [PATH...] [-t TYPE]: looks into and changes a
 * file system image through the kernel's own drivers.  An image called
 * device:NAME is the disk NAME of the kernel itself (ld0d, sd0d, cd0d, ...),
 * which it has when devices were put on its bus (RUMP_QEMU, RUMP_VFIO).  A
 * file with partitions has the offset of one behind its name, as mtools takes
 * it: IMAGE@@1M.
 */

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpuser_fuzz.h>

#include "kerror.h"

#define MNT	"/mnt"
#define DEVICE	"device:"

static const char *image;
static char *file;		/* image without its offset */
static off_t base;		/* where the file system starts in it */
static char dev[64] = "/dev/image";
static const char *prog_cmd;
static int failed;

static char klog[16384];
static size_t kloglen;

static void __attribute__((__noreturn__))
usage(const char *why)
{

	fprintf(stderr, "rumpfuzz fs: %s\nusage: rumpfuzz fs IMAGE[@@OFFSET] ls|tree|cat|sum|stat|find|put|rm|mkdir "
	    "[PATH...] [-t msdos|cd9660]\n"
	    "  ls, tree, sum, stat, find, rm, mkdir take paths in the image (default /)\n"
	    "  cat PATH...            writes files to standard output\n"
	    "  put HOSTFILE... PATH   copies files of the host into the image (- is standard input)\n",
	    why);
	exit(2);
}

/* The kernel's messages are kept for the case that something fails. */
static void
console(const char *buf, size_t len, void *arg)
{

	if (kloglen + len > sizeof(klog))
		kloglen = 0;
	if (len <= sizeof(klog)) {
		memcpy(klog + kloglen, buf, len);
		kloglen += len;
	}
}

static void
complain(const char *what, const char *path)
{

	fprintf(stderr, "rumpfuzz fs: %s %s: %s\n", what, path, kstrerror(errno));
	if (kloglen != 0)
		fprintf(stderr, "%.*s", (int)kloglen, klog);
	kloglen = 0;
	failed = 1;
}

static int
writes(void)
{

	return strcmp(prog_cmd, "put") == 0 || strcmp(prog_cmd, "rm") == 0 ||
	    strcmp(prog_cmd, "mkdir") == 0;
}

static int
mount_as(const char *type)
{
	int flags = writes() ? 0 : 1 /* MNT_RDONLY */;

	if (strcmp(type, "msdos") == 0) {
		struct rump_msdosfs_args a = {
			.fspec = dev, .mask = 0777, .dirmask = 0777, .version = 3,
			.flags = RUMP_MSDOSFSMNT_VERSIONED | RUMP_MSDOSFSMNT_LONGNAME |
			    RUMP_MSDOSFSMNT_UTF8,
		};

		return rump_sys_mount("msdos", MNT, flags, &a, sizeof(a));
	} else {
		struct rump_iso_args a = { .fspec = dev };

		if (writes()) {
			fprintf(stderr, "rumpfuzz fs: %s: cd9660 can't be written to\n", image);
			exit(2);
		}
		return rump_sys_mount("cd9660", MNT, flags | 1, &a, sizeof(a));
	}
}

/*
 * Parts a trailing @@OFFSET from the name: bytes, or with K, M or G after
 * them.  A file that has that name goes before.
 */
static void
split(void)
{
	char *at = NULL, *end, *p;
	unsigned long long n;
	int shift = 0;

	if ((file = strdup(image)) == NULL)
		usage("out of memory");
	for (p = file; (p = strstr(p, "@@")) != NULL; p += 2)
		at = p;
	if (at == NULL || access(file, F_OK) == 0)
		return;
	*at = '\0';
	at += 2;
	errno = 0;
	n = strtoull(at, &end, 0);
	if (end != at && *end != '\0') {
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : -1;
		end++;
	}
	if (end == at || *end != '\0' || *at == '-' || errno != 0 || shift == -1 ||
	    n > (unsigned long long)INT64_MAX >> shift)
		usage("the offset after @@ is a number of bytes, or of K, M or G");
	base = (off_t)(n << shift);
}

/* The partitions that an MBR has, for a person who gave the whole disk. */
static void
show_partitions(const uint8_t *b)
{
	uint32_t start, count;
	int i;

	for (i = 0; i < 4; i++) {
		const uint8_t *p = b + 446 + 16 * i;

		start = p[8] | p[9] << 8 | p[10] << 16 | (uint32_t)p[11] << 24;
		count = p[12] | p[13] << 8 | p[14] << 16 | (uint32_t)p[15] << 24;
		if (p[4] != 0 && count != 0)
			fprintf(stderr, "  partition %d, type 0x%02x, %llu KiB: %s@@%llu\n", i, p[4],
			    (unsigned long long)count / 2, image, (unsigned long long)start * 512);
	}
}

/* What the first sectors say the image is; ends the program if nothing known. */
static const char *
detect(int fd, ssize_t (*rd)(int, void *, size_t, off_t))
{
	/* A raw disk wants whole sectors. */
	static uint8_t b[4096];
	ssize_t n;

	if ((*rd)(fd, b, sizeof(b), base + 32768) >= 6 && memcmp(b + 1, "CD001", 5) == 0)
		return "cd9660";
	n = (*rd)(fd, b, sizeof(b), base);
	if (n == -1) {
		fprintf(stderr, "rumpfuzz fs: %s: %s\n", image,
		    rd == pread ? strerror(errno) : kstrerror(errno));
		exit(2);
	}
	/* A boot loader jumps too, but where FAT has its sector size it has none. */
	if (n >= 512 && (b[0] == 0xeb || b[0] == 0xe9) && (b[11] | b[12]) != 0)
		return "msdos";
	fprintf(stderr, "rumpfuzz fs: %s is neither FAT nor ISO 9660 by its first sectors; "
	    "-t TYPE tries all the same\n", image);
	if (base == 0 && n >= 512 && b[510] == 0x55 && b[511] == 0xaa)
		show_partitions(b);
	exit(2);
}

/* The kernel's own disk: its block device to mount, its type if that is asked. */
static void
use_device(const char *name, const char **typep)
{
	char raw[sizeof(dev)];
	int fd;

	if (*name == '\0' || strchr(name, '/') != NULL ||
	    (size_t)snprintf(raw, sizeof(raw), "/dev/r%s", name) >= sizeof(raw)) {
		fprintf(stderr, "rumpfuzz fs: %s names no disk (such as device:ld0d)\n", image);
		exit(2);
	}
	snprintf(dev, sizeof(dev), "/dev/%s", name);
	if ((fd = rump_sys_open(raw, RUMP_O_RDONLY)) == -1) {
		complain("open", image);
		exit(2);
	}
	if (*typep == NULL)
		*typep = detect(fd, rump_sys_pread);
	rump_sys_close(fd);
}

static char *
inside(const char *path)
{
	char *p;

	while (*path == '/')
		path++;
	if (asprintf(&p, *path ? MNT "/%s" : MNT "%s", path) == -1)
		usage("out of memory");
	return p;
}

static const char *
outside(const char *path)
{

	return path[sizeof(MNT) - 1] != '\0' ? path + sizeof(MNT) - 1 : "/";
}

static int
by_name(const void *a, const void *b)
{

	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted names of a directory, NULL-terminated; NULL after complaining. */
static char **
names(const char *path)
{
	char buf[16384], **v = NULL;
	size_t n = 0;
	ssize_t got = 0, off;
	int fd = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY);

	if (fd == -1) {
		complain("open", outside(path));
		return NULL;
	}
	v = malloc(sizeof(*v));
	while (v != NULL && (got = rump_sys_getdents(fd, buf, sizeof(buf))) > 0) {
		for (off = 0; off < got;) {
			const struct rump_dirent *d = (const void *)(buf + off);
			char **w;

			off += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			if ((w = realloc(v, (n + 2) * sizeof(*v))) == NULL)
				usage("out of memory");
			v = w;
			v[n++] = strdup(d->d_name);
		}
	}
	if (got == -1)
		complain("read", outside(path));
	rump_sys_close(fd);
	if (v != NULL) {
		qsort(v, n, sizeof(*v), by_name);
		v[n] = NULL;
	}
	return v;
}

static void
names_free(char **v)
{
	size_t i;

	for (i = 0; v != NULL && v[i] != NULL; i++)
		free(v[i]);
	free(v);
}

static char *
join(const char *dir, const char *name)
{
	char *p;

	if (asprintf(&p, "%s/%s", dir, name) == -1)
		usage("out of memory");
	return p;
}

/* A name for people: what would disturb a terminal is shown as \xNN. */
static void
show_name(const char *s)
{

	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			printf("\\x%02x", (unsigned char)*s);
		else
			putchar(*s);
	}
}

static void
mode_text(uint32_t m, char *t)
{
	static const char types[] = "?pc?d?b?-?l?s?w?";
	int i;

	t[0] = types[(m >> 12) & 15];
	for (i = 0; i < 9; i++)
		t[1 + i] = m & (0400 >> i) ? "rwx"[i % 3] : '-';
	t[10] = '\0';
}

static void
list_one(const char *path, const char *name)
{
	struct rump_stat sb;
	char mode[11], when[32], target[1024];
	time_t t;
	ssize_t n;

	if (rump_sys_lstat(path, &sb) == -1) {
		complain("stat", outside(path));
		return;
	}
	mode_text(sb.st_mode, mode);
	t = sb.rst_mtim.tv_sec;
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", gmtime(&t));
	printf("%s %3u %5u %5u %10lld %s ", mode, sb.st_nlink, sb.st_uid, sb.st_gid,
	    (long long)sb.st_size, when);
	show_name(name);
	if (RUMP_S_ISLNK(sb.st_mode) &&
	    (n = rump_sys_readlink(path, target, sizeof(target) - 1)) != -1) {
		target[n] = '\0';
		printf(" -> ");
		show_name(target);
	}
	putchar('\n');
}

static void
cmd_ls(const char *path)
{
	struct rump_stat sb;
	char **v, *p;
	size_t i;

	if (rump_sys_lstat(path, &sb) == -1) {
		complain("stat", outside(path));
		return;
	}
	if (!RUMP_S_ISDIR(sb.st_mode)) {
		list_one(path, outside(path));
		return;
	}
	v = names(path);
	for (i = 0; v != NULL && v[i] != NULL; i++) {
		p = join(path, v[i]);
		list_one(p, v[i]);
		free(p);
	}
	names_free(v);
}

/* Calls fn for path and all below it; depth bounds a directory that holds itself. */
static void
walk(const char *path, unsigned depth, void (*fn)(const char *, const struct rump_stat *, unsigned))
{
	struct rump_stat sb;
	char **v, *p;
	size_t i;

	if (rump_sys_lstat(path, &sb) == -1) {
		complain("stat", outside(path));
		return;
	}
	fn(path, &sb, depth);
	if (!RUMP_S_ISDIR(sb.st_mode))
		return;
	if (depth > 128) {
		fprintf(stderr, "rumpfuzz fs: %s: more than 128 directories deep\n", outside(path));
		failed = 1;
		return;
	}
	v = names(path);
	for (i = 0; v != NULL && v[i] != NULL; i++) {
		p = join(path, v[i]);
		walk(p, depth + 1, fn);
		free(p);
	}
	names_free(v);
}

static void
tree_one(const char *path, const struct rump_stat *sb, unsigned depth)
{

	printf("%*s", 2 * depth, "");
	show_name(depth == 0 ? outside(path) : strrchr(path, '/') + 1);
	printf("%s\n", RUMP_S_ISDIR(sb->st_mode) && depth != 0 ? "/" : "");
}

static void
find_one(const char *path, const struct rump_stat *sb, unsigned depth)
{

	show_name(outside(path));
	putchar('\n');
}

/* Hands a file's content to sink; -1 after complaining. */
static int
read_all(const char *path, int (*sink)(void *, const void *, size_t), void *arg)
{
	static char buf[65536];
	ssize_t n;
	int fd = rump_sys_open(path, RUMP_O_RDONLY), rc = 0;

	if (fd == -1) {
		complain("open", outside(path));
		return -1;
	}
	while ((n = rump_sys_read(fd, buf, sizeof(buf))) > 0 && rc == 0)
		rc = sink(arg, buf, n);
	if (n == -1) {
		complain("read", outside(path));
		rc = -1;
	}
	rump_sys_close(fd);
	return rc;
}

static int
sha_sink(void *arg, const void *p, size_t n)
{

	SHA256Update(arg, p, n);
	return 0;
}

static void
sum_one(const char *path, const struct rump_stat *sb, unsigned depth)
{
	char digest[SHA256_DIGEST_STRING_LENGTH];
	SHA2_CTX ctx;

	if (!RUMP_S_ISREG(sb->st_mode))
		return;
	SHA256Init(&ctx);
	if (read_all(path, sha_sink, &ctx) != 0)
		return;
	printf("%s  %s\n", SHA256End(&ctx, digest), outside(path) + 1);
}

static int
out_sink(void *arg, const void *p, size_t n)
{

	if (fwrite(p, 1, n, stdout) != n) {
		fprintf(stderr, "rumpfuzz fs: standard output: %s\n", strerror(errno));
		failed = 1;
		return -1;
	}
	return 0;
}

static void
cmd_stat(const char *path)
{
	struct rump_stat sb;
	char mode[11];

	if (rump_sys_lstat(path, &sb) == -1) {
		complain("stat", outside(path));
		return;
	}
	mode_text(sb.st_mode, mode);
	printf("path   %s\ninode  %llu\nmode   %s (0%o)\nlinks  %u\nuid    %u\ngid    %u\nsize   %lld\n"
	    "blocks %lld of 512, block size %d\nflags  0x%x\natime  %lld.%09ld\nmtime  %lld.%09ld\n"
	    "ctime  %lld.%09ld\nbtime  %lld.%09ld\n", outside(path), (unsigned long long)sb.st_ino, mode,
	    sb.st_mode, sb.st_nlink, sb.st_uid, sb.st_gid, (long long)sb.st_size,
	    (long long)sb.st_blocks, (int)sb.st_blksize, sb.st_flags,
	    (long long)sb.rst_atim.tv_sec, (long)sb.rst_atim.tv_nsec,
	    (long long)sb.rst_mtim.tv_sec, (long)sb.rst_mtim.tv_nsec,
	    (long long)sb.rst_ctim.tv_sec, (long)sb.rst_ctim.tv_nsec,
	    (long long)sb.rst_birthtim.tv_sec, (long)sb.rst_birthtim.tv_nsec);
}

/* Copies under a temporary name and renames, so that a full image loses nothing. */
static void
put(const char *host, const char *to)
{
	static char buf[65536];
	struct rump_stat sb;
	char *dst, *tmp, *slash;
	const char *base = strrchr(host, '/') != NULL ? strrchr(host, '/') + 1 : host;
	int in = strcmp(host, "-") == 0 ? 0 : open(host, O_RDONLY), out;
	ssize_t n, w;

	if (in == -1) {
		fprintf(stderr, "rumpfuzz fs: %s: %s\n", host, strerror(errno));
		failed = 1;
		return;
	}
	if (rump_sys_stat(to, &sb) == 0 && RUMP_S_ISDIR(sb.st_mode)) {
		if (in == 0)
			usage("put - needs the name of a file");
		dst = join(to, base);
	} else
		dst = strdup(to);
	tmp = strdup(dst);
	if ((slash = strrchr(tmp, '/')) != NULL)
		*slash = '\0';
	slash = tmp;
	tmp = join(slash, "rf-put.tmp");
	free(slash);
	if ((out = rump_sys_open(tmp, RUMP_O_WRONLY | RUMP_O_CREAT | RUMP_O_TRUNC, 0644)) == -1) {
		complain("create", outside(tmp));
		goto done;
	}
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if ((w = rump_sys_write(out, buf, n)) != n) {
			if (w != -1)
				errno = RUMP_ENOSPC;
			complain("write", outside(dst));
			rump_sys_close(out);
			goto drop;
		}
	}
	if (n == -1) {
		fprintf(stderr, "rumpfuzz fs: %s: %s\n", host, strerror(errno));
		failed = 1;
		rump_sys_close(out);
		goto drop;
	}
	if (rump_sys_close(out) == -1 || rump_sys_rename(tmp, dst) == -1) {
		complain("write", outside(dst));
drop:
		rump_sys_unlink(tmp);
	}
done:
	if (in != 0)
		close(in);
	free(dst);
	free(tmp);
}

static void
cmd_rm(const char *path)
{
	struct rump_stat sb;

	if (rump_sys_lstat(path, &sb) == -1)
		complain("rm", outside(path));
	else if ((RUMP_S_ISDIR(sb.st_mode) ? rump_sys_rmdir(path) : rump_sys_unlink(path)) == -1)
		complain("rm", outside(path));
}

static void
on_path(const char *path)
{

	if (strcmp(prog_cmd, "ls") == 0)
		cmd_ls(path);
	else if (strcmp(prog_cmd, "tree") == 0)
		walk(path, 0, tree_one);
	else if (strcmp(prog_cmd, "find") == 0)
		walk(path, 0, find_one);
	else if (strcmp(prog_cmd, "sum") == 0)
		walk(path, 0, sum_one);
	else if (strcmp(prog_cmd, "cat") == 0)
		read_all(path, out_sink, NULL);
	else if (strcmp(prog_cmd, "stat") == 0)
		cmd_stat(path);
	else if (strcmp(prog_cmd, "rm") == 0)
		cmd_rm(path);
	else if (strcmp(prog_cmd, "mkdir") == 0 && rump_sys_mkdir(path, 0755) == -1)
		complain("mkdir", outside(path));
}

int
main(int argc, char **argv)
{
	static const char *const cmds[] = { "ls", "tree", "cat", "sum", "stat", "find", "put", "rm",
		"mkdir" };
	const char *type = NULL, *paths[256];
	int i, npaths = 0, fd, error, known = 0, isdev;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-t") == 0) {
			if (++i == argc)
				usage("-t needs a file system type");
			type = argv[i];
		} else if (image == NULL)
			image = argv[i];
		else if (prog_cmd == NULL)
			prog_cmd = argv[i];
		else if (npaths < 256)
			paths[npaths++] = argv[i];
		else
			usage("more than 256 paths");
	}
	if (image == NULL || prog_cmd == NULL)
		usage("which image, and what to do with it?");
	for (i = 0; i < (int)(sizeof(cmds) / sizeof(cmds[0])); i++)
		known |= strcmp(cmds[i], prog_cmd) == 0;
	if (!known)
		usage("which of these should be done with the image?");
	if (type != NULL && strcmp(type, "msdos") != 0 && strcmp(type, "cd9660") != 0)
		usage("-t is msdos or cd9660");
	if (npaths == 0 && (strcmp(prog_cmd, "cat") == 0 || strcmp(prog_cmd, "rm") == 0 ||
	    strcmp(prog_cmd, "mkdir") == 0))
		usage("which path?");
	if (strcmp(prog_cmd, "put") == 0 && npaths < 2)
		usage("put needs files and where to put them");
	isdev = strncmp(image, DEVICE, strlen(DEVICE)) == 0;
	if (!isdev) {
		split();
		if ((fd = open(file, writes() ? O_RDWR : O_RDONLY)) == -1) {
			fprintf(stderr, "rumpfuzz fs: %s: %s\n", file, strerror(errno));
			return 2;
		}
		if (type == NULL)
			type = detect(fd, pread);
		close(fd);
	}

	rumpuser_console_sink(console, NULL);
	rumpuser_clock_mode(RUMPUSER_CLOCK_HOST);
	if ((error = rump_init()) != 0) {
		fprintf(stderr, "rumpfuzz fs: rump_init: error %d\n%.*s", error, (int)kloglen, klog);
		return 2;
	}
	kloglen = 0;
	if (isdev)
		use_device(image + strlen(DEVICE), &type);
	else if ((error = rump_pub_etfs_register_withsize(dev, file, RUMP_ETFS_BLK, base,
	    RUMP_ETFS_SIZE_ENDOFF)) != 0) {
		fprintf(stderr, "rumpfuzz fs: %s can't be used as a disk: error %d\n%.*s", image, error,
		    (int)kloglen, klog);
		return 2;
	}
	if (rump_sys_mkdir(MNT, 0777) == -1 || mount_as(type) == -1) {
		complain("mount", image);
		return 1;
	}
	kloglen = 0;
	if (strcmp(prog_cmd, "put") == 0) {
		char *to = inside(paths[npaths - 1]);

		for (i = 0; i + 1 < npaths; i++)
			put(paths[i], to);
		free(to);
	} else {
		if (npaths == 0)
			paths[npaths++] = "/";
		for (i = 0; i < npaths; i++) {
			char *p = inside(paths[i]);

			on_path(p);
			free(p);
		}
	}
	if (rump_sys_unmount(MNT, 0) == -1)
		complain("unmount", image);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "rumpfuzz fs: standard output: %s\n", strerror(errno));
		failed = 1;
	}
	return failed;
}
