/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI and ATAPI disks that may lie, under sd(4).
 *
 * Input: an adapter and a disk with their choices, further units, operations
 * on the nodes, and what becomes of results on their way to the kernel:
 * status, sense, residual, data, delay, never an answer
 * (harness/devops_scsi.h).  Events are units that come and go, unit
 * attentions, faults, media changes, resets.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the right data from a disk that was left alone; a bound on
 * steps.
 * Blind: to DMA (the adapter has none) and to two initiators at once.
 */

#include "devops_scsi.h"

static const struct devops_node nodes[] = {
	{ "/dev/rsd0d", DEVOPS_RAWDISK }, { "/dev/sd0d", DEVOPS_BLOCK }, { "/dev/rsd0a", 0 },
	{ "/dev/scsibus0", DEVOPS_NOREAD }, { "/dev/rsd1d", 0 }, { "/dev/rcd0d", DEVOPS_RDONLY },
	{ NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nopci = 1, .dd_nodes = nodes,
	.dd_ioctls = devops_scsi_disk_ioctls, .dd_hints = &devops_scsi_hints,
	.dd_create = devops_scsi_create_disk, .dd_unplug = devops_scsi_unplug,
	.dd_plug = devops_scsi_plug, .dd_event = devops_scsi_event, .dd_destroy = devops_scsi_destroy,
};

DEVOPS_TARGET(fuzz_scsipi_disk, dev);
