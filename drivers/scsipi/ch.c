/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Medium changers (SMC), see ch(4), <sys/chio.h>.
 *
 * Callers name elements by type and number; the changer's addresses of two
 * bytes come from its element address assignment page, which is read at each
 * first open.  What it reports of elements is checked against the lengths
 * that it gives itself: pages and descriptors lie within what was read.
 *
 * One opener at a time; its locks are its own.  Events are under the
 * channel's lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/chio.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_changer.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipiconf.h>

#include "scsipi_impl.h"

#define	CHRETRIES	2
#define	CHTIMEOUT	(100 * 1000)		/* ms; the arm is slow */
#define	CHINITTIMEOUT	(10 * 60 * 1000)	/* ... with every bar code to read */
#define	CHUNIT(dev)	minor(dev)
#define	CHNTYPES	4
#define	CHMAXSTATUS	(1024 * 1024)		/* bytes of READ ELEMENT STATUS */

struct ch_softc {
	device_t sc_dev;
	struct scsipi_periph *sc_periph;

	u_int	sc_events;		/* not yet read; channel's lock */
	struct selinfo sc_selq;

	/* From the mode pages; written by the opener alone. */
	int	sc_picker;		/* element address in use */
	int	sc_firsts[CHNTYPES];	/* first address, by CHET_* */
	int	sc_counts[CHNTYPES];
	u_int8_t sc_movemask[CHNTYPES];	/* by type from; bits of types to */
	u_int8_t sc_exchangemask[CHNTYPES];
	int	sc_settledelay;		/* seconds, before the first command */
	bool	sc_attached;
};

static int	chmatch(device_t, cfdata_t, void *);
static void	chattach(device_t, device_t, void *);
static int	chdetach(device_t, int);

CFATTACH_DECL_NEW(ch, sizeof(struct ch_softc), chmatch, chattach, chdetach, NULL);

extern struct cfdriver ch_cd;

static dev_type_open(chopen);
static dev_type_close(chclose);
static dev_type_read(chread);
static dev_type_ioctl(chioctl);
static dev_type_poll(chpoll);
static dev_type_kqfilter(chkqfilter);

const struct cdevsw ch_cdevsw = {
	.d_open = chopen,
	.d_close = chclose,
	.d_read = chread,
	.d_write = nowrite,
	.d_ioctl = chioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = chpoll,
	.d_mmap = nommap,
	.d_kqfilter = chkqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &ch_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER,
};

static int	ch_interpret_sense(struct scsipi_xfer *);

static const struct scsipi_periphsw ch_switch = {
	.psw_error = ch_interpret_sense,
};

static const struct scsipi_inquiry_pattern ch_patterns[] = {
	{ T_CHANGER, T_FIXED, "", "", "" },
	{ T_CHANGER, T_REMOV, "", "", "" },
};

/* Changers that need time after a reset. */
static const struct chquirk {
	struct scsipi_inquiry_pattern cq_match;
	int	cq_settledelay;
} chquirks[] = {
	{ { T_CHANGER, T_REMOV, "SPECTRA ", "9000", "" }, 75 },
};

static int
chmatch(device_t parent, cfdata_t match, void *aux)
{
	struct scsipibus_attach_args *sa = aux;
	int priority;

	(void)scsipi_inqmatch(&sa->sa_inqbuf, ch_patterns,
	    sizeof(ch_patterns) / sizeof(ch_patterns[0]), sizeof(ch_patterns[0]), &priority);
	return priority;
}

static void
chattach(device_t parent, device_t self, void *aux)
{
	struct ch_softc *sc = device_private(self);
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;
	const struct chquirk *quirk;
	int priority;

	sc->sc_dev = self;
	sc->sc_periph = periph;
	periph->periph_dev = self;
	periph->periph_switch = &ch_switch;
	selinit(&sc->sc_selq);
	sc->sc_attached = true;
	aprint_naive("\n");
	aprint_normal("\n");

	quirk = scsipi_inqmatch(&sa->sa_inqbuf, chquirks, sizeof(chquirks) / sizeof(chquirks[0]),
	    sizeof(chquirks[0]), &priority);
	if (priority != 0)
		sc->sc_settledelay = quirk->cq_settledelay;
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
}

