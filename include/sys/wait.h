/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Status of a child that ended.
 */

#ifndef _SYS_WAIT_H_
#define	_SYS_WAIT_H_

#include <sys/featuretest.h>

#define	_WSTATUS(x)	((x) & 0177)
#define	_WSTOPPED	0177
#define	_WCONTINUED	0xffffU
#define	WIFSTOPPED(x)	(((x) & 0xff) == _WSTOPPED && !WIFCONTINUED(x))
#define	WSTOPSIG(x)	((int)(((unsigned int)(x)) >> 8) & 0xff)
#define	WIFCONTINUED(x)	((x) == _WCONTINUED)
#define	WIFSIGNALED(x)	(_WSTATUS(x) != _WSTOPPED && _WSTATUS(x) != 0)
#define	WTERMSIG(x)	(_WSTATUS(x))
#define	WIFEXITED(x)	(_WSTATUS(x) == 0)
#define	WEXITSTATUS(x)	((int)(((unsigned int)(x)) >> 8) & 0xff)
#define	WCOREFLAG	0200
#define	WCOREDUMP(x)	((x) & WCOREFLAG)
#define	W_EXITCODE(ret, sig)	((ret) << 8 | (sig))
#define	W_STOPCODE(sig)	((sig) << 8 | _WSTOPPED)

#define	WNOHANG		0x00000001
#define	WUNTRACED	0x00000002
#define	WSTOPPED	WUNTRACED
#define	WCONTINUED	0x00000010
#define	WEXITED		0x00000020
#define	WNOWAIT		0x00010000
#define	WAIT_ANY	(-1)
#define	WAIT_MYPGRP	0

#endif /* !_SYS_WAIT_H_ */
