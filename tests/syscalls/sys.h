/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the tests of system calls share.
 */

#ifndef TESTS_SYSCALLS_SYS_H
#define TESTS_SYSCALLS_SYS_H

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#define	LIBRUMPUSER	/* threads come from the layer below */
#include <rump/rumpuser.h>

/* The call succeeds; its result is the value. */
#define	OK(call) __extension__ ({ \
	__auto_type _rv = (call); \
	if (_rv == -1) \
		atf_tc_fail("%s:%d: " #call ": %s", __FILE__, __LINE__, \
		    rump_strerror(errno)); \
	_rv; \
})

/* The call fails with this error. */
#define	FAILS(err, call) do { \
	errno = 0; \
	long _rv = (long)(call); \
	if (_rv != -1 || errno != (err)) \
		atf_tc_fail("%s:%d: " #call " is %ld, %s, not %s", __FILE__, \
		    __LINE__, _rv, rump_strerror(errno), \
		    rump_strerror(err)); \
} while (0)

/* Runs fn(arg) in a thread of the rump kernel's kind. */
static inline void *
thread_start(void *(*fn)(void *), void *arg)
{
	void *cookie;

	ATF_REQUIRE_EQ(rumpuser_thread_create(fn, arg, "test", 1, -1, -1,
	    &cookie), 0);
	return cookie;
}

static inline void
thread_join(void *cookie)
{

	ATF_REQUIRE_EQ(rumpuser_thread_join(cookie), 0);
}

/* Lets the other threads go as far as they can. */
static inline void
settle(void)
{
	struct timespec ts = { 0, 50000000 };

	OK(rump_sys_nanosleep(&ts, NULL));
}

#endif
