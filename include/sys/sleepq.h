/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Queues of sleeping lwps, first in first out.
 */

#ifndef _SYS_SLEEPQ_H_
#define	_SYS_SLEEPQ_H_

#include <sys/types.h>

struct lwp;
struct sleepq {
	struct lwp	*sq_first;
	struct lwp	*sq_last;
};
typedef struct sleepq sleepq_t;

#endif /* !_SYS_SLEEPQ_H_ */
