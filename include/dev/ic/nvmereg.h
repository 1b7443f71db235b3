/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * NVM Express: registers of a controller, entries of its queues, and what it
 * says of itself and its namespaces.  NVM Express Base Specification 1.3,
 * sections 3 (registers), 4 (queues), 5 (admin) and 6 (NVM commands).
 *
 * All memory structures are little endian.  Of a status word in a completion
 * (flags), bit 0 is the phase, then status code, type, more, do not retry;
 * the names below stand for values in place.
 */

#ifndef _DEV_IC_NVMEREG_H_
#define	_DEV_IC_NVMEREG_H_

#include <sys/types.h>
#include <sys/cdefs.h>
#include <sys/endian.h>

/* Controller registers: offsets in BAR 0. */
#define	NVME_CAP	0x0000	/* capabilities, 64 bits */
#define	NVME_CAP_LO	0x0000
#define	NVME_CAP_HI	0x0004
#define	NVME_VS		0x0008	/* version */
#define	NVME_INTMS	0x000c	/* interrupt mask set */
#define	NVME_INTMC	0x0010	/* interrupt mask clear */
#define	NVME_CC		0x0014	/* configuration */
#define	NVME_CSTS	0x001c	/* status */
#define	NVME_NSSR	0x0020	/* subsystem reset */
#define	NVME_AQA	0x0024	/* admin queue sizes */
#define	NVME_ASQ	0x0028	/* admin submission queue, 64 bits */
#define	NVME_ACQ	0x0030	/* admin completion queue, 64 bits */
#define	NVME_CMBLOC	0x0038	/* controller memory buffer: where */
#define	NVME_CMBSZ	0x003c	/* ... how big */

/* NVME_CAP; sizes as shifts, times in milliseconds. */
#define	NVME_CAP_CMBS(_r)	ISSET((_r), __BIT(57))
#define	NVME_CAP_PMRS(_r)	ISSET((_r), __BIT(56))
#define	NVME_CAP_MPSMAX(_r)	(12 + (((_r) >> 52) & 0xf))
#define	NVME_CAP_MPSMIN(_r)	(12 + (((_r) >> 48) & 0xf))
#define	NVME_CAP_BPS(_r)	ISSET((_r), __BIT(45))
#define	NVME_CAP_CSS(_r)	(((_r) >> 37) & 0x7f)
#define	NVME_CAP_CSS_NVM	__BIT(0)
#define	NVME_CAP_NSSRS(_r)	ISSET((_r), __BIT(36))
#define	NVME_CAP_DSTRD(_r)	__BIT(2 + (((_r) >> 32) & 0xf))
#define	NVME_CAP_TO(_r)		(500 * (((_r) >> 24) & 0xff))
#define	NVME_CAP_AMS(_r)	(((_r) >> 17) & 0x3)
#define	NVME_CAP_AMS_WRR	__BIT(0)
#define	NVME_CAP_AMS_VENDOR	__BIT(1)
#define	NVME_CAP_CQR(_r)	ISSET((_r), __BIT(16))
#define	NVME_CAP_MQES(_r)	(((_r) & 0xffff) + 1)

/* NVME_VS */
#define	NVME_VS_MJR(_r)		(((_r) >> 16) & 0xffff)
#define	NVME_VS_MNR(_r)		(((_r) >> 8) & 0xff)
#define	NVME_VS_TER(_r)		((_r) & 0xff)

