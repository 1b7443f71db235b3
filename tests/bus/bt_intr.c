/* SPDX-License-Identifier: BSD-2-Clause */

/* Interrupt lines and time, with the device of busmodel.h. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mutex.h>

#include <machine/bus_private.h>

#include <rump-sys/dev.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "busmodel.h"
#include "kerntest.h"

#define	MEM	x86_bus_space_mem

static bus_space_handle_t regs;
static kmutex_t lock;
static kcondvar_t cv;
static int ran, drop;

static int
handler(void *arg)
{

	KASSERT(cpu_intr_p());
	mutex_enter(&lock);
	ran++;
	if (drop != 0 && ran >= drop)
		bus_space_write_4(MEM, regs, BM_LEVEL, 0);
	cv_broadcast(&cv);
	mutex_exit(&lock);
	return 1;
}

/* How often, while the handler may run. */
static int
runs(void)
{
	int n;

	mutex_enter(&lock);
	n = ran;
	mutex_exit(&lock);
	return n;
}

static int
setup(unsigned *irqp, void **ihp)
{

	ran = 0;
	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &regs), 0);
	mutex_init(&lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&cv, "busintr");
	CHECK_EQ(rumpuser_intr_alloc(irqp), 0);
	CHECK(*irqp > 0 && *irqp < RUMPUSER_PLATIRQ);
	*ihp = rump_intr_establish(*irqp, IPL_BIO, RUMP_INTR_MPSAFE, handler, NULL, "bustest");
	CHECK(*ihp != NULL);
	return 0;
}

static void
teardown(unsigned irq, void *ih)
{

	rump_intr_disestablish(ih);
	rumpuser_intr_free(irq);
	cv_destroy(&cv);
	mutex_destroy(&lock);
	bus_space_unmap(MEM, regs, BM_MEMLEN);
}

/* Waits until the handler ran n times. */
static int
await(int n)
{
	int error = 0;

	mutex_enter(&lock);
	while (ran < n && error == 0)
		error = cv_timedwait(&cv, &lock, 10 * hz);
	mutex_exit(&lock);
	return error;
}

/* A message comes when its time has come, to the line that was bound. */
KERNTEST(intr_message)
{
	uint64_t addr, before, took;
	unsigned irq, irq2;
	uint32_t data;
	void *ih;
	int i;

	CHECK_EQ(setup(&irq, &ih), 0);
	CHECK_EQ(rumpuser_intr_bind_msi(BM_BDF, RUMPUSER_INTR_MSIX, 3, irq, &addr, &data), 0);
	CHECK_EQ(rumpuser_intr_alloc(&irq2), 0);
	CHECK(irq2 != irq);
	CHECK_EQ(rumpuser_intr_bind_msi(BM_BDF, RUMPUSER_INTR_MSIX, 3, irq2, &addr, &data), EBUSY);
	CHECK_EQ(rumpuser_intr_bind_msi(BM_BDF, RUMPUSER_INTR_MSI, 32, irq2, &addr, &data), EINVAL);
	rumpuser_intr_free(irq2);
	bus_space_write_8(MEM, regs, BM_MSGADDR, addr);
	bus_space_write_4(MEM, regs, BM_MSGDATA, data);
	for (i = 1; i <= 3; i++) {
		before = rumpuser_dev_now();
		bus_space_write_8(MEM, regs, BM_TIMER, 2000000);
		CHECK_EQ(await(i), 0);
		took = rumpuser_dev_now() - before;
		CHECK(took >= 2000000);
		CHECK(took < 1000000000);
	}
	rumpuser_intr_unbind(irq);
	bus_space_write_8(MEM, regs, BM_TIMER, 1000);
	kt_settle();
	CHECK_EQ(ran, 3);
	teardown(irq, ih);
	return 0;
}

