/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the device files of the hypercall layer: rumpuser_dev.c (registers,
 * interrupts, time), rumpuser_dma.c (memory), and the thread backends.
 */

#ifndef DEV_INT_H
#define DEV_INT_H

#include "rumpuser_int.h"

#include <rump/rumpuser_dev.h>

#pragma GCC visibility push(hidden)

/*
 * rumpuser_dev.c.  ru_dev_idle() is called when no thread can run: it lets
 * what a device wants to do before `until' happen; false if there is nothing.
 */
bool	ru_dev_idle(int64_t until);
extern bool ru_dev_active;		/* there is somebody to ask */

/*
 * A thread looks at what a device may have done: reads a register (then
 * others may run), or syncs memory.  Who looks again and again and never
 * sleeps waits for the device: time passes for him, too.
 */
#define	RU_DEV_LOOKS	1024
extern unsigned ru_dev_looks;		/* since the thread ran last; fibers only */
void	ru_dev_spin(bool others);

RU_INLINE void
ru_dev_look(bool others)
{

	if (ru_deterministic && __predict_false(++ru_dev_looks >= RU_DEV_LOOKS))
		ru_dev_spin(others);
}

/*
 * rumpuser_dma.c.
 */
void	ru_dma_backend(const struct rumpuser_dev_backend *, void *ctx);
/* Device memory that a snapshot has to save. */
void	ru_dma_extents(void (*)(char *start, size_t len));
/* Before a restore: memory that is not restored is the kernel's again. */
void	ru_dma_forget(void);
/* The kernel may look at memory now: an interrupt, a read of a register. */
void	ru_dma_snoop(void);
/* Adds to a report about addr what a device has to do with it. */
void	ru_dma_explain(const void *addr);

/*
 * The thread backend.  One recursive lock serialises backends; nothing on
 * fibers.  ru_dev_sleep() lets it go and waits for ru_dev_wakeup(), a time,
 * or the descriptor; the caller holds it once.  ru_dev_yield() lets threads
 * that are ready run; false if there is none.  ru_thread_wakes() is when the
 * first of those that sleep for a time is ready; INT64_MAX: never.
 */
void	ru_dev_enter(void);
void	ru_dev_exit(void);
void	ru_dev_sleep(int64_t until, int fd);
void	ru_dev_wakeup(void);
bool	ru_dev_yield(void);
int64_t	ru_thread_wakes(void);

#pragma GCC visibility pop

#endif /* DEV_INT_H */
