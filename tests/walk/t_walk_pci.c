/* SPDX-License-Identifier: BSD-2-Clause */

/* Surprise removal of PCI devices that are not virtio's, at each step of each operation. */

#include "walk_disk.h"

#include "model/ahci.h"
#include "model/edu.h"
#include "model/nvme.h"
#include "model/scsi.h"

static struct pcim_dev *pd;

static void
plug(struct pcim_dev *d)
{

	pd = d;
	if (pd == NULL || pcim_plug(pd, NULL, WALK_SLOT, 0) != 0)
		abort();
}

static void
unplug(void)
{

	pcim_unplug(pd);
}

/*
 * nvme(4).
 */

static unsigned nvme_flags;

static void
nvme_create(void)
{
	struct nvmem_config nc = {
		.nc_ns[0] = { .nn_ops = &medium_ops, .nn_size = SIZE }, .nc_delay = walk_delay_ns,
		.nc_flags = nvme_flags,
	};

	plug(nvmem_create(walk_bus, &nc));
}

/* struct nvme_pt_command: IDENTIFY of the controller. */
static int
identify(const struct walk_op *wo, int fd)
{
	static uint8_t page[4096];
	struct {
		uint8_t	 op, flags;
		uint16_t cid;
		uint32_t nsid;
		uint8_t	 pad[32];
		uint32_t cdw[6], result, rsvd;
		uint16_t sqhd, sqid, ccid, status;
		void	*buf;
		uint32_t len, is_read, timeout;
	} pt = { .op = 6, .cdw[0] = 1, .buf = page, .len = sizeof(page), .is_read = 1 };

	return rump_sys_ioctl(fd, 0xc0686e00ul, &pt) == 0 ? 0 : errno;
}

