/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices below the kernel: the backend, lines, time and memory, by the
 * hypercalls alone.
 */

#include "hyper.h"

#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rumpuser_dev.h>

#define	BDF	RUMPUSER_BDF(0, 3, 0)

static uint64_t due;
static int runs, eois;

static uint64_t
next(void *ctx)
{

	return due != 0 ? due : UINT64_MAX;
}

static void
run(void *ctx, uint64_t now)
{

	if (due != 0 && due <= now) {
		due = 0;
		runs++;
	}
}

static void
eoi(void *ctx, unsigned irq)
{

	eois++;
}

static uint64_t
reg_read(void *ctx, int space, uint64_t addr, unsigned width)
{

	return addr;
}

static const struct rumpuser_dev_backend backend = {
	.db_name = "test", .db_next = next, .db_run = run, .db_intr_eoi = eoi,
	.db_read = reg_read,
};

static bool
fiber(void)
{

	return strcmp(rumpuser_backend(), "fiber") == 0;
}

/* Without a backend, and past its ends, everything reads as ones. */
ATF_TC_WITHOUT_HEAD(nobody);
ATF_TC_BODY(nobody, tc)
{
	struct rumpuser_platdev pd;
	uint64_t start, len;

	hyper_init();
	ATF_CHECK(rumpuser_dev_backend_name() == NULL);
	ATF_CHECK_EQ(rumpuser_pci_confread(BDF, 0, 4), 0xffffffff);
	ATF_CHECK_EQ(rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0, 8), UINT64_MAX);
	ATF_CHECK_EQ(rumpuser_platdev(0, &pd), 2);
	ATF_CHECK_EQ(rumpuser_pci_window(RUMPUSER_SPACE_MEM, 0, &start, &len), 2);
	rumpuser_dev_attach(&backend, NULL);
	ATF_CHECK_STREQ(rumpuser_dev_backend_name(), "test");
	ATF_CHECK_EQ(rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0x12345678, 2), 0x5678);
	ATF_CHECK_EQ(rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0x12345679, 2), 0xffff);
	ATF_CHECK_EQ(rumpuser_pci_confread(BDF, 0, 2), 0xffff);
	rumpuser_dev_attach(NULL, NULL);
	ATF_CHECK(rumpuser_dev_backend_name() == NULL);
	ATF_CHECK_EQ(rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0, 1), 0xff);
}

ATF_TC_WITHOUT_HEAD(lines);
ATF_TC_BODY(lines, tc)
{
	unsigned irq[RUMPUSER_NIRQ], n, got;

	hyper_init();
	for (n = 0; rumpuser_intr_alloc(&irq[n]) == 0; n++)
		ATF_REQUIRE(irq[n] > 0 && irq[n] < RUMPUSER_PLATIRQ);
	ATF_CHECK_EQ(n, RUMPUSER_PLATIRQ - 1);
	ATF_CHECK_EQ(rumpuser_intr_alloc(&got), 28);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 35);
	/* The others come before the same one comes again. */
	rumpuser_intr_assert(irq[0]);
	rumpuser_intr_assert(irq[100]);
	rumpuser_intr_assert(250);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 0);
	ATF_CHECK_EQ(got, irq[0]);
	rumpuser_intr_assert(irq[0]);
	rumpuser_intr_eoi(irq[0]);
	ATF_CHECK_EQ(rumpuser_intr_wait(&got), 0);
	ATF_CHECK_EQ(got, irq[100]);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 0);
	ATF_CHECK_EQ(got, 250);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 0);
	ATF_CHECK_EQ(got, irq[0]);
	/* In service, it is not handed out twice. */
	rumpuser_intr_assert(irq[0]);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 35);
	rumpuser_intr_eoi(irq[0]);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 0);
	ATF_CHECK_EQ(got, irq[0]);
	rumpuser_intr_free(irq[0]);
	ATF_CHECK_EQ(rumpuser_intr_message(0, 0), 3);
	rumpuser_intr_assert(1000);
}

