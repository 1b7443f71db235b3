/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What namespaces do: read, write, flush, discard; and the controller's write cache.
 * NVM Express 1.3, section 6 and 5.21.1.6.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dkio.h>
#include <sys/kernel.h>
#include <sys/kmem.h>

#include "nvme_impl.h"

/* Status code with type, 0 for success, as nvme_nnc_done wants it. */
static uint16_t
nvme_status(const struct nvme_cqe *cqe)
{

	return lemtoh16(&cqe->flags) & NVME_CQE_STATUS;
}

static void
nvme_ns_io_done(struct nvme_queue *q, struct nvme_ccb *ccb,
    struct nvme_cqe *cqe)
{
	nvme_nnc_done done = ccb->nnc_done;
	void *cookie = ccb->nnc_cookie;
	struct buf *bp = ccb->nnc_buf;

	nvme_prp_unload(q->q_sc, q, ccb);
	nvme_ccb_put(q, ccb);
	(*done)(cookie, bp, nvme_status(cqe), lemtoh32(&cqe->cdw0));
}

int
nvme_ns_dobio(struct nvme_softc *sc, uint16_t nsid, void *cookie,
    struct buf *bp, void *data, size_t datasize, int secsize, daddr_t blkno,
    int flags, nvme_nnc_done done)
{
	bool read = (flags & NVME_NS_CTX_F_READ) != 0;
	bool poll = (flags & NVME_NS_CTX_F_POLL) != 0;
	struct nvme_sqe_io sqe;
	struct nvme_queue *q;
	struct nvme_ccb *ccb;
	struct nvme_cqe cqe;
	uint16_t ioflags = 0;
	int error;

	if (secsize <= 0 || datasize == 0 || datasize % secsize != 0 ||
	    datasize / secsize > 0x10000 || blkno < 0)
		return EINVAL;
	if ((q = nvme_pick_q(sc, poll)) == NULL)
		return EAGAIN;
	ccb = poll ? nvme_ccb_poll(q, NVME_IO_TIMEOUT) : nvme_ccb_get(q, false);
	if (ccb == NULL)
		return EAGAIN;

	ccb->nnc_done = done;
	ccb->nnc_cookie = cookie;
	ccb->nnc_nsid = nsid;
	ccb->nnc_flags = flags;
	ccb->nnc_buf = bp;
	ccb->nnc_blkno = blkno;
	ccb->nnc_datasize = datasize;
	ccb->nnc_secsize = secsize;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = read ? NVM_CMD_READ : NVM_CMD_WRITE;
	htolem32(&sqe.nsid, nsid);
	htolem64(&sqe.slba, blkno);
	if ((flags & NVME_NS_CTX_F_FUA) != 0)
		ioflags |= NVM_SQE_IO_FUA;
	htolem16(&sqe.ioflags, ioflags);
	htolem16(&sqe.nlb, datasize / secsize - 1);
	error = nvme_prp_load(sc, q, ccb, data, datasize, read, false,
	    (struct nvme_sqe *)(void *)&sqe);
	if (error) {
		nvme_ccb_put(q, ccb);
		return error;
	}
	if (poll) {
		error = nvme_exec(sc, q, ccb, (struct nvme_sqe *)(void *)&sqe,
		    NVME_IO_TIMEOUT, true, &cqe);
		if (error == 0)
			nvme_ns_io_done(q, ccb, &cqe);
	} else {
		ccb->ccb_done = nvme_ns_io_done;
		error = nvme_q_submit(sc, q, ccb,
		    (struct nvme_sqe *)(void *)&sqe, NVME_IO_TIMEOUT);
	}
	if (error) {
		nvme_prp_unload(sc, q, ccb);
		nvme_ccb_put(q, ccb);
	}
	return error;
}

/*
 * One command that somebody waits for, with len bytes of data (0: none) that
 * the controller reads.  EAGAIN only when polling; EIO when it refuses.
 */
