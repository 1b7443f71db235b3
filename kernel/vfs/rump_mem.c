/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices without hardware that programs expect: /dev/null, /dev/zero and
 * /dev/full.  See null(4), zero(4), full(4).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/filio.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <rump-sys/kern.h>
#include <rump-sys/vfs.h>

#include "vfs_impl.h"

#define MEM_CMAJOR	2

static const char mem_zeros[4096];

static int
rump_mm_open(dev_t dev, int flag, int mode, struct lwp *l)
{

	switch (minor(dev)) {
	case DEV_NULL:
	case DEV_ZERO:
	case DEV_FULL:
		return 0;
	default:
		/* There is no memory to look at. */
		return ENXIO;
	}
}

static int
rump_mm_close(dev_t dev, int flag, int mode, struct lwp *l)
{

	return 0;
}

static int
rump_mm_read(dev_t dev, struct uio *uio, int flags)
{
	int error = 0;

	if (minor(dev) == DEV_NULL)
		return 0;
	while (error == 0 && uio->uio_resid > 0)
		error = uiomove(__UNCONST(mem_zeros),
		    MIN(uio->uio_resid, sizeof(mem_zeros)), uio);
	return error;
}

static int
rump_mm_write(dev_t dev, struct uio *uio, int flags)
{

	if (minor(dev) == DEV_FULL)
		return ENOSPC;
	uio->uio_resid = 0;
	return 0;
}

static int
rump_mm_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	switch (cmd) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	default:
		return ENOTTY;
	}
}

static const struct cdevsw rump_mem_cdevsw = {
	.d_open = rump_mm_open,
	.d_close = rump_mm_close,
	.d_read = rump_mm_read,
	.d_write = rump_mm_write,
	.d_ioctl = rump_mm_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER | D_MPSAFE,
};

/*
 * Boot: the driver and its nodes, in a /dev that is there.
 */
void
rump_mem_init_dev(void)
{
	devmajor_t maj = MEM_CMAJOR;
	int error;

	error = devsw_attach("mem", NULL, NULL, &rump_mem_cdevsw, &maj);
	if (error != 0)
		panic("no major for mem: error %d", error);
	if (rump_vfs_makeonedevnode(S_IFCHR, "/dev/null", maj, DEV_NULL) ||
	    rump_vfs_makeonedevnode(S_IFCHR, "/dev/zero", maj, DEV_ZERO) ||
	    rump_vfs_makeonedevnode(S_IFCHR, "/dev/full", maj, DEV_FULL))
		panic("no nodes in /dev");
}