/* A pin that stays high is delivered slower and slower. */
ATF_TC_WITHOUT_HEAD(storm);
ATF_TC_BODY(storm, tc)
{
	unsigned irq, got, i, quick = 0, delays = 0;

	hyper_init();
	if (!fiber())
		atf_tc_skip("time is virtual on fibers only");
	rumpuser_dev_attach(&backend, NULL);
	ATF_REQUIRE_EQ(rumpuser_intr_alloc(&irq), 0);
	ATF_REQUIRE_EQ(rumpuser_intr_bind_intx(BDF, 1, irq), 0);
	ATF_REQUIRE_EQ(rumpuser_intr_bind_intx(BDF, 2, irq), 0);
	rumpuser_intr_level(BDF, 1, 1);
	for (i = 0; i < 1000; i++) {
		if (rumpuser_intr_poll(&got) != 0) {
			rumpuser_dev_delay(1000000);
			delays++;
			continue;
		}
		ATF_REQUIRE_EQ(got, irq);
		quick++;
		rumpuser_intr_eoi(irq);
	}
	ATF_CHECK_EQ(eois, (int)quick);
	ATF_CHECK(quick >= 64);
	ATF_CHECK(delays > 300);
	/* Once it was low, it is quick again. */
	rumpuser_intr_level(BDF, 1, 0);
	ATF_CHECK_EQ(rumpuser_intr_poll(&got), 35);
	rumpuser_intr_level(BDF, 2, 1);
	for (i = 0; i < 10; i++) {
		ATF_REQUIRE_EQ(rumpuser_intr_poll(&got), 0);
		rumpuser_intr_eoi(irq);
	}
	rumpuser_intr_level(BDF, 2, 0);
}

static unsigned again_irq, again_runs, again_served;

static uint64_t
again_next(void *ctx)
{

	return rumpuser_dev_now();
}

static void
again_run(void *ctx, uint64_t now)
{

	again_runs++;
	if (again_irq != 0)
		rumpuser_intr_assert(again_irq);
}

static const struct rumpuser_dev_backend again = {
	.db_name = "again", .db_next = again_next, .db_run = again_run,
};

/* The same after each interrupt, as a handler that makes its device interrupt. */
static bool late_due = true;

static uint64_t
late_next(void *ctx)
{

	return late_due ? rumpuser_dev_now() : UINT64_MAX;
}

static void
late_run(void *ctx, uint64_t now)
{

	late_due = false;
	again_run(ctx, now);
}

static void
late_eoi(void *ctx, unsigned irq)
{

	late_due = true;
}

static const struct rumpuser_dev_backend late = {
	.db_name = "late", .db_next = late_next, .db_run = late_run, .db_intr_eoi = late_eoi,
};

static void *
again_thread(void *arg)
{
	unsigned got;

	for (;;) {
		if (rumpuser_intr_wait(&got) != 0)
			return NULL;
		again_served++;
		rumpuser_intr_eoi(got);
	}
}

/* A device that wants to run again as soon as it has: time goes on. */
ATF_TC_WITHOUT_HEAD(again);
ATF_TC_BODY(again, tc)
{
	uint64_t before;
	unsigned irq;

	hyper_init();
	if (!fiber())
		atf_tc_skip("time is virtual on fibers only");
	rumpuser_dev_attach(&again, NULL);
	rumpuser_step_limit(200000);
	before = rumpuser_dev_now();
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 10000000);
	ATF_CHECK_EQ(rumpuser_dev_now(), before + 10000000);
	ATF_CHECK(again_runs > 1000);

	/* Each time it interrupts: it comes later and later. */
	ATF_REQUIRE_EQ(rumpuser_intr_alloc(&irq), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_create(again_thread, NULL, "intr", 0, -1, -1, NULL), 0);
	again_irq = irq;
	rumpuser_step_limit(40000);
	again_runs = 0;
	rumpuser_dev_attach(&late, NULL);
	before = rumpuser_dev_now();
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 30, 0);
	ATF_CHECK_EQ(rumpuser_dev_now(), before + 30000000000);
	ATF_CHECK(again_served > 4096 && again_served < 10000);
}

ATF_TC_WITHOUT_HEAD(delay);
ATF_TC_BODY(delay, tc)
{
	uint64_t before;

	hyper_init();
	rumpuser_dev_attach(&backend, NULL);
	before = rumpuser_dev_now();
	due = before + 5000000;
	rumpuser_dev_delay(1000000);
	ATF_CHECK(rumpuser_dev_now() >= before + 1000000);
	if (fiber()) {
		ATF_CHECK_EQ(rumpuser_dev_now(), before + 1000000);
		ATF_CHECK_EQ(runs, 0);
		rumpuser_dev_delay(9000000);
		ATF_CHECK_EQ(rumpuser_dev_now(), before + 10000000);
		ATF_CHECK_EQ(runs, 1);
	}
}

static unsigned spin_irq, spin_served;

static void
spin_run(void *ctx, uint64_t now)
{

	run(ctx, now);
	rumpuser_intr_assert(spin_irq);
}

