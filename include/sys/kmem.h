/* SPDX-License-Identifier: BSD-2-Clause */

/* The general allocator: kmem(9). */

#ifndef _SYS_KMEM_H_
#define	_SYS_KMEM_H_

#include <sys/types.h>
#include <sys/stdarg.h>

typedef unsigned int	km_flag_t;

#define	KM_SLEEP	0x00000001	/* waits, never fails */
#define	KM_NOSLEEP	0x00000002	/* NULL when there is no memory */

__BEGIN_DECLS
void *	kmem_alloc(size_t, km_flag_t);
void *	kmem_zalloc(size_t, km_flag_t);
void	kmem_free(void *, size_t);

void *	kmem_intr_alloc(size_t, km_flag_t);
void *	kmem_intr_zalloc(size_t, km_flag_t);
void	kmem_intr_free(void *, size_t);

char *	kmem_asprintf(const char *, ...) __printflike(1, 2);
char *	kmem_vasprintf(const char *, va_list) __printflike(1, 0);

char *	kmem_strdupsize(const char *, size_t *, km_flag_t);
#define	kmem_strdup(s, f)	kmem_strdupsize((s), NULL, (f))
char *	kmem_strndup(const char *, size_t, km_flag_t);
void	kmem_strfree(char *);

void *	kmem_tmpbuf_alloc(size_t, void *, size_t, km_flag_t);
void	kmem_tmpbuf_free(void *, size_t, void *);

void	kmem_init(void);
size_t	kmem_roundup_size(size_t);
__END_DECLS

#endif /* !_SYS_KMEM_H_ */
