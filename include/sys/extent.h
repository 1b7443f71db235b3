/* SPDX-License-Identifier: BSD-2-Clause */

/* Regions allocated from an interval: extent(9). */

#ifndef _SYS_EXTENT_H_
#define	_SYS_EXTENT_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>

struct extent_region {
	LIST_ENTRY(extent_region) er_link;
	u_long	er_start;
	u_long	er_end;		/* inclusive */
	int	er_flags;
};
#define	ER_ALLOC	0x01	/* from kmem, not from fixed storage */

struct extent {
	kmutex_t	ex_lock;
	kcondvar_t	ex_cv;
	const char	*ex_name;
	LIST_HEAD(, extent_region) ex_regions;	/* by address */
	u_long		ex_start;
	u_long		ex_end;
	int		ex_flags;
	bool		ex_flwanted;
};
struct extent_fixed {
	struct extent	fex_extent;
	LIST_HEAD(, extent_region) fex_freelist;
	void		*fex_storage;
	size_t		fex_storagesize;
};

#define	EXF_FIXED	0x01
#define	EXF_NOCOALESCE	0x02
#define	EXF_EARLY	0x04

#define	EX_NOWAIT	0
#define	EX_WAITOK	0x01
#define	EX_FAST		0x02
#define	EX_CATCH	0x04
#define	EX_NOCOALESCE	0x08
#define	EX_MALLOCOK	0x10
#define	EX_WAITSPACE	0x20
#define	EX_BOUNDZERO	0x40
#define	EX_EARLY	0x80

#define	EX_NOALIGN	1
#define	EX_NOBOUNDARY	0

#define	EXTENT_FIXED_STORAGE_SIZE(n)					\
	(ALIGN(sizeof(struct extent_fixed)) +				\
	    ALIGN(sizeof(struct extent_region)) * (n))

struct extent *extent_create(const char *, u_long, u_long, void *, size_t,
	    int);
void	extent_destroy(struct extent *);
int	extent_alloc_subregion1(struct extent *, u_long, u_long, u_long,
	    u_long, u_long, u_long, int, u_long *);
int	extent_alloc_region(struct extent *, u_long, u_long, int);
int	extent_free(struct extent *, u_long, u_long, int);
void	extent_print(struct extent *);

#define	extent_alloc_subregion(ex, sstart, send, size, align, bound, fl, res) \
	extent_alloc_subregion1((ex), (sstart), (send), (size), (align), 0, \
	    (bound), (fl), (res))
#define	extent_alloc1(ex, size, align, skew, bound, fl, res)		\
	extent_alloc_subregion1((ex), (ex)->ex_start, (ex)->ex_end,	\
	    (size), (align), (skew), (bound), (fl), (res))
#define	extent_alloc(ex, size, align, bound, fl, res)			\
	extent_alloc_subregion1((ex), (ex)->ex_start, (ex)->ex_end,	\
	    (size), (align), 0, (bound), (fl), (res))

#endif /* !_SYS_EXTENT_H_ */
