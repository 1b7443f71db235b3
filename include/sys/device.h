/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices, drivers, and how they find each other: autoconf(9), driver(9),
 * device(9), config_found(9), config_defer(9), deviter, devhandle.
 *
 * A driver is a struct cfdriver (its name and its instances) with one struct
 * cfattach for each kind of parent.  A struct cfdata says which driver may
 * attach where.  A bus that finds hardware calls config_found(); the best
 * match of all cfdata gets a device_t.
 */

#ifndef _SYS_DEVICE_H_
#define	_SYS_DEVICE_H_

#include <sys/types.h>
#include <sys/device_if.h>
#include <sys/evcnt.h>
#include <sys/queue.h>

#if defined(_KERNEL) || defined(_KMEMUSER)
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/pmf.h>
#endif

#include <prop/proplib.h>

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

/* Argument of ca_activate. */
typedef enum devact {
	DVACT_DEACTIVATE
} devact_t;

typedef enum {
	DVA_SYSTEM,
	DVA_HARDWARE
} devactive_t;

typedef struct cfdata *cfdata_t;
typedef struct cfdriver *cfdriver_t;
typedef struct cfattach *cfattach_t;

#if defined(_KERNEL) || defined(_KMEMUSER) || defined(_STANDALONE)
/* What a firmware's device tree calls a device; passed by value. */
struct devhandle {
	const struct devhandle_impl *impl;
	union {
		void		*pointer;
		const void	*const_pointer;
		uintptr_t	uintptr;
		intptr_t	integer;
	};
};
typedef struct devhandle devhandle_t;
#endif

#if defined(_KERNEL) || defined(_KMEMUSER)
/* A table of what a driver is compatible with, by name or by number. */
struct device_compatible_entry {
	union {
		const char *compat;
		uintptr_t id;
	};
	union {
		const void *data;
		uintptr_t value;
	};
};

#define	DEVICE_COMPAT_EOL	{ .compat = NULL }

struct device_suspensor {
	const device_suspensor_t *ds_delegator;
	char		ds_name[32];
};

typedef enum {
	DEVHANDLE_TYPE_INVALID = 0,
	DEVHANDLE_TYPE_ACPI = 0x41435049,	/* "ACPI" */
	DEVHANDLE_TYPE_OF = 0x4f504657,		/* "OPFW" */
	DEVHANDLE_TYPE_OPENBOOT = 0x4f504254,	/* "OPBT" */
	DEVHANDLE_TYPE_PRIVATE = 0x50525654,	/* "PRVT" */
	DEVHANDLE_TYPE_MAX = 0xffffffff
} devhandle_type_t;

typedef int (*device_call_t)(device_t, devhandle_t, void *);

struct device_call_descriptor {
	const char	*name;
	device_call_t	call;
};

struct devhandle_impl {
	devhandle_type_t type;
	const struct devhandle_impl *super;
	device_call_t	(*lookup_device_call)(devhandle_t, const char *, devhandle_t *);
};

#define	DEVICE_XNAME_SIZE	16	/* "sd0" with its NUL */

/* ca_flags */
#define	DVF_PRIV_ALLOC		0x0002	/* private data is apart from the device */
#define	DVF_DETACH_SHUTDOWN	0x0080	/* detaches at shutdown */

#ifdef _KERNEL
TAILQ_HEAD(devicelist, device);
#endif

typedef enum deviter_flags {
	DEVITER_F_RW = 0x1,
	DEVITER_F_SHUTDOWN = 0x2,
	DEVITER_F_LEAVES_FIRST = 0x4,
	DEVITER_F_ROOT_FIRST = 0x8
} deviter_flags_t;

struct deviter {
	device_t	di_prev;
	deviter_flags_t	di_flags;
	int		di_curdepth;
	int		di_maxdepth;
	devgen_t	di_gen;
};
typedef struct deviter deviter_t;

struct shutdown_state {
	bool		initialized;
	deviter_t	di;
};
#endif /* _KERNEL || _KMEMUSER */

/* A locator of an interface attribute: a coordinate of a child. */
struct cflocdesc {
	const char	*cld_name;
	const char	*cld_defaultstr;	/* NULL: has no default */
	int		cld_default;
};

/* An interface attribute: what children attach to. */
struct cfiattrdata {
	const char	*ci_name;
	int		ci_loclen;
	const struct cflocdesc ci_locdesc[];
};

/* Which parents a cfdata accepts. */
struct cfparent {
	const char	*cfp_iattr;	/* interface attribute */
	const char	*cfp_parent;	/* driver, NULL: any with the attribute */
	int		cfp_unit;	/* its unit or DVUNIT_ANY */
};

