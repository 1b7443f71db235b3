/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Registers and memory of devices: bus_space(9).
 *
 * A handle is a bus address and every access one hypercall.  Which addresses
 * are mapped or reserved is kept for each space in a table in order of
 * addresses; like extents on hardware it gives each address out once.  In
 * builds with DIAGNOSTIC each access is looked up in it, and one outside of
 * what is mapped is a report: a driver that runs over the end of a BAR, or
 * touches it after bus_space_unmap().
 *
 * An access at an address that is no multiple of its width is made of
 * smaller ones, as a bus bridge does.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/rump_audit.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "bus_impl.h"

static struct bus_space_tag io_tag = { .bst_type = X86_BUS_SPACE_IO };
static struct bus_space_tag mem_tag = { .bst_type = X86_BUS_SPACE_MEM };
bus_space_tag_t const x86_bus_space_io = &io_tag;
bus_space_tag_t const x86_bus_space_mem = &mem_tag;

/* A range of addresses that is in use. */
struct region {
	bus_addr_t	r_start;
	bus_addr_t	r_last;		/* the last address itself */
	int		r_flags;	/* BUS_SPACE_MAP_*, and: */
	void		*r_vaddr;	/* LINEAR */
};
#define	R_MAPPED	0x100
#define	R_RESERVED	0x200		/* stays when it is unmapped */

static struct space {
	struct region	*s_tab;
	u_int		s_n, s_max;
	u_int		s_last;		/* hit last */
} spaces[2];				/* by RUMPUSER_SPACE_* */

static kmutex_t space_lock;
static bool space_threads;		/* more than one host thread */

static int64_t
regions_audit(void *arg)
{

	return spaces[0].s_n + spaces[1].s_n;
}
RUMP_AUDIT(regions_audit_entry, "bus space regions", regions_audit, NULL)

void
bus_space_init(void)
{

	mutex_init(&space_lock, MUTEX_DEFAULT, IPL_HIGH);
	space_threads = strcmp(rumpuser_backend(), "fiber") != 0;
}

static inline int
space_of(bus_space_tag_t t)
{

	return t->bst_type == X86_BUS_SPACE_IO ? RUMPUSER_SPACE_IO : RUMPUSER_SPACE_MEM;
}

static bus_addr_t
space_end(int space)
{

	return space == RUMPUSER_SPACE_IO ? 0xffff : ~(bus_addr_t)0;
}

