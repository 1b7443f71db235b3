/* SPDX-License-Identifier: BSD-2-Clause */
/* File system suspension and copy on write, see fstrans(9). */
#ifndef _SYS_FSTRANS_H_
#define _SYS_FSTRANS_H_

#include <sys/mount.h>

#define SUSPEND_SUSPEND	0x0001	/* VFS_SUSPENDCTL: suspend */
#define SUSPEND_RESUME	0x0002	/* VFS_SUSPENDCTL: resume */

enum fstrans_state {
	FSTRANS_NORMAL,
	FSTRANS_SUSPENDED
};

struct buf;

void	fstrans_init(void);
void	fstrans_start(struct mount *);
int	fstrans_start_nowait(struct mount *);
void	fstrans_start_lazy(struct mount *);
void	fstrans_done(struct mount *);
int	fstrans_is_owner(struct mount *);
int	fstrans_held(struct mount *);
int	fstrans_mount(struct mount *);
void	fstrans_unmount(struct mount *);
void	fstrans_lwp_dtor(struct lwp *);
int	fstrans_setstate(struct mount *, enum fstrans_state);
enum fstrans_state
	fstrans_getstate(struct mount *);

int	fscow_establish(struct mount *, int (*)(void *, struct buf *, bool),
	    void *);
int	fscow_disestablish(struct mount *, int (*)(void *, struct buf *, bool),
	    void *);
int	fscow_run(struct buf *, bool);

#endif
