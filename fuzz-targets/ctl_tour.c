/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ctl* at mainbus?: controllers with sensors (sysmon_envsys(9)), volumes
 * (bio(4)) and an I2C bus, with ctlchip* on it; no hardware.  Each answer of
 * theirs, and how long it takes, comes from whoever calls
 * rump_ctltour_setup().  They check that they are called as the interfaces
 * promise.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/pmf.h>
#include <sys/proc.h>

#include <dev/biovar.h>
#include <dev/sysmon/sysmonvar.h>

#include <rump/rump.h>
#include <rump-sys/dev.h>

#define	_I2C_PRIVATE
#include <dev/i2c/i2cvar.h>

#include "../harness/ctl_tour.h"

struct ctl_softc {
	device_t	sc_dev;
	unsigned	sc_unit;		/* in tour.ct_unit */
	bool		sc_dying;		/* all below: big lock */
	bool		sc_volumes;
	device_t	sc_iic;
	struct sysmon_envsys *sc_sme;		/* NULL: not registered */
	envsys_data_t	sc_sensor[CTLTOUR_SENSORS];
	struct i2c_controller sc_i2c;
	bool		sc_held;		/* the bus's lock: wires are taken */
	char		sc_wires;		/* 0: nobody; 'w', 'r' */
};

struct ctlchip_softc {
	i2c_tag_t	sc_tag;
	i2c_addr_t	sc_addr;
	struct sysmon_envsys *sc_sme;
	envsys_data_t	sc_sensor;
};

static struct ctltour tour;
static device_t units[CTLTOUR_UNITS];	/* big lock */

static uint8_t
next(void)
{

	if (tour.ct_nanswers == 0)
		return 0;
	tour.ct_nanswers--;
	return *tour.ct_answers++;
}

static int
answer(void)
{
	const unsigned how = next();

	if (how & CTLTOUR_A_LATE)
		(void)kpause("ctltour", false, mstohz(1 + next()), NULL);
	return how & CTLTOUR_A_ERROR ? 1 + next() % 96 : 0;
}

/* Data: u8 how many bytes follow; all others are zero. */
static void
data(void *vp, size_t len)
{
	const size_t n = next();
	uint8_t *p = vp;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = i < n ? next() : 0;
}

/*
 * Sensors.
 */

static void
ctl_refresh(struct sysmon_envsys *sme, envsys_data_t *edata)
{

	KASSERT(mutex_owned(&sme->sme_mtx));
	edata->state = answer() != 0 ? ENVSYS_SINVALID : ENVSYS_SVALID + next() % 7;
	edata->value_cur = (int8_t)next() * 1000;
}

static void
ctl_limits(struct sysmon_envsys *sme, envsys_data_t *edata, sysmon_envsys_lim_t *lim, uint32_t *props)
{

	*props = next();
	lim->sel_critmax = next();
}

static void
ctl_describe(struct ctl_softc *sc, unsigned i)
{
	const unsigned kinds = tour.ct_unit[sc->sc_unit].cu_kinds;
	envsys_data_t *s = &sc->sc_sensor[i];

	s->units = (i + kinds) % ENVSYS_NSENSORS;
	s->flags = (kinds & CTLTOUR_S_PERCENT ? ENVSYS_FPERCENT : 0) |
	    (kinds & CTLTOUR_S_MAX ? ENVSYS_FVALID_MAX : 0) |
	    (kinds & CTLTOUR_S_MIN ? ENVSYS_FVALID_MIN : 0) |
	    (kinds & CTLTOUR_S_ENTROPY ? ENVSYS_FHAS_ENTROPY : 0) |
	    (kinds & CTLTOUR_S_LIMITS ? ENVSYS_FMONLIMITS : 0);
	if (kinds & CTLTOUR_S_ALIKE)
		i /= 2;
	memset(s->desc, 'a' + i, kinds & CTLTOUR_S_LONG ? sizeof(s->desc) : 5);
}

