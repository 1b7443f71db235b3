/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the families of vfs_syscalls_*.c share.
 */

#ifndef _KERNEL_VFS_VFS_SYSCALLS_IMPL_H_
#define _KERNEL_VFS_VFS_SYSCALLS_IMPL_H_

#include <sys/types.h>
#include <sys/namei.h>
#include <sys/syscall.h>
#include <sys/syscallvar.h>

struct file;
struct lwp;
struct vnode;

/* One line of a family's table. */
#define	VFS_SYSCALL(name)						\
	{ .sp_code = SYS_##name, .sp_call = (sy_call_t *)sys_##name }
#define	VFS_SYSCALL_END							\
	{ .sp_code = 0, .sp_call = NULL }

extern const struct syscall_package vfs_syscalls_attr[];
extern const struct syscall_package vfs_syscalls_dir[];
extern const struct syscall_package vfs_syscalls_fh[];
extern const struct syscall_package vfs_syscalls_file[];
extern const struct syscall_package vfs_syscalls_mount[];
extern const struct syscall_package vfs_syscalls_quota[];
extern const struct syscall_package vfs_syscalls_xattr[];

/*
 * Copies a path in and looks it up from the descriptor fdat (AT_FDCWD: the
 * current directory).  flags are namei's (FOLLOW, LOCKLEAF, LOCKSHARED);
 * the vnode is referenced, and locked if LOCKLEAF was asked for.
 */
int	vfs_lookupat_user(struct lwp *, int, const char *, u_int,
	    struct vnode **);

/*
 * The directory that fdat stands for, referenced; NULL for AT_FDCWD.
 * EBADF if fdat is not open, ENOTDIR if it is not a directory's descriptor.
 */
int	vfs_fdat_dir(int fdat, struct vnode **);

#endif /* _KERNEL_VFS_VFS_SYSCALLS_IMPL_H_ */
