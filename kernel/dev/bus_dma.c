/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Memory for devices: bus_dma(9).
 *
 * How the device's memory and the kernel's are related is the hypercall
 * layer's business (rumpuser_dma_mode()).  Here a map gets its segments:
 *
 *  - Memory from bus_dmamem_alloc() has its place in the device's memory for
 *    all its life, wherever and however often it is loaded.
 *  - Other memory is its own device memory with direct DMA, if the tag
 *    reaches it.  Else a load takes device memory and bus_dmamap_sync()
 *    copies.  It is at the same offset in a page as the kernel's; what is
 *    longer than a page is scattered, page by page, as physical memory would
 *    be, unless the map has not enough segments for that.
 *
 * A map is used by one thread at a time, as bus_dma(9) asks.  The table of
 * allocated memory has a lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/mbuf.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/uio.h>

#include <machine/bus_private.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "bus_impl.h"

struct x86_bus_dma_tag pci_bus_dma_tag = { .bdt_low = 0, .bdt_high = 0xffffffff };
struct x86_bus_dma_tag pci_bus_dma64_tag = { .bdt_low = 0, .bdt_high = ~(bus_addr_t)0 };

/* Memory from bus_dmamem_alloc(). */
struct dmamem {
	char		*dd_cpu;	/* where the kernel sees it */
	bus_size_t	dd_size;	/* of all segments */
	u_int		dd_nsegs;
	u_int		dd_mapped;	/* bus_dmamem_map() calls */
	bool		dd_copy;	/* dd_cpu is a copy */
	bus_dma_segment_t dd_segs[];	/* one after the other in dd_cpu */
};
#define	DMAMEM_SIZE(n)	(offsetof(struct dmamem, dd_segs) + (n) * sizeof(bus_dma_segment_t))

/* By address in the kernel. */
static kmutex_t mem_lock;
static struct dmamem **mem_tab;
static u_int mem_n, mem_max;

static int64_t maps_alive, maps_loaded;

static int64_t
count_maps(void *arg)
{

	return atomic_load_relaxed(&maps_alive);
}

static int64_t
count_loaded(void *arg)
{

	return atomic_load_relaxed(&maps_loaded);
}

static int64_t
count_mem(void *arg)
{

	return mem_n;
}
RUMP_AUDIT(maps_audit, "dma maps", count_maps, NULL)
RUMP_AUDIT(loaded_audit, "loaded dma maps", count_loaded, NULL)
RUMP_AUDIT(mem_audit, "dma memory", count_mem, NULL)

void
bus_dma_init(void)
{

	mutex_init(&mem_lock, MUTEX_DEFAULT, IPL_VM);
}

static inline void
count(int64_t *p, int64_t n)
{

	__atomic_fetch_add(p, n, __ATOMIC_RELAXED);
}

/* The nearest tag that does this in its own way. */
static bus_dma_tag_t __noinline
override_find(bus_dma_tag_t t, uint64_t bit)
{

	while ((t->bdt_present & bit) == 0)
		t = t->bdt_super;
	return t;
}

static inline bus_dma_tag_t
override(bus_dma_tag_t t, uint64_t bit)
{

	if (__predict_true((t->bdt_exists & bit) == 0))
		return NULL;
	return override_find(t, bit);
}

/*
 * Maps.
 */

static inline size_t
map_size(int nsegs)
{

	return sizeof(struct x86_bus_dmamap) + nsegs * sizeof(bus_dma_segment_t) +
	    nsegs * sizeof(struct x86_bus_dmaseg);
}

/*
 * Makes a map for transfers of at most size bytes in nsegments segments, none
 * of them longer than maxsegsz or across a multiple of boundary (0: none).
 * ENOMEM, EINVAL.  Sleeps unless BUS_DMA_NOWAIT.
 */
