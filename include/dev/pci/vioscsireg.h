/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio SCSI host: its configuration, and what is in its queues.  All
 * fields in memory are in the device's byte order.
 *
 * A command is a request header and data out, which the device reads, then a
 * response and data in, which it writes.  A logical unit is a single-level
 * structure: 1, target, 0x40 | unit >> 8, unit & 0xff, four zeroes.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.6.
 */

#ifndef _DEV_PCI_VIOSCSIREG_H_
#define	_DEV_PCI_VIOSCSIREG_H_

#include <sys/types.h>

/* Features. */
#define	VIRTIO_SCSI_F_INOUT		__BIT(0)	/* data both ways */
#define	VIRTIO_SCSI_F_HOTPLUG		__BIT(1)	/* units come and go */
#define	VIRTIO_SCSI_F_CHANGE		__BIT(2)	/* ... change */
#define	VIRTIO_SCSI_F_T10_PI		__BIT(3)	/* protection information */

/* Configuration: offset, width in bits. */
#define	VIRTIO_SCSI_CONFIG_NUM_QUEUES	0	/* 32, of requests */
#define	VIRTIO_SCSI_CONFIG_SEG_MAX	4	/* 32, segments of a command */
#define	VIRTIO_SCSI_CONFIG_MAX_SECTORS	8	/* 32, of 512 bytes */
#define	VIRTIO_SCSI_CONFIG_CMD_PER_LUN	12	/* 32 */
#define	VIRTIO_SCSI_CONFIG_EVENT_INFO_SIZE 16	/* 32, bytes of an event */
#define	VIRTIO_SCSI_CONFIG_SENSE_SIZE	20	/* 32, may be written */
#define	VIRTIO_SCSI_CONFIG_CDB_SIZE	24	/* 32, may be written */
#define	VIRTIO_SCSI_CONFIG_MAX_CHANNEL	28	/* 16 */
#define	VIRTIO_SCSI_CONFIG_MAX_TARGET	30	/* 16, the last one */
#define	VIRTIO_SCSI_CONFIG_MAX_LUN	32	/* 32, the last one */

/* The sizes after a reset. */
#define	VIRTIO_SCSI_CDB_SIZE		32
#define	VIRTIO_SCSI_SENSE_SIZE		96

/* Queues. */
#define	VIRTIO_SCSI_VQ_CONTROL		0
#define	VIRTIO_SCSI_VQ_EVENT		1
#define	VIRTIO_SCSI_VQ_REQUEST		2	/* and those behind it */

struct virtio_scsi_req_hdr {
	uint8_t		lun[8];
	uint64_t	id;
	uint8_t		task_attr;	/* VIRTIO_SCSI_S_* */
	uint8_t		prio;
	uint8_t		crn;
	uint8_t		cdb[VIRTIO_SCSI_CDB_SIZE];
} __packed;

/* task_attr */
#define	VIRTIO_SCSI_S_SIMPLE		0
#define	VIRTIO_SCSI_S_ORDERED		1
#define	VIRTIO_SCSI_S_HEAD		2
#define	VIRTIO_SCSI_S_ACA		3

struct virtio_scsi_res_hdr {
	uint32_t	sense_len;
	uint32_t	residual;
	uint16_t	status_qualifier;
	uint8_t		status;		/* of SCSI */
	uint8_t		response;	/* VIRTIO_SCSI_S_* */
	uint8_t		sense[VIRTIO_SCSI_SENSE_SIZE];
} __packed;

/* response */
#define	VIRTIO_SCSI_S_OK		0
#define	VIRTIO_SCSI_S_OVERRUN		1
#define	VIRTIO_SCSI_S_ABORTED		2
#define	VIRTIO_SCSI_S_BAD_TARGET	3
#define	VIRTIO_SCSI_S_RESET		4
#define	VIRTIO_SCSI_S_BUSY		5
#define	VIRTIO_SCSI_S_TRANSPORT_FAILURE	6
#define	VIRTIO_SCSI_S_TARGET_FAILURE	7
#define	VIRTIO_SCSI_S_NEXUS_FAILURE	8
#define	VIRTIO_SCSI_S_FAILURE		9
#define	VIRTIO_SCSI_S_FUNCTION_SUCCEEDED 10
#define	VIRTIO_SCSI_S_FUNCTION_REJECTED	11
#define	VIRTIO_SCSI_S_INCORRECT_LUN	12

/* Task management, in the control queue; the response is one byte. */
struct virtio_scsi_ctrl_tmf {
	uint32_t	type;		/* VIRTIO_SCSI_T_TMF */
	uint32_t	subtype;
	uint8_t		lun[8];
	uint64_t	id;
} __packed;

#define	VIRTIO_SCSI_T_TMF			0
#define	VIRTIO_SCSI_T_TMF_ABORT_TASK		0
#define	VIRTIO_SCSI_T_TMF_ABORT_TASK_SET	1
#define	VIRTIO_SCSI_T_TMF_CLEAR_ACA		2
#define	VIRTIO_SCSI_T_TMF_CLEAR_TASK_SET	3
#define	VIRTIO_SCSI_T_TMF_I_T_NEXUS_RESET	4
#define	VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET	5
#define	VIRTIO_SCSI_T_TMF_QUERY_TASK		6
#define	VIRTIO_SCSI_T_TMF_QUERY_TASK_SET	7

/* Events. */
struct virtio_scsi_event {
	uint32_t	event;		/* VIRTIO_SCSI_T_* */
	uint8_t		lun[8];
	uint32_t	reason;
} __packed;

#define	VIRTIO_SCSI_T_NO_EVENT		0
#define	VIRTIO_SCSI_T_TRANSPORT_RESET	1
#define	VIRTIO_SCSI_T_ASYNC_NOTIFY	2
#define	VIRTIO_SCSI_T_PARAM_CHANGE	3
#define	VIRTIO_SCSI_T_EVENTS_MISSED	0x80000000	/* in addition */

/* Reasons of a transport reset. */
#define	VIRTIO_SCSI_EVT_RESET_HARD	0
#define	VIRTIO_SCSI_EVT_RESET_RESCAN	1
#define	VIRTIO_SCSI_EVT_RESET_REMOVED	2

#endif /* _DEV_PCI_VIOSCSIREG_H_ */
