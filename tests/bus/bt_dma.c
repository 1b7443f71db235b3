/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bus_dma(9) with the device of busmodel.h on the other side.  Where a body
 * asks what the device sees before a sync, it holds for two views alone.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/uio.h>

#include <uvm/uvm_extern.h>
#include <uvm/uvm_page.h>

#include <machine/bus_private.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "busmodel.h"
#include "kerntest.h"

#define	MEM	x86_bus_space_mem
#define	DMAT	(&pci_bus_dma64_tag)
#define	VIEWS	(rumpuser_dma_mode() == RUMPUSER_DMA_VIEWS)

static bus_space_handle_t regs;

static int
setup(void)
{

	return bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &regs);
}

static void
teardown(void)
{

	bus_space_unmap(MEM, regs, BM_MEMLEN);
}

/* Lets the device do a command; its errno. */
static int
command(int cmd, bus_addr_t addr, size_t len, int flags)
{

	bus_space_write_8(MEM, regs, BM_ADDR, addr);
	bus_space_write_4(MEM, regs, BM_LEN, len);
	bus_space_write_4(MEM, regs, BM_FLAGS, flags);
	bus_space_write_4(MEM, regs, BM_CMD, cmd);
	return bus_space_read_4(MEM, regs, BM_RESULT);
}

/* The device stores len bytes b, b + 1, ... at addr. */
static int
store(bus_addr_t addr, size_t len, uint8_t b, int flags)
{
	size_t i;

	for (i = 0; i < len; i++)
		bus_space_write_1(MEM, regs, BM_BUF + i, b + i);
	return command(BM_STORE, addr, len, flags);
}

/* Whether the device reads b, b + 1, ... at addr. */
static bool
holds(bus_addr_t addr, size_t len, uint8_t b)
{
	size_t i;

	if (command(BM_FETCH, addr, len, RUMPUSER_DMA_TRUST) != 0)
		return false;
	for (i = 0; i < len; i++)
		if (bus_space_read_1(MEM, regs, BM_BUF + i) != (uint8_t)(b + i))
			return false;
	return true;
}

static void
fill(void *p, size_t len, uint8_t b)
{
	uint8_t *c = p;
	size_t i;

	for (i = 0; i < len; i++)
		c[i] = b + i;
}

static bool
filled(const void *p, size_t len, uint8_t b)
{
	const uint8_t *c = p;
	size_t i;

	for (i = 0; i < len; i++)
		if (c[i] != (uint8_t)(b + i))
			return false;
	return true;
}

/* What is loaded is there for the device after PREWRITE, back after POSTREAD. */
KERNTEST(dma_buffer)
{
	bus_dmamap_t map;
	uint8_t *p;

	CHECK_EQ(setup(), 0);
	p = kmem_alloc(512, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(DMAT, 4096, 4, 4096, 0, BUS_DMA_WAITOK, &map), 0);
	fill(p, 512, 3);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 512, NULL, BUS_DMA_WAITOK), 0);
	CHECK_EQ(map->dm_mapsize, 512);
	CHECK_EQ(map->dm_nsegs, 1);
	CHECK_EQ(map->dm_segs[0].ds_len, 512);
	CHECK_EQ(map->dm_segs[0].ds_addr & PAGE_MASK, (uintptr_t)p & PAGE_MASK);
	bus_dmamap_sync(DMAT, map, 0, 512, BUS_DMASYNC_PREWRITE | BUS_DMASYNC_PREREAD);
	CHECK(holds(map->dm_segs[0].ds_addr, 512, 3));
	CHECK_EQ(store(map->dm_segs[0].ds_addr + 100, 50, 200, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 0, 512, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	CHECK(filled(p, 100, 3));
	CHECK(filled(p + 100, 50, 200));
	CHECK(filled(p + 150, 362, 3 + 150));
	/* In parts. */
	bus_dmamap_sync(DMAT, map, 64, 8, BUS_DMASYNC_PREREAD);
	CHECK_EQ(store(map->dm_segs[0].ds_addr + 64, 8, 1, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 64, 8, BUS_DMASYNC_POSTREAD);
	CHECK(filled(p + 64, 8, 1));
	CHECK(filled(p, 64, 3));
	/* Not beyond what is loaded, and not after it was. */
	CHECK_EQ(command(BM_FETCH, map->dm_segs[0].ds_addr + 505, 8, 0), EFAULT);
	CHECK_EQ(command(BM_STORE, map->dm_segs[0].ds_addr - 1, 1, 0), EFAULT);
	bus_dmamap_unload(DMAT, map);
	CHECK_EQ(map->dm_nsegs, 0);
	CHECK_EQ(map->dm_mapsize, 0);
	kmem_free(p, 512);
	bus_dmamap_destroy(DMAT, map);
	teardown();
	return 0;
}

/* Without strict checking each sees at once what the other has written. */
KERNTEST(dma_forgiving)
{
	bus_dmamap_t map;
	uint8_t *p;

	if (!VIEWS)
		return 0;
	rumpuser_dma_strict(0);
	CHECK_EQ(setup(), 0);
	p = kmem_alloc(64, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, BUS_DMA_WAITOK, &map), 0);
	fill(p, 64, 1);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 64, NULL, BUS_DMA_WAITOK), 0);
	CHECK(holds(map->dm_segs[0].ds_addr, 64, 1));
	fill(p, 64, 100);
	CHECK(holds(map->dm_segs[0].ds_addr, 64, 100));
	CHECK_EQ(store(map->dm_segs[0].ds_addr, 64, 3, RUMPUSER_DMA_TRUST), 0);
	CHECK(filled(p, 64, 3));
	CHECK(holds(map->dm_segs[0].ds_addr, 64, 3));
	bus_dmamap_unload(DMAT, map);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(p, 64);
	teardown();
	rumpuser_dma_strict(1);
	return 0;
}

