/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Bus numbers, bridge windows and BARs where no firmware gave them, and for
 * what is plugged later.  See pci_configure_bus(9); PCI-to-PCI Bridge 1.2
 * chapter 3.
 *
 * Each function has a record of what it was given, each bus the ranges it
 * gives from.  A bus is done in three steps: look (size the BARs, number the
 * buses behind bridges, look there), sum up what is needed behind each
 * bridge, and give.  What firmware has set and what makes sense keeps its
 * place; the largest is placed first.  Something that finds no room stays
 * off, and is said once.
 *
 * The space is the devices' word.  Sizes are powers of two by construction,
 * sums are saturated, and the depth of bridges is bounded.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bitops.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/queue.h>

#include "pci_impl.h"

#define	NKIND		3		/* PCICONF_RESOURCE_* */
#define	IO		PCICONF_RESOURCE_IO
#define	MEM		PCICONF_RESOURCE_MEM
#define	PREF		PCICONF_RESOURCE_PREFETCHABLE_MEM

#define	BELOW_4G	0xffffffffULL
#define	SPARE_BUSES	2		/* numbers behind a bridge for later */

/* For later, behind a bridge with nothing, and what windows are multiples of. */
static const uint64_t spare[NKIND] = {
	[IO] = PCI_BRIDGE_IO_MIN, [MEM] = 2 * PCI_BRIDGE_MEM_MIN, [PREF] = PCI_BRIDGE_MEM_MIN
};
static const uint64_t granule[NKIND] = {
	[IO] = PCI_BRIDGE_IO_MIN, [MEM] = PCI_BRIDGE_MEM_MIN, [PREF] = PCI_BRIDGE_MEM_MIN
};

/* Bytes from first to last, given to the owner; an arena's are in order. */
struct region {
	TAILQ_ENTRY(region) r_list;
	uint64_t	r_first, r_last;
	uint32_t	r_bdf;
};
TAILQ_HEAD(region_list, region);

struct arena {
	struct region_list a_ranges;	/* what there is */
	struct region_list a_used;
};

struct conf_bus {
	LIST_ENTRY(conf_bus) cb_list;
	int		cb_bus, cb_sub;
	uint32_t	cb_bridge;	/* bdf; the root bus has none */
	bool		cb_root;
	struct arena	cb_arena[NKIND];
};

struct conf_bar {
	int		b_reg;
	int		b_kind;
	bool		b_wide;
	uint64_t	b_size;		/* 0: no such BAR */
	uint64_t	b_base;		/* 0: not given */
};

struct conf_func {
	LIST_ENTRY(conf_func) cf_list;
	pcitag_t	cf_tag;
	int		cf_bus;
	pcireg_t	cf_id;
	int		cf_hook;	/* PCI_CONF_* */
	bool		cf_new;		/* nothing given yet */
	bool		cf_isbridge;
	bool		cf_pref64;	/* bridge: its prefetchable window may be anywhere */
	int		cf_behind;	/* bridge: bus behind it, 0: none */
	unsigned	cf_nbar;
	struct conf_bar	cf_bar[6];
	struct conf_bar	cf_win[NKIND];	/* bridge: its windows, as if BARs */
	uint64_t	cf_align[NKIND];
};

struct pciconf_resources {
	struct conf_bus	pr_root;
	LIST_HEAD(, conf_bus) pr_buses;	/* root and the others */
	LIST_HEAD(, conf_func) pr_funcs;
	int		pr_cacheline;
	uint32_t	pr_taken[256 / 32]; /* bus numbers */
	int		pr_error;	/* something found no room */
};

/*
 * Arenas.
 */

static void
region_insert(struct region_list *list, struct region *r)
{
	struct region *s;

	TAILQ_FOREACH(s, list, r_list) {
		if (s->r_first > r->r_first) {
			TAILQ_INSERT_BEFORE(s, r, r_list);
			return;
		}
	}
	TAILQ_INSERT_TAIL(list, r, r_list);
}

static struct region *
region_make(uint64_t first, uint64_t size, uint32_t bdf)
{
	struct region *r = kmem_zalloc(sizeof(*r), KM_SLEEP);

	r->r_first = first;
	r->r_last = first + (size - 1);
	r->r_bdf = bdf;
	return r;
}

static void
arena_init(struct arena *a)
{

	TAILQ_INIT(&a->a_ranges);
	TAILQ_INIT(&a->a_used);
}

static void
arena_clear(struct arena *a)
{
	struct region *r;

	while ((r = TAILQ_FIRST(&a->a_used)) != NULL) {
		TAILQ_REMOVE(&a->a_used, r, r_list);
		kmem_free(r, sizeof(*r));
	}
	while ((r = TAILQ_FIRST(&a->a_ranges)) != NULL) {
		TAILQ_REMOVE(&a->a_ranges, r, r_list);
		kmem_free(r, sizeof(*r));
	}
}