int
bus_dmamap_create(bus_dma_tag_t t, bus_size_t size, int nsegments, bus_size_t maxsegsz,
    bus_size_t boundary, int flags, bus_dmamap_t *mapp)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_CREATE);
	bus_dmamap_t map;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamap_create)(ot->bdt_ctx, t, size, nsegments,
		    maxsegsz, boundary, flags, mapp);
	if (size == 0 || nsegments < 1 || nsegments > 1 << 20 || maxsegsz == 0 ||
	    (boundary & (boundary - 1)) != 0)
		return EINVAL;
	map = kmem_intr_zalloc(map_size(nsegments),
	    (flags & BUS_DMA_NOWAIT) != 0 ? KM_NOSLEEP : KM_SLEEP);
	if (map == NULL)
		return ENOMEM;
	map->_dm_size = size;
	map->_dm_segcnt = nsegments;
	map->_dm_flags = flags;
	map->_dm_maxmaxsegsz = maxsegsz;
	map->_dm_boundary = boundary;
	map->_dm_priv = (struct x86_bus_dmaseg *)&map->dm_segs[nsegments];
	map->dm_maxsegsz = maxsegsz;
	count(&maps_alive, 1);
	*mapp = map;
	return 0;
}

/* Frees a map, which is unloaded first if it is loaded. */
void
bus_dmamap_destroy(bus_dma_tag_t t, bus_dmamap_t map)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_DESTROY);

	if (ot != NULL) {
		(*ot->bdt_ov->ov_dmamap_destroy)(ot->bdt_ctx, t, map);
		return;
	}
	if (map->dm_mapsize != 0)
		bus_dmamap_unload(t, map);
	count(&maps_alive, -1);
	kmem_intr_free(map, map_size(map->_dm_segcnt));
}

/*
 * The memory that p is in, or NULL.  Entries don't overlap.
 */
static struct dmamem *
mem_find(const char *p)
{
	u_int lo = 0, hi = mem_n, mid;
	struct dmamem *dd;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (mem_tab[mid]->dd_cpu <= p)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	dd = mem_tab[lo - 1];
	return (bus_size_t)(p - dd->dd_cpu) < dd->dd_size ? dd : NULL;
}

/* The memory that the device sees at addr; *segp is the segment. */
static struct dmamem *
mem_find_device(bus_addr_t addr, u_int *segp, bus_size_t *offp)
{
	struct dmamem *dd;
	bus_size_t off;
	u_int i, j;

	for (i = 0; i < mem_n; i++) {
		dd = mem_tab[i];
		for (j = 0, off = 0; j < dd->dd_nsegs; off += dd->dd_segs[j++].ds_len)
			if (addr - dd->dd_segs[j].ds_addr < dd->dd_segs[j].ds_len) {
				*segp = j;
				*offp = off + (addr - dd->dd_segs[j].ds_addr);
				return dd;
			}
	}
	return NULL;
}

/* Bytes from addr on that a segment may have. */
static inline bus_size_t
seg_max(const struct x86_bus_dmamap *map, bus_addr_t addr)
{
	bus_size_t n = map->dm_maxsegsz, m;

	if (map->_dm_boundary != 0) {
		m = map->_dm_boundary - (addr & (map->_dm_boundary - 1));
		if (m < n)
			n = m;
	}
	return n;
}

/*
 * Adds segments for len bytes of device memory at addr, which the kernel has
 * at cpu.  EFBIG when the map has no more.
 */
static int
map_add(bus_dmamap_t map, bus_addr_t addr, char *cpu, bus_size_t len, int access)
{
	struct x86_bus_dmaseg *sg;
	bus_size_t n;
	int error;

	for (; len != 0; addr += n, cpu += n, len -= n) {
		n = MIN(len, seg_max(map, addr));
		if (map->dm_nsegs == map->_dm_segcnt)
			return EFBIG;
		if ((error = rumpuser_dma_open(map, addr, cpu, n, access)) != 0)
			return error;
		sg = &map->_dm_priv[map->dm_nsegs];
		sg->sg_cpu = cpu;
		sg->sg_blocklen = 0;
		sg->sg_access = access;
		map->dm_segs[map->dm_nsegs].ds_addr = addr;
		map->dm_segs[map->dm_nsegs].ds_len = n;
		map->dm_nsegs++;
	}
	return 0;
}

