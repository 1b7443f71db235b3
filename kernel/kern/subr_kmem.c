/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The general allocator: kmem(9).
 *
 * In sanitized builds each allocation is one red-zoned object.  In others
 * sizes are rounded to a class; a class is a pool, and in front of it each
 * CPU has a list of free items.  Nobody else touches that list: code keeps
 * its CPU until it makes a hypercall, and the fast path makes none.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/rump_audit.h>
#include <sys/atomic.h>

#include <uvm/uvm_km.h>

#include "kern_lib.h"

/* Bytes and allocations alive, for the audit. */
#if defined(RUMP_SANITIZE) || defined(DIAGNOSTIC)
static volatile int64_t kmem_live;
#define	KMEM_COUNT(n)	klib_add64((volatile uint64_t *)&kmem_live, (n))

static int64_t
kmem_audit(void *arg)
{

	return __atomic_load_n(&kmem_live, __ATOMIC_RELAXED);
}
RUMP_AUDIT(kmem_audit_entry, "kmem bytes", kmem_audit, NULL)
#else
#define	KMEM_COUNT(n)	((void)0)
#endif

#ifndef RUMP_SANITIZE
/*
 * Classes: multiples of 16 up to 128, then four for each power of two up to
 * KMEM_MAXCLASS.  What is larger comes from the host.
 */
#define	KMEM_LINEAR	8
#define	KMEM_MAXSHIFT	17
#define	KMEM_NCLASS	(KMEM_LINEAR + (KMEM_MAXSHIFT - 7) * 4)
#define	KMEM_MAXCLASS	(1UL << KMEM_MAXSHIFT)
/* Bytes that the list of one CPU and class may hold. */
#define	KMEM_LISTBYTES	(64 * 1024)
/* And those of one class of pages behind it. */
#define	KMEM_IDLEBYTES	(1024 * 1024)

struct kmem_list {
	void		*kl_first;
	unsigned	kl_count;
};
/* Of each CPU; one for all on fibers, which a snapshot has to save. */
static struct kmem_list kmem_list0[KMEM_NCLASS];
static struct kmem_list *kmem_lists[KLIB_MAXCPU] = { kmem_list0 };
static struct pool kmem_pools[KMEM_NCLASS];
static char kmem_names[KMEM_NCLASS][16];
static unsigned short kmem_listmax[KMEM_NCLASS];

static inline unsigned
kmem_class(size_t size)
{
	unsigned shift;

	if (size <= 128)
		return (unsigned)((size - 1) >> 4);
	/* 2^shift < size <= 2^(shift + 1), in quarters */
	shift = 63 - __builtin_clzl(size - 1);
	return KMEM_LINEAR + (shift - 7) * 4 +
	    (unsigned)(((size - 1) >> (shift - 2)) & 3);
}

static size_t
kmem_class_size(unsigned c)
{
	unsigned shift, quarter;

	if (c < KMEM_LINEAR)
		return (c + 1) * 16;
	shift = 7 + (c - KMEM_LINEAR) / 4;
	quarter = (c - KMEM_LINEAR) % 4;
	return (1UL << shift) + (quarter + 1) * (1UL << (shift - 2));
}

static bool
kmem_drain(void *arg)
{
	struct kmem_list *kl;
	bool freed = false;
	unsigned c;
	void *p;

	/* Other CPUs' lists are theirs; ours are enough to go on. */
	for (c = 0; c < KMEM_NCLASS; c++) {
		kl = &kmem_lists[klib_cpu()][c];
		while ((p = kl->kl_first) != NULL) {
			kl->kl_first = *(void **)p;
			kl->kl_count--;
			pool_put(&kmem_pools[c], p);
			kl = &kmem_lists[klib_cpu()][c];
			freed = true;
		}
	}
	return freed;
}

static struct rump_drain kmem_drain_hook = {
	.rd_name = "kmem", .rd_prio = 5, .rd_func = kmem_drain,
};

static void *
kmem_slow_alloc(unsigned c, km_flag_t flags)
{

	rumpuser_step(1);
	return pool_get(&kmem_pools[c],
	    (flags & KM_SLEEP) != 0 ? PR_WAITOK : PR_NOWAIT);
}
#endif /* !RUMP_SANITIZE */

/* Prepares the classes; before the first allocation. */
void
kmem_init(void)
{
#ifndef RUMP_SANITIZE
	unsigned c;
	size_t size;

	for (c = 0; c < KMEM_NCLASS; c++) {
		size = kmem_class_size(c);
		snprintf(kmem_names[c], sizeof(kmem_names[c]), "kmem-%zu",
		    size);
		/* What is a page or more is aligned to pages. */
		pool_init(&kmem_pools[c], size,
		    size >= PAGE_SIZE ? PAGE_SIZE : 16, 0, PR_NOTOUCH,
		    kmem_names[c], NULL, IPL_VM);
		if (size >= PAGE_SIZE)
			pool_sethiwat(&kmem_pools[c], KMEM_IDLEBYTES / size);
		kmem_listmax[c] = MIN(256, KMEM_LISTBYTES / size) + 1;
	}
	for (c = 1; !klib_solo && c < (unsigned)ncpu && c < KLIB_MAXCPU; c++) {
		kmem_lists[c] = mem_host_alloc(sizeof(kmem_list0), 64, true);
		memset(kmem_lists[c], 0, sizeof(kmem_list0));
	}
	rump_drain_register(&kmem_drain_hook);
#endif
}

