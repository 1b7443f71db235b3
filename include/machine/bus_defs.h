/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Types of bus_space(9) and bus_dma(9) on amd64.
 *
 * A bus space handle is a bus address, that is, what a base address register
 * holds.
 */

#ifndef _MACHINE_BUS_DEFS_H_
#define	_MACHINE_BUS_DEFS_H_

#include <sys/types.h>

/* What a tag stands for. */
#define	X86_BUS_SPACE_IO	0
#define	X86_BUS_SPACE_MEM	1

#define	BUS_SPACE_ALIGNED_POINTER(p, t)	ALIGNED_POINTER(p, t)

typedef paddr_t	bus_addr_t;
typedef size_t	bus_size_t;

#define	PRIxBUSADDR	PRIxPADDR
#define	PRIxBUSSIZE	"zx"
#define	PRIuBUSSIZE	"zu"

struct bus_space_overrides;
struct bus_space_tag {
	int	bst_type;		/* X86_BUS_SPACE_* */
	struct bus_space_tag *bst_super;
	uint64_t bst_present;		/* overrides of this tag */
	uint64_t bst_exists;		/* and of those that it is made from */
	const struct bus_space_overrides *bst_ov;
	void	*bst_ctx;
};
typedef struct bus_space_tag *bus_space_tag_t;

typedef vaddr_t	bus_space_handle_t;

#define	PRIxBSH		PRIxVADDR

typedef struct x86_bus_dma_tag *bus_dma_tag_t;
typedef struct x86_bus_dmamap *bus_dmamap_t;

#define	BUS_DMA_TAG_VALID(t)	((t) != NULL)

/* A range that a device can be told, as it is. */
typedef struct x86_bus_dma_segment {
	bus_addr_t	ds_addr;
	bus_size_t	ds_len;
} bus_dma_segment_t;

/*
 * A map.  The names with an underscore are the implementation's.
 */
struct x86_bus_dmamap {
	bus_size_t	_dm_size;	/* largest transfer */
	int		_dm_segcnt;	/* most segments */
	int		_dm_flags;	/* of bus_dmamap_create() */
	bus_size_t	_dm_maxmaxsegsz; /* dm_maxsegsz at creation */
	bus_size_t	_dm_boundary;	/* not to be crossed; 0: none */
	int		_dm_access;	/* what the device may do, while loaded */
	bool		_dm_copied;	/* there is something to sync */
	bool		_dm_outside;	/* the device is not in this process */
	struct x86_bus_dmaseg *_dm_priv; /* of each segment */

	bus_size_t	dm_maxsegsz;	/* largest segment; may be lowered */
	bus_size_t	dm_mapsize;	/* bytes loaded */
	int		dm_nsegs;	/* segments in use */
	bus_dma_segment_t dm_segs[1];	/* more of them follow */
};

#endif /* !_MACHINE_BUS_DEFS_H_ */
