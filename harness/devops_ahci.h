/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An AHCI adapter for targets: the medium on a disk at port 0, an ATAPI CD at
 * port 1 if it is wanted.  Its part of the header:
 *
 *	u8 flags of the model (AHCIM_*), u8 flags of the disk, u8 bits (1: a
 *	CD, 2: a second disk), u8 ports, u16 milliseconds from reset to signature
 */

#ifndef HARNESS_DEVOPS_AHCI_H
#define HARNESS_DEVOPS_AHCI_H

#include "devops.h"
#include "model/ahci.h"

extern const struct devmut_hints devops_ahci_hints;

/* Functions of struct devops_dev. */
int	devops_ahci_create(struct devops *);
void	devops_ahci_unplug(struct devops *);
int	devops_ahci_plug(struct devops *);
/* A fault of the model, or with flags 2 a drive pulled out or put in. */
void	devops_ahci_event(struct devops *, const struct devop *);
/* A driver that was detached has left the ports stopped, or that is a report. */
void	devops_ahci_destroy(struct devops *);

#endif /* HARNESS_DEVOPS_AHCI_H */
