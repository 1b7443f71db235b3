/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vnode operations that many file systems share, see genfs(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/acl.h>
#include <sys/event.h>
#include <sys/extattr.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/unistd.h>
#include <sys/vnode_impl.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"

/*
 * Answers.
 */

int
genfs_badop(void *v)
{

	panic("genfs: bad op");
}

int
genfs_nullop(void *v)
{

	return 0;
}

int
genfs_einval(void *v)
{

	return EINVAL;
}

int
genfs_ebadf(void *v)
{

	return EBADF;
}

int
genfs_enoioctl(void *v)
{

	return EPASSTHROUGH;
}

int
genfs_enoextops(void *v)
{

	return EOPNOTSUPP;
}

/*
 * EOPNOTSUPP, giving up the vnodes that the operation would have consumed.
 */
int
genfs_eopnotsupp(void *v)
{
	struct vop_generic_args *ap = v;
	const struct vnodeop_desc *desc = ap->a_desc;
	struct vnode *vp, *locked = NULL;
	int i, off;

	for (i = 0; (off = desc->vdesc_vp_offsets[i]) != VDESC_NO_OFFSET;
	    i++) {
		vp = *VOPARG_OFFSETTO(struct vnode **, off, ap);
		switch ((desc->vdesc_flags >> i) & 0x101) {
		case VDESC_VP0_WILLPUT:
			/* A vnode that comes twice is locked once. */
			if (vp == NULL)
				break;
			if (vp == locked) {
				vrele(vp);
			} else {
				vput(vp);
				locked = vp;
			}
			break;
		case VDESC_VP0_WILLRELE:
			if (vp != NULL)
				vrele(vp);
			break;
		default:
			/* Stays as it is. */
			if (i == 0)
				locked = vp;
			break;
		}
	}
	return EOPNOTSUPP;
}

int
genfs_erofs_link(void *v)
{
	struct vop_link_v2_args *ap = v;

	VOP_ABORTOP(ap->a_dvp, ap->a_cnp);
	return EROFS;
}

int
genfs_erofs_symlink(void *v)
{
	struct vop_symlink_v3_args *ap = v;

	VOP_ABORTOP(ap->a_dvp, ap->a_cnp);
	return EROFS;
}

int
genfs_abortop(void *v)
{

	return 0;
}

int
genfs_seek(void *v)
{
	struct vop_seek_args *ap = v;

	return ap->a_newoff < 0 ? EINVAL : 0;
}

int
genfs_fcntl(void *v)
{
	struct vop_fcntl_args *ap = v;

	return ap->a_command == F_SETFL ? 0 : EOPNOTSUPP;
}

/*
 * A component ends at the slash or the end of the path.
 */
int
genfs_parsepath(void *v)
{
	struct vop_parsepath_args *ap = v;
	const char *p;

	(void)ap->a_dvp;
	for (p = ap->a_name; *p != '\0' && *p != '/'; p++)
		continue;
	*ap->a_retval = p - ap->a_name;
	return 0;
}

int
genfs_poll(void *v)
{
	struct vop_poll_args *ap = v;

	return ap->a_events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

int
genfs_revoke(void *v)
{
	struct vop_revoke_args *ap = v;

	KASSERT((ap->a_flags & REVOKEALL) != 0);
	vrevoke(ap->a_vp);
	return 0;
}

int
genfs_mmap(void *v)
{

	return 0;
}

int
genfs_null_putpages(void *v)
{
	struct vop_putpages_args *ap = v;

	KASSERT(ap->a_vp->v_uobj.uo_npages == 0);
	rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return 0;
}

int
genfs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_PATH_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	case _PC_ACL_EXTENDED:
	case _PC_ACL_NFS4:
		*ap->a_retval = 0;
		return 0;
	default:
		return EINVAL;
	}
}

/*
 * Locking: the read/write lock beside the vnode.
 */

