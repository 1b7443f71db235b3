/* SPDX-License-Identifier: BSD-2-Clause */

/* See walk.h. */

#define	LIBRUMPUSER	/* threads come from the layer below */
#include <rump/rumpuser.h>

#include <time.h>

#include <rump/rump_fuzz.h>

#include "walk.h"

#define	LONGEST		(3600ull * 1000000000)	/* virtual; a device that is gone is given up sooner */
#define	MAXSTEPS	20000u
#define	MAXBAD		3u			/* steps of an operation that may fail before it is left */

int	rump_walk_bufs(const char *, int);
unsigned rump_walk_bufs_end(void);

struct pcim_bus *walk_bus;
uint64_t walk_delay_ns;
unsigned walk_stride = 1;

/*
 * Steps.
 */

static const struct walk_dev *dev;
static unsigned left;		/* steps until it goes; 0: it stays */
static volatile int gone;
static int stepping;		/* in a step: what the removal itself does is none */

int
walk_step(void)
{

	if (left != 0 && !stepping && --left == 0) {
		stepping = 1;
		gone = 1;
		dev->wd_unplug();
		stepping = 0;
	}
	return gone;
}

static int
ours(uint32_t bdf)
{

	return (bdf >> 3 & 31) == WALK_SLOT;
}

static uint32_t
w_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{

	if (ours(bdf))
		(void)walk_step();
	return pcim_backend.db_confread(ctx, bdf, reg, width);
}

static void
w_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{

	if (ours(bdf))
		(void)walk_step();
	pcim_backend.db_confwrite(ctx, bdf, reg, width, val);
}

static uint64_t
w_read(void *ctx, int space, uint64_t addr, unsigned width)
{

	(void)walk_step();
	return pcim_backend.db_read(ctx, space, addr, width);
}

static void
w_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{

	(void)walk_step();
	pcim_backend.db_write(ctx, space, addr, width, val);
}

static void
w_run(void *ctx, uint64_t now)
{

	if (pcim_backend.db_next(ctx) <= now)
		(void)walk_step();
	pcim_backend.db_run(ctx, now);
}

static int
w_dma_read(void *arg, uint64_t mach, void *buf, size_t len, int flags, unsigned tag)
{

	return walk_step() ? ENXIO : rumpuser_dma_read(mach, buf, len, flags);
}

static int
w_dma_write(void *arg, uint64_t mach, const void *buf, size_t len, int flags, unsigned tag)
{

	return walk_step() ? ENXIO : rumpuser_dma_write(mach, buf, len, flags);
}

static int
w_message(void *arg, uint64_t addr, uint32_t data)
{

	return walk_step() ? ENXIO : rumpuser_intr_message(addr, data);
}

static void
w_level(void *arg, uint32_t bdf, unsigned pin, int high)
{

	if (!high || !walk_step())
		rumpuser_intr_level(bdf, pin, high);
}

/* Half of an access is no breach of the protocol, when the device went meanwhile. */
static int
w_clean(void *arg)
{

	return !gone;
}

static const struct pcim_hooks hooks = {
	.ph_dma_read = w_dma_read, .ph_dma_write = w_dma_write, .ph_message = w_message,
	.ph_level = w_level, .ph_clean = w_clean,
};

/*
 * Operations.
 */

static uint8_t data[8192];

int
walk_read(const struct walk_op *wo, int fd)
{

	return rump_sys_pread(fd, data, sizeof(data), wo->wo_arg) == sizeof(data) ? 0 : errno;
}

int
walk_write(const struct walk_op *wo, int fd)
{

	return rump_sys_pwrite(fd, data, sizeof(data), wo->wo_arg) == sizeof(data) ? 0 : errno;
}

int
walk_stream(const struct walk_op *wo, int fd)
{

	return rump_sys_read(fd, data, 512) >= 0 ? 0 : errno;
}

int
walk_put(const struct walk_op *wo, int fd)
{

	return rump_sys_write(fd, data, 512) == 512 ? 0 : errno;
}

int
walk_ioctl(const struct walk_op *wo, int fd)
{
	static uint8_t arg[65536];

	memset(arg, 0, sizeof(arg));
	if (wo->wo_data != NULL)
		memcpy(arg, wo->wo_data, wo->wo_arg >> 16 & 0x1fff);
	return rump_sys_ioctl(fd, wo->wo_arg, arg) != -1 ? 0 : errno;
}

int
walk_fsync(const struct walk_op *wo, int fd)
{

	return rump_sys_fsync(fd) == 0 ? 0 : errno;
}

int
walk_discard(const struct walk_op *wo, int fd)
{

	return rump_sys_fdiscard(fd, 65536, 65536) == 0 ? 0 : errno;
}

