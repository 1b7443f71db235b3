/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Arguments and handlers of the system calls.  Each argument has a register
 * of its own; SCARG(uap, name) reads it.
 */

#ifndef _SYS_SYSCALLARGS_H_
#define _SYS_SYSCALLARGS_H_

#include <sys/types.h>
#include <sys/mount.h>
#include <sys/sched.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/fd_set.h>
#include <sys/sigtypes.h>
#include <sys/syscall.h>

struct aiocb;
struct iovec;
struct itimerspec;
struct itimerval;
struct kevent;
struct lwp;
struct mmsghdr;
struct msghdr;
struct pollfd;
struct quotactl_args;
struct rlimit;
struct rusage;
struct sigevent;
struct sockaddr;
struct stat;
struct statvfs;

#ifndef syscallarg
#define	syscallarg(x) \
	union { \
		register_t pad; \
		struct { x datum; } le; \
		struct { \
			int8_t pad[(sizeof(register_t) < sizeof(x)) ? 0 : \
			    sizeof(register_t) - sizeof(x)]; \
			x datum; \
		} be; \
	}
#endif

#define	SCARG(p, k)		((p)->k.le.datum)
#define	SPARG(p, k)		((p)->k.le.datum)

#define	check_syscall_args(call) /*LINTED*/ \
	typedef char call##_check_args[sizeof(struct call##_args) <= \
	    SYS_MAXSYSARGS * sizeof(register_t) ? 1 : -1];

#define	D(t, n)		syscallarg(t) n;
#define	X(t, n)		syscallarg(t) n;
#define	P(t, n)		syscallarg(t) n;
#define	S(n)		syscallarg(const char *) n;
#define	O(n)		syscallarg(int) PAD; syscallarg(off_t) n;
#define	Q(n)		syscallarg(off_t) n;
#define	W(t, n)		syscallarg(int) PAD; syscallarg(t) n;

#define	CALLPROTO(fn) \
	int sys_##fn(struct lwp *, const struct sys_##fn##_args *, \
	    register_t *);
#define	CALLARGS(fn, ...) \
	struct sys_##fn##_args { __VA_ARGS__ }; \
	CALLPROTO(fn)
#define	CALL0(r, fn, e) \
	int sys_##fn(struct lwp *, const void *, register_t *);
#define	CALLV(fn, e)				CALL0(void, fn, e)
#define	CALL1(r, fn, e, a)			CALLARGS(fn, a)
#define	CALL2(r, fn, e, a, b)			CALLARGS(fn, a b)
#define	CALL3(r, fn, e, a, b, c)		CALLARGS(fn, a b c)
#define	CALL4(r, fn, e, a, b, c, d)		CALLARGS(fn, a b c d)
#define	CALL5(r, fn, e, a, b, c, d, f)		CALLARGS(fn, a b c d f)
#define	CALL6(r, fn, e, a, b, c, d, f, g)	CALLARGS(fn, a b c d f g)

#include <sys/syscalls.def>

/* Its entry point takes the two descriptors from retval. */
int	sys_pipe(struct lwp *, const void *, register_t *);

#undef CALL0
#undef CALLV
#undef CALL1
#undef CALL2
#undef CALL3
#undef CALL4
#undef CALL5
#undef CALL6
#undef CALLARGS
#undef CALLPROTO
#undef D
#undef X
#undef P
#undef S
#undef O
#undef Q
#undef W

#endif /* _SYS_SYSCALLARGS_H_ */
