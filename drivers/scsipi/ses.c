/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Enclosures, see ses(4), <dev/scsipi/ses.h>: those that speak SES (pages of
 * RECEIVE DIAGNOSTIC RESULTS and SEND DIAGNOSTIC) and processors that speak
 * SAF-TE (buffers of READ BUFFER and WRITE BUFFER).
 *
 * Objects are numbered from 0 in the order in which the enclosure has them.
 * They are learnt at each first open and stay while it is open; lengths and
 * counts that the enclosure gives are held within what was read.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipiconf.h>
#include <dev/scsipi/ses.h>

#include "scsipi_impl.h"

#define	SESUNIT(dev)	minor(dev)
#define	SES_RETRIES	4
#define	SES_TIMEOUT	10000		/* ms */
#define	SES_PAGESIZE	4096		/* bytes of a page that are read */
#define	SES_MAXTYPES	64
#define	SES_MAXOBJS	1024

/* SES */
#define	RECEIVE_DIAGNOSTIC	0x1c
#define	SES_PCV			0x01	/* the page code is valid */
#define	SES_CONFIGURATION	0x01
#define	SES_STATUS		0x02

/* SAF-TE */
#define	READ_BUFFER		0x3c
#define	WRITE_BUFFER		0x3b
#define	SAFTE_MODE		0x01
#define	SAFTE_RD_CONFIG		0x00
#define	SAFTE_RD_STATUS		0x01
#define	SAFTE_RD_SLOTS		0x04
#define	SAFTE_WT_SLOTS		0x10
#define	SAFTE_WT_OPERATION	0x12
#define	SAFTE_WT_FAN		0x13
#define	SAFTE_WT_POWER		0x14
#define	SAFTE_WT_GLOBAL		0x15

struct ses_obj {
	uint8_t	so_type;		/* SESTYP_* */
	uint8_t	so_subenc;
	uint16_t so_index;		/* SES: element in the status page; SAF-TE: of its type */
};

struct ses_softc;

/* What SES and SAF-TE do each in its own way. */
struct ses_vec {
	int	(*sv_init)(struct ses_softc *);
	int	(*sv_get_encstat)(struct ses_softc *, ses_encstat *);
	int	(*sv_set_encstat)(struct ses_softc *, ses_encstat);
	int	(*sv_get_objstat)(struct ses_softc *, const struct ses_obj *, ses_objstat *);
	int	(*sv_set_objstat)(struct ses_softc *, const struct ses_obj *, const ses_objstat *);
};

struct ses_softc {
	device_t sc_dev;
	struct scsipi_periph *sc_periph;
	const struct ses_vec *sc_vec;

	/* Learnt at the first open, and by SESIOC_INIT; under sc_lock. */
	kmutex_t sc_lock;		/* an ioctl at a time; sleeps with it */
	struct ses_obj *sc_objs;	/* SES_MAXOBJS of them, or NULL */
	unsigned sc_nobjs;
	unsigned sc_nelems;		/* SES: elements in a status page */
	uint8_t	sc_gen[4];		/* SES: generation */
	/* SAF-TE: numbers of things, and where each is in the status. */
	unsigned sc_nfans, sc_npower, sc_nslots, sc_nlocks, sc_ntemps, sc_nalarms;
	uint8_t	sc_flags[3];		/* SAF-TE: global flags as last set */
	bool	sc_attached;
};

static int	ses_match(device_t, cfdata_t, void *);
static void	ses_attach(device_t, device_t, void *);
static int	ses_detach(device_t, int);

CFATTACH_DECL_NEW(ses, sizeof(struct ses_softc), ses_match, ses_attach, ses_detach, NULL);

extern struct cfdriver ses_cd;

static dev_type_open(sesopen);
static dev_type_close(sesclose);
static dev_type_ioctl(sesioctl);

const struct cdevsw ses_cdevsw = {
	.d_open = sesopen,
	.d_close = sesclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = sesioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &ses_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER,
};

static const struct scsipi_periphsw ses_switch;

static const struct ses_vec ses_ses_vec, ses_safte_vec;

/* A processor says in its INQUIRY data that it speaks for an enclosure. */
static bool
ses_is_safte(const struct scsipi_inquiry_data *inq)
{
	const size_t at = 44 - SCSIPI_INQUIRY_LENGTH_SCSI2;

	return inq != NULL && inq->additional_length >= 44 + 6 - 5 &&
	    memcmp(&inq->vendor_specific[at], "SAF-TE", 6) == 0;
}