static void
arena_release(struct arena *a, uint32_t bdf)
{
	struct region *r, *next;

	TAILQ_FOREACH_SAFE(r, &a->a_used, r_list, next) {
		if (r->r_bdf == bdf) {
			TAILQ_REMOVE(&a->a_used, r, r_list);
			kmem_free(r, sizeof(*r));
		}
	}
}

/* Takes exactly these bytes, if they are there and free. */
static bool
arena_reserve(struct arena *a, uint64_t first, uint64_t size, uint32_t bdf)
{
	uint64_t last = first + (size - 1);
	struct region *r;

	if (last < first)
		return false;
	TAILQ_FOREACH(r, &a->a_ranges, r_list) {
		if (first >= r->r_first && last <= r->r_last)
			break;
	}
	if (r == NULL)
		return false;
	TAILQ_FOREACH(r, &a->a_used, r_list) {
		if (first <= r->r_last && r->r_first <= last)
			return false;
	}
	region_insert(&a->a_used, region_make(first, size, bdf));
	return true;
}

/* Takes the first size bytes that fit, aligned and not beyond max.  0: there are none. */
static uint64_t
arena_alloc(struct arena *a, uint64_t size, uint64_t align, uint64_t max, uint32_t bdf)
{
	struct region *r, *u;
	uint64_t at, last;

	TAILQ_FOREACH(r, &a->a_ranges, r_list) {
		at = r->r_first;
		for (u = TAILQ_FIRST(&a->a_used);; u = TAILQ_NEXT(u, r_list)) {
			if (at > UINT64_MAX - (align - 1))
				break;
			at = roundup2(at, align);
			last = at + (size - 1);
			if (at == 0 || last < at || last > r->r_last || last > max)
				break;
			if (u == NULL || last < u->r_first) {
				region_insert(&a->a_used, region_make(at, size, bdf));
				return at;
			}
			if (u->r_last >= at) {
				if (u->r_last == UINT64_MAX)
					break;
				at = u->r_last + 1;
			}
		}
	}
	return 0;
}

/*
 * Sets of ranges.
 */

static void
conf_bus_init(struct conf_bus *cb, int bus, int sub)
{
	int kind;

	cb->cb_bus = bus;
	cb->cb_sub = sub;
	for (kind = 0; kind < NKIND; kind++)
		arena_init(&cb->cb_arena[kind]);
}

struct pciconf_resources *
pciconf_resource_init(void)
{
	struct pciconf_resources *pr = kmem_zalloc(sizeof(*pr), KM_SLEEP);

	LIST_INIT(&pr->pr_buses);
	LIST_INIT(&pr->pr_funcs);
	conf_bus_init(&pr->pr_root, 0, 255);
	pr->pr_root.cb_root = true;
	LIST_INSERT_HEAD(&pr->pr_buses, &pr->pr_root, cb_list);
	return pr;
}

void
pciconf_resource_fini(struct pciconf_resources *pr)
{
	struct conf_func *cf;
	struct conf_bus *cb;
	int kind;

	while ((cf = LIST_FIRST(&pr->pr_funcs)) != NULL) {
		LIST_REMOVE(cf, cf_list);
		kmem_free(cf, sizeof(*cf));
	}
	while ((cb = LIST_FIRST(&pr->pr_buses)) != NULL) {
		LIST_REMOVE(cb, cb_list);
		for (kind = 0; kind < NKIND; kind++)
			arena_clear(&cb->cb_arena[kind]);
		if (!cb->cb_root)
			kmem_free(cb, sizeof(*cb));
	}
	kmem_free(pr, sizeof(*pr));
}

int
pciconf_resource_add(struct pciconf_resources *pr, int type, bus_addr_t start, bus_size_t size)
{

	if (type < 0 || type >= NKIND || size == 0 || start + (size - 1) < start)
		return EINVAL;
	region_insert(&pr->pr_root.cb_arena[type].a_ranges, region_make(start, size, 0));
	return 0;
}

static struct conf_bus *
bus_lookup(struct pciconf_resources *pr, int bus)
{
	struct conf_bus *cb;

	LIST_FOREACH(cb, &pr->pr_buses, cb_list) {
		if (cb->cb_bus == bus)
			break;
	}
	return cb;
}

static struct conf_func *
func_lookup(struct pciconf_resources *pr, pcitag_t tag)
{
	struct conf_func *cf;

	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		if (cf->cf_tag.pt_bdf == tag.pt_bdf)
			break;
	}
	return cf;
}

static bool
number_taken(const struct pciconf_resources *pr, int bus)
{

	return (pr->pr_taken[bus / 32] >> bus % 32 & 1) != 0;
}

