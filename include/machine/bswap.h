/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _MACHINE_BSWAP_H_
#define	_MACHINE_BSWAP_H_
#include <sys/bswap.h>
#endif
