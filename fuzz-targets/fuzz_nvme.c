/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An NVMe controller that may lie, under nvme(4) and ld(4).
 *
 * Input: a device with its choices, operations on its nodes, and what the
 * hostile layer changes (harness/devops.h, harness/devops_nvme.h for the
 * device's part of the header).
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; the right data from a
 * device that was left alone; DMA through two views; a bound on steps.
 * Blind: to other drivers on the same bus, and to two processes at once.
 */

#include "devops_nvme.h"

static const struct devops_node nodes[] = {
	{ "/dev/rld0d", DEVOPS_RAWDISK }, { "/dev/ld0d", DEVOPS_BLOCK }, { "/dev/rld0a", 0 },
	{ "/dev/rld1d", 0 }, { "/dev/nvme0", DEVOPS_NOREAD }, { "/dev/nvme0ns1", DEVOPS_NOREAD },
	{ NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_nvme_ioctls,
	.dd_hints = &devops_nvme_hints, .dd_create = devops_nvme_create,
	.dd_unplug = devops_nvme_unplug, .dd_plug = devops_nvme_plug,
	.dd_event = devops_nvme_event, .dd_destroy = devops_nvme_destroy,
};

DEVOPS_TARGET(fuzz_nvme, dev);
