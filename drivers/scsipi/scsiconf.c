/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * scsibus(4): finds the units of a channel and attaches their drivers.
 *
 * A target is asked for INQUIRY data at LUN 0 and, from SPC-3 on (or when it
 * says it has many units), for its list of units by REPORT LUNS; else its
 * LUNs are tried one after the other until one says that there are no more.
 * Lists, lengths and names are the device's word and are taken with limits.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/scsiio.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipi_base.h>
#include <dev/scsipi/scsiconf.h>

#include "locators.h"
#include "scsipi_impl.h"

#ifndef SCSI_DELAY
#define	SCSI_DELAY	2	/* seconds that devices get after a bus reset */
#endif

static int	scsibusmatch(device_t, cfdata_t, void *);
static void	scsibusattach(device_t, device_t, void *);
static int	scsibusdetach(device_t, int);
static int	scsibusrescan(device_t, const char *, const int *);
static void	scsidevdetached(device_t, device_t);

CFATTACH_DECL3_NEW(scsibus, sizeof(struct scsibus_softc), scsibusmatch, scsibusattach,
    scsibusdetach, NULL, scsibusrescan, scsidevdetached, DVF_DETACH_SHUTDOWN);

extern struct cfdriver scsibus_cd;

static dev_type_open(scsibusopen);
static dev_type_close(scsibusclose);
static dev_type_ioctl(scsibusioctl);

const struct cdevsw scsibus_cdevsw = {
	.d_open = scsibusopen,
	.d_close = scsibusclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = scsibusioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &scsibus_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER
};

/*
 * For config_found() of a channel: "scsibus0 at vioscsi0: ...".
 */
int
scsiprint(void *aux, const char *pnp)
{
	struct scsipi_channel *chan = aux;
	struct scsipi_adapter *adapt = chan->chan_adapter;

	/* Adapters of both kinds of bus use this one. */
	if (SCSIPI_BUSTYPE_TYPE(chan->chan_bustype->bustype_type) == SCSIPI_BUSTYPE_ATAPI) {
		if (pnp != NULL)
			aprint_normal("atapibus at %s", pnp);
		return UNCONF;
	}
	if (pnp != NULL)
		aprint_normal("scsibus at %s", pnp);
	if (adapt->adapt_nchannels != 1)
		aprint_normal(" channel %d", chan->chan_channel);
	return UNCONF;
}

static int
scsibusmatch(device_t parent, cfdata_t cf, void *aux)
{
	struct scsipi_channel *chan = aux;

	if (SCSIPI_BUSTYPE_TYPE(chan->chan_bustype->bustype_type) != SCSIPI_BUSTYPE_SCSI)
		return 0;
	if (cf->cf_loc[SCSICF_CHANNEL] != chan->chan_channel &&
	    cf->cf_loc[SCSICF_CHANNEL] != SCSICF_CHANNEL_DEFAULT)
		return 0;
	return 1;
}

/* Looks for devices after boot, in a thread of its own. */
static void
scsibus_discover_thread(void *arg)
{
	struct scsibus_softc *sc = arg;
	struct scsipi_channel *chan = sc->sc_channel;

	if ((chan->chan_flags & SCSIPI_CHAN_NOSETTLE) == 0 && SCSI_DELAY > 0) {
		aprint_normal_dev(sc->sc_dev, "waiting %d seconds for devices to settle...\n",
		    SCSI_DELAY);
		(void)kpause("scsidly", false, SCSI_DELAY * hz, NULL);
	}
	(void)scsi_probe_bus(sc, -1, -1);
	config_pending_decr(sc->sc_dev);
	kthread_exit(0);
}

static void
scsibusattach(device_t parent, device_t self, void *aux)
{
	struct scsibus_softc *sc = device_private(self);
	struct scsipi_channel *chan = aux;

	sc->sc_dev = self;
	chan->chan_name = device_xname(self);
	aprint_naive(": SCSI bus\n");
	aprint_normal(": %d target%s, %d lun%s per target\n", chan->chan_ntargets,
	    chan->chan_ntargets == 1 ? "" : "s", chan->chan_nluns,
	    chan->chan_nluns == 1 ? "" : "s");

	if (scsipi_channel_init(chan) != 0)
		return;
	sc->sc_channel = chan;
	scsipi_bus_discover(self, chan, scsibus_discover_thread, sc);
}

