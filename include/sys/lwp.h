/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Lightweight processes: threads as the kernel knows them.
 */

#ifndef _SYS_LWP_H_
#define	_SYS_LWP_H_

#ifdef _KERNEL
#include <sys/types.h>
#include <sys/time.h>
#include <sys/queue.h>
#include <sys/callout.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/signalvar.h>
#include <sys/sched.h>
#include <sys/syncobj.h>
#include <sys/resource.h>
#include <sys/specificdata.h>
#include <sys/lockdebug.h>
#include <sys/pcu.h>
#include <machine/proc.h>
#include <machine/cpu.h>

struct rumpuser_mtx;
struct rumpuser_cv;
struct filedesc;
struct fstrans_lwp_info;
struct selinfo;
struct selcluster;
struct sysent;
struct kauth_cred;

/*
 * Field markings: (: stable, !: the lwp itself, p: l_proc->p_lock,
 * a: proc_lock, q: lock of the sleep queue it is on.
 *
 * The memory of an lwp is never given to anything else than an lwp, so that
 * whoever has just taken one off a sleep queue may still touch it.
 */
struct lwp {
	struct cpu_info *l_cpu;		/* !: CPU held, or last held */
	int		l_stat;		/* q: LS* */
	int		l_flag;		/* atomic: LW_* */
	int		l_pflag;	/* !: LP_* */
	int		l_prflag;	/* p: LPR_* */
	bool		l_oncpu;	/* !: holds l_cpu */
	bool		l_implicit;	/* (: of a host thread without one */
	u_char		l_ipl;		/* !: level raised by spl(9) */
	u_short		l_blcnt;	/* !: count of KERNEL_LOCK */
	struct proc	*l_proc;	/* (: process */
	struct kauth_cred *l_cred;	/* !: credentials, cached */
	struct filedesc	*l_fd;		/* !: p_fd, cached */
	const struct sysent *volatile l_sysent;
	lwpid_t		l_lid;		/* (: number, in its process */
	u_int		l_refcnt;	/* p: host threads and users */
	char		*l_name;	/* (: or NULL */
	LIST_ENTRY(lwp)	l_list;		/* a: all lwps */
	LIST_ENTRY(lwp)	l_sibling;	/* p: of the process */

	/* Sleep. */
	struct lwp	*l_wqnext;	/* q: in l_sleepq */
	struct lwp	*l_wqprev;
	struct sleepq	*l_sleepq;	/* q: queue it is on, or NULL */
	wchan_t		l_wchan;	/* q: what it waits for */
	const char	*l_wmesg;	/* q: why */
	struct syncobj	*l_syncobj;	/* q: kind of l_wchan */
	int		l_wakerr;	/* q: result of the sleep */
	int		l_wqkind;	/* q: rwlock: reader or writer */
	bool		l_sleepsig;	/* q: a signal may end the sleep */
	int		l_parktoken;	/* l_parkmtx */
	struct rumpuser_mtx *l_parkmtx;
	struct rumpuser_cv *l_parkcv;
	const void	*l_ident;	/* q: of tsleep() */
	pri_t		l_priority;
	pri_t		l_kpribase;
	int		l_class;
	int		l_biglocks;	/* !: given up while it sleeps */

	/* Threads. */
	void		(*l_func)(void *);
	void		*l_arg;
	bool		l_exited;	/* a: of a kthread to be joined */
	struct cpu_info	*l_target_cpu;	/* (: CPU of a bound thread */

	/* State of select() and poll(). */
	int		l_selflag;
	int		l_selret;
	SLIST_HEAD(, selinfo) l_selwait;
	uintptr_t	l_selrec;
	struct selcluster *l_selcluster;
	void		*l_selbits;
	size_t		l_selni;

	/* Signals. */
	sigset_t	l_sigmask;	/* p: */
	sigpend_t	l_sigpend;	/* p: */
	sigset_t	l_sigoldmask;
	int		l_sigrestore;
	stack_t		l_sigstk;

