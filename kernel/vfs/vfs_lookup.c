/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From path names to vnodes: pathbuf(9) and namei(9).
 *
 * A lookup goes down the path component by component with a reference to the
 * directory and nothing locked but, while it is asked, that directory.  At
 * the last component the caller's flags say what stays locked.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "vfs_impl.h"

pool_cache_t pnbuf_cache;

/*
 * Path names.
 */

struct pathbuf {
	char	*pb_path;		/* as the lookup leaves it */
	char	*pb_pathcopy;		/* as it was, for those who ask */
	unsigned pb_pathcopyuses;
	char	pb_inline[MAXPATHLEN];	/* unless it was assimilated */
};

static pool_cache_t pathbuf_cache;

void
vfs_lookup_init(void)
{

	pnbuf_cache = pool_cache_init(MAXPATHLEN, 0, 0, 0, "pnbufpl", NULL,
	    IPL_NONE, NULL, NULL, NULL);
	pathbuf_cache = pool_cache_init(sizeof(struct pathbuf), 0, 0, 0,
	    "pathbufpl", NULL, IPL_NONE, NULL, NULL, NULL);
}

static struct pathbuf *
pathbuf_create_raw(void)
{
	struct pathbuf *pb;

	pb = pool_cache_get(pathbuf_cache, PR_WAITOK);
	pb->pb_path = pb->pb_inline;
	pb->pb_pathcopy = NULL;
	pb->pb_pathcopyuses = 0;
	return pb;
}

/*
 * Free a path name.  A string that pathbuf_stringcopy_get() lent must be back.
 */
void
pathbuf_destroy(struct pathbuf *pb)
{

	KASSERT(pb->pb_pathcopyuses == 0);
	KASSERT(pb->pb_pathcopy == NULL);
	if (pb->pb_path != pb->pb_inline)
		PNBUF_PUT(pb->pb_path);
	pool_cache_put(pathbuf_cache, pb);
}

/*
 * Take over a PNBUF_GET() buffer.
 */
struct pathbuf *
pathbuf_assimilate(char *pnbuf)
{
	struct pathbuf *pb = pathbuf_create_raw();

	pb->pb_path = pnbuf;
	return pb;
}

/*
 * From a kernel string, NULL if it is too long.
 */
struct pathbuf *
pathbuf_create(const char *path)
{
	struct pathbuf *pb;
	size_t len = strlen(path);

	if (len >= MAXPATHLEN)
		return NULL;
	pb = pathbuf_create_raw();
	memcpy(pb->pb_path, path, len + 1);
	return pb;
}

int
pathbuf_copyin(const char *userpath, struct pathbuf **ret)
{
	struct pathbuf *pb;
	int error;

	pb = pathbuf_create_raw();
	error = copyinstr(userpath, pb->pb_path, MAXPATHLEN, NULL);
	if (error != 0) {
		pathbuf_destroy(pb);
		return error;
	}
	*ret = pb;
	return 0;
}

int
pathbuf_maybe_copyin(const char *path, enum uio_seg seg, struct pathbuf **ret)
{

	if (seg == UIO_USERSPACE)
		return pathbuf_copyin(path, ret);
	*ret = pathbuf_create(path);
	return *ret == NULL ? ENAMETOOLONG : 0;
}

void
pathbuf_copystring(const struct pathbuf *pb, char *buf, size_t maxlen)
{

	strlcpy(buf, pb->pb_path, maxlen);
}

/*
 * The path as it is now, unharmed by the lookup to come.  Give it back with
 * pathbuf_stringcopy_put().
 */
const char *
pathbuf_stringcopy_get(struct pathbuf *pb)
{

	if (pb->pb_pathcopyuses == 0) {
		pb->pb_pathcopy = PNBUF_GET();
		strlcpy(pb->pb_pathcopy, pb->pb_path, MAXPATHLEN);
	}
	pb->pb_pathcopyuses++;
	return pb->pb_pathcopy;
}

void
pathbuf_stringcopy_put(struct pathbuf *pb, const char *str)
{

	KASSERT(str == pb->pb_pathcopy);
	KASSERT(pb->pb_pathcopyuses > 0);
	if (--pb->pb_pathcopyuses == 0) {
		PNBUF_PUT(pb->pb_pathcopy);
		pb->pb_pathcopy = NULL;
	}
}

