/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a file or device keeps for those who wait for it in select(2),
 * poll(2) or a kqueue.  selrecord(9).
 */

#ifndef _SYS_SELINFO_H_
#define _SYS_SELINFO_H_

#include <sys/queue.h>
#include <sys/event.h>

struct selcluster;

struct selinfo {
	struct klist	sel_klist;	/* the owner's lock: knotes */
	struct selcluster *sel_cluster;	/* select lock: first waiter */
	SLIST_ENTRY(selinfo) sel_chain;	/* select lock: the waiter's list */
	bool		sel_collision;	/* select lock: more than one */
};

#endif /* _SYS_SELINFO_H_ */
