/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The fiber backend: every kernel thread is a fiber of one host thread.
 *
 * A fiber runs until it sleeps.  Which one is next depends on the policy
 * (first come first served, seeded priorities, bytes of the input) and on
 * nothing else.  When all sleep, the virtual clock jumps to what comes first,
 * a timeout or something that a device wants to do; when there is neither,
 * that is a deadlock and reported with the stack of every thread.
 *
 * The host thread that called rumpuser_init() is fiber 0.  Stacks lie at
 * fixed addresses, each above a guard, and stay mapped when their fiber has
 * gone.
 */

#include "dev_int.h"
#include "fiber.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#if RU_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if RU_MSAN
void	__msan_start_switch_fiber(const void *, size_t);
void	__msan_finish_switch_fiber(const void **, size_t *);
#endif
#if RU_TSAN
void	*__tsan_get_current_fiber(void);
void	*__tsan_create_fiber(unsigned);
void	__tsan_switch_to_fiber(void *, unsigned);
#endif

#ifndef MAP_FIXED_NOREPLACE
#define	MAP_FIXED_NOREPLACE 0x100000
#endif

#define	NSLOT		2048
#define	SLOT_SIZE	((size_t)512 << 10)
#define	SLOT_GUARD	((size_t)64 << 10)
#define	QUIESCE_MAX	1000000		/* switches before EBUSY */

#define	PCT_POINTS	4		/* change points for each seed */
#define	PCT_HORIZON	4096		/* they lie in this many choices */

void	ru_fiber_swap(void **, void *);
void	ru_fiber_entry(void);
void	ru_fiber_main(void) __attribute__((__noreturn__, __used__));

const bool ru_deterministic = true;

static struct ru_fiber fiber0 RU_STATE = { .f_slot = -1, .f_name = "main",
	.f_wake = INT64_MAX };
struct ru_fiber *ru_cur RU_STATE = &fiber0;
struct lwp *ru_curlwp RU_STATE = NULL;
static struct ru_fiber *all_tail RU_STATE = &fiber0;
static struct ru_waitq runq RU_STATE = { NULL, NULL };
static struct ru_fiber *timeq RU_STATE = NULL;
static unsigned nfiber RU_STATE = 1;
static unsigned next_id RU_STATE = 1;
static uint16_t slot_free[NSLOT] RU_STATE = { 0 };	/* next + 1 */
static unsigned slot_head RU_STATE = 0;
static unsigned slot_used RU_STATE = 0;		/* slots ever handed out */

int	ru_sched_policy RU_STATE = RUMPUSER_SCHED_RUN;
static uint64_t sched_rng RU_STATE = 1;
static const uint8_t *sched_bytes RU_STATE = NULL;
static size_t sched_nbytes RU_STATE = 0;
static uint64_t sched_choice RU_STATE = 0;
static uint64_t pct_point[PCT_POINTS] RU_STATE = { 0 };
static uint64_t pct_low RU_STATE = 0;

static bool slot_mapped[NSLOT];		/* has its stack been made usable */
static bool stacks_reserved;
#if RU_TSAN
static void *slot_tsan[NSLOT];
static void *main_tsan;
#endif

/*
 * Queues.
 */

static void
wq_append(struct ru_waitq *wq, struct ru_fiber *f)
{

	f->f_wq = wq;
	f->f_next = NULL;
	f->f_prev = wq->wq_tail;
	if (wq->wq_tail != NULL)
		wq->wq_tail->f_next = f;
	else
		wq->wq_head = f;
	wq->wq_tail = f;
}

static void
wq_remove(struct ru_fiber *f)
{
	struct ru_waitq *wq = f->f_wq;

	if (wq == NULL)
		return;
	if (f->f_next != NULL)
		f->f_next->f_prev = f->f_prev;
	else
		wq->wq_tail = f->f_prev;
	if (f->f_prev != NULL)
		f->f_prev->f_next = f->f_next;
	else
		wq->wq_head = f->f_next;
	f->f_wq = NULL;
}

