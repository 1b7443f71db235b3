/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI of this machine: configuration space and interrupts are hypercalls.
 * Included by dev/pci/pcivar.h.
 */

#ifndef _MACHINE_PCI_MACHDEP_H_
#define	_MACHINE_PCI_MACHDEP_H_

#include <sys/types.h>
#include <sys/device_if.h>

#include <dev/pci/pcireg.h>

#define	__HAVE_PCI_MSI_MSIX
#define	__HAVE_PCI_GET_SEGMENT

struct evcnt;
struct pci_attach_args;
struct pci_overrides;
struct pcibus_attach_args;

/* A function's place, opaque outside of this machine's code. */
typedef struct pcitag {
	uint32_t	pt_bdf;		/* bus << 8 | device << 3 | function */
} pcitag_t;

typedef struct pci_chipset_tag *pci_chipset_tag_t;
struct pci_chipset_tag {
	pci_chipset_tag_t pc_super;	/* who answers what is not overridden */
	uint64_t	pc_present;
	const struct pci_overrides *pc_ov;
	void		*pc_ctx;
};

/* Kind, place and number of an interrupt, and its attributes. */
typedef uint64_t pci_intr_handle_t;

#define	PCI_INTRSTR_LEN		64

typedef enum {
	PCI_INTR_TYPE_INTX = 0,
	PCI_INTR_TYPE_MSI,
	PCI_INTR_TYPE_MSIX,
	PCI_INTR_TYPE_SIZE,
} pci_intr_type_t;

void	pci_attach_hook(device_t, device_t, struct pcibus_attach_args *);
int	pci_bus_maxdevs(pci_chipset_tag_t, int bus);
pcitag_t pci_make_tag(pci_chipset_tag_t, int bus, int dev, int func);
void	pci_decompose_tag(pci_chipset_tag_t, pcitag_t, int *, int *, int *);

static inline u_int
pci_get_segment(pci_chipset_tag_t pc)
{

	return 0;
}

/*
 * One word of configuration space.  reg is a multiple of 4 below
 * PCI_EXTCONF_SIZE; anything else reads as all ones and drops writes.
 */
pcireg_t pci_conf_read(pci_chipset_tag_t, pcitag_t, int reg);
void	pci_conf_write(pci_chipset_tag_t, pcitag_t, int reg, pcireg_t);

/*
 * Interrupts.  A handle says which interrupt; establishing gives it a handler
 * at an IPL, and NULL means that there is no line left.
 */
int	pci_intr_map(const struct pci_attach_args *, pci_intr_handle_t *);
const char *pci_intr_string(pci_chipset_tag_t, pci_intr_handle_t, char *, size_t);
const struct evcnt *pci_intr_evcnt(pci_chipset_tag_t, pci_intr_handle_t);
void	*pci_intr_establish(pci_chipset_tag_t, pci_intr_handle_t, int ipl, int (*)(void *),
	    void *);
void	*pci_intr_establish_xname(pci_chipset_tag_t, pci_intr_handle_t, int ipl,
	    int (*)(void *), void *, const char *xname);
/* Returns when the handler runs nowhere and will not run again. */
void	pci_intr_disestablish(pci_chipset_tag_t, void *);
pci_intr_type_t pci_intr_type(pci_chipset_tag_t, pci_intr_handle_t);

/*
 * Arrays of handles, to be given back by pci_intr_release().  counts, by
 * type: in how many at most (-1: as many as there are), out how many; NULL:
 * one of the best.  The _exact ones give all or EINVAL; alloc_map takes table
 * entries by number.
 */
int	pci_intr_alloc(const struct pci_attach_args *, pci_intr_handle_t **, int *counts,
	    pci_intr_type_t max_type);
void	pci_intr_release(pci_chipset_tag_t, pci_intr_handle_t *, int count);
int	pci_intx_alloc(const struct pci_attach_args *, pci_intr_handle_t **);
int	pci_msi_alloc(const struct pci_attach_args *, pci_intr_handle_t **, int *count);
int	pci_msi_alloc_exact(const struct pci_attach_args *, pci_intr_handle_t **, int count);
int	pci_msix_alloc(const struct pci_attach_args *, pci_intr_handle_t **, int *count);
int	pci_msix_alloc_exact(const struct pci_attach_args *, pci_intr_handle_t **, int count);
int	pci_msix_alloc_map(const struct pci_attach_args *, pci_intr_handle_t **, u_int *indexes,
	    int count);

/* For pci_configure_bus(9): what to set up, and the line to write. */
int	pci_conf_hook(pci_chipset_tag_t, int bus, int dev, int func, pcireg_t id);
void	pci_conf_interrupt(pci_chipset_tag_t, int bus, int dev, int pin, int swiz, int *line);

#endif /* !_MACHINE_PCI_MACHDEP_H_ */
