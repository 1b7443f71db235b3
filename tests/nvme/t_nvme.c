/* SPDX-License-Identifier: BSD-2-Clause */

/* nvme(4) and its disks against the model of a controller. */

#include "disktest.h"
#include "model/nvme.h"

#define	RAW	"/dev/rld0d"

/* A kernel that has seen a controller come and go. */
static void
boot(void)
{
	struct nvmem_config nc = { .nc_ns[0] = { .nn_size = 65536 } };

	bus = pcim_bus_create();
	ATF_REQUIRE(bus != NULL);
	rumpuser_dev_attach(&pcim_backend, bus);
	ATF_REQUIRE_EQ(rump_init(), 0);
	dev = DEV(nvmem_create(bus, &nc));
	ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
	rescan();
	ATF_REQUIRE(has("ld0"));
	ATF_REQUIRE_EQ(rump_pub_dev_detach("nvme0", 0), 0);
	ATF_REQUIRE(DEV(nvmem_idle(dev)));
	DEV(pcim_dev_destroy(dev));
	(void)rump_pub_audit(note, NULL);
}

/* A kernel and, found by it, a controller whose first namespace is the medium. */
static void
start(struct nvmem_config nc)
{

	if (medium == NULL) {
		medium = malloc(SIZE);
		pattern(medium, SIZE, 1);
	}
	nc.nc_ns[0].nn_ops = &medium_ops;
	nc.nc_ns[0].nn_size = SIZE;
	boot();
	dev = DEV(nvmem_create(bus, &nc));
	ATF_REQUIRE(dev != NULL);
	ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
	rescan();
}

/* The end: the driver is gone, nothing of it is left, the controller is off. */
static void
end(void)
{
	int plugged = DEV(pcim_plugged(dev));

	if (has("nvme0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("nvme0", plugged ? 0 : RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!has("nvme0"));
	ATF_CHECK(!has("ld0"));
	if (plugged)
		ATF_CHECK(DEV(nvmem_idle(dev)));
	ATF_CHECK(!leaks());
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
}

static void
disk(struct nvmem_config nc)
{
	unsigned sector = nc.nc_ns[0].nn_lbads != 0 ? 1u << nc.nc_ns[0].nn_lbads : 512;

	start(nc);
	ATF_REQUIRE(has("ld0"));
	exercise(RAW, sector, 60);
	exercise("/dev/ld0d", sector, 40);
	if ((nc.nc_flags & NVMEM_NOVWC) == 0)
		ATF_CHECK(DEV(nvmem_stats(dev)->ns_flushes) > 0);
	end();
}

#define	DISK(name, ...)								\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	disk((struct nvmem_config){ __VA_ARGS__ });				\
}
DISK(msix, .nc_flags = 0)
DISK(msix_one_vector, .nc_nvec = 1)
DISK(msi, .nc_flags = NVMEM_NOMSIX)
DISK(intx, .nc_flags = NVMEM_NOMSIX | NVMEM_NOMSI)
DISK(intx_late, .nc_flags = NVMEM_NOMSIX | NVMEM_NOMSI, .nc_delay = 100000)
DISK(late, .nc_delay = 100000)
DISK(reverse, .nc_delay = 100000, .nc_flags = NVMEM_REVERSE)
DISK(queue_of_2, .nc_mqes = 2)
DISK(queue_of_3, .nc_mqes = 3, .nc_delay = 1000)
DISK(one_queue, .nc_nioq = 1)
DISK(stride, .nc_dstrd = 4)
DISK(two_pages, .nc_mdts = 1)
DISK(sectors_4k, .nc_ns[0].nn_lbads = 12)
DISK(slow_start, .nc_ready = 700000000)
DISK(no_cache, .nc_flags = NVMEM_NOVWC)

/* Namespaces 1 and 3, of different sectors. */
ATF_TC_WITHOUT_HEAD(namespaces);
ATF_TC_BODY(namespaces, tc)
{
	static uint8_t buf[8192], back[8192];
	int fd;

	start((struct nvmem_config){ .nc_ns[2] = { .nn_size = 65536, .nn_lbads = 12 } });
	ATF_CHECK(has("ld0"));
	ATF_CHECK(has("ld1"));
	ATF_CHECK(!has("ld2"));
	WORKS(fd = rump_sys_open("/dev/rld1d", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 9);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 8192, 4096), 8192);
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 8192, 4096), 8192);
	ATF_CHECK(memcmp(buf, back, 8192) == 0);
	FAILS(RUMP_EINVAL, rump_sys_pwrite(fd, buf, 512, 0));
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 8192, 61440), 4096);
	WORKS(rump_sys_close(fd));
	exercise(RAW, 512, 10);

	/* One goes and comes back by itself. */
	ATF_CHECK_EQ(rump_pub_dev_detach("ld1", 0), 0);
	ATF_CHECK(!has("ld1"));
	ATF_CHECK_EQ(rump_pub_dev_rescan("nvme0", "nvme", NULL), 0);
	ATF_CHECK(has("ld1"));
	end();
}

