/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio SCSI host that may lie, under vioscsi(4), with what hangs on it.
 *
 * Input: a device with its choices, operations on the nodes of its units, and
 * what the hostile layer changes (harness/devops.h, harness/devops_virtio.h).
 * Own bytes of the header: u8 bits of the disk (low byte of SCSIM_*), u8
 * bits: further units (1: a CD, 2: a tape, 4: an unknown one, 8: a second
 * disk).  An event is a unit that comes or goes, a unit attention, a fault.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; the right data from a
 * device that was left alone; DMA through two views; a bound on steps.
 * Blind: to two initiators.
 */

#include "devops_scsi.h"
#include "devops_virtio_scsi.h"

static const struct devops_node nodes[] = {
	{ "/dev/rsd0d", DEVOPS_RAWDISK }, { "/dev/sd0d", DEVOPS_BLOCK }, { "/dev/rcd0d", DEVOPS_RDONLY },
	{ "/dev/nrst0", 0 }, { "/dev/uk0", DEVOPS_NOREAD }, { "/dev/rsd1d", 0 }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_scsi_ioctls,
	.dd_hints = &devops_virtio_hints, .dd_create = devops_virtio_scsi_create,
	.dd_unplug = devops_virtio_unplug, .dd_plug = devops_virtio_plug,
	.dd_event = devops_virtio_scsi_event, .dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_vioscsi, dev);
