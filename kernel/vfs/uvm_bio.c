/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Moving data between a caller and the pages of an object: what file systems
 * use for read and write.  See ubc_uiomove(9).
 *
 * There are no mappings: pages are made busy, copied from or to at their own
 * addresses, and released, up to 64 KiB at a time.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rwlock.h>
#include <sys/uio.h>

#include <uvm/uvm.h>

#include "rump_vfsblk.h"

#define	UBC_CHUNK_PAGES	16

/* Nothing to prepare. */
void
ubc_init(void)
{

}

/*
 * Takes n resident pages from offset on, busy, if all of them are ready to
 * use.  The object is write-locked.
 */
static bool
ubc_fastget(struct uvm_object *uobj, voff_t off, struct vm_page **pgs, int n,
    bool write)
{
	struct vm_page *pg;
	int i;

	pg = uvm_pagelookup(uobj, off);
	for (i = 0; i < n; i++) {
		if (pg == NULL || pg->offset != off + ((voff_t)i << PAGE_SHIFT))
			return false;
		if ((pg->flags & (PG_BUSY | PG_FAKE | PG_RELEASED)) != 0 ||
		    (write && (pg->flags & PG_RDONLY) != 0))
			return false;
		pgs[i] = pg;
		if (i + 1 < n)
			pg = RB_TREE_NEXT(&uobj->uo_pages, pg);
	}
	for (i = 0; i < n; i++)
		vfsblk_page_busy(pgs[i]);
	return true;
}

/*
 * Busy pages for [off, off + *lenp), which may become shorter.  The object is
 * not locked.
 */
static int
ubc_getpages(struct uvm_object *uobj, voff_t off, size_t *lenp,
    struct vm_page **pgs, int *npagesp, int advice, int flags)
{
	const bool write = (flags & UBC_WRITE) != 0;
	voff_t start = trunc_page(off);
	int error, npages, gflags;

	if (*lenp > (UBC_CHUNK_PAGES << PAGE_SHIFT) - (off - start))
		*lenp = (UBC_CHUNK_PAGES << PAGE_SHIFT) - (off - start);
	npages = (round_page(off + *lenp) - start) >> PAGE_SHIFT;

	rw_enter(uobj->vmobjlock, RW_WRITER);
	if (ubc_fastget(uobj, start, pgs, npages, write)) {
		rw_exit(uobj->vmobjlock);
		*npagesp = npages;
		return 0;
	}
	memset(pgs, 0, npages * sizeof(pgs[0]));
	gflags = PGO_SYNCIO | PGO_NOBLOCKALLOC | PGO_NOTIMESTAMP;
	if (write && (flags & UBC_FAULTBUSY) != 0) {
		/* A first page that is not wholly written must be read. */
		if (off == start)
			gflags |= PGO_OVERWRITE;
		gflags |= PGO_PASTEOF;
	}
	error = (*uobj->pgops->pgo_get)(uobj, start, pgs, &npages, 0,
	    write ? VM_PROT_READ | VM_PROT_WRITE : VM_PROT_READ, advice,
	    gflags);
	if (error)
		return error;
	if (npages <= 0)
		return EIO;
	*npagesp = npages;
	if (((size_t)npages << PAGE_SHIFT) - (off - start) < *lenp)
		*lenp = ((size_t)npages << PAGE_SHIFT) - (off - start);
	return 0;
}

/*
 * Releases pages that data was moved through; tail says that a write past the
 * end of the file ended inside of the last one.
 */
static void
ubc_release(struct uvm_object *uobj, struct vm_page **pgs, int npages,
    bool write, bool tail)
{
	int i;

	rw_enter(uobj->vmobjlock, RW_WRITER);
	if (tail)
		pgs[npages - 1]->flags |= PG_TAIL;
	for (i = 0; i < npages; i++) {
		if (write) {
			pgs[i]->flags &= ~(PG_FAKE | PG_RDONLY);
			uvm_pagemarkdirty(pgs[i], UVM_PAGE_STATUS_DIRTY);
		}
		uvm_pageactivate(pgs[i]);
	}
	uvm_page_unbusy(pgs, npages);
	rw_exit(uobj->vmobjlock);
}

