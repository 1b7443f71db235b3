/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * NVM Express controllers: bringing one up, its namespaces, resets, the way
 * out.  NVM Express 1.3, sections 3.1 (registers), 5 (admin commands), 7.6
 * (initialization), 9 (errors).
 *
 * Trusted: nothing.  Each register value, completion and identify page is
 * checked and limited before it is used.  A controller that breaks the rules
 * is switched off and stays so; one that is late or in its fatal state is
 * reset, a few times.  In either case, and when it is pulled out, each
 * command that it still has ends with an error, once.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/proc.h>

#include <rump-sys/dev.h>

#include <locators.h>

#include "nvme_impl.h"

#define	NVME_ADMINQ_ENTRIES	16
#define	NVME_IOQ_ENTRIES	64

static struct workqueue *nvme_wq;	/* resets */

static void	nvme_reset_work(struct work *, void *);
static void	nvme_timeout(void *);

/* The thread that resets controllers; at boot. */
int
nvme_component_init(void)
{
	int error;

	error = workqueue_create(&nvme_wq, "nvmereset", nvme_reset_work, NULL,
	    PRI_BIO, IPL_BIO, WQ_MPSAFE);
	return error != 0 ? error : nvme_event_init();
}

/*
 * Registers.
 */

uint32_t
nvme_read4(struct nvme_softc *sc, bus_size_t r)
{

	bus_space_barrier(sc->sc_iot, sc->sc_ioh, r, 4, BUS_SPACE_BARRIER_READ);
	return bus_space_read_4(sc->sc_iot, sc->sc_ioh, r);
}

void
nvme_write4(struct nvme_softc *sc, bus_size_t r, uint32_t v)
{

	bus_space_write_4(sc->sc_iot, sc->sc_ioh, r, v);
	bus_space_barrier(sc->sc_iot, sc->sc_ioh, r, 4,
	    BUS_SPACE_BARRIER_WRITE);
}

uint64_t
nvme_read8(struct nvme_softc *sc, bus_size_t r)
{
	uint64_t lo = nvme_read4(sc, r);

	return lo | (uint64_t)nvme_read4(sc, r + 4) << 32;
}

void
nvme_write8(struct nvme_softc *sc, bus_size_t r, uint64_t v)
{

	nvme_write4(sc, r, (uint32_t)v);
	nvme_write4(sc, r + 4, (uint32_t)(v >> 32));
}

/* Controller status; notes when there is no controller any more. */
static uint32_t
nvme_csts(struct nvme_softc *sc)
{
	uint32_t csts = nvme_read4(sc, NVME_CSTS);

	if (csts == 0xffffffff)
		sc->sc_gone = true;
	return csts;
}

/*
 * Waits until the bits in mask of CSTS have a value; ETIMEDOUT after ms, EIO
 * for the fatal state, ENXIO when the controller is gone.
 */
static int
nvme_csts_wait(struct nvme_softc *sc, uint32_t mask, uint32_t val, u_int ms,
    bool fatal, bool poll)
{
	int pause, start = getticks();
	uint32_t csts;
	u_int n = 0;

	for (pause = 1;; pause = MIN(pause * 2, hz / 4 + 1)) {
		csts = nvme_csts(sc);
		if (sc->sc_gone)
			return ENXIO;
		if ((csts & mask) == val)
			return 0;
		if (fatal && (csts & NVME_CSTS_CFS) != 0)
			return EIO;
		if (poll) {
			if (n++ >= ms)
				return ETIMEDOUT;
			delay(1000);
		} else {
			if ((int)((u_int)getticks() - (u_int)start) >=
			    mstohz(ms))
				return ETIMEDOUT;
			(void)kpause("nvmecsts", false, pause, NULL);
		}
	}
}

/* Switches the controller off: from then on it leaves memory alone. */
static int
nvme_disable(struct nvme_softc *sc, bool poll)
{
	uint32_t cc;

	cc = nvme_read4(sc, NVME_CC);
	(void)nvme_csts(sc);
	if (sc->sc_gone)
		return ENXIO;
	if ((cc & NVME_CC_EN) != 0)
		nvme_write4(sc, NVME_CC, cc & ~(NVME_CC_EN | NVME_CC_SHN_MASK));
	if ((sc->sc_quirks & NVME_QUIRK_DELAY_B4_CHK_RDY) != 0)
		delay(5000);
	return nvme_csts_wait(sc, NVME_CSTS_RDY, 0, sc->sc_rdy_to, false, poll);
}

