/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What drivers of IDE controllers at PCI share, as far as it needs no
 * pciide(4): single bytes of configuration space.
 */

#ifndef _DEV_PCI_PCIIDEVAR_H_
#define	_DEV_PCI_PCIIDEVAR_H_

#include <dev/ata/atavar.h>
#include <dev/ic/wdcreg.h>
#include <dev/pci/pcivar.h>

/* Configuration flags. */
#define	PCIIDE_OPTIONS_DMA	0x01
#define	PCIIDE_OPTIONS_NODMA	0x02

#define	PCIIDE_MAX_CHANNELS	4

static inline uint8_t
pciide_pci_read(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{

	return (uint8_t)(pci_conf_read(pc, tag, reg & ~3) >> ((reg & 3) * 8));
}

static inline void
pciide_pci_write(pci_chipset_tag_t pc, pcitag_t tag, int reg, uint8_t val)
{
	const int shift = (reg & 3) * 8;
	pcireg_t v;

	v = pci_conf_read(pc, tag, reg & ~3);
	v = (v & ~((pcireg_t)0xff << shift)) | (pcireg_t)val << shift;
	pci_conf_write(pc, tag, reg & ~3, v);
}

#endif /* !_DEV_PCI_PCIIDEVAR_H_ */
