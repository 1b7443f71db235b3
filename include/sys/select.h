/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Waiting for several descriptors: select(2), poll(2), and the functions by
 * which drivers take part.  selrecord(9).
 */

#ifndef _SYS_SELECT_H_
#define _SYS_SELECT_H_

#include <sys/types.h>
#include <sys/fd_set.h>

#ifdef _KERNEL
#include <sys/selinfo.h>
#include <sys/time.h>
#include <sys/sigtypes.h>

struct lwp;
struct knote;
struct pollfd;
struct cpu_info;
struct selinfo;

/* selinit() and seldestroy(): life of the structure; seldestroy() wakes. */
void	selinit(struct selinfo *);
void	seldestroy(struct selinfo *);

/*
 * selrecord(): l is about to wait for sip; call it from a poll routine with
 * the owner's lock held.  selnotify(): wakes those who wait and activates
 * the knotes with hint; call it with the same lock held.
 */
void	selrecord(struct lwp *, struct selinfo *);
void	selnotify(struct selinfo *, int, long);
void	selrecord_knote(struct selinfo *, struct knote *);
bool	selremove_knote(struct selinfo *, struct knote *);

/* The poll routine of a device that is always ready. */
int	seltrue(dev_t, int, struct lwp *);

void	selsysinit(struct cpu_info *);

int	selcommon(register_t *, int, fd_set *, fd_set *, fd_set *,
	    struct timespec *, sigset_t *);
int	pollcommon(register_t *, struct pollfd *, u_int, struct timespec *,
	    sigset_t *);
#endif /* _KERNEL */

#endif /* _SYS_SELECT_H_ */