static void
number_set(struct pciconf_resources *pr, int bus, bool taken)
{

	if (taken)
		pr->pr_taken[bus / 32] |= 1U << bus % 32;
	else
		pr->pr_taken[bus / 32] &= ~(1U << bus % 32);
}

/* Forgets a function, and a bridge with everything behind it. */
static void
func_drop(struct pciconf_resources *pr, struct conf_func *cf)
{
	struct conf_bus *cb = bus_lookup(pr, cf->cf_bus), *behind;
	struct conf_func *child;
	int kind, n;

	for (kind = 0; cb != NULL && kind < NKIND; kind++)
		arena_release(&cb->cb_arena[kind], cf->cf_tag.pt_bdf);
	LIST_REMOVE(cf, cf_list);
	if (cf->cf_behind != 0 && (behind = bus_lookup(pr, cf->cf_behind)) != NULL) {
 again:
		LIST_FOREACH(child, &pr->pr_funcs, cf_list) {
			if (child->cf_bus == behind->cb_bus) {
				func_drop(pr, child);
				goto again;
			}
		}
		LIST_REMOVE(behind, cb_list);
		for (kind = 0; kind < NKIND; kind++)
			arena_clear(&behind->cb_arena[kind]);
		for (n = behind->cb_bus; n <= behind->cb_sub; n++)
			number_set(pr, n, false);
		kmem_free(behind, sizeof(*behind));
	}
	kmem_free(cf, sizeof(*cf));
}

/*
 * Looking.
 */

static uint32_t	bus_look(pci_chipset_tag_t, struct pciconf_resources *, struct conf_bus *, int);

static void
func_size_bars(pci_chipset_tag_t pc, struct conf_func *cf, int end)
{
	uint64_t addr, mask;
	struct conf_bar *b;
	int reg;

	for (reg = PCI_MAPREG_START; reg < end; reg += 4) {
		pci_mapreg_size(pc, cf->cf_tag, reg, &addr, &mask);
		if ((uint32_t)mask == 0 || (uint32_t)mask == PCI_NOTHERE)
			continue;
		b = &cf->cf_bar[cf->cf_nbar];
		b->b_reg = reg;
		if (PCI_MAPREG_TYPE(mask) == PCI_MAPREG_TYPE_IO) {
			if ((mask & 0xffff0000) == 0)
				mask |= 0xffff0000;
			b->b_kind = IO;
			b->b_base = addr & PCI_MAPREG_IO_ADDR_MASK;
			mask &= PCI_MAPREG_IO_ADDR_MASK;
		} else {
			b->b_wide = PCI_MAPREG_MEM_TYPE(addr) == PCI_MAPREG_MEM_TYPE_64BIT &&
			    reg + 4 < end;
			b->b_kind = PCI_MAPREG_MEM_PREFETCHABLE(mask) && b->b_wide ? PREF : MEM;
			b->b_base = addr & (b->b_wide ? PCI_MAPREG_MEM64_ADDR_MASK :
			    PCI_MAPREG_MEM_ADDR_MASK);
			mask &= b->b_wide ? PCI_MAPREG_MEM64_ADDR_MASK : PCI_MAPREG_MEM_ADDR_MASK;
			if (b->b_wide)
				reg += 4;
		}
		b->b_size = mask & -mask;
		if (b->b_size != 0)
			cf->cf_nbar++;
	}
}

/* The windows that a bridge has now. */
static void
bridge_windows(pci_chipset_tag_t pc, struct conf_func *cf)
{
	pcireg_t io = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_STATIO_REG);
	pcireg_t iohigh = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_IOHIGH_REG);
	pcireg_t mem = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_MEMORY_REG);
	pcireg_t pref = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_PREFETCHMEM_REG);
	uint64_t base[NKIND], limit[NKIND];
	int kind;

	base[IO] = PCI_BRIDGE_STATIO_IOBASE_ADDR(io);
	limit[IO] = PCI_BRIDGE_STATIO_IOLIMIT_ADDR(io);
	if (PCI_BRIDGE_IO_32BITS(io)) {
		base[IO] |= (uint64_t)__SHIFTOUT(iohigh, PCI_BRIDGE_IOHIGH_BASE) << 16;
		limit[IO] |= (uint64_t)__SHIFTOUT(iohigh, PCI_BRIDGE_IOHIGH_LIMIT) << 16;
	}
	base[MEM] = (uint32_t)PCI_BRIDGE_MEMORY_BASE_ADDR(mem);
	limit[MEM] = (uint32_t)PCI_BRIDGE_MEMORY_LIMIT_ADDR(mem);
	base[PREF] = (uint32_t)PCI_BRIDGE_PREFETCHMEM_BASE_ADDR(pref);
	limit[PREF] = (uint32_t)PCI_BRIDGE_PREFETCHMEM_LIMIT_ADDR(pref);
	cf->cf_pref64 = PCI_BRIDGE_PREFETCHMEM_64BITS(pref) == 1;
	if (cf->cf_pref64) {
		base[PREF] |= (uint64_t)pci_conf_read(pc, cf->cf_tag,
		    PCI_BRIDGE_PREFETCHBASEUP32_REG) << 32;
		limit[PREF] |= (uint64_t)pci_conf_read(pc, cf->cf_tag,
		    PCI_BRIDGE_PREFETCHLIMITUP32_REG) << 32;
	}
	for (kind = 0; kind < NKIND; kind++) {
		cf->cf_win[kind].b_kind = kind;
		cf->cf_win[kind].b_base = base[kind];
		if (base[kind] != 0 && base[kind] < limit[kind])
			cf->cf_win[kind].b_size = limit[kind] - base[kind] + 1;
	}
}

