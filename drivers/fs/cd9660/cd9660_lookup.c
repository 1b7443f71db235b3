/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Finding a name in a directory.
 *
 * The search starts in the sector where the last one ended and wraps
 * around, as names are mostly asked for in the order they are listed in.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

/* A walk and the entry it is at. */
struct lookup_state {
	struct iso_scan	ls_scan;
	struct iso_entry ls_entry;
};

/*
 * Looks for the name among the records from byte `from' of the directory up
 * to byte `to'.  ENOENT; EINVAL if a bad record ends the search; EIO.
 */
static int
dir_search(struct iso_node *dp, struct lookup_state *ls, uint64_t from,
    uint64_t to, const char *name, size_t namelen)
{
	struct iso_mnt *imp = dp->i_mnt;
	struct iso_scan *sc = &ls->ls_scan;
	struct iso_entry *e = &ls->ls_entry;
	int error;

	cd9660_scan_init(sc, imp, dp->i_sect0.is_start, dp->i_size);
	error = cd9660_scan_seek(sc, from);
	while (error == 0) {
		error = cd9660_scan_next(sc);
		if (error != 0)
			break;
		if (sc->sc_recoff >= to) {
			error = ENOENT;
			break;
		}
		error = cd9660_rec_entry(sc, dp, e);
		if (error != 0)
			break;
		if (!e->e_hidden &&
		    cd9660_name_equal(imp, e, &sc->sc_rec, name, namelen))
			break;
	}
	cd9660_scan_done(sc);
	return error;
}

/* Looks a name up that is not in the cache. */
static int
lookup_uncached(struct vnode *dvp, const struct componentname *cnp,
    struct vnode **vpp)
{
	struct iso_node *dp = VTOI(dvp);
	struct lookup_state ls;
	uint64_t start = 0;
	int error;

	if (dp->i_diroff > 0 && (uint64_t)dp->i_diroff < dp->i_size)
		start = dp->i_diroff;
	error = dir_search(dp, &ls, start, dp->i_size, cnp->cn_nameptr,
	    cnp->cn_namelen);
	if (error == ENOENT && start != 0)
		error = dir_search(dp, &ls, 0, start, cnp->cn_nameptr,
		    cnp->cn_namelen);
	if (error == 0) {
		dp->i_diroff = ls.ls_scan.sc_recoff;
		error = cd9660_getchild(dvp, ls.ls_entry.e_isdir ?
		    lblktosize(dp->i_mnt, ls.ls_entry.e_dirblock) :
		    dp->i_key->ck_ino + ls.ls_scan.sc_recoff,
		    ls.ls_entry.e_isdir, vpp);
	}
	return error;
}

/*
 * vnodeops(9).  What would change the directory is refused with EROFS here,
 * once it is clear that the name is not there (CREATE) or is (the others).
 */
int
cd9660_lookup(void *v)
{
	struct vop_lookup_v2_args /* {
		struct vnode *a_dvp;
		struct vnode **a_vpp;
		struct componentname *a_cnp;
	} */ *ap = v;
	struct vnode *dvp = ap->a_dvp, **vpp = ap->a_vpp;
	struct componentname *cnp = ap->a_cnp;
	const uint32_t op = cnp->cn_nameiop;
	const bool last = (cnp->cn_flags & ISLASTCN) != 0;
	int cached, error;

	*vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (last && (op == DELETE || op == RENAME))
		return EROFS;

	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, &cached, vpp)) {
		if (*vpp != NULL)
			return 0;
		return last && op == CREATE ? EROFS : ENOENT;
	}

	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	if (cnp->cn_flags & ISDOTDOT) {
		error = cd9660_getparent(dvp, vpp);
	} else {
		error = lookup_uncached(dvp, cnp, vpp);
		if (error == ENOENT && last && op == CREATE)
			return EROFS;
	}
	if (error != 0 && error != ENOENT)
		return error;
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_flags);
	return error;
}
