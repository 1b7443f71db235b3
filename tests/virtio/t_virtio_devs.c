/* SPDX-License-Identifier: BSD-2-Clause */

/* viornd(4), viomb(4), viocon(4), vioscsi(4) against their models. */

#include "vt.h"

#include <poll.h>
#include <stdatomic.h>

#include "model/scsi.h"
#include "../block/dumptest.h"

#define	ALL(name)								\
ATF_TC_WITHOUT_HEAD(name##_modern);						\
ATF_TC_BODY(name##_modern, tc) { name((struct virtiom_params){ 0 }); }		\
ATF_TC_WITHOUT_HEAD(name##_legacy);						\
ATF_TC_BODY(name##_legacy, tc)							\
{										\
	name((struct virtiom_params){ .vp_transport = VIRTIOM_LEGACY });	\
}										\
ATF_TC_WITHOUT_HEAD(name##_late);						\
ATF_TC_BODY(name##_late, tc) { name((struct virtiom_params){ .vp_delay = 2000 }); } \
ATF_TC_WITHOUT_HEAD(name##_mmio);						\
ATF_TC_BODY(name##_mmio, tc)							\
{										\
	name((struct virtiom_params){ .vp_transport = VIRTIOM_MMIO });		\
}

static void
ms(unsigned n)
{
	struct timespec ts = { n / 1000, n % 1000 * 1000000 };

	(void)rump_sys_nanosleep(&ts, NULL);
}

/*
 * Entropy: what the device writes is counted on its way.
 */

static unsigned entropy;

static int
count_write(void *arg, uint64_t mach, const void *buf, size_t len, int flags, unsigned tag)
{

	if ((tag & 15) == VIRTIOM_F_IN)
		entropy += len;
	return rumpuser_dma_write(mach, buf, len, flags);
}

static const struct pcim_hooks count_hooks = { .ph_dma_write = count_write };

static void
rnd(struct virtiom_params vp)
{
	uint8_t buf[16];
	unsigned before;

	vt_boot();
	pcim_bus_hooks(vt_bus, &count_hooks, NULL);
	vt_plug(virtiom_rng_create(&vp, 0));
	ATF_REQUIRE(vt_has("viornd0"));
	ms(100);
	before = DEV(entropy);
	ATF_CHECK(before > 0);
	for (int i = 0; i < 5; i++) {
		ATF_CHECK_EQ(rump_sys_getrandom(buf, sizeof(buf), 0), sizeof(buf));
		ms(100);
	}
	ATF_CHECK(DEV(entropy) >= before + 5 * 16);
	vt_end();
}
ALL(rnd)

/* A device that gives a byte each time is asked as often as anybody wants some. */
ATF_TC_WITHOUT_HEAD(rnd_stingy);
ATF_TC_BODY(rnd_stingy, tc)
{
	struct virtiom_params vp = { 0 };
	uint8_t buf[16];

	vt_boot();
	vt_plug(virtiom_rng_create(&vp, 1));
	for (int i = 0; i < 20; i++)
		ATF_CHECK_EQ(rump_sys_getrandom(buf, sizeof(buf), 0), sizeof(buf));
	vt_end();
}

/*
 * Balloon.
 */

/* As struct sysctlnode of NetBSD begins; it has 96 bytes. */
struct node {
	uint32_t flags;
	int32_t num;
	char name[32];
	uint8_t rest[56];
};

/* hw.viomb.<name>: the numbers are looked up by name. */
static int
viomb(const char *name)
{
	static struct node table[64];
	struct node query = { .flags = 0x01000000 };	/* SYSCTL_VERSION */
	const char *path[2] = { "viomb", name };
	int mib[4] = { RUMP_CTL_HW }, value = -1;
	size_t len, i;

	for (int depth = 0; depth < 2; depth++) {
		mib[1 + depth] = -2;	/* CTL_QUERY */
		len = sizeof(table);
		if (rump_sys___sysctl(mib, 2 + depth, table, &len, &query, sizeof(query)) < 0)
			return -1;
		for (i = 0; i < len / sizeof(query); i++) {
			if (strcmp(table[i].name, path[depth]) == 0)
				break;
		}
		if (i == len / sizeof(query))
			return -1;
		mib[1 + depth] = table[i].num;
	}
	len = sizeof(value);
	if (rump_sys___sysctl(mib, 3, &value, &len, NULL, 0) < 0)
		return -1;
	return value;
}

static void
balloon(struct virtiom_params vp)
{
	static const uint32_t targets[] = { 10, 600, 100, 1000, 1, 0, 300 };
	struct virtiom *vm;

	vt_boot();
	vm = virtiom_balloon_create(&vp, 50);
	vt_plug(vm);
	ATF_REQUIRE(vt_has("viomb0"));
	ms(500);
	ATF_CHECK_EQ(DEV(virtiom_balloon_held(vm)), 50);
	for (unsigned i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		DEV(virtiom_balloon_target(vm, targets[i]));
		ms(500);
		ATF_CHECK_EQ(DEV(virtiom_balloon_held(vm)), targets[i]);
		ATF_CHECK_EQ(viomb("npages"), (int)targets[i]);
		ATF_CHECK_EQ(viomb("actual"), (int)targets[i]);
	}
	vt_end();
}
ALL(balloon)

/* A device that wants the whole of memory gets what a balloon may have. */
ATF_TC_WITHOUT_HEAD(balloon_greedy);
ATF_TC_BODY(balloon_greedy, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom *vm;

	vt_boot();
	vm = virtiom_balloon_create(&vp, UINT32_MAX);
	vt_plug(vm);
	ms(60000);
	ATF_CHECK(DEV(virtiom_balloon_held(vm)) <= 16384);
	DEV(virtiom_balloon_target(vm, 5));
	ms(60000);
	ATF_CHECK_EQ(DEV(virtiom_balloon_held(vm)), 5);
	vt_end();
}

/*
 * Console.
 */

static void
console(struct virtiom_params vp)
{
	struct virtiom *vm;
	uint8_t out[3000], in[3000];
	int fd, n;

	vt_boot();
	vm = virtiom_console_create(&vp, 1, 0);
	vt_plug(vm);
	ATF_REQUIRE(vt_has("viocon0"));
	WORKS(fd = rump_sys_open("/dev/ttyVI00", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	FAILS(RUMP_EAGAIN, rump_sys_read(fd, in, sizeof(in)));
	ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 0, "hello", 5)), 5);
	ms(100);
	ATF_REQUIRE_EQ(rump_sys_read(fd, in, sizeof(in)), 5);
	ATF_CHECK(memcmp(in, "hello", 5) == 0);

	/* Whoever is on the other side sends it back. */
	vt_pattern(out, sizeof(out), 3);
	for (unsigned sent = 0, got = 0; got < sizeof(out);) {
		int room = sent < sizeof(out) && sent - got < 300;
		struct pollfd pfd = { fd, POLLIN | (room ? POLLOUT : 0), 0 };
		uint8_t back[1024];

		ATF_REQUIRE_MSG(rump_sys_poll(&pfd, 1, 60000) > 0, "sent %u, got %u", sent, got);
		if (pfd.revents & POLLIN) {
			n = rump_sys_read(fd, in + got, sizeof(in) - got);
			ATF_REQUIRE(n > 0);
			got += n;
		}
		if (pfd.revents & POLLOUT) {
			n = rump_sys_write(fd, out + sent, sizeof(out) - sent > 700 ? 700 :
			    sizeof(out) - sent);
			ATF_REQUIRE(n > 0);
			sent += n;
			ms(10);
			n = DEV(virtiom_console_output(vm, 0, back, sizeof(back)));
			ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 0, back, n)), (size_t)n);
		}
	}
	ATF_CHECK(memcmp(in, out, sizeof(out)) == 0);
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/ttyVI01", RUMP_O_RDWR));
	WORKS(rump_sys_close(fd));
	vt_end();
}
ALL(console)

/* Ports come, are opened, go and come again. */
static void
ports(struct virtiom_params vp)
{
	struct virtiom *vm;
	char buf[64];
	int fd, fd2;

	vt_boot();
	vm = virtiom_console_create(&vp, 3, 1);
	vt_plug(vm);
	ms(200);
	WORKS(fd = rump_sys_open("/dev/ttyVI02", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	WORKS(fd2 = rump_sys_open("/dev/ttyVI01", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	ms(200);
	ATF_CHECK_EQ(rump_sys_write(fd, "abc", 3), 3);
	ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 1, "one", 3)), 3);
	ms(200);
	ATF_CHECK_EQ(DEV(virtiom_console_output(vm, 2, buf, sizeof(buf))), 3);
	ATF_CHECK(memcmp(buf, "abc", 3) == 0);
	ATF_CHECK_EQ(rump_sys_read(fd2, buf, sizeof(buf)), 3);
	ATF_CHECK(memcmp(buf, "one", 3) == 0);

	/* REMOVE: what is open works no more, what is closed can't be opened. */
	DEV(virtiom_console_control(vm, 2, 2, 1));
	ms(200);
	FAILS(RUMP_ENXIO, rump_sys_write(fd, "abc", 3));
	WORKS(rump_sys_close(fd));
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/ttyVI02", RUMP_O_RDWR));
	DEV(virtiom_console_control(vm, 2, 1, 1));
	ms(200);
	WORKS(fd = rump_sys_open("/dev/ttyVI02", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	ATF_CHECK_EQ(rump_sys_write(fd, "xyz", 3), 3);

	/* Messages that make no sense. */
	DEV(virtiom_console_control(vm, 77, 1, 1));
	DEV(virtiom_console_control(vm, 1, 1000, 1));
	DEV(virtiom_console_control(vm, 0xffffffff, 7, 1));
	ms(200);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), RUMP_EBUSY);
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_close(fd2));
	vt_end();
}
ALL(ports)

/*
 * kevent(2) at both ends of a port.
 */
static int kq;

static int
watch(int fd, uint32_t filter, uint32_t flags)
{
	struct rump_kevent ev = { .ident = fd, .filter = filter, .flags = flags };

	return rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL);
}

/* What is there to be seen, by filter: the event, and its bit in the result. */
static unsigned
look(struct rump_kevent ev[2])
{
	static const struct timespec now;
	struct rump_kevent got[3];
	unsigned seen = 0;
	int n;

	memset(ev, 0, 2 * sizeof(*ev));
	n = rump_sys_kevent(kq, NULL, 0, got, 3, &now);
	ATF_REQUIRE(n >= 0 && n <= 2);
	while (n-- > 0) {
		ATF_REQUIRE(got[n].filter <= RUMP_EVFILT_WRITE);
		ev[got[n].filter] = got[n];
		seen |= 1u << got[n].filter;
	}
	return seen;
}

#define	SEES(filt, bytes, eof) do {						\
	struct rump_kevent ev_[2];						\
	ATF_CHECK_MSG(look(ev_) >> (filt) & 1, "no event");			\
	ATF_CHECK_EQ(ev_[filt].data, bytes);					\
	ATF_CHECK_EQ((ev_[filt].flags & RUMP_EV_EOF) != 0, eof);		\
} while (0)
#define	SEESNOT(filt) do {							\
	struct rump_kevent ev_[2];						\
	ATF_CHECK_MSG((look(ev_) >> (filt) & 1) == 0, "flags %#x, data %lld",	\
	    ev_[filt].flags, (long long)ev_[filt].data);			\
} while (0)
#define	READ	RUMP_EVFILT_READ
#define	WRITE	RUMP_EVFILT_WRITE

/* A console whose port 1 is open, and a queue for its events. */
static struct virtiom *
events_start(struct virtiom_params vp, int *fdp)
{
	struct virtiom *vm;

	vt_boot();
	vm = virtiom_console_create(&vp, 2, 1);
	vt_plug(vm);
	ms(200);
	WORKS(kq = rump_sys_kqueue());
	WORKS(*fdp = rump_sys_open("/dev/ttyVI01", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	return vm;
}

static void
events(struct virtiom_params vp)
{
	uint8_t buf[512] = { 0 };
	struct virtiom *vm;
	int fd;

	vm = events_start(vp, &fd);
	WORKS(watch(fd, READ, RUMP_EV_ADD));
	WORKS(watch(fd, WRITE, RUMP_EV_ADD));
	SEESNOT(READ);
	SEES(WRITE, 1024, 0);

	/* Input, until it is read. */
	ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 1, "abc", 3)), 3);
	ms(100);
	SEES(READ, 3, 0);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 2), 2);
	SEES(READ, 1, 0);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 2), 1);
	SEESNOT(READ);

	/* Room, and none until the device has read. */
	DEV(virtiom_delay(vm, 50000));
	ATF_CHECK_EQ(rump_sys_write(fd, buf, 512), 512);
	SEES(WRITE, 512, 0);
	ATF_CHECK_EQ(rump_sys_write(fd, buf, 512), 512);
	FAILS(RUMP_EAGAIN, rump_sys_write(fd, buf, 512));
	SEESNOT(WRITE);
	ms(200);
	SEES(WRITE, 1024, 0);
	DEV(virtiom_delay(vm, vp.vp_delay));

	/* Who has stopped looking is not told. */
	WORKS(watch(fd, READ, RUMP_EV_DELETE));
	WORKS(watch(fd, WRITE, RUMP_EV_DELETE));
	ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 1, "d", 1)), 1);
	ms(100);
	SEESNOT(READ);
	SEESNOT(WRITE);
	WORKS(watch(fd, READ, RUMP_EV_ADD));
	SEES(READ, 1, 0);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 2), 1);

	/* The other side's end is that of reading; the port's of both. */
	DEV(virtiom_console_control(vm, 1, 6, 0));	/* OPEN, no */
	ms(200);
	WORKS(watch(fd, WRITE, RUMP_EV_ADD));
	SEES(READ, 0, 1);
	SEES(WRITE, 1024, 0);
	DEV(virtiom_console_control(vm, 1, 2, 1));	/* REMOVE */
	ms(200);
	SEES(READ, 0, 1);
	SEES(WRITE, 1024, 1);
	WORKS(watch(fd, READ, RUMP_EV_DELETE));
	FAILS(RUMP_ENXIO, watch(fd, READ, RUMP_EV_ADD));
	WORKS(rump_sys_close(fd));
	SEESNOT(READ);
	SEESNOT(WRITE);
	WORKS(rump_sys_close(kq));
	vt_end();
}
ALL(events)

