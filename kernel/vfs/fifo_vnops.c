/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fifofs: named pipes.  The vnode of whatever file system holds the name; the
 * bytes are in a ring here while somebody has it open.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>

#include "vfs_impl.h"

#define FIFO_SIZE	16384		/* a power of two, >= PIPE_BUF */

struct fifoinfo {
	kmutex_t	fi_lock;	/* all below */
	kcondvar_t	fi_cv;		/* data, room, or another end */
	struct selinfo	fi_rsel;
	struct selinfo	fi_wsel;
	u_int		fi_readers;
	u_int		fi_writers;
	u_int		fi_ropens;	/* opens ever, to see short ones */
	u_int		fi_wopens;
	u_int		fi_users;	/* opens, also while they wait */
	size_t		fi_head;	/* bytes ever read */
	size_t		fi_tail;	/* bytes ever written */
	char		fi_buf[FIFO_SIZE];
};

static inline size_t
fifo_count(const struct fifoinfo *fi)
{

	return fi->fi_tail - fi->fi_head;
}

static struct fifoinfo *
fifo_get(struct vnode *vp)
{
	struct fifoinfo *fi, *nfi = NULL;

	if (vp->v_fifoinfo == NULL)
		nfi = kmem_zalloc(sizeof(*nfi), KM_SLEEP);
	mutex_enter(vp->v_interlock);
	fi = vp->v_fifoinfo;
	if (fi == NULL && nfi != NULL) {
		fi = nfi;
		nfi = NULL;
		mutex_init(&fi->fi_lock, MUTEX_DEFAULT, IPL_NONE);
		cv_init(&fi->fi_cv, "fifo");
		selinit(&fi->fi_rsel);
		selinit(&fi->fi_wsel);
		vp->v_fifoinfo = fi;
	}
	if (fi != NULL)
		fi->fi_users++;
	mutex_exit(vp->v_interlock);
	if (nfi != NULL)
		kmem_free(nfi, sizeof(*nfi));
	return fi;
}

static void
fifo_put(struct vnode *vp, struct fifoinfo *fi)
{

	mutex_enter(vp->v_interlock);
	KASSERT(fi->fi_users > 0);
	if (--fi->fi_users > 0) {
		mutex_exit(vp->v_interlock);
		return;
	}
	vp->v_fifoinfo = NULL;
	mutex_exit(vp->v_interlock);
	KASSERT(fi->fi_readers == 0 && fi->fi_writers == 0);
	seldestroy(&fi->fi_rsel);
	seldestroy(&fi->fi_wsel);
	cv_destroy(&fi->fi_cv);
	mutex_destroy(&fi->fi_lock);
	kmem_free(fi, sizeof(*fi));
}

static void
fifo_wakeup(struct fifoinfo *fi)
{

	KASSERT(mutex_owned(&fi->fi_lock));
	cv_broadcast(&fi->fi_cv);
	selnotify(&fi->fi_rsel, POLLIN | POLLRDNORM | POLLHUP, NOTE_SUBMIT);
	selnotify(&fi->fi_wsel, POLLOUT | POLLWRNORM | POLLERR, NOTE_SUBMIT);
}

/* Sleep with the vnode unlocked; fi_lock is held before and after. */
static int
fifo_sleep(struct vnode *vp, struct fifoinfo *fi)
{
	int lktype, error;

	lktype = VOP_ISLOCKED(vp);
	if (lktype != LK_NONE)
		VOP_UNLOCK(vp);
	error = cv_wait_sig(&fi->fi_cv, &fi->fi_lock);
	if (lktype != LK_NONE) {
		/* The vnode lock comes before fi_lock. */
		mutex_exit(&fi->fi_lock);
		(void)vn_lock(vp, lktype | LK_RETRY);
		mutex_enter(&fi->fi_lock);
	}
	return error;
}

static int
fifo_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

/*
 * Waits for the other end, unless told not to: then reading is all right and
 * writing is ENXIO.
 */
static int
fifo_open(void *v)
{
	struct vop_open_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct fifoinfo *fi;
	u_int seen;
	int error = 0;

	fi = fifo_get(vp);
	mutex_enter(&fi->fi_lock);
	if ((ap->a_mode & (FREAD | FWRITE | O_NONBLOCK)) ==
	    (FWRITE | O_NONBLOCK) && fi->fi_readers == 0) {
		error = ENXIO;
		goto out;
	}
	if (ap->a_mode & FREAD) {
		fi->fi_readers++;
		fi->fi_ropens++;
	}
	if (ap->a_mode & FWRITE) {
		fi->fi_writers++;
		fi->fi_wopens++;
	}
	fifo_wakeup(fi);
	if ((ap->a_mode & O_NONBLOCK) != 0)
		goto out;
	if ((ap->a_mode & FWRITE) == 0) {
		seen = fi->fi_wopens;
		while (error == 0 && fi->fi_writers == 0 &&
		    fi->fi_wopens == seen && fifo_count(fi) == 0)
			error = fifo_sleep(vp, fi);
	} else if ((ap->a_mode & FREAD) == 0) {
		seen = fi->fi_ropens;
		while (error == 0 && fi->fi_readers == 0 &&
		    fi->fi_ropens == seen)
			error = fifo_sleep(vp, fi);
	}
	if (error != 0) {
		if (ap->a_mode & FREAD)
			fi->fi_readers--;
		if (ap->a_mode & FWRITE)
			fi->fi_writers--;
		fifo_wakeup(fi);
	}
out:
	mutex_exit(&fi->fi_lock);
	if (error != 0)
		fifo_put(vp, fi);
	return error;
}