/* Index of the first region that ends at or after addr. */
static u_int
region_upto(const struct space *s, bus_addr_t addr)
{
	u_int lo = 0, hi = s->s_n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (s->s_tab[mid].r_last < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Room for one more region, so that an insertion can't fail. */
static int
region_room(struct space *s)
{
	struct region *new, *old;
	u_int max;

	for (;;) {
		mutex_enter(&space_lock);
		if (s->s_n < s->s_max)
			return 0;
		max = s->s_max != 0 ? s->s_max * 2 : 8;
		mutex_exit(&space_lock);
		new = kmem_intr_alloc(max * sizeof(*new), KM_NOSLEEP);
		if (new == NULL)
			return ENOMEM;
		mutex_enter(&space_lock);
		old = s->s_tab;
		if (s->s_max >= max) {
			mutex_exit(&space_lock);
			kmem_intr_free(new, max * sizeof(*new));
			continue;
		}
		if (s->s_n != 0)
			memcpy(new, old, s->s_n * sizeof(*new));
		s->s_tab = new;
		if (old != NULL)
			kmem_intr_free(old, s->s_max * sizeof(*old));
		s->s_max = max;
		return 0;
	}
}

static void
region_insert(struct space *s, u_int i, bus_addr_t start, bus_addr_t last, int flags)
{

	memmove(&s->s_tab[i + 1], &s->s_tab[i], (s->s_n - i) * sizeof(s->s_tab[0]));
	s->s_tab[i].r_start = start;
	s->s_tab[i].r_last = last;
	s->s_tab[i].r_flags = flags;
	s->s_tab[i].r_vaddr = NULL;
	s->s_n++;
}

static void
region_remove(struct space *s, u_int i)
{
	struct region *old = NULL;
	u_int max = 0;

	s->s_n--;
	memmove(&s->s_tab[i], &s->s_tab[i + 1], (s->s_n - i) * sizeof(s->s_tab[0]));
	if (s->s_n == 0) {
		/* Nothing stays allocated when nothing is mapped. */
		old = s->s_tab;
		max = s->s_max;
		s->s_tab = NULL;
		s->s_max = 0;
	}
	mutex_exit(&space_lock);
	if (old != NULL)
		kmem_intr_free(old, max * sizeof(*old));
}

/* Takes exactly [addr, addr + size); EINVAL, EAGAIN, ENOMEM. */
static int
region_take(int space, bus_addr_t addr, bus_size_t size, int flags)
{
	struct space *s = &spaces[space];
	bus_addr_t last = addr + size - 1;
	int error;
	u_int i;

	if (size == 0 || last < addr || last > space_end(space))
		return EINVAL;
	if ((error = region_room(s)) != 0)
		return error;
	i = region_upto(s, addr);
	if (i < s->s_n && s->s_tab[i].r_start <= last)
		error = EAGAIN;
	else
		region_insert(s, i, addr, last, flags);
	mutex_exit(&space_lock);
	return error;
}

/* Takes some free range of [start, end]. */
static int
region_alloc(int space, bus_addr_t start, bus_addr_t end, bus_size_t size, bus_size_t align,
    bus_size_t boundary, int flags, bus_addr_t *addrp)
{
	struct space *s = &spaces[space];
	bus_addr_t at = start, last, aligned;
	int error;
	u_int i;

	if (align == 0)
		align = 1;
	if (size == 0 || end < start || end > space_end(space) ||
	    (align & (align - 1)) != 0 || (boundary & (boundary - 1)) != 0 ||
	    (boundary != 0 && size > boundary))
		return EINVAL;
	if ((error = region_room(s)) != 0)
		return error;
	for (i = region_upto(s, at);; i++) {
		for (;;) {
			aligned = (at + align - 1) & ~(bus_addr_t)(align - 1);
			last = aligned + size - 1;
			if (aligned < at || last < aligned || last > end) {
				mutex_exit(&space_lock);
				return EAGAIN;
			}
			at = aligned;
			if (boundary == 0 || ((at ^ last) & ~(bus_addr_t)(boundary - 1)) == 0)
				break;
			at = last & ~(bus_addr_t)(boundary - 1);
		}
		if (i == s->s_n || s->s_tab[i].r_start > last)
			break;
		if (s->s_tab[i].r_last >= end) {
			mutex_exit(&space_lock);
			return EAGAIN;
		}
		if (at <= s->s_tab[i].r_last)
			at = s->s_tab[i].r_last + 1;
	}
	region_insert(s, i, at, last, flags);
	mutex_exit(&space_lock);
	*addrp = at;
	return 0;
}

/* Gives back the region of this kind that starts at addr. */
static void
region_give(int space, bus_addr_t addr, bus_size_t size, int kind, const char *what)
{
	struct space *s = &spaces[space];
	struct region *r;
	u_int i;

	mutex_enter(&space_lock);
	i = region_upto(s, addr);
	r = &s->s_tab[i];
	if (i == s->s_n || r->r_start != addr || r->r_last != addr + size - 1 ||
	    (r->r_flags & kind) == 0) {
		mutex_exit(&space_lock);
		rumpuser_report("bus-space", "%s of 0x%lx bytes at 0x%lx: no such region",
		    what, (u_long)size, (u_long)addr);
	}
	if (kind == R_MAPPED && (r->r_flags & R_RESERVED) != 0) {
		r->r_flags = R_RESERVED;
		r->r_vaddr = NULL;
		mutex_exit(&space_lock);
		return;
	}
	region_remove(s, i);
}

/* The linear mapping of a region, if it is to have one. */
static int
region_linear(int space, bus_addr_t addr, bus_size_t size, int flags)
{
	struct space *s = &spaces[space];
	void *va;
	u_int i;

	if ((flags & BUS_SPACE_MAP_LINEAR) == 0)
		return 0;
	va = rumpuser_bus_map(space, addr, size);
	if (va == NULL)
		return EOPNOTSUPP;
	mutex_enter(&space_lock);
	i = region_upto(s, addr);
	s->s_tab[i].r_vaddr = va;
	mutex_exit(&space_lock);
	return 0;
}

/* The nearest tag that does this in its own way. */
static bus_space_tag_t
override(bus_space_tag_t t, uint64_t bit)
{

	if (__predict_true((t->bst_exists & bit) == 0))
		return NULL;
	while ((t->bst_present & bit) == 0)
		t = t->bst_super;
	return t;
}

/*
 * Makes [addr, addr + size) accessible.  With BUS_SPACE_MAP_LINEAR it must be
 * plain memory (EOPNOTSUPP).  EAGAIN when part of it is in use, EINVAL when
 * it is not in the space.
 */
int
bus_space_map(bus_space_tag_t t, bus_addr_t addr, bus_size_t size, int flags,
    bus_space_handle_t *hp)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_MAP);
	const int space = space_of(t);
	int error;

	if (ot != NULL)
		return (*ot->bst_ov->ov_space_map)(ot->bst_ctx, t, addr, size, flags, hp);
	if (space == RUMPUSER_SPACE_IO && (flags & BUS_SPACE_MAP_LINEAR) != 0)
		return EOPNOTSUPP;
	error = region_take(space, addr, size, flags | R_MAPPED);
	if (error != 0)
		return error;
	error = region_linear(space, addr, size, flags);
	if (error != 0) {
		region_give(space, addr, size, R_MAPPED, "unmap");
		return error;
	}
	*hp = addr;
	return 0;
}