int
genfs_lock(void *v)
{
	struct vop_lock_args *ap = v;
	vnode_impl_t *vip = VNODE_TO_VIMPL(ap->a_vp);
	int flags = ap->a_flags;
	krw_t op;

	if (flags & LK_UPGRADE)
		return rw_tryupgrade(&vip->vi_lock) ? 0 : EBUSY;
	if (flags & LK_DOWNGRADE) {
		rw_downgrade(&vip->vi_lock);
		return 0;
	}
	op = (flags & LK_EXCLUSIVE) ? RW_WRITER : RW_READER;
	if (flags & LK_NOWAIT)
		return rw_tryenter(&vip->vi_lock, op) ? 0 : EBUSY;
	rw_enter(&vip->vi_lock, op);
	return 0;
}

int
genfs_unlock(void *v)
{
	struct vop_unlock_args *ap = v;

	rw_exit(&VNODE_TO_VIMPL(ap->a_vp)->vi_lock);
	return 0;
}

int
genfs_islocked(void *v)
{
	struct vop_islocked_args *ap = v;
	vnode_impl_t *vip = VNODE_TO_VIMPL(ap->a_vp);

	if (rw_write_held(&vip->vi_lock))
		return LK_EXCLUSIVE;
	if (rw_read_held(&vip->vi_lock))
		return LK_SHARED;
	return 0;
}

/* A dead vnode is only locked by those who insist. */
int
genfs_deadlock(void *v)
{
	struct vop_lock_args *ap = v;

	if ((ap->a_flags & (LK_UPGRADE | LK_DOWNGRADE | LK_RETRY)) == 0)
		return ENOENT;
	return genfs_lock(v);
}

int
genfs_deadunlock(void *v)
{

	return genfs_unlock(v);
}

int
genfs_deadislocked(void *v)
{

	return genfs_islocked(v);
}

int
genfs_nolock(void *v)
{

	return 0;
}

int
genfs_nounlock(void *v)
{

	return 0;
}

int
genfs_noislocked(void *v)
{

	return 0;
}

int
genfs_renamelock_enter(struct mount *mp)
{

	mutex_enter(mp->mnt_renamelock);
	return 0;
}

void
genfs_renamelock_exit(struct mount *mp)
{

	mutex_exit(mp->mnt_renamelock);
}

int
genfs_statvfs(struct mount *mp, struct statvfs *sbp)
{

	sbp->f_bsize = DEV_BSIZE;
	sbp->f_frsize = DEV_BSIZE;
	sbp->f_iosize = DEV_BSIZE;
	sbp->f_blocks = 2;
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = 0;
	sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

int
genfs_suspendctl(struct mount *mp, int cmd)
{

	switch (cmd) {
	case SUSPEND_SUSPEND:
		return fstrans_setstate(mp, FSTRANS_SUSPENDED);
	case SUSPEND_RESUME:
		return fstrans_setstate(mp, FSTRANS_NORMAL);
	default:
		return EINVAL;
	}
}

/*
 * Knotes of files: readable and writable at once, events of the vnode.
 */

static void
filt_genfsdetach(struct knote *kn)
{

	vn_knote_detach((struct vnode *)kn->kn_hook, kn);
}

static int
filt_genfsread(struct knote *kn, long hint)
{
	struct vnode *vp = kn->kn_hook;
	struct file *fp = kn->kn_obj;

	if (hint == NOTE_REVOKE) {
		knote_set_eof(kn, EV_ONESHOT);
		return 1;
	}
	if (hint == 0)
		mutex_enter(vp->v_interlock);
	kn->kn_data = vp->v_size - fp->f_offset;
	if (hint == 0)
		mutex_exit(vp->v_interlock);
	return kn->kn_data != 0;
}

static int
filt_genfswrite(struct knote *kn, long hint)
{

	if (hint == NOTE_REVOKE) {
		knote_set_eof(kn, EV_ONESHOT);
		return 1;
	}
	kn->kn_data = 0;
	return 1;
}

static int
filt_genfsvnode(struct knote *kn, long hint)
{

	if (hint == NOTE_REVOKE) {
		kn->kn_fflags |= NOTE_REVOKE & kn->kn_sfflags;
		knote_set_eof(kn, 0);
		return 1;
	}
	if (hint != 0 && (kn->kn_sfflags & hint) != 0)
		kn->kn_fflags |= kn->kn_sfflags & hint;
	return kn->kn_fflags != 0;
}

static const struct filterops genfsread_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_genfsdetach,
	.f_event = filt_genfsread,
};

static const struct filterops genfswrite_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_genfsdetach,
	.f_event = filt_genfswrite,
};

