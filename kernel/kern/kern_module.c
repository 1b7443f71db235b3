/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Modules: module(9).
 *
 * MODULE() announces what is linked in; boot initialises it class by class,
 * each after what it requires.  A module that a host program loads later
 * comes through rump_pub_module_init().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/sysctl.h>

#include "kern_lib.h"

struct modlist module_list = TAILQ_HEAD_INITIALIZER(module_list);
struct modlist module_builtins = TAILQ_HEAD_INITIALIZER(module_builtins);
u_int module_count;
u_int module_gen = 1;

/* Announced and not yet on module_builtins, in the order of linking. */
static struct module_builtin *announced;
static struct module_builtin **announced_tail = &announced;

/* All lists; recursive, because initialising may load what is required. */
static kmutex_t module_mtx;
static struct lwp *module_owner;
static u_int module_depth;

static void
module_lock(void)
{

	if (module_owner == curlwp && module_depth != 0) {
		module_depth++;
		return;
	}
	mutex_enter(&module_mtx);
	module_owner = curlwp;
	module_depth = 1;
}

static void
module_unlock(void)
{

	if (--module_depth == 0) {
		module_owner = NULL;
		mutex_exit(&module_mtx);
	}
}

/* Called by constructors. */
void
module_builtin_announce(struct module_builtin *mb)
{

	mb->mb_next = NULL;
	*announced_tail = mb;
	announced_tail = &mb->mb_next;
}

static module_t *
module_find(struct modlist *list, const char *name)
{
	module_t *mod;

	TAILQ_FOREACH(mod, list, mod_chain)
		if (strcmp(mod->mod_info->mi_name, name) == 0)
			return mod;
	return NULL;
}

/* The active module of this name, or NULL. */
module_t *
module_lookup(const char *name)
{
	module_t *mod;

	module_lock();
	mod = module_find(&module_list, name);
	module_unlock();
	return mod;
}

const char *
module_name(struct module *mod)
{

	return mod->mod_info->mi_name;
}

modsrc_t
module_source(struct module *mod)
{

	return mod->mod_source;
}

void
module_hold(module_t *mod)
{

	atomic_inc_uint(&mod->mod_refcnt);
}

void
module_rele(module_t *mod)
{

	KASSERT(mod->mod_refcnt > 0);
	atomic_dec_uint(&mod->mod_refcnt);
}

/* The interface of modules is that of one major and minor version. */
bool
module_compatible(int v1, int v2)
{

	return v1 / 1000000 == v2 / 1000000;
}

static int	module_do_init(module_t *, int);

/* Finds and initialises what mod requires, by name. */
static int
module_require(module_t *mod, int depth)
{
	const char *s = mod->mod_info->mi_required;
	char name[MAXMODNAME];
	module_t *req;
	size_t len;
	int error;

	while (s != NULL && *s != '\0') {
		len = strcspn(s, ",");
		if (len >= sizeof(name) || mod->mod_nrequired == MAXMODDEPS) {
			printf("module %s: bad list of requirements\n",
			    mod->mod_info->mi_name);
			return EINVAL;
		}
		memcpy(name, s, len);
		name[len] = '\0';
		s += len + (s[len] == ',');
		if (len == 0)
			continue;
		if ((req = module_find(&module_list, name)) == NULL) {
			req = module_find(&module_builtins, name);
			if (req == NULL) {
				printf("module %s: requires %s, which is not "
				    "there\n", mod->mod_info->mi_name, name);
				return ENOENT;
			}
			if ((error = module_do_init(req, depth + 1)) != 0)
				return error;
		}
		mod->mod_required[mod->mod_nrequired++] = req;
		module_hold(req);
	}
	return 0;
}

static void
module_unrequire(module_t *mod)
{

	while (mod->mod_nrequired != 0)
		module_rele(mod->mod_required[--mod->mod_nrequired]);
}

/* Initialises a builtin that is not active. */
static int
module_do_init(module_t *mod, int depth)
{
	modinfo_t *mi = mod->mod_info;
	int error;

	if (depth > MAXMODDEPS) {
		printf("module %s: requirements go in a circle\n",
		    mi->mi_name);
		return EMLINK;
	}
	if (!module_compatible((int)mi->mi_version, __NetBSD_Version__)) {
		printf("module %s: for another version, %u\n", mi->mi_name,
		    mi->mi_version);
		return EPROGMISMATCH;
	}
	if ((error = module_require(mod, depth)) != 0) {
		module_unrequire(mod);
		return error;
	}
	/* Those who ask for it while it starts find it not active yet. */
	error = (*mi->mi_modcmd)(MODULE_CMD_INIT, NULL);
	if (error != 0) {
		aprint_error("module %s: initialisation failed, error %d\n",
		    mi->mi_name, error);
		module_unrequire(mod);
		return error;
	}
	TAILQ_REMOVE(&module_builtins, mod, mod_chain);
	TAILQ_INSERT_TAIL(&module_list, mod, mod_chain);
	module_count++;
	module_gen++;
	return 0;
}

