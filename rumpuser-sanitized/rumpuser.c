/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Start, end, and the small things: rumpuser_init, exit, kill, seterrno,
 * getparam, and what components may call back.
 */

#include "rumpuser_int.h"

#include <rump/rumpuser_component.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_qemu.h>
#include <rump/rumpuser_vfio.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Before init there is no CPU to give up. */
static void
nop_unschedule(int nlocks, int *countp, void *interlock)
{

	if (countp != NULL)
		*countp = 0;
}

static void
nop_schedule(int nlocks, void *interlock)
{
}

struct rumpuser_hyperup ru_hyp RU_STATE = {
	.hyp_backend_unschedule = nop_unschedule,
	.hyp_backend_schedule = nop_schedule,
};

int
rumpuser_init(int version, const struct rumpuser_hyperup *hyp)
{
	const char *devices, *dma;

	if (version != RUMPUSER_VERSION) {
		ru_print("rumpuser: kernel speaks version %d, not %d\n",
		    version, RUMPUSER_VERSION);
		return NB_EINVAL;
	}
	ru_arena_init();
	ru_thread_init();
	ru_report_init();
	ru_hyp = *hyp;
	if ((dma = getenv("RUMP_DMA_STRICT")) != NULL && *dma != '\0')
		rumpuser_dma_strict(*dma != '0');
	if ((devices = getenv("RUMP_QEMU")) != NULL && *devices != '\0')
		return rumpuser_qemu_start_string(devices);
	if ((devices = getenv("RUMP_VFIO")) != NULL && *devices != '\0')
		return rumpuser_vfio_start(devices);
	return 0;
}

/* Ends the process; a panic is a report. */
void
rumpuser_exit(int code)
{

	if (code == RUMPUSER_PANIC)
		rumpuser_report("kernel-panic", "the kernel has panicked");
	exit(code);
}

int
rumpuser_kill(int64_t pid, int sig)
{
	int hostsig;

	if (sig == 0)
		hostsig = 0;
	else if ((hostsig = ru_sigtrans(sig)) == -1)
		return NB_EINVAL;
	if (pid == RUMPUSER_PID_SELF) {
		if (hostsig != 0)
			raise(hostsig);
		return 0;
	}
	if (kill((pid_t)pid, hostsig) == -1)
		return ru_errtrans(errno);
	return 0;
}

void
rumpuser_seterrno(int error)
{

	errno = error;
}

/* Copies a string parameter out; E2BIG. */
static int
param_put(const char *value, void *buf, size_t len)
{
	size_t n = strlen(value) + 1;

	if (n > len)
		return NB_E2BIG;
	memcpy(buf, value, n);
	return 0;
}

int
rumpuser_getparam(const char *name, void *buf, size_t len)
{
	char tmp[300], host[256];
	const char *env;

	if (strcmp(name, RUMPUSER_PARAM_NCPU) == 0) {
		env = getenv("RUMP_NCPU");
		if (env == NULL)
			return param_put("2", buf, len);
		if (strcmp(env, "host") != 0)
			return param_put(env, buf, len);
		snprintf(tmp, sizeof(tmp), "%ld",
		    sysconf(_SC_NPROCESSORS_ONLN));
		return param_put(tmp, buf, len);
	}
	if (strcmp(name, RUMPUSER_PARAM_HOSTNAME) == 0) {
		/* A name of the host or the process would not repeat. */
		if (ru_deterministic)
			return param_put("rump.rumpdomain", buf, len);
		if (gethostname(host, sizeof(host)) == -1)
			strcpy(host, "unknown");
		host[sizeof(host) - 1] = '\0';
		snprintf(tmp, sizeof(tmp), "rump-%05d.%s", (int)getpid(),
		    host);
		return param_put(tmp, buf, len);
	}
	/* Other names with this prefix are of another version. */
	if (name[0] == '_')
		return NB_EINVAL;
	if ((env = getenv(name)) == NULL)
		return NB_ENOENT;
	return param_put(env, buf, len);
}

/*
 * For components' host code.
 */

void *
rumpuser_component_unschedule(void)
{
	int nlocks;

	ru_unsched(&nlocks, NULL);
	return (void *)(intptr_t)nlocks;
}

void
rumpuser_component_schedule(void *cookie)
{

	ru_sched((int)(intptr_t)cookie, NULL);
}

void
rumpuser_component_kthread(void)
{

	ru_hyp.hyp_schedule();
	ru_hyp.hyp_lwproc_newlwp(0);
	ru_hyp.hyp_unschedule();
}

void
rumpuser_component_kthread_release(void)
{

	ru_hyp.hyp_schedule();
	ru_hyp.hyp_lwproc_release();
	ru_hyp.hyp_unschedule();
}

struct lwp *
rumpuser_component_curlwp(void)
{
	struct lwp *l;

	ru_hyp.hyp_schedule();
	l = ru_hyp.hyp_lwproc_curlwp();
	ru_hyp.hyp_unschedule();
	return l;
}

void
rumpuser_component_switchlwp(struct lwp *l)
{

	ru_hyp.hyp_schedule();
	ru_hyp.hyp_lwproc_switch(l);
	ru_hyp.hyp_unschedule();
}

int
rumpuser_component_errtrans(int hosterr)
{

	return ru_errtrans(hosterr);
}