/* What wakes who waits for a port that has nothing to say: its end, the device's. */
ATF_TC_WITHOUT_HEAD(events_gone);
ATF_TC_BODY(events_gone, tc)
{
	struct virtiom_params vp = { 0 };
	struct rump_kevent ev[2];
	struct virtiom *vm;
	int fd;

	vm = events_start(vp, &fd);
	WORKS(watch(fd, READ, RUMP_EV_ADD));
	SEESNOT(READ);
	DEV(virtiom_console_control(vm, 1, 2, 1));	/* REMOVE */
	ms(200);
	SEES(READ, 0, 1);
	WORKS(rump_sys_close(fd));
	DEV(virtiom_console_control(vm, 1, 1, 1));	/* ADD */
	ms(200);
	WORKS(fd = rump_sys_open("/dev/ttyVI01", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	WORKS(watch(fd, READ, RUMP_EV_ADD));
	SEESNOT(READ);
	DEV(virtiom_need_reset(vm));
	ms(200);
	SEES(READ, 0, 1);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), RUMP_EBUSY);
	WORKS(rump_sys_close(fd));
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);

	/* By force, under events of an open port; each of them says so once. */
	vt_rescan();
	ms(200);
	WORKS(fd = rump_sys_open("/dev/ttyVI01", RUMP_O_RDWR | RUMP_O_NONBLOCK));
	WORKS(watch(fd, READ, RUMP_EV_ADD | RUMP_EV_CLEAR));
	WORKS(watch(fd, WRITE, RUMP_EV_ADD | RUMP_EV_CLEAR));
	SEES(WRITE, 1024, 0);
	ATF_CHECK_EQ(look(ev), 0);
	DEV(virtiom_unplug(vm));
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK_EQ(look(ev), 3);
	ATF_CHECK(ev[READ].flags & RUMP_EV_EOF);
	ATF_CHECK(ev[WRITE].flags & RUMP_EV_EOF);
	ATF_CHECK_EQ(look(ev), 0);
	WORKS(watch(fd, READ, RUMP_EV_DELETE));
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_close(kq));
	vt_end();
}

