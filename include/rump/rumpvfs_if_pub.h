/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public functions of the file system faction: vnodes, name lookup, mounts
 * and host files inside the kernel's name space.  Call them with a current
 * process, as rump_sys_*; each enters and leaves the kernel by itself.
 */
#ifndef _RUMP_RUMPVFS_IF_PUB_H_
#define _RUMP_RUMPVFS_IF_PUB_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct componentname;
struct fid;
struct kauth_cred;
struct lwp;
struct mount;
struct statvfs;
struct vattr;
struct vfsops;
struct vnode;

/* A vnode's type, size and device number. */
void	rump_pub_getvninfo(struct vnode *, enum rump_vtype *, int64_t *,
	    uint64_t *);
/* The file system type after `vfsops' in the list of types; NULL starts. */
struct vfsops *
	rump_pub_vfslist_iterate(struct vfsops *);
/* The type of this name or NULL; its reference is the caller's. */
struct vfsops *
	rump_pub_vfs_getopsbyname(const char *);
/* Attributes for creating files. */
struct vattr *
	rump_pub_vattr_init(void);
void	rump_pub_vattr_settype(struct vattr *, enum rump_vtype);
void	rump_pub_vattr_setmode(struct vattr *, uint32_t);
void	rump_pub_vattr_setrdev(struct vattr *, uint64_t);
void	rump_pub_vattr_free(struct vattr *);
/* References. */
void	rump_pub_vp_incref(struct vnode *);
int	rump_pub_vp_getref(struct vnode *);
void	rump_pub_vp_rele(struct vnode *);
void	rump_pub_vp_interlock(struct vnode *);
/* Component names for calls to VOP_*. */
void	rump_pub_freecn(struct componentname *, int);
struct componentname *
	rump_pub_makecn(unsigned long, unsigned long, const char *, size_t,
	    struct kauth_cred *, struct lwp *);
/*
 * namei(9) with operation and flags RUMP_NAMEI_*; directory, vnode and name
 * are returned when asked for.
 */
int	rump_pub_namei(uint32_t, uint32_t, const char *, struct vnode **,
	    struct vnode **, struct componentname **);
/* Root and working directory of the current process; references taken. */
void	rump_pub_rcvp_set(struct vnode *, struct vnode *);
struct vnode *
	rump_pub_cdir_get(void);
/* The operations of a mount, see vfsops(9). */
int	rump_pub_vfs_unmount(struct mount *, int);
int	rump_pub_vfs_root(struct mount *, struct vnode **, int);
int	rump_pub_vfs_statvfs(struct mount *, struct statvfs *);
int	rump_pub_vfs_sync(struct mount *, int, struct kauth_cred *);
int	rump_pub_vfs_fhtovp(struct mount *, struct fid *, struct vnode **);
int	rump_pub_vfs_vptofh(struct vnode *, struct fid *, size_t *);
int	rump_pub_vfs_extattrctl(struct mount *, int, struct vnode *, int,
	    const char *);
/* Writes everything of the mount and waits until it is on the device. */
void	rump_pub_vfs_syncwait(struct mount *);
/* The mount whose root is at the path. */
int	rump_pub_vfs_getmp(const char *, struct mount **);
/* Prints a mount's vnodes. */
void	rump_pub_vfs_mount_print(const char *, int);
/* Starts all delayed writes. */
void	rump_pub_bioops_sync(void);
/* Host files at paths of the kernel, see rump_etfs(3). */
int	rump_pub_etfs_register(const char *, const char *,
	    enum rump_etfs_type);
int	rump_pub_etfs_register_withsize(const char *, const char *,
	    enum rump_etfs_type, uint64_t, uint64_t);
int	rump_pub_etfs_remove(const char *);

#ifdef __cplusplus
}
#endif

#endif