	/* Private data. */
	specificdata_reference l_specdataref;
	void		*l_private;
	void		*l_emuldata;
	struct fstrans_lwp_info *l_fstrans;
	u_short		l_psrefs;	/* !: psrefs held */
	int		l_nopreempt;	/* !: kpreempt_disable() */
	int		l_dupfd;	/* !: descriptor of a cloned device */
	struct rusage	l_ru;		/* !: accounts */
	uint64_t	l_ncsw;
	uint64_t	l_nivcsw;
	struct bintime	l_stime;
	u_int		l_cpticks;
	void		*l_ctxlink;
	void		*l_pcb;
	struct mdlwp	l_md;

	/* LOCKDEBUG */
	u_short		l_exlocks;	/* !: exclusive locks held */
	u_short		l_shlocks;	/* !: shared locks held */
	u_short		l_spinlocks;	/* !: spin mutexes held */
	u_short		l_nheld;	/* !: entries in l_held */
	struct lock_held *l_held;	/* !: LOCK_MAXHELD of them */
} __aligned(64);

LIST_HEAD(lwplist, lwp);

extern struct lwplist	alllwp;		/* a: */
extern lwp_t		lwp0;
extern int		maxlwp;
#ifndef MAXLWP
#define	MAXLWP		2048
#endif
#define	cpu_maxlwp()	MAXLWP

/* l_flag */
#define	LW_IDLE		0x00000001
#define	LW_STIMO	0x00000040
#define	LW_SINTR	0x00000080
#define	LW_SYSTEM	0x00000200
#define	LW_WSUSPEND	0x00020000
#define	LW_WCORE	0x00080000
#define	LW_WEXIT	0x00100000
#define	LW_PENDSIG	0x01000000
#define	LW_CANCELLED	0x02000000
#define	LW_WREBOOT	0x08000000
#define	LW_RUMP_CLEAR	0x40000000
#define	LW_RUMP_QEXIT	0x80000000
#define	LW_USERRET							\
	(LW_WEXIT | LW_PENDSIG | LW_WREBOOT | LW_WSUSPEND | LW_WCORE)

/* l_pflag */
#define	LP_MPSAFE	0x00000020
#define	LP_INTR		0x00000040
#define	LP_SYSCTLWRITE	0x00000080
#define	LP_MUSTJOIN	0x00000100
#define	LP_RUNNING	0x20000000
#define	LP_BOUND	0x80000000

/* l_prflag */
#define	LPR_DETACHED	0x00800000
#define	LPR_CRMOD	0x00000100
#define	LPR_DRAINING	0x80000000

/* l_stat */
#define	LSIDL		1
#define	LSRUN		2
#define	LSSLEEP		3
#define	LSSTOP		4
#define	LSZOMB		5
#define	LSONPROC	7
#define	LSSUSPENDED	8

#define	LWP_CACHE_CREDS(l, p)						\
do {									\
	(void)(p);							\
	if (__predict_false((l)->l_prflag & LPR_CRMOD))			\
		lwp_update_creds(l);					\
} while (/* CONSTCOND */ 0)

static __inline void *
lwp_getpcb(struct lwp *l)
{

	return l->l_pcb;
}

void	lwp_update_creds(lwp_t *);
lwp_t	*lwp_find(struct proc *, int);
lwp_t	*lwp_find_first(struct proc *);
bool	lwp_alive(lwp_t *);
uint64_t lwp_pctr(void);

int	lwp_specific_key_create(specificdata_key_t *, specificdata_dtor_t);
void	lwp_specific_key_delete(specificdata_key_t);
void	*lwp_getspecific(specificdata_key_t);
void	lwp_setspecific(specificdata_key_t, void *);

/* Binds the calling lwp to the CPU it runs on; curlwp_bindx() undoes. */
static __inline int
curlwp_bind(void)
{
	struct lwp *l = curlwp;
	int bound = l->l_pflag & LP_BOUND;

	l->l_pflag |= LP_BOUND;
	return bound;
}

static __inline void
curlwp_bindx(int bound)
{

	curlwp->l_pflag ^= bound ^ LP_BOUND;
}
#endif /* _KERNEL */

/* Flags of _lwp_create(2). */
#define	LWP_DETACHED	0x00000040
#define	LWP_SUSPENDED	0x00000080

#endif /* !_SYS_LWP_H_ */
