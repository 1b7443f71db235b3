/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pmf(9): suspending, resuming and shutting down devices, and events.
 *
 * A device has three levels, class on driver on bus, which go to sleep in
 * this order and wake up in the other.  At each level a list says who wants
 * it to sleep; it wakes up when the list is empty.  dv_lock, which its holder
 * may take again, lets one lwp at a time change that.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/workqueue.h>

#include "autoconf_impl.h"

static const device_suspensor_t suspensor_self = { NULL, "self" };
static const device_suspensor_t suspensor_system = { NULL, "system" };
static const device_suspensor_t suspensor_drvctl = { NULL, "drvctl" };

const device_suspensor_t * const device_suspensor_self = &suspensor_self;
const device_suspensor_t * const device_suspensor_system = &suspensor_system;
const device_suspensor_t * const device_suspensor_drvctl = &suspensor_drvctl;

static const pmf_qual_t qual_system = { &suspensor_system, DEVACT_LEVEL_FULL };
static const pmf_qual_t qual_self = { &suspensor_self, DEVACT_LEVEL_DRIVER };
static const pmf_qual_t qual_drvctl = { &suspensor_drvctl, DEVACT_LEVEL_FULL };

const pmf_qual_t * const PMF_Q_NONE = &qual_system;
const pmf_qual_t * const PMF_Q_SELF = &qual_self;
const pmf_qual_t * const PMF_Q_DRVCTL = &qual_drvctl;

/* Handlers of an event; dev NULL (any) or the one that registered. */
struct pmf_handler {
	TAILQ_ENTRY(pmf_handler) pe_link;
	pmf_generic_event_t pe_event;
	void		(*pe_handler)(device_t);
	device_t	pe_device;
	bool		pe_global;
};

/* An event on its way to them. */
struct pmf_event {
	struct work	pw_work;	/* first */
	pmf_generic_event_t pw_event;
	device_t	pw_device;
};

static TAILQ_HEAD(, pmf_handler) handlers = TAILQ_HEAD_INITIALIZER(handlers);
static struct workqueue *event_queue;	/* made with the first handler */
static prop_dictionary_t platform;
static kmutex_t pmf_mtx;		/* handlers, platform */

static void	event_work(struct work *, void *);

void
pmf_init(void)
{

	mutex_init(&pmf_mtx, MUTEX_DEFAULT, IPL_NONE);
}

/*
 * What a device has registered.
 */

bool
device_pmf_is_registered(device_t dev)
{

	return (dev->dv_flags & DVF_POWER_HANDLERS) != 0;
}

void
device_pmf_driver_register(device_t dev, bool (*suspend)(device_t, const pmf_qual_t *),
    bool (*resume)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int))
{

	dev->dv_driver_suspend = suspend;
	dev->dv_driver_resume = resume;
	dev->dv_driver_shutdown = shutdown;
	dev->dv_flags |= DVF_POWER_HANDLERS;
}

/* Waits for whoever is at it. */
void
device_pmf_driver_deregister(device_t dev)
{
	device_lock_t dvl = device_getlock(dev);

	dev->dv_driver_suspend = NULL;
	dev->dv_driver_resume = NULL;
	dev->dv_driver_shutdown = NULL;
	mutex_enter(&dvl->dvl_mtx);
	dev->dv_flags &= ~DVF_POWER_HANDLERS;
	cv_broadcast(&dvl->dvl_cv);
	while (dvl->dvl_nlock > 0 && dvl->dvl_holder != curlwp)
		cv_wait(&dvl->dvl_cv, &dvl->dvl_mtx);
	while (dvl->dvl_nwait > 0)
		cv_wait(&dvl->dvl_cv, &dvl->dvl_mtx);
	mutex_exit(&dvl->dvl_mtx);
}

/* A parent that has to know when a child registers. */
void
device_pmf_driver_set_child_register(device_t dev, bool (*child_register)(device_t))
{

	dev->dv_driver_child_register = child_register;
}

bool
device_pmf_driver_child_register(device_t dev)
{
	device_t parent = device_parent(dev);

	if (parent == NULL || parent->dv_driver_child_register == NULL)
		return true;
	return (*parent->dv_driver_child_register)(dev);
}

