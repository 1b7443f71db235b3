/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Interrupts: lines, their handlers, and the thread that runs them.
 *
 * The hypercall layer says that a line is pending; the thread takes it, runs
 * the handlers of the line, highest level first, and tells the layer that
 * they are through, whereupon a line that is still high is pending again.
 *
 * A device is not trusted to let go of its line.  One that comes NOBODY times
 * in a row without anybody claiming it, or that keeps the thread from its
 * sleep for BURST interrupts, is held back for a tick, and twice as long each
 * time it goes on like that; it is said once.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/evcnt.h>
#include <sys/interrupt.h>
#include <sys/intr.h>
#include <sys/kcpuset.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>

#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_dev.h>
#include <rump-sys/dev.h>

#include "autoconf_impl.h"

#define	NOBODY		100	/* unclaimed, without sleep */
#define	BURST		1024	/* without sleep */
#define	PAUSE_MAX	1024	/* ticks */

#define	INTR_XNAME	32

struct intr_line;

struct intr_handler {
	TAILQ_ENTRY(intr_handler) ih_list;
	struct intr_line *ih_line;
	int		(*ih_func)(void *);
	void		*ih_arg;
	int		ih_ipl;
	int		ih_flags;	/* RUMP_INTR_* */
	bool		ih_dead;	/* disestablished from inside */
	char		ih_xname[INTR_XNAME];
};

/* A line with handlers, or that somebody masks. */
struct intr_line {
	unsigned	il_irq;
	u_int		il_users;	/* handlers, masks, the thread */
	TAILQ_HEAD(, intr_handler) il_handlers;
	u_int		il_masked;	/* reasons to hold it back */
	u_int		il_unclaimed;	/* since the thread slept, or one claimed */
	u_int		il_burst;	/* since the thread slept */
	u_int		il_pause;	/* ticks of the last pause */
	int		il_resumed;	/* tick at which it ended */
	bool		il_paused;	/* masked, and the callout will end it */
	bool		il_told;
	callout_t	il_callout;
	struct evcnt	il_evcnt;
	char		il_name[16];	/* "irq 5" */
};

/* intr_lock; a spin mutex that nothing is taken under. */
static kmutex_t intr_lock;
static kcondvar_t intr_cv;		/* a handler has run */
static struct intr_line *lines[RUMPUSER_NIRQ];
static bool stray[RUMPUSER_NIRQ];	/* masked: came without a handler */
static struct intr_handler *running;
static struct lwp *intr_lwp;

/*
 * Held around each handler, one for each level: who checks locks and sleeps
 * sees that the handler may take spin mutexes alone.
 */
static kmutex_t intr_context[NIPL];

static int64_t
count_handlers(void *arg)
{
	struct intr_handler *ih;
	int64_t n = 0;
	unsigned i;

	mutex_enter(&intr_lock);
	for (i = 0; i < RUMPUSER_NIRQ; i++) {
		if (lines[i] != NULL)
			TAILQ_FOREACH(ih, &lines[i]->il_handlers, ih_list)
				n++;
	}
	mutex_exit(&intr_lock);
	return n;
}

RUMP_AUDIT(audit_handlers, "interrupt handlers", count_handlers, NULL)

static void
line_mask(struct intr_line *il)
{

	KASSERT(mutex_owned(&intr_lock));
	if (il->il_masked++ == 0)
		rumpuser_intr_mask(il->il_irq, 1);
}

static void
line_unmask(struct intr_line *il)
{

	KASSERT(mutex_owned(&intr_lock));
	KASSERT(il->il_masked > 0);
	if (--il->il_masked == 0)
		rumpuser_intr_mask(il->il_irq, 0);
}

static void
pause_end(struct intr_line *il)
{

	if (!il->il_paused)
		return;
	il->il_paused = false;
	il->il_burst = il->il_unclaimed = 0;
	il->il_resumed = getticks();
	line_unmask(il);
}

static void
line_resume(void *arg)
{
	struct intr_line *il = arg;

	mutex_enter(&intr_lock);
	pause_end(il);
	mutex_exit(&intr_lock);
}

/* Holds a line back for a while.  Whether this is to be said. */
static bool
line_pause(struct intr_line *il)
{
	bool tell = !il->il_told;

	if (il->il_paused)
		return false;
	il->il_pause = il->il_pause == 0 ? 1 : MIN(il->il_pause * 2, PAUSE_MAX);
	il->il_paused = true;
	il->il_told = true;
	line_mask(il);
	callout_schedule(&il->il_callout, il->il_pause);
	return tell;
}

