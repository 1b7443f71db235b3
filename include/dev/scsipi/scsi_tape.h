/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands and mode pages of sequential access devices (SSC).
 */

#ifndef _DEV_SCSIPI_SCSI_TAPE_H_
#define	_DEV_SCSIPI_SCSI_TAPE_H_

#include <sys/types.h>

#define	READ			0x08
#define	WRITE			0x0a
struct scsi_rw_tape {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SRW_FIXED		0x01	/* len is in blocks */
#define	SRW_SILI		0x02	/* a wrong length is no error */
	u_int8_t len[3];
	u_int8_t control;
} __packed;

#define	SPACE			0x11
struct scsi_space {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SS_CODE			0x03
#define	SP_BLKS			0x00
#define	SP_FILEMARKS		0x01
#define	SP_SEQ_FILEMARKS	0x02
#define	SP_EOM			0x03
	u_int8_t number[3];		/* signed */
	u_int8_t control;
} __packed;

#define	WRITE_FILEMARKS		0x10
struct scsi_write_filemarks {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SR_IMMED		0x01	/* do not wait for the end */
	u_int8_t number[3];
	u_int8_t control;
} __packed;

#define	REWIND			0x01
struct scsi_rewind {
	u_int8_t opcode;
	u_int8_t byte2;			/* SR_IMMED */
	u_int8_t unused[3];
	u_int8_t control;
} __packed;

#define	LOAD			0x1b
struct scsi_load {
	u_int8_t opcode;
	u_int8_t byte2;			/* SR_IMMED */
	u_int8_t unused[2];
	u_int8_t how;
#define	LD_UNLOAD		0x00
#define	LD_LOAD			0x01
#define	LD_RETENSION		0x02
	u_int8_t control;
} __packed;

#define	ERASE			0x19
struct scsi_erase {
	u_int8_t opcode;
	u_int8_t byte2;
#define	SE_LONG			0x01	/* to the end of the tape */
#define	SE_IMMED		0x02
	u_int8_t unused[3];
	u_int8_t control;
} __packed;

#define	READ_BLOCK_LIMITS	0x05
struct scsi_block_limits {
	u_int8_t opcode;
	u_int8_t byte2;
	u_int8_t unused[3];
	u_int8_t control;
} __packed;

struct scsi_block_limits_data {
	u_int8_t reserved;
	u_int8_t max_length[3];
	u_int8_t min_length[2];
} __packed;

#define	READ_POSITION		0x34
struct scsi_tape_read_position {
	u_int8_t opcode;
	u_int8_t byte1;			/* 1: the hardware's position */
	u_int8_t reserved[7];
	u_int8_t control;
} __packed;

/* The short form; its first byte holds SRP_* */
struct scsi_tape_position {
	u_int8_t flags;
#define	SRP_BOP			0x80	/* at the start of the partition */
#define	SRP_EOP			0x40	/* past the early warning */
#define	SRP_BPU			0x04	/* the position is not known */
	u_int8_t partition;
	u_int8_t reserved0[2];
	u_int8_t first_block[4];	/* next to be read or written */
	u_int8_t last_block[4];		/* ... from or to the medium */
	u_int8_t reserved1;
	u_int8_t blocks_in_buffer[3];
	u_int8_t bytes_in_buffer[4];
} __packed;

#define	LOCATE			0x2b
struct scsi_tape_locate {
	u_int8_t opcode;
	u_int8_t byte2;			/* 4: the hardware's position */
	u_int8_t reserved1;
	u_int8_t blkaddr[4];
	u_int8_t reserved2;
	u_int8_t partition;
	u_int8_t control;
} __packed;

/* Device configuration page. */
struct scsi_tape_dev_conf_page {
	u_int8_t pagecode;		/* 0x10 */
	u_int8_t pagelength;		/* 0x0e */
	u_int8_t byte2;
#define	SMT_CAP			0x40	/* change the active partition */
#define	SMT_CAF			0x20	/* change the active format */
#define	SMT_AFMASK		0x1f
	u_int8_t active_partition;
	u_int8_t wb_full_ratio;
	u_int8_t rb_empty_ratio;
	u_int8_t wrdelay_time[2];
	u_int8_t byte8;
#define	SMT_DBR			0x80
#define	SMT_BIS			0x40	/* has block identifiers */
#define	SMT_RSMK		0x20
#define	SMT_AVC			0x10
#define	SMT_SOCF_MASK		0xc0
#define	SMT_RBO			0x20
#define	SMT_REW			0x10	/* early warning when reading, too */
	u_int8_t gap_size;
	u_int8_t byte10;
#define	SMT_EODDEFINED		0xe0
#define	SMT_EEG			0x10
#define	SMT_SEW			0x80
	u_int8_t ew_bufsize[3];
	u_int8_t sel_comp_alg;
#define	SMT_COMP_NONE		0x00
#define	SMT_COMP_DEFAULT	0x01
	u_int8_t reserved;
} __packed;

/* Data compression page. */
struct scsi_tape_dev_compression_page {
	u_int8_t pagecode;		/* 0x0f */
	u_int8_t pagelength;		/* 0x0e */
	u_int8_t dce_dcc;
#define	DCP_DCE			0x80	/* compress */
#define	DCP_DCC			0x40	/* it can */
	u_int8_t dde_red;
#define	DCP_DDE			0x80	/* decompress */
	u_int8_t comp_alg[4];
	u_int8_t decomp_alg[4];
	u_int8_t reserved[4];
} __packed;

/* The device specific byte of a mode parameter header. */
#define	SMH_DSP_SPEED		0x0F
#define	SMH_DSP_BUFF_MODE	0x70
#define	SMH_DSP_BUFF_MODE_OFF	0x00
#define	SMH_DSP_BUFF_MODE_ON	0x10
#define	SMH_DSP_BUFF_MODE_MLTI	0x20
#define	SMH_DSP_WRITE_PROT	0x80

/* Density codes. */
#define	HALFINCH_800	0x01
#define	HALFINCH_1600	0x02
#define	HALFINCH_6250	0x03
#define	QIC_11		0x04
#define	QIC_24		0x05
#define	QIC_120		0x0f
#define	QIC_150		0x10
#define	QIC_320		0x11
#define	QIC_525		0x11
#define	QIC_1320	0x12
#define	DDS		0x13
#define	DAT_1		0x13
#define	QIC_3080	0x29
#define	QIC_3095	0x45
#define	QIC_3220	0x47

#endif /* !_DEV_SCSIPI_SCSI_TAPE_H_ */