/* Switches it on, with the admin queue. */
static int
nvme_enable(struct nvme_softc *sc)
{
	struct nvme_queue *q = sc->sc_admin_q;
	uint32_t cc;
	int error;

	nvme_q_restart(sc, q);
	nvme_write4(sc, NVME_AQA, NVME_AQA_ACQS(q->q_entries) |
	    NVME_AQA_ASQS(q->q_entries));
	nvme_write8(sc, NVME_ASQ, NVME_DMA_DVA(q->q_sq_dmamem));
	nvme_write8(sc, NVME_ACQ, NVME_DMA_DVA(q->q_cq_dmamem));
	cc = NVME_CC_IOSQES(ffs(sizeof(struct nvme_sqe)) - 1) |
	    NVME_CC_IOCQES(ffs(sizeof(struct nvme_cqe)) - 1) |
	    NVME_CC_SHN(NVME_CC_SHN_NONE) | NVME_CC_CSS(NVME_CC_CSS_NVM) |
	    NVME_CC_AMS(NVME_CC_AMS_RR) |
	    NVME_CC_MPS((uint32_t)ffs((int)sc->sc_mps) - 1) | NVME_CC_EN;
	mutex_enter(&sc->sc_lock);
	sc->sc_masked = false;
	mutex_exit(&sc->sc_lock);
	nvme_write4(sc, NVME_CC, cc);
	error = nvme_csts_wait(sc, NVME_CSTS_RDY, NVME_CSTS_RDY, sc->sc_rdy_to,
	    true, false);
	/*
	 * Others would wait for whoever has the controller while he waits for
	 * a command that they have.
	 */
	if (error == 0)
		nvme_q_open(q, curlwp);
	return error;
}

/*
 * Stops all queues, switches the controller off, and ends all that is
 * outstanding.  Afterwards nothing is issued and nothing can be.  With poll it
 * does not sleep.
 */
void
nvme_halt(struct nvme_softc *sc, bool poll)
{
	u_int i;

	mutex_enter(&sc->sc_lock);
	if (sc->sc_state == NVME_S_RUN)
		sc->sc_state = NVME_S_DEAD;
	mutex_exit(&sc->sc_lock);
	for (i = 0; i < sc->sc_nq; i++) {
		if (sc->sc_q != NULL && sc->sc_q[i] != NULL) {
			nvme_q_stop(sc->sc_q[i]);
			sc->sc_q[i]->q_created = false;
		}
	}
	if (sc->sc_admin_q != NULL)
		nvme_q_stop(sc->sc_admin_q);
	(void)nvme_disable(sc, poll);
	for (i = 0; i < sc->sc_nq; i++) {
		if (sc->sc_q != NULL && sc->sc_q[i] != NULL)
			nvme_q_abort(sc->sc_q[i]);
	}
	if (sc->sc_admin_q != NULL)
		nvme_q_abort(sc->sc_admin_q);
}

/*
 * The controller failed, as the message says.  A reset follows, or, if it
 * broke the rules (broken) or has been reset too often, its end.  Any context
 * up to IPL_BIO; only the first failure is heard.
 */
void
nvme_fail(struct nvme_softc *sc, bool broken, const char *fmt, ...)
{
	const char *what;
	char msg[96];
	va_list ap;
	bool run;

	mutex_enter(&sc->sc_lock);
	run = sc->sc_state == NVME_S_RUN && !sc->sc_detaching;
	/* Else whoever has the controller waits for each command itself. */
	if (sc->sc_broken || (!run && !broken)) {
		mutex_exit(&sc->sc_lock);
		return;
	}
	sc->sc_broken = broken;
	what = broken || sc->sc_resets >= NVME_MAX_RESETS ? "broken" : "reset";
	/* Who claims the controller sees both or neither. */
	if (run) {
		sc->sc_state = NVME_S_RESET;
		workqueue_enqueue(nvme_wq, &sc->sc_work, NULL);
	}
	mutex_exit(&sc->sc_lock);
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	aprint_error_dev(sc->sc_dev, "%s; %s\n", msg, what);
}

/*
 * Time.
 */

/* Sees to it that somebody looks at the time while commands are issued. */
void
nvme_timeout_arm(struct nvme_softc *sc)
{

	mutex_enter(&sc->sc_lock);
	if (!sc->sc_timeout_on && !sc->sc_detaching) {
		sc->sc_timeout_on = true;
		callout_schedule(&sc->sc_timeout_ch, hz);
	}
	mutex_exit(&sc->sc_lock);
}

static void
nvme_timeout(void *arg)
{
	struct nvme_softc *sc = arg;
	struct nvme_queue *q;
	int state, now = getticks();
	bool issued = false;
	uint32_t csts;
	u_int i;

	mutex_enter(&sc->sc_lock);
	sc->sc_timeout_on = false;
	state = sc->sc_state;
	mutex_exit(&sc->sc_lock);
	if (state != NVME_S_RUN) {
		/* A queue may be open before the reset is over. */
		if (state != NVME_S_DEAD)
			nvme_timeout_arm(sc);
		return;
	}
	csts = nvme_csts(sc);
	if (sc->sc_gone) {
		nvme_fail(sc, true, "controller is gone");
		return;
	}
	if ((csts & NVME_CSTS_CFS) != 0) {
		nvme_fail(sc, false, "fatal state, status %#x", csts);
		return;
	}
	for (i = 0; i <= sc->sc_nq; i++) {
		q = i == 0 ? sc->sc_admin_q : sc->sc_q[i - 1];
		/* It may only be the interrupt that is missing. */
		if (nvme_q_overdue(q, now) && nvme_q_complete(sc, q) &&
		    !nvme_q_overdue(q, now))
			aprint_error_dev(sc->sc_dev,
			    "queue %u: interrupt lost\n", q->q_id);
		if (nvme_q_overdue(q, now)) {
			nvme_fail(sc, false, "queue %u: command is late",
			    q->q_id);
			return;
		}
		mutex_enter(&q->q_ccb_mtx);
		if (q->q_nissued != 0)
			issued = true;
		mutex_exit(&q->q_ccb_mtx);
	}
	if (issued)
		nvme_timeout_arm(sc);
}

