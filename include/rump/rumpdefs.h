/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * NetBSD 10's constants and structures, x86-64, for programs on hosts whose
 * own differ: RUMP_X is NetBSD's X, struct rump_x is its struct x.
 */

#ifndef _RUMP_RUMPDEFS_H_
#define _RUMP_RUMPDEFS_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#include <rump/rump_namei.h>
#include <rump/rumperr.h>

/* open */
#define	RUMP_O_RDONLY		0x00000000
#define	RUMP_O_WRONLY		0x00000001
#define	RUMP_O_RDWR		0x00000002
#define	RUMP_O_ACCMODE		0x00000003
#define	RUMP_O_NONBLOCK		0x00000004
#define	RUMP_O_APPEND		0x00000008
#define	RUMP_O_SHLOCK		0x00000010
#define	RUMP_O_EXLOCK		0x00000020
#define	RUMP_O_ASYNC		0x00000040
#define	RUMP_O_SYNC		0x00000080
#define	RUMP_O_NOFOLLOW		0x00000100
#define	RUMP_O_CREAT		0x00000200
#define	RUMP_O_TRUNC		0x00000400
#define	RUMP_O_EXCL		0x00000800
#define	RUMP_O_NOCTTY		0x00008000
#define	RUMP_O_DSYNC		0x00010000
#define	RUMP_O_RSYNC		0x00020000
#define	RUMP_O_ALT_IO		0x00040000
#define	RUMP_O_DIRECT		0x00080000
#define	RUMP_O_DIRECTORY	0x00200000
#define	RUMP_O_CLOEXEC		0x00400000
#define	RUMP_O_SEARCH		0x00800000
#define	RUMP_O_NOSIGPIPE	0x01000000
#define	RUMP_O_REGULAR		0x02000000
#define	RUMP_O_EXEC		0x04000000
#define	RUMP_O_NDELAY		RUMP_O_NONBLOCK

/* the *at calls */
#define	RUMP_AT_FDCWD		(-100)
#define	RUMP_AT_EACCESS		0x100
#define	RUMP_AT_SYMLINK_NOFOLLOW 0x200
#define	RUMP_AT_SYMLINK_FOLLOW	0x400
#define	RUMP_AT_REMOVEDIR	0x800

/* fcntl */
#define	RUMP_F_DUPFD		0
#define	RUMP_F_GETFD		1
#define	RUMP_F_SETFD		2
#define	RUMP_F_GETFL		3
#define	RUMP_F_SETFL		4
#define	RUMP_F_GETOWN		5
#define	RUMP_F_SETOWN		6
#define	RUMP_F_GETLK		7
#define	RUMP_F_SETLK		8
#define	RUMP_F_SETLKW		9
#define	RUMP_F_CLOSEM		10
#define	RUMP_F_MAXFD		11
#define	RUMP_F_DUPFD_CLOEXEC	12
#define	RUMP_F_GETNOSIGPIPE	13
#define	RUMP_F_SETNOSIGPIPE	14
#define	RUMP_F_GETPATH		15
#define	RUMP_FD_CLOEXEC		1

#define	RUMP_F_RDLCK		1
#define	RUMP_F_UNLCK		2
#define	RUMP_F_WRLCK		3

struct rump_flock {
	int64_t	l_start;
	int64_t	l_len;
	int32_t	l_pid;
	int16_t	l_type;
	int16_t	l_whence;
};

#define	RUMP_LOCK_SH		0x01
#define	RUMP_LOCK_EX		0x02
#define	RUMP_LOCK_NB		0x04
#define	RUMP_LOCK_UN		0x08

/* fcntl commands that go to the file system: number, argument's type */
#define	RUMP_F_WAIT		0x010
#define	RUMP_F_FLOCK		0x020
#define	RUMP_F_POSIX		0x040
#define	RUMP_F_PARAM_MASK	0xfff
#define	RUMP_F_PARAM_LEN(x)	(((x) >> 16) & RUMP_F_PARAM_MASK)
#define	RUMP_F_FSCTL		(int)0x80000000
#define	RUMP_F_FSVOID		(int)0x40000000
#define	RUMP_F_FSOUT		(int)0x20000000
#define	RUMP_F_FSIN		(int)0x10000000
#define	RUMP_F_FSINOUT		(RUMP_F_FSIN | RUMP_F_FSOUT)
#define	RUMP_F_FSDIRMASK	(int)0x70000000
#define	RUMP_F_FSPRIV		(int)0x00008000
#define	RUMP__FCN(inout, num, len)	\
	((int)(RUMP_F_FSCTL | (inout) | (((len) & RUMP_F_PARAM_MASK) << 16) | (num)))
