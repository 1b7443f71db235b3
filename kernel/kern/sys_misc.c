/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * getrlimit(2), getrusage(2), sched_yield(2), getrandom(2), __sysctl(2),
 * reboot(2), modctl(2).
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cprng.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/resourcevar.h>
#include <sys/rndsource.h>
#include <sys/sched.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/time.h>

int
sys_getrlimit(struct lwp *l, const struct sys_getrlimit_args *uap,
    register_t *retval)
{
	struct plimit *lim;
	struct rlimit rl;
	int which = SCARG(uap, which);

	if ((u_int)which >= RLIM_NLIMITS)
		return EINVAL;
	lim = l->l_proc->p_limit;
	mutex_enter(&lim->pl_lock);
	rl = lim->pl_rlimit[which];
	mutex_exit(&lim->pl_lock);
	return copyout(&rl, SCARG(uap, rlp), sizeof(rl));
}

/*
 * Sets a limit of p, which must not go away.  EINVAL: above the hard one;
 * EPERM: the hard one would grow.
 */
int
dosetrlimit(struct lwp *l, struct proc *p, int which, struct rlimit *limp)
{
	struct rlimit *alimp;
	int error;

	if ((u_int)which >= RLIM_NLIMITS)
		return EINVAL;
	if (limp->rlim_cur > limp->rlim_max)
		return EINVAL;
	/* What can't be had can't be asked for. */
	if (which == RLIMIT_NOFILE) {
		limp->rlim_cur = MIN(limp->rlim_cur, maxfiles);
		limp->rlim_max = MIN(limp->rlim_max, maxfiles);
	} else if (which == RLIMIT_NPROC) {
		limp->rlim_cur = MIN(limp->rlim_cur, (rlim_t)maxproc);
		limp->rlim_max = MIN(limp->rlim_max, (rlim_t)maxproc);
	}
	alimp = &p->p_rlimit[which];
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_RLIMIT, p,
	    KAUTH_ARG(KAUTH_REQ_PROCESS_RLIMIT_SET), limp, KAUTH_ARG(which));
	if (error)
		return error;
	lim_privatise(p);
	alimp = &p->p_rlimit[which];
	mutex_enter(&p->p_limit->pl_lock);
	*alimp = *limp;
	mutex_exit(&p->p_limit->pl_lock);
	return 0;
}

int
sys_setrlimit(struct lwp *l, const struct sys_setrlimit_args *uap,
    register_t *retval)
{
	struct rlimit rl;
	int error;

	error = copyin(SCARG(uap, rlp), &rl, sizeof(rl));
	if (error)
		return error;
	return dosetrlimit(l, l->l_proc, SCARG(uap, which), &rl);
}

int
sys___getrusage50(struct lwp *l, const struct sys___getrusage50_args *uap,
    register_t *retval)
{
	struct proc *p = l->l_proc;
	struct rusage ru;

	memset(&ru, 0, sizeof(ru));
	mutex_enter(p->p_lock);
	switch (SCARG(uap, who)) {
	case RUSAGE_SELF:
		ru = p->p_stats->p_ru;
		calcru(p, &ru.ru_utime, &ru.ru_stime, NULL, NULL);
		rulwps(p, &ru);
		break;
	case RUSAGE_CHILDREN:
		ru = p->p_stats->p_cru;
		break;
	default:
		mutex_exit(p->p_lock);
		return EINVAL;
	}
	mutex_exit(p->p_lock);
	return copyout(&ru, SCARG(uap, rusage), sizeof(ru));
}

int
sys_sched_yield(struct lwp *l, const void *uap, register_t *retval)
{

	yield();
	return 0;
}

#define	GRND_NONBLOCK	1u
#define	GRND_RANDOM	2u
#define	GRND_INSECURE	4u

int
sys_getrandom(struct lwp *l, const struct sys_getrandom_args *uap,
    register_t *retval)
{
	size_t len = SCARG(uap, buflen), done, n;
	char *buf = SCARG(uap, buf), chunk[CPRNG_MAX_LEN];
	u_int flags = SCARG(uap, flags);
	int error = 0;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return EINVAL;
	if ((flags & (GRND_RANDOM | GRND_INSECURE)) ==
	    (GRND_RANDOM | GRND_INSECURE))
		return EINVAL;
	if (len > SSIZE_MAX)
		return EINVAL;
	/* There is always enough of it; one read of /dev/random is short. */
	if (flags & GRND_RANDOM)
		len = MIN(len, sizeof(chunk));
	/* Devices that have some give it for the next time. */
	(void)rnd_request(MIN(len, sizeof(chunk)));
	for (done = 0; done < len; done += n) {
		n = MIN(len - done, sizeof(chunk));
		cprng_strong(user_cprng, chunk, n, 0);
		error = copyout(chunk, buf + done, n);
		if (error)
			break;
	}
	explicit_memset(chunk, 0, sizeof(chunk));
	if (done > 0 || error == 0) {
		*retval = (register_t)done;
		return 0;
	}
	return error;
}

int
sys___sysctl(struct lwp *l, const struct sys___sysctl_args *uap,
    register_t *retval)
{

	return sysctl_syscall(l, SCARG(uap, name), SCARG(uap, namelen),
	    SCARG(uap, oldv), SCARG(uap, oldlenp), SCARG(uap, newv),
	    SCARG(uap, newlen), retval);
}

/* Ends the rump kernel, and its host process with it. */
int
sys_reboot(struct lwp *l, const struct sys_reboot_args *uap,
    register_t *retval)
{
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_REBOOT, 0,
	    NULL, NULL, NULL);
	if (error)
		return error;
	kern_reboot(SCARG(uap, opt), NULL);
}

int
sys_modctl(struct lwp *l, const struct sys_modctl_args *uap,
    register_t *retval)
{

	return kern_modctl(SCARG(uap, cmd), SCARG(uap, arg));
}
