/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * virtio(4) at pci(4): the modern layout, in which capabilities say where the
 * structures are, and the legacy one with all registers in the first BAR.
 *
 * Of what the function says, nothing is believed before it is compared with
 * the size of the BAR or of configuration space: a capability that is too
 * short, misaligned or leads outside is passed over, with one line each.  A
 * function that reads as all ones has been pulled out.
 *
 * Interrupts: MSI-X with a vector for each queue if the child wants that and
 * there are enough, else MSI-X with one for all queues and one for the
 * configuration, else INTx.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 4.1.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/module.h>

#include <dev/pci/pcidevs.h>
#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#define	VIRTIO_PRIVATE
#include <dev/pci/virtioreg.h>
#include <dev/pci/virtio_pcireg.h>
#include <dev/pci/virtiovar.h>

#define	VIRTIO_PCI_NBAR		6
#define	VIRTIO_PCI_NCAP		48	/* more cannot be in 192 bytes */
#define	VIRTIO_PCI_QUEUE_MAX	256	/* a modern queue is made smaller */
#define	VIRTIO_PCI_RESET_TRIES	100

/* PCI device numbers: transitional by subsystem, modern by offset. */
#define	VIRTIO_PCI_TRANS_FIRST	0x1000
#define	VIRTIO_PCI_TRANS_LAST	0x103f
#define	VIRTIO_PCI_MODERN_FIRST	0x1040
#define	VIRTIO_PCI_MODERN_LAST	0x107f

#define	VIRTIO_MSIX_CONFIG	0	/* vectors, in that order */
#define	VIRTIO_MSIX_QUEUE	1

/* A part of a BAR. */
struct virtio_pci_window {
	bus_space_tag_t		w_iot;
	bus_space_handle_t	w_ioh;
	bus_size_t		w_size;		/* 0: not there */
};

struct virtio_pci_softc {
	struct virtio_softc	sc_sc;		/* first: the child's parent */
	struct pci_attach_args	sc_pa;
	uint8_t			sc_status;	/* what we have set */
	bool			sc_modern;

	/* BARs that are mapped, whole. */
	struct virtio_pci_window sc_bars[VIRTIO_PCI_NBAR];

	/* Modern. */
	struct virtio_pci_window sc_common;
	struct virtio_pci_window sc_notify;
	struct virtio_pci_window sc_isr;
	uint32_t		sc_notify_mult;

	/* Interrupts: sc_nihs are established. */
	pci_intr_handle_t	*sc_pihp;
	int			sc_npihs;
	void			**sc_ihs;
	int			sc_nihs;
	bool			sc_pervq;
};

static int	virtio_pci_match(device_t, cfdata_t, void *);
static void	virtio_pci_attach(device_t, device_t, void *);
static int	virtio_pci_detach(device_t, int);
static int	virtio_pci_rescan(device_t, const char *, const int *);
static void	virtio_pci_childdetached(device_t, device_t);

extern struct cfattach virtio_pci_ca;
CFATTACH_DECL3_NEW(virtio_pci, sizeof(struct virtio_pci_softc),
    virtio_pci_match, virtio_pci_attach, virtio_pci_detach, NULL,
    virtio_pci_rescan, virtio_pci_childdetached, DVF_DETACH_SHUTDOWN);

/* BAR 0 of a legacy device. */
#define	LEGACY(psc)	((psc)->sc_bars[0].w_iot), ((psc)->sc_bars[0].w_ioh)
#define	COMMON(psc)	((psc)->sc_common.w_iot), ((psc)->sc_common.w_ioh)

/*
 * The status register.
 */

static uint8_t
virtio_pci_read_status(struct virtio_pci_softc *psc)
{

	if (psc->sc_modern)
		return bus_space_read_1(COMMON(psc),
		    VIRTIO_CONFIG1_DEVICE_STATUS);
	return bus_space_read_1(LEGACY(psc), VIRTIO_CONFIG_DEVICE_STATUS);
}

static void
virtio_pci_set_status(struct virtio_softc *sc, int status)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint8_t now;
	int i;

	/* What has been set is kept here: the device's word is not needed. */
	psc->sc_status = status == 0 ? 0 : psc->sc_status | status;
	if (psc->sc_modern)
		bus_space_write_1(COMMON(psc), VIRTIO_CONFIG1_DEVICE_STATUS,
		    psc->sc_status);
	else
		bus_space_write_1(LEGACY(psc), VIRTIO_CONFIG_DEVICE_STATUS,
		    psc->sc_status);
	/* A reset is done when the device says so, or is gone. */
	for (i = 0; status == 0 && i < VIRTIO_PCI_RESET_TRIES; i++) {
		now = virtio_pci_read_status(psc);
		if (now == 0 || now == 0xff)
			break;
	}
}

