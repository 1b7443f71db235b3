/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The buffer cache over a disk in memory, raw I/O, and pages of anonymous
 * objects.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <uvm/uvm.h>

#include "kerntest.h"
#include "tdk.h"

#define	SEC	512

/* A disk of 128 KiB whose sectors hold their number; its vnode, open. */
static int
disk(struct tdk_softc **scp, struct vnode **vpp)
{
	struct tdk_softc *sc;
	uint64_t i;

	sc = tdk_create(256, SEC);
	for (i = 0; i < 256; i++)
		memset(sc->sc_mem + i * SEC, i, SEC);
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, RAW_PART), vpp, curlwp), 0);
	*scp = sc;
	return 0;
}

static int
enddisk(struct tdk_softc *sc, struct vnode *vp)
{

	CHECK_EQ(vn_close(vp, FREAD | FWRITE, curlwp->l_cred), 0);
	tdk_destroy(sc);
	return 0;
}

#define	BYTE(bp, o)	(((const uint8_t *)(bp)->b_data)[o])

KERNTEST(cache_read_hit)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;
	unsigned n;

	CHECK_EQ(disk(&sc, &vp), 0);
	n = sc->sc_starts;
	CHECK_EQ(bread(vp, 8, 4096, 0, &bp), 0);
	CHECK_EQ(BYTE(bp, 0), 8);
	CHECK_EQ(BYTE(bp, 4095), 15);
	CHECK_EQ(bp->b_bcount, 4096);
	brelse(bp, 0);
	CHECK_EQ(sc->sc_starts, n + 1);
	CHECK_EQ(bread(vp, 8, 4096, 0, &bp), 0);
	CHECK_EQ(sc->sc_starts, n + 1);
	brelse(bp, BC_INVAL);
	CHECK_EQ(bread(vp, 8, 4096, 0, &bp), 0);
	CHECK_EQ(sc->sc_starts, n + 2);
	brelse(bp, BC_NOCACHE);
	CHECK_EQ(bread(vp, 8, 4096, 0, &bp), 0);
	CHECK_EQ(sc->sc_starts, n + 3);
	brelse(bp, BC_AGE);
	return enddisk(sc, vp);
}

/* The same block in another size: nothing stale, nothing lost. */
KERNTEST(cache_size_change)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;

	CHECK_EQ(disk(&sc, &vp), 0);
	CHECK_EQ(bread(vp, 16, 512, B_MODIFY, &bp), 0);
	memset(bp->b_data, 0xaa, 512);
	bdwrite(bp);
	CHECK_EQ(sc->sc_mem[16 * SEC], 16);
	/* Grows: what is dirty goes out, the rest comes in. */
	CHECK_EQ(bread(vp, 16, 2048, 0, &bp), 0);
	CHECK_EQ(sc->sc_mem[16 * SEC], 0xaa);
	CHECK_EQ(BYTE(bp, 0), 0xaa);
	CHECK_EQ(BYTE(bp, 512), 17);
	CHECK_EQ(BYTE(bp, 2047), 19);
	memset(bp->b_data, 0xbb, 2048);
	bdwrite(bp);
	/* Shrinks. */
	CHECK_EQ(bread(vp, 16, 1024, 0, &bp), 0);
	CHECK_EQ(bp->b_bcount, 1024);
	CHECK_EQ(BYTE(bp, 1023), 0xbb);
	brelse(bp, 0);
	CHECK_EQ(sc->sc_mem[19 * SEC], 0xbb);
	/* Sizes no block has. */
	CHECK_EQ(bread(vp, 16, 0, 0, &bp), EINVAL);
	CHECK(bp == NULL);
	CHECK_EQ(bread(vp, 16, -512, 0, &bp), EINVAL);
	CHECK_EQ(bread(vp, 16, MAXBSIZE + 512, 0, &bp), EINVAL);
	CHECK(getblk(vp, 3, INT_MAX, 0, 0) == NULL);
	CHECK(geteblk(-1) == NULL);
	return enddisk(sc, vp);
}

