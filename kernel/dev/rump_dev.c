/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The rump API of devices, <rump/rumpdev_if_pub.h>, and device nodes for
 * drivers, <rump-sys/dev.h>.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include <rump/rumpdev_if_pub.h>
#include <rump-sys/dev.h>

#include "autoconf_impl.h"

/* NULL means that the system is meant; ENXIO: no such device. */
static int
dev_find(const char *name, device_t *devp)
{

	*devp = NULL;
	if (name == NULL)
		return 0;
	*devp = device_find_by_xname(name);
	return *devp != NULL ? 0 : ENXIO;
}

/* Lets a bus look for children on an attribute, or on each. */
static int
rescan(device_t dev, const char *ifattr, const int *locs)
{
	const struct cfiattrdata * const *attrs = dev->dv_cfdriver->cd_attrs;
	const struct cfiattrdata *ia;
	int *any = NULL;
	int i, n, error;

	if (dev->dv_cfattach == NULL || dev->dv_cfattach->ca_rescan == NULL)
		return EOPNOTSUPP;
	if (attrs == NULL || attrs[0] == NULL)
		return EINVAL;
	/* Without an attribute it is the only one, or each is asked for. */
	if (ifattr == NULL) {
		for (i = 0; attrs[i] != NULL; i++) {
			error = rescan(dev, attrs[i]->ci_name, NULL);
			if (error)
				return error;
		}
		return 0;
	}
	if ((ia = cfiattr_lookup(ifattr, dev->dv_cfdriver)) == NULL)
		return EINVAL;
	n = ia->ci_loclen;
	if (locs == NULL && n > 0) {
		any = kmem_alloc(n * sizeof(*any), KM_SLEEP);
		for (i = 0; i < n; i++)
			any[i] = ia->ci_locdesc[i].cld_defaultstr != NULL ?
			    ia->ci_locdesc[i].cld_default : -1;
		locs = any;
	}
	error = (*dev->dv_cfattach->ca_rescan)(dev, ifattr, locs);
	config_deferred(dev);
	if (any != NULL)
		kmem_free(any, n * sizeof(*any));
	return error;
}

int
config_rescan(device_t dev, const char *ifattr, const int *locs)
{
	int error = ENXIO;

	alldevs_hold();
	mutex_enter(&config_misc_lock);
	while (dev->dv_del_gen == 0 && (dev->dv_attaching != NULL || dev->dv_detaching != NULL ||
	    dev->dv_rescanning != NULL))
		cv_wait(&config_misc_cv, &config_misc_lock);
	if (dev->dv_del_gen == 0) {
		dev->dv_rescanning = curlwp;
		mutex_exit(&config_misc_lock);
		error = rescan(dev, ifattr, locs);
		mutex_enter(&config_misc_lock);
		dev->dv_rescanning = NULL;
		cv_broadcast(&config_misc_cv);
	}
	mutex_exit(&config_misc_lock);
	alldevs_release();
	return error;
}

int
rump_pub_dev_rescan(const char *bus, const char *ifattr, const int *locs)
{
	device_t dev;
	int error;

	rump_schedule();
	KERNEL_LOCK(1, NULL);
	error = bus == NULL ? ENXIO : dev_find(bus, &dev);
	if (error == 0)
		error = config_rescan(dev, ifattr, locs);
	KERNEL_UNLOCK_ONE(NULL);
	config_pending_wait();
	rump_unschedule();
	return error;
}

int
rump_pub_dev_detach(const char *name, int flags)
{
	device_t dev;
	int error;

	rump_schedule();
	KERNEL_LOCK(1, NULL);
	error = name == NULL ? ENXIO : dev_find(name, &dev);
	if (error == 0)
		error = config_detach(dev, flags);
	KERNEL_UNLOCK_ONE(NULL);
	rump_unschedule();
	return error;
}

unsigned
rump_pub_dev_list(int (*cb)(const struct rump_devinfo *, void *), void *arg)
{
	struct rump_devinfo di;
	deviter_t it;
	device_t dev;
	unsigned n = 0;
	bool stop = false;

	rump_schedule();
	for (dev = deviter_first(&it, DEVITER_F_ROOT_FIRST); dev != NULL;
	    dev = deviter_next(&it)) {
		n++;
		if (stop || cb == NULL)
			continue;
		memset(&di, 0, sizeof(di));
		di.di_name = device_xname(dev);
		di.di_driver = dev->dv_cfdriver->cd_name;
		di.di_attachment = dev->dv_cfattach != NULL ? dev->dv_cfattach->ca_name : "";
		di.di_parent = dev->dv_parent != NULL ? device_xname(dev->dv_parent) : "";
		di.di_unit = dev->dv_unit;
		di.di_depth = dev->dv_depth;
		di.di_active = device_is_active(dev);
		rump_unschedule();
		stop = (*cb)(&di, arg) != 0;
		rump_schedule();
	}
	deviter_release(&it);
	rump_unschedule();
	return n;
}

