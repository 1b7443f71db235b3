/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Registers of a virtio device in plain register space.  All are 32 bits
 * wide; the configuration behind them is read at its fields' widths.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 4.2.
 */

#ifndef _DEV_VIRTIO_VIRTIO_MMIOREG_H_
#define	_DEV_VIRTIO_VIRTIO_MMIOREG_H_

#define	VIRTIO_MMIO_MAGIC		0x74726976	/* "virt" */

#define	VIRTIO_MMIO_MAGIC_VALUE		0x000
#define	VIRTIO_MMIO_VERSION		0x004	/* 1: legacy, 2: modern */
#define	VIRTIO_MMIO_DEVICE_ID		0x008	/* 0: nothing here */
#define	VIRTIO_MMIO_VENDOR_ID		0x00c
#define	VIRTIO_MMIO_DEVICE_FEATURES	0x010
#define	VIRTIO_MMIO_DEVICE_FEATURES_SEL	0x014
#define	VIRTIO_MMIO_DRIVER_FEATURES	0x020
#define	VIRTIO_MMIO_DRIVER_FEATURES_SEL	0x024
#define	VIRTIO_MMIO_V1_GUEST_PAGE_SIZE	0x028	/* legacy */
#define	VIRTIO_MMIO_QUEUE_SEL		0x030
#define	VIRTIO_MMIO_QUEUE_NUM_MAX	0x034
#define	VIRTIO_MMIO_QUEUE_NUM		0x038
#define	VIRTIO_MMIO_V1_QUEUE_ALIGN	0x03c	/* legacy */
#define	VIRTIO_MMIO_V1_QUEUE_PFN	0x040	/* legacy */
#define	VIRTIO_MMIO_QUEUE_READY		0x044
#define	VIRTIO_MMIO_QUEUE_NOTIFY	0x050
#define	VIRTIO_MMIO_INTERRUPT_STATUS	0x060
#define	VIRTIO_MMIO_INTERRUPT_ACK	0x064
#define	VIRTIO_MMIO_STATUS		0x070
#define	VIRTIO_MMIO_V2_QUEUE_DESC_LOW	0x080
#define	VIRTIO_MMIO_V2_QUEUE_DESC_HIGH	0x084
#define	VIRTIO_MMIO_V2_QUEUE_AVAIL_LOW	0x090
#define	VIRTIO_MMIO_V2_QUEUE_AVAIL_HIGH	0x094
#define	VIRTIO_MMIO_V2_QUEUE_USED_LOW	0x0a0
#define	VIRTIO_MMIO_V2_QUEUE_USED_HIGH	0x0a4
#define	VIRTIO_MMIO_V2_CONFIG_GEN	0x0fc
#define	VIRTIO_MMIO_CONFIG		0x100

/* Status and acknowledge of interrupts. */
#define	VIRTIO_MMIO_INT_QUEUE		1
#define	VIRTIO_MMIO_INT_CONFIG		2

#endif /* !_DEV_VIRTIO_VIRTIO_MMIOREG_H_ */
