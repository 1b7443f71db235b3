/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signal state of processes, and posting signals.
 */

#ifndef _SYS_SIGNALVAR_H_
#define	_SYS_SIGNALVAR_H_

#include <sys/types.h>
#include <sys/signal.h>
#include <sys/siginfo.h>
#include <sys/queue.h>
#include <sys/stdbool.h>

struct lwp;
struct proc;
struct kmutex;
struct pgrp;

typedef TAILQ_HEAD(ksiginfoq, ksiginfo) ksiginfoq_t;

/* Signals that wait. */
typedef struct sigpend {
	ksiginfoq_t	sp_info;
	sigset_t	sp_set;
} sigpend_t;

/* Signal actions of a process. */
struct sigact_sigdesc {
	struct sigaction sd_sigact;
	const void	*sd_tramp;
	int		sd_vers;
};

struct sigacts {
	struct sigact_sigdesc	sa_sigdesc[NSIG];
	int			sa_refcnt;
};

/* Signal state of a process that is not actions. */
struct sigctx {
	int		ps_signo;
	int		ps_code;
	int		ps_lwp;
	void		*ps_sigcode;
	sigset_t	ps_sigignore;
	sigset_t	ps_sigcatch;
	sigpend_t	*ps_sigpendset;
	sigset_t	ps_sigpass;
	bool		ps_faked;
};

#define	SIGACTION(p, sig)	(p->p_sigacts->sa_sigdesc[(sig)].sd_sigact)

#ifdef _KERNEL
extern sigset_t contsigmask, sigcantmask, stopsigmask;

/* p_lock (unless stated) protects the signals of a process. */
void	psignal(struct proc *, int);		/* proc_lock held */
void	kpsignal(struct proc *, ksiginfo_t *, void *);
void	kpsignal2(struct proc *, ksiginfo_t *);
void	pgsignal(struct pgrp *, int, int);
void	kpgsignal(struct pgrp *, ksiginfo_t *, void *, int);
int	sigispending(struct lwp *, int);
int	sigismasked(struct lwp *, int);
int	sigget(sigpend_t *, ksiginfo_t *, int, const sigset_t *);
int	sigput(sigpend_t *, struct proc *, ksiginfo_t *);
int	issignal(struct lwp *);
void	siginit(struct proc *);
void	sigclearall(struct proc *, const sigset_t *, ksiginfoq_t *);
void	signal_init(void);
int	sigaction1(struct lwp *, int, const struct sigaction *,
	    struct sigaction *, const void *, int);
int	sigprocmask1(struct lwp *, int, const sigset_t *, sigset_t *);
void	sigpending1(struct lwp *, sigset_t *);
int	sigsuspend1(struct lwp *, const sigset_t *);
struct sigacts *sigactsinit(struct proc *, int);
void	sigactsfree(struct sigacts *);
int	killpg1(struct lwp *, ksiginfo_t *, int, int);
int	kill1(struct lwp *, pid_t, ksiginfo_t *, register_t *);
void	ksiginfo_queue_drain0(ksiginfoq_t *);
#define	ksiginfo_queue_init(kq)		TAILQ_INIT(kq)
#define	ksiginfo_queue_drain(kq)	ksiginfo_queue_drain0(kq)

/* Default action of each signal. */
#define	SA_KILL		0x0001
#define	SA_CORE		0x0002
#define	SA_STOP		0x0004
#define	SA_TTYSTOP	0x0008
#define	SA_IGNORE	0x0010
#define	SA_CONT		0x0020
#define	SA_CANTMASK	0x0040
#define	SA_NORESET	0x0080
#define	SA_TOLWP	0x0100
#define	SA_TOALL	0x0200
extern const int sigprop[NSIG];
#endif /* _KERNEL */

#endif /* !_SYS_SIGNALVAR_H_ */
