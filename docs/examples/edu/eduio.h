/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * /dev/edu0: read(2) and write(2) reach the device's buffer of 4096 bytes at
 * the file offset; an ioctl has it compute.
 */

#ifndef _EDUIO_H_
#define	_EDUIO_H_

#include <sys/ioccom.h>

#define	EDU_FACTORIAL	_IOWR('E', 1, uint32_t)	/* of the argument, modulo 2^32 */

#endif /* !_EDUIO_H_ */
