/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signals as the kernel's own code sees them.  There is no user code to run
 * a handler in: a signal that is not ignored or masked waits, ends
 * interruptible sleeps with EINTR, and shows in sigpending(2), or goes to
 * the host or is ignored if rump_boot_setsigmodel() says so.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include "rump_private.h"

sigset_t contsigmask, sigcantmask, stopsigmask;

const int sigprop[NSIG] = {
	[SIGHUP] = SA_KILL,
	[SIGINT] = SA_KILL,
	[SIGQUIT] = SA_KILL | SA_CORE,
	[SIGILL] = SA_KILL | SA_CORE | SA_NORESET,
	[SIGTRAP] = SA_KILL | SA_CORE | SA_NORESET,
	[SIGABRT] = SA_KILL | SA_CORE,
	[SIGEMT] = SA_KILL | SA_CORE,
	[SIGFPE] = SA_KILL | SA_CORE,
	[SIGKILL] = SA_KILL | SA_CANTMASK,
	[SIGBUS] = SA_KILL | SA_CORE,
	[SIGSEGV] = SA_KILL | SA_CORE,
	[SIGSYS] = SA_KILL | SA_CORE,
	[SIGPIPE] = SA_KILL,
	[SIGALRM] = SA_KILL,
	[SIGTERM] = SA_KILL,
	[SIGURG] = SA_IGNORE,
	[SIGSTOP] = SA_STOP | SA_CANTMASK,
	[SIGTSTP] = SA_STOP | SA_TTYSTOP,
	[SIGCONT] = SA_IGNORE | SA_CONT,
	[SIGCHLD] = SA_IGNORE,
	[SIGTTIN] = SA_STOP | SA_TTYSTOP,
	[SIGTTOU] = SA_STOP | SA_TTYSTOP,
	[SIGIO] = SA_IGNORE,
	[SIGXCPU] = SA_KILL,
	[SIGXFSZ] = SA_KILL,
	[SIGVTALRM] = SA_KILL,
	[SIGPROF] = SA_KILL,
	[SIGWINCH] = SA_IGNORE,
	[SIGINFO] = SA_IGNORE,
	[SIGUSR1] = SA_KILL,
	[SIGUSR2] = SA_KILL,
	[SIGPWR] = SA_IGNORE | SA_NORESET,
	[SIGRTMIN ... SIGRTMAX] = SA_KILL,
};

void
signal_init(void)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (sigprop[sig] & SA_CONT)
			sigaddset(&contsigmask, sig);
		if (sigprop[sig] & SA_STOP)
			sigaddset(&stopsigmask, sig);
		if (sigprop[sig] & SA_CANTMASK)
			sigaddset(&sigcantmask, sig);
	}
}

/* Default actions for p. */
void
siginit(struct proc *p)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (sigprop[sig] & SA_IGNORE && sig != SIGCONT)
			sigaddset(&p->p_sigctx.ps_sigignore, sig);
	}
	sigemptyset(&p->p_sigctx.ps_sigcatch);
}

struct sigacts *
sigactsinit(struct proc *pp, int share)
{
	struct sigacts *ps;

	if (share && pp != NULL && pp->p_sigacts != NULL) {
		atomic_inc_uint((volatile u_int *)&pp->p_sigacts->sa_refcnt);
		return pp->p_sigacts;
	}
	ps = kmem_zalloc(sizeof(*ps), KM_SLEEP);
	ps->sa_refcnt = 1;
	if (pp != NULL && pp->p_sigacts != NULL) {
		memcpy(ps->sa_sigdesc, pp->p_sigacts->sa_sigdesc,
		    sizeof(ps->sa_sigdesc));
	}
	return ps;
}

void
sigactsfree(struct sigacts *ps)
{

	if (__atomic_sub_fetch(&ps->sa_refcnt, 1, __ATOMIC_ACQ_REL) == 0)
		kmem_free(ps, sizeof(*ps));
}