static void
begin(void)
{

	start((struct nvmem_config){ 0 });
}

static uint64_t
flushes(void)
{

	return nvmem_stats(dev)->ns_flushes;
}

/* reboot(2) flushes each disk, and ends all DMA. */
ATF_TC_WITHOUT_HEAD(reboot);
ATF_TC_BODY(reboot, tc)
{

	ATF_CHECK_EQ(reboots(begin, flushes, nvmem_idle, RAW, 1, NULL), REBOOT_FLUSHED + REBOOT_NODMA);
	ATF_CHECK_EQ(reboots(begin, flushes, nvmem_idle, RAW, 0, NULL), REBOOT_FLUSHED + REBOOT_NODMA);
	ATF_CHECK_EQ(reboots(begin, flushes, nvmem_idle, RAW, 1, "nvme0"), REBOOT_FLUSHED + REBOOT_LEFT);
}

/* A part of a disk as a disk, raw: it ends where it ends. */
ATF_TC_WITHOUT_HEAD(wedge);
ATF_TC_BODY(wedge, tc)
{
	static uint8_t buf[32768], back[32768];
	struct {
		char		dkw_devname[16];
		uint8_t		dkw_wname[128];
		char		dkw_parent[16];
		int64_t		dkw_offset;
		uint64_t	dkw_size;
		char		dkw_ptype[32];
	} dkw = { .dkw_wname = "part", .dkw_offset = 64, .dkw_size = 64, .dkw_ptype = "msdos" };
	const size_t at = 64 * 512;
	size_t i, kept = 0;
	int disk, fd;

	ATF_REQUIRE_EQ(sizeof(dkw), 0xd0);
	start((struct nvmem_config){ 0 });
	WORKS(disk = rump_sys_open(RAW, RUMP_O_RDWR));
	WORKS(rump_sys_ioctl(disk, 0xc0d06479, &dkw));
	ATF_REQUIRE_STREQ(dkw.dkw_devname, "dk0");
	WORKS(fd = rump_sys_open("/dev/rdk0", RUMP_O_RDWR));
	pattern(buf, sizeof(buf), 3);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 32768, 0), 32768);
	ATF_CHECK(memcmp(medium + at, buf, 32768) == 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 32768, 512), 32768 - 512);
	ATF_CHECK(memcmp(back, buf + 512, 32768 - 512) == 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, back, 512, 32768), 0);
	FAILS(RUMP_EINVAL, rump_sys_pwrite(fd, buf, 100, 0));
	memcpy(back, medium + at + 32768, 4096);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, 4096, 32768 - 512), 512);
	ATF_CHECK(memcmp(medium + at + 32768, back, 4096) == 0);

	WORKS(rump_sys_fdiscard(fd, 4096, 8192));
	for (i = 0; i < 8192; i++)
		kept += medium[at + 4096 + i] != 0;
	ATF_CHECK_EQ(kept, 0);
	ATF_CHECK(memcmp(medium + at, buf, 4096) == 0);
	ATF_CHECK(memcmp(medium + at + 12288, buf + 12288, 32768 - 12288 - 512) == 0);
	FAILS(RUMP_EINVAL, rump_sys_fdiscard(fd, 32768 - 4096, 8192));
	WORKS(rump_sys_close(fd));
	WORKS(rump_sys_ioctl(disk, 0x80d0647b, &dkw));
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/rdk0", RUMP_O_RDWR));
	WORKS(rump_sys_close(disk));
	end();
}

static void
dump(struct nvmem_config nc)
{
	unsigned sector = nc.nc_ns[0].nn_lbads != 0 ? 1u << nc.nc_ns[0].nn_lbads : 512;
	uint8_t buf[4096] = { 0 };

	start(nc);
	crash_dump("ld0", "/dev/ld0d", sector);
	DEV(nvmem_fault(dev, NVMEM_FAULT_STATUS, 0x01, 1, 1, 0x281));
	ATF_CHECK_EQ(rump_dumptest_run("ld0", 0, buf, sizeof(buf)), RUMP_EIO);
	exercise(RAW, sector, 20);
	end();
}