void *
device_pmf_bus_private(device_t dev)
{

	return dev->dv_bus_private;
}

void
device_pmf_bus_register(device_t dev, void *priv, bool (*suspend)(device_t, const pmf_qual_t *),
    bool (*resume)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int),
    void (*deregister)(device_t))
{

	dev->dv_bus_private = priv;
	dev->dv_bus_resume = resume;
	dev->dv_bus_suspend = suspend;
	dev->dv_bus_shutdown = shutdown;
	dev->dv_bus_deregister = deregister;
}

void
device_pmf_bus_deregister(device_t dev)
{

	if (dev->dv_bus_deregister == NULL)
		return;
	(*dev->dv_bus_deregister)(dev);
	dev->dv_bus_private = NULL;
	dev->dv_bus_suspend = NULL;
	dev->dv_bus_resume = NULL;
	dev->dv_bus_shutdown = NULL;
	dev->dv_bus_deregister = NULL;
}

void *
device_pmf_class_private(device_t dev)
{

	return dev->dv_class_private;
}

void
device_pmf_class_register(device_t dev, void *priv, bool (*suspend)(device_t, const pmf_qual_t *),
    bool (*resume)(device_t, const pmf_qual_t *), void (*deregister)(device_t))
{

	dev->dv_class_private = priv;
	dev->dv_class_suspend = suspend;
	dev->dv_class_resume = resume;
	dev->dv_class_deregister = deregister;
}

void
device_pmf_class_deregister(device_t dev)
{

	if (dev->dv_class_deregister == NULL)
		return;
	(*dev->dv_class_deregister)(dev);
	dev->dv_class_private = NULL;
	dev->dv_class_suspend = NULL;
	dev->dv_class_resume = NULL;
	dev->dv_class_deregister = NULL;
}

/*
 * One level.  Each sleeps only if those above do, wakes only if those below
 * are awake; true if it is as it should be afterwards.
 */

bool
device_pmf_class_suspend(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_CLASS_SUSPENDED) != 0)
		return true;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_CLASS && dev->dv_class_suspend != NULL &&
	    !(*dev->dv_class_suspend)(dev, qual))
		return false;
	dev->dv_flags |= DVF_CLASS_SUSPENDED;
	return true;
}

bool
device_pmf_class_resume(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_CLASS_SUSPENDED) == 0)
		return true;
	if ((dev->dv_flags & (DVF_BUS_SUSPENDED | DVF_DRIVER_SUSPENDED)) != 0)
		return false;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_CLASS && dev->dv_class_resume != NULL &&
	    !(*dev->dv_class_resume)(dev, qual))
		return false;
	dev->dv_flags &= ~DVF_CLASS_SUSPENDED;
	return true;
}

bool
device_pmf_driver_suspend(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_DRIVER_SUSPENDED) != 0)
		return true;
	if ((dev->dv_flags & DVF_CLASS_SUSPENDED) == 0)
		return false;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_DRIVER && dev->dv_driver_suspend != NULL &&
	    !(*dev->dv_driver_suspend)(dev, qual))
		return false;
	dev->dv_flags |= DVF_DRIVER_SUSPENDED;
	return true;
}

bool
device_pmf_driver_resume(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_DRIVER_SUSPENDED) == 0)
		return true;
	if ((dev->dv_flags & DVF_BUS_SUSPENDED) != 0)
		return false;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_DRIVER && dev->dv_driver_resume != NULL &&
	    !(*dev->dv_driver_resume)(dev, qual))
		return false;
	dev->dv_flags &= ~DVF_DRIVER_SUSPENDED;
	return true;
}

bool
device_pmf_driver_shutdown(device_t dev, int how)
{

	return dev->dv_driver_shutdown == NULL || (*dev->dv_driver_shutdown)(dev, how);
}