static int
ses_match(device_t parent, cfdata_t match, void *aux)
{
	struct scsipibus_attach_args *sa = aux;

	switch (sa->sa_inqbuf.type & SID_TYPE) {
	case T_ENCLOSURE:
		return 24;
	case T_PROCESSOR:
		return ses_is_safte(sa->sa_inqptr) ? 24 : 0;
	}
	return 0;
}

static void
ses_attach(device_t parent, device_t self, void *aux)
{
	struct ses_softc *sc = device_private(self);
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;

	sc->sc_dev = self;
	sc->sc_periph = periph;
	sc->sc_vec = (sa->sa_inqbuf.type & SID_TYPE) == T_ENCLOSURE ? &ses_ses_vec : &ses_safte_vec;
	periph->periph_dev = self;
	periph->periph_switch = &ses_switch;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_NONE);
	sc->sc_attached = true;
	aprint_naive("\n");
	aprint_normal("\n");
	aprint_normal_dev(self, "%s device\n", sc->sc_vec == &ses_ses_vec ? "SES" : "SAF-TE");
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
}

static void
ses_free_objs(struct ses_softc *sc)
{

	if (sc->sc_objs != NULL)
		kmem_free(sc->sc_objs, SES_MAXOBJS * sizeof(*sc->sc_objs));
	sc->sc_objs = NULL;
	sc->sc_nobjs = 0;
}

/* Detach at any time; accepts a unit that was not attached. */
static int
ses_detach(device_t self, int flags)
{
	struct ses_softc *sc = device_private(self);
	int maj = cdevsw_lookup_major(&ses_cdevsw), unit = device_unit(self);

	if (!sc->sc_attached)
		return 0;
	scsipi_end_commands(sc->sc_periph);
	vdevgone(maj, unit, unit, VCHR);
	pmf_device_deregister(self);
	ses_free_objs(sc);
	mutex_destroy(&sc->sc_lock);
	sc->sc_attached = false;
	return 0;
}

/*
 * Commands.
 */

static int
ses_run(struct ses_softc *sc, void *cmd, int cmdlen, void *data, size_t len, int control)
{

	return scsipi_command(sc->sc_periph, cmd, cmdlen, data, (int)len, SES_RETRIES, SES_TIMEOUT,
	    NULL, control);
}

static int
ses_receive(struct ses_softc *sc, int page, uint8_t *buf, size_t len)
{
	uint8_t cdb[6] = { RECEIVE_DIAGNOSTIC, SES_PCV, page };

	memset(buf, 0, len);
	_lto2b((u_int32_t)len, cdb + 3);
	return ses_run(sc, cdb, sizeof(cdb), buf, len, XS_CTL_DATA_IN);
}

static int
ses_send(struct ses_softc *sc, uint8_t *buf, size_t len)
{
	uint8_t cdb[6] = { SCSI_SEND_DIAGNOSTIC, SSD_PF };

	_lto2b((u_int32_t)len, cdb + 3);
	return ses_run(sc, cdb, sizeof(cdb), buf, len, XS_CTL_DATA_OUT);
}

static int
safte_read(struct ses_softc *sc, int id, uint8_t *buf, size_t len)
{
	uint8_t cdb[10] = { READ_BUFFER, SAFTE_MODE, id };

	memset(buf, 0, len);
	_lto3b((u_int32_t)len, cdb + 6);
	return ses_run(sc, cdb, sizeof(cdb), buf, len, XS_CTL_DATA_IN);
}

static int
safte_write(struct ses_softc *sc, uint8_t *buf, size_t len)
{
	uint8_t cdb[10] = { WRITE_BUFFER, SAFTE_MODE };

	_lto3b((u_int32_t)len, cdb + 6);
	return ses_run(sc, cdb, sizeof(cdb), buf, len, XS_CTL_DATA_OUT);
}

