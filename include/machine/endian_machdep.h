/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Byte order of amd64.
 */

#ifndef _MACHINE_ENDIAN_MACHDEP_H_
#define	_MACHINE_ENDIAN_MACHDEP_H_

#define	_BYTE_ORDER	_LITTLE_ENDIAN

#endif /* !_MACHINE_ENDIAN_MACHDEP_H_ */