/* NVME_CC */
#define	NVME_CC_IOCQES(_v)	(((_v) & 0xf) << 20)	/* log2 of entry size */
#define	NVME_CC_IOCQES_MASK	NVME_CC_IOCQES(0xf)
#define	NVME_CC_IOCQES_R(_v)	(((_v) >> 20) & 0xf)
#define	NVME_CC_IOSQES(_v)	(((_v) & 0xf) << 16)
#define	NVME_CC_IOSQES_MASK	NVME_CC_IOSQES(0xf)
#define	NVME_CC_IOSQES_R(_v)	(((_v) >> 16) & 0xf)
#define	NVME_CC_SHN(_v)		(((_v) & 0x3) << 14)
#define	NVME_CC_SHN_MASK	NVME_CC_SHN(0x3)
#define	NVME_CC_SHN_R(_v)	(((_v) >> 14) & 0x3)
#define	NVME_CC_SHN_NONE	0
#define	NVME_CC_SHN_NORMAL	1
#define	NVME_CC_SHN_ABRUPT	2
#define	NVME_CC_AMS(_v)		(((_v) & 0x7) << 11)
#define	NVME_CC_AMS_MASK	NVME_CC_AMS(0x7)
#define	NVME_CC_AMS_R(_v)	(((_v) >> 11) & 0x7)
#define	NVME_CC_AMS_RR		0
#define	NVME_CC_AMS_WRR_U	1
#define	NVME_CC_AMS_VENDOR	7
#define	NVME_CC_MPS(_v)		((((_v) - 12) & 0xf) << 7)
#define	NVME_CC_MPS_MASK	(0xf << 7)
#define	NVME_CC_MPS_R(_v)	(12 + (((_v) >> 7) & 0xf))
#define	NVME_CC_CSS(_v)		(((_v) & 0x7) << 4)
#define	NVME_CC_CSS_MASK	NVME_CC_CSS(0x7)
#define	NVME_CC_CSS_R(_v)	(((_v) >> 4) & 0x7)
#define	NVME_CC_CSS_NVM		0
#define	NVME_CC_EN		__BIT(0)

/* NVME_CSTS */
#define	NVME_CSTS_PP		(1 << 5)	/* processing paused */
#define	NVME_CSTS_NSSRO		(1 << 4)	/* subsystem was reset */
#define	NVME_CSTS_SHST_MASK	(0x3 << 2)
#define	NVME_CSTS_SHST_NONE	(0x0 << 2)
#define	NVME_CSTS_SHST_WAIT	(0x1 << 2)
#define	NVME_CSTS_SHST_DONE	(0x2 << 2)
#define	NVME_CSTS_CFS		(1 << 1)	/* fatal error */
#define	NVME_CSTS_RDY		(1 << 0)

/* NVME_AQA */
#define	NVME_AQA_ACQS(_v)	(((_v) - 1) << 16)
#define	NVME_AQA_ACQS_R(_v)	(((_v) >> 16) & ((1 << 12) - 1))
#define	NVME_AQA_ASQS(_v)	(((_v) - 1) << 0)
#define	NVME_AQA_ASQS_R(_v)	((_v) & ((1 << 12) - 1))

#define	NVME_ADMIN_Q		0
/* Doorbells of queue _q, _s bytes apart. */
#define	NVME_SQTDBL(_q, _s)	(0x1000 + (2 * (_q) + 0) * (_s))
#define	NVME_CQHDBL(_q, _s)	(0x1000 + (2 * (_q) + 1) * (_s))

struct nvme_sge {
	uint8_t		id;
	uint8_t		_reserved[15];
} __packed __aligned(8);

struct nvme_sge_data {
	uint8_t		id;
	uint8_t		_reserved[3];
	uint32_t	length;
	uint64_t	address;
} __packed __aligned(8);

struct nvme_sge_bit_bucket {
	uint8_t		id;
	uint8_t		_reserved[3];
	uint32_t	length;
	uint64_t	address;
} __packed __aligned(8);

/* Submission queue entry: any command. */
struct nvme_sqe {
	uint8_t		opcode;
	uint8_t		flags;
	uint16_t	cid;		/* chosen by the host, comes back */
	uint32_t	nsid;
	uint8_t		_reserved[8];
	uint64_t	mptr;		/* metadata */
	union {
		uint64_t	prp[2];
		struct nvme_sge	sge;
	} entry;		/* data */
	uint32_t	cdw10;
	uint32_t	cdw11;
	uint32_t	cdw12;
	uint32_t	cdw13;
	uint32_t	cdw14;
	uint32_t	cdw15;
} __packed __aligned(8);

