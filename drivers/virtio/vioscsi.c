/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * vioscsi(4): a SCSI host at virtio(4), an adapter of scsi(9).  Commands go
 * through the first request queue, task management through the control queue,
 * and the event queue tells of units that come and go.
 *
 * Each request has VIOSCSI_STRIDE bytes of DMA memory for its header and its
 * response.  A response is copied out once and the copy is checked: lengths
 * of sense and residual against what was asked for, codes against those that
 * exist.  What lies beyond the bytes that the device says it wrote has not
 * arrived (2.6.8), whatever the response says.  A transfer in more pieces
 * than the queue holds goes through a buffer of one piece, one at a time.
 *
 * A command that is not answered in its time is aborted; if that is not
 * answered, either, or the command does not come back, the device is broken.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.6.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bus.h>
#include <sys/callout.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_message.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsiconf.h>

#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>
#include <dev/pci/vioscsireg.h>

#include "virtio_dma.h"
#include "virtio_task.h"

#define	VIRTIO_SCSI_FLAG_BITS		\
	VIRTIO_COMMON_FLAG_BITS		\
	"b\x03" "T10_PI\0"		\
	"b\x02" "CHANGE\0"		\
	"b\x01" "HOTPLUG\0"		\
	"b\x00" "INOUT\0"

#define	VIOSCSI_NVQS		3
#define	VIOSCSI_MAXREQ		64	/* commands at once */
#define	VIOSCSI_MAXTARGETS	256
#define	VIOSCSI_MAXLUNS		256
#define	VIOSCSI_NEVENTS		8	/* buffers of the event queue */
#define	VIOSCSI_BURST		256	/* events handled at full speed */
#define	VIOSCSI_QUIET		20	/* seconds until that is forgotten */
#define	VIOSCSI_FLOOD		512	/* events without that, after which none is */
#define	VIOSCSI_GRACE		5	/* seconds for an abort to work */

/* DMA memory: the requests', then the control queue's, then the events'. */
struct vioscsi_mem {
	struct virtio_scsi_req_hdr req;
	uint8_t		pad[13];
	struct virtio_scsi_res_hdr res;
} __packed;
#define	VIOSCSI_STRIDE		192
CTASSERT(sizeof(struct vioscsi_mem) <= VIOSCSI_STRIDE);

struct vioscsi_ctrl {
	struct virtio_scsi_ctrl_tmf tmf;
	uint8_t		response;
} __packed;

struct vioscsi_req {
	SLIST_ENTRY(vioscsi_req) r_free; /* (l) */
	struct scsipi_xfer *r_xs;	/* (l) while the device has it */
	bus_dmamap_t	r_map;
	unsigned	r_index;	/* of the DMA memory, and its id */
	bool		r_data;		/* there is data */
	bool		r_bounce;	/* in the buffer of one piece */
	bool		r_in;		/* from the device */
	bool		r_aborted;	/* (l) its time was over */
	int		r_deadline;	/* (l) tick */
};

struct vioscsi_softc {
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vqs[VIOSCSI_NVQS];
	struct scsipi_adapter sc_adapter;
	struct scsipi_channel sc_channel;
	device_t	sc_bus;		/* scsibus, or NULL */

	kmutex_t	sc_lock;	/* (l) at IPL_BIO */
	SLIST_HEAD(, vioscsi_req) sc_free; /* (l) */
	struct vioscsi_req *sc_reqs;
	unsigned	sc_nreqs;
	struct vioscsi_req **sc_byslot;	/* (l) slot of the request queue */
	unsigned	sc_nout;	/* (l) */
	unsigned	sc_maxnsegs;
	unsigned	sc_maxsectors;	/* of 512 bytes */
	callout_t	sc_watch;	/* runs while something is out */
	bool		sc_locks;	/* lock, callout and task are made */
	bool		sc_attached;
	bool		sc_dying;	/* (l) no rescans any more */
	bool		sc_said;	/* one line on odd answers is enough */

	/* Task management: one at a time. */
	bool		sc_tmf_out;	/* (l) */
	struct scsipi_xfer *sc_tmf_xs;	/* (l) a reset that waits for it */
	int		sc_tmf_deadline; /* (l) tick */

	/* Events. */
	struct virtio_task sc_task;
	struct vioscsi_pending {
		struct virtio_scsi_event ev;
		unsigned	buf;	/* to be posted again */
	}		sc_pending[VIOSCSI_NEVENTS]; /* (l) */
	unsigned	sc_npending;	/* (l) */
	unsigned	sc_nevents;
	uint16_t	*sc_evslot;	/* (l) slot of the event queue */
	callout_t	sc_evpause;	/* posts sc_evheld */
	unsigned	sc_evheld;	/* (l) buffers that a flood has to wait for */
	unsigned	sc_evburst;	/* (l) events without a pause */
	time_t		sc_evlast;	/* (l) uptime of the last */

	bus_dma_segment_t sc_memseg;
	bus_dmamap_t	sc_memmap;
	char		*sc_mem;
	size_t		sc_memsize;
	size_t		sc_ctrloff, sc_evoff;

	/* The buffer of one piece, if the queue is that small. */
	bus_dma_segment_t sc_bounceseg;
	bus_dmamap_t	sc_bouncemap;
	char		*sc_bounce;	/* MAXPHYS, or NULL */
	bool		sc_bounce_busy;	/* (l) */
};

static int	vioscsi_match(device_t, cfdata_t, void *);
static void	vioscsi_attach(device_t, device_t, void *);
static int	vioscsi_detach(device_t, int);
static int	vioscsi_rescan(device_t, const char *, const int *);
static void	vioscsi_childdetached(device_t, device_t);

static int	vioscsi_vq_done(struct virtqueue *);
static int	vioscsi_ctrl_done(struct virtqueue *);
static int	vioscsi_event_done(struct virtqueue *);
static void	vioscsi_watch(void *);
static void	vioscsi_task(void *);
static void	vioscsi_request(struct scsipi_channel *, scsipi_adapter_req_t,
		    void *);
static void	vioscsi_minphys(struct buf *);
static void	vioscsi_post_event(struct vioscsi_softc *, unsigned);
static void	vioscsi_post_held(void *);

extern struct cfdriver vioscsi_cd;
extern struct cfattach vioscsi_ca;
CFATTACH_DECL3_NEW(vioscsi, sizeof(struct vioscsi_softc),
    vioscsi_match, vioscsi_attach, vioscsi_detach, NULL,
    vioscsi_rescan, vioscsi_childdetached, DVF_DETACH_SHUTDOWN);