static int
virtio_pci_get_status(struct virtio_softc *sc)
{

	return virtio_pci_read_status((struct virtio_pci_softc *)sc);
}

/*
 * Legacy layout.
 */

static void
virtio_pci_kick_09(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;

	bus_space_write_2(LEGACY(psc), VIRTIO_CONFIG_QUEUE_NOTIFY, idx);
}

static uint16_t
virtio_pci_read_queue_size_09(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;

	bus_space_write_2(LEGACY(psc), VIRTIO_CONFIG_QUEUE_SELECT, idx);
	return bus_space_read_2(LEGACY(psc), VIRTIO_CONFIG_QUEUE_SIZE);
}

static void
virtio_pci_setup_queue_09(struct virtio_softc *sc, uint16_t idx, uint64_t addr)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;

	if (addr / VIRTIO_PAGE_SIZE > UINT32_MAX) {
		virtio_break(sc, "queue %u at %#" PRIx64 " is out of reach",
		    idx, addr);
		return;
	}
	bus_space_write_2(LEGACY(psc), VIRTIO_CONFIG_QUEUE_SELECT, idx);
	bus_space_write_4(LEGACY(psc), VIRTIO_CONFIG_QUEUE_ADDRESS,
	    addr / VIRTIO_PAGE_SIZE);
}

static void
virtio_pci_neg_features_09(struct virtio_softc *sc, uint64_t guest)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint32_t host;

	host = bus_space_read_4(LEGACY(psc), VIRTIO_CONFIG_DEVICE_FEATURES);
	host &= guest & ~VIRTIO_F_BAD_FEATURE;
	bus_space_write_4(LEGACY(psc), VIRTIO_CONFIG_GUEST_FEATURES, host);
	sc->sc_active_features = host;
	sc->sc_version_1 = false;
}

static int
virtio_pci_finalize_features_09(struct virtio_softc *sc)
{

	return 0;
}

/* The configuration is behind the registers, of which MSI-X has two more. */
static void
virtio_pci_devcfg_09(struct virtio_pci_softc *psc, bool msix)
{
	struct virtio_softc *sc = &psc->sc_sc;
	const bus_size_t off = msix ? VIRTIO_CONFIG_DEVICE_CONFIG_MSI :
	    VIRTIO_CONFIG_DEVICE_CONFIG_NOMSI;

	sc->sc_devcfg_iot = psc->sc_bars[0].w_iot;
	sc->sc_devcfg_iosize = 0;
	if (psc->sc_bars[0].w_size > off &&
	    bus_space_subregion(LEGACY(psc), off,
	    psc->sc_bars[0].w_size - off, &sc->sc_devcfg_ioh) == 0)
		sc->sc_devcfg_iosize = psc->sc_bars[0].w_size - off;
}

/*
 * Modern layout.
 */

static struct virtqueue *
virtio_pci_find_vq(struct virtio_softc *sc, uint16_t idx)
{
	int i;

	if (idx < sc->sc_nvqs && sc->sc_vqs[idx].vq_index == idx)
		return &sc->sc_vqs[idx];
	for (i = 0; i < sc->sc_nvqs; i++) {
		if (sc->sc_vqs[i].vq_index == idx)
			return &sc->sc_vqs[i];
	}
	return NULL;
}

static void
virtio_pci_kick_10(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	struct virtqueue *vq = virtio_pci_find_vq(sc, idx);

	if (vq != NULL)
		bus_space_write_2(psc->sc_notify.w_iot, psc->sc_notify.w_ioh,
		    vq->vq_notify_off, idx);
}

static uint16_t
virtio_pci_read_queue_size_10(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint16_t num;

	bus_space_write_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_SELECT, idx);
	num = bus_space_read_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_SIZE);
	if (num > VIRTIO_PCI_QUEUE_MAX && (num & (num - 1)) == 0)
		num = VIRTIO_PCI_QUEUE_MAX;
	return num;
}

static void
virtio_pci_write_8(struct virtio_pci_softc *psc, bus_size_t reg, uint64_t val)
{

	bus_space_write_4(COMMON(psc), reg, (uint32_t)val);
	bus_space_write_4(COMMON(psc), reg + 4, val >> 32);
}