/*
 * Memory of size bytes, at interrupt time too.  With KM_NOSLEEP NULL when
 * there is none; with KM_SLEEP waits.
 */
void *
kmem_intr_alloc(size_t size, km_flag_t flags)
{
	const bool sleep = (flags & KM_SLEEP) != 0;
	void *p;

	KASSERTMSG(size > 0, "kmem_alloc of nothing");
	KASSERT(((flags & KM_SLEEP) != 0) != ((flags & KM_NOSLEEP) != 0));
	if (!sleep && mem_fault())
		return NULL;
#ifdef RUMP_SANITIZE
	p = mem_obj_alloc(size, size >= PAGE_SIZE ? PAGE_SIZE : 16,
	    RUMPUSER_OBJ_KMEM, "kmem", sleep);
#else
	if (__predict_true(size <= KMEM_MAXCLASS)) {
		const unsigned c = kmem_class(size);
		struct kmem_list *kl = &kmem_lists[klib_cpu()][c];

		if (__predict_true((p = kl->kl_first) != NULL)) {
			kl->kl_first = *(void **)p;
			kl->kl_count--;
		} else
			p = kmem_slow_alloc(c, flags);
	} else
		p = mem_host_alloc(mem_pages(size), PAGE_SIZE, sleep);
#endif
	if (__predict_true(p != NULL))
		KMEM_COUNT((int64_t)size);
	return p;
}

/* The same, zeroed. */
void *
kmem_intr_zalloc(size_t size, km_flag_t flags)
{
	void *p = kmem_intr_alloc(size, flags);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

/* Frees what was allocated with exactly this size. */
void
kmem_intr_free(void *p, size_t size)
{

	KASSERT(p != NULL);
	KASSERT(size > 0);
	KMEM_COUNT(-(int64_t)size);
#ifdef RUMP_SANITIZE
	mem_obj_free(p, size, RUMPUSER_OBJ_KMEM);
#else
	if (__predict_true(size <= KMEM_MAXCLASS)) {
		const unsigned c = kmem_class(size);
		struct kmem_list *kl = &kmem_lists[klib_cpu()][c];

		if (__predict_true(kl->kl_count < kmem_listmax[c])) {
			*(void **)p = kl->kl_first;
			kl->kl_first = p;
			kl->kl_count++;
		} else
			pool_put(&kmem_pools[c], p);
	} else
		mem_host_free(p, mem_pages(size));
#endif
}

void *
kmem_alloc(size_t size, km_flag_t flags)
{

	if ((flags & KM_SLEEP) != 0 && !cold)
		ASSERT_SLEEPABLE();
	return kmem_intr_alloc(size, flags);
}

void *
kmem_zalloc(size_t size, km_flag_t flags)
{

	if ((flags & KM_SLEEP) != 0 && !cold)
		ASSERT_SLEEPABLE();
	return kmem_intr_zalloc(size, flags);
}

void
kmem_free(void *p, size_t size)
{

	kmem_intr_free(p, size);
}

size_t
kmem_roundup_size(size_t size)
{

	return roundup2(size, 16);
}

/*
 * A formatted string; its memory is strlen + 1 bytes of kmem.
 */
char *
kmem_vasprintf(const char *fmt, va_list ap)
{
	va_list cp;
	char *str;
	int len;

	va_copy(cp, ap);
	len = vsnprintf(NULL, 0, fmt, cp) + 1;
	va_end(cp);
	str = kmem_alloc(len, KM_SLEEP);
	va_copy(cp, ap);
	vsnprintf(str, len, fmt, cp);
	va_end(cp);
	return str;
}

char *
kmem_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *str;

	va_start(ap, fmt);
	str = kmem_vasprintf(fmt, ap);
	va_end(ap);
	return str;
}

/* A copy of str; *lenp (unless NULL) becomes its size in memory. */
char *
kmem_strdupsize(const char *str, size_t *lenp, km_flag_t flags)
{
	const size_t len = strlen(str) + 1;
	char *p = kmem_alloc(len, flags);

	if (p == NULL)
		return NULL;
	if (lenp != NULL)
		*lenp = len;
	memcpy(p, str, len);
	return p;
}

/* A copy of at most maxlen characters of str. */
char *
kmem_strndup(const char *str, size_t maxlen, km_flag_t flags)
{
	const size_t len = strnlen(str, maxlen);
	char *p = kmem_alloc(len + 1, flags);

	if (p == NULL)
		return NULL;
	memcpy(p, str, len);
	p[len] = '\0';
	return p;
}

void
kmem_strfree(char *str)
{

	if (str != NULL)
		kmem_free(str, strlen(str) + 1);
}

/*
 * The caller's buffer if it is large enough, else memory that
 * kmem_tmpbuf_free() gives back.
 */
void *
kmem_tmpbuf_alloc(size_t size, void *stack, size_t stacksize, km_flag_t flags)
{

	if (stacksize >= size)
		return stack;
	return kmem_alloc(size, flags);
}

void
kmem_tmpbuf_free(void *mem, size_t size, void *stack)
{

	if (mem != stack)
		kmem_free(mem, size);
}
