/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rwlock(9): see <sys/rwlock.h>.
 */

#ifndef _MACHINE_RWLOCK_H_
#define	_MACHINE_RWLOCK_H_

#include <sys/types.h>

#endif /* !_MACHINE_RWLOCK_H_ */
