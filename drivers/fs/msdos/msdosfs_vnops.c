/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vnode operations of msdosfs, see vnodeops(9).
 *
 * Names are looked for anew by each operation that changes a directory; a
 * result of VOP_LOOKUP is never relied on.  File data goes through the page
 * cache, everything else through the device's buffers.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/dkio.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <uvm/uvm_extern.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/denode.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

static bool
isroot(const struct denode *dep)
{

	return dep->de_key.dk_diroffset == MSDOSFSROOT_OFS &&
	    dep->de_key.dk_dirclust == MSDOSFSROOT;
}

static void
update(struct denode *dep, u_int what)
{

	atomic_or_uint(&dep->de_flag, what);
}

int
msdosfs_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, **vpp = ap->a_vpp;
	struct componentname *cnp = ap->a_cnp;
	struct denode *ddep = VTODE(dvp);
	struct msdosfsmount *pmp = ddep->de_pmp;
	const bool last = (cnp->cn_flags & ISLASTCN) != 0;
	const bool adds = last && (cnp->cn_nameiop == CREATE ||
	    cnp->cn_nameiop == RENAME);
	const bool removes = last && (cnp->cn_nameiop == DELETE ||
	    cnp->cn_nameiop == RENAME);
	struct dirfind *df;
	int error;

	*vpp = NULL;
	if ((error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred)) != 0)
		return error;
	if (removes && (dvp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, NULL, vpp))
		return *vpp == NULL ? ENOENT : 0;
	if (ddep->de_removed)
		return ENOENT;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	if (cnp->cn_flags & ISDOTDOT)
		return msdosfs_deget(pmp, ddep->de_parent, MSDOSFSROOT_OFS,
		    vpp);

	df = kmem_alloc(sizeof(*df), KM_SLEEP);
	error = msdosfs_dirfind(ddep, cnp->cn_nameptr, cnp->cn_namelen, 0,
	    DIR_NOSKIP, df);
	if (error == EINVAL && !adds)
		error = ENOENT;		/* no file has such a name */
	if (error != 0)
		goto out;
	if (!df->df_found) {
		error = ENOENT;
		if (!adds)
			goto out;
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		if (error == 0)
			error = EJUSTRETURN;
		goto out;
	}
	if (removes &&
	    (error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred)) != 0)
		goto out;
	error = msdosfs_degetent(ddep, &df->df_name, vpp);
	if (error == 0)
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
out:
	kmem_free(df, sizeof(*df));
	return error;
}

/* The entry of something new. */
static void
newentry(struct msdosfsmount *pmp, struct direntry *ep, uint8_t attr,
    const struct vattr *vap)
{
	struct timespec ts;
	uint16_t date, dtime;
	uint8_t hun;

	memset(ep, 0, sizeof(*ep));
	ep->deAttributes = attr;
	if (vap->va_mode != (mode_t)VNOVAL && !(vap->va_mode & S_IWUSR) &&
	    !(attr & ATTR_DIRECTORY))
		ep->deAttributes |= ATTR_READONLY;
	getnanotime(&ts);
	unix2dostime(&ts, pmp->pm_gmtoff, &date, &dtime, &hun);
	le16enc(ep->deMDate, date);
	le16enc(ep->deMTime, dtime);
	if (pmp->pm_flags & MSDOSFSMNT_NOWIN95)
		return;
	le16enc(ep->deCDate, date);
	le16enc(ep->deCTime, dtime);
	ep->deCHundredth = hun;
	le16enc(ep->deADate, date);
}