#define	DUMP(name, ...)								\
ATF_TC_WITHOUT_HEAD(dump_##name);						\
ATF_TC_BODY(dump_##name, tc)							\
{										\
	dump((struct nvmem_config){ __VA_ARGS__ });				\
}
DUMP(msix, .nc_flags = 0)
DUMP(intx_late, .nc_flags = NVMEM_NOMSIX | NVMEM_NOMSI, .nc_delay = 100000)
DUMP(late, .nc_delay = 100000)
DUMP(reverse, .nc_delay = 100000, .nc_flags = NVMEM_REVERSE)
DUMP(queue_of_2, .nc_mqes = 2)
DUMP(two_pages, .nc_mdts = 1)
DUMP(sectors_4k, .nc_ns[0].nn_lbads = 12)

/* The write cache is asked and told. */
ATF_TC_WITHOUT_HEAD(cache);
ATF_TC_BODY(cache, tc)
{
	int fd, bits = -1;

	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	WORKS(rump_sys_ioctl(fd, 0x40046474, &bits));
	ATF_CHECK_EQ(bits & 0x2, 0x2);
	bits = 0;
	WORKS(rump_sys_ioctl(fd, 0x80046475, &bits));
	WORKS(rump_sys_ioctl(fd, 0x40046474, &bits));
	ATF_CHECK_EQ(bits & 0x2, 0);
	bits = 1;
	WORKS(rump_sys_ioctl(fd, 0x80046476, &bits));
	ATF_CHECK(DEV(nvmem_stats(dev)->ns_flushes) > 0);
	WORKS(rump_sys_close(fd));
	end();
}

/* What is discarded reads as zeroes here; all around it stays. */
ATF_TC_WITHOUT_HEAD(discard);
ATF_TC_BODY(discard, tc)
{
	static uint8_t buf[8192];
	int fd, i;

	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	memset(buf, 0xaa, sizeof(buf));
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 8192), (ssize_t)sizeof(buf));
	WORKS(rump_sys_fdiscard(fd, 8192 + 512, 2048));
	ATF_CHECK_EQ(DEV(nvmem_stats(dev)->ns_deallocates), 1);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), (ssize_t)sizeof(buf));
	for (i = 0; i < 8192; i++)
		ATF_REQUIRE_EQ(buf[i], i >= 512 && i < 512 + 2048 ? 0 : 0xaa);
	FAILS(RUMP_EINVAL, rump_sys_fdiscard(fd, 100, 512));
	DEV(nvmem_fault(dev, NVMEM_FAULT_STATUS, 0x09, 1, 1, 0x281));
	FAILS(RUMP_EIO, rump_sys_fdiscard(fd, 0, 512));
	DEV(nvmem_fault(dev, NVMEM_FAULT_NEVER, 0x09, 1, 1, 0));
	FAILS(RUMP_EIO, rump_sys_fdiscard(fd, 0, 512));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), 512);
	WORKS(rump_sys_close(fd));
	end();
}

ATF_TC_WITHOUT_HEAD(no_discard);
ATF_TC_BODY(no_discard, tc)
{
	int fd;

	start((struct nvmem_config){ .nc_flags = NVMEM_NODSM });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	FAILS(RUMP_ENODEV, rump_sys_fdiscard(fd, 8192, 2048));
	ATF_CHECK_EQ(DEV(nvmem_stats(dev)->ns_deallocates), 0);
	WORKS(rump_sys_close(fd));
	end();
}

/* A moment for what happens by itself. */
static void
moment(void)
{
	struct timespec ts = { 1, 0 };

	(void)rump_sys_nanosleep(&ts, NULL);
}

/* Events are heard, one after the other, until there are too many. */
ATF_TC_WITHOUT_HEAD(events);
ATF_TC_BODY(events, tc)
{
	uint64_t admin;
	int i, heard;

	start((struct nvmem_config){ 0 });
	admin = DEV(nvmem_stats(dev)->ns_admin);
	ATF_CHECK(DEV(nvmem_event(dev, 1, 1, 2)));
	/* Not told again before the page has been read. */
	ATF_CHECK(!DEV(nvmem_event(dev, 1, 1, 2)));
	moment();
	ATF_CHECK_EQ(DEV(nvmem_stats(dev)->ns_admin), admin + 2);
	ATF_CHECK(DEV(nvmem_event(dev, 1, 1, 2)));
	exercise(RAW, 512, 4);
	/* Of a page that is none. */
	ATF_CHECK(DEV(nvmem_event(dev, 2, 0, 0x77)));
	moment();
	for (i = heard = 0; i < 60; i++) {
		heard += DEV(nvmem_event(dev, 0, i, 1));
		moment();
	}
	ATF_CHECK_EQ(heard, 29);
	exercise(RAW, 512, 4);
	end();
}

