/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The inside of rw_obj(9): a lock that several share, with its references.
 * One that is part of something else has a function that is called instead of
 * freeing it, with the lock destroyed.
 */

#ifndef _SYS_RWLOCK_OBJ_H_
#define	_SYS_RWLOCK_OBJ_H_

#include <sys/rwlock.h>

struct krwobj {
	krwlock_t	ro_lock;	/* first: a krwlock_t * is one of these */
	u_int		ro_refcnt;
	void		(*ro_gone)(struct krwobj *);
};

#endif /* !_SYS_RWLOCK_OBJ_H_ */
