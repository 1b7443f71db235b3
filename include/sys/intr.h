/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Interrupt levels and softint(9).
 */

#ifndef _SYS_INTR_H_
#define	_SYS_INTR_H_

#ifdef _KERNEL
#include <sys/types.h>

/* Levels and flags of softint_establish(). */
#define	SOFTINT_BIO	0x0000
#define	SOFTINT_CLOCK	0x0001
#define	SOFTINT_SERIAL	0x0002
#define	SOFTINT_NET	0x0003
#define	SOFTINT_MPSAFE	0x0100
#define	SOFTINT_RCPU	0x0200
#define	SOFTINT_COUNT	0x0004
#define	SOFTINT_LVLMASK	0x00ff
#define	SOFTINT_IMPMASK	0xf000

void	*softint_establish(u_int, void (*)(void *), void *);
void	softint_disestablish(void *);
void	softint_schedule(void *);
struct cpu_info;
void	softint_schedule_cpu(void *, struct cpu_info *);

/* Room for the name of an interrupt line, and for those of its devices. */
#define	INTRIDBUF	64
#define	INTRDEVNAMEBUF	256

#include <machine/intr.h>
#endif

#endif /* !_SYS_INTR_H_ */
