/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * For tests of the hypercall layer without a kernel: upcalls that only
 * count, and a child process whose report can be looked at.
 */

#ifndef TESTS_RUMPUSER_HYPER_H
#define TESTS_RUMPUSER_HYPER_H

#ifndef LIBRUMPUSER
#define	LIBRUMPUSER
#endif
#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define	HAVE_ASAN	1
#endif
#if __has_feature(thread_sanitizer)
#define	HAVE_TSAN	1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#undef HAVE_ASAN
#define	HAVE_ASAN	1
#endif
#ifdef __SANITIZE_THREAD__
#undef HAVE_TSAN
#define	HAVE_TSAN	1
#endif

/* Static functions have names in reports where a sanitizer is. */
#if defined(HAVE_ASAN) || defined(HAVE_TSAN)
#define	HAVE_SYMBOLS(name)	name
#else
#define	HAVE_SYMBOLS(name)	""
#endif

extern int hyper_held;		/* CPUs given out and not back */
extern int hyper_gaveup;	/* backend_unschedule calls */

/* rumpuser_init() with upcalls that count. */
void	hyper_init(void);

/*
 * Runs fn in a child, which must not end well, and checks that what it wrote
 * to standard error contains each string up to a NULL.
 */
void	hyper_dies(void (*fn)(void), ...);

#endif /* TESTS_RUMPUSER_HYPER_H */
