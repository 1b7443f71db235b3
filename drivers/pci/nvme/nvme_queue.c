/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Queues of an NVMe controller and the commands in them.
 *
 * A command (ccb) has its place in a queue for good; its number is the
 * identifier that the controller returns.  free -> busy (its owner fills it
 * in) -> issued -> done (its done function runs, once) -> free.  A completion
 * counts only for an issued one; whatever else the controller says is held
 * against it.  NVM Express 1.3, sections 4.1 to 4.3 and 4.6.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>

#include "nvme_impl.h"

/*
 * DMA memory.
 */

/* size bytes of zeroes in one segment, page aligned, or NULL.  Sleeps. */
struct nvme_dmamem *
nvme_dmamem_alloc(struct nvme_softc *sc, size_t size)
{
	struct nvme_dmamem *ndm;
	int nsegs;

	ndm = kmem_zalloc(sizeof(*ndm), KM_SLEEP);
	ndm->ndm_size = size;
	if (bus_dmamap_create(sc->sc_dmat, size, 1, size, 0,
	    BUS_DMA_WAITOK | BUS_DMA_ALLOCNOW, &ndm->ndm_map) != 0)
		goto fail0;
	if (bus_dmamem_alloc(sc->sc_dmat, size, sc->sc_mps, 0, &ndm->ndm_seg,
	    1, &nsegs, BUS_DMA_WAITOK) != 0)
		goto fail1;
	if (bus_dmamem_map(sc->sc_dmat, &ndm->ndm_seg, nsegs, size,
	    &ndm->ndm_kva, BUS_DMA_WAITOK) != 0)
		goto fail2;
	memset(ndm->ndm_kva, 0, size);
	if (bus_dmamap_load(sc->sc_dmat, ndm->ndm_map, ndm->ndm_kva, size,
	    NULL, BUS_DMA_WAITOK) != 0)
		goto fail3;
	return ndm;
fail3:
	bus_dmamem_unmap(sc->sc_dmat, ndm->ndm_kva, size);
fail2:
	bus_dmamem_free(sc->sc_dmat, &ndm->ndm_seg, 1);
fail1:
	bus_dmamap_destroy(sc->sc_dmat, ndm->ndm_map);
fail0:
	kmem_free(ndm, sizeof(*ndm));
	return NULL;
}

/* Accepts NULL. */
void
nvme_dmamem_free(struct nvme_softc *sc, struct nvme_dmamem *ndm)
{

	if (ndm == NULL)
		return;
	bus_dmamap_unload(sc->sc_dmat, ndm->ndm_map);
	bus_dmamem_unmap(sc->sc_dmat, ndm->ndm_kva, ndm->ndm_size);
	bus_dmamem_free(sc->sc_dmat, &ndm->ndm_seg, 1);
	bus_dmamap_destroy(sc->sc_dmat, ndm->ndm_map);
	kmem_free(ndm, sizeof(*ndm));
}

/* Syncs all of it. */
void
nvme_dmamem_sync(struct nvme_softc *sc, struct nvme_dmamem *ndm, int ops)
{

	bus_dmamap_sync(sc->sc_dmat, ndm->ndm_map, 0, ndm->ndm_size, ops);
}

/*
 * Queues.
 */

static void
nvme_ccbs_free(struct nvme_softc *sc, struct nvme_queue *q)
{
	u_int i;

	if (q->q_ccbs == NULL)
		return;
	for (i = 0; i < q->q_nccbs; i++) {
		if (q->q_ccbs[i].ccb_dmamap != NULL)
			bus_dmamap_destroy(sc->sc_dmat,
			    q->q_ccbs[i].ccb_dmamap);
	}
	nvme_dmamem_free(sc, q->q_ccb_prpls);
	kmem_free(q->q_ccbs, q->q_nccbs * sizeof(*q->q_ccbs));
	q->q_ccbs = NULL;
}

