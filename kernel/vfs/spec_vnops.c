/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * specfs: the vnodes of devices.  All vnodes of one device share a specdev,
 * which counts how often it is open, so that the driver sees one open and
 * one close; a block device can be open through one vnode only, as its
 * buffers hang off that.
 *
 * device_lock guards the chains and the counts.  A call into the driver holds
 * sd_iocnt, so that a revoke knows when the driver is quiet.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"

#define SPECHSZ		64		/* a power of two */
#define SPECHASH(rdev)	\
	((unsigned)(major(rdev) * 31 + minor(rdev)) & (SPECHSZ - 1))
#define SPEC_BSIZE	2048		/* where the driver does not say */

static vnode_t *specfs_hash[SPECHSZ];
static kcondvar_t specfs_iocv;

static int spec_read_block(vnode_t *, struct uio *);
static int spec_write_block(vnode_t *, struct uio *, int);

int (**spec_vnodeop_p)(void *);

static const struct vnodeopv_entry_desc spec_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	GENFS_SPECOP_ENTRIES,
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, spec_access },
	{ &vop_accessx_desc, genfs_ebadf },
	{ &vop_getattr_desc, spec_getattr },
	{ &vop_setattr_desc, spec_setattr },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_inactive_desc, spec_inactive },
	{ &vop_reclaim_desc, spec_reclaim },
	{ &vop_lock_desc, spec_lock },
	{ &vop_unlock_desc, spec_unlock },
	{ &vop_print_desc, spec_print },
	{ &vop_islocked_desc, spec_islocked },
	{ &vop_bwrite_desc, spec_bwrite },
	{ NULL, NULL }
};

const struct vnodeopv_desc spec_vnodeop_opv_desc = {
	&spec_vnodeop_p, spec_vnodeop_entries
};

void
spec_init(void)
{

	cv_init(&specfs_iocv, "specio");
}

/*
 * VFS_NEWVNODE of anonymous device vnodes, for bdevvp() and cdevvp().
 */
int
spec_newvnode(struct mount *mp, vnode_t *dvp, vnode_t *vp, struct vattr *vap,
    kauth_cred_t cred, void *extra, size_t *key_len, const void **new_key)
{

	if (vap->va_type != VBLK && vap->va_type != VCHR)
		return EINVAL;
	vp->v_type = vap->va_type;
	vp->v_op = spec_vnodeop_p;
	vp->v_vflag |= VV_MPSAFE;
	uvm_vnp_setsize(vp, 0);
	spec_node_init(vp, vap->va_rdev);
	*key_len = 0;
	*new_key = NULL;
	return 0;
}

/*
 * Nodes and devices.
 */

/*
 * Give a new vnode of type VBLK or VCHR its device.
 */
void
spec_node_init(vnode_t *vp, dev_t rdev)
{
	specnode_t *sn;
	specdev_t *sd, *nsd;
	vnode_t *vp2, **vpp;

	KASSERT(vp->v_type == VBLK || vp->v_type == VCHR);
	KASSERT(vp->v_specnode == NULL);
	sn = kmem_zalloc(sizeof(*sn), KM_SLEEP);
	nsd = kmem_zalloc(sizeof(*nsd), KM_SLEEP);
	nsd->sd_rdev = rdev;
	vpp = &specfs_hash[SPECHASH(rdev)];

	mutex_enter(&device_lock);
	sd = nsd;
	for (vp2 = *vpp; vp2 != NULL; vp2 = vp2->v_specnext) {
		if (vp2->v_type == vp->v_type && vp2->v_rdev == rdev &&
		    !vp2->v_specnode->sn_gone) {
			sd = vp2->v_specnode->sn_dev;
			break;
		}
	}
	sd->sd_refcnt++;
	sn->sn_dev = sd;
	sn->sn_rdev = rdev;
	sn->sn_next = *vpp;
	vp->v_specnode = sn;
	*vpp = vp;
	mutex_exit(&device_lock);
	if (sd != nsd)
		kmem_free(nsd, sizeof(*nsd));
}