void
signal_proc_init(struct proc *p)
{

	TAILQ_INIT(&p->p_sigpend.sp_info);
	sigemptyset(&p->p_sigpend.sp_set);
	/* Actions are made when the first one is set: most have none. */
	p->p_sigacts = NULL;
	if (p->p_pptr != NULL && p->p_pptr->p_sigacts != NULL)
		p->p_sigacts = sigactsinit(p->p_pptr, 0);
	siginit(p);
}

void
signal_proc_fini(struct proc *p)
{

	sigclearall(p, NULL, NULL);
	if (p->p_sigacts != NULL)
		sigactsfree(p->p_sigacts);
	p->p_sigacts = NULL;
}

/*
 * Queues what is known of a signal, once for each signal; p_lock is held.
 */
int
sigput(sigpend_t *sp, struct proc *p, ksiginfo_t *ksi)
{
	ksiginfo_t *kp;

	sigaddset(&sp->sp_set, ksi->ksi_signo);
	if (KSI_EMPTY_P(ksi))
		return 0;
	TAILQ_FOREACH(kp, &sp->sp_info, ksi_list) {
		if (kp->ksi_signo == ksi->ksi_signo) {
			KSI_COPY(ksi, kp);
			kp->ksi_flags |= KSI_QUEUED;
			return 0;
		}
	}
	kp = kmem_intr_alloc(sizeof(*kp), KM_NOSLEEP);
	if (kp == NULL)
		return EAGAIN;
	*kp = *ksi;
	kp->ksi_flags |= KSI_QUEUED;
	TAILQ_INSERT_TAIL(&sp->sp_info, kp, ksi_list);
	return 0;
}

/*
 * Takes a pending signal (signo 0: the lowest not in mask) off; its number
 * or 0.  p_lock is held.
 */
int
sigget(sigpend_t *sp, ksiginfo_t *out, int signo, const sigset_t *mask)
{
	ksiginfo_t *ksi, *next;

	if (signo == 0) {
		for (signo = 1; signo < NSIG; signo++) {
			if (sigismember(&sp->sp_set, signo) &&
			    (mask == NULL || !sigismember(mask, signo)))
				break;
		}
		if (signo == NSIG)
			return 0;
	} else if (!sigismember(&sp->sp_set, signo))
		return 0;
	sigdelset(&sp->sp_set, signo);
	if (out != NULL) {
		KSI_INIT(out);
		out->ksi_signo = signo;
		out->ksi_code = SI_NOINFO;
	}
	TAILQ_FOREACH_SAFE(ksi, &sp->sp_info, ksi_list, next) {
		if (ksi->ksi_signo != signo)
			continue;
		TAILQ_REMOVE(&sp->sp_info, ksi, ksi_list);
		if (out != NULL)
			KSI_COPY(ksi, out);
		kmem_intr_free(ksi, sizeof(*ksi));
	}
	return signo;
}

void
ksiginfo_queue_drain0(ksiginfoq_t *kq)
{
	ksiginfo_t *ksi;

	while ((ksi = TAILQ_FIRST(kq)) != NULL) {
		TAILQ_REMOVE(kq, ksi, ksi_list);
		kmem_intr_free(ksi, sizeof(*ksi));
	}
}

static void
sigclear(sigpend_t *sp, const sigset_t *mask)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (mask == NULL || sigismember(mask, sig))
			(void)sigget(sp, NULL, sig, NULL);
	}
}

/* Forgets pending signals (in mask, unless NULL) of p and its lwps. */
void
sigclearall(struct proc *p, const sigset_t *mask, ksiginfoq_t *kq)
{
	struct lwp *l;

	sigclear(&p->p_sigpend, mask);
	LIST_FOREACH(l, &p->p_lwps, l_sibling)
		sigclear(&l->l_sigpend, mask);
}

/*
 * Whether signals wait that l has not masked.  p_lock is held or it is the
 * caller's.
 */