/* The device sees nothing else than what was synced. */
KERNTEST(dma_views)
{
	bus_addr_t a;
	bus_dmamap_t map;
	uint8_t *p;

	if (!VIEWS)
		return 0;
	CHECK_EQ(setup(), 0);
	p = kmem_alloc(64, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, BUS_DMA_WAITOK, &map), 0);
	fill(p, 64, 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 64, NULL, BUS_DMA_WAITOK), 0);
	a = map->dm_segs[0].ds_addr;
	CHECK_EQ(command(BM_FETCH, a, 64, 0), 0);
	CHECK(bus_space_read_4(MEM, regs, BM_BUF) != 0x03020100);
	bus_dmamap_sync(DMAT, map, 0, 32, BUS_DMASYNC_PREWRITE);
	CHECK(holds(a, 32, 0));
	p[0] = 99;
	CHECK_EQ(command(BM_FETCH, a, 64, 0), 0);
	CHECK_EQ(bus_space_read_4(MEM, regs, BM_BUF), 0x03020100);
	/* What the device says is there only after a sync, or coherent. */
	CHECK_EQ(store(a + 8, 8, 80, 0), 0);
	CHECK(filled(p + 8, 8, 8));
	CHECK_EQ(store(a + 16, 8, 90, RUMPUSER_DMA_COHERENT), 0);
	CHECK(filled(p + 16, 8, 90));
	bus_dmamap_sync(DMAT, map, 8, 8, BUS_DMASYNC_POSTREAD);
	CHECK(filled(p + 8, 8, 80));
	CHECK_EQ(p[0], 99);
	bus_dmamap_unload(DMAT, map);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(p, 64);
	teardown();
	return 0;
}

/* A load for one direction opens memory for that alone. */
KERNTEST(dma_direction)
{
	bus_dmamap_t map;
	uint8_t *p;

	CHECK_EQ(setup(), 0);
	p = kmem_alloc(64, KM_SLEEP);
	fill(p, 64, 0);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, BUS_DMA_WAITOK, &map), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 64, NULL, BUS_DMA_WRITE), 0);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREWRITE);
	CHECK_EQ(store(map->dm_segs[0].ds_addr, 4, 1, 0), EFAULT);
	CHECK(holds(map->dm_segs[0].ds_addr, 64, 0));
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_POSTWRITE);
	bus_dmamap_unload(DMAT, map);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 64, NULL, BUS_DMA_READ), 0);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREREAD);
	CHECK_EQ(command(BM_FETCH, map->dm_segs[0].ds_addr, 4, 0), EFAULT);
	CHECK_EQ(store(map->dm_segs[0].ds_addr, 64, 7, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_POSTREAD);
	bus_dmamap_unload(DMAT, map);
	CHECK(filled(p, 64, 7));
	bus_dmamap_destroy(DMAT, map);
	kmem_free(p, 64);
	teardown();
	return 0;
}

/* The segments of a map say all of it, keep its limits, and are in order. */
static int
check_segments(bus_dmamap_t map, bus_size_t len, bus_size_t maxseg, bus_size_t boundary)
{
	bus_size_t total = 0;
	int i;

	CHECK_EQ(map->dm_mapsize, len);
	CHECK(map->dm_nsegs <= map->_dm_segcnt);
	for (i = 0; i < map->dm_nsegs; i++) {
		const bus_dma_segment_t *ds = &map->dm_segs[i];

		CHECK(ds->ds_len > 0);
		CHECK(ds->ds_len <= maxseg);
		if (boundary != 0)
			CHECK_EQ(ds->ds_addr & ~(boundary - 1),
			    (ds->ds_addr + ds->ds_len - 1) & ~(boundary - 1));
		total += ds->ds_len;
	}
	CHECK_EQ(total, len);
	return 0;
}

/* A stream of bytes through all segments, both ways. */
static int
check_stream(bus_dma_tag_t t, bus_dmamap_t map, uint8_t b)
{
	int i;

	bus_dmamap_sync(t, map, 0, map->dm_mapsize, BUS_DMASYNC_PREREAD);
	for (i = 0; i < map->dm_nsegs; i++) {
		CHECK_EQ(store(map->dm_segs[i].ds_addr, map->dm_segs[i].ds_len, b,
		    RUMPUSER_DMA_TRUST), 0);
		b += map->dm_segs[i].ds_len;
	}
	bus_dmamap_sync(t, map, 0, map->dm_mapsize, BUS_DMASYNC_POSTREAD);
	bus_dmamap_sync(t, map, 0, map->dm_mapsize, BUS_DMASYNC_PREWRITE);
	for (b -= map->dm_mapsize, i = 0; i < map->dm_nsegs; i++) {
		CHECK(holds(map->dm_segs[i].ds_addr, map->dm_segs[i].ds_len, b));
		b += map->dm_segs[i].ds_len;
	}
	bus_dmamap_sync(t, map, 0, map->dm_mapsize, BUS_DMASYNC_POSTWRITE);
	return 0;
}

