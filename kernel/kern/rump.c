/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rump(3): boot, the lists of components, and what the host program calls
 * besides system calls.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/conf.h>
#include <sys/cprng.h>
#include <sys/cpu.h>
#include <sys/device.h>
#include <sys/evcnt.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kcpuset.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/once.h>
#include <sys/percpu.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/resourcevar.h>
#include <sys/signalvar.h>
#include <sys/syscallvar.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <uvm/uvm_km.h>

#include "rump_private.h"
#include "sys_private.h"

#include <rump/rump_fuzz.h>
#include <rump/rumpkern_if_pub.h>

int rump_inited;
int rump_threads = 1;
int cold = 1;
int shutting_down;
int boothowto = AB_SILENT;
enum rump_sigmodel rump_sigmodel = RUMP_SIGMODEL_RECORD;

char hostname[MAXHOSTNAMELEN];
int hostnamelen;
char domainname[MAXHOSTNAMELEN];
int domainnamelen;
long hostid;

struct emul emul_netbsd = {
	.e_name = "netbsd",
	.e_sysent = sysent,
	.e_nsysent = SYS_NSYSENT,
};

/*
 * Components, each list in the order in which they were announced: that is
 * the link order.
 */
static struct {
	struct rump_component *first, **tail;
	int	count;
	bool	done;
} components[RUMP_COMPONENT_MAX];

void
rump_component_load(const struct rump_component *rcc)
{
	struct rump_component *rc = __UNCONST(rcc);
	typeof(components[0]) *list = &components[rc->rc_type];
	struct lwp *l;
	bool enter;

	KASSERT(rc->rc_type < RUMP_COMPONENT_MAX);
	rc->rc_next = NULL;
	if (list->first == NULL)
		list->first = rc;
	else
		*list->tail = rc;
	list->tail = &rc->rc_next;
	list->count++;
	/* Loaded into a running kernel, maybe by a thread outside of it. */
	if (list->done && !rc->rc_done) {
		l = curlwp;
		if ((enter = l == NULL || !l->l_oncpu))
			rump_schedule();
		rc->rc_done = 1;
		(*rc->rc_init)();
		if (enter)
			rump_unschedule();
	}
}

void
rump_component_init(enum rump_component_type type)
{
	struct rump_component *rc;

	KASSERT(!components[type].done);
	for (rc = components[type].first; rc != NULL; rc = rc->rc_next) {
		rc->rc_done = 1;
		(*rc->rc_init)();
		KASSERTMSG(curlwp->l_nopreempt == 0 && curlwp->l_blcnt == 0,
		    "a component of type %d left a lock held", type);
	}
	components[type].done = true;
}

int
rump_component_count(enum rump_component_type type)
{

	return components[type].count;
}

/*
 * Boot.
 */

/* Number of virtual CPUs, from RUMP_NCPU; 0 if that is no good. */
static int
get_ncpu(void)
{
	char buf[64];
	int n = 0, i;

	if (rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf)) != 0)
		return 2;
	for (i = 0; buf[i] != '\0'; i++) {
		if (buf[i] < '0' || buf[i] > '9' || n > RUMP_MAXCPU)
			goto bad;
		n = n * 10 + buf[i] - '0';
	}
	if (i == 0 || n < 1)
		goto bad;
	if (n > RUMP_MAXCPU) {
		rumpuser_dprintf("RUMP_NCPU: %d is more than the limit of "
		    "%d virtual CPUs\n", n, RUMP_MAXCPU);
		return 0;
	}
	return n;
bad:
	rumpuser_dprintf("RUMP_NCPU: \"%s\" is neither \"host\" nor a number "
	    "from 1 to %d\n", buf, RUMP_MAXCPU);
	return 0;
}

/* What to print: RUMP_VERBOSE set to other than 0 makes boot talk. */
static void
get_verbose(void)
{
	char buf[64];

	if (rumpuser_getparam("RUMP_VERBOSE", buf, sizeof(buf)) != 0)
		return;
	if (buf[0] == '\0' || (buf[0] == '0' && buf[1] == '\0'))
		return;
	boothowto = (boothowto & ~(AB_SILENT | AB_QUIET)) | AB_VERBOSE;
}

