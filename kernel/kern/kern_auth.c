/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Credentials and authorization: kauth(9).
 *
 * A credential is shared and counted; who wants to change one has it alone
 * (kauth_cred_copy).  Scopes, listeners and keys are registered rarely and
 * read always: readers walk lists whose elements are only added at the end,
 * and removed with the lock held when no question is under way in them.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/rwlock.h>
#include <sys/stat.h>
#include <sys/ucred.h>
#include <sys/vnode.h>

#include <secmodel/secmodel.h>
#include <secmodel/bsd44/bsd44.h>

#include "kern_lib.h"

#define	KAUTH_MAXKEYS	8

struct kauth_cred {
	volatile u_int	cr_refcnt;
	uid_t		cr_uid, cr_euid, cr_svuid;
	gid_t		cr_gid, cr_egid, cr_svgid;
	u_int		cr_ngroups;
	gid_t		cr_groups[NGROUPS_MAX];
	void		*cr_data[KAUTH_MAXKEYS];
};

struct kauth_listener {
	SIMPLEQ_ENTRY(kauth_listener) listener_next;
	kauth_scope_callback_t	func;
	kauth_scope_t		scope;
	u_int			refcnt;
};

struct kauth_scope {
	SIMPLEQ_ENTRY(kauth_scope) next_scope;
	const char		*id;
	void			*cookie;
	u_int			nlisteners;
	SIMPLEQ_HEAD(, kauth_listener) listenq;
};

struct kauth_key {
	const char		*ks_secmodel;
	u_int			ks_slot;	/* + 1; 0: free */
};

static SIMPLEQ_HEAD(, kauth_scope) scope_list =
    SIMPLEQ_HEAD_INITIALIZER(scope_list);
static krwlock_t kauth_lock;		/* scope_list, listeners, keys */
static struct kauth_key kauth_keys[KAUTH_MAXKEYS];
static struct pool_cache kauth_cred_cache;
static volatile u_int kauth_ncreds;

static kauth_scope_t scope_generic;
static kauth_scope_t scope_system;
static kauth_scope_t scope_process;
static kauth_scope_t scope_network;
static kauth_scope_t scope_machdep;
static kauth_scope_t scope_device;
static kauth_scope_t scope_cred;
static kauth_scope_t scope_vnode;

static int64_t
kauth_audit(void *arg)
{

	return kauth_ncreds;
}
RUMP_AUDIT(kauth_audit_entry, "credentials", kauth_audit, NULL)

/* Tells the listeners of the cred scope what happens to a credential. */
static inline void
kauth_cred_hook(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1)
{

	if (__predict_false(scope_cred != NULL &&
	    !SIMPLEQ_EMPTY(&scope_cred->listenq)))
		(void)kauth_authorize_action(scope_cred, cred, action, arg0,
		    arg1, NULL, NULL);
}

/* A new credential of nobody with one reference; sleeps. */
kauth_cred_t
kauth_cred_alloc(void)
{
	kauth_cred_t cred;

	cred = pool_cache_get(&kauth_cred_cache, PR_WAITOK);
	memset(cred, 0, sizeof(*cred));
	cred->cr_refcnt = 1;
	klib_add(&kauth_ncreds, 1);
	kauth_cred_hook(cred, KAUTH_CRED_INIT, NULL, NULL);
	return cred;
}

void
kauth_cred_hold(kauth_cred_t cred)
{

	KASSERT(cred != NOCRED && cred != FSCRED &&
	    atomic_load_relaxed(&cred->cr_refcnt) > 0);
	klib_add(&cred->cr_refcnt, 1);
}

void
kauth_cred_free(kauth_cred_t cred)
{

	KASSERT(cred != NOCRED && cred != FSCRED &&
	    atomic_load_relaxed(&cred->cr_refcnt) > 0);
	if (klib_add(&cred->cr_refcnt, -1) > 0)
		return;
	kauth_cred_hook(cred, KAUTH_CRED_FREE, NULL, NULL);
	klib_add(&kauth_ncreds, -1);
	pool_cache_put(&kauth_cred_cache, cred);
}