static int
nvme_ccbs_alloc(struct nvme_softc *sc, struct nvme_queue *q, u_int n)
{
	struct nvme_ccb *ccb;
	size_t listsize;
	u_int i;

	/* A list may not cross a page: its last entry there would be a link. */
	for (listsize = 8; listsize < sc->sc_max_sgl * sizeof(uint64_t);)
		listsize *= 2;
	q->q_nccbs = n;
	q->q_ccbs = kmem_zalloc(n * sizeof(*q->q_ccbs), KM_SLEEP);
	q->q_ccb_prpls = nvme_dmamem_alloc(sc, listsize * n);
	if (q->q_ccb_prpls == NULL)
		return ENOMEM;
	for (i = 0; i < n; i++) {
		ccb = &q->q_ccbs[i];
		if (bus_dmamap_create(sc->sc_dmat, sc->sc_mdts, sc->sc_max_sgl,
		    sc->sc_mps, sc->sc_mps, BUS_DMA_WAITOK | BUS_DMA_ALLOCNOW,
		    &ccb->ccb_dmamap) != 0) {
			ccb->ccb_dmamap = NULL;
			return ENOMEM;
		}
		ccb->ccb_id = i;
		ccb->ccb_cookie = (void *)(uintptr_t)NVME_CCB_FREE;
		ccb->ccb_prpl_off = i * listsize;
		ccb->ccb_prpl_dva = NVME_DMA_DVA(q->q_ccb_prpls) + i * listsize;
		ccb->ccb_prpl = (uint64_t *)
		    ((char *)NVME_DMA_KVA(q->q_ccb_prpls) + i * listsize);
		SIMPLEQ_INSERT_TAIL(&q->q_ccb_list, ccb, ccb_entry);
	}
	return 0;
}

/*
 * A queue pair of that many entries with its commands, stopped; NULL without
 * memory.  Sleeps.
 */
struct nvme_queue *
nvme_q_alloc(struct nvme_softc *sc, uint16_t id, u_int entries)
{
	struct nvme_queue *q;

	q = kmem_zalloc(sizeof(*q), KM_SLEEP);
	q->q_sc = sc;
	q->q_id = id;
	q->q_entries = entries;
	q->q_stopped = true;
	q->q_sqtdbl = NVME_SQTDBL(id, (bus_size_t)sc->sc_dstrd);
	q->q_cqhdbl = NVME_CQHDBL(id, (bus_size_t)sc->sc_dstrd);
	mutex_init(&q->q_sq_mtx, MUTEX_DEFAULT, IPL_BIO);
	mutex_init(&q->q_cq_mtx, MUTEX_DEFAULT, IPL_BIO);
	mutex_init(&q->q_ccb_mtx, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&q->q_ccb_wait, "nvmeqw");
	SIMPLEQ_INIT(&q->q_ccb_list);
	q->q_sq_dmamem = nvme_dmamem_alloc(sc,
	    entries * sizeof(struct nvme_sqe));
	if (q->q_sq_dmamem == NULL)
		goto fail;
	q->q_cq_dmamem = nvme_dmamem_alloc(sc,
	    entries * sizeof(struct nvme_cqe));
	if (q->q_cq_dmamem == NULL)
		goto fail;
	nvme_dmamem_sync(sc, q->q_sq_dmamem, BUS_DMASYNC_PREWRITE);
	nvme_dmamem_sync(sc, q->q_cq_dmamem, BUS_DMASYNC_PREREAD);
	/* One entry stays free, or a full queue would look empty. */
	if (nvme_ccbs_alloc(sc, q, entries - 1) != 0)
		goto fail;
	return q;
fail:
	nvme_q_free(sc, q);
	return NULL;
}