bool
device_pmf_bus_suspend(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_BUS_SUSPENDED) != 0)
		return true;
	if ((dev->dv_flags & (DVF_CLASS_SUSPENDED | DVF_DRIVER_SUSPENDED)) !=
	    (DVF_CLASS_SUSPENDED | DVF_DRIVER_SUSPENDED))
		return false;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_BUS && dev->dv_bus_suspend != NULL &&
	    !(*dev->dv_bus_suspend)(dev, qual))
		return false;
	dev->dv_flags |= DVF_BUS_SUSPENDED;
	return true;
}

bool
device_pmf_bus_resume(device_t dev, const pmf_qual_t *qual)
{

	if ((dev->dv_flags & DVF_BUS_SUSPENDED) == 0)
		return true;
	if (pmf_qual_depth(qual) <= DEVACT_LEVEL_BUS && dev->dv_bus_resume != NULL &&
	    !(*dev->dv_bus_resume)(dev, qual))
		return false;
	dev->dv_flags &= ~DVF_BUS_SUSPENDED;
	return true;
}

bool
device_pmf_bus_shutdown(device_t dev, int how)
{

	return dev->dv_bus_shutdown == NULL || (*dev->dv_bus_shutdown)(dev, how);
}

/*
 * The lock of a device's state.
 */

device_lock_t
device_getlock(device_t dev)
{

	return &dev->dv_lock;
}

/* Takes it, again if need be; false: the device has no power handlers. */
bool
device_pmf_lock(device_t dev)
{
	device_lock_t dvl = device_getlock(dev);
	bool ok;

	mutex_enter(&dvl->dvl_mtx);
	while (device_pmf_is_registered(dev) && dvl->dvl_nlock > 0 &&
	    dvl->dvl_holder != curlwp) {
		dvl->dvl_nwait++;
		cv_wait(&dvl->dvl_cv, &dvl->dvl_mtx);
		dvl->dvl_nwait--;
	}
	if ((ok = device_pmf_is_registered(dev))) {
		dvl->dvl_holder = curlwp;
		dvl->dvl_nlock++;
	} else
		cv_broadcast(&dvl->dvl_cv);
	mutex_exit(&dvl->dvl_mtx);
	return ok;
}

void
device_pmf_unlock(device_t dev)
{
	device_lock_t dvl = device_getlock(dev);

	mutex_enter(&dvl->dvl_mtx);
	KASSERT(dvl->dvl_nlock > 0 && dvl->dvl_holder == curlwp);
	if (--dvl->dvl_nlock == 0)
		dvl->dvl_holder = NULL;
	cv_broadcast(&dvl->dvl_cv);
	mutex_exit(&dvl->dvl_mtx);
}

/*
 * Suspensors.
 */

static bool
suspensor_add(const device_suspensor_t **ds, const device_suspensor_t *s)
{
	int i;

	for (i = 0; i < DEVICE_SUSPENSORS_MAX && ds[i] != NULL; i++) {
		if (ds[i] == s)
			return true;
	}
	if (i == DEVICE_SUSPENSORS_MAX)
		return false;
	ds[i] = s;
	return true;
}

static void
suspensor_remove(const device_suspensor_t **ds, const device_suspensor_t *s)
{
	int i, last;

	for (last = 0; last < DEVICE_SUSPENSORS_MAX && ds[last] != NULL; last++)
		continue;
	for (i = 0; i < last; i++) {
		if (ds[i] == s) {
			ds[i] = ds[last - 1];
			ds[last - 1] = NULL;
			return;
		}
	}
}

static bool
suspensors_add(device_t dev, const pmf_qual_t *qual)
{
	const device_suspensor_t *s = pmf_qual_suspension(qual);
	const devact_level_t depth = pmf_qual_depth(qual);

	KASSERT(s != NULL);
	return (depth > DEVACT_LEVEL_CLASS || suspensor_add(dev->dv_class_suspensors, s)) &&
	    (depth > DEVACT_LEVEL_DRIVER || suspensor_add(dev->dv_driver_suspensors, s)) &&
	    suspensor_add(dev->dv_bus_suspensors, s);
}

static void
suspensors_remove(device_t dev, const pmf_qual_t *qual)
{
	const device_suspensor_t *s = pmf_qual_suspension(qual);

	suspensor_remove(dev->dv_class_suspensors, s);
	suspensor_remove(dev->dv_driver_suspensors, s);
	suspensor_remove(dev->dv_bus_suspensors, s);
}