/* What was an end is none when the other side, or the port, comes again. */
ATF_TC_WITHOUT_HEAD(events_again);
ATF_TC_BODY(events_again, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom *vm;
	char c;
	int fd;

	vm = events_start(vp, &fd);
	WORKS(watch(fd, READ, RUMP_EV_ADD));
	WORKS(watch(fd, WRITE, RUMP_EV_ADD));
	SEESNOT(READ);
	/* The other side closes and opens again: reading goes on. */
	DEV(virtiom_console_control(vm, 1, 6, 0));	/* OPEN, no */
	ms(200);
	SEES(READ, 0, 1);
	DEV(virtiom_console_control(vm, 1, 6, 1));	/* OPEN */
	ms(200);
	SEESNOT(READ);
	ATF_CHECK_EQ(DEV(virtiom_console_input(vm, 1, "x", 1)), 1);
	ms(200);
	SEES(READ, 1, 0);
	ATF_CHECK_EQ(rump_sys_read(fd, &c, 1), 1);
	FAILS(RUMP_EAGAIN, rump_sys_read(fd, &c, 1));
	/* The port goes and comes again: what is open works again. */
	DEV(virtiom_console_control(vm, 1, 2, 1));	/* REMOVE */
	ms(200);
	SEES(WRITE, 1024, 1);
	DEV(virtiom_console_control(vm, 1, 1, 1));	/* ADD */
	ms(200);
	ATF_CHECK_EQ(rump_sys_write(fd, "abc", 3), 3);
	ms(200);
	SEES(WRITE, 1024, 0);
	SEESNOT(READ);
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_close(kq));
	vt_end();
}

