/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A bus with slots for tests, "tbus0 at mainbus0", and the drivers of what is
 * plugged into them:
 *
 *	tbus0	at mainbus?
 *	tdev*	at tbus? slot ?		any kind, weakly
 *	tspec0	at tbus? slot 3		kind 2
 *	tbetter* at tbus? slot ?	kind 2, better than tdev
 *	tsub*	at tdev?		one below each tdev with kind 5
 */

#ifndef _AC_BUS_H_
#define	_AC_BUS_H_

#include <sys/device.h>

#define	TBUS_NSLOT	8

/* What is in a slot; 0 is nothing. */
extern int tbus_slot[TBUS_NSLOT];

struct tbus_attach_args {
	int	ta_slot;
	int	ta_kind;
};

struct tdev_softc {
	device_t	sc_dev;
	int		sc_kind;
	int		sc_children;
	int		sc_busy;	/* refuse to detach */
};

/* Kinds with a meaning. */
#define	TKIND_PARENT	5		/* has a child */
#define	TKIND_DEFER	6		/* puts something off */
#define	TKIND_SLOW	7		/* attach waits for tdev_go */
#define	TKIND_PAUSE	8		/* match takes a while */
#define	TKIND_NODRIVER	9

extern struct cfdriver tdev_cd, tspec_cd, tbetter_cd, tsub_cd, tbus_cd;

/* A line for each event: "attach tdev0", "detach tdev0 1", ... */
extern char tlog[1024];
void	tlogf(const char *, ...) __printflike(1, 2);

/* Slow attach and detach wait while this is false. */
extern bool tdev_go;
extern bool tdev_waiting;
extern bool tdev_slow_detach;
extern bool tdev_slow_close;
extern bool tdev_fail_open;
extern int tdev_closes;

/* The bus looks at its slots. */
int	tbus_scan(void);
/* Empties all slots, with force, and the log. */
void	tbus_clean(void);
device_t tbus_device(void);

#endif /* !_AC_BUS_H_ */
