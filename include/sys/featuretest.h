/* SPDX-License-Identifier: BSD-2-Clause */

/* Kernel sources see every interface. */

#ifndef _SYS_FEATURETEST_H_
#define	_SYS_FEATURETEST_H_
#ifndef _NETBSD_SOURCE
#define	_NETBSD_SOURCE	1
#endif
#endif
