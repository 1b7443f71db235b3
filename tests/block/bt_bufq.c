/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Buffer queues and device switches.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/module.h>

#include "kerntest.h"

#define	N	8

static struct buf bufs[N];

static void
mkbufs(const int *blkno, const int *rw, const int *prio, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		buf_init(&bufs[i]);
		bufs[i].b_cflags = BC_BUSY;
		bufs[i].b_rawblkno = blkno[i];
		bufs[i].b_flags = rw != NULL && rw[i] ? B_READ : B_WRITE;
		if (prio != NULL)
			BIO_SETPRIO(&bufs[i], prio[i]);
	}
}

/* Puts n buffers on a queue and compares the order they come off in. */
static int
order(const char *strategy, int n, const int *want)
{
	struct bufq_state *q;
	struct buf *bp;
	int i;

	CHECK_EQ(bufq_alloc(&q, strategy, BUFQ_SORT_RAWBLOCK | BUFQ_EXACT), 0);
	CHECK_EQ(strcmp(bufq_getstrategyname(q), strategy), 0);
	for (i = 0; i < n; i++)
		bufq_put(q, &bufs[i]);
	for (i = 0; i < n; i++) {
		bp = bufq_peek(q);
		CHECK(bp != NULL);
		CHECK_EQ(bp->b_rawblkno, want[i]);
		CHECK(bufq_get(q) == bp);
	}
	CHECK(bufq_get(q) == NULL);
	bufq_free(q);
	return 0;
}

KERNTEST(bufq_fcfs_order)
{
	static const int blk[] = { 5, 1, 9, 3 };

	mkbufs(blk, NULL, NULL, 4);
	return order("fcfs", 4, blk);
}

/* One sweep up from the first, then the lower ones, again upwards. */
KERNTEST(bufq_disksort_order)
{
	static const int blk[] = { 50, 10, 90, 30, 70, 20 };
	static const int want[] = { 50, 70, 90, 10, 20, 30 };

	mkbufs(blk, NULL, NULL, 6);
	return order("disksort", 6, want);
}

/* Reads by arrival, then writes by block. */
KERNTEST(bufq_readprio_order)
{
	static const int blk[] = { 50, 10, 90, 30, 70 };
	static const int rw[] = { 0, 1, 0, 1, 1 };
	static const int want[] = { 10, 30, 70, 50, 90 };

	mkbufs(blk, rw, NULL, 5);
	return order("readprio", 5, want);
}

/* The urgent ones first, each rank by block. */
KERNTEST(bufq_priocscan_order)
{
	static const int blk[] = { 50, 10, 90, 30, 70, 20 };
	static const int prio[] = { BPRIO_TIMENONCRITICAL, BPRIO_TIMECRITICAL,
	    BPRIO_TIMELIMITED, BPRIO_TIMECRITICAL, BPRIO_TIMENONCRITICAL,
	    BPRIO_TIMELIMITED };
	static const int want[] = { 10, 30, 20, 90, 50, 70 };

	mkbufs(blk, NULL, prio, 6);
	return order("priocscan", 6, want);
}

KERNTEST(bufq_cancel_move)
{
	static const char *const names[] = { "fcfs", "disksort", "readprio",
	    "priocscan" };
	static const int blk[] = { 5, 1, 9, 3 };
	static const int rw[] = { 0, 1, 0, 1 };
	struct bufq_state *q, *r;
	size_t i;
	int n;

	CHECK_EQ(bufq_alloc(&q, "nosuch", BUFQ_EXACT), ENOENT);
	for (i = 0; i < __arraycount(names); i++) {
		mkbufs(blk, rw, NULL, 4);
		CHECK_EQ(bufq_alloc(&q, names[i], BUFQ_SORT_RAWBLOCK), 0);
		CHECK_EQ(bufq_alloc(&r, BUFQ_STRAT_ANY, BUFQ_SORT_RAWBLOCK),
		    0);
		for (n = 0; n < 4; n++)
			bufq_put(q, &bufs[n]);
		(void)bufq_peek(q);
		for (n = 0; n < 4; n++) {
			if (n == 2)
				continue;
			CHECK(bufq_cancel(q, &bufs[n]) == &bufs[n]);
			CHECK(bufq_cancel(q, &bufs[n]) == NULL);
		}
		bufq_move(r, q);
		CHECK(bufq_peek(q) == NULL);
		CHECK(bufq_get(r) == &bufs[2]);
		CHECK(bufq_get(r) == NULL);
		bufq_free(q);
		bufq_free(r);
	}
	return 0;
}