/*
 * Memory.
 */

static struct vioscsi_mem *
vioscsi_mem(struct vioscsi_softc *sc, const struct vioscsi_req *r)
{

	return (void *)(sc->sc_mem + r->r_index * VIOSCSI_STRIDE);
}

static void
vioscsi_sync(struct vioscsi_softc *sc, size_t off, size_t len, int ops)
{

	bus_dmamap_sync(virtio_dmat(sc->sc_virtio), sc->sc_memmap, off, len,
	    ops);
}

static int
vioscsi_alloc_reqs(struct vioscsi_softc *sc)
{
	struct vioscsi_req *r;
	unsigned i;
	int error;

	sc->sc_ctrloff = sc->sc_nreqs * VIOSCSI_STRIDE;
	sc->sc_evoff = sc->sc_ctrloff + roundup2(sizeof(struct vioscsi_ctrl), 64);
	sc->sc_memsize = sc->sc_evoff +
	    VIOSCSI_NEVENTS * sizeof(struct virtio_scsi_event);
	sc->sc_mem = virtio_dmamem_alloc(virtio_dmat(sc->sc_virtio),
	    sc->sc_memsize, 64, 0, &sc->sc_memseg, &sc->sc_memmap);
	if (sc->sc_mem == NULL)
		return ENOMEM;
	if ((sc->sc_maxnsegs - 1) * PAGE_SIZE < MAXPHYS) {
		sc->sc_bounce = virtio_dmamem_alloc(virtio_dmat(sc->sc_virtio),
		    MAXPHYS, 64, 0, &sc->sc_bounceseg, &sc->sc_bouncemap);
		if (sc->sc_bounce == NULL)
			return ENOMEM;
	}
	sc->sc_byslot = kmem_zalloc(sizeof(*sc->sc_byslot) *
	    sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST].vq_num, KM_SLEEP);
	sc->sc_evslot = kmem_zalloc(sizeof(*sc->sc_evslot) *
	    sc->sc_vqs[VIRTIO_SCSI_VQ_EVENT].vq_num, KM_SLEEP);
	sc->sc_reqs = kmem_zalloc(sc->sc_nreqs * sizeof(*sc->sc_reqs),
	    KM_SLEEP);
	for (i = 0; i < sc->sc_nreqs; i++) {
		r = &sc->sc_reqs[i];
		r->r_index = i;
		error = bus_dmamap_create(virtio_dmat(sc->sc_virtio), MAXPHYS,
		    sc->sc_maxnsegs, MAXPHYS, 0, BUS_DMA_WAITOK, &r->r_map);
		if (error)
			return error;
		SLIST_INSERT_HEAD(&sc->sc_free, r, r_free);
	}
	return 0;
}

/* Queues and memory; accepts any prefix of the attachment. */
static void
vioscsi_free(struct vioscsi_softc *sc)
{
	const unsigned num = sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST].vq_num;
	const unsigned evnum = sc->sc_vqs[VIRTIO_SCSI_VQ_EVENT].vq_num;
	unsigned i;

	for (i = 0; i < VIOSCSI_NVQS; i++)
		(void)virtio_free_vq(sc->sc_virtio, &sc->sc_vqs[i]);
	for (i = 0; sc->sc_reqs != NULL && i < sc->sc_nreqs; i++) {
		if (sc->sc_reqs[i].r_map != NULL)
			bus_dmamap_destroy(virtio_dmat(sc->sc_virtio),
			    sc->sc_reqs[i].r_map);
	}
	if (sc->sc_reqs != NULL)
		kmem_free(sc->sc_reqs, sc->sc_nreqs * sizeof(*sc->sc_reqs));
	if (sc->sc_byslot != NULL)
		kmem_free(sc->sc_byslot, num * sizeof(*sc->sc_byslot));
	if (sc->sc_evslot != NULL)
		kmem_free(sc->sc_evslot, evnum * sizeof(*sc->sc_evslot));
	virtio_dmamem_free(virtio_dmat(sc->sc_virtio), sc->sc_memsize,
	    &sc->sc_memseg, sc->sc_memmap, sc->sc_mem);
	virtio_dmamem_free(virtio_dmat(sc->sc_virtio), MAXPHYS,
	    &sc->sc_bounceseg, sc->sc_bouncemap, sc->sc_bounce);
	sc->sc_reqs = NULL;
	sc->sc_byslot = NULL;
	sc->sc_evslot = NULL;
	sc->sc_mem = sc->sc_bounce = NULL;
}

static void
vioscsi_fini(struct vioscsi_softc *sc)
{

	if (!sc->sc_locks)
		return;
	callout_halt(&sc->sc_watch, NULL);
	callout_destroy(&sc->sc_watch);
	callout_halt(&sc->sc_evpause, NULL);
	callout_destroy(&sc->sc_evpause);
	mutex_destroy(&sc->sc_lock);
	sc->sc_locks = false;
}

/*
 * Attachment.
 */

static int
vioscsi_match(device_t parent, cfdata_t match, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_SCSI;
}

/* How large and how many commands may be. */
static int
vioscsi_size_requests(struct vioscsi_softc *sc)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	const unsigned num = sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST].vq_num;
	const bool indirect =
	    (virtio_features(vsc) & VIRTIO_F_RING_INDIRECT_DESC) != 0;
	uint32_t v;

	if (num < 4) {
		aprint_error_dev(sc->sc_dev, "a request queue of %u entries is "
		    "too small\n", num);
		return EINVAL;
	}
	sc->sc_maxnsegs = MIN(MAXPHYS / PAGE_SIZE + 1, num - 2);
	v = virtio_read_device_config_4(vsc, VIRTIO_SCSI_CONFIG_SEG_MAX);
	if (v != 0)
		sc->sc_maxnsegs = MIN(sc->sc_maxnsegs, v);
	sc->sc_nreqs = indirect ? num : MAX(1, num / (sc->sc_maxnsegs + 2));
	sc->sc_nreqs = MIN(sc->sc_nreqs, VIOSCSI_MAXREQ);
	v = virtio_read_device_config_4(vsc, VIRTIO_SCSI_CONFIG_MAX_SECTORS);
	sc->sc_maxsectors = v == 0 ? MAXPHYS / 512 : MIN(v, MAXPHYS / 512);
	return 0;
}