/* Copies the identity of from to to, which must not be shared. */
void
kauth_cred_clone(kauth_cred_t from, kauth_cred_t to)
{

	KASSERT(to->cr_refcnt == 1);
	to->cr_uid = from->cr_uid;
	to->cr_euid = from->cr_euid;
	to->cr_svuid = from->cr_svuid;
	to->cr_gid = from->cr_gid;
	to->cr_egid = from->cr_egid;
	to->cr_svgid = from->cr_svgid;
	to->cr_ngroups = from->cr_ngroups;
	memcpy(to->cr_groups, from->cr_groups, sizeof(to->cr_groups));
	kauth_cred_hook(from, KAUTH_CRED_COPY, to, NULL);
}

/* A copy with one reference. */
kauth_cred_t
kauth_cred_dup(kauth_cred_t cred)
{
	kauth_cred_t new = kauth_cred_alloc();

	kauth_cred_clone(cred, new);
	return new;
}

/* cred itself if the caller's is the only reference, else a copy for it. */
kauth_cred_t
kauth_cred_copy(kauth_cred_t cred)
{
	kauth_cred_t new;

	if (atomic_load_acquire(&cred->cr_refcnt) == 1)
		return cred;
	new = kauth_cred_dup(cred);
	kauth_cred_free(cred);
	return new;
}

u_int
kauth_cred_getrefcnt(kauth_cred_t cred)
{

	return atomic_load_relaxed(&cred->cr_refcnt);
}

/* The calling lwp's; no reference is taken. */
kauth_cred_t
kauth_cred_get(void)
{

	return curlwp->l_cred;
}

#define	GETTER(type, name, member)					\
type									\
kauth_cred_get##name(kauth_cred_t cred)					\
{									\
									\
	return cred->member;						\
}
GETTER(uid_t, uid, cr_uid)
GETTER(uid_t, euid, cr_euid)
GETTER(uid_t, svuid, cr_svuid)
GETTER(gid_t, gid, cr_gid)
GETTER(gid_t, egid, cr_egid)
GETTER(gid_t, svgid, cr_svgid)

#define	SETTER(type, name, member)					\
void									\
kauth_cred_set##name(kauth_cred_t cred, type id)			\
{									\
									\
	KASSERT(cred->cr_refcnt == 1);					\
	cred->member = id;						\
}
SETTER(uid_t, uid, cr_uid)
SETTER(uid_t, euid, cr_euid)
SETTER(uid_t, svuid, cr_svuid)
SETTER(gid_t, gid, cr_gid)
SETTER(gid_t, egid, cr_egid)
SETTER(gid_t, svgid, cr_svgid)

/* Whether gid is the effective or a supplemental group; always 0. */
int
kauth_cred_ismember_gid(kauth_cred_t cred, gid_t gid, int *resultp)
{
	u_int i;

	*resultp = 0;
	for (i = 0; i < cred->cr_ngroups; i++) {
		if (cred->cr_groups[i] == gid) {
			*resultp = 1;
			break;
		}
	}
	return 0;
}

/* 0 if gid is one of cred's groups, the effective one too; else -1. */
int
kauth_cred_groupmember(kauth_cred_t cred, gid_t gid)
{
	int member;

	if (cred->cr_egid == gid)
		return 0;
	kauth_cred_ismember_gid(cred, gid, &member);
	return member ? 0 : -1;
}

u_int
kauth_cred_ngroups(kauth_cred_t cred)
{

	return cred->cr_ngroups;
}

gid_t
kauth_cred_group(kauth_cred_t cred, u_int idx)
{

	return idx < cred->cr_ngroups ? cred->cr_groups[idx] : (gid_t)-1;
}

/*
 * Sets the supplemental groups from an array in the space seg; EINVAL for
 * too many, EFAULT.  gmuid is not used.
 */
int
kauth_cred_setgroups(kauth_cred_t cred, const gid_t *grbuf, size_t len,
    uid_t gmuid, enum uio_seg seg)
{
	int error = 0;

	KASSERT(cred->cr_refcnt == 1);
	if (len > __arraycount(cred->cr_groups))
		return EINVAL;
	if (len != 0) {
		if (seg == UIO_SYSSPACE)
			memcpy(cred->cr_groups, grbuf, len * sizeof(gid_t));
		else
			error = copyin(grbuf, cred->cr_groups,
			    len * sizeof(gid_t));
		if (error != 0)
			len = 0;
	}
	memset(cred->cr_groups + len, 0xff,
	    sizeof(cred->cr_groups) - len * sizeof(gid_t));
	cred->cr_ngroups = (u_int)len;
	return error;
}

