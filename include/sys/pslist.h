/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Lists that are read without a lock: pslist(9).  Writers exclude each
 * other; readers use the _READER_ forms inside pserialize(9) or psref(9).
 */

#ifndef _SYS_PSLIST_H_
#define	_SYS_PSLIST_H_

#include <sys/types.h>
#include <sys/container_of.h>

struct pslist_head {
	struct pslist_entry *plh_first;
};
struct pslist_entry {
	struct pslist_entry **ple_prevp;
	struct pslist_entry *ple_next;
};

#define	PSLIST_INITIALIZER	{ .plh_first = NULL }
#define	PSLIST_ENTRY_INITIALIZER	{ .ple_prevp = NULL, .ple_next = NULL }

static __inline void __unused
pslist_init(struct pslist_head *head)
{

	head->plh_first = NULL;
}

static __inline void __unused
pslist_destroy(struct pslist_head *head)
{
}

static __inline void __unused
pslist_entry_init(struct pslist_entry *entry)
{

	entry->ple_next = NULL;
	entry->ple_prevp = NULL;
}

static __inline void __unused
pslist_entry_destroy(struct pslist_entry *entry, void *unused)
{

	entry->ple_next = (struct pslist_entry *)unused;
}

static __inline void __unused
pslist_publish(struct pslist_entry **where, struct pslist_entry *entry)
{

	__atomic_store_n(where, entry, __ATOMIC_RELEASE);
}

static __inline void __unused
pslist_writer_insert_head(struct pslist_head *head, struct pslist_entry *new)
{

	new->ple_prevp = &head->plh_first;
	new->ple_next = head->plh_first;
	if (head->plh_first != NULL)
		head->plh_first->ple_prevp = &new->ple_next;
	pslist_publish(&head->plh_first, new);
}

static __inline void __unused
pslist_writer_insert_before(struct pslist_entry *entry,
    struct pslist_entry *new)
{

	new->ple_prevp = entry->ple_prevp;
	new->ple_next = entry;
	pslist_publish(new->ple_prevp, new);
	entry->ple_prevp = &new->ple_next;
}

static __inline void __unused
pslist_writer_insert_after(struct pslist_entry *entry,
    struct pslist_entry *new)
{

	new->ple_prevp = &entry->ple_next;
	new->ple_next = entry->ple_next;
	if (new->ple_next != NULL)
		new->ple_next->ple_prevp = &new->ple_next;
	pslist_publish(&entry->ple_next, new);
}

/* Readers that stand on entry still find the way on from it. */
static __inline void __unused
pslist_writer_remove(struct pslist_entry *entry)
{

	if (entry->ple_next != NULL)
		entry->ple_next->ple_prevp = entry->ple_prevp;
	pslist_publish(entry->ple_prevp, entry->ple_next);
	entry->ple_prevp = NULL;
}

#define	_PSLIST_ELEM(p, type, field)					\
	__extension__({							\
		struct pslist_entry *__ple = (p);			\
		__ple == NULL ? NULL : container_of(__ple, type, field); \
	})

#define	PSLIST_INIT(h)			pslist_init(h)
#define	PSLIST_DESTROY(h)		pslist_destroy(h)
#define	PSLIST_ENTRY_INIT(e, f)		pslist_entry_init(&(e)->f)
#define	PSLIST_ENTRY_DESTROY(e, f)	pslist_entry_destroy(&(e)->f, NULL)
#define	PSLIST_ENTRY_INLIST_P(e, f)	((e)->f.ple_prevp != NULL)
#define	PSLIST_ENTRY_EMPTY_P(e, f)	((e)->f.ple_next == NULL)

#define	PSLIST_WRITER_INSERT_HEAD(h, v, f)				\
	pslist_writer_insert_head((h), &(v)->f)
#define	PSLIST_WRITER_INSERT_BEFORE(e, n, f)				\
	pslist_writer_insert_before(&(e)->f, &(n)->f)
#define	PSLIST_WRITER_INSERT_AFTER(e, n, f)				\
	pslist_writer_insert_after(&(e)->f, &(n)->f)
#define	PSLIST_WRITER_REMOVE(v, f)	pslist_writer_remove(&(v)->f)
#define	PSLIST_WRITER_FIRST(h, t, f)					\
	_PSLIST_ELEM((h)->plh_first, t, f)
#define	PSLIST_WRITER_NEXT(v, t, f)					\
	_PSLIST_ELEM((v)->f.ple_next, t, f)
#define	PSLIST_WRITER_EMPTY(h)		((h)->plh_first == NULL)
#define	PSLIST_WRITER_FOREACH(v, h, t, f)				\
	for ((v) = PSLIST_WRITER_FIRST((h), t, f); (v) != NULL;		\
	    (v) = PSLIST_WRITER_NEXT((v), t, f))

#define	PSLIST_READER_FIRST(h, t, f)					\
	_PSLIST_ELEM(__atomic_load_n(&(h)->plh_first, __ATOMIC_ACQUIRE), t, f)
#define	PSLIST_READER_NEXT(v, t, f)					\
	_PSLIST_ELEM(__atomic_load_n(&(v)->f.ple_next, __ATOMIC_ACQUIRE), t, f)
#define	PSLIST_READER_EMPTY(h)						\
	(__atomic_load_n(&(h)->plh_first, __ATOMIC_RELAXED) == NULL)
#define	PSLIST_READER_FOREACH(v, h, t, f)				\
	for ((v) = PSLIST_READER_FIRST((h), t, f); (v) != NULL;		\
	    (v) = PSLIST_READER_NEXT((v), t, f))

#endif /* !_SYS_PSLIST_H_ */
