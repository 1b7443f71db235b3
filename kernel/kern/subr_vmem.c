/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Allocation of ranges of numbers: vmem(9).
 *
 * An arena is a list of segments in order of their addresses, each a span
 * that was added, free, or allocated.  Allocations look for the first (or
 * with VM_BESTFIT the smallest) free segment that serves; freed ones join
 * free neighbours of the same span.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/vmem.h>

struct vseg {
	TAILQ_ENTRY(vseg) vs_list;
	vmem_addr_t	vs_start;
	vmem_size_t	vs_size;
	u_int		vs_span;	/* which span it belongs to */
	bool		vs_used;
	bool		vs_imported;	/* its span came from the source */
};

struct vmem {
	kmutex_t	vm_lock;
	kcondvar_t	vm_cv;
	char		vm_name[32];
	TAILQ_HEAD(, vseg) vm_segs;
	vmem_size_t	vm_quantum;
	vmem_size_t	vm_size, vm_inuse;
	u_int		vm_nspans;
	vmem_ximport_t	*vm_import;
	vmem_release_t	*vm_release;
	vmem_t		*vm_source;
	vm_flag_t	vm_flags;
};

static km_flag_t
kmflags(vm_flag_t flags)
{

	return (flags & VM_SLEEP) != 0 ? KM_SLEEP : KM_NOSLEEP;
}

vmem_t *
vmem_xcreate(const char *name, vmem_addr_t base, vmem_size_t size,
    vmem_size_t quantum, vmem_ximport_t *import, vmem_release_t *release,
    vmem_t *source, vmem_size_t qcache_max, vm_flag_t flags, int ipl)
{
	vmem_t *vm;

	KASSERT(quantum > 0 && powerof2(quantum));
	vm = kmem_zalloc(sizeof(*vm), kmflags(flags));
	if (vm == NULL)
		return NULL;
	strlcpy(vm->vm_name, name, sizeof(vm->vm_name));
	mutex_init(&vm->vm_lock, MUTEX_DEFAULT, ipl);
	cv_init(&vm->vm_cv, "vmem");
	TAILQ_INIT(&vm->vm_segs);
	vm->vm_quantum = quantum;
	vm->vm_import = import;
	vm->vm_release = release;
	vm->vm_source = source;
	vm->vm_flags = flags | VM_XIMPORT;
	if (size != 0 && vmem_add(vm, base, size, flags) != 0) {
		vmem_destroy(vm);
		return NULL;
	}
	return vm;
}

/*
 * An arena over [base, base + size) in units of quantum, a power of two; it
 * grows through importfn.  qcache_max does nothing.
 */
vmem_t *
vmem_create(const char *name, vmem_addr_t base, vmem_size_t size,
    vmem_size_t quantum, vmem_import_t *import, vmem_release_t *release,
    vmem_t *source, vmem_size_t qcache_max, vm_flag_t flags, int ipl)
{
	vmem_t *vm = vmem_xcreate(name, base, size, quantum, NULL, release,
	    source, qcache_max, flags, ipl);

	if (vm != NULL) {
		vm->vm_import = (vmem_ximport_t *)(void *)import;
		vm->vm_flags &= ~VM_XIMPORT;
	}
	return vm;
}

/* Frees an arena and what it imported; nothing is allocated from it. */
void
vmem_destroy(vmem_t *vm)
{
	struct vseg *vs;

	if (vm->vm_inuse != 0)
		panic("vmem_destroy: %s: %zu in use", vm->vm_name,
		    vm->vm_inuse);
	while ((vs = TAILQ_FIRST(&vm->vm_segs)) != NULL) {
		TAILQ_REMOVE(&vm->vm_segs, vs, vs_list);
		if (vs->vs_imported && vm->vm_release != NULL)
			(*vm->vm_release)(vm->vm_source, vs->vs_start,
			    vs->vs_size);
		kmem_free(vs, sizeof(*vs));
	}
	mutex_destroy(&vm->vm_lock);
	cv_destroy(&vm->vm_cv);
	kmem_free(vm, sizeof(*vm));
}