#define	RUMP__FCNO(c)		RUMP__FCN(RUMP_F_FSVOID, (c), 0)
#define	RUMP__FCNR(c, t)	RUMP__FCN(RUMP_F_FSIN, (c), sizeof(t))
#define	RUMP__FCNW(c, t)	RUMP__FCN(RUMP_F_FSOUT, (c), sizeof(t))
#define	RUMP__FCNRW(c, t)	RUMP__FCN(RUMP_F_FSINOUT, (c), sizeof(t))
#define	RUMP__FCN_FSPRIV(inout, fs, num, len)	\
	((int)(RUMP_F_FSCTL | RUMP_F_FSPRIV | (inout) | \
	    (((len) & RUMP_F_PARAM_MASK) << 16) | (fs) << 8 | (num)))
#define	RUMP__FCNO_FSPRIV(f, c)		RUMP__FCN_FSPRIV(RUMP_F_FSVOID, (f), (c), 0)
#define	RUMP__FCNR_FSPRIV(f, c, t)	RUMP__FCN_FSPRIV(RUMP_F_FSIN, (f), (c), sizeof(t))
#define	RUMP__FCNW_FSPRIV(f, c, t)	RUMP__FCN_FSPRIV(RUMP_F_FSOUT, (f), (c), sizeof(t))
#define	RUMP__FCNRW_FSPRIV(f, c, t)	RUMP__FCN_FSPRIV(RUMP_F_FSINOUT, (f), (c), sizeof(t))

#define	RUMP_FDATASYNC		0x10
#define	RUMP_FFILESYNC		0x20
#define	RUMP_FDISKSYNC		0x40

/* stat */
#define	RUMP_S_IFMT		0170000
#define	RUMP_S_IFIFO		0010000
#define	RUMP_S_IFCHR		0020000
#define	RUMP_S_IFDIR		0040000
#define	RUMP_S_IFBLK		0060000
#define	RUMP_S_IFREG		0100000
#define	RUMP_S_IFLNK		0120000
#define	RUMP_S_IFSOCK		0140000
#define	RUMP_S_IFWHT		0160000
#define	RUMP_S_ARCH1		0200000
#define	RUMP_S_ARCH2		0400000
#define	RUMP_S_ISUID		0004000
#define	RUMP_S_ISGID		0002000
#define	RUMP_S_ISVTX		0001000
#define	RUMP_S_ISFIFO(m)	(((m) & RUMP_S_IFMT) == RUMP_S_IFIFO)
#define	RUMP_S_ISCHR(m)		(((m) & RUMP_S_IFMT) == RUMP_S_IFCHR)
#define	RUMP_S_ISDIR(m)		(((m) & RUMP_S_IFMT) == RUMP_S_IFDIR)
#define	RUMP_S_ISBLK(m)		(((m) & RUMP_S_IFMT) == RUMP_S_IFBLK)
#define	RUMP_S_ISREG(m)		(((m) & RUMP_S_IFMT) == RUMP_S_IFREG)
#define	RUMP_S_ISLNK(m)		(((m) & RUMP_S_IFMT) == RUMP_S_IFLNK)
#define	RUMP_S_ISSOCK(m)	(((m) & RUMP_S_IFMT) == RUMP_S_IFSOCK)

#define	RUMP_UF_NODUMP		0x00000001
#define	RUMP_UF_IMMUTABLE	0x00000002
#define	RUMP_UF_APPEND		0x00000004
#define	RUMP_UF_OPAQUE		0x00000008
#define	RUMP_SF_ARCHIVED	0x00010000
#define	RUMP_SF_IMMUTABLE	0x00020000
#define	RUMP_SF_APPEND		0x00040000

#define	RUMP_UTIME_NOW		((1 << 30) - 1)
#define	RUMP_UTIME_OMIT		((1 << 30) - 2)

struct rump_timespec {
	int64_t	tv_sec;
	long	tv_nsec;
};

struct rump_timeval {
	int64_t	tv_sec;
	int32_t	tv_usec;
};

struct rump_itimerspec {
	struct rump_timespec it_interval;
	struct rump_timespec it_value;
};

struct rump_stat {
	uint64_t st_dev;
	uint32_t st_mode;
	uint64_t st_ino;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev;
	/* Named so because hosts make st_atime and st_atim macros. */
	struct rump_timespec rst_atim;
	struct rump_timespec rst_mtim;
	struct rump_timespec rst_ctim;
	struct rump_timespec rst_birthtim;
	int64_t	st_size;
	int64_t	st_blocks;
	int32_t	st_blksize;
	uint32_t st_flags;
	uint32_t st_gen;
	uint32_t st_spare[2];
};

