/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viomb(4): a memory balloon at virtio(4).  The device says how many pages of
 * 4096 bytes it would like to have; the driver takes them out of use and puts
 * their numbers into the inflate queue, or into the deflate queue before it
 * uses them again.
 *
 * Pages are memory that devices can reach, from bus_dma(9): their numbers are
 * bus addresses.  A balloon of more than VIOMB_MAX_PAGES is not made, whatever
 * the device would like, and memory that there is not is asked for again
 * later.  One message is under way at a time.
 *
 *	hw.viomb.npages		pages that the device would like to have
 *	hw.viomb.actual		pages that it has
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.5.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/callout.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/sysctl.h>

#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include "virtio_dma.h"
#include "virtio_task.h"

#define	VIRTIO_BALLOON_F_MUST_TELL_HOST	__BIT(0)
#define	VIRTIO_BALLOON_F_STATS_VQ	__BIT(1)
#define	VIRTIO_BALLOON_F_DEFLATE_ON_OOM	__BIT(2)

#define	VIRTIO_BALLOON_FLAG_BITS	\
	VIRTIO_COMMON_FLAG_BITS		\
	"b\x02" "DEFLATE_ON_OOM\0"	\
	"b\x01" "STATS_VQ\0"		\
	"b\x00" "MUST_TELL_HOST\0"

/* Configuration, little-endian on every device. */
#define	VIRTIO_BALLOON_CONFIG_NUM_PAGES	0	/* 32 */
#define	VIRTIO_BALLOON_CONFIG_ACTUAL	4	/* 32 */

#define	VIOMB_PAGE_SIZE		4096
#define	VIOMB_CHUNK		256	/* pages of one message */
#define	VIOMB_PFNSIZE		(VIOMB_CHUNK * sizeof(uint32_t))
#define	VIOMB_MAX_PAGES		16384	/* of the balloon: 64 MB */
#define	VIOMB_PATIENCE		10	/* seconds, for an answer */
#define	VIOMB_RETRY		30	/* seconds, for memory */

enum { VIOMB_INFLATE, VIOMB_DEFLATE, VIOMB_NVQS };

/* Pages that were taken together and are given back together. */
struct viomb_chunk {
	SLIST_ENTRY(viomb_chunk) c_list;
	int		c_npages;
	int		c_nsegs;
	bus_dma_segment_t c_segs[VIOMB_CHUNK];
};

struct viomb_softc {
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vq[VIOMB_NVQS];

	kmutex_t	sc_lock;	/* (l) at IPL_VM */
	bool		sc_busy;	/* (l) a message is out */
	bool		sc_done;	/* (l) it is back, for the task */
	bool		sc_ok;		/* (l) and the device has taken it */
	bool		sc_dying;	/* (l) */
	callout_t	sc_watch;
	struct virtio_task sc_task;

	/* The task's alone, and detach's after it. */
	SLIST_HEAD(, viomb_chunk) sc_balloon;
	struct viomb_chunk *sc_chunk;	/* of the message */
	bool		sc_inflating;	/* what it says */
	bool		sc_said;	/* no memory, or too much wanted */
	unsigned	sc_npages;	/* wanted, as the device says */
	unsigned	sc_actual;	/* in the balloon */

	bus_dma_segment_t sc_seg;
	bus_dmamap_t	sc_map;
	uint32_t	*sc_pfns;	/* VIOMB_CHUNK of them */
	struct sysctllog *sc_log;
	bool		sc_attached;	/* (l) for the task */
};

static int	viomb_match(device_t, cfdata_t, void *);
static void	viomb_attach(device_t, device_t, void *);
static int	viomb_detach(device_t, int);

extern struct cfattach viomb_ca;
CFATTACH_DECL_NEW(viomb, sizeof(struct viomb_softc),
    viomb_match, viomb_attach, viomb_detach, NULL);

/*
 * Pages.
 */

static struct viomb_chunk *
viomb_get_pages(struct viomb_softc *sc, int npages)
{
	struct viomb_chunk *c;

	c = kmem_zalloc(sizeof(*c), KM_SLEEP);
	c->c_npages = npages;
	if (bus_dmamem_alloc(virtio_dmat(sc->sc_virtio),
	    (bus_size_t)npages * VIOMB_PAGE_SIZE, VIOMB_PAGE_SIZE, 0,
	    c->c_segs, VIOMB_CHUNK, &c->c_nsegs, BUS_DMA_NOWAIT) != 0) {
		kmem_free(c, sizeof(*c));
		return NULL;
	}
	return c;
}

