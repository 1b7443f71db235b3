/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Interrupt lines and their handlers.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/evcnt.h>
#include <sys/interrupt.h>
#include <sys/intr.h>
#include <sys/kcpuset.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#include <rump/rumpuser_dev.h>
#include <rump-sys/dev.h>

#include "kerntest.h"

static unsigned irq;
static volatile int count[4];
static volatile int bad;
static kmutex_t lock;

static bool
wait_for(volatile int *p, int n)
{
	int i;

	for (i = 0; i < 1000 && *p < n; i++)
		(void)kpause("wait", false, 1, NULL);
	return *p >= n;
}

/* Handlers return whether the index says to claim. */
static int
handler(void *arg)
{
	int i = (int)(intptr_t)arg;

	if (!cpu_intr_p() || cpu_softintr_p())
		bad |= 1;
	if (i == 0 && (curlwp->l_ipl != IPL_HIGH || KERNEL_LOCKED_P()))
		bad |= 2;
	if (i == 1 && (curlwp->l_ipl != IPL_VM || !KERNEL_LOCKED_P()))
		bad |= 4;
	/* The higher level comes first. */
	if (i == 1 && count[0] <= count[1])
		bad |= 8;
	count[i]++;
	return 1;
}

KERNTEST(intr_levels)
{
	void *ih[2];

	CHECK(!cpu_intr_p());
	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	ih[1] = rump_intr_establish(irq, IPL_VM, 0, handler, (void *)1, "low");
	ih[0] = rump_intr_establish(irq, IPL_HIGH, RUMP_INTR_MPSAFE, handler, NULL, "high");
	CHECK(ih[0] != NULL && ih[1] != NULL);
	CHECK(rump_intr_establish(RUMPUSER_NIRQ, IPL_VM, 0, handler, NULL, NULL) == NULL);
	CHECK(rump_intr_establish(irq, NIPL, 0, handler, NULL, NULL) == NULL);
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[1], 1));
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[1], 2));
	CHECK_EQ(count[0], 2);
	CHECK_EQ(bad, 0);
	CHECK_EQ(rump_intr_irq(ih[0]), irq);
	CHECK_EQ(rump_intr_evcnt(ih[0])->ev_count, 2);
	rump_intr_disestablish(ih[0]);
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[1], 3) || (bad & ~8) == 0);
	CHECK_EQ(count[0], 2);
	rump_intr_disestablish(ih[1]);
	rump_intr_disestablish(NULL);
	rumpuser_intr_free(irq);
	return 0;
}

static int
counter(void *arg)
{

	count[3]++;
	return 1;
}

/* A masked line keeps its interrupt; one without handlers waits for them. */
KERNTEST(intr_mask)
{
	void *ih;
	int i;

	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	rumpuser_intr_assert(irq);
	for (i = 0; i < 3; i++)
		kt_settle();
	ih = rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, counter, NULL, NULL);
	CHECK(ih != NULL);
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[3], 1));
	count[3] = 0;
	rump_intr_mask(irq);
	rump_intr_mask(irq);
	rumpuser_intr_assert(irq);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(count[3], 0);
	rump_intr_unmask(irq);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(count[3], 0);
	rump_intr_unmask(irq);
	CHECK(wait_for(&count[3], 1));
	rump_intr_disestablish(ih);
	rumpuser_intr_free(irq);
	return 0;
}

static int
locker(void *arg)
{

	count[0]++;
	mutex_enter(&lock);
	count[1]++;
	mutex_exit(&lock);
	return 1;
}

/* Who takes a handler off waits until it is through. */
KERNTEST(intr_disestablish_waits)
{
	void *ih;
	int i;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_HIGH);
	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	ih = rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, locker, NULL, NULL);
	mutex_enter(&lock);
	rumpuser_intr_assert(irq);
	/* Some schedules keep the interrupt's thread from its CPU. */
	for (i = 0; i < 1000 && count[0] == 0; i++)
		delay(10);
	CHECK_EQ(count[1], 0);
	mutex_exit(&lock);
	rump_intr_disestablish(ih);
	CHECK_EQ(count[1], count[0]);
	i = count[0];
	rumpuser_intr_assert(irq);
	kt_settle();
	CHECK_EQ(count[0], i);
	rumpuser_intr_free(irq);
	mutex_destroy(&lock);
	return 0;
}

