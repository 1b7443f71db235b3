/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The buffer cache: blocks of vnodes, by logical block number.  See
 * bufferio(9), buffercache(9).
 *
 * A buffer is owned by whoever set BC_BUSY.  One that is not busy lies on a
 * queue: LRU, or AGE when it is not expected to be used again.  It hangs off
 * its vnode's clean or dirty list and a hash chain.  Its data is a memory
 * object of its own, of exactly the block's size in sanitized builds, so that
 * a file system which reads past the end of a block is caught at that byte.
 *
 * Locks: bufcache_lock, then a vnode's v_interlock (b_objlock).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/cpu.h>
#include <sys/errno.h>
#include <sys/fstrans.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include <rump/rumpuser_fuzz.h>

#include "rump_vfsblk.h"

#define	BUFHASH_SIZE	1024
#define	BUF_MINSIZE	512
#define	BUFMEM_DEFAULT	(16UL * 1024 * 1024)

enum {
	BQ_LOCKED,	/* B_LOCKED: not to be reused */
	BQ_LRU,
	BQ_AGE,
	BQUEUES
};

TAILQ_HEAD(bqhead, buf);
static struct bqueue {
	struct bqhead	bq_queue;
	u_long		bq_bytes;
} bufqueues[BQUEUES];

static LIST_HEAD(bufhashhdr, buf) bufhashtbl[BUFHASH_SIZE];

kmutex_t bufcache_lock;
kmutex_t buffer_lock;

u_int nbuf;
u_int bufpages;

static pool_cache_t buf_cache;		/* headers of the cache */
static pool_cache_t bufio_cache;	/* headers of getiobuf() */

static u_long bufmem;			/* data bytes; bufcache_lock */
static u_long bufmem_hiwater = BUFMEM_DEFAULT;
u_long bufmem_valimit = BUFMEM_DEFAULT;
static unsigned buf_nbusy;		/* bufcache_lock */
static unsigned buf_ndirty;		/* bufcache_lock */
static unsigned iobuf_count;		/* atomic */

static inline struct bufhashhdr *
bufhash(struct vnode *vp, daddr_t lbn)
{
	uintptr_t h = (uintptr_t)vp >> 7;

	return &bufhashtbl[(h + (uintptr_t)lbn * 0x9e3779b1U) %
	    BUFHASH_SIZE];
}

static int64_t
buf_audit_busy(void *arg)
{

	return buf_nbusy;
}

static int64_t
buf_audit_dirty(void *arg)
{

	return buf_ndirty;
}

static int64_t
buf_audit_io(void *arg)
{

	return iobuf_count;
}

RUMP_AUDIT(buf_audit1, "busy buffers", buf_audit_busy, NULL)
RUMP_AUDIT(buf_audit2, "dirty buffers", buf_audit_dirty, NULL)
RUMP_AUDIT(buf_audit3, "I/O buffers", buf_audit_io, NULL)

/* Buffers that were completed by an interrupt. */
static TAILQ_HEAD(, buf) biodone_queue = TAILQ_HEAD_INITIALIZER(biodone_queue);
static kmutex_t biodone_lock;		/* biodone_queue */
static void *biodone_sih;

static void	biodone2(struct buf *);
static void	biodone_softint(void *);

/*
 * Sets the cache up.  Once, before any other call.
 */
void
bufinit(void)
{
	int i;

	biodone_vfs = biodone;
	mutex_init(&bufcache_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&buffer_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&biodone_lock, MUTEX_DEFAULT, IPL_VM);
	biodone_sih = softint_establish(SOFTINT_BIO | SOFTINT_MPSAFE, biodone_softint, NULL);
	for (i = 0; i < BQUEUES; i++)
		TAILQ_INIT(&bufqueues[i].bq_queue);
	buf_cache = pool_cache_init(sizeof(struct buf), 0, 0, 0, "bufpl",
	    NULL, IPL_SOFTBIO, NULL, NULL, NULL);
	bufio_cache = pool_cache_init(sizeof(struct buf), 0, 0, 0, "biopl",
	    NULL, IPL_BIO, NULL, NULL, NULL);
}

/*
 * The second half, when the memory limit is known.
 */
void
bufinit2(void)
{

	bufmem_hiwater = buf_memcalc();
	bufpages = bufmem_hiwater / PAGE_SIZE;
	vfsblk_drain_init();
}

/*
 * How many bytes the cache may take: 15 % of the memory limit, or 16 MiB
 * without one.
 */
u_long
buf_memcalc(void)
{
	uint64_t n;

	n = rump_mem_limit();
	if (n == UINT64_MAX)
		return BUFMEM_DEFAULT;
	n = n / 100 * 15;
	return MAX(n, 4 * MAXBSIZE);
}

/*
 * Sets the limit of the cache's memory, in bytes; EBUSY when less than that
 * can be released now.
 */
int
buf_setvalimit(vsize_t sz)
{

	if (sz < 4 * MAXBSIZE)
		return EINVAL;
	mutex_enter(&bufcache_lock);
	bufmem_hiwater = sz;
	bufmem_valimit = sz;
	mutex_exit(&bufcache_lock);
	return 0;
}

/* The number of buffers that exist. */
u_int
buf_nbuf(void)
{

	return nbuf;
}

/*
 * Memory of a block.  Without wait, ENOMEM when there is none after the cache
 * gave up what it could, or when a fault is injected.
 */
