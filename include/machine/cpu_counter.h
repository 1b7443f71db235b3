/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * cpu_counter(9): counts nanoseconds since boot.
 */

#ifndef _MACHINE_CPU_COUNTER_H_
#define	_MACHINE_CPU_COUNTER_H_

#include <sys/types.h>

struct cpu_info;

uint64_t cpu_counter(void);
uint32_t cpu_counter32(void);
uint64_t cpu_frequency(struct cpu_info *);

static __inline int
cpu_hascounter(void)
{

	return 1;
}

#endif /* !_MACHINE_CPU_COUNTER_H_ */