/* Detach at any time; accepts a unit that was not attached. */
static int
chdetach(device_t self, int flags)
{
	struct ch_softc *sc = device_private(self);
	int maj = cdevsw_lookup_major(&ch_cdevsw), unit = device_unit(self);

	if (!sc->sc_attached)
		return 0;
	scsipi_end_commands(sc->sc_periph);
	vdevgone(maj, unit, unit, VCHR);
	pmf_device_deregister(self);
	seldestroy(&sc->sc_selq);
	sc->sc_attached = false;
	return 0;
}

/*
 * Events.
 */

static void
ch_event(struct ch_softc *sc, u_int event)
{

	mutex_enter(chan_mtx(sc->sc_periph->periph_channel));
	sc->sc_events |= event;
	mutex_exit(chan_mtx(sc->sc_periph->periph_channel));
	selnotify(&sc->sc_selq, POLLIN | POLLRDNORM, 0);
}

/* A unit attention that media may have been moved by hand is an event. */
static int
ch_interpret_sense(struct scsipi_xfer *xs)
{
	struct ch_softc *sc = device_private(xs->xs_periph->periph_dev);
	struct scsi_sense_data s;

	scsipi_sense_fixed(&xs->sense.scsi_sense, &s);
	if (SSD_RCODE(s.response_code) == SSD_RCODE_CURRENT &&
	    SSD_SENSE_KEY(s.flags) == SKEY_UNIT_ATTENTION && s.asc == 0x28 &&
	    (s.ascq == 0x00 || s.ascq == 0x01))
		ch_event(sc, CHEV_ELEMENT_STATUS_CHANGED);
	return EJUSTRETURN;
}

/* The events since the last read, as a u_int; does not wait. */
static int
chread(dev_t dev, struct uio *uio, int flags)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));
	u_int events;
	int error;

	if (sc == NULL)
		return ENXIO;
	if (uio->uio_resid != CHANGER_EVENT_SIZE)
		return EINVAL;
	mutex_enter(chan_mtx(sc->sc_periph->periph_channel));
	events = sc->sc_events;
	mutex_exit(chan_mtx(sc->sc_periph->periph_channel));
	error = uiomove(&events, CHANGER_EVENT_SIZE, uio);
	if (error != 0)
		return error;
	mutex_enter(chan_mtx(sc->sc_periph->periph_channel));
	sc->sc_events &= ~events;
	mutex_exit(chan_mtx(sc->sc_periph->periph_channel));
	return 0;
}

static int
chpoll(dev_t dev, int events, struct lwp *l)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));
	int revents;

	if (sc == NULL)
		return POLLERR;
	/* It can always be written to, to no effect. */
	revents = events & (POLLOUT | POLLWRNORM);
	if ((events & (POLLIN | POLLRDNORM)) == 0)
		return revents;
	if (sc->sc_events == 0)
		selrecord(l, &sc->sc_selq);
	else
		revents |= events & (POLLIN | POLLRDNORM);
	return revents;
}

static void
filt_chdetach(struct knote *kn)
{
	struct ch_softc *sc = kn->kn_hook;

	selremove_knote(&sc->sc_selq, kn);
}

static int
filt_chread(struct knote *kn, long hint)
{
	struct ch_softc *sc = kn->kn_hook;

	if (sc->sc_events == 0)
		return 0;
	kn->kn_data = CHANGER_EVENT_SIZE;
	return 1;
}

static const struct filterops chread_filtops = {
	.f_flags = FILTEROP_ISFD,
	.f_attach = NULL,
	.f_detach = filt_chdetach,
	.f_event = filt_chread,
};

static int
chkqfilter(dev_t dev, struct knote *kn)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));

	if (sc == NULL)
		return ENXIO;
	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &chread_filtops;
		break;
	case EVFILT_WRITE:
		/* It can always be written to, to no effect. */
		return seltrue_kqfilter(dev, kn);
	default:
		return EINVAL;
	}
	kn->kn_hook = sc;
	selrecord_knote(&sc->sc_selq, kn);
	return 0;
}

/*
 * What the changer has.
 */