static const struct rumpuser_dev_backend spin_backend = {
	.db_name = "spin", .db_next = next, .db_run = spin_run, .db_read = reg_read,
};

static void *
spin_thread(void *arg)
{
	unsigned got;

	for (;;) {
		if (rumpuser_intr_wait(&got) != 0)
			return NULL;
		spin_served++;
		rumpuser_intr_eoi(got);
	}
}

static uint64_t spin_woke;

static void *
spin_sleeper(void *arg)
{

	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 20000000);
	spin_woke = rumpuser_dev_now();
	return NULL;
}

/* Who looks at a device and never sleeps sees what it does later. */
ATF_TC_WITHOUT_HEAD(spin);
ATF_TC_BODY(spin, tc)
{
	static char cpu[64];
	uint64_t before, mach, steps;
	void *view;
	unsigned i, j;

	hyper_init();
	if (!fiber())
		atf_tc_skip("on threads time passes by itself");
	rumpuser_dev_attach(&spin_backend, NULL);
	ATF_REQUIRE_EQ(rumpuser_intr_alloc(&spin_irq), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_create(spin_thread, NULL, "intr", 0, -1, -1, NULL), 0);
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000);
	before = rumpuser_dev_now();
	due = before + 5000000;
	/* A few looks take no time. */
	for (i = 0; i < 200; i++)
		(void)rumpuser_bus_read(0, 8, 4);
	ATF_CHECK_EQ(rumpuser_dev_now(), before);
	for (i = 0; i < 10000 && runs == 0; i++)
		(void)rumpuser_bus_read(0, 8, 4);
	ATF_CHECK_EQ(runs, 1);
	ATF_CHECK_EQ(rumpuser_dev_now(), before + 5000000);
	/* The interrupt's thread may run. */
	ATF_CHECK_EQ(spin_served, 1);
	/* Looks between which others run are none, */
	for (i = 0; i < 10; i++) {
		due = rumpuser_dev_now() + 2000;
		for (j = 0; j < 500; j++)
			(void)rumpuser_bus_read(0, 8, 4);
		ATF_CHECK_EQ(runs, (int)i + 1);
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000000);
	}
	/* nor are those between which it delays. */
	due = rumpuser_dev_now() + 1000000000;
	for (i = 0; i < 10; i++) {
		for (j = 0; j < 500; j++)
			(void)rumpuser_bus_read(0, 8, 4);
		rumpuser_dev_delay(1000);
	}
	ATF_CHECK_EQ(runs, 11);
	/* What sleeps meanwhile wakes in time, not when the device does something. */
	before = rumpuser_dev_now();
	due = before + 1000000000000;
	ATF_REQUIRE_EQ(rumpuser_thread_create(spin_sleeper, NULL, "sleeper", 0, -1, -1, NULL), 0);
	for (i = 0; i < 10000 && runs == 11; i++)
		(void)rumpuser_bus_read(0, 8, 4);
	ATF_CHECK_EQ(runs, 12);
	ATF_CHECK_EQ(rumpuser_dev_now(), before + 1000000000000);
	ATF_CHECK(spin_woke >= before + 20000000 && spin_woke < before + 2000000000);

	if (rumpuser_dma_mode() != RUMPUSER_DMA_VIEWS)
		return;
	ATF_REQUIRE_EQ(rumpuser_dma_alloc(64, 1, 0, 0, UINT64_MAX, &mach, &view), 0);
	due = rumpuser_dev_now() + 5000000;
	steps = rumpuser_steps();
	for (i = 0; i < 10000 && due != 0; i++)
		rumpuser_dma_sync(NULL, mach, cpu, sizeof(cpu), 0x02, 0);	/* POSTREAD */
	ATF_CHECK_EQ(due, 0);
	/* It does nothing more: the count of steps will end this. */
	for (i = 0; i < 10000; i++)
		rumpuser_dma_sync(NULL, mach, cpu, sizeof(cpu), 0x02, 0);	/* POSTREAD */
	ATF_CHECK(rumpuser_steps() - steps > 9000);
}

/* A restore puts back who was there, with lines and memory. */
static char outside[4096];

static int
outside_memory(void *ctx, void **basep, uint64_t *machp, size_t *lenp)
{

	*basep = outside;
	*machp = 0x100000;
	*lenp = sizeof(outside);
	return 0;
}

static const struct rumpuser_dev_backend away = {
	.db_name = "away", .db_dma_memory = outside_memory, .db_read = reg_read,
};