/* Create and delete a queue. */
struct nvme_sqe_q {
	uint8_t		opcode;
	uint8_t		flags;
	uint16_t	cid;
	uint8_t		_reserved1[20];
	uint64_t	prp1;
	uint8_t		_reserved2[8];
	uint16_t	qid;
	uint16_t	qsize;		/* entries - 1 */
	uint8_t		qflags;
#define	NVM_SQE_SQ_QPRIO_URG	(0x0 << 1)
#define	NVM_SQE_SQ_QPRIO_HI	(0x1 << 1)
#define	NVM_SQE_SQ_QPRIO_MED	(0x2 << 1)
#define	NVM_SQE_SQ_QPRIO_LOW	(0x3 << 1)
#define	NVM_SQE_CQ_IEN		(1 << 1)	/* raises interrupts */
#define	NVM_SQE_Q_PC		(1 << 0)	/* physically contiguous */
	uint8_t		_reserved3;
	uint16_t	cqid;		/* of an SQ; a CQ: its vector */
	uint8_t		_reserved4[16];
} __packed __aligned(8);

/* Read and write. */
struct nvme_sqe_io {
	uint8_t		opcode;
	uint8_t		flags;
	uint16_t	cid;
	uint32_t	nsid;
	uint8_t		_reserved[8];
	uint64_t	mptr;
	union {
		uint64_t	prp[2];
		struct nvme_sge	sge;
	} entry;
	uint64_t	slba;		/* first block */
	uint16_t	nlb;		/* blocks - 1 */
	uint16_t	ioflags;
#define	NVM_SQE_IO_LR		__BIT(15)	/* limited retry */
#define	NVM_SQE_IO_FUA		__BIT(14)	/* through the cache */
	uint8_t		dsm;
#define	NVM_SQE_IO_INCOMP	__BIT(7)
#define	NVM_SQE_IO_SEQ		__BIT(6)
#define	NVM_SQE_IO_LAT_MASK	__BITS(4, 5)
#define	NVM_SQE_IO_LAT_NONE	0
#define	NVM_SQE_IO_LAT_IDLE	__BIT(4)
#define	NVM_SQE_IO_LAT_NORMAL	__BIT(5)
#define	NVM_SQE_IO_LAT_LOW	__BITS(4, 5)
#define	NVM_SQE_IO_FREQ_MASK	__BITS(0, 3)
#define	NVM_SQE_IO_FREQ_TYPICAL		0x1
#define	NVM_SQE_IO_FREQ_INFR_INFW	0x2
#define	NVM_SQE_IO_FREQ_FRR_INFW	0x3
#define	NVM_SQE_IO_FREQ_INFR_FRW	0x4
#define	NVM_SQE_IO_FREQ_FRR_FRW		0x5
#define	NVM_SQE_IO_FREQ_ONCE		0x6
#define	NVM_SQE_IO_FREQ_SPEC		0x7
#define	NVM_SQE_IO_FREQ_OVERWRITE	0x8
	uint8_t		_reserved2[3];
	uint32_t	eilbrt;		/* protection: reference tag */
	uint16_t	elbat;		/* application tag, its mask */
	uint16_t	elbatm;
} __packed __aligned(8);

/* Completion queue entry. */
struct nvme_cqe {
	uint32_t	cdw0;		/* result */
#define	NVME_CQE_CDW0_VWC_WCE	__BIT(1)
	uint32_t	_reserved;
	uint16_t	sqhd;		/* how far the SQ has been read */
	uint16_t	sqid;
	uint16_t	cid;
	uint16_t	flags;
#define	NVME_CQE_DNR		__BIT(15)
#define	NVME_CQE_M		__BIT(14)
#define	NVME_CQE_SCT_MASK	__BITS(8, 10)
#define	NVME_CQE_SCT(_f)	((_f) & (0x07 << 8))
#define	NVME_CQE_SCT_GENERIC	(0x00 << 8)
#define	NVME_CQE_SCT_COMMAND	(0x01 << 8)
#define	NVME_CQE_SCT_MEDIAERR	(0x02 << 8)
#define	NVME_CQE_SCT_VENDOR	(0x07 << 8)
#define	NVME_CQE_SC_MASK	__BITS(1, 7)
#define	NVME_CQE_SC(_f)		((_f) & (0x7f << 1))
#define	NVME_CQE_PHASE		__BIT(0)
} __packed __aligned(8);

