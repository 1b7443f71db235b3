/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel-internal halves of the system calls on files, directories and
 * mounts: what compatibility layers and rump_pub_* callers use instead of
 * faking user memory.  A path in UIO_SYSSPACE is a kernel string; an errno
 * or 0 comes back.  None of these may be called with a vnode lock held.
 */

#ifndef _SYS_VFS_SYSCALLS_H_
#define _SYS_VFS_SYSCALLS_H_

#include <sys/types.h>
#include <sys/fstypes.h>
#include <sys/uio.h>

struct file;
struct lwp;
struct mount;
struct nameidata;
struct pathbuf;
struct quotactl_args;
struct stat;
struct statvfs;
struct timespec;
struct timeval;
struct vnode;

/* stat(2) family into a kernel buffer; the flag word is FOLLOW or NOFOLLOW. */
int	do_sys_stat(const char *, unsigned int, struct stat *);
int	do_sys_statat(struct lwp *, int, const char *, unsigned int,
	    struct stat *);
int	do_fhstat(struct lwp *, const void *, size_t, struct stat *);
int	do_fhstatvfs(struct lwp *, const void *, size_t, struct statvfs *,
	    int);

/* statvfs(2) family; getvfsstat hands each entry to the copy function. */
int	dostatvfs(struct mount *, struct statvfs *, struct lwp *, int, int);
int	do_sys_pstatvfs(struct lwp *, const char *, int, struct statvfs *);
int	do_sys_fstatvfs(struct lwp *, int, int, struct statvfs *);
int	do_sys_getvfsstat(struct lwp *, void *, size_t, int,
	    int (*)(const void *, void *, size_t), size_t, register_t *);

/* mount(2) with type, path and data in user or kernel space. */
int	do_sys_mount(struct lwp *, const char *, enum uio_seg, const char *,
	    int, void *, enum uio_seg, size_t, register_t *);

/* Time stamps of a vnode, or of a path if the vnode is NULL. */
int	do_sys_utimes(struct lwp *, struct vnode *, const char *, int,
	    const struct timeval *, enum uio_seg);
int	do_sys_utimens(struct lwp *, struct vnode *, const char *, int,
	    const struct timespec *, enum uio_seg);
int	do_sys_utimensat(struct lwp *, int, struct vnode *, const char *, int,
	    const struct timespec *, enum uio_seg);

/* open(2); relative to the vnode unless that is NULL. */
int	do_open(struct lwp *, struct vnode *, struct pathbuf *, int, int,
	    int *);
/* Makes a locked, opened vnode the content of a fresh descriptor. */
int	open_setfp(struct lwp *, struct file *, struct vnode *, int, int);
int	do_posix_fadvise(int, off_t, off_t, int);

/* File handles from user space; the copy is freed with the second. */
int	vfs_copyinfh_alloc(const void *, size_t, fhandle_t **);
void	vfs_copyinfh_free(fhandle_t *);
int	dofhopen(struct lwp *, const void *, size_t, int, register_t *);

/* Lookups that start at a descriptor (or AT_FDCWD). */
int	fd_nameiat(struct lwp *, int, struct nameidata *);

/* Names. */
int	do_sys_linkat(struct lwp *, int, const char *, int, const char *, int,
	    register_t *);
int	do_sys_unlink(const char *, enum uio_seg);
int	do_sys_unlinkat(struct lwp *, int, const char *, int, enum uio_seg);
int	do_sys_rename(const char *, const char *, enum uio_seg, int);
int	do_sys_renameat(struct lwp *, int, const char *, int, const char *,
	    enum uio_seg, int);
int	do_sys_mknod(struct lwp *, const char *, mode_t, dev_t, enum uio_seg);
int	do_sys_mknodat(struct lwp *, int, const char *, mode_t, dev_t,
	    enum uio_seg);
int	do_sys_mkdir(const char *, mode_t, enum uio_seg);
int	do_sys_mkdirat(struct lwp *, int, const char *, mode_t, enum uio_seg);
int	do_sys_symlink(const char *, const char *, enum uio_seg);
int	do_sys_symlinkat(struct lwp *, const char *, int, const char *,
	    enum uio_seg);

/* Attributes. */
int	do_sys_chmodat(struct lwp *, int, const char *, int, int);
int	do_sys_chownat(struct lwp *, int, const char *, uid_t, gid_t, int);
int	do_sys_accessat(struct lwp *, int, const char *, int, int);
int	dorevoke(struct vnode *, struct kauth_cred *);

int	do_sys_quotactl(const char *, const struct quotactl_args *);
void	do_sys_sync(struct lwp *);

/* The directory for chdir(2) and chroot(2), referenced and unlocked. */
int	chdir_lookup(const char *, int, struct vnode **, struct lwp *);
/* Makes the vnode the root directory; takes over the caller's reference. */
void	change_root(struct vnode *);

#endif /* _SYS_VFS_SYSCALLS_H_ */
