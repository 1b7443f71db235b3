/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI disks: transfers of every size and place, the cache, media that come
 * and go, and disks that misbehave.
 */

#include <rump/rumpuser_dev.h>

#include "../block/dumptest.h"
#include "rawdev.h"

static const struct scsim_config disk = {
	.sm_type = SCSIM_DISK, .sm_vendor = "ACME", .sm_product = "Disk", .sm_revision = "2.0",
	.sm_nblocks = 8192,
};

static void
fill(uint8_t *p, size_t len, unsigned seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		p[i] = (uint8_t)(seed >> 16);
	}
}

ATF_TC_WITHOUT_HEAD(read_write);
ATF_TC_BODY(read_write, tc)
{
	static const size_t lens[] = { 512, 1024, 4096, 65536, 131072, 1536 };
	static uint8_t out[131072], in[131072], peek[131072];
	struct scsi_host *h;
	off_t off;
	unsigned i;
	int fd;

	boot();
	h = host_with(&plain_setup, &disk);
	scan();
	LOG_HAS("sd0 at scsibus0 target 0 lun 0: <ACME, Disk, 2.0> disk fixed");
	LOG_HAS("sd0: 4096 KB, 4 cyl, 64 head, 32 sec, 512 bytes/sect x 8192 sectors");
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	for (i = 0; i < 30; i++) {
		size_t len = lens[i % 6];

		off = (off_t)((i * 7919) % 7900) * 512;
		fill(out, len, i);
		ATF_REQUIRE_EQ(rump_sys_pwrite(fd, out, len, off), (ssize_t)len);
		ATF_REQUIRE_EQ(rump_sys_pread(fd, in, len, off), (ssize_t)len);
		ATF_REQUIRE_EQ(memcmp(in, out, len), 0);
		ATF_REQUIRE_EQ(scsim_peek(unit0(h), (uint64_t)off, peek, len), 0);
		ATF_REQUIRE_EQ(memcmp(peek, out, len), 0);
	}
	/* Past the end, and not whole sectors. */
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 1024, 8191 * 512), 512);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 512, 8192 * 512), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 100, 0), -1);
	ATF_CHECK_EQ(errno, RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_syncs, 1);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}


/* Requests of dk(4) as a program sees them. */
#define	DIOCEJECT	NB_IOW('d', 112, int)
#define	DIOCLOCK	NB_IOW('d', 113, int)
#define	DIOCGCACHE	NB_IOR('d', 116, int)
#define	DIOCSCACHE	NB_IOW('d', 117, int)
#define	DIOCCACHESYNC	NB_IOW('d', 118, int)
#define	DIOCTUR		NB_IOR('d', 128, int)
#define	DIOCGMEDIASIZE	NB_IOR('d', 132, off_t)
#define	DIOCGSECTORSIZE	NB_IOR('d', 133, unsigned)

/*
 * A crash dump goes where it should while writes are under way, which it does
 * not lose, and leaves a disk that works.
 */
