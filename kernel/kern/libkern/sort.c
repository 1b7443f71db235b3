/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Sorting and searching.  Heap sort: no recursion, n log n always, so that
 * no input makes it slow.
 */

#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/errno.h>
#include <lib/libkern/libkern.h>

void *
bsearch(const void *key, const void *base, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	const char *p = base;
	int d;

	while (n != 0) {
		const char *mid = p + (n / 2) * size;

		d = (*cmp)(key, mid);
		if (d == 0)
			return __UNCONST(mid);
		if (d > 0) {
			p = mid + size;
			n--;
		}
		n /= 2;
	}
	return NULL;
}

static void
sift(char *base, size_t i, size_t n, size_t size,
    int (*cmp)(const void *, const void *), char *tmp)
{
	size_t child;

	memcpy(tmp, base + i * size, size);
	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && (*cmp)(base + child * size,
		    base + (child + 1) * size) < 0)
			child++;
		if ((*cmp)(tmp, base + child * size) >= 0)
			break;
		memcpy(base + i * size, base + child * size, size);
		i = child;
	}
	memcpy(base + i * size, tmp, size);
}

/* Sorts n elements of size bytes; tmp has room for one.  0 or EINVAL. */
int
kheapsort(void *basep, size_t n, size_t size,
    int (*cmp)(const void *, const void *), void *tmp)
{
	char *base = basep;
	size_t i;

	if (size == 0)
		return EINVAL;
	if (n < 2)
		return 0;
	for (i = n / 2; i-- != 0;)
		sift(base, i, n, size, cmp, tmp);
	for (i = n - 1; i != 0; i--) {
		/* The largest goes to the end; what was there sinks. */
		char *last = base + i * size;
		size_t b;

		for (b = 0; b < size; b++) {
			char c = base[b];

			base[b] = last[b];
			last[b] = c;
		}
		sift(base, 0, i, size, cmp, tmp);
	}
	return 0;
}

void
qsort(void *base, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	char small[64];
	char *tmp = kmem_tmpbuf_alloc(size, small, sizeof(small), KM_SLEEP);

	(void)kheapsort(base, n, size, cmp, tmp);
	kmem_tmpbuf_free(tmp, size, small);
}
