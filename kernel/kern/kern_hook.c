/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Hooks: functions that are called at shutdown, at mounting the root, in the
 * life of processes, and at suspend and resume.  They are established while
 * nobody runs them, and run newest first.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/queue.h>

struct hook {
	LIST_ENTRY(hook) h_link;
	union {
		void	(*plain)(void *);
		void	(*root)(device_t);
		void	(*proc)(struct proc *, void *);
		void	(*fork)(struct proc *, struct proc *);
		void	(*power)(int, void *);
	} h_fn;
	void		*h_arg;
};
LIST_HEAD(hook_list, hook);

static struct hook_list shutdown_hooks = LIST_HEAD_INITIALIZER(x);
static struct hook_list mountroot_hooks = LIST_HEAD_INITIALIZER(x);
static struct hook_list exec_hooks = LIST_HEAD_INITIALIZER(x);
static struct hook_list exit_hooks = LIST_HEAD_INITIALIZER(x);
static struct hook_list fork_hooks = LIST_HEAD_INITIALIZER(x);
static struct hook_list power_hooks = LIST_HEAD_INITIALIZER(x);

static struct hook *
hook_add(struct hook_list *list, void *arg)
{
	struct hook *h = kmem_zalloc(sizeof(*h), KM_SLEEP);

	h->h_arg = arg;
	LIST_INSERT_HEAD(list, h, h_link);
	return h;
}

static void
hook_remove(void *cookie)
{
	struct hook *h = cookie;

	LIST_REMOVE(h, h_link);
	kmem_free(h, sizeof(*h));
}

void *
shutdownhook_establish(void (*fn)(void *), void *arg)
{
	struct hook *h = hook_add(&shutdown_hooks, arg);

	h->h_fn.plain = fn;
	return h;
}

void
shutdownhook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

/* Each once: a hook that panics is not called again. */
void
doshutdownhooks(void)
{
	struct hook *h;

	while ((h = LIST_FIRST(&shutdown_hooks)) != NULL) {
		LIST_REMOVE(h, h_link);
		(*h->h_fn.plain)(h->h_arg);
		kmem_free(h, sizeof(*h));
	}
}

void *
mountroothook_establish(void (*fn)(device_t), device_t dev)
{
	struct hook *h = hook_add(&mountroot_hooks, dev);

	h->h_fn.root = fn;
	return h;
}

void
mountroothook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

void
mountroothook_destroy(void)
{
	struct hook *h;

	while ((h = LIST_FIRST(&mountroot_hooks)) != NULL)
		hook_remove(h);
}

/* Calls the hooks of the device that the root is on. */
void
domountroothook(device_t dev)
{
	struct hook *h, *next;

	LIST_FOREACH_SAFE(h, &mountroot_hooks, h_link, next)
		if (h->h_arg == dev)
			(*h->h_fn.root)(dev);
}

void *
exechook_establish(void (*fn)(struct proc *, void *), void *arg)
{
	struct hook *h = hook_add(&exec_hooks, arg);

	h->h_fn.proc = fn;
	return h;
}

void
exechook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

void
doexechooks(struct proc *p)
{
	struct hook *h, *next;

	LIST_FOREACH_SAFE(h, &exec_hooks, h_link, next)
		(*h->h_fn.proc)(p, h->h_arg);
}

void *
exithook_establish(void (*fn)(struct proc *, void *), void *arg)
{
	struct hook *h = hook_add(&exit_hooks, arg);

	h->h_fn.proc = fn;
	return h;
}

void
exithook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

void
doexithooks(struct proc *p)
{
	struct hook *h, *next;

	LIST_FOREACH_SAFE(h, &exit_hooks, h_link, next)
		(*h->h_fn.proc)(p, h->h_arg);
}

void *
forkhook_establish(void (*fn)(struct proc *, struct proc *))
{
	struct hook *h = hook_add(&fork_hooks, NULL);

	h->h_fn.fork = fn;
	return h;
}

void
forkhook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

void
doforkhooks(struct proc *child, struct proc *parent)
{
	struct hook *h, *next;

	LIST_FOREACH_SAFE(h, &fork_hooks, h_link, next)
		(*h->h_fn.fork)(child, parent);
}

void *
powerhook_establish(const char *name, void (*fn)(int, void *), void *arg)
{
	struct hook *h = hook_add(&power_hooks, arg);

	h->h_fn.power = fn;
	return h;
}

void
powerhook_disestablish(void *cookie)
{

	hook_remove(cookie);
}

void
dopowerhooks(int why)
{
	struct hook *h, *next;

	LIST_FOREACH_SAFE(h, &power_hooks, h_link, next)
		(*h->h_fn.power)(why, h->h_arg);
}