static int
buf_data_alloc(size_t size, bool wait, void **datap, int *bufsizep)
{
#ifdef RUMP_SANITIZE
	int error;

	if (!rump_mem_charge(size, false)) {
		(void)buf_drain(0);
		if (!rump_mem_charge(size, wait))
			return ENOMEM;
	}
	error = rumpuser_obj_alloc(size, 64, RUMPUSER_OBJ_BUF, "buf", datap);
	if (error) {
		rump_mem_uncharge(size);
		return error;
	}
	*bufsizep = size;
#else
	size_t bufsize = BUF_MINSIZE;

	while (bufsize < size)
		bufsize <<= 1;
	*datap = kmem_alloc(bufsize, wait ? KM_SLEEP : KM_NOSLEEP);
	if (*datap == NULL) {
		(void)buf_drain(0);
		*datap = kmem_alloc(bufsize, KM_NOSLEEP);
		if (*datap == NULL)
			return ENOMEM;
	}
	*bufsizep = bufsize;
#endif
	return 0;
}

static void
buf_data_free(void *data, size_t bufsize)
{

#ifdef RUMP_SANITIZE
	rumpuser_obj_free(data, bufsize, RUMPUSER_OBJ_BUF);
	rump_mem_uncharge(bufsize);
#else
	kmem_free(data, bufsize);
#endif
}

/*
 * Makes a buffer header usable; the caller owns its memory.
 */
void
buf_init(struct buf *bp)
{

	memset(bp, 0, sizeof(*bp));
	bp->b_dev = NODEV;
	bp->b_objlock = &buffer_lock;
	bp->b_freelistindex = -1;
	LIST_NEXT(bp, b_vnbufs) = NOLIST;
	BIO_SETPRIO(bp, BPRIO_DEFAULT);
	cv_init(&bp->b_busy, "biolock");
	cv_init(&bp->b_done, "biowait");
}

/*
 * The reverse of buf_init().  Nobody may wait for the buffer.
 */
void
buf_destroy(struct buf *bp)
{

	cv_destroy(&bp->b_done);
	cv_destroy(&bp->b_busy);
}

/*
 * A busy buffer header for I/O that does not go through the cache, with
 * completion under vp's lock when vp is not NULL.  With waitok sleeps until
 * there is memory, else may return NULL.  putiobuf() frees it.
 */
struct buf *
getiobuf(struct vnode *vp, bool waitok)
{
	struct buf *bp;

	bp = pool_cache_get(bufio_cache, waitok ? PR_WAITOK : PR_NOWAIT);
	if (bp == NULL)
		return NULL;
	buf_init(bp);
	bp->b_cflags = BC_BUSY;
	if ((bp->b_vp = vp) != NULL)
		bp->b_objlock = vp->v_interlock;
	__atomic_fetch_add(&iobuf_count, 1, __ATOMIC_RELAXED);
	return bp;
}

/*
 * Frees a header from getiobuf(); its data is the caller's.
 */
void
putiobuf(struct buf *bp)
{

	buf_destroy(bp);
	__atomic_fetch_sub(&iobuf_count, 1, __ATOMIC_RELAXED);
	pool_cache_put(bufio_cache, bp);
}

/*
 * Queues.  All with bufcache_lock held.
 */

static void
binstailfree(struct buf *bp, int q)
{

	KASSERT(bp->b_freelistindex == -1);
	TAILQ_INSERT_TAIL(&bufqueues[q].bq_queue, bp, b_freelist);
	bufqueues[q].bq_bytes += bp->b_bufsize;
	bp->b_freelistindex = q;
}

/*
 * Takes a buffer off its queue.
 */
void
bremfree(struct buf *bp)
{
	struct bqueue *bq;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_freelistindex >= 0);
	bq = &bufqueues[bp->b_freelistindex];
	TAILQ_REMOVE(&bq->bq_queue, bp, b_freelist);
	bq->bq_bytes -= bp->b_bufsize;
	bp->b_freelistindex = -1;
}

static inline void
buf_setbusy(struct buf *bp)
{

	bp->b_cflags |= BC_BUSY;
	buf_nbusy++;
}

static inline void
buf_clrbusy(struct buf *bp)
{

	bp->b_cflags &= ~BC_BUSY;
	buf_nbusy--;
}

/*
 * The dirty flag.  bufcache_lock and b_objlock are held.
 */
static inline void
buf_setdirty(struct buf *bp)
{

	if ((bp->b_oflags & BO_DELWRI) == 0) {
		bp->b_oflags |= BO_DELWRI;
		buf_ndirty++;
	}
}

static inline void
buf_clrdirty(struct buf *bp)
{

	if ((bp->b_oflags & BO_DELWRI) != 0) {
		bp->b_oflags &= ~BO_DELWRI;
		buf_ndirty--;
	}
}

/*
 * Frees a buffer of the cache that is busy, off queues, chains and lists.
 */
static void
buf_free(struct buf *bp)
{

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_freelistindex == -1 && bp->b_vp == NULL);
	LIST_REMOVE(bp, b_hash);
	if (bp->b_data != NULL) {
		bufmem -= bp->b_bufsize;
		buf_data_free(bp->b_data, bp->b_bufsize);
		bp->b_data = NULL;
	}
	nbuf--;
	buf_nbusy--;
	buf_destroy(bp);
	pool_cache_put(buf_cache, bp);
}

/*
 * Makes a buffer busy, which is no longer in a queue then.  With an
 * interlock, that is released around the sleep.  EPASSTHROUGH after a sleep:
 * the buffer may be gone, look again; an error from the sleep otherwise.
 */
int
bbusy(struct buf *bp, bool intr, int timo, kmutex_t *interlock)
{
	int error;

	KASSERT(mutex_owned(&bufcache_lock));
	if ((bp->b_cflags & BC_BUSY) == 0) {
		buf_setbusy(bp);
		return 0;
	}
	bp->b_cflags |= BC_WANTED;
	if (interlock != NULL)
		mutex_exit(interlock);
	if (intr)
		error = cv_timedwait_sig(&bp->b_busy, &bufcache_lock, timo);
	else
		error = cv_timedwait(&bp->b_busy, &bufcache_lock, timo);
	if (interlock != NULL)
		mutex_enter(interlock);
	return error != 0 ? error : EPASSTHROUGH;
}

