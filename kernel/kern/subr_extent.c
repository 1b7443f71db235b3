/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Regions allocated from an interval of numbers: extent(9).  The allocated
 * regions are a list in order; what lies between them is free.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/extent.h>
#include <sys/kmem.h>

/*
 * The interval [start, end].  With storage its regions come from there and
 * it needs no memory; else the extent is in kmem.
 */
struct extent *
extent_create(const char *name, u_long start, u_long end, void *storage,
    size_t storagesize, int flags)
{
	struct extent_fixed *fex = storage;
	struct extent_region *er;
	struct extent *ex;
	char *p;

	KASSERT(name != NULL && end >= start);
	if (storage != NULL) {
		if (storagesize < sizeof(*fex))
			panic("extent_create: %s: storage too small", name);
		memset(storage, 0, storagesize);
		ex = &fex->fex_extent;
		fex->fex_storage = storage;
		fex->fex_storagesize = storagesize;
		LIST_INIT(&fex->fex_freelist);
		for (p = (char *)storage + ALIGN(sizeof(*fex));
		    p + ALIGN(sizeof(*er)) <= (char *)storage + storagesize;
		    p += ALIGN(sizeof(*er))) {
			er = (void *)p;
			LIST_INSERT_HEAD(&fex->fex_freelist, er, er_link);
		}
		ex->ex_flags = EXF_FIXED;
	} else {
		ex = kmem_zalloc(sizeof(*ex), (flags & EX_WAITOK) != 0 ?
		    KM_SLEEP : KM_NOSLEEP);
		if (ex == NULL)
			return NULL;
	}
	if ((flags & EX_NOCOALESCE) != 0)
		ex->ex_flags |= EXF_NOCOALESCE;
	mutex_init(&ex->ex_lock, MUTEX_DEFAULT, IPL_VM);
	cv_init(&ex->ex_cv, "extent");
	LIST_INIT(&ex->ex_regions);
	ex->ex_name = name;
	ex->ex_start = start;
	ex->ex_end = end;
	return ex;
}

static struct extent_region *
region_get(struct extent *ex, int flags)
{
	struct extent_fixed *fex = (struct extent_fixed *)ex;
	struct extent_region *er = NULL;

	if ((ex->ex_flags & EXF_FIXED) != 0) {
		mutex_enter(&ex->ex_lock);
		while ((er = LIST_FIRST(&fex->fex_freelist)) == NULL &&
		    (flags & EX_MALLOCOK) == 0 && (flags & EX_WAITOK) != 0) {
			ex->ex_flwanted = true;
			cv_wait(&ex->ex_cv, &ex->ex_lock);
		}
		if (er != NULL)
			LIST_REMOVE(er, er_link);
		mutex_exit(&ex->ex_lock);
		if (er != NULL || (flags & EX_MALLOCOK) == 0)
			return er;
	}
	er = kmem_intr_zalloc(sizeof(*er), (flags & EX_WAITOK) != 0 ?
	    KM_SLEEP : KM_NOSLEEP);
	if (er != NULL)
		er->er_flags = ER_ALLOC;
	return er;
}

static void
region_put(struct extent *ex, struct extent_region *er)
{
	struct extent_fixed *fex = (struct extent_fixed *)ex;

	if ((er->er_flags & ER_ALLOC) != 0) {
		kmem_intr_free(er, sizeof(*er));
		return;
	}
	mutex_enter(&ex->ex_lock);
	LIST_INSERT_HEAD(&fex->fex_freelist, er, er_link);
	if (ex->ex_flwanted) {
		ex->ex_flwanted = false;
		cv_broadcast(&ex->ex_cv);
	}
	mutex_exit(&ex->ex_lock);
}

void
extent_destroy(struct extent *ex)
{
	struct extent_region *er;

	while ((er = LIST_FIRST(&ex->ex_regions)) != NULL) {
		LIST_REMOVE(er, er_link);
		if ((er->er_flags & ER_ALLOC) != 0)
			kmem_intr_free(er, sizeof(*er));
	}
	mutex_destroy(&ex->ex_lock);
	cv_destroy(&ex->ex_cv);
	if ((ex->ex_flags & EXF_FIXED) == 0)
		kmem_free(ex, sizeof(*ex));
}

