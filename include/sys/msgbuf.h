/* SPDX-License-Identifier: BSD-2-Clause */

/* The ring of the last messages, read through kern.msgbuf. */

#ifndef _SYS_MSGBUF_H_
#define	_SYS_MSGBUF_H_

#include <sys/types.h>

struct kern_msgbuf {
#define	MSG_MAGIC	0x063061
	long	msg_magic;
	long	msg_bufx;	/* next write */
	long	msg_bufr;	/* next read */
	long	msg_bufs;	/* size of msg_bufc */
	char	msg_bufc[1];
};

#ifdef _KERNEL
extern int	msgbufenabled;
extern struct kern_msgbuf *msgbufp;
void	initmsgbuf(void *, size_t);
void	logputchar(int);
static __inline int __unused
logenabled(const struct kern_msgbuf *mbp)
{

	return msgbufenabled && mbp->msg_magic == MSG_MAGIC;
}
#endif

#endif /* !_SYS_MSGBUF_H_ */
