/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a panic would do, done to a kernel that lives on.
 */

#ifndef _DUMPTEST_H_
#define	_DUMPTEST_H_

#include <sys/types.h>

/* Where the swap wedge of rump_dumptest_run() begins, in sectors. */
#define	DUMPTEST_OFFSET	16

/*
 * Dumps size bytes of data at a block of 512 bytes of a wedge for swap, which
 * is from DUMPTEST_OFFSET to the end of the disk and gone afterwards.  Returns
 * an error number of the kernel's.
 */
int	rump_dumptest_run(const char *disk, int64_t blkno, const void *data, size_t size);
/* The same as of a panic: no interrupt comes, whoever waits has to look. */
int	rump_dumptest_silently(const char *disk, int64_t blkno, const void *data, size_t size);

#endif /* _DUMPTEST_H_ */
