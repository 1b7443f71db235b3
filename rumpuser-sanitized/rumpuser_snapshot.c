/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Snapshot and restore.
 *
 * A snapshot copies, into memory of the host, what the kernel can change:
 * this layer's own state, the components' data and bss, the arena below the
 * break (without freed objects), device memory that is in use, the used parts
 * of parked stacks, and the ASan shadow of arena and stacks.  A restore
 * copies it all back without asking the host which pages have changed: for a
 * few hundred KiB that is faster than any question.  What was allocated since
 * is only poisoned again; its pages stay for the next input.
 *
 * Most pages are not written by any input.  A program that has restored WARM
 * times will go on; from then on the pages of objects, data and bss are
 * read-only, and left out, until the first write to each, which faults once in
 * the life of the snapshot.  The host's kernel does not fault but fails, so
 * whoever lets it write there calls ru_writable() before.
 */

#include "dev_int.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if RU_ASAN
#include <sanitizer/lsan_interface.h>
#endif

#define	NREGION		256
#define	REGION_MERGE	256		/* join extents closer than this */
#define	WARM		64		/* restores that copy everything */

extern char __start_rumpuser_state[] __attribute__((__visibility__("hidden")));
extern char __stop_rumpuser_state[] __attribute__((__visibility__("hidden")));

static struct region {
	char	*r_start;
	size_t	r_len;
	const char *r_name;
} regions[NREGION];
static unsigned nregion;

/* What to copy, and where the copy is. */
struct extent {
	char	*e_start;
	size_t	e_len;
	size_t	e_off;
};

static struct extent *extents;
static unsigned nextent, maxextent;

/*
 * The extents from first_cold to end_cold by pages, while they are watched;
 * and what a restore copies, made from that when a page has been written.
 */
struct piece {
	char	*p_start;
	size_t	p_len;
	size_t	p_off;
	bool	p_cold;
};

static unsigned first_cold, end_cold;
static struct piece *pieces;
static unsigned npiece;
static struct extent *plan;
static unsigned nplan;
static size_t planned;			/* bytes */
static unsigned warm;			/* restores, up to WARM */
static bool watched;
static bool plan_old;
static struct sigaction old_segv;

static char *saved;
static size_t savedlen, savedmap;
static size_t snap_brk;
static bool snap_held;
static struct rumpuser_reset_stats stats;

void
rumpuser_region_add(void *start, size_t len, const char *name)
{
	char *s = start;
	unsigned i;

	if (len == 0)
		return;
	for (i = 0; i < nregion; i++)
		if (s >= regions[i].r_start &&
		    s + len <= regions[i].r_start + regions[i].r_len)
			return;
	if (nregion == NREGION)
		ru_die("more than %d regions (%s)", NREGION, name);
	regions[nregion].r_start = s;
	regions[nregion].r_len = len;
	regions[nregion].r_name = name;
	nregion++;
}

bool
ru_snapshot_held(void)
{

	return snap_held;
}

static void
extent_add(char *start, size_t len)
{
	struct extent *e;

	if (len == 0)
		return;
	if (nextent != 0) {
		e = &extents[nextent - 1];
		if (start >= e->e_start + e->e_len &&
		    start - (e->e_start + e->e_len) < REGION_MERGE &&
		    e->e_start >= ru_arena &&
		    start < ru_arena + RU_ARENA_SIZE) {
			savedlen += start + len - e->e_start - e->e_len;
			e->e_len = start + len - e->e_start;
			return;
		}
	}
	if (nextent == maxextent) {
		maxextent = maxextent ? maxextent * 2 : 64;
		extents = realloc(extents, maxextent * sizeof(*extents));
		if (extents == NULL)
			ru_die("no memory for the snapshot");
	}
	e = &extents[nextent++];
	e->e_start = start;
	e->e_len = len;
	e->e_off = 0;
	savedlen += len;
}

static void
arena_extent(size_t off, size_t len)
{

	extent_add(ru_arena + off, len);
}

static void
stack_extent(char *sp, char *top)
{

	extent_add(sp, top - sp);
}

#if RU_ASAN
static void
stack_shadow_extent(char *sp, char *top)
{

	extent_add((char *)ru_shadow(sp), (top - sp) / 8);
}
#endif

/* Unpoisons what lies under a parked stack before the saved part returns. */
static void
stack_clean(char *sp, char *top)
{
#if RU_ASAN
	ru_fill(ru_shadow(sp), 0, (top - sp) / 8);
	stats.rs_unpoisoned_bytes += (top - sp) / 8;
#endif
}

