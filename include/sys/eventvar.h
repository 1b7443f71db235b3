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
#define	KQ_MAXNOTES	4096		/* knotes of one kqueue */
#define	KQ_MAXTIMERS	4096		/* timers of all */

/* All under the lock of all kqueues. */
struct kqueue {
	TAILQ_HEAD(kqhead, knote) kq_head;	/* active knotes */
	LIST_HEAD(, knote) kq_knotes;		/* all knotes */
	struct selinfo	kq_sel;
	kcondvar_t	kq_cv;		/* for events, for the scanner */
	u_int		kq_count;	/* on kq_head */
	u_int		kq_nnotes;	/* on kq_knotes */
	u_int		kq_nwatched;	/* knotes of others on this one */
	u_int		kq_nwatches;	/* knotes of this one on others */
	bool		kq_scanning;	/* a thread takes from kq_head */
	bool		kq_restart;	/* sleepers go home */
};

#endif /* _SYS_EVENTVAR_H_ */