void
bus_space_unmap(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_UNMAP);

	if (ot != NULL)
		(*ot->bst_ov->ov_space_unmap)(ot->bst_ctx, t, h, size);
	else
		region_give(space_of(t), h, size, R_MAPPED, "unmap");
}

/* A part of a mapping, which it must not outlive; there is no way to end it. */
int
bus_space_subregion(bus_space_tag_t t, bus_space_handle_t h, bus_size_t offset,
    bus_size_t size, bus_space_handle_t *hp)
{

	*hp = h + offset;
	return 0;
}

/*
 * Maps some free range within [start, end].  EAGAIN when there is none.
 */
int
bus_space_alloc(bus_space_tag_t t, bus_addr_t start, bus_addr_t end, bus_size_t size,
    bus_size_t align, bus_size_t boundary, int flags, bus_addr_t *addrp,
    bus_space_handle_t *hp)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_ALLOC);
	const int space = space_of(t);
	bus_addr_t addr;
	int error;

	if (ot != NULL)
		return (*ot->bst_ov->ov_space_alloc)(ot->bst_ctx, t, start, end, size, align,
		    boundary, flags, addrp, hp);
	error = region_alloc(space, start, end, size, align, boundary, flags | R_MAPPED, &addr);
	if (error != 0)
		return error;
	error = region_linear(space, addr, size, flags);
	if (error != 0) {
		region_give(space, addr, size, R_MAPPED, "free");
		return error;
	}
	*addrp = addr;
	*hp = addr;
	return 0;
}

void
bus_space_free(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_FREE);

	if (ot != NULL)
		(*ot->bst_ov->ov_space_free)(ot->bst_ctx, t, h, size);
	else
		region_give(space_of(t), h, size, R_MAPPED, "free");
}

int
bus_space_reserve(bus_space_tag_t t, bus_addr_t addr, bus_size_t size, int flags,
    bus_space_reservation_t *bsr)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_RESERVE);
	int error;

	if (ot != NULL)
		return (*ot->bst_ov->ov_space_reserve)(ot->bst_ctx, t, addr, size, flags, bsr);
	error = region_take(space_of(t), addr, size, R_RESERVED);
	if (error == 0)
		bus_space_reservation_init(bsr, addr, size);
	return error;
}