static void
timeq_insert(struct ru_fiber *f, int64_t until)
{
	struct ru_fiber **pp, *prev = NULL;

	f->f_wake = until;
	if (until == INT64_MAX)
		return;
	for (pp = &timeq; *pp != NULL && (*pp)->f_wake <= until;
	    pp = &(*pp)->f_tnext)
		prev = *pp;
	f->f_tnext = *pp;
	f->f_tprev = prev;
	if (*pp != NULL)
		(*pp)->f_tprev = f;
	*pp = f;
}

static void
timeq_remove(struct ru_fiber *f)
{

	if (f->f_wake == INT64_MAX)
		return;
	if (f->f_tnext != NULL)
		f->f_tnext->f_tprev = f->f_tprev;
	if (f->f_tprev != NULL)
		f->f_tprev->f_tnext = f->f_tnext;
	else
		timeq = f->f_tnext;
	f->f_wake = INT64_MAX;
}

static void
make_ready(struct ru_fiber *f)
{

	f->f_state = RU_READY;
	wq_append(&runq, f);
}

RU_NOSAN void
ru_wake(struct ru_fiber *f)
{

	wq_remove(f);
	timeq_remove(f);
	f->f_timedout = false;
	make_ready(f);
}

/*
 * Choices.
 */

static uint64_t
sched_random(void)
{
	uint64_t x = (sched_rng += 0x9e3779b97f4a7c15UL);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
	return x ^ (x >> 31);
}

static unsigned
sched_byte(void)
{

	if (sched_nbytes == 0)
		return 0;
	sched_nbytes--;
	return *sched_bytes++;
}

static struct ru_fiber *
runq_highest(void)
{
	struct ru_fiber *f, *best;

	for (best = f = runq.wq_head; f != NULL; f = f->f_next)
		if (f->f_prio > best->f_prio)
			best = f;
	return best;
}

static struct ru_fiber *
runq_nth(unsigned n)
{
	struct ru_fiber *f;
	unsigned len = 0;

	for (f = runq.wq_head; f != NULL; f = f->f_next)
		len++;
	for (f = runq.wq_head, n %= len; n != 0; n--)
		f = f->f_next;
	return f;
}

/* The next fiber to run out of a queue that is not empty. */
static struct ru_fiber *
choose(void)
{

	if (runq.wq_head->f_next == NULL)
		return runq.wq_head;
	switch (ru_sched_policy) {
	case RUMPUSER_SCHED_PCT:
		return runq_highest();
	case RUMPUSER_SCHED_BYTES:
		return runq_nth(sched_byte());
	default:
		return runq.wq_head;
	}
}

static void deadlock(void) __attribute__((__noreturn__));
static void overdue(void) __attribute__((__noreturn__));

static void
wake_due(void)
{
	struct ru_fiber *f;

	while ((f = timeq) != NULL && f->f_wake <= ru_clock_mono()) {
		wq_remove(f);
		timeq_remove(f);
		f->f_timedout = true;
		make_ready(f);
	}
}

/* Takes the next fiber off the run queue, waiting for one if need be. */
static struct ru_fiber *
pick(void)
{
	struct ru_fiber *f;

	for (;;) {
		if (timeq != NULL)
			wake_due();
		if (runq.wq_head != NULL) {
			f = choose();
			wq_remove(f);
			return f;
		}
		if (ru_dev_active &&
		    ru_dev_idle(timeq != NULL ? timeq->f_wake : INT64_MAX))
			continue;
		if (timeq == NULL)
			deadlock();
		if (ru_clock_virtual()) {
			/* A thread that only ever sleeps must not hang us. */
			rumpuser_step(1);
			if (timeq->f_wake > ru_clock_limit)
				overdue();
			ru_clock_advance(timeq->f_wake);
		} else
			ru_clock_host_sleep(timeq->f_wake);
	}
}

/*
 * Switching.
 */

/* On the new fiber's stack, first thing. */
static inline __attribute__((__always_inline__)) void
switch_finish(void *fake)
{
#if RU_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#elif RU_MSAN
	__msan_finish_switch_fiber(NULL, NULL);
#endif
}

