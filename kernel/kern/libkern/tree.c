/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The work behind the macros of tree(3): red-black trees of elements whose
 * entry is at an offset.
 */

#include <sys/param.h>
#include <sys/tree.h>
#include <lib/libkern/libkern.h>

static inline struct _rb_entry *
ent(void *elm, size_t off)
{

	return (struct _rb_entry *)((char *)elm + off);
}

static inline void **
child(void *elm, size_t off, int right)
{

	return right ? &ent(elm, off)->rbe_right : &ent(elm, off)->rbe_left;
}

static inline void *
parent(void *elm, size_t off)
{

	return ent(elm, off)->rbe_parent;
}

static inline bool
red(void *elm, size_t off)
{

	return elm != NULL && ent(elm, off)->rbe_color == RB_RED;
}

static inline int
side(void *elm, size_t off)
{
	void *up = parent(elm, off);

	return up != NULL && *child(up, off, 1) == elm;
}

/* What hung on up where old did is new from now. */
static void
replace(struct _rb_head *head, void *up, void *old, void *new, size_t off)
{

	if (up == NULL)
		head->rbh_root = new;
	else
		*child(up, off, *child(up, off, 1) == old) = new;
	if (new != NULL)
		ent(new, off)->rbe_parent = up;
}

/* elm goes down on its right (or left) side. */
static void
rotate(struct _rb_head *head, void *elm, int right, size_t off)
{
	void *up = *child(elm, off, !right);
	void *mid = *child(up, off, right);

	replace(head, parent(elm, off), elm, up, off);
	*child(elm, off, !right) = mid;
	if (mid != NULL)
		ent(mid, off)->rbe_parent = elm;
	*child(up, off, right) = elm;
	ent(elm, off)->rbe_parent = up;
}

/* NULL, or the equal element that is there already. */
void *
_rb_insert(struct _rb_head *head, void *elm, size_t off, _rb_cmp_t cmp)
{
	void *it = head->rbh_root, *up = NULL, *grand, *uncle;
	int d = 0, right = 0;

	while (it != NULL) {
		d = (*cmp)(elm, it);
		if (d == 0)
			return it;
		up = it;
		right = d > 0;
		it = *child(it, off, right);
	}
	*ent(elm, off) = (struct _rb_entry){ .rbe_parent = up,
	    .rbe_color = RB_RED };
	if (up == NULL)
		head->rbh_root = elm;
	else
		*child(up, off, right) = elm;

	while (red(up = parent(elm, off), off)) {
		grand = parent(up, off);
		right = side(up, off);
		uncle = *child(grand, off, !right);
		if (red(uncle, off)) {
			ent(up, off)->rbe_color = RB_BLACK;
			ent(uncle, off)->rbe_color = RB_BLACK;
			ent(grand, off)->rbe_color = RB_RED;
			elm = grand;
			continue;
		}
		if (side(elm, off) != right) {
			rotate(head, up, right, off);
			up = elm;
		}
		ent(up, off)->rbe_color = RB_BLACK;
		ent(grand, off)->rbe_color = RB_RED;
		rotate(head, grand, !right, off);
		break;
	}
	ent(head->rbh_root, off)->rbe_color = RB_BLACK;
	return NULL;
}

static void
repair(struct _rb_head *head, void *up, void *elm, size_t off)
{
	void *sib;
	int right;

	while (up != NULL && !red(elm, off)) {
		/* elm may be nothing: the short side is where it hangs. */
		right = *child(up, off, 1) == elm && *child(up, off, 0) != elm;
		sib = *child(up, off, !right);
		if (red(sib, off)) {
			ent(sib, off)->rbe_color = RB_BLACK;
			ent(up, off)->rbe_color = RB_RED;
			rotate(head, up, right, off);
			sib = *child(up, off, !right);
		}
		if (!red(*child(sib, off, 0), off) &&
		    !red(*child(sib, off, 1), off)) {
			ent(sib, off)->rbe_color = RB_RED;
			elm = up;
			up = parent(elm, off);
			continue;
		}
		if (!red(*child(sib, off, !right), off)) {
			ent(*child(sib, off, right), off)->rbe_color =
			    RB_BLACK;
			ent(sib, off)->rbe_color = RB_RED;
			rotate(head, sib, !right, off);
			sib = *child(up, off, !right);
		}
		ent(sib, off)->rbe_color = ent(up, off)->rbe_color;
		ent(up, off)->rbe_color = RB_BLACK;
		ent(*child(sib, off, !right), off)->rbe_color = RB_BLACK;
		rotate(head, up, right, off);
		return;
	}
	if (elm != NULL)
		ent(elm, off)->rbe_color = RB_BLACK;
}

/* Takes elm out, and returns it. */
void *
_rb_remove(struct _rb_head *head, void *elm, size_t off)
{
	struct _rb_entry *e = ent(elm, off);
	void *kid, *up, *next;
	int color;

	if (e->rbe_left != NULL && e->rbe_right != NULL) {
		next = _rb_step(elm, off, 1);
		kid = *child(next, off, 1);
		up = parent(next, off);
		color = ent(next, off)->rbe_color;
		replace(head, up, next, kid, off);
		if (up == elm)
			up = next;
		*ent(next, off) = *e;
		replace(head, e->rbe_parent, elm, next, off);
		if (e->rbe_left != NULL)
			ent(e->rbe_left, off)->rbe_parent = next;
		if (e->rbe_right != NULL)
			ent(e->rbe_right, off)->rbe_parent = next;
	} else {
		kid = e->rbe_left != NULL ? e->rbe_left : e->rbe_right;
		up = e->rbe_parent;
		color = e->rbe_color;
		replace(head, up, elm, kid, off);
	}
	if (color == RB_BLACK)
		repair(head, up, kid, off);
	return elm;
}

/* The equal element; with near the next greater one if there is none. */
void *
_rb_find(const struct _rb_head *head, const void *key, size_t off,
    _rb_cmp_t cmp, int near)
{
	void *it = head->rbh_root, *last = NULL;
	int d;

	while (it != NULL) {
		d = (*cmp)(key, it);
		if (d == 0)
			return it;
		if (d < 0)
			last = it;
		it = *child(it, off, d > 0);
	}
	return near ? last : NULL;
}

/* The neighbour on the right or the left. */
void *
_rb_step(void *elm, size_t off, int right)
{
	void *it = *child(elm, off, right), *up;

	if (it != NULL) {
		while (*child(it, off, !right) != NULL)
			it = *child(it, off, !right);
		return it;
	}
	while ((up = parent(elm, off)) != NULL && *child(up, off, right) == elm)
		elm = up;
	return up;
}

/* The last element, or the first. */
void *
_rb_end(const struct _rb_head *head, size_t off, int right)
{
	void *it = head->rbh_root;

	while (it != NULL && *child(it, off, right) != NULL)
		it = *child(it, off, right);
	return it;
}