int
bus_space_reserve_subregion(bus_space_tag_t t, bus_addr_t start, bus_addr_t end,
    bus_size_t size, bus_size_t align, bus_size_t boundary, int flags,
    bus_space_reservation_t *bsr)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_RESERVE_SUBREGION);
	bus_addr_t addr;
	int error;

	if (ot != NULL)
		return (*ot->bst_ov->ov_space_reserve_subregion)(ot->bst_ctx, t, start, end,
		    size, align, boundary, flags, bsr);
	error = region_alloc(space_of(t), start, end, size, align, boundary, R_RESERVED, &addr);
	if (error == 0)
		bus_space_reservation_init(bsr, addr, size);
	return error;
}

void
bus_space_release(bus_space_tag_t t, bus_space_reservation_t *bsr)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_RELEASE);

	if (ot != NULL)
		(*ot->bst_ov->ov_space_release)(ot->bst_ctx, t, bsr);
	else
		region_give(space_of(t), bsr->_bsr_start, bsr->_bsr_size, R_RESERVED,
		    "release");
}

/* Maps what was reserved; EINVAL if it was not, EAGAIN if it is mapped. */
int
bus_space_reservation_map(bus_space_tag_t t, bus_space_reservation_t *bsr, int flags,
    bus_space_handle_t *hp)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_RESERVATION_MAP);
	const int space = space_of(t);
	struct space *s = &spaces[space];
	struct region *r;
	int error = 0;
	u_int i;

	if (ot != NULL)
		return (*ot->bst_ov->ov_space_reservation_map)(ot->bst_ctx, t, bsr, flags, hp);
	mutex_enter(&space_lock);
	i = region_upto(s, bsr->_bsr_start);
	r = &s->s_tab[i];
	if (i == s->s_n || r->r_start != bsr->_bsr_start ||
	    r->r_last != bsr->_bsr_start + bsr->_bsr_size - 1 ||
	    (r->r_flags & R_RESERVED) == 0)
		error = EINVAL;
	else if ((r->r_flags & R_MAPPED) != 0)
		error = EAGAIN;
	else
		r->r_flags |= flags | R_MAPPED;
	mutex_exit(&space_lock);
	if (error != 0)
		return error;
	error = region_linear(space, bsr->_bsr_start, bsr->_bsr_size, flags);
	if (error != 0) {
		region_give(space, bsr->_bsr_start, bsr->_bsr_size, R_MAPPED, "unmap");
		return error;
	}
	*hp = bsr->_bsr_start;
	return 0;
}

void
bus_space_reservation_unmap(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size)
{
	bus_space_tag_t ot = override(t, BUS_SPACE_OVERRIDE_RESERVATION_UNMAP);

	if (ot != NULL)
		(*ot->bst_ov->ov_space_reservation_unmap)(ot->bst_ctx, t, h, size);
	else
		region_give(space_of(t), h, size, R_MAPPED, "unmap");
}

/* The page cookie for mmap(2) of memory space; -1 for ports. */
paddr_t
bus_space_mmap(bus_space_tag_t t, bus_addr_t addr, off_t off, int prot, int flags)
{

	if (space_of(t) == RUMPUSER_SPACE_IO)
		return (paddr_t)-1;
	return x86_btop(addr + off);
}

/* Where a mapping with BUS_SPACE_MAP_LINEAR is in memory; else NULL. */
void *
bus_space_vaddr(bus_space_tag_t t, bus_space_handle_t h)
{
	struct space *s = &spaces[space_of(t)];
	char *va = NULL;
	u_int i;

	mutex_enter(&space_lock);
	i = region_upto(s, h);
	if (i < s->s_n && s->s_tab[i].r_start <= h && s->s_tab[i].r_vaddr != NULL)
		va = (char *)s->s_tab[i].r_vaddr + (h - s->s_tab[i].r_start);
	mutex_exit(&space_lock);
	return va;
}

