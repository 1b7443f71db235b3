/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Objects: what is allocated is exact, what is wrong is reported with the
 * right words.  Each planted bug runs in a child of its own.
 */

#include "hyper.h"
#include <rump/rumpuser_dev.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#ifdef HAVE_ASAN
#define	WITH_ASAN	true
#else
#define	WITH_ASAN	false
#endif
#ifdef HAVE_TSAN
#define	NEED_OBJECTS()	do {						\
	if (strcmp(rumpuser_backend(), "fiber") != 0)			\
		atf_tc_skip("threads' objects are the host's under TSan"); \
} while (0)
#else
#define	NEED_OBJECTS()	((void)0)
#endif
#define	NEED_ASAN()	do {						\
	if (!WITH_ASAN)							\
		atf_tc_skip("accesses are checked by ASan");		\
} while (0)

static volatile char *vp;
static volatile int sink;

static void *
get(size_t len, enum rumpuser_objkind kind, const char *name)
{
	void *p;

	if (rumpuser_obj_alloc(len, 8, kind, name, &p) != 0)
		abort();
	return p;
}

ATF_TC_WITHOUT_HEAD(exact);
ATF_TC_BODY(exact, tc)
{
	size_t len, align;
	void *p;

	hyper_init();
	for (len = 0; len < 200; len++) {
		p = get(len, RUMPUSER_OBJ_KMEM, "kmem");
		memset(p, 1, len);
		ATF_CHECK_EQ(rumpuser_obj_size(p), len);
		rumpuser_obj_free(p, len, RUMPUSER_OBJ_KMEM);
	}
	for (align = 8; align <= 65536; align *= 2) {
		ATF_REQUIRE_EQ(rumpuser_obj_alloc(align + 3, align,
		    RUMPUSER_OBJ_PAGE, "page", &p), 0);
		ATF_CHECK_EQ((uintptr_t)p % align, 0);
		memset(p, 1, align + 3);
		rumpuser_obj_free(p, 0, RUMPUSER_OBJ_PAGE);
	}
	ATF_CHECK_EQ(rumpuser_obj_alloc((size_t)1 << 62, 8,
	    RUMPUSER_OBJ_KMEM, "kmem", &p), 12);
	ATF_CHECK_EQ(rumpuser_obj_alloc((size_t)-1, 8,
	    RUMPUSER_OBJ_KMEM, "kmem", &p), 12);
}

ATF_TC_WITHOUT_HEAD(no_reuse);
ATF_TC_BODY(no_reuse, tc)
{
	void *p, *q;
	int i;

	NEED_OBJECTS();
	hyper_init();
	p = get(100, RUMPUSER_OBJ_POOL, "denode");
	rumpuser_obj_free(p, 100, RUMPUSER_OBJ_POOL);
	for (i = 0; i < 1000; i++) {
		q = get(100, RUMPUSER_OBJ_POOL, "denode");
		ATF_REQUIRE(q != p);
		rumpuser_obj_free(q, 100, RUMPUSER_OBJ_POOL);
	}
}

/* More is freed than the quarantine holds: memory stays bounded. */
ATF_TC_WITHOUT_HEAD(quarantine);
ATF_TC_BODY(quarantine, tc)
{
	uintptr_t top = 0, half = 0;
	void *p;
	int i;

	NEED_OBJECTS();
	hyper_init();
	for (i = 0; i < 40000; i++) {
		p = get(40000, RUMPUSER_OBJ_BUF, "buffer");
		if ((uintptr_t)p > top)
			top = (uintptr_t)p;
		rumpuser_obj_free(p, 40000, RUMPUSER_OBJ_BUF);
		if (i == 20000)
			half = top;
	}
	ATF_CHECK_EQ(top, half);
}

static unsigned seen;
static struct rumpuser_objinfo last;

static void
count_live(const struct rumpuser_objinfo *oi, void *arg)
{

	seen++;
	last = *oi;
}