static void
ctl_sensors(struct ctl_softc *sc)
{
	const struct ctltour_unit *cu = &tour.ct_unit[sc->sc_unit];
	struct sysmon_envsys *sme = sysmon_envsys_create();
	unsigned i;

	for (i = 0; i < (cu->cu_sensors + 2) % (CTLTOUR_SENSORS + 1); i++)
		(void)sysmon_envsys_sensor_attach(sme, &sc->sc_sensor[i]);
	sme->sme_name = cu->cu_flags & CTLTOUR_NAMESAKE ? "ctl0" : device_xname(sc->sc_dev);
	sme->sme_cookie = sc;
	sme->sme_refresh = ctl_refresh;
	sme->sme_get_limits = ctl_limits;
	sme->sme_flags = (cu->cu_flags & CTLTOUR_NOREFRESH ? SME_DISABLE_REFRESH : 0) |
	    (cu->cu_flags & CTLTOUR_INITREFRESH ? SME_INIT_REFRESH : 0);
	if (sysmon_envsys_register(sme) != 0)
		sysmon_envsys_destroy(sme);
	else
		sc->sc_sme = sme;
}

/*
 * Volumes.
 */

static int
ctl_ioctl(device_t dev, u_long cmd, void *arg)
{
	struct ctl_softc *sc = device_private(dev);
	int error;

	KASSERT(KERNEL_LOCKED_P());
	KASSERT(sc->sc_volumes);
	error = answer();
	data((char *)arg + sizeof(struct bio_common), IOCPARM_LEN(cmd) - sizeof(struct bio_common));
	KASSERT(sc->sc_volumes);
	return error;
}

static void
ctl_volumes(struct ctl_softc *sc, bool there)
{

	if (there) {
		sc->sc_volumes = true;
		(void)bio_register(sc->sc_dev, ctl_ioctl);
	} else {
		bio_unregister(sc->sc_dev);
		sc->sc_volumes = false;
	}
}

/*
 * The bus.
 */

/* Some controllers' errors are their own affair. */
static int
wires(struct ctl_softc *sc)
{
	int error;

	KASSERT(mutex_owned(&sc->sc_i2c.ic_bus_lock));
	KASSERT(sc->sc_i2c.ic_acquire_bus == NULL || sc->sc_held);
	error = answer();
	return error > 90 ? -error : error;
}

static int
ctl_acquire(void *v, int flags)
{
	struct ctl_softc *sc = v;
	int error = answer();

	KASSERT(!sc->sc_held);
	sc->sc_held = error == 0;
	return error;
}

static void
ctl_release(void *v, int flags)
{
	struct ctl_softc *sc = v;

	KASSERT(sc->sc_held);
	sc->sc_held = false;
}

static int
ctl_exec(void *v, i2c_op_t op, i2c_addr_t addr, const void *cmd, size_t cmdlen, void *buf,
    size_t buflen, int flags)
{
	int error = wires(v);

	KASSERT(addr <= 0x3ff && cmdlen <= I2C_EXEC_MAX_CMDLEN && buflen <= I2C_EXEC_MAX_BUFLEN);
	if (error == 0 && I2C_OP_READ_P(op))
		data(buf, buflen);
	return error;
}

static int
ctl_start(void *v, int flags)
{

	return wires(v);
}

static int
ctl_stop(void *v, int flags)
{
	struct ctl_softc *sc = v;

	sc->sc_wires = 0;
	return wires(sc);
}

static int
ctl_initiate(void *v, i2c_addr_t addr, int flags)
{
	struct ctl_softc *sc = v;

	sc->sc_wires = flags & I2C_F_READ ? 'r' : 'w';
	return wires(sc);
}

static int
ctl_read(void *v, uint8_t *p, int flags)
{
	struct ctl_softc *sc = v;

	KASSERT(sc->sc_wires == 'r');
	*p = next();
	return wires(sc);
}

static int
ctl_write(void *v, uint8_t b, int flags)
{
	struct ctl_softc *sc = v;

	KASSERT(sc->sc_wires == 'w');
	return wires(sc);
}

static void
ctl_bus(struct ctl_softc *sc)
{
	struct i2cbus_attach_args iba = { .iba_tag = &sc->sc_i2c };

	sc->sc_iic = config_found(sc->sc_dev, &iba, iicbus_print, CFARGS(.iattr = "i2cbus"));
}