static int
hyp_syscall(int num, void *data, long *retval)
{
	register_t rv[2];
	int error;

	error = rump_syscall(num, data,
	    SYS_MAXSYSARGS * sizeof(register_t), rv);
	retval[0] = rv[0];
	retval[1] = rv[1];
	return error;
}

static void
hyp_switch(struct lwp *l)
{

	rump_lwproc_switch(l);
}

static void
hyp_release(void)
{

	rump_lwproc_releaselwp();
}

static int
hyp_newlwp(pid_t pid)
{

	return rump_lwproc_newlwp(pid);
}

static struct lwp *
hyp_curlwp(void)
{

	return curlwp;
}

static void
hyp_execnotify(const char *comm)
{
	struct proc *p = curproc;

	fd_closeexec();
	mutex_enter(p->p_lock);
	strlcpy(p->p_comm, comm, sizeof(p->p_comm));
	mutex_exit(p->p_lock);
}

static pid_t
hyp_getpid(void)
{

	return curproc->p_pid;
}

/* Modules of libraries that announce them without constructors. */
static void
dl_modinit(const struct modinfo *const *mip, size_t nmodinfo)
{

	(void)module_builtin_add(mip, nmodinfo, false);
}

static const struct rumpuser_hyperup hyperup = {
	.hyp_schedule = rump_schedule,
	.hyp_unschedule = rump_unschedule,
	.hyp_backend_unschedule = rump_backend_unschedule,
	.hyp_backend_schedule = rump_backend_schedule,
	.hyp_lwproc_switch = hyp_switch,
	.hyp_lwproc_release = hyp_release,
	.hyp_lwproc_rfork = rump_hyp_rfork,
	.hyp_lwproc_newlwp = hyp_newlwp,
	.hyp_lwproc_curlwp = hyp_curlwp,
	.hyp_syscall = hyp_syscall,
	.hyp_lwpexit = rump_hyp_lwpexit,
	.hyp_execnotify = hyp_execnotify,
	.hyp_getpid = hyp_getpid,
};

static void
boot_lwp0(void)
{
	struct lwp *l = &lwp0;

	l->l_proc = &proc0;
	l->l_cpu = &cpu_info_list[0];
	l->l_lid = 1;
	l->l_flag = LW_SYSTEM;
	l->l_pflag = LP_RUNNING;
	l->l_stat = LSONPROC;
	l->l_refcnt = 1;
#ifdef LOCKDEBUG
	static struct lock_held held[LOCK_MAXHELD];

	l->l_held = held;
#endif
	park_init(l);
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	rump_schedule_cpu(l);
}

int
rump_init(void)
{

	return rump_init_callback(NULL);
}

