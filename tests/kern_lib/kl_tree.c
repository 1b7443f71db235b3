/* SPDX-License-Identifier: BSD-2-Clause */

/* rbtree(3), radixtree(9), queue(3), pslist(9), hash(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/pslist.h>
#include <sys/queue.h>
#include <sys/radixtree.h>
#include <sys/rbtree.h>
#include <sys/tree.h>

#include "kerntest.h"

struct num {
	int		n_v;
	rb_node_t	n_node;
	bool		n_in;
};
#define	NNUM	200
static struct num nums[NNUM];

static int
cmp_nodes(void *ctx, const void *a, const void *b)
{

	return ((const struct num *)a)->n_v - ((const struct num *)b)->n_v;
}

static int
cmp_key(void *ctx, const void *a, const void *key)
{

	return ((const struct num *)a)->n_v - *(const int *)key;
}

static const rb_tree_ops_t ops = {
	.rbto_compare_nodes = cmp_nodes,
	.rbto_compare_key = cmp_key,
	.rbto_node_offset = offsetof(struct num, n_node),
};

KERNTEST(rbtree_model)
{
	struct num *n, dup;
	rb_tree_t t;
	uint32_t seed = 7;
	unsigned round, i;
	int key, last, count = 0, seen;

	rb_tree_init(&t, &ops);
	for (i = 0; i < NNUM; i++)
		nums[i] = (struct num){ .n_v = (int)i * 2 };
	for (round = 0; round < 6000; round++) {
		seed = seed * 1664525 + 1013904223;
		i = (seed >> 12) % NNUM;
		if (nums[i].n_in) {
			rb_tree_remove_node(&t, &nums[i]);
			count--;
		} else {
			CHECK(rb_tree_insert_node(&t, &nums[i]) == &nums[i]);
			count++;
			dup.n_v = nums[i].n_v;
			CHECK(rb_tree_insert_node(&t, &dup) == &nums[i]);
		}
		nums[i].n_in = !nums[i].n_in;
		if (round % 16 != 0)
			continue;
		rb_tree_check(&t, true);
		CHECK_EQ(rb_tree_count(&t), count);
		last = -1;
		seen = 0;
		RB_TREE_FOREACH(n, &t) {
			CHECK(n->n_v > last && n->n_in);
			last = n->n_v;
			seen++;
		}
		CHECK_EQ(seen, count);
		RB_TREE_FOREACH_REVERSE(n, &t)
			seen--;
		CHECK_EQ(seen, 0);
		key = (int)((seed >> 5) % (2 * NNUM));
		n = rb_tree_find_node(&t, &key);
		CHECK((n != NULL) == (key % 2 == 0 && nums[key / 2].n_in));
		n = rb_tree_find_node_geq(&t, &key);
		for (i = (unsigned)(key + 1) / 2; i < NNUM && !nums[i].n_in;)
			i++;
		CHECK(n == (i < NNUM ? &nums[i] : NULL));
		n = rb_tree_find_node_leq(&t, &key);
		for (last = key / 2; last >= 0 && !nums[last].n_in;)
			last--;
		CHECK(n == (last >= 0 ? &nums[last] : NULL));
	}
	return 0;
}

struct leaf {
	int	l_v;
	RB_ENTRY(leaf) l_entry;
	bool	l_in;
};
RB_HEAD(leaves, leaf);

static int
leaf_cmp(struct leaf *a, struct leaf *b)
{

	return a->l_v - b->l_v;
}
RB_PROTOTYPE_STATIC(leaves, leaf, l_entry, leaf_cmp);
RB_GENERATE_STATIC(leaves, leaf, l_entry, leaf_cmp)

/* The black depth, or -1 if the rules are broken. */
static int
leaf_depth(struct leaf *l)
{
	int a, b;

	if (l == NULL)
		return 1;
	if (RB_COLOR(l, l_entry) == RB_RED &&
	    ((RB_LEFT(l, l_entry) != NULL &&
	    RB_COLOR(RB_LEFT(l, l_entry), l_entry) == RB_RED) ||
	    (RB_RIGHT(l, l_entry) != NULL &&
	    RB_COLOR(RB_RIGHT(l, l_entry), l_entry) == RB_RED)))
		return -1;
	a = leaf_depth(RB_LEFT(l, l_entry));
	b = leaf_depth(RB_RIGHT(l, l_entry));
	if (a < 0 || a != b)
		return -1;
	return a + (RB_COLOR(l, l_entry) == RB_BLACK);
}

