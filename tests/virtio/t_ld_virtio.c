/* SPDX-License-Identifier: BSD-2-Clause */

/* ld(4) at virtio(4), on each transport. */

#include "vt.h"
#include "../block/dumptest.h"

#include <fcntl.h>
#include <stdatomic.h>

#define	SIZE	(1u << 20)
#define	RAW	"/dev/rld0d"
#define	DIOCCACHESYNC	0x80046476ul

static struct virtiom *
blk(const struct virtiom_params *vp, struct vt_disk *d, struct virtiom_blk_params bp)
{

	bp.bp_sectors = d->size / 512;
	bp.bp_ops = &vt_disk_ops;
	bp.bp_cookie = d;
	return virtiom_blk_create(vp, &bp);
}

/* Random reads and writes of odd lengths, compared with a copy. */
static void
exercise(struct vt_disk *d, const char *path, int rounds)
{
	uint8_t *copy = malloc(d->size), *buf = malloc(1 << 17);
	uint32_t x = 1;
	int fd;

	memcpy(copy, d->data, d->size);
	WORKS(fd = rump_sys_open(path, RUMP_O_RDWR));
	for (int i = 0; i < rounds; i++) {
		size_t n, off;

		x = x * 1664525 + 1013904223;
		n = (1 + (x >> 8) % 200) * 512;
		off = (x >> 16) % (d->size / 512) * 512;
		if (off + n > d->size)
			n = d->size - off;
		if (i & 1) {
			vt_pattern(buf, n, x);
			ATF_REQUIRE_EQ(rump_sys_pwrite(fd, buf, n, off), (ssize_t)n);
			memcpy(copy + off, buf, n);
		} else {
			ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, n, off), (ssize_t)n);
			ATF_REQUIRE(memcmp(buf, copy + off, n) == 0);
		}
	}
	WORKS(rump_sys_close(fd));
	ATF_CHECK(memcmp(copy, d->data, d->size) == 0);
	free(copy);
	free(buf);
}

static void
transport(struct virtiom_params vp)
{
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;

	vt_boot();
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	vt_plug(vm);
	ATF_REQUIRE(vt_has("ld0"));
	ATF_CHECK(DEV(virtiom_running(vm)));
	exercise(d, RAW, 60);
	exercise(d, "/dev/ld0d", 60);
	ATF_CHECK(d->syncs > 0);
	vt_end();
	vt_disk_free(d);
}

#define	TRANSPORT(name, ...)							\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	transport((struct virtiom_params){ __VA_ARGS__ });			\
}
TRANSPORT(modern, .vp_transport = VIRTIOM_MODERN)
TRANSPORT(modern_intx, .vp_transport = VIRTIOM_MODERN, .vp_nomsix = 1)
TRANSPORT(modern_large_queue, .vp_transport = VIRTIOM_MODERN, .vp_qsize = 1024)
TRANSPORT(modern_small_queue, .vp_transport = VIRTIOM_MODERN, .vp_qsize = 4)
TRANSPORT(modern_direct, .vp_transport = VIRTIOM_MODERN, .vp_without = 1u << 28)
TRANSPORT(modern_direct_small, .vp_transport = VIRTIOM_MODERN, .vp_without = 1u << 28, .vp_qsize = 8)
TRANSPORT(modern_no_event_idx, .vp_transport = VIRTIOM_MODERN, .vp_without = 1u << 29)
TRANSPORT(modern_late, .vp_transport = VIRTIOM_MODERN, .vp_delay = 500)
TRANSPORT(modern_reorder, .vp_transport = VIRTIOM_MODERN, .vp_delay = 500, .vp_reorder = 1)
TRANSPORT(legacy, .vp_transport = VIRTIOM_LEGACY)
TRANSPORT(legacy_intx, .vp_transport = VIRTIOM_LEGACY, .vp_nomsix = 1)
TRANSPORT(legacy_large_queue, .vp_transport = VIRTIOM_LEGACY, .vp_qsize = 1024)
TRANSPORT(transitional, .vp_transport = VIRTIOM_TRANSITIONAL)
TRANSPORT(mmio, .vp_transport = VIRTIOM_MMIO)
TRANSPORT(mmio_late, .vp_transport = VIRTIOM_MMIO, .vp_delay = 500)
TRANSPORT(mmio_legacy, .vp_transport = VIRTIOM_MMIO_LEGACY)

/*
 * A crash dump goes where it should while writes are under way, which it does
 * not lose, and leaves a disk that works.
 */
