/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Histories of virtual memory, kernhist(9).  None are kept.
 */

#ifndef _UVM_UVM_STAT_H_
#define	_UVM_UVM_STAT_H_

#include <sys/kernhist.h>

#define	UVMHIST_DECL(name)			KERNHIST_DECL(name)
#define	UVMHIST_DEFINE(name)			KERNHIST_DEFINE(name)
#define	UVMHIST_INIT(name, n)			KERNHIST_INIT(name, n)
#define	UVMHIST_INIT_STATIC(name, buf)		KERNHIST_INIT_STATIC(name, buf)
#define	UVMHIST_LINK_STATIC(name)		KERNHIST_LINK_STATIC(name)
#define	UVMHIST_LOG(name, fmt, i, j, k, l)	KERNHIST_LOG(name, fmt, i, j, k, l)
#define	UVMHIST_CALLARGS(name, fmt, i, j, k, l)	\
	KERNHIST_CALLARGS(name, fmt, i, j, k, l)
#define	UVMHIST_CALLED(name)			KERNHIST_CALLED(name)
#define	UVMHIST_FUNC(fname)			KERNHIST_FUNC(fname)

#endif /* !_UVM_UVM_STAT_H_ */
