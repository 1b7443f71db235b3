/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * softint(9).  Each level has a thread on each CPU, made when the first
 * handler of the level is established.  A handler that was scheduled runs
 * once, on the CPU where it was scheduled, at the latest when that CPU's
 * other lwps sleep.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include "rump_private.h"

struct softhand;

/* A handler on one CPU. */
struct softcpuhand {
	struct softhand	*sc_hand;
	SIMPLEQ_ENTRY(softcpuhand) sc_entry;
	bool		sc_pending;	/* on the queue of its level */
	bool		sc_running;
};

/* A handler. */
struct softhand {
	void		(*sh_func)(void *);
	void		*sh_arg;
	u_int		sh_flags;
	struct softcpuhand sh_cpu[];	/* ncpu of them */
};

/* A level on one CPU. */
struct softlevel {
	kmutex_t	sl_lock;
	kcondvar_t	sl_cv;		/* work for the thread */
	kcondvar_t	sl_idle;	/* a handler has run */
	SIMPLEQ_HEAD(, softcpuhand) sl_pending;
	struct cpu_info	*sl_cpu;
	bool		sl_thread;
};

static struct softlevel softlevels[RUMP_MAXCPU][SOFTINT_COUNT];

static const struct {
	const char	*name;
	pri_t		pri;
} levels[SOFTINT_COUNT] = {
	[SOFTINT_BIO] = { "softbio", PRI_SOFTBIO },
	[SOFTINT_CLOCK] = { "softclk", PRI_SOFTCLOCK },
	[SOFTINT_SERIAL] = { "softser", PRI_SOFTSERIAL },
	[SOFTINT_NET] = { "softnet", PRI_SOFTNET },
};

static void
softint_thread(void *arg)
{
	struct softlevel *sl = arg;
	struct softcpuhand *sc;
	struct softhand *sh;

	mutex_enter(&sl->sl_lock);
	for (;;) {
		while ((sc = SIMPLEQ_FIRST(&sl->sl_pending)) == NULL)
			cv_wait(&sl->sl_cv, &sl->sl_lock);
		SIMPLEQ_REMOVE_HEAD(&sl->sl_pending, sc_entry);
		sc->sc_pending = false;
		sc->sc_running = true;
		sh = sc->sc_hand;
		mutex_exit(&sl->sl_lock);
		if ((sh->sh_flags & SOFTINT_MPSAFE) == 0)
			KERNEL_LOCK(1, NULL);
		(*sh->sh_func)(sh->sh_arg);
		if ((sh->sh_flags & SOFTINT_MPSAFE) == 0)
			KERNEL_UNLOCK_ONE(NULL);
		lockdebug_check_user_return();
		mutex_enter(&sl->sl_lock);
		sc->sc_running = false;
		cv_broadcast(&sl->sl_idle);
	}
}

/* Boot, for each CPU. */
void
softint_init(struct cpu_info *ci)
{
	struct softlevel *sl;
	int i;

	for (i = 0; i < SOFTINT_COUNT; i++) {
		sl = &softlevels[cpu_index(ci)][i];
		mutex_init(&sl->sl_lock, MUTEX_SPIN, IPL_HIGH);
		cv_init(&sl->sl_cv, levels[i].name);
		cv_init(&sl->sl_idle, "softdis");
		SIMPLEQ_INIT(&sl->sl_pending);
		sl->sl_cpu = ci;
	}
}

/*
 * Makes a handler of a level: func(arg) will run when it is scheduled, with
 * the big lock unless SOFTINT_MPSAFE.  NULL if there are no resources.  May
 * sleep.
 */
void *
softint_establish(u_int flags, void (*func)(void *), void *arg)
{
	u_int level = flags & SOFTINT_LVLMASK;
	struct softlevel *sl;
	struct softhand *sh;
	bool need;
	int i;

	KASSERT(level < SOFTINT_COUNT);
	for (i = 0; i < ncpu; i++) {
		sl = &softlevels[i][level];
		mutex_enter(&sl->sl_lock);
		need = !sl->sl_thread;
		sl->sl_thread = true;
		mutex_exit(&sl->sl_lock);
		if (need && kthread_create(levels[level].pri,
		    KTHREAD_MPSAFE | KTHREAD_INTR, sl->sl_cpu,
		    softint_thread, sl, NULL, "%s/%d", levels[level].name,
		    i) != 0) {
			sl->sl_thread = false;
			return NULL;
		}
	}
	sh = kmem_zalloc(sizeof(*sh) + ncpu * sizeof(sh->sh_cpu[0]),
	    KM_SLEEP);
	sh->sh_func = func;
	sh->sh_arg = arg;
	sh->sh_flags = flags;
	for (i = 0; i < ncpu; i++)
		sh->sh_cpu[i].sc_hand = sh;
	return sh;
}

/* Ends a handler; waits while it runs, drops it if it is still to run. */
void
softint_disestablish(void *cookie)
{
	struct softhand *sh = cookie;
	struct softlevel *sl;
	struct softcpuhand *sc;
	int i;

	for (i = 0; i < ncpu; i++) {
		sl = &softlevels[i][sh->sh_flags & SOFTINT_LVLMASK];
		sc = &sh->sh_cpu[i];
		mutex_enter(&sl->sl_lock);
		if (sc->sc_pending) {
			SIMPLEQ_REMOVE(&sl->sl_pending, sc, softcpuhand,
			    sc_entry);
			sc->sc_pending = false;
		}
		while (sc->sc_running)
			cv_wait(&sl->sl_idle, &sl->sl_lock);
		mutex_exit(&sl->sl_lock);
	}
	kmem_free(sh, sizeof(*sh) + ncpu * sizeof(sh->sh_cpu[0]));
}

/* The handler runs soon, on ci (NULL: here).  Never sleeps. */
void
softint_schedule_cpu(void *cookie, struct cpu_info *ci)
{
	struct softhand *sh = cookie;
	struct softlevel *sl;
	struct softcpuhand *sc;
	u_int i;

	i = cpu_index(ci != NULL ? ci : curcpu());
	sl = &softlevels[i][sh->sh_flags & SOFTINT_LVLMASK];
	sc = &sh->sh_cpu[i];
	mutex_enter(&sl->sl_lock);
	if (!sc->sc_pending) {
		sc->sc_pending = true;
		SIMPLEQ_INSERT_TAIL(&sl->sl_pending, sc, sc_entry);
		cv_signal(&sl->sl_cv);
	}
	mutex_exit(&sl->sl_lock);
}

void
softint_schedule(void *cookie)
{

	softint_schedule_cpu(cookie, NULL);
}
