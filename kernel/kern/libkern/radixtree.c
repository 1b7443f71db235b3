/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Trees from 64-bit indices to pointers: radixtree(9).
 *
 * A tree of height h has nodes of 16 slots on h levels; at height 0 the root
 * is the item of index 0.  Pointers to slots' contents carry the two tag
 * bits in their low bits: a tag is set in a slot if it is set in something
 * below.  Items are therefore aligned to four bytes.
 */

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/pool.h>
#include <sys/radixtree.h>
#include <lib/libkern/libkern.h>

#define	SHIFT		4
#define	SLOTS		(1U << SHIFT)
#define	TAGMASK		((uintptr_t)3)
#define	MAXHEIGHT	(64 / SHIFT)

struct radix_node {
	void	*n_slot[SLOTS];
	u_int	 n_used;
};

static struct pool_cache radix_pool;
static volatile unsigned radix_state;	/* 0 none, 1 making, 2 ready */

/* Makes the pool of nodes, once; trees do it when they grow. */
void
radix_tree_init(void)
{
	unsigned expect = 0;

	if (__atomic_load_n(&radix_state, __ATOMIC_ACQUIRE) == 2)
		return;
	if (__atomic_compare_exchange_n(&radix_state, &expect, 1, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		pool_cache_bootstrap(&radix_pool, sizeof(struct radix_node),
		    0, 0, 0, "radixnode", NULL, IPL_NONE, NULL, NULL, NULL);
		__atomic_store_n(&radix_state, 2, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&radix_state, __ATOMIC_ACQUIRE) != 2)
		continue;
}

static inline void *
entry_ptr(const void *e)
{

	return (void *)((uintptr_t)e & ~TAGMASK);
}

static inline uintptr_t
entry_tags(const void *e)
{

	return (uintptr_t)e & TAGMASK;
}

static inline void *
entry(const void *p, uintptr_t tags)
{

	return (void *)((uintptr_t)p | tags);
}

static inline bool
in_range(const struct radix_tree *t, uint64_t idx)
{

	return t->t_height >= MAXHEIGHT || idx >> (SHIFT * t->t_height) == 0;
}

static inline unsigned
slot_of(uint64_t idx, int level)
{

	return (unsigned)(idx >> (SHIFT * level)) & (SLOTS - 1);
}

void
radix_tree_init_tree(struct radix_tree *t)
{

	t->t_root = NULL;
	t->t_height = 0;
}

void
radix_tree_fini_tree(struct radix_tree *t)
{

	KASSERT(t->t_root == NULL);
}

bool
radix_tree_empty_tree_p(struct radix_tree *t)
{

	return t->t_root == NULL;
}

/* Whether nothing has one of these tags. */
bool
radix_tree_empty_tagged_tree_p(struct radix_tree *t, unsigned int tagmask)
{

	return (entry_tags(t->t_root) & tagmask) == 0;
}

void
radix_tree_await_memory(void)
{
	struct radix_node *n;

	radix_tree_init();
	n = pool_cache_get(&radix_pool, PR_WAITOK);
	pool_cache_put(&radix_pool, n);
}

static struct radix_node *
node_alloc(void)
{
	struct radix_node *n;

	radix_tree_init();
	n = pool_cache_get(&radix_pool, PR_NOWAIT);
	if (n != NULL)
		memset(n, 0, sizeof(*n));
	return n;
}

static uintptr_t
node_tags(const struct radix_node *n)
{
	uintptr_t tags = 0;
	unsigned i;

	for (i = 0; i < SLOTS; i++)
		tags |= entry_tags(n->n_slot[i]);
	return tags;
}

/*
 * The slots from the root to idx; path[h] is the item's.  NULL in *path[i]
 * ends it.  False if idx is out of the tree's range.
 */
static bool
walk(struct radix_tree *t, uint64_t idx, void ***path)
{
	struct radix_node *n;
	int i;

	if (!in_range(t, idx))
		return false;
	path[0] = &t->t_root;
	for (i = 1; i <= t->t_height; i++) {
		n = entry_ptr(*path[i - 1]);
		if (n == NULL)
			return false;
		path[i] = &n->n_slot[slot_of(idx, t->t_height - i)];
	}
	return entry_ptr(*path[t->t_height]) != NULL;
}

/* Inserts an item where there is none; 0 or ENOMEM. */
int
radix_tree_insert_node(struct radix_tree *t, uint64_t idx, void *p)
{
	struct radix_node *n, *parent = NULL;
	void **slot;
	int level;

	KASSERT(p != NULL && entry_tags(p) == 0);
	while (!in_range(t, idx)) {
		/* Only an occupied tree needs a node on top. */
		if (t->t_root != NULL) {
			if ((n = node_alloc()) == NULL)
				return ENOMEM;
			n->n_slot[0] = t->t_root;
			n->n_used = 1;
			t->t_root = entry(n, entry_tags(t->t_root));
		}
		t->t_height++;
	}
	slot = &t->t_root;
	for (level = t->t_height - 1; level >= 0; level--) {
		if ((n = entry_ptr(*slot)) == NULL) {
			if ((n = node_alloc()) == NULL)
				goto fail;
			*slot = n;
			if (parent != NULL)
				parent->n_used++;
		}
		parent = n;
		slot = &n->n_slot[slot_of(idx, level)];
	}
	KASSERTMSG(*slot == NULL, "radix tree: index %" PRIu64 " is taken",
	    idx);
	*slot = p;
	if (parent != NULL)
		parent->n_used++;
	return 0;

fail:
	/* Nodes that were made for nothing go again. */
	while (parent != NULL && parent->n_used == 0) {
		struct radix_node *up = NULL;

		slot = &t->t_root;
		for (level = t->t_height - 1; entry_ptr(*slot) != parent;
		    level--) {
			up = entry_ptr(*slot);
			slot = &up->n_slot[slot_of(idx, level)];
		}
		*slot = NULL;
		pool_cache_put(&radix_pool, parent);
		if (up != NULL)
			up->n_used--;
		parent = up;
	}
	if (t->t_root == NULL)
		t->t_height = 0;
	return ENOMEM;
}

void *
radix_tree_lookup_node(struct radix_tree *t, uint64_t idx)
{
	void **path[MAXHEIGHT + 1];

	return walk(t, idx, path) ? entry_ptr(*path[t->t_height]) : NULL;
}

/* Another item in the place of one, which is returned; tags stay. */
void *
radix_tree_replace_node(struct radix_tree *t, uint64_t idx, void *p)
{
	void **path[MAXHEIGHT + 1], **slot, *old;
	const bool found = walk(t, idx, path);

	KASSERT(found && p != NULL && entry_tags(p) == 0);
	if (!found)
		return NULL;
	slot = path[t->t_height];
	old = entry_ptr(*slot);
	*slot = entry(p, entry_tags(*slot));
	return old;
}

/* Takes an item out, which there must be. */
void *
radix_tree_remove_node(struct radix_tree *t, uint64_t idx)
{
	void **path[MAXHEIGHT + 1], *old;
	struct radix_node *n;
	const bool found = walk(t, idx, path);
	int i;

	KASSERT(found);
	if (!found)
		return NULL;
	old = entry_ptr(*path[t->t_height]);
	*path[t->t_height] = NULL;
	for (i = t->t_height - 1; i >= 0; i--) {
		n = entry_ptr(*path[i]);
		if (*path[i + 1] == NULL && --n->n_used == 0) {
			*path[i] = NULL;
			pool_cache_put(&radix_pool, n);
			continue;
		}
		*path[i] = entry(n, node_tags(n));
	}
	if (t->t_root == NULL)
		t->t_height = 0;
	return old;
}

/* The tags of tagmask that the item has. */
unsigned int
radix_tree_get_tag(struct radix_tree *t, uint64_t idx, unsigned int tagmask)
{
	void **path[MAXHEIGHT + 1];

	if (!walk(t, idx, path))
		return 0;
	return (unsigned)entry_tags(*path[t->t_height]) & tagmask;
}

void
radix_tree_set_tag(struct radix_tree *t, uint64_t idx, unsigned int tagmask)
{
	void **path[MAXHEIGHT + 1];
	const bool found = walk(t, idx, path);
	int i;

	KASSERT(found && (tagmask & ~TAGMASK) == 0);
	for (i = 0; found && i <= t->t_height; i++)
		*path[i] = entry(*path[i], tagmask);
}

void
radix_tree_clear_tag(struct radix_tree *t, uint64_t idx, unsigned int tagmask)
{
	void **path[MAXHEIGHT + 1];
	const bool found = walk(t, idx, path);
	int i;

	KASSERT(found && (tagmask & ~TAGMASK) == 0);
	if (!found)
		return;
	*path[t->t_height] = (void *)((uintptr_t)*path[t->t_height] &
	    ~(uintptr_t)tagmask);
	for (i = t->t_height - 1; i >= 0; i--)
		*path[i] = entry(entry_ptr(*path[i]),
		    node_tags(entry_ptr(*path[i])));
}

/*
 * The next index at or after idx (or at or before, if reverse) that has an
 * item with one of the tags (0: any).  dense: give up at a gap.
 */
struct gang {
	void	**results;
	unsigned max, n;
	unsigned tagmask;
	bool	dense, stop;
};

static bool
gang_wants(const struct gang *g, const void *e)
{

	return e != NULL &&
	    (g->tagmask == 0 || (entry_tags(e) & g->tagmask) != 0);
}

static void
gang_node(struct gang *g, const void *e, int level, uint64_t idx, bool bound,
    bool reverse)
{
	const struct radix_node *n;
	int i, end, step;

	if (!gang_wants(g, e)) {
		if (g->dense)
			g->stop = true;
		return;
	}
	if (level < 0) {
		g->results[g->n++] = entry_ptr(e);
		if (g->n == g->max)
			g->stop = true;
		return;
	}
	n = entry_ptr(e);
	step = reverse ? -1 : 1;
	end = reverse ? -1 : (int)SLOTS;
	i = bound ? (int)slot_of(idx, level) : reverse ? (int)SLOTS - 1 : 0;
	for (; i != end && !g->stop; i += step) {
		gang_node(g, n->n_slot[i], level - 1, idx, bound, reverse);
		bound = false;
	}
}

static unsigned
gang(struct radix_tree *t, uint64_t idx, void **results, unsigned max,
    bool dense, unsigned tagmask, bool reverse)
{
	struct gang g = {
		.results = results, .max = max, .tagmask = tagmask,
		.dense = dense,
	};
	bool bound = true;

	if (max == 0 || t->t_root == NULL)
		return 0;
	if (!in_range(t, idx)) {
		if (!reverse || dense)
			return 0;
		bound = false;
	}
	gang_node(&g, t->t_root, t->t_height - 1, idx, bound, reverse);
	return g.n;
}

unsigned int
radix_tree_gang_lookup_node(struct radix_tree *t, uint64_t idx,
    void **results, unsigned int max, bool dense)
{

	return gang(t, idx, results, max, dense, 0, false);
}

unsigned int
radix_tree_gang_lookup_node_reverse(struct radix_tree *t, uint64_t idx,
    void **results, unsigned int max, bool dense)
{

	return gang(t, idx, results, max, dense, 0, true);
}

unsigned int
radix_tree_gang_lookup_tagged_node(struct radix_tree *t, uint64_t idx,
    void **results, unsigned int max, bool dense, unsigned int tagmask)
{

	return gang(t, idx, results, max, dense, tagmask, false);
}

unsigned int
radix_tree_gang_lookup_tagged_node_reverse(struct radix_tree *t, uint64_t idx,
    void **results, unsigned int max, bool dense, unsigned int tagmask)
{

	return gang(t, idx, results, max, dense, tagmask, true);
}