/* The line of a pin is asserted again until the pin is low. */
KERNTEST(intr_pin)
{
	unsigned irq;
	void *ih;

	CHECK_EQ(setup(&irq, &ih), 0);
	drop = 5;
	/* High before anyone listens. */
	bus_space_write_4(MEM, regs, BM_LEVEL, 1);
	CHECK_EQ(rumpuser_intr_bind_intx(BM_BDF, 1, irq), 0);
	CHECK_EQ(rumpuser_intr_bind_intx(BM_BDF + 1, 1, irq), 0);
	CHECK_EQ(rumpuser_intr_bind_intx(BM_BDF, 5, irq), EINVAL);
	CHECK_EQ(await(5), 0);
	kt_settle();
	CHECK_EQ(ran, 5);
	rumpuser_intr_mask(irq, 1);
	bus_space_write_4(MEM, regs, BM_LEVEL, 1);
	kt_settle();
	CHECK_EQ(ran, 5);
	rumpuser_intr_mask(irq, 0);
	CHECK_EQ(await(6), 0);
	kt_settle();
	CHECK_EQ(ran, 6);
	/* What comes and goes while masked was nothing. */
	rumpuser_intr_mask(irq, 1);
	bus_space_write_4(MEM, regs, BM_LEVEL, 1);
	bus_space_write_4(MEM, regs, BM_LEVEL, 0);
	rumpuser_intr_mask(irq, 0);
	kt_settle();
	CHECK_EQ(ran, 6);
	teardown(irq, ih);
	return 0;
}

/* Who waits with delay(9) sees what a device does meanwhile. */
KERNTEST(intr_delay)
{
	uint64_t addr, before;
	unsigned irq;
	uint32_t data;
	void *ih;

	CHECK_EQ(setup(&irq, &ih), 0);
	CHECK_EQ(rumpuser_intr_bind_msi(BM_BDF, RUMPUSER_INTR_MSI, 0, irq, &addr, &data), 0);
	bus_space_write_8(MEM, regs, BM_MSGADDR, addr);
	bus_space_write_4(MEM, regs, BM_MSGDATA, data);
	bus_space_write_8(MEM, regs, BM_TIMER, 500000);
	before = rumpuser_dev_now();
	rumpuser_dev_delay(100000);
	CHECK(rumpuser_dev_now() - before >= 100000);
	CHECK(rumpuser_dev_now() - before >= 500000 || runs() == 0);
	rumpuser_dev_delay(900000);
	CHECK(rumpuser_dev_now() - before >= 1000000);
	CHECK_EQ(await(1), 0);
	teardown(irq, ih);
	return 0;
}

/* A pin that never goes low does not stop the clock. */
KERNTEST(intr_storm)
{
	uint64_t before;
	unsigned irq;
	void *ih;

	CHECK_EQ(setup(&irq, &ih), 0);
	drop = 0;
	CHECK_EQ(rumpuser_intr_bind_intx(BM_BDF, 1, irq), 0);
	before = rumpuser_dev_now();
	bus_space_write_4(MEM, regs, BM_LEVEL, 1);
	(void)kpause("storm", false, 30 * hz / 10, NULL);
	CHECK(rumpuser_dev_now() - before >= 2900000000);
	CHECK(runs() > 10);
	if (strcmp(rumpuser_backend(), "fiber") == 0)
		CHECK(runs() < 100000);
	bus_space_write_4(MEM, regs, BM_LEVEL, 0);
	teardown(irq, ih);
	return 0;
}

/*
 * Left as it is: a map that is loaded, memory that the device owns, a device
 * with a level that is high.  A restore puts all that back.
 */
KERNTEST(left_loaded)
{
	bus_dma_segment_t seg;
	static uint8_t fixed[64];
	bus_dmamap_t map, map2;
	unsigned irq;
	uint8_t *p;
	void *va;
	int n;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &regs), 0);
	p = kmem_alloc(8192, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(&pci_bus_dma64_tag, 8192, 3, 8192, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_create(&pci_bus_dma64_tag, 8192, 3, 8192, 0, 0, &map2), 0);
	CHECK_EQ(bus_dmamap_load(&pci_bus_dma64_tag, map, p, 8192, NULL, 0), 0);
	bus_dmamap_sync(&pci_bus_dma64_tag, map, 0, 8192, BUS_DMASYNC_PREREAD);
	memset(fixed, 0, sizeof(fixed));
	CHECK_EQ(bus_dmamap_load(&pci_bus_dma64_tag, map2, fixed, 64, NULL, 0), 0);
	bus_dmamap_sync(&pci_bus_dma64_tag, map2, 0, 64, BUS_DMASYNC_PREREAD);
	CHECK_EQ(bus_dmamem_alloc(&pci_bus_dma64_tag, 100, 0, 0, &seg, 1, &n, 0), 0);
	CHECK_EQ(bus_dmamem_map(&pci_bus_dma64_tag, &seg, 1, 100, &va, 0), 0);
	CHECK_EQ(rumpuser_intr_alloc(&irq), 0);
	CHECK_EQ(rumpuser_intr_bind_intx(BM_BDF, 1, irq), 0);
	bus_space_write_4(MEM, regs, BM_LEVEL, 1);
	return 0;
}
