/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * virtio(4): what is the same on each transport.  Feature negotiation, the
 * split virtqueue with indirect descriptors and event indices, access to the
 * configuration, and the life of the child.
 *
 * The device shares three things with us: registers, the used ring, and the
 * memory of requests.  What it says there is checked against vq_descx, which
 * is in our memory alone: a used id must be a chain that is out, its length
 * must not exceed that of the chain (and is cut to what the device may write
 * there), and the used index must not run ahead of the chains that are out.  Descriptors and the
 * available ring are written and never read back.  The first lie breaks the
 * device, see virtio_break().
 *
 * Locks: vq_uring_lock before vq_freedesc_lock; vq_aring_lock is a leaf.  All
 * are at the child's IPL.
 *
 * Virtual I/O Device (VIRTIO) 1.1, sections 2 and 3.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>

#define	VIRTIO_PRIVATE
#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include "virtio_dma.h"

#define	MINSEG_INDIRECT		2	/* shorter chains go in directly */
#define	VQ_NUM_MAX		32768	/* by the specification */
#define	VQ_MEM_MAX		(16 * 1024 * 1024)
#define	VQ_NIL			0xffff

/* desc_state */
enum {
	VQS_FREE,		/* on the free list */
	VQS_CHAIN,		/* inside of a chain, not its head */
	VQS_PREP,		/* head that the child is filling in */
	VQS_POSTED,		/* head that the device has */
	VQS_DONE		/* head that the child has back */
};

static const char *const virtio_device_name[] = {
	"unknown (0)",
	"network",
	"block",
	"console",
	"entropy",
	"memory balloon",
	"I/O memory",
	"remote processor messaging",
	"SCSI",
	"9P transport",
};

/*
 * Status, reset, breaking.
 */

/* Adds a bit to the device's status; 0 resets the device. */
void
virtio_set_status(struct virtio_softc *sc, int status)
{

	sc->sc_ops->set_status(sc, status);
}

/*
 * Stops the device: it touches no memory afterwards.  What is out stays out;
 * what was used before can still be dequeued.
 */
void
virtio_reset(struct virtio_softc *sc)
{

	virtio_device_reset(sc);
}

/*
 * Everything that is out comes back to the child with length 0: it looks at
 * each queue once more.
 */
static void
virtio_broken_soft(void *arg)
{
	struct virtio_softc *sc = arg;
	struct virtqueue *vq;
	int i;

	for (i = 0; i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		if (vq->vq_intrhand != NULL && virtio_vq_is_enqueued(sc, vq))
			(void)(*vq->vq_intrhand)(vq->vq_intrhand_arg);
	}
}

/* Threads that are about to notify the device, or schedule, have done so. */
static void
virtio_wait_commits(struct virtio_softc *sc)
{
	struct virtqueue *vq;
	int i;

	for (i = 0; i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		if (vq->vq_descx == NULL)
			continue;
		mutex_enter(&vq->vq_aring_lock);
		mutex_exit(&vq->vq_aring_lock);
	}
}

static bool
virtio_stop(struct virtio_softc *sc, u_int why)
{

	if (atomic_cas_uint(&sc->sc_broken, 0, why) != 0)
		return false;
	virtio_wait_commits(sc);
	virtio_device_reset(sc);
	return true;
}

void
virtio_break(struct virtio_softc *sc, const char *fmt, ...)
{
	char text[96];
	va_list ap;

	if (virtio_is_broken(sc))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!virtio_stop(sc, VIRTIO_BROKEN))
		return;
	device_printf(sc->sc_child != NULL ? sc->sc_child : sc->sc_dev,
	    "device is broken: %s\n", text);
	if (sc->sc_broken_ih != NULL)
		softint_schedule(sc->sc_broken_ih);
}

void
virtio_revoke(struct virtio_softc *sc)
{

	(void)virtio_stop(sc, VIRTIO_REVOKED);
}

bool
virtio_is_broken(struct virtio_softc *sc)
{

	return atomic_load_relaxed(&sc->sc_broken) != 0;
}

/*
 * Features.
 */

/*
 * Offers the device those of the features that it has, with the transport's
 * own ones.  A device that refuses is broken.
 */
void
virtio_negotiate_features(struct virtio_softc *sc, uint64_t guest_features)
{

	/* Flag 1 in the configuration of either device: no indirection. */
	if ((device_cfdata(sc->sc_dev) == NULL ||
	    (device_cfdata(sc->sc_dev)->cf_flags & 1) == 0) &&
	    (sc->sc_child == NULL || device_cfdata(sc->sc_child) == NULL ||
	    (device_cfdata(sc->sc_child)->cf_flags & 1) == 0))
		guest_features |= VIRTIO_F_RING_INDIRECT_DESC;
	/* Memory goes through bus_dma(9), with its addresses and barriers. */
	guest_features |= VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_ORDER_PLATFORM;
	sc->sc_ops->neg_features(sc, guest_features);
	sc->sc_indirect =
	    (sc->sc_active_features & VIRTIO_F_RING_INDIRECT_DESC) != 0;
	if (sc->sc_ops->finalize_features != NULL &&
	    sc->sc_ops->finalize_features(sc) != 0)
		virtio_break(sc, "features %#" PRIx64 " refused",
		    sc->sc_active_features);
}

/*
 * The device's configuration.  A field that lies outside of what the device
 * has reads as 0 and is not written; that is said once.
 */
static bool
virtio_config_ok(struct virtio_softc *sc, int index, int width)
{

	if (index >= 0 && (bus_size_t)index <= sc->sc_devcfg_iosize &&
	    sc->sc_devcfg_iosize - index >= width)
		return true;
	if (!sc->sc_cfg_said) {
		sc->sc_cfg_said = true;
		device_printf(sc->sc_dev, "field at %d of a configuration of "
		    "%d bytes\n", index, (int)sc->sc_devcfg_iosize);
	}
	return false;
}

uint8_t
virtio_read_device_config_1(struct virtio_softc *sc, int index)
{

	if (!virtio_config_ok(sc, index, 1))
		return 0;
	return bus_space_read_1(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index);
}