/* Status codes, generic. */
#define	NVME_CQE_SC_SUCCESS		(0x00 << 1)
#define	NVME_CQE_SC_INVALID_OPCODE	(0x01 << 1)
#define	NVME_CQE_SC_INVALID_FIELD	(0x02 << 1)
#define	NVME_CQE_SC_CID_CONFLICT	(0x03 << 1)
#define	NVME_CQE_SC_DATA_XFER_ERR	(0x04 << 1)
#define	NVME_CQE_SC_ABRT_BY_NO_PWR	(0x05 << 1)
#define	NVME_CQE_SC_INTERNAL_DEV_ERR	(0x06 << 1)
#define	NVME_CQE_SC_CMD_ABRT_REQD	(0x07 << 1)
#define	NVME_CQE_SC_CMD_ABDR_SQ_DEL	(0x08 << 1)
#define	NVME_CQE_SC_CMD_ABDR_FUSE_ERR	(0x09 << 1)
#define	NVME_CQE_SC_CMD_ABDR_FUSE_MISS	(0x0a << 1)
#define	NVME_CQE_SC_INVALID_NS		(0x0b << 1)
#define	NVME_CQE_SC_CMD_SEQ_ERR		(0x0c << 1)
#define	NVME_CQE_SC_INVALID_LAST_SGL	(0x0d << 1)
#define	NVME_CQE_SC_INVALID_NUM_SGL	(0x0e << 1)
#define	NVME_CQE_SC_DATA_SGL_LEN	(0x0f << 1)
#define	NVME_CQE_SC_MDATA_SGL_LEN	(0x10 << 1)
#define	NVME_CQE_SC_SGL_TYPE_INVALID	(0x11 << 1)
#define	NVME_CQE_SC_LBA_RANGE		(0x80 << 1)
#define	NVME_CQE_SC_CAP_EXCEEDED	(0x81 << 1)
#define	NVME_CQE_SC_NS_NOT_RDY		(0x82 << 1)
#define	NVME_CQE_SC_RSV_CONFLICT	(0x83 << 1)
/* Of particular commands. */
#define	NVME_CQE_SC_CQE_INVALID		(0x00 << 1)
#define	NVME_CQE_SC_INVALID_QID		(0x01 << 1)
#define	NVME_CQE_SC_MAX_Q_SIZE		(0x02 << 1)
#define	NVME_CQE_SC_ABORT_LIMIT		(0x03 << 1)
#define	NVME_CQE_SC_ASYNC_EV_REQ_LIMIT	(0x05 << 1)
#define	NVME_CQE_SC_INVALID_FW_SLOT	(0x06 << 1)
#define	NVME_CQE_SC_INVALID_FW_IMAGE	(0x07 << 1)
#define	NVME_CQE_SC_INVALID_INT_VEC	(0x08 << 1)
#define	NVME_CQE_SC_INVALID_LOG_PAGE	(0x09 << 1)
#define	NVME_CQE_SC_INVALID_FORMAT	(0x0a << 1)
#define	NVME_CQE_SC_FW_REQ_CNV_RESET	(0x0b << 1)
#define	NVME_CQE_SC_FW_REQ_NVM_RESET	(0x10 << 1)
#define	NVME_CQE_SC_FW_REQ_RESET	(0x11 << 1)
#define	NVME_CQE_SC_FW_MAX_TIME_VIO	(0x12 << 1)
#define	NVME_CQE_SC_FW_PROHIBIT		(0x13 << 1)
#define	NVME_CQE_SC_OVERLAP_RANGE	(0x14 << 1)
#define	NVME_CQE_SC_CONFLICT_ATTRS	(0x80 << 1)
#define	NVME_CQE_SC_INVALID_PROT_INFO	(0x81 << 1)
#define	NVME_CQE_SC_ATT_WR_TO_RO_PAGE	(0x82 << 1)
/* Of the medium. */
#define	NVME_CQE_SC_WRITE_FAULTS	(0x80 << 1)
#define	NVME_CQE_SC_UNRECV_READ_ERR	(0x81 << 1)
#define	NVME_CQE_SC_GUARD_CHECK_ERR	(0x82 << 1)
#define	NVME_CQE_SC_APPL_TAG_CHECK_ERR	(0x83 << 1)
#define	NVME_CQE_SC_REF_TAG_CHECK_ERR	(0x84 << 1)
#define	NVME_CQE_SC_CMP_FAIL		(0x85 << 1)
#define	NVME_CQE_SC_ACCESS_DENIED	(0x86 << 1)

