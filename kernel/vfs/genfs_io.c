/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * VOP_GETPAGES and VOP_PUTPAGES for file systems that map logical blocks to
 * blocks of a device (VOP_BMAP) and leave the transfer to that device
 * (VOP_STRATEGY).  See genfs(9).
 *
 * Each page, or the part of it that one run of blocks covers, is one
 * transfer straight into or from the page.  A block of the file system may
 * be smaller or larger than a page.  What VOP_BMAP says is not trusted beyond
 * choosing an address: the device checks that.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bitops.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm.h>

#include <rump/rumpuser_fuzz.h>

#include "rump_vfsblk.h"

#define	GP_MAXPAGES	(MAXPHYS >> PAGE_SHIFT)
#define	PUT_MAXPAGES	(MAXPHYS >> PAGE_SHIFT)
#define	BLOCKRUN_MAX	4095		/* blocks of a run that are used */

static inline int
vnode_bshift(struct vnode *vp)
{

	return vp->v_type == VBLK ? DEV_BSHIFT : vp->v_mount->mnt_fs_bshift;
}

/*
 * The state of walking a file's blocks: the run that was mapped last.
 */
struct blockrun {
	struct vnode	*br_devvp;
	off_t		br_start;	/* bytes of the file */
	off_t		br_end;
	daddr_t		br_blkno;	/* of br_start, or -1 for a hole */
};

/*
 * Where the byte at off lies.  The answer holds until br_end.
 */
static int
blockrun_map(struct vnode *vp, struct blockrun *br, off_t off)
{
	const int bshift = vnode_bshift(vp);
	daddr_t lbn, blkno;
	int run = 0, error;

	if (br->br_devvp != NULL && off >= br->br_start && off < br->br_end)
		return 0;
	lbn = off >> bshift;
	br->br_devvp = NULL;
	error = VOP_BMAP(vp, lbn, &br->br_devvp, &blkno, &run);
	if (error)
		return error;
	if (run < 0 || run > BLOCKRUN_MAX)
		run = run < 0 ? 0 : BLOCKRUN_MAX;
	if (blkno < -1 || blkno > (INT64_MAX >> DEV_BSHIFT))
		return EIO;
	br->br_start = (off_t)lbn << bshift;
	br->br_end = br->br_start + ((off_t)(run + 1) << bshift);
	br->br_blkno = blkno;
	if (blkno == -1)
		br->br_devvp = vp;
	else if (br->br_devvp == NULL)
		return EIO;
	return 0;
}

/*
 * The buffer of a caller of pageio(), on its stack: all transfers here are
 * waited for.
 */
static void
pagebuf_init(struct buf *bp, struct vnode *vp)
{

	buf_init(bp);
	bp->b_cflags = BC_BUSY;
	bp->b_vp = vp;
	bp->b_objlock = vp->v_interlock;
}

/*
 * A write is asynchronous to the device, which so need not put it on stable
 * storage, though it is waited for here.
 */
static void
pagebuf_written(struct buf *bp)
{

	mutex_enter(bp->b_objlock);
	bp->b_private = bp;
	cv_broadcast(&bp->b_done);
	mutex_exit(bp->b_objlock);
}

static void
pagebuf_wait(struct buf *bp)
{

	mutex_enter(bp->b_objlock);
	while (bp->b_private == NULL)
		cv_wait(&bp->b_done, bp->b_objlock);
	mutex_exit(bp->b_objlock);
}

/*
 * One transfer with a buffer that is used again and again.
 */
static int
pageio(struct vnode *vp, struct buf *bp, struct blockrun *br, off_t off,
    void *data, size_t len, bool write)
{

	bp->b_flags = write ? B_WRITE | B_ASYNC : B_READ;
	bp->b_oflags = 0;
	bp->b_error = 0;
	bp->b_iodone = write ? pagebuf_written : NULL;
	bp->b_private = NULL;
	bp->b_data = data;
	bp->b_resid = bp->b_bcount = bp->b_bufsize = len;
	bp->b_lblkno = 0;
	bp->b_blkno = br->br_blkno + ((off - br->br_start) >> DEV_BSHIFT);
	bp->b_rawblkno = bp->b_blkno;
	if (br->br_devvp->v_type == VBLK)
		bp->b_dev = br->br_devvp->v_rdev;
	if (write) {
		mutex_enter(vp->v_interlock);
		vp->v_numoutput++;
		mutex_exit(vp->v_interlock);
		curlwp->l_ru.ru_oublock++;
	} else
		curlwp->l_ru.ru_inblock++;
	(void)VOP_STRATEGY(br->br_devvp, bp);
	if (write)
		pagebuf_wait(bp);
	else
		(void)biowait(bp);
	if (bp->b_error != 0)
		return bp->b_error;
	if (bp->b_resid != 0) {
		if (write)
			return EIO;
		/* The device ends here. */
		memset((char *)data + (len - bp->b_resid), 0, bp->b_resid);
	}
	return 0;
}