static int
fifo_close(void *v)
{
	struct vop_close_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;

	if (fi == NULL)
		return 0;
	mutex_enter(&fi->fi_lock);
	if (ap->a_fflag & FREAD) {
		KASSERT(fi->fi_readers > 0);
		fi->fi_readers--;
	}
	if (ap->a_fflag & FWRITE) {
		KASSERT(fi->fi_writers > 0);
		fi->fi_writers--;
	}
	fifo_wakeup(fi);
	mutex_exit(&fi->fi_lock);
	fifo_put(ap->a_vp, fi);
	return 0;
}

static int
fifo_read(void *v)
{
	struct vop_read_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;
	struct uio *uio = ap->a_uio;
	size_t n, off;
	int error = 0;

	if (fi == NULL)
		return EBADF;
	if (uio->uio_resid == 0)
		return 0;
	mutex_enter(&fi->fi_lock);
	while (fifo_count(fi) == 0) {
		if (fi->fi_writers == 0)
			goto out;
		if (ap->a_ioflag & IO_NDELAY) {
			error = EWOULDBLOCK;
			goto out;
		}
		error = fifo_sleep(ap->a_vp, fi);
		if (error != 0)
			goto out;
	}
	while (error == 0 && uio->uio_resid > 0 && fifo_count(fi) > 0) {
		off = fi->fi_head & (FIFO_SIZE - 1);
		n = MIN(MIN(uio->uio_resid, fifo_count(fi)), FIFO_SIZE - off);
		error = uiomove(fi->fi_buf + off, n, uio);
		if (error == 0)
			fi->fi_head += n;
	}
	fifo_wakeup(fi);
out:
	mutex_exit(&fi->fi_lock);
	return error;
}

/*
 * Up to PIPE_BUF bytes go in one piece.
 */
static int
fifo_write(void *v)
{
	struct vop_write_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;
	struct uio *uio = ap->a_uio;
	size_t n, off, room, want;
	bool wrote = false;
	int error = 0;

	if (fi == NULL)
		return EBADF;
	want = uio->uio_resid <= PIPE_BUF ? uio->uio_resid : 1;
	mutex_enter(&fi->fi_lock);
	while (uio->uio_resid > 0) {
		if (fi->fi_readers == 0) {
			error = EPIPE;
			break;
		}
		room = FIFO_SIZE - fifo_count(fi);
		if (room < want) {
			if (ap->a_ioflag & IO_NDELAY) {
				error = wrote ? 0 : EWOULDBLOCK;
				break;
			}
			error = fifo_sleep(ap->a_vp, fi);
			if (error != 0)
				break;
			continue;
		}
		off = fi->fi_tail & (FIFO_SIZE - 1);
		n = MIN(MIN(uio->uio_resid, room), FIFO_SIZE - off);
		error = uiomove(fi->fi_buf + off, n, uio);
		if (error != 0)
			break;
		fi->fi_tail += n;
		wrote = true;
		want = 1;
		fifo_wakeup(fi);
	}
	mutex_exit(&fi->fi_lock);
	return error;
}

