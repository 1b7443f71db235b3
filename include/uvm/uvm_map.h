/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Address maps.  There is one, kernel_map, and it is a name only; see
 * uvm_km(9).  Files that include this count on what it includes.
 */

#ifndef _UVM_UVM_MAP_H_
#define	_UVM_UVM_MAP_H_

#ifdef _KERNEL
#include <sys/time.h>
#include <sys/proc.h>
#include <sys/systm.h>
#endif

struct vm_map;

#endif /* !_UVM_UVM_MAP_H_ */