/*
 * Reads a busy page that is PG_FAKE; what is past diskeof is zero.  Says
 * when there was a hole.
 */
static int
genfs_readpage(struct vnode *vp, struct vm_page *pg, struct buf *bp,
    struct blockrun *br, off_t diskeof, bool *holep)
{
	off_t off = pg->offset, end = pg->offset + PAGE_SIZE;
	uint8_t *va = uvm_page_va(pg);
	off_t stop;
	size_t len;
	int error;

	while (off < end) {
		if (off >= diskeof) {
			memset(va, 0, end - off);
			break;
		}
		error = blockrun_map(vp, br, off);
		if (error)
			return error;
		stop = MIN(end, MIN(br->br_end, diskeof));
		len = stop - off;
		if (br->br_blkno == -1) {
			memset(va, 0, len);
			*holep = true;
		} else {
			error = pageio(vp, bp, br, off, va, len, false);
			if (error)
				return error;
		}
		va += len;
		off = stop;
	}
	return 0;
}

/*
 * Frees pages that were allocated and not read, releases the others.
 */
static void
genfs_abandon(struct uvm_object *uobj, struct vm_page **pgs, int npages)
{
	int i;

	rw_enter(uobj->vmobjlock, RW_WRITER);
	for (i = 0; i < npages; i++) {
		if (pgs[i] != NULL && (pgs[i]->flags & PG_FAKE) != 0)
			pgs[i]->flags |= PG_RELEASED;
	}
	uvm_page_unbusy(pgs, npages);
	rw_exit(uobj->vmobjlock);
}

/*
 * VOP_GETPAGES.  The object is write-locked; it is unlocked at return, except
 * for PGO_LOCKED, which takes only what is resident.  Pages come busy.
 */
