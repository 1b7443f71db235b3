/* SPDX-License-Identifier: BSD-2-Clause */

/* Operations on a mounted image; see fsops.h. */

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpuser_fuzz.h>

#include "cprog.h"
#include "fsops.h"
#include "kerror.h"
#include "rig.h"
#include "userbuf.h"

#define MNT		"/mnt"
#define DEV		"/dev/fuzz"
#define IMAGE		"fuzz.image"
#define MNT_FLAG_RDONLY	0x00000001
#define MNT_FLAG_UPDATE	0x00010000
#define MNT_FLAG_FORCE	0x00080000

#define NPATHS		48	/* found in the image */
#define PATHMAX		512
#define NFDS		8
#define IOMAX		65536u
#define WALK_DEPTH	6
#define WALK_ENTRIES	400
#define WALK_BYTES	(1u << 20)	/* read by one walk */
#define WALK_FILE	(128u << 10)	/* of one file */

static const char *const newnames[16] = {
	"new", "NEW.TXT", "dir", "lower.case", "A long name with spaces and more.text", "x", ".hidden",
	"UPPER~1.TXT", "\xc3\xa9t\xc3\xa9.txt", "\xf0\x9f\x98\x80", "a.b.c.d", "trailing. ", "CON",
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
	"..", "bad\xff\xfename",
};

static struct fsdev *dev;
static struct fsinput fi;

/* All of this is set anew for each input. */
static struct {
	const struct fsops_fs *fs;
	const char *dev;	/* what is mounted */
	unsigned npaths;
	char	path[NPATHS][PATHMAX];
	uint8_t	isdir[NPATHS];
	int	fd[NFDS];
	int	mounted;
	uint32_t bits;
	int	made;		/* something was made, perhaps outside */
	int	faults;		/* some are armed */
	unsigned entries, bytes;
} st;

/* What the root file system has at boot. */
#define NKNOWN		512
static char known[NKNOWN][64];
static unsigned nknown;

static uint8_t iobuf[IOMAX];

/*
 * Around each call: CALLING() before it, in C but for its rump_sys_, and
 * RETURNED() with what came of it, for the trace and the C program.
 */
#define FOLLOWED	(rig_trace_file != NULL || cprog_file != NULL)
#define CALLING(...)	do { if (FOLLOWED) calling(__VA_ARGS__); } while (0)
#define RETURNED(rv)	do { if (FOLLOWED) returned(rv, 0); } while (0)
#define RETURNED_FD(rv)	do { if (FOLLOWED) returned(rv, 1); } while (0)

static void __attribute__((__format__(__printf__, 1, 2)))
calling(const char *fmt, ...)
{
	char call[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	cprog_call(call);
	rig_trace_call(call);
}

/* The error by the kernel's number, which is what a driver returned. */
static void
returned(long long rv, int isfd)
{
	int error = errno;

	cprog_result(rv, error, isfd);
	if (rv == -1)
		rig_trace_result("-1 %s", kstrerror(error));
	else
		rig_trace_result("%lld", rv);
	errno = error;
}

/* A string and a descriptor as C has them; good until two more strings were asked for. */
static const char *
quoted(const char *str)
{
	static char buf[2][4 * (PATHMAX + 128) + 3];
	static unsigned which;
	char *p = buf[which ^= 1], *q = p;

	*q++ = '"';
	for (; *str != '\0' && q - p < (ptrdiff_t)sizeof(buf[0]) - 6; str++) {
		if (*str < ' ' || *str > '~')
			q += sprintf(q, "\\%03o", (uint8_t)*str);
		else {
			if (*str == '"' || *str == '\\' || *str == '?')
				*q++ = '\\';
			*q++ = *str;
		}
	}
	*q++ = '"';
	*q = '\0';
	return p;
}

static const char *
fdname(int fd)
{
	static char buf[16];

	snprintf(buf, sizeof(buf), fd >= 0 && fd < 64 ? "fd[%d]" : "%d", fd);
	return buf;
}

static int
is_known(const char *path)
{
	unsigned i;

	for (i = 0; i < nknown; i++)
		if (strcmp(known[i], path) == 0)
			return 1;
	return strcmp(path, DEV) == 0;
}

/*
 * Goes through the root file system below path: notes what is there, or
 * takes away what an image's symbolic link has led operations to make there.
 */
static void
root_fs(char *path, int note)
{
	size_t len = strlen(path);
	char dents[2048];
	struct rump_stat sb;
	ssize_t n, off;
	int fd, again;

	if (!note)
		rump_sys_lchflags(len ? path : "/", 0);
	do {
		again = 0;
		if ((fd = rump_sys_open(len ? path : "/", RUMP_O_RDONLY | RUMP_O_DIRECTORY)) == -1)
			return;
		n = rump_sys_getdents(fd, dents, sizeof(dents));
		rump_sys_close(fd);
		for (off = 0; off < n;) {
			const struct rump_dirent *d = (const void *)(dents + off);

			off += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
			    len + 1 + strlen(d->d_name) >= PATHMAX)
				continue;
			path[len] = '/';
			strcpy(path + len + 1, d->d_name);
			if (rump_sys_lstat(path, &sb) == 0 && RUMP_S_ISDIR(sb.st_mode))
				root_fs(path, note);
			if (note && nknown < NKNOWN && strlen(path) < sizeof(known[0]))
				strcpy(known[nknown++], path);
			else if (!note && !is_known(path)) {
				/* It, or the directory, may have been made immutable, too. */
				rump_sys_lchflags(path, 0);
				again |= rump_sys_unlink(path) == 0 || rump_sys_rmdir(path) == 0;
			}
			path[len] = '\0';
		}
	} while (again);
}

