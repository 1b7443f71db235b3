/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Faults by number, and the count of steps that finds hangs.
 */

#include "rumpuser_int.h"

struct fault {
	uint64_t fa_count;		/* events so far */
	uint64_t fa_next;		/* event that fails; 0: none */
	uint64_t fa_every;
	int	fa_error;
};

static struct fault faults[RUMPUSER_NFAULT] RU_STATE = { { 0, 0, 0, 0 } };
static int (*fault_hook)(enum rumpuser_faultkind, uint64_t) RU_STATE = NULL;

static uint64_t steps RU_STATE = 0;
static uint64_t step_limit RU_STATE = UINT64_MAX;

RU_NOSAN int
rumpuser_fault(enum rumpuser_faultkind kind)
{
	struct fault *fa;
	uint64_t n;

	if ((unsigned)kind >= RUMPUSER_NFAULT)
		return 0;
	fa = &faults[kind];
	n = ru_deterministic ? ++fa->fa_count :
	    __atomic_add_fetch(&fa->fa_count, 1, __ATOMIC_RELAXED);
	if (__predict_false(fault_hook != NULL))
		return (*fault_hook)(kind, n);
	if (__predict_true(n != fa->fa_next))
		return 0;
	fa->fa_next = fa->fa_every != 0 ? n + fa->fa_every : 0;
	return fa->fa_error;
}

void
rumpuser_fault_set(enum rumpuser_faultkind kind, uint64_t nth, uint64_t every,
    int error)
{
	struct fault *fa;

	if ((unsigned)kind >= RUMPUSER_NFAULT)
		return;
	fa = &faults[kind];
	fa->fa_next = nth != 0 ? fa->fa_count + nth : 0;
	fa->fa_every = every;
	fa->fa_error = error;
}

void
rumpuser_fault_hook(int (*hook)(enum rumpuser_faultkind, uint64_t))
{

	fault_hook = hook;
}

uint64_t
rumpuser_fault_count(enum rumpuser_faultkind kind)
{

	return (unsigned)kind < RUMPUSER_NFAULT ? faults[kind].fa_count : 0;
}

static void __noinline __dead
hang(void)
{
	uint64_t limit = step_limit;

	step_limit = UINT64_MAX;
	rumpuser_report("hang", "more than %llu steps in thread \"%s\"",
	    (unsigned long long)limit, ru_thread_name());
}

RU_NOSAN void
rumpuser_step(unsigned n)
{
	uint64_t now = __atomic_load_n(&steps, __ATOMIC_RELAXED) + n;

	/* Real threads may lose a few to each other. */
	__atomic_store_n(&steps, now, __ATOMIC_RELAXED);
	if (__predict_false(now > step_limit))
		hang();
}

/* Counts from now on. */
void
rumpuser_step_limit(uint64_t limit)
{

	step_limit = limit == 0 || limit > UINT64_MAX - steps ? UINT64_MAX :
	    steps + limit;
}

uint64_t
rumpuser_steps(void)
{

	return steps;
}
