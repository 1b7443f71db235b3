/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boot of the device component: its tables with the drivers', then mainbus
 * with all that is on it, then, when threads and interrupts work, what
 * drivers put off until now.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/iostat.h>
#include <sys/pmf.h>

#include <rump-sys/kern.h>

#include "autoconf_impl.h"
#include "bus_impl.h"
#include "disk_impl.h"

static void
commit(struct cfdriver *cd, int unit)
{
	device_t dev = device_lookup(cd, unit);

	if (dev != NULL)
		config_detach_commit(dev);
}

/* What is idle is detached, the rest is told: caches, and no more DMA. */
static void
shutdown(int how)
{

	while (config_detach_all(how))
		continue;
	/* Before what they may talk to is told; none is left for the caller. */
	doshutdownhooks();
	pmf_system_shutdown(how);
}

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	bus_space_init();
	bus_dma_init();
	config_init_mi();
	rump_dev_mainbus = mainbus_attach;
	rump_dev_acquire = device_lookup_acquire;
	rump_dev_release = device_release;
	rump_dev_commit = commit;
	rump_dev_shutdown = shutdown;
	iostat_init();
	disk_sysinit();
	dkwedge_init();
	intr_init();
	drvctl_init();
}

RUMP_COMPONENT(RUMP_COMPONENT_POSTINIT)
{

	config_create_interruptthreads();
	config_create_mountrootthreads();
	config_finalize();
}