static int
scsibusdetach(device_t self, int flags)
{
	struct scsibus_softc *sc = device_private(self);
	struct scsipi_channel *chan = sc->sc_channel;
	int cmaj, error;

	if (chan == NULL)
		return 0;
	error = scsipi_bus_detach(chan, flags);
	if (error != 0)
		return error;
	cmaj = cdevsw_lookup_major(&scsibus_cdevsw);
	vdevgone(cmaj, device_unit(self), device_unit(self), VCHR);
	pmf_device_deregister(self);
	scsipi_channel_shutdown(chan);
	sc->sc_channel = NULL;
	return 0;
}

static int
scsibusrescan(device_t self, const char *ifattr, const int *locators)
{
	struct scsibus_softc *sc = device_private(self);

	if (sc->sc_channel == NULL)
		return ENXIO;
	return scsi_probe_bus(sc, locators[SCSIBUSCF_TARGET], locators[SCSIBUSCF_LUN]);
}

/* A unit's driver has gone, and the unit goes with it. */
static void
scsidevdetached(device_t self, device_t child)
{
	struct scsibus_softc *sc = device_private(self);

	scsipi_bus_childdet(sc->sc_channel, child);
}

/*
 * Devices that are known to lie or to die.
 */
static const struct scsi_quirk_inquiry_pattern scsi_quirk_patterns[] = {
	/* Iomega's drives take long without a disk, and forget tags. */
	{{T_DIRECT, T_REMOV, "IOMEGA  ", "ZIP 100         ", ""}, PQUIRK_NOMODESENSE},
	{{T_DIRECT, T_REMOV, "IOMEGA  ", "ZIP 250         ", ""}, PQUIRK_NOMODESENSE},
	/* Old drives that answer for every LUN. */
	{{T_CDROM, T_REMOV, "CHINON  ", "CD-ROM CDS-431  ", ""}, PQUIRK_NOLUNS},
	{{T_CDROM, T_REMOV, "SONY    ", "CD-ROM CDU-541  ", ""}, PQUIRK_NOLUNS},
	{{T_CDROM, T_REMOV, "TOSHIBA ", "CD-ROM XM-3401TA", ""}, PQUIRK_NOLUNS},
	{{T_DIRECT, T_FIXED, "MAXTOR  ", "XT-4170S        ", ""}, PQUIRK_NOLUNS},
	{{T_DIRECT, T_FIXED, "QUANTUM ", "ELS85S          ", ""}, PQUIRK_AUTOSAVE},
	{{T_SEQUENTIAL, T_REMOV, "ARCHIVE ", "VIPER 150  21247", ""}, PQUIRK_NOLUNS},
	{{T_SEQUENTIAL, T_REMOV, "EXABYTE ", "EXB-8200        ", ""}, PQUIRK_NOLUNS},
	/* Flash disks that hang at what they do not know. */
	{{T_DIRECT, T_REMOV, "Generic ", "Flash Disk      ", ""},
	    PQUIRK_NOMODESENSE | PQUIRK_NOSYNCCACHE | PQUIRK_NODOORLOCK},
};

/*
 * What a probe has led to: whether there is anybody at all, and whether
 * higher LUNs may be tried.
 */
struct scsi_probe {
	bool	sp_answered;
	bool	sp_more;
};

static int
scsibusprint(void *aux, const char *pnp)
{
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_inquiry_pattern *inqbuf = &sa->sa_inqbuf;
	const struct scsipi_inquiry_data *inq = sa->sa_inqptr;
	char vendor[33], product[65], revision[17];

	if (pnp != NULL)
		aprint_normal("%s", pnp);
	scsipi_strvis(vendor, sizeof(vendor), inq->vendor, sizeof(inq->vendor));
	scsipi_strvis(product, sizeof(product), inq->product, sizeof(inq->product));
	scsipi_strvis(revision, sizeof(revision), inq->revision, sizeof(inq->revision));
	aprint_normal(" target %d lun %d: <%s, %s, %s> %s %s", sa->sa_periph->periph_target,
	    sa->sa_periph->periph_lun, vendor, product, revision, scsipi_dtype(inqbuf->type),
	    inqbuf->removable ? "removable" : "fixed");
	return UNCONF;
}

