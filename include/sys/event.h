/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel events: kqueue(2), kfilter_register(9), knote(9).
 */

#ifndef _SYS_EVENT_H_
#define _SYS_EVENT_H_

#include <sys/featuretest.h>
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/null.h>

/* filters */
#define	EVFILT_READ		0U
#define	EVFILT_WRITE		1U
#define	EVFILT_AIO		2U
#define	EVFILT_VNODE		3U
#define	EVFILT_PROC		4U
#define	EVFILT_SIGNAL		5U
#define	EVFILT_TIMER		6U
#define	EVFILT_FS		7U
#define	EVFILT_USER		8U
#define	EVFILT_EMPTY		9U
#define	EVFILT_SYSCOUNT		10U

struct kevent {
	uintptr_t	ident;		/* of the event, by filter */
	uint32_t	filter;
	uint32_t	flags;		/* EV_* */
	uint32_t	fflags;		/* NOTE_* */
	int64_t		data;
	void		*udata;		/* the user's own */
};

static __inline void
_EV_SET(struct kevent *_kevp, uintptr_t _ident, uint32_t _filter,
    uint32_t _flags, uint32_t _fflags, int64_t _data, void *_udata)
{
	_kevp->ident = _ident;
	_kevp->filter = _filter;
	_kevp->flags = _flags;
	_kevp->fflags = _fflags;
	_kevp->data = _data;
	_kevp->udata = _udata;
}

#define	EV_SET(kevp, ident, filter, flags, fflags, data, udata)	\
	_EV_SET((kevp), (uintptr_t)(ident), (filter), (flags), (fflags), \
	    (data), (void *)(udata))

/* actions */
#define	EV_ADD		0x0001U
#define	EV_DELETE	0x0002U
#define	EV_ENABLE	0x0004U
#define	EV_DISABLE	0x0008U

/* flags */
#define	EV_ONESHOT	0x0010U
#define	EV_CLEAR	0x0020U
#define	EV_RECEIPT	0x0040U
#define	EV_DISPATCH	0x0080U
#define	EV_SYSFLAGS	0xF000U
#define	EV_FLAG1	0x2000U

/* returned */
#define	EV_EOF		0x8000U
#define	EV_ERROR	0x4000U

/* EVFILT_USER */
#define	NOTE_FFNOP	0x00000000U
#define	NOTE_FFAND	0x40000000U
#define	NOTE_FFOR	0x80000000U
#define	NOTE_FFCOPY	0xc0000000U
#define	NOTE_FFCTRLMASK	0xc0000000U
#define	NOTE_FFLAGSMASK	0x00ffffffU
#define	NOTE_TRIGGER	0x01000000U

/* EVFILT_READ, EVFILT_WRITE */
#define	NOTE_LOWAT	0x0001U

/* EVFILT_VNODE */
#define	NOTE_DELETE	0x0001U
#define	NOTE_WRITE	0x0002U
#define	NOTE_EXTEND	0x0004U
#define	NOTE_ATTRIB	0x0008U
#define	NOTE_LINK	0x0010U
#define	NOTE_RENAME	0x0020U
#define	NOTE_REVOKE	0x0040U
#define	NOTE_OPEN	0x0080U
#define	NOTE_CLOSE	0x0100U
#define	NOTE_CLOSE_WRITE 0x0200U
#define	NOTE_READ	0x0400U

/* EVFILT_PROC */
#define	NOTE_EXIT	0x80000000U
#define	NOTE_FORK	0x40000000U
#define	NOTE_EXEC	0x20000000U
#define	NOTE_PCTRLMASK	0xf0000000U
#define	NOTE_PDATAMASK	0x000fffffU
#define	NOTE_TRACK	0x00000001U
#define	NOTE_TRACKERR	0x00000002U
#define	NOTE_CHILD	0x00000004U

/* EVFILT_TIMER */
#define	NOTE_MSECONDS	0x00000000U
#define	NOTE_SECONDS	0x00000001U
#define	NOTE_USECONDS	0x00000002U
#define	NOTE_NSECONDS	0x00000003U
#define	NOTE_ABSTIME	0x00000010U

/* names of filters, by ioctl on a kqueue */
struct kfilter_mapping {
	char		*name;
	size_t		len;		/* of the buffer at name */
	uint32_t	filter;
};
#define	KFILTER_BYFILTER	_IOWR('k', 0, struct kfilter_mapping)
#define	KFILTER_BYNAME		_IOWR('k', 1, struct kfilter_mapping)