/* Takes the segments from the nsegs'th on away. */
static void
map_cut(bus_dmamap_t map, int nsegs)
{
	struct x86_bus_dmaseg *sg;

	while (map->dm_nsegs > nsegs) {
		map->dm_nsegs--;
		sg = &map->_dm_priv[map->dm_nsegs];
		rumpuser_dma_close(map, map->dm_segs[map->dm_nsegs].ds_addr, sg->sg_cpu,
		    map->dm_segs[map->dm_nsegs].ds_len);
		if (sg->sg_blocklen != 0)
			rumpuser_dma_free(sg->sg_block, sg->sg_blocklen);
	}
}

/*
 * Device memory for a copy of len bytes at p, page by page with a hole after
 * each, or in one piece.
 */
static int
map_copy(bus_dma_tag_t t, bus_dmamap_t map, char *p, bus_size_t len, int access, bool scatter)
{
	const bus_size_t off = (uintptr_t)p & PAGE_MASK, pages = howmany(off + len, PAGE_SIZE);
	bus_size_t blocklen, stride, n, done;
	const int first = map->dm_nsegs;
	bus_addr_t block, addr;
	int error;

	stride = scatter ? 2 * PAGE_SIZE : PAGE_SIZE;
	blocklen = (pages - 1) * stride + PAGE_SIZE;
	error = rumpuser_dma_alloc(blocklen, PAGE_SIZE, 0, t->bdt_low, t->bdt_high, &block, NULL);
	if (error != 0)
		return error;
	if (!scatter)
		error = map_add(map, block + off, p, len, access);
	for (done = 0, addr = block + off; scatter && done < len && error == 0; done += n) {
		n = MIN(len - done, PAGE_SIZE - (addr & PAGE_MASK));
		error = map_add(map, addr, p + done, n, access);
		addr = trunc_page(addr) + stride;
	}
	if (error != 0) {
		map_cut(map, first);
		rumpuser_dma_free(block, blocklen);
		return error;
	}
	map->_dm_priv[first].sg_block = block;
	map->_dm_priv[first].sg_blocklen = blocklen;
	map->_dm_copied = true;
	return 0;
}

/* Adds len bytes of memory at p. */
static int
map_buffer(bus_dma_tag_t t, bus_dmamap_t map, char *p, bus_size_t len)
{
	int access = map->_dm_access, error;
	const int mode = rumpuser_dma_mode();
	struct dmamem *dd;
	bus_size_t n, off;
	u_int i;

	if (len == 0)
		return 0;
	mutex_enter(&mem_lock);
	dd = mem_n != 0 ? mem_find(p) : NULL;
	mutex_exit(&mem_lock);
	if (dd != NULL) {
		off = p - dd->dd_cpu;
		if (len > dd->dd_size - off)
			rumpuser_dma_report(map, "load of %zu bytes at offset %zu of %zu bytes of "
			    "memory from bus_dmamem_alloc", (size_t)len, (size_t)off,
			    (size_t)dd->dd_size);
		if (dd->dd_copy)
			map->_dm_copied = true;
		for (i = 0; len != 0; i++) {
			if (off >= dd->dd_segs[i].ds_len) {
				off -= dd->dd_segs[i].ds_len;
				continue;
			}
			n = MIN(len, dd->dd_segs[i].ds_len - off);
			error = map_add(map, dd->dd_segs[i].ds_addr + off, p, n,
			    access | RUMPUSER_DMA_SHARED);
			if (error != 0)
				return error;
			p += n;
			len -= n;
			off = 0;
		}
		return 0;
	}
	if (mode == RUMPUSER_DMA_DIRECT && (uintptr_t)p >= t->bdt_low &&
	    (uintptr_t)p + (len - 1) <= t->bdt_high)
		return map_add(map, (uintptr_t)p, p, len, access);
	if (len > PAGE_SIZE) {
		error = map_copy(t, map, p, len, access, true);
		if (error != EFBIG)
			return error;
	}
	return map_copy(t, map, p, len, access, false);
}