/* Admin opcodes. */
#define	NVM_ADMIN_DEL_IOSQ	0x00
#define	NVM_ADMIN_ADD_IOSQ	0x01
#define	NVM_ADMIN_GET_LOG_PG	0x02
#define	NVM_ADMIN_DEL_IOCQ	0x04
#define	NVM_ADMIN_ADD_IOCQ	0x05
#define	NVM_ADMIN_IDENTIFY	0x06
#define	NVM_ADMIN_ABORT		0x08
#define	NVM_ADMIN_SET_FEATURES	0x09
#define	NVM_ADMIN_GET_FEATURES	0x0a
#define	NVM_ADMIN_ASYNC_EV_REQ	0x0c
#define	NVM_ADMIN_NS_MANAGEMENT	0x0d
#define	NVM_ADMIN_FW_COMMIT	0x10
#define	NVM_ADMIN_FW_DOWNLOAD	0x11
#define	NVM_ADMIN_DEV_SELFTEST	0x14
#define	NVM_ADMIN_NS_ATTACHMENT	0x15
#define	NVM_ADMIN_KEEP_ALIVE	0x18
#define	NVM_ADMIN_DIRECTIVE_SND	0x19
#define	NVM_ADMIN_DIRECTIVE_RCV	0x1a
#define	NVM_ADMIN_VIRT_MGMT	0x1c
#define	NVM_ADMIN_NVME_MI_SEND	0x1d
#define	NVM_ADMIN_NVME_MI_RECV	0x1e
#define	NVM_ADMIN_DOORBELL_BC	0x7c
#define	NVM_ADMIN_FORMAT_NVM	0x80
#define	NVM_ADMIN_SECURITY_SND	0x81
#define	NVM_ADMIN_SECURITY_RCV	0x82
#define	NVM_ADMIN_SANITIZE	0x84

/* NVM opcodes. */
#define	NVM_CMD_FLUSH		0x00
#define	NVM_CMD_WRITE		0x01
#define	NVM_CMD_READ		0x02
#define	NVM_CMD_WR_UNCOR	0x04
#define	NVM_CMD_COMPARE		0x05
#define	NVM_CMD_WRITE_ZEROES	0x08
#define	NVM_CMD_DSM		0x09

/* Features. */
#define	NVM_FEAT_ARBITRATION				0x01
#define	NVM_FEAT_POWER_MANAGEMENT			0x02
#define	NVM_FEAT_LBA_RANGE_TYPE				0x03
#define	NVM_FEAT_TEMPERATURE_THRESHOLD			0x04
#define	NVM_FEAT_ERROR_RECOVERY				0x05
#define	NVM_FEATURE_VOLATILE_WRITE_CACHE		0x06
#define	NVM_FEATURE_NUMBER_OF_QUEUES			0x07
#define	NVM_FEAT_INTERRUPT_COALESCING			0x08
#define	NVM_FEAT_INTERRUPT_VECTOR_CONFIGURATION		0x09
#define	NVM_FEAT_WRITE_ATOMICITY			0x0a
#define	NVM_FEAT_ASYNC_EVENT_CONFIGURATION		0x0b
#define	NVM_FEAT_AUTONOMOUS_POWER_STATE_TRANSITION	0x0c
#define	NVM_FEAT_HOST_MEMORY_BUFFER			0x0d
#define	NVM_FEAT_TIMESTAMP				0x0e
#define	NVM_FEAT_KEEP_ALIVE_TIMER			0x0f
#define	NVM_FEAT_HOST_CONTROLLED_THERMAL_MGMT		0x10
#define	NVM_FEAT_NON_OP_POWER_STATE_CONFIG		0x11
#define	NVM_FEAT_SOFTWARE_PROGRESS_MARKER		0x80
#define	NVM_FEAT_HOST_IDENTIFIER			0x81
#define	NVM_FEAT_RESERVATION_NOTIFICATION_MASK		0x82
#define	NVM_FEAT_RESERVATION_PERSISTANCE		0x83

#define	NVM_SET_FEATURES_SV		__BIT(31)	/* keep it over a reset */
#define	NVM_VOLATILE_WRITE_CACHE_WCE	__BIT(0)

