/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the PCI component share, and what is behind the opaque
 * types of this machine.
 */

#ifndef _PCI_IMPL_H_
#define	_PCI_IMPL_H_

#include <dev/pci/pciconf.h>
#include <dev/pci/pcivar.h>

/* Bridges on top of each other; each is a level of recursion at attach. */
#define	PCI_MAXDEPTH	16

#define	PCI_NOTHERE	0xffffffffU	/* what a word of nothing reads as */

/* Whether an ID word is that of a function at all. */
static inline bool
pci_id_valid(pcireg_t id)
{

	return PCI_VENDOR(id) != 0xffff && PCI_VENDOR(id) != 0;
}

/*
 * Says once for each place, until a driver attaches there anew, that its
 * configuration makes no sense.
 */
void	pci_complain(pcitag_t, const char *, ...) __printflike(2, 3);
void	pci_complain_reset(pcitag_t);

/* pci_map.c: what a BAR holds, and what it holds of all ones; both registers of a 64-bit one. */
void	pci_mapreg_size(pci_chipset_tag_t, pcitag_t, int reg, uint64_t *addr, uint64_t *mask);

/*
 * pciconf.c: what was given out, kept so that functions can come and go.
 */

/*
 * Gives the functions of a bus that are new what they need, and takes it from those that are gone.
 * A bit for each device that answers; all ones if nothing is known of the bus.
 */
uint32_t pciconf_update(pci_chipset_tag_t, struct pciconf_resources *, int bus);
/* Whether the function is another one, or has lost its addresses, since it was configured. */
bool	pciconf_changed(pci_chipset_tag_t, struct pciconf_resources *, pcitag_t);

/* pci_machdep.c: the ranges of the root bus; NULL before there is one. */
extern struct pciconf_resources *pci_resources;

/* pci_msi.c: writes messages to a function that has lost them (D3). */
void	pci_msi_restore(pci_chipset_tag_t, pcitag_t);

/* pci_intr_handle_t: kind, attributes, place, pin or number of the message. */
#define	PIH_TYPE	__BITS(1, 0)
#define	PIH_MPSAFE	__BIT(2)
#define	PIH_LINE	__BITS(5, 4)	/* INTx: which of the four shared lines */
#define	PIH_PIN		__BITS(10, 8)	/* INTx: as the function has it */
#define	PIH_INDEX	__BITS(27, 16)	/* MSI, MSI-X */
#define	PIH_BDF		__BITS(47, 32)

/* What pci_intr_establish() returns. */
struct pci_intrhand {
	void		*ph_ih;		/* of rump_intr_establish() */
	pci_intr_handle_t ph_pih;
	unsigned	ph_irq;
};
int	pci_msi_intr_enable(pci_chipset_tag_t, struct pci_intrhand *);
void	pci_msi_intr_disable(pci_chipset_tag_t, struct pci_intrhand *);

/* pci_usrreq.c */
extern const struct cdevsw pci_cdevsw;

#endif /* !_PCI_IMPL_H_ */
