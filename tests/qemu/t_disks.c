/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * One body for every disk on every backend: what is on the medium is read,
 * random writes and a flush follow, the controller goes and comes again, and
 * what is read then, what is expected and what is on the medium are the same.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>
#include <rump/rumpuser_qemu.h>

#include "qemu.h"

#include "model/nvme.h"
#include "model/pci.h"
#include "model/virtio.h"

#define	SIZE	(4u << 20)
#define	IMAGE	"disk.img"
#define	CHUNK	(64u << 10)

#define	DIOCCACHESYNC	0x80046476ul	/* _IOW('d', 118, int) */

static uint8_t expect[SIZE], got[SIZE];

static uint32_t
chance(void)
{
	static uint32_t x = 20260101;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* The medium of the models; QEMU's is a file. */
static uint8_t medium[SIZE];

static int
medium_read(void *cookie, void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(buf, medium + off, len);
	return 0;
}

static int
medium_write(void *cookie, const void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(medium + off, buf, len);
	return 0;
}

static const struct rumpuser_image_ops medium_ops = { medium_read, medium_write, NULL };

static void
settle(const char *bus)
{

	ATF_REQUIRE_EQ(rump_pub_dev_rescan(bus, NULL, NULL), 0);
	rump_pub_dev_settle();
}

static void
read_all(const char *raw)
{
	uint8_t behind[512];
	uint32_t off;
	int fd;

	ATF_REQUIRE_MSG((fd = rump_sys_open(raw, RUMP_O_RDONLY)) != -1, "%s: errno %d", raw, errno);
	for (off = 0; off < SIZE; off += CHUNK)
		ATF_REQUIRE_EQ_MSG(rump_sys_pread(fd, got + off, CHUNK, off), CHUNK,
		    "at %u: errno %d", off, errno);
	/* The end of the medium is where it should be. */
	ATF_CHECK(rump_sys_pread(fd, behind, sizeof(behind), SIZE) <= 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	for (off = 0; off < SIZE; off += 512)
		ATF_REQUIRE_MSG(memcmp(got + off, expect + off, 512) == 0,
		    "what is read differs at %u", off);
}

static void
write_some(const char *raw)
{
	uint32_t off, len;
	int fd, i, on = 1;

	ATF_REQUIRE((fd = rump_sys_open(raw, RUMP_O_RDWR)) != -1);
	for (i = 0; i < 60; i++) {
		len = (1 + chance() % (CHUNK / 512)) * 512;
		off = chance() % ((SIZE - len) / 512 + 1) * 512;
		for (uint32_t j = 0; j < len; j += 4) {
			uint32_t v = chance();

			memcpy(expect + off + j, &v, 4);
		}
		ATF_REQUIRE_EQ_MSG(rump_sys_pwrite(fd, expect + off, len, off), (ssize_t)len,
		    "%u at %u: errno %d", len, off, errno);
	}
	ATF_CHECK_EQ_MSG(rump_sys_ioctl(fd, DIOCCACHESYNC, &on), 0, "flush: errno %d", errno);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
}

static void
on_medium(const uint8_t *bytes)
{
	uint32_t off;

	for (off = 0; off < SIZE; off += 512)
		ATF_REQUIRE_MSG(memcmp(bytes + off, expect + off, 512) == 0,
		    "what is on the medium differs at %u", off);
}

/* controller is what goes and comes; readonly media are only read. */
static void
exercise(const char *raw, const char *controller, const char *bus, int readonly)
{

	read_all(raw);
	if (!readonly)
		write_some(raw);
	ATF_REQUIRE_EQ_MSG(rump_pub_dev_detach(controller, 0), 0, "%s stays", controller);
	ATF_CHECK_EQ(rump_sys_open(raw, RUMP_O_RDONLY), -1);
	settle(bus);
	read_all(raw);
}

static void
random_medium(void)
{
	uint32_t i, v;

	for (i = 0; i < SIZE; i += 4) {
		v = chance();
		memcpy(expect + i, &v, 4);
	}
	memcpy(medium, expect, SIZE);
}

/*
 * QEMU.
 */

static void
on_qemu(const char *args, const char *raw, const char *controller, const char *bus, int readonly)
{
	int fd;

	need_qemu();
	random_medium();
	ATF_REQUIRE((fd = open(IMAGE, O_RDWR | O_CREAT | O_TRUNC, 0666)) != -1);
	ATF_REQUIRE_EQ(pwrite(fd, expect, SIZE, 0), SIZE);
	ATF_REQUIRE_EQ(rumpuser_qemu_start_string(args), 0);
	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_dev_settle();
	exercise(raw, controller, bus, readonly);
	rumpuser_qemu_stop();
	ATF_REQUIRE_EQ(pread(fd, got, SIZE, 0), SIZE);
	on_medium(got);
	close(fd);
}

#define	DRIVE	"-drive\nfile=" IMAGE ",if=none,id=d,format=raw\n-device\n"
#define	CDROM	"-drive\nfile=" IMAGE ",if=none,id=d,format=raw,media=cdrom\n-device\n"
#define	QEMU(name, args, raw, controller, bus, readonly)			\
ATF_TC(qemu_##name);								\
ATF_TC_HEAD(qemu_##name, tc)							\
{										\
	atf_tc_set_md_var(tc, "timeout", "120");				\
}										\
ATF_TC_BODY(qemu_##name, tc)							\
{										\
	on_qemu(args, raw, controller, bus, readonly);				\
}

QEMU(virtio_blk, DRIVE "virtio-blk-pci,drive=d,disable-legacy=on", "/dev/rld0d", "virtio0", "pci0", 0)
QEMU(virtio_blk_legacy, DRIVE "virtio-blk-pci,drive=d,disable-modern=on", "/dev/rld0d", "virtio0", "pci0", 0)
QEMU(virtio_blk_no_msix, DRIVE "virtio-blk-pci,drive=d,vectors=0", "/dev/rld0d", "virtio0", "pci0", 0)
QEMU(bridge, "-device\npci-bridge,id=b,chassis_nr=1\n" DRIVE "virtio-blk-pci,drive=d,bus=b,addr=5",
    "/dev/rld0d", "virtio0", "pci1", 0)
QEMU(root_port, "-device\npcie-root-port,id=r,chassis=1,slot=1\n" DRIVE "virtio-blk-pci,drive=d,bus=r",
    "/dev/rld0d", "virtio0", "pci1", 0)
QEMU(two_bridges, "-device\npcie-root-port,id=r,chassis=1,slot=1\n-device\npcie-pci-bridge,id=p,bus=r\n"
    "-device\npci-bridge,id=b,bus=p,chassis_nr=2,addr=3\n" DRIVE "virtio-blk-pci,drive=d,bus=b,addr=9",
    "/dev/rld0d", "virtio0", "pci3", 0)
QEMU(nvme, DRIVE "nvme,drive=d,serial=rump", "/dev/rld0d", "nvme0", "pci0", 0)
QEMU(virtio_scsi_hd, "-device\nvirtio-scsi-pci\n" DRIVE "scsi-hd,drive=d", "/dev/rsd0d", "virtio0", "pci0", 0)
QEMU(virtio_scsi_cd, "-device\nvirtio-scsi-pci\n" CDROM "scsi-cd,drive=d", "/dev/rcd0d", "virtio0", "pci0", 1)
QEMU(ahci_hd, DRIVE "ide-hd,drive=d,bus=ide.0", "/dev/rwd0d", "ahcisata0", "pci0", 0)
QEMU(ahci_cd, CDROM "ide-cd,drive=d,bus=ide.0", "/dev/rcd0d", "ahcisata0", "pci0", 1)

/* A program that is started without QEMU, or with nonsense, is told so. */
ATF_TC_WITHOUT_HEAD(qemu_absent);
ATF_TC_BODY(qemu_absent, tc)
{
	char *none[] = { NULL };

	setenv("QEMU", "/nonexistent/qemu", 1);
	ATF_CHECK_EQ(rumpuser_qemu_start(none), RUMP_ENOENT);
	unsetenv("QEMU");
}

ATF_TC_WITHOUT_HEAD(qemu_nonsense);
ATF_TC_BODY(qemu_nonsense, tc)
{
	char *args[] = { "-device", "no-such-device", NULL }, *none[] = { NULL };

	need_qemu();
	ATF_CHECK_EQ(rumpuser_qemu_start(args), RUMP_EIO);
	/* And that was not the last chance. */
	ATF_CHECK_EQ(rumpuser_qemu_start(none), 0);
	ATF_CHECK_EQ(rumpuser_qemu_start(none), RUMP_EBUSY);
	rumpuser_qemu_stop();
}

/*
 * The models.
 */

static struct pcim_bus *
model_boot(void)
{
	struct pcim_bus *bus = pcim_bus_create();

	ATF_REQUIRE(bus != NULL);
	random_medium();
	rumpuser_dev_attach(&pcim_backend, bus);
	return bus;
}

static void
model_run(const char *raw, const char *controller, const char *bus, int readonly)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_dev_settle();
	exercise(raw, controller, bus, readonly);
	on_medium(medium);
	ATF_CHECK_EQ(rump_pub_dev_detach(controller, 0), 0);
	rumpuser_dev_attach(NULL, NULL);
}

ATF_TC_WITHOUT_HEAD(model_nvme);
ATF_TC_BODY(model_nvme, tc)
{
	struct nvmem_config nc = { .nc_ns[0] = { .nn_ops = &medium_ops, .nn_size = SIZE } };
	struct pcim_bus *bus = model_boot();

	ATF_REQUIRE_EQ(pcim_plug(nvmem_create(bus, &nc), NULL, 3, 0), 0);
	model_run("/dev/rld0d", "nvme0", "pci0", 0);
}

static void
model_blk(enum virtiom_transport transport, const char *bus)
{
	struct virtiom_params vp = { .vp_transport = transport };
	struct virtiom_blk_params bp = { .bp_sectors = SIZE / 512, .bp_ops = &medium_ops };
	struct pcim_bus *pb = model_boot();

	ATF_REQUIRE_EQ(virtiom_plug(virtiom_blk_create(&vp, &bp), pb, 3), 0);
	model_run("/dev/rld0d", "virtio0", bus, 0);
}

#define	MODEL_BLK(name, transport, bus)						\
ATF_TC_WITHOUT_HEAD(model_virtio_blk_##name);					\
ATF_TC_BODY(model_virtio_blk_##name, tc)					\
{										\
	model_blk(transport, bus);						\
}
MODEL_BLK(modern, VIRTIOM_MODERN, "pci0")
MODEL_BLK(legacy, VIRTIOM_LEGACY, "pci0")
MODEL_BLK(mmio, VIRTIOM_MMIO, "mainbus0")
MODEL_BLK(mmio_legacy, VIRTIOM_MMIO_LEGACY, "mainbus0")

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, qemu_absent);
	ATF_TP_ADD_TC(tp, qemu_nonsense);
	ATF_TP_ADD_TC(tp, qemu_virtio_blk);
	ATF_TP_ADD_TC(tp, qemu_virtio_blk_legacy);
	ATF_TP_ADD_TC(tp, qemu_virtio_blk_no_msix);
	ATF_TP_ADD_TC(tp, qemu_bridge);
	ATF_TP_ADD_TC(tp, qemu_root_port);
	ATF_TP_ADD_TC(tp, qemu_two_bridges);
	ATF_TP_ADD_TC(tp, qemu_nvme);
	ATF_TP_ADD_TC(tp, qemu_virtio_scsi_hd);
	ATF_TP_ADD_TC(tp, qemu_virtio_scsi_cd);
	ATF_TP_ADD_TC(tp, qemu_ahci_hd);
	ATF_TP_ADD_TC(tp, qemu_ahci_cd);
	ATF_TP_ADD_TC(tp, model_nvme);
	ATF_TP_ADD_TC(tp, model_virtio_blk_modern);
	ATF_TP_ADD_TC(tp, model_virtio_blk_legacy);
	ATF_TP_ADD_TC(tp, model_virtio_blk_mmio);
	ATF_TP_ADD_TC(tp, model_virtio_blk_mmio_legacy);
	return atf_no_error();
}
