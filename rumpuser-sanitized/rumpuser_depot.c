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
	uint64_t st_hash;
	uint32_t st_next;		/* in units of 8 bytes */
	uint32_t st_n;
	void	*st_pc[];
};

/* The stacks met last, close together: what is allocated and freed repeats. */
#define	DEPOT_RECENT	1024

struct recent {
	uint64_t rc_hash;
	uint32_t rc_id;
	uint32_t rc_n;
};

static char *depot;
static size_t depot_used = 8;		/* 0 is no stack */
static uint32_t *depot_bucket;
static struct recent depot_recent[DEPOT_RECENT];

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

/* Return addresses from frame pointer fp on, on the stack [lo, hi). */
RU_NOSAN unsigned
ru_walk_in(void **pcs, unsigned max, uintptr_t fp, uintptr_t lo, uintptr_t hi)
{
	uintptr_t next, pc;
	unsigned n = 0;

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

/* Return addresses above frame (a __builtin_frame_address(0)). */
RU_NOSAN unsigned
ru_walk(void **pcs, unsigned max, const void *frame)
{
	uintptr_t lo, hi;

	ru_stack_bounds(&lo, &hi);
	return ru_walk_in(pcs, max, (uintptr_t)frame, lo, hi);
}

static RU_NOSAN __noinline uint32_t
depot_add(void *const *pcs, unsigned n, uint64_t hash)
{
	struct stack *st;
	uint32_t id, *bucket = &depot_bucket[hash & (DEPOT_HASH - 1)];
	unsigned i;
	size_t len;

	len = sizeof(*st) + n * sizeof(void *);
	if (len > DEPOT_SIZE - depot_used)
		return 0;
	id = depot_used / 8;
	st = (struct stack *)(depot + depot_used);
	depot_used += len;
	st->st_hash = hash;
	st->st_n = n;
	st->st_next = *bucket;
	for (i = 0; i < n; i++)
		st->st_pc[i] = pcs[i];
	*bucket = id;
	return id;
}

/*
 * The number of the caller's stack; 0 when the depot is full.  Two stacks
 * with the same 64-bit hash are taken to be the same: this is called for
 * every allocation, and serves reports only.
 */
RU_NOSAN uint32_t
ru_depot_put(const void *frame)
{
	uintptr_t fp = (uintptr_t)frame, lo, hi, room;
	void *pcs[RU_NFRAME];
	uint64_t h0 = 0, h1 = 0;
	const struct stack *st;
	struct recent *rc;
	unsigned n = 0;
	uint32_t id;

	if (__predict_false(depot == NULL) && !depot_init())
		return 0;
	ru_stack_bounds(&lo, &hi);
	/* As ru_walk_in(), a few instructions for each frame. */
	for (room = hi - lo - 16; fp - lo <= room && (fp & 7) == 0 && n < RU_NFRAME; n++) {
		const uintptr_t next = ((const uintptr_t *)fp)[0], pc = ((const uintptr_t *)fp)[1];

		if (pc < RU_PAGE)
			break;
		/* The chain of loads hides the multiplication. */
		h0 = (h0 ^ pc) * 0x9e3779b97f4a7c15UL;
		h1 += h0 >> 32;
		if (next <= fp) {
			n++;
			break;
		}
		fp = next;
	}
	h0 ^= h1 ^ h0 >> 29;
	rc = &depot_recent[h0 & (DEPOT_RECENT - 1)];
	if (__predict_true(rc->rc_hash == h0 && rc->rc_n == n))
		return rc->rc_id;
	for (id = depot_bucket[h0 & (DEPOT_HASH - 1)]; id != 0;
	    id = st->st_next) {
		st = (const struct stack *)(depot + (size_t)id * 8);
		if (st->st_hash == h0 && st->st_n == n)
			break;
	}
	if (id == 0) {
		n = ru_walk_in(pcs, RU_NFRAME, (uintptr_t)frame, lo, hi);
		if ((id = depot_add(pcs, n, h0)) == 0)
			return 0;
	}
	rc->rc_hash = h0;
	rc->rc_n = n;
	rc->rc_id = id;
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