KERNTEST(cache_delayed_write)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;
	int i;

	CHECK_EQ(disk(&sc, &vp), 0);
	for (i = 0; i < 32; i++) {
		bp = getblk(vp, i * 8, 4096, 0, 0);
		CHECK(bp != NULL);
		memset(bp->b_data, 0xc0 + i, 4096);
		bdwrite(bp);
	}
	CHECK(!LIST_EMPTY(&vp->v_dirtyblkhd));
	CHECK_EQ(sc->sc_mem[0], 0);
	CHECK_EQ(vflushbuf(vp, FSYNC_WAIT), 0);
	CHECK(LIST_EMPTY(&vp->v_dirtyblkhd));
	for (i = 0; i < 32; i++)
		CHECK_EQ(sc->sc_mem[i * 4096 + 4095], 0xc0 + i);
	/* Sync, async, and thrown away. */
	CHECK_EQ(bread(vp, 0, 512, B_MODIFY, &bp), 0);
	memset(bp->b_data, 1, 512);
	CHECK_EQ(bwrite(bp), 0);
	CHECK_EQ(sc->sc_mem[0], 1);
	CHECK_EQ(bread(vp, 0, 512, B_MODIFY, &bp), 0);
	memset(bp->b_data, 2, 512);
	bawrite(bp);
	mutex_enter(vp->v_interlock);
	while (vp->v_numoutput != 0)
		cv_wait(&vp->v_cv, vp->v_interlock);
	mutex_exit(vp->v_interlock);
	CHECK_EQ(sc->sc_mem[0], 2);
	CHECK_EQ(bread(vp, 0, 512, B_MODIFY, &bp), 0);
	memset(bp->b_data, 3, 512);
	bdwrite(bp);
	CHECK_EQ(vinvalbuf(vp, 0, NOCRED, curlwp, false, 0), 0);
	CHECK_EQ(sc->sc_mem[0], 2);
	CHECK_EQ(bread(vp, 0, 512, B_MODIFY, &bp), 0);
	CHECK_EQ(BYTE(bp, 0), 2);
	memset(bp->b_data, 4, 512);
	bdwrite(bp);
	CHECK_EQ(vinvalbuf(vp, V_SAVE, curlwp->l_cred, curlwp, false, 0), 0);
	CHECK_EQ(sc->sc_mem[0], 4);
	return enddisk(sc, vp);
}

KERNTEST(cache_errors)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;
	daddr_t ra[2] = { 40, 48 };
	int ras[2] = { 4096, 4096 };

	CHECK_EQ(disk(&sc, &vp), 0);
	sc->sc_fail = EIO;
	CHECK_EQ(bread(vp, 0, 4096, 0, &bp), EIO);
	CHECK(bp == NULL);
	CHECK_EQ(breadn(vp, 32, 4096, ra, ras, 2, 0, &bp), EIO);
	sc->sc_fail = 0;
	/* An error is not remembered. */
	CHECK_EQ(bread(vp, 0, 4096, 0, &bp), 0);
	CHECK_EQ(BYTE(bp, 4095), 7);
	brelse(bp, 0);
	CHECK_EQ(breadn(vp, 32, 4096, ra, ras, 2, 0, &bp), 0);
	CHECK_EQ(BYTE(bp, 0), 32);
	brelse(bp, 0);
	mutex_enter(&bufcache_lock);
	CHECK(incore(vp, 40) != NULL);
	CHECK(incore(vp, 48) != NULL);
	CHECK(incore(vp, 56) == NULL);
	mutex_exit(&bufcache_lock);
	/* A failed write is told to who waits; the block is read again. */
	CHECK_EQ(bread(vp, 0, 4096, B_MODIFY, &bp), 0);
	memset(bp->b_data, 0xee, 4096);
	sc->sc_fail = ENXIO;
	CHECK_EQ(bwrite(bp), ENXIO);
	sc->sc_fail = 0;
	CHECK_EQ(bread(vp, 0, 4096, 0, &bp), 0);
	CHECK_EQ(BYTE(bp, 0), 0);
	memset(bp->b_data, 0xee, 4096);
	bdwrite(bp);
	sc->sc_fail = ENXIO;
	CHECK_EQ(vflushbuf(vp, FSYNC_WAIT), ENXIO);
	sc->sc_fail = 0;
	CHECK_EQ(vp->v_numoutput, 0);
	/* At the end and past it. */
	CHECK_EQ(bread(vp, 256, 512, 0, &bp), 0);
	CHECK_EQ(bp->b_resid, 512);
	brelse(bp, 0);
	CHECK_EQ(bread(vp, 257, 512, 0, &bp), EINVAL);
	CHECK_EQ(bread(vp, -1, 512, 0, &bp), EINVAL);
	CHECK_EQ(bread(vp, INT64_MAX, 512, 0, &bp), EINVAL);
	CHECK_EQ(bread(vp, INT64_MAX / 512, 512, 0, &bp), EINVAL);
	return enddisk(sc, vp);
}

