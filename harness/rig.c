/* SPDX-License-Identifier: BSD-2-Clause */

/* Boot, run, check, restore; see rig.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_fuzz.h>

#include "rig.h"
#include "rigstat.h"

#define STEPS_DEFAULT	20000000u
#define DAYS_DEFAULT	7
#define LOGSIZE		65536u
#define CLOCK_BASE	1700000000	/* 2023-11-14: any fixed date will do */

static struct lwp *home;		/* the process all others are born from */
static int booted;
static int noreset;
static char logbuf[LOGSIZE];
static size_t loglen;
static struct rigstat *stats;

int	LLVMFuzzerInitialize(int *, char ***);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned);
size_t	LLVMFuzzerCustomCrossOver(const uint8_t *, size_t, const uint8_t *, size_t, uint8_t *,
	    size_t, unsigned);
size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t) __attribute__((__weak__));

const char *
rig_log(size_t *len)
{

	*len = loglen;
	return logbuf;
}

static void
console(const char *buf, size_t len, void *arg)
{

	if (rig_trace_file != NULL) {
		rig_trace_break();
		fwrite(buf, 1, len, rig_trace_file);
		fflush(rig_trace_file);
	}
	if (len > LOGSIZE) {
		buf += len - LOGSIZE;
		len = LOGSIZE;
	}
	if (loglen + len > LOGSIZE) {
		size_t drop = loglen + len - LOGSIZE;

		memmove(logbuf, logbuf + drop, loglen - drop);
		loglen -= drop;
	}
	memcpy(logbuf + loglen, buf, len);
	loglen += len;
}

/* A report ends the process: show what the kernel said before it. */
static void
on_report(void *arg)
{
	static const char head[] = "---- kernel log of this input ----\n";
	size_t off = 0;

	rig_trace_break();
	if (loglen == 0 || rig_trace_file != NULL)
		return;
	if (write(2, head, sizeof(head) - 1) < 0)
		return;
	while (off < loglen) {
		ssize_t n = write(2, logbuf + off, loglen - off);

		if (n <= 0)
			break;
		off += n;
	}
}