static RU_NOSAN void
switch_to(struct ru_fiber *to)
{
	struct ru_fiber *from = ru_cur;

	to->f_state = RU_RUN;
	if (to == from)
		return;
	ru_dev_looks = 0;
	ru_cur = to;
	from->f_lwp = ru_curlwp;
	ru_curlwp = to->f_lwp;
#if RU_ASAN
	__sanitizer_start_switch_fiber(&from->f_fake, to->f_stklo,
	    to->f_stkhi - to->f_stklo);
#elif RU_MSAN
	__msan_start_switch_fiber(to->f_stklo, to->f_stkhi - to->f_stklo);
#elif RU_TSAN
	__tsan_switch_to_fiber(to->f_slot < 0 ? main_tsan :
	    slot_tsan[to->f_slot], 0);
#endif
	ru_fiber_swap(&from->f_sp, to->f_sp);
	switch_finish(from->f_fake);
}

RU_NOSAN bool
ru_block(struct ru_waitq *wq, int64_t until, const char *wmesg)
{
	struct ru_fiber *f = ru_cur;

	f->f_state = RU_SLEEP;
	f->f_wmesg = wmesg;
	f->f_since = ru_clock_mono();
	if (wq != NULL)
		wq_append(wq, f);
	timeq_insert(f, until);
	switch_to(pick());
	return f->f_timedout;
}

/* Lets the others run; back when it is the caller's turn again. */
static void
yield(void)
{

	make_ready(ru_cur);
	switch_to(pick());
}

RU_NOSAN void
rumpuser_sched_point(void)
{
	struct ru_fiber *f;
	unsigned i, byte;

	if (__predict_true(ru_sched_policy == RUMPUSER_SCHED_RUN))
		return;
	if (timeq != NULL)
		wake_due();
	if (runq.wq_head == NULL)
		return;
	if (ru_sched_policy == RUMPUSER_SCHED_PCT) {
		sched_choice++;
		for (i = 0; i < PCT_POINTS; i++)
			if (pct_point[i] == sched_choice)
				ru_cur->f_prio = --pct_low;
		f = runq_highest();
		if (f->f_prio <= ru_cur->f_prio)
			return;
	} else {
		if ((byte = sched_byte()) == 0)
			return;
		f = runq_nth(byte - 1);
	}
	wq_remove(f);
	make_ready(ru_cur);
	switch_to(f);
}

int
rumpuser_sched_set(int policy, uint64_t seed, const uint8_t *bytes,
    size_t nbytes)
{
	struct ru_fiber *f;
	unsigned i;

	if (policy < RUMPUSER_SCHED_RUN || policy > RUMPUSER_SCHED_BYTES)
		return NB_EINVAL;
	ru_sched_policy = policy;
	sched_rng = seed;
	sched_bytes = bytes;
	sched_nbytes = bytes != NULL ? nbytes : 0;
	sched_choice = 0;
	/* Change points get priorities below all that fibers start with. */
	pct_low = 1U << 16;
	for (i = 0; i < PCT_POINTS; i++)
		pct_point[i] = 1 + sched_random() % PCT_HORIZON;
	for (f = &fiber0; f != NULL; f = f->f_anext)
		f->f_prio = sched_random() | 1U << 20;
	return 0;
}

/* Runs the others until all of them sleep; EBUSY if they never do. */
int
ru_quiesce(void)
{
	int policy = ru_sched_policy, error = 0;
	unsigned n;

	ru_sched_policy = RUMPUSER_SCHED_RUN;
	for (n = 0;; n++) {
		wake_due();
		if (runq.wq_head == NULL)
			break;
		if (n == QUIESCE_MAX) {
			error = NB_EBUSY;
			break;
		}
		yield();
	}
	ru_sched_policy = policy;
	return error;
}

void
ru_sleep_until(int64_t ns)
{

	ru_block(NULL, ns, "sleep");
}

/*
 * Devices.
 */

static struct ru_waitq dev_wq RU_STATE = { NULL, NULL };

RU_NOSAN void
ru_dev_enter(void)
{
}

RU_NOSAN void
ru_dev_exit(void)
{
}