ATF_TC_WITHOUT_HEAD(live);
ATF_TC_BODY(live, tc)
{
	struct rumpuser_objinfo oi;
	char *p, *q, *r;

	NEED_OBJECTS();
	hyper_init();
	p = get(10, RUMPUSER_OBJ_KMEM, "before");
	rumpuser_obj_mark();
	ATF_CHECK_EQ(rumpuser_obj_live(count_live, NULL), 0);
	q = get(20, RUMPUSER_OBJ_KMEM, "leak");
	r = get(30, RUMPUSER_OBJ_POOL, "returned");
	ATF_CHECK_EQ(rumpuser_obj_live(NULL, NULL), 2);
	rumpuser_obj_free(r, 30, RUMPUSER_OBJ_POOL);
	rumpuser_obj_free(p, 10, RUMPUSER_OBJ_KMEM);
	ATF_CHECK_EQ(rumpuser_obj_live(count_live, NULL), 1);
	ATF_CHECK_EQ(seen, 1);
	ATF_CHECK_STREQ(last.oi_name, "leak");
	ATF_CHECK_EQ(last.oi_len, 20);
	ATF_CHECK(last.oi_addr == q);
	ATF_CHECK_EQ(rumpuser_obj_find(q + 19, &oi), 0);
	ATF_CHECK(oi.oi_addr == q);
	ATF_CHECK_EQ(rumpuser_obj_find(q + 20, &oi), 3);
	ATF_CHECK_EQ(rumpuser_obj_find(&seen, &oi), 3);
	rumpuser_obj_describe(q);
}

/*
 * Threads that meet a new stack at a time, one in the allocator and one in the
 * DMA layer: each object has its own.
 */
#define	NLEVEL	10

static void *met[1 << NLEVEL];
static unsigned nmet;
static uint64_t dma_at;
static char dma_cpu[64];

static void __attribute__((__noinline__))
end_object(void)
{

	met[nmet++] = get(16, RUMPUSER_OBJ_KMEM, "kmem");
}

static void __attribute__((__noinline__))
end_dma(void)
{
	static int maps[2];
	static unsigned n;
	const int *map = &maps[n++ % 2];

	if (rumpuser_dma_open(map, dma_at, dma_cpu, sizeof(dma_cpu), RUMPUSER_DMA_READ) != 0)
		abort();
	rumpuser_dma_close(map, dma_at, dma_cpu, sizeof(dma_cpu));
}

static void down_right(unsigned, int, void (*)(void));

static void __attribute__((__noinline__))
down_left(unsigned path, int left, void (*end)(void))
{

	if (left == 0)
		(*end)();
	else
		(path & 1 ? down_right : down_left)(path >> 1, left - 1, end);
	sink++;
}

static void __attribute__((__noinline__))
down_right(unsigned path, int left, void (*end)(void))
{

	if (left == 0)
		(*end)();
	else
		(path & 1 ? down_right : down_left)(path >> 1, left - 1, end);
	sink--;
}

/* Neither walks ahead of the other. */
static void *
walker(void *arg)
{
	static unsigned at[2];
	const int me = arg != NULL;
	unsigned path;

	for (path = 0; path < 1 << NLEVEL; path++) {
		__atomic_store_n(&at[me], path, __ATOMIC_RELEASE);
		while (__atomic_load_n(&at[!me], __ATOMIC_ACQUIRE) < path)
			continue;
		down_left(path, NLEVEL, me ? end_object : end_dma);
	}
	__atomic_store_n(&at[me], path, __ATOMIC_RELEASE);
	return NULL;
}

ATF_TC_WITHOUT_HEAD(stacks_of_threads);
ATF_TC_BODY(stacks_of_threads, tc)
{
	void *object, *dma, *view;
	unsigned i, own = 0, others = 0;
	char line[1024];
	FILE *f;
	int err;

	NEED_ASAN();
	if (strcmp(rumpuser_backend(), "fiber") == 0)
		atf_tc_skip("one after the other on fibers");
	hyper_init();
	ATF_REQUIRE_EQ(rumpuser_dma_alloc(sizeof(dma_cpu), 1, 0, 0, UINT64_MAX, &dma_at, &view), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_create(walker, met, "object", 1, -1, -1, &object), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_create(walker, NULL, "dma", 1, -1, -1, &dma), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_join(object), 0);
	ATF_REQUIRE_EQ(rumpuser_thread_join(dma), 0);
	ATF_REQUIRE_EQ(nmet, 1u << NLEVEL);

	ATF_REQUIRE((f = fopen("stacks", "w+")) != NULL);
	ATF_REQUIRE((err = dup(2)) != -1);
	ATF_REQUIRE_EQ(dup2(fileno(f), 2), 2);
	for (i = 0; i < nmet; i++)
		rumpuser_obj_describe(met[i]);
	ATF_REQUIRE_EQ(dup2(err, 2), 2);
	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		own += strstr(line, "in end_object") != NULL;
		others += strstr(line, "in end_dma") != NULL;
	}
	fclose(f);
	ATF_CHECK_EQ(own, nmet);
	ATF_CHECK_EQ(others, 0);
}