/*
 * Admin commands.
 */

/*
 * Executes one, with len bytes of data at data (len 0: none), which read says
 * come from the controller.  Sleeps.  0 and *cdw0, if that is not NULL; EIO
 * when the controller refuses, ENXIO when it is not there, EBUSY for who shuts
 * it down while others have all commands.
 */
int
nvme_admin(struct nvme_softc *sc, struct nvme_sqe *sqe, void *data, size_t len,
    bool read, int ms, uint32_t *cdw0)
{
	struct nvme_queue *q = sc->sc_admin_q;
	struct nvme_ccb *ccb;
	struct nvme_cqe cqe;
	int error;

	/* Who shuts it down does not wait for those who wait for that. */
	ccb = nvme_ccb_get(q, sc->sc_lwp != curlwp ||
	    sc->sc_state != NVME_S_RUN);
	if (ccb == NULL)
		return EBUSY;
	if (len != 0) {
		error = nvme_prp_load(sc, q, ccb, data, len, read, true, sqe);
		if (error)
			goto out;
	}
	error = nvme_exec(sc, q, ccb, sqe, ms, false, &cqe);
	if (len != 0)
		nvme_prp_unload(sc, q, ccb);
	if (error)
		goto out;
	if ((lemtoh16(&cqe.flags) & NVME_CQE_STATUS) != 0)
		error = EIO;
	else if (cdw0 != NULL)
		*cdw0 = lemtoh32(&cqe.cdw0);
out:
	nvme_ccb_put(q, ccb);
	return error;
}

/* Identify: a page of 4096 bytes from kmem(9) memory. */
static int
nvme_identify(struct nvme_softc *sc, uint32_t cns, uint32_t nsid, void *page)
{
	struct nvme_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_IDENTIFY;
	htolem32(&sqe.nsid, nsid);
	htolem32(&sqe.cdw10, cns);
	return nvme_admin(sc, &sqe, page, 4096, true, NVME_ADMIN_TIMEOUT, NULL);
}

static int
nvme_identify_controller(struct nvme_softc *sc)
{
	struct nvm_identify_controller *id = &sc->sc_identify;
	char sn[21], mn[41], fr[9];
	uint32_t nn;
	void *page;
	int error;

	page = kmem_zalloc(sizeof(*id), KM_SLEEP);
	error = nvme_identify(sc, 1, 0, page);
	if (error == 0)
		memcpy(id, page, sizeof(*id));
	kmem_free(page, sizeof(*id));
	if (error)
		return error;

	rump_dev_ascii(sn, sizeof(sn), id->sn, sizeof(id->sn));
	rump_dev_ascii(mn, sizeof(mn), id->mn, sizeof(id->mn));
	rump_dev_ascii(fr, sizeof(fr), id->fr, sizeof(id->fr));
	aprint_normal_dev(sc->sc_dev, "%s, firmware %s, serial %s\n", mn, fr,
	    sn);
	strlcpy(sc->sc_modelname, mn, sizeof(sc->sc_modelname));

	/* The unit is the smallest page that the controller can use. */
	if (id->mdts != 0 && id->mdts < 20)
		sc->sc_mdts = MIN(sc->sc_mdts, (size_t)sc->sc_mps << id->mdts);
	if ((id->sqes & 0xf) > 6 || (id->sqes >> 4) < 6 ||
	    (id->cqes & 0xf) > 4 || (id->cqes >> 4) < 4) {
		aprint_error_dev(sc->sc_dev, "queue entry sizes %#x and %#x, "
		    "want 2^6 and 2^4\n", id->sqes, id->cqes);
		return EIO;
	}
	nn = lemtoh32(&id->nn);
	if (nn > NVME_MAX_NS) {
		aprint_error_dev(sc->sc_dev, "%u namespaces, looking at %u\n",
		    nn, NVME_MAX_NS);
		nn = NVME_MAX_NS;
	}
	sc->sc_nn = nn;
	return 0;
}

/* Asks for n I/O queues; *got is how many there may be. */
static int
nvme_number_of_queues(struct nvme_softc *sc, u_int n, u_int *got)
{
	struct nvme_sqe sqe;
	uint32_t cdw0;
	int error;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_SET_FEATURES;
	htolem32(&sqe.cdw10, NVM_FEATURE_NUMBER_OF_QUEUES);
	htolem32(&sqe.cdw11, (n - 1) << 16 | (n - 1));
	error = nvme_admin(sc, &sqe, NULL, 0, false, NVME_ADMIN_TIMEOUT, &cdw0);
	if (error)
		return error;
	*got = MIN(n, MIN((cdw0 & 0xffff) + 1, (cdw0 >> 16) + 1));
	return 0;
}

/*
 * I/O queues.
 */