/* The controller that comes out of a reset, or of sleep, is listened to as before. */
ATF_TC_WITHOUT_HEAD(events_again);
ATF_TC_BODY(events_again, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct nvmem_config){ .nc_delay = 100000 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	DEV(nvmem_fault(dev, NVMEM_FAULT_FATAL, 0x02, 1, 1, 0));
	FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), 0));
	moment();
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	WORKS(rump_sys_close(fd));
	ATF_CHECK(DEV(nvmem_event(dev, 0, 0, 1)));
	/* It sleeps while the page is read. */
	ATF_CHECK_EQ(rump_pub_dev_suspend("nvme0"), 0);
	ATF_CHECK(!DEV(nvmem_event(dev, 0, 0, 1)));
	ATF_CHECK_EQ(rump_pub_dev_resume("nvme0", 1), 0);
	moment();
	ATF_CHECK(DEV(nvmem_event(dev, 0, 0, 1)));
	end();
}

/* struct nvme_pt_command */
struct pt {
	uint8_t	 op, flags;
	uint16_t cid;
	uint32_t nsid;
	uint8_t	 pad[32];
	uint32_t cdw[6];
	uint32_t result, rsvd;
	uint16_t sqhd, sqid, ccid, status;
	void	*buf;
	uint32_t len, is_read, timeout;
};
#define	PASSTHROUGH	0xc0686e00

ATF_TC_WITHOUT_HEAD(passthrough);
ATF_TC_BODY(passthrough, tc)
{
	static uint8_t page[4096];
	static const uint8_t refused[] = { 0x00, 0x01, 0x04, 0x05, 0x0c, 0x7c };
	struct pt pt;
	int fd;

	ATF_REQUIRE_EQ(sizeof(pt), 104);
	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open("/dev/nvme0", RUMP_O_RDWR));
	FAILS(RUMP_EBUSY, rump_sys_open("/dev/nvme0", RUMP_O_RDWR));
	pt = (struct pt){ .op = 0x06, .cdw[0] = 1, .buf = page, .len = 4096, .is_read = 1 };
	WORKS(rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	ATF_CHECK_EQ(pt.status, 0);
	ATF_CHECK(memcmp(page + 24, "Model NVMe disk", 15) == 0);

	/* A page in and room for half of it. */
	pt = (struct pt){ .op = 0x06, .cdw[0] = 1, .buf = page, .len = 2048, .is_read = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	pt = (struct pt){ .op = 0x06, .cdw[0] = 1, .buf = page, .len = 4096 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	pt = (struct pt){ .op = 0x06, .cdw[0] = 1, .buf = page, .len = 1u << 30, .is_read = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	for (unsigned i = 0; i < sizeof(refused); i++) {
		pt = (struct pt){ .op = refused[i], .cdw[0] = 1 };
		FAILS(RUMP_EPERM, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	}
	pt = (struct pt){ .op = 0xc0 };
	WORKS(rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	ATF_CHECK_EQ(pt.status, 0x01 << 1);
	/* It moves something, and there is no room. */
	pt = (struct pt){ .op = 0xc1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	pt = (struct pt){ .op = 0x0a, .cdw[0] = 0x0d };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	WORKS(rump_sys_close(fd));

	/* On a namespace: read its second block. */
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/nvme0ns2", RUMP_O_RDWR));
	WORKS(fd = rump_sys_open("/dev/nvme0ns1", RUMP_O_RDWR));
	pt = (struct pt){ .op = 0x02, .cdw[0] = 1, .buf = page, .len = 512, .is_read = 1 };
	WORKS(rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	ATF_CHECK_EQ(pt.status, 0);
	ATF_CHECK(memcmp(page, medium + 512, 512) == 0);
	pt = (struct pt){ .op = 0x02, .cdw[2] = 1, .buf = page, .len = 512, .is_read = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	pt = (struct pt){ .op = 0x02, .cdw[1] = 1, .buf = page, .len = 512, .is_read = 1 };
	WORKS(rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	ATF_CHECK_EQ(pt.status, 0x80 << 1);
	pt = (struct pt){ .op = 0x0e, .is_read = 1 };
	FAILS(RUMP_EINVAL, rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	WORKS(rump_sys_close(fd));
	end();
}

/*
 * One fault during one read; whether reads work afterwards.
 */
static void
fault(enum nvmem_fault what, uint32_t arg, int error, int survives)
{
	uint8_t buf[4096];
	int fd;

	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	DEV(nvmem_fault(dev, what, 0x02, 1, 1, arg));
	if (error != 0)
		FAILS(error, rump_sys_pread(fd, buf, sizeof(buf), 8192));
	else
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), 4096);
	if (survives) {
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 8192), 4096);
		ATF_CHECK(memcmp(buf, medium + 8192, 4096) == 0);
	} else {
		FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), 8192));
		FAILS(RUMP_EIO, rump_sys_pwrite(fd, buf, sizeof(buf), 8192));
	}
	(void)rump_sys_close(fd);
	end();
}

#define	FAULT(name, what, arg, error, survives)					\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	fault(what, arg, error, survives);					\
}
FAULT(fault_status, NVMEM_FAULT_STATUS, 0x281, RUMP_EIO, 1)
FAULT(fault_status_reserved, NVMEM_FAULT_STATUS, 0x400, RUMP_EIO, 1)
FAULT(fault_status_only_dnr, NVMEM_FAULT_STATUS, 0x4000, RUMP_EIO, 1)
FAULT(fault_never, NVMEM_FAULT_NEVER, 0, RUMP_EIO, 1)
FAULT(fault_no_interrupt, NVMEM_FAULT_NOINTR, 0, 0, 1)
FAULT(fault_fatal, NVMEM_FAULT_FATAL, 0, RUMP_EIO, 1)
FAULT(fault_cid_free, NVMEM_FAULT_CID, 5, RUMP_EIO, 0)
FAULT(fault_cid_large, NVMEM_FAULT_CID, 0xffff, RUMP_EIO, 0)
FAULT(fault_sqhd, NVMEM_FAULT_SQHD, 0x1000, RUMP_EIO, 0)
FAULT(fault_twice, NVMEM_FAULT_TWICE, 0, 0, 0)

/* A controller that fails again and again is given up. */
ATF_TC_WITHOUT_HEAD(fault_forever);
ATF_TC_BODY(fault_forever, tc)
{
	uint8_t buf[512];
	uint64_t resets;
	int fd, i;

	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDWR));
	DEV(nvmem_fault(dev, NVMEM_FAULT_NEVER, 0x02, 1, 0, 0));
	for (i = 0; i < 6; i++)
		FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), 0));
	resets = DEV(nvmem_stats(dev)->ns_resets);
	ATF_CHECK(resets >= 3 && resets <= 5);
	(void)rump_sys_close(fd);
	end();
}

