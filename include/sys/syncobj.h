/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What an lwp sleeps on.
 */

#ifndef _SYS_SYNCOBJ_H_
#define	_SYS_SYNCOBJ_H_

#include <sys/types.h>

struct lwp;

typedef struct syncobj {
	const char	*sobj_name;
} syncobj_t;
typedef volatile const void *wchan_t;

extern struct syncobj sleep_syncobj, mutex_syncobj, rw_syncobj, cv_syncobj,
    kpause_syncobj;

#endif /* !_SYS_SYNCOBJ_H_ */