/* What INQUIRY data say the device can do. */
static void
scsi_periph_caps(struct scsipi_periph *periph, const struct scsipi_inquiry_data *inq)
{
	const u_int8_t f3 = inq->flags3;

	periph->periph_type = inq->device & SID_TYPE;
	if (inq->dev_qual2 & SID_REMOVABLE)
		periph->periph_flags |= PERIPH_REMOVABLE;
	periph->periph_version = inq->version & SID_ANSII;

	if (periph->periph_version < 2)
		return;
	if ((inq->flags2 & SID_BasQue) == 0 && (f3 & SID_CmdQue) != 0)
		periph->periph_cap |= PERIPH_CAP_TQING;
	if (f3 & SID_Linked)
		periph->periph_cap |= PERIPH_CAP_LINKCMDS;
	if (f3 & SID_RelAdr)
		periph->periph_cap |= PERIPH_CAP_RELADR;
	if (f3 & SID_SftRe)
		periph->periph_cap |= PERIPH_CAP_SFTRESET;
	if ((f3 & SID_Sync) != 0 || (periph->periph_quirks & PQUIRK_CAP_SYNC) != 0)
		periph->periph_cap |= PERIPH_CAP_SYNC;
	if ((f3 & SID_WBus16) != 0 || (periph->periph_quirks & PQUIRK_CAP_WIDE16) != 0)
		periph->periph_cap |= PERIPH_CAP_WIDE16;
	if (f3 & SID_WBus32)
		periph->periph_cap |= PERIPH_CAP_WIDE32;
	if (periph->periph_version >= 3 && inq->additional_length >= 52) {
		if ((inq->flags4 & SID_Clocking) != 0 &&
		    (periph->periph_quirks & PQUIRK_CAP_NODT) == 0)
			periph->periph_cap |= PERIPH_CAP_DT;
		if (inq->flags4 & SID_IUS)
			periph->periph_cap |= PERIPH_CAP_IUS;
		if (inq->flags4 & SID_QAS)
			periph->periph_cap |= PERIPH_CAP_QAS;
	}
}

/*
 * Looks at one unit, unless it is known, and attaches its driver.  inq are
 * its INQUIRY data if they are there already, else NULL.
 */
static struct scsi_probe
scsi_probe_unit(struct scsibus_softc *sc, int target, int lun,
    const struct scsipi_inquiry_data *inq)
{
	struct scsipi_channel *chan = sc->sc_channel;
	const struct scsi_quirk_inquiry_pattern *finger;
	struct scsi_probe res = { false, false };
	struct scsipibus_attach_args sa;
	struct scsipi_inquiry_data inqbuf;
	struct scsipi_periph *periph;
	char vendor[sizeof(inqbuf.vendor) + 1], product[sizeof(inqbuf.product) + 1];
	char revision[sizeof(inqbuf.revision) + 1];
	int locs[SCSIBUSCF_NLOCS];
	int priority;

	if (scsipi_lookup_periph(chan, target, lun) != NULL) {
		res.sp_answered = res.sp_more = true;
		return res;
	}
	periph = scsipi_alloc_periph(M_WAITOK);
	periph->periph_channel = chan;
	periph->periph_switch = NULL;
	periph->periph_target = target;
	periph->periph_lun = lun;
	periph->periph_quirks = chan->chan_defquirks;
#ifdef SCSIPI_DEBUG
	if (SCSIPI_DEBUG_TYPE == SCSIPI_BUSTYPE_SCSI && SCSIPI_DEBUG_TARGET == target &&
	    SCSIPI_DEBUG_LUN == lun)
		periph->periph_dbflags |= SCSIPI_DEBUG_FLAGS;
#endif
	/* Until it is known better, the LUN goes into the CDB of old. */
	periph->periph_version = lun < 8 ? 0 : 3;

	if (inq != NULL)
		inqbuf = *inq;
	else if (scsipi_inquire(periph, &inqbuf, XS_CTL_DISCOVERY | XS_CTL_SILENT) != 0)
		goto bad;
	res.sp_answered = true;

	switch (inqbuf.device & SID_QUAL) {
	case SID_QUAL_LU_PRESENT:
		break;
	case SID_QUAL_LU_NOTPRESENT:
	case SID_QUAL_reserved:
		res.sp_more = true;
		goto bad;
	default:
		if ((inqbuf.device & SID_QUAL) == SID_QUAL_LU_NOT_SUPP)
			goto bad;
		break;			/* vendor specific: as present */
	}
	if ((inqbuf.device & SID_TYPE) == T_NODEVICE)
		goto bad;

	memcpy(vendor, inqbuf.vendor, sizeof(inqbuf.vendor));
	vendor[sizeof(inqbuf.vendor)] = '\0';
	memcpy(product, inqbuf.product, sizeof(inqbuf.product));
	product[sizeof(inqbuf.product)] = '\0';
	memcpy(revision, inqbuf.revision, sizeof(inqbuf.revision));
	revision[sizeof(inqbuf.revision)] = '\0';
	memset(&sa, 0, sizeof(sa));
	sa.sa_periph = periph;
	sa.sa_inqptr = &inqbuf;
	sa.sa_inqbuf.type = inqbuf.device & SID_TYPE;
	sa.sa_inqbuf.removable = inqbuf.dev_qual2 & SID_REMOVABLE ? T_REMOV : T_FIXED;
	sa.sa_inqbuf.vendor = vendor;
	sa.sa_inqbuf.product = product;
	sa.sa_inqbuf.revision = revision;
	sa.scsipi_info.scsi_version = inqbuf.version;

	finger = scsipi_inqmatch(&sa.sa_inqbuf, scsi_quirk_patterns,
	    __arraycount(scsi_quirk_patterns), sizeof(scsi_quirk_patterns[0]), &priority);
	if (priority != 0)
		periph->periph_quirks |= finger->quirks;
	scsi_periph_caps(periph, &inqbuf);
	res.sp_more = (periph->periph_quirks & PQUIRK_NOLUNS) == 0;

	locs[SCSIBUSCF_TARGET] = target;
	locs[SCSIBUSCF_LUN] = lun;
	if (scsipi_bus_attach_unit(sc->sc_dev, &sa, locs, scsibusprint) != NULL)
		return res;
bad:
	scsipi_free_periph(periph);
	return res;
}

