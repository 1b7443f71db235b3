/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Processes and lwps of a rump kernel, rump_lwproc(3): the host program makes
 * them, runs its threads as them, and ends them.
 *
 * A host thread that enters the kernel without an lwp runs as an implicit
 * one of process 1; these are kept and used again.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/rump_audit.h>
#include <sys/signalvar.h>
#include <sys/wait.h>

#include "rump_private.h"

static void
vfs_null(struct proc *p)
{

}

static void
sync_null(void)
{

}

void (*rump_proc_vfs_init)(struct proc *) = vfs_null;
void (*rump_proc_vfs_release)(struct proc *) = vfs_null;
void (*rump_vfs_sync)(void) = sync_null;

/*
 * Free lwps and idle implicit ones, under a lock of their own which is held
 * for a few instructions and may be taken without a CPU.
 */
static struct {
	volatile unsigned char lock;
	struct lwp	*free;
	struct lwp	*implicit;
} lwp_pool;

static void
lwp_pool_lock(void)
{

	while (__atomic_exchange_n(&lwp_pool.lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void
lwp_pool_unlock(void)
{

	__atomic_store_n(&lwp_pool.lock, 0, __ATOMIC_RELEASE);
}

static void
lwp_reset(struct lwp *l)
{
	struct rumpuser_mtx *mtx = l->l_parkmtx;
	struct rumpuser_cv *cv = l->l_parkcv;
	struct lock_held *held = l->l_held;

	memset(l, 0, sizeof(*l));
	l->l_parkmtx = mtx;
	l->l_parkcv = cv;
	l->l_held = held;
	l->l_cpu = &cpu_info_list[0];
	l->l_stat = LSIDL;
	l->l_lid = 1;
	l->l_refcnt = 1;
	l->l_priority = PRI_USER;
	SLIST_INIT(&l->l_selwait);
	TAILQ_INIT(&l->l_sigpend.sp_info);
}

/*
 * An lwp, not of any process yet.  Needs no CPU.  Does not come from an
 * allocator of objects, since its memory stays an lwp's for ever.
 */
struct lwp *
rump_lwp_alloc(void)
{
	struct lwp *l;
	void *mem;
	size_t size;

	lwp_pool_lock();
	if ((l = lwp_pool.free) != NULL)
		lwp_pool.free = l->l_wqnext;
	lwp_pool_unlock();
	if (l == NULL) {
		size = sizeof(*l);
#ifdef LOCKDEBUG
		size += LOCK_MAXHELD * sizeof(struct lock_held);
#endif
		if (rumpuser_malloc(size, 64, &mem) != 0)
			return NULL;
		memset(mem, 0, size);
		l = mem;
#ifdef LOCKDEBUG
		l->l_held = (struct lock_held *)(l + 1);
#endif
		park_init(l);
	}
	lwp_reset(l);
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	return l;
}

/* Makes l one of p's.  p_lock is not held. */
void
rump_lwp_attach(struct lwp *l, struct proc *p)
{

	l->l_proc = p;
	mutex_enter(p->p_lock);
	l->l_lid = ++p->p_nlwpid;
	l->l_fd = p->p_fd;
	l->l_cred = p->p_cred;
	if (l->l_cred != NULL)
		kauth_cred_hold(l->l_cred);
	LIST_INSERT_HEAD(&p->p_lwps, l, l_sibling);
	p->p_nlwps++;
	mutex_exit(p->p_lock);
	mutex_enter(&proc_lock);
	LIST_INSERT_HEAD(&alllwp, l, l_list);
	mutex_exit(&proc_lock);
	l->l_stat = LSRUN;
}

/* Takes l from its process and frees it; it is no longer current. */
void
rump_lwp_release(struct lwp *l)
{
	struct proc *p = l->l_proc;

	mutex_enter(&proc_lock);
	LIST_REMOVE(l, l_list);
	mutex_exit(&proc_lock);
	mutex_enter(p->p_lock);
	LIST_REMOVE(l, l_sibling);
	p->p_nlwps--;
	cv_broadcast(&p->p_lwpcv);
	mutex_exit(p->p_lock);
	lwp_finispecific(l);
	if (l->l_cred != NULL)
		kauth_cred_free(l->l_cred);
	if (l->l_name != NULL)
		kmem_free(l->l_name, MAXCOMLEN);
	rumpuser_curlwpop(RUMPUSER_LWP_DESTROY, l);
	l->l_stat = LSZOMB;
	lwp_pool_lock();
	l->l_wqnext = lwp_pool.free;
	lwp_pool.free = l;
	lwp_pool_unlock();
}

/*
 * Implicit lwps.
 */

/* Makes an implicit lwp the calling host thread's; no CPU is held. */
struct lwp *
rump_implicit_get(void)
{
	struct lwp *l;

	if (!rump_inited)
		panic("the rump kernel is not initialised");
	lwp_pool_lock();
	if ((l = lwp_pool.implicit) != NULL)
		lwp_pool.implicit = l->l_wqnext;
	lwp_pool_unlock();
	if (l != NULL) {
		l->l_wqnext = NULL;
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
		return l;
	}
	if ((l = rump_lwp_alloc()) == NULL)
		panic("no memory for an lwp");
	l->l_implicit = true;
	l->l_proc = initproc;
	rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	rump_schedule_cpu(l);
	rump_lwp_attach(l, initproc);
	rump_unschedule_cpu(l);
	return l;
}

/* The calling thread is done with its implicit lwp; no CPU is held. */
void
rump_implicit_put(struct lwp *l)
{

	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	lwp_pool_lock();
	l->l_wqnext = lwp_pool.implicit;
	lwp_pool.implicit = l;
	lwp_pool_unlock();
}

/*
 * Processes.
 */

static void
proc_end(struct proc *p)
{
	struct proc *child, *parent;

	KASSERT(p->p_nlwps == 0);
	mutex_enter(&proc_lock);
	while ((child = LIST_FIRST(&p->p_children)) != NULL) {
		LIST_REMOVE(child, p_sibling);
		child->p_pptr = initproc;
		LIST_INSERT_HEAD(&initproc->p_children, child, p_sibling);
	}
	p->p_stat = SDEAD;
	if ((parent = p->p_pptr) != NULL) {
		LIST_REMOVE(p, p_sibling);
		cv_broadcast(&parent->p_waitcv);
	}
	proc_unlink(p);
	mutex_exit(&proc_lock);
	proc_finispecific(p);
	signal_proc_fini(p);
	rump_resource_proc_fini(p);
	chgproccnt(kauth_cred_getuid(p->p_cred), -1);
	kauth_cred_free(p->p_cred);
	cv_destroy(&p->p_waitcv);
	cv_destroy(&p->p_lwpcv);
	rw_destroy(&p->p_reflock);
	mutex_obj_free(p->p_lock);
	kmem_free(p, sizeof(*p));
}

/* A child of parent, without an lwp; NULL when the table is full. */
static struct proc *
proc_new(struct proc *parent, int flags)
{
	struct proc *p;

	p = kmem_zalloc(sizeof(*p), KM_SLEEP);
	p->p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	cv_init(&p->p_waitcv, "wait");
	cv_init(&p->p_lwpcv, "lwpwait");
	rw_init(&p->p_reflock);
	p->p_stat = SIDL;
	p->p_emul = parent->p_emul;
	p->p_vmspace = parent->p_vmspace;
	p->p_exitsig = SIGCHLD;
	memcpy(p->p_comm, parent->p_comm, sizeof(p->p_comm));
	LIST_INIT(&p->p_children);
	LIST_INIT(&p->p_lwps);
	SLIST_INIT(&p->p_klist);
	kauth_proc_fork(parent, p);
	if (p->p_cred == NULL) {
		p->p_cred = parent->p_cred;
		kauth_cred_hold(p->p_cred);
	}
	rump_resource_proc_init(p, parent);
	signal_proc_init(p);
	switch (flags & (RUMP_RFFDG | RUMP_RFCFDG)) {
	case RUMP_RFFDG:
		p->p_fd = fd_copy();
		break;
	case RUMP_RFCFDG:
		p->p_fd = fd_init(NULL);
		break;
	default:
		fd_share(p);
		break;
	}
	(*rump_proc_vfs_init)(p);
	chgproccnt(kauth_cred_getuid(p->p_cred), 1);
	mutex_enter(&proc_lock);
	proc_link(p, parent);
	p->p_stat = SACTIVE;
	mutex_exit(&proc_lock);
	doforkhooks(p, parent);
	return p;
}

/*
 * The last lwp of a process, which is current, gives back what the process
 * holds and what only its own lwp can give back.
 */
static void
proc_drop_resources(struct lwp *l)
{
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	p->p_sflag |= PS_WEXIT;
	mutex_exit(p->p_lock);
	doexithooks(p);
	if (p->p_fd != NULL) {
		fd_free();
		p->p_fd = NULL;
		l->l_fd = NULL;
	}
	(*rump_proc_vfs_release)(p);
	p->p_cwdi = NULL;
}

/* The current lwp becomes l; it is on no CPU and runs on no thread. */
static void
curlwp_become(struct lwp *from, struct lwp *to)
{

	from->l_pflag &= ~LP_RUNNING;
	from->l_stat = LSRUN;
	rump_sched_handover(from, to);
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, from);
	rumpuser_curlwpop(RUMPUSER_LWP_SET, to);
	to->l_pflag |= LP_RUNNING;
	to->l_stat = LSONPROC;
}

/*
 * Runs the calling thread as newl, NULL: as an implicit lwp until it leaves
 * the kernel.  The lwp it was goes on to exist, unless it is on its way out;
 * so does its process.
 */
void
rump_lwproc_switch(struct lwp *newl)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	bool last;

	if (newl == l)
		return;
	if (newl != NULL && (newl->l_pflag & LP_RUNNING) != 0)
		panic("lwp %d.%d is running already", newl->l_proc->p_pid,
		    newl->l_lid);
	if (newl == NULL) {
		if (l->l_implicit)
			return;
		/* The implicit lwp takes the CPU over from us. */
		rump_unschedule_cpu(l);
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
		newl = rump_implicit_get();
		rump_schedule_cpu(newl);
		l->l_pflag &= ~LP_RUNNING;
	} else
		curlwp_become(l, newl);
	if (l->l_implicit) {
		lwp_pool_lock();
		l->l_wqnext = lwp_pool.implicit;
		lwp_pool.implicit = l;
		lwp_pool_unlock();
		return;
	}
	if (l->l_flag & LW_WEXIT) {
		rump_lwp_release(l);
		mutex_enter(p->p_lock);
		last = p->p_nlwps == 0;
		mutex_exit(p->p_lock);
		if (last && p != &proc0 && p != initproc)
			proc_end(p);
	}
}

/* Ends the current lwp, and its process if it is the last one. */
void
rump_lwproc_releaselwp(void)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	bool last;

	if (l->l_implicit)
		panic("releaselwp: the thread has no lwp");
	mutex_enter(p->p_lock);
	last = p->p_nlwps == 1;
	mutex_exit(p->p_lock);
	if (last && p != &proc0 && p != initproc)
		proc_drop_resources(l);
	atomic_or_uint((volatile u_int *)&l->l_flag, LW_WEXIT);
	rump_lwproc_switch(NULL);
}