/* Before a load: may it fail, is the map free, and what may the device do. */
static int
load_start(bus_dmamap_t map, int flags)
{
	int error;

	if (map->dm_mapsize != 0) {
		if (rumpuser_dma_isstrict())
			rumpuser_dma_report(map, "load of a map that is loaded");
		/* As on amd64: what was loaded before is forgotten. */
		map_cut(map, 0);
		map->dm_mapsize = 0;
		count(&maps_loaded, -1);
	}
	if ((error = rumpuser_fault(RUMPUSER_FAULT_DMAMAP)) != 0)
		return error;
	KASSERT(map->dm_maxsegsz <= map->_dm_maxmaxsegsz);
	map->dm_nsegs = 0;
	map->_dm_copied = false;
	map->_dm_outside = rumpuser_dma_mode() == RUMPUSER_DMA_BOUNCE;
	switch (flags & (BUS_DMA_READ | BUS_DMA_WRITE)) {
	case BUS_DMA_READ:
		map->_dm_access = RUMPUSER_DMA_WRITE;
		break;
	case BUS_DMA_WRITE:
		map->_dm_access = RUMPUSER_DMA_READ;
		break;
	default:
		map->_dm_access = RUMPUSER_DMA_READ | RUMPUSER_DMA_WRITE;
		break;
	}
	return 0;
}

static int
load_end(bus_dmamap_t map, bus_size_t size, int error)
{

	if (error != 0) {
		map_cut(map, 0);
		return error;
	}
	map->dm_mapsize = size;
	if (size != 0)
		count(&maps_loaded, 1);
	return 0;
}

/*
 * Loads len bytes at buf, memory of the kernel or of the process p.  EINVAL
 * when they are more than the map's size, EFBIG for too many segments,
 * ENOMEM.
 */
int
bus_dmamap_load(bus_dma_tag_t t, bus_dmamap_t map, void *buf, bus_size_t len, struct proc *p,
    int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_LOAD);
	int error;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamap_load)(ot->bdt_ctx, t, map, buf, len, p, flags);
	if ((error = load_start(map, flags)) != 0)
		return error;
	if (len > map->_dm_size)
		return EINVAL;
	return load_end(map, len, map_buffer(t, map, buf, len));
}

/* The same with the data of a packet. */
int
bus_dmamap_load_mbuf(bus_dma_tag_t t, bus_dmamap_t map, struct mbuf *m0, int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_LOAD_MBUF);
	bus_size_t total = 0;
	struct mbuf *m;
	int error;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamap_load_mbuf)(ot->bdt_ctx, t, map, m0, flags);
	KASSERT((m0->m_flags & M_PKTHDR) != 0);
	if ((error = load_start(map, flags)) != 0)
		return error;
	if ((bus_size_t)m0->m_pkthdr.len > map->_dm_size)
		return EINVAL;
	for (m = m0; m != NULL && error == 0; m = m->m_next) {
		total += m->m_len;
		if (total > map->_dm_size)
			error = EINVAL;
		else
			error = map_buffer(t, map, mtod(m, char *), m->m_len);
	}
	return load_end(map, m0->m_pkthdr.len, error);
}

/* The same with what a uio describes, which stays as it is. */
int
bus_dmamap_load_uio(bus_dma_tag_t t, bus_dmamap_t map, struct uio *uio, int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_LOAD_UIO);
	bus_size_t resid = uio->uio_resid, n;
	int i, error;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamap_load_uio)(ot->bdt_ctx, t, map, uio, flags);
	if ((error = load_start(map, flags)) != 0)
		return error;
	if (resid > map->_dm_size)
		return EINVAL;
	for (i = 0; i < uio->uio_iovcnt && resid != 0 && error == 0; i++) {
		n = MIN(resid, uio->uio_iov[i].iov_len);
		error = map_buffer(t, map, uio->uio_iov[i].iov_base, n);
		resid -= n;
	}
	return load_end(map, uio->uio_resid, error);
}

/* The same with segments from bus_dmamem_alloc(). */
int
bus_dmamap_load_raw(bus_dma_tag_t t, bus_dmamap_t map, bus_dma_segment_t *segs, int nsegs,
    bus_size_t size, int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_LOAD_RAW);
	bus_size_t left = size, n, off;
	struct dmamem *dd;
	int i, error;
	u_int seg;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamap_load_raw)(ot->bdt_ctx, t, map, segs, nsegs, size,
		    flags);
	if ((error = load_start(map, flags)) != 0)
		return error;
	if (size > map->_dm_size)
		return EINVAL;
	for (i = 0; i < nsegs && left != 0 && error == 0; i++) {
		n = MIN(left, segs[i].ds_len);
		mutex_enter(&mem_lock);
		dd = mem_find_device(segs[i].ds_addr, &seg, &off);
		mutex_exit(&mem_lock);
		if (dd == NULL || n > dd->dd_size - off) {
			error = EINVAL;
			break;
		}
		if (dd->dd_copy)
			map->_dm_copied = true;
		error = map_add(map, segs[i].ds_addr, dd->dd_cpu + off, n,
		    map->_dm_access | RUMPUSER_DMA_SHARED);
		left -= n;
	}
	if (error == 0 && left != 0)
		error = EINVAL;
	return load_end(map, size, error);
}

