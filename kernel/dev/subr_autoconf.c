/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * autoconf(9): the tables of drivers, attachments and configuration lines;
 * the search for the driver that fits best; attach and detach.
 *
 * Everything here happens with the big lock, so that drivers need no locks of
 * their own against it; but a driver may sleep in match, attach and detach,
 * and meanwhile others come.  A device that is being attached or detached
 * belongs to the lwp that does it, and others wait (dv_attaching,
 * dv_detaching, config_misc_cv); so do they while one looks for its children
 * on request (dv_rescanning), which would come after its detach had counted.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/reboot.h>

#include "autoconf_impl.h"

/* Most names differ in their first letter. */
#define	STREQ(a, b)	((a)[0] == (b)[0] && strcmp((a), (b)) == 0)

struct cfdriverlist allcfdrivers = LIST_HEAD_INITIALIZER(&allcfdrivers);
struct cftablelist allcftables = TAILQ_HEAD_INITIALIZER(allcftables);

kmutex_t config_misc_lock;
kcondvar_t config_misc_cv;

device_t booted_device;
const char *booted_method;
int booted_partition;
daddr_t booted_startblk;
uint64_t booted_nblks;
char *bootspec;

static bool config_ready;

/* Nobody listens. */
static int
devmon_none(const char *event, prop_dictionary_t ev)
{

	prop_object_release(ev);
	return ENODEV;
}

int (*devmon_insert_vec)(const char *, prop_dictionary_t) = devmon_none;

/* Locks and lists; any number of times. */
void
config_init(void)
{

	if (__predict_true(config_ready))
		return;
	config_ready = true;
	mutex_init(&alldevs_lock, MUTEX_DEFAULT, IPL_VM);
	mutex_init(&config_misc_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&config_misc_cv, "cfgmisc");
}

void
config_init_mi(void)
{

	config_init();
	pmf_init();
}

/*
 * Tables.
 */

struct cfdriver *
config_cfdriver_lookup(const char *name)
{
	struct cfdriver *cd;

	LIST_FOREACH(cd, &allcfdrivers, cd_list) {
		if (STREQ(cd->cd_name, name))
			return cd;
	}
	return NULL;
}

/* Makes a driver known; EEXIST if its name is. */
int
config_cfdriver_attach(struct cfdriver *cd)
{

	config_init();
	if (config_cfdriver_lookup(cd->cd_name) != NULL)
		return EEXIST;
	LIST_INIT(&cd->cd_attach);
	LIST_INSERT_HEAD(&allcfdrivers, cd, cd_list);
	return 0;
}

/* Forgets a driver; EBUSY while it has instances or attachments. */
int
config_cfdriver_detach(struct cfdriver *cd)
{
	struct cfdriver *lcd;

	LIST_FOREACH(lcd, &allcfdrivers, cd_list) {
		if (lcd == cd)
			break;
	}
	if (lcd == NULL)
		return ESRCH;
	if (cd->cd_ndevs != 0 || !LIST_EMPTY(&cd->cd_attach))
		return EBUSY;
	LIST_REMOVE(cd, cd_list);
	return 0;
}

struct cfattach *
config_cfattach_lookup(const char *name, const char *atname)
{
	struct cfdriver *cd = config_cfdriver_lookup(name);
	struct cfattach *ca;

	if (cd == NULL)
		return NULL;
	LIST_FOREACH(ca, &cd->cd_attach, ca_list) {
		if (STREQ(ca->ca_name, atname))
			return ca;
	}
	return NULL;
}

/* Adds an attachment to a driver; ESRCH: no such driver, EEXIST: it has it. */
int
config_cfattach_attach(const char *driver, struct cfattach *ca)
{
	struct cfdriver *cd = config_cfdriver_lookup(driver);

	if (cd == NULL)
		return ESRCH;
	if (config_cfattach_lookup(driver, ca->ca_name) != NULL)
		return EEXIST;
	LIST_INSERT_HEAD(&cd->cd_attach, ca, ca_list);
	return 0;
}

