/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio block device for targets.  Its part of the header, after that of
 * all virtio devices:
 *
 *	u8 bits (1: read-only, 2: blocks of 4 KiB), u8 segments at most, u8
 *	pages in a segment at most (0: what the device can)
 *
 * An event is another size (idx even, off sectors), or a request that fails.
 */

#ifndef HARNESS_DEVOPS_VIRTIO_LD_H
#define HARNESS_DEVOPS_VIRTIO_LD_H

#include "devops_virtio.h"

extern const struct devops_dev devops_virtio_ld;

#endif /* HARNESS_DEVOPS_VIRTIO_LD_H */
