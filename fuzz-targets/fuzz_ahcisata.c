/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An AHCI adapter that may lie, with a disk and perhaps a CD, under
 * ahcisata(4), wd(4) and the SCSI middle layer.
 *
 * Input: a device with its choices, operations on its nodes, and what the
 * hostile layer changes (harness/devops.h, harness/devops_ahci.h for the
 * device's part of the header).
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; the right data from a
 * device that was left alone; DMA through two views; a bound on steps.
 * Blind: to other drivers on the same bus, and to two processes at once.
 */

#include "devops_ahci.h"

static const struct devops_node nodes[] = {
	{ "/dev/rwd0d", DEVOPS_RAWDISK }, { "/dev/wd0d", DEVOPS_BLOCK }, { "/dev/rwd0a", 0 },
	{ "/dev/rwd1d", 0 }, { "/dev/rcd0d", DEVOPS_RDONLY },
	{ NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_disk_ioctls,
	.dd_hints = &devops_ahci_hints, .dd_create = devops_ahci_create,
	.dd_unplug = devops_ahci_unplug, .dd_plug = devops_ahci_plug,
	.dd_event = devops_ahci_event, .dd_destroy = devops_ahci_destroy,
};

DEVOPS_TARGET(fuzz_ahcisata, dev);
