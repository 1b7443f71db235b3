/* SPDX-License-Identifier: BSD-2-Clause */
/* What components tell the file system faction: device nodes for drivers. */
#ifndef _RUMP_SYS_VFS_H_
#define _RUMP_SYS_VFS_H_

#include <sys/types.h>

/* A device node; type 'b' or 'c' as in S_IFBLK, S_IFCHR of devtype. */
int	rump_vfs_makeonedevnode(dev_t devtype, const char *path,
	    devmajor_t maj, devminor_t min);
/*
 * Nodes <base>0 to <base>n-1, each with the letters from minchar on if that
 * is not 0, with minors from minnum on.
 */
int	rump_vfs_makedevnodes(dev_t devtype, const char *base, char minchar,
	    devmajor_t maj, devminor_t minnum, int nnodes);
/*
 * Nodes for a driver's units in /dev: <prefix>0<suffix> to <prefix>n-1<suffix>,
 * or, if nparts is not 0, that many of each with letters from 'a' on behind the
 * number.  Their minors are minor0 + unit * step + part.  They cost next to
 * nothing until one is used.
 */
int	rump_vfs_makedevunits(dev_t devtype, const char *prefix,
	    const char *suffix, int nunits, int nparts, devmajor_t maj,
	    devminor_t minor0, devminor_t step);
int	rump_vfs_makesymlink(const char *target, const char *path);

#endif