KERNTEST(dma_segments)
{
	static const struct {
		bus_size_t size, maxseg, boundary;
		int nsegs;
	} maps[] = {
		{ 16384, 16384, 0, 5 }, { 16384, 4096, 0, 9 }, { 16384, 1000, 0, 32 },
		{ 16384, 16384, 4096, 5 }, { 16384, 16384, 512, 64 }, { 16384, 100, 256, 300 },
		{ 16384, 16384, 0, 1 },
	};
	static const size_t offs[] = { 0, 1, 4, 511, 4000, 4095 };
	static const size_t lens[] = { 1, 7, 512, 4096, 4097, 9000, 12288 };
	bus_dmamap_t map;
	uint8_t *mem;
	size_t i, j, k;

	CHECK_EQ(setup(), 0);
	mem = kmem_alloc(16384, KM_SLEEP);
	for (i = 0; i < __arraycount(maps); i++) {
		CHECK_EQ(bus_dmamap_create(DMAT, maps[i].size, maps[i].nsegs, maps[i].maxseg,
		    maps[i].boundary, BUS_DMA_NOWAIT, &map), 0);
		for (j = 0; j < __arraycount(offs); j++) {
			for (k = 0; k < __arraycount(lens); k++) {
				memset(mem, 0xee, 16384);
				CHECK_EQ(bus_dmamap_load(DMAT, map, mem + offs[j], lens[k], NULL,
				    BUS_DMA_NOWAIT), 0);
				CHECK_EQ(check_segments(map, lens[k], maps[i].maxseg,
				    maps[i].boundary), 0);
				CHECK_EQ(check_stream(DMAT, map, i + j + k), 0);
				bus_dmamap_unload(DMAT, map);
				CHECK(offs[j] == 0 || mem[offs[j] - 1] == 0xee);
				CHECK(filled(mem + offs[j], lens[k], i + j + k));
				CHECK_EQ(mem[offs[j] + lens[k]], 0xee);
			}
		}
		/* Pages are where physical memory is: not next to each other. */
		if (VIEWS && i == 0) {
			CHECK_EQ(bus_dmamap_load(DMAT, map, mem, 16384, NULL, BUS_DMA_NOWAIT), 0);
			CHECK(map->dm_nsegs >= 4);
		}
		bus_dmamap_destroy(DMAT, map);
	}
	/* Less than it could, for one load. */
	CHECK_EQ(bus_dmamap_create(DMAT, 16384, 32, 4096, 0, BUS_DMA_NOWAIT, &map), 0);
	map->dm_maxsegsz = 1024;
	CHECK_EQ(bus_dmamap_load(DMAT, map, mem, 16384, NULL, BUS_DMA_NOWAIT), 0);
	CHECK_EQ(check_segments(map, 16384, 1024, 0), 0);
	bus_dmamap_unload(DMAT, map);
	CHECK_EQ(map->dm_maxsegsz, 4096);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(mem, 16384);
	teardown();
	return 0;
}

KERNTEST(dma_limits)
{
	bus_dma_segment_t seg;
	bus_dmamap_t map;
	uint8_t *p;
	int n;

	CHECK_EQ(bus_dmamap_create(DMAT, 0, 1, 1, 0, 0, &map), EINVAL);
	CHECK_EQ(bus_dmamap_create(DMAT, 1, 0, 1, 0, 0, &map), EINVAL);
	CHECK_EQ(bus_dmamap_create(DMAT, 1, 1, 1, 3, 0, &map), EINVAL);
	p = kmem_alloc(8192, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(DMAT, 4096, 2, 1024, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 4097, NULL, 0), EINVAL);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 4096, NULL, 0), EFBIG);
	CHECK_EQ(map->dm_nsegs, 0);
	CHECK_EQ(map->dm_mapsize, 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 2048, NULL, 0), 0);
	bus_dmamap_unload(DMAT, map);
	rumpuser_fault_set(RUMPUSER_FAULT_DMAMAP, 2, 0, ENOMEM);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 2048, NULL, 0), 0);
	bus_dmamap_unload(DMAT, map);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 2048, NULL, 0), ENOMEM);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 2048, NULL, 0), 0);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(p, 8192);

	CHECK_EQ(bus_dmamem_alloc(DMAT, 4096, 3, 0, &seg, 1, &n, 0), EINVAL);
	CHECK_EQ(bus_dmamem_alloc(DMAT, 0, 1, 0, &seg, 1, &n, 0), EINVAL);
	CHECK_EQ(bus_dmamem_alloc(DMAT, (bus_size_t)1 << 45, 1, 0, &seg, 1, &n, 0), ENOMEM);
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 1, 0, ENOMEM);
	CHECK_EQ(bus_dmamem_alloc(DMAT, 4096, 0, 0, &seg, 1, &n, 0), ENOMEM);
	return 0;
}