/* One user less; gives intr_lock up.  The last one takes the line with it. */
static void
line_put(struct intr_line *il)
{

	KASSERT(mutex_owned(&intr_lock));
	KASSERT(il->il_users > 0);
	if (--il->il_users > 0) {
		mutex_exit(&intr_lock);
		return;
	}
	pause_end(il);
	lines[il->il_irq] = NULL;
	mutex_exit(&intr_lock);
	(void)callout_halt(&il->il_callout, NULL);
	callout_destroy(&il->il_callout);
	evcnt_detach(&il->il_evcnt);
	kmem_free(il, sizeof(*il));
}

/* A line is pending: runs its handlers.  Whether one claimed it. */
static bool
line_run(struct intr_line *il)
{
	TAILQ_HEAD(, intr_handler) gone = TAILQ_HEAD_INITIALIZER(gone);
	struct intr_handler *ih, *next;
	kmutex_t *context;
	bool claimed = false;
	int s;

	KASSERT(mutex_owned(&intr_lock));
	for (ih = TAILQ_FIRST(&il->il_handlers); ih != NULL; ih = next) {
		running = ih;
		mutex_exit(&intr_lock);
		context = &intr_context[ih->ih_ipl];
		if ((ih->ih_flags & RUMP_INTR_MPSAFE) == 0)
			KERNEL_LOCK(1, NULL);
		s = splraise(ih->ih_ipl);
		mutex_enter(context);
		curlwp->l_pflag |= LP_HARDINTR;
		if ((*ih->ih_func)(ih->ih_arg) != 0)
			claimed = true;
		curlwp->l_pflag &= ~LP_HARDINTR;
		mutex_exit(context);
		splx(s);
		if ((ih->ih_flags & RUMP_INTR_MPSAFE) == 0)
			KERNEL_UNLOCK_ONE(NULL);
		lockdebug_check_user_return();
		mutex_enter(&intr_lock);
		running = NULL;
		cv_broadcast(&intr_cv);
		next = TAILQ_NEXT(ih, ih_list);
		if (ih->ih_dead) {
			TAILQ_REMOVE(&il->il_handlers, ih, ih_list);
			TAILQ_INSERT_TAIL(&gone, ih, ih_list);
		}
	}
	while ((ih = TAILQ_FIRST(&gone)) != NULL) {
		TAILQ_REMOVE(&gone, ih, ih_list);
		line_put(il);
		kmem_free(ih, sizeof(*ih));
		mutex_enter(&intr_lock);
	}
	return claimed;
}

/* One interrupt of a line; slept: the thread had nothing to do before it. */
static void
line_interrupt(unsigned irq, bool slept)
{
	struct intr_line *il;
	const char *tell = NULL;
	u_int limit = 0;

	if (irq >= RUMPUSER_NIRQ)
		return;
	mutex_enter(&intr_lock);
	il = lines[irq];
	if (il == NULL || TAILQ_EMPTY(&il->il_handlers)) {
		if (!stray[irq]) {
			stray[irq] = true;
			rumpuser_intr_mask(irq, 1);
		}
		mutex_exit(&intr_lock);
		rumpuser_intr_eoi(irq);
		return;
	}
	il->il_users++;
	il->il_evcnt.ev_count++;
	if (slept) {
		il->il_burst = il->il_unclaimed = 0;
		/* It has behaved for as long as it was held back. */
		if ((u_int)(getticks() - il->il_resumed) > il->il_pause)
			il->il_pause = 0;
	}
	il->il_burst++;
	if (line_run(il))
		il->il_unclaimed = 0;
	else
		il->il_unclaimed++;
	if (il->il_unclaimed >= NOBODY) {
		limit = NOBODY;
		tell = "nobody claimed it";
	} else if (il->il_burst >= BURST) {
		limit = BURST;
		tell = "it does not end";
	}
	if (tell != NULL && !line_pause(il))
		tell = NULL;
	line_put(il);
	rumpuser_intr_eoi(irq);
	if (tell != NULL)
		printf("irq %u: %u interrupts in a row and %s: held back\n", irq, limit, tell);
}

