/* SPDX-License-Identifier: BSD-2-Clause */

/* The barrier of drivers whose device is a program on another processor. */

#ifndef _SYS_PARAVIRT_MEMBAR_H_
#define	_SYS_PARAVIRT_MEMBAR_H_

#include <sys/atomic.h>

/* Stores before it are seen before loads after it, on one processor too. */
static __inline void
paravirt_membar_sync(void)
{

	membar_sync();
}

#endif /* !_SYS_PARAVIRT_MEMBAR_H_ */
