/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PCI topology as the device of an input (devops.h): up to six functions,
 * each with four bytes of the header's own part.
 *
 *	u8 kind	0: a device for the first, nothing for the others; 1: device,
 *		2: bridge, 3: root port; bits 4 to 6: the function's number
 *	u8	which bridge made so far it is behind (0: none)
 *	u8	device number, added to the default of 3 + its index
 *	u8	DEVOPS_PCI_* of a device
 *
 * A device's registers: a write of n + 1 to offset 0 raises message n or the
 * pin, one of 0 takes the pin back; the rest reads as something.  Its driver is fuzz-targets/pci_tour.c, which asks
 * whatever pci(9) can be asked; what the last byte says is its subsystem ID,
 * so that driver and device agree on how far the tour goes.
 */

#ifndef HARNESS_DEVOPS_PCI_H
#define HARNESS_DEVOPS_PCI_H

#include "devops.h"
#include "model/pci.h"

#define DEVOPS_PCI_IO		0x01	/* an I/O BAR */
#define DEVOPS_PCI_WIDE		0x02	/* a 64-bit, prefetchable one */
#define DEVOPS_PCI_HUGE		0x04	/* larger than the windows of bridges are */
#define DEVOPS_PCI_MSI		0x08
#define DEVOPS_PCI_MSIX		0x10
#define DEVOPS_PCI_EXPRESS	0x20	/* with extended capabilities */
#define DEVOPS_PCI_PRINT	0x40	/* the driver prints all there is */
#define DEVOPS_PCI_POWER	0x80	/* and tries power states and VPD */

int	devops_pci_create(struct devops *);
void	devops_pci_unplug(struct devops *);
int	devops_pci_plug(struct devops *);
void	devops_pci_event(struct devops *, const struct devop *);
extern const struct devops_node devops_pci_nodes[];
extern const struct devops_ioctl devops_pci_ioctls[];
extern const struct devmut_hints devops_pci_hints;

#endif /* HARNESS_DEVOPS_PCI_H */