/*
 * Gives the bus behind a bridge its numbers, or keeps those that it has if
 * they are free and below ours, and looks there.
 */
static void
bridge_number(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_bus *cb,
    struct conf_func *cf, int depth)
{
	pcireg_t reg = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_BUS_REG);
	int n, sec = PCI_BRIDGE_BUS_NUM_SECONDARY(reg), sub = PCI_BRIDGE_BUS_NUM_SUBORDINATE(reg);
	struct conf_bus *behind;
	bool keep;

	if (depth >= PCI_MAXDEPTH) {
		pci_complain(cf->cf_tag, "more than %d bridges on top of each other",
		    PCI_MAXDEPTH);
		return;
	}
	keep = sec > cb->cb_bus && sec <= sub && sub <= cb->cb_sub &&
	    (int)PCI_BRIDGE_BUS_NUM_PRIMARY(reg) == cb->cb_bus;
	for (n = sec; keep && n <= sub; n++) {
		if (number_taken(pr, n))
			keep = false;
	}
	if (!keep) {
		for (sec = cb->cb_bus + 1; sec <= cb->cb_sub && number_taken(pr, sec); sec++)
			;
		if (sec > cb->cb_sub) {
			pci_complain(cf->cf_tag, "no bus number left in %d to %d", cb->cb_bus + 1,
			    cb->cb_sub);
			return;
		}
		for (sub = sec; sub < cb->cb_sub && !number_taken(pr, sub + 1); sub++)
			;
		reg = (reg & PCI_BRIDGE_BUS_SEC_LATTIMER) |
		    __SHIFTIN((pcireg_t)cb->cb_bus, PCI_BRIDGE_BUS_PRIMARY) |
		    __SHIFTIN((pcireg_t)sec, PCI_BRIDGE_BUS_SECONDARY) |
		    __SHIFTIN((pcireg_t)sub, PCI_BRIDGE_BUS_SUBORDINATE);
		pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_BUS_REG, reg);
		reg = pci_conf_read(pc, cf->cf_tag, PCI_BRIDGE_BUS_REG);
		if ((int)PCI_BRIDGE_BUS_NUM_SECONDARY(reg) != sec) {
			pci_complain(cf->cf_tag, "secondary bus is %u, was set to %d",
			    PCI_BRIDGE_BUS_NUM_SECONDARY(reg), sec);
			return;
		}
	}
	behind = kmem_zalloc(sizeof(*behind), KM_SLEEP);
	conf_bus_init(behind, sec, sub);
	behind->cb_bridge = cf->cf_tag.pt_bdf;
	LIST_INSERT_HEAD(&pr->pr_buses, behind, cb_list);
	cf->cf_behind = sec;
	number_set(pr, sec, true);
	(void)bus_look(pc, pr, behind, depth + 1);

	/* Up to the last number in use, and some. */
	if (!keep) {
		for (n = sub; n > sec && !number_taken(pr, n); n--)
			;
		behind->cb_sub = MIN(n + SPARE_BUSES, sub);
		reg = (reg & ~(pcireg_t)PCI_BRIDGE_BUS_SUBORDINATE) |
		    __SHIFTIN((pcireg_t)behind->cb_sub, PCI_BRIDGE_BUS_SUBORDINATE);
		pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_BUS_REG, reg);
	}
	for (n = sec; n <= behind->cb_sub; n++)
		number_set(pr, n, true);
}