static const struct filterops genfsvnode_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_genfsdetach,
	.f_event = filt_genfsvnode,
};

int
genfs_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;
	struct knote *kn = ap->a_kn;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &genfsread_filtops;
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &genfswrite_filtops;
		break;
	case EVFILT_VNODE:
		kn->kn_fop = &genfsvnode_filtops;
		break;
	default:
		return EINVAL;
	}
	kn->kn_hook = ap->a_vp;
	vn_knote_attach(ap->a_vp, kn);
	return 0;
}

/*
 * Access checks for file systems with owner, group and mode.
 */

/*
 * May a credential do `accmode' with a file of this owner, group and mode?
 * 0, EACCES or EPERM (for VADMIN).
 */
int
genfs_can_access(struct vnode *vp, kauth_cred_t cred, uid_t file_uid,
    gid_t file_gid, mode_t file_mode, struct acl *acl, accmode_t accmode)
{
	accmode_t dac_granted;
	int error;

	KASSERT((accmode & ~(VEXEC | VWRITE | VREAD | VADMIN | VAPPEND)) == 0);
	KASSERT((accmode & VAPPEND) == 0 || (accmode & VWRITE) != 0);

	dac_granted = 0;
	if (kauth_cred_geteuid(cred) == file_uid) {
		dac_granted |= VADMIN;
		if (file_mode & S_IXUSR)
			dac_granted |= VEXEC;
		if (file_mode & S_IRUSR)
			dac_granted |= VREAD;
		if (file_mode & S_IWUSR)
			dac_granted |= VWRITE | VAPPEND;
		goto privcheck;
	}
	error = kauth_cred_groupmember(cred, file_gid);
	if (error > 0)
		return error;
	if (error == 0) {
		if (file_mode & S_IXGRP)
			dac_granted |= VEXEC;
		if (file_mode & S_IRGRP)
			dac_granted |= VREAD;
		if (file_mode & S_IWGRP)
			dac_granted |= VWRITE | VAPPEND;
		goto privcheck;
	}
	if (file_mode & S_IXOTH)
		dac_granted |= VEXEC;
	if (file_mode & S_IROTH)
		dac_granted |= VREAD;
	if (file_mode & S_IWOTH)
		dac_granted |= VWRITE | VAPPEND;

privcheck:
	if ((accmode & dac_granted) == accmode)
		return 0;
	return (accmode & VADMIN) ? EPERM : EACCES;
}

int
genfs_can_access_acl_posix1e(struct vnode *vp, kauth_cred_t cred, uid_t uid,
    gid_t gid, mode_t mode, struct acl *acl, accmode_t accmode)
{
	struct acl_entry *e;
	acl_perm_t mask = ACL_PERM_BITS, perm;
	accmode_t granted;
	bool matched, isowner;
	unsigned int i;
	int error;

	if (acl->acl_cnt > ACL_MAX_ENTRIES)
		return EINVAL;
#define ACL_TO_ACC(p) \
	((((p) & ACL_EXECUTE) ? VEXEC : 0) | (((p) & ACL_READ) ? VREAD : 0) | \
	(((p) & ACL_WRITE) ? VWRITE | VAPPEND : 0))
	for (i = 0; i < acl->acl_cnt; i++) {
		if (acl->acl_entry[i].ae_tag == ACL_MASK)
			mask = acl->acl_entry[i].ae_perm;
	}
	isowner = kauth_cred_geteuid(cred) == uid;
	granted = isowner ? VADMIN : 0;

	/* Owner, then named users: the first that matches decides. */
	for (i = 0; i < acl->acl_cnt; i++) {
		e = &acl->acl_entry[i];
		if (e->ae_tag == ACL_USER_OBJ && isowner)
			perm = e->ae_perm;
		else if (e->ae_tag == ACL_USER && !isowner &&
		    e->ae_id == kauth_cred_geteuid(cred))
			perm = e->ae_perm & mask;
		else
			continue;
		granted |= ACL_TO_ACC(perm);
		goto decide;
	}

	/* Groups: any of them may grant; all denying denies. */
	matched = false;
	for (i = 0; i < acl->acl_cnt; i++) {
		e = &acl->acl_entry[i];
		if (e->ae_tag != ACL_GROUP_OBJ && e->ae_tag != ACL_GROUP)
			continue;
		error = kauth_cred_groupmember(cred,
		    e->ae_tag == ACL_GROUP_OBJ ? gid : (gid_t)e->ae_id);
		if (error > 0)
			return error;
		if (error != 0)
			continue;
		matched = true;
		if ((accmode & (granted | ACL_TO_ACC(e->ae_perm & mask))) ==
		    accmode)
			return 0;
	}
	if (!matched) {
		for (i = 0; i < acl->acl_cnt; i++) {
			e = &acl->acl_entry[i];
			if (e->ae_tag == ACL_OTHER)
				granted |= ACL_TO_ACC(e->ae_perm);
		}
	}
decide:
	if ((accmode & granted) == accmode)
		return 0;
	return (accmode & VADMIN) ? EPERM : EACCES;
#undef ACL_TO_ACC
}