int
msdosfs_create(void *v)
{
	struct vop_create_v3_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	struct denode *ddep = VTODE(dvp);
	struct msdosfsmount *pmp = ddep->de_pmp;
	struct dirplace dp;
	struct direntry entry;
	int error;

	*ap->a_vpp = NULL;
	newentry(pmp, &entry, ATTR_ARCHIVE, ap->a_vap);
	error = msdosfs_direnter(ddep, &entry, cnp->cn_nameptr,
	    cnp->cn_namelen, DIR_NOSKIP, &dp);
	if (error != 0)
		return error;
	update(ddep, DE_UPDATE);
	error = msdosfs_deget(pmp, dp.dp_key.dk_dirclust,
	    dp.dp_key.dk_diroffset, ap->a_vpp);
	if (error == 0)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

int
msdosfs_mkdir(void *v)
{
	struct vop_mkdir_v3_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	struct denode *ddep = VTODE(dvp);
	struct msdosfsmount *pmp = ddep->de_pmp;
	struct dirplace dp;
	struct direntry entry;
	uint32_t cn;
	int error;

	*ap->a_vpp = NULL;
	newentry(pmp, &entry, ATTR_DIRECTORY, ap->a_vap);
	if ((error = msdosfs_chainalloc(pmp, 0, 1, &cn, &cn)) != 0)
		return error;
	/* "..": 0 stands for the root directory, on FAT32, too. */
	error = msdosfs_dirinit(pmp, cn, &entry,
	    isroot(ddep) ? MSDOSFSROOT : ddep->de_StartCluster);
	if (error == 0)
		error = msdosfs_fatflush(pmp);
	if (error == 0) {
		msdosfs_entsetstart(&entry, cn);
		error = msdosfs_direnter(ddep, &entry, cnp->cn_nameptr,
		    cnp->cn_namelen, DIR_NOSKIP, &dp);
	}
	if (error != 0) {
		msdosfs_dirfree1(pmp, cn);
		return error;
	}
	update(ddep, DE_UPDATE);
	error = msdosfs_deget(pmp, cn, MSDOSFSROOT_OFS, ap->a_vpp);
	if (error == 0)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

/*
 * Takes the name out of the directory.  Both are locked.  The file lives on
 * until its last user is gone.
 */
static int
removename(struct denode *ddep, struct denode *dep,
    const struct componentname *cnp)
{
	struct msdosfsmount *pmp = ddep->de_pmp;
	struct denode_key key;
	struct dirfind *df;
	int error;

	df = kmem_alloc(sizeof(*df), KM_SLEEP);
	error = msdosfs_dirfind(ddep, cnp->cn_nameptr, cnp->cn_namelen, 0,
	    DIR_NOSKIP, df);
	if (error == 0 && !df->df_found)
		error = ENOENT;
	if (error == 0) {
		msdosfs_entkey(pmp, &df->df_name, &key);
		if (memcmp(&key, &dep->de_key, sizeof(key)) != 0)
			error = ENOENT;
	}
	/* The name is gone from the device before the clusters are free. */
	if (error == 0)
		error = msdosfs_dirremove(ddep, df->df_name.dn_off,
		    df->df_name.dn_nslots, msdosfs_ordered(pmp) &&
		    dep->de_StartCluster != 0);
	kmem_free(df, sizeof(*df));
	if (error != 0)
		return error;
	update(ddep, DE_UPDATE);
	error = msdosfs_deremoved(dep);
	cache_purge(DETOV(dep));
	return error;
}

int
msdosfs_remove(void *v)
{
	struct vop_remove_v3_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	if (vp->v_type == VDIR)
		error = EPERM;
	else
		error = removename(VTODE(dvp), VTODE(vp), ap->a_cnp);
	if (error == 0)
		ap->ctx_vp_new_nlink = 0;
	if (dvp == vp)
		vrele(vp);
	else
		vput(vp);
	return error;
}

int
msdosfs_rmdir(void *v)
{
	struct vop_rmdir_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	if (dvp == vp) {
		vrele(vp);
		return EINVAL;
	}
	if (vp->v_type != VDIR)
		error = ENOTDIR;
	else if ((error = msdosfs_dirempty(VTODE(vp))) == 0)
		error = removename(VTODE(dvp), VTODE(vp), ap->a_cnp);
	vput(vp);
	return error;
}

static mode_t
getmode(const struct denode *dep)
{
	const struct msdosfsmount *pmp = dep->de_pmp;
	mode_t mode = S_IRWXU | S_IRWXG | S_IRWXO;

	if (dep->de_Attributes & ATTR_DIRECTORY)
		return mode & pmp->pm_dirmask;
	if (dep->de_Attributes & ATTR_READONLY)
		mode &= ~(S_IWUSR | S_IWGRP | S_IWOTH);
	return mode & pmp->pm_mask;
}

int
msdosfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	mode_t mode = getmode(dep);

	if ((ap->a_accmode & VWRITE) && (vp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_accmode, vp->v_type, mode), vp, NULL,
	    genfs_can_access(vp, ap->a_cred, pmp->pm_uid, pmp->pm_gid, mode,
	    NULL, ap->a_accmode));
}

int
msdosfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct vattr *vap = ap->a_vap;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;

	if ((pmp->pm_flags & MSDOSFSMNT_RONLY) == 0)
		msdosfs_detimes(dep);
	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = getmode(dep);
	vap->va_nlink = dep->de_removed ? 0 : 1;
	vap->va_uid = pmp->pm_uid;
	vap->va_gid = pmp->pm_gid;
	vap->va_fsid = pmp->pm_dev;
	vap->va_fileid = msdosfs_fileno(pmp, dep->de_key.dk_dirclust,
	    dep->de_key.dk_diroffset);
	vap->va_size = dep->de_FileSize;
	vap->va_blocksize = pmp->pm_bpcluster;
	dos2unixtime(dep->de_MDate, dep->de_MTime, 0, pmp->pm_gmtoff,
	    &vap->va_mtime);
	vap->va_ctime = vap->va_atime = vap->va_birthtime = vap->va_mtime;
	if ((pmp->pm_flags & MSDOSFSMNT_NOWIN95) == 0) {
		if (dep->de_ADate != 0)
			dos2unixtime(dep->de_ADate, 0, 0, pmp->pm_gmtoff,
			    &vap->va_atime);
		if (dep->de_CDate != 0)
			dos2unixtime(dep->de_CDate, dep->de_CTime,
			    dep->de_CHun, pmp->pm_gmtoff, &vap->va_birthtime);
	}
	vap->va_gen = 0;
	vap->va_flags = 0;
	if (vp->v_type != VDIR && !(dep->de_Attributes & ATTR_ARCHIVE))
		vap->va_flags |= SF_ARCHIVED;
	vap->va_rdev = NODEV;
	vap->va_bytes = roundup2((uint64_t)dep->de_FileSize,
	    (uint64_t)pmp->pm_bpcluster);
	vap->va_filerev = dep->de_modrev;
	return 0;
}