/* Power state descriptor. */
struct nvm_identify_psd {
	uint16_t	mp;		/* maximum power */
	uint8_t		_reserved1;
	uint8_t		flags;
#define	NVME_PSD_NOPS		__BIT(1)
#define	NVME_PSD_MPS		__BIT(0)
	uint32_t	enlat;		/* latency to enter, to leave */
	uint32_t	exlat;
	uint8_t		rrt;		/* relative read throughput */
#define	NVME_PSD_RRT_MASK	__BITS(0, 4)
	uint8_t		rrl;		/* ... latency */
#define	NVME_PSD_RRL_MASK	__BITS(0, 4)
	uint8_t		rwt;		/* the same for writes */
#define	NVME_PSD_RWT_MASK	__BITS(0, 4)
	uint8_t		rwl;
#define	NVME_PSD_RWL_MASK	__BITS(0, 4)
	uint16_t	idlp;		/* idle power, its scale */
	uint8_t		ips;
#define	NVME_PSD_IPS_MASK	__BITS(0, 1)
	uint8_t		_reserved2;
	uint16_t	actp;		/* active power, workload and scale */
	uint16_t	ap;
#define	NVME_PSD_APW_MASK	__BITS(0, 2)
#define	NVME_PSD_APS_MASK	__BITS(6, 7)
	uint8_t		_reserved[8];
} __packed __aligned(8);

/* Identify, CNS 1: the controller. */
struct nvm_identify_controller {
	uint16_t	vid;		/* PCI vendor, subsystem vendor */
	uint16_t	ssvid;
	uint8_t		sn[20];		/* serial, model, firmware: ASCII, */
	uint8_t		mn[40];		/*  padded with spaces */
	uint8_t		fr[8];
	uint8_t		rab;		/* arbitration burst */
	uint8_t		ieee[3];	/* OUI */
	uint8_t		cmic;
	uint8_t		mdts;		/* log2 of largest transfer, pages; 0: any */
	uint16_t	cntlid;
	uint32_t	ver;
	uint32_t	rtd3r;
	uint32_t	rtd3e;
	uint32_t	oaes;
	uint32_t	ctrattr;
	uint8_t		_reserved1[12];
	uint8_t		fguid[16];
	uint8_t		_reserved2[128];

	uint16_t	oacs;		/* byte 256: optional admin commands */
#define	NVME_ID_CTRLR_OACS_DOORBELL_BC	__BIT(8)
#define	NVME_ID_CTRLR_OACS_VIRT_MGMT	__BIT(7)
#define	NVME_ID_CTRLR_OACS_NVME_MI	__BIT(6)
#define	NVME_ID_CTRLR_OACS_DIRECTIVES	__BIT(5)
#define	NVME_ID_CTRLR_OACS_DEV_SELFTEST	__BIT(4)
#define	NVME_ID_CTRLR_OACS_NS		__BIT(3)
#define	NVME_ID_CTRLR_OACS_FW		__BIT(2)
#define	NVME_ID_CTRLR_OACS_FORMAT	__BIT(1)
#define	NVME_ID_CTRLR_OACS_SECURITY	__BIT(0)
	uint8_t		acl;		/* abort limit */
	uint8_t		aerl;		/* asynchronous event limit */
	uint8_t		frmw;
#define	NVME_ID_CTRLR_FRMW_NOREQ_RESET	__BIT(4)
#define	NVME_ID_CTRLR_FRMW_NSLOT	__BITS(1, 3)
#define	NVME_ID_CTRLR_FRMW_SLOT1_RO	__BIT(0)
	uint8_t		lpa;
#define	NVME_ID_CTRLR_LPA_CMD_EFFECT	__BIT(1)
#define	NVME_ID_CTRLR_LPA_NS_SMART	__BIT(0)
	uint8_t		elpe;		/* entries of the error log */
	uint8_t		npss;		/* power states */
	uint8_t		avscc;
	uint8_t		apsta;
#define	NVME_ID_CTRLR_APSTA_PRESENT	__BIT(0)
	uint16_t	wctemp;
	uint16_t	cctemp;
	uint16_t	mtfa;
	uint32_t	hmpre;
	uint32_t	hmmin;
	struct {
		uint64_t	tnvmcap[2];
		uint64_t	unvmcap[2];
	} __packed untncap;
	uint32_t	rpmbs;
	uint16_t	edstt;
	uint8_t		dsto;
	uint8_t		fwug;
	uint16_t	kas;
	uint16_t	hctma;
	uint16_t	mntmt;
	uint16_t	mxtmt;
	uint32_t	sanicap;
	uint8_t		_reserved3[180];

