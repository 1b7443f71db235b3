/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ld(4) at virtio(4): block devices.  Read, write, flush, discard, geometry
 * and topology, write cache, change of size, read-only media.
 *
 * A request is a header that the device reads, data, and a status byte that
 * it writes:
 *
 *	le32 type, le32 reserved, le64 sector (of 512 bytes); data; u8 status
 *
 * The headers and status bytes of all requests are in one piece of DMA
 * memory, LD_VIRTIO_STRIDE bytes each.  The status is preset to a value that
 * the device does not use, so that one that it has not written is an error.
 *
 * A request owns as many entries of the queue as its longest piece takes from
 * its first piece to its last, so that no other can come between.
 *
 * Requests that nobody answers: every LD_VIRTIO_PATIENCE seconds in which
 * nothing came back the queue is looked at without an interrupt, and if there
 * is nothing, either, the device is broken.  So is one that leaves a request
 * out for LD_VIRTIO_PERIODS times that, whatever else it answers.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.2.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bitops.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/bus.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <dev/dkvar.h>
#include <dev/ldvar.h>
#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include "virtio_dma.h"
#include "virtio_task.h"

/* Features. */
#define	VIRTIO_BLK_F_SIZE_MAX		__BIT(1)
#define	VIRTIO_BLK_F_SEG_MAX		__BIT(2)
#define	VIRTIO_BLK_F_GEOMETRY		__BIT(4)
#define	VIRTIO_BLK_F_RO			__BIT(5)
#define	VIRTIO_BLK_F_BLK_SIZE		__BIT(6)
#define	VIRTIO_BLK_F_FLUSH		__BIT(9)
#define	VIRTIO_BLK_F_TOPOLOGY		__BIT(10)
#define	VIRTIO_BLK_F_CONFIG_WCE		__BIT(11)
#define	VIRTIO_BLK_F_DISCARD		__BIT(13)

#define	VIRTIO_BLK_FLAG_BITS		\
	VIRTIO_COMMON_FLAG_BITS		\
	"b\x0d" "DISCARD\0"		\
	"b\x0b" "CONFIG_WCE\0"		\
	"b\x0a" "TOPOLOGY\0"		\
	"b\x09" "FLUSH\0"		\
	"b\x06" "BLK_SIZE\0"		\
	"b\x05" "RO\0"			\
	"b\x04" "GEOMETRY\0"		\
	"b\x02" "SEG_MAX\0"		\
	"b\x01" "SIZE_MAX\0"

/* Configuration. */
#define	VIRTIO_BLK_CONFIG_CAPACITY	0	/* 64, sectors of 512 */
#define	VIRTIO_BLK_CONFIG_SIZE_MAX	8	/* 32 */
#define	VIRTIO_BLK_CONFIG_SEG_MAX	12	/* 32 */
#define	VIRTIO_BLK_CONFIG_GEOMETRY_C	16	/* 16 */
#define	VIRTIO_BLK_CONFIG_GEOMETRY_H	18	/* 8 */
#define	VIRTIO_BLK_CONFIG_GEOMETRY_S	19	/* 8 */
#define	VIRTIO_BLK_CONFIG_BLK_SIZE	20	/* 32 */
#define	VIRTIO_BLK_CONFIG_PHYS_BLOCK_EXP 24	/* 8, log2 of blocks */
#define	VIRTIO_BLK_CONFIG_ALIGNMENT_OFFSET 25	/* 8, blocks */
#define	VIRTIO_BLK_CONFIG_WRITEBACK	32	/* 8 */
#define	VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS 36 /* 32 */
#define	VIRTIO_BLK_CONFIG_DISCARD_ALIGN	44	/* 32 */

/* Types, and status. */
#define	VIRTIO_BLK_T_IN			0
#define	VIRTIO_BLK_T_OUT		1
#define	VIRTIO_BLK_T_FLUSH		4
#define	VIRTIO_BLK_T_DISCARD		11

#define	VIRTIO_BLK_S_OK			0
#define	VIRTIO_BLK_S_IOERR		1
#define	VIRTIO_BLK_S_UNSUPP		2
#define	VIRTIO_BLK_S_NONE		0xff	/* not written yet */

#define	VIRTIO_BLK_SECTOR		512

struct virtio_blk_req_hdr {
	uint32_t	type;
	uint32_t	ioprio;
	uint64_t	sector;
} __packed;

struct virtio_blk_discard {
	uint64_t	sector;
	uint32_t	num_sectors;
	uint32_t	flags;
} __packed;

/* A request in DMA memory. */
struct ld_virtio_mem {
	struct virtio_blk_req_hdr hdr;
	struct virtio_blk_discard discard;
	uint8_t		status;
} __packed;
#define	LD_VIRTIO_STRIDE	64
CTASSERT(sizeof(struct ld_virtio_mem) <= LD_VIRTIO_STRIDE);

#define	LD_VIRTIO_MAXREQ	64	/* transfers at once */
#define	LD_VIRTIO_MAXBOUNCE	4	/* ... with a buffer each */
#define	LD_VIRTIO_NSPARE	2	/* a flush and a discard besides */
#define	LD_VIRTIO_PATIENCE	10	/* seconds */
#define	LD_VIRTIO_PERIODS	6	/* ... that one request may take */
#define	LD_VIRTIO_DUMPPOLLS	(LD_VIRTIO_PATIENCE * 10000)	/* of 100 us */

enum ld_virtio_kind { LDV_TRANSFER, LDV_DISCARD, LDV_FLUSH };

struct ld_virtio_req {
	SLIST_ENTRY(ld_virtio_req) r_free; /* (l) */
	enum ld_virtio_kind r_kind;
	unsigned	r_room;		/* entries of the queue that are its */
	unsigned	r_periods;	/* (l) of the watchdog that it is out */
	unsigned	r_index;	/* of the DMA memory */
	bool		r_busy;		/* (l) the device has it */
	struct buf	*r_bp;		/* transfer, discard */
	bus_dmamap_t	r_map;		/* of the data; NULL: not made yet */
	uint64_t	r_sector;	/* where this piece begins, of 512 bytes */
	uint64_t	r_left;		/* sectors from there to the end */
	uint32_t	r_now;		/* sectors of this piece */
	bool		r_polled;	/* a transfer that somebody waits for */
	int		r_error;	/* flush, polled: what became of it */
	bool		r_done;		/* (l) ... and it has */
};
SLIST_HEAD(ld_virtio_list, ld_virtio_req);