static void *self_cookie;

static int
leaver(void *arg)
{

	count[0]++;
	rump_intr_disestablish(self_cookie);
	return 1;
}

/* A handler that takes itself off runs once; its neighbour goes on. */
KERNTEST(intr_disestablish_inside)
{
	void *ih;
	int i;

	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	self_cookie = rump_intr_establish(irq, IPL_HIGH, RUMP_INTR_MPSAFE, leaver, NULL, NULL);
	ih = rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, counter, NULL, NULL);
	for (i = 1; i <= 3; i++) {
		rumpuser_intr_assert(irq);
		CHECK(wait_for(&count[3], i));
	}
	CHECK_EQ(count[0], 1);
	rump_intr_disestablish(ih);
	rumpuser_intr_free(irq);
	return 0;
}

static int
stormer(void *arg)
{

	count[0]++;
	rumpuser_intr_assert(irq);
	return arg != NULL;
}

static int
storm(void *claim, int limit)
{
	void *ih;
	int i;

	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	ih = rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, stormer, claim, NULL);
	rumpuser_intr_assert(irq);
	/* Others run, time passes, and the line gets its pauses. */
	for (i = 0; i < 10; i++)
		(void)kpause("storm", false, 10, NULL);
	CHECK(count[0] > 0);
	CHECK(count[0] <= limit);
	rump_intr_disestablish(ih);

	/* The next one on the line starts afresh. */
	ih = rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, counter, NULL, NULL);
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[3], 1));
	rump_intr_disestablish(ih);
	rumpuser_intr_free(irq);
	return 0;
}

/* An interrupt that nobody claims and that does not end: time goes on. */
KERNTEST(intr_unclaimed)
{

	return storm(NULL, 100 * 20);
}

KERNTEST(intr_storm)
{

	return storm(&irq, 1024 * 20);
}

KERNTEST(intr_names)
{
	struct intrids_handler *ids;
	kcpuset_t *set;
	char id[INTRIDBUF], names[INTRDEVNAMEBUF];
	void *ih[2];

	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	ih[0] = rump_intr_establish(irq, IPL_BIO, 0, counter, NULL, "first0");
	ih[1] = rump_intr_establish(irq, IPL_BIO, 0, counter, NULL, "second1");
	snprintf(id, sizeof(id), "irq %u", irq);
	interrupt_get_devname(id, names, sizeof(names));
	CHECK_EQ(strcmp(names, "first0, second1"), 0);
	rumpuser_intr_assert(irq);
	CHECK(wait_for(&count[3], 2));
	CHECK_EQ(interrupt_get_count(id, 0), 1);
	kcpuset_create(&set, true);
	interrupt_get_available(set);
	CHECK(!kcpuset_iszero(set));
	interrupt_get_assigned(id, set);
	CHECK(kcpuset_isset(set, 0));
	ids = interrupt_construct_intrids(set);
	CHECK_EQ(ids->iih_nids, 1);
	CHECK_EQ(strcmp(ids->iih_intrids[0], id), 0);
	interrupt_destruct_intrids(ids);
	CHECK_EQ(interrupt_distribute_handler("nothing", set, NULL), ENOENT);
	CHECK_EQ(interrupt_distribute(ih[0], set, NULL), EOPNOTSUPP);
	kcpuset_destroy(set);
	rump_intr_disestablish(ih[0]);
	rump_intr_disestablish(ih[1]);
	interrupt_get_devname(id, names, sizeof(names));
	CHECK_EQ(names[0], '\0');
	rumpuser_intr_free(irq);
	return 0;
}

static int
sleeper(void *arg)
{

	(void)kpause("sleeper", false, 1, NULL);
	return 1;
}

/* These don't come back. */
KERNTEST(intr_sleep)
{

	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	(void)rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, sleeper, NULL, NULL);
	rumpuser_intr_assert(irq);
	for (;;)
		kt_settle();
}

static int
adaptive(void *arg)
{

	mutex_enter(&lock);
	mutex_exit(&lock);
	return 1;
}

KERNTEST(intr_adaptive)
{

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	(void)rump_intr_establish(irq, IPL_BIO, RUMP_INTR_MPSAFE, adaptive, NULL, NULL);
	rumpuser_intr_assert(irq);
	for (;;)
		kt_settle();
}