/*
 * A writer who is told of changes only (EV_CLEAR), with all buffers free, is
 * told of a device that breaks, as a reader is.
 */
ATF_TC_WITHOUT_HEAD(events_broken_writer);
ATF_TC_BODY(events_broken_writer, tc)
{
	struct virtiom_params vp = { 0 };
	struct rump_kevent ev[2];
	struct virtiom *vm;
	int fd;

	vm = events_start(vp, &fd);
	WORKS(watch(fd, READ, RUMP_EV_ADD | RUMP_EV_CLEAR));
	WORKS(watch(fd, WRITE, RUMP_EV_ADD | RUMP_EV_CLEAR));
	SEES(WRITE, 1024, 0);
	DEV(virtiom_need_reset(vm));
	ms(200);
	ATF_CHECK_EQ(look(ev), 3);
	ATF_CHECK(ev[READ].flags & RUMP_EV_EOF);
	ATF_CHECK(ev[WRITE].flags & RUMP_EV_EOF);
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_close(kq));
	vt_end();
}

/* Pulled out under a reader. */
ATF_TC_WITHOUT_HEAD(console_unplug);
ATF_TC_BODY(console_unplug, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom *vm;
	uint8_t buf[16] = { 0 };
	int fd;

	vt_boot();
	vm = virtiom_console_create(&vp, 1, 0);
	vt_plug(vm);
	WORKS(fd = rump_sys_open("/dev/ttyVI00", RUMP_O_RDWR));
	DEV(virtiom_unplug(vm));
	/* Nobody reads: room for two writes, then it takes too long. */
	rump_sys_write(fd, buf, sizeof(buf));
	rump_sys_write(fd, buf, sizeof(buf));
	FAILS(RUMP_ETIMEDOUT, rump_sys_write(fd, buf, sizeof(buf)));
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), -1);
	rump_sys_close(fd);
	vt_end();
}