/* Ends a load.  What was not synced is lost. */
void
bus_dmamap_unload(bus_dma_tag_t t, bus_dmamap_t map)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_UNLOAD);

	if (ot != NULL) {
		(*ot->bdt_ov->ov_dmamap_unload)(ot->bdt_ctx, t, map);
		return;
	}
	map_cut(map, 0);
	if (map->dm_mapsize != 0)
		count(&maps_loaded, -1);
	map->dm_mapsize = 0;
	map->dm_maxsegsz = map->_dm_maxmaxsegsz;
}

static void __noinline
sync_misuse(bus_dmamap_t map, bus_addr_t offset, bus_size_t len, int ops)
{

	if (!rumpuser_dma_isstrict())
		return;
	if (map->dm_mapsize == 0)
		rumpuser_dma_report(map, "sync of a map that is not loaded");
	if (offset >= map->dm_mapsize || len > map->dm_mapsize - offset)
		rumpuser_dma_report(map, "sync of %zu bytes at offset %zu of %zu", (size_t)len,
		    (size_t)offset, (size_t)map->dm_mapsize);
	rumpuser_dma_report(map, "sync with operations 0x%x", ops);
}

/*
 * Hands [offset, offset + len) of what is loaded to the device (PRE) or takes
 * it back (POST).
 */
void
bus_dmamap_sync(bus_dma_tag_t t, bus_dmamap_t map, bus_addr_t offset, bus_size_t len, int ops)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMAP_OVERRIDE_SYNC);
	const bus_dma_segment_t *ds;
	bus_size_t n;
	int i;

	if (ot != NULL) {
		(*ot->bdt_ov->ov_dmamap_sync)(ot->bdt_ctx, t, map, offset, len, ops);
		return;
	}
	if (__predict_false(offset >= map->dm_mapsize || len > map->dm_mapsize - offset ||
	    (ops & ~(BUS_DMASYNC_PREREAD | BUS_DMASYNC_POSTREAD | BUS_DMASYNC_PREWRITE |
	    BUS_DMASYNC_POSTWRITE)) != 0 ||
	    ((ops & (BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE)) != 0 &&
	    (ops & (BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE)) != 0))) {
		sync_misuse(map, offset, len, ops);
		if (offset >= map->dm_mapsize)
			return;
		len = MIN(len, map->dm_mapsize - offset);
	}
	/* A device in this process runs between our instructions anyway. */
	if (map->_dm_outside)
		membar_sync();
	if (!map->_dm_copied)
		return;
	for (i = 0; i < map->dm_nsegs && len != 0; i++) {
		ds = &map->dm_segs[i];
		if (offset >= ds->ds_len) {
			offset -= ds->ds_len;
			continue;
		}
		n = MIN(len, ds->ds_len - offset);
		rumpuser_dma_sync(map, ds->ds_addr + offset, map->_dm_priv[i].sg_cpu + offset, n,
		    ops, map->_dm_priv[i].sg_access);
		len -= n;
		offset = 0;
	}
}

/*
 * Memory.
 */

/* Gives back the device's side of the first n segments. */
static void
mem_release(struct dmamem *dd, u_int n)
{

	while (n-- > 0)
		rumpuser_dma_free(dd->dd_segs[n].ds_addr, dd->dd_segs[n].ds_len);
}

