/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * kmem(9), pool(9), pool_cache(9), malloc(9), vmem(9), extent(9), uvm_km(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extent.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/vmem.h>
#include <uvm/uvm_km.h>

#include <rump/rumpuser_fuzz.h>

#include "kerntest.h"

static bool
filled(const void *p, int c, size_t len)
{
	const unsigned char *s = p;
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] != (unsigned char)c)
			return false;
	return true;
}

KERNTEST(kmem_sizes)
{
	static const size_t sizes[] = {
		1, 7, 8, 15, 16, 17, 31, 64, 127, 128, 129, 160, 161, 1000,
		2047, 2048, 2049, 4095, 4096, 4097, 65535, 65536, 65537,
		131072, 131073, 1 << 20,
	};
	void *p[__arraycount(sizes)];
	unsigned i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < __arraycount(sizes); i++) {
			p[i] = kmem_alloc(sizes[i], KM_SLEEP);
			CHECK(((uintptr_t)p[i] & 7) == 0);
			if (sizes[i] >= PAGE_SIZE)
				CHECK(((uintptr_t)p[i] & PAGE_MASK) == 0);
			memset(p[i], (int)i + 1, sizes[i]);
		}
		for (i = 0; i < __arraycount(sizes); i++) {
			CHECK(filled(p[i], (int)i + 1, sizes[i]));
			kmem_free(p[i], sizes[i]);
		}
		for (i = 0; i < __arraycount(sizes); i++) {
			p[i] = kmem_zalloc(sizes[i], KM_SLEEP);
			CHECK(filled(p[i], 0, sizes[i]));
		}
		for (i = 0; i < __arraycount(sizes); i++)
			kmem_free(p[i], sizes[i]);
	}
	return 0;
}

/* What nobody has is refused, however it rounds. */
KERNTEST(kmem_huge)
{
	volatile size_t max = SIZE_MAX;
	struct vm_map *map = NULL;
	unsigned i;

	for (i = 0; i < 64; i++) {
		CHECK(kmem_alloc(max >> (i % 16), KM_NOSLEEP) == NULL);
		CHECK(kmem_alloc(max - i * 123, KM_NOSLEEP) == NULL);
		CHECK(kern_malloc(max - i * 7, M_NOWAIT) == NULL);
		CHECK(kern_malloc(max / 2 + i, M_WAITOK | M_CANFAIL) == NULL);
		CHECK(uvm_km_alloc(map, max - i * 1000, 0,
		    UVM_KMF_WIRED | UVM_KMF_CANFAIL) == 0);
	}
	return 0;
}

KERNTEST(kmem_strings)
{
	char *s, *t, stack[8];
	size_t len;
	void *v;

	s = kmem_asprintf("%s-%d", "unit", 42);
	CHECK(strcmp(s, "unit-42") == 0);
	t = kmem_strdupsize(s, &len, KM_SLEEP);
	CHECK_EQ(len, 8);
	CHECK(strcmp(s, t) == 0);
	kmem_strfree(t);
	t = kmem_strndup(s, 4, KM_SLEEP);
	CHECK(strcmp(t, "unit") == 0);
	kmem_strfree(t);
	kmem_strfree(s);
	kmem_strfree(NULL);

	v = kmem_tmpbuf_alloc(8, stack, sizeof(stack), KM_SLEEP);
	CHECK(v == stack);
	kmem_tmpbuf_free(v, 8, stack);
	v = kmem_tmpbuf_alloc(9, stack, sizeof(stack), KM_SLEEP);
	CHECK(v != stack);
	kmem_tmpbuf_free(v, 9, stack);
	return 0;
}

/* KM_NOSLEEP fails when the harness says so, KM_SLEEP does not. */
KERNTEST(kmem_fault)
{
	struct pool pl;
	void *p;

	pool_init(&pl, 40, 0, 0, 0, "faultpl", NULL, IPL_NONE);
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 1, 1, ENOMEM);
	CHECK(kmem_alloc(10, KM_NOSLEEP) == NULL);
	CHECK(kern_malloc(10, M_NOWAIT) == NULL);
	CHECK(pool_get(&pl, PR_NOWAIT) == NULL);
	CHECK(uvm_km_alloc(NULL, PAGE_SIZE, 0,
	    UVM_KMF_WIRED | UVM_KMF_CANFAIL) == 0);
	p = kmem_alloc(10, KM_SLEEP);
	kmem_free(p, 10);
	p = pool_get(&pl, PR_WAITOK);
	pool_put(&pl, p);
	rumpuser_fault_set(RUMPUSER_FAULT_ALLOC, 0, 0, 0);
	p = kmem_alloc(10, KM_NOSLEEP);
	CHECK(p != NULL);
	kmem_free(p, 10);
	pool_destroy(&pl);
	return 0;
}