/* Times and attributes of a file; owner and group are the mount's alone. */
static int
setattrs(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	int error;

	if (vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES,
		    vp, NULL, genfs_can_chtimes(vp, cred, pmp->pm_uid,
		    vap->va_vaflags));
		if (error != 0)
			return error;
		msdosfs_detimes(dep);
		if (vap->va_atime.tv_sec != VNOVAL &&
		    !(pmp->pm_flags & MSDOSFSMNT_NOWIN95))
			unix2dostime(&vap->va_atime, pmp->pm_gmtoff,
			    &dep->de_ADate, NULL, NULL);
		if (vap->va_mtime.tv_sec != VNOVAL) {
			unix2dostime(&vap->va_mtime, pmp->pm_gmtoff,
			    &dep->de_MDate, &dep->de_MTime, NULL);
			if (vp->v_type == VREG)
				dep->de_Attributes |= ATTR_ARCHIVE;
		}
		update(dep, DE_MODIFIED);
	}
	/* What follows, a directory has not; asking for it does no harm. */
	if (vp->v_type != VREG)
		return 0;
	if (vap->va_mode != (mode_t)VNOVAL) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY,
		    vp, NULL, genfs_can_chmod(vp, cred, pmp->pm_uid,
		    pmp->pm_gid, vap->va_mode));
		if (error != 0)
			return error;
		if (vap->va_mode & S_IWUSR)
			dep->de_Attributes &= ~ATTR_READONLY;
		else
			dep->de_Attributes |= ATTR_READONLY;
		update(dep, DE_MODIFIED);
	}
	if (vap->va_flags != (u_long)VNOVAL) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_FLAGS,
		    vp, NULL, genfs_can_chflags(vp, cred, pmp->pm_uid, false));
		if (error != 0)
			return error;
		if (vap->va_flags & ~SF_ARCHIVED)
			return EINVAL;
		if (vap->va_flags & SF_ARCHIVED)
			dep->de_Attributes &= ~ATTR_ARCHIVE;
		else
			dep->de_Attributes |= ATTR_ARCHIVE;
		update(dep, DE_MODIFIED);
	}
	return 0;
}

