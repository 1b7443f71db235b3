/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Vnode operations of the cd9660 file system, but for lookup, bmap and the
 * end of a vnode's life.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <miscfs/specfs/specdev.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

static int
cd9660_open(void *v)
{
	struct vop_open_args /* {
		struct vnode *a_vp;
		int a_mode;
		kauth_cred_t a_cred;
	} */ *ap = v;

	/* Rock Ridge's sparse files are not in consecutive blocks. */
	if (ap->a_vp->v_type == VREG && VTOI(ap->a_vp)->i_sparse)
		return EOPNOTSUPP;
	return 0;
}

/* What is on the disk can't be written to; a device that it names can. */
static bool
is_readonly(const struct vnode *vp)
{

	switch (vp->v_type) {
	case VDIR:
	case VLNK:
	case VREG:
		return true;
	default:
		return false;
	}
}

static int
cd9660_access(void *v)
{
	struct vop_access_args /* {
		struct vnode *a_vp;
		accmode_t a_accmode;
		kauth_cred_t a_cred;
	} */ *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);

	if ((ap->a_accmode & VWRITE) != 0 && is_readonly(vp))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_accmode, vp->v_type,
	    ip->inode.iso_mode & ALLPERMS), vp, NULL,
	    genfs_can_access(vp, ap->a_cred, ip->inode.iso_uid,
	    ip->inode.iso_gid, ip->inode.iso_mode & ALLPERMS, NULL,
	    ap->a_accmode));
}

static int
cd9660_getattr(void *v)
{
	struct vop_getattr_args /* {
		struct vnode *a_vp;
		struct vattr *a_vap;
		kauth_cred_t a_cred;
	} */ *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);
	struct vattr *vap = ap->a_vap;

	vap->va_type = vp->v_type;
	vap->va_mode = ip->inode.iso_mode & ALLPERMS;
	vap->va_nlink = MIN(ip->inode.iso_links, INT32_MAX);
	vap->va_uid = ip->inode.iso_uid;
	vap->va_gid = ip->inode.iso_gid;
	vap->va_fsid = ip->i_mnt->im_dev;
	vap->va_fileid = ip->i_number;
	vap->va_size = ip->i_size;
	vap->va_blocksize = ip->i_mnt->logical_block_size;
	vap->va_atime = ip->inode.iso_atime;
	vap->va_mtime = ip->inode.iso_mtime;
	vap->va_ctime = ip->inode.iso_ctime;
	vap->va_birthtime = ip->inode.iso_btime;
	vap->va_gen = 1;
	vap->va_flags = 0;
	vap->va_rdev = vp->v_type == VCHR || vp->v_type == VBLK ?
	    ip->inode.iso_rdev : 0;
	vap->va_bytes = vp->v_type == VLNK ? 0 : ip->i_size;
	vap->va_filerev = 0;
	vap->va_vaflags = 0;
	return 0;
}

static int
cd9660_setattr(void *v)
{
	struct vop_setattr_args /* {
		struct vnode *a_vp;
		struct vattr *a_vap;
		kauth_cred_t a_cred;
	} */ *ap = v;
	const struct vattr *vap = ap->a_vap;

	if (vap->va_flags != (u_long)VNOVAL || vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL || vap->va_mode != (mode_t)VNOVAL ||
	    vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL)
		return EROFS;
	if (vap->va_size != (u_quad_t)VNOVAL && is_readonly(ap->a_vp))
		return ap->a_vp->v_type == VDIR ? EISDIR : EROFS;
	return 0;
}

static int
cd9660_read(void *v)
{
	struct vop_read_args /* {
		struct vnode *a_vp;
		struct uio *a_uio;
		int a_ioflag;
		kauth_cred_t a_cred;
	} */ *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct iso_node *ip = VTOI(vp);
	const int advice = IO_ADV_DECODE(ap->a_ioflag);
	int error = 0;

	if (vp->v_type == VDIR)
		return EISDIR;
	if (vp->v_type != VREG)
		return EOPNOTSUPP;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (ip->i_sparse)
		return EOPNOTSUPP;
	while (uio->uio_resid > 0 && (uint64_t)uio->uio_offset < ip->i_size) {
		const vsize_t n = (vsize_t)MIN((uint64_t)uio->uio_resid,
		    ip->i_size - uio->uio_offset);

		error = ubc_uiomove(&vp->v_uobj, uio, n, advice,
		    UBC_READ | UBC_PARTIALOK | UBC_VNODE_FLAGS(vp));
		if (error != 0)
			break;
	}
	return error;
}