/*
 * The vnode is being freed.
 */
void
spec_node_destroy(vnode_t *vp)
{
	specnode_t *sn = vp->v_specnode;
	specdev_t *sd;
	vnode_t **vpp;
	bool last;

	if (sn == NULL)
		return;
	sd = sn->sn_dev;
	mutex_enter(&device_lock);
	KASSERT(sn->sn_opencnt == 0);
	for (vpp = &specfs_hash[SPECHASH(sn->sn_rdev)]; *vpp != vp;
	    vpp = &(*vpp)->v_specnode->sn_next)
		KASSERT(*vpp != NULL);
	*vpp = sn->sn_next;
	last = --sd->sd_refcnt == 0;
	vp->v_specnode = NULL;
	mutex_exit(&device_lock);
	if (last) {
		KASSERT(sd->sd_opencnt == 0);
		KASSERT(sd->sd_bdevvp == NULL);
		kmem_free(sd, sizeof(*sd));
	}
	kmem_free(sn, sizeof(*sn));
}

/*
 * A vnode of the device, referenced; ENOENT if there is none.  VDEAD_NOWAIT
 * in flags passes over vnodes that are changing state.
 */
int
spec_node_lookup_by_dev(enum vtype type, dev_t dev, int flags, vnode_t **vpp)
{
	vnode_t *vp;

again:
	mutex_enter(&device_lock);
	for (vp = specfs_hash[SPECHASH(dev)]; vp != NULL;
	    vp = vp->v_specnext) {
		if (vp->v_type != type || vp->v_rdev != dev ||
		    vp->v_specnode->sn_gone)
			continue;
		mutex_enter(vp->v_interlock);
		if (vdead_check(vp, VDEAD_NOWAIT) == EBUSY &&
		    (flags & VDEAD_NOWAIT) != 0) {
			mutex_exit(vp->v_interlock);
			continue;
		}
		if (VNODE_TO_VIMPL(vp)->vi_state == VS_RECLAIMED) {
			mutex_exit(vp->v_interlock);
			continue;
		}
		mutex_exit(&device_lock);
		if (vcache_vget(vp) != 0)
			goto again;
		*vpp = vp;
		return 0;
	}
	mutex_exit(&device_lock);
	return ENOENT;
}

/*
 * The vnode of the block device that `mp' is mounted from, referenced.
 */
int
spec_node_lookup_by_mount(struct mount *mp, vnode_t **vpp)
{
	vnode_t *vp = NULL;
	int i;

	mutex_enter(&device_lock);
	for (i = 0; i < SPECHSZ && vp == NULL; i++) {
		for (vp = specfs_hash[i]; vp != NULL; vp = vp->v_specnext) {
			if (vp->v_type == VBLK &&
			    vp == vp->v_specnode->sn_dev->sd_bdevvp &&
			    vp->v_specnode->sn_dev->sd_mountpoint == mp)
				break;
		}
	}
	if (vp == NULL) {
		mutex_exit(&device_lock);
		return ENOENT;
	}
	mutex_enter(vp->v_interlock);
	mutex_exit(&device_lock);
	if (vcache_vget(vp) != 0)
		return ENOENT;
	*vpp = vp;
	return 0;
}

/*
 * The file system mounted from the block device, or NULL.
 */
struct mount *
spec_node_getmountedfs(vnode_t *devvp)
{

	KASSERT(devvp->v_type == VBLK);
	return devvp->v_specnode->sn_dev->sd_mountpoint;
}

/*
 * Called by file systems when they mount and unmount.
 */
void
spec_node_setmountedfs(vnode_t *devvp, struct mount *mp)
{

	KASSERT(devvp->v_type == VBLK);
	KASSERT(devvp->v_specnode->sn_dev->sd_mountpoint == NULL ||
	    mp == NULL);
	devvp->v_specnode->sn_dev->sd_mountpoint = mp;
}