static void
func_look(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_bus *cb, pcitag_t tag,
    pcireg_t id, pcireg_t bhlc, int depth)
{
	struct conf_func *cf = func_lookup(pr, tag);
	int b, d, f;

	if (cf != NULL)
		return;
	if (PCI_HDRTYPE_TYPE(bhlc) > PCI_HDRTYPE_PPB)
		return;
	pci_decompose_tag(pc, tag, &b, &d, &f);
	cf = kmem_zalloc(sizeof(*cf), KM_SLEEP);
	cf->cf_tag = tag;
	cf->cf_bus = cb->cb_bus;
	cf->cf_id = id;
	cf->cf_new = true;
	cf->cf_hook = pci_conf_hook(pc, b, d, f, id);
	cf->cf_isbridge = PCI_HDRTYPE_TYPE(bhlc) == PCI_HDRTYPE_PPB;
	LIST_INSERT_HEAD(&pr->pr_funcs, cf, cf_list);
	if ((cf->cf_hook & (PCI_CONF_MAP_IO | PCI_CONF_MAP_MEM)) != 0)
		func_size_bars(pc, cf, cf->cf_isbridge ? PCI_MAPREG_PPB_END : PCI_MAPREG_END);
	if (cf->cf_isbridge) {
		bridge_windows(pc, cf);
		bridge_number(pc, pr, cb, cf, depth);
	}
}

/* Takes back what functions have that are gone, or others now. */
static void
bus_forget(pci_chipset_tag_t pc, struct pciconf_resources *pr, int bus)
{
	struct conf_func *cf;

 again:
	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		if (cf->cf_bus == bus && pciconf_changed(pc, pr, cf->cf_tag)) {
			func_drop(pr, cf);
			goto again;
		}
	}
}

/* A bit for each device that answers. */
static uint32_t
bus_look(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_bus *cb, int depth)
{
	uint32_t present = 0;
	int device, function, nfuncs;
	pcireg_t bhlc, id;
	pcitag_t tag;

	bus_forget(pc, pr, cb->cb_bus);
	for (device = 0; device < pci_bus_maxdevs(pc, cb->cb_bus) && device < 32; device++) {
		nfuncs = 8;
		for (function = 0; function < nfuncs; function++) {
			tag = pci_make_tag(pc, cb->cb_bus, device, function);
			id = pci_conf_read(pc, tag, PCI_ID_REG);
			if (!pci_id_valid(id)) {
				/* Without the first there are no others. */
				if (function == 0)
					break;
				continue;
			}
			present |= 1U << device;
			bhlc = pci_conf_read(pc, tag, PCI_BHLC_REG);
			if (function == 0 && !PCI_HDRTYPE_MULTIFN(bhlc)) {
				const struct pci_quirkdata *qd =
				    pci_lookup_quirkdata(PCI_VENDOR(id), PCI_PRODUCT(id));

				if (qd == NULL || (qd->quirks & PCI_QUIRK_MULTIFUNCTION) == 0)
					nfuncs = 1;
			}
			func_look(pc, pr, cb, tag, id, bhlc, depth);
		}
	}
	return present;
}

/*
 * Summing up.
 */

static uint64_t
sat_add(uint64_t a, uint64_t b)
{

	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Where a BAR behind a bridge, or on the root bus, is to be. */
static int
bar_kind(struct pciconf_resources *pr, const struct conf_bar *b, bool pref64)
{

	if (b->b_kind == PREF &&
	    (!pref64 || TAILQ_EMPTY(&pr->pr_root.cb_arena[PREF].a_ranges)))
		return MEM;
	return b->b_kind;
}

/* What the bus behind a bridge needs: bytes and alignment of each kind. */
static void
bus_need(struct pciconf_resources *pr, int bus, bool pref64, uint64_t *need, uint64_t *align)
{
	uint64_t sub[NKIND], suba[NKIND];
	struct conf_func *cf;
	unsigned i;
	int kind;

	for (kind = 0; kind < NKIND; kind++) {
		need[kind] = 0;
		align[kind] = granule[kind];
	}
	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		if (cf->cf_bus != bus)
			continue;
		for (i = 0; i < cf->cf_nbar; i++) {
			kind = bar_kind(pr, &cf->cf_bar[i], pref64);
			need[kind] = sat_add(need[kind], cf->cf_bar[i].b_size);
			align[kind] = MAX(align[kind], cf->cf_bar[i].b_size);
		}
		if (cf->cf_behind == 0)
			continue;
		bus_need(pr, cf->cf_behind, pref64 && cf->cf_pref64, sub, suba);
		for (kind = 0; kind < NKIND; kind++) {
			need[kind] = sat_add(need[kind], sub[kind]);
			align[kind] = MAX(align[kind], suba[kind]);
		}
	}
	for (kind = 0; kind < NKIND; kind++) {
		if (need[kind] == 0)
			need[kind] = spare[kind];
		if (need[kind] <= UINT64_MAX - granule[kind])
			need[kind] = roundup2(need[kind], granule[kind]);
	}
}

/*
 * Giving.
 */

static void
no_room(struct pciconf_resources *pr, const struct conf_func *cf, const char *what, int n,
    uint64_t size)
{

	pci_complain(cf->cf_tag, "no room for %s %d of 0x%llx bytes", what, n,
	    (unsigned long long)size);
	pr->pr_error = ENOMEM;
}