/* A mode page of size bytes, checked for its code and length. */
static int
ch_page(struct ch_softc *sc, int code, void *page, size_t size, int flags)
{
	struct {
		struct scsi_mode_parameter_header_6 header;
		u_int8_t page[20];
	} __packed sense;
	int error;

	KASSERT(size <= sizeof(sense.page));
	memset(&sense, 0, sizeof(sense));
	error = scsipi_mode_sense(sc->sc_periph, SMS_DBD, code, &sense.header,
	    (int)(sizeof(sense.header) + size), flags, CHRETRIES, 6000);
	if (error != 0)
		return error;
	if (sense.header.blk_desc_len != 0 || (sense.page[0] & PGCODE_MASK) != code ||
	    sense.page[1] < size - 2) {
		aprint_error_dev(sc->sc_dev, "mode page 0x%02x of %d bytes after %d of descriptors, "
		    "expected 0x%02x of %d\n", sense.page[0] & PGCODE_MASK, sense.page[1],
		    sense.header.blk_desc_len, code, (int)size - 2);
		return EIO;
	}
	memcpy(page, sense.page, size);
	return 0;
}

static int
ch_get_params(struct ch_softc *sc, int flags)
{
	struct page_element_address_assignment ea;
	struct page_device_capabilities cap;
	const u_int8_t *moves, *exchanges;
	int error, i;

	error = ch_page(sc, 0x1d, &ea, sizeof(ea), flags);
	if (error != 0) {
		aprint_error_dev(sc->sc_dev, "could not sense element address page\n");
		return error;
	}
	sc->sc_firsts[CHET_MT] = (int)_2btol(ea.mtea);
	sc->sc_counts[CHET_MT] = (int)_2btol(ea.nmte);
	sc->sc_firsts[CHET_ST] = (int)_2btol(ea.fsea);
	sc->sc_counts[CHET_ST] = (int)_2btol(ea.nse);
	sc->sc_firsts[CHET_IE] = (int)_2btol(ea.fieea);
	sc->sc_counts[CHET_IE] = (int)_2btol(ea.niee);
	sc->sc_firsts[CHET_DT] = (int)_2btol(ea.fdtea);
	sc->sc_counts[CHET_DT] = (int)_2btol(ea.ndte);

	/* Without this page a changer is asked to move what it can. */
	error = ch_page(sc, 0x1f, &cap, sizeof(cap), flags | XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_SILENT);
	if (error != 0) {
		memset(sc->sc_movemask, 0x0f, sizeof(sc->sc_movemask));
		memset(sc->sc_exchangemask, 0x0f, sizeof(sc->sc_exchangemask));
		error = 0;
	} else {
		moves = &cap.move_from_mt;
		exchanges = &cap.exchange_with_mt;
		for (i = 0; i < CHNTYPES; i++) {
			sc->sc_movemask[i] = moves[i];
			sc->sc_exchangemask[i] = exchanges[i];
		}
	}
	return error;
}

/* Address of element unit of the type, or -1. */
static int
ch_address(const struct ch_softc *sc, int type, int unit)
{

	if (type < 0 || type >= CHNTYPES || unit < 0 || unit >= sc->sc_counts[type] ||
	    sc->sc_firsts[type] + unit > 0xffff)
		return -1;
	return sc->sc_firsts[type] + unit;
}

/*
 * Open and close.
 */

static int
chopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));
	struct scsipi_periph *periph;
	int error, old[CHNTYPES], i;

	if (sc == NULL)
		return ENXIO;
	if (!device_is_active(sc->sc_dev))
		return ENODEV;
	periph = sc->sc_periph;
	if ((error = scsipi_unit_open(periph)) != 0)
		return error;

	if (sc->sc_settledelay != 0) {
		(void)kpause("chsettle", true, sc->sc_settledelay * hz, NULL);
		sc->sc_settledelay = 0;
	}
	/* Unit attentions from before come here, and not at the first move. */
	error = scsipi_test_unit_ready(periph, XS_CTL_IGNORE_ILLEGAL_REQUEST |
	    XS_CTL_IGNORE_MEDIA_CHANGE);
	if (error != 0)
		goto fail;
	mutex_enter(chan_mtx(periph->periph_channel));
	periph->periph_flags |= PERIPH_MEDIA_LOADED;
	mutex_exit(chan_mtx(periph->periph_channel));

	for (i = 0; i < CHNTYPES; i++)
		old[i] = sc->sc_counts[i];
	if ((error = ch_get_params(sc, 0)) != 0)
		goto fail;
	if (memcmp(old, sc->sc_counts, sizeof(old)) != 0) {
		aprint_normal_dev(sc->sc_dev, "%d slot%s, %d drive%s, %d picker%s, %d portal%s\n",
		    sc->sc_counts[CHET_ST], sc->sc_counts[CHET_ST] == 1 ? "" : "s",
		    sc->sc_counts[CHET_DT], sc->sc_counts[CHET_DT] == 1 ? "" : "s",
		    sc->sc_counts[CHET_MT], sc->sc_counts[CHET_MT] == 1 ? "" : "s",
		    sc->sc_counts[CHET_IE], sc->sc_counts[CHET_IE] == 1 ? "" : "s");
		sc->sc_picker = sc->sc_firsts[CHET_MT];
	}
	return 0;