static uint16_t
virtio_config_raw_2(struct virtio_softc *sc, int index)
{

	if (!virtio_config_ok(sc, index, 2))
		return 0;
	return bus_space_read_2(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index);
}

static uint32_t
virtio_config_raw_4(struct virtio_softc *sc, int index)
{

	if (!virtio_config_ok(sc, index, 4))
		return 0;
	return bus_space_read_4(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index);
}

uint16_t
virtio_read_device_config_2(struct virtio_softc *sc, int index)
{
	const uint16_t val = virtio_config_raw_2(sc, index);

	return sc->sc_bus_endian != BYTE_ORDER ? bswap16(val) : val;
}

uint32_t
virtio_read_device_config_4(struct virtio_softc *sc, int index)
{
	const uint32_t val = virtio_config_raw_4(sc, index);

	return sc->sc_bus_endian != BYTE_ORDER ? bswap32(val) : val;
}

/*
 * A field of 64 bits is read in two halves, until the high one stands still.
 */
uint64_t
virtio_read_device_config_8(struct virtio_softc *sc, int index)
{
	const bool swap = sc->sc_bus_endian != BYTE_ORDER;
	const int lo = sc->sc_bus_endian == LITTLE_ENDIAN ? 0 : 4;
	uint32_t h, h2, l;
	int tries = 0;

	if (!virtio_config_ok(sc, index, 8))
		return 0;
	h = virtio_config_raw_4(sc, index + 4 - lo);
	do {
		h2 = h;
		l = virtio_config_raw_4(sc, index + lo);
		h = virtio_config_raw_4(sc, index + 4 - lo);
	} while (h != h2 && ++tries < 8);
	if (swap) {
		h = bswap32(h);
		l = bswap32(l);
	}
	return (uint64_t)h << 32 | l;
}

uint16_t
virtio_read_device_config_le_2(struct virtio_softc *sc, int index)
{
	const uint16_t val = virtio_config_raw_2(sc, index);

	return sc->sc_bus_endian != LITTLE_ENDIAN ? bswap16(val) : val;
}

uint32_t
virtio_read_device_config_le_4(struct virtio_softc *sc, int index)
{
	const uint32_t val = virtio_config_raw_4(sc, index);

	return sc->sc_bus_endian != LITTLE_ENDIAN ? bswap32(val) : val;
}

void
virtio_write_device_config_1(struct virtio_softc *sc, int index, uint8_t val)
{

	if (virtio_config_ok(sc, index, 1))
		bus_space_write_1(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index,
		    val);
}

void
virtio_write_device_config_2(struct virtio_softc *sc, int index, uint16_t val)
{

	if (sc->sc_bus_endian != BYTE_ORDER)
		val = bswap16(val);
	if (virtio_config_ok(sc, index, 2))
		bus_space_write_2(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index,
		    val);
}

void
virtio_write_device_config_4(struct virtio_softc *sc, int index, uint32_t val)
{

	if (sc->sc_bus_endian != BYTE_ORDER)
		val = bswap32(val);
	if (virtio_config_ok(sc, index, 4))
		bus_space_write_4(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index,
		    val);
}

void
virtio_write_device_config_8(struct virtio_softc *sc, int index, uint64_t val)
{
	const int lo = sc->sc_bus_endian == LITTLE_ENDIAN ? 0 : 4;

	virtio_write_device_config_4(sc, index + lo, (uint32_t)val);
	virtio_write_device_config_4(sc, index + 4 - lo, val >> 32);
}

void
virtio_write_device_config_le_2(struct virtio_softc *sc, int index,
    uint16_t val)
{

	if (sc->sc_bus_endian != LITTLE_ENDIAN)
		val = bswap16(val);
	if (virtio_config_ok(sc, index, 2))
		bus_space_write_2(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index,
		    val);
}

void
virtio_write_device_config_le_4(struct virtio_softc *sc, int index,
    uint32_t val)
{

	if (sc->sc_bus_endian != LITTLE_ENDIAN)
		val = bswap32(val);
	if (virtio_config_ok(sc, index, 4))
		bus_space_write_4(sc->sc_devcfg_iot, sc->sc_devcfg_ioh, index,
		    val);
}

uint16_t
virtio_rw16(struct virtio_softc *sc, uint16_t val)
{

	return sc->sc_struct_endian != BYTE_ORDER ? bswap16(val) : val;
}

uint32_t
virtio_rw32(struct virtio_softc *sc, uint32_t val)
{

	return sc->sc_struct_endian != BYTE_ORDER ? bswap32(val) : val;
}

uint64_t
virtio_rw64(struct virtio_softc *sc, uint64_t val)
{

	return sc->sc_struct_endian != BYTE_ORDER ? bswap64(val) : val;
}

/*
 * Synchronisation of parts of a ring.
 */

static inline void
vq_sync(struct virtqueue *vq, int offset, int len, int ops)
{

	bus_dmamap_sync(vq->vq_owner->sc_dmat, vq->vq_dmamap, offset, len, ops);
}

/* A member of the available ring, just written. */
static inline void
vq_sync_avail(struct virtqueue *vq, const void *p, int len)
{

	vq_sync(vq, (const char *)p - (const char *)vq->vq_vaddr, len,
	    BUS_DMASYNC_PREWRITE);
}

/* A member of the used ring, about to be read. */
static inline void
vq_sync_used(struct virtqueue *vq, const volatile void *p, int len)
{

	vq_sync(vq, (const volatile char *)p - (char *)vq->vq_vaddr, len,
	    BUS_DMASYNC_POSTREAD);
}

static inline uint16_t *
vq_avail_ring(struct virtqueue *vq, unsigned int i)
{

	return (uint16_t *)(void *)((char *)vq->vq_avail +
	    offsetof(struct vring_avail, ring)) + i;
}

static inline uint16_t
vq_used_index(struct virtqueue *vq)
{
	volatile struct vring_used *used = vq->vq_used;

	vq_sync_used(vq, &used->idx, sizeof(used->idx));
	return virtio_rw16(vq->vq_owner, used->idx);
}

