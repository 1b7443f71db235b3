/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files of the hypercall layer.
 *
 * Everything an input can change lives in one of three places, and a
 * snapshot saves exactly these: variables marked RU_STATE (one section),
 * the arena, and the stacks of fibers.  What is not restored on purpose
 * (how much of the arena has been touched, the stack depot, host file
 * descriptors) is an ordinary variable.
 */

#ifndef RUMPUSER_INT_H
#define RUMPUSER_INT_H

#include <rump/rumpuser_port.h>
#ifndef LIBRUMPUSER
#define	LIBRUMPUSER
#endif
#include <stdarg.h>
#include <stdbool.h>

#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define	RU_ASAN		1
#endif
#if __has_feature(thread_sanitizer)
#define	RU_TSAN		1
#endif
#if __has_feature(memory_sanitizer)
#define	RU_MSAN		1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#undef RU_ASAN
#define	RU_ASAN		1
#endif
#ifdef __SANITIZE_THREAD__
#undef RU_TSAN
#define	RU_TSAN		1
#endif
#ifndef RU_ASAN
#define	RU_ASAN		0
#endif
#ifndef RU_TSAN
#define	RU_TSAN		0
#endif
#ifndef RU_MSAN
#define	RU_MSAN		0
#endif

/* Saved and restored; the sanitizers put no red zones in such a section. */
#define	RU_STATE	__attribute__((__section__("rumpuser_state")))

/* Code that touches poisoned memory on purpose, and the hottest paths. */
#if defined(__clang__)
#define	RU_NOSAN __attribute__((__no_sanitize__("address", "thread", \
	    "memory", "undefined", "coverage")))
#elif RU_TSAN
#define	RU_NOSAN __attribute__((__no_sanitize__("thread"))) \
	    __attribute__((__no_sanitize_undefined__))
#else
#define	RU_NOSAN __attribute__((__no_sanitize_address__)) \
	    __attribute__((__no_sanitize_undefined__))
#endif
#define	RU_INLINE	static inline __attribute__((__always_inline__))

/* NetBSD's numbers for what this layer itself answers. */
#define	NB_ENOENT	2
#define	NB_ESRCH	3
#define	NB_EIO		5
#define	NB_ENXIO	6
#define	NB_E2BIG	7
#define	NB_EBADF	9
#define	NB_ENOMEM	12
#define	NB_EFAULT	14
#define	NB_EBUSY	16
#define	NB_EEXIST	17
#define	NB_EINVAL	22
#define	NB_EMFILE	24
#define	NB_ENOSPC	28
#define	NB_EROFS	30
#define	NB_EAGAIN	35
#define	NB_EOPNOTSUPP	45
#define	NB_ETIMEDOUT	60

#define	RU_NSEC		1000000000LL
#define	RU_PAGE		((size_t)4096)

/* Copies and fills that no sanitizer sees. */
RU_INLINE void
ru_copy(void *dst, const void *src, size_t len)
{
	__asm__ volatile("rep movsb"
	    : "+D" (dst), "+S" (src), "+c" (len) : : "memory");
}

RU_INLINE void
ru_fill(void *dst, int byte, size_t len)
{
	__asm__ volatile("rep stosb"
	    : "+D" (dst), "+c" (len) : "a" (byte) : "memory");
}

/* The same where most are short; the empty asm keeps it from being memset. */
RU_INLINE void
ru_fill_short(void *dst, int byte, size_t len)
{
	uint64_t word = (uint8_t)byte * 0x0101010101010101UL;
	char *p = dst;

	if (len > 512) {
		ru_fill(dst, byte, len);
		return;
	}
	for (; len >= 8; len -= 8, p += 8) {
		__builtin_memcpy(p, &word, 8);
		__asm__ volatile("" : : : "memory");
	}
	for (; len != 0; len--) {
		*p++ = byte;
		__asm__ volatile("" : : : "memory");
	}
}

RU_INLINE size_t
ru_roundup(size_t n, size_t align)
{
	return (n + align - 1) & ~(align - 1);
}

/* What follows is nobody else's, and is reached without a table. */
#pragma GCC visibility push(hidden)

/* Upcalls. */
extern struct rumpuser_hyperup ru_hyp;

RU_INLINE void
ru_unsched(int *nlocks, void *interlock)
{
	ru_hyp.hyp_backend_unschedule(0, nlocks, interlock);
}

RU_INLINE void
ru_sched(int nlocks, void *interlock)
{
	ru_hyp.hyp_backend_schedule(nlocks, interlock);
}

/*
 * ASan shadow: one byte for each eight of memory.
 */
#if RU_ASAN
extern uintptr_t ru_shadow_offset;

#define	RU_SHADOW_HEAP	0xfa	/* report says heap-buffer-overflow */
#define	RU_SHADOW_FREED	0xfd	/* heap-use-after-free */

RU_INLINE uint8_t *
ru_shadow(const void *p)
{
	return (uint8_t *)(((uintptr_t)p >> 3) + ru_shadow_offset);
}
#endif

/*
 * rumpuser_arena.c: the heap that snapshots save.  Addresses are the same in
 * each process.
 */
