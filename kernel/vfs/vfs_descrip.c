/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The part of descriptors and processes that knows vnodes: the working and
 * root directories of a process, record locks, paths of open files.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <rump-sys/kern.h>

#include "../kern/sys_private.h"

static pool_cache_t cwdi_cache;

/*
 * A copy of the current process's directories; of the real root for a
 * process that has none.
 */
struct cwdinfo *
cwdinit(void)
{
	struct cwdinfo *cwdi, *old = curproc->p_cwdi;

	cwdi = pool_cache_get(cwdi_cache, PR_WAITOK);
	memset(cwdi, 0, sizeof(*cwdi));
	rw_init(&cwdi->cwdi_lock);
	cwdi->cwdi_refcnt = 1;
	if (old == NULL) {
		cwdi->cwdi_cmask = S_IWGRP | S_IWOTH;
		cwdi->cwdi_cdir = rootvnode;
	} else {
		rw_enter(&old->cwdi_lock, RW_READER);
		cwdi->cwdi_cdir = old->cwdi_cdir;
		cwdi->cwdi_rdir = old->cwdi_rdir;
		cwdi->cwdi_cmask = old->cwdi_cmask;
	}
	if (cwdi->cwdi_cdir != NULL)
		vref(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vref(cwdi->cwdi_rdir);
	if (old != NULL)
		rw_exit(&old->cwdi_lock);
	return cwdi;
}

void
cwdshare(struct proc *p)
{
	struct cwdinfo *cwdi = curproc->p_cwdi;

	atomic_inc_uint(&cwdi->cwdi_refcnt);
	p->p_cwdi = cwdi;
}

void
cwdfree(struct cwdinfo *cwdi)
{

	if (__atomic_sub_fetch(&cwdi->cwdi_refcnt, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (cwdi->cwdi_cdir != NULL)
		vrele(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vrele(cwdi->cwdi_rdir);
	rw_destroy(&cwdi->cwdi_lock);
	pool_cache_put(cwdi_cache, cwdi);
}

/* p is the current process. */
void
cwdunshare(struct proc *p)
{
	struct cwdinfo *old = p->p_cwdi;

	if (old->cwdi_refcnt > 1) {
		p->p_cwdi = cwdinit();
		cwdfree(old);
	}
}

void
cwdexec(struct proc *p)
{

	cwdunshare(p);
}

static void
proc_vfs_init(struct proc *p)
{

	p->p_cwdi = cwdinit();
}

static void
proc_vfs_release(struct proc *p)
{
	struct cwdinfo *cwdi = p->p_cwdi;

	if (cwdi != NULL) {
		p->p_cwdi = NULL;
		cwdfree(cwdi);
	}
}

static int
getpath(char *path, size_t len, struct vnode *vp, struct lwp *l)
{

	return vnode_to_path(path, len, vp, l, l->l_proc);
}

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{

	cwdi_cache = pool_cache_init(sizeof(struct cwdinfo), 0, 0, 0, "cwdi",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	rump_proc_vfs_init = proc_vfs_init;
	rump_proc_vfs_release = proc_vfs_release;
	vnode_hooks.vh_advlock = VOP_ADVLOCK;
	vnode_hooks.vh_getpath = getpath;
}
