/* SPDX-License-Identifier: BSD-2-Clause */

/* ahcisata(4) with its disks and ATAPI devices against the model. */

#include "disktest.h"
#include "model/ahci.h"
#include "model/scsi.h"

#define	RAW	"/dev/rwd0d"

static struct scsim_target *target;

/* A kernel that has seen an adapter come and go. */
static void
boot(void)
{
	struct ahcim_config ac = {
		.ac_port[0] = { .ap_kind = AHCIM_DISK, .ap_size = 65536 }, .ac_nports = 2,
	};

	bus = pcim_bus_create();
	ATF_REQUIRE(bus != NULL);
	rumpuser_dev_attach(&pcim_backend, bus);
	ATF_REQUIRE_EQ(rump_init(), 0);
	dev = DEV(ahcim_create(bus, &ac));
	ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
	rescan();
	ATF_REQUIRE(has("wd0"));
	ATF_REQUIRE_EQ(rump_pub_dev_detach("ahcisata0", 0), 0);
	ATF_REQUIRE(DEV(ahcim_idle(dev)));
	DEV(pcim_dev_destroy(dev));
	(void)rump_pub_audit(note, NULL);
}

/* A kernel and, found by it, an adapter with the medium at port 1. */
static void
start(struct ahcim_config ac)
{

	if (medium == NULL) {
		medium = malloc(SIZE);
		pattern(medium, SIZE, 1);
	}
	ac.ac_port[1].ap_kind = AHCIM_DISK;
	ac.ac_port[1].ap_ops = &medium_ops;
	ac.ac_port[1].ap_size = SIZE;
	boot();
	dev = DEV(ahcim_create(bus, &ac));
	ATF_REQUIRE(dev != NULL);
	ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
	rescan();
}

/* The end: the driver is gone, nothing of it is left, the ports are off. */
static void
end(void)
{
	int plugged = DEV(pcim_plugged(dev));

	if (has("ahcisata0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("ahcisata0",
		    plugged ? 0 : RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!has("ahcisata0"));
	ATF_CHECK(!has("wd0"));
	if (plugged)
		ATF_CHECK(DEV(ahcim_idle(dev)));
	ATF_CHECK(!leaks());
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
	scsim_destroy(target);
}

static void
disk(struct ahcim_config ac)
{
	int cache = (ac.ac_port[1].ap_flags & AHCIM_NOCACHE) == 0;

	start(ac);
	ATF_REQUIRE(has("wd0"));
	exercise(RAW, 512, 60);
	exercise("/dev/wd0d", 512, 40);
	ATF_CHECK_EQ(DEV(ahcim_stats(dev)->as_flushes) > 0, cache);
	end();
}

#define	DISK(name, ...)								\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	disk((struct ahcim_config){ __VA_ARGS__ });				\
}
DISK(msi, .ac_flags = 0)
DISK(intx, .ac_flags = AHCIM_NOMSI)
DISK(intx_late, .ac_flags = AHCIM_NOMSI, .ac_delay = 100000)
DISK(late, .ac_delay = 100000)
DISK(slow_start, .ac_ready = 3000000000)
DISK(low_memory, .ac_flags = AHCIM_32BIT)
DISK(lba28, .ac_port[1].ap_flags = AHCIM_LBA28)
DISK(no_cache, .ac_port[1].ap_flags = AHCIM_NOCACHE)
DISK(two_ports, .ac_nports = 2)
DISK(queued, .ac_port[1].ap_flags = AHCIM_NCQ)
DISK(queued_late, .ac_port[1].ap_flags = AHCIM_NCQ, .ac_delay = 100000)
DISK(queued_reverse, .ac_port[1].ap_flags = AHCIM_NCQ | AHCIM_REVERSE, .ac_delay = 100000)
DISK(queued_intx, .ac_port[1].ap_flags = AHCIM_NCQ, .ac_flags = AHCIM_NOMSI, .ac_delay = 100000)

