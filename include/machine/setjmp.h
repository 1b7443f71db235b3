/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Size of a jump buffer.
 */

#ifndef _MACHINE_SETJMP_H_
#define	_MACHINE_SETJMP_H_

#define	_JBLEN	11

#endif /* !_MACHINE_SETJMP_H_ */
