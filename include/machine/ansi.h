/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names of basic types for headers that must not define them.
 */

#ifndef _MACHINE_ANSI_H_
#define	_MACHINE_ANSI_H_

#include <sys/cdefs.h>

#define	_BSD_CLOCK_T_		unsigned int
#define	_BSD_PTRDIFF_T_		__PTRDIFF_TYPE__
#define	_BSD_SIZE_T_		__SIZE_TYPE__
#define	_BSD_SSIZE_T_		long int
#define	_BSD_TIME_T_		__INT64_TYPE__
#define	_BSD_CLOCKID_T_		int
#define	_BSD_TIMER_T_		int
#define	_BSD_SUSECONDS_T_	int
#define	_BSD_USECONDS_T_	unsigned int
#define	_BSD_WCHAR_T_		__WCHAR_TYPE__
#define	_BSD_WINT_T_		int
#define	_BSD_VA_LIST_		__builtin_va_list

#endif /* !_MACHINE_ANSI_H_ */