int
fsops_boot(void)
{
	char path[PATHMAX] = "";

	if ((dev = fsdev_create()) == NULL)
		return ENOMEM;
	if (rump_sys_mkdir(MNT, 0777) == -1)
		return errno;
	root_fs(path, 1);
	return 0;
}

static char *
user_str(const char *s)
{
	char *p = userbuf(strlen(s) + 1);

	return p != NULL ? strcpy(p, s) : NULL;
}

/* Flags of open(2) by their names. */
static const char *
open_flags(int flags)
{
	static const struct {
		int flag;
		const char *name;
	} names[] = {
#define F(name)	{ RUMP_O_##name, "|RUMP_O_" #name }
		F(CREAT), F(TRUNC), F(APPEND), F(EXCL), F(DIRECTORY), F(SYNC), F(NONBLOCK),
#undef F
	};
	static char buf[160];
	unsigned i;

	strcpy(buf, (flags & RUMP_O_ACCMODE) == RUMP_O_RDONLY ? "RUMP_O_RDONLY" :
	    (flags & RUMP_O_ACCMODE) == RUMP_O_WRONLY ? "RUMP_O_WRONLY" : "RUMP_O_RDWR");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			strcat(buf, names[i].name);
	return buf;
}

/* The nth from here on fails; 0: none does. */
static void
fail_from(enum rumpuser_faultkind kind, unsigned nth, int error)
{

	cprog_line("\tfail(%d, %u, %d);", kind, nth, error);
	rumpuser_fault_set(kind, nth, 0, error);
	st.faults = 1;
}

/* Calls of more than one place. */

static int
do_open(const char *path, int flags, int mode)
{
	int fd;

	CALLING("open(%s, %s, 0%o)", quoted(path), open_flags(flags), mode);
	fd = rump_sys_open(path, flags, mode);
	RETURNED_FD(fd);
	return fd;
}

static int
do_close(int fd)
{
	int rv;

	CALLING("close(%s)", fdname(fd));
	rv = rump_sys_close(fd);
	RETURNED(rv);
	return rv;
}

static int
do_chdir(const char *path)
{
	int rv;

	CALLING("chdir(%s)", quoted(path));
	rv = rump_sys_chdir(path);
	RETURNED(rv);
	return rv;
}

static void
pool_add(const char *path, int isdir)
{

	if (st.npaths == NPATHS || strlen(path) >= PATHMAX)
		return;
	strcpy(st.path[st.npaths], path);
	st.isdir[st.npaths++] = isdir;
}

static void
read_file(const char *path)
{
	unsigned left = WALK_FILE;
	ssize_t n;
	int fd = do_open(path, RUMP_O_RDONLY | RUMP_O_NONBLOCK, 0);

	if (fd == -1)
		return;
	while (left != 0 && st.bytes < WALK_BYTES) {
		size_t len = left < IOMAX ? left : IOMAX;

		CALLING("read(%s, room(%zu), %zu)", fdname(fd), len, len);
		n = rump_sys_read(fd, iobuf, len);
		RETURNED(n);
		if (n <= 0)
			break;
		left -= n;
		st.bytes += n;
	}
	do_close(fd);
}

