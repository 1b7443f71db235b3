/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls from the outside: rump(3).  One entry point for each row of
 * <sys/syscalls.def> puts its arguments where the handler finds them, enters
 * the kernel, and turns the outcome into a result and errno.
 *
 * Handlers come with components: those of this one are in the table below,
 * others arrive by syscall_establish().
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/kauth.h>
#include <sys/filedesc.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/dirent.h>
#include <sys/event.h>
#include <sys/syscall.h>
#include <sys/syscallargs.h>
#include <sys/syscallvar.h>

#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>
#include <rump/rumpdefs.h>

#include "rump_private.h"
#include "sys_private.h"

struct sysent sysent[SYS_NSYSENT];

static void (*trace_hook)(int, const long *, int, long, void *);
static void *trace_arg;

/*
 * Facts of each call.
 */
struct callinfo {
	const char	*ci_name;
	const char	*ci_args;	/* a letter for each register */
	uint8_t		ci_argsize;	/* registers, with padding */
};

#define	D(t, n)		"d"
#define	X(t, n)		"x"
#define	P(t, n)		"p"
#define	S(n)		"s"
#define	O(n)		"_q"
#define	Q(n)		"q"
#define	W(t, n)		"_x"
#define	INFO(fn, e, args, size)	[SYS_##fn] = { #e, args, size },
#define	INFOA(fn, e, args)	\
	INFO(fn, e, args, sizeof(struct sys_##fn##_args) / sizeof(register_t))
#define	CALLV(fn, e)				INFO(fn, e, "", 0)
#define	CALL0(r, fn, e)				INFO(fn, e, "", 0)
#define	CALL1(r, fn, e, a)			INFOA(fn, e, a)
#define	CALL2(r, fn, e, a, b)			INFOA(fn, e, a b)
#define	CALL3(r, fn, e, a, b, c)		INFOA(fn, e, a b c)
#define	CALL4(r, fn, e, a, b, c, d)		INFOA(fn, e, a b c d)
#define	CALL5(r, fn, e, a, b, c, d, f)		INFOA(fn, e, a b c d f)
#define	CALL6(r, fn, e, a, b, c, d, f, g)	INFOA(fn, e, a b c d f g)

static const struct callinfo callinfo[SYS_NSYSENT] = {
#include <sys/syscalls.def>
	[SYS_pipe] = { "pipe", "p", 0 },
};

#undef CALLV
#undef CALL0
#undef CALL1
#undef CALL2
#undef CALL3
#undef CALL4
#undef CALL5
#undef CALL6
#undef INFO
#undef INFOA
#undef D
#undef X
#undef P
#undef S
#undef O
#undef Q
#undef W

/*
 * This component's calls.
 */
#define	HANDLER(fn)	{ SYS_##fn, 0, (sy_call_t *)(void *)sys_##fn }

static const struct syscall_package kern_calls[] = {
	HANDLER(read), HANDLER(write), HANDLER(readv), HANDLER(writev),
	HANDLER(pread), HANDLER(pwrite), HANDLER(preadv), HANDLER(pwritev),
	HANDLER(close), HANDLER(dup), HANDLER(dup2), HANDLER(dup3),
	HANDLER(ioctl), HANDLER(fcntl), HANDLER(flock), HANDLER(__fstat50),
	HANDLER(pipe), HANDLER(pipe2),
	HANDLER(poll), HANDLER(__pollts50), HANDLER(__select50),
	HANDLER(__pselect50), HANDLER(kqueue), HANDLER(kqueue1),
	HANDLER(__kevent50), HANDLER(eventfd), HANDLER(timerfd_create),
	HANDLER(timerfd_settime), HANDLER(timerfd_gettime),
	HANDLER(getpid_with_ppid), HANDLER(getppid),
	HANDLER(getuid_with_euid), HANDLER(geteuid),
	HANDLER(getgid_with_egid), HANDLER(getegid),
	HANDLER(setuid), HANDLER(seteuid), HANDLER(setreuid),
	HANDLER(setgid), HANDLER(setegid), HANDLER(setregid),
	HANDLER(getgroups), HANDLER(setgroups), HANDLER(issetugid),
	HANDLER(__getlogin), HANDLER(__setlogin), HANDLER(getpgrp),
	HANDLER(getpgid), HANDLER(setpgid), HANDLER(setsid), HANDLER(getsid),
	HANDLER(kill), HANDLER(__sigprocmask14),
	HANDLER(getrlimit), HANDLER(setrlimit), HANDLER(__getrusage50),
	HANDLER(sched_yield), HANDLER(_lwp_self),
	HANDLER(__clock_gettime50), HANDLER(__clock_settime50),
	HANDLER(__clock_getres50), HANDLER(__nanosleep50),
	HANDLER(clock_nanosleep), HANDLER(__gettimeofday50),
	HANDLER(__settimeofday50), HANDLER(__adjtime50), HANDLER(getrandom),
	HANDLER(__sysctl), HANDLER(reboot), HANDLER(modctl),
	{ 0, 0, NULL }
};

/* The handler of a call that is not there. */
int
sys_nosys(struct lwp *l, const void *uap, register_t *retval)
{

	return ENOSYS;
}

/* The handler of a call whose module is not there: the same here. */
int
sys_nomodule(struct lwp *l, const void *uap, register_t *retval)
{

	return ENOSYS;
}

static bool
sysent_free(const struct sysent *sy)
{

	return sy->sy_call == sys_nosys || sy->sy_call == sys_nomodule;
}

/* See <sys/syscallvar.h>.  Called with a CPU held, or at construction. */
int
syscall_establish(const struct emul *em, const struct syscall_package *sp)
{
	int i;

	for (i = 0; sp[i].sp_call != NULL; i++) {
		if (sp[i].sp_code >= SYS_NSYSENT)
			return EINVAL;
		if (!sysent_free(&sysent[sp[i].sp_code]))
			return EBUSY;
	}
	for (i = 0; sp[i].sp_call != NULL; i++)
		sysent[sp[i].sp_code].sy_call = sp[i].sp_call;
	return 0;
}

int
syscall_disestablish(const struct emul *em, const struct syscall_package *sp)
{
	int i;

	for (i = 0; sp[i].sp_call != NULL; i++)
		if (sp[i].sp_code >= SYS_NSYSENT ||
		    sysent[sp[i].sp_code].sy_call != sp[i].sp_call)
			return EINVAL;
	for (i = 0; sp[i].sp_call != NULL; i++)
		sysent[sp[i].sp_code].sy_call = sys_nosys;
	return 0;
}

/* Runs before any component's constructor may establish calls. */
static void __attribute__((__constructor__(101)))
sysent_construct(void)
{
	struct sysent *sy;
	int i;

	for (i = 0; i < SYS_NSYSENT; i++) {
		sy = &sysent[i];
		sy->sy_call = sys_nosys;
		sy->sy_narg = callinfo[i].ci_argsize;
		sy->sy_argsize =
		    (short)(callinfo[i].ci_argsize * sizeof(register_t));
	}
	(void)syscall_establish(NULL, kern_calls);
}

/*
 * The way in and out of a handler.  A restart of the call is for the caller
 * to decide here: signals have no handlers that could run in between.
 */
static inline int
syscall_enter(int num, const void *uap, register_t *rv)
{
	struct lwp *l;
	int error;

	rump_schedule();
	l = curlwp;
	LWP_CACHE_CREDS(l, l->l_proc);
	rumpuser_step(1);
	rv[0] = rv[1] = 0;
	error = sy_call(&sysent[num], l, uap, rv);
	if (__predict_false(trace_hook != NULL))
		(*trace_hook)(num, uap, error, rv[0], trace_arg);
	rump_unschedule();

	if (__predict_false(error < 0)) {
		if (error == ERESTART)
			error = EINTR;
		else if (error == EJUSTRETURN)
			error = 0;
		else
			error = EINVAL;
	}
	return error;
}

/*
 * Calls handler num with the argument structure at data, dlen bytes long.
 * Returns 0 or NetBSD's errno; results in retval[0] and retval[1].
 */
int
rump_syscall(int num, void *data, size_t dlen, register_t *retval)
{

	if (num < 0 || num >= SYS_NSYSENT)
		return ENOSYS;
	if (dlen < (size_t)sysent[num].sy_argsize)
		return EINVAL;
	return syscall_enter(num, data, retval);
}

/*
 * The entry points.  Each argument fills its whole register, so that a
 * tracer need not know how wide it is.
 */
#define	REG(n)		uap.n.pad = (register_t)n;
#define	D(t, n)		(t n, REG(n))
#define	X(t, n)		(t n, REG(n))
#define	P(t, n)		(t n, REG(n))
#define	S(n)		(const char *n, REG(n))
#define	O(n)		(off_t n, uap.PAD.pad = 0; REG(n))
#define	Q(n)		(off_t n, REG(n))
#define	W(t, n)		(t n, uap.PAD.pad = 0; REG(n))

#define	DECL(decl, set)	decl
#define	ASSIGN(decl, set)	set

#define	ENTRY(r, fn, e, decls, sets) \
r	rump___sysimpl_##e(decls); \
r \
rump___sysimpl_##e(decls) \
{ \
	struct sys_##fn##_args uap; \
	register_t rv[2]; \
	int error; \
 \
	sets \
	error = syscall_enter(SYS_##fn, &uap, rv); \
	if (error) { \
		rumpuser_seterrno(error); \
		rv[0] = -1; \
	} \
	return (r)rv[0]; \
}

#define	LIST(...)	__VA_ARGS__

#define	CALLV(fn, e) \
void	rump___sysimpl_##e(void); \
void \
rump___sysimpl_##e(void) \
{ \
	register_t rv[2]; \
 \
	(void)syscall_enter(SYS_##fn, NULL, rv); \
}
#define	CALL0(r, fn, e) \
r	rump___sysimpl_##e(void); \
r \
rump___sysimpl_##e(void) \
{ \
	register_t rv[2]; \
	int error; \
 \
	error = syscall_enter(SYS_##fn, NULL, rv); \
	if (error) { \
		rumpuser_seterrno(error); \
		rv[0] = -1; \
	} \
	return (r)rv[0]; \
}
#define	CALL1(r, fn, e, a) \
	ENTRY(r, fn, e, LIST(DECL a), ASSIGN a)
#define	CALL2(r, fn, e, a, b) \
	ENTRY(r, fn, e, LIST(DECL a, DECL b), ASSIGN a ASSIGN b)
#define	CALL3(r, fn, e, a, b, c) \
	ENTRY(r, fn, e, LIST(DECL a, DECL b, DECL c), ASSIGN a ASSIGN b ASSIGN c)
#define	CALL4(r, fn, e, a, b, c, d) \
	ENTRY(r, fn, e, LIST(DECL a, DECL b, DECL c, DECL d), \
	    ASSIGN a ASSIGN b ASSIGN c ASSIGN d)
#define	CALL5(r, fn, e, a, b, c, d, f) \
	ENTRY(r, fn, e, LIST(DECL a, DECL b, DECL c, DECL d, DECL f), \
	    ASSIGN a ASSIGN b ASSIGN c ASSIGN d ASSIGN f)
#define	CALL6(r, fn, e, a, b, c, d, f, g) \
	ENTRY(r, fn, e, LIST(DECL a, DECL b, DECL c, DECL d, DECL f, DECL g), \
	    ASSIGN a ASSIGN b ASSIGN c ASSIGN d ASSIGN f ASSIGN g)

#include <sys/syscalls.def>

/* pipe(2) returns its two descriptors in registers. */
int	rump_sys_pipe(int *);

int
rump_sys_pipe(int *fd)
{
	register_t rv[2];
	int error;

	error = syscall_enter(SYS_pipe, NULL, rv);
	if (error) {
		rumpuser_seterrno(error);
		return -1;
	}
	fd[0] = (int)rv[0];
	fd[1] = (int)rv[1];
	return 0;
}

/* For tracers; see <rump/rump_syscalls.h>. */
const char *rump_pub_syscall_name(int);
const char *rump_pub_syscall_args(int);
void	rump_pub_syscall_trace(void (*)(int, const long *, int, long, void *),
	    void *);

const char *
rump_pub_syscall_name(int num)
{

	return num >= 0 && num < SYS_NSYSENT ? callinfo[num].ci_name : NULL;
}

const char *
rump_pub_syscall_args(int num)
{

	return num >= 0 && num < SYS_NSYSENT ? callinfo[num].ci_args : NULL;
}

void
rump_pub_syscall_trace(void (*hook)(int, const long *, int, long, void *),
    void *arg)
{

	trace_arg = arg;
	trace_hook = hook;
}

/* What hosts are told must be what the kernel does. */
#define	SAME_SIZE(x)	CTASSERT(sizeof(struct rump_##x) == sizeof(struct x))
SAME_SIZE(stat);
SAME_SIZE(statvfs);
SAME_SIZE(dirent);
SAME_SIZE(timespec);
SAME_SIZE(timeval);
SAME_SIZE(itimerspec);
SAME_SIZE(kevent);
SAME_SIZE(flock);
SAME_SIZE(rlimit);
SAME_SIZE(rusage);
SAME_SIZE(sockaddr);
CTASSERT(offsetof(struct rump_stat, st_size) == offsetof(struct stat, st_size));
CTASSERT(offsetof(struct rump_stat, st_rdev) == offsetof(struct stat, st_rdev));
CTASSERT(offsetof(struct rump_statvfs, f_fstypename) ==
    offsetof(struct statvfs, f_fstypename));
CTASSERT(offsetof(struct rump_dirent, d_name) ==
    offsetof(struct dirent, d_name));
CTASSERT(RUMP_O_CREAT == O_CREAT && RUMP_O_DIRECTORY == O_DIRECTORY);
CTASSERT(RUMP_S_IFREG == S_IFREG && RUMP_S_IFLNK == S_IFLNK);
CTASSERT(RUMP_MNT_RDONLY == MNT_RDONLY && RUMP_MNT_FORCE == MNT_FORCE);
CTASSERT(RUMP_MNT_GETARGS == MNT_GETARGS && RUMP_MNT_UPDATE == MNT_UPDATE);
