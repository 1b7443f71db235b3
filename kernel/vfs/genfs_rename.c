/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rename for file systems with directory trees, see genfs_rename(9).
 *
 * The caller of VOP_RENAME holds the mount's rename lock, so no directory
 * moves meanwhile.  Vnodes are locked from the root downwards, a directory
 * before what is in it:
 *
 *	one directory			dvp, then source and target
 *	fdvp is above tdvp		fdvp, fvp, tdvp, tvp
 *	else				tdvp, tvp, fdvp, fvp
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode_impl.h>

#include <miscfs/genfs/genfs.h>

/* What a rename has found and locked. */
struct genfs_rename {
	const struct genfs_rename_ops *ops;
	struct mount *mp;
	kauth_cred_t cred;
	struct vnode *fdvp, *fvp, *tdvp, *tvp;
	struct componentname *fcnp, *tcnp;
	void *fde, *tde;
};

/*
 * VOP_RENAME from the old protocol, in which the target comes locked and all
 * vnodes are given up, to one where everything is unlocked and kept.
 */
int
genfs_insane_rename(void *v,
    int (*sane_rename)(struct vnode *, struct componentname *,
	struct vnode *, struct componentname *, kauth_cred_t, bool))
{
	struct vop_rename_args *ap = v;
	struct vnode *fdvp = ap->a_fdvp, *fvp = ap->a_fvp;
	struct vnode *tdvp = ap->a_tdvp, *tvp = ap->a_tvp;
	kauth_cred_t cred = ap->a_fcnp->cn_cred;
	int error;

	if (tvp != NULL && tvp != tdvp)
		VOP_UNLOCK(tvp);
	VOP_UNLOCK(tdvp);
	vrele(fvp);
	if (tvp != NULL)
		vrele(tvp);
	/* A forced unmount may have taken one of them away. */
	if (fdvp->v_mount != tdvp->v_mount)
		error = EXDEV;
	else
		error = (*sane_rename)(fdvp, ap->a_fcnp, tdvp, ap->a_tcnp,
		    cred, false);
	vrele(fdvp);
	vrele(tdvp);
	return error;
}

static int
rename_lookup(struct genfs_rename *gr, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode **vpp)
{
	int error;

	*vpp = NULL;
	error = (*gr->ops->gro_lookup)(gr->mp, dvp, cnp, de, vpp);
	if (error != 0) {
		*vpp = NULL;
		return error;
	}
	/* The parent of the directory, or itself, under a broken name. */
	if (*vpp == dvp) {
		vrele(*vpp);
		*vpp = NULL;
		return EINVAL;
	}
	return 0;
}

/* Lock what the two lookups found, each vnode once, in one order for all. */
static int
rename_lock2(struct vnode *a, struct vnode *b)
{
	struct vnode *first = a, *second = b;
	int error;

	if (b != NULL && b != a && VNODE_TO_VIMPL(b)->vi_serial <
	    VNODE_TO_VIMPL(a)->vi_serial) {
		first = b;
		second = a;
	}
	error = vn_lock(first, LK_EXCLUSIVE);
	if (error != 0)
		return error;
	if (second != NULL && second != first) {
		error = vn_lock(second, LK_EXCLUSIVE);
		if (error != 0)
			VOP_UNLOCK(first);
	}
	return error;
}

static int
rename_enter_common(struct genfs_rename *gr)
{
	struct vnode *dvp = gr->fdvp;
	int error;

	error = (*gr->ops->gro_lock_directory)(gr->mp, dvp);
	if (error != 0)
		return error;
	error = rename_lookup(gr, dvp, gr->fcnp, gr->fde, &gr->fvp);
	if (error != 0)
		goto unlock;
	error = rename_lookup(gr, dvp, gr->tcnp, gr->tde, &gr->tvp);
	if (error != 0 && error != ENOENT)
		goto rele;
	error = rename_lock2(gr->fvp, gr->tvp);
	if (error == 0)
		return 0;
rele:
	vrele(gr->fvp);
	if (gr->tvp != NULL)
		vrele(gr->tvp);
unlock:
	VOP_UNLOCK(dvp);
	return error;
}

