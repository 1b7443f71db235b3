/* SPDX-License-Identifier: BSD-2-Clause */

/* Descriptions of scattered transfers: uiomove(9), readv(2). */

#ifndef _SYS_UIO_H_
#define	_SYS_UIO_H_

#include <sys/types.h>

struct iovec {
	void	*iov_base;
	size_t	 iov_len;
};

#define	UIO_MAXIOV	1024
#define	UIO_SMALLIOV	8

enum uio_rw { UIO_READ, UIO_WRITE };
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE };

struct vmspace;
struct uio {
	struct iovec	*uio_iov;	/* where, an array */
	int		 uio_iovcnt;
	off_t		 uio_offset;
	size_t		 uio_resid;	/* bytes that remain */
	enum uio_rw	 uio_rw;
	struct vmspace	*uio_vmspace;	/* whose addresses they are */
};

#define	UIO_VMSPACE_SYS		vmspace_kernel()
#define	UIO_VMSPACE_ISSYS(vm)	((vm) == vmspace_kernel())
#define	UIO_SETUP_SYSSPACE(uio)	uio_setup_sysspace(uio)

__BEGIN_DECLS
#ifdef _KERNEL
struct vmspace *vmspace_kernel(void);
void	uio_setup_sysspace(struct uio *);
int	uiomove(void *, size_t, struct uio *);
int	uiopeek(void *, size_t, struct uio *);
void	uioskip(size_t, struct uio *);
int	uiomove_frombuf(void *, size_t, struct uio *);
int	ureadc(int, struct uio *);
int	ioctl_copyin(int, const void *, void *, size_t);
int	ioctl_copyout(int, const void *, void *, size_t);
int	copyin_vmspace(struct vmspace *, const void *, void *, size_t);
int	copyout_vmspace(struct vmspace *, const void *, void *, size_t);
struct proc;
int	copyin_proc(struct proc *, const void *, void *, size_t);
int	copyout_proc(struct proc *, const void *, void *, size_t);
#endif
__END_DECLS

#endif /* !_SYS_UIO_H_ */
