/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel memory in pages, and the account of all memory against
 * RUMP_MEMLIMIT: uvm_km(9), rumpkernel(7).
 *
 * Everything that the kernel allocates is charged here.  When a charge would
 * pass the limit the drain hooks run, those of low priority first; then the
 * allocation fails, or its lwp waits until somebody gives memory back.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/pool.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/cpu.h>

#include <uvm/uvm_extern.h>

#include <rump-sys/kern.h>

#include "kern_lib.h"

struct uvmexp uvmexp = {
	.pagesize = PAGE_SIZE,
	.pagemask = PAGE_SIZE - 1,
	.pageshift = PAGE_SHIFT,
};

/* Maps are only names here: there is one address space. */
struct vm_map *kernel_map;
struct vm_map *phys_map;

static volatile uint64_t mem_used;
static uint64_t mem_limit = UINT64_MAX;

static kmutex_t mem_lock;		/* mem_waiters, the drain list */
static kcondvar_t mem_cv;
static kcondvar_t mem_daemon_cv;
static volatile unsigned mem_waiters;
static bool mem_ready;
static TAILQ_HEAD(rump_drainhead, rump_drain) mem_drains =
    TAILQ_HEAD_INITIALIZER(mem_drains);
static volatile unsigned mem_draining;

/* No single allocation is larger, with or without a limit. */
#define	MEM_ONEMAX	(UINT64_C(1) << 40)

bool klib_solo;

/*
 * Starts the allocators, and reads RUMP_MEMLIMIT: a number with an optional
 * suffix k, m or g, or "host" for none.  At boot, before threads exist.
 */
void
rump_mem_init(void)
{
	char buf[64];
	char *end;
	uint64_t v;

	klib_solo = strcmp(rumpuser_backend(), "fiber") == 0;
	mutex_init(&mem_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&mem_cv, "memory");
	cv_init(&mem_daemon_cv, "pgdaemon");
	mem_ready = true;
	pool_subsystem_init();
	kmem_init();

	if (rumpuser_getparam("RUMP_MEMLIMIT", buf, sizeof(buf)) != 0 ||
	    buf[0] == '\0' || strcmp(buf, "host") == 0)
		return;
	v = strtoull(buf, &end, 10);
	switch (*end) {
	case 'g': case 'G':
		v *= 1024;
		/* FALLTHROUGH */
	case 'm': case 'M':
		v *= 1024;
		/* FALLTHROUGH */
	case 'k': case 'K':
		v *= 1024;
		end++;
		break;
	}
	if (end == buf || *end != '\0' || v == 0) {
		printf("RUMP_MEMLIMIT \"%s\" is not a size; no limit\n", buf);
		return;
	}
	mem_limit = v;
}

uint64_t
rump_mem_limit(void)
{

	return mem_limit;
}

uint64_t
rump_mem_used(void)
{

	return atomic_load_relaxed(&mem_used);
}

/*
 * Adds a hook, which must live for ever; before or after boot.
 */
void
rump_drain_register(struct rump_drain *rd)
{
	struct rump_drain *it;

	TAILQ_FOREACH(it, &mem_drains, rd_entry) {
		if (it->rd_prio > rd->rd_prio) {
			TAILQ_INSERT_BEFORE(it, rd, rd_entry);
			return;
		}
	}
	TAILQ_INSERT_TAIL(&mem_drains, rd, rd_entry);
}

/*
 * Runs the hooks until one of them freed something.  False when none did, or
 * when a hook is at work already and asks for memory itself.
 */
bool
rump_drain_run(void)
{
	struct rump_drain *rd;
	bool freed = false;

	if (__atomic_exchange_n(&mem_draining, 1, __ATOMIC_ACQUIRE) != 0)
		return false;
	TAILQ_FOREACH(rd, &mem_drains, rd_entry) {
		/* Whoever allocates may hold locks that those beyond take. */
		if (rd->rd_prio >= RUMP_DRAIN_VNODE)
			break;
		if (rd->rd_func(rd->rd_arg))
			freed = true;
		if (freed && rump_mem_used() < mem_limit - mem_limit / 16)
			break;
	}
	__atomic_store_n(&mem_draining, 0, __ATOMIC_RELEASE);
	return freed;
}

/*
 * Runs all hooks, vnodes first since the rest hangs on them, until nothing
 * more comes back.  The caller holds no lock.
 */
void
rump_drain_all(void)
{
	struct rump_drain *rd;
	unsigned round;
	bool freed = true;

	for (round = 0; freed && round < 8; round++) {
		freed = false;
		TAILQ_FOREACH_REVERSE(rd, &mem_drains, rump_drainhead, rd_entry) {
			if (rd->rd_func(rd->rd_arg))
				freed = true;
		}
	}
}

static bool
mem_take(size_t len)
{
	uint64_t old;

	if (__predict_true(mem_limit == UINT64_MAX)) {
		klib_add64(&mem_used, (int64_t)len);
		return true;
	}
	do {
		old = atomic_load_relaxed(&mem_used);
		if (__predict_false(len > mem_limit || old > mem_limit - len))
			return false;
	} while (atomic_cas_64(&mem_used, old, old + len) != old);
	return true;
}

/*
 * With a limit, a thread gives back what those who wait for memory can't,
 * because they may hold the locks that it takes.
 */