/* Frees a queue with nothing issued.  Accepts NULL and half-built ones. */
void
nvme_q_free(struct nvme_softc *sc, struct nvme_queue *q)
{

	if (q == NULL)
		return;
	KASSERT(q->q_nissued == 0);
	nvme_ccbs_free(sc, q);
	if (q->q_sq_dmamem != NULL)
		nvme_dmamem_sync(sc, q->q_sq_dmamem, BUS_DMASYNC_POSTWRITE);
	if (q->q_cq_dmamem != NULL)
		nvme_dmamem_sync(sc, q->q_cq_dmamem, BUS_DMASYNC_POSTREAD);
	nvme_dmamem_free(sc, q->q_sq_dmamem);
	nvme_dmamem_free(sc, q->q_cq_dmamem);
	cv_destroy(&q->q_ccb_wait);
	mutex_destroy(&q->q_ccb_mtx);
	mutex_destroy(&q->q_cq_mtx);
	mutex_destroy(&q->q_sq_mtx);
	kmem_free(q, sizeof(*q));
}

/*
 * Both rings as the controller finds them when it learns of the queue.
 * Nothing is issued, and the controller does not use the rings now.
 */
void
nvme_q_restart(struct nvme_softc *sc, struct nvme_queue *q)
{

	mutex_enter(&q->q_cq_mtx);
	mutex_enter(&q->q_sq_mtx);
	nvme_dmamem_sync(sc, q->q_sq_dmamem, BUS_DMASYNC_POSTWRITE);
	nvme_dmamem_sync(sc, q->q_cq_dmamem, BUS_DMASYNC_POSTREAD);
	memset(NVME_DMA_KVA(q->q_sq_dmamem), 0, q->q_sq_dmamem->ndm_size);
	memset(NVME_DMA_KVA(q->q_cq_dmamem), 0, q->q_cq_dmamem->ndm_size);
	nvme_dmamem_sync(sc, q->q_sq_dmamem, BUS_DMASYNC_PREWRITE);
	/* The zeroes matter: they are the phase that no new entry has. */
	nvme_dmamem_sync(sc, q->q_cq_dmamem,
	    BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	q->q_sq_tail = 0;
	q->q_cq_head = 0;
	q->q_cq_phase = NVME_CQE_PHASE;
	mutex_exit(&q->q_sq_mtx);
	mutex_exit(&q->q_cq_mtx);
}

/*
 * The controller knows the queue: commands are taken from here on, of owner
 * only if that is not NULL.
 */
void
nvme_q_open(struct nvme_queue *q, struct lwp *owner)
{

	mutex_enter(&q->q_cq_mtx);
	mutex_enter(&q->q_sq_mtx);
	q->q_stopped = false;
	q->q_owner = owner;
	mutex_exit(&q->q_sq_mtx);
	mutex_exit(&q->q_cq_mtx);
}

/* No doorbell is rung after this returns. */
void
nvme_q_stop(struct nvme_queue *q)
{

	mutex_enter(&q->q_cq_mtx);
	mutex_enter(&q->q_sq_mtx);
	q->q_stopped = true;
	mutex_exit(&q->q_sq_mtx);
	mutex_exit(&q->q_cq_mtx);
}

/* An issued command is over. */
static void
nvme_ccb_ended(struct nvme_queue *q, struct nvme_ccb *ccb)
{

	KASSERT(mutex_owned(&q->q_ccb_mtx));
	ccb->ccb_state = NVME_CCB_S_DONE;
	if (!ccb->ccb_forever)
		q->q_nissued--;
}

/* Ends everything that is issued on a stopped queue with an error. */
void
nvme_q_abort(struct nvme_queue *q)
{
	struct nvme_cqe cqe;
	struct nvme_ccb *ccb;
	u_int i;

	KASSERT(q->q_stopped);
	for (i = 0; i < q->q_nccbs; i++) {
		ccb = &q->q_ccbs[i];
		mutex_enter(&q->q_ccb_mtx);
		if (ccb->ccb_state != NVME_CCB_S_ISSUED) {
			mutex_exit(&q->q_ccb_mtx);
			continue;
		}
		nvme_ccb_ended(q, ccb);
		mutex_exit(&q->q_ccb_mtx);
		memset(&cqe, 0, sizeof(cqe));
		htolem16(&cqe.cid, ccb->ccb_id);
		htolem16(&cqe.sqid, q->q_id);
		htolem16(&cqe.flags, NVME_CQE_SCT_GENERIC |
		    NVME_CQE_SC_CMD_ABDR_SQ_DEL | NVME_CQE_DNR);
		(*ccb->ccb_done)(q, ccb, &cqe);
	}
}

/* Whether a command's time is over at tick now. */
bool
nvme_q_overdue(struct nvme_queue *q, int now)
{
	bool late = false;
	u_int i;

	mutex_enter(&q->q_ccb_mtx);
	for (i = 0; i < q->q_nccbs && q->q_nissued != 0; i++) {
		if (q->q_ccbs[i].ccb_state == NVME_CCB_S_ISSUED &&
		    !q->q_ccbs[i].ccb_forever &&
		    (int)((u_int)now - (u_int)q->q_ccbs[i].ccb_deadline) >= 0)
			late = true;
	}
	mutex_exit(&q->q_ccb_mtx);
	return late;
}

/*
 * Commands.
 */

/* A free command, now busy; NULL if there is none and the caller won't wait. */
struct nvme_ccb *
nvme_ccb_get(struct nvme_queue *q, bool wait)
{
	struct nvme_ccb *ccb;

	mutex_enter(&q->q_ccb_mtx);
	while ((ccb = SIMPLEQ_FIRST(&q->q_ccb_list)) == NULL && wait) {
		q->q_ccb_waiting = true;
		cv_wait(&q->q_ccb_wait, &q->q_ccb_mtx);
	}
	if (ccb != NULL) {
		KASSERT(ccb->ccb_state == NVME_CCB_S_FREE);
		SIMPLEQ_REMOVE_HEAD(&q->q_ccb_list, ccb_entry);
		ccb->ccb_state = NVME_CCB_S_BUSY;
		ccb->ccb_cookie = NULL;
	}
	mutex_exit(&q->q_ccb_mtx);
	return ccb;
}

/* The same without sleep: completes what is done meanwhile; NULL after ms. */
struct nvme_ccb *
nvme_ccb_poll(struct nvme_queue *q, int ms)
{
	struct nvme_ccb *ccb;
	long polls = 0;

	while ((ccb = nvme_ccb_get(q, false)) == NULL && polls++ < ms * 100L) {
		(void)nvme_q_complete(q->q_sc, q);
		delay(10);
	}
	return ccb;
}

/* Gives a busy or done command back. */
void
nvme_ccb_put(struct nvme_queue *q, struct nvme_ccb *ccb)
{

	mutex_enter(&q->q_ccb_mtx);
	KASSERT(ccb->ccb_state == NVME_CCB_S_BUSY ||
	    ccb->ccb_state == NVME_CCB_S_DONE);
	ccb->ccb_state = NVME_CCB_S_FREE;
	ccb->ccb_done = NULL;
	ccb->ccb_cookie = (void *)(uintptr_t)NVME_CCB_FREE;
	SIMPLEQ_INSERT_HEAD(&q->q_ccb_list, ccb, ccb_entry);
	if (q->q_ccb_waiting) {
		q->q_ccb_waiting = false;
		cv_broadcast(&q->q_ccb_wait);
	}
	mutex_exit(&q->q_ccb_mtx);
}

/*
 * Hands a busy command to the controller, to be done within ms, or, with 0,
 * some time.  ENXIO: the queue is stopped or another's, and the command still
 * the caller's.
 */
int
nvme_q_submit(struct nvme_softc *sc, struct nvme_queue *q, struct nvme_ccb *ccb,
    const struct nvme_sqe *tmpl, int ms)
{
	struct nvme_sqe *sqe;
	bus_size_t off;

	KASSERT(ccb->ccb_done != NULL);
	mutex_enter(&q->q_sq_mtx);
	if (q->q_stopped || (q->q_owner != NULL && q->q_owner != curlwp)) {
		mutex_exit(&q->q_sq_mtx);
		return ENXIO;
	}
	mutex_enter(&q->q_ccb_mtx);
	ccb->ccb_state = NVME_CCB_S_ISSUED;
	ccb->ccb_deadline = (int)((u_int)getticks() + mstohz(ms));
	ccb->ccb_forever = ms == 0;
	if (!ccb->ccb_forever)
		q->q_nissued++;
	mutex_exit(&q->q_ccb_mtx);

	off = q->q_sq_tail * sizeof(*sqe);
	sqe = (struct nvme_sqe *)NVME_DMA_KVA(q->q_sq_dmamem) + q->q_sq_tail;
	bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_sq_dmamem), off,
	    sizeof(*sqe), BUS_DMASYNC_POSTWRITE);
	memcpy(sqe, tmpl, sizeof(*sqe));
	htolem16(&sqe->cid, ccb->ccb_id);
	bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_sq_dmamem), off,
	    sizeof(*sqe), BUS_DMASYNC_PREWRITE);
	if (++q->q_sq_tail == q->q_entries)
		q->q_sq_tail = 0;
	if (ms != 0)
		nvme_timeout_arm(sc);
	/* From here on the command is the controller's. */
	nvme_write4(sc, q->q_sqtdbl, q->q_sq_tail);
	mutex_exit(&q->q_sq_mtx);
	return 0;
}

