/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Identity: getpid(2), getuid(2), setuid(2), getgroups(2), setpgid(2), kill(2)
 * and their kind.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/syslimits.h>

/* In the second register goes what older programs ask for in one call. */
int
sys_getpid_with_ppid(struct lwp *l, const void *uap, register_t *retval)
{
	struct proc *p = l->l_proc;

	retval[0] = p->p_pid;
	return 0;
}

int
sys_getppid(struct lwp *l, const void *uap, register_t *retval)
{
	struct proc *pp;

	mutex_enter(&proc_lock);
	pp = l->l_proc->p_pptr;
	*retval = pp != NULL ? pp->p_pid : 0;
	mutex_exit(&proc_lock);
	return 0;
}

int
sys_getuid_with_euid(struct lwp *l, const void *uap, register_t *retval)
{

	retval[0] = kauth_cred_getuid(l->l_cred);
	retval[1] = kauth_cred_geteuid(l->l_cred);
	return 0;
}

int
sys_geteuid(struct lwp *l, const void *uap, register_t *retval)
{

	*retval = kauth_cred_geteuid(l->l_cred);
	return 0;
}

int
sys_getgid_with_egid(struct lwp *l, const void *uap, register_t *retval)
{

	retval[0] = kauth_cred_getgid(l->l_cred);
	retval[1] = kauth_cred_getegid(l->l_cred);
	return 0;
}

int
sys_getegid(struct lwp *l, const void *uap, register_t *retval)
{

	*retval = kauth_cred_getegid(l->l_cred);
	return 0;
}

int
sys_issetugid(struct lwp *l, const void *uap, register_t *retval)
{

	*retval = (l->l_proc->p_flag & PK_SUGID) != 0;
	return 0;
}

int
sys__lwp_self(struct lwp *l, const void *uap, register_t *retval)
{

	*retval = l->l_lid;
	return 0;
}

/*
 * Changing the user and the group.  An id may become any of those that
 * "from" names; anything else needs privilege.
 */

#define	ID_R_EQ_R	0x01	/* real from real */
#define	ID_R_EQ_E	0x02	/* real from effective */
#define	ID_R_EQ_S	0x04	/* real from saved */
#define	ID_E_EQ_R	0x08
#define	ID_E_EQ_E	0x10
#define	ID_E_EQ_S	0x20

/* Users and groups: the same rules for other numbers. */
static const struct idkind {
	uid_t	(*ik_get[3])(kauth_cred_t);	/* real, effective, saved */
	void	(*ik_set[3])(kauth_cred_t, uid_t);
} user_ids = {
	{ kauth_cred_getuid, kauth_cred_geteuid, kauth_cred_getsvuid },
	{ kauth_cred_setuid, kauth_cred_seteuid, kauth_cred_setsvuid },
}, group_ids = {
	{ kauth_cred_getgid, kauth_cred_getegid, kauth_cred_getsvgid },
	{ kauth_cred_setgid, kauth_cred_setegid, kauth_cred_setsvgid },
};

/* Whether id stays, or is one of those in from (1 real, 2 effective, 4 saved). */
static bool
id_is_own(const struct idkind *ik, kauth_cred_t cred, uid_t id, u_int from)
{
	u_int i;

	if (id == (uid_t)-1)
		return true;
	for (i = 0; i < 3; i++) {
		if ((from & (1U << i)) != 0 && id == (*ik->ik_get[i])(cred))
			return true;
	}
	return false;
}

