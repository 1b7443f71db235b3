/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The hypercalls: rumpuser(3), version 17.  What a rump kernel asks of its
 * host; source and binary compatible with NetBSD's on x86-64, so that its
 * prebuilt kernel libraries run on our layer and ours run on its.
 *
 * Results are 0 or an errno with NetBSD's numbers; what a call returns
 * besides goes through trailing pointers that are untouched on failure.
 * Calls that can block give the virtual CPU up around the wait through
 * hyp_backend_unschedule()/hyp_backend_schedule(), except those named
 * "nowrap" and, unless stated, those on spin mutexes.
 */

#ifndef _RUMP_RUMPUSER_H_
#define _RUMP_RUMPUSER_H_

#if !defined(_KERNEL) && !defined(LIBRUMPUSER)
#error rump/rumpuser.h is between a rump kernel and its hypercall layer
#endif

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct lwp;

/*
 * Start.
 */

#define	RUMPUSER_VERSION 17

/*
 * What the hypercall layer may call in the kernel.  hyp_schedule and
 * hyp_unschedule bracket the other calls when the calling host thread is not
 * in the kernel; the backend pair gives up and takes back the CPU and the
 * big lock of a thread that is.  Their int is the count of big locks given
 * up and to be taken back, the pointer the interlock of a cv wait or NULL.
 */
struct rumpuser_hyperup {
	void	(*hyp_schedule)(void);
	void	(*hyp_unschedule)(void);
	void	(*hyp_backend_unschedule)(int, int *, void *);
	void	(*hyp_backend_schedule)(int, void *);
	void	(*hyp_lwproc_switch)(struct lwp *);
	void	(*hyp_lwproc_release)(void);
	int	(*hyp_lwproc_rfork)(void *, int, const char *);
	int	(*hyp_lwproc_newlwp)(pid_t);
	struct lwp *(*hyp_lwproc_curlwp)(void);
	int	(*hyp_syscall)(int, void *, long *);
	void	(*hyp_lwpexit)(void);
	void	(*hyp_execnotify)(const char *);
	pid_t	(*hyp_getpid)(void);
	void	*hyp__extra[8];
};

/* Once, before any other call; the upcalls are copied.  EINVAL when the
 * kernel speaks another version than RUMPUSER_VERSION. */
int	rumpuser_init(int, const struct rumpuser_hyperup *);

/*
 * Memory.
 */

/* len bytes, aligned to a power of two or 0; EINVAL, ENOMEM. */
int	rumpuser_malloc(size_t, int, void **);
/* The length must be the one allocated with; NULL is ignored. */
void	rumpuser_free(void *, size_t);
/* Zeroed pages; hint address, length, log2 of alignment or 0, executable. */
int	rumpuser_anonmmap(void *, size_t, int, int, void **);
void	rumpuser_unmap(void *, size_t);

/*
 * Files and I/O.
 */

#define	RUMPUSER_OPEN_RDONLY	0x0000
#define	RUMPUSER_OPEN_WRONLY	0x0001
#define	RUMPUSER_OPEN_RDWR	0x0002
#define	RUMPUSER_OPEN_ACCMODE	0x0003
#define	RUMPUSER_OPEN_CREATE	0x0004
#define	RUMPUSER_OPEN_EXCL	0x0008
#define	RUMPUSER_OPEN_BIO	0x0010	/* for rumpuser_bio() */
int	rumpuser_open(const char *, int, int *);
int	rumpuser_close(int);

#define	RUMPUSER_FT_OTHER	0
#define	RUMPUSER_FT_DIR		1
#define	RUMPUSER_FT_REG		2
#define	RUMPUSER_FT_BLK		3
#define	RUMPUSER_FT_CHR		4
/* Size in bytes and type of a host path; either pointer may be NULL. */
int	rumpuser_getfileinfo(const char *, uint64_t *, int *);