/* What comes during a reset waits for its end. */
ATF_TC_WITHOUT_HEAD(read_in_reset);
ATF_TC_BODY(read_in_reset, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct nvmem_config){ .nc_ready = 700000000 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	DEV(nvmem_fault(dev, NVMEM_FAULT_NEVER, 0x02, 1, 1, 0));
	FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), 0));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 512), 512);
	ATF_CHECK(memcmp(buf, medium + 512, 512) == 0);
	WORKS(rump_sys_close(fd));
	end();
}

/* Down and up again: data stay, the queues are new. */
ATF_TC_WITHOUT_HEAD(suspend_resume);
ATF_TC_BODY(suspend_resume, tc)
{

	start((struct nvmem_config){ 0 });
	exercise(RAW, 512, 4);
	ATF_CHECK_EQ(rump_pub_dev_suspend("nvme0"), 0);
	ATF_CHECK(DEV(nvmem_idle(dev)));
	ATF_CHECK_EQ(rump_pub_dev_resume("nvme0", 1), 0);
	exercise(RAW, 512, 4);
	end();
}

/* Broken while it is brought up again, at each command of that: it is dead then, and nobody waits. */
ATF_TC_WITHOUT_HEAD(broken_at_resume);
ATF_TC_BODY(broken_at_resume, tc)
{
	uint8_t buf[512];
	unsigned nth, dead = 0;
	int fd;

	start((struct nvmem_config){ 0 });
	for (nth = 1; nth <= 8; nth++) {
		ATF_CHECK_EQ(rump_pub_dev_suspend("nvme0"), 0);
		DEV(nvmem_fault(dev, NVMEM_FAULT_TWICE, NVMEM_ANY, nth, 1, 0));
		(void)rump_pub_dev_resume("nvme0", 1);
		WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
		if (rump_sys_pread(fd, buf, sizeof(buf), 0) == -1) {
			ATF_CHECK_EQ(errno, RUMP_EIO);
			dead++;
		}
		(void)rump_sys_close(fd);
		ATF_CHECK_EQ(rump_pub_dev_detach("nvme0", 0), 0);
		DEV(nvmem_fault(dev, NVMEM_FAULT_NONE, NVMEM_ANY, 1, 1, 0));
		rescan();
	}
	ATF_CHECK(dead >= 4);
	exercise(RAW, 512, 4);
	end();
}