int
genfs_getpages(void *v)
{
	struct vop_getpages_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uvm_object *uobj = &vp->v_uobj;
	struct vm_page *pgs[GP_MAXPAGES];
	struct blockrun br;
	struct buf buf, *bp = NULL;
	const int flags = ap->a_flags;
	const bool memwrite = (ap->a_access_type & VM_PROT_WRITE) != 0;
	const bool overwrite = (flags & PGO_OVERWRITE) != 0;
	const bool blockalloc = memwrite && !(flags & PGO_NOBLOCKALLOC);
	const bool glocked = (flags & PGO_GLOCKHELD) != 0;
	const int bshift = vnode_bshift(vp);
	off_t memeof, diskeof, start, end, want, bend, origvsize;
	int npages, ridx, i, error;
	unsigned int found, filled = 0, holes = 0;	/* bit for each page */
	bool hole;

	KASSERT(rw_write_held(uobj->vmobjlock));
	KASSERT(ap->a_count != NULL && *ap->a_count > 0);
	KASSERT((ap->a_offset & PAGE_MASK) == 0 && ap->a_offset >= 0);
	rumpuser_step(1);

startover:
	npages = MIN(*ap->a_count, GP_MAXPAGES);
	origvsize = vp->v_size;
	want = ap->a_offset + ((off_t)npages << PAGE_SHIFT);
	if (flags & PGO_PASTEOF)
		memeof = MAX(vp->v_writesize, want);
	else
		memeof = vp->v_size;
	GOP_SIZE(vp, memeof, &memeof, GOP_SIZE_MEM);
	GOP_SIZE(vp, vp->v_size, &diskeof, 0);
	if (ap->a_offset >= memeof) {
		if ((flags & PGO_LOCKED) == 0)
			rw_exit(uobj->vmobjlock);
		return EINVAL;
	}
	end = MIN(want, round_page(memeof));
	npages = (end - ap->a_offset) >> PAGE_SHIFT;

	if (flags & PGO_LOCKED) {
		found = npages;
		uvn_findpages(uobj, ap->a_offset, &found, ap->a_m, NULL,
		    UFP_NOWAIT | UFP_NOALLOC | (memwrite ? UFP_NORDONLY : 0));
		for (i = 0; i < npages; i++) {
			if (ap->a_m[i] != NULL &&
			    (ap->a_m[i]->flags & PG_FAKE) != 0) {
				uvm_page_unbusy(&ap->a_m[i], 1);
				ap->a_m[i] = NULL;
				found--;
			}
		}
		*ap->a_count = found;
		return ap->a_m[ap->a_centeridx] == NULL ? EBUSY : 0;
	}

	/*
	 * Whole blocks of the file system at a time, where that takes no more
	 * than one transfer's worth of pages.
	 */
	start = ap->a_offset;
	if (!overwrite && bshift > PAGE_SHIFT && bshift <= ilog2(MAXPHYS)) {
		bend = MIN(roundup2(end, (off_t)1 << bshift),
		    round_page(memeof));
		start = rounddown2(start, (off_t)1 << bshift);
		if (bend - start > MAXPHYS)
			start = ap->a_offset;
		else
			end = MAX(end, bend);
	}

	if (!glocked) {
		/* Against truncation; ordered before the object's lock. */
		if (!blockalloc && genfs_node_rdtrylock(vp)) {
			;
		} else {
			rw_exit(uobj->vmobjlock);
			if (blockalloc)
				genfs_node_wrlock(vp);
			else
				genfs_node_rdlock(vp);
			rw_enter(uobj->vmobjlock, RW_WRITER);
			if (vp->v_size < origvsize) {
				genfs_node_unlock(vp);
				goto startover;
			}
		}
	}

	npages = (end - start) >> PAGE_SHIFT;
	memset(pgs, 0, npages * sizeof(pgs[0]));
	found = npages;
	uvn_findpages(uobj, start, &found, pgs, NULL, UFP_ALL);
	if (found != (unsigned)npages) {
		rw_exit(uobj->vmobjlock);
		genfs_abandon(uobj, pgs, npages);
		error = ENOMEM;
		goto out;
	}
	rw_exit(uobj->vmobjlock);

	/* What is to be overwritten is not read; who writes it clears FAKE. */
	br.br_devvp = NULL;
	error = 0;
	for (i = 0; i < npages && !overwrite; i++) {
		if ((pgs[i]->flags & PG_FAKE) == 0)
			continue;
		if (bp == NULL) {
			bp = &buf;
			pagebuf_init(bp, vp);
			uvmexp.pageins++;
		}
		hole = false;
		error = genfs_readpage(vp, pgs[i], bp, &br, diskeof, &hole);
		if (error)
			break;
		filled |= 1U << i;
		if (hole)
			holes |= 1U << i;
	}
	if (bp != NULL)
		buf_destroy(bp);
	if (error) {
		genfs_abandon(uobj, pgs, npages);
		goto out;
	}
	if (blockalloc) {
		error = GOP_ALLOC(vp, start, end - start, 0, curlwp->l_cred);
		if (error) {
			genfs_abandon(uobj, pgs, npages);
			goto out;
		}
	}

	/* The pages asked for go to the caller, the others to the cache. */
	rw_enter(uobj->vmobjlock, RW_WRITER);
	ridx = (ap->a_offset - start) >> PAGE_SHIFT;
	want = MIN(*ap->a_count, npages - ridx);
	for (i = 0; i < npages; i++) {
		if (filled & (1U << i))
			pgs[i]->flags &= ~PG_FAKE;
		if (holes & (1U << i))
			pgs[i]->flags |= PG_RDONLY;
		if (memwrite)
			pgs[i]->flags &= ~PG_RDONLY;
		uvm_pageactivate(pgs[i]);
		if (i >= ridx && i < ridx + want)
			ap->a_m[i - ridx] = pgs[i];
		else
			uvm_page_unbusy(&pgs[i], 1);
	}
	rw_exit(uobj->vmobjlock);
	*ap->a_count = want;
	if ((flags & PGO_NOTIMESTAMP) == 0)
		GOP_MARKUPDATE(vp, GOP_UPDATE_ACCESSED |
		    (memwrite ? GOP_UPDATE_MODIFIED : 0));
out:
	if (!glocked)
		genfs_node_unlock(vp);
	return error;
}

