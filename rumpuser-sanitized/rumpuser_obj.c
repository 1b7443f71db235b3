/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Objects with red zones.
 *
 * An object in the arena looks like this, with everything but the middle
 * poisoned:
 *
 *	| header (48 bytes) | the object's bytes | red zone ... |
 *
 * The end is exact to the byte.  Objects come one after the other from the
 * break and their starts are listed in obj_start[], so that any address is
 * found by bisection.  A freed object is poisoned as freed and waits in the
 * quarantine; only what the quarantine can't hold is used again, for objects
 * of the same footprint.
 *
 * Without ASan the red zone is a canary that is checked at free, and freed
 * bytes are overwritten.  Real threads under TSan get the host's memory, so
 * that TSan knows the life times.
 */

#include "rumpuser_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if RU_MSAN
#include <sanitizer/msan_interface.h>
#endif

#define	OBJ_MAGIC	0x6f626a21U
#define	OBJ_ALIVE	1
#define	OBJ_FREED	2
#define	OBJ_PATTERN	0xa5
#define	OBJ_DEAD	0xde
#define	OBJ_CANARY	0xca

#define	QUARANTINE	((size_t)512 << 20)
#define	REUSE_MAX	65536		/* footprint that is ever reused */
#define	REUSE_STEP	16

struct obj {
	uint32_t oo_magic;
	uint8_t	oo_kind;
	uint8_t	oo_state;
	uint16_t oo_thread;
	size_t	oo_len;
	const char *oo_name;
	uint64_t oo_seq;
	uint32_t oo_astack;		/* depot: allocated, freed here */
	uint32_t oo_fstack;
	uint32_t oo_next;		/* quarantine or reuse list */
	uint32_t oo_foot;		/* bytes with header and red zone */
};

/* Start of each object in units of 8 bytes from the arena's base, sorted. */
#define	NOBJ	(RU_ARENA_SIZE / 64)
static uint32_t *obj_start;

static uint32_t obj_n RU_STATE = 0;
static uint64_t obj_seq RU_STATE = 0;
static uint64_t obj_mark_seq RU_STATE = 0;
static uint64_t obj_live RU_STATE = 0;	/* since the mark */
static uint32_t q_head RU_STATE = 0;	/* oldest freed */
static uint32_t q_tail RU_STATE = 0;
static size_t q_bytes RU_STATE = 0;
static uint32_t *q_reuse RU_STATE = NULL; /* by footprint */

RU_INLINE struct obj *
obj_at(uint32_t off)
{
	return (struct obj *)(ru_arena + (size_t)off * 8) - 1;
}

RU_INLINE uint32_t
obj_off(const struct obj *o)
{
	return ((const char *)(o + 1) - ru_arena) / 8;
}

