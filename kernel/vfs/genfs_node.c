/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The lock of a genfs node, which keeps truncation and paging apart:
 * genfs(9).  Paging takes it for reading, a change of size for writing.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rwlock.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs_node.h>

/* Prepares the node at the start of v_data; before the vnode is visible. */
void
genfs_node_init(struct vnode *vp, const struct genfs_ops *ops)
{
	struct genfs_node *gp = VTOG(vp);

	rw_init(&gp->g_glock);
	gp->g_op = ops;
}

/* Ends it, in reclaim; nobody may hold the lock. */
void
genfs_node_destroy(struct vnode *vp)
{

	rw_destroy(&VTOG(vp)->g_glock);
}

void
genfs_node_wrlock(struct vnode *vp)
{

	rw_enter(&VTOG(vp)->g_glock, RW_WRITER);
}

void
genfs_node_rdlock(struct vnode *vp)
{

	rw_enter(&VTOG(vp)->g_glock, RW_READER);
}

/* Nonzero if the lock was taken. */
int
genfs_node_rdtrylock(struct vnode *vp)
{

	return rw_tryenter(&VTOG(vp)->g_glock, RW_READER);
}

void
genfs_node_unlock(struct vnode *vp)
{

	rw_exit(&VTOG(vp)->g_glock);
}

/* Whether this lwp holds it for writing. */
int
genfs_node_wrlocked(struct vnode *vp)
{

	return rw_write_held(&VTOG(vp)->g_glock);
}