int
msdosfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct vattr *vap = ap->a_vap;
	struct denode *dep = VTODE(vp);
	const bool size = vap->va_size != (u_quad_t)VNOVAL;
	int error;

	if (vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL || vap->va_fileid != (ino_t)VNOVAL ||
	    vap->va_blocksize != VNOVAL || vap->va_rdev != (dev_t)VNOVAL ||
	    vap->va_bytes != (u_quad_t)VNOVAL || vap->va_gen != (u_long)VNOVAL)
		return EINVAL;
	if ((size || vap->va_mode != (mode_t)VNOVAL ||
	    vap->va_flags != (u_long)VNOVAL || vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL || vap->va_atime.tv_sec != VNOVAL ||
	    vap->va_mtime.tv_sec != VNOVAL) &&
	    (vp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (size) {
		if (vp->v_type == VDIR)
			return EISDIR;
		if (vap->va_size > MSDOSFS_FILESIZE_MAX)
			return EFBIG;
		error = msdosfs_desetsize(dep, (uint32_t)vap->va_size);
		if (error != 0)
			return error;
	}
	if ((error = setattrs(vp, vap, ap->a_cred)) != 0)
		return error;
	return msdosfs_deupdat(dep, false);
}

int
msdosfs_close(void *v)
{
	struct vop_close_args *ap = v;

	if (VTODE(ap->a_vp)->de_pmp->pm_flags & MSDOSFSMNT_RONLY)
		return 0;
	msdosfs_detimes(VTODE(ap->a_vp));
	return 0;
}

int
msdosfs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct denode *dep = VTODE(vp);
	const int advice = IO_ADV_DECODE(ap->a_ioflag);
	size_t len;
	int error = 0;

	if (vp->v_type == VDIR)
		return EISDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	while (uio->uio_resid > 0 && uio->uio_offset < dep->de_FileSize) {
		len = MIN(uio->uio_resid, dep->de_FileSize - uio->uio_offset);
		error = ubc_uiomove(&vp->v_uobj, uio, len, advice,
		    UBC_READ | UBC_PARTIALOK | UBC_VNODE_FLAGS(vp));
		if (error != 0)
			break;
	}
	/* A chain that ends too soon is no fault of the device. */
	if ((dep->de_pmp->pm_flags & MSDOSFS_CORRUPT) == 0)
		(void)msdosfs_ioerror(dep->de_pmp, error);
	if ((vp->v_mount->mnt_flag & (MNT_RDONLY | MNT_NOATIME)) == 0)
		update(dep, DE_ACCESS);
	return error;
}

/*
 * Finds clusters for a file of *endp bytes, or for as many as there are (but
 * more than from) if less will do.
 */
static int
reserve(struct denode *dep, uint32_t from, uint32_t *endp, bool less)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t nfree, have, cn;
	uint64_t end;
	int error;

	error = msdosfs_deextend(dep, *endp);
	if (error != ENOSPC || !less)
		return error;
	if ((error = msdosfs_countfree(pmp, &nfree)) != 0)
		return error;
	error = msdosfs_pcbmap(dep, de_clcount(pmp, *endp) - 1, &cn, &have);
	if (error != E2BIG)
		return error == 0 ? ENOSPC : error;
	end = ((uint64_t)have + nfree) << pmp->pm_cnshift;
	if (end <= from || end >= *endp)
		return ENOSPC;
	*endp = (uint32_t)end;
	return msdosfs_deextend(dep, *endp);
}

