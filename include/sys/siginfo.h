/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What came with a signal.
 */

#ifndef _SYS_SIGINFO_H_
#define	_SYS_SIGINFO_H_

#include <sys/types.h>
#include <sys/sigtypes.h>
#include <sys/queue.h>

typedef union sigval {
	int	sival_int;
	void	*sival_ptr;
} sigval_t;

struct _ksiginfo {
	int	_signo;
	int	_code;
	int	_errno;
	int	_pad;
	union {
		struct {
			pid_t	_pid;
			uid_t	_uid;
			sigval_t _value;
		} _rt;
		struct {
			pid_t	_pid;
			uid_t	_uid;
			int	_status;
			clock_t	_utime;
			clock_t	_stime;
		} _child;
		struct {
			void	*_addr;
			int	_trap;
			int	_trap2;
			int	_trap3;
		} _fault;
		struct {
			long	_band;
			int	_fd;
		} _poll;
	} _reason;
};

#ifdef _KERNEL
typedef struct ksiginfo {
	u_long			ksi_flags;
	TAILQ_ENTRY(ksiginfo)	ksi_list;
	struct _ksiginfo	ksi_info;
	lwpid_t			ksi_lid;
} ksiginfo_t;

#define	KSI_TRAP	0x01
#define	KSI_EMPTY	0x02
#define	KSI_QUEUED	0x04
#define	KSI_FROMPOOL	0x08

#define	KSI_INIT(ksi)							\
do {									\
	memset((ksi), 0, sizeof(*(ksi)));				\
} while (/* CONSTCOND */ 0)
#define	KSI_INIT_EMPTY(ksi)						\
do {									\
	KSI_INIT((ksi));						\
	(ksi)->ksi_flags = KSI_EMPTY;					\
} while (/* CONSTCOND */ 0)
#define	KSI_INIT_TRAP(ksi)						\
do {									\
	KSI_INIT((ksi));						\
	(ksi)->ksi_flags = KSI_TRAP;					\
} while (/* CONSTCOND */ 0)
#define	KSI_COPY(fksi, tksi)						\
do {									\
	(tksi)->ksi_info = (fksi)->ksi_info;				\
	(tksi)->ksi_flags = (fksi)->ksi_flags;				\
} while (/* CONSTCOND */ 0)
#define	KSI_TRAP_P(ksi)		(((ksi)->ksi_flags & KSI_TRAP) != 0)
#define	KSI_EMPTY_P(ksi)	(((ksi)->ksi_flags & KSI_EMPTY) != 0)

#define	ksi_signo	ksi_info._signo
#define	ksi_code	ksi_info._code
#define	ksi_errno	ksi_info._errno
#define	ksi_value	ksi_info._reason._rt._value
#define	ksi_pid		ksi_info._reason._child._pid
#define	ksi_uid		ksi_info._reason._child._uid
#define	ksi_status	ksi_info._reason._child._status
#define	ksi_utime	ksi_info._reason._child._utime
#define	ksi_stime	ksi_info._reason._child._stime
#define	ksi_addr	ksi_info._reason._fault._addr
#define	ksi_trap	ksi_info._reason._fault._trap
#define	ksi_band	ksi_info._reason._poll._band
#define	ksi_fd		ksi_info._reason._poll._fd
#endif /* _KERNEL */

typedef union siginfo {
	char		si_pad[128];
	struct _ksiginfo _info;
} siginfo_t;

#define	SI_USER		0
#define	SI_QUEUE	(-1)
#define	SI_TIMER	(-2)
#define	SI_ASYNCIO	(-3)
#define	SI_MESGQ	(-4)
#define	SI_LWP		(-5)
#define	SI_NOINFO	32767

#define	POLL_IN		1
#define	POLL_OUT	2
#define	POLL_MSG	3
#define	POLL_ERR	4
#define	POLL_PRI	5
#define	POLL_HUP	6

#define	CLD_EXITED	1
#define	CLD_KILLED	2
#define	CLD_DUMPED	3
#define	CLD_TRAPPED	4
#define	CLD_STOPPED	5
#define	CLD_CONTINUED	6

#endif /* !_SYS_SIGINFO_H_ */
