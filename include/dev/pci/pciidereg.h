/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * IDE controllers at PCI: configuration space and bus master registers.
 * PCI IDE Controller Specification 1.0, Programming Interface for Bus Master
 * IDE Controller 1.0.
 */

#ifndef _DEV_PCI_PCIIDEREG_H_
#define	_DEV_PCI_PCIIDEREG_H_

#include <sys/param.h>

#define	PCIIDE_NUM_CHANNELS		2

/* Base address registers. */
#define	PCIIDE_REG_CMD_BASE(chan)	(0x10 + 8 * (chan))
#define	PCIIDE_REG_CTL_BASE(chan)	(0x14 + 8 * (chan))
#define	PCIIDE_REG_BUS_MASTER_DMA	0x20

/* The programming interface: native channels, and those that can be. */
#define	PCIIDE_INTERFACE_PCI(chan)	(0x01 << (2 * (chan)))
#define	PCIIDE_INTERFACE_SETTABLE(chan)	(0x02 << (2 * (chan)))
#define	PCIIDE_CHAN_EN(chan)		(0x20 >> (chan))	/* with: */
#define	PCIIDE_CHANSTATUS_EN		0x40
#define	PCIIDE_INTERFACE_BUS_MASTER_DMA	0x80

/* Where channels are that are not native. */
#define	PCIIDE_COMPAT_CMD_BASE(chan)	((chan) == 0 ? 0x1f0 : 0x170)
#define	PCIIDE_COMPAT_CMD_SIZE		8
#define	PCIIDE_COMPAT_CTL_BASE(chan)	((chan) == 0 ? 0x3f6 : 0x376)
#define	PCIIDE_COMPAT_CTL_SIZE		1
#define	PCIIDE_COMPAT_IRQ(chan)		((chan) == 0 ? 14 : 15)

#define	PCIIDE_CHANNEL_NAME(chan)	((chan) == 0 ? "channel 0" : "channel 1")

/* Bus master registers. */
#define	IDEDMA_SCH_OFFSET	0x08	/* from one channel's to the next one's */
#define	IDEDMA_NREGS		8
#define	IDEDMA_CMD(chan)	(0x00 + IDEDMA_SCH_OFFSET * (chan))
#define	IDEDMA_CMD_WRITE	0x08	/* to memory */
#define	IDEDMA_CMD_START	0x01
#define	IDEDMA_CTL(chan)	(0x02 + IDEDMA_SCH_OFFSET * (chan))
#define	IDEDMA_CTL_DRV_DMA(d)	(0x20 << (d))
#define	IDEDMA_CTL_INTR		0x04
#define	IDEDMA_CTL_ERR		0x02
#define	IDEDMA_CTL_ACT		0x01
#define	IDEDMA_TBL(chan)	(0x04 + IDEDMA_SCH_OFFSET * (chan))

/* What that one points at: a region of memory an entry, little-endian. */
struct idedma_table {
	volatile uint32_t base_addr;
	volatile uint32_t byte_count;
#define	IDEDMA_BYTE_COUNT_MAX	0x00010000	/* as 0 */
#define	IDEDMA_BYTE_COUNT_MASK	0x0000fffe
#define	IDEDMA_BYTE_COUNT_EOT	0x80000000	/* the last one */
#define	IDEDMA_BYTE_COUNT_ALIGN	0x00010000	/* not to be crossed */
};
#define	IDEDMA_NSEGS		(howmany(MAXPHYS, PAGE_SIZE) + 1)

#endif /* !_DEV_PCI_PCIIDEREG_H_ */
