/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What this kernel offers a harness besides rump(3): what was handed out and
 * not got back.
 */

#ifndef _RUMP_RUMP_FUZZ_H_
#define _RUMP_RUMP_FUZZ_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives back what the kernel keeps only because it might be wanted again:
 * cached vnodes, names, buffers, pages, free pool items.  After it an audit
 * counts what is in use.
 */
void	rump_pub_drain(void);

/* The current counts become the baseline. */
void	rump_pub_audit_mark(void);

/*
 * Calls cb with each audit: its name, its count at the last mark (at boot,
 * if there was none) and now.  Returns the number of audits that differ.
 * cb runs outside of the kernel.  Without one the answer is 0 or 1: it ends at
 * the first that differs.
 */
unsigned rump_pub_audit(void (*cb)(const char *name, int64_t baseline,
	    int64_t now, void *arg), void *arg);

/*
 * Turns the notes on held locks and their order off or on, while no thread
 * holds a lock.  They are on after boot, in kernels that have them.
 */
void	rump_pub_lockdebug(int on);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMP_FUZZ_H_ */
