/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Lists and queues inside structures: queue(3).
 *
 *	SLIST	one pointer in the head, one in the element
 *	LIST	as SLIST, and an element can be removed without its head
 *	STAILQ	(SIMPLEQ) as SLIST, and can be appended to
 *	TAILQ	doubly linked, both ends
 *
 * In DEBUG builds the links of LIST and TAILQ are checked at each change.
 */

#ifndef _SYS_QUEUE_H_
#define	_SYS_QUEUE_H_

#include <sys/null.h>

#if defined(_KERNEL) && defined(DEBUG)
void	panic(const char *, ...)
	    __attribute__((__noreturn__, __format__(__printf__, 1, 2)));
#define	_QUEUE_CHECK(ok, what)						\
	do {								\
		if (__builtin_expect(!(ok), 0))				\
			panic("queue: %s, %s:%d", (what), __FILE__,	\
			    __LINE__);					\
	} while (0)
#else
#define	_QUEUE_CHECK(ok, what)	do { } while (0)
#endif

/* What a removed element's links are set to in DEBUG builds. */
#if defined(_KERNEL) && defined(DEBUG)
#define	_Q_INVALID	((void *)-1)
#define	_Q_INVALIDATE(p)	((p) = _Q_INVALID)
#else
#define	_Q_INVALIDATE(p)	do { } while (0)
#endif

/*
 * SLIST
 */
#define	SLIST_HEAD(name, type)						\
struct name {								\
	struct type *slh_first;						\
}
#define	SLIST_HEAD_INITIALIZER(head)	{ NULL }
#define	SLIST_ENTRY(type)						\
struct {								\
	struct type *sle_next;						\
}
#define	SLIST_FIRST(head)	((head)->slh_first)
#define	SLIST_END(head)		NULL
#define	SLIST_EMPTY(head)	((head)->slh_first == NULL)
#define	SLIST_NEXT(elm, field)	((elm)->field.sle_next)
#define	SLIST_FOREACH(var, head, field)					\
	for ((var) = (head)->slh_first; (var) != NULL;			\
	    (var) = (var)->field.sle_next)
#define	SLIST_FOREACH_SAFE(var, head, field, tvar)			\
	for ((var) = (head)->slh_first;					\
	    (var) != NULL && ((tvar) = (var)->field.sle_next, 1);	\
	    (var) = (tvar))
#define	SLIST_INIT(head)						\
	do {								\
		(head)->slh_first = NULL;				\
	} while (0)
#define	SLIST_INSERT_AFTER(slistelm, elm, field)			\
	do {								\
		(elm)->field.sle_next = (slistelm)->field.sle_next;	\
		(slistelm)->field.sle_next = (elm);			\
	} while (0)
#define	SLIST_INSERT_HEAD(head, elm, field)				\
	do {								\
		(elm)->field.sle_next = (head)->slh_first;		\
		(head)->slh_first = (elm);				\
	} while (0)
#define	SLIST_REMOVE_AFTER(slistelm, field)				\
	do {								\
		(slistelm)->field.sle_next =				\
		    (slistelm)->field.sle_next->field.sle_next;		\
	} while (0)
#define	SLIST_REMOVE_HEAD(head, field)					\
	do {								\
		(head)->slh_first = (head)->slh_first->field.sle_next;	\
	} while (0)
#define	SLIST_REMOVE(head, elm, type, field)				\
	do {								\
		struct type **__qp = &(head)->slh_first;		\
		while (*__qp != (elm))					\
			__qp = &(*__qp)->field.sle_next;		\
		*__qp = (*__qp)->field.sle_next;			\
	} while (0)

/*
 * LIST
 */
#define	LIST_HEAD(name, type)						\
struct name {								\
	struct type *lh_first;						\
}
#define	LIST_HEAD_INITIALIZER(head)	{ NULL }
#define	LIST_ENTRY(type)						\
struct {								\
	struct type *le_next;						\
	struct type **le_prev;						\
}
#define	LIST_FIRST(head)	((head)->lh_first)
#define	LIST_END(head)		NULL
#define	LIST_EMPTY(head)	((head)->lh_first == LIST_END(head))
#define	LIST_NEXT(elm, field)	((elm)->field.le_next)
#define	LIST_FOREACH(var, head, field)					\
	for ((var) = (head)->lh_first; (var) != NULL;			\
	    (var) = (var)->field.le_next)
#define	LIST_FOREACH_SAFE(var, head, field, tvar)			\
	for ((var) = (head)->lh_first;					\
	    (var) != NULL && ((tvar) = LIST_NEXT((var), field), 1);	\
	    (var) = (tvar))
