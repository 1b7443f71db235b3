/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a buffer queue strategy implements.  See bufq(9).
 */

#ifndef _SYS_BUFQ_IMPL_H_
#define	_SYS_BUFQ_IMPL_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/buf.h>
#include <sys/bufq.h>

#ifdef _KERNEL

struct bufq_strat;

struct bufq_state {
	void	(*bq_put)(struct bufq_state *, struct buf *);
	struct buf *(*bq_get)(struct bufq_state *, int);
	struct buf *(*bq_cancel)(struct bufq_state *, struct buf *);
	void	(*bq_fini)(struct bufq_state *);
	void	*bq_private;
	int	bq_flags;		/* BUFQ_* of bufq_alloc() */
	const struct bufq_strat *bq_strat;
};

struct bufq_strat {
	const char *bs_name;
	void	(*bs_initfn)(struct bufq_state *);
	int	bs_prio;		/* rank when any strategy will do */
	u_int	bs_refcnt;
	SLIST_ENTRY(bufq_strat) bs_next;
};

/* Puts a static strategy on the list before boot. */
#define	BUFQ_DEFINE(name, prio, initfn)					\
static struct bufq_strat __CONCAT(bufq_strat_,name) = {			\
	.bs_name = #name,						\
	.bs_initfn = initfn,						\
	.bs_prio = prio,						\
};									\
static void __attribute__((__constructor__))				\
__CONCAT(bufq_strat_ctor_,name)(void)					\
{									\
	(void)bufq_register(&__CONCAT(bufq_strat_,name));		\
}									\
struct bufq_strat

int	bufq_register(struct bufq_strat *);
int	bufq_unregister(struct bufq_strat *);

/* The number that a queue sorts a buffer by. */
static __inline daddr_t
buf_inorder_key(const struct buf *bp, int sortby)
{

	return sortby == BUFQ_SORT_CYLINDER ? bp->b_cylinder : bp->b_rawblkno;
}

/* True if bp goes before bq in ascending order. */
static __inline int
buf_inorder(const struct buf *bp, const struct buf *bq, int sortby)
{

	if (bp == NULL || bq == NULL)
		return bq == NULL;
	if (sortby == BUFQ_SORT_CYLINDER && bp->b_cylinder != bq->b_cylinder)
		return bp->b_cylinder < bq->b_cylinder;
	return bp->b_rawblkno < bq->b_rawblkno;
}

#endif /* _KERNEL */

#endif /* !_SYS_BUFQ_IMPL_H_ */
