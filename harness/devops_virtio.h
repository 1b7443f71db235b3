/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What targets of virtio drivers have in common: the choices of any virtio
 * device, which are the first 9 bytes of the device's part of the header
 *
 *	u8 transport, u8 queue size (0: VIRTIOM_QSIZE, else 2 to the power of
 *	it, 4 or more), u8 bits, le32 and u8 features that are not offered (bits 0 to 31,
 *	32 to 39), u8 not used
 *
 * and where a hostile one has effect.
 */

#ifndef HARNESS_DEVOPS_VIRTIO_H
#define HARNESS_DEVOPS_VIRTIO_H

#include "devops.h"
#include "model/virtio.h"

/* Bits of the third byte. */
#define DEVOPS_VIRTIO_NOMSIX	0x01
#define DEVOPS_VIRTIO_REORDER	0x02
#define DEVOPS_VIRTIO_QEMU	0x04

extern const struct devmut_hints devops_virtio_hints;

/* Reads the choices off dv_knobs; the rest of them is the device's. */
void	devops_virtio_params(struct devops *, struct virtiom_params *);

/*
 * Functions of struct devops_dev for a model that is a struct virtiom.  The
 * first is called by dd_create: takes the device (NULL: ENOMEM) as dv_model
 * and plugs it in where its transport belongs.
 */
int	devops_virtio_attach(struct devops *, const struct virtiom_params *, struct virtiom *);
void	devops_virtio_unplug(struct devops *);
int	devops_virtio_plug(struct devops *);
/* A driver that was detached has left the device reset, or that is a report. */
void	devops_virtio_destroy(struct devops *);

#endif /* HARNESS_DEVOPS_VIRTIO_H */