static int
ses_add_objs(struct ses_softc *sc, int type, int subenc, unsigned first, unsigned n)
{
	unsigned i;

	if (n > SES_MAXOBJS - sc->sc_nobjs) {
		aprint_error_dev(sc->sc_dev, "%u objects of type %d after %u, limit %d\n", n, type,
		    sc->sc_nobjs, SES_MAXOBJS);
		return EIO;
	}
	for (i = 0; i < n; i++) {
		struct ses_obj *so = &sc->sc_objs[sc->sc_nobjs++];

		so->so_type = type;
		so->so_subenc = subenc;
		so->so_index = first + i;
	}
	return 0;
}

/*
 * SES.
 *
 * The configuration page: header of 8 bytes, the last four the generation;
 * for each of 1 + buf[1] enclosures a descriptor of 4 + [3] bytes, its [2] the
 * number of types; then for all types 4 bytes: type, elements, enclosure.
 */

static int
ses_config(struct ses_softc *sc, const uint8_t *p, size_t len)
{
	unsigned nenc, ntypes = 0, i, elem = 0;
	size_t at = 8;
	int error;

	if (p[0] != SES_CONFIGURATION || _2btol(p + 2) < 4) {
		aprint_error_dev(sc->sc_dev, "page 0x%02x of %u bytes instead of the "
		    "configuration\n", p[0], _2btol(p + 2));
		return EIO;
	}
	len = MIN(len, 4 + (size_t)_2btol(p + 2));
	memcpy(sc->sc_gen, p + 4, sizeof(sc->sc_gen));
	nenc = 1 + p[1];
	for (i = 0; i < nenc; i++) {
		if (len - at < 4 || len - at < 4 + (size_t)p[at + 3]) {
			aprint_error_dev(sc->sc_dev, "enclosure %u of %u at byte %zu of %zu\n", i,
			    nenc, at, len);
			return EIO;
		}
		ntypes += p[at + 2];
		at += 4 + p[at + 3];
	}
	if (ntypes > SES_MAXTYPES || (len - at) / 4 < ntypes) {
		aprint_error_dev(sc->sc_dev, "%u types in %zu bytes, limit %d\n", ntypes, len - at,
		    SES_MAXTYPES);
		return EIO;
	}
	for (i = 0; i < ntypes; i++, at += 4) {
		/* Each type has its overall element first, which is no object. */
		error = ses_add_objs(sc, p[at], p[at + 2], elem + 1, p[at + 1]);
		if (error != 0)
			return error;
		elem += 1 + p[at + 1];
	}
	sc->sc_nelems = elem;
	return 0;
}

static int
ses_ses_init(struct ses_softc *sc)
{
	uint8_t *buf = kmem_alloc(SES_PAGESIZE, KM_SLEEP);
	int error;

	error = ses_receive(sc, SES_CONFIGURATION, buf, SES_PAGESIZE);
	if (error == 0)
		error = ses_config(sc, buf, SES_PAGESIZE);
	kmem_free(buf, SES_PAGESIZE);
	return error;
}

/* The status page into buf of SES_PAGESIZE bytes; *lenp: what is valid of it. */
static int
ses_status(struct ses_softc *sc, uint8_t *buf, size_t *lenp)
{
	int error;

	if ((error = ses_receive(sc, SES_STATUS, buf, SES_PAGESIZE)) != 0)
		return error;
	if (buf[0] != SES_STATUS || _2btol(buf + 2) < 4) {
		aprint_error_dev(sc->sc_dev, "page 0x%02x of %u bytes instead of the status\n",
		    buf[0], _2btol(buf + 2));
		return EIO;
	}
	*lenp = MIN((size_t)SES_PAGESIZE, 4 + (size_t)_2btol(buf + 2));
	return 0;
}

static int
ses_ses_get_encstat(struct ses_softc *sc, ses_encstat *es)
{
	uint8_t *buf = kmem_alloc(SES_PAGESIZE, KM_SLEEP);
	size_t len;
	int error = ses_status(sc, buf, &len);

	if (error == 0)
		*es = buf[1] & 0x0f;
	kmem_free(buf, SES_PAGESIZE);
	return error;
}

/* Sends a control page that touches one element at most. */
static int
ses_control(struct ses_softc *sc, ses_encstat es, const struct ses_obj *so, const ses_objstat *os)
{
	size_t len = 8 + 4 * (size_t)sc->sc_nelems;
	uint8_t *buf = kmem_zalloc(len, KM_SLEEP);
	int error;

	buf[0] = SES_STATUS;
	buf[1] = es & 0x0f;
	_lto2b((u_int32_t)(len - 4), buf + 2);
	memcpy(buf + 4, sc->sc_gen, sizeof(sc->sc_gen));
	if (so != NULL)
		memcpy(buf + 8 + 4 * (size_t)so->so_index, os->cstat, sizeof(os->cstat));
	error = ses_send(sc, buf, len);
	kmem_free(buf, len);
	return error;
}

