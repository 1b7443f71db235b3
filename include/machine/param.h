/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Machine constants of amd64.
 */

#ifndef _MACHINE_PARAM_H_
#define	_MACHINE_PARAM_H_

#define	_MACHINE	amd64
#define	MACHINE		"amd64"
#define	_MACHINE_ARCH	x86_64
#define	MACHINE_ARCH	"x86_64"
#define	MID_MACHINE	MID_X86_64

#define	ALIGNED_POINTER(p, t)		1
#define	ALIGNED_POINTER_LOAD(q, p, t)	memcpy((q), (p), sizeof(t))

#define	PGSHIFT		12
#define	NBPG		(1 << PGSHIFT)
#define	PGOFSET		(NBPG - 1)

#define	MAXIOMEM	0xffffffffffff
#define	SSIZE		1
#define	SINCR		1
#define	UPAGES		4
#define	USPACE		(UPAGES * NBPG)

#ifndef MSGBUFSIZE
#define	MSGBUFSIZE	(16 * NBPG)
#endif

/*
 * Sizes of mbufs and clusters.
 */
#define	MSIZE		512
#ifndef MCLSHIFT
#define	MCLSHIFT	11
#endif
#define	MCLBYTES	(1 << MCLSHIFT)

#define	NKMEMPAGES_MIN_DEFAULT	((8 * 1024 * 1024) >> PAGE_SHIFT)
#define	NKMEMPAGES_MAX_UNLIMITED 1

#define	x86_round_page(x)	((((unsigned long)(x)) + PGOFSET) & ~PGOFSET)
#define	x86_trunc_page(x)	((unsigned long)(x) & ~PGOFSET)
#define	x86_btop(x)		((unsigned long)(x) >> PGSHIFT)
#define	x86_ptob(x)		((unsigned long)(x) << PGSHIFT)
#define	btop(x)			x86_btop(x)
#define	ptob(x)			x86_ptob(x)

#define	mstohz(ms)							\
	((ms) >= 0x20000 ?						\
	    (int)((uint32_t)(ms) / 1000u * (uint32_t)hz) :		\
	    (int)(((uint32_t)(ms) * (uint32_t)hz + 999u) / 1000u))
#define	hztoms(t)							\
	((t) >= 0x20000 ?						\
	    (int)((uint32_t)(t) / (uint32_t)hz * 1000u) :		\
	    (int)(((uint32_t)(t) * 1000u) / (uint32_t)hz))

#endif /* !_MACHINE_PARAM_H_ */