/*
 * A target's units by REPORT LUNS: sets bits in luns (nluns of them), and
 * says how many it set; 0 when there is no list.
 */
static unsigned
scsi_report_luns(struct scsibus_softc *sc, struct scsipi_periph *periph, u_int8_t *luns,
    unsigned nluns)
{
	const size_t size = sizeof(struct scsi_report_luns_header) +
	    SCSIPI_MAXLUNS * sizeof(struct scsi_report_luns_lun);
	struct scsi_report_luns_header *hdr;
	const struct scsi_report_luns_lun *l;
	struct scsi_report_luns cmd;
	unsigned n, i, lun, found = 0;
	size_t len;

	hdr = kmem_zalloc(size, KM_SLEEP);
	memset(&cmd, 0, sizeof(cmd));
	cmd.opcode = SCSI_REPORT_LUNS;
	cmd.selectreport = SELECTREPORT_NORMAL;
	_lto4b((u_int32_t)size, cmd.alloclen);
	if (scsipi_command(periph, (void *)&cmd, sizeof(cmd), (void *)hdr, (int)size, 0, 10000, NULL,
	    XS_CTL_DISCOVERY | XS_CTL_DATA_IN | XS_CTL_SILENT) != 0)
		goto done;

	len = _4btol(hdr->length);
	if (len > size - sizeof(*hdr)) {
		aprint_error_dev(sc->sc_dev, "target %d: list of %zu bytes of LUNs, limit %zu\n",
		    periph->periph_target, len, size - sizeof(*hdr));
		len = size - sizeof(*hdr);
	}
	n = (unsigned)(len / sizeof(*l));
	l = (const struct scsi_report_luns_lun *)(hdr + 1);
	for (i = 0; i < n; i++, l++) {
		switch (l->lun[0] >> 6) {
		case 0:			/* peripheral device; bus 0 */
			if (l->lun[0] != 0)
				continue;
			lun = l->lun[1];
			break;
		case 1:			/* flat */
			lun = _2btol(l->lun) & 0x3fff;
			break;
		default:
			continue;
		}
		if (lun >= nluns || isset(luns, lun))
			continue;
		setbit(luns, lun);
		found++;
	}
done:
	kmem_free(hdr, size);
	return found;
}

/* All units of a target; false: the look at the bus has to end. */
static bool
scsi_probe_target(struct scsibus_softc *sc, int target, int began)
{
	struct scsipi_channel *chan = sc->sc_channel;
	const unsigned nluns = (unsigned)MIN(chan->chan_nluns, 1 << 14);
	const size_t mapsize = howmany(nluns, NBBY);
	struct scsipi_inquiry_data inq;
	struct scsipi_periph *periph;
	struct scsi_probe res;
	u_int8_t *luns;
	unsigned lun, n = 0;
	int error, version;
	bool over = false;

	/* Who is there; through a peripheral for this purpose alone. */
	periph = scsipi_alloc_periph(M_WAITOK);
	periph->periph_channel = chan;
	periph->periph_target = target;
	periph->periph_lun = 0;
	periph->periph_quirks = chan->chan_defquirks;
	error = scsipi_inquire(periph, &inq, XS_CTL_DISCOVERY | XS_CTL_SILENT);
	if (error != 0) {
		scsipi_free_periph(periph);
		return true;
	}
	version = inq.version & SID_ANSII;
	periph->periph_version = version;
	luns = kmem_zalloc(mapsize, KM_SLEEP);
	if (nluns > 1 && (chan->chan_defquirks & PQUIRK_NOLUNS) == 0 &&
	    (version >= 5 || (version >= 3 && (inq.response_format & 0x10) != 0)))
		n = scsi_report_luns(sc, periph, luns, nluns);
	scsipi_free_periph(periph);

	if (n > 0) {
		for (lun = 0; lun < nluns && n > 0; lun++) {
			if (!isset(luns, lun))
				continue;
			n--;
			if ((over = scsipi_probe_over(chan, began)))
				break;
			(void)scsi_probe_unit(sc, target, (int)lun, lun == 0 ? &inq : NULL);
		}
	} else {
		for (lun = 0; lun < MIN(nluns, SCSIPI_MAXLUNS); lun++) {
			if ((over = scsipi_probe_over(chan, began)))
				break;
			res = scsi_probe_unit(sc, target, (int)lun, lun == 0 ? &inq : NULL);
			if (!res.sp_answered || !res.sp_more ||
			    (chan->chan_defquirks & PQUIRK_NOLUNS) != 0)
				break;
			/* SCSI-2 has eight. */
			if (lun >= 7 && version < 3)
				break;
		}
	}
	kmem_free(luns, mapsize);
	return !over;
}

