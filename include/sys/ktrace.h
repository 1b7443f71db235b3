/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kernel tracing: not part of this kernel, its hooks cost nothing.
 */

#ifndef _SYS_KTRACE_H_
#define	_SYS_KTRACE_H_

#include <sys/types.h>

#ifdef _KERNEL
#define	ktrpoint(fac)		0
#define	ktrexecfd(fd, fl)	((void)0)
#define	ktrnamei(path, len)	((void)0)
#define	ktrnamei2(ep, el, p, l)	((void)0)
#define	ktrgenio(fd, rw, addr, len, err)	((void)0)
#define	ktrgeniov(fd, rw, iov, len, err)	((void)0)
#define	ktrmibio(fd, rw, addr, len, err)	((void)0)
#define	ktrcsw(out, user)	((void)0)
#define	ktruser(id, addr, len, ustr)	((void)0)
#define	ktrkuser(id, addr, len)	((void)0)
#define	ktremul()		((void)0)
#define	ktrpsig(sig, act, mask, ksi)	((void)0)
#define	ktr_psig(sig, act, mask, ksi)	((void)0)
#define	ktrsyscall(code, args, n)	((void)0)
#define	ktrsysret(code, err, ret)	((void)0)
#endif

#endif /* !_SYS_KTRACE_H_ */