#define	RUMPUSER_BIO_READ	0x01
#define	RUMPUSER_BIO_WRITE	0x02
#define	RUMPUSER_BIO_SYNC	0x04
typedef void (*rump_biodone_fn)(void *, size_t, int);
/*
 * Block I/O: fd, operation, data, length, byte offset.  The callback gets its
 * argument, the count of bytes moved and the error, with a CPU held, maybe
 * before this returns.
 */
void	rumpuser_bio(int, int, void *, size_t, int64_t, rump_biodone_fn,
	    void *);

/* Laid out as the kernel's struct iovec. */
struct rumpuser_iovec {
	void	*iov_base;
	size_t	iov_len;
};
#define	RUMPUSER_IOV_NOSEEK	-1
int	rumpuser_iovread(int, struct rumpuser_iovec *, size_t, int64_t,
	    size_t *);
int	rumpuser_iovwrite(int, const struct rumpuser_iovec *, size_t, int64_t,
	    size_t *);

#define	RUMPUSER_SYNCFD_READ	0x01
#define	RUMPUSER_SYNCFD_WRITE	0x02
#define	RUMPUSER_SYNCFD_BOTH	(RUMPUSER_SYNCFD_READ | RUMPUSER_SYNCFD_WRITE)
#define	RUMPUSER_SYNCFD_BARRIER	0x04
#define	RUMPUSER_SYNCFD_SYNC	0x08
/* fd, flags, start, length (0: to the end). */
int	rumpuser_syncfd(int, int, uint64_t, uint64_t);

/*
 * Clocks and sleep.
 */

enum rumpclock { RUMPUSER_CLOCK_RELWALL, RUMPUSER_CLOCK_ABSMONO };
/* RELWALL: wall time, ABSMONO: monotonic; seconds and nanoseconds. */
int	rumpuser_clock_gettime(int, int64_t *, long *);
/* RELWALL: for that long, ABSMONO: until then. */
int	rumpuser_clock_sleep(int, int64_t, long);

/*
 * Host parameters: the two below, or the name of an environment variable.
 * The value is a string; E2BIG if it does not fit.
 */

#define	RUMPUSER_PARAM_NCPU	"_RUMPUSER_NCPU"
#define	RUMPUSER_PARAM_HOSTNAME	"_RUMPUSER_HOSTNAME"
int	rumpuser_getparam(const char *, void *, size_t);

/* Sets the calling host thread's errno. */
void	rumpuser_seterrno(int);

/*
 * Termination.
 */

#define	RUMPUSER_PID_SELF	((int64_t)-1)
/* Raises a signal, by NetBSD's number, in the host process. */
int	rumpuser_kill(int64_t, int);
#define	RUMPUSER_PANIC	(-1)
void	rumpuser_exit(int) __attribute__((__noreturn__));

/*
 * Console.
 */

void	rumpuser_putchar(int);
void	rumpuser_dprintf(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2)));

/*
 * Randomness: buffer, length, flags, count written.
 */

#define	RUMPUSER_RANDOM_HARD	0x01
#define	RUMPUSER_RANDOM_NOWAIT	0x02
int	rumpuser_getrandom(void *, size_t, int, size_t *);

/*
 * Threads.
 */

/* Function, argument, name, joinable, priority, CPU index, cookie. */
int	rumpuser_thread_create(void *(*)(void *), void *, const char *, int,
	    int, int, void **);
void	rumpuser_thread_exit(void) __attribute__((__noreturn__));
int	rumpuser_thread_join(void *);

#if defined(LIBRUMPUSER) || defined(RUMP__CURLWP_PRIVATE)
enum rumplwpop {
	RUMPUSER_LWP_CREATE,	/* a context for this lwp */
	RUMPUSER_LWP_DESTROY,
	RUMPUSER_LWP_SET,	/* it runs on the calling thread from now */
	RUMPUSER_LWP_CLEAR	/* no longer */
};
void	rumpuser_curlwpop(int, struct lwp *);
struct lwp *rumpuser_curlwp(void);
#endif

/*
 * Mutexes.  A spin mutex never gives the virtual CPU up; a kernel mutex
 * (KMUTEX) records curlwp as its owner.
 */

