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

#include "model/ahci.h"
#include "model/nvme.h"
#include "model/pci.h"
#include "model/scsi.h"
#include "model/scsi_host.h"
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
 * The disks.
 */

struct disk {
	const char *d_name;
	const char *d_raw, *d_controller, *d_bus;
	const char *d_qemu;		/* its arguments; NULL: not there */
	/* Makes and plugs the model; NULL: not there. */
	void	(*d_model)(struct pcim_bus *, const struct disk *);
	enum virtiom_transport d_transport;
	enum place d_place;
	int	d_nomsix;
	int	d_readonly;		/* a CD */
};

static struct virtiom_params
virtio_params(struct pcim_bus *bus, const struct disk *d)
{

	return (struct virtiom_params){
		.vp_transport = d->d_transport, .vp_nomsix = d->d_nomsix,
		.vp_bridge = bridges(bus, d->d_place),
	};
}

static void
virtio_blk(struct pcim_bus *bus, const struct disk *d)
{
	struct virtiom_params vp = virtio_params(bus, d);
	struct virtiom_blk_params bp = { .bp_sectors = SIZE / 512, .bp_ops = &medium_ops };

	ATF_REQUIRE_EQ(virtiom_plug(virtiom_blk_create(&vp, &bp), bus, 5), 0);
}

static void
nvme(struct pcim_bus *bus, const struct disk *d)
{
	struct nvmem_config nc = { .nc_ns[0] = { .nn_ops = &medium_ops, .nn_size = SIZE } };

	ATF_REQUIRE_EQ(pcim_plug(nvmem_create(bus, &nc), bridges(bus, d->d_place), 3, 0), 0);
}

/* A target with the medium as disk or CD. */
static struct scsim_target *
target(const struct disk *d, unsigned flags)
{
	struct scsim_config sm = {
		.sm_type = d->d_readonly ? SCSIM_CDROM : SCSIM_DISK, .sm_flags = flags,
		.sm_nblocks = SIZE / (d->d_readonly ? 2048 : 512), .sm_image = &medium_ops,
	};
	struct scsim_target *t = scsim_create();

	ATF_REQUIRE(t != NULL);
	ATF_REQUIRE_EQ(scsim_add(t, 0, &sm), 0);
	return t;
}

static void
virtio_scsi(struct pcim_bus *bus, const struct disk *d)
{
	struct virtiom_params vp = virtio_params(bus, d);
	struct virtiom_scsi_params sp = { .sp_target[0] = target(d, 0) };

	ATF_REQUIRE_EQ(virtiom_plug(virtiom_scsi_create(&vp, &sp), bus, 5), 0);
}

static struct scsim_target *drive;
static struct scsi_host *host;

static void
ahci(struct pcim_bus *bus, const struct disk *d)
{
	struct ahcim_config ac = { .ac_port[0] = { .ap_kind = AHCIM_DISK, .ap_ops = &medium_ops,
	    .ap_size = SIZE } };

	if (d->d_readonly) {
		drive = target(d, SCSIM_ATAPI | SCSIM_REMOVABLE);
		ac.ac_port[0] = (struct ahcim_port){ .ap_kind = AHCIM_ATAPI, .ap_target = drive };
	}
	ATF_REQUIRE_EQ(pcim_plug(ahcim_create(bus, &ac), bridges(bus, d->d_place), 3, 0), 0);
}

static void
scsihost(struct pcim_bus *bus, const struct disk *d)
{
	static const struct rumpuser_scsi_setup su = {
		.su_name = "test adapter", .su_bustype = RUMPUSER_SCSI_SCSI, .su_nchannels = 1,
		.su_ntargets = 4, .su_nluns = 8, .su_id = -1, .su_openings = 16, .su_perperiph = 8,
		.su_maxxfer = 65536, .su_flags = RUMPUSER_SCSI_TAGS,
	};

	ATF_REQUIRE((host = scsi_host_create(&su)) != NULL);
	ATF_REQUIRE_EQ(scsi_host_plug(host, 0, target(d, 0), 0), 0);
}

#define	DRIVE	"-drive\nfile=" IMAGE ",if=none,id=d,format=raw\n-device\n"
#define	CDROM	"-drive\nfile=" IMAGE ",if=none,id=d,format=raw,media=cdrom\n-device\n"