static void
vioscsi_attach(device_t parent, device_t self, void *aux)
{
	static const char *const names[VIOSCSI_NVQS] = {
		"control", "event", "request"
	};
	struct vioscsi_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);
	struct scsipi_adapter *adapt = &sc->sc_adapter;
	struct scsipi_channel *chan = &sc->sc_channel;
	uint32_t cmd_per_lun, max_target, max_lun;
	unsigned i;

	sc->sc_dev = self;
	if (virtio_child(vsc) != NULL) {
		aprint_error(": %s has a child already\n",
		    device_xname(parent));
		return;
	}
	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_BIO,
	    VIRTIO_SCSI_F_HOTPLUG | VIRTIO_SCSI_F_CHANGE |
	    VIRTIO_F_RING_EVENT_IDX, VIRTIO_SCSI_FLAG_BITS);
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	callout_init(&sc->sc_watch, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_watch, vioscsi_watch, sc);
	callout_init(&sc->sc_evpause, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_evpause, vioscsi_post_held, sc);
	virtio_task_init(&sc->sc_task, vioscsi_task, sc);
	SLIST_INIT(&sc->sc_free);
	sc->sc_locks = true;

	virtio_init_vq_vqdone(vsc, &sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL],
	    VIRTIO_SCSI_VQ_CONTROL, vioscsi_ctrl_done);
	virtio_init_vq_vqdone(vsc, &sc->sc_vqs[VIRTIO_SCSI_VQ_EVENT],
	    VIRTIO_SCSI_VQ_EVENT, vioscsi_event_done);
	virtio_init_vq_vqdone(vsc, &sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST],
	    VIRTIO_SCSI_VQ_REQUEST, vioscsi_vq_done);
	if (virtio_read_device_config_4(vsc, VIRTIO_SCSI_CONFIG_NUM_QUEUES) ==
	    0) {
		aprint_error_dev(self, "no request queue\n");
		goto fail;
	}
	if (vioscsi_size_requests(sc) != 0)
		goto fail;
	for (i = 0; i < VIOSCSI_NVQS; i++) {
		if (virtio_alloc_vq(vsc, &sc->sc_vqs[i],
		    i == VIRTIO_SCSI_VQ_REQUEST ? MAXPHYS : PAGE_SIZE,
		    i == VIRTIO_SCSI_VQ_REQUEST ? (int)sc->sc_maxnsegs + 2 : 2,
		    names[i]) != 0)
			goto fail;
	}
	if (vioscsi_alloc_reqs(sc) != 0) {
		aprint_error_dev(self, "no memory for requests\n");
		goto fail;
	}
	if (virtio_child_attach_finish(vsc, sc->sc_vqs, VIOSCSI_NVQS, NULL,
	    VIRTIO_F_INTR_MPSAFE | VIRTIO_F_INTR_PERVQ) != 0)
		goto fail;
	sc->sc_attached = true;

	cmd_per_lun = virtio_read_device_config_4(vsc,
	    VIRTIO_SCSI_CONFIG_CMD_PER_LUN);
	max_target = virtio_read_device_config_2(vsc,
	    VIRTIO_SCSI_CONFIG_MAX_TARGET);
	max_lun = virtio_read_device_config_4(vsc, VIRTIO_SCSI_CONFIG_MAX_LUN);
	aprint_normal_dev(self, "%u commands, %u each unit, last target %u, "
	    "last lun %u\n", sc->sc_nreqs, cmd_per_lun, max_target, max_lun);

	if ((virtio_features(vsc) & VIRTIO_SCSI_F_HOTPLUG) != 0) {
		sc->sc_nevents = MIN(VIOSCSI_NEVENTS,
		    sc->sc_vqs[VIRTIO_SCSI_VQ_EVENT].vq_num);
		for (i = 0; i < sc->sc_nevents; i++)
			vioscsi_post_event(sc, i);
	}

	adapt->adapt_dev = self;
	adapt->adapt_nchannels = 1;
	adapt->adapt_openings = sc->sc_nreqs;
	adapt->adapt_max_periph = MAX(1, MIN(cmd_per_lun, sc->sc_nreqs));
	adapt->adapt_flags = SCSIPI_ADAPT_MPSAFE;
	adapt->adapt_request = vioscsi_request;
	adapt->adapt_minphys = vioscsi_minphys;

	chan->chan_adapter = adapt;
	chan->chan_bustype = &scsi_bustype;
	chan->chan_channel = 0;
	chan->chan_ntargets = MIN(max_target, VIOSCSI_MAXTARGETS - 1) + 1;
	chan->chan_nluns = MIN(max_lun, VIOSCSI_MAXLUNS - 1) + 1;
	/* The host itself has no number on its bus. */
	chan->chan_id = chan->chan_ntargets;
	chan->chan_flags = SCSIPI_CHAN_NOSETTLE;
	(void)vioscsi_rescan(self, NULL, NULL);
	return;

fail:
	virtio_task_drain(&sc->sc_task);
	vioscsi_free(sc);
	vioscsi_fini(sc);
	virtio_child_attach_failed(vsc);
}

static int
vioscsi_rescan(device_t self, const char *ifattr, const int *locs)
{
	struct vioscsi_softc *sc = device_private(self);

	if (!sc->sc_attached || sc->sc_bus != NULL)
		return 0;
	sc->sc_bus = config_found(self, &sc->sc_channel, scsiprint,
	    CFARGS_NONE);
	return 0;
}

static void
vioscsi_childdetached(device_t self, device_t child)
{
	struct vioscsi_softc *sc = device_private(self);

	if (sc->sc_bus == child)
		sc->sc_bus = NULL;
}

