/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Programs that ask devices by ioctl alone: bio(4), envsys(4), iic(4),
 * drvctl(4), pci(4), over controllers which answer what the input says, when
 * it says, and come and go meanwhile (ctl_tour.c).
 *
 * Input: controllers, operations on the nodes, events of the controllers,
 * their answers (harness/devops.h, harness/devops_ctl.h).
 * Oracles: sanitizers; the kernel's lock checks; the controllers as checkers
 * of who calls them; everything returned after the detach; a bound on steps.
 * Blind: to whether an answer reached the program unchanged; to programs
 * without privileges; to a detach of mainbus0 and pci0 (the rig needs them);
 * to PCI functions that lie (fuzz_pci_config).
 */

#include "devops_ctl.h"

static const struct devops_node nodes[] = {
	{ "/dev/bio", DEVOPS_ASKS }, { "/dev/sysmon", DEVOPS_ASKS }, { "/dev/iic0", DEVOPS_ASKS },
	{ "/dev/drvctl", DEVOPS_ASKS }, { "/dev/pci0", DEVOPS_ASKS }, { "/dev/iic1", DEVOPS_ASKS },
	{ "/dev/pci1", DEVOPS_ASKS }, { "/dev/iic2", DEVOPS_ASKS }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nodes = nodes, .dd_ioctls = devops_ctl_ioctls,
	.dd_hints = &devops_ctl_hints, .dd_create = devops_ctl_create, .dd_unplug = devops_ctl_unplug,
	.dd_plug = devops_ctl_plug, .dd_event = devops_ctl_event, .dd_destroy = devops_ctl_destroy,
};

DEVOPS_TARGET(fuzz_devctl, dev);