/* A driver that has no room keeps the order. */
KERNTEST(dk_deferred)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;

	CHECK_EQ(disk(&sc, &vp), 0);
	sc->sc_again = 1;
	bp = getblk(vp, 8, 512, 0, 0);
	memset(bp->b_data, 9, 512);
	bawrite(bp);
	CHECK_EQ(vp->v_numoutput, 1);
	CHECK(dk_strategy_pending(&sc->sc_dksc));
	CHECK_EQ(sc->sc_mem[8 * SEC], 8);
	dk_start(&sc->sc_dksc, NULL);
	CHECK_EQ(sc->sc_mem[8 * SEC], 9);
	CHECK_EQ(vp->v_numoutput, 0);
	/* Drained: the waiter gets EIO. */
	sc->sc_again = 1;
	bp = getblk(vp, 8, 512, 0, 0);
	memset(bp->b_data, 10, 512);
	bawrite(bp);
	dk_drain(&sc->sc_dksc);
	CHECK_EQ(vp->v_numoutput, 0);
	CHECK_EQ(sc->sc_mem[8 * SEC], 9);
	return enddisk(sc, vp);
}

/* More blocks than the cache may hold: the oldest go, dirty ones are kept. */
KERNTEST(cache_limit)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;
	const int nblk = 2048;
	int i;

	sc = tdk_create(nblk * 8, SEC);
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, RAW_PART), &vp, curlwp), 0);
	CHECK_EQ(buf_setvalimit(1), EINVAL);
	CHECK_EQ(buf_setvalimit(4 * MAXBSIZE), 0);
	for (i = 0; i < nblk; i++) {
		bp = getblk(vp, i * 8, 4096, 0, 0);
		CHECK(bp != NULL);
		memset(bp->b_data, i, 4096);
		if (i % 3)
			bdwrite(bp);
		else
			brelse(bp, BC_INVAL);
		CHECK(buf_nbuf() <= 4 * MAXBSIZE / 4096 + 2);
	}
	CHECK_EQ(vflushbuf(vp, FSYNC_WAIT), 0);
	for (i = 0; i < nblk; i++)
		CHECK_EQ(sc->sc_mem[i * 4096], i % 3 ? (uint8_t)i : 0);
	CHECK_EQ(buf_setvalimit(16 * 1024 * 1024), 0);
	CHECK(buf_drain(0) > 0);
	CHECK_EQ(buf_nbuf(), 0);
	return enddisk(sc, vp);
}

/* Two threads want one buffer. */
static struct vnode *shared_vp;
static _Atomic int shared_state;

static void
want_buffer(void *arg)
{
	struct buf *bp;

	shared_state = 1;
	if (bread(shared_vp, 8, 512, B_MODIFY, &bp) == 0) {
		shared_state = BYTE(bp, 0);
		brelse(bp, 0);
	}
	kthread_exit(0);
}

KERNTEST(cache_busy_wait)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *bp;
	struct lwp *l;

	CHECK_EQ(disk(&sc, &vp), 0);
	shared_vp = vp;
	CHECK_EQ(bread(vp, 8, 512, B_MODIFY, &bp), 0);
	l = kt_thread(want_buffer, NULL);
	kt_settle();
	CHECK_EQ(shared_state, 1);
	memset(bp->b_data, 0x55, 512);
	bdwrite(bp);
	kt_join(l);
	CHECK_EQ(shared_state, 0x55);
	/* The same when the buffer goes away under the waiter. */
	shared_state = 0;
	CHECK_EQ(bread(vp, 8, 512, B_MODIFY, &bp), 0);
	l = kt_thread(want_buffer, NULL);
	kt_settle();
	brelse(bp, BC_INVAL);
	kt_join(l);
	CHECK_EQ(shared_state, 8);
	return enddisk(sc, vp);
}