#if RU_TSAN
#define	RU_ARENA_BASE	0x004000000000UL
#elif RU_MSAN
#define	RU_ARENA_BASE	0x520000000000UL
#else
#define	RU_ARENA_BASE	0x200000000000UL
#endif
#define	RU_ARENA_SIZE	((size_t)4 << 30)
#define	RU_STACK_BASE	(RU_ARENA_BASE + ((size_t)16 << 30))

void	ru_arena_init(void);
/* Raises the break; NULL at the end of the arena.  Caller holds ru_lock. */
char	*ru_arena_more(size_t len);
/* Makes [0, end) accessible; ENOMEM past the end. */
int	ru_arena_commit(size_t end);
/* Gives back what is past keep, memory and shadow. */
void	ru_arena_decommit(size_t keep);
extern char *ru_arena;			/* base */
extern size_t ru_brk;			/* restored */
extern size_t ru_committed;		/* not restored */
extern size_t ru_virgin;		/* bytes past here are still zero */

/* Unpoisoned memory for this layer and, in release builds, the kernel. */
void	*ru_alloc(size_t len, size_t align);
void	ru_free(void *);
size_t	ru_alloc_size(const void *);
bool	ru_alloc_owns(const void *);
/* Saved table of pages below the break. */
void	ru_pages_range(void **, size_t *);

/* One lock for allocator, depot and tables; nothing on fiber. */
void	ru_lock(void);
void	ru_unlock(void);

/*
 * rumpuser_depot.c: call stacks, each kept once.
 */
#define	RU_NFRAME	16
unsigned ru_walk(void **pcs, unsigned max, const void *frame);
unsigned ru_walk_in(void **pcs, unsigned max, uintptr_t fp, uintptr_t lo,
	    uintptr_t hi);
uint32_t ru_depot_put(const void *frame);	/* caller holds ru_lock */
unsigned ru_depot_get(uint32_t id, void **pcs, unsigned max);

/*
 * rumpuser_obj.c
 */
int	ru_obj_alloc(size_t len, size_t align, int kind, const char *name,
	    const void *frame, void **);
void	ru_obj_free(void *, size_t len, int kind, const void *frame);
bool	ru_obj_owns(const void *);
bool	ru_obj_explain(const void *addr);
void	ru_obj_retire(void);
/* Extents below the break worth saving, in address order. */
void	ru_obj_extents(void (*)(size_t off, size_t len));
#define	RU_OBJ_RAW	0		/* rumpuser_malloc() */
#define	RU_OBJ_ANON	15		/* rumpuser_anonmmap() */

/*
 * The thread backend: fiber.c or thread_pthread.c.
 */
void	ru_thread_init(void);
/* Bounds of the calling thread's stack. */
void	ru_stack_bounds(uintptr_t *lo, uintptr_t *hi);
const char *ru_thread_name(void);
unsigned ru_thread_id(void);
const char *ru_thread_name_of(unsigned id);
/* Sleeps until the monotonic clock reads this; the CPU is not held. */
void	ru_sleep_until(int64_t ns);
/* Runs the others until all sleep; EBUSY. */
int	ru_quiesce(void);
unsigned ru_thread_count(void);
/* Parked stacks, other than the caller's: lowest used byte and top. */
void	ru_stacks(void (*)(char *sp, char *top));
/* Whether a random or scheduling choice must be repeatable. */
extern const bool ru_deterministic;

/*
 * rumpuser_clock.c
 */
int64_t	ru_clock_mono(void);		/* without advancing it */
void	ru_clock_advance(int64_t to);	/* virtual: jump */
bool	ru_clock_virtual(void);
extern int64_t ru_clock_limit;		/* rumpuser_clock_limit(); INT64_MAX: none */
void	ru_clock_host_sleep(int64_t until);

/*
 * rumpuser_snapshot.c
 */
bool	ru_snapshot_held(void);
void	ru_writable(const void *, size_t);	/* the host's kernel, or code not ours, writes there */

/*
 * Files: image descriptors lie above this.
 */
#define	RU_IMAGE_FD	0x40000000
struct ru_image;
int	ru_image_open(const char *, int flags, int *fdp);	/* ESRCH: none */
int	ru_image_close(int fd);
int	ru_image_info(const char *, uint64_t *, int *);		/* ESRCH: none */
int	ru_image_io(int fd, bool wr, void *, size_t, int64_t off, size_t *);
int	ru_image_sync(int fd);
void	ru_file_restore(void);
void	ru_file_snapshot(void);

/*
 * rumpuser_errtrans.c, rumpuser_sigtrans.c
 */
int	ru_errtrans(int hosterr);
int	ru_sigtrans(int nbsig);		/* -1: none */

/*
 * rumpuser_report.c
 */
void	ru_print(const char *, ...) __printflike(1, 2);	/* to stderr, raw */
void	ru_print_stack(void *const *pcs, unsigned n);
void	ru_report_begin(const char *kind);
void	ru_report_end(const char *kind, void *const *pcs, unsigned n) __dead;
void	ru_report_init(void);
void	ru_die(const char *, ...) __printflike(1, 2) __dead;

#pragma GCC visibility pop

#endif /* RUMPUSER_INT_H */