static void
intr_thread(void *arg)
{
	struct lwp *l = curlwp;
	unsigned irq;
	uint64_t ncsw;

	for (;;) {
		ncsw = l->l_ncsw;
		if (rumpuser_intr_wait(&irq) != 0) {
			(void)kpause("intrmem", false, hz, NULL);
			continue;
		}
		line_interrupt(irq, l->l_ncsw != ncsw);
	}
}

/* Boot. */
void
intr_init(void)
{
	int i;

	mutex_init(&intr_lock, MUTEX_SPIN, IPL_HIGH);
	cv_init(&intr_cv, "intrdis");
	for (i = 0; i < NIPL; i++)
		mutex_init(&intr_context[i], MUTEX_SPIN, MAX(i, IPL_VM));
	if (kthread_create(PRI_SOFTSERIAL, KTHREAD_MPSAFE, NULL, intr_thread,
	    NULL, &intr_lwp, "intr") != 0)
		panic("no interrupt thread");
}

/* The line, with one more user, made if need be; NULL: no such.  Sleeps. */
static struct intr_line *
line_get(unsigned irq)
{
	struct intr_line *il, *mine = NULL;

	if (irq >= RUMPUSER_NIRQ)
		return NULL;
	mutex_enter(&intr_lock);
	if (lines[irq] == NULL) {
		mutex_exit(&intr_lock);
		mine = kmem_zalloc(sizeof(*mine), KM_SLEEP);
		mine->il_irq = irq;
		TAILQ_INIT(&mine->il_handlers);
		callout_init(&mine->il_callout, CALLOUT_MPSAFE);
		callout_setfunc(&mine->il_callout, line_resume, mine);
		snprintf(mine->il_name, sizeof(mine->il_name), "irq %u", irq);
		evcnt_attach_dynamic(&mine->il_evcnt, EVCNT_TYPE_INTR, NULL, "intr",
		    mine->il_name);
		mutex_enter(&intr_lock);
		if (lines[irq] == NULL) {
			lines[irq] = mine;
			mine = NULL;
		}
	}
	il = lines[irq];
	il->il_users++;
	mutex_exit(&intr_lock);
	if (mine != NULL) {
		/* Somebody else was faster. */
		evcnt_detach(&mine->il_evcnt);
		callout_destroy(&mine->il_callout);
		kmem_free(mine, sizeof(*mine));
	}
	return il;
}

void *
rump_intr_establish(unsigned irq, int ipl, int flags, int (*func)(void *), void *arg,
    const char *xname)
{
	struct intr_line *il;
	struct intr_handler *ih, *at;

	if (ipl < 0 || ipl >= NIPL || (il = line_get(irq)) == NULL)
		return NULL;
	ih = kmem_zalloc(sizeof(*ih), KM_SLEEP);
	ih->ih_line = il;
	ih->ih_func = func;
	ih->ih_arg = arg;
	ih->ih_ipl = ipl;
	ih->ih_flags = flags;
	strlcpy(ih->ih_xname, xname != NULL ? xname : "unknown", sizeof(ih->ih_xname));
	mutex_enter(&intr_lock);
	TAILQ_FOREACH(at, &il->il_handlers, ih_list) {
		if (at->ih_ipl < ipl)
			break;
	}
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, ih, ih_list);
	else
		TAILQ_INSERT_TAIL(&il->il_handlers, ih, ih_list);
	/* It may be this one's interrupt that nobody claimed. */
	pause_end(il);
	il->il_pause = 0;
	il->il_told = false;
	if (stray[irq]) {
		stray[irq] = false;
		if (il->il_masked == 0)
			rumpuser_intr_mask(irq, 0);
	}
	mutex_exit(&intr_lock);
	return ih;
}

void
rump_intr_disestablish(void *cookie)
{
	struct intr_handler *ih = cookie;

	if (ih == NULL)
		return;
	mutex_enter(&intr_lock);
	if (running == ih && curlwp == intr_lwp) {
		ih->ih_dead = true;
		mutex_exit(&intr_lock);
		return;
	}
	while (running == ih)
		cv_wait(&intr_cv, &intr_lock);
	TAILQ_REMOVE(&ih->ih_line->il_handlers, ih, ih_list);
	line_put(ih->ih_line);
	kmem_free(ih, sizeof(*ih));
}

