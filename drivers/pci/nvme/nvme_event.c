/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a controller has to say of itself: one Asynchronous Event Request is
 * with it as long as it works.  Its end is an event; the log page that belongs
 * to it is read, which lets the next one of its kind happen, and the request
 * is made anew.  NVM Express 1.3, sections 5.2, 5.14.1 and 5.21.1.11.
 *
 * An event is a line in the log and nothing more.  A controller that does not
 * stop talking is no longer listened to.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include "nvme_impl.h"

#define	NVME_MAX_EVENTS		32	/* listened to, of a controller */
#define	NVME_EVENT_CCBS		4	/* commands of a queue that can spare one */
#define	NVME_EVENT_LOGSIZE	512

/* Completion: kind, what it is, and the log page that tells. */
#define	NVME_EVENT_TYPE(cdw0)	((cdw0) & 0x07)
#define	NVME_EVENT_INFO(cdw0)	((cdw0) >> 8 & 0xff)
#define	NVME_EVENT_PAGE(cdw0)	((cdw0) >> 16 & 0xff)

#define	NVME_LOG_HEALTH		2
/* Feature: the critical warnings of SMART that are events. */
#define	NVME_EVENT_WARNINGS	0x1f

static struct workqueue *nvme_event_wq;	/* reads log pages */

static void	nvme_event_work(struct work *, void *);
static void	nvme_event_done(struct nvme_queue *, struct nvme_ccb *,
		    struct nvme_cqe *);

/* The thread that reads log pages; at boot. */
int
nvme_event_init(void)
{

	return workqueue_create(&nvme_event_wq, "nvmeevent", nvme_event_work,
	    NULL, PRI_NONE, IPL_BIO, WQ_MPSAFE);
}

/* Makes the request; false: nobody listens now. */
static bool
nvme_event_post(struct nvme_softc *sc)
{
	struct nvme_queue *q = sc->sc_admin_q;
	struct nvme_sqe sqe;
	struct nvme_ccb *ccb;

	ccb = nvme_ccb_get(q, false);
	if (ccb == NULL)
		return false;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_ASYNC_EV_REQ;
	ccb->ccb_done = nvme_event_done;
	if (nvme_q_submit(sc, q, ccb, &sqe, 0) == 0)
		return true;
	nvme_ccb_put(q, ccb);
	return false;
}

/*
 * The controller works: listens to it.  By who brings it up, or, after an
 * event, by the thread.
 */
static void
nvme_event_listen(struct nvme_softc *sc)
{
	bool listen;

	mutex_enter(&sc->sc_lock);
	listen = !sc->sc_event_on && sc->sc_events < NVME_MAX_EVENTS;
	if (listen)
		sc->sc_event_on = true;
	mutex_exit(&sc->sc_lock);
	if (!listen || nvme_event_post(sc))
		return;
	mutex_enter(&sc->sc_lock);
	sc->sc_event_on = false;
	mutex_exit(&sc->sc_lock);
}

int
nvme_event_start(struct nvme_softc *sc)
{
	struct nvme_sqe sqe;

	if (sc->sc_admin_q->q_nccbs < NVME_EVENT_CCBS)
		return 0;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_SET_FEATURES;
	htolem32(&sqe.cdw10, NVM_FEAT_ASYNC_EVENT_CONFIGURATION);
	htolem32(&sqe.cdw11, NVME_EVENT_WARNINGS);
	/* One that refuses has errors to tell of all the same. */
	(void)nvme_admin(sc, &sqe, NULL, 0, false, NVME_ADMIN_TIMEOUT, NULL);
	if (sc->sc_admin_q->q_stopped)
		return EIO;
	nvme_event_listen(sc);
	return 0;
}

void
nvme_event_drain(struct nvme_softc *sc)
{

	workqueue_wait(nvme_event_wq, &sc->sc_event_work);
}

/* The request has ended: by an event, or with its queue. */
static void
nvme_event_done(struct nvme_queue *q, struct nvme_ccb *ccb,
    struct nvme_cqe *cqe)
{
	const uint16_t flags = lemtoh16(&cqe->flags);
	struct nvme_softc *sc = q->q_sc;

	nvme_ccb_put(q, ccb);
	mutex_enter(&sc->sc_lock);
	sc->sc_event = lemtoh32(&cqe->cdw0);
	if ((flags & NVME_CQE_STATUS) == 0)
		workqueue_enqueue(nvme_event_wq, &sc->sc_event_work, NULL);
	else
		sc->sc_event_on = false;
	mutex_exit(&sc->sc_lock);
}

/* Says what the event was; *page is its log page, or zeroes. */
static void
nvme_event_print(struct nvme_softc *sc, uint32_t ev, const uint8_t *page)
{
	static const char *const types[] = {
		"error", "health", "notice", "event", "event", "event", "I/O",
		"vendor's event"
	};

	if (NVME_EVENT_PAGE(ev) == NVME_LOG_HEALTH)
		aprint_error_dev(sc->sc_dev, "%s %#x: warnings %#x, %u K, "
		    "spare %u%%\n", types[NVME_EVENT_TYPE(ev)],
		    NVME_EVENT_INFO(ev), page[0], page[1] | page[2] << 8,
		    page[3]);
	else
		aprint_error_dev(sc->sc_dev, "%s %#x, log page %#x\n",
		    types[NVME_EVENT_TYPE(ev)], NVME_EVENT_INFO(ev),
		    NVME_EVENT_PAGE(ev));
}

static void
nvme_event_work(struct work *wk, void *arg)
{
	struct nvme_softc *sc = container_of(wk, struct nvme_softc,
	    sc_event_work);
	struct nvme_sqe sqe;
	uint8_t *page;
	uint32_t ev;
	u_int n;

	mutex_enter(&sc->sc_lock);
	ev = sc->sc_event;
	n = ++sc->sc_events;
	mutex_exit(&sc->sc_lock);

	page = kmem_zalloc(NVME_EVENT_LOGSIZE, KM_SLEEP);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_GET_LOG_PG;
	htolem32(&sqe.nsid, 0xffffffff);
	htolem32(&sqe.cdw10, (NVME_EVENT_LOGSIZE / 4 - 1) << 16 |
	    NVME_EVENT_PAGE(ev));
	if (nvme_admin(sc, &sqe, page, NVME_EVENT_LOGSIZE, true,
	    NVME_ADMIN_TIMEOUT, NULL) != 0)
		memset(page, 0, NVME_EVENT_LOGSIZE);
	nvme_event_print(sc, ev, page);
	kmem_free(page, NVME_EVENT_LOGSIZE);
	if (n == NVME_MAX_EVENTS)
		aprint_error_dev(sc->sc_dev, "%u events; the rest goes "
		    "unheard\n", n);

	mutex_enter(&sc->sc_lock);
	sc->sc_event_on = false;
	mutex_exit(&sc->sc_lock);
	nvme_event_listen(sc);
}