fail:
	scsipi_unit_close(periph);
	return error;
}

static int
chclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));
	struct scsipi_periph *periph;

	if (sc == NULL)
		return ENXIO;
	periph = sc->sc_periph;
	scsipi_wait_drain(periph);
	mutex_enter(chan_mtx(periph->periph_channel));
	sc->sc_events = 0;
	mutex_exit(chan_mtx(periph->periph_channel));
	scsipi_unit_close(periph);
	return 0;
}

/*
 * Moves.
 */

static int
ch_run(struct ch_softc *sc, void *cmd, size_t len, int timeout)
{

	return scsipi_command(sc->sc_periph, cmd, (int)len, NULL, 0, CHRETRIES, timeout, NULL, 0);
}

static int
ch_move(struct ch_softc *sc, const struct changer_move_request *cm)
{
	struct scsi_move_medium cmd = { .opcode = MOVE_MEDIUM };
	int from = ch_address(sc, cm->cm_fromtype, cm->cm_fromunit);
	int to = ch_address(sc, cm->cm_totype, cm->cm_tounit);

	if (cm->cm_fromtype < 0 || cm->cm_fromtype >= CHNTYPES || cm->cm_totype < 0 ||
	    cm->cm_totype >= CHNTYPES)
		return EINVAL;
	if (from == -1 || to == -1)
		return ENODEV;
	if ((sc->sc_movemask[cm->cm_fromtype] & 1 << cm->cm_totype) == 0)
		return ENODEV;
	_lto2b((u_int32_t)sc->sc_picker, cmd.tea);
	_lto2b((u_int32_t)from, cmd.src);
	_lto2b((u_int32_t)to, cmd.dst);
	if (cm->cm_flags & CM_INVERT)
		cmd.flags |= MOVE_MEDIUM_INVERT;
	return ch_run(sc, &cmd, sizeof(cmd), CHTIMEOUT);
}

static int
ch_exchange(struct ch_softc *sc, const struct changer_exchange_request *ce)
{
	struct scsi_exchange_medium cmd = { .opcode = EXCHANGE_MEDIUM };
	int src = ch_address(sc, ce->ce_srctype, ce->ce_srcunit);
	int first = ch_address(sc, ce->ce_fdsttype, ce->ce_fdstunit);
	int second = ch_address(sc, ce->ce_sdsttype, ce->ce_sdstunit);

	if (ce->ce_srctype < 0 || ce->ce_srctype >= CHNTYPES || ce->ce_fdsttype < 0 ||
	    ce->ce_fdsttype >= CHNTYPES || ce->ce_sdsttype < 0 || ce->ce_sdsttype >= CHNTYPES)
		return EINVAL;
	if (src == -1 || first == -1 || second == -1)
		return ENODEV;
	if ((sc->sc_exchangemask[ce->ce_srctype] & 1 << ce->ce_fdsttype) == 0 ||
	    (sc->sc_exchangemask[ce->ce_fdsttype] & 1 << ce->ce_sdsttype) == 0)
		return ENODEV;
	_lto2b((u_int32_t)sc->sc_picker, cmd.tea);
	_lto2b((u_int32_t)src, cmd.src);
	_lto2b((u_int32_t)first, cmd.fdst);
	_lto2b((u_int32_t)second, cmd.sdst);
	if (ce->ce_flags & CE_INVERT1)
		cmd.flags |= EXCHANGE_MEDIUM_INV1;
	if (ce->ce_flags & CE_INVERT2)
		cmd.flags |= EXCHANGE_MEDIUM_INV2;
	return ch_run(sc, &cmd, sizeof(cmd), CHTIMEOUT);
}