/*
 * Makes an lwp of process pid and runs the calling thread as it.  ESRCH.
 */
int
rump_lwproc_newlwp(pid_t pid)
{
	struct proc *p;
	struct lwp *l;

	mutex_enter(&proc_lock);
	p = proc_find(pid);
	mutex_exit(&proc_lock);
	if (p == NULL)
		return ESRCH;
	if ((l = rump_lwp_alloc()) == NULL)
		return ENOMEM;
	rump_lwp_attach(l, p);
	rump_lwproc_switch(l);
	return 0;
}

/*
 * Makes a process, a child of the current one, with one lwp, and runs the
 * calling thread as it.  EINVAL on flags that contradict each other, EAGAIN
 * when there are too many processes.
 */
int
rump_lwproc_rfork(int flags)
{
	struct proc *p;
	struct lwp *l;

	if ((flags & ~(RUMP_RFFDG | RUMP_RFCFDG)) != 0 ||
	    flags == (RUMP_RFFDG | RUMP_RFCFDG))
		return EINVAL;
	if (__atomic_load_n(&nprocs, __ATOMIC_RELAXED) >= (u_int)maxproc)
		return EAGAIN;
	if ((l = rump_lwp_alloc()) == NULL)
		return ENOMEM;
	p = proc_new(curproc, flags);
	rump_lwp_attach(l, p);
	rump_lwproc_switch(l);
	return 0;
}