static void
seg_insert(vmem_t *vm, struct vseg *new)
{
	struct vseg *vs;

	TAILQ_FOREACH(vs, &vm->vm_segs, vs_list)
		if (vs->vs_start > new->vs_start)
			break;
	if (vs != NULL)
		TAILQ_INSERT_BEFORE(vs, new, vs_list);
	else
		TAILQ_INSERT_TAIL(&vm->vm_segs, new, vs_list);
}

static int
span_add(vmem_t *vm, vmem_addr_t addr, vmem_size_t size, vm_flag_t flags,
    bool imported)
{
	struct vseg *vs = kmem_zalloc(sizeof(*vs), kmflags(flags));

	if (vs == NULL)
		return ENOMEM;
	vs->vs_start = addr;
	vs->vs_size = size;
	vs->vs_imported = imported;
	mutex_enter(&vm->vm_lock);
	vs->vs_span = ++vm->vm_nspans;
	seg_insert(vm, vs);
	vm->vm_size += size;
	cv_broadcast(&vm->vm_cv);
	mutex_exit(&vm->vm_lock);
	return 0;
}

/* Adds a range to an arena; ENOMEM. */
int
vmem_add(vmem_t *vm, vmem_addr_t addr, vmem_size_t size, vm_flag_t flags)
{

	return span_add(vm, addr, size, flags, false);
}

/*
 * The lowest address in [start, end] of vs at which size fits with the
 * constraints; false if there is none.
 */
static bool
fits(const struct vseg *vs, vmem_size_t size, vmem_size_t align,
    vmem_size_t phase, vmem_size_t nocross, vmem_addr_t minaddr,
    vmem_addr_t maxaddr, vmem_addr_t *addrp)
{
	vmem_addr_t start = MAX(vs->vs_start, minaddr), last;
	const vmem_addr_t end = MIN(vs->vs_start + (vs->vs_size - 1), maxaddr);
	vmem_addr_t a;

	if (start > end || end - start < size - 1)
		return false;
	/* The next address that is phase past a multiple of align. */
	a = ((start - phase + align - 1) & ~(align - 1)) + phase;
	if (a < start)
		a += align;
	if (a < start)
		return false;
	last = a + (size - 1);
	if (nocross != 0 && (a & ~(nocross - 1)) != (last & ~(nocross - 1))) {
		a = (last & ~(nocross - 1));
		a = ((a - phase + align - 1) & ~(align - 1)) + phase;
		last = a + (size - 1);
		if ((a & ~(nocross - 1)) != (last & ~(nocross - 1)))
			return false;
	}
	if (a < start || a > end || end - a < size - 1)
		return false;
	*addrp = a;
	return true;
}

static int
try_alloc(vmem_t *vm, vmem_size_t size, vmem_size_t align, vmem_size_t phase,
    vmem_size_t nocross, vmem_addr_t minaddr, vmem_addr_t maxaddr,
    vm_flag_t flags, struct vseg *spare[2], vmem_addr_t *addrp)
{
	struct vseg *vs, *best = NULL;
	vmem_addr_t a, addr = 0;

	TAILQ_FOREACH(vs, &vm->vm_segs, vs_list) {
		if (vs->vs_used || !fits(vs, size, align, phase, nocross,
		    minaddr, maxaddr, &a))
			continue;
		if (best == NULL || vs->vs_size < best->vs_size) {
			best = vs;
			addr = a;
		}
		if ((flags & VM_BESTFIT) == 0)
			break;
	}
	if (best == NULL)
		return ENOMEM;
	/* What is left on both sides stays free. */
	if (addr > best->vs_start) {
		vs = spare[0];
		spare[0] = NULL;
		*vs = *best;
		vs->vs_size = addr - best->vs_start;
		best->vs_start = addr;
		best->vs_size -= vs->vs_size;
		TAILQ_INSERT_BEFORE(best, vs, vs_list);
	}
	if (best->vs_size > size) {
		vs = spare[1];
		spare[1] = NULL;
		*vs = *best;
		vs->vs_start += size;
		vs->vs_size -= size;
		best->vs_size = size;
		TAILQ_INSERT_AFTER(&vm->vm_segs, best, vs, vs_list);
	}
	best->vs_used = true;
	vm->vm_inuse += size;
	*addrp = addr;
	return 0;
}

