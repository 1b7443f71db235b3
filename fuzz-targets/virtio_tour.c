/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * vtour* at virtio?: a driver that calls what <dev/pci/virtiovar.h> has, in
 * the order that its node is told to (virtio_tour.h).  What it drives is an
 * entropy device: buffers of any shape that the device writes.
 *
 * It keeps a list of its own of what is out, and panics when the transport
 * gives back what is not, gives it back twice or too long, or loses it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vnode.h>

#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include <rump-sys/dev.h>

#include "virtio_tour.h"

#define	VTOUR_MAXSEGS	8
#define	VTOUR_SEGSIZE	256
#define	VTOUR_BUFSIZE	(VTOUR_MAXSEGS * VTOUR_SEGSIZE)
#define	VTOUR_MAXSLOTS	32768

struct vtour_softc {
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vq;
	kmutex_t	sc_lock;	/* at IPL_VM */
	uint32_t	*sc_out;	/* slot: bytes posted + 1, 0: not out */
	unsigned	sc_num;
	unsigned	sc_nout;
	unsigned	sc_nintr;
	bus_dma_segment_t sc_seg;
	bus_dmamap_t	sc_map;
	char		*sc_buf;
	bool		sc_attached;
};

extern struct cfdriver vtour_cd;
extern struct cfattach vtour_ca;

/* Takes back up to n requests; the lock is held. */
static unsigned
vtour_reap(struct vtour_softc *sc, unsigned n)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	unsigned done = 0;
	int len, slot;

	while (done < n && virtio_dequeue(vsc, &sc->sc_vq, &slot, &len) == 0) {
		done++;
		if (slot < 0 || slot >= sc->sc_num || sc->sc_out[slot] == 0)
			panic("vtour: slot %d is given back and is not out",
			    slot);
		if (len < 0 || len > sc->sc_out[slot] - 1)
			panic("vtour: %d bytes in a buffer of %u", len,
			    sc->sc_out[slot] - 1);
		sc->sc_out[slot] = 0;
		sc->sc_nout--;
		bus_dmamap_sync(virtio_dmat(vsc), sc->sc_map, 0, VTOUR_BUFSIZE,
		    BUS_DMASYNC_POSTREAD);
		virtio_dequeue_commit(vsc, &sc->sc_vq, slot);
	}
	return done;
}

static int
vtour_intr(void *arg)
{
	struct vtour_softc *sc = arg;

	/* Every other time it is left for later. */
	mutex_enter(&sc->sc_lock);
	if (sc->sc_nintr++ % 2 == 0)
		(void)vtour_reap(sc, sc->sc_num);
	mutex_exit(&sc->sc_lock);
	return 1;
}

static int
vtour_config(struct virtio_softc *vsc)
{

	return 1;
}

static int
vtour_post(struct vtour_softc *sc, const struct vtour_op *op)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vq;
	const unsigned nsegs = 1 + op->a % MIN(VTOUR_MAXSEGS, sc->sc_num);
	const unsigned len = 1 + op->b % VTOUR_SEGSIZE;
	unsigned i;
	int error, slot;

	error = virtio_enqueue_prep(vsc, vq, &slot);
	if (error)
		return error;
	error = virtio_enqueue_reserve(vsc, vq, slot, nsegs);
	if (error)
		return error;
	bus_dmamap_sync(virtio_dmat(vsc), sc->sc_map, 0, VTOUR_BUFSIZE,
	    BUS_DMASYNC_PREREAD);
	for (i = 0; i < nsegs; i++)
		virtio_enqueue_p(vsc, vq, slot, sc->sc_map, i * VTOUR_SEGSIZE,
		    len, false);
	if (sc->sc_out[slot] != 0)
		panic("vtour: slot %d is given out twice", slot);
	sc->sc_out[slot] = nsegs * len + 1;
	sc->sc_nout++;
	return virtio_enqueue_commit(vsc, vq, slot, op->c % 2 != 0);
}

static int
vtour_abort(struct vtour_softc *sc, const struct vtour_op *op)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	const unsigned nsegs = 1 + op->a % (sc->sc_num + 1);
	int error, slot;

	error = virtio_enqueue_prep(vsc, &sc->sc_vq, &slot);
	if (error)
		return error;
	if (op->b % 2 == 0) {
		error = virtio_enqueue_reserve(vsc, &sc->sc_vq, slot, nsegs);
		if (error)
			return error;
	}
	return virtio_enqueue_abort(vsc, &sc->sc_vq, slot);
}

static int
vtour_interrupts(struct vtour_softc *sc, const struct vtour_op *op)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vq;

	switch (op->a % 5) {
	case 0:
		virtio_stop_vq_intr(vsc, vq);
		return 0;
	case 1:
		(void)virtio_start_vq_intr(vsc, vq);
		return 0;
	case 2:
		(void)virtio_postpone_intr(vsc, vq, op->b);
		return 0;
	case 3:
		(void)virtio_postpone_intr_smart(vsc, vq);
		return 0;
	default:
		(void)virtio_postpone_intr_far(vsc, vq);
		return 0;
	}
}