/*
 * Free descriptors.  A chain that is not indirect is linked by desc_next.
 */

static uint16_t
vq_alloc_desc(struct virtqueue *vq, int state)
{
	struct vring_desc_extra *dx;
	const uint16_t i = vq->vq_free_idx;

	KASSERT(mutex_owned(&vq->vq_freedesc_lock));
	if (i == VQ_NIL)
		return VQ_NIL;
	dx = &vq->vq_descx[i];
	KASSERT(dx->desc_state == VQS_FREE);
	vq->vq_free_idx = dx->desc_free_idx;
	vq->vq_nfree--;
	dx->desc_state = state;
	dx->desc_next = VQ_NIL;
	dx->use_indirect = false;
	dx->desc_base = NULL;
	dx->desc_nsegs = dx->desc_nused = 0;
	dx->desc_wlen = dx->desc_rlen = 0;
	return i;
}

/* Gives a chain back, head first. */
static void
vq_free_chain(struct virtqueue *vq, uint16_t slot)
{
	struct vring_desc_extra *dx;
	uint16_t next;

	mutex_enter(&vq->vq_freedesc_lock);
	for (; slot != VQ_NIL; slot = next) {
		dx = &vq->vq_descx[slot];
		next = dx->desc_next;
		dx->desc_state = VQS_FREE;
		dx->desc_free_idx = vq->vq_free_idx;
		vq->vq_free_idx = slot;
		vq->vq_nfree++;
	}
	mutex_exit(&vq->vq_freedesc_lock);
}

/*
 * Queues.
 */