/* One line of a configuration: "sd* at scsibus? target ? lun ?". */
struct cfdata {
	const char	*cf_name;	/* driver */
	const char	*cf_atname;	/* attachment */
	unsigned int	cf_unit:24;	/* unit, the first one of a "*" */
	unsigned char	cf_fstate;	/* FSTATE_* */
	int		*cf_loc;	/* wanted locators */
	int		cf_flags;	/* of the configuration line */
	const struct cfparent *cf_pspec; /* NULL: at the root */
};
#define	FSTATE_NOTFOUND		0	/* one unit, not attached */
#define	FSTATE_FOUND		1	/* one unit, attached */
#define	FSTATE_STAR		2	/* any number of units */
#define	FSTATE_DSTAR		3	/* as FSTATE_STAR, disabled */
#define	FSTATE_DNOTFOUND	4	/* as FSTATE_NOTFOUND, disabled */

struct cftable {
	cfdata_t	ct_cfdata;
	TAILQ_ENTRY(cftable) ct_list;
};
#ifdef _KERNEL
TAILQ_HEAD(cftablelist, cftable);
#endif

typedef int (*cfsubmatch_t)(device_t, cfdata_t, const int *, void *);
typedef int (*cfsearch_t)(device_t, cfdata_t, const int *, void *);

/* How a driver attaches to one kind of parent. */
struct cfattach {
	const char	*ca_name;
	LIST_ENTRY(cfattach) ca_list;	/* of the driver's */
	size_t		ca_devsize;	/* bytes of private data */
	int		ca_flags;	/* DVF_* */
	int		(*ca_match)(device_t, cfdata_t, void *);
	void		(*ca_attach)(device_t, device_t, void *);
	int		(*ca_detach)(device_t, int);
	int		(*ca_activate)(device_t, devact_t);
	int		(*ca_rescan)(device_t, const char *, const int *);
	void		(*ca_childdetached)(device_t, device_t);
};
LIST_HEAD(cfattachlist, cfattach);

#define	CFATTACH_DECL3_NEW(name, size, match, attach, detach, activate,	\
    rescan, childdetached, flags)					\
struct cfattach __CONCAT(name,_ca) = {					\
	.ca_name		= ___STRING(name),			\
	.ca_devsize		= size,					\
	.ca_flags		= (flags) | DVF_PRIV_ALLOC,		\
	.ca_match		= match,				\
	.ca_attach		= attach,				\
	.ca_detach		= detach,				\
	.ca_activate		= activate,				\
	.ca_rescan		= rescan,				\
	.ca_childdetached	= childdetached,			\
}
#define	CFATTACH_DECL2_NEW(name, size, match, attach, detach, activate,	\
    rescan, childdetached)						\
	CFATTACH_DECL3_NEW(name, size, match, attach, detach, activate,	\
	    rescan, childdetached, 0)
#define	CFATTACH_DECL_NEW(name, size, match, attach, detach, activate)	\
	CFATTACH_DECL2_NEW(name, size, match, attach, detach, activate, NULL, NULL)

/* Flags of config_detach() and ca_detach. */
#define	DETACH_FORCE	0x01		/* the hardware is gone */
#define	DETACH_QUIET	0x02		/* no message */
#define	DETACH_SHUTDOWN	0x04		/* the system goes down */
#define	DETACH_POWEROFF	0x08		/* and will be without power */

struct cfdriver {
	LIST_ENTRY(cfdriver) cd_list;	/* all drivers */
	struct cfattachlist cd_attach;
	device_t	*cd_devs;	/* by unit, holes are NULL */
	const char	*cd_name;	/* "sd" */
	enum devclass	cd_class;
	int		cd_ndevs;	/* length of cd_devs */
	const struct cfiattrdata * const *cd_attrs; /* what children may attach to */
};
LIST_HEAD(cfdriverlist, cfdriver);

#define	CFDRIVER_DECL(name, class, attrs)				\
struct cfdriver __CONCAT(name,_cd) = {					\
	.cd_name		= ___STRING(name),			\
	.cd_class		= class,				\
	.cd_attrs		= attrs,				\
}

/* The attachments of a driver, in a table that ends with a NULL name. */
struct cfattachinit {
	const char	*cfai_name;
	struct cfattach * const *cfai_list;
};
struct cfattachlkminit {
	const char	*cfai_name;
	struct cfattach	**cfai_list;
};

/*
 * Says what was found: with NULL, the rest of the line "sd0 at scsibus0";
 * with the parent's name, for a device without a driver, the whole line.
 */
typedef int (*cfprint_t)(void *, const char *);
#define	QUIET	0			/* no more to say */
#define	UNCONF	1			/* " not configured" */
#define	UNSUPP	2			/* " unsupported" */

struct pdevinit {
	void		(*pdev_attach)(int);
	int		pdev_count;
};

#define	DVUNIT_ANY	-1

