/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * vqt* at virtio?: a driver of an entropy device that does to its queue what
 * the bodies say, and looks at what the transport does to the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kthread.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#define	VIRTIO_PRIVATE
#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include <rump-sys/dev.h>

#include "kerntest.h"

#define	VQT_SIZE	64

static struct vqt_softc {
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vq;
	bus_dma_segment_t sc_seg;
	bus_dmamap_t	sc_map;
	void		*sc_buf;
	bool		sc_child;	/* the transport knows us */
} *vqt;

static const struct virtio_ops *real_ops;
static struct virtio_ops ops;
static kmutex_t gate;
static volatile unsigned kicks, resets, late, handled, detached;
static bool slow;

/* A notification that takes its time, and sees a reset come meanwhile. */
static void
vqt_kick(struct virtio_softc *vsc, uint16_t index)
{
	const unsigned before = atomic_load_relaxed(&resets);
	int i;

	atomic_inc_uint(&kicks);
	for (i = 0; slow && i < 50; i++)
		delay(1000);
	if (atomic_load_relaxed(&resets) != before)
		atomic_inc_uint(&late);
	real_ops->kick(vsc, index);
}

static void
vqt_set_status(struct virtio_softc *vsc, int status)
{

	if (status == 0)
		atomic_inc_uint(&resets);
	real_ops->set_status(vsc, status);
}

static int
vqt_reap(struct vqt_softc *sc)
{
	int len, slot, n = 0;

	while (virtio_dequeue(sc->sc_virtio, &sc->sc_vq, &slot, &len) == 0) {
		bus_dmamap_sync(virtio_dmat(sc->sc_virtio), sc->sc_map, 0,
		    VQT_SIZE, BUS_DMASYNC_POSTREAD);
		virtio_dequeue_commit(sc->sc_virtio, &sc->sc_vq, slot);
		n++;
	}
	return n;
}

static int
vqt_intr(void *arg)
{

	mutex_enter(&gate);
	(void)vqt_reap(arg);
	mutex_exit(&gate);
	atomic_inc_uint(&handled);
	return 1;
}

static int
vqt_config(struct virtio_softc *vsc)
{

	return 1;
}

/* A request of n segments. */
static int
vqt_prepare(int n, int *slotp)
{
	struct virtio_softc *vsc = vqt->sc_virtio;
	int error, i;

	if ((error = virtio_enqueue_prep(vsc, &vqt->sc_vq, slotp)) != 0 ||
	    (error = virtio_enqueue_reserve(vsc, &vqt->sc_vq, *slotp, n)) != 0)
		return error;
	bus_dmamap_sync(virtio_dmat(vsc), vqt->sc_map, 0, VQT_SIZE,
	    BUS_DMASYNC_PREREAD);
	for (i = 0; i < n; i++)
		virtio_enqueue_p(vsc, &vqt->sc_vq, *slotp, vqt->sc_map, i, 1,
		    false);
	return 0;
}

/* The device gets one, or with slot -1 hears of those that it has. */
static int
vqt_commit(int slot, bool notify)
{

	return virtio_enqueue_commit(vqt->sc_virtio, &vqt->sc_vq, slot, notify);
}

static int
vqt_post(int n)
{
	int error, slot;

	error = vqt_prepare(n, &slot);
	return error != 0 ? error : vqt_commit(slot, false);
}

/* Requests that are not back. */
static unsigned
vqt_out(void)
{
	unsigned n;

	mutex_enter(&gate);
	n = vqt->sc_vq.vq_nposted;
	mutex_exit(&gate);
	return n;
}

/* The queue is as large as it was made, whatever did not fit into it. */
KERNTEST(vq_room)
{
	struct virtio_softc *vsc = vqt->sc_virtio;
	const int num = vqt->sc_vq.vq_num;
	int i, slot;

	for (i = 0; i < 2 * num; i++) {
		CHECK_EQ(virtio_enqueue_prep(vsc, &vqt->sc_vq, &slot), 0);
		CHECK_EQ(virtio_enqueue_reserve(vsc, &vqt->sc_vq, slot,
		    num + 1), EAGAIN);
	}
	CHECK_EQ(vqt_post(num), 0);
	CHECK_EQ(virtio_enqueue_prep(vsc, &vqt->sc_vq, &slot), EAGAIN);
	CHECK_EQ(vqt_commit(-1, true), 0);
	kt_settle();
	CHECK_EQ(vqt_out(), 0);
	for (i = 0; i < num; i++)
		CHECK_EQ(vqt_post(1), 0);
	CHECK_EQ(vqt_post(1), EAGAIN);
	return 0;
}

/* A device that was stopped hears nothing of what was on its way. */
KERNTEST(vq_stopped)
{
	int slot;

	CHECK_EQ(vqt_post(1), 0);
	CHECK_EQ(vqt_prepare(1, &slot), 0);
	virtio_revoke(vqt->sc_virtio);
	CHECK_EQ(atomic_load_relaxed(&resets), 1);
	CHECK_EQ(vqt_commit(slot, true), 0);
	CHECK_EQ(vqt_commit(-1, true), 0);
	CHECK_EQ(atomic_load_relaxed(&kicks), 0);
	/* Both come back, from a soft interrupt. */
	kt_settle();
	CHECK_EQ(vqt_out(), 0);
	return 0;
}

static void
notifier(void *arg)
{

	(void)vqt_commit(-1, true);
	kthread_exit(0);
}