int
genfs_can_access_acl_nfs4(struct vnode *vp, kauth_cred_t cred, uid_t uid,
    gid_t gid, mode_t mode, struct acl *acl, accmode_t accmode)
{
	static const struct {
		accmode_t	acc;
		acl_perm_t	perm;
	} map[] = {
		{ VEXEC, ACL_EXECUTE },
		{ VREAD, ACL_READ_DATA },
		{ VWRITE, ACL_WRITE_DATA },
		{ VAPPEND, ACL_APPEND_DATA },
		{ VADMIN, ACL_WRITE_ACL },
		{ VREAD_NAMED_ATTRS, ACL_READ_NAMED_ATTRS },
		{ VWRITE_NAMED_ATTRS, ACL_WRITE_NAMED_ATTRS },
		{ VDELETE_CHILD, ACL_DELETE_CHILD },
		{ VREAD_ATTRIBUTES, ACL_READ_ATTRIBUTES },
		{ VWRITE_ATTRIBUTES, ACL_WRITE_ATTRIBUTES },
		{ VDELETE, ACL_DELETE },
		{ VREAD_ACL, ACL_READ_ACL },
		{ VWRITE_ACL, ACL_WRITE_ACL },
		{ VWRITE_OWNER, ACL_WRITE_OWNER },
		{ VSYNCHRONIZE, ACL_SYNCHRONIZE },
	};
	struct acl_entry *e;
	acl_perm_t want = 0;
	bool isowner;
	unsigned int i;
	int error;

	if (acl->acl_cnt > ACL_MAX_ENTRIES)
		return EINVAL;
	for (i = 0; i < __arraycount(map); i++) {
		if (accmode & map[i].acc)
			want |= map[i].perm;
	}
	isowner = kauth_cred_geteuid(cred) == uid;
	if (isowner)
		want &= ~(ACL_READ_ACL | ACL_WRITE_ACL | ACL_READ_ATTRIBUTES |
		    ACL_WRITE_ATTRIBUTES);

	/* In order; each bit is decided by the first entry that names it. */
	for (i = 0; want != 0 && i < acl->acl_cnt; i++) {
		e = &acl->acl_entry[i];
		if (e->ae_flags & ACL_ENTRY_INHERIT_ONLY)
			continue;
		if (e->ae_entry_type != ACL_ENTRY_TYPE_ALLOW &&
		    e->ae_entry_type != ACL_ENTRY_TYPE_DENY)
			continue;
		switch (e->ae_tag) {
		case ACL_USER_OBJ:
			if (!isowner)
				continue;
			break;
		case ACL_USER:
			if (e->ae_id != kauth_cred_geteuid(cred))
				continue;
			break;
		case ACL_GROUP_OBJ:
		case ACL_GROUP:
			error = kauth_cred_groupmember(cred,
			    e->ae_tag == ACL_GROUP_OBJ ? gid :
			    (gid_t)e->ae_id);
			if (error > 0)
				return error;
			if (error != 0)
				continue;
			break;
		case ACL_EVERYONE:
			break;
		default:
			continue;
		}
		if (e->ae_entry_type == ACL_ENTRY_TYPE_DENY) {
			if (e->ae_perm & want)
				break;
		} else {
			want &= ~e->ae_perm;
		}
	}
	if (want == 0)
		return 0;
	return (accmode & (VADMIN_PERMS | VDELETE_CHILD | VDELETE)) ?
	    EPERM : EACCES;
}

