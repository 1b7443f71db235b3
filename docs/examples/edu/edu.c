/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * edu(4): QEMU's educational PCI device.  See docs/specs/edu of QEMU.
 *
 * One memory BAR with registers, one interrupt (MSI, or INTx), DMA between
 * memory and a buffer of 4096 bytes, with 28 bits of address.
 *
 * Nothing is believed of the device but that it is slow: an operation that
 * does not end within a second marks it broken, and everything after that is
 * EIO.  What it computes and what it stores in our buffer is the user's to
 * judge.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "eduio.h"

#define	EDU_VENDOR		0x1234
#define	EDU_PRODUCT		0x11e8

#define	EDU_ID			0x00
#define	 EDU_ID_MASK		0x0000ffff
#define	 EDU_ID_EDU		0x000000ed
#define	EDU_FACT		0x08
#define	EDU_STATUS		0x20
#define	 EDU_STATUS_BUSY	0x01
#define	 EDU_STATUS_INTR	0x80
#define	EDU_INTR_STATUS		0x24
#define	 EDU_INTR_FACT		0x001
#define	 EDU_INTR_DMA		0x100
#define	EDU_INTR_ACK		0x64
#define	EDU_DMA_SRC		0x80
#define	EDU_DMA_DST		0x88
#define	EDU_DMA_CNT		0x90
#define	EDU_DMA_CMD		0x98
#define	 EDU_DMA_START		0x01
#define	 EDU_DMA_TO_MEMORY	0x02
#define	 EDU_DMA_INTR		0x04

#define	EDU_BUFFER		0x40000	/* in the device's address space */
#define	EDU_BUFSIZE		4096
#define	EDU_ADDR_MAX		0x0fffffff

struct edu_softc {
	device_t	sc_dev;
	bus_space_tag_t	sc_memt;
	bus_space_handle_t sc_memh;
	bus_size_t	sc_memsize;	/* 0: not mapped */
	pci_chipset_tag_t sc_pc;
	pcitag_t	sc_tag;
	pci_intr_handle_t *sc_pihp;
	void		*sc_ih;

	bus_dma_tag_t	sc_dmat;	/* of 28 bits */
	bus_dma_segment_t sc_seg;
	int		sc_nseg;	/* 1: allocated */
	void		*sc_buf;
	bus_dmamap_t	sc_map;
	bool		sc_loaded;

	kmutex_t	sc_lock;
	kcondvar_t	sc_cv;		/* anything below has changed */
	uint32_t	sc_done;	/* sc_lock: what interrupts said */
	u_int		sc_users;	/* sc_lock: in edu_enter() ... edu_exit() */
	bool		sc_busy;	/* sc_lock: one of them has the device */
	bool		sc_ready;	/* attached as a whole */
	bool		sc_dying;	/* sc_lock: the device is going */
	bool		sc_broken;	/* sc_lock: it has not answered */
};

extern struct cfdriver edu_cd;

#define	EDU_READ(sc, reg)	bus_space_read_4((sc)->sc_memt, (sc)->sc_memh, reg)
#define	EDU_WRITE(sc, reg, val)	bus_space_write_4((sc)->sc_memt, (sc)->sc_memh, reg, val)

/*
 * Interrupt.
 */

static int
edu_intr(void *arg)
{
	struct edu_softc *sc = arg;
	uint32_t status;

	status = EDU_READ(sc, EDU_INTR_STATUS);
	/* All ones: it has been pulled out. */
	if (status == 0 || status == 0xffffffff)
		return 0;
	EDU_WRITE(sc, EDU_INTR_ACK, status);
	mutex_enter(&sc->sc_lock);
	sc->sc_done |= status;
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
	return 1;
}

/*
 * Operations, one at a time.
 */