struct ld_virtio_softc {
	struct ld_softc	sc_ld;
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue sc_vq;
	bus_dma_tag_t	sc_dmat;

	kmutex_t	sc_lock;	/* (l) at IPL_BIO */
	kcondvar_t	sc_cv;		/* a request was done */
	struct ld_virtio_list sc_free;	/* (l) for transfers */
	struct ld_virtio_list sc_spare;	/* (l) for the rest */
	unsigned	sc_room;	/* (l) entries of the queue nobody has */
	unsigned	sc_nout;	/* (l) the device has */
	uint64_t	sc_ndone;	/* (l) ever */
	uint64_t	sc_ndone_seen;	/* by the watchdog */
	callout_t	sc_watch;	/* runs while sc_nout > 0 */
	struct virtio_task sc_resize;

	struct ld_virtio_req *sc_reqs;
	struct ld_virtio_req **sc_byslot; /* (l) slot of the queue */
	unsigned	sc_nreqs;
	unsigned	sc_maxnsegs;	/* of a transfer's data */
	bus_size_t	sc_mapsize;	/* of its map */
	bus_size_t	sc_maxsegsize;

	bus_dma_segment_t sc_memseg;
	bus_dmamap_t	sc_memmap;
	char		*sc_mem;	/* LD_VIRTIO_STRIDE each */
	size_t		sc_memsize;

	/* Data of a device that takes one segment: sc_bouncesize each. */
	bus_dma_segment_t sc_bounceseg;
	bus_dmamap_t	sc_bouncemap;
	char		*sc_bounce;
	size_t		sc_bouncesize;

	uint32_t	sc_max_transfer; /* sectors of 512, of a piece */
	uint32_t	sc_max_discard;
	bool		sc_readonly;
	bool		sc_locks;	/* locks, callout and task are made */
	bool		sc_said;	/* an unknown status */
	bool		sc_lost;	/* an interrupt */
	bool		sc_attached;	/* ldattach() was called */
	bool		sc_ready;	/* (l) and has returned */
	bool		sc_changed;	/* (l) before that: the configuration */
	bool		sc_dying;	/* (l) nothing goes out any more */
};

static int	ld_virtio_match(device_t, cfdata_t, void *);
static void	ld_virtio_attach(device_t, device_t, void *);
static int	ld_virtio_detach(device_t, int);

static unsigned	ld_virtio_need(const struct ld_virtio_softc *,
		    enum ld_virtio_kind);
static void	ld_virtio_put(struct ld_virtio_softc *,
		    struct ld_virtio_req *);
static int	ld_virtio_vq_done(struct virtqueue *);
static int	ld_virtio_config_change(struct virtio_softc *);
static void	ld_virtio_resize(void *);
static void	ld_virtio_watch(void *);
static int	ld_virtio_start(struct ld_softc *, struct buf *);
static int	ld_virtio_dump(struct ld_softc *, void *, int, int);
static int	ld_virtio_ioctl(struct ld_softc *, u_long, void *, int32_t,
		    bool);
static int	ld_virtio_discard(struct ld_softc *, struct buf *);

extern struct cfattach ld_virtio_ca;
CFATTACH_DECL_NEW(ld_virtio, sizeof(struct ld_virtio_softc),
    ld_virtio_match, ld_virtio_attach, ld_virtio_detach, NULL);

static char ld_virtio_typename[] = "virtio block device";

/*
 * Memory of requests.
 */

static struct ld_virtio_mem *
ld_virtio_mem(struct ld_virtio_softc *sc, const struct ld_virtio_req *r)
{

	return (void *)(sc->sc_mem + r->r_index * LD_VIRTIO_STRIDE);
}

static void
ld_virtio_sync(struct ld_virtio_softc *sc, const struct ld_virtio_req *r,
    size_t off, size_t len, int ops)
{

	bus_dmamap_sync(sc->sc_dmat, sc->sc_memmap,
	    r->r_index * LD_VIRTIO_STRIDE + off, len, ops);
}

/* A request for transfers keeps its map, once it has one. */
static int
ld_virtio_makemap(struct ld_virtio_softc *sc, struct ld_virtio_req *r,
    int flags)
{

	if (r->r_map != NULL || sc->sc_bounce != NULL)
		return 0;
	return bus_dmamap_create(sc->sc_dmat, sc->sc_mapsize, sc->sc_maxnsegs,
	    sc->sc_maxsegsize, 0, flags, &r->r_map);
}

static int
ld_virtio_alloc_reqs(struct ld_virtio_softc *sc, int maxxfer, int maxsegsize)
{
	const unsigned ntransfers = sc->sc_nreqs - LD_VIRTIO_NSPARE;
	struct ld_virtio_req *r;
	unsigned i;

	sc->sc_memsize = sc->sc_nreqs * LD_VIRTIO_STRIDE;
	sc->sc_mem = virtio_dmamem_alloc(sc->sc_dmat, sc->sc_memsize,
	    LD_VIRTIO_STRIDE, 0, &sc->sc_memseg, &sc->sc_memmap);
	if (sc->sc_mem == NULL)
		return ENOMEM;
	if (sc->sc_maxnsegs == 1) {
		sc->sc_bouncesize = maxxfer;
		sc->sc_bounce = virtio_dmamem_alloc(sc->sc_dmat, ntransfers *
		    sc->sc_bouncesize, LD_VIRTIO_STRIDE, 0,
		    &sc->sc_bounceseg, &sc->sc_bouncemap);
		if (sc->sc_bounce == NULL)
			return ENOMEM;
	}
	sc->sc_byslot = kmem_zalloc(sc->sc_vq.vq_num * sizeof(*sc->sc_byslot),
	    KM_SLEEP);
	sc->sc_reqs = kmem_zalloc(sc->sc_nreqs * sizeof(*sc->sc_reqs),
	    KM_SLEEP);
	for (i = 0; i < sc->sc_nreqs; i++) {
		r = &sc->sc_reqs[i];
		r->r_index = i;
		if (i >= ntransfers) {
			SLIST_INSERT_HEAD(&sc->sc_spare, r, r_free);
			continue;
		}
		SLIST_INSERT_HEAD(&sc->sc_free, r, r_free);
	}
	/* With one map there is progress; the others are made when needed. */
	sc->sc_mapsize = maxxfer;
	sc->sc_maxsegsize = maxsegsize;
	return ld_virtio_makemap(sc, SLIST_FIRST(&sc->sc_free), BUS_DMA_WAITOK);
}

