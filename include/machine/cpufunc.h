/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Processor instructions that drivers use.
 */

#ifndef _MACHINE_CPUFUNC_H_
#define	_MACHINE_CPUFUNC_H_

#include <sys/types.h>

static __inline void
x86_pause(void)
{

	__builtin_ia32_pause();
}

static __inline void
x86_lfence(void)
{

	__builtin_ia32_lfence();
}

static __inline void
x86_sfence(void)
{

	__builtin_ia32_sfence();
}

static __inline void
x86_mfence(void)
{

	__builtin_ia32_mfence();
}

#endif /* !_MACHINE_CPUFUNC_H_ */