/* Deactivates; the module stays among the builtins. */
static int
module_do_fini(module_t *mod)
{
	int error;

	if (mod->mod_refcnt != 0)
		return EBUSY;
	error = (*mod->mod_info->mi_modcmd)(MODULE_CMD_FINI, NULL);
	if (error != 0)
		return error;
	module_unrequire(mod);
	TAILQ_REMOVE(&module_list, mod, mod_chain);
	TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
	module_count--;
	module_gen++;
	return 0;
}

static int
module_add(modinfo_t *mi)
{
	module_t *mod;

	if (module_find(&module_list, mi->mi_name) != NULL ||
	    module_find(&module_builtins, mi->mi_name) != NULL)
		return EEXIST;
	mod = kmem_zalloc(sizeof(*mod), KM_SLEEP);
	mod->mod_info = mi;
	mod->mod_source = MODULE_SOURCE_KERNEL;
	TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
	return 0;
}

static bool
module_has(struct modlist *list, const modinfo_t *mi)
{
	module_t *mod = module_find(list, mi->mi_name);

	return mod != NULL && mod->mod_info == mi;
}

/* Those that are in a set of modules, too, may be there already. */
static void
module_add_announced(void)
{
	struct module_builtin *mb;

	while ((mb = announced) != NULL) {
		if ((announced = mb->mb_next) == NULL)
			announced_tail = &announced;
		if (module_add(mb->mb_info) != 0 &&
		    !module_has(&module_builtins, mb->mb_info) &&
		    !module_has(&module_list, mb->mb_info))
			printf("module %s: linked in twice\n",
			    mb->mb_info->mi_name);
	}
}

/* Before the library that it is in may go away. */
static void
module_unannounce(const modinfo_t *mi)
{
	struct module_builtin **mbp;

	for (mbp = &announced; *mbp != NULL; mbp = &(*mbp)->mb_next) {
		if ((*mbp)->mb_info == mi) {
			if ((*mbp = (*mbp)->mb_next) == NULL)
				announced_tail = mbp;
			break;
		}
	}
}

/*
 * Adds modules to those that are linked in, and if init is set initialises
 * them.  EEXIST if one is there already, or the first error.
 */
int
module_builtin_add(modinfo_t * const *mip, size_t nmodinfo, bool init)
{
	module_t *mod;
	size_t i;
	int error, first = 0;

	module_lock();
	for (i = 0; i < nmodinfo; i++) {
		module_unannounce(mip[i]);
		error = module_add(mip[i]);
		if (error != 0 && first == 0)
			first = error;
	}
	for (i = 0; init && first == 0 && i < nmodinfo; i++) {
		mod = module_find(&module_builtins, mip[i]->mi_name);
		/* An earlier one may have required and initialised it. */
		if (mod == NULL)
			continue;
		error = module_do_init(mod, 0);
		if (error != 0 && first == 0)
			first = error;
	}
	module_unlock();
	return first;
}

/* Takes a module away, finished first if fini is set; ENOENT, EBUSY ... */
int
module_builtin_remove(modinfo_t *mi, bool fini)
{
	module_t *mod;
	int error = 0;

	module_lock();
	mod = module_find(&module_list, mi->mi_name);
	if (mod != NULL)
		error = fini ? module_do_fini(mod) : EBUSY;
	if (error == 0) {
		mod = module_find(&module_builtins, mi->mi_name);
		if (mod == NULL)
			error = ENOENT;
		else {
			TAILQ_REMOVE(&module_builtins, mod, mod_chain);
			kmem_free(mod, sizeof(*mod));
		}
	}
	module_unlock();
	return error;
}

/* Prepares the lists.  Before module_init_class(). */
void
module_init(void)
{

	mutex_init(&module_mtx, MUTEX_DEFAULT, IPL_NONE);
	sysctl_setup_run();
}

/*
 * Initialises the builtins of a class, MODULE_CLASS_ANY: of all.  What fails
 * is left out.
 */
void
module_init_class(modclass_t class)
{
	module_t *mod, *next;
	struct modlist failed = TAILQ_HEAD_INITIALIZER(failed);

	module_lock();
	module_add_announced();
again:
	TAILQ_FOREACH_SAFE(mod, &module_builtins, mod_chain, next) {
		if (class != MODULE_CLASS_ANY &&
		    mod->mod_info->mi_class != class)
			continue;
		if (module_do_init(mod, 0) != 0) {
			TAILQ_REMOVE(&module_builtins, mod, mod_chain);
			TAILQ_INSERT_TAIL(&failed, mod, mod_chain);
		}
		/* Requirements may have changed the list. */
		goto again;
	}
	TAILQ_CONCAT(&module_builtins, &failed, mod_chain);
	module_unlock();
	sysctl_setup_run();
}

/*
 * Makes a module active if it is linked in.  ENOENT if it is not there;
 * EEXIST if it is active.
 */
