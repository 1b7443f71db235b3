/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The tables of processes, process groups and sessions.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/signalvar.h>

#include "rump_private.h"

#define	PID_MAX		30000
#define	NPIDHASH	64

struct proclist allproc = LIST_HEAD_INITIALIZER(allproc);
struct proclist zombproc = LIST_HEAD_INITIALIZER(zombproc);
struct lwplist alllwp = LIST_HEAD_INITIALIZER(alllwp);
kmutex_t proc_lock;
struct proc proc0;
struct proc *initproc;
struct lwp lwp0;
u_int nprocs;
int maxproc = 4096;
int maxlwp = MAXLWP;

static struct proclist pidhash[NPIDHASH];
static LIST_HEAD(, pgrp) pgrphash[NPIDHASH];
static struct session session0 = { .s_count = 1, .s_leader = &proc0 };
static struct pgrp pgrp0 = { .pg_session = &session0 };
static kmutex_t proc0_lock;
static pid_t lastpid;

#define	PIDHASH(pid)	(&pidhash[(unsigned)(pid) % NPIDHASH])
#define	PGRPHASH(id)	(&pgrphash[(unsigned)(id) % NPIDHASH])

/* Makes the tables and process 0, of which the caller's lwp0 is one. */
void
procinit(void)
{
	struct proc *p = &proc0;

	mutex_init(&proc_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&proc0_lock, MUTEX_DEFAULT, IPL_NONE);
	p->p_lock = &proc0_lock;
	cv_init(&p->p_waitcv, "wait");
	cv_init(&p->p_lwpcv, "lwpwait");
	rw_init(&p->p_reflock);
	p->p_emul = &emul_netbsd;
	p->p_flag = PK_SYSTEM;
	p->p_stat = SACTIVE;
	p->p_exitsig = SIGCHLD;
	strlcpy(p->p_comm, "system", sizeof(p->p_comm));
	LIST_INIT(&p->p_children);
	LIST_INIT(&p->p_lwps);
	LIST_INIT(&pgrp0.pg_members);
	LIST_INSERT_HEAD(PGRPHASH(0), &pgrp0, pg_hash);
	p->p_pgrp = &pgrp0;
	LIST_INSERT_HEAD(&pgrp0.pg_members, p, p_pglist);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	LIST_INSERT_HEAD(PIDHASH(0), p, p_pidhash);
	nprocs = 1;
}

static struct proc *
pid_lookup(pid_t pid)
{
	struct proc *p;

	LIST_FOREACH(p, PIDHASH(pid), p_pidhash) {
		if (p->p_pid == pid)
			return p;
	}
	return NULL;
}

/* Gives p a number and puts it into the tables as a child of parent. */
void
proc_link(struct proc *p, struct proc *parent)
{

	KASSERT(mutex_owned(&proc_lock));
	do {
		if (++lastpid > PID_MAX)
			lastpid = 2;
	} while (pid_lookup(lastpid) != NULL || pgrp_find(lastpid) != NULL);
	p->p_pid = lastpid;
	p->p_pptr = parent;
	LIST_INSERT_HEAD(&parent->p_children, p, p_sibling);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	LIST_INSERT_HEAD(PIDHASH(p->p_pid), p, p_pidhash);
	p->p_pgrp = parent->p_pgrp;
	LIST_INSERT_HEAD(&p->p_pgrp->pg_members, p, p_pglist);
	atomic_inc_uint(&nprocs);
}

static void
sess_drop(struct session *ss)
{

	if (--ss->s_count == 0 && ss != &session0)
		kmem_free(ss, sizeof(*ss));
}

static void
pgrp_drop(struct pgrp *pg)
{

	if (!LIST_EMPTY(&pg->pg_members) || pg == &pgrp0)
		return;
	LIST_REMOVE(pg, pg_hash);
	sess_drop(pg->pg_session);
	kmem_free(pg, sizeof(*pg));
}

