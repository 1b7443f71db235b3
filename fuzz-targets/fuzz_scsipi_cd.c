/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * CD drives that may lie, under cd(4): on SCSI and ATAPI, with tracks of
 * audio and of data, sessions, trays and doors.
 *
 * Input, oracles: as fuzz_scsipi_disk, with a CD as the first unit
 * (harness/devops_scsi.h).
 * Blind: to what audio sounds like, and to discs that are written.
 */

#include "devops_scsi.h"

static const struct devops_node nodes[] = {
	{ "/dev/rcd0d", DEVOPS_RAWDISK | DEVOPS_RDONLY }, { "/dev/cd0d", DEVOPS_BLOCK | DEVOPS_RDONLY },
	{ "/dev/rcd0a", DEVOPS_RDONLY }, { "/dev/scsibus0", DEVOPS_NOREAD },
	{ "/dev/rsd0d", 0 }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nopci = 1, .dd_nodes = nodes,
	.dd_ioctls = devops_cd_ioctls, .dd_hints = &devops_scsi_hints,
	.dd_create = devops_scsi_create_cd, .dd_unplug = devops_scsi_unplug,
	.dd_plug = devops_scsi_plug, .dd_event = devops_scsi_event, .dd_destroy = devops_scsi_destroy,
};

DEVOPS_TARGET(fuzz_scsipi_cd, dev);