/* A second disk, and none between. */
ATF_TC_WITHOUT_HEAD(two_disks);
ATF_TC_BODY(two_disks, tc)
{
	static uint8_t buf[8192], back[8192];
	int fd;

	start((struct ahcim_config){ .ac_port[3] = { .ap_kind = AHCIM_DISK, .ap_size = 65536 } });
	ATF_CHECK(has("wd0"));
	ATF_CHECK(has("wd1"));
	WORKS(fd = rump_sys_open("/dev/rwd1d", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 9);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 8192, 4096), 8192);
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 8192, 4096), 8192);
	ATF_CHECK(memcmp(buf, back, 8192) == 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 8192, 61440), 4096);
	WORKS(rump_sys_close(fd));
	exercise(RAW, 512, 10);
	end();
}

static void
begin(void)
{

	start((struct ahcim_config){ 0 });
}

static uint64_t
flushes(void)
{

	return ahcim_stats(dev)->as_flushes;
}

/* reboot(2) flushes each disk and ends all DMA; what is idle is detached. */
ATF_TC_WITHOUT_HEAD(reboot);
ATF_TC_BODY(reboot, tc)
{

	ATF_CHECK_EQ(reboots(begin, flushes, ahcim_idle, RAW, 1, NULL), REBOOT_FLUSHED + REBOOT_NODMA);
	ATF_CHECK_EQ(reboots(begin, flushes, ahcim_idle, RAW, 0, NULL), REBOOT_FLUSHED + REBOOT_LEFT);
	ATF_CHECK_EQ(reboots(begin, flushes, ahcim_idle, RAW, 1, "ahcisata0"), REBOOT_FLUSHED +
	    REBOOT_NODMA);
}

/* A disk that was let go, as drvctl(8) does it, and is looked for again. */
ATF_TC_WITHOUT_HEAD(rescan_bus);
ATF_TC_BODY(rescan_bus, tc)
{

	start((struct ahcim_config){ .ac_port[1].ap_flags = AHCIM_NCQ, .ac_delay = 20000 });
	ATF_REQUIRE_EQ(rump_pub_dev_detach("wd0", 0), 0);
	ATF_CHECK(!has("wd0"));
	ATF_CHECK_EQ(rump_pub_dev_rescan("atabus1", "ata_hl", NULL), 0);
	rump_pub_dev_settle();
	ATF_REQUIRE(has("wd0"));
	exercise("/dev/wd0d", 512, 20);
	ATF_CHECK(DEV(ahcim_stats(dev)->as_together) > 1);
	/* One that is there stays. */
	ATF_CHECK_EQ(rump_pub_dev_rescan("atabus1", "ata_hl", NULL), 0);
	ATF_CHECK_EQ(rump_pub_dev_rescan("atabus0", "ata_hl", NULL), 0);
	rump_pub_dev_settle();
	ATF_CHECK(!has("wd1"));
	exercise(RAW, 512, 20);
	end();
}

static void
dump(struct ahcim_config ac)
{
	uint8_t buf[4096] = { 0 };

	start(ac);
	crash_dump("wd0", "/dev/wd0d", 512);
	/* One that was dumped to still has its queue. */
	if ((ac.ac_port[1].ap_flags & AHCIM_NCQ) != 0 && ac.ac_delay != 0)
		ATF_CHECK(DEV(ahcim_stats(dev)->as_together) > 1);
	DEV(ahcim_fault(dev, AHCIM_FAULT_ERROR, AHCIM_ANY, 1, 0, 0x4051));
	ATF_CHECK_EQ(rump_dumptest_run("wd0", 0, buf, sizeof(buf)), RUMP_EIO);
	DEV(ahcim_fault(dev, AHCIM_FAULT_NONE, 0, 0, 0, 0));
	exercise(RAW, 512, 20);
	end();
}

