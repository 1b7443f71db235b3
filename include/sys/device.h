/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices and how they are found.  See autoconf(9), device(9).
 */

#ifndef _SYS_DEVICE_H_
#define	_SYS_DEVICE_H_

#include <sys/types.h>
#include <sys/device_if.h>
#include <sys/queue.h>

typedef enum devclass {
	DV_DULL,
	DV_CPU,
	DV_DISK,
	DV_IFNET,
	DV_TAPE,
	DV_TTY,
	DV_AUDIODEV,
	DV_DISPLAYDEV,
	DV_BUS,
	DV_VIRTUAL,
} devclass_t;

typedef enum devact {
	DVACT_DEACTIVATE
} devact_t;

typedef enum {
	DVA_SYSTEM,
	DVA_HARDWARE
} devactive_t;

typedef struct cfdriver *cfdriver_t;

#define	DEVICE_XNAME_SIZE	16

/* Flags of a detach function. */
#define	DETACH_FORCE	0x01		/* the hardware is gone */
#define	DETACH_QUIET	0x02		/* no message */
#define	DETACH_SHUTDOWN	0x04
#define	DETACH_POWEROFF	0x08

#ifdef _KERNEL

struct cfdriver {
	LIST_ENTRY(cfdriver) cd_list;	/* all drivers */
	device_t *cd_devs;		/* by unit, holes are NULL */
	const char *cd_name;		/* "sd" */
	enum devclass cd_class;
	int	cd_ndevs;		/* length of cd_devs */
};

#define	CFDRIVER_DECL(name, class, attrs)				\
struct cfdriver __CONCAT(name,_cd) = {					\
	.cd_name		= ___STRING(name),			\
	.cd_class		= class,				\
}

/*
 * Makes a device of a driver at the first free unit, with privsize bytes of
 * zeroed private data, and puts it in cd_devs.  Sleeps.  The name is the
 * driver's with the unit.
 */
device_t device_create(struct cfdriver *, device_t parent, size_t privsize);
/* Takes dev out of cd_devs and frees it with its private data. */
void	device_destroy(device_t);

device_t device_lookup(cfdriver_t, int);
void	*device_lookup_private(cfdriver_t, int);

devclass_t device_class(device_t);
cfdriver_t device_cfdriver(device_t);
device_t device_parent(device_t);
void	*device_private(device_t);
int	device_unit(device_t);
const char *device_xname(device_t);
bool	device_is_active(device_t);
bool	device_is_a(device_t, const char *);
device_t device_find_by_xname(const char *);
device_t device_find_by_driver_unit(const char *, int);

void	device_printf(device_t, const char *, ...) __printflike(2, 3);
void	aprint_normal_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_error_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_naive_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_verbose_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_debug_dev(device_t, const char *, ...) __printflike(2, 3);

#endif /* _KERNEL */

#endif /* !_SYS_DEVICE_H_ */