int
kauth_cred_getgroups(kauth_cred_t cred, gid_t *grbuf, size_t len,
    enum uio_seg seg)
{

	if (len > cred->cr_ngroups)
		return EINVAL;
	if (seg == UIO_USERSPACE)
		return copyout(cred->cr_groups, grbuf, len * sizeof(gid_t));
	memcpy(grbuf, cred->cr_groups, len * sizeof(gid_t));
	return 0;
}

/* Puts cred's groups on l's process if it may; takes the reference. */
int
kauth_proc_setgroups(struct lwp *l, kauth_cred_t cred)
{
	int error;

	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_SETID,
	    l->l_proc, NULL, NULL, NULL);
	if (error != 0) {
		kauth_cred_free(cred);
		return error;
	}
	mutex_enter(l->l_proc->p_lock);
	proc_crmod_leave(cred, l->l_proc->p_cred, true);
	return 0;
}

/* 1 if one of a's user ids is one of b's. */
int
kauth_cred_uidmatch(kauth_cred_t a, kauth_cred_t b)
{

	return a->cr_uid == b->cr_uid || a->cr_euid == b->cr_uid ||
	    a->cr_uid == b->cr_euid || a->cr_euid == b->cr_euid;
}

void
kauth_uucred_to_cred(kauth_cred_t cred, const struct uucred *uuc)
{
	const int n = uuc->cr_ngroups;

	KASSERT(cred->cr_refcnt > 0);
	cred->cr_uid = cred->cr_euid = cred->cr_svuid = uuc->cr_uid;
	cred->cr_gid = cred->cr_egid = cred->cr_svgid = uuc->cr_gid;
	cred->cr_ngroups = n < 0 ? 0 : MIN(n, NGROUPS_MAX);
	memcpy(cred->cr_groups, uuc->cr_groups,
	    cred->cr_ngroups * sizeof(gid_t));
}

void
kauth_cred_to_uucred(struct uucred *uuc, const kauth_cred_t cred)
{

	memset(uuc, 0, sizeof(*uuc));
	uuc->cr_uid = cred->cr_euid;
	uuc->cr_gid = cred->cr_egid;
	uuc->cr_ngroups = (short)cred->cr_ngroups;
	memcpy(uuc->cr_groups, cred->cr_groups,
	    cred->cr_ngroups * sizeof(gid_t));
}

/* 0 if both name the same user and groups. */
int
kauth_cred_uucmp(kauth_cred_t cred, const struct uucred *uuc)
{
	int i, member;

	if (cred->cr_euid != uuc->cr_uid || cred->cr_egid != uuc->cr_gid ||
	    cred->cr_ngroups != (u_int)uuc->cr_ngroups)
		return 1;
	for (i = 0; i < uuc->cr_ngroups && i < NGROUPS_MAX; i++) {
		kauth_cred_ismember_gid(cred, uuc->cr_groups[i], &member);
		if (!member)
			return 1;
	}
	return 0;
}

void
kauth_cred_toucred(kauth_cred_t cred, struct ki_ucred *uc)
{

	memset(uc, 0, sizeof(*uc));
	uc->cr_ref = cred->cr_refcnt;
	uc->cr_uid = cred->cr_euid;
	uc->cr_gid = cred->cr_egid;
	uc->cr_ngroups = cred->cr_ngroups;
	memcpy(uc->cr_groups, cred->cr_groups, sizeof(uc->cr_groups));
}

void
kauth_cred_topcred(kauth_cred_t cred, struct ki_pcred *pc)
{

	memset(pc, 0, sizeof(*pc));
	pc->p_ruid = cred->cr_uid;
	pc->p_svuid = cred->cr_svuid;
	pc->p_rgid = cred->cr_gid;
	pc->p_svgid = cred->cr_svgid;
	pc->p_refcnt = (int32_t)cred->cr_refcnt;
}

/*
 * Data that security models hang on credentials.  ENOSPC when all keys are
 * taken.
 */
