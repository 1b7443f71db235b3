/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2) commands for sockets that any of them takes.
 */

#ifndef _SYS_SOCKIO_H_
#define _SYS_SOCKIO_H_

#include <sys/ioccom.h>

#define	SIOCSHIWAT	_IOW('s', 0, int)
#define	SIOCGHIWAT	_IOR('s', 1, int)
#define	SIOCSLOWAT	_IOW('s', 2, int)
#define	SIOCGLOWAT	_IOR('s', 3, int)
#define	SIOCATMARK	_IOR('s', 7, int)
#define	SIOCSPGRP	_IOW('s', 8, int)
#define	SIOCGPGRP	_IOR('s', 9, int)
#define	SIOCPEELOFF	_IOWR('s', 10, int)

#endif /* _SYS_SOCKIO_H_ */