/* The page of figures that `rumpfuzz fuzz` watches, if it gave us one. */
static void
stats_open(void)
{
	const char *path = getenv("RUMPFUZZ_STATS");
	void *p;
	int fd;

	if (path == NULL)
		return;
	if ((fd = open(path, O_RDWR)) == -1) {
		fprintf(stderr, "rumpfuzz: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	p = mmap(NULL, sizeof(*stats), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED) {
		fprintf(stderr, "rumpfuzz: mmap %s: %s\n", path, strerror(errno));
		exit(2);
	}
	stats = p;
}

void
rig_boot(void)
{
	int error;

	if (booted)
		return;
	booted = 1;
	stats_open();
	rumpuser_clock_base(CLOCK_BASE);
	rumpuser_random_seed(1);
	rumpuser_console_sink(console, NULL);
	rumpuser_report_hook(on_report, NULL);
	if ((error = rump_init()) != 0) {
		fprintf(stderr, "rumpfuzz: %s: rump_init failed: error %d\n%.*s",
		    rig_target.rt_name, error, (int)loglen, logbuf);
		exit(2);
	}
	/* A process of its own, with no descriptors, that each input finds as new. */
	if ((error = rump_pub_lwproc_rfork(RUMP_RFCFDG)) != 0) {
		fprintf(stderr, "rumpfuzz: %s: no process: error %d\n", rig_target.rt_name, error);
		exit(2);
	}
	if (rig_target.rt_boot != NULL && (error = rig_target.rt_boot()) != 0) {
		fprintf(stderr, "rumpfuzz: %s: boot of the target failed: error %d\n%.*s",
		    rig_target.rt_name, error, (int)loglen, logbuf);
		exit(2);
	}
	home = rump_pub_lwproc_curlwp();
	rump_pub_drain();
	rump_pub_audit_mark();
	rumpuser_obj_mark();
	loglen = 0;
	rumpuser_clock_limit((rig_target.rt_days != 0 ? rig_target.rt_days : DAYS_DEFAULT) * 86400ll);
	rumpuser_step_limit(rig_target.rt_steps != 0 ? rig_target.rt_steps : STEPS_DEFAULT);
	error = rumpuser_snapshot();
	if (error != 0) {
		if (getenv("RUMPFUZZ_NORESET") == NULL) {
			fprintf(stderr, "rumpfuzz: %s: no snapshot in this build (error %d): "
			    "run one input for each process with RUMPFUZZ_NORESET=1\n",
			    rig_target.rt_name, error);
			exit(2);
		}
		noreset = 1;
	}
}

static unsigned notreturned;

static void
audit(const char *name, int64_t before, int64_t now, void *arg)
{

	if (now == before)
		return;
	fprintf(stderr, "rumpfuzz: not returned: %s: %lld before, %lld after\n", name,
	    (long long)before, (long long)now);
	notreturned++;
}

static void
leaked(const struct rumpuser_objinfo *oi, void *arg)
{
	unsigned *n = arg;

	if ((*n)++ < 10) {
		fprintf(stderr, "rumpfuzz: still allocated: %zu bytes of %s\n", oi->oi_len,
		    oi->oi_name);
		rumpuser_obj_describe(oi->oi_addr);
	}
}

/* Everything that an input took must be back, once its process is gone. */
static void
check(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	unsigned n = 0;

	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(home);
	if (rump_pub_audit(NULL, NULL) == 0)
		return;
	rump_pub_drain();
	if (rump_pub_audit(NULL, NULL) == 0)
		return;
	/* A thread that was let go may not have run yet, and return it now. */
	rump_sys_nanosleep(&moment, NULL);
	rump_pub_drain();

	notreturned = 0;
	rump_pub_audit(audit, NULL);
	if (notreturned != 0) {
		rumpuser_obj_live(leaked, &n);
		rumpuser_report("not-returned", "%u kinds of things were not given back",
		    notreturned);
	}
}

/*
 * Notes on locks cost a fifth of all time.  Under an engine, which shows the
 * kernel a bug's every relative, one input of RIG_LOCK_INPUTS has them; which one
 * is a matter of its bytes, so that it replays.
 */
static int
locks_noted(const uint8_t *data, size_t len)
{
#ifdef RIG_ENGINE
	uint64_t h = len, w;
	size_t i, step = len / 64 + 8;

	for (i = 0; i + sizeof(w) <= len; i += step) {
		memcpy(&w, data + i, sizeof(w));
		h = (h ^ w) * 0x9e3779b97f4a7c15u;
	}
	return (h >> 32) % RIG_LOCK_INPUTS == 0;
#else
	return 1;
#endif
}

void
rig_run(const uint8_t *data, size_t len)
{
	int error;

	loglen = 0;
	rump_pub_lockdebug(locks_noted(data, len));
	if ((error = rump_pub_lwproc_rfork(RUMP_RFCFDG)) != 0)
		rumpuser_report("no-process", "rfork failed between inputs: error %d", error);
	rig_target.rt_run(data, len);
	check();
	if (!noreset) {
		if ((error = rumpuser_restore()) != 0) {
			fprintf(stderr, "rumpfuzz: restore failed: error %d\n", error);
			abort();
		}
	}
	if (stats != NULL)
		__atomic_store_n(&stats->rs_execs, stats->rs_execs + 1, __ATOMIC_RELAXED);
}

int
LLVMFuzzerInitialize(int *argcp, char ***argvp)
{

	if (*argcp > 1 && strcmp((*argvp)[1], "--mutate") == 0)
		exit(rig_mutate_serve());
	if (*argcp > 1 && strcmp((*argvp)[1], "--replay") == 0) {
		(*argvp)[1] = (*argvp)[0];
		exit(rig_replay(*argcp - 1, *argvp + 1, "--replay"));
	}
	rig_boot();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{

	rig_run(data, len);
	return 0;
}

static size_t
no_base(uint8_t *p, size_t len, size_t max)
{

	return len;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed)
{
	rig_mutate_fn base = LLVMFuzzerMutate != NULL ? LLVMFuzzerMutate : no_base;

	if (rig_target.rt_mutate == NULL)
		return base(data, len, max);
	return rig_target.rt_mutate(data, len, max, seed, base);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen,
    uint8_t *out, size_t max, unsigned seed)
{

	if (rig_target.rt_cross == NULL) {
		size_t n = alen < max ? alen : max;

		memcpy(out, a, n);
		return n;
	}
	return rig_target.rt_cross(a, alen, b, blen, out, max, seed);
}
