/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadfs: the operations of a vnode whose file was taken away, by revoke(2)
 * or a forced unmount, and the mount that such vnodes are on.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>

#include "vfs_impl.h"

struct mount *dead_rootmount;

static int
dead_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

static int
dead_open(void *v)
{

	return ENXIO;
}

/* The ends of a named pipe are counted beside the file, which is gone. */
static int
dead_close(void *v)
{
	struct vop_close_args *ap = v;

	return ap->a_vp->v_type == VFIFO ? vn_fifo_bypass(v) : 0;
}

static int
dead_eio(void *v)
{

	return EIO;
}

/* A terminal reads as at its end, everything else as broken. */
static int
dead_read(void *v)
{
	struct vop_read_args *ap = v;

	return (ap->a_vp->v_vflag & VV_ISTTY) ? 0 : EIO;
}

static int
dead_ebadf(void *v)
{

	return EBADF;
}

/* The same for operations that consume vnodes. */
static int
dead_release(void *v)
{

	(void)genfs_eopnotsupp(v);
	return EBADF;
}

static int
dead_poll(void *v)
{

	return POLLHUP;
}

static int
dead_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;

	*ap->a_recycle = false;
	return 0;
}

static int
dead_reclaim(void *v)
{
	struct vop_reclaim_v2_args *ap = v;

	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static int
dead_strategy(void *v)
{
	struct vop_strategy_args *ap = v;

	ap->a_bp->b_error = EIO;
	ap->a_bp->b_resid = ap->a_bp->b_bcount;
	biodone(ap->a_bp);
	return 0;
}

static int
dead_print(void *v)
{

	printf("tag VT_NON, dead vnode\n");
	return 0;
}

static int
dead_getpages(void *v)
{
	struct vop_getpages_args *ap = v;

	if ((ap->a_flags & PGO_LOCKED) == 0)
		rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return (ap->a_flags & PGO_LOCKED) ? EBUSY : EFAULT;
}

static int
dead_putpages(void *v)
{
	struct vop_putpages_args *ap = v;

	rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return 0;
}

int (**dead_vnodeop_p)(void *);

static const struct vnodeopv_entry_desc dead_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, dead_lookup },
	{ &vop_create_desc, dead_ebadf },
	{ &vop_mknod_desc, dead_ebadf },
	{ &vop_open_desc, dead_open },
	{ &vop_close_desc, dead_close },
	{ &vop_access_desc, dead_ebadf },
	{ &vop_accessx_desc, dead_ebadf },
	{ &vop_getattr_desc, dead_ebadf },
	{ &vop_setattr_desc, dead_ebadf },
	{ &vop_read_desc, dead_read },
	{ &vop_write_desc, dead_eio },
	{ &vop_fallocate_desc, dead_ebadf },
	{ &vop_fdiscard_desc, dead_ebadf },
	{ &vop_ioctl_desc, dead_ebadf },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, dead_poll },
	{ &vop_kqfilter_desc, dead_ebadf },
	{ &vop_revoke_desc, genfs_nullop },
	{ &vop_mmap_desc, dead_ebadf },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_nullop },
	{ &vop_remove_desc, dead_release },
	{ &vop_link_desc, dead_ebadf },
	{ &vop_rename_desc, dead_release },
	{ &vop_mkdir_desc, dead_ebadf },
	{ &vop_rmdir_desc, dead_release },
	{ &vop_symlink_desc, dead_ebadf },
	{ &vop_readdir_desc, dead_ebadf },
	{ &vop_readlink_desc, dead_ebadf },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, dead_inactive },
	{ &vop_reclaim_desc, dead_reclaim },
	{ &vop_lock_desc, genfs_deadlock },
	{ &vop_unlock_desc, genfs_deadunlock },
	{ &vop_islocked_desc, genfs_deadislocked },
	{ &vop_bmap_desc, dead_eio },
	{ &vop_strategy_desc, dead_strategy },
	{ &vop_print_desc, dead_print },
	{ &vop_pathconf_desc, dead_ebadf },
	{ &vop_advlock_desc, dead_ebadf },
	{ &vop_whiteout_desc, dead_ebadf },
	{ &vop_getpages_desc, dead_getpages },
	{ &vop_putpages_desc, dead_putpages },
	{ NULL, NULL }
};

const struct vnodeopv_desc dead_vnodeop_opv_desc = {
	&dead_vnodeop_p, dead_vnodeop_entries
};

/*
 * The mount of dead and anonymous vnodes.  Never mounted, unmounted or
 * suspended.
 */

static int
dead_root(struct mount *mp, int lktype, struct vnode **vpp)
{

	return EOPNOTSUPP;
}

static int
dead_sync(struct mount *mp, int waitfor, struct kauth_cred *cred)
{

	return 0;
}

static void
dead_nothing(void)
{
}

static int
dead_suspendctl(struct mount *mp, int cmd)
{

	return EOPNOTSUPP;
}

static const struct vnodeopv_desc *const dead_vnodeopv_descs[] = { NULL };

static struct vfsops dead_vfsops = {
	.vfs_name = "dead",
	.vfs_root = dead_root,
	.vfs_sync = dead_sync,
	.vfs_statvfs = genfs_statvfs,
	.vfs_init = dead_nothing,
	.vfs_reinit = dead_nothing,
	.vfs_done = dead_nothing,
	.vfs_newvnode = spec_newvnode,
	.vfs_suspendctl = dead_suspendctl,
	.vfs_opv_descs = dead_vnodeopv_descs,
	.vfs_refcount = 1,
};

void
dead_init(void)
{

	dead_rootmount = vfs_mountalloc(&dead_vfsops, NULL);
	strlcpy(dead_rootmount->mnt_stat.f_mntonname, "(none)",
	    sizeof(dead_rootmount->mnt_stat.f_mntonname));
	dead_rootmount->mnt_iflag |= IMNT_MPSAFE;
}