/*
 * VOP_PUTPAGES.
 */
int
genfs_putpages(void *v)
{
	struct vop_putpages_args *ap = v;

	return genfs_do_putpages(ap->a_vp, ap->a_offlo, ap->a_offhi,
	    ap->a_flags, NULL);
}

/*
 * Writes one cluster of busy pages that were marked clean.
 */
static int
genfs_putcluster(struct vnode *vp, struct vm_page **pgs, int n, int flags)
{
	struct uvm_object *uobj = &vp->v_uobj;
	int error;

	rw_exit(uobj->vmobjlock);
	uvmexp.pdpageouts++;
	error = GOP_WRITE(vp, pgs, n, flags);
	rw_enter(uobj->vmobjlock, RW_WRITER);
	return error;
}

/*
 * Cleans and frees the pages of [startoff, endoff), endoff 0 being the end of
 * the file.  The object is write-locked; it is unlocked at return.  The first
 * error of a write is returned for PGO_SYNCIO.
 */
int
genfs_do_putpages(struct vnode *vp, off_t startoff, off_t endoff, int flags,
    struct vm_page **busypg)
{
	struct uvm_object *uobj = &vp->v_uobj;
	struct vm_page *pgs[PUT_MAXPAGES], *pg;
	const bool cleanit = (flags & PGO_CLEANIT) != 0;
	const bool freeit = (flags & PGO_FREE) != 0;
	const bool sync = (flags & PGO_SYNCIO) != 0;
	off_t off;
	int error = 0, err1, n;

	KASSERT(rw_write_held(uobj->vmobjlock));
	KASSERT(startoff >= 0 && (startoff & PAGE_MASK) == 0);

	if (flags & PGO_ALLPAGES) {
		startoff = 0;
		endoff = 0;
	}
	off = startoff;
	if (uobj->uo_npages == 0 ||
	    (!freeit && (!cleanit || uobj->uo_ndirty == 0)))
		goto done;

	while ((pg = rb_tree_find_node_geq(&uobj->uo_pages, &off)) != NULL &&
	    (endoff == 0 || pg->offset < endoff)) {
		rumpuser_step(1);
		if ((pg->flags & PG_BUSY) != 0) {
			if (flags & PGO_BUSYFAIL) {
				error = EDEADLK;
				if (busypg != NULL)
					*busypg = pg;
				rw_exit(uobj->vmobjlock);
				return error;
			}
			uvm_pagewait(pg, uobj->vmobjlock, "genput");
			rw_enter(uobj->vmobjlock, RW_WRITER);
			continue;
		}
		off = pg->offset + PAGE_SIZE;
		if (!cleanit || (pg->flags & PG_CLEAN) != 0) {
			if (freeit)
				uvm_pagefree(pg);
			continue;
		}
		/* This one and the dirty ones that follow it. */
		for (n = 0; n < PUT_MAXPAGES; n++) {
			vfsblk_page_busy(pg);
			uvm_pagemarkdirty(pg, UVM_PAGE_STATUS_CLEAN);
			if (freeit)
				pg->flags |= PG_RELEASED;
			pgs[n] = pg;
			pg = RB_TREE_NEXT(&uobj->uo_pages, pg);
			if (pg == NULL || pg->offset != off ||
			    (endoff != 0 && pg->offset >= endoff) ||
			    (pg->flags & (PG_BUSY | PG_CLEAN)) != 0) {
				n++;
				break;
			}
			off = pg->offset + PAGE_SIZE;
		}
		off = pgs[n - 1]->offset + PAGE_SIZE;
		err1 = genfs_putcluster(vp, pgs, n, flags);
		if (error == 0)
			error = err1;
		/* Without waiting there is nothing to go on for. */
		if (err1 == ENOMEM || err1 == EAGAIN)
			break;
	}
done:
	if (uobj->uo_ndirty == 0 && (vp->v_iflag & VI_ONWORKLST) != 0) {
		mutex_enter(vp->v_interlock);
		if ((vp->v_iflag & VI_ONWORKLST) != 0 &&
		    LIST_EMPTY(&vp->v_dirtyblkhd))
			vn_syncer_remove_from_worklist(vp);
		mutex_exit(vp->v_interlock);
	}
	rw_exit(uobj->vmobjlock);
	if (cleanit && sync) {
		mutex_enter(vp->v_interlock);
		while (vp->v_numoutput != 0)
			cv_wait(&vp->v_cv, vp->v_interlock);
		mutex_exit(vp->v_interlock);
	}
	return sync ? error : 0;
}