static const char *const nvme_nodes[] = {
	"/dev/rld0d", "/dev/ld0d", "/dev/nvme0", "/dev/nvme0ns1", NULL
};
static const struct walk_op nvme_ops[] = {
	DISK_OPS("/dev/rld0d", "/dev/ld0d", "nvme0"),
	FD("discard", "/dev/rld0d", walk_discard),
	FD("DIOCGCACHE", "/dev/rld0d", walk_ioctl, DIOCGCACHE),
	FD("DIOCSCACHE", "/dev/rld0d", walk_ioctl, DIOCSCACHE),
	FD("NVME_PASSTHROUGH_CMD", "/dev/nvme0", identify),
	{ "rescan", WALK_DEV, .wo_run = walk_rescan, .wo_data = "nvme0" },
	{ "detach of the disk", WALK_DEV, .wo_run = walk_detach, .wo_data = "ld0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "nvme0" },
	{ NULL }
};

static void
nvme(unsigned flags)
{
	static const struct walk_dev wd = {
		"nvme", "nvme0", nvme_create, unplug, NULL, nvme_nodes, nvme_ops
	};

	nvme_flags = flags;
	walk(&wd);
}

ATF_TC_WITHOUT_HEAD(nvme_msix);
ATF_TC_BODY(nvme_msix, tc) { nvme(0); }
ATF_TC_WITHOUT_HEAD(nvme_intx);
ATF_TC_BODY(nvme_intx, tc) { nvme(NVMEM_NOMSIX | NVMEM_NOMSI); }

/*
 * ahcisata(4) with a disk and an ATAPI CD.
 */

static struct scsim_target *drive;
static unsigned disk_flags;

static void
ahci_create(void)
{
	static const struct scsim_config sm = {
		.sm_type = SCSIM_CDROM, .sm_flags = SCSIM_ATAPI | SCSIM_REMOVABLE,
		.sm_nblocks = SIZE / 2048, .sm_image = &medium_ops,
	};
	struct ahcim_config ac = {
		.ac_port[0] = { .ap_kind = AHCIM_DISK, .ap_ops = &medium_ops, .ap_size = SIZE,
		    .ap_flags = disk_flags },
		.ac_port[1] = { .ap_kind = AHCIM_ATAPI }, .ac_nports = 2, .ac_delay = walk_delay_ns,
	};

	drive = scsim_create();
	if (scsim_add(drive, 0, &sm) != 0)
		abort();
	ac.ac_port[1].ap_target = drive;
	plug(ahcim_create(walk_bus, &ac));
}

static void
ahci_destroy(void)
{

	/* The port has the target until it is gone itself. */
	pcim_dev_destroy(pd);
	scsim_destroy(drive);
}

#define	CD(name, fn, ...)	{ name, WALK_FD, "/dev/rcd0d", RUMP_O_RDONLY, fn, ##__VA_ARGS__ }
static const char *const ahci_nodes[] = { "/dev/rwd0d", "/dev/wd0d", "/dev/rcd0d", NULL };
static const struct walk_op ahci_ops[] = {
	DISK_OPS("/dev/rwd0d", "/dev/wd0d", "ahcisata0"),
	FD("DIOCGCACHE", "/dev/rwd0d", walk_ioctl, DIOCGCACHE),
	FD("DIOCSCACHE", "/dev/rwd0d", walk_ioctl, DIOCSCACHE),
	{ "open of the CD", WALK_OPEN, "/dev/rcd0d", RUMP_O_RDONLY },
	CD("read of the CD", walk_read),
	CD("CDIOREADTOCHEADER", walk_ioctl, 0x40046304ul),
	{ "buffers of the CD", WALK_DEV, .wo_run = walk_bufs, .wo_data = "/dev/cd0d" },
	{ "detach of a channel", WALK_DEV, .wo_run = walk_detach, .wo_data = "atabus0" },
	{ "detach of the CD", WALK_DEV, .wo_run = walk_detach, .wo_data = "cd0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "ahcisata0" },
	{ NULL }
};

static void
ahci(unsigned flags)
{
	static const struct walk_dev wd = {
		"ahcisata", "ahcisata0", ahci_create, unplug, ahci_destroy, ahci_nodes, ahci_ops
	};

	disk_flags = flags;
	walk(&wd);
}

ATF_TC_WITHOUT_HEAD(ahci_one);
ATF_TC_BODY(ahci_one, tc) { ahci(0); }
ATF_TC_WITHOUT_HEAD(ahci_queued);
ATF_TC_BODY(ahci_queued, tc) { ahci(AHCIM_NCQ); }

/*
 * edu(4) of docs/examples.
 */

static void
edu_plug(void)
{

	plug(edu_create(walk_bus, walk_delay_ns, 0));
}

static int
edu_read(const struct walk_op *wo, int fd)
{
	uint8_t buf[512];

	return rump_sys_pread(fd, buf, sizeof(buf), 100) == sizeof(buf) ? 0 : errno;
}

static int
edu_write(const struct walk_op *wo, int fd)
{
	static const uint8_t buf[512];

	return rump_sys_pwrite(fd, buf, sizeof(buf), 100) == sizeof(buf) ? 0 : errno;
}

static const char *const edu_nodes[] = { "/dev/edu0", NULL };
static const struct walk_op edu_ops[] = {
	{ "attach", WALK_ATTACH },
	{ "open", WALK_OPEN, "/dev/edu0", RUMP_O_RDWR },
	{ "close", WALK_CLOSE, "/dev/edu0", RUMP_O_RDWR },
	FD("read", "/dev/edu0", edu_read),
	FD("write", "/dev/edu0", edu_write),
	FD("EDU_FACTORIAL", "/dev/edu0", walk_ioctl, 0xc0044501ul),
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "edu0" },
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "edu0", .wo_mayfail = 1 },
	{ NULL }
};

ATF_TC_WITHOUT_HEAD(edu);
ATF_TC_BODY(edu, tc)
{
	static const struct walk_dev wd = { "edu", "edu0", edu_plug, unplug, NULL, edu_nodes, edu_ops };

	walk(&wd);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, nvme_msix);
	ATF_TP_ADD_TC(tp, nvme_intx);
	ATF_TP_ADD_TC(tp, ahci_one);
	ATF_TP_ADD_TC(tp, ahci_queued);
	ATF_TP_ADD_TC(tp, edu);
	return atf_no_error();
}