int
module_load(const char *name, int flags, void *props, modclass_t class)
{
	module_t *mod;
	int error;

	error = kauth_authorize_system(kauth_cred_get(), KAUTH_SYSTEM_MODULE,
	    0, KAUTH_ARG(MODCTL_LOAD), NULL, NULL);
	if (error != 0)
		return error;
	module_lock();
	module_add_announced();
	if (module_find(&module_list, name) != NULL)
		error = EEXIST;
	else if ((mod = module_find(&module_builtins, name)) == NULL ||
	    (class != MODULE_CLASS_ANY && mod->mod_info->mi_class != class))
		error = ENOENT;
	else
		error = module_do_init(mod, 0);
	module_unlock();
	return error;
}

/* The same on behalf of the kernel, without asking for permission. */
int
module_autoload(const char *name, modclass_t class)
{
	module_t *mod;
	int error;

	module_lock();
	module_add_announced();
	if (module_find(&module_list, name) != NULL)
		error = EEXIST;
	else if ((mod = module_find(&module_builtins, name)) == NULL ||
	    (class != MODULE_CLASS_ANY && mod->mod_info->mi_class != class))
		error = ENOENT;
	else {
		error = module_do_init(mod, 0);
		if (error == 0)
			mod->mod_flags |= MODFLG_AUTO_LOADED;
	}
	module_unlock();
	return error;
}

int
module_unload(const char *name)
{
	module_t *mod;
	int error;

	error = kauth_authorize_system(kauth_cred_get(), KAUTH_SYSTEM_MODULE,
	    0, KAUTH_ARG(MODCTL_UNLOAD), NULL, NULL);
	if (error != 0)
		return error;
	module_lock();
	mod = module_find(&module_list, name);
	error = mod == NULL ? ENOENT : module_do_fini(mod);
	module_unlock();
	return error;
}

/*
 * modctl(2)
 */

static size_t
modstat_fill(modstat_t *ms, const module_t *mod)
{

	memset(ms, 0, sizeof(*ms));
	strlcpy(ms->ms_name, mod->mod_info->mi_name, sizeof(ms->ms_name));
	ms->ms_source = mod->mod_source;
	ms->ms_class = mod->mod_info->mi_class;
	ms->ms_refcnt = mod->mod_refcnt;
	ms->ms_flags = mod->mod_flags;
	return mod->mod_info->mi_required == NULL ? 0 :
	    strlen(mod->mod_info->mi_required) + 1;
}

/*
 * An int with their number, that many modstat_t, and the strings of their
 * requirements; the iovec's length becomes what all of it needs.
 */
static int
modctl_stat(struct iovec *uiov)
{
	struct iovec iov;
	modstat_t *ms;
	module_t *mod;
	size_t total, reqlen = 1;
	u_int n = 0, off = 1;
	char *buf, *req;
	int error;

	if ((error = copyin(uiov, &iov, sizeof(iov))) != 0)
		return error;
	module_lock();
	TAILQ_FOREACH(mod, &module_list, mod_chain) {
		n++;
		if (mod->mod_info->mi_required != NULL)
			reqlen += strlen(mod->mod_info->mi_required) + 1;
	}
	total = sizeof(int) + n * sizeof(*ms) + reqlen;
	buf = kmem_zalloc(total, KM_SLEEP);
	memcpy(buf, &n, sizeof(int));
	req = buf + sizeof(int) + n * sizeof(*ms);
	ms = kmem_alloc(sizeof(*ms), KM_SLEEP);
	n = 0;
	TAILQ_FOREACH(mod, &module_list, mod_chain) {
		const size_t len = modstat_fill(ms, mod);

		if (len != 0) {
			ms->ms_reqoffset = off;
			memcpy(req + off, mod->mod_info->mi_required, len);
			off += (u_int)len;
		}
		memcpy(buf + sizeof(int) + n++ * sizeof(*ms), ms,
		    sizeof(*ms));
	}
	kmem_free(ms, sizeof(*ms));
	module_unlock();
	error = copyout(buf, iov.iov_base, MIN(total, iov.iov_len));
	kmem_free(buf, total);
	if (error == 0) {
		iov.iov_len = total;
		error = copyout(&iov, uiov, sizeof(iov));
	}
	return error;
}

/* The system call: cmd and its argument in user memory. */
int
kern_modctl(int cmd, void *arg)
{
	char name[MAXMODNAME];
	modctl_load_t ml;
	int error;

	switch (cmd) {
	case MODCTL_LOAD:
		if ((error = copyin(arg, &ml, sizeof(ml))) != 0)
			return error;
		error = copyinstr(ml.ml_filename, name, sizeof(name), NULL);
		if (error != 0)
			return error;
		/* There is no loader: paths and properties mean nothing. */
		if (ml.ml_props != NULL && (ml.ml_flags & MODCTL_NO_PROP) == 0)
			return EOPNOTSUPP;
		return module_load(name, ml.ml_flags, NULL, MODULE_CLASS_ANY);
	case MODCTL_UNLOAD:
		if ((error = copyinstr(arg, name, sizeof(name), NULL)) != 0)
			return error;
		return module_unload(name);
	case MODCTL_STAT:
		return modctl_stat(arg);
	case MODCTL_EXISTS:
		/* arg 0: is there a loader? 1: does it load by itself? */
		return arg == NULL || (uintptr_t)arg == 1 ? 0 : EINVAL;
	default:
		return EINVAL;
	}
}