/* The command that a completion speaks of, now done; NULL for a lie. */
static struct nvme_ccb *
nvme_cqe_check(struct nvme_softc *sc, struct nvme_queue *q,
    const struct nvme_cqe *cqe)
{
	struct nvme_ccb *ccb;
	u_int cid = lemtoh16(&cqe->cid);

	if (lemtoh16(&cqe->sqid) != q->q_id) {
		nvme_fail(sc, true, "completion queue %u: sqid %u", q->q_id,
		    lemtoh16(&cqe->sqid));
		return NULL;
	}
	if (lemtoh16(&cqe->sqhd) >= q->q_entries) {
		nvme_fail(sc, true, "completion queue %u: sqhd %u, has %u "
		    "entries", q->q_id, lemtoh16(&cqe->sqhd), q->q_entries);
		return NULL;
	}
	if (cid >= q->q_nccbs) {
		nvme_fail(sc, true, "completion queue %u: cid %u, has %u",
		    q->q_id, cid, q->q_nccbs);
		return NULL;
	}
	ccb = &q->q_ccbs[cid];
	mutex_enter(&q->q_ccb_mtx);
	if (ccb->ccb_state != NVME_CCB_S_ISSUED) {
		mutex_exit(&q->q_ccb_mtx);
		nvme_fail(sc, true, "completion queue %u: cid %u is not "
		    "outstanding", q->q_id, cid);
		return NULL;
	}
	nvme_ccb_ended(q, ccb);
	mutex_exit(&q->q_ccb_mtx);
	return ccb;
}