/* Accesses happen in program order here; memory is ordered with them. */
void
bus_space_barrier(bus_space_tag_t t, bus_space_handle_t h, bus_size_t offset, bus_size_t len,
    int flags)
{

	membar_sync();
}

bool
bus_space_is_equal(bus_space_tag_t t1, bus_space_tag_t t2)
{

	if (t1 == NULL || t2 == NULL)
		return t1 == t2;
	return t1->bst_type == t2->bst_type;
}

bool
bus_space_handle_is_equal(bus_space_tag_t t, bus_space_handle_t h1, bus_space_handle_t h2)
{

	return h1 == h2;
}

/*
 * A tag like t that does what `present' says by ov's functions, which get
 * ctx.  EINVAL for a function that is not there.
 */
int
bus_space_tag_create(bus_space_tag_t t, uint64_t present, uint64_t extpresent,
    const struct bus_space_overrides *ov, void *ctx, bus_space_tag_t *tp)
{
	bus_space_tag_t new;

	if (ov == NULL || extpresent != 0 || (present & ~(uint64_t)__BITS(0, 8)) != 0)
		return EINVAL;
#define	HAS(bit, fn)	((present & BUS_SPACE_OVERRIDE_##bit) == 0 || ov->fn != NULL)
	if (!HAS(MAP, ov_space_map) || !HAS(UNMAP, ov_space_unmap) ||
	    !HAS(ALLOC, ov_space_alloc) || !HAS(FREE, ov_space_free) ||
	    !HAS(RESERVE, ov_space_reserve) || !HAS(RELEASE, ov_space_release) ||
	    !HAS(RESERVATION_MAP, ov_space_reservation_map) ||
	    !HAS(RESERVATION_UNMAP, ov_space_reservation_unmap) ||
	    !HAS(RESERVE_SUBREGION, ov_space_reserve_subregion))
		return EINVAL;
#undef HAS
	new = kmem_alloc(sizeof(*new), KM_SLEEP);
	new->bst_type = t->bst_type;
	new->bst_super = t;
	new->bst_present = present;
	new->bst_exists = present | t->bst_exists;
	new->bst_ov = ov;
	new->bst_ctx = ctx;
	*tp = new;
	return 0;
}

void
bus_space_tag_destroy(bus_space_tag_t t)
{

	kmem_free(t, sizeof(*t));
}

/*
 * Access.
 */

#ifdef DIAGNOSTIC
static void __noinline __dead
access_outside(int space, bus_addr_t addr, u_int width, const char *what)
{

	rumpuser_report("bus-space", "%s of %u bytes at %s 0x%lx, which is not mapped", what,
	    width, space == RUMPUSER_SPACE_IO ? "port" : "address", (u_long)addr);
}

static inline bool
region_covers(const struct region *r, bus_addr_t addr, u_int width)
{

	return addr >= r->r_start && addr <= r->r_last && width - 1 <= r->r_last - addr &&
	    (r->r_flags & R_MAPPED) != 0;
}

static inline void
access_check(int space, bus_addr_t addr, u_int width, const char *what)
{
	struct space *s = &spaces[space];
	bool good;
	u_int i;

	if (space_threads)
		mutex_enter(&space_lock);
	i = s->s_last;
	good = i < s->s_n && region_covers(&s->s_tab[i], addr, width);
	if (!good) {
		i = region_upto(s, addr);
		good = i < s->s_n && region_covers(&s->s_tab[i], addr, width);
		if (good)
			s->s_last = i;
	}
	if (space_threads)
		mutex_exit(&space_lock);
	if (__predict_false(!good))
		access_outside(space, addr, width, what);
}
#else
#define	access_check(space, addr, width, what)	((void)0)
#endif

