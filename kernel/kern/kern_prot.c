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

/* (uid_t)-1 leaves an id as it is. */
static int
do_setresuid(struct lwp *l, uid_t r, uid_t e, uid_t sv, u_int from)
{
	struct proc *p = l->l_proc;
	kauth_cred_t cred, ncred;

	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	if (!(
	    (r == (uid_t)-1 ||
	    ((from & ID_R_EQ_R) && r == kauth_cred_getuid(cred)) ||
	    ((from & ID_R_EQ_E) && r == kauth_cred_geteuid(cred)) ||
	    ((from & ID_R_EQ_S) && r == kauth_cred_getsvuid(cred))) &&
	    (e == (uid_t)-1 ||
	    ((from & ID_E_EQ_R) && e == kauth_cred_getuid(cred)) ||
	    ((from & ID_E_EQ_E) && e == kauth_cred_geteuid(cred)) ||
	    ((from & ID_E_EQ_S) && e == kauth_cred_getsvuid(cred))) &&
	    (sv == (uid_t)-1 || sv == kauth_cred_getsvuid(cred) ||
	    sv == r || sv == e)) &&
	    kauth_authorize_process(cred, KAUTH_PROCESS_SETID, p, NULL, NULL,
	    NULL) != 0) {
		proc_crmod_leave(NULL, ncred, false);
		return EPERM;
	}
	kauth_cred_clone(cred, ncred);
	if (r != (uid_t)-1) {
		if (r != kauth_cred_getuid(cred)) {
			(void)chgproccnt(kauth_cred_getuid(cred), -1);
			(void)chgproccnt(r, 1);
		}
		kauth_cred_setuid(ncred, r);
	}
	if (e != (uid_t)-1)
		kauth_cred_seteuid(ncred, e);
	if (sv != (uid_t)-1)
		kauth_cred_setsvuid(ncred, sv);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

static int
do_setresgid(struct lwp *l, gid_t r, gid_t e, gid_t sv, u_int from)
{
	struct proc *p = l->l_proc;
	kauth_cred_t cred, ncred;

	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	if (!(
	    (r == (gid_t)-1 ||
	    ((from & ID_R_EQ_R) && r == kauth_cred_getgid(cred)) ||
	    ((from & ID_R_EQ_E) && r == kauth_cred_getegid(cred)) ||
	    ((from & ID_R_EQ_S) && r == kauth_cred_getsvgid(cred))) &&
	    (e == (gid_t)-1 ||
	    ((from & ID_E_EQ_R) && e == kauth_cred_getgid(cred)) ||
	    ((from & ID_E_EQ_E) && e == kauth_cred_getegid(cred)) ||
	    ((from & ID_E_EQ_S) && e == kauth_cred_getsvgid(cred))) &&
	    (sv == (gid_t)-1 || sv == kauth_cred_getsvgid(cred) ||
	    sv == r || sv == e)) &&
	    kauth_authorize_process(cred, KAUTH_PROCESS_SETID, p, NULL, NULL,
	    NULL) != 0) {
		proc_crmod_leave(NULL, ncred, false);
		return EPERM;
	}
	kauth_cred_clone(cred, ncred);
	if (r != (gid_t)-1)
		kauth_cred_setgid(ncred, r);
	if (e != (gid_t)-1)
		kauth_cred_setegid(ncred, e);
	if (sv != (gid_t)-1)
		kauth_cred_setsvgid(ncred, sv);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

int
sys_setuid(struct lwp *l, const struct sys_setuid_args *uap,
    register_t *retval)
{
	uid_t uid = SCARG(uap, uid);

	if (uid == (uid_t)-1)
		return EINVAL;
	return do_setresuid(l, uid, uid, uid,
	    ID_R_EQ_R | ID_E_EQ_R);
}

int
sys_seteuid(struct lwp *l, const struct sys_seteuid_args *uap,
    register_t *retval)
{
	uid_t euid = SCARG(uap, euid);

	if (euid == (uid_t)-1)
		return EINVAL;
	return do_setresuid(l, (uid_t)-1, euid, (uid_t)-1,
	    ID_E_EQ_R | ID_E_EQ_S);
}

int
sys_setreuid(struct lwp *l, const struct sys_setreuid_args *uap,
    register_t *retval)
{
	uid_t ruid = SCARG(uap, ruid), euid = SCARG(uap, euid), svuid;
	kauth_cred_t cred = l->l_cred;

	if (euid == (uid_t)-1)
		euid = kauth_cred_geteuid(cred);
	/* The saved id becomes the new effective one when the real changes. */
	svuid = (ruid == (uid_t)-1 && euid == kauth_cred_getuid(cred)) ?
	    (uid_t)-1 : euid;
	return do_setresuid(l, ruid, euid, svuid,
	    ID_R_EQ_R | ID_R_EQ_E | ID_E_EQ_R | ID_E_EQ_E | ID_E_EQ_S);
}

int
sys_setgid(struct lwp *l, const struct sys_setgid_args *uap,
    register_t *retval)
{
	gid_t gid = SCARG(uap, gid);

	if (gid == (gid_t)-1)
		return EINVAL;
	return do_setresgid(l, gid, gid, gid,
	    ID_R_EQ_R | ID_E_EQ_R);
}

int
sys_setegid(struct lwp *l, const struct sys_setegid_args *uap,
    register_t *retval)
{
	gid_t egid = SCARG(uap, egid);

	if (egid == (gid_t)-1)
		return EINVAL;
	return do_setresgid(l, (gid_t)-1, egid, (gid_t)-1,
	    ID_E_EQ_R | ID_E_EQ_S);
}

int
sys_setregid(struct lwp *l, const struct sys_setregid_args *uap,
    register_t *retval)
{
	gid_t rgid = SCARG(uap, rgid), egid = SCARG(uap, egid), svgid;
	kauth_cred_t cred = l->l_cred;

	if (egid == (gid_t)-1)
		egid = kauth_cred_getegid(cred);
	svgid = (rgid == (gid_t)-1 && egid == kauth_cred_getgid(cred)) ?
	    (gid_t)-1 : egid;
	return do_setresgid(l, rgid, egid, svgid,
	    ID_R_EQ_R | ID_R_EQ_E | ID_E_EQ_R | ID_E_EQ_E | ID_E_EQ_S);
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
