/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on extended attributes: extattr_get_file(2) and its
 * relatives, and setxattr(2) and its relatives, all on VOP_*EXTATTR.
 *
 * The two families differ in the name (a namespace number and a name, or
 * both in one string), in the result of a set (bytes, or 0) and in the form
 * of a list (length bytes before the names, or NULs after them).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extattr.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <sys/xattr.h>

#include "vfs_syscalls_impl.h"

/* An attribute by name, copied in. */
struct attr_name {
	int	an_space;
	char	an_name[EXTATTR_MAXNAMELEN + 1];
};

static int
extattr_name(struct attr_name *an, int space, const char *uname)
{

	an->an_space = space;
	return copyinstr(uname, an->an_name, sizeof(an->an_name), NULL);
}

/* The prefix says the namespace and stays in the name. */
static int
xattr_name(struct attr_name *an, const char *uname)
{
	static const struct {
		const char *prefix;
		int space;
	} spaces[] = {
		{ "user.", EXTATTR_NAMESPACE_USER },
		{ "system.", EXTATTR_NAMESPACE_SYSTEM },
		{ "security.", EXTATTR_NAMESPACE_SYSTEM },
		{ "trusted.", EXTATTR_NAMESPACE_SYSTEM },
	};
	int error;

	error = copyinstr(uname, an->an_name, sizeof(an->an_name), NULL);
	if (error != 0)
		return error;
	for (size_t i = 0; i < __arraycount(spaces); i++) {
		const size_t len = strlen(spaces[i].prefix);

		if (strncmp(an->an_name, spaces[i].prefix, len) == 0 &&
		    an->an_name[len] != '\0') {
			an->an_space = spaces[i].space;
			return 0;
		}
	}
	return EOPNOTSUPP;
}

static void
attr_uio(struct uio *uio, struct iovec *iov, void *data, size_t nbytes,
    enum uio_rw rw, struct lwp *l)
{

	iov->iov_base = data;
	iov->iov_len = nbytes;
	uio->uio_iov = iov;
	uio->uio_iovcnt = 1;
	uio->uio_offset = 0;
	uio->uio_resid = nbytes;
	uio->uio_rw = rw;
	uio->uio_vmspace = l->l_proc->p_vmspace;
}

/* Does vp, which is locked, have the attribute? ENOATTR if not. */
static int
attr_probe(struct vnode *vp, const struct attr_name *an, kauth_cred_t cred)
{
	size_t size;

	return VOP_GETEXTATTR(vp, an->an_space, an->an_name, NULL, &size, cred);
}

static int
attr_set(struct lwp *l, struct vnode *vp, const struct attr_name *an,
    const void *data, size_t nbytes, int flags, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	int error = 0;

	if (nbytes > SSIZE_MAX)
		return EINVAL;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (flags & (XATTR_CREATE | XATTR_REPLACE)) {
		error = attr_probe(vp, an, l->l_cred);
		if (error == 0 && (flags & XATTR_CREATE))
			error = EEXIST;
		else if (error == ENOATTR && (flags & XATTR_CREATE))
			error = 0;
	}
	if (error == 0) {
		attr_uio(&uio, &iov, __UNCONST(data), nbytes, UIO_WRITE, l);
		error = VOP_SETEXTATTR(vp, an->an_space, an->an_name, &uio,
		    l->l_cred);
		if (error == 0)
			*retval = nbytes - uio.uio_resid;
	}
	VOP_UNLOCK(vp);
	return error;
}

