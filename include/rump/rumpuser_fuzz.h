/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What this hypercall layer adds to rumpuser(3): objects with red zones,
 * snapshot and restore, images without a path, faults, schedules, steps.
 *
 * rumpuser.h stays the whole of the portable interface; a rump kernel which
 * never calls anything here works on this layer too.  The kernel calls the
 * first half ("from the kernel"), a harness calls the second half.  Integer
 * results are 0 or an errno with NetBSD's numbers.
 */

#ifndef _RUMP_RUMPUSER_FUZZ_H_
#define _RUMP_RUMPUSER_FUZZ_H_

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

/*
 * From the kernel: memory regions.
 */

/*
 * Adds [start, start + len) to what a snapshot saves.  Called from component
 * constructors with the bounds of a component's data and bss; a range that
 * is inside a known one is ignored.  The bytes must stay mapped for ever.
 */
void	rumpuser_region_add(void *start, size_t len, const char *name);

/*
 * From the kernel: objects.  Sanitized builds take every object that a
 * driver sees from here.
 */

enum rumpuser_objkind {
	RUMPUSER_OBJ_KMEM = 1,		/* kmem(9) */
	RUMPUSER_OBJ_POOL,		/* pool(9), pool_cache(9) */
	RUMPUSER_OBJ_MALLOC,		/* malloc(9) */
	RUMPUSER_OBJ_BUF,		/* data of a buffer cache block */
	RUMPUSER_OBJ_PAGE,		/* page cache page */
	RUMPUSER_OBJ_MBUF,
	RUMPUSER_OBJ_DMA,
	RUMPUSER_OBJ_USER,		/* system call argument of a target */
	RUMPUSER_OBJ_HOST,		/* harness data that must be restored */
};

/*
 * Allocates len bytes, aligned to align (a power of two, at least 8), with a
 * poisoned red zone on both sides; the bytes hold a fixed pattern.  name is
 * for reports and must live for ever (pool name, "kmem", ...).  The call
 * stack is recorded.  Never reuses memory freed since the last snapshot
 * or restore, unless the quarantine exceeds its limit.
 * ENOMEM at the end of the arena or when a fault says so.
 */
int	rumpuser_obj_alloc(size_t len, size_t align, enum rumpuser_objkind,
	    const char *name, void **objp);

/*
 * Frees an object.  Reports (and does not return) when obj is not an object,
 * is free already, is of another kind, or when len, unless 0, is not the
 * length it was allocated with.  The report names allocation and free sites.
 */
void	rumpuser_obj_free(void *obj, size_t len, enum rumpuser_objkind);

/* The length obj was allocated with; reports a pointer that is no object. */
size_t	rumpuser_obj_size(const void *obj);

/*
 * From the kernel: execution.
 */

/*
 * Adds n to the count of steps of this input; past the bound set by
 * rumpuser_step_limit() it reports a hang and does not return.
 */
void	rumpuser_step(unsigned n);

/*
 * len times rumpuser_putchar().
 */
void	rumpuser_putchars(const char *s, size_t len);

/*
 * The calling thread's lwp, as rumpuser_curlwp() says, on the fiber backend;
 * always NULL on the pthread backend.  Read only.
 */
struct lwp;
extern struct lwp *rumpuser_lwp;

/*
 * A place where another thread may be let run when the schedule says so
 * (lock acquired, lock released, wakeup).  Nothing happens run-to-block.
 */
void	rumpuser_sched_point(void);

enum rumpuser_faultkind {
	RUMPUSER_FAULT_ALLOC = 0,	/* memory, where failing is allowed */
	RUMPUSER_FAULT_BIO,		/* block I/O */
	RUMPUSER_FAULT_COPY,		/* copyin, copyout */
	RUMPUSER_FAULT_DMAMAP,		/* bus_dmamap_load */
	RUMPUSER_FAULT_DEVICE,		/* device register access */
	RUMPUSER_NFAULT
};

/* Counts an event of this kind; the errno to fail it with, or 0. */
int	rumpuser_fault(enum rumpuser_faultkind);

/*
 * Prints a report in the sanitizers' form ("==ERROR: rumpfuzz: <kind>: ..."),
 * with the stack of the caller symbolized, and ends the process the way the
 * sanitizer in use does.  Kinds are short words: "hang", "deadlock",
 * "kernel-panic", "lock-order", "leak", "bad-free", ...
 */
void	rumpuser_report(const char *kind, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3), __noreturn__));

/*
 * From the harness: snapshot and restore (fiber backend; EOPNOTSUPP on the
 * pthread backend).  Call from the thread that called rump_init(), outside
 * of the kernel (no CPU held).
 */

/*
 * Lets every other thread run until it sleeps without a timeout that is due,
 * then saves what the kernel can change.  One snapshot at a time; a second
 * call replaces the first.  EBUSY if a thread does not come to rest.
 */
int	rumpuser_snapshot(void);

/* Puts everything back as rumpuser_snapshot() saw it.  EINVAL without one. */
int	rumpuser_restore(void);