	uint8_t		sqes;		/* byte 512: entry sizes, log2 */
#define	NVME_ID_CTRLR_SQES_MAX		__BITS(4, 7)
#define	NVME_ID_CTRLR_SQES_MIN		__BITS(0, 3)
	uint8_t		cqes;
#define	NVME_ID_CTRLR_CQES_MAX		__BITS(4, 7)
#define	NVME_ID_CTRLR_CQES_MIN		__BITS(0, 3)
	uint16_t	maxcmd;
	uint32_t	nn;		/* namespaces: largest nsid */
	uint16_t	oncs;		/* optional NVM commands */
#define	NVME_ID_CTRLR_ONCS_TIMESTAMP	__BIT(6)
#define	NVME_ID_CTRLR_ONCS_RESERVATION	__BIT(5)
#define	NVME_ID_CTRLR_ONCS_SET_FEATURES	__BIT(4)
#define	NVME_ID_CTRLR_ONCS_WRITE_ZERO	__BIT(3)
#define	NVME_ID_CTRLR_ONCS_DSM		__BIT(2)
#define	NVME_ID_CTRLR_ONCS_WRITE_UNC	__BIT(1)
#define	NVME_ID_CTRLR_ONCS_COMPARE	__BIT(0)
	uint16_t	fuses;
	uint8_t		fna;
#define	NVME_ID_CTRLR_FNA_CRYPTO_ERASE	__BIT(2)
#define	NVME_ID_CTRLR_FNA_ERASE_ALL	__BIT(1)
#define	NVME_ID_CTRLR_FNA_FORMAT_ALL	__BIT(0)
	uint8_t		vwc;		/* volatile write cache */
#define	NVME_ID_CTRLR_VWC_PRESENT	__BIT(0)
	uint16_t	awun;
	uint16_t	awupf;
	uint8_t		nvscc;
	uint8_t		_reserved4[1];
	uint16_t	acwu;
	uint8_t		_reserved5[2];
	uint32_t	sgls;
	uint8_t		_reserved6[228];
	uint8_t		subnqn[256];
	uint8_t		_reserved7[768];
	uint8_t		_reserved8[256];
	struct nvm_identify_psd psd[32];
	uint8_t		vs[1024];
} __packed __aligned(8);

/* One way a namespace may be formatted. */
struct nvm_namespace_format {
	uint16_t	ms;		/* metadata bytes for each block */
	uint8_t		lbads;		/* log2 of block size */
	uint8_t		rp;
} __packed __aligned(4);

/* Identify, CNS 0: a namespace. */
struct nvm_identify_namespace {
	uint64_t	nsze;		/* size, capacity, use: blocks */
	uint64_t	ncap;
	uint64_t	nuse;
	uint8_t		nsfeat;
#define	NVME_ID_NS_NSFEAT_LOGICAL_BLK_ERR	__BIT(2)
#define	NVME_ID_NS_NSFEAT_NS			__BIT(1)
#define	NVME_ID_NS_NSFEAT_THIN_PROV		__BIT(0)
	uint8_t		nlbaf;		/* formats - 1 */
	uint8_t		flbas;		/* the one in force */
#define	NVME_ID_NS_FLBAS(_f)			((_f) & 0x0f)
#define	NVME_ID_NS_FLBAS_MD			0x10
	uint8_t		mc;
	uint8_t		dpc;
	uint8_t		dps;
#define	NVME_ID_NS_DPS_MD_START			__BIT(3)
#define	NVME_ID_NS_DPS_PIT(_f)			((_f) & 0x7)
	uint8_t		nmic;
	uint8_t		rescap;
	uint8_t		fpi;
	uint8_t		dlfeat;
	uint16_t	nawun;
	uint16_t	nawupf;
	uint16_t	nacwu;
	uint16_t	nabsn;
	uint16_t	nabo;
	uint16_t	nabspf;
	uint16_t	noiob;
	uint8_t		nvmcap[16];
	uint8_t		_reserved1[40];
	uint8_t		nguid[16];
	uint8_t		eui64[8];
	struct nvm_namespace_format lbaf[16];
	uint8_t		_reserved2[192];
	uint8_t		vs[3712];
} __packed __aligned(8);

