/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * System calls of the rump kernel: rump(3).
 *
 * rump_sys_x() is the x(2) of NetBSD 10.  It takes NetBSD's flags, returns
 * NetBSD's structures, and fails with -1 and NetBSD's number in errno, which
 * <rump/rumperrno2host.h> translates.  Structures and constants for hosts
 * whose own differ are in <rump/rumpdefs.h> (struct rump_stat, RUMP_O_CREAT,
 * RUMP_ENOENT).  An argument that is a structure of
 * which there are thus two is void * here: on NetBSD pass the host's, else
 * rumpdefs'.
 *
 * Any thread may call them after rump_init().  A call whose component is not
 * linked fails with ENOSYS.
 */

#ifndef _RUMP_RUMP_SYSCALLS_H_
#define _RUMP_RUMP_SYSCALLS_H_

#ifdef _KERNEL
#error Interface not supported inside kernel
#endif

#include <rump/rump_syscalls_compat.h>

struct aiocb;
struct iovec;
struct itimerspec;
struct pollfd;
struct timespec;

RUMP_SYS_BEGIN

/* descriptors */
ssize_t	rump_sys_read(int, void *, size_t) RUMP_SYS(read);
ssize_t	rump_sys_write(int, const void *, size_t) RUMP_SYS(write);
ssize_t	rump_sys_readv(int, const struct iovec *, int) RUMP_SYS(readv);
ssize_t	rump_sys_writev(int, const struct iovec *, int) RUMP_SYS(writev);
ssize_t	rump_sys_pread(int, void *, size_t, off_t) RUMP_SYS(pread);
ssize_t	rump_sys_pwrite(int, const void *, size_t, off_t) RUMP_SYS(pwrite);
ssize_t	rump_sys_preadv(int, const struct iovec *, int, off_t)
	    RUMP_SYS(preadv);
ssize_t	rump_sys_pwritev(int, const struct iovec *, int, off_t)
	    RUMP_SYS(pwritev);
off_t	rump_sys_lseek(int, off_t, int) RUMP_SYS(lseek);
int	rump_sys_close(int) RUMP_SYS(close);
int	rump_sys_dup(int) RUMP_SYS(dup);
int	rump_sys_dup2(int, int) RUMP_SYS(dup2);
int	rump_sys_dup3(int, int, int) RUMP_SYS(dup3);
int	rump_sys_fcntl(int, int, ...) RUMP_SYS(fcntl);
int	rump_sys_ioctl(int, unsigned long, ...) RUMP_SYS(ioctl);
int	rump_sys_flock(int, int) RUMP_SYS(flock);
int	rump_sys_fstat(int, void * /* struct stat */) RUMP_SYS(fstat50);
int	rump_sys_pipe(int *);
int	rump_sys_pipe2(int *, int) RUMP_SYS(pipe2);
int	rump_sys_poll(struct pollfd *, unsigned int, int) RUMP_SYS(poll);
int	rump_sys_pollts(struct pollfd *, unsigned int,
	    const struct timespec *, const void * /* sigset_t */)
	    RUMP_SYS(pollts50);
int	rump_sys_select(int, fd_set *, fd_set *, fd_set *,
	    void * /* struct timeval */) RUMP_SYS(select50);
int	rump_sys_pselect(int, fd_set *, fd_set *, fd_set *,
	    const struct timespec *, const void * /* sigset_t */)
	    RUMP_SYS(pselect50);
int	rump_sys_kqueue(void) RUMP_SYS(kqueue);
int	rump_sys_kqueue1(int) RUMP_SYS(kqueue1);
int	rump_sys_kevent(int, const void * /* struct kevent */, size_t,
	    void * /* struct kevent */, size_t, const struct timespec *)
	    RUMP_SYS(kevent50);
int	rump_sys_eventfd(unsigned int, int) RUMP_SYS(eventfd);
int	rump_sys_timerfd_create(int, int) RUMP_SYS(timerfd_create);
int	rump_sys_timerfd_settime(int, int, const struct itimerspec *,
	    struct itimerspec *) RUMP_SYS(timerfd_settime);
int	rump_sys_timerfd_gettime(int, struct itimerspec *)
	    RUMP_SYS(timerfd_gettime);

