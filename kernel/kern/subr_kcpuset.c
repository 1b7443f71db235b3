/* SPDX-License-Identifier: BSD-2-Clause */

/* Dynamic sets of CPUs: kcpuset(9).  One word holds all CPUs there can be. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kcpuset.h>
#include <sys/kmem.h>

struct kcpuset {
	volatile uint64_t	ks_bits;
	volatile u_int		ks_refs;
	kcpuset_t		*ks_next;	/* to be freed, kcpuset_unuse */
};
#define	MAXBIT	64

kcpuset_t *kcpuset_running;
kcpuset_t *kcpuset_attached;

void
kcpuset_sysinit(void)
{

	kcpuset_create(&kcpuset_running, true);
	kcpuset_create(&kcpuset_attached, true);
}

void
kcpuset_create(kcpuset_t **retp, bool zero)
{
	kcpuset_t *s = kmem_zalloc(sizeof(*s), KM_SLEEP);

	s->ks_refs = 1;
	*retp = s;
}

void
kcpuset_clone(kcpuset_t **retp, const kcpuset_t *from)
{

	kcpuset_create(retp, false);
	(*retp)->ks_bits = from->ks_bits;
}

void
kcpuset_use(kcpuset_t *s)
{

	atomic_inc_uint(&s->ks_refs);
}

/* Drops a reference; the last one frees, later if lst is given. */
void
kcpuset_unuse(kcpuset_t *s, kcpuset_t **lst)
{

	if (atomic_dec_uint_nv(&s->ks_refs) != 0)
		return;
	if (lst != NULL) {
		s->ks_next = *lst;
		*lst = s;
		return;
	}
	kmem_free(s, sizeof(*s));
}

/* Frees a set, and those that kcpuset_unuse() put behind it. */
void
kcpuset_destroy(kcpuset_t *s)
{
	kcpuset_t *next;

	for (; s != NULL; s = next) {
		next = s->ks_next;
		kmem_free(s, sizeof(*s));
	}
}

void
kcpuset_copy(kcpuset_t *to, const kcpuset_t *from)
{

	to->ks_bits = from->ks_bits;
}

int
kcpuset_copyin(const void *uset, kcpuset_t *s, size_t len)
{
	uint64_t v = 0;
	int error;

	if (len > sizeof(v))
		len = sizeof(v);
	if ((error = copyin(uset, &v, len)) == 0)
		s->ks_bits = v;
	return error;
}

int
kcpuset_copyout(kcpuset_t *s, void *uset, size_t len)
{
	const uint64_t v = s->ks_bits;

	return copyout(&v, uset, MIN(len, sizeof(v)));
}

void
kcpuset_export_u32(const kcpuset_t *s, uint32_t *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len / sizeof(*buf); i++)
		buf[i] = i < 2 ? (uint32_t)(s->ks_bits >> (32 * i)) : 0;
}

void
kcpuset_zero(kcpuset_t *s)
{

	s->ks_bits = 0;
}

void
kcpuset_fill(kcpuset_t *s)
{

	s->ks_bits = UINT64_MAX;
}

void
kcpuset_set(kcpuset_t *s, cpuid_t i)
{

	KASSERT(i < MAXBIT);
	s->ks_bits |= UINT64_C(1) << i;
}

void
kcpuset_clear(kcpuset_t *s, cpuid_t i)
{

	KASSERT(i < MAXBIT);
	s->ks_bits &= ~(UINT64_C(1) << i);
}

bool
kcpuset_isset(const kcpuset_t *s, cpuid_t i)
{

	return i < MAXBIT && (s->ks_bits >> i & 1) != 0;
}

bool
kcpuset_isotherset(const kcpuset_t *s, cpuid_t i)
{

	return (s->ks_bits & ~(i < MAXBIT ? UINT64_C(1) << i : 0)) != 0;
}

bool
kcpuset_iszero(const kcpuset_t *s)
{

	return s->ks_bits == 0;
}

bool
kcpuset_intersecting_p(const kcpuset_t *a, const kcpuset_t *b)
{

	return (a->ks_bits & b->ks_bits) != 0;
}

/* From 1; 0 if the set is empty. */
cpuid_t
kcpuset_ffs(const kcpuset_t *s)
{

	return __builtin_ffsl((long)s->ks_bits);
}

cpuid_t
kcpuset_ffs_intersecting(const kcpuset_t *a, const kcpuset_t *b)
{

	return __builtin_ffsl((long)(a->ks_bits & b->ks_bits));
}

bool
kcpuset_match(const kcpuset_t *a, const kcpuset_t *b)
{

	return a->ks_bits == b->ks_bits;
}

void
kcpuset_merge(kcpuset_t *a, const kcpuset_t *b)
{

	a->ks_bits |= b->ks_bits;
}

void
kcpuset_intersect(kcpuset_t *a, const kcpuset_t *b)
{

	a->ks_bits &= b->ks_bits;
}

void
kcpuset_remove(kcpuset_t *a, const kcpuset_t *b)
{

	a->ks_bits &= ~b->ks_bits;
}

int
kcpuset_countset(const kcpuset_t *s)
{

	return __builtin_popcountl(s->ks_bits);
}

void
kcpuset_atomic_set(kcpuset_t *s, cpuid_t i)
{

	KASSERT(i < MAXBIT);
	__atomic_fetch_or(&s->ks_bits, UINT64_C(1) << i, __ATOMIC_SEQ_CST);
}

void
kcpuset_atomic_clear(kcpuset_t *s, cpuid_t i)
{

	KASSERT(i < MAXBIT);
	__atomic_fetch_and(&s->ks_bits, ~(UINT64_C(1) << i),
	    __ATOMIC_SEQ_CST);
}

void
kcpuset_atomicly_merge(kcpuset_t *a, const kcpuset_t *b)
{

	__atomic_fetch_or(&a->ks_bits, b->ks_bits, __ATOMIC_SEQ_CST);
}

void
kcpuset_atomicly_intersect(kcpuset_t *a, const kcpuset_t *b)
{

	__atomic_fetch_and(&a->ks_bits, b->ks_bits, __ATOMIC_SEQ_CST);
}

void
kcpuset_atomicly_remove(kcpuset_t *a, const kcpuset_t *b)
{

	__atomic_fetch_and(&a->ks_bits, ~b->ks_bits, __ATOMIC_SEQ_CST);
}