/*
 * Pages that have not been written.
 */

static char *
page_of(const void *p)
{

	return (char *)((uintptr_t)p & ~(RU_PAGE - 1));
}

/* Lets a page be written; false if it is none of those that are watched. */
static RU_NOSAN bool
thaw(char *page)
{
	bool found = false;
	unsigned i;

	for (i = 0; i < npiece; i++)
		if (pieces[i].p_cold && page_of(pieces[i].p_start) == page) {
			pieces[i].p_cold = false;
			found = true;
		}
	if (!found)
		return false;
	plan_old = true;
	return mprotect(page, RU_PAGE, PROT_READ | PROT_WRITE) == 0;
}

static RU_NOSAN void
on_segv(int sig, siginfo_t *si, void *uc)
{
	int error = errno;

	if (watched && thaw(page_of(si->si_addr))) {
		errno = error;
		return;
	}
	if ((old_segv.sa_flags & SA_SIGINFO) != 0)
		(*old_segv.sa_sigaction)(sig, si, uc);
	else if (old_segv.sa_handler != SIG_DFL && old_segv.sa_handler != SIG_IGN)
		(*old_segv.sa_handler)(sig);
	else
		signal(SIGSEGV, SIG_DFL);	/* it happens again */
}

/* From first to last page of an extent, for all that may be cold. */
static int
protect_all(int prot)
{
	const struct extent *e;
	char *from, *to;
	unsigned i;

	for (i = first_cold; i < end_cold; i++) {
		e = &extents[i];
		from = page_of(e->e_start);
		to = page_of(e->e_start + e->e_len - 1) + RU_PAGE;
		if (mprotect(from, to - from, prot) == -1)
			return -1;
	}
	return 0;
}

static void
unwatch(void)
{

	if (!watched)
		return;
	if (protect_all(PROT_READ | PROT_WRITE) == -1)
		ru_die("can't make memory writable again");
	(void)sigaction(SIGSEGV, &old_segv, NULL);
	watched = false;
}