int
msdosfs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct denode *dep = VTODE(vp);
	const int ioflag = ap->a_ioflag, advice = IO_ADV_DECODE(ioflag);
	const uint32_t oldsize = dep->de_FileSize;
	const size_t resid = uio->uio_resid;
	struct proc *p = curlwp->l_proc;
	uint32_t end, from;
	int ubcflags = UBC_WRITE | UBC_PARTIALOK | UBC_VNODE_FLAGS(vp);
	size_t len, cut = 0;
	off_t was;
	int error = 0;

	if (vp->v_type != VREG)
		return EISDIR;
	if (ioflag & IO_APPEND)
		uio->uio_offset = oldsize;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (resid == 0)
		return 0;
	if (uio->uio_offset > MSDOSFS_FILESIZE_MAX ||
	    resid > (uint64_t)(MSDOSFS_FILESIZE_MAX - uio->uio_offset))
		return EFBIG;
	if (uio->uio_offset + resid > p->p_rlimit[RLIMIT_FSIZE].rlim_cur) {
		mutex_enter(&proc_lock);
		psignal(p, SIGXFSZ);
		mutex_exit(&proc_lock);
		return EFBIG;
	}
	from = (uint32_t)uio->uio_offset;
	end = (uint32_t)(from + resid);
	if (end > oldsize) {
		error = reserve(dep, from, &end, !(ioflag & IO_UNIT));
		if (error != 0)
			return error;
		cut = from + resid - end;
		uio->uio_resid -= cut;
		uvm_vnp_setwritesize(vp, end);
		ubcflags |= UBC_FAULTBUSY;
		error = msdosfs_zerofill(vp, oldsize, from);
	}
	dep->de_modrev++;
	while (uio->uio_resid > 0 && error == 0) {
		was = uio->uio_offset;
		len = uio->uio_resid;
		error = ubc_uiomove(&vp->v_uobj, uio, len, advice,
		    ubcflags);
		if (error != 0)
			break;
		if (msdosfs_ordered(dep->de_pmp) &&
		    was >> 16 != uio->uio_offset >> 16) {
			rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
			error = VOP_PUTPAGES(vp, was & ~0xffffLL,
			    uio->uio_offset & ~0xffffLL,
			    PGO_CLEANIT | PGO_LAZY);
		}
	}
	uio->uio_resid += cut;
	if (error == 0 && cut != 0)
		error = ENOSPC;
	if (error != 0 && ((ioflag & IO_UNIT) || uio->uio_resid == resid)) {
		uio->uio_offset -= resid - uio->uio_resid;
		uio->uio_resid = resid;
		end = oldsize;
	} else
		end = (uint32_t)MAX(uio->uio_offset, oldsize);
	if (end != oldsize || vp->v_writesize != vp->v_size) {
		dep->de_FileSize = end;
		uvm_vnp_setsize(vp, end);
		if (error != 0)
			msdosfs_droptail(dep);
	}
	if (uio->uio_resid != resid)
		update(dep, DE_UPDATE | DE_MODIFIED);
	if (error == 0 && (ioflag & (IO_SYNC | IO_DSYNC)))
		error = VOP_FSYNC(vp, ap->a_cred, FSYNC_WAIT, 0, 0);
	return error;
}

int
msdosfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	const bool wait = (ap->a_flags & (FSYNC_WAIT | FSYNC_RECLAIM)) ==
	    FSYNC_WAIT;
	int error = 0, on = 1;

	if (vp->v_type == VREG)
		error = msdosfs_ioerror(pmp, vflushbuf(vp, ap->a_flags));
	if (error == 0 && (ap->a_flags & FSYNC_DATAONLY) == 0)
		error = msdosfs_deupdat(dep, wait);
	if (error == 0 && wait)
		error = msdosfs_fatflush(pmp);
	/* Blocks of directories are the device's. */
	if (error == 0 && wait && vp->v_type == VDIR &&
	    (pmp->pm_flags & MSDOSFS_DIRTIED))
		error = vflushbuf(pmp->pm_devvp, FSYNC_WAIT);
	if (error == 0 && (ap->a_flags & FSYNC_CACHE))
		error = VOP_IOCTL(pmp->pm_devvp, DIOCCACHESYNC, &on, FWRITE,
		    curlwp->l_cred);
	return error;
}

/*
 * Directory offsets: slot number times 32, where the two slots of "." and
 * ".." that the root lacks are counted all the same.
 */