static void
virtio_pci_setup_queue_10(struct virtio_softc *sc, uint16_t idx, uint64_t addr)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	struct virtqueue *vq = virtio_pci_find_vq(sc, idx);
	uint64_t off;

	/* Only a reset takes a queue away. */
	if (addr == 0 || vq == NULL)
		return;
	bus_space_write_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_SELECT, idx);
	off = bus_space_read_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_NOTIFY_OFF);
	off *= psc->sc_notify_mult;
	if (off > psc->sc_notify.w_size - 2) {
		virtio_break(sc, "queue %u is notified at %" PRIu64 " of %"
		    PRIu64, idx, off, (uint64_t)psc->sc_notify.w_size);
		return;
	}
	vq->vq_notify_off = off;
	bus_space_write_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_SIZE, vq->vq_num);
	virtio_pci_write_8(psc, VIRTIO_CONFIG1_QUEUE_DESC, addr);
	virtio_pci_write_8(psc, VIRTIO_CONFIG1_QUEUE_AVAIL,
	    addr + vq->vq_availoffset);
	virtio_pci_write_8(psc, VIRTIO_CONFIG1_QUEUE_USED,
	    addr + vq->vq_usedoffset);
	bus_space_write_2(COMMON(psc), VIRTIO_CONFIG1_QUEUE_ENABLE, 1);
}

static void
virtio_pci_neg_features_10(struct virtio_softc *sc, uint64_t guest)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint64_t host;

	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DEVICE_FEATURE_SELECT, 0);
	host = bus_space_read_4(COMMON(psc), VIRTIO_CONFIG1_DEVICE_FEATURE);
	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DEVICE_FEATURE_SELECT, 1);
	host |= (uint64_t)bus_space_read_4(COMMON(psc),
	    VIRTIO_CONFIG1_DEVICE_FEATURE) << 32;

	host &= guest | VIRTIO_F_VERSION_1;
	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DRIVER_FEATURE_SELECT, 0);
	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DRIVER_FEATURE,
	    (uint32_t)host);
	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DRIVER_FEATURE_SELECT, 1);
	bus_space_write_4(COMMON(psc), VIRTIO_CONFIG1_DRIVER_FEATURE,
	    host >> 32);
	sc->sc_active_features = host;
	sc->sc_version_1 = (host & VIRTIO_F_VERSION_1) != 0;
}

static int
virtio_pci_finalize_features_10(struct virtio_softc *sc)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint8_t status;

	if (!sc->sc_version_1)
		return ENOTSUP;
	virtio_pci_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_FEATURES_OK);
	status = virtio_pci_read_status(psc);
	if (status == 0xff ||
	    (status & VIRTIO_CONFIG_DEVICE_STATUS_FEATURES_OK) == 0)
		return ENXIO;
	return 0;
}

/*
 * Interrupts.
 */

static int
virtio_pci_config_changed(struct virtio_softc *sc)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	uint8_t status;

	if (virtio_is_broken(sc))
		return 1;
	status = virtio_pci_read_status(psc);
	if (status == 0xff)
		virtio_break(sc, "gone");
	else if ((status & VIRTIO_CONFIG_DEVICE_STATUS_DEVICE_NEEDS_RESET) != 0)
		virtio_break(sc, "it asks for a reset");
	else if (sc->sc_config_change != NULL)
		return (*sc->sc_config_change)(sc);
	return 1;
}

static int
virtio_pci_queues_used(struct virtio_softc *sc)
{

	if ((sc->sc_flags & VIRTIO_F_INTR_SOFTINT) != 0) {
		if (sc->sc_soft_ih != NULL)
			softint_schedule(sc->sc_soft_ih);
		return 1;
	}
	return virtio_intrhand(sc);
}

/* INTx: reading the register takes the interrupt back. */
static int
virtio_pci_intr(void *arg)
{
	struct virtio_pci_softc *psc = arg;
	struct virtio_softc *sc = &psc->sc_sc;
	uint8_t isr;

	if (psc->sc_modern)
		isr = bus_space_read_1(psc->sc_isr.w_iot, psc->sc_isr.w_ioh, 0);
	else
		isr = bus_space_read_1(LEGACY(psc), VIRTIO_CONFIG_ISR_STATUS);
	if (isr == 0)
		return 0;
	if (isr == 0xff) {
		if (virtio_pci_read_status(psc) == 0xff)
			virtio_break(sc, "gone");
		return 1;
	}
	if ((isr & VIRTIO_CONFIG_ISR_CONFIG_CHANGE) != 0)
		(void)virtio_pci_config_changed(sc);
	if ((isr & VIRTIO_CONFIG_ISR_QUEUE_INTERRUPT) != 0)
		(void)virtio_pci_queues_used(sc);
	return 1;
}

