/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Pipes: two of these make a pipe(2), one for each direction.
 */

#ifndef _SYS_PIPE_H_
#define _SYS_PIPE_H_

#include <sys/types.h>

#ifndef PIPE_SIZE
#define	PIPE_SIZE	16384
#endif
#ifndef BIG_PIPE_SIZE
#define	BIG_PIPE_SIZE	(4 * PIPE_SIZE)
#endif

#ifdef _KERNEL
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/select.h>
#include <sys/time.h>

/* A ring of bytes. */
struct pipebuf {
	size_t	cnt;		/* in the ring */
	size_t	in;		/* next to be written */
	size_t	out;		/* next to be read */
	size_t	size;
	void	*buffer;
};

#define	PIPE_ASYNC	0x001	/* signal the owner */
#define	PIPE_EOF	0x010	/* the other end is closed */
#define	PIPE_SIGNALR	0x020
#define	PIPE_LOCKFL	0x100	/* one reader or writer moves data */
#define	PIPE_RESTART	0x400	/* sleepers go back to userland */

/* All under pipe_lock, which both ends share. */
struct pipe {
	kmutex_t	*pipe_lock;
	kcondvar_t	pipe_rcv;	/* readers: data */
	kcondvar_t	pipe_wcv;	/* writers: room */
	kcondvar_t	pipe_draincv;	/* close: until no thread is inside */
	kcondvar_t	pipe_lkcv;	/* for PIPE_LOCKFL */
	struct pipebuf	pipe_buffer;
	struct selinfo	pipe_sel;
	struct timespec	pipe_atime;
	struct timespec	pipe_mtime;
	struct timespec	pipe_btime;
	pid_t		pipe_pgid;
	struct pipe	*pipe_peer;
	u_int		pipe_state;
	u_int		pipe_busy;	/* threads in read or write */
	uint64_t	pipe_ino;
};

#define	KERN_PIPE_MAXKVASZ	1
#define	KERN_PIPE_LIMITKVA	2
#define	KERN_PIPE_MAXBIGPIPES	3
#define	KERN_PIPE_NBIGPIPES	4
#define	KERN_PIPE_KVASIZE	5
#endif /* _KERNEL */

#endif /* _SYS_PIPE_H_ */
