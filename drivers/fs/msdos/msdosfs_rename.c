/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rename.  genfs has the locking and the general rules; these are the steps
 * on a FAT volume, in an order that keeps the file reachable:
 *
 *	target exists:	its entry becomes that of the source in one write,
 *			then the old name goes;
 *	else:		the new name comes, a directory's ".." follows, then
 *			the old name goes, in the same write or a later one.
 *
 * The same name in other letters is the second of these.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/denode.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

/* Finds the name that dep has in ddep. */
static int
findname(struct denode *ddep, const struct componentname *cnp,
    const struct denode *dep, struct dirfind *df)
{
	struct denode_key key;
	int error;

	error = msdosfs_dirfind(ddep, cnp->cn_nameptr, cnp->cn_namelen, 0,
	    DIR_NOSKIP, df);
	if (error != 0)
		return error;
	if (!df->df_found)
		return ENOENT;
	msdosfs_entkey(ddep->de_pmp, &df->df_name, &key);
	return memcmp(&key, &dep->de_key, sizeof(key)) == 0 ? 0 : ENOENT;
}

/* The file is at another place now; the place is known to be free. */
static int
moved(struct denode *dep, const struct denode_key *to)
{
	struct denode_key old = dep->de_key, new = *to;
	int error;

	if (memcmp(&old, &new, sizeof(old)) == 0)
		return 0;
	error = vcache_rekey_enter(dep->de_pmp->pm_mountp, DETOV(dep),
	    &old, sizeof(old), &new, sizeof(new));
	if (error != 0)
		return error;
	dep->de_key = new;
	vcache_rekey_exit(dep->de_pmp->pm_mountp, DETOV(dep),
	    &old, sizeof(old), &dep->de_key, sizeof(dep->de_key));
	return 0;
}

/* Lets the entry of tname in tddep stand for fdep; the 8.3 name stays. */
static int
overwrite(struct denode *tddep, const struct dirname *tname,
    struct denode *fdep)
{
	struct msdosfsmount *pmp = tddep->de_pmp;
	struct direntry *ep;
	struct dirscan ds;
	int error;

	dirscan_init(&ds, tddep);
	ds.ds_sync = msdosfs_ordered(pmp);
	if ((error = dirscan_slot(&ds, tname->dn_off, &ep)) == 0) {
		fdep->de_LCase = tname->dn_entry.deReserved;
		msdosfs_de_to(fdep, ep);
		memcpy(fdep->de_Name, ep->deName, 11);
		ds.ds_dirty = true;
	}
	return dirscan_done(&ds, error);
}

static uint32_t
parentcluster(const struct denode *dep)
{

	return dep->de_key.dk_dirclust == MSDOSFSROOT ? MSDOSFSROOT :
	    dep->de_StartCluster;
}

static int
rename_over(struct denode *fdep, struct denode *tddep,
    const struct componentname *tcnp, struct denode *tdep, struct dirfind *df,
    bool reparent, uint32_t oldparent)
{
	struct denode_key place;
	int error;

	if ((error = findname(tddep, tcnp, tdep, df)) != 0)
		return error;
	if (reparent && (error = msdosfs_dirsetparent(fdep,
	    parentcluster(tddep))) != 0)
		return error;
	place = tdep->de_key;
	if ((error = overwrite(tddep, &df->df_name, fdep)) != 0) {
		if (reparent)
			msdosfs_dirsetparent(fdep, oldparent);
		return error;
	}
	if ((error = msdosfs_deremoved(tdep)) != 0)
		return error;
	return DETOV(fdep)->v_type == VDIR ? 0 : moved(fdep, &place);
}

/*
 * Gives fdep, known as *from, a name in tddep that is new there (or only
 * other letters, skip is its offset then).
 */
static int
rename_new(struct denode *fdep, const struct dirname *from,
    struct denode *tddep, const struct componentname *tcnp, uint32_t skip,
    struct dirfind *df, bool reparent)
{
	struct msdosfsmount *pmp = fdep->de_pmp;
	struct denode_key old;
	struct direntry entry;
	struct dirplace dp;
	int error;

