/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The part of virtio's register space transport that does not depend on how
 * the device was found.
 */

#ifndef _VIRTIO_MMIOVAR_H_
#define	_VIRTIO_MMIOVAR_H_

#ifndef VIRTIO_PRIVATE
#define	VIRTIO_PRIVATE
#endif

#include <dev/pci/virtiovar.h>

struct virtio_mmio_softc {
	struct virtio_softc	sc_sc;

	/* By the attachment, before virtio_mmio_common_attach(). */
	bus_space_tag_t		sc_iot;
	bus_space_handle_t	sc_ioh;
	bus_size_t		sc_iosize;
	uint32_t		sc_mmio_vers;
	bool			sc_le_regs;

	void			*sc_ih;
	uint32_t		sc_status;	/* what we have set */

	int			(*sc_alloc_interrupts)(struct virtio_mmio_softc *);
	void			(*sc_free_interrupts)(struct virtio_mmio_softc *);
};

uint32_t virtio_mmio_reg_read(struct virtio_mmio_softc *, bus_addr_t);
bool	virtio_mmio_common_probe_present(struct virtio_mmio_softc *);
void	virtio_mmio_common_attach(struct virtio_mmio_softc *);
void	virtio_mmio_common_rescan(struct virtio_mmio_softc *);
int	virtio_mmio_common_detach(struct virtio_mmio_softc *, int);
int	virtio_mmio_intr(void *);

#endif /* _VIRTIO_MMIOVAR_H_ */