/* Accepts any prefix of the above. */
static void
ld_virtio_free_reqs(struct ld_virtio_softc *sc, unsigned vq_num)
{
	unsigned i;

	for (i = 0; sc->sc_reqs != NULL && i < sc->sc_nreqs; i++) {
		if (sc->sc_reqs[i].r_map != NULL)
			bus_dmamap_destroy(sc->sc_dmat, sc->sc_reqs[i].r_map);
	}
	if (sc->sc_reqs != NULL)
		kmem_free(sc->sc_reqs, sc->sc_nreqs * sizeof(*sc->sc_reqs));
	sc->sc_reqs = NULL;
	if (sc->sc_byslot != NULL)
		kmem_free(sc->sc_byslot, vq_num * sizeof(*sc->sc_byslot));
	sc->sc_byslot = NULL;
	virtio_dmamem_free(sc->sc_dmat, sc->sc_memsize, &sc->sc_memseg,
	    sc->sc_memmap, sc->sc_mem);
	virtio_dmamem_free(sc->sc_dmat, (sc->sc_nreqs - LD_VIRTIO_NSPARE) *
	    sc->sc_bouncesize, &sc->sc_bounceseg, sc->sc_bouncemap,
	    sc->sc_bounce);
	sc->sc_mem = sc->sc_bounce = NULL;
}

/*
 * Attachment.
 */

static int
ld_virtio_match(device_t parent, cfdata_t match, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_BLOCK;
}

/*
 * The medium: sector size, number of sectors, geometry, alignment.
 */
static int
ld_virtio_read_medium(struct ld_virtio_softc *sc)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct ld_softc *ld = &sc->sc_ld;
	const uint64_t features = virtio_features(vsc);
	uint64_t capacity;
	uint32_t per;
	uint8_t exp;

	ld->sc_secsize = VIRTIO_BLK_SECTOR;
	if ((features & VIRTIO_BLK_F_BLK_SIZE) != 0)
		ld->sc_secsize = virtio_read_device_config_4(vsc,
		    VIRTIO_BLK_CONFIG_BLK_SIZE);
	if (!DK_DEV_BSIZE_OK(ld->sc_secsize)) {
		aprint_error_dev(sc->sc_dev, "sector size %u, not a power of "
		    "two from %d to %d\n", (unsigned)ld->sc_secsize, DEV_BSIZE,
		    MAXPHYS);
		return EINVAL;
	}
	capacity = virtio_read_device_config_8(vsc,
	    VIRTIO_BLK_CONFIG_CAPACITY);
	if (capacity > INT64_MAX / VIRTIO_BLK_SECTOR) {
		aprint_error_dev(sc->sc_dev, "%" PRIu64 " sectors, more than %"
		    PRId64 "\n", capacity, INT64_MAX / VIRTIO_BLK_SECTOR);
		return EINVAL;
	}
	ld->sc_secperunit = capacity / (ld->sc_secsize / VIRTIO_BLK_SECTOR);

	if ((features & VIRTIO_BLK_F_GEOMETRY) != 0) {
		ld->sc_ncylinders = virtio_read_device_config_2(vsc,
		    VIRTIO_BLK_CONFIG_GEOMETRY_C);
		ld->sc_nheads = virtio_read_device_config_1(vsc,
		    VIRTIO_BLK_CONFIG_GEOMETRY_H);
		ld->sc_nsectors = virtio_read_device_config_1(vsc,
		    VIRTIO_BLK_CONFIG_GEOMETRY_S);
	}
	if ((features & VIRTIO_BLK_F_TOPOLOGY) != 0) {
		exp = virtio_read_device_config_1(vsc,
		    VIRTIO_BLK_CONFIG_PHYS_BLOCK_EXP);
		/* Nonsense is no information. */
		if (exp < 16 && (uint64_t)ld->sc_secsize << exp <= INT_MAX) {
			per = 1U << exp;
			ld->sc_physsecsize = ld->sc_secsize << exp;
			ld->sc_alignedsec = (per - virtio_read_device_config_1(
			    vsc, VIRTIO_BLK_CONFIG_ALIGNMENT_OFFSET) % per) %
			    per;
		}
	}
	return 0;
}

/*
 * How large a transfer may be: what the device and its queue can take.  A
 * chain is never longer than the queue, not even an indirect one.
 */
static int
ld_virtio_size_requests(struct ld_virtio_softc *sc, int *maxxferp,
    int *maxsegsizep)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct ld_softc *ld = &sc->sc_ld;
	const uint64_t features = virtio_features(vsc);
	const unsigned num = sc->sc_vq.vq_num;
	uint32_t maxsegsize = MAXPHYS, maxnsegs = MAXPHYS / PAGE_SIZE + 1, v;
	uint64_t maxxfer;

	if ((features & VIRTIO_BLK_F_SIZE_MAX) != 0) {
		v = virtio_read_device_config_4(vsc,
		    VIRTIO_BLK_CONFIG_SIZE_MAX);
		/* Some say 0 for no limit. */
		if (v != 0)
			maxsegsize = MIN(maxsegsize, v);
		/* Pages are cut into equal segments, see below. */
		if (maxsegsize < PAGE_SIZE)
			maxsegsize = 1U << (fls32(maxsegsize) - 1);
	}
	if ((features & VIRTIO_BLK_F_SEG_MAX) != 0) {
		v = virtio_read_device_config_4(vsc, VIRTIO_BLK_CONFIG_SEG_MAX);
		if (v != 0)
			maxnsegs = MIN(maxnsegs, v);
	}
	if (num < 4) {
		aprint_error_dev(sc->sc_dev, "a queue of %u entries is too "
		    "small\n", num);
		return EINVAL;
	}
	maxnsegs = MIN(maxnsegs, num - 2);
	/*
	 * Pages are apart on the bus and the first may begin anywhere, so n
	 * segments are sure to hold n - 1 of them, or of their equal parts.
	 * For one there is a buffer.
	 */
	maxxfer = maxnsegs == 1 ? maxsegsize :
	    (uint64_t)(maxnsegs - 1) * MIN(maxsegsize, PAGE_SIZE);
	maxxfer = MIN(maxxfer, MAXPHYS) & ~(uint64_t)(ld->sc_secsize - 1);
	if (maxxfer == 0) {
		aprint_error_dev(sc->sc_dev, "%u segments of %u bytes hold no "
		    "sector of %d\n", maxnsegs, maxsegsize, ld->sc_secsize);
		return EINVAL;
	}
	sc->sc_maxnsegs = maxnsegs;
	*maxxferp = maxxfer;
	*maxsegsizep = maxsegsize;
	return 0;
}

