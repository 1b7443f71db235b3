/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The NVMe controller driver: what its bus attachments fill in and call, and
 * what a namespace's driver (ld) calls.  See nvme(4).
 *
 * Locks, outer to inner: q_cq_mtx, q_sq_mtx, q_ccb_mtx, sc_lock; all at
 * IPL_BIO.  A command's done function is called with none of them held.
 */

#ifndef _DEV_IC_NVMEVAR_H_
#define	_DEV_IC_NVMEVAR_H_

#include <sys/bus.h>
#include <sys/buf.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/device.h>
#include <sys/dkio.h>
#include <sys/endian.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/queue.h>
#include <sys/workqueue.h>

#include <dev/ic/nvmereg.h>

/* DMA memory in one segment. */
struct nvme_dmamem {
	bus_dmamap_t	ndm_map;
	bus_dma_segment_t ndm_seg;
	size_t		ndm_size;
	void		*ndm_kva;
};
#define	NVME_DMA_MAP(_ndm)	((_ndm)->ndm_map)
#define	NVME_DMA_LEN(_ndm)	((_ndm)->ndm_map->dm_segs[0].ds_len)
#define	NVME_DMA_DVA(_ndm)	((uint64_t)(_ndm)->ndm_map->dm_segs[0].ds_addr)
#define	NVME_DMA_KVA(_ndm)	((void *)(_ndm)->ndm_kva)

struct nvme_softc;
struct nvme_queue;

/* cookie, buffer, status code with type (0: good), dword 0 of completion */
typedef void (*nvme_nnc_done)(void *, struct buf *, uint16_t, uint32_t);

/* A command of a queue.  Its number is the command identifier. */
struct nvme_ccb {
	SIMPLEQ_ENTRY(nvme_ccb)	ccb_entry;	/* free list; q_ccb_mtx */

	bus_dmamap_t	ccb_dmamap;		/* data */
	bus_addr_t	ccb_prpl_off;		/* PRP list: in q_ccb_prpls, */
	uint64_t	ccb_prpl_dva;		/*  for the device, */
	uint64_t	*ccb_prpl;		/*  for us */

	uint16_t	ccb_id;
	void		*ccb_cookie;
#define	NVME_CCB_FREE	0xbeefdeed
	void		(*ccb_done)(struct nvme_queue *, struct nvme_ccb *,
			    struct nvme_cqe *);

	/* Of reads, writes and flushes. */
	void		*nnc_cookie;
	nvme_nnc_done	nnc_done;
	uint16_t	nnc_nsid;
	uint16_t	nnc_flags;
#define	NVME_NS_CTX_F_READ	__BIT(0)
#define	NVME_NS_CTX_F_POLL	__BIT(1)
#define	NVME_NS_CTX_F_FUA	__BIT(2)
	struct buf	*nnc_buf;
	daddr_t		nnc_blkno;
	size_t		nnc_datasize;
	int		nnc_secsize;

	uint8_t		ccb_state;		/* q_ccb_mtx */
#define	NVME_CCB_S_FREE		0		/* on the free list */
#define	NVME_CCB_S_BUSY		1		/* somebody fills it in */
#define	NVME_CCB_S_ISSUED	2		/* the controller has it */
#define	NVME_CCB_S_DONE		3		/* it is being completed */
	int		ccb_deadline;		/* in ticks, while issued */
	bool		ccb_forever;		/* it has none */
};

/* A submission queue with its completion queue. */
struct nvme_queue {
	struct nvme_softc *q_sc;
	kmutex_t	q_sq_mtx;	/* submission queue, q_stopped, q_owner */
	kmutex_t	q_cq_mtx;	/* completion queue */
	struct nvme_dmamem *q_sq_dmamem;
	struct nvme_dmamem *q_cq_dmamem;
	bus_size_t	q_sqtdbl;	/* doorbells: submission tail, */
	bus_size_t	q_cqhdbl;	/*  completion head */
	uint16_t	q_id;
	uint32_t	q_entries;
	uint32_t	q_sq_tail;
	uint32_t	q_cq_head;
	uint16_t	q_cq_phase;

	kmutex_t	q_ccb_mtx;	/* commands */
	kcondvar_t	q_ccb_wait;	/* one became free, or is finished */
	bool		q_ccb_waiting;
	uint16_t	q_nccbs;
	struct nvme_ccb	*q_ccbs;
	SIMPLEQ_HEAD(, nvme_ccb) q_ccb_list;
	struct nvme_dmamem *q_ccb_prpls;

	bool		q_stopped;	/* takes no commands; needs both queue
					   locks to be changed */
	struct lwp	*q_owner;	/* NULL, or the only one who may use it;
					   locked as q_stopped */
	bool		q_created;	/* the controller knows it */
	int		q_nissued;	/* q_ccb_mtx: those with a deadline */

