/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is told to fuzz-targets/ctl_tour.c: which controllers there are, and
 * what they answer.
 */

#ifndef HARNESS_CTL_TOUR_H
#define HARNESS_CTL_TOUR_H

#define	CTLTOUR_UNITS	3
#define	CTLTOUR_SENSORS	8

/* All zero: two sensors, volumes, and a bus that does whole transfers. */
struct ctltour_unit {
	unsigned char	cu_flags;	/* CTLTOUR_* */
	unsigned char	cu_sensors;	/* plus two, modulo CTLTOUR_SENSORS + 1 */
	unsigned char	cu_kinds;	/* CTLTOUR_S_* */
};
#define	CTLTOUR_BYTES		0x01	/* I2C: it moves bytes, no transfers */
#define	CTLTOUR_ACQUIRE		0x02	/* ... and has to be asked for the wires */
#define	CTLTOUR_NOBUS		0x04	/* no I2C at all */
#define	CTLTOUR_RECEIVE		0x08	/* chips are looked for by a read, ... */
#define	CTLTOUR_NOPROBE		0x10	/* ... or believed in */
#define	CTLTOUR_NOREFRESH	0x20	/* sensors are always fresh */
#define	CTLTOUR_INITREFRESH	0x40	/* sensors are read when they register */
#define	CTLTOUR_NAMESAKE	0x80	/* calls itself what unit 0 does */

#define	CTLTOUR_S_PERCENT	0x01
#define	CTLTOUR_S_MAX		0x02
#define	CTLTOUR_S_MIN		0x04
#define	CTLTOUR_S_ENTROPY	0x08
#define	CTLTOUR_S_LIMITS	0x10
#define	CTLTOUR_S_ALIKE		0x20	/* two and two have the same description */
#define	CTLTOUR_S_LONG		0x40	/* descriptions fill their field, without NUL */
#define	CTLTOUR_S_NOVOLUMES	0x80	/* it is no RAID controller */

/*
 * An answer is a byte of these bits, then what they call for; what has ended
 * is zero, which is success at once with data of zeroes.
 */
#define	CTLTOUR_A_ERROR	0x01	/* u8: error number, less one, modulo 96 */
#define	CTLTOUR_A_LATE	0x02	/* u8: milliseconds, before that */

struct ctltour {
	struct ctltour_unit ct_unit[CTLTOUR_UNITS];
	unsigned	ct_present;	/* bit i: unit i is there */
	const unsigned char *ct_answers;	/* stay until all is detached */
	unsigned long	ct_nanswers;
};

enum ctltour_event {
	CTLTOUR_SENSOR_COMES, CTLTOUR_SENSOR_GOES, CTLTOUR_SENSORS_TOGGLE, CTLTOUR_VOLUMES_TOGGLE,
	CTLTOUR_VOLUMES_AGAIN, CTLTOUR_BUS_TOGGLE, CTLTOUR_UNIT_TOGGLE, CTLTOUR_READ_ALL,
	CTLTOUR_NEVENT
};

/* From the host.  An event of a unit that is not attached is none. */
void	rump_ctltour_setup(const struct ctltour *);
void	rump_ctltour_present(unsigned);
void	rump_ctltour_event(enum ctltour_event, unsigned unit, unsigned arg);

#endif /* HARNESS_CTL_TOUR_H */