static int
nvme_q_create(struct nvme_softc *sc, struct nvme_queue *q)
{
	struct nvme_sqe_q sqe;
	int error;

	nvme_q_restart(sc, q);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_ADD_IOCQ;
	htolem64(&sqe.prp1, NVME_DMA_DVA(q->q_cq_dmamem));
	htolem16(&sqe.qsize, q->q_entries - 1);
	htolem16(&sqe.qid, q->q_id);
	sqe.qflags = NVM_SQE_CQ_IEN | NVM_SQE_Q_PC;
	htolem16(&sqe.cqid, sc->sc_use_mq ? q->q_id : 0);
	error = nvme_admin(sc, (struct nvme_sqe *)(void *)&sqe, NULL, 0, false,
	    NVME_ADMIN_TIMEOUT, NULL);
	if (error)
		return error;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_ADD_IOSQ;
	htolem64(&sqe.prp1, NVME_DMA_DVA(q->q_sq_dmamem));
	htolem16(&sqe.qsize, q->q_entries - 1);
	htolem16(&sqe.qid, q->q_id);
	sqe.qflags = NVM_SQE_Q_PC;
	htolem16(&sqe.cqid, q->q_id);
	error = nvme_admin(sc, (struct nvme_sqe *)(void *)&sqe, NULL, 0, false,
	    NVME_ADMIN_TIMEOUT, NULL);
	if (error)
		return error;
	q->q_created = true;
	nvme_q_open(q, NULL);
	return 0;
}

/* Deletes a queue that the controller knows and that is idle. */
static void
nvme_q_delete(struct nvme_softc *sc, struct nvme_queue *q)
{
	struct nvme_sqe_q sqe;

	nvme_q_stop(q);
	if (!q->q_created)
		return;
	q->q_created = false;
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = NVM_ADMIN_DEL_IOSQ;
	htolem16(&sqe.qid, q->q_id);
	if (nvme_admin(sc, (struct nvme_sqe *)(void *)&sqe, NULL, 0, false,
	    NVME_ADMIN_TIMEOUT, NULL) != 0)
		return;
	sqe.opcode = NVM_ADMIN_DEL_IOCQ;
	(void)nvme_admin(sc, (struct nvme_sqe *)(void *)&sqe, NULL, 0, false,
	    NVME_ADMIN_TIMEOUT, NULL);
}

/* From a disabled controller to one that takes reads and writes. */
static int
nvme_start(struct nvme_softc *sc)
{
	u_int got, i;
	int error;

	error = nvme_enable(sc);
	if (error)
		return error;
	if (sc->sc_q == NULL)
		return 0;
	error = nvme_number_of_queues(sc, sc->sc_nq, &got);
	if (error == 0 && got < sc->sc_nq)
		error = EIO;
	for (i = 0; error == 0 && i < sc->sc_nq; i++)
		error = nvme_q_create(sc, sc->sc_q[i]);
	return error != 0 ? error : nvme_event_start(sc);
}

/*
 * Who had the controller to himself lets everybody use it.  With an error, or
 * if it broke the rules meanwhile, it is off instead and stays so; that error
 * is returned.
 */
static int
nvme_run(struct nvme_softc *sc, int error)
{

	if (error == 0)
		nvme_q_open(sc->sc_admin_q, NULL);
	mutex_enter(&sc->sc_lock);
	if (error == 0 && sc->sc_broken)
		error = EIO;
	if (error == 0) {
		sc->sc_state = NVME_S_RUN;
		sc->sc_lwp = NULL;
	}
	mutex_exit(&sc->sc_lock);
	if (error == 0)
		return 0;
	nvme_halt(sc, false);
	mutex_enter(&sc->sc_lock);
	sc->sc_state = NVME_S_DEAD;
	sc->sc_lwp = NULL;
	mutex_exit(&sc->sc_lock);
	return error;
}

static void
nvme_reset_work(struct work *wk, void *arg)
{
	struct nvme_softc *sc = container_of(wk, struct nvme_softc, sc_work);
	int error = EIO;
	bool retry;

	sc->sc_lwp = curlwp;
	nvme_halt(sc, false);
	retry = sc->sc_resets < NVME_MAX_RESETS && !sc->sc_gone &&
	    !sc->sc_broken;
	if (retry) {
		sc->sc_resets++;
		error = nvme_start(sc);
	}
	error = nvme_run(sc, error);
	if (retry && error != 0)
		aprint_error_dev(sc->sc_dev, "reset failed, error %d; "
		    "broken\n", error);
}

/*
 * Namespaces.
 */