static void
dump_to(struct scsi_host *h, unsigned blksize)
{
	static uint8_t buf[100 << 10], other[256 << 10], peek[256 << 10];
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/sd0d", RUMP_O_RDWR)) >= 0);
	fill(buf, sizeof(buf), 3);
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(scsim_peek(unit0(h), DUMPTEST_OFFSET * blksize + 4096, peek, sizeof(buf)), 0);
	ATF_CHECK(memcmp(peek, buf, sizeof(buf)) == 0);

	fill(other, sizeof(other), 4);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, other, sizeof(other), 1 << 20), (ssize_t)sizeof(other));
	fill(buf, sizeof(buf), 5);
	ATF_CHECK_EQ(rump_dumptest_silently("sd0", 8, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(scsim_peek(unit0(h), DUMPTEST_OFFSET * blksize + 4096, peek, sizeof(buf)), 0);
	ATF_CHECK(memcmp(peek, buf, sizeof(buf)) == 0);
	ATF_CHECK_EQ(rump_sys_fsync(fd), 0);
	ATF_CHECK_EQ(scsim_peek(unit0(h), 1 << 20, peek, sizeof(other)), 0);
	ATF_CHECK(memcmp(peek, other, sizeof(other)) == 0);

	ATF_CHECK_EQ(rump_dumptest_run("sd0", (8192 - DUMPTEST_OFFSET) * (blksize / 512), buf,
	    4096), RUMP_EINVAL);
	/* Target failure, of whatever writes. */
	ATF_CHECK_EQ(scsim_fault(unit0(h), &(struct scsim_fault){ .sf_opcode = SCSIM_ANY,
	    .sf_status = SCSIM_CHECK, .sf_key = 4, .sf_asc = 0x44 }), 0);
	ATF_CHECK_EQ(rump_dumptest_silently("sd0", 0, buf, 4096), RUMP_EIO);
	scsim_fault_clear(unit0(h));
	ATF_CHECK_EQ(rump_dumptest_silently("sd0", 0, buf, 4096), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

static void
dump(unsigned blksize, uint64_t delay)
{
	struct scsim_config sm = disk;
	struct scsi_host *h;

	sm.sm_blksize = blksize;
	boot();
	h = host_with(&plain_setup, &sm);
	scan();
	scsi_host_delay(h, delay);
	dump_to(h, blksize);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(dump_now);
ATF_TC_BODY(dump_now, tc)
{

	dump(512, 0);
}

ATF_TC_WITHOUT_HEAD(dump_late);
ATF_TC_BODY(dump_late, tc)
{

	dump(512, 1000000);
}

ATF_TC_WITHOUT_HEAD(dump_sectors_4096);
ATF_TC_BODY(dump_sectors_4096, tc)
{

	dump(4096, 0);
}

/*
 * A disk that keeps each command and gives it back when it likes, here after
 * some seconds, one after the other: whoever polls has to look for it.
 */
static struct {
	struct scsi_host *h;
	uint64_t due;			/* 0: nothing is kept */
	unsigned ndone;
} keeper;

static uint64_t
keeper_next(void *ctx)
{

	if (keeper.h == NULL || scsi_host_outstanding(keeper.h) == 0)
		return UINT64_MAX;
	if (keeper.due == 0)
		keeper.due = rumpuser_dev_now() + UINT64_C(3000000000);
	return keeper.due;
}

static void
keeper_run(void *ctx, uint64_t now)
{

	if (keeper.due == 0 || now < keeper.due)
		return;
	keeper.due = 0;
	keeper.ndone += scsi_host_complete(keeper.h);
}

static const struct rumpuser_dev_backend keeper_backend = {
	.db_name = "keeper", .db_next = keeper_next, .db_run = keeper_run,
};

static int
keeper_filter(void *arg, struct scsim_cmd *sc, int after)
{

	if (after)
		sc->sc_delay = SCSIM_NEVER;
	return 0;
}

ATF_TC_WITHOUT_HEAD(dump_kept);
ATF_TC_BODY(dump_kept, tc)
{

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("the model has no lock");
	rumpuser_dev_attach(&keeper_backend, NULL);
	boot();
	keeper.h = host_with(&plain_setup, &disk);
	scan();
	scsim_filter(scsi_host_target(keeper.h, 0), keeper_filter, NULL);
	dump_to(keeper.h, 512);
	ATF_CHECK(keeper.ndone >= 10);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(keeper.h);
	keeper.h = NULL;
	rumpuser_dev_attach(NULL, NULL);
}

/* A disk that never answers ends a dump, not the kernel; nothing of it stays out. */
ATF_TC_WITHOUT_HEAD(dump_dead);
ATF_TC_BODY(dump_dead, tc)
{
	struct scsim_fault f = { .sf_opcode = SCSIM_MEDIUM, .sf_delay = SCSIM_NEVER, .sf_nth = 1 };
	uint8_t buf[4096] = { 1 }, peek[4096];
	struct scsi_host *h;
	int fd;

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("minutes of real time");
	boot();
	h = host_with(&plain_setup, &disk);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/sd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), RUMP_EIO);
	LOG_HAS("timed out after");
	ATF_CHECK_EQ(scsi_host_outstanding(h), 0);
	/* Later than its time is never. */
	scsim_fault_clear(unit0(h));
	log_clear();
	f.sf_delay = UINT64_C(1000000000000);
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), RUMP_EIO);
	LOG_HAS("timed out after");
	scsim_fault_clear(unit0(h));
	ATF_CHECK_EQ(rump_dumptest_run("sd0", 0, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(scsim_peek(unit0(h), DUMPTEST_OFFSET * 512, peek, sizeof(peek)), 0);
	ATF_CHECK(memcmp(peek, buf, sizeof(buf)) == 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(large);
ATF_TC_BODY(large, tc)
{
	struct scsim_config big = disk;
	struct scsi_host *h;
	uint8_t out[4096], in[4096];
	off_t off = (off_t)1 << 42, size;
	int fd;

	/* 8 TB: addresses of 16 byte CDBs, no CDB of 10 left of it. */
	boot();
	big.sm_nblocks = (uint64_t)1 << 34;
	h = host_with(&plain_setup, &big);
	scan();
	LOG_HAS("17179869184 sectors");
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCGMEDIASIZE, &size), 0);
	ATF_CHECK_EQ(size, (off_t)1 << 43);
	fill(out, sizeof(out), 7);
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, out, sizeof(out), off), (ssize_t)sizeof(out));
	ATF_REQUIRE_EQ(rump_sys_pread(fd, in, sizeof(in), off), (ssize_t)sizeof(in));
	ATF_CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_byop[0x8a], 1);
	ATF_CHECK(scsim_stats(unit0(h))->ss_byop[0x88] >= 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(sectors_4096);
ATF_TC_BODY(sectors_4096, tc)
{
	struct scsim_config sm = disk;
	struct scsi_host *h;
	uint8_t out[8192], in[8192];
	unsigned secsize;
	int fd;

	boot();
	sm.sm_blksize = 4096;
	sm.sm_nblocks = 1000;
	h = host_with(&plain_setup, &sm);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCGSECTORSIZE, &secsize), 0);
	ATF_CHECK_EQ(secsize, 4096);
	fill(out, sizeof(out), 3);
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, out, sizeof(out), 4096 * 998), (ssize_t)sizeof(out));
	ATF_REQUIRE_EQ(rump_sys_pread(fd, in, sizeof(in), 4096 * 998), (ssize_t)sizeof(in));
	ATF_CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 512, 0), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(cache);
