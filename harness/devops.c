/* SPDX-License-Identifier: BSD-2-Clause */

/* A device and operations on its nodes; see devops.h. */

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIBRUMPUSER		/* threads */
#include <rump/rumpuser.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "devops.h"
#include "kerror.h"
#include "model/pci.h"
#include "userbuf.h"

#define MNT		"/mnt"
#define MNT_RDONLY	0x00000001
#define MNT_FORCE	0x00080000
#define NFDS		8
#define NSIDE		2		/* threads that may sleep */
#define SIDE_TIMES	8		/* what each does at most */
#define SIDE_LEN	(64u << 10)	/* bytes at a disk */
#define DIOCCACHESYNC	0x80046476ul
#define NDEVS		48		/* that the kernel may have */
#define NAMELEN		24
#define IOMAX		65536u
#define SECTOR		512u

static struct fsdev *dev;

/* All of this is set anew for each input. */
static struct {
	struct devops d;
	unsigned nnodes, nioctls;
	struct {
		int	fd;		/* -1: free */
		const struct devops_node *node;
	}	fds[NFDS];
	struct side {
		const struct devops_node *node;
		unsigned what;
		struct devop op;
		int	done;
		void	*thread;
	}	side[NSIDE];
	unsigned nside;
	int	mounted, cached;	/* cached: the medium may be behind */
	int	plugged;
	struct fsinput content;
} st;

/* Devices there are at boot; the first level of others is what we detach. */
struct names {
	unsigned n;
	char	name[NDEVS][NAMELEN];
};
static struct names atboot;

/* The medium's content: a small file system, and numbered sectors behind it. */
#define FS_SECTORS	100u
#define NUMBERED	128u
static uint8_t fsimage[16 * SECTOR], numbered[NUMBERED * SECTOR];

