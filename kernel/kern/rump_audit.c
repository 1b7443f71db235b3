/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Audits: what was handed out and not got back, see sys/rump_audit.h.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rump_audit.h>

#include <uvm/uvm_extern.h>

#include <rump/rump_fuzz.h>

#include "rump_private.h"

/* In the order of registration; changed before boot or with the CPU held. */
static struct rump_audit *audits;
static struct rump_audit **audits_tail = &audits;

void
rump_audit_register(struct rump_audit *ra)
{

	*audits_tail = ra;
	audits_tail = &ra->ra_next;
}

void
rump_pub_drain(void)
{

	rump_schedule();
	rump_drain_all();
	rump_unschedule();
}

void
rump_pub_audit_mark(void)
{
	struct rump_audit *ra;

	rump_schedule();
	for (ra = audits; ra != NULL; ra = ra->ra_next)
		ra->ra_baseline = (*ra->ra_count)(ra->ra_arg);
	rump_unschedule();
}

/*
 * A count, held against its baseline.  On host threads, what others have
 * under way is waited for, for half a second.
 */
static int64_t
settled(struct rump_audit *ra)
{
	int64_t now;
	int i;

	rump_schedule();
	now = (*ra->ra_count)(ra->ra_arg);
	for (i = 0; now != ra->ra_baseline && !klib_solo && i < 50; i++) {
		(void)kpause("audit", false, mstohz(10), NULL);
		now = (*ra->ra_count)(ra->ra_arg);
	}
	rump_unschedule();
	return now;
}

unsigned
rump_pub_audit(void (*cb)(const char *, int64_t, int64_t, void *), void *arg)
{
	struct rump_audit *ra;
	unsigned n = 0;
	int64_t now;

	if (cb == NULL && klib_solo) {
		rump_schedule();
		for (ra = audits; ra != NULL && n == 0; ra = ra->ra_next)
			n = (*ra->ra_count)(ra->ra_arg) != ra->ra_baseline;
		rump_unschedule();
		return n;
	}
	for (ra = audits; ra != NULL && (cb != NULL || n == 0); ra = ra->ra_next) {
		now = settled(ra);
		if (now != ra->ra_baseline)
			n++;
		if (cb != NULL)
			(*cb)(ra->ra_name, ra->ra_baseline, now, arg);
	}
	return n;
}

static int64_t
count_callouts(void *arg)
{

	return callouts_pending();
}

static int64_t
count_works(void *arg)
{

	return works_pending();
}

RUMP_AUDIT(audit_callouts, "pending callouts", count_callouts, NULL)
RUMP_AUDIT(audit_works, "queued works", count_works, NULL)