/* The vnode goes while it is open: close the device. */
void
spec_node_revoke(vnode_t *vp)
{
	specnode_t *sn = vp->v_specnode;
	specdev_t *sd = sn->sn_dev;
	bool last;

	KASSERT(vp->v_type == VBLK || vp->v_type == VCHR);
	mutex_enter(&device_lock);
	KASSERT(!sn->sn_gone);
	sn->sn_gone = true;
	if (sn->sn_opencnt == 0) {
		/* Somebody else's last close: the driver isn't through yet. */
		while (sd->sd_closing)
			cv_wait(&specfs_iocv, &device_lock);
		mutex_exit(&device_lock);
		return;
	}
	KASSERT(sd->sd_opencnt >= sn->sn_opencnt);
	sd->sd_opencnt -= sn->sn_opencnt;
	sn->sn_opencnt = 0;
	last = sd->sd_opencnt == 0 && sd->sd_opened;
	if (sd->sd_bdevvp == vp)
		sd->sd_bdevvp = NULL;
	if (last) {
		sd->sd_opened = false;
		sd->sd_closing = true;
	}
	if (!last) {
		/* Who opens it is on his way, and looks at the node once more. */
		while (sn->sn_opening > 0)
			cv_wait(&specfs_iocv, &device_lock);
		mutex_exit(&device_lock);
		return;
	}
	mutex_exit(&device_lock);

	/* Wake those who sleep in the driver, then close it. */
	if (vp->v_type == VCHR)
		(void)cdev_cancel(sn->sn_rdev, 0, S_IFCHR, curlwp);
	else
		(void)bdev_cancel(sn->sn_rdev, 0, S_IFBLK, curlwp);
	if (vp->v_type == VCHR)
		(void)cdev_close(sn->sn_rdev, FNONBLOCK, S_IFCHR, curlwp);
	else
		(void)bdev_close(sn->sn_rdev, FNONBLOCK, S_IFBLK, curlwp);
	mutex_enter(&device_lock);
	while (sd->sd_iocnt > 0)
		cv_wait(&specfs_iocv, &device_lock);
	sd->sd_closing = false;
	cv_broadcast(&specfs_iocv);
	mutex_exit(&device_lock);
}

/*
 * Around a call of the driver.
 */
static int
spec_io_enter(vnode_t *vp, specdev_t **sdp, dev_t *devp)
{
	specnode_t *sn;
	specdev_t *sd;

	mutex_enter(&device_lock);
	sn = vp->v_specnode;
	if (vp->v_op == dead_vnodeop_p || sn == NULL || sn->sn_gone) {
		mutex_exit(&device_lock);
		return ENXIO;
	}
	sd = sn->sn_dev;
	sd->sd_iocnt++;
	*sdp = sd;
	*devp = sn->sn_rdev;
	mutex_exit(&device_lock);
	return 0;
}

static void
spec_io_exit(specdev_t *sd)
{

	mutex_enter(&device_lock);
	KASSERT(sd->sd_iocnt > 0);
	if (--sd->sd_iocnt == 0 && sd->sd_closing)
		cv_broadcast(&specfs_iocv);
	mutex_exit(&device_lock);
}

/*
 * Vnode operations.
 */

int
spec_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

/* Bytes of the disk that `vp' is, as its driver says; 0 if it does not. */
static voff_t
spec_size(vnode_t *vp, dev_t dev)
{
	struct partinfo pi;
	uint64_t size;
	int error;

	if (vp->v_type == VCHR)
		error = cdev_ioctl(dev, DIOCGPARTINFO, &pi, FREAD, curlwp);
	else
		error = bdev_ioctl(dev, DIOCGPARTINFO, &pi, FREAD, curlwp);
	if (error != 0 || __builtin_mul_overflow((uint64_t)pi.pi_secsize,
	    pi.pi_size, &size) || size > INT64_MAX)
		return 0;
	return size;
}

