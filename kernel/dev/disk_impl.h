/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files that find partitions on a disk.
 */

#ifndef _DISK_IMPL_H_
#define	_DISK_IMPL_H_

#include <sys/bootblock.h>
#include <sys/container_of.h>
#include <sys/disklabel.h>

void	disk_sysinit(void);
bool	dkwedge_scanning(struct disk *);

void	disklabel_swap(struct disklabel *);
int	disklabel_scan(const void *, size_t, struct disklabel *);

/* How mbr_walk() gets a sector. */
struct mbr_reader {
	int	(*rd_read)(struct mbr_reader *, uint64_t sector,
		    struct mbr_sector *);
};
int	mbr_walk(struct mbr_reader *,
	    int (*)(void *, const struct mbr_partition *, uint64_t, uint64_t,
		unsigned), void *);

#endif /* !_DISK_IMPL_H_ */