int
msdosfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	const uint32_t bias = isroot(dep) ? 2 * DOS_SLOTSIZE : 0;
	const uint32_t start = dep->de_StartCluster;
	struct dirscan ds;
	struct readbuf {
		struct dirname dn;
		struct dirent de;
	} *rb;
	struct denode_key key;
	off_t *cookies = NULL;
	uint32_t off, next, slot;
	size_t len, left;
	int ncookies = 0, maxcookies = 0, error = 0;
	bool eof = false, any = false;

	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0 || uio->uio_offset % DOS_SLOTSIZE != 0 ||
	    uio->uio_resid < (ssize_t)_DIRENT_MINSIZE((struct dirent *)NULL))
		return EINVAL;
	if (ap->a_ncookies != NULL) {
		*ap->a_ncookies = 0;
		*ap->a_cookies = NULL;
	}
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = 0;
	left = uio->uio_resid;
	rb = kmem_zalloc(sizeof(*rb), KM_SLEEP);
	if (ap->a_ncookies != NULL) {
		/* Neither a large buffer nor a large directory counts alone. */
		maxcookies = (int)MIN(left / _DIRENT_MINSIZE(&rb->de),
		    dep->de_FileSize / DOS_SLOTSIZE + 2);
		cookies = malloc(MAX(maxcookies, 1) * sizeof(*cookies), M_TEMP,
		    M_WAITOK);
	}
	dirscan_init(&ds, dep);
	if (uio->uio_offset >= (off_t)dep->de_FileSize + bias) {
		eof = true;
		goto out;
	}
	off = (uint32_t)uio->uio_offset;
	for (;;) {
		if (off < 2 * DOS_SLOTSIZE) {
			len = off == 0 ? 1 : 2;
			memcpy(rb->de.d_name, "..", len);
			rb->de.d_name[len] = '\0';
			key.dk_dirclust = isroot(dep) ? MSDOSFSROOT :
			    off == 0 ? start : dep->de_parent;
			key.dk_diroffset = MSDOSFSROOT_OFS;
			rb->de.d_type = DT_DIR;
			next = off + DOS_SLOTSIZE;
		} else {
			slot = off - bias;
			error = msdosfs_dirnext(&ds, &slot, &rb->dn);
			if (error != 0) {
				eof = error == ENOENT;
				if (eof)
					error = 0;
				break;
			}
			next = slot + bias;
			msdosfs_entkey(pmp, &rb->dn, &key);
			rb->de.d_type = key.dk_diroffset == MSDOSFSROOT_OFS ?
			    DT_DIR : DT_REG;
			/* What can't be entered has a number all the same. */
			if (rb->de.d_type == DT_DIR &&
			    !msdosfs_validcn(pmp, key.dk_dirclust))
				key.dk_dirclust = MSDOSFSROOT;
			msdosfs_entname(pmp, &rb->dn, rb->de.d_name,
			    NAME_MAX < 256 ? NAME_MAX : 256, &len);
		}
		rb->de.d_fileno = msdosfs_fileno(pmp, key.dk_dirclust,
		    key.dk_diroffset);
		rb->de.d_namlen = (uint16_t)len;
		rb->de.d_reclen = _DIRENT_SIZE(&rb->de);
		if (uio->uio_resid < rb->de.d_reclen ||
		    (cookies != NULL && ncookies == maxcookies))
			break;
		/* Nothing of an earlier, longer name goes with it. */
		memset(rb->de.d_name + len, 0, rb->de.d_reclen -
		    _DIRENT_NAMEOFF(&rb->de) - len);
		if ((error = uiomove(&rb->de, rb->de.d_reclen, uio)) != 0)
			break;
		any = true;
		off = next;
		if (cookies != NULL)
			cookies[ncookies++] = off;
	}
	if (error == 0 && !any && !eof)
		error = EINVAL;		/* not room for one */
	uio->uio_offset = off;
out:
	error = dirscan_done(&ds, error);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = eof;
	if (cookies != NULL) {
		if (error != 0)
			free(cookies, M_TEMP);
		else {
			*ap->a_cookies = cookies;
			*ap->a_ncookies = ncookies;
		}
	}
	kmem_free(rb, sizeof(*rb));
	if ((vp->v_mount->mnt_flag & (MNT_RDONLY | MNT_NOATIME)) == 0)
		update(dep, DE_ACCESS);
	return error;
}

int
msdosfs_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t cn;
	int error = 0;

	if (dep->de_removed && !(pmp->pm_flags & MSDOSFSMNT_RONLY)) {
		cn = dep->de_StartCluster;
		if (vp->v_type == VDIR)
			msdosfs_dirdrop(dep);
		dep->de_StartCluster = 0;
		msdosfs_extpurge(dep, 0);
		if (vp->v_type == VREG) {
			dep->de_FileSize = 0;
			uvm_vnp_setsize(vp, 0);
		}
		dep->de_flag = 0;
		if (cn != 0)
			error = msdosfs_chainfree(pmp, cn);
	} else if (dep->de_flag != 0)
		error = msdosfs_deupdat(dep, false);
	*ap->a_recycle = dep->de_removed;
	return error;
}

int
msdosfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);

	VOP_UNLOCK(vp);
	lf_purge(&dep->de_lockf);
	genfs_node_destroy(vp);
	vp->v_data = NULL;
	msdosfs_defree(dep);
	return 0;
}

