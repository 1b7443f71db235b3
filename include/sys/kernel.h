/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Variables of the kernel at large.
 */

#ifndef _SYS_KERNEL_H_
#define	_SYS_KERNEL_H_

#include <sys/types.h>
#include <sys/time.h>

#ifdef _KERNEL
#include <sys/param.h>

extern long hostid;
extern char hostname[];
extern int hostnamelen;
extern char domainname[];
extern int domainnamelen;

extern int rtc_offset;

extern int cold;		/* still booting */
extern int shutting_down;
extern int tick;		/* microseconds */
extern int stathz;
extern int profhz;
extern int hz;

int	getticks(void);
#define	hardclock_ticks	getticks()
#endif

#endif /* !_SYS_KERNEL_H_ */
