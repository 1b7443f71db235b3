/* SPDX-License-Identifier: BSD-2-Clause */

/* Tables of list heads: hash(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bitops.h>
#include <sys/kmem.h>
#include <sys/pslist.h>
#include <sys/queue.h>

LIST_HEAD(hash_list, generic);
SLIST_HEAD(hash_slist, generic);
TAILQ_HEAD(hash_tailq, generic);

static size_t
head_size(enum hashtype htype)
{

	switch (htype) {
	case HASH_LIST:
		return sizeof(struct hash_list);
	case HASH_SLIST:
		return sizeof(struct hash_slist);
	case HASH_TAILQ:
		return sizeof(struct hash_tailq);
	case HASH_PSLIST:
		return sizeof(struct pslist_head);
	}
	panic("hashinit: type %d", htype);
}

/*
 * A table for about elements elements, a power of two of heads; *hashmask
 * becomes their number less one.  NULL without memory, if waitok is false.
 */
void *
hashinit(u_int elements, enum hashtype htype, bool waitok, u_long *hashmask)
{
	const size_t esize = head_size(htype);
	u_long n = 1, i;
	void *p;

	KASSERT(elements > 0);
	while (n * 2 <= elements)
		n *= 2;
	p = kmem_zalloc(n * esize, waitok ? KM_SLEEP : KM_NOSLEEP);
	if (p == NULL)
		return NULL;
	/* Heads of the other types are empty when they are zero. */
	if (htype == HASH_TAILQ)
		for (i = 0; i < n; i++)
			TAILQ_INIT(&((struct hash_tailq *)p)[i]);
	*hashmask = n - 1;
	return p;
}

/* Frees a table, whose lists are empty. */
void
hashdone(void *table, enum hashtype htype, u_long hashmask)
{

	kmem_free(table, (hashmask + 1) * head_size(htype));
}