/*
 * The vnode's buffer for a logical block, if it is in the cache.
 */
struct buf *
incore(struct vnode *vp, daddr_t blkno)
{
	struct buf *bp;

	KASSERT(mutex_owned(&bufcache_lock));
	LIST_FOREACH(bp, bufhash(vp, blkno), b_hash) {
		if (bp->b_lblkno == blkno && bp->b_vp == vp &&
		    (bp->b_cflags & BC_INVAL) == 0)
			return bp;
	}
	return NULL;
}

/*
 * Forgets the vnode's buffer for a logical block, written or not.  Sleeps
 * while somebody has it.
 */
void
binvalbuf(struct vnode *vp, daddr_t blkno)
{
	struct buf *bp;

	mutex_enter(&bufcache_lock);
	while ((bp = incore(vp, blkno)) != NULL) {
		if (bbusy(bp, false, 0, NULL) == 0) {
			brelsel(bp, BC_INVAL);
			break;
		}
	}
	mutex_exit(&bufcache_lock);
}

/*
 * Gives a buffer to a vnode, as a clean one.  bufcache_lock is held.
 */
void
bgetvp(struct vnode *vp, struct buf *bp)
{

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_vp == NULL && bp->b_objlock == &buffer_lock);

	mutex_enter(vp->v_interlock);
	vholdl(vp);
	bp->b_vp = vp;
	if (vp->v_type == VBLK || vp->v_type == VCHR)
		bp->b_dev = vp->v_rdev;
	else
		bp->b_dev = NODEV;
	LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
	bp->b_objlock = vp->v_interlock;
	mutex_exit(vp->v_interlock);
}

static void
buf_syncerdone(struct vnode *vp)
{

	if ((vp->v_iflag & VI_ONWORKLST) != 0 &&
	    LIST_EMPTY(&vp->v_dirtyblkhd) && vp->v_uobj.uo_ndirty == 0)
		vn_syncer_remove_from_worklist(vp);
}

/*
 * Takes a buffer from its vnode.  bufcache_lock and the vnode's v_interlock
 * are held; the latter is released by this.
 */
void
brelvp(struct buf *bp)
{
	struct vnode *vp = bp->b_vp;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(vp != NULL && bp->b_objlock == vp->v_interlock);
	KASSERT(mutex_owned(vp->v_interlock));

	if (LIST_NEXT(bp, b_vnbufs) != NOLIST) {
		LIST_REMOVE(bp, b_vnbufs);
		LIST_NEXT(bp, b_vnbufs) = NOLIST;
	}
	buf_syncerdone(vp);
	bp->b_objlock = &buffer_lock;
	bp->b_vp = NULL;
	holdrelel(vp);
	mutex_exit(vp->v_interlock);
}

/*
 * Moves a buffer to the vnode's list that fits its dirtiness, and puts the
 * vnode on the syncer's list or takes it off.  bufcache_lock and the vnode's
 * v_interlock are held.
 */
void
reassignbuf(struct buf *bp, struct vnode *vp)
{
	int delay;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_objlock == vp->v_interlock);
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT((bp->b_cflags & BC_BUSY) != 0);

	if (LIST_NEXT(bp, b_vnbufs) != NOLIST) {
		LIST_REMOVE(bp, b_vnbufs);
		LIST_NEXT(bp, b_vnbufs) = NOLIST;
	}
	if ((bp->b_oflags & BO_DELWRI) == 0) {
		LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
		buf_syncerdone(vp);
		return;
	}
	LIST_INSERT_HEAD(&vp->v_dirtyblkhd, bp, b_vnbufs);
	if ((vp->v_iflag & VI_ONWORKLST) != 0)
		return;
	switch (vp->v_type) {
	case VDIR:
		delay = dirdelay;
		break;
	case VBLK:
		delay = spec_node_getmountedfs(vp) != NULL ?
		    metadelay : filedelay;
		break;
	default:
		delay = filedelay;
		break;
	}
	vn_syncer_add_to_worklist(vp, delay);
}

/*
 * Makes room for one more buffer: frees the oldest clean one, or starts to
 * write the oldest dirty one.  False when all are busy or locked.  Releases
 * and takes bufcache_lock.
 */
static bool
buf_reclaim_one(void)
{
	struct vnode *vp;
	struct buf *bp;

	KASSERT(mutex_owned(&bufcache_lock));
	for (;;) {
		bp = TAILQ_FIRST(&bufqueues[BQ_AGE].bq_queue);
		if (bp == NULL)
			bp = TAILQ_FIRST(&bufqueues[BQ_LRU].bq_queue);
		if (bp == NULL)
			return false;
		bremfree(bp);
		if ((bp->b_cflags & BC_BUSY) == 0)
			break;
		/* Being flushed in place; it is queued again after that. */
		KASSERT((bp->b_cflags & BC_VFLUSH) != 0);
	}
	buf_setbusy(bp);
	if ((bp->b_oflags & BO_DELWRI) != 0) {
		/* Back to the AGE queue when it is written. */
		bp->b_cflags |= BC_AGE;
		mutex_exit(&bufcache_lock);
		bawrite(bp);
		mutex_enter(&bufcache_lock);
		return true;
	}
	if ((vp = bp->b_vp) != NULL) {
		mutex_enter(vp->v_interlock);
		brelvp(bp);
	}
	buf_free(bp);
	return true;
}

/*
 * Frees clean buffers that nobody uses until n bytes are free, or all of
 * them for n 0.  Returns the bytes freed.  Does not sleep for I/O, and leaves
 * what is locked alone: whoever needs memory may hold the lock.
 */
