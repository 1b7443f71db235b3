/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A FAT file system on sd(4) on vioscsi(4), with a device that misbehaves.
 *
 * Input: as fuzz_msdosfs's, where some operations are the device's: what it
 * answers wrongly, when it goes and comes back (harness/stackops.h).
 * Oracles: sanitizers; the kernel's lock checks; the file system can be
 * unmounted whatever its disk does; everything returned after the detach; the
 * device as checker of its driver; DMA through two views; a bound on steps.
 * Blind: to data (an error may have eaten it), to other disk drivers
 * (fuzz_ld_virtio, fuzz_nvme and fuzz_ahcisata mount, too).
 */

#include <string.h>

#include <rump/rumpdefs.h>

#include "devops_scsi.h"
#include "devops_virtio_scsi.h"
#include "mutate.h"
#include "stackops.h"

static const struct devops_node nodes[] = { { "/dev/sd0d", DEVOPS_BLOCK }, { NULL, 0 } };

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_hints = &devops_virtio_hints,
	.dd_create = devops_virtio_scsi_create, .dd_unplug = devops_virtio_unplug,
	.dd_plug = devops_virtio_plug, .dd_event = devops_virtio_scsi_event,
	.dd_destroy = devops_virtio_destroy,
};

static size_t
args(void *p, size_t room, const char *path, unsigned bits)
{
	struct rump_msdosfs_args a = {
		.fspec = (char *)(uintptr_t)path, .mask = 0777, .dirmask = 0777, .version = 3,
		.flags = 0x10 | RUMP_MSDOSFSMNT_LONGNAME,
	};

	memcpy(p, &a, sizeof(a));
	return sizeof(a);
}

static const struct stackops stack = { .so_dev = &dev, .so_fs = { .fs_type = "msdos",
	.fs_args = args, .fs_mutate = mutate_fat, .fs_stack = &stackops_stack } };

STACKOPS_TARGET(fuzz_disk_stack, stack);