static int
ses_ses_set_encstat(struct ses_softc *sc, ses_encstat es)
{

	return ses_control(sc, es, NULL, NULL);
}

static int
ses_ses_get_objstat(struct ses_softc *sc, const struct ses_obj *so, ses_objstat *os)
{
	uint8_t *buf = kmem_alloc(SES_PAGESIZE, KM_SLEEP);
	size_t len, at = 8 + 4 * (size_t)so->so_index;
	int error = ses_status(sc, buf, &len);

	if (error == 0 && len < at + 4) {
		aprint_error_dev(sc->sc_dev, "status of object %u at byte %zu of %zu\n", os->obj_id,
		    at, len);
		error = EIO;
	}
	if (error == 0)
		memcpy(os->cstat, buf + at, sizeof(os->cstat));
	kmem_free(buf, SES_PAGESIZE);
	return error;
}

static int
ses_ses_set_objstat(struct ses_softc *sc, const struct ses_obj *so, const ses_objstat *os)
{

	/* What is not selected is not changed. */
	if ((os->cstat[0] & SESCTL_CSEL) == 0)
		return 0;
	return ses_control(sc, 0, so, os);
}

static const struct ses_vec ses_ses_vec = {
	.sv_init = ses_ses_init,
	.sv_get_encstat = ses_ses_get_encstat,
	.sv_set_encstat = ses_ses_set_encstat,
	.sv_get_objstat = ses_ses_get_objstat,
	.sv_set_objstat = ses_ses_set_objstat,
};

/*
 * SAF-TE.
 *
 * The status buffer has a byte for each fan, supply, slot, for the lock, the
 * alarm and each thermometer, and two of thermometers out of range.
 */

static int
safte_init(struct ses_softc *sc)
{
	uint8_t buf[64];
	int error;

	if ((error = safte_read(sc, SAFTE_RD_CONFIG, buf, sizeof(buf))) != 0)
		return error;
	sc->sc_nfans = buf[0];
	sc->sc_npower = buf[1];
	sc->sc_nslots = buf[2];
	sc->sc_nlocks = buf[3] != 0;
	sc->sc_ntemps = buf[4];
	sc->sc_nalarms = buf[5] != 0;
	if ((error = ses_add_objs(sc, SESTYP_FAN, 0, 0, sc->sc_nfans)) != 0 ||
	    (error = ses_add_objs(sc, SESTYP_POWER, 0, 0, sc->sc_npower)) != 0 ||
	    (error = ses_add_objs(sc, SESTYP_DEVICE, 0, 0, sc->sc_nslots)) != 0 ||
	    (error = ses_add_objs(sc, SESTYP_DOORLOCK, 0, 0, sc->sc_nlocks)) != 0 ||
	    (error = ses_add_objs(sc, SESTYP_ALARM, 0, 0, sc->sc_nalarms)) != 0)
		return error;
	return ses_add_objs(sc, SESTYP_THERM, 0, 0, sc->sc_ntemps);
}

static size_t
safte_status_len(const struct ses_softc *sc)
{

	return sc->sc_nfans + sc->sc_npower + sc->sc_nslots + 2 + sc->sc_ntemps + 2;
}

/* Codes of fans and supplies as SES has them. */
static int
safte_fan_stat(uint8_t b)
{

	switch (b) {
	case 0:
		return SES_OBJSTAT_OK;
	case 1:
		return SES_OBJSTAT_CRIT;
	case 2:
		return SES_OBJSTAT_NOTINSTALLED;
	case 0x80:
		return SES_OBJSTAT_UNKNOWN;
	}
	return SES_OBJSTAT_UNSUPPORTED;
}

static int
safte_power_stat(uint8_t b)
{

	switch (b) {
	case 0x00:
	case 0x01:
		return SES_OBJSTAT_OK;
	case 0x10:
	case 0x11:
		return SES_OBJSTAT_NONCRIT;
	case 0x20:
	case 0x21:
		return SES_OBJSTAT_CRIT;
	case 0x03:
		return SES_OBJSTAT_NOTINSTALLED;
	case 0x80:
		return SES_OBJSTAT_UNKNOWN;
	}
	return SES_OBJSTAT_UNSUPPORTED;
}