static int
vioscsi_detach(device_t self, int flags)
{
	struct vioscsi_softc *sc = device_private(self);
	struct virtio_softc *vsc = sc->sc_virtio;
	unsigned i;
	int error;

	if (sc->sc_attached) {
		mutex_enter(&sc->sc_lock);
		sc->sc_dying = true;
		mutex_exit(&sc->sc_lock);
		if ((flags & DETACH_FORCE) != 0) {
			/* It will not answer: what is out comes back now. */
			virtio_revoke(vsc);
			(void)vioscsi_vq_done(
			    &sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
		}
		virtio_task_drain(&sc->sc_task);
		error = config_detach_children(self, flags);
		if (error) {
			mutex_enter(&sc->sc_lock);
			sc->sc_dying = false;
			if (sc->sc_npending != 0)
				virtio_task_schedule(&sc->sc_task);
			mutex_exit(&sc->sc_lock);
			return error;
		}
		virtio_revoke(vsc);
		for (i = 0; i < VIOSCSI_NVQS; i++)
			(void)(*sc->sc_vqs[i].vq_done)(&sc->sc_vqs[i]);
		callout_halt(&sc->sc_watch, NULL);
		callout_halt(&sc->sc_evpause, NULL);
		virtio_child_detach(vsc);
		virtio_task_drain(&sc->sc_task);
		vioscsi_free(sc);
		sc->sc_attached = false;
	}
	vioscsi_fini(sc);
	return 0;
}

/*
 * The smallest limit of all hosts: whose buffer it is cannot be seen.
 */
static void
vioscsi_minphys(struct buf *bp)
{
	struct vioscsi_softc *sc;
	int unit, max = MAXPHYS;

	for (unit = 0; unit < vioscsi_cd.cd_ndevs; unit++) {
		sc = device_lookup_private(&vioscsi_cd, unit);
		if (sc != NULL && sc->sc_attached)
			max = MIN(max, (int)sc->sc_maxsectors * 512);
	}
	if (bp->b_bcount > max)
		bp->b_bcount = max;
	minphys(bp);
}

/*
 * Commands.
 */

static void
vioscsi_set_lun(uint8_t *p, unsigned target, unsigned lun)
{

	memset(p, 0, 8);
	p[0] = 1;
	p[1] = target;
	p[2] = 0x40 | lun >> 8;
	p[3] = lun;
}

static struct vioscsi_req *
vioscsi_get(struct vioscsi_softc *sc)
{
	struct vioscsi_req *r;

	mutex_enter(&sc->sc_lock);
	r = SLIST_FIRST(&sc->sc_free);
	if (r != NULL)
		SLIST_REMOVE_HEAD(&sc->sc_free, r_free);
	mutex_exit(&sc->sc_lock);
	return r;
}

static void
vioscsi_put(struct vioscsi_softc *sc, struct vioscsi_req *r)
{

	mutex_enter(&sc->sc_lock);
	if (r->r_bounce)
		sc->sc_bounce_busy = false;
	r->r_bounce = r->r_data = r->r_aborted = false;
	SLIST_INSERT_HEAD(&sc->sc_free, r, r_free);
	mutex_exit(&sc->sc_lock);
}

/* The map of a request's data. */
static bus_dmamap_t
vioscsi_map(struct vioscsi_softc *sc, const struct vioscsi_req *r)
{

	return r->r_bounce ? sc->sc_bouncemap : r->r_map;
}

static int
vioscsi_load(struct vioscsi_softc *sc, struct vioscsi_req *r,
    struct scsipi_xfer *xs)
{
	const bus_dma_tag_t dmat = virtio_dmat(sc->sc_virtio);
	int error;

	r->r_data = (xs->xs_control & (XS_CTL_DATA_IN | XS_CTL_DATA_OUT)) !=
	    0 && xs->datalen > 0;
	r->r_in = (xs->xs_control & XS_CTL_DATA_IN) != 0;
	if (!r->r_data)
		return 0;
	if ((xs->xs_control & XS_CTL_DATA_UIO) != 0)
		error = bus_dmamap_load_uio(dmat, r->r_map,
		    (struct uio *)xs->data, BUS_DMA_NOWAIT |
		    (r->r_in ? BUS_DMA_READ : BUS_DMA_WRITE));
	else
		error = bus_dmamap_load(dmat, r->r_map, xs->data, xs->datalen,
		    NULL, BUS_DMA_NOWAIT |
		    (r->r_in ? BUS_DMA_READ : BUS_DMA_WRITE));
	if (error == EFBIG && sc->sc_bounce != NULL &&
	    xs->datalen <= MAXPHYS &&
	    (xs->xs_control & XS_CTL_DATA_UIO) == 0) {
		mutex_enter(&sc->sc_lock);
		if (sc->sc_bounce_busy) {
			mutex_exit(&sc->sc_lock);
			r->r_data = false;
			return EAGAIN;
		}
		sc->sc_bounce_busy = true;
		r->r_bounce = true;
		mutex_exit(&sc->sc_lock);
		if (!r->r_in)
			memcpy(sc->sc_bounce, xs->data, xs->datalen);
		error = 0;
	}
	if (error) {
		r->r_data = false;
		return error;
	}
	bus_dmamap_sync(dmat, vioscsi_map(sc, r), 0, xs->datalen,
	    r->r_in ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
	return 0;
}

static void
vioscsi_unload(struct vioscsi_softc *sc, struct vioscsi_req *r,
    struct scsipi_xfer *xs)
{
	const bus_dma_tag_t dmat = virtio_dmat(sc->sc_virtio);

	if (!r->r_data)
		return;
	bus_dmamap_sync(dmat, vioscsi_map(sc, r), 0, xs->datalen,
	    r->r_in ? BUS_DMASYNC_POSTREAD : BUS_DMASYNC_POSTWRITE);
	if (!r->r_bounce)
		bus_dmamap_unload(dmat, r->r_map);
	else if (r->r_in)
		memcpy(xs->data, sc->sc_bounce, xs->datalen);
}

static void
vioscsi_fill(struct vioscsi_softc *sc, struct vioscsi_req *r,
    struct scsipi_xfer *xs)
{
	const struct scsipi_periph *periph = xs->xs_periph;
	struct vioscsi_mem *m = vioscsi_mem(sc, r);
	const size_t base = r->r_index * VIOSCSI_STRIDE;

	memset(&m->req, 0, sizeof(m->req));
	vioscsi_set_lun(m->req.lun, periph->periph_target, periph->periph_lun);
	m->req.id = virtio_rw64(sc->sc_virtio, r->r_index);
	switch (XS_CTL_TAGTYPE(xs)) {
	case XS_CTL_HEAD_TAG:
		m->req.task_attr = VIRTIO_SCSI_S_HEAD;
		break;
	case XS_CTL_ORDERED_TAG:
		m->req.task_attr = VIRTIO_SCSI_S_ORDERED;
		break;
	default:
		m->req.task_attr = VIRTIO_SCSI_S_SIMPLE;
		break;
	}
	memcpy(m->req.cdb, xs->cmd, MIN(xs->cmdlen, (int)sizeof(*xs->cmd)));
	memset(&m->res, 0, sizeof(m->res));
	m->res.response = VIRTIO_SCSI_S_FAILURE;
	vioscsi_sync(sc, base, sizeof(m->req), BUS_DMASYNC_PREWRITE);
	vioscsi_sync(sc, base + offsetof(struct vioscsi_mem, res),
	    sizeof(m->res), BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
}

static int
vioscsi_deadline(struct scsipi_xfer *xs)
{
	const int ms = xs->timeout > 0 ? MIN(xs->timeout, 3600 * 1000) : 10000;

	return getticks() + MAX(1, mstohz(ms));
}

static int
vioscsi_submit(struct vioscsi_softc *sc, struct vioscsi_req *r,
    struct scsipi_xfer *xs)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST];
	const bus_addr_t base = r->r_index * VIOSCSI_STRIDE;
	const bus_dmamap_t map = vioscsi_map(sc, r);
	int error, nsegs = 2, slot;

	if (r->r_data)
		nsegs += r->r_bounce ? 1 : map->dm_nsegs;
	error = virtio_enqueue_prep(vsc, vq, &slot);
	if (error)
		return error;
	error = virtio_enqueue_reserve(vsc, vq, slot, nsegs);
	if (error)
		return error;
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap, base,
	    sizeof(struct virtio_scsi_req_hdr), true);
	if (r->r_data && !r->r_in && r->r_bounce)
		virtio_enqueue_p(vsc, vq, slot, map, 0, xs->datalen, true);
	else if (r->r_data && !r->r_in)
		virtio_enqueue(vsc, vq, slot, map, true);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap,
	    base + offsetof(struct vioscsi_mem, res),
	    sizeof(struct virtio_scsi_res_hdr), false);
	if (r->r_data && r->r_in && r->r_bounce)
		virtio_enqueue_p(vsc, vq, slot, map, 0, xs->datalen, false);
	else if (r->r_data && r->r_in)
		virtio_enqueue(vsc, vq, slot, map, false);

	mutex_enter(&sc->sc_lock);
	r->r_xs = xs;
	r->r_deadline = vioscsi_deadline(xs);
	sc->sc_byslot[slot] = r;
	if (sc->sc_nout++ == 0 && !sc->sc_tmf_out)
		callout_schedule(&sc->sc_watch, hz);
	mutex_exit(&sc->sc_lock);
	return virtio_enqueue_commit(vsc, vq, slot, true);
}