int
spec_open(void *v)
{
	struct vop_open_args *ap = v;
	vnode_t *vp = ap->a_vp;
	specnode_t *sn = vp->v_specnode;
	specdev_t *sd = sn->sn_dev;
	enum kauth_device_req req;
	dev_t dev = vp->v_rdev;
	bool close;
	int error;

	/* Device files of foreign file systems are just names. */
	if (vp->v_mount != NULL && (vp->v_mount->mnt_flag & MNT_NODEV))
		return ENXIO;
	req = (ap->a_mode & FWRITE) ? KAUTH_REQ_DEVICE_RAWIO_SPEC_RW :
	    KAUTH_REQ_DEVICE_RAWIO_SPEC_READ;
	error = kauth_authorize_device_spec(ap->a_cred, req, vp);
	if (error != 0)
		return error;

	mutex_enter(&device_lock);
	while (sd->sd_closing) {
		error = cv_wait_sig(&specfs_iocv, &device_lock);
		if (error != 0)
			goto out;
	}
	if (sn->sn_gone) {
		error = EBADF;
		goto out;
	}
	if (vp->v_type == VBLK) {
		/* Buffers of two vnodes of one disk would not agree. */
		if (sd->sd_opencnt != 0) {
			error = EBUSY;
			goto out;
		}
		KASSERT(sd->sd_bdevvp == NULL);
		sd->sd_bdevvp = vp;
	}
	sd->sd_opencnt++;
	sn->sn_opencnt++;
	sn->sn_opening++;
	sd->sd_iocnt++;
	mutex_exit(&device_lock);

	/* A driver may take long, or need the vnode. */
	VOP_UNLOCK(vp);
	if (vp->v_type == VCHR)
		error = cdev_open(dev, ap->a_mode, S_IFCHR, curlwp);
	else
		error = bdev_open(dev, ap->a_mode, S_IFBLK, curlwp);
	if (error == 0 && vp->v_type == VCHR &&
	    (cdev_type(dev) == D_TTY))
		vp->v_vflag |= VV_ISTTY;

	/*
	 * The driver has been left before the vnode is locked again: who
	 * revokes it holds its lock and waits for that.
	 */
	mutex_enter(&device_lock);
	close = false;
	if (sn->sn_gone) {
		/* Revoked while it opened; the counts are gone already. */
		close = error == 0 && sd->sd_opencnt == 0 && !sd->sd_closing;
		if (error == 0)
			error = EBADF;
	} else if (error == 0) {
		/* From now on a revocation closes it. */
		sd->sd_opened = true;
	} else {
		sn->sn_opencnt--;
		/* Whoever had it open may have taken this one for the last. */
		close = --sd->sd_opencnt == 0 && sd->sd_opened &&
		    !sd->sd_closing;
		if (vp->v_type == VBLK)
			sd->sd_bdevvp = NULL;
	}
	if (close) {
		sd->sd_opened = false;
		sd->sd_closing = true;
		mutex_exit(&device_lock);
		if (vp->v_type == VCHR)
			(void)cdev_close(dev, FNONBLOCK, S_IFCHR, curlwp);
		else
			(void)bdev_close(dev, FNONBLOCK, S_IFBLK, curlwp);
		mutex_enter(&device_lock);
		sd->sd_closing = false;
	}
	sd->sd_iocnt--;
	sn->sn_opening--;
	cv_broadcast(&specfs_iocv);
	mutex_exit(&device_lock);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (error == 0) {
		/* The node may be another one by now, or none. */
		mutex_enter(&device_lock);
		if (vp->v_specnode == NULL || vp->v_specnode->sn_gone)
			error = EBADF;
		mutex_exit(&device_lock);
	}
	if (error == 0 && (vp->v_type == VBLK || cdev_type(dev) == D_DISK))
		uvm_vnp_setsize(vp, spec_size(vp, dev));
	return error;
out:
	mutex_exit(&device_lock);
	return error;
}

