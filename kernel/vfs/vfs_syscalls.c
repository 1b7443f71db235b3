/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls on files, directories and mounts: the common part.
 *
 * The handlers live in vfs_syscalls_<family>.c.  Each family ends with a
 * table; the component constructor below enters all of them, so a kernel
 * that is linked without this component answers ENOSYS.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/syscall.h>
#include <sys/syscallargs.h>
#include <sys/syscallvar.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include <rump-sys/kern.h>

#include "vfs_syscalls_impl.h"

int
vfs_fdat_dir(int fdat, struct vnode **dvpp)
{
	struct vnode *dvp;
	file_t *fp;
	int error;

	if (fdat == AT_FDCWD) {
		*dvpp = NULL;
		return 0;
	}
	error = fd_getvnode(fdat, &fp);
	if (error != 0) {
		/* A pipe or socket is not a place to start a lookup from. */
		return error == EINVAL ? ENOTDIR : error;
	}
	dvp = fp->f_vnode;
	if (dvp->v_type != VDIR) {
		fd_putfile(fdat);
		return ENOTDIR;
	}
	vref(dvp);
	fd_putfile(fdat);
	*dvpp = dvp;
	return 0;
}

/*
 * namei() from the directory that is open as fdat.  An absolute path does
 * not look at fdat at all.
 */
int
fd_nameiat(struct lwp *l, int fdat, struct nameidata *ndp)
{
	struct vnode *dvp;
	char first[2];
	int error;

	if (fdat == AT_FDCWD)
		return namei(ndp);
	pathbuf_copystring(ndp->ni_pathbuf, first, sizeof(first));
	if (first[0] == '/')
		return namei(ndp);

	error = vfs_fdat_dir(fdat, &dvp);
	if (error != 0)
		return error;
	NDAT(ndp, dvp);
	error = namei(ndp);
	vrele(dvp);
	return error;
}

int
vfs_lookupat_user(struct lwp *l, int fdat, const char *upath, u_int flags,
    struct vnode **vpp)
{
	struct nameidata nd;
	struct pathbuf *pb;
	int error;

	error = pathbuf_copyin(upath, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, LOOKUP, flags | TRYEMULROOT, pb);
	error = fd_nameiat(l, fdat, &nd);
	if (error == 0)
		*vpp = nd.ni_vp;
	pathbuf_destroy(pb);
	return error;
}

RUMP_COMPONENT(RUMP_COMPONENT_SYSCALL)
{
	static const struct syscall_package *const families[] = {
		vfs_syscalls_attr,
		vfs_syscalls_dir,
		vfs_syscalls_fh,
		vfs_syscalls_file,
		vfs_syscalls_mount,
		vfs_syscalls_quota,
		vfs_syscalls_xattr,
	};

	for (size_t i = 0; i < __arraycount(families); i++) {
		int error = syscall_establish(NULL, families[i]);

		if (error != 0)
			panic("file system calls are taken: %d", error);
	}
}