static int
safte_slot_objstat(struct ses_softc *sc, const struct ses_obj *so, ses_objstat *os)
{
	size_t len = 4 * (size_t)MAX(sc->sc_nslots, 1);
	uint8_t *buf = kmem_alloc(len, KM_SLEEP), *p = buf + 4 * (size_t)so->so_index;
	int error = safte_read(sc, SAFTE_RD_SLOTS, buf, len);

	if (error == 0) {
		os->cstat[0] = p[3] & 0x01 ? SES_OBJSTAT_OK : SES_OBJSTAT_NOTINSTALLED;
		if (p[0] & 0x02)
			os->cstat[0] = SES_OBJSTAT_CRIT;
		if (p[0] & 0x40)
			os->cstat[3] |= SESCTL_RQSFLT;
		if (p[3] & 0x02)
			os->cstat[2] |= SESCTL_RQSINS;
		if (p[3] & 0x04)
			os->cstat[2] |= SESCTL_RQSID;
	}
	kmem_free(buf, len);
	return error;
}

/* The status of one object out of the status buffer. */
static void
safte_objstat(const struct ses_softc *sc, const struct ses_obj *so, const uint8_t *buf,
    ses_objstat *os)
{
	const uint8_t *fans = buf, *power = fans + sc->sc_nfans, *slots = power + sc->sc_npower;
	const uint8_t *lock = slots + sc->sc_nslots, *alarm = lock + 1, *temps = alarm + 1;
	const uint8_t *out = temps + sc->sc_ntemps;
	unsigned i = so->so_index;

	switch (so->so_type) {
	case SESTYP_FAN:
		os->cstat[0] = safte_fan_stat(fans[i]);
		break;
	case SESTYP_POWER:
		os->cstat[0] = safte_power_stat(power[i]);
		break;
	case SESTYP_DOORLOCK:
		os->cstat[0] = *lock & 0x80 ? SES_OBJSTAT_OK : SES_OBJSTAT_UNKNOWN;
		os->cstat[3] = *lock & 0x01;
		break;
	case SESTYP_ALARM:
		os->cstat[0] = SES_OBJSTAT_OK;
		os->cstat[3] = *alarm != 0 ? 0x01 : 0x40;
		break;
	case SESTYP_THERM:
		os->cstat[0] = SES_OBJSTAT_OK;
		os->cstat[2] = temps[i] + 10;	/* degrees Celsius + 20 of + 10 */
		if (i < 15 && (_2btol(out) & 1U << i) != 0)
			os->cstat[0] = SES_OBJSTAT_CRIT;
		break;
	}
}

static int
safte_get_objstat(struct ses_softc *sc, const struct ses_obj *so, ses_objstat *os)
{
	size_t len = safte_status_len(sc);
	uint8_t *buf;
	int error;

	memset(os->cstat, 0, sizeof(os->cstat));
	if (so->so_type == SESTYP_DEVICE)
		return safte_slot_objstat(sc, so, os);
	buf = kmem_alloc(len, KM_SLEEP);
	error = safte_read(sc, SAFTE_RD_STATUS, buf, len);
	if (error == 0)
		safte_objstat(sc, so, buf, os);
	kmem_free(buf, len);
	return error;
}

/* The worst of all objects. */
static int
safte_get_encstat(struct ses_softc *sc, ses_encstat *es)
{
	size_t len = safte_status_len(sc);
	uint8_t *buf = kmem_alloc(len, KM_SLEEP);
	int error = safte_read(sc, SAFTE_RD_STATUS, buf, len);
	unsigned i;

	*es = 0;
	for (i = 0; error == 0 && i < sc->sc_nobjs; i++) {
		ses_objstat os = { .obj_id = i };

		if (sc->sc_objs[i].so_type == SESTYP_DEVICE)
			continue;
		safte_objstat(sc, &sc->sc_objs[i], buf, &os);
		switch (os.cstat[0] & 0x0f) {
		case SES_OBJSTAT_CRIT:
			*es |= SES_ENCSTAT_CRITICAL;
			break;
		case SES_OBJSTAT_NONCRIT:
			*es |= SES_ENCSTAT_NONCRITICAL;
			break;
		case SES_OBJSTAT_UNRECOV:
			*es |= SES_ENCSTAT_UNRECOV;
			break;
		}
	}
	kmem_free(buf, len);
	return error;
}