#define	LIST_INIT(head)							\
	do {								\
		(head)->lh_first = NULL;				\
	} while (0)
#define	LIST_MOVE(head1, head2, field)					\
	do {								\
		LIST_INIT(head2);					\
		if (!LIST_EMPTY(head1)) {				\
			(head2)->lh_first = (head1)->lh_first;		\
			(head2)->lh_first->field.le_prev =		\
			    &(head2)->lh_first;				\
			LIST_INIT(head1);				\
		}							\
	} while (0)
#define	LIST_INSERT_AFTER(listelm, elm, field)				\
	do {								\
		_QUEUE_CHECK((listelm)->field.le_next == NULL ||	\
		    (listelm)->field.le_next->field.le_prev ==		\
		    &(listelm)->field.le_next, "LIST next");		\
		(elm)->field.le_next = (listelm)->field.le_next;	\
		if ((elm)->field.le_next != NULL)			\
			(elm)->field.le_next->field.le_prev =		\
			    &(elm)->field.le_next;			\
		(elm)->field.le_prev = &(listelm)->field.le_next;	\
		(listelm)->field.le_next = (elm);			\
	} while (0)
#define	LIST_INSERT_BEFORE(listelm, elm, field)				\
	do {								\
		_QUEUE_CHECK(*(listelm)->field.le_prev == (listelm),	\
		    "LIST prev");					\
		(elm)->field.le_prev = (listelm)->field.le_prev;	\
		(elm)->field.le_next = (listelm);			\
		*(elm)->field.le_prev = (elm);				\
		(listelm)->field.le_prev = &(elm)->field.le_next;	\
	} while (0)
#define	LIST_INSERT_HEAD(head, elm, field)				\
	do {								\
		_QUEUE_CHECK((head)->lh_first == NULL ||		\
		    (head)->lh_first->field.le_prev ==			\
		    &(head)->lh_first, "LIST head");			\
		(elm)->field.le_next = (head)->lh_first;		\
		if ((elm)->field.le_next != NULL)			\
			(elm)->field.le_next->field.le_prev =		\
			    &(elm)->field.le_next;			\
		(elm)->field.le_prev = &(head)->lh_first;		\
		(head)->lh_first = (elm);				\
	} while (0)
#define	LIST_REMOVE(elm, field)						\
	do {								\
		_QUEUE_CHECK(*(elm)->field.le_prev == (elm),		\
		    "LIST remove, prev");				\
		_QUEUE_CHECK((elm)->field.le_next == NULL ||		\
		    (elm)->field.le_next->field.le_prev ==		\
		    &(elm)->field.le_next, "LIST remove, next");	\
		if ((elm)->field.le_next != NULL)			\
			(elm)->field.le_next->field.le_prev =		\
			    (elm)->field.le_prev;			\
		*(elm)->field.le_prev = (elm)->field.le_next;		\
		_Q_INVALIDATE((elm)->field.le_next);			\
		_Q_INVALIDATE((elm)->field.le_prev);			\
	} while (0)
#define	LIST_REPLACE(elm, elm2, field)					\
	do {								\
		(elm2)->field.le_next = (elm)->field.le_next;		\
		if ((elm2)->field.le_next != NULL)			\
			(elm2)->field.le_next->field.le_prev =		\
			    &(elm2)->field.le_next;			\
		(elm2)->field.le_prev = (elm)->field.le_prev;		\
		*(elm2)->field.le_prev = (elm2);			\
		_Q_INVALIDATE((elm)->field.le_next);			\
		_Q_INVALIDATE((elm)->field.le_prev);			\
	} while (0)

/*
 * STAILQ, and its twin SIMPLEQ with other member names
 */
#define	STAILQ_HEAD(name, type)						\
struct name {								\
	struct type *stqh_first;					\
	struct type **stqh_last;					\
}
#define	STAILQ_HEAD_INITIALIZER(head)	{ NULL, &(head).stqh_first }
#define	STAILQ_ENTRY(type)						\
struct {								\
	struct type *stqe_next;						\
}
#define	STAILQ_FIRST(head)	((head)->stqh_first)
#define	STAILQ_END(head)	NULL
#define	STAILQ_EMPTY(head)	((head)->stqh_first == NULL)
#define	STAILQ_NEXT(elm, field)	((elm)->field.stqe_next)
#define	STAILQ_LAST(head, type, field)					\
	(STAILQ_EMPTY(head) ? NULL :					\
	    (struct type *)(void *)((char *)(head)->stqh_last -		\
	    __builtin_offsetof(struct type, field)))