static int
sig_waiting(struct lwp *l)
{
	struct proc *p = l->l_proc;
	int i;

	for (i = 0; i < 4; i++) {
		if (((p->p_sigpend.sp_set.__bits[i] |
		    l->l_sigpend.sp_set.__bits[i]) &
		    ~(l->l_sigmask.__bits[i] |
		    p->p_sigctx.ps_sigignore.__bits[i])) != 0)
			return 1;
	}
	return 0;
}

/*
 * A signal (signo, 0: any) that waits for l and is neither masked nor
 * ignored, or 0.
 */
int
sigispending(struct lwp *l, int signo)
{
	struct proc *p = l->l_proc;
	int error = 0;

	if (l->l_flag & (LW_WEXIT | LW_RUMP_QEXIT))
		return EINTR;
	if ((__atomic_load_n(&l->l_flag, __ATOMIC_RELAXED) &
	    LW_PENDSIG) == 0)
		return 0;
	mutex_enter(p->p_lock);
	if (signo == 0)
		error = sig_waiting(l) ? EINTR : 0;
	else if ((sigismember(&p->p_sigpend.sp_set, signo) ||
	    sigismember(&l->l_sigpend.sp_set, signo)) &&
	    !sigismember(&l->l_sigmask, signo))
		error = EINTR;
	mutex_exit(p->p_lock);
	return error;
}

/* Whether the signal is masked or ignored; p_lock is held. */
int
sigismasked(struct lwp *l, int sig)
{

	return sigismember(&l->l_proc->p_sigctx.ps_sigignore, sig) ||
	    sigismember(&l->l_sigmask, sig);
}

static void
flag_pending(struct lwp *l)
{

	if (sig_waiting(l)) {
		__atomic_fetch_or(&l->l_flag, LW_PENDSIG, __ATOMIC_SEQ_CST);
		lwp_interrupt(l, EINTR);
	} else
		__atomic_fetch_and(&l->l_flag, ~LW_PENDSIG,
		    __ATOMIC_RELAXED);
}

/* Takes the next signal for l, which has p_lock; its number or 0. */
int
issignal(struct lwp *l)
{
	struct proc *p = l->l_proc;
	sigset_t skip = l->l_sigmask;
	int sig;

	KASSERT(mutex_owned(p->p_lock));
	sigplusset(&p->p_sigctx.ps_sigignore, &skip);
	if ((sig = sigget(&l->l_sigpend, NULL, 0, &skip)) == 0)
		sig = sigget(&p->p_sigpend, NULL, 0, &skip);
	flag_pending(l);
	return sig;
}

/*
 * Posts a signal to a process; p_lock is held.
 */
void
kpsignal2(struct proc *p, ksiginfo_t *ksi)
{
	int sig = ksi->ksi_signo;
	struct lwp *l;

	KASSERT(mutex_owned(p->p_lock));
	KASSERT(sig > 0 && sig < NSIG);
	if (sigismember(&p->p_sigctx.ps_sigignore, sig) &&
	    (sigprop[sig] & SA_CONT) == 0)
		return;
	switch (rump_sigmodel) {
	case RUMP_SIGMODEL_PANIC:
		if (sig != SIGSYS)
			panic("unexpected signal %d to process %d", sig,
			    p->p_pid);
		return;
	case RUMP_SIGMODEL_IGNORE:
		return;
	case RUMP_SIGMODEL__HOST_NOTANYMORE:
	case RUMP_SIGMODEL_RAISE:
		(void)rumpuser_kill(RUMPUSER_PID_SELF, sig);
		return;
	case RUMP_SIGMODEL_RECORD:
		break;
	}
	if (sigprop[sig] & SA_CONT)
		sigclearall(p, &stopsigmask, NULL);
	if (sigprop[sig] & SA_STOP)
		sigclearall(p, &contsigmask, NULL);
	(void)sigput(&p->p_sigpend, p, ksi);
	LIST_FOREACH(l, &p->p_lwps, l_sibling)
		flag_pending(l);
}