ATF_TC_BODY(cache, tc)
{
	struct scsi_host *h;
	int bits, zero = 0, fd;
	uint8_t buf[512] = { 1 };

	boot();
	h = host_with(&plain_setup, &disk);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCGCACHE, &bits), 0);
	ATF_CHECK_MSG((bits & 0x3) == 0x3, "cache bits 0x%x", bits);
	bits = 1;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCSCACHE, &bits), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCGCACHE, &bits), 0);
	ATF_CHECK_MSG((bits & 0x3) == 0x1, "cache bits 0x%x", bits);
	/* Written once, flushed once, whatever is asked. */
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, buf, 512, 0), 512);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCCACHESYNC, &zero), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCCACHESYNC, &zero), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_syncs, 1);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(medium_errors);
ATF_TC_BODY(medium_errors, tc)
{
	struct scsim_fault f = { .sf_opcode = SCSIM_MEDIUM, .sf_status = 2, .sf_key = 3,
	    .sf_asc = 0x11, .sf_ascq = 0x04, .sf_nth = 1, .sf_times = 2 };
	struct scsi_host *h;
	uint8_t buf[512];
	int fd;

	/* Twice bad is tried again, always bad is not. */
	boot();
	h = host_with(&plain_setup, &disk);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 5120), 512);
	f.sf_times = 0;
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 5120), -1);
	ATF_CHECK_EQ(errno, RUMP_EIO);
	LOG_HAS("sense key MEDIUM ERROR");
	LOG_HAS("Unrecovered read error - auto reallocate failed");
	scsim_fault_clear(unit0(h));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 5120), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(descriptor_sense);
ATF_TC_BODY(descriptor_sense, tc)
{
	struct scsim_fault f = { .sf_opcode = SCSIM_MEDIUM, .sf_status = 2, .sf_key = 4,
	    .sf_asc = 0x44, .sf_ascq = 0x00, .sf_nth = 1, .sf_times = 0 };
	struct scsim_config sm = disk;
	struct scsi_host *h;
	uint8_t buf[512];
	int fd;

	boot();
	sm.sm_flags = SCSIM_DESC_SENSE;
	h = host_with(&plain_setup, &sm);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
	ATF_CHECK_EQ(errno, RUMP_EIO);
	LOG_HAS("sense key HARDWARE ERROR");
	LOG_HAS("Internal target failure");
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(removable);
ATF_TC_BODY(removable, tc)
{
	struct scsim_config sm = disk;
	struct scsi_host *h;
	uint8_t buf[512];
	int fd, raw, one = 1, ready;

	boot();
	sm.sm_flags = SCSIM_REMOVABLE | SCSIM_NOMEDIUM;
	h = host_with(&plain_setup, &sm);
	scan();
	LOG_HAS("sd0: drive offline");
	/* Without a medium: the whole disk's character device, and nothing to read. */
	ATF_CHECK_EQ(rump_sys_open("/dev/sd0d", RUMP_O_RDONLY), -1);
	ATF_REQUIRE((raw = rump_sys_open("/dev/rsd0d", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(rump_sys_read(raw, buf, 512), -1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(raw, DIOCTUR, &ready), -1);
	ATF_CHECK_EQ(rump_sys_close(raw), 0);

	scsim_insert(unit0(h));
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCTUR, &ready), 0);
	ATF_CHECK_EQ(ready, 1);
	/* It is locked in while it is open. */
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_byop[0x1e] > 0, 1);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DIOCLOCK, &(int){ 0 }), 0);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, DIOCEJECT, &one), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);

	/* Another size: what is learnt at open is what is used. */
	scsim_insert(unit0(h));
	scsim_resize(unit0(h), 100);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 99 * 512), 512);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 100 * 512), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(write_protected);