KERNTEST(tree_model)
{
	static struct leaf leaf[100];
	struct leaves head = RB_INITIALIZER(&head);
	struct leaf *l, key;
	uint32_t seed = 11;
	unsigned round, i;
	int n = 0, last, seen;

	for (i = 0; i < 100; i++)
		leaf[i].l_v = (int)i * 2;
	for (round = 0; round < 4000; round++) {
		seed = seed * 1664525 + 1013904223;
		i = (seed >> 12) % 100;
		if (leaf[i].l_in) {
			CHECK(RB_REMOVE(leaves, &head, &leaf[i]) == &leaf[i]);
			n--;
		} else {
			CHECK(RB_INSERT(leaves, &head, &leaf[i]) == NULL);
			key.l_v = leaf[i].l_v;
			CHECK(RB_INSERT(leaves, &head, &key) == &leaf[i]);
			n++;
		}
		leaf[i].l_in = !leaf[i].l_in;
		CHECK(leaf_depth(RB_ROOT(&head)) > 0);
		last = -1;
		seen = 0;
		RB_FOREACH(l, leaves, &head) {
			CHECK(l->l_v > last && l->l_in);
			last = l->l_v;
			seen++;
		}
		CHECK_EQ(seen, n);
		RB_FOREACH_REVERSE(l, leaves, &head)
			seen--;
		CHECK_EQ(seen, 0);
		key.l_v = (int)i * 2 - 1;
		l = RB_NFIND(leaves, &head, &key);
		while (i < 100 && !leaf[i].l_in)
			i++;
		CHECK(l == (i < 100 ? &leaf[i] : NULL));
		CHECK(RB_FIND(leaves, &head, &key) == NULL);
	}
	return 0;
}

KERNTEST(radixtree_model)
{
	static const uint64_t far[] = { 0, 15, 16, 255, 4096, 1UL << 31,
	    1UL << 40, UINT64_MAX };
	static uint64_t item[256] __attribute__((__aligned__(8)));
	static bool in[256], tagged[256];
	struct radix_tree t;
	void *r[256];
	uint32_t seed = 3;
	unsigned round, i, j, n;

	radix_tree_init_tree(&t);
	for (i = 0; i < __arraycount(far); i++)
		CHECK_EQ(radix_tree_insert_node(&t, far[i], &item[i]), 0);
	for (i = 0; i < __arraycount(far); i++)
		CHECK(radix_tree_lookup_node(&t, far[i]) == &item[i]);
	CHECK(radix_tree_lookup_node(&t, 1) == NULL);
	CHECK_EQ(radix_tree_gang_lookup_node(&t, 16, r, 256, false), 6);
	CHECK(r[0] == &item[2] && r[5] == &item[7]);
	CHECK_EQ(radix_tree_gang_lookup_node_reverse(&t, 255, r, 2, false), 2);
	CHECK(r[0] == &item[3] && r[1] == &item[2]);
	CHECK_EQ(radix_tree_gang_lookup_node(&t, 15, r, 256, true), 2);
	for (i = 0; i < __arraycount(far); i++)
		CHECK(radix_tree_remove_node(&t, far[i]) == &item[i]);
	CHECK(radix_tree_empty_tree_p(&t));

	for (round = 0; round < 4000; round++) {
		seed = seed * 1664525 + 1013904223;
		i = (seed >> 10) % 256;
		if (!in[i]) {
			CHECK_EQ(radix_tree_insert_node(&t, i, &item[i]), 0);
			in[i] = true;
			tagged[i] = false;
		} else if ((seed >> 30) == 0) {
			CHECK(radix_tree_remove_node(&t, i) == &item[i]);
			in[i] = false;
		} else if ((seed >> 30) == 1) {
			radix_tree_set_tag(&t, i, 2);
			tagged[i] = true;
		} else {
			radix_tree_clear_tag(&t, i, 2);
			tagged[i] = false;
		}
		i = (seed >> 4) % 256;
		CHECK(radix_tree_lookup_node(&t, i) ==
		    (in[i] ? &item[i] : NULL));
		CHECK_EQ(radix_tree_get_tag(&t, i, 3),
		    in[i] && tagged[i] ? 2 : 0);
		n = radix_tree_gang_lookup_tagged_node(&t, i, r, 256, false,
		    2);
		for (j = i; j < 256; j++)
			if (in[j] && tagged[j]) {
				CHECK(n != 0);
				n--;
			}
		CHECK_EQ(n, 0);
	}
	for (i = 0; i < 256; i++)
		if (in[i])
			radix_tree_remove_node(&t, i);
	radix_tree_fini_tree(&t);
	return 0;
}

