/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Sensors for drivers: sysmon_envsys(9).  Watchdogs and power switches are
 * not there, nor are events: limits are kept, nobody is told.
 */

#ifndef _DEV_SYSMON_SYSMONVAR_H_
#define	_DEV_SYSMON_SYSMONVAR_H_

#include <sys/envsys.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rndsource.h>

struct workqueue;

enum envsys_lims {
	ENVSYS_LIM_CRITMAX,
	ENVSYS_LIM_WARNMAX,
	ENVSYS_LIM_WARNMIN,
	ENVSYS_LIM_CRITMIN,
	ENVSYS_LIM_LASTLIM
};

struct sysmon_envsys_lim {
	int32_t critmax;
	int32_t warnmax;
	int32_t warnmin;
	int32_t critmin;
};

typedef union {
	int32_t sel_limit_list[ENVSYS_LIM_LASTLIM];
	struct sysmon_envsys_lim sel_limits;
} sysmon_envsys_lim_t;
#define	sel_critmax	sel_limits.critmax
#define	sel_warnmax	sel_limits.warnmax
#define	sel_warnmin	sel_limits.warnmin
#define	sel_critmin	sel_limits.critmin

/* A sensor; memory of the driver, which fills it from units on. */
struct envsys_data {
	TAILQ_ENTRY(envsys_data) sensors_head;
	uint32_t	sensor;		/* its number in the device */
	uint32_t	units;		/* enum envsys_units */
	uint32_t	state;		/* enum envsys_states */
	uint32_t	flags;		/* ENVSYS_F* */
	uint32_t	rpms;		/* fan: nominal */
	int32_t		rfact;		/* volts: factor * 10^4 */
	int32_t		value_cur;
	int32_t		value_prev;
	int32_t		value_max;
	int32_t		value_min;
	int32_t		private;	/* the driver's */
	sysmon_envsys_lim_t limits;
	uint32_t	upropset;	/* PROP_*: set by programs */
	krndsource_t	rnd_src;
	char		desc[ENVSYS_DESCLEN];
};
typedef struct envsys_data envsys_data_t;

#define	ENVSYS_FPERCENT		0x00000001	/* of value_max */
#define	ENVSYS_FVALID_MAX	0x00000002
#define	ENVSYS_FVALID_MIN	0x00000004
#define	ENVSYS_F_OBSOLETE	0x00000008
#define	ENVSYS_FCHANGERFACT	0x00000010
#define	ENVSYS_FMONCRITICAL	0x00000020
#define	ENVSYS_FMONLIMITS	0x00000040
#define	ENVSYS_FMONSTCHANGED	0x00000400
#define	ENVSYS_FMONANY							\
	(ENVSYS_FMONCRITICAL | ENVSYS_FMONLIMITS | ENVSYS_FMONSTCHANGED)
#define	ENVSYS_FMONNOTSUPP	0x00000800
#define	ENVSYS_FNEED_REFRESH	0x00001000
#define	ENVSYS_FHAS_ENTROPY	0x00002000	/* its values go to rnd(9) */

#define	PROP_CRITMAX		0x0001
#define	PROP_CRITMIN		0x0002
#define	PROP_WARNMAX		0x0004
#define	PROP_WARNMIN		0x0008
#define	PROP_BATTCAP		0x0010
#define	PROP_BATTWARN		0x0020
#define	PROP_BATTHIGH		0x0040
#define	PROP_BATTMAX		0x0080
#define	PROP_DESC		0x0100
#define	PROP_RFACT		0x0200
#define	PROP_DRIVER_LIMITS	0x8000
#define	PROP_CAP_LIMITS							\
	(PROP_BATTCAP | PROP_BATTWARN | PROP_BATTHIGH | PROP_BATTMAX)
#define	PROP_VAL_LIMITS							\
	(PROP_CRITMAX | PROP_CRITMIN | PROP_WARNMAX | PROP_WARNMIN)
#define	PROP_LIMITS	(PROP_CAP_LIMITS | PROP_VAL_LIMITS)

struct sme_event;

/* A device with sensors.  Drivers set what has no lock noted. */
struct sysmon_envsys {
	const char	*sme_name;	/* stays until it is unregistered */
	u_int		sme_nsensors;	/* sme_mtx */
	u_int		sme_fsensor;	/* number of the first among all devices' */
#define	SME_SENSOR_IDX(sme, idx)	((idx) - (sme)->sme_fsensor)
	int		sme_class;	/* SME_CLASS_* */
#define	SME_CLASS_BATTERY	1
#define	SME_CLASS_ACADAPTER	2
	int		sme_flags;	/* SME_* */
#define	SME_FLAG_BUSY		0x00000001
#define	SME_DISABLE_REFRESH	0x00000002	/* values are always fresh */
#define	SME_CALLOUT_INITIALIZED	0x00000004
#define	SME_INIT_REFRESH	0x00000008	/* a first time when boot ends */
#define	SME_POLL_ONLY		0x00000010
	void		*sme_cookie;	/* the driver's */

	/* Brings the sensor up to date; may sleep. */
	void	(*sme_refresh)(struct sysmon_envsys *, envsys_data_t *);
	/* Limits and which of them (PROP_*), to the device and from it. */
	void	(*sme_set_limits)(struct sysmon_envsys *, envsys_data_t *,
		    sysmon_envsys_lim_t *, uint32_t *);
	void	(*sme_get_limits)(struct sysmon_envsys *, envsys_data_t *,
		    sysmon_envsys_lim_t *, uint32_t *);

	struct workqueue *sme_wq;
	struct callout	sme_callout;
	uint64_t	sme_events_timeout;
	LIST_ENTRY(sysmon_envsys) sme_list;		/* global lock */
	LIST_HEAD(, sme_event) sme_events_list;
	TAILQ_HEAD(, envsys_data) sme_sensors_list;	/* sme_mtx */
	int		sme_busy;
	kmutex_t	sme_mtx;
	kmutex_t	sme_work_mtx;
	kcondvar_t	sme_condvar;
};

/*
 * A device without sensors; sleeps.  destroy frees one that was not
 * registered, with what is attached.
 */
struct sysmon_envsys *sysmon_envsys_create(void);
void	sysmon_envsys_destroy(struct sysmon_envsys *);

/*
 * Sensors.  EINVAL for NULL or, at detach, one that is not there; EEXIST for
 * a description that the device has already.
 */
int	sysmon_envsys_sensor_attach(struct sysmon_envsys *, envsys_data_t *);
int	sysmon_envsys_sensor_detach(struct sysmon_envsys *, envsys_data_t *);

/*
 * Makes the device known: EINVAL without a name, without sme_refresh (unless
 * SME_DISABLE_REFRESH); EEXIST for a name that is taken.  unregister takes it
 * back and destroys it.
 */
int	sysmon_envsys_register(struct sysmon_envsys *);
void	sysmon_envsys_unregister(struct sysmon_envsys *);

/* Calls sme_refresh, and gives the value to rnd(9) if it is for that. */
void	sysmon_envsys_refresh_sensor(struct sysmon_envsys *, envsys_data_t *);

/* Each sensor of each device, refreshed if asked, until cb says false. */
typedef bool (*sysmon_envsys_callback_t)(const struct sysmon_envsys *, const envsys_data_t *,
	    void *);
void	sysmon_envsys_foreach_sensor(sysmon_envsys_callback_t, void *, bool refresh);
/* The largest valid value among the sensors that predicate wants. */
uint32_t sysmon_envsys_get_max_value(bool (*predicate)(const envsys_data_t *), bool refresh);

#endif /* !_DEV_SYSMON_SYSMONVAR_H_ */
