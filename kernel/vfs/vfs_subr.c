/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small things about vnodes and mounts, see vfssubr(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dirent.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/event.h>
#include <sys/filedesc.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>


#include "vfs_impl.h"

const enum vtype iftovt_tab[16] = {
	VNON, VFIFO, VCHR, VNON, VDIR, VNON, VBLK, VNON,
	VREG, VNON, VLNK, VNON, VSOCK, VNON, VNON, VBAD,
};

const int vttoif_tab[9] = {
	0, S_IFREG, S_IFDIR, S_IFBLK, S_IFCHR, S_IFLNK, S_IFSOCK, S_IFIFO,
	S_IFMT,
};

struct vnode *rootvp;
device_t root_device;
time_t rootfstime;

int dovfsusermount;
int doforce = 1;
int vfs_timestamp_precision = 2;

/*
 * What the root file system says about the time; for clocks that know none.
 */
void
setrootfstime(time_t t)
{

	rootfstime = t;
}

/*
 * The time for a file's timestamps.  vfs.generic.timestamp_precision says how
 * exact: 0 seconds, 1 as of the last tick, 2 microseconds, 3 nanoseconds.
 */
void
vfs_timestamp(struct timespec *ts)
{
	struct timeval tv;

	switch (vfs_timestamp_precision) {
	case 0:
		ts->tv_sec = time_second;
		ts->tv_nsec = 0;
		break;
	case 1:
		getnanotime(ts);
		break;
	case 2:
		microtime(&tv);
		TIMEVAL_TO_TIMESPEC(&tv, ts);
		break;
	default:
		nanotime(ts);
		break;
	}
}

/*
 * All attributes unknown, or to be left alone.
 */
void
vattr_null(struct vattr *vap)
{

	memset(vap, 0, sizeof(*vap));
	vap->va_type = VNON;
	vap->va_mode = VNOVAL;
	vap->va_nlink = VNOVAL;
	vap->va_uid = VNOVAL;
	vap->va_gid = VNOVAL;
	vap->va_fsid = VNOVAL;
	vap->va_fileid = VNOVAL;
	vap->va_size = VNOVAL;
	vap->va_blocksize = VNOVAL;
	vap->va_atime.tv_sec = vap->va_mtime.tv_sec = vap->va_ctime.tv_sec =
	    vap->va_birthtime.tv_sec = VNOVAL;
	vap->va_atime.tv_nsec = vap->va_mtime.tv_nsec =
	    vap->va_ctime.tv_nsec = vap->va_birthtime.tv_nsec = VNOVAL;
	vap->va_gen = VNOVAL;
	vap->va_flags = VNOVAL;
	vap->va_rdev = VNOVAL;
	vap->va_bytes = VNOVAL;
}

void
vattr_dump(const struct vattr *vap)
{
	static const char *const types[] = { VNODE_TYPES };

	printf("type %s mode 0%o nlink %u uid %u gid %u fsid %llu fileid %llu "
	    "size %llu\n",
	    (unsigned)vap->va_type < __arraycount(types) ?
	    types[vap->va_type] : "?", vap->va_mode, vap->va_nlink,
	    vap->va_uid, vap->va_gid, (unsigned long long)vap->va_fsid,
	    (unsigned long long)vap->va_fileid,
	    (unsigned long long)vap->va_size);
}

void
vprint(const char *label, struct vnode *vp)
{
	static const char *const types[] = { VNODE_TYPES };
	static const char *const tags[] = { VNODE_TAGS };
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	if (label != NULL)
		printf("%s: ", label);
	printf("type %s tag %s state %s references %u holds %d writers %d\n",
	    (unsigned)vp->v_type < __arraycount(types) ?
	    types[vp->v_type] : "?",
	    (unsigned)vp->v_tag < __arraycount(tags) ? tags[vp->v_tag] : "?",
	    vstate_name(vip->vi_state), vrefcnt(vp), vp->v_holdcnt,
	    vp->v_writecount);
	if (vp->v_data != NULL) {
		printf("\t");
		VOP_PRINT(vp);
	}
}

uint8_t
vtype2dt(enum vtype vt)
{

	return IFTODT(VTTOIF(vt));
}

/*
 * Turn rights of access control lists into what modes know: 0, with *accmode
 * reduced, or EPERM.
 */
int
vfs_unixify_accmode(accmode_t *accmode)
{

	/* Nobody has a right that a mode can't express to deny. */
	if (*accmode & VEXPLICIT_DENY) {
		*accmode = 0;
		return 0;
	}
	/* Deleting is writing to the directory. */
	if (*accmode & (VDELETE_CHILD | VDELETE))
		return EPERM;
	if (*accmode & VADMIN_PERMS) {
		*accmode &= ~VADMIN_PERMS;
		*accmode |= VADMIN;
	}
	/* Everybody may see attributes. */
	*accmode &= ~(VSTAT_PERMS | VSYNCHRONIZE);
	return 0;
}

/*
 * Knotes.
 */

void
vn_knote_attach(struct vnode *vp, struct knote *kn)
{
	struct vnode_klist *vk = vp->v_klist;

	mutex_enter(vp->v_interlock);
	klist_insert(&vk->vk_klist, kn);
	vk->vk_interest |= kn->kn_filter == EVFILT_VNODE ? kn->kn_sfflags :
	    kn->kn_filter == EVFILT_READ || kn->kn_filter == EVFILT_WRITE ?
	    (NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB) : 0;
	vk->vk_interest |= NOTE_REVOKE;
	mutex_exit(vp->v_interlock);
}

void
vn_knote_detach(struct vnode *vp, struct knote *kn)
{
	struct vnode_klist *vk = vp->v_klist;

	mutex_enter(vp->v_interlock);
	if (klist_remove(&vk->vk_klist, kn))
		vk->vk_interest = 0;
	mutex_exit(vp->v_interlock);
}

void
vn_knote(struct vnode *vp, long hint)
{

	mutex_enter(vp->v_interlock);
	knote(&vp->v_klist->vk_klist, hint);
	mutex_exit(vp->v_interlock);
}

/*
 * Devices.
 */

/*
 * A vnode of a device without a file, referenced and unlocked.
 */
static int
getdevvp(dev_t dev, struct vnode **vpp, enum vtype type)
{
	struct vattr va;

	vattr_null(&va);
	va.va_type = type;
	va.va_rdev = dev;
	return vcache_new(dead_rootmount, NULL, &va, NOCRED, NULL, vpp);
}

int
bdevvp(dev_t dev, struct vnode **vpp)
{

	return getdevvp(dev, vpp, VBLK);
}

int
cdevvp(dev_t dev, struct vnode **vpp)
{

	return getdevvp(dev, vpp, VCHR);
}

/*
 * Some vnode of the device, referenced; false if there is none.
 */
int
vfinddev(dev_t dev, enum vtype type, struct vnode **vpp)
{

	return spec_node_lookup_by_dev(type, dev, VDEAD_NOWAIT, vpp) == 0;
}

/*
 * The units minl to minh of a device are gone: so are their vnodes.
 */
void
vdevgone(int maj, int minl, int minh, enum vtype type)
{
	struct vnode *vp;
	int mn;

	for (mn = minl; mn <= minh; mn++) {
		if (type == VBLK)
			bdev_detached(makedev(maj, mn));
		else
			cdev_detached(makedev(maj, mn));
		while (spec_node_lookup_by_dev(type, makedev(maj, mn), 0,
		    &vp) == 0) {
			VOP_REVOKE(vp, REVOKEALL);
			vrele(vp);
		}
	}
}

/*
 * Size and sector size of the disk that `vp' is.
 */
int
getdiskinfo(struct vnode *vp, struct dkwedge_info *dkw)
{
	struct partinfo pi;
	int error;

	/* Answered by wedges and by drivers that know of them. */
	error = VOP_IOCTL(vp, DIOCGWEDGEINFO, dkw, FREAD, NOCRED);
	if (error == 0)
		return 0;
	error = VOP_IOCTL(vp, DIOCGPARTINFO, &pi, FREAD, NOCRED);
	if (error != 0)
		return error;
	memset(dkw, 0, sizeof(*dkw));
	strlcpy(dkw->dkw_ptype, getfstypename(pi.pi_fstype),
	    sizeof(dkw->dkw_ptype));
	dkw->dkw_offset = pi.pi_offset;
	dkw->dkw_size = pi.pi_size;
	return 0;
}

/*
 * Mounts.
 */

/*
 * A number for the name of a file system type.
 */
int
makefstype(const char *type)
{
	int rv;

	for (rv = 0; *type != '\0'; type++) {
		rv <<= 2;
		rv ^= *type;
	}
	return rv;
}

/*
 * VFS_EXTATTRCTL of file systems without extended attributes.
 */
int
vfs_stdextattrctl(struct mount *mp, int cmt, struct vnode *vp, int ns,
    const char *attrname)
{

	if (vp != NULL)
		VOP_UNLOCK(vp);
	return EOPNOTSUPP;
}

/*
 * Set names in the statistics of a mount: where it is (with the root of the
 * calling process in front), what it is mounted from, its type.  NULL leaves
 * one alone.
 */
int
set_statvfs_info(const char *onp, int ukon, const char *fromp, int ukfrom,
    const char *vfsname, struct mount *mp, struct lwp *l)
{
	struct statvfs *sfs = &mp->mnt_stat;
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	char *path, *bp;
	size_t len = 0;
	int error;

	strlcpy(sfs->f_fstypename, vfsname, sizeof(sfs->f_fstypename));
	if (onp != NULL) {
		if (__predict_false(cwdi->cwdi_rdir != NULL)) {
			path = PNBUF_GET();
			bp = path + MAXPATHLEN;
			*--bp = '\0';
			rw_enter(&cwdi->cwdi_lock, RW_READER);
			error = getcwd_common(cwdi->cwdi_rdir, rootvnode, &bp,
			    path, MAXPATHLEN / 2, 0, l);
			rw_exit(&cwdi->cwdi_lock);
			if (error != 0) {
				PNBUF_PUT(path);
				return error;
			}
			len = strlen(bp);
			if (len >= sizeof(sfs->f_mntonname))
				len = sizeof(sfs->f_mntonname) - 1;
			memcpy(sfs->f_mntonname, bp, len);
			PNBUF_PUT(path);
			if (len == 1)
				len = 0;
		}
		if (ukon == UIO_USERSPACE) {
			error = copyinstr(onp, sfs->f_mntonname + len,
			    sizeof(sfs->f_mntonname) - len, NULL);
			if (error != 0)
				return error;
		} else {
			strlcpy(sfs->f_mntonname + len, onp,
			    sizeof(sfs->f_mntonname) - len);
		}
	}
	if (fromp != NULL) {
		if (ukfrom == UIO_USERSPACE) {
			error = copyinstr(fromp, sfs->f_mntfromname,
			    sizeof(sfs->f_mntfromname), NULL);
			if (error != 0)
				return error;
		} else {
			strlcpy(sfs->f_mntfromname, fromp,
			    sizeof(sfs->f_mntfromname));
		}
	}
	return 0;
}

/*
 * What VFS_STATVFS does not ask the file system for.
 */
void
copy_statvfs_info(struct statvfs *sbp, const struct mount *mp)
{
	const struct statvfs *mbp = &mp->mnt_stat;

	if (sbp == mbp)
		return;
	sbp->f_fsidx = mbp->f_fsidx;
	sbp->f_fsid = mbp->f_fsid;
	sbp->f_owner = mbp->f_owner;
	sbp->f_flag = mbp->f_flag;
	sbp->f_syncwrites = mbp->f_syncwrites;
	sbp->f_asyncwrites = mbp->f_asyncwrites;
	sbp->f_syncreads = mbp->f_syncreads;
	sbp->f_asyncreads = mbp->f_asyncreads;
	memcpy(sbp->f_spare, mbp->f_spare, sizeof(mbp->f_spare));
	memcpy(sbp->f_fstypename, mbp->f_fstypename,
	    sizeof(mbp->f_fstypename));
	strlcpy(sbp->f_mntonname, mbp->f_mntonname, sizeof(sbp->f_mntonname));
	strlcpy(sbp->f_mntfromname, mbp->f_mntfromname,
	    sizeof(sbp->f_mntfromname));
	strlcpy(sbp->f_mntfromlabel, mbp->f_mntfromlabel,
	    sizeof(sbp->f_mntfromlabel));
	sbp->f_namemax = mbp->f_namemax;
}

/*
 * What mounts by users other than root must have.
 */
int
usermount_common_policy(struct mount *mp, u_long flags)
{

	if (flags & MNT_EXPORTED)
		return EPERM;
	if ((flags & MNT_NODEV) == 0 || (flags & MNT_NOSUID) == 0)
		return EPERM;
	if ((mp->mnt_flag & MNT_NOEXEC) && (flags & MNT_NOEXEC) == 0)
		return EPERM;
	return 0;
}

/*
 * A file's handle: size and contents.
 */
int
vfs_composefh(struct vnode *vp, fhandle_t *fhp, size_t *fh_size)
{
	struct fid *fidp = NULL;
	size_t needfhsize, fidsize = 0;
	int error;

	if (*fh_size >= FHANDLE_SIZE_MIN && fhp != NULL) {
		fidp = FHANDLE_FILEID(fhp);
		fidsize = *fh_size - offsetof(fhandle_t, fh_fid);
	}
	error = VFS_VPTOFH(vp, fidp, &fidsize);
	needfhsize = FHANDLE_SIZE_FROM_FILEID_SIZE(fidsize);
	if (error == 0 && *fh_size < needfhsize)
		error = E2BIG;
	*fh_size = needfhsize;
	if (error == 0 && fhp != NULL)
		*FHANDLE_FSID(fhp) = vp->v_mount->mnt_stat.f_fsidx;
	return error;
}

int
vfs_composefh_alloc(struct vnode *vp, fhandle_t **fhpp)
{
	fhandle_t *fhp;
	size_t fhsize, fidsize = 0;
	int error;

	*fhpp = NULL;
	error = VFS_VPTOFH(vp, NULL, &fidsize);
	if (error != E2BIG)
		return error == 0 ? EOPNOTSUPP : error;
	fhsize = FHANDLE_SIZE_FROM_FILEID_SIZE(fidsize);
	fhp = kmem_zalloc(fhsize, KM_SLEEP);
	*FHANDLE_FSID(fhp) = vp->v_mount->mnt_stat.f_fsidx;
	error = VFS_VPTOFH(vp, FHANDLE_FILEID(fhp), &fidsize);
	if (error != 0) {
		kmem_free(fhp, fhsize);
		return error;
	}
	*fhpp = fhp;
	return 0;
}

void
vfs_composefh_free(fhandle_t *fhp)
{

	kmem_free(fhp, FHANDLE_SIZE_FROM_FILEID_SIZE(
	    FHANDLE_FILEID(fhp)->fid_len));
}

/*
 * The vnode of a handle, locked exclusively.
 */
int
vfs_fhtovp(fhandle_t *fhp, struct vnode **vpp)
{
	struct mount *mp;
	int error;

	*vpp = NULL;
	mp = vfs_getvfs(FHANDLE_FSID(fhp));
	if (mp == NULL)
		return ESTALE;
	error = vfs_busy(mp);
	if (error != 0) {
		vfs_rele(mp);
		return ESTALE;
	}
	error = mp->mnt_op->vfs_fhtovp == NULL ? EOPNOTSUPP :
	    VFS_FHTOVP(mp, FHANDLE_FILEID(fhp), LK_EXCLUSIVE, vpp);
	vfs_unbusy(mp);
	vfs_rele(mp);
	return error;
}

/*
 * sysctl: kern.maxvnodes, vfs.generic.
 */

static int
sysctl_kern_maxvnodes(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int new_max, error;

	new_max = desiredvnodes;
	node.sysctl_data = &new_max;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	if (new_max < 16 || new_max > 1 << 20)
		return EINVAL;
	desiredvnodes = new_max;
	vdrain_poll();
	return 0;
}

SYSCTL_SETUP(sysctl_vfs_setup, "vnodes and file systems")
{
	const struct sysctlnode *node;

	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT, "maxvnodes",
	    SYSCTL_DESCR("vnodes that are kept"),
	    sysctl_kern_maxvnodes, 0, NULL, 0,
	    CTL_KERN, KERN_MAXVNODES, CTL_EOL);
	sysctl_createv(clog, 0, NULL, &node, CTLFLAG_PERMANENT, CTLTYPE_NODE,
	    "generic", SYSCTL_DESCR("all file systems"),
	    NULL, 0, NULL, 0, CTL_VFS, VFS_GENERIC, CTL_EOL);
	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT, "usermount",
	    SYSCTL_DESCR("users other than root may mount"),
	    NULL, 0, &dovfsusermount, 0,
	    CTL_VFS, VFS_GENERIC, VFS_USERMOUNT, CTL_EOL);
	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT,
	    "timestamp_precision", SYSCTL_DESCR("precision of times of files"),
	    NULL, 0, &vfs_timestamp_precision, 0,
	    CTL_VFS, VFS_GENERIC, VFS_TIMESTAMP_PRECISION, CTL_EOL);
}