static int
nvme_ns_exec(struct nvme_softc *sc, struct nvme_sqe *sqe, void *data,
    size_t len, bool poll)
{
	struct nvme_queue *q;
	struct nvme_ccb *ccb;
	struct nvme_cqe cqe;
	int error = 0;

	q = nvme_pick_q(sc, true);
	ccb = poll ? nvme_ccb_poll(q, NVME_IO_TIMEOUT) : nvme_ccb_get(q, true);
	if (ccb == NULL)
		return EAGAIN;
	if (len != 0)
		error = nvme_prp_load(sc, q, ccb, data, len, false, !poll, sqe);
	if (error == 0) {
		error = nvme_exec(sc, q, ccb, sqe, NVME_IO_TIMEOUT, poll, &cqe);
		if (len != 0)
			nvme_prp_unload(sc, q, ccb);
	}
	nvme_ccb_put(q, ccb);
	if (error)
		return error;
	return nvme_status(&cqe) == 0 ? 0 : EIO;
}

int
nvme_ns_sync(struct nvme_softc *sc, uint16_t nsid, int flags)
{
	struct nvme_sqe sqe;

	if (!NVME_HAS_VWC(sc))
		return 0;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_CMD_FLUSH;
	htolem32(&sqe.nsid, nsid);
	return nvme_ns_exec(sc, &sqe, NULL, 0,
	    (flags & NVME_NS_CTX_F_POLL) != 0);
}

/* What a namespace need not keep any more: 6.7 Dataset Management. */
struct nvme_dsm_range {
	uint32_t	attributes;
	uint32_t	nlb;
	uint64_t	slba;
} __packed __aligned(8);
#define	NVME_DSM_AD	__BIT(2)	/* deallocate */

int
nvme_ns_discard(struct nvme_softc *sc, uint16_t nsid, daddr_t blkno,
    uint32_t nblks)
{
	struct nvme_dsm_range *range;
	struct nvme_sqe sqe;
	int error;

	range = kmem_zalloc(sizeof(*range), KM_SLEEP);
	htolem32(&range->nlb, nblks);
	htolem64(&range->slba, blkno);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_CMD_DSM;
	htolem32(&sqe.nsid, nsid);
	htolem32(&sqe.cdw10, 0);	/* one range */
	htolem32(&sqe.cdw11, NVME_DSM_AD);
	error = nvme_ns_exec(sc, &sqe, range, sizeof(*range), false);
	kmem_free(range, sizeof(*range));
	return error;
}

int
nvme_admin_getcache(struct nvme_softc *sc, int *addr)
{
	struct nvme_sqe sqe;
	uint32_t cdw0;
	int error;

	if (!NVME_HAS_VWC(sc)) {
		*addr = 0;
		return 0;
	}
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_GET_FEATURES;
	htolem32(&sqe.cdw10, NVM_FEATURE_VOLATILE_WRITE_CACHE);
	error = nvme_admin(sc, &sqe, NULL, 0, false, NVME_ADMIN_TIMEOUT, &cdw0);
	if (error)
		return error;
	*addr = DKCACHE_WCHANGE | DKCACHE_FUA;
	if ((cdw0 & NVM_VOLATILE_WRITE_CACHE_WCE) != 0)
		*addr |= DKCACHE_WRITE;
	if ((lemtoh16(&sc->sc_identify.oncs) &
	    NVME_ID_CTRLR_ONCS_SET_FEATURES) != 0)
		*addr |= DKCACHE_SAVE;
	return 0;
}

int
nvme_admin_setcache(struct nvme_softc *sc, int addr)
{
	struct nvme_sqe sqe;

	if (!NVME_HAS_VWC(sc))
		return EOPNOTSUPP;
	if ((addr & ~(DKCACHE_WRITE | DKCACHE_SAVE)) != 0)
		return EOPNOTSUPP;
	if ((addr & DKCACHE_SAVE) != 0 &&
	    (lemtoh16(&sc->sc_identify.oncs) &
	    NVME_ID_CTRLR_ONCS_SET_FEATURES) == 0)
		return EOPNOTSUPP;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_SET_FEATURES;
	htolem32(&sqe.cdw10, NVM_FEATURE_VOLATILE_WRITE_CACHE |
	    ((addr & DKCACHE_SAVE) != 0 ? NVM_SET_FEATURES_SV : 0));
	htolem32(&sqe.cdw11, (addr & DKCACHE_WRITE) != 0 ?
	    NVM_VOLATILE_WRITE_CACHE_WCE : 0);
	return nvme_admin(sc, &sqe, NULL, 0, false, NVME_ADMIN_TIMEOUT, NULL);
}