/* files by name */
int	rump_sys_open(const char *, int, ...) RUMP_SYS(open);
int	rump_sys_openat(int, const char *, int, ...) RUMP_SYS(openat);
int	rump_sys_access(const char *, int) RUMP_SYS(access);
int	rump_sys_faccessat(int, const char *, int, int) RUMP_SYS(faccessat);
int	rump_sys_stat(const char *, void * /* struct stat */)
	    RUMP_SYS(stat50);
int	rump_sys_lstat(const char *, void * /* struct stat */)
	    RUMP_SYS(lstat50);
int	rump_sys_fstatat(int, const char *, void * /* struct stat */, int)
	    RUMP_SYS(fstatat);
int	rump_sys_link(const char *, const char *) RUMP_SYS(link);
int	rump_sys_linkat(int, const char *, int, const char *, int)
	    RUMP_SYS(linkat);
int	rump_sys_unlink(const char *) RUMP_SYS(unlink);
int	rump_sys_unlinkat(int, const char *, int) RUMP_SYS(unlinkat);
int	rump_sys_undelete(const char *) RUMP_SYS(undelete);
int	rump_sys_rename(const char *, const char *) RUMP_SYS(rename);
int	rump_sys_renameat(int, const char *, int, const char *)
	    RUMP_SYS(renameat);
int	rump_sys___posix_rename(const char *, const char *)
	    RUMP_SYS(__posix_rename);
int	rump_sys_symlink(const char *, const char *) RUMP_SYS(symlink);
int	rump_sys_symlinkat(const char *, int, const char *)
	    RUMP_SYS(symlinkat);
ssize_t	rump_sys_readlink(const char *, char *, size_t) RUMP_SYS(readlink);
ssize_t	rump_sys_readlinkat(int, const char *, char *, size_t)
	    RUMP_SYS(readlinkat);
int	rump_sys_mkdir(const char *, mode_t) RUMP_SYS(mkdir);
int	rump_sys_mkdirat(int, const char *, mode_t) RUMP_SYS(mkdirat);
int	rump_sys_rmdir(const char *) RUMP_SYS(rmdir);
int	rump_sys_mkfifo(const char *, mode_t) RUMP_SYS(mkfifo);
int	rump_sys_mkfifoat(int, const char *, mode_t) RUMP_SYS(mkfifoat);
int	rump_sys_mknod(const char *, mode_t, dev_t) RUMP_SYS(mknod50);
int	rump_sys_mknodat(int, const char *, mode_t, dev_t)
	    RUMP_SYS(mknodat);
int	rump_sys_chmod(const char *, mode_t) RUMP_SYS(chmod);
int	rump_sys_lchmod(const char *, mode_t) RUMP_SYS(lchmod);
int	rump_sys_fchmod(int, mode_t) RUMP_SYS(fchmod);
int	rump_sys_fchmodat(int, const char *, mode_t, int) RUMP_SYS(fchmodat);
int	rump_sys_chown(const char *, uid_t, gid_t) RUMP_SYS(chown);
int	rump_sys_lchown(const char *, uid_t, gid_t) RUMP_SYS(lchown);
int	rump_sys_fchown(int, uid_t, gid_t) RUMP_SYS(fchown);
int	rump_sys_fchownat(int, const char *, uid_t, gid_t, int)
	    RUMP_SYS(fchownat);
int	rump_sys___posix_chown(const char *, uid_t, gid_t)
	    RUMP_SYS(__posix_chown);
int	rump_sys___posix_fchown(int, uid_t, gid_t) RUMP_SYS(__posix_fchown);
int	rump_sys___posix_lchown(const char *, uid_t, gid_t)
	    RUMP_SYS(__posix_lchown);
int	rump_sys_chflags(const char *, unsigned long) RUMP_SYS(chflags);
int	rump_sys_lchflags(const char *, unsigned long) RUMP_SYS(lchflags);
int	rump_sys_fchflags(int, unsigned long) RUMP_SYS(fchflags);
int	rump_sys_utimes(const char *, const void * /* struct timeval */)
	    RUMP_SYS(utimes50);
int	rump_sys_lutimes(const char *, const void * /* struct timeval */)
	    RUMP_SYS(lutimes50);
