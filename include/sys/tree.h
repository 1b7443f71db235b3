/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Red-black trees by macro: tree(3).  The generated functions are thin; the
 * work is done once, on entries alone, in libkern.
 */

#ifndef _SYS_TREE_H_
#define	_SYS_TREE_H_

#include <sys/types.h>

/* What RB_ENTRY() puts into an element, and RB_HEAD() into a head. */
struct _rb_entry {
	void	*rbe_left;
	void	*rbe_right;
	void	*rbe_parent;
	int	 rbe_color;
};
struct _rb_head {
	void	*rbh_root;
};

typedef int	(*_rb_cmp_t)(const void *, const void *);

void	*_rb_insert(struct _rb_head *, void *, size_t, _rb_cmp_t);
void	*_rb_remove(struct _rb_head *, void *, size_t);
void	*_rb_find(const struct _rb_head *, const void *, size_t, _rb_cmp_t,
	    int);
void	*_rb_step(void *, size_t, int);
void	*_rb_end(const struct _rb_head *, size_t, int);

#define	RB_HEAD(name, type)						\
struct name {								\
	struct type *rbh_root;						\
}
#define	RB_INITIALIZER(root)	{ NULL }
#define	RB_INIT(root)							\
	do {								\
		(root)->rbh_root = NULL;				\
	} while (0)
#define	RB_BLACK	0
#define	RB_RED		1
#define	RB_ENTRY(type)							\
struct {								\
	struct type *rbe_left;						\
	struct type *rbe_right;						\
	struct type *rbe_parent;					\
	int rbe_color;							\
}
#define	RB_LEFT(elm, field)	((elm)->field.rbe_left)
#define	RB_RIGHT(elm, field)	((elm)->field.rbe_right)
#define	RB_PARENT(elm, field)	((elm)->field.rbe_parent)
#define	RB_COLOR(elm, field)	((elm)->field.rbe_color)
#define	RB_ROOT(head)		((head)->rbh_root)
#define	RB_EMPTY(head)		(RB_ROOT(head) == NULL)

#define	RB_PROTOTYPE(name, type, field, cmp)				\
	RB_PROTOTYPE_INTERNAL(name, type, field, cmp,)
#define	RB_PROTOTYPE_STATIC(name, type, field, cmp)			\
	RB_PROTOTYPE_INTERNAL(name, type, field, cmp,			\
	    __attribute__((__unused__)) static)
#define	RB_PROTOTYPE_INTERNAL(name, type, field, cmp, attr)		\
attr struct type *name##_RB_INSERT(struct name *, struct type *);	\
attr struct type *name##_RB_REMOVE(struct name *, struct type *);	\
attr struct type *name##_RB_FIND(struct name *, struct type *);		\
attr struct type *name##_RB_NFIND(struct name *, struct type *);	\
attr struct type *name##_RB_NEXT(struct type *);			\
attr struct type *name##_RB_PREV(struct type *);			\
attr struct type *name##_RB_MINMAX(struct name *, int)

#define	RB_GENERATE(name, type, field, cmp)				\
	RB_GENERATE_INTERNAL(name, type, field, cmp,)
#define	RB_GENERATE_STATIC(name, type, field, cmp)			\
	RB_GENERATE_INTERNAL(name, type, field, cmp,			\
	    __attribute__((__unused__)) static)
#define	RB_GENERATE_INTERNAL(name, type, field, cmp, attr)		\
static int								\
name##_rb_cmp(const void *a, const void *b)				\
{									\
									\
	return (cmp)((struct type *)(uintptr_t)a,			\
	    (struct type *)(uintptr_t)b);				\
}									\
attr struct type *							\
name##_RB_INSERT(struct name *head, struct type *elm)			\
{									\
									\
	return _rb_insert((struct _rb_head *)head, elm,			\
	    __builtin_offsetof(struct type, field), name##_rb_cmp);	\
}									\
attr struct type *							\
name##_RB_REMOVE(struct name *head, struct type *elm)			\
{									\
									\
	return _rb_remove((struct _rb_head *)head, elm,			\
	    __builtin_offsetof(struct type, field));			\
}									\
attr struct type *							\
name##_RB_FIND(struct name *head, struct type *elm)			\
{									\
									\
	return _rb_find((struct _rb_head *)head, elm,			\
	    __builtin_offsetof(struct type, field), name##_rb_cmp, 0);	\
}									\
attr struct type *							\
name##_RB_NFIND(struct name *head, struct type *elm)			\
{									\
									\
	return _rb_find((struct _rb_head *)head, elm,			\
	    __builtin_offsetof(struct type, field), name##_rb_cmp, 1);	\
}									\
attr struct type *							\
name##_RB_NEXT(struct type *elm)					\
{									\
									\
	return _rb_step(elm, __builtin_offsetof(struct type, field), 1); \
}									\
attr struct type *							\
name##_RB_PREV(struct type *elm)					\
{									\
									\
	return _rb_step(elm, __builtin_offsetof(struct type, field), 0); \
}									\
attr struct type *							\
name##_RB_MINMAX(struct name *head, int which)				\
{									\
									\
	return _rb_end((struct _rb_head *)head,				\
	    __builtin_offsetof(struct type, field), which > 0);		\
}

#define	RB_NEGINF	(-1)
#define	RB_INF		1

#define	RB_INSERT(name, x, y)	name##_RB_INSERT((x), (y))
#define	RB_REMOVE(name, x, y)	name##_RB_REMOVE((x), (y))
#define	RB_FIND(name, x, y)	name##_RB_FIND((x), (y))
#define	RB_NFIND(name, x, y)	name##_RB_NFIND((x), (y))
#define	RB_NEXT(name, x, y)	name##_RB_NEXT(y)
#define	RB_PREV(name, x, y)	name##_RB_PREV(y)
#define	RB_MIN(name, x)		name##_RB_MINMAX((x), RB_NEGINF)
#define	RB_MAX(name, x)		name##_RB_MINMAX((x), RB_INF)

#define	RB_FOREACH(x, name, head)					\
	for ((x) = RB_MIN(name, head); (x) != NULL;			\
	    (x) = name##_RB_NEXT(x))
#define	RB_FOREACH_FROM(x, name, y)					\
	for ((x) = (y); (x) != NULL; (x) = name##_RB_NEXT(x))
#define	RB_FOREACH_SAFE(x, name, head, y)				\
	for ((x) = RB_MIN(name, head);					\
	    (x) != NULL && ((y) = name##_RB_NEXT(x), 1); (x) = (y))
#define	RB_FOREACH_REVERSE(x, name, head)				\
	for ((x) = RB_MAX(name, head); (x) != NULL;			\
	    (x) = name##_RB_PREV(x))
#define	RB_FOREACH_REVERSE_SAFE(x, name, head, y)			\
	for ((x) = RB_MAX(name, head);					\
	    (x) != NULL && ((y) = name##_RB_PREV(x), 1); (x) = (y))

#endif /* !_SYS_TREE_H_ */