static const struct disk disks[] = {
	{ "virtio_blk", "/dev/rld0d", "virtio0", "pci0", DRIVE "virtio-blk-pci,drive=d,disable-legacy=on",
	    virtio_blk, .d_transport = VIRTIOM_MODERN },
	{ "virtio_blk_legacy", "/dev/rld0d", "virtio0", "pci0",
	    DRIVE "virtio-blk-pci,drive=d,disable-modern=on", virtio_blk, .d_transport = VIRTIOM_LEGACY },
	{ "virtio_blk_no_msix", "/dev/rld0d", "virtio0", "pci0", DRIVE "virtio-blk-pci,drive=d,vectors=0",
	    virtio_blk, .d_transport = VIRTIOM_TRANSITIONAL, .d_nomsix = 1 },
	{ "virtio_blk_mmio", "/dev/rld0d", "virtio0", "mainbus0", NULL, virtio_blk,
	    .d_transport = VIRTIOM_MMIO },
	{ "virtio_blk_mmio_legacy", "/dev/rld0d", "virtio0", "mainbus0", NULL, virtio_blk,
	    .d_transport = VIRTIOM_MMIO_LEGACY },
	{ "bridge", "/dev/rld0d", "virtio0", "pci1",
	    "-device\npci-bridge,id=b,chassis_nr=1\n" DRIVE "virtio-blk-pci,drive=d,bus=b,addr=5",
	    virtio_blk, .d_place = BRIDGE },
	{ "root_port", "/dev/rld0d", "virtio0", "pci1",
	    "-device\npcie-root-port,id=r,chassis=1,slot=1\n" DRIVE "virtio-blk-pci,drive=d,bus=r",
	    virtio_blk, .d_place = ROOT_PORT },
	{ "two_bridges", "/dev/rld0d", "virtio0", "pci3",
	    "-device\npcie-root-port,id=r,chassis=1,slot=1\n-device\npcie-pci-bridge,id=p,bus=r\n"
	    "-device\npci-bridge,id=b,bus=p,chassis_nr=2,addr=3\n" DRIVE
	    "virtio-blk-pci,drive=d,bus=b,addr=9", virtio_blk, .d_place = TWO_BRIDGES },
	{ "nvme", "/dev/rld0d", "nvme0", "pci0", DRIVE "nvme,drive=d,serial=rump", nvme },
	{ "nvme_two_bridges", "/dev/rld0d", "nvme0", "pci3",
	    "-device\npcie-root-port,id=r,chassis=1,slot=1\n-device\npcie-pci-bridge,id=p,bus=r\n"
	    "-device\npci-bridge,id=b,bus=p,chassis_nr=2,addr=3\n" DRIVE
	    "nvme,drive=d,serial=rump,bus=b,addr=9", nvme, .d_place = TWO_BRIDGES },
	{ "virtio_scsi_hd", "/dev/rsd0d", "virtio0", "pci0",
	    "-device\nvirtio-scsi-pci\n" DRIVE "scsi-hd,drive=d", virtio_scsi },
	{ "virtio_scsi_cd", "/dev/rcd0d", "virtio0", "pci0",
	    "-device\nvirtio-scsi-pci\n" CDROM "scsi-cd,drive=d", virtio_scsi, .d_readonly = 1 },
	{ "ahci_hd", "/dev/rwd0d", "ahcisata0", "pci0", DRIVE "ide-hd,drive=d,bus=ide.0", ahci },
	{ "ahci_cd", "/dev/rcd0d", "ahcisata0", "pci0", CDROM "ide-cd,drive=d,bus=ide.0", ahci,
	    .d_readonly = 1 },
	{ "scsihost_hd", "/dev/rsd0d", "scsihost0", "mainbus0", NULL, scsihost },
	{ "scsihost_cd", "/dev/rcd0d", "scsihost0", "mainbus0", NULL, scsihost, .d_readonly = 1 },
};
#define	NDISKS	(sizeof(disks) / sizeof(disks[0]))

static void
disk_head(atf_tc_t *tc)
{

	atf_tc_set_md_var(tc, "timeout", "120");
}

static void
disk_body(const atf_tc_t *tc)
{
	const struct disk *d = disks;
	struct pcim_bus *bus = NULL;
	int on_qemu, fd = -1;
	const char *name = case_of(tc, &on_qemu);

	while (strcmp(d->d_name, name) != 0)
		d++;
	random_medium();
	if (on_qemu) {
		need_qemu();
		ATF_REQUIRE((fd = open(IMAGE, O_RDWR | O_CREAT | O_TRUNC, 0666)) != -1);
		ATF_REQUIRE_EQ(pwrite(fd, expect, SIZE, 0), SIZE);
		ATF_REQUIRE_EQ(rumpuser_qemu_start_string(d->d_qemu), 0);
	} else {
		ATF_REQUIRE((bus = pcim_bus_create()) != NULL);
		d->d_model(bus, d);
		rumpuser_dev_attach(&pcim_backend, bus);
	}
	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_dev_settle();
	exercise(d->d_raw, d->d_controller, d->d_bus, d->d_readonly);
	if (on_qemu) {
		rumpuser_qemu_stop();
		ATF_REQUIRE_EQ(pread(fd, got, SIZE, 0), SIZE);
		on_medium(got);
		close(fd);
		return;
	}
	on_medium(medium);
	ATF_CHECK_EQ(rump_pub_dev_detach(d->d_controller, 0), 0);
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
	scsim_destroy(drive);
	scsi_host_destroy(host);
}

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

ATF_TP_ADD_TCS(tp)
{
	atf_error_t error = atf_no_error();

	ATF_TP_ADD_TC(tp, qemu_absent);
	ATF_TP_ADD_TC(tp, qemu_nonsense);
	for (unsigned i = 0; i < NDISKS && !atf_is_error(error); i++) {
		if (disks[i].d_qemu != NULL)
			error = add_case(tp, "qemu", disks[i].d_name, disk_head, disk_body);
		if (!atf_is_error(error))
			error = add_case(tp, "model", disks[i].d_name, disk_head, disk_body);
	}
	return error;
}