RU_NOSAN void
ru_dev_sleep(int64_t until, int fd)
{

	ru_block(&dev_wq, until, "interrupt");
}

RU_NOSAN void
ru_dev_wakeup(void)
{

	if (dev_wq.wq_head != NULL)
		ru_wake(dev_wq.wq_head);
}

bool
ru_dev_yield(void)
{
	struct ru_fiber *f;

	if (timeq != NULL)
		wake_due();
	if (runq.wq_head == NULL)
		return false;
	/* Another one in any case: the caller waits for something. */
	f = choose();
	wq_remove(f);
	make_ready(ru_cur);
	switch_to(f);
	return true;
}

int64_t
ru_thread_wakes(void)
{

	return timeq != NULL ? timeq->f_wake : INT64_MAX;
}

/*
 * Threads.
 */

void
ru_thread_init(void)
{
	pthread_attr_t attr;
	char *here = __builtin_frame_address(0);
	void *lo;
	size_t size;

	/* Asking the host is slow, and main() is on the constructors' stack. */
	if (here > fiber0.f_stklo && here < fiber0.f_stkhi)
		return;
	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		ru_die("can't learn the bounds of the main stack");
	pthread_attr_getstack(&attr, &lo, &size);
	pthread_attr_destroy(&attr);
	fiber0.f_stklo = lo;
	fiber0.f_stkhi = (char *)lo + size;
#if RU_TSAN
	main_tsan = __tsan_get_current_fiber();
#endif
}

static void __attribute__((__constructor__(102)))
fiber_constructor(void)
{

	ru_thread_init();
}

static void
reserve_stacks(void)
{
	void *p;

	p = mmap((void *)RU_STACK_BASE, NSLOT * SLOT_SIZE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
	    MAP_FIXED_NOREPLACE, -1, 0);
	if (p != (void *)RU_STACK_BASE)
		ru_die("can't map stacks at their address: %s",
		    strerror(errno));
	stacks_reserved = true;
}

/* A stack for a new fiber; -1 when all are in use. */
static int
slot_alloc(void)
{
	char *base;
	int slot;

	if (slot_head != 0) {
		slot = slot_head - 1;
		slot_head = slot_free[slot];
		return slot;
	}
	if (slot_used == NSLOT)
		return -1;
	if (!stacks_reserved)
		reserve_stacks();
	slot = slot_used;
	if (!slot_mapped[slot]) {
		base = (char *)RU_STACK_BASE + slot * SLOT_SIZE;
		if (mprotect(base + SLOT_GUARD, SLOT_SIZE - SLOT_GUARD,
		    PROT_READ | PROT_WRITE) == -1)
			return -1;
#if RU_ASAN
		__lsan_register_root_region(base + SLOT_GUARD,
		    SLOT_SIZE - SLOT_GUARD);
#endif
#if RU_TSAN
		slot_tsan[slot] = __tsan_create_fiber(0);
#endif
		slot_mapped[slot] = true;
	}
	slot_used++;
	return slot;
}

static RU_NOSAN void
stack_prepare(struct ru_fiber *f)
{
	uintptr_t *sp = (uintptr_t *)f->f_stkhi;
	unsigned i;

	/*
	 * The entry is returned to with the stack at a multiple of 16; two
	 * words above it stay zero and end frame pointer walks.
	 */
	*--sp = 0;
	*--sp = 0;
	*--sp = (uintptr_t)ru_fiber_entry;
	for (i = 0; i < 6; i++)
		*--sp = 0;
	f->f_sp = sp;
}

void
ru_fiber_main(void)
{
	struct ru_fiber *f;

	switch_finish(NULL);
	f = ru_cur;
	(*f->f_fn)(f->f_arg);
	rumpuser_thread_exit();
}

/*
 * Creates a thread; it runs for the first time when the caller sleeps.
 * Priority and CPU index are hints that a single host thread can't use.
 */
