/* SPDX-License-Identifier: BSD-2-Clause */

/* Surprise removal of virtio devices, at each step of each operation. */

#include "walk_disk.h"

#include "model/scsi.h"
#include "model/virtio.h"

static enum virtiom_transport transport;
static struct virtiom *vm;

static void
plug(struct virtiom *v)
{

	vm = v;
	if (virtiom_plug(vm, walk_bus, WALK_SLOT) != 0)
		abort();
}

static struct virtiom_params
params(void)
{

	return (struct virtiom_params){ .vp_transport = transport, .vp_delay = walk_delay_ns / 1000 };
}

static void
unplug(void)
{

	virtiom_unplug(vm);
}

/*
 * ld(4).
 */

static void
blk_create(void)
{
	struct virtiom_params vp = params();
	struct virtiom_blk_params bp = { .bp_sectors = SIZE / 512, .bp_ops = &medium_ops };

	plug(virtiom_blk_create(&vp, &bp));
}

static const char *const ld_nodes[] = { "/dev/rld0d", "/dev/ld0d", NULL };
static const struct walk_op ld_ops[] = {
	DISK_OPS("/dev/rld0d", "/dev/ld0d", "virtio0"),
	FD("discard", "/dev/rld0d", walk_discard),
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "virtio0", .wo_mayfail = 1 },
	{ NULL }
};

static void
blk(enum virtiom_transport how)
{
	const struct walk_dev wd = { "ld", "virtio0", blk_create, unplug, NULL, ld_nodes, ld_ops };

	transport = how;
	walk(&wd);
}

/*
 * vioscsi(4) with a disk or a CD.
 */

static const struct scsim_config *unit;

static void
scsi_create(void)
{
	struct virtiom_params vp = params();
	struct virtiom_scsi_params sp = { .sp_target[0] = scsim_create() };

	if (scsim_add(sp.sp_target[0], 0, unit) != 0)
		abort();
	plug(virtiom_scsi_create(&vp, &sp));
}

static const char *const scsi_nodes[] = { "/dev/rsd0d", "/dev/sd0d", "/dev/scsibus0", NULL };
static const struct walk_op scsi_ops[] = {
	DISK_OPS("/dev/rsd0d", "/dev/sd0d", "virtio0"),
	FD("discard", "/dev/rsd0d", walk_discard),
	FD("SCIOCRESET", "/dev/rsd0d", walk_ioctl, SCIOCRESET),
	{ "rescan", WALK_DEV, .wo_run = walk_rescan, .wo_data = "scsibus0" },
	{ "detach of the bus", WALK_DEV, .wo_run = walk_detach, .wo_data = "scsibus0" },
	{ NULL }
};

static void
scsi(enum virtiom_transport how)
{
	static const struct scsim_config disk = {
		.sm_type = SCSIM_DISK, .sm_nblocks = SIZE / 512, .sm_image = &medium_ops,
		.sm_flags = SCSIM_THIN,
	};
	const struct walk_dev wd = {
		"vioscsi", "virtio0", scsi_create, unplug, NULL, scsi_nodes, scsi_ops
	};

	unit = &disk;
	transport = how;
	walk(&wd);
}

static const char *const cd_nodes[] = { "/dev/rcd0d", "/dev/cd0d", "/dev/scsibus0", NULL };
static const struct walk_op cd_ops[] = {
	{ "open", WALK_OPEN, "/dev/rcd0d", RUMP_O_RDONLY },
	{ "read", WALK_FD, "/dev/rcd0d", RUMP_O_RDONLY, walk_read },
	{ "buffers", WALK_DEV, .wo_run = walk_bufs, .wo_data = "/dev/cd0d" },
	{ NULL }
};

ATF_TC_WITHOUT_HEAD(scsi_cd);
ATF_TC_BODY(scsi_cd, tc)
{
	static const struct scsim_config cd = {
		.sm_type = SCSIM_CDROM, .sm_nblocks = SIZE / 2048, .sm_image = &medium_ops,
	};
	static const struct walk_dev wd = {
		"vioscsi with a CD", "virtio0", scsi_create, unplug, NULL, cd_nodes, cd_ops
	};

	unit = &cd;
	walk(&wd);
}

/*
 * viornd(4), viomb(4).
 */

static int
more_random(const struct walk_op *wo, int fd)
{
	struct timespec ts = { 0, 10000000 };
	uint8_t buf[16];

	for (int i = 0; i < 3; i++) {
		if (rump_sys_getrandom(buf, sizeof(buf), 0) != sizeof(buf))
			return errno;
		(void)rump_sys_nanosleep(&ts, NULL);
	}
	return 0;
}

static void
rnd_create(void)
{
	struct virtiom_params vp = params();

	plug(virtiom_rng_create(&vp, 0));
}

static const char *const none[] = { NULL };
static const struct walk_op rnd_ops[] = {
	{ "attach", WALK_ATTACH },
	{ "request", WALK_DEV, .wo_run = more_random },
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "virtio0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "virtio0", .wo_mayfail = 1 },
	{ NULL }
};