int
kauth_register_key(const char *secmodel, kauth_key_t *result)
{
	u_int i;

	rw_enter(&kauth_lock, RW_WRITER);
	for (i = 0; i < KAUTH_MAXKEYS; i++) {
		if (kauth_keys[i].ks_slot == 0) {
			kauth_keys[i].ks_slot = i + 1;
			kauth_keys[i].ks_secmodel = secmodel;
			*result = &kauth_keys[i];
			break;
		}
	}
	rw_exit(&kauth_lock);
	return i == KAUTH_MAXKEYS ? ENOSPC : 0;
}

int
kauth_deregister_key(kauth_key_t key)
{

	rw_enter(&kauth_lock, RW_WRITER);
	key->ks_slot = 0;
	rw_exit(&kauth_lock);
	return 0;
}

void *
kauth_cred_getdata(kauth_cred_t cred, kauth_key_t key)
{

	KASSERT(key->ks_slot != 0);
	return cred->cr_data[key->ks_slot - 1];
}

void
kauth_cred_setdata(kauth_cred_t cred, kauth_key_t key, void *data)
{

	KASSERT(key->ks_slot != 0);
	cred->cr_data[key->ks_slot - 1] = data;
}

/*
 * Scopes and listeners.
 */

static kauth_scope_t
kauth_find_scope(const char *id)
{
	kauth_scope_t scope;

	SIMPLEQ_FOREACH(scope, &scope_list, next_scope)
		if (strcmp(scope->id, id) == 0)
			return scope;
	return NULL;
}

/*
 * A new scope with its default listener, if any.  NULL if there is one of
 * this name.
 */
kauth_scope_t
kauth_register_scope(const char *id, kauth_scope_callback_t callback,
    void *cookie)
{
	kauth_scope_t scope;
	kauth_listener_t listener = NULL;

	scope = kmem_zalloc(sizeof(*scope), KM_SLEEP);
	scope->id = id;
	scope->cookie = cookie;
	SIMPLEQ_INIT(&scope->listenq);
	if (callback != NULL) {
		listener = kmem_zalloc(sizeof(*listener), KM_SLEEP);
		listener->func = callback;
		listener->scope = scope;
		SIMPLEQ_INSERT_HEAD(&scope->listenq, listener, listener_next);
	}
	rw_enter(&kauth_lock, RW_WRITER);
	if (kauth_find_scope(id) != NULL) {
		rw_exit(&kauth_lock);
		kmem_free(scope, sizeof(*scope));
		if (listener != NULL)
			kmem_free(listener, sizeof(*listener));
		return NULL;
	}
	SIMPLEQ_INSERT_TAIL(&scope_list, scope, next_scope);
	rw_exit(&kauth_lock);
	return scope;
}

void
kauth_deregister_scope(kauth_scope_t scope)
{
	kauth_listener_t listener;

	if (scope == NULL)
		return;
	rw_enter(&kauth_lock, RW_WRITER);
	SIMPLEQ_REMOVE(&scope_list, scope, kauth_scope, next_scope);
	rw_exit(&kauth_lock);
	while ((listener = SIMPLEQ_FIRST(&scope->listenq)) != NULL) {
		SIMPLEQ_REMOVE_HEAD(&scope->listenq, listener_next);
		kmem_free(listener, sizeof(*listener));
	}
	kmem_free(scope, sizeof(*scope));
}

/* Lets callback be asked too; NULL if there is no such scope. */
kauth_listener_t
kauth_listen_scope(const char *id, kauth_scope_callback_t callback,
    void *cookie)
{
	kauth_scope_t scope;
	kauth_listener_t listener;

	listener = kmem_zalloc(sizeof(*listener), KM_SLEEP);
	listener->func = callback;
	rw_enter(&kauth_lock, RW_WRITER);
	scope = kauth_find_scope(id);
	if (scope != NULL) {
		listener->scope = scope;
		SIMPLEQ_INSERT_TAIL(&scope->listenq, listener, listener_next);
	}
	rw_exit(&kauth_lock);
	if (scope == NULL) {
		kmem_free(listener, sizeof(*listener));
		return NULL;
	}
	return listener;
}

