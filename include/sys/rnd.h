/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _SYS_RND_H_
#define	_SYS_RND_H_
#include <sys/rndio.h>
#ifdef _KERNEL
#include <sys/rndsource.h>
#endif
#endif