static int
vtour_reinit(struct vtour_softc *sc)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	int error;

	virtio_reset(vsc);
	(void)vtour_reap(sc, sc->sc_num);
	error = virtio_reinit_start(vsc);
	if (error)
		return error;
	memset(sc->sc_out, 0, sc->sc_num * sizeof(*sc->sc_out));
	sc->sc_nout = 0;
	virtio_negotiate_features(vsc, virtio_features(vsc));
	virtio_reinit_end(vsc);
	return 0;
}

static int
vtour_configuration(struct vtour_softc *sc, const struct vtour_op *op)
{
	struct virtio_softc *vsc = sc->sc_virtio;

	switch (op->a % 8) {
	case 0:
		(void)virtio_read_device_config_1(vsc, op->b);
		return 0;
	case 1:
		(void)virtio_read_device_config_2(vsc, op->b & ~1);
		return 0;
	case 2:
		(void)virtio_read_device_config_4(vsc, op->b & ~3);
		return 0;
	case 3:
		(void)virtio_read_device_config_8(vsc, op->b & ~7);
		return 0;
	case 4:
		(void)virtio_read_device_config_le_2(vsc, op->b & ~1);
		return 0;
	case 5:
		(void)virtio_read_device_config_le_4(vsc, op->b & ~3);
		return 0;
	default:
		/* Nothing there is the driver's: only what is outside. */
		virtio_write_device_config_1(vsc, 0x10000 + op->b % 16, op->c);
		virtio_write_device_config_8(vsc, 0x10000, op->c);
		return 0;
	}
}

static int
vtour_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct vtour_softc *sc = device_lookup_private(&vtour_cd, minor(dev));
	const struct vtour_op *op = data;
	int error = 0;

	if (sc == NULL || !sc->sc_attached)
		return ENXIO;
	if (cmd == VTOUR_WAIT) {
		(void)kpause("vtour", false, MAX(1, mstohz(op->a % 1000)),
		    NULL);
		return 0;
	}
	mutex_enter(&sc->sc_lock);
	switch (cmd) {
	case VTOUR_POST:
		error = vtour_post(sc, op);
		break;
	case VTOUR_ABORT:
		error = vtour_abort(sc, op);
		break;
	case VTOUR_NOTIFY:
		error = virtio_enqueue_commit(sc->sc_virtio, &sc->sc_vq, -1,
		    true);
		break;
	case VTOUR_REAP:
		(void)vtour_reap(sc, op->a == 0 ? sc->sc_num : op->a);
		break;
	case VTOUR_INTR:
		error = vtour_interrupts(sc, op);
		break;
	case VTOUR_REINIT:
		error = vtour_reinit(sc);
		break;
	case VTOUR_CONFIG:
		error = vtour_configuration(sc, op);
		break;
	case VTOUR_BREAK:
		if (op->a % 2 == 0)
			virtio_break(sc->sc_virtio, "told so, %u", op->b);
		else
			virtio_revoke(sc->sc_virtio);
		break;
	default:
		error = ENOTTY;
		break;
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
vtour_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct vtour_softc *sc = device_lookup_private(&vtour_cd, minor(dev));

	return sc == NULL || !sc->sc_attached ? ENXIO : 0;
}

static int
vtour_unit(dev_t dev)
{

	return minor(dev);
}

static const struct cdevsw vtour_cdevsw = {
	.d_open = vtour_open,
	.d_close = nullclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = vtour_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &vtour_cd,
	.d_devtounit = vtour_unit,
	.d_flag = D_OTHER | D_MPSAFE
};

static int
vtour_alloc(struct vtour_softc *sc)
{
	const bus_dma_tag_t dmat = virtio_dmat(sc->sc_virtio);
	void *va;
	int rsegs;

	if (bus_dmamem_alloc(dmat, VTOUR_BUFSIZE, 64, 0, &sc->sc_seg, 1,
	    &rsegs, BUS_DMA_WAITOK) != 0)
		return ENOMEM;
	if (bus_dmamem_map(dmat, &sc->sc_seg, 1, VTOUR_BUFSIZE, &va,
	    BUS_DMA_WAITOK) != 0)
		goto fail_map;
	if (bus_dmamap_create(dmat, VTOUR_BUFSIZE, 1, VTOUR_BUFSIZE, 0,
	    BUS_DMA_WAITOK, &sc->sc_map) != 0)
		goto fail_create;
	if (bus_dmamap_load(dmat, sc->sc_map, va, VTOUR_BUFSIZE, NULL,
	    BUS_DMA_WAITOK | BUS_DMA_READ) != 0)
		goto fail_load;
	sc->sc_buf = va;
	sc->sc_num = sc->sc_vq.vq_num;
	sc->sc_out = kmem_zalloc(sc->sc_num * sizeof(*sc->sc_out), KM_SLEEP);
	return 0;

fail_load:
	bus_dmamap_destroy(dmat, sc->sc_map);
fail_create:
	bus_dmamem_unmap(dmat, va, VTOUR_BUFSIZE);
fail_map:
	bus_dmamem_free(dmat, &sc->sc_seg, 1);
	return ENOMEM;
}