static int
import(vmem_t *vm, vmem_size_t size, vm_flag_t flags)
{
	vmem_addr_t addr;
	vmem_size_t got = size;
	int error;

	if (vm->vm_import == NULL)
		return ENOMEM;
	if ((vm->vm_flags & VM_XIMPORT) != 0)
		error = (*vm->vm_import)(vm->vm_source, size, &got, flags,
		    &addr);
	else
		error = (*(vmem_import_t *)(void *)vm->vm_import)(
		    vm->vm_source, size, flags, &addr);
	if (error != 0)
		return ENOMEM;
	error = span_add(vm, addr, got, flags, true);
	if (error != 0 && vm->vm_release != NULL)
		(*vm->vm_release)(vm->vm_source, addr, got);
	return error;
}

/*
 * size units at an address that is phase past a multiple of align, crosses
 * no multiple of nocross, and lies in [minaddr, maxaddr].  0 or ENOMEM; with
 * VM_SLEEP it waits.
 */
int
vmem_xalloc(vmem_t *vm, vmem_size_t size, vmem_size_t align,
    vmem_size_t phase, vmem_size_t nocross, vmem_addr_t minaddr,
    vmem_addr_t maxaddr, vm_flag_t flags, vmem_addr_t *addrp)
{
	struct vseg *spare[2];
	vmem_addr_t addr;
	int error, i;

	KASSERT(size > 0);
	size = vmem_roundup_size(vm, size);
	if (align == 0)
		align = vm->vm_quantum;
	KASSERT(powerof2(align) && powerof2(nocross) && phase < align);
	if (size == 0 || (nocross != 0 && nocross < size))
		return ENOMEM;
	for (i = 0; i < 2; i++) {
		spare[i] = kmem_alloc(sizeof(struct vseg), kmflags(flags));
		if (spare[i] == NULL) {
			if (i == 1)
				kmem_free(spare[0], sizeof(*spare[0]));
			return ENOMEM;
		}
	}
	for (;;) {
		mutex_enter(&vm->vm_lock);
		error = try_alloc(vm, size, align, phase, nocross, minaddr,
		    maxaddr, flags, spare, &addr);
		mutex_exit(&vm->vm_lock);
		if (error == 0)
			break;
		if (import(vm, MAX(size, align == vm->vm_quantum ? size :
		    size + align), flags) == 0)
			continue;
		if ((flags & VM_SLEEP) == 0)
			break;
		mutex_enter(&vm->vm_lock);
		if (vm->vm_inuse == 0) {
			/* Nobody can ever give anything back. */
			mutex_exit(&vm->vm_lock);
			break;
		}
		cv_wait(&vm->vm_cv, &vm->vm_lock);
		mutex_exit(&vm->vm_lock);
	}
	for (i = 0; i < 2; i++)
		if (spare[i] != NULL)
			kmem_free(spare[i], sizeof(*spare[i]));
	if (error == 0 && addrp != NULL)
		*addrp = addr;
	return error;
}

int
vmem_alloc(vmem_t *vm, vmem_size_t size, vm_flag_t flags, vmem_addr_t *addrp)
{

	return vmem_xalloc(vm, size, 0, 0, 0, VMEM_ADDR_MIN, VMEM_ADDR_MAX,
	    flags, addrp);
}