/* dev_t */
#define	RUMP_MAJOR(x)	\
	((int)((uint32_t)(((uint64_t)(x) & 0x000fff00) >> 8)))
#define	RUMP_MINOR(x)	\
	((int)((uint32_t)((((uint64_t)(x) & 0xfff00000) >> 12) | \
	    (((uint64_t)(x) & 0x000000ff) >> 0))))
#define	RUMP_MAKEDEV(x, y)	\
	((uint64_t)((((x) << 8) & 0x000fff00U) | \
	    (((y) << 12) & 0xfff00000U) | (((y) << 0) & 0x000000ffU)))

/* directories */
#define	RUMP_MAXNAMLEN		511
struct rump_dirent {
	uint64_t d_fileno;
	uint16_t d_reclen;
	uint16_t d_namlen;
	uint8_t	d_type;
	char	d_name[RUMP_MAXNAMLEN + 1];
};
#define	RUMP_DT_UNKNOWN		0
#define	RUMP_DT_FIFO		1
#define	RUMP_DT_CHR		2
#define	RUMP_DT_DIR		4
#define	RUMP_DT_BLK		6
#define	RUMP_DT_REG		8
#define	RUMP_DT_LNK		10
#define	RUMP_DT_SOCK		12
#define	RUMP_DT_WHT		14

/* access, pathconf */
#define	RUMP_F_OK		0
#define	RUMP_X_OK		1
#define	RUMP_W_OK		2
#define	RUMP_R_OK		4
#define	RUMP_PC_LINK_MAX	1
#define	RUMP_PC_MAX_CANON	2
#define	RUMP_PC_MAX_INPUT	3
#define	RUMP_PC_NAME_MAX	4
#define	RUMP_PC_PATH_MAX	5
#define	RUMP_PC_PIPE_BUF	6
#define	RUMP_PC_CHOWN_RESTRICTED 7
#define	RUMP_PC_NO_TRUNC	8
#define	RUMP_PC_VDISABLE	9
#define	RUMP_PC_SYNC_IO		10
#define	RUMP_PC_FILESIZEBITS	11
#define	RUMP_PC_SYMLINK_MAX	12
#define	RUMP_PC_2_SYMLINKS	13

/* mount: types, flags */
#define	RUMP_MOUNT_FFS		"ffs"
#define	RUMP_MOUNT_UFS		RUMP_MOUNT_FFS
#define	RUMP_MOUNT_NFS		"nfs"
#define	RUMP_MOUNT_MFS		"mfs"
#define	RUMP_MOUNT_MSDOS	"msdos"
#define	RUMP_MOUNT_LFS		"lfs"
#define	RUMP_MOUNT_FDESC	"fdesc"
#define	RUMP_MOUNT_NULL		"null"
#define	RUMP_MOUNT_OVERLAY	"overlay"
#define	RUMP_MOUNT_UMAP		"umap"
#define	RUMP_MOUNT_KERNFS	"kernfs"
#define	RUMP_MOUNT_PROCFS	"procfs"
#define	RUMP_MOUNT_AFS		"afs"
#define	RUMP_MOUNT_CD9660	"cd9660"
#define	RUMP_MOUNT_UNION	"union"
#define	RUMP_MOUNT_ADOSFS	"adosfs"
#define	RUMP_MOUNT_EXT2FS	"ext2fs"
#define	RUMP_MOUNT_CFS		"coda"
#define	RUMP_MOUNT_CODA		RUMP_MOUNT_CFS
#define	RUMP_MOUNT_FILECORE	"filecore"
#define	RUMP_MOUNT_NTFS		"ntfs"
#define	RUMP_MOUNT_SMBFS	"smbfs"
#define	RUMP_MOUNT_PTYFS	"ptyfs"
#define	RUMP_MOUNT_TMPFS	"tmpfs"
#define	RUMP_MOUNT_UDF		"udf"
#define	RUMP_MOUNT_SYSVBFS	"sysvbfs"
#define	RUMP_MOUNT_PUFFS	"puffs"
#define	RUMP_MOUNT_HFS		"hfs"
#define	RUMP_MOUNT_EFS		"efs"
#define	RUMP_MOUNT_ZFS		"zfs"
#define	RUMP_MOUNT_NILFS	"nilfs"
#define	RUMP_MOUNT_RUMPFS	"rumpfs"
#define	RUMP_MOUNT_V7FS		"v7fs"
#define	RUMP_MOUNT_AUTOFS	"autofs"