int
nvme_ns_identify(struct nvme_softc *sc, uint16_t nsid)
{
	struct nvme_namespace *ns = nvme_ns_get(sc, nsid);
	struct nvm_identify_namespace *id;
	u_int fmt, shift;
	uint64_t nsze;
	int error;

	if (ns == NULL)
		return ENXIO;
	id = kmem_zalloc(sizeof(*id), KM_SLEEP);
	error = nvme_identify(sc, 0, nsid, id);
	if (error)
		goto fail;
	/* An inactive namespace is all zeroes. */
	nsze = lemtoh64(&id->nsze);
	if (nsze == 0) {
		error = ENXIO;
		goto fail;
	}
	fmt = NVME_ID_NS_FLBAS(id->flbas);
	shift = id->lbaf[fmt].lbads;
	if (fmt > id->nlbaf || shift < DEV_BSHIFT ||
	    shift > (u_int)ffs((int)sc->sc_mdts) - 1 ||
	    nsze > ((uint64_t)INT64_MAX >> shift)) {
		aprint_error_dev(sc->sc_dev, "nsid %u: format %u of %u, block "
		    "size 2^%u, %ju blocks: not usable\n", nsid, fmt,
		    id->nlbaf + 1, shift, (uintmax_t)nsze);
		error = EIO;
		goto fail;
	}
	if (lemtoh16(&id->lbaf[fmt].ms) != 0) {
		aprint_error_dev(sc->sc_dev, "nsid %u: %u bytes of metadata: "
		    "not supported\n", nsid, lemtoh16(&id->lbaf[fmt].ms));
		error = ENOTSUP;
		goto fail;
	}
	nvme_ns_free(sc, nsid);
	ns->ident = id;
	return 0;
fail:
	kmem_free(id, sizeof(*id));
	return error;
}

void
nvme_ns_free(struct nvme_softc *sc, uint16_t nsid)
{
	struct nvme_namespace *ns = nvme_ns_get(sc, nsid);

	if (ns == NULL || ns->ident == NULL)
		return;
	kmem_free(ns->ident, sizeof(*ns->ident));
	ns->ident = NULL;
}

static int
nvme_print(void *aux, const char *pnp)
{
	struct nvme_attach_args *naa = aux;

	if (pnp != NULL)
		aprint_normal("ld at %s", pnp);
	if (naa->naa_nsid > 0)
		aprint_normal(" nsid %d", naa->naa_nsid);
	return UNCONF;
}

/* One at a time looks for namespaces; a detach waits for him.  ENXIO. */
static int
nvme_scan_enter(struct nvme_softc *sc)
{
	int error = 0;

	if (nvme_hold(sc, true) != 0)
		return ENXIO;
	mutex_enter(&sc->sc_lock);
	while (sc->sc_scanning)
		cv_wait(&sc->sc_users_cv, &sc->sc_lock);
	if (sc->sc_state == NVME_S_RUN)
		sc->sc_scanning = true;
	else
		error = ENXIO;
	mutex_exit(&sc->sc_lock);
	if (error)
		nvme_rele(sc);
	return error;
}

static void
nvme_scan_exit(struct nvme_softc *sc)
{

	mutex_enter(&sc->sc_lock);
	sc->sc_scanning = false;
	cv_broadcast(&sc->sc_users_cv);
	mutex_exit(&sc->sc_lock);
	nvme_rele(sc);
}

/* ca_rescan: attaches a driver to each namespace that has none. */
int
nvme_rescan(device_t self, const char *attr, const int *locs)
{
	struct nvme_softc *sc = device_private(self);
	struct nvme_attach_args naa;
	struct nvme_namespace *ns;
	int mlocs[NVMECF_NLOCS];
	u_int i, nslots = 0;
	int error;

	error = nvme_scan_enter(sc);
	if (error)
		return error;
	for (i = 0; i < sc->sc_nq; i++)
		nslots += sc->sc_q[i]->q_nccbs;
	for (i = 1; i <= sc->sc_nn && nvme_works(sc); i++) {
		if (locs != NULL && locs[NVMECF_NSID] != NVMECF_NSID_DEFAULT &&
		    locs[NVMECF_NSID] != (int)i)
			continue;
		ns = nvme_ns_get(sc, i);
		if (ns->dev != NULL || nvme_ns_identify(sc, i) != 0)
			continue;
		memset(&naa, 0, sizeof(naa));
		naa.naa_nsid = i;
		naa.naa_qentries = nslots / sc->sc_nn > 0 ?
		    nslots / sc->sc_nn : 1;
		naa.naa_maxphys = sc->sc_mdts;
		naa.naa_typename = sc->sc_modelname;
		mlocs[NVMECF_NSID] = i;
		ns->dev = config_found(sc->sc_dev, &naa, nvme_print,
		    CFARGS(.submatch = config_stdsubmatch, .iattr = "nvme",
		    .locators = mlocs));
		if (ns->dev == NULL)
			nvme_ns_free(sc, i);
	}
	nvme_scan_exit(sc);
	return 0;
}

/* ca_childdetached */
void
nvme_childdet(device_t self, device_t child)
{
	struct nvme_softc *sc = device_private(self);
	u_int i;

	for (i = 1; i <= sc->sc_nn; i++) {
		if (sc->sc_namespaces[i - 1].dev == child) {
			sc->sc_namespaces[i - 1].dev = NULL;
			nvme_ns_free(sc, i);
			return;
		}
	}
}

/*
 * Attach.
 */