void
proc_unlink(struct proc *p)
{
	struct pgrp *pg = p->p_pgrp;

	KASSERT(mutex_owned(&proc_lock));
	LIST_REMOVE(p, p_pidhash);
	LIST_REMOVE(p, p_list);
	LIST_REMOVE(p, p_pglist);
	if (pg->pg_session->s_leader == p)
		pg->pg_session->s_leader = NULL;
	pgrp_drop(pg);
	p->p_pgrp = NULL;
	atomic_dec_uint(&nprocs);
}

/* The process with that number, alive or not; proc_lock is held. */
struct proc *
proc_find_raw(pid_t pid)
{

	KASSERT(mutex_owned(&proc_lock));
	return pid_lookup(pid);
}

/* The live process with that number or NULL; proc_lock is held. */
struct proc *
proc_find(pid_t pid)
{
	struct proc *p = proc_find_raw(pid);

	return p != NULL && (p->p_stat == SACTIVE || p->p_stat == SSTOP) ?
	    p : NULL;
}

/* The same for callers without proc_lock. */
struct proc *
pfind(pid_t pid)
{
	struct proc *p;

	mutex_enter(&proc_lock);
	p = proc_find(pid);
	mutex_exit(&proc_lock);
	return p;
}

/* The process group with that number or NULL; proc_lock is held. */
struct pgrp *
pgrp_find(pid_t pgid)
{
	struct pgrp *pg;

	KASSERT(mutex_owned(&proc_lock));
	LIST_FOREACH(pg, PGRPHASH(pgid), pg_hash) {
		if (pg->pg_id == pgid)
			return pg;
	}
	return NULL;
}

/* Whether p descends from q; proc_lock is held. */
int
inferior(struct proc *p, struct proc *q)
{

	for (; p != q; p = p->p_pptr) {
		if (p == NULL || p->p_pid == 0)
			return 0;
	}
	return 1;
}

/*
 * Moves process pid, the caller's or a child of it, into group pgid, which
 * is made if need be, in a new session with mksess.  ESRCH, EPERM, EACCES.
 */
int
proc_enterpgrp(struct proc *curp, pid_t pid, pid_t pgid, bool mksess)
{
	struct pgrp *pg, *old, *newpg;
	struct session *ss = NULL;
	struct proc *p;
	int error;

	newpg = kmem_zalloc(sizeof(*newpg), KM_SLEEP);
	if (mksess)
		ss = kmem_zalloc(sizeof(*ss), KM_SLEEP);
	mutex_enter(&proc_lock);
	p = pid == curp->p_pid ? curp : proc_find(pid);
	if (p == NULL || (p != curp && !inferior(p, curp))) {
		error = ESRCH;
		goto out;
	}
	error = EPERM;
	if (p != curp && p->p_session != curp->p_session)
		goto out;
	if (p->p_session->s_leader == p && !mksess) {
		if (pgid == p->p_pgid)
			error = 0;
		goto out;
	}
	pg = pgrp_find(pgid);
	if (mksess && (pg != NULL || p->p_pgid == p->p_pid))
		goto out;
	if (pg != NULL && pg->pg_session != p->p_session)
		goto out;
	if (pg == NULL && pgid != p->p_pid)
		goto out;
	error = 0;
	if (pg == p->p_pgrp)
		goto out;
	if (pg == NULL) {
		pg = newpg;
		newpg = NULL;
		pg->pg_id = pgid;
		LIST_INIT(&pg->pg_members);
		if (ss != NULL) {
			ss->s_sid = p->p_pid;
			ss->s_leader = p;
			ss->s_count = 1;
			memcpy(ss->s_login, p->p_session->s_login,
			    sizeof(ss->s_login));
			pg->pg_session = ss;
			p->p_lflag &= ~PL_CONTROLT;
			ss = NULL;
		} else {
			pg->pg_session = p->p_session;
			pg->pg_session->s_count++;
		}
		LIST_INSERT_HEAD(PGRPHASH(pgid), pg, pg_hash);
	}
	old = p->p_pgrp;
	LIST_REMOVE(p, p_pglist);
	p->p_pgrp = pg;
	LIST_INSERT_HEAD(&pg->pg_members, p, p_pglist);
	pgrp_drop(old);
out:
	mutex_exit(&proc_lock);
	if (newpg != NULL)
		kmem_free(newpg, sizeof(*newpg));
	if (ss != NULL)
		kmem_free(ss, sizeof(*ss));
	return error;
}

