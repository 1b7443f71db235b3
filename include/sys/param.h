/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Parameters of the kernel: versions, sizes, units, priorities.
 */

#ifndef _SYS_PARAM_H_
#define	_SYS_PARAM_H_

#define	BSD		199506
#define	BSD4_3		1
#define	BSD4_4		1

/* The interface spoken here: NetBSD 10.0. */
#ifndef __NetBSD__
#define	__NetBSD__	1
#endif
#define	__NetBSD_Version__	1000000000
#define	__NetBSD_Prereq__(M, m, p)					\
	(((((M) * 100000000) + (m) * 1000000) + (p) * 100) <=		\
	    __NetBSD_Version__)
#ifndef NetBSD
#define	NetBSD		199905
#endif

#include <sys/null.h>
#include <sys/inttypes.h>
#include <sys/types.h>
#include <sys/syslimits.h>
#include <sys/limits.h>

#define	MAXCOMLEN	16
#define	MAXINTERP	PATH_MAX
#define	MAXLOGNAME	(LOGIN_NAME_MAX - 1)
#define	NCARGS		ARG_MAX
#define	NGROUPS		NGROUPS_MAX
#define	NOGROUP		65535
#define	MAXHOSTNAMELEN	256
#define	NOFILE		OPEN_MAX
#define	MAXUPRC		CHILD_MAX

/* Pages and block devices. */
#include <machine/param.h>
#include <machine/vmparam.h>
#define	DEV_BSHIFT	9
#define	DEV_BSIZE	(1 << DEV_BSHIFT)
#define	BLKDEV_IOSIZE	2048
#define	MAXPHYS		(64 * 1024)
#define	MAXCPUS		256
#define	COHERENCY_UNIT	64
#define	CACHE_LINE_SIZE	64
#define	ALIGNBYTES	(sizeof(long) - 1)
#define	ALIGN(p)							\
	(((uintptr_t)(p) + ALIGNBYTES) & ~(uintptr_t)ALIGNBYTES)
#define	POINTER_ALIGNED_P(p, a)		(((uintptr_t)(p) & ((a) - 1)) == 0)
#define	btoc(x)		(((unsigned long)(x) + PGOFSET) >> PGSHIFT)
#define	ctob(x)		((unsigned long)(x) << PGSHIFT)
#define	ctod(x)		((daddr_t)(x) << (PGSHIFT - DEV_BSHIFT))
#define	dtoc(x)		((x) >> (PGSHIFT - DEV_BSHIFT))
#define	btodb(x)	((unsigned long)(x) >> DEV_BSHIFT)
#define	dbtob(x)	((unsigned long)(x) << DEV_BSHIFT)
#define	dbtob64(x)	((int64_t)(x) << DEV_BSHIFT)
#define	round_page(x)	(((x) + PAGE_MASK) & ~(PAGE_MASK + 0UL))
#define	trunc_page(x)	((x) & ~(PAGE_MASK + 0UL))
#define	stodb(n, secsz)	((n) * ((secsz) >> DEV_BSHIFT))

/* Buffer cache block sizes. */
#define	MAXBSIZE	MAXPHYS
#define	MAXFRAG		8
#define	MAXBUFSIZE	MAXBSIZE
#define	NODEV		((dev_t)-1)

/* Lengths of names. */
#define	MAXPATHLEN	PATH_MAX
#define	MAXSYMLINKS	32

/* Sets, rounding, minimum and maximum. */
#define	setbit(a, i)	((a)[(i) / NBBY] |= 1 << ((i) % NBBY))
#define	clrbit(a, i)	((a)[(i) / NBBY] &= ~(1 << ((i) % NBBY)))
#define	isset(a, i)	((a)[(i) / NBBY] & (1 << ((i) % NBBY)))
#define	isclr(a, i)	(((a)[(i) / NBBY] & (1 << ((i) % NBBY))) == 0)

