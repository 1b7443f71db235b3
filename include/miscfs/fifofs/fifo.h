/* SPDX-License-Identifier: BSD-2-Clause */
/* Named pipes: operations for the vnodes of type VFIFO of any file system. */
#ifndef _MISCFS_FIFOFS_FIFO_H_
#define _MISCFS_FIFOFS_FIFO_H_

#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

extern int (**fifo_vnodeop_p)(void *);
extern const struct vnodeopv_desc fifo_vnodeop_opv_desc;

/* The same for named pipes; a table may override these further down. */
#define GENFS_FIFOOP_ENTRIES						\
	GENFS_NODIROP_ENTRIES,						\
	{ &vop_fallocate_desc, genfs_badop },				\
	{ &vop_fdiscard_desc, genfs_badop },				\
	{ &vop_seek_desc, genfs_badop },				\
	{ &vop_mmap_desc, genfs_badop },				\
	{ &vop_getpages_desc, genfs_badop },				\
	{ &vop_lookup_desc, vn_fifo_bypass },				\
	{ &vop_open_desc, vn_fifo_bypass },				\
	{ &vop_ioctl_desc, vn_fifo_bypass },				\
	{ &vop_poll_desc, vn_fifo_bypass },				\
	{ &vop_kqfilter_desc, vn_fifo_bypass },				\
	{ &vop_pathconf_desc, vn_fifo_bypass },				\
	{ &vop_advlock_desc, vn_fifo_bypass },				\
	{ &vop_bmap_desc, vn_fifo_bypass },				\
	{ &vop_fcntl_desc, genfs_fcntl },				\
	{ &vop_revoke_desc, genfs_revoke },				\
	{ &vop_strategy_desc, genfs_badop },				\
	{ &vop_putpages_desc, genfs_null_putpages }

#endif
