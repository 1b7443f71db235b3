/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Limits and accounts of processes, and what users hold.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/time.h>

#include "rump_private.h"

static struct plimit limit0;

/* Users, by number; they are never freed. */
#define	NUIHASH		32
static struct uidinfo *uihash[NUIHASH];
static kmutex_t uihash_lock;

void
uid_init(void)
{

	mutex_init(&uihash_lock, MUTEX_DEFAULT, IPL_NONE);
	(void)uid_find(0);
}

/* What is known of a user; never NULL. */
struct uidinfo *
uid_find(uid_t uid)
{
	struct uidinfo *ui, *fresh = NULL, **head = &uihash[uid % NUIHASH];

	for (;;) {
		mutex_enter(&uihash_lock);
		for (ui = *head; ui != NULL; ui = ui->ui_next) {
			if (ui->ui_uid == uid)
				break;
		}
		if (ui == NULL && fresh != NULL) {
			ui = fresh;
			fresh = NULL;
			ui->ui_uid = uid;
			ui->ui_next = *head;
			*head = ui;
		}
		mutex_exit(&uihash_lock);
		if (ui != NULL)
			break;
		fresh = kmem_zalloc(sizeof(*fresh), KM_SLEEP);
	}
	if (fresh != NULL)
		kmem_free(fresh, sizeof(*fresh));
	return ui;
}

/* Adds to the number of processes of a user; returns the new one. */
int
chgproccnt(uid_t uid, int diff)
{
	struct uidinfo *ui;

	if (diff == 0)
		return 0;
	ui = uid_find(uid);
	return (int)atomic_add_long_nv(&ui->ui_proccnt, diff);
}

/*
 * Changes the size of a socket buffer, *hiwat, of a user to "to" bytes; 0 if
 * that would exceed max.
 */
int
chgsbsize(struct uidinfo *ui, u_long *hiwat, u_long to, rlim_t xmax)
{
	u_long now;

	now = atomic_add_long_nv(&ui->ui_sbsize, (long)(to - *hiwat));
	if (to > *hiwat && now > xmax) {
		atomic_add_long(&ui->ui_sbsize, (long)(*hiwat - to));
		return 0;
	}
	*hiwat = to;
	return 1;
}

/* The limits of process 0. */
void
resource_init(void)
{
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		limit0.pl_rlimit[i].rlim_cur = RLIM_INFINITY;
		limit0.pl_rlimit[i].rlim_max = RLIM_INFINITY;
	}
	limit0.pl_rlimit[RLIMIT_NOFILE].rlim_max = 3404;
	limit0.pl_rlimit[RLIMIT_NOFILE].rlim_cur = 1024;
	limit0.pl_rlimit[RLIMIT_NPROC].rlim_max = maxproc;
	limit0.pl_rlimit[RLIMIT_NPROC].rlim_cur = maxproc;
	limit0.pl_refcnt = 1;
	mutex_init(&limit0.pl_lock, MUTEX_DEFAULT, IPL_NONE);
}

/* A copy of its own for a writer. */
struct plimit *
lim_copy(struct plimit *lim)
{
	struct plimit *new;

	new = kmem_zalloc(sizeof(*new), KM_SLEEP);
	new->pl_refcnt = 1;
	mutex_init(&new->pl_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lim->pl_lock);
	memcpy(new->pl_rlimit, lim->pl_rlimit, sizeof(new->pl_rlimit));
	mutex_exit(&lim->pl_lock);
	return new;
}

void
lim_addref(struct plimit *lim)
{

	atomic_inc_uint(&lim->pl_refcnt);
}

void
lim_free(struct plimit *lim)
{

	if (__atomic_sub_fetch(&lim->pl_refcnt, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (lim->pl_sv_limit != NULL)
		lim_free(lim->pl_sv_limit);
	mutex_destroy(&lim->pl_lock);
	kmem_free(lim, sizeof(*lim));
}

/*
 * p gets limits that it does not share, to write to.  Old ones are kept
 * until it ends: others may be reading them.
 */
void
lim_privatise(struct proc *p)
{
	struct plimit *lim = p->p_limit, *new;

	if (lim->pl_writeable)
		return;
	new = lim_copy(lim);
	mutex_enter(p->p_lock);
	if (p->p_limit->pl_writeable) {
		mutex_exit(p->p_lock);
		lim_free(new);
		return;
	}
	new->pl_writeable = true;
	new->pl_sv_limit = p->p_limit;
	p->p_limit = new;
	mutex_exit(p->p_lock);
}

/* Limits and accounts of a new process; parent is NULL for process 0. */
void
rump_resource_proc_init(struct proc *p, struct proc *parent)
{
	static struct pstats pstats0;

	if (parent == NULL) {
		p->p_limit = &limit0;
		p->p_stats = &pstats0;
	} else {
		if (parent->p_limit->pl_writeable)
			p->p_limit = lim_copy(parent->p_limit);
		else {
			p->p_limit = parent->p_limit;
			lim_addref(p->p_limit);
		}
		p->p_stats = kmem_zalloc(sizeof(*p->p_stats), KM_SLEEP);
	}
	microtime(&p->p_stats->p_start);
}

void
rump_resource_proc_fini(struct proc *p)
{

	lim_free(p->p_limit);
	kmem_free(p->p_stats, sizeof(*p->p_stats));
}

/* Adds ru2 to ru. */
void
ruadd(struct rusage *ru, struct rusage *ru2)
{
	long *ip, *ip2;
	int i;

	timeradd(&ru->ru_utime, &ru2->ru_utime, &ru->ru_utime);
	timeradd(&ru->ru_stime, &ru2->ru_stime, &ru->ru_stime);
	if (ru->ru_maxrss < ru2->ru_maxrss)
		ru->ru_maxrss = ru2->ru_maxrss;
	ip = &ru->ru_first;
	ip2 = &ru2->ru_first;
	for (i = &ru->ru_last - &ru->ru_first; i >= 0; i--)
		*ip++ += *ip2++;
}

/* Adds the accounts of p's lwps to ru; p_lock is held. */
void
rulwps(struct proc *p, struct rusage *ru)
{
	struct lwp *l;

	KASSERT(mutex_owned(p->p_lock));
	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		ruadd(ru, &l->l_ru);
		ru->ru_nvcsw += l->l_ncsw - l->l_nivcsw;
		ru->ru_nivcsw += l->l_nivcsw;
	}
}

/*
 * Times of p.  Time is not accounted to threads: all since the process began
 * is system time.  p_lock is held.
 */
void
calcru(struct proc *p, struct timeval *up, struct timeval *sp,
    struct timeval *ip, struct timeval *rp)
{
	struct timeval now, run;

	microtime(&now);
	timersub(&now, &p->p_stats->p_start, &run);
	if (run.tv_sec < 0)
		timerclear(&run);
	if (up != NULL)
		timerclear(up);
	if (ip != NULL)
		timerclear(ip);
	if (sp != NULL)
		*sp = run;
	if (rp != NULL)
		*rp = run;
}
