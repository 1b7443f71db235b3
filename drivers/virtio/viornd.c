/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viornd(4): an entropy device at virtio(4).  It has one queue; a buffer that
 * is given to it comes back with random bytes.
 *
 * There is one buffer, which is out only while somebody wants entropy.  How
 * many of its bytes are random is the device's word, checked by virtio(4)
 * against the buffer's size.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.4; see rndsource(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/rndsource.h>

#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include "virtio_dma.h"

#define	VIORND_BUFSIZE	32		/* bytes asked for at once */

struct viornd_softc {
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vq;

	kmutex_t	sc_mutex;	/* at IPL_VM */
	bool		sc_active;	/* (m) the buffer is out */
	bool		sc_dying;	/* (m) nothing is asked for any more */

	krndsource_t	sc_rndsource;
	bus_dma_segment_t sc_seg;
	bus_dmamap_t	sc_map;
	uint8_t		*sc_buf;	/* VIORND_BUFSIZE */
	bool		sc_attached;
};

static int	viornd_match(device_t, cfdata_t, void *);
static void	viornd_attach(device_t, device_t, void *);
static int	viornd_detach(device_t, int);

extern struct cfattach viornd_ca;
CFATTACH_DECL_NEW(viornd, sizeof(struct viornd_softc),
    viornd_match, viornd_attach, viornd_detach, NULL);

/* The buffer is back: its bytes go to the pool and out of memory. */
static int
viornd_vq_done(struct virtqueue *vq)
{
	struct viornd_softc *sc = container_of(vq, struct viornd_softc, sc_vq);
	struct virtio_softc *vsc = sc->sc_virtio;
	uint8_t data[VIORND_BUFSIZE];
	int len, slot;

	mutex_enter(&sc->sc_mutex);
	if (!sc->sc_active || virtio_dequeue(vsc, vq, &slot, &len) != 0) {
		mutex_exit(&sc->sc_mutex);
		return 0;
	}
	bus_dmamap_sync(virtio_dmat(vsc), sc->sc_map, 0, VIORND_BUFSIZE,
	    BUS_DMASYNC_POSTREAD);
	KASSERT(len >= 0 && len <= VIORND_BUFSIZE);
	memcpy(data, sc->sc_buf, len);
	explicit_memset(sc->sc_buf, 0, VIORND_BUFSIZE);
	virtio_dequeue_commit(vsc, vq, slot);
	sc->sc_active = false;
	mutex_exit(&sc->sc_mutex);

	if (len > 0)
		rnd_add_data_intr(&sc->sc_rndsource, data, len, len * NBBY);
	explicit_memset(data, 0, sizeof(data));
	return 1;
}

/* Somebody wants bytes; what the device gives comes later. */
static void
viornd_get(size_t bytes, void *arg)
{
	struct viornd_softc *sc = arg;
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vq;
	int slot;

	/* An interrupt may have been lost. */
	(void)viornd_vq_done(vq);
	mutex_enter(&sc->sc_mutex);
	if (sc->sc_active || sc->sc_dying ||
	    virtio_enqueue_prep(vsc, vq, &slot) != 0)
		goto out;
	if (virtio_enqueue_reserve(vsc, vq, slot, sc->sc_map->dm_nsegs) != 0)
		goto out;
	bus_dmamap_sync(virtio_dmat(vsc), sc->sc_map, 0, VIORND_BUFSIZE,
	    BUS_DMASYNC_PREREAD);
	virtio_enqueue(vsc, vq, slot, sc->sc_map, false);
	sc->sc_active = true;
	virtio_enqueue_commit(vsc, vq, slot, true);
out:
	mutex_exit(&sc->sc_mutex);
}

static int
viornd_match(device_t parent, cfdata_t match, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_ENTROPY;
}

static void
viornd_attach(device_t parent, device_t self, void *aux)
{
	struct viornd_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);

	if (virtio_child(vsc) != NULL) {
		aprint_error(": %s has a child already\n",
		    device_xname(parent));
		return;
	}
	sc->sc_dev = self;
	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_VM, VIRTIO_F_RING_EVENT_IDX,
	    VIRTIO_COMMON_FLAG_BITS);
	mutex_init(&sc->sc_mutex, MUTEX_DEFAULT, IPL_VM);

	virtio_init_vq_vqdone(vsc, &sc->sc_vq, 0, viornd_vq_done);
	if (virtio_alloc_vq(vsc, &sc->sc_vq, VIORND_BUFSIZE, 1, "entropy") != 0)
		goto fail;
	sc->sc_buf = virtio_dmamem_alloc(virtio_dmat(vsc), VIORND_BUFSIZE, 8,
	    BUS_DMA_READ, &sc->sc_seg, &sc->sc_map);
	if (sc->sc_buf == NULL) {
		aprint_error_dev(self, "no memory for a buffer\n");
		goto fail;
	}
	if (virtio_child_attach_finish(vsc, &sc->sc_vq, 1, NULL,
	    VIRTIO_F_INTR_MPSAFE | VIRTIO_F_INTR_PERVQ) != 0)
		goto fail;
	sc->sc_attached = true;
	rndsource_setcb(&sc->sc_rndsource, viornd_get, sc);
	rnd_attach_source(&sc->sc_rndsource, device_xname(self), RND_TYPE_RNG,
	    RND_FLAG_COLLECT_VALUE | RND_FLAG_HASCB);
	return;

fail:
	(void)virtio_free_vq(vsc, &sc->sc_vq);
	virtio_dmamem_free(virtio_dmat(vsc), VIORND_BUFSIZE, &sc->sc_seg,
	    sc->sc_map, sc->sc_buf);
	mutex_destroy(&sc->sc_mutex);
	virtio_child_attach_failed(vsc);
}

static int
viornd_detach(device_t self, int flags)
{
	struct viornd_softc *sc = device_private(self);
	struct virtio_softc *vsc = sc->sc_virtio;

	if (!sc->sc_attached)
		return 0;
	rnd_detach_source(&sc->sc_rndsource);
	mutex_enter(&sc->sc_mutex);
	sc->sc_dying = true;
	mutex_exit(&sc->sc_mutex);
	virtio_revoke(vsc);
	(void)viornd_vq_done(&sc->sc_vq);
	virtio_child_detach(vsc);
	(void)virtio_free_vq(vsc, &sc->sc_vq);
	virtio_dmamem_free(virtio_dmat(vsc), VIORND_BUFSIZE, &sc->sc_seg,
	    sc->sc_map, sc->sc_buf);
	mutex_destroy(&sc->sc_mutex);
	sc->sc_attached = false;
	return 0;
}

MODULE(MODULE_CLASS_DRIVER, viornd, "virtio");

static int
viornd_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
