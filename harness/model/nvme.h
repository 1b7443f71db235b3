/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An NVMe controller on a bus of models (pci.h): NVM Express 1.3, the
 * mandatory admin commands, I/O queues with one interrupt vector each, up to
 * NVMEM_NNS namespaces with read, write, flush, compare, write zeroes and
 * deallocate; asynchronous events.  Media are images or plain memory.
 *
 * It holds its driver to the specification: order of registers at start,
 * alignment and sizes of queues, doorbells, command identifiers, PRPs,
 * creation and deletion of queues, masks, width of accesses.  A breach is
 * pcim_violation().
 */

#ifndef HARNESS_MODEL_NVME_H
#define HARNESS_MODEL_NVME_H

#include <stdint.h>

#include <rump/rumpuser_fuzz.h>

#include "hostile.h"
#include "pci.h"

#define NVMEM_NNS	4u
#define NVMEM_NIOQ	16u	/* most I/O queues */

/* What moves over the bus, for the hostile layer. */
enum nvmem_tag {
	NVMEM_TAG_SQE = HOSTILE_TAG(HOSTILE_TAG_NVME, 1),
	NVMEM_TAG_CQE,
	NVMEM_TAG_IDCTRL,
	NVMEM_TAG_IDNS,
	NVMEM_TAG_DATA,
	NVMEM_TAG_PRPLIST,
	NVMEM_TAG_LOG,
	NVMEM_TAG_IDLIST,
	NVMEM_TAG_DSM,
};

struct nvmem_ns {
	const struct rumpuser_image_ops *nn_ops;	/* NULL: memory of zeroes */
	void	*nn_cookie;
	uint64_t nn_size;		/* bytes; 0: no namespace */
	unsigned nn_lbads;		/* log2 of block size; 0: 9 */
};

/* Zero is a plain controller. */
struct nvmem_config {
	struct nvmem_ns nc_ns[NVMEM_NNS];
	unsigned nc_mqes;		/* entries of a queue at most, 0: 256 */
	unsigned nc_mdts;		/* log2 pages, 0: no limit */
	unsigned nc_dstrd;		/* 0 to 7 */
	unsigned nc_nioq;		/* queues that are granted, 0: all */
	unsigned nc_nvec;		/* MSI-X vectors; 0: one more than queues */
	unsigned nc_flags;
	uint64_t nc_delay;		/* nanoseconds from doorbell to completion */
	uint64_t nc_ready;		/* from CC.EN to CSTS.RDY, either way */
};
#define NVMEM_NOMSIX	0x01
#define NVMEM_NOMSI	0x02		/* with the other: a line */
#define NVMEM_NOVWC	0x04		/* no volatile write cache */
#define NVMEM_REVERSE	0x08		/* completes the last command first */
#define NVMEM_NODSM	0x10		/* no deallocate */

/*
 * Makes a controller, to be plugged; the bus frees it.  NULL without memory,
 * or for a size or block size that makes no sense.
 */
struct pcim_dev *nvmem_create(struct pcim_bus *, const struct nvmem_config *);

/* The controller is off or shut down, and has nothing of the driver's: what a detach leaves. */
int	nvmem_idle(struct pcim_dev *);

/*
 * Faults: act on the nth command from now (1: the next one; admin and I/O
 * count alike, or only those with this opcode of an I/O queue) and on the
 * times - 1 ones after it (0: all).
 */
enum nvmem_fault {
	NVMEM_FAULT_NONE,
	NVMEM_FAULT_NEVER,		/* no completion */
	NVMEM_FAULT_NOINTR,		/* completed without interrupt */
	NVMEM_FAULT_STATUS,		/* arg: status field without phase */
	NVMEM_FAULT_FATAL,		/* CSTS.CFS, nothing works until a reset */
	NVMEM_FAULT_CID,		/* completion with cid arg */
	NVMEM_FAULT_TWICE,		/* completed two times */
	NVMEM_FAULT_SQHD,		/* sqhd arg */
	NVMEM_FAULT_UNPLUG,		/* pulled out instead */
	NVMEM_NFAULT
};
#define NVMEM_ANY	0x100
void	nvmem_fault(struct pcim_dev *, enum nvmem_fault, unsigned opcode, unsigned nth,
	    unsigned times, uint32_t arg);

/*
 * Something happens that the driver has asked to be told of: type (0 error, 1
 * health ...), what it is, the log page that tells.  Nonzero: it is told;
 * else it has not asked, or has not read the page since the last of its type.
 */
int	nvmem_event(struct pcim_dev *, unsigned type, unsigned info, unsigned page);

/* Counters, for tests. */
struct nvmem_stats {
	uint64_t ns_admin, ns_io;	/* commands taken */
	uint64_t ns_done;		/* completions posted */
	uint64_t ns_read, ns_written;	/* bytes */
	uint64_t ns_flushes, ns_resets, ns_deallocates;
	uint64_t ns_events;		/* told */
};
const struct nvmem_stats *nvmem_stats(struct pcim_dev *);

#endif /* HARNESS_MODEL_NVME_H */