static void
dump(struct virtiom_params vp)
{
	static uint8_t buf[100 << 10], other[256 << 10];
	const size_t at = DUMPTEST_OFFSET * 512 + 4096;
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	int fd;

	vt_boot();
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	vt_plug(vm);
	WORKS(fd = rump_sys_open("/dev/ld0d", RUMP_O_RDWR));
	vt_pattern(buf, sizeof(buf), 3);
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK(memcmp(d->data + at, buf, sizeof(buf)) == 0);

	vt_pattern(other, sizeof(other), 4);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, other, sizeof(other), 512 << 10), (ssize_t)sizeof(other));
	vt_pattern(buf, sizeof(buf), 5);
	ATF_CHECK_EQ(rump_dumptest_silently("ld0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK(memcmp(d->data + at, buf, sizeof(buf)) == 0);
	WORKS(rump_sys_fsync(fd));
	ATF_CHECK(memcmp(d->data + (512 << 10), other, sizeof(other)) == 0);
	ATF_CHECK_EQ(rump_dumptest_run("ld0", SIZE / 512 - DUMPTEST_OFFSET, buf, 512),
	    RUMP_EINVAL);
	WORKS(rump_sys_close(fd));
	exercise(d, RAW, 20);
	vt_end();
	vt_disk_free(d);
}

#define	DUMP(name, ...)								\
ATF_TC_WITHOUT_HEAD(dump_##name);						\
ATF_TC_BODY(dump_##name, tc)							\
{										\
	dump((struct virtiom_params){ __VA_ARGS__ });				\
}
DUMP(modern, .vp_transport = VIRTIOM_MODERN)
DUMP(late, .vp_transport = VIRTIOM_MODERN, .vp_delay = 500)
DUMP(small_queue_late, .vp_transport = VIRTIOM_MODERN, .vp_qsize = 4, .vp_delay = 500)
DUMP(reorder, .vp_transport = VIRTIOM_MODERN, .vp_delay = 500, .vp_reorder = 1)
DUMP(legacy_intx, .vp_transport = VIRTIOM_LEGACY, .vp_nomsix = 1)
DUMP(mmio_late, .vp_transport = VIRTIOM_MMIO, .vp_delay = 500)

/* A disk that was let go, as drvctl(8) does it, and is looked for again. */
static void
again(struct virtiom_params vp)
{
	struct vt_disk *d = vt_disk(SIZE);

	vt_boot();
	vt_plug(blk(&vp, d, (struct virtiom_blk_params){ 0 }));
	ATF_REQUIRE(vt_has("ld0"));
	ATF_REQUIRE_EQ(rump_pub_dev_detach("ld0", 0), 0);
	ATF_CHECK(!vt_has("ld0"));
	ATF_CHECK_EQ(rump_pub_dev_rescan("virtio0", NULL, NULL), 0);
	rump_pub_dev_settle();
	ATF_REQUIRE(vt_has("ld0"));
	exercise(d, RAW, 20);
	/* One that is there stays alone. */
	ATF_CHECK_EQ(rump_pub_dev_rescan("virtio0", NULL, NULL), 0);
	rump_pub_dev_settle();
	ATF_CHECK(!vt_has("ld1"));
	exercise(d, RAW, 20);
	vt_end();
	vt_disk_free(d);
}

ATF_TC_WITHOUT_HEAD(again_modern);
ATF_TC_BODY(again_modern, tc)
{
	again((struct virtiom_params){ .vp_transport = VIRTIOM_MODERN });
}

ATF_TC_WITHOUT_HEAD(again_mmio);
ATF_TC_BODY(again_mmio, tc)
{
	again((struct virtiom_params){ .vp_transport = VIRTIOM_MMIO });
}

/* A disk that takes too long is given up; the next dump is told at once. */
ATF_TC_WITHOUT_HEAD(dump_dead);
ATF_TC_BODY(dump_dead, tc)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	uint8_t buf[512] = { 0 };
	int fd;

	vt_boot();
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	vt_plug(vm);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 0, buf, sizeof(buf)), 0);
	DEV(virtiom_delay(vm, 30000000));
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 0, buf, sizeof(buf)), RUMP_EIO);
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 0, buf, sizeof(buf)), RUMP_ENXIO);
	(void)rump_sys_close(fd);
	vt_end();
	vt_disk_free(d);
}

/* What a read-only medium says to a write. */
ATF_TC_WITHOUT_HEAD(readonly);
ATF_TC_BODY(readonly, tc)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);
	uint8_t buf[512];
	int fd;

	vt_boot();
	vt_plug(blk(&vp, d, (struct virtiom_blk_params){ .bp_readonly = 1 }));
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 1024), 512);
	ATF_CHECK(memcmp(buf, d->data + 1024, 512) == 0);
	FAILS(RUMP_EROFS, rump_sys_pwrite(fd, buf, 512, 0));
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 0, buf, sizeof(buf)), RUMP_EROFS);
	WORKS(rump_sys_close(fd));
	vt_end();
	vt_disk_free(d);
}