static bool
suspended_by_any(device_t dev)
{

	return dev->dv_class_suspensors[0] != NULL || dev->dv_driver_suspensors[0] != NULL ||
	    dev->dv_bus_suspensors[0] != NULL;
}

/* A device that suspends itself, for reasons of its own. */
void
pmf_self_suspensor_init(device_t dev, device_suspensor_t *ds, pmf_qual_t *pq)
{

	ds->ds_delegator = device_suspensor_self;
	snprintf(ds->ds_name, sizeof(ds->ds_name), "%s-self", device_xname(dev));
	pq->pq_suspensor = ds;
	pq->pq_actlvl = DEVACT_LEVEL_DRIVER;
}

void
pmf_qual_recursive_copy(pmf_qual_t *dst, const pmf_qual_t *src)
{

	*dst = *src;
	dst->pq_actlvl = DEVACT_LEVEL_FULL;
}

/*
 * A driver.
 */

/*
 * Says that a driver can be suspended, resumed and shut down; functions may
 * be NULL: nothing has to be done.  From attach.  False: its bus refused.
 */
bool
pmf_device_register1(device_t dev, bool (*suspend)(device_t, const pmf_qual_t *),
    bool (*resume)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int))
{

	device_pmf_driver_register(dev, suspend, resume, shutdown);
	if (!device_pmf_driver_child_register(dev)) {
		device_pmf_driver_deregister(dev);
		return false;
	}
	return true;
}

void
pmf_device_deregister(device_t dev)
{

	device_pmf_class_deregister(dev);
	device_pmf_bus_deregister(dev);
	device_pmf_driver_deregister(dev);
}

/*
 * One device.
 */

/* Puts a device to sleep; false: it has no handlers, or one refused. */
bool
pmf_device_suspend(device_t dev, const pmf_qual_t *qual)
{
	bool ok;

	if (!device_pmf_is_registered(dev) || !device_pmf_lock(dev))
		return false;
	ok = suspensors_add(dev, qual) && device_pmf_class_suspend(dev, qual) &&
	    device_pmf_driver_suspend(dev, qual) && device_pmf_bus_suspend(dev, qual);
	device_pmf_unlock(dev);
	return ok;
}

/* Wakes it up, unless somebody else wants it to sleep. */
bool
pmf_device_resume(device_t dev, const pmf_qual_t *qual)
{
	bool ok;

	if (!device_pmf_is_registered(dev) || !device_pmf_lock(dev))
		return false;
	suspensors_remove(dev, qual);
	ok = suspended_by_any(dev) || (device_pmf_bus_resume(dev, qual) &&
	    device_pmf_driver_resume(dev, qual) && device_pmf_class_resume(dev, qual));
	device_pmf_unlock(dev);
	return ok;
}

/* With all below it, those first. */
bool
pmf_device_recursive_suspend(device_t dev, const pmf_qual_t *qual)
{
	pmf_qual_t pq;
	deviter_t di;
	device_t d;
	bool ok = true;

	pmf_qual_recursive_copy(&pq, qual);
	for (d = deviter_first(&di, 0); d != NULL && ok; d = deviter_next(&di)) {
		if (device_parent(d) == dev)
			ok = pmf_device_recursive_suspend(d, &pq);
	}
	deviter_release(&di);
	return ok && pmf_device_suspend(dev, qual);
}

/* With all above it, those first. */
bool
pmf_device_recursive_resume(device_t dev, const pmf_qual_t *qual)
{
	device_t parent = device_parent(dev);
	pmf_qual_t pq;

	if (device_is_active(dev))
		return true;
	pmf_qual_recursive_copy(&pq, qual);
	if (parent != NULL && !pmf_device_recursive_resume(parent, &pq))
		return false;
	return pmf_device_resume(dev, qual);
}