/* Whether the controller has completed something.  As nvme_q_complete(). */
bool
nvme_q_pending(struct nvme_softc *sc, struct nvme_queue *q)
{
	struct nvme_cqe *cqe;
	bus_size_t off;
	bool pending;

	mutex_enter(&q->q_cq_mtx);
	cqe = (struct nvme_cqe *)NVME_DMA_KVA(q->q_cq_dmamem) + q->q_cq_head;
	off = q->q_cq_head * sizeof(*cqe);
	bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_cq_dmamem), off,
	    sizeof(*cqe), BUS_DMASYNC_POSTREAD);
	pending = !q->q_stopped && (lemtoh16(&cqe->flags) & NVME_CQE_PHASE) ==
	    q->q_cq_phase;
	bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_cq_dmamem), off,
	    sizeof(*cqe), BUS_DMASYNC_PREREAD);
	mutex_exit(&q->q_cq_mtx);
	return pending;
}

/*
 * Completes what the controller has completed; whether there was anything.
 * Any context up to IPL_BIO, with no lock held.
 */
int
nvme_q_complete(struct nvme_softc *sc, struct nvme_queue *q)
{
	struct nvme_ccb *ccb;
	struct nvme_cqe cqe, *ring;
	bus_size_t off;
	uint16_t flags;
	int rv = 0;

	mutex_enter(&q->q_cq_mtx);
	while (!q->q_stopped) {
		ring = (struct nvme_cqe *)NVME_DMA_KVA(q->q_cq_dmamem) +
		    q->q_cq_head;
		off = q->q_cq_head * sizeof(cqe);
		bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_cq_dmamem), off,
		    sizeof(cqe), BUS_DMASYNC_POSTREAD);
		/* The phase comes last on the bus and is looked at first. */
		flags = lemtoh16((volatile uint16_t *)&ring->flags);
		if ((flags & NVME_CQE_PHASE) != q->q_cq_phase) {
			bus_dmamap_sync(sc->sc_dmat,
			    NVME_DMA_MAP(q->q_cq_dmamem), off, sizeof(cqe),
			    BUS_DMASYNC_PREREAD);
			break;
		}
		membar_consumer();
		memcpy(&cqe, ring, sizeof(cqe));
		htolem16(&cqe.flags, flags);
		bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_cq_dmamem), off,
		    sizeof(cqe), BUS_DMASYNC_PREREAD);
		rv = 1;
		if (++q->q_cq_head == q->q_entries) {
			q->q_cq_head = 0;
			q->q_cq_phase ^= NVME_CQE_PHASE;
		}
		if ((ccb = nvme_cqe_check(sc, q, &cqe)) == NULL)
			break;
		nvme_write4(sc, q->q_cqhdbl, q->q_cq_head);
		mutex_exit(&q->q_cq_mtx);
		(*ccb->ccb_done)(q, ccb, &cqe);
		mutex_enter(&q->q_cq_mtx);
	}
	mutex_exit(&q->q_cq_mtx);
	return rv;
}