int
spec_close(void *v)
{
	struct vop_close_args *ap = v;
	vnode_t *vp = ap->a_vp;
	specnode_t *sn = vp->v_specnode;
	specdev_t *sd = sn->sn_dev;
	dev_t dev = vp->v_rdev;
	bool last;
	int error;

	/* The last close of a disk leaves no buffers behind. */
	if (vp->v_type == VBLK && sd->sd_opencnt == 1) {
		error = vinvalbuf(vp, V_SAVE, ap->a_cred, curlwp, false, 0);
		if (error != 0)
			(void)vinvalbuf(vp, 0, ap->a_cred, curlwp, false, 0);
	}
	mutex_enter(&device_lock);
	if (sn->sn_gone) {
		mutex_exit(&device_lock);
		return 0;
	}
	KASSERTMSG(sn->sn_opencnt > 0, "device closed more often than opened");
	KASSERT(sd->sd_opencnt > 0);
	sn->sn_opencnt--;
	last = --sd->sd_opencnt == 0;
	if (vp->v_type == VBLK)
		sd->sd_bdevvp = NULL;
	if (!last) {
		mutex_exit(&device_lock);
		return 0;
	}
	sd->sd_opened = false;
	sd->sd_closing = true;
	mutex_exit(&device_lock);

	/* Who holds the vnode lock may be waiting for this very close. */
	VOP_UNLOCK(vp);
	if (vp->v_type == VCHR)
		error = cdev_close(dev, ap->a_fflag, S_IFCHR, curlwp);
	else
		error = bdev_close(dev, ap->a_fflag, S_IFBLK, curlwp);
	mutex_enter(&device_lock);
	sd->sd_closing = false;
	cv_broadcast(&specfs_iocv);
	mutex_exit(&device_lock);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	return error;
}

/* Size of the buffers that a disk is read through. */
static int
spec_bsize(vnode_t *vp)
{
	struct partinfo pi;

	if (bdev_ioctl(vp->v_rdev, DIOCGPARTINFO, &pi, FREAD, curlwp) != 0 ||
	    pi.pi_bsize < DEV_BSIZE || pi.pi_bsize > MAXBSIZE ||
	    !powerof2(pi.pi_bsize))
		return SPEC_BSIZE;
	return pi.pi_bsize;
}

static int
spec_read_block(vnode_t *vp, struct uio *uio)
{
	struct buf *bp;
	int bsize, on, error = 0;
	size_t n;
	daddr_t bn;

	if (uio->uio_offset < 0)
		return EINVAL;
	bsize = spec_bsize(vp);
	do {
		on = uio->uio_offset & (bsize - 1);
		bn = (uio->uio_offset - on) >> DEV_BSHIFT;
		n = MIN((size_t)(bsize - on), uio->uio_resid);
		error = bread(vp, bn, bsize, 0, &bp);
		if (error != 0)
			return error;
		/* Past the end of the disk there is less. */
		if (bsize - bp->b_resid <= on) {
			brelse(bp, 0);
			return 0;
		}
		n = MIN(n, (size_t)(bsize - bp->b_resid - on));
		error = uiomove((char *)bp->b_data + on, n, uio);
		brelse(bp, 0);
	} while (error == 0 && uio->uio_resid > 0 && n != 0);
	return error;
}

