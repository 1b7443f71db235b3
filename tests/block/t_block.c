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
	x(bufq_modules)							\
	x(bufq_priocscan_order)					\
	x(bufq_readprio_order)						\
	x(cache_busy_wait)						\
	x(cache_delayed_write)						\
	x(cache_errors)						\
	x(cache_limit)							\
	x(cache_parallel)						\
	x(cache_read_hit)						\
	x(cache_size_change)						\
	x(devsw_tables)						\
	x(dk_deferred)							\
	x(dump_errors)							\
	x(dump_partitions)						\
	x(dump_wedges)							\
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
	x(pages_parallel_write)					\
	x(pages_read_2k)						\
	x(pages_read_32k)						\
	x(pages_read_4k)						\
	x(pages_read_512)						\
	x(pages_read_64k)						\
	x(pages_reclaim_writes)					\
	x(pages_setsize_puts)						\
	x(pages_shared_lock)						\
	x(pages_write_16k)						\
	x(pages_write_1k)						\
	x(pages_write_4k)						\
	x(pages_write_512)						\
	x(pages_write_fault)						\
	x(physio_bounds)						\
	x(vnode_before_mount)						\
	x(wedge_add_io)							\
	x(wedge_forced)

BODIES(BODY)

/* Those with threads, under schedules that preempt: all hold. */
ATF_TC_WITHOUT_HEAD(schedules);
ATF_TC_BODY(schedules, tc)
{
	static const char *const bodies[] = { "cache_busy_wait",
	    "cache_parallel", "dk_deferred", "pages_parallel",
	    "pages_parallel_write", "wedge_add_io" };
	unsigned i, seed;

	if (strcmp(rumpuser_backend(), "fiber") != 0)
		atf_tc_skip("schedules are the fiber backend's");
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
	for (seed = 1; seed <= 8; seed++) {
		for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			ATF_REQUIRE_EQ(rumpuser_sched_set(RUMPUSER_SCHED_PCT,
			    seed, NULL, 0), 0);
			ATF_CHECK_EQ_MSG(rump_kerntest_run(bodies[i]), 0,
			    "%s under schedule %u", bodies[i], seed);
			ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		}
	}
}

#define	ADD(name)	ATF_TP_ADD_TC(tp, name);

ATF_TP_ADD_TCS(tp)
{

	BODIES(ADD)
	ATF_TP_ADD_TC(tp, schedules);
	return atf_no_error();
}
