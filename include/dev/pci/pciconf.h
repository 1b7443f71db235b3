/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Giving out bus numbers and addresses where no firmware did.
 */

#ifndef _DEV_PCI_PCICONF_H_
#define	_DEV_PCI_PCICONF_H_

#include <sys/bus.h>

#include <dev/pci/pcivar.h>

struct pciconf_resources;

#define	PCICONF_RESOURCE_IO			0
#define	PCICONF_RESOURCE_MEM			1
#define	PCICONF_RESOURCE_PREFETCHABLE_MEM	2

/* A set of address ranges to give out from, empty at first.  Sleeps. */
struct pciconf_resources *pciconf_resource_init(void);
void	pciconf_resource_fini(struct pciconf_resources *);

/* Adds [start, start + size) of a kind.  EINVAL for a range that wraps or a kind that isn't one. */
int	pciconf_resource_add(struct pciconf_resources *, int type, bus_addr_t start,
	    bus_size_t size);

/*
 * Numbers the buses below firstbus, sets bridge windows and BARs, and enables
 * what pci_conf_hook() says.  What is assigned validly stays where it is.
 * Without prefetchable ranges plain memory serves both.  ENOMEM where
 * something found no room: it stays off, the rest is configured.
 */
int	pci_configure_bus(pci_chipset_tag_t, struct pciconf_resources *, int firstbus,
	    int cacheline_size);

/* What pci_conf_hook() answers with. */
#define	PCI_CONF_MAP_IO		0x0001
#define	PCI_CONF_MAP_MEM	0x0002
#define	PCI_CONF_MAP_ROM	0x0004
#define	PCI_CONF_ENABLE_IO	0x0008
#define	PCI_CONF_ENABLE_MEM	0x0010
#define	PCI_CONF_ENABLE_BM	0x0020
#define	PCI_CONF_ENABLE_PARITY	0x0040
#define	PCI_CONF_ENABLE_SERR	0x0080
#define	PCI_CONF_ENABLE_ROM	0x0100
#define	PCI_CONF_DEFAULT	0x00ff
#define	PCI_CONF_ALL		0x01ff

#endif /* !_DEV_PCI_PCICONF_H_ */