static void
watch(void)
{
	struct sigaction sa = { .sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	const struct extent *e;
	struct piece *p;
	size_t off, len;
	unsigned i, n = 0;

	for (i = first_cold; i < end_cold; i++)
		n += extents[i].e_len / RU_PAGE + 2;
	p = realloc(pieces, n * sizeof(*pieces));
	if (p != NULL)
		pieces = p;
	if (p == NULL || (plan = realloc(plan, (n + nextent) * sizeof(*plan))) == NULL)
		ru_die("no memory for the snapshot");
	npiece = 0;
	for (i = first_cold; i < end_cold; i++) {
		e = &extents[i];
		for (off = 0; off < e->e_len; off += len) {
			p = &pieces[npiece++];
			p->p_start = e->e_start + off;
			len = page_of(p->p_start) + RU_PAGE - p->p_start;
			if (len > e->e_len - off)
				len = e->e_len - off;
			p->p_len = len;
			p->p_off = e->e_off + off;
			p->p_cold = true;
		}
	}
	sigemptyset(&sa.sa_mask);
	plan_old = true;
	watched = sigaction(SIGSEGV, &sa, &old_segv) == 0;
	if (watched && protect_all(PROT_READ) == -1)
		unwatch();
}

static void
plan_add(char *start, size_t len, size_t off)
{
	struct extent *e = nplan != 0 ? &plan[nplan - 1] : NULL;

	planned += len;
	if (e != NULL && e->e_start + e->e_len == start && e->e_off + e->e_len == off) {
		e->e_len += len;
		return;
	}
	plan[nplan++] = (struct extent){ start, len, off };
}

static void
plan_make(void)
{
	unsigned i;

	nplan = 0;
	planned = 0;
	for (i = 0; i < first_cold; i++)
		plan_add(extents[i].e_start, extents[i].e_len, extents[i].e_off);
	for (i = 0; i < npiece; i++)
		if (!pieces[i].p_cold)
			plan_add(pieces[i].p_start, pieces[i].p_len, pieces[i].p_off);
	for (i = end_cold; i < nextent; i++)
		plan_add(extents[i].e_start, extents[i].e_len, extents[i].e_off);
	plan_old = false;
}

void
ru_writable(const void *start, size_t len)
{
	const uintptr_t end = (uintptr_t)start + len;
	uintptr_t p = (uintptr_t)start & ~(RU_PAGE - 1);

	if (!watched || len == 0)
		return;
	for (; p < end; p += RU_PAGE)
		/* What is younger than the snapshot is never watched. */
		if (p - RU_ARENA_BASE >= RU_ARENA_SIZE || p - RU_ARENA_BASE < snap_brk)
			(void)thaw((char *)p);
}

int
rumpuser_snapshot(void)
{
	struct extent *e;
	size_t off, len;
	unsigned i;
	void *p;
	int error;
#if RU_ASAN
	unsigned n;
#endif

	if (!ru_deterministic)
		return NB_EOPNOTSUPP;
	if ((error = ru_quiesce()) != 0)
		return error;
	unwatch();
	ru_obj_retire();
	ru_file_snapshot();
	/* Objects start behind the break rounded up, so round it now. */
	nextent = 0;
	savedlen = 0;
	extent_add(__start_rumpuser_state,
	    __stop_rumpuser_state - __start_rumpuser_state);
	first_cold = nextent;
	for (i = 0; i < nregion; i++)
		extent_add(regions[i].r_start, regions[i].r_len);
	snap_brk = ru_brk = ru_roundup(ru_brk, 64);
	if (ru_arena_commit(ru_brk) != 0)
		return NB_ENOMEM;
	ru_obj_extents(arena_extent);
	end_cold = nextent;
#if RU_ASAN
	/* What is freed stays poisoned as it is: nothing is reused. */
	for (i = 0, n = nextent; i < n; i++) {
		char *start = extents[i].e_start;

		len = extents[i].e_len;
		if (start >= ru_arena && start < ru_arena + snap_brk)
			extent_add((char *)ru_shadow(start), (len + 7) / 8);
	}
	ru_stacks(stack_shadow_extent);
#endif
	ru_pages_range(&p, &len);
	extent_add(p, len);
	ru_dma_extents(extent_add);
	ru_stacks(stack_extent);

	if (savedlen > savedmap) {
		if (saved != NULL)
			munmap(saved, savedmap);
		savedmap = ru_roundup(savedlen, RU_PAGE);
		saved = mmap(NULL, savedmap, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (saved == MAP_FAILED) {
			saved = NULL;
			savedmap = 0;
			snap_held = false;
			return NB_ENOMEM;
		}
#if RU_ASAN
		/* Pointers to the host's memory may be in here only. */
		__lsan_register_root_region(saved, savedmap);
#endif
	}
	off = 0;
	for (i = 0; i < nextent; i++) {
		e = &extents[i];
		e->e_off = off;
		ru_copy(saved + off, e->e_start, e->e_len);
		off += e->e_len;
	}
	snap_held = true;
	warm = 0;
	stats.rs_saved_bytes = savedlen;
	stats.rs_regions = nregion;
	stats.rs_threads = ru_thread_count();
	return 0;
}

int
rumpuser_restore(void)
{
	size_t old = ru_brk, oldlen, newlen;
	struct extent *e;
	void *pages;
	unsigned i;

	if (!ru_deterministic)
		return NB_EOPNOTSUPP;
	if (!snap_held)
		return NB_EINVAL;
	ru_file_restore();
	ru_dma_forget();
	stats.rs_unpoisoned_bytes = 0;
	ru_stacks(stack_clean);
	ru_pages_range(&pages, &oldlen);

	if (watched) {
		if (plan_old)
			plan_make();
		for (e = plan; e < plan + nplan; e++)
			ru_copy(e->e_start, saved + e->e_off, e->e_len);
		stats.rs_copied_bytes = planned;
	} else {
		for (i = 0; i < nextent; i++) {
			e = &extents[i];
			ru_copy(e->e_start, saved + e->e_off, e->e_len);
		}
		stats.rs_copied_bytes = savedlen;
		if (warm < WARM && ++warm == WARM)
			watch();
	}

	/* From here on the state is the snapshot's. */
	ru_pages_range(&pages, &newlen);
	if (oldlen > newlen)
		ru_fill((char *)pages + newlen, 0, oldlen - newlen);
#if RU_ASAN
	if (old > snap_brk)
		ru_fill(ru_shadow(ru_arena + snap_brk), RU_SHADOW_HEAP,
		    (old - snap_brk + 7) / 8);
	stats.rs_unpoisoned_bytes += (old - snap_brk) / 8;
#endif
	if (ru_committed - snap_brk > ((size_t)64 << 20))
		ru_arena_decommit(snap_brk);
	stats.rs_rewound_bytes = old - snap_brk;
	stats.rs_restores++;
	return 0;
}

void
rumpuser_reset_stats(struct rumpuser_reset_stats *rs)
{

	*rs = stats;
}
