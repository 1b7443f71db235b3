/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public functions of the device faction: what drvctl(8) does.  Each enters
 * and leaves the kernel by itself.
 */
#ifndef _RUMP_RUMPDEV_IF_PUB_H_
#define _RUMP_RUMPDEV_IF_PUB_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of rump_pub_dev_detach(). */
#define	RUMP_DETACH_FORCE	0x01	/* the hardware is gone */
#define	RUMP_DETACH_QUIET	0x02
#define	RUMP_DETACH_SHUTDOWN	0x04
#define	RUMP_DETACH_POWEROFF	0x08

/* A device, for the time of the callback. */
struct rump_devinfo {
	const char *di_name;		/* "sd0" */
	const char *di_driver;		/* "sd" */
	const char *di_attachment;	/* "sd", or "" */
	const char *di_parent;		/* "scsibus0", or "" */
	int	di_unit;
	int	di_depth;		/* 0: no parent */
	int	di_active;		/* 0: deactivated or suspended */
};

/*
 * Lets the device `bus' look for new children on interface attribute
 * `ifattr' (NULL: on each it has).  locs has the attribute's number of
 * locators, -1 for any; NULL means all of them any.  Waits until what was
 * found is attached.  ENXIO: no such device; EOPNOTSUPP: it cannot rescan;
 * EINVAL: it has no such attribute.
 */
int	rump_pub_dev_rescan(const char *bus, const char *ifattr, const int *locs);

/*
 * Detaches a device and all below it.  ENXIO: no such device; EBUSY or the
 * driver's own error: it stays.  With RUMP_DETACH_FORCE it goes in any case.
 */
int	rump_pub_dev_detach(const char *name, int flags);

/*
 * Calls cb with each device, parents before children, until it returns
 * nonzero; returns the number of devices.  cb runs outside of the kernel.
 */
unsigned rump_pub_dev_list(int (*cb)(const struct rump_devinfo *, void *), void *arg);

/*
 * Suspends a device and what is below it, resumes it with what is above it
 * (subtree != 0: and below).  NULL is the whole system.  ENXIO: no such
 * device; EBUSY: a driver refused.
 */
int	rump_pub_dev_suspend(const char *name);
int	rump_pub_dev_resume(const char *name, int subtree);

/* Waits until nothing is being configured and no attach is outstanding. */
void	rump_pub_dev_settle(void);

/* Interrupts of a line since it has handlers. */
uint64_t rump_pub_dev_intrcount(unsigned irq);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPDEV_IF_PUB_H_ */
