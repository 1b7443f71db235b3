/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boot of the block half: buffers, pages, host files.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>

#include <rump-sys/kern.h>
#include <rump/rumpvfs_if_pub.h>
#include <uvm/uvm.h>

#include "rump_etfs.h"
#include "rump_vfsblk.h"

/*
 * Called before any vnode exists.
 */
void
rump_vfsblk_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	bufq_init();
	uvm_page_init();
	uvm_pager_init();
	ubc_init();
	bufinit();
	bufinit2();
	etfs_init();
	rumpblk_init();
}

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{

	rump_vfsblk_init();
}

RUMP_COMPONENT(RUMP_COMPONENT_KERN_VFS)
{

	etfs_boot();
}

/* Starts all delayed writes. */
void
rump_pub_bioops_sync(void)
{

	rump_schedule();
	rump_bufs_sync();
	rump_unschedule();
}
