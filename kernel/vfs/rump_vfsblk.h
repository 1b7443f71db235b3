/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the block half of this component tells its files.
 */

#ifndef _RUMP_VFSBLK_H_
#define	_RUMP_VFSBLK_H_

#include <sys/types.h>

/* Registers what is to be done when memory is short. */
void	vfsblk_drain_init(void);

/* Starts to write all dirty buffers. */
void	rump_bufs_sync(void);

/* Frees clean pages nobody uses, up to n of them (0: all); their number. */
unsigned uvm_page_drain(unsigned);

struct vm_page;
void	vfsblk_page_busy(struct vm_page *);
/* Makes memory for pages; false when there is none to be had. */
bool	vfsblk_page_wait(void);

/* Boot: everything in this half of the component. */
void	rump_vfsblk_init(void);

#endif /* !_RUMP_VFSBLK_H_ */
