/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Interrupt priority levels of amd64.
 */

#ifndef _MACHINE_INTR_H_
#define	_MACHINE_INTR_H_

#define	IPL_NONE	0x0
#define	IPL_PREEMPT	0x1
#define	IPL_SOFTCLOCK	0x2
#define	IPL_SOFTBIO	0x3
#define	IPL_SOFTNET	0x4
#define	IPL_SOFTSERIAL	0x5
#define	IPL_VM		0x6
#define	IPL_SCHED	0x7
#define	IPL_HIGH	0x8
#define	NIPL		9

#define	IPL_BIO		IPL_VM
#define	IPL_NET		IPL_VM
#define	IPL_TTY		IPL_VM
#define	IPL_AUDIO	IPL_SCHED
#define	IPL_CLOCK	IPL_SCHED
#define	IPL_SERIAL	IPL_HIGH

#define	IST_UNUSABLE	-1
#define	IST_NONE	0
#define	IST_PULSE	1
#define	IST_EDGE	2
#define	IST_LEVEL	3

#ifndef _LOCORE
#include <sys/types.h>

typedef uint8_t ipl_t;
typedef struct {
	ipl_t	_ipl;
} ipl_cookie_t;

int	splraise(int);
int	spllower(int);
void	splx(int);
int	splhigh(void);
void	spl0(void);

static __inline ipl_cookie_t
makeiplcookie(ipl_t ipl)
{

	return (ipl_cookie_t){ ._ipl = ipl };
}

static __inline int
splraiseipl(ipl_cookie_t icookie)
{

	return splraise(icookie._ipl);
}

#include <sys/spl.h>
#endif

#endif /* !_MACHINE_INTR_H_ */
