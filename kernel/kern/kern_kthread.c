/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * kthread(9): kernel threads, each on a thread of the host.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/proc.h>

#include "rump_private.h"

static kcondvar_t join_cv;	/* proc_lock: some l_exited became true */
static bool join_inited;

static void *
kthread_start(void *arg)
{
	struct lwp *l = arg;

	rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	rump_schedule_cpu(l);
	l->l_stat = LSONPROC;
	l->l_pflag |= LP_RUNNING;
	if ((l->l_pflag & LP_MPSAFE) == 0)
		KERNEL_LOCK(1, NULL);
	(*l->l_func)(l->l_arg);
	kthread_exit(0);
}

/*
 * Makes a thread of process 0 that runs func(arg); on CPU ci only unless
 * NULL.  Without KTHREAD_MPSAFE it holds the big lock.  A thread made with
 * KTHREAD_MUSTJOIN is to be waited for with kthread_join().  May sleep.
 */
int
kthread_create(pri_t pri, int flag, struct cpu_info *ci,
    void (*func)(void *), void *arg, lwp_t **lp, const char *fmt, ...)
{
	struct lwp *l;
	va_list ap;
	void *cookie;
	int error;

	KASSERT((flag & KTHREAD_INTR) == 0 || (flag & KTHREAD_MPSAFE) != 0);
	if (!join_inited) {
		/* The first thread is made at boot. */
		cv_init(&join_cv, "kthjoin");
		join_inited = true;
	}
	if ((l = rump_lwp_alloc()) == NULL)
		return ENOMEM;
	l->l_name = kmem_zalloc(MAXCOMLEN, KM_SLEEP);
	va_start(ap, fmt);
	vsnprintf(l->l_name, MAXCOMLEN, fmt, ap);
	va_end(ap);
	l->l_func = func;
	l->l_arg = arg;
	l->l_flag |= LW_SYSTEM;
	l->l_priority = pri == PRI_NONE ? PRI_KERNEL : pri;
	if (flag & KTHREAD_MPSAFE)
		l->l_pflag |= LP_MPSAFE;
	if (flag & KTHREAD_MUSTJOIN)
		l->l_pflag |= LP_MUSTJOIN;
	if (flag & KTHREAD_INTR)
		l->l_pflag |= LP_INTR;
	if (ci != NULL) {
		l->l_pflag |= LP_BOUND;
		l->l_cpu = l->l_target_cpu = ci;
	}
	rump_lwp_attach(l, &proc0);
	if (lp != NULL)
		*lp = l;
	error = rumpuser_thread_create(kthread_start, l, l->l_name, 0, pri,
	    ci != NULL ? (int)cpu_index(ci) : -1, &cookie);
	if (error != 0) {
		if (lp != NULL)
			*lp = NULL;
		rump_lwp_release(l);
	}
	return error;
}

/* Ends the calling kernel thread. */
void
kthread_exit(int ecode)
{
	struct lwp *l = curlwp, *host;
	int nlocks;

	if (ecode != 0)
		printf("WARNING: kthread `%s' (%d) exits with status %d\n",
		    l->l_name, l->l_lid, ecode);
	KERNEL_UNLOCK_ALL(l, &nlocks);
	lockdebug_check_user_return();
	l->l_pflag &= ~LP_BOUND;
	/*
	 * Its last steps run as an implicit lwp of process 1, which goes
	 * back to the pool: the host thread ends without one.
	 */
	rump_unschedule_cpu(l);
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	host = rump_implicit_get();
	rump_schedule_cpu(host);
	if (l->l_pflag & LP_MUSTJOIN) {
		mutex_enter(&proc_lock);
		l->l_exited = true;
		cv_broadcast(&join_cv);
		mutex_exit(&proc_lock);
	} else
		rump_lwp_release(l);
	rump_unschedule_cpu(host);
	rump_implicit_put(host);
	rumpuser_thread_exit();
}

/* Waits for a thread that was made with KTHREAD_MUSTJOIN. */
int
kthread_join(lwp_t *l)
{

	mutex_enter(&proc_lock);
	while (!l->l_exited)
		cv_wait(&join_cv, &proc_lock);
	mutex_exit(&proc_lock);
	KASSERT((l->l_pflag & LP_MUSTJOIN) != 0);
	rump_lwp_release(l);
	return 0;
}

/* Kernel threads may use the FPU as they like. */
int
kthread_fpu_enter(void)
{

	return 0;
}

void
kthread_fpu_exit(int s)
{

	KASSERT(s == 0);
}
