/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Types of percpu(9).
 */

#ifndef _SYS_PERCPU_TYPES_H_
#define	_SYS_PERCPU_TYPES_H_

struct cpu_info;
typedef struct percpu percpu_t;
typedef void (*percpu_callback_t)(void *, void *, struct cpu_info *);

#endif /* !_SYS_PERCPU_TYPES_H_ */
