/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Integer types: see <sys/inttypes.h>.
 */

#ifndef _MACHINE_INT_FMTIO_H_
#define	_MACHINE_INT_FMTIO_H_

#include <sys/inttypes.h>

#endif /* !_MACHINE_INT_FMTIO_H_ */