#define	RUMP_MNT_RDONLY		0x00000001
#define	RUMP_MNT_SYNCHRONOUS	0x00000002
#define	RUMP_MNT_NOEXEC		0x00000004
#define	RUMP_MNT_NOSUID		0x00000008
#define	RUMP_MNT_NODEV		0x00000010
#define	RUMP_MNT_UNION		0x00000020
#define	RUMP_MNT_ASYNC		0x00000040
#define	RUMP_MNT_EXRDONLY	0x00000080
#define	RUMP_MNT_EXPORTED	0x00000100
#define	RUMP_MNT_DEFEXPORTED	0x00000200
#define	RUMP_MNT_EXPORTANON	0x00000400
#define	RUMP_MNT_EXKERB		0x00000800
#define	RUMP_MNT_POSIX1EACLS	0x00000800
#define	RUMP_MNT_ACLS		RUMP_MNT_POSIX1EACLS
#define	RUMP_MNT_LOCAL		0x00001000
#define	RUMP_MNT_QUOTA		0x00002000
#define	RUMP_MNT_ROOTFS		0x00004000
#define	RUMP_MNT_NOCOREDUMP	0x00008000
#define	RUMP_MNT_UPDATE		0x00010000
#define	RUMP_MNT_RELATIME	0x00020000
#define	RUMP_MNT_RELOAD		0x00040000
#define	RUMP_MNT_FORCE		0x00080000
#define	RUMP_MNT_IGNORE		0x00100000
#define	RUMP_MNT_NFS4ACLS	0x00200000
#define	RUMP_MNT_GETARGS	0x00400000
#define	RUMP_MNT_DISCARD	0x00800000
#define	RUMP_MNT_EXTATTR	0x01000000
#define	RUMP_MNT_LOG		0x02000000
#define	RUMP_MNT_NOATIME	0x04000000
#define	RUMP_MNT_EXNORESPORT	0x08000000
#define	RUMP_MNT_EXPUBLIC	0x10000000
#define	RUMP_MNT_AUTOMOUNTED	0x10000000
#define	RUMP_MNT_SYMPERM	0x20000000
#define	RUMP_MNT_NODEVMTIME	0x40000000
#define	RUMP_MNT_SOFTDEP	0x80000000
#define	RUMP_MNT_OP_FLAGS	\
	(RUMP_MNT_UPDATE | RUMP_MNT_RELOAD | RUMP_MNT_FORCE | RUMP_MNT_GETARGS)
#define	RUMP_MNT_WAIT		1
#define	RUMP_MNT_NOWAIT		2
#define	RUMP_MNT_LAZY		3

struct rump_statvfs {
	unsigned long	f_flag;
	unsigned long	f_bsize;
	unsigned long	f_frsize;
	unsigned long	f_iosize;
	uint64_t	f_blocks;
	uint64_t	f_bfree;
	uint64_t	f_bavail;
	uint64_t	f_bresvd;
	uint64_t	f_files;
	uint64_t	f_ffree;
	uint64_t	f_favail;
	uint64_t	f_fresvd;
	uint64_t	f_syncreads;
	uint64_t	f_syncwrites;
	uint64_t	f_asyncreads;
	uint64_t	f_asyncwrites;
	int32_t		f_fsidx[2];
	unsigned long	f_fsid;
	unsigned long	f_namemax;
	uint32_t	f_owner;
	uint64_t	f_spare[4];
	char		f_fstypename[32];
	char		f_mntonname[1024];
	char		f_mntfromname[1024];
	char		f_mntfromlabel[1024];
};

/* arguments of mount, by file system */
struct rump_export_args30 {
	uint64_t	pad[16];
};
struct rump_ufs_args {
	char		*fspec;
};
struct rump_sysvbfs_args {
	char		*fspec;
};
struct rump_msdosfs_args {
	char		*fspec;
	struct rump_export_args30 _pad1;
	uint32_t	uid;
	uint32_t	gid;
	uint32_t	mask;
	int		flags;
	int		version;
	uint32_t	dirmask;
	int		gmtoff;
};
#define	RUMP_MSDOSFSMNT_SHORTNAME	1
#define	RUMP_MSDOSFSMNT_LONGNAME	2
#define	RUMP_MSDOSFSMNT_NOWIN95		4
#define	RUMP_MSDOSFSMNT_GEMDOSFS	8
#define	RUMP_MSDOSFSMNT_VERSIONED	16
#define	RUMP_MSDOSFSMNT_UTF8		32
#define	RUMP_MSDOSFSMNT_VERSION		3
struct rump_iso_args {
	const char	*fspec;
	struct rump_export_args30 _pad1;
	int		flags;
};
#define	RUMP_ISOFSMNT_NORRIP		0x01
#define	RUMP_ISOFSMNT_GENS		0x02
#define	RUMP_ISOFSMNT_EXTATT		0x04
#define	RUMP_ISOFSMNT_NOJOLIET		0x08
#define	RUMP_ISOFSMNT_NOCASETRANS	0x10
#define	RUMP_ISOFSMNT_RRCASEINS		0x20
struct rump_tmpfs_args {
	int		ta_version;
	uint64_t	ta_nodes_max;
	int64_t		ta_size_max;
	uint32_t	ta_root_uid;
	uint32_t	ta_root_gid;
	uint32_t	ta_root_mode;
};
#define	RUMP_TMPFS_ARGS_VERSION		1

