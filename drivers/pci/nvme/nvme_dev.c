/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * /dev/nvmeN (minor N * 0x10000) and /dev/nvmeNnsM (plus M): commands of the
 * caller's own, NVME_PASSTHROUGH_CMD.  See nvme(4).
 *
 * A command names the memory it moves by page addresses; how much it moves
 * follows from its fields.  So those are looked at: a transfer that the
 * buffer does not hold is refused before the controller learns of it, and so
 * are commands that would pull the queues from under the driver.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>

#include <dev/ic/nvmeio.h>

#include "nvme_impl.h"

extern struct cfdriver nvme_cd;

#define	NVME_UNIT(dev)	((int)(minor(dev) / 0x10000))
#define	NVME_NSID(dev)	((uint16_t)(minor(dev) % 0x10000))

/*
 * The two low bits of an opcode say which way data go: 1 out, 2 in.  A command
 * that is not known moves some if it says so.
 */
#define	NVME_MOVES(opcode)	(((opcode) & 3) != 0)

/* Bytes that an admin command moves, or an errno for one that is not let by. */
static int
nvme_pt_admin_len(const struct nvme_sqe *c, uint64_t *lenp)
{
	uint32_t cdw10 = lemtoh32(&c->cdw10);

	*lenp = 0;
	switch (c->opcode) {
	case NVM_ADMIN_ADD_IOSQ:
	case NVM_ADMIN_DEL_IOSQ:
	case NVM_ADMIN_ADD_IOCQ:
	case NVM_ADMIN_DEL_IOCQ:
	case NVM_ADMIN_ASYNC_EV_REQ:
	case NVM_ADMIN_DOORBELL_BC:
		return EPERM;
	case NVM_ADMIN_IDENTIFY:
		*lenp = 4096;
		return 0;
	case NVM_ADMIN_GET_LOG_PG:
		*lenp = (((uint64_t)(lemtoh32(&c->cdw11) & 0xffff) << 16 |
		    cdw10 >> 16) + 1) * 4;
		return 0;
	case NVM_ADMIN_SET_FEATURES:
	case NVM_ADMIN_GET_FEATURES:
		switch (cdw10 & 0xff) {
		case NVM_FEATURE_NUMBER_OF_QUEUES:
			return c->opcode == NVM_ADMIN_SET_FEATURES ? EPERM : 0;
		case NVM_FEAT_HOST_MEMORY_BUFFER:
			*lenp = 4096;
			return c->opcode == NVM_ADMIN_SET_FEATURES ? EPERM : 0;
		case NVM_FEAT_LBA_RANGE_TYPE:
			*lenp = 4096;
			return 0;
		case NVM_FEAT_AUTONOMOUS_POWER_STATE_TRANSITION:
			*lenp = 256;
			return 0;
		case NVM_FEAT_TIMESTAMP:
			*lenp = 8;
			return 0;
		case NVM_FEAT_HOST_IDENTIFIER:
			*lenp = 16;
			return 0;
		default:
			return 0;
		}
	case NVM_ADMIN_FW_DOWNLOAD:
	case NVM_ADMIN_DIRECTIVE_SND:
	case NVM_ADMIN_DIRECTIVE_RCV:
		*lenp = ((uint64_t)cdw10 + 1) * 4;
		return 0;
	case NVM_ADMIN_NVME_MI_SEND:
	case NVM_ADMIN_NVME_MI_RECV:
		*lenp = lemtoh32(&c->cdw11);
		return 0;
	case NVM_ADMIN_SECURITY_SND:
	case NVM_ADMIN_SECURITY_RCV:
		*lenp = lemtoh32(&c->cdw11);
		return 0;
	case NVM_ADMIN_NS_MANAGEMENT:
	case NVM_ADMIN_NS_ATTACHMENT:
		*lenp = 4096;
		return 0;
	default:
		*lenp = NVME_MOVES(c->opcode);
		return 0;
	}
}

static int
nvme_pt_ns_len(struct nvme_softc *sc, uint16_t nsid, const struct nvme_sqe *c,
    uint64_t *lenp)
{
	struct nvme_namespace *ns = nvme_ns_get(sc, nsid);
	struct nvm_identify_namespace *id = ns != NULL ? ns->ident : NULL;
	uint32_t cdw12 = lemtoh32(&c->cdw12);

	if (id == NULL)
		return ENXIO;
	*lenp = 0;
	switch (c->opcode) {
	case NVM_CMD_READ:
	case NVM_CMD_WRITE:
	case NVM_CMD_COMPARE:
		*lenp = ((uint64_t)(cdw12 & 0xffff) + 1) <<
		    id->lbaf[NVME_ID_NS_FLBAS(id->flbas)].lbads;
		return 0;
	case NVM_CMD_DSM:
		*lenp = ((uint64_t)(lemtoh32(&c->cdw10) & 0xff) + 1) * 16;
		return 0;
	default:
		*lenp = NVME_MOVES(c->opcode);
		return 0;
	}
}

static int
nvme_passthrough(struct nvme_softc *sc, uint16_t nsid,
    struct nvme_pt_command *pt)
{
	struct nvme_queue *q;
	struct nvme_ccb *ccb = NULL;
	struct nvme_sqe sqe;
	struct nvme_cqe cqe;
	uint64_t want;
	size_t room = 0;
	void *buf = NULL;
	int error, ms;
	bool loaded = false;