static bool
descendants(device_t dev, const pmf_qual_t *qual, bool (*fn)(device_t, const pmf_qual_t *))
{
	deviter_t di;
	device_t d;
	bool ok = true;

	for (d = deviter_first(&di, 0); d != NULL && ok; d = deviter_next(&di)) {
		/* One that can't sleep is awake. */
		if (device_parent(d) == dev)
			ok = (!device_pmf_is_registered(d) || (*fn)(d, qual)) &&
			    descendants(d, qual, fn);
	}
	deviter_release(&di);
	return ok;
}

/* All below it. */
bool
pmf_device_descendants_resume(device_t dev, const pmf_qual_t *qual)
{

	return descendants(dev, qual, pmf_device_resume);
}

/* With all above and below it. */
bool
pmf_device_subtree_resume(device_t dev, const pmf_qual_t *qual)
{

	return pmf_device_recursive_resume(dev, qual) &&
	    pmf_device_descendants_resume(dev, qual);
}

/* Forgets a suspensor's wish without waking anything up. */
static bool
release(device_t dev, const pmf_qual_t *qual)
{

	if (!device_pmf_lock(dev))
		return false;
	suspensors_remove(dev, qual);
	device_pmf_unlock(dev);
	return true;
}

bool
pmf_device_descendants_release(device_t dev, const pmf_qual_t *qual)
{

	return descendants(dev, qual, release);
}

bool
pmf_device_subtree_release(device_t dev, const pmf_qual_t *qual)
{

	return release(dev, qual) && pmf_device_descendants_release(dev, qual);
}

/*
 * The system.
 */

/* Whether all devices have power handlers; says which have not. */
static bool
all_registered(void)
{
	deviter_t di;
	device_t dev;
	bool ok = true;

	for (dev = deviter_first(&di, 0); dev != NULL; dev = deviter_next(&di)) {
		if (dev->dv_cfattach == NULL || device_pmf_is_registered(dev))
			continue;
		printf("%s: no power management support\n", device_xname(dev));
		ok = false;
	}
	deviter_release(&di);
	return ok;
}

/* Buses wake up, parents first. */
bool
pmf_system_bus_resume(const pmf_qual_t *qual)
{
	deviter_t di;
	device_t dev;
	bool ok = true;

	for (dev = deviter_first(&di, DEVITER_F_ROOT_FIRST); dev != NULL;
	    dev = deviter_next(&di)) {
		if (!device_is_enabled(dev) || device_is_active(dev) ||
		    !device_pmf_is_registered(dev))
			continue;
		if (!device_pmf_bus_resume(dev, qual)) {
			aprint_debug_dev(dev, "bus resume failed\n");
			ok = false;
		}
	}
	deviter_release(&di);
	return ok;
}

/* All devices wake up, parents first; false: some did not. */
bool
pmf_system_resume(const pmf_qual_t *qual)
{
	deviter_t di;
	device_t dev;
	bool ok = true;

	if (!all_registered())
		return false;
	for (dev = deviter_first(&di, DEVITER_F_ROOT_FIRST); dev != NULL;
	    dev = deviter_next(&di)) {
		if (device_is_active(dev) || !device_is_enabled(dev) ||
		    dev->dv_cfattach == NULL)
			continue;
		if (!pmf_device_resume(dev, qual)) {
			aprint_debug_dev(dev, "resume failed\n");
			ok = false;
		}
	}
	deviter_release(&di);
	return ok;
}

/* All devices go to sleep, children first; false: one refused. */
bool
pmf_system_suspend(const pmf_qual_t *qual)
{
	deviter_t di;
	device_t dev;
	bool ok = true;

	if (!all_registered())
		return false;
	for (dev = deviter_first(&di, DEVITER_F_LEAVES_FIRST); dev != NULL && ok;
	    dev = deviter_next(&di)) {
		if (!device_is_active(dev) || dev->dv_cfattach == NULL)
			continue;
		ok = pmf_device_suspend(dev, qual);
		if (!ok)
			aprint_debug_dev(dev, "suspend failed\n");
	}
	deviter_release(&di);
	return ok;
}

