/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Messages of parallel SCSI; adapters use the tag messages' codes.  SCSI-2
 * section 6, SPI.
 */

#ifndef _DEV_SCSIPI_SCSI_MESSAGE_H_
#define	_DEV_SCSIPI_SCSI_MESSAGE_H_

/* One byte. */
#define	MSG_CMDCOMPLETE		0x00
#define	MSG_EXTENDED		0x01
#define	MSG_SAVEDATAPOINTER	0x02
#define	MSG_RESTOREPOINTERS	0x03
#define	MSG_DISCONNECT		0x04
#define	MSG_INITIATOR_DET_ERR	0x05
#define	MSG_ABORT		0x06
#define	MSG_MESSAGE_REJECT	0x07
#define	MSG_NOOP		0x08
#define	MSG_PARITY_ERROR	0x09
#define	MSG_LINK_CMD_COMPLETE	0x0a
#define	MSG_LINK_CMD_COMPLETEF	0x0b
#define	MSG_BUS_DEV_RESET	0x0c
#define	MSG_ABORT_TAG		0x0d
#define	MSG_CLEAR_QUEUE		0x0e
#define	MSG_INIT_RECOVERY	0x0f
#define	MSG_REL_RECOVERY	0x10
#define	MSG_TERM_IO_PROC	0x11

/* Two bytes. */
#define	MSG_SIMPLE_Q_TAG	0x20
#define	MSG_HEAD_OF_Q_TAG	0x21
#define	MSG_ORDERED_Q_TAG	0x22
#define	MSG_IGN_WIDE_RESIDUE	0x23

/* Identify. */
#define	MSG_IDENTIFYFLAG	0x80
#define	MSG_IDENTIFY_DISCFLAG	0x40
#define	MSG_IDENTIFY(lun, disc)						\
	(MSG_IDENTIFYFLAG | ((disc) ? MSG_IDENTIFY_DISCFLAG : 0) | (lun))
#define	MSG_ISIDENTIFY(m)	((m) & MSG_IDENTIFYFLAG)

/* Extended: code and length. */
#define	MSG_EXT_SDTR		0x01
#define	MSG_EXT_SDTR_LEN	0x03
#define	MSG_EXT_WDTR		0x03
#define	MSG_EXT_WDTR_LEN	0x02
#define	MSG_EXT_WDTR_BUS_8_BIT	0x00
#define	MSG_EXT_WDTR_BUS_16_BIT	0x01
#define	MSG_EXT_WDTR_BUS_32_BIT	0x02
#define	MSG_EXT_PPR		0x04
#define	MSG_EXT_PPR_LEN		0x06
#define	MSG_EXT_PPR_IU		0x01
#define	MSG_EXT_PPR_DT		0x02
#define	MSG_EXT_PPR_QAS		0x04
#define	MSG_EXT_PPR_HOLDMCS	0x08
#define	MSG_EXT_PPR_WRFLOW	0x10
#define	MSG_EXT_PPR_RDSTRM	0x20
#define	MSG_EXT_PPR_RTI		0x40
#define	MSG_EXT_PPR_PCOM	0x80

#define	MSG_ISEXTENDED(m)	((m) == MSG_EXTENDED)
#define	MSG_IS1BYTE(m)							\
	((!MSG_ISEXTENDED(m) && (m) < 0x20) || MSG_ISIDENTIFY(m))
#define	MSG_IS2BYTE(m)		(((m) & 0xf0) == 0x20)

#endif /* !_DEV_SCSIPI_SCSI_MESSAGE_H_ */