/* Memory of the device's own, which is loaded as a buffer and raw. */
KERNTEST(dma_memory)
{
	bus_dma_segment_t seg;
	bus_dmamap_t map, raw;
	uint8_t *kva;
	void *p;
	int n;

	CHECK_EQ(setup(), 0);
	CHECK_EQ(bus_dmamem_alloc(DMAT, 6000, 8192, 0, &seg, 1, &n, BUS_DMA_NOWAIT), 0);
	CHECK_EQ(n, 1);
	CHECK_EQ(seg.ds_len, 6000);
	CHECK_EQ(seg.ds_addr % 8192, 0);
	CHECK_EQ(bus_dmamem_map(DMAT, &seg, 1, 6000, &p, BUS_DMA_COHERENT), 0);
	CHECK_EQ((uintptr_t)p & PAGE_MASK, 0);
	kva = p;
	memset(kva, 0, 6000);
	CHECK_EQ(bus_dmamap_create(DMAT, 6000, 1, 6000, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_create(DMAT, 6000, 2, 6000, 0, 0, &raw), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, kva, 6000, NULL, 0), 0);
	CHECK_EQ(map->dm_nsegs, 1);
	CHECK_EQ(map->dm_segs[0].ds_addr, seg.ds_addr);
	CHECK_EQ(map->dm_segs[0].ds_len, 6000);
	CHECK_EQ(bus_dmamap_load_raw(DMAT, raw, &seg, 1, 6000, 0), 0);
	CHECK_EQ(raw->dm_segs[0].ds_addr, seg.ds_addr);

	/* Through one map in, through the other out. */
	fill(kva + 4090, 20, 1);
	bus_dmamap_sync(DMAT, map, 4090, 20, BUS_DMASYNC_PREWRITE);
	CHECK(holds(seg.ds_addr + 4090, 20, 1));
	bus_dmamap_sync(DMAT, raw, 100, 20, BUS_DMASYNC_PREREAD);
	CHECK_EQ(store(seg.ds_addr + 100, 20, 50, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 100, 20, BUS_DMASYNC_POSTREAD);
	CHECK(filled(kva + 100, 20, 50));

	bus_dmamap_unload(DMAT, raw);
	CHECK(holds(seg.ds_addr + 4090, 20, 1));
	/* A part of it, as a driver does that cuts requests out of one piece. */
	CHECK_EQ(bus_dmamap_load(DMAT, raw, kva + 3, 5, NULL, 0), 0);
	CHECK_EQ(raw->dm_segs[0].ds_addr, seg.ds_addr + 3);
	CHECK_EQ(raw->dm_segs[0].ds_len, 5);
	bus_dmamap_unload(DMAT, raw);
	CHECK_EQ(bus_dmamap_load_raw(DMAT, raw, &seg, 1, 6001, 0), EINVAL);
	bus_dmamap_unload(DMAT, map);
	CHECK_EQ(bus_dmamem_mmap(DMAT, &seg, 1, 4096, 0, 0), (seg.ds_addr + 4096) >> PAGE_SHIFT);
	CHECK_EQ(bus_dmamem_mmap(DMAT, &seg, 1, 6000, 0, 0), (paddr_t)-1);
	bus_dmamap_destroy(DMAT, raw);
	bus_dmamap_destroy(DMAT, map);
	bus_dmamem_unmap(DMAT, kva, 6000);
	bus_dmamem_free(DMAT, &seg, 1);
	teardown();
	return 0;
}

/* A ring of 64 bytes, all zero, as both sides see it. */
struct ring {
	bus_dma_segment_t rg_seg;
	bus_dmamap_t rg_map;
	uint8_t	*rg_p;
};

static int
ring_make(struct ring *rg)
{
	void *p;
	int n;

	CHECK_EQ(bus_dmamem_alloc(DMAT, 64, 0, 0, &rg->rg_seg, 1, &n, 0), 0);
	CHECK_EQ(bus_dmamem_map(DMAT, &rg->rg_seg, 1, 64, &p, 0), 0);
	rg->rg_p = p;
	memset(rg->rg_p, 0, 64);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, 0, &rg->rg_map), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, rg->rg_map, rg->rg_p, 64, NULL, 0), 0);
	bus_dmamap_sync(DMAT, rg->rg_map, 0, 64, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	return 0;
}

/* One that is not loaded any more. */
static void
ring_free(struct ring *rg)
{

	bus_dmamap_destroy(DMAT, rg->rg_map);
	bus_dmamem_unmap(DMAT, rg->rg_p, 64);
	bus_dmamem_free(DMAT, &rg->rg_seg, 1);
}

/*
 * A ring: both sides write, the last writer of a byte wins, and who has
 * something of the other's sees it after a sync and keeps it.
 */