/*
 * Visits everything below path; with read, reads every file, link and
 * attribute, else just collects names.
 */
static void
walk(char *path, unsigned depth, int read)
{
	size_t len = strlen(path);
	uint8_t dents[4096];
	ssize_t n, off;
	int fd = do_open(path, RUMP_O_RDONLY | RUMP_O_DIRECTORY, 0);

	if (fd == -1)
		return;
	while (st.entries < WALK_ENTRIES) {
		CALLING("getdents(%s, room(%zu), %zu)", fdname(fd), sizeof(dents), sizeof(dents));
		n = rump_sys_getdents(fd, (char *)dents, sizeof(dents));
		RETURNED(n);
		if (n <= 0)
			break;
		for (off = 0; off < n && st.entries < WALK_ENTRIES;) {
			const struct rump_dirent *d = (const void *)(dents + off);
			struct rump_stat sb;
			char link[1024];
			int rv, isdir;

			if (d->d_reclen < offsetof(struct rump_dirent, d_name) ||
			    d->d_reclen > n - off)
				rumpuser_report("bad-dirent", "getdents returned a record of %u bytes "
				    "with %zd left", d->d_reclen, n - off);
			if (memchr(d->d_name, '\0', d->d_reclen -
			    offsetof(struct rump_dirent, d_name)) == NULL)
				rumpuser_report("bad-dirent", "a name has no end in its record of %u "
				    "bytes", d->d_reclen);
			off += d->d_reclen;
			st.entries++;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			if (len + 1 + strlen(d->d_name) >= PATHMAX)
				continue;
			path[len] = '/';
			strcpy(path + len + 1, d->d_name);
			CALLING("lstat(%s, room(%zu))", quoted(path), sizeof(sb));
			rv = rump_sys_lstat(path, &sb);
			RETURNED(rv);
			isdir = rv == 0 && (sb.st_mode & 0170000) == 0040000;
			if (!read)
				pool_add(path, isdir);
			else if (rv == 0 && (sb.st_mode & 0170000) == 0100000)
				read_file(path);
			else if (rv == 0 && (sb.st_mode & 0170000) == 0120000) {
				CALLING("readlink(%s, room(%zu), %zu)", quoted(path), sizeof(link),
				    sizeof(link));
				rv = rump_sys_readlink(path, link, sizeof(link));
				RETURNED(rv);
			}
			if (isdir && depth < WALK_DEPTH)
				walk(path, depth + 1, read);
			path[len] = '\0';
		}
	}
	do_close(fd);
}

static void
walk_all(int read)
{
	char path[PATHMAX] = MNT;

	rig_trace(read ? "-- all is read" : "-- the names");
	st.entries = st.bytes = 0;
	walk(path, 0, read);
}

static int
do_mount(int flags)
{
	uint64_t args[64] = { 0 };
	size_t len = st.fs->fs_args(args, sizeof(args), st.dev, st.bits >> 16), i;
	int rv;

	if (st.fs->fs_readonly || (st.bits & FSINPUT_RDONLY) != 0)
		flags |= MNT_FLAG_RDONLY;
	if (st.bits >> 16 != 0)
		rig_trace("-- mounted with bits 0x%x", st.bits >> 16);
	cprog_line("\tmemset(args, 0, sizeof(args));");
	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		if (args[i] == (uintptr_t)st.dev)
			cprog_line("\targs[%zu] = (uintptr_t)DEV;", i);
		else if (args[i] != 0)
			cprog_line("\targs[%zu] = 0x%llx;", i, (unsigned long long)args[i]);
	}
	CALLING("mount(%s, \"" MNT "\", 0x%x, args, %zu)", quoted(st.fs->fs_type), flags, len);
	rv = rump_sys_mount(st.fs->fs_type, MNT, flags, args, len);
	RETURNED(rv);
	if (rv == 0)
		st.mounted = 1;
	return rv;
}

static void
do_unmount(int flags)
{
	int rv;

	if (!st.mounted)
		return;
	CALLING("unmount(\"" MNT "\", 0x%x)", flags);
	rv = rump_sys_unmount(MNT, flags);
	RETURNED(rv);
	if (rv == 0)
		st.mounted = 0;
}

static void
close_all(void)
{
	unsigned i;

	for (i = 0; i < NFDS; i++) {
		if (st.fd[i] != -1)
			do_close(st.fd[i]);
		st.fd[i] = -1;
	}
}