static int
safte_global(struct ses_softc *sc)
{
	uint8_t buf[16] = { SAFTE_WT_GLOBAL };

	memcpy(buf + 1, sc->sc_flags, sizeof(sc->sc_flags));
	return safte_write(sc, buf, sizeof(buf));
}

static int
safte_set_encstat(struct ses_softc *sc, ses_encstat es)
{

	sc->sc_flags[0] &= ~0x0e;
	if (es & SES_ENCSTAT_NONCRITICAL)
		sc->sc_flags[0] |= 0x02;
	if (es & SES_ENCSTAT_CRITICAL)
		sc->sc_flags[0] |= 0x04;
	if (es & SES_ENCSTAT_UNRECOV)
		sc->sc_flags[0] |= 0x08;
	return safte_global(sc);
}

static int
safte_set_slot(struct ses_softc *sc, unsigned slot, const ses_objstat *os)
{
	size_t len = 1 + 3 * (size_t)sc->sc_nslots + 1;
	uint8_t *buf = kmem_zalloc(len, KM_SLEEP), op[8] = { SAFTE_WT_OPERATION, slot };
	int error;

	buf[0] = SAFTE_WT_SLOTS;
	buf[1 + 3 * (size_t)slot] = 0x01;		/* no error */
	if (os->cstat[0] & SESCTL_PRDFAIL)
		buf[1 + 3 * (size_t)slot] |= 0x40;
	if (os->cstat[3] & SESCTL_RQSFLT)
		buf[1 + 3 * (size_t)slot] |= 0x02;
	error = safte_write(sc, buf, len);
	kmem_free(buf, len);
	if (error != 0)
		return error;
	if (os->cstat[2] & SESCTL_RQSRMV)
		op[2] |= 0x01;
	if (os->cstat[2] & SESCTL_RQSINS)
		op[2] |= 0x02;
	if (os->cstat[2] & SESCTL_RQSID)
		op[2] |= 0x04;
	return safte_write(sc, op, sizeof(op));
}

static int
safte_set_objstat(struct ses_softc *sc, const struct ses_obj *so, const ses_objstat *os)
{
	uint8_t buf[8] = { 0, so->so_index };

	if ((os->cstat[0] & SESCTL_CSEL) == 0)
		return 0;
	switch (so->so_type) {
	case SESTYP_DEVICE:
		return safte_set_slot(sc, so->so_index, os);
	case SESTYP_FAN:
		buf[0] = SAFTE_WT_FAN;
		buf[2] = os->cstat[3] & SESCTL_RQSTON ? (os->cstat[3] & 0x7) << 1 : 0;
		return safte_write(sc, buf, sizeof(buf));
	case SESTYP_POWER:
		buf[0] = SAFTE_WT_POWER;
		buf[2] = os->cstat[3] & SESCTL_RQSTON ? 1 : 0;
		return safte_write(sc, buf, sizeof(buf));
	case SESTYP_DOORLOCK:
		sc->sc_flags[1] = (sc->sc_flags[1] & ~0x01) | (os->cstat[3] & 0x01);
		return safte_global(sc);
	case SESTYP_ALARM:
		sc->sc_flags[0] &= ~0x01;
		if (os->cstat[3] & 0x0f)
			sc->sc_flags[0] |= 0x01;
		return safte_global(sc);
	}
	return EINVAL;
}

static const struct ses_vec ses_safte_vec = {
	.sv_init = safte_init,
	.sv_get_encstat = safte_get_encstat,
	.sv_set_encstat = safte_set_encstat,
	.sv_get_objstat = safte_get_objstat,
	.sv_set_objstat = safte_set_objstat,
};

/*
 * Open, close, ioctl.
 */

static int
ses_learn(struct ses_softc *sc)
{
	int error;

	ses_free_objs(sc);
	sc->sc_objs = kmem_zalloc(SES_MAXOBJS * sizeof(*sc->sc_objs), KM_SLEEP);
	error = (*sc->sc_vec->sv_init)(sc);
	if (error != 0)
		ses_free_objs(sc);
	return error;
}