	entry = from->dn_entry;
	msdosfs_de_to(fdep, &entry);
	error = msdosfs_direnter(tddep, &entry, tcnp->cn_nameptr,
	    tcnp->cn_namelen, skip, &dp);
	if (error != 0)
		return error;
	msdosfs_slotkey(pmp, from, &old);
	if (!msdosfs_sameblock(pmp, &old, &dp.dp_slot))
		error = msdosfs_writeslot(pmp, &dp.dp_slot);
	if (error == 0 && reparent)
		error = msdosfs_dirsetparent(fdep, parentcluster(tddep));
	if (error == 0 && DETOV(fdep)->v_type != VDIR)
		error = moved(fdep, &dp.dp_key);
	if (error == 0) {
		memcpy(fdep->de_Name, dp.dp_name, 11);
		fdep->de_LCase = 0;
		return 0;
	}
	/* Back to one name. */
	if (msdosfs_dirfind(tddep, tcnp->cn_nameptr, tcnp->cn_namelen, 0,
	    skip, df) == 0 && df->df_found)
		msdosfs_dirremove(tddep, df->df_name.dn_off,
		    df->df_name.dn_nslots, false);
	return error;
}

static int
msdosfs_gro_rename(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct componentname *fcnp, void *fde,
    struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp,
    void *tde, struct vnode *tvp, nlink_t *nlinkp)
{
	struct denode *fddep = VTODE(fdvp), *fdep = VTODE(fvp);
	struct denode *tddep = VTODE(tdvp);
	struct denode *tdep = tvp != NULL ? VTODE(tvp) : NULL;
	struct msdosfsmount *pmp = fdep->de_pmp;
	const bool reparent = fvp->v_type == VDIR && fdvp != tdvp;
	const uint32_t oldparent = fdep->de_parent;
	struct dirfind *from, *to;
	int error;

	from = kmem_alloc(2 * sizeof(*from), KM_SLEEP);
	to = from + 1;
	if ((error = findname(fddep, fcnp, fdep, from)) != 0)
		goto out;
	if ((error = msdosfs_markdirty(pmp)) != 0 ||
	    (error = msdosfs_fatflush(pmp)) != 0)
		goto out;
	msdosfs_detimes(fdep);
	if (tdep != NULL)
		error = rename_over(fdep, tddep, tcnp, tdep, to, reparent,
		    oldparent);
	else
		error = rename_new(fdep, &from->df_name, tddep, tcnp,
		    DIR_NOSKIP, to, reparent);
	if (error != 0)
		goto out;
	error = msdosfs_dirremove(fddep, from->df_name.dn_off,
	    from->df_name.dn_nslots, tdep != NULL && msdosfs_ordered(pmp));
	atomic_or_uint(&fdep->de_flag, DE_MODIFIED);
	atomic_or_uint(&fddep->de_flag, DE_UPDATE);
	atomic_or_uint(&tddep->de_flag, DE_UPDATE);
	*nlinkp = 0;
out:
	kmem_free(from, 2 * sizeof(*from));
	return error;
}

static bool
msdosfs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{

	return msdosfs_dirempty(VTODE(vp)) == 0;
}

static int
msdosfs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{

	return VTODE(fvp)->de_removed || VTODE(tdvp)->de_removed ? ENOENT : 0;
}

static int
msdosfs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	const struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	const mode_t mode = pmp->pm_dirmask & ALLPERMS;

	return genfs_ufslike_rename_check_permitted(cred, fdvp, mode,
	    pmp->pm_uid, fvp, pmp->pm_uid, tdvp, mode, pmp->pm_uid, tvp,
	    pmp->pm_uid);
}

static int
msdosfs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{

	return 0;
}

static int
msdosfs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	const struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);

	return genfs_ufslike_remove_check_permitted(cred, dvp,
	    pmp->pm_dirmask & ALLPERMS, pmp->pm_uid, vp, pmp->pm_uid);
}

/* Two names for one file can't be on FAT, so nothing is ever removed here. */
static int
msdosfs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp, nlink_t *nlinkp)
{

	return EOPNOTSUPP;
}

static int
msdosfs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode **vpp)
{
	struct dirfind *df;
	int error;

	*vpp = NULL;
	df = kmem_alloc(sizeof(*df), KM_SLEEP);
	error = msdosfs_dirfind(VTODE(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    0, DIR_NOSKIP, df);
	if (error == 0)
		error = df->df_found ? msdosfs_degetent(VTODE(dvp),
		    &df->df_name, vpp) : ENOENT;
	kmem_free(df, sizeof(*df));
	return error;
}

/*
 * Looks on the way from tdvp up to the root for fdvp.  *childp is NULL if it
 * is not there, else the directory in it that the way goes through.
 */
static int
msdosfs_gro_genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct vnode *tdvp, struct vnode **childp)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct vnode *vp = tdvp, *dvp;
	uint32_t n, up;
	int error;

	*childp = NULL;
	vref(vp);
	for (n = 0; n <= pmp->pm_nclusters; n++) {
		if ((error = vn_lock(vp, LK_SHARED)) != 0) {
			vrele(vp);
			return error;
		}
		if (vp->v_vflag & VV_ROOT) {
			vput(vp);
			return 0;
		}
		up = VTODE(vp)->de_parent;
		error = VTODE(vp)->de_removed ? ENOENT : 0;
		VOP_UNLOCK(vp);
		if (error == 0)
			error = msdosfs_deget(pmp, up, MSDOSFSROOT_OFS, &dvp);
		if (error != 0) {
			vrele(vp);
			return error;
		}
		if (dvp == fdvp) {
			vrele(dvp);
			*childp = vp;
			return 0;
		}
		vrele(vp);
		vp = dvp;
	}
	vrele(vp);
	return msdosfs_corrupt(pmp, "directories are nested in a ring");
}