static int
virtio_pci_msix_queue_intr(void *arg)
{

	(void)virtio_pci_queues_used(arg);
	return 1;
}

static int
virtio_pci_msix_config_intr(void *arg)
{

	(void)virtio_pci_config_changed(arg);
	return 1;
}

/* A vector register keeps what it is given, or has no such vector. */
static bool
virtio_pci_set_vector(struct virtio_pci_softc *psc, bus_size_t reg,
    uint16_t vec)
{

	if (psc->sc_modern) {
		bus_space_write_2(COMMON(psc), reg, vec);
		return bus_space_read_2(COMMON(psc), reg) == vec;
	}
	bus_space_write_2(LEGACY(psc), reg, vec);
	return bus_space_read_2(LEGACY(psc), reg) == vec;
}

/* Tells the device which vector is whose; the configuration's first. */
static int
virtio_pci_set_vectors(struct virtio_pci_softc *psc)
{
	struct virtio_softc *sc = &psc->sc_sc;
	const bus_size_t creg = psc->sc_modern ?
	    VIRTIO_CONFIG1_CONFIG_MSIX_VECTOR : VIRTIO_CONFIG_MSI_CONFIG_VECTOR;
	const bus_size_t qreg = psc->sc_modern ?
	    VIRTIO_CONFIG1_QUEUE_MSIX_VECTOR : VIRTIO_CONFIG_MSI_QUEUE_VECTOR;
	uint16_t vec = VIRTIO_MSIX_QUEUE;
	int i;

	if (!virtio_pci_set_vector(psc, creg, VIRTIO_MSIX_CONFIG))
		return EIO;
	for (i = 0; i < sc->sc_nvqs; i++) {
		if (psc->sc_modern)
			bus_space_write_2(COMMON(psc),
			    VIRTIO_CONFIG1_QUEUE_SELECT,
			    sc->sc_vqs[i].vq_index);
		else
			bus_space_write_2(LEGACY(psc),
			    VIRTIO_CONFIG_QUEUE_SELECT,
			    sc->sc_vqs[i].vq_index);
		if (!virtio_pci_set_vector(psc, qreg, vec))
			return EIO;
		if (psc->sc_pervq)
			vec++;
	}
	return 0;
}

static void
virtio_pci_free_interrupts(struct virtio_softc *sc)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	const pci_chipset_tag_t pc = psc->sc_pa.pa_pc;
	int i;

	for (i = 0; i < psc->sc_nihs; i++) {
		if (psc->sc_ihs[i] != NULL)
			pci_intr_disestablish(pc, psc->sc_ihs[i]);
	}
	if (psc->sc_ihs != NULL)
		kmem_free(psc->sc_ihs, psc->sc_nihs * sizeof(*psc->sc_ihs));
	psc->sc_ihs = NULL;
	psc->sc_nihs = 0;
	if (psc->sc_pihp != NULL)
		pci_intr_release(pc, psc->sc_pihp, psc->sc_npihs);
	psc->sc_pihp = NULL;
	psc->sc_npihs = 0;
	psc->sc_pervq = false;
	sc->sc_flags &= ~VIRTIO_F_INTR_MSIX;
	if (!psc->sc_modern)
		virtio_pci_devcfg_09(psc, false);
}

static int
virtio_pci_establish(struct virtio_pci_softc *psc, int i,
    int (*func)(void *), void *arg, const char *what)
{
	struct virtio_softc *sc = &psc->sc_sc;
	const pci_chipset_tag_t pc = psc->sc_pa.pa_pc;
	char name[32];

	snprintf(name, sizeof(name), "%s %s", device_xname(sc->sc_dev), what);
	if ((sc->sc_flags & VIRTIO_F_INTR_MPSAFE) != 0)
		pci_intr_setattr(pc, &psc->sc_pihp[i], PCI_INTR_MPSAFE, true);
	psc->sc_ihs[i] = pci_intr_establish_xname(pc, psc->sc_pihp[i],
	    sc->sc_ipl, func, arg, name);
	return psc->sc_ihs[i] == NULL ? ENOMEM : 0;
}

static int
virtio_pci_alloc_ihs(struct virtio_pci_softc *psc, int n)
{

	psc->sc_npihs = psc->sc_nihs = n;
	psc->sc_ihs = kmem_zalloc(n * sizeof(*psc->sc_ihs), KM_SLEEP);
	return 0;
}