/*
 * Data.
 */

/*
 * Loads len bytes for a command and describes them in sqe's PRPs: the first
 * page from its offset, then whole pages, through a list if there are more
 * than two.  NVM Express 1.3, 4.3.
 */
int
nvme_prp_load(struct nvme_softc *sc, struct nvme_queue *q, struct nvme_ccb *ccb,
    void *data, size_t len, bool read, bool wait, struct nvme_sqe *sqe)
{
	bus_dmamap_t map = ccb->ccb_dmamap;
	uint64_t addr;
	int error, i;

	if (len == 0 || len > sc->sc_mdts)
		return EINVAL;
	error = bus_dmamap_load(sc->sc_dmat, map, data, len, NULL,
	    (wait ? BUS_DMA_WAITOK : BUS_DMA_NOWAIT) | BUS_DMA_STREAMING |
	    (read ? BUS_DMA_READ : BUS_DMA_WRITE));
	if (error)
		return error;
	for (i = 0; i < map->dm_nsegs; i++) {
		addr = map->dm_segs[i].ds_addr;
		/* Only the ends of a transfer may lie within a page. */
		if ((addr & (i == 0 ? 3 : sc->sc_mps - 1)) != 0 ||
		    (i + 1 < map->dm_nsegs &&
		    ((addr + map->dm_segs[i].ds_len) & (sc->sc_mps - 1)) != 0)) {
			bus_dmamap_unload(sc->sc_dmat, map);
			return EINVAL;
		}
	}
	bus_dmamap_sync(sc->sc_dmat, map, 0, len,
	    read ? BUS_DMASYNC_PREREAD : BUS_DMASYNC_PREWRITE);
	htolem64(&sqe->entry.prp[0], map->dm_segs[0].ds_addr);
	if (map->dm_nsegs == 1) {
		sqe->entry.prp[1] = 0;
	} else if (map->dm_nsegs == 2) {
		htolem64(&sqe->entry.prp[1], map->dm_segs[1].ds_addr);
	} else {
		bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_ccb_prpls),
		    ccb->ccb_prpl_off, (map->dm_nsegs - 1) * sizeof(uint64_t),
		    BUS_DMASYNC_POSTWRITE);
		for (i = 1; i < map->dm_nsegs; i++)
			htolem64(&ccb->ccb_prpl[i - 1], map->dm_segs[i].ds_addr);
		bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_ccb_prpls),
		    ccb->ccb_prpl_off, (map->dm_nsegs - 1) * sizeof(uint64_t),
		    BUS_DMASYNC_PREWRITE);
		htolem64(&sqe->entry.prp[1], ccb->ccb_prpl_dva);
	}
	ccb->nnc_flags &= ~NVME_NS_CTX_F_READ;
	if (read)
		ccb->nnc_flags |= NVME_NS_CTX_F_READ;
	return 0;
}