/* In two halves, which may be in two halves again. */
static uint64_t __noinline
read_unaligned(int space, bus_addr_t addr, u_int width)
{
	uint64_t v = 0;
	u_int i;

	for (i = 0; i < width; i++)
		v |= rumpuser_bus_read(space, addr + i, 1) << i * 8;
	return v;
}

static void __noinline
write_unaligned(int space, bus_addr_t addr, u_int width, uint64_t v)
{
	u_int i;

	for (i = 0; i < width; i++)
		rumpuser_bus_write(space, addr + i, 1, v >> i * 8);
}

static inline uint64_t
reg_read(bus_space_tag_t t, bus_addr_t addr, u_int width)
{
	const int space = space_of(t);

	access_check(space, addr, width, "read");
	if (__predict_false((addr & (width - 1)) != 0))
		return read_unaligned(space, addr, width);
	return rumpuser_bus_read(space, addr, width);
}

static inline void
reg_write(bus_space_tag_t t, bus_addr_t addr, u_int width, uint64_t v)
{
	const int space = space_of(t);

	access_check(space, addr, width, "write");
	if (__predict_false((addr & (width - 1)) != 0))
		write_unaligned(space, addr, width, v);
	else
		rumpuser_bus_write(space, addr, width, v);
}

/*
 * The methods for one width: a register once; multi: a register again and
 * again; region: consecutive registers.  Counts are of accesses.
 */
#define	METHODS(n, type)						\
type									\
bus_space_read_##n(bus_space_tag_t t, bus_space_handle_t h,		\
    bus_size_t off)							\
{									\
									\
	return (type)reg_read(t, h + off, n);				\
}									\
									\
void									\
bus_space_write_##n(bus_space_tag_t t, bus_space_handle_t h,		\
    bus_size_t off, type v)						\
{									\
									\
	reg_write(t, h + off, n, v);					\
}									\
									\
void									\
bus_space_read_multi_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, type *p, bus_size_t count)				\
{									\
									\
	for (; count > 0; count--)					\
		*p++ = (type)reg_read(t, h + off, n);			\
}									\
									\
void									\
bus_space_write_multi_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, const type *p, bus_size_t count)			\
{									\
									\
	for (; count > 0; count--)					\
		reg_write(t, h + off, n, *p++);				\
}									\
									\
void									\
bus_space_read_region_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, type *p, bus_size_t count)				\
{									\
									\
	for (; count > 0; count--, off += n)				\
		*p++ = (type)reg_read(t, h + off, n);			\
}									\
									\
void									\
bus_space_write_region_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, const type *p, bus_size_t count)			\
{									\
									\
	for (; count > 0; count--, off += n)				\
		reg_write(t, h + off, n, *p++);				\
}									\
									\
void									\
bus_space_set_multi_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, type v, bus_size_t count)				\
{									\
									\
	for (; count > 0; count--)					\
		reg_write(t, h + off, n, v);				\
}									\
									\
void									\
bus_space_set_region_##n(bus_space_tag_t t, bus_space_handle_t h,	\
    bus_size_t off, type v, bus_size_t count)				\
{									\
									\
	for (; count > 0; count--, off += n)				\
		reg_write(t, h + off, n, v);				\
}									\
									\
void									\
bus_space_copy_region_##n(bus_space_tag_t t, bus_space_handle_t h1,	\
    bus_size_t off1, bus_space_handle_t h2, bus_size_t off2,		\
    bus_size_t count)							\
{									\
	bus_addr_t from = h1 + off1, to = h2 + off2;			\
	bus_size_t i;							\
									\
	/* As memmove(3) does: the source may overlap what is written. */ \
	for (i = 0; from >= to && i < count; i++)			\
		reg_write(t, to + i * n, n, reg_read(t, from + i * n, n)); \
	for (i = count; from < to && i-- > 0;)				\
		reg_write(t, to + i * n, n, reg_read(t, from + i * n, n)); \
}

METHODS(1, uint8_t)
METHODS(2, uint16_t)
METHODS(4, uint32_t)
METHODS(8, uint64_t)
