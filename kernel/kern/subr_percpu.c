/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * percpu(9), psref(9), localcount(9), once(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/localcount.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/once.h>
#include <sys/percpu.h>
#include <sys/psref.h>
#include <sys/xcall.h>

#include "rump_private.h"

/*
 * percpu(9).
 */
struct percpu {
	size_t		pc_size;
	percpu_callback_t pc_dtor;
	void		*pc_cookie;
	void		*pc_data[];	/* by CPU */
};

/*
 * Memory of that size for each CPU, zeroed; ctor and dtor, if any, are
 * called for each.  May sleep.
 */
percpu_t *
percpu_create(size_t size, percpu_callback_t ctor, percpu_callback_t dtor,
    void *cookie)
{
	percpu_t *pc;
	int i;

	pc = kmem_alloc(sizeof(*pc) + ncpu * sizeof(pc->pc_data[0]),
	    KM_SLEEP);
	pc->pc_size = size;
	pc->pc_dtor = dtor;
	pc->pc_cookie = cookie;
	for (i = 0; i < ncpu; i++) {
		pc->pc_data[i] = kmem_zalloc(size, KM_SLEEP);
		if (ctor != NULL)
			(*ctor)(pc->pc_data[i], cookie, &cpu_info_list[i]);
	}
	return pc;
}

percpu_t *
percpu_alloc(size_t size)
{

	return percpu_create(size, NULL, NULL, NULL);
}

void
percpu_free(percpu_t *pc, size_t size)
{
	int i;

	KASSERT(pc->pc_size == size);
	for (i = 0; i < ncpu; i++) {
		if (pc->pc_dtor != NULL)
			(*pc->pc_dtor)(pc->pc_data[i], pc->pc_cookie,
			    &cpu_info_list[i]);
		kmem_free(pc->pc_data[i], size);
	}
	kmem_free(pc, sizeof(*pc) + ncpu * sizeof(pc->pc_data[0]));
}

/* This CPU's, which stays ours until percpu_putref(). */
void *
percpu_getref(percpu_t *pc)
{
	struct lwp *l = curlwp;

	l->l_nopreempt++;
	return pc->pc_data[cpu_index(l->l_cpu)];
}

void
percpu_putref(percpu_t *pc)
{

	curlwp->l_nopreempt--;
}

void *
percpu_getptr_remote(percpu_t *pc, struct cpu_info *ci)
{

	return pc->pc_data[cpu_index(ci)];
}

void
percpu_traverse_enter(void)
{

}

void
percpu_traverse_exit(void)
{

}

/* Calls back with each CPU's. */
void
percpu_foreach(percpu_t *pc, percpu_callback_t cb, void *arg)
{
	int i;

	for (i = 0; i < ncpu; i++)
		(*cb)(pc->pc_data[i], arg, &cpu_info_list[i]);
}

struct foreach_xcall {
	percpu_t	*pc;
	percpu_callback_t cb;
	void		*arg;
};

static void
foreach_xcall_cb(void *a1, void *a2)
{
	struct foreach_xcall *fx = a1;
	struct cpu_info *ci = curcpu();

	(*fx->cb)(fx->pc->pc_data[cpu_index(ci)], fx->arg, ci);
}

/* The same, on each CPU. */
void
percpu_foreach_xcall(percpu_t *pc, u_int xcflags, percpu_callback_t cb,
    void *arg)
{
	struct foreach_xcall fx = { .pc = pc, .cb = cb, .arg = arg };

	xc_wait(xc_broadcast(xcflags, foreach_xcall_cb, &fx, NULL));
}

/*
 * psref(9): each CPU has a list of the references taken on it.
 */
SLIST_HEAD(psref_head, psref);

struct psref_class {
	kmutex_t	prc_lock;
	kcondvar_t	prc_cv;		/* a draining target lost one */
	percpu_t	*prc_percpu;	/* struct psref_head */
	ipl_cookie_t	prc_ipl;
};

struct psref_class *
psref_class_create(const char *name, int ipl)
{
	struct psref_class *prc;

	prc = kmem_zalloc(sizeof(*prc), KM_SLEEP);
	prc->prc_percpu = percpu_alloc(sizeof(struct psref_head));
	mutex_init(&prc->prc_lock, MUTEX_DEFAULT, ipl);
	cv_init(&prc->prc_cv, name);
	prc->prc_ipl = makeiplcookie(ipl);
	return prc;
}

void
psref_class_destroy(struct psref_class *prc)
{

	cv_destroy(&prc->prc_cv);
	mutex_destroy(&prc->prc_lock);
	percpu_free(prc->prc_percpu, sizeof(struct psref_head));
	kmem_free(prc, sizeof(*prc));
}

void
psref_target_init(struct psref_target *target, struct psref_class *class)
{

	target->prt_class = class;
	target->prt_draining = false;
}

/*
 * Takes a reference; the caller is in a pserialize read section or otherwise
 * knows that the target is alive, and is bound to its CPU until it gives the
 * reference back.
 */
void
psref_acquire(struct psref *psref, const struct psref_target *target,
    struct psref_class *class)
{
	struct psref_head *head;

	KASSERT(curcpu_stable());
	KASSERTMSG(target->prt_class == class,
	    "psref target of another class");
	KASSERTMSG(!__atomic_load_n(&target->prt_draining, __ATOMIC_RELAXED),
	    "psref target is going away");
	head = percpu_getref(class->prc_percpu);
	SLIST_INSERT_HEAD(head, psref, psref_entry);
	psref->psref_target = target;
	psref->psref_lwp = curlwp;
	psref->psref_cpu = curcpu();
	curlwp->l_psrefs++;
	percpu_putref(class->prc_percpu);
}

void
psref_release(struct psref *psref, const struct psref_target *target,
    struct psref_class *class)
{
	struct psref_head *head;
	bool draining;

	KASSERT(curcpu_stable());
	KASSERTMSG(psref->psref_target == target, "psref of another target");
	KASSERTMSG(psref->psref_cpu == curcpu(), "psref of another CPU");
	head = percpu_getref(class->prc_percpu);
	SLIST_REMOVE(head, psref, psref, psref_entry);
	psref->psref_target = NULL;
	curlwp->l_psrefs--;
	/* The target may be gone as soon as we leave the CPU, not before. */
	draining = __atomic_load_n(&target->prt_draining, __ATOMIC_RELAXED);
	percpu_putref(class->prc_percpu);
	if (draining) {
		mutex_enter(&class->prc_lock);
		cv_broadcast(&class->prc_cv);
		mutex_exit(&class->prc_lock);
	}
}

/* Another reference to what pold refers to. */
void
psref_copy(struct psref *pnew, const struct psref *pold,
    struct psref_class *class)
{
	struct psref_head *head;

	KASSERT(pold->psref_target != NULL);
	head = percpu_getref(class->prc_percpu);
	SLIST_INSERT_HEAD(head, pnew, psref_entry);
	pnew->psref_target = pold->psref_target;
	pnew->psref_lwp = curlwp;
	pnew->psref_cpu = curcpu();
	curlwp->l_psrefs++;
	percpu_putref(class->prc_percpu);
}

static bool
psref_on_cpu(const struct psref_target *target, struct psref_class *class)
{
	struct psref_head *head;
	struct psref *psref;
	bool held = false;

	head = percpu_getref(class->prc_percpu);
	SLIST_FOREACH(psref, head, psref_entry) {
		if (psref->psref_target == target) {
			held = true;
			break;
		}
	}
	percpu_putref(class->prc_percpu);
	return held;
}

/* Whether this CPU has a reference.  For assertions. */
bool
psref_held(const struct psref_target *target, struct psref_class *class)
{

	return psref_on_cpu(target, class);
}

struct psref_drain {
	struct psref_target *target;
	struct psref_class *class;
	bool		held;
};

static void
psref_drain_cb(void *a1, void *a2)
{
	struct psref_drain *pd = a1;

	if (psref_on_cpu(pd->target, pd->class))
		pd->held = true;
}

/*
 * Waits for all references to be given back; no new ones are to be had.
 */
void
psref_target_destroy(struct psref_target *target, struct psref_class *class)
{
	struct psref_drain pd = { .target = target, .class = class };

	ASSERT_SLEEPABLE();
	KASSERT(!target->prt_draining);
	__atomic_store_n(&target->prt_draining, true, __ATOMIC_RELAXED);
	for (;;) {
		pd.held = false;
		xc_wait(xc_broadcast(0, psref_drain_cb, &pd, NULL));
		if (!pd.held)
			break;
		/*
		 * A reference may have been given back since we looked: do
		 * not rely on being woken.
		 */
		mutex_enter(&class->prc_lock);
		(void)cv_timedwait(&class->prc_cv, &class->prc_lock, 1);
		mutex_exit(&class->prc_lock);
	}
	target->prt_class = NULL;
}

/*
 * localcount(9).
 */

/* lc_totalp of what has been drained. */
static int64_t localcount_drained;

void
localcount_init(struct localcount *lc)
{

	lc->lc_totalp = NULL;
	lc->lc_percpu = percpu_alloc(sizeof(int64_t));
}

static void
localcount_sum_cb(void *a1, void *a2)
{
	struct localcount *lc = a1;
	int64_t *total = a2, *localp;

	localp = percpu_getref(lc->lc_percpu);
	*total += *localp;
	*localp = 0;
	percpu_putref(lc->lc_percpu);
}

/*
 * Waits for all references to be given back: the caller has the interlock
 * and has made sure that there will be no new ones.
 */
void
localcount_drain(struct localcount *lc, struct kcondvar *cv,
    struct kmutex *interlock)
{
	int64_t total = 0;

	KASSERT(mutex_owned(interlock));
	KASSERT(lc->lc_totalp == NULL);
	/* From here on references are given back under the interlock. */
	__atomic_store_n(&lc->lc_totalp, &total, __ATOMIC_RELEASE);
	mutex_exit(interlock);
	xc_wait(xc_broadcast(0, localcount_sum_cb, lc, &total));
	mutex_enter(interlock);
	while (total != 0)
		cv_wait(cv, interlock);
	/* Nobody who decremented is still under way on another CPU. */
	mutex_exit(interlock);
	xc_barrier(0);
	mutex_enter(interlock);
	__atomic_store_n(&lc->lc_totalp, &localcount_drained,
	    __ATOMIC_RELAXED);
}

void
localcount_fini(struct localcount *lc)
{

	KASSERT(lc->lc_totalp == NULL ||
	    lc->lc_totalp == &localcount_drained);
	lc->lc_totalp = NULL;
	percpu_free(lc->lc_percpu, sizeof(int64_t));
	lc->lc_percpu = NULL;
}

/* Takes a reference to what is known to be alive. */
void
localcount_acquire(struct localcount *lc)
{
	int64_t *localp;

	KASSERT(__atomic_load_n(&lc->lc_totalp, __ATOMIC_RELAXED) == NULL);
	localp = percpu_getref(lc->lc_percpu);
	(*localp)++;
	percpu_putref(lc->lc_percpu);
}

/* Gives one back; wakes who drains with the last. */
void
localcount_release(struct localcount *lc, struct kcondvar *cv,
    struct kmutex *interlock)
{
	int64_t *localp, *totalp;

	localp = percpu_getref(lc->lc_percpu);
	totalp = __atomic_load_n(&lc->lc_totalp, __ATOMIC_ACQUIRE);
	if (__predict_false(totalp != NULL)) {
		percpu_putref(lc->lc_percpu);
		mutex_enter(interlock);
		if (--(*totalp) == 0)
			cv_broadcast(cv);
		mutex_exit(interlock);
		return;
	}
	(*localp)--;
	percpu_putref(lc->lc_percpu);
}

/*
 * once(9).
 */
static kmutex_t once_lock;
static kcondvar_t once_cv;

void
once_init(void)
{

	mutex_init(&once_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&once_cv, "runonce");
}

/* Runs fn unless it has succeeded already; its error. */
int
_init_once(once_t *o, int (*fn)(void))
{
	int error;

	ASSERT_SLEEPABLE();
	mutex_enter(&once_lock);
	while (o->o_status == ONCE_RUNNING)
		cv_wait(&once_cv, &once_lock);
	if (o->o_refcnt++ == 0) {
		atomic_store_relaxed(&o->o_status, ONCE_RUNNING);
		mutex_exit(&once_lock);
		o->o_error = (*fn)();
		mutex_enter(&once_lock);
		__atomic_store_n(&o->o_status, ONCE_DONE, __ATOMIC_RELEASE);
		cv_broadcast(&once_cv);
	}
	error = o->o_error;
	mutex_exit(&once_lock);
	return error;
}

/* Undoes one _init_once(); the last one runs fn. */
void
_fini_once(once_t *o, void (*fn)(void))
{

	ASSERT_SLEEPABLE();
	mutex_enter(&once_lock);
	while (o->o_status == ONCE_RUNNING)
		cv_wait(&once_cv, &once_lock);
	KASSERT(o->o_refcnt != 0);
	if (--o->o_refcnt == 0) {
		atomic_store_relaxed(&o->o_status, ONCE_RUNNING);
		mutex_exit(&once_lock);
		if (o->o_error == 0)
			(*fn)();
		mutex_enter(&once_lock);
		atomic_store_relaxed(&o->o_status, ONCE_VIRGIN);
		cv_broadcast(&once_cv);
	}
	mutex_exit(&once_lock);
}