/*
 * readdir.
 */

/* A walk, the entry it is at, and the name before it; not for the stack. */
struct readdir_state {
	struct iso_scan	rs_scan;
	struct iso_entry rs_entry;
	char		rs_prev[ISO_MAXNAMLEN];
	size_t		rs_prevlen;
	struct dirent	rs_dirent;
};

/*
 * Is this another version of the file before it?  Only the first one, which
 * has the highest version, goes by the bare name.
 */
static bool
same_as_prev(struct readdir_state *rs)
{
	const struct iso_entry *e = &rs->rs_entry;
	const bool same = rs->rs_scan.sc_imp->iso_ftype ==
	    ISO_FTYPE_DEFAULT && e->e_namelen == rs->rs_prevlen &&
	    memcmp(e->e_name, rs->rs_prev, e->e_namelen) == 0;

	memcpy(rs->rs_prev, e->e_name, e->e_namelen);
	rs->rs_prevlen = e->e_namelen;
	return same;
}

static void
dirent_fill(struct dirent *dp, const struct iso_entry *e)
{

	memset(dp, 0, _DIRENT_NAMEOFF(dp));
	dp->d_fileno = e->e_ino;
	dp->d_type = e->e_type;
	dp->d_namlen = (uint16_t)e->e_namelen;
	memcpy(dp->d_name, e->e_name, e->e_namelen);
	dp->d_reclen = _DIRENT_SIZE(dp);
	/* The padding is the user's to see. */
	memset(dp->d_name + e->e_namelen, 0,
	    dp->d_reclen - _DIRENT_NAMEOFF(dp) - e->e_namelen);
}

/*
 * vnodeops(9).  The offset of an entry is that of its record; an offset that
 * is none stands for the next record behind it.
 */
static int
cd9660_readdir(void *v)
{
	struct vop_readdir_args /* {
		struct vnode *a_vp;
		struct uio *a_uio;
		kauth_cred_t a_cred;
		int *a_eofflag;
		off_t **a_cookies;
		int *a_ncookies;
	} */ *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct iso_node *dp = VTOI(vp);
	struct readdir_state *rs;
	struct iso_scan *sc;
	off_t *cookies = NULL, start = uio->uio_offset, next;
	int error, maxcookies = 0, n = 0;
	bool eof = false;

	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (start < 0)
		return EINVAL;
	if (ap->a_ncookies != NULL) {
		/* No more entries than fit, nor than there may be records. */
		maxcookies = (int)MIN(uio->uio_resid / _DIRENT_MINSIZE(
		    (struct dirent *)NULL), dp->i_size /
		    (ISO_DIRECTORY_RECORD_SIZE + 1) + 1);
		cookies = malloc(MAX(maxcookies, 1) * sizeof(*cookies),
		    M_TEMP, M_WAITOK);
	}

	rs = kmem_alloc(sizeof(*rs), KM_SLEEP);
	rs->rs_prevlen = 0;
	sc = &rs->rs_scan;
	cd9660_scan_init(sc, dp->i_mnt, dp->i_sect0.is_start, dp->i_size);
	next = start;
	error = 0;
	if ((uint64_t)start >= dp->i_size) {
		eof = true;
	} else {
		/* From one sector before, to know the record before. */
		error = cd9660_scan_seek(sc, start > ISO_DEFAULT_BLOCK_SIZE ?
		    start - ISO_DEFAULT_BLOCK_SIZE : 0);
	}
	while (error == 0 && !eof) {
		error = cd9660_scan_next(sc);
		if (error == ENOENT) {
			error = 0;
			eof = true;
			next = MAX((uint64_t)next, dp->i_size);
			break;
		}
		if (error == 0)
			error = cd9660_rec_entry(sc, dp, &rs->rs_entry);
		if (error != 0)
			break;
		if (rs->rs_entry.e_hidden)
			continue;
		if (same_as_prev(rs) || sc->sc_recoff < (uint64_t)start)
			continue;
		dirent_fill(&rs->rs_dirent, &rs->rs_entry);
		if (uio->uio_resid < rs->rs_dirent.d_reclen ||
		    (cookies != NULL && n >= maxcookies)) {
			/* Not even one entry fits. */
			if (n == 0)
				error = EINVAL;
			break;
		}
		/* The buffer may be the user's, whose page may need I/O. */
		cd9660_scan_pause(sc);
		error = uiomove(&rs->rs_dirent, rs->rs_dirent.d_reclen, uio);
		if (error != 0)
			break;
		next = sc->sc_off;
		if (cookies != NULL)
			cookies[n] = next;
		n++;
	}
	cd9660_scan_done(sc);
	kmem_free(rs, sizeof(*rs));

	/* What was found before a bad record is worth having. */
	if (error != 0 && n > 0)
		error = 0;
	if (ap->a_ncookies != NULL) {
		if (error != 0) {
			free(cookies, M_TEMP);
			*ap->a_ncookies = 0;
			*ap->a_cookies = NULL;
		} else {
			*ap->a_ncookies = n;
			*ap->a_cookies = cookies;
		}
	}
	if (error == 0)
		uio->uio_offset = next;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = eof;
	return error;
}

