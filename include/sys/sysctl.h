/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The tree of variables: sysctl(9), and its numbers, sysctl(7).
 */

#ifndef _SYS_SYSCTL_H_
#define	_SYS_SYSCTL_H_

#include <sys/param.h>
#include <sys/null.h>
#include <sys/stdbool.h>
#include <sys/types.h>
#ifdef _KERNEL
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/ucred.h>
#include <sys/proc.h>
#endif

#define	CTL_MAXNAME	12	/* components of a name */
#define	SYSCTL_NAMELEN	32	/* with the terminating NUL */
#define	CREATE_BASE	1024	/* first number given out */
#define	SYSCTL_DEFSIZE	8

struct ctlname {
	const char	*ctl_name;
	int		 ctl_type;
};
#define	CTLTYPE_NODE	1
#define	CTLTYPE_INT	2
#define	CTLTYPE_STRING	3
#define	CTLTYPE_QUAD	4
#define	CTLTYPE_STRUCT	5
#define	CTLTYPE_BOOL	6
#ifdef _LP64
#define	CTLTYPE_LONG	CTLTYPE_QUAD
#else
#define	CTLTYPE_LONG	CTLTYPE_INT
#endif

#define	CTLFLAG_READONLY	0x00000000
#define	CTLFLAG_READWRITE	0x00000070
#define	CTLFLAG_ANYWRITE	0x00000080	/* not only the superuser */
#define	CTLFLAG_PRIVATE		0x00000100	/* superuser reads */
#define	CTLFLAG_PERMANENT	0x00000200	/* made at boot, stays */
#define	CTLFLAG_OWNDATA		0x00000400	/* data is freed with it */
#define	CTLFLAG_IMMEDIATE	0x00000800	/* data is in the node */
#define	CTLFLAG_HEX		0x00001000
#define	CTLFLAG_ROOT		0x00002000
#define	CTLFLAG_ANYNUMBER	0x00004000	/* handler takes any child */
#define	CTLFLAG_HIDDEN		0x00008000
#define	CTLFLAG_ALIAS		0x00010000
#define	CTLFLAG_MMAP		0x00020000
#define	CTLFLAG_OWNDESC		0x00040000
#define	CTLFLAG_UNSIGNED	0x00080000

#define	SYSCTL_VERS_MASK	0xff000000
#define	SYSCTL_VERS_0		0x00000000
#define	SYSCTL_VERS_1		0x01000000
#define	SYSCTL_VERSION		SYSCTL_VERS_1
#define	SYSCTL_VERS(f)		((f) & SYSCTL_VERS_MASK)

#define	SYSCTL_USERFLAGS						\
	(CTLFLAG_READWRITE | CTLFLAG_ANYWRITE | CTLFLAG_PRIVATE |	\
	CTLFLAG_OWNDATA | CTLFLAG_IMMEDIATE | CTLFLAG_HEX | CTLFLAG_HIDDEN)

#define	SYSCTL_TYPEMASK		0x0000000f
#define	SYSCTL_TYPE(x)		((x) & SYSCTL_TYPEMASK)
#define	SYSCTL_FLAGMASK		0x00fffff0
#define	SYSCTL_FLAGS(x)		((x) & SYSCTL_FLAGMASK)

/* Numbers which are requests about the node before them. */
#define	CTL_EOL		(-1)
#define	CTL_QUERY	(-2)
#define	CTL_CREATE	(-3)
#define	CTL_CREATESYM	(-4)
#define	CTL_DESTROY	(-5)
#define	CTL_MMAP	(-6)
#define	CTL_DESCRIBE	(-7)

#define	CTL_UNSPEC	0
#define	CTL_KERN	1
#define	CTL_VM		2
#define	CTL_VFS		3
#define	CTL_NET		4
#define	CTL_DEBUG	5
#define	CTL_HW		6
#define	CTL_MACHDEP	7
#define	CTL_USER	8
#define	CTL_DDB		9
#define	CTL_PROC	10
#define	CTL_VENDOR	11
#define	CTL_EMUL	12
#define	CTL_SECURITY	13

