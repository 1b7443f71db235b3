/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices: the list of them, a driver's instances by unit number, and what
 * can be asked of one.  See device(9), deviter(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>

#include "autoconf_impl.h"

struct devicelist alldevs = TAILQ_HEAD_INITIALIZER(alldevs);
kmutex_t alldevs_lock;

/* alldevs_lock */
static devgen_t alldevs_gen = 1;
static u_int alldevs_holds;		/* who needs removed devices' memory */
static u_int alldevs_garbage;		/* removed, but still on the list */

static const struct devhandle handle_none;

/* Devices there are, those of wedges and the like among them. */
static int64_t
count_devices(void *arg)
{
	device_t dev;
	int64_t n = 0;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH(dev, &alldevs, dv_list)
		n++;
	mutex_exit(&alldevs_lock);
	return n;
}

RUMP_AUDIT(audit_devices, "devices", count_devices, NULL)

/*
 * Memory.
 */

/* A device that nobody knows yet, with zeroed private data.  Sleeps. */
device_t
device_alloc(cfdriver_t cd, device_t parent, size_t privsize)
{
	device_t dev = kmem_zalloc(sizeof(*dev), KM_SLEEP);

	if (privsize != 0)
		dev->dv_private = kmem_zalloc(privsize, KM_SLEEP);
	dev->dv_privsize = privsize;
	dev->dv_class = cd->cd_class;
	dev->dv_cfdriver = cd;
	dev->dv_parent = parent;
	dev->dv_depth = parent != NULL ? parent->dv_depth + 1 : 0;
	dev->dv_flags = DVF_ACTIVE;
	mutex_init(&dev->dv_lock.dvl_mtx, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&dev->dv_lock.dvl_cv, "pmfsusp");
	return dev;
}

/* Frees it; half-built ones, too. */
void
device_free(device_t dev)
{

	if (dev == NULL)
		return;
	KASSERT(dev->dv_refcnt == 0);
	KASSERT(dev->dv_pending == 0);
	cv_destroy(&dev->dv_lock.dvl_cv);
	mutex_destroy(&dev->dv_lock.dvl_mtx);
	if (dev->dv_properties != NULL)
		prop_object_release(dev->dv_properties);
	if (dev->dv_activity_handlers != NULL)
		kmem_free(dev->dv_activity_handlers,
		    dev->dv_activity_count * sizeof(dev->dv_activity_handlers[0]));
	if (dev->dv_locators != NULL)
		kmem_free(dev->dv_locators, dev->dv_nlocs * sizeof(int));
	if (dev->dv_privsize != 0)
		kmem_free(dev->dv_private, dev->dv_privsize);
	kmem_free(dev, sizeof(*dev));
}

/* Keeps the memory of devices that go. */
void
alldevs_hold(void)
{

	mutex_enter(&alldevs_lock);
	alldevs_holds++;
	mutex_exit(&alldevs_lock);
}

void
alldevs_release(void)
{
	struct devicelist garbage = TAILQ_HEAD_INITIALIZER(garbage);
	device_t dev, next;

	mutex_enter(&alldevs_lock);
	KASSERT(alldevs_holds > 0);
	if (--alldevs_holds == 0 && alldevs_garbage != 0) {
		TAILQ_FOREACH_SAFE(dev, &alldevs, dv_list, next) {
			if (dev->dv_del_gen == 0)
				continue;
			TAILQ_REMOVE(&alldevs, dev, dv_list);
			TAILQ_INSERT_TAIL(&garbage, dev, dv_list);
		}
		alldevs_garbage = 0;
	}
	mutex_exit(&alldevs_lock);
	while ((dev = TAILQ_FIRST(&garbage)) != NULL) {
		TAILQ_REMOVE(&garbage, dev, dv_list);
		device_free(dev);
	}
}

/*
 * The unit that a device gets: `unit', or with star the first free one from
 * there on.  -1 if it is taken.
 */
static int
unit_pick(cfdriver_t cd, int unit, bool star)
{

	for (; unit < cd->cd_ndevs; unit++) {
		if (cd->cd_devs[unit] == NULL)
			break;
		if (!star)
			return -1;
	}
	return unit;
}

int
device_enter(device_t dev, int unit, bool star)
{
	cfdriver_t cd = dev->dv_cfdriver;
	device_t *devs = NULL, *old;
	int n = 0, nold, u;

	mutex_enter(&alldevs_lock);
	for (;;) {
		if ((u = unit_pick(cd, unit, star)) < 0)
			break;
		if (u < cd->cd_ndevs)
			break;
		if (devs != NULL && u < n) {
			/* The larger table that we made. */
			old = cd->cd_devs;
			nold = cd->cd_ndevs;
			if (nold != 0)
				memcpy(devs, old, nold * sizeof(*devs));
			cd->cd_devs = devs;
			cd->cd_ndevs = n;
			devs = old;
			n = nold;
			break;
		}
		mutex_exit(&alldevs_lock);
		if (devs != NULL)
			kmem_free(devs, n * sizeof(*devs));
		n = MAX(4, 2 * u);
		devs = kmem_zalloc(n * sizeof(*devs), KM_SLEEP);
		mutex_enter(&alldevs_lock);
	}
	if (u >= 0) {
		dev->dv_unit = u;
		snprintf(dev->dv_xname, sizeof(dev->dv_xname), "%s%d", cd->cd_name, u);
		cd->cd_devs[u] = dev;
		dev->dv_add_gen = alldevs_gen;
		TAILQ_INSERT_TAIL(&alldevs, dev, dv_list);
	}
	mutex_exit(&alldevs_lock);
	if (devs != NULL)
		kmem_free(devs, n * sizeof(*devs));
	return u < 0 ? ENOSPC : 0;
}

/* Gives back what a driver's table has grown by, once its units are free. */
static void
units_trim(cfdriver_t cd)
{
	device_t *devs = NULL, *old = NULL;
	int n = 0, nold = 0, top, want;

	mutex_enter(&alldevs_lock);
	for (;;) {
		for (top = cd->cd_ndevs; top > 0 && cd->cd_devs[top - 1] == NULL; top--)
			continue;
		for (want = 4; want < top; want *= 2)
			continue;
		if (top == 0 || cd->cd_ndevs <= want)
			break;
		if (n == want) {
			old = cd->cd_devs;
			nold = cd->cd_ndevs;
			memcpy(devs, old, want * sizeof(*devs));
			cd->cd_devs = devs;
			cd->cd_ndevs = n;
			devs = NULL;
			break;
		}
		mutex_exit(&alldevs_lock);
		if (devs != NULL)
			kmem_free(devs, n * sizeof(*devs));
		n = want;
		devs = kmem_zalloc(n * sizeof(*devs), KM_SLEEP);
		mutex_enter(&alldevs_lock);
	}
	mutex_exit(&alldevs_lock);
	if (devs != NULL)
		kmem_free(devs, n * sizeof(*devs));
	if (old != NULL)
		kmem_free(old, nold * sizeof(*old));
}

void
device_remove(device_t dev)
{
	cfdriver_t cd = dev->dv_cfdriver;
	device_t *devs = NULL;
	int i, n = 0;
	bool gone;

	mutex_enter(&alldevs_lock);
	KASSERT(cd->cd_devs[dev->dv_unit] == dev);
	cd->cd_devs[dev->dv_unit] = NULL;
	for (i = 0; i < cd->cd_ndevs && cd->cd_devs[i] == NULL; i++)
		continue;
	if (i == cd->cd_ndevs) {
		devs = cd->cd_devs;
		n = cd->cd_ndevs;
		cd->cd_devs = NULL;
		cd->cd_ndevs = 0;
	}
	dev->dv_del_gen = ++alldevs_gen;
	gone = alldevs_holds == 0;
	if (gone)
		TAILQ_REMOVE(&alldevs, dev, dv_list);
	else
		alldevs_garbage++;
	mutex_exit(&alldevs_lock);
	if (devs != NULL)
		kmem_free(devs, n * sizeof(*devs));
	else
		units_trim(cd);
	if (gone)
		device_free(dev);
}

/*
 * A device of a driver that attaches nowhere, at the first free unit.  The
 * caller destroys it.  Sleeps.
 */
device_t
device_create(struct cfdriver *cd, device_t parent, size_t privsize)
{
	device_t dev;

	config_init();
	dev = device_alloc(cd, parent, privsize);
	(void)device_enter(dev, 0, true);
	return dev;
}

/* Nobody gets a reference any more; waits for those that there are. */
void
device_drain(device_t dev)
{

	mutex_enter(&config_misc_lock);
	dev->dv_detached = true;
	cv_broadcast(&config_misc_cv);
	while (dev->dv_refcnt > 0)
		cv_wait(&config_misc_cv, &config_misc_lock);
	mutex_exit(&config_misc_lock);
}

void
device_destroy(device_t dev)
{

	device_drain(dev);
	device_remove(dev);
}

/*
 * Lookup.
 */

/* A driver's device by unit, or NULL.  Never sleeps. */
device_t
device_lookup(cfdriver_t cd, int unit)
{
	device_t dev = NULL;

	if (unit < 0 || cd->cd_ndevs == 0)
		return NULL;
	mutex_enter(&alldevs_lock);
	if (unit < cd->cd_ndevs)
		dev = cd->cd_devs[unit];
	mutex_exit(&alldevs_lock);
	return dev;
}

/* The private data of a driver's device by unit, or NULL. */
void *
device_lookup_private(cfdriver_t cd, int unit)
{
	device_t dev = device_lookup(cd, unit);

	return dev != NULL ? dev->dv_private : NULL;
}

/*
 * As device_lookup(), with a reference that keeps the device from going
 * until device_release().  Waits while the device is being attached, or
 * detached by another without being sure yet.  Sleeps.
 */
device_t
device_lookup_acquire(cfdriver_t cd, int unit)
{
	device_t dev;

	config_init();
	mutex_enter(&config_misc_lock);
	while ((dev = device_lookup(cd, unit)) != NULL) {
		if (dev->dv_detached) {
			dev = NULL;
			break;
		}
		if ((dev->dv_attaching == NULL || dev->dv_attaching == curlwp) &&
		    (dev->dv_detaching == NULL || dev->dv_detaching == curlwp)) {
			dev->dv_refcnt++;
			break;
		}
		cv_wait(&config_misc_cv, &config_misc_lock);
	}
	mutex_exit(&config_misc_lock);
	return dev;
}

void
device_release(device_t dev)
{

	mutex_enter(&config_misc_lock);
	KASSERT(dev->dv_refcnt > 0);
	if (--dev->dv_refcnt == 0)
		cv_broadcast(&config_misc_cv);
	mutex_exit(&config_misc_lock);
}

/* The device of that name, "sd0", or NULL. */
device_t
device_find_by_xname(const char *name)
{
	device_t dev;

	config_init();
	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH(dev, &alldevs, dv_list) {
		if (dev->dv_del_gen == 0 && strcmp(dev->dv_xname, name) == 0)
			break;
	}
	mutex_exit(&alldevs_lock);
	return dev;
}

device_t
device_find_by_driver_unit(const char *name, int unit)
{
	char xname[DEVICE_XNAME_SIZE];

	if (snprintf(xname, sizeof(xname), "%s%d", name, unit) >= (int)sizeof(xname))
		return NULL;
	return device_find_by_xname(xname);
}

/*
 * Iteration.  Visits the devices that were there at deviter_init() and are
 * still there when their turn comes.  What it returns stays in memory until
 * the next step.
 */

/* Starts; DEVITER_F_*.  Ends with deviter_release(). */
void
deviter_init(deviter_t *di, deviter_flags_t flags)
{
	device_t dev;

	memset(di, 0, sizeof(*di));
	/* At shutdown children go before their parents. */
	if ((flags & DEVITER_F_SHUTDOWN) != 0)
		flags |= DEVITER_F_RW | DEVITER_F_LEAVES_FIRST;
	di->di_flags = flags;
	config_init();
	alldevs_hold();
	mutex_enter(&alldevs_lock);
	di->di_gen = alldevs_gen++;
	TAILQ_FOREACH(dev, &alldevs, dv_list)
		di->di_maxdepth = MAX(di->di_maxdepth, dev->dv_depth);
	mutex_exit(&alldevs_lock);
	if ((flags & DEVITER_F_LEAVES_FIRST) != 0)
		di->di_curdepth = di->di_maxdepth;
}

static bool
deviter_visits(const deviter_t *di, const struct device *dev)
{

	if (dev->dv_del_gen != 0 || dev->dv_add_gen > di->di_gen)
		return false;
	return (di->di_flags & (DEVITER_F_LEAVES_FIRST | DEVITER_F_ROOT_FIRST)) == 0 ||
	    dev->dv_depth == di->di_curdepth;
}

device_t
deviter_next(deviter_t *di)
{
	device_t dev = di->di_prev;

	mutex_enter(&alldevs_lock);
	for (;;) {
		dev = dev == NULL ? TAILQ_FIRST(&alldevs) : TAILQ_NEXT(dev, dv_list);
		while (dev != NULL && !deviter_visits(di, dev))
			dev = TAILQ_NEXT(dev, dv_list);
		if (dev != NULL)
			break;
		/* This depth is done. */
		if ((di->di_flags & DEVITER_F_LEAVES_FIRST) != 0) {
			if (di->di_curdepth-- <= 0)
				break;
		} else if ((di->di_flags & DEVITER_F_ROOT_FIRST) != 0) {
			if (di->di_curdepth++ >= di->di_maxdepth)
				break;
		} else
			break;
	}
	mutex_exit(&alldevs_lock);
	if (dev != NULL)
		di->di_prev = dev;
	else {
		/* Once at the end, it stays there. */
		di->di_flags &= ~(DEVITER_F_LEAVES_FIRST | DEVITER_F_ROOT_FIRST);
		di->di_gen = 0;
	}
	return dev;
}

device_t
deviter_first(deviter_t *di, deviter_flags_t flags)
{

	deviter_init(di, flags);
	return deviter_next(di);
}

void
deviter_release(deviter_t *di)
{

	alldevs_release();
}

/* The devices in the order in which a system that goes down takes them. */
device_t
shutdown_first(struct shutdown_state *s)
{

	if (!s->initialized) {
		deviter_init(&s->di, DEVITER_F_SHUTDOWN | DEVITER_F_LEAVES_FIRST);
		s->initialized = true;
	}
	return shutdown_next(s);
}

device_t
shutdown_next(struct shutdown_state *s)
{
	device_t dev;

	while ((dev = deviter_next(&s->di)) != NULL && !device_is_active(dev))
		continue;
	if (dev == NULL) {
		deviter_release(&s->di);
		s->initialized = false;
	}
	return dev;
}

/*
 * What a device is.
 */

devclass_t
device_class(device_t dev)
{

	return dev->dv_class;
}

/* The line of the configuration that attached it, or NULL. */
cfdata_t
device_cfdata(device_t dev)
{

	return dev->dv_cfdata;
}

cfdriver_t
device_cfdriver(device_t dev)
{

	return dev->dv_cfdriver;
}

cfattach_t
device_cfattach(device_t dev)
{

	return dev->dv_cfattach;
}

int
device_unit(device_t dev)
{

	return dev->dv_unit;
}

const char *
device_xname(device_t dev)
{

	return dev == NULL ? "(null)" : dev->dv_xname;
}

device_t
device_parent(device_t dev)
{

	return dev->dv_parent;
}

/* A coordinate that its bus gave, by the number that <locators.h> has. */
int
device_locator(device_t dev, u_int n)
{

	KASSERT(dev->dv_locators != NULL && n < (u_int)dev->dv_nlocs);
	return dev->dv_locators[n];
}

void *
device_private(device_t dev)
{

	return dev == NULL ? NULL : dev->dv_private;
}

/* For a driver that allocates its private data itself. */
void
device_set_private(device_t dev, void *private)
{

	KASSERTMSG(dev->dv_private == NULL, "%s has private data", dev->dv_xname);
	dev->dv_private = private;
}

/* The properties, "device-driver" and "device-unit" among them; no reference. */
prop_dictionary_t
device_properties(device_t dev)
{
	prop_dictionary_t dict = dev->dv_properties, mine;

	if (dict != NULL)
		return dict;
	mine = prop_dictionary_create();
	if (mine == NULL)
		return NULL;
	prop_dictionary_set_string(mine, "device-driver", dev->dv_cfdriver->cd_name);
	prop_dictionary_set_uint16(mine, "device-unit", dev->dv_unit);
	if (dev->dv_parent != NULL)
		prop_dictionary_set_string(mine, "device-parent",
		    device_xname(dev->dv_parent));
	mutex_enter(&alldevs_lock);
	if ((dict = dev->dv_properties) == NULL) {
		dict = dev->dv_properties = mine;
		mine = NULL;
	}
	mutex_exit(&alldevs_lock);
	if (mine != NULL)
		prop_object_release(mine);
	return dict;
}

/* Whether the device's driver has this name. */
bool
device_is_a(device_t dev, const char *dname)
{

	return dev != NULL && dev->dv_cfdriver != NULL &&
	    strcmp(dev->dv_cfdriver->cd_name, dname) == 0;
}

/* Whether it is at that interface attribute of its parent. */
bool
device_attached_to_iattr(device_t dev, const char *iattr)
{
	cfdata_t cf = dev->dv_cfdata;

	return cf != NULL && cf->cf_pspec != NULL && cf->cf_pspec->cfp_iattr != NULL &&
	    strcmp(cf->cf_pspec->cfp_iattr, iattr) == 0;
}

/*
 * How much of a device is awake.
 */

/* Works: not deactivated, and nothing of it sleeps. */
bool
device_is_active(device_t dev)
{

	return device_activation(dev, DEVACT_LEVEL_FULL);
}

/* Works from its bus up to that level. */
bool
device_activation(device_t dev, devact_level_t level)
{
	int mask = DVF_ACTIVE | DVF_BUS_SUSPENDED;

	if (level <= DEVACT_LEVEL_DRIVER)
		mask |= DVF_DRIVER_SUSPENDED;
	if (level <= DEVACT_LEVEL_CLASS)
		mask |= DVF_CLASS_SUSPENDED;
	return (dev->dv_flags & mask) == DVF_ACTIVE;
}

/* Not deactivated: its hardware is there. */
bool
device_is_enabled(device_t dev)
{

	return (dev->dv_flags & DVF_ACTIVE) != 0;
}

/* Its registers answer. */
bool
device_has_power(device_t dev)
{

	return device_activation(dev, DEVACT_LEVEL_BUS);
}

/*
 * Activity: what keeps a display lit.
 */

/* Tells the handlers of a device; false if there are none. */
bool
device_active(device_t dev, devactive_t type)
{
	size_t i;

	if (dev->dv_activity_count == 0)
		return false;
	for (i = 0; i < dev->dv_activity_count; i++) {
		if (dev->dv_activity_handlers[i] != NULL)
			(*dev->dv_activity_handlers[i])(dev, type);
	}
	return true;
}

bool
device_active_register(device_t dev, void (*handler)(device_t, devactive_t))
{
	const size_t n = dev->dv_activity_count;
	void (**new)(device_t, devactive_t);
	size_t i;

	for (i = 0; i < n; i++) {
		KASSERT(dev->dv_activity_handlers[i] != handler);
		if (dev->dv_activity_handlers[i] == NULL) {
			dev->dv_activity_handlers[i] = handler;
			return true;
		}
	}
	new = kmem_zalloc((n + 4) * sizeof(*new), KM_SLEEP);
	if (n != 0) {
		memcpy(new, dev->dv_activity_handlers, n * sizeof(*new));
		kmem_free(dev->dv_activity_handlers, n * sizeof(*new));
	}
	new[n] = handler;
	dev->dv_activity_handlers = new;
	dev->dv_activity_count = n + 4;
	return true;
}

void
device_active_deregister(device_t dev, void (*handler)(device_t, devactive_t))
{
	size_t i;

	for (i = 0; i < dev->dv_activity_count; i++) {
		if (dev->dv_activity_handlers[i] == handler) {
			dev->dv_activity_handlers[i] = NULL;
			return;
		}
	}
}

/*
 * Handles.
 */

void
device_set_handle(device_t dev, devhandle_t handle)
{

	dev->dv_handle = handle;
}

devhandle_t
device_handle(device_t dev)
{

	return dev->dv_handle;
}

bool
devhandle_is_valid(devhandle_t handle)
{

	return devhandle_type(handle) != DEVHANDLE_TYPE_INVALID;
}

devhandle_t
devhandle_invalid(void)
{

	return handle_none;
}

devhandle_type_t
devhandle_type(devhandle_t handle)
{

	return handle.impl != NULL ? handle.impl->type : DEVHANDLE_TYPE_INVALID;
}

/* An order of handles: by type, then by what they hold. */
int
devhandle_compare(devhandle_t a, devhandle_t b)
{
	const devhandle_type_t at = devhandle_type(a), bt = devhandle_type(b);

	if (at != bt)
		return at < bt ? -1 : 1;
	if (a.integer != b.integer)
		return a.integer < b.integer ? -1 : 1;
	return 0;
}

/*
 * The function for a call, of the handle's own implementation or of one that
 * it inherits from; *call_handle is the handle to call it with.
 */
device_call_t
devhandle_lookup_device_call(devhandle_t handle, const char *name, devhandle_t *call_handle)
{
	const struct devhandle_impl *impl;
	device_call_t call;

	*call_handle = handle;
	for (impl = handle.impl; impl != NULL; impl = impl->super) {
		if (impl->lookup_device_call == NULL)
			continue;
		call = (*impl->lookup_device_call)(handle, name, call_handle);
		if (call != NULL)
			return call;
	}
	return NULL;
}

void
devhandle_impl_inherit(struct devhandle_impl *impl, const struct devhandle_impl *super)
{

	memcpy(impl, super, sizeof(*impl));
	impl->super = super;
}

/* Makes a call of a device; ENOTSUP if its handle has no such. */
int
device_call_generic(device_t dev, const struct device_call_generic *gen)
{
	devhandle_t handle;
	device_call_t call;

	call = devhandle_lookup_device_call(device_handle(dev), gen->name, &handle);
	return call != NULL ? (*call)(dev, handle, gen->args) : ENOTSUP;
}

/* The arguments of the call "device-enumerate-children". */
struct enumerate_children_args {
	bool	(*callback)(device_t, devhandle_t, void *);
	void	*callback_arg;
};

int
device_enumerate_children(device_t dev, bool (*callback)(device_t, devhandle_t, void *),
    void *arg)
{
	struct enumerate_children_args args = { callback, arg };
	const struct device_call_generic call = { "device-enumerate-children", &args };

	return device_call_generic(dev, &call);
}

/*
 * Compatibility.  A device has strings from the most to the least special;
 * a driver has a table.  The weight of a match is 1 for the last string and
 * more for those before; 0 is none.  The p variants take patterns.
 */

static bool
compat_equal(const char *pattern, const char *s, bool pat)
{
	const char *end;

	return pat ? pmatch(s, pattern, &end) == 2 : strcmp(s, pattern) == 0;
}

static const struct device_compatible_entry *
compat_find(const char *s, const struct device_compatible_entry *dce, bool pat)
{

	for (; dce->compat != NULL; dce++) {
		if (compat_equal(dce->compat, s, pat))
			return dce;
	}
	return NULL;
}

static int
compat_array(const char **strings, int n, const struct device_compatible_entry *dce, bool pat,
    const struct device_compatible_entry **found)
{
	const struct device_compatible_entry *d;
	int i;

	if (strings == NULL || dce == NULL)
		return 0;
	for (i = 0; i < n; i++) {
		if ((d = compat_find(strings[i], dce, pat)) != NULL) {
			*found = d;
			return n - i;
		}
	}
	return 0;
}

/* The same with strings one after the other, each with its NUL. */
static int
compat_list(const char *list, size_t size, const struct device_compatible_entry *dce, bool pat,
    const struct device_compatible_entry **found)
{
	const struct device_compatible_entry *d, *best = NULL;
	size_t len;
	int weight = 0;

	if (list == NULL || dce == NULL)
		return 0;
	while (size > 0) {
		if ((len = strnlen(list, size)) == size)
			break;
		if (best == NULL && (d = compat_find(list, dce, pat)) != NULL)
			best = d;
		if (best != NULL)
			weight++;
		list += len + 1;
		size -= len + 1;
	}
	if (best != NULL)
		*found = best;
	return weight;
}

int
device_compatible_match(const char **strings, int n, const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found;

	return compat_array(strings, n, dce, false, &found);
}

int
device_compatible_pmatch(const char **strings, int n, const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found;

	return compat_array(strings, n, dce, true, &found);
}

const struct device_compatible_entry *
device_compatible_lookup(const char **strings, int n, const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found = NULL;

	(void)compat_array(strings, n, dce, false, &found);
	return found;
}

const struct device_compatible_entry *
device_compatible_plookup(const char **strings, int n,
    const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found = NULL;

	(void)compat_array(strings, n, dce, true, &found);
	return found;
}

int
device_compatible_match_strlist(const char *list, size_t size,
    const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found;

	return compat_list(list, size, dce, false, &found);
}

int
device_compatible_pmatch_strlist(const char *list, size_t size,
    const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found;

	return compat_list(list, size, dce, true, &found);
}

const struct device_compatible_entry *
device_compatible_lookup_strlist(const char *list, size_t size,
    const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found = NULL;

	(void)compat_list(list, size, dce, false, &found);
	return found;
}

const struct device_compatible_entry *
device_compatible_plookup_strlist(const char *list, size_t size,
    const struct device_compatible_entry *dce)
{
	const struct device_compatible_entry *found = NULL;

	(void)compat_list(list, size, dce, true, &found);
	return found;
}

/* By number; sentinel is the id that ends the table. */
const struct device_compatible_entry *
device_compatible_lookup_id(uintptr_t id, uintptr_t sentinel,
    const struct device_compatible_entry *dce)
{

	if (id == sentinel || dce == NULL)
		return NULL;
	for (; dce->id != sentinel; dce++) {
		if (dce->id == id)
			return dce;
	}
	return NULL;
}

int
device_compatible_match_id(uintptr_t id, uintptr_t sentinel,
    const struct device_compatible_entry *dce)
{

	return device_compatible_lookup_id(id, sentinel, dce) != NULL;
}