static int
ch_position(struct ch_softc *sc, const struct changer_position_request *cp)
{
	struct scsi_position_to_element cmd = { .opcode = POSITION_TO_ELEMENT };
	int to = ch_address(sc, cp->cp_type, cp->cp_unit);

	if (cp->cp_type < 0 || cp->cp_type >= CHNTYPES)
		return EINVAL;
	if (to == -1)
		return ENODEV;
	_lto2b((u_int32_t)sc->sc_picker, cmd.tea);
	_lto2b((u_int32_t)to, cmd.dst);
	if (cp->cp_flags & CP_INVERT)
		cmd.flags |= POSITION_TO_ELEMENT_INVERT;
	return ch_run(sc, &cmd, sizeof(cmd), CHTIMEOUT);
}

static int
ch_ielem(struct ch_softc *sc)
{
	struct scsi_initialize_element_status cmd = { .opcode = INITIALIZE_ELEMENT_STATUS };

	return ch_run(sc, &cmd, sizeof(cmd), CHINITTIMEOUT);
}

/*
 * Status of elements.
 */

static int
ch_getelemstatus(struct ch_softc *sc, int type, int first, int count, void *data, size_t len,
    bool tags)
{
	struct scsi_read_element_status cmd = { .opcode = READ_ELEMENT_STATUS };

	/* SMC's types count from 1. */
	cmd.byte2 = (u_int8_t)(type + 1);
	if (tags)
		cmd.byte2 |= READ_ELEMENT_STATUS_VOLTAG;
	_lto2b((u_int32_t)first, cmd.sea);
	_lto2b((u_int32_t)count, cmd.count);
	_lto3b((u_int32_t)len, cmd.len);
	return scsipi_command(sc->sc_periph, (void *)&cmd, sizeof(cmd), data, (int)len, CHRETRIES,
	    CHTIMEOUT, NULL, XS_CTL_DATA_IN);
}

static void
ch_voltag(const u_int8_t *p, struct changer_voltag *tag)
{
	const struct changer_volume_tag *vt = (const void *)p;
	int i;

	for (i = 0; i < CHANGER_VOLTAG_SIZE && vt->volid[i] != ' ' && vt->volid[i] != '\0'; i++)
		tag->cv_tag[i] = vt->volid[i];
	tag->cv_tag[i] = '\0';
	tag->cv_serial = (uint16_t)_2btol(vt->volseq);
}

/*
 * One descriptor of len bytes, as CHIOGSTATUS tells it.
 */
static void
ch_describe(struct ch_softc *sc, int type, const u_int8_t *p, size_t len, u_int8_t pageflags,
    struct changer_element_status *ces)
{
	const struct read_element_status_descriptor *d = (const void *)p;
	struct scsipi_channel *chan = sc->sc_periph->periph_channel;
	struct scsipi_periph *drive;
	size_t at = sizeof(*d);
	int from, i, lun = 0;

