/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ioctl(2) requests of disks.  See dk(4), sd(4), disklabel(5).
 */

#ifndef _SYS_DKIO_H_
#define	_SYS_DKIO_H_

#include <sys/ioccom.h>

/* Labels. */
#define	DIOCGDINFO	_IOR('d', 101, struct disklabel)
#define	DIOCSDINFO	_IOW('d', 102, struct disklabel)
#define	DIOCWDINFO	_IOW('d', 103, struct disklabel)
#define	DIOCGDEFLABEL	_IOR('d', 114, struct disklabel)
#define	DIOCCLRLABEL	_IO('d', 115)
#define	DIOCKLABEL	_IOW('d', 119, int)	/* keep label after close */
#define	DIOCWLABEL	_IOW('d', 109, int)	/* label is writable */
#ifdef _KERNEL
#define	DIOCGPARTINFO	_IOW('d', 104, struct partinfo)
#endif

#define	DIOCRFORMAT	_IOWR('d', 105, struct format_op)
#define	DIOCWFORMAT	_IOWR('d', 106, struct format_op)
#define	DIOCSSTEP	_IOW('d', 107, int)
#define	DIOCSRETRIES	_IOW('d', 108, int)

#define	DIOCSBAD	_IOW('d', 110, struct dkbad)
#define	DIOCEJECT	_IOW('d', 112, int)
#define	ODIOCEJECT	_IO('d', 112)
#define	DIOCLOCK	_IOW('d', 113, int)

/* The device's write cache. */
#define	DIOCGCACHE	_IOR('d', 116, int)
#define	DIOCSCACHE	_IOW('d', 117, int)
#define	DIOCCACHESYNC	_IOW('d', 118, int)

#define	DKCACHE_READ	0x000001
#define	DKCACHE_WRITE	0x000002
#define	DKCACHE_RCHANGE	0x000100
#define	DKCACHE_WCHANGE	0x000200
#define	DKCACHE_SAVE	0x010000
#define	DKCACHE_FUA	0x020000	/* has forced unit access */
#define	DKCACHE_DPO	0x040000	/* has disable page out */
#define	DKCACHE_COMBINE(a, b) \
	(((a) & (b)) | (((a) | (b)) & (DKCACHE_WRITE | DKCACHE_WCHANGE)))

/* Bad sectors. */
#define	DIOCBSLIST	_IOWR('d', 119, struct disk_badsecinfo)
#define	DIOCBSFLUSH	_IO('d', 120)

/* Wedges. */
#define	DIOCAWEDGE	_IOWR('d', 121, struct dkwedge_info)
#define	DIOCGWEDGEINFO	_IOR('d', 122, struct dkwedge_info)
#define	DIOCDWEDGE	_IOW('d', 123, struct dkwedge_info)
#define	DIOCLWEDGES	_IOWR('d', 124, struct dkwedge_list)
#define	DIOCMWEDGES	_IOR('d', 131, int)	/* discover */
#define	DIOCRMWEDGES	_IOR('d', 134, int)	/* remove the idle ones */

/* Queue strategy. */
#define	DIOCGSTRATEGY	_IOR('d', 125, struct disk_strategy)
#define	DIOCSSTRATEGY	_IOW('d', 126, struct disk_strategy)

#define	DIOCTUR		_IOR('d', 128, int)	/* test unit ready */

/* Geometry, in bytes. */
#define	DIOCGMEDIASIZE	_IOR('d', 132, off_t)
#define	DIOCGSECTORSIZE	_IOR('d', 133, u_int)
#define	DIOCGSECTORALIGN _IOR('d', 135, struct disk_sectoralign)

#endif /* !_SYS_DKIO_H_ */
