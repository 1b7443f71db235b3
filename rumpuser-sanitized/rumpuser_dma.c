/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Memory as devices see it.
 *
 * A range of machine addresses is open to the device while it belongs to a
 * loaded map; a window records it.  Windows are kept in order of their start.
 * Memory for devices comes from an arena with machine addresses below 4 GiB,
 * or from the backend; blocks of it are kept in order, and a cursor goes
 * round so that what was freed is not used again soon.
 *
 * With two views (see rumpuser_dev.h) each byte of the arena has a state
 * besides its contents: whether the device may write it (ARMED: synced with
 * PREREAD) and whether it has and the kernel did not fetch it (DIRTY, and
 * TRUSTED if a device that is known to be right did).
 *
 * Memory that belongs to one side at a time (buffers): the kernel's copy is
 * poisoned from PREREAD to POSTREAD.
 *
 * Shared memory (rings): both sides write at any time, byte by byte, and the
 * last writer wins, as it does on hardware.  The kernel's stores are not
 * seen here.  So when the device writes a byte, the kernel's copy of it turns
 * into MARK; at the next sync a copy which is something else was written by
 * the kernel after the device.  Who looks without a sync sees MARK.
 *
 * Where the compiler tells of loads (drivers, in builds that replay), those
 * from shared memory are noted: a second one of a byte which a sync has
 * fetched (FETCHED), without another sync, is a value that the device may
 * have changed after it was checked.
 *
 * A check costs a comparison of both copies, when the device reads.
 */

#include "dev_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/mman.h>

#if RU_ASAN
#include <sanitizer/asan_interface.h>
#endif

#ifndef MAP_FIXED_NOREPLACE
#define	MAP_FIXED_NOREPLACE 0x100000
#endif

#define	DMA_BASE	(RU_ARENA_BASE + ((size_t)24 << 30))
#define	DMA_STATE	(RU_ARENA_BASE + ((size_t)25 << 30))
#define	DMA_SIZE	((size_t)256 << 20)
#define	DMA_MACH	((uint64_t)16 << 20)
#define	DMA_ROUND	((uint64_t)16 << 20)	/* the cursor goes round in this */
#define	DMA_ALIGN	64

#define	DIRTY		0x01
#define	ARMED		0x02
#define	TRUSTED		0x04
#define	FETCHED		0x08		/* shared: the kernel has the device's */
#define	LOADED		0x10		/* and a driver has loaded it since */
#define	EACH(b)		((b) * UINT64_C(0x0101010101010101))

#define	MARK		0xd7
#define	FRESH		0xd5		/* what opened memory holds at first */

#define	SHADOW_OWNED	0xf7		/* ASan says: use-after-poison */

#define	NPAST		16

/* How often a store on another thread is looked at that has no sync yet. */
#define	SYNC_LOOKS	10000
#define	SYNC_LOOK_NS	100000

/* BUS_DMASYNC_* */
#define	PREREAD		0x01
#define	POSTREAD	0x02
#define	PREWRITE	0x04

struct window {
	uint64_t w_start;
	uint64_t w_end;
	char	*w_cpu;			/* the kernel's copy of w_start */
	const void *w_map;
	uint32_t w_stack;		/* depot: loaded here */
	int	w_access;
	bool	w_watched;		/* w_sum is that of the device's copy */
	uint64_t w_sum;
};

struct block {
	uint64_t b_start;
	uint64_t b_end;
};

/* A window that was closed, for reports. */
struct past {
	uint64_t p_start;
	uint64_t p_end;
	uint32_t p_opened;
	uint32_t p_closed;
};

struct dmastate {
	char	*d_base;		/* memory, seen from here */
	uint64_t d_mach;		/* and by the device */
	uint64_t d_len;
	uint64_t d_cursor;
	const struct rumpuser_dev_backend *d_be;
	void	*d_ctx;
	int	d_mode;
	bool	d_own;			/* the backend's memory */
	bool	d_overlap;		/* some windows do */
	bool	d_watched;		/* some windows may be */
	unsigned d_last;		/* window hit last */
	unsigned d_nwin, d_maxwin;
	struct window *d_win;
	unsigned d_nblk, d_maxblk;
	struct block *d_blk;
	const void *d_openmap;		/* the last window's, opened or closed, */
	const void *d_closemap;		/* whose stack the map's next shares */
	uint32_t d_openstack;
	uint32_t d_closestack;
	unsigned d_npast;
	struct past d_past[NPAST];
};

/*
 * On threads a store and its sync are two moments, and a device may look
 * between them, as it may on hardware.  What a sync will let it see is here
 * while the sync waits for the device.
 */
struct syncing {
	uint64_t sy_start;
	uint64_t sy_end;
	struct syncing *sy_next;
};
static struct syncing *syncs;		/* ru_lock; none on fibers */

static struct dmastate *dm RU_STATE = NULL;
static int strict RU_STATE = RU_ASAN;

static char *dma_base;			/* the layer's arena, once mapped */
static uint8_t *dma_state;

/*
 * Scans of many bytes.
 */

RU_INLINE uint64_t
word_at(const void *p)
{
	uint64_t w;

	__builtin_memcpy(&w, p, 8);
	return w;
}