int
walk_rescan(const struct walk_op *wo, int fd)
{
	int error = rump_pub_dev_rescan(wo->wo_data, NULL, NULL);

	rump_pub_dev_settle();
	return error;
}

static void
find_all(void)
{

	(void)rump_pub_dev_rescan("mainbus0", NULL, NULL);
	rump_pub_dev_settle();
}

int
walk_detach(const struct walk_op *wo, int fd)
{

	return rump_pub_dev_detach(wo->wo_data, 0);
}

int
walk_suspend(const struct walk_op *wo, int fd)
{
	int error = rump_pub_dev_suspend(wo->wo_data), error2 = rump_pub_dev_resume(wo->wo_data, 1);

	return error != 0 ? error : error2;
}

int
walk_bufs(const struct walk_op *wo, int fd)
{

	return rump_walk_bufs(wo->wo_data, wo->wo_arg);
}

/*
 * The rounds.
 */

static unsigned bad;		/* of this round */

/* The kernel's log of this round, shown when something is wrong. */
static char log_[8192];
static size_t loglen;

static void
console(const char *buf, size_t len, void *arg)
{

	for (size_t i = 0; i < len; i++)
		log_[loglen++ % sizeof(log_)] = buf[i];
}

static void
show_log(void *arg)
{

	for (size_t i = loglen > sizeof(log_) ? loglen - sizeof(log_) : 0; i < loglen; i++)
		putchar(log_[i % sizeof(log_)]);
	loglen = 0;
	fflush(stdout);
}

#define	EXPECT(cond, fmt, ...) do {						\
	if (!(cond)) {								\
		show_log(NULL);							\
		printf("%s: %s, %s, step %u: " fmt "\n", dev->wd_name, op->wo_name,	\
		    ways[way].name, n, ##__VA_ARGS__);				\
		bad++;								\
	}									\
} while (0)

/* What is done about it, and whether the device takes its time. */
static const struct {
	const char *name;
	uint64_t delay;
	int	meanwhile;	/* somebody detaches it while the operation runs */
} ways[] = {
	{ "detached afterwards", 0, 0 },
	{ "detached meanwhile", 3000000, 1 },
};
#define	NWAYS	(sizeof(ways) / sizeof(ways[0]))

static int
is_name(const struct rump_devinfo *di, void *arg)
{
	const char **name = arg;

	if (strcmp(di->di_name, *name) != 0)
		return 0;
	*name = NULL;
	return 1;
}

static int
has(const char *name)
{

	(void)rump_pub_dev_list(is_name, &name);
	return name == NULL;
}

static volatile int watching;

/* Whoever hears of the removal: detaches what is there. */
static void *
watcher(void *arg)
{
	struct timespec ts = { 0, 1000000 };

	if (rump_pub_lwproc_newlwp(1) != 0)
		abort();
	while (watching) {
		(void)rump_sys_nanosleep(&ts, NULL);
		if (gone && has(dev->wd_controller)) {
			(void)rump_pub_dev_detach(dev->wd_controller, RUMP_DETACH_FORCE);
			break;
		}
	}
	rump_pub_lwproc_releaselwp();
	return NULL;
}

static void
count(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (baseline != now) {
		printf("%s: %lld at first, %lld now\n", name, (long long)baseline, (long long)now);
		++*(unsigned *)arg;
	}
}