/* With a NULL data the result is the size of the attribute. */
static int
attr_get(struct lwp *l, struct vnode *vp, const struct attr_name *an,
    void *data, size_t nbytes, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t size = 0;
	int error;

	if (nbytes > SSIZE_MAX)
		return EINVAL;
	attr_uio(&uio, &iov, data, nbytes, UIO_READ, l);
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETEXTATTR(vp, an->an_space, an->an_name,
	    data != NULL ? &uio : NULL, data != NULL ? NULL : &size,
	    l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		*retval = data != NULL ? nbytes - uio.uio_resid : size;
	return error;
}

static int
attr_list(struct lwp *l, struct vnode *vp, int space, int flag, void *data,
    size_t nbytes, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t size = 0;
	int error;

	if (nbytes > SSIZE_MAX)
		return EINVAL;
	attr_uio(&uio, &iov, data, nbytes, UIO_READ, l);
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_LISTEXTATTR(vp, space, data != NULL ? &uio : NULL,
	    data != NULL ? NULL : &size, flag, l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		*retval = data != NULL ? nbytes - uio.uio_resid : size;
	return error;
}

/* The user's names, then the system's if the caller may see them. */
static int
xattr_list(struct lwp *l, struct vnode *vp, char *list, size_t size,
    register_t *retval)
{
	register_t user, sys = 0;
	int error;

	error = attr_list(l, vp, EXTATTR_NAMESPACE_USER, 0, list, size,
	    &user);
	if (error != 0)
		return error;
	error = attr_list(l, vp, EXTATTR_NAMESPACE_SYSTEM, 0,
	    list != NULL ? list + user : NULL,
	    list != NULL ? size - user : 0, &sys);
	if (error == EPERM)
		error = sys = 0;
	if (error == 0)
		*retval = user + sys;
	return error;
}

static int
attr_remove(struct lwp *l, struct vnode *vp, const struct attr_name *an)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_DELETEEXTATTR(vp, an->an_space, an->an_name, l->l_cred);
	if (error == EOPNOTSUPP) {
		/* Older file systems delete by setting nothing. */
		error = VOP_SETEXTATTR(vp, an->an_space, an->an_name, NULL,
		    l->l_cred);
	}
	VOP_UNLOCK(vp);
	return error;
}

int
sys_extattrctl(struct lwp *l, const struct sys_extattrctl_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(int) cmd;
		syscallarg(const char *) filename;
		syscallarg(int) attrnamespace;
		syscallarg(const char *) attrname;
	} */
	struct vnode *path_vp, *file_vp = NULL;
	struct attr_name an;
	const char *key = NULL;
	int error;

	if (SCARG(uap, attrname) != NULL) {
		error = extattr_name(&an, SCARG(uap, attrnamespace),
		    SCARG(uap, attrname));
		if (error != 0)
			return error;
		key = an.an_name;
	}
	error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, path), FOLLOW,
	    &path_vp);
	if (error != 0)
		return error;
	if (SCARG(uap, filename) != NULL) {
		error = vfs_lookupat_user(l, AT_FDCWD, SCARG(uap, filename),
		    FOLLOW | LOCKLEAF, &file_vp);
		if (error != 0)
			goto out;
	}
	/* This releases and unlocks file_vp. */
	error = VFS_EXTATTRCTL(path_vp->v_mount, SCARG(uap, cmd), file_vp,
	    SCARG(uap, attrnamespace), key);
out:
	vrele(path_vp);
	return error;
}

/*
 * The vnode for the three ways to say which file: descriptor, path, path
 * without following a symbolic link.  vn_done() gives it back.
 */
static int
fd_vnode(int fd, struct vnode **vpp)
{
	file_t *fp;
	int error;

	error = fd_getvnode(fd, &fp);
	if (error == 0) {
		vref(fp->f_vnode);
		*vpp = fp->f_vnode;
		fd_putfile(fd);
	}
	return error;
}

static int
file_vnode(const char *path, struct vnode **vpp)
{

	return vfs_lookupat_user(curlwp, AT_FDCWD, path, FOLLOW, vpp);
}

static int
link_vnode(const char *path, struct vnode **vpp)
{

	return vfs_lookupat_user(curlwp, AT_FDCWD, path, NOFOLLOW, vpp);
}

/*
 * One handler for each of the three ways; "which" is the argument that says
 * it.  The bodies differ in their last step only.
 */
#define	EXTATTR_CALLS(how, which)					\
int									\
sys_extattr_set_##how(struct lwp *l,					\
    const struct sys_extattr_set_##how##_args *uap, register_t *retval)	\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	int error;							\
									\
	error = extattr_name(&an, SCARG(uap, attrnamespace),		\
	    SCARG(uap, attrname));					\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_set(l, vp, &an, SCARG(uap, data),		\
		    SCARG(uap, nbytes), 0, retval);			\
		vrele(vp);						\
	}								\
	return error;							\
}									\
									\
int									\
sys_extattr_get_##how(struct lwp *l,					\
    const struct sys_extattr_get_##how##_args *uap, register_t *retval)	\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	int error;							\
									\
	error = extattr_name(&an, SCARG(uap, attrnamespace),		\
	    SCARG(uap, attrname));					\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_get(l, vp, &an, SCARG(uap, data),		\
		    SCARG(uap, nbytes), retval);			\
		vrele(vp);						\
	}								\
	return error;							\
}									\
									\
int									\
sys_extattr_delete_##how(struct lwp *l,					\
    const struct sys_extattr_delete_##how##_args *uap,			\
    register_t *retval)							\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	int error;							\
									\
	error = extattr_name(&an, SCARG(uap, attrnamespace),		\
	    SCARG(uap, attrname));					\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_remove(l, vp, &an);			\
		vrele(vp);						\
	}								\
	return error;							\
}									\
									\
