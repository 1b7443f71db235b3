/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands and mode pages of medium changers (SMC).  Numbers are big-endian;
 * elements are named by addresses of two bytes.
 */

#ifndef _DEV_SCSIPI_SCSI_CHANGER_H_
#define	_DEV_SCSIPI_SCSI_CHANGER_H_

#include <sys/types.h>

struct scsi_exchange_medium {
	u_int8_t opcode;
#define	EXCHANGE_MEDIUM		0xa6
	u_int8_t byte2;
	u_int8_t tea[2];		/* transport element: the picker */
	u_int8_t src[2];
	u_int8_t fdst[2];		/* first destination */
	u_int8_t sdst[2];		/* second destination */
	u_int8_t flags;
#define	EXCHANGE_MEDIUM_INV1	0x01
#define	EXCHANGE_MEDIUM_INV2	0x02
	u_int8_t control;
} __packed;

struct scsi_initialize_element_status {
	u_int8_t opcode;
#define	INITIALIZE_ELEMENT_STATUS 0x07
	u_int8_t byte2;
	u_int8_t reserved[3];
	u_int8_t control;
} __packed;

struct scsi_move_medium {
	u_int8_t opcode;
#define	MOVE_MEDIUM		0xa5
	u_int8_t byte2;
	u_int8_t tea[2];
	u_int8_t src[2];
	u_int8_t dst[2];
	u_int8_t reserved[2];
	u_int8_t flags;
#define	MOVE_MEDIUM_INVERT	0x01
	u_int8_t control;
} __packed;

struct scsi_position_to_element {
	u_int8_t opcode;
#define	POSITION_TO_ELEMENT	0x2b
	u_int8_t byte2;
	u_int8_t tea[2];
	u_int8_t dst[2];
	u_int8_t reserved[2];
	u_int8_t flags;
#define	POSITION_TO_ELEMENT_INVERT 0x01
	u_int8_t control;
} __packed;

struct scsi_read_element_status {
	u_int8_t opcode;
#define	READ_ELEMENT_STATUS	0xb8
	u_int8_t byte2;			/* and the element type */
#define	READ_ELEMENT_STATUS_VOLTAG 0x10
	u_int8_t sea[2];		/* from this address on */
	u_int8_t count[2];
	u_int8_t reserved0;
	u_int8_t len[3];
	u_int8_t reserved1;
	u_int8_t control;
} __packed;

struct scsi_request_volume_element_address {
	u_int8_t opcode;
#define	REQUEST_VOLUME_ELEMENT_ADDRESS 0xb5
	u_int8_t byte2;
#define	REQUEST_VOLUME_ELEMENT_ADDRESS_VOLTAG 0x10
	u_int8_t eaddr[2];
	u_int8_t count[2];
	u_int8_t reserved0;
	u_int8_t len[3];
	u_int8_t reserved1;
	u_int8_t control;
} __packed;

/* READ ELEMENT STATUS answers with this, then pages of one type each. */
struct read_element_status_header {
	u_int8_t fear[2];		/* first address reported */
	u_int8_t count[2];		/* elements there are */
	u_int8_t reserved;
	u_int8_t nbytes[3];		/* of all pages */
} __packed;

struct request_volume_element_address_header {
	u_int8_t fear[2];
	u_int8_t count[2];
	u_int8_t sac;
#define	REQUEST_VOLUME_ELEMENT_ADDRESS_SACMASK 0x1f
	u_int8_t nbytes[3];
} __packed;

struct read_element_status_page_header {
	u_int8_t type;
	u_int8_t flags;
#define	READ_ELEMENT_STATUS_AVOLTAG 0x40
#define	READ_ELEMENT_STATUS_PVOLTAG 0x80
	u_int8_t edl[2];		/* length of each descriptor */
	u_int8_t reserved;
	u_int8_t nbytes[3];		/* of all descriptors */
} __packed;

/*
 * One element.  Behind it, if there: primary tag, alternate tag (36 bytes
 * each), 4 reserved bytes, the vendor's.
 */
