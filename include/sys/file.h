/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Open files: what a descriptor refers to, and the operations that each type
 * of file provides.  file(9).
 */

#ifndef _SYS_FILE_H_
#define _SYS_FILE_H_

#include <sys/fcntl.h>
#include <sys/unistd.h>

#if defined(_KERNEL) || defined(_KMEMUSER)
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>

struct flock;
struct knote;
struct kauth_cred;
struct lwp;
struct proc;
struct stat;
struct uio;
struct uvm_object;
struct iovec;
struct file;

struct fileops {
	const char *fo_name;
	int	(*fo_read)(struct file *, off_t *, struct uio *,
		    struct kauth_cred *, int);
	int	(*fo_write)(struct file *, off_t *, struct uio *,
		    struct kauth_cred *, int);
	int	(*fo_ioctl)(struct file *, u_long, void *);
	int	(*fo_fcntl)(struct file *, u_int, void *);
	int	(*fo_poll)(struct file *, int);
	int	(*fo_stat)(struct file *, struct stat *);
	int	(*fo_close)(struct file *);
	int	(*fo_kqfilter)(struct file *, struct knote *);
	void	(*fo_restart)(struct file *);
	int	(*fo_mmap)(struct file *, off_t *, size_t, int, int *, int *,
		    struct uvm_object **, int *);
	int	(*fo_seek)(struct file *, off_t, int, off_t *, int);
};

union file_data {
	struct vnode *fd_vp;		/* DTYPE_VNODE */
	struct socket *fd_so;		/* DTYPE_SOCKET */
	struct pipe *fd_pipe;		/* DTYPE_PIPE */
	struct kqueue *fd_kq;		/* DTYPE_KQUEUE */
	struct eventfd *fd_eventfd;	/* DTYPE_EVENTFD */
	struct timerfd *fd_timerfd;	/* DTYPE_TIMERFD */
	struct mqueue *fd_mq;
	struct ksem *fd_ks;
	struct rnd_ctx *fd_rndctx;
	struct audio_file *fd_audioctx;
	struct bpf_d *fd_bpf;
	struct fcrypt *fd_fcrypt;
	struct iscsifd *fd_iscsi;
	void	*fd_data;		/* any other */
};

/*
 * Locks: "c" constant after fd_affix(), ":" f_lock, "f" filelist_lock.
 */
struct file {
	off_t		f_offset;	/* the type's own lock */
	struct kauth_cred *f_cred;	/* c: credentials at open */
	const struct fileops *f_ops;	/* c */
	union file_data	f_undata;	/* the type's own lock */
	LIST_ENTRY(file) f_list;	/* f: all open files */
	kmutex_t	f_lock;
	int		f_flag;		/* atomic: FREAD, FWRITE, ... */
	u_int		f_marker;
	u_int		f_type;		/* c: DTYPE_* */
	u_int		f_advice;	/* ":": access pattern hint */
	u_int		f_count;	/* ":": descriptors and holders */
	u_int		f_msgcount;	/* f: references from messages */
	u_int		f_unpcount;
	SLIST_ENTRY(file) f_unplist;
};
typedef struct file file_t;

#define	f_vnode		f_undata.fd_vp
#define	f_socket	f_undata.fd_so
#define	f_pipe		f_undata.fd_pipe
#define	f_kqueue	f_undata.fd_kq
#define	f_data		f_undata.fd_data
#define	f_mqueue	f_undata.fd_mq
#define	f_ksem		f_undata.fd_ks
#define	f_rndctx	f_undata.fd_rndctx
#define	f_audioctx	f_undata.fd_audioctx
#define	f_bpf		f_undata.fd_bpf
#define	f_fcrypt	f_undata.fd_fcrypt
#define	f_iscsi		f_undata.fd_iscsi
#define	f_eventfd	f_undata.fd_eventfd
#define	f_timerfd	f_undata.fd_timerfd
#endif /* _KERNEL || _KMEMUSER */

/* f_type */
#define	DTYPE_VNODE	1
#define	DTYPE_SOCKET	2
#define	DTYPE_PIPE	3
#define	DTYPE_KQUEUE	4
#define	DTYPE_MISC	5
#define	DTYPE_CRYPTO	6
#define	DTYPE_MQUEUE	7
#define	DTYPE_SEM	8
#define	DTYPE_EVENTFD	9
#define	DTYPE_TIMERFD	10

#define	DTYPE_NAMES	\
	"0", "file", "socket", "pipe", "kqueue", "misc", "crypto", "mqueue", \
	"semaphore", "eventfd", "timerfd"

#ifdef _KERNEL

/* fo_read, fo_write: move the offset given */
#define	FOF_UPDATE_OFFSET	0x0001
#define	FOF_IOCOUNT		0x0002

LIST_HEAD(filelist, file);
extern struct filelist	filehead;
extern u_int		maxfiles;
extern u_int		nfiles;

extern const struct fileops vnops;	/* with the vfs component */

/*
 * Read or write on behalf of a descriptor that fd_getfile() returned; the
 * reference is consumed.  Results through retval.
 */
int	dofileread(int, struct file *, void *, size_t, off_t *, int,
	    register_t *);
int	dofilewrite(int, struct file *, const void *, size_t, off_t *, int,
	    register_t *);
int	do_filereadv(int, const struct iovec *, int, off_t *, int,
	    register_t *);
int	do_filewritev(int, const struct iovec *, int, off_t *, int,
	    register_t *);

int	fsetown(pid_t *, u_long, const void *);
int	fgetown(pid_t, u_long, void *);
void	fownsignal(pid_t, int, int, int, void *);

/* Operations for types that lack one. */
int	fnullop_fcntl(struct file *, u_int, void *);
int	fnullop_poll(struct file *, int);
int	fnullop_kqfilter(struct file *, struct knote *);
void	fnullop_restart(struct file *);
int	fbadop_read(struct file *, off_t *, struct uio *, struct kauth_cred *,
	    int);
int	fbadop_write(struct file *, off_t *, struct uio *,
	    struct kauth_cred *, int);
int	fbadop_ioctl(struct file *, u_long, void *);
int	fbadop_close(struct file *);
int	fbadop_stat(struct file *, struct stat *);

#endif /* _KERNEL */

#endif /* _SYS_FILE_H_ */