static void __attribute__((__noinline__))
overflow(void)
{

	vp = get(13, RUMPUSER_OBJ_KMEM, "kmem");
	vp[13] = 1;
}

static void
overflow_canary(void)
{
	char *p = get(13, RUMPUSER_OBJ_KMEM, "kmem");

	__asm__ volatile("movb $1, 13(%0)" : : "r" (p) : "memory");
	rumpuser_obj_free(p, 13, RUMPUSER_OBJ_KMEM);
}

static void
underflow(void)
{

	vp = get(64, RUMPUSER_OBJ_POOL, "denode");
	sink = vp[-1];
}

static void
after_free(void)
{

	vp = get(64, RUMPUSER_OBJ_POOL, "denode");
	rumpuser_obj_free((void *)(uintptr_t)vp, 64, RUMPUSER_OBJ_POOL);
	sink = vp[5];
}

static void
into_libc(void)
{
	char buf[32];

	vp = get(16, RUMPUSER_OBJ_BUF, "buffer");
	memcpy(buf, (void *)(uintptr_t)vp, 17 + (sink & 1));
	sink = buf[3];
}

static void
empty(void)
{

	vp = get(0, RUMPUSER_OBJ_KMEM, "kmem");
	sink = vp[0];
}

static void
hypermalloc(void)
{
	void *p;

	if (rumpuser_malloc(24, 0, &p) != 0)
		abort();
	vp = p;
	vp[24] = 1;
}

ATF_TC_WITHOUT_HEAD(accesses);
ATF_TC_BODY(accesses, tc)
{

	hyper_init();
	NEED_OBJECTS();
	if (!WITH_ASAN) {
		hyper_dies(overflow_canary,
		    "rumpfuzz: heap-buffer-overflow", NULL);
		return;
	}
	NEED_ASAN();
	hyper_dies(overflow, "AddressSanitizer: heap-buffer-overflow",
	    "is located 0 bytes after 13-byte kmem object \"kmem\"",
	    "allocated by thread main here:", " in overflow ", NULL);
	hyper_dies(underflow, "AddressSanitizer: heap-buffer-overflow",
	    "is located 1 bytes before 64-byte pool object \"denode\"", NULL);
	hyper_dies(after_free, "AddressSanitizer: heap-use-after-free",
	    "is located 5 bytes inside of 64-byte pool object \"denode\"",
	    "freed here:", NULL);
	hyper_dies(into_libc, "AddressSanitizer: heap-buffer-overflow",
	    "is located 0 bytes after 16-byte buffer object", NULL);
	hyper_dies(empty, "AddressSanitizer: heap-buffer-overflow", NULL);
	hyper_dies(hypermalloc, "AddressSanitizer: heap-buffer-overflow",
	    "24-byte hypercall memory object", NULL);
}

static void
twice(void)
{
	void *p = get(8, RUMPUSER_OBJ_KMEM, "kmem");

	rumpuser_obj_free(p, 8, RUMPUSER_OBJ_KMEM);
	rumpuser_obj_free(p, 8, RUMPUSER_OBJ_KMEM);
}

static void
wrong_length(void)
{

	rumpuser_obj_free(get(8, RUMPUSER_OBJ_KMEM, "kmem"), 9,
	    RUMPUSER_OBJ_KMEM);
}

static void
wrong_kind(void)
{

	rumpuser_obj_free(get(8, RUMPUSER_OBJ_KMEM, "kmem"), 8,
	    RUMPUSER_OBJ_MALLOC);
}

static void
inner(void)
{
	char *p = get(64, RUMPUSER_OBJ_KMEM, "kmem");

	rumpuser_obj_free(p + 8, 0, RUMPUSER_OBJ_KMEM);
}