/* An error of one request is that request's alone. */
ATF_TC_WITHOUT_HEAD(ioerror);
ATF_TC_BODY(ioerror, tc)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	uint8_t buf[512];
	int fd;

	vt_boot();
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	vt_plug(vm);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	DEV(virtiom_blk_fail(vm, 1, 1));
	FAILS(RUMP_EIO, rump_sys_pread(fd, buf, 512, 0));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	DEV(virtiom_blk_fail(vm, 1, 2));
	FAILS(RUMP_EOPNOTSUPP, rump_sys_pwrite(fd, buf, 512, 0));
	DEV(virtiom_blk_fail(vm, 1, 77));
	FAILS(RUMP_EIO, rump_sys_pwrite(fd, buf, 512, 0));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 512, 0), 512);
	WORKS(rump_sys_close(fd));
	vt_end();
	vt_disk_free(d);
}

/* Sectors of 4 KiB, and a device that takes little at once. */
static void
shape(struct virtiom_blk_params bp, const char *path)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);

	vt_boot();
	vt_plug(blk(&vp, d, bp));
	ATF_REQUIRE(vt_has("ld0"));
	if (bp.bp_blksize <= 512)
		exercise(d, path, 40);
	else {
		uint8_t *buf = malloc(8192);
		int fd;

		WORKS(fd = rump_sys_open(path, RUMP_O_RDWR));
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, 8192, 4096), 8192);
		ATF_CHECK(memcmp(buf, d->data + 4096, 8192) == 0);
		FAILS(RUMP_EINVAL, rump_sys_pread(fd, buf, 512, 4096));
		vt_pattern(buf, 8192, 9);
		ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 8192, 8192), 8192);
		ATF_CHECK(memcmp(buf, d->data + 8192, 8192) == 0);
		WORKS(rump_sys_close(fd));
		free(buf);
	}
	vt_end();
	vt_disk_free(d);
}

#define	SHAPE(name, path, ...)							\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	shape((struct virtiom_blk_params){ __VA_ARGS__ }, path);		\
}
SHAPE(sector4096, RAW, .bp_blksize = 4096)
SHAPE(seg_max_1, RAW, .bp_seg_max = 1)
SHAPE(seg_max_1_block, "/dev/ld0d", .bp_seg_max = 1, .bp_size_max = 4096)
SHAPE(seg_max_3, RAW, .bp_seg_max = 3)
SHAPE(seg_max_3_block, "/dev/ld0d", .bp_seg_max = 3)
SHAPE(size_max_1024, RAW, .bp_size_max = 1024)
SHAPE(size_max_1024_block, "/dev/ld0d", .bp_size_max = 1024)

/* A device that never answers: the read ends, and so do those after it. */
ATF_TC_WITHOUT_HEAD(dead);
ATF_TC_BODY(dead, tc)
{
	struct virtiom_params vp = { .vp_delay = 4000000000u };
	struct vt_disk *d = vt_disk(SIZE);
	uint8_t buf[512];
	int fd;

	vt_boot();
	vt_plug(blk(&vp, d, (struct virtiom_blk_params){ 0 }));
	if (vt_has("ld0") && (fd = rump_sys_open(RAW, RUMP_O_RDWR)) >= 0) {
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
		WORKS(rump_sys_close(fd));
	}
	vt_end();
	vt_disk_free(d);
}

/* Pulled out while it is open: errors, and the node works no more. */
ATF_TC_WITHOUT_HEAD(unplug_open);
ATF_TC_BODY(unplug_open, tc)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	uint8_t buf[512];
	int fd;

	vt_boot();
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	vt_plug(vm);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	DEV(virtiom_unplug(vm));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), RUMP_EBUSY);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
	rump_sys_close(fd);
	ATF_CHECK(!vt_has("ld0"));
	FAILS(RUMP_ENXIO, rump_sys_open(RAW, RUMP_O_RDWR));
	vt_end();
	vt_disk_free(d);
}

/* The device grows. */
ATF_TC_WITHOUT_HEAD(resize);
ATF_TC_BODY(resize, tc)
{
	struct virtiom_params vp = { 0 };
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	uint8_t buf[512];
	int fd;

	vt_boot();
	d->size = SIZE / 2;
	vm = blk(&vp, d, (struct virtiom_blk_params){ 0 });
	d->size = SIZE;
	vt_plug(vm);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, SIZE / 2), 0);
	DEV(virtiom_blk_resize(vm, SIZE / 512));
	struct timespec ts = { 0, 100000000 };
	rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, SIZE / 2), 512);
	ATF_CHECK(memcmp(buf, d->data + SIZE / 2, 512) == 0);
	WORKS(rump_sys_close(fd));
	vt_end();
	vt_disk_free(d);
}

/* Flushes and discards of the disk from the side, until somebody says stop. */
static atomic_int flushing;

