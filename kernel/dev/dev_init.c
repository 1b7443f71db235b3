/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boot of the device component.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/iostat.h>

#include <rump-sys/kern.h>

#include "disk_impl.h"

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	iostat_init();
	disk_sysinit();
	dkwedge_init();
}