	memset(ces, 0, sizeof(*ces));
	ces->ces_flags = CESTATUS_STATUS_VALID | (d->flags1 & 0x3f);
	if (d->flags1 & READ_ELEMENT_STATUS_EXCEPT) {
		ces->ces_asc = d->sense_code;
		ces->ces_ascq = d->sense_qual;
	}
	if (d->flags2 & READ_ELEMENT_STATUS_SVALID) {
		from = (int)_2btol(d->ssea);
		for (i = 0; i < CHNTYPES; i++) {
			if (from < sc->sc_firsts[i] || from - sc->sc_firsts[i] >= sc->sc_counts[i])
				continue;
			ces->ces_from_type = i;
			ces->ces_from_unit = from - sc->sc_firsts[i];
			ces->ces_flags |= CESTATUS_FROM_VALID;
			break;
		}
		if (d->flags2 & READ_ELEMENT_STATUS_INVERT)
			ces->ces_flags |= CESTATUS_INVERTED;
	}
	if (type == CHET_DT) {
		if (d->dt_scsi_flags & READ_ELEMENT_STATUS_DT_NOTBUS)
			ces->ces_flags |= CESTATUS_NOTBUS;
		if (d->dt_scsi_flags & READ_ELEMENT_STATUS_DT_LUVALID) {
			lun = d->dt_scsi_flags & READ_ELEMENT_STATUS_DT_LUNMASK;
			ces->ces_lun = (u_int8_t)lun;
			ces->ces_flags |= CESTATUS_LUN_VALID;
		}
		if (d->dt_scsi_flags & READ_ELEMENT_STATUS_DT_IDVALID) {
			ces->ces_target = d->dt_scsi_addr;
			ces->ces_flags |= CESTATUS_TARGET_VALID;
		}
		mutex_enter(chan_mtx(chan));
		if ((ces->ces_flags & (CESTATUS_TARGET_VALID | CESTATUS_NOTBUS)) ==
		    CESTATUS_TARGET_VALID &&
		    (drive = scsipi_lookup_periph_locked(chan, d->dt_scsi_addr, lun)) != NULL &&
		    drive->periph_dev != NULL) {
			strlcpy(ces->ces_xname, device_xname(drive->periph_dev),
			    sizeof(ces->ces_xname));
			ces->ces_flags |= CESTATUS_XNAME_VALID;
		}
		mutex_exit(chan_mtx(chan));
	}
	if (pageflags & READ_ELEMENT_STATUS_PVOLTAG && len - at >= sizeof(struct changer_volume_tag)) {
		ch_voltag(p + at, &ces->ces_pvoltag);
		ces->ces_flags |= CESTATUS_PVOL_VALID;
		at += sizeof(struct changer_volume_tag);
	}
	if (pageflags & READ_ELEMENT_STATUS_AVOLTAG && len - at >= sizeof(struct changer_volume_tag)) {
		ch_voltag(p + at, &ces->ces_avoltag);
		ces->ces_flags |= CESTATUS_AVOL_VALID;
		at += sizeof(struct changer_volume_tag);
	}
	/* Four bytes are reserved in front of the vendor's. */
	if (len - at > 4)
		ces->ces_vendor_len = len - at - 4;
}

/*
 * Goes through the descriptors of what was read and calls fn for those of
 * the wanted elements.  EIO when the changer's lengths do not fit.
 */
struct ch_walk {
	struct ch_softc *w_sc;
	int	w_type, w_unit, w_count;	/* elements of interest */
	int	w_done;
	int	(*w_fn)(struct ch_walk *, int, const u_int8_t *, size_t, u_int8_t);
	void	*w_arg;
};

static int
ch_walk(struct ch_walk *w, const u_int8_t *data, size_t room)
{
	const struct read_element_status_header *h = (const void *)data;
	const struct read_element_status_page_header *ph;
	struct ch_softc *sc = w->w_sc;
	size_t len = _3btol(h->nbytes), at = sizeof(*h), end, edl;
	int error, addr, unit;

	if (len > room - sizeof(*h))
		len = room - sizeof(*h);
	len += sizeof(*h);
	while (len - at >= sizeof(*ph)) {
		ph = (const void *)(data + at);
		edl = _2btol(ph->edl);
		at += sizeof(*ph);
		end = at + MIN(_3btol(ph->nbytes), len - at);
		if (edl < sizeof(struct read_element_status_descriptor)) {
			aprint_error_dev(sc->sc_dev, "element descriptors of %d bytes, at least %d\n",
			    (int)edl, (int)sizeof(struct read_element_status_descriptor));
			return EIO;
		}
		for (; end - at >= edl && w->w_done < w->w_count; at += edl) {
			addr = (int)_2btol(data + at);
			unit = addr - sc->sc_firsts[w->w_type] - w->w_unit;
			if ((ph->type & ELEMENT_TYPE_MASK) != w->w_type + 1 || unit < 0 ||
			    unit >= w->w_count)
				continue;
			error = (*w->w_fn)(w, unit, data + at, edl, ph->flags);
			if (error != 0)
				return error;
			w->w_done++;
		}
		at = end;
	}
	return 0;
}

