/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * QEMU's educational device, 1234:11e8: one memory BAR of 1 MiB with registers
 * of 32 bits, and of 64 from 0x80 on; INTx or one MSI.
 *
 *	0x00	identification, 0x010000ed
 *	0x04	liveness: reads as what was written, inverted
 *	0x08	factorial: of what was written, when status bit 0 has gone
 *	0x20	status: 0x01 computing; 0x80, writable, interrupt when done
 *	0x24	interrupt status: bits that were raised
 *	0x60	raises the bits written
 *	0x64	acknowledges the bits written
 *	0x80	DMA source, 0x88 destination, 0x90 count
 *	0x98	DMA command: 1 start, and set until done; 2 from the device to
 *		memory; 4 raise 0x100 when done
 *
 * The device's own buffer is 4096 bytes at 0x40000 of its address space; it
 * has 28 address lines.  See docs/specs/edu of QEMU.
 */

#ifndef HARNESS_MODEL_EDU_H
#define HARNESS_MODEL_EDU_H

#include "pci.h"

#define EDU_BUFFER	0x40000
#define EDU_BUFSIZE	4096

/* Tags of its DMA, for the hostile layer. */
#define EDU_TAG_IN	0xe000		/* memory to device */
#define EDU_TAG_OUT	0xe001

/*
 * A device that takes delay_ns for each thing it does (0: done at once),
 * unplugged; with nomsi it has INTx alone.  The bus owns it.
 */
struct pcim_dev *edu_create(struct pcim_bus *, uint64_t delay_ns, int nomsi);

/* Its buffer, EDU_BUFSIZE bytes. */
uint8_t *edu_buffer(struct pcim_dev *);

/* Whether it is at rest: nothing computed or moved, no interrupt raised. */
int	edu_idle(struct pcim_dev *);

#endif /* HARNESS_MODEL_EDU_H */
