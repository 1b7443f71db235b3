/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File system ids, file handles and the flags of mount(2), getvfsstat(2) and
 * struct mount.
 */
#ifndef _SYS_FSTYPES_H_
#define _SYS_FSTYPES_H_

#include <sys/types.h>

typedef struct {
	int32_t	__fsid_val[2];
} fsid_t;

#ifdef _KERNEL
#include <sys/stddef.h>

/* Identifies a file within its file system. */
struct fid {
	unsigned short	fid_len;	/* of the whole structure */
	unsigned short	fid_reserved;
	char		fid_data[0];
};

struct fhandle {
	fsid_t		fh_fsid;
	struct fid	fh_fid;
};
typedef struct fhandle fhandle_t;

#define FHANDLE_SIZE_COMPAT	28
#define FHANDLE_SIZE_MAX	1024
#define FHANDLE_SIZE_MIN	FHANDLE_SIZE_COMPAT

#define FHANDLE_FSID(fh)	(&(fh)->fh_fsid)
#define FHANDLE_FILEID(fh)	(&(fh)->fh_fid)
#define FHANDLE_SIZE_FROM_FILEID_SIZE(fidsize) \
	MAX(FHANDLE_SIZE_MIN, (offsetof(fhandle_t, fh_fid) + (fidsize)))
#define FHANDLE_SIZE(fh) \
	FHANDLE_SIZE_FROM_FILEID_SIZE(FHANDLE_FILEID(fh)->fid_len)
#endif

/* Flags that a user gives to mount(2) and that stay. */
#define MNT_RDONLY	0x00000001
#define MNT_SYNCHRONOUS	0x00000002
#define MNT_NOEXEC	0x00000004
#define MNT_NOSUID	0x00000008
#define MNT_NODEV	0x00000010
#define MNT_UNION	0x00000020
#define MNT_ASYNC	0x00000040
#define MNT_NOCOREDUMP	0x00008000
#define MNT_RELATIME	0x00020000
#define MNT_IGNORE	0x00100000
#define MNT_NFS4ACLS	0x00200000
#define MNT_DISCARD	0x00800000
#define MNT_EXTATTR	0x01000000
#define MNT_LOG		0x02000000
#define MNT_NOATIME	0x04000000
#define MNT_AUTOMOUNTED	0x10000000
#define MNT_SYMPERM	0x20000000
#define MNT_NODEVMTIME	0x40000000
#define MNT_SOFTDEP	0x80000000
#define MNT_POSIX1EACLS	0x00000800
#define MNT_ACLS	MNT_POSIX1EACLS

#define MNT_BASIC_FLAGS (MNT_RDONLY | MNT_SYNCHRONOUS | MNT_NOEXEC | \
    MNT_NOSUID | MNT_NODEV | MNT_UNION | MNT_ASYNC | MNT_NOCOREDUMP | \
    MNT_RELATIME | MNT_NFS4ACLS | MNT_POSIX1EACLS | MNT_DISCARD | \
    MNT_EXTATTR | MNT_LOG | MNT_NOATIME | MNT_AUTOMOUNTED | MNT_SYMPERM | \
    MNT_NODEVMTIME | MNT_SOFTDEP)

/* Exported file systems. */
#define MNT_EXRDONLY	0x00000080
#define MNT_EXPORTED	0x00000100
#define MNT_DEFEXPORTED	0x00000200
#define MNT_EXPORTANON	0x00000400
#define MNT_EXKERB	0x00000800
#define MNT_EXNORESPORT	0x08000000
#define MNT_EXPUBLIC	0x10000000

/* Set by the file system or the kernel. */
#define MNT_LOCAL	0x00001000
#define MNT_QUOTA	0x00002000
#define MNT_ROOTFS	0x00004000

/* Seen in f_flag of struct statvfs. */
#define MNT_VISFLAGMASK	(MNT_BASIC_FLAGS | MNT_IGNORE | MNT_EXRDONLY | \
    MNT_EXPORTED | MNT_DEFEXPORTED | MNT_EXPORTANON | MNT_EXKERB | \
    MNT_EXNORESPORT | MNT_EXPUBLIC | MNT_LOCAL | MNT_QUOTA | MNT_ROOTFS)

/* What mount(2) is asked to do. */
#define MNT_UPDATE	0x00010000
#define MNT_RELOAD	0x00040000
#define MNT_FORCE	0x00080000
#define MNT_GETARGS	0x00400000

#define MNT_OP_FLAGS	(MNT_UPDATE | MNT_RELOAD | MNT_FORCE | MNT_GETARGS)

/* mnt_iflag of struct mount. */
#define IMNT_GONE	0x00000001	/* unmounted, references remain */
#define IMNT_UNMOUNT	0x00000002	/* unmount in progress */
#define IMNT_WANTRDWR	0x00000004	/* update to read/write requested */
#define IMNT_WANTRDONLY	0x00000008	/* update to read only requested */
#define IMNT_NCLOOKUP	0x00000010	/* lookup in name cache is enough */
#define IMNT_DTYPE	0x00000040	/* fills in d_type */
#define IMNT_SHRLOOKUP	0x00000080	/* VOP_LOOKUP with a shared lock */
#define IMNT_MPSAFE	0x00000100	/* needs no big lock */
#define IMNT_CAN_RWTORO	0x00000200	/* read/write to read only works */
#define IMNT_ONWORKLIST	0x00000400	/* on the syncer's work list */

#define __MNT_FLAG_BITS \
	"\20" \
	"\40MNT_SOFTDEP" \
	"\37MNT_NODEVMTIME" \
	"\36MNT_SYMPERM" \
	"\35MNT_AUTOMOUNTED" \
	"\34MNT_EXNORESPORT" \
	"\33MNT_NOATIME" \
	"\32MNT_LOG" \
	"\31MNT_EXTATTR" \
	"\30MNT_DISCARD" \
	"\27MNT_GETARGS" \
	"\26MNT_NFS4ACLS" \
	"\25MNT_IGNORE" \
	"\24MNT_FORCE" \
	"\23MNT_RELOAD" \
	"\22MNT_RELATIME" \
	"\21MNT_UPDATE" \
	"\20MNT_NOCOREDUMP" \
	"\17MNT_ROOTFS" \
	"\16MNT_QUOTA" \
	"\15MNT_LOCAL" \
	"\14MNT_POSIX1EACLS" \
	"\13MNT_EXPORTANON" \
	"\12MNT_DEFEXPORTED" \
	"\11MNT_EXPORTED" \
	"\10MNT_EXRDONLY" \
	"\07MNT_ASYNC" \
	"\06MNT_UNION" \
	"\05MNT_NODEV" \
	"\04MNT_NOSUID" \
	"\03MNT_NOEXEC" \
	"\02MNT_SYNCHRONOUS" \
	"\01MNT_RDONLY"

#define __IMNT_FLAG_BITS \
	"\20" \
	"\13IMNT_ONWORKLIST" \
	"\12IMNT_CAN_RWTORO" \
	"\11IMNT_MPSAFE" \
	"\10IMNT_SHRLOOKUP" \
	"\07IMNT_DTYPE" \
	"\05IMNT_NCLOOKUP" \
	"\04IMNT_WANTRDONLY" \
	"\03IMNT_WANTRDWR" \
	"\02IMNT_UNMOUNT" \
	"\01IMNT_GONE"

/* How vfs_sync and getvfsstat(2) wait. */
#define MNT_WAIT	1
#define MNT_NOWAIT	2
#define MNT_LAZY	3

#endif
