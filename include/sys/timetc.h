/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * tc_setclock(): see <sys/timevar.h> for reading clocks.
 */

#ifndef _SYS_TIMETC_H_
#define	_SYS_TIMETC_H_

#include <sys/types.h>
#include <sys/time.h>

#ifdef _KERNEL
void	tc_setclock(const struct timespec *);
uint64_t tc_getfrequency(void);
#endif

#endif /* !_SYS_TIMETC_H_ */