static int
cd9660_readlink(void *v)
{
	struct vop_readlink_args /* {
		struct vnode *a_vp;
		struct uio *a_uio;
		kauth_cred_t a_cred;
	} */ *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);

	if (ip->i_target == NULL)
		return EINVAL;
	return uiomove(ip->i_target, ip->i_targetlen, ap->a_uio);
}

static int
cd9660_strategy(void *v)
{
	struct vop_strategy_args /* {
		struct vnode *a_vp;
		struct buf *a_bp;
	} */ *ap = v;
	struct buf *bp = ap->a_bp;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);
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
	return VOP_STRATEGY(ip->i_mnt->im_devvp, bp);
}

static int
cd9660_pathconf(void *v)
{
	struct vop_pathconf_args /* {
		struct vnode *a_vp;
		int a_name;
		register_t *a_retval;
	} */ *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = 1;
		return 0;
	case _PC_NAME_MAX:
		switch (VTOI(ap->a_vp)->i_mnt->iso_ftype) {
		case ISO_FTYPE_RRIP:
		case ISO_FTYPE_JOLIET:
			*ap->a_retval = ISO_MAXNAMLEN;
			break;
		default:
			*ap->a_retval = 37;
			break;
		}
		return 0;
	case _PC_PATH_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 42;	/* ISO_MAXSECTIONS of 32 bits */
		return 0;
	default:
		return genfs_pathconf(ap);
	}
}

static int
cd9660_advlock(void *v)
{
	struct vop_advlock_args /* {
		struct vnode *a_vp;
		void *a_id;
		int a_op;
		struct flock *a_fl;
		int a_flags;
	} */ *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);

	return lf_advlock(ap, &ip->i_lockf, ip->i_size);
}

static int
cd9660_print(void *v)
{
	struct vop_print_args /* {
		struct vnode *a_vp;
	} */ *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);

	printf("tag VT_ISOFS, %s %#jx, depth %u, size %ju\n",
	    ip->i_key->ck_isdir ? "extent" : "record",
	    (uintmax_t)ip->i_key->ck_ino, ip->i_key->ck_depth,
	    (uintmax_t)ip->i_size);
	return 0;
}

int (**cd9660_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, cd9660_lookup },
	{ &vop_create_desc, genfs_eopnotsupp },
	{ &vop_mknod_desc, genfs_eopnotsupp },
	{ &vop_open_desc, cd9660_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, cd9660_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, cd9660_read },
	{ &vop_write_desc, genfs_eopnotsupp },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, genfs_eopnotsupp },
	{ &vop_link_desc, genfs_erofs_link },
	{ &vop_rename_desc, genfs_eopnotsupp },
	{ &vop_mkdir_desc, genfs_eopnotsupp },
	{ &vop_rmdir_desc, genfs_eopnotsupp },
	{ &vop_symlink_desc, genfs_erofs_symlink },
	{ &vop_readdir_desc, cd9660_readdir },
	{ &vop_readlink_desc, cd9660_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, cd9660_bmap },
	{ &vop_strategy_desc, cd9660_strategy },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, cd9660_pathconf },
	{ &vop_advlock_desc, cd9660_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_vnodeop_opv_desc = {
	&cd9660_vnodeop_p, cd9660_vnodeop_entries
};

int (**cd9660_specop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	GENFS_SPECOP_ENTRIES,
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, cd9660_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bwrite_desc, vn_bwrite },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_specop_opv_desc = {
	&cd9660_specop_p, cd9660_specop_entries
};

int (**cd9660_fifoop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_fifoop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	GENFS_FIFOOP_ENTRIES,
	{ &vop_close_desc, vn_fifo_bypass },
	{ &vop_access_desc, cd9660_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, vn_fifo_bypass },
	{ &vop_write_desc, vn_fifo_bypass },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bwrite_desc, vn_bwrite },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_fifoop_opv_desc = {
	&cd9660_fifoop_p, cd9660_fifoop_entries
};
