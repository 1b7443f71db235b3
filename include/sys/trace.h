/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Trace points of the buffer cache, as old file systems have them; they come
 * to nothing.
 */

#ifndef _SYS_TRACE_H_
#define	_SYS_TRACE_H_

#define	TR_BREADMISS	0
#define	TR_BREADHIT	1
#define	TR_BWRITE	2
#define	TR_BREADMISSRA	3
#define	TR_BREADHITRA	4
#define	TR_XFODMISS	5
#define	TR_XFODHIT	6
#define	TR_BRELSE	7
#define	TR_BREALLOC	8

#define	pack(vp, size)		(size)
#define	trace(what, arg1, arg2)	((void)0)

#endif /* !_SYS_TRACE_H_ */
