/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What autoconfiguration puts off: until the parent is attached
 * (config_defer(9)), until interrupts work (config_interrupts(9)), until
 * there is a root file system (config_mountroot(9)), until all devices are
 * found (config_finalize_register(9)); and what is still pending.
 *
 * Boot of this kernel has interrupts, threads and a root file system before
 * the first device, but NetBSD has not, so that a driver may count on its
 * attach being over by then.  The three run one after the other in the thread
 * that boots.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>

#include "autoconf_impl.h"

struct deferred_config {
	TAILQ_ENTRY(deferred_config) dc_queue;
	device_t	dc_dev;
	void		(*dc_func)(device_t);
};
TAILQ_HEAD(deferred_config_head, deferred_config);

struct finalize_hook {
	TAILQ_ENTRY(finalize_hook) f_list;
	int		(*f_func)(device_t);
	device_t	f_dev;
};

/* The big lock. */
static struct deferred_config_head defer_queue = TAILQ_HEAD_INITIALIZER(defer_queue);
static struct deferred_config_head interrupt_queue = TAILQ_HEAD_INITIALIZER(interrupt_queue);
static struct deferred_config_head mountroot_queue = TAILQ_HEAD_INITIALIZER(mountroot_queue);
static TAILQ_HEAD(, finalize_hook) finalize_hooks = TAILQ_HEAD_INITIALIZER(finalize_hooks);
static bool finalize_done;

/* config_misc_lock: devices with pending configuration. */
static struct devicelist pending = TAILQ_HEAD_INITIALIZER(pending);

bool root_is_mounted;

static void
enqueue(struct deferred_config_head *queue, device_t dev, void (*func)(device_t))
{
	struct deferred_config *dc;

	KASSERT(KERNEL_LOCKED_P());
	TAILQ_FOREACH(dc, queue, dc_queue)
		KASSERTMSG(dc->dc_dev != dev, "%s: put off twice", device_xname(dev));
	dc = kmem_alloc(sizeof(*dc), KM_SLEEP);
	dc->dc_dev = dev;
	dc->dc_func = func;
	TAILQ_INSERT_TAIL(queue, dc, dc_queue);
	config_pending_incr(dev);
}

static void
run(struct deferred_config_head *queue, struct deferred_config *dc)
{
	device_t dev = dc->dc_dev;

	TAILQ_REMOVE(queue, dc, dc_queue);
	(*dc->dc_func)(dev);
	kmem_free(dc, sizeof(*dc));
	config_pending_decr(dev);
}

/*
 * func(dev) will be called when dev's parent is attached with all its
 * children.  From attach; the big lock is held then and now.
 */
void
config_defer(device_t dev, void (*func)(device_t))
{

	KASSERTMSG(device_parent(dev) != NULL, "%s has no parent", device_xname(dev));
	KERNEL_LOCK(1, NULL);
	enqueue(&defer_queue, dev, func);
	KERNEL_UNLOCK_ONE(NULL);
}

/* Runs what children of parent put off. */
void
config_defer_run(device_t parent)
{
	struct deferred_config *dc;

	do {
		TAILQ_FOREACH(dc, &defer_queue, dc_queue) {
			if (dc->dc_dev->dv_parent == parent) {
				run(&defer_queue, dc);
				break;
			}
		}
	} while (dc != NULL);
}

/* A bus has looked for children again: what they put off is due. */
void
config_deferred(device_t dev)
{

	KERNEL_LOCK(1, NULL);
	config_defer_run(dev);
	KERNEL_UNLOCK_ONE(NULL);
}

/*
 * func(dev) will be called when interrupts work: during boot at its end,
 * afterwards now.  It may sleep.
 */
void
config_interrupts(device_t dev, void (*func)(device_t))
{

	KERNEL_LOCK(1, NULL);
	if (cold)
		enqueue(&interrupt_queue, dev, func);
	else
		(*func)(dev);
	KERNEL_UNLOCK_ONE(NULL);
}

/*
 * func(dev) will be called when there is a root file system, for drivers
 * that read firmware from it: as above.
 */
void
config_mountroot(device_t dev, void (*func)(device_t))
{

	KERNEL_LOCK(1, NULL);
	if (!root_is_mounted)
		enqueue(&mountroot_queue, dev, func);
	else
		(*func)(dev);
	KERNEL_UNLOCK_ONE(NULL);
}