/* events */
struct rump_kevent {
	uintptr_t	ident;
	uint32_t	filter;
	uint32_t	flags;
	uint32_t	fflags;
	int64_t		data;
	void		*udata;
};
#define	RUMP_EVFILT_READ	0U
#define	RUMP_EVFILT_WRITE	1U
#define	RUMP_EVFILT_VNODE	3U
#define	RUMP_EVFILT_PROC	4U
#define	RUMP_EVFILT_SIGNAL	5U
#define	RUMP_EVFILT_TIMER	6U
#define	RUMP_EVFILT_FS		7U
#define	RUMP_EVFILT_USER	8U
#define	RUMP_EV_ADD		0x0001U
#define	RUMP_EV_DELETE		0x0002U
#define	RUMP_EV_ENABLE		0x0004U
#define	RUMP_EV_DISABLE		0x0008U
#define	RUMP_EV_ONESHOT		0x0010U
#define	RUMP_EV_CLEAR		0x0020U
#define	RUMP_EV_RECEIPT		0x0040U
#define	RUMP_EV_DISPATCH	0x0080U
#define	RUMP_EV_EOF		0x8000U
#define	RUMP_EV_ERROR		0x4000U
#define	RUMP_NOTE_FFNOP		0x00000000U
#define	RUMP_NOTE_FFAND		0x40000000U
#define	RUMP_NOTE_FFOR		0x80000000U
#define	RUMP_NOTE_FFCOPY	0xc0000000U
#define	RUMP_NOTE_TRIGGER	0x01000000U
#define	RUMP_NOTE_LOWAT		0x0001U
#define	RUMP_NOTE_DELETE	0x0001U
#define	RUMP_NOTE_WRITE		0x0002U
#define	RUMP_NOTE_EXTEND	0x0004U
#define	RUMP_NOTE_ATTRIB	0x0008U
#define	RUMP_NOTE_LINK		0x0010U
#define	RUMP_NOTE_RENAME	0x0020U
#define	RUMP_NOTE_REVOKE	0x0040U
#define	RUMP_NOTE_OPEN		0x0080U
#define	RUMP_NOTE_CLOSE		0x0100U
#define	RUMP_NOTE_CLOSE_WRITE	0x0200U
#define	RUMP_NOTE_READ		0x0400U
#define	RUMP_NOTE_MSECONDS	0U
#define	RUMP_NOTE_SECONDS	1U
#define	RUMP_NOTE_USECONDS	2U
#define	RUMP_NOTE_NSECONDS	3U
#define	RUMP_NOTE_ABSTIME	0x10U

#define	RUMP_EFD_SEMAPHORE	RUMP_O_RDWR
#define	RUMP_EFD_CLOEXEC	RUMP_O_CLOEXEC
#define	RUMP_EFD_NONBLOCK	RUMP_O_NONBLOCK
#define	RUMP_TFD_CLOEXEC	RUMP_O_CLOEXEC
#define	RUMP_TFD_NONBLOCK	RUMP_O_NONBLOCK
#define	RUMP_TFD_TIMER_ABSTIME	RUMP_O_WRONLY

#define	RUMP_POLLIN		0x0001
#define	RUMP_POLLPRI		0x0002
#define	RUMP_POLLOUT		0x0004
#define	RUMP_POLLERR		0x0008
#define	RUMP_POLLHUP		0x0010
#define	RUMP_POLLNVAL		0x0020
#define	RUMP_POLLRDNORM		0x0040
#define	RUMP_POLLRDBAND		0x0080
#define	RUMP_POLLWRBAND		0x0100