/* What the capabilities allow; EIO or ENOTSUP with a message. */
static int
nvme_attach_caps(struct nvme_softc *sc, u_int *mqesp)
{
	uint32_t vs;
	uint64_t cap;

	vs = nvme_read4(sc, NVME_VS);
	cap = nvme_read8(sc, NVME_CAP);
	if (vs == 0xffffffff || cap == UINT64_MAX) {
		aprint_error_dev(sc->sc_dev, "no registers\n");
		sc->sc_gone = true;
		return ENXIO;
	}
	aprint_normal_dev(sc->sc_dev, "NVMe %u.%u\n", NVME_VS_MJR(vs),
	    NVME_VS_MNR(vs));
	if ((NVME_CAP_CSS(cap) & NVME_CAP_CSS_NVM) == 0) {
		aprint_error_dev(sc->sc_dev, "command sets %#x without NVM\n",
		    (u_int)NVME_CAP_CSS(cap));
		return ENOTSUP;
	}
	if (NVME_CAP_MPSMIN(cap) > PAGE_SHIFT ||
	    NVME_CAP_MPSMAX(cap) < PAGE_SHIFT) {
		aprint_error_dev(sc->sc_dev, "page sizes 2^%u to 2^%u, want "
		    "2^%u\n", (u_int)NVME_CAP_MPSMIN(cap),
		    (u_int)NVME_CAP_MPSMAX(cap), PAGE_SHIFT);
		return ENOTSUP;
	}
	*mqesp = NVME_CAP_MQES(cap);
	if (*mqesp < 2) {
		aprint_error_dev(sc->sc_dev, "queues of %u entry\n", *mqesp);
		return EIO;
	}
	sc->sc_dstrd = NVME_CAP_DSTRD(cap);
	if (sc->sc_ios < NVME_SQTDBL(2, (bus_size_t)sc->sc_dstrd)) {
		aprint_error_dev(sc->sc_dev, "doorbells %u bytes apart in %ju "
		    "bytes of registers\n", sc->sc_dstrd,
		    (uintmax_t)sc->sc_ios);
		return EIO;
	}
	sc->sc_rdy_to = MAX(NVME_CAP_TO(cap), 500);
	sc->sc_mps = PAGE_SIZE;
	sc->sc_mdts = MAXPHYS;
	sc->sc_max_sgl = sc->sc_mdts / sc->sc_mps + 1;
	return 0;
}

/* As many queues as the controller, the registers and the vectors allow. */
static int
nvme_attach_queues(struct nvme_softc *sc, u_int entries, u_int wanted)
{
	struct nvme_queue *q;
	u_int got, i;
	int error;

	/* Doorbells up to the last queue's lie within the registers. */
	while (wanted > 1 &&
	    sc->sc_ios < NVME_SQTDBL(wanted + 1, (bus_size_t)sc->sc_dstrd))
		wanted--;
	error = nvme_number_of_queues(sc, wanted, &got);
	if (error) {
		aprint_error_dev(sc->sc_dev, "no number of queues\n");
		return error;
	}
	/* The admin queue's interrupt may look at what there is so far. */
	sc->sc_q = kmem_zalloc(got * sizeof(*sc->sc_q), KM_SLEEP);
	atomic_store_release(&sc->sc_nq, got);
	for (i = 0; i < got; i++) {
		q = nvme_q_alloc(sc, i + 1, entries);
		if (q == NULL) {
			aprint_error_dev(sc->sc_dev, "no memory for queue %u\n",
			    i + 1);
			return ENOMEM;
		}
		atomic_store_release(&sc->sc_q[i], q);
		if (sc->sc_use_mq) {
			error = (*sc->sc_intr_establish)(sc, i + 1, q);
			if (error)
				return error;
		}
		error = nvme_q_create(sc, q);
		if (error) {
			aprint_error_dev(sc->sc_dev, "queue %u refused\n",
			    i + 1);
			return error;
		}
	}
	return 0;
}

/* Undoes any prefix of nvme_attach(); the controller is off. */
static void
nvme_release(struct nvme_softc *sc)
{
	u_int i;

	mutex_enter(&sc->sc_lock);
	sc->sc_detaching = true;
	mutex_exit(&sc->sc_lock);
	callout_halt(&sc->sc_timeout_ch, NULL);
	for (i = 1; i <= sc->sc_nn && sc->sc_namespaces != NULL; i++)
		nvme_ns_free(sc, i);
	if (sc->sc_namespaces != NULL)
		kmem_free(sc->sc_namespaces,
		    sc->sc_nn * sizeof(*sc->sc_namespaces));
	sc->sc_namespaces = NULL;
	sc->sc_nn = 0;
	/* Handlers go before what they look at. */
	if (sc->sc_q != NULL) {
		for (i = 0; i < sc->sc_nq; i++) {
			if (sc->sc_use_mq && sc->sc_q[i] != NULL)
				(void)(*sc->sc_intr_disestablish)(sc, i + 1);
		}
	}
	if (sc->sc_admin_q != NULL)
		(void)(*sc->sc_intr_disestablish)(sc, NVME_ADMIN_Q);
	nvme_event_drain(sc);
	if (sc->sc_q != NULL) {
		for (i = 0; i < sc->sc_nq; i++)
			nvme_q_free(sc, sc->sc_q[i]);
		kmem_free(sc->sc_q, sc->sc_nq * sizeof(*sc->sc_q));
		sc->sc_q = NULL;
	}
	nvme_q_free(sc, sc->sc_admin_q);
	sc->sc_admin_q = NULL;
	callout_destroy(&sc->sc_timeout_ch);
	cv_destroy(&sc->sc_users_cv);
	mutex_destroy(&sc->sc_lock);
	sc->sc_locked = false;
}

