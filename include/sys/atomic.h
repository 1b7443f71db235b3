/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * atomic_ops(3), membar_ops(3) and atomic_loadstore(9).
 */

#ifndef _SYS_ATOMIC_H_
#define	_SYS_ATOMIC_H_

#include <sys/types.h>

/*
 * Read-modify-write operations are relaxed, as atomic_ops(3) promises no
 * more; the barriers are membar_*().
 */
#define	_ATOMIC_ADD(name, type, delta)					\
static __inline void							\
atomic_add_##name(volatile type *p, delta d)				\
{									\
									\
	(void)__atomic_fetch_add(p, (type)d, __ATOMIC_RELAXED);		\
}									\
static __inline type							\
atomic_add_##name##_nv(volatile type *p, delta d)			\
{									\
									\
	return __atomic_add_fetch(p, (type)d, __ATOMIC_RELAXED);	\
}

#define	_ATOMIC_INC(name, type)						\
static __inline void							\
atomic_inc_##name(volatile type *p)					\
{									\
									\
	(void)__atomic_fetch_add(p, 1, __ATOMIC_RELAXED);		\
}									\
static __inline type							\
atomic_inc_##name##_nv(volatile type *p)				\
{									\
									\
	return __atomic_add_fetch(p, 1, __ATOMIC_RELAXED);		\
}									\
static __inline void							\
atomic_dec_##name(volatile type *p)					\
{									\
									\
	(void)__atomic_fetch_sub(p, 1, __ATOMIC_RELAXED);		\
}									\
static __inline type							\
atomic_dec_##name##_nv(volatile type *p)				\
{									\
									\
	return __atomic_sub_fetch(p, 1, __ATOMIC_RELAXED);		\
}

_ATOMIC_ADD(32, uint32_t, int32_t)
_ATOMIC_ADD(64, uint64_t, int64_t)
_ATOMIC_ADD(int, unsigned int, int)
_ATOMIC_ADD(long, unsigned long, long)
_ATOMIC_INC(32, uint32_t)
_ATOMIC_INC(64, uint64_t)
_ATOMIC_INC(uint, unsigned int)
_ATOMIC_INC(ulong, unsigned long)

static __inline void
atomic_add_ptr(volatile void *p, ssize_t d)
{

	(void)__atomic_fetch_add((volatile uintptr_t *)p, (uintptr_t)d,
	    __ATOMIC_RELAXED);
}

static __inline void *
atomic_add_ptr_nv(volatile void *p, ssize_t d)
{

	return (void *)__atomic_add_fetch((volatile uintptr_t *)p,
	    (uintptr_t)d, __ATOMIC_RELAXED);
}

static __inline void
atomic_inc_ptr(volatile void *p)
{

	atomic_add_ptr(p, 1);
}

static __inline void *
atomic_inc_ptr_nv(volatile void *p)
{

	return atomic_add_ptr_nv(p, 1);
}

static __inline void
atomic_dec_ptr(volatile void *p)
{

	atomic_add_ptr(p, -1);
}

static __inline void *
atomic_dec_ptr_nv(volatile void *p)
{

	return atomic_add_ptr_nv(p, -1);
}

#define	_ATOMIC_BITS(sfx, type)						\
static __inline void							\
atomic_and_##sfx(volatile type *p, type v)				\
{									\
									\
	(void)__atomic_fetch_and(p, v, __ATOMIC_RELAXED);		\
}									\
static __inline type							\
atomic_and_##sfx##_nv(volatile type *p, type v)				\
{									\
									\
	return __atomic_and_fetch(p, v, __ATOMIC_RELAXED);		\
}									\
static __inline void							\
atomic_or_##sfx(volatile type *p, type v)				\
{									\
									\
	(void)__atomic_fetch_or(p, v, __ATOMIC_RELAXED);		\
}									\
static __inline type							\
atomic_or_##sfx##_nv(volatile type *p, type v)				\
{									\
									\
	return __atomic_or_fetch(p, v, __ATOMIC_RELAXED);		\
}

_ATOMIC_BITS(32, uint32_t)
_ATOMIC_BITS(64, uint64_t)
_ATOMIC_BITS(uint, unsigned int)
_ATOMIC_BITS(ulong, unsigned long)

#define	_ATOMIC_CAS(sfx, type)						\
static __inline type							\
atomic_cas_##sfx(volatile type *p, type old, type new)			\
{									\
									\
	(void)__atomic_compare_exchange_n(p, &old, new, 0,		\
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED);			\
	return old;							\
}									\
static __inline type							\
atomic_cas_##sfx##_ni(volatile type *p, type old, type new)		\
{									\
									\
	return atomic_cas_##sfx(p, old, new);				\
}									\
static __inline type							\
atomic_swap_##sfx(volatile type *p, type new)				\
{									\
									\
	return __atomic_exchange_n(p, new, __ATOMIC_RELAXED);		\
}

_ATOMIC_CAS(32, uint32_t)
_ATOMIC_CAS(64, uint64_t)
_ATOMIC_CAS(uint, unsigned int)
_ATOMIC_CAS(ulong, unsigned long)
_ATOMIC_CAS(8, uint8_t)
_ATOMIC_CAS(16, uint16_t)

static __inline void *
atomic_cas_ptr(volatile void *p, void *old, void *new)
{

	(void)__atomic_compare_exchange_n((void *volatile *)p, &old, new, 0,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return old;
}

static __inline void *
atomic_cas_ptr_ni(volatile void *p, void *old, void *new)
{

	return atomic_cas_ptr(p, old, new);
}

static __inline void *
atomic_swap_ptr(volatile void *p, void *new)
{

	return __atomic_exchange_n((void *volatile *)p, new,
	    __ATOMIC_RELAXED);
}

#undef _ATOMIC_ADD
#undef _ATOMIC_INC
#undef _ATOMIC_BITS
#undef _ATOMIC_CAS

static __inline void
membar_acquire(void)
{

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static __inline void
membar_release(void)
{

	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static __inline void
membar_sync(void)
{

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static __inline void
membar_producer(void)
{

	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static __inline void
membar_consumer(void)
{

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static __inline void
membar_enter(void)
{

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static __inline void
membar_exit(void)
{

	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static __inline void
membar_datadep_consumer(void)
{

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

#ifdef _KERNEL
#define	atomic_load_relaxed(p)	__atomic_load_n((p), __ATOMIC_RELAXED)
#define	atomic_load_consume(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_store_relaxed(p, v)					\
	__atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define	atomic_store_release(p, v)					\
	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#endif

#endif /* !_SYS_ATOMIC_H_ */
