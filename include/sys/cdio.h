/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CD drive answers to a file system, see cd(4). */
#ifndef _SYS_CDIO_H_
#define _SYS_CDIO_H_

#include <sys/types.h>
#include <sys/ioccom.h>

/* First sector of the last session; the argument is the session asked for. */
#define CDIOREADMSADDR	_IOWR('c', 6, int)

#endif