#if defined(_KERNEL) || defined(_KMEMUSER) || defined(_STANDALONE)
/* Named arguments of config_search(), config_found(), config_attach(). */
struct cfargs {
	uintptr_t	cfargs_version;
	cfsubmatch_t	submatch;	/* instead of config_match() */
	cfsearch_t	search;		/* called for each candidate */
	const char	*iattr;		/* interface attribute */
	const int	*locators;	/* of the hardware; as long as iattr says */
	devhandle_t	devhandle;
};

#define	CFARGS_VERSION		1
#define	CFARGS_NONE		NULL
#define	CFARGS(...)							\
	&((const struct cfargs){					\
		.cfargs_version = CFARGS_VERSION,			\
		__VA_ARGS__						\
	})
#endif

#ifdef _KERNEL

struct vnode;
struct dkwedge_info;

extern struct cfdriverlist allcfdrivers;
extern struct cftablelist allcftables;
extern device_t booted_device;
extern const char *booted_method;
extern int booted_partition;
extern daddr_t booted_startblk;
extern uint64_t booted_nblks;
extern char *bootspec;
extern bool root_is_mounted;

struct vnode *opendisk(device_t);
int	getdisksize(struct vnode *, uint64_t *, unsigned int *);
int	getdiskinfo(struct vnode *, struct dkwedge_info *);

/*
 * Tables.
 */
void	config_init(void);
void	config_init_mi(void);
int	config_init_component(struct cfdriver * const *, const struct cfattachinit *,
	    struct cfdata *);
int	config_fini_component(struct cfdriver * const *, const struct cfattachinit *,
	    struct cfdata *);
int	config_cfdriver_attach(struct cfdriver *);
int	config_cfdriver_detach(struct cfdriver *);
int	config_cfattach_attach(const char *, struct cfattach *);
int	config_cfattach_detach(const char *, struct cfattach *);
int	config_cfdata_attach(cfdata_t, int);
int	config_cfdata_detach(cfdata_t);
struct cfdriver *config_cfdriver_lookup(const char *);
struct cfattach *config_cfattach_lookup(const char *, const char *);
const struct cfiattrdata *cfiattr_lookup(const char *, const struct cfdriver *);
const char *cfdata_ifattr(const struct cfdata *);
bool	ifattr_match(const char *, const char *);

/*
 * Search, attach, detach.
 */
int	config_stdsubmatch(device_t, cfdata_t, const int *, void *);
cfdata_t config_search(device_t, void *, const struct cfargs *);
cfdata_t config_rootsearch(cfsubmatch_t, const char *, void *);
device_t config_found(device_t, void *, cfprint_t, const struct cfargs *);
device_t config_rootfound(const char *, void *);
device_t config_attach(device_t, cfdata_t, void *, cfprint_t, const struct cfargs *);
device_t config_attach_pseudo(cfdata_t);
int	config_match(device_t, cfdata_t, void *);
int	config_probe(device_t, cfdata_t, void *);
int	config_detach(device_t, int);
int	config_detach_children(device_t, int);
void	config_detach_commit(device_t);
bool	config_detach_all(int);
int	config_deactivate(device_t);
void	null_childdetached(device_t, device_t);

/*
 * Later.
 */
void	config_defer(device_t, void (*)(device_t));
void	config_deferred(device_t);
void	config_interrupts(device_t, void (*)(device_t));
void	config_mountroot(device_t, void (*)(device_t));
void	config_pending_incr(device_t);
void	config_pending_decr(device_t);
void	config_create_interruptthreads(void);
void	config_create_mountrootthreads(void);
int	config_finalize_register(device_t, int (*)(device_t));
void	config_finalize(void);
void	config_finalize_mountroot(void);

/*
 * drvctl(4), and who is told of devices that come and go.
 */
void	drvctl_init(void);
void	drvctl_fini(void);
extern int (*devmon_insert_vec)(const char *, prop_dictionary_t);

/*
 * One device.
 */
device_t device_lookup(cfdriver_t, int);
void	*device_lookup_private(cfdriver_t, int);
device_t device_lookup_acquire(cfdriver_t, int);
void	device_release(device_t);
device_t device_find_by_xname(const char *);
device_t device_find_by_driver_unit(const char *, int);

void	device_register(device_t, void *);
void	device_register_post_config(device_t, void *);

devclass_t device_class(device_t);
cfdata_t device_cfdata(device_t);
cfdriver_t device_cfdriver(device_t);
cfattach_t device_cfattach(device_t);
int	device_unit(device_t);
const char *device_xname(device_t);
device_t device_parent(device_t);
bool	device_is_active(device_t);
bool	device_activation(device_t, devact_level_t);
bool	device_is_enabled(device_t);
bool	device_has_power(device_t);
int	device_locator(device_t, u_int);
void	*device_private(device_t);
void	device_set_private(device_t, void *);
prop_dictionary_t device_properties(device_t);
bool	device_is_a(device_t, const char *);
bool	device_attached_to_iattr(device_t, const char *);

