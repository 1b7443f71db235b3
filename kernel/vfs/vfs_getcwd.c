/* SPDX-License-Identifier: BSD-2-Clause */
/* From a directory to its path name: getcwd(2) and the kernel's own use. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "vfs_impl.h"

#define GETCWD_DIRBUF	1024
#define GETCWD_MAXREADS	65536		/* a broken directory has an end */

/*
 * The parent of *lvpp and, in front of *bpp, the name of it there, by reading
 * the parent.  Called with *lvpp referenced; that reference is given up and
 * *lvpp becomes NULL; *uvpp is referenced.
 */
static int
getcwd_scandir(struct vnode **lvpp, struct vnode **uvpp, char **bpp,
    char *bufp, struct lwp *l)
{
	struct vnode *lvp = *lvpp, *uvp;
	kauth_cred_t cred = l->l_cred;
	struct componentname cn;
	struct dirent *dp;
	struct vattr va;
	struct iovec iov;
	struct uio uio;
	char *dirbuf = NULL, *cpos;
	size_t dirbuflen = 0;
	ino_t fileno;
	int eofflag, error, len, reads;

	*uvpp = NULL;
	if (bpp != NULL) {
		(void)vn_lock(lvp, LK_SHARED | LK_RETRY);
		error = VOP_GETATTR(lvp, &va, cred);
		VOP_UNLOCK(lvp);
		if (error != 0)
			goto out;
	}

	cn.cn_nameiop = LOOKUP;
	cn.cn_flags = ISLASTCN | ISDOTDOT | RDONLY;
	cn.cn_cred = cred;
	cn.cn_nameptr = "..";
	cn.cn_namelen = 2;
	(void)vn_lock(lvp, LK_SHARED | LK_RETRY);
	error = VOP_LOOKUP(lvp, &uvp, &cn);
	VOP_UNLOCK(lvp);
	if (error != 0)
		goto out;
	*uvpp = uvp;
	vrele(lvp);
	*lvpp = NULL;
	if (bpp == NULL)
		return 0;

	(void)vn_lock(uvp, LK_SHARED | LK_RETRY);
	fileno = va.va_fileid;
	dirbuflen = GETCWD_DIRBUF;
	if (dirbuflen < va.va_blocksize && va.va_blocksize <= MAXBSIZE)
		dirbuflen = va.va_blocksize;
	dirbuf = kmem_alloc(dirbuflen, KM_SLEEP);

	error = ENOENT;
	uio.uio_offset = 0;
	eofflag = 0;
	for (reads = 0; eofflag == 0 && reads < GETCWD_MAXREADS; reads++) {
		iov.iov_base = dirbuf;
		iov.iov_len = dirbuflen;
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_resid = dirbuflen;
		uio.uio_rw = UIO_READ;
		UIO_SETUP_SYSSPACE(&uio);
		error = VOP_READDIR(uvp, &uio, cred, &eofflag, NULL, NULL);
		if (error != 0)
			break;
		error = ENOENT;
		len = dirbuflen - uio.uio_resid;
		if (len == 0)
			break;
		for (cpos = dirbuf; len > 0;
		    len -= dp->d_reclen, cpos += dp->d_reclen) {
			dp = (struct dirent *)cpos;
			if (len < (int)_DIRENT_MINSIZE(dp) ||
			    dp->d_reclen < _DIRENT_MINSIZE(dp) ||
			    dp->d_reclen > len ||
			    _DIRENT_NAMEOFF(dp) + dp->d_namlen > dp->d_reclen) {
				error = EINVAL;
				goto unlock;
			}
			if (dp->d_type == DT_WHT || dp->d_fileno != fileno)
				continue;
			if (*bpp - bufp <= dp->d_namlen) {
				error = ERANGE;
				goto unlock;
			}
			*bpp -= dp->d_namlen;
			memcpy(*bpp, dp->d_name, dp->d_namlen);
			error = 0;
			goto unlock;
		}
	}
unlock:
	VOP_UNLOCK(uvp);
	kmem_free(dirbuf, dirbuflen);
	if (error == 0)
		return 0;
	vrele(uvp);
	*uvpp = NULL;
out:
	if (*lvpp != NULL) {
		vrele(*lvpp);
		*lvpp = NULL;
	}
	return error;
}