/* Empties the ring, for a device that does not know it yet. */
static void
virtio_reset_vq(struct virtqueue *vq)
{
	unsigned int i;

	memset(vq->vq_vaddr, 0, vq->vq_bytesize);
	for (i = 0; i < vq->vq_num; i++) {
		memset(&vq->vq_descx[i], 0, sizeof(vq->vq_descx[i]));
		vq->vq_descx[i].desc_free_idx =
		    i + 1 < vq->vq_num ? i + 1 : VQ_NIL;
	}
	vq->vq_free_idx = 0;
	vq->vq_nfree = vq->vq_num;
	vq->vq_nposted = 0;
	vq->vq_avail_idx = vq->vq_avail_pub = 0;
	vq->vq_used_idx = 0;
	vq->vq_drain = 0;
	vq->vq_queued = 0;
	vq->vq_intr_off = false;
	vq_sync(vq, 0, vq->vq_bytesize,
	    BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
}

/*
 * Prepares a queue; vq_num tells the device's size of it, 0 if there is no
 * such queue.  intrhand is called with arg when something has been used.
 */
void
virtio_init_vq(struct virtio_softc *sc, struct virtqueue *vq, int index,
    int (*intrhand)(void *), void *arg)
{

	memset(vq, 0, sizeof(*vq));
	vq->vq_owner = sc;
	vq->vq_index = index;
	vq->vq_num = sc->sc_ops->read_queue_size(sc, index);
	vq->vq_intrhand = intrhand;
	vq->vq_intrhand_arg = arg;
}

static int
virtio_vq_done(void *arg)
{
	struct virtqueue *vq = arg;

	return (*vq->vq_done)(vq);
}

/* The same for a handler that is given the queue. */
void
virtio_init_vq_vqdone(struct virtio_softc *sc, struct virtqueue *vq,
    int index, int (*vq_done)(struct virtqueue *))
{

	virtio_init_vq(sc, vq, index, virtio_vq_done, vq);
	vq->vq_done = vq_done;
}

/* The places of the parts of a ring; false when it is too large. */
static bool
virtio_layout_vq(struct virtqueue *vq, bool indirect)
{
	const uint64_t num = vq->vq_num;
	uint64_t size;

	/* Six bytes: flags, index, and the event index at the end. */
	vq->vq_availoffset = num * sizeof(struct vring_desc);
	size = roundup2(vq->vq_availoffset + 6 + num * sizeof(uint16_t),
	    VIRTIO_PAGE_SIZE);
	vq->vq_usedoffset = size;
	size = roundup2(size + 6 + num * sizeof(struct vring_used_elem),
	    VIRTIO_PAGE_SIZE);
	vq->vq_indirectoffset = indirect ? size : 0;
	if (indirect)
		size += num * vq->vq_maxnsegs * sizeof(struct vring_desc);
	if (size > VQ_MEM_MAX)
		return false;
	vq->vq_bytesize = size;
	return true;
}

/*
 * Allocates an initialised queue for requests of at most maxnsegs segments of
 * at most maxsegsize bytes.  Sleeps.  ENODEV: the device has no such queue;
 * EINVAL: it is of a size that cannot be; ENXIO: the device is broken.
 */
int
virtio_alloc_vq(struct virtio_softc *sc, struct virtqueue *vq,
    int maxsegsize, int maxnsegs, const char *name)
{
	const unsigned int num = vq->vq_num;
	bool indirect;

	if (virtio_is_broken(sc))
		return ENXIO;
	if (num == 0) {
		aprint_error_dev(sc->sc_dev, "no queue %d for %s\n",
		    vq->vq_index, name);
		return ENODEV;
	}
	if (num > VQ_NUM_MAX || (num & (num - 1)) != 0) {
		aprint_error_dev(sc->sc_dev, "queue %d (%s) has %u entries, "
		    "not a power of two up to %d\n", vq->vq_index, name, num,
		    VQ_NUM_MAX);
		vq->vq_num = 0;
		return EINVAL;
	}
	KASSERT(maxnsegs >= 1);
	indirect = sc->sc_indirect && maxnsegs >= MINSEG_INDIRECT;
	vq->vq_maxsegsize = maxsegsize;
	vq->vq_maxnsegs = maxnsegs;
	if (!virtio_layout_vq(vq, indirect) &&
	    (!indirect || !virtio_layout_vq(vq, indirect = false))) {
		aprint_error_dev(sc->sc_dev, "queue %d (%s) of %u entries is "
		    "too large\n", vq->vq_index, name, num);
		vq->vq_num = 0;
		return EINVAL;
	}
	vq->vq_vaddr = virtio_dmamem_alloc(sc->sc_dmat, vq->vq_bytesize,
	    VIRTIO_PAGE_SIZE, 0, &vq->vq_segs[0], &vq->vq_dmamap);
	if (vq->vq_vaddr == NULL) {
		aprint_error_dev(sc->sc_dev, "no memory for queue %d (%s)\n",
		    vq->vq_index, name);
		vq->vq_num = 0;
		return ENOMEM;
	}
	vq->vq_desc = vq->vq_vaddr;
	vq->vq_avail = (void *)((char *)vq->vq_vaddr + vq->vq_availoffset);
	vq->vq_used_event = vq_avail_ring(vq, num);
	vq->vq_used = (void *)((char *)vq->vq_vaddr + vq->vq_usedoffset);
	vq->vq_avail_event = (void *)&vq->vq_used->ring[num];
	if (indirect)
		vq->vq_indirect = (void *)((char *)vq->vq_vaddr +
		    vq->vq_indirectoffset);
	vq->vq_descx = kmem_zalloc(num * sizeof(*vq->vq_descx), KM_SLEEP);
	mutex_init(&vq->vq_freedesc_lock, MUTEX_SPIN, sc->sc_ipl);
	mutex_init(&vq->vq_aring_lock, MUTEX_SPIN, sc->sc_ipl);
	mutex_init(&vq->vq_uring_lock, MUTEX_SPIN, sc->sc_ipl);
	virtio_reset_vq(vq);
	aprint_verbose_dev(sc->sc_dev, "%u bytes for queue %d (%s), "
	    "%u entries%s\n", vq->vq_bytesize, vq->vq_index, name, num,
	    indirect ? ", indirect" : "");
	return 0;
}

/*
 * Frees a queue of a device that has been reset; 0 also for one that was
 * never allocated.  EBUSY while the child has entries of it.
 */
int
virtio_free_vq(struct virtio_softc *sc, struct virtqueue *vq)
{

	if (vq->vq_descx == NULL)
		return 0;
	if (vq->vq_nfree != vq->vq_num) {
		device_printf(sc->sc_dev, "queue %d has %u entries in use\n",
		    vq->vq_index, vq->vq_num - vq->vq_nfree);
		return EBUSY;
	}
	sc->sc_ops->setup_queue(sc, vq->vq_index, 0);
	vq_sync(vq, 0, vq->vq_bytesize,
	    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	kmem_free(vq->vq_descx, vq->vq_num * sizeof(*vq->vq_descx));
	virtio_dmamem_free(sc->sc_dmat, vq->vq_bytesize, &vq->vq_segs[0],
	    vq->vq_dmamap, vq->vq_vaddr);
	mutex_destroy(&vq->vq_freedesc_lock);
	mutex_destroy(&vq->vq_uring_lock);
	mutex_destroy(&vq->vq_aring_lock);
	memset(vq, 0, sizeof(*vq));
	return 0;
}

/* Tells the device of the queues and lets it interrupt. */
static void
virtio_setup_queues(struct virtio_softc *sc)
{
	struct virtqueue *vq;
	int i;

	for (i = 0; i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		if (vq->vq_descx == NULL)
			continue;
		sc->sc_ops->setup_queue(sc, vq->vq_index,
		    vq->vq_dmamap->dm_segs[0].ds_addr);
	}
}

/*
 * After virtio_reset(): the device from the start, with empty queues.  What
 * was out is the child's again and will not be dequeued, unless the device is
 * broken: ENXIO.  The child negotiates features next, then calls
 * virtio_reinit_end().
 */
int
virtio_reinit_start(struct virtio_softc *sc)
{
	struct virtqueue *vq;
	unsigned int num;
	int i;

	if (virtio_is_broken(sc))
		return ENXIO;
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_ACK);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_DRIVER);
	for (i = 0; i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		if (vq->vq_descx == NULL)
			continue;
		num = sc->sc_ops->read_queue_size(sc, vq->vq_index);
		if (num < vq->vq_num) {
			virtio_break(sc, "queue %d had %u entries and has %u",
			    vq->vq_index, vq->vq_num, num);
			return ENXIO;
		}
	}
	if (sc->sc_ops->setup_interrupts(sc, 1) != 0) {
		virtio_break(sc, "interrupts could not be set up again");
		return ENXIO;
	}
	/* Nothing can fail from here on. */
	for (i = 0; i < sc->sc_nvqs; i++) {
		if (sc->sc_vqs[i].vq_descx != NULL)
			virtio_reset_vq(&sc->sc_vqs[i]);
	}
	return 0;
}

void
virtio_reinit_end(struct virtio_softc *sc)
{

	if (virtio_is_broken(sc))
		return;
	virtio_setup_queues(sc);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_DRIVER_OK);
}

/*
 * Making requests.
 */

/*
 * Takes an entry for a request: *slotp names it from now on.  EAGAIN when
 * there is none, ENXIO when the device is broken.
 */
int
virtio_enqueue_prep(struct virtio_softc *sc, struct virtqueue *vq, int *slotp)
{
	uint16_t slot;

	if (virtio_is_broken(sc))
		return ENXIO;
	mutex_enter(&vq->vq_freedesc_lock);
	slot = vq_alloc_desc(vq, VQS_PREP);
	mutex_exit(&vq->vq_freedesc_lock);
	if (slot == VQ_NIL)
		return EAGAIN;
	*slotp = slot;
	return 0;
}

/*
 * Reserves room for nsegs segments.  On EAGAIN the slot is given back, too.
 */