static void
rnd(enum virtiom_transport how)
{
	const struct walk_dev wd = { "viornd", "virtio0", rnd_create, unplug, NULL, none, rnd_ops };

	transport = how;
	walk(&wd);
}

static int
blow(const struct walk_op *wo, int fd)
{
	static const unsigned targets[] = { 20, 3, 8, 0 };
	struct timespec ts = { 1, 0 };

	for (unsigned i = 0; i < 4; i++) {
		virtiom_balloon_target(vm, targets[i]);
		(void)rump_sys_nanosleep(&ts, NULL);
	}
	return virtiom_balloon_held(vm) == 0 ? 0 : EIO;
}

static void
mb_create(void)
{
	struct virtiom_params vp = params();

	plug(virtiom_balloon_create(&vp, 5));
}

static const struct walk_op mb_ops[] = {
	{ "attach", WALK_ATTACH },
	{ "inflate and deflate", WALK_DEV, .wo_run = blow },
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "virtio0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "virtio0", .wo_mayfail = 1 },
	{ NULL }
};

static void
mb(enum virtiom_transport how)
{
	const struct walk_dev wd = { "viomb", "virtio0", mb_create, unplug, NULL, none, mb_ops };

	transport = how;
	walk(&wd);
}

/*
 * viocon(4) with two ports.
 */

static int
echo(const struct walk_op *wo, int fd)
{
	struct timespec ts = { 0, 20000000 };
	char buf[64];

	(void)virtiom_console_input(vm, 1, "hello", 5);
	(void)rump_sys_nanosleep(&ts, NULL);
	if (rump_sys_read(fd, buf, sizeof(buf)) != 5)
		return errno;
	return 0;
}

static int
ports(const struct walk_op *wo, int fd)
{
	struct timespec ts = { 0, 50000000 };

	virtiom_console_control(vm, 1, 2, 1);
	(void)rump_sys_nanosleep(&ts, NULL);
	virtiom_console_control(vm, 1, 1, 1);
	(void)rump_sys_nanosleep(&ts, NULL);
	return 0;
}

static void
con_create(void)
{
	struct virtiom_params vp = params();

	plug(virtiom_console_create(&vp, 2, 1));
}

#define	PORT	"/dev/ttyVI01"
#define	CON(name, fn, ...)	{ name, WALK_FD, PORT, RUMP_O_RDWR | RUMP_O_NONBLOCK, fn, ##__VA_ARGS__ }
static const char *const con_nodes[] = { "/dev/ttyVI00", PORT, NULL };
static const struct walk_op con_ops[] = {
	{ "attach", WALK_ATTACH },
	{ "open", WALK_OPEN, PORT, RUMP_O_RDWR | RUMP_O_NONBLOCK },
	{ "close", WALK_CLOSE, PORT, RUMP_O_RDWR | RUMP_O_NONBLOCK },
	CON("read", echo),
	CON("write", walk_put),
	{ "port goes and comes", WALK_DEV, .wo_run = ports },
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "virtio0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "virtio0", .wo_mayfail = 1 },
	{ NULL }
};

static void
con(enum virtiom_transport how)
{
	const struct walk_dev wd = {
		"viocon", "virtio0", con_create, unplug, NULL, con_nodes, con_ops
	};

	transport = how;
	walk(&wd);
}

/*
 * Each driver on the modern transport at each step, and on others, where what
 * is above the transport is the same, at each third one of those after the
 * twentieth.
 */
#define	CASE(fn, name, how, stride)						\
ATF_TC(fn##_##name);								\
ATF_TC_HEAD(fn##_##name, tc)							\
{										\
	atf_tc_set_md_var(tc, "timeout", "600");				\
}										\
ATF_TC_BODY(fn##_##name, tc)							\
{										\
	walk_stride = stride;							\
	fn(how);								\
}
CASE(blk, modern, VIRTIOM_MODERN, 1)
CASE(blk, legacy, VIRTIOM_LEGACY, 3)
CASE(blk, mmio, VIRTIOM_MMIO, 3)
CASE(scsi, modern, VIRTIOM_MODERN, 1)
CASE(rnd, modern, VIRTIOM_MODERN, 1)
CASE(rnd, mmio, VIRTIOM_MMIO, 3)
CASE(mb, modern, VIRTIOM_MODERN, 1)
CASE(mb, mmio, VIRTIOM_MMIO, 3)
CASE(con, modern, VIRTIOM_MODERN, 1)
CASE(con, mmio, VIRTIOM_MMIO, 3)

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, blk_modern);
	ATF_TP_ADD_TC(tp, blk_legacy);
	ATF_TP_ADD_TC(tp, blk_mmio);
	ATF_TP_ADD_TC(tp, scsi_modern);
	ATF_TP_ADD_TC(tp, scsi_cd);
	ATF_TP_ADD_TC(tp, rnd_modern);
	ATF_TP_ADD_TC(tp, rnd_mmio);
	ATF_TP_ADD_TC(tp, mb_modern);
	ATF_TP_ADD_TC(tp, mb_mmio);
	ATF_TP_ADD_TC(tp, con_modern);
	ATF_TP_ADD_TC(tp, con_mmio);
	return atf_no_error();
}