#define	DUMP(name, ...)								\
ATF_TC_WITHOUT_HEAD(dump_##name);						\
ATF_TC_BODY(dump_##name, tc)							\
{										\
	dump((struct ahcim_config){ __VA_ARGS__ });				\
}
DUMP(msi, .ac_flags = 0)
DUMP(late, .ac_delay = 100000)
DUMP(lba28, .ac_port[1].ap_flags = AHCIM_LBA28)
DUMP(queued, .ac_port[1].ap_flags = AHCIM_NCQ)
DUMP(queued_late, .ac_port[1].ap_flags = AHCIM_NCQ, .ac_delay = 100000)

/* It does not wait for ever for what never ends, nor lose it. */
static void
dump_hung(unsigned flags, unsigned nth)
{
	static uint8_t buf[64 << 10], other[256 << 10];
	int fd;

	start((struct ahcim_config){ .ac_port[1].ap_flags = flags });
	WORKS(fd = rump_sys_open("/dev/wd0d", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 3);
	pattern(other, sizeof(other), 4);
	DEV(ahcim_fault(dev, AHCIM_FAULT_NEVER, AHCIM_ANY, nth, 1, 0));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, other, sizeof(other), 512 << 10),
	    (ssize_t)sizeof(other));
	ATF_CHECK_EQ(rump_dumptest_run("wd0", 0, buf, sizeof(buf)), 0);
	ATF_CHECK(memcmp(medium + DUMPTEST_OFFSET * 512, buf, sizeof(buf)) == 0);
	WORKS(rump_sys_fsync(fd));
	ATF_CHECK(memcmp(medium + (512 << 10), other, sizeof(other)) == 0);
	WORKS(rump_sys_close(fd));
	end();
}

ATF_TC_WITHOUT_HEAD(dump_beside_hung);
ATF_TC_BODY(dump_beside_hung, tc)
{
	dump_hung(0, 1);
}

ATF_TC_WITHOUT_HEAD(dump_beside_hung_queue);
ATF_TC_BODY(dump_beside_hung_queue, tc)
{
	dump_hung(AHCIM_NCQ, 3);
}

/* The write cache is asked and told. */
ATF_TC_WITHOUT_HEAD(cache);
ATF_TC_BODY(cache, tc)
{
	int fd, bits = -1;

	start((struct ahcim_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	WORKS(rump_sys_ioctl(fd, 0x40046474, &bits));
	ATF_CHECK_EQ(bits & 0x2, 0x2);
	bits = 0;
	WORKS(rump_sys_ioctl(fd, 0x80046475, &bits));
	WORKS(rump_sys_ioctl(fd, 0x40046474, &bits));
	ATF_CHECK_EQ(bits & 0x2, 0);
	bits = 1;
	WORKS(rump_sys_ioctl(fd, 0x80046476, &bits));
	ATF_CHECK(DEV(ahcim_stats(dev)->as_flushes) > 0);
	WORKS(rump_sys_close(fd));
	end();
}

/* struct atareq of <sys/ataio.h>, and its request. */
struct atareq {
	unsigned long flags;
	uint8_t	 command, features, count, sector, head;
	uint16_t cylinder;
	void	*buf;
	unsigned long len;
	int	 timeout;
	uint8_t	 retsts, error;
};
#define	ATAIOCCOMMAND	0xc0285108
#define	R		1
#define	W		2
#define	REGS		4
#define	LBA		8

/* Commands of programs. */
ATF_TC_WITHOUT_HEAD(atareq);
ATF_TC_BODY(atareq, tc)
{
	static uint8_t buf[1024], back[1024];
	struct atareq r;
	int fd;

	ATF_REQUIRE_EQ(sizeof(r), 40);
	start((struct ahcim_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	r = (struct atareq){ .flags = R, .command = 0xec, .buf = buf, .len = 512, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(r.retsts, 0);
	ATF_CHECK(memcmp(buf + 54, "oMed lTA Aidks", 14) == 0);
	/* Of it the first words. */
	memset(back, 0xee, sizeof(back));
	r = (struct atareq){ .flags = R, .command = 0xec, .buf = back, .len = 100, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK(memcmp(back, buf, 100) == 0);
	ATF_CHECK_EQ(back[100], 0xee);
	r = (struct atareq){ .command = 0xe5, .timeout = 1000 };
	FAILS(RUMP_EBADF, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	WORKS(rump_sys_close(fd));

	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	r = (struct atareq){ .flags = REGS, .command = 0xe5, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(r.retsts, 0);
	ATF_CHECK_EQ(r.command, 0x50);
	ATF_CHECK_EQ(r.count, 0xff);
	/* Sectors 3 and 4 to the disk, and back. */
	pattern(buf, sizeof(buf), 7);
	r = (struct atareq){ .flags = W | LBA, .command = 0xca, .count = 2, .sector = 3, .buf = buf,
	    .len = 1024, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(r.retsts, 0);
	ATF_CHECK(memcmp(medium + 1536, buf, 1024) == 0);
	r = (struct atareq){ .flags = R | LBA, .command = 0xc8, .count = 2, .sector = 3, .buf = back,
	    .len = 1024, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK(memcmp(back, buf, 1024) == 0);

	/* What the disk forgets, refuses, and does by half. */
	DEV(ahcim_fault(dev, AHCIM_FAULT_NEVER, AHCIM_ANY, 1, 1, 0));
	r = (struct atareq){ .command = 0xe5, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(r.retsts, 1);
	r = (struct atareq){ .command = 0xfe, .timeout = 1000 };
	WORKS(rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(r.retsts, 2);
	ATF_CHECK_EQ(r.error, 0x04);
	r = (struct atareq){ .flags = R | LBA, .command = 0xc8, .count = 1, .buf = back, .len = 1024,
	    .timeout = 1000 };
	FAILS(RUMP_EIO, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));

	/* What is not tried. */
	r = (struct atareq){ .command = 0xe5 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	r = (struct atareq){ .flags = R, .command = 0xc8, .buf = buf, .len = 100, .timeout = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	r = (struct atareq){ .flags = R, .command = 0xc8, .buf = buf, .len = 1ul << 40, .timeout = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	r = (struct atareq){ .flags = R, .command = 0xc8, .buf = buf, .len = 255 * 512, .timeout = 1 };
	FAILS(RUMP_EIO, rump_sys_ioctl(fd, ATAIOCCOMMAND, &r));
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 1024, 1536), 1024);
	ATF_CHECK(memcmp(back, buf, 1024) == 0);
	WORKS(rump_sys_close(fd));
	end();
}

/* One fault during one read: the retry hides it, and the data are right. */
static void
fault(enum ahcim_fault what, uint32_t arg, unsigned times, int error)
{
	uint8_t buf[4096];
	int fd;

	start((struct ahcim_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	DEV(ahcim_fault(dev, what, AHCIM_ANY, 1, times, arg));
	memset(buf, 0xee, sizeof(buf));
	if (error != 0) {
		FAILS(error, rump_sys_pread(fd, buf, sizeof(buf), 8192));
		DEV(ahcim_fault(dev, AHCIM_FAULT_NONE, 0, 0, 0, 0));
	} else {
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), 4096);
		ATF_CHECK(memcmp(buf, medium + 8192, 4096) == 0);
	}
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 16384), 4096);
	ATF_CHECK(memcmp(buf, medium + 16384, 4096) == 0);
	WORKS(rump_sys_close(fd));
	exercise(RAW, 512, 6);
	end();
}

#define	FAULT(name, ...)							\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	fault(__VA_ARGS__);							\
}
FAULT(fault_error, AHCIM_FAULT_ERROR, 0x4051, 1, 0)
FAULT(fault_error_always, AHCIM_FAULT_ERROR, 0x4051, 0, RUMP_EIO)
FAULT(fault_abort, AHCIM_FAULT_ERROR, 0x0451, 1, RUMP_EIO)
FAULT(fault_device, AHCIM_FAULT_ERROR, 0x0071, 1, 0)
FAULT(fault_never, AHCIM_FAULT_NEVER, 0, 1, 0)
FAULT(fault_never_always, AHCIM_FAULT_NEVER, 0, 0, RUMP_EIO)
FAULT(fault_no_interrupt, AHCIM_FAULT_NOINTR, 0, 1, 0)
FAULT(fault_short, AHCIM_FAULT_SHORT, 0, 1, 0)
FAULT(fault_short_always, AHCIM_FAULT_SHORT, 0, 0, RUMP_EIO)
FAULT(fault_count, AHCIM_FAULT_COUNT, 4096, 1, 0)
FAULT(fault_count_wraps, AHCIM_FAULT_COUNT, 0xffffffff, 0, RUMP_EIO)
FAULT(fault_busy, AHCIM_FAULT_BUSY, 0, 1, 0)
FAULT(fault_interface, AHCIM_FAULT_INTERFACE, 0, 1, 0)
FAULT(fault_bus, AHCIM_FAULT_BUS, 0, 1, 0)

/*
 * Many writes at once, of which some go wrong: all of them are done in the end,
 * unless the drive says that one can't be.
 */
static void
queued_fault(enum ahcim_fault what, uint32_t arg, unsigned command, unsigned nth, unsigned times,
    int done)
{
	static uint8_t buf[256 << 10];
	int fd;

	start((struct ahcim_config){ .ac_port[1].ap_flags = AHCIM_NCQ, .ac_delay = 20000 });
	WORKS(fd = rump_sys_open("/dev/wd0d", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 5);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 65536), (ssize_t)sizeof(buf));
	DEV(ahcim_fault(dev, what, command, nth, times, arg));
	(void)rump_sys_fsync(fd);
	ATF_CHECK_EQ(memcmp(medium + 65536, buf, sizeof(buf)) == 0, done);
	ATF_CHECK(DEV(ahcim_stats(dev)->as_queued) > 0);
	ATF_CHECK(DEV(ahcim_stats(dev)->as_together) > 1);
	DEV(ahcim_fault(dev, AHCIM_FAULT_NONE, 0, 0, 0, 0));
	(void)rump_sys_close(fd);
	exercise(RAW, 512, 6);
	end();
}

#define	QUEUED_FAULT(name, ...)							\
ATF_TC_WITHOUT_HEAD(queued_##name);						\
ATF_TC_BODY(queued_##name, tc)							\
{										\
	queued_fault(__VA_ARGS__);						\
}
QUEUED_FAULT(none, AHCIM_FAULT_NONE, 0, AHCIM_ANY, 1, 1, 1)
QUEUED_FAULT(error, AHCIM_FAULT_ERROR, 0x4051, 0x61, 3, 1, 1)
QUEUED_FAULT(errors, AHCIM_FAULT_ERROR, 0x4051, 0x61, 2, 3, 1)
QUEUED_FAULT(abort, AHCIM_FAULT_ERROR, 0x0451, 0x61, 3, 1, 0)
QUEUED_FAULT(no_log, AHCIM_FAULT_ERROR, 0x4051, AHCIM_ANY, 3, 2, 1)
QUEUED_FAULT(never, AHCIM_FAULT_NEVER, 0, 0x61, 3, 1, 1)
QUEUED_FAULT(no_interrupt, AHCIM_FAULT_NOINTR, 0, 0x61, 1, 40, 1)
QUEUED_FAULT(busy, AHCIM_FAULT_BUSY, 0, 0x61, 3, 1, 1)
QUEUED_FAULT(bus, AHCIM_FAULT_BUS, 0, 0x61, 3, 1, 1)

/*
 * After four DMA errors in 4,000 transfers a drive has its commands one by
 * one; rarer ones cost it nothing.
 */
static void
dma_errors(unsigned between, int queued)
{
	static uint8_t buf[512];
	uint64_t n;
	unsigned i, j;
	int fd;

	start((struct ahcim_config){ .ac_port[1].ap_flags = AHCIM_NCQ });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	for (i = 0; i < 4; i++) {
		for (j = 0; j < between; j++)
			ATF_REQUIRE_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
		rumpuser_fault_set(RUMPUSER_FAULT_DMAMAP, 1, 0, RUMP_EIO);
		ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 65536), 512);
	}
	n = DEV(ahcim_stats(dev)->as_queued);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 65536), 512);
	ATF_CHECK_EQ(DEV(ahcim_stats(dev)->as_queued) > n, queued);
	WORKS(rump_sys_close(fd));
	end();
}

ATF_TC_WITHOUT_HEAD(queued_dma_errors);
ATF_TC_BODY(queued_dma_errors, tc)
{

	dma_errors(0, 0);
}

ATF_TC_WITHOUT_HEAD(queued_rare_dma_errors);
ATF_TC_BODY(queued_rare_dma_errors, tc)
{

	dma_errors(1500, 1);
}

/* A queued write that the drive forgets is late though others come and go. */
ATF_TC_WITHOUT_HEAD(queued_lost);
ATF_TC_BODY(queued_lost, tc)
{
	struct timespec ts = { 3, 0 };
	static uint8_t buf[8192];
	int fd, i, rawfd;

	start((struct ahcim_config){ .ac_port[1].ap_flags = AHCIM_NCQ });
	WORKS(rawfd = rump_sys_open(RAW, RUMP_O_RDONLY));
	WORKS(fd = rump_sys_open("/dev/wd0d", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 6);
	DEV(ahcim_fault(dev, AHCIM_FAULT_LOST, 0x61, 1, 1, 0));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 65536), (ssize_t)sizeof(buf));
	for (i = 0; i < 8; i++) {
		ATF_CHECK_EQ(rump_sys_pread(rawfd, buf, 512, 0), 512);
		(void)rump_sys_nanosleep(&ts, NULL);
	}
	pattern(buf, sizeof(buf), 6);
	ATF_CHECK(memcmp(medium + 65536, buf, sizeof(buf)) == 0);
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_close(rawfd));
	end();
}

/* A port that does not stop is given up; the rest goes on. */
ATF_TC_WITHOUT_HEAD(fault_stuck);
ATF_TC_BODY(fault_stuck, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct ahcim_config){ .ac_port[3] = { .ap_kind = AHCIM_DISK, .ap_size = 65536 } });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	DEV(ahcim_fault(dev, AHCIM_FAULT_STUCK, AHCIM_ANY, 1, 1, 0));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	(void)rump_sys_close(fd);
	WORKS(fd = rump_sys_open("/dev/rwd1d", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	WORKS(rump_sys_close(fd));
	end();
}

/* The drive is pulled out, and put in again. */
ATF_TC_WITHOUT_HEAD(hotplug);
ATF_TC_BODY(hotplug, tc)
{
	struct timespec ts = { 2, 0 };
	uint8_t buf[512];
	int fd;

	start((struct ahcim_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	DEV(ahcim_link(dev, 1, 0));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(!has("wd0"));
	(void)rump_sys_close(fd);
	DEV(ahcim_link(dev, 1, 1));
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(has("wd0"));
	exercise(RAW, 512, 6);
	end();
}

/* The drive that is put in is another one, which knows of no queued commands. */
ATF_TC_WITHOUT_HEAD(hotplug_other);
ATF_TC_BODY(hotplug_other, tc)
{
	struct timespec ts = { 2, 0 };

	start((struct ahcim_config){ .ac_port[1].ap_flags = AHCIM_NCQ,
	    .ac_port[3] = { .ap_kind = AHCIM_DISK, .ap_size = 65536, .ap_flags = AHCIM_NCQ } });
	exercise(RAW, 512, 6);
	DEV(ahcim_link(dev, 1, 0));
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(!has("wd0"));
	DEV(ahcim_drive(dev, 1, 0));
	DEV(ahcim_link(dev, 1, 1));
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(has("wd0"));
	exercise(RAW, 512, 6);
	end();
}

/* Each command at which the drive may be pulled out, or say no more. */
static void
walk(enum ahcim_fault what)
{
	uint8_t buf[8192];
	unsigned n;
	int fd;

	medium = calloc(1, SIZE);
	boot();
	for (n = 1; n < 30; n++) {
		struct ahcim_config ac = {
			.ac_port[1] = { .ap_kind = AHCIM_DISK, .ap_ops = &medium_ops, .ap_size = SIZE },
			.ac_nports = 2, .ac_delay = n & 1 ? 50000 : 0,
		};

		dev = DEV(ahcim_create(bus, &ac));
		ATF_REQUIRE(dev != NULL);
		DEV(ahcim_fault(dev, what, AHCIM_ANY, n, 1, 0));
		ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
		rescan();
		fd = rump_sys_open(RAW, RUMP_O_RDWR);
		if (fd != -1) {
			(void)rump_sys_pread(fd, buf, sizeof(buf), 0);
			(void)rump_sys_pwrite(fd, buf, sizeof(buf), 65536);
			(void)rump_sys_pread(fd, buf, 512, 512);
			(void)rump_sys_close(fd);
		}
		if (has("ahcisata0"))
			ATF_CHECK_EQ(rump_pub_dev_detach("ahcisata0", 0), 0);
		ATF_CHECK(!has("ahcisata0"));
		ATF_CHECK(!has("wd0"));
		ATF_REQUIRE_MSG(!leaks(), "pulled out at command %u", n);
		DEV(pcim_dev_destroy(dev));
	}
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
}

#define	WALK(name, what)							\
ATF_TC(name);									\
ATF_TC_HEAD(name, tc)								\
{										\
	atf_tc_set_md_var(tc, "timeout", "120");				\
}										\
ATF_TC_BODY(name, tc)								\
{										\
	walk(what);								\
}
WALK(link_walk, AHCIM_FAULT_LINK)
WALK(never_walk, AHCIM_FAULT_NEVER)

/* A CD: read through the middle layer. */
ATF_TC_WITHOUT_HEAD(atapi_cd);
ATF_TC_BODY(atapi_cd, tc)
{
	struct scsim_config sm = {
		.sm_type = SCSIM_CDROM, .sm_flags = SCSIM_ATAPI | SCSIM_REMOVABLE,
		.sm_nblocks = 64,
	};
	static uint8_t buf[4096], want[4096];
	int fd;

	target = scsim_create();
	ATF_REQUIRE_EQ(scsim_add(target, 0, &sm), 0);
	pattern(want, sizeof(want), 3);
	ATF_REQUIRE_EQ(scsim_poke(scsim_lun(target, 0), 8192, want, sizeof(want)), 0);
	start((struct ahcim_config){ .ac_port[0] = { .ap_kind = AHCIM_ATAPI,
	    .ap_target = target } });
	rump_pub_dev_settle();
	ATF_CHECK(has("atapibus0"));
	ATF_REQUIRE(has("cd0"));
	WORKS(fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), 4096);
	ATF_CHECK(memcmp(buf, want, sizeof(want)) == 0);
	WORKS(rump_sys_close(fd));
	ATF_CHECK(DEV(ahcim_stats(dev)->as_packets) > 0);
	exercise(RAW, 512, 4);
	end();
}

/*
 * A disk that did not attach does not keep the one beside it asleep, and one
 * whose adapter can't be woken up fails what waits for it.
 */
ATF_TC_WITHOUT_HEAD(resume_without);
ATF_TC_BODY(resume_without, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct ahcim_config){ .ac_port[3] = { .ap_kind = AHCIM_DISK } });
	ATF_CHECK(has("wd1"));
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/rwd1d", RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_pub_dev_suspend("ahcisata0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume("ahcisata0", 1), 0);
	exercise(RAW, 512, 4);
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_pub_dev_suspend("ahcisata0"), 0);
	/* Capabilities: there are none any more. */
	DEV(pcim_conf_set(dev, 0x34, 1, 0));
	ATF_CHECK_EQ(rump_pub_dev_resume("ahcisata0", 1), 0);
	FAILS(RUMP_ENXIO, rump_sys_pread(fd, buf, sizeof(buf), 0));
	(void)rump_sys_close(fd);
	DEV(pcim_unplug(dev));
	end();
}

/* Down and up again. */
ATF_TC_WITHOUT_HEAD(suspend_resume);
ATF_TC_BODY(suspend_resume, tc)
{
	uint8_t buf[512] = { 0 };
	uint64_t before;
	int fd;

	start((struct ahcim_config){ 0 });
	exercise(RAW, 512, 4);
	ATF_CHECK_EQ(rump_pub_dev_suspend("ahcisata0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume("ahcisata0", 1), 0);
	exercise(RAW, 512, 4);
	/* The cache of one that is open goes to the disk, which stops. */
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 512, 0), 512);
	before = DEV(ahcim_stats(dev)->as_flushes);
	ATF_CHECK_EQ(rump_pub_dev_suspend("ahcisata0"), 0);
	ATF_CHECK_EQ(DEV(ahcim_stats(dev)->as_flushes), before + 1);
	ATF_CHECK_EQ(DEV(ahcim_stats(dev)->as_standbys), 2);
	ATF_CHECK_EQ(rump_pub_dev_resume("ahcisata0", 1), 0);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 512, 0), 512);
	WORKS(rump_sys_close(fd));
	end();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, msi);
	ATF_TP_ADD_TC(tp, intx);
	ATF_TP_ADD_TC(tp, intx_late);
	ATF_TP_ADD_TC(tp, late);
	ATF_TP_ADD_TC(tp, slow_start);
	ATF_TP_ADD_TC(tp, low_memory);
	ATF_TP_ADD_TC(tp, lba28);
	ATF_TP_ADD_TC(tp, no_cache);
	ATF_TP_ADD_TC(tp, two_ports);
	ATF_TP_ADD_TC(tp, two_disks);
	ATF_TP_ADD_TC(tp, reboot);
	ATF_TP_ADD_TC(tp, rescan_bus);
	ATF_TP_ADD_TC(tp, dump_msi);
	ATF_TP_ADD_TC(tp, dump_late);
	ATF_TP_ADD_TC(tp, dump_lba28);
	ATF_TP_ADD_TC(tp, dump_queued);
	ATF_TP_ADD_TC(tp, dump_queued_late);
	ATF_TP_ADD_TC(tp, dump_beside_hung);
	ATF_TP_ADD_TC(tp, dump_beside_hung_queue);
	ATF_TP_ADD_TC(tp, cache);
	ATF_TP_ADD_TC(tp, atareq);
	ATF_TP_ADD_TC(tp, queued);
	ATF_TP_ADD_TC(tp, queued_late);
	ATF_TP_ADD_TC(tp, queued_reverse);
	ATF_TP_ADD_TC(tp, queued_intx);
	ATF_TP_ADD_TC(tp, queued_none);
	ATF_TP_ADD_TC(tp, queued_error);
	ATF_TP_ADD_TC(tp, queued_errors);
	ATF_TP_ADD_TC(tp, queued_abort);
	ATF_TP_ADD_TC(tp, queued_no_log);
	ATF_TP_ADD_TC(tp, queued_never);
	ATF_TP_ADD_TC(tp, queued_no_interrupt);
	ATF_TP_ADD_TC(tp, queued_dma_errors);
	ATF_TP_ADD_TC(tp, queued_rare_dma_errors);
	ATF_TP_ADD_TC(tp, queued_lost);
	ATF_TP_ADD_TC(tp, queued_busy);
	ATF_TP_ADD_TC(tp, queued_bus);
	ATF_TP_ADD_TC(tp, fault_error);
	ATF_TP_ADD_TC(tp, fault_error_always);
	ATF_TP_ADD_TC(tp, fault_abort);
	ATF_TP_ADD_TC(tp, fault_device);
	ATF_TP_ADD_TC(tp, fault_never);
	ATF_TP_ADD_TC(tp, fault_never_always);
	ATF_TP_ADD_TC(tp, fault_no_interrupt);
	ATF_TP_ADD_TC(tp, fault_short);
	ATF_TP_ADD_TC(tp, fault_short_always);
	ATF_TP_ADD_TC(tp, fault_count);
	ATF_TP_ADD_TC(tp, fault_count_wraps);
	ATF_TP_ADD_TC(tp, fault_busy);
	ATF_TP_ADD_TC(tp, fault_interface);
	ATF_TP_ADD_TC(tp, fault_bus);
	ATF_TP_ADD_TC(tp, fault_stuck);
	ATF_TP_ADD_TC(tp, hotplug);
	ATF_TP_ADD_TC(tp, hotplug_other);
	ATF_TP_ADD_TC(tp, link_walk);
	ATF_TP_ADD_TC(tp, never_walk);
	ATF_TP_ADD_TC(tp, atapi_cd);
	ATF_TP_ADD_TC(tp, suspend_resume);
	ATF_TP_ADD_TC(tp, resume_without);
	return atf_no_error();
}
