/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The test device: a function with a BAR of each kind.
 *
 *	BAR 0	4 KiB of memory: the registers below
 *	BAR 1	32 bytes of I/O: one scratch register at 0
 *	BAR 2	1 MiB of prefetchable memory with 64-bit addresses
 *	BAR 4	16 KiB of memory: MSI-X table at 0x1000, pending bits at 0x2000
 *
 * PT_RAISE n: message n, or the INTx pin with bit n in PT_STATUS until it is
 * written back.
 */

#ifndef _PT_REG_H_
#define	_PT_REG_H_

#define	PT_VENDOR	0x1234
#define	PT_PRODUCT	0xcafe

#define	PT_SCRATCH	0x00
#define	PT_STATUS	0x04	/* write one to clear */
#define	PT_RAISE	0x08
#define	PT_RESETS	0x0c	/* how often it was reset */
#define	PT_WANT		0x10	/* kind of interrupt that the driver is to take */
#define	PT_NVEC		0x14	/* and how many */
#define	PT_SERIAL	0x18	/* number of the device in the test */

#define	PT_INTX		0
#define	PT_MSI		1
#define	PT_MSIX		2
#define	PT_NONE		3

#define	PT_MAXVEC	8

#endif /* !_PT_REG_H_ */