static bool
obj_init(void)
{
	void *p;

	p = mmap(NULL, NOBJ * sizeof(*obj_start), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	obj_start = p;
	return true;
}

/* Red zone behind an object: grows with it, as ASan's own does. */
RU_INLINE size_t
redzone(size_t len)
{
	if (len < 512)
		return 16;
	if (len < 4096)
		return 64;
	return len < 32768 ? 256 : 1024;
}

static RU_NOSAN void
obj_poison(struct obj *o)
{
#if RU_ASAN
	ru_fill_short(ru_shadow(o + 1), RU_SHADOW_FREED,
	    (o->oo_len + 7) / 8);
#elif RU_MSAN
	__msan_poison(o + 1, o->oo_len);
#else
	ru_fill_short(o + 1, OBJ_DEAD, o->oo_len);
#endif
}

static RU_NOSAN void
obj_open(struct obj *o)
{
	uint8_t *p = (uint8_t *)(o + 1);
#if RU_ASAN
	uint8_t *s = ru_shadow(p);

	ru_fill_short(s, 0, o->oo_len / 8);
	s += o->oo_len / 8;
	if (o->oo_len % 8 != 0)
		*s++ = o->oo_len % 8;
	else if (o->oo_len == 0)
		*s = RU_SHADOW_HEAP;
#else
	ru_fill(p + o->oo_len, OBJ_CANARY, redzone(o->oo_len));
#endif
	if (o->oo_kind != RU_OBJ_ANON)
		ru_fill_short(p, OBJ_PATTERN, o->oo_len);
#if RU_MSAN
	__msan_poison(p, o->oo_len);
#endif
}

/* Takes an object of exactly this footprint that left the quarantine. */
static RU_NOSAN struct obj *
obj_reuse(size_t foot)
{
	uint32_t off;
	struct obj *o;

	if (q_reuse == NULL || foot >= REUSE_MAX)
		return NULL;
	off = q_reuse[foot / REUSE_STEP];
	if (off == 0)
		return NULL;
	o = obj_at(off);
	q_reuse[foot / REUSE_STEP] = o->oo_next;
	return o;
}

static RU_NOSAN void
quarantine_trim(void)
{
	struct obj *o;

	if (q_reuse == NULL) {
		q_reuse = ru_alloc(REUSE_MAX / REUSE_STEP * sizeof(*q_reuse),
		    16);
		if (q_reuse == NULL)
			return;
		ru_fill(q_reuse, 0, REUSE_MAX / REUSE_STEP * sizeof(*q_reuse));
	}
	while (q_bytes > QUARANTINE && q_head != 0) {
		o = obj_at(q_head);
		q_head = o->oo_next;
		if (q_head == 0)
			q_tail = 0;
		q_bytes -= o->oo_foot;
		if (o->oo_foot < REUSE_MAX) {
			o->oo_next = q_reuse[o->oo_foot / REUSE_STEP];
			q_reuse[o->oo_foot / REUSE_STEP] = obj_off(o);
		}
	}
}

/*
 * Allocates an object for the caller whose frame is given.  ENOMEM, EINVAL
 * for an alignment that is none.
 */
RU_NOSAN int
ru_obj_alloc(size_t len, size_t align, int kind, const char *name,
    const void *frame, void **objp)
{
	size_t foot, start, end;
	struct obj *o;

	if (align < 8)
		align = 8;
	if (align & (align - 1))
		return NB_EINVAL;
	if (len > RU_ARENA_SIZE / 2 || align > RU_ARENA_SIZE / 4)
		return NB_ENOMEM;
	ru_lock();
	if (__predict_false(obj_start == NULL) && !obj_init())
		goto nomem;
	foot = ru_roundup(sizeof(*o) + len + redzone(len), REUSE_STEP);
	if (align > REUSE_STEP || (o = obj_reuse(foot)) == NULL) {
		start = ru_roundup(ru_brk + sizeof(*o),
		    align < 16 ? 16 : align);
		end = start - sizeof(*o) + foot;
		if (end > RU_ARENA_SIZE || obj_n == NOBJ ||
		    ru_arena_more(end - ru_brk) == NULL)
			goto nomem;
		o = (struct obj *)(ru_arena + start) - 1;
		obj_start[obj_n++] = start / 8;
		o->oo_foot = foot < UINT32_MAX ? foot : UINT32_MAX;
	}
	o->oo_magic = OBJ_MAGIC ^ obj_off(o);
	o->oo_kind = kind;
	o->oo_state = OBJ_ALIVE;
	o->oo_thread = ru_thread_id();
	o->oo_len = len;
	o->oo_name = name;
	o->oo_seq = ++obj_seq;
	o->oo_astack = ru_depot_put(frame);
	o->oo_fstack = 0;
	o->oo_next = 0;
	if (kind != RU_OBJ_RAW && kind != RU_OBJ_ANON)
		obj_live++;
	ru_unlock();
	obj_open(o);
	*objp = o + 1;
	return 0;
 nomem:
	ru_unlock();
	return NB_ENOMEM;
}

/* The last object that starts at or before off, or -1. */
static RU_NOSAN int64_t
obj_search(size_t off)
{
	int64_t lo = -1, hi = obj_n, mid;

	off /= 8;
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (obj_start[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static RU_NOSAN struct obj *
obj_lookup(const void *addr)
{
	size_t off = (const char *)addr - ru_arena;
	struct obj *o;
	int64_t i;

	if (obj_start == NULL || off >= ru_brk || (off & 7) != 0)
		return NULL;
	/* The common case: addr is a start, and its header says so. */
	o = (struct obj *)addr - 1;
	if (off < sizeof(*o))
		return NULL;
	if (__predict_true(o->oo_magic == (OBJ_MAGIC ^ (uint32_t)(off / 8))))
		return o;
	i = obj_search(off);
	if (i < 0 || obj_start[i] != off / 8)
		return NULL;
	return o;
}

/* Whether ptr is the start of an object, alive or freed. */
RU_NOSAN bool
ru_obj_owns(const void *ptr)
{
	return obj_lookup(ptr) != NULL;
}

static const char *
kind_name(int kind)
{
	static const char *const names[] = {
		[RU_OBJ_RAW] = "hypercall memory",
		[RUMPUSER_OBJ_KMEM] = "kmem", [RUMPUSER_OBJ_POOL] = "pool",
		[RUMPUSER_OBJ_MALLOC] = "malloc", [RUMPUSER_OBJ_BUF] = "buffer",
		[RUMPUSER_OBJ_PAGE] = "page", [RUMPUSER_OBJ_MBUF] = "mbuf",
		[RUMPUSER_OBJ_DMA] = "dma", [RUMPUSER_OBJ_USER] = "user",
		[RUMPUSER_OBJ_HOST] = "host", [RU_OBJ_ANON] = "anonymous pages",
	};

	if (kind < 0 || kind >= (int)__arraycount(names) ||
	    names[kind] == NULL)
		return "unknown";
	return names[kind];
}

static RU_NOSAN void
obj_print(const struct obj *o)
{
	void *pcs[RU_NFRAME];
	unsigned n;

	ru_print("%s by thread %s here:\n", o->oo_state == OBJ_ALIVE ?
	    "allocated" : "object was allocated",
	    ru_thread_name_of(o->oo_thread));
	n = ru_depot_get(o->oo_astack, pcs, RU_NFRAME);
	ru_print_stack(pcs, n);
	if (o->oo_state == OBJ_FREED) {
		ru_print("freed here:\n");
		n = ru_depot_get(o->oo_fstack, pcs, RU_NFRAME);
		ru_print_stack(pcs, n);
	}
}

/* Prints what object an address belongs to; false if it is none. */
RU_NOSAN bool
ru_obj_explain(const void *addr)
{
	size_t off = (const char *)addr - ru_arena, start, end;
	struct obj *o, *next;
	int64_t i;

	if (obj_start == NULL || off >= RU_ARENA_SIZE || obj_n == 0)
		return false;
	i = obj_search(off);
	o = i < 0 ? obj_at(obj_start[0]) : obj_at(obj_start[i]);
	/* In front of the next object is nearer than behind this one? */
	if (i >= 0 && i + 1 < obj_n) {
		next = obj_at(obj_start[i + 1]);
		end = (char *)(o + 1) - ru_arena + o->oo_len;
		start = (char *)(next + 1) - ru_arena;
		if (off >= end && start - off <= 16 && start - off <= off - end)
			o = next;
	}
	start = (char *)(o + 1) - ru_arena;
	end = start + o->oo_len;
	ru_print("\n%p is located ", addr);
	if (off < start)
		ru_print("%zu bytes before", start - off);
	else if (off >= end)
		ru_print("%zu bytes after", off - end);
	else
		ru_print("%zu bytes inside of", off - start);
	ru_print(" %zu-byte %s object \"%s\" [%p,%p) (%s)\n", o->oo_len,
	    kind_name(o->oo_kind), o->oo_name, (void *)(o + 1),
	    (void *)((char *)(o + 1) + o->oo_len),
	    o->oo_state == OBJ_ALIVE ? "alive" : "freed");
	obj_print(o);
	return true;
}

static void obj_bad(const char *kind, const struct obj *, const void *frame,
	    const char *, ...) __attribute__((__noreturn__))
	    __printflike(4, 5);

static void
obj_bad(const char *kind, const struct obj *o, const void *frame,
    const char *fmt, ...)
{
	void *pcs[RU_NFRAME];
	va_list ap;
	char msg[256];
	unsigned n;

	n = ru_walk(pcs, RU_NFRAME, frame);
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ru_report_begin(kind);
	ru_print("%s\n", msg);
	ru_print_stack(pcs, n);
	if (o != NULL)
		ru_obj_explain(o + 1);
	ru_report_end(kind, pcs, n);
}

/* Frees an object after checking what the caller believes about it. */
RU_NOSAN void
ru_obj_free(void *ptr, size_t len, int kind, const void *frame)
{
	struct obj *o;
	size_t i;

	ru_lock();
	o = obj_lookup(ptr);
	if (__predict_false(o == NULL)) {
		ru_unlock();
		ru_obj_explain(ptr);
		obj_bad("bad-free", NULL, frame,
		    "free of a pointer that is no object (as %s)",
		    kind_name(kind));
	}
	if (__predict_false(o->oo_magic != (OBJ_MAGIC ^ obj_off(o)))) {
		ru_unlock();
		obj_bad("heap-corruption", o, frame,
		    "header of the object was overwritten");
	}
	if (__predict_false(o->oo_state != OBJ_ALIVE)) {
		ru_unlock();
		obj_bad("double-free", o, frame,
		    "object is free already (as %s)", kind_name(kind));
	}
	if (__predict_false(o->oo_kind != kind)) {
		ru_unlock();
		obj_bad("bad-free", o, frame,
		    "%s object freed as %s", kind_name(o->oo_kind),
		    kind_name(kind));
	}
	if (__predict_false(len != 0 && len != o->oo_len)) {
		ru_unlock();
		obj_bad("bad-free", o, frame,
		    "object of %zu bytes freed as %zu bytes", o->oo_len, len);
	}
	if (!RU_ASAN) {
		const uint8_t *p = (uint8_t *)ptr + o->oo_len;

		for (i = 0; i < redzone(o->oo_len); i++)
			if (p[i] != OBJ_CANARY) {
				ru_unlock();
				obj_bad("heap-buffer-overflow", o, frame,
				    "byte %zu behind the object was written",
				    i);
			}
	}
	o->oo_state = OBJ_FREED;
	o->oo_fstack = ru_depot_put(frame);
	if (kind != RU_OBJ_RAW && kind != RU_OBJ_ANON &&
	    o->oo_seq > obj_mark_seq)
		obj_live--;
	obj_poison(o);
	o->oo_next = 0;
	if (q_tail != 0)
		obj_at(q_tail)->oo_next = obj_off(o);
	else
		q_head = obj_off(o);
	q_tail = obj_off(o);
	q_bytes += o->oo_foot;
	if (__predict_false(q_bytes > QUARANTINE))
		quarantine_trim();
	ru_unlock();
}

#if RU_TSAN
/*
 * TSan: a word in front of the object keeps length and kind.
 */
struct hostobj {
	size_t	ho_len;
	int	ho_kind;
	uint32_t ho_magic;
};

static int
host_alloc(size_t len, size_t align, int kind, void **objp)
{
	struct hostobj *h;
	size_t pad = align < sizeof(*h) ? sizeof(*h) : align;
	void *p;

	if (len > RU_ARENA_SIZE || posix_memalign(&p, pad, pad + len) != 0)
		return NB_ENOMEM;
	h = (struct hostobj *)((char *)p + pad) - 1;
	h->ho_len = len;
	h->ho_kind = kind | (int)(pad << 4);
	h->ho_magic = OBJ_MAGIC;
	*objp = h + 1;
	return 0;
}

static void
host_free(void *obj, size_t len, int kind)
{
	struct hostobj *h = (struct hostobj *)obj - 1;

	if (h->ho_magic != OBJ_MAGIC || (h->ho_kind & 15) != kind ||
	    (len != 0 && len != h->ho_len))
		rumpuser_report("bad-free", "object freed with another kind "
		    "or length");
	h->ho_magic = 0;
	free((char *)obj - (h->ho_kind >> 4));
}
#endif

int
rumpuser_obj_alloc(size_t len, size_t align, enum rumpuser_objkind kind,
    const char *name, void **objp)
{

#if RU_TSAN
	if (!ru_deterministic)
		return host_alloc(len, align, kind, objp);
#endif
	return ru_obj_alloc(len, align, kind, name,
	    __builtin_frame_address(0), objp);
}

void
rumpuser_obj_free(void *obj, size_t len, enum rumpuser_objkind kind)
{

#if RU_TSAN
	if (!ru_deterministic) {
		host_free(obj, len, kind);
		return;
	}
#endif
	ru_obj_free(obj, len, kind, __builtin_frame_address(0));
}

RU_NOSAN size_t
rumpuser_obj_size(const void *obj)
{
	struct obj *o;

#if RU_TSAN
	if (!ru_deterministic)
		return ((const struct hostobj *)obj - 1)->ho_len;
#endif
	if ((o = obj_lookup(obj)) == NULL)
		obj_bad("bad-object", NULL, __builtin_frame_address(0),
		    "pointer is no object");
	if (o->oo_state != OBJ_ALIVE)
		obj_bad("heap-use-after-free", o, __builtin_frame_address(0),
		    "size asked of a freed object");
	return o->oo_len;
}

RU_NOSAN static void
obj_info(const struct obj *o, struct rumpuser_objinfo *oi)
{

	oi->oi_addr = o + 1;
	oi->oi_len = o->oo_len;
	oi->oi_kind = o->oo_kind;
	oi->oi_name = o->oo_name;
	oi->oi_seq = o->oo_seq;
}

void
rumpuser_obj_mark(void)
{

	ru_lock();
	obj_mark_seq = obj_seq;
	obj_live = 0;
	ru_unlock();
}

/*
 * Objects come in the order of their allocation as long as the quarantine
 * has not given any back; after that, in the order of their addresses.
 */
RU_NOSAN unsigned
rumpuser_obj_live(void (*cb)(const struct rumpuser_objinfo *, void *),
    void *arg)
{
	struct rumpuser_objinfo oi;
	struct obj *o;
	unsigned n = 0;
	uint32_t i, first;

	if (obj_live == 0)
		return 0;
	/* Skip what is older than the mark: starts are in order of time. */
	first = 0;
	if (q_reuse == NULL) {
		uint32_t lo = 0, hi = obj_n, mid;

		while (lo < hi) {
			mid = (lo + hi) / 2;
			if (obj_at(obj_start[mid])->oo_seq <= obj_mark_seq)
				lo = mid + 1;
			else
				hi = mid;
		}
		first = lo;
	}
	for (i = first; i < obj_n; i++) {
		o = obj_at(obj_start[i]);
		if (o->oo_state != OBJ_ALIVE || o->oo_seq <= obj_mark_seq ||
		    o->oo_kind == RU_OBJ_RAW || o->oo_kind == RU_OBJ_ANON)
			continue;
		n++;
		if (cb != NULL) {
			obj_info(o, &oi);
			(*cb)(&oi, arg);
		}
	}
	return n;
}

RU_NOSAN void
rumpuser_obj_describe(const void *obj)
{
	struct obj *o = obj_lookup(obj);

	if (o == NULL) {
		ru_print("pointer is no object\n");
		return;
	}
	ru_print("%zu-byte %s object \"%s\" ", o->oo_len,
	    kind_name(o->oo_kind), o->oo_name);
	obj_print(o);
}

RU_NOSAN int
rumpuser_obj_find(const void *addr, struct rumpuser_objinfo *oi)
{
	size_t off = (const char *)addr - ru_arena;
	struct obj *o;
	int64_t i;

	if (obj_start == NULL || off >= ru_brk)
		return NB_ESRCH;
	i = obj_search(off);
	if (i < 0)
		return NB_ESRCH;
	o = obj_at(obj_start[i]);
	if (off - (size_t)obj_start[i] * 8 >= (o->oo_len ? o->oo_len : 1))
		return NB_ESRCH;
	obj_info(o, oi);
	return 0;
}

/* Snapshot: what is free now stays free for ever. */
void
ru_obj_retire(void)
{

	q_head = q_tail = 0;
	q_bytes = 0;
	if (q_reuse != NULL)
		ru_fill(q_reuse, 0, REUSE_MAX / REUSE_STEP * sizeof(*q_reuse));
}

/*
 * Reports the parts of the arena below the break whose contents matter:
 * all but freed objects, which nothing writes to any more once they are
 * retired.
 */
RU_NOSAN void
ru_obj_extents(void (*cb)(size_t off, size_t len))
{
	size_t from = 0, start;
	struct obj *o;
	uint32_t i;

	for (i = 0; obj_start != NULL && i < obj_n; i++) {
		o = obj_at(obj_start[i]);
		if (o->oo_state != OBJ_FREED)
			continue;
		start = (char *)o - ru_arena;
		if (start > from)
			(*cb)(from, start - from);
		from = start + o->oo_foot;
	}
	if (from < ru_brk)
		(*cb)(from, ru_brk - from);
}