/* ioctl */
#define	RUMP_IOCPARM_MASK	0x1fff
#define	RUMP_IOCPARM_SHIFT	16
#define	RUMP_IOCGROUP_SHIFT	8
#define	RUMP_IOCPARM_LEN(x)	(((x) >> RUMP_IOCPARM_SHIFT) & RUMP_IOCPARM_MASK)
#define	RUMP_IOCBASECMD(x)	((x) & ~(RUMP_IOCPARM_MASK << RUMP_IOCPARM_SHIFT))
#define	RUMP_IOCGROUP(x)	(((x) >> RUMP_IOCGROUP_SHIFT) & 0xff)
#define	RUMP_IOC_VOID		0x20000000UL
#define	RUMP_IOC_OUT		0x40000000UL
#define	RUMP_IOC_IN		0x80000000UL
#define	RUMP_IOC_INOUT		(RUMP_IOC_IN | RUMP_IOC_OUT)
#define	RUMP_IOC_DIRMASK	0xe0000000UL
#define	RUMP_IOC(inout, group, num, len)	\
	((inout) | (((len) & RUMP_IOCPARM_MASK) << 16) | \
	    ((unsigned long)(group) << 8) | (num))
#define	RUMP_IO(g, n)		RUMP_IOC(RUMP_IOC_VOID, (g), (n), 0UL)
#define	RUMP_IOR(g, n, t)	RUMP_IOC(RUMP_IOC_OUT, (g), (n), sizeof(t))
#define	RUMP_IOW(g, n, t)	RUMP_IOC(RUMP_IOC_IN, (g), (n), sizeof(t))
#define	RUMP_IOWR(g, n, t)	\
	RUMP_IOC(RUMP_IOC_INOUT, (g), (n), sizeof(t))
/* The same by the names that NetBSD's own header has. */
#define	_RUMP_IOC(inout, group, num, len)	RUMP_IOC(inout, group, num, len)
#define	_RUMP_IO(g, n)		RUMP_IO(g, n)
#define	_RUMP_IOR(g, n, t)	RUMP_IOR(g, n, t)
#define	_RUMP_IOW(g, n, t)	RUMP_IOW(g, n, t)
#define	_RUMP_IOWR(g, n, t)	RUMP_IOWR(g, n, t)
#define	RUMP_FIOCLEX		RUMP_IO('f', 1)
#define	RUMP_FIONCLEX		RUMP_IO('f', 2)
#define	RUMP_FIONREAD		RUMP_IOR('f', 127, int)
#define	RUMP_FIONBIO		RUMP_IOW('f', 126, int)
#define	RUMP_FIOASYNC		RUMP_IOW('f', 125, int)
#define	RUMP_FIONWRITE		RUMP_IOR('f', 121, int)
#define	RUMP_FIONSPACE		RUMP_IOR('f', 120, int)

/* time */
#define	RUMP_CLOCK_REALTIME	0
#define	RUMP_CLOCK_VIRTUAL	1
#define	RUMP_CLOCK_PROF		2
#define	RUMP_CLOCK_MONOTONIC	3
#define	RUMP_CLOCK_THREAD_CPUTIME_ID	0x20000000
#define	RUMP_CLOCK_PROCESS_CPUTIME_ID	0x40000000
#define	RUMP_TIMER_ABSTIME	1
#define	RUMP_GRND_NONBLOCK	1
#define	RUMP_GRND_RANDOM	2
#define	RUMP_GRND_INSECURE	4

/* limits */
struct rump_rlimit {
	uint64_t	rlim_cur;
	uint64_t	rlim_max;
};
#define	RUMP_RLIMIT_CPU		0
#define	RUMP_RLIMIT_FSIZE	1
#define	RUMP_RLIMIT_DATA	2
#define	RUMP_RLIMIT_STACK	3
#define	RUMP_RLIMIT_CORE	4
#define	RUMP_RLIMIT_RSS		5
#define	RUMP_RLIMIT_MEMLOCK	6
#define	RUMP_RLIMIT_NPROC	7
#define	RUMP_RLIMIT_NOFILE	8
#define	RUMP_RLIMIT_SBSIZE	9
#define	RUMP_RLIMIT_AS		10
#define	RUMP_RLIMIT_NTHR	11
#define	RUMP_RLIM_INFINITY	(~((uint64_t)1 << 63))
struct rump_rusage {
	struct rump_timeval ru_utime;
	struct rump_timeval ru_stime;
	long	ru_maxrss;
	long	ru_ixrss;
	long	ru_idrss;
	long	ru_isrss;
	long	ru_minflt;
	long	ru_majflt;
	long	ru_nswap;
	long	ru_inblock;
	long	ru_oublock;
	long	ru_msgsnd;
	long	ru_msgrcv;
	long	ru_nsignals;
	long	ru_nvcsw;
	long	ru_nivcsw;
};

/* signals */
typedef struct {
	uint32_t	__bits[4];
} rump_sigset_t;
#define	RUMP_SIG_BLOCK		1
#define	RUMP_SIG_UNBLOCK	2
#define	RUMP_SIG_SETMASK	3
#define	RUMP_SIGPIPE		13
#define	RUMP_SIGIO		23