static int
rename_enter_fdvp_first(struct genfs_rename *gr, struct vnode *intermediate)
{
	int error;

	error = (*gr->ops->gro_lock_directory)(gr->mp, gr->fdvp);
	if (error != 0)
		return error;
	error = rename_lookup(gr, gr->fdvp, gr->fcnp, gr->fde, &gr->fvp);
	if (error != 0)
		goto unlock_fdvp;
	/* Into itself. */
	if (gr->fvp == intermediate) {
		error = EINVAL;
		goto rele_fvp;
	}
	error = (*gr->ops->gro_lock_directory)(gr->mp, gr->tdvp);
	if (error != 0)
		goto rele_fvp;
	error = rename_lookup(gr, gr->tdvp, gr->tcnp, gr->tde, &gr->tvp);
	if (error != 0 && error != ENOENT)
		goto unlock_tdvp;
	error = rename_lock2(gr->fvp, gr->tvp);
	if (error == 0)
		return 0;
	if (gr->tvp != NULL)
		vrele(gr->tvp);
unlock_tdvp:
	VOP_UNLOCK(gr->tdvp);
rele_fvp:
	vrele(gr->fvp);
unlock_fdvp:
	VOP_UNLOCK(gr->fdvp);
	return error;
}

static int
rename_enter_tdvp_first(struct genfs_rename *gr)
{
	int error;

	error = (*gr->ops->gro_lock_directory)(gr->mp, gr->tdvp);
	if (error != 0)
		return error;
	error = rename_lookup(gr, gr->tdvp, gr->tcnp, gr->tde, &gr->tvp);
	if (error != 0 && error != ENOENT)
		goto unlock_tdvp;
	/* Over a directory that has the source in it. */
	if (gr->tvp == gr->fdvp) {
		error = gr->tvp->v_type == VDIR ? ENOTEMPTY : EISDIR;
		goto rele_tvp;
	}
	error = (*gr->ops->gro_lock_directory)(gr->mp, gr->fdvp);
	if (error != 0)
		goto rele_tvp;
	error = rename_lookup(gr, gr->fdvp, gr->fcnp, gr->fde, &gr->fvp);
	if (error != 0)
		goto unlock_fdvp;
	if (gr->fvp == gr->tdvp) {
		error = EINVAL;
		goto rele_fvp;
	}
	error = rename_lock2(gr->fvp, gr->tvp);
	if (error == 0)
		return 0;
rele_fvp:
	vrele(gr->fvp);
unlock_fdvp:
	VOP_UNLOCK(gr->fdvp);
rele_tvp:
	if (gr->tvp != NULL)
		vrele(gr->tvp);
unlock_tdvp:
	VOP_UNLOCK(gr->tdvp);
	return error;
}

static int
rename_enter(struct genfs_rename *gr)
{
	struct vnode *intermediate = NULL;
	int error;

	if (gr->fdvp == gr->tdvp)
		return rename_enter_common(gr);
	error = (*gr->ops->gro_genealogy)(gr->mp, gr->cred, gr->fdvp,
	    gr->tdvp, &intermediate);
	if (error != 0)
		return error;
	if (intermediate == NULL)
		return rename_enter_tdvp_first(gr);
	error = rename_enter_fdvp_first(gr, intermediate);
	vrele(intermediate);
	return error;
}

static void
rename_exit(struct genfs_rename *gr)
{

	if (gr->tvp != NULL && gr->tvp != gr->fvp)
		VOP_UNLOCK(gr->tvp);
	VOP_UNLOCK(gr->fvp);
	if (gr->tdvp != gr->fdvp)
		VOP_UNLOCK(gr->tdvp);
	VOP_UNLOCK(gr->fdvp);
	if (gr->tvp != NULL)
		vrele(gr->tvp);
	vrele(gr->fvp);
}

/*
 * Both names are one file: nothing by POSIX, else the source goes.
 */