int									\
sys_extattr_list_##how(struct lwp *l,					\
    const struct sys_extattr_list_##how##_args *uap, register_t *retval) \
{									\
	struct vnode *vp;						\
	int error;							\
									\
	error = how##_vnode(SCARG(uap, which), &vp);			\
	if (error == 0) {						\
		error = attr_list(l, vp, SCARG(uap, attrnamespace),	\
		    EXTATTR_LIST_LENPREFIX, SCARG(uap, data),		\
		    SCARG(uap, nbytes), retval);			\
		vrele(vp);						\
	}								\
	return error;							\
}

EXTATTR_CALLS(fd, fd)
EXTATTR_CALLS(file, path)
EXTATTR_CALLS(link, path)

#define	XATTR_CALLS(p, how, which)					\
int									\
sys_##p##setxattr(struct lwp *l,					\
    const struct sys_##p##setxattr_args *uap, register_t *retval)	\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	register_t done;						\
	int error;							\
									\
	if (SCARG(uap, flags) & ~(XATTR_CREATE | XATTR_REPLACE))	\
		return EINVAL;						\
	error = xattr_name(&an, SCARG(uap, name));			\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_set(l, vp, &an, SCARG(uap, value),		\
		    SCARG(uap, size), SCARG(uap, flags), &done);	\
		vrele(vp);						\
	}								\
	if (error == 0)							\
		*retval = 0;						\
	return error;							\
}									\
									\
int									\
sys_##p##getxattr(struct lwp *l,					\
    const struct sys_##p##getxattr_args *uap, register_t *retval)	\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	int error;							\
									\
	error = xattr_name(&an, SCARG(uap, name));			\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_get(l, vp, &an, SCARG(uap, value),		\
		    SCARG(uap, size), retval);				\
		vrele(vp);						\
	}								\
	return error;							\
}									\
									\
int									\
sys_##p##listxattr(struct lwp *l,					\
    const struct sys_##p##listxattr_args *uap, register_t *retval)	\
{									\
	struct vnode *vp;						\
	int error;							\
									\
	error = how##_vnode(SCARG(uap, which), &vp);			\
	if (error == 0) {						\
		error = xattr_list(l, vp, SCARG(uap, list),		\
		    SCARG(uap, size), retval);				\
		vrele(vp);						\
	}								\
	return error;							\
}									\
									\
int									\
sys_##p##removexattr(struct lwp *l,					\
    const struct sys_##p##removexattr_args *uap, register_t *retval)	\
{									\
	struct attr_name an;						\
	struct vnode *vp;						\
	int error;							\
									\
	error = xattr_name(&an, SCARG(uap, name));			\
	if (error == 0)							\
		error = how##_vnode(SCARG(uap, which), &vp);		\
	if (error == 0) {						\
		error = attr_remove(l, vp, &an);			\
		vrele(vp);						\
	}								\
	return error;							\
}

XATTR_CALLS(, file, path)
XATTR_CALLS(l, link, path)
XATTR_CALLS(f, fd, fd)

const struct syscall_package vfs_syscalls_xattr[] = {
	VFS_SYSCALL(extattrctl),
	VFS_SYSCALL(extattr_set_fd),
	VFS_SYSCALL(extattr_get_fd),
	VFS_SYSCALL(extattr_delete_fd),
	VFS_SYSCALL(extattr_list_fd),
	VFS_SYSCALL(extattr_set_file),
	VFS_SYSCALL(extattr_get_file),
	VFS_SYSCALL(extattr_delete_file),
	VFS_SYSCALL(extattr_list_file),
	VFS_SYSCALL(extattr_set_link),
	VFS_SYSCALL(extattr_get_link),
	VFS_SYSCALL(extattr_delete_link),
	VFS_SYSCALL(extattr_list_link),
	VFS_SYSCALL(setxattr),
	VFS_SYSCALL(getxattr),
	VFS_SYSCALL(listxattr),
	VFS_SYSCALL(removexattr),
	VFS_SYSCALL(lsetxattr),
	VFS_SYSCALL(lgetxattr),
	VFS_SYSCALL(llistxattr),
	VFS_SYSCALL(lremovexattr),
	VFS_SYSCALL(fsetxattr),
	VFS_SYSCALL(fgetxattr),
	VFS_SYSCALL(flistxattr),
	VFS_SYSCALL(fremovexattr),
	VFS_SYSCALL_END
};
