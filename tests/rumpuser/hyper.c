/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Upcalls for tests, and children that must die.
 */

#include "hyper.h"

#include <sys/wait.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

int hyper_held;
int hyper_gaveup;

static void
schedule(void)
{

	__atomic_fetch_add(&hyper_held, 1, __ATOMIC_RELAXED);
}

static void
unschedule(void)
{

	__atomic_fetch_sub(&hyper_held, 1, __ATOMIC_RELAXED);
}

static void
backend_unschedule(int nlocks, int *countp, void *interlock)
{

	__atomic_fetch_add(&hyper_gaveup, 1, __ATOMIC_RELAXED);
	*countp = 7;
	unschedule();
}

static void
backend_schedule(int nlocks, void *interlock)
{

	if (nlocks != 7)
		abort();
	schedule();
}

static void
lwproc_switch(struct lwp *l)
{

	rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
}

void
hyper_init(void)
{
	static struct rumpuser_hyperup hyp = {
		.hyp_schedule = schedule,
		.hyp_unschedule = unschedule,
		.hyp_backend_schedule = backend_schedule,
		.hyp_backend_unschedule = backend_unschedule,
		.hyp_lwproc_switch = lwproc_switch,
		.hyp_lwproc_curlwp = rumpuser_curlwp,
	};

	ATF_REQUIRE_EQ(rumpuser_init(RUMPUSER_VERSION, &hyp), 0);
}

void
hyper_dies(void (*fn)(void), ...)
{
	static char text[1 << 20];
	size_t len = 0;
	const char *want;
	int fd[2], status;
	va_list ap;
	ssize_t n;
	pid_t pid;

#ifdef HAVE_TSAN
	/* TSan's own bookkeeping of fibers does not live through a fork. */
	if (strcmp(rumpuser_backend(), "fiber") == 0)
		atf_tc_skip("TSan with fibers can't fork");
#endif
	ATF_REQUIRE(pipe(fd) == 0);
	fflush(NULL);
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		close(fd[0]);
		dup2(fd[1], STDERR_FILENO);
		close(fd[1]);
		(*fn)();
		_exit(0);
	}
	close(fd[1]);
	while (len < sizeof(text) - 1 &&
	    (n = read(fd[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd[0]);
	ATF_REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	fprintf(stderr, "%s", text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		atf_tc_fail("the child ended well");
	va_start(ap, fn);
	while ((want = va_arg(ap, const char *)) != NULL)
		if (strstr(text, want) == NULL)
			atf_tc_fail("no \"%s\" in the report", want);
	va_end(ap);
}
