/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * virtio(4) in plain register space: what does not depend on how the device
 * was found.  Version 1 is the legacy layout, version 2 the modern one.  One
 * interrupt serves the queues and the configuration.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 4.2.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/intr.h>

#define	VIRTIO_PRIVATE
#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>
#include <dev/virtio/virtio_mmioreg.h>
#include <dev/virtio/virtio_mmiovar.h>

#define	VIRTIO_MMIO_QUEUE_MAX	256
#define	VIRTIO_MMIO_RESET_TRIES	100

uint32_t
virtio_mmio_reg_read(struct virtio_mmio_softc *msc, bus_addr_t reg)
{
	uint32_t val;

	val = bus_space_read_4(msc->sc_iot, msc->sc_ioh, reg);
	return msc->sc_le_regs ? le32toh(val) : val;
}

static void
virtio_mmio_reg_write(struct virtio_mmio_softc *msc, bus_addr_t reg,
    uint32_t val)
{

	if (msc->sc_le_regs)
		val = htole32(val);
	bus_space_write_4(msc->sc_iot, msc->sc_ioh, reg, val);
}

/*
 * Whether a device sits in the mapped registers; leaves the version.
 */
bool
virtio_mmio_common_probe_present(struct virtio_mmio_softc *msc)
{
	uint32_t magic;

	if (msc->sc_iosize < VIRTIO_MMIO_CONFIG)
		return false;
	magic = virtio_mmio_reg_read(msc, VIRTIO_MMIO_MAGIC_VALUE);
	if (magic != VIRTIO_MMIO_MAGIC)
		return false;
	msc->sc_mmio_vers = virtio_mmio_reg_read(msc, VIRTIO_MMIO_VERSION);
	return virtio_mmio_reg_read(msc, VIRTIO_MMIO_DEVICE_ID) != 0;
}

static void
virtio_mmio_kick(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;

	virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_NOTIFY, idx);
}

static uint16_t
virtio_mmio_read_queue_size(struct virtio_softc *sc, uint16_t idx)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;
	uint32_t num;

	virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_SEL, idx);
	num = virtio_mmio_reg_read(msc, VIRTIO_MMIO_QUEUE_NUM_MAX);
	/* The driver chooses here: any power of two up to that. */
	if (num > VIRTIO_MMIO_QUEUE_MAX && (num & (num - 1)) == 0)
		num = VIRTIO_MMIO_QUEUE_MAX;
	return MIN(num, UINT16_MAX);
}

static void
virtio_mmio_write_addr(struct virtio_mmio_softc *msc, bus_addr_t reg,
    uint64_t addr)
{

	virtio_mmio_reg_write(msc, reg, (uint32_t)addr);
	virtio_mmio_reg_write(msc, reg + 4, addr >> 32);
}

static void
virtio_mmio_setup_queue(struct virtio_softc *sc, uint16_t idx, uint64_t addr)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;
	struct virtqueue *vq = NULL;
	int i;

	for (i = 0; i < sc->sc_nvqs; i++) {
		if (sc->sc_vqs[i].vq_index == idx)
			vq = &sc->sc_vqs[i];
	}
	if (addr != 0 && vq == NULL)
		return;
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_SEL, idx);
	if (msc->sc_mmio_vers == 1) {
		if (addr / VIRTIO_PAGE_SIZE > UINT32_MAX) {
			virtio_break(sc, "queue %u at %#" PRIx64
			    " is out of reach", idx, addr);
			return;
		}
		if (addr != 0) {
			virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_NUM,
			    vq->vq_num);
			virtio_mmio_reg_write(msc, VIRTIO_MMIO_V1_QUEUE_ALIGN,
			    VIRTIO_PAGE_SIZE);
		}
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_V1_QUEUE_PFN,
		    addr / VIRTIO_PAGE_SIZE);
		return;
	}
	if (addr == 0) {
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_READY, 0);
		return;
	}
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_NUM, vq->vq_num);
	virtio_mmio_write_addr(msc, VIRTIO_MMIO_V2_QUEUE_DESC_LOW, addr);
	virtio_mmio_write_addr(msc, VIRTIO_MMIO_V2_QUEUE_AVAIL_LOW,
	    addr + vq->vq_availoffset);
	virtio_mmio_write_addr(msc, VIRTIO_MMIO_V2_QUEUE_USED_LOW,
	    addr + vq->vq_usedoffset);
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_QUEUE_READY, 1);
}

static int
virtio_mmio_get_status(struct virtio_softc *sc)
{

	return virtio_mmio_reg_read((struct virtio_mmio_softc *)sc,
	    VIRTIO_MMIO_STATUS);
}