/* Takes it away; EBUSY while a device was attached with it. */
int
config_cfattach_detach(const char *driver, struct cfattach *ca)
{
	struct cfdriver *cd = config_cfdriver_lookup(driver);
	struct cfattach *lca;
	bool used = false;
	int i;

	if (cd == NULL)
		return ESRCH;
	LIST_FOREACH(lca, &cd->cd_attach, ca_list) {
		if (lca == ca)
			break;
	}
	if (lca == NULL)
		return ESRCH;
	mutex_enter(&alldevs_lock);
	for (i = 0; i < cd->cd_ndevs && !used; i++)
		used = cd->cd_devs[i] != NULL && cd->cd_devs[i]->dv_cfattach == ca;
	mutex_exit(&alldevs_lock);
	if (used)
		return EBUSY;
	LIST_REMOVE(ca, ca_list);
	return 0;
}

/*
 * A driver's description of an interface attribute of the name, or NULL.
 * NULL for the driver asks all of them.
 */
const struct cfiattrdata *
cfiattr_lookup(const char *name, const struct cfdriver *cd)
{
	const struct cfdriver *d;
	int i;

	if (cd != NULL) {
		for (i = 0; cd->cd_attrs != NULL && cd->cd_attrs[i] != NULL; i++) {
			if (STREQ(cd->cd_attrs[i]->ci_name, name))
				return cd->cd_attrs[i];
		}
		return NULL;
	}
	LIST_FOREACH(d, &allcfdrivers, cd_list) {
		const struct cfiattrdata *ia = cfiattr_lookup(name, d);

		if (ia != NULL)
			return ia;
	}
	return NULL;
}

/* The interface attribute that a line attaches to. */
const char *
cfdata_ifattr(const struct cfdata *cf)
{

	return cf->cf_pspec->cfp_iattr;
}

/* Whether a wanted attribute, NULL for any, is that one. */
bool
ifattr_match(const char *wanted, const char *have)
{

	return wanted == NULL || STREQ(wanted, have);
}

static bool
cfparent_match(device_t parent, const struct cfparent *cfp)
{
	cfdriver_t pcd = parent->dv_cfdriver;

	if (cfp == NULL || cfiattr_lookup(cfp->cfp_iattr, pcd) == NULL)
		return false;
	if (cfp->cfp_parent != NULL && !STREQ(pcd->cd_name, cfp->cfp_parent))
		return false;
	return cfp->cfp_unit == DVUNIT_ANY || cfp->cfp_unit == parent->dv_unit;
}

/* Lets devices that are there already look for what a new table describes. */
static void
rescan_with_cfdata(struct cfdata *cf)
{
	device_t dev;
	deviter_t di;

	for (; cf->cf_name != NULL; cf++) {
		if (cf->cf_pspec == NULL)
			continue;
		for (dev = deviter_first(&di, DEVITER_F_RW); dev != NULL;
		    dev = deviter_next(&di)) {
			if (dev->dv_cfattach == NULL || dev->dv_cfattach->ca_rescan == NULL ||
			    dev->dv_del_gen != 0 || !cfparent_match(dev, cf->cf_pspec))
				continue;
			(void)(*dev->dv_cfattach->ca_rescan)(dev, cfdata_ifattr(cf),
			    cf->cf_loc);
			config_deferred(dev);
		}
		deviter_release(&di);
	}
}

/*
 * Adds a table of lines, which stays the caller's; it ends with a NULL name.
 * With scannow, buses that can rescan look for what it describes.
 */
int
config_cfdata_attach(cfdata_t cf, int scannow)
{
	struct cftable *ct;

	config_init();
	KERNEL_LOCK(1, NULL);
	ct = kmem_alloc(sizeof(*ct), KM_SLEEP);
	ct->ct_cfdata = cf;
	TAILQ_INSERT_TAIL(&allcftables, ct, ct_list);
	if (scannow)
		rescan_with_cfdata(cf);
	KERNEL_UNLOCK_ONE(NULL);
	return 0;
}

static bool
cfdata_in(const struct cfdata *cf, const struct cfdata *table)
{

	for (; table->cf_name != NULL; table++) {
		if (table == cf)
			return true;
	}
	return false;
}

/*
 * Takes a table away, after detaching what attached by it.  EBUSY or a
 * driver's error: some of it stays, and so does the table.
 */
