/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Lists of pages by address: uvm_pglistalloc(9).
 *
 * A page here is a number that means something to a device, so the memory is
 * bus_dma(9)'s.  Pages of one run are freed one by one and in any order; the
 * run's memory goes back with the last.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include <uvm/uvm_extern.h>
#include <uvm/uvm_page.h>

#include <machine/bus_private.h>

/* Pages that follow each other. */
struct pgrun {
	bus_dma_segment_t pr_seg;
	u_int		pr_npages;
	u_int		pr_used;	/* atomic: pages that are not free yet */
	struct vm_page	pr_pages[];
};
#define	PGRUN_SIZE(n)	(offsetof(struct pgrun, pr_pages) + (n) * sizeof(struct vm_page))

static void
run_free(struct pgrun *pr)
{

	bus_dmamem_free(&pci_bus_dma64_tag, &pr->pr_seg, 1);
	kmem_free(pr, PGRUN_SIZE(pr->pr_npages));
}

/* A run of n pages, appended to the list. */
static int
run_alloc(u_int n, bus_dma_tag_t t, paddr_t alignment, paddr_t boundary, struct pglist *list,
    int waitok)
{
	struct pgrun *pr;
	u_int i;
	int error, nsegs;

	pr = kmem_zalloc(PGRUN_SIZE(n), waitok ? KM_SLEEP : KM_NOSLEEP);
	if (pr == NULL)
		return ENOMEM;
	error = bus_dmamem_alloc(t, (bus_size_t)n << PAGE_SHIFT, alignment, boundary, &pr->pr_seg,
	    1, &nsegs, waitok ? BUS_DMA_WAITOK : BUS_DMA_NOWAIT);
	if (error != 0) {
		kmem_free(pr, PGRUN_SIZE(n));
		return error;
	}
	pr->pr_npages = pr->pr_used = n;
	for (i = 0; i < n; i++) {
		struct vm_page *pg = &pr->pr_pages[i];

		pg->phys_addr = pr->pr_seg.ds_addr + ((paddr_t)i << PAGE_SHIFT);
		pg->offset = i;
		TAILQ_INSERT_TAIL(list, pg, pageq.queue);
	}
	return 0;
}

int
uvm_pglistalloc(psize_t size, paddr_t low, paddr_t high, paddr_t alignment, paddr_t boundary,
    struct pglist *rlist, int nsegs, int waitok)
{
	/* Overrides are of tags that drivers make; this one has none. */
	struct x86_bus_dma_tag tag = { .bdt_low = low, .bdt_high = high };
	psize_t npages = size >> PAGE_SHIFT, i;
	int error = 0;

	TAILQ_INIT(rlist);
	if ((size & PAGE_MASK) != 0)
		npages++;
	if (npages == 0 || nsegs < 1 || (alignment & (alignment - 1)) != 0 ||
	    (boundary & (boundary - 1)) != 0)
		return EINVAL;
	if (npages > INT_MAX >> PAGE_SHIFT || low > high)
		return ENOMEM;
	if ((psize_t)nsegs < npages)
		return run_alloc(npages, &tag, alignment, boundary, rlist, waitok);
	for (i = 0; i < npages && error == 0; i++)
		error = run_alloc(1, &tag, alignment, boundary, rlist, waitok);
	if (error != 0)
		uvm_pglistfree(rlist);
	return error;
}

void
uvm_pglistfree(struct pglist *list)
{
	struct vm_page *pg;
	struct pgrun *pr;

	while ((pg = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, pg, pageq.queue);
		pr = container_of(pg - pg->offset, struct pgrun, pr_pages[0]);
		if (atomic_dec_uint_nv(&pr->pr_used) == 0)
			run_free(pr);
	}
}
