/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Anonymous objects, see uvm_extern.h for their life.  There is no swap, so
 * that there are no slots to find or to give back.
 */

#ifndef _UVM_UVM_AOBJ_H_
#define	_UVM_UVM_AOBJ_H_

#ifdef _KERNEL

#include <uvm/uvm_extern.h>
#include <uvm/uvm_object.h>

#define	uao_find_swslot(uobj, pageidx)		((void)(uobj), (void)(pageidx), 0)
#define	uao_dropswap(uobj, pageidx)		((void)(uobj), (void)(pageidx))
#define	uao_dropswap_range(uobj, lo, hi)	\
	((void)(uobj), (void)(lo), (void)(hi))

#endif /* _KERNEL */

#endif /* !_UVM_UVM_AOBJ_H_ */