int
virtio_enqueue_reserve(struct virtio_softc *sc, struct virtqueue *vq,
    int slot, int nsegs)
{
	struct vring_desc_extra *dx;
	uint16_t prev, next;
	int i;

	KASSERT(slot >= 0 && slot < vq->vq_num);
	KASSERT(nsegs >= 1);
	dx = &vq->vq_descx[slot];
	KASSERT(dx->desc_state == VQS_PREP);
	dx->desc_nsegs = nsegs;
	if (vq->vq_indirect != NULL && nsegs >= MINSEG_INDIRECT &&
	    nsegs <= vq->vq_maxnsegs) {
		dx->use_indirect = true;
		dx->desc_base = &vq->vq_indirect[slot * vq->vq_maxnsegs];
		return 0;
	}
	dx->desc_base = vq->vq_desc;
	prev = slot;
	mutex_enter(&vq->vq_freedesc_lock);
	for (i = 1; i < nsegs; i++) {
		next = vq_alloc_desc(vq, VQS_CHAIN);
		if (next == VQ_NIL)
			break;
		vq->vq_descx[prev].desc_next = next;
		prev = next;
	}
	mutex_exit(&vq->vq_freedesc_lock);
	if (i < nsegs) {
		vq_free_chain(vq, slot);
		return EAGAIN;
	}
	/* Where the next segment goes. */
	dx->desc_free_idx = slot;
	return 0;
}

/* Puts one segment at the end of a chain. */
static void
vq_add_segment(struct virtio_softc *sc, struct virtqueue *vq, int slot,
    uint64_t addr, uint32_t len, bool write)
{
	struct vring_desc_extra *dx = &vq->vq_descx[slot];
	const bool last = dx->desc_nused + 1 == dx->desc_nsegs;
	struct vring_desc *d;
	uint16_t flags = 0, next = 0, place;

	KASSERTMSG(dx->desc_nused < dx->desc_nsegs,
	    "more than the %u segments reserved", dx->desc_nsegs);
	if (dx->use_indirect) {
		place = dx->desc_nused;
		next = place + 1;
	} else {
		place = dx->desc_free_idx;
		next = vq->vq_descx[place].desc_next;
		dx->desc_free_idx = next;
	}
	if (!write)
		flags |= VRING_DESC_F_WRITE;
	if (!last)
		flags |= VRING_DESC_F_NEXT;
	d = &dx->desc_base[place];
	d->addr = virtio_rw64(sc, addr);
	d->len = virtio_rw32(sc, len);
	d->flags = virtio_rw16(sc, flags);
	d->next = virtio_rw16(sc, last ? 0 : next);
	if (!dx->use_indirect)
		vq_sync_avail(vq, d, sizeof(*d));
	dx->desc_nused++;
	if (write)
		dx->desc_rlen += len;
	else
		dx->desc_wlen += len;
}

/*
 * Adds a loaded map to a request; write: the device reads it.
 */
int
virtio_enqueue(struct virtio_softc *sc, struct virtqueue *vq, int slot,
    bus_dmamap_t dmamap, bool write)
{
	int i;

	KASSERT(vq->vq_descx[slot].desc_state == VQS_PREP);
	KASSERT(dmamap->dm_nsegs > 0);
	for (i = 0; i < dmamap->dm_nsegs; i++)
		vq_add_segment(sc, vq, slot, dmamap->dm_segs[i].ds_addr,
		    dmamap->dm_segs[i].ds_len, write);
	return 0;
}

/*
 * Adds len bytes from start of a map with one segment.
 */
int
virtio_enqueue_p(struct virtio_softc *sc, struct virtqueue *vq, int slot,
    bus_dmamap_t dmamap, bus_addr_t start, bus_size_t len, bool write)
{

	KASSERT(vq->vq_descx[slot].desc_state == VQS_PREP);
	KASSERT(dmamap->dm_nsegs == 1);
	KASSERT(start <= dmamap->dm_segs[0].ds_len &&
	    len <= dmamap->dm_segs[0].ds_len - start);
	vq_add_segment(sc, vq, slot, dmamap->dm_segs[0].ds_addr + start, len,
	    write);
	return 0;
}

/* A chain that got fewer segments than were reserved ends where it ends. */
static void
vq_end_chain(struct virtio_softc *sc, struct virtqueue *vq, int slot)
{
	struct vring_desc_extra *dx = &vq->vq_descx[slot];
	struct vring_desc *d;
	uint16_t place;
	int i;

	if (dx->desc_nused < dx->desc_nsegs) {
		place = dx->use_indirect ? dx->desc_nused - 1 : slot;
		for (i = 1; !dx->use_indirect && i < dx->desc_nused; i++)
			place = vq->vq_descx[place].desc_next;
		d = &dx->desc_base[place];
		d->flags &= virtio_rw16(sc, (uint16_t)~VRING_DESC_F_NEXT);
		d->next = 0;
		if (!dx->use_indirect)
			vq_sync_avail(vq, d, sizeof(*d));
	}
	if (!dx->use_indirect)
		return;
	vq_sync_avail(vq, dx->desc_base, dx->desc_nused * sizeof(*d));
	d = &vq->vq_desc[slot];
	d->addr = virtio_rw64(sc, vq->vq_dmamap->dm_segs[0].ds_addr +
	    ((char *)dx->desc_base - (char *)vq->vq_vaddr));
	d->len = virtio_rw32(sc, dx->desc_nused * sizeof(*d));
	d->flags = virtio_rw16(sc, VRING_DESC_F_INDIRECT);
	d->next = 0;
	vq_sync_avail(vq, d, sizeof(*d));
}

/* Shows the device the chains that have been put in, and wakes it. */
static void
vq_publish(struct virtio_softc *sc, struct virtqueue *vq)
{
	volatile struct vring_used *used = vq->vq_used;
	volatile uint16_t *event = vq->vq_avail_event;
	uint16_t old, new, at;
	bool kick;

	KASSERT(mutex_owned(&vq->vq_aring_lock));
	old = vq->vq_avail_pub;
	new = vq->vq_avail_idx;
	if (old == new)
		return;
	/* The ring's entries were synchronised before its index is. */
	vq->vq_avail->idx = virtio_rw16(sc, new);
	vq_sync_avail(vq, &vq->vq_avail->idx, sizeof(vq->vq_avail->idx));
	vq->vq_avail_pub = new;
	/* The index must be seen before we look whether to notify. */
	membar_sync();
	if ((sc->sc_active_features & VIRTIO_F_RING_EVENT_IDX) != 0) {
		vq_sync_used(vq, event, sizeof(*event));
		at = virtio_rw16(sc, *event);
		kick = (uint16_t)(new - at - 1) < (uint16_t)(new - old);
	} else {
		vq_sync_used(vq, &used->flags, sizeof(used->flags));
		kick = (virtio_rw16(sc, used->flags) &
		    VRING_USED_F_NO_NOTIFY) == 0;
	}
	if (kick && !virtio_is_broken(sc))
		sc->sc_ops->kick(sc, vq->vq_index);
}