static void
ld_virtio_attach(device_t parent, device_t self, void *aux)
{
	struct ld_virtio_softc *sc = device_private(self);
	struct ld_softc *ld = &sc->sc_ld;
	struct virtio_softc *vsc = device_private(parent);
	unsigned nreqs, vq_num;
	uint64_t features;
	int maxsegsize, maxxfer;

	sc->sc_dev = self;
	if (virtio_child(vsc) != NULL) {
		aprint_error(": %s has a child already\n",
		    device_xname(parent));
		return;
	}
	sc->sc_virtio = vsc;
	sc->sc_dmat = virtio_dmat(vsc);
	virtio_child_attach_start(vsc, self, IPL_BIO,
	    VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX |
	    VIRTIO_BLK_F_GEOMETRY | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE |
	    VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_TOPOLOGY |
	    VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_DISCARD |
	    VIRTIO_F_RING_EVENT_IDX, VIRTIO_BLK_FLAG_BITS);
	features = virtio_features(vsc);

	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&sc->sc_cv, "ldvirtio");
	callout_init(&sc->sc_watch, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_watch, ld_virtio_watch, sc);
	virtio_task_init(&sc->sc_resize, ld_virtio_resize, sc);
	SLIST_INIT(&sc->sc_free);
	SLIST_INIT(&sc->sc_spare);
	sc->sc_locks = true;

	virtio_init_vq_vqdone(vsc, &sc->sc_vq, 0, ld_virtio_vq_done);
	vq_num = sc->sc_vq.vq_num;
	if (vq_num == 0 || (vq_num & (vq_num - 1)) != 0) {
		/* Refused by virtio_alloc_vq(), with a line of its own. */
		maxsegsize = maxxfer = sc->sc_maxnsegs = 1;
	} else if (ld_virtio_read_medium(sc) != 0 ||
	    ld_virtio_size_requests(sc, &maxxfer, &maxsegsize) != 0)
		goto fail;
	if (virtio_alloc_vq(vsc, &sc->sc_vq, maxsegsize, sc->sc_maxnsegs + 2,
	    "I/O request") != 0)
		goto fail;

	/* Those besides have room, too, unless the queue is tiny. */
	sc->sc_room = vq_num;
	nreqs = LD_VIRTIO_NSPARE * ld_virtio_need(sc, LDV_DISCARD);
	nreqs = vq_num > nreqs ?
	    (vq_num - nreqs) / ld_virtio_need(sc, LDV_TRANSFER) : 1;
	nreqs = MIN(MAX(nreqs, 1), sc->sc_maxnsegs == 1 ? LD_VIRTIO_MAXBOUNCE :
	    LD_VIRTIO_MAXREQ);
	sc->sc_nreqs = nreqs + LD_VIRTIO_NSPARE;
	if (ld_virtio_alloc_reqs(sc, maxxfer, maxsegsize) != 0) {
		aprint_error_dev(self, "no memory for requests\n");
		goto fail;
	}
	if (virtio_child_attach_finish(vsc, &sc->sc_vq, 1,
	    ld_virtio_config_change,
	    VIRTIO_F_INTR_MPSAFE | VIRTIO_F_INTR_PERVQ) != 0)
		goto fail;

	sc->sc_readonly = (features & VIRTIO_BLK_F_RO) != 0;
	ld->sc_dv = self;
	ld->sc_maxxfer = maxxfer;
	sc->sc_max_transfer = maxxfer / VIRTIO_BLK_SECTOR;
	ld->sc_maxqueuecnt = nreqs;
	ld->sc_typename = ld_virtio_typename;
	ld->sc_start = ld_virtio_start;
	ld->sc_dump = ld_virtio_dump;
	ld->sc_ioctl = ld_virtio_ioctl;
	if ((features & VIRTIO_BLK_F_DISCARD) != 0 && !sc->sc_readonly) {
		sc->sc_max_discard = virtio_read_device_config_4(vsc,
		    VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS);
		/* Whole sectors of ours, of which 0 is none. */
		sc->sc_max_discard &=
		    ~(ld->sc_secsize / VIRTIO_BLK_SECTOR - 1);
		if (sc->sc_max_discard != 0)
			ld->sc_discard = ld_virtio_discard;
	}
	ld->sc_flags = LDF_ENABLED | LDF_MPSAFE;
	sc->sc_attached = true;
	ldattach(ld, BUFQ_DISK_DEFAULT_STRAT);
	mutex_enter(&sc->sc_lock);
	sc->sc_ready = true;
	if (sc->sc_changed)
		virtio_task_schedule(&sc->sc_resize);
	mutex_exit(&sc->sc_lock);
	return;

fail:
	virtio_task_drain(&sc->sc_resize);
	(void)virtio_free_vq(vsc, &sc->sc_vq);
	ld_virtio_free_reqs(sc, vq_num);
	virtio_child_attach_failed(vsc);
}

/*
 * Detach.  The device is stopped first, so that what is out comes back.
 */