/* Blocks are of the mount's transfer size, a cluster or part of one. */
int
msdosfs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	const u_int shift = pmp->pm_cnshift - pmp->pm_bshift;
	uint32_t cn, run, sub;
	uint64_t blocks;
	int error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = pmp->pm_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0)
		return EFBIG;
	if (vp->v_type == VDIR && dep->de_StartCluster == MSDOSFSROOT) {
		if (ap->a_bn >= howmany(pmp->pm_rootsize, 1u << pmp->pm_bshift))
			return EFBIG;
		*ap->a_bnp = de_bn2kb(pmp, pmp->pm_rootsec) +
		    (ap->a_bn << (pmp->pm_bshift - DEV_BSHIFT));
		if (ap->a_runp != NULL)
			*ap->a_runp = 0;
		return 0;
	}
	if (ap->a_bn >> shift > pmp->pm_nclusters)
		return EFBIG;
	error = msdosfs_pcbmap(dep, (uint32_t)(ap->a_bn >> shift), &cn, &run);
	if (error == E2BIG) {
		if ((uint64_t)run << pmp->pm_cnshift < dep->de_FileSize)
			return msdosfs_corrupt(pmp, "file of %u bytes has only "
			    "%u clusters", dep->de_FileSize, run);
		return EFBIG;
	}
	if (error != 0)
		return error;
	sub = (uint32_t)(ap->a_bn & ((1u << shift) - 1));
	*ap->a_bnp = de_cn2kb(pmp, cn) +
	    ((daddr_t)sub << (pmp->pm_bshift - DEV_BSHIFT));
	if (ap->a_runp != NULL) {
		blocks = ((uint64_t)run << shift) - sub - 1;
		*ap->a_runp = (int)MIN(blocks, (MAXPHYS >> pmp->pm_bshift) - 1);
	}
	return 0;
}

int
msdosfs_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct buf *bp = ap->a_bp;
	int error;

	if (bp->b_blkno == bp->b_lblkno) {
		error = VOP_BMAP(vp, bp->b_lblkno, NULL, &bp->b_blkno, NULL);
		if (error != 0) {
			bp->b_error = error;
			bp->b_resid = bp->b_bcount;
			biodone(bp);
			return error;
		}
	}
	return VOP_STRATEGY(VTODE(vp)->de_pmp->pm_devvp, bp);
}

int
msdosfs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);

	printf("tag VT_MSDOSFS, entry at %u/%u, start cluster %u, %u bytes%s\n",
	    dep->de_key.dk_dirclust, dep->de_key.dk_diroffset,
	    dep->de_StartCluster, dep->de_FileSize,
	    dep->de_removed ? ", removed" : "");
	return 0;
}

int
msdosfs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;
	const struct msdosfsmount *pmp = VTODE(ap->a_vp)->de_pmp;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = 1;
		return 0;
	case _PC_NAME_MAX:
		*ap->a_retval = pmp->pm_flags & MSDOSFSMNT_SHORTNAME ? 12 :
		    WIN_MAXLEN;
		return 0;
	case _PC_PATH_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 33;
		return 0;
	default:
		return EINVAL;
	}
}

int
msdosfs_advlock(void *v)
{
	struct vop_advlock_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);

	return lf_advlock(ap, &dep->de_lockf, dep->de_FileSize);
}

int (**msdosfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc msdosfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, msdosfs_lookup },
	{ &vop_create_desc, msdosfs_create },
	{ &vop_mknod_desc, genfs_eopnotsupp },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, msdosfs_close },
	{ &vop_access_desc, msdosfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, msdosfs_getattr },
	{ &vop_setattr_desc, msdosfs_setattr },
	{ &vop_read_desc, msdosfs_read },
	{ &vop_write_desc, msdosfs_write },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, msdosfs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, msdosfs_remove },
	{ &vop_link_desc, genfs_eopnotsupp },
	{ &vop_rename_desc, msdosfs_rename },
	{ &vop_mkdir_desc, msdosfs_mkdir },
	{ &vop_rmdir_desc, msdosfs_rmdir },
	{ &vop_symlink_desc, genfs_eopnotsupp },
	{ &vop_readdir_desc, msdosfs_readdir },
	{ &vop_readlink_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, msdosfs_inactive },
	{ &vop_reclaim_desc, msdosfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, msdosfs_bmap },
	{ &vop_strategy_desc, msdosfs_strategy },
	{ &vop_print_desc, msdosfs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, msdosfs_pathconf },
	{ &vop_advlock_desc, msdosfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc msdosfs_vnodeop_opv_desc = {
	&msdosfs_vnodeop_p, msdosfs_vnodeop_entries
};