static int
ch_status_one(struct ch_walk *w, int unit, const u_int8_t *p, size_t len, u_int8_t flags)
{
	struct changer_element_status_request *cesr = w->w_arg;
	struct changer_element_status ces;
	void *vendor;
	int error;

	ch_describe(w->w_sc, w->w_type, p, len, flags, &ces);
	error = copyout(&ces, &cesr->cesr_data[unit], sizeof(ces));
	if (error != 0 || ces.ces_vendor_len == 0 || cesr->cesr_vendor_data == NULL)
		return error;
	error = copyin(&cesr->cesr_vendor_data[unit], &vendor, sizeof(vendor));
	if (error != 0)
		return error;
	return copyout(p + len - ces.ces_vendor_len, vendor, ces.ces_vendor_len);
}

static int
ch_status_old(struct ch_walk *w, int unit, const u_int8_t *p, size_t len, u_int8_t flags)
{
	const struct read_element_status_descriptor *d = (const void *)p;
	struct ochanger_element_status_request *cesr = w->w_arg;
	uint8_t byte = d->flags1;

	return copyout(&byte, cesr->cesr_data + unit, sizeof(byte));
}

/* Reads the status of elements; first by its header, then all of it. */
static int
ch_status(struct ch_softc *sc, struct ch_walk *w, bool tags)
{
	struct {
		struct read_element_status_header header;
		struct read_element_status_page_header page;
	} __packed head;
	int first = sc->sc_firsts[w->w_type] + w->w_unit, error;
	size_t size, perelem;
	u_int8_t *data;

	memset(&head, 0, sizeof(head));
	error = ch_getelemstatus(sc, w->w_type, first, w->w_count, &head, sizeof(head), tags);
	if (error != 0)
		return error;
	perelem = _2btol(head.page.edl);
	size = sizeof(head) + perelem * (size_t)w->w_count;
	if (size > CHMAXSTATUS) {
		aprint_error_dev(sc->sc_dev, "status of %d elements of %d bytes, limit %d\n",
		    w->w_count, (int)perelem, CHMAXSTATUS);
		return EIO;
	}
	data = kmem_zalloc(size, KM_SLEEP);
	error = ch_getelemstatus(sc, w->w_type, first, w->w_count, data, size, tags);
	if (error == 0)
		error = ch_walk(w, data, size);
	kmem_free(data, size);
	return error;
}

static int
ch_usergetelemstatus(struct ch_softc *sc, struct changer_element_status_request *cesr)
{
	struct ch_walk w = { .w_sc = sc, .w_fn = ch_status_one, .w_arg = cesr };
	struct changer_element_status none;
	int i, error;

	if (cesr->cesr_type < CHET_MT || cesr->cesr_type > CHET_DT)
		return EINVAL;
	if (cesr->cesr_count == 0)
		return 0;
	if (cesr->cesr_unit < 0 || cesr->cesr_count < 0 ||
	    cesr->cesr_unit > sc->sc_counts[cesr->cesr_type] ||
	    cesr->cesr_count > sc->sc_counts[cesr->cesr_type] - cesr->cesr_unit)
		return EINVAL;
	w.w_type = cesr->cesr_type;
	w.w_unit = cesr->cesr_unit;
	w.w_count = cesr->cesr_count;
	/* Those that the changer does not report are not valid. */
	memset(&none, 0, sizeof(none));
	for (i = 0; i < cesr->cesr_count; i++) {
		error = copyout(&none, &cesr->cesr_data[i], sizeof(none));
		if (error != 0)
			return error;
	}
	return ch_status(sc, &w, (cesr->cesr_flags & CESR_VOLTAGS) != 0);
}

static int
ch_ousergetelemstatus(struct ch_softc *sc, struct ochanger_element_status_request *cesr)
{
	struct ch_walk w = { .w_sc = sc, .w_fn = ch_status_old, .w_arg = cesr };

	if (cesr->cesr_type < CHET_MT || cesr->cesr_type > CHET_DT)
		return EINVAL;
	w.w_type = cesr->cesr_type;
	w.w_count = sc->sc_counts[cesr->cesr_type];
	return w.w_count == 0 ? 0 : ch_status(sc, &w, false);
}