static int
rename_same(struct genfs_rename *gr, bool posixly_correct)
{
	nlink_t nlink = 0;
	int error;

	if (posixly_correct)
		return 0;
	if (gr->fvp->v_type == VDIR)
		return gr->fdvp == gr->tdvp ? 0 : EINVAL;
	/* One name is no link less. */
	if (gr->fdvp == gr->tdvp &&
	    gr->fcnp->cn_namelen == gr->tcnp->cn_namelen &&
	    memcmp(gr->fcnp->cn_nameptr, gr->tcnp->cn_nameptr,
	    gr->fcnp->cn_namelen) == 0)
		return 0;
	error = (*gr->ops->gro_remove_check_possible)(gr->mp, gr->fdvp,
	    gr->fvp);
	if (error != 0)
		return error;
	error = kauth_authorize_vnode(gr->cred, KAUTH_VNODE_DELETE, gr->fvp,
	    gr->fdvp, (*gr->ops->gro_remove_check_permitted)(gr->mp, gr->cred,
	    gr->fdvp, gr->fvp));
	if (error != 0)
		return error;
	cache_purge(gr->fvp);
	cache_purge1(gr->fdvp, gr->fcnp->cn_nameptr, gr->fcnp->cn_namelen, 0);
	error = (*gr->ops->gro_remove)(gr->mp, gr->cred, gr->fdvp, gr->fcnp,
	    gr->fde, gr->fvp, &nlink);
	if (error == 0)
		VN_KNOTE(gr->fvp, nlink == 0 ? NOTE_DELETE : NOTE_LINK);
	return error;
}

static int
rename_check(struct genfs_rename *gr)
{
	const struct genfs_rename_ops *ops = gr->ops;
	int error;

	if (gr->fvp->v_type == VDIR && gr->fvp->v_mountedhere != NULL)
		return EBUSY;
	if (gr->tvp != NULL) {
		if (gr->tvp->v_type == VDIR && gr->tvp->v_mountedhere != NULL)
			return EBUSY;
		if (gr->fvp->v_type == VDIR && gr->tvp->v_type != VDIR)
			return ENOTDIR;
		if (gr->fvp->v_type != VDIR && gr->tvp->v_type == VDIR)
			return EISDIR;
	}
	error = (*ops->gro_rename_check_possible)(gr->mp, gr->fdvp, gr->fvp,
	    gr->tdvp, gr->tvp);
	if (error != 0)
		return error;
	if (gr->tvp != NULL && gr->tvp->v_type == VDIR &&
	    !(*ops->gro_directory_empty_p)(gr->mp, gr->cred, gr->tvp,
	    gr->tdvp))
		return ENOTEMPTY;

	/* The file system knows what it takes; root may do more. */
	error = (*ops->gro_rename_check_permitted)(gr->mp, gr->cred, gr->fdvp,
	    gr->fvp, gr->tdvp, gr->tvp);
	if (error == 0)
		return 0;
	error = kauth_authorize_vnode(gr->cred, KAUTH_VNODE_DELETE, gr->fvp,
	    gr->fdvp, error);
	if (error == 0)
		error = kauth_authorize_vnode(gr->cred, KAUTH_VNODE_RENAME,
		    gr->tvp != NULL ? gr->tvp : gr->tdvp, gr->tdvp, error);
	return error;
}

/*
 * Rename fcnp in fdvp to tcnp in tdvp, both referenced, unlocked and kept.
 */
int
genfs_sane_rename(const struct genfs_rename_ops *ops, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *tdvp,
    struct componentname *tcnp, void *tde, kauth_cred_t cred,
    bool posixly_correct)
{
	struct genfs_rename gr = {
		.ops = ops, .mp = fdvp->v_mount, .cred = cred,
		.fdvp = fdvp, .tdvp = tdvp, .fcnp = fcnp, .tcnp = tcnp,
		.fde = fde, .tde = tde,
	};
	nlink_t tvp_nlink = 0;
	int error;

	KASSERT(fdvp->v_type == VDIR && tdvp->v_type == VDIR);
	KASSERT(fdvp->v_mount == tdvp->v_mount);
	if (gr.mp->mnt_flag & MNT_RDONLY)
		return EROFS;
	if ((fcnp->cn_namelen == 1 && fcnp->cn_nameptr[0] == '.') ||
	    (tcnp->cn_namelen == 1 && tcnp->cn_nameptr[0] == '.') ||
	    (fcnp->cn_flags & ISDOTDOT) || (tcnp->cn_flags & ISDOTDOT))
		return EINVAL;

	error = rename_enter(&gr);
	if (error != 0)
		return error;
	if (gr.fvp == gr.tvp) {
		error = rename_same(&gr, posixly_correct);
		goto out;
	}
	error = rename_check(&gr);
	if (error != 0)
		goto out;
	genfs_rename_cache_purge(fdvp, gr.fvp, tdvp, gr.tvp);
	cache_purge1(fdvp, fcnp->cn_nameptr, fcnp->cn_namelen, 0);
	cache_purge1(tdvp, tcnp->cn_nameptr, tcnp->cn_namelen, 0);
	error = (*ops->gro_rename)(gr.mp, cred, fdvp, fcnp, fde, gr.fvp,
	    tdvp, tcnp, tde, gr.tvp, &tvp_nlink);
	if (error == 0)
		genfs_rename_knote(fdvp, gr.fvp, tdvp, gr.tvp, tvp_nlink);
out:
	rename_exit(&gr);
	return error;
}

