/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Advisory locks: what a file system's VOP_ADVLOCK calls.  vnodeops(9).
 */

#ifndef _SYS_LOCKF_H_
#define _SYS_LOCKF_H_

#include <sys/types.h>

struct lockf;
struct vop_advlock_args;

/*
 * Performs the operation ap asks for on the locks at *head, which is the
 * file's and starts as NULL; size is the file's (for SEEK_END).
 * EAGAIN, EDEADLK, EINTR, EINVAL, ENOLCK (too many locks of one user).
 */
int	lf_advlock(struct vop_advlock_args *, struct lockf **, off_t);

/*
 * Drops all locks of a file that is reclaimed while somebody may still have
 * it open (revoked); who waits for one gets EBADF.  VOP_RECLAIM calls it.
 */
void	lf_purge(struct lockf **);

void	lf_init(void);

#endif /* _SYS_LOCKF_H_ */