/* Ends a command that the device never had. */
static void
vioscsi_refuse(struct scsipi_xfer *xs, int error)
{

	switch (error) {
	case ENXIO:
		xs->error = XS_SELTIMEOUT;
		break;
	case EAGAIN:
		/* Those that are out have the room: not more at a time. */
		xs->error = XS_BUSY;
		xs->status = SCSI_QUEUE_FULL;
		break;
	case EBUSY:
	case ENOMEM:
		xs->error = XS_RESOURCE_SHORTAGE;
		break;
	default:
		xs->error = XS_DRIVER_STUFFUP;
		break;
	}
	xs->resid = xs->datalen;
	scsipi_done(xs);
}

/*
 * Task management.  0, or EBUSY while another is out, ENXIO, EAGAIN.
 */
static int
vioscsi_tmf(struct vioscsi_softc *sc, uint32_t subtype, unsigned target,
    unsigned lun, uint64_t id, struct scsipi_xfer *xs)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL];
	struct vioscsi_ctrl *c = (void *)(sc->sc_mem + sc->sc_ctrloff);
	int error, slot;

	mutex_enter(&sc->sc_lock);
	if (sc->sc_tmf_out) {
		mutex_exit(&sc->sc_lock);
		return EBUSY;
	}
	sc->sc_tmf_out = true;
	sc->sc_tmf_xs = xs;
	sc->sc_tmf_deadline = getticks() + VIOSCSI_GRACE * hz;
	if (sc->sc_nout == 0)
		callout_schedule(&sc->sc_watch, hz);
	mutex_exit(&sc->sc_lock);

	error = virtio_enqueue_prep(vsc, vq, &slot);
	if (error == 0)
		error = virtio_enqueue_reserve(vsc, vq, slot, 2);
	if (error) {
		mutex_enter(&sc->sc_lock);
		sc->sc_tmf_out = false;
		sc->sc_tmf_xs = NULL;
		mutex_exit(&sc->sc_lock);
		return error;
	}
	c->tmf.type = virtio_rw32(vsc, VIRTIO_SCSI_T_TMF);
	c->tmf.subtype = virtio_rw32(vsc, subtype);
	vioscsi_set_lun(c->tmf.lun, target, lun);
	c->tmf.id = virtio_rw64(vsc, id);
	c->response = VIRTIO_SCSI_S_FAILURE;
	vioscsi_sync(sc, sc->sc_ctrloff, sizeof(c->tmf), BUS_DMASYNC_PREWRITE);
	vioscsi_sync(sc, sc->sc_ctrloff + offsetof(struct vioscsi_ctrl,
	    response), 1, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap, sc->sc_ctrloff,
	    sizeof(c->tmf), true);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap, sc->sc_ctrloff +
	    offsetof(struct vioscsi_ctrl, response), 1, false);
	return virtio_enqueue_commit(vsc, vq, slot, true);
}