/*
 * Hash of a name; *endp, unless it points to a pointer already, becomes the
 * end of the string.
 */
uint32_t
namei_hash(const char *name, const char **ep)
{
	uint32_t hash = 5381;

	if (*ep != NULL) {
		for (; name < *ep; name++)
			hash = hash * 33 + (uint8_t)*name;
	} else {
		for (; *name != '\0'; name++)
			hash = hash * 33 + (uint8_t)*name;
		*ep = name;
	}
	return hash + (hash >> 5);
}

/*
 * The lookup.
 */

struct namei_state {
	struct nameidata *ndp;
	struct componentname *cnp;
	struct vnode *dvp;		/* directory, referenced */
	bool	dvp_locked;
	bool	rdonly;
};

/*
 * Root and start of the lookup.  *startp is referenced.
 */
static int
namei_start(struct namei_state *st, struct vnode **startp)
{
	struct nameidata *ndp = st->ndp;
	struct cwdinfo *cwdi = curproc->p_cwdi;
	struct vnode *start;

	ndp->ni_pnbuf = ndp->ni_pathbuf->pb_path;
	ndp->ni_pathlen = strlen(ndp->ni_pnbuf) + 1;
	ndp->ni_loopcnt = 0;
	ndp->ni_dvp = NULL;
	ndp->ni_vp = NULL;
	ndp->ni_next = NULL;
	st->cnp->cn_nameptr = ndp->ni_pnbuf;
	st->cnp->cn_namelen = 0;

	/* POSIX: an empty path names nothing. */
	if (ndp->ni_pathlen == 1) {
		ndp->ni_erootdir = NULL;
		return ENOENT;
	}
	if (__predict_false(rootvnode == NULL))
		return ENOENT;

	rw_enter(&cwdi->cwdi_lock, RW_READER);
	if ((st->cnp->cn_flags & NOCHROOT) != 0 || cwdi->cwdi_rdir == NULL)
		ndp->ni_rootdir = rootvnode;
	else
		ndp->ni_rootdir = cwdi->cwdi_rdir;
	ndp->ni_erootdir = NULL;
	if (ndp->ni_pnbuf[0] == '/')
		start = ndp->ni_rootdir;
	else if (ndp->ni_atdir != NULL)
		start = ndp->ni_atdir;
	else
		start = cwdi->cwdi_cdir;
	if (start == NULL)
		start = ndp->ni_rootdir;
	vref(ndp->ni_rootdir);
	vref(start);
	rw_exit(&cwdi->cwdi_lock);

	if (start->v_type != VDIR) {
		vrele(ndp->ni_rootdir);
		vrele(start);
		return ENOTDIR;
	}
	*startp = start;
	return 0;
}

/*
 * Does a symbolic link have to be followed here?
 */
static inline bool
namei_atsymlink(struct namei_state *st, struct vnode *vp)
{

	return vp->v_type == VLNK &&
	    (st->cnp->cn_flags & (FOLLOW | REQUIREDIR)) != 0;
}

/*
 * Put the target of the symbolic link `vp' before what is left of the path.
 */
static int
namei_follow(struct namei_state *st, struct vnode *vp)
{
	struct nameidata *ndp = st->ndp;
	struct componentname *cnp = st->cnp;
	struct iovec aiov;
	struct uio auio;
	char *cp;
	size_t linklen;
	int error;

	if (ndp->ni_loopcnt++ >= MAXSYMLINKS)
		return ELOOP;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	if (vp->v_mount->mnt_flag & MNT_SYMPERM) {
		error = VOP_ACCESS(vp, VEXEC, cnp->cn_cred);
		if (error != 0) {
			VOP_UNLOCK(vp);
			return error;
		}
	}
	cp = PNBUF_GET();
	aiov.iov_base = cp;
	aiov.iov_len = MAXPATHLEN;
	auio.uio_iov = &aiov;
	auio.uio_iovcnt = 1;
	auio.uio_offset = 0;
	auio.uio_rw = UIO_READ;
	auio.uio_resid = MAXPATHLEN;
	UIO_SETUP_SYSSPACE(&auio);
	error = VOP_READLINK(vp, &auio, cnp->cn_cred);
	VOP_UNLOCK(vp);
	if (error != 0) {
		PNBUF_PUT(cp);
		return error;
	}
	linklen = MAXPATHLEN - auio.uio_resid;
	if (linklen == 0) {
		PNBUF_PUT(cp);
		return ENOENT;
	}
	if (linklen + ndp->ni_pathlen > MAXPATHLEN) {
		PNBUF_PUT(cp);
		return ENAMETOOLONG;
	}
	if (memchr(cp, '\0', linklen) != NULL) {
		PNBUF_PUT(cp);
		return EINVAL;
	}
	/* What is left begins with a slash or ends here. */
	memcpy(cp + linklen, ndp->ni_next, ndp->ni_pathlen);
	ndp->ni_pathlen += linklen;
	memcpy(ndp->ni_pnbuf, cp, ndp->ni_pathlen);
	PNBUF_PUT(cp);
	return 0;
}

