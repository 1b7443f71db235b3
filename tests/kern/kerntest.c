/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The list of test bodies, and what they share.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/proc.h>

#include <rump/rump.h>
#include <rump/rumpuser_fuzz.h>

#include "kerntest.h"

static struct kerntest *tests;

void
kerntest_add(struct kerntest *kt)
{

	kt->kt_next = tests;
	tests = kt;
}

int
rump_kerntest_run(const char *name)
{
	struct kerntest *kt;
	int rv = 2;

	rump_schedule();
	for (kt = tests; kt != NULL; kt = kt->kt_next) {
		if (strcmp(kt->kt_name, name) == 0) {
			rv = (*kt->kt_body)();
			break;
		}
	}
	rump_unschedule();
	return rv;
}

int
rump_kerntest_lockdebug(void)
{

#ifdef LOCKDEBUG
	return 1;
#else
	return 0;
#endif
}

struct lwp *
kt_thread(void (*fn)(void *), void *arg)
{
	struct lwp *l;

	if (kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL,
	    fn, arg, &l, "kerntest") != 0)
		panic("no thread");
	return l;
}

void
kt_join(struct lwp *l)
{

	(void)kthread_join(l);
}

void
kt_settle(void)
{

	(void)kpause("settle", false, 3, NULL);
	(void)rumpuser_settle(INT64_C(20000000000));
}
