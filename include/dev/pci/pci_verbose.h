/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names of vendors and products, from the list in dev/pci/pcidevs.h.
 */

#ifndef _DEV_PCI_PCI_VERBOSE_H_
#define	_DEV_PCI_PCI_VERBOSE_H_

#include <sys/types.h>

#ifdef _KERNEL

/*
 * Writes the name of a vendor, or of a vendor's product, to buf and returns
 * it: "vendor 1234", "product 5678" where the list has none.
 */
const char *pci_findvendor(char *buf, size_t len, uint32_t vendor);
const char *pci_findproduct(char *buf, size_t len, uint32_t vendor, uint32_t product);

#endif

#endif /* !_DEV_PCI_PCI_VERBOSE_H_ */