#define	ISSET(t, f)	((t) & (f))
#define	SET(t, f)	((t) |= (f))
#define	CLR(t, f)	((t) &= ~(f))

#define	howmany(x, y)	(((x) + ((y) - 1)) / (y))
#define	roundup(x, y)	((((x) + ((y) - 1)) / (y)) * (y))
#define	rounddown(x, y)	(((x) / (y)) * (y))
#define	roundup2(x, m)							\
	((((x) - 1) | ((__typeof__(x))(m) - 1)) + 1)
#define	rounddown2(x, m)	((x) & ~((__typeof__(x))(m) - 1))
#ifndef powerof2
#define	powerof2(x)	((((x) - 1) & (x)) == 0)
#endif

#ifndef MIN
#define	MIN(a, b)	((/*CONSTCOND*/(a) < (b)) ? (a) : (b))
#endif
#ifndef MAX
#define	MAX(a, b)	((/*CONSTCOND*/(a) > (b)) ? (a) : (b))
#endif

/* Scheduling priorities: kernel threads and sleeping user lwps. */
#define	PRI_COUNT		224
#define	PRI_NONE		(-1)
#define	PRI_KERNEL_RT		192
#define	NPRI_KERNEL_RT		32
#define	MAXPRI_KERNEL_RT	(PRI_KERNEL_RT + NPRI_KERNEL_RT - 1)
#define	PRI_USER_RT		128
#define	NPRI_USER_RT		64
#define	MAXPRI_USER_RT		(PRI_USER_RT + NPRI_USER_RT - 1)
#define	PRI_KTHREAD		96
#define	NPRI_KTHREAD		32
#define	MAXPRI_KTHREAD		(PRI_KTHREAD + NPRI_KTHREAD - 1)
#define	PRI_KERNEL		64
#define	NPRI_KERNEL		32
#define	MAXPRI_KERNEL		(PRI_KERNEL + NPRI_KERNEL - 1)
#define	PRI_USER		0
#define	NPRI_USER		64
#define	MAXPRI_USER		(PRI_USER + NPRI_USER - 1)
#define	SCHED_PRI_MIN		0
#define	SCHED_PRI_MAX		63
#define	PRI_BOOST		(MAXPRI_KERNEL + 1 - PRI_KERNEL)

/* Priorities of tsleep(9), and its flags. */
#define	PZERO		22
#define	PSWP		0
#define	PVM		4
#define	PINOD		8
#define	PRIBIO		16
#define	PVFS		20
#define	PSOCK		24
#define	PWAIT		32
#define	PLOCK		36
#define	PPAUSE		40
#define	PRIMASK		0x0ff
#define	PCATCH		0x100
#define	PNORELOCK	0x200

#define	PRI_SOFTCLOCK	MAXPRI_KERNEL_RT
#define	PRI_SOFTNET	(PRI_SOFTCLOCK - 8)
#define	PRI_SOFTBIO	(PRI_SOFTNET - 8)
#define	PRI_SOFTSERIAL	(PRI_SOFTBIO - 8)
#define	PRI_XCALL	MAXPRI_KTHREAD
#define	PRI_PGDAEMON	(PRI_XCALL - 1)
#define	PRI_VM		(PRI_XCALL - 1)
#define	PRI_IOFLUSH	(PRI_XCALL - 2)
#define	PRI_BIO		(PRI_XCALL - 3)
#define	PRI_IDLE	PRI_USER

/* Ticks and milliseconds. */
#define	HZ		100
#define	FSHIFT		11
#define	FSCALE		(1 << FSHIFT)

#define	MAXSLP		20

#ifdef _KERNEL
#include <sys/errno.h>
#include <sys/uio.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <sys/ucred.h>
#include <sys/signal.h>
#include <uvm/uvm_param.h>
#include <sys/intr.h>
extern int hz;
#endif

#endif /* !_SYS_PARAM_H_ */
