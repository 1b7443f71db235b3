/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Simple locks: one byte, spun on.
 */

#ifndef _MACHINE_LOCK_H_
#define	_MACHINE_LOCK_H_

#include <sys/types.h>

static __inline int
__SIMPLELOCK_LOCKED_P(const __cpu_simple_lock_t *lockp)
{

	return __atomic_load_n(lockp, __ATOMIC_RELAXED) == __SIMPLELOCK_LOCKED;
}

static __inline int
__SIMPLELOCK_UNLOCKED_P(const __cpu_simple_lock_t *lockp)
{

	return __atomic_load_n(lockp, __ATOMIC_RELAXED) ==
	    __SIMPLELOCK_UNLOCKED;
}

static __inline void
__cpu_simple_lock_set(__cpu_simple_lock_t *lockp)
{

	__atomic_store_n(lockp, __SIMPLELOCK_LOCKED, __ATOMIC_RELAXED);
}

static __inline void
__cpu_simple_lock_clear(__cpu_simple_lock_t *lockp)
{

	__atomic_store_n(lockp, __SIMPLELOCK_UNLOCKED, __ATOMIC_RELEASE);
}

static __inline void
__cpu_simple_lock_init(__cpu_simple_lock_t *lockp)
{

	__atomic_store_n(lockp, __SIMPLELOCK_UNLOCKED, __ATOMIC_RELAXED);
}

static __inline int
__cpu_simple_lock_try(__cpu_simple_lock_t *lockp)
{

	return __atomic_exchange_n(lockp, __SIMPLELOCK_LOCKED,
	    __ATOMIC_ACQUIRE) == __SIMPLELOCK_UNLOCKED;
}

static __inline void
__cpu_simple_lock(__cpu_simple_lock_t *lockp)
{

	while (!__cpu_simple_lock_try(lockp)) {
		while (__SIMPLELOCK_LOCKED_P(lockp))
			__builtin_ia32_pause();
	}
}

static __inline void
__cpu_simple_unlock(__cpu_simple_lock_t *lockp)
{

	__atomic_store_n(lockp, __SIMPLELOCK_UNLOCKED, __ATOMIC_RELEASE);
}

#define	SPINLOCK_SPIN_HOOK	__builtin_ia32_pause()
#define	SPINLOCK_BACKOFF_HOOK	__builtin_ia32_pause()
#define	mb_memory()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define	mb_read()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define	mb_write()	__atomic_thread_fence(__ATOMIC_RELEASE)

#endif /* !_MACHINE_LOCK_H_ */
