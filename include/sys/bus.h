/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bus_space(9) and bus_dma(9), reservations, and tags made from others
 * (bus_space_tag_create(9), bus_dma_tag_create(9)).
 */

#ifndef _SYS_BUS_H_
#define	_SYS_BUS_H_

#include <sys/types.h>

#include <machine/bus_defs.h>

/* The halves of an address, for registers of 32 bits. */
#define	BUS_ADDR_HI32(a)	((uint32_t)((uint64_t)(a) >> 32))
#define	BUS_ADDR_LO32(a)	((uint32_t)((uint64_t)(a) & 0xffffffff))

/* Addresses that bus_space_alloc() will not give out; not mapped. */
struct bus_space_reservation {
	bus_addr_t	_bsr_start;
	bus_size_t	_bsr_size;
};
typedef struct bus_space_reservation bus_space_reservation_t;

static inline bus_size_t
bus_space_reservation_size(bus_space_reservation_t *bsr)
{

	return bsr->_bsr_size;
}

static inline bus_addr_t
bus_space_reservation_addr(bus_space_reservation_t *bsr)
{

	return bsr->_bsr_start;
}

static inline bus_space_reservation_t *
bus_space_reservation_init(bus_space_reservation_t *bsr, bus_addr_t addr, bus_size_t size)
{

	bsr->_bsr_start = addr;
	bsr->_bsr_size = size;
	return bsr;
}

/* What a tag may do in its own way. */
enum bus_space_override_idx {
	BUS_SPACE_OVERRIDE_MAP			= __BIT(0),
	BUS_SPACE_OVERRIDE_UNMAP		= __BIT(1),
	BUS_SPACE_OVERRIDE_ALLOC		= __BIT(2),
	BUS_SPACE_OVERRIDE_FREE			= __BIT(3),
	BUS_SPACE_OVERRIDE_RESERVE		= __BIT(4),
	BUS_SPACE_OVERRIDE_RELEASE		= __BIT(5),
	BUS_SPACE_OVERRIDE_RESERVATION_MAP	= __BIT(6),
	BUS_SPACE_OVERRIDE_RESERVATION_UNMAP	= __BIT(7),
	BUS_SPACE_OVERRIDE_RESERVE_SUBREGION	= __BIT(8),
};

enum bus_dma_override_idx {
	BUS_DMAMAP_OVERRIDE_CREATE	= __BIT(0),
	BUS_DMAMAP_OVERRIDE_DESTROY	= __BIT(1),
	BUS_DMAMAP_OVERRIDE_LOAD	= __BIT(2),
	BUS_DMAMAP_OVERRIDE_LOAD_MBUF	= __BIT(3),
	BUS_DMAMAP_OVERRIDE_LOAD_UIO	= __BIT(4),
	BUS_DMAMAP_OVERRIDE_LOAD_RAW	= __BIT(5),
	BUS_DMAMAP_OVERRIDE_UNLOAD	= __BIT(6),
	BUS_DMAMAP_OVERRIDE_SYNC	= __BIT(7),
	BUS_DMAMEM_OVERRIDE_ALLOC	= __BIT(8),
	BUS_DMAMEM_OVERRIDE_FREE	= __BIT(9),
	BUS_DMAMEM_OVERRIDE_MAP		= __BIT(10),
	BUS_DMAMEM_OVERRIDE_UNMAP	= __BIT(11),
	BUS_DMAMEM_OVERRIDE_MMAP	= __BIT(12),
	BUS_DMATAG_OVERRIDE_SUBREGION	= __BIT(13),
	BUS_DMATAG_OVERRIDE_DESTROY	= __BIT(14),
};

