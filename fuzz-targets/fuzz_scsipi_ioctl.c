/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Requests to every kind of SCSI unit, with a bus full of them that may lie:
 * sd, cd, st, ses (SES and SAF-TE), ch, uk and the bus itself, under
 * SCIOCCOMMAND and the ioctls of each.
 *
 * Input, oracles: as fuzz_scsipi_disk, with one unit of each kind
 * (harness/devops_scsi.h).
 * Blind: to what a unit did with a command that was sent raw.
 */

#include "devops_scsi.h"

static const struct devops_node nodes[] = {
	{ "/dev/uk0", DEVOPS_NOREAD }, { "/dev/rsd0d", 0 }, { "/dev/rcd0d", DEVOPS_RDONLY }, { "/dev/nrst0", 0 },
	{ "/dev/ses0", 0 }, { "/dev/ch0", 0 }, { "/dev/ses1", 0 }, { "/dev/scsibus0", DEVOPS_NOREAD },
	{ "/dev/enrst0", 0 }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nopci = 1, .dd_nodes = nodes,
	.dd_ioctls = devops_scsi_ioctls, .dd_hints = &devops_scsi_hints,
	.dd_create = devops_scsi_create_all, .dd_unplug = devops_scsi_unplug,
	.dd_plug = devops_scsi_plug, .dd_event = devops_scsi_event, .dd_destroy = devops_scsi_destroy,
};

DEVOPS_TARGET(fuzz_scsipi_ioctl, dev);
