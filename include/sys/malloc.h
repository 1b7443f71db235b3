/* SPDX-License-Identifier: BSD-2-Clause */

/* The allocator that remembers its sizes: malloc(9). */

#ifndef _SYS_MALLOC_H_
#define	_SYS_MALLOC_H_

#include <sys/types.h>
#include <sys/mallocvar.h>

#define	M_WAITOK	0x0000
#define	M_NOWAIT	0x0001
#define	M_ZERO		0x0002
#define	M_CANFAIL	0x0004

__BEGIN_DECLS
void *	kern_malloc(unsigned long, int);
void *	kern_realloc(void *, unsigned long, int);
void	kern_free(void *);
__END_DECLS

#define	malloc(size, type, flags)	kern_malloc((size), (flags))
#define	realloc(ptr, size, type, flags)	kern_realloc((ptr), (size), (flags))
#define	free(addr, type)		kern_free(addr)

#endif /* !_SYS_MALLOC_H_ */
