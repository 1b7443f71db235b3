/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Registers of PCI-to-PCI bridges by their older names; those in
 * dev/pci/pcireg.h (PCI_BRIDGE_*) are the same.  The bits of bridge control
 * are those of a register of 16 bits, which is the upper half of its word.
 */

#ifndef _DEV_PCI_PPBREG_H_
#define	_DEV_PCI_PPBREG_H_

#include <dev/pci/pcireg.h>

#define	PPB_REG_BASE0		0x10
#define	PPB_REG_BASE1		0x14
#define	PPB_REG_BUSINFO		0x18
#define	PPB_REG_IOSTATUS	0x1c
#define	PPB_REG_MEM		0x20
#define	PPB_REG_PREFMEM		0x24
#define	PPB_REG_PREFBASE_HI32	0x28
#define	PPB_REG_PREFLIM_HI32	0x2c
#define	PPB_REG_IO_HI		0x30
#define	PPB_REG_BRIDGECONTROL	0x3c

#define	PPB_BUSINFO_PRIMARY(bir)	(((bir) >> 0) & 0xff)
#define	PPB_BUSINFO_SECONDARY(bir)	(((bir) >> 8) & 0xff)
#define	PPB_BUSINFO_SUBORDINATE(bir)	(((bir) >> 16) & 0xff)
#define	PPB_BUSINFO_SECLAT(bir)		(((bir) >> 24) & 0xff)

#define	PPB_BC_PARITYERRORRESPONSE_ENABLE (1U << 0)
#define	PPB_BC_SERR_ENABLE		(1U << 1)
#define	PPB_BC_ISA_ENABLE		(1U << 2)
#define	PPB_BC_VGA_ENABLE		(1U << 3)
#define	PPB_BC_MASTER_ABORT_MODE	(1U << 5)
#define	PPB_BC_SECONDARY_RESET		(1U << 6)
#define	PPB_BC_FAST_B2B_ENABLE		(1U << 7)
#define	PPB_BC_PRIMARY_DISCARD_TIMEOUT	(1U << 8)
#define	PPB_BC_SECONDARY_DISCARD_TIMEOUT (1U << 9)
#define	PPB_BC_DISCARD_TIMER_STATUS	(1U << 10)
#define	PPB_BC_DISCARD_TIMER_SERR_ENABLE (1U << 11)

#endif /* !_DEV_PCI_PPBREG_H_ */
