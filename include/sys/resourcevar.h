/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Limits and accounts of a process.
 */

#ifndef _SYS_RESOURCEVAR_H_
#define	_SYS_RESOURCEVAR_H_

#include <sys/mutex.h>
#include <sys/resource.h>

/* Accounts of a process; p_lock. */
struct pstats {
	struct rusage	p_ru;		/* used by the process */
	struct rusage	p_cru;		/* used by its children */
	struct itimerval p_timer[3];
	struct uprof {
		char	*pr_base;
		size_t	pr_size;
		u_long	pr_off;
		u_int	pr_scale;
	} p_prof;
	struct timeval	p_start;	/* when it began */
};

/* Limits of a process, shared copy on write. */
struct plimit {
	struct rlimit	pl_rlimit[RLIM_NLIMITS];
	char		*pl_corename;
	size_t		pl_cnlen;
	u_int		pl_refcnt;
	bool		pl_writeable;
	kmutex_t	pl_lock;
	struct plimit	*pl_sv_limit;
};

/* What a user holds. */
struct uidinfo {
	struct uidinfo	*ui_next;
	uid_t		ui_uid;
	u_long		ui_proccnt;
	u_long		ui_lwpcnt;
	u_long		ui_lockcnt;
	u_long		ui_sbsize;
	u_long		ui_semcnt;
};

#ifdef _KERNEL
int	chgproccnt(uid_t, int);
int	chgsbsize(struct uidinfo *, u_long *, u_long, rlim_t);
struct uidinfo *uid_find(uid_t);
void	uid_init(void);

void	resource_init(void);
void	ruadd(struct rusage *, struct rusage *);
void	rulwps(struct proc *, struct rusage *);
void	calcru(struct proc *, struct timeval *, struct timeval *,
	    struct timeval *, struct timeval *);

struct plimit *lim_copy(struct plimit *);
void	lim_addref(struct plimit *);
void	lim_free(struct plimit *);
void	lim_privatise(struct proc *);

#endif

#endif /* !_SYS_RESOURCEVAR_H_ */