static int
virtio_pci_alloc_msix(struct virtio_pci_softc *psc, bool pervq)
{
	struct virtio_softc *sc = &psc->sc_sc;
	const int n = pervq ? sc->sc_nvqs + 1 : 2;
	struct virtqueue *vq;
	char what[16];
	int error, i;

	if (pci_msix_count(psc->sc_pa.pa_pc, psc->sc_pa.pa_tag) < n)
		return ENODEV;
	error = pci_msix_alloc_exact(&psc->sc_pa, &psc->sc_pihp, n);
	if (error) {
		psc->sc_pihp = NULL;
		return error;
	}
	virtio_pci_alloc_ihs(psc, n);
	psc->sc_pervq = pervq;
	error = virtio_pci_establish(psc, VIRTIO_MSIX_CONFIG,
	    virtio_pci_msix_config_intr, sc, "config");
	if (error == 0 && !pervq)
		error = virtio_pci_establish(psc, VIRTIO_MSIX_QUEUE,
		    virtio_pci_msix_queue_intr, sc, "queues");
	for (i = 0; error == 0 && pervq && i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		snprintf(what, sizeof(what), "queue %d", vq->vq_index);
		error = virtio_pci_establish(psc, VIRTIO_MSIX_QUEUE + i,
		    vq->vq_intrhand, vq->vq_intrhand_arg, what);
	}
	if (error == 0)
		error = virtio_pci_set_vectors(psc);
	if (error) {
		virtio_pci_free_interrupts(sc);
		return error;
	}
	sc->sc_flags |= VIRTIO_F_INTR_MSIX;
	if (!psc->sc_modern)
		virtio_pci_devcfg_09(psc, true);
	return 0;
}

static int
virtio_pci_alloc_intx(struct virtio_pci_softc *psc)
{
	struct virtio_softc *sc = &psc->sc_sc;
	char buf[PCI_INTRSTR_LEN];
	int error;

	if (psc->sc_modern && psc->sc_isr.w_size == 0)
		return ENODEV;
	error = pci_intx_alloc(&psc->sc_pa, &psc->sc_pihp);
	if (error) {
		psc->sc_pihp = NULL;
		return error;
	}
	virtio_pci_alloc_ihs(psc, 1);
	error = virtio_pci_establish(psc, 0, virtio_pci_intr, psc, "intr");
	if (error) {
		virtio_pci_free_interrupts(sc);
		return error;
	}
	aprint_verbose_dev(sc->sc_dev, "interrupting at %s\n",
	    pci_intr_string(psc->sc_pa.pa_pc, psc->sc_pihp[0], buf,
	    sizeof(buf)));
	return 0;
}

static int
virtio_pci_alloc_interrupts(struct virtio_softc *sc)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;
	/* One soft interrupt serves all queues. */
	const bool pervq = (sc->sc_flags & VIRTIO_F_INTR_PERVQ) != 0 &&
	    (sc->sc_flags & VIRTIO_F_INTR_SOFTINT) == 0;

	sc->sc_flags &= ~VIRTIO_F_INTR_PERVQ;
	if (pervq && virtio_pci_alloc_msix(psc, true) == 0) {
		sc->sc_flags |= VIRTIO_F_INTR_PERVQ;
		return 0;
	}
	if (virtio_pci_alloc_msix(psc, false) == 0)
		return 0;
	return virtio_pci_alloc_intx(psc);
}

static int
virtio_pci_setup_interrupts(struct virtio_softc *sc, int reinit)
{
	struct virtio_pci_softc *psc = (struct virtio_pci_softc *)sc;

	/* The first time it has been done while there was another way. */
	if (reinit == 0 || (sc->sc_flags & VIRTIO_F_INTR_MSIX) == 0)
		return 0;
	return virtio_pci_set_vectors(psc);
}

static const struct virtio_ops virtio_pci_ops_09 = {
	.kick = virtio_pci_kick_09,
	.read_queue_size = virtio_pci_read_queue_size_09,
	.setup_queue = virtio_pci_setup_queue_09,
	.set_status = virtio_pci_set_status,
	.get_status = virtio_pci_get_status,
	.neg_features = virtio_pci_neg_features_09,
	.finalize_features = virtio_pci_finalize_features_09,
	.alloc_interrupts = virtio_pci_alloc_interrupts,
	.free_interrupts = virtio_pci_free_interrupts,
	.setup_interrupts = virtio_pci_setup_interrupts,
};

