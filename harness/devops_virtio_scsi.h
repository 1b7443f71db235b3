/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio SCSI host with units on it, for targets.  Its part of the header,
 * after that of all virtio devices:
 *
 *	u8 bits of the disk (SCSIM_*, the low byte), u8 further units (1: a CD,
 *	2: a tape, 4: one of no special type, 8: a second disk)
 */

#ifndef HARNESS_DEVOPS_VIRTIO_SCSI_H
#define HARNESS_DEVOPS_VIRTIO_SCSI_H

#include "devops_virtio.h"

/* Functions of struct devops_dev; dv_aux is the struct scsim_target. */
int	devops_virtio_scsi_create(struct devops *);
/* See devops_scsi_unit_event(). */
void	devops_virtio_scsi_event(struct devops *, const struct devop *);

#endif /* HARNESS_DEVOPS_VIRTIO_SCSI_H */
