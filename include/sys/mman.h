/* SPDX-License-Identifier: BSD-2-Clause */

/* Constants of mmap(2) and its relatives. */

#ifndef _SYS_MMAN_H_
#define	_SYS_MMAN_H_

#include <sys/types.h>

#define	PROT_NONE	0x00
#define	PROT_READ	0x01
#define	PROT_WRITE	0x02
#define	PROT_EXEC	0x04
#define	PROT_MPROTECT(x)	((x) << 3)
#define	PROT_MPROTECT_EXTRACT(x)	(((x) >> 3) & 0x7)

#define	MAP_SHARED	0x0001
#define	MAP_PRIVATE	0x0002
#define	MAP_REMAPDUP	0x0004
#define	MAP_FIXED	0x0010
#define	MAP_RENAME	0x0020
#define	MAP_NORESERVE	0x0040
#define	MAP_INHERIT	0x0080
#define	MAP_HASSEMAPHORE	0x0200
#define	MAP_TRYFIXED	0x0400
#define	MAP_WIRED	0x0800
#define	MAP_FILE	0x0000
#define	MAP_ANONYMOUS	0x1000
#define	MAP_ANON	MAP_ANONYMOUS
#define	MAP_STACK	0x2000
#define	MAP_ALIGNED(n)	((int)((unsigned int)(n) << 24))
#define	MAP_ALIGNMENT_MASK	MAP_ALIGNED(0xff)
#define	MAP_FAILED	((void *)-1)

#define	MS_ASYNC	0x01
#define	MS_INVALIDATE	0x02
#define	MS_SYNC		0x04
#define	MCL_CURRENT	0x01
#define	MCL_FUTURE	0x02

#define	MADV_NORMAL	0
#define	MADV_RANDOM	1
#define	MADV_SEQUENTIAL	2
#define	MADV_WILLNEED	3
#define	MADV_DONTNEED	4
#define	MADV_SPACEAVAIL	5
#define	MADV_FREE	6
#define	POSIX_MADV_NORMAL	MADV_NORMAL
#define	POSIX_MADV_RANDOM	MADV_RANDOM
#define	POSIX_MADV_SEQUENTIAL	MADV_SEQUENTIAL
#define	POSIX_MADV_WILLNEED	MADV_WILLNEED
#define	POSIX_MADV_DONTNEED	MADV_DONTNEED
#define	MAP_INHERIT_SHARE	0
#define	MAP_INHERIT_COPY	1
#define	MAP_INHERIT_NONE	2
#define	MAP_INHERIT_ZERO	4

#endif /* !_SYS_MMAN_H_ */