static const struct virtio_ops virtio_pci_ops_10 = {
	.kick = virtio_pci_kick_10,
	.read_queue_size = virtio_pci_read_queue_size_10,
	.setup_queue = virtio_pci_setup_queue_10,
	.set_status = virtio_pci_set_status,
	.get_status = virtio_pci_get_status,
	.neg_features = virtio_pci_neg_features_10,
	.finalize_features = virtio_pci_finalize_features_10,
	.alloc_interrupts = virtio_pci_alloc_interrupts,
	.free_interrupts = virtio_pci_free_interrupts,
	.setup_interrupts = virtio_pci_setup_interrupts,
};

/*
 * Finding the structures of a modern device.
 */

/* What is wanted of each kind of structure. */
static const struct virtio_pci_want {
	uint32_t	w_min;		/* bytes */
	uint32_t	w_align;
	uint8_t		w_caplen;
	const char	*w_name;
} virtio_pci_wants[] = {
	[VIRTIO_PCI_CAP_COMMON_CFG] = { VIRTIO_CONFIG1_SIZE, 4, 16, "common" },
	[VIRTIO_PCI_CAP_NOTIFY_CFG] = { 2, 2, 20, "notify" },
	[VIRTIO_PCI_CAP_ISR_CFG] = { 1, 1, 16, "isr" },
	[VIRTIO_PCI_CAP_DEVICE_CFG] = { 1, 4, 16, "device" },
};

/* Maps a BAR, once. */
static int
virtio_pci_map_bar(struct virtio_pci_softc *psc, unsigned bar)
{
	const struct pci_attach_args *pa = &psc->sc_pa;
	struct virtio_pci_window *w = &psc->sc_bars[bar];
	pcireg_t type;
	unsigned i;

	if (w->w_size != 0)
		return 0;
	/* The upper half of an address is no BAR. */
	for (i = 0; i < bar; i++) {
		type = pci_mapreg_type(pa->pa_pc, pa->pa_tag, PCI_BAR(i));
		if (PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_MEM &&
		    PCI_MAPREG_MEM_TYPE(type) == PCI_MAPREG_MEM_TYPE_64BIT &&
		    ++i == bar)
			return ENODEV;
	}
	if (pci_mapreg_probe(pa->pa_pc, pa->pa_tag, PCI_BAR(bar), &type) == 0)
		return ENODEV;
	if (pci_mapreg_map(pa, PCI_BAR(bar), type, 0, &w->w_iot, &w->w_ioh,
	    NULL, &w->w_size) != 0) {
		w->w_size = 0;
		return ENOMEM;
	}
	return 0;
}

/*
 * Takes one capability into a window, unless it is not to be believed.
 */
static bool
virtio_pci_take_cap(struct virtio_pci_softc *psc, int off, pcireg_t head,
    unsigned type, struct virtio_pci_window *w)
{
	const struct pci_attach_args *pa = &psc->sc_pa;
	const struct virtio_pci_want *want = &virtio_pci_wants[type];
	const unsigned caplen = (head >> 16) & 0xff;
	uint32_t bar, offset, length;
	bus_size_t size;

	bar = pci_conf_read(pa->pa_pc, pa->pa_tag, off + 4) & 0xff;
	offset = le32toh(pci_conf_read(pa->pa_pc, pa->pa_tag, off + 8));
	length = le32toh(pci_conf_read(pa->pa_pc, pa->pa_tag, off + 12));
	if (caplen < want->w_caplen || off + caplen > PCI_CONF_SIZE) {
		aprint_error_dev(psc->sc_sc.sc_dev, "%s capability at %#x has "
		    "%u bytes, not %u\n", want->w_name, off, caplen,
		    want->w_caplen);
		return false;
	}
	if (bar >= VIRTIO_PCI_NBAR || virtio_pci_map_bar(psc, bar) != 0) {
		aprint_error_dev(psc->sc_sc.sc_dev, "%s capability is in BAR "
		    "%u, which there is not\n", want->w_name, bar);
		return false;
	}
	size = psc->sc_bars[bar].w_size;
	if (length < want->w_min || offset > size || length > size - offset ||
	    offset % want->w_align != 0) {
		aprint_error_dev(psc->sc_sc.sc_dev, "%s capability: %u bytes "
		    "at %#x of %#" PRIx64 " in BAR %u\n", want->w_name, length,
		    offset, (uint64_t)size, bar);
		return false;
	}
	if (bus_space_subregion(psc->sc_bars[bar].w_iot,
	    psc->sc_bars[bar].w_ioh, offset, length, &w->w_ioh) != 0)
		return false;
	w->w_iot = psc->sc_bars[bar].w_iot;
	w->w_size = length;
	return true;
}