static void
viomb_put_pages(struct viomb_softc *sc, struct viomb_chunk *c)
{

	bus_dmamem_free(virtio_dmat(sc->sc_virtio), c->c_segs, c->c_nsegs);
	kmem_free(c, sizeof(*c));
}

/*
 * Messages.
 */

/* Tells the device of a chunk's pages: 0 when the answer will come. */
static int
viomb_send(struct viomb_softc *sc, struct viomb_chunk *c, bool inflate)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq =
	    &sc->sc_vq[inflate ? VIOMB_INFLATE : VIOMB_DEFLATE];
	bus_addr_t off;
	int error, i, n, slot;

	error = virtio_enqueue_prep(vsc, vq, &slot);
	if (error)
		return error;
	error = virtio_enqueue_reserve(vsc, vq, slot, 1);
	if (error)
		return error;
	for (i = n = 0; i < c->c_nsegs; i++) {
		for (off = 0; off < c->c_segs[i].ds_len && n < c->c_npages;
		    off += VIOMB_PAGE_SIZE)
			sc->sc_pfns[n++] = virtio_rw32(vsc,
			    (c->c_segs[i].ds_addr + off) / VIOMB_PAGE_SIZE);
	}
	KASSERT(n == c->c_npages);
	bus_dmamap_sync(virtio_dmat(vsc), sc->sc_map, 0,
	    n * sizeof(*sc->sc_pfns), BUS_DMASYNC_PREWRITE);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_map, 0,
	    n * sizeof(*sc->sc_pfns), true);
	sc->sc_chunk = c;
	sc->sc_inflating = inflate;
	mutex_enter(&sc->sc_lock);
	sc->sc_busy = true;
	callout_schedule(&sc->sc_watch, VIOMB_PATIENCE * hz);
	mutex_exit(&sc->sc_lock);
	return virtio_enqueue_commit(vsc, vq, slot, true);
}

/* The message is back. */
static int
viomb_vq_done(struct virtqueue *vq)
{
	struct viomb_softc *sc =
	    container_of(vq, struct viomb_softc, sc_vq[vq->vq_index]);
	struct virtio_softc *vsc = sc->sc_virtio;
	int len, slot;

	if (virtio_dequeue(vsc, vq, &slot, &len) != 0)
		return 0;
	virtio_dequeue_commit(vsc, vq, slot);
	mutex_enter(&sc->sc_lock);
	sc->sc_busy = false;
	sc->sc_done = true;
	sc->sc_ok = !virtio_is_broken(vsc);
	if (!sc->sc_dying)
		virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	return 1;
}

/* No answer, or it is time to look for memory again. */
static void
viomb_watch(void *arg)
{
	struct viomb_softc *sc = arg;
	bool busy;

	mutex_enter(&sc->sc_lock);
	busy = sc->sc_busy;
	if (!busy && !sc->sc_dying)
		virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	if (!busy)
		return;
	if (viomb_vq_done(&sc->sc_vq[VIOMB_INFLATE]) == 0 &&
	    viomb_vq_done(&sc->sc_vq[VIOMB_DEFLATE]) == 0)
		virtio_break(sc->sc_virtio, "no answer for %d seconds",
		    VIOMB_PATIENCE);
	if (virtio_is_broken(sc->sc_virtio)) {
		(void)viomb_vq_done(&sc->sc_vq[VIOMB_INFLATE]);
		(void)viomb_vq_done(&sc->sc_vq[VIOMB_DEFLATE]);
	}
}

/* A figure that sysctl(3) may be reading. */
static void
viomb_set(unsigned *figure, unsigned val)
{

	atomic_store_relaxed(figure, val);
}

/*
 * What became of the last message.
 */
static void
viomb_conclude(struct viomb_softc *sc, bool ok)
{
	struct viomb_chunk *c = sc->sc_chunk;

	bus_dmamap_sync(virtio_dmat(sc->sc_virtio), sc->sc_map, 0,
	    c->c_npages * sizeof(*sc->sc_pfns), BUS_DMASYNC_POSTWRITE);
	sc->sc_chunk = NULL;
	if (sc->sc_inflating && ok) {
		SLIST_INSERT_HEAD(&sc->sc_balloon, c, c_list);
		viomb_set(&sc->sc_actual, sc->sc_actual + c->c_npages);
	} else if (!sc->sc_inflating && !ok)
		SLIST_INSERT_HEAD(&sc->sc_balloon, c, c_list);
	else {
		if (!sc->sc_inflating)
			viomb_set(&sc->sc_actual, sc->sc_actual - c->c_npages);
		viomb_put_pages(sc, c);
	}
	if (ok)
		virtio_write_device_config_le_4(sc->sc_virtio,
		    VIRTIO_BALLOON_CONFIG_ACTUAL, sc->sc_actual);
}

