/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The kernel's basic types, with the widths of the amd64 ABI, and device
 * numbers: 12 bits of major and 20 bits of minor inside 64 bits.
 */

#ifndef _SYS_TYPES_H_
#define	_SYS_TYPES_H_

#include <sys/cdefs.h>
#include <sys/featuretest.h>
#include <sys/stdint.h>
#include <sys/ansi.h>
#include <sys/stdbool.h>
#include <sys/stddef.h>
#include <machine/types.h>

typedef uint8_t		u_int8_t;
typedef uint16_t	u_int16_t;
typedef uint32_t	u_int32_t;
typedef uint64_t	u_int64_t;

typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;
typedef unsigned char	unchar;
typedef unsigned short	ushort;
typedef unsigned int	uint;
typedef unsigned long	ulong;

#ifdef _KERNEL
/* For old files; bool is the type. */
typedef int		boolean_t;
#ifndef TRUE
#define	TRUE	1
#define	FALSE	0
#endif
#endif

typedef uint64_t	u_quad_t;
typedef int64_t		quad_t;
typedef quad_t *	qaddr_t;
typedef int64_t		longlong_t;
typedef uint64_t	u_longlong_t;

typedef int64_t		blkcnt_t;
typedef int32_t		blksize_t;
typedef __fsblkcnt_t	fsblkcnt_t;
typedef __fsfilcnt_t	fsfilcnt_t;
typedef __caddr_t	caddr_t;
typedef int64_t		daddr_t;
typedef uint64_t	dev_t;
typedef uint32_t	fixpt_t;
typedef __gid_t		gid_t;
typedef uint32_t	id_t;
typedef uint64_t	ino_t;
typedef long		key_t;
typedef __mode_t	mode_t;
typedef uint32_t	nlink_t;
typedef __off_t		off_t;
typedef __pid_t		pid_t;
typedef int32_t		lwpid_t;
typedef uint64_t	rlim_t;
typedef int32_t		segsz_t;
typedef int32_t		swblk_t;
typedef __uid_t		uid_t;
typedef int		mqd_t;
typedef unsigned long	cpuid_t;
typedef int		psetid_t;
typedef volatile __cpu_simple_lock_nv_t __cpu_simple_lock_t;
typedef long		ssize_t;
typedef int64_t		time_t;
typedef unsigned int	clock_t;
typedef int		clockid_t;
typedef int		timer_t;
typedef int		suseconds_t;
typedef unsigned int	useconds_t;
typedef __in_addr_t	in_addr_t;
typedef __in_port_t	in_port_t;
typedef __sa_family_t	sa_family_t;
typedef __socklen_t	socklen_t;

/* Old device numbers of 32 bits, daddr_t of 32 bits. */
typedef uint32_t	__dev32_t;
typedef int32_t		int32_daddr_t;

/* Values which pass through system call arguments. */
typedef struct kauth_cred *kauth_cred_t;
typedef int		pri_t;

typedef int32_t		devmajor_t;
typedef int32_t		devminor_t;
#define	NODEVMAJOR	(-1)

#define	major(x)	((devmajor_t)(((uint32_t)(x) & 0x000fff00) >> 8))
#define	minor(x)	((devminor_t)((((uint32_t)(x) & 0xfff00000) >> 12) | \
			    (((uint32_t)(x) & 0x000000ff) >> 0)))
#define	makedev(x, y)	((dev_t)((((dev_t)(x) << 8) & 0x000fff00U) |	\
			    (((dev_t)(y) << 12) & 0xfff00000U) |	\
			    (((dev_t)(y) << 0) & 0x000000ffU)))
#define	__makedev(x, y)	makedev(x, y)

/* select(2) sets. */
#include <sys/fd_set.h>

#define	NBBY		8

struct lwp;
typedef struct lwp	lwp_t;
typedef struct proc	proc_t;
typedef struct device	*device_t;
struct proc;
struct device;


#endif /* !_SYS_TYPES_H_ */
