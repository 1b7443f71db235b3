/* SPDX-License-Identifier: BSD-2-Clause */
/* Named pipes: operations for the vnodes of type VFIFO of any file system. */
#ifndef _MISCFS_FIFOFS_FIFO_H_
#define _MISCFS_FIFOFS_FIFO_H_

#include <sys/vnode.h>

extern int (**fifo_vnodeop_p)(void *);
extern const struct vnodeopv_desc fifo_vnodeop_opv_desc;

#endif
