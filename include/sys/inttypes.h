/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _SYS_INTTYPES_H_
#define	_SYS_INTTYPES_H_
#include <sys/stdint.h>
#include <sys/int_fmtio.h>
#endif