	if (nsid == 0)
		error = nvme_pt_admin_len(&pt->cmd, &want);
	else
		error = nvme_pt_ns_len(sc, nsid, &pt->cmd, &want);
	if (error)
		return error;
	if (pt->cmd.flags != 0 || pt->len > sc->sc_mdts || want > pt->len)
		return EINVAL;
	if (pt->len != 0 && (pt->cmd.opcode & 3) != (pt->is_read ? 2 : 1))
		return EINVAL;
	ms = pt->timeout == 0 ? NVME_ADMIN_TIMEOUT :
	    (int)MIN(pt->timeout, NVME_PT_TIMEOUT_MAX);

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = pt->cmd.opcode;
	if (nsid == 0)
		sqe.nsid = pt->cmd.nsid;
	else
		htolem32(&sqe.nsid, nsid);
	sqe.cdw10 = pt->cmd.cdw10;
	sqe.cdw11 = pt->cmd.cdw11;
	sqe.cdw12 = pt->cmd.cdw12;
	sqe.cdw13 = pt->cmd.cdw13;
	sqe.cdw14 = pt->cmd.cdw14;
	sqe.cdw15 = pt->cmd.cdw15;

	q = nsid == 0 ? sc->sc_admin_q : nvme_pick_q(sc, true);
	if (pt->len != 0) {
		room = pt->len;
		buf = kmem_zalloc(room, KM_SLEEP);
		if (!pt->is_read) {
			error = copyin(pt->buf, buf, pt->len);
			if (error)
				goto out;
		}
	}
	ccb = nvme_ccb_get(q, true);
	if (room != 0) {
		error = nvme_prp_load(sc, q, ccb, buf, room, pt->is_read != 0,
		    true, &sqe);
		if (error)
			goto out;
		loaded = true;
	}
	error = nvme_exec(sc, q, ccb, &sqe, ms, false, &cqe);
	if (loaded)
		nvme_prp_unload(sc, q, ccb);
	if (error)
		goto out;
	memset(&pt->cpl, 0, sizeof(pt->cpl));
	pt->cpl.cdw0 = lemtoh32(&cqe.cdw0);
	pt->cpl.flags = lemtoh16(&cqe.flags) & ~NVME_CQE_PHASE;
	if (pt->len != 0 && pt->is_read)
		error = copyout(buf, pt->buf, pt->len);
out:
	if (ccb != NULL)
		nvme_ccb_put(q, ccb);
	if (buf != NULL)
		kmem_free(buf, room);
	return error;
}

static int
nvmeopen(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct nvme_softc *sc = device_lookup_private(&nvme_cd, NVME_UNIT(dev));
	uint16_t nsid = NVME_NSID(dev);
	struct nvme_namespace *ns;
	int error = 0;

	if (sc == NULL || nvme_hold(sc, true) != 0)
		return ENXIO;
	if (nsid == 0) {
		mutex_enter(&sc->sc_lock);
		if ((sc->sc_flags & NVME_F_OPEN) != 0)
			error = EBUSY;
		else
			sc->sc_flags |= NVME_F_OPEN;
		mutex_exit(&sc->sc_lock);
	} else {
		ns = nvme_ns_get(sc, nsid);
		if (ns == NULL || ns->dev == NULL)
			error = ENXIO;
		else if ((ns->flags & NVME_NS_F_OPEN) != 0)
			error = EBUSY;
		else
			ns->flags |= NVME_NS_F_OPEN;
	}
	nvme_rele(sc);
	return error;
}

static int
nvmeclose(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct nvme_softc *sc = device_lookup_private(&nvme_cd, NVME_UNIT(dev));
	uint16_t nsid = NVME_NSID(dev);
	struct nvme_namespace *ns;

	if (sc == NULL || nvme_hold(sc, false) != 0)
		return ENXIO;
	if (nsid == 0) {
		mutex_enter(&sc->sc_lock);
		sc->sc_flags &= ~NVME_F_OPEN;
		mutex_exit(&sc->sc_lock);
	} else if ((ns = nvme_ns_get(sc, nsid)) != NULL)
		ns->flags &= ~NVME_NS_F_OPEN;
	nvme_rele(sc);
	return 0;
}

static int
nvmeioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct nvme_softc *sc = device_lookup_private(&nvme_cd, NVME_UNIT(dev));
	int error;

	if (sc == NULL || nvme_hold(sc, true) != 0)
		return ENXIO;
	switch (cmd) {
	case NVME_PASSTHROUGH_CMD:
		if ((flag & FWRITE) == 0)
			error = EBADF;
		else
			error = nvme_passthrough(sc, NVME_NSID(dev), data);
		break;
	default:
		error = ENOTTY;
		break;
	}
	nvme_rele(sc);
	return error;
}

/* Calls hold the big lock until they hold the controller: no D_MPSAFE. */
const struct cdevsw nvme_cdevsw = {
	.d_open = nvmeopen,
	.d_close = nvmeclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = nvmeioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER
};