int
nvme_attach(struct nvme_softc *sc)
{
	u_int mqes, wanted = sc->sc_nq;
	int error;

	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&sc->sc_users_cv, "nvmeuser");
	callout_init(&sc->sc_timeout_ch, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_timeout_ch, nvme_timeout, sc);
	sc->sc_locked = true;
	sc->sc_state = NVME_S_INIT;
	sc->sc_lwp = curlwp;
	sc->sc_nq = 0;

	error = nvme_attach_caps(sc, &mqes);
	if (error)
		goto fail;
	error = nvme_disable(sc, false);
	if (error) {
		aprint_error_dev(sc->sc_dev, "does not stop, error %d\n",
		    error);
		goto fail;
	}
	sc->sc_admin_q = nvme_q_alloc(sc, NVME_ADMIN_Q,
	    MIN(NVME_ADMINQ_ENTRIES, mqes));
	if (sc->sc_admin_q == NULL) {
		error = ENOMEM;
		goto fail;
	}
	error = (*sc->sc_intr_establish)(sc, NVME_ADMIN_Q, sc->sc_admin_q);
	if (error)
		goto fail;
	error = nvme_enable(sc);
	if (error) {
		aprint_error_dev(sc->sc_dev, "does not start, error %d\n",
		    error);
		goto fail;
	}
	error = nvme_identify_controller(sc);
	if (error) {
		aprint_error_dev(sc->sc_dev, "no identity\n");
		goto fail;
	}
	error = nvme_attach_queues(sc, MIN(NVME_IOQ_ENTRIES, mqes), wanted);
	if (error == 0)
		error = nvme_event_start(sc);
	if (error)
		goto fail;
	if (sc->sc_nn != 0)
		sc->sc_namespaces = kmem_zalloc(sc->sc_nn *
		    sizeof(*sc->sc_namespaces), KM_SLEEP);
	error = nvme_run(sc, 0);
	if (error)
		goto fail;
	mutex_enter(&sc->sc_lock);
	sc->sc_flags |= NVME_F_ATTACHED;
	mutex_exit(&sc->sc_lock);
	(void)nvme_rescan(sc->sc_dev, NULL, NULL);
	return 0;
fail:
	nvme_halt(sc, false);
	nvme_release(sc);
	return error;
}

/* Tells the controller to save what it has, and waits for that. */
static void
nvme_shutdown(struct nvme_softc *sc)
{
	uint32_t cc;
	u_int i;

	for (i = 0; i < sc->sc_nq; i++)
		nvme_q_delete(sc, sc->sc_q[i]);
	cc = nvme_read4(sc, NVME_CC);
	(void)nvme_csts(sc);
	if (sc->sc_gone || (cc & NVME_CC_EN) == 0)
		return;
	nvme_write4(sc, NVME_CC, (cc & ~NVME_CC_SHN_MASK) |
	    NVME_CC_SHN(NVME_CC_SHN_NORMAL));
	if (nvme_csts_wait(sc, NVME_CSTS_SHST_MASK, NVME_CSTS_SHST_DONE,
	    NVME_SHUTDOWN_TIMEOUT, true, false) == ETIMEDOUT)
		aprint_error_dev(sc->sc_dev, "shutdown is late\n");
}

/*
 * Takes the controller away from whoever resets it; it is this thread's.
 * False: it is dead or dies now.
 */
static bool
nvme_claim(struct nvme_softc *sc)
{
	bool alive;

	mutex_enter(&sc->sc_lock);
	sc->sc_detaching = true;
	mutex_exit(&sc->sc_lock);
	/* A reset that was on its way comes first. */
	workqueue_wait(nvme_wq, &sc->sc_work);
	callout_halt(&sc->sc_timeout_ch, NULL);
	(void)nvme_csts(sc);
	mutex_enter(&sc->sc_lock);
	sc->sc_timeout_on = false;
	alive = sc->sc_state == NVME_S_RUN && !sc->sc_gone;
	sc->sc_lwp = curlwp;
	mutex_exit(&sc->sc_lock);
	return alive;
}

int
nvme_detach(struct nvme_softc *sc, int flags)
{
	bool force = (flags & DETACH_FORCE) != 0;
	int error;

	if (!sc->sc_locked)
		return 0;
	/*
	 * Children drain.  On a controller that works they do that by
	 * themselves; what a lost one has is ended first.
	 */
	(void)nvme_csts(sc);
	if (sc->sc_gone || force) {
		(void)nvme_claim(sc);
		nvme_halt(sc, false);
	}
	error = config_detach_children(sc->sc_dev, flags);
	if (error)
		return error;
	if (nvme_claim(sc) && !force)
		nvme_shutdown(sc);
	nvme_halt(sc, false);
	/* Whoever waited for a command has it back, and leaves. */
	mutex_enter(&sc->sc_lock);
	sc->sc_flags &= ~NVME_F_ATTACHED;
	while (sc->sc_users != 0)
		cv_wait(&sc->sc_users_cv, &sc->sc_lock);
	mutex_exit(&sc->sc_lock);
	/* What a rescan has found meanwhile. */
	(void)config_detach_children(sc->sc_dev, flags | DETACH_FORCE);
	nvme_release(sc);
	return 0;
}

