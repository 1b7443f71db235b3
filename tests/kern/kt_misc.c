/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * atomic_ops(3), percpu(9), psref(9), localcount(9), once(9), specific data.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/event.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/localcount.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/once.h>
#include <sys/percpu.h>
#include <sys/proc.h>
#include <sys/psref.h>

#include "kerntest.h"

static volatile int state;
static volatile unsigned count;

/* What a driver's filter of its own may call: always ready, with no data. */
KERNTEST(always_ready)
{
	struct knote kn = { .kn_data = 7 };

	CHECK_EQ(filt_seltrue(&kn, 0), TRUE);
	CHECK_EQ(kn.kn_data, 0);
	CHECK_EQ(seltrue_filtops.f_event(&kn, 0), !FALSE);
	return 0;
}

KERNTEST(atomic_all)
{
	uint32_t u32 = 5;
	uint64_t u64 = 5;
	unsigned int ui = 5;
	unsigned long ul = 5;
	uint8_t u8 = 1;
	void *p = NULL, *q = &u8;

	atomic_add_32(&u32, -6);
	CHECK_EQ(u32, UINT32_MAX);
	CHECK_EQ(atomic_add_64_nv(&u64, 10), 15);
	CHECK_EQ(atomic_inc_uint_nv(&ui), 6);
	CHECK_EQ(atomic_dec_ulong_nv(&ul), 4);
	atomic_or_uint(&ui, 9);
	CHECK_EQ(ui, 15);
	CHECK_EQ(atomic_and_32_nv(&u32, 0xf0), 0xf0);
	CHECK_EQ(atomic_or_64_nv(&u64, 0x100), 0x10f);
	atomic_and_ulong(&ul, 3);
	CHECK_EQ(ul, 0);
	CHECK(atomic_cas_ptr(&p, NULL, q) == NULL);
	CHECK(atomic_cas_ptr(&p, NULL, NULL) == q);
	CHECK(atomic_swap_ptr(&p, NULL) == q);
	CHECK_EQ(atomic_cas_32(&u32, 1, 2), 0xf0);
	CHECK_EQ(atomic_cas_uint(&ui, 15, 16), 15);
	CHECK_EQ(atomic_swap_ulong(&ul, 7), 0);
	CHECK_EQ(atomic_cas_8(&u8, 1, 2), 1);
	CHECK_EQ(atomic_load_acquire(&u8), 2);
	atomic_store_release(&ul, 9);
	CHECK_EQ(atomic_load_relaxed(&ul), 9);
	membar_acquire();
	membar_release();
	membar_sync();
	membar_producer();
	membar_consumer();
	return 0;
}

static void
pc_ctor(void *p, void *cookie, struct cpu_info *ci)
{

	*(int *)p = 10 + cpu_index(ci);
	(*(int *)cookie)++;
}

static void
pc_sum(void *p, void *cookie, struct cpu_info *ci)
{

	*(int *)cookie += *(int *)p;
}

KERNTEST(percpu_each)
{
	percpu_t *pc;
	int n = 0, sum = 0, i, want = 0, *p;

	pc = percpu_create(sizeof(int), pc_ctor, pc_ctor, &n);
	CHECK_EQ(n, ncpu);
	for (i = 0; i < ncpu; i++)
		want += 10 + i;
	percpu_foreach(pc, pc_sum, &sum);
	CHECK_EQ(sum, want);
	sum = 0;
	percpu_foreach_xcall(pc, 0, pc_sum, &sum);
	CHECK_EQ(sum, want);
	p = percpu_getref(pc);
	CHECK_EQ(*p, 10 + cpu_number());
	percpu_putref(pc);
	CHECK_EQ(*(int *)percpu_getptr_remote(pc, cpu_lookup(0)), 10);
	percpu_free(pc, sizeof(int));
	CHECK_EQ(n, 2 * ncpu);
	return 0;
}

static struct psref_class *class;
static struct psref_target target;

static void
psref_thread(void *arg)
{
	struct psref ref, ref2;
	int bound = curlwp_bind();

	psref_acquire(&ref, &target, class);
	psref_copy(&ref2, &ref, class);
	atomic_inc_uint(&count);
	while (!atomic_load_relaxed(&state))
		(void)kpause("psref", false, 1, NULL);
	psref_release(&ref, &target, class);
	(void)kpause("psref", false, 2, NULL);
	atomic_dec_uint(&count);
	psref_release(&ref2, &target, class);
	curlwp_bindx(bound);
	kthread_exit(0);
}

