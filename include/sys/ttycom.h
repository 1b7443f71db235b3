/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2) commands for terminals that other files answer as well.
 */

#ifndef _SYS_TTYCOM_H_
#define _SYS_TTYCOM_H_

#include <sys/ioccom.h>

struct winsize {
	unsigned short	ws_row;
	unsigned short	ws_col;
	unsigned short	ws_xpixel;
	unsigned short	ws_ypixel;
};

#define	TIOCEXCL	_IO('t', 13)
#define	TIOCNXCL	_IO('t', 14)
#define	TIOCFLUSH	_IOW('t', 16, int)
#define	TIOCSWINSZ	_IOW('t', 103, struct winsize)
#define	TIOCGWINSZ	_IOR('t', 104, struct winsize)
#define	TIOCOUTQ	_IOR('t', 115, int)
#define	TIOCSTI		_IOW('t', 114, char)
#define	TIOCNOTTY	_IO('t', 113)
#define	TIOCSPGRP	_IOW('t', 118, int)
#define	TIOCGPGRP	_IOR('t', 119, int)
#define	TIOCSCTTY	_IO('t', 97)
#define	TIOCGSID	_IOR('t', 99, int)

#endif /* _SYS_TTYCOM_H_ */
