/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Per-CPU units: this kernel leaves them to the host.
 */

#ifndef _SYS_PCU_H_
#define	_SYS_PCU_H_

#define	PCU_UNIT_COUNT	0

#endif /* !_SYS_PCU_H_ */