/*
 * Writes busy pages that follow each other and releases them.  What is past
 * the end that the file has or is about to have is not written.  A page
 * without a block is an error: nobody allocated it before it was dirtied.
 */
int
genfs_gop_write(struct vnode *vp, struct vm_page **pgs, int npages, int flags)
{
	struct blockrun br = { .br_devvp = NULL };
	off_t off, end, stop, eof;
	struct buf buf;
	int error = 0, i;
	uint8_t *va;

	/* A write that makes the file longer sets v_size when it is done. */
	GOP_SIZE(vp, MAX(vp->v_size, vp->v_writesize), &eof, 0);
	pagebuf_init(&buf, vp);
	for (i = 0; i < npages && error == 0; i++) {
		va = uvm_page_va(pgs[i]);
		off = pgs[i]->offset;
		end = MIN(off + PAGE_SIZE, eof);
		for (; off < end && error == 0; va += stop - off, off = stop) {
			stop = end;
			error = blockrun_map(vp, &br, off);
			if (error)
				break;
			stop = MIN(end, br.br_end);
			if (br.br_blkno == -1)
				error = EIO;
			else
				error = pageio(vp, &buf, &br, off, va,
				    stop - off, true);
		}
	}
	buf_destroy(&buf);
	if (error)
		printf("genfs: write of pages at offset %" PRId64
		    " failed, error %d\n", pgs[0]->offset, error);
	uvm_aio_aiodone_pages(pgs, npages, true, error);
	return error;
}

/* The same; pages have no mapping to be writable or not. */
int
genfs_gop_write_rwmap(struct vnode *vp, struct vm_page **pgs, int npages,
    int flags)
{

	return genfs_gop_write(vp, pgs, npages, flags);
}

/*
 * What putpages of a page may take along: no limits.
 */
void
genfs_gop_putrange(struct vnode *vp, off_t off, off_t *lop, off_t *hip)
{

	*lop = 0;
	*hip = 0;
}

/*
 * The size of a file of size bytes in whole blocks.
 */
void
genfs_size(struct vnode *vp, off_t size, off_t *eobp, int flags)
{
	const off_t bsize = (off_t)1 << vnode_bshift(vp);

	if (size > INT64_MAX - bsize)
		*eobp = INT64_MAX & ~(bsize - 1);
	else
		*eobp = (size + bsize - 1) & ~(bsize - 1);
}

/*
 * For file systems without VOP_BMAP: pages through VOP_READ and VOP_WRITE.
 */

static int
genfs_compat_rw(struct vnode *vp, struct vm_page *pg, enum uio_rw rw)
{
	struct iovec iov;
	struct uio uio;
	off_t eof = vp->v_size;
	int error;

	iov.iov_base = uvm_page_va(pg);
	iov.iov_len = PAGE_SIZE;
	if (rw == UIO_WRITE && pg->offset + PAGE_SIZE > eof)
		iov.iov_len = MAX(0, eof - pg->offset);
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_offset = pg->offset;
	uio.uio_rw = rw;
	uio.uio_resid = iov.iov_len;
	UIO_SETUP_SYSSPACE(&uio);
	if (rw == UIO_WRITE)
		return VOP_WRITE(vp, &uio, 0, curlwp->l_cred);
	error = VOP_READ(vp, &uio, 0, curlwp->l_cred);
	if (error == 0 && uio.uio_resid != 0)
		memset(iov.iov_base, 0, uio.uio_resid);
	return error;
}

