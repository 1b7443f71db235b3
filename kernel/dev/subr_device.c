/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices: a driver's instances by unit number.  See device(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>

struct device {
	devclass_t	dv_class;
	cfdriver_t	dv_cfdriver;
	device_t	dv_parent;
	int		dv_unit;
	char		dv_xname[DEVICE_XNAME_SIZE];
	void		*dv_private;
	size_t		dv_privsize;
	bool		dv_active;
	TAILQ_ENTRY(device) dv_list;
};

static TAILQ_HEAD(, device) alldevs = TAILQ_HEAD_INITIALIZER(alldevs);
static kmutex_t alldevs_lock;
static bool alldevs_ready;

static void
alldevs_init(void)
{

	if (alldevs_ready)
		return;
	alldevs_ready = true;
	mutex_init(&alldevs_lock, MUTEX_DEFAULT, IPL_NONE);
}

static int
cd_findunit(struct cfdriver *cd)
{
	device_t *devs;
	int i, n;

	for (i = 0; i < cd->cd_ndevs; i++) {
		if (cd->cd_devs[i] == NULL)
			return i;
	}
	n = cd->cd_ndevs == 0 ? 4 : cd->cd_ndevs * 2;
	devs = kmem_zalloc(n * sizeof(*devs), KM_SLEEP);
	if (cd->cd_ndevs != 0) {
		memcpy(devs, cd->cd_devs, cd->cd_ndevs * sizeof(*devs));
		kmem_free(cd->cd_devs, cd->cd_ndevs * sizeof(*devs));
	}
	cd->cd_devs = devs;
	cd->cd_ndevs = n;
	return i;
}

device_t
device_create(struct cfdriver *cd, device_t parent, size_t privsize)
{
	device_t dev;

	alldevs_init();
	dev = kmem_zalloc(sizeof(*dev), KM_SLEEP);
	if (privsize != 0)
		dev->dv_private = kmem_zalloc(privsize, KM_SLEEP);
	dev->dv_privsize = privsize;
	dev->dv_class = cd->cd_class;
	dev->dv_cfdriver = cd;
	dev->dv_parent = parent;
	dev->dv_active = true;
	mutex_enter(&alldevs_lock);
	dev->dv_unit = cd_findunit(cd);
	cd->cd_devs[dev->dv_unit] = dev;
	snprintf(dev->dv_xname, sizeof(dev->dv_xname), "%s%d", cd->cd_name,
	    dev->dv_unit);
	TAILQ_INSERT_TAIL(&alldevs, dev, dv_list);
	mutex_exit(&alldevs_lock);
	return dev;
}

void
device_destroy(device_t dev)
{
	struct cfdriver *cd = dev->dv_cfdriver;
	int i;

	mutex_enter(&alldevs_lock);
	cd->cd_devs[dev->dv_unit] = NULL;
	TAILQ_REMOVE(&alldevs, dev, dv_list);
	for (i = 0; i < cd->cd_ndevs; i++) {
		if (cd->cd_devs[i] != NULL)
			break;
	}
	if (i == cd->cd_ndevs) {
		kmem_free(cd->cd_devs, cd->cd_ndevs * sizeof(device_t));
		cd->cd_devs = NULL;
		cd->cd_ndevs = 0;
	}
	mutex_exit(&alldevs_lock);
	if (dev->dv_privsize != 0)
		kmem_free(dev->dv_private, dev->dv_privsize);
	kmem_free(dev, sizeof(*dev));
}

/* A driver's device by unit, or NULL. */
device_t
device_lookup(cfdriver_t cd, int unit)
{
	device_t dev = NULL;

	if (!alldevs_ready)
		return NULL;
	mutex_enter(&alldevs_lock);
	if (unit >= 0 && unit < cd->cd_ndevs)
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

device_t
device_find_by_xname(const char *name)
{
	device_t dev;

	if (!alldevs_ready)
		return NULL;
	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH(dev, &alldevs, dv_list) {
		if (strcmp(dev->dv_xname, name) == 0)
			break;
	}
	mutex_exit(&alldevs_lock);
	return dev;
}

device_t
device_find_by_driver_unit(const char *name, int unit)
{
	char xname[DEVICE_XNAME_SIZE];

	if (snprintf(xname, sizeof(xname), "%s%d", name, unit) >=
	    (int)sizeof(xname))
		return NULL;
	return device_find_by_xname(xname);
}

devclass_t
device_class(device_t dev)
{

	return dev->dv_class;
}

cfdriver_t
device_cfdriver(device_t dev)
{

	return dev->dv_cfdriver;
}

device_t
device_parent(device_t dev)
{

	return dev->dv_parent;
}

void *
device_private(device_t dev)
{

	return dev == NULL ? NULL : dev->dv_private;
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

bool
device_is_active(device_t dev)
{

	return dev->dv_active;
}

/* Whether the device's driver has this name. */
bool
device_is_a(device_t dev, const char *dname)
{

	return dev != NULL && dev->dv_cfdriver != NULL &&
	    strcmp(dev->dv_cfdriver->cd_name, dname) == 0;
}
