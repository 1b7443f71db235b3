/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the virtual file system layer share. */
#ifndef _KERNEL_VFS_VFS_IMPL_H_
#define _KERNEL_VFS_VFS_IMPL_H_

#include <sys/vnode.h>

struct kauth_cred;
struct lwp;
struct mount;
struct vattr;
struct vnode;

/* vfs_init.c: file system types, operation vectors */
void	vfsinit(void);

/* dead_vnops.c */
void	dead_init(void);

/* spec_vnops.c: VFS_NEWVNODE for device vnodes without a file system */
int	spec_newvnode(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, struct kauth_cred *, void *, size_t *,
	    const void **);

/* vfs_vnode.c: bounds the number of cached vnodes; no vnode lock held */
void	vdrain_poll(void);

/* vfs_mount.c */
void	vfs_mount_sysinit(void);

/* vfs_subr.c */

/* vfs_syncer.c: writes delayed data when it is due */
void	vfs_syncer_init(void);

/* vfs_lookup.c */
void	vfs_lookup_init(void);

/* rump_mem.c: /dev/null and its like */
void	rump_mem_init_dev(void);

/* rumpfs.c: the file system at the root */
int	rumpfs_mountroot(void);
bool	rumpfs_hides(struct vnode *, const char *);
int	rumpfs_devunits(struct vnode *, const char *, const char *, enum vtype, unsigned, unsigned,
	    devmajor_t, devminor_t, devminor_t);

#endif