static int
mem_insert(struct dmamem *dd)
{
	struct dmamem **new, **old;
	u_int i, max, oldmax;

	for (;;) {
		mutex_enter(&mem_lock);
		if (mem_n < mem_max)
			break;
		oldmax = mem_max;
		mutex_exit(&mem_lock);
		max = oldmax != 0 ? oldmax * 2 : 16;
		new = kmem_intr_alloc(max * sizeof(*new), KM_NOSLEEP);
		if (new == NULL)
			return ENOMEM;
		mutex_enter(&mem_lock);
		if (mem_max == oldmax) {
			old = mem_tab;
			if (mem_n != 0)
				memcpy(new, old, mem_n * sizeof(*new));
			mem_tab = new;
			mem_max = max;
			new = old;
			max = oldmax;
		}
		mutex_exit(&mem_lock);
		if (new != NULL)
			kmem_intr_free(new, max * sizeof(*new));
	}
	for (i = mem_n; i > 0 && mem_tab[i - 1]->dd_cpu > dd->dd_cpu; i--)
		mem_tab[i] = mem_tab[i - 1];
	mem_tab[i] = dd;
	mem_n++;
	mutex_exit(&mem_lock);
	return 0;
}

static void
mem_remove(struct dmamem *dd)
{
	struct dmamem **tab = NULL;
	u_int i, max = 0;

	mutex_enter(&mem_lock);
	for (i = 0; mem_tab[i] != dd; i++)
		;
	mem_n--;
	memmove(&mem_tab[i], &mem_tab[i + 1], (mem_n - i) * sizeof(*mem_tab));
	if (mem_n == 0) {
		/* Nothing stays allocated when there is nothing. */
		tab = mem_tab;
		max = mem_max;
		mem_tab = NULL;
		mem_max = 0;
	}
	mutex_exit(&mem_lock);
	if (tab != NULL)
		kmem_intr_free(tab, max * sizeof(*tab));
}

/*
 * Allocates size bytes that the tag's devices can reach, aligned to
 * alignment and to pages, in at most nsegs segments of which none crosses a
 * boundary.  ENOMEM; EINVAL.
 */
int
bus_dmamem_alloc(bus_dma_tag_t t, bus_size_t size, bus_size_t alignment, bus_size_t boundary,
    bus_dma_segment_t *segs, int nsegs, int *rsegs, int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMEM_OVERRIDE_ALLOC);
	bus_size_t piece = size, left, n;
	struct dmamem *dd;
	u_int npieces = 1;
	void *view = NULL, *p;
	int error;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamem_alloc)(ot->bdt_ctx, t, size, alignment, boundary,
		    segs, nsegs, rsegs, flags);
	if (size == 0 || nsegs < 1 || (alignment & (alignment - 1)) != 0 ||
	    (boundary & (boundary - 1)) != 0)
		return EINVAL;
	if ((error = rumpuser_fault(RUMPUSER_FAULT_ALLOC)) != 0)
		return ENOMEM;
	if (boundary != 0 && size > boundary) {
		/* Pieces follow each other in the kernel's pages, too. */
		if (boundary < PAGE_SIZE || rumpuser_dma_mode() != RUMPUSER_DMA_VIEWS ||
		    howmany(size, boundary) > (bus_size_t)nsegs)
			return ENOMEM;
		piece = boundary;
		npieces = howmany(size, boundary);
	}
	dd = kmem_intr_alloc(DMAMEM_SIZE(npieces),
	    (flags & BUS_DMA_NOWAIT) != 0 ? KM_NOSLEEP : KM_SLEEP);
	if (dd == NULL)
		return ENOMEM;
	dd->dd_size = size;
	dd->dd_nsegs = 0;
	dd->dd_mapped = 0;
	dd->dd_copy = rumpuser_dma_mode() == RUMPUSER_DMA_VIEWS;
	for (left = size; left != 0; left -= n) {
		n = MIN(left, piece);
		error = rumpuser_dma_alloc(n, MAX(alignment, PAGE_SIZE), boundary, t->bdt_low,
		    t->bdt_high, &dd->dd_segs[dd->dd_nsegs].ds_addr, &view);
		if (error != 0)
			goto fail;
		dd->dd_segs[dd->dd_nsegs++].ds_len = n;
	}
	dd->dd_cpu = view;
	if (dd->dd_copy) {
		error = rumpuser_obj_alloc(size, PAGE_SIZE, RUMPUSER_OBJ_DMA, "bus_dmamem", &p);
		if (error != 0)
			goto fail;
		dd->dd_cpu = p;
	}
	if ((error = mem_insert(dd)) != 0) {
		if (dd->dd_copy)
			rumpuser_obj_free(dd->dd_cpu, size, RUMPUSER_OBJ_DMA);
		goto fail;
	}
	memcpy(segs, dd->dd_segs, dd->dd_nsegs * sizeof(*segs));
	*rsegs = dd->dd_nsegs;
	return 0;
 fail:
	mem_release(dd, dd->dd_nsegs);
	kmem_intr_free(dd, DMAMEM_SIZE(npieces));
	return error;
}

