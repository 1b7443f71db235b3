/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Processes.
 */

#ifndef _SYS_PROC_H_
#define	_SYS_PROC_H_

#include <sys/types.h>
#include <sys/param.h>
#ifdef _KERNEL
#include <sys/systm.h>
#endif

#ifndef MAXLOGNAME
#define	MAXLOGNAME	16
#endif
#ifndef MAXCOMLEN
#define	MAXCOMLEN	16
#endif

#ifdef _KERNEL
#include <machine/proc.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/queue.h>
#include <sys/callout.h>
#include <sys/signalvar.h>
#include <sys/siginfo.h>
#include <sys/resource.h>
#include <sys/specificdata.h>
#include <sys/rwlock.h>

struct cwdinfo;
struct filedesc;
struct knote;
struct kauth_cred;
struct plimit;
struct proc;
struct pstats;
struct sysent;
struct tty;
struct vmspace;
struct vnode;

/* A session of process groups. */
struct session {
	int		s_count;	/* references */
	u_int		s_flags;
#define	S_LOGIN_SET	1
	struct proc	*s_leader;
	struct vnode	*s_ttyvp;
	struct tty	*s_ttyp;
	char		s_login[MAXLOGNAME];
	pid_t		s_sid;
};

/* A process group; proc_lock. */
struct pgrp {
	LIST_HEAD(, proc) pg_members;
	struct session	*pg_session;
	pid_t		pg_id;
	int		pg_jobc;
	LIST_ENTRY(pgrp) pg_hash;
};

/* What runs in a process: NetBSD's system calls. */
struct emul {
	const char	*e_name;
	const char	*e_path;
	const struct sysent *e_sysent;
	const char *const *e_syscallnames;
	int		e_nsysent;
};
extern struct emul emul_netbsd;

/*
 * Field markings: (: stable, a: proc_lock, p: p_lock, !: threads of the
 * process.
 */
struct proc {
	LIST_ENTRY(proc) p_list;	/* a: all processes */
	kmutex_t	*p_lock;	/* (: of this structure */
	kcondvar_t	p_waitcv;	/* a: wait(2) */
	kcondvar_t	p_lwpcv;	/* p: changes of p_nlwps */
	krwlock_t	p_reflock;	/* (: holders of references */

	struct kauth_cred *p_cred;	/* p: */
	struct filedesc	*p_fd;		/* !: */
	struct cwdinfo	*p_cwdi;	/* !: */
	struct pstats	*p_stats;	/* p: */
	struct plimit	*p_limit;	/* p: */
	struct vmspace	*p_vmspace;	/* (: */
	struct sigacts	*p_sigacts;	/* p: */
	void		*p_aio;

	int		p_exitsig;
	int		p_flag;		/* p: PK_* */
	int		p_sflag;	/* p: PS_* */
	int		p_slflag;	/* p, a: PSL_* */
	int		p_lflag;	/* a: PL_* */
	int		p_stflag;	/* PST_* */
	char		p_stat;		/* p, a: S* */
	char		p_trace_enabled;

	pid_t		p_pid;		/* (: */
	LIST_ENTRY(proc) p_pidhash;	/* a: */
	LIST_ENTRY(proc) p_pglist;	/* a: */
	struct proc	*p_pptr;	/* a: parent */
	LIST_ENTRY(proc) p_sibling;	/* a: */
	LIST_HEAD(, proc) p_children;	/* a: */
	LIST_HEAD(, lwp) p_lwps;	/* p: */
	int		p_nlwps;	/* p: */
	int		p_nzlwps;	/* p: */
	int		p_nrlwps;	/* p: */
	int		p_nlwpid;	/* p: last lwp number */
	u_int		p_nstopchild;	/* a: */
	u_int		p_waited;
	specificdata_reference p_specdataref;

	struct timeval	p_rtime;
	uint64_t	p_uticks, p_sticks, p_iticks;
	int		p_traceflag;
	void		*p_tracep;
	struct vnode	*p_textvp;
	struct emul	*p_emul;	/* (: */
	void		*p_emuldata;
	void		(*p_userret)(void);
	SLIST_HEAD(, knote) p_klist;	/* p: */