int
rump_pub_dev_suspend(const char *name)
{
	device_t dev;
	bool ok;
	int error;

	rump_schedule();
	KERNEL_LOCK(1, NULL);
	if ((error = dev_find(name, &dev)) == 0) {
		ok = dev != NULL ? pmf_device_recursive_suspend(dev, PMF_Q_DRVCTL) :
		    pmf_system_suspend(PMF_Q_DRVCTL);
		error = ok ? 0 : EBUSY;
	}
	KERNEL_UNLOCK_ONE(NULL);
	rump_unschedule();
	return error;
}

int
rump_pub_dev_resume(const char *name, int subtree)
{
	device_t dev;
	bool ok;
	int error;

	rump_schedule();
	KERNEL_LOCK(1, NULL);
	if ((error = dev_find(name, &dev)) == 0) {
		if (dev == NULL)
			ok = pmf_system_resume(PMF_Q_DRVCTL);
		else if (subtree)
			ok = pmf_device_subtree_resume(dev, PMF_Q_DRVCTL);
		else
			ok = pmf_device_recursive_resume(dev, PMF_Q_DRVCTL);
		error = ok ? 0 : EBUSY;
	}
	KERNEL_UNLOCK_ONE(NULL);
	rump_unschedule();
	return error;
}

void
rump_pub_dev_settle(void)
{

	rump_schedule();
	config_pending_wait();
	rump_unschedule();
}

/*
 * Device nodes.
 */

void
rump_dev_disk(const char *name, const struct bdevsw *bdev, const struct cdevsw *cdev, int nunits,
    int nparts)
{
	devmajor_t bmaj = NODEVMAJOR, cmaj = NODEVMAJOR;
	char raw[32];
	int error;

	KASSERT(nparts <= MAXPARTITIONS);
	if ((error = devsw_attach(name, bdev, &bmaj, cdev, &cmaj)) != 0)
		panic("%s: no major number (%d)", name, error);
	snprintf(raw, sizeof(raw), "r%s", name);
	if ((error = rump_vfs_makedevunits(S_IFBLK, name, "", nunits, nparts, bmaj, 0,
	    MAXPARTITIONS)) != 0 ||
	    (error = rump_vfs_makedevunits(S_IFCHR, raw, "", nunits, nparts, cmaj, 0,
	    MAXPARTITIONS)) != 0)
		panic("%s: no device nodes (%d)", name, error);
}

void
rump_dev_char(const char *name, const struct cdevsw *cdev, const char *prefix,
    const char *suffix, int nunits, int minor0, int step)
{
	devmajor_t bmaj = NODEVMAJOR, cmaj;
	char base[32];
	int error;

	if ((cmaj = cdevsw_lookup_major(cdev)) == NODEVMAJOR &&
	    (error = devsw_attach(name, NULL, &bmaj, cdev, &cmaj)) != 0)
		panic("%s: no major number (%d)", name, error);
	snprintf(base, sizeof(base), "%s%s", prefix, name);
	error = rump_vfs_makedevunits(S_IFCHR, base, suffix, nunits, 0, cmaj, minor0, step);
	if (error != 0)
		panic("%s: no device nodes (%d)", name, error);
}

void
rump_dev_node(const char *name, const struct cdevsw *cdev)
{
	devmajor_t bmaj = NODEVMAJOR, cmaj = NODEVMAJOR;
	char path[32];
	int error;

	snprintf(path, sizeof(path), "/dev/%s", name);
	if ((error = devsw_attach(name, NULL, &bmaj, cdev, &cmaj)) != 0 ||
	    (error = rump_vfs_makeonedevnode(S_IFCHR, path, cmaj, 0)) != 0)
		panic("%s: no major number or node (%d)", name, error);
}

void
rump_dev_ascii(char *dst, size_t size, const uint8_t *src, size_t len)
{
	size_t i, n = 0;

	while (len > 0 && (src[len - 1] == ' ' || src[len - 1] == '\0'))
		len--;
	for (i = 0; i < len && n + 1 < size; i++) {
		if (n == 0 && src[i] == ' ')
			continue;
		dst[n++] = src[i] >= ' ' && src[i] < 0x7f ? src[i] : '?';
	}
	dst[n] = '\0';
}