/* The data are the kernel's again. */
void
nvme_prp_unload(struct nvme_softc *sc, struct nvme_queue *q,
    struct nvme_ccb *ccb)
{
	bus_dmamap_t map = ccb->ccb_dmamap;

	if (map->dm_nsegs > 2)
		bus_dmamap_sync(sc->sc_dmat, NVME_DMA_MAP(q->q_ccb_prpls),
		    ccb->ccb_prpl_off, (map->dm_nsegs - 1) * sizeof(uint64_t),
		    BUS_DMASYNC_POSTWRITE);
	bus_dmamap_sync(sc->sc_dmat, map, 0, map->dm_mapsize,
	    (ccb->nnc_flags & NVME_NS_CTX_F_READ) != 0 ?
	    BUS_DMASYNC_POSTREAD : BUS_DMASYNC_POSTWRITE);
	bus_dmamap_unload(sc->sc_dmat, map);
}

/*
 * Waiting.
 */

static void
nvme_wait_done(struct nvme_queue *q, struct nvme_ccb *ccb, struct nvme_cqe *cqe)
{
	struct nvme_wait *w = ccb->ccb_cookie;

	mutex_enter(&q->q_ccb_mtx);
	w->w_cqe = *cqe;
	w->w_done = true;
	q->q_ccb_waiting = false;
	cv_broadcast(&q->q_ccb_wait);
	mutex_exit(&q->q_ccb_mtx);
}

/*
 * Issues a busy command and waits for its completion, by sleep or, with poll,
 * without.  0: *cqe is what the controller or the end of it said, and the
 * command is done.  ENXIO: as nvme_q_submit(), the command is still busy.
 */
int
nvme_exec(struct nvme_softc *sc, struct nvme_queue *q, struct nvme_ccb *ccb,
    const struct nvme_sqe *sqe, int ms, bool poll, struct nvme_cqe *cqe)
{
	struct nvme_wait w = { .w_done = false };
	int error, pause = 1, start = getticks();
	long polls = 0;
	bool done;

	ccb->ccb_done = nvme_wait_done;
	ccb->ccb_cookie = &w;
	error = nvme_q_submit(sc, q, ccb, sqe, ms);
	if (error)
		return error;
	for (;;) {
		(void)nvme_q_complete(sc, q);
		mutex_enter(&q->q_ccb_mtx);
		/* An interrupt that is lost costs time, not the command. */
		if (!w.w_done && !poll)
			(void)cv_timedwait(&q->q_ccb_wait, &q->q_ccb_mtx,
			    pause);
		done = w.w_done;
		mutex_exit(&q->q_ccb_mtx);
		if (done)
			break;
		if (poll) {
			delay(10);
			if (++polls >= ms * 100L)
				nvme_halt(sc, true);
			continue;
		}
		if (pause < hz / 4)
			pause *= 2;
		if (!sc->sc_broken &&
		    (int)((u_int)getticks() - (u_int)start) < mstohz(ms))
			continue;
		/* Whoever resets now can't wait for a reset. */
		if (sc->sc_lwp == curlwp)
			nvme_halt(sc, false);
		else
			nvme_fail(sc, false, "queue %u: command %#x is late",
			    q->q_id, sqe->opcode);
	}
	*cqe = w.w_cqe;
	return 0;
}
