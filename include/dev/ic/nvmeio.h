/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Commands passed through to an NVMe controller or namespace by ioctl(2) on
 * /dev/nvmeN and /dev/nvmeNnsM.  See nvme(4).
 */

#ifndef _DEV_IC_NVMEIO_H_
#define	_DEV_IC_NVMEIO_H_

#include <sys/ioccom.h>
#include <dev/ic/nvmereg.h>

#define	NVME_PASSTHROUGH_CMD	_IOWR('n', 0, struct nvme_pt_command)

#define	nvme_completion_is_error(cpl)					\
	(NVME_CQE_SC((cpl)->flags) != NVME_CQE_SC_SUCCESS ||		\
	NVME_CQE_SCT((cpl)->flags) != NVME_CQE_SCT_GENERIC)

struct nvme_pt_command {
	/*
	 * The caller gives opcode, nsid (of admin commands; elsewhere it is
	 * the node's) and cdw10 to cdw15, and zero in the rest.
	 */
	struct nvme_sqe	cmd;
	/* The driver gives cdw0 and flags without the phase; zero else. */
	struct nvme_cqe	cpl;
	void		*buf;		/* data, in the caller's memory */
	uint32_t	len;		/* its bytes */
	uint32_t	is_read;	/* device to memory */
	uint32_t	timeout;	/* milliseconds; 0: the default */
};

#endif /* !_DEV_IC_NVMEIO_H_ */