#define	STAILQ_INIT(head)						\
	do {								\
		(head)->stqh_first = NULL;				\
		(head)->stqh_last = &(head)->stqh_first;		\
	} while (0)
#define	STAILQ_FOREACH(var, head, field)				\
	for ((var) = (head)->stqh_first; (var) != NULL;			\
	    (var) = (var)->field.stqe_next)
#define	STAILQ_FOREACH_SAFE(var, head, field, tvar)			\
	for ((var) = (head)->stqh_first;				\
	    (var) != NULL && ((tvar) = STAILQ_NEXT(var, field), 1);	\
	    (var) = (tvar))
#define	STAILQ_INSERT_HEAD(head, elm, field)				\
	do {								\
		if (((elm)->field.stqe_next = (head)->stqh_first) == NULL) \
			(head)->stqh_last = &(elm)->field.stqe_next;	\
		(head)->stqh_first = (elm);				\
	} while (0)
#define	STAILQ_INSERT_TAIL(head, elm, field)				\
	do {								\
		(elm)->field.stqe_next = NULL;				\
		*(head)->stqh_last = (elm);				\
		(head)->stqh_last = &(elm)->field.stqe_next;		\
	} while (0)
#define	STAILQ_INSERT_AFTER(head, listelm, elm, field)			\
	do {								\
		(elm)->field.stqe_next = (listelm)->field.stqe_next;	\
		if ((elm)->field.stqe_next == NULL)			\
			(head)->stqh_last = &(elm)->field.stqe_next;	\
		(listelm)->field.stqe_next = (elm);			\
	} while (0)
#define	STAILQ_REMOVE_HEAD(head, field)					\
	do {								\
		(head)->stqh_first = (head)->stqh_first->field.stqe_next; \
		if ((head)->stqh_first == NULL)				\
			(head)->stqh_last = &(head)->stqh_first;	\
	} while (0)
#define	STAILQ_REMOVE(head, elm, type, field)				\
	do {								\
		struct type **__qp = &(head)->stqh_first;		\
		while (*__qp != (elm))					\
			__qp = &(*__qp)->field.stqe_next;		\
		if ((*__qp = (elm)->field.stqe_next) == NULL)		\
			(head)->stqh_last = __qp;			\
	} while (0)
#define	STAILQ_CONCAT(head1, head2)					\
	do {								\
		if (!STAILQ_EMPTY(head2)) {				\
			*(head1)->stqh_last = (head2)->stqh_first;	\
			(head1)->stqh_last = (head2)->stqh_last;	\
			STAILQ_INIT(head2);				\
		}							\
	} while (0)

#define	SIMPLEQ_HEAD(name, type)					\
struct name {								\
	struct type *sqh_first;						\
	struct type **sqh_last;						\
}
#define	SIMPLEQ_HEAD_INITIALIZER(head)	{ NULL, &(head).sqh_first }
#define	SIMPLEQ_ENTRY(type)						\
struct {								\
	struct type *sqe_next;						\
}
#define	SIMPLEQ_FIRST(head)	((head)->sqh_first)
#define	SIMPLEQ_END(head)	NULL
#define	SIMPLEQ_EMPTY(head)	((head)->sqh_first == NULL)
#define	SIMPLEQ_NEXT(elm, field) ((elm)->field.sqe_next)
#define	SIMPLEQ_LAST(head, type, field)					\
	(SIMPLEQ_EMPTY(head) ? NULL :					\
	    (struct type *)(void *)((char *)(head)->sqh_last -		\
	    __builtin_offsetof(struct type, field)))
#define	SIMPLEQ_INIT(head)						\
	do {								\
		(head)->sqh_first = NULL;				\
		(head)->sqh_last = &(head)->sqh_first;			\
	} while (0)
#define	SIMPLEQ_FOREACH(var, head, field)				\
	for ((var) = (head)->sqh_first; (var) != NULL;			\
	    (var) = (var)->field.sqe_next)
#define	SIMPLEQ_FOREACH_SAFE(var, head, field, next)			\
	for ((var) = (head)->sqh_first;					\
	    (var) != NULL && ((next) = SIMPLEQ_NEXT(var, field), 1);	\
	    (var) = (next))
#define	SIMPLEQ_INSERT_HEAD(head, elm, field)				\
	do {								\
		if (((elm)->field.sqe_next = (head)->sqh_first) == NULL) \
			(head)->sqh_last = &(elm)->field.sqe_next;	\
		(head)->sqh_first = (elm);				\
	} while (0)