static void
mem_daemon(void *arg)
{

	mutex_enter(&mem_lock);
	for (;;) {
		while (mem_waiters == 0)
			cv_wait(&mem_daemon_cv, &mem_lock);
		mutex_exit(&mem_lock);
		rump_drain_all();
		mutex_enter(&mem_lock);
		cv_broadcast(&mem_cv);
		if (mem_waiters != 0)
			(void)cv_timedwait(&mem_daemon_cv, &mem_lock, hz / 10);
	}
}

RUMP_COMPONENT(RUMP_COMPONENT_POSTINIT)
{

	if (mem_limit != UINT64_MAX &&
	    kthread_create(PRI_VM, KTHREAD_MPSAFE, NULL, mem_daemon, NULL,
	    NULL, "pgdaemon") != 0)
		printf("no thread to give back memory\n");
}

/* Waits until somebody gives memory back, or a little while. */
static void
mem_wait(void)
{

	if (!mem_ready || cold || curlwp == NULL)
		panic("out of memory during boot");
	mutex_enter(&mem_lock);
	atomic_store_relaxed(&mem_waiters, mem_waiters + 1);
	cv_signal(&mem_daemon_cv);
	(void)cv_timedwait(&mem_cv, &mem_lock, hz / 10);
	atomic_store_relaxed(&mem_waiters, mem_waiters - 1);
	mutex_exit(&mem_lock);
}

bool
rump_mem_charge(size_t len, bool sleep)
{

	if (__predict_false(len > MEM_ONEMAX)) {
		if (sleep)
			panic("allocation of %zu bytes of memory", len);
		return false;
	}
	for (;;) {
		if (__predict_true(mem_take(len)))
			return true;
		if (rump_drain_run() && mem_take(len))
			return true;
		if (!sleep)
			return false;
		if (len > mem_limit)
			panic("allocation of %zu bytes of memory, limit %"
			    PRIu64,
			    len, mem_limit);
		mem_wait();
	}
}

void
rump_mem_uncharge(size_t len)
{

	klib_add64(&mem_used, -(int64_t)len);
	if (__predict_false(atomic_load_relaxed(&mem_waiters) != 0)) {
		mutex_enter(&mem_lock);
		cv_broadcast(&mem_cv);
		mutex_exit(&mem_lock);
	}
}

bool
mem_fault(void)
{

	return rumpuser_fault(RUMPUSER_FAULT_ALLOC) != 0;
}

void *
mem_host_alloc(size_t len, size_t align, bool wait)
{
	void *p;

	if (!rump_mem_charge(len, wait))
		return NULL;
	while (rumpuser_malloc(len, (int)align, &p) != 0) {
		if (rump_drain_run())
			continue;
		if (wait)
			panic("out of host memory, %zu bytes", len);
		rump_mem_uncharge(len);
		return NULL;
	}
	return p;
}

void
mem_host_free(void *p, size_t len)
{

	rumpuser_free(p, len);
	rump_mem_uncharge(len);
}

void *
mem_obj_alloc(size_t len, size_t align, enum rumpuser_objkind kind,
    const char *name, bool wait)
{
	void *p;

	rumpuser_step(1);
	if (!rump_mem_charge(len, wait))
		return NULL;
	while (rumpuser_obj_alloc(len, align, kind, name, &p) != 0) {
		if (rump_drain_run())
			continue;
		if (wait)
			panic("out of memory for %s, %zu bytes", name, len);
		rump_mem_uncharge(len);
		return NULL;
	}
	return p;
}

void
mem_obj_free(void *p, size_t len, enum rumpuser_objkind kind)
{

	struct rumpuser_objinfo oi;
	size_t known = len;

	/* A freed object has its size still; the free reports it. */
	if (len == 0 && rumpuser_obj_find(p, &oi) == 0)
		known = oi.oi_len;
	rumpuser_obj_free(p, len, kind);
	rump_mem_uncharge(known);
}

vaddr_t
uvm_km_alloc(struct vm_map *map, vsize_t size, vsize_t align, uvm_flag_t flags)
{
	const bool canfail =
	    (flags & (UVM_KMF_NOWAIT | UVM_KMF_CANFAIL)) != 0;
	void *p;

	size = mem_pages(size);
	if (align < PAGE_SIZE)
		align = PAGE_SIZE;
	if (canfail && mem_fault())
		return 0;
#ifdef RUMP_SANITIZE
	p = mem_obj_alloc(size, align, RUMPUSER_OBJ_KMEM, "uvm_km", !canfail);
#else
	p = mem_host_alloc(size, align, !canfail);
#endif
	if (p != NULL && (flags & UVM_KMF_ZERO) != 0)
		memset(p, 0, size);
	return (vaddr_t)p;
}

void
uvm_km_free(struct vm_map *map, vaddr_t va, vsize_t size, uvm_flag_t flags)
{

#ifdef RUMP_SANITIZE
	mem_obj_free((void *)va, round_page(size), RUMPUSER_OBJ_KMEM);
#else
	mem_host_free((void *)va, round_page(size));
#endif
}

/* Maps are not divided here: addresses come from the host one by one. */
struct vm_map *
uvm_km_suballoc(struct vm_map *map, vaddr_t *minaddr, vaddr_t *maxaddr,
    vsize_t size, int flags, bool fixed, struct vm_map *submap)
{

	*minaddr = 0;
	*maxaddr = size;
	return map;
}

bool
uvm_km_va_starved_p(void)
{

	return false;
}
