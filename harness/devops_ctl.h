/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Controllers without hardware (fuzz-targets/ctl_tour.c), for the nodes that
 * are ioctls alone: /dev/bio, /dev/sysmon, /dev/iicN, /dev/drvctl, /dev/pciN.
 *
 * The device's part of the header:
 *
 *	u8 bits: DEVOPS_CTL_*, then a struct ctltour_unit for each unit
 *
 * With a PCI bus, that is what DEVOP_RESCAN looks at; the controllers come
 * and go by events and at mainbus0's rescan.
 *
 * Loose bytes are what the controllers and their chips answer (ctl_tour.h).
 * An event's idx is an enum ctltour_event, of unit buf with argument off, or
 * after those what happens on the PCI bus (devops_pci_event()).
 */

#ifndef HARNESS_DEVOPS_CTL_H
#define HARNESS_DEVOPS_CTL_H

#include "devops.h"

#define DEVOPS_CTL_SECOND	0x01	/* unit 1 is there as well */
#define DEVOPS_CTL_THIRD	0x02	/* and unit 2 */
#define DEVOPS_CTL_PCI		0x04	/* a PCI bridge with a function behind it */
#define DEVOPS_CTL_NONE		0x08	/* unit 0 is not there yet */

int	devops_ctl_create(struct devops *);
void	devops_ctl_unplug(struct devops *);
int	devops_ctl_plug(struct devops *);
void	devops_ctl_event(struct devops *, const struct devop *);
void	devops_ctl_destroy(struct devops *);

extern const struct devops_ioctl devops_ctl_ioctls[];
extern const struct devmut_hints devops_ctl_hints;

#endif /* HARNESS_DEVOPS_CTL_H */