	struct nvme_dmamem *q_nvmmu_dmamem; /* sc_ops's own */
};

/*
 * Where controllers differ from the specification: what a bus attachment may
 * set sc_ops to before nvme_attach(), for a core that calls it.  NetBSD's own
 * core does; the one here knows only controllers without.
 */
struct nvme_ops {
	void		(*op_enable)(struct nvme_softc *); /* or NULL */

	int		(*op_q_alloc)(struct nvme_softc *,
			    struct nvme_queue *); /* or NULL, and then both */
	void		(*op_q_free)(struct nvme_softc *, struct nvme_queue *);

	/* The slot of a new command; with q_sq_mtx from enter to leave. */
	uint32_t	(*op_sq_enter)(struct nvme_softc *,
			    struct nvme_queue *, struct nvme_ccb *);
	void		(*op_sq_leave)(struct nvme_softc *,
			    struct nvme_queue *, struct nvme_ccb *);
	uint32_t	(*op_sq_enter_locked)(struct nvme_softc *,
			    struct nvme_queue *, struct nvme_ccb *);
	void		(*op_sq_leave_locked)(struct nvme_softc *,
			    struct nvme_queue *, struct nvme_ccb *);

	/* A command is to be completed; q_cq_mtx is held. */
	void		(*op_cq_done)(struct nvme_softc *,
			    struct nvme_queue *, struct nvme_ccb *);
};

struct nvme_namespace {
	struct nvm_identify_namespace *ident;
	device_t	dev;		/* its driver's instance */
	uint32_t	flags;
#define	NVME_NS_F_OPEN	__BIT(0)
};

struct nvme_softc {
	/* From the bus attachment. */
	device_t	sc_dev;
	bus_space_tag_t	sc_iot;
	bus_space_handle_t sc_ioh;
	bus_size_t	sc_ios;
	bus_dma_tag_t	sc_dmat;
	int		(*sc_intr_establish)(struct nvme_softc *, uint16_t qid,
			    struct nvme_queue *);
	int		(*sc_intr_disestablish)(struct nvme_softc *,
			    uint16_t qid);
	void		**sc_ih;	/* by queue */
	void		**sc_softih;	/* by queue; INTx: the first */
	bool		sc_use_mq;	/* one vector for each queue */
	u_int		sc_nq;		/* I/O queues wanted, then had */
	uint32_t	sc_quirks;
#define	NVME_QUIRK_DELAY_B4_CHK_RDY	__BIT(0)
#define	NVME_QUIRK_NOMSI		__BIT(1)

	/* From the controller, checked. */
	u_int		sc_rdy_to;	/* milliseconds */
	size_t		sc_mps;		/* page size, bytes */
	size_t		sc_mdts;	/* largest transfer, bytes */
	u_int		sc_max_sgl;	/* pages of such a transfer */
	u_int		sc_dstrd;	/* between doorbells, bytes */
	struct nvm_identify_controller sc_identify;
	u_int		sc_nn;		/* largest nsid that is looked at */
	struct nvme_namespace *sc_namespaces;

	struct nvme_queue *sc_admin_q;
	struct nvme_queue **sc_q;	/* sc_nq of them */

	uint32_t	sc_flags;	/* sc_lock to be changed */
#define	NVME_F_ATTACHED	__BIT(0)
#define	NVME_F_OPEN	__BIT(1)
#define	NVME_F_SUSPENDED __BIT(2)
#define	NVME_F_NOMASK	__BIT(3)	/* MSI-X: no INTMS and INTMC */

	char		sc_modelname[81];

	kmutex_t	sc_lock;
	int		sc_state;	/* sc_lock */
#define	NVME_S_INIT	0		/* sc_lwp alone uses it */
#define	NVME_S_RUN	1
#define	NVME_S_RESET	2		/* waits for, or is in, a reset */
#define	NVME_S_DEAD	3		/* broken or gone, for good */
	struct lwp	*sc_lwp;	/* who attaches, resets or detaches */
	bool		sc_detaching;	/* sc_lock: no more resets */
	bool		sc_gone;	/* reads as all ones */
	bool		sc_broken;	/* broke the rules; sc_lock to be set */
	bool		sc_locked;	/* locks are initialised */
	bool		sc_masked;	/* sc_lock: INTMS is set */
	u_int		sc_resets;	/* so far; bounded */
	struct work	sc_work;	/* reset */
	callout_t	sc_timeout_ch;	/* runs while anything is issued */
	bool		sc_timeout_on;	/* sc_lock */
	u_int		sc_users;	/* sc_lock: calls from above */
	bool		sc_scanning;	/* sc_lock: one looks for namespaces */
	kcondvar_t	sc_users_cv;	/* one of these two fell */