#define	SIMPLEQ_INSERT_TAIL(head, elm, field)				\
	do {								\
		(elm)->field.sqe_next = NULL;				\
		*(head)->sqh_last = (elm);				\
		(head)->sqh_last = &(elm)->field.sqe_next;		\
	} while (0)
#define	SIMPLEQ_INSERT_AFTER(head, listelm, elm, field)			\
	do {								\
		(elm)->field.sqe_next = (listelm)->field.sqe_next;	\
		if ((elm)->field.sqe_next == NULL)			\
			(head)->sqh_last = &(elm)->field.sqe_next;	\
		(listelm)->field.sqe_next = (elm);			\
	} while (0)
#define	SIMPLEQ_REMOVE_HEAD(head, field)				\
	do {								\
		(head)->sqh_first = (head)->sqh_first->field.sqe_next;	\
		if ((head)->sqh_first == NULL)				\
			(head)->sqh_last = &(head)->sqh_first;		\
	} while (0)
#define	SIMPLEQ_REMOVE_AFTER(head, elm, field)				\
	do {								\
		(elm)->field.sqe_next =					\
		    (elm)->field.sqe_next->field.sqe_next;		\
		if ((elm)->field.sqe_next == NULL)			\
			(head)->sqh_last = &(elm)->field.sqe_next;	\
	} while (0)
#define	SIMPLEQ_REMOVE(head, elm, type, field)				\
	do {								\
		struct type **__qp = &(head)->sqh_first;		\
		while (*__qp != (elm))					\
			__qp = &(*__qp)->field.sqe_next;		\
		if ((*__qp = (elm)->field.sqe_next) == NULL)		\
			(head)->sqh_last = __qp;			\
	} while (0)
#define	SIMPLEQ_CONCAT(head1, head2)					\
	do {								\
		if (!SIMPLEQ_EMPTY(head2)) {				\
			*(head1)->sqh_last = (head2)->sqh_first;	\
			(head1)->sqh_last = (head2)->sqh_last;		\
			SIMPLEQ_INIT(head2);				\
		}							\
	} while (0)

/*
 * TAILQ
 */
#define	_TAILQ_HEAD(name, type, qual)					\
struct name {								\
	qual type *tqh_first;						\
	qual type *qual *tqh_last;					\
}
#define	TAILQ_HEAD(name, type)	_TAILQ_HEAD(name, struct type,)
#define	TAILQ_HEAD_INITIALIZER(head)	{ TAILQ_END(head), &(head).tqh_first }
#define	_TAILQ_ENTRY(type, qual)					\
struct {								\
	qual type *tqe_next;						\
	qual type *qual *tqe_prev;					\
}
#define	TAILQ_ENTRY(type)	_TAILQ_ENTRY(struct type,)
#define	TAILQ_FIRST(head)	((head)->tqh_first)
#define	TAILQ_END(head)		(NULL)
#define	TAILQ_NEXT(elm, field)	((elm)->field.tqe_next)
#define	TAILQ_LAST(head, headname)					\
	(*(((struct headname *)(void *)((head)->tqh_last))->tqh_last))
#define	TAILQ_PREV(elm, headname, field)				\
	(*(((struct headname *)(void *)((elm)->field.tqe_prev))->tqh_last))
#define	TAILQ_EMPTY(head)	(TAILQ_FIRST(head) == TAILQ_END(head))
#define	TAILQ_FOREACH(var, head, field)					\
	for ((var) = (head)->tqh_first; (var) != TAILQ_END(head);	\
	    (var) = (var)->field.tqe_next)
#define	TAILQ_FOREACH_SAFE(var, head, field, next)			\
	for ((var) = (head)->tqh_first;					\
	    (var) != TAILQ_END(head) &&					\
	    ((next) = TAILQ_NEXT(var, field), 1); (var) = (next))
#define	TAILQ_FOREACH_REVERSE(var, head, headname, field)		\
	for ((var) = TAILQ_LAST(head, headname); (var) != TAILQ_END(head); \
	    (var) = TAILQ_PREV(var, headname, field))
#define	TAILQ_FOREACH_REVERSE_SAFE(var, head, headname, field, prev)	\
	for ((var) = TAILQ_LAST(head, headname);			\
	    (var) != TAILQ_END(head) &&					\
	    ((prev) = TAILQ_PREV(var, headname, field), 1); (var) = (prev))
#define	TAILQ_INIT(head)						\
	do {								\
		(head)->tqh_first = TAILQ_END(head);			\
		(head)->tqh_last = &(head)->tqh_first;			\
	} while (0)