static int
msdosfs_gro_lock_directory(struct mount *mp, struct vnode *vp)
{
	int error;

	if ((error = vn_lock(vp, LK_EXCLUSIVE)) != 0)
		return error;
	if (VTODE(vp)->de_removed) {
		VOP_UNLOCK(vp);
		return ENOENT;
	}
	return 0;
}

static const struct genfs_rename_ops msdosfs_genfs_rename_ops = {
	.gro_directory_empty_p = msdosfs_gro_directory_empty_p,
	.gro_rename_check_possible = msdosfs_gro_rename_check_possible,
	.gro_rename_check_permitted = msdosfs_gro_rename_check_permitted,
	.gro_remove_check_possible = msdosfs_gro_remove_check_possible,
	.gro_remove_check_permitted = msdosfs_gro_remove_check_permitted,
	.gro_rename = msdosfs_gro_rename,
	.gro_remove = msdosfs_gro_remove,
	.gro_lookup = msdosfs_gro_lookup,
	.gro_genealogy = msdosfs_gro_genealogy,
	.gro_lock_directory = msdosfs_gro_lock_directory,
};

/*
 * Gives a file of dvp the same name in other letters.  EJUSTRETURN if that
 * is not what is asked for.
 */
static int
recase(struct vnode *dvp, const struct componentname *fcnp,
    const struct componentname *tcnp)
{
	struct denode *ddep = VTODE(dvp), *dep;
	struct msdosfsmount *pmp = ddep->de_pmp;
	struct dirfind *from, *to;
	struct vnode *vp;
	int error;

	from = kmem_alloc(2 * sizeof(*from), KM_SLEEP);
	to = from + 1;
	error = msdosfs_dirfind(ddep, fcnp->cn_nameptr, fcnp->cn_namelen, 0,
	    DIR_NOSKIP, from);
	if (error == 0)
		error = msdosfs_dirfind(ddep, tcnp->cn_nameptr,
		    tcnp->cn_namelen, 0, DIR_NOSKIP, to);
	if (error != 0 || !from->df_found || !to->df_found ||
	    from->df_name.dn_off != to->df_name.dn_off) {
		error = EJUSTRETURN;
		goto out;
	}
	if ((error = msdosfs_degetent(ddep, &from->df_name, &vp)) != 0)
		goto out;
	if ((error = vn_lock(vp, LK_EXCLUSIVE)) != 0) {
		vrele(vp);
		goto out;
	}
	dep = VTODE(vp);
	msdosfs_detimes(dep);
	if ((error = msdosfs_fatflush(pmp)) == 0)
		error = rename_new(dep, &from->df_name, ddep, tcnp,
		    from->df_name.dn_off, to, false);
	if (error == 0) {
		error = msdosfs_dirremove(ddep, from->df_name.dn_off,
		    from->df_name.dn_nslots, false);
		atomic_or_uint(&dep->de_flag, DE_MODIFIED);
		atomic_or_uint(&ddep->de_flag, DE_UPDATE);
	}
	cache_purge(vp);
	vput(vp);
out:
	kmem_free(from, 2 * sizeof(*from));
	return error;
}

static int
msdosfs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	int error;

	if (fdvp == tdvp && (fcnp->cn_namelen != tcnp->cn_namelen ||
	    memcmp(fcnp->cn_nameptr, tcnp->cn_nameptr, fcnp->cn_namelen) != 0)) {
		error = msdosfs_gro_lock_directory(fdvp->v_mount, fdvp);
		if (error != 0)
			return error;
		error = recase(fdvp, fcnp, tcnp);
		VOP_UNLOCK(fdvp);
		if (error != EJUSTRETURN)
			return error;
	}
	return genfs_sane_rename(&msdosfs_genfs_rename_ops, fdvp, fcnp, NULL,
	    tdvp, tcnp, NULL, cred, posixly_correct);
}

int
msdosfs_rename(void *v)
{

	return genfs_insane_rename(v, msdosfs_sane_rename);
}
