/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Security models: secmodel(9), and the default one, bsd44: superuser and
 * securelevel.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>

#include <secmodel/secmodel.h>
#include <secmodel/bsd44/bsd44.h>
#include <secmodel/securelevel/securelevel.h>
#include <secmodel/suser/suser.h>

struct secmodel_descr {
	LIST_ENTRY(secmodel_descr) sm_list;
	const char		*sm_id;
	const char		*sm_name;
	secmodel_eval_t		sm_eval;
	secmodel_setinfo_t	sm_setinfo;
	void			*sm_prop;
};

static LIST_HEAD(, secmodel_descr) secmodels =
    LIST_HEAD_INITIALIZER(secmodels);
static krwlock_t secmodels_lock;
static u_int nsecmodels;

int securelevel;
static bool suser_enabled = true;
static kauth_listener_t suser_listeners[7];
static kauth_listener_t level_listeners[4];

void
secmodel_init(void)
{

	rw_init(&secmodels_lock);
}

/* EEXIST if there is one of this id. */
int
secmodel_register(secmodel_t *secmodel, const char *id, const char *name,
    void *prop, secmodel_eval_t eval, secmodel_setinfo_t setinfo)
{
	struct secmodel_descr *sm, *it;

	sm = kmem_zalloc(sizeof(*sm), KM_SLEEP);
	sm->sm_id = id;
	sm->sm_name = name;
	sm->sm_prop = prop;
	sm->sm_eval = eval;
	sm->sm_setinfo = setinfo;
	rw_enter(&secmodels_lock, RW_WRITER);
	LIST_FOREACH(it, &secmodels, sm_list)
		if (strcmp(it->sm_id, id) == 0)
			break;
	if (it == NULL) {
		LIST_INSERT_HEAD(&secmodels, sm, sm_list);
		nsecmodels++;
	}
	rw_exit(&secmodels_lock);
	if (it != NULL) {
		kmem_free(sm, sizeof(*sm));
		return EEXIST;
	}
	*secmodel = sm;
	return 0;
}

int
secmodel_deregister(secmodel_t sm)
{

	rw_enter(&secmodels_lock, RW_WRITER);
	LIST_REMOVE(sm, sm_list);
	nsecmodels--;
	rw_exit(&secmodels_lock);
	kmem_free(sm, sizeof(*sm));
	return 0;
}

int
secmodel_nsecmodels(void)
{

	return (int)nsecmodels;
}

/* Asks a model: ENOENT, EOPNOTSUPP, or what it answers. */
int
secmodel_eval(const char *id, const char *what, void *arg, void *ret)
{
	struct secmodel_descr *sm;
	int error;

	rw_enter(&secmodels_lock, RW_READER);
	LIST_FOREACH(sm, &secmodels, sm_list)
		if (strcmp(sm->sm_id, id) == 0)
			break;
	if (sm == NULL)
		error = ENOENT;
	else if (sm->sm_eval == NULL)
		error = EOPNOTSUPP;
	else
		error = (*sm->sm_eval)(what, arg, ret);
	rw_exit(&secmodels_lock);
	return error;
}

/*
 * The superuser.  A listener allows or defers; it never denies.
 */
static bool
is_root(kauth_cred_t cred)
{

	return suser_enabled && kauth_cred_geteuid(cred) == 0;
}

static int
allow_if(bool yes)
{

	return yes ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

int
secmodel_suser_generic_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{

	return allow_if(is_root(cred));
}

int
secmodel_suser_system_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{
	const enum kauth_system_req req =
	    (enum kauth_system_req)(uintptr_t)arg0;

	/* What everybody may. */
	switch (action) {
	case KAUTH_SYSTEM_MOUNT:
		if (req == KAUTH_REQ_SYSTEM_MOUNT_GET)
			return KAUTH_RESULT_ALLOW;
		break;
	case KAUTH_SYSTEM_SYSCTL:
		if (req == KAUTH_REQ_SYSTEM_SYSCTL_DESC)
			return allow_if(is_root(cred));
		break;
	}
	return allow_if(is_root(cred));
}

int
secmodel_suser_process_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct proc *p = arg0;

	if (is_root(cred))
		return KAUTH_RESULT_ALLOW;
	switch (action) {
	case KAUTH_PROCESS_CANSEE:
		switch ((uintptr_t)arg1) {
		case KAUTH_REQ_PROCESS_CANSEE_ENTRY:
		case KAUTH_REQ_PROCESS_CANSEE_ARGS:
		case KAUTH_REQ_PROCESS_CANSEE_OPENFILES:
			return KAUTH_RESULT_ALLOW;
		}
		break;
	case KAUTH_PROCESS_RLIMIT:
		if ((uintptr_t)arg1 == KAUTH_REQ_PROCESS_RLIMIT_GET)
			return KAUTH_RESULT_ALLOW;
		break;
	}
	switch (action) {
	case KAUTH_PROCESS_CANSEE:
	case KAUTH_PROCESS_KTRACE:
	case KAUTH_PROCESS_NICE:
	case KAUTH_PROCESS_SIGNAL:
	case KAUTH_PROCESS_STOPFLAG:
	case KAUTH_PROCESS_SCHEDULER_GETPARAM:
	case KAUTH_PROCESS_SCHEDULER_GETAFFINITY:
		/* What is one's own. */
		return allow_if(p != NULL && p->p_cred != NULL &&
		    kauth_cred_uidmatch(cred, p->p_cred));
	case KAUTH_PROCESS_FORK:
		/* Within the limit of processes, arg1 says how many. */
		return KAUTH_RESULT_DEFER;
	}
	return KAUTH_RESULT_DEFER;
}

