/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Red-black trees: rbtree(3).
 *
 * rb_info holds the father's address and in bit 1 whether the node is red;
 * bit 0 says which side of its father it hangs on.  The smallest and the
 * largest node are kept in rbt_minmax.
 */

#include <sys/param.h>
#include <sys/rbtree.h>
#include <lib/libkern/libkern.h>

#define	SIDE	((uintptr_t)1)
#define	RED	((uintptr_t)2)

static inline struct rb_node *
father(const struct rb_node *n)
{

	return (struct rb_node *)(n->rb_info & ~(SIDE | RED));
}

static inline unsigned
side(const struct rb_node *n)
{

	return (unsigned)(n->rb_info & SIDE);
}

static inline bool
is_red(const struct rb_node *n)
{

	return n != NULL && (n->rb_info & RED) != 0;
}

static inline void
set_red(struct rb_node *n, bool red)
{

	n->rb_info = red ? n->rb_info | RED : n->rb_info & ~RED;
}

static inline void *
to_obj(const rb_tree_t *t, const struct rb_node *n)
{

	return n == NULL ? NULL :
	    (void *)((uintptr_t)n - t->rbt_ops->rbto_node_offset);
}

static inline struct rb_node *
to_node(const rb_tree_t *t, const void *obj)
{

	return (struct rb_node *)((uintptr_t)obj +
	    t->rbt_ops->rbto_node_offset);
}

/* Hangs n (or nothing) on the given side of f; NULL: n becomes the root. */
static void
hang(rb_tree_t *t, struct rb_node *f, unsigned d, struct rb_node *n)
{

	if (f == NULL) {
		t->rbt_root = n;
		d = 0;
	} else
		f->rb_nodes[d] = n;
	if (n != NULL)
		n->rb_info = (uintptr_t)f | (n->rb_info & RED) | d;
}

/* n goes down to side d; its other child takes its place. */
static void
rotate(rb_tree_t *t, struct rb_node *n, unsigned d)
{
	struct rb_node *f = father(n), *up = n->rb_nodes[d ^ 1];
	const unsigned s = side(n);

	hang(t, n, d ^ 1, up->rb_nodes[d]);
	hang(t, f, s, up);
	hang(t, up, d, n);
}

void
rb_tree_init(rb_tree_t *t, const rb_tree_ops_t *ops)
{

	t->rbt_root = NULL;
	t->rbt_ops = ops;
	t->rbt_minmax[RB_DIR_LEFT] = t->rbt_minmax[RB_DIR_RIGHT] = NULL;
	t->rbt_count = 0;
}

/* The object of this key, or NULL. */
void *
rb_tree_find_node(rb_tree_t *t, const void *key)
{
	struct rb_node *n = t->rbt_root;
	int d;

	while (n != NULL) {
		void *obj = to_obj(t, n);

		d = (*t->rbt_ops->rbto_compare_key)(t->rbt_ops->rbto_context,
		    obj, key);
		if (d == 0)
			return obj;
		n = n->rb_nodes[d < 0];
	}
	return NULL;
}

static void *
find_near(rb_tree_t *t, const void *key, bool geq)
{
	struct rb_node *n = t->rbt_root, *last = NULL;
	int d;

	while (n != NULL) {
		void *obj = to_obj(t, n);

		d = (*t->rbt_ops->rbto_compare_key)(t->rbt_ops->rbto_context,
		    obj, key);
		if (d == 0)
			return obj;
		if ((d > 0) == geq)
			last = n;
		n = n->rb_nodes[d < 0];
	}
	return to_obj(t, last);
}

/* The least object not less than key, or NULL. */
void *
rb_tree_find_node_geq(rb_tree_t *t, const void *key)
{

	return find_near(t, key, true);
}

/* The greatest object not greater than key, or NULL. */
void *
rb_tree_find_node_leq(rb_tree_t *t, const void *key)
{

	return find_near(t, key, false);
}

/* Inserts an object; an equal one that is there already is returned. */
void *
rb_tree_insert_node(rb_tree_t *t, void *obj)
{
	struct rb_node *n = to_node(t, obj), *f = NULL, *it = t->rbt_root;
	struct rb_node *g, *uncle;
	unsigned d = 0;
	int c;

	while (it != NULL) {
		void *o = to_obj(t, it);

		c = (*t->rbt_ops->rbto_compare_nodes)(
		    t->rbt_ops->rbto_context, o, obj);
		if (c == 0)
			return o;
		f = it;
		d = c < 0;
		it = it->rb_nodes[d];
	}
	n->rb_nodes[0] = n->rb_nodes[1] = NULL;
	n->rb_info = RED;
	hang(t, f, d, n);
	t->rbt_count++;
	if (f == NULL || (f == t->rbt_minmax[0] && d == 0))
		t->rbt_minmax[0] = n;
	if (f == NULL || (f == t->rbt_minmax[1] && d == 1))
		t->rbt_minmax[1] = n;

	/* A red father is the only thing that can be wrong. */
	while (is_red(f = father(n))) {
		g = father(f);
		d = side(f);
		uncle = g->rb_nodes[d ^ 1];
		if (is_red(uncle)) {
			set_red(f, false);
			set_red(uncle, false);
			set_red(g, true);
			n = g;
			continue;
		}
		if (side(n) != d) {
			rotate(t, f, d);
			f = n;
		}
		set_red(f, false);
		set_red(g, true);
		rotate(t, g, d ^ 1);
		break;
	}
	set_red(t->rbt_root, false);
	return obj;
}