struct rumpuser_reset_stats {
	uint64_t rs_saved_bytes;	/* kept by the snapshot */
	uint64_t rs_copied_bytes;	/* copied by the last restore */
	uint64_t rs_rewound_bytes;	/* arena given back by the last restore */
	uint64_t rs_unpoisoned_bytes;	/* shadow bytes rewritten by it */
	uint64_t rs_restores;
	unsigned rs_threads;		/* fibers alive in the snapshot */
	unsigned rs_regions;
};
void	rumpuser_reset_stats(struct rumpuser_reset_stats *);

/*
 * From the harness: objects alive that were allocated after
 * rumpuser_obj_mark() (or ever), oldest first.  cb gets the object's facts;
 * print describes its allocation stack on the log.  Returns their number.
 */
struct rumpuser_objinfo {
	const void *oi_addr;
	size_t	oi_len;
	enum rumpuser_objkind oi_kind;
	const char *oi_name;
	uint64_t oi_seq;		/* allocation number since boot */
};
void	 rumpuser_obj_mark(void);
unsigned rumpuser_obj_live(void (*cb)(const struct rumpuser_objinfo *,
	    void *), void *arg);
void	 rumpuser_obj_describe(const void *obj);
/* Describes the object an address belongs to; 0, or ESRCH. */
int	 rumpuser_obj_find(const void *addr, struct rumpuser_objinfo *);

/*
 * From the harness: images.  A name given to rumpuser_image_add() is seen by
 * rumpuser_getfileinfo/open/bio/iovread/iovwrite before the host's files.
 * read and write transfer exactly len bytes at off (never past size) and
 * return 0 or an errno; write is NULL for a read-only image.
 */
struct rumpuser_image_ops {
	int	(*io_read)(void *cookie, void *buf, size_t len, uint64_t off);
	int	(*io_write)(void *cookie, const void *buf, size_t len,
		    uint64_t off);
	int	(*io_sync)(void *cookie);	/* or NULL */
};
#define	RUMPUSER_IMAGE_BLK	0x01	/* getfileinfo says block device */
int	rumpuser_image_add(const char *name, uint64_t size, int flags,
	    const struct rumpuser_image_ops *, void *cookie);
/* The same over plain memory, which stays the caller's; rw if writable. */
int	rumpuser_image_add_mem(const char *name, void *mem, uint64_t size,
	    int writable);
/* ENOENT if unknown, EBUSY while open. */
int	rumpuser_image_remove(const char *name);

/*
 * From the harness: faults.  The nth event (1 is the next one) of this kind
 * fails with error, and each `every`th after it (0: only that one).  nth 0
 * turns the kind off.  A hook, if set, decides instead of the numbers.
 */
void	rumpuser_fault_set(enum rumpuser_faultkind, uint64_t nth,
	    uint64_t every, int error);
void	rumpuser_fault_hook(int (*hook)(enum rumpuser_faultkind, uint64_t n));
uint64_t rumpuser_fault_count(enum rumpuser_faultkind);

/*
 * From the harness: schedule, clock, chance, steps.  All are restored by
 * rumpuser_restore() to what they were at the snapshot.
 */
#define	RUMPUSER_SCHED_RUN	0	/* run to block */
#define	RUMPUSER_SCHED_PCT	1	/* seeded priority change points */
#define	RUMPUSER_SCHED_BYTES	2	/* one byte for each choice */
int	rumpuser_sched_set(int policy, uint64_t seed, const uint8_t *bytes,
	    size_t nbytes);
void	rumpuser_random_seed(uint64_t seed);
/* Virtual wall clock at boot (seconds since 1970); before rump_init(). */
void	rumpuser_clock_base(int64_t sec);
#define	RUMPUSER_CLOCK_VIRTUAL	0	/* jumps when all are asleep */
#define	RUMPUSER_CLOCK_HOST	1	/* the host's clock, real sleeps */
void	rumpuser_clock_mode(int mode);
/*
 * Bounds the virtual clock to sec seconds from now on; 0: no bound, as at the
 * start.  When it would have to pass that for the next timeout, since nothing
 * else can go on, a hang is reported, with the stack of the main thread first
 * and those of all others after it.  Of no effect on the pthread backend and
 * on the host's clock.
 */
void	rumpuser_clock_limit(int64_t sec);
void	rumpuser_step_limit(uint64_t limit);	/* 0: none */
uint64_t rumpuser_steps(void);

/*
 * From the harness: the console.  With a sink set, what the kernel prints
 * goes there instead of the host's standard output.
 */
void	rumpuser_console_sink(void (*sink)(const char *buf, size_t len,
	    void *arg), void *arg);

/*
 * From the harness: reports.  The hook runs before a report ends the process
 * (ours and the sanitizers'), once.
 */
void	rumpuser_report_hook(void (*hook)(void *arg), void *arg);

/* Name of the thread backend: "fiber" or "pthread". */
const char *rumpuser_backend(void);

/*
 * Waits until all other threads of the process sleep, for at most ns
 * nanoseconds of host time, without the virtual CPU.  Returns 0, or ETIMEDOUT.
 * On the fiber backend others run whenever the caller sleeps, and it only
 * yields.
 */
int	rumpuser_settle(int64_t ns);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_FUZZ_H_ */