/*
 * Tell the knotes of the files; the directories are VOP_RENAME's.
 */
void
genfs_rename_knote(struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp, nlink_t tvp_new_nlink)
{

	VN_KNOTE(fvp, NOTE_RENAME);
	if (tvp != NULL)
		VN_KNOTE(tvp, tvp_new_nlink != 0 ? NOTE_LINK : NOTE_DELETE);
}

/*
 * Forget names that the rename makes wrong.
 */
void
genfs_rename_cache_purge(struct vnode *fdvp, struct vnode *fvp,
    struct vnode *tdvp, struct vnode *tvp)
{

	cache_purge(fvp);
	if (tvp != NULL)
		cache_purge(tvp);
}

/*
 * Flags as in UFS: may the names go and come?
 */
int
genfs_ufslike_rename_check_possible(unsigned long fdflags,
    unsigned long fflags, unsigned long tdflags, unsigned long tflags,
    bool clobber, unsigned long immutable, unsigned long append)
{

	if ((fdflags | fflags) & immutable)
		return EPERM;
	if (fdflags & append)
		return EPERM;
	if (fflags & append)
		return EPERM;
	if (tdflags & immutable)
		return EPERM;
	if (clobber && ((tdflags & append) || (tflags & (immutable | append))))
		return EPERM;
	return 0;
}

/*
 * Modes as in UFS: write access to the directories, sticky directories, and
 * write access to a directory that gets another "..".
 */
int
genfs_ufslike_rename_check_permitted(kauth_cred_t cred, struct vnode *fdvp,
    mode_t fdmode, uid_t fduid, struct vnode *fvp, uid_t fuid,
    struct vnode *tdvp, mode_t tdmode, uid_t tduid, struct vnode *tvp,
    uid_t tuid)
{
	int error;

	error = VOP_ACCESS(fdvp, VWRITE, cred);
	if (error != 0)
		return error;
	error = VOP_ACCESS(tdvp, VWRITE, cred);
	if (error != 0)
		return error;
	if (fdvp != tdvp && fvp->v_type == VDIR) {
		error = VOP_ACCESS(fvp, VWRITE, cred);
		if (error != 0)
			return error;
	}
	if (fdmode & S_ISTXT) {
		error = genfs_can_sticky(fdvp, cred, fduid, fuid);
		if (error != 0)
			return error;
	}
	if (tvp != NULL && (tdmode & S_ISTXT)) {
		error = genfs_can_sticky(tdvp, cred, tduid, tuid);
		if (error != 0)
			return error;
	}
	return 0;
}

int
genfs_ufslike_remove_check_possible(unsigned long dflags, unsigned long flags,
    unsigned long immutable, unsigned long append)
{

	if ((dflags | flags) & immutable)
		return EPERM;
	if ((dflags | flags) & append)
		return EPERM;
	return 0;
}

int
genfs_ufslike_remove_check_permitted(kauth_cred_t cred, struct vnode *dvp,
    mode_t dmode, uid_t duid, struct vnode *vp, uid_t uid)
{
	int error;

	error = VOP_ACCESS(dvp, VWRITE, cred);
	if (error != 0)
		return error;
	if (dmode & S_ISTXT)
		return genfs_can_sticky(dvp, cred, duid, uid);
	return 0;
}
