/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Memory hypercalls.  In sanitized builds each allocation is an object with
 * red zones, in the others it comes from the arena's size classes.  Real
 * threads under TSan get the host's memory, so that TSan sees life times.
 */

#include "rumpuser_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

RU_INLINE bool
host_memory(void)
{
	return RU_TSAN && !ru_deterministic;
}

/* Allocates len bytes; EINVAL for an alignment that is none, ENOMEM. */
int
rumpuser_malloc(size_t len, int alignment, void **retp)
{
	size_t align = alignment <= 0 ? 16 : (size_t)alignment;
	void *p;

	if (align & (align - 1))
		return NB_EINVAL;
	if (align < 16)
		align = 16;
	if (host_memory()) {
		if (posix_memalign(&p, align, len) != 0)
			return NB_ENOMEM;
	} else if (RU_ASAN) {
		return ru_obj_alloc(len, align, RU_OBJ_RAW, "rumpuser_malloc",
		    __builtin_frame_address(0), retp);
	} else {
		ru_lock();
		p = ru_alloc(len, align);
		ru_unlock();
		if (p == NULL)
			return NB_ENOMEM;
	}
	*retp = p;
	return 0;
}

/* Frees; NULL is nothing.  Reports a wrong length in sanitized builds. */
void
rumpuser_free(void *ptr, size_t len)
{

	if (ptr == NULL)
		return;
	if (host_memory())
		free(ptr);
	else if (RU_ASAN)
		ru_obj_free(ptr, len, RU_OBJ_RAW, __builtin_frame_address(0));
	else {
		ru_lock();
		ru_free(ptr);
		ru_unlock();
	}
}

/*
 * Zeroed, page-aligned memory.  A hint (preferred address) is not honoured:
 * addresses are the arena's.  ENOMEM; EINVAL for an absurd alignment;
 * EOPNOTSUPP when it has to be executable and the host does not allow that.
 */
int
rumpuser_anonmmap(void *prefaddr, size_t size, int alignbit, int exec,
    void **memp)
{
	size_t align = RU_PAGE, virgin;
	void *p;
	int error;

	if (alignbit < 0 || alignbit > 30 || size == 0)
		return NB_EINVAL;
	if (((size_t)1 << alignbit) > align)
		align = (size_t)1 << alignbit;
	if (size > RU_ARENA_SIZE)
		return NB_ENOMEM;
	size = ru_roundup(size, RU_PAGE);
	ru_lock();
	virgin = ru_virgin;
	ru_unlock();
	if (host_memory()) {
		if (posix_memalign(&p, align, size) != 0)
			return NB_ENOMEM;
		memset(p, 0, size);
	} else if (RU_ASAN) {
		error = ru_obj_alloc(size, align, RU_OBJ_ANON,
		    "rumpuser_anonmmap", __builtin_frame_address(0), &p);
		if (error != 0)
			return error;
	} else {
		ru_lock();
		p = ru_alloc(size, align);
		ru_unlock();
		if (p == NULL)
			return NB_ENOMEM;
	}
	/* What was never handed out before is zero already. */
	if (!host_memory() && (size_t)((char *)p - ru_arena) < virgin)
		ru_fill(p, 0, size);
	if (exec && mprotect(p, size, PROT_READ | PROT_WRITE | PROT_EXEC)
	    == -1) {
		rumpuser_unmap(p, size);
		return NB_EOPNOTSUPP;
	}
	*memp = p;
	return 0;
}

/* Gives anonymous memory back: all of what one rumpuser_anonmmap() gave. */
void
rumpuser_unmap(void *addr, size_t len)
{

	if (host_memory())
		free(addr);
	else if (RU_ASAN)
		ru_obj_free(addr, ru_roundup(len, RU_PAGE), RU_OBJ_ANON,
		    __builtin_frame_address(0));
	else {
		ru_lock();
		ru_free(addr);
		ru_unlock();
	}
}