KERNTEST(malloc_basic)
{
	char *p, *q;

	p = kern_malloc(100, M_WAITOK | M_ZERO);
	CHECK(filled(p, 0, 100));
	memset(p, 'x', 100);
	q = kern_realloc(p, 5000, M_WAITOK);
	CHECK(filled(q, 'x', 100));
	q = kern_realloc(q, 10, M_WAITOK);
	CHECK(filled(q, 'x', 10));
	CHECK(kern_realloc(q, 0, M_WAITOK) == NULL);
	p = malloc(1, M_TEMP, M_WAITOK);
	free(p, M_TEMP);
	return 0;
}

KERNTEST(pool_basic)
{
	struct pool pl;
	char *p[200];
	unsigned i;

	pool_init(&pl, 100, 64, 0, 0, "testpl", NULL, IPL_NONE);
	for (i = 0; i < __arraycount(p); i++) {
		p[i] = pool_get(&pl, PR_WAITOK | PR_ZERO);
		CHECK(((uintptr_t)p[i] & 63) == 0);
		CHECK(filled(p[i], 0, 100));
		memset(p[i], (int)i, 100);
	}
	for (i = 0; i < __arraycount(p); i++) {
		CHECK(filled(p[i], (int)i, 100));
		pool_put(&pl, p[i]);
	}
	CHECK_EQ(pool_nget(&pl), __arraycount(p));
	CHECK_EQ(pool_nput(&pl), __arraycount(p));
	(void)pool_reclaim(&pl);
	CHECK_EQ(pl.pr_npages, 0);
	pool_prime(&pl, 10);
	pool_destroy(&pl);

	/* Items too large for slabs. */
	pool_init(&pl, 9000, 0, 0, 0, "bigpl", NULL, IPL_NONE);
	p[0] = pool_get(&pl, PR_WAITOK);
	p[1] = pool_get(&pl, PR_WAITOK);
	CHECK(p[0] != p[1]);
	memset(p[0], 1, 9000);
	memset(p[1], 2, 9000);
	CHECK(filled(p[0], 1, 9000));
	pool_put(&pl, p[0]);
	pool_put(&pl, p[1]);
	pool_destroy(&pl);
	return 0;
}

static struct pool limpl;
static void *limitem;
static bool limdone;

static void
limit_waiter(void *arg)
{

	limitem = pool_get(&limpl, PR_WAITOK);
	limdone = true;
	kthread_exit(0);
}

static void
limit_hook(void *arg, int flags)
{
	void **held = arg;

	if (*held != NULL)
		pool_put(&limpl, *held);
	*held = NULL;
}

KERNTEST(pool_hardlimit)
{
	void *a, *b, *held;
	struct lwp *l;

	pool_init(&limpl, 32, 0, 0, 0, "limpl", NULL, IPL_NONE);
	pool_sethardlimit(&limpl, 2, "limpl is full", 1);
	a = pool_get(&limpl, PR_NOWAIT);
	b = pool_get(&limpl, PR_WAITOK);
	CHECK(a != NULL && b != NULL);
	CHECK(pool_get(&limpl, PR_NOWAIT) == NULL);
	CHECK(pool_get(&limpl, PR_WAITOK | PR_LIMITFAIL) == NULL);

	/* A waiter gets what is put back. */
	limdone = false;
	l = kt_thread(limit_waiter, NULL);
	kt_settle();
	CHECK(!limdone);
	pool_put(&limpl, a);
	kt_join(l);
	CHECK(limdone && limitem != NULL);

	/* The drain hook makes room before anybody fails. */
	held = b;
	pool_set_drain_hook(&limpl, limit_hook, &held);
	a = pool_get(&limpl, PR_NOWAIT);
	CHECK(a != NULL && held == NULL);
	pool_put(&limpl, a);
	pool_put(&limpl, limitem);
	pool_set_drain_hook(&limpl, NULL, NULL);
	pool_destroy(&limpl);
	return 0;
}

struct thing {
	int	t_magic;
	char	t_body[60];
};
static int nctor, ndtor, ctor_error;

