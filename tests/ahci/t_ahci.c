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
	dev = ahcim_create(bus, &ac);
	ATF_REQUIRE_EQ(pcim_plug(dev, NULL, 3, 0), 0);
	rescan();
	ATF_REQUIRE(has("wd0"));
	ATF_REQUIRE_EQ(rump_pub_dev_detach("ahcisata0", 0), 0);
	ATF_REQUIRE(ahcim_idle(dev));
	pcim_dev_destroy(dev);
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
	dev = ahcim_create(bus, &ac);
	ATF_REQUIRE(dev != NULL);
	ATF_REQUIRE_EQ(pcim_plug(dev, NULL, 3, 0), 0);
	rescan();
}

/* The end: the driver is gone, nothing of it is left, the ports are off. */
static void
end(void)
{
	int plugged = pcim_plugged(dev);

	if (has("ahcisata0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("ahcisata0",
		    plugged ? 0 : RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!has("ahcisata0"));
	ATF_CHECK(!has("wd0"));
	if (plugged)
		ATF_CHECK(ahcim_idle(dev));
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
	ATF_CHECK_EQ(ahcim_stats(dev)->as_flushes > 0, cache);
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
	ATF_CHECK(ahcim_stats(dev)->as_flushes > 0);
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
	ahcim_fault(dev, what, AHCIM_ANY, 1, times, arg);
	memset(buf, 0xee, sizeof(buf));
	if (error != 0) {
		FAILS(error, rump_sys_pread(fd, buf, sizeof(buf), 8192));
		ahcim_fault(dev, AHCIM_FAULT_NONE, 0, 0, 0, 0);
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

/* A port that does not stop is given up; the rest goes on. */
ATF_TC_WITHOUT_HEAD(fault_stuck);
ATF_TC_BODY(fault_stuck, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct ahcim_config){ .ac_port[3] = { .ap_kind = AHCIM_DISK, .ap_size = 65536 } });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	ahcim_fault(dev, AHCIM_FAULT_STUCK, AHCIM_ANY, 1, 1, 0);
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
	ahcim_link(dev, 1, 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(!has("wd0"));
	(void)rump_sys_close(fd);
	ahcim_link(dev, 1, 1);
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK(has("wd0"));
	exercise(RAW, 512, 6);
	end();
}

/* Each command at which the adapter or the drive may be pulled out. */
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

		dev = ahcim_create(bus, &ac);
		ATF_REQUIRE(dev != NULL);
		ahcim_fault(dev, what, AHCIM_ANY, n, 1, 0);
		ATF_REQUIRE_EQ(pcim_plug(dev, NULL, 3, 0), 0);
		rescan();
		fd = rump_sys_open(RAW, RUMP_O_RDWR);
		if (fd != -1) {
			(void)rump_sys_pread(fd, buf, sizeof(buf), 0);
			(void)rump_sys_pwrite(fd, buf, sizeof(buf), 65536);
			(void)rump_sys_pread(fd, buf, 512, 512);
			(void)rump_sys_close(fd);
		}
		if (has("ahcisata0"))
			ATF_CHECK_EQ(rump_pub_dev_detach("ahcisata0",
			    pcim_plugged(dev) ? 0 : RUMP_DETACH_FORCE), 0);
		ATF_CHECK(!has("ahcisata0"));
		ATF_CHECK(!has("wd0"));
		ATF_REQUIRE_MSG(!leaks(), "pulled out at command %u", n);
		pcim_dev_destroy(dev);
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
WALK(unplug_walk, AHCIM_FAULT_UNPLUG)
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
	ATF_CHECK(ahcim_stats(dev)->as_packets > 0);
	exercise(RAW, 512, 4);
	end();
}

/* Down and up again. */
ATF_TC_WITHOUT_HEAD(suspend_resume);
ATF_TC_BODY(suspend_resume, tc)
{

	start((struct ahcim_config){ 0 });
	exercise(RAW, 512, 4);
	ATF_CHECK_EQ(rump_pub_dev_suspend("ahcisata0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume("ahcisata0", 1), 0);
	exercise(RAW, 512, 4);
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
	ATF_TP_ADD_TC(tp, cache);
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
	ATF_TP_ADD_TC(tp, unplug_walk);
	ATF_TP_ADD_TC(tp, link_walk);
	ATF_TP_ADD_TC(tp, never_walk);
	ATF_TP_ADD_TC(tp, atapi_cd);
	ATF_TP_ADD_TC(tp, suspend_resume);
	return atf_no_error();
}
