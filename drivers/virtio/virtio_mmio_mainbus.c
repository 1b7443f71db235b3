/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * virtio(4) at mainbus(4): devices in register space that the platform knows.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/errno.h>

#include <machine/bus_private.h>

#include <dev/virtio/virtio_mmiovar.h>

#include <rump-sys/dev.h>

struct virtio_mmio_mainbus_softc {
	struct virtio_mmio_softc sc_msc;	/* first: the child's parent */
	unsigned	sc_irq;
};

static int	virtio_mmio_mainbus_match(device_t, cfdata_t, void *);
static void	virtio_mmio_mainbus_attach(device_t, device_t, void *);
static int	virtio_mmio_mainbus_detach(device_t, int);
static int	virtio_mmio_mainbus_rescan(device_t, const char *, const int *);
static void	virtio_mmio_mainbus_childdetached(device_t, device_t);

extern struct cfattach virtio_mmio_mainbus_ca;
CFATTACH_DECL3_NEW(virtio_mmio_mainbus, sizeof(struct virtio_mmio_mainbus_softc),
    virtio_mmio_mainbus_match, virtio_mmio_mainbus_attach,
    virtio_mmio_mainbus_detach, NULL, virtio_mmio_mainbus_rescan,
    virtio_mmio_mainbus_childdetached, DVF_DETACH_SHUTDOWN);

static int
virtio_mmio_mainbus_alloc_interrupts(struct virtio_mmio_softc *msc)
{
	struct virtio_mmio_mainbus_softc *sc =
	    (struct virtio_mmio_mainbus_softc *)msc;
	struct virtio_softc *vsc = &msc->sc_sc;

	msc->sc_ih = rump_intr_establish(sc->sc_irq, vsc->sc_ipl,
	    (vsc->sc_flags & VIRTIO_F_INTR_MPSAFE) != 0 ? RUMP_INTR_MPSAFE : 0,
	    virtio_mmio_intr, msc, device_xname(vsc->sc_dev));
	if (msc->sc_ih == NULL)
		return ENOMEM;
	aprint_verbose_dev(vsc->sc_dev, "interrupting at line %u\n",
	    sc->sc_irq);
	return 0;
}

static void
virtio_mmio_mainbus_free_interrupts(struct virtio_mmio_softc *msc)
{

	rump_intr_disestablish(msc->sc_ih);
}

static int
virtio_mmio_mainbus_match(device_t parent, cfdata_t match, void *aux)
{
	const struct mainbus_attach_args *maa = aux;

	return strcmp(maa->maa_name, "virtio_mmio") == 0;
}

static void
virtio_mmio_mainbus_attach(device_t parent, device_t self, void *aux)
{
	struct virtio_mmio_mainbus_softc *sc = device_private(self);
	struct virtio_mmio_softc *msc = &sc->sc_msc;
	const struct mainbus_attach_args *maa = aux;

	aprint_naive("\n");
	aprint_normal(" addr %#" PRIx64 " line %u\n", maa->maa_addr,
	    maa->maa_irq);
	msc->sc_sc.sc_dev = self;
	msc->sc_sc.sc_dmat = &pci_bus_dma64_tag;
	msc->sc_iot = x86_bus_space_mem;
	msc->sc_le_regs = true;
	msc->sc_alloc_interrupts = virtio_mmio_mainbus_alloc_interrupts;
	msc->sc_free_interrupts = virtio_mmio_mainbus_free_interrupts;
	sc->sc_irq = maa->maa_irq;
	if (bus_space_map(msc->sc_iot, maa->maa_addr, maa->maa_size, 0,
	    &msc->sc_ioh) != 0) {
		aprint_error_dev(self, "registers could not be mapped\n");
		return;
	}
	msc->sc_iosize = maa->maa_size;
	virtio_mmio_common_attach(msc);
	virtio_mmio_common_rescan(msc);
}

static int
virtio_mmio_mainbus_rescan(device_t self, const char *ifattr, const int *locs)
{
	struct virtio_mmio_mainbus_softc *sc = device_private(self);

	virtio_mmio_common_rescan(&sc->sc_msc);
	return 0;
}

static int
virtio_mmio_mainbus_detach(device_t self, int flags)
{
	struct virtio_mmio_mainbus_softc *sc = device_private(self);

	return virtio_mmio_common_detach(&sc->sc_msc, flags);
}

static void
virtio_mmio_mainbus_childdetached(device_t self, device_t child)
{
	struct virtio_mmio_mainbus_softc *sc = device_private(self);
	struct virtio_softc *vsc = &sc->sc_msc.sc_sc;

	vsc->sc_child = NULL;
	vsc->sc_child_state = VIRTIO_NO_CHILD;
}