int
secmodel_suser_network_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{
	const enum kauth_network_req req =
	    (enum kauth_network_req)(uintptr_t)arg0;

	if (is_root(cred))
		return KAUTH_RESULT_ALLOW;
	switch (req) {
	case KAUTH_REQ_NETWORK_BIND_PORT:
	case KAUTH_REQ_NETWORK_BIND_AFLOCAL:
	case KAUTH_REQ_NETWORK_INTERFACE_GET:
	case KAUTH_REQ_NETWORK_SOCKET_OPEN:
	case KAUTH_REQ_NETWORK_SOCKET_CANSEE:
		return KAUTH_RESULT_ALLOW;
	default:
		return KAUTH_RESULT_DEFER;
	}
}

int
secmodel_suser_machdep_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{

	return allow_if(is_root(cred));
}

int
secmodel_suser_device_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{

	/* The modes of a device's node guard it; passing through needs root. */
	if (action == KAUTH_DEVICE_RAWIO_SPEC)
		return KAUTH_RESULT_ALLOW;
	return allow_if(is_root(cred));
}

int
secmodel_suser_vnode_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{

	if (!is_root(cred))
		return KAUTH_RESULT_DEFER;
	/* Root executes only what somebody may execute. */
	if ((action & KAUTH_VNODE_EXECUTE) != 0 &&
	    (action & KAUTH_VNODE_ACCESS) != 0 &&
	    (action & KAUTH_VNODE_IS_EXEC) == 0 &&
	    arg0 != NULL && (uintptr_t)arg2 != 0)
		return KAUTH_RESULT_DEFER;
	return KAUTH_RESULT_ALLOW;
}

void
secmodel_suser_start(void)
{
	kauth_listener_t *l = suser_listeners;

	*l++ = kauth_listen_scope(KAUTH_SCOPE_GENERIC,
	    secmodel_suser_generic_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_SYSTEM,
	    secmodel_suser_system_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_PROCESS,
	    secmodel_suser_process_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_NETWORK,
	    secmodel_suser_network_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_MACHDEP,
	    secmodel_suser_machdep_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_DEVICE,
	    secmodel_suser_device_cb, NULL);
	*l++ = kauth_listen_scope(KAUTH_SCOPE_VNODE,
	    secmodel_suser_vnode_cb, NULL);
}

void
secmodel_suser_stop(void)
{
	unsigned i;

	for (i = 0; i < __arraycount(suser_listeners); i++)
		kauth_unlisten_scope(suser_listeners[i]);
}

static int
suser_eval(const char *what, void *arg, void *ret)
{

	if (strcasecmp(what, "is-root") != 0)
		return ENOENT;
	*(bool *)ret = is_root(arg);
	return 0;
}

void
secmodel_suser_init(void)
{
	static secmodel_t sm;

	(void)secmodel_register(&sm, SECMODEL_SUSER_ID, SECMODEL_SUSER_NAME,
	    NULL, suser_eval, NULL);
	secmodel_suser_start();
}

/*
 * The securelevel: a listener denies or defers.
 */
static int
deny_if(bool yes)
{

	return yes ? KAUTH_RESULT_DENY : KAUTH_RESULT_DEFER;
}

static int
level_system_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const enum kauth_system_req req =
	    (enum kauth_system_req)(uintptr_t)arg0;

	switch (action) {
	case KAUTH_SYSTEM_CHSYSFLAGS:
	case KAUTH_SYSTEM_MODULE:
	case KAUTH_SYSTEM_MAP_VA_ZERO:
		return deny_if(securelevel > 0);
	case KAUTH_SYSTEM_SWAPCTL:
		return deny_if(securelevel > 1);
	case KAUTH_SYSTEM_TIME:
		return deny_if((req == KAUTH_REQ_SYSTEM_TIME_RTCOFFSET &&
		    securelevel > 0) ||
		    (req == KAUTH_REQ_SYSTEM_TIME_SYSTEM &&
		    arg3 != NULL && securelevel > 1));
	case KAUTH_SYSTEM_MOUNT:
		return deny_if((req == KAUTH_REQ_SYSTEM_MOUNT_NEW ||
		    req == KAUTH_REQ_SYSTEM_MOUNT_UPDATE) &&
		    securelevel > 1);
	case KAUTH_SYSTEM_SYSCTL:
		return deny_if((req == KAUTH_REQ_SYSTEM_SYSCTL_ADD ||
		    req == KAUTH_REQ_SYSTEM_SYSCTL_DELETE ||
		    req == KAUTH_REQ_SYSTEM_SYSCTL_DESC) && securelevel > 0);
	case KAUTH_SYSTEM_SETIDCORE:
		return deny_if(securelevel > 0);
	}
	return KAUTH_RESULT_DEFER;
}