static void
ctl_bus_init(struct ctl_softc *sc)
{
	const unsigned flags = tour.ct_unit[sc->sc_unit].cu_flags;
	struct i2c_controller *ic = &sc->sc_i2c;

	iic_tag_init(ic);
	ic->ic_cookie = sc;
	if (flags & CTLTOUR_ACQUIRE) {
		ic->ic_acquire_bus = ctl_acquire;
		ic->ic_release_bus = ctl_release;
	}
	if (flags & CTLTOUR_BYTES) {
		ic->ic_send_start = ctl_start;
		ic->ic_send_stop = ctl_stop;
		ic->ic_initiate_xfer = ctl_initiate;
		ic->ic_read_byte = ctl_read;
		ic->ic_write_byte = ctl_write;
	} else
		ic->ic_exec = ctl_exec;
	if (flags & (CTLTOUR_RECEIVE | CTLTOUR_NOPROBE))
		(void)prop_dictionary_set_string(device_properties(sc->sc_dev),
		    I2C_PROP_INDIRECT_PROBE_STRATEGY, flags & CTLTOUR_NOPROBE ?
		    I2C_PROBE_STRATEGY_NONE : I2C_PROBE_STRATEGY_RECEIVE_BYTE);
}

/*
 * The controller.
 */

static bool
ctl_power(device_t self, const pmf_qual_t *qual)
{

	return answer() == 0;
}

static int
ctl_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct mainbus_attach_args *maa = aux;

	return strcmp(maa->maa_name, "ctl") == 0;
}

static void
ctl_attach(device_t parent, device_t self, void *aux)
{
	struct ctl_softc *sc = device_private(self);
	const struct mainbus_attach_args *maa = aux;
	unsigned i;

	aprint_normal("\n");
	sc->sc_dev = self;
	sc->sc_unit = maa->maa_unit;
	units[sc->sc_unit] = self;
	(void)pmf_device_register(self, ctl_power, ctl_power);
	for (i = 0; i < CTLTOUR_SENSORS; i++)
		ctl_describe(sc, i);
	ctl_sensors(sc);
	if ((tour.ct_unit[sc->sc_unit].cu_kinds & CTLTOUR_S_NOVOLUMES) == 0)
		ctl_volumes(sc, true);
	ctl_bus_init(sc);
	if ((tour.ct_unit[sc->sc_unit].cu_flags & CTLTOUR_NOBUS) == 0)
		ctl_bus(sc);
}

static int
ctl_detach(device_t self, int flags)
{
	struct ctl_softc *sc = device_private(self);
	int error = flags & DETACH_FORCE ? 0 : answer();

	if (error != 0)
		return error;
	sc->sc_dying = true;
	if ((error = config_detach_children(self, flags)) != 0) {
		sc->sc_dying = false;
		return error;
	}
	/* Whatever happens to it has happened. */
	config_detach_commit(self);
	ctl_volumes(sc, false);
	if (sc->sc_sme != NULL)
		sysmon_envsys_unregister(sc->sc_sme);
	iic_tag_fini(&sc->sc_i2c);
	pmf_device_deregister(self);
	units[sc->sc_unit] = NULL;
	return 0;
}

static void
ctl_childdetached(device_t self, device_t child)
{
	struct ctl_softc *sc = device_private(self);

	if (sc->sc_iic == child)
		sc->sc_iic = NULL;
}
CFATTACH_DECL3_NEW(ctl, sizeof(struct ctl_softc), ctl_match, ctl_attach, ctl_detach, NULL, NULL,
    ctl_childdetached, DVF_DETACH_SHUTDOWN);

/*
 * Chips.
 */