/* Puts [start, end] behind after (NULL: first); joins neighbours. */
static void
region_insert(struct extent *ex, u_long start, u_long end, int flags,
    struct extent_region *after, struct extent_region **erp)
{
	struct extent_region *er = *erp, *next;

	next = after == NULL ? LIST_FIRST(&ex->ex_regions) :
	    LIST_NEXT(after, er_link);
	if ((ex->ex_flags & EXF_NOCOALESCE) == 0 &&
	    (flags & EX_NOCOALESCE) == 0) {
		if (after != NULL && after->er_end + 1 == start) {
			after->er_end = end;
			if (next != NULL && end + 1 == next->er_start) {
				after->er_end = next->er_end;
				LIST_REMOVE(next, er_link);
				/* Its memory goes with the unused region. */
				LIST_NEXT(er, er_link) = next;
			} else
				LIST_NEXT(er, er_link) = NULL;
			return;
		}
		if (next != NULL && end + 1 == next->er_start) {
			next->er_start = start;
			LIST_NEXT(er, er_link) = NULL;
			return;
		}
	}
	er->er_start = start;
	er->er_end = end;
	if (after == NULL)
		LIST_INSERT_HEAD(&ex->ex_regions, er, er_link);
	else
		LIST_INSERT_AFTER(after, er, er_link);
	*erp = NULL;
}

/* Frees an unused region, and one that joining made superfluous. */
static void
region_unused(struct extent *ex, struct extent_region *er)
{
	struct extent_region *next;

	if (er == NULL)
		return;
	next = LIST_NEXT(er, er_link);
	region_put(ex, er);
	if (next != NULL)
		region_put(ex, next);
}

/*
 * Allocates [start, start + size) exactly; EAGAIN if part of it is taken,
 * unless EX_WAITSPACE waits for it.  EINVAL outside, ENOMEM, EINTR.
 */
int
extent_alloc_region(struct extent *ex, u_long start, u_long size, int flags)
{
	struct extent_region *er, *it, *after;
	const u_long end = start + (size - 1);
	int error = 0;

	if (size == 0 || end < start || start < ex->ex_start ||
	    end > ex->ex_end)
		return EINVAL;
	if ((er = region_get(ex, flags)) == NULL)
		return ENOMEM;
	LIST_NEXT(er, er_link) = NULL;
	mutex_enter(&ex->ex_lock);
again:
	after = NULL;
	LIST_FOREACH(it, &ex->ex_regions, er_link) {
		if (it->er_start > end)
			break;
		if (it->er_end >= start) {
			if ((flags & EX_WAITSPACE) == 0) {
				error = EAGAIN;
				break;
			}
			ex->ex_flwanted = true;
			if ((flags & EX_CATCH) != 0)
				error = cv_wait_sig(&ex->ex_cv, &ex->ex_lock);
			else
				cv_wait(&ex->ex_cv, &ex->ex_lock);
			if (error != 0)
				break;
			goto again;
		}
		after = it;
	}
	if (error == 0)
		region_insert(ex, start, end, flags, after, &er);
	mutex_exit(&ex->ex_lock);
	region_unused(ex, er);
	return error;
}

/* The first address from lo to hi with the constraints; false: none. */
static bool
gap_fits(u_long lo, u_long hi, u_long size, u_long align, u_long skew,
    u_long bound, u_long base, u_long *addrp)
{
	u_long a, last, b;

	if (lo > hi || hi - lo < size - 1)
		return false;
	a = lo - skew;
	a = ((a + align - 1) / align) * align + skew;
	if (a < lo || a > hi || hi - a < size - 1)
		return false;
	if (bound != 0) {
		last = a + (size - 1);
		if ((a - base) / bound != (last - base) / bound) {
			b = ((last - base) / bound) * bound + base;
			a = ((b - skew + align - 1) / align) * align + skew;
			last = a + (size - 1);
			if (a < lo || a > hi || hi - a < size - 1 ||
			    (a - base) / bound != (last - base) / bound)
				return false;
		}
	}
	*addrp = a;
	return true;
}

/*
 * Allocates size within [substart, subend] at an address that is skew past
 * a multiple of alignment and crosses no multiple of boundary (counted from
 * the extent's start, or from zero with EX_BOUNDZERO).
 */
