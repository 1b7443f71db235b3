/* SPDX-License-Identifier: BSD-2-Clause */
/* Device special files: what their vnodes share by device number. */
#ifndef _MISCFS_SPECFS_SPECDEV_H_
#define _MISCFS_SPECFS_SPECDEV_H_

#include <sys/mutex.h>
#include <sys/vnode.h>

struct lockf;

/* One for each vnode of a device.  Locks: device_lock. */
typedef struct specnode {
	vnode_t		*sn_next;	/* on the hash chain of devices */
	struct specdev	*sn_dev;
	u_int		sn_opencnt;	/* opens through this vnode */
	int		sn_opening;	/* opens that are in the driver */
	dev_t		sn_rdev;
	bool		sn_gone;	/* revoked */
} specnode_t;

/* One for each device.  Locks: device_lock. */
typedef struct specdev {
	struct mount	*sd_mountpoint;
	struct lockf	*sd_lockf;
	vnode_t		*sd_bdevvp;	/* the vnode that buffers hang off */
	u_int		sd_opencnt;	/* opens through all vnodes */
	u_int		sd_refcnt;	/* vnodes */
	volatile u_int	sd_iocnt;	/* calls in the driver */
	dev_t		sd_rdev;
	bool		sd_opened;	/* driver's open succeeded */
	bool		sd_closing;	/* driver's close is running */
} specdev_t;

#define v_specnext	v_specnode->sn_next
#define v_rdev		v_specnode->sn_rdev
#define v_speclockf	v_specnode->sn_dev->sd_lockf

void	spec_node_init(vnode_t *, dev_t);
void	spec_node_destroy(vnode_t *);
int	spec_node_lookup_by_dev(enum vtype, dev_t, int, vnode_t **);
int	spec_node_lookup_by_mount(struct mount *, vnode_t **);
struct mount *spec_node_getmountedfs(vnode_t *);
void	spec_node_setmountedfs(vnode_t *, struct mount *);
void	spec_node_revoke(vnode_t *);
bool	iskmemvp(struct vnode *);
void	spec_init(void);

extern int (**spec_vnodeop_p)(void *);

int	spec_lookup(void *);
int	spec_open(void *);
int	spec_close(void *);
int	spec_read(void *);
int	spec_write(void *);
int	spec_fdiscard(void *);
int	spec_ioctl(void *);
int	spec_poll(void *);
int	spec_kqfilter(void *);
int	spec_mmap(void *);
int	spec_fsync(void *);
int	spec_inactive(void *);
int	spec_reclaim(void *);
int	spec_bmap(void *);
int	spec_strategy(void *);
int	spec_print(void *);
int	spec_pathconf(void *);
int	spec_advlock(void *);
#define spec_access	genfs_ebadf
#define spec_accessx	genfs_accessx
#define spec_getattr	genfs_ebadf
#define spec_setattr	genfs_ebadf
#define spec_fcntl	genfs_fcntl
#define spec_revoke	genfs_revoke
#define spec_seek	genfs_nullop
#define spec_bwrite	vn_bwrite
#define spec_getpages	genfs_getpages
#define spec_putpages	genfs_putpages
#define spec_islocked	genfs_islocked
#define spec_lock	genfs_lock
#define spec_unlock	genfs_unlock

/*
 * What every table of operations on device files has in common.  A table that
 * starts with these may override an entry further down.
 */
#define GENFS_SPECOP_ENTRIES						\
	GENFS_NODIROP_ENTRIES,						\
	{ &vop_lookup_desc, spec_lookup },				\
	{ &vop_open_desc, spec_open },					\
	{ &vop_fallocate_desc, genfs_eopnotsupp },			\
	{ &vop_fdiscard_desc, spec_fdiscard },				\
	{ &vop_ioctl_desc, spec_ioctl },				\
	{ &vop_fcntl_desc, genfs_fcntl },				\
	{ &vop_poll_desc, spec_poll },					\
	{ &vop_kqfilter_desc, spec_kqfilter },				\
	{ &vop_revoke_desc, genfs_revoke },				\
	{ &vop_mmap_desc, spec_mmap },					\
	{ &vop_seek_desc, genfs_nullop },				\
	{ &vop_bmap_desc, spec_bmap },					\
	{ &vop_strategy_desc, spec_strategy },				\
	{ &vop_pathconf_desc, spec_pathconf },				\
	{ &vop_advlock_desc, spec_advlock },				\
	{ &vop_getpages_desc, genfs_getpages },				\
	{ &vop_putpages_desc, genfs_putpages }

#endif
