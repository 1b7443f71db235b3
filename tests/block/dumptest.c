/* SPDX-License-Identifier: BSD-2-Clause */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include <rump/rump.h>
#include <rump/rumpuser_dev.h>

#include "dumptest.h"

static int
dump(struct dkwedge_info *dkw, int64_t blkno, const void *data, size_t size)
{
	device_t dev;
	void *va;
	int error;

	if ((error = dkwedge_add(dkw)) != 0)
		return error;
	dev = dkwedge_find_by_wname("dump");
	if (dev == NULL)
		return ESRCH;
	va = kmem_alloc(size, KM_SLEEP);
	memcpy(va, data, size);
	error = bdev_dump(makedev(devsw_name2blk("dk", NULL, 0),
	    device_unit(dev)), blkno, va, size);
	kmem_free(va, size);
	return dkwedge_del(dkw) != 0 ? EBUSY : error;
}

int
rump_dumptest_run(const char *name, int64_t blkno, const void *data, size_t size)
{
	struct dkwedge_info dkw = { .dkw_wname = "dump", .dkw_offset = DUMPTEST_OFFSET,
	    .dkw_ptype = DKW_PTYPE_SWAP };
	struct disk *dk;
	int error = ENXIO;

	rump_schedule();
	if ((dk = disk_find(name)) != NULL) {
		strlcpy(dkw.dkw_parent, name, sizeof(dkw.dkw_parent));
		dkw.dkw_size = dk->dk_geom.dg_secperunit - DUMPTEST_OFFSET;
		error = dump(&dkw, blkno, data, size);
	}
	rump_unschedule();
	return error;
}

int
rump_dumptest_silently(const char *name, int64_t blkno, const void *data, size_t size)
{
	unsigned irq;
	int error;

	for (irq = 0; irq < RUMPUSER_NIRQ; irq++)
		rumpuser_intr_mask(irq, 1);
	error = rump_dumptest_run(name, blkno, data, size);
	for (irq = 0; irq < RUMPUSER_NIRQ; irq++)
		rumpuser_intr_mask(irq, 0);
	return error;
}
