/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An AHCI adapter on a bus of models (pci.h): Serial ATA AHCI 1.3 with ports
 * that have an ATA disk (ATA8-ACS: identify, DMA reads and writes of 28 and
 * 48 bits, flush, features), an ATAPI device (whose commands a target of
 * scsi.h executes), or nothing.
 *
 * It holds its driver to the specification: alignment of lists and tables,
 * start and stop of ports, headers, pieces, directions, width of accesses.
 * A breach is pcim_violation().
 */

#ifndef HARNESS_MODEL_AHCI_H
#define HARNESS_MODEL_AHCI_H

#include <stdint.h>

#include <rump/rumpuser_fuzz.h>

#include "hostile.h"
#include "pci.h"
#include "scsi.h"

#define AHCIM_NPORTS	6u

/* What moves over the bus, for the hostile layer. */
enum ahcim_tag {
	AHCIM_TAG_HEADER = HOSTILE_TAG(HOSTILE_TAG_AHCI, 1),
	AHCIM_TAG_TABLE,
	AHCIM_TAG_PRD,
	AHCIM_TAG_PRDBC,
	AHCIM_TAG_RFIS,
	AHCIM_TAG_DATA,
	AHCIM_TAG_IDENTIFY,
	AHCIM_TAG_ATAPI,
};

enum ahcim_kind { AHCIM_EMPTY, AHCIM_DISK, AHCIM_ATAPI };

struct ahcim_port {
	enum ahcim_kind ap_kind;
	/* A disk's medium; ops NULL: memory of zeroes. */
	const struct rumpuser_image_ops *ap_ops;
	void	*ap_cookie;
	uint64_t ap_size;		/* bytes */
	unsigned ap_flags;
	/* An ATAPI device: unit 0 of this target, which stays the caller's. */
	struct scsim_target *ap_target;
};
#define AHCIM_LBA28	0x01		/* no 48-bit commands */
#define AHCIM_NOCACHE	0x02		/* no write cache */
#define AHCIM_NCQ	0x04		/* queued commands; with AHCIM_LBA28 none */
#define AHCIM_REVERSE	0x08		/* ... the last one first */

/* Zero is an adapter with AHCIM_NPORTS empty ports. */
struct ahcim_config {
	struct ahcim_port ac_port[AHCIM_NPORTS];
	unsigned ac_nports;		/* 0: all */
	unsigned ac_flags;
	uint64_t ac_delay;		/* nanoseconds from issue to completion */
	uint64_t ac_ready;		/* from the end of a reset to the signature */
};
#define AHCIM_NOMSI	0x01
#define AHCIM_32BIT	0x02		/* no addresses above 4 GB */

/* To be plugged; the bus frees it.  NULL without memory. */
struct pcim_dev *ahcim_create(struct pcim_bus *, const struct ahcim_config *);

/* No port runs or receives: what a detach leaves. */
int	ahcim_idle(struct pcim_dev *);

/* Pulls a port's drive out, or puts it in again. */
void	ahcim_link(struct pcim_dev *, unsigned port, int up);

/* While none is in: the drive that will be plugged in has these flags. */
void	ahcim_drive(struct pcim_dev *, unsigned port, unsigned flags);

/*
 * Faults: act on the nth command from now on any port (1: the next one; with
 * this ATA command code, or AHCIM_ANY) and on the times - 1 ones after it (0:
 * all).
 */
enum ahcim_fault {
	AHCIM_FAULT_NONE,
	AHCIM_FAULT_NEVER,		/* no completion */
	AHCIM_FAULT_NOINTR,		/* completed without interrupt */
	AHCIM_FAULT_ERROR,		/* arg: error register << 8 | status */
	AHCIM_FAULT_SHORT,		/* moves only half of it, without error */
	AHCIM_FAULT_COUNT,		/* says it moved arg bytes more */
	AHCIM_FAULT_BUSY,		/* stays busy until a reset */
	AHCIM_FAULT_INTERFACE,		/* interface fatal error */
	AHCIM_FAULT_BUS,		/* host bus fatal error */
	AHCIM_FAULT_STUCK,		/* nothing completes, and the port does not stop */
	AHCIM_FAULT_LINK,		/* the drive is pulled out */
	AHCIM_FAULT_UNPLUG,		/* the adapter is pulled out */
	AHCIM_FAULT_LOST,		/* as NEVER; of queued ones this alone, others go on */
	AHCIM_NFAULT
};
#define AHCIM_ANY	0x100
void	ahcim_fault(struct pcim_dev *, enum ahcim_fault, unsigned command, unsigned nth,
	    unsigned times, uint32_t arg);

struct ahcim_stats {
	uint64_t as_commands, as_done;
	uint64_t as_read, as_written;	/* bytes */
	uint64_t as_queued, as_together; /* queued commands, most at a time */
	uint64_t as_flushes, as_standbys, as_packets, as_resets; /* of links */
};
const struct ahcim_stats *ahcim_stats(struct pcim_dev *);

#endif /* HARNESS_MODEL_AHCI_H */
