/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signal state of amd64.
 */

#ifndef _MACHINE_SIGNAL_H_
#define	_MACHINE_SIGNAL_H_

typedef int sig_atomic_t;

#endif /* !_MACHINE_SIGNAL_H_ */