/*
 * More ports than there are buffers for answers, on a device that reads them
 * late: each gets its answer, or it would look as if the other side had shut it.
 */
ATF_TC_WITHOUT_HEAD(ports_many_late);
ATF_TC_BODY(ports_many_late, tc)
{
	struct virtiom_params vp = { .vp_delay = 5000 };
	struct rump_stat sb;
	char c;
	int fd;

	vt_boot();
	vt_plug(virtiom_console_create(&vp, 16, 1));
	ms(1000);
	WORKS(rump_sys_stat("/dev/ttyVI00", &sb));
	for (unsigned i = 0; i < 16; i++) {
		WORKS(rump_sys_mknod("/dev/port", RUMP_S_IFCHR | 0600, sb.st_rdev + i));
		WORKS(fd = rump_sys_open("/dev/port", RUMP_O_RDWR | RUMP_O_NONBLOCK));
		FAILS(RUMP_EAGAIN, rump_sys_read(fd, &c, 1));
		WORKS(rump_sys_close(fd));
		WORKS(rump_sys_unlink("/dev/port"));
	}
	vt_end();
}

/* Who sleeps in a read or a write of a console, and what became of it. */
struct sleeper {
	const char *path;
	int	write;
	atomic_int done;
	ssize_t	rv;
	int	error;
	void	*thread;
};