int
extent_alloc_subregion1(struct extent *ex, u_long substart, u_long subend,
    u_long size, u_long alignment, u_long skew, u_long boundary, int flags,
    u_long *result)
{
	struct extent_region *er, *it, *after;
	const u_long base = (flags & EX_BOUNDZERO) != 0 ? 0 : ex->ex_start;
	u_long addr = 0, lo;
	bool found;
	int error = 0;

	if (size == 0 || alignment == 0 || skew >= alignment ||
	    substart < ex->ex_start || subend > ex->ex_end ||
	    substart > subend || (boundary != 0 && boundary < size) ||
	    subend - substart < size - 1)
		return EINVAL;
	if ((er = region_get(ex, flags)) == NULL)
		return ENOMEM;
	LIST_NEXT(er, er_link) = NULL;
	mutex_enter(&ex->ex_lock);
	for (;;) {
		after = NULL;
		found = false;
		lo = substart;
		LIST_FOREACH(it, &ex->ex_regions, er_link) {
			if (it->er_start > lo && gap_fits(lo,
			    MIN(it->er_start - 1, subend), size, alignment,
			    skew, boundary, base, &addr)) {
				found = true;
				break;
			}
			if (it->er_end >= subend) {
				lo = 0;
				break;
			}
			if (it->er_end + 1 > lo)
				lo = it->er_end + 1;
			after = it;
		}
		if (!found && it == NULL)
			found = gap_fits(lo, subend, size, alignment, skew,
			    boundary, base, &addr);
		if (found)
			break;
		if ((flags & EX_WAITSPACE) == 0) {
			error = EAGAIN;
			break;
		}
		ex->ex_flwanted = true;
		if ((flags & EX_CATCH) != 0)
			error = cv_wait_sig(&ex->ex_cv, &ex->ex_lock);
		else
			cv_wait(&ex->ex_cv, &ex->ex_lock);
		if (error != 0)
			break;
	}
	if (error == 0) {
		region_insert(ex, addr, addr + (size - 1), flags, after, &er);
		*result = addr;
	}
	mutex_exit(&ex->ex_lock);
	region_unused(ex, er);
	return error;
}

/* Gives [start, start + size) back; EINVAL if it is not allocated. */
int
extent_free(struct extent *ex, u_long start, u_long size, int flags)
{
	struct extent_region *it, *spare, *dead = NULL;
	const u_long end = start + (size - 1);

	if (size == 0 || end < start)
		return EINVAL;
	/* A hole in the middle of a region makes two of it. */
	if ((spare = region_get(ex, flags)) == NULL)
		return ENOMEM;
	LIST_NEXT(spare, er_link) = NULL;
	mutex_enter(&ex->ex_lock);
	LIST_FOREACH(it, &ex->ex_regions, er_link)
		if (it->er_start <= start && it->er_end >= end)
			break;
	if (it == NULL) {
		mutex_exit(&ex->ex_lock);
		region_put(ex, spare);
		return EINVAL;
	}
	if (it->er_start == start && it->er_end == end) {
		LIST_REMOVE(it, er_link);
		dead = it;
	} else if (it->er_start == start)
		it->er_start = end + 1;
	else if (it->er_end == end)
		it->er_end = start - 1;
	else {
		spare->er_start = end + 1;
		spare->er_end = it->er_end;
		it->er_end = start - 1;
		LIST_INSERT_AFTER(it, spare, er_link);
		spare = NULL;
	}
	if (ex->ex_flwanted) {
		ex->ex_flwanted = false;
		cv_broadcast(&ex->ex_cv);
	}
	mutex_exit(&ex->ex_lock);
	if (spare != NULL)
		region_put(ex, spare);
	if (dead != NULL)
		region_put(ex, dead);
	return 0;
}

void
extent_print(struct extent *ex)
{
	struct extent_region *er;

	printf("extent `%s' (0x%lx - 0x%lx)\n", ex->ex_name, ex->ex_start,
	    ex->ex_end);
	LIST_FOREACH(er, &ex->ex_regions, er_link)
		printf("     0x%lx - 0x%lx\n", er->er_start, er->er_end);
}
