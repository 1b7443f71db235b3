/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What components of drivers and of buses share with the device faction:
 * interrupt lines, mainbus, device nodes.
 */

#ifndef _RUMP_SYS_DEV_H_
#define _RUMP_SYS_DEV_H_

#include <sys/types.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/stat.h>

#include <rump-sys/kern.h>
#include <rump-sys/vfs.h>

/*
 * Interrupts: what pci_intr_establish() and other buses are made of.
 *
 * irq is a line of rumpuser_intr_alloc() or rumpuser_platdev(), bound to its
 * source by the caller.  A line has any number of handlers; when it is
 * asserted all of them run, highest level first, each at its level in the
 * interrupt thread: cpu_intr_p() is true and sleeping is an error.  A handler
 * without INTR_MPSAFE runs with the big lock.  It returns nonzero if the
 * interrupt was its device's.  A line that nobody claims, or that does not
 * come down, is shut up for a while, and said to be so.
 */
#define	RUMP_INTR_MPSAFE	0x1

/* Adds a handler; NULL: no such line.  Copies xname (NULL: none).  Sleeps. */
void	*rump_intr_establish(unsigned irq, int ipl, int flags, int (*func)(void *), void *arg,
	    const char *xname);
/*
 * Takes it off.  When this returns the handler does not run and will not.
 * NULL does nothing.  Sleeps; from the handler itself it does not wait.
 */
void	rump_intr_disestablish(void *);
/* Holds a line's interrupts back, or lets them go.  Counts.  The first sleeps. */
void	rump_intr_mask(unsigned irq);
void	rump_intr_unmask(unsigned irq);
/* The line of a handler, and what it counts. */
unsigned rump_intr_irq(void *);
struct evcnt *rump_intr_evcnt(void *);

/*
 * mainbus: the root of all devices.  Its children get a struct
 * mainbus_attach_args.  Found at boot, and again when mainbus is rescanned:
 * the platform's own devices (maa_name "virtio_mmio"; each once), what
 * indirect configuration finds (a driver "at mainbus?" whose match says yes
 * to maa_name ""; asked again until it says no), and what components
 * register.
 */
struct mainbus_attach_args {
	const char	*maa_name;	/* kind, "" for indirect configuration */
	int		maa_unit;	/* index of the kind */
	uint64_t	maa_addr;	/* bus address of registers */
	uint64_t	maa_size;
	unsigned	maa_irq;	/* line */
	void		*maa_aux;	/* of whoever registered the kind */
};

/*
 * A component that finds children of mainbus on an interface attribute that
 * mainbus has: "mainbus" (no locators) or "pcibus" (locator bus).  mb_scan is
 * called with the big lock at boot and at each rescan that includes the
 * attribute, and uses config_found(mainbus, ..., CFARGS(.iattr = ...)).
 */
struct mainbus_scanner {
	const char	*mb_iattr;
	void		(*mb_scan)(device_t mainbus, const int *locs);
	struct mainbus_scanner *mb_next;
};
/* From RUMP_COMPONENT(RUMP_COMPONENT_DEV); the structure is static. */
void	rump_mainbus_register(struct mainbus_scanner *);

/*
 * Device nodes, from RUMP_COMPONENT(RUMP_COMPONENT_DEV).
 *
 * rump_dev_disk() enters a disk driver into the device switch and makes
 * /dev/<name><unit><letter> and /dev/r<name><unit><letter> for nunits units
 * and nparts partitions ('a' on; MAXPARTITIONS minors a unit).  Panics when
 * the table is full: that is a program put together wrongly.
 */
void	rump_dev_disk(const char *name, const struct bdevsw *, const struct cdevsw *, int nunits,
	    int nparts);
/*
 * The same for a character driver: /dev/<prefix><name><unit><suffix>, minor
 * minor0 + unit * step.  May be called more than once for one driver.
 */
void	rump_dev_char(const char *name, const struct cdevsw *, const char *prefix,
	    const char *suffix, int nunits, int minor0, int step);
/* The same for one that has a single node, /dev/<name>. */
void	rump_dev_node(const char *name, const struct cdevsw *);

/*
 * Copies a field of len bytes of ASCII, as devices say who they are, without
 * the spaces around it, printable, into size bytes at dst.
 */
void	rump_dev_ascii(char *dst, size_t size, const uint8_t *src, size_t len);

#endif /* !_RUMP_SYS_DEV_H_ */