void
kauth_unlisten_scope(kauth_listener_t listener)
{

	if (listener == NULL)
		return;
	rw_enter(&kauth_lock, RW_WRITER);
	SIMPLEQ_REMOVE(&listener->scope->listenq, listener, kauth_listener,
	    listener_next);
	rw_exit(&kauth_lock);
	kmem_free(listener, sizeof(*listener));
}

/* ALLOW, DENY, or DEFER if nobody had an opinion. */
static int
kauth_ask(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	kauth_listener_t listener;
	bool allow = false;
	int r;

	SIMPLEQ_FOREACH(listener, &scope->listenq, listener_next) {
		r = (*listener->func)(cred, action, scope->cookie, arg0, arg1,
		    arg2, arg3);
		if (r == KAUTH_RESULT_DENY)
			return r;
		if (r == KAUTH_RESULT_ALLOW)
			allow = true;
	}
	return allow ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

/*
 * 0 or EPERM.  One denial denies; without any opinion the answer is no,
 * unless no security model is there.
 */
int
kauth_authorize_action(kauth_scope_t scope, kauth_cred_t cred,
    kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3)
{
	int r;

	/* The kernel itself may. */
	if (cred == NOCRED || cred == FSCRED)
		return 0;
	r = kauth_ask(scope, cred, action, arg0, arg1, arg2, arg3);
	if (r == KAUTH_RESULT_ALLOW)
		return 0;
	if (r == KAUTH_RESULT_DENY)
		return EPERM;
	return secmodel_nsecmodels() == 0 ? 0 : EPERM;
}

int
kauth_authorize_generic(kauth_cred_t cred, kauth_action_t action, void *arg0)
{

	return kauth_authorize_action(scope_generic, cred, action, arg0,
	    NULL, NULL, NULL);
}

int
kauth_authorize_system(kauth_cred_t cred, kauth_action_t action,
    enum kauth_system_req req, void *arg1, void *arg2, void *arg3)
{

	return kauth_authorize_action(scope_system, cred, action,
	    KAUTH_ARG(req), arg1, arg2, arg3);
}

int
kauth_authorize_process(kauth_cred_t cred, kauth_action_t action,
    struct proc *p, void *arg1, void *arg2, void *arg3)
{

	return kauth_authorize_action(scope_process, cred, action, p, arg1,
	    arg2, arg3);
}

int
kauth_authorize_network(kauth_cred_t cred, kauth_action_t action,
    enum kauth_network_req req, void *arg1, void *arg2, void *arg3)
{

	return kauth_authorize_action(scope_network, cred, action,
	    KAUTH_ARG(req), arg1, arg2, arg3);
}

int
kauth_authorize_machdep(kauth_cred_t cred, kauth_action_t action,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	return kauth_authorize_action(scope_machdep, cred, action, arg0, arg1,
	    arg2, arg3);
}

int
kauth_authorize_device(kauth_cred_t cred, kauth_action_t action,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	return kauth_authorize_action(scope_device, cred, action, arg0, arg1,
	    arg2, arg3);
}

int
kauth_authorize_device_tty(kauth_cred_t cred, kauth_action_t action,
    struct tty *tty)
{

	return kauth_authorize_action(scope_device, cred, action, tty, NULL,
	    NULL, NULL);
}

int
kauth_authorize_device_spec(kauth_cred_t cred, enum kauth_device_req req,
    struct vnode *vp)
{

	return kauth_authorize_action(scope_device, cred,
	    KAUTH_DEVICE_RAWIO_SPEC, KAUTH_ARG(req), vp, NULL, NULL);
}

int
kauth_authorize_device_passthru(kauth_cred_t cred, dev_t dev, u_long mode,
    void *data)
{

	return kauth_authorize_action(scope_device, cred,
	    KAUTH_DEVICE_RAWIO_PASSTHRU, KAUTH_ARG(mode), KAUTH_ARG(dev),
	    data, NULL);
}

/*
 * Questions about vnodes: fs_decision is what the file system says (0 or an
 * errno), and counts if nobody else has an opinion.
 */
int
kauth_authorize_vnode(kauth_cred_t cred, kauth_action_t action,
    struct vnode *vp, struct vnode *dvp, int fs_decision)
{
	int r;

	if (cred == NOCRED || cred == FSCRED)
		return 0;
	r = kauth_ask(scope_vnode, cred, action, vp, dvp,
	    KAUTH_ARG(fs_decision), NULL);
	if (r == KAUTH_RESULT_ALLOW)
		return 0;
	if (r == KAUTH_RESULT_DENY)
		return EACCES;
	if (fs_decision == KAUTH_VNODE_REMOTE)
		return 0;
	return fs_decision;
}

/* Bits of an access mode (VREAD ...) as actions. */
kauth_action_t
kauth_mode_to_action(mode_t mode)
{
	kauth_action_t action = 0;

	if ((mode & VREAD) != 0)
		action |= KAUTH_VNODE_READ_DATA;
	if ((mode & VWRITE) != 0)
		action |= KAUTH_VNODE_WRITE_DATA;
	if ((mode & VEXEC) != 0)
		action |= KAUTH_VNODE_EXECUTE;
	return action;
}

kauth_action_t
kauth_access_action(int access_mode, int vn_vtype, mode_t file_mode)
{
	kauth_action_t action = 0;

	if (vn_vtype == VDIR) {
		if ((access_mode & VREAD) != 0)
			action |= KAUTH_VNODE_LIST_DIRECTORY;
		if ((access_mode & VWRITE) != 0)
			action |= KAUTH_VNODE_ADD_FILE |
			    KAUTH_VNODE_ADD_SUBDIRECTORY;
		/* The superuser searches any directory. */
		if ((access_mode & VEXEC) != 0)
			action |= KAUTH_VNODE_SEARCH | KAUTH_VNODE_IS_EXEC;
	} else {
		action = kauth_mode_to_action(access_mode);
		/* The superuser executes what somebody may execute. */
		if ((file_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0)
			action |= KAUTH_VNODE_IS_EXEC;
	}
	return action | KAUTH_VNODE_ACCESS;
}

kauth_action_t
kauth_extattr_action(mode_t access_mode)
{
	kauth_action_t action = 0;

	if ((access_mode & VREAD) != 0)
		action |= KAUTH_VNODE_READ_EXTATTRIBUTES;
	if ((access_mode & VWRITE) != 0)
		action |= KAUTH_VNODE_WRITE_EXTATTRIBUTES;
	return action;
}

/* A child process has its parent's credential; proc0 a fresh one of root. */
void
kauth_proc_fork(struct proc *parent, struct proc *child)
{

	if (parent == NULL) {
		child->p_cred = kauth_cred_alloc();
		return;
	}
	mutex_enter(parent->p_lock);
	kauth_cred_hold(parent->p_cred);
	child->p_cred = parent->p_cred;
	mutex_exit(parent->p_lock);
	kauth_cred_hook(child->p_cred, KAUTH_CRED_FORK, parent, child);
}

void
kauth_proc_chroot(kauth_cred_t cred, struct cwdinfo *cwdi)
{

	kauth_cred_hook(cred, KAUTH_CRED_CHROOT, cwdi, NULL);
}

/* Makes the scopes and the default security model.  Before any cred. */
void
kauth_init(void)
{

	rw_init(&kauth_lock);
	pool_cache_bootstrap(&kauth_cred_cache, sizeof(struct kauth_cred), 0,
	    0, 0, "kcred", NULL, IPL_NONE, NULL, NULL, NULL);

	scope_generic = kauth_register_scope(KAUTH_SCOPE_GENERIC, NULL, NULL);
	scope_system = kauth_register_scope(KAUTH_SCOPE_SYSTEM, NULL, NULL);
	scope_process = kauth_register_scope(KAUTH_SCOPE_PROCESS, NULL, NULL);
	scope_network = kauth_register_scope(KAUTH_SCOPE_NETWORK, NULL, NULL);
	scope_machdep = kauth_register_scope(KAUTH_SCOPE_MACHDEP, NULL, NULL);
	scope_device = kauth_register_scope(KAUTH_SCOPE_DEVICE, NULL, NULL);
	scope_cred = kauth_register_scope(KAUTH_SCOPE_CRED, NULL, NULL);
	scope_vnode = kauth_register_scope(KAUTH_SCOPE_VNODE, NULL, NULL);

	secmodel_init();
	secmodel_bsd44_init();
}