static int
chip_ask(i2c_tag_t tag, i2c_addr_t addr, uint16_t *valp)
{
	uint8_t buf[32] = { 0 };
	int error;

	if ((error = iic_acquire_bus(tag, 0)) != 0)
		return error;
	switch (next() % 10) {
	case 0:
		error = iic_smbus_read_word(tag, addr, 1, valp, 0);
		break;
	case 1:
		error = iic_smbus_read_byte(tag, addr, 2, buf, 0);
		break;
	case 2:
		error = iic_smbus_block_read(tag, addr, 3, buf, next() % 40, 0);
		break;
	case 3:
		error = iic_smbus_block_write(tag, addr, 4, buf, next() % 40, 0);
		break;
	case 4:
		error = iic_smbus_write_byte(tag, addr, 5, 1, 0);
		break;
	case 5:
		error = iic_smbus_write_word(tag, addr, 6, 1, 0);
		break;
	case 6:
		error = iic_smbus_send_byte(tag, addr, 7, 0);
		break;
	case 7:
		error = iic_smbus_receive_byte(tag, addr, buf, 0);
		break;
	case 8:
		error = iic_smbus_quick_read(tag, addr, 0);
		break;
	case 9:
		error = iic_smbus_read_byte(tag, addr, 8, buf, I2C_F_PEC);
		break;
	}
	iic_release_bus(tag, 0);
	return error;
}

static void
ctlchip_refresh(struct sysmon_envsys *sme, envsys_data_t *edata)
{
	const struct ctlchip_softc *sc = sme->sme_cookie;
	uint16_t val = 0;

	edata->state = chip_ask(sc->sc_tag, sc->sc_addr, &val) != 0 ? ENVSYS_SINVALID : ENVSYS_SVALID;
	edata->value_cur = val;
}

static int
ctlchip_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct i2c_attach_args *ia = aux;
	uint16_t val;

	return chip_ask(ia->ia_tag, ia->ia_addr, &val) == 0 ? I2C_MATCH_ADDRESS_AND_PROBE : 0;
}

static void
ctlchip_attach(device_t parent, device_t self, void *aux)
{
	struct ctlchip_softc *sc = device_private(self);
	const struct i2c_attach_args *ia = aux;
	struct sysmon_envsys *sme = sysmon_envsys_create();

	aprint_normal("\n");
	sc->sc_tag = ia->ia_tag;
	sc->sc_addr = ia->ia_addr;
	strlcpy(sc->sc_sensor.desc, "temperature", sizeof(sc->sc_sensor.desc));
	(void)sysmon_envsys_sensor_attach(sme, &sc->sc_sensor);
	sme->sme_name = device_xname(self);
	sme->sme_cookie = sc;
	sme->sme_refresh = ctlchip_refresh;
	sme->sme_flags = next() & 1 ? SME_INIT_REFRESH : 0;
	if (sysmon_envsys_register(sme) != 0)
		sysmon_envsys_destroy(sme);
	else
		sc->sc_sme = sme;
	(void)pmf_device_register(self, NULL, NULL);
}

static int
ctlchip_detach(device_t self, int flags)
{
	struct ctlchip_softc *sc = device_private(self);
	int error = flags & DETACH_FORCE ? 0 : answer();

	if (error != 0)
		return error;
	if (sc->sc_sme != NULL)
		sysmon_envsys_unregister(sc->sc_sme);
	pmf_device_deregister(self);
	return 0;
}
CFATTACH_DECL_NEW(ctlchip, sizeof(struct ctlchip_softc), ctlchip_match, ctlchip_attach,
    ctlchip_detach, NULL);

/*
 * Configuration.
 */

