/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The older name of sys/bus.h.
 */

#ifndef _MACHINE_BUS_H_
#define	_MACHINE_BUS_H_

#include <sys/bus.h>

#endif /* !_MACHINE_BUS_H_ */
