/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * percpu(9): memory that each CPU has its own of.
 */

#ifndef _SYS_PERCPU_H_
#define	_SYS_PERCPU_H_

#include <sys/types.h>
#include <sys/percpu_types.h>

#ifdef _KERNEL
percpu_t *percpu_alloc(size_t);
void	percpu_free(percpu_t *, size_t);
void	*percpu_getref(percpu_t *);
void	percpu_putref(percpu_t *);
void	percpu_foreach(percpu_t *, percpu_callback_t, void *);
void	percpu_foreach_xcall(percpu_t *, u_int, percpu_callback_t, void *);
percpu_t *percpu_create(size_t, percpu_callback_t, percpu_callback_t, void *);
void	percpu_traverse_enter(void);
void	percpu_traverse_exit(void);
void	*percpu_getptr_remote(percpu_t *, struct cpu_info *);
#endif

#endif /* !_SYS_PERCPU_H_ */