/* Without strict checking nothing a device outside writes has to be synced. */
ATF_TC_WITHOUT_HEAD(snoop);
ATF_TC_BODY(snoop, tc)
{
	char cpu[64];
	uint64_t mach;
	unsigned irq, got;
	void *view;
	int map;

	hyper_init();
	rumpuser_dma_strict(0);
	rumpuser_dev_attach(&away, NULL);
	ATF_REQUIRE_EQ(rumpuser_intr_alloc(&irq), 0);
	ATF_REQUIRE_EQ(rumpuser_dma_mode(), RUMPUSER_DMA_BOUNCE);
	ATF_REQUIRE_EQ(rumpuser_dma_alloc(64, 1, 0, 0, UINT64_MAX, &mach, &view), 0);
	ATF_REQUIRE_EQ(rumpuser_dma_open(&map, mach, cpu, 64, RUMPUSER_DMA_WRITE), 0);
	memset(cpu, 'k', 64);
	rumpuser_dma_sync(&map, mach, cpu, 64, 0x01, RUMPUSER_DMA_WRITE);	/* PREREAD */

	/* An interrupt without a write, with one, and a read of a register. */
	rumpuser_intr_assert(irq);
	ATF_REQUIRE_EQ(rumpuser_intr_poll(&got), 0);
	rumpuser_intr_eoi(got);
	ATF_CHECK_EQ(cpu[3], 'k');
	memset(view, 'd', 8);
	ATF_CHECK_EQ(cpu[3], 'k');
	rumpuser_intr_assert(irq);
	ATF_REQUIRE_EQ(rumpuser_intr_poll(&got), 0);
	rumpuser_intr_eoi(got);
	ATF_CHECK_EQ(cpu[3], 'd');
	ATF_CHECK_EQ(cpu[8], 'k');
	((char *)view)[8] = 'r';
	(void)rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0, 4);
	ATF_CHECK_EQ(cpu[8], 'r');

	/* What the kernel has done with its memory since stays. */
	memset(cpu, 'n', 64);
	rumpuser_intr_assert(irq);
	ATF_REQUIRE_EQ(rumpuser_intr_poll(&got), 0);
	rumpuser_intr_eoi(got);
	ATF_CHECK_EQ(cpu[0], 'n');
	/* Nothing is fetched after a sync of the driver's own, or when it is closed. */
	((char *)view)[9] = 'e';
	rumpuser_dma_sync(&map, mach, cpu, 64, 0x02, RUMPUSER_DMA_WRITE);	/* POSTREAD */
	ATF_CHECK_EQ(cpu[9], 'e');
	((char *)view)[9] = 'f';
	(void)rumpuser_bus_read(RUMPUSER_SPACE_MEM, 0, 4);
	ATF_CHECK_EQ(cpu[9], 'e');
	rumpuser_dma_close(&map, mach, cpu, 64);
	rumpuser_dma_free(mach, 64);
}

ATF_TC_WITHOUT_HEAD(restore);
ATF_TC_BODY(restore, tc)
{
	unsigned irq, got;
	uint64_t mach;
	void *view;
	int i;

	hyper_init();
	if (!fiber())
		atf_tc_skip("no snapshot on threads");
	ATF_REQUIRE_EQ(rumpuser_dma_alloc(100, 1, 0, 0, UINT64_MAX, &mach, &view), 0);
	memset(view, 1, 100);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (i = 0; i < 3; i++) {
		ATF_CHECK(rumpuser_dev_backend_name() == NULL);
		rumpuser_dev_attach(&backend, NULL);
		ATF_REQUIRE_EQ(rumpuser_intr_alloc(&irq), 0);
		ATF_CHECK_EQ(irq, 1);
		rumpuser_intr_assert(irq);
		ATF_CHECK_EQ(((char *)view)[99], 1);
		memset(view, 2, 100);
		ATF_REQUIRE_EQ(rumpuser_dma_alloc(100, 1, 0, 0, UINT64_MAX, &mach, &view), 0);
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		ATF_CHECK_EQ(rumpuser_intr_poll(&got), 35);
		view = (char *)view - 128;
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, nobody);
	ATF_TP_ADD_TC(tp, lines);
	ATF_TP_ADD_TC(tp, storm);
	ATF_TP_ADD_TC(tp, again);
	ATF_TP_ADD_TC(tp, delay);
	ATF_TP_ADD_TC(tp, spin);
	ATF_TP_ADD_TC(tp, snoop);
	ATF_TP_ADD_TC(tp, restore);
	return atf_no_error();
}
