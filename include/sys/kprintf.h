/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the printing functions of other components are made of.
 */

#ifndef _SYS_KPRINTF_H_
#define	_SYS_KPRINTF_H_

#include <sys/types.h>
#include <sys/stdarg.h>

/* Where a message of this kind goes now: TOCONS, TOLOG, both, or 0. */
int	aprint_normal_to(void);
int	aprint_error_to(void);
int	aprint_naive_to(void);
int	aprint_verbose_to(void);
int	aprint_debug_to(void);

/* prefix (or NULL) and a formatted message, in one go. */
void	kmsg(int, const char *, const char *, va_list) __printflike(3, 0);

#endif /* !_SYS_KPRINTF_H_ */