/*
 * Zeroes what a write does not touch of pages that were not read.
 */
static void
ubc_clearedges(struct vm_page **pgs, int npages, size_t pgoff, size_t len)
{
	size_t end = pgoff + len;
	int last = (end - 1) >> PAGE_SHIFT;

	KASSERT(last < npages);
	if ((pgs[0]->flags & PG_FAKE) != 0 && pgoff != 0)
		memset(uvm_page_va(pgs[0]), 0, pgoff);
	if ((pgs[last]->flags & PG_FAKE) != 0 && (end & PAGE_MASK) != 0)
		memset(uvm_page_va(pgs[last]) + (end & PAGE_MASK), 0,
		    PAGE_SIZE - (end & PAGE_MASK));
}

/*
 * Moves todo bytes between uio and the object at uio_offset, which the caller
 * has checked against the object's size (or is extending, UBC_FAULTBUSY).
 * On an error the rest of an extending write is zeroed unless UBC_PARTIALOK,
 * so that no page shows what was in memory before.
 */
int
ubc_uiomove(struct uvm_object *uobj, struct uio *uio, vsize_t todo,
    int advice, int flags)
{
	const bool write = (flags & UBC_WRITE) != 0;
	const bool overwrite = write && (flags & UBC_FAULTBUSY) != 0;
	struct vm_page *pgs[UBC_CHUNK_PAGES];
	voff_t off = uio->uio_offset;
	size_t len, pgoff, n, moved;
	int npages, error = 0, geterror, i;

	KASSERT(todo <= uio->uio_resid);
	KASSERT(((flags & UBC_WRITE) != 0) == (uio->uio_rw == UIO_WRITE));

	while (todo > 0) {
		len = todo;
		geterror = ubc_getpages(uobj, off, &len, pgs, &npages, advice,
		    flags);
		if (geterror)
			return error != 0 ? error : geterror;
		pgoff = off & PAGE_MASK;
		if (write)
			ubc_clearedges(pgs, npages, pgoff, len);

		for (moved = 0, i = 0; moved < len; moved += n, i++) {
			size_t o = i == 0 ? pgoff : 0;

			n = MIN(PAGE_SIZE - o, len - moved);
			if (error == 0)
				error = uiomove(uvm_page_va(pgs[i]) + o, n,
				    uio);
			if (error == 0)
				continue;
			if (!overwrite)
				break;
			memset(uvm_page_va(pgs[i]) + o, 0, n);
		}
		ubc_release(uobj, pgs, npages, write,
		    overwrite && ((off + len) & PAGE_MASK) != 0);
		if (error != 0 && (!overwrite || (flags & UBC_PARTIALOK) != 0))
			break;
		off += len;
		todo -= len;
	}
	return error;
}

/*
 * Zeroes [off, off + len) of an object.  What cannot be had is left.
 */
void
ubc_zerorange(struct uvm_object *uobj, off_t off, size_t len, int flags)
{
	struct vm_page *pgs[UBC_CHUNK_PAGES];
	size_t n, chunk, o, done;
	int npages, i;

	while (len > 0) {
		chunk = len;
		if (ubc_getpages(uobj, off, &chunk, pgs, &npages,
		    UVM_ADV_SEQUENTIAL, UBC_WRITE | UBC_FAULTBUSY) != 0)
			return;
		ubc_clearedges(pgs, npages, off & PAGE_MASK, chunk);
		for (done = 0, i = 0; done < chunk; done += n, i++) {
			o = i == 0 ? off & PAGE_MASK : 0;
			n = MIN(PAGE_SIZE - o, chunk - done);
			memset(uvm_page_va(pgs[i]) + o, 0, n);
		}
		ubc_release(uobj, pgs, npages, true,
		    ((off + chunk) & PAGE_MASK) != 0);
		off += chunk;
		len -= chunk;
	}
}

/* Objects keep nothing here. */
void
ubc_purge(struct uvm_object *uobj)
{

}