static int
thing_ctor(void *arg, void *obj, int flags)
{
	struct thing *t = obj;

	if (ctor_error != 0)
		return ctor_error;
	nctor++;
	t->t_magic = *(int *)arg;
	return 0;
}

static void
thing_dtor(void *arg, void *obj)
{

	KASSERT(((struct thing *)obj)->t_magic == *(int *)arg);
	ndtor++;
}

KERNTEST(pool_cache_basic)
{
	static int magic = 0x7e57;
	pool_cache_t pc;
	struct thing *t[100];
	paddr_t pa;
	unsigned i, round;

	nctor = ndtor = 0;
	pc = pool_cache_init(sizeof(struct thing), 0, 0, 0, "thing", NULL,
	    IPL_NONE, thing_ctor, thing_dtor, &magic);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < __arraycount(t); i++) {
			t[i] = pool_cache_get_paddr(pc, PR_WAITOK, &pa);
			CHECK_EQ(t[i]->t_magic, magic);
			CHECK_EQ(pa, (uintptr_t)t[i]);
		}
		for (i = 0; i < __arraycount(t); i++)
			pool_cache_put(pc, t[i]);
	}
	t[0] = pool_cache_get(pc, PR_WAITOK);
	pool_cache_destruct_object(pc, t[0]);
	pool_cache_invalidate(pc);
	ctor_error = EIO;
	CHECK(pool_cache_get(pc, PR_NOWAIT) == NULL);
	ctor_error = 0;
	pool_cache_destroy(pc);
	CHECK_EQ(nctor, ndtor);
	CHECK(nctor >= 100);
	return 0;
}

static void *
page_alloc(struct pool *pp, int flags)
{

	return kmem_alloc(PAGE_SIZE, KM_SLEEP);
}

static void
page_free(struct pool *pp, void *p)
{

	kmem_free(p, PAGE_SIZE);
}

KERNTEST(pool_allocator_own)
{
	static struct pool_allocator pa = {
		.pa_alloc = page_alloc, .pa_free = page_free,
		.pa_pagesz = PAGE_SIZE,
	};
	struct pool pl;
	void *p[40];
	unsigned i;

	pool_init(&pl, 512, 0, 0, 0, "ownpl", &pa, IPL_NONE);
	for (i = 0; i < __arraycount(p); i++) {
		p[i] = pool_get(&pl, PR_WAITOK);
		memset(p[i], (int)i, 512);
	}
	for (i = 0; i < __arraycount(p); i++) {
		CHECK(filled(p[i], (int)i, 512));
		pool_put(&pl, p[i]);
	}
	pool_destroy(&pl);
	return 0;
}

/* Threads that allocate and free at once keep their memory apart. */
static volatile int hammer_bad;

static void
hammer(void *arg)
{
	const int me = (int)(uintptr_t)arg;
	void *p[16];
	size_t size[16];
	unsigned i, round;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < 16; i++) {
			size[i] = 16 + ((round * 37 + i * 61 + me) % 900);
			p[i] = kmem_alloc(size[i], KM_SLEEP);
			memset(p[i], me, size[i]);
		}
		if (round % 10 == 0)
			kpause("hammer", false, 1, NULL);
		for (i = 0; i < 16; i++) {
			if (!filled(p[i], me, size[i]))
				hammer_bad = 1;
			kmem_free(p[i], size[i]);
		}
	}
	kthread_exit(0);
}

KERNTEST(kmem_threads)
{
	struct lwp *l[4];
	unsigned i;

	hammer_bad = 0;
	for (i = 0; i < 4; i++)
		l[i] = kt_thread(hammer, (void *)(uintptr_t)(i + 1));
	for (i = 0; i < 4; i++)
		kt_join(l[i]);
	CHECK(!hammer_bad);
	return 0;
}

/* Run with RUMP_MEMLIMIT=8m. */
static void *hoard[1024];
static unsigned nhoard, ndrained;

static bool
hoard_drain(void *arg)
{

	if (nhoard == 0)
		return false;
	ndrained++;
	while (nhoard != 0)
		kmem_free(hoard[--nhoard], 65536);
	return true;
}

static void
memory_giver(void *arg)
{

	kpause("giver", false, 20, NULL);
	kmem_free(arg, 4 << 20);
	kthread_exit(0);
}