/* kern.* */
#define	KERN_OSTYPE		1
#define	KERN_OSRELEASE		2
#define	KERN_OSREV		3
#define	KERN_VERSION		4
#define	KERN_MAXVNODES		5
#define	KERN_MAXPROC		6
#define	KERN_MAXFILES		7
#define	KERN_ARGMAX		8
#define	KERN_SECURELVL		9
#define	KERN_HOSTNAME		10
#define	KERN_HOSTID		11
#define	KERN_CLOCKRATE		12
#define	KERN_VNODE		13
#define	KERN_PROC		14
#define	KERN_FILE		15
#define	KERN_PROF		16
#define	KERN_POSIX1		17
#define	KERN_NGROUPS		18
#define	KERN_JOB_CONTROL	19
#define	KERN_SAVED_IDS		20
#define	KERN_OBOOTTIME		21
#define	KERN_DOMAINNAME		22
#define	KERN_MAXPARTITIONS	23
#define	KERN_RAWPARTITION	24
#define	KERN_NTPTIME		25
#define	KERN_TIMEX		26
#define	KERN_AUTONICETIME	27
#define	KERN_AUTONICEVAL	28
#define	KERN_RTC_OFFSET		29
#define	KERN_ROOT_DEVICE	30
#define	KERN_MSGBUFSIZE		31
#define	KERN_FSYNC		32
#define	KERN_OLDSYSVMSG		33
#define	KERN_OLDSYSVSEM		34
#define	KERN_OLDSYSVSHM		35
#define	KERN_OLDSHORTCORENAME	36
#define	KERN_SYNCHRONIZED_IO	37
#define	KERN_IOV_MAX		38
#define	KERN_MBUF		39
#define	KERN_MAPPED_FILES	40
#define	KERN_MEMLOCK		41
#define	KERN_MEMLOCK_RANGE	42
#define	KERN_MEMORY_PROTECTION	43
#define	KERN_LOGIN_NAME_MAX	44
#define	KERN_DEFCORENAME	45
#define	KERN_LOGSIGEXIT		46
#define	KERN_PROC2		47
#define	KERN_PROC_ARGS		48
#define	KERN_FSCALE		49
#define	KERN_CCPU		50
#define	KERN_CP_TIME		51
#define	KERN_OLDSYSVIPC_INFO	52
#define	KERN_MSGBUF		53
#define	KERN_CONSDEV		54
#define	KERN_MAXPTYS		55
#define	KERN_PIPE		56
#define	KERN_MAXPHYS		57
#define	KERN_SBMAX		58
#define	KERN_TKSTAT		59
#define	KERN_MONOTONIC_CLOCK	60
#define	KERN_URND		61
#define	KERN_LABELSECTOR	62
#define	KERN_LABELOFFSET	63
#define	KERN_LWP		64
#define	KERN_FORKFSLEEP		65
#define	KERN_POSIX_THREADS	66
#define	KERN_POSIX_SEMAPHORES	67
#define	KERN_POSIX_BARRIERS	68
#define	KERN_POSIX_TIMERS	69
#define	KERN_POSIX_SPIN_LOCKS	70
#define	KERN_POSIX_READER_WRITER_LOCKS	71
#define	KERN_DUMP_ON_PANIC	72
#define	KERN_SOMAXKVA		73
#define	KERN_ROOT_PARTITION	74
#define	KERN_DRIVERS		75
#define	KERN_BUF		76
#define	KERN_FILE2		77
#define	KERN_VERIEXEC		78
#define	KERN_CP_ID		79
#define	KERN_HARDCLOCK_TICKS	80
#define	KERN_ARND		81
#define	KERN_SYSVIPC		82
#define	KERN_BOOTTIME		83
#define	KERN_EVCNT		84
#define	KERN_SOFIXEDBUF		85

