/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtual memory constants of amd64.
 */

#ifndef _MACHINE_VMPARAM_H_
#define	_MACHINE_VMPARAM_H_

#include <machine/param.h>

#define	__USE_TOPDOWN_VM
#define	PAGE_SHIFT	12
#ifndef PAGE_SIZE
#define	PAGE_SIZE	(1 << PAGE_SHIFT)
#define	PAGE_MASK	(PAGE_SIZE - 1)
#endif
#define	MAXTSIZ		(8L * 1024 * 1024 * 1024)
#define	DFLDSIZ		(256L * 1024 * 1024)
#define	MAXDSIZ		(8L * 1024 * 1024 * 1024)
#define	DFLSSIZ		(4L * 1024 * 1024)
#define	MAXSSIZ		(128L * 1024 * 1024)

#define	VM_MIN_ADDRESS		0
#define	VM_MAX_ADDRESS		0x00007f7ffffff000
#define	VM_MAXUSER_ADDRESS	VM_MAX_ADDRESS
#define	VM_MIN_KERNEL_ADDRESS	0
#define	VM_MAX_KERNEL_ADDRESS	0xffffffffffffefff

#define	VM_PHYSSEG_MAX		1
#define	VM_PHYSSEG_STRAT	VM_PSTRAT_BIGFIRST
#define	VM_NFREELIST		1
#define	VM_FREELIST_DEFAULT	0

#endif /* !_MACHINE_VMPARAM_H_ */
