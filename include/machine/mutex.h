/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * mutex(9): see <sys/mutex.h>.
 */

#ifndef _MACHINE_MUTEX_H_
#define	_MACHINE_MUTEX_H_

#include <sys/types.h>

#endif /* !_MACHINE_MUTEX_H_ */
