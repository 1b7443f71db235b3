/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Buffer queues: the strategies and how one is chosen.  See bufq(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bufq.h>
#include <sys/bufq_impl.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/module.h>

/* Filled by constructors, in link order, before boot. */
static SLIST_HEAD(, bufq_strat) bufq_strat_list =
    SLIST_HEAD_INITIALIZER(bufq_strat_list);

/*
 * Adds a strategy; EEXIST if there is one of that name.
 */
int
bufq_register(struct bufq_strat *bs)
{
	struct bufq_strat *b;

	SLIST_FOREACH(b, &bufq_strat_list, bs_next) {
		if (strcmp(b->bs_name, bs->bs_name) == 0)
			return EEXIST;
	}
	bs->bs_refcnt = 0;
	SLIST_INSERT_HEAD(&bufq_strat_list, bs, bs_next);
	return 0;
}

/*
 * Takes a strategy away; EBUSY while a queue uses it.
 */
int
bufq_unregister(struct bufq_strat *bs)
{

	if (bs->bs_refcnt != 0)
		return EBUSY;
	SLIST_REMOVE(&bufq_strat_list, bs, bufq_strat, bs_next);
	return 0;
}

/* Strategies register themselves. */
void
bufq_init(void)
{

}

/*
 * Makes a queue.  An unknown strategy is an error (ENOENT) for BUFQ_EXACT;
 * otherwise the best one there is serves.
 */
int
bufq_alloc(struct bufq_state **bufqp, const char *strategy, int flags)
{
	struct bufq_strat *bs, *best = NULL;
	struct bufq_state *bufq;

	switch (flags & BUFQ_SORT_MASK) {
	case 0:
	case BUFQ_SORT_RAWBLOCK:
	case BUFQ_SORT_CYLINDER:
		break;
	default:
		return EINVAL;
	}
	SLIST_FOREACH(bs, &bufq_strat_list, bs_next) {
		if (strcmp(bs->bs_name, strategy) == 0) {
			best = bs;
			break;
		}
		/* Equal ranks: the name decides, not the link order. */
		if ((flags & BUFQ_EXACT) == 0 && (best == NULL ||
		    bs->bs_prio > best->bs_prio ||
		    (bs->bs_prio == best->bs_prio &&
		    strcmp(bs->bs_name, best->bs_name) < 0)))
			best = bs;
	}
	if (best == NULL)
		return ENOENT;
	bufq = kmem_zalloc(sizeof(*bufq), KM_SLEEP);
	bufq->bq_flags = flags;
	bufq->bq_strat = best;
	best->bs_refcnt++;
	(*best->bs_initfn)(bufq);
	*bufqp = bufq;
	return 0;
}

/* Adds a buffer.  As all of these, under the driver's lock. */
void
bufq_put(struct bufq_state *bufq, struct buf *bp)
{

	(*bufq->bq_put)(bufq, bp);
}

/* Takes the next buffer off, or NULL. */
struct buf *
bufq_get(struct bufq_state *bufq)
{

	return (*bufq->bq_get)(bufq, 1);
}

/* The buffer that bufq_get() would return. */
struct buf *
bufq_peek(struct bufq_state *bufq)
{

	return (*bufq->bq_get)(bufq, 0);
}

/* Takes this buffer off; NULL if it is not on the queue. */
struct buf *
bufq_cancel(struct bufq_state *bufq, struct buf *bp)
{

	return (*bufq->bq_cancel)(bufq, bp);
}

/* Completes everything on the queue with EIO. */
void
bufq_drain(struct bufq_state *bufq)
{
	struct buf *bp;

	while ((bp = bufq_get(bufq)) != NULL) {
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
	}
}

/* Ends an empty queue. */
void
bufq_free(struct bufq_state *bufq)
{
	struct bufq_strat *bs = __UNCONST(bufq->bq_strat);

	KASSERT(bufq_peek(bufq) == NULL);
	(*bufq->bq_fini)(bufq);
	bs->bs_refcnt--;
	kmem_free(bufq, sizeof(*bufq));
}

const char *
bufq_getstrategyname(struct bufq_state *bufq)
{

	return bufq->bq_strat->bs_name;
}

/* Moves all buffers from src to dst. */
void
bufq_move(struct bufq_state *dst, struct bufq_state *src)
{
	struct buf *bp;

	while ((bp = bufq_get(src)) != NULL)
		bufq_put(dst, bp);
}

/*
 * A list of buffers in order of arrival or of their block numbers, the part
 * all strategies are made of.  b_actq links it.
 */
struct bqlist {
	TAILQ_HEAD(, buf) bl_head;
};

static struct buf *
bqlist_remove(struct bqlist *bl, struct buf *bp)
{
	struct buf *q;

	TAILQ_FOREACH(q, &bl->bl_head, b_actq) {
		if (q == bp) {
			TAILQ_REMOVE(&bl->bl_head, bp, b_actq);
			return bp;
		}
	}
	return NULL;
}

/*
 * fcfs: first come, first served.
 */

static void
bufq_fcfs_put(struct bufq_state *bufq, struct buf *bp)
{
	struct bqlist *bl = bufq->bq_private;

	TAILQ_INSERT_TAIL(&bl->bl_head, bp, b_actq);
}

static struct buf *
bufq_fcfs_get(struct bufq_state *bufq, int remove)
{
	struct bqlist *bl = bufq->bq_private;
	struct buf *bp = TAILQ_FIRST(&bl->bl_head);

	if (bp != NULL && remove)
		TAILQ_REMOVE(&bl->bl_head, bp, b_actq);
	return bp;
}

static struct buf *
bufq_fcfs_cancel(struct bufq_state *bufq, struct buf *bp)
{

	return bqlist_remove(bufq->bq_private, bp);
}

static void
bufq_list_fini(struct bufq_state *bufq)
{

	kmem_free(bufq->bq_private, sizeof(struct bqlist));
}

static void
bufq_fcfs_init(struct bufq_state *bufq)
{
	struct bqlist *bl;

	bl = kmem_alloc(sizeof(*bl), KM_SLEEP);
	TAILQ_INIT(&bl->bl_head);
	bufq->bq_private = bl;
	bufq->bq_put = bufq_fcfs_put;
	bufq->bq_get = bufq_fcfs_get;
	bufq->bq_cancel = bufq_fcfs_cancel;
	bufq->bq_fini = bufq_list_fini;
}

BUFQ_DEFINE(fcfs, 10, bufq_fcfs_init);

/*
 * disksort: a one way elevator.  From the first buffer on block numbers rise;
 * those lower than it come after the first fall, rising again.
 */

static void
bufq_disksort_put(struct bufq_state *bufq, struct buf *bp)
{
	struct bqlist *bl = bufq->bq_private;
	const int sortby = bufq->bq_flags & BUFQ_SORT_MASK;
	struct buf *q, *nq, *first;

	first = TAILQ_FIRST(&bl->bl_head);
	if (first == NULL) {
		TAILQ_INSERT_HEAD(&bl->bl_head, bp, b_actq);
		return;
	}
	q = first;
	if (buf_inorder(bp, first, sortby)) {
		/* Behind the place where the order falls, if it does. */
		while ((nq = TAILQ_NEXT(q, b_actq)) != NULL &&
		    !buf_inorder(nq, q, sortby))
			q = nq;
		if (nq == NULL || buf_inorder(bp, nq, sortby))
			goto insert;
		q = nq;
	}
	/* Within a rising run. */
	while ((nq = TAILQ_NEXT(q, b_actq)) != NULL &&
	    !buf_inorder(nq, q, sortby) && !buf_inorder(bp, nq, sortby))
		q = nq;
insert:
	TAILQ_INSERT_AFTER(&bl->bl_head, q, bp, b_actq);
}

static void
bufq_disksort_init(struct bufq_state *bufq)
{

	bufq_fcfs_init(bufq);
	bufq->bq_put = bufq_disksort_put;
}

BUFQ_DEFINE(disksort, 20, bufq_disksort_init);

/*
 * readprio: reads in order of arrival before writes sorted by block, but a
 * write after PRIO_READ_BURST reads, and then more of them in a row.
 */

#define	PRIO_READ_BURST		48
#define	PRIO_WRITE_REQ		16

struct bufq_prio {
	TAILQ_HEAD(, buf) bq_read;	/* by arrival */
	TAILQ_HEAD(, buf) bq_write;	/* by block */
	daddr_t	bq_pos;			/* where the last write was */
	struct buf *bq_next;		/* what get will return */
	int	bq_read_burst;		/* reads left before a write */
};

static void
bufq_readprio_put(struct bufq_state *bufq, struct buf *bp)
{
	struct bufq_prio *prio = bufq->bq_private;
	const int sortby = bufq->bq_flags & BUFQ_SORT_MASK;
	struct buf *q;

	if (bp->b_flags & B_READ) {
		TAILQ_INSERT_TAIL(&prio->bq_read, bp, b_actq);
		/* A read jumps over a chosen write that may still wait. */
		if (prio->bq_next != NULL && !BUF_ISREAD(prio->bq_next) &&
		    prio->bq_read_burst > 0)
			prio->bq_next = NULL;
		return;
	}
	TAILQ_FOREACH(q, &prio->bq_write, b_actq) {
		if (buf_inorder(bp, q, sortby))
			break;
	}
	if (q != NULL)
		TAILQ_INSERT_BEFORE(q, bp, b_actq);
	else
		TAILQ_INSERT_TAIL(&prio->bq_write, bp, b_actq);
}

static struct buf *
bufq_readprio_get(struct bufq_state *bufq, int remove)
{
	struct bufq_prio *prio = bufq->bq_private;
	const int sortby = bufq->bq_flags & BUFQ_SORT_MASK;
	struct buf *bp = prio->bq_next;

	if (bp == NULL) {
		bp = TAILQ_FIRST(&prio->bq_read);
		if (bp == NULL || (prio->bq_read_burst <= 0 &&
		    !TAILQ_EMPTY(&prio->bq_write))) {
			TAILQ_FOREACH(bp, &prio->bq_write, b_actq) {
				if (buf_inorder_key(bp, sortby) >=
				    prio->bq_pos)
					break;
			}
			if (bp == NULL)
				bp = TAILQ_FIRST(&prio->bq_write);
		}
		prio->bq_next = bp;
	}
	if (bp == NULL || !remove)
		return bp;
	if (BUF_ISREAD(bp)) {
		TAILQ_REMOVE(&prio->bq_read, bp, b_actq);
		prio->bq_read_burst--;
	} else {
		TAILQ_REMOVE(&prio->bq_write, bp, b_actq);
		prio->bq_pos = buf_inorder_key(bp, sortby);
		/* Writes in a row after a burst of reads. */
		if (prio->bq_read_burst > -PRIO_WRITE_REQ &&
		    prio->bq_read_burst <= 0)
			prio->bq_read_burst--;
		if (prio->bq_read_burst <= -PRIO_WRITE_REQ)
			prio->bq_read_burst = PRIO_READ_BURST;
	}
	prio->bq_next = NULL;
	return bp;
}

static struct buf *
bufq_readprio_cancel(struct bufq_state *bufq, struct buf *bp)
{
	struct bufq_prio *prio = bufq->bq_private;
	struct buf *q;

	TAILQ_FOREACH(q, &prio->bq_read, b_actq) {
		if (q == bp) {
			TAILQ_REMOVE(&prio->bq_read, bp, b_actq);
			goto found;
		}
	}
	TAILQ_FOREACH(q, &prio->bq_write, b_actq) {
		if (q == bp) {
			TAILQ_REMOVE(&prio->bq_write, bp, b_actq);
			goto found;
		}
	}
	return NULL;
found:
	if (prio->bq_next == bp)
		prio->bq_next = NULL;
	return bp;
}

static void
bufq_readprio_fini(struct bufq_state *bufq)
{

	kmem_free(bufq->bq_private, sizeof(struct bufq_prio));
}

static void
bufq_readprio_init(struct bufq_state *bufq)
{
	struct bufq_prio *prio;

	prio = kmem_zalloc(sizeof(*prio), KM_SLEEP);
	TAILQ_INIT(&prio->bq_read);
	TAILQ_INIT(&prio->bq_write);
	prio->bq_read_burst = PRIO_READ_BURST;
	bufq->bq_private = prio;
	bufq->bq_put = bufq_readprio_put;
	bufq->bq_get = bufq_readprio_get;
	bufq->bq_cancel = bufq_readprio_cancel;
	bufq->bq_fini = bufq_readprio_fini;
}

BUFQ_DEFINE(readprio, 30, bufq_readprio_init);

/*
 * priocscan: one sorted ring for each priority, a cyclical scan of each; a
 * ring gets a burst, and lower ones are not starved.
 */

struct cscan_queue {
	TAILQ_HEAD(bufq_cscan_head, buf) cq_head; /* by block */
	daddr_t	cq_last;		/* block of the last one given */
	int	cq_burst;		/* left before the others' turn */
};

struct bufq_priocscan {
	struct cscan_queue bq_queue[BPRIO_NPRIO];
	unsigned bq_count;
};

/* Buffers in a row, by priority. */
static const int priocscan_burst[BPRIO_NPRIO] = { 64, 16, 4 };

static struct cscan_queue *
priocscan_select(struct bufq_priocscan *q, const struct buf *bp)
{
	int prio = BIO_GETPRIO(bp);

	if (prio < 0 || prio >= BPRIO_NPRIO)
		prio = BPRIO_DEFAULT;
	/* The most urgent first in the array. */
	return &q->bq_queue[BPRIO_NPRIO - 1 - prio];
}

static void
bufq_priocscan_put(struct bufq_state *bufq, struct buf *bp)
{
	struct bufq_priocscan *q = bufq->bq_private;
	struct cscan_queue *cq = priocscan_select(q, bp);
	const int sortby = bufq->bq_flags & BUFQ_SORT_MASK;
	struct buf *it;

	/* Most arrive in rising order: look from the end. */
	TAILQ_FOREACH_REVERSE(it, &cq->cq_head, bufq_cscan_head, b_actq) {
		if (!buf_inorder(bp, it, sortby))
			break;
	}
	if (it != NULL)
		TAILQ_INSERT_AFTER(&cq->cq_head, it, bp, b_actq);
	else
		TAILQ_INSERT_HEAD(&cq->cq_head, bp, b_actq);
	q->bq_count++;
}

static struct buf *
bufq_priocscan_get(struct bufq_state *bufq, int remove)
{
	struct bufq_priocscan *q = bufq->bq_private;
	const int sortby = bufq->bq_flags & BUFQ_SORT_MASK;
	struct cscan_queue *cq = NULL;
	struct buf *bp;
	int i, first = -1;

	if (q->bq_count == 0)
		return NULL;
	for (i = 0; i < BPRIO_NPRIO; i++) {
		if (TAILQ_EMPTY(&q->bq_queue[i].cq_head))
			continue;
		if (first < 0)
			first = i;
		if (q->bq_queue[i].cq_burst > 0) {
			cq = &q->bq_queue[i];
			break;
		}
	}
	if (cq == NULL) {
		/* All had their turn. */
		if (remove) {
			for (i = 0; i < BPRIO_NPRIO; i++)
				q->bq_queue[i].cq_burst = priocscan_burst[i];
		}
		cq = &q->bq_queue[first];
	}
	TAILQ_FOREACH(bp, &cq->cq_head, b_actq) {
		if (buf_inorder_key(bp, sortby) >= cq->cq_last)
			break;
	}
	if (bp == NULL)
		bp = TAILQ_FIRST(&cq->cq_head);
	if (remove) {
		TAILQ_REMOVE(&cq->cq_head, bp, b_actq);
		cq->cq_last = buf_inorder_key(bp, sortby);
		cq->cq_burst--;
		q->bq_count--;
	}
	return bp;
}

static struct buf *
bufq_priocscan_cancel(struct bufq_state *bufq, struct buf *bp)
{
	struct bufq_priocscan *q = bufq->bq_private;
	struct buf *it;
	int i;

	for (i = 0; i < BPRIO_NPRIO; i++) {
		TAILQ_FOREACH(it, &q->bq_queue[i].cq_head, b_actq) {
			if (it != bp)
				continue;
			TAILQ_REMOVE(&q->bq_queue[i].cq_head, bp, b_actq);
			q->bq_count--;
			return bp;
		}
	}
	return NULL;
}

static void
bufq_priocscan_fini(struct bufq_state *bufq)
{

	kmem_free(bufq->bq_private, sizeof(struct bufq_priocscan));
}

static void
bufq_priocscan_init(struct bufq_state *bufq)
{
	struct bufq_priocscan *q;
	int i;

	q = kmem_zalloc(sizeof(*q), KM_SLEEP);
	for (i = 0; i < BPRIO_NPRIO; i++) {
		TAILQ_INIT(&q->bq_queue[i].cq_head);
		q->bq_queue[i].cq_burst = priocscan_burst[i];
	}
	bufq->bq_private = q;
	bufq->bq_put = bufq_priocscan_put;
	bufq->bq_get = bufq_priocscan_get;
	bufq->bq_cancel = bufq_priocscan_cancel;
	bufq->bq_fini = bufq_priocscan_fini;
}

BUFQ_DEFINE(priocscan, 40, bufq_priocscan_init);

/* The strategies by the names that drivers require. */
#define	BUFQ_MODULE(name)						\
MODULE(MODULE_CLASS_BUFQ, bufq_##name, NULL);				\
static int								\
bufq_##name##_modcmd(modcmd_t cmd, void *arg)				\
{									\
									\
	return cmd == MODULE_CMD_INIT ? 0 : ENOTTY;			\
}									\
struct bufq_strat

BUFQ_MODULE(fcfs);
BUFQ_MODULE(disksort);
BUFQ_MODULE(readprio);
BUFQ_MODULE(priocscan);
