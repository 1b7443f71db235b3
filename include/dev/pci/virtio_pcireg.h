/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Registers of virtio devices on PCI.  A legacy device (0.9.5) has them at
 * the start of its first BAR, followed by its configuration.  A modern one
 * has vendor capabilities, each of which says in which BAR and where there
 * one of four structures is.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 4.1.
 */

#ifndef _DEV_PCI_VIRTIO_PCIREG_H_
#define	_DEV_PCI_VIRTIO_PCIREG_H_

#include <sys/types.h>

/* Legacy: offset, width in bits. */
#define	VIRTIO_CONFIG_DEVICE_FEATURES		0	/* 32 */
#define	VIRTIO_CONFIG_GUEST_FEATURES		4	/* 32 */
#define	VIRTIO_CONFIG_QUEUE_ADDRESS		8	/* 32, page number */
#define	VIRTIO_CONFIG_QUEUE_SIZE		12	/* 16 */
#define	VIRTIO_CONFIG_QUEUE_SELECT		14	/* 16 */
#define	VIRTIO_CONFIG_QUEUE_NOTIFY		16	/* 16 */
#define	VIRTIO_CONFIG_DEVICE_STATUS		18	/* 8 */
#define	VIRTIO_CONFIG_ISR_STATUS		19	/* 8, cleared by reading */
#define	VIRTIO_CONFIG_CONFIG_VECTOR		20	/* 16, with MSI-X */
#define	VIRTIO_CONFIG_DEVICE_CONFIG_NOMSI	20
#define	VIRTIO_CONFIG_DEVICE_CONFIG_MSI		24
#define	VIRTIO_CONFIG_MSI_CONFIG_VECTOR		20	/* 16, with MSI-X */
#define	VIRTIO_CONFIG_MSI_QUEUE_VECTOR		22	/* 16, with MSI-X */

/* What a vector register answers when the device has no such vector. */
#define	VIRTIO_CONFIG_MSI_NO_VECTOR		0xffff

/* Modern: cfg_type of a capability. */
#define	VIRTIO_PCI_CAP_COMMON_CFG	1
#define	VIRTIO_PCI_CAP_NOTIFY_CFG	2
#define	VIRTIO_PCI_CAP_ISR_CFG		3
#define	VIRTIO_PCI_CAP_DEVICE_CFG	4
#define	VIRTIO_PCI_CAP_PCI_CFG		5

struct virtio_pci_cap {
	uint8_t cap_vndr;		/* PCI_CAP_VENDSPEC */
	uint8_t cap_next;
	uint8_t cap_len;		/* of this structure, at least 16 */
	uint8_t cfg_type;
	uint8_t bar;			/* 0 ... 5 */
	uint8_t padding[3];
	uint32_t offset;		/* in the BAR */
	uint32_t length;		/* bytes there */
} __packed;

struct virtio_pci_notify_cap {
	struct virtio_pci_cap cap;
	uint32_t notify_off_multiplier;	/* bytes for each unit of queue_notify_off */
} __packed;

/* Common configuration: offset, width in bits. */
#define	VIRTIO_CONFIG1_DEVICE_FEATURE_SELECT	0	/* 32 */
#define	VIRTIO_CONFIG1_DEVICE_FEATURE		4	/* 32, read only */
#define	VIRTIO_CONFIG1_DRIVER_FEATURE_SELECT	8	/* 32 */
#define	VIRTIO_CONFIG1_DRIVER_FEATURE		12	/* 32 */
#define	VIRTIO_CONFIG1_CONFIG_MSIX_VECTOR	16	/* 16 */
#define	VIRTIO_CONFIG1_NUM_QUEUES		18	/* 16, read only */
#define	VIRTIO_CONFIG1_DEVICE_STATUS		20	/* 8 */
#define	VIRTIO_CONFIG1_CONFIG_GENERATION	21	/* 8, read only */

/* of the queue that is selected */
#define	VIRTIO_CONFIG1_QUEUE_SELECT		22	/* 16 */
#define	VIRTIO_CONFIG1_QUEUE_SIZE		24	/* 16, may be reduced */
#define	VIRTIO_CONFIG1_QUEUE_MSIX_VECTOR	26	/* 16 */
#define	VIRTIO_CONFIG1_QUEUE_ENABLE		28	/* 16 */
#define	VIRTIO_CONFIG1_QUEUE_NOTIFY_OFF		30	/* 16, read only */
#define	VIRTIO_CONFIG1_QUEUE_DESC		32	/* 64 */
#define	VIRTIO_CONFIG1_QUEUE_AVAIL		40	/* 64 */
#define	VIRTIO_CONFIG1_QUEUE_USED		48	/* 64 */
#define	VIRTIO_CONFIG1_SIZE			56	/* bytes of all this */

#endif /* _DEV_PCI_VIRTIO_PCIREG_H_ */