#define TRACE(rv, fmt, ...) do {						\
	if (rig_trace_file != NULL) {						\
		long long rv_ = (rv);						\
		int e_ = errno;							\
		if (rv_ == -1)							\
			rig_trace(fmt " = -1 %s", ##__VA_ARGS__, kstrerror(e_));	\
		else								\
			rig_trace(fmt " = %lld", ##__VA_ARGS__, rv_);		\
		errno = e_;							\
	}									\
} while (0)

/* The same for what returns an error number. */
#define TRACE_ERROR(error, fmt, ...) do {					\
	if (rig_trace_file != NULL) {						\
		if ((error) != 0)						\
			rig_trace(fmt ": %s", ##__VA_ARGS__, kstrerror(error));	\
		else								\
			rig_trace(fmt, ##__VA_ARGS__);				\
	}									\
} while (0)

int
devops_clean(const struct devops *d)
{

	return !d->dv_tampered && hostile_clean();
}

/* A FAT12 file system of 1024 sectors with one small file. */
static void
make_content(void)
{
	static const uint8_t boot[62] = {
		0xeb, 0x3c, 0x90, 'r', 'u', 'm', 'p', 'f', 'u', 'z', 'z', 0x00, 0x02, 1, 1, 0, 2, 112, 0,
		0x00, 0x04, 0xf8, 3, 0, 63, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0x29, 1, 2, 3, 4,
		'F', 'U', 'Z', 'Z', ' ', ' ', ' ', ' ', ' ', ' ', ' ', 'F', 'A', 'T', '1', '2', ' ', ' ', ' ',
	};
	static const uint8_t fat[6] = { 0xf8, 0xff, 0xff, 0xff, 0x0f, 0x00 };
	static const uint8_t entry[32] = {
		'H', 'E', 'L', 'L', 'O', ' ', ' ', ' ', 'T', 'X', 'T', 0x20, 0, 0, 0, 0, 0x21, 0x57, 0x21,
		0x57, 0, 0, 0, 0, 0x21, 0x57, 2, 0, 14, 0, 0, 0,
	};
	unsigned i;

	memcpy(fsimage, boot, sizeof(boot));
	fsimage[510] = 0x55;
	fsimage[511] = 0xaa;
	memcpy(fsimage + 1 * SECTOR, fat, sizeof(fat));
	memcpy(fsimage + 4 * SECTOR, fat, sizeof(fat));
	memcpy(fsimage + 7 * SECTOR, entry, sizeof(entry));
	memcpy(fsimage + 14 * SECTOR, "Hello, device\n", 14);
	for (i = 0; i < sizeof(numbered); i++)
		numbered[i] = i / SECTOR + i * 7;
}

static int
note_name(const struct rump_devinfo *di, void *arg)
{
	struct names *n = arg;

	if (n->n < NDEVS && strlen(di->di_name) < NAMELEN)
		strcpy(n->name[n->n++], di->di_name);
	return 0;
}

static int
known(const char *name)
{
	unsigned i;

	for (i = 0; i < atboot.n; i++)
		if (strcmp(atboot.name[i], name) == 0)
			return 1;
	return 0;
}

static int
note_new(const struct rump_devinfo *di, void *arg)
{

	return known(di->di_name) ? 0 : note_name(di, arg);
}

static int
note_top(const struct rump_devinfo *di, void *arg)
{

	return known(di->di_parent) ? note_new(di, arg) : 0;
}

int
devops_boot_bus(void)
{
	struct pcim_bus *bus;

	if ((bus = pcim_bus_create()) == NULL)
		return ENOMEM;
	rumpuser_dev_attach(&pcim_backend, bus);
	rump_pub_dev_rescan("mainbus0", NULL, NULL);
	rump_pub_dev_settle();
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
	return 0;
}

int
devops_boot(void)
{
	int error;

	make_content();
	if ((dev = fsdev_create()) == NULL)
		return ENOMEM;
	if (rump_sys_mkdir(MNT, 0777) == -1)
		return errno;
	if ((error = devops_boot_bus()) != 0)
		return error;
	atboot.n = 0;
	rump_pub_dev_list(note_name, &atboot);
	return 0;
}

static void
unplug(void *arg)
{

	if (!st.plugged)
		return;
	st.plugged = 0;
	st.d.dv_tampered = 1;
	if (st.d.dv_dev->dd_unplug != NULL)
		st.d.dv_dev->dd_unplug(&st.d);
}

static int
rescan(void)
{
	int error = rump_pub_dev_rescan(st.d.dv_bus, st.d.dv_attr, NULL);

	rump_pub_dev_settle();
	TRACE_ERROR(error, "rescan %s", st.d.dv_bus);
	return error;
}

static int
do_open(unsigned n, int flags)
{
	const struct devops_node *dn = &st.d.dv_dev->dd_nodes[n];
	unsigned i;
	int fd;

	fd = rump_sys_open(dn->dn_path, flags);
	TRACE(fd, "open(\"%s\", 0x%x)", dn->dn_path, flags);
	if (fd == -1)
		return -1;
	for (i = 0; i < NFDS; i++)
		if (st.fds[i].fd == -1)
			break;
	if (i == NFDS) {
		rump_sys_close(st.fds[0].fd);
		memmove(&st.fds[0], &st.fds[1], sizeof(st.fds) - sizeof(st.fds[0]));
		i = NFDS - 1;
	}
	st.fds[i].fd = fd;
	st.fds[i].node = dn;
	return i;
}

static void
do_close(unsigned i)
{
	int rv;

	if (st.fds[i].fd == -1)
		return;
	rv = rump_sys_close(st.fds[i].fd);
	TRACE(rv, "close(%d)", st.fds[i].fd);
	st.fds[i].fd = -1;
}

/* What the argument that is being made points to. */
static struct given {
	void	*p[DEVOPS_GIVEN];
	unsigned n;
} given;

void *
devops_given(size_t len)
{
	void *p = given.n < DEVOPS_GIVEN ? userbuf(len) : NULL;

	if (p != NULL)
		given.p[given.n++] = p;
	return p;
}

/* An operation's ioctl; -1 also when there is none. */
static int
ask(int fd, const struct devop *op)
{
	const struct devops_ioctl *di;
	struct given mine;
	unsigned long cmd;
	unsigned len, i;
	uint8_t *p;
	int rv;

	if (st.nioctls == 0)
		return -1;
	di = &st.d.dv_dev->dd_ioctls[op->idx % st.nioctls];
	cmd = di->di_make != NULL ? (*di->di_make)(op) : di->di_cmd;
	len = di->di_room != 0 ? di->di_room : cmd >> 16 & 0x1fff;
	if ((p = userbuf(len)) == NULL)
		return -1;
	/* The operation's own bytes, again and again; zero stays zero. */
	for (i = 0; i < len; i++) {
		uint32_t v = i & 4 ? op->len : op->off;

		p[i] = v >> (8 * (i & 3));
	}
	if (di->di_from != 0) {
		rv = rump_sys_ioctl(fd, di->di_from, p);
		TRACE(rv, "ioctl(%d, 0x%lx) for %s", fd, di->di_from, di->di_name);
		if (op->mode != 0)
			p[op->mode % len] = op->buf;
	}
	given.n = 0;
	if (di->di_fill != NULL)
		di->di_fill(op, p);
	mine = given;
	rv = rump_sys_ioctl(fd, cmd, p);
	if (di->di_make != NULL)
		TRACE(rv, "ioctl(%d, 0x%lx)", fd, cmd);
	else
		TRACE(rv, "ioctl(%d, %s)", fd, di->di_name);
	while (mine.n > 0)
		userbuf_free(mine.p[--mine.n]);
	userbuf_free(p);
	return rv;
}

/* What a disk gets from elsewhere, now and now: large enough for several pieces. */
static ssize_t
side_disk(int fd, unsigned what, unsigned i, uint8_t *p)
{
	const off_t off = (off_t)(i * 37 % 56) * 8192;
	int arg = 1, error;

	switch (what) {
	case 0:
		return rump_sys_pread(fd, p, SIDE_LEN, off);
	case 1:
		return rump_sys_pwrite(fd, p, SIDE_LEN, off);
	case 2:
		error = rump_sys_ioctl(fd, DIOCCACHESYNC, &arg);
		return error == 0 ? 1 : -1;
	default:
		error = rump_sys_fdiscard(fd, off, 8192);
		return error == 0 ? 1 : -1;
	}
}

/*
 * What may sleep, by a thread with a process of its own: reads until there is
 * no more, waits for input, or writes; at a disk, what side_disk() does; and
 * where there are ioctls alone, one of them.
 */
static void *
side_thread(void *arg)
{
	const unsigned disk = DEVOPS_RAWDISK | DEVOPS_BLOCK;
	struct side *sd = arg;
	struct pollfd *pfd;
	uint8_t *p;
	ssize_t rv = -1;
	unsigned i;
	int fd;

	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		goto out;
	fd = rump_sys_open(sd->node->dn_path, sd->node->dn_flags & DEVOPS_RDONLY ? RUMP_O_RDONLY :
	    RUMP_O_RDWR);
	pfd = userbuf(sizeof(*pfd));
	p = userbuf(SIDE_LEN);
	for (i = 0; fd != -1 && pfd != NULL && p != NULL && i < SIDE_TIMES; i++) {
		if ((sd->node->dn_flags & disk) != 0) {
			if ((rv = side_disk(fd, sd->what, i, p)) <= 0)
				break;
			continue;
		}
		if ((sd->node->dn_flags & DEVOPS_ASKS) != 0) {
			rv = ask(fd, &sd->op);
			continue;
		}
		if (sd->what == 2) {
			pfd->fd = fd;
			pfd->events = POLLIN | POLLRDNORM;
			if ((rv = rump_sys_poll(pfd, 1, -1)) != 1 || (pfd->revents & POLLHUP) != 0)
				break;
		}
		rv = sd->what == 3 ? rump_sys_write(fd, p, SECTOR) : rump_sys_read(fd, p, 16);
		if (rv <= 0)
			break;
	}
	TRACE(rv, "aside: \"%s\", %u ends", sd->node->dn_path, sd->what);
	userbuf_free(p);
	userbuf_free(pfd);
	if (fd != -1)
		rump_sys_close(fd);
	rump_pub_lwproc_releaselwp();
out:
	sd->done = 1;
	return NULL;
}

static void
side_start(const struct devops_node *dn, const struct devop *op)
{
	const unsigned what = op->flags & 3;
	struct side *sd = &st.side[st.nside];

	if (st.nside == NSIDE)
		return;
	sd->node = dn;
	sd->what = what;
	sd->op = *op;
	sd->op.flags >>= 3;
	if (rumpuser_thread_create(side_thread, sd, "aside", 1, -1, -1, &sd->thread) == 0)
		st.nside++;
	rig_trace("aside: \"%s\", %u begins", dn->dn_path, what);
}

static void
side_join(struct side *sd)
{

	if (sd->thread != NULL)
		rumpuser_thread_join(sd->thread);
	sd->thread = NULL;
}

/* Whether this transfer is one that a sound device does. */
static int
is_plain(const struct devops_node *dn, int write, uint64_t off, uint64_t len)
{

	return (dn->dn_flags & DEVOPS_RAWDISK) != 0 && !st.d.dv_tampered && st.plugged && !(write &&
	    st.d.dv_readonly) && off % st.d.dv_blksize == 0 && len % st.d.dv_blksize == 0 &&
	    off <= st.d.dv_size && len <= st.d.dv_size - off;
}

static void
compare(const uint8_t *p, uint64_t off, size_t len, const char *what)
{
	static uint8_t is[IOMAX + SECTOR];
	size_t i;

	if (st.cached || st.nside != 0 || len > sizeof(is) ||
	    st.d.dv_ops->io_read(st.d.dv_cookie, is, len, off) != 0)
		return;
	if (memcmp(p, is, len) == 0)
		return;
	for (i = 0; p[i] == is[i]; i++)
		continue;
	rumpuser_report("wrong-data", "%s of %zu bytes at %llu: byte %zu is 0x%02x, on the medium "
	    "0x%02x", what, len, (unsigned long long)off, i, p[i], is[i]);
}

static void
transfer(unsigned slot, int write, uint64_t off, size_t len, uint8_t pattern)
{
	const struct devops_node *dn = st.fds[slot].node;
	int fd = st.fds[slot].fd, plain = is_plain(dn, write, off, len);
	uint8_t *p = userbuf(len);
	ssize_t rv;

	if (p == NULL)
		return;
	userbuf_fill(p, len, pattern);
	rv = write ? rump_sys_pwrite(fd, p, len, off) : rump_sys_pread(fd, p, len, off);
	TRACE(rv, "%s(%d, %zu, %llu)", write ? "pwrite" : "pread", fd, len, (unsigned long long)off);
	if (rv > (ssize_t)len)
		rumpuser_report("bad-return", "%zd bytes transferred of %zu asked for", rv, len);
	if (rv == -1 && errno == RUMP_EBADF)
		plain = 0;	/* open for the other direction */
	if (plain && st.plugged && devops_clean(&st.d) && rv != (ssize_t)len)
		rumpuser_report("io-failed", "%s of %zu bytes at %llu of a sound device: %zd, %s",
		    write ? "write" : "read", len, (unsigned long long)off, rv,
		    rv == -1 ? kstrerror(errno) : "short");
	/* What the device did not do, and said so, is not done. */
	if (plain && rv == (ssize_t)len && (devops_clean(&st.d) || (hostile_honest() &&
	    !st.d.dv_tampered)))
		compare(p, off, len, write ? "write" : "read");
	userbuf_free(p);
}

static void
stream(unsigned slot, const struct devop *op)
{
	size_t len = op->len % 4097;
	uint8_t *p = userbuf(len);
	ssize_t rv;

	if (p == NULL)
		return;
	userbuf_fill(p, len, op->buf);
	rv = op->flags & 1 ? rump_sys_write(st.fds[slot].fd, p, len) :
	    rump_sys_read(st.fds[slot].fd, p, len);
	TRACE(rv, "%s(%d, %zu)", op->flags & 1 ? "write" : "read", st.fds[slot].fd, len);
	if (rv > (ssize_t)len)
		rumpuser_report("bad-return", "%zd bytes transferred of %zu asked for", rv, len);
	userbuf_free(p);
}

static void
do_poll(unsigned slot, const struct devop *op)
{
	struct pollfd *p = userbuf(sizeof(*p));
	int rv;

	if (p == NULL)
		return;
	p->fd = st.fds[slot].fd;
	p->events = op->off & 0x1ff;
	p->revents = 0;
	rv = rump_sys_poll(p, 1, op->mode % 50);
	TRACE(rv, "poll(%d, 0x%x, %u)", st.fds[slot].fd, op->off & 0x1ff, op->mode % 50);
	userbuf_free(p);
}

static void
do_delay(unsigned ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	rig_trace("delay %u ms", ms);
	rump_sys_nanosleep(&ts, NULL);
}

static void
do_detach(const struct devop *op)
{
	struct names n = { 0 };
	const char *name;
	int error;

	rump_pub_dev_list(note_new, &n);
	if (n.n == 0)
		return;
	name = n.name[op->idx % n.n];
	st.d.dv_tampered = 1;
	error = rump_pub_dev_detach(name, op->flags & 1 ? RUMP_DETACH_FORCE : 0);
	TRACE_ERROR(error, "detach %s%s", name, op->flags & 1 ? " by force" : "");
	rump_pub_dev_settle();
}

/*
 * Suspends a device and lets some time pass, in which it may be pulled out.
 * Then all is resumed: I/O of a suspended device waits, and would for ever.
 */
static void
do_suspend(const struct devop *op)
{
	struct names n = { 0 };
	const char *name;
	unsigned i;
	int error;

	rump_pub_dev_list(note_new, &n);
	if (n.n == 0)
		return;
	name = n.name[op->idx % n.n];
	st.d.dv_tampered = 1;
	error = rump_pub_dev_suspend(name);
	TRACE_ERROR(error, "suspend %s", name);
	if (op->flags & 2) {
		rig_trace("unplug");
		unplug(NULL);
	}
	do_delay(op->mode % 2000);
	n.n = 0;
	rump_pub_dev_list(note_top, &n);
	for (i = 0; i < n.n; i++) {
		error = rump_pub_dev_resume(n.name[i], 1);
		TRACE_ERROR(error, "resume %s", n.name[i]);
	}
}

static void
do_resume(const struct devop *op)
{
	struct names n = { 0 };
	int error;

	rump_pub_dev_list(note_new, &n);
	if (n.n == 0)
		return;
	error = rump_pub_dev_resume(n.name[op->idx % n.n], op->flags & 1);
	TRACE_ERROR(error, "resume %s", n.name[op->idx % n.n]);
}

static void
do_mount(const struct devop *op)
{
	const struct devops_node *dn = st.d.dv_dev->dd_nodes;
	struct rump_msdosfs_args a = {
		.mask = 0777, .dirmask = 0777, .version = 3, .flags = 0x10 | RUMP_MSDOSFSMNT_LONGNAME,
	};
	int rv, flags = op->flags & 1 ? MNT_RDONLY : 0;

	if (st.nnodes == 0 || st.mounted)
		return;
	while (dn->dn_path != NULL && (dn->dn_flags & DEVOPS_BLOCK) == 0)
		dn++;
	if (dn->dn_path == NULL)
		return;
	a.fspec = (char *)(uintptr_t)dn->dn_path;
	rv = rump_sys_mount("msdos", MNT, flags, &a, sizeof(a));
	TRACE(rv, "mount(\"msdos\", \"" MNT "\", 0x%x, \"%s\")", flags, dn->dn_path);
	if (rv == 0) {
		st.mounted = 1;
		st.cached |= flags == 0;
	}
}

static int
do_unmount(int flags)
{
	int rv;

	if (!st.mounted)
		return 0;
	rv = rump_sys_unmount(MNT, flags);
	TRACE(rv, "unmount(\"" MNT "\", 0x%x)", flags);
	if (rv == 0)
		st.mounted = 0;
	return rv;
}

static void
do_file(const struct devop *op, int write)
{
	size_t len = op->len % 16385;
	uint8_t *p = userbuf(len);
	ssize_t rv;
	int fd;

	if (p == NULL || !st.mounted) {
		userbuf_free(p);
		return;
	}
	userbuf_fill(p, len, op->buf);
	fd = rump_sys_open(write ? MNT "/NEW.TXT" : MNT "/HELLO.TXT",
	    write ? RUMP_O_RDWR | RUMP_O_CREAT : RUMP_O_RDONLY, 0644);
	TRACE(fd, "open(\"%s\")", write ? MNT "/NEW.TXT" : MNT "/HELLO.TXT");
	if (fd != -1) {
		rv = write ? rump_sys_write(fd, p, len) : rump_sys_read(fd, p, len);
		TRACE(rv, "%s(%d, %zu)", write ? "write" : "read", fd, len);
		if (op->flags & 1)
			rump_sys_fsync(fd);
		rump_sys_close(fd);
	}
	userbuf_free(p);
}

static void
do_fault(const struct devop *op)
{
	static const struct {
		enum rumpuser_faultkind kind;
		int error;
		const char *what;
	} faults[] = {
		{ RUMPUSER_FAULT_ALLOC, 12, "allocation" }, { RUMPUSER_FAULT_DMAMAP, 12, "load of a DMA map" },
		{ RUMPUSER_FAULT_COPY, 14, "copyin/copyout" }, { RUMPUSER_FAULT_BIO, 5, "block I/O" },
	};
	unsigned i = op->idx % 4, nth = 1 + op->off % 256;

	st.d.dv_tampered = 1;
	rumpuser_fault_set(faults[i].kind, nth, 0, faults[i].error);
	rig_trace("fault: the %u. %s from here fails", nth, faults[i].what);
}

static void
clear_faults(void)
{
	unsigned i;

	for (i = 0; i < RUMPUSER_NFAULT; i++)
		rumpuser_fault_set(i, 0, 0, 0);
}

/* Operations on an open descriptor. */
static void
fd_op(const struct devop *op)
{
	uint64_t off, size = st.d.dv_size;
	unsigned slot = op->fd % NFDS, i;
	uint32_t len;
	int rv;

	for (i = 0; i < NFDS && st.fds[slot].fd == -1; i++)
		slot = (slot + 1) % NFDS;
	if (st.fds[slot].fd == -1)
		return;
	switch (op->op % DEVOP_N) {
	case DEVOP_CLOSE:
		do_close(slot);
		break;
	case DEVOP_READ:
	case DEVOP_WRITE:
		if (op->flags & DEVOP_BYTES) {
			off = op->off;
			len = op->len % (IOMAX + 1);
		} else {
			/* At the end and past it, too. */
			off = op->off % (size / SECTOR + 8) * SECTOR;
			len = (1 + op->len % (IOMAX / SECTOR)) * SECTOR;
		}
		if (op->op % DEVOP_N == DEVOP_WRITE && (st.fds[slot].node->dn_flags & DEVOPS_BLOCK) != 0)
			st.cached = 1;
		transfer(slot, op->op % DEVOP_N == DEVOP_WRITE, off, len, op->buf);
		break;
	case DEVOP_STREAM:
		stream(slot, op);
		break;
	case DEVOP_IOCTL:
		ask(st.fds[slot].fd, op);
		break;
	case DEVOP_POLL:
		do_poll(slot, op);
		break;
	case DEVOP_FSYNC:
		if (op->flags & 1) {
			off = (uint64_t)op->off % (size / SECTOR + 8) * SECTOR;
			len = (1 + op->len % 64) * SECTOR;
			rv = rump_sys_fdiscard(st.fds[slot].fd, off, len);
			TRACE(rv, "fdiscard(%d, %llu, %u)", st.fds[slot].fd,
			    (unsigned long long)off, len);
		} else {
			rv = rump_sys_fsync(st.fds[slot].fd);
			TRACE(rv, "fsync(%d)", st.fds[slot].fd);
		}
		break;
	}
}

static void
do_op(const struct devop *op)
{
	const struct devops_dev *dd = st.d.dv_dev;
	const struct devops_node *dn;
	int error;

	switch ((enum devop_code)(op->op % DEVOP_N)) {
	case DEVOP_NONE:
	case DEVOP_N:
		break;
	case DEVOP_OPEN:
		if (st.nnodes == 0)
			break;
		dn = &dd->dd_nodes[op->node % st.nnodes];
		if ((dn->dn_flags & (DEVOPS_SLEEPS | DEVOPS_ASKS | DEVOPS_RAWDISK | DEVOPS_BLOCK)) != 0 &&
		    (op->flags & DEVOP_ASIDE) != 0) {
			side_start(dn, op);
			break;
		}
		do_open(op->node % st.nnodes, ((dn->dn_flags & DEVOPS_RDONLY) != 0 || op->flags & 1 ?
		    RUMP_O_RDONLY : op->flags & 2 ? RUMP_O_WRONLY : RUMP_O_RDWR) | RUMP_O_NONBLOCK);
		break;
	case DEVOP_CLOSE:
	case DEVOP_READ:
	case DEVOP_WRITE:
	case DEVOP_STREAM:
	case DEVOP_IOCTL:
	case DEVOP_POLL:
	case DEVOP_FSYNC:
		fd_op(op);
		break;
	case DEVOP_SYNC:
		rump_sys_sync();
		rig_trace("sync()");
		break;
	case DEVOP_DELAY:
		do_delay(op->mode % 20000);
		break;
	case DEVOP_RESCAN:
		rescan();
		break;
	case DEVOP_DETACH:
		do_detach(op);
		break;
	case DEVOP_UNPLUG:
		rig_trace("unplug");
		unplug(NULL);
		break;
	case DEVOP_PLUG:
		if (st.plugged || dd->dd_plug == NULL)
			break;
		error = dd->dd_plug(&st.d);
		TRACE_ERROR(error, "plug");
		st.plugged = error == 0;
		break;
	case DEVOP_MOUNT:
		do_mount(op);
		break;
	case DEVOP_UNMOUNT:
		do_unmount(op->flags & 1 ? MNT_FORCE : 0);
		break;
	case DEVOP_FSREAD:
	case DEVOP_FSWRITE:
		do_file(op, op->op % DEVOP_N == DEVOP_FSWRITE);
		break;
	case DEVOP_FAULT:
		do_fault(op);
		break;
	case DEVOP_EVENT:
		rig_trace("event %u, 0x%x", op->idx, op->off);
		if (dd->dd_event != NULL)
			dd->dd_event(&st.d, op);
		break;
	case DEVOP_SUSPEND:
		do_suspend(op);
		break;
	case DEVOP_RESUME:
		do_resume(op);
		break;
	}
}

/* What anybody does first. */
static void
plain_use(void)
{
	const struct devops_node *dn = st.d.dv_dev->dd_nodes;
	int slot;

	if (st.nnodes == 0)
		return;
	slot = do_open(0, RUMP_O_RDONLY | RUMP_O_NONBLOCK);
	if (slot == -1) {
		if ((dn->dn_flags & DEVOPS_RAWDISK) != 0 && devops_clean(&st.d))
			rumpuser_report("io-failed", "%s of a sound device can't be opened: %s",
			    dn->dn_path, kstrerror(errno));
		return;
	}
	if ((dn->dn_flags & DEVOPS_RAWDISK) != 0)
		transfer(slot, 0, FS_SECTORS * SECTOR, 8 * SECTOR, 0);
	else if ((dn->dn_flags & (DEVOPS_NOREAD | DEVOPS_SLEEPS | DEVOPS_ASKS)) == 0)
		stream(slot, &(struct devop){ .len = 16 });
	do_close(slot);
}

static void
decode(struct devop *op, const uint8_t *p)
{
	struct input in;

	input_init(&in, p, DEVOP_SIZE);
	op->op = input_u8(&in);
	op->flags = input_u8(&in);
	op->node = input_u8(&in);
	op->fd = input_u8(&in);
	op->buf = input_u8(&in);
	op->idx = input_u8(&in);
	op->mode = input_u16(&in);
	op->off = input_u32(&in);
	op->len = input_u32(&in);
}

/* Gives the medium its content: what is always there, and what the input says. */
static void
load_medium(const uint8_t *loose, size_t nloose)
{
	struct fsinput *fi = &st.content;

	fi->fi_size = DEVOPS_DISKSIZE;
	fi->fi_next = 2;
	fi->fi_ext[0] = (struct fsinput_extent){ 0, sizeof(fsimage), fsimage };
	fi->fi_ext[1] = (struct fsinput_extent){ FS_SECTORS * SECTOR, sizeof(numbered), numbered };
	if (nloose != 0) {
		fi->fi_ext[2] = (struct fsinput_extent){ 0, nloose < DEVOPS_DISKSIZE ? nloose :
		    DEVOPS_DISKSIZE, loose };
		fi->fi_next = 3;
	}
	fsdev_load(dev, fi);
	st.d.dv_ops = &fsdev_ops;
	st.d.dv_cookie = dev;
	st.d.dv_size = DEVOPS_DISKSIZE;
	st.d.dv_blksize = SECTOR;
}

static void
finish(void)
{
	struct names n = { 0 };
	unsigned i;
	int error;

	clear_faults();
	for (i = 0; i < NFDS; i++)
		do_close(i);
	rump_sys_chdir("/");
	if (do_unmount(0) == -1) {
		if (errno == RUMP_EBUSY)
			rumpuser_report("unmount-busy", "unmount without users is refused");
		if (do_unmount(MNT_FORCE) == -1)
			rumpuser_report("unmount-failed", "unmount by force failed: %s",
			    kstrerror(errno));
	}
	/* Who only asks comes to an end, and may ask for a detach or a rescan until then. */
	for (i = 0; i < st.nside; i++) {
		if ((st.side[i].node->dn_flags & DEVOPS_ASKS) != 0)
			side_join(&st.side[i]);
	}
	/* Whoever sleeps has the device open, until it goes by force. */
	for (i = 0; i < st.nside; i++)
		st.d.dv_tampered |= !st.side[i].done;
	rump_pub_dev_list(note_top, &n);
	for (i = n.n; i-- > 0;) {
		error = rump_pub_dev_detach(n.name[i], 0);
		TRACE_ERROR(error, "detach %s", n.name[i]);
		if (error == 0)
			continue;
		if (devops_clean(&st.d))
			rumpuser_report("detach-failed", "detach of %s without users: %s", n.name[i],
			    kstrerror(error));
		error = rump_pub_dev_detach(n.name[i], RUMP_DETACH_FORCE);
		TRACE_ERROR(error, "detach %s by force", n.name[i]);
	}
	rump_pub_dev_settle();
	for (i = 0; i < st.nside; i++)
		side_join(&st.side[i]);
	n.n = 0;
	rump_pub_dev_list(note_new, &n);
	if (n.n != 0)
		rumpuser_report("device-left", "%s and %u others are left after a detach by force",
		    n.name[0], n.n - 1);
}

void
devops_run(const struct devops_dev *dd, const uint8_t *data, size_t len)
{
	size_t opslen, left = len > DEVOPS_HEADER ? len - DEVOPS_HEADER : 0, reclen;
	const uint8_t *ops = data + (len - left);
	uint8_t head[DEVOPS_HEADER];
	struct input in;
	struct devop op;
	unsigned nops, bits, seed, i;
	int error;

	memset(&st, 0, offsetof(__typeof__(st), content));
	for (i = 0; i < NFDS; i++)
		st.fds[i].fd = -1;
	input_init(&in, data, len);
	input_bytes(&in, head, sizeof(head));
	nops = head[0] <= DEVOPS_MAXOPS ? head[0] : DEVOPS_MAXOPS;
	if (nops > left / DEVOP_SIZE)
		nops = left / DEVOP_SIZE;
	opslen = nops * DEVOP_SIZE;
	seed = head[2];
	bits = head[3];
	st.d.dv_dev = dd;
	st.d.dv_bus = dd->dd_bus;
	st.d.dv_attr = dd->dd_attr;
	st.d.dv_delay = head[4] | head[5] << 8 | head[6] << 16 | (uint32_t)head[7] << 24;
	st.d.dv_script = ops + opslen;
	st.d.dv_scriptlen = left - opslen;
	st.d.dv_nrec = head[1] <= HOSTILE_MAXREC ? head[1] : HOSTILE_MAXREC;
	if (st.d.dv_nrec > st.d.dv_scriptlen / HOSTILE_RECORD)
		st.d.dv_nrec = st.d.dv_scriptlen / HOSTILE_RECORD;
	reclen = st.d.dv_nrec * HOSTILE_RECORD;
	input_init(&st.d.dv_knobs, head + DEVOPS_HEADER - DEVOPS_KNOBS, DEVOPS_KNOBS);
	load_medium(st.d.dv_script + reclen, bits & DEVOPS_CONTENT ? st.d.dv_scriptlen - reclen : 0);
	while (dd->dd_nodes != NULL && dd->dd_nodes[st.nnodes].dn_path != NULL)
		st.nnodes++;
	while (dd->dd_ioctls != NULL && dd->dd_ioctls[st.nioctls].di_cmd != 0)
		st.nioctls++;
	/* A driver may give up on a device as slow as this. */
	st.d.dv_tampered = st.d.dv_delay >= 2000000;
	rig_trace("%u operations, %u records, schedule %u", nops, st.d.dv_nrec, seed);
	if (seed != 0)
		rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0);

	if (!dd->dd_nopci && (st.d.dv_pci = pcim_bus_create()) == NULL)
		return;
	if ((error = dd->dd_create(&st.d)) != 0) {
		TRACE_ERROR(error, "no device");
		goto out;
	}
	st.plugged = 1;
	if (st.d.dv_pci != NULL) {
		if (bits & DEVOPS_FIRMWARE)
			pcim_bus_firmware(st.d.dv_pci);
		hostile_begin(st.d.dv_pci, st.d.dv_script, st.d.dv_scriptlen, st.d.dv_nrec, unplug, NULL);
	}
	rescan();
	if ((bits & DEVOPS_UNUSED) == 0)
		plain_use();
	for (i = 0; i < nops; i++) {
		decode(&op, ops + i * DEVOP_SIZE);
		do_op(&op);
	}
	finish();
	if (dd->dd_destroy != NULL)
		dd->dd_destroy(&st.d);
	if (st.d.dv_pci != NULL) {
		/* The bus forgets the device's place when it looks and finds it empty. */
		unplug(NULL);
		hostile_end();
		rescan();
	}
out:
	pcim_bus_destroy(st.d.dv_pci);
}