/* Exactly [addr, addr + size). */
int
vmem_xalloc_addr(vmem_t *vm, vmem_addr_t addr, vmem_size_t size,
    vm_flag_t flags)
{

	size = vmem_roundup_size(vm, size);
	return vmem_xalloc(vm, size, 0, 0, 0, addr, addr + (size - 1), flags,
	    NULL);
}

static bool
joinable(const struct vseg *a, const struct vseg *b)
{

	return a != NULL && b != NULL && !a->vs_used && !b->vs_used &&
	    a->vs_span == b->vs_span && a->vs_start + a->vs_size == b->vs_start;
}

static void
seg_free(vmem_t *vm, struct vseg *vs, struct vseg *dead[2])
{
	struct vseg *other;

	vs->vs_used = false;
	vm->vm_inuse -= vs->vs_size;
	other = TAILQ_NEXT(vs, vs_list);
	if (joinable(vs, other)) {
		vs->vs_size += other->vs_size;
		TAILQ_REMOVE(&vm->vm_segs, other, vs_list);
		dead[0] = other;
	}
	other = TAILQ_FIRST(&vm->vm_segs) == vs ? NULL :
	    container_of(vs->vs_list.tqe_prev, struct vseg, vs_list.tqe_next);
	if (joinable(other, vs)) {
		other->vs_size += vs->vs_size;
		TAILQ_REMOVE(&vm->vm_segs, vs, vs_list);
		dead[1] = vs;
	}
}

/* Gives back what was allocated at addr with this size. */
void
vmem_xfree(vmem_t *vm, vmem_addr_t addr, vmem_size_t size)
{
	struct vseg *vs, *dead[2] = { NULL, NULL };
	int i;

	mutex_enter(&vm->vm_lock);
	TAILQ_FOREACH(vs, &vm->vm_segs, vs_list)
		if (vs->vs_start == addr && vs->vs_used)
			break;
	if (vs == NULL || vs->vs_size != vmem_roundup_size(vm, size))
		panic("vmem_free: %s: %#zx+%#zx is not allocated",
		    vm->vm_name, (size_t)addr, size);
	seg_free(vm, vs, dead);
	cv_broadcast(&vm->vm_cv);
	mutex_exit(&vm->vm_lock);
	for (i = 0; i < 2; i++)
		if (dead[i] != NULL)
			kmem_free(dead[i], sizeof(*dead[i]));
}

void
vmem_free(vmem_t *vm, vmem_addr_t addr, vmem_size_t size)
{

	vmem_xfree(vm, addr, size);
}

/* Gives back everything. */
void
vmem_xfreeall(vmem_t *vm)
{
	struct vseg *vs;
	vmem_addr_t addr;
	vmem_size_t size;

	for (;;) {
		mutex_enter(&vm->vm_lock);
		TAILQ_FOREACH(vs, &vm->vm_segs, vs_list)
			if (vs->vs_used)
				break;
		if (vs != NULL) {
			addr = vs->vs_start;
			size = vs->vs_size;
		}
		mutex_exit(&vm->vm_lock);
		if (vs == NULL)
			break;
		vmem_xfree(vm, addr, size);
	}
}

vmem_size_t
vmem_roundup_size(vmem_t *vm, vmem_size_t size)
{

	return (size + vm->vm_quantum - 1) & ~(vm->vm_quantum - 1);
}

/* What is allocated (VMEM_ALLOC), free (VMEM_FREE), or both. */
vmem_size_t
vmem_size(vmem_t *vm, int typemask)
{

	switch (typemask) {
	case VMEM_ALLOC:
		return vm->vm_inuse;
	case VMEM_FREE:
		return vm->vm_size - vm->vm_inuse;
	case VMEM_ALLOC | VMEM_FREE:
		return vm->vm_size;
	default:
		panic("vmem_size: %d", typemask);
	}
}