int	rump_sys_futimes(int, const void * /* struct timeval */)
	    RUMP_SYS(futimes50);
int	rump_sys_futimens(int, const struct timespec *) RUMP_SYS(futimens);
int	rump_sys_utimensat(int, const char *, const struct timespec *, int)
	    RUMP_SYS(utimensat);
int	rump_sys_truncate(const char *, off_t) RUMP_SYS(truncate);
int	rump_sys_ftruncate(int, off_t) RUMP_SYS(ftruncate);
int	rump_sys_fsync(int) RUMP_SYS(fsync);
int	rump_sys_fdatasync(int) RUMP_SYS(fdatasync);
int	rump_sys_fsync_range(int, int, off_t, off_t) RUMP_SYS(fsync_range);
int	rump_sys_posix_fadvise(int, off_t, off_t, int)
	    RUMP_SYS(posix_fadvise50);
int	rump_sys_posix_fallocate(int, off_t, off_t)
	    RUMP_SYS(posix_fallocate);
int	rump_sys_fdiscard(int, off_t, off_t) RUMP_SYS(fdiscard);
int	rump_sys_revoke(const char *) RUMP_SYS(revoke);
long	rump_sys_pathconf(const char *, int) RUMP_SYS(pathconf);
long	rump_sys_lpathconf(const char *, int) RUMP_SYS(lpathconf);
long	rump_sys_fpathconf(int, int) RUMP_SYS(fpathconf);
int	rump_sys_getdents(int, char *, size_t) RUMP_SYS(getdents30);
int	rump_sys_chdir(const char *) RUMP_SYS(chdir);
int	rump_sys_fchdir(int) RUMP_SYS(fchdir);
int	rump_sys_chroot(const char *) RUMP_SYS(chroot);
int	rump_sys_fchroot(int) RUMP_SYS(fchroot);
int	rump_sys___getcwd(char *, size_t) RUMP_SYS(__getcwd);

/* file handles */
int	rump_sys_getfh(const char *, void *, size_t *) RUMP_SYS(getfh30);
int	rump_sys_fhopen(const void *, size_t, int) RUMP_SYS(fhopen40);
int	rump_sys_fhstat(const void *, size_t, void * /* struct stat */)
	    RUMP_SYS(fhstat50);
int	rump_sys_fhstatvfs1(const void *, size_t,
	    void * /* struct statvfs */, int) RUMP_SYS(fhstatvfs190);

/* file systems */
int	rump_sys_mount(const char *, const char *, int, void *, size_t)
	    RUMP_SYS(mount50);
int	rump_sys_unmount(const char *, int) RUMP_SYS(unmount);
void	rump_sys_sync(void) RUMP_SYS(sync);
int	rump_sys_getvfsstat(void * /* struct statvfs */, size_t, int)
	    RUMP_SYS(getvfsstat90);
int	rump_sys_statvfs1(const char *, void * /* struct statvfs */, int)
	    RUMP_SYS(statvfs190);
int	rump_sys_fstatvfs1(int, void * /* struct statvfs */, int)
	    RUMP_SYS(fstatvfs190);
int	rump_sys___quotactl(const char *, void *) RUMP_SYS(__quotactl);
int	rump_sys_nfssvc(int, void *) RUMP_SYS(nfssvc);

/* extended attributes */
int	rump_sys_extattrctl(const char *, int, const char *, int,
	    const char *) RUMP_SYS(extattrctl);
int	rump_sys_extattr_set_file(const char *, int, const char *,
	    const void *, size_t) RUMP_SYS(extattr_set_file);
ssize_t	rump_sys_extattr_get_file(const char *, int, const char *, void *,
	    size_t) RUMP_SYS(extattr_get_file);
int	rump_sys_extattr_delete_file(const char *, int, const char *)
	    RUMP_SYS(extattr_delete_file);
int	rump_sys_extattr_set_fd(int, int, const char *, const void *, size_t)
	    RUMP_SYS(extattr_set_fd);
ssize_t	rump_sys_extattr_get_fd(int, int, const char *, void *, size_t)
	    RUMP_SYS(extattr_get_fd);
int	rump_sys_extattr_delete_fd(int, int, const char *)
	    RUMP_SYS(extattr_delete_fd);