#define	NVME_SIZE_ASSERT(t, n)						\
	_Static_assert(sizeof(struct t) == (n), #t " is " #n " bytes")
NVME_SIZE_ASSERT(nvme_sge, 16);
NVME_SIZE_ASSERT(nvme_sge_data, 16);
NVME_SIZE_ASSERT(nvme_sqe, 64);
NVME_SIZE_ASSERT(nvme_sqe_q, 64);
NVME_SIZE_ASSERT(nvme_sqe_io, 64);
NVME_SIZE_ASSERT(nvme_cqe, 16);
NVME_SIZE_ASSERT(nvm_identify_psd, 32);
NVME_SIZE_ASSERT(nvm_identify_controller, 4096);
NVME_SIZE_ASSERT(nvm_identify_namespace, 4096);
#undef NVME_SIZE_ASSERT

/*
 * What a controller said, in the host's byte order.  Sizes in bytes of 128
 * bits stay two words, the low one first.
 */
static __inline void
nvme_identify_psd_swapbytes(struct nvm_identify_psd *psd)
{

	psd->mp = le16toh(psd->mp);
	psd->enlat = le32toh(psd->enlat);
	psd->exlat = le32toh(psd->exlat);
	psd->idlp = le16toh(psd->idlp);
	psd->actp = le16toh(psd->actp);
	psd->ap = le16toh(psd->ap);
}

static __inline void
nvme_identify_controller_swapbytes(struct nvm_identify_controller *id)
{
	unsigned int i;

	id->vid = le16toh(id->vid);
	id->ssvid = le16toh(id->ssvid);
	id->cntlid = le16toh(id->cntlid);
	id->ver = le32toh(id->ver);
	id->rtd3r = le32toh(id->rtd3r);
	id->rtd3e = le32toh(id->rtd3e);
	id->oaes = le32toh(id->oaes);
	id->ctrattr = le32toh(id->ctrattr);
	id->oacs = le16toh(id->oacs);
	id->wctemp = le16toh(id->wctemp);
	id->cctemp = le16toh(id->cctemp);
	id->mtfa = le16toh(id->mtfa);
	id->hmpre = le32toh(id->hmpre);
	id->hmmin = le32toh(id->hmmin);
	for (i = 0; i < 2; i++) {
		id->untncap.tnvmcap[i] = le64toh(id->untncap.tnvmcap[i]);
		id->untncap.unvmcap[i] = le64toh(id->untncap.unvmcap[i]);
	}
	id->rpmbs = le32toh(id->rpmbs);
	id->edstt = le16toh(id->edstt);
	id->kas = le16toh(id->kas);
	id->hctma = le16toh(id->hctma);
	id->mntmt = le16toh(id->mntmt);
	id->mxtmt = le16toh(id->mxtmt);
	id->sanicap = le32toh(id->sanicap);
	id->maxcmd = le16toh(id->maxcmd);
	id->nn = le32toh(id->nn);
	id->oncs = le16toh(id->oncs);
	id->fuses = le16toh(id->fuses);
	id->awun = le16toh(id->awun);
	id->awupf = le16toh(id->awupf);
	id->acwu = le16toh(id->acwu);
	id->sgls = le32toh(id->sgls);
	for (i = 0; i < sizeof(id->psd) / sizeof(id->psd[0]); i++)
		nvme_identify_psd_swapbytes(&id->psd[i]);
}

static __inline void
nvme_identify_namespace_swapbytes(struct nvm_identify_namespace *id)
{
	unsigned int i;

	id->nsze = le64toh(id->nsze);
	id->ncap = le64toh(id->ncap);
	id->nuse = le64toh(id->nuse);
	id->nawun = le16toh(id->nawun);
	id->nawupf = le16toh(id->nawupf);
	id->nacwu = le16toh(id->nacwu);
	id->nabsn = le16toh(id->nabsn);
	id->nabo = le16toh(id->nabo);
	id->nabspf = le16toh(id->nabspf);
	id->noiob = le16toh(id->noiob);
	for (i = 0; i < sizeof(id->lbaf) / sizeof(id->lbaf[0]); i++)
		id->lbaf[i].ms = le16toh(id->lbaf[i].ms);
}

#endif /* !_DEV_IC_NVMEREG_H_ */