/*
 * Walks the vendor capabilities and takes the first good one of each kind.
 * ENOENT: it has none and may be a legacy device; EINVAL: one is missing.
 */
static int
virtio_pci_find_caps(struct virtio_pci_softc *psc)
{
	const struct pci_attach_args *pa = &psc->sc_pa;
	struct virtio_softc *sc = &psc->sc_sc;
	struct virtio_pci_window devcfg = { .w_size = 0 };
	struct virtio_pci_window *w;
	pcireg_t head;
	unsigned type;
	int n, off, seen = 0;

	if (!pci_get_capability(pa->pa_pc, pa->pa_tag, PCI_CAP_VENDSPEC, &off,
	    &head))
		return ENOENT;
	for (n = 0; n < VIRTIO_PCI_NCAP; n++) {
		if (off < 0x40 || off > PCI_CONF_SIZE - 16 || (off & 3) != 0)
			break;
		head = pci_conf_read(pa->pa_pc, pa->pa_tag, off);
		type = head >> 24;
		switch (PCI_CAPLIST_CAP(head) == PCI_CAP_VENDSPEC ? type : 0) {
		case VIRTIO_PCI_CAP_COMMON_CFG:
			w = &psc->sc_common;
			break;
		case VIRTIO_PCI_CAP_NOTIFY_CFG:
			w = &psc->sc_notify;
			break;
		case VIRTIO_PCI_CAP_ISR_CFG:
			w = &psc->sc_isr;
			break;
		case VIRTIO_PCI_CAP_DEVICE_CFG:
			w = &devcfg;
			break;
		default:
			w = NULL;
			break;
		}
		if (w != NULL) {
			seen++;
			if (w->w_size == 0 &&
			    virtio_pci_take_cap(psc, off, head, type, w) &&
			    w == &psc->sc_notify)
				psc->sc_notify_mult = le32toh(pci_conf_read(
				    pa->pa_pc, pa->pa_tag, off + 16));
		}
		off = PCI_CAPLIST_NEXT(head) & ~3;
	}
	if (seen == 0)
		return ENOENT;
	if (psc->sc_common.w_size == 0 || psc->sc_notify.w_size == 0) {
		aprint_error_dev(sc->sc_dev, "no %s structure\n",
		    psc->sc_common.w_size == 0 ? "common" : "notify");
		return EINVAL;
	}
	if ((psc->sc_notify_mult & 1) != 0) {
		aprint_error_dev(sc->sc_dev, "notify multiplier %u is odd\n",
		    psc->sc_notify_mult);
		return EINVAL;
	}
	sc->sc_devcfg_iot = devcfg.w_iot;
	sc->sc_devcfg_ioh = devcfg.w_ioh;
	sc->sc_devcfg_iosize = devcfg.w_size;
	return 0;
}

/*
 * Autoconfiguration.
 */

static int
virtio_pci_match(device_t parent, cfdata_t match, void *aux)
{
	const struct pci_attach_args *pa = aux;
	const unsigned product = PCI_PRODUCT(pa->pa_id);

	if (PCI_VENDOR(pa->pa_id) != PCI_VENDOR_QUMRANET)
		return 0;
	if (product >= VIRTIO_PCI_TRANS_FIRST &&
	    product <= VIRTIO_PCI_TRANS_LAST)
		return PCI_REVISION(pa->pa_class) == 0;
	return product >= VIRTIO_PCI_MODERN_FIRST &&
	    product <= VIRTIO_PCI_MODERN_LAST;
}

static void
virtio_pci_unmap(struct virtio_pci_softc *psc)
{
	struct virtio_pci_window *w;
	int i;

	for (i = 0; i < VIRTIO_PCI_NBAR; i++) {
		w = &psc->sc_bars[i];
		if (w->w_size != 0)
			bus_space_unmap(w->w_iot, w->w_ioh, w->w_size);
		w->w_size = 0;
	}
	memset(&psc->sc_common, 0, sizeof(psc->sc_common));
	memset(&psc->sc_notify, 0, sizeof(psc->sc_notify));
	memset(&psc->sc_isr, 0, sizeof(psc->sc_isr));
	psc->sc_sc.sc_devcfg_iosize = 0;
	psc->sc_sc.sc_ops = NULL;
}