/* The current lwp; NULL on a thread that has none of its own. */
struct lwp *
rump_lwproc_curlwp(void)
{
	struct lwp *l = curlwp;

	return l != NULL && !l->l_implicit ? l : NULL;
}

/*
 * Upcalls from the hypercall layer, for processes of its clients.
 */
int
rump_hyp_rfork(void *priv, int flags, const char *comm)
{
	int error;

	if ((error = rump_lwproc_rfork(flags)) != 0)
		return error;
	if (comm != NULL)
		strlcpy(curproc->p_comm, comm, sizeof(curproc->p_comm));
	return 0;
}

/* The client of the current process is gone: all its lwps shall end. */
void
rump_hyp_lwpexit(void)
{
	struct proc *p = curproc;
	struct lwp *l;

	mutex_enter(p->p_lock);
	p->p_sflag |= PS_RUMP_LWPEXIT;
	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		if (l == curlwp)
			continue;
		atomic_or_uint((volatile u_int *)&l->l_flag, LW_RUMP_QEXIT);
		lwp_interrupt(l, EINTR);
	}
	mutex_exit(p->p_lock);
}

/*
 * Boot: process 0 with the lwp that boots, and process 1.
 */
void
rump_lwproc_init(void)
{
	struct lwp *l = &lwp0;
	struct proc *p = &proc0;

	LIST_INSERT_HEAD(&alllwp, l, l_list);
	LIST_INSERT_HEAD(&p->p_lwps, l, l_sibling);
	p->p_nlwps = 1;
	p->p_nlwpid = 1;
}

static int64_t
count_lwps(void *arg)
{
	struct lwp *l;
	int64_t n = 0;

	mutex_enter(&proc_lock);
	LIST_FOREACH(l, &alllwp, l_list) {
		if (!l->l_implicit && (__atomic_load_n(&l->l_flag,
		    __ATOMIC_RELAXED) & LW_SYSTEM) == 0)
			n++;
	}
	mutex_exit(&proc_lock);
	return n;
}

static int64_t
count_kthreads(void *arg)
{
	struct lwp *l;
	int64_t n = 0;

	mutex_enter(&proc_lock);
	LIST_FOREACH(l, &alllwp, l_list) {
		if (__atomic_load_n(&l->l_flag, __ATOMIC_RELAXED) &
		    LW_SYSTEM)
			n++;
	}
	mutex_exit(&proc_lock);
	return n;
}

static int64_t
count_procs(void *arg)
{

	return __atomic_load_n(&nprocs, __ATOMIC_RELAXED);
}

RUMP_AUDIT(audit_procs, "processes", count_procs, NULL)
RUMP_AUDIT(audit_lwps, "lwps", count_lwps, NULL)
RUMP_AUDIT(audit_kthreads, "kthreads", count_kthreads, NULL)