KERNTEST(nested_io)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct buf *mbp, *bp;
	uint8_t *data;
	int i;

	CHECK_EQ(disk(&sc, &vp), 0);
	data = kmem_alloc(4 * SEC, KM_SLEEP);
	for (i = 0; i < 2; i++) {
		mbp = getiobuf(vp, true);
		mbp->b_flags = B_READ;
		mbp->b_data = data;
		mbp->b_bcount = mbp->b_resid = mbp->b_bufsize = 4 * SEC;
		bp = getiobuf(vp, true);
		nestiobuf_setup(mbp, bp, 0, SEC);
		bp->b_blkno = 100;
		VOP_STRATEGY(vp, bp);
		CHECK_EQ(mbp->b_oflags & BO_DONE, 0);
		bp = getiobuf(vp, true);
		nestiobuf_setup(mbp, bp, SEC, 3 * SEC);
		bp->b_blkno = i == 0 ? 200 : 255;
		VOP_STRATEGY(vp, bp);
		/* The second time one piece is short: all of it failed. */
		CHECK_EQ(biowait(mbp), i == 0 ? 0 : EIO);
		CHECK_EQ(mbp->b_resid, i == 0 ? 0 : 4 * SEC);
		CHECK_EQ(data[0], 100);
		CHECK_EQ(data[SEC], i == 0 ? 200 : 255);
		putiobuf(mbp);
	}
	/* Without a vnode. */
	bp = getiobuf(NULL, true);
	bp->b_flags = B_READ;
	bp->b_data = data;
	bp->b_bcount = bp->b_bufsize = SEC;
	bp->b_blkno = 7;
	VOP_STRATEGY(vp, bp);
	CHECK_EQ(biowait(bp), 0);
	CHECK_EQ(data[1], 7);
	putiobuf(bp);
	kmem_free(data, 4 * SEC);
	return enddisk(sc, vp);
}

/*
 * Threads that count in blocks of the disk, in every way to write one, while
 * the cache is too small for all of them: no count is lost.
 */
#define	NCOUNT		3
#define	ROUNDS		150

static _Atomic int count_bad;

static void
count_thread(void *arg)
{
	uint32_t seed = (uintptr_t)arg * 7919, *p;
	struct buf *bp;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		seed = seed * 1103515245 + 12345;
		if (bread(shared_vp, (seed >> 8) % 200 * 8, 4096, B_MODIFY,
		    &bp) != 0) {
			count_bad++;
			continue;
		}
		p = bp->b_data;
		p[17]++;
		p[1023]++;
		switch ((seed >> 20) % 5) {
		case 0:
			if (bwrite(bp) != 0)
				count_bad++;
			break;
		case 1:
			bawrite(bp);
			break;
		default:
			bdwrite(bp);
			break;
		}
		if (i % 50 == 49 && vflushbuf(shared_vp, FSYNC_WAIT) != 0)
			count_bad++;
	}
	kthread_exit(0);
}

KERNTEST(cache_parallel)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	struct lwp *l[NCOUNT];
	uint32_t n[2];
	uintptr_t i;

	sc = tdk_create(200 * 8, SEC);
	CHECK_EQ(vn_bdev_open(tdk_dev(sc, RAW_PART), &vp, curlwp), 0);
	CHECK_EQ(buf_setvalimit(4 * MAXBSIZE), 0);
	shared_vp = vp;
	count_bad = 0;
	for (i = 0; i < NCOUNT; i++)
		l[i] = kt_thread(count_thread, (void *)(i + 1));
	for (i = 0; i < NCOUNT; i++)
		kt_join(l[i]);
	CHECK_EQ(count_bad, 0);
	CHECK_EQ(vflushbuf(vp, FSYNC_WAIT), 0);
	n[0] = n[1] = 0;
	for (i = 0; i < 200; i++) {
		n[0] += ((uint32_t *)(sc->sc_mem + i * 4096))[17];
		n[1] += ((uint32_t *)(sc->sc_mem + i * 4096))[1023];
	}
	CHECK_EQ(n[0], NCOUNT * ROUNDS);
	CHECK_EQ(n[1], NCOUNT * ROUNDS);
	CHECK_EQ(buf_setvalimit(16 * 1024 * 1024), 0);
	return enddisk(sc, vp);
}

/* What the uio says of the direction does not count. */
static int
rawio(dev_t dev, enum uio_rw rw, off_t off, void *data, size_t len,
    size_t *residp)
{
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct uio uio;
	int error;

	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_offset = off;
	uio.uio_resid = len;
	uio.uio_rw = rw == UIO_READ ? UIO_WRITE : UIO_READ;
	UIO_SETUP_SYSSPACE(&uio);
	error = rw == UIO_READ ? cdev_read(dev, &uio, 0) :
	    cdev_write(dev, &uio, 0);
	*residp = uio.uio_resid;
	return error;
}