int	rump_sys_extattr_set_link(const char *, int, const char *,
	    const void *, size_t) RUMP_SYS(extattr_set_link);
ssize_t	rump_sys_extattr_get_link(const char *, int, const char *, void *,
	    size_t) RUMP_SYS(extattr_get_link);
int	rump_sys_extattr_delete_link(const char *, int, const char *)
	    RUMP_SYS(extattr_delete_link);
ssize_t	rump_sys_extattr_list_fd(int, int, void *, size_t)
	    RUMP_SYS(extattr_list_fd);
ssize_t	rump_sys_extattr_list_file(const char *, int, void *, size_t)
	    RUMP_SYS(extattr_list_file);
ssize_t	rump_sys_extattr_list_link(const char *, int, void *, size_t)
	    RUMP_SYS(extattr_list_link);
int	rump_sys_setxattr(const char *, const char *, const void *, size_t,
	    int) RUMP_SYS(setxattr);
int	rump_sys_lsetxattr(const char *, const char *, const void *, size_t,
	    int) RUMP_SYS(lsetxattr);
int	rump_sys_fsetxattr(int, const char *, const void *, size_t, int)
	    RUMP_SYS(fsetxattr);
ssize_t	rump_sys_getxattr(const char *, const char *, void *, size_t)
	    RUMP_SYS(getxattr);
ssize_t	rump_sys_lgetxattr(const char *, const char *, void *, size_t)
	    RUMP_SYS(lgetxattr);
ssize_t	rump_sys_fgetxattr(int, const char *, void *, size_t)
	    RUMP_SYS(fgetxattr);
ssize_t	rump_sys_listxattr(const char *, char *, size_t)
	    RUMP_SYS(listxattr);
ssize_t	rump_sys_llistxattr(const char *, char *, size_t)
	    RUMP_SYS(llistxattr);
ssize_t	rump_sys_flistxattr(int, char *, size_t) RUMP_SYS(flistxattr);
int	rump_sys_removexattr(const char *, const char *)
	    RUMP_SYS(removexattr);
int	rump_sys_lremovexattr(const char *, const char *)
	    RUMP_SYS(lremovexattr);
int	rump_sys_fremovexattr(int, const char *) RUMP_SYS(fremovexattr);

/* processes and identity */
pid_t	rump_sys_getpid(void) RUMP_SYS(getpid);
pid_t	rump_sys_getppid(void) RUMP_SYS(getppid);
uid_t	rump_sys_getuid(void) RUMP_SYS(getuid);
uid_t	rump_sys_geteuid(void) RUMP_SYS(geteuid);
gid_t	rump_sys_getgid(void) RUMP_SYS(getgid);
gid_t	rump_sys_getegid(void) RUMP_SYS(getegid);
int	rump_sys_setuid(uid_t) RUMP_SYS(setuid);
int	rump_sys_seteuid(uid_t) RUMP_SYS(seteuid);
int	rump_sys_setreuid(uid_t, uid_t) RUMP_SYS(setreuid);
int	rump_sys_setgid(gid_t) RUMP_SYS(setgid);
int	rump_sys_setegid(gid_t) RUMP_SYS(setegid);
int	rump_sys_setregid(gid_t, gid_t) RUMP_SYS(setregid);
int	rump_sys_getgroups(int, gid_t *) RUMP_SYS(getgroups);
int	rump_sys_setgroups(int, const gid_t *) RUMP_SYS(setgroups);
int	rump_sys_issetugid(void) RUMP_SYS(issetugid);
int	rump_sys___getlogin(char *, size_t) RUMP_SYS(__getlogin);
int	rump_sys___setlogin(const char *) RUMP_SYS(__setlogin);
pid_t	rump_sys_getpgrp(void) RUMP_SYS(getpgrp);
pid_t	rump_sys_getpgid(pid_t) RUMP_SYS(getpgid);
int	rump_sys_setpgid(pid_t, pid_t) RUMP_SYS(setpgid);
pid_t	rump_sys_setsid(void) RUMP_SYS(setsid);
pid_t	rump_sys_getsid(pid_t) RUMP_SYS(getsid);
mode_t	rump_sys_umask(mode_t) RUMP_SYS(umask);
int	rump_sys_kill(pid_t, int) RUMP_SYS(kill);
int	rump_sys_sigprocmask(int, const void * /* sigset_t */,
	    void * /* sigset_t */) RUMP_SYS(sigprocmask14);