/* Takes addresses for a BAR; 0: there are none. */
static uint64_t
bar_take(struct pciconf_resources *pr, struct conf_bus *cb, const struct conf_func *cf,
    const struct conf_bar *b)
{
	uint64_t at = 0, max = b->b_wide ? UINT64_MAX : BELOW_4G;
	uint32_t bdf = cf->cf_tag.pt_bdf;

	if (b->b_kind == PREF)
		at = arena_alloc(&cb->cb_arena[PREF], b->b_size, b->b_size, max, bdf);
	if (at == 0)
		at = arena_alloc(&cb->cb_arena[b->b_kind == IO ? IO : MEM], b->b_size, b->b_size,
		    max, bdf);
	/* On the root bus nobody minds where memory without prefetch is. */
	if (at == 0 && b->b_kind == MEM && b->b_wide && cb->cb_root)
		at = arena_alloc(&cb->cb_arena[PREF], b->b_size, b->b_size, max, bdf);
	return at;
}

static bool
bar_keep(struct conf_bus *cb, const struct conf_func *cf, const struct conf_bar *b)
{
	uint32_t bdf = cf->cf_tag.pt_bdf;

	if (b->b_base == 0 || (b->b_base & (b->b_size - 1)) != 0)
		return false;
	if (b->b_kind == IO)
		return arena_reserve(&cb->cb_arena[IO], b->b_base, b->b_size, bdf);
	return arena_reserve(&cb->cb_arena[MEM], b->b_base, b->b_size, bdf) ||
	    ((b->b_kind == PREF || cb->cb_root) &&
	    arena_reserve(&cb->cb_arena[PREF], b->b_base, b->b_size, bdf));
}

/* Writes an address, and sees that it got there. */
static bool
bar_write(pci_chipset_tag_t pc, const struct conf_func *cf, const struct conf_bar *b)
{
	uint64_t mask = b->b_kind == IO ? PCI_MAPREG_IO_ADDR_MASK : b->b_wide ?
	    PCI_MAPREG_MEM64_ADDR_MASK : PCI_MAPREG_MEM_ADDR_MASK, got;

	pci_conf_write(pc, cf->cf_tag, b->b_reg, (pcireg_t)b->b_base);
	if (b->b_wide)
		pci_conf_write(pc, cf->cf_tag, b->b_reg + 4, (pcireg_t)(b->b_base >> 32));
	got = pci_conf_read(pc, cf->cf_tag, b->b_reg);
	if (b->b_wide)
		got |= (uint64_t)pci_conf_read(pc, cf->cf_tag, b->b_reg + 4) << 32;
	if ((got & mask) == b->b_base)
		return true;
	pci_complain(cf->cf_tag, "register 0x%x is 0x%llx, was set to 0x%llx", b->b_reg,
	    (unsigned long long)(got & mask), (unsigned long long)b->b_base);
	return false;
}

static void
window_write(pci_chipset_tag_t pc, const struct conf_func *cf, const struct conf_bar *w)
{
	uint64_t base = w->b_base, limit = w->b_base + (w->b_size - 1);
	pcireg_t reg;

	/* None: a base above its limit. */
	if (w->b_size == 0) {
		base = w->b_kind == IO ? 0xf000 : 0xfff00000;
		limit = 0;
	}
	switch (w->b_kind) {
	case IO:
		reg = __SHIFTIN((pcireg_t)(base >> 8 & 0xf0), PCI_BRIDGE_STATIO_IOBASE) |
		    __SHIFTIN((pcireg_t)(limit >> 8 & 0xf0), PCI_BRIDGE_STATIO_IOLIMIT);
		pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_STATIO_REG, reg);
		pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_IOHIGH_REG,
		    __SHIFTIN((pcireg_t)(base >> 16), PCI_BRIDGE_IOHIGH_BASE) |
		    __SHIFTIN((pcireg_t)(limit >> 16), PCI_BRIDGE_IOHIGH_LIMIT));
		break;
	case MEM:
	case PREF:
		reg = __SHIFTIN((pcireg_t)(base >> 16 & 0xfff0), PCI_BRIDGE_MEMORY_BASE) |
		    __SHIFTIN((pcireg_t)(limit >> 16 & 0xfff0), PCI_BRIDGE_MEMORY_LIMIT);
		pci_conf_write(pc, cf->cf_tag, w->b_kind == MEM ? PCI_BRIDGE_MEMORY_REG :
		    PCI_BRIDGE_PREFETCHMEM_REG, reg);
		if (w->b_kind == PREF) {
			pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_PREFETCHBASEUP32_REG,
			    (pcireg_t)(base >> 32));
			pci_conf_write(pc, cf->cf_tag, PCI_BRIDGE_PREFETCHLIMITUP32_REG,
			    (pcireg_t)(limit >> 32));
		}
		break;
	}
}