KERNTEST(physio_bounds)
{
	struct tdk_softc *sc;
	struct vnode *vp;
	uint8_t *data;
	size_t resid;
	dev_t cdev;

	CHECK_EQ(disk(&sc, &vp), 0);
	cdev = devsw_blk2chr(tdk_dev(sc, RAW_PART));
	data = kmem_alloc(256 * SEC + SEC, KM_SLEEP);
	CHECK_EQ(rawio(cdev, UIO_READ, 0, data, 256 * SEC, &resid), 0);
	CHECK_EQ(resid, 0);
	CHECK_EQ(data[255 * SEC], 255);
	CHECK_EQ(rawio(cdev, UIO_READ, 254 * SEC, data, 4 * SEC, &resid), 0);
	CHECK_EQ(resid, 2 * SEC);
	CHECK_EQ(rawio(cdev, UIO_READ, 256 * SEC, data, SEC, &resid), 0);
	CHECK_EQ(resid, SEC);
	CHECK_EQ(rawio(cdev, UIO_READ, 257 * SEC, data, SEC, &resid), EINVAL);
	CHECK_EQ(rawio(cdev, UIO_READ, -SEC, data, SEC, &resid), EINVAL);
	CHECK_EQ(rawio(cdev, UIO_READ, 1, data, SEC, &resid), EINVAL);
	CHECK_EQ(rawio(cdev, UIO_READ, 0, data, 100, &resid), EINVAL);
	memset(data, 0x77, 4 * SEC);
	CHECK_EQ(rawio(cdev, UIO_WRITE, 254 * SEC, data, 4 * SEC, &resid), 0);
	CHECK_EQ(resid, 2 * SEC);
	CHECK_EQ(sc->sc_mem[255 * SEC], 0x77);
	sc->sc_fail = EIO;
	CHECK_EQ(rawio(cdev, UIO_READ, 0, data, SEC, &resid), EIO);
	sc->sc_fail = 0;
	kmem_free(data, 256 * SEC + SEC);
	return enddisk(sc, vp);
}

static int
objio(struct uvm_object *uobj, enum uio_rw rw, off_t off, void *data,
    size_t len, int flags)
{
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct uio uio;

	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_offset = off;
	uio.uio_resid = len;
	uio.uio_rw = rw;
	UIO_SETUP_SYSSPACE(&uio);
	return ubc_uiomove(uobj, &uio, len, UVM_ADV_NORMAL, flags |
	    (rw == UIO_READ ? UBC_READ : UBC_WRITE));
}

KERNTEST(aobj_pages)
{
	struct uvm_object *uobj;
	uint8_t *data, *back;
	const size_t len = 300000;
	size_t i;

	uobj = uao_create(1 << 20, 0);
	data = kmem_alloc(len, KM_SLEEP);
	back = kmem_alloc(len, KM_SLEEP);
	for (i = 0; i < len; i++)
		data[i] = i * 7 + (i >> 8);
	CHECK_EQ(objio(uobj, UIO_WRITE, 1234, data, len, 0), 0);
	CHECK_EQ(objio(uobj, UIO_READ, 1234, back, len, 0), 0);
	CHECK_EQ(memcmp(data, back, len), 0);
	CHECK_EQ(uobj->uo_npages, (1234 + len + 4095) / 4096);
	/* Never written: zero. */
	CHECK_EQ(objio(uobj, UIO_READ, 0, back, 1234, 0), 0);
	for (i = 0; i < 1234; i++)
		CHECK_EQ(back[i], 0);
	ubc_zerorange(uobj, 5000, 10000, 0);
	CHECK_EQ(objio(uobj, UIO_READ, 4999, back, 10002, 0), 0);
	CHECK_EQ(back[0], data[4999 - 1234]);
	CHECK_EQ(back[1], 0);
	CHECK_EQ(back[10000], 0);
	CHECK_EQ(back[10001], data[15000 - 1234]);
	rw_enter(uobj->vmobjlock, RW_WRITER);
	CHECK_EQ((*uobj->pgops->pgo_put)(uobj, 4096, 8192, PGO_FREE), 0);
	CHECK_EQ(objio(uobj, UIO_READ, 4096, back, 4, 0), 0);
	CHECK_EQ(back[0], 0);
	CHECK_EQ(uvm_obj_wirepages(uobj, 0, 16384, NULL), 0);
	uvm_obj_unwirepages(uobj, 0, 16384);
	uao_reference(uobj);
	uao_detach(uobj);
	uao_detach(uobj);
	kmem_free(data, len);
	kmem_free(back, len);
	return 0;
}