static int
edu_enter(struct edu_softc *sc)
{
	int error = 0;

	mutex_enter(&sc->sc_lock);
	sc->sc_users++;
	while (sc->sc_busy && !sc->sc_dying)
		cv_wait(&sc->sc_cv, &sc->sc_lock);
	if (sc->sc_dying)
		error = ENXIO;
	else if (sc->sc_broken)
		error = EIO;
	else
		sc->sc_busy = true;
	if (error != 0) {
		sc->sc_users--;
		cv_broadcast(&sc->sc_cv);
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static void
edu_exit(struct edu_softc *sc)
{

	mutex_enter(&sc->sc_lock);
	sc->sc_busy = false;
	sc->sc_users--;
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
}

/* Waits for the interrupt with that bit, which edu_forget() cleared before. */
static int
edu_wait(struct edu_softc *sc, uint32_t bit)
{
	const int end = getticks() + hz;
	int left, error;

	mutex_enter(&sc->sc_lock);
	/* Other interrupts don't give it more time. */
	while ((sc->sc_done & bit) == 0 && !sc->sc_dying && (left = end - getticks()) > 0)
		(void)cv_timedwait(&sc->sc_cv, &sc->sc_lock, left);
	if (sc->sc_dying)
		error = ENXIO;
	else if ((sc->sc_done & bit) == 0) {
		sc->sc_broken = true;
		error = EIO;
	} else
		error = 0;
	mutex_exit(&sc->sc_lock);
	if (error == EIO)
		aprint_error_dev(sc->sc_dev, "interrupt 0x%x did not come within 1 s\n", bit);
	return error;
}

static void
edu_forget(struct edu_softc *sc, uint32_t bit)
{

	mutex_enter(&sc->sc_lock);
	sc->sc_done &= ~bit;
	mutex_exit(&sc->sc_lock);
}

static int
edu_factorial(struct edu_softc *sc, uint32_t *valp)
{
	int error;

	edu_forget(sc, EDU_INTR_FACT);
	EDU_WRITE(sc, EDU_STATUS, EDU_STATUS_INTR);
	EDU_WRITE(sc, EDU_FACT, *valp);
	if ((error = edu_wait(sc, EDU_INTR_FACT)) != 0)
		return error;
	*valp = EDU_READ(sc, EDU_FACT);
	return 0;
}

/* Moves len bytes between sc_buf and the device's buffer at off. */
static int
edu_dma(struct edu_softc *sc, bool tomem, uint32_t off, size_t len)
{
	uint32_t mem = (uint32_t)sc->sc_map->dm_segs[0].ds_addr;
	int error;

	if ((EDU_READ(sc, EDU_DMA_CMD) & EDU_DMA_START) != 0)
		return EBUSY;
	edu_forget(sc, EDU_INTR_DMA);
	bus_dmamap_sync(sc->sc_dmat, sc->sc_map, 0, len,
	    tomem ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
	EDU_WRITE(sc, EDU_DMA_SRC, tomem ? EDU_BUFFER + off : mem);
	EDU_WRITE(sc, EDU_DMA_DST, tomem ? mem : EDU_BUFFER + off);
	EDU_WRITE(sc, EDU_DMA_CNT, (uint32_t)len);
	EDU_WRITE(sc, EDU_DMA_CMD,
	    EDU_DMA_START | EDU_DMA_INTR | (tomem ? EDU_DMA_TO_MEMORY : 0));
	error = edu_wait(sc, EDU_INTR_DMA);
	bus_dmamap_sync(sc->sc_dmat, sc->sc_map, 0, len,
	    tomem ? BUS_DMASYNC_POSTREAD : BUS_DMASYNC_POSTWRITE);
	return error;
}

/*
 * The node.
 */

static int
edu_open(dev_t dev, int flags, int mode, struct lwp *l)
{
	struct edu_softc *sc = device_lookup_private(&edu_cd, minor(dev));

	return sc != NULL && sc->sc_ready ? 0 : ENXIO;
}

static int
edu_close(dev_t dev, int flags, int mode, struct lwp *l)
{

	return 0;
}

static int
edu_rw(dev_t dev, struct uio *uio, int flags)
{
	struct edu_softc *sc = device_lookup_private(&edu_cd, minor(dev));
	uint32_t off;
	size_t len;
	int error;

	if (sc == NULL)
		return ENXIO;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_offset >= EDU_BUFSIZE || uio->uio_resid == 0)
		return 0;
	off = (uint32_t)uio->uio_offset;
	len = MIN(uio->uio_resid, EDU_BUFSIZE - off);
	if ((error = edu_enter(sc)) != 0)
		return error;
	if (uio->uio_rw == UIO_READ) {
		if ((error = edu_dma(sc, true, off, len)) == 0)
			error = uiomove(sc->sc_buf, len, uio);
	} else {
		if ((error = uiomove(sc->sc_buf, len, uio)) == 0)
			error = edu_dma(sc, false, off, len);
	}
	edu_exit(sc);
	return error;
}

static int
edu_ioctl(dev_t dev, u_long cmd, void *data, int flags, struct lwp *l)
{
	struct edu_softc *sc = device_lookup_private(&edu_cd, minor(dev));
	int error;

	if (sc == NULL)
		return ENXIO;
	if (cmd != EDU_FACTORIAL)
		return ENOTTY;
	if ((error = edu_enter(sc)) != 0)
		return error;
	error = edu_factorial(sc, data);
	edu_exit(sc);
	return error;
}

const struct cdevsw edu_cdevsw = {
	.d_open = edu_open,
	.d_close = edu_close,
	.d_read = edu_rw,
	.d_write = edu_rw,
	.d_ioctl = edu_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &edu_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER | D_MPSAFE,
};

/*
 * Attach and detach.
 */

static int
edu_match(device_t parent, cfdata_t cf, void *aux)
{
	struct pci_attach_args *pa = aux;

	return PCI_VENDOR(pa->pa_id) == EDU_VENDOR && PCI_PRODUCT(pa->pa_id) == EDU_PRODUCT;
}

static int
edu_map_registers(struct edu_softc *sc, const struct pci_attach_args *pa)
{
	uint32_t id;

	if (pci_mapreg_map(pa, PCI_BAR0, PCI_MAPREG_TYPE_MEM, 0, &sc->sc_memt, &sc->sc_memh, NULL,
	    &sc->sc_memsize) != 0) {
		sc->sc_memsize = 0;
		aprint_error_dev(sc->sc_dev, "can't map registers\n");
		return ENXIO;
	}
	if (sc->sc_memsize < EDU_DMA_CMD + 4) {
		aprint_error_dev(sc->sc_dev, "0x%llx bytes of registers, at least 0x%x\n",
		    (unsigned long long)sc->sc_memsize, EDU_DMA_CMD + 4);
		return ENXIO;
	}
	id = EDU_READ(sc, EDU_ID);
	if ((id & EDU_ID_MASK) != EDU_ID_EDU) {
		aprint_error_dev(sc->sc_dev, "identification 0x%08x, expected 0xRRrr00ed\n", id);
		return ENXIO;
	}
	/* It would go on as soon as it may, to or from memory of somebody else. */
	if ((EDU_READ(sc, EDU_DMA_CMD) & EDU_DMA_START) != 0) {
		aprint_error_dev(sc->sc_dev, "a transfer of before has not ended\n");
		return EBUSY;
	}
	return 0;
}

/* Whether the device may reach memory. */
static void
edu_master(struct edu_softc *sc, bool on)
{
	pcireg_t csr = pci_conf_read(sc->sc_pc, sc->sc_tag, PCI_COMMAND_STATUS_REG);

	if (on)
		csr |= PCI_COMMAND_MASTER_ENABLE;
	else
		csr &= ~PCI_COMMAND_MASTER_ENABLE;
	pci_conf_write(sc->sc_pc, sc->sc_tag, PCI_COMMAND_STATUS_REG, csr);
}

static int
edu_make_buffer(struct edu_softc *sc, const struct pci_attach_args *pa)
{
	int error;

	error = bus_dmatag_subregion(pa->pa_dmat, 0, EDU_ADDR_MAX, &sc->sc_dmat, BUS_DMA_WAITOK);
	if (error != 0)
		goto fail;
	error = bus_dmamem_alloc(sc->sc_dmat, EDU_BUFSIZE, EDU_BUFSIZE, 0, &sc->sc_seg, 1,
	    &sc->sc_nseg, BUS_DMA_WAITOK);
	if (error != 0) {
		sc->sc_nseg = 0;
		goto fail;
	}
	error = bus_dmamem_map(sc->sc_dmat, &sc->sc_seg, 1, EDU_BUFSIZE, &sc->sc_buf,
	    BUS_DMA_WAITOK);
	if (error != 0) {
		sc->sc_buf = NULL;
		goto fail;
	}
	error = bus_dmamap_create(sc->sc_dmat, EDU_BUFSIZE, 1, EDU_BUFSIZE, 0, BUS_DMA_WAITOK,
	    &sc->sc_map);
	if (error != 0) {
		sc->sc_map = NULL;
		goto fail;
	}
	error = bus_dmamap_load(sc->sc_dmat, sc->sc_map, sc->sc_buf, EDU_BUFSIZE, NULL,
	    BUS_DMA_WAITOK);
	if (error != 0)
		goto fail;
	sc->sc_loaded = true;
	return 0;
 fail:
	aprint_error_dev(sc->sc_dev, "no buffer for DMA: %d\n", error);
	return error;
}

static int
edu_take_interrupt(struct edu_softc *sc, const struct pci_attach_args *pa)
{
	char buf[PCI_INTRSTR_LEN];

	if (pci_intr_alloc(pa, &sc->sc_pihp, NULL, 0) != 0) {
		sc->sc_pihp = NULL;
		aprint_error_dev(sc->sc_dev, "no interrupt\n");
		return ENXIO;
	}
	pci_intr_setattr(sc->sc_pc, &sc->sc_pihp[0], PCI_INTR_MPSAFE, true);
	sc->sc_ih = pci_intr_establish_xname(sc->sc_pc, sc->sc_pihp[0], IPL_VM, edu_intr, sc,
	    device_xname(sc->sc_dev));
	if (sc->sc_ih == NULL) {
		aprint_error_dev(sc->sc_dev, "can't establish an interrupt\n");
		return ENXIO;
	}
	aprint_normal_dev(sc->sc_dev, "interrupting at %s\n",
	    pci_intr_string(sc->sc_pc, sc->sc_pihp[0], buf, sizeof(buf)));
	return 0;
}

/* Undoes any part of attach. */
static void
edu_release(struct edu_softc *sc)
{

	if (sc->sc_ih != NULL)
		pci_intr_disestablish(sc->sc_pc, sc->sc_ih);
	if (sc->sc_pihp != NULL)
		pci_intr_release(sc->sc_pc, sc->sc_pihp, 1);
	if (sc->sc_loaded)
		bus_dmamap_unload(sc->sc_dmat, sc->sc_map);
	if (sc->sc_map != NULL)
		bus_dmamap_destroy(sc->sc_dmat, sc->sc_map);
	if (sc->sc_buf != NULL)
		bus_dmamem_unmap(sc->sc_dmat, sc->sc_buf, EDU_BUFSIZE);
	if (sc->sc_nseg != 0)
		bus_dmamem_free(sc->sc_dmat, &sc->sc_seg, sc->sc_nseg);
	if (sc->sc_dmat != NULL)
		bus_dmatag_destroy(sc->sc_dmat);
	if (sc->sc_memsize != 0)
		bus_space_unmap(sc->sc_memt, sc->sc_memh, sc->sc_memsize);
	sc->sc_ih = NULL;
	sc->sc_pihp = NULL;
	sc->sc_loaded = false;
	sc->sc_map = NULL;
	sc->sc_buf = NULL;
	sc->sc_nseg = 0;
	sc->sc_dmat = NULL;
	sc->sc_memsize = 0;
}

static void
edu_attach(device_t parent, device_t self, void *aux)
{
	struct edu_softc *sc = device_private(self);
	struct pci_attach_args *pa = aux;

	pci_aprint_devinfo(pa, NULL);
	sc->sc_dev = self;
	sc->sc_pc = pa->pa_pc;
	sc->sc_tag = pa->pa_tag;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_VM);
	cv_init(&sc->sc_cv, "edu");
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");

	if (edu_map_registers(sc, pa) != 0 || edu_make_buffer(sc, pa) != 0 ||
	    edu_take_interrupt(sc, pa) != 0) {
		edu_release(sc);
		return;
	}
	edu_master(sc, true);
	sc->sc_ready = true;
}

static int
edu_detach(device_t self, int flags)
{
	struct edu_softc *sc = device_private(self);
	int maj = cdevsw_lookup_major(&edu_cdevsw), unit = device_unit(self);

	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	cv_broadcast(&sc->sc_cv);
	while (sc->sc_users != 0)
		cv_wait(&sc->sc_cv, &sc->sc_lock);
	mutex_exit(&sc->sc_lock);
	vdevgone(maj, unit, unit, VCHR);

	/* Nothing may be written to our memory after it is not ours any more. */
	if (sc->sc_ready) {
		EDU_WRITE(sc, EDU_STATUS, 0);
		EDU_WRITE(sc, EDU_INTR_ACK, 0xffffffff);
		edu_master(sc, false);
	}
	edu_release(sc);
	pmf_device_deregister(self);
	cv_destroy(&sc->sc_cv);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

CFATTACH_DECL_NEW(edu, sizeof(struct edu_softc), edu_match, edu_attach, edu_detach, NULL);