/*
 * A call from above holds the controller: it is not freed under the call.  One
 * that needs it to work gets ENXIO from a suspended one, too.
 */
int
nvme_hold(struct nvme_softc *sc, bool working)
{
	int error = ENXIO;

	if (!sc->sc_locked)
		return ENXIO;
	mutex_enter(&sc->sc_lock);
	if ((sc->sc_flags & NVME_F_ATTACHED) != 0 &&
	    (!working || !sc->sc_detaching)) {
		sc->sc_users++;
		error = 0;
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

void
nvme_rele(struct nvme_softc *sc)
{

	mutex_enter(&sc->sc_lock);
	if (--sc->sc_users == 0)
		cv_broadcast(&sc->sc_users_cv);
	mutex_exit(&sc->sc_lock);
}

/* Whether the controller takes commands, now or after a reset. */
bool
nvme_works(struct nvme_softc *sc)
{
	bool works;

	mutex_enter(&sc->sc_lock);
	works = sc->sc_state != NVME_S_DEAD && !sc->sc_detaching;
	mutex_exit(&sc->sc_lock);
	return works;
}

/* Power down: the queues stop, the controller saves its state. */
int
nvme_suspend(struct nvme_softc *sc)
{

	if ((sc->sc_flags & NVME_F_ATTACHED) == 0)
		return 0;
	if (nvme_claim(sc))
		nvme_shutdown(sc);
	nvme_halt(sc, false);
	nvme_event_drain(sc);
	mutex_enter(&sc->sc_lock);
	sc->sc_flags |= NVME_F_SUSPENDED;
	mutex_exit(&sc->sc_lock);
	return 0;
}

/* And up again. */
int
nvme_resume(struct nvme_softc *sc)
{
	int error;

	if ((sc->sc_flags & NVME_F_SUSPENDED) == 0)
		return 0;
	mutex_enter(&sc->sc_lock);
	sc->sc_flags &= ~NVME_F_SUSPENDED;
	sc->sc_state = NVME_S_INIT;
	sc->sc_lwp = curlwp;
	sc->sc_detaching = false;
	mutex_exit(&sc->sc_lock);
	error = nvme_run(sc, nvme_start(sc));
	if (error)
		aprint_error_dev(sc->sc_dev, "does not resume, error %d\n",
		    error);
	return error;
}

/*
 * Interrupts.
 */

/*
 * A line, or a message of all queues: masked until the soft half has looked.
 * A line that is high for nothing, or although it is masked, is not ours, or
 * it would never be quiet.
 */
int
nvme_intr(void *arg)
{
	struct nvme_softc *sc = arg;
	struct nvme_queue *q;
	bool masked = false;
	u_int i, nq;

	if (sc->sc_admin_q == NULL)
		return 0;
	if (!nvme_q_pending(sc, sc->sc_admin_q)) {
		nq = atomic_load_acquire(&sc->sc_nq);
		for (i = 0; i < nq; i++) {
			if ((q = atomic_load_acquire(&sc->sc_q[i])) != NULL &&
			    nvme_q_pending(sc, q))
				break;
		}
		if (i == nq)
			return 0;
	}
	mutex_enter(&sc->sc_lock);
	if ((sc->sc_flags & NVME_F_NOMASK) == 0) {
		masked = sc->sc_masked;
		if (!masked) {
			sc->sc_masked = true;
			nvme_write4(sc, NVME_INTMS, 1);
		}
	}
	mutex_exit(&sc->sc_lock);
	if (masked)
		return 0;
	softint_schedule(sc->sc_softih[0]);
	return 1;
}

void
nvme_softintr_intx(void *arg)
{
	struct nvme_softc *sc = arg;
	struct nvme_queue *q;
	u_int i, nq;

	if ((q = sc->sc_admin_q) != NULL)
		(void)nvme_q_complete(sc, q);
	nq = atomic_load_acquire(&sc->sc_nq);
	for (i = 0; i < nq; i++) {
		if ((q = atomic_load_acquire(&sc->sc_q[i])) != NULL)
			(void)nvme_q_complete(sc, q);
	}
	/* A line that a broken controller holds stays masked. */
	mutex_enter(&sc->sc_lock);
	if ((sc->sc_flags & NVME_F_NOMASK) == 0 && !sc->sc_gone &&
	    !sc->sc_broken && sc->sc_state != NVME_S_DEAD) {
		sc->sc_masked = false;
		nvme_write4(sc, NVME_INTMC, 1);
	}
	mutex_exit(&sc->sc_lock);
}

/* A message of one queue. */
int
nvme_intr_msi(void *arg)
{
	struct nvme_queue *q = arg;

	softint_schedule(q->q_sc->sc_softih[q->q_id]);
	return 1;
}

void
nvme_softintr_msi(void *arg)
{
	struct nvme_queue *q = arg;

	(void)nvme_q_complete(q->q_sc, q);
}
