/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The allocator that remembers its sizes: malloc(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/malloc.h>

#include "kern_lib.h"

#ifndef RUMP_SANITIZE
/* In front of each allocation; keeps the alignment of 16. */
struct malloc_header {
	size_t		mh_size;	/* with the header */
	uint64_t	mh_magic;
};
#define	MALLOC_MAGIC	0x6d616c6c6f633931ULL
#endif

/*
 * size bytes.  NULL with M_NOWAIT when there is no memory, with M_CANFAIL
 * when there can be none; else waits.
 */
void *
kern_malloc(unsigned long size, int flags)
{
	const bool wait = (flags & (M_NOWAIT | M_CANFAIL)) == 0;
	void *p;

	if (!wait && mem_fault())
		return NULL;
#ifdef RUMP_SANITIZE
	if (size == 0)
		size = 1;
	p = mem_obj_alloc(size, 16, RUMPUSER_OBJ_MALLOC, "malloc", wait);
	if (p == NULL)
		return NULL;
#else
	struct malloc_header *mh;

	if (size > SIZE_MAX - sizeof(*mh)) {
		if (wait)
			panic("malloc of %lu bytes", size);
		return NULL;
	}
	mh = kmem_intr_alloc(size + sizeof(*mh),
	    wait ? KM_SLEEP : KM_NOSLEEP);
	if (mh == NULL)
		return NULL;
	mh->mh_size = size + sizeof(*mh);
	mh->mh_magic = MALLOC_MAGIC;
	p = mh + 1;
#endif
	if ((flags & M_ZERO) != 0)
		memset(p, 0, size);
	return p;
}

void
kern_free(void *addr)
{

#ifdef RUMP_SANITIZE
	mem_obj_free(addr, 0, RUMPUSER_OBJ_MALLOC);
#else
	struct malloc_header *mh = (struct malloc_header *)addr - 1;

	if (mh->mh_magic != MALLOC_MAGIC)
		panic("free of memory that malloc did not give");
	mh->mh_magic = 0;
	kmem_intr_free(mh, mh->mh_size);
#endif
}

/* As realloc(3); size 0 frees.  On failure the old memory stays. */
void *
kern_realloc(void *addr, unsigned long size, int flags)
{
	size_t old;
	void *p;

	if (addr == NULL)
		return kern_malloc(size, flags);
	if (size == 0) {
		kern_free(addr);
		return NULL;
	}
#ifdef RUMP_SANITIZE
	old = rumpuser_obj_size(addr);
#else
	old = ((struct malloc_header *)addr - 1)->mh_size -
	    sizeof(struct malloc_header);
#endif
	p = kern_malloc(size, flags);
	if (p == NULL)
		return NULL;
	memcpy(p, addr, MIN(old, size));
	kern_free(addr);
	return p;
}