struct rumpuser_mtx;
#define	RUMPUSER_MTX_SPIN	0x01
#define	RUMPUSER_MTX_KMUTEX	0x02
void	rumpuser_mutex_init(struct rumpuser_mtx **, int);
void	rumpuser_mutex_enter(struct rumpuser_mtx *);
void	rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *);
int	rumpuser_mutex_tryenter(struct rumpuser_mtx *);	/* 0 or EBUSY */
void	rumpuser_mutex_exit(struct rumpuser_mtx *);
void	rumpuser_mutex_destroy(struct rumpuser_mtx *);
void	rumpuser_mutex_owner(struct rumpuser_mtx *, struct lwp **);
int	rumpuser_mutex_spin_p(struct rumpuser_mtx *);

/*
 * Reader-writer locks.
 */

struct rumpuser_rw;
enum rumprwlock { RUMPUSER_RW_READER, RUMPUSER_RW_WRITER };
void	rumpuser_rw_init(struct rumpuser_rw **);
void	rumpuser_rw_enter(int, struct rumpuser_rw *);
int	rumpuser_rw_tryenter(int, struct rumpuser_rw *);
int	rumpuser_rw_tryupgrade(struct rumpuser_rw *);
void	rumpuser_rw_downgrade(struct rumpuser_rw *);
void	rumpuser_rw_exit(struct rumpuser_rw *);
void	rumpuser_rw_destroy(struct rumpuser_rw *);
/* READER: held by anyone for reading; WRITER: held by curlwp. */
void	rumpuser_rw_held(int, struct rumpuser_rw *, int *);

/*
 * Condition variables.
 */

struct rumpuser_cv;
void	rumpuser_cv_init(struct rumpuser_cv **);
void	rumpuser_cv_destroy(struct rumpuser_cv *);
void	rumpuser_cv_wait(struct rumpuser_cv *, struct rumpuser_mtx *);
void	rumpuser_cv_wait_nowrap(struct rumpuser_cv *, struct rumpuser_mtx *);
/* For seconds and nanoseconds; 0 or ETIMEDOUT. */
int	rumpuser_cv_timedwait(struct rumpuser_cv *, struct rumpuser_mtx *,
	    int64_t, int64_t);
void	rumpuser_cv_signal(struct rumpuser_cv *);
void	rumpuser_cv_broadcast(struct rumpuser_cv *);
void	rumpuser_cv_has_waiters(struct rumpuser_cv *, int *);

/*
 * Dynamic components: tells the kernel of what is linked or preloaded.
 */

struct modinfo;
struct rump_component;
struct evcnt;
typedef void (*rump_modinit_fn)(const struct modinfo *const *, size_t);
typedef int (*rump_symload_fn)(void *, uint64_t, char *, uint64_t);
typedef void (*rump_compload_fn)(const struct rump_component *);
typedef void (*rump_evcntattach_fn)(struct evcnt *);
void	rumpuser_dl_bootstrap(rump_modinit_fn, rump_symload_fn,
	    rump_compload_fn, rump_evcntattach_fn);

/*
 * Background: begin forks, the parent waits for done's error and exits.
 */

int	rumpuser_daemonize_begin(void);
int	rumpuser_daemonize_done(int);

#if defined(_RUMP_SYSPROXY) || defined(LIBRUMPUSER)
/*
 * System call proxy: url, operating system's type, release and machine.
 * This layer has no server; the calls answer EOPNOTSUPP.
 */

int	rumpuser_sp_init(const char *, const char *, const char *,
	    const char *);
int	rumpuser_sp_copyin(void *, const void *, void *, size_t);
int	rumpuser_sp_copyinstr(void *, const void *, void *, size_t *);
int	rumpuser_sp_copyout(void *, const void *, void *, size_t);
int	rumpuser_sp_copyoutstr(void *, const void *, void *, size_t *);
int	rumpuser_sp_anonmmap(void *, size_t, void **);
int	rumpuser_sp_raise(void *, int);
void	rumpuser_sp_fini(void *);
#endif

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_H_ */