int	rump_sys_getrlimit(int, void * /* struct rlimit */)
	    RUMP_SYS(getrlimit);
int	rump_sys_setrlimit(int, const void * /* struct rlimit */)
	    RUMP_SYS(setrlimit);
int	rump_sys_getrusage(int, void * /* struct rusage */)
	    RUMP_SYS(getrusage50);
int	rump_sys_sched_yield(void) RUMP_SYS(sched_yield);
int	rump_sys__lwp_self(void) RUMP_SYS(_lwp_self);

/* time and chance */
int	rump_sys_clock_gettime(int, struct timespec *)
	    RUMP_SYS(clock_gettime50);
int	rump_sys_clock_settime(int, const struct timespec *)
	    RUMP_SYS(clock_settime50);
int	rump_sys_clock_getres(int, struct timespec *)
	    RUMP_SYS(clock_getres50);
int	rump_sys_nanosleep(const struct timespec *, struct timespec *)
	    RUMP_SYS(nanosleep50);
int	rump_sys_clock_nanosleep(int, int, const struct timespec *,
	    struct timespec *) RUMP_SYS(clock_nanosleep);
int	rump_sys_gettimeofday(void * /* struct timeval */, void *)
	    RUMP_SYS(gettimeofday50);
int	rump_sys_settimeofday(const void * /* struct timeval */,
	    const void *) RUMP_SYS(settimeofday50);
int	rump_sys_adjtime(const void * /* struct timeval */,
	    void * /* struct timeval */) RUMP_SYS(adjtime50);
ssize_t	rump_sys_getrandom(void *, size_t, unsigned int)
	    RUMP_SYS(getrandom);

/* the system */
int	rump_sys___sysctl(const int *, unsigned int, void *, size_t *,
	    const void *, size_t) RUMP_SYS(__sysctl);
int	rump_sys_reboot(int, char *) RUMP_SYS(reboot);
int	rump_sys_modctl(int, void *) RUMP_SYS(modctl);

/* sockets; addresses have NetBSD's length byte */
int	rump_sys_socket(int, int, int) RUMP_SYS(socket30);
int	rump_sys_socketpair(int, int, int, int *) RUMP_SYS(socketpair);
int	rump_sys_bind(int, const void * /* struct sockaddr */, uint32_t)
	    RUMP_SYS(bind);
int	rump_sys_connect(int, const void * /* struct sockaddr */, uint32_t)
	    RUMP_SYS(connect);
int	rump_sys_listen(int, int) RUMP_SYS(listen);
int	rump_sys_accept(int, void * /* struct sockaddr */, uint32_t *)
	    RUMP_SYS(accept);
int	rump_sys_paccept(int, void * /* struct sockaddr */, uint32_t *,
	    const void * /* sigset_t */, int) RUMP_SYS(paccept);
int	rump_sys_shutdown(int, int) RUMP_SYS(shutdown);
int	rump_sys_getpeername(int, void * /* struct sockaddr */, uint32_t *)
	    RUMP_SYS(getpeername);
int	rump_sys_getsockname(int, void * /* struct sockaddr */, uint32_t *)
	    RUMP_SYS(getsockname);
int	rump_sys_setsockopt(int, int, int, const void *, uint32_t)
	    RUMP_SYS(setsockopt);
int	rump_sys_getsockopt(int, int, int, void *, uint32_t *)
	    RUMP_SYS(getsockopt);
int	rump_sys_getsockopt2(int, int, int, void *, uint32_t *)
	    RUMP_SYS(getsockopt2);
ssize_t	rump_sys_sendto(int, const void *, size_t, int,
	    const void * /* struct sockaddr */, uint32_t) RUMP_SYS(sendto);
ssize_t	rump_sys_recvfrom(int, void *, size_t, int,
	    void * /* struct sockaddr */, uint32_t *) RUMP_SYS(recvfrom);
ssize_t	rump_sys_sendmsg(int, const void * /* struct msghdr */, int)
	    RUMP_SYS(sendmsg);
ssize_t	rump_sys_recvmsg(int, void * /* struct msghdr */, int)
	    RUMP_SYS(recvmsg);