static int
ld_virtio_detach(device_t self, int flags)
{
	struct ld_virtio_softc *sc = device_private(self);
	struct virtio_softc *vsc = sc->sc_virtio;
	const unsigned vq_num = sc->sc_vq.vq_num;
	int error;

	if (sc->sc_attached) {
		/* One that is gone will not answer any more. */
		if ((flags & DETACH_FORCE) != 0) {
			virtio_revoke(vsc);
			(void)ld_virtio_vq_done(&sc->sc_vq);
		}
		error = ldbegindetach(&sc->sc_ld, flags);
		if (error)
			return error;
		virtio_revoke(vsc);
		(void)ld_virtio_vq_done(&sc->sc_vq);
		mutex_enter(&sc->sc_lock);
		/* A flush that has begun may still be on its way here. */
		sc->sc_dying = true;
		while (sc->sc_nout > 0)
			cv_wait(&sc->sc_cv, &sc->sc_lock);
		mutex_exit(&sc->sc_lock);
		callout_halt(&sc->sc_watch, NULL);
		virtio_child_detach(vsc);
		virtio_task_drain(&sc->sc_resize);
		ldenddetach(&sc->sc_ld);
		(void)virtio_free_vq(vsc, &sc->sc_vq);
		ld_virtio_free_reqs(sc, vq_num);
		sc->sc_attached = false;
	}
	if (sc->sc_locks) {
		callout_halt(&sc->sc_watch, NULL);
		callout_destroy(&sc->sc_watch);
		cv_destroy(&sc->sc_cv);
		mutex_destroy(&sc->sc_lock);
		sc->sc_locks = false;
	}
	return 0;
}

/*
 * Making requests.
 */

/* Entries of the queue that a request of a kind takes at most. */
static unsigned
ld_virtio_need(const struct ld_virtio_softc *sc, enum ld_virtio_kind kind)
{

	if (sc->sc_vq.vq_indirect != NULL)
		return 1;
	return kind == LDV_TRANSFER ? sc->sc_maxnsegs + 2 : 3;
}

/*
 * A request with room in the queue.  One for a transfer may be NULL: it is
 * asked for again when others are done; the rest wait for that here.
 */
static struct ld_virtio_req *
ld_virtio_get(struct ld_virtio_softc *sc, enum ld_virtio_kind kind)
{
	struct ld_virtio_list *list =
	    kind == LDV_TRANSFER ? &sc->sc_free : &sc->sc_spare;
	const unsigned need = ld_virtio_need(sc, kind);
	struct ld_virtio_req *r;

	mutex_enter(&sc->sc_lock);
	while ((r = SLIST_FIRST(list)) == NULL || sc->sc_room < need) {
		if (kind == LDV_TRANSFER) {
			mutex_exit(&sc->sc_lock);
			return NULL;
		}
		cv_wait(&sc->sc_cv, &sc->sc_lock);
	}
	SLIST_REMOVE_HEAD(list, r_free);
	sc->sc_room -= need;
	mutex_exit(&sc->sc_lock);
	r->r_kind = kind;
	r->r_room = need;
	/* Free ones with a map come first, so one without means that some are out. */
	if (kind == LDV_TRANSFER &&
	    ld_virtio_makemap(sc, r, BUS_DMA_NOWAIT) != 0) {
		ld_virtio_put(sc, r);
		return NULL;
	}
	return r;
}

static void
ld_virtio_put(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{

	mutex_enter(&sc->sc_lock);
	sc->sc_room += r->r_room;
	if (r->r_kind == LDV_TRANSFER)
		SLIST_INSERT_HEAD(&sc->sc_free, r, r_free);
	else
		SLIST_INSERT_HEAD(&sc->sc_spare, r, r_free);
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
}

/* Writes header and status of a request; data, if any, is in its place. */
static void
ld_virtio_fill(struct ld_virtio_softc *sc, struct ld_virtio_req *r,
    uint32_t type, uint64_t sector)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct ld_virtio_mem *m = ld_virtio_mem(sc, r);

	m->hdr.type = virtio_rw32(vsc, type);
	m->hdr.ioprio = 0;
	m->hdr.sector = virtio_rw64(vsc, sector);
	m->status = VIRTIO_BLK_S_NONE;
	ld_virtio_sync(sc, r, 0, offsetof(struct ld_virtio_mem, status),
	    BUS_DMASYNC_PREWRITE);
	ld_virtio_sync(sc, r, offsetof(struct ld_virtio_mem, status), 1,
	    BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
}

/*
 * Gives a request that is filled in to the device; it will come back by
 * ld_virtio_vq_done().  ENXIO when it is broken, or leaves.
 */
static int
ld_virtio_submit(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vq;
	const bus_addr_t base = r->r_index * LD_VIRTIO_STRIDE;
	const bool data = r->r_kind != LDV_FLUSH;
	int error, nsegs, slot;

	error = virtio_enqueue_prep(vsc, vq, &slot);
	if (error)
		return error;
	nsegs = 2;
	if (r->r_kind == LDV_TRANSFER && sc->sc_bounce == NULL)
		nsegs += r->r_map->dm_nsegs;
	else if (data)
		nsegs++;
	error = virtio_enqueue_reserve(vsc, vq, slot, nsegs);
	if (error)
		return error;
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap, base,
	    sizeof(struct virtio_blk_req_hdr), true);
	if (r->r_kind == LDV_TRANSFER && sc->sc_bounce != NULL)
		virtio_enqueue_p(vsc, vq, slot, sc->sc_bouncemap,
		    r->r_index * sc->sc_bouncesize,
		    r->r_now * VIRTIO_BLK_SECTOR,
		    (r->r_bp->b_flags & B_READ) == 0);
	else if (r->r_kind == LDV_TRANSFER)
		virtio_enqueue(vsc, vq, slot, r->r_map,
		    (r->r_bp->b_flags & B_READ) == 0);
	else if (data)
		virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap,
		    base + offsetof(struct ld_virtio_mem, discard),
		    sizeof(struct virtio_blk_discard), true);
	virtio_enqueue_p(vsc, vq, slot, sc->sc_memmap,
	    base + offsetof(struct ld_virtio_mem, status), 1, false);

	mutex_enter(&sc->sc_lock);
	if (sc->sc_dying) {
		mutex_exit(&sc->sc_lock);
		virtio_enqueue_abort(vsc, vq, slot);
		return ENXIO;
	}
	r->r_busy = true;
	r->r_periods = 0;
	sc->sc_byslot[slot] = r;
	if (sc->sc_nout++ == 0) {
		sc->sc_ndone_seen = sc->sc_ndone;
		callout_schedule(&sc->sc_watch, LD_VIRTIO_PATIENCE * hz);
	}
	mutex_exit(&sc->sc_lock);
	return virtio_enqueue_commit(vsc, vq, slot, true);
}

