/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * spl(9): interrupt priority levels by name.
 */

#ifndef _SYS_SPL_H_
#define	_SYS_SPL_H_

#define	splsoftclock()	splraise(IPL_SOFTCLOCK)
#define	splsoftbio()	splraise(IPL_SOFTBIO)
#define	splsoftnet()	splraise(IPL_SOFTNET)
#define	splsoftserial()	splraise(IPL_SOFTSERIAL)
#define	splvm()		splraise(IPL_VM)
#define	splsched()	splraise(IPL_SCHED)
#define	splbio()	splvm()
#define	splnet()	splvm()
#define	spltty()	splvm()
#define	splaudio()	splsched()
#define	splclock()	splsched()
#define	splserial()	splhigh()
#define	splstatclock()	splsched()
#define	spllock()	splhigh()

#endif /* !_SYS_SPL_H_ */