/* A reset and a search for namespaces share one command that is never answered. */
ATF_TC_WITHOUT_HEAD(reset_of_one_command);
ATF_TC_BODY(reset_of_one_command, tc)
{

	start((struct nvmem_config){ .nc_mqes = 2, .nc_ns[1] = { .nn_size = 65536 } });
	ATF_CHECK_EQ(rump_pub_dev_detach("ld0", 0), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("ld1", 0), 0);
	DEV(nvmem_fault(dev, NVMEM_FAULT_NEVER, NVMEM_ANY, 1, 0, 0));
	ATF_CHECK_EQ(rump_pub_dev_rescan("nvme0", "nvme", NULL), 0);
	ATF_CHECK(!has("ld0"));
	end();
}

/* Reads of its namespace from the side. */
static void *
sidereader(void *arg)
{
	static uint8_t page[512];
	struct pt pt = { .op = 0x02, .buf = page, .len = 512, .is_read = 1 };
	int fd;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	WORKS(fd = rump_sys_open("/dev/nvme0ns1", RUMP_O_RDWR));
	WORKS(rump_sys_ioctl(fd, PASSTHROUGH, &pt));
	(void)rump_sys_close(fd);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

/* Somebody else has the only command when a read comes, and it has to come again. */
ATF_TC_WITHOUT_HEAD(command_of_another);
ATF_TC_BODY(command_of_another, tc)
{
	struct timespec ts = { 0, 20000000 };
	uint8_t buf[512];
	void *cookie;
	int fd;

	start((struct nvmem_config){ .nc_mqes = 2, .nc_nioq = 1, .nc_delay = 100000000 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	ATF_REQUIRE_EQ(rumpuser_thread_create(sidereader, NULL, "side", 1, -1, -1, &cookie), 0);
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	WORKS(rump_sys_close(fd));
	ATF_REQUIRE_EQ(rumpuser_thread_join(cookie), 0);
	end();
}

/* Closed in its sleep, it can be opened when it is awake. */
ATF_TC_WITHOUT_HEAD(close_asleep);
ATF_TC_BODY(close_asleep, tc)
{
	int fd;

	start((struct nvmem_config){ 0 });
	WORKS(fd = rump_sys_open("/dev/nvme0", RUMP_O_RDWR));
	ATF_CHECK_EQ(rump_pub_dev_suspend("nvme0"), 0);
	FAILS(RUMP_ENXIO, rump_sys_open("/dev/nvme0ns1", RUMP_O_RDWR));
	WORKS(rump_sys_close(fd));
	ATF_CHECK_EQ(rump_pub_dev_resume("nvme0", 1), 0);
	WORKS(fd = rump_sys_open("/dev/nvme0", RUMP_O_RDWR));
	WORKS(rump_sys_close(fd));
	end();
}

/* One that never worked does not keep its bus from sleeping. */
ATF_TC_WITHOUT_HEAD(sleep_of_failed);
ATF_TC_BODY(sleep_of_failed, tc)
{

	start((struct nvmem_config){ 0 });
	ATF_CHECK_EQ(rump_pub_dev_detach("nvme0", 0), 0);
	DEV(nvmem_fault(dev, NVMEM_FAULT_STATUS, NVMEM_ANY, 1, 0, 6));
	rescan();
	ATF_CHECK(has("nvme0"));
	ATF_CHECK(!has("ld0"));
	ATF_CHECK_EQ(rump_pub_dev_suspend("pci0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume("pci0", 1), 0);
	end();
}

/* A line that was masked when the controller failed is heard after the reset. */
ATF_TC_WITHOUT_HEAD(intx_after_reset);
ATF_TC_BODY(intx_after_reset, tc)
{
	uint8_t buf[512];
	int64_t sec, then;
	long nsec;
	int fd, i;

	start((struct nvmem_config){ .nc_flags = NVMEM_NOMSIX | NVMEM_NOMSI, .nc_delay = 100000 });
	WORKS(fd = rump_sys_open(RAW, RUMP_O_RDONLY));
	DEV(nvmem_fault(dev, NVMEM_FAULT_FATAL, 0x02, 1, 1, 0));
	FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), 0));
	moment();
	ATF_REQUIRE_EQ(rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &then, &nsec), 0);
	for (i = 0; i < 10; i++)
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 512 * i), 512);
	ATF_REQUIRE_EQ(rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec), 0);
	ATF_CHECK(sec - then <= 1);
	WORKS(rump_sys_close(fd));
	end();
}