/*
 * VOP_ACCESS and VOP_ACCESSX for file systems that have only the other.
 */
int
genfs_access(void *v)
{
	struct vop_access_args *ap = v;

	KASSERT((ap->a_accmode & ~(VEXEC | VWRITE | VREAD | VADMIN |
	    VAPPEND)) == 0);
	return VOP_ACCESSX(ap->a_vp, ap->a_accmode, ap->a_cred);
}

int
genfs_accessx(void *v)
{
	struct vop_accessx_args *ap = v;
	accmode_t accmode = ap->a_accmode;
	int error;

	error = vfs_unixify_accmode(&accmode);
	if (error != 0 || accmode == 0)
		return error;
	return VOP_ACCESS(ap->a_vp, accmode, ap->a_cred);
}

/*
 * May the owner or group's file mode be set to this?
 */
int
genfs_can_chmod(struct vnode *vp, kauth_cred_t cred, uid_t cur_uid,
    gid_t cur_gid, mode_t new_mode)
{
	int error;

	error = VOP_ACCESSX(vp, VWRITE_ACL, cred);
	if (error != 0)
		return error;
	/* What root may besides is up to the security model. */
	if (vp->v_type != VDIR && (new_mode & S_ISTXT))
		return EFTYPE;
	if (new_mode & S_ISGID) {
		error = kauth_cred_groupmember(cred, cur_gid);
		if (error > 0)
			return error;
		if (error != 0)
			return EPERM;
	}
	if ((new_mode & S_ISUID) && kauth_cred_geteuid(cred) != cur_uid)
		return EPERM;
	return 0;
}

/*
 * May the file be given to this owner and group?
 */
int
genfs_can_chown(struct vnode *vp, kauth_cred_t cred, uid_t cur_uid,
    gid_t cur_gid, uid_t new_uid, gid_t new_gid)
{
	int error;

	error = VOP_ACCESSX(vp, VWRITE_OWNER, cred);
	if (error != 0)
		return error;
	/*
	 * The owner may change the group to one that they are in, and
	 * nothing else.
	 */
	if (new_uid != cur_uid)
		return EPERM;
	if (new_gid == cur_gid || kauth_cred_getegid(cred) == new_gid)
		return 0;
	error = kauth_cred_groupmember(cred, new_gid);
	if (error > 0)
		return error;
	return error == 0 ? 0 : EPERM;
}

/*
 * May the times be set?  Now: by everybody who may write; else by the owner.
 */
int
genfs_can_chtimes(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid,
    u_int vaflags)
{
	int error;

	error = VOP_ACCESSX(vp, VWRITE_ATTRIBUTES, cred);
	if (error != 0 && (vaflags & VA_UTIMES_NULL) != 0)
		error = VOP_ACCESS(vp, VWRITE, cred);
	return error;
}

/*
 * May the file flags be changed?
 */
int
genfs_can_chflags(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid,
    bool changing_sysflags)
{
	int error;

	error = VOP_ACCESS(vp, VADMIN, cred);
	if (error != 0)
		return error;
	return changing_sysflags ? EPERM : 0;
}

/*
 * In a sticky directory: may a file of this owner be removed?
 */
int
genfs_can_sticky(struct vnode *vp, kauth_cred_t cred, uid_t dir_uid,
    uid_t file_uid)
{

	if (kauth_cred_geteuid(cred) == dir_uid ||
	    kauth_cred_geteuid(cred) == file_uid)
		return 0;
	return EPERM;
}

/*
 * May the extended attributes of this name space be used?
 */
int
genfs_can_extattr(struct vnode *vp, kauth_cred_t cred, accmode_t accmode,
    int attrnamespace)
{

	/* The kernel itself. */
	if (cred == NOCRED)
		return 0;
	switch (attrnamespace) {
	case EXTATTR_NAMESPACE_SYSTEM:
		return kauth_authorize_system(cred, KAUTH_SYSTEM_FS_EXTATTR,
		    0, vp->v_mount, NULL, NULL);
	case EXTATTR_NAMESPACE_USER:
		return VOP_ACCESS(vp, accmode, cred);
	default:
		return EPERM;
	}
}
