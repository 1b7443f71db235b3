/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2) commands for files.
 */

#ifndef _SYS_FILIO_H_
#define _SYS_FILIO_H_

#include <sys/ioccom.h>

#define	FIOCLEX		_IO('f', 1)		/* close on exec */
#define	FIONCLEX	_IO('f', 2)
#define	FIOSEEKDATA	_IOWR('f', 97, off_t)
#define	FIOSEEKHOLE	_IOWR('f', 98, off_t)
#define	FIONREAD	_IOR('f', 127, int)	/* bytes to read */
#define	FIONBIO		_IOW('f', 126, int)	/* non-blocking */
#define	FIOASYNC	_IOW('f', 125, int)	/* signal on input */
#define	FIOSETOWN	_IOW('f', 124, int)
#define	FIOGETOWN	_IOR('f', 123, int)
#define	OFIOGETBMAP	_IOWR('f', 122, uint32_t)
#define	FIOGETBMAP	_IOWR('f', 122, daddr_t)
#define	FIONWRITE	_IOR('f', 121, int)	/* bytes waiting to go out */
#define	FIONSPACE	_IOR('f', 120, int)	/* room in the send queue */

#endif /* _SYS_FILIO_H_ */
