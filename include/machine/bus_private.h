/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Inside of bus_dma(9), and the tags that a bus hands to its devices.
 */

#ifndef _MACHINE_BUS_PRIVATE_H_
#define	_MACHINE_BUS_PRIVATE_H_

#include <sys/bus.h>

struct x86_bus_dma_tag {
	bus_addr_t	bdt_low;	/* addresses that the device can reach */
	bus_addr_t	bdt_high;
	bus_dma_tag_t	bdt_super;
	uint64_t	bdt_present;	/* overrides of this tag */
	uint64_t	bdt_exists;	/* and of those that it is made from */
	const struct bus_dma_overrides *bdt_ov;
	void		*bdt_ctx;
};

/* Behind a segment of a loaded map. */
struct x86_bus_dmaseg {
	char		*sg_cpu;	/* the kernel's copy */
	bus_addr_t	sg_block;	/* device memory that ends with this */
	bus_size_t	sg_blocklen;	/* segment's map; 0: none */
	int		sg_access;
};

/* Tags of devices with addresses of 32 and 64 bits. */
extern struct x86_bus_dma_tag pci_bus_dma_tag;
extern struct x86_bus_dma_tag pci_bus_dma64_tag;

#endif /* !_MACHINE_BUS_PRIVATE_H_ */