static int
level_process_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	switch (action) {
	case KAUTH_PROCESS_CORENAME:
		return deny_if(securelevel > 1 &&
		    (uintptr_t)arg1 == KAUTH_REQ_PROCESS_CORENAME_SET);
	case KAUTH_PROCESS_PROCFS:
		return deny_if(arg0 == &proc0 && securelevel >= 0 &&
		    (uintptr_t)arg1 != KAUTH_REQ_PROCESS_PROCFS_READ);
	case KAUTH_PROCESS_PTRACE:
		return deny_if(arg0 == &proc0 && securelevel >= 0);
	}
	return KAUTH_RESULT_DEFER;
}

static int
level_network_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	switch (action) {
	case KAUTH_NETWORK_FIREWALL:
		return deny_if(securelevel > 1);
	case KAUTH_NETWORK_FORWSRCRT:
		return deny_if(securelevel > 0);
	}
	return KAUTH_RESULT_DEFER;
}

static int
level_device_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	switch (action) {
	case KAUTH_DEVICE_RAWIO_SPEC:
		return deny_if(securelevel > 1 &&
		    (uintptr_t)arg0 != KAUTH_REQ_DEVICE_RAWIO_SPEC_READ);
	case KAUTH_DEVICE_RAWIO_PASSTHRU:
		return deny_if(securelevel > 0 && ((uintptr_t)arg0 &
		    (KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITE |
		    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITECONF)) != 0);
	case KAUTH_DEVICE_GPIO_PINSET:
	case KAUTH_DEVICE_RND_ADDDATA_ESTIMATE:
		return deny_if(securelevel > 0);
	}
	return KAUTH_RESULT_DEFER;
}

void
secmodel_securelevel_start(void)
{

	level_listeners[0] = kauth_listen_scope(KAUTH_SCOPE_SYSTEM,
	    level_system_cb, NULL);
	level_listeners[1] = kauth_listen_scope(KAUTH_SCOPE_PROCESS,
	    level_process_cb, NULL);
	level_listeners[2] = kauth_listen_scope(KAUTH_SCOPE_NETWORK,
	    level_network_cb, NULL);
	level_listeners[3] = kauth_listen_scope(KAUTH_SCOPE_DEVICE,
	    level_device_cb, NULL);
}

void
secmodel_securelevel_stop(void)
{
	unsigned i;

	for (i = 0; i < __arraycount(level_listeners); i++)
		kauth_unlisten_scope(level_listeners[i]);
}

static int
level_eval(const char *what, void *arg, void *ret)
{

	if (strcasecmp(what, "is-securelevel-above") != 0)
		return ENOENT;
	*(bool *)ret = securelevel > (int)(intptr_t)arg;
	return 0;
}

void
secmodel_securelevel_init(void)
{
	static secmodel_t sm;

	(void)secmodel_register(&sm, SECMODEL_SECURELEVEL_ID,
	    SECMODEL_SECURELEVEL_NAME, NULL, level_eval, NULL);
	secmodel_securelevel_start();
}

void
secmodel_bsd44_init(void)
{
	static secmodel_t sm;

	(void)secmodel_register(&sm, SECMODEL_BSD44_ID, SECMODEL_BSD44_NAME,
	    NULL, NULL, NULL);
	secmodel_suser_init();
	secmodel_securelevel_init();
}

/* kern.securelevel: it only rises. */
static int
sysctl_securelevel(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int level = securelevel, error;

	node.sysctl_data = &level;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	if (level < securelevel)
		return EPERM;
	securelevel = level;
	return 0;
}

SYSCTL_SETUP(sysctl_secmodel_setup, "security models")
{

	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT, "securelevel",
	    "System security level", sysctl_securelevel, 0, NULL, 0,
	    CTL_KERN, KERN_SECURELVL, CTL_EOL);
	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT, CTLTYPE_NODE, "security", NULL, NULL, 0, NULL,
	    0, CTL_SECURITY, CTL_EOL);
	sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT, CTLTYPE_NODE, "models", NULL, NULL, 0, NULL,
	    0, CTL_SECURITY, CTL_CREATE, CTL_EOL);
}
