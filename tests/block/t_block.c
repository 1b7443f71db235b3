/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Buffers, queues, disks and partition tables: the bodies of bt_*.c, each in
 * a kernel of its own, and nothing may be left when one is done.
 */

#include <stdio.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_fuzz.h>

#include "../kern/kerntest.h"

static void
audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	/* What stays cached is no leak. */
	if (strstr(name, "buffer") == NULL && strstr(name, "page") == NULL)
		return;
	if (baseline != now) {
		printf("%s: %lld at first, %lld now\n", name,
		    (long long)baseline, (long long)now);
		*(int *)arg = 1;
	}
}

static void
run(const char *name)
{
	int bad = 0;

	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	(void)rump_pub_audit(audit, &bad);
	ATF_CHECK_EQ(bad, 0);
}

#define	BODY(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run(#name);							\
}

#define	BODIES(x)							\
	x(aobj_pages)							\
	x(bounds_mediasize)						\
	x(bufq_cancel_move)						\
	x(bufq_disksort_order)						\
	x(bufq_fcfs_order)						\
	x(bufq_priocscan_order)					\
	x(bufq_readprio_order)						\
	x(cache_busy_wait)						\
	x(cache_delayed_write)						\
	x(cache_errors)						\
	x(cache_limit)							\
	x(cache_read_hit)						\
	x(cache_size_change)						\
	x(devsw_tables)						\
	x(dk_deferred)							\
	x(gpt_backup)							\
	x(gpt_good)							\
	x(gpt_hostile)							\
	x(label_hostile)						\
	x(label_ioctl)							\
	x(label_partitions)						\
	x(mbr_wedges)							\
	x(nested_io)							\
	x(pages_directio)						\
	x(pages_drain)							\
	x(pages_errors)						\
	x(pages_parallel)						\
	x(pages_read_2k)						\
	x(pages_read_32k)						\
	x(pages_read_4k)						\
	x(pages_read_512)						\
	x(pages_read_64k)						\
	x(pages_reclaim_writes)					\
	x(pages_write_16k)						\
	x(pages_write_1k)						\
	x(pages_write_4k)						\
	x(pages_write_512)						\
	x(pages_write_fault)						\
	x(physio_bounds)						\
	x(wedge_add_io)

BODIES(BODY)

#define	ADD(name)	ATF_TP_ADD_TC(tp, name);

ATF_TP_ADD_TCS(tp)
{

	BODIES(ADD)
	return atf_no_error();
}