/*
 * Ends a request; it is the device's from here on.  With notifynow the device
 * learns of all requests so far; slot -1 does that alone.  Each request comes
 * back by virtio_dequeue(), also when the device breaks at this moment.
 */
int
virtio_enqueue_commit(struct virtio_softc *sc, struct virtqueue *vq,
    int slot, bool notifynow)
{
	struct vring_desc_extra *dx;
	uint16_t *place;

	if (slot >= 0) {
		KASSERT(slot < vq->vq_num);
		dx = &vq->vq_descx[slot];
		KASSERT(dx->desc_state == VQS_PREP && dx->desc_nused > 0);
		vq_end_chain(sc, vq, slot);
		mutex_enter(&vq->vq_uring_lock);
		dx->desc_state = VQS_POSTED;
		vq->vq_nposted++;
		vq->vq_drain = 0;
		mutex_exit(&vq->vq_uring_lock);
	}
	mutex_enter(&vq->vq_aring_lock);
	if (slot >= 0) {
		place = vq_avail_ring(vq, vq->vq_avail_idx & (vq->vq_num - 1));
		*place = virtio_rw16(sc, slot);
		vq_sync_avail(vq, place, sizeof(*place));
		vq->vq_avail_idx++;
	}
	if (notifynow && !virtio_is_broken(sc))
		vq_publish(sc, vq);
	/* Under the lock: virtio_child_detach() takes the handler away. */
	if (virtio_is_broken(sc) && sc->sc_broken_ih != NULL)
		softint_schedule(sc->sc_broken_ih);
	mutex_exit(&vq->vq_aring_lock);
	return 0;
}

/*
 * Gives up a request that has been prepared and not committed.
 */
int
virtio_enqueue_abort(struct virtio_softc *sc, struct virtqueue *vq, int slot)
{

	KASSERT(slot >= 0 && slot < vq->vq_num);
	KASSERT(vq->vq_descx[slot].desc_state == VQS_PREP);
	vq_free_chain(vq, slot);
	return 0;
}

/*
 * Taking them back.
 */

/* The next chain of a broken device. */
static int
vq_drain(struct virtqueue *vq, int *slotp)
{
	struct vring_desc_extra *dx;

	for (; vq->vq_nposted != 0 && vq->vq_drain < vq->vq_num;
	    vq->vq_drain++) {
		dx = &vq->vq_descx[vq->vq_drain];
		if (dx->desc_state != VQS_POSTED)
			continue;
		dx->desc_state = VQS_DONE;
		vq->vq_nposted--;
		*slotp = vq->vq_drain++;
		return 0;
	}
	return ENOENT;
}

/*
 * The next used entry.  ENOENT: none; EIO: it is a lie, after telling so.
 */
static int
vq_next_used(struct virtio_softc *sc, struct virtqueue *vq, int *slotp,
    uint32_t *lenp)
{
	volatile struct vring_used_elem *e;
	struct vring_desc_extra *dx;
	uint32_t id, len;
	uint16_t n;

	n = vq_used_index(vq) - vq->vq_used_idx;
	if (n == 0)
		return ENOENT;
	if (n > vq->vq_nposted) {
		virtio_break(sc, "queue %d: %u entries used, %u are out",
		    vq->vq_index, n, vq->vq_nposted);
		return EIO;
	}
	membar_consumer();
	e = &vq->vq_used->ring[vq->vq_used_idx & (vq->vq_num - 1)];
	vq_sync_used(vq, e, sizeof(*e));
	/* Read once: the device may change them under us. */
	id = virtio_rw32(sc, e->id);
	len = virtio_rw32(sc, e->len);
	if (id >= vq->vq_num) {
		virtio_break(sc, "queue %d: used id %u of %u", vq->vq_index,
		    id, vq->vq_num);
		return EIO;
	}
	dx = &vq->vq_descx[id];
	if (dx->desc_state != VQS_POSTED) {
		virtio_break(sc, "queue %d: used id %u is not out",
		    vq->vq_index, id);
		return EIO;
	}
	if (len > dx->desc_wlen) {
		/* Some count what they have read, too: no more than all. */
		if (len > dx->desc_wlen + dx->desc_rlen) {
			virtio_break(sc, "queue %d: used length %u of %" PRIu64,
			    vq->vq_index, len, dx->desc_wlen);
			return EIO;
		}
		len = dx->desc_wlen;
	}
	dx->desc_state = VQS_DONE;
	vq->vq_nposted--;
	atomic_store_relaxed(&vq->vq_used_idx, vq->vq_used_idx + 1);
	*slotp = id;
	*lenp = len;
	return 0;
}

/* How many we have seen, also without vq_uring_lock: it may be more by now. */
static inline uint16_t
vq_seen(const struct virtqueue *vq)
{

	return atomic_load_relaxed(&vq->vq_used_idx);
}

/* Asks for an interrupt at the next use after those that we have seen. */
static void
vq_arm(struct virtio_softc *sc, struct virtqueue *vq)
{

	mutex_enter(&vq->vq_aring_lock);
	if (!vq->vq_intr_off) {
		*vq->vq_used_event = virtio_rw16(sc, vq_seen(vq));
		vq_sync_avail(vq, vq->vq_used_event, sizeof(uint16_t));
		membar_sync();
	}
	mutex_exit(&vq->vq_aring_lock);
}

/*
 * Takes back a request: its slot and how many bytes the device has written.
 * ENOENT when there is none.  virtio_dequeue_commit() is next.
 */