int
buf_drain(int n)
{
	struct buf *bp, *next;
	struct vnode *vp;
	int q, freed = 0;
	bool owned;

	owned = mutex_owned(&bufcache_lock);
	if (!owned && !mutex_tryenter(&bufcache_lock))
		return 0;
	for (q = BQ_AGE; q >= BQ_LRU; q--) {
		for (bp = TAILQ_FIRST(&bufqueues[q].bq_queue);
		    bp != NULL && (n == 0 || freed < n); bp = next) {
			next = TAILQ_NEXT(bp, b_freelist);
			if ((bp->b_oflags & BO_DELWRI) != 0 ||
			    (bp->b_cflags & BC_BUSY) != 0)
				continue;
			vp = bp->b_vp;
			if (vp != NULL && !mutex_tryenter(vp->v_interlock))
				continue;
			freed += bp->b_bufsize;
			bremfree(bp);
			buf_setbusy(bp);
			if (vp != NULL)
				brelvp(bp);
			buf_free(bp);
		}
	}
	if (!owned)
		mutex_exit(&bufcache_lock);
	return freed;
}

/*
 * A new busy buffer without data and identity.  bufcache_lock is held, and
 * may be released and taken: what was looked up before has to be again.
 */
struct buf *
getnewbuf(int slpflag, int slptimeo, int from_bufq)
{
	struct buf *bp;
	int i;

	KASSERT(mutex_owned(&bufcache_lock));
	for (i = 0; i < 8 && bufmem >= bufmem_hiwater; i++) {
		if (!buf_reclaim_one())
			break;
	}
	bp = pool_cache_get(buf_cache, PR_NOWAIT);
	if (bp == NULL) {
		mutex_exit(&bufcache_lock);
		bp = pool_cache_get(buf_cache, PR_WAITOK);
		mutex_enter(&bufcache_lock);
	}
	buf_init(bp);
	buf_setbusy(bp);
	nbuf++;
	/* Not found by incore() before it has a vnode. */
	LIST_INSERT_HEAD(&bufhashtbl[0], bp, b_hash);
	return bp;
}

static int
allocbuf_impl(struct buf *bp, int size, int preserve, bool wait)
{
	void *data;
	int bufsize, error;

	if (size <= 0 || size > MAXBSIZE) {
		printf("buffer cache: block of %d bytes, limit %d\n", size,
		    MAXBSIZE);
		return EINVAL;
	}
#ifdef RUMP_SANITIZE
	if (bp->b_bufsize == size) {
#else
	if (bp->b_bufsize >= size &&
	    (bp->b_bufsize == BUF_MINSIZE || bp->b_bufsize / 2 < size)) {
#endif
		bp->b_bcount = size;
		return 0;
	}
	error = buf_data_alloc(size, wait, &data, &bufsize);
	if (error)
		return error;
	if (bp->b_data != NULL) {
		if (preserve)
			memcpy(data, bp->b_data, MIN(bp->b_bcount, size));
		buf_data_free(bp->b_data, bp->b_bufsize);
	}
	mutex_enter(&bufcache_lock);
	bufmem += bufsize;
	bufmem -= bp->b_bufsize;
	mutex_exit(&bufcache_lock);
	bp->b_data = data;
	bp->b_bufsize = bufsize;
	bp->b_bcount = size;
	return 0;
}

/*
 * Sets the size of a busy buffer's data, keeping what was there for preserve.
 * Sleeps for memory.  EINVAL for a size no block can have.
 */
int
allocbuf(struct buf *bp, int size, int preserve)
{

	return allocbuf_impl(bp, size, preserve, true);
}

/*
 * Zeroes the data.
 */
void
clrbuf(struct buf *bp)
{

	memset(bp->b_data, 0, bp->b_bcount);
	bp->b_resid = 0;
}

/*
 * Finds or makes the vnode's buffer for a block, busy.  With wait it fails
 * for lack of memory only when there is none to wait for.
 */
static int
getblk_impl(struct vnode *vp, daddr_t blkno, int size, int slpflag,
    int slptimeo, bool wait, struct buf **bpp)
{
	struct buf *bp;
	int error, preserve;

	rumpuser_step(1);
	if (__predict_false(size <= 0 || size > MAXBSIZE)) {
		printf("buffer cache: block of %d bytes, limit %d\n", size,
		    MAXBSIZE);
		return EINVAL;
	}
	mutex_enter(&bufcache_lock);
again:
	bp = incore(vp, blkno);
	if (bp != NULL) {
		error = bbusy(bp, (slpflag & PCATCH) != 0, slptimeo, NULL);
		if (error == EPASSTHROUGH)
			goto again;
		if (error) {
			mutex_exit(&bufcache_lock);
			return error;
		}
		bremfree(bp);
		if (__predict_true(bp->b_bcount == size)) {
			mutex_exit(&bufcache_lock);
			BIO_SETPRIO(bp, BPRIO_DEFAULT);
			*bpp = bp;
			return 0;
		}
		/*
		 * Another size.  A file system may do that to its own blocks
		 * with allocbuf(); here somebody sees the device in other
		 * pieces.  What is dirty goes out first, and what the buffer
		 * lacks has to be read.
		 */
		preserve = 1;
		mutex_exit(&bufcache_lock);
		if ((bp->b_oflags & BO_DELWRI) != 0 &&
		    (bp->b_flags & B_LOCKED) == 0) {
			bawrite(bp);
			mutex_enter(&bufcache_lock);
			goto again;
		}
		if (bp->b_bcount < size && (bp->b_flags & B_LOCKED) == 0)
			bp->b_oflags &= ~BO_DONE;
	} else {
		bp = getnewbuf(slpflag, slptimeo, 0);
		if (__predict_false(incore(vp, blkno) != NULL)) {
			brelsel(bp, BC_INVAL);
			goto again;
		}
		LIST_REMOVE(bp, b_hash);
		LIST_INSERT_HEAD(bufhash(vp, blkno), bp, b_hash);
		bp->b_blkno = bp->b_lblkno = bp->b_rawblkno = blkno;
		bgetvp(vp, bp);
		mutex_exit(&bufcache_lock);
		preserve = 0;
	}
	error = wait ? 0 : rumpuser_fault(RUMPUSER_FAULT_ALLOC);
	if (error == 0)
		error = allocbuf_impl(bp, size, preserve, wait);
	if (error) {
		brelse(bp, preserve ? 0 : BC_INVAL);
		return error;
	}
	BIO_SETPRIO(bp, BPRIO_DEFAULT);
	*bpp = bp;
	return 0;
}

/*
 * The vnode's buffer for a block, busy; whether its data is valid says
 * BO_DONE.  Sleeps for memory.  NULL when the sleep for the buffer was
 * interrupted or timed out (slpflag PCATCH, slptimeo in ticks), or when no
 * block has that size.
 */
struct buf *
getblk(struct vnode *vp, daddr_t blkno, int size, int slpflag, int slptimeo)
{
	struct buf *bp;

	if (getblk_impl(vp, blkno, size, slpflag, slptimeo, true, &bp) != 0)
		return NULL;
	return bp;
}

/*
 * A busy buffer of a size that belongs to no vnode, for brelse().
 */
struct buf *
geteblk(int size)
{
	struct buf *bp;

	mutex_enter(&bufcache_lock);
	bp = getnewbuf(0, 0, 0);
	bp->b_cflags |= BC_INVAL;
	mutex_exit(&bufcache_lock);
	if (allocbuf(bp, size, 0) != 0) {
		brelse(bp, 0);
		return NULL;
	}
	return bp;
}

/*
 * Starts to read a block unless it is there.
 */
static int
bio_doread(struct vnode *vp, daddr_t blkno, int size, int async,
    struct buf **bpp)
{
	struct buf *bp;
	int error;

	error = getblk_impl(vp, blkno, size, 0, 0, false, &bp);
	if (error)
		return error;
	*bpp = bp;
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) != 0) {
		if (async)
			brelse(bp, 0);
		return 0;
	}
	bp->b_flags = (bp->b_flags & B_LOCKED) | B_READ | async;
	bp->b_error = 0;
	bp->b_resid = 0;
	BIO_SETPRIO(bp, async ? BPRIO_TIMELIMITED : BPRIO_TIMECRITICAL);
	(void)VOP_STRATEGY(vp, bp);	/* biowait() tells of its error */
	curlwp->l_ru.ru_inblock++;
	return 0;
}