static void
viomb_inflate(struct viomb_softc *sc, unsigned want)
{
	struct viomb_chunk *c;

	c = viomb_get_pages(sc, MIN(want, VIOMB_CHUNK));
	if (c == NULL) {
		if (!sc->sc_said)
			device_printf(sc->sc_dev, "no memory for %u of %u "
			    "pages\n", want, sc->sc_npages);
		sc->sc_said = true;
		mutex_enter(&sc->sc_lock);
		if (!sc->sc_dying)
			callout_schedule(&sc->sc_watch, VIOMB_RETRY * hz);
		mutex_exit(&sc->sc_lock);
		return;
	}
	if (viomb_send(sc, c, true) != 0)
		viomb_put_pages(sc, c);
}

/* One step nearer to what the device would like. */
static void
viomb_task(void *arg)
{
	struct viomb_softc *sc = arg;
	struct virtio_softc *vsc = sc->sc_virtio;
	struct viomb_chunk *c;
	bool done, idle, ok;
	unsigned want;

	mutex_enter(&sc->sc_lock);
	/* An interrupt may come before the attachment has ended, or failed. */
	idle = sc->sc_attached && !sc->sc_busy && !sc->sc_dying;
	done = sc->sc_done;
	ok = sc->sc_ok;
	sc->sc_done = false;
	mutex_exit(&sc->sc_lock);
	if (done)
		viomb_conclude(sc, ok);
	if (!idle || virtio_is_broken(vsc))
		return;

	want = virtio_read_device_config_le_4(vsc,
	    VIRTIO_BALLOON_CONFIG_NUM_PAGES);
	viomb_set(&sc->sc_npages, want);
	if (want > VIOMB_MAX_PAGES) {
		if (!sc->sc_said)
			device_printf(sc->sc_dev, "%u pages wanted, more than "
			    "%d\n", want, VIOMB_MAX_PAGES);
		sc->sc_said = true;
		want = VIOMB_MAX_PAGES;
	}
	c = SLIST_FIRST(&sc->sc_balloon);
	if (want > sc->sc_actual)
		viomb_inflate(sc, want - sc->sc_actual);
	else if (c != NULL && want < sc->sc_actual) {
		/* Whole chunks; what was too much is taken again. */
		SLIST_REMOVE_HEAD(&sc->sc_balloon, c_list);
		if (viomb_send(sc, c, false) != 0)
			SLIST_INSERT_HEAD(&sc->sc_balloon, c, c_list);
	} else
		sc->sc_said = false;
}

static int
viomb_config_change(struct virtio_softc *vsc)
{
	struct viomb_softc *sc = device_private(virtio_child(vsc));

	mutex_enter(&sc->sc_lock);
	if (!sc->sc_dying)
		virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	return 1;
}

/*
 * Attachment.
 */