int	rump_sys_sendmmsg(int, void * /* struct mmsghdr */, unsigned int,
	    unsigned int) RUMP_SYS(sendmmsg);
int	rump_sys_recvmmsg(int, void * /* struct mmsghdr */, unsigned int,
	    unsigned int, struct timespec *) RUMP_SYS(recvmmsg);

/* timers, semaphores, asynchronous I/O, tracing: no component has them */
int	rump_sys_ktrace(const char *, int, int, pid_t) RUMP_SYS(ktrace);
int	rump_sys_timer_create(int, void * /* struct sigevent */, int * /* timer_t */)
	    RUMP_SYS(timer_create);
int	rump_sys_timer_delete(int) RUMP_SYS(timer_delete);
int	rump_sys_timer_getoverrun(int) RUMP_SYS(timer_getoverrun);
int	rump_sys__ksem_init(unsigned int, intptr_t *) RUMP_SYS(_ksem_init);
int	rump_sys__ksem_open(const char *, int, mode_t, unsigned int, intptr_t *)
	    RUMP_SYS(_ksem_open);
int	rump_sys__ksem_unlink(const char *) RUMP_SYS(_ksem_unlink);
int	rump_sys__ksem_close(intptr_t) RUMP_SYS(_ksem_close);
int	rump_sys__ksem_post(intptr_t) RUMP_SYS(_ksem_post);
int	rump_sys__ksem_wait(intptr_t) RUMP_SYS(_ksem_wait);
int	rump_sys__ksem_trywait(intptr_t) RUMP_SYS(_ksem_trywait);
int	rump_sys__ksem_getvalue(intptr_t, unsigned int *)
	    RUMP_SYS(_ksem_getvalue);
int	rump_sys__ksem_destroy(intptr_t) RUMP_SYS(_ksem_destroy);
int	rump_sys__ksem_timedwait(intptr_t, const struct timespec *)
	    RUMP_SYS(_ksem_timedwait);
int	rump_sys_fktrace(int, int, int, pid_t) RUMP_SYS(fktrace);
int	rump_sys_utrace(const char *, void *, size_t) RUMP_SYS(utrace);
int	rump_sys_aio_cancel(int, struct aiocb *) RUMP_SYS(aio_cancel);
int	rump_sys_aio_error(const struct aiocb *) RUMP_SYS(aio_error);
int	rump_sys_aio_fsync(int, struct aiocb *) RUMP_SYS(aio_fsync);
int	rump_sys_aio_read(struct aiocb *) RUMP_SYS(aio_read);
int	rump_sys_aio_return(struct aiocb *) RUMP_SYS(aio_return);
int	rump_sys_aio_write(struct aiocb *) RUMP_SYS(aio_write);
int	rump_sys_lio_listio(int, struct aiocb *const *, int,
	    void * /* struct sigevent */) RUMP_SYS(lio_listio);
int	rump_sys_setitimer(int, const void * /* struct itimerval */,
	    void * /* struct itimerval */) RUMP_SYS(setitimer50);
int	rump_sys_getitimer(int, void * /* struct itimerval */)
	    RUMP_SYS(getitimer50);
int	rump_sys_aio_suspend(const struct aiocb *const *, int, const struct timespec *)
	    RUMP_SYS(aio_suspend50);
int	rump_sys_timer_settime(int, int, const struct itimerspec *,
	    struct itimerspec *) RUMP_SYS(timer_settime50);
int	rump_sys_timer_gettime(int, struct itimerspec *)
	    RUMP_SYS(timer_gettime50);

/*
 * Facts of the call with this number, for tracers: its name ("fstat50"), and
 * a letter for each register of arguments: d number, x flags, p pointer,
 * s string, q offset, _ padding.  NULL for a number that is none.
 */
const char *rump_pub_syscall_name(int);
const char *rump_pub_syscall_args(int);

/*
 * Has hook called after each call, still in the kernel: number, registers of
 * arguments, error (NetBSD's number, or 0), result.  NULL ends it.
 */
void	rump_pub_syscall_trace(void (*hook)(int, const long *, int, long,
	    void *), void *);

RUMP_SYS_END

#endif /* _RUMP_RUMP_SYSCALLS_H_ */
