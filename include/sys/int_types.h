/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_INT_TYPES_H_
#define	_SYS_INT_TYPES_H_
#include <sys/stdint.h>
#endif