static int
virtio_pci_attach_09(struct virtio_pci_softc *psc)
{
	struct virtio_softc *sc = &psc->sc_sc;

	if (virtio_pci_map_bar(psc, 0) != 0 ||
	    psc->sc_bars[0].w_size < VIRTIO_CONFIG_DEVICE_CONFIG_NOMSI) {
		aprint_error_dev(sc->sc_dev, "no registers in BAR 0\n");
		return ENXIO;
	}
	psc->sc_modern = false;
	sc->sc_ops = &virtio_pci_ops_09;
	/* Page numbers of 32 bits: 16 TB, but be modest. */
	sc->sc_dmat = psc->sc_pa.pa_dmat;
	sc->sc_bus_endian = BYTE_ORDER;
	sc->sc_struct_endian = BYTE_ORDER;
	virtio_pci_devcfg_09(psc, false);
	return 0;
}

static int
virtio_pci_attach_10(struct virtio_pci_softc *psc)
{
	struct virtio_softc *sc = &psc->sc_sc;
	int error;

	error = virtio_pci_find_caps(psc);
	if (error)
		return error;
	psc->sc_modern = true;
	sc->sc_ops = &virtio_pci_ops_10;
	sc->sc_dmat = pci_dma64_available(&psc->sc_pa) ?
	    psc->sc_pa.pa_dmat64 : psc->sc_pa.pa_dmat;
	sc->sc_bus_endian = LITTLE_ENDIAN;
	sc->sc_struct_endian = LITTLE_ENDIAN;
	return 0;
}

static void
virtio_pci_attach(device_t parent, device_t self, void *aux)
{
	struct virtio_pci_softc *psc = device_private(self);
	struct virtio_softc *sc = &psc->sc_sc;
	const struct pci_attach_args *pa = aux;
	const unsigned product = PCI_PRODUCT(pa->pa_id);
	const bool trans = product <= VIRTIO_PCI_TRANS_LAST;
	pcireg_t csr;
	int error, id;

	sc->sc_dev = self;
	psc->sc_pa = *pa;
	pci_aprint_devinfo(pa, NULL);

	if (trans)
		id = PCI_SUBSYS_ID(pci_conf_read(pa->pa_pc, pa->pa_tag,
		    PCI_SUBSYS_ID_REG));
	else
		id = product - VIRTIO_PCI_MODERN_FIRST;
	virtio_print_device_type(self, id, PCI_REVISION(pa->pa_class));

	error = virtio_pci_attach_10(psc);
	if (error && trans) {
		virtio_pci_unmap(psc);
		error = virtio_pci_attach_09(psc);
	} else if (error == ENOENT)
		aprint_error_dev(self, "no virtio capabilities\n");
	if (error) {
		virtio_pci_unmap(psc);
		return;
	}
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_MASTER_ENABLE);
	sc->sc_childdevid = id;
	(void)virtio_pci_rescan(self, NULL, NULL);
}

static int
virtio_pci_rescan(device_t self, const char *ifattr, const int *locs)
{
	struct virtio_pci_softc *psc = device_private(self);
	struct virtio_softc *sc = &psc->sc_sc;
	struct virtio_attach_args va;

	if (sc->sc_ops == NULL || sc->sc_child != NULL)
		return 0;
	sc->sc_child_state = VIRTIO_NO_CHILD;
	sc->sc_broken = 0;
	sc->sc_cfg_said = false;
	virtio_device_reset(sc);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_ACK);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_DRIVER);

	memset(&va, 0, sizeof(va));
	va.sc_childdevid = sc->sc_childdevid;
	config_found(self, &va, NULL, CFARGS_NONE);
	(void)virtio_attach_failed(sc);
	return 0;
}

/* Also of a device that has been pulled out: writes go nowhere. */
static int
virtio_pci_detach(device_t self, int flags)
{
	struct virtio_pci_softc *psc = device_private(self);
	struct virtio_softc *sc = &psc->sc_sc;
	int error;

	error = config_detach_children(self, flags);
	if (error)
		return error;
	if (sc->sc_ops != NULL) {
		virtio_device_reset(sc);
		virtio_pci_free_interrupts(sc);
	}
	virtio_pci_unmap(psc);
	return 0;
}

static void
virtio_pci_childdetached(device_t self, device_t child)
{
	struct virtio_pci_softc *psc = device_private(self);

	KASSERT(psc->sc_sc.sc_child == child || psc->sc_sc.sc_child == NULL);
	psc->sc_sc.sc_child = NULL;
	psc->sc_sc.sc_child_state = VIRTIO_NO_CHILD;
}

MODULE(MODULE_CLASS_DRIVER, virtio_pci, "virtio");

static int
virtio_pci_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
