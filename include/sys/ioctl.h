/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2): the commands of every kind of file.
 */

#ifndef _SYS_IOCTL_H_
#define _SYS_IOCTL_H_

#include <sys/ioccom.h>
#include <sys/ttycom.h>
#include <sys/filio.h>
#include <sys/sockio.h>


#endif /* _SYS_IOCTL_H_ */
