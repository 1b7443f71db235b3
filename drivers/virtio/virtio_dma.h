/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Memory that a virtio device sees for as long as its driver is attached.
 */

#ifndef _VIRTIO_DMA_H_
#define	_VIRTIO_DMA_H_

#include <sys/bus.h>

/*
 * size bytes of zeroes in one segment, loaded, or NULL; flags are those of
 * bus_dmamap_load(9) that say who writes, or 0 for both.  Sleeps.
 */
void	*virtio_dmamem_alloc(bus_dma_tag_t, bus_size_t size, bus_size_t align, int flags,
	    bus_dma_segment_t *, bus_dmamap_t *);
/* Its end; accepts NULL for the memory. */
void	virtio_dmamem_free(bus_dma_tag_t, bus_size_t size, bus_dma_segment_t *, bus_dmamap_t,
	    void *);

#endif /* !_VIRTIO_DMA_H_ */