/* End of boot: runs what waits for interrupts. */
void
config_create_interruptthreads(void)
{
	struct deferred_config *dc;

	KERNEL_LOCK(1, NULL);
	while ((dc = TAILQ_FIRST(&interrupt_queue)) != NULL)
		run(&interrupt_queue, dc);
	KERNEL_UNLOCK_ONE(NULL);
}

/* End of boot: there is a root file system; runs what waits for it. */
void
config_create_mountrootthreads(void)
{
	struct deferred_config *dc;

	KERNEL_LOCK(1, NULL);
	root_is_mounted = true;
	while ((dc = TAILQ_FIRST(&mountroot_queue)) != NULL)
		run(&mountroot_queue, dc);
	KERNEL_UNLOCK_ONE(NULL);
}

/* All of that is done. */
void
config_finalize_mountroot(void)
{

	config_pending_wait();
}

static void
drop(struct deferred_config_head *queue, device_t dev)
{
	struct deferred_config *dc, *next;

	TAILQ_FOREACH_SAFE(dc, queue, dc_queue, next) {
		if (dc->dc_dev != dev)
			continue;
		TAILQ_REMOVE(queue, dc, dc_queue);
		kmem_free(dc, sizeof(*dc));
		config_pending_decr(dev);
	}
}

void
config_defer_drop(device_t dev)
{
	struct finalize_hook *f, *next;

	KASSERT(KERNEL_LOCKED_P());
	drop(&defer_queue, dev);
	drop(&interrupt_queue, dev);
	drop(&mountroot_queue, dev);
	TAILQ_FOREACH_SAFE(f, &finalize_hooks, f_list, next) {
		if (f->f_dev != dev)
			continue;
		TAILQ_REMOVE(&finalize_hooks, f, f_list);
		kmem_free(f, sizeof(*f));
	}
}

/*
 * dev looks for children in a thread of its own, or does something else that
 * boot should wait for.  Counts.
 */
void
config_pending_incr(device_t dev)
{

	mutex_enter(&config_misc_lock);
	if (dev->dv_pending++ == 0)
		TAILQ_INSERT_TAIL(&pending, dev, dv_pending_list);
	mutex_exit(&config_misc_lock);
}

void
config_pending_decr(device_t dev)
{

	mutex_enter(&config_misc_lock);
	KASSERTMSG(dev->dv_pending > 0, "%s: nothing is pending", device_xname(dev));
	if (--dev->dv_pending == 0) {
		TAILQ_REMOVE(&pending, dev, dv_pending_list);
		cv_broadcast(&config_misc_cv);
	}
	mutex_exit(&config_misc_lock);
}

void
config_pending_wait(void)
{

	mutex_enter(&config_misc_lock);
	while (!TAILQ_EMPTY(&pending))
		cv_wait(&config_misc_cv, &config_misc_lock);
	mutex_exit(&config_misc_lock);
}

/*
 * fn(dev) will be called when all devices are found, again and again until
 * it and all others have nothing new to say (0).  After that time, now.
 * EEXIST: it is registered.
 */
int
config_finalize_register(device_t dev, int (*fn)(device_t))
{
	struct finalize_hook *f;
	int error = 0;

	KERNEL_LOCK(1, NULL);
	if (finalize_done) {
		while ((*fn)(dev) != 0)
			continue;
		goto out;
	}
	TAILQ_FOREACH(f, &finalize_hooks, f_list) {
		if (f->f_func == fn && f->f_dev == dev) {
			error = EEXIST;
			goto out;
		}
	}
	f = kmem_alloc(sizeof(*f), KM_SLEEP);
	f->f_func = fn;
	f->f_dev = dev;
	TAILQ_INSERT_TAIL(&finalize_hooks, f, f_list);
out:
	KERNEL_UNLOCK_ONE(NULL);
	return error;
}

/* End of boot: waits for the devices, then lets the hooks have their say. */
void
config_finalize(void)
{
	struct finalize_hook *f, *next;
	bool again;

	config_pending_wait();
	KERNEL_LOCK(1, NULL);
	do {
		again = false;
		TAILQ_FOREACH_SAFE(f, &finalize_hooks, f_list, next) {
			if ((*f->f_func)(f->f_dev) != 0)
				again = true;
		}
	} while (again);
	while ((f = TAILQ_FIRST(&finalize_hooks)) != NULL) {
		TAILQ_REMOVE(&finalize_hooks, f, f_list);
		kmem_free(f, sizeof(*f));
	}
	finalize_done = true;
	KERNEL_UNLOCK_ONE(NULL);
}