bool	device_active(device_t, devactive_t);
bool	device_active_register(device_t, void (*)(device_t, devactive_t));
void	device_active_deregister(device_t, void (*)(device_t, devactive_t));

void	device_printf(device_t, const char *, ...) __printflike(2, 3);
void	aprint_normal_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_error_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_naive_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_verbose_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_debug_dev(device_t, const char *, ...) __printflike(2, 3);

/*
 * All devices.
 */
device_t deviter_first(deviter_t *, deviter_flags_t);
void	deviter_init(deviter_t *, deviter_flags_t);
device_t deviter_next(deviter_t *);
void	deviter_release(deviter_t *);
device_t shutdown_first(struct shutdown_state *);
device_t shutdown_next(struct shutdown_state *);

/*
 * Handles and calls of a device tree.
 */
void	device_set_handle(device_t, devhandle_t);
devhandle_t device_handle(device_t);
bool	devhandle_is_valid(devhandle_t);
devhandle_t devhandle_invalid(void);
devhandle_type_t devhandle_type(devhandle_t);
int	devhandle_compare(devhandle_t, devhandle_t);
device_call_t devhandle_lookup_device_call(devhandle_t, const char *, devhandle_t *);
void	devhandle_impl_inherit(struct devhandle_impl *, const struct devhandle_impl *);
int	device_enumerate_children(device_t, bool (*)(device_t, devhandle_t, void *), void *);

struct device_call_generic {
	const char	*name;
	void		*args;
};
int	device_call_generic(device_t, const struct device_call_generic *);
#define	device_call(dev, call)						\
	device_call_generic((dev), &(call)->generic)

/*
 * What a driver is compatible with.
 */
int	device_compatible_match(const char **, int, const struct device_compatible_entry *);
int	device_compatible_pmatch(const char **, int, const struct device_compatible_entry *);
const struct device_compatible_entry *
	device_compatible_lookup(const char **, int, const struct device_compatible_entry *);
const struct device_compatible_entry *
	device_compatible_plookup(const char **, int, const struct device_compatible_entry *);
int	device_compatible_match_strlist(const char *, size_t,
	    const struct device_compatible_entry *);
int	device_compatible_pmatch_strlist(const char *, size_t,
	    const struct device_compatible_entry *);
const struct device_compatible_entry *
	device_compatible_lookup_strlist(const char *, size_t,
	    const struct device_compatible_entry *);
const struct device_compatible_entry *
	device_compatible_plookup_strlist(const char *, size_t,
	    const struct device_compatible_entry *);
int	device_compatible_match_id(uintptr_t, uintptr_t, const struct device_compatible_entry *);
const struct device_compatible_entry *
	device_compatible_lookup_id(uintptr_t, uintptr_t,
	    const struct device_compatible_entry *);

/*
 * What pmf(9) is made of.
 */
bool	device_pmf_is_registered(device_t);
bool	device_pmf_driver_suspend(device_t, const pmf_qual_t *);
bool	device_pmf_driver_resume(device_t, const pmf_qual_t *);
bool	device_pmf_driver_shutdown(device_t, int);
void	device_pmf_driver_register(device_t, bool (*)(device_t, const pmf_qual_t *),
	    bool (*)(device_t, const pmf_qual_t *), bool (*)(device_t, int));
void	device_pmf_driver_deregister(device_t);

void	*device_pmf_bus_private(device_t);
bool	device_pmf_bus_suspend(device_t, const pmf_qual_t *);
bool	device_pmf_bus_resume(device_t, const pmf_qual_t *);
bool	device_pmf_bus_shutdown(device_t, int);
void	device_pmf_bus_register(device_t, void *, bool (*)(device_t, const pmf_qual_t *),
	    bool (*)(device_t, const pmf_qual_t *), bool (*)(device_t, int),
	    void (*)(device_t));
void	device_pmf_bus_deregister(device_t);

void	*device_pmf_class_private(device_t);
bool	device_pmf_class_suspend(device_t, const pmf_qual_t *);
bool	device_pmf_class_resume(device_t, const pmf_qual_t *);
void	device_pmf_class_register(device_t, void *, bool (*)(device_t, const pmf_qual_t *),
	    bool (*)(device_t, const pmf_qual_t *), void (*)(device_t));
void	device_pmf_class_deregister(device_t);

bool	device_pmf_driver_child_register(device_t);
void	device_pmf_driver_set_child_register(device_t, bool (*)(device_t));

device_lock_t device_getlock(device_t);
bool	device_pmf_lock(device_t);
void	device_pmf_unlock(device_t);

#endif /* _KERNEL */

#endif /* !_SYS_DEVICE_H_ */
