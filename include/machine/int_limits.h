/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Integer types: see <sys/stdint.h>.
 */

#ifndef _MACHINE_INT_LIMITS_H_
#define	_MACHINE_INT_LIMITS_H_

#include <sys/stdint.h>

#endif /* !_MACHINE_INT_LIMITS_H_ */
