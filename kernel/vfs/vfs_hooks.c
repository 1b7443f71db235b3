/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions that others run for each mount, see vfs_hooks(9). */

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/queue.h>

static LIST_HEAD(, vfs_hooks) vfs_hooks_head;
static kmutex_t vfs_hooks_lock;

void
vfs_hooks_init(void)
{

	LIST_INIT(&vfs_hooks_head);
	mutex_init(&vfs_hooks_lock, MUTEX_DEFAULT, IPL_NONE);
}

/*
 * Add hooks; the structure stays the caller's.
 */
int
vfs_hooks_attach(struct vfs_hooks *hooks)
{

	mutex_enter(&vfs_hooks_lock);
	LIST_INSERT_HEAD(&vfs_hooks_head, hooks, vfs_hooks_list);
	mutex_exit(&vfs_hooks_lock);
	return 0;
}

/*
 * Remove hooks; ESRCH if they are not there.
 */
int
vfs_hooks_detach(struct vfs_hooks *hooks)
{
	struct vfs_hooks *h;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h == hooks)
			break;
	}
	if (h != NULL)
		LIST_REMOVE(h, vfs_hooks_list);
	mutex_exit(&vfs_hooks_lock);
	return h != NULL ? 0 : ESRCH;
}

void
vfs_hooks_unmount(struct mount *mp)
{
	struct vfs_hooks *h;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h->vh_unmount != NULL)
			(*h->vh_unmount)(mp);
	}
	mutex_exit(&vfs_hooks_lock);
}

int
vfs_hooks_reexport(struct mount *mp, const char *path, void *data)
{
	struct vfs_hooks *h;
	int error = EJUSTRETURN;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h->vh_reexport == NULL)
			continue;
		error = (*h->vh_reexport)(mp, path, data);
		if (error != EJUSTRETURN)
			break;
	}
	mutex_exit(&vfs_hooks_lock);
	return error;
}
