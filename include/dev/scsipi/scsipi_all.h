/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What SCSI and ATAPI have in common: CDB groups, INQUIRY, START STOP UNIT.
 */

#ifndef _DEV_SCSIPI_SCSIPI_ALL_H_
#define	_DEV_SCSIPI_SCSIPI_ALL_H_

#include <sys/cdefs.h>
#include <sys/types.h>

#ifdef _KERNEL
#include <dev/scsipi/scsi_spc.h>
#endif

/* The upper three bits of the operation code give the CDB's length. */
#define	CDB_GROUPID(cmd)	((cmd >> 5) & 0x7)
#define	CDB_GROUPID_0	0
#define	CDB_GROUPID_1	1
#define	CDB_GROUPID_2	2
#define	CDB_GROUPID_3	3
#define	CDB_GROUPID_4	4
#define	CDB_GROUPID_5	5
#define	CDB_GROUPID_6	6
#define	CDB_GROUPID_7	7

#define	CDB_GROUP0	6
#define	CDB_GROUP1	10
#define	CDB_GROUP2	10
#define	CDB_GROUP3	0		/* reserved */
#define	CDB_GROUP4	16
#define	CDB_GROUP5	12
#define	CDB_GROUP6	0		/* vendor specific */
#define	CDB_GROUP7	0		/* vendor specific */

#define	INQUIRY		0x12
struct scsipi_inquiry {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SINQ_EVPD	0x01		/* page unused[0] of vital product data */
	u_int8_t unused[2];
	u_int8_t length;
	u_int8_t control;
} __packed;

/* Pages of vital product data (SPC-3 7.6, SBC-3 6.5). */
#define	SINQ_VPD_PAGES		0x00
#define	SINQ_VPD_UNIT_SERIAL	0x80
#define	SINQ_VPD_DEVICE_ID	0x83
#define	SINQ_VPD_BLOCK_LIMITS	0xb0
#define	SINQ_VPD_BLOCK_CHARS	0xb1
#define	SINQ_VPD_LOGICAL_PROV	0xb2
struct scsipi_inquiry_evpd_header {
	u_int8_t device;
	u_int8_t pagecode;
	u_int8_t length[2];		/* bytes behind this */
};

#define	START_STOP	0x1b
struct scsipi_start_stop {
	u_int8_t opcode;
	u_int8_t byte2;			/* 1: do not wait for the end */
	u_int8_t unused[2];
	u_int8_t how;
#define	SSS_STOP	0x00
#define	SSS_START	0x01
#define	SSS_LOEJ	0x02		/* with load or eject */
	u_int8_t control;
};

#define	T_REMOV		1		/* the medium can be removed */
#define	T_FIXED		0

/* The answer to INQUIRY: 36 bytes of SCSI-2, then what SPC added. */
struct scsipi_inquiry_data {
	u_int8_t device;
#define	SID_TYPE		0x1f
#define	SID_QUAL		0xe0
#define	SID_QUAL_LU_PRESENT	0x00
#define	SID_QUAL_LU_NOTPRESENT	0x20
#define	SID_QUAL_reserved	0x40
#define	SID_QUAL_LU_NOT_SUPP	0x60

#define	T_DIRECT		0x00	/* disk */
#define	T_SEQUENTIAL		0x01	/* tape */
#define	T_PRINTER		0x02
#define	T_PROCESSOR		0x03
#define	T_WORM			0x04	/* written once */
#define	T_CDROM			0x05
#define	T_SCANNER		0x06
#define	T_OPTICAL		0x07	/* optical memory */
#define	T_CHANGER		0x08	/* medium changer */
#define	T_COMM			0x09
#define	T_IT8_1			0x0a	/* graphic arts */
#define	T_IT8_2			0x0b
#define	T_STORARRAY		0x0c	/* storage array controller */
#define	T_ENCLOSURE		0x0d	/* enclosure services */
#define	T_SIMPLE_DIRECT		0x0E	/* disk, simplified (RBC) */
#define	T_OPTIC_CARD_RW		0x0F
#define	T_OBJECT_STORED		0x11
#define	T_NODEVICE		0x1f

	u_int8_t dev_qual2;
#define	SID_QUAL2		0x7F
#define	SID_REMOVABLE		0x80
	u_int8_t version;
#define	SID_ANSII		0x07
#define	SID_ECMA		0x38
#define	SID_ISO			0xC0
	u_int8_t response_format;
#define	SID_RespDataFmt		0x0F
#define	SID_FORMAT_SCSI1	0x00
#define	SID_FORMAT_CCS		0x01
#define	SID_FORMAT_ISO		0x02
	u_int8_t additional_length;	/* bytes after this one */
	u_int8_t flags1;
#define	SID_SCC		0x80
	u_int8_t flags2;
#define	SID_Addr16	0x01
#define	SID_MChngr	0x08
#define	SID_MultiPort	0x10
#define	SID_EncServ	0x40
#define	SID_BasQue	0x80
	u_int8_t flags3;
#define	SID_SftRe	0x01
#define	SID_CmdQue	0x02		/* tagged commands */
#define	SID_Linked	0x08
#define	SID_Sync	0x10
#define	SID_WBus16	0x20
#define	SID_WBus32	0x40
#define	SID_RelAdr	0x80
	char	vendor[8];		/* padded with blanks */
	char	product[16];
	char	revision[4];
#define	SCSIPI_INQUIRY_LENGTH_SCSI2	36
	u_int8_t vendor_specific[20];
	u_int8_t flags4;
#define	SID_IUS		0x01
#define	SID_QAS		0x02
#define	SID_Clocking	0x0C
#define	SID_CLOCKING_ST_ONLY	0x00
#define	SID_CLOCKING_DT_ONLY	0x04
#define	SID_CLOCKING_SD_DT	0x0C
	u_int8_t reserved;
	char	version_descriptor[8][2];
#define	SCSIPI_INQUIRY_LENGTH_SCSI3	74
} __packed;

#endif /* !_DEV_SCSIPI_SCSIPI_ALL_H_ */