static void *
flusher(void *arg)
{
	int fd, force = 1;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	while (flushing) {
		WORKS(rump_sys_ioctl(fd, DIOCCACHESYNC, &force));
		WORKS(rump_sys_fdiscard(fd, SIZE - 8192, 4096));
	}
	WORKS(rump_sys_close(fd));
	rump_pub_lwproc_releaselwp();
	return NULL;
}

/*
 * A queue that has room for one transfer, of which each is two pieces, and
 * somebody who wants the room between them: nothing fails.
 */
ATF_TC_WITHOUT_HEAD(flush_between);
ATF_TC_BODY(flush_between, tc)
{
	struct virtiom_params vp = { .vp_without = 1u << 28, .vp_qsize = 4, .vp_delay = 100 };
	struct vt_disk *d = vt_disk(SIZE), used = *d;
	void *cookie;

	/* The rest is for the discards. */
	used.size = SIZE - 8192;
	vt_boot();
	vt_plug(blk(&vp, d, (struct virtiom_blk_params){ .bp_size_max = 1024, .bp_seg_max = 2 }));
	ATF_REQUIRE(vt_has("ld0"));
	for (unsigned seed = 1; seed <= 20; seed++) {
		rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0);
		flushing = 1;
		ATF_REQUIRE_EQ(rumpuser_thread_create(flusher, NULL, "flusher", 1, -1, -1, &cookie),
		    0);
		exercise(&used, "/dev/ld0d", 20);
		flushing = 0;
		ATF_REQUIRE_EQ(rumpuser_thread_join(cookie), 0);
	}
	vt_end();
	vt_disk_free(d);
}

/* A queue that would never have room for a request: there is no disk to wait at. */
ATF_TC_WITHOUT_HEAD(queue_of_2);
ATF_TC_BODY(queue_of_2, tc)
{
	struct virtiom_params vp = { .vp_without = 1u << 28, .vp_qsize = 2 };
	struct vt_disk *d = vt_disk(SIZE);

	vt_boot();
	vt_plug(blk(&vp, d, (struct virtiom_blk_params){ .bp_seg_max = 2 }));
	FAILS(RUMP_ENODEV, rump_sys_open(RAW, RUMP_O_RDWR));
	vt_end();
	vt_disk_free(d);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, modern);
	ATF_TP_ADD_TC(tp, modern_intx);
	ATF_TP_ADD_TC(tp, modern_large_queue);
	ATF_TP_ADD_TC(tp, modern_small_queue);
	ATF_TP_ADD_TC(tp, modern_direct);
	ATF_TP_ADD_TC(tp, modern_direct_small);
	ATF_TP_ADD_TC(tp, modern_no_event_idx);
	ATF_TP_ADD_TC(tp, modern_late);
	ATF_TP_ADD_TC(tp, modern_reorder);
	ATF_TP_ADD_TC(tp, legacy);
	ATF_TP_ADD_TC(tp, legacy_intx);
	ATF_TP_ADD_TC(tp, legacy_large_queue);
	ATF_TP_ADD_TC(tp, transitional);
	ATF_TP_ADD_TC(tp, mmio);
	ATF_TP_ADD_TC(tp, mmio_late);
	ATF_TP_ADD_TC(tp, mmio_legacy);
	ATF_TP_ADD_TC(tp, dump_modern);
	ATF_TP_ADD_TC(tp, dump_late);
	ATF_TP_ADD_TC(tp, dump_small_queue_late);
	ATF_TP_ADD_TC(tp, dump_reorder);
	ATF_TP_ADD_TC(tp, dump_legacy_intx);
	ATF_TP_ADD_TC(tp, dump_mmio_late);
	ATF_TP_ADD_TC(tp, again_modern);
	ATF_TP_ADD_TC(tp, again_mmio);
	ATF_TP_ADD_TC(tp, dump_dead);
	ATF_TP_ADD_TC(tp, readonly);
	ATF_TP_ADD_TC(tp, ioerror);
	ATF_TP_ADD_TC(tp, sector4096);
	ATF_TP_ADD_TC(tp, seg_max_1);
	ATF_TP_ADD_TC(tp, seg_max_1_block);
	ATF_TP_ADD_TC(tp, seg_max_3);
	ATF_TP_ADD_TC(tp, seg_max_3_block);
	ATF_TP_ADD_TC(tp, size_max_1024);
	ATF_TP_ADD_TC(tp, size_max_1024_block);
	ATF_TP_ADD_TC(tp, dead);
	ATF_TP_ADD_TC(tp, unplug_open);
	ATF_TP_ADD_TC(tp, resize);
	ATF_TP_ADD_TC(tp, flush_between);
	ATF_TP_ADD_TC(tp, queue_of_2);
	return atf_no_error();
}