static int
vioscsi_ctrl_done(struct virtqueue *vq)
{
	struct vioscsi_softc *sc = container_of(vq, struct vioscsi_softc,
	    sc_vqs[VIRTIO_SCSI_VQ_CONTROL]);
	struct virtio_softc *vsc = sc->sc_virtio;
	volatile struct vioscsi_ctrl *c =
	    (void *)(sc->sc_mem + sc->sc_ctrloff);
	struct scsipi_xfer *xs;
	uint8_t response;
	int len, slot;

	if (virtio_dequeue(vsc, vq, &slot, &len) != 0)
		return 0;
	vioscsi_sync(sc, sc->sc_ctrloff, sizeof(c->tmf),
	    BUS_DMASYNC_POSTWRITE);
	vioscsi_sync(sc, sc->sc_ctrloff + offsetof(struct vioscsi_ctrl,
	    response), 1, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	response = c->response;
	virtio_dequeue_commit(vsc, vq, slot);
	if (len < 1)
		virtio_break(vsc, "task management answered with %d bytes",
		    len);
	mutex_enter(&sc->sc_lock);
	xs = sc->sc_tmf_xs;
	sc->sc_tmf_xs = NULL;
	sc->sc_tmf_out = false;
	mutex_exit(&sc->sc_lock);
	if (xs != NULL) {
		xs->error = len >= 1 && (response == VIRTIO_SCSI_S_OK ||
		    response == VIRTIO_SCSI_S_FUNCTION_SUCCEEDED) ?
		    XS_NOERROR : XS_DRIVER_STUFFUP;
		xs->resid = 0;
		scsipi_done(xs);
	}
	return 1;
}

/* Waits for a command that must not sleep. */
static void
vioscsi_poll(struct vioscsi_softc *sc, struct scsipi_xfer *xs)
{
	const int limit = xs->timeout > 0 ? MIN(xs->timeout, 3600 * 1000) :
	    10000;
	int ms, step;

	/* What was not answered for long is looked after less often. */
	for (ms = 0; (xs->xs_status & XS_STS_DONE) == 0 && ms < limit;
	    ms += step) {
		step = MIN(MAX(1, ms / 8), 1000);
		(void)vioscsi_vq_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
		(void)vioscsi_ctrl_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL]);
		if ((xs->xs_status & XS_STS_DONE) == 0)
			delay(step * 1000);
	}
	if ((xs->xs_status & XS_STS_DONE) == 0) {
		virtio_break(sc->sc_virtio, "command %#x not answered",
		    xs->cmd->opcode);
		(void)vioscsi_vq_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
		(void)vioscsi_ctrl_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL]);
	}
}

static void
vioscsi_run(struct vioscsi_softc *sc, struct scsipi_xfer *xs)
{
	const struct scsipi_periph *periph = xs->xs_periph;
	const bool poll = (xs->xs_control & XS_CTL_POLL) != 0;
	struct vioscsi_req *r;
	int error;

	if ((xs->xs_control & XS_CTL_RESET) != 0) {
		error = vioscsi_tmf(sc, VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET,
		    periph->periph_target, periph->periph_lun, 0, xs);
		if (error)
			vioscsi_refuse(xs, error);
		else if (poll)
			vioscsi_poll(sc, xs);
		return;
	}
	if (xs->cmdlen > (int)sizeof(*xs->cmd)) {
		vioscsi_refuse(xs, EINVAL);
		return;
	}
	r = vioscsi_get(sc);
	if (r == NULL) {
		vioscsi_refuse(xs, EAGAIN);
		return;
	}
	error = vioscsi_load(sc, r, xs);
	if (error)
		goto fail;
	vioscsi_fill(sc, r, xs);
	error = vioscsi_submit(sc, r, xs);
	if (error) {
		vioscsi_unload(sc, r, xs);
		goto fail;
	}
	if (poll)
		vioscsi_poll(sc, xs);
	return;

fail:
	vioscsi_put(sc, r);
	vioscsi_refuse(xs, error);
}

static void
vioscsi_request(struct scsipi_channel *chan, scsipi_adapter_req_t req,
    void *arg)
{
	struct vioscsi_softc *sc =
	    device_private(chan->chan_adapter->adapt_dev);
	struct scsipi_xfer_mode *xm;

	switch (req) {
	case ADAPTER_REQ_RUN_XFER:
		vioscsi_run(sc, arg);
		break;
	case ADAPTER_REQ_GROW_RESOURCES:
		break;
	case ADAPTER_REQ_SET_XFER_MODE:
		xm = arg;
		xm->xm_mode = PERIPH_CAP_TQING;
		xm->xm_period = 0;
		xm->xm_offset = 0;
		scsipi_async_event(chan, ASYNC_EVENT_XFER_MODE, xm);
		break;
	}
}

/*
 * Answers.
 */

/* Says once what an answer has that cannot be. */
static scsipi_xfer_result_t
vioscsi_odd(struct vioscsi_softc *sc, const char *what, uint32_t val,
    uint32_t limit)
{

	if (!sc->sc_said)
		device_printf(sc->sc_dev, "%s %u, limit %u\n", what, val,
		    limit);
	sc->sc_said = true;
	return XS_DRIVER_STUFFUP;
}

/* What the SCSI status means to the middle layer. */
static scsipi_xfer_result_t
vioscsi_status(struct vioscsi_softc *sc, struct scsipi_xfer *xs,
    const struct virtio_scsi_res_hdr *res, uint32_t sense_len)
{

	xs->status = res->status;
	switch (res->status) {
	case SCSI_OK:
	case 0x04:			/* condition met */
	case SCSI_INTERM:
	case 0x14:			/* intermediate, condition met */
		xs->status = SCSI_OK;
		return XS_NOERROR;
	case SCSI_CHECK:
	case SCSI_TERMINATED:
		xs->status = SCSI_CHECK;
		/* Without sense data the middle layer asks for it. */
		if (sense_len == 0)
			return XS_BUSY;
		memset(&xs->sense, 0, sizeof(xs->sense));
		memcpy(&xs->sense.scsi_sense, res->sense,
		    MIN(sense_len, sizeof(xs->sense.scsi_sense)));
		return XS_SENSE;
	case SCSI_BUSY:
	case SCSI_RESV_CONFLICT:
	case SCSI_QUEUE_FULL:
	case SCSI_ACA_ACTIVE:
		return XS_BUSY;
	case 0x40:			/* task aborted */
		return XS_RESET;
	default:
		return vioscsi_odd(sc, "SCSI status", res->status, 0x40);
	}
}

/*
 * What became of a command of which the device says it wrote len bytes.
 */
