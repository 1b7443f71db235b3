/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the measuring programs share.  Each figure is the best of several
 * rounds, since noise only ever adds; the last column compares it with the
 * bar for this kind of build, if there is one.
 */

#ifndef HARNESS_BENCH_UTIL_H
#define HARNESS_BENCH_UTIL_H

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kerror.h"

#define ROUNDS	5
#define ROUND	0.25	/* seconds */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED	1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED	0
#endif

static char **only;
static int nonly;

static inline void
bench_pin(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) == -1)
		fprintf(stderr, "rumpfuzz bench: not pinned to a core: %s\n", strerror(errno));
}

static inline double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline int
wanted(const char *name)
{
	int i;

	for (i = 0; i < nonly; i++)
		if (strcmp(only[i], name) == 0)
			return 1;
	return nonly == 0;
}

/* higher: more is better. */
static inline void
print(const char *name, double v, const char *unit, double bar, int higher)
{

	printf("%-24s %14.2f %-10s", name, v, unit);
	if (bar > 0)
		printf(" bar %12.2f  ratio %5.2f%s", bar, higher ? v / bar : bar / v,
		    (higher ? v >= bar : v <= bar) ? "" : "  MISSED");
	putchar('\n');
	fflush(stdout);
}

static inline void
must(int ok, const char *what)
{

	if (!ok) {
		fprintf(stderr, "rumpfuzz bench: %s: %s\n", what, kstrerror(errno));
		exit(2);
	}
}

/* Best rate of fn over the rounds; fn does n of something. */
static inline double
rate(void (*fn)(unsigned n), unsigned n)
{
	double best = 0, t0, t1;
	unsigned long done;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		done = 0;
		t0 = now();
		do {
			fn(n);
			done += n;
			t1 = now();
		} while (t1 - t0 < ROUND);
		if (done / (t1 - t0) > best)
			best = done / (t1 - t0);
	}
	return best;
}

#endif /* HARNESS_BENCH_UTIL_H */
