/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Sensors of the environment, as programs ask for them at /dev/sysmon.  The
 * ioctls here take one sensor by its number; those that take property lists
 * come with their text form.
 */

#ifndef _SYS_ENVSYS_H_
#define	_SYS_ENVSYS_H_

#include <sys/types.h>
#include <sys/ioccom.h>

#define	ENVSYS_MAXSENSORS	512
#define	ENVSYS_DESCLEN		32

/* What is measured, and in what. */
enum envsys_units {
	ENVSYS_STEMP = 0,		/* temperature, microkelvin */
	ENVSYS_SFANRPM,			/* fan, turns in a minute */
	ENVSYS_SVOLTS_AC,		/* microvolt */
	ENVSYS_SVOLTS_DC,
	ENVSYS_SOHMS,			/* microohm */
	ENVSYS_SWATTS,			/* microwatt */
	ENVSYS_SAMPS,			/* microampere */
	ENVSYS_SWATTHOUR,		/* microwatt hours */
	ENVSYS_SAMPHOUR,		/* microampere hours */
	ENVSYS_INDICATOR,		/* enum envsys_indicator_states */
	ENVSYS_INTEGER,
	ENVSYS_DRIVE,			/* enum envsys_drive_states */
	ENVSYS_BATTERY_CAPACITY,	/* enum envsys_battery_capacity_states */
	ENVSYS_BATTERY_CHARGE,		/* whether it charges */
	ENVSYS_SRELHUMIDITY,		/* microparts */
	ENVSYS_LUX,
	ENVSYS_PRESSURE,		/* hPa */
	ENVSYS_NSENSORS
};

/* What the value is worth. */
enum envsys_states {
	ENVSYS_SVALID = 10,
	ENVSYS_SINVALID,
	ENVSYS_SCRITICAL,
	ENVSYS_SCRITUNDER,
	ENVSYS_SCRITOVER,
	ENVSYS_SWARNUNDER,
	ENVSYS_SWARNOVER
};

enum envsys_drive_states {
	ENVSYS_DRIVE_EMPTY = 1,
	ENVSYS_DRIVE_READY,
	ENVSYS_DRIVE_POWERUP,
	ENVSYS_DRIVE_ONLINE,
	ENVSYS_DRIVE_IDLE,
	ENVSYS_DRIVE_ACTIVE,
	ENVSYS_DRIVE_REBUILD,
	ENVSYS_DRIVE_POWERDOWN,
	ENVSYS_DRIVE_FAIL,
	ENVSYS_DRIVE_PFAIL,		/* degraded */
	ENVSYS_DRIVE_MIGRATING,
	ENVSYS_DRIVE_OFFLINE,
	ENVSYS_DRIVE_BUILD,
	ENVSYS_DRIVE_CHECK
};

enum envsys_battery_capacity_states {
	ENVSYS_BATTERY_CAPACITY_NORMAL = 1,
	ENVSYS_BATTERY_CAPACITY_WARNING,
	ENVSYS_BATTERY_CAPACITY_CRITICAL,
	ENVSYS_BATTERY_CAPACITY_HIGH,
	ENVSYS_BATTERY_CAPACITY_MAX,
	ENVSYS_BATTERY_CAPACITY_LOW
};

enum envsys_indicator_states {
	ENVSYS_INDICATOR_FALSE = 0,
	ENVSYS_INDICATOR_TRUE = 1
};

/* A sensor's values; those that validflags names. */
struct envsys_tre_data {
	u_int		sensor;		/* asked: which one */
	union {
		uint32_t data_us;
		int32_t	data_s;
	} cur, min, max, avg;
	uint32_t	warnflags;	/* ENVSYS_WARN_* */
	uint32_t	validflags;	/* ENVSYS_F*VALID; 0: no such sensor */
	u_int		units;
};
typedef struct envsys_tre_data envsys_tre_data_t;
#define	ENVSYS_GTREDATA	_IOWR('E', 2, envsys_tre_data_t)

#define	ENVSYS_WARN_OK		0x00000000
#define	ENVSYS_WARN_UNDER	0x00000001
#define	ENVSYS_WARN_CRITUNDER	0x00000002
#define	ENVSYS_WARN_OVER	0x00000004
#define	ENVSYS_WARN_CRITOVER	0x00000008

#define	ENVSYS_FVALID		0x00000001	/* there is such a sensor */
#define	ENVSYS_FCURVALID	0x00000002
#define	ENVSYS_FMINVALID	0x00000004
#define	ENVSYS_FMAXVALID	0x00000008
#define	ENVSYS_FFRACVALID	0x00000020	/* max is the whole of cur */

/* What a sensor is. */
struct envsys_basic_info {
	u_int		sensor;		/* asked: which one */
	u_int		units;
	char		desc[33];
	u_int		rpms;		/* of a fan, nominal */
	uint32_t	validflags;	/* ENVSYS_FVALID; 0: no such sensor */
};
typedef struct envsys_basic_info envsys_basic_info_t;
#define	ENVSYS_GTREINFO	_IOWR('E', 4, envsys_basic_info_t)

#endif /* !_SYS_ENVSYS_H_ */
