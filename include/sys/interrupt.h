/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Interrupt lines by name ("irq 5"), and which CPUs serve them.
 */

#ifndef _SYS_INTERRUPT_H_
#define	_SYS_INTERRUPT_H_

#include <sys/types.h>
#include <sys/intr.h>
#include <sys/kcpuset.h>

typedef char intrid_t[INTRIDBUF];

/* As many names as iih_nids says. */
struct intrids_handler {
	int		iih_nids;
	intrid_t	iih_intrids[1];
};

#ifdef _KERNEL
uint64_t interrupt_get_count(const char *, u_int);
void	interrupt_get_assigned(const char *, kcpuset_t *);
void	interrupt_get_available(kcpuset_t *);
void	interrupt_get_devname(const char *, char *, size_t);
struct intrids_handler *interrupt_construct_intrids(const kcpuset_t *);
void	interrupt_destruct_intrids(struct intrids_handler *);
int	interrupt_distribute(void *, const kcpuset_t *, kcpuset_t *);
int	interrupt_distribute_handler(const char *, const kcpuset_t *, kcpuset_t *);
#endif

#endif /* !_SYS_INTERRUPT_H_ */
