/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Compiler facts of amd64.
 */

#ifndef _MACHINE_CDEFS_H_
#define	_MACHINE_CDEFS_H_

#define	__ALIGNBYTES	(sizeof(long) - 1)

#endif /* !_MACHINE_CDEFS_H_ */