static void *
sleeper_thread(void *arg)
{
	struct sleeper *s = arg;
	uint8_t buf[4096] = { 0 };
	int fd;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	WORKS(fd = rump_sys_open(s->path, RUMP_O_RDWR));
	s->rv = s->write ? rump_sys_write(fd, buf, sizeof(buf)) : rump_sys_read(fd, buf, sizeof(buf));
	s->error = s->rv == -1 ? errno : 0;
	s->done = 1;
	(void)rump_sys_close(fd);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

static void
sleeper_start(struct sleeper *s)
{

	s->done = 0;
	ATF_REQUIRE_EQ(rumpuser_thread_create(sleeper_thread, s, "sleeper", 1, -1, -1, &s->thread), 0);
	ms(100);
	ATF_CHECK(!s->done);
}

static void
sleeper_ends(struct sleeper *s, ssize_t rv, int error)
{

	ms(100);
	ATF_CHECK(s->done);
	ATF_REQUIRE_EQ(rumpuser_thread_join(s->thread), 0);
	ATF_CHECK_EQ(s->rv, rv);
	ATF_CHECK_EQ(s->error, error);
}

/* What wakes a reader: input, the other side's end, the port's, the device's. */
ATF_TC_WITHOUT_HEAD(console_asleep);
ATF_TC_BODY(console_asleep, tc)
{
	struct virtiom_params vp = { 0 };
	struct sleeper s = { .path = "/dev/ttyVI01" };
	struct virtiom *vm;

	vt_boot();
	vm = virtiom_console_create(&vp, 2, 1);
	vt_plug(vm);
	ms(100);
	sleeper_start(&s);
	DEV(virtiom_console_input(vm, 1, "abc", 3));
	sleeper_ends(&s, 3, 0);
	sleeper_start(&s);
	DEV(virtiom_console_control(vm, 1, 6, 0));	/* OPEN, no */
	sleeper_ends(&s, 0, 0);
	DEV(virtiom_console_control(vm, 1, 6, 1));
	ms(100);
	sleeper_start(&s);
	DEV(virtiom_console_control(vm, 1, 2, 1));	/* REMOVE */
	sleeper_ends(&s, -1, RUMP_EIO);
	DEV(virtiom_console_control(vm, 1, 1, 1));	/* ADD */
	ms(100);
	sleeper_start(&s);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), RUMP_EBUSY);
	DEV(virtiom_need_reset(vm));
	sleeper_ends(&s, -1, RUMP_EIO);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	vt_rescan();
	ms(100);
	sleeper_start(&s);
	DEV(virtiom_unplug(vm));
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", RUMP_DETACH_FORCE), 0);
	sleeper_ends(&s, -1, RUMP_EIO);
	vt_end();
}

/* Input does not make a write wait any longer that nobody reads. */
ATF_TC_WITHOUT_HEAD(console_write_late);
ATF_TC_BODY(console_write_late, tc)
{
	struct virtiom_params vp = { .vp_delay = 4000000000u };
	struct sleeper s = { .path = "/dev/ttyVI00", .write = 1 };
	struct virtiom *vm;
	char c = 'x';
	int fd;

	vt_boot();
	vm = virtiom_console_create(&vp, 1, 0);
	vt_plug(vm);
	WORKS(fd = rump_sys_open(s.path, RUMP_O_RDWR | RUMP_O_NONBLOCK));
	sleeper_start(&s);
	for (int i = 0; i < 12; i++) {
		ATF_CHECK(i >= 9 || !s.done);
		DEV(virtiom_console_input(vm, 0, &c, 1));
		ms(1000);
		ATF_CHECK_EQ(rump_sys_read(fd, &c, 1), 1);
	}
	sleeper_ends(&s, 1024, 0);
	WORKS(rump_sys_close(fd));
	vt_end();
}

/*
 * SCSI.
 */

static void
scsi(struct virtiom_params vp)
{
	struct virtiom_scsi_params sp = { 0 };
	struct scsim_target *t = scsim_create();
	struct virtiom *vm;
	uint8_t *buf = malloc(65536), *got = malloc(65536);
	int fd;

	ATF_REQUIRE_EQ(scsim_add(t, 0, &(struct scsim_config){ .sm_type = SCSIM_DISK,
	    .sm_nblocks = 2048 }), 0);
	ATF_REQUIRE_EQ(scsim_add(t, 3, &(struct scsim_config){ .sm_type = SCSIM_PROCESSOR }), 0);
	sp.sp_target[0] = t;
	vt_boot();
	vm = virtiom_scsi_create(&vp, &sp);
	vt_plug(vm);
	ATF_REQUIRE(vt_has("vioscsi0"));
	ATF_REQUIRE(vt_has("scsibus0"));
	ATF_REQUIRE(vt_has("sd0"));
	ATF_CHECK(vt_has("uk0"));
	WORKS(fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR));
	vt_pattern(buf, 65536, 7);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 65536, 4096), 65536);
	ATF_CHECK_EQ(rump_sys_pread(fd, got, 65536, 4096), 65536);
	ATF_CHECK(memcmp(buf, got, 65536) == 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, got, 1024, 2048 * 512), 0);
	WORKS(rump_sys_close(fd));
	vt_end();
	free(buf);
	free(got);
}
ALL(scsi)

/*
 * A crash dump goes where it should while writes are under way, which it does
 * not lose, and leaves a disk that works.
 */