static scsipi_xfer_result_t
vioscsi_result(struct vioscsi_softc *sc, struct vioscsi_req *r,
    struct scsipi_xfer *xs, int len)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtio_scsi_res_hdr res;
	uint32_t residual, sense_len, missing = 0;

	xs->resid = xs->datalen;
	xs->status = SCSI_OK;
	if (len < (int)offsetof(struct virtio_scsi_res_hdr, sense)) {
		/* Given back by a broken device, or half an answer. */
		virtio_break(vsc, "command answered with %d bytes", len);
		return r->r_aborted ? XS_TIMEOUT : XS_SELTIMEOUT;
	}
	/* The one look at what the device has written. */
	memcpy(&res, &vioscsi_mem(sc, r)->res, sizeof(res));
	sense_len = virtio_rw32(vsc, res.sense_len);
	residual = virtio_rw32(vsc, res.residual);

	switch (res.response) {
	case VIRTIO_SCSI_S_OK:
		break;
	case VIRTIO_SCSI_S_OVERRUN:
		/* More data than room: what there was room for is there. */
		residual = 0;
		break;
	case VIRTIO_SCSI_S_ABORTED:
		return r->r_aborted ? XS_TIMEOUT : XS_RESET;
	case VIRTIO_SCSI_S_RESET:
		return XS_RESET;
	case VIRTIO_SCSI_S_BAD_TARGET:
	case VIRTIO_SCSI_S_INCORRECT_LUN:
		return XS_SELTIMEOUT;
	case VIRTIO_SCSI_S_BUSY:
		xs->status = SCSI_BUSY;
		return XS_BUSY;
	case VIRTIO_SCSI_S_TRANSPORT_FAILURE:
	case VIRTIO_SCSI_S_TARGET_FAILURE:
	case VIRTIO_SCSI_S_NEXUS_FAILURE:
	case VIRTIO_SCSI_S_FAILURE:
		return XS_DRIVER_STUFFUP;
	default:
		return vioscsi_odd(sc, "response", res.response,
		    VIRTIO_SCSI_S_INCORRECT_LUN);
	}
	if (residual > (uint32_t)xs->datalen)
		return vioscsi_odd(sc, "residual", residual, xs->datalen);
	if (sense_len > VIRTIO_SCSI_SENSE_SIZE)
		return vioscsi_odd(sc, "sense length", sense_len,
		    VIRTIO_SCSI_SENSE_SIZE);
	/* Legacy devices may count wrongly. */
	if ((virtio_features(vsc) & VIRTIO_F_VERSION_1) != 0) {
		sense_len = MIN(sense_len, (uint32_t)len -
		    offsetof(struct virtio_scsi_res_hdr, sense));
		if (r->r_data && r->r_in)
			missing = xs->datalen - MIN(xs->datalen,
			    MAX(len - (int)sizeof(res), 0));
	}
	xs->resid = MAX(residual, missing);
	return vioscsi_status(sc, xs, &res, sense_len);
}

/* Interrupt, watchdog, detach: whatever has come back is done. */
static int
vioscsi_vq_done(struct virtqueue *vq)
{
	struct vioscsi_softc *sc = container_of(vq, struct vioscsi_softc,
	    sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
	struct virtio_softc *vsc = sc->sc_virtio;
	struct scsipi_xfer *xs;
	struct vioscsi_req *r;
	size_t base;
	int len, slot, n = 0;

	while (virtio_dequeue(vsc, vq, &slot, &len) == 0) {
		mutex_enter(&sc->sc_lock);
		r = sc->sc_byslot[slot];
		sc->sc_byslot[slot] = NULL;
		xs = r->r_xs;
		r->r_xs = NULL;
		sc->sc_nout--;
		mutex_exit(&sc->sc_lock);
		virtio_dequeue_commit(vsc, vq, slot);

		base = r->r_index * VIOSCSI_STRIDE;
		vioscsi_sync(sc, base, sizeof(struct virtio_scsi_req_hdr),
		    BUS_DMASYNC_POSTWRITE);
		vioscsi_sync(sc, base + offsetof(struct vioscsi_mem, res),
		    sizeof(struct virtio_scsi_res_hdr),
		    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
		vioscsi_unload(sc, r, xs);
		xs->error = vioscsi_result(sc, r, xs, len);
		vioscsi_put(sc, r);
		scsipi_done(xs);
		n = 1;
	}
	return n;
}

/*
 * Each second while something is out: looks for what is late.
 */
static void
vioscsi_watch(void *arg)
{
	struct vioscsi_softc *sc = arg;
	struct virtio_softc *vsc = sc->sc_virtio;
	struct vioscsi_req *r = NULL;
	bool again = false, tmf_late;
	unsigned i, target = 0, lun = 0, opcode = 0;
	int now;

	/* Interrupts get lost. */
	(void)vioscsi_vq_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
	(void)vioscsi_ctrl_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL]);

	now = getticks();
	mutex_enter(&sc->sc_lock);
	tmf_late = sc->sc_tmf_out && now - sc->sc_tmf_deadline >= 0;
	for (i = 0; i < sc->sc_nreqs; i++) {
		r = &sc->sc_reqs[i];
		if (r->r_xs != NULL && now - r->r_deadline >= 0)
			break;
	}
	if (i == sc->sc_nreqs)
		r = NULL;
	else {
		target = r->r_xs->xs_periph->periph_target;
		lun = r->r_xs->xs_periph->periph_lun;
		opcode = r->r_xs->cmd->opcode;
		again = r->r_aborted;
		if (!sc->sc_tmf_out) {
			r->r_aborted = true;
			r->r_deadline = now + VIOSCSI_GRACE * hz;
		}
	}
	mutex_exit(&sc->sc_lock);

	if (tmf_late || again)
		virtio_break(vsc, tmf_late ? "task management not answered" :
		    "aborted command not answered");
	else if (r != NULL) {
		device_printf(sc->sc_dev, "target %u lun %u: command %#x timed "
		    "out\n", target, lun, opcode);
		(void)vioscsi_tmf(sc, VIRTIO_SCSI_T_TMF_ABORT_TASK, target,
		    lun, r->r_index, NULL);
	}
	if (virtio_is_broken(vsc)) {
		(void)vioscsi_vq_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_REQUEST]);
		(void)vioscsi_ctrl_done(&sc->sc_vqs[VIRTIO_SCSI_VQ_CONTROL]);
	}
	mutex_enter(&sc->sc_lock);
	if (sc->sc_nout > 0 || sc->sc_tmf_out)
		callout_schedule(&sc->sc_watch, hz);
	mutex_exit(&sc->sc_lock);
}

/*
 * Events.
 */

static void
vioscsi_post_event(struct vioscsi_softc *sc, unsigned i)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vqs[VIRTIO_SCSI_VQ_EVENT];
	const size_t off = sc->sc_evoff + i * sizeof(struct virtio_scsi_event);
	int slot;

	if (virtio_enqueue_prep(vsc, vq, &slot) != 0 ||
	    virtio_enqueue_reserve(vsc, vq, slot, 1) != 0)
		return;
	vioscsi_sync(sc, off, sizeof(struct virtio_scsi_event),
	    BUS_DMASYNC_PREREAD);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap, off,
	    sizeof(struct virtio_scsi_event), false);
	sc->sc_evslot[slot] = i;
	virtio_enqueue_commit(vsc, vq, slot, true);
}

