/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Byte swapping: see <sys/bswap.h>.
 */

#ifndef _MACHINE_BSWAP_H_
#define	_MACHINE_BSWAP_H_

#include <sys/bswap.h>

#endif /* !_MACHINE_BSWAP_H_ */