/* Answers with a figure as it is at one moment. */
static int
viomb_sysctl_figure(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	unsigned val = atomic_load_relaxed((unsigned *)node.sysctl_data);

	node.sysctl_data = &val;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

/* The first balloon is hw.viomb, others have their own names. */
static void
viomb_sysctl(struct viomb_softc *sc)
{
	const struct sysctlnode *node;

	if (sysctl_createv(&sc->sc_log, 0, NULL, &node, 0, CTLTYPE_NODE,
	    device_unit(sc->sc_dev) == 0 ? "viomb" : device_xname(sc->sc_dev),
	    SYSCTL_DESCR("VirtIO balloon"), NULL, 0, NULL, 0,
	    CTL_HW, CTL_CREATE, CTL_EOL) != 0)
		return;
	(void)sysctl_createv(&sc->sc_log, 0, &node, NULL, 0, CTLTYPE_INT,
	    "npages", SYSCTL_DESCR("pages that the device would like to have"),
	    viomb_sysctl_figure, 0, &sc->sc_npages, 0, CTL_CREATE, CTL_EOL);
	(void)sysctl_createv(&sc->sc_log, 0, &node, NULL, 0, CTLTYPE_INT,
	    "actual", SYSCTL_DESCR("pages that it has"),
	    viomb_sysctl_figure, 0, &sc->sc_actual, 0, CTL_CREATE, CTL_EOL);
}

static int
viomb_match(device_t parent, cfdata_t match, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_BALLOON;
}

static void
viomb_attach(device_t parent, device_t self, void *aux)
{
	struct viomb_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);
	static const char *const names[VIOMB_NVQS] = { "inflate", "deflate" };
	int i;

	if (virtio_child(vsc) != NULL) {
		aprint_error(": %s has a child already\n",
		    device_xname(parent));
		return;
	}
	sc->sc_dev = self;
	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_VM,
	    VIRTIO_BALLOON_F_MUST_TELL_HOST | VIRTIO_F_RING_EVENT_IDX,
	    VIRTIO_BALLOON_FLAG_BITS);
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_VM);
	callout_init(&sc->sc_watch, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_watch, viomb_watch, sc);
	virtio_task_init(&sc->sc_task, viomb_task, sc);
	SLIST_INIT(&sc->sc_balloon);

	for (i = 0; i < VIOMB_NVQS; i++)
		virtio_init_vq_vqdone(vsc, &sc->sc_vq[i], i, viomb_vq_done);
	for (i = 0; i < VIOMB_NVQS; i++) {
		if (virtio_alloc_vq(vsc, &sc->sc_vq[i],
		    VIOMB_PFNSIZE, 1, names[i]) != 0)
			goto fail;
	}
	sc->sc_pfns = virtio_dmamem_alloc(virtio_dmat(vsc), VIOMB_PFNSIZE,
	    sizeof(*sc->sc_pfns), BUS_DMA_WRITE, &sc->sc_seg, &sc->sc_map);
	if (sc->sc_pfns == NULL) {
		aprint_error_dev(self, "no memory for page numbers\n");
		goto fail;
	}
	if (virtio_child_attach_finish(vsc, sc->sc_vq, VIOMB_NVQS,
	    viomb_config_change, VIRTIO_F_INTR_MPSAFE) != 0)
		goto fail;
	viomb_sysctl(sc);
	mutex_enter(&sc->sc_lock);
	sc->sc_attached = true;
	virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	return;

fail:
	virtio_task_drain(&sc->sc_task);
	for (i = 0; i < VIOMB_NVQS; i++)
		(void)virtio_free_vq(vsc, &sc->sc_vq[i]);
	virtio_dmamem_free(virtio_dmat(vsc), VIOMB_PFNSIZE, &sc->sc_seg,
	    sc->sc_map, sc->sc_pfns);
	callout_destroy(&sc->sc_watch);
	mutex_destroy(&sc->sc_lock);
	virtio_child_attach_failed(vsc);
}

/* The balloon's pages are ours again once the device has been reset. */
static int
viomb_detach(device_t self, int flags)
{
	struct viomb_softc *sc = device_private(self);
	struct virtio_softc *vsc = sc->sc_virtio;
	struct viomb_chunk *c;
	int i;

	if (!sc->sc_attached)
		return 0;
	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	mutex_exit(&sc->sc_lock);
	virtio_task_drain(&sc->sc_task);
	callout_halt(&sc->sc_watch, NULL);
	virtio_revoke(vsc);
	for (i = 0; i < VIOMB_NVQS; i++)
		(void)viomb_vq_done(&sc->sc_vq[i]);
	virtio_child_detach(vsc);
	if (sc->sc_chunk != NULL)
		viomb_conclude(sc, false);
	while ((c = SLIST_FIRST(&sc->sc_balloon)) != NULL) {
		SLIST_REMOVE_HEAD(&sc->sc_balloon, c_list);
		viomb_put_pages(sc, c);
	}
	sysctl_teardown(&sc->sc_log);
	for (i = 0; i < VIOMB_NVQS; i++)
		(void)virtio_free_vq(vsc, &sc->sc_vq[i]);
	virtio_dmamem_free(virtio_dmat(vsc), VIOMB_PFNSIZE, &sc->sc_seg,
	    sc->sc_map, sc->sc_pfns);
	callout_destroy(&sc->sc_watch);
	mutex_destroy(&sc->sc_lock);
	sc->sc_attached = false;
	return 0;
}

MODULE(MODULE_CLASS_DRIVER, viomb, "virtio");

static int
viomb_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