/* sockets */
#define	RUMP_AF_UNSPEC		0
#define	RUMP_AF_LOCAL		1
#define	RUMP_AF_UNIX		RUMP_AF_LOCAL
#define	RUMP_AF_INET		2
#define	RUMP_AF_LINK		18
#define	RUMP_AF_INET6		24
#define	RUMP_AF_ARP		28
#define	RUMP_AF_BLUETOOTH	31
#define	RUMP_AF_IEEE80211	32
#define	RUMP_AF_MPLS		33
#define	RUMP_AF_ROUTE		34
#define	RUMP_AF_CAN		35
#define	RUMP_AF_ETHER		36
#define	RUMP_AF_MAX		37
#define	RUMP_PF_UNSPEC		RUMP_AF_UNSPEC
#define	RUMP_PF_LOCAL		RUMP_AF_LOCAL
#define	RUMP_PF_UNIX		RUMP_AF_LOCAL
#define	RUMP_PF_INET		RUMP_AF_INET
#define	RUMP_PF_LINK		RUMP_AF_LINK
#define	RUMP_PF_INET6		RUMP_AF_INET6
#define	RUMP_PF_ARP		RUMP_AF_ARP
#define	RUMP_PF_BLUETOOTH	RUMP_AF_BLUETOOTH
#define	RUMP_PF_MPLS		RUMP_AF_MPLS
#define	RUMP_PF_ROUTE		RUMP_AF_ROUTE
#define	RUMP_PF_CAN		RUMP_AF_CAN
#define	RUMP_PF_ETHER		RUMP_AF_ETHER
#define	RUMP_PF_MAX		RUMP_AF_MAX
#define	RUMP_SOCK_STREAM	1
#define	RUMP_SOCK_DGRAM		2
#define	RUMP_SOCK_RAW		3
#define	RUMP_SOCK_RDM		4
#define	RUMP_SOCK_SEQPACKET	5
#define	RUMP_SOCK_CONN_DGRAM	6
#define	RUMP_SOCK_DCCP		RUMP_SOCK_CONN_DGRAM
#define	RUMP_SOCK_CLOEXEC	0x10000000
#define	RUMP_SOCK_NONBLOCK	0x20000000
#define	RUMP_SOCK_NOSIGPIPE	0x40000000
#define	RUMP_SOCK_FLAGS_MASK	0xf0000000
#define	RUMP_SOL_SOCKET		0xffff
#define	RUMP_SO_DEBUG		0x0001
#define	RUMP_SO_ACCEPTCONN	0x0002
#define	RUMP_SO_REUSEADDR	0x0004
#define	RUMP_SO_KEEPALIVE	0x0008
#define	RUMP_SO_DONTROUTE	0x0010
#define	RUMP_SO_BROADCAST	0x0020
#define	RUMP_SO_USELOOPBACK	0x0040
#define	RUMP_SO_LINGER		0x0080
#define	RUMP_SO_OOBINLINE	0x0100
#define	RUMP_SO_REUSEPORT	0x0200
#define	RUMP_SO_NOSIGPIPE	0x0800
#define	RUMP_SO_ACCEPTFILTER	0x1000
#define	RUMP_SO_TIMESTAMP	0x2000
#define	RUMP_SO_SNDBUF		0x1001
#define	RUMP_SO_RCVBUF		0x1002
#define	RUMP_SO_SNDLOWAT	0x1003
#define	RUMP_SO_RCVLOWAT	0x1004
#define	RUMP_SO_ERROR		0x1007
#define	RUMP_SO_TYPE		0x1008
#define	RUMP_SO_OVERFLOWED	0x1009
#define	RUMP_SO_NOHEADER	0x100a
#define	RUMP_SO_SNDTIMEO	0x100b
#define	RUMP_SO_RCVTIMEO	0x100c
#define	RUMP_MSG_OOB		0x0001
#define	RUMP_MSG_PEEK		0x0002
#define	RUMP_MSG_DONTROUTE	0x0004
#define	RUMP_MSG_EOR		0x0008
#define	RUMP_MSG_TRUNC		0x0010
#define	RUMP_MSG_CTRUNC		0x0020
#define	RUMP_MSG_WAITALL	0x0040
#define	RUMP_MSG_DONTWAIT	0x0080
#define	RUMP_MSG_BCAST		0x0100
#define	RUMP_MSG_MCAST		0x0200
#define	RUMP_MSG_NOSIGNAL	0x0400
#define	RUMP_MSG_CMSG_CLOEXEC	0x0800
#define	RUMP_MSG_NBIO		0x1000
#define	RUMP_MSG_WAITFORONE	0x2000
#define	RUMP_MSG_NOTIFICATION	0x4000