/* Nor is it stopped while somebody notifies it. */
KERNTEST(vq_stop_waits)
{
	struct lwp *l;

	CHECK_EQ(vqt_post(1), 0);
	slow = true;
	l = kt_thread(notifier, NULL);
	while (atomic_load_relaxed(&kicks) == 0)
		(void)kpause("kick", false, 1, NULL);
	virtio_break(vqt->sc_virtio, "told so");
	CHECK_EQ(atomic_load_relaxed(&resets), 1);
	kt_join(l);
	slow = false;
	CHECK_EQ(atomic_load_relaxed(&late), 0);
	CHECK_EQ(atomic_load_relaxed(&kicks), 1);
	return 0;
}

static void
detacher(void *arg)
{

	virtio_child_detach(vqt->sc_virtio);
	vqt->sc_child = false;
	atomic_store_relaxed(&detached, 1);
	kthread_exit(0);
}

/* The soft interrupt that gives back what is out ends before its owner does. */
KERNTEST(vq_soft_ends)
{
	struct lwp *l;
	unsigned n;
	int slot;

	CHECK_EQ(vqt_prepare(1, &slot), 0);
	CHECK_EQ(vqt_post(1), 0);
	mutex_enter(&gate);
	virtio_break(vqt->sc_virtio, "told so");
	kt_settle();
	CHECK_EQ(atomic_load_relaxed(&handled), 0);
	l = kt_thread(detacher, NULL);
	kt_settle();
	n = atomic_load_relaxed(&detached);
	mutex_exit(&gate);
	kt_join(l);
	CHECK_EQ(n, 0);
	CHECK_EQ(atomic_load_relaxed(&detached), 1);
	CHECK_EQ(atomic_load_relaxed(&handled), 1);
	/* And none is asked for any more. */
	CHECK_EQ(vqt_commit(slot, true), 0);
	kt_settle();
	CHECK_EQ(atomic_load_relaxed(&handled), 1);
	CHECK_EQ(vqt_reap(vqt), 1);
	return 0;
}

/*
 * Coming and going.
 */

static int
vqt_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_ENTROPY;
}

static void
vqt_attach(device_t parent, device_t self, void *aux)
{
	struct vqt_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);
	int rsegs;

	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_VM, 0, VIRTIO_COMMON_FLAG_BITS);
	virtio_init_vq(vsc, &sc->sc_vq, 0, vqt_intr, sc);
	if (virtio_alloc_vq(vsc, &sc->sc_vq, VQT_SIZE, VQT_SIZE, "test") != 0 ||
	    bus_dmamem_alloc(virtio_dmat(vsc), VQT_SIZE, 64, 0, &sc->sc_seg, 1,
	    &rsegs, BUS_DMA_WAITOK) != 0 ||
	    bus_dmamem_map(virtio_dmat(vsc), &sc->sc_seg, 1, VQT_SIZE,
	    &sc->sc_buf, BUS_DMA_WAITOK) != 0 ||
	    bus_dmamap_create(virtio_dmat(vsc), VQT_SIZE, 1, VQT_SIZE, 0,
	    BUS_DMA_WAITOK, &sc->sc_map) != 0 ||
	    bus_dmamap_load(virtio_dmat(vsc), sc->sc_map, sc->sc_buf, VQT_SIZE,
	    NULL, BUS_DMA_WAITOK | BUS_DMA_READ) != 0)
		panic("vqt: no memory");
	mutex_init(&gate, MUTEX_DEFAULT, IPL_NONE);
	if (virtio_child_attach_finish(vsc, &sc->sc_vq, 1, vqt_config,
	    VIRTIO_F_INTR_MPSAFE | VIRTIO_F_INTR_SOFTINT) != 0)
		panic("vqt: no interrupt");
	sc->sc_child = true;
	real_ops = vsc->sc_ops;
	ops = *real_ops;
	ops.kick = vqt_kick;
	ops.set_status = vqt_set_status;
	vsc->sc_ops = &ops;
	kicks = resets = late = handled = detached = 0;
	vqt = sc;
}

static int
vqt_detach(device_t self, int flags)
{
	struct vqt_softc *sc = device_private(self);
	const bus_dma_tag_t dmat = virtio_dmat(sc->sc_virtio);

	virtio_revoke(sc->sc_virtio);
	if (sc->sc_child)
		virtio_child_detach(sc->sc_virtio);
	(void)vqt_reap(sc);
	if (virtio_free_vq(sc->sc_virtio, &sc->sc_vq) != 0)
		panic("vqt: the queue is not empty");
	sc->sc_virtio->sc_ops = real_ops;
	bus_dmamap_unload(dmat, sc->sc_map);
	bus_dmamap_destroy(dmat, sc->sc_map);
	bus_dmamem_unmap(dmat, sc->sc_buf, VQT_SIZE);
	bus_dmamem_free(dmat, &sc->sc_seg, 1);
	mutex_destroy(&gate);
	vqt = NULL;
	return 0;
}

CFATTACH_DECL_NEW(vqt, sizeof(struct vqt_softc), vqt_match, vqt_attach, vqt_detach, NULL);
CFDRIVER_DECL(vqt, DV_DULL, NULL);
static struct cfdriver *const drivers[] = { &vqt_cd, NULL };
static struct cfattach *const vqt_cfattach[] = { &vqt_ca, NULL };
static const struct cfattachinit attachments[] = { { "vqt", vqt_cfattach }, { NULL, NULL } };
static const struct cfparent at_virtio = { "virtio", NULL, DVUNIT_ANY };
static struct cfdata lines[] = {
	{ .cf_name = "vqt", .cf_atname = "vqt", .cf_fstate = FSTATE_STAR, .cf_pspec = &at_virtio },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(drivers, attachments, lines) != 0)
		panic("vqt: tables");
}