static void
foreign(void)
{
	static char x[64];

	rumpuser_obj_free(x, 0, RUMPUSER_OBJ_KMEM);
}

static void
size_of_freed(void)
{
	void *p = get(8, RUMPUSER_OBJ_KMEM, "kmem");

	rumpuser_obj_free(p, 8, RUMPUSER_OBJ_KMEM);
	rumpuser_obj_size(p);
}

ATF_TC_WITHOUT_HEAD(frees);
ATF_TC_BODY(frees, tc)
{

	NEED_OBJECTS();
	hyper_init();
	hyper_dies(twice, "rumpfuzz: double-free", "freed here:",
	    "SUMMARY: rumpfuzz: double-free", HAVE_SYMBOLS("twice"), NULL);
	hyper_dies(wrong_length, "rumpfuzz: bad-free",
	    "object of 8 bytes freed as 9 bytes", NULL);
	hyper_dies(wrong_kind, "rumpfuzz: bad-free",
	    "kmem object freed as malloc", NULL);
	hyper_dies(inner, "rumpfuzz: bad-free", "no object", NULL);
	hyper_dies(foreign, "rumpfuzz: bad-free", "no object", NULL);
	hyper_dies(size_of_freed, "rumpfuzz: heap-use-after-free", NULL);
}

/* The allocator behind rumpuser_malloc(): no two of its answers overlap. */
ATF_TC_WITHOUT_HEAD(malloc);
ATF_TC_BODY(malloc, tc)
{
	static struct {
		unsigned char *p;
		size_t len;
		unsigned char fill;
	} s[500];
	unsigned rnd = 1, i, n;
	size_t j, len;
	int align;
	void *p;

	hyper_init();
	ATF_CHECK_EQ(rumpuser_malloc(10, 3, &p), 22);
	rumpuser_free(NULL, 0);
	for (n = 0; n < 20000; n++) {
		rnd = rnd * 1103515245 + 12345;
		i = (rnd >> 16) % 500;
		if (s[i].p != NULL) {
			for (j = 0; j < s[i].len; j++)
				ATF_REQUIRE_EQ(s[i].p[j], s[i].fill);
			rumpuser_free(s[i].p, s[i].len);
			s[i].p = NULL;
			continue;
		}
		rnd = rnd * 1103515245 + 12345;
		len = 1 + (rnd >> 8) % (rnd & 0x40 ? 20000 : 300);
		align = 1 << (rnd >> 4) % 13;
		ATF_REQUIRE_EQ(rumpuser_malloc(len, align, &p), 0);
		ATF_REQUIRE_EQ((uintptr_t)p % align, 0);
		s[i].p = p;
		s[i].len = len;
		s[i].fill = rnd >> 20;
		memset(p, s[i].fill, len);
	}
	for (i = 0; i < 500; i++)
		rumpuser_free(s[i].p, s[i].len);
}

ATF_TC_WITHOUT_HEAD(anonmmap);
ATF_TC_BODY(anonmmap, tc)
{
	unsigned char *p;
	size_t i;
	void *v;
	int n;

	hyper_init();
	ATF_CHECK_EQ(rumpuser_anonmmap(NULL, 4096, 64, 0, &v), 22);
	for (n = 0; n < 50; n++) {
		ATF_REQUIRE_EQ(rumpuser_anonmmap(NULL, 20000, 16, 0, &v), 0);
		ATF_CHECK_EQ((uintptr_t)v % 65536, 0);
		p = v;
		for (i = 0; i < 20000; i++)
			ATF_REQUIRE_EQ(p[i], 0);
		memset(p, 0xff, 20000);
		rumpuser_unmap(v, 20000);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, exact);
	ATF_TP_ADD_TC(tp, no_reuse);
	ATF_TP_ADD_TC(tp, quarantine);
	ATF_TP_ADD_TC(tp, live);
	ATF_TP_ADD_TC(tp, stacks_of_threads);
	ATF_TP_ADD_TC(tp, accesses);
	ATF_TP_ADD_TC(tp, frees);
	ATF_TP_ADD_TC(tp, malloc);
	ATF_TP_ADD_TC(tp, anonmmap);
	return atf_no_error();
}