ATF_TC_BODY(write_protected, tc)
{
	struct scsim_config sm = disk;
	struct scsi_host *h;
	uint8_t buf[512] = { 0 };
	int fd;

	boot();
	sm.sm_flags = SCSIM_READONLY;
	h = host_with(&plain_setup, &sm);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 512, 0), -1);
	ATF_CHECK_EQ(errno, RUMP_EROFS);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(discard);
ATF_TC_BODY(discard, tc)
{
	struct scsim_config sm = disk;
	struct scsi_host *h;
	uint8_t buf[4096];
	int fd, i;

	boot();
	sm.sm_flags = SCSIM_THIN;
	h = host_with(&plain_setup, &sm);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	memset(buf, 0xaa, sizeof(buf));
	ATF_REQUIRE_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 8192), (ssize_t)sizeof(buf));
	ATF_REQUIRE_EQ(rump_sys_fdiscard(fd, 8192, 2048), 0);
	ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), (ssize_t)sizeof(buf));
	for (i = 0; i < 4096; i++)
		ATF_REQUIRE_EQ(buf[i], i < 2048 ? 0 : 0xaa);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_byop[0x42], 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

static uint32_t lie_last, lie_size;

static int
capacity_lies(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	uint8_t cap[8];

	if (c->sc_cdb[0] == 0x25) {
		cap[0] = (uint8_t)(lie_last >> 24);
		cap[1] = (uint8_t)(lie_last >> 16);
		cap[2] = (uint8_t)(lie_last >> 8);
		cap[3] = (uint8_t)lie_last;
		cap[4] = (uint8_t)(lie_size >> 24);
		cap[5] = (uint8_t)(lie_size >> 16);
		cap[6] = (uint8_t)(lie_size >> 8);
		cap[7] = (uint8_t)lie_size;
		raw_data(c, cap, sizeof(cap));
	} else if (c->sc_cdb[0] == 0x9e) {
		/* The largest number there is, of blocks as large. */
		memset(c->sc_data, 0xff, c->sc_datalen);
	} else if (c->sc_cdb[0] == 0x28 || c->sc_cdb[0] == 0x08) {
		c->sc_resid = c->sc_datalen / 2;
	}
	return 0;
}

ATF_TC_WITHOUT_HEAD(lies);
ATF_TC_BODY(lies, tc)
{
	static const struct {
		uint32_t last, size;
		int	ok;
	} t[] = {
		{ 100, 512, 1 }, { 100, 0, 1 }, { 100, 1, 0 }, { 100, 256, 0 }, { 100, 520, 0 },
		{ 100, 1U << 20, 0 }, { 100, 1U << 31, 0 }, { 100, 0xffffffff, 0 },
		{ 0xffffffff, 512, 0 }, { 0xfffffffe, 65536, 1 }, { 0, 512, 1 },
	};
	uint8_t buf[4096];
	unsigned i;
	int fd;

	boot();
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct rawdev rd = { .rd_version = 3, .rd_cmd = capacity_lies };

		lie_last = t[i].last;
		lie_size = t[i].size;
		raw_attach(&rd, &plain_setup);
		fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR);
		ATF_REQUIRE(fd >= 0);
		/* Half of what was asked for came: no data, whatever the status. */
		ATF_CHECK_EQ(rump_sys_read(fd, buf, sizeof(buf)), -1);
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
		fd = rump_sys_open("/dev/sd0d", RUMP_O_RDWR);
		ATF_CHECK_MSG((fd >= 0) == t[i].ok, "%u x %u", t[i].last, t[i].size);
		if (fd >= 0)
			(void)rump_sys_close(fd);
		raw_detach(&rd);
	}
	LOG_HAS("sectors of 520 bytes, limits 512 and");
	LOG_HAS("bytes moved, block 0");
}

/* What a thin disk of 2^20 sectors says of UNMAP; -1: it has no such page. */
static int has_unmap, most_blocks, most_descs;
static uint32_t unmapped[4];