/*
 * Looks for devices: at target and lun, or at all with -1.  What is known
 * already stays as it is.
 */
int
scsi_probe_bus(struct scsibus_softc *sc, int target, int lun)
{
	struct scsipi_channel *chan = sc->sc_channel;
	int maxtarget, mintarget, error, began;

	if (target == -1) {
		mintarget = 0;
		maxtarget = chan->chan_ntargets - 1;
	} else {
		if (target < 0 || target >= chan->chan_ntargets)
			return EINVAL;
		mintarget = maxtarget = target;
	}
	if (lun != -1 && (lun < 0 || lun >= chan->chan_nluns))
		return EINVAL;

	error = scsipi_probe_enter(chan);
	if (error != 0)
		return error;
	began = getticks();
	for (target = mintarget; target <= maxtarget; target++) {
		if (target == chan->chan_id)
			continue;
		if (scsipi_probe_over(chan, began))
			break;
		if (lun == -1) {
			if (!scsi_probe_target(sc, target, began))
				break;
		} else
			(void)scsi_probe_unit(sc, target, lun, NULL);
		/* Its units are known: how to talk to them; found out on a cable. */
		scsipi_set_xfer_mode(chan, target,
		    SCSIPI_BUSTYPE_SUBTYPE(chan->chan_bustype->bustype_type) ==
		    SCSIPI_BUSTYPE_SCSI_PSCSI);
	}
	scsipi_probe_leave(chan);
	return 0;
}

/*
 * The device: administration.
 */

static int
scsibusopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct scsibus_softc *sc = device_lookup_private(&scsibus_cd, minor(dev));
	int error;

	if (sc == NULL || sc->sc_channel == NULL)
		return ENXIO;
	if (sc->sc_flags & SCSIBUSF_OPEN)
		return EBUSY;
	error = scsipi_adapter_addref(sc->sc_channel->chan_adapter);
	if (error != 0)
		return error;
	sc->sc_flags |= SCSIBUSF_OPEN;
	return 0;
}

static int
scsibusclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct scsibus_softc *sc = device_lookup_private(&scsibus_cd, minor(dev));

	if (sc == NULL)
		return ENXIO;
	if (sc->sc_channel != NULL && (sc->sc_flags & SCSIBUSF_OPEN) != 0)
		scsipi_adapter_delref(sc->sc_channel->chan_adapter);
	sc->sc_flags &= ~SCSIBUSF_OPEN;
	return 0;
}

static int
scsibusioctl(dev_t dev, u_long cmd, void *addr, int flag, struct lwp *l)
{
	struct scsibus_softc *sc = device_lookup_private(&scsibus_cd, minor(dev));
	struct scsipi_channel *chan;

	if (sc == NULL || (chan = sc->sc_channel) == NULL)
		return ENXIO;
	switch (cmd) {
	case SCBUSIOSCAN:
	case SCBUSIODETACH:
	case SCBUSIORESET:
		if ((flag & FWRITE) == 0)
			return EBADF;
		break;
	}
	switch (cmd) {
	case SCBUSIOSCAN: {
		struct scbusioscan_args *a = addr;

		return scsi_probe_bus(sc, a->sa_target, a->sa_lun);
	}
	case SCBUSIODETACH: {
		struct scbusiodetach_args *a = addr;

		return scsipi_target_detach(chan, a->sa_target, a->sa_lun, 0);
	}
	default:
		return scsipi_adapter_ioctl(chan, cmd, addr, flag, l->l_proc);
	}
}
