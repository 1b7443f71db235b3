/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the NVMe driver share.
 */

#ifndef _NVME_IMPL_H_
#define	_NVME_IMPL_H_

#include <dev/ic/nvmevar.h>

#define	NVME_ADMIN_TIMEOUT	5000	/* milliseconds */
#define	NVME_IO_TIMEOUT		10000
#define	NVME_SHUTDOWN_TIMEOUT	5000
#define	NVME_PT_TIMEOUT_MAX	60000	/* of a passed through command */
#define	NVME_MAX_NS		64	/* nsids looked at */
#define	NVME_MAX_RESETS		3	/* then the controller is dead */

/* Status code and type; NVME_CQE_SCT_MASK and _SC_MASK lack the last bit. */
#define	NVME_CQE_STATUS		__BITS(1, 11)

#define	NVME_HAS_VWC(sc)	((sc)->sc_identify.vwc & NVME_ID_CTRLR_VWC_PRESENT)
#define	NVME_HAS_DSM(sc)						\
	((lemtoh16(&(sc)->sc_identify.oncs) & NVME_ID_CTRLR_ONCS_DSM) != 0)

/* A command somebody waits for. */
struct nvme_wait {
	struct nvme_cqe	w_cqe;
	bool		w_done;		/* q_ccb_mtx */
};

typedef void (*nvme_fill_t)(struct nvme_queue *, struct nvme_ccb *, void *sqe);

/* Registers, each access with its barrier. */
#undef nvme_read4
#undef nvme_write4
uint32_t nvme_read4(struct nvme_softc *, bus_size_t);
void	nvme_write4(struct nvme_softc *, bus_size_t, uint32_t);

/*
 * The queue for a command from here: this CPU's, or the next one that has
 * a free command; with waitok this CPU's in any case.
 */
static __inline struct nvme_queue *
nvme_pick_q(struct nvme_softc *sc, bool waitok)
{
	struct nvme_queue *q;
	u_int i, first = cpu_index(curcpu());
	bool none;

	for (i = 0; i < sc->sc_nq; i++) {
		q = sc->sc_q[(first + i) % sc->sc_nq];
		if (waitok)
			return q;
		mutex_enter(&q->q_ccb_mtx);
		none = SIMPLEQ_EMPTY(&q->q_ccb_list);
		mutex_exit(&q->q_ccb_mtx);
		if (!none)
			return q;
	}
	return NULL;
}

/* nvme_queue.c */
struct nvme_queue *nvme_q_alloc(struct nvme_softc *, uint16_t, u_int);
void	nvme_q_free(struct nvme_softc *, struct nvme_queue *);
void	nvme_q_restart(struct nvme_softc *, struct nvme_queue *);
void	nvme_q_open(struct nvme_queue *, struct lwp *owner);
void	nvme_q_stop(struct nvme_queue *);
int	nvme_q_complete(struct nvme_softc *, struct nvme_queue *);
bool	nvme_q_pending(struct nvme_softc *, struct nvme_queue *);
bool	nvme_q_overdue(struct nvme_queue *, int);
void	nvme_q_abort(struct nvme_queue *);
struct nvme_ccb *nvme_ccb_get(struct nvme_queue *, bool);
struct nvme_ccb *nvme_ccb_poll(struct nvme_queue *, int);
void	nvme_ccb_put(struct nvme_queue *, struct nvme_ccb *);
int	nvme_q_submit(struct nvme_softc *, struct nvme_queue *,
	    struct nvme_ccb *, const struct nvme_sqe *, int);
int	nvme_prp_load(struct nvme_softc *, struct nvme_queue *,
	    struct nvme_ccb *, void *, size_t, bool, bool, struct nvme_sqe *);
void	nvme_prp_unload(struct nvme_softc *, struct nvme_queue *,
	    struct nvme_ccb *);
int	nvme_exec(struct nvme_softc *, struct nvme_queue *, struct nvme_ccb *,
	    const struct nvme_sqe *, int, bool, struct nvme_cqe *);

/* nvme.c */
int	nvme_admin(struct nvme_softc *, struct nvme_sqe *, void *, size_t, bool,
	    int, uint32_t *);
void	nvme_fail(struct nvme_softc *, bool, const char *, ...)
	    __printflike(3, 4);
void	nvme_halt(struct nvme_softc *, bool);
void	nvme_timeout_arm(struct nvme_softc *);
int	nvme_hold(struct nvme_softc *, bool working);
void	nvme_rele(struct nvme_softc *);
bool	nvme_works(struct nvme_softc *);
int	nvme_component_init(void);

/* nvme_ns.c */
/* The blocks need not keep what is in them.  Waits; EIO, ENXIO. */
int	nvme_ns_discard(struct nvme_softc *, uint16_t, daddr_t, uint32_t);

/* nvme_event.c */
int	nvme_event_init(void);
/* The controller works: what it has to say is heard.  EIO: it does not, after all. */
int	nvme_event_start(struct nvme_softc *);
/* The controller is off: waits for who reads its log pages. */
void	nvme_event_drain(struct nvme_softc *);

/* nvme_dev.c */
extern const struct cdevsw nvme_cdevsw;

#endif /* !_NVME_IMPL_H_ */