static int
spec_write_block(vnode_t *vp, struct uio *uio, int ioflag)
{
	struct buf *bp;
	int bsize, on, error = 0;
	size_t n;
	daddr_t bn;

	if (uio->uio_resid == 0)
		return 0;
	if (uio->uio_offset < 0)
		return EINVAL;
	bsize = spec_bsize(vp);
	do {
		on = uio->uio_offset & (bsize - 1);
		bn = (uio->uio_offset - on) >> DEV_BSHIFT;
		n = MIN((size_t)(bsize - on), uio->uio_resid);
		if (n == (size_t)bsize) {
			bp = getblk(vp, bn, bsize, 0, 0);
			if (bp == NULL)
				return EIO;
		} else {
			error = bread(vp, bn, bsize, B_MODIFY, &bp);
			if (error != 0)
				return error;
		}
		if (bsize - bp->b_resid <= on) {
			brelse(bp, 0);
			return ENOSPC;
		}
		n = MIN(n, (size_t)(bsize - bp->b_resid - on));
		error = uiomove((char *)bp->b_data + on, n, uio);
		if (error != 0) {
			/* Half new, half old, or not even that. */
			brelse(bp, BC_INVAL);
			return error;
		}
		if (ioflag & IO_SYNC)
			error = bwrite(bp);
		else if (n + on == (size_t)bsize)
			bawrite(bp);
		else
			bdwrite(bp);
	} while (error == 0 && uio->uio_resid > 0 && n != 0);
	return error;
}

int
spec_read(void *v)
{
	struct vop_read_args *ap = v;
	vnode_t *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	specdev_t *sd;
	dev_t dev;
	int error, lktype;

	KASSERT(uio->uio_rw == UIO_READ);
	if (uio->uio_resid == 0)
		return 0;
	if (vp->v_type == VBLK)
		return spec_read_block(vp, uio);
	lktype = VOP_ISLOCKED(vp);
	VOP_UNLOCK(vp);
	error = spec_io_enter(vp, &sd, &dev);
	if (error == 0) {
		error = cdev_read(dev, uio, ap->a_ioflag);
		spec_io_exit(sd);
	}
	(void)vn_lock(vp, lktype | LK_RETRY);
	return error;
}

int
spec_write(void *v)
{
	struct vop_write_args *ap = v;
	vnode_t *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	specdev_t *sd;
	dev_t dev;
	int error, lktype;

	KASSERT(uio->uio_rw == UIO_WRITE);
	if (vp->v_type == VBLK)
		return spec_write_block(vp, uio, ap->a_ioflag);
	lktype = VOP_ISLOCKED(vp);
	VOP_UNLOCK(vp);
	error = spec_io_enter(vp, &sd, &dev);
	if (error == 0) {
		error = cdev_write(dev, uio, ap->a_ioflag);
		spec_io_exit(sd);
	}
	(void)vn_lock(vp, lktype | LK_RETRY);
	return error;
}

int
spec_fdiscard(void *v)
{
	struct vop_fdiscard_args *ap = v;
	specdev_t *sd;
	dev_t dev;
	int error;

	error = spec_io_enter(ap->a_vp, &sd, &dev);
	if (error != 0)
		return error;
	if (ap->a_vp->v_type == VCHR)
		error = cdev_discard(dev, ap->a_pos, ap->a_len);
	else
		error = bdev_discard(dev, ap->a_pos, ap->a_len);
	spec_io_exit(sd);
	return error;
}

int
spec_ioctl(void *v)
{
	struct vop_ioctl_args *ap = v;
	specdev_t *sd;
	dev_t dev;
	int error;

	error = spec_io_enter(ap->a_vp, &sd, &dev);
	if (error != 0)
		return error;
	if (ap->a_vp->v_type == VCHR)
		error = cdev_ioctl(dev, ap->a_command, ap->a_data,
		    ap->a_fflag, curlwp);
	else
		error = bdev_ioctl(dev, ap->a_command, ap->a_data,
		    ap->a_fflag, curlwp);
	spec_io_exit(sd);
	return error;
}

int
spec_poll(void *v)
{
	struct vop_poll_args *ap = v;
	specdev_t *sd;
	dev_t dev;
	int revents;

	if (ap->a_vp->v_type != VCHR)
		return genfs_poll(v);
	if (spec_io_enter(ap->a_vp, &sd, &dev) != 0)
		return POLLERR;
	revents = cdev_poll(dev, ap->a_events, curlwp);
	spec_io_exit(sd);
	return revents;
}