int
virtio_dequeue(struct virtio_softc *sc, struct virtqueue *vq, int *slotp,
    int *lenp)
{
	struct vring_desc_extra *dx;
	uint32_t len = 0;
	int error, slot = -1;

	mutex_enter(&vq->vq_uring_lock);
	if (!virtio_is_broken(sc))
		error = vq_next_used(sc, vq, &slot, &len);
	else
		error = EIO;
	if (error == EIO) {
		len = 0;
		error = vq_drain(vq, &slot);
	}
	mutex_exit(&vq->vq_uring_lock);
	if (error)
		return error;
	dx = &vq->vq_descx[slot];
	if (dx->use_indirect)
		vq_sync(vq, (char *)dx->desc_base - (char *)vq->vq_vaddr,
		    dx->desc_nused * sizeof(struct vring_desc),
		    BUS_DMASYNC_POSTWRITE);
	if ((sc->sc_active_features & VIRTIO_F_RING_EVENT_IDX) != 0)
		vq_arm(sc, vq);
	*slotp = slot;
	if (lenp != NULL)
		*lenp = MIN(len, INT_MAX);
	return 0;
}

/* Frees the entry of a request that virtio_dequeue() gave. */
int
virtio_dequeue_commit(struct virtio_softc *sc, struct virtqueue *vq, int slot)
{

	KASSERT(slot >= 0 && slot < vq->vq_num);
	KASSERT(vq->vq_descx[slot].desc_state == VQS_DONE);
	vq_free_chain(vq, slot);
	return 0;
}

/*
 * Interrupts.
 */

/* Whether virtio_dequeue() has something to say. */
bool
virtio_vq_is_enqueued(struct virtio_softc *sc, struct virtqueue *vq)
{
	bool some;

	if (vq->vq_descx == NULL)
		return false;
	if (virtio_is_broken(sc)) {
		mutex_enter(&vq->vq_uring_lock);
		some = vq->vq_nposted != 0;
		mutex_exit(&vq->vq_uring_lock);
		return some;
	}
	return vq_used_index(vq) != vq_seen(vq);
}

/*
 * Asks for an interrupt when nslots more than now have been used; nonzero
 * when that is so already.  Without event indices it is at the next one.
 */
int
virtio_postpone_intr(struct virtio_softc *sc, struct virtqueue *vq,
    uint16_t nslots)
{
	uint16_t nused;

	if ((sc->sc_active_features & VIRTIO_F_RING_EVENT_IDX) == 0)
		return virtio_start_vq_intr(sc, vq);
	mutex_enter(&vq->vq_aring_lock);
	vq->vq_intr_off = false;
	*vq->vq_used_event = virtio_rw16(sc, vq_seen(vq) + nslots);
	vq_sync_avail(vq, vq->vq_used_event, sizeof(uint16_t));
	mutex_exit(&vq->vq_aring_lock);
	membar_sync();
	nused = vq_used_index(vq) - vq_seen(vq);
	return nslots < nused;
}

/* The same at three quarters of what is out. */
int
virtio_postpone_intr_smart(struct virtio_softc *sc, struct virtqueue *vq)
{
	const uint16_t n = vq->vq_avail_pub - vq_seen(vq);

	return virtio_postpone_intr(sc, vq, n / 4 * 3 + n % 4 * 3 / 4);
}

/* The same at all of what is out. */
int
virtio_postpone_intr_far(struct virtio_softc *sc, struct virtqueue *vq)
{

	return virtio_postpone_intr(sc, vq,
	    vq->vq_avail_pub - vq_seen(vq));
}

/* Asks for no interrupts; the device need not follow. */
void
virtio_stop_vq_intr(struct virtio_softc *sc, struct virtqueue *vq)
{

	mutex_enter(&vq->vq_aring_lock);
	vq->vq_intr_off = true;
	if ((sc->sc_active_features & VIRTIO_F_RING_EVENT_IDX) != 0) {
		/* As far away as can be. */
		*vq->vq_used_event = virtio_rw16(sc,
		    vq_seen(vq) + 0x8000);
		vq_sync_avail(vq, vq->vq_used_event, sizeof(uint16_t));
	} else {
		vq->vq_avail->flags |=
		    virtio_rw16(sc, VRING_AVAIL_F_NO_INTERRUPT);
		vq_sync_avail(vq, &vq->vq_avail->flags, sizeof(uint16_t));
	}
	mutex_exit(&vq->vq_aring_lock);
}

/* Asks for interrupts; nonzero when something has been used meanwhile. */
int
virtio_start_vq_intr(struct virtio_softc *sc, struct virtqueue *vq)
{

	mutex_enter(&vq->vq_aring_lock);
	vq->vq_intr_off = false;
	if ((sc->sc_active_features & VIRTIO_F_RING_EVENT_IDX) != 0) {
		*vq->vq_used_event = virtio_rw16(sc, vq_seen(vq));
		vq_sync_avail(vq, vq->vq_used_event, sizeof(uint16_t));
	} else {
		vq->vq_avail->flags &=
		    virtio_rw16(sc, (uint16_t)~VRING_AVAIL_F_NO_INTERRUPT);
		vq_sync_avail(vq, &vq->vq_avail->flags, sizeof(uint16_t));
	}
	mutex_exit(&vq->vq_aring_lock);
	membar_sync();
	return virtio_vq_is_enqueued(sc, vq);
}

/* An interrupt that may be any queue's. */
static int
virtio_vq_intr(struct virtio_softc *sc)
{
	struct virtqueue *vq;
	int handled = 0, i;

	for (i = 0; i < sc->sc_nvqs; i++) {
		vq = &sc->sc_vqs[i];
		if (vq->vq_intrhand != NULL && virtio_vq_is_enqueued(sc, vq))
			handled |= (*vq->vq_intrhand)(vq->vq_intrhand_arg);
	}
	return handled;
}

static void
virtio_soft_intr(void *arg)
{
	struct virtio_softc *sc = arg;

	(void)(*sc->sc_intrhand)(sc);
}

/*
 * The child.
 */

/*
 * Begins the attachment of child, whose interrupts are at ipl: negotiates
 * features and prints them with their names (snprintb(9)).
 */
