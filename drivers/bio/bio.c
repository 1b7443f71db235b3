/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bio(4): carries questions of programs to RAID controllers.  What programs
 * hold as a cookie is a number that is used once, never an address.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <rump-sys/dev.h>

#include <dev/biovar.h>

struct bio_mapping {
	LIST_ENTRY(bio_mapping) bm_link;	/* bio_lock */
	uintptr_t	bm_cookie;
	device_t	bm_dev;
	int		(*bm_ioctl)(device_t, u_long, void *);
	u_int		bm_users;		/* bio_lock: in bm_ioctl */
};

static kmutex_t bio_lock;
static kcondvar_t bio_cv;			/* bm_users became 0 */
static LIST_HEAD(, bio_mapping) bios = LIST_HEAD_INITIALIZER(bios);	/* bio_lock */
static uintptr_t bio_next = 1;			/* bio_lock */

int
bio_register(device_t dev, int (*ioctl)(device_t, u_long, void *))
{
	struct bio_mapping *bm = kmem_zalloc(sizeof(*bm), KM_SLEEP);

	bm->bm_dev = dev;
	bm->bm_ioctl = ioctl;
	mutex_enter(&bio_lock);
	bm->bm_cookie = bio_next++;
	LIST_INSERT_HEAD(&bios, bm, bm_link);
	mutex_exit(&bio_lock);
	return 0;
}

void
bio_unregister(device_t dev)
{
	struct bio_mapping *bm, *next;
	LIST_HEAD(, bio_mapping) gone = LIST_HEAD_INITIALIZER(gone);

	mutex_enter(&bio_lock);
	LIST_FOREACH_SAFE(bm, &bios, bm_link, next) {
		if (bm->bm_dev == dev) {
			LIST_REMOVE(bm, bm_link);
			LIST_INSERT_HEAD(&gone, bm, bm_link);
		}
	}
	while ((bm = LIST_FIRST(&gone)) != NULL) {
		while (bm->bm_users != 0)
			cv_wait(&bio_cv, &bio_lock);
		LIST_REMOVE(bm, bm_link);
		kmem_free(bm, sizeof(*bm));
	}
	mutex_exit(&bio_lock);
}

static int
bio_locate(struct bio_locate *bl)
{
	struct bio_mapping *bm;
	char name[16];
	int error;

	if ((error = copyinstr(bl->bl_name, name, sizeof(name), NULL)) != 0)
		return error;
	error = ENOENT;
	mutex_enter(&bio_lock);
	LIST_FOREACH(bm, &bios, bm_link) {
		if (strcmp(device_xname(bm->bm_dev), name) == 0) {
			bl->bl_cookie = (void *)bm->bm_cookie;
			error = 0;
			break;
		}
	}
	mutex_exit(&bio_lock);
	return error;
}

static int
bio_ask(uintptr_t cookie, u_long cmd, void *data)
{
	struct bio_mapping *bm;
	int error;

	mutex_enter(&bio_lock);
	LIST_FOREACH(bm, &bios, bm_link)
		if (bm->bm_cookie == cookie)
			break;
	if (bm == NULL) {
		mutex_exit(&bio_lock);
		return ENOENT;
	}
	bm->bm_users++;
	mutex_exit(&bio_lock);
	/* Drivers count on the kernel's lock here, as they do in their own ioctls. */
	KERNEL_LOCK(1, NULL);
	error = (*bm->bm_ioctl)(bm->bm_dev, cmd, data);
	KERNEL_UNLOCK_ONE(NULL);
	mutex_enter(&bio_lock);
	if (--bm->bm_users == 0)
		cv_broadcast(&bio_cv);
	mutex_exit(&bio_lock);
	return error;
}

/* What a command takes: READCONF or WRITECONF of raw I/O. */
static int
bio_right(u_long cmd, const void *data, u_long *reqp)
{

	*reqp = KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_READCONF;
	switch (cmd) {
	case BIOCLOCATE:
	case BIOCINQ:
	case BIOCDISK:
	case BIOCDISK_NOVOL:
	case BIOCVOL:
		return 0;
	case BIOCALARM:
		switch (((const struct bioc_alarm *)data)->ba_opcode) {
		case BIOC_GASTATUS:
			return 0;
		case BIOC_SADISABLE:
		case BIOC_SAENABLE:
		case BIOC_SASILENCE:
		case BIOC_SATEST:
			break;
		default:
			return EINVAL;
		}
		/* FALLTHROUGH */
	case BIOCBLINK:
	case BIOCSETSTATE:
	case BIOCVOLOPS:
		*reqp = KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITECONF;
		return 0;
	default:
		return ENOTTY;
	}
}

static int
bioioctl(dev_t dev, u_long cmd, void *data, int flags, struct lwp *l)
{
	u_long req;
	int error;

	if ((error = bio_right(cmd, data, &req)) != 0)
		return error;
	if ((error = kauth_authorize_device_passthru(l->l_cred, dev, req, data)) != 0)
		return error;
	if (cmd == BIOCLOCATE)
		return bio_locate(data);
	return bio_ask((uintptr_t)((struct bio_common *)data)->bc_cookie, cmd, data);
}

static const struct cdevsw bio_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = bioioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER | D_MPSAFE,
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	mutex_init(&bio_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&bio_cv, "bio");
	rump_dev_node("bio", &bio_cdevsw);
}