/* As large as a disk may be. */
ATF_TC_WITHOUT_HEAD(largest);
ATF_TC_BODY(largest, tc)
{
	uint8_t buf[512];
	int fd;

	start((struct nvmem_config){ .nc_ns[1] = { .nn_ops = &medium_ops,
	    .nn_size = (uint64_t)INT64_MAX & ~511ull } });
	ATF_REQUIRE(has("ld1"));
	WORKS(fd = rump_sys_open("/dev/ld1d", RUMP_O_RDONLY));
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 512), 512);
	ATF_CHECK(memcmp(buf, medium + 512, 512) == 0);
	FAILS(RUMP_EIO, rump_sys_pread(fd, buf, sizeof(buf), (INT64_MAX & ~511ll) - 512));
	WORKS(rump_sys_close(fd));
	end();
}

/* The driver goes while reads are on their way. */
static void *
reader(void *arg)
{
	uint8_t *buf = malloc(65536);
	int fd, i;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	fd = rump_sys_open(RAW, RUMP_O_RDWR);
	for (i = 0; fd != -1 && i < 50; i++) {
		if (rump_sys_pread(fd, buf, 65536, 0) == -1)
			break;
	}
	if (fd != -1)
		(void)rump_sys_close(fd);
	rump_pub_lwproc_releaselwp();
	free(buf);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(detach_busy);
ATF_TC_BODY(detach_busy, tc)
{
	struct timespec ts = { 0, 20000000 };
	void *cookie[2];
	int i;

	start((struct nvmem_config){ .nc_delay = 3000000 });
	for (i = 0; i < 2; i++)
		ATF_REQUIRE_EQ(rumpuser_thread_create(reader, NULL, "reader", 1, -1, -1,
		    &cookie[i]), 0);
	(void)rump_sys_nanosleep(&ts, NULL);
	ATF_CHECK_EQ(rump_pub_dev_detach("nvme0", RUMP_DETACH_FORCE), 0);
	for (i = 0; i < 2; i++)
		ATF_REQUIRE_EQ(rumpuser_thread_join(cookie[i]), 0);
	end();
}

/* Looks for namespaces again and again, with one that comes back each time. */
static void *
rescanner(void *arg)
{
	int i;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	for (i = 0; i < 4; i++) {
		(void)rump_pub_dev_detach("ld1", RUMP_DETACH_FORCE);
		(void)rump_pub_dev_rescan("nvme0", "nvme", NULL);
	}
	rump_pub_lwproc_releaselwp();
	return NULL;
}

static void *
sidecommand(void *arg)
{
	static uint8_t page[4096];
	struct pt pt = { .op = 0x06, .cdw[0] = 1, .buf = page, .len = 4096, .is_read = 1 };
	int fd, i;

	ATF_REQUIRE_EQ(rump_pub_lwproc_newlwp(1), 0);
	fd = rump_sys_open("/dev/nvme0", RUMP_O_RDWR);
	for (i = 0; fd != -1 && i < 4; i++)
		(void)rump_sys_ioctl(fd, PASSTHROUGH, &pt);
	if (fd != -1)
		(void)rump_sys_close(fd);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

/*
 * It is read, searched and asked by some at once, fails or not, and goes:
 * under schedules that preempt, with queues of all sizes.
 */
ATF_TC_WITHOUT_HEAD(schedules);
ATF_TC_BODY(schedules, tc)
{
	static void *(*const fn[])(void *) = { reader, rescanner, sidecommand, rescanner };
	struct timespec ts = { 0, 0 };
	void *cookie[4];
	unsigned n, i;
	int error;

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("schedules are the fiber backend's");
	start((struct nvmem_config){ 0 });
	for (n = 0; n < 80; n++) {
		/* In that of n 77 an open met a revocation. */
		const unsigned seed = n < 60 ? n + 1 : 4200 + n;
		struct nvmem_config nc = {
			.nc_ns = { { .nn_ops = &medium_ops, .nn_size = SIZE }, { .nn_size = 65536 } },
			.nc_mqes = seed % 3 == 0 ? 2 : seed % 3 == 1 ? 3 : 0,
			.nc_flags = seed % 4 == 0 ? NVMEM_NOMSIX | NVMEM_NOMSI : 0,
			.nc_delay = seed % 5 * 1000000, .nc_ready = seed % 2 * 3000000,
		};

		if (has("nvme0"))
			ATF_REQUIRE_EQ(rump_pub_dev_detach("nvme0", RUMP_DETACH_FORCE), 0);
		DEV(pcim_dev_destroy(dev));
		ATF_REQUIRE((dev = DEV(nvmem_create(bus, &nc))) != NULL);
		ATF_REQUIRE_EQ(DEV(pcim_plug(dev, NULL, 3, 0)), 0);
		rescan();
		ATF_REQUIRE(has("ld1"));
		ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_PCT, seed, NULL, 0), 0);
		if (seed % 2 != 0)
			DEV(nvmem_fault(dev, seed & 2 ? NVMEM_FAULT_NEVER : NVMEM_FAULT_TWICE,
			    NVMEM_ANY, 1 + seed / 4, 1, 0));
		for (i = 0; i < 4; i++)
			ATF_REQUIRE_EQ(rumpuser_thread_create(fn[i], NULL, "at it", 1, -1, -1,
			    &cookie[i]), 0);
		ts.tv_nsec = seed % 7 * 2000000;
		(void)rump_sys_nanosleep(&ts, NULL);
		if (seed % 3 == 0) {
			(void)rump_pub_dev_suspend("nvme0");
			(void)rump_pub_dev_resume("nvme0", 1);
		}
		error = rump_pub_dev_detach("nvme0", seed % 4 < 2 ? RUMP_DETACH_FORCE : 0);
		ATF_CHECK(error == 0 || error == RUMP_EBUSY);
		for (i = 0; i < 4; i++)
			ATF_REQUIRE_EQ(rumpuser_thread_join(cookie[i]), 0);
		ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_RUN, 0, NULL, 0), 0);
	}
	end();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, msix);
	ATF_TP_ADD_TC(tp, msix_one_vector);
	ATF_TP_ADD_TC(tp, msi);
	ATF_TP_ADD_TC(tp, intx);
	ATF_TP_ADD_TC(tp, intx_late);
	ATF_TP_ADD_TC(tp, late);
	ATF_TP_ADD_TC(tp, reverse);
	ATF_TP_ADD_TC(tp, queue_of_2);
	ATF_TP_ADD_TC(tp, queue_of_3);
	ATF_TP_ADD_TC(tp, one_queue);
	ATF_TP_ADD_TC(tp, stride);
	ATF_TP_ADD_TC(tp, two_pages);
	ATF_TP_ADD_TC(tp, sectors_4k);
	ATF_TP_ADD_TC(tp, slow_start);
	ATF_TP_ADD_TC(tp, no_cache);
	ATF_TP_ADD_TC(tp, namespaces);
	ATF_TP_ADD_TC(tp, cache);
	ATF_TP_ADD_TC(tp, no_discard);
	ATF_TP_ADD_TC(tp, passthrough);
	ATF_TP_ADD_TC(tp, reboot);
	ATF_TP_ADD_TC(tp, wedge);
	ATF_TP_ADD_TC(tp, dump_msix);
	ATF_TP_ADD_TC(tp, dump_intx_late);
	ATF_TP_ADD_TC(tp, dump_late);
	ATF_TP_ADD_TC(tp, dump_reverse);
	ATF_TP_ADD_TC(tp, dump_queue_of_2);
	ATF_TP_ADD_TC(tp, dump_two_pages);
	ATF_TP_ADD_TC(tp, dump_sectors_4k);
	ATF_TP_ADD_TC(tp, fault_status);
	ATF_TP_ADD_TC(tp, fault_status_reserved);
	ATF_TP_ADD_TC(tp, fault_status_only_dnr);
	ATF_TP_ADD_TC(tp, fault_fatal);
	ATF_TP_ADD_TC(tp, fault_cid_free);
	ATF_TP_ADD_TC(tp, fault_cid_large);
	ATF_TP_ADD_TC(tp, fault_sqhd);
	ATF_TP_ADD_TC(tp, suspend_resume);
	ATF_TP_ADD_TC(tp, broken_at_resume);
	ATF_TP_ADD_TC(tp, command_of_another);
	ATF_TP_ADD_TC(tp, close_asleep);
	ATF_TP_ADD_TC(tp, sleep_of_failed);
	ATF_TP_ADD_TC(tp, intx_after_reset);
	ATF_TP_ADD_TC(tp, largest);
	ATF_TP_ADD_TC(tp, detach_busy);
	ATF_TP_ADD_TC(tp, schedules);
	/* These wait long, in real time; or it matters who comes first. */
	if (strcmp(rumpuser_backend(), "fiber") != 0)
		return atf_no_error();
	ATF_TP_ADD_TC(tp, fault_twice);
	ATF_TP_ADD_TC(tp, discard);
	ATF_TP_ADD_TC(tp, events);
	ATF_TP_ADD_TC(tp, events_again);
	ATF_TP_ADD_TC(tp, fault_never);
	ATF_TP_ADD_TC(tp, fault_no_interrupt);
	ATF_TP_ADD_TC(tp, fault_forever);
	ATF_TP_ADD_TC(tp, reset_of_one_command);
	ATF_TP_ADD_TC(tp, read_in_reset);
	return atf_no_error();
}
