/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What all virtio devices have in common, whatever bus they are on: device
 * numbers, feature and status bits, and the split virtqueue in memory.
 *
 * A virtqueue has three parts.  The descriptor table and the available ring
 * are written by the driver and read by the device; the used ring the other
 * way round.  With N the queue's size, a power of two:
 *
 *	struct vring_desc desc[N];
 *	struct vring_avail;  uint16_t ring[N];  uint16_t used_event;
 *	(padding to VIRTIO_PAGE_SIZE)
 *	struct vring_used;  struct vring_used_elem ring[N];  uint16_t avail_event;
 *
 * Both indices run freely modulo 65536.  All fields are little-endian for a
 * device with VIRTIO_F_VERSION_1, else in the driver's byte order.
 *
 * Virtual I/O Device (VIRTIO) 1.1, sections 2 and 6; 0.9.5 for legacy ones.
 */

#ifndef _DEV_PCI_VIRTIOREG_H_
#define	_DEV_PCI_VIRTIOREG_H_

#include <sys/types.h>

/* Device numbers. */
#define	VIRTIO_DEVICE_ID_NETWORK	1
#define	VIRTIO_DEVICE_ID_BLOCK		2
#define	VIRTIO_DEVICE_ID_CONSOLE	3
#define	VIRTIO_DEVICE_ID_ENTROPY	4
#define	VIRTIO_DEVICE_ID_BALLOON	5
#define	VIRTIO_DEVICE_ID_IOMEM		6
#define	VIRTIO_DEVICE_ID_RPMSG		7
#define	VIRTIO_DEVICE_ID_SCSI		8
#define	VIRTIO_DEVICE_ID_9P		9

/* Features that any device may have. */
#define	VIRTIO_F_NOTIFY_ON_EMPTY	__BIT(24)
#define	VIRTIO_F_RING_INDIRECT_DESC	__BIT(28)
#define	VIRTIO_F_RING_EVENT_IDX		__BIT(29)
#define	VIRTIO_F_BAD_FEATURE		__BIT(30)
#define	VIRTIO_F_VERSION_1		__BIT(32)
#define	VIRTIO_F_ACCESS_PLATFORM	__BIT(33)
#define	VIRTIO_F_RING_PACKED		__BIT(34)
#define	VIRTIO_F_ORDER_PLATFORM		__BIT(36)
#define	VIRTIO_F_SR_IOV			__BIT(37)

/* Their names, for snprintb(3); a device's own go in front or behind. */
#define	VIRTIO_COMMON_FLAG_BITS		\
	"\177\020"			\
	"b\x25" "SR_IOV\0"		\
	"b\x24" "ORDER_PLATFORM\0"	\
	"b\x22" "RING_PACKED\0"		\
	"b\x21" "ACCESS_PLATFORM\0"	\
	"b\x20" "V1\0"			\
	"b\x1e" "BAD_FEATURE\0"		\
	"b\x1d" "EVENT_IDX\0"		\
	"b\x1c" "INDIRECT_DESC\0"	\
	"b\x18" "NOTIFY_ON_EMPTY\0"

/* Device status. */
#define	VIRTIO_CONFIG_DEVICE_STATUS_RESET		0
#define	VIRTIO_CONFIG_DEVICE_STATUS_ACK			1
#define	VIRTIO_CONFIG_DEVICE_STATUS_DRIVER		2
#define	VIRTIO_CONFIG_DEVICE_STATUS_DRIVER_OK		4
#define	VIRTIO_CONFIG_DEVICE_STATUS_FEATURES_OK		8
#define	VIRTIO_CONFIG_DEVICE_STATUS_DEVICE_NEEDS_RESET	64
#define	VIRTIO_CONFIG_DEVICE_STATUS_FAILED		128

/* Interrupt status. */
#define	VIRTIO_CONFIG_ISR_QUEUE_INTERRUPT	1
#define	VIRTIO_CONFIG_ISR_CONFIG_CHANGE		2

/* flags of a descriptor */
#define	VRING_DESC_F_NEXT	1	/* next is valid */
#define	VRING_DESC_F_WRITE	2	/* the device writes, else it reads */
#define	VRING_DESC_F_INDIRECT	4	/* a table of descriptors is there */

/* flags of the used ring, by the device: no need to notify */
#define	VRING_USED_F_NO_NOTIFY		1
/* flags of the available ring, by the driver: no need to interrupt */
#define	VRING_AVAIL_F_NO_INTERRUPT	1

struct vring_desc {
	uint64_t addr;			/* bus address */
	uint32_t len;			/* bytes */
	uint16_t flags;
	uint16_t next;
} __packed;

struct vring_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];		/* heads of chains */
} __packed;

struct vring_used_elem {
	uint32_t id;			/* head of the chain */
	uint32_t len;			/* bytes the device has written */
} __packed;

struct vring_used {
	uint16_t flags;
	uint16_t idx;
	struct vring_used_elem ring[];
} __packed;

#define	VIRTIO_PAGE_SIZE	(4096)

#endif /* _DEV_PCI_VIRTIOREG_H_ */
