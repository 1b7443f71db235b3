/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Machine-dependent parts of lwps and processes: none.
 */

#ifndef _MACHINE_PROC_H_
#define	_MACHINE_PROC_H_

struct mdlwp {
	int	md_flags;
};

struct mdproc {
	int	md_flags;
};

#endif /* !_MACHINE_PROC_H_ */