int
rumpuser_thread_create(void *(*fn)(void *), void *arg, const char *name,
    int joinable, int priority, int cpuidx, void **cookie)
{
	struct ru_fiber *f;
	int slot;

	if ((slot = slot_alloc()) == -1)
		return NB_EAGAIN;
	f = ru_alloc(sizeof(*f), 16);
	if (f == NULL) {
		slot_free[slot] = slot_head;
		slot_head = slot + 1;
		return NB_ENOMEM;
	}
	memset(f, 0, sizeof(*f));
	f->f_slot = slot;
	f->f_stklo = (char *)RU_STACK_BASE + slot * SLOT_SIZE + SLOT_GUARD;
	f->f_stkhi = (char *)RU_STACK_BASE + (slot + 1) * SLOT_SIZE;
	f->f_fn = fn;
	f->f_arg = arg;
	f->f_joinable = joinable != 0;
	f->f_wake = INT64_MAX;
	f->f_id = next_id++;
	f->f_prio = sched_random() | 1U << 20;
	snprintf(f->f_name, sizeof(f->f_name), "%s",
	    name != NULL ? name : "thread");
	stack_prepare(f);
	f->f_aprev = all_tail;
	all_tail->f_anext = f;
	all_tail = f;
	nfiber++;
	make_ready(f);
	if (joinable && cookie != NULL)
		*cookie = f;
	return 0;
}

static void
fiber_unlist(struct ru_fiber *f)
{

	f->f_aprev->f_anext = f->f_anext;
	if (f->f_anext != NULL)
		f->f_anext->f_aprev = f->f_aprev;
	else
		all_tail = f->f_aprev;
	nfiber--;
}

/* The last switch away from a fiber; its stack may be reused after it. */
static RU_NOSAN __attribute__((__noreturn__)) void
switch_last(struct ru_fiber *from, struct ru_fiber *to)
{
	static void *nowhere;

	to->f_state = RU_RUN;
	ru_cur = to;
	ru_curlwp = to->f_lwp;
#if RU_ASAN
	/* Frames that never return, which are those above, leave their poison; nobody else will. */
	const char *frame = (const char *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)7);

	ru_fill(ru_shadow(frame), 0, (from->f_stkhi - frame) / 8);
	__sanitizer_start_switch_fiber(NULL, to->f_stklo,
	    to->f_stkhi - to->f_stklo);
#elif RU_MSAN
	__msan_start_switch_fiber(to->f_stklo, to->f_stkhi - to->f_stklo);
#elif RU_TSAN
	__tsan_switch_to_fiber(to->f_slot < 0 ? main_tsan :
	    slot_tsan[to->f_slot], 0);
#endif
	ru_fiber_swap(&nowhere, to->f_sp);
	__builtin_unreachable();
}

void
rumpuser_thread_exit(void)
{
	struct ru_fiber *f = ru_cur, *to, *w;

	if (f->f_slot < 0)
		rumpuser_report("thread", "the main thread exits");
	fiber_unlist(f);
	slot_free[f->f_slot] = slot_head;
	slot_head = f->f_slot + 1;
	f->f_state = RU_DEAD;
	while ((w = f->f_join.wq_head) != NULL)
		ru_wake(w);
	to = pick();
	if (!f->f_joinable) {
		struct ru_fiber copy = *f;

		ru_free(f);
		switch_last(&copy, to);
	}
	switch_last(f, to);
}

/* Waits for a joinable thread to exit and forgets it. */
int
rumpuser_thread_join(void *cookie)
{
	struct ru_fiber *f = cookie;
	int nlocks;

	if (f == NULL || !f->f_joinable)
		return NB_EINVAL;
	if (f->f_state != RU_DEAD) {
		ru_unsched(&nlocks, NULL);
		while (f->f_state != RU_DEAD)
			ru_block(&f->f_join, INT64_MAX, "join");
		ru_sched(nlocks, NULL);
	}
	ru_free(f);
	return 0;
}

RU_NOSAN struct lwp *
rumpuser_curlwp(void)
{

	return ru_curlwp;
}

void
rumpuser_curlwpop(int op, struct lwp *l)
{

	switch (op) {
	case RUMPUSER_LWP_CREATE:
	case RUMPUSER_LWP_DESTROY:
		break;
	case RUMPUSER_LWP_SET:
		ru_curlwp = l;
		break;
	case RUMPUSER_LWP_CLEAR:
		ru_curlwp = NULL;
		break;
	}
}

