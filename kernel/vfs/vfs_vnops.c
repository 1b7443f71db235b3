/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vnodes as descriptors and system calls use them: vn_open(), vn_rdwr() and
 * the like (vnsubr(9)), and the file operations of vnodes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/extattr.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/fstrans.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode_impl.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"

int (*vn_union_readdir_hook)(struct vnode **, struct file *, struct lwp *);

static int	vn_read(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	vn_write(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	vn_ioctl(struct file *, u_long, void *);
static int	vn_fcntl(struct file *, u_int, void *);
static int	vn_poll(struct file *, int);
static int	vn_statfile(struct file *, struct stat *);
static int	vn_closefile(struct file *);
static int	vn_mmap(struct file *, off_t *, size_t, int, int *, int *,
		    struct uvm_object **, int *);
static int	vn_seek(struct file *, off_t, int, off_t *, int);

const struct fileops vnops = {
	.fo_name = "vn",
	.fo_read = vn_read,
	.fo_write = vn_write,
	.fo_ioctl = vn_ioctl,
	.fo_fcntl = vn_fcntl,
	.fo_poll = vn_poll,
	.fo_stat = vn_statfile,
	.fo_close = vn_closefile,
	.fo_kqfilter = vn_kqfilter,
	.fo_restart = fnullop_restart,
	.fo_mmap = vn_mmap,
	.fo_seek = vn_seek,
};

/*
 * Open.
 */

/*
 * May a vnode be opened like this?  ETXTBSY if it is a running program.
 */
int
vn_openchk(struct vnode *vp, kauth_cred_t cred, int fflags)
{
	int permbits = 0, error;

	if (vp->v_type == VNON || vp->v_type == VBAD)
		return ENXIO;
	if ((fflags & O_DIRECTORY) != 0 && vp->v_type != VDIR)
		return ENOTDIR;
	if ((fflags & O_REGULAR) != 0 && vp->v_type != VREG)
		return EFTYPE;
	if ((fflags & FREAD) != 0)
		permbits = VREAD;
	if ((fflags & FEXEC) != 0)
		permbits |= VEXEC;
	if ((fflags & (FWRITE | O_TRUNC)) != 0) {
		permbits |= VWRITE;
		if (vp->v_type == VDIR)
			return EISDIR;
		error = vn_writechk(vp);
		if (error != 0)
			return error;
	}
	return VOP_ACCESS(vp, permbits, cred);
}

int
vn_writechk(struct vnode *vp)
{

	return (vp->v_iflag & VI_TEXT) ? ETXTBSY : 0;
}

/*
 * Open the file `pb' names, from `at_dvp' if that is given.  nmode: flags for
 * namei, fmode: FREAD and the like, cmode: mode of a new file.  *ret_vp is
 * referenced and locked.  A device may be moved to a new descriptor instead:
 * then *ret_domove says how and *ret_fd is it.
 */
int
vn_open(struct vnode *at_dvp, struct pathbuf *pb, int nmode, int fmode,
    int cmode, struct vnode **ret_vp, bool *ret_domove, int *ret_fd)
{
	struct lwp *l = curlwp;
	kauth_cred_t cred = l->l_cred;
	struct nameidata nd;
	struct vnode *vp = NULL;
	struct vattr va;
	int error;

	if (ret_domove != NULL)
		*ret_domove = false;
	if ((fmode & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return EINVAL;

	NDINIT(&nd, LOOKUP, nmode, pb);
	if (at_dvp != NULL)
		NDAT(&nd, at_dvp);
	nd.ni_cnd.cn_flags &= TRYEMULROOT | NOCHROOT;
	if (fmode & O_CREAT) {
		nd.ni_cnd.cn_nameiop = CREATE;
		nd.ni_cnd.cn_flags |= LOCKPARENT | LOCKLEAF;
		if ((fmode & O_EXCL) == 0) {
			nd.ni_cnd.cn_flags |= NONEXCLHACK;
			if ((fmode & O_NOFOLLOW) == 0)
				nd.ni_cnd.cn_flags |= FOLLOW;
		}
	} else {
		nd.ni_cnd.cn_flags |= LOCKLEAF;
		if ((fmode & O_NOFOLLOW) == 0)
			nd.ni_cnd.cn_flags |= FOLLOW;
	}

	error = namei(&nd);
	if (error != 0)
		return error;
	vp = nd.ni_vp;

	if (fmode & O_CREAT) {
		if (vp == NULL) {
			vattr_null(&va);
			va.va_type = VREG;
			va.va_mode = cmode;
			if (fmode & O_EXCL)
				va.va_vaflags |= VA_EXCLUSIVE;
			error = VOP_CREATE(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd,
			    &va);
			if (error != 0) {
				vput(nd.ni_dvp);
				return error;
			}
			vp = nd.ni_vp;
			/* vput() first: the locks of a path nest downwards. */
			vput(nd.ni_dvp);
			(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
			fmode &= ~O_TRUNC;
		} else {
			VOP_ABORTOP(nd.ni_dvp, &nd.ni_cnd);
			if (nd.ni_dvp == vp)
				vrele(nd.ni_dvp);
			else
				vput(nd.ni_dvp);
			nd.ni_dvp = NULL;
			if (fmode & O_EXCL) {
				error = EEXIST;
				goto bad;
			}
			fmode &= ~O_CREAT;
		}
	}
	if (vp->v_type == VLNK) {
		error = EFTYPE;
		goto bad;
	}
	if (vp->v_type == VSOCK) {
		error = EOPNOTSUPP;
		goto bad;
	}
	if ((fmode & O_CREAT) == 0) {
		error = vn_openchk(vp, cred, fmode);
		if (error != 0)
			goto bad;
	}
	if (fmode & O_TRUNC) {
		vattr_null(&va);
		va.va_size = 0;
		error = VOP_SETATTR(vp, &va, cred);
		if (error != 0)
			goto bad;
	}
	l->l_dupfd = -1;
	error = VOP_OPEN(vp, fmode, cred);
	if (error != 0) {
		/* A cloning device: the file is another one. */
		if ((error == EDUPFD || error == EMOVEFD) &&
		    ret_domove != NULL && ret_fd != NULL) {
			*ret_domove = error == EMOVEFD;
			*ret_fd = l->l_dupfd;
			vput(vp);
			*ret_vp = NULL;
			return 0;
		}
		if (error == EDUPFD || error == EMOVEFD)
			error = EOPNOTSUPP;
		goto bad;
	}
	if (fmode & FWRITE) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}
	*ret_vp = vp;
	return 0;

bad:
	vput(vp);
	return error;
}

/*
 * Undo an open: gives up the reference to the unlocked vnode.
 */
int
vn_close(struct vnode *vp, int flags, kauth_cred_t cred)
{
	int error;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (flags & FWRITE) {
		mutex_enter(vp->v_interlock);
		KASSERTMSG(vp->v_writecount > 0,
		    "closed for writing more often than opened");
		vp->v_writecount--;
		mutex_exit(vp->v_interlock);
	}
	error = VOP_CLOSE(vp, flags, cred);
	vput(vp);
	return error;
}

/*
 * The file is being run.
 */
void
vn_markexec(struct vnode *vp)
{

	if ((vp->v_iflag & VI_EXECMAP) != 0)
		return;
	mutex_enter(vp->v_interlock);
	vp->v_iflag |= VI_EXECMAP;
	mutex_exit(vp->v_interlock);
}

int
vn_marktext(struct vnode *vp)
{

	mutex_enter(vp->v_interlock);
	if (vp->v_writecount != 0) {
		mutex_exit(vp->v_interlock);
		return ETXTBSY;
	}
	vp->v_iflag |= VI_TEXT;
	mutex_exit(vp->v_interlock);
	vn_markexec(vp);
	return 0;
}

/*
 * Lock: LK_EXCLUSIVE or LK_SHARED, with LK_NOWAIT EBUSY if that takes waiting,
 * ENOENT if the vnode is dead unless LK_RETRY.  Also LK_UPGRADE,
 * LK_DOWNGRADE.
 */
int
vn_lock(struct vnode *vp, int flags)
{

	KASSERT(vrefcnt(vp) > 0);
	KASSERT((flags & ~(LK_SHARED | LK_EXCLUSIVE | LK_UPGRADE |
	    LK_DOWNGRADE | LK_NOWAIT | LK_RETRY)) == 0);
	/* A file system's root operation passes on what it was asked for. */
	if (flags == LK_NONE)
		return 0;
	return VOP_LOCK(vp, flags);
}

/*
 * Input and output.
 */

static inline u_int
vn_ioflag(struct file *fp, struct vnode *vp)
{
	u_int fflag = fp->f_flag;
	int ioflag = IO_ADV_ENCODE(fp->f_advice);

	if (fflag & FNONBLOCK)
		ioflag |= IO_NDELAY;
	if (fflag & FDIRECT)
		ioflag |= IO_DIRECT;
	if (fflag & FAPPEND)
		ioflag |= IO_APPEND;
	if ((fflag & FFSYNC) ||
	    (vp->v_mount != NULL && (vp->v_mount->mnt_flag & MNT_SYNCHRONOUS)))
		ioflag |= IO_SYNC;
	else if (fflag & FDSYNC)
		ioflag |= IO_DSYNC;
	if (fflag & FALTIO)
		ioflag |= IO_ALTSEMANTICS;
	return ioflag;
}

/*
 * Read or write kernel memory (or a user's, by segflg) from or to a file.
 * *aresid is what was not transferred; without it that is an error.
 */
int
vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset,
    enum uio_seg segflg, int ioflg, kauth_cred_t cred, size_t *aresid,
    struct lwp *l)
{
	struct iovec aiov;
	struct uio auio;
	int error;

	if (len < 0)
		return EINVAL;
	if ((ioflg & IO_NODELOCKED) == 0) {
		(void)vn_lock(vp, rw == UIO_READ ? LK_SHARED | LK_RETRY :
		    LK_EXCLUSIVE | LK_RETRY);
	}
	auio.uio_iov = &aiov;
	auio.uio_iovcnt = 1;
	aiov.iov_base = base;
	aiov.iov_len = len;
	auio.uio_resid = len;
	auio.uio_offset = offset;
	auio.uio_rw = rw;
	if (segflg == UIO_SYSSPACE)
		UIO_SETUP_SYSSPACE(&auio);
	else
		auio.uio_vmspace = l->l_proc->p_vmspace;
	if (rw == UIO_READ)
		error = VOP_READ(vp, &auio, ioflg, cred);
	else
		error = VOP_WRITE(vp, &auio, ioflg, cred);
	if (aresid != NULL)
		*aresid = auio.uio_resid;
	else if (auio.uio_resid != 0 && error == 0)
		error = EIO;
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

/*
 * Read entries of the directory that is open as `fp' to `bufp' at f_offset.
 * A union mount's lower layer follows its upper one.
 */
int
vn_readdir(struct file *fp, char *bufp, int segflg, u_int count, int *done,
    struct lwp *l, off_t **cookies, int *ncookies)
{
	struct vnode *vp = fp->f_vnode, *tvp;
	struct iovec aiov;
	struct uio auio;
	struct mount *mp;
	int error, eofflag;

	/* An offset that no read could have left is not worth asking. */
	if (fp->f_offset < 0)
		return EINVAL;
unionread:
	if (vp->v_type != VDIR)
		return EINVAL;
	aiov.iov_base = bufp;
	aiov.iov_len = count;
	auio.uio_iov = &aiov;
	auio.uio_iovcnt = 1;
	auio.uio_rw = UIO_READ;
	if (segflg == UIO_SYSSPACE)
		UIO_SETUP_SYSSPACE(&auio);
	else
		auio.uio_vmspace = l->l_proc->p_vmspace;
	auio.uio_resid = count;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	mutex_enter(&fp->f_lock);
	auio.uio_offset = fp->f_offset;
	mutex_exit(&fp->f_lock);
	eofflag = 0;
	error = VOP_READDIR(vp, &auio, fp->f_cred, &eofflag, cookies,
	    ncookies);
	mutex_enter(&fp->f_lock);
	fp->f_offset = auio.uio_offset;
	mutex_exit(&fp->f_lock);
	VOP_UNLOCK(vp);
	if (error != 0)
		return error;

	if (count == auio.uio_resid && vn_union_readdir_hook != NULL) {
		tvp = vp;
		error = (*vn_union_readdir_hook)(&vp, fp, l);
		if (error != 0)
			return error;
		if (vp != tvp)
			goto unionread;
	}
	mp = vp->v_mount;
	if (count == auio.uio_resid && (vp->v_vflag & VV_ROOT) != 0 &&
	    (mp->mnt_flag & MNT_UNION) != 0 && mp->mnt_vnodecovered != NULL) {
		tvp = mp->mnt_vnodecovered;
		vref(tvp);
		mutex_enter(&fp->f_lock);
		fp->f_vnode = tvp;
		fp->f_offset = 0;
		mutex_exit(&fp->f_lock);
		vrele(vp);
		vp = tvp;
		goto unionread;
	}
	*done = count - auio.uio_resid;
	return 0;
}

static int
vn_read(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct vnode *vp = fp->f_vnode;
	int error, ioflag;
	size_t count;

	ioflag = vn_ioflag(fp, vp);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	uio->uio_offset = *offset;
	count = uio->uio_resid;
	error = VOP_READ(vp, uio, ioflag, cred);
	if (flags & FOF_UPDATE_OFFSET) {
		mutex_enter(&fp->f_lock);
		*offset += count - uio->uio_resid;
		mutex_exit(&fp->f_lock);
	}
	VOP_UNLOCK(vp);
	return error;
}

static int
vn_write(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct vnode *vp = fp->f_vnode;
	int error, ioflag, lktype;
	size_t count;

	ioflag = vn_ioflag(fp, vp);
	if (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VBLK)
		ioflag |= IO_UNIT;
	lktype = vp->v_type == VCHR || vp->v_type == VFIFO ?
	    LK_SHARED : LK_EXCLUSIVE;
	(void)vn_lock(vp, lktype | LK_RETRY);
	uio->uio_offset = *offset;
	count = uio->uio_resid;
	error = VOP_WRITE(vp, uio, ioflag, cred);
	if (flags & FOF_UPDATE_OFFSET) {
		mutex_enter(&fp->f_lock);
		if (ioflag & IO_APPEND)
			*offset = uio->uio_offset;
		else
			*offset += count - uio->uio_resid;
		mutex_exit(&fp->f_lock);
	}
	VOP_UNLOCK(vp);
	return error;
}

/*
 * Status.
 */

static int
vn_statfile(struct file *fp, struct stat *sb)
{
	struct vnode *vp = fp->f_vnode;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = vn_stat(vp, sb);
	VOP_UNLOCK(vp);
	return error;
}

/*
 * stat(2) of a locked vnode.
 */
int
vn_stat(struct vnode *vp, struct stat *sb)
{
	struct vattr va;
	int error;

	memset(&va, 0, sizeof(va));
	error = VOP_GETATTR(vp, &va, kauth_cred_get());
	if (error != 0)
		return error;
	memset(sb, 0, sizeof(*sb));
	sb->st_dev = va.va_fsid;
	sb->st_ino = va.va_fileid;
	sb->st_mode = va.va_mode & ALLPERMS;
	switch (vp->v_type) {
	case VREG:
		sb->st_mode |= S_IFREG;
		break;
	case VDIR:
		sb->st_mode |= S_IFDIR;
		break;
	case VBLK:
		sb->st_mode |= S_IFBLK;
		break;
	case VCHR:
		sb->st_mode |= S_IFCHR;
		break;
	case VLNK:
		sb->st_mode |= S_IFLNK;
		break;
	case VSOCK:
		sb->st_mode |= S_IFSOCK;
		break;
	case VFIFO:
		sb->st_mode |= S_IFIFO;
		break;
	default:
		return EBADF;
	}
	sb->st_nlink = va.va_nlink;
	sb->st_uid = va.va_uid;
	sb->st_gid = va.va_gid;
	sb->st_rdev = va.va_rdev;
	sb->st_size = va.va_size;
	sb->st_atimespec = va.va_atime;
	sb->st_mtimespec = va.va_mtime;
	sb->st_ctimespec = va.va_ctime;
	sb->st_birthtimespec = va.va_birthtime;
	sb->st_blksize = va.va_blocksize;
	sb->st_flags = va.va_flags;
	sb->st_gen = 0;
	sb->st_blocks = va.va_bytes / S_BLKSIZE;
	return 0;
}

/*
 * Control.
 */

static int
vn_fcntl(struct file *fp, u_int com, void *data)
{

	return VOP_FCNTL(fp->f_vnode, com, data, fp->f_flag, kauth_cred_get());
}

static int
vn_ioctl(struct file *fp, u_long com, void *data)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr vattr;
	int error;

	switch (vp->v_type) {
	case VREG:
	case VDIR:
		if (com == FIONREAD) {
			(void)vn_lock(vp, LK_SHARED | LK_RETRY);
			error = VOP_GETATTR(vp, &vattr, kauth_cred_get());
			if (error == 0) {
				off_t left = vattr.va_size - fp->f_offset;

				*(int *)data = left > INT_MAX ? INT_MAX :
				    left < INT_MIN ? INT_MIN : left;
			}
			VOP_UNLOCK(vp);
			return error;
		}
		if (com == FIONWRITE || com == FIONSPACE) {
			/* Files have no send queue. */
			*(int *)data = 0;
			return 0;
		}
		if (com == FIOGETBMAP) {
			daddr_t *block = data;

			if (*block < 0)
				return EINVAL;
			(void)vn_lock(vp, LK_SHARED | LK_RETRY);
			error = VOP_BMAP(vp, *block, NULL, block, NULL);
			VOP_UNLOCK(vp);
			return error;
		}
		if (com == FIONBIO || com == FIOASYNC)
			return 0;
		/* FALLTHROUGH */
	case VFIFO:
	case VCHR:
	case VBLK:
		error = VOP_IOCTL(vp, com, data, fp->f_flag,
		    kauth_cred_get());
		if (error == 0 && com == TIOCSCTTY) {
			/* Terminals' sessions are not kept here. */
			return 0;
		}
		return error;
	default:
		return EPASSTHROUGH;
	}
}

static int
vn_poll(struct file *fp, int events)
{

	return VOP_POLL(fp->f_vnode, events);
}

int
vn_kqfilter(struct file *fp, struct knote *kn)
{

	return VOP_KQFILTER(fp->f_vnode, kn);
}

static int
vn_closefile(struct file *fp)
{

	return vn_close(fp->f_vnode, fp->f_flag, fp->f_cred);
}

/*
 * What a mapping needs to know: the object of the file's pages.
 */
static int
vn_mmap(struct file *fp, off_t *offp, size_t size, int prot, int *flagsp,
    int *advicep, struct uvm_object **uobjp, int *maxprotp)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr va;
	int error;

	if (vp->v_type != VREG)
		return vp->v_type == VCHR || vp->v_type == VBLK ?
		    EOPNOTSUPP : ENODEV;
	if (*offp < 0 || (off_t)(*offp + size) < *offp)
		return EOVERFLOW;
	if ((fp->f_flag & FREAD) == 0)
		return EACCES;
	*maxprotp = PROT_READ | PROT_EXEC;
	if ((*flagsp & MAP_SHARED) != 0) {
		if (fp->f_flag & FWRITE) {
			(void)vn_lock(vp, LK_SHARED | LK_RETRY);
			error = VOP_GETATTR(vp, &va, kauth_cred_get());
			VOP_UNLOCK(vp);
			if (error != 0)
				return error;
			if ((va.va_flags &
			    (SF_SNAPSHOT | IMMUTABLE | APPEND)) == 0)
				*maxprotp |= PROT_WRITE;
			else if (prot & PROT_WRITE)
				return EPERM;
		} else if (prot & PROT_WRITE) {
			return EACCES;
		}
	} else {
		*maxprotp |= PROT_WRITE;
	}
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_MMAP(vp, prot, kauth_cred_get());
	VOP_UNLOCK(vp);
	if (error != 0)
		return error;
	vref(vp);
	*uobjp = &vp->v_uobj;
	*advicep = UVM_ADV_RANDOM;
	return 0;
}

/*
 * lseek(2): an offset from the start, the current one or the end.
 */
static int
vn_seek(struct file *fp, off_t delta, int whence, off_t *newoffp, int flags)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr vattr;
	off_t oldoff, newoff;
	int error;

	if (vp->v_type == VFIFO)
		return ESPIPE;
	if (whence == SEEK_END) {
		(void)vn_lock(vp, LK_SHARED | LK_RETRY);
		error = VOP_GETATTR(vp, &vattr, kauth_cred_get());
		VOP_UNLOCK(vp);
		if (error != 0)
			return error;
	}
	oldoff = 0;
	if (whence == SEEK_CUR || (flags & FOF_UPDATE_OFFSET)) {
		mutex_enter(&fp->f_lock);
		oldoff = fp->f_offset;
		mutex_exit(&fp->f_lock);
	}
	switch (whence) {
	case SEEK_CUR:
		if (__builtin_add_overflow(oldoff, delta, &newoff))
			return delta > 0 ? EOVERFLOW : EINVAL;
		break;
	case SEEK_END:
		if (vattr.va_size > INT64_MAX ||
		    __builtin_add_overflow((off_t)vattr.va_size, delta,
		    &newoff))
			return EOVERFLOW;
		break;
	case SEEK_SET:
		newoff = delta;
		break;
	default:
		return EINVAL;
	}
	error = VOP_SEEK(vp, oldoff, newoff, fp->f_cred);
	if (error != 0)
		return error;
	if (newoffp != NULL)
		*newoffp = newoff;
	if (flags & FOF_UPDATE_OFFSET) {
		mutex_enter(&fp->f_lock);
		fp->f_offset = newoff;
		mutex_exit(&fp->f_lock);
	}
	return 0;
}

/*
 * Extended attributes for the kernel's own use; ioflg with IO_NODELOCKED if
 * the caller holds the lock.
 */

int
vn_extattr_get(struct vnode *vp, int ioflg, int attrnamespace,
    const char *attrname, size_t *buflen, void *bf, struct lwp *l)
{
	struct iovec aiov;
	struct uio auio;
	int error;

	aiov.iov_len = *buflen;
	aiov.iov_base = bf;
	auio.uio_iov = &aiov;
	auio.uio_iovcnt = 1;
	auio.uio_rw = UIO_READ;
	auio.uio_offset = 0;
	auio.uio_resid = *buflen;
	UIO_SETUP_SYSSPACE(&auio);
	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_GETEXTATTR(vp, attrnamespace, attrname, &auio, NULL,
	    NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (error == 0)
		*buflen -= auio.uio_resid;
	return error;
}

int
vn_extattr_set(struct vnode *vp, int ioflg, int attrnamespace,
    const char *attrname, size_t buflen, const void *bf, struct lwp *l)
{
	struct iovec aiov;
	struct uio auio;
	int error;

	aiov.iov_len = buflen;
	aiov.iov_base = __UNCONST(bf);
	auio.uio_iov = &aiov;
	auio.uio_iovcnt = 1;
	auio.uio_rw = UIO_WRITE;
	auio.uio_offset = 0;
	auio.uio_resid = buflen;
	UIO_SETUP_SYSSPACE(&auio);
	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_SETEXTATTR(vp, attrnamespace, attrname, &auio, NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

int
vn_extattr_rm(struct vnode *vp, int ioflg, int attrnamespace,
    const char *attrname, struct lwp *l)
{
	int error;

	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_DELETEEXTATTR(vp, attrnamespace, attrname, NOCRED);
	if (error == EOPNOTSUPP)
		error = VOP_SETEXTATTR(vp, attrnamespace, attrname, NULL,
		    NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

/*
 * The operations of a named pipe are fifofs's.
 */
int
vn_fifo_bypass(void *v)
{
	struct vop_generic_args *ap = v;

	return VOCALL(fifo_vnodeop_p, ap->a_desc->vdesc_offset, v);
}

/*
 * Open a block device for reading and writing by the kernel.
 */
int
vn_bdev_open(dev_t dev, struct vnode **vpp, struct lwp *l)
{
	struct vnode *vp;
	int error;

	error = bdevvp(dev, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_OPEN(vp, FREAD | FWRITE, l->l_cred);
	if (error != 0) {
		vput(vp);
		return error;
	}
	mutex_enter(vp->v_interlock);
	vp->v_writecount++;
	mutex_exit(vp->v_interlock);
	VOP_UNLOCK(vp);
	*vpp = vp;
	return 0;
}

/*
 * The same by path.
 */
int
vn_bdev_openpath(struct pathbuf *pb, struct vnode **vpp, struct lwp *l)
{
	struct nameidata nd;
	struct vnode *vp;
	dev_t dev;
	enum vtype vt;
	int error;

	NDINIT(&nd, LOOKUP, FOLLOW | LOCKLEAF, pb);
	error = namei(&nd);
	if (error != 0)
		return error;
	vp = nd.ni_vp;
	dev = vp->v_type == VBLK || vp->v_type == VCHR ? vp->v_rdev : NODEV;
	vt = vp->v_type;
	vput(vp);
	if (vt != VBLK)
		return ENOTBLK;
	return vn_bdev_open(dev, vpp, l);
}