void
rump_intr_mask(unsigned irq)
{
	struct intr_line *il = line_get(irq);

	if (il == NULL)
		return;
	mutex_enter(&intr_lock);
	line_mask(il);
	mutex_exit(&intr_lock);
}

void
rump_intr_unmask(unsigned irq)
{
	struct intr_line *il;

	mutex_enter(&intr_lock);
	il = irq < RUMPUSER_NIRQ ? lines[irq] : NULL;
	if (il == NULL) {
		mutex_exit(&intr_lock);
		return;
	}
	line_unmask(il);
	line_put(il);
}

unsigned
rump_intr_irq(void *cookie)
{
	struct intr_handler *ih = cookie;

	return ih->ih_line->il_irq;
}

struct evcnt *
rump_intr_evcnt(void *cookie)
{
	struct intr_handler *ih = cookie;

	return &ih->ih_line->il_evcnt;
}

uint64_t
rump_pub_dev_intrcount(unsigned irq)
{
	uint64_t n = 0;

	rump_schedule();
	if (irq < RUMPUSER_NIRQ && lines[irq] != NULL)
		n = lines[irq]->il_evcnt.ev_count;
	rump_unschedule();
	return n;
}

/*
 * interrupt(9): lines by name.  All of them are served by one thread, which
 * belongs to no CPU: they can't be moved.
 */

static struct intr_line *
line_find(const char *intrid)
{
	unsigned i;

	for (i = 0; i < RUMPUSER_NIRQ; i++) {
		if (lines[i] != NULL && strcmp(lines[i]->il_name, intrid) == 0)
			return lines[i];
	}
	return NULL;
}

uint64_t
interrupt_get_count(const char *intrid, u_int cpu)
{
	struct intr_line *il = line_find(intrid);

	return il != NULL && cpu == 0 ? il->il_evcnt.ev_count : 0;
}

void
interrupt_get_assigned(const char *intrid, kcpuset_t *set)
{

	kcpuset_zero(set);
	if (line_find(intrid) != NULL)
		kcpuset_set(set, 0);
}

void
interrupt_get_available(kcpuset_t *set)
{

	kcpuset_copy(set, kcpuset_running);
}

/* Names of the line's devices, with commas. */
void
interrupt_get_devname(const char *intrid, char *buf, size_t size)
{
	struct intr_line *il = line_find(intrid);
	struct intr_handler *ih;

	if (size == 0)
		return;
	buf[0] = '\0';
	if (il == NULL)
		return;
	mutex_enter(&intr_lock);
	TAILQ_FOREACH(ih, &il->il_handlers, ih_list) {
		if (buf[0] != '\0')
			strlcat(buf, ", ", size);
		strlcat(buf, ih->ih_xname, size);
	}
	mutex_exit(&intr_lock);
}

/* The names of all lines with handlers; freed by the next. */
struct intrids_handler *
interrupt_construct_intrids(const kcpuset_t *set)
{
	struct intrids_handler *iih;
	unsigned i, n = 0;

	for (i = 0; i < RUMPUSER_NIRQ; i++)
		n += lines[i] != NULL && !TAILQ_EMPTY(&lines[i]->il_handlers);
	if (kcpuset_iszero(set))
		n = 0;
	iih = kmem_zalloc(sizeof(*iih) + n * sizeof(intrid_t), KM_SLEEP);
	for (i = 0; i < RUMPUSER_NIRQ && iih->iih_nids < (int)n; i++) {
		if (lines[i] != NULL && !TAILQ_EMPTY(&lines[i]->il_handlers))
			strlcpy((&iih->iih_intrids[0])[iih->iih_nids++], lines[i]->il_name,
			    sizeof(intrid_t));
	}
	return iih;
}

void
interrupt_destruct_intrids(struct intrids_handler *iih)
{

	if (iih != NULL)
		kmem_free(iih, sizeof(*iih) + iih->iih_nids * sizeof(intrid_t));
}

int
interrupt_distribute(void *cookie, const kcpuset_t *newset, kcpuset_t *oldset)
{

	if (cookie == NULL)
		return EINVAL;
	return EOPNOTSUPP;
}

int
interrupt_distribute_handler(const char *intrid, const kcpuset_t *newset, kcpuset_t *oldset)
{

	return line_find(intrid) == NULL ? ENOENT : EOPNOTSUPP;
}