struct read_element_status_descriptor {
	u_int8_t eaddr[2];
	u_int8_t flags1;
#define	READ_ELEMENT_STATUS_FULL 0x01
#define	READ_ELEMENT_STATUS_IMPEXP 0x02
#define	READ_ELEMENT_STATUS_EXCEPT 0x04
#define	READ_ELEMENT_STATUS_ACCESS 0x08
#define	READ_ELEMENT_STATUS_EXENAB 0x10
#define	READ_ELEMENT_STATUS_INENAB 0x20

#define	READ_ELEMENT_STATUS_MT_MASK1 0x05
#define	READ_ELEMENT_STATUS_ST_MASK1 0x0c
#define	READ_ELEMENT_STATUS_IE_MASK1 0x3f
#define	READ_ELEMENT_STATUS_DT_MASK1 0x0c
	u_int8_t reserved0;
	u_int8_t sense_code;
	u_int8_t sense_qual;
	u_int8_t dt_scsi_flags;		/* drives: their address */
#define	READ_ELEMENT_STATUS_DT_LUNMASK 0x07
#define	READ_ELEMENT_STATUS_DT_LUVALID 0x10
#define	READ_ELEMENT_STATUS_DT_IDVALID 0x20
#define	READ_ELEMENT_STATUS_DT_NOTBUS 0x80
	u_int8_t dt_scsi_addr;
	u_int8_t reserved1;
	u_int8_t flags2;
#define	READ_ELEMENT_STATUS_INVERT 0x40
#define	READ_ELEMENT_STATUS_SVALID 0x80
	u_int8_t ssea[2];		/* where the medium was before */
} __packed;

/* A tag: characters padded with blanks, and a number. */
struct changer_volume_tag {
	u_int8_t volid[32];
	u_int8_t reserved[2];
	u_int8_t volseq[2];
} __packed;

struct scsi_send_volume_tag {
	u_int8_t opcode;
#define	SEND_VOLUME_TAG		0xb6
	u_int8_t byte2;
	u_int8_t eaddr[2];
	u_int8_t reserved0;
	u_int8_t sac;			/* what to do with it */
#define	SAC_TRANSLATE_ALL	0x00
#define	SAC_TRANSLATE_PRIMARY	0x01
#define	SAC_TRANSLATE_ALT	0x02
#define	SAC_TRANSLATE_ALL_NOSEQ	0x04
#define	SAC_TRANSLATE_PRIMARY_NOSEQ 0x05
#define	SAC_TRANSLATE_ALT_NOSEQ	0x06
#define	SAC_ASSERT_PRIMARY	0x08
#define	SAC_ASSERT_ALT		0x09
#define	SAC_REPLACE_PRIMARY	0x0a
#define	SAC_REPLACE_ALT		0x0b
#define	SAC_UNDEFINED_PRIMARY	0x0c
#define	SAC_UNDEFINED_ALT	0x0d
	u_int8_t reserved1[2];
	u_int8_t length[2];
	u_int8_t reserved2;
	u_int8_t control;
} __packed;

/* Element types. */
#define	ELEMENT_TYPE_MASK	0x0f
#define	ELEMENT_TYPE_ALL	0x00
#define	ELEMENT_TYPE_MT		0x01
#define	ELEMENT_TYPE_ST		0x02
#define	ELEMENT_TYPE_IE		0x03
#define	ELEMENT_TYPE_DT		0x04

/* Device capabilities page: what may go where, a bit for each type. */
struct page_device_capabilities {
	u_int8_t pg_code;		/* 0x1f */
	u_int8_t pg_length;		/* 0x12 */
	u_int8_t stor;			/* can hold a medium */
#define	STOR_MT		0x01
#define	STOR_ST		0x02
#define	STOR_IE		0x04
#define	STOR_DT		0x08
	u_int8_t reserved0;
	u_int8_t move_from_mt;
	u_int8_t move_from_st;
	u_int8_t move_from_ie;
	u_int8_t move_from_dt;
#define	MOVE_TO_MT	0x01
#define	MOVE_TO_ST	0x02
#define	MOVE_TO_IE	0x04
#define	MOVE_TO_DT	0x08
	u_int8_t reserved1[4];
	u_int8_t exchange_with_mt;
	u_int8_t exchange_with_st;
	u_int8_t exchange_with_ie;
	u_int8_t exchange_with_dt;
#define	EXCHANGE_WITH_MT 0x01
#define	EXCHANGE_WITH_ST 0x02
#define	EXCHANGE_WITH_IE 0x04
#define	EXCHANGE_WITH_DT 0x08
	u_int8_t reserved2[4];
} __packed;

/* Element address assignment page: first address and number of each type. */
struct page_element_address_assignment {
	u_int8_t pg_code;		/* 0x1d */
	u_int8_t pg_length;		/* 0x12 */
	u_int8_t mtea[2];
	u_int8_t nmte[2];
	u_int8_t fsea[2];
	u_int8_t nse[2];
	u_int8_t fieea[2];
	u_int8_t niee[2];
	u_int8_t fdtea[2];
	u_int8_t ndte[2];
	u_int8_t reserved[2];
} __packed;

/* Transport geometry page: two bytes for each picker. */
struct page_transport_geometry_parameters {
	u_int8_t pg_code;		/* 0x1e */
	u_int8_t pg_length;
	u_int8_t misc;
#define	CAN_ROTATE	0x01
	u_int8_t member;
} __packed;

#endif /* !_DEV_SCSIPI_SCSI_CHANGER_H_ */