/* (uid_t)-1 leaves an id as it is. */
static int
do_setresid(struct lwp *l, const struct idkind *ik, uid_t r, uid_t e, uid_t sv,
    u_int from)
{
	const uid_t ids[3] = { r, e, sv };
	struct proc *p = l->l_proc;
	kauth_cred_t cred, ncred;
	u_int i;

	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	if (!(id_is_own(ik, cred, r, from) && id_is_own(ik, cred, e, from >> 3) &&
	    (sv == r || sv == e || id_is_own(ik, cred, sv, 4))) &&
	    kauth_authorize_process(cred, KAUTH_PROCESS_SETID, p, NULL, NULL,
	    NULL) != 0) {
		proc_crmod_leave(NULL, ncred, false);
		return EPERM;
	}
	kauth_cred_clone(cred, ncred);
	if (ik == &user_ids && r != (uid_t)-1 && r != kauth_cred_getuid(cred)) {
		(void)chgproccnt(kauth_cred_getuid(cred), -1);
		(void)chgproccnt(r, 1);
	}
	for (i = 0; i < 3; i++) {
		if (ids[i] != (uid_t)-1)
			(*ik->ik_set[i])(ncred, ids[i]);
	}
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

static int
set_all(struct lwp *l, const struct idkind *ik, uid_t id)
{

	if (id == (uid_t)-1)
		return EINVAL;
	return do_setresid(l, ik, id, id, id, ID_R_EQ_R | ID_E_EQ_R);
}

static int
set_effective(struct lwp *l, const struct idkind *ik, uid_t id)
{

	if (id == (uid_t)-1)
		return EINVAL;
	return do_setresid(l, ik, (uid_t)-1, id, (uid_t)-1,
	    ID_E_EQ_R | ID_E_EQ_S);
}

static int
set_real_effective(struct lwp *l, const struct idkind *ik, uid_t r, uid_t e)
{
	kauth_cred_t cred = l->l_cred;
	uid_t sv;

	if (e == (uid_t)-1)
		e = (*ik->ik_get[1])(cred);
	/* The saved id becomes the new effective one when the real changes. */
	sv = (r == (uid_t)-1 && e == (*ik->ik_get[0])(cred)) ? (uid_t)-1 : e;
	return do_setresid(l, ik, r, e, sv,
	    ID_R_EQ_R | ID_R_EQ_E | ID_E_EQ_R | ID_E_EQ_E | ID_E_EQ_S);
}

int
sys_setuid(struct lwp *l, const struct sys_setuid_args *uap,
    register_t *retval)
{

	return set_all(l, &user_ids, SCARG(uap, uid));
}

int
sys_seteuid(struct lwp *l, const struct sys_seteuid_args *uap,
    register_t *retval)
{

	return set_effective(l, &user_ids, SCARG(uap, euid));
}

int
sys_setreuid(struct lwp *l, const struct sys_setreuid_args *uap,
    register_t *retval)
{

	return set_real_effective(l, &user_ids, SCARG(uap, ruid),
	    SCARG(uap, euid));
}

int
sys_setgid(struct lwp *l, const struct sys_setgid_args *uap,
    register_t *retval)
{

	return set_all(l, &group_ids, SCARG(uap, gid));
}

int
sys_setegid(struct lwp *l, const struct sys_setegid_args *uap,
    register_t *retval)
{

	return set_effective(l, &group_ids, SCARG(uap, egid));
}

int
sys_setregid(struct lwp *l, const struct sys_setregid_args *uap,
    register_t *retval)
{

	return set_real_effective(l, &group_ids, SCARG(uap, rgid),
	    SCARG(uap, egid));
}

int
sys_getgroups(struct lwp *l, const struct sys_getgroups_args *uap,
    register_t *retval)
{
	u_int n = kauth_cred_ngroups(l->l_cred);
	int size = SCARG(uap, gidsetsize);

	*retval = (register_t)n;
	if (size == 0)
		return 0;
	if (size < 0 || (u_int)size < n)
		return EINVAL;
	return kauth_cred_getgroups(l->l_cred, SCARG(uap, gidset), n,
	    UIO_USERSPACE);
}

int
sys_setgroups(struct lwp *l, const struct sys_setgroups_args *uap,
    register_t *retval)
{
	int error, n = SCARG(uap, gidsetsize);
	kauth_cred_t ncred;

	if (n < 0 || n > NGROUPS_MAX)
		return EINVAL;
	ncred = kauth_cred_alloc();
	error = kauth_cred_setgroups(ncred, SCARG(uap, gidset), (size_t)n,
	    (uid_t)-1, UIO_USERSPACE);
	if (error) {
		kauth_cred_free(ncred);
		return error;
	}
	return kauth_proc_setgroups(l, ncred);
}

/*
 * The login name is the session's.
 */

int
sys___getlogin(struct lwp *l, const struct sys___getlogin_args *uap,
    register_t *retval)
{
	size_t len = SCARG(uap, namelen);
	char login[MAXLOGNAME];

	mutex_enter(&proc_lock);
	memcpy(login, l->l_proc->p_session->s_login, sizeof(login));
	mutex_exit(&proc_lock);
	if (len > sizeof(login))
		len = sizeof(login);
	return copyout(login, SCARG(uap, namebuf), len);
}

int
sys___setlogin(struct lwp *l, const struct sys___setlogin_args *uap,
    register_t *retval)
{
	char login[MAXLOGNAME];
	struct session *s;
	int error;

	error = kauth_authorize_generic(l->l_cred, KAUTH_GENERIC_ISSUSER,
	    NULL);
	if (error)
		return error;
	memset(login, 0, sizeof(login));
	error = copyinstr(SCARG(uap, namebuf), login, sizeof(login), NULL);
	if (error)
		return error == ENAMETOOLONG ? EINVAL : error;
	mutex_enter(&proc_lock);
	s = l->l_proc->p_session;
	s->s_flags |= S_LOGIN_SET;
	memcpy(s->s_login, login, sizeof(s->s_login));
	mutex_exit(&proc_lock);
	return 0;
}

/*
 * Groups of processes and sessions.
 */

int
sys_getpgrp(struct lwp *l, const void *uap, register_t *retval)
{

	mutex_enter(&proc_lock);
	*retval = l->l_proc->p_pgid;
	mutex_exit(&proc_lock);
	return 0;
}

int
sys_getpgid(struct lwp *l, const struct sys_getpgid_args *uap,
    register_t *retval)
{
	pid_t pid = SCARG(uap, pid);
	struct proc *p;
	int error = 0;

	mutex_enter(&proc_lock);
	p = pid == 0 ? l->l_proc : proc_find(pid);
	if (p == NULL)
		error = ESRCH;
	else
		*retval = p->p_pgid;
	mutex_exit(&proc_lock);
	return error;
}

int
sys_getsid(struct lwp *l, const struct sys_getsid_args *uap,
    register_t *retval)
{
	pid_t pid = SCARG(uap, pid);
	struct proc *p;
	int error = 0;

	mutex_enter(&proc_lock);
	p = pid == 0 ? l->l_proc : proc_find(pid);
	if (p == NULL)
		error = ESRCH;
	else
		*retval = p->p_session->s_sid;
	mutex_exit(&proc_lock);
	return error;
}

int
sys_setsid(struct lwp *l, const void *uap, register_t *retval)
{
	struct proc *p = l->l_proc;
	int error;

	error = proc_enterpgrp(p, p->p_pid, p->p_pid, true);
	if (error == 0)
		*retval = p->p_pid;
	return error;
}

int
sys_setpgid(struct lwp *l, const struct sys_setpgid_args *uap,
    register_t *retval)
{
	pid_t pid = SCARG(uap, pid), pgid = SCARG(uap, pgid);
	struct proc *p = l->l_proc;

	if (pgid < 0)
		return EINVAL;
	if (pid == 0)
		pid = p->p_pid;
	if (pgid == 0)
		pgid = pid;
	return proc_enterpgrp(p, pid, pgid, false);
}

/*
 * Signals.
 */

int
sys_kill(struct lwp *l, const struct sys_kill_args *uap, register_t *retval)
{
	ksiginfo_t ksi;

	if ((u_int)SCARG(uap, signum) >= NSIG)
		return EINVAL;
	KSI_INIT(&ksi);
	ksi.ksi_signo = SCARG(uap, signum);
	ksi.ksi_code = SI_USER;
	ksi.ksi_pid = l->l_proc->p_pid;
	ksi.ksi_uid = kauth_cred_geteuid(l->l_cred);
	return kill1(l, SCARG(uap, pid), &ksi, retval);
}

int
sys___sigprocmask14(struct lwp *l, const struct sys___sigprocmask14_args *uap,
    register_t *retval)
{
	sigset_t set, oset;
	int error;

	if (SCARG(uap, set) != NULL) {
		error = copyin(SCARG(uap, set), &set, sizeof(set));
		if (error)
			return error;
	}
	mutex_enter(l->l_proc->p_lock);
	error = sigprocmask1(l, SCARG(uap, how),
	    SCARG(uap, set) != NULL ? &set : NULL, &oset);
	mutex_exit(l->l_proc->p_lock);
	if (error == 0 && SCARG(uap, oset) != NULL)
		error = copyout(&oset, SCARG(uap, oset), sizeof(oset));
	return error;
}