/*
 * The first of n bytes for which (byte & mask) is not want, a word or four at
 * a time; n if there is none.
 */
static RU_NOSAN size_t
scan(const uint8_t *p, size_t n, uint8_t mask, uint8_t want)
{
	const uint64_t m = EACH(mask), v = EACH(want);
	size_t i = 0;

	for (; n - i >= 32; i += 32)
		if ((((word_at(p + i) & m) ^ v) | ((word_at(p + i + 8) & m) ^ v) |
		    ((word_at(p + i + 16) & m) ^ v) | ((word_at(p + i + 24) & m) ^ v)) != 0)
			break;
	for (; n - i >= 8; i += 8)
		if ((word_at(p + i) & m) != v)
			break;
	for (; i < n; i++)
		if ((p[i] & mask) != want)
			break;
	return i;
}

/*
 * The state, and memory to keep it in.
 */

static void *
map_at(uintptr_t addr)
{
	void *p;

	p = mmap((void *)addr, DMA_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (p != (void *)addr)
		ru_die("can't map device memory at its address: %s", strerror(errno));
	return p;
}

static void
dma_arena(struct dmastate *d)
{

	if (dma_base == NULL) {
		dma_base = map_at(DMA_BASE);
		if (RU_ASAN)
			dma_state = map_at(DMA_STATE);
	}
	d->d_base = dma_base;
	d->d_mach = DMA_MACH;
	d->d_len = DMA_SIZE;
	d->d_cursor = DMA_MACH;
	d->d_own = false;
	d->d_mode = RU_ASAN ? RUMPUSER_DMA_VIEWS : RUMPUSER_DMA_DIRECT;
}

static bool
dma_init(void)
{
	struct dmastate *d;

	if (__predict_true(dm != NULL))
		return true;
	ru_lock();
	d = ru_alloc(sizeof(*d), 64);
	ru_unlock();
	if (d == NULL)
		return false;
	memset(d, 0, sizeof(*d));
	dma_arena(d);
	dm = d;
	return true;
}

static void __attribute__((__constructor__(104)))
dma_constructor(void)
{

	if (!ru_deterministic && !dma_init())
		ru_die("no memory for devices");
}

/* Room for one more of size bytes in a table of n. */
static void *
table_grow(void *tab, unsigned n, unsigned *maxp, size_t size)
{
	unsigned max = *maxp != 0 ? *maxp * 2 : 32;
	void *new;

	if (n < *maxp)
		return tab;
	ru_lock();
	new = ru_alloc(max * size, 64);
	if (new != NULL && tab != NULL) {
		memcpy(new, tab, n * size);
		ru_free(tab);
	}
	ru_unlock();
	if (new != NULL)
		*maxp = max;
	return new;
}

/* Another backend: memory comes from there now, or from the arena again. */
void
ru_dma_backend(const struct rumpuser_dev_backend *be, void *ctx)
{
	uint64_t mach;
	size_t len;
	void *base;

	if (dm == NULL && (be == NULL || be->db_dma_memory == NULL))
		return;
	if (!dma_init())
		ru_die("no memory for devices");
	dm->d_be = NULL;
	if (be != NULL && be->db_dma_memory != NULL) {
		if ((*be->db_dma_memory)(ctx, &base, &mach, &len) != 0)
			ru_die("%s: no memory for devices", be->db_name);
		dm->d_be = be;
		dm->d_ctx = ctx;
		dm->d_base = base;
		dm->d_mach = dm->d_cursor = mach;
		dm->d_len = len;
		dm->d_own = true;
		dm->d_mode = RUMPUSER_DMA_BOUNCE;
		dm->d_nblk = 0;
	} else if (dm->d_own) {
		dma_arena(dm);
		dm->d_nblk = 0;
	}
}

int
rumpuser_dma_mode(void)
{

	if (__predict_false(dm == NULL))
		return RU_ASAN ? RUMPUSER_DMA_VIEWS : RUMPUSER_DMA_DIRECT;
	return dm->d_mode;
}

void
rumpuser_dma_strict(int on)
{

	strict = on != 0;
}

int
rumpuser_dma_isstrict(void)
{

	return strict;
}

RU_INLINE char *
view_of(uint64_t mach)
{

	/* Outside of the arena it is direct DMA and the address itself. */
	if (mach - dm->d_mach < dm->d_len)
		return dm->d_base + (mach - dm->d_mach);
	return (char *)(uintptr_t)mach;
}

RU_INLINE uint8_t *
state_of(uint64_t mach)
{

	return dma_state + (mach - DMA_MACH);
}

/*
 * Device memory.
 */

/* The first block that ends after mach. */
static unsigned
block_after(uint64_t mach)
{
	unsigned lo = 0, hi = dm->d_nblk, mid;

	if (hi == 0 || dm->d_blk[hi - 1].b_end <= mach)
		return hi;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (dm->d_blk[mid].b_end <= mach)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A free place within [from, to]; the block goes into the table at *idxp. */
static bool
block_fit(uint64_t len, uint64_t align, uint64_t boundary, uint64_t from, uint64_t to,
    uint64_t *machp, unsigned *idxp)
{
	unsigned i = block_after(from);
	uint64_t at = from;

	for (;;) {
		at = (at + align - 1) & ~(align - 1);
		if (boundary != 0 && (at & ~(boundary - 1)) != ((at + len - 1) & ~(boundary - 1)))
			at = (at + len - 1) & ~(boundary - 1);
		if (at < from || at > to || len - 1 > to - at)
			return false;
		if ((at & (align - 1)) != 0)
			continue;
		if (i == dm->d_nblk || at + len <= dm->d_blk[i].b_start)
			break;
		if (at < dm->d_blk[i].b_end)
			at = dm->d_blk[i].b_end;
		i++;
	}
	*machp = at;
	*idxp = i;
	return true;
}

static const struct window *window_in(uint64_t start, uint64_t end);
static void dma_report(const char *kind, const struct window *, const void *frame,
	    const char *, ...) __printflike(4, 5) __attribute__((__noreturn__));

int
rumpuser_dma_alloc(size_t len, uint64_t align, uint64_t boundary, uint64_t low, uint64_t high,
    uint64_t *machp, void **viewp)
{
	uint64_t lo, hi, hot, mach;
	struct block *blk;
	unsigned i;
	int error = NB_ENOMEM;

	if (align < DMA_ALIGN)
		align = DMA_ALIGN;
	if (len == 0 || (align & (align - 1)) != 0 || (boundary & (boundary - 1)) != 0)
		return NB_EINVAL;
	if (len > ((size_t)1 << 40) || align > ((uint64_t)1 << 40) ||
	    (boundary != 0 && len > boundary))
		return NB_ENOMEM;
	len = ru_roundup(len, DMA_ALIGN);
	ru_dev_enter();
	if (!dma_init())
		goto out;
	lo = low > dm->d_mach ? low : dm->d_mach;
	hi = dm->d_mach + dm->d_len - 1;
	if (high < hi)
		hi = high;
	hot = dm->d_mach + DMA_ROUND - 1;
	if (hi < lo || (blk = table_grow(dm->d_blk, dm->d_nblk, &dm->d_maxblk,
	    sizeof(*blk))) == NULL)
		goto out;
	dm->d_blk = blk;
	if (!block_fit(len, align, boundary, lo > dm->d_cursor ? lo : dm->d_cursor,
	    hi < hot ? hi : hot, &mach, &i) &&
	    !block_fit(len, align, boundary, lo, hi, &mach, &i))
		goto out;
	memmove(&blk[i + 1], &blk[i], (dm->d_nblk - i) * sizeof(*blk));
	blk[i].b_start = mach;
	blk[i].b_end = mach + len;
	dm->d_nblk++;
	dm->d_cursor = mach + len;
	if (viewp != NULL) {
		*viewp = view_of(mach);
		ru_fill(*viewp, FRESH, len);
		if (dm->d_mode == RUMPUSER_DMA_VIEWS)
			ru_fill(state_of(mach), 0, len);
	}
	*machp = mach;
	error = 0;
 out:
	ru_dev_exit();
	return error;
}

void
rumpuser_dma_free(uint64_t mach, size_t len)
{
	const struct window *w;
	struct block *blk;
	unsigned i;

	ru_dev_enter();
	len = ru_roundup(len, DMA_ALIGN);
	if (dm == NULL)
		goto bad;
	if (strict && (w = window_in(mach, mach + len)) != NULL)
		dma_report("dma-map", w, __builtin_frame_address(0),
		    "memory of %zu bytes is freed while it is still loaded", len);
	blk = dm->d_blk;
	i = block_after(mach);
	if (i == dm->d_nblk || blk[i].b_start != mach || blk[i].b_end != mach + len)
		goto bad;
	memmove(&blk[i], &blk[i + 1], (dm->d_nblk - i - 1) * sizeof(*blk));
	dm->d_nblk--;
	ru_dev_exit();
	return;
 bad:
	ru_dev_exit();
	/* It may be of a backend that has gone. */
	if (strict && dm != NULL && !dm->d_own)
		rumpuser_report("bad-free", "device memory at 0x%llx, %zu bytes, is not "
		    "allocated", (unsigned long long)mach, len);
}

void
ru_dma_extents(void (*cb)(char *start, size_t len))
{
	const struct block *b;

	if (dm == NULL || dm->d_own)
		return;
	for (b = dm->d_blk; b < dm->d_blk + dm->d_nblk; b++) {
		(*cb)(view_of(b->b_start), b->b_end - b->b_start);
		if (dm->d_mode == RUMPUSER_DMA_VIEWS)
			(*cb)((char *)state_of(b->b_start), b->b_end - b->b_start);
	}
}

/*
 * Windows.
 */

/* The number of windows that start at or before mach. */
static RU_NOSAN unsigned
window_upto(uint64_t mach)
{
	unsigned lo = 0, hi = dm->d_nwin, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (dm->d_win[mid].w_start <= mach)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A window with a part of [start, end), or NULL. */
static const struct window *
window_in(uint64_t start, uint64_t end)
{
	unsigned i = window_upto(end - 1);

	if (i == 0 || dm->d_win[i - 1].w_end <= start)
		return NULL;
	return &dm->d_win[i - 1];
}

RU_INLINE bool
window_has(const struct window *w, uint64_t mach)
{

	return mach - w->w_start < w->w_end - w->w_start;
}

/*
 * The window that mach lies in; one with this access, if any has it.
 */
static RU_NOSAN struct window *
window_find(uint64_t mach, int access)
{
	struct window *w, *found = NULL;
	unsigned i;

	if (dm == NULL || dm->d_nwin == 0)
		return NULL;
	w = &dm->d_win[dm->d_last];
	if (dm->d_last < dm->d_nwin && window_has(w, mach) && (w->w_access & access) != 0)
		return w;
	for (i = window_upto(mach); i-- > 0;) {
		w = &dm->d_win[i];
		if (window_has(w, mach)) {
			if (found == NULL || (w->w_access & access) != 0)
				found = w;
			if ((w->w_access & access) != 0)
				break;
		}
		if (!dm->d_overlap)
			break;
	}
	if (found != NULL)
		dm->d_last = found - dm->d_win;
	return found;
}

#if RU_ASAN
/* Whole granules inside of [p, p + len): poisons what is clean, or undoes it. */
static RU_NOSAN void
own(const char *p, size_t len, bool device)
{
	const char *from = (const char *)ru_roundup((uintptr_t)p, 8);
	const char *to = (const char *)((uintptr_t)(p + len) & ~(uintptr_t)7);
	const uint8_t old = device ? 0 : SHADOW_OWNED, new = device ? SHADOW_OWNED : 0;
	const uint64_t old8 = EACH(old), new8 = EACH(new);
	uint8_t *s, *end;

	if (from >= to)
		return;
	s = ru_shadow(from);
	end = ru_shadow(to);
	while (s < end) {
		if (end - s >= 8 && word_at(s) == old8) {
			__builtin_memcpy(s, &new8, 8);
			s += 8;
			continue;
		}
		if (*s == old)
			*s = new;
		s++;
	}
}
#else
static inline void
own(const char *p, size_t len, bool device)
{
}
#endif

static uint32_t
stack_here(const void *frame)
{
	uint32_t id;

	/* The allocator's lock is the depot's, and not that of devices. */
	ru_lock();
	id = ru_depot_put(frame);
	ru_unlock();
	return id;
}

int
rumpuser_dma_open(const void *map, uint64_t mach, void *cpu, size_t len, int access)
{
	struct window *w;
	unsigned i;
	int error;

	if (len == 0)
		return 0;
	if (mach + len < mach)
		return NB_EINVAL;
	ru_dev_enter();
	if (!dma_init() || (w = table_grow(dm->d_win, dm->d_nwin, &dm->d_maxwin,
	    sizeof(*w))) == NULL) {
		ru_dev_exit();
		return NB_ENOMEM;
	}
	dm->d_win = w;
	if (dm->d_be != NULL && dm->d_be->db_dma_open != NULL &&
	    (error = (*dm->d_be->db_dma_open)(dm->d_ctx, mach, len,
	    access & (RUMPUSER_DMA_READ | RUMPUSER_DMA_WRITE))) != 0) {
		ru_dev_exit();
		return error;
	}
	i = window_upto(mach);
	w = &dm->d_win[i];
	if ((i != 0 && w[-1].w_end > mach) ||
	    (i != dm->d_nwin && w->w_start < mach + len))
		dm->d_overlap = true;
	memmove(w + 1, w, (dm->d_nwin - i) * sizeof(*w));
	dm->d_nwin++;
	w->w_start = mach;
	w->w_end = mach + len;
	w->w_cpu = cpu;
	w->w_map = map;
	w->w_access = access;
	w->w_watched = false;
	w->w_stack = 0;
	if (RU_ASAN || strict) {
		if (dm->d_openmap != map)
			dm->d_openstack = stack_here(__builtin_frame_address(0));
		dm->d_openmap = map;
		dm->d_closemap = NULL;
		w->w_stack = dm->d_openstack;
	}
	if (dm->d_mode == RUMPUSER_DMA_VIEWS && (access & RUMPUSER_DMA_SHARED) == 0) {
		ru_fill(view_of(mach), FRESH, len);
		ru_fill(state_of(mach), 0, len);
	}
	ru_dev_exit();
	return 0;
}

static struct window *
window_exact(const void *map, uint64_t mach, size_t len)
{
	struct window *w;
	unsigned i;

	if (dm == NULL)
		return NULL;
	for (i = window_upto(mach); i-- > 0;) {
		w = &dm->d_win[i];
		if (w->w_start != mach)
			break;
		if (w->w_map == map && w->w_end == mach + len)
			return w;
	}
	return NULL;
}

/* Leaves the kernel's copy as hardware would leave memory. */
static RU_NOSAN void
window_settle(const struct window *w, const void *frame)
{
	uint64_t i, len = w->w_end - w->w_start;
	uint8_t *st = state_of(w->w_start);
	const char *view = view_of(w->w_start);

	if ((w->w_access & RUMPUSER_DMA_SHARED) != 0) {
		for (i = 0; (i += scan(st + i, len - i, DIRTY, 0)) < len; i++) {
			if ((uint8_t)w->w_cpu[i] == MARK)
				w->w_cpu[i] = view[i];
			st[i] &= ~(DIRTY | TRUSTED);
		}
	} else if (strict && (i = scan(st, len, TRUSTED, 0)) < len)
		dma_report("dma-sync", w, frame, "map is unloaded while byte %llu of %llu at "
		    "machine address 0x%llx, which the device wrote, was not synced with "
		    "POSTREAD", (unsigned long long)i, (unsigned long long)len,
		    (unsigned long long)w->w_start);
}

/*
 * Without strict checking a driver need not sync what a device outside of
 * the process has written, as on a machine whose caches snoop: its copy is
 * watched, and what has changed is fetched at the next interrupt or read of
 * a register.
 */

static RU_NOSAN uint64_t
window_sum(const struct window *w)
{
	const char *view = view_of(w->w_start);
	uint64_t i, sum = 0xcbf29ce484222325;
	const uint64_t len = w->w_end - w->w_start;

	for (i = 0; len - i >= 8; i += 8)
		sum = (sum ^ word_at(view + i)) * 0x9e3779b97f4a7c15 + (sum >> 29);
	for (; i < len; i++)
		sum = (sum ^ (uint8_t)view[i]) * 0x100000001b3;
	return sum;
}

static void
window_watch(const void *map, uint64_t mach, bool on)
{
	struct window *w;
	unsigned i;

	ru_dev_enter();
	for (i = window_upto(mach); i-- > 0;) {
		w = &dm->d_win[i];
		if (w->w_map != map || w->w_end <= mach)
			continue;
		if (on)
			w->w_sum = window_sum(w);
		w->w_watched = on;
		dm->d_watched |= on;
		break;
	}
	ru_dev_exit();
}

static void
window_snoop(struct window *w)
{
	uint64_t sum = window_sum(w);

	if (sum == w->w_sum)
		return;
	w->w_sum = sum;
	memcpy(w->w_cpu, view_of(w->w_start), w->w_end - w->w_start);
}

void
ru_dma_snoop(void)
{
	struct window *w;

	if (__predict_true(dm == NULL || !dm->d_watched))
		return;
	dm->d_watched = false;
	for (w = dm->d_win; w < dm->d_win + dm->d_nwin; w++)
		if (w->w_watched) {
			dm->d_watched = true;
			window_snoop(w);
		}
}

void
rumpuser_dma_close(const void *map, uint64_t mach, void *cpu, size_t len)
{
	struct window *w;
	struct past *p;

	if (len == 0)
		return;
	ru_dev_enter();
	if ((w = window_exact(map, mach, len)) == NULL) {
		ru_dev_exit();
		return;
	}
	if (dm->d_mode == RUMPUSER_DMA_VIEWS) {
		if ((w->w_access & RUMPUSER_DMA_SHARED) == 0)
			own(w->w_cpu, len, false);
		window_settle(w, __builtin_frame_address(0));
	} else if (w->w_watched)
		window_snoop(w);
	if (RU_ASAN || strict) {
		p = &dm->d_past[dm->d_npast++ % NPAST];
		p->p_start = w->w_start;
		p->p_end = w->w_end;
		p->p_opened = w->w_stack;
		if (dm->d_closemap != map)
			dm->d_closestack = stack_here(__builtin_frame_address(0));
		dm->d_closemap = map;
		dm->d_openmap = NULL;
		p->p_closed = dm->d_closestack;
	}
	memmove(w, w + 1, (dm->d_win + dm->d_nwin - (w + 1)) * sizeof(*w));
	if (--dm->d_nwin == 0)
		dm->d_overlap = false;
	if (dm->d_be != NULL && dm->d_be->db_dma_close != NULL)
		(*dm->d_be->db_dma_close)(dm->d_ctx, mach, len);
	ru_dev_exit();
}

/* Stacks and data outside of the arena keep their poison over a restore. */
void
ru_dma_forget(void)
{
	const struct window *w;

	if (dm == NULL || dm->d_mode != RUMPUSER_DMA_VIEWS || dm->d_nwin == 0)
		return;
	for (w = dm->d_win; w < dm->d_win + dm->d_nwin; w++)
		if ((w->w_access & RUMPUSER_DMA_SHARED) == 0 &&
		    (uintptr_t)w->w_cpu - RU_ARENA_BASE >= RU_ARENA_SIZE)
			own(w->w_cpu, w->w_end - w->w_start, false);
}

/* The latest loads of what was fetched. */
#define	NLOAD		64
static struct load {
	const char *l_cpu;
	uint32_t l_stack;
} loads[NLOAD] RU_STATE = { { NULL, 0 } };
static unsigned nloads RU_STATE = 0;

/* Lines of 64 bytes, hashed, in which something was fetched. */
#define	LOAD_LINES	2048
#define	LOAD_LINE(p)	(((uintptr_t)(p) >> 6) % LOAD_LINES)
static bool load_filter[LOAD_LINES] RU_STATE = { false };

/*
 * Sync.
 */

static RU_NOSAN void
sync_shared(uint64_t mach, char *cpu, size_t len, int ops)
{
	char *view = view_of(mach);
	uint8_t *st = state_of(mach);
	size_t i, n;

	if (nloads != 0 && (ops & (POSTREAD | PREWRITE)) != 0)
		for (i = 0; (i += scan(st + i, len - i, LOADED, 0)) < len; i++)
			st[i] &= ~LOADED;
	for (i = 0;; i++) {
		n = scan(st + i, len - i, DIRTY, 0);
		if ((ops & PREWRITE) != 0 && n != 0)
			memcpy(view + i, cpu + i, n);
		if ((i += n) == len)
			break;
		if ((uint8_t)cpu[i] == MARK) {
			/* The device's is newer. */
			if ((ops & POSTREAD) == 0)
				continue;
			cpu[i] = view[i];
			st[i] = FETCHED;
			load_filter[LOAD_LINE(&cpu[i])] = true;
		} else
			st[i] = 0;
		if ((ops & PREWRITE) != 0)
			view[i] = cpu[i];
	}
}

/* Takes the device's lock; it may look meanwhile. */
static void
sync_enter(struct syncing *sy, uint64_t mach, size_t len)
{
	struct syncing **syp;

	if (ru_deterministic) {
		ru_dev_enter();
		return;
	}
	sy->sy_start = mach;
	sy->sy_end = mach + len;
	ru_lock();
	sy->sy_next = syncs;
	syncs = sy;
	ru_unlock();
	ru_dev_enter();
	ru_lock();
	for (syp = &syncs; *syp != sy; syp = &(*syp)->sy_next)
		continue;
	*syp = sy->sy_next;
	ru_unlock();
}

/* Where a sync ends that waits to let the device see a byte; 0: none does. */
static uint64_t
sync_waits(uint64_t mach)
{
	const struct syncing *sy;
	uint64_t end = 0;

	ru_lock();
	for (sy = syncs; sy != NULL && end == 0; sy = sy->sy_next)
		if (sy->sy_start <= mach && mach < sy->sy_end)
			end = sy->sy_end;
	ru_unlock();
	return end;
}

/* Fetches what the device wrote; the copies are checked by ASan. */
static void
sync_fetch(uint64_t mach, char *cpu, size_t len)
{
	char *view = view_of(mach);
	uint8_t *st = state_of(mach);
	size_t i, n;

	for (i = 0; (i += scan(st + i, len - i, DIRTY, 0)) < len; i += n) {
		n = scan(st + i, len - i, DIRTY, DIRTY);
		memcpy(cpu + i, view + i, n);
	}
	ru_fill_short(st, 0, len);
}

void
rumpuser_dma_sync(const void *map, uint64_t mach, void *cpu, size_t len, int ops, int access)
{
	struct syncing sy;
	char *view;

	if (len == 0 || dm == NULL)
		return;
	if ((ops & POSTREAD) != 0)
		ru_dev_look(false);
	view = view_of(mach);
	if (view == cpu)
		return;
	if (dm->d_mode != RUMPUSER_DMA_VIEWS) {
		if ((ops & POSTREAD) != 0)
			memcpy(cpu, view, len);
		if ((ops & (PREWRITE | PREREAD)) != 0)
			memcpy(view, cpu, len);
		if (!strict && (ops & (PREREAD | POSTREAD)) != 0)
			window_watch(map, mach, (ops & PREREAD) != 0);
		return;
	}
	if ((ops & PREWRITE) != 0)
		sync_enter(&sy, mach, len);
	else
		ru_dev_enter();
	if ((access & RUMPUSER_DMA_SHARED) != 0)
		sync_shared(mach, cpu, len, ops);
	else {
		if ((ops & (POSTREAD | PREWRITE)) != 0)
			own(cpu, len, false);
		if ((ops & POSTREAD) != 0)
			sync_fetch(mach, cpu, len);
		if ((ops & PREWRITE) != 0)
			memcpy(view, cpu, len);
		if ((ops & PREREAD) != 0) {
			ru_fill_short(state_of(mach), ARMED, len);
			if (strict)
				own(cpu, len, true);
		}
	}
	ru_dev_exit();
}

/*
 * Reports.
 */

static void
print_depot(uint32_t id)
{
	void *pcs[RU_NFRAME];
	unsigned n;

	n = ru_depot_get(id, pcs, RU_NFRAME);
	ru_print_stack(pcs, n);
}

static void __attribute__((__noreturn__))
report(const char *kind, const struct window *w, const void *map, const void *frame,
    const char *fmt, va_list ap)
{
	void *pcs[RU_NFRAME];
	char msg[512];
	unsigned n;

	n = ru_walk(pcs, RU_NFRAME, frame);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	ru_report_begin(kind);
	ru_print("%s\n", msg);
	ru_print("thread \"%s\":\n", ru_thread_name());
	ru_print_stack(pcs, n);
	if (w == NULL && map != NULL && dm != NULL)
		for (w = dm->d_win; w < dm->d_win + dm->d_nwin && w->w_map != map; w++)
			;
	if (w != NULL && w < dm->d_win + dm->d_nwin) {
		ru_print("the map was loaded here:\n");
		print_depot(w->w_stack);
		map = w->w_map;
	}
	if (map != NULL && ru_obj_owns(map)) {
		ru_print("the map:\n");
		ru_obj_explain(map);
	}
	ru_report_end(kind, pcs, n);
}

static void
dma_report(const char *kind, const struct window *w, const void *frame, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(kind, w, NULL, frame, fmt, ap);
}

void
rumpuser_dma_report(const void *map, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report("dma-map", NULL, map, __builtin_frame_address(0), fmt, ap);
}

/* A device that knows what it does used an address which is not open. */
static void __attribute__((__noreturn__))
dma_outside(const struct window *w, uint64_t mach, size_t len, const char *what,
    const void *frame)
{
	const struct past *p;
	unsigned i;

	if (w != NULL)
		dma_report("dma-access", w, frame, "device %s %zu bytes at machine address 0x%llx, in "
		    "a map that was not loaded for that", what, len, (unsigned long long)mach);
	for (i = 0; dm != NULL && i < NPAST && i < dm->d_npast; i++) {
		p = &dm->d_past[(dm->d_npast - 1 - i) % NPAST];
		if (mach < p->p_start || mach >= p->p_end)
			continue;
		ru_print("The address belonged to a map that was loaded here:\n");
		print_depot(p->p_opened);
		ru_print("and unloaded here:\n");
		print_depot(p->p_closed);
		dma_report("dma-access", NULL, frame, "device %s %zu bytes at machine address 0x%llx, "
		    "in a map that was unloaded", what, len, (unsigned long long)mach);
	}
	dma_report("dma-access", NULL, frame, "device %s %zu bytes at machine address 0x%llx, which is "
	    "in no loaded map", what, len, (unsigned long long)mach);
}

void
ru_dma_explain(const void *addr)
{
	const struct window *w;

	if (dm == NULL)
		return;
	for (w = dm->d_win; w < dm->d_win + dm->d_nwin; w++) {
		if ((const char *)addr < w->w_cpu ||
		    (uint64_t)((const char *)addr - w->w_cpu) >= w->w_end - w->w_start)
			continue;
		ru_print("The bytes are a device's: they were synced with PREREAD and not yet "
		    "with POSTREAD, in a map loaded here:\n");
		print_depot(w->w_stack);
		return;
	}
}

/*
 * Loads.
 */

/* The last load that began at cpu or up to 15 bytes before. */
static void
print_load(const char *cpu)
{
	const struct load *l;
	unsigned i;

	for (i = 1; i <= NLOAD && i <= nloads; i++) {
		l = &loads[(nloads - i) % NLOAD];
		if (cpu - l->l_cpu >= 0 && cpu - l->l_cpu < 16) {
			ru_print("The bytes were loaded before here:\n");
			print_depot(l->l_stack);
			return;
		}
	}
}

static __noinline RU_NOSAN void
load_fetched(const char *cpu, size_t len, const void *frame)
{
	const struct window *w;
	uint8_t *st, any = 0;
	size_t i;

	if (!ru_deterministic || dm == NULL || dm->d_mode != RUMPUSER_DMA_VIEWS)
		return;
	for (w = dm->d_win; w < dm->d_win + dm->d_nwin; w++)
		if ((w->w_access & RUMPUSER_DMA_SHARED) != 0 && cpu >= w->w_cpu &&
		    (uint64_t)(cpu - w->w_cpu) + len <= w->w_end - w->w_start)
			break;
	if (w == dm->d_win + dm->d_nwin)
		return;
	st = state_of(w->w_start + (cpu - w->w_cpu));
	for (i = 0; i < len; i++) {
		any |= st[i];
		if ((st[i] & LOADED) != 0) {
			print_load(cpu + i);
			dma_report("double-fetch", w, frame, "byte %zu of %zu at offset %llu of a "
			    "segment is loaded a second time; the device may have written it since",
			    i, len, (unsigned long long)(cpu - w->w_cpu));
		}
	}
	if ((any & FETCHED) == 0)
		return;
	for (i = 0; i < len; i++)
		if ((st[i] & FETCHED) != 0)
			st[i] |= LOADED;
	loads[nloads % NLOAD].l_cpu = cpu;
	loads[nloads++ % NLOAD].l_stack = stack_here(frame);
}

/* The compiler calls these, by these names, before each load. */
#define	LOAD(n)									\
void	__sanitizer_cov_load##n(const void *);					\
RU_NOSAN void									\
__sanitizer_cov_load##n(const void *p)						\
{										\
										\
	if (__predict_false(load_filter[LOAD_LINE(p)]))				\
		load_fetched(p, n, __builtin_frame_address(0));			\
}
LOAD(1)
LOAD(2)
LOAD(4)
LOAD(8)
LOAD(16)

/*
 * From a device.
 */

/*
 * The first of n bytes in which the copies differ although the device did
 * not write there; n if none.
 */
static RU_NOSAN size_t
stale(const char *view, const char *cpu, const uint8_t *st, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		while (n - i >= 8 && word_at(view + i) == word_at(cpu + i))
			i += 8;
		if (i == n)
			break;
		if (view[i] != cpu[i] && (st[i] & DIRTY) == 0)
			return i;
	}
	return n;
}

/*
 * The same of what the device reads, without those for which a sync waits.
 * Another thread is given time to come to it.
 */
static size_t
never_synced(const struct window *w, uint64_t mach, size_t n)
{
	const struct timespec ts = { .tv_nsec = SYNC_LOOK_NS };
	const char *view = view_of(mach);
	const char *cpu = w->w_cpu + (mach - w->w_start);
	const uint8_t *st = state_of(mach);
	size_t at, from = 0;
	unsigned looks = 0;
	uint64_t end;

	for (;;) {
		at = from + stale(view + from, cpu + from, st + from, n - from);
		if (__predict_true(at == n))
			return n;
		if ((end = sync_waits(mach + at)) != 0)
			from = end - mach < n ? end - mach : n;
		else if (ru_deterministic || looks++ == SYNC_LOOKS)
			return at;
		else
			(void)nanosleep(&ts, NULL);
	}
}

/*
 * A device's own look at memory, or its own write.  That it comes while a
 * thread of the kernel looks at the same bytes is what devices do, and no
 * race of two threads.
 */
#if RU_TSAN
void	AnnotateIgnoreReadsBegin(const char *, int);
void	AnnotateIgnoreReadsEnd(const char *, int);
void	AnnotateIgnoreWritesBegin(const char *, int);
void	AnnotateIgnoreWritesEnd(const char *, int);
#endif

RU_INLINE void
device_copy(void *to, const void *from, size_t n)
{

#if RU_TSAN
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
	memcpy(to, from, n);
#if RU_TSAN
	AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

int
rumpuser_dma_read(uint64_t mach, void *buf, size_t len, int flags)
{
	const struct window *w;
	const char *view;
	char *p = buf;
	size_t n, at;

	ru_dev_enter();
	for (; len != 0; p += n, mach += n, len -= n) {
		w = window_find(mach, RUMPUSER_DMA_READ);
		if (__predict_false(w == NULL || (w->w_access & RUMPUSER_DMA_READ) == 0))
			goto bad;
		n = w->w_end - mach;
		if (n > len)
			n = len;
		view = view_of(mach);
		if ((flags & RUMPUSER_DMA_TRUST) != 0 && strict &&
		    dm->d_mode == RUMPUSER_DMA_VIEWS) {
			at = never_synced(w, mach, n);
			if (__predict_false(at != n))
				dma_report("dma-sync", w, __builtin_frame_address(0),
				    "device reads %zu bytes at offset %llu of a segment of %llu; "
				    "the kernel changed byte %zu of them and did not sync it "
				    "with PREWRITE", n,
				    (unsigned long long)(mach - w->w_start),
				    (unsigned long long)(w->w_end - w->w_start), at);
		}
		/* Machines that snoop don't wait for PREWRITE. */
		if (!strict && dm->d_mode == RUMPUSER_DMA_VIEWS)
			ru_copy(p, w->w_cpu + (mach - w->w_start), n);
		else
			device_copy(p, view, n);
	}
	ru_dev_exit();
	return 0;
 bad:
	ru_dev_exit();
	if ((flags & RUMPUSER_DMA_TRUST) != 0)
		dma_outside(w, mach, len, "reads", __builtin_frame_address(0));
	memset(p, 0xff, len);
	return NB_EFAULT;
}

/* The device wrote n bytes; the kernel will know after a sync, or does now. */
static RU_NOSAN void
written(const struct window *w, uint64_t mach, const char *data, size_t n, int flags)
{
	char *cpu = w->w_cpu + (mach - w->w_start);
	uint8_t *st = state_of(mach);

	if ((flags & RUMPUSER_DMA_COHERENT) != 0 || !strict) {
		ru_copy(cpu, data, n);
		ru_fill_short(st, ARMED, n);
		return;
	}
	ru_fill_short(st, (flags & RUMPUSER_DMA_TRUST) != 0 ? DIRTY | ARMED | TRUSTED :
	    DIRTY | ARMED, n);
	if ((w->w_access & RUMPUSER_DMA_SHARED) != 0)
		ru_fill_short(cpu, MARK, n);
}

int
rumpuser_dma_write(uint64_t mach, const void *buf, size_t len, int flags)
{
	const struct window *w;
	const char *p = buf;
	size_t n, bad;
	char *view;

	ru_dev_enter();
	for (; len != 0; p += n, mach += n, len -= n) {
		w = window_find(mach, RUMPUSER_DMA_WRITE);
		if (__predict_false(w == NULL || (w->w_access & RUMPUSER_DMA_WRITE) == 0)) {
			ru_dev_exit();
			if ((flags & RUMPUSER_DMA_TRUST) != 0)
				dma_outside(w, mach, len, "writes",
				    __builtin_frame_address(0));
			return NB_EFAULT;
		}
		n = w->w_end - mach;
		if (n > len)
			n = len;
		view = view_of(mach);
		if (dm->d_mode == RUMPUSER_DMA_VIEWS) {
			if ((flags & RUMPUSER_DMA_TRUST) != 0 && strict &&
			    (w->w_access & RUMPUSER_DMA_SHARED) == 0 &&
			    __predict_false((bad = scan(state_of(mach), n, ARMED, ARMED)) != n))
				dma_report("dma-sync", w, __builtin_frame_address(0),
				    "device writes %zu bytes at offset %llu of a segment of "
				    "%llu; byte %zu of them was not synced with PREREAD", n,
				    (unsigned long long)(mach - w->w_start),
				    (unsigned long long)(w->w_end - w->w_start), bad);
			device_copy(view, p, n);
			written(w, mach, view, n, flags);
		} else
			device_copy(view, p, n);
	}
	ru_dev_exit();
	return 0;
}