/* The windows of a bridge: as they are if they make sense, or new ones. */
static void
bridge_give(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_bus *cb,
    struct conf_func *cf)
{
	uint64_t need[NKIND], align[NKIND], at, max;
	struct conf_bus *behind = cf->cf_behind != 0 ? bus_lookup(pr, cf->cf_behind) : NULL;
	uint32_t bdf = cf->cf_tag.pt_bdf;
	struct conf_bar *w;
	int kind;

	if (behind == NULL)
		return;
	bus_need(pr, cf->cf_behind, cf->cf_pref64, need, align);
	for (kind = 0; kind < NKIND; kind++) {
		w = &cf->cf_win[kind];
		if (w->b_size != 0 && (w->b_size >= need[kind] || need[kind] == spare[kind]) &&
		    arena_reserve(&cb->cb_arena[kind], w->b_base, w->b_size, bdf)) {
			region_insert(&behind->cb_arena[kind].a_ranges,
			    region_make(w->b_base, w->b_size, 0));
			continue;
		}
		max = kind == PREF && cf->cf_pref64 ? UINT64_MAX : BELOW_4G;
		w->b_size = need[kind];
		at = arena_alloc(&cb->cb_arena[kind], w->b_size, align[kind], max, bdf);
		if (at == 0 && need[kind] > spare[kind])
			no_room(pr, cf, "window", kind, w->b_size);
		w->b_base = at;
		if (at == 0)
			w->b_size = 0;
		else
			region_insert(&behind->cb_arena[kind].a_ranges,
			    region_make(w->b_base, w->b_size, 0));
		window_write(pc, cf, w);
	}
}

static void
func_enable(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_func *cf)
{
	pcireg_t cmd = pci_conf_read(pc, cf->cf_tag, PCI_COMMAND_STATUS_REG) & PCI_COMMAND_MASK;
	pcireg_t on = 0, off = 0, reg;
	int b, d, f, line;
	unsigned i;

	for (i = 0; i < cf->cf_nbar; i++) {
		const struct conf_bar *bar = &cf->cf_bar[i];
		pcireg_t bit = bar->b_kind == IO ? PCI_COMMAND_IO_ENABLE : PCI_COMMAND_MEM_ENABLE;

		if (bar->b_base != 0)
			on |= bit;
		else
			off |= bit;
	}
	if (cf->cf_isbridge)
		on |= PCI_COMMAND_IO_ENABLE | PCI_COMMAND_MEM_ENABLE | PCI_COMMAND_MASTER_ENABLE;
	if ((cf->cf_hook & PCI_CONF_ENABLE_IO) == 0)
		on &= ~PCI_COMMAND_IO_ENABLE;
	if ((cf->cf_hook & PCI_CONF_ENABLE_MEM) == 0)
		on &= ~PCI_COMMAND_MEM_ENABLE;
	if ((cf->cf_hook & PCI_CONF_ENABLE_BM) != 0)
		on |= PCI_COMMAND_MASTER_ENABLE;
	if ((cf->cf_hook & PCI_CONF_ENABLE_PARITY) != 0)
		on |= PCI_COMMAND_PARITY_ENABLE;
	if ((cf->cf_hook & PCI_CONF_ENABLE_SERR) != 0)
		on |= PCI_COMMAND_SERR_ENABLE;
	pci_conf_write(pc, cf->cf_tag, PCI_COMMAND_STATUS_REG, (cmd | on) & ~off);

	reg = pci_conf_read(pc, cf->cf_tag, PCI_BHLC_REG);
	reg &= ~(pcireg_t)(PCI_CACHELINE_MASK << PCI_CACHELINE_SHIFT);
	reg |= (pcireg_t)(pr->pr_cacheline / 4 & PCI_CACHELINE_MASK) << PCI_CACHELINE_SHIFT;
	pci_conf_write(pc, cf->cf_tag, PCI_BHLC_REG, reg);

	reg = pci_conf_read(pc, cf->cf_tag, PCI_INTERRUPT_REG);
	if (PCI_INTERRUPT_PIN(reg) != PCI_INTERRUPT_PIN_NONE) {
		pci_decompose_tag(pc, cf->cf_tag, &b, &d, &f);
		line = PCI_INTERRUPT_LINE(reg);
		pci_conf_interrupt(pc, b, d, PCI_INTERRUPT_PIN(reg), 0, &line);
		reg &= ~(pcireg_t)(PCI_INTERRUPT_LINE_MASK << PCI_INTERRUPT_LINE_SHIFT);
		pci_conf_write(pc, cf->cf_tag, PCI_INTERRUPT_REG, reg | (line & 0xff));
	}
}