#define	TAILQ_INSERT_HEAD(head, elm, field)				\
	do {								\
		_QUEUE_CHECK((head)->tqh_first == NULL ||		\
		    (head)->tqh_first->field.tqe_prev ==		\
		    &(head)->tqh_first, "TAILQ head");			\
		(elm)->field.tqe_next = (head)->tqh_first;		\
		if ((elm)->field.tqe_next != TAILQ_END(head))		\
			(elm)->field.tqe_next->field.tqe_prev =		\
			    &(elm)->field.tqe_next;			\
		else							\
			(head)->tqh_last = &(elm)->field.tqe_next;	\
		(head)->tqh_first = (elm);				\
		(elm)->field.tqe_prev = &(head)->tqh_first;		\
	} while (0)
#define	TAILQ_INSERT_TAIL(head, elm, field)				\
	do {								\
		_QUEUE_CHECK(*(head)->tqh_last == NULL, "TAILQ tail");	\
		(elm)->field.tqe_next = TAILQ_END(head);		\
		(elm)->field.tqe_prev = (head)->tqh_last;		\
		*(head)->tqh_last = (elm);				\
		(head)->tqh_last = &(elm)->field.tqe_next;		\
	} while (0)
#define	TAILQ_INSERT_AFTER(head, listelm, elm, field)			\
	do {								\
		(elm)->field.tqe_next = (listelm)->field.tqe_next;	\
		if ((elm)->field.tqe_next != TAILQ_END(head))		\
			(elm)->field.tqe_next->field.tqe_prev =		\
			    &(elm)->field.tqe_next;			\
		else							\
			(head)->tqh_last = &(elm)->field.tqe_next;	\
		(listelm)->field.tqe_next = (elm);			\
		(elm)->field.tqe_prev = &(listelm)->field.tqe_next;	\
	} while (0)
#define	TAILQ_INSERT_BEFORE(listelm, elm, field)			\
	do {								\
		_QUEUE_CHECK(*(listelm)->field.tqe_prev == (listelm),	\
		    "TAILQ prev");					\
		(elm)->field.tqe_prev = (listelm)->field.tqe_prev;	\
		(elm)->field.tqe_next = (listelm);			\
		*(elm)->field.tqe_prev = (elm);				\
		(listelm)->field.tqe_prev = &(elm)->field.tqe_next;	\
	} while (0)
#define	TAILQ_REMOVE(head, elm, field)					\
	do {								\
		_QUEUE_CHECK(*(elm)->field.tqe_prev == (elm),		\
		    "TAILQ remove, prev");				\
		_QUEUE_CHECK(((elm)->field.tqe_next == NULL ?		\
		    (head)->tqh_last :					\
		    (elm)->field.tqe_next->field.tqe_prev) ==		\
		    &(elm)->field.tqe_next, "TAILQ remove, next");	\
		if ((elm)->field.tqe_next != TAILQ_END(head))		\
			(elm)->field.tqe_next->field.tqe_prev =		\
			    (elm)->field.tqe_prev;			\
		else							\
			(head)->tqh_last = (elm)->field.tqe_prev;	\
		*(elm)->field.tqe_prev = (elm)->field.tqe_next;		\
		_Q_INVALIDATE((elm)->field.tqe_next);			\
		_Q_INVALIDATE((elm)->field.tqe_prev);			\
	} while (0)
#define	TAILQ_REPLACE(head, elm, elm2, field)				\
	do {								\
		(elm2)->field.tqe_next = (elm)->field.tqe_next;		\
		if ((elm2)->field.tqe_next != TAILQ_END(head))		\
			(elm2)->field.tqe_next->field.tqe_prev =	\
			    &(elm2)->field.tqe_next;			\
		else							\
			(head)->tqh_last = &(elm2)->field.tqe_next;	\
		(elm2)->field.tqe_prev = (elm)->field.tqe_prev;		\
		*(elm2)->field.tqe_prev = (elm2);			\
		_Q_INVALIDATE((elm)->field.tqe_next);			\
		_Q_INVALIDATE((elm)->field.tqe_prev);			\
	} while (0)
#define	TAILQ_CONCAT(head1, head2, field)				\
	do {								\
		if (!TAILQ_EMPTY(head2)) {				\
			*(head1)->tqh_last = (head2)->tqh_first;	\
			(head2)->tqh_first->field.tqe_prev =		\
			    (head1)->tqh_last;				\
			(head1)->tqh_last = (head2)->tqh_last;		\
			TAILQ_INIT(head2);				\
		}							\
	} while (0)

#endif /* !_SYS_QUEUE_H_ */