int
rump_init_callback(void (*callback)(void))
{
	char name[MAXHOSTNAMELEN];
	struct cpu_info *ci;
	int n, i;

	if (rump_inited)
		return 0;
	if (rumpuser_init(RUMPUSER_VERSION, &hyperup) != 0) {
		rumpuser_dprintf("rumpuser(3) is not version %d\n",
		    RUMPUSER_VERSION);
		return EPROGMISMATCH;
	}
	get_verbose();
	if ((n = get_ncpu()) == 0)
		return EINVAL;

	/* What everything else stands on: CPUs, curlwp, locks, memory. */
	rump_time_init();
	rump_cpus_bootstrap(n);
	boot_lwp0();
	kernel_lock_init();
	mutex_init(&cpu_lock, MUTEX_DEFAULT, IPL_NONE);
	once_init();
	kprintf_init();
	rump_mem_init();
	kcpuset_sysinit();
	for (i = 0; i < ncpu; i++) {
		kcpuset_set(kcpuset_running, i);
		kcpuset_set(kcpuset_attached, i);
	}
	evcnt_init();
	sysctl_init();
	cprng_init();

	/* Process 0. */
	procinit();
	rump_lwproc_init();
	kauth_init();
	kauth_proc_fork(NULL, &proc0);
	lwp0.l_cred = proc0.p_cred;
	kauth_cred_hold(lwp0.l_cred);
	uid_init();
	resource_init();
	signal_init();
	rump_resource_proc_init(&proc0, NULL);
	signal_proc_init(&proc0);

	/* Threads. */
	callout_startup();
	for (i = 0; i < ncpu; i++) {
		ci = &cpu_info_list[i];
		softint_init(ci);
	}

	/* Descriptors, devices, modules. */
	fd_sys_init();
	lwp0.l_fd = proc0.p_fd = fd_init(NULL);
	pipe_init();
	devsw_init();
	module_init();
	rumpuser_dl_bootstrap(dl_modinit, NULL, rump_component_load,
	    evcnt_attach_static);

	if (rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, name,
	    sizeof(name)) == 0)
		strlcpy(hostname, name, sizeof(hostname));
	hostnamelen = strlen(hostname);

	if (callback != NULL)
		(*callback)();

	aprint_verbose("%s", version);
	rump_component_init(RUMP_COMPONENT_KERN);
	module_init_class(MODULE_CLASS_SECMODEL);
	module_init_class(MODULE_CLASS_BUFQ);

	/* File systems; then process 0 gets a root directory. */
	rump_component_init(RUMP_COMPONENT_VFS);
	(*rump_proc_vfs_init)(&proc0);
	rump_component_init(RUMP_COMPONENT_KERN_VFS);
	module_init_class(MODULE_CLASS_VFS);

	/* Devices, then the network on them. */
	rump_component_init(RUMP_COMPONENT_DEV);
	(*rump_dev_mainbus)();
	rump_component_init(RUMP_COMPONENT_DEV_AFTERMAINBUS);
	rump_component_init(RUMP_COMPONENT_NET);
	rump_component_init(RUMP_COMPONENT_NET_ROUTE);
	rump_component_init(RUMP_COMPONENT_NET_IF);
	rump_component_init(RUMP_COMPONENT_NET_IFCFG);
	rump_component_init(RUMP_COMPONENT_SYSCALL);
	module_init_class(MODULE_CLASS_ANY);

	cold = 0;

	/* Process 1, in which threads without an lwp of their own run. */
	if (rump_lwproc_rfork(RUMP_RFCFDG) != 0)
		panic("no process 1");
	initproc = curproc;
	strlcpy(initproc->p_comm, "init", sizeof(initproc->p_comm));
	rump_inited = 1;
	rump_component_init(RUMP_COMPONENT_POSTINIT);

	/* The calling thread goes on without one. */
	rump_lwproc_releaselwp();
	rump_unschedule();
	rump_pub_audit_mark();
	return 0;
}

int
rump_boot_gethowto(void)
{

	return boothowto;
}

void
rump_boot_sethowto(int howto)
{

	boothowto = howto;
}

void
rump_boot_setsigmodel(enum rump_sigmodel model)
{

	rump_sigmodel = model;
}

int
rump_nativeabi_p(void)
{

	return 0;
}

int
rump_daemonize_begin(void)
{

	if (rump_inited)
		return EALREADY;
	return rumpuser_daemonize_begin();
}

int
rump_daemonize_done(int error)
{

	return rumpuser_daemonize_done(error);
}

int
rump_init_server(const char *url)
{

	return EOPNOTSUPP;
}

/* Prints the event counters that counted. */
void
rump_printevcnts(void)
{
	struct evcnt *ev;

	rump_schedule();
	TAILQ_FOREACH(ev, &allevents, ev_list) {
		if (ev->ev_count == 0)
			continue;
		rumpuser_dprintf("%s / %s: %llu\n", ev->ev_group,
		    ev->ev_name, (unsigned long long)ev->ev_count);
	}
	rump_unschedule();
}

/*
 * The end: all is written and the devices are off, unless this is a panic, or
 * one of those wants to reboot.
 */
void
kern_reboot(int howto, char *bootstr)
{
	static bool again;

	if (panicstr == NULL && !cold && !again) {
		again = true;
		if ((howto & RB_NOSYNC) == 0)
			(*rump_vfs_sync)();
		(*rump_dev_shutdown)(howto);
	}
	shutting_down = 1;
	doshutdownhooks();
	if (panicstr != NULL || (howto & RB_DUMP) != 0)
		rumpuser_exit(RUMPUSER_PANIC);
	rumpuser_exit(0);
}

void
cpu_reboot(int howto, char *bootstr)
{

	kern_reboot(howto, bootstr);
}

/*
 * rump_pub_*.
 */

int
rump_getversion(void)
{

	return __NetBSD_Version__;
}

int
rump_pub_getversion(void)
{

	return rump_getversion();
}

int
rump_pub_module_init(const struct modinfo *const *mip, size_t nmodinfo)
{
	int error;

	rump_schedule();
	error = module_builtin_add(mip, nmodinfo, true);
	rump_unschedule();
	return error;
}

