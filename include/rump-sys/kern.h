/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What components of a rump kernel tell its base, and what the base calls in
 * components that may not be there.
 */

#ifndef _RUMP_SYS_KERN_H_
#define _RUMP_SYS_KERN_H_

#include <sys/types.h>
#include <sys/device_if.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/cpu.h>

#include <rump/rump.h>

struct cfdriver;
struct modinfo;
struct rump_component;

/* When a component's initialiser runs, see rump_init(). */
enum rump_component_type {
	RUMP_COMPONENT_DEV,
	RUMP_COMPONENT_DEV_AFTERMAINBUS,
	RUMP_COMPONENT_KERN,
	RUMP_COMPONENT_KERN_VFS,
	RUMP_COMPONENT_NET,
	RUMP_COMPONENT_NET_ROUTE,
	RUMP_COMPONENT_NET_IF,
	RUMP_COMPONENT_NET_IFCFG,
	RUMP_COMPONENT_VFS,
	RUMP_COMPONENT_SYSCALL,
	RUMP_COMPONENT_POSTINIT,
	RUMP_COMPONENT_MAX
};

struct rump_component {
	enum rump_component_type rc_type;
	void			(*rc_init)(void);
	struct rump_component	*rc_next;
	int			rc_done;
};

/* RUMP_COMPONENT(type) { body }: body runs once at boot, in that phase. */
#define	RUMP_COMPONENT(type)						\
	_RUMP_COMPONENT(type, __COUNTER__)
#define	_RUMP_COMPONENT(type, n)					\
	_RUMP_COMPONENT1(type, __CONCAT(rumpcompinit_, __CONCAT(type, n)))
#define	_RUMP_COMPONENT1(type, fn)					\
	static void fn(void);						\
	static struct rump_component __CONCAT(fn, _comp) = {		\
		.rc_type = (type), .rc_init = fn,			\
	};								\
	static void __attribute__((__constructor__))			\
	__CONCAT(fn, _ctor)(void)					\
	{								\
									\
		rump_component_load(&__CONCAT(fn, _comp));		\
	}								\
	static void							\
	fn(void)

/* Puts a component on the list; runs it now when its phase has passed. */
void	rump_component_load(const struct rump_component *);
/* Runs the components of a phase in link order. */
void	rump_component_init(enum rump_component_type);
/* The number of components of a phase. */
int	rump_component_count(enum rump_component_type);

/*
 * Hooks of the file system faction; no-ops until it sets them.  init gives a
 * process its working directory (a copy of the current process's), release
 * takes it away, both called in any process; sync writes everything out.
 */
extern void (*rump_proc_vfs_init)(struct proc *);
extern void (*rump_proc_vfs_release)(struct proc *);
extern void (*rump_vfs_sync)(void);

/*
 * Hooks of the device faction, no-ops until it sets them.  mainbus: all
 * drivers are known, their devices may be found.  acquire: a reference to a
 * unit (NULL: it isn't there), release gives it back; commit: the unit's
 * detach can't fail any more; shutdown: reboot(2) with these RB_* ends it all.
 */
extern void (*rump_dev_mainbus)(void);
extern void (*rump_dev_shutdown)(int);
extern device_t (*rump_dev_acquire)(struct cfdriver *, int);
extern void (*rump_dev_release)(device_t);
extern void (*rump_dev_commit)(struct cfdriver *, int);

/* l_pflag: the lwp runs an interrupt handler. */
#define	LP_HARDINTR	0x40000000

/* An lwp of a new process of the given parent; without a host thread. */
int	rump_lwproc_rfork(int);
int	rump_lwproc_newlwp(pid_t);
void	rump_lwproc_switch(struct lwp *);
void	rump_lwproc_releaselwp(void);
struct lwp *rump_lwproc_curlwp(void);

/* Gives up the CPU around a call to the host that may block. */
void	rump_unschedule_cpu(struct lwp *);
void	rump_schedule_cpu(struct lwp *);

extern int rump_threads;

#endif /* _RUMP_SYS_KERN_H_ */