/* Where the data of the piece are. */
static char *
ld_virtio_data(const struct ld_virtio_req *r)
{

	return (char *)r->r_bp->b_data +
	    (r->r_bp->b_bcount - r->r_left * VIRTIO_BLK_SECTOR);
}

/* Makes the data of a piece ready for the device. */
static int
ld_virtio_load(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{
	const bool read = (r->r_bp->b_flags & B_READ) != 0;
	const size_t n = r->r_now * VIRTIO_BLK_SECTOR;
	const size_t off = r->r_index * sc->sc_bouncesize;
	int error;

	if (sc->sc_bounce != NULL) {
		if (!read)
			memcpy(sc->sc_bounce + off, ld_virtio_data(r), n);
		bus_dmamap_sync(sc->sc_dmat, sc->sc_bouncemap, off, n,
		    read ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
		return 0;
	}
	error = bus_dmamap_load(sc->sc_dmat, r->r_map, ld_virtio_data(r), n,
	    NULL, (read ? BUS_DMA_READ : BUS_DMA_WRITE) | BUS_DMA_NOWAIT);
	if (error)
		return error == EAGAIN ? ENOMEM : error;
	bus_dmamap_sync(sc->sc_dmat, r->r_map, 0, n,
	    read ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
	return 0;
}

/* Takes the data of a piece back. */
static void
ld_virtio_unload(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{
	const bool read = (r->r_bp->b_flags & B_READ) != 0;
	const size_t n = r->r_now * VIRTIO_BLK_SECTOR;
	const size_t off = r->r_index * sc->sc_bouncesize;
	const int ops = read ? BUS_DMASYNC_POSTREAD : BUS_DMASYNC_POSTWRITE;

	if (sc->sc_bounce != NULL) {
		bus_dmamap_sync(sc->sc_dmat, sc->sc_bouncemap, off, n, ops);
		if (read)
			memcpy(ld_virtio_data(r), sc->sc_bounce + off, n);
		return;
	}
	bus_dmamap_sync(sc->sc_dmat, r->r_map, 0, n, ops);
	bus_dmamap_unload(sc->sc_dmat, r->r_map);
}

/*
 * The next piece of a transfer.  Most are one; the buffer cache does not ask
 * how much the device can take.
 */
static int
ld_virtio_submit_transfer(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{
	int error;

	r->r_now = MIN(r->r_left, sc->sc_max_transfer);
	error = ld_virtio_load(sc, r);
	if (error)
		return error;
	ld_virtio_fill(sc, r, (r->r_bp->b_flags & B_READ) != 0 ?
	    VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT, r->r_sector);
	error = ld_virtio_submit(sc, r);
	if (error)
		ld_virtio_unload(sc, r);
	return error;
}

/* A transfer, from ld(4): it holds its lock and must not be called back. */
static int
ld_virtio_start(struct ld_softc *ld, struct buf *bp)
{
	struct ld_virtio_softc *sc = device_private(ld->sc_dv);
	struct ld_virtio_req *r;
	int error;

	if (sc->sc_readonly && (bp->b_flags & B_READ) == 0)
		return EROFS;
	if (virtio_is_broken(sc->sc_virtio))
		return ENXIO;
	r = ld_virtio_get(sc, LDV_TRANSFER);
	if (r == NULL)
		return EAGAIN;
	r->r_bp = bp;
	r->r_sector = (uint64_t)bp->b_rawblkno *
	    (ld->sc_secsize / VIRTIO_BLK_SECTOR);
	r->r_left = bp->b_bcount / VIRTIO_BLK_SECTOR;
	error = ld_virtio_submit_transfer(sc, r);
	if (error) {
		r->r_bp = NULL;
		ld_virtio_put(sc, r);
	}
	return error;
}

/* The next piece of a discard. */
static int
ld_virtio_submit_discard(struct ld_virtio_softc *sc, struct ld_virtio_req *r)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct ld_virtio_mem *m = ld_virtio_mem(sc, r);

	r->r_now = MIN(r->r_left, sc->sc_max_discard);
	m->discard.sector = virtio_rw64(vsc, r->r_sector);
	m->discard.num_sectors = virtio_rw32(vsc, r->r_now);
	m->discard.flags = 0;
	ld_virtio_fill(sc, r, VIRTIO_BLK_T_DISCARD, 0);
	return ld_virtio_submit(sc, r);
}

static int
ld_virtio_discard(struct ld_softc *ld, struct buf *bp)
{
	struct ld_virtio_softc *sc = device_private(ld->sc_dv);
	const unsigned per = ld->sc_secsize / VIRTIO_BLK_SECTOR;
	struct ld_virtio_req *r;
	int error;

	r = ld_virtio_get(sc, LDV_DISCARD);
	r->r_bp = bp;
	r->r_sector = (uint64_t)bp->b_rawblkno * per;
	r->r_left = (uint64_t)(bp->b_bcount / ld->sc_secsize) * per;
	error = r->r_left == 0 ? EINVAL : ld_virtio_submit_discard(sc, r);
	if (error) {
		r->r_bp = NULL;
		ld_virtio_put(sc, r);
	}
	return error;
}

/*
 * Writes the device's cache to the medium and waits for that.
 */
static int
ld_virtio_flush(struct ld_virtio_softc *sc)
{
	struct ld_virtio_req *r;
	int error;

	if ((virtio_features(sc->sc_virtio) & VIRTIO_BLK_F_FLUSH) == 0)
		return 0;
	r = ld_virtio_get(sc, LDV_FLUSH);
	r->r_done = false;
	r->r_error = 0;
	ld_virtio_fill(sc, r, VIRTIO_BLK_T_FLUSH, 0);
	error = ld_virtio_submit(sc, r);
	if (error == 0) {
		mutex_enter(&sc->sc_lock);
		while (!r->r_done)
			cv_wait(&sc->sc_cv, &sc->sc_lock);
		mutex_exit(&sc->sc_lock);
		error = r->r_error;
	}
	ld_virtio_put(sc, r);
	/* It may have taken the room of a transfer. */
	dk_start(&sc->sc_ld.sc_dksc, NULL);
	return error;
}

/*
 * Requests that come back.
 */

/* What became of a request of which the device says it wrote len bytes. */
static int
ld_virtio_result(struct ld_virtio_softc *sc, struct ld_virtio_req *r, int len)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	volatile struct ld_virtio_mem *m = ld_virtio_mem(sc, r);
	int want = 1;
	uint8_t status;

	ld_virtio_sync(sc, r, 0, offsetof(struct ld_virtio_mem, status),
	    BUS_DMASYNC_POSTWRITE);
	ld_virtio_sync(sc, r, offsetof(struct ld_virtio_mem, status), 1,
	    BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	/* Read once: the device may change it under us. */
	status = m->status;
	if (len < 1) {
		/* Given back by a broken device, or an answer without one. */
		virtio_break(vsc, "request answered with %d bytes", len);
		return EIO;
	}
	switch (status) {
	case VIRTIO_BLK_S_OK:
		break;
	case VIRTIO_BLK_S_IOERR:
		return EIO;
	case VIRTIO_BLK_S_UNSUPP:
		return EOPNOTSUPP;
	default:
		if (!sc->sc_said)
			device_printf(sc->sc_dev, "request with status %u\n",
			    status);
		sc->sc_said = true;
		return EIO;
	}
	/* Legacy devices may count wrongly. */
	if (r->r_kind == LDV_TRANSFER && (r->r_bp->b_flags & B_READ) != 0)
		want += r->r_now * VIRTIO_BLK_SECTOR;
	if (len != want &&
	    (virtio_features(vsc) & VIRTIO_F_VERSION_1) != 0) {
		virtio_break(vsc, "request answered with %d bytes, not %d",
		    len, want);
		return EIO;
	}
	return 0;
}

/* Who waits for a request is told, and puts it back. */
static void
ld_virtio_wake(struct ld_virtio_softc *sc, struct ld_virtio_req *r, int error)
{

	mutex_enter(&sc->sc_lock);
	r->r_error = error;
	r->r_done = true;
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
}

static void
ld_virtio_done(struct ld_virtio_softc *sc, struct ld_virtio_req *r, int len)
{
	struct buf *bp = r->r_bp;
	const enum ld_virtio_kind kind = r->r_kind;
	int error;

	if (kind == LDV_TRANSFER)
		ld_virtio_unload(sc, r);
	error = ld_virtio_result(sc, r, len);
	if (kind == LDV_FLUSH) {
		ld_virtio_wake(sc, r, error);
		return;
	}
	r->r_sector += r->r_now;
	r->r_left -= r->r_now;
	if (error == 0 && r->r_left > 0) {
		if (kind == LDV_TRANSFER)
			error = ld_virtio_submit_transfer(sc, r);
		else
			error = ld_virtio_submit_discard(sc, r);
		if (error == 0)
			return;
	}
	if (r->r_polled) {
		ld_virtio_wake(sc, r, error);
		return;
	}
	bp->b_error = error;
	bp->b_resid = error != 0 ? bp->b_bcount : 0;
	r->r_bp = NULL;
	ld_virtio_put(sc, r);
	if (kind == LDV_TRANSFER)
		lddone(&sc->sc_ld, bp);
	else
		lddiscardend(&sc->sc_ld, bp);
}

/* Interrupt, watchdog, detach: whatever has come back is done. */
static int
ld_virtio_vq_done(struct virtqueue *vq)
{
	struct ld_virtio_softc *sc =
	    container_of(vq, struct ld_virtio_softc, sc_vq);
	struct virtio_softc *vsc = sc->sc_virtio;
	struct ld_virtio_req *r;
	int len, slot, n = 0;

	while (virtio_dequeue(vsc, vq, &slot, &len) == 0) {
		mutex_enter(&sc->sc_lock);
		r = sc->sc_byslot[slot];
		sc->sc_byslot[slot] = NULL;
		KASSERT(r != NULL && r->r_busy);
		r->r_busy = false;
		sc->sc_ndone++;
		mutex_exit(&sc->sc_lock);
		/* The entry first: the next piece of a discard needs one. */
		virtio_dequeue_commit(vsc, vq, slot);
		ld_virtio_done(sc, r, len);
		mutex_enter(&sc->sc_lock);
		sc->sc_nout--;
		cv_broadcast(&sc->sc_cv);
		mutex_exit(&sc->sc_lock);
		n = 1;
	}
	return n;
}

/* One period is over: whether some request has been out for too many. */
static bool
ld_virtio_overdue(struct ld_virtio_softc *sc)
{
	bool overdue = false;
	unsigned i;

	mutex_enter(&sc->sc_lock);
	for (i = 0; i < sc->sc_nreqs; i++) {
		if (sc->sc_reqs[i].r_busy &&
		    ++sc->sc_reqs[i].r_periods > LD_VIRTIO_PERIODS)
			overdue = true;
	}
	mutex_exit(&sc->sc_lock);
	return overdue;
}

static void
ld_virtio_watch(void *arg)
{
	struct ld_virtio_softc *sc = arg;
	struct virtio_softc *vsc = sc->sc_virtio;
	bool idle, late;

	mutex_enter(&sc->sc_lock);
	idle = sc->sc_nout == 0;
	late = !idle && sc->sc_ndone == sc->sc_ndone_seen;
	sc->sc_ndone_seen = sc->sc_ndone;
	mutex_exit(&sc->sc_lock);
	if (idle)
		return;
	if (late && !virtio_is_broken(vsc)) {
		if (ld_virtio_vq_done(&sc->sc_vq) != 0) {
			if (!sc->sc_lost)
				device_printf(sc->sc_dev,
				    "lost an interrupt\n");
			sc->sc_lost = true;
		} else
			virtio_break(vsc, "no answer for %d seconds",
			    LD_VIRTIO_PATIENCE);
	}
	if (ld_virtio_overdue(sc))
		virtio_break(vsc, "no answer to a request for %d seconds",
		    LD_VIRTIO_PERIODS * LD_VIRTIO_PATIENCE);
	if (virtio_is_broken(vsc))
		(void)ld_virtio_vq_done(&sc->sc_vq);
	mutex_enter(&sc->sc_lock);
	if (sc->sc_nout != 0) {
		sc->sc_ndone_seen = sc->sc_ndone;
		callout_schedule(&sc->sc_watch, LD_VIRTIO_PATIENCE * hz);
	}
	mutex_exit(&sc->sc_lock);
}

/*
 * Change of size.
 */

static int
ld_virtio_config_change(struct virtio_softc *vsc)
{
	struct ld_virtio_softc *sc = device_private(virtio_child(vsc));

	mutex_enter(&sc->sc_lock);
	sc->sc_changed = true;
	if (sc->sc_ready)
		virtio_task_schedule(&sc->sc_resize);
	mutex_exit(&sc->sc_lock);
	return 1;
}

static void
ld_virtio_resize(void *arg)
{
	struct ld_virtio_softc *sc = arg;
	struct ld_softc *ld = &sc->sc_ld;
	struct disk *dk = &ld->sc_dksc.sc_dkdev;
	uint64_t capacity, sectors;

	if (virtio_is_broken(sc->sc_virtio))
		return;
	capacity = virtio_read_device_config_8(sc->sc_virtio,
	    VIRTIO_BLK_CONFIG_CAPACITY);
	if (capacity > INT64_MAX / VIRTIO_BLK_SECTOR) {
		device_printf(sc->sc_dev, "%" PRIu64 " sectors, more than %"
		    PRId64 "\n", capacity, INT64_MAX / VIRTIO_BLK_SECTOR);
		return;
	}
	sectors = capacity / (ld->sc_secsize / VIRTIO_BLK_SECTOR);
	mutex_enter(&dk->dk_openlock);
	if (sectors != ld->sc_secperunit) {
		device_printf(sc->sc_dev, "%" PRIu64 " sectors, were %" PRIu64
		    "\n", sectors, ld->sc_secperunit);
		ld->sc_secperunit = sectors;
		ld->sc_disksize512 = sectors * (ld->sc_secsize / DEV_BSIZE);
		atomic_store_relaxed(&dk->dk_geom.dg_secperunit,
		    (int64_t)sectors);
		/* Geometry and properties are those of the new size. */
		dk->dk_geom.dg_ncylinders = 0;
		disk_set_info(sc->sc_dev, dk, ld->sc_typename);
	}
	mutex_exit(&dk->dk_openlock);
}

/*
 * The rest.
 */

/*
 * Writes blocks when nothing else works any more: without interrupts.  Room
 * in the queue comes of what has ended; a device that ends nothing is broken.
 */
static int
ld_virtio_dump(struct ld_softc *ld, void *data, int blkno, int blkcnt)
{
	struct ld_virtio_softc *sc = device_private(ld->sc_dv);
	struct ld_virtio_req *r;
	struct buf b;
	bool done;
	int error, i;

	if (sc->sc_readonly)
		return EROFS;
	for (i = 0; (r = ld_virtio_get(sc, LDV_TRANSFER)) == NULL; i++) {
		if (i == LD_VIRTIO_DUMPPOLLS)
			return EAGAIN;
		(void)ld_virtio_vq_done(&sc->sc_vq);
		delay(100);
	}
	/* Of it there is what a transfer looks at. */
	memset(&b, 0, sizeof(b));
	b.b_flags = B_WRITE;
	b.b_data = data;
	b.b_bcount = blkcnt * ld->sc_secsize;
	r->r_bp = &b;
	r->r_polled = true;
	r->r_done = false;
	r->r_sector = (uint64_t)blkno * (ld->sc_secsize / VIRTIO_BLK_SECTOR);
	r->r_left = b.b_bcount / VIRTIO_BLK_SECTOR;
	error = ld_virtio_submit_transfer(sc, r);
	for (i = 0; error == 0; i++) {
		(void)ld_virtio_vq_done(&sc->sc_vq);
		mutex_enter(&sc->sc_lock);
		done = r->r_done;
		mutex_exit(&sc->sc_lock);
		if (done) {
			error = r->r_error;
			break;
		}
		if (i == LD_VIRTIO_DUMPPOLLS)
			virtio_break(sc->sc_virtio, "no answer to a dump");
		delay(100);
	}
	r->r_bp = NULL;
	r->r_polled = false;
	ld_virtio_put(sc, r);
	return error;
}

static int
ld_virtio_getcache(struct ld_virtio_softc *sc, int *bitsp)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	const uint64_t features = virtio_features(vsc);
	int bits = DKCACHE_READ;

	if ((features & VIRTIO_BLK_F_CONFIG_WCE) != 0) {
		bits |= DKCACHE_WCHANGE;
		if (virtio_read_device_config_1(vsc,
		    VIRTIO_BLK_CONFIG_WRITEBACK) != 0)
			bits |= DKCACHE_WRITE;
	} else if ((features & VIRTIO_BLK_F_FLUSH) != 0)
		bits |= DKCACHE_WRITE;
	*bitsp = bits;
	return 0;
}

static int
ld_virtio_setcache(struct ld_virtio_softc *sc, int bits)
{
	struct virtio_softc *vsc = sc->sc_virtio;

	if ((virtio_features(vsc) & VIRTIO_BLK_F_CONFIG_WCE) == 0)
		return EOPNOTSUPP;
	virtio_write_device_config_1(vsc, VIRTIO_BLK_CONFIG_WRITEBACK,
	    (bits & DKCACHE_WRITE) != 0);
	return 0;
}

static int
ld_virtio_ioctl(struct ld_softc *ld, u_long cmd, void *addr, int32_t flag,
    bool poll)
{
	struct ld_virtio_softc *sc = device_private(ld->sc_dv);

	if (virtio_is_broken(sc->sc_virtio))
		return ENXIO;
	switch (cmd) {
	case DIOCCACHESYNC:
		return ld_virtio_flush(sc);
	case DIOCGCACHE:
		return ld_virtio_getcache(sc, addr);
	case DIOCSCACHE:
		return ld_virtio_setcache(sc, *(int *)addr);
	default:
		return EPASSTHROUGH;
	}
}

MODULE(MODULE_CLASS_DRIVER, ld_virtio, "ld,virtio");

static int
ld_virtio_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
