/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Call stacks by frame pointer, and a depot that keeps each one once.
 *
 * The depot is not part of a snapshot: it only grows, and what it holds has
 * no influence on what the kernel does.
 */

#include "rumpuser_int.h"

#include <sys/mman.h>

#define	DEPOT_SIZE	((size_t)256 << 20)
#define	DEPOT_HASH	(1U << 16)

struct stack {
	uint32_t st_hash;
	uint32_t st_next;		/* in units of 8 bytes */
	uint32_t st_n;
	uint32_t st_pad;
	void	*st_pc[];
};

static char *depot;
static size_t depot_used = 8;		/* 0 is no stack */
static uint32_t *depot_bucket;

static bool
depot_init(void)
{
	void *p, *q;

	p = mmap(NULL, DEPOT_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	q = mmap(NULL, DEPOT_HASH * sizeof(*depot_bucket),
	    PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED || q == MAP_FAILED)
		return false;
	depot_bucket = q;
	depot = p;
	return true;
}

/* Return addresses above frame (a __builtin_frame_address(0)). */
RU_NOSAN unsigned
ru_walk(void **pcs, unsigned max, const void *frame)
{
	uintptr_t fp = (uintptr_t)frame, next, pc, lo, hi;
	unsigned n = 0;

	ru_stack_bounds(&lo, &hi);
	while (n < max && fp >= lo && fp + 16 <= hi && (fp & 7) == 0) {
		next = ((const uintptr_t *)fp)[0];
		pc = ((const uintptr_t *)fp)[1];
		if (pc < RU_PAGE)
			break;
		pcs[n++] = (void *)pc;
		if (next <= fp)
			break;
		fp = next;
	}
	return n;
}

/* The number of the caller's stack; 0 when the depot is full. */
RU_NOSAN uint32_t
ru_depot_put(const void *frame)
{
	void *pcs[RU_NFRAME];
	struct stack *st;
	uint64_t h = 0;
	uint32_t id, *bucket;
	unsigned i, n;
	size_t len;

	n = ru_walk(pcs, RU_NFRAME, frame);
	for (i = 0; i < n; i++)
		h = (h ^ (uintptr_t)pcs[i]) * 0x9e3779b97f4a7c15UL;
	h ^= h >> 32;
	if (__predict_false(depot == NULL) && !depot_init())
		return 0;
	bucket = &depot_bucket[h & (DEPOT_HASH - 1)];
	for (id = *bucket; id != 0; id = st->st_next) {
		st = (struct stack *)(depot + (size_t)id * 8);
		if (st->st_hash != (uint32_t)h || st->st_n != n)
			continue;
		for (i = 0; i < n && st->st_pc[i] == pcs[i]; i++)
			;
		if (i == n)
			return id;
	}
	len = sizeof(*st) + n * sizeof(void *);
	if (len > DEPOT_SIZE - depot_used)
		return 0;
	id = depot_used / 8;
	st = (struct stack *)(depot + depot_used);
	depot_used += len;
	st->st_hash = h;
	st->st_n = n;
	st->st_next = *bucket;
	for (i = 0; i < n; i++)
		st->st_pc[i] = pcs[i];
	*bucket = id;
	return id;
}

/* Copies out stack id; returns the number of its frames. */
RU_NOSAN unsigned
ru_depot_get(uint32_t id, void **pcs, unsigned max)
{
	struct stack *st;
	unsigned i;

	if (id == 0 || depot == NULL || (size_t)id * 8 >= depot_used)
		return 0;
	st = (struct stack *)(depot + (size_t)id * 8);
	for (i = 0; i < st->st_n && i < max; i++)
		pcs[i] = st->st_pc[i];
	return i;
}
