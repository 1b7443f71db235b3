/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is SCSI's alone and not ATAPI's: the status byte, the control byte,
 * the LUN in the CDB of old.  SAM, SCSI-2.
 */

#ifndef _DEV_SCSIPI_SCSI_ALL_H_
#define	_DEV_SCSIPI_SCSI_ALL_H_

#include <sys/types.h>

/* The control byte, last of each CDB. */
#define	SCSI_CTL_LINK		0x01
#define	SCSI_CTL_FLAG		0x02
#define	SCSI_CTL_VENDOR		0xC0

/* SCSI-2 and before: the LUN in the second byte of the CDB. */
#define	SCSI_CMD_LUN_MASK	0xe0
#define	SCSI_CMD_LUN_SHIFT	5

#define	SCSI_CHANGE_DEFINITION	0x40
struct scsi_changedef {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t unused1;
	u_int8_t how;			/* SC_SCSI_* */
	u_int8_t unused[4];
	u_int8_t datalen;
	u_int8_t control;
};
#define	SC_SCSI_1	0x01
#define	SC_SCSI_2	0x03

/* Status byte. */
#define	SCSI_OK			0x00	/* good */
#define	SCSI_CHECK		0x02	/* there is sense data */
#define	SCSI_BUSY		0x08
#define	SCSI_INTERM		0x10
#define	SCSI_RESV_CONFLICT	0x18	/* reserved by somebody else */
#define	SCSI_TERMINATED		0x22
#define	SCSI_QUEUE_FULL		0x28	/* task set full */
#define	SCSI_ACA_ACTIVE		0x30

#endif /* !_DEV_SCSIPI_SCSI_ALL_H_ */