/* The path an operation means: one found in the image, or a new name in a directory. */
static const char *
the_path(uint8_t idx, char *buf)
{
	unsigned i, k;

	if (idx < 0x80) {
		if (idx == 0 || st.npaths == 0)
			return MNT;
		return st.path[(idx - 1) % st.npaths];
	}
	/* The k-th directory, the mount point first. */
	k = (idx >> 4) & 7;
	for (i = 0; k != 0 && i < st.npaths; i++)
		if (st.isdir[i])
			k--;
	snprintf(buf, PATHMAX + 128, "%s/%s", k == 0 && i != 0 ? st.path[i - 1] : MNT,
	    newnames[idx & 15]);
	return buf;
}

static void
put_fd(int fd)
{
	unsigned i;

	if (fd == -1)
		return;
	for (i = 0; i < NFDS; i++) {
		if (st.fd[i] == -1) {
			st.fd[i] = fd;
			return;
		}
	}
	do_close(st.fd[0]);
	memmove(&st.fd[0], &st.fd[1], sizeof(st.fd) - sizeof(st.fd[0]));
	st.fd[NFDS - 1] = fd;
}

/* A descriptor of the pool; -2, which no one has, when it is empty. */
static int
get_fd(uint8_t idx, unsigned *slot)
{
	unsigned i;

	for (i = 0; i < NFDS; i++) {
		*slot = (idx + i) % NFDS;
		if (st.fd[*slot] != -1)
			return st.fd[*slot];
	}
	return -2;
}

/* File offsets: small ones mostly; a flag lets any 32-bit (sign included) through. */
static int64_t
the_off(const struct fsop *op)
{

	if (op->flags & 0x80)
		return (int64_t)(int32_t)op->off * (op->flags & 0x40 ? 4096 : 1);
	return op->off % (4u << 20);
}

static void
iov(const struct fsop *op, int fd, int writing)
{
	struct iovec v[4];
	unsigned i, n = 1 + (op->flags & 3);
	ssize_t rv;

	for (i = 0; i < n; i++) {
		v[i].iov_len = (op->len >> (8 * i)) % 3000;
		if ((v[i].iov_base = userbuf(v[i].iov_len)) == NULL)
			v[i].iov_len = 0;
		else if (writing)
			userbuf_fill(v[i].iov_base, v[i].iov_len, op->buf + i);
	}
	CALLING("%s(%s, vec(%u, 0x%x, %zu, %zu, %zu, %zu), %u)", writing ? "writev" : "readv", fdname(fd),
	    n, op->buf, v[0].iov_len, n > 1 ? v[1].iov_len : 0, n > 2 ? v[2].iov_len : 0,
	    n > 3 ? v[3].iov_len : 0, n);
	rv = writing ? rump_sys_writev(fd, v, n) : rump_sys_readv(fd, v, n);
	RETURNED(rv);
	for (i = 0; i < n; i++)
		userbuf_free(v[i].iov_base);
}

static void
transfer(const struct fsop *op, int fd)
{
	uint32_t len = op->len % (IOMAX + 1);
	uint8_t *p = userbuf(len);
	int64_t off = the_off(op);
	ssize_t rv = -1;

	if (p == NULL)
		return;
	if (op->op % FSOP_N == FSOP_WRITE || op->op % FSOP_N == FSOP_PWRITE)
		userbuf_fill(p, len, op->buf);
	switch (op->op % FSOP_N) {
	case FSOP_READ:
		CALLING("read(%s, room(%u), %u)", fdname(fd), len, len);
		rv = rump_sys_read(fd, p, len);
		RETURNED(rv);
		break;
	case FSOP_WRITE:
		CALLING("write(%s, data(%u, 0x%x), %u)", fdname(fd), len, op->buf, len);
		rv = rump_sys_write(fd, p, len);
		RETURNED(rv);
		break;
	case FSOP_PREAD:
		CALLING("pread(%s, room(%u), %u, %lld)", fdname(fd), len, len, (long long)off);
		rv = rump_sys_pread(fd, p, len, off);
		RETURNED(rv);
		break;
	case FSOP_PWRITE:
		CALLING("pwrite(%s, data(%u, 0x%x), %u, %lld)", fdname(fd), len, op->buf, len,
		    (long long)off);
		rv = rump_sys_pwrite(fd, p, len, off);
		RETURNED(rv);
		break;
	case FSOP_GETDENTS:
		CALLING("getdents(%s, room(%u), %u)", fdname(fd), len, len);
		rv = rump_sys_getdents(fd, (char *)p, len);
		RETURNED(rv);
		break;
	}
	if (rv > (ssize_t)len)
		rumpuser_report("bad-return", "%zd bytes transferred of %u asked for", rv, len);
	userbuf_free(p);
}