static int
fifo_ioctl(void *v)
{
	struct vop_ioctl_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;

	switch (ap->a_command) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	case FIONREAD:
		*(int *)ap->a_data = fi == NULL ? 0 : fifo_count(fi);
		return 0;
	case FIONWRITE:
		*(int *)ap->a_data = fi == NULL ? 0 : fifo_count(fi);
		return 0;
	case FIONSPACE:
		*(int *)ap->a_data =
		    fi == NULL ? 0 : FIFO_SIZE - fifo_count(fi);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

static int
fifo_poll(void *v)
{
	struct vop_poll_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;
	int revents = 0;

	if (fi == NULL)
		return POLLERR;
	mutex_enter(&fi->fi_lock);
	if (fifo_count(fi) > 0 || fi->fi_writers == 0)
		revents |= ap->a_events & (POLLIN | POLLRDNORM);
	if (fi->fi_writers == 0 && fi->fi_wopens > 0)
		revents |= POLLHUP;
	if (fi->fi_readers == 0)
		revents |= POLLERR;
	else if (FIFO_SIZE - fifo_count(fi) >= PIPE_BUF)
		revents |= ap->a_events & (POLLOUT | POLLWRNORM);
	if ((revents & (POLLIN | POLLRDNORM | POLLHUP)) == 0 &&
	    (ap->a_events & (POLLIN | POLLRDNORM)) != 0)
		selrecord(curlwp, &fi->fi_rsel);
	if ((revents & (POLLOUT | POLLWRNORM | POLLERR)) == 0 &&
	    (ap->a_events & (POLLOUT | POLLWRNORM)) != 0)
		selrecord(curlwp, &fi->fi_wsel);
	mutex_exit(&fi->fi_lock);
	return revents;
}

static void
filt_fifordetach(struct knote *kn)
{
	struct fifoinfo *fi = ((struct vnode *)kn->kn_hook)->v_fifoinfo;

	if (fi == NULL)
		return;
	mutex_enter(&fi->fi_lock);
	selremove_knote(&fi->fi_rsel, kn);
	mutex_exit(&fi->fi_lock);
}

static void
filt_fifowdetach(struct knote *kn)
{
	struct fifoinfo *fi = ((struct vnode *)kn->kn_hook)->v_fifoinfo;

	if (fi == NULL)
		return;
	mutex_enter(&fi->fi_lock);
	selremove_knote(&fi->fi_wsel, kn);
	mutex_exit(&fi->fi_lock);
}

static int
filt_fiforead(struct knote *kn, long hint)
{
	struct fifoinfo *fi = ((struct vnode *)kn->kn_hook)->v_fifoinfo;
	int rv;

	if (fi == NULL)
		return 0;
	if (hint != NOTE_SUBMIT)
		mutex_enter(&fi->fi_lock);
	kn->kn_data = fifo_count(fi);
	rv = kn->kn_data > 0;
	if (fi->fi_writers == 0) {
		knote_set_eof(kn, 0);
		rv = 1;
	} else {
		knote_clear_eof(kn);
	}
	if (hint != NOTE_SUBMIT)
		mutex_exit(&fi->fi_lock);
	return rv;
}

static int
filt_fifowrite(struct knote *kn, long hint)
{
	struct fifoinfo *fi = ((struct vnode *)kn->kn_hook)->v_fifoinfo;
	int rv;

	if (fi == NULL)
		return 0;
	if (hint != NOTE_SUBMIT)
		mutex_enter(&fi->fi_lock);
	kn->kn_data = FIFO_SIZE - fifo_count(fi);
	rv = kn->kn_data >= PIPE_BUF;
	if (fi->fi_readers == 0) {
		knote_set_eof(kn, 0);
		rv = 1;
	} else {
		knote_clear_eof(kn);
	}
	if (hint != NOTE_SUBMIT)
		mutex_exit(&fi->fi_lock);
	return rv;
}

static const struct filterops fiforead_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_fifordetach,
	.f_event = filt_fiforead,
};

static const struct filterops fifowrite_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_fifowdetach,
	.f_event = filt_fifowrite,
};

static int
fifo_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;
	struct knote *kn = ap->a_kn;

	if (kn->kn_filter == EVFILT_VNODE)
		return genfs_kqfilter(v);
	if (fi == NULL)
		return EBADF;
	kn->kn_hook = ap->a_vp;
	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &fiforead_filtops;
		mutex_enter(&fi->fi_lock);
		selrecord_knote(&fi->fi_rsel, kn);
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &fifowrite_filtops;
		mutex_enter(&fi->fi_lock);
		selrecord_knote(&fi->fi_wsel, kn);
		break;
	default:
		return EINVAL;
	}
	mutex_exit(&fi->fi_lock);
	return 0;
}

static int
fifo_bmap(void *v)
{
	struct vop_bmap_args *ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = 0;
	return 0;
}

static int
fifo_print(void *v)
{
	struct vop_print_args *ap = v;
	struct fifoinfo *fi = ap->a_vp->v_fifoinfo;

	if (fi == NULL)
		printf("fifo, not open\n");
	else
		printf("fifo with %u readers, %u writers, %zu bytes\n",
		    fi->fi_readers, fi->fi_writers, fifo_count(fi));
	return 0;
}

static int
fifo_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = LINK_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
		*ap->a_retval = 1;
		return 0;
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	default:
		return genfs_pathconf(v);
	}
}

int (**fifo_vnodeop_p)(void *);

static const struct vnodeopv_entry_desc fifo_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_badop },
	{ &vop_lookup_desc, fifo_lookup },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_access_desc, genfs_ebadf },
	{ &vop_accessx_desc, genfs_ebadf },
	{ &vop_getattr_desc, genfs_ebadf },
	{ &vop_setattr_desc, genfs_ebadf },
	{ &vop_read_desc, fifo_read },
	{ &vop_write_desc, fifo_write },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, fifo_bmap },
	{ &vop_strategy_desc, genfs_badop },
	{ &vop_print_desc, fifo_print },
	{ &vop_pathconf_desc, fifo_pathconf },
	{ &vop_advlock_desc, genfs_einval },
	{ &vop_bwrite_desc, genfs_nullop },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};

const struct vnodeopv_desc fifo_vnodeop_opv_desc = {
	&fifo_vnodeop_p, fifo_vnodeop_entries
};
