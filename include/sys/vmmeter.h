/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Totals of processes and memory, VM_METER of sysctl(7).
 */

#ifndef _SYS_VMMETER_H_
#define	_SYS_VMMETER_H_

#include <sys/types.h>

struct vmtotal {
	int16_t	t_rq;		/* threads that could run */
	int16_t	t_dw;		/* that wait for a disk */
	int16_t	t_pw;		/* that wait for a page */
	int16_t	t_sl;		/* that sleep */
	int16_t	_reserved1;
	int32_t	t_vm;		/* virtual memory */
	int32_t	t_avm;		/* of those that ran of late */
	int32_t	t_rm;		/* real memory */
	int32_t	t_arm;
	int32_t	t_vmshr;	/* shared */
	int32_t	t_avmshr;
	int32_t	t_rmshr;
	int32_t	t_armshr;
	int32_t	t_free;		/* pages */
};

#endif /* !_SYS_VMMETER_H_ */
