/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * drvctl(4): /dev/drvctl, through which a program lists, detaches, rescans,
 * suspends and resumes devices.  Commands are those of <sys/drvctlio.h>.
 *
 * Names and locators come from the caller and are checked; lengths are
 * bounded by what the device itself has.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/drvctlio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>

#include <rump-sys/dev.h>

#include "autoconf_impl.h"

#define	MAXLOCATORS	100

static dev_type_ioctl(drvctlioctl);

static const struct cdevsw drvctl_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = drvctlioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER
};

void
drvctl_init(void)
{

	rump_dev_node("drvctl", &drvctl_cdevsw);
}

void
drvctl_fini(void)
{

	devsw_detach(NULL, &drvctl_cdevsw);
}

/* A device by a name from outside, which may lack its NUL. */
static device_t
named(const char *name, size_t size)
{

	return strnlen(name, size) < size ? device_find_by_xname(name) : NULL;
}

/* Names of the children, as many as there is room for, and their number. */
static int
list(struct devlistargs *l)
{
	char xname[DEVICE_XNAME_SIZE];
	device_t parent = NULL, dev;
	deviter_t di;
	size_t n = 0;
	int error = 0;

	if (l->l_devname[0] != '\0' &&
	    (parent = named(l->l_devname, sizeof(l->l_devname))) == NULL)
		return ENXIO;
	for (dev = deviter_first(&di, DEVITER_F_ROOT_FIRST); dev != NULL;
	    dev = deviter_next(&di)) {
		if (device_parent(dev) != parent)
			continue;
		if (n++ >= l->l_children || l->l_childname == NULL)
			continue;
		memset(xname, 0, sizeof(xname));
		strlcpy(xname, device_xname(dev), sizeof(xname));
		error = copyout(xname, l->l_childname[n - 1], sizeof(xname));
		if (error)
			break;
	}
	deviter_release(&di);
	l->l_children = n;
	return error;
}

static int
rescan(struct devrescanargs *d)
{
	const struct cfiattrdata *ia;
	device_t dev;
	int locs[MAXLOCATORS];
	int error = 0;

	if (strnlen(d->ifattr, sizeof(d->ifattr)) == sizeof(d->ifattr) ||
	    d->numlocators > MAXLOCATORS)
		return EINVAL;
	/* Those that are not given are any. */
	memset(locs, 0xff, sizeof(locs));
	if (d->numlocators != 0)
		error = copyin(d->locators, locs, d->numlocators * sizeof(int));
	if (error)
		return error;
	/* From here on nothing sleeps until the device can't go. */
	if ((dev = named(d->busname, sizeof(d->busname))) == NULL)
		return ENXIO;
	if (d->numlocators != 0) {
		ia = cfiattr_lookup(d->ifattr, dev->dv_cfdriver);
		if (ia == NULL || d->numlocators > (unsigned)ia->ci_loclen)
			return EINVAL;
		KASSERT(ia->ci_loclen <= MAXLOCATORS);
	}
	return config_rescan(dev, d->ifattr[0] != '\0' ? d->ifattr : NULL,
	    d->numlocators != 0 ? locs : NULL);
}

static int
drvctlioctl(dev_t self, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct devpmargs *pm = data;
	struct devdetachargs *det = data;
	device_t dev;
	bool ok;

	switch (cmd) {
	case DRVSUSPENDDEV:
	case DRVRESUMEDEV:
	case DRVDETACHDEV:
	case DRVRESCANBUS:
		if ((flag & FWRITE) == 0)
			return EBADF;
		break;
	}
	switch (cmd) {
	case DRVSUSPENDDEV:
	case DRVRESUMEDEV:
		if ((dev = named(pm->devname, sizeof(pm->devname))) == NULL)
			return ENXIO;
		if (cmd == DRVSUSPENDDEV)
			ok = pmf_device_recursive_suspend(dev, PMF_Q_DRVCTL);
		else if ((pm->flags & DEVPM_F_SUBTREE) != 0)
			ok = pmf_device_subtree_resume(dev, PMF_Q_DRVCTL);
		else
			ok = pmf_device_recursive_resume(dev, PMF_Q_DRVCTL);
		return ok ? 0 : EBUSY;
	case DRVDETACHDEV:
		if ((dev = named(det->devname, sizeof(det->devname))) == NULL)
			return ENXIO;
		return config_detach(dev, 0);
	case DRVLISTDEV:
		return list(data);
	case DRVRESCANBUS:
		return rescan(data);
	default:
		return EPASSTHROUGH;
	}
}