#ifdef _KERNEL

#include <sys/mutex.h>

struct kqueue;
struct knote;
struct fdfile;
struct lwp;
struct proc;
struct timespec;

SLIST_HEAD(klist, knote);

/* in the hint of knote(): the caller holds the object's lock */
#define	NOTE_SUBMIT	0x01000000U

#define	KNOTE(list, hint)	\
	do { \
		struct klist *_klist = (list); \
		if (SLIST_FIRST(_klist) != NULL) \
			knote(_klist, (hint)); \
	} while (/*CONSTCOND*/0)

#define	FILTEROP_ISFD	0x0001	/* ident is a descriptor */
#define	FILTEROP_MPSAFE	0x0002

/* f_touch types */
#define	EVENT_REGISTER	1
#define	EVENT_PROCESS	2

struct filterops {
	int	f_flags;
	int	(*f_attach)(struct knote *);
	void	(*f_detach)(struct knote *);
	int	(*f_event)(struct knote *, long);
	int	(*f_touch)(struct knote *, struct kevent *, long);
};

/*
 * Locks: "q" the lock of all kqueues, "o" the object's lock (what is held
 * around knote()).  KN_BUSY keeps all others off a knote that a thread works
 * on without the lock.
 */
struct knote {
	SLIST_ENTRY(knote) kn_link;	/* q: of the descriptor */
	SLIST_ENTRY(knote) kn_selnext;	/* o: of the object */
	LIST_ENTRY(knote) kn_kqlink;	/* q: of the kqueue */
	TAILQ_ENTRY(knote) kn_tqe;	/* q: kq_head */
	struct kqueue	*kn_kq;		/* constant */
	struct fdfile	*kn_ff;		/* constant: or NULL */
	struct kevent	kn_kevent;	/* q, and o in f_event */
	uint32_t	kn_status;	/* q: KN_* */
	uint32_t	kn_sfflags;	/* KN_BUSY: what was asked for */
	int64_t		kn_sdata;	/* KN_BUSY */
	void		*kn_obj;	/* constant: the file, ... */
	const struct filterops *kn_fop;
	void		*kn_hook;	/* the filter's own */
	int		kn_hookid;

#define	KN_ACTIVE	0x01U		/* the event is there */
#define	KN_QUEUED	0x02U		/* on kq_head */
#define	KN_DISABLED	0x04U
#define	KN_BUSY		0x20U		/* being scanned or changed */
#define	KN_WILLDETACH	0x80U		/* being removed */

#define	kn_id		kn_kevent.ident
#define	kn_filter	kn_kevent.filter
#define	kn_flags	kn_kevent.flags
#define	kn_fflags	kn_kevent.fflags
#define	kn_data		kn_kevent.data
};

void	kqueue_init(void);

/* Activates the knotes of a list for which their filter says so. */
void	knote(struct klist *, long);

/* Removes the knotes of the current process's descriptor. */
void	knote_fdclose(int);

void	knote_set_eof(struct knote *, uint32_t);
void	knote_clear_eof(struct knote *);

void	klist_init(struct klist *);
void	klist_fini(struct klist *);
void	klist_insert(struct klist *, struct knote *);
bool	klist_remove(struct klist *, struct knote *);	/* true: now empty */

int	kfilter_register(const char *, const struct filterops *, int *);
int	kfilter_unregister(const char *);

/* What is always ready: f_event, and a whole filter. */
int	filt_seltrue(struct knote *, long);
extern const struct filterops seltrue_filtops;
int	seltrue_kqfilter(dev_t, struct knote *);

typedef int (*kevent_fetch_changes_t)(void *, const struct kevent *,
	    struct kevent *, size_t, int);
typedef int (*kevent_put_events_t)(void *, struct kevent *, struct kevent *,
	    size_t, int);
struct kevent_ops {
	void	*keo_private;
	int	(*keo_fetch_timeout)(const void *, void *, size_t);
	kevent_fetch_changes_t keo_fetch_changes;
	kevent_put_events_t keo_put_events;
};
int	kevent_fetch_changes(void *, const struct kevent *, struct kevent *,
	    size_t, int);
int	kevent_put_events(void *, struct kevent *, struct kevent *, size_t,
	    int);
int	kevent1(register_t *, int, const struct kevent *, size_t,
	    struct kevent *, size_t, const struct timespec *,
	    const struct kevent_ops *);
#endif /* _KERNEL */

#endif /* _SYS_EVENT_H_ */