KERNTEST(psref_drain)
{
	struct lwp *l[3];
	int i;

	count = state = 0;
	class = psref_class_create("kerntest", IPL_SOFTNET);
	psref_target_init(&target, class);
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(psref_thread, NULL);
	while (atomic_load_relaxed(&count) < 3)
		kt_settle();
	atomic_store_relaxed(&state, 1);
	psref_target_destroy(&target, class);
	CHECK_EQ(atomic_load_relaxed(&count), 0);
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	psref_class_destroy(class);
	return 0;
}

static struct localcount lc;
static kmutex_t lock;
static kcondvar_t cv;

static void
localcount_thread(void *arg)
{

	localcount_acquire(&lc);
	atomic_inc_uint(&count);
	while (!atomic_load_relaxed(&state))
		(void)kpause("lc", false, 1, NULL);
	atomic_dec_uint(&count);
	localcount_release(&lc, &cv, &lock);
	kthread_exit(0);
}

KERNTEST(localcount_drains)
{
	struct lwp *l[3];
	int i;

	count = state = 0;
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "kerntest");
	localcount_init(&lc);
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(localcount_thread, NULL);
	while (atomic_load_relaxed(&count) < 3)
		kt_settle();
	atomic_store_relaxed(&state, 1);
	mutex_enter(&lock);
	localcount_drain(&lc, &cv, &lock);
	mutex_exit(&lock);
	CHECK_EQ(atomic_load_relaxed(&count), 0);
	localcount_fini(&lc);
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	cv_destroy(&cv);
	mutex_destroy(&lock);
	return 0;
}

static int
once_body(void)
{

	(void)kpause("once", false, 2, NULL);
	atomic_inc_uint(&count);
	return 0;
}

static void
once_undo(void)
{

	atomic_dec_uint(&count);
}

static ONCE_DECL(control);

static void
once_thread(void *arg)
{

	if (RUN_ONCE(&control, once_body) != 0 ||
	    atomic_load_relaxed(&count) != 1)
		state = 1;
	kthread_exit(0);
}

KERNTEST(once_only)
{
	struct lwp *l[3];
	int i;

	count = state = 0;
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(once_thread, NULL);
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	CHECK_EQ(state, 0);
	CHECK_EQ(count, 1);
	for (i = 0; i < 3; i++)
		FINI_ONCE(&control, once_undo);
	CHECK_EQ(count, 0);
	return 0;
}

static void
specific_dtor(void *data)
{

	(*(volatile unsigned *)data)++;
}

static specificdata_key_t key;

static void
specific_thread(void *arg)
{

	if (lwp_getspecific(key) != NULL)
		state = 1;
	lwp_setspecific(key, __UNVOLATILE(&count));
	if (lwp_getspecific(key) != __UNVOLATILE(&count))
		state = 1;
	kthread_exit(0);
}

KERNTEST(specific_data)
{

	count = state = 0;
	CHECK_EQ(lwp_specific_key_create(&key, specific_dtor), 0);
	kt_join(kt_thread(specific_thread, NULL));
	CHECK_EQ(state, 0);
	CHECK_EQ(count, 1);
	CHECK(lwp_getspecific(key) == NULL);
	lwp_specific_key_delete(key);
	CHECK_EQ(proc_specific_key_create(&key, specific_dtor), 0);
	proc_setspecific(curproc, key, __UNVOLATILE(&count));
	CHECK(proc_getspecific(curproc, key) == __UNVOLATILE(&count));
	proc_specific_key_delete(key);
	CHECK_EQ(count, 2);
	return 0;
}

/*
 * For the test of restoring: state that grows, a thread that sleeps, a
 * callout that is pending.
 */
static unsigned grown;
static callout_t grow_ch;

static void
grow_fire(void *arg)
{

	grown += 100;
}

KERNTEST(grow)
{
	struct lwp *l;

	grown++;
	if (grown == 1) {
		callout_init(&grow_ch, CALLOUT_MPSAFE);
		callout_reset(&grow_ch, 5, grow_fire, NULL);
		state = 0;
		count = 0;
		l = kt_thread(specific_thread, NULL);
		kt_join(l);
	}
	return 0;
}

KERNTEST(grown_1)
{

	CHECK_EQ(grown, 1);
	CHECK(callout_pending(&grow_ch));
	(void)kpause("grown", false, 10, NULL);
	CHECK_EQ(grown, 101);
	return 0;
}