static void
virtio_mmio_set_status(struct virtio_softc *sc, int status)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;
	uint32_t now;
	int i;

	/* What has been set is kept here: the device's word is not needed. */
	msc->sc_status = status == 0 ? 0 : msc->sc_status | status;
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_STATUS, msc->sc_status);
	for (i = 0; status == 0 && i < VIRTIO_MMIO_RESET_TRIES; i++) {
		now = virtio_mmio_reg_read(msc, VIRTIO_MMIO_STATUS);
		if (now == 0 || now == UINT32_MAX)
			break;
	}
}

static void
virtio_mmio_neg_features(struct virtio_softc *sc, uint64_t guest)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;
	uint64_t host;

	if (msc->sc_mmio_vers != 1)
		guest |= VIRTIO_F_VERSION_1;
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	host = virtio_mmio_reg_read(msc, VIRTIO_MMIO_DEVICE_FEATURES);
	if (msc->sc_mmio_vers != 1) {
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
		host |= (uint64_t)virtio_mmio_reg_read(msc,
		    VIRTIO_MMIO_DEVICE_FEATURES) << 32;
	} else
		guest &= ~VIRTIO_F_BAD_FEATURE;
	host &= guest;
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)host);
	if (msc->sc_mmio_vers != 1) {
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_DRIVER_FEATURES,
		    host >> 32);
	}
	sc->sc_active_features = host;
	sc->sc_version_1 = (host & VIRTIO_F_VERSION_1) != 0;
}

static int
virtio_mmio_finalize_features(struct virtio_softc *sc)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;
	uint32_t status;

	if (msc->sc_mmio_vers == 1)
		return 0;
	if (!sc->sc_version_1)
		return ENOTSUP;
	virtio_mmio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_FEATURES_OK);
	status = virtio_mmio_reg_read(msc, VIRTIO_MMIO_STATUS);
	if (status == UINT32_MAX ||
	    (status & VIRTIO_CONFIG_DEVICE_STATUS_FEATURES_OK) == 0)
		return ENXIO;
	return 0;
}

static int
virtio_mmio_alloc_interrupts(struct virtio_softc *sc)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;

	sc->sc_flags &= ~(VIRTIO_F_INTR_PERVQ | VIRTIO_F_INTR_MSIX);
	return (*msc->sc_alloc_interrupts)(msc);
}

static void
virtio_mmio_free_interrupts(struct virtio_softc *sc)
{
	struct virtio_mmio_softc *msc = (struct virtio_mmio_softc *)sc;

	if (msc->sc_ih != NULL)
		(*msc->sc_free_interrupts)(msc);
	msc->sc_ih = NULL;
}

static int
virtio_mmio_setup_interrupts(struct virtio_softc *sc, int reinit)
{

	return 0;
}

static const struct virtio_ops virtio_mmio_ops = {
	.kick = virtio_mmio_kick,
	.read_queue_size = virtio_mmio_read_queue_size,
	.setup_queue = virtio_mmio_setup_queue,
	.set_status = virtio_mmio_set_status,
	.get_status = virtio_mmio_get_status,
	.neg_features = virtio_mmio_neg_features,
	.finalize_features = virtio_mmio_finalize_features,
	.alloc_interrupts = virtio_mmio_alloc_interrupts,
	.free_interrupts = virtio_mmio_free_interrupts,
	.setup_interrupts = virtio_mmio_setup_interrupts,
};

/*
 * The handler that an attachment establishes, with its softc.
 */
int
virtio_mmio_intr(void *arg)
{
	struct virtio_mmio_softc *msc = arg;
	struct virtio_softc *sc = &msc->sc_sc;
	uint32_t isr, status;

	isr = virtio_mmio_reg_read(msc, VIRTIO_MMIO_INTERRUPT_STATUS);
	if (isr == 0)
		return 0;
	if (isr == UINT32_MAX) {
		if (virtio_mmio_get_status(sc) == -1)
			virtio_break(sc, "gone");
		return 1;
	}
	/* Acknowledged first: what comes now asserts again. */
	virtio_mmio_reg_write(msc, VIRTIO_MMIO_INTERRUPT_ACK, isr);
	if ((isr & VIRTIO_MMIO_INT_CONFIG) != 0 && !virtio_is_broken(sc)) {
		status = virtio_mmio_get_status(sc);
		if ((status & VIRTIO_CONFIG_DEVICE_STATUS_DEVICE_NEEDS_RESET)
		    != 0)
			virtio_break(sc, "it asks for a reset");
		else if (sc->sc_config_change != NULL)
			(void)(*sc->sc_config_change)(sc);
	}
	if ((isr & VIRTIO_MMIO_INT_QUEUE) != 0) {
		if ((sc->sc_flags & VIRTIO_F_INTR_SOFTINT) != 0) {
			if (sc->sc_soft_ih != NULL)
				softint_schedule(sc->sc_soft_ih);
		} else
			(void)virtio_intrhand(sc);
	}
	return 1;
}