/*
 * Path of `lvp' seen from `rvp' (NULL: the root of the system), written
 * backwards from *bpp, which must not get below bufp (ERANGE).  `limit' bounds
 * the number of steps.  Without bpp: only whether rvp is above lvp (ENOENT if
 * not).
 */
int
getcwd_common(struct vnode *lvp, struct vnode *rvp, char **bpp, char *bufp,
    int limit, int flags, struct lwp *l)
{
	kauth_cred_t cred = l->l_cred;
	struct vnode *uvp = NULL, *tvp;
	char *bp = NULL;
	accmode_t accmode = VEXEC;
	bool checkaccess = (flags & GETCWD_CHECK_ACCESS) != 0;
	int error = 0;

	if (rvp == NULL)
		rvp = rootvnode;
	vref(rvp);
	vref(lvp);
	if (lvp->v_type != VDIR) {
		error = ENOTDIR;
		goto out;
	}
	if (bpp != NULL)
		bp = *bpp;
	if (lvp == rvp) {
		if (bp != NULL)
			*--bp = '/';
		goto out;
	}

	do {
		/* Up from the root of a file system to what it is mounted on. */
		while (lvp->v_vflag & VV_ROOT) {
			if (lvp == rvp)
				goto out;
			mutex_enter(lvp->v_interlock);
			tvp = lvp->v_mount->mnt_vnodecovered;
			mutex_exit(lvp->v_interlock);
			if (tvp == NULL) {
				error = lvp == rootvnode ? ENOENT : EBADF;
				goto out;
			}
			vref(tvp);
			vrele(lvp);
			lvp = tvp;
			if (lvp == rvp) {
				error = 0;
				goto out;
			}
		}

		if (checkaccess) {
			(void)vn_lock(lvp, LK_SHARED | LK_RETRY);
			error = VOP_ACCESS(lvp, accmode, cred);
			VOP_UNLOCK(lvp);
			if (error != 0)
				goto out;
			accmode = VEXEC | VREAD;
		}
		error = cache_revlookup(lvp, &uvp, bp != NULL ? &bp : NULL,
		    bufp, false, 0);
		if (error == -1) {
			error = getcwd_scandir(&lvp, &uvp,
			    bp != NULL ? &bp : NULL, bufp, l);
		}
		if (error != 0)
			goto out;
		if (bp != NULL) {
			if (bp <= bufp) {
				error = ERANGE;
				goto out;
			}
			*--bp = '/';
		}
		if (lvp != NULL)
			vrele(lvp);
		lvp = uvp;
		uvp = NULL;
		if (--limit < 0) {
			error = EINVAL;
			goto out;
		}
	} while (lvp != rvp);
out:
	if (bpp != NULL)
		*bpp = bp;
	if (uvp != NULL)
		vrele(uvp);
	if (lvp != NULL)
		vrele(lvp);
	vrele(rvp);
	return error;
}

/*
 * Is `lvp' below `rvp', or the same?
 */
int
vn_isunder(struct vnode *lvp, struct vnode *rvp, struct lwp *l)
{

	return getcwd_common(lvp, rvp, NULL, NULL, MAXPATHLEN / 2, 0, l) == 0;
}

/*
 * The path of a vnode that was looked up, as far as the cache knows.
 */
int
vnode_to_path(char *path, size_t len, struct vnode *vp, struct lwp *curl,
    struct proc *p)
{
	struct proc *curp = curl->l_proc;
	struct vnode *dvp;
	char *bp, *bend;
	size_t n;
	int error;

	bp = bend = &path[len];
	*(--bp) = '\0';
	error = cache_revlookup(vp, &dvp, &bp, path, false, 0);
	if (error != 0)
		return error == -1 ? ENOENT : error;
	if (bp <= path) {
		vrele(dvp);
		return ERANGE;
	}
	*(--bp) = '/';
	error = getcwd_common(dvp, p->p_cwdi->cwdi_rdir, &bp, path, len / 2,
	    p == curp ? 0 : GETCWD_CHECK_ACCESS, curl);
	vrele(dvp);
	if (error != 0)
		return error;
	if (bp[0] == '/' && bp[1] == '/')
		bp++;
	n = bend - bp;
	memmove(path, bp, n);
	path[n] = '\0';
	return 0;
}