static const struct cfiattrdata i2cbus_iattr = { "i2cbus", 1, { { "bus", "-1", -1 } } };
static const struct cfiattrdata *const ctl_attrs[] = { &i2cbus_iattr, NULL };
static CFDRIVER_DECL(ctl, DV_DULL, ctl_attrs);
static CFDRIVER_DECL(ctlchip, DV_DULL, NULL);
static struct cfdriver *const drivers[] = { &ctl_cd, &ctlchip_cd, NULL };
static struct cfattach *const ctl_cfattach[] = { &ctl_ca, NULL };
static struct cfattach *const ctlchip_cfattach[] = { &ctlchip_ca, NULL };
static const struct cfattachinit attachments[] = {
	{ "ctl", ctl_cfattach }, { "ctlchip", ctlchip_cfattach }, { NULL, NULL }
};
static const struct cfparent at_mainbus = { "mainbus", "mainbus", DVUNIT_ANY };
static const struct cfparent at_iic = { "iic", "iic", DVUNIT_ANY };
static int anywhere[] = { -1, -1 }, at48[] = { 0x48, -1 }, at50[] = { 0x50, 256 };
static struct cfdata lines[] = {
	{ "ctl", "ctl", 0, FSTATE_STAR, NULL, 0, &at_mainbus },
	{ "ctlchip", "ctlchip", 0, FSTATE_STAR, anywhere, 0, &at_iic },
	{ "ctlchip", "ctlchip", 0, FSTATE_STAR, at48, 0, &at_iic },
	{ "ctlchip", "ctlchip", 0, FSTATE_STAR, at50, 0, &at_iic },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

/* Finds what is there now, and loses what is not. */
static void
ctl_scan(device_t mainbus, const int *locs)
{
	struct mainbus_attach_args maa = { .maa_name = "ctl" };
	unsigned i;

	for (i = 0; i < CTLTOUR_UNITS; i++) {
		maa.maa_unit = i;
		if ((tour.ct_present >> i & 1) != 0 && units[i] == NULL)
			config_found(mainbus, &maa, NULL, CFARGS(.iattr = "mainbus"));
		else if ((tour.ct_present >> i & 1) == 0 && units[i] != NULL)
			(void)config_detach(units[i], DETACH_FORCE);
	}
}
static struct mainbus_scanner scanner = { .mb_iattr = "mainbus", .mb_scan = ctl_scan };

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(drivers, attachments, lines) != 0)
		panic("ctl: tables");
	rump_mainbus_register(&scanner);
}

/*
 * For the host.
 */

void
rump_ctltour_setup(const struct ctltour *ct)
{

	rump_schedule();
	tour = *ct;
	rump_unschedule();
}

void
rump_ctltour_present(unsigned present)
{

	rump_schedule();
	tour.ct_present = present;
	rump_unschedule();
}

static void
ctl_event(struct ctl_softc *sc, enum ctltour_event what, unsigned arg)
{
	envsys_data_t *edata = &sc->sc_sensor[arg % CTLTOUR_SENSORS];
	struct sysmon_envsys *sme = sc->sc_sme;

	switch (what) {
	case CTLTOUR_SENSOR_COMES:
		(void)sysmon_envsys_sensor_attach(sme, edata);
		break;
	case CTLTOUR_SENSOR_GOES:
		(void)sysmon_envsys_sensor_detach(sme, edata);
		break;
	case CTLTOUR_SENSORS_TOGGLE:
		if ((sc->sc_sme = NULL, sme) != NULL)
			sysmon_envsys_unregister(sme);
		else
			ctl_sensors(sc);
		break;
	case CTLTOUR_VOLUMES_TOGGLE:
		ctl_volumes(sc, !sc->sc_volumes);
		break;
	case CTLTOUR_VOLUMES_AGAIN:
		ctl_volumes(sc, true);
		break;
	case CTLTOUR_BUS_TOGGLE:
		if (sc->sc_iic != NULL)
			(void)config_detach(sc->sc_iic, arg & 1 ? DETACH_FORCE : 0);
		else
			ctl_bus(sc);
		break;
	default:
		break;
	}
}

static bool
any(const envsys_data_t *edata)
{

	return true;
}

void
rump_ctltour_event(enum ctltour_event what, unsigned unit, unsigned arg)
{
	struct ctl_softc *sc;
	device_t dev, mainbus;

	rump_schedule();
	KERNEL_LOCK(1, NULL);
	unit %= CTLTOUR_UNITS;
	if (what == CTLTOUR_READ_ALL)
		(void)sysmon_envsys_get_max_value(any, true);
	else if (what == CTLTOUR_UNIT_TOGGLE) {
		tour.ct_present ^= 1u << unit;
		if ((mainbus = device_find_by_xname("mainbus0")) != NULL)
			ctl_scan(mainbus, NULL);
	} else if (units[unit] != NULL &&
	    (dev = device_lookup_acquire(&ctl_cd, device_unit(units[unit]))) != NULL) {
		sc = device_private(dev);
		if (!sc->sc_dying)
			ctl_event(sc, what, arg);
		device_release(dev);
	}
	KERNEL_UNLOCK_ONE(NULL);
	rump_unschedule();
}