/*
 * A block that the device has only a part of: the rest is zero, not what was
 * in memory before, and b_resid says how much that is.
 */
static void
bio_shortread(struct buf *bp, int size)
{
	int valid;

	if (bp->b_bcount == size && (bp->b_flags & B_READ) == 0)
		return;		/* somebody has filled it since */
	valid = bp->b_bcount - bp->b_resid;
	if (valid < 0 || valid > size)
		valid = 0;
	memset((char *)bp->b_data + valid, 0, size - valid);
	bp->b_bcount = size;
	bp->b_resid = size - valid;
	bp->b_flags &= ~B_READ;
}

/*
 * Reads a block of a vnode; on success the buffer is the caller's, for
 * brelse() or one of the writes.  flags: B_MODIFY when it will be changed.
 * On error *bpp is NULL.  Sleeps.
 */
int
bread(struct vnode *vp, daddr_t blkno, int size, int flags,
    struct buf **bpp)
{

	return breadn(vp, blkno, size, NULL, NULL, 0, flags, bpp);
}

/*
 * bread() which also starts to read nrablks other blocks.
 */
int
breadn(struct vnode *vp, daddr_t blkno, int size, daddr_t *rablks,
    int *rasizes, int nrablks, int flags, struct buf **bpp)
{
	struct buf *bp, *rabp;
	int error, i;

	*bpp = NULL;
	error = bio_doread(vp, blkno, size, 0, &bp);
	if (error)
		return error;
	for (i = 0; i < nrablks; i++) {
		mutex_enter(&bufcache_lock);
		rabp = incore(vp, rablks[i]);
		mutex_exit(&bufcache_lock);
		if (rabp == NULL)
			(void)bio_doread(vp, rablks[i], rasizes[i], B_ASYNC,
			    &rabp);
	}
	error = biowait(bp);
	if (error == 0 && (bp->b_resid > 0 || bp->b_bcount != size))
		bio_shortread(bp, size);
	if (error == 0 && (flags & B_MODIFY) != 0)
		error = fscow_run(bp, true);
	if (error) {
		brelse(bp, 0);
		return error;
	}
	*bpp = bp;
	return 0;
}

/*
 * Writes a busy buffer out and releases it; waits and returns the error
 * unless B_ASYNC is set.  On a file system mounted async the write is
 * delayed instead.
 */
int
bwrite(struct buf *bp)
{
	struct vnode *vp = bp->b_vp;
	struct mount *mp;
	bool sync, wasdelayed, flushed;
	int error;

	KASSERT(vp != NULL);

	mp = vp->v_type == VBLK ? spec_node_getmountedfs(vp) : vp->v_mount;
	sync = (bp->b_flags & B_ASYNC) == 0;
	if (sync && mp != NULL && (mp->mnt_flag & MNT_ASYNC) != 0) {
		mutex_enter(&bufcache_lock);
		flushed = (bp->b_cflags & BC_VFLUSH) != 0;
		mutex_exit(&bufcache_lock);
		if (!flushed) {
			bdwrite(bp);
			return 0;
		}
	}

	bp->b_flags &= ~B_READ;
	bp->b_error = 0;
	bp->b_resid = 0;
	wasdelayed = (bp->b_oflags & BO_DELWRI) != 0;

	mutex_enter(&bufcache_lock);
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	mutex_enter(bp->b_objlock);
	if (wasdelayed) {
		buf_clrdirty(bp);
		reassignbuf(bp, vp);
	}
	bp->b_oflags &= ~BO_DONE;
	vp->v_numoutput++;
	mutex_exit(bp->b_objlock);
	mutex_exit(&bufcache_lock);

	if (!wasdelayed)
		curlwp->l_ru.ru_oublock++;
	BIO_SETPRIO(bp, sync ? BPRIO_TIMECRITICAL : BPRIO_TIMELIMITED);
	(void)VOP_STRATEGY(vp, bp);
	if (!sync)
		return 0;
	error = biowait(bp);
	brelse(bp, 0);
	return error;
}