void
virtio_child_attach_start(struct virtio_softc *sc, device_t child, int ipl,
    uint64_t req_features, const char *feat_bits)
{
	char buf[1024];

	KASSERT(sc->sc_child == NULL);
	KASSERT(sc->sc_child_state == VIRTIO_NO_CHILD);
	sc->sc_child = child;
	sc->sc_ipl = ipl;
	sc->sc_vqs = NULL;
	sc->sc_nvqs = 0;
	virtio_negotiate_features(sc, req_features);
	snprintb(buf, sizeof(buf), feat_bits, sc->sc_active_features);
	aprint_normal(": features: %s\n", buf);
	aprint_naive("\n");
}

/*
 * Ends it: the device may use the queues and interrupt.  On an error the
 * child frees its queues and calls virtio_child_attach_failed().
 */
int
virtio_child_attach_finish(struct virtio_softc *sc, struct virtqueue *vqs,
    size_t nvqs, virtio_callback config_change, int req_flags)
{
	int error;

	if (virtio_is_broken(sc))
		return ENXIO;
	KASSERT(nvqs > 0 && nvqs <= INT_MAX);
	sc->sc_vqs = vqs;
	sc->sc_nvqs = nvqs;
	sc->sc_config_change = config_change;
	sc->sc_intrhand = virtio_vq_intr;
	sc->sc_flags = req_flags;

	error = sc->sc_ops->alloc_interrupts(sc);
	if (error) {
		aprint_error_dev(sc->sc_dev, "no interrupt: error %d\n", error);
		goto fail;
	}
	error = sc->sc_ops->setup_interrupts(sc, 0);
	if (error) {
		aprint_error_dev(sc->sc_dev, "interrupts could not be set up: "
		    "error %d\n", error);
		goto fail;
	}
	sc->sc_broken_ih = softint_establish(SOFTINT_BIO | SOFTINT_MPSAFE,
	    virtio_broken_soft, sc);
	if (sc->sc_broken_ih == NULL) {
		error = ENOMEM;
		goto fail;
	}
	if ((sc->sc_flags & VIRTIO_F_INTR_SOFTINT) != 0) {
		u_int flags = SOFTINT_NET;

		if ((sc->sc_flags & VIRTIO_F_INTR_MPSAFE) != 0)
			flags |= SOFTINT_MPSAFE;
		sc->sc_soft_ih = softint_establish(flags, virtio_soft_intr, sc);
		if (sc->sc_soft_ih == NULL) {
			error = ENOMEM;
			goto fail;
		}
	}
	virtio_setup_queues(sc);
	/* It may have broken at any step. */
	if (virtio_is_broken(sc)) {
		error = ENXIO;
		goto fail;
	}
	sc->sc_child_state = VIRTIO_CHILD_ATTACH_FINISHED;
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_DRIVER_OK);
	return 0;

fail:
	virtio_child_detach(sc);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_FAILED);
	return error;
}

/*
 * The child gives up after virtio_child_attach_start(); its queues are freed.
 */
void
virtio_child_attach_failed(struct virtio_softc *sc)
{

	virtio_child_detach(sc);
	virtio_set_status(sc, VIRTIO_CONFIG_DEVICE_STATUS_FAILED);
	sc->sc_child_state = VIRTIO_CHILD_ATTACH_FAILED;
}

/*
 * The child goes: no handler of its runs any more.  Its queues have been
 * freed or are freed next.
 */
void
virtio_child_detach(struct virtio_softc *sc)
{
	void *ih = sc->sc_broken_ih;

	virtio_device_reset(sc);
	if (sc->sc_vqs == NULL)
		return;
	sc->sc_ops->free_interrupts(sc);
	if (sc->sc_soft_ih != NULL) {
		softint_disestablish(sc->sc_soft_ih);
		sc->sc_soft_ih = NULL;
	}
	/* A thread may still be at the end of virtio_enqueue_commit(). */
	sc->sc_broken_ih = NULL;
	virtio_wait_commits(sc);
	if (ih != NULL)
		softint_disestablish(ih);
	sc->sc_vqs = NULL;
	sc->sc_nvqs = 0;
	sc->sc_config_change = NULL;
}

bus_dma_tag_t
virtio_dmat(struct virtio_softc *sc)
{

	return sc->sc_dmat;
}

device_t
virtio_child(struct virtio_softc *sc)
{

	return sc->sc_child;
}

/* Runs the handlers of the queues in which something has been used. */
int
virtio_intrhand(struct virtio_softc *sc)
{

	return (*sc->sc_intrhand)(sc);
}

/* What has been agreed on. */
uint64_t
virtio_features(struct virtio_softc *sc)
{

	return sc->sc_active_features;
}

/*
 * For transports: nonzero after config_found() when there is no child at
 * work, after saying why and telling the device.
 */
int
virtio_attach_failed(struct virtio_softc *sc)
{
	device_t self = sc->sc_dev;

	/* No device, no error: a slot of a transport may be empty. */
	if (sc->sc_childdevid == 0)
		return 1;
	if (sc->sc_child == NULL) {
		switch (sc->sc_child_state) {
		case VIRTIO_CHILD_ATTACH_FAILED:
			aprint_error_dev(self, "virtio configuration failed\n");
			break;
		case VIRTIO_NO_CHILD:
			aprint_error_dev(self,
			    "no matching child driver; not configured\n");
			break;
		default:
			aprint_error_dev(self, "child has gone\n");
			break;
		}
		return 1;
	}
	if (sc->sc_child_state != VIRTIO_CHILD_ATTACH_FINISHED) {
		aprint_error_dev(self, "virtio configuration failed\n");
		return 1;
	}
	return 0;
}

/* For transports: says what the device is. */
void
virtio_print_device_type(device_t self, int id, int revision)
{

	aprint_normal_dev(self, "%s device (id %d, rev. 0x%02x)\n",
	    id >= 0 && id < __arraycount(virtio_device_name) ?
	    virtio_device_name[id] : "unknown", id, revision);
}

MODULE(MODULE_CLASS_DRIVER, virtio, NULL);

static int
virtio_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