int
spec_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;
	specdev_t *sd;
	dev_t dev;
	int error;

	if (ap->a_vp->v_type != VCHR)
		return genfs_kqfilter(v);
	error = spec_io_enter(ap->a_vp, &sd, &dev);
	if (error != 0)
		return error;
	error = cdev_kqfilter(dev, ap->a_kn);
	spec_io_exit(sd);
	return error;
}

int
spec_mmap(void *v)
{

	return 0;
}

int
spec_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	vnode_t *vp = ap->a_vp;
	int error = 0, force = 1;
	specdev_t *sd;
	dev_t dev;

	if (vp->v_type != VBLK)
		return 0;
	error = vflushbuf(vp, ap->a_flags);
	if (error == 0 && (ap->a_flags & (FSYNC_CACHE | FSYNC_WAIT)) ==
	    (FSYNC_CACHE | FSYNC_WAIT)) {
		error = spec_io_enter(vp, &sd, &dev);
		if (error != 0)
			return error;
		error = bdev_ioctl(dev, DIOCCACHESYNC, &force, FWRITE, curlwp);
		spec_io_exit(sd);
		/* A disk without a cache has nothing to flush. */
		if (error == ENODEV || error == ENOTTY ||
		    error == EOPNOTSUPP || error == EPASSTHROUGH)
			error = 0;
	}
	return error;
}

int
spec_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	specdev_t *sd;
	dev_t dev;
	int error;

	/* The driver may not go while it is in there. */
	error = spec_io_enter(ap->a_vp, &sd, &dev);
	if (error != 0)
		goto fail;
	bp->b_dev = dev;
	/* Snapshots want to see what a write is about to destroy. */
	if ((bp->b_flags & B_READ) == 0 && (bp->b_flags & B_COWDONE) == 0)
		error = fscow_run(bp, false);
	if (error == 0)
		bdev_strategy(bp);
	spec_io_exit(sd);
	if (error == 0)
		return 0;
fail:
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
	return error;
}

/*
 * An anonymous vnode has no file to come back to.
 */
int
spec_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;

	*ap->a_recycle = true;
	return 0;
}

int
spec_reclaim(void *v)
{
	struct vop_reclaim_v2_args *ap = v;

	VOP_UNLOCK(ap->a_vp);
	KASSERT(ap->a_vp->v_mount == dead_rootmount);
	return 0;
}

int
spec_bmap(void *v)
{
	struct vop_bmap_args *ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = MAXBSIZE / DEV_BSIZE - 1;
	return 0;
}

int
spec_print(void *v)
{
	struct vop_print_args *ap = v;

	printf("device %llu, %llu\n",
	    (unsigned long long)major(ap->a_vp->v_rdev),
	    (unsigned long long)minor(ap->a_vp->v_rdev));
	return 0;
}

int
spec_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = LINK_MAX;
		return 0;
	case _PC_MAX_CANON:
		*ap->a_retval = MAX_CANON;
		return 0;
	case _PC_MAX_INPUT:
		*ap->a_retval = MAX_INPUT;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
		*ap->a_retval = 1;
		return 0;
	case _PC_VDISABLE:
		*ap->a_retval = _POSIX_VDISABLE;
		return 0;
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	default:
		return genfs_pathconf(v);
	}
}

int
spec_advlock(void *v)
{
	struct vop_advlock_args *ap = v;

	return lf_advlock(ap, &ap->a_vp->v_speclockf, (off_t)0);
}

/*
 * Is it the kernel's memory?
 */
bool
iskmemvp(vnode_t *vp)
{
	const char *name;

	if (vp->v_type != VCHR || minor(vp->v_rdev) > DEV_KMEM)
		return false;
	name = cdevsw_getname(major(vp->v_rdev));
	return name != NULL && strcmp(name, "mem") == 0;
}