/*
 * For the rest of this layer.
 */

RU_NOSAN void
ru_lock(void)
{
}

RU_NOSAN void
ru_unlock(void)
{
}

RU_NOSAN void
ru_stack_bounds(uintptr_t *lo, uintptr_t *hi)
{

	*lo = (uintptr_t)ru_cur->f_stklo;
	*hi = (uintptr_t)ru_cur->f_stkhi;
}

const char *
ru_thread_name(void)
{

	return ru_cur->f_name;
}

RU_NOSAN unsigned
ru_thread_id(void)
{

	return ru_cur->f_id;
}

const char *
ru_thread_name_of(unsigned id)
{
	struct ru_fiber *f;

	for (f = &fiber0; f != NULL; f = f->f_anext)
		if ((f->f_id & 0xffff) == id)
			return f->f_name;
	return "(gone)";
}

unsigned
ru_thread_count(void)
{

	return nfiber;
}

void
ru_stacks(void (*cb)(char *, char *))
{
	struct ru_fiber *f;

	for (f = fiber0.f_anext; f != NULL; f = f->f_anext)
		if (f != ru_cur)
			(*cb)(f->f_sp, f->f_stkhi);
}

const char *
rumpuser_backend(void)
{

	return "fiber";
}

int
rumpuser_settle(int64_t ns)
{

	rumpuser_sched_point();
	return 0;
}

/*
 * Reports.
 */

/* Return addresses of a fiber that does not run. */
static RU_NOSAN unsigned
parked_stack(const struct ru_fiber *f, void **pcs, unsigned max)
{

	/* What ru_fiber_swap() left: frame pointer, return address. */
	pcs[0] = ((void **)f->f_sp)[6];
	return 1 + ru_walk_in(pcs + 1, max - 1, ((uintptr_t *)f->f_sp)[5],
	    (uintptr_t)f->f_sp, (uintptr_t)f->f_stkhi);
}

static unsigned
stack_of(const struct ru_fiber *f, void **pcs, const void *frame)
{

	return f == ru_cur ? ru_walk(pcs, RU_NFRAME, frame) :
	    parked_stack(f, pcs, RU_NFRAME);
}

/* Where each thread sleeps, except one that has been shown. */
static void
print_sleepers(const struct ru_fiber *shown, const void *frame)
{
	void *pcs[RU_NFRAME];
	struct ru_fiber *f;

	for (f = &fiber0; f != NULL; f = f->f_anext) {
		if (f == shown)
			continue;
		ru_print("thread \"%s\" sleeps in %s:\n", f->f_name,
		    f->f_state == RU_DEAD ? "exit" : f->f_wmesg);
		ru_print_stack(pcs, stack_of(f, pcs, frame));
	}
}

static void
deadlock(void)
{
	void *pcs[RU_NFRAME], *frame = __builtin_frame_address(0);
	unsigned n = stack_of(ru_cur, pcs, frame);

	ru_report_begin("deadlock");
	ru_print("all %u threads sleep and no timeout is set\n", nfiber);
	print_sleepers(NULL, frame);
	ru_report_end("deadlock", pcs, n);
}

/* The main thread runs the input, so its sleep is what all wait for. */
static void
overdue(void)
{
	void *pcs[RU_NFRAME], *frame = __builtin_frame_address(0);
	unsigned n = stack_of(&fiber0, pcs, frame);
	int64_t slept = ru_clock_mono() - fiber0.f_since;

	ru_report_begin("hang");
	ru_print("the clock comes to its bound and only timeouts go on; "
	    "thread \"%s\" has slept in %s for %lld s, %s a timeout:\n",
	    fiber0.f_name, fiber0.f_wmesg, (long long)(slept / RU_NSEC),
	    fiber0.f_wake == INT64_MAX ? "without" : "with");
	ru_print_stack(pcs, n);
	print_sleepers(&fiber0, frame);
	ru_report_end("hang", pcs, n);
}
