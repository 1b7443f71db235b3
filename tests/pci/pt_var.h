/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The driver of the test device, as the bodies see it.
 */

#ifndef _PT_VAR_H_
#define	_PT_VAR_H_

#include <dev/pci/pcivar.h>

#include "pt_reg.h"

struct pt_softc;

struct pt_vec {
	struct pt_softc	*pv_sc;
	unsigned	pv_no;
	void		*pv_ih;
	unsigned	pv_count;	/* interrupts that were ours */
};

struct pt_softc {
	device_t	sc_dev;
	struct pci_attach_args sc_pa;
	bus_space_tag_t	sc_iot, sc_memt, sc_preft;
	bus_space_handle_t sc_ioh, sc_memh, sc_prefh;
	bus_addr_t	sc_ioaddr, sc_memaddr, sc_prefaddr;
	bus_size_t	sc_iosize, sc_memsize, sc_prefsize;
	pci_intr_handle_t *sc_pihp;
	int		sc_nvec;
	pci_intr_type_t	sc_type;
	uint32_t	sc_serial;
	struct pt_vec	sc_vec[PT_MAXVEC];
};

extern struct cfdriver pt_cd;
extern unsigned pt_attached, pt_detached, pt_forced;

/* Takes interrupts of the kind that the device wants. */
int	pt_intr_take(struct pt_softc *);
void	pt_intr_give(struct pt_softc *);
/* The softc of the device with that number, or NULL. */
struct pt_softc *pt_find(unsigned serial);

#endif /* !_PT_VAR_H_ */