static void
scsi_dump_how(struct virtiom_params vp, int (*dump)(const char *, int64_t, const void *, size_t))
{
	static uint8_t buf[100 << 10], other[256 << 10], peek[256 << 10];
	const size_t at = DUMPTEST_OFFSET * 512 + 4096;
	struct virtiom_scsi_params sp = { .sp_cmd_per_lun = 4 };
	struct scsim_target *t = scsim_create();
	struct scsim_lun *lun;
	int fd;

	ATF_REQUIRE_EQ(scsim_add(t, 0, &(struct scsim_config){ .sm_type = SCSIM_DISK,
	    .sm_nblocks = 2048 }), 0);
	lun = scsim_lun(t, 0);
	sp.sp_target[0] = t;
	vt_boot();
	vt_plug(virtiom_scsi_create(&vp, &sp));
	WORKS(fd = rump_sys_open("/dev/sd0d", RUMP_O_RDWR));
	vt_pattern(buf, sizeof(buf), 3);
	ATF_CHECK_EQ((*dump)("sd0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(DEV(scsim_peek(lun, at, peek, sizeof(buf))), 0);
	ATF_CHECK(memcmp(peek, buf, sizeof(buf)) == 0);

	vt_pattern(other, sizeof(other), 4);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, other, sizeof(other), 512 << 10), (ssize_t)sizeof(other));
	vt_pattern(buf, sizeof(buf), 5);
	ATF_CHECK_EQ((*dump)("sd0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(DEV(scsim_peek(lun, at, peek, sizeof(buf))), 0);
	ATF_CHECK(memcmp(peek, buf, sizeof(buf)) == 0);
	WORKS(rump_sys_fsync(fd));
	ATF_CHECK_EQ(DEV(scsim_peek(lun, 512 << 10, peek, sizeof(other))), 0);
	ATF_CHECK(memcmp(peek, other, sizeof(other)) == 0);

	ATF_CHECK_EQ((*dump)("sd0", 2048 - DUMPTEST_OFFSET, buf, 512), RUMP_EINVAL);
	/* Target failure, of whatever writes. */
	ATF_CHECK_EQ(DEV(scsim_fault(lun, &(struct scsim_fault){ .sf_opcode = SCSIM_ANY,
	    .sf_status = SCSIM_CHECK, .sf_key = SCSIM_HARDWARE_ERROR, .sf_asc = 0x44 })), 0);
	ATF_CHECK_EQ((*dump)("sd0", 0, buf, 4096), RUMP_EIO);
	DEV(scsim_fault_clear(lun));
	ATF_CHECK_EQ((*dump)("sd0", 0, buf, 4096), 0);
	WORKS(rump_sys_close(fd));
	vt_end();
}

/* The queue has room for the writes that the unit may have, and for the dump. */
static void
scsi_dump(struct virtiom_params vp)
{

	vp.vp_qsize = 256;
	scsi_dump_how(vp, rump_dumptest_silently);
}
ALL(scsi_dump)

/* One command is all that the queue takes: the dump's after those of the writes. */
ATF_TC_WITHOUT_HEAD(scsi_dump_small_queue);
ATF_TC_BODY(scsi_dump_small_queue, tc)
{

	scsi_dump_how((struct virtiom_params){ .vp_qsize = 4, .vp_delay = 500 },
	    rump_dumptest_run);
}

/* A host that takes too long is given up; the next dump is told at once. */
ATF_TC_WITHOUT_HEAD(scsi_dump_dead);
ATF_TC_BODY(scsi_dump_dead, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom_scsi_params sp = { 0 };
	struct scsim_target *t = scsim_create();
	struct timespec t0, t1;
	uint8_t buf[512] = { 0 };
	struct virtiom *vm;
	int fd;

	ATF_REQUIRE_EQ(scsim_add(t, 0, &(struct scsim_config){ .sm_type = SCSIM_DISK,
	    .sm_nblocks = 2048 }), 0);
	sp.sp_target[0] = t;
	vt_boot();
	vm = virtiom_scsi_create(&vp, &sp);
	vt_plug(vm);
	WORKS(fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), 0);
	DEV(virtiom_delay(vm, 100000000));
	WORKS(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &t0));
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), RUMP_EIO);
	WORKS(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &t1));
	ATF_CHECK(t1.tv_sec - t0.tv_sec >= 60);
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), RUMP_EIO);
	WORKS(rump_sys_clock_gettime(RUMP_CLOCK_MONOTONIC, &t0));
	ATF_CHECK_MSG(t0.tv_sec - t1.tv_sec < 10, "%d s", (int)(t0.tv_sec - t1.tv_sec));
	(void)rump_sys_close(fd);
	vt_end();
}