/* Drivers require their strategy by its module's name; it can't be taken away. */
KERNTEST(bufq_modules)
{
	static const char *const names[] = {
		"bufq_fcfs", "bufq_disksort", "bufq_readprio", "bufq_priocscan"
	};
	unsigned i;

	for (i = 0; i < __arraycount(names); i++) {
		CHECK(module_lookup(names[i]) != NULL);
		CHECK(module_unload(names[i]) != 0);
		CHECK(module_lookup(names[i]) != NULL);
	}
	return 0;
}

static int
nodevopen(dev_t dev, int flag, int fmt, struct lwp *l)
{

	return 77;
}

KERNTEST(devsw_tables)
{
	static const struct bdevsw b = { .d_open = nodevopen, .d_flag = D_DISK };
	static const struct cdevsw c = { .d_open = nodevopen, .d_flag = D_TAPE };
	devmajor_t bm = NODEVMAJOR, cm = NODEVMAJOR, m;
	char name[8];

	CHECK_EQ(devsw_attach("tst", &b, &bm, &c, &cm), 0);
	CHECK(bm >= 0 && cm >= 0);
	m = bm;
	CHECK_EQ(devsw_attach("tst2", &b, &m, NULL, NULL), EEXIST);
	m = NODEVMAJOR;
	CHECK_EQ(devsw_attach("tst", &b, &m, NULL, NULL), EEXIST);
	CHECK(bdevsw_lookup(makedev(bm, 3)) == &b);
	CHECK(cdevsw_lookup(makedev(cm, 3)) == &c);
	CHECK(bdevsw_lookup(NODEV) == NULL);
	CHECK_EQ(bdevsw_lookup_major(&b), bm);
	CHECK_EQ(devsw_name2blk("tst0a", name, sizeof(name)), bm);
	CHECK_EQ(strcmp(name, "tst"), 0);
	CHECK_EQ(devsw_name2blk("tstx", NULL, 0), NODEVMAJOR);
	CHECK_EQ(devsw_chr2blk(makedev(cm, 5)), makedev(bm, 5));
	CHECK_EQ(devsw_blk2chr(makedev(bm, 6)), makedev(cm, 6));
	CHECK_EQ(bdev_type(makedev(bm, 0)), D_DISK);
	CHECK_EQ(cdev_type(makedev(cm, 0)), D_TAPE);
	CHECK_EQ(bdev_open(makedev(bm, 0), 0, 0, curlwp), 77);
	devsw_detach(&b, &c);
	CHECK(bdevsw_lookup(makedev(bm, 3)) == NULL);
	CHECK_EQ(bdev_open(makedev(bm, 0), 0, 0, curlwp), ENXIO);
	CHECK_EQ(cdev_open(makedev(cm, 0), 0, 0, curlwp), ENXIO);
	return 0;
}

KERNTEST(bounds_mediasize)
{
	struct buf *bp = &bufs[0];

	buf_init(bp);
	bp->b_bcount = 1024;
	bp->b_blkno = 8;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, 10), 1);
	CHECK_EQ(bp->b_bcount, 1024);
	bp->b_blkno = 9;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, 10), 1);
	CHECK_EQ(bp->b_bcount, 512);
	bp->b_bcount = 1024;
	bp->b_blkno = 10;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, 10), 0);
	CHECK_EQ(bp->b_error, 0);
	CHECK_EQ(bp->b_resid, 1024);
	bp->b_blkno = 11;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, 10), 0);
	CHECK_EQ(bp->b_error, EINVAL);
	bp->b_error = 0;
	bp->b_blkno = -1;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, 10), 0);
	CHECK_EQ(bp->b_error, EINVAL);
	bp->b_error = 0;
	bp->b_blkno = INT64_MAX;
	CHECK_EQ(bounds_check_with_mediasize(bp, 512, UINT64_MAX), 1);
	buf_destroy(bp);
	return 0;
}