/* kern.proc and kern.proc2 */
#define	KERN_PROC_ALL		0
#define	KERN_PROC_PID		1
#define	KERN_PROC_PGRP		2
#define	KERN_PROC_SESSION	3
#define	KERN_PROC_TTY		4
#define	KERN_PROC_UID		5
#define	KERN_PROC_RUID		6
#define	KERN_PROC_GID		7
#define	KERN_PROC_RGID		8

/* kern.pipe */
#define	KERN_PIPE_MAXKVASZ	1
#define	KERN_PIPE_LIMITKVA	2
#define	KERN_PIPE_MAXBIGPIPES	3
#define	KERN_PIPE_NBIGPIPES	4
#define	KERN_PIPE_KVASIZE	5

/* hw.* */
#define	HW_MACHINE		1
#define	HW_MODEL		2
#define	HW_NCPU			3
#define	HW_BYTEORDER		4
#define	HW_PHYSMEM		5
#define	HW_USERMEM		6
#define	HW_PAGESIZE		7
#define	HW_DISKNAMES		8
#define	HW_IOSTATS		9
#define	HW_MACHINE_ARCH		10
#define	HW_ALIGNBYTES		11
#define	HW_CNMAGIC		12
#define	HW_PHYSMEM64		13
#define	HW_USERMEM64		14
#define	HW_IOSTATNAMES		15
#define	HW_NCPUONLINE		16

/* vfs.generic.* */
#define	VFS_GENERIC		0
#define	VFS_MAXTYPENUM		1
#define	VFS_CONF		2
#define	VFS_USERMOUNT		3
#define	VFS_MAGICLINKS		4

/* proc.* */
#define	PROC_CURPROC		(~((u_int)1 << 31))
#define	PROC_PID_CORENAME	1
#define	PROC_PID_LIMIT		2
#define	PROC_PID_STOPFORK	3
#define	PROC_PID_STOPEXEC	4
#define	PROC_PID_STOPEXIT	5
#define	PROC_PID_PAXFLAGS	6

struct sysctlnode;

#define	SYSCTLFN_PROTO							\
	const int *, u_int, void *, size_t *, const void *, size_t,	\
	const int *, struct lwp *, const struct sysctlnode *
#define	SYSCTLFN_ARGS							\
	const int *name, u_int namelen, void *oldp, size_t *oldlenp,	\
	const void *newp, size_t newlen, const int *oname,		\
	struct lwp *l, const struct sysctlnode *rnode
#define	SYSCTLFN_CALL(node)						\
	name, namelen, oldp, oldlenp, newp, newlen, oname, l, node

typedef int (*sysctlfn)(SYSCTLFN_PROTO);

/*
 * A node of the tree, also as user programs see it; 96 bytes.
 */
struct sysctlnode {
	uint32_t	sysctl_flags;	/* flags, type, version */
	int32_t		sysctl_num;
	char		sysctl_name[SYSCTL_NAMELEN];
	uint32_t	sysctl_ver;	/* when the node or a child changed */
	uint32_t	__rsvd;
	union {
		struct {
			uint32_t suc_csize;	/* room in suc_child */
			uint32_t suc_clen;	/* children in it */
			struct sysctlnode *suc_child;	/* by number */
		} scu_child;
		struct {
			void	*sud_data;
			size_t	 sud_offset;
		} scu_data;
		int32_t		scu_alias;
		int32_t		scu_idata;
		u_quad_t	scu_qdata;
		bool		scu_bdata;
	} sysctl_un;
	size_t		sysctl_size;
	sysctlfn	sysctl_func;
	struct sysctlnode *sysctl_parent;
	const char	*sysctl_desc;
};