static void
fhopen(const char *path, int flags)
{
	size_t len = 0;
	void *fh;
	int rv;

	cprog_line("\tfhlen = 0;");
	CALLING("getfh(%s, NULL, &fhlen)", quoted(path));
	rv = rump_sys_getfh(path, NULL, &len);
	RETURNED(rv);
	if (len == 0 || len > 1024 || (fh = userbuf(len)) == NULL)
		return;
	cprog_line("\tfh = realloc(fh, fhlen);");
	CALLING("getfh(%s, fh, &fhlen)", quoted(path));
	rv = rump_sys_getfh(path, fh, &len);
	RETURNED(rv);
	if (rv == 0) {
		CALLING("fhopen(fh, fhlen, %s)", open_flags(flags));
		rv = rump_sys_fhopen(fh, len, flags);
		RETURNED_FD(rv);
		put_fd(rv);
	}
	userbuf_free(fh);
}

static int
makes(int code, int flags)
{

	switch (code) {
	case FSOP_OPEN:
	case FSOP_OPENAT:
		return (flags & RUMP_O_CREAT) != 0;
	case FSOP_MKDIR:
	case FSOP_MKNOD:
	case FSOP_MKFIFO:
	case FSOP_SYMLINK:
	case FSOP_LINK:
	case FSOP_RENAME:
		return 1;
	default:
		return 0;
	}
}

