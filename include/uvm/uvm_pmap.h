/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Physical maps, a name: nothing here is mapped.
 */

#ifndef _UVM_UVM_PMAP_H_
#define	_UVM_UVM_PMAP_H_

#include <machine/pmap.h>

#endif /* !_UVM_UVM_PMAP_H_ */
