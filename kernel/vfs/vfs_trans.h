/* SPDX-License-Identifier: BSD-2-Clause */
/* What fstrans(9) keeps for each mount; allocated together with it. */
#ifndef _KERNEL_VFS_VFS_TRANS_H_
#define _KERNEL_VFS_VFS_TRANS_H_

#include <sys/condvar.h>
#include <sys/fstrans.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#define FSTRANS_INLINE	4	/* lwps at work without an allocation */

struct fstrans_lwp {
	struct lwp	*fl_lwp;	/* atomic; NULL: free */
	unsigned int	fl_depth;	/* fl_lwp's own */
	struct fstrans_lwp *fl_next;	/* : */
};

struct fscow_handler {
	SLIST_ENTRY(fscow_handler) h_entry;
	int	(*h_func)(void *, struct buf *, bool);
	void	*h_arg;
};

struct fstrans_mount_info {
	kmutex_t	fmi_lock;
	kcondvar_t	fmi_cv;
	enum fstrans_state fmi_state;	/* atomic; set under fmi_lock */
	bool		fmi_suspending;	/* waiting for the others */
	struct lwp	*fmi_owner;	/* who suspended it */
	unsigned int	fmi_nest;	/* vfs_suspend() by the owner */
	unsigned int	fmi_cowrunning;	/* fscow_run() in progress */
	struct fstrans_lwp fmi_lwps[FSTRANS_INLINE];
	struct fstrans_lwp *fmi_more;	/* grows under fmi_lock */
	bool		fmi_hasmore;
	SLIST_HEAD(, fscow_handler) fmi_cow;
};

/* A mount as vfs_mountalloc() allocates it. */
struct mount_impl {
	struct mount	mi_mount;
	struct fstrans_mount_info mi_trans;
};

#endif