int
genfs_compat_getpages(void *v)
{
	struct vop_getpages_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uvm_object *uobj = &vp->v_uobj;
	const bool memwrite = (ap->a_access_type & VM_PROT_WRITE) != 0;
	unsigned int found;
	int i, error = 0, npages = *ap->a_count;
	off_t left;

	left = vp->v_size - ap->a_offset;
	if (left <= 0 && (ap->a_flags & PGO_PASTEOF) == 0) {
		if ((ap->a_flags & PGO_LOCKED) == 0)
			rw_exit(uobj->vmobjlock);
		return EINVAL;
	}
	if (ap->a_flags & PGO_LOCKED) {
		found = npages;
		uvn_findpages(uobj, ap->a_offset, &found, ap->a_m, NULL,
		    UFP_NOWAIT | UFP_NOALLOC | (memwrite ? UFP_NORDONLY : 0));
		*ap->a_count = found;
		return ap->a_m[ap->a_centeridx] == NULL ? EBUSY : 0;
	}
	if ((ap->a_flags & PGO_PASTEOF) == 0)
		npages = MIN(npages, (int)MIN(round_page(left) >> PAGE_SHIFT,
		    INT_MAX));
	found = npages;
	uvn_findpages(uobj, ap->a_offset, &found, ap->a_m, NULL, UFP_ALL);
	rw_exit(uobj->vmobjlock);
	if (found != (unsigned)npages)
		error = ENOMEM;
	for (i = 0; i < npages && error == 0; i++) {
		if ((ap->a_m[i]->flags & PG_FAKE) == 0 ||
		    (ap->a_flags & PGO_OVERWRITE) != 0)
			continue;
		error = genfs_compat_rw(vp, ap->a_m[i], UIO_READ);
		if (error == 0) {
			rw_enter(uobj->vmobjlock, RW_WRITER);
			ap->a_m[i]->flags &= ~PG_FAKE;
			rw_exit(uobj->vmobjlock);
		}
	}
	if (error) {
		genfs_abandon(uobj, ap->a_m, npages);
		memset(ap->a_m, 0, npages * sizeof(ap->a_m[0]));
		return error;
	}
	*ap->a_count = npages;
	return 0;
}

int
genfs_compat_gop_write(struct vnode *vp, struct vm_page **pgs, int npages,
    int flags)
{
	int error = 0, i;

	for (i = 0; i < npages && error == 0; i++)
		error = genfs_compat_rw(vp, pgs[i], UIO_WRITE);
	uvm_aio_aiodone_pages(pgs, npages, true, error);
	return error;
}

/*
 * Tries to transfer between the caller's memory and the device without
 * caching pages: whole blocks only, up to the first hole or the end of the
 * file.  Errors are not reported; what is left in uio is the caller's to do
 * through the cache.
 */
void
genfs_directio(struct vnode *vp, struct uio *uio, int ioflag)
{
	const off_t bsize = (off_t)1 << vnode_bshift(vp);
	const bool write = uio->uio_rw == UIO_WRITE;
	struct blockrun br = { .br_devvp = NULL };
	struct buf buf;
	off_t off, stop;
	size_t len;
	void *data;
	int error = 0;

	off = uio->uio_offset;
	if (bsize > MAXPHYS || (off & (bsize - 1)) != 0 ||
	    uio->uio_resid < (size_t)bsize)
		return;
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	if (VOP_PUTPAGES(vp, trunc_page(off),
	    round_page(off + uio->uio_resid),
	    PGO_CLEANIT | PGO_FREE | PGO_SYNCIO) != 0)
		return;

	data = kmem_alloc(MAXPHYS, KM_SLEEP);
	pagebuf_init(&buf, vp);
	genfs_node_rdlock(vp);
	while (uio->uio_resid >= (size_t)bsize && error == 0) {
		off = uio->uio_offset;
		if (blockrun_map(vp, &br, off) != 0 || br.br_blkno == -1)
			break;
		stop = MIN(br.br_end, off + MAXPHYS);
		stop = MIN(stop, off + (off_t)(uio->uio_resid & ~(bsize - 1)));
		stop = MIN(stop, vp->v_size & ~(bsize - 1));
		if (stop <= off)
			break;
		len = stop - off;
		if (write) {
			error = uiomove(data, len, uio);
			if (error == 0)
				error = pageio(vp, &buf, &br, off, data, len,
				    true);
		} else {
			error = pageio(vp, &buf, &br, off, data, len, false);
			if (error == 0)
				error = uiomove(data, len, uio);
		}
	}
	genfs_node_unlock(vp);
	buf_destroy(&buf);
	kmem_free(data, MAXPHYS);
}
