/* SPDX-License-Identifier: BSD-2-Clause */

/* A disk with a partition table; see labelops.h. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#include "fsinput.h"
#include "input.h"
#include "labelops.h"
#include "rig.h"
#include "userbuf.h"

#define NFD	8
#define NPART	16
#define NWEDGE	8		/* nodes there are for wedges */
#define RAW	3

/* ioctls and structures of disks as NetBSD's <sys/dkio.h> has them on amd64. */
#define IOC(inout, n, size)	((unsigned long)(inout) << 28 | (unsigned long)(size) << 16 | 'd' << 8 | (n))
#define IO_R	4
#define IO_W	8
#define LABEL	408	/* with its padding */
#define LABEL_BYTES	404
#define DIOCGDINFO	IOC(IO_R, 101, LABEL)
#define DIOCSDINFO	IOC(IO_W, 102, LABEL)
#define DIOCWDINFO	IOC(IO_W, 103, LABEL)
#define DIOCGDEFLABEL	IOC(IO_R, 114, LABEL)
#define DIOCWLABEL	IOC(IO_W, 109, 4)
#define DIOCKLABEL	IOC(IO_W, 119, 4)
#define DIOCAWEDGE	IOC(IO_R | IO_W, 121, sizeof(struct wedge))
#define DIOCGWEDGEINFO	IOC(IO_R, 122, sizeof(struct wedge))
#define DIOCDWEDGE	IOC(IO_W, 123, sizeof(struct wedge))
#define DIOCLWEDGES	IOC(IO_R | IO_W, 124, sizeof(struct wedges))
#define DIOCMWEDGES	IOC(IO_R, 131, 4)
#define DIOCGMEDIASIZE	IOC(IO_R, 132, 8)
#define DIOCGSECTORSIZE	IOC(IO_R, 133, 4)
#define DIOCRMWEDGES	IOC(IO_R, 134, 4)

struct wedge {
	char	w_dev[16];
	uint8_t	w_name[128];
	char	w_parent[16];
	int64_t	w_off;
	uint64_t w_size;
	char	w_type[32];
};

struct wedges {
	void	*ws_buf;
	size_t	ws_bufsize;
	unsigned ws_n;
	unsigned ws_copied;
};

static struct fsinput fi;
static struct fsdev *dev;

/* What one input has open and knows. */
static struct {
	int	fd[NFD];
	unsigned secsize;
	uint64_t nsec;
	uint32_t bits;
	int	attached;
	char	image[16];
} st;

/* An ioctl with an argument of len bytes, which is copied in and out; an errno. */
static int
control(int fd, unsigned long cmd, const char *name, void *arg, size_t len)
{
	void *p = userbuf(len);
	int error;

	if (p == NULL)
		return ENOMEM;
	memcpy(p, arg, len);
	error = rump_sys_ioctl(fd, cmd, p) == 0 ? 0 : errno;
	memcpy(arg, p, len);
	userbuf_free(p);
	rig_trace("    %s: %d", name, error);
	return error;
}

