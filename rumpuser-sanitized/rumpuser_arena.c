/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The arena: one range of addresses, the same in each process, that holds
 * the kernel's heap, and an allocator with size classes in it.
 *
 * The arena only grows, by raising the break; a restore lowers it again.
 * What is past the committed part is not accessible; what is past the break
 * but committed is poisoned.  Objects with red zones (rumpuser_obj.c) take
 * from the same break.
 *
 * The allocator: small objects (up to 4 KiB) in spans of one class, free
 * ones on a list through their first word; larger ones in runs of pages.
 * ru_page[] tells for each page of the arena what it belongs to, so that a
 * free needs no length.  Choices depend on the calls alone.
 */

#include "rumpuser_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if RU_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

#ifndef MAP_FIXED_NOREPLACE
#define	MAP_FIXED_NOREPLACE 0x100000
#endif

#define	NPAGE		(RU_ARENA_SIZE / RU_PAGE)
#define	SMALL_MAX	4096
#define	NCLASS		28
#define	NBIN		32		/* free runs of exactly n pages */
#define	KEEP_MAX	((size_t)64 << 20)

/* What the page is part of. */
#define	PG_NONE		0		/* not this allocator's */
#define	PG_RUN		0xff		/* first page of a run in use */
#define	PG_REST		0xfe		/* later page of a run or span */
#define	PG_FREE		0xfd		/* first page of a free run */

struct page {
	uint32_t pg_len;		/* run: its pages */
	uint32_t pg_next;		/* free run: next one's page; span: 0 */
	uint8_t	pg_what;		/* PG_*, or 1 + class */
	uint8_t	pg_back;		/* PG_REST: pages back to the head */
};

char	*ru_arena;
size_t	ru_committed;
size_t	ru_virgin;
#if RU_ASAN
uintptr_t ru_shadow_offset;
#endif

static struct page *ru_page;

size_t	ru_brk RU_STATE = 0;
static void *a_free[NCLASS] RU_STATE = { 0 };
static char *a_bump[NCLASS] RU_STATE = { 0 };
static char *a_end[NCLASS] RU_STATE = { 0 };
static uint32_t a_bin[NBIN + 1] RU_STATE = { 0 };
static uint32_t a_big RU_STATE = 0;	/* longer runs, by address */

static const uint16_t class_size[NCLASS] = {
	16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448,
	512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584,
	4096
};
static uint8_t class_of[SMALL_MAX / 16 + 1];

static void *
map_at(uintptr_t addr, size_t len, int prot)
{
	void *p;

	p = mmap((void *)addr, len, prot,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
	    -1, 0);
	if (p == MAP_FAILED || (uintptr_t)p != addr)
		return NULL;
	return p;
}