/* The memory that starts with this segment; reports one that was not given. */
static struct dmamem *
mem_of(const bus_dma_segment_t *segs, const char *what)
{
	struct dmamem *dd;
	bus_size_t off = 0;
	u_int seg = 0;

	mutex_enter(&mem_lock);
	dd = mem_find_device(segs[0].ds_addr, &seg, &off);
	mutex_exit(&mem_lock);
	if (dd == NULL)
		rumpuser_dma_report(NULL, "%s of a segment that bus_dmamem_alloc did not return",
		    what);
	return dd;
}

/* Frees memory, all of its segments. */
void
bus_dmamem_free(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMEM_OVERRIDE_FREE);
	struct dmamem *dd;
	u_int n;

	if (ot != NULL) {
		(*ot->bdt_ov->ov_dmamem_free)(ot->bdt_ctx, t, segs, nsegs);
		return;
	}
	dd = mem_of(segs, "bus_dmamem_free");
	if (dd->dd_mapped != 0 && rumpuser_dma_isstrict())
		rumpuser_dma_report(NULL, "bus_dmamem_free of %zu bytes that are mapped",
		    (size_t)dd->dd_size);
	n = dd->dd_nsegs;
	mem_remove(dd);
	mem_release(dd, n);
	if (dd->dd_copy)
		rumpuser_obj_free(dd->dd_cpu, dd->dd_size, RUMPUSER_OBJ_DMA);
	kmem_intr_free(dd, DMAMEM_SIZE(n));
}

/* Makes memory visible in the kernel; there is always room. */
int
bus_dmamem_map(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, size_t size, void **kvap,
    int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMEM_OVERRIDE_MAP);
	struct dmamem *dd;
	bus_size_t off;
	u_int seg;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamem_map)(ot->bdt_ctx, t, segs, nsegs, size, kvap,
		    flags);
	dd = mem_of(segs, "bus_dmamem_map");
	mutex_enter(&mem_lock);
	(void)mem_find_device(segs[0].ds_addr, &seg, &off);
	dd->dd_mapped++;
	mutex_exit(&mem_lock);
	*kvap = dd->dd_cpu + off;
	return 0;
}

void
bus_dmamem_unmap(bus_dma_tag_t t, void *kva, size_t size)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMEM_OVERRIDE_UNMAP);
	struct dmamem *dd;
	bool good;

	if (ot != NULL) {
		(*ot->bdt_ov->ov_dmamem_unmap)(ot->bdt_ctx, t, kva, size);
		return;
	}
	mutex_enter(&mem_lock);
	dd = mem_find(kva);
	good = dd != NULL && dd->dd_mapped != 0;
	if (good)
		dd->dd_mapped--;
	mutex_exit(&mem_lock);
	if (!good)
		rumpuser_dma_report(NULL, "bus_dmamem_unmap of memory that is not mapped");
}

/* The page cookie for mmap(2) of what is off bytes into it; -1 past the end. */
paddr_t
bus_dmamem_mmap(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, off_t off, int prot,
    int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMAMEM_OVERRIDE_MMAP);
	int i;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmamem_mmap)(ot->bdt_ctx, t, segs, nsegs, off, prot,
		    flags);
	for (i = 0; i < nsegs && off >= 0; i++) {
		if ((bus_size_t)off < segs[i].ds_len)
			return x86_btop(segs[i].ds_addr + off);
		off -= segs[i].ds_len;
	}
	return (paddr_t)-1;
}

/*
 * Tags.
 */