KERNTEST(memlimit)
{
	static struct rump_drain drain = {
		.rd_name = "hoard", .rd_prio = 45, .rd_func = hoard_drain,
	};
	struct lwp *l;
	void *p, *q;
	unsigned i;

	CHECK_EQ(rump_mem_limit(), 8 << 20);
	/* Without a hook the end comes, softly. */
	while (nhoard < __arraycount(hoard) &&
	    (hoard[nhoard] = kmem_alloc(65536, KM_NOSLEEP)) != NULL)
		nhoard++;
	CHECK(nhoard > 32 && nhoard < 128);
	CHECK(rump_mem_used() <= rump_mem_limit());

	/* With one, memory is found; for sleepers too. */
	rump_drain_register(&drain);
	for (i = 0; i < 2; i++) {
		p = kmem_alloc(1 << 20, i == 0 ? KM_NOSLEEP : KM_SLEEP);
		CHECK(p != NULL);
		CHECK(ndrained > 0);
		CHECK(rump_mem_used() <= rump_mem_limit());
		kmem_free(p, 1 << 20);
		/* Up to the limit again, not past it: that would drain. */
		while (rump_mem_used() + 2 * 65536 <= rump_mem_limit())
			hoard[nhoard++] = kmem_alloc(65536, KM_SLEEP);
	}
	(void)hoard_drain(NULL);

	/* KM_SLEEP waits until somebody frees. */
	p = kmem_alloc(4 << 20, KM_SLEEP);
	l = kt_thread(memory_giver, p);
	q = kmem_alloc(5 << 20, KM_SLEEP);
	CHECK(q != NULL);
	kt_join(l);
	kmem_free(q, 5 << 20);
	CHECK(kmem_alloc(9 << 20, KM_NOSLEEP) == NULL);
	return 0;
}

KERNTEST(vmem_basic)
{
	vmem_t *vm;
	vmem_addr_t a, b, c;

	vm = vmem_create("test", 0x1000, 0x1000, 16, NULL, NULL, NULL, 0,
	    VM_SLEEP, IPL_NONE);
	CHECK_EQ(vmem_alloc(vm, 100, VM_INSTANTFIT | VM_NOSLEEP, &a), 0);
	CHECK_EQ(a, 0x1000);
	CHECK_EQ(vmem_size(vm, VMEM_ALLOC), 112);
	CHECK_EQ(vmem_alloc(vm, 16, VM_BESTFIT | VM_NOSLEEP, &b), 0);
	CHECK_EQ(b, 0x1070);
	CHECK_EQ(vmem_xalloc(vm, 64, 256, 32, 0, 0, VMEM_ADDR_MAX,
	    VM_NOSLEEP, &c), 0);
	CHECK_EQ(c & 255, 32);
	CHECK_EQ(vmem_xalloc_addr(vm, 0x1800, 16, VM_NOSLEEP), 0);
	CHECK_EQ(vmem_xalloc_addr(vm, 0x1800, 16, VM_NOSLEEP), ENOMEM);
	CHECK_EQ(vmem_alloc(vm, 0x1001, VM_NOSLEEP, &c), ENOMEM);
	vmem_free(vm, a, 100);
	CHECK_EQ(vmem_alloc(vm, 100, VM_INSTANTFIT | VM_NOSLEEP, &a), 0);
	CHECK_EQ(a, 0x1000);
	vmem_xfreeall(vm);
	CHECK_EQ(vmem_size(vm, VMEM_ALLOC), 0);
	/* All of it is one piece again. */
	CHECK_EQ(vmem_alloc(vm, 0x1000, VM_NOSLEEP, &a), 0);
	vmem_free(vm, a, 0x1000);
	vmem_destroy(vm);
	return 0;
}

/* Random allocations against a map of what is taken. */
KERNTEST(vmem_model)
{
	static unsigned char taken[1024];
	struct { vmem_addr_t a; size_t n; } held[64];
	uint32_t seed = 1;
	unsigned n = 0, round, i, j;
	vmem_size_t size, align;
	vmem_t *vm;

	memset(taken, 0, sizeof(taken));
	vm = vmem_create("model", 1, sizeof(taken) - 1, 1, NULL, NULL, NULL,
	    0, VM_SLEEP, IPL_NONE);
	for (round = 0; round < 2000; round++) {
		seed = seed * 1664525 + 1013904223;
		if (n == 64 || (n != 0 && (seed >> 30) == 0)) {
			i = (seed >> 8) % n;
			for (j = 0; j < held[i].n; j++)
				taken[held[i].a + j] = 0;
			vmem_xfree(vm, held[i].a, held[i].n);
			held[i] = held[--n];
			continue;
		}
		size = 1 + (seed >> 10) % 40;
		align = 1UL << ((seed >> 20) & 5);
		if (vmem_xalloc(vm, size, align, 0, 0, 0, VMEM_ADDR_MAX,
		    VM_NOSLEEP | ((seed & 64) != 0 ? VM_BESTFIT :
		    VM_INSTANTFIT), &held[n].a) != 0)
			continue;
		held[n].n = size;
		CHECK_EQ(held[n].a % align, 0);
		CHECK(held[n].a >= 1 && held[n].a + size <= sizeof(taken));
		for (j = 0; j < size; j++) {
			CHECK_EQ(taken[held[n].a + j], 0);
			taken[held[n].a + j] = 1;
		}
		n++;
	}
	vmem_xfreeall(vm);
	vmem_destroy(vm);
	return 0;
}