/* One round; whether step n was reached.  n 0: no removal. */
static int
once(const struct walk_op *op, unsigned way, unsigned n)
{
	struct rumpuser_dev_backend be = pcim_backend;
	void *thread = NULL;
	int fd = -1, error = 0;
	unsigned i, off = 0;
	uint64_t from;

	be.db_confread = w_confread;
	be.db_confwrite = w_confwrite;
	be.db_read = w_read;
	be.db_write = w_write;
	be.db_run = w_run;
	bad = gone = left = 0;
	loglen = 0;
	walk_delay_ns = ways[way].delay;
	if ((walk_bus = pcim_bus_create()) == NULL)
		abort();
	pcim_bus_hooks(walk_bus, &hooks, NULL);
	dev->wd_create();
	rumpuser_dev_attach(&be, walk_bus);

	if (op->wo_kind != WALK_ATTACH) {
		find_all();
		/* Some of it comes by itself. */
		(void)rump_sys_nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
		EXPECT(has(dev->wd_controller), "no %s", dev->wd_controller);
	}
	if (op->wo_kind == WALK_CLOSE || op->wo_kind == WALK_FD) {
		fd = rump_sys_open(op->wo_node, op->wo_flags);
		EXPECT(fd != -1, "%s: errno %d", op->wo_node, errno);
	}
	if (ways[way].meanwhile) {
		watching = 1;
		if (rumpuser_thread_create(watcher, NULL, "watcher", 1, -1, -1, &thread) != 0)
			abort();
	}
	from = rumpuser_dev_now();
	left = n;
	switch (op->wo_kind) {
	case WALK_ATTACH:
		find_all();
		break;
	case WALK_OPEN:
		fd = rump_sys_open(op->wo_node, op->wo_flags);
		error = fd == -1 ? errno : 0;
		break;
	case WALK_CLOSE:
		error = rump_sys_close(fd) == -1 ? errno : 0;
		fd = -1;
		break;
	case WALK_FD:
		if (fd == -1)
			break;
		/* FALLTHROUGH */
	case WALK_DEV:
		error = op->wo_run(op, fd);
		break;
	}
	left = 0;
	EXPECT(gone || error == 0 || op->wo_mayfail, "it fails with %d", error);
	/* What comes after it ends, too. */
	if (gone && fd != -1 && op->wo_kind == WALK_FD)
		(void)op->wo_run(op, fd);
	EXPECT(rumpuser_dev_now() - from < LONGEST, "it took %llu s",
	    (unsigned long long)((rumpuser_dev_now() - from) / 1000000000));

	off = !gone;
	if (off)
		dev->wd_unplug();
	if (thread != NULL) {
		watching = 0;
		if (rumpuser_thread_join(thread) != 0)
			abort();
	}
	/* Open when it is detached, or not. */
	if (n % 2 == 0 && fd != -1) {
		(void)rump_sys_close(fd);
		fd = -1;
	}
	if (has(dev->wd_controller))
		EXPECT((error = rump_pub_dev_detach(dev->wd_controller, RUMP_DETACH_FORCE)) == 0,
		    "no detach: %d", error);
	EXPECT(!has(dev->wd_controller), "%s is left", dev->wd_controller);
	if (fd != -1)
		(void)rump_sys_close(fd);
	for (i = 0; dev->wd_nodes[i] != NULL; i++) {
		fd = rump_sys_open(dev->wd_nodes[i], RUMP_O_RDONLY | RUMP_O_NONBLOCK);
		EXPECT(fd == -1 && errno == RUMP_ENXIO, "%s: open gives %d, errno %d", dev->wd_nodes[i],
		    fd, errno);
		if (fd != -1)
			(void)rump_sys_close(fd);
	}
	EXPECT(rump_walk_bufs_end() == 0, "buffers");
	if (dev->wd_destroy != NULL)
		dev->wd_destroy();
	/* The bus forgets the device's place when it looks and finds it empty. */
	find_all();
	if (has("pci0"))
		(void)rump_pub_dev_detach("pci0", RUMP_DETACH_FORCE);
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(walk_bus);
	return !off;
}

static void
describe(const struct rumpuser_objinfo *oi, void *arg)
{

	if (++*(unsigned *)arg <= 8)
		rumpuser_obj_describe(oi->oi_addr);
}

/* After the round nothing is left; the next one begins as this one did. */
static void
clean(const struct walk_op *op, unsigned way, unsigned n)
{
	unsigned differ = 0, live = 0;

	rump_pub_drain();
	(void)rump_pub_audit(count, &differ);
	EXPECT(differ == 0, "something is left");
	if (differ != 0)
		(void)rumpuser_obj_live(describe, &live);
	if (rumpuser_restore() != 0)
		abort();
}

void
walk(const struct walk_dev *wd)
{
	const struct walk_op *op;
	unsigned n, way, failed = 0, rounds = 0;
	int more;

	dev = wd;
	rumpuser_console_sink(console, NULL);
	rumpuser_report_hook(show_log, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
	/* What has been used once may be kept. */
	for (unsigned i = 0; i < 2; i++)
		for (way = 0; way < NWAYS; way++)
			for (op = wd->wd_ops; op->wo_name != NULL; op++) {
				(void)once(op, way, 0);
				ATF_REQUIRE_EQ_MSG(bad, 0, "%s: without removal", op->wo_name);
			}
	rump_pub_drain();
	rump_pub_audit_mark();
	rumpuser_obj_mark();
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (op = wd->wd_ops; op->wo_name != NULL; op++) {
		printf("%s: %s:", wd->wd_name, op->wo_name);
		for (way = 0; way < NWAYS; way++) {
			unsigned wrong = 0;

			n = 0;
			do {
				n += n < 20 ? 1 : walk_stride;
				more = once(op, way, n);
				clean(op, way, n);
				rounds++;
				wrong += bad != 0;
			} while (more && n < MAXSTEPS && wrong < MAXBAD);
			ATF_CHECK(n < MAXSTEPS);
			printf("%s %u", way == 0 ? "" : ",", n - 1);
			failed += wrong;
		}
		printf(" steps\n");
		fflush(stdout);
	}
	printf("%s: %u rounds\n", wd->wd_name, rounds);
	ATF_CHECK_EQ_MSG(failed, 0, "%u steps failed", failed);
}
