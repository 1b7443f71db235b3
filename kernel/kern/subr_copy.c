/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * To and from user memory: copy(9), fetch(9), store(9), uiomove(9).
 *
 * A process of the host program shares its address space with the kernel,
 * so that a copy is one; page zero is no memory, though, and gives EFAULT.
 * The memory of a remote client is reached through the hypercalls.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fcntl.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/uio.h>

#define	_RUMP_SYSPROXY
#define	_RUMP_SYSPROXY
#include "kern_lib.h"

static struct vmspace vmspace_of_kernel;
struct vmspace rump_vmspace_local;

/* The address space whose addresses need no check. */
struct vmspace *
vmspace_kernel(void)
{

	return &vmspace_of_kernel;
}

static inline struct vmspace *
curvmspace(void)
{
	struct lwp *l = curlwp;

	return l != NULL && l->l_proc != NULL ? l->l_proc->p_vmspace : NULL;
}

static inline void *
remote(const struct vmspace *vm)
{

	return vm == NULL ? NULL : vm->vm_remote;
}

/* 0, EFAULT for what can't be memory, or what a fault says. */
static inline int
check(const void *uaddr, size_t len)
{
	const uintptr_t a = (uintptr_t)uaddr;

	if (__predict_false(a < PAGE_SIZE || a + len < a))
		return EFAULT;
	return rumpuser_fault(RUMPUSER_FAULT_COPY);
}

int
copyin_vmspace(struct vmspace *vm, const void *uaddr, void *kaddr, size_t len)
{
	int error;

	if (len == 0)
		return 0;
	if (vm == &vmspace_of_kernel) {
		memcpy(kaddr, uaddr, len);
		return 0;
	}
	if ((error = check(uaddr, len)) != 0)
		return error;
	if (__predict_false(remote(vm) != NULL))
		return rumpuser_sp_copyin(remote(vm), uaddr, kaddr, len);
	memcpy(kaddr, uaddr, len);
	return 0;
}

int
copyout_vmspace(struct vmspace *vm, const void *kaddr, void *uaddr, size_t len)
{
	int error;

	if (len == 0)
		return 0;
	if (vm == &vmspace_of_kernel) {
		memcpy(uaddr, kaddr, len);
		return 0;
	}
	if ((error = check(uaddr, len)) != 0)
		return error;
	if (__predict_false(remote(vm) != NULL))
		return rumpuser_sp_copyout(remote(vm), kaddr, uaddr, len);
	memcpy(uaddr, kaddr, len);
	return 0;
}

static inline struct vmspace *
user_vmspace(void)
{
	struct vmspace *vm = curvmspace();

	/* Even process 0's system calls have user addresses. */
	return vm == &vmspace_of_kernel ? NULL : vm;
}