int
config_cfdata_detach(cfdata_t table)
{
	struct cftable *ct;
	device_t dev;
	deviter_t di;
	int error = 0;

	KERNEL_LOCK(1, NULL);
	for (dev = deviter_first(&di, DEVITER_F_RW | DEVITER_F_LEAVES_FIRST); dev != NULL;
	    dev = deviter_next(&di)) {
		if (!cfdata_in(dev->dv_cfdata, table))
			continue;
		if ((error = config_detach(dev, 0)) != 0) {
			aprint_error_dev(dev, "unable to detach instance (%d)\n", error);
			break;
		}
	}
	deviter_release(&di);
	if (error)
		goto out;
	TAILQ_FOREACH(ct, &allcftables, ct_list) {
		if (ct->ct_cfdata == table)
			break;
	}
	if (ct == NULL)
		error = EINVAL;
	else {
		TAILQ_REMOVE(&allcftables, ct, ct_list);
		kmem_free(ct, sizeof(*ct));
	}
out:
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

static int
attachments_remove(const struct cfattachinit *cfai, struct cfattach * const *last,
    const struct cfattachinit *first)
{
	struct cfattach * const *ca;
	int error;

	/* Backwards from what was entered last. */
	for (;; cfai--) {
		for (ca = last; ca != cfai->cfai_list; ca--) {
			error = config_cfattach_detach(cfai->cfai_name, ca[-1]);
			if (error)
				return error;
		}
		if (cfai == first)
			return 0;
		for (last = cfai[-1].cfai_list; *last != NULL; last++)
			continue;
	}
}

/*
 * Enters all tables of a component, each array ends with a NULL; a failure
 * leaves nothing behind.  Parents that can rescan look for children at once.
 */
int
config_init_component(struct cfdriver * const *cfdriverv, const struct cfattachinit *cfattachv,
    struct cfdata *cfdatav)
{
	struct cfdriver * const *cd;
	const struct cfattachinit *cfai;
	struct cfattach * const *ca = NULL;
	int error = 0;

	KERNEL_LOCK(1, NULL);
	for (cd = cfdriverv; *cd != NULL; cd++) {
		if ((error = config_cfdriver_attach(*cd)) != 0)
			goto fail_drivers;
	}
	for (cfai = cfattachv; cfai->cfai_name != NULL; cfai++) {
		for (ca = cfai->cfai_list; *ca != NULL; ca++) {
			if ((error = config_cfattach_attach(cfai->cfai_name, *ca)) != 0)
				goto fail_attachments;
		}
	}
	error = config_cfdata_attach(cfdatav, 1);
	KERNEL_UNLOCK_ONE(NULL);
	return error;

fail_attachments:
	(void)attachments_remove(cfai, ca, cfattachv);
fail_drivers:
	while (cd != cfdriverv)
		(void)config_cfdriver_detach(*--cd);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

/* The reverse; EBUSY or a driver's error when devices stay. */
int
config_fini_component(struct cfdriver * const *cfdriverv, const struct cfattachinit *cfattachv,
    struct cfdata *cfdatav)
{
	struct cfdriver * const *cd;
	const struct cfattachinit *cfai;
	struct cfattach * const *ca;
	int error;

	KERNEL_LOCK(1, NULL);
	if ((error = config_cfdata_detach(cfdatav)) != 0)
		goto out;
	for (cfai = cfattachv; cfai->cfai_name != NULL; cfai++) {
		for (ca = cfai->cfai_list; *ca != NULL; ca++) {
			if ((error = config_cfattach_detach(cfai->cfai_name, *ca)) != 0)
				goto out;
		}
	}
	for (cd = cfdriverv; *cd != NULL; cd++) {
		if ((error = config_cfdriver_detach(*cd)) != 0)
			goto out;
	}
out:
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

/*
 * Search.
 */

/* What the driver of a line says to the hardware: 0 is no, more is better. */
int
config_match(device_t parent, cfdata_t cf, void *aux)
{
	struct cfattach *ca;

	KASSERT(KERNEL_LOCKED_P());
	ca = config_cfattach_lookup(cf->cf_name, cf->cf_atname);
	return ca != NULL ? (*ca->ca_match)(parent, cf, aux) : 0;
}

/* The same from a search function. */
int
config_probe(device_t parent, cfdata_t cf, void *aux)
{

	return config_match(parent, cf, aux);
}

/*
 * For buses that know where their children are: a line that names a locator
 * must have the hardware's.
 */
int
config_stdsubmatch(device_t parent, cfdata_t cf, const int *locs, void *aux)
{
	const struct cfiattrdata *ci;
	int i;

	ci = cfiattr_lookup(cfdata_ifattr(cf), parent->dv_cfdriver);
	KASSERT(ci != NULL);
	for (i = 0; i < ci->ci_loclen && cf->cf_loc != NULL; i++) {
		if (ci->ci_locdesc[i].cld_defaultstr != NULL &&
		    cf->cf_loc[i] == ci->ci_locdesc[i].cld_default)
			continue;
		if (cf->cf_loc[i] != locs[i])
			return 0;
	}
	return config_match(parent, cf, aux);
}

static bool
cfargs_valid(const struct cfargs *args)
{

	return args == NULL || (args->cfargs_version == CFARGS_VERSION &&
	    (args->submatch == NULL || args->search == NULL));
}

/*
 * The line that fits best below parent, or NULL.  With a search function,
 * each line that could be is shown to it, and its answers count.
 */
cfdata_t
config_search(device_t parent, void *aux, const struct cfargs *cfargs)
{
	const char *iattr = cfargs != NULL ? cfargs->iattr : NULL;
	const int *locs = cfargs != NULL ? cfargs->locators : NULL;
	cfsubmatch_t fn = NULL;
	struct cftable *ct, *next;
	cfdata_t cf, best = NULL;
	int pri, bestpri = 0;

	if (!cfargs_valid(cfargs))
		panic("config_search: cfargs of version %lu, or with submatch and search",
		    (unsigned long)cfargs->cfargs_version);
	if (cfargs != NULL)
		fn = cfargs->search != NULL ? cfargs->search : cfargs->submatch;
	KERNEL_LOCK(1, NULL);
	TAILQ_FOREACH_SAFE(ct, &allcftables, ct_list, next) {
		for (cf = ct->ct_cfdata; cf->cf_name != NULL; cf++) {
			if ((cf->cf_fstate != FSTATE_NOTFOUND &&
			    cf->cf_fstate != FSTATE_STAR) ||
			    !cfparent_match(parent, cf->cf_pspec) ||
			    !ifattr_match(iattr, cfdata_ifattr(cf)))
				continue;
			pri = fn != NULL ? (*fn)(parent, cf, locs, aux) :
			    config_match(parent, cf, aux);
			if (pri > bestpri) {
				best = cf;
				bestpri = pri;
			}
		}
	}
	KERNEL_UNLOCK_ONE(NULL);
	return best;
}

/* The line of that name without a parent. */
cfdata_t
config_rootsearch(cfsubmatch_t fn, const char *rootname, void *aux)
{
	struct cftable *ct;
	cfdata_t cf, best = NULL;
	int pri, bestpri = 0;

	KERNEL_LOCK(1, NULL);
	TAILQ_FOREACH(ct, &allcftables, ct_list) {
		for (cf = ct->ct_cfdata; cf->cf_name != NULL; cf++) {
			if (cf->cf_pspec != NULL || !STREQ(cf->cf_name, rootname) ||
			    (cf->cf_fstate != FSTATE_NOTFOUND &&
			    cf->cf_fstate != FSTATE_STAR))
				continue;
			pri = fn != NULL ? (*fn)(NULL, cf, NULL, aux) :
			    config_match(NULL, cf, aux);
			if (pri > bestpri) {
				best = cf;
				bestpri = pri;
			}
		}
	}
	KERNEL_UNLOCK_ONE(NULL);
	return best;
}

/*
 * Attach.
 */

static void
devmon_report(device_t dev, bool attached)
{
	prop_dictionary_t ev;

	if (devmon_insert_vec == devmon_none || (ev = prop_dictionary_create()) == NULL)
		return;
	prop_dictionary_set_string(ev, "device", dev->dv_xname);
	prop_dictionary_set_string(ev, "parent",
	    dev->dv_parent != NULL ? dev->dv_parent->dv_xname : "root");
	(void)(*devmon_insert_vec)(attached ? "device-attach" : "device-detach", ev);
}

/* A device for a line, in the list and with a unit; NULL: no unit is left. */
static device_t
device_of_cfdata(device_t parent, cfdata_t cf, const struct cfargs *cfargs)
{
	const struct cfiattrdata *ia;
	cfdriver_t cd;
	cfattach_t ca;
	device_t dev;

	cd = config_cfdriver_lookup(cf->cf_name);
	ca = config_cfattach_lookup(cf->cf_name, cf->cf_atname);
	if (cd == NULL || ca == NULL) {
		aprint_error("%s: no driver for attachment %s\n", cf->cf_name,
		    cf->cf_atname);
		return NULL;
	}
	dev = device_alloc(cd, parent, ca->ca_devsize);
	dev->dv_cfdata = cf;
	dev->dv_cfattach = ca;
	dev->dv_flags |= ca->ca_flags | DVF_ATTACH_INPROGRESS;
	dev->dv_attaching = curlwp;
	if (cfargs != NULL)
		dev->dv_handle = cfargs->devhandle;
	if (cfargs != NULL && cfargs->locators != NULL && parent != NULL) {
		ia = cfiattr_lookup(cfdata_ifattr(cf), parent->dv_cfdriver);
		if (ia != NULL && ia->ci_loclen > 0) {
			dev->dv_nlocs = ia->ci_loclen;
			dev->dv_locators = kmem_alloc(dev->dv_nlocs * sizeof(int), KM_SLEEP);
			memcpy(dev->dv_locators, cfargs->locators,
			    dev->dv_nlocs * sizeof(int));
		}
	}
	if (device_enter(dev, cf->cf_unit, cf->cf_fstate == FSTATE_STAR) != 0) {
		device_free(dev);
		return NULL;
	}
	return dev;
}

static void
attach_done(device_t dev)
{
	device_t parent = dev->dv_parent;

	dev->dv_flags &= ~DVF_ATTACH_INPROGRESS;
	mutex_enter(&config_misc_lock);
	dev->dv_attaching = NULL;
	cv_broadcast(&config_misc_cv);
	mutex_exit(&config_misc_lock);
	if (!device_pmf_is_registered(dev))
		aprint_debug_dev(dev, "WARNING: power management not supported\n");
	config_defer_run(dev);
	/* Found later than its siblings: nobody else will do it. */
	if (parent != NULL && (parent->dv_flags & DVF_ATTACH_INPROGRESS) == 0)
		config_defer_run(parent);
	device_register_post_config(dev, NULL);
	devmon_report(dev, true);
}

/*
 * Attaches the device that a line describes.  NULL: its unit is in use.  May
 * sleep, as the driver may.
 */
device_t
config_attach(device_t parent, cfdata_t cf, void *aux, cfprint_t print,
    const struct cfargs *cfargs)
{
	device_t dev;

	KERNEL_LOCK(1, NULL);
	if ((dev = device_of_cfdata(parent, cf, cfargs)) == NULL)
		goto out;
	if (cf->cf_fstate == FSTATE_NOTFOUND)
		cf->cf_fstate = FSTATE_FOUND;
	aprint_naive("Found ");
	if (parent == NULL) {
		aprint_naive("%s (root)", dev->dv_xname);
		aprint_normal("%s (root)", dev->dv_xname);
	} else {
		aprint_naive("%s at %s", dev->dv_xname, parent->dv_xname);
		aprint_normal("%s at %s", dev->dv_xname, parent->dv_xname);
		if (print != NULL)
			(void)(*print)(aux, NULL);
	}
	device_register(dev, aux);
	alldevs_hold();
	(*dev->dv_cfattach->ca_attach)(parent, dev, aux);
	attach_done(dev);
	if (dev->dv_del_gen != 0)
		dev = NULL;
	alldevs_release();
out:
	KERNEL_UNLOCK_ONE(NULL);
	return dev;
}

/*
 * A bus has found something: the driver that fits best gets it.  Without one
 * print says what it is and NULL is returned.
 */
device_t
config_found(device_t parent, void *aux, cfprint_t print, const struct cfargs *cfargs)
{
	static const char * const msgs[] = {
		[QUIET] = "", [UNCONF] = " not configured\n", [UNSUPP] = " unsupported\n"
	};
	device_t dev = NULL;
	cfdata_t cf;
	int what;

	KERNEL_LOCK(1, NULL);
	cf = config_search(parent, aux, cfargs);
	if (cf != NULL)
		dev = config_attach(parent, cf, aux, print, cfargs);
	else if (print != NULL) {
		what = (*print)(aux, device_xname(parent));
		KASSERT(what >= QUIET && what <= UNSUPP);
		aprint_normal("%s", msgs[what]);
	}
	KERNEL_UNLOCK_ONE(NULL);
	return dev;
}

/* Attaches the root of a tree of devices. */
device_t
config_rootfound(const char *rootname, void *aux)
{
	device_t dev = NULL;
	cfdata_t cf;

	KERNEL_LOCK(1, NULL);
	if ((cf = config_rootsearch(NULL, rootname, aux)) != NULL)
		dev = config_attach(NULL, cf, aux, NULL, CFARGS_NONE);
	else
		aprint_error("root device %s not configured\n", rootname);
	KERNEL_UNLOCK_ONE(NULL);
	return dev;
}

/*
 * Attaches a device that no hardware stands behind; cf is the caller's and
 * lives as long as the device.  NULL: its unit is in use, or the driver was
 * never made known.
 */
device_t
config_attach_pseudo(cfdata_t cf)
{
	device_t dev;

	config_init();
	KERNEL_LOCK(1, NULL);
	if ((dev = device_of_cfdata(NULL, cf, CFARGS_NONE)) != NULL) {
		if (cf->cf_fstate == FSTATE_NOTFOUND)
			cf->cf_fstate = FSTATE_FOUND;
		alldevs_hold();
		(*dev->dv_cfattach->ca_attach)(NULL, dev, NULL);
		attach_done(dev);
		if (dev->dv_del_gen != 0)
			dev = NULL;
		alldevs_release();
	}
	KERNEL_UNLOCK_ONE(NULL);
	return dev;
}

/* Machines that know more of a device than its bus say it here. */
void
device_register(device_t dev, void *aux)
{

}

void
device_register_post_config(device_t dev, void *aux)
{

}

/*
 * Detach.
 */

/*
 * Makes the caller the one who detaches dev.  False: it went while the
 * caller waited.
 */
static bool
detach_enter(device_t dev)
{
	bool mine;

	alldevs_hold();
	mutex_enter(&config_misc_lock);
	if (dev->dv_attaching == curlwp)
		panic("%s: detached while it attaches", dev->dv_xname);
	if (dev->dv_detaching == curlwp)
		panic("%s: detached while it detaches", dev->dv_xname);
	while (dev->dv_del_gen == 0 &&
	    (dev->dv_attaching != NULL || dev->dv_detaching != NULL ||
	    (dev->dv_rescanning != NULL && dev->dv_rescanning != curlwp)))
		cv_wait(&config_misc_cv, &config_misc_lock);
	if ((mine = dev->dv_del_gen == 0))
		dev->dv_detaching = curlwp;
	mutex_exit(&config_misc_lock);
	alldevs_release();
	return mine;
}

/*
 * From ca_detach, when it is sure: from here on nobody gets a reference to
 * the device, and who waits for one stops.  Returns when those that exist
 * are given back.
 */
void
config_detach_commit(device_t dev)
{
	bool detaching;

	mutex_enter(&config_misc_lock);
	detaching = dev->dv_detaching == curlwp;
	if (!dev->dv_detached) {
		dev->dv_detached = true;
		cv_broadcast(&config_misc_cv);
	}
	/* Whoever else says so need not wait. */
	while (detaching && dev->dv_refcnt > 0)
		cv_wait(&config_misc_cv, &config_misc_lock);
	mutex_exit(&config_misc_lock);
}

static void
detach_check_children(device_t dev)
{
	device_t d;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH(d, &alldevs, dv_list) {
		if (d->dv_parent == dev && d->dv_del_gen == 0)
			break;
	}
	mutex_exit(&alldevs_lock);
	if (d != NULL)
		panic("%s is detached and its child %s is not", dev->dv_xname, d->dv_xname);
}

/*
 * Detaches a device.  EOPNOTSUPP: its driver can't; otherwise the driver's
 * answer.  DETACH_FORCE means that the hardware is gone, and a driver has no
 * choice.  0: the device is no more.  May sleep.
 */
int
config_detach(device_t dev, int flags)
{
	struct cfattach *ca = dev->dv_cfattach;
	device_t parent = dev->dv_parent;
	cfdata_t cf = dev->dv_cfdata;
	bool pmf;
	int error;

	/* Not attached to anything: who created it destroys it. */
	if (ca == NULL)
		return EOPNOTSUPP;
	KERNEL_LOCK(1, NULL);
	if (!detach_enter(dev)) {
		KERNEL_UNLOCK_ONE(NULL);
		return 0;
	}
	if ((flags & (DETACH_SHUTDOWN | DETACH_FORCE)) == DETACH_SHUTDOWN &&
	    (dev->dv_flags & DVF_DETACH_SHUTDOWN) == 0)
		error = EOPNOTSUPP;
	else if (ca->ca_detach == NULL)
		error = EOPNOTSUPP;
	else {
		/* Nobody suspends or resumes it meanwhile: many a driver deregisters last. */
		pmf = device_pmf_lock(dev);
		error = (*ca->ca_detach)(dev, flags);
		if (pmf)
			device_pmf_unlock(dev);
	}
	if (error != 0) {
		if ((flags & DETACH_FORCE) != 0)
			panic("%s: the driver refused a forced detach (%d)", dev->dv_xname,
			    error);
		mutex_enter(&config_misc_lock);
		dev->dv_detaching = NULL;
		dev->dv_detached = false;
		cv_broadcast(&config_misc_cv);
		mutex_exit(&config_misc_lock);
		KERNEL_UNLOCK_ONE(NULL);
		return error;
	}

	/* The driver has let go. */
	dev->dv_flags &= ~DVF_ACTIVE;
	config_detach_commit(dev);
	config_defer_drop(dev);
	detach_check_children(dev);
	pmf_device_forget(dev);
	if (cf != NULL && cf->cf_fstate == FSTATE_FOUND)
		cf->cf_fstate = FSTATE_NOTFOUND;
	if (parent != NULL && parent->dv_cfattach != NULL &&
	    parent->dv_cfattach->ca_childdetached != NULL)
		(*parent->dv_cfattach->ca_childdetached)(parent, dev);
	if ((flags & DETACH_QUIET) == 0)
		aprint_normal_dev(dev, "detached\n");
	devmon_report(dev, false);

	alldevs_hold();
	mutex_enter(&config_misc_lock);
	device_remove(dev);
	dev->dv_detaching = NULL;
	cv_broadcast(&config_misc_cv);
	mutex_exit(&config_misc_lock);
	alldevs_release();
	KERNEL_UNLOCK_ONE(NULL);
	return 0;
}

/* Detaches the children of a device; the first error ends it. */
int
config_detach_children(device_t parent, int flags)
{
	device_t dev;
	deviter_t di;
	int error = 0;

	KERNEL_LOCK(1, NULL);
	for (dev = deviter_first(&di, DEVITER_F_RW); dev != NULL; dev = deviter_next(&di)) {
		if (dev->dv_parent == parent && (error = config_detach(dev, flags)) != 0)
			break;
	}
	deviter_release(&di);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

/*
 * At shutdown: detaches what can be, children first.  Whether anything was.
 */
bool
config_detach_all(int how)
{
	static struct shutdown_state s;
	int flags = DETACH_SHUTDOWN | DETACH_QUIET;
	bool progress = false;
	device_t dev;

	KERNEL_LOCK(1, NULL);
	if ((how & (RB_NOSYNC | RB_DUMP)) == 0) {
		if ((how & RB_POWERDOWN) == RB_POWERDOWN)
			flags |= DETACH_POWEROFF;
		for (dev = shutdown_first(&s); dev != NULL; dev = shutdown_next(&s)) {
			if (config_detach(dev, flags) == 0)
				progress = true;
		}
	}
	KERNEL_UNLOCK_ONE(NULL);
	return progress;
}

/*
 * Tells a device that it will not be used any more.  EOPNOTSUPP: the driver
 * has nothing to do then.
 */
int
config_deactivate(device_t dev)
{
	struct cfattach *ca = dev->dv_cfattach;
	const int old = dev->dv_flags;
	int error;

	if (ca == NULL || ca->ca_activate == NULL)
		return EOPNOTSUPP;
	if (!device_is_enabled(dev))
		return 0;
	dev->dv_flags &= ~DVF_ACTIVE;
	error = (*ca->ca_activate)(dev, DVACT_DEACTIVATE);
	if (error)
		dev->dv_flags = old;
	return error;
}

/* ca_childdetached of a driver that keeps no record of its children. */
void
null_childdetached(device_t self, device_t child)
{

}