/*
 * VOP_BWRITE of file systems that have nothing to add.
 */
int
vn_bwrite(void *v)
{
	struct vop_bwrite_args *ap = v;

	return bwrite(ap->a_bp);
}

/*
 * Marks a busy buffer dirty and releases it; the syncer, fsync or a lack of
 * buffers writes it.
 */
void
bdwrite(struct buf *bp)
{

	KASSERT(bp->b_vp != NULL);

	if (bp->b_dev != NODEV && bdev_type(bp->b_dev) == D_TAPE) {
		bawrite(bp);
		return;
	}
	mutex_enter(&bufcache_lock);
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	mutex_enter(bp->b_objlock);
	if ((bp->b_oflags & BO_DELWRI) == 0) {
		buf_setdirty(bp);
		curlwp->l_ru.ru_oublock++;
		reassignbuf(bp, bp->b_vp);
	}
	/* Its data is valid, whether it came from the device or not. */
	bp->b_oflags |= BO_DONE;
	bp->b_flags &= ~B_READ;
	mutex_exit(bp->b_objlock);
	brelsel(bp, 0);
	mutex_exit(&bufcache_lock);
}

/*
 * Starts to write a busy buffer, which is released when that is done.
 */
void
bawrite(struct buf *bp)
{

	KASSERT(bp->b_vp != NULL);
	bp->b_flags |= B_ASYNC;
	(void)VOP_BWRITE(bp->b_vp, bp);
}

/*
 * Releases a busy buffer, with BC_ flags to set.  brelsel() is called with
 * bufcache_lock held.
 */
void
brelse(struct buf *bp, int set)
{

	mutex_enter(&bufcache_lock);
	brelsel(bp, set);
	mutex_exit(&bufcache_lock);
}

void
brelsel(struct buf *bp, int set)
{
	struct vnode *vp;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	KASSERT(bp->b_iodone == NULL);

	bp->b_cflags |= set;

	/* Somebody wants it: it is not old. */
	if ((bp->b_cflags & BC_WANTED) != 0) {
		bp->b_cflags &= ~(BC_WANTED | BC_AGE);
		cv_broadcast(&bp->b_busy);
	}
	if ((bp->b_flags & B_LOCKED) != 0)
		bp->b_error = 0;
	else if ((bp->b_cflags & BC_NOCACHE) != 0 || bp->b_error != 0)
		bp->b_cflags |= BC_INVAL;

	if ((bp->b_cflags & BC_VFLUSH) != 0) {
		/* Written in place: it keeps its place in the queue. */
		bp->b_cflags &= ~BC_VFLUSH;
		if (bp->b_freelistindex != -1 &&
		    (bp->b_cflags & (BC_INVAL | BC_AGE)) == 0 &&
		    (bp->b_flags & B_LOCKED) == 0)
			goto queued;
	}
	if (bp->b_freelistindex != -1)
		bremfree(bp);

	if (bp->b_data == NULL || (bp->b_cflags & BC_INVAL) != 0) {
		if ((vp = bp->b_vp) != NULL) {
			mutex_enter(vp->v_interlock);
			buf_clrdirty(bp);
			brelvp(bp);
		} else
			buf_clrdirty(bp);
		buf_free(bp);
		return;
	}
	if ((bp->b_flags & B_LOCKED) != 0)
		binstailfree(bp, BQ_LOCKED);
	else if ((bp->b_cflags & BC_AGE) != 0)
		binstailfree(bp, BQ_AGE);
	else
		binstailfree(bp, BQ_LRU);
queued:
	bp->b_cflags &= ~(BC_AGE | BC_NOCACHE);
	bp->b_flags &= ~B_ASYNC;
	buf_clrbusy(bp);
}

/*
 * One write of a vnode is complete.  v_interlock is held.
 */
void
vwakeup(struct buf *bp)
{
	struct vnode *vp = bp->b_vp;

	if (vp == NULL)
		return;
	KASSERT(bp->b_objlock == vp->v_interlock);
	KASSERT(mutex_owned(bp->b_objlock));
	if (--vp->v_numoutput < 0)
		panic("vwakeup: %d writes in flight", vp->v_numoutput);
	if (vp->v_numoutput == 0)
		cv_broadcast(&vp->v_cv);
}

/*
 * Waits until a buffer's I/O is complete; its error.
 */
int
biowait(struct buf *bp)
{

	/* Not without the lock: biodone() is done with bp when it lets go. */
	mutex_enter(bp->b_objlock);
	while ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0)
		cv_wait(&bp->b_done, bp->b_objlock);
	mutex_exit(bp->b_objlock);
	return bp->b_error;
}

static void
biodone_softint(void *arg)
{
	struct buf *bp;

	mutex_enter(&biodone_lock);
	while ((bp = TAILQ_FIRST(&biodone_queue)) != NULL) {
		TAILQ_REMOVE(&biodone_queue, bp, b_actq);
		mutex_exit(&biodone_lock);
		biodone2(bp);
		mutex_enter(&biodone_lock);
	}
	mutex_exit(&biodone_lock);
}