int
copyin(const void *uaddr, void *kaddr, size_t len)
{

	return copyin_vmspace(user_vmspace(), uaddr, kaddr, len);
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{

	return copyout_vmspace(user_vmspace(), kaddr, uaddr, len);
}

int
copyin_proc(struct proc *p, const void *uaddr, void *kaddr, size_t len)
{

	return copyin_vmspace(p->p_vmspace, uaddr, kaddr, len);
}

int
copyout_proc(struct proc *p, const void *kaddr, void *uaddr, size_t len)
{

	return copyout_vmspace(p->p_vmspace, kaddr, uaddr, len);
}

/* The string at from, with its NUL, into at most len bytes at to. */
int
copystr(const void *from, void *to, size_t len, size_t *done)
{
	const char *s = from;
	char *d = to;
	size_t i;

	for (i = 0; i < len; i++) {
		if ((d[i] = s[i]) == '\0') {
			if (done != NULL)
				*done = i + 1;
			return 0;
		}
	}
	if (done != NULL)
		*done = len;
	return ENAMETOOLONG;
}

int
copyinstr(const void *uaddr, void *kaddr, size_t len, size_t *done)
{
	struct vmspace *vm = user_vmspace();
	size_t n = len;
	int error;

	if (len == 0)
		return ENAMETOOLONG;
	if ((error = check(uaddr, 1)) != 0)
		return error;
	if (__predict_true(remote(vm) == NULL))
		return copystr(uaddr, kaddr, len, done);
	error = rumpuser_sp_copyinstr(remote(vm), uaddr, kaddr, &n);
	if (error == 0 && strnlen(kaddr, n) == len)
		error = ENAMETOOLONG;
	if (error == 0 && done != NULL)
		*done = n;
	return error;
}

int
copyoutstr(const void *kaddr, void *uaddr, size_t len, size_t *done)
{
	struct vmspace *vm = user_vmspace();
	size_t n;
	int error;

	if (len == 0)
		return ENAMETOOLONG;
	if ((error = check(uaddr, 1)) != 0)
		return error;
	if (__predict_true(remote(vm) == NULL))
		return copystr(kaddr, uaddr, len, done);
	n = strnlen(kaddr, len);
	if (n == len)
		return ENAMETOOLONG;
	n++;
	error = rumpuser_sp_copyoutstr(remote(vm), kaddr, uaddr, &n);
	if (error == 0 && done != NULL)
		*done = n;
	return error;
}

/* Kernel memory that may be bad: page zero gives EFAULT. */
int
kcopy(const void *src, void *dst, size_t len)
{

	if (len == 0)
		return 0;
	if ((uintptr_t)src < PAGE_SIZE || (uintptr_t)dst < PAGE_SIZE)
		return EFAULT;
	memcpy(dst, src, len);
	return 0;
}

int
ioctl_copyin(int ioctlflags, const void *src, void *dst, size_t len)
{

	if ((ioctlflags & FKIOCTL) != 0)
		return kcopy(src, dst, len);
	return copyin(src, dst, len);
}

int
ioctl_copyout(int ioctlflags, const void *src, void *dst, size_t len)
{

	if ((ioctlflags & FKIOCTL) != 0)
		return kcopy(src, dst, len);
	return copyout(src, dst, len);
}

#define	FETCH_STORE(name, type)						\
int									\
ufetch_##name(const type *uaddr, type *valp)				\
{									\
									\
	return copyin(uaddr, valp, sizeof(*valp));			\
}									\
									\
int									\
ustore_##name(type *uaddr, type val)					\
{									\
									\
	return copyout(&val, uaddr, sizeof(val));			\
}
FETCH_STORE(8, uint8_t)
FETCH_STORE(16, uint16_t)
FETCH_STORE(32, uint32_t)
FETCH_STORE(64, uint64_t)
FETCH_STORE(char, unsigned char)
FETCH_STORE(short, unsigned short)
FETCH_STORE(int, unsigned int)
FETCH_STORE(long, unsigned long)

int
ufetch_ptr(const void **uaddr, void **valp)
{

	return copyin(uaddr, valp, sizeof(*valp));
}

int
ustore_ptr(void **uaddr, void *val)
{

	return copyout(&val, uaddr, sizeof(val));
}

/* Compare and swap in memory of the host program; ENOTSUP elsewhere. */
#define	UCAS(name, type)						\
int									\
ucas_##name(volatile type *uaddr, type old, type new, type *ret)	\
{									\
	int error;							\
									\
	if (remote(user_vmspace()) != NULL)				\
		return ENOTSUP;						\
	if (((uintptr_t)uaddr & (sizeof(type) - 1)) != 0)		\
		return EFAULT;						\
	error = check(__UNVOLATILE(uaddr), sizeof(type));		\
	if (error != 0)							\
		return error;						\
	(void)__atomic_compare_exchange_n(uaddr, &old, new, false,	\
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);			\
	*ret = old;							\
	return 0;							\
}
UCAS(32, uint32_t)
UCAS(64, uint64_t)

int
ucas_int(volatile unsigned int *uaddr, unsigned int old, unsigned int new,
    unsigned int *ret)
{

	return ucas_32(uaddr, old, new, ret);
}

int
ucas_ptr(volatile void *uaddr, void *old, void *new, void *ret)
{

	return ucas_64(uaddr, (uintptr_t)old, (uintptr_t)new, ret);
}

/*
 * uio
 */

/* The addresses of uio are the kernel's. */
void
uio_setup_sysspace(struct uio *uio)
{

	uio->uio_vmspace = &vmspace_of_kernel;
}

/* The offset is the caller's, and may be at the end of its range. */
static inline void
uio_advance(struct uio *uio, size_t cnt)
{

	uio->uio_resid -= cnt;
	uio->uio_offset = (off_t)((uint64_t)uio->uio_offset + cnt);
}

/* Skips n bytes that are known to remain. */
void
uioskip(size_t n, struct uio *uio)
{
	struct iovec *iov;
	size_t cnt;

	KASSERTMSG(n <= uio->uio_resid, "n=%zu resid=%zu", n, uio->uio_resid);
	while (n > 0 && uio->uio_resid > 0) {
		KASSERT(uio->uio_iovcnt > 0);
		iov = uio->uio_iov;
		if (iov->iov_len == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		cnt = MIN(iov->iov_len, n);
		iov->iov_base = (char *)iov->iov_base + cnt;
		iov->iov_len -= cnt;
		uio_advance(uio, cnt);
		n -= cnt;
	}
}

/*
 * Moves up to n bytes between buf and what uio describes, which advances; 0
 * or EFAULT.
 */
int
uiomove(void *buf, size_t n, struct uio *uio)
{
	struct vmspace *vm = uio->uio_vmspace;
	struct iovec *iov;
	char *cp = buf;
	size_t cnt;
	int error = 0;

	KASSERT(uio->uio_rw == UIO_READ || uio->uio_rw == UIO_WRITE);
	while (n > 0 && uio->uio_resid > 0) {
		KASSERT(uio->uio_iovcnt > 0);
		iov = uio->uio_iov;
		cnt = iov->iov_len;
		if (cnt == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		if (cnt > n)
			cnt = n;
		if (uio->uio_rw == UIO_READ)
			error = copyout_vmspace(vm, cp, iov->iov_base, cnt);
		else
			error = copyin_vmspace(vm, iov->iov_base, cp, cnt);
		if (error != 0)
			break;
		iov->iov_base = (char *)iov->iov_base + cnt;
		iov->iov_len -= cnt;
		uio_advance(uio, cnt);
		cp += cnt;
		n -= cnt;
	}
	return error;
}

/* The same, and uio stays as it is. */
int
uiopeek(void *buf, size_t n, struct uio *uio)
{
	struct vmspace *vm = uio->uio_vmspace;
	struct iovec *iov = uio->uio_iov;
	int iovcnt = uio->uio_iovcnt;
	size_t resid = uio->uio_resid, cnt;
	char *cp = buf;
	int error = 0;

	while (n > 0 && resid > 0) {
		KASSERT(iovcnt > 0);
		cnt = iov->iov_len;
		if (cnt == 0) {
			iov++;
			iovcnt--;
			continue;
		}
		if (cnt > n)
			cnt = n;
		if (uio->uio_rw == UIO_READ)
			error = copyout_vmspace(vm, cp, iov->iov_base, cnt);
		else
			error = copyin_vmspace(vm, iov->iov_base, cp, cnt);
		if (error != 0)
			break;
		resid -= cnt;
		cp += cnt;
		n -= cnt;
		iov++;
		iovcnt--;
	}
	return error;
}

/* uiomove() at uio's offset of a buffer: EINVAL before, nothing behind it. */
int
uiomove_frombuf(void *buf, size_t buflen, struct uio *uio)
{
	size_t off;

	if (uio->uio_offset < 0 || uio->uio_resid == 0)
		return EINVAL;
	if ((uint64_t)uio->uio_offset >= buflen)
		return 0;
	off = (size_t)uio->uio_offset;
	return uiomove((char *)buf + off, buflen - off, uio);
}

/* Gives one character to a reader. */
int
ureadc(int c, struct uio *uio)
{
	char ch = (char)c;

	if (uio->uio_resid == 0)
		panic("ureadc: no room");
	return uiomove(&ch, 1, uio);
}