static int
ch_setvoltag(struct ch_softc *sc, const struct changer_set_voltag_request *csvr)
{
	struct scsi_send_volume_tag cmd = { .opcode = SEND_VOLUME_TAG };
	struct changer_volume_tag tag;
	bool alternate = (csvr->csvr_flags & CSVR_ALTERNATE) != 0;
	int addr = ch_address(sc, csvr->csvr_type, csvr->csvr_unit), flags = 0;
	size_t i, len = 0;

	if (csvr->csvr_type < CHET_MT || csvr->csvr_type > CHET_DT)
		return EINVAL;
	if (addr == -1)
		return ENODEV;
	_lto2b((u_int32_t)addr, cmd.eaddr);
	switch (csvr->csvr_flags & CSVR_MODE_MASK) {
	case CSVR_MODE_SET:
		cmd.sac = alternate ? SAC_ASSERT_ALT : SAC_ASSERT_PRIMARY;
		break;
	case CSVR_MODE_REPLACE:
		cmd.sac = alternate ? SAC_REPLACE_ALT : SAC_REPLACE_PRIMARY;
		break;
	case CSVR_MODE_CLEAR:
		cmd.sac = alternate ? SAC_UNDEFINED_ALT : SAC_UNDEFINED_PRIMARY;
		break;
	default:
		return EINVAL;
	}
	memset(&tag, 0, sizeof(tag));
	memset(tag.volid, ' ', sizeof(tag.volid));
	if ((csvr->csvr_flags & CSVR_MODE_MASK) != CSVR_MODE_CLEAR) {
		for (i = 0; i < CHANGER_VOLTAG_SIZE && csvr->csvr_voltag.cv_tag[i] != '\0'; i++)
			tag.volid[i] = csvr->csvr_voltag.cv_tag[i];
		_lto2b(csvr->csvr_voltag.cv_serial, tag.volseq);
		len = sizeof(tag);
		flags = XS_CTL_DATA_OUT;
		_lto2b(sizeof(tag), cmd.length);
	}
	return scsipi_command(sc->sc_periph, (void *)&cmd, sizeof(cmd), len ? (void *)&tag : NULL,
	    (int)len, CHRETRIES, CHTIMEOUT, NULL, flags);
}

/*
 * ioctl(2) of <sys/chio.h>; the rest is scsi(4)'s.  What moves something, or
 * writes, needs a device open for writing.
 */
static int
chioctl(dev_t dev, u_long cmd, void *data, int flags, struct lwp *l)
{
	struct ch_softc *sc = device_lookup_private(&ch_cd, CHUNIT(dev));
	struct changer_params *cp;
	int unit;

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case CHIOGPICKER:
	case CHIOGPARAMS:
	case OCHIOGSTATUS:
		break;
	case CHIOGSTATUS:
	case CHIOMOVE:
	case CHIOEXCHANGE:
	case CHIOPOSITION:
	case CHIOSPICKER:
	case CHIOIELEM:
	case CHIOSVOLTAG:
		if (cmd != CHIOGSTATUS && (flags & FWRITE) == 0)
			return EBADF;
		break;
	default:
		return scsipi_do_ioctl(sc->sc_periph, dev, cmd, data, flags, l);
	}
	switch (cmd) {
	case CHIOMOVE:
		return ch_move(sc, data);
	case CHIOEXCHANGE:
		return ch_exchange(sc, data);
	case CHIOPOSITION:
		return ch_position(sc, data);
	case CHIOGPICKER:
		*(int *)data = sc->sc_picker - sc->sc_firsts[CHET_MT];
		return 0;
	case CHIOSPICKER:
		unit = *(int *)data;
		if (ch_address(sc, CHET_MT, unit) == -1)
			return EINVAL;
		sc->sc_picker = sc->sc_firsts[CHET_MT] + unit;
		return 0;
	case CHIOGPARAMS:
		cp = data;
		cp->cp_curpicker = sc->sc_picker - sc->sc_firsts[CHET_MT];
		cp->cp_npickers = sc->sc_counts[CHET_MT];
		cp->cp_nslots = sc->sc_counts[CHET_ST];
		cp->cp_nportals = sc->sc_counts[CHET_IE];
		cp->cp_ndrives = sc->sc_counts[CHET_DT];
		return 0;
	case CHIOIELEM:
		return ch_ielem(sc);
	case OCHIOGSTATUS:
		return ch_ousergetelemstatus(sc, data);
	case CHIOGSTATUS:
		return ch_usergetelemstatus(sc, data);
	default:
		return ch_setvoltag(sc, data);
	}
}
