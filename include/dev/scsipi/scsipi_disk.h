/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands of disks on SCSI and ATAPI (SBC): READ, WRITE and READ CAPACITY.
 */

#ifndef _DEV_SCSIPI_SCSIPI_DISK_H_
#define	_DEV_SCSIPI_SCSIPI_DISK_H_

#include <sys/cdefs.h>
#include <sys/types.h>

#define	READ_10			0x28
#define	WRITE_10		0x2a
struct scsipi_rw_10 {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SRWB_RELADDR	0x01		/* obsolete */
#define	SRWB_FUA_NV	0x02		/* to the non-volatile cache */
#define	SRWB_FUA	0x08		/* to the medium */
#define	SRWB_DPO	0x10		/* need not be cached */
#define	SRWB_PROTECT(x) ((x) << 5)
	u_int8_t addr[4];
	u_int8_t reserved;
	u_int8_t length[2];		/* blocks */
	u_int8_t control;
} __packed;

#define	READ_12			0xa8
#define	WRITE_12		0xaa
struct scsipi_rw_12 {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t addr[4];
	u_int8_t length[4];
	u_int8_t byte11;
	u_int8_t control;
} __packed;

#define	READ_16			0x88
#define	WRITE_16		0x8a
struct scsipi_rw_16 {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t addr[8];
	u_int8_t length[4];
	u_int8_t byte15;
	u_int8_t control;
} __packed;

#define	READ_CAPACITY_10	0x25
struct scsipi_read_capacity_10 {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t addr[4];
	u_int8_t unused[3];
	u_int8_t control;
} __packed;

struct scsipi_read_capacity_10_data {
	u_int8_t addr[4];		/* last block; ~0: ask with 16 */
	u_int8_t length[4];		/* bytes of a block */
} __packed;

#define	READ_CAPACITY_16	0x9e	/* SERVICE ACTION IN (16) */
struct scsipi_read_capacity_16 {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SRC16_SERVICE_ACTION	0x10
	u_int8_t addr[8];
	u_int8_t len[4];		/* allocation length */
	u_int8_t byte15;
#define	SRC16_PMI		0x01
	u_int8_t control;
} __packed;

struct scsipi_read_capacity_16_data {
	u_int8_t addr[8];
	u_int8_t length[4];
	u_int8_t byte13;
#define	SRC16D_PROT_EN		0x01
#define	SRC16D_RTO_EN		0x02
	u_int8_t reserved[19];
} __packed;

#define	READ_FORMAT_CAPACITIES	0x23
struct scsipi_read_format_capacities {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t reserved1[5];
	u_int8_t length[2];
	u_int8_t reserved2[3];
} __packed;

struct scsipi_capacity_list_header {
	u_int8_t reserved[3];
	u_int8_t length;		/* bytes of descriptors that follow */
} __packed;

struct scsipi_capacity_descriptor {
	u_int8_t nblks[4];
	u_int8_t byte5;			/* code, in the first descriptor */
	u_int8_t blklen[3];
} __packed;

#define	SCSIPI_CAP_DESC_CODE_MASK		0x3
#define	SCSIPI_CAP_DESC_CODE_RESERVED		0x0
#define	SCSIPI_CAP_DESC_CODE_UNFORMATTED	0x1	/* what it could hold */
#define	SCSIPI_CAP_DESC_CODE_FORMATTED		0x2	/* what it holds */
#define	SCSIPI_CAP_DESC_CODE_NONE		0x3	/* what the drive takes */

#endif /* !_DEV_SCSIPI_SCSIPI_DISK_H_ */