#define	VIRTIO_MMIO_STARTED						\
	(VIRTIO_CONFIG_DEVICE_STATUS_ACK | VIRTIO_CONFIG_DEVICE_STATUS_DRIVER)

/* A device that waits for a driver. */
static void
virtio_mmio_start(struct virtio_mmio_softc *msc)
{
	struct virtio_softc *sc = &msc->sc_sc;

	sc->sc_child_state = VIRTIO_NO_CHILD;
	sc->sc_broken = 0;
	sc->sc_cfg_said = false;
	virtio_device_reset(sc);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_ACK);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_DRIVER);
	/* Of the pages that queue addresses are counted in. */
	if (msc->sc_mmio_vers == 1)
		virtio_mmio_reg_write(msc, VIRTIO_MMIO_V1_GUEST_PAGE_SIZE,
		    VIRTIO_PAGE_SIZE);
}

/*
 * Looks for the driver of the device, unless it has one.
 */
void
virtio_mmio_common_rescan(struct virtio_mmio_softc *msc)
{
	struct virtio_softc *sc = &msc->sc_sc;
	struct virtio_attach_args va;

	if (sc->sc_ops == NULL || sc->sc_child != NULL)
		return;
	/* After virtio_mmio_common_attach() it is started already. */
	if (msc->sc_status != VIRTIO_MMIO_STARTED || virtio_is_broken(sc))
		virtio_mmio_start(msc);

	memset(&va, 0, sizeof(va));
	va.sc_childdevid = sc->sc_childdevid;
	config_found(sc->sc_dev, &va, NULL, CFARGS_NONE);
	(void)virtio_attach_failed(sc);
}

/*
 * Starts the device in the registers that the attachment has mapped; it has
 * set sc_dev, sc_dmat and the functions for interrupts.  Then it looks for a
 * driver, by virtio_mmio_common_rescan() or by itself.  sc_childdevid is 0
 * where there is no device.
 */
void
virtio_mmio_common_attach(struct virtio_mmio_softc *msc)
{
	struct virtio_softc *sc = &msc->sc_sc;
	device_t self = sc->sc_dev;
	uint32_t id, magic;

	if (msc->sc_iosize < VIRTIO_MMIO_CONFIG) {
		aprint_error_dev(self, "%" PRIu64 " bytes of registers, not "
		    "%d\n", (uint64_t)msc->sc_iosize, VIRTIO_MMIO_CONFIG);
		return;
	}
	magic = virtio_mmio_reg_read(msc, VIRTIO_MMIO_MAGIC_VALUE);
	if (magic != VIRTIO_MMIO_MAGIC) {
		aprint_error_dev(self, "magic %#x, not %#x\n", magic,
		    VIRTIO_MMIO_MAGIC);
		return;
	}
	msc->sc_mmio_vers = virtio_mmio_reg_read(msc, VIRTIO_MMIO_VERSION);
	if (msc->sc_mmio_vers < 1 || msc->sc_mmio_vers > 2) {
		aprint_error_dev(self, "version %u is not known\n",
		    msc->sc_mmio_vers);
		return;
	}
	id = virtio_mmio_reg_read(msc, VIRTIO_MMIO_DEVICE_ID);
	if (id == 0)
		return;
	virtio_print_device_type(self, id, msc->sc_mmio_vers);

	sc->sc_bus_endian = msc->sc_mmio_vers == 1 ? BYTE_ORDER : LITTLE_ENDIAN;
	sc->sc_struct_endian = sc->sc_bus_endian;
	sc->sc_devcfg_iot = msc->sc_iot;
	if (bus_space_subregion(msc->sc_iot, msc->sc_ioh, VIRTIO_MMIO_CONFIG,
	    msc->sc_iosize - VIRTIO_MMIO_CONFIG, &sc->sc_devcfg_ioh) != 0) {
		aprint_error_dev(self, "no room for a configuration\n");
		return;
	}
	sc->sc_devcfg_iosize = msc->sc_iosize - VIRTIO_MMIO_CONFIG;
	sc->sc_childdevid = id;
	sc->sc_ops = &virtio_mmio_ops;
	virtio_mmio_start(msc);
}

/*
 * The child goes, then the registers are unmapped; 0, or EBUSY when the child
 * does not want to.
 */
int
virtio_mmio_common_detach(struct virtio_mmio_softc *msc, int flags)
{
	struct virtio_softc *sc = &msc->sc_sc;
	int error;

	error = config_detach_children(sc->sc_dev, flags);
	if (error)
		return error;
	if (sc->sc_ops != NULL) {
		virtio_device_reset(sc);
		virtio_mmio_free_interrupts(sc);
		sc->sc_ops = NULL;
	}
	if (msc->sc_iosize != 0) {
		bus_space_unmap(msc->sc_iot, msc->sc_ioh, msc->sc_iosize);
		msc->sc_iosize = 0;
	}
	return 0;
}
