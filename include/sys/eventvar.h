/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The inside of a kqueue.
 */

#ifndef _SYS_EVENTVAR_H_
#define _SYS_EVENTVAR_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/select.h>
#include <sys/filedesc.h>

#define	KQ_NEVENTS	8		/* copied at a time */
#define	KQ_EXTENT	256
#define	KQ_RESTART	0x80000000
#define	KQ_CLOSING	0x40000000
#define	KQ_COUNT(kq)	((unsigned)(kq)->kq_count & ~KQ_RESTART)
#define	KQ_MAXNOTES	8192		/* knotes of one kqueue */

struct kqueue {
	TAILQ_HEAD(kqhead, knote) kq_head;	/* kq_lock: active knotes */
	kmutex_t	kq_lock;
	filedesc_t	*kq_fdp;	/* constant: whose descriptors */
	struct selinfo	kq_sel;		/* kq_lock */
	kcondvar_t	kq_cv;		/* kq_lock: scanners */
	kcondvar_t	kq_busycv;	/* kq_lock: for KN_BUSY, kn_uses */
	int		kq_count;	/* kq_lock: on kq_head, and flags */
	SLIST_HEAD(, knote) kq_knlist;	/* fd_lock: not of descriptors */
	u_int		kq_nnotes;	/* fd_lock */
};

#endif /* _SYS_EVENTVAR_H_ */
