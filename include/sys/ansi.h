/* SPDX-License-Identifier: BSD-2-Clause */

/* The types that several headers share, in their reserved spelling. */

#ifndef _SYS_ANSI_H_
#define	_SYS_ANSI_H_
#include <sys/stdint.h>
typedef char *		__caddr_t;
typedef uint32_t	__gid_t;
typedef uint32_t	__in_addr_t;
typedef uint16_t	__in_port_t;
typedef uint32_t	__mode_t;
typedef int64_t		__off_t;
typedef int32_t		__pid_t;
typedef uint8_t		__sa_family_t;
typedef unsigned int	__socklen_t;
typedef uint32_t	__uid_t;
typedef uint64_t	__fsblkcnt_t;
typedef uint64_t	__fsfilcnt_t;
#endif