static void
do_op(const struct fsop *op)
{
	static const int openflags[4] = { RUMP_O_RDONLY, RUMP_O_RDWR, RUMP_O_WRONLY, RUMP_O_RDWR };
	char buf1[PATHMAX + 128], buf2[PATHMAX + 128];
	const char *path = the_path(op->path, buf1), *path2 = the_path(op->path2, buf2);
	char *upath = NULL, *upath2 = NULL;
	struct rump_timespec ts[2];
	struct rump_stat sb;
	struct rump_statvfs *sv;
	unsigned slot;
	int fd = get_fd(op->fd, &slot), flags = 0;
	long rv = -1;

	if ((upath = user_str(path)) == NULL || (upath2 = user_str(path2)) == NULL)
		goto out;
	/* O_CREAT, O_TRUNC, O_APPEND, O_EXCL, O_DIRECTORY by the input; never block on a fifo. */
	flags = openflags[op->flags & 3] | (op->flags & 4 ? RUMP_O_CREAT : 0) |
	    (op->flags & 8 ? RUMP_O_TRUNC : 0) | (op->flags & 16 ? RUMP_O_APPEND : 0) |
	    (op->flags & 32 ? RUMP_O_EXCL : 0) | (op->flags & 64 ? RUMP_O_DIRECTORY : 0) |
	    (op->flags & 128 ? RUMP_O_SYNC : 0) | RUMP_O_NONBLOCK;

	switch ((enum fsop_code)(op->op % FSOP_N)) {
	case FSOP_WALK:
		rig_trace("walk");
		walk_all(1);
		break;
	case FSOP_OPEN:
		rv = do_open(upath, flags, op->mode & 07777);
		put_fd(rv);
		break;
	case FSOP_OPENAT:
		CALLING("openat(%s, %s, %s, 0%o)", fdname(fd), quoted(strrchr(path, '/') + 1),
		    open_flags(flags), op->mode & 07777);
		rv = rump_sys_openat(fd, strrchr(upath, '/') + 1, flags, op->mode & 07777);
		RETURNED_FD(rv);
		put_fd(rv);
		break;
	case FSOP_CLOSE:
		rv = do_close(fd);
		if (fd >= 0)
			st.fd[slot] = -1;
		break;
	case FSOP_READ:
	case FSOP_WRITE:
	case FSOP_PREAD:
	case FSOP_PWRITE:
	case FSOP_GETDENTS:
		transfer(op, fd);
		break;
	case FSOP_READV:
	case FSOP_WRITEV:
		iov(op, fd, op->op % FSOP_N == FSOP_WRITEV);
		break;
	case FSOP_LSEEK:
		CALLING("lseek(%s, %lld, %d)", fdname(fd), (long long)the_off(op), op->mode % 5);
		rv = rump_sys_lseek(fd, the_off(op), op->mode % 5);
		RETURNED(rv);
		break;
	case FSOP_TRUNCATE:
		CALLING("truncate(%s, %lld)", quoted(path), (long long)the_off(op));
		rv = rump_sys_truncate(upath, the_off(op));
		RETURNED(rv);
		break;
	case FSOP_FTRUNCATE:
		CALLING("ftruncate(%s, %lld)", fdname(fd), (long long)the_off(op));
		rv = rump_sys_ftruncate(fd, the_off(op));
		RETURNED(rv);
		break;
	case FSOP_MKDIR:
		CALLING("mkdir(%s, 0%o)", quoted(path), op->mode & 07777);
		rv = rump_sys_mkdir(upath, op->mode & 07777);
		RETURNED(rv);
		break;
	case FSOP_RMDIR:
		CALLING("rmdir(%s)", quoted(path));
		rv = rump_sys_rmdir(upath);
		RETURNED(rv);
		break;
	case FSOP_UNLINK:
		CALLING("unlink(%s)", quoted(path));
		rv = rump_sys_unlink(upath);
		RETURNED(rv);
		break;
	case FSOP_RENAME:
		CALLING("rename(%s, %s)", quoted(path), quoted(path2));
		rv = rump_sys_rename(upath, upath2);
		RETURNED(rv);
		break;
	case FSOP_LINK:
		CALLING("link(%s, %s)", quoted(path), quoted(path2));
		rv = rump_sys_link(upath, upath2);
		RETURNED(rv);
		break;
	case FSOP_SYMLINK:
		CALLING("symlink(%s, %s)", quoted(path), quoted(path2));
		rv = rump_sys_symlink(upath, upath2);
		RETURNED(rv);
		break;
	case FSOP_READLINK: {
		size_t len = op->len % 2048;
		char *p = userbuf(len);

		if (p != NULL) {
			CALLING("readlink(%s, room(%zu), %zu)", quoted(path), len, len);
			rv = rump_sys_readlink(upath, p, len);
			RETURNED(rv);
			userbuf_free(p);
		}
		break;
	}
	case FSOP_STAT:
		CALLING("stat(%s, room(%zu))", quoted(path), sizeof(sb));
		rv = rump_sys_stat(upath, &sb);
		RETURNED(rv);
		break;
	case FSOP_LSTAT:
		CALLING("lstat(%s, room(%zu))", quoted(path), sizeof(sb));
		rv = rump_sys_lstat(upath, &sb);
		RETURNED(rv);
		break;
	case FSOP_FSTAT:
		CALLING("fstat(%s, room(%zu))", fdname(fd), sizeof(sb));
		rv = rump_sys_fstat(fd, &sb);
		RETURNED(rv);
		break;
	case FSOP_CHMOD:
		CALLING("chmod(%s, 0%o)", quoted(path), op->mode & 07777);
		rv = rump_sys_chmod(upath, op->mode & 07777);
		RETURNED(rv);
		break;
	case FSOP_CHOWN:
		CALLING("lchown(%s, %u, %u)", quoted(path), op->off, op->len);
		rv = rump_sys_lchown(upath, op->off, op->len);
		RETURNED(rv);
		break;
	case FSOP_CHFLAGS:
		CALLING("chflags(%s, 0x%x)", quoted(path), op->off);
		rv = rump_sys_chflags(upath, op->off);
		RETURNED(rv);
		break;
	case FSOP_UTIMES:
		ts[0].tv_sec = op->flags & 1 ? (int64_t)op->off << 8 : (int32_t)op->off;
		ts[1].tv_sec = op->flags & 2 ? -(int64_t)op->len : (int32_t)op->len;
		ts[0].tv_nsec = ts[1].tv_nsec = op->mode * 15258u;
		CALLING("utimensat(-100, %s, times(%lld, %lld, %ld), 0x%x)", quoted(path),
		    (long long)ts[0].tv_sec, (long long)ts[1].tv_sec, ts[0].tv_nsec,
		    op->flags & 4 ? 0x200 : 0);
		rv = rump_sys_utimensat(-100, upath, (void *)ts, op->flags & 4 ? 0x200 : 0);
		RETURNED(rv);
		break;
	case FSOP_FSYNC:
		CALLING("%s(%s)", op->flags & 1 ? "fdatasync" : "fsync", fdname(fd));
		rv = op->flags & 1 ? rump_sys_fdatasync(fd) : rump_sys_fsync(fd);
		RETURNED(rv);
		break;
	case FSOP_FSYNC_RANGE:
		CALLING("fsync_range(%s, 0x%x, %lld, %u)", fdname(fd), op->mode & 0x70,
		    (long long)the_off(op), op->len);
		rv = rump_sys_fsync_range(fd, op->mode & 0x70, the_off(op), op->len);
		RETURNED(rv);
		break;
	case FSOP_SYNC:
		rig_trace("sync()");
		cprog_line("\trump_sys_sync();");
		rump_sys_sync();
		break;
	case FSOP_STATVFS:
		if ((sv = userbuf(sizeof(*sv))) != NULL) {
			if (op->flags & 1)
				CALLING("fstatvfs1(%s, room(%zu), 1)", fdname(fd), sizeof(*sv));
			else
				CALLING("statvfs1(%s, room(%zu), 1)", quoted(path), sizeof(*sv));
			rv = op->flags & 1 ? rump_sys_fstatvfs1(fd, sv, 1) :
			    rump_sys_statvfs1(upath, sv, 1);
			RETURNED(rv);
			userbuf_free(sv);
		}
		break;
	case FSOP_ACCESS:
		CALLING("access(%s, %d)", quoted(path), op->mode & 7);
		rv = rump_sys_access(upath, op->mode & 7);
		RETURNED(rv);
		break;
	case FSOP_CHDIR:
		rv = do_chdir(op->flags & 1 ? "/" : upath);
		break;
	case FSOP_FCHDIR:
		CALLING("fchdir(%s)", fdname(fd));
		rv = rump_sys_fchdir(fd);
		RETURNED(rv);
		break;
	case FSOP_MKNOD:
		CALLING("mknod(%s, 0%o, %u)", quoted(path), 0020000 | (op->mode & 0777), op->off);
		rv = rump_sys_mknod(upath, 0020000 | (op->mode & 0777), op->off);
		RETURNED(rv);
		break;
	case FSOP_MKFIFO:
		CALLING("mkfifo(%s, 0%o)", quoted(path), op->mode & 0777);
		rv = rump_sys_mkfifo(upath, op->mode & 0777);
		RETURNED(rv);
		break;
	case FSOP_FHOPEN:
		fhopen(upath, flags & ~RUMP_O_CREAT);
		break;
	case FSOP_LOCK: {
		struct rump_flock fl = {
			.l_start = the_off(op), .l_len = op->len % 100000, .l_type = 1 + op->mode % 3,
			.l_whence = (op->flags & 3) % 3,
		};

		CALLING("fcntl(%s, %d, lock(%lld, %lld, %d, %d))", fdname(fd), op->flags & 4 ? 7 : 8,
		    (long long)fl.l_start, (long long)fl.l_len, fl.l_type, fl.l_whence);
		rv = rump_sys_fcntl(fd, op->flags & 4 ? 7 /* F_GETLK */ : 8 /* F_SETLK */, &fl);
		RETURNED(rv);
		break;
	}
	case FSOP_FLOCK:
		CALLING("flock(%s, 0x%x)", fdname(fd), (op->mode & 0xb) | 4);
		rv = rump_sys_flock(fd, (op->mode & 0xb) | 4 /* LOCK_NB */);
		RETURNED(rv);
		break;
	case FSOP_DUP:
		CALLING("dup(%s)", fdname(fd));
		rv = rump_sys_dup(fd);
		RETURNED_FD(rv);
		put_fd(rv);
		break;
	case FSOP_REMOUNT:
		close_all();
		do_chdir("/");
		do_unmount(0);
		if (!st.mounted)
			do_mount(op->flags & 1 ? MNT_FLAG_RDONLY : 0);
		break;
	case FSOP_UPDATE:
		do_mount(MNT_FLAG_UPDATE | (op->flags & 1 ? MNT_FLAG_RDONLY : 0) |
		    (op->flags & 2 ? MNT_FLAG_FORCE : 0));
		break;
	case FSOP_PATHCONF:
		CALLING("pathconf(%s, %d)", quoted(path), op->mode % 32);
		rv = rump_sys_pathconf(upath, op->mode % 32);
		RETURNED(rv);
		break;
	case FSOP_FADVISE:
		CALLING("posix_fadvise(%s, %lld, %u, %d)", fdname(fd), (long long)the_off(op), op->len,
		    op->mode % 7);
		rv = rump_sys_posix_fadvise(fd, the_off(op), op->len, op->mode % 7);
		RETURNED(rv);
		break;
	case FSOP_FAULT:
		/* A fault stays armed until it struck; the unmount runs without. */
		fail_from(op->flags & 1 ? RUMPUSER_FAULT_ALLOC : op->flags & 2 ? RUMPUSER_FAULT_COPY :
		    RUMPUSER_FAULT_BIO, 1 + op->off % 64,
		    op->flags & 1 ? 12 /* ENOMEM */ : op->flags & 2 ? 14 /* EFAULT */ : 5 /* EIO */);
		rig_trace("fault: the %u. %s from here fails", 1 + op->off % 64, op->flags & 1 ?
		    "allocation" : op->flags & 2 ? "copyin/copyout" : "block I/O");
		break;
	case FSOP_FORCE:
		do_chdir("/");
		do_unmount(MNT_FLAG_FORCE);
		if (!st.mounted)
			do_mount(0);
		break;
	case FSOP_N:
		break;
	}
out:
	userbuf_free(upath);
	userbuf_free(upath2);
	if (rv != -1 && makes(op->op % FSOP_N, flags))
		st.made = 1;
}