KERNTEST(extent_basic)
{
	static char storage[EXTENT_FIXED_STORAGE_SIZE(4)]
	    __attribute__((__aligned__(8)));
	struct extent *ex;
	u_long a, b;

	ex = extent_create("test", 0x100, 0x1ff, NULL, 0, EX_WAITOK);
	CHECK_EQ(extent_alloc_region(ex, 0x120, 0x10, EX_WAITOK), 0);
	CHECK_EQ(extent_alloc_region(ex, 0x12f, 1, EX_NOWAIT), EAGAIN);
	CHECK_EQ(extent_alloc_region(ex, 0x1ff, 2, EX_NOWAIT), EINVAL);
	CHECK_EQ(extent_alloc(ex, 0x30, EX_NOALIGN, EX_NOBOUNDARY, EX_WAITOK,
	    &a), 0);
	CHECK_EQ(a, 0x130);
	CHECK_EQ(extent_alloc(ex, 0x20, 0x20, EX_NOBOUNDARY, EX_WAITOK, &a),
	    0);
	CHECK_EQ(a, 0x100);
	CHECK_EQ(extent_alloc_subregion(ex, 0x170, 0x1ff, 0x20, EX_NOALIGN,
	    0x40, EX_WAITOK, &b), 0);
	CHECK_EQ(b, 0x180);
	CHECK_EQ(extent_free(ex, 0x128, 8, EX_WAITOK), 0);
	CHECK_EQ(extent_free(ex, 0x128, 8, EX_WAITOK), EINVAL);
	CHECK_EQ(extent_alloc_region(ex, 0x128, 8, EX_NOWAIT), 0);
	CHECK_EQ(extent_alloc(ex, 0x100, 1, 0, EX_NOWAIT, &a), EAGAIN);
	extent_destroy(ex);

	/* Storage for four regions, and neighbours share one. */
	ex = extent_create("fixed", 0, 99, storage, sizeof(storage),
	    EX_NOCOALESCE);
	for (a = 0; a < 4; a++)
		CHECK_EQ(extent_alloc_region(ex, a * 2, 1, EX_NOWAIT), 0);
	CHECK_EQ(extent_alloc_region(ex, 50, 1, EX_NOWAIT), ENOMEM);
	CHECK_EQ(extent_alloc_region(ex, 50, 1, EX_NOWAIT | EX_MALLOCOK), 0);
	extent_destroy(ex);
	ex = extent_create("fixed", 0, 99, storage, sizeof(storage), 0);
	for (a = 0; a < 50; a++)
		CHECK_EQ(extent_alloc_region(ex, a, 1, EX_NOWAIT), 0);
	for (a = 99; a >= 51; a--)
		CHECK_EQ(extent_alloc_region(ex, a, 1, EX_NOWAIT), 0);
	CHECK_EQ(extent_alloc_region(ex, 50, 1, EX_NOWAIT), 0);
	CHECK_EQ(extent_free(ex, 0, 100, EX_NOWAIT), 0);
	CHECK_EQ(extent_alloc(ex, 100, 1, 0, EX_NOWAIT, &a), 0);
	extent_destroy(ex);
	return 0;
}

KERNTEST(uvm_km_basic)
{
	vaddr_t va;

	va = uvm_km_alloc(NULL, 3 * PAGE_SIZE - 1, 4 * PAGE_SIZE,
	    UVM_KMF_WIRED | UVM_KMF_ZERO);
	CHECK(va != 0 && (va & (4 * PAGE_SIZE - 1)) == 0);
	CHECK(filled((void *)va, 0, 3 * PAGE_SIZE));
	uvm_km_free(NULL, va, 3 * PAGE_SIZE - 1, UVM_KMF_WIRED);
	return 0;
}