/* Units come and go by events. */
ATF_TC_WITHOUT_HEAD(scsi_hotplug);
ATF_TC_BODY(scsi_hotplug, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom_scsi_params sp = { 0 };
	struct scsim_target *t = scsim_create();
	struct virtiom *vm;

	ATF_REQUIRE_EQ(scsim_add(t, 0, &(struct scsim_config){ .sm_type = SCSIM_PROCESSOR }), 0);
	sp.sp_target[0] = t;
	vt_boot();
	vm = virtiom_scsi_create(&vp, &sp);
	vt_plug(vm);
	ATF_REQUIRE(vt_has("uk0"));
	ATF_REQUIRE_EQ(DEV(scsim_add(t, 5, &(struct scsim_config){ .sm_type = SCSIM_PROCESSOR })),
	    0);
	DEV(virtiom_scsi_event(vm, 1, 0, 5, 1));
	ms(1000);
	ATF_CHECK(vt_has("uk1"));
	ATF_REQUIRE_EQ(DEV(scsim_remove(t, 5)), 0);
	DEV(virtiom_scsi_event(vm, 1, 0, 5, 2));
	ms(1000);
	ATF_CHECK(!vt_has("uk1"));
	/* Where there is nothing, and what there is not. */
	DEV(virtiom_scsi_event(vm, 1, 200, 5, 1));
	DEV(virtiom_scsi_event(vm, 77, 0, 0, 0));
	DEV(virtiom_scsi_event(vm, 0x80000000, 0, 0, 0));
	ms(1000);
	ATF_CHECK(vt_has("uk0"));
	vt_end();
}

static unsigned flood_looks;

/* Who looks at the unit is told that there is something new. */
static int
flood_filter(void *vm, struct scsim_cmd *c, int after)
{

	if (after && c->sc_cdb[0] == 0x12) {
		flood_looks++;
		DEV(virtiom_scsi_event(vm, 1, 0, 5, 1));
	}
	return 0;
}

/* A host that has one event after the other is not listened to for ever. */
ATF_TC_WITHOUT_HEAD(scsi_event_flood);
ATF_TC_BODY(scsi_event_flood, tc)
{
	struct virtiom_params vp = { 0 };
	struct virtiom_scsi_params sp = { 0 };
	struct scsim_target *t = scsim_create();
	struct virtiom *vm;
	unsigned n;

	ATF_REQUIRE_EQ(scsim_add(t, 0, &(struct scsim_config){ .sm_type = SCSIM_PROCESSOR }), 0);
	sp.sp_target[0] = t;
	vt_boot();
	vm = virtiom_scsi_create(&vp, &sp);
	vt_plug(vm);
	scsim_filter(t, flood_filter, vm);
	DEV(virtiom_scsi_event(vm, 1, 0, 5, 1));
	ms(1000000);
	n = flood_looks;
	ATF_CHECK_MSG(n >= 512 && n < 600, "%u looks", n);
	ms(1000000);
	ATF_CHECK_EQ(flood_looks, n);
	ATF_CHECK(vt_has("uk0"));
	vt_end();
}

#define	ADD_ALL(name)								\
	ATF_TP_ADD_TC(tp, name##_modern);					\
	ATF_TP_ADD_TC(tp, name##_legacy);					\
	ATF_TP_ADD_TC(tp, name##_late);						\
	ATF_TP_ADD_TC(tp, name##_mmio)

ATF_TP_ADD_TCS(tp)
{

	ADD_ALL(rnd);
	ATF_TP_ADD_TC(tp, rnd_stingy);
	ADD_ALL(balloon);
	ATF_TP_ADD_TC(tp, balloon_greedy);
	ADD_ALL(console);
	ADD_ALL(ports);
	ATF_TP_ADD_TC(tp, ports_many_late);
	ADD_ALL(events);
	ATF_TP_ADD_TC(tp, events_gone);
	ATF_TP_ADD_TC(tp, events_again);
	ATF_TP_ADD_TC(tp, events_broken_writer);
	ATF_TP_ADD_TC(tp, console_unplug);
	ATF_TP_ADD_TC(tp, console_asleep);
	ATF_TP_ADD_TC(tp, console_write_late);
	ADD_ALL(scsi);
	ADD_ALL(scsi_dump);
	ATF_TP_ADD_TC(tp, scsi_dump_small_queue);
	ATF_TP_ADD_TC(tp, scsi_dump_dead);
	ATF_TP_ADD_TC(tp, scsi_hotplug);
	ATF_TP_ADD_TC(tp, scsi_event_flood);
	return atf_no_error();
}