static void
finish(void)
{
	char path[PATHMAX] = "";
	unsigned i;

	for (i = 0; i < RUMPUSER_NFAULT && st.faults; i++)
		fail_from(i, 0, 0);
	close_all();
	do_chdir("/");
	do_unmount(0);
	if (st.mounted) {
		int e = errno;

		/*
		 * Nothing is open: a failed write may keep it from unmounting, nothing
		 * else.  (A disk may say that it is busy, too.)
		 */
		if (e == RUMP_EBUSY && st.fs->fs_stack == NULL)
			rumpuser_report("unmount-busy", "unmount without users is refused");
		do_unmount(MNT_FLAG_FORCE);
		if (st.mounted)
			rumpuser_report("unmount-failed", "unmount failed: %s; by force, too",
			    kstrerror(e));
	}
	if (st.made)
		root_fs(path, 0);
}

void
fsops_run(const struct fsops_fs *fs, const uint8_t *data, size_t len)
{
	struct fsop op;
	unsigned i;
	int error;

	memset(st.fd, 0xff, sizeof(st.fd));
	st.fs = fs;
	st.npaths = 0;
	st.mounted = st.made = st.faults = 0;
	fsinput_parse(&fi, data, len);
	st.bits = fi.fi_trailer ? data[len - 12] | data[len - 11] << 8 | data[len - 10] << 16 |
	    (uint32_t)data[len - 9] << 24 : 0;
	fsdev_load(dev, &fi);
	rig_trace("image of %llu bytes, %u operations", (unsigned long long)fi.fi_size, fi.fi_nops);
	if ((error = rumpuser_image_add(IMAGE, fi.fi_size, 0, &fsdev_ops, dev)) != 0) {
		rig_trace("no image: error %d", error);
		return;
	}
	st.dev = DEV;
	if (fs->fs_stack != NULL)
		st.dev = fs->fs_stack->sk_attach(&fsdev_ops, dev, &fi);
	else if ((error = rump_pub_etfs_register(DEV, IMAGE, RUMP_ETFS_BLK)) != 0) {
		rig_trace("etfs: error %d", error);
		rumpuser_image_remove(IMAGE);
		return;
	}
	if (fs->fs_stack == NULL)
		cprog_begin(rig_target.rt_name, fs->fs_type, DEV, dev, &fi);
	if (st.dev != NULL)
		do_mount(0);
	if (st.mounted) {
		if (fi.fi_nops != 0)
			walk_all(0);
		for (i = 0; i < fi.fi_nops && st.mounted; i++) {
			fsinput_op(&fi, i, &op);
			if (fs->fs_stack != NULL && op.op >= FSOPS_EVENT)
				fs->fs_stack->sk_event(&op);
			else
				do_op(&op);
		}
		if (st.mounted)
			walk_all(1);
		finish();
	}
	if (fs->fs_stack != NULL) {
		fs->fs_stack->sk_detach();
		rumpuser_image_remove(IMAGE);
		return;
	}
	error = rump_pub_etfs_remove(DEV);
	if (error != 0)
		rumpuser_report("device-busy", "the image's device stays open: error %d", error);
	rumpuser_image_remove(IMAGE);
}