static int
sesopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ses_softc *sc = device_lookup_private(&ses_cd, SESUNIT(dev));
	struct scsipi_periph *periph;
	int error;

	if (sc == NULL)
		return ENXIO;
	if (!device_is_active(sc->sc_dev))
		return ENODEV;
	periph = sc->sc_periph;
	if ((error = scsipi_unit_open(periph)) != 0)
		return error;

	mutex_enter(&sc->sc_lock);
	error = ses_learn(sc);
	mutex_exit(&sc->sc_lock);
	if (error != 0)
		scsipi_unit_close(periph);
	return error;
}

static int
sesclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct ses_softc *sc = device_lookup_private(&ses_cd, SESUNIT(dev));
	struct scsipi_periph *periph;

	if (sc == NULL)
		return ENXIO;
	periph = sc->sc_periph;
	scsipi_wait_drain(periph);
	mutex_enter(&sc->sc_lock);
	ses_free_objs(sc);
	mutex_exit(&sc->sc_lock);
	scsipi_unit_close(periph);
	return 0;
}

static int
ses_getobjmap(struct ses_softc *sc, void *addr)
{
	ses_object obj;
	unsigned i;
	int error = 0;

	for (i = 0; i < sc->sc_nobjs && error == 0; i++) {
		memset(&obj, 0, sizeof(obj));
		obj.obj_id = i;
		obj.subencid = sc->sc_objs[i].so_subenc;
		obj.object_type = sc->sc_objs[i].so_type;
		error = copyout(&obj, (ses_object *)addr + i, sizeof(obj));
	}
	return error;
}

/* One of our ioctls, with sc_lock; addr is the caller's. */
static int
ses_doioctl(struct ses_softc *sc, u_long cmd, void *addr)
{
	ses_objstat os;
	ses_encstat es;
	int error;

	switch (cmd) {
	case SESIOC_GETNOBJ:
		return copyout(&sc->sc_nobjs, addr, sizeof(sc->sc_nobjs));
	case SESIOC_GETOBJMAP:
		return ses_getobjmap(sc, addr);
	case SESIOC_GETENCSTAT:
		error = (*sc->sc_vec->sv_get_encstat)(sc, &es);
		return error != 0 ? error : copyout(&es, addr, sizeof(es));
	case SESIOC_SETENCSTAT:
		error = copyin(addr, &es, sizeof(es));
		return error != 0 ? error : (*sc->sc_vec->sv_set_encstat)(sc, es);
	case SESIOC_GETOBJSTAT:
	case SESIOC_SETOBJSTAT:
		if ((error = copyin(addr, &os, sizeof(os))) != 0)
			return error;
		if (os.obj_id >= sc->sc_nobjs)
			return EINVAL;
		if (cmd == SESIOC_SETOBJSTAT)
			return (*sc->sc_vec->sv_set_objstat)(sc, &sc->sc_objs[os.obj_id], &os);
		error = (*sc->sc_vec->sv_get_objstat)(sc, &sc->sc_objs[os.obj_id], &os);
		return error != 0 ? error : copyout(&os, addr, sizeof(os));
	case SESIOC_INIT:
		return ses_learn(sc);
	}
	/* No enclosure has texts of its objects. */
	return ENODEV;
}

/*
 * ioctl(2) of <dev/scsipi/ses.h>, whose argument is an address that is
 * followed here; the rest is scsi(4)'s.  Changes need a device open for
 * writing.
 */
static int
sesioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct ses_softc *sc = device_lookup_private(&ses_cd, SESUNIT(dev));
	int error;

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case SESIOC_GETNOBJ:
	case SESIOC_GETOBJMAP:
	case SESIOC_GETENCSTAT:
	case SESIOC_GETOBJSTAT:
	case SESIOC_GETTEXT:
		break;
	case SESIOC_SETENCSTAT:
	case SESIOC_SETOBJSTAT:
	case SESIOC_INIT:
		if ((flag & FWRITE) == 0)
			return EBADF;
		break;
	default:
		return scsipi_do_ioctl(sc->sc_periph, dev, cmd, data, flag, l);
	}
	mutex_enter(&sc->sc_lock);
	error = ses_doioctl(sc, cmd, *(void **)data);
	mutex_exit(&sc->sc_lock);
	return error;
}