static uint32_t
le32(const uint8_t *p)
{

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static int
open_node(const char *path, int flags)
{
	int fd = rump_sys_open(path, flags);

	rig_trace("  open %s: %d", path, fd >= 0 ? 0 : errno);
	return fd;
}

/*
 * Reads a sector of something that starts at sector base of the disk.  What
 * comes must be what the image has there.
 */
static void
read_sector(int fd, uint64_t sector, uint64_t base, const char *what)
{
	uint8_t *buf = userbuf(st.secsize), expected[4096];
	ssize_t n;

	if (buf == NULL)
		return;
	n = rump_sys_pread(fd, buf, st.secsize, (off_t)(sector * st.secsize));
	rig_trace("    read %s sector %llu: %zd", what, (unsigned long long)sector,
	    n >= 0 ? n : -errno);
	if (n > 0 && (base + sector) * st.secsize + n > st.nsec * st.secsize)
		rumpuser_report("wedge-range", "%s, sector %llu: read past the disk", what,
		    (unsigned long long)sector);
	if (n > 0 && fsdev_read(dev, expected, n, (base + sector) * st.secsize) == 0 &&
	    memcmp(buf, expected, n) != 0)
		rumpuser_report("wrong-data", "%s, sector %llu: not what sector %llu of the disk "
		    "has", what, (unsigned long long)sector, (unsigned long long)(base + sector));
	userbuf_free(buf);
}

static void
walk_wedges(int raw)
{
	struct wedge *w;
	struct wedges ws;
	uint64_t size;
	unsigned i, j;
	char path[32];
	int fd;

	memset(&ws, 0, sizeof(ws));
	ws.ws_bufsize = 64 * sizeof(*w);
	if ((ws.ws_buf = w = userbuf(ws.ws_bufsize)) == NULL)
		return;
	if (control(raw, DIOCLWEDGES, "DIOCLWEDGES", &ws, sizeof(ws)) != 0)
		ws.ws_copied = 0;
	for (i = 0; i < ws.ws_copied; i++) {
		rig_trace("  %.16s \"%.128s\": %lld + %llu, %.32s", w[i].w_dev, (char *)w[i].w_name,
		    (long long)w[i].w_off, (unsigned long long)w[i].w_size, w[i].w_type);
		if (w[i].w_off < 0 || w[i].w_size == 0 || (uint64_t)w[i].w_off >= st.nsec ||
		    w[i].w_size > st.nsec - w[i].w_off)
			rumpuser_report("wedge-range", "%.16s: %lld + %llu of %llu sectors",
			    w[i].w_dev, (long long)w[i].w_off, (unsigned long long)w[i].w_size,
			    (unsigned long long)st.nsec);
		for (j = 0; j < i; j++) {
			if ((uint64_t)w[i].w_off < w[j].w_off + w[j].w_size &&
			    (uint64_t)w[j].w_off < w[i].w_off + w[i].w_size)
				rumpuser_report("wedge-overlap", "%.16s and %.16s", w[j].w_dev,
				    w[i].w_dev);
		}
		if (memchr(w[i].w_name, '\0', sizeof(w[i].w_name)) == NULL)
			rumpuser_report("wedge-name", "%.16s: its name has no end", w[i].w_dev);
		snprintf(path, sizeof(path), "/dev/r%.16s", w[i].w_dev);
		if ((fd = open_node(path, RUMP_O_RDONLY)) < 0)
			continue;
		size = 0;
		if (control(fd, DIOCGMEDIASIZE, "DIOCGMEDIASIZE", &size, sizeof(size)) == 0 &&
		    size != w[i].w_size * st.secsize)
			rumpuser_report("wedge-range", "%.16s: %llu bytes, not %llu sectors",
			    w[i].w_dev, (unsigned long long)size,
			    (unsigned long long)w[i].w_size);
		read_sector(fd, 0, w[i].w_off, w[i].w_dev);
		read_sector(fd, w[i].w_size - 1, w[i].w_off, w[i].w_dev);
		read_sector(fd, w[i].w_size, w[i].w_off, w[i].w_dev);
		rump_sys_close(fd);
	}
	userbuf_free(w);
}

static void
walk_partitions(int raw)
{
	uint8_t label[LABEL];
	uint32_t size, off;
	unsigned i, n;
	char path[32];
	int fd;

	if (control(raw, DIOCGDINFO, "DIOCGDINFO", label, sizeof(label)) != 0)
		return;
	n = label[138] | label[139] << 8;
	if (n > NPART)
		rumpuser_report("label-range", "%u partitions", n);
	for (i = 0; i < n; i++) {
		size = le32(label + 148 + 16 * i);
		off = le32(label + 148 + 16 * i + 4);
		if (size == 0)
			continue;
		rig_trace("  partition %c: %u + %u, type %u", 'a' + i, off, size,
		    label[148 + 16 * i + 12]);
		snprintf(path, sizeof(path), "/dev/rimgdk0%c", 'a' + i);
		if ((fd = open_node(path, RUMP_O_RDONLY)) < 0)
			continue;
		read_sector(fd, 0, off, path + 5);
		read_sector(fd, size - 1, off, path + 5);
		read_sector(fd, size, off, path + 5);
		rump_sys_close(fd);
	}
}

/* Wedges, and the partitions that they hide. */
static void
walk(void)
{
	int raw, zero = 0;

	if (!st.attached || (raw = open_node("/dev/rimgdk0d", RUMP_O_RDWR)) < 0)
		return;
	walk_wedges(raw);
	(void)control(raw, DIOCRMWEDGES, "DIOCRMWEDGES", &zero, sizeof(zero));
	walk_partitions(raw);
	(void)control(raw, DIOCMWEDGES, "DIOCMWEDGES", &zero, sizeof(zero));
	rump_sys_close(raw);
}

/* The node an operation means: a partition or a wedge, raw mostly. */
static const char *
node(const struct fsop *op, char *path, size_t room)
{
	const char *r = op->flags & 1 ? "" : "r";
	unsigned n = op->path % (1 + NPART + NWEDGE);

	if (n == 0 || n <= NPART)
		snprintf(path, room, "/dev/%simgdk0%c", r, n == 0 ? 'a' + RAW : 'a' + (n - 1));
	else
		snprintf(path, room, "/dev/%sdk%u", r, n - NPART - 1);
	return path;
}

static void
transfer(const struct fsop *op, int fd)
{
	const int write = op->op % LABELOP_N == LABELOP_WRITE;
	const size_t len = op->flags & 2 ? op->len % 65537 :
	    (size_t)(op->len % 16 + 1) * st.secsize;
	const off_t off = op->flags & 4 ? (off_t)((uint64_t)op->off << 32 | op->len) :
	    (off_t)op->off * st.secsize;
	void *buf = userbuf(len);
	ssize_t n;

	if (buf == NULL)
		return;
	memset(buf, op->buf, len);
	n = write ? rump_sys_pwrite(fd, buf, len, off) : rump_sys_pread(fd, buf, len, off);
	rig_trace("  %s %zu at %lld: %zd", write ? "write" : "read", len, (long long)off,
	    n >= 0 ? n : -(ssize_t)errno);
	userbuf_free(buf);
}

/* The label that is there, with one of its bytes changed, and its checksum. */
static void
set_label(const struct fsop *op, int fd)
{
	uint8_t label[LABEL];
	unsigned i, n;
	uint16_t sum = 0;

	if (control(fd, op->flags & 8 ? DIOCGDEFLABEL : DIOCGDINFO, "get label", label,
	    sizeof(label)) != 0)
		return;
	label[op->off % LABEL_BYTES] = op->buf;
	label[op->mode % LABEL_BYTES] += op->path2;
	n = label[138] | label[139] << 8;
	if ((op->flags & 16) == 0 && n <= NPART) {
		label[136] = label[137] = 0;
		for (i = 0; i < 148 + 16 * n; i += 2)
			sum ^= label[i] | label[i + 1] << 8;
		label[136] = sum;
		label[137] = sum >> 8;
	}
	(void)control(fd, op->flags & 2 ? DIOCWDINFO : DIOCSDINFO,
	    op->flags & 2 ? "DIOCWDINFO" : "DIOCSDINFO", label, sizeof(label));
}

static void
wedge_op(const struct fsop *op, int fd)
{
	struct wedge w;

	memset(&w, 0, sizeof(w));
	if (op->op % LABELOP_N == LABELOP_ADD) {
		w.w_off = op->flags & 4 ? (int64_t)((uint64_t)op->off << 32 | op->len) : op->off;
		w.w_size = op->flags & 8 ? UINT64_MAX - op->len : op->len;
		memset(w.w_name, 'a' + op->path % 26, op->flags & 2 ? sizeof(w.w_name) : 4);
		snprintf(w.w_parent, sizeof(w.w_parent), "imgdk%u", op->path2 % 8 == 7);
		if (op->flags & 16)
			memset(w.w_parent, 'x', sizeof(w.w_parent));
		memset(w.w_type, 't', op->flags & 32 ? sizeof(w.w_type) : 3);
		(void)control(fd, DIOCAWEDGE, "DIOCAWEDGE", &w, sizeof(w));
	} else {
		snprintf(w.w_dev, sizeof(w.w_dev), "dk%u", op->path % NWEDGE);
		if (op->flags & 16)
			memset(w.w_dev, 'd', sizeof(w.w_dev));
		(void)control(fd, DIOCDWEDGE, "DIOCDWEDGE", &w, sizeof(w));
	}
}

static void
close_all(void)
{
	unsigned i;

	for (i = 0; i < NFD; i++) {
		if (st.fd[i] >= 0)
			rump_sys_close(st.fd[i]);
		st.fd[i] = -1;
	}
}

static void
attach(void)
{
	int error = rump_pub_dev_rescan("mainbus0", "mainbus", NULL);

	st.attached = 1;
	rig_trace("  attach: %d", error);
}

static int
detach(int flags)
{
	int error = rump_pub_dev_detach("imgdk0", flags | RUMP_DETACH_QUIET);

	rig_trace("  detach: %d", error);
	if (error == 0)
		st.attached = 0;
	return error;
}

static void
do_op(const struct fsop *op)
{
	int *slot = &st.fd[op->fd % NFD], fd, v = op->len;
	char path[32];

	/* Without a descriptor the whole disk is meant. */
	if (*slot < 0 && op->op % LABELOP_N != LABELOP_CLOSE)
		*slot = open_node(op->op % LABELOP_N == LABELOP_OPEN ?
		    node(op, path, sizeof(path)) : "/dev/rimgdk0d",
		    op->flags & 64 ? RUMP_O_RDONLY : RUMP_O_RDWR);
	fd = *slot;
	switch (op->op % LABELOP_N) {
	case LABELOP_READ:
	case LABELOP_WRITE:
		transfer(op, fd);
		break;
	case LABELOP_OPEN:
		break;
	case LABELOP_CLOSE:
		if (fd >= 0)
			rump_sys_close(fd);
		*slot = -1;
		break;
	case LABELOP_GETLABEL:
		walk_partitions(fd);
		break;
	case LABELOP_SETLABEL:
		set_label(op, fd);
		break;
	case LABELOP_DISCOVER:
		(void)control(fd, DIOCMWEDGES, "DIOCMWEDGES", &v, sizeof(v));
		break;
	case LABELOP_FORGET:
		(void)control(fd, DIOCRMWEDGES, "DIOCRMWEDGES", &v, sizeof(v));
		break;
	case LABELOP_ADD:
	case LABELOP_DELETE:
		wedge_op(op, fd);
		break;
	case LABELOP_LIST:
		walk_wedges(fd);
		break;
	case LABELOP_FLAG:
		(void)control(fd, op->flags & 1 ? DIOCKLABEL : DIOCWLABEL, "DIOC[KW]LABEL", &v,
		    sizeof(v));
		break;
	case LABELOP_WALK:
		walk();
		break;
	case LABELOP_DETACH:
		(void)detach(op->flags & 1 ? RUMP_DETACH_FORCE : 0);
		break;
	case LABELOP_RESCAN:
		attach();
		break;
	case LABELOP_FAULT:
		rumpuser_fault_set(op->flags & 1 ? RUMPUSER_FAULT_ALLOC : RUMPUSER_FAULT_BIO,
		    op->off % 32 + 1, op->len % 4, op->flags & 1 ? ENOMEM : EIO);
		break;
	}
}

int
labelops_boot(void)
{

	return (dev = fsdev_create()) == NULL ? ENOMEM : 0;
}

void
labelops_run(const uint8_t *data, size_t len)
{
	struct fsop op;
	unsigned i;
	int error;

	memset(&st, 0, sizeof(st));
	memset(st.fd, 0xff, sizeof(st.fd));
	fsinput_parse(&fi, data, len);
	st.bits = fi.fi_trailer ? le32(data + len - 12) : 0;
	st.secsize = 512u << LABELOPS_SECSHIFT(st.bits);
	st.nsec = fi.fi_size / st.secsize;
	fsdev_load(dev, &fi);
	snprintf(st.image, sizeof(st.image), "imgdk.%u", st.secsize);
	rig_trace("disk of %llu sectors of %u bytes, %u operations", (unsigned long long)st.nsec,
	    st.secsize, fi.fi_nops);
	if (st.nsec == 0 || rumpuser_image_add(st.image, st.nsec * st.secsize, 0, &fsdev_ops, dev) != 0)
		return;
	attach();
	walk();
	for (i = 0; i < fi.fi_nops; i++) {
		fsinput_op(&fi, i, &op);
		do_op(&op);
	}
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 0, 0, 0);
	rumpuser_fault_set(RUMPUSER_FAULT_BIO, 0, 0, 0);
	if (st.bits & LABELOPS_FORCE) {
		if (st.attached)
			(void)detach(RUMP_DETACH_FORCE);
		close_all();
	} else {
		close_all();
		if (fi.fi_nops != 0)
			walk();
		if (st.attached && (error = detach(0)) != 0 && error != RUMP_ENXIO)
			rumpuser_report("device-busy", "the disk can't go: error %d", error);
	}
	if ((error = rumpuser_image_remove(st.image)) != 0)
		rumpuser_report("device-busy", "the image stays open: error %d", error);
}