	sigpend_t	p_sigpend;	/* p: */
	struct sigctx	p_sigctx;	/* p: */
	u_char		p_nice;		/* p: */
	char		p_comm[MAXCOMLEN + 1];
	char		*p_path;
	struct pgrp	*p_pgrp;	/* a: */
	u_short		p_xexit;	/* p: exit code */
	u_short		p_xsig;		/* p: signal that stopped or ended */
	u_short		p_acflag;	/* p: */
	struct mdproc	p_md;
};

#define	p_rlimit	p_limit->pl_rlimit
#define	p_session	p_pgrp->pg_session
#define	p_pgid		p_pgrp->pg_id

LIST_HEAD(proclist, proc);

/* p_stat */
#define	SIDL		1
#define	SACTIVE		2
#define	SDYING		3
#define	SSTOP		4
#define	SZOMB		5
#define	SDEAD		6
#define	P_ZOMBIE(p)							\
	((p)->p_stat == SZOMB || (p)->p_stat == SDYING ||		\
	    (p)->p_stat == SDEAD)

/* p_flag */
#define	PK_ADVLOCK	0x00000001	/* may hold an advisory lock */
#define	PK_SYSTEM	0x00000002	/* of the kernel */
#define	PK_SYSVSEM	0x00000004
#define	PK_SUGID	0x00000100	/* set-id since its last exec */
#define	PK_KMEM		0x00000200
#define	PK_EXEC		0x00004000
#define	PK_NOCLDWAIT	0x00020000
#define	PK_32		0x00040000
#define	PK_CLDSIGIGN	0x00080000
#define	PK_MARKER	0x80000000

/* p_sflag */
#define	PS_NOCLDSTOP	0x00000008
#define	PS_RUMP_LWPEXIT	0x00000400
#define	PS_WCORE	0x00001000
#define	PS_WEXIT	0x00002000	/* on its way out */
#define	PS_STOPFORK	0x00800000
#define	PS_STOPEXEC	0x01000000
#define	PS_STOPEXIT	0x02000000
#define	PS_COREDUMP	0x20000000
#define	PS_CONTINUED	0x40000000
#define	PS_STOPPING	0x80000000

/* p_slflag */
#define	PSL_TRACED	0x00000800
#define	PSL_CHTRACED	0x00400000
#define	PSL_SYSCALL	0x04000000

/* p_lflag */
#define	PL_CONTROLT	0x00000001	/* has a controlling terminal */
#define	PL_PPWAIT	0x00000010
#define	PL_ORPHANPG	0x20000000

extern struct proc	proc0;
extern u_int		nprocs;
extern int		maxproc;
extern struct proc	*initproc;
extern kmutex_t		proc_lock;
extern struct proclist	allproc;
extern struct proclist	zombproc;

#define	curproc		(curlwp->l_proc)

/* With proc_lock held; NULL if there is no such process or group. */
struct proc *proc_find(pid_t);
struct proc *proc_find_raw(pid_t);
struct pgrp *pgrp_find(pid_t);
struct proc *pfind(pid_t);

int	inferior(struct proc *, struct proc *);
int	proc_enterpgrp(struct proc *, pid_t, pid_t, bool);
void	proc_sesshold(struct session *);
void	proc_sessrele(struct session *);
void	procinit(void);
void	proc_crmod_enter(void);
void	proc_crmod_leave(struct kauth_cred *, struct kauth_cred *, bool);
int	proc_uidmatch(struct kauth_cred *, struct kauth_cred *);
int	proclist_foreach_call(struct proclist *,
	    int (*)(struct proc *, void *), void *);

#define	PROCLIST_FOREACH(var, head)					\
	LIST_FOREACH(var, head, p_list)
#define	PROC_PTRSZ(p)		sizeof(void *)
#define	PROC_REGSZ(p)		sizeof(register_t)

/* Sleep on an address; see ltsleep(9). */
int	tsleep(wchan_t, pri_t, const char *, int);
int	mtsleep(wchan_t, pri_t, const char *, int, kmutex_t *);
void	wakeup(wchan_t);
void	wakeup_one(wchan_t);
int	kpause(const char *, bool, int, kmutex_t *);

int	proc_specific_key_create(specificdata_key_t *, specificdata_dtor_t);
void	proc_specific_key_delete(specificdata_key_t);
void	*proc_getspecific(struct proc *, specificdata_key_t);
void	proc_setspecific(struct proc *, specificdata_key_t, void *);
#endif /* _KERNEL */

#endif /* !_SYS_PROC_H_ */
