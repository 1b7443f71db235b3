/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of descriptors and system calls share.
 */

#ifndef _KERN_SYS_PRIVATE_H_
#define _KERN_SYS_PRIVATE_H_

#include <sys/types.h>
#include <sys/file.h>
#include <sys/filedesc.h>

struct flock;
struct iovec;
struct uio;
struct vnode;

/*
 * Operations on vnodes that descriptors need.  They fail with ENOSYS (or do
 * nothing) until the vfs component puts its own here.
 */
struct vnode_hooks {
	int	(*vh_advlock)(struct vnode *, void *, int, struct flock *, int);
	int	(*vh_getpath)(char *, size_t, struct vnode *, struct lwp *);
};
extern struct vnode_hooks vnode_hooks;

/* Records the end of a file that held record locks: on every close. */
void	fd_unlock_posix(struct file *);

/*
 * Copies in an array of n iovecs (EINVAL: n or the sum of lengths out of
 * range).  The array is small or from kmem; iov_free() it.
 */
int	iov_copyin(struct iovec **, struct iovec *, const struct iovec *, int,
	    size_t *);
void	iov_free(struct iovec *, struct iovec *, int);

/* fd_getfile() and fd_putfile() for who has the table at hand. */
struct file *fd_lookup(filedesc_t *, unsigned);
void	fd_release(filedesc_t *, unsigned);

/*
 * A descriptor for a new file: the tail of kqueue(2) and its kind.  Flags
 * are open's, fflag is FREAD and FWRITE.  A negative errno if it fails.
 */
int	fd_install(unsigned, const struct fileops *, void *, int, int);

/* Calls the handler of system call num; see rump_syscalls.c. */
int	rump_syscall(int, void *, size_t, register_t *);

struct selinfo;
void	selnotify_waiters(struct selinfo *);
void	pipe_init(void);

#endif /* _KERN_SYS_PRIVATE_H_ */
