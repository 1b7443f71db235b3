/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of vnode operations, see vnodeops(9): each packs its arguments, enters
 * a file system transaction where the vnode is not locked (a locked vnode has
 * one, from VOP_LOCK to VOP_UNLOCK), and tells knotes what happened.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/fstrans.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/uio.h>
#include <sys/vnode_impl.h>

#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

const struct vnodeop_desc vop_default_desc = {
	.vdesc_offset = VOP_DEFAULT_DESCOFFSET,
	.vdesc_name = "default",
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

/* A file system that is not safe on several CPUs gets the big lock. */
static inline int
vop_call(struct vnode *vp, int off, void *ap)
{
	int error;

	if (__predict_true((vp->v_vflag & VV_MPSAFE) != 0))
		return VCALL(vp, off, ap);
	KERNEL_LOCK(1, NULL);
	error = VCALL(vp, off, ap);
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

/* The mount whose transaction a call on an unlocked vnode runs in. */
static struct mount *
vop_enter(struct vnode *vp)
{
	struct mount *mp;

	for (;;) {
		mp = atomic_load_relaxed(&vp->v_mount);
		fstrans_start(mp);
		if (__predict_true(mp == atomic_load_relaxed(&vp->v_mount)))
			return mp;
		fstrans_done(mp);
	}
}

/* The same for paging, which must go on while a file system suspends. */
static struct mount *
vop_enter_lazy(struct vnode *vp)
{
	struct mount *mp;

	for (;;) {
		mp = atomic_load_relaxed(&vp->v_mount);
		fstrans_start_lazy(mp);
		if (__predict_true(mp == atomic_load_relaxed(&vp->v_mount)))
			return mp;
		fstrans_done(mp);
	}
}


/* BWRITE */

static const int vop_bwrite_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_bwrite_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_bwrite_desc = {
	.vdesc_offset = VOP_BWRITE_DESCOFFSET,
	.vdesc_name = "vop_bwrite",
	.vdesc_vp_offsets = vop_bwrite_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_BWRITE(struct vnode *vp, struct buf *bp)
{
	struct vop_bwrite_args a = {
		.a_desc = VDESC(vop_bwrite),
		.a_vp = vp,
		.a_bp = bp,
	};

	return vop_call(vp, VOFFSET(vop_bwrite), &a);
}

/* PARSEPATH */

static const int vop_parsepath_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_parsepath_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_parsepath_desc = {
	.vdesc_offset = VOP_PARSEPATH_DESCOFFSET,
	.vdesc_name = "vop_parsepath",
	.vdesc_vp_offsets = vop_parsepath_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_PARSEPATH(struct vnode *dvp, const char *name, size_t *retval)
{
	struct vop_parsepath_args a = {
		.a_desc = VDESC(vop_parsepath),
		.a_dvp = dvp,
		.a_name = name,
		.a_retval = retval,
	};

	rumpuser_step(1);
	return vop_call(dvp, VOFFSET(vop_parsepath), &a);
}

/* LOOKUP */

static const int vop_lookup_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_lookup_v2_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_lookup_desc = {
	.vdesc_offset = VOP_LOOKUP_DESCOFFSET,
	.vdesc_name = "vop_lookup",
	.vdesc_vp_offsets = vop_lookup_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_lookup_v2_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_lookup_v2_args, a_cnp),
};

int
VOP_LOOKUP(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	struct vop_lookup_v2_args a = {
		.a_desc = VDESC(vop_lookup),
		.a_dvp = dvp,
		.a_vpp = vpp,
		.a_cnp = cnp,
	};

	rumpuser_step(1);
	return vop_call(dvp, VOFFSET(vop_lookup), &a);
}

/* CREATE */

static const int vop_create_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_create_v3_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_create_desc = {
	.vdesc_offset = VOP_CREATE_DESCOFFSET,
	.vdesc_name = "vop_create",
	.vdesc_vp_offsets = vop_create_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_create_v3_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_create_v3_args, a_cnp),
};

int
VOP_CREATE(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    struct vattr *vap)
{
	struct vop_create_v3_args a = {
		.a_desc = VDESC(vop_create),
		.a_dvp = dvp,
		.a_vpp = vpp,
		.a_cnp = cnp,
		.a_vap = vap,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(dvp, VOFFSET(vop_create), &a);
	if (error == 0)
		VN_KNOTE(dvp, NOTE_WRITE);
	return error;
}

/* MKNOD */

static const int vop_mknod_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_mknod_v3_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_mknod_desc = {
	.vdesc_offset = VOP_MKNOD_DESCOFFSET,
	.vdesc_name = "vop_mknod",
	.vdesc_vp_offsets = vop_mknod_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_mknod_v3_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_mknod_v3_args, a_cnp),
};

int
VOP_MKNOD(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    struct vattr *vap)
{
	struct vop_mknod_v3_args a = {
		.a_desc = VDESC(vop_mknod),
		.a_dvp = dvp,
		.a_vpp = vpp,
		.a_cnp = cnp,
		.a_vap = vap,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(dvp, VOFFSET(vop_mknod), &a);
	if (error == 0)
		VN_KNOTE(dvp, NOTE_WRITE);
	return error;
}

/* OPEN */

static const int vop_open_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_open_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_open_desc = {
	.vdesc_offset = VOP_OPEN_DESCOFFSET,
	.vdesc_name = "vop_open",
	.vdesc_vp_offsets = vop_open_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_open_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_OPEN(struct vnode *vp, int mode, kauth_cred_t cred)
{
	struct vop_open_args a = {
		.a_desc = VDESC(vop_open),
		.a_vp = vp,
		.a_mode = mode,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_open), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_OPEN);
	return error;
}

/* CLOSE */

static const int vop_close_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_close_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_close_desc = {
	.vdesc_offset = VOP_CLOSE_DESCOFFSET,
	.vdesc_name = "vop_close",
	.vdesc_vp_offsets = vop_close_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_close_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_CLOSE(struct vnode *vp, int fflag, kauth_cred_t cred)
{
	struct vop_close_args a = {
		.a_desc = VDESC(vop_close),
		.a_vp = vp,
		.a_fflag = fflag,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_close), &a);
	if (error == 0)
		VN_KNOTE(vp, fflag & FWRITE ? NOTE_CLOSE_WRITE : NOTE_CLOSE);
	return error;
}

/* ACCESS */

static const int vop_access_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_access_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_access_desc = {
	.vdesc_offset = VOP_ACCESS_DESCOFFSET,
	.vdesc_name = "vop_access",
	.vdesc_vp_offsets = vop_access_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_access_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_ACCESS(struct vnode *vp, accmode_t accmode, kauth_cred_t cred)
{
	struct vop_access_args a = {
		.a_desc = VDESC(vop_access),
		.a_vp = vp,
		.a_accmode = accmode,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_access), &a);
}

/* ACCESSX */

static const int vop_accessx_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_accessx_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_accessx_desc = {
	.vdesc_offset = VOP_ACCESSX_DESCOFFSET,
	.vdesc_name = "vop_accessx",
	.vdesc_vp_offsets = vop_accessx_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_accessx_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_ACCESSX(struct vnode *vp, accmode_t accmode, kauth_cred_t cred)
{
	struct vop_accessx_args a = {
		.a_desc = VDESC(vop_accessx),
		.a_vp = vp,
		.a_accmode = accmode,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_accessx), &a);
}

/* GETATTR */

static const int vop_getattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_getattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_getattr_desc = {
	.vdesc_offset = VOP_GETATTR_DESCOFFSET,
	.vdesc_name = "vop_getattr",
	.vdesc_vp_offsets = vop_getattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_getattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_GETATTR(struct vnode *vp, struct vattr *vap, kauth_cred_t cred)
{
	struct vop_getattr_args a = {
		.a_desc = VDESC(vop_getattr),
		.a_vp = vp,
		.a_vap = vap,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_getattr), &a);
}

/* SETATTR */

static const int vop_setattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_setattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_setattr_desc = {
	.vdesc_offset = VOP_SETATTR_DESCOFFSET,
	.vdesc_name = "vop_setattr",
	.vdesc_vp_offsets = vop_setattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_setattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_SETATTR(struct vnode *vp, struct vattr *vap, kauth_cred_t cred)
{
	struct vop_setattr_args a = {
		.a_desc = VDESC(vop_setattr),
		.a_vp = vp,
		.a_vap = vap,
		.a_cred = cred,
	};
	voff_t osize = vp->v_size;
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_setattr), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB |
		    (vp->v_type == VREG && vap->va_size != (u_quad_t)VNOVAL &&
		    vp->v_size > osize ? NOTE_EXTEND : 0));
	return error;
}

/* READ */

static const int vop_read_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_read_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_read_desc = {
	.vdesc_offset = VOP_READ_DESCOFFSET,
	.vdesc_name = "vop_read",
	.vdesc_vp_offsets = vop_read_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_read_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_READ(struct vnode *vp, struct uio *uio, int ioflag, kauth_cred_t cred)
{
	struct vop_read_args a = {
		.a_desc = VDESC(vop_read),
		.a_vp = vp,
		.a_uio = uio,
		.a_ioflag = ioflag,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_read), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_READ);
	return error;
}

/* WRITE */

static const int vop_write_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_write_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_write_desc = {
	.vdesc_offset = VOP_WRITE_DESCOFFSET,
	.vdesc_name = "vop_write",
	.vdesc_vp_offsets = vop_write_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_write_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_WRITE(struct vnode *vp, struct uio *uio, int ioflag, kauth_cred_t cred)
{
	struct vop_write_args a = {
		.a_desc = VDESC(vop_write),
		.a_vp = vp,
		.a_uio = uio,
		.a_ioflag = ioflag,
		.a_cred = cred,
	};
	voff_t osize = vp->v_size;
	size_t resid = uio->uio_resid;
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_write), &a);
	/* A part may have been written also when it failed. */
	if (error == 0 || uio->uio_resid != resid)
		VN_KNOTE(vp, NOTE_WRITE | (vp->v_type == VREG &&
		    osize != VSIZENOTSET && vp->v_size > osize ?
		    NOTE_EXTEND : 0));
	return error;
}

/* FALLOCATE */

static const int vop_fallocate_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_fallocate_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_fallocate_desc = {
	.vdesc_offset = VOP_FALLOCATE_DESCOFFSET,
	.vdesc_name = "vop_fallocate",
	.vdesc_vp_offsets = vop_fallocate_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_FALLOCATE(struct vnode *vp, off_t pos, off_t len)
{
	struct vop_fallocate_args a = {
		.a_desc = VDESC(vop_fallocate),
		.a_vp = vp,
		.a_pos = pos,
		.a_len = len,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_fallocate), &a);
}

/* FDISCARD */

static const int vop_fdiscard_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_fdiscard_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_fdiscard_desc = {
	.vdesc_offset = VOP_FDISCARD_DESCOFFSET,
	.vdesc_name = "vop_fdiscard",
	.vdesc_vp_offsets = vop_fdiscard_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_FDISCARD(struct vnode *vp, off_t pos, off_t len)
{
	struct vop_fdiscard_args a = {
		.a_desc = VDESC(vop_fdiscard),
		.a_vp = vp,
		.a_pos = pos,
		.a_len = len,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_fdiscard), &a);
}

/* IOCTL */

static const int vop_ioctl_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_ioctl_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_ioctl_desc = {
	.vdesc_offset = VOP_IOCTL_DESCOFFSET,
	.vdesc_name = "vop_ioctl",
	.vdesc_vp_offsets = vop_ioctl_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_ioctl_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_IOCTL(struct vnode *vp, u_long command, void *data, int fflag,
    kauth_cred_t cred)
{
	struct vop_ioctl_args a = {
		.a_desc = VDESC(vop_ioctl),
		.a_vp = vp,
		.a_command = command,
		.a_data = data,
		.a_fflag = fflag,
		.a_cred = cred,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter(vp);
	error = vop_call(vp, VOFFSET(vop_ioctl), &a);
	fstrans_done(mp);
	return error;
}

/* FCNTL */

static const int vop_fcntl_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_fcntl_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_fcntl_desc = {
	.vdesc_offset = VOP_FCNTL_DESCOFFSET,
	.vdesc_name = "vop_fcntl",
	.vdesc_vp_offsets = vop_fcntl_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_fcntl_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_FCNTL(struct vnode *vp, u_int command, void *data, int fflag,
    kauth_cred_t cred)
{
	struct vop_fcntl_args a = {
		.a_desc = VDESC(vop_fcntl),
		.a_vp = vp,
		.a_command = command,
		.a_data = data,
		.a_fflag = fflag,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_fcntl), &a);
}

/* POLL */

static const int vop_poll_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_poll_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_poll_desc = {
	.vdesc_offset = VOP_POLL_DESCOFFSET,
	.vdesc_name = "vop_poll",
	.vdesc_vp_offsets = vop_poll_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_POLL(struct vnode *vp, int events)
{
	struct vop_poll_args a = {
		.a_desc = VDESC(vop_poll),
		.a_vp = vp,
		.a_events = events,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter(vp);
	error = vop_call(vp, VOFFSET(vop_poll), &a);
	fstrans_done(mp);
	return error;
}

/* KQFILTER */

static const int vop_kqfilter_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_kqfilter_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_kqfilter_desc = {
	.vdesc_offset = VOP_KQFILTER_DESCOFFSET,
	.vdesc_name = "vop_kqfilter",
	.vdesc_vp_offsets = vop_kqfilter_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_KQFILTER(struct vnode *vp, struct knote *kn)
{
	struct vop_kqfilter_args a = {
		.a_desc = VDESC(vop_kqfilter),
		.a_vp = vp,
		.a_kn = kn,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter(vp);
	error = vop_call(vp, VOFFSET(vop_kqfilter), &a);
	fstrans_done(mp);
	return error;
}

/* REVOKE */

static const int vop_revoke_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_revoke_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_revoke_desc = {
	.vdesc_offset = VOP_REVOKE_DESCOFFSET,
	.vdesc_name = "vop_revoke",
	.vdesc_vp_offsets = vop_revoke_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_REVOKE(struct vnode *vp, int flags)
{
	struct vop_revoke_args a = {
		.a_desc = VDESC(vop_revoke),
		.a_vp = vp,
		.a_flags = flags,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter(vp);
	error = vop_call(vp, VOFFSET(vop_revoke), &a);
	fstrans_done(mp);
	return error;
}

/* MMAP */

static const int vop_mmap_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_mmap_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_mmap_desc = {
	.vdesc_offset = VOP_MMAP_DESCOFFSET,
	.vdesc_name = "vop_mmap",
	.vdesc_vp_offsets = vop_mmap_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_mmap_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_MMAP(struct vnode *vp, vm_prot_t prot, kauth_cred_t cred)
{
	struct vop_mmap_args a = {
		.a_desc = VDESC(vop_mmap),
		.a_vp = vp,
		.a_prot = prot,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_mmap), &a);
}

/* FSYNC */

static const int vop_fsync_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_fsync_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_fsync_desc = {
	.vdesc_offset = VOP_FSYNC_DESCOFFSET,
	.vdesc_name = "vop_fsync",
	.vdesc_vp_offsets = vop_fsync_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_fsync_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_FSYNC(struct vnode *vp, kauth_cred_t cred, int flags, off_t offlo,
    off_t offhi)
{
	struct vop_fsync_args a = {
		.a_desc = VDESC(vop_fsync),
		.a_vp = vp,
		.a_cred = cred,
		.a_flags = flags,
		.a_offlo = offlo,
		.a_offhi = offhi,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_fsync), &a);
}

/* SEEK */

static const int vop_seek_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_seek_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_seek_desc = {
	.vdesc_offset = VOP_SEEK_DESCOFFSET,
	.vdesc_name = "vop_seek",
	.vdesc_vp_offsets = vop_seek_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_seek_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_SEEK(struct vnode *vp, off_t oldoff, off_t newoff, kauth_cred_t cred)
{
	struct vop_seek_args a = {
		.a_desc = VDESC(vop_seek),
		.a_vp = vp,
		.a_oldoff = oldoff,
		.a_newoff = newoff,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_seek), &a);
}

/* REMOVE */

static const int vop_remove_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_remove_v3_args, a_dvp),
	VOPARG_OFFSETOF(struct vop_remove_v3_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_remove_desc = {
	.vdesc_offset = VOP_REMOVE_DESCOFFSET,
	.vdesc_name = "vop_remove",
	.vdesc_flags = VDESC_VP1_WILLPUT,
	.vdesc_vp_offsets = vop_remove_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_remove_v3_args, a_cnp),
};

int
VOP_REMOVE(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct vop_remove_v3_args a = {
		.a_desc = VDESC(vop_remove),
		.a_dvp = dvp,
		.a_vp = vp,
		.a_cnp = cnp,
	};
	int error;

	rumpuser_step(1);
	/* The call gives up vp, the knotes need it a bit longer. */
	vhold(vp);
	error = vop_call(dvp, VOFFSET(vop_remove), &a);
	if (error == 0) {
		VN_KNOTE(dvp, NOTE_WRITE);
		VN_KNOTE(vp, a.ctx_vp_new_nlink != 0 ?
		    NOTE_LINK : NOTE_DELETE);
	}
	holdrele(vp);
	return error;
}

/* LINK */

static const int vop_link_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_link_v2_args, a_dvp),
	VOPARG_OFFSETOF(struct vop_link_v2_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_link_desc = {
	.vdesc_offset = VOP_LINK_DESCOFFSET,
	.vdesc_name = "vop_link",
	.vdesc_vp_offsets = vop_link_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_link_v2_args, a_cnp),
};

int
VOP_LINK(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct vop_link_v2_args a = {
		.a_desc = VDESC(vop_link),
		.a_dvp = dvp,
		.a_vp = vp,
		.a_cnp = cnp,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(dvp, VOFFSET(vop_link), &a);
	if (error == 0) {
		VN_KNOTE(vp, NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	return error;
}

/* RENAME */

static const int vop_rename_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_rename_args, a_fdvp),
	VOPARG_OFFSETOF(struct vop_rename_args, a_fvp),
	VOPARG_OFFSETOF(struct vop_rename_args, a_tdvp),
	VOPARG_OFFSETOF(struct vop_rename_args, a_tvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_rename_desc = {
	.vdesc_offset = VOP_RENAME_DESCOFFSET,
	.vdesc_name = "vop_rename",
	.vdesc_flags = VDESC_VP0_WILLRELE | VDESC_VP1_WILLRELE |
	    VDESC_VP2_WILLPUT | VDESC_VP3_WILLPUT,
	.vdesc_vp_offsets = vop_rename_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_rename_args, a_fcnp),
};

int
VOP_RENAME(struct vnode *fdvp, struct vnode *fvp, struct componentname *fcnp,
    struct vnode *tdvp, struct vnode *tvp, struct componentname *tcnp)
{
	struct vop_rename_args a = {
		.a_desc = VDESC(vop_rename),
		.a_fdvp = fdvp,
		.a_fvp = fvp,
		.a_fcnp = fcnp,
		.a_tdvp = tdvp,
		.a_tvp = tvp,
		.a_tcnp = tcnp,
	};
	struct mount *mp = fdvp->v_mount;
	bool isdir = fvp->v_type == VDIR;
	int error;

	rumpuser_step(1);
	vhold(fdvp);
	vhold(tdvp);
	fstrans_start(mp);
	error = vop_call(fdvp, VOFFSET(vop_rename), &a);
	fstrans_done(mp);
	if (error == 0) {
		/* The file system itself tells those of fvp and tvp. */
		if (isdir && fdvp != tdvp) {
			VN_KNOTE(fdvp, NOTE_WRITE | NOTE_LINK);
			VN_KNOTE(tdvp, NOTE_WRITE | NOTE_LINK);
		} else {
			VN_KNOTE(fdvp, NOTE_WRITE);
			if (fdvp != tdvp)
				VN_KNOTE(tdvp, NOTE_WRITE);
		}
	}
	holdrele(tdvp);
	holdrele(fdvp);
	return error;
}

/* MKDIR */

static const int vop_mkdir_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_mkdir_v3_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_mkdir_desc = {
	.vdesc_offset = VOP_MKDIR_DESCOFFSET,
	.vdesc_name = "vop_mkdir",
	.vdesc_vp_offsets = vop_mkdir_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_mkdir_v3_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_mkdir_v3_args, a_cnp),
};

int
VOP_MKDIR(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    struct vattr *vap)
{
	struct vop_mkdir_v3_args a = {
		.a_desc = VDESC(vop_mkdir),
		.a_dvp = dvp,
		.a_vpp = vpp,
		.a_cnp = cnp,
		.a_vap = vap,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(dvp, VOFFSET(vop_mkdir), &a);
	if (error == 0)
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
	return error;
}

/* RMDIR */

static const int vop_rmdir_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_rmdir_v2_args, a_dvp),
	VOPARG_OFFSETOF(struct vop_rmdir_v2_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_rmdir_desc = {
	.vdesc_offset = VOP_RMDIR_DESCOFFSET,
	.vdesc_name = "vop_rmdir",
	.vdesc_flags = VDESC_VP1_WILLPUT,
	.vdesc_vp_offsets = vop_rmdir_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_rmdir_v2_args, a_cnp),
};

int
VOP_RMDIR(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct vop_rmdir_v2_args a = {
		.a_desc = VDESC(vop_rmdir),
		.a_dvp = dvp,
		.a_vp = vp,
		.a_cnp = cnp,
	};
	int error;

	rumpuser_step(1);
	vhold(vp);
	error = vop_call(dvp, VOFFSET(vop_rmdir), &a);
	if (error == 0) {
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
		VN_KNOTE(vp, NOTE_DELETE);
	}
	holdrele(vp);
	return error;
}

/* SYMLINK */

static const int vop_symlink_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_symlink_v3_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_symlink_desc = {
	.vdesc_offset = VOP_SYMLINK_DESCOFFSET,
	.vdesc_name = "vop_symlink",
	.vdesc_vp_offsets = vop_symlink_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_symlink_v3_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_symlink_v3_args, a_cnp),
};

int
VOP_SYMLINK(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    struct vattr *vap, char *target)
{
	struct vop_symlink_v3_args a = {
		.a_desc = VDESC(vop_symlink),
		.a_dvp = dvp,
		.a_vpp = vpp,
		.a_cnp = cnp,
		.a_vap = vap,
		.a_target = target,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(dvp, VOFFSET(vop_symlink), &a);
	if (error == 0)
		VN_KNOTE(dvp, NOTE_WRITE);
	return error;
}

/* READDIR */

static const int vop_readdir_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_readdir_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_readdir_desc = {
	.vdesc_offset = VOP_READDIR_DESCOFFSET,
	.vdesc_name = "vop_readdir",
	.vdesc_vp_offsets = vop_readdir_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_readdir_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_READDIR(struct vnode *vp, struct uio *uio, kauth_cred_t cred, int *eofflag,
    off_t **cookies, int *ncookies)
{
	struct vop_readdir_args a = {
		.a_desc = VDESC(vop_readdir),
		.a_vp = vp,
		.a_uio = uio,
		.a_cred = cred,
		.a_eofflag = eofflag,
		.a_cookies = cookies,
		.a_ncookies = ncookies,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_readdir), &a);
}

/* READLINK */

static const int vop_readlink_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_readlink_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_readlink_desc = {
	.vdesc_offset = VOP_READLINK_DESCOFFSET,
	.vdesc_name = "vop_readlink",
	.vdesc_vp_offsets = vop_readlink_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_readlink_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_READLINK(struct vnode *vp, struct uio *uio, kauth_cred_t cred)
{
	struct vop_readlink_args a = {
		.a_desc = VDESC(vop_readlink),
		.a_vp = vp,
		.a_uio = uio,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_readlink), &a);
}

/* ABORTOP */

static const int vop_abortop_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_abortop_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_abortop_desc = {
	.vdesc_offset = VOP_ABORTOP_DESCOFFSET,
	.vdesc_name = "vop_abortop",
	.vdesc_vp_offsets = vop_abortop_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_abortop_args, a_cnp),
};

int
VOP_ABORTOP(struct vnode *dvp, struct componentname *cnp)
{
	struct vop_abortop_args a = {
		.a_desc = VDESC(vop_abortop),
		.a_dvp = dvp,
		.a_cnp = cnp,
	};

	rumpuser_step(1);
	return vop_call(dvp, VOFFSET(vop_abortop), &a);
}

/* INACTIVE */

static const int vop_inactive_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_inactive_v2_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_inactive_desc = {
	.vdesc_offset = VOP_INACTIVE_DESCOFFSET,
	.vdesc_name = "vop_inactive",
	.vdesc_vp_offsets = vop_inactive_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_INACTIVE(struct vnode *vp, bool *recycle)
{
	struct vop_inactive_v2_args a = {
		.a_desc = VDESC(vop_inactive),
		.a_vp = vp,
		.a_recycle = recycle,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_inactive), &a);
}

/* RECLAIM */

static const int vop_reclaim_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_reclaim_v2_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_reclaim_desc = {
	.vdesc_offset = VOP_RECLAIM_DESCOFFSET,
	.vdesc_name = "vop_reclaim",
	.vdesc_vp_offsets = vop_reclaim_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_RECLAIM(struct vnode *vp)
{
	struct vop_reclaim_v2_args a = {
		.a_desc = VDESC(vop_reclaim),
		.a_vp = vp,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_reclaim), &a);
}

/* LOCK */

static const int vop_lock_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_lock_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_lock_desc = {
	.vdesc_offset = VOP_LOCK_DESCOFFSET,
	.vdesc_name = "vop_lock",
	.vdesc_vp_offsets = vop_lock_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

/*
 * Takes the vnode lock and a transaction.  A vnode that dies while we wait
 * changes its operations and mount, so start again with those.
 */
int
VOP_LOCK(struct vnode *vp, int flags)
{
	struct vop_lock_args a = {
		.a_desc = VDESC(vop_lock),
		.a_vp = vp,
		.a_flags = flags,
	};
	struct vop_unlock_args u;
	int (**ops)(void *);
	struct mount *mp;
	int error;

	rumpuser_step(1);
	if (__predict_false((flags & (LK_SHARED | LK_EXCLUSIVE)) == 0))
		return VCALL(vp, VOFFSET(vop_lock), &a);
	for (;;) {
		mp = atomic_load_relaxed(&vp->v_mount);
		ops = atomic_load_relaxed(&vp->v_op);
		if (flags & LK_NOWAIT) {
			if (fstrans_start_nowait(mp) != 0)
				return EBUSY;
		} else {
			fstrans_start(mp);
		}
		error = VOCALL(ops, VOFFSET(vop_lock), &a);
		if (__predict_false(error != 0)) {
			fstrans_done(mp);
			return error;
		}
		if (__predict_true(atomic_load_relaxed(&vp->v_mount) == mp &&
		    atomic_load_relaxed(&vp->v_op) == ops &&
		    VNODE_TO_VIMPL(vp)->vi_state != VS_RECLAIMING))
			return 0;

		u.a_desc = VDESC(vop_unlock);
		u.a_vp = vp;
		(void)VOCALL(ops, VOFFSET(vop_unlock), &u);
		fstrans_done(mp);
		if (flags & LK_NOWAIT)
			return EBUSY;
		mutex_enter(vp->v_interlock);
		(void)vdead_check(vp, 0);
		mutex_exit(vp->v_interlock);
		if ((flags & LK_RETRY) == 0)
			return ENOENT;
	}
}

/* UNLOCK */

static const int vop_unlock_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_unlock_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_unlock_desc = {
	.vdesc_offset = VOP_UNLOCK_DESCOFFSET,
	.vdesc_name = "vop_unlock",
	.vdesc_vp_offsets = vop_unlock_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

/*
 * Gives up the vnode lock and the transaction that came with it.
 */
int
VOP_UNLOCK(struct vnode *vp)
{
	struct vop_unlock_args a = {
		.a_desc = VDESC(vop_unlock),
		.a_vp = vp,
	};
	struct mount *mp = vp->v_mount;
	int error;

	error = VCALL(vp, VOFFSET(vop_unlock), &a);
	if (error == 0)
		fstrans_done(mp);
	return error;
}

/* BMAP */

static const int vop_bmap_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_bmap_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_bmap_desc = {
	.vdesc_offset = VOP_BMAP_DESCOFFSET,
	.vdesc_name = "vop_bmap",
	.vdesc_vp_offsets = vop_bmap_vp_offsets,
	.vdesc_vpp_offset = VOPARG_OFFSETOF(struct vop_bmap_args, a_vpp),
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_BMAP(struct vnode *vp, daddr_t bn, struct vnode **vpp, daddr_t *bnp,
    int *runp)
{
	struct vop_bmap_args a = {
		.a_desc = VDESC(vop_bmap),
		.a_vp = vp,
		.a_bn = bn,
		.a_vpp = vpp,
		.a_bnp = bnp,
		.a_runp = runp,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_bmap), &a);
}

/* STRATEGY */

static const int vop_strategy_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_strategy_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_strategy_desc = {
	.vdesc_offset = VOP_STRATEGY_DESCOFFSET,
	.vdesc_name = "vop_strategy",
	.vdesc_vp_offsets = vop_strategy_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_STRATEGY(struct vnode *vp, struct buf *bp)
{
	struct vop_strategy_args a = {
		.a_desc = VDESC(vop_strategy),
		.a_vp = vp,
		.a_bp = bp,
	};

	return vop_call(vp, VOFFSET(vop_strategy), &a);
}

/* PRINT */

static const int vop_print_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_print_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_print_desc = {
	.vdesc_offset = VOP_PRINT_DESCOFFSET,
	.vdesc_name = "vop_print",
	.vdesc_vp_offsets = vop_print_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_PRINT(struct vnode *vp)
{
	struct vop_print_args a = {
		.a_desc = VDESC(vop_print),
		.a_vp = vp,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_print), &a);
}

/* ISLOCKED */

static const int vop_islocked_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_islocked_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_islocked_desc = {
	.vdesc_offset = VOP_ISLOCKED_DESCOFFSET,
	.vdesc_name = "vop_islocked",
	.vdesc_vp_offsets = vop_islocked_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_ISLOCKED(struct vnode *vp)
{
	struct vop_islocked_args a = {
		.a_desc = VDESC(vop_islocked),
		.a_vp = vp,
	};

	return VCALL(vp, VOFFSET(vop_islocked), &a);
}

/* PATHCONF */

static const int vop_pathconf_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_pathconf_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_pathconf_desc = {
	.vdesc_offset = VOP_PATHCONF_DESCOFFSET,
	.vdesc_name = "vop_pathconf",
	.vdesc_vp_offsets = vop_pathconf_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_PATHCONF(struct vnode *vp, int name, register_t *retval)
{
	struct vop_pathconf_args a = {
		.a_desc = VDESC(vop_pathconf),
		.a_vp = vp,
		.a_name = name,
		.a_retval = retval,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_pathconf), &a);
}

/* ADVLOCK */

static const int vop_advlock_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_advlock_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_advlock_desc = {
	.vdesc_offset = VOP_ADVLOCK_DESCOFFSET,
	.vdesc_name = "vop_advlock",
	.vdesc_vp_offsets = vop_advlock_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_ADVLOCK(struct vnode *vp, void *id, int op, struct flock *fl, int flags)
{
	struct vop_advlock_args a = {
		.a_desc = VDESC(vop_advlock),
		.a_vp = vp,
		.a_id = id,
		.a_op = op,
		.a_fl = fl,
		.a_flags = flags,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter(vp);
	error = vop_call(vp, VOFFSET(vop_advlock), &a);
	fstrans_done(mp);
	return error;
}

/* WHITEOUT */

static const int vop_whiteout_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_whiteout_args, a_dvp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_whiteout_desc = {
	.vdesc_offset = VOP_WHITEOUT_DESCOFFSET,
	.vdesc_name = "vop_whiteout",
	.vdesc_vp_offsets = vop_whiteout_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset =
	    VOPARG_OFFSETOF(struct vop_whiteout_args, a_cnp),
};

int
VOP_WHITEOUT(struct vnode *dvp, struct componentname *cnp, int flags)
{
	struct vop_whiteout_args a = {
		.a_desc = VDESC(vop_whiteout),
		.a_dvp = dvp,
		.a_cnp = cnp,
		.a_flags = flags,
	};

	rumpuser_step(1);
	return vop_call(dvp, VOFFSET(vop_whiteout), &a);
}

/* GETPAGES */

static const int vop_getpages_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_getpages_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_getpages_desc = {
	.vdesc_offset = VOP_GETPAGES_DESCOFFSET,
	.vdesc_name = "vop_getpages",
	.vdesc_vp_offsets = vop_getpages_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_GETPAGES(struct vnode *vp, voff_t offset, struct vm_page **m, int *count,
    int centeridx, vm_prot_t access_type, int advice, int flags)
{
	struct vop_getpages_args a = {
		.a_desc = VDESC(vop_getpages),
		.a_vp = vp,
		.a_offset = offset,
		.a_m = m,
		.a_count = count,
		.a_centeridx = centeridx,
		.a_access_type = access_type,
		.a_advice = advice,
		.a_flags = flags,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter_lazy(vp);
	error = vop_call(vp, VOFFSET(vop_getpages), &a);
	fstrans_done(mp);
	return error;
}

/* PUTPAGES */

static const int vop_putpages_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_putpages_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_putpages_desc = {
	.vdesc_offset = VOP_PUTPAGES_DESCOFFSET,
	.vdesc_name = "vop_putpages",
	.vdesc_vp_offsets = vop_putpages_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VDESC_NO_OFFSET,
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_PUTPAGES(struct vnode *vp, voff_t offlo, voff_t offhi, int flags)
{
	struct vop_putpages_args a = {
		.a_desc = VDESC(vop_putpages),
		.a_vp = vp,
		.a_offlo = offlo,
		.a_offhi = offhi,
		.a_flags = flags,
	};
	struct mount *mp;
	int error;

	rumpuser_step(1);
	mp = vop_enter_lazy(vp);
	error = vop_call(vp, VOFFSET(vop_putpages), &a);
	fstrans_done(mp);
	return error;
}

/* GETACL */

static const int vop_getacl_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_getacl_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_getacl_desc = {
	.vdesc_offset = VOP_GETACL_DESCOFFSET,
	.vdesc_name = "vop_getacl",
	.vdesc_vp_offsets = vop_getacl_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_getacl_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_GETACL(struct vnode *vp, acl_type_t type, struct acl *aclp,
    kauth_cred_t cred)
{
	struct vop_getacl_args a = {
		.a_desc = VDESC(vop_getacl),
		.a_vp = vp,
		.a_type = type,
		.a_aclp = aclp,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_getacl), &a);
}

/* SETACL */

static const int vop_setacl_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_setacl_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_setacl_desc = {
	.vdesc_offset = VOP_SETACL_DESCOFFSET,
	.vdesc_name = "vop_setacl",
	.vdesc_vp_offsets = vop_setacl_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_setacl_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_SETACL(struct vnode *vp, acl_type_t type, struct acl *aclp,
    kauth_cred_t cred)
{
	struct vop_setacl_args a = {
		.a_desc = VDESC(vop_setacl),
		.a_vp = vp,
		.a_type = type,
		.a_aclp = aclp,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_setacl), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}

/* ACLCHECK */

static const int vop_aclcheck_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_aclcheck_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_aclcheck_desc = {
	.vdesc_offset = VOP_ACLCHECK_DESCOFFSET,
	.vdesc_name = "vop_aclcheck",
	.vdesc_vp_offsets = vop_aclcheck_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset = VOPARG_OFFSETOF(struct vop_aclcheck_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_ACLCHECK(struct vnode *vp, acl_type_t type, struct acl *aclp,
    kauth_cred_t cred)
{
	struct vop_aclcheck_args a = {
		.a_desc = VDESC(vop_aclcheck),
		.a_vp = vp,
		.a_type = type,
		.a_aclp = aclp,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_aclcheck), &a);
}

/* CLOSEEXTATTR */

static const int vop_closeextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_closeextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_closeextattr_desc = {
	.vdesc_offset = VOP_CLOSEEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_closeextattr",
	.vdesc_vp_offsets = vop_closeextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_closeextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_CLOSEEXTATTR(struct vnode *vp, int commit, kauth_cred_t cred)
{
	struct vop_closeextattr_args a = {
		.a_desc = VDESC(vop_closeextattr),
		.a_vp = vp,
		.a_commit = commit,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_closeextattr), &a);
}

/* GETEXTATTR */

static const int vop_getextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_getextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_getextattr_desc = {
	.vdesc_offset = VOP_GETEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_getextattr",
	.vdesc_vp_offsets = vop_getextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_getextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_GETEXTATTR(struct vnode *vp, int attrnamespace, const char *name,
    struct uio *uio, size_t *size, kauth_cred_t cred)
{
	struct vop_getextattr_args a = {
		.a_desc = VDESC(vop_getextattr),
		.a_vp = vp,
		.a_attrnamespace = attrnamespace,
		.a_name = name,
		.a_uio = uio,
		.a_size = size,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_getextattr), &a);
}

/* LISTEXTATTR */

static const int vop_listextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_listextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_listextattr_desc = {
	.vdesc_offset = VOP_LISTEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_listextattr",
	.vdesc_vp_offsets = vop_listextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_listextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_LISTEXTATTR(struct vnode *vp, int attrnamespace, struct uio *uio,
    size_t *size, int flag, kauth_cred_t cred)
{
	struct vop_listextattr_args a = {
		.a_desc = VDESC(vop_listextattr),
		.a_vp = vp,
		.a_attrnamespace = attrnamespace,
		.a_uio = uio,
		.a_size = size,
		.a_flag = flag,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_listextattr), &a);
}

/* OPENEXTATTR */

static const int vop_openextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_openextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_openextattr_desc = {
	.vdesc_offset = VOP_OPENEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_openextattr",
	.vdesc_vp_offsets = vop_openextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_openextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_OPENEXTATTR(struct vnode *vp, kauth_cred_t cred)
{
	struct vop_openextattr_args a = {
		.a_desc = VDESC(vop_openextattr),
		.a_vp = vp,
		.a_cred = cred,
	};

	rumpuser_step(1);
	return vop_call(vp, VOFFSET(vop_openextattr), &a);
}

/* DELETEEXTATTR */

static const int vop_deleteextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_deleteextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_deleteextattr_desc = {
	.vdesc_offset = VOP_DELETEEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_deleteextattr",
	.vdesc_vp_offsets = vop_deleteextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_deleteextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_DELETEEXTATTR(struct vnode *vp, int attrnamespace, const char *name,
    kauth_cred_t cred)
{
	struct vop_deleteextattr_args a = {
		.a_desc = VDESC(vop_deleteextattr),
		.a_vp = vp,
		.a_attrnamespace = attrnamespace,
		.a_name = name,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_deleteextattr), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}

/* SETEXTATTR */

static const int vop_setextattr_vp_offsets[] = {
	VOPARG_OFFSETOF(struct vop_setextattr_args, a_vp),
	VDESC_NO_OFFSET
};

const struct vnodeop_desc vop_setextattr_desc = {
	.vdesc_offset = VOP_SETEXTATTR_DESCOFFSET,
	.vdesc_name = "vop_setextattr",
	.vdesc_vp_offsets = vop_setextattr_vp_offsets,
	.vdesc_vpp_offset = VDESC_NO_OFFSET,
	.vdesc_cred_offset =
	    VOPARG_OFFSETOF(struct vop_setextattr_args, a_cred),
	.vdesc_componentname_offset = VDESC_NO_OFFSET,
};

int
VOP_SETEXTATTR(struct vnode *vp, int attrnamespace, const char *name,
    struct uio *uio, kauth_cred_t cred)
{
	struct vop_setextattr_args a = {
		.a_desc = VDESC(vop_setextattr),
		.a_vp = vp,
		.a_attrnamespace = attrnamespace,
		.a_name = name,
		.a_uio = uio,
		.a_cred = cred,
	};
	int error;

	rumpuser_step(1);
	error = vop_call(vp, VOFFSET(vop_setextattr), &a);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}

/* All operations, in the order of their offsets. */
const struct vnodeop_desc *const vfs_op_descs[] = {
	&vop_default_desc,
	&vop_bwrite_desc,
	&vop_parsepath_desc,
	&vop_lookup_desc,
	&vop_create_desc,
	&vop_mknod_desc,
	&vop_open_desc,
	&vop_close_desc,
	&vop_access_desc,
	&vop_accessx_desc,
	&vop_getattr_desc,
	&vop_setattr_desc,
	&vop_read_desc,
	&vop_write_desc,
	&vop_fallocate_desc,
	&vop_fdiscard_desc,
	&vop_ioctl_desc,
	&vop_fcntl_desc,
	&vop_poll_desc,
	&vop_kqfilter_desc,
	&vop_revoke_desc,
	&vop_mmap_desc,
	&vop_fsync_desc,
	&vop_seek_desc,
	&vop_remove_desc,
	&vop_link_desc,
	&vop_rename_desc,
	&vop_mkdir_desc,
	&vop_rmdir_desc,
	&vop_symlink_desc,
	&vop_readdir_desc,
	&vop_readlink_desc,
	&vop_abortop_desc,
	&vop_inactive_desc,
	&vop_reclaim_desc,
	&vop_lock_desc,
	&vop_unlock_desc,
	&vop_bmap_desc,
	&vop_strategy_desc,
	&vop_print_desc,
	&vop_islocked_desc,
	&vop_pathconf_desc,
	&vop_advlock_desc,
	&vop_whiteout_desc,
	&vop_getpages_desc,
	&vop_putpages_desc,
	&vop_getacl_desc,
	&vop_setacl_desc,
	&vop_aclcheck_desc,
	&vop_closeextattr_desc,
	&vop_getextattr_desc,
	&vop_listextattr_desc,
	&vop_openextattr_desc,
	&vop_deleteextattr_desc,
	&vop_setextattr_desc,
	NULL
};
