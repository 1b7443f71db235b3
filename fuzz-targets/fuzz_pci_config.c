/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI buses that may lie, under pci(4) and ppb(4) and a driver that asks for
 * everything (pci_tour.c).
 *
 * Input: a topology with its choices, operations, and what the hostile layer
 * changes in configuration space and registers (harness/devops.h,
 * harness/devops_pci.h).
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach: memory, interrupt lines, mappings; a bound on steps.
 * Blind: to whether a tampered answer was taken for the right one.
 */

#include "devops_pci.h"

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = devops_pci_nodes,
	.dd_ioctls = devops_pci_ioctls, .dd_hints = &devops_pci_hints,
	.dd_create = devops_pci_create, .dd_unplug = devops_pci_unplug, .dd_plug = devops_pci_plug,
	.dd_event = devops_pci_event,
};

DEVOPS_TARGET(fuzz_pci_config, dev);