/*
 * The same; proc_lock is held or, as code written for a rump kernel has it,
 * p_lock.
 */
void
kpsignal(struct proc *p, ksiginfo_t *ksi, void *data)
{

	if (mutex_owned(p->p_lock)) {
		kpsignal2(p, ksi);
		return;
	}
	KASSERT(mutex_owned(&proc_lock));
	mutex_enter(p->p_lock);
	kpsignal2(p, ksi);
	mutex_exit(p->p_lock);
}

void
psignal(struct proc *p, int sig)
{
	ksiginfo_t ksi;

	KSI_INIT_EMPTY(&ksi);
	ksi.ksi_signo = sig;
	kpsignal(p, &ksi, NULL);
}

/* To each process of a group, with a terminal if checkctty. */
void
kpgsignal(struct pgrp *pgrp, ksiginfo_t *ksi, void *data, int checkctty)
{
	struct proc *p;

	KASSERT(mutex_owned(&proc_lock));
	if (pgrp == NULL)
		return;
	LIST_FOREACH(p, &pgrp->pg_members, p_pglist) {
		if (!checkctty || (p->p_lflag & PL_CONTROLT) != 0)
			kpsignal(p, ksi, data);
	}
}

void
pgsignal(struct pgrp *pgrp, int sig, int checkctty)
{
	ksiginfo_t ksi;

	KSI_INIT_EMPTY(&ksi);
	ksi.ksi_signo = sig;
	kpgsignal(pgrp, &ksi, NULL, checkctty);
}

/*
 * Bodies of system calls.
 */

/* Sets and reads the action of a signal; EINVAL. */
int
sigaction1(struct lwp *l, int signum, const struct sigaction *nsa,
    struct sigaction *osa, const void *tramp, int vers)
{
	struct proc *p = l->l_proc;
	struct sigacts *ps, *fresh = NULL;
	struct lwp *l2;
	sigset_t mask;

	if (signum <= 0 || signum >= NSIG)
		return EINVAL;
	if (nsa != NULL && (sigprop[signum] & SA_CANTMASK) != 0)
		return EINVAL;
	if (p->p_sigacts == NULL)
		fresh = sigactsinit(NULL, 0);
	mutex_enter(p->p_lock);
	if (p->p_sigacts == NULL) {
		p->p_sigacts = fresh;
		fresh = NULL;
	}
	ps = p->p_sigacts;
	if (osa != NULL)
		*osa = ps->sa_sigdesc[signum].sd_sigact;
	if (nsa != NULL) {
		ps->sa_sigdesc[signum].sd_sigact = *nsa;
		ps->sa_sigdesc[signum].sd_tramp = tramp;
		ps->sa_sigdesc[signum].sd_vers = vers;
		sigminusset(&sigcantmask,
		    &ps->sa_sigdesc[signum].sd_sigact.sa_mask);
		sigdelset(&p->p_sigctx.ps_sigcatch, signum);
		sigdelset(&p->p_sigctx.ps_sigignore, signum);
		if (nsa->sa_handler == SIG_IGN ||
		    (nsa->sa_handler == SIG_DFL && signum != SIGCONT &&
		    (sigprop[signum] & SA_IGNORE) != 0)) {
			sigemptyset(&mask);
			sigaddset(&mask, signum);
			sigclearall(p, &mask, NULL);
			sigaddset(&p->p_sigctx.ps_sigignore, signum);
		} else if (nsa->sa_handler != SIG_DFL)
			sigaddset(&p->p_sigctx.ps_sigcatch, signum);
		LIST_FOREACH(l2, &p->p_lwps, l_sibling)
			flag_pending(l2);
	}
	mutex_exit(p->p_lock);
	if (fresh != NULL)
		sigactsfree(fresh);
	return 0;
}

