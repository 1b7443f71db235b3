/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * DMA memory of virtio drivers: see virtio_dma.h.
 */

#include <sys/param.h>
#include <sys/systm.h>

#include "virtio_dma.h"

void *
virtio_dmamem_alloc(bus_dma_tag_t dmat, bus_size_t size, bus_size_t align, int flags,
    bus_dma_segment_t *seg, bus_dmamap_t *mapp)
{
	int rsegs;
	void *va;

	if (bus_dmamem_alloc(dmat, size, align, 0, seg, 1, &rsegs, BUS_DMA_WAITOK) != 0)
		return NULL;
	if (bus_dmamem_map(dmat, seg, rsegs, size, &va, BUS_DMA_WAITOK | BUS_DMA_COHERENT) != 0)
		goto fail_map;
	if (bus_dmamap_create(dmat, size, 1, size, 0, BUS_DMA_WAITOK, mapp) != 0)
		goto fail_create;
	if (bus_dmamap_load(dmat, *mapp, va, size, NULL, BUS_DMA_WAITOK | flags) != 0)
		goto fail_load;
	memset(va, 0, size);
	return va;

fail_load:
	bus_dmamap_destroy(dmat, *mapp);
fail_create:
	bus_dmamem_unmap(dmat, va, size);
fail_map:
	bus_dmamem_free(dmat, seg, 1);
	return NULL;
}

void
virtio_dmamem_free(bus_dma_tag_t dmat, bus_size_t size, bus_dma_segment_t *seg, bus_dmamap_t map,
    void *va)
{

	if (va == NULL)
		return;
	bus_dmamap_unload(dmat, map);
	bus_dmamap_destroy(dmat, map);
	bus_dmamem_unmap(dmat, va, size);
	bus_dmamem_free(dmat, seg, 1);
}