/*
 * Cut the next component off, at cn_nameptr.
 */
static int
lookup_parsepath(struct namei_state *st, struct vnode *searchdir)
{
	struct componentname *cnp = st->cnp;
	struct nameidata *ndp = st->ndp;
	const char *cp;
	int error;

	error = VOP_PARSEPATH(searchdir, cnp->cn_nameptr, &cnp->cn_namelen);
	if (error != 0)
		return error;
	if (cnp->cn_namelen > KERNEL_NAME_MAX)
		return ENAMETOOLONG;
	cp = cnp->cn_nameptr + cnp->cn_namelen;
	ndp->ni_pathlen -= cnp->cn_namelen;
	ndp->ni_next = cp;

	cnp->cn_flags &= ~(ISLASTCN | REQUIREDIR);
	if (*cp == '/') {
		cnp->cn_flags |= REQUIREDIR;
		while (*cp == '/')
			cp++;
	}
	cnp->cn_flags |= MAKEENTRY;
	if (*cp == '\0') {
		cnp->cn_flags |= ISLASTCN;
		/* A name that is about to go does not stay in the cache. */
		if ((cnp->cn_flags & NOCACHE) != 0 ||
		    cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME)
			cnp->cn_flags &= ~MAKEENTRY;
	}
	if (cnp->cn_namelen == 2 && cnp->cn_nameptr[0] == '.' &&
	    cnp->cn_nameptr[1] == '.')
		cnp->cn_flags |= ISDOTDOT;
	else
		cnp->cn_flags &= ~ISDOTDOT;
	return 0;
}

/*
 * From a directory to the root of what is mounted on it, as often as needed.
 * *vpp is exchanged.
 */
static int
lookup_crossmount(struct namei_state *st, struct vnode **vpp)
{
	struct vnode *vp = *vpp, *tdp;
	struct mount *mp;
	int error;

	while (vp->v_type == VDIR &&
	    __predict_false(atomic_load_relaxed(&vp->v_mountedhere) != NULL) &&
	    (st->cnp->cn_flags & NOCROSSMOUNT) == 0) {
		/* The mount may be going: it clears this under the lock. */
		mutex_enter(&mountlist_lock);
		mp = vp->v_mountedhere;
		if (mp != NULL)
			vfs_ref(mp);
		mutex_exit(&mountlist_lock);
		if (mp == NULL)
			break;
		error = vfs_busy(mp);
		if (error != 0) {
			/* It went while we waited: look again. */
			vfs_rele(mp);
			continue;
		}
		error = VFS_ROOT(mp, LK_NONE, &tdp);
		vfs_unbusy(mp);
		vfs_rele(mp);
		if (error != 0)
			return error;
		vrele(vp);
		vp = tdp;
		*vpp = vp;
	}
	return 0;
}

/*
 * ".." of a root goes nowhere, that of a mounted root to the covered
 * directory.  st->dvp is exchanged; *foundp is set if that ends it.
 */