struct elem {
	int	e_v;
	LIST_ENTRY(elem) e_list;
	SLIST_ENTRY(elem) e_slist;
	TAILQ_ENTRY(elem) e_tailq;
	STAILQ_ENTRY(elem) e_stailq;
	SIMPLEQ_ENTRY(elem) e_simpleq;
	struct pslist_entry e_ps;
};

KERNTEST(queue_all)
{
	LIST_HEAD(, elem) l = LIST_HEAD_INITIALIZER(l);
	SLIST_HEAD(, elem) sl = SLIST_HEAD_INITIALIZER(sl);
	TAILQ_HEAD(tq, elem) t = TAILQ_HEAD_INITIALIZER(t), t2;
	STAILQ_HEAD(, elem) st = STAILQ_HEAD_INITIALIZER(st);
	SIMPLEQ_HEAD(, elem) sq = SIMPLEQ_HEAD_INITIALIZER(sq);
	struct pslist_head ps = PSLIST_INITIALIZER;
	struct elem e[5], *it, *next;
	int i, sum;

	for (i = 0; i < 5; i++) {
		e[i].e_v = i;
		LIST_INSERT_HEAD(&l, &e[i], e_list);
		SLIST_INSERT_HEAD(&sl, &e[i], e_slist);
		TAILQ_INSERT_TAIL(&t, &e[i], e_tailq);
		STAILQ_INSERT_TAIL(&st, &e[i], e_stailq);
		SIMPLEQ_INSERT_TAIL(&sq, &e[i], e_simpleq);
		PSLIST_ENTRY_INIT(&e[i], e_ps);
		PSLIST_WRITER_INSERT_HEAD(&ps, &e[i], e_ps);
	}
	CHECK_EQ(LIST_FIRST(&l)->e_v, 4);
	CHECK_EQ(TAILQ_LAST(&t, tq)->e_v, 4);
	CHECK_EQ(TAILQ_PREV(&e[3], tq, e_tailq)->e_v, 2);
	CHECK_EQ(STAILQ_LAST(&st, elem, e_stailq)->e_v, 4);
	LIST_REMOVE(&e[2], e_list);
	SLIST_REMOVE(&sl, &e[2], elem, e_slist);
	TAILQ_REMOVE(&t, &e[2], e_tailq);
	STAILQ_REMOVE(&st, &e[4], elem, e_stailq);
	SIMPLEQ_REMOVE(&sq, &e[0], elem, e_simpleq);
	PSLIST_WRITER_REMOVE(&e[2], e_ps);
	sum = 0;
	LIST_FOREACH_SAFE(it, &l, e_list, next)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 4310);
	sum = 0;
	SLIST_FOREACH(it, &sl, e_slist)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 4310);
	sum = 0;
	PSLIST_READER_FOREACH(it, &ps, struct elem, e_ps)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 4310);
	sum = 0;
	TAILQ_FOREACH_REVERSE(it, &t, tq, e_tailq)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 4310);
	sum = 0;
	STAILQ_INSERT_TAIL(&st, &e[4], e_stailq);
	STAILQ_FOREACH(it, &st, e_stailq)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 1234);
	SIMPLEQ_INSERT_TAIL(&sq, &e[0], e_simpleq);
	sum = 0;
	SIMPLEQ_FOREACH(it, &sq, e_simpleq)
		sum = sum * 10 + it->e_v;
	CHECK_EQ(sum, 12340);
	TAILQ_INIT(&t2);
	TAILQ_INSERT_HEAD(&t2, &e[2], e_tailq);
	TAILQ_CONCAT(&t, &t2, e_tailq);
	CHECK(TAILQ_EMPTY(&t2));
	CHECK_EQ(TAILQ_LAST(&t, tq)->e_v, 2);
	return 0;
}

KERNTEST(hash_tables)
{
	LIST_HEAD(lh, elem) *l;
	TAILQ_HEAD(th, elem) *t;
	u_long mask, i;

	l = hashinit(100, HASH_LIST, true, &mask);
	CHECK_EQ(mask, 63);
	for (i = 0; i <= mask; i++)
		CHECK(LIST_EMPTY(&l[i]));
	hashdone(l, HASH_LIST, mask);
	t = hashinit(1, HASH_TAILQ, true, &mask);
	CHECK_EQ(mask, 0);
	CHECK(TAILQ_EMPTY(t) && t->tqh_last == &t->tqh_first);
	hashdone(t, HASH_TAILQ, mask);
	return 0;
}
