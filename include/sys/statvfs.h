/* SPDX-License-Identifier: BSD-2-Clause */
/* struct statvfs and its flags, see statvfs(2). */
#ifndef _SYS_STATVFS_H_
#define _SYS_STATVFS_H_

#include <sys/types.h>
#include <sys/ansi.h>
#include <sys/featuretest.h>
#include <sys/stdint.h>
#include <sys/fstypes.h>

#define _VFS_NAMELEN	32
#define _VFS_MNAMELEN	1024

#define VFS_NAMELEN	_VFS_NAMELEN
#define VFS_MNAMELEN	_VFS_MNAMELEN

struct statvfs {
	unsigned long	f_flag;		/* MNT_* */
	unsigned long	f_bsize;	/* bytes in a block */
	unsigned long	f_frsize;	/* bytes in a fragment */
	unsigned long	f_iosize;	/* bytes best read at once */

	/* in units of f_frsize */
	fsblkcnt_t	f_blocks;
	fsblkcnt_t	f_bfree;
	fsblkcnt_t	f_bavail;	/* to a normal user */
	fsblkcnt_t	f_bresvd;

	fsfilcnt_t	f_files;
	fsfilcnt_t	f_ffree;
	fsfilcnt_t	f_favail;
	fsfilcnt_t	f_fresvd;

	uint64_t	f_syncreads;
	uint64_t	f_syncwrites;
	uint64_t	f_asyncreads;
	uint64_t	f_asyncwrites;

	fsid_t		f_fsidx;
	unsigned long	f_fsid;
	unsigned long	f_namemax;
	uid_t		f_owner;	/* who mounted it */

	uint64_t	f_spare[4];

	char	f_fstypename[_VFS_NAMELEN];
	char	f_mntonname[_VFS_MNAMELEN];
	char	f_mntfromname[_VFS_MNAMELEN];
	char	f_mntfromlabel[_VFS_MNAMELEN];
};

#define ST_RDONLY	MNT_RDONLY
#define ST_SYNCHRONOUS	MNT_SYNCHRONOUS
#define ST_NOEXEC	MNT_NOEXEC
#define ST_NOSUID	MNT_NOSUID
#define ST_NODEV	MNT_NODEV
#define ST_UNION	MNT_UNION
#define ST_ASYNC	MNT_ASYNC
#define ST_NOCOREDUMP	MNT_NOCOREDUMP
#define ST_IGNORE	MNT_IGNORE
#define ST_NOATIME	MNT_NOATIME
#define ST_SYMPERM	MNT_SYMPERM
#define ST_NODEVMTIME	MNT_NODEVMTIME
#define ST_SOFTDEP	MNT_SOFTDEP
#define ST_LOG		MNT_LOG
#define ST_EXTATTR	MNT_EXTATTR
#define ST_EXRDONLY	MNT_EXRDONLY
#define ST_EXPORTED	MNT_EXPORTED
#define ST_DEFEXPORTED	MNT_DEFEXPORTED
#define ST_EXPORTANON	MNT_EXPORTANON
#define ST_EXKERB	MNT_EXKERB
#define ST_EXNORESPORT	MNT_EXNORESPORT
#define ST_EXPUBLIC	MNT_EXPUBLIC
#define ST_LOCAL	MNT_LOCAL
#define ST_QUOTA	MNT_QUOTA
#define ST_ROOTFS	MNT_ROOTFS
#define ST_WAIT		MNT_WAIT
#define ST_NOWAIT	MNT_NOWAIT

#endif