static void
vtour_free(struct vtour_softc *sc)
{
	const bus_dma_tag_t dmat = virtio_dmat(sc->sc_virtio);

	if (sc->sc_buf == NULL)
		return;
	bus_dmamap_unload(dmat, sc->sc_map);
	bus_dmamap_destroy(dmat, sc->sc_map);
	bus_dmamem_unmap(dmat, sc->sc_buf, VTOUR_BUFSIZE);
	bus_dmamem_free(dmat, &sc->sc_seg, 1);
	kmem_free(sc->sc_out, sc->sc_num * sizeof(*sc->sc_out));
	sc->sc_buf = NULL;
}

static int
vtour_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_ENTROPY;
}

static void
vtour_attach(device_t parent, device_t self, void *aux)
{
	struct vtour_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);

	sc->sc_dev = self;
	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_VM, VIRTIO_F_RING_EVENT_IDX,
	    VIRTIO_COMMON_FLAG_BITS);
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_VM);
	virtio_init_vq(vsc, &sc->sc_vq, 0, vtour_intr, sc);
	if (virtio_alloc_vq(vsc, &sc->sc_vq, VTOUR_SEGSIZE, VTOUR_MAXSEGS,
	    "tour") != 0)
		goto fail;
	if (vtour_alloc(sc) != 0)
		goto fail;
	/* What may be read before it ends, is. */
	if (virtio_vq_is_enqueued(vsc, &sc->sc_vq))
		aprint_error_dev(self, "used before it was told\n");
	if (virtio_child_attach_finish(vsc, &sc->sc_vq, 1, vtour_config,
	    VIRTIO_F_INTR_MPSAFE | (device_unit(self) == 0 ?
	    VIRTIO_F_INTR_PERVQ : VIRTIO_F_INTR_SOFTINT)) != 0)
		goto fail;
	sc->sc_attached = true;
	return;

fail:
	(void)virtio_free_vq(vsc, &sc->sc_vq);
	vtour_free(sc);
	mutex_destroy(&sc->sc_lock);
	virtio_child_attach_failed(vsc);
}

static int
vtour_detach(device_t self, int flags)
{
	struct vtour_softc *sc = device_private(self);
	int cmaj;

	if (!sc->sc_attached)
		return 0;
	virtio_revoke(sc->sc_virtio);
	mutex_enter(&sc->sc_lock);
	(void)vtour_reap(sc, sc->sc_num);
	if (sc->sc_nout != 0)
		panic("vtour: %u requests are lost", sc->sc_nout);
	mutex_exit(&sc->sc_lock);
	cmaj = cdevsw_lookup_major(&vtour_cdevsw);
	vdevgone(cmaj, device_unit(self), device_unit(self), VCHR);
	virtio_child_detach(sc->sc_virtio);
	/* What was posted after that. */
	mutex_enter(&sc->sc_lock);
	(void)vtour_reap(sc, sc->sc_num);
	mutex_exit(&sc->sc_lock);
	if (virtio_free_vq(sc->sc_virtio, &sc->sc_vq) != 0)
		panic("vtour: the queue is not empty");
	sc->sc_attached = false;
	vtour_free(sc);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

CFATTACH_DECL_NEW(vtour, sizeof(struct vtour_softc), vtour_match, vtour_attach,
    vtour_detach, NULL);
CFDRIVER_DECL(vtour, DV_DULL, NULL);

static struct cfdriver *const cfdriver_ioconf_vtour[] = { &vtour_cd, NULL };
static struct cfattach *const vtour_cfattachinit[] = { &vtour_ca, NULL };
static const struct cfattachinit cfattach_ioconf_vtour[] = {
	{ "vtour", vtour_cfattachinit },
	{ NULL, NULL }
};
static const struct cfparent vtour_pspec = { "virtio", NULL, DVUNIT_ANY };
static struct cfdata cfdata_ioconf_vtour[] = {
	{ .cf_name = "vtour", .cf_atname = "vtour", .cf_fstate = FSTATE_STAR,
	  .cf_pspec = &vtour_pspec },
	{ .cf_name = NULL }
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	config_init_component(cfdriver_ioconf_vtour, cfattach_ioconf_vtour,
	    cfdata_ioconf_vtour);
	rump_dev_char("vtour", &vtour_cdevsw, "", "", 2, 0, 1);
}