struct bus_space_overrides {
	int	(*ov_space_map)(void *, bus_space_tag_t, bus_addr_t, bus_size_t, int,
		    bus_space_handle_t *);
	void	(*ov_space_unmap)(void *, bus_space_tag_t, bus_space_handle_t, bus_size_t);
	int	(*ov_space_alloc)(void *, bus_space_tag_t, bus_addr_t, bus_addr_t, bus_size_t,
		    bus_size_t, bus_size_t, int, bus_addr_t *, bus_space_handle_t *);
	void	(*ov_space_free)(void *, bus_space_tag_t, bus_space_handle_t, bus_size_t);
	int	(*ov_space_reserve)(void *, bus_space_tag_t, bus_addr_t, bus_size_t, int,
		    bus_space_reservation_t *);
	void	(*ov_space_release)(void *, bus_space_tag_t, bus_space_reservation_t *);
	int	(*ov_space_reservation_map)(void *, bus_space_tag_t, bus_space_reservation_t *,
		    int, bus_space_handle_t *);
	void	(*ov_space_reservation_unmap)(void *, bus_space_tag_t, bus_space_handle_t,
		    bus_size_t);
	int	(*ov_space_reserve_subregion)(void *, bus_space_tag_t, bus_addr_t, bus_addr_t,
		    bus_size_t, bus_size_t, bus_size_t, int, bus_space_reservation_t *);
};

struct mbuf;
struct proc;
struct uio;

struct bus_dma_overrides {
	int	(*ov_dmamap_create)(void *, bus_dma_tag_t, bus_size_t, int, bus_size_t,
		    bus_size_t, int, bus_dmamap_t *);
	void	(*ov_dmamap_destroy)(void *, bus_dma_tag_t, bus_dmamap_t);
	int	(*ov_dmamap_load)(void *, bus_dma_tag_t, bus_dmamap_t, void *, bus_size_t,
		    struct proc *, int);
	int	(*ov_dmamap_load_mbuf)(void *, bus_dma_tag_t, bus_dmamap_t, struct mbuf *, int);
	int	(*ov_dmamap_load_uio)(void *, bus_dma_tag_t, bus_dmamap_t, struct uio *, int);
	int	(*ov_dmamap_load_raw)(void *, bus_dma_tag_t, bus_dmamap_t, bus_dma_segment_t *,
		    int, bus_size_t, int);
	void	(*ov_dmamap_unload)(void *, bus_dma_tag_t, bus_dmamap_t);
	void	(*ov_dmamap_sync)(void *, bus_dma_tag_t, bus_dmamap_t, bus_addr_t, bus_size_t,
		    int);
	int	(*ov_dmamem_alloc)(void *, bus_dma_tag_t, bus_size_t, bus_size_t, bus_size_t,
		    bus_dma_segment_t *, int, int *, int);
	void	(*ov_dmamem_free)(void *, bus_dma_tag_t, bus_dma_segment_t *, int);
	int	(*ov_dmamem_map)(void *, bus_dma_tag_t, bus_dma_segment_t *, int, size_t,
		    void **, int);
	void	(*ov_dmamem_unmap)(void *, bus_dma_tag_t, void *, size_t);
	paddr_t	(*ov_dmamem_mmap)(void *, bus_dma_tag_t, bus_dma_segment_t *, int, off_t, int,
		    int);
	int	(*ov_dmatag_subregion)(void *, bus_dma_tag_t, bus_addr_t, bus_addr_t,
		    bus_dma_tag_t *, int);
	void	(*ov_dmatag_destroy)(void *, bus_dma_tag_t);
};

int	bus_space_tag_create(bus_space_tag_t, uint64_t, uint64_t,
	    const struct bus_space_overrides *, void *, bus_space_tag_t *);
void	bus_space_tag_destroy(bus_space_tag_t);

int	bus_dma_tag_create(bus_dma_tag_t, uint64_t, const struct bus_dma_overrides *, void *,
	    bus_dma_tag_t *);
void	bus_dma_tag_destroy(bus_dma_tag_t);

int	bus_space_reserve(bus_space_tag_t, bus_addr_t, bus_size_t, int,
	    bus_space_reservation_t *);
int	bus_space_reserve_subregion(bus_space_tag_t, bus_addr_t, bus_addr_t, bus_size_t,
	    bus_size_t, bus_size_t, int, bus_space_reservation_t *);
void	bus_space_release(bus_space_tag_t, bus_space_reservation_t *);
int	bus_space_reservation_map(bus_space_tag_t, bus_space_reservation_t *, int,
	    bus_space_handle_t *);
void	bus_space_reservation_unmap(bus_space_tag_t, bus_space_handle_t, bus_size_t);

#include <sys/bus_proto.h>

#include <machine/bus_funcs.h>

#endif /* !_SYS_BUS_H_ */