static int
lookup_dotdot(struct namei_state *st, struct vnode **foundp)
{
	struct nameidata *ndp = st->ndp;
	struct vnode *tvp;

	for (;;) {
		if (st->dvp == ndp->ni_rootdir || st->dvp == rootvnode) {
			vref(st->dvp);
			*foundp = st->dvp;
			return 0;
		}
		if ((st->dvp->v_vflag & VV_ROOT) == 0 ||
		    (st->cnp->cn_flags & NOCROSSMOUNT) != 0)
			break;
		tvp = st->dvp->v_mount->mnt_vnodecovered;
		if (tvp == NULL) {
			/* Taken away by a forced unmount. */
			return ENOENT;
		}
		vref(tvp);
		vrele(st->dvp);
		st->dvp = tvp;
	}

	/* Outside of the root (moved there, say): no way back in. */
	if (ndp->ni_rootdir != rootvnode &&
	    !vn_isunder(st->dvp, ndp->ni_rootdir, curlwp)) {
		vref(ndp->ni_rootdir);
		vrele(st->dvp);
		st->dvp = ndp->ni_rootdir;
		vref(st->dvp);
		*foundp = st->dvp;
	}
	return 0;
}

/*
 * Look one component up in st->dvp.  *foundp is referenced and unlocked, or
 * NULL with error 0 if the last component may be created.  If the caller of
 * namei wants the parent locked, st->dvp is, in this last case and where
 * there is no locking order in the way.
 */
static int
lookup_once(struct namei_state *st, struct vnode **foundp)
{
	struct componentname *cnp = st->cnp;
	struct vnode *vp = NULL, *tvp;
	bool lockparent, lockshared;
	int error;

	*foundp = NULL;
	lockparent = (cnp->cn_flags & (ISLASTCN | LOCKPARENT)) ==
	    (ISLASTCN | LOCKPARENT);
	if (cnp->cn_flags & ISDOTDOT) {
		error = lookup_dotdot(st, &vp);
		if (error != 0)
			return error;
		if (vp != NULL)
			goto found;
	}

	/* The quick way down, through the name cache alone. */
	if (!lockparent && cnp->cn_nameiop == LOOKUP &&
	    (cnp->cn_flags & (ISDOTDOT | MAKEENTRY)) == MAKEENTRY &&
	    (st->dvp->v_mount->mnt_iflag & IMNT_NCLOOKUP) != 0 &&
	    cache_have_id(st->dvp) &&
	    ((st->dvp->v_vflag & VV_ROOT) == 0 ||
	    !rumpfs_hides(st->dvp, cnp->cn_nameptr)) &&
	    cache_lookup_linked(st->dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    &vp, NULL, cnp->cn_cred)) {
		if (vp == NULL)
			return ENOENT;
		goto found;
	}

unionlookup:
	lockshared = !lockparent &&
	    (st->dvp->v_mount->mnt_iflag & IMNT_SHRLOOKUP) != 0 &&
	    (cnp->cn_nameiop == LOOKUP || (cnp->cn_flags & ISLASTCN) == 0);
	error = vn_lock(st->dvp, lockshared ? LK_SHARED : LK_EXCLUSIVE);
	if (error != 0)
		return error;
	st->dvp_locked = true;
	if (st->dvp->v_type != VDIR) {
		error = ENOTDIR;
		goto fail;
	}
	error = VOP_LOOKUP(st->dvp, &vp, cnp);
	if (error != 0) {
		KASSERTMSG(vp == NULL, "lookup failed with a vnode");
		/* Through the top of a union mount. */
		if (error == ENOENT &&
		    (st->dvp->v_vflag & VV_ROOT) != 0 &&
		    (st->dvp->v_mount->mnt_flag & MNT_UNION) != 0 &&
		    (tvp = st->dvp->v_mount->mnt_vnodecovered) != NULL) {
			vref(tvp);
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
			vrele(st->dvp);
			st->dvp = tvp;
			goto unionlookup;
		}
		if (error != EJUSTRETURN)
			goto fail;
		/*
		 * The last component is not there and may be made, with the
		 * directory locked.
		 */
		if (st->rdonly) {
			error = EROFS;
			goto fail;
		}
		if ((cnp->cn_flags & (REQUIREDIR | CREATEDIR)) ==
		    REQUIREDIR) {
			error = ENOENT;
			goto fail;
		}
		if (!lockparent) {
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
		}
		*foundp = NULL;
		return 0;
	}
	KASSERT(vp != NULL);
	if (!lockparent) {
		VOP_UNLOCK(st->dvp);
		st->dvp_locked = false;
	}
found:
	if (vp->v_type == VDIR &&
	    __predict_false(atomic_load_relaxed(&vp->v_mountedhere) != NULL)) {
		if (st->dvp_locked) {
			/*
			 * Asking a file system for its root with the parent
			 * locked would nest locks the wrong way round.
			 */
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
		}
		error = lookup_crossmount(st, &vp);
		if (error != 0) {
			vrele(vp);
			goto fail;
		}
	}
	*foundp = vp;
	return 0;

fail:
	if (st->dvp_locked) {
		VOP_UNLOCK(st->dvp);
		st->dvp_locked = false;
	}
	return error;
}