static int
vioscsi_event_done(struct virtqueue *vq)
{
	struct vioscsi_softc *sc = container_of(vq, struct vioscsi_softc,
	    sc_vqs[VIRTIO_SCSI_VQ_EVENT]);
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtio_scsi_event ev;
	unsigned i;
	size_t off;
	int len, slot, n = 0;

	while (virtio_dequeue(vsc, vq, &slot, &len) == 0) {
		n = 1;
		i = sc->sc_evslot[slot];
		off = sc->sc_evoff + i * sizeof(ev);
		vioscsi_sync(sc, off, sizeof(ev), BUS_DMASYNC_POSTREAD);
		memcpy(&ev, sc->sc_mem + off, sizeof(ev));
		virtio_dequeue_commit(vsc, vq, slot);
		if (virtio_is_broken(vsc))
			continue;
		if (len < (int)sizeof(ev)) {
			virtio_break(vsc, "event of %d bytes", len);
			continue;
		}
		/* Its buffer is the device's again when it has been handled. */
		mutex_enter(&sc->sc_lock);
		KASSERT(sc->sc_npending < VIOSCSI_NEVENTS);
		sc->sc_pending[sc->sc_npending].ev = ev;
		sc->sc_pending[sc->sc_npending++].buf = i;
		if (!sc->sc_dying)
			virtio_task_schedule(&sc->sc_task);
		mutex_exit(&sc->sc_lock);
	}
	return n;
}

/*
 * An event has been handled: gives its buffer back, after a pause if the
 * device has one event after the other, and never if it goes on like that.
 */
static void
vioscsi_event_handled(struct vioscsi_softc *sc, unsigned buf)
{
	unsigned n;

	mutex_enter(&sc->sc_lock);
	sc->sc_evlast = time_uptime;
	n = ++sc->sc_evburst;
	if (n == VIOSCSI_BURST || n == VIOSCSI_FLOOD)
		device_printf(sc->sc_dev, "%u events without a pause, limit "
		    "%u%s\n", n, n, n == VIOSCSI_FLOOD ?
		    ": no more are taken" : "");
	if (n >= VIOSCSI_BURST && n < VIOSCSI_FLOOD) {
		sc->sc_evheld |= 1U << buf;
		callout_schedule(&sc->sc_evpause, VIOSCSI_QUIET / 2 * hz);
	}
	mutex_exit(&sc->sc_lock);
	if (n < VIOSCSI_BURST)
		vioscsi_post_event(sc, buf);
}

static void
vioscsi_post_held(void *arg)
{
	struct vioscsi_softc *sc = arg;
	unsigned held;

	mutex_enter(&sc->sc_lock);
	held = sc->sc_evheld;
	sc->sc_evheld = 0;
	mutex_exit(&sc->sc_lock);
	for (; held != 0; held &= held - 1)
		vioscsi_post_event(sc, ffs((int)held) - 1);
}

/* Looks for units that have come: -1 is any. */
static void
vioscsi_look(struct vioscsi_softc *sc, int target, int lun)
{
	int locs[2] = { target, lun };

	if (sc->sc_bus != NULL)
		(void)(*device_cfattach(sc->sc_bus)->ca_rescan)(sc->sc_bus,
		    "scsibus", locs);
}

static void
vioscsi_event(struct vioscsi_softc *sc, const struct virtio_scsi_event *ev)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	const uint32_t event = virtio_rw32(vsc, ev->event);
	const uint32_t reason = virtio_rw32(vsc, ev->reason);
	const int target = ev->lun[1];
	const int lun = (ev->lun[2] & 0x3f) << 8 | ev->lun[3];

	if ((event & VIRTIO_SCSI_T_EVENTS_MISSED) != 0)
		vioscsi_look(sc, -1, -1);
	switch (event & ~VIRTIO_SCSI_T_EVENTS_MISSED) {
	case VIRTIO_SCSI_T_TRANSPORT_RESET:
		if (ev->lun[0] != 1 || target >= sc->sc_channel.chan_ntargets ||
		    lun >= sc->sc_channel.chan_nluns) {
			(void)vioscsi_odd(sc, "event of target", target,
			    sc->sc_channel.chan_ntargets - 1);
			break;
		}
		if (reason == VIRTIO_SCSI_EVT_RESET_RESCAN)
			vioscsi_look(sc, target, lun);
		else if (reason == VIRTIO_SCSI_EVT_RESET_REMOVED &&
		    sc->sc_bus != NULL)
			(void)scsipi_target_detach(&sc->sc_channel, target,
			    lun, DETACH_FORCE);
		break;
	case VIRTIO_SCSI_T_NO_EVENT:
	case VIRTIO_SCSI_T_ASYNC_NOTIFY:
	case VIRTIO_SCSI_T_PARAM_CHANGE:
		/* A unit attention says the same to whom it concerns. */
		break;
	default:
		(void)vioscsi_odd(sc, "event", event,
		    VIRTIO_SCSI_T_PARAM_CHANGE);
		break;
	}
}

static void
vioscsi_task(void *arg)
{
	struct vioscsi_softc *sc = arg;
	struct vioscsi_pending p;

	KERNEL_LOCK(1, NULL);
	mutex_enter(&sc->sc_lock);
	while (sc->sc_npending > 0 && !sc->sc_dying) {
		p = sc->sc_pending[0];
		sc->sc_npending--;
		memmove(&sc->sc_pending[0], &sc->sc_pending[1],
		    sc->sc_npending * sizeof(p));
		if (time_uptime - sc->sc_evlast > VIOSCSI_QUIET)
			sc->sc_evburst = 0;
		mutex_exit(&sc->sc_lock);
		vioscsi_event(sc, &p.ev);
		vioscsi_event_handled(sc, p.buf);
		mutex_enter(&sc->sc_lock);
	}
	mutex_exit(&sc->sc_lock);
	KERNEL_UNLOCK_ONE(NULL);
}

MODULE(MODULE_CLASS_DRIVER, vioscsi, "virtio");

static int
vioscsi_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
