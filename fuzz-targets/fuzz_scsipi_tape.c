/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Tape drives that may lie, under st(4): records of fixed and of their own
 * length, file marks, positions, the end of the tape.
 *
 * Input, oracles: as fuzz_scsipi_disk, with a tape as the first unit
 * (harness/devops_scsi.h).
 * Blind: to whether what is read is what was written (the tests look).
 */

#include "devops_scsi.h"

static const struct devops_node nodes[] = {
	{ "/dev/nrst0", 0 }, { "/dev/rst0", 0 }, { "/dev/erst0", 0 }, { "/dev/enrst0", 0 },
	{ "/dev/nst0", 0 }, { "/dev/scsibus0", DEVOPS_NOREAD }, { "/dev/nrst1", 0 }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nopci = 1, .dd_nodes = nodes,
	.dd_ioctls = devops_tape_ioctls, .dd_hints = &devops_scsi_hints,
	.dd_create = devops_scsi_create_tape, .dd_unplug = devops_scsi_unplug,
	.dd_plug = devops_scsi_plug, .dd_event = devops_scsi_event, .dd_destroy = devops_scsi_destroy,
};

DEVOPS_TARGET(fuzz_scsipi_tape, dev);
