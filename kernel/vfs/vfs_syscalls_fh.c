/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on file handles: getfh(2), fhopen(2), fhstat(2),
 * fhstatvfs(2).
 *
 * A handle is bytes that a user may have made up: its length is checked
 * here, its contents by the file system's vfs_fhtovp.  All of these are for
 * the superuser, as a handle walks around the permissions of directories.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscallargs.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

static int
fh_authorize(struct lwp *l)
{

	return kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_FILEHANDLE, 0,
	    NULL, NULL, NULL);
}

/*
 * Copies a handle of fhsize bytes in.  EINVAL unless the size is possible
 * and equals what the handle itself says.
 */
int
vfs_copyinfh_alloc(const void *ufhp, size_t fhsize, fhandle_t **fhpp)
{
	fhandle_t *fhp;
	int error;

	if (fhsize > FHANDLE_SIZE_MAX || fhsize < FHANDLE_SIZE_MIN)
		return EINVAL;
	fhp = kmem_alloc(fhsize, KM_SLEEP);
	error = copyin(ufhp, fhp, fhsize);
	if (error == 0 && FHANDLE_SIZE(fhp) != fhsize)
		error = EINVAL;
	if (error != 0) {
		kmem_free(fhp, fhsize);
		return error;
	}
	*fhpp = fhp;
	return 0;
}

void
vfs_copyinfh_free(fhandle_t *fhp)
{

	kmem_free(fhp, FHANDLE_SIZE(fhp));
}

/* The locked vnode that a user's handle stands for. */
static int
fh_to_vnode(struct lwp *l, const void *ufhp, size_t fhsize,
    struct vnode **vpp)
{
	fhandle_t *fh;
	int error;

	error = fh_authorize(l);
	if (error != 0)
		return error;
	error = vfs_copyinfh_alloc(ufhp, fhsize, &fh);
	if (error != 0)
		return error;
	error = vfs_fhtovp(fh, vpp);
	vfs_copyinfh_free(fh);
	return error;
}

int
sys___getfh30(struct lwp *l, const struct sys___getfh30_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) fname;
		syscallarg(void *) fhp;
		syscallarg(size_t *) fh_size;
	} */
	struct vnode *vp;
	fhandle_t *fh;
	size_t have, need;
	int error;

	error = fh_authorize(l);
	if (error != 0)
		return error;
	error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, fname),
	    FOLLOW | LOCKLEAF, &vp);
	if (error != 0)
		return error;
	error = vfs_composefh_alloc(vp, &fh);
	vput(vp);
	if (error != 0)
		return error;

	error = copyin(SCARG(uap, fh_size), &have, sizeof(have));
	if (error == 0) {
		need = FHANDLE_SIZE(fh);
		error = copyout(&need, SCARG(uap, fh_size), sizeof(need));
		if (error == 0 && have < need)
			error = E2BIG;
		if (error == 0)
			error = copyout(fh, SCARG(uap, fhp), need);
	}
	vfs_composefh_free(fh);
	return error;
}

/* open(2) by handle; the descriptor is the result. */
int
dofhopen(struct lwp *l, const void *ufhp, size_t fhsize, int oflags,
    register_t *retval)
{
	kauth_cred_t cred = l->l_cred;
	struct vnode *vp = NULL;
	struct vattr va;
	file_t *fp;
	int error, flags, indx;

	error = fh_authorize(l);
	if (error != 0)
		return error;
	oflags &= ~(int)O_SEARCH;
	if ((oflags & (O_EXLOCK | O_SHLOCK)) == (O_EXLOCK | O_SHLOCK))
		return EINVAL;
	flags = FFLAGS(oflags);
	if ((flags & (FREAD | FWRITE)) == 0)
		return EINVAL;
	if (flags & O_CREAT)
		return EINVAL;		/* a handle is of what exists */

	error = fd_allocfile(&fp, &indx);
	if (error != 0)
		return error;
	error = fh_to_vnode(l, ufhp, fhsize, &vp);
	if (error != 0)
		goto bad;
	if (vp->v_type == VSOCK) {
		error = EOPNOTSUPP;
		goto bad;
	}
	error = vn_openchk(vp, cred, flags);
	if (error != 0)
		goto bad;
	if (flags & O_TRUNC) {
		vattr_null(&va);
		va.va_size = 0;
		error = VOP_SETATTR(vp, &va, cred);
		if (error != 0)
			goto bad;
	}
	error = VOP_OPEN(vp, flags, cred);
	if (error != 0)
		goto bad;
	if (flags & FWRITE) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}

	error = open_setfp(l, fp, vp, indx, flags);
	if (error != 0)
		return error;
	VOP_UNLOCK(vp);
	*retval = indx;
	fd_affix(l->l_proc, fp, indx);
	return 0;

bad:
	fd_abort(l->l_proc, fp, indx);
	if (vp != NULL)
		vput(vp);
	return error;
}

int
sys___fhopen40(struct lwp *l, const struct sys___fhopen40_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const void *) fhp;
		syscallarg(size_t) fh_size;
		syscallarg(int) flags;
	} */

	return dofhopen(l, SCARG(uap, fhp), SCARG(uap, fh_size),
	    SCARG(uap, flags), retval);
}

int
do_fhstat(struct lwp *l, const void *ufhp, size_t fhsize, struct stat *sb)
{
	struct vnode *vp;
	int error;

	error = fh_to_vnode(l, ufhp, fhsize, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, sb);
	vput(vp);
	return error;
}

int
sys___fhstat50(struct lwp *l, const struct sys___fhstat50_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const void *) fhp;
		syscallarg(size_t) fh_size;
		syscallarg(struct stat *) sb;
	} */
	struct stat sb;
	int error;

	error = do_fhstat(l, SCARG(uap, fhp), SCARG(uap, fh_size), &sb);
	if (error != 0)
		return error;
	return copyout(&sb, SCARG(uap, sb), sizeof(sb));
}

int
do_fhstatvfs(struct lwp *l, const void *ufhp, size_t fhsize,
    struct statvfs *sb, int flags)
{
	struct vnode *vp;
	int error;

	error = fh_to_vnode(l, ufhp, fhsize, &vp);
	if (error != 0)
		return error;
	VOP_UNLOCK(vp);
	error = dostatvfs(vp->v_mount, sb, l, flags, 1);
	vrele(vp);
	return error;
}

int
sys___fhstatvfs190(struct lwp *l, const struct sys___fhstatvfs190_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const void *) fhp;
		syscallarg(size_t) fh_size;
		syscallarg(struct statvfs *) buf;
		syscallarg(int) flags;
	} */
	struct statvfs *sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	int error;

	error = do_fhstatvfs(l, SCARG(uap, fhp), SCARG(uap, fh_size), sb,
	    SCARG(uap, flags));
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}

const struct syscall_package vfs_syscalls_fh[] = {
	VFS_SYSCALL(__getfh30),
	VFS_SYSCALL(__fhopen40),
	VFS_SYSCALL(__fhstat50),
	VFS_SYSCALL(__fhstatvfs190),
	VFS_SYSCALL_END
};
