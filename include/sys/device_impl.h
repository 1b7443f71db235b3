/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a device_t points to; for the files of autoconf(9) and pmf(9) alone.
 */

#ifndef _SYS_DEVICE_IMPL_H_
#define	_SYS_DEVICE_IMPL_H_

#include <sys/device.h>

struct lwp;

struct device_lock {
	int		dvl_nwait;
	int		dvl_nlock;
	struct lwp	*dvl_holder;
	kmutex_t	dvl_mtx;
	kcondvar_t	dvl_cv;
};

#define	DEVICE_SUSPENSORS_MAX	16

/*
 * Locks: (a) alldevs_lock, (m) config_misc_lock, (!) set before the device
 * can be found and constant since, (p) dv_lock, (k) the big lock.
 */
struct device {
	devhandle_t	dv_handle;	/* !, or by its bus while it attaches */
	devclass_t	dv_class;	/* ! */
	TAILQ_ENTRY(device) dv_list;	/* a: all devices, parents first */
	cfdata_t	dv_cfdata;	/* !: NULL for one without */
	cfdriver_t	dv_cfdriver;	/* ! */
	cfattach_t	dv_cfattach;	/* !: NULL for device_create()'s */
	int		dv_unit;	/* ! */
	char		dv_xname[DEVICE_XNAME_SIZE];	/* ! */
	device_t	dv_parent;	/* !: NULL at the root */
	int		dv_depth;	/* !: number of ancestors */
	int		dv_flags;	/* k: DVF_* */
	void		*dv_private;	/* the driver's */
	size_t		dv_privsize;	/* ! */
	int		*dv_locators;	/* !: as many as dv_nlocs, or NULL */
	int		dv_nlocs;	/* ! */
	prop_dictionary_t dv_properties; /* a: made when asked for */
	u_int		dv_refcnt;	/* m: device_lookup_acquire() */

	int		dv_pending;	/* m: config_pending_incr() */
	TAILQ_ENTRY(device) dv_pending_list;	/* m */
	struct lwp	*dv_attaching;	/* m: who is in ca_attach */
	struct lwp	*dv_detaching;	/* m: who detaches it */
	struct lwp	*dv_rescanning;	/* m: who looks for children, from outside */
	bool		dv_detached;	/* m: can't be acquired any more */

	size_t		dv_activity_count;	/* k */
	void		(**dv_activity_handlers)(device_t, devactive_t);

	bool		(*dv_driver_suspend)(device_t, const pmf_qual_t *);
	bool		(*dv_driver_resume)(device_t, const pmf_qual_t *);
	bool		(*dv_driver_shutdown)(device_t, int);
	bool		(*dv_driver_child_register)(device_t);

	void		*dv_bus_private;
	bool		(*dv_bus_suspend)(device_t, const pmf_qual_t *);
	bool		(*dv_bus_resume)(device_t, const pmf_qual_t *);
	bool		(*dv_bus_shutdown)(device_t, int);
	void		(*dv_bus_deregister)(device_t);

	void		*dv_class_private;
	bool		(*dv_class_suspend)(device_t, const pmf_qual_t *);
	bool		(*dv_class_resume)(device_t, const pmf_qual_t *);
	void		(*dv_class_deregister)(device_t);

	devgen_t	dv_add_gen;	/* a: when it came */
	devgen_t	dv_del_gen;	/* a: when it went, 0: it is there */

	struct device_lock dv_lock;
	/* p: who wants each level to sleep; no holes. */
	const device_suspensor_t *dv_bus_suspensors[DEVICE_SUSPENSORS_MAX];
	const device_suspensor_t *dv_driver_suspensors[DEVICE_SUSPENSORS_MAX];
	const device_suspensor_t *dv_class_suspensors[DEVICE_SUSPENSORS_MAX];
};

/* dv_flags; DVF_PRIV_ALLOC and DVF_DETACH_SHUTDOWN are the attachment's. */
#define	DVF_ACTIVE		0x0001
#define	DVF_POWER_HANDLERS	0x0004	/* registered with pmf(9) */
#define	DVF_CLASS_SUSPENDED	0x0008
#define	DVF_DRIVER_SUSPENDED	0x0010
#define	DVF_BUS_SUSPENDED	0x0020
#define	DVF_ATTACH_INPROGRESS	0x0040

/*
 * A device of a driver that attaches nowhere (dk(4), a test's disk): at the
 * first free unit, with privsize bytes of zeroed private data.  Sleeps.
 */
device_t device_create(struct cfdriver *, device_t parent, size_t privsize);
void	device_drain(device_t);
void	device_destroy(device_t);

#endif /* !_SYS_DEVICE_IMPL_H_ */