struct rump_sockaddr {
	uint8_t	sa_len;
	uint8_t	sa_family;
	char	sa_data[14];
};
struct rump_sockaddr_in {
	uint8_t	sin_len;
	uint8_t	sin_family;
	uint16_t sin_port;
	uint32_t sin_addr;
	int8_t	sin_zero[8];
};
struct rump_sockaddr_un {
	uint8_t	sun_len;
	uint8_t	sun_family;
	char	sun_path[104];
};

/* sysctl */
#define	RUMP_CTL_KERN		1
#define	RUMP_CTL_VM		2
#define	RUMP_CTL_VFS		3
#define	RUMP_CTL_NET		4
#define	RUMP_CTL_DEBUG		5
#define	RUMP_CTL_HW		6
#define	RUMP_CTL_MACHDEP	7
#define	RUMP_CTL_USER		8
#define	RUMP_CTL_DDB		9
#define	RUMP_CTL_PROC		10
#define	RUMP_CTL_VENDOR		11
#define	RUMP_CTL_EMUL		12
#define	RUMP_CTL_SECURITY	13
#define	RUMP_KERN_OSTYPE	1
#define	RUMP_KERN_OSRELEASE	2
#define	RUMP_KERN_OSREV		3
#define	RUMP_KERN_VERSION	4
#define	RUMP_KERN_MAXVNODES	5
#define	RUMP_KERN_MAXPROC	6
#define	RUMP_KERN_MAXFILES	7
#define	RUMP_KERN_HOSTNAME	10
#define	RUMP_HW_MACHINE		1
#define	RUMP_HW_NCPU		3
#define	RUMP_HW_PAGESIZE	7

/* reboot, rump_boot_sethowto(); modctl */
#define	RUMP_RB_AUTOBOOT	0
#define	RUMP_RB_ASKNAME		0x00000001
#define	RUMP_RB_SINGLE		0x00000002
#define	RUMP_RB_NOSYNC		0x00000004
#define	RUMP_RB_HALT		0x00000008
#define	RUMP_RB_INITNAME	0x00000010
#define	RUMP_RB_KDB		0x00000040
#define	RUMP_RB_RDONLY		0x00000080
#define	RUMP_RB_DUMP		0x00000100
#define	RUMP_RB_MINIROOT	0x00000200
#define	RUMP_RB_STRING		0x00000400
#define	RUMP_RB_POWERDOWN	0x00000808
#define	RUMP_RB_USERCONF	0x00001000
#define	RUMP_RB_MD1		0x10000000
#define	RUMP_RB_MD2		0x20000000
#define	RUMP_RB_MD3		0x40000000
#define	RUMP_RB_MD4		0x80000000
#define	RUMP_AB_NORMAL		0x00000000
#define	RUMP_AB_QUIET		0x00010000
#define	RUMP_AB_VERBOSE		0x00020000
#define	RUMP_AB_SILENT		0x00040000
#define	RUMP_AB_DEBUG		0x00080000
struct rump_modctl_load {
	const char	*ml_filename;
	int		ml_flags;
	const char	*ml_props;
	size_t		ml_propslen;
};
enum rump_modctl {
	RUMP_MODCTL_LOAD,	/* struct rump_modctl_load * */
	RUMP_MODCTL_UNLOAD,	/* char *: the name */
	RUMP_MODCTL_STAT,	/* struct iovec * */
	RUMP_MODCTL_EXISTS	/* 0: loading, 1: autoloading */
};

/* vnodes: rump_pub_vfs_*, rump_pub_namei */
enum rump_vtype {
	RUMP_VNON, RUMP_VREG, RUMP_VDIR, RUMP_VBLK, RUMP_VCHR, RUMP_VLNK,
	RUMP_VSOCK, RUMP_VFIFO, RUMP_VBAD
};
#define	RUMP_VEXEC		000100
#define	RUMP_VWRITE		000200
#define	RUMP_VREAD		000400
#define	RUMP_LK_SHARED		0x00000001
#define	RUMP_LK_EXCLUSIVE	0x00000002
#define	RUMP_LK_UPGRADE		0x00000010
#define	RUMP_LK_DOWNGRADE	0x00000020
#define	RUMP_LK_NOWAIT		0x00000100
#define	RUMP_LK_RETRY		0x00000200
#define	RUMP_IO_UNIT		0x00000010
#define	RUMP_IO_APPEND		0x00000020
#define	RUMP_IO_NODELOCKED	0x00000080

#endif /* _RUMP_RUMPDEFS_H_ */