/*
 * Lock parent and leaf as the caller of namei wants, from the root downwards.
 */
static int
lookup_locks(struct namei_state *st, struct vnode *vp)
{
	struct componentname *cnp = st->cnp;
	int lktype, error;

	lktype = (cnp->cn_flags & LOCKSHARED) ? LK_SHARED : LK_EXCLUSIVE;
	if ((cnp->cn_flags & LOCKPARENT) == 0) {
		if (st->dvp_locked) {
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
		}
		if (vp != NULL && (cnp->cn_flags & LOCKLEAF)) {
			error = vn_lock(vp, lktype);
			if (error != 0)
				return error;
		}
		return 0;
	}
	if (vp != NULL && (cnp->cn_flags & LOCKLEAF) != 0 &&
	    vp != st->dvp && (cnp->cn_flags & ISDOTDOT) != 0) {
		/* The leaf is above its "parent". */
		if (st->dvp_locked) {
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
		}
		error = vn_lock(vp, lktype);
		if (error != 0)
			return error;
		error = vn_lock(st->dvp, LK_EXCLUSIVE);
		if (error != 0) {
			VOP_UNLOCK(vp);
			return error;
		}
		st->dvp_locked = true;
		return 0;
	}
	if (!st->dvp_locked) {
		error = vn_lock(st->dvp, LK_EXCLUSIVE);
		if (error != 0)
			return error;
		st->dvp_locked = true;
	}
	if (vp != NULL && (cnp->cn_flags & LOCKLEAF) != 0 && vp != st->dvp) {
		error = vn_lock(vp, lktype);
		if (error != 0)
			return error;
	}
	return 0;
}

/*
 * The path is only slashes: the start itself.
 */
static int
namei_degenerate(struct namei_state *st)
{
	struct nameidata *ndp = st->ndp;
	struct componentname *cnp = st->cnp;
	struct vnode *vp = st->dvp;
	int error;

	if (cnp->cn_nameiop != LOOKUP && (cnp->cn_flags & NONEXCLHACK) == 0)
		return cnp->cn_nameiop == CREATE ? EEXIST : EBUSY;
	error = lookup_crossmount(st, &vp);
	st->dvp = vp;
	if (error != 0)
		return error;
	if (cnp->cn_flags & LOCKPARENT) {
		vref(vp);
		ndp->ni_dvp = vp;
	}
	if (cnp->cn_flags & (LOCKPARENT | LOCKLEAF)) {
		error = vn_lock(vp, (cnp->cn_flags & LOCKSHARED) &&
		    (cnp->cn_flags & LOCKPARENT) == 0 ?
		    LK_SHARED : LK_EXCLUSIVE);
		if (error != 0) {
			if (ndp->ni_dvp != NULL)
				vrele(ndp->ni_dvp);
			ndp->ni_dvp = NULL;
			return error;
		}
	}
	ndp->ni_vp = vp;
	return 0;
}