/*
 * The driver says that a buffer's I/O is complete.  Calls b_iodone, or
 * releases the buffer if nobody waits, or wakes who does.  Once for each
 * call of strategy.  From an interrupt handler all of that is a soft
 * interrupt's.
 */
void
biodone(struct buf *bp)
{

	if (!cpu_intr_p()) {
		biodone2(bp);
		return;
	}
	mutex_enter(&biodone_lock);
	TAILQ_INSERT_TAIL(&biodone_queue, bp, b_actq);
	mutex_exit(&biodone_lock);
	softint_schedule(biodone_sih);
}

static void
biodone2(struct buf *bp)
{
	void (*callout)(struct buf *);
	kmutex_t *lock = bp->b_objlock;

	mutex_enter(lock);
	if ((bp->b_oflags & BO_DONE) != 0) {
		mutex_exit(lock);
		panic("biodone: completed twice: block %" PRId64
		    " of %d bytes", bp->b_blkno, bp->b_bcount);
	}
	bp->b_oflags |= BO_DONE;
	BIO_SETPRIO(bp, BPRIO_DEFAULT);

	if ((bp->b_flags & B_READ) == 0)
		vwakeup(bp);

	if ((callout = bp->b_iodone) != NULL) {
		bp->b_iodone = NULL;
		mutex_exit(lock);
		(*callout)(bp);
	} else if ((bp->b_flags & B_ASYNC) != 0) {
		mutex_exit(lock);
		if (bp->b_error != 0 && (bp->b_flags & B_READ) == 0)
			printf("buffer cache: delayed write of block %" PRId64
			    " failed, error %d\n", bp->b_lblkno, bp->b_error);
		brelse(bp, 0);
	} else {
		cv_broadcast(&bp->b_done);
		mutex_exit(lock);
	}
}

/*
 * Waits for all writes in flight: how many buffers are still busy after 20
 * rounds.
 */
int
buf_syncwait(void)
{
	unsigned n, i;

	for (i = 0; i < 20; i++) {
		n = buf_nbusy;
		if (n == 0)
			break;
		kpause("syncwait", false, MAX(1, hz / 25 * i), NULL);
	}
	return buf_nbusy;
}

static struct buf *
buf_first_dirty(int q)
{
	struct buf *bp;

	TAILQ_FOREACH(bp, &bufqueues[q].bq_queue, b_freelist) {
		if ((bp->b_oflags & BO_DELWRI) != 0 &&
		    (bp->b_cflags & BC_BUSY) == 0)
			break;
	}
	return bp;
}

/*
 * Starts to write all dirty buffers that are not busy.
 */
void
rump_bufs_sync(void)
{
	struct buf *bp;
	unsigned left;

	mutex_enter(&bufcache_lock);
	for (left = buf_ndirty; left > 0; left--) {
		bp = buf_first_dirty(BQ_AGE);
		if (bp == NULL)
			bp = buf_first_dirty(BQ_LRU);
		if (bp == NULL)
			break;
		buf_setbusy(bp);
		bremfree(bp);
		mutex_exit(&bufcache_lock);
		bawrite(bp);
		mutex_enter(&bufcache_lock);
	}
	mutex_exit(&bufcache_lock);
}

/*
 * Nested I/O: a master buffer whose pieces are transferred as buffers of
 * their own.
 */

/*
 * Part of the master is done: donebytes of it, with an error or 0.  When all
 * are, the master is.
 */
void
nestiobuf_done(struct buf *mbp, int donebytes, int error)
{
	bool done;

	if (donebytes == 0)
		return;
	mutex_enter(mbp->b_objlock);
	KASSERT(mbp->b_resid >= donebytes);
	mbp->b_resid -= donebytes;
	if (error)
		mbp->b_error = error;
	done = mbp->b_resid == 0;
	if (done && mbp->b_error)
		mbp->b_resid = mbp->b_bcount;
	mutex_exit(mbp->b_objlock);
	if (done)
		biodone(mbp);
}

/*
 * b_iodone of a piece.
 */
void
nestiobuf_iodone(struct buf *bp)
{
	struct buf *mbp = bp->b_private;
	int error, donebytes;

	KASSERT(bp->b_bcount <= bp->b_bufsize);
	error = bp->b_error;
	if (error == 0 && (bp->b_bcount < bp->b_bufsize || bp->b_resid > 0))
		error = EIO;	/* no partial transfers here */
	donebytes = bp->b_bufsize;
	putiobuf(bp);
	nestiobuf_done(mbp, donebytes, error);
}

/*
 * Makes bp, from getiobuf(), the piece of mbp of size bytes at offset.  The
 * master's b_resid starts as its b_bcount.
 */
void
nestiobuf_setup(struct buf *mbp, struct buf *bp, int offset, size_t size)
{
	struct vnode *vp = mbp->b_vp;
	const int b_pass = mbp->b_flags & (B_READ | B_PHYS | B_RAW |
	    B_MEDIA_FLAGS);

	KASSERT(mbp->b_bcount >= offset + (int)size);
	bp->b_vp = vp;
	bp->b_dev = mbp->b_dev;
	bp->b_objlock = mbp->b_objlock;
	bp->b_cflags = BC_BUSY;
	bp->b_flags = B_ASYNC | b_pass;
	bp->b_iodone = nestiobuf_iodone;
	bp->b_data = (char *)mbp->b_data + offset;
	bp->b_resid = bp->b_bcount = size;
	bp->b_bufsize = bp->b_bcount;
	bp->b_private = mbp;
	BIO_COPYPRIO(bp, mbp);
	if ((b_pass & B_READ) == 0 && vp != NULL) {
		mutex_enter(vp->v_interlock);
		vp->v_numoutput++;
		mutex_exit(vp->v_interlock);
	}
}