	bool		sc_event_on;	/* sc_lock: a request for events is out */
	u_int		sc_events;	/* sc_lock: so far; bounded */
	uint32_t	sc_event;	/* sc_lock: the one that is looked at */
	struct work	sc_event_work;

	const struct nvme_ops *sc_ops;	/* from the bus attachment, or NULL */
};

#define	lemtoh16(p)	le16toh(*((const uint16_t *)(p)))
#define	lemtoh32(p)	le32toh(*((const uint32_t *)(p)))
#define	lemtoh64(p)	le64toh(*((const uint64_t *)(p)))
#define	htolem16(p, x)	(*((uint16_t *)(p)) = htole16(x))
#define	htolem32(p, x)	(*((uint32_t *)(p)) = htole32(x))
#define	htolem64(p, x)	(*((uint64_t *)(p)) = htole64(x))

/* What the driver of a namespace is given. */
struct nvme_attach_args {
	uint16_t	naa_nsid;
	uint32_t	naa_qentries;	/* commands at a time */
	uint32_t	naa_maxphys;	/* largest transfer, bytes */
	const char	*naa_typename;
};

/*
 * Attachment.  nvme_attach() sleeps; on failure everything it made has been
 * freed and the registers still belong to the caller.  nvme_detach() accepts
 * what nvme_attach() refused.  With DETACH_FORCE it does not fail: the
 * hardware is gone and all that is outstanding ends with an error.
 */
int	nvme_attach(struct nvme_softc *);
int	nvme_detach(struct nvme_softc *, int flags);
int	nvme_rescan(device_t, const char *, const int *);
void	nvme_childdet(device_t, device_t);
int	nvme_suspend(struct nvme_softc *);
int	nvme_resume(struct nvme_softc *);

/* Interrupts: handler and its soft half, with softc (INTx) or queue (MSI). */
int	nvme_intr(void *);
void	nvme_softintr_intx(void *);
int	nvme_intr_msi(void *);
void	nvme_softintr_msi(void *);

/* The queue for a command from here: this CPU's. */
static __inline struct nvme_queue *
nvme_get_q(struct nvme_softc *sc)
{

	return sc->sc_q[cpu_index(curcpu()) % sc->sc_nq];
}

static __inline struct nvme_namespace *
nvme_ns_get(struct nvme_softc *sc, uint16_t nsid)
{

	if (nsid == 0 || nsid - 1U >= sc->sc_nn)
		return NULL;
	return &sc->sc_namespaces[nsid - 1];
}

/* Registers; a pair of two, the low half first. */
#define	nvme_read4(_s, _r)						\
	bus_space_read_4((_s)->sc_iot, (_s)->sc_ioh, (_r))
#define	nvme_write4(_s, _r, _v)						\
	bus_space_write_4((_s)->sc_iot, (_s)->sc_ioh, (_r), (_v))
#define	nvme_barrier(_s, _r, _l, _f)					\
	bus_space_barrier((_s)->sc_iot, (_s)->sc_ioh, (_r), (_l), (_f))
uint64_t nvme_read8(struct nvme_softc *, bus_size_t);
void	nvme_write8(struct nvme_softc *, bus_size_t, uint64_t);

/*
 * DMA memory in one segment, loaded and zeroed; NULL: there is none.  Sleeps.
 * nvme_dmamem_sync() takes BUS_DMASYNC_* for all of it.
 */
struct nvme_dmamem *nvme_dmamem_alloc(struct nvme_softc *, size_t);
void	nvme_dmamem_free(struct nvme_softc *, struct nvme_dmamem *);
void	nvme_dmamem_sync(struct nvme_softc *, struct nvme_dmamem *, int);

/* Reads a namespace's identity into nvme_ns_get()->ident; sleeps. */
int	nvme_ns_identify(struct nvme_softc *, uint16_t);
void	nvme_ns_free(struct nvme_softc *, uint16_t);

/*
 * Starts a read or write of data (bytes, sector size, first block, NVME_NS_
 * CTX_F_*).  done(cookie, bp, ...) is called exactly once if this returns 0,
 * possibly before it returns.  EAGAIN: no command is free now.
 */
int	nvme_ns_dobio(struct nvme_softc *, uint16_t, void *, struct buf *,
	    void *, size_t, int, daddr_t, int, nvme_nnc_done);

/* Flushes the volatile cache, waits; 0, EIO, or EAGAIN when polling. */
int	nvme_ns_sync(struct nvme_softc *, uint16_t, int);

/* The cache as DKCACHE_* of DIOCGCACHE and DIOCSCACHE; sleep. */
int	nvme_admin_getcache(struct nvme_softc *, int *);
int	nvme_admin_setcache(struct nvme_softc *, int);

#endif /* !_DEV_IC_NVMEVAR_H_ */