static int
namei_oneroot(struct namei_state *st)
{
	struct nameidata *ndp = st->ndp;
	struct componentname *cnp = st->cnp;
	struct vnode *start, *found = NULL;
	int error;

	error = namei_start(st, &start);
	if (error != 0) {
		ndp->ni_dvp = ndp->ni_vp = NULL;
		return error;
	}
	st->dvp = start;
	st->dvp_locked = false;
	error = lookup_crossmount(st, &st->dvp);
	if (error != 0)
		goto fail;

	for (;;) {
		/* Leading slashes, of the path or a symbolic link. */
		cnp->cn_nameptr = ndp->ni_pnbuf;
		if (ndp->ni_pnbuf[0] == '/' && ndp->ni_loopcnt > 0) {
			vref(ndp->ni_rootdir);
			vrele(st->dvp);
			st->dvp = ndp->ni_rootdir;
			error = lookup_crossmount(st, &st->dvp);
			if (error != 0)
				goto fail;
		}
		st->cnp->cn_flags &= ~(ISDOTDOT | ISLASTCN | REQUIREDIR);

		for (;;) {
			/*
			 * The root of the root file system may have names
			 * that begin with slashes, so it gets to see them.
			 */
			while (cnp->cn_nameptr[0] == '/') {
				cnp->cn_nameptr++;
				ndp->ni_pathlen--;
			}
			if (cnp->cn_nameptr[0] == '\0') {
				cnp->cn_namelen = 0;
				cnp->cn_flags |= ISLASTCN;
				error = namei_degenerate(st);
				if (error != 0)
					goto fail;
				vrele(ndp->ni_rootdir);
				return 0;
			}
			error = lookup_parsepath(st, st->dvp);
			if (error != 0)
				goto fail;
			error = lookup_once(st, &found);
			if (error != 0)
				goto fail;
			if (found == NULL) {
				KASSERT(cnp->cn_flags & ISLASTCN);
				goto last;
			}
			if (namei_atsymlink(st, found) ||
			    (found->v_type == VLNK &&
			    (cnp->cn_flags & ISLASTCN) == 0))
				break;
			if (cnp->cn_flags & ISLASTCN)
				goto last;
			if (found->v_type != VDIR) {
				error = ENOTDIR;
				goto fail;
			}
			vrele(st->dvp);
			st->dvp = found;
			found = NULL;
			cnp->cn_nameptr = ndp->ni_next;
		}

		if (st->dvp_locked) {
			VOP_UNLOCK(st->dvp);
			st->dvp_locked = false;
		}
		error = namei_follow(st, found);
		if (error != 0)
			goto fail;
		vrele(found);
		found = NULL;
	}

last:
	if (found != NULL && (cnp->cn_flags & REQUIREDIR) != 0 &&
	    found->v_type != VDIR) {
		error = ENOTDIR;
		goto fail;
	}
	if (found != NULL && st->rdonly &&
	    (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME)) {
		error = EROFS;
		goto fail;
	}
	error = lookup_locks(st, found);
	if (error != 0)
		goto fail;
	ndp->ni_vp = found;
	if (cnp->cn_flags & LOCKPARENT) {
		ndp->ni_dvp = st->dvp;
	} else {
		vrele(st->dvp);
		ndp->ni_dvp = NULL;
	}
	vrele(ndp->ni_rootdir);
	return 0;

fail:
	if (st->dvp_locked)
		VOP_UNLOCK(st->dvp);
	if (found != NULL)
		vrele(found);
	if (st->dvp != NULL)
		vrele(st->dvp);
	vrele(ndp->ni_rootdir);
	ndp->ni_dvp = ndp->ni_vp = NULL;
	return error;
}

/*
 * Look a path name up, see namei(9).  On success ni_vp is the file, or NULL if
 * it does not exist and may be created, and with LOCKPARENT ni_dvp is its
 * directory, locked.
 */
int
namei(struct nameidata *ndp)
{
	struct namei_state st;

	/* No vnode lock is held here: the place to bound the cache. */
	vdrain_poll();

	KASSERT(ndp->ni_cnd.cn_cred != NULL);
	KASSERT((ndp->ni_cnd.cn_nameiop & ~OPMASK) == 0);
	ndp->ni_cnd.cn_flags &= MODMASK | CREATEDIR | DOWHITEOUT | RDONLY |
	    NOCROSSMOUNT;
	st.ndp = ndp;
	st.cnp = &ndp->ni_cnd;
	st.rdonly = (ndp->ni_cnd.cn_flags & RDONLY) != 0;
	st.dvp = NULL;
	return namei_oneroot(&st);
}

/*
 * For file servers: one path from `forcecwd', which is given up, that can't
 * leave it.
 */
static int
lookup_nfs(struct nameidata *ndp, struct vnode *forcecwd)
{
	int error;

	ndp->ni_atdir = forcecwd;
	error = namei(ndp);
	vrele(forcecwd);
	return error;
}