/*
 * A vnode's buffers.
 */

/*
 * Writes a vnode's dirty buffers and pages; waits with FSYNC_WAIT.
 */
int
vflushbuf(struct vnode *vp, int flags)
{
	struct buf *bp, *nbp;
	int error, rv, pflags;
	unsigned rounds = 0;
	bool sync, dirty, skipped;

	sync = (flags & FSYNC_WAIT) != 0;
	pflags = PGO_CLEANIT | PGO_ALLPAGES |
	    (sync ? PGO_SYNCIO : 0) |
	    ((flags & FSYNC_LAZY) ? PGO_LAZY : 0);
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	rv = VOP_PUTPAGES(vp, 0, 0, pflags);

loop:
	skipped = false;
	mutex_enter(&bufcache_lock);
	for (bp = LIST_FIRST(&vp->v_dirtyblkhd); bp != NULL; bp = nbp) {
		KASSERT(bp->b_vp == vp);
		nbp = LIST_NEXT(bp, b_vnbufs);
		if ((bp->b_cflags & BC_BUSY) != 0 ||
		    (bp->b_flags & B_LOCKED) != 0) {
			skipped = skipped || (bp->b_flags & B_LOCKED) == 0;
			continue;
		}
		if ((bp->b_oflags & BO_DELWRI) == 0)
			panic("vflushbuf: not dirty, bp %" PRId64,
			    bp->b_lblkno);
		buf_setbusy(bp);
		bp->b_cflags |= BC_VFLUSH;
		mutex_exit(&bufcache_lock);
		if (sync) {
			error = VOP_BWRITE(vp, bp);
			if (rv == 0)
				rv = error;
		} else
			bawrite(bp);
		goto loop;
	}
	mutex_exit(&bufcache_lock);
	if (!sync)
		return rv;

	mutex_enter(vp->v_interlock);
	while (vp->v_numoutput != 0)
		cv_wait(&vp->v_cv, vp->v_interlock);
	dirty = !LIST_EMPTY(&vp->v_dirtyblkhd);
	mutex_exit(vp->v_interlock);
	if (dirty && skipped && rounds++ < 1000) {
		kpause("vflushbuf", false, 1, NULL);
		goto loop;
	}
	return rv;
}

/*
 * Throws all of a vnode's buffers and pages away; with V_SAVE in flags dirty
 * ones are written first.  catch_p and slptimeo are for the sleeps.  The
 * vnode is locked or being reclaimed.
 */
int
vinvalbuf(struct vnode *vp, int flags, kauth_cred_t cred, struct lwp *l,
    bool catch_p, int slptimeo)
{
	struct buf *bp;
	int error, flushflags;

	flushflags = PGO_ALLPAGES | PGO_FREE | PGO_SYNCIO |
	    ((flags & V_SAVE) ? PGO_CLEANIT | PGO_RECLAIM : 0);

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, 0, 0, flushflags);
	if (error)
		return error;

	if ((flags & V_SAVE) != 0) {
		error = VOP_FSYNC(vp, cred, FSYNC_WAIT | FSYNC_RECLAIM, 0, 0);
		if (error)
			return error;
	}

	mutex_enter(&bufcache_lock);
restart:
	for (;;) {
		bp = LIST_FIRST(&vp->v_dirtyblkhd);
		if (bp == NULL)
			bp = LIST_FIRST(&vp->v_cleanblkhd);
		if (bp == NULL)
			break;
		error = bbusy(bp, catch_p, slptimeo, NULL);
		if (error == EPASSTHROUGH)
			goto restart;
		if (error) {
			mutex_exit(&bufcache_lock);
			return error;
		}
		/*
		 * It cannot be dirty again after V_SAVE, unless somebody
		 * writes to the device while it is being thrown away.
		 */
		if ((bp->b_oflags & BO_DELWRI) != 0 && (flags & V_SAVE)) {
			bp->b_cflags |= BC_VFLUSH;
			mutex_exit(&bufcache_lock);
			(void)VOP_BWRITE(vp, bp);
			mutex_enter(&bufcache_lock);
			goto restart;
		}
		brelsel(bp, BC_INVAL | BC_VFLUSH);
	}
	mutex_exit(&bufcache_lock);

	/* Async writes whose buffers are gone from the lists. */
	mutex_enter(vp->v_interlock);
	while (vp->v_numoutput != 0)
		cv_wait(&vp->v_cv, vp->v_interlock);
	mutex_exit(vp->v_interlock);
	return 0;
}

/*
 * Throws away a vnode's pages and buffers from logical block lbn on.
 */
int
vtruncbuf(struct vnode *vp, daddr_t lbn, bool catch_p, int slptimeo)
{
	struct buflists *lists[2];
	struct buf *bp, *nbp;
	int error, i;
	voff_t off;

	off = round_page((voff_t)lbn << vp->v_mount->mnt_fs_bshift);
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, off, 0, PGO_FREE | PGO_SYNCIO);
	if (error)
		return error;

	lists[0] = &vp->v_dirtyblkhd;
	lists[1] = &vp->v_cleanblkhd;
	mutex_enter(&bufcache_lock);
restart:
	for (i = 0; i < 2; i++) {
		for (bp = LIST_FIRST(lists[i]); bp != NULL; bp = nbp) {
			nbp = LIST_NEXT(bp, b_vnbufs);
			if (bp->b_lblkno < lbn)
				continue;
			error = bbusy(bp, catch_p, slptimeo, NULL);
			if (error == EPASSTHROUGH)
				goto restart;
			if (error) {
				mutex_exit(&bufcache_lock);
				return error;
			}
			brelsel(bp, BC_INVAL | BC_VFLUSH);
		}
	}
	mutex_exit(&bufcache_lock);
	return 0;
}