/* proc_lock is held. */
void
proc_sesshold(struct session *ss)
{

	KASSERT(mutex_owned(&proc_lock));
	ss->s_count++;
}

/* proc_lock is held and left: the session may be gone. */
void
proc_sessrele(struct session *ss)
{

	KASSERT(mutex_owned(&proc_lock));
	sess_drop(ss);
	mutex_exit(&proc_lock);
}

/* Calls back with each process until that answers other than 0. */
int
proclist_foreach_call(struct proclist *list,
    int (*callback)(struct proc *, void *), void *arg)
{
	struct proc *p, *next;
	int rv = 0;

	mutex_enter(&proc_lock);
	LIST_FOREACH_SAFE(p, list, p_list, next) {
		if ((rv = (*callback)(p, arg)) != 0)
			break;
	}
	mutex_exit(&proc_lock);
	return rv;
}

/*
 * Credentials: whether the first may act on a process with the second.
 */
int
proc_uidmatch(kauth_cred_t cred, kauth_cred_t target)
{

	if (kauth_cred_getuid(cred) == kauth_cred_getuid(target) ||
	    kauth_cred_geteuid(cred) == kauth_cred_getuid(target) ||
	    kauth_cred_getuid(cred) == kauth_cred_getsvuid(target) ||
	    kauth_cred_geteuid(cred) == kauth_cred_getsvuid(target))
		return 0;
	return EPERM;
}

/* The current process's credentials are about to be replaced. */
void
proc_crmod_enter(void)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	/* The lwp's cached ones may be old. */
	if (l->l_cred != p->p_cred) {
		kauth_cred_hold(p->p_cred);
		kauth_cred_free(l->l_cred);
		l->l_cred = p->p_cred;
	}
}

/* They are: scred replaces fcred, which is freed; sugid marks the process. */
void
proc_crmod_leave(kauth_cred_t scred, kauth_cred_t fcred, bool sugid)
{
	struct lwp *l = curlwp, *l2;
	struct proc *p = l->l_proc;
	kauth_cred_t oldcred = NULL;

	if (scred != NULL) {
		p->p_cred = scred;
		LIST_FOREACH(l2, &p->p_lwps, l_sibling) {
			if (l2 != l)
				l2->l_prflag |= LPR_CRMOD;
		}
		if ((oldcred = l->l_cred) != scred) {
			kauth_cred_hold(scred);
			l->l_cred = scred;
		} else
			oldcred = NULL;
	} else
		KASSERT(fcred == NULL || fcred != p->p_cred);
	if (sugid)
		p->p_flag |= PK_SUGID;
	mutex_exit(p->p_lock);
	if (fcred != NULL)
		kauth_cred_free(fcred);
	if (oldcred != NULL)
		kauth_cred_free(oldcred);
}

/* Another lwp has changed the credentials of the process. */
void
lwp_update_creds(lwp_t *l)
{
	struct proc *p = l->l_proc;
	kauth_cred_t oldcred = l->l_cred;

	mutex_enter(p->p_lock);
	kauth_cred_hold(p->p_cred);
	l->l_cred = p->p_cred;
	l->l_prflag &= ~LPR_CRMOD;
	mutex_exit(p->p_lock);
	if (oldcred != NULL)
		kauth_cred_free(oldcred);
}

/* The lwp of p with that number (0: any) or NULL; p_lock is held. */
lwp_t *
lwp_find(struct proc *p, int id)
{
	struct lwp *l;

	KASSERT(mutex_owned(p->p_lock));
	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		if (id == 0 || l->l_lid == id)
			return l;
	}
	return NULL;
}

lwp_t *
lwp_find_first(struct proc *p)
{

	return lwp_find(p, 0);
}

bool
lwp_alive(lwp_t *l)
{

	return l->l_stat != LSZOMB && l->l_stat != LSIDL;
}

/* How often the calling lwp has slept. */
uint64_t
lwp_pctr(void)
{

	return curlwp->l_ncsw;
}
