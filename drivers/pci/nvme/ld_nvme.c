/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A namespace of an NVMe controller as a disk: ld* at nvme? nsid ?.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/callout.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/dkio.h>

#include <dev/ldvar.h>

#include "nvme_impl.h"

struct ld_nvme_softc {
	struct ld_softc	sc_ld;		/* first */
	struct nvme_softc *sc_nvme;
	uint16_t	sc_nsid;
	callout_t	sc_retry_ch;	/* a transfer waits for a command */
};

static int
ld_nvme_match(device_t parent, cfdata_t match, void *aux)
{
	struct nvme_attach_args *naa = aux;

	return naa->naa_nsid != 0;
}

static void
ld_nvme_biodone(void *cookie, struct buf *bp, uint16_t status, uint32_t cdw0)
{
	struct ld_nvme_softc *sc = cookie;

	if (status != 0) {
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
	} else {
		bp->b_resid = 0;
	}
	lddone(&sc->sc_ld, bp);
}

static void
ld_nvme_retry(void *arg)
{
	struct ld_nvme_softc *sc = arg;

	dk_start(&sc->sc_ld.sc_dksc, NULL);
}

static int
ld_nvme_start(struct ld_softc *ld, struct buf *bp)
{
	struct ld_nvme_softc *sc = device_private(ld->sc_dv);
	int error, flags = 0;

	if (BUF_ISREAD(bp))
		flags |= NVME_NS_CTX_F_READ;
	else if ((bp->b_flags & B_MEDIA_FUA) != 0)
		flags |= NVME_NS_CTX_F_FUA;
	error = nvme_ns_dobio(sc->sc_nvme, sc->sc_nsid, sc, bp, bp->b_data,
	    bp->b_bcount, ld->sc_secsize, bp->b_rawblkno, flags,
	    ld_nvme_biodone);
	/*
	 * Others have all commands, and nothing of ours need be among them; or
	 * the controller is being reset.
	 */
	if (error == ENXIO && nvme_works(sc->sc_nvme))
		error = EAGAIN;
	if (error == EAGAIN)
		callout_schedule(&sc->sc_retry_ch, 1);
	/* A controller that is there and broken is an error, no absence. */
	return error == ENXIO && !sc->sc_nvme->sc_gone ? EIO : error;
}

static void
ld_nvme_dumpdone(void *cookie, struct buf *bp, uint16_t status, uint32_t cdw0)
{

	*(int *)cookie = status != 0 ? EIO : 0;
}

static int
ld_nvme_dump(struct ld_softc *ld, void *data, int blkno, int blkcnt)
{
	struct ld_nvme_softc *sc = device_private(ld->sc_dv);
	int error, result = EIO;

	error = nvme_ns_dobio(sc->sc_nvme, sc->sc_nsid, &result, NULL, data,
	    (size_t)blkcnt * ld->sc_secsize, ld->sc_secsize, blkno,
	    NVME_NS_CTX_F_POLL, ld_nvme_dumpdone);
	return error != 0 ? error : result;
}

static int
ld_nvme_ioctl(struct ld_softc *ld, u_long cmd, void *addr, int32_t flag,
    bool poll)
{
	struct ld_nvme_softc *sc = device_private(ld->sc_dv);

	switch (cmd) {
	case DIOCCACHESYNC:
		return nvme_ns_sync(sc->sc_nvme, sc->sc_nsid,
		    poll ? NVME_NS_CTX_F_POLL : 0);
	case DIOCGCACHE:
		return nvme_admin_getcache(sc->sc_nvme, addr);
	case DIOCSCACHE:
		return nvme_admin_setcache(sc->sc_nvme, *(int *)addr);
	default:
		return EPASSTHROUGH;
	}
}

static int
ld_nvme_discard(struct ld_softc *ld, struct buf *bp)
{
	struct ld_nvme_softc *sc = device_private(ld->sc_dv);

	bp->b_error = nvme_ns_discard(sc->sc_nvme, sc->sc_nsid, bp->b_rawblkno,
	    (uint32_t)bp->b_bcount / (uint32_t)ld->sc_secsize);
	bp->b_resid = 0;
	lddiscardend(ld, bp);
	return 0;
}

static void
ld_nvme_attach(device_t parent, device_t self, void *aux)
{
	struct ld_nvme_softc *sc = device_private(self);
	struct ld_softc *ld = &sc->sc_ld;
	struct nvme_attach_args *naa = aux;
	struct nvme_namespace *ns;
	struct nvm_namespace_format *fmt;

	aprint_naive("\n");
	aprint_normal("\n");
	sc->sc_nvme = device_private(parent);
	sc->sc_nsid = naa->naa_nsid;
	/* The controller's driver has checked what is used here. */
	ns = nvme_ns_get(sc->sc_nvme, sc->sc_nsid);
	fmt = &ns->ident->lbaf[NVME_ID_NS_FLBAS(ns->ident->flbas)];

	ld->sc_dv = self;
	ld->sc_secsize = 1 << fmt->lbads;
	ld->sc_secperunit = lemtoh64(&ns->ident->nsze);
	ld->sc_maxxfer = naa->naa_maxphys;
	ld->sc_maxqueuecnt = naa->naa_qentries;
	ld->sc_start = ld_nvme_start;
	ld->sc_dump = ld_nvme_dump;
	ld->sc_ioctl = ld_nvme_ioctl;
	if (NVME_HAS_DSM(sc->sc_nvme))
		ld->sc_discard = ld_nvme_discard;
	ld->sc_flags = LDF_ENABLED | LDF_NO_RND | LDF_MPSAFE;
	callout_init(&sc->sc_retry_ch, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_retry_ch, ld_nvme_retry, sc);
	ldattach(ld, "fcfs");
}

static int
ld_nvme_detach(device_t self, int flags)
{
	struct ld_nvme_softc *sc = device_private(self);
	struct ld_softc *ld = &sc->sc_ld;
	int error;

	if ((ld->sc_flags & LDF_ENABLED) == 0)
		return 0;
	error = ldbegindetach(ld, flags);
	if (error)
		return error;
	callout_halt(&sc->sc_retry_ch, NULL);
	callout_destroy(&sc->sc_retry_ch);
	ldenddetach(ld);
	return 0;
}

CFATTACH_DECL_NEW(ld_nvme, sizeof(struct ld_nvme_softc), ld_nvme_match,
    ld_nvme_attach, ld_nvme_detach, NULL);
