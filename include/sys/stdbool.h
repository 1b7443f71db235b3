/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _SYS_STDBOOL_H_
#define	_SYS_STDBOOL_H_
#ifndef __cplusplus
#define	bool	_Bool
#define	true	1
#define	false	0
#define	__bool_true_false_are_defined	1
#endif
#endif
