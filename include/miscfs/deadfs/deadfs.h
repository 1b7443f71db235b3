/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations of vnodes whose file is gone, and the mount they are on. */
#ifndef _MISCFS_DEADFS_DEADFS_H_
#define _MISCFS_DEADFS_DEADFS_H_

struct mount;

extern struct mount *dead_rootmount;
extern int (**dead_vnodeop_p)(void *);
extern const struct vnodeopv_desc dead_vnodeop_opv_desc;

#endif
