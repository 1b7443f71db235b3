/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An NVMe controller for targets.  Its part of the header:
 *
 *	u8 flags of the model (NVMEM_*), u8 I/O queues, u8 vectors, u8 log2 of
 *	the largest transfer in pages, u8 doorbell stride, u8 log2 of the block
 *	size less 9 (modulo 4), u8 log2 of queue entries (0: 256), u8 further
 *	namespaces (modulo 3), u16 milliseconds until ready
 */

#ifndef HARNESS_DEVOPS_NVME_H
#define HARNESS_DEVOPS_NVME_H

#include "devops.h"
#include "model/nvme.h"

extern const struct devmut_hints devops_nvme_hints;
/* What disks take, and NVME_PASSTHROUGH_CMD. */
extern const struct devops_ioctl devops_nvme_ioctls[];

/* Functions of struct devops_dev. */
int	devops_nvme_create(struct devops *);
void	devops_nvme_unplug(struct devops *);
int	devops_nvme_plug(struct devops *);
/* A fault of the model (enum nvmem_fault): idx says which, off and len when. */
void	devops_nvme_event(struct devops *, const struct devop *);
/* A driver that was detached has left the controller off, or that is a report. */
void	devops_nvme_destroy(struct devops *);

#endif /* HARNESS_DEVOPS_NVME_H */
