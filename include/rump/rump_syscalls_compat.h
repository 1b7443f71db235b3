/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What <rump/rump_syscalls.h> needs from the host: only types whose binary
 * form is the same everywhere on x86-64.
 */

#ifndef _RUMP_RUMP_SYSCALLS_COMPAT_H_
#define _RUMP_RUMP_SYSCALLS_COMPAT_H_

#include <sys/types.h>
#include <sys/select.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define	RUMP_SYS_BEGIN	extern "C" {
#define	RUMP_SYS_END	}
#else
#define	RUMP_SYS_BEGIN
#define	RUMP_SYS_END
#endif

/* An entry point has another symbol than the name it is called by. */
#define	RUMP_SYS(entry)	__asm("rump___sysimpl_" #entry)

#endif /* _RUMP_RUMP_SYSCALLS_COMPAT_H_ */
