/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The rig: what is the same for every fuzz target.  It boots the rump kernel
 * once, takes the snapshot, and for each input runs the target, asks the
 * oracles and puts everything back.
 *
 * A target file defines rig_target.  The engine's entry points
 * (LLVMFuzzerInitialize, LLVMFuzzerTestOneInput, LLVMFuzzerCustomMutator,
 * LLVMFuzzerCustomCrossOver) are the rig's.
 */

#ifndef HARNESS_RIG_H
#define HARNESS_RIG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The engine's own mutation of p[0..len) within max bytes; new length. */
typedef size_t (*rig_mutate_fn)(uint8_t *p, size_t len, size_t max);

struct rig_target {
	const char *rt_name;
	/* Once, after rump_init() and before the snapshot; 0 or an errno. */
	int	(*rt_boot)(void);
	/* One input.  What it leaves open is closed by the restore. */
	void	(*rt_run)(const uint8_t *data, size_t len);
	/* Mutates in place within max, or NULL for the engine's own way. */
	size_t	(*rt_mutate)(uint8_t *data, size_t len, size_t max, unsigned seed,
		    rig_mutate_fn base);
	/* Joins two inputs into out, or NULL. */
	size_t	(*rt_cross)(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen,
		    uint8_t *out, size_t max, unsigned seed);
	/* Bound of steps for one input, as the kernel counts them; 0: the default. */
	uint64_t rt_steps;
	/* Bound of its virtual time, in days; 0: seven. */
	unsigned rt_days;
};

extern const struct rig_target rig_target;

/* Under an engine one input of so many has notes on locks. */
#define RIG_LOCK_INPUTS	4

/* Boots, once; prints what is wrong and exits with 2 if that fails. */
void	rig_boot(void);

/* Runs one input: target, oracles, restore. */
void	rig_run(const uint8_t *data, size_t len);

/*
 * Where a target says what it does, when somebody reads along; NULL while
 * fuzzing.  rig_trace() prints to it, one line with a newline added.
 */
extern FILE *rig_trace_file;
void	rig_trace(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
/* A call that is made now, and, on the same line, what it returned. */
void	rig_trace_call(const char *call);
void	rig_trace_result(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
/* Ends the line of a call that has not returned: others have something to say. */
void	rig_trace_break(void);

/* What the kernel printed during this input (at most the last 64 KiB). */
const char *rig_log(size_t *len);

/*
 * main() of a target without an engine, and of one whose first argument (not
 * in argv, else NULL) says so.
 */
int	rig_replay(int argc, char **argv, const char *first);

/*
 * What a target is whose first argument is --mutate: a mutator for engines in
 * another process.  It answers each request, with rq_len bytes of an input
 * and rq_addlen of another one to join it with (0: it is mutated), by a
 * uint32_t of at most rq_max and that many bytes.  Returns at the end of
 * standard input: 0, or 1 for a request that is none.
 */
struct rig_mutate_request {
	uint32_t rq_seed, rq_max, rq_len, rq_addlen;
};
int	rig_mutate_serve(void);

#endif /* HARNESS_RIG_H */