KERNTEST(dma_shared)
{
	struct ring rg;
	bus_dmamap_t map;
	bus_addr_t at;
	uint8_t *r, copy[32];

	if (!VIEWS)
		return 0;
	CHECK_EQ(setup(), 0);
	CHECK_EQ(ring_make(&rg), 0);
	map = rg.rg_map;
	at = rg.rg_seg.ds_addr;
	r = rg.rg_p;

	/* An entry that comes while the kernel looks at others stays. */
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_POSTREAD);
	CHECK_EQ(store(at + 16, 4, 9, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREREAD);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREREAD);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_POSTREAD);
	CHECK(filled(r + 16, 4, 9));
	/* Looked at again after another sync; a copy may be made of it at any time. */
	bus_dmamap_sync(DMAT, map, 16, 4, BUS_DMASYNC_POSTREAD);
	CHECK(filled(r + 16, 4, 9));
	memcpy(copy, r, sizeof(copy));
	CHECK(filled(copy + 16, 4, 9));

	/* Two fields in one word, one of each side. */
	r[32] = 5;
	CHECK_EQ(store(at + 33, 1, 6, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, map, 32, 8, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	bus_dmamap_sync(DMAT, map, 32, 8, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	CHECK_EQ(r[32], 5);
	CHECK_EQ(r[33], 6);
	CHECK(holds(at + 32, 2, 5));

	/*
	 * A driver that starts again clears the ring without a look at what
	 * the device had to say: that is gone, also where there was a zero
	 * before.
	 */
	CHECK_EQ(store(at + 40, 8, 1, RUMPUSER_DMA_TRUST), 0);
	memset(r, 0, 64);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREREAD);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_POSTREAD);
	CHECK_EQ(r[40], 0);
	CHECK_EQ(r[47], 0);
	bus_dmamap_sync(DMAT, map, 0, 64, BUS_DMASYNC_PREWRITE);
	CHECK_EQ(command(BM_FETCH, at, 64, RUMPUSER_DMA_TRUST), 0);
	CHECK_EQ(bus_space_read_8(MEM, regs, BM_BUF + 40), 0);

	/* Coherent hardware. */
	CHECK_EQ(store(at + 8, 2, 70, RUMPUSER_DMA_COHERENT), 0);
	CHECK(filled(r + 8, 2, 70));
	/* What was never fetched is in memory all the same. */
	CHECK_EQ(store(at + 48, 4, 30, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_unload(DMAT, map);
	CHECK(filled(r + 48, 4, 30));
	ring_free(&rg);
	teardown();
	return 0;
}

#define	NSTORES		5000

struct storer {
	bus_dmamap_t st_map;
	volatile uint8_t *st_p;
	volatile bool st_done;
};

static void
storer(void *arg)
{
	struct storer *st = arg;
	unsigned i;

	for (i = 0; i < NSTORES; i++) {
		*st->st_p = i;
		bus_dmamap_sync(DMAT, st->st_map, 8, 1, BUS_DMASYNC_PREWRITE);
		if (i % 64 == 0)
			kpause("storer", false, 1, NULL);
	}
	st->st_done = true;
	kthread_exit(0);
}

/* A device may look at a ring between a store and its sync. */
KERNTEST(dma_look_between)
{
	struct storer st = { .st_done = false };
	struct ring rg;
	struct lwp *l;
	int i;

	if (!VIEWS)
		return 0;
	CHECK_EQ(setup(), 0);
	CHECK_EQ(ring_make(&rg), 0);
	st.st_map = rg.rg_map;
	st.st_p = rg.rg_p + 8;
	CHECK_EQ(kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, storer, &st, &l,
	    "storer"), 0);
	while (!st.st_done) {
		for (i = 0; i < 64; i++)
			CHECK_EQ(command(BM_FETCH, rg.rg_seg.ds_addr, 64, RUMPUSER_DMA_TRUST), 0);
		kpause("looker", false, 1, NULL);
	}
	CHECK_EQ(kthread_join(l), 0);
	CHECK(holds(rg.rg_seg.ds_addr + 8, 1, (uint8_t)(NSTORES - 1)));
	bus_dmamap_sync(DMAT, rg.rg_map, 0, 64, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	bus_dmamap_unload(DMAT, rg.rg_map);
	ring_free(&rg);
	teardown();
	return 0;
}

/* Memory in several segments. */
KERNTEST(dma_memory_segments)
{
	bus_dma_segment_t segs[4];
	bus_dmamap_t map;
	void *p;
	int n;

	if (!VIEWS)
		return 0;
	CHECK_EQ(setup(), 0);
	CHECK_EQ(bus_dmamem_alloc(DMAT, 3 * PAGE_SIZE + 100, 0, PAGE_SIZE, segs, 3, &n, 0), ENOMEM);
	CHECK_EQ(bus_dmamem_alloc(DMAT, 3 * PAGE_SIZE + 100, 0, PAGE_SIZE, segs, 4, &n, 0), 0);
	CHECK_EQ(n, 4);
	CHECK_EQ(bus_dmamem_map(DMAT, segs, n, 3 * PAGE_SIZE + 100, &p, 0), 0);
	memset(p, 0, 3 * PAGE_SIZE + 100);
	CHECK_EQ(bus_dmamap_create(DMAT, 4 * PAGE_SIZE, 8, PAGE_SIZE, PAGE_SIZE, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load_raw(DMAT, map, segs, n, 3 * PAGE_SIZE + 100, 0), 0);
	CHECK_EQ(check_segments(map, 3 * PAGE_SIZE + 100, PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQ(check_stream(DMAT, map, 4), 0);
	bus_dmamap_unload(DMAT, map);
	CHECK(filled(p, 3 * PAGE_SIZE + 100, 4));
	CHECK_EQ(bus_dmamap_load(DMAT, map, (char *)p + 4000, 5000, NULL, 0), 0);
	CHECK_EQ(map->dm_segs[0].ds_addr, segs[0].ds_addr + 4000);
	CHECK_EQ(map->dm_segs[0].ds_len, 96);
	CHECK_EQ(map->dm_segs[1].ds_addr, segs[1].ds_addr);
	CHECK_EQ(check_segments(map, 5000, PAGE_SIZE, PAGE_SIZE), 0);
	bus_dmamap_destroy(DMAT, map);
	bus_dmamem_unmap(DMAT, p, 3 * PAGE_SIZE + 100);
	bus_dmamem_free(DMAT, segs, n);
	teardown();
	return 0;
}

/* No piece of memory lies across what the device can't count past. */
KERNTEST(dma_boundary)
{
	bus_dma_segment_t segs[16];
	size_t i;
	int n;

	for (i = 0; i < __arraycount(segs); i++) {
		CHECK_EQ(bus_dmamem_alloc(DMAT, 3 * PAGE_SIZE, PAGE_SIZE, 4 * PAGE_SIZE, &segs[i], 1,
		    &n, 0), 0);
		CHECK_EQ(segs[i].ds_addr / (4 * PAGE_SIZE),
		    (segs[i].ds_addr + segs[i].ds_len - 1) / (4 * PAGE_SIZE));
	}
	for (i = 0; i < __arraycount(segs); i++)
		bus_dmamem_free(DMAT, &segs[i], 1);
	return 0;
}

KERNTEST(dma_uio)
{
	struct iovec iov[3];
	bus_dmamap_t map;
	struct uio uio;
	uint8_t *mem;

	CHECK_EQ(setup(), 0);
	mem = kmem_alloc(16384, KM_SLEEP);
	iov[0].iov_base = mem + 10;
	iov[0].iov_len = 5000;
	iov[1].iov_base = mem + 6000;
	iov[1].iov_len = 0;
	iov[2].iov_base = mem + 7000;
	iov[2].iov_len = 9000;
	memset(&uio, 0, sizeof(uio));
	uio.uio_iov = iov;
	uio.uio_iovcnt = 3;
	uio.uio_resid = 8000;
	UIO_SETUP_SYSSPACE(&uio);
	CHECK_EQ(bus_dmamap_create(DMAT, 8000, 8, 8000, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load_uio(DMAT, map, &uio, 0), 0);
	CHECK_EQ(check_segments(map, 8000, 8000, 0), 0);
	CHECK_EQ(check_stream(DMAT, map, 77), 0);
	bus_dmamap_unload(DMAT, map);
	CHECK(filled(mem + 10, 5000, 77));
	CHECK(filled(mem + 7000, 3000, (uint8_t)(77 + 5000)));
	CHECK_EQ(uio.uio_resid, 8000);
	uio.uio_resid = 8001;
	CHECK_EQ(bus_dmamap_load_uio(DMAT, map, &uio, 0), EINVAL);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(mem, 16384);
	teardown();
	return 0;
}

KERNTEST(dma_mbuf)
{
	struct mbuf *m, *n;
	bus_dmamap_t map;
	uint8_t buf[3000];

	CHECK_EQ(setup(), 0);
	m = m_gethdr(M_WAIT, MT_DATA);
	m->m_len = MHLEN;
	n = m_getcl(M_WAIT, MT_DATA, 0);
	n->m_len = MCLBYTES;
	m->m_next = n;
	n->m_next = m_get(M_WAIT, MT_DATA);
	n->m_next->m_next = m_get(M_WAIT, MT_DATA);
	n->m_next->m_next->m_len = 100;
	m->m_pkthdr.len = MHLEN + MCLBYTES + 100;
	m_verify_packet(m);
	CHECK_EQ(bus_dmamap_create(DMAT, 3000, 8, 3000, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load_mbuf(DMAT, map, m, BUS_DMA_NOWAIT), 0);
	CHECK_EQ(check_segments(map, m->m_pkthdr.len, 3000, 0), 0);
	CHECK_EQ(check_stream(DMAT, map, 9), 0);
	bus_dmamap_unload(DMAT, map);
	m_copydata(m, 0, m->m_pkthdr.len, buf);
	CHECK(filled(buf, m->m_pkthdr.len, 9));
	bus_dmamap_destroy(DMAT, map);
	m_freem(m);
	teardown();
	return 0;
}

/* Devices that don't reach all memory get copies of it where they do. */
KERNTEST(dma_bounce)
{
	bus_dma_segment_t seg;
	bus_dma_tag_t t, t2;
	bus_dmamap_t map;
	uint8_t *mem;
	int i, n;

	CHECK_EQ(setup(), 0);
	CHECK_EQ(bus_dmatag_subregion(&pci_bus_dma_tag, 0x2000000, 0x2ffffff, &t, 0), 0);
	CHECK_EQ(bus_dmatag_subregion(t, 0, 0x1ffffff, &t2, 0), EINVAL);
	mem = kmem_alloc(16384, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(t, 16384, 8, 16384, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load(t, map, mem + 5, 10000, NULL, 0), 0);
	CHECK_EQ(check_segments(map, 10000, 16384, 0), 0);
	for (i = 0; i < map->dm_nsegs; i++) {
		CHECK(map->dm_segs[i].ds_addr >= 0x2000000);
		CHECK(map->dm_segs[i].ds_addr + map->dm_segs[i].ds_len <= 0x3000000);
	}
	CHECK_EQ(check_stream(t, map, 55), 0);
	bus_dmamap_unload(t, map);
	CHECK(filled(mem + 5, 10000, 55));
	bus_dmamap_destroy(t, map);
	CHECK_EQ(bus_dmamem_alloc(t, 8192, 0, 0, &seg, 1, &n, 0), 0);
	CHECK(seg.ds_addr >= 0x2000000 && seg.ds_addr + 8192 <= 0x3000000);
	bus_dmamem_free(t, &seg, n);
	CHECK_EQ(bus_dmamem_alloc(t, 32 << 20, 0, 0, &seg, 1, &n, 0), ENOMEM);
	bus_dmatag_destroy(t);
	kmem_free(mem, 16384);
	teardown();
	return 0;
}

static int
ov_load(void *ctx, bus_dma_tag_t t, bus_dmamap_t map, void *buf, bus_size_t len, struct proc *p,
    int flags)
{

	(*(int *)ctx)++;
	return bus_dmamap_load(DMAT, map, buf, len, p, flags);
}

KERNTEST(dma_tags)
{
	static const struct bus_dma_overrides ov = { .ov_dmamap_load = ov_load };
	bus_dmamap_t map;
	bus_dma_tag_t t;
	int calls = 0;

	CHECK_EQ(bus_dma_tag_create(DMAT, BUS_DMAMAP_OVERRIDE_SYNC, &ov, &calls, &t), EINVAL);
	CHECK_EQ(bus_dma_tag_create(DMAT, BUS_DMAMAP_OVERRIDE_LOAD, &ov, &calls, &t), 0);
	CHECK_EQ(bus_dmamap_create(t, 4, 1, 4, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load(t, map, &calls, 4, NULL, 0), 0);
	CHECK_EQ(calls, 1);
	bus_dmamap_unload(t, map);
	bus_dmamap_destroy(t, map);
	bus_dma_tag_destroy(t);
	return 0;
}

/* Device memory goes round and does not run out. */
KERNTEST(dma_reuse)
{
	bus_addr_t first = 0, at = 0;
	bus_dmamap_t map;
	bool came = false;
	uint8_t *p;
	int i;

	if (!VIEWS)
		return 0;
	p = kmem_alloc(4096, KM_SLEEP);
	CHECK_EQ(bus_dmamap_create(DMAT, 4096, 2, 4096, 0, 0, &map), 0);
	for (i = 0; i < 20000; i++) {
		CHECK_EQ(bus_dmamap_load(DMAT, map, p, 4096, NULL, 0), 0);
		if (i == 0)
			first = map->dm_segs[0].ds_addr;
		else if (map->dm_segs[0].ds_addr == first)
			came = true;
		CHECK(map->dm_segs[0].ds_addr != at);
		at = map->dm_segs[0].ds_addr;
		bus_dmamap_unload(DMAT, map);
	}
	CHECK(came);
	bus_dmamap_destroy(DMAT, map);
	kmem_free(p, 4096);
	return 0;
}

/*
 * Reports.  Each driver mistake is one, with the device doing what it was
 * told.
 */

static uint8_t *buf;
static bus_dmamap_t bmap;

static int
load(int flags)
{

	CHECK_EQ(setup(), 0);
	buf = kmem_alloc(64, KM_SLEEP);
	fill(buf, 64, 0);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, 0, &bmap), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, bmap, buf, 64, NULL, flags), 0);
	return 0;
}

KERNTEST(report_dma_no_prewrite)
{

	CHECK_EQ(load(BUS_DMA_WRITE), 0);
	(void)command(BM_FETCH, bmap->dm_segs[0].ds_addr, 64, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_other_bytes)
{

	CHECK_EQ(load(BUS_DMA_WRITE), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 63, BUS_DMASYNC_PREWRITE);
	(void)command(BM_FETCH, bmap->dm_segs[0].ds_addr, 64, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_other_direction)
{

	CHECK_EQ(load(0), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	(void)command(BM_FETCH, bmap->dm_segs[0].ds_addr, 64, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_changed)
{

	CHECK_EQ(load(BUS_DMA_WRITE), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREWRITE);
	buf[17]++;
	(void)command(BM_FETCH, bmap->dm_segs[0].ds_addr, 64, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_no_preread)
{

	CHECK_EQ(load(BUS_DMA_READ), 0);
	(void)store(bmap->dm_segs[0].ds_addr, 64, 0, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_no_postread)
{

	CHECK_EQ(load(BUS_DMA_READ), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	(void)store(bmap->dm_segs[0].ds_addr, 64, 0, RUMPUSER_DMA_TRUST);
	bus_dmamap_unload(DMAT, bmap);
	return 0;
}

/* The kernel looks at what is the device's. */
KERNTEST(report_dma_early_look)
{

	CHECK_EQ(load(BUS_DMA_READ), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	(void)store(bmap->dm_segs[0].ds_addr, 64, 0, RUMPUSER_DMA_TRUST);
	return buf[8] == 1;
}

KERNTEST(report_dma_beyond)
{

	CHECK_EQ(load(0), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	(void)store(bmap->dm_segs[0].ds_addr + 60, 8, 0, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_wrong_way)
{

	CHECK_EQ(load(BUS_DMA_WRITE), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	(void)store(bmap->dm_segs[0].ds_addr, 64, 0, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_unloaded)
{
	bus_addr_t addr;

	CHECK_EQ(load(0), 0);
	addr = bmap->dm_segs[0].ds_addr;
	bus_dmamap_unload(DMAT, bmap);
	(void)store(addr, 64, 0, RUMPUSER_DMA_TRUST);
	return 0;
}

KERNTEST(report_dma_freed_buffer)
{

	CHECK_EQ(load(BUS_DMA_READ), 0);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	kmem_free(buf, 64);
	(void)store(bmap->dm_segs[0].ds_addr, 64, 0, RUMPUSER_DMA_TRUST);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_POSTREAD);
	return 0;
}

KERNTEST(report_dma_load_twice)
{

	CHECK_EQ(load(0), 0);
	(void)bus_dmamap_load(DMAT, bmap, buf, 64, NULL, 0);
	return 0;
}

KERNTEST(report_dma_sync_unloaded)
{

	CHECK_EQ(load(0), 0);
	bus_dmamap_unload(DMAT, bmap);
	bus_dmamap_sync(DMAT, bmap, 0, 64, BUS_DMASYNC_PREREAD);
	return 0;
}

KERNTEST(report_dma_sync_beyond)
{

	CHECK_EQ(load(0), 0);
	bus_dmamap_sync(DMAT, bmap, 1, 64, BUS_DMASYNC_PREREAD);
	return 0;
}

KERNTEST(report_dma_free_loaded)
{
	bus_dma_segment_t seg;
	bus_dmamap_t map;
	void *p;
	int n;

	CHECK_EQ(bus_dmamem_alloc(DMAT, 64, 0, 0, &seg, 1, &n, 0), 0);
	CHECK_EQ(bus_dmamem_map(DMAT, &seg, 1, 64, &p, 0), 0);
	CHECK_EQ(bus_dmamap_create(DMAT, 64, 1, 64, 0, 0, &map), 0);
	CHECK_EQ(bus_dmamap_load(DMAT, map, p, 64, NULL, 0), 0);
	bus_dmamem_unmap(DMAT, p, 64);
	bus_dmamem_free(DMAT, &seg, n);
	return 0;
}

KERNTEST(report_dma_memory_end)
{
	bus_dma_segment_t seg;
	void *p;
	int n;

	CHECK_EQ(bus_dmamem_alloc(DMAT, 60, 0, 0, &seg, 1, &n, 0), 0);
	CHECK_EQ(bus_dmamem_map(DMAT, &seg, 1, 60, &p, 0), 0);
	((volatile char *)p)[60] = 1;
	return 0;
}

KERNTEST(report_dma_double_fetch)
{
	volatile uint16_t *len;
	struct ring rg;
	uint8_t copy[64];

	CHECK_EQ(setup(), 0);
	CHECK_EQ(ring_make(&rg), 0);
	CHECK_EQ(store(rg.rg_seg.ds_addr + 4, 2, 20, RUMPUSER_DMA_TRUST), 0);
	bus_dmamap_sync(DMAT, rg.rg_map, 0, 64, BUS_DMASYNC_POSTREAD);
	len = (volatile uint16_t *)(rg.rg_p + 4);
	if (*len <= sizeof(copy))
		return 0;
	memset(copy, 0, MIN(*len, sizeof(copy)));
	return copy[0];
}

/* Lists of pages: runs, limits, pages of two lists freed in one. */
KERNTEST(page_lists)
{
	struct pglist list, other;
	struct vm_page *pg, *next;
	paddr_t first;
	int n = 0;

	CHECK_EQ(uvm_pglistalloc(5 * PAGE_SIZE - 1, 0, 0xffffffff, 0, 0, &list, 5, 1), 0);
	TAILQ_FOREACH(pg, &list, pageq.queue) {
		CHECK_EQ(pg->phys_addr & PAGE_MASK, 0);
		CHECK(VM_PAGE_TO_PHYS(pg) <= 0xffffffff);
		n++;
	}
	CHECK_EQ(n, 5);
	/* A run follows itself, aligned. */
	CHECK_EQ(uvm_pglistalloc(4 * PAGE_SIZE, 0, 0xffffffff, 4 * PAGE_SIZE, 4 * PAGE_SIZE,
	    &other, 1, 0), 0);
	first = TAILQ_FIRST(&other)->phys_addr;
	CHECK_EQ(first & (4 * PAGE_SIZE - 1), 0);
	n = 0;
	for (pg = TAILQ_FIRST(&other); pg != NULL; pg = next, n++) {
		next = TAILQ_NEXT(pg, pageq.queue);
		CHECK_EQ(pg->phys_addr, first + n * PAGE_SIZE);
		/* Out of order, into a list with others. */
		TAILQ_REMOVE(&other, pg, pageq.queue);
		if (n & 1)
			TAILQ_INSERT_TAIL(&list, pg, pageq.queue);
		else
			TAILQ_INSERT_HEAD(&list, pg, pageq.queue);
	}
	CHECK_EQ(n, 4);
	uvm_pglistfree(&list);
	CHECK(TAILQ_EMPTY(&list));
	CHECK_EQ(uvm_pglistalloc(PAGE_SIZE, 0, 0xffffffff, 3, 0, &list, 1, 0), EINVAL);
	CHECK_EQ(uvm_pglistalloc(PAGE_SIZE, 0, 0xffffffff, 0, 5, &list, 1, 0), EINVAL);
	CHECK_EQ(uvm_pglistalloc(0, 0, 0xffffffff, 0, 0, &list, 1, 0), EINVAL);
	CHECK_EQ(uvm_pglistalloc(PAGE_SIZE, 8, 7, 0, 0, &list, 1, 0), ENOMEM);
	/* A run that crosses its boundary is none. */
	CHECK_EQ(uvm_pglistalloc(4 * PAGE_SIZE, 0, 0xffffffff, 0, 2 * PAGE_SIZE, &list, 1, 0),
	    ENOMEM);
	CHECK(TAILQ_EMPTY(&list));
	return 0;
}