void
ru_arena_init(void)
{
	unsigned c, i;
	void *p;

	if (ru_arena != NULL)
		return;
#if RU_ASAN
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	if (scale != 3)
		ru_die("shadow scale is %zu, not 3", scale);
	ru_shadow_offset = offset;
#endif
	ru_arena = map_at(RU_ARENA_BASE, RU_ARENA_SIZE, PROT_NONE);
	if (ru_arena == NULL)
		ru_die("can't map the arena at its address: %s",
		    strerror(errno));
	p = mmap(NULL, NPAGE * sizeof(*ru_page), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		ru_die("can't map the page table: %s", strerror(errno));
	ru_page = p;
	for (i = c = 0; i <= SMALL_MAX / 16; i++) {
		while (class_size[c] < i * 16)
			c++;
		class_of[i] = c;
	}
	/* Page 0 stays unused, so that index 0 ends lists. */
	ru_brk = RU_PAGE;
	ru_virgin = RU_PAGE;
	if (ru_arena_commit(ru_brk) != 0)
		ru_die("can't commit the arena: %s", strerror(errno));
}

static void __attribute__((__constructor__(101)))
arena_constructor(void)
{

	ru_arena_init();
}

int
ru_arena_commit(size_t end)
{
	size_t step, to;

	if (end <= ru_committed)
		return 0;
	if (end > RU_ARENA_SIZE)
		return NB_ENOMEM;
	/* By a quarter, so that calls to the host stay few. */
	step = ru_committed / 4;
	if (step < ((size_t)256 << 10))
		step = (size_t)256 << 10;
	to = ru_committed + step;
	if (to < end)
		to = end;
	to = ru_roundup(to, (size_t)64 << 10);
	if (to > RU_ARENA_SIZE)
		to = RU_ARENA_SIZE;
	if (mprotect(ru_arena + ru_committed, to - ru_committed,
	    PROT_READ | PROT_WRITE) == -1)
		return NB_ENOMEM;
#if RU_ASAN
	ru_fill(ru_shadow(ru_arena + ru_committed), RU_SHADOW_HEAP,
	    (to - ru_committed) / 8);
	if (ru_committed != 0)
		__lsan_unregister_root_region(ru_arena, ru_committed);
	__lsan_register_root_region(ru_arena, to);
#endif
	ru_committed = to;
	return 0;
}

void
ru_arena_decommit(size_t keep)
{

	keep = ru_roundup(keep, (size_t)64 << 10) + KEEP_MAX;
	if (ru_committed <= keep)
		return;
#if RU_ASAN
	__lsan_unregister_root_region(ru_arena, ru_committed);
	__lsan_register_root_region(ru_arena, keep);
	madvise(ru_shadow(ru_arena + keep), (ru_committed - keep) / 8,
	    MADV_DONTNEED);
#endif
	madvise(ru_arena + keep, ru_committed - keep, MADV_DONTNEED);
	mprotect(ru_arena + keep, ru_committed - keep, PROT_NONE);
	ru_committed = keep;
	if (ru_virgin > keep)
		ru_virgin = keep;
}

RU_NOSAN char *
ru_arena_more(size_t len)
{
	size_t old = ru_brk;

	if (len > RU_ARENA_SIZE - old)
		return NULL;
	if (old + len > ru_committed && ru_arena_commit(old + len) != 0)
		return NULL;
	ru_brk = old + len;
	if (ru_brk > ru_virgin)
		ru_virgin = ru_brk;
	return ru_arena + old;
}

void
ru_pages_range(void **p, size_t *len)
{

	*p = ru_page;
	*len = ru_roundup(ru_brk, RU_PAGE) / RU_PAGE * sizeof(*ru_page);
}

/* Runs of pages. */

static void
run_mark(uint32_t first, uint32_t n, uint8_t what)
{
	uint32_t i;

	ru_page[first].pg_len = n;
	ru_page[first].pg_what = what;
	/* A pointer into the run's first 255 pages finds its head. */
	for (i = 1; i < n && i < 256; i++) {
		ru_page[first + i].pg_what = PG_REST;
		ru_page[first + i].pg_back = i;
	}
}

static void
run_free(uint32_t first)
{
	uint32_t n = ru_page[first].pg_len, *pp;

	ru_page[first].pg_what = PG_FREE;
	if (n <= NBIN) {
		ru_page[first].pg_next = a_bin[n];
		a_bin[n] = first;
		return;
	}
	for (pp = &a_big; *pp != 0 && *pp < first; pp = &ru_page[*pp].pg_next)
		;
	ru_page[first].pg_next = *pp;
	*pp = first;
	/* Join with the next one, then with the one before. */
	if (*pp != 0 && ru_page[first].pg_next == first + n) {
		ru_page[first].pg_len += ru_page[first + n].pg_len;
		ru_page[first].pg_next = ru_page[first + n].pg_next;
	}
	for (pp = &a_big; *pp != 0 && *pp < first; pp = &ru_page[*pp].pg_next)
		if (*pp + ru_page[*pp].pg_len == first) {
			ru_page[*pp].pg_len += ru_page[first].pg_len;
			ru_page[*pp].pg_next = ru_page[first].pg_next;
			break;
		}
}

/* n pages aligned to so many pages; 0 when there are none. */
static uint32_t
run_alloc(uint32_t n, uint32_t alignpages)
{
	uint32_t first, start, *pp, rest;
	size_t end;

	if (n <= NBIN && a_bin[n] != 0 && alignpages == 1) {
		first = a_bin[n];
		a_bin[n] = ru_page[first].pg_next;
		return first;
	}
	for (pp = &a_big; *pp != 0; pp = &ru_page[*pp].pg_next) {
		first = *pp;
		start = (first + alignpages - 1) & ~(alignpages - 1);
		if (start - first + n > ru_page[first].pg_len)
			continue;
		rest = ru_page[first].pg_len - (start - first) - n;
		*pp = ru_page[first].pg_next;
		if (start != first) {
			ru_page[first].pg_len = start - first;
			run_free(first);
		}
		if (rest != 0) {
			ru_page[start + n].pg_len = rest;
			run_free(start + n);
		}
		return start;
	}
	start = ru_roundup(ru_roundup(ru_brk, RU_PAGE) / RU_PAGE, alignpages);
	end = (start + (size_t)n) * RU_PAGE;
	if (end < ru_brk || end > RU_ARENA_SIZE)
		return 0;
	if (ru_arena_more(end - ru_brk) == NULL)
		return 0;
#if RU_ASAN
	ru_fill(ru_shadow(ru_arena + start * RU_PAGE), 0, n * RU_PAGE / 8);
#endif
	return start;
}

static RU_NOSAN __noinline void *
small_alloc_slow(unsigned c)
{
	unsigned n = class_size[c] <= 1024 ? 1 : 4;
	uint32_t first;
	char *p;

	first = run_alloc(n, 1);
	if (first == 0)
		return NULL;
	run_mark(first, n, 1 + c);
	p = ru_arena + first * RU_PAGE;
	a_bump[c] = p + class_size[c];
	a_end[c] = p + n * RU_PAGE;
	return p;
}

/* len bytes aligned to align; NULL when the arena is full. */
RU_NOSAN void *
ru_alloc(size_t len, size_t align)
{
	uint32_t first, npages;
	unsigned c;
	void **p;

	if (len == 0)
		len = 1;
	if (align < 16)
		align = 16;
	if (len <= SMALL_MAX && align <= SMALL_MAX) {
		c = class_of[(len + 15) / 16];
		while (class_size[c] & (align - 1))
			c++;
		if ((p = a_free[c]) != NULL) {
			a_free[c] = *p;
			return p;
		}
		if (a_bump[c] != NULL &&
		    (size_t)(a_end[c] - a_bump[c]) >= class_size[c]) {
			p = (void **)a_bump[c];
			a_bump[c] += class_size[c];
			return p;
		}
		return small_alloc_slow(c);
	}
	if (len > RU_ARENA_SIZE - RU_PAGE || align > RU_ARENA_SIZE / 2)
		return NULL;
	npages = ru_roundup(len, RU_PAGE) / RU_PAGE;
	first = run_alloc(npages, align <= RU_PAGE ? 1 : align / RU_PAGE);
	if (first == 0)
		return NULL;
	run_mark(first, npages, PG_RUN);
	return ru_arena + first * RU_PAGE;
}

RU_INLINE struct page *
page_of(const void *ptr)
{
	size_t off = (const char *)ptr - ru_arena;
	struct page *pg;

	if (off >= ru_brk)
		return NULL;
	pg = &ru_page[off / RU_PAGE];
	if (pg->pg_what == PG_REST)
		pg -= pg->pg_back;
	return pg;
}

/* Whether ptr lies in memory that ru_alloc() gave out. */
RU_NOSAN bool
ru_alloc_owns(const void *ptr)
{
	struct page *pg = page_of(ptr);

	return pg != NULL && pg->pg_what != PG_NONE && pg->pg_what != PG_FREE;
}

/* Bytes that the object at ptr may use. */
RU_NOSAN size_t
ru_alloc_size(const void *ptr)
{
	struct page *pg = page_of(ptr);

	if (pg == NULL || pg->pg_what == PG_NONE || pg->pg_what == PG_FREE)
		return 0;
	if (pg->pg_what == PG_RUN)
		return pg->pg_len * RU_PAGE;
	return class_size[pg->pg_what - 1];
}

/* Frees what ru_alloc() returned. */
RU_NOSAN void
ru_free(void *ptr)
{
	struct page *pg = page_of(ptr);
	unsigned c;

	if (__predict_true(pg != NULL && pg->pg_what - 1U < NCLASS)) {
		c = pg->pg_what - 1;
		*(void **)ptr = a_free[c];
		a_free[c] = ptr;
		return;
	}
	if (pg == NULL || pg->pg_what != PG_RUN ||
	    ((uintptr_t)ptr & (RU_PAGE - 1)) != 0)
		rumpuser_report("bad-free",
		    "pointer was not allocated here or is free already");
	run_free(pg - ru_page);
}
