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
/*
 * By idx: a unit comes (0) or goes (1), a unit attention (2), a fault (3), a
 * resize (4), the medium goes (5) or comes (6), another host's reservation
 * (7).  mode is the unit.
 */
void	devops_virtio_scsi_event(struct devops *, const struct devop *);

#endif /* HARNESS_DEVOPS_VIRTIO_SCSI_H */