/* Changes and reads the mask of an lwp; p_lock is held.  EINVAL. */
int
sigprocmask1(struct lwp *l, int how, const sigset_t *nss, sigset_t *oss)
{

	KASSERT(mutex_owned(l->l_proc->p_lock));
	if (oss != NULL)
		*oss = l->l_sigmask;
	if (nss == NULL)
		return 0;
	switch (how) {
	case SIG_BLOCK:
		sigplusset(nss, &l->l_sigmask);
		break;
	case SIG_UNBLOCK:
		sigminusset(nss, &l->l_sigmask);
		break;
	case SIG_SETMASK:
		l->l_sigmask = *nss;
		break;
	default:
		return EINVAL;
	}
	sigminusset(&sigcantmask, &l->l_sigmask);
	flag_pending(l);
	return 0;
}

/* The signals that wait while they are masked. */
void
sigpending1(struct lwp *l, sigset_t *ss)
{
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	*ss = l->l_sigpend.sp_set;
	sigplusset(&p->p_sigpend.sp_set, ss);
	mutex_exit(p->p_lock);
}

/* Waits with another mask for a signal: always EINTR. */
int
sigsuspend1(struct lwp *l, const sigset_t *ss)
{
	struct proc *p = l->l_proc;
	sigset_t old;

	mutex_enter(p->p_lock);
	old = l->l_sigmask;
	if (ss != NULL)
		(void)sigprocmask1(l, SIG_SETMASK, ss, NULL);
	while (!sig_waiting(l) &&
	    kpause("pause", true, 0, p->p_lock) != EINTR)
		continue;
	(void)issignal(l);
	(void)sigprocmask1(l, SIG_SETMASK, &old, NULL);
	mutex_exit(p->p_lock);
	return EINTR;
}

static bool
may_signal(struct lwp *l, struct proc *p, int sig)
{

	return kauth_authorize_process(l->l_cred, KAUTH_PROCESS_SIGNAL, p,
	    KAUTH_ARG(sig), NULL, NULL) == 0;
}

/*
 * Sends a signal to process pid, to the caller's group (0), to a group (less
 * than -1), or to all (-1).  ESRCH, EPERM.
 */
int
kill1(struct lwp *l, pid_t pid, ksiginfo_t *ksi, register_t *retval)
{
	struct proc *p;
	int error = 0;

	if (ksi->ksi_signo < 0 || ksi->ksi_signo >= NSIG)
		return EINVAL;
	if (pid <= 0) {
		if (pid == -1)
			return killpg1(l, ksi, 0, 1);
		if (pid == INT_MIN)
			return ESRCH;
		return killpg1(l, ksi, -pid, 0);
	}
	mutex_enter(&proc_lock);
	if ((p = proc_find(pid)) == NULL)
		error = ESRCH;
	else if (!may_signal(l, p, ksi->ksi_signo))
		error = EPERM;
	else if (ksi->ksi_signo != 0)
		kpsignal(p, ksi, NULL);
	mutex_exit(&proc_lock);
	return error;
}

int
killpg1(struct lwp *l, ksiginfo_t *ksi, int pgid, int all)
{
	struct proc *p, *cp = l->l_proc;
	struct pgrp *pgrp = NULL;
	int nfound = 0, error = ESRCH;

	mutex_enter(&proc_lock);
	if (!all) {
		pgrp = pgid == 0 ? cp->p_pgrp : pgrp_find(pgid);
		if (pgrp == NULL)
			goto out;
	}
	LIST_FOREACH(p, &allproc, p_list) {
		if (p->p_pid <= 1 || (p->p_flag & PK_SYSTEM) != 0 ||
		    (all ? p == cp : p->p_pgrp != pgrp))
			continue;
		if (!may_signal(l, p, ksi->ksi_signo)) {
			if (error == ESRCH)
				error = EPERM;
			continue;
		}
		nfound++;
		if (ksi->ksi_signo != 0)
			kpsignal(p, ksi, NULL);
	}
out:
	mutex_exit(&proc_lock);
	return nfound != 0 ? 0 : error;
}