/* The system goes down: children first, drivers then buses. */
void
pmf_system_shutdown(int how)
{
	static struct shutdown_state s;
	device_t dev;

	for (dev = shutdown_first(&s); dev != NULL; dev = shutdown_next(&s)) {
		if (!device_pmf_is_registered(dev))
			continue;
		if (!device_pmf_driver_shutdown(dev, how) ||
		    !device_pmf_bus_shutdown(dev, how))
			aprint_debug_dev(dev, "shutdown failed\n");
	}
}

/*
 * Events.
 */

static void
event_work(struct work *wk, void *arg)
{
	struct pmf_event *pw = (struct pmf_event *)wk;
	struct pmf_handler *pe;

	mutex_enter(&pmf_mtx);
	TAILQ_FOREACH(pe, &handlers, pe_link) {
		if (pe->pe_event != pw->pw_event)
			continue;
		if (pw->pw_device == pe->pe_device || pe->pe_global)
			(*pe->pe_handler)(pe->pe_device);
	}
	mutex_exit(&pmf_mtx);
	kmem_free(pw, sizeof(*pw));
}

/*
 * handler(dev) will be called when the event is injected for dev, or global:
 * for anyone.  In a thread; it may sleep, and not register anything.
 */
bool
pmf_event_register(device_t dev, pmf_generic_event_t ev, void (*handler)(device_t), bool global)
{
	struct pmf_handler *pe;

	if (event_queue == NULL && workqueue_create(&event_queue, "pmfevent", event_work, NULL,
	    PRI_NONE, IPL_NONE, WQ_MPSAFE) != 0)
		return false;
	pe = kmem_alloc(sizeof(*pe), KM_SLEEP);
	pe->pe_event = ev;
	pe->pe_handler = handler;
	pe->pe_device = dev;
	pe->pe_global = global;
	mutex_enter(&pmf_mtx);
	TAILQ_INSERT_TAIL(&handlers, pe, pe_link);
	mutex_exit(&pmf_mtx);
	return true;
}

void
pmf_event_deregister(device_t dev, pmf_generic_event_t ev, void (*handler)(device_t),
    bool global)
{
	struct pmf_handler *pe;

	mutex_enter(&pmf_mtx);
	TAILQ_FOREACH(pe, &handlers, pe_link) {
		if (pe->pe_device == dev && pe->pe_event == ev && pe->pe_handler == handler &&
		    pe->pe_global == global)
			break;
	}
	if (pe != NULL)
		TAILQ_REMOVE(&handlers, pe, pe_link);
	mutex_exit(&pmf_mtx);
	if (pe != NULL)
		kmem_free(pe, sizeof(*pe));
}

/* Tells the handlers; false: not enough memory.  Never sleeps. */
bool
pmf_event_inject(device_t dev, pmf_generic_event_t ev)
{
	struct pmf_event *pw;

	if (event_queue == NULL)
		return true;
	if ((pw = kmem_alloc(sizeof(*pw), KM_NOSLEEP)) == NULL)
		return false;
	pw->pw_event = ev;
	pw->pw_device = dev;
	workqueue_enqueue(event_queue, &pw->pw_work, NULL);
	return true;
}

/* A device is no more: neither are its handlers. */
void
pmf_device_forget(device_t dev)
{
	struct pmf_handler *pe, *next;

	pmf_device_deregister(dev);
	mutex_enter(&pmf_mtx);
	TAILQ_FOREACH_SAFE(pe, &handlers, pe_link, next) {
		if (pe->pe_device == dev) {
			TAILQ_REMOVE(&handlers, pe, pe_link);
			kmem_free(pe, sizeof(*pe));
		}
	}
	mutex_exit(&pmf_mtx);
}

/*
 * What the firmware says of the machine, by name ("system-vendor").
 */

bool
pmf_set_platform(const char *key, const char *value)
{
	bool ok;

	mutex_enter(&pmf_mtx);
	if (platform == NULL)
		platform = prop_dictionary_create();
	ok = platform != NULL && prop_dictionary_set_string(platform, key, value);
	mutex_exit(&pmf_mtx);
	return ok;
}

const char *
pmf_get_platform(const char *key)
{
	const char *value;

	if (platform == NULL || !prop_dictionary_get_string(platform, key, &value))
		return NULL;
	return value;
}