static bus_dma_tag_t
tag_new(bus_dma_tag_t t, int flags)
{
	bus_dma_tag_t new;

	new = kmem_intr_alloc(sizeof(*new),
	    (flags & BUS_DMA_NOWAIT) != 0 ? KM_NOSLEEP : KM_SLEEP);
	if (new == NULL)
		return NULL;
	*new = *t;
	new->bdt_super = t;
	new->bdt_present = 0;
	return new;
}

/*
 * A tag for devices that reach only [min, max] of what t's do.  ENOMEM; EINVAL
 * when nothing is left.
 */
int
bus_dmatag_subregion(bus_dma_tag_t t, bus_addr_t min, bus_addr_t max, bus_dma_tag_t *tp,
    int flags)
{
	bus_dma_tag_t ot = override(t, BUS_DMATAG_OVERRIDE_SUBREGION);
	bus_dma_tag_t new;

	if (ot != NULL)
		return (*ot->bdt_ov->ov_dmatag_subregion)(ot->bdt_ctx, t, min, max, tp, flags);
	min = MAX(min, t->bdt_low);
	max = MIN(max, t->bdt_high);
	if (min > max)
		return EINVAL;
	if ((new = tag_new(t, flags)) == NULL)
		return ENOMEM;
	new->bdt_low = min;
	new->bdt_high = max;
	*tp = new;
	return 0;
}

void
bus_dmatag_destroy(bus_dma_tag_t t)
{
	bus_dma_tag_t ot = override(t, BUS_DMATAG_OVERRIDE_DESTROY);

	if (ot != NULL)
		(*ot->bdt_ov->ov_dmatag_destroy)(ot->bdt_ctx, t);
	else
		kmem_intr_free(t, sizeof(*t));
}

/*
 * A tag like t that does what `present' says by ov's functions, which get
 * ctx.  EINVAL for a function that is not there.
 */
int
bus_dma_tag_create(bus_dma_tag_t t, uint64_t present, const struct bus_dma_overrides *ov,
    void *ctx, bus_dma_tag_t *tp)
{
	bus_dma_tag_t new;

	if (ov == NULL || (present & ~(uint64_t)__BITS(0, 14)) != 0)
		return EINVAL;
#define	HAS(bit, fn)	((present & BUS_DMA##bit) == 0 || ov->fn != NULL)
	if (!HAS(MAP_OVERRIDE_CREATE, ov_dmamap_create) ||
	    !HAS(MAP_OVERRIDE_DESTROY, ov_dmamap_destroy) ||
	    !HAS(MAP_OVERRIDE_LOAD, ov_dmamap_load) ||
	    !HAS(MAP_OVERRIDE_LOAD_MBUF, ov_dmamap_load_mbuf) ||
	    !HAS(MAP_OVERRIDE_LOAD_UIO, ov_dmamap_load_uio) ||
	    !HAS(MAP_OVERRIDE_LOAD_RAW, ov_dmamap_load_raw) ||
	    !HAS(MAP_OVERRIDE_UNLOAD, ov_dmamap_unload) ||
	    !HAS(MAP_OVERRIDE_SYNC, ov_dmamap_sync) ||
	    !HAS(MEM_OVERRIDE_ALLOC, ov_dmamem_alloc) ||
	    !HAS(MEM_OVERRIDE_FREE, ov_dmamem_free) ||
	    !HAS(MEM_OVERRIDE_MAP, ov_dmamem_map) ||
	    !HAS(MEM_OVERRIDE_UNMAP, ov_dmamem_unmap) ||
	    !HAS(MEM_OVERRIDE_MMAP, ov_dmamem_mmap) ||
	    !HAS(TAG_OVERRIDE_SUBREGION, ov_dmatag_subregion) ||
	    !HAS(TAG_OVERRIDE_DESTROY, ov_dmatag_destroy))
		return EINVAL;
#undef HAS
	new = tag_new(t, BUS_DMA_WAITOK);
	new->bdt_present = present;
	new->bdt_exists = present | t->bdt_exists;
	new->bdt_ov = ov;
	new->bdt_ctx = ctx;
	*tp = new;
	return 0;
}

void
bus_dma_tag_destroy(bus_dma_tag_t t)
{

	kmem_intr_free(t, sizeof(*t));
}
