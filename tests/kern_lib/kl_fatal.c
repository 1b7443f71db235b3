/* SPDX-License-Identifier: BSD-2-Clause */

/* Bodies that must not come back: each misuse ends in a report. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <uvm/uvm_km.h>

#include "kerntest.h"

int	rump_kernlib_sanitized(void);

/* Kept from the compiler, which knows these mistakes. */
static volatile size_t one = 1;

int
rump_kernlib_sanitized(void)
{

#ifdef RUMP_SANITIZE
	return 1;
#else
	return 0;
#endif
}

KERNTEST(panic_says_why)
{

	panic("because %d", 42);
}

KERNTEST(kassert_says_where)
{

	assert(one == 2);
	return 0;
}

KERNTEST(kmem_too_large)
{

	(void)kmem_alloc(SIZE_MAX / 2 + one, KM_SLEEP);
	return 0;
}

KERNTEST(kmem_overflow)
{
	volatile char *p = kmem_alloc(13, KM_SLEEP);

	p[12 + one] = 1;
	return 0;
}

KERNTEST(kmem_after_free)
{
	volatile char *p = kmem_alloc(13, KM_SLEEP);

	kmem_free(__UNVOLATILE(p), 13);
	return p[one];
}

KERNTEST(kmem_wrong_size)
{

	kmem_free(kmem_alloc(13, KM_SLEEP), 13 + one);
	return 0;
}

KERNTEST(pool_overflow)
{
	struct pool pl;
	volatile char *p;

	pool_init(&pl, 40, 0, 0, 0, "fatalpl", NULL, IPL_NONE);
	p = pool_get(&pl, PR_WAITOK);
	p[39 + one] = 1;
	return 0;
}

KERNTEST(pool_cache_after_put)
{
	pool_cache_t pc;
	volatile char *p;

	pc = pool_cache_init(40, 0, 0, 0, "fatalpc", NULL, IPL_NONE, NULL,
	    NULL, NULL);
	p = pool_cache_get(pc, PR_WAITOK);
	pool_cache_put(pc, __UNVOLATILE(p));
	return p[one];
}

KERNTEST(malloc_double_free)
{
	char *p = kern_malloc(20, M_WAITOK);

	kern_free(p);
	kern_free(p);
	return 0;
}

KERNTEST(pool_wrong_pool)
{
	struct pool a, b;
	void *p;

	pool_init(&a, 40, 0, 0, 0, "apl", NULL, IPL_NONE);
	pool_init(&b, 48, 0, 0, 0, "bpl", NULL, IPL_NONE);
	p = pool_get(&a, PR_WAITOK);
	(void)pool_get(&b, PR_WAITOK);
	pool_put(&b, p);
	return 0;
}