/* The BAR of a new function on a bus that has no address and is largest. */
static struct conf_bar *
largest(struct pciconf_resources *pr, int bus, struct conf_func **cfp)
{
	struct conf_bar *b, *best = NULL;
	struct conf_func *cf;
	unsigned i;

	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		for (i = 0; cf->cf_bus == bus && cf->cf_new && i < cf->cf_nbar; i++) {
			b = &cf->cf_bar[i];
			/* Among equals the last in the list, which was found first. */
			if (b->b_base == 0 && b->b_size != 0 &&
			    (best == NULL || b->b_size > best->b_size ||
			    (b->b_size == best->b_size && cf != *cfp))) {
				best = b;
				*cfp = cf;
			}
		}
	}
	return best;
}

/* Gives the new functions of a bus what they need, and of the buses behind. */
static void
bus_give(pci_chipset_tag_t pc, struct pciconf_resources *pr, struct conf_bus *cb)
{
	struct conf_func *cf;
	struct conf_bus *behind;
	struct conf_bar *b;
	unsigned i;

	/* What keeps its place comes first, then windows, then the rest. */
	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		for (i = 0; cf->cf_bus == cb->cb_bus && cf->cf_new && i < cf->cf_nbar; i++) {
			if (!bar_keep(cb, cf, &cf->cf_bar[i]))
				cf->cf_bar[i].b_base = 0;
		}
	}
	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		if (cf->cf_bus == cb->cb_bus && cf->cf_new && cf->cf_isbridge)
			bridge_give(pc, pr, cb, cf);
	}
	while ((b = largest(pr, cb->cb_bus, &cf)) != NULL) {
		if ((b->b_base = bar_take(pr, cb, cf, b)) == 0) {
			no_room(pr, cf, "BAR", PCI_MAPREG_NUM(b->b_reg), b->b_size);
			b->b_size = 0;
		} else if (!bar_write(pc, cf, b)) {
			b->b_base = 0;
			b->b_size = 0;
		}
	}
	LIST_FOREACH(cf, &pr->pr_funcs, cf_list) {
		if (cf->cf_bus != cb->cb_bus || !cf->cf_new)
			continue;
		cf->cf_new = false;
		func_enable(pc, pr, cf);
		if (cf->cf_behind != 0 && (behind = bus_lookup(pr, cf->cf_behind)) != NULL)
			bus_give(pc, pr, behind);
	}
}

int
pci_configure_bus(pci_chipset_tag_t pc, struct pciconf_resources *pr, int firstbus,
    int cacheline_size)
{

	pr->pr_cacheline = cacheline_size;
	pr->pr_root.cb_bus = firstbus;
	number_set(pr, firstbus, true);
	pr->pr_error = 0;
	bus_look(pc, pr, &pr->pr_root, 0);
	bus_give(pc, pr, &pr->pr_root);
	return pr->pr_error;
}

uint32_t
pciconf_update(pci_chipset_tag_t pc, struct pciconf_resources *pr, int bus)
{
	struct conf_bus *cb = bus_lookup(pr, bus), *up;
	uint32_t present;
	int depth;

	if (cb == NULL)
		return UINT32_MAX;
	for (depth = 0, up = cb; up != NULL && !up->cb_root; depth++)
		up = bus_lookup(pr, up->cb_bridge >> 8);
	present = bus_look(pc, pr, cb, depth);
	bus_give(pc, pr, cb);
	return present;
}

bool
pciconf_changed(pci_chipset_tag_t pc, struct pciconf_resources *pr, pcitag_t tag)
{
	struct conf_func *cf = pr != NULL ? func_lookup(pr, tag) : NULL;
	const struct conf_bar *b;
	pcireg_t reg;
	unsigned i;

	if (cf == NULL)
		return false;
	if (pci_conf_read(pc, tag, PCI_ID_REG) != cf->cf_id)
		return true;
	for (i = 0; i < cf->cf_nbar; i++) {
		b = &cf->cf_bar[i];
		if (b->b_base == 0)
			continue;
		reg = pci_conf_read(pc, tag, b->b_reg);
		reg &= b->b_kind == IO ? PCI_MAPREG_IO_ADDR_MASK : PCI_MAPREG_MEM_ADDR_MASK;
		if (reg != (pcireg_t)b->b_base ||
		    (b->b_wide && pci_conf_read(pc, tag, b->b_reg + 4) !=
		    (pcireg_t)(b->b_base >> 32)))
			return true;
	}
	if (cf->cf_behind != 0) {
		reg = pci_conf_read(pc, tag, PCI_BRIDGE_BUS_REG);
		if ((int)PCI_BRIDGE_BUS_NUM_SECONDARY(reg) != cf->cf_behind)
			return true;
	}
	return false;
}
