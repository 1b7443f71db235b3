/* SPDX-License-Identifier: BSD-2-Clause */

/* Random bytes for the kernel: cprng(9). */

#ifndef _SYS_CPRNG_H_
#define	_SYS_CPRNG_H_

#include <sys/types.h>

typedef struct cprng_strong cprng_strong_t;

#define	CPRNG_MAX_LEN		256
#define	CPRNG_INIT_ANY		0x00000001
#define	CPRNG_REKEY_ANY		0x00000002
#define	CPRNG_USE_CV		0x00000004
#define	CPRNG_HARD		0x00000008
#define	CPRNG_FMT_LEN		64

extern cprng_strong_t *kern_cprng;
extern cprng_strong_t *user_cprng;

__BEGIN_DECLS
void	cprng_init(void);
cprng_strong_t *cprng_strong_create(const char *, int, int);
void	cprng_strong_destroy(cprng_strong_t *);
size_t	cprng_strong(cprng_strong_t *, void *, size_t, int);
uint32_t cprng_strong32(void);
uint64_t cprng_strong64(void);
size_t	cprng_fast(void *, size_t);
uint32_t cprng_fast32(void);
uint64_t cprng_fast64(void);
__END_DECLS

#endif /* !_SYS_CPRNG_H_ */