#define	sysctl_csize	sysctl_un.scu_child.suc_csize
#define	sysctl_clen	sysctl_un.scu_child.suc_clen
#define	sysctl_child	sysctl_un.scu_child.suc_child
#define	sysctl_data	sysctl_un.scu_data.sud_data
#define	sysctl_offset	sysctl_un.scu_data.sud_offset
#define	sysctl_alias	sysctl_un.scu_alias
#define	sysctl_idata	sysctl_un.scu_idata
#define	sysctl_qdata	sysctl_un.scu_qdata
#define	sysctl_bdata	sysctl_un.scu_bdata

/* One answer of CTL_DESCRIBE; the next begins at a multiple of 4. */
struct sysctldesc {
	int32_t		descr_num;
	uint32_t	descr_ver;
	uint32_t	descr_len;
	char		descr_str[1];
};
#define	__sysc_desc_roundup(x)	((((x) - 1) | (sizeof(int32_t) - 1)) + 1)
#define	__sysc_desc_len(l)						\
	(__builtin_offsetof(struct sysctldesc, descr_str) +		\
	    __sysc_desc_roundup(l))
#define	__sysc_desc_adv(d, l)						\
	((struct sysctldesc *)((char *)(d) + __sysc_desc_len(l)))
#define	NEXT_DESCR(d)	__sysc_desc_adv((d), (d)->descr_len)

#ifdef _KERNEL

struct sysctllog;

extern struct sysctlnode sysctl_root;

/*
 * Defines a function that adds to the tree when the kernel starts.
 */
struct sysctl_setup {
	void		(*ss_func)(struct sysctllog **);
	struct sysctl_setup *ss_next;
	bool		ss_done;
};
void	sysctl_setup_add(struct sysctl_setup *);

#define	SYSCTL_DESCR(s)	s

#define	SYSCTL_SETUP_PROTO(name)	void name(struct sysctllog **)
#define	_SYSCTL_SETUP(qual, name)					\
	qual void name(struct sysctllog **);				\
	static struct sysctl_setup name##_sysctl_setup = { .ss_func = name }; \
	static void __attribute__((__constructor__))			\
	name##_sysctl_ctor(void)					\
	{								\
									\
		sysctl_setup_add(&name##_sysctl_setup);			\
	}								\
	qual void name(struct sysctllog **clog)
#define	SYSCTL_SETUP(name, desc)	_SYSCTL_SETUP(static, name)

void	sysctl_init(void);
void	sysctl_basenode_init(void);
void	sysctl_finalize(void);
void	sysctl_setup_run(void);

int	sysctl_lookup(SYSCTLFN_PROTO);
int	sysctl_query(SYSCTLFN_PROTO);
int	sysctl_create(SYSCTLFN_PROTO);
int	sysctl_destroy(SYSCTLFN_PROTO);
int	sysctl_needfunc(SYSCTLFN_PROTO);
int	sysctl_notavail(SYSCTLFN_PROTO);
int	sysctl_null(SYSCTLFN_PROTO);

int	sysctl_createv(struct sysctllog **, int,
	    const struct sysctlnode **, const struct sysctlnode **,
	    int, int, const char *, const char *,
	    sysctlfn, u_quad_t, void *, size_t, ...);
int	sysctl_destroyv(struct sysctlnode *, ...);
void	sysctl_free(struct sysctlnode *);
void	sysctl_teardown(struct sysctllog **);

void	sysctl_lock(bool);
void	sysctl_relock(void);
void	sysctl_unlock(void);
int	sysctl_dispatch(SYSCTLFN_PROTO);
int	sysctl_locate(struct lwp *, const int *, u_int,
	    const struct sysctlnode **, int *);
int	sysctl_copyin(struct lwp *, const void *, void *, size_t);
int	sysctl_copyout(struct lwp *, const void *, void *, size_t);
int	sysctl_copyinstr(struct lwp *, const void *, void *, size_t, size_t *);

/* The call with a user's arguments; what the system call does. */
int	sysctl_syscall(struct lwp *, const int *, u_int, void *, size_t *,
	    const void *, size_t, register_t *);

#endif /* _KERNEL */

#endif /* !_SYS_SYSCTL_H_ */