int
lookup_for_nfsd(struct nameidata *ndp, struct vnode *forcecwd,
    int neverfollow)
{

	if (neverfollow)
		ndp->ni_cnd.cn_flags &= ~FOLLOW;
	return lookup_nfs(ndp, forcecwd);
}

/*
 * One component, no slashes.
 */
int
lookup_for_nfsd_index(struct nameidata *ndp, struct vnode *startdir)
{

	if (strchr(ndp->ni_pathbuf->pb_path, '/') != NULL) {
		vrele(startdir);
		return EINVAL;
	}
	return lookup_nfs(ndp, startdir);
}

/*
 * Look the component `cnp' up again in the locked directory `dvp'.  *vpp is
 * locked, or NULL if it may be created.
 */
int
relookup(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    int dummy)
{
	int error;

	KASSERT(cnp->cn_namelen > 0);
	cnp->cn_flags |= NOCACHE;
	cnp->cn_flags &= ~(ISDOTDOT | MAKEENTRY);
	*vpp = NULL;
	error = VOP_LOOKUP(dvp, vpp, cnp);
	if (error != 0) {
		KASSERT(*vpp == NULL);
		return error == EJUSTRETURN ? 0 : error;
	}
	if (*vpp != dvp) {
		error = vn_lock(*vpp, LK_EXCLUSIVE);
		if (error != 0) {
			vrele(*vpp);
			*vpp = NULL;
		}
	}
	return error;
}

/*
 * The simple cases.
 */

struct namei_simple_flags_type {
	int	dummy;
};

static const struct namei_simple_flags_type ns_nn, ns_nt, ns_fn, ns_ft;

const namei_simple_flags_t NSM_NOFOLLOW_NOEMULROOT = &ns_nn;
const namei_simple_flags_t NSM_NOFOLLOW_TRYEMULROOT = &ns_nt;
const namei_simple_flags_t NSM_FOLLOW_NOEMULROOT = &ns_fn;
const namei_simple_flags_t NSM_FOLLOW_TRYEMULROOT = &ns_ft;

static uint32_t
namei_simple_convert_flags(namei_simple_flags_t sflags)
{

	if (sflags == NSM_NOFOLLOW_NOEMULROOT)
		return NOFOLLOW;
	if (sflags == NSM_NOFOLLOW_TRYEMULROOT)
		return NOFOLLOW | TRYEMULROOT;
	if (sflags == NSM_FOLLOW_NOEMULROOT)
		return FOLLOW;
	KASSERT(sflags == NSM_FOLLOW_TRYEMULROOT);
	return FOLLOW | TRYEMULROOT;
}

int
nameiat_simple(struct vnode *dvp, struct pathbuf *pb,
    namei_simple_flags_t sflags, struct vnode **vp_ret)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, LOOKUP, namei_simple_convert_flags(sflags), pb);
	if (dvp != NULL)
		NDAT(&nd, dvp);
	error = namei(&nd);
	if (error == 0)
		*vp_ret = nd.ni_vp;
	return error;
}

int
nameiat_simple_kernel(struct vnode *dvp, const char *path,
    namei_simple_flags_t sflags, struct vnode **vp_ret)
{
	struct pathbuf *pb;
	int error;

	pb = pathbuf_create(path);
	if (pb == NULL)
		return ENAMETOOLONG;
	error = nameiat_simple(dvp, pb, sflags, vp_ret);
	pathbuf_destroy(pb);
	return error;
}

int
nameiat_simple_user(struct vnode *dvp, const char *path,
    namei_simple_flags_t sflags, struct vnode **vp_ret)
{
	struct pathbuf *pb;
	int error;

	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	error = nameiat_simple(dvp, pb, sflags, vp_ret);
	pathbuf_destroy(pb);
	return error;
}

int
namei_simple_kernel(const char *path, namei_simple_flags_t sflags,
    struct vnode **vp_ret)
{

	return nameiat_simple_kernel(NULL, path, sflags, vp_ret);
}

int
namei_simple_user(const char *path, namei_simple_flags_t sflags,
    struct vnode **vp_ret)
{

	return nameiat_simple_user(NULL, path, sflags, vp_ret);
}