static struct rb_node *
step(struct rb_node *n, unsigned d)
{
	struct rb_node *f;

	if (n->rb_nodes[d] != NULL) {
		n = n->rb_nodes[d];
		while (n->rb_nodes[d ^ 1] != NULL)
			n = n->rb_nodes[d ^ 1];
		return n;
	}
	while ((f = father(n)) != NULL && side(n) == d)
		n = f;
	return f;
}

/* A side d of f is one black node short. */
static void
repair(rb_tree_t *t, struct rb_node *f, unsigned d)
{
	struct rb_node *n, *sib;

	for (;;) {
		sib = f->rb_nodes[d ^ 1];
		if (is_red(sib)) {
			set_red(sib, false);
			set_red(f, true);
			rotate(t, f, d);
			sib = f->rb_nodes[d ^ 1];
		}
		if (is_red(sib->rb_nodes[0]) || is_red(sib->rb_nodes[1]))
			break;
		set_red(sib, true);
		n = f;
		if (is_red(n) || father(n) == NULL) {
			set_red(n, false);
			return;
		}
		d = side(n);
		f = father(n);
	}
	if (!is_red(sib->rb_nodes[d ^ 1])) {
		set_red(sib->rb_nodes[d], false);
		set_red(sib, true);
		rotate(t, sib, d ^ 1);
		sib = f->rb_nodes[d ^ 1];
	}
	set_red(sib, is_red(f));
	set_red(f, false);
	set_red(sib->rb_nodes[d ^ 1], false);
	rotate(t, f, d);
}

void
rb_tree_remove_node(rb_tree_t *t, void *obj)
{
	struct rb_node *n = to_node(t, obj), *f, *child, *next;
	unsigned d;
	bool black;

	t->rbt_count--;
	for (d = 0; d < 2; d++)
		if (t->rbt_minmax[d] == n)
			t->rbt_minmax[d] = step(n, d ^ 1);

	if (n->rb_nodes[0] != NULL && n->rb_nodes[1] != NULL) {
		/* The next one takes its place, and is missed at its own. */
		next = step(n, 1);
		black = !is_red(next);
		child = next->rb_nodes[1];
		if (father(next) == n) {
			f = next;
			d = 1;
		} else {
			f = father(next);
			d = 0;
			hang(t, f, 0, child);
			hang(t, next, 1, n->rb_nodes[1]);
		}
		hang(t, next, 0, n->rb_nodes[0]);
		set_red(next, is_red(n));
		hang(t, father(n), side(n), next);
	} else {
		black = !is_red(n);
		child = n->rb_nodes[n->rb_nodes[0] == NULL];
		f = father(n);
		d = side(n);
		hang(t, f, d, child);
	}
	if (!black)
		return;
	if (is_red(child))
		set_red(child, false);
	else if (f != NULL)
		repair(t, f, d);
}

/* The next object in a direction; from NULL the first one of that end. */
void *
rb_tree_iterate(rb_tree_t *t, void *obj, const unsigned int direction)
{
	const unsigned d = direction & 1;

	if (obj == NULL)
		return to_obj(t, t->rbt_minmax[d]);
	return to_obj(t, step(to_node(t, obj), d));
}

size_t
rb_tree_count(rb_tree_t *t)
{

	return t->rbt_count;
}

static size_t
check(const rb_tree_t *t, const struct rb_node *n)
{
	size_t l;

	if (n == NULL)
		return 1;
	KASSERT(!is_red(n) || !(is_red(n->rb_nodes[0]) ||
	    is_red(n->rb_nodes[1])));
	l = check(t, n->rb_nodes[0]);
	if (l != check(t, n->rb_nodes[1]))
		kern_assert("rb_tree_check: unequal depths");
	return l + !is_red(n);
}

/* Panics if the tree is not one. */
void
rb_tree_check(const rb_tree_t *t, bool full)
{

	if (full)
		(void)check(t, t->rbt_root);
}