static int
provisioning(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	const uint8_t *data = c->sc_data;
	uint8_t b[64] = { 0 };

	switch (c->sc_cdb[0]) {
	case 0x12:
		b[1] = c->sc_cdb[2];
		if (c->sc_cdb[2] == 0xb2 && has_unmap != -1) {
			b[3] = 4;
			b[5] = has_unmap ? 0x80 : 0x60;
			raw_data(c, b, 8);
		} else if (c->sc_cdb[2] == 0xb0 && most_blocks != -1) {
			b[3] = 60;
			b[20] = (uint8_t)(most_blocks >> 24);
			b[21] = (uint8_t)(most_blocks >> 16);
			b[22] = (uint8_t)(most_blocks >> 8);
			b[23] = (uint8_t)most_blocks;
			b[27] = (uint8_t)most_descs;
			raw_data(c, b, 64);
		} else
			raw_check(c, 5, 0x24, 0);
		break;
	case 0x25:
		memcpy(b, "\0\x0f\xff\xff\0\0\2", 7);
		raw_data(c, b, 8);
		break;
	case 0x9e:
		memcpy(b, "\0\0\0\0\0\x0f\xff\xff\0\0\2\0\0\0\x80", 15);
		raw_data(c, b, 32);
		break;
	case 0x42:
		if (rd->rd_byop[0x42] <= 4)
			unmapped[rd->rd_byop[0x42] - 1] = (uint32_t)data[16] << 24 |
			    data[17] << 16 | data[18] << 8 | data[19];
		break;
	}
	return 0;
}

/* UNMAP is used where the disk says that it has it, and in pieces that it takes. */
ATF_TC_WITHOUT_HEAD(discard_limits);
ATF_TC_BODY(discard_limits, tc)
{
	static const struct {
		int	has, blocks, descs;
		unsigned ncmds, first;
	} t[] = {
		{ -1, -1, 0, 1, 20000 },	/* nothing is said */
		{ 1, -1, 0, 1, 20000 },
		{ 1, 1 << 20, 16, 1, 20000 },
		{ 1, 16384, 1, 2, 16384 },
		{ 0, 1 << 20, 16, 0, 0 },	/* WRITE SAME alone */
		{ 1, 0, 16, 0, 0 }, { 1, 16384, 0, 0, 0 },
		{ 1, 1, 1, 0, 0 },		/* that would be many */
	};
	unsigned i;
	int fd, rv;

	boot();
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct rawdev rd = { .rd_version = 5, .rd_cmd = provisioning };

		has_unmap = t[i].has;
		most_blocks = t[i].blocks;
		most_descs = t[i].descs;
		memset(unmapped, 0, sizeof(unmapped));
		raw_attach(&rd, &plain_setup);
		ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
		rv = rump_sys_fdiscard(fd, 0, 20000 * 512);
		if (t[i].ncmds == 0) {
			ATF_CHECK_MSG(rv == -1, "case %u", i);
			ATF_CHECK_EQ(errno, RUMP_EOPNOTSUPP);
		} else
			ATF_CHECK_MSG(rv == 0, "case %u", i);
		ATF_CHECK_MSG(rd.rd_byop[0x42] == t[i].ncmds, "case %u: %u", i, rd.rd_byop[0x42]);
		ATF_CHECK_MSG(unmapped[0] == t[i].first, "case %u: %u", i, unmapped[0]);
		if (t[i].ncmds == 2)
			ATF_CHECK_EQ(unmapped[1], 20000 - t[i].first);
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
		raw_detach(&rd);
	}
	LOG_HAS("sd0: UNMAP of 1 sectors at most, at least 8192 are worth it: not used");
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, read_write);
	ATF_TP_ADD_TC(tp, dump_now);
	ATF_TP_ADD_TC(tp, dump_late);
	ATF_TP_ADD_TC(tp, dump_sectors_4096);
	ATF_TP_ADD_TC(tp, dump_kept);
	ATF_TP_ADD_TC(tp, dump_dead);
	ATF_TP_ADD_TC(tp, large);
	ATF_TP_ADD_TC(tp, sectors_4096);
	ATF_TP_ADD_TC(tp, cache);
	ATF_TP_ADD_TC(tp, medium_errors);
	ATF_TP_ADD_TC(tp, descriptor_sense);
	ATF_TP_ADD_TC(tp, removable);
	ATF_TP_ADD_TC(tp, write_protected);
	ATF_TP_ADD_TC(tp, discard);
	ATF_TP_ADD_TC(tp, discard_limits);
	ATF_TP_ADD_TC(tp, lies);
	return atf_no_error();
}