int
rump_pub_module_fini(const struct modinfo *mi)
{
	int error;

	rump_schedule();
	error = module_builtin_remove(mi, true);
	rump_unschedule();
	return error;
}

int
rump_pub_kernelfsym_load(void *symtab, uint64_t symsize, char *strtab,
    uint64_t strsize)
{

	return 0;
}

struct uio *
rump_pub_uio_setup(void *buf, size_t bufsize, off_t offset,
    enum rump_uiorw rw)
{
	struct uio *uio;

	rump_schedule();
	uio = kmem_alloc(sizeof(*uio), KM_SLEEP);
	uio->uio_iov = kmem_alloc(sizeof(*uio->uio_iov), KM_SLEEP);
	uio->uio_iov->iov_base = buf;
	uio->uio_iov->iov_len = bufsize;
	uio->uio_iovcnt = 1;
	uio->uio_offset = offset;
	uio->uio_resid = bufsize;
	uio->uio_rw = rw == RUMPUIO_READ ? UIO_READ : UIO_WRITE;
	UIO_SETUP_SYSSPACE(uio);
	rump_unschedule();
	return uio;
}

size_t
rump_pub_uio_getresid(struct uio *uio)
{

	return uio->uio_resid;
}

off_t
rump_pub_uio_getoff(struct uio *uio)
{

	return uio->uio_offset;
}

size_t
rump_pub_uio_free(struct uio *uio)
{
	size_t resid;

	rump_schedule();
	resid = uio->uio_resid;
	kmem_free(uio->uio_iov, sizeof(*uio->uio_iov));
	kmem_free(uio, sizeof(*uio));
	rump_unschedule();
	return resid;
}

struct kauth_cred *
rump_pub_cred_create(uid_t uid, gid_t gid, size_t ngroups, gid_t *groups)
{
	kauth_cred_t cred;

	rump_schedule();
	cred = kauth_cred_alloc();
	kauth_cred_setuid(cred, uid);
	kauth_cred_seteuid(cred, uid);
	kauth_cred_setsvuid(cred, uid);
	kauth_cred_setgid(cred, gid);
	kauth_cred_setegid(cred, gid);
	kauth_cred_setsvgid(cred, gid);
	if (ngroups > NGROUPS_MAX)
		ngroups = NGROUPS_MAX;
	if (ngroups > 0)
		kauth_cred_setgroups(cred, groups, ngroups, 0, UIO_SYSSPACE);
	rump_unschedule();
	return cred;
}

void
rump_pub_cred_put(struct kauth_cred *cred)
{

	rump_schedule();
	kauth_cred_free(cred);
	rump_unschedule();
}

int
rump_pub_lwproc_rfork(int flags)
{
	int error;

	rump_schedule();
	error = rump_lwproc_rfork(flags);
	rump_unschedule();
	return error;
}

int
rump_pub_lwproc_newlwp(pid_t pid)
{
	int error;

	rump_schedule();
	error = rump_lwproc_newlwp(pid);
	rump_unschedule();
	return error;
}

void
rump_pub_lwproc_switch(struct lwp *l)
{

	rump_schedule();
	rump_lwproc_switch(l);
	rump_unschedule();
}

void
rump_pub_lwproc_releaselwp(void)
{

	rump_schedule();
	rump_lwproc_releaselwp();
	rump_unschedule();
}

struct lwp *
rump_pub_lwproc_curlwp(void)
{

	return rump_lwproc_curlwp();
}

/* Our system calls are native already. */
void
rump_pub_lwproc_sysent_usenative(void)
{

}

void
rump_pub_allbetsareoff_setid(pid_t pid, int setid)
{
	kauth_cred_t cred;
	struct proc *p;

	rump_schedule();
	mutex_enter(&proc_lock);
	if ((p = proc_find(pid)) != NULL) {
		/* In place: all who share the credentials see it. */
		cred = p->p_cred;
		kauth_cred_setuid(cred, setid);
		kauth_cred_seteuid(cred, setid);
		kauth_cred_setsvuid(cred, setid);
		kauth_cred_setgid(cred, setid);
		kauth_cred_setegid(cred, setid);
		kauth_cred_setsvgid(cred, setid);
	}
	mutex_exit(&proc_lock);
	rump_unschedule();
}
