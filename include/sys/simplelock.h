/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Simple locks under their old header: see <sys/lock.h>.
 */

#ifndef _SYS_SIMPLELOCK_H_
#define	_SYS_SIMPLELOCK_H_

#include <sys/lock.h>

#endif /* !_SYS_SIMPLELOCK_H_ */
